using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using UnityEngine;

using Playgate.Unity;

namespace Playgate.Unity.Editor
{
    /// <summary>What the Editor window shows and does, without its drawing. Main thread.</summary>
    internal sealed class PlaygateWindowModel
    {
        private const int MaxEvents = 200;
        private readonly List<string> events = new List<string>();
        private readonly List<FeatureRow> rows = new List<FeatureRow>();
        private readonly Action<PlaygateEvent> heard;
        private SandboxControl sandbox;
        private string url;
        private Task<SandboxChallenge[]> listing;
        private Task acting;
        private Task<string> consenting;
        private string player;
        private bool isListDue;

        internal PlaygateWindowModel(string sandboxUrl)
        {
            heard = Heard;
            SandboxUrl = sandboxUrl;
            Challenges = new SandboxChallenge[0];
            Watch();
        }

        /// <summary>One feature and what is decided about it.</summary>
        internal struct FeatureRow
        {
            internal string Name;
            internal Decision Decision;
        }

        /// <summary>Where the sandbox is.</summary>
        internal string SandboxUrl
        {
            get { return url; }
            set
            {
                if (url != value)
                {
                    url = value;
                    sandbox = new SandboxControl(value);
                }
            }
        }

        /// <summary>What went wrong last with the sandbox; null: nothing.</summary>
        internal string Problem { get; private set; }

        /// <summary>The player's challenges at the sandbox, as they were when they were last asked for.</summary>
        internal SandboxChallenge[] Challenges { get; private set; }

        /// <summary>The client's events, the newest last.</summary>
        internal IReadOnlyList<string> Events
        {
            get { return events; }
        }

        /// <summary>The session's id, or null.</summary>
        internal string SessionId { get; private set; }

        /// <summary>Whether the sandbox can be told about the player: there was a session.</summary>
        internal bool HasPlayer
        {
            get { return player != null; }
        }

        /// <summary>One line about the session.</summary>
        internal string SessionLine { get; private set; }

        /// <summary>Whether the sandbox has not answered yet.</summary>
        internal bool IsBusy
        {
            get { return listing != null || acting != null || consenting != null; }
        }

        /// <summary>The features of the settings and of the session, with their decisions.</summary>
        internal IReadOnlyList<FeatureRow> Rows
        {
            get { return rows; }
        }

        /// <summary>Looks at the client, and at what the sandbox has answered. A few times a second.</summary>
        internal void Tick()
        {
            Watch();
            LookAtClient();
            if (acting != null && acting.IsCompleted)
            {
                Problem = Sentence(acting);
                acting = null;
                if (Problem == null)
                {
                    if (PlaygateManager.Client != null)
                    {
                        // As a push would do it.
                        PlaygateManager.Client.RefreshAfterPushAsync();
                    }
                    List();
                }
            }
            if (consenting != null && consenting.IsCompleted)
            {
                Problem = Sentence(consenting);
                if (Problem == null && PlaygateManager.Client != null)
                {
                    // As the consent flow hands it to the game.
                    PlaygateManager.Client.AdoptAsync(consenting.Result);
                }
                consenting = null;
            }
            if (listing != null && listing.IsCompleted)
            {
                Problem = Problem ?? Sentence(listing);
                if (listing.Status == TaskStatus.RanToCompletion)
                {
                    Challenges = listing.Result;
                }
                listing = null;
                if (isListDue)
                {
                    List();
                }
            }
        }

        /// <summary>Asks the sandbox for the player's challenges.</summary>
        internal void List()
        {
            Problem = null;
            // What is on its way may be older than what has just been done.
            isListDue = listing != null;
            if (listing == null && player != null)
            {
                listing = sandbox.Challenges(player);
            }
        }

        internal void Approve(SandboxChallenge challenge, int age)
        {
            Do(sandbox.Approve(challenge.challengeId, challenge.IsForThePlayer ? age : (int?)null));
        }

        internal void Refuse(SandboxChallenge challenge)
        {
            Do(sandbox.Refuse(challenge.challengeId));
        }

        internal void Open(SandboxChallenge challenge)
        {
            Do(sandbox.Open(challenge.challengeId));
        }

        internal void Expire(SandboxChallenge challenge)
        {
            Do(sandbox.Expire(challenge.challengeId));
        }

        /// <summary>Hold, release or revoke.</summary>
        internal void Act(string word)
        {
            if (player != null)
            {
                Do(sandbox.Act(player, word));
            }
        }

        /// <summary>A new consent after a revocation; the game gets its session.</summary>
        internal void Consent()
        {
            if (player != null && consenting == null)
            {
                consenting = sandbox.Act(player, "consent");
            }
        }

        /// <summary>Changes a permission of the player.</summary>
        internal void SetPermission(string feature, SandboxPermission permission)
        {
            if (player != null)
            {
                Do(sandbox.SetPermission(player, feature, permission));
            }
        }

        /// <summary>Hears no events any more.</summary>
        internal void Close()
        {
            PlaygateManager.EventReceived -= heard;
        }

        private void Do(Task task)
        {
            acting = acting == null ? task : Task.WhenAll(acting, task);
        }

        // The manager forgets who listens when play begins.
        private void Watch()
        {
            PlaygateManager.EventReceived -= heard;
            PlaygateManager.EventReceived += heard;
        }

        private void LookAtClient()
        {
            rows.Clear();
            PlaygateClient client = PlaygateManager.Client;
            if (client == null)
            {
                player = null;
                SessionId = null;
                SessionLine = "No client: the game has not called PlaygateManager.Start.";
                return;
            }
            List<string> names = new List<string>(PlaygateManager.Settings.Features);
            using (Session session = client.GetSession())
            {
                if (session == null)
                {
                    SessionId = null;
                    SessionLine = "No session.";
                }
                else
                {
                    if (SessionId != session.SessionId)
                    {
                        SessionId = session.SessionId;
                        // The id that outlives the session; a record without a key does not keep it.
                        string kuid = JsonUtility.FromJson<SandboxIdentity>(session.Json).kuid;
                        player = string.IsNullOrEmpty(kuid) ? SessionId : kuid;
                    }
                    SessionLine = session.Status + ", " + session.AgeStatus + ", " + session.Jurisdiction
                        + (session.IsInForce ? "" : " (not in force)");
                    foreach (Permission permission in session.Permissions)
                    {
                        if (!names.Contains(permission.Name))
                        {
                            names.Add(permission.Name);
                        }
                    }
                }
            }
            foreach (string name in names)
            {
                FeatureRow row = new FeatureRow();
                row.Name = name;
                row.Decision = client.Decide(Feature.Of(name));
                rows.Add(row);
            }
        }

        private void Heard(PlaygateEvent what)
        {
            string line = DateTime.Now.ToString("HH:mm:ss.fff") + "  " + what.Type;
            if (!string.IsNullOrEmpty(what.Feature))
            {
                line += "  " + what.Feature + ": " + what.Progress;
            }
            if (what.Result != Result.Ok)
            {
                line += "  " + what.Result;
            }
            if (!string.IsNullOrEmpty(what.Text))
            {
                line += "  " + what.Text;
            }
            events.Add(line);
            if (events.Count > MaxEvents)
            {
                events.RemoveAt(0);
            }
        }

        private static string Sentence(Task task)
        {
            return task.IsFaulted ? task.Exception.GetBaseException().Message : null;
        }
    }
}
