using System;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>
    /// What runs in the Editor's script domain: made in a domain of its own, it goes with it. Everything it is asked for
    /// crosses domains as text.
    /// </summary>
    public sealed class ScriptDomain : MarshalByRefObject
    {
        private Task<RequestOutcome> pending;
        private PlaygateClient held;
        private static string ended;

        /// <summary>Only the test decides how long it lives.</summary>
        public override object InitializeLifetimeService()
        {
            return null;
        }

        /// <summary>The Editor is in play mode in this domain, and the game has started its player.</summary>
        public void Play(string folder, string server, bool withUnityWebRequest, bool isFirst)
        {
            Application.isEditor = true;
            PlaygateSettings settings = ScriptableObject.CreateInstance<PlaygateSettings>();
            settings.ServerUrl = server;
            settings.Features = new[] { "voice-chat" };
            settings.Transport = withUnityWebRequest ? TransportChoice.UnityWebRequest : TransportChoice.BuiltIn;
            Resources.assets[PlaygateSettings.ResourceName] = settings;
            EditorEngine.LoadAssemblies();
            if (isFirst)
            {
                EditorEngine.Play(folder);
            }
            else
            {
                // Recompiled while it plays: play goes on, and begins nothing.
                Application.persistentDataPath = folder;
                Application.isPlaying = true;
            }
            held = PlaygateManager.Start("ann", "token");
        }

        public string Adopt(string session)
        {
            Task<RequestOutcome> adopting = held.AdoptAsync(session);
            Unity.Tests.Play.Until("the session is adopted", () => adopting.IsCompleted);
            return adopting.Result.Result.ToString();
        }

        /// <summary>Asks, and leaves the answer open.</summary>
        public void Ask()
        {
            pending = held.RefreshAfterPushAsync();
            pending.ContinueWith(task => ended = task.Status.ToString(), TaskContinuationOptions.ExecuteSynchronously);
            Frames(5);
        }

        public void Frames(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Engine.Frame();
                System.Threading.Thread.Sleep(2);
            }
        }

        /// <summary>The Editor is about to unload this domain.</summary>
        public void BeforeReload()
        {
            EditorEngine.BeforeReload();
        }

        public string Pending
        {
            get { return pending.Status + " " + ended; }
        }

        public bool IsAllowed
        {
            get { return PlaygateManager.IsAllowed(Feature.Of("voice-chat")); }
        }

        public bool IsHeldAllowed
        {
            get { return held.IsAllowed(Feature.Of("voice-chat")); }
        }

        public bool IsHeldDisposed
        {
            get { return held.IsDisposed; }
        }

        public string Logs
        {
            get { return string.Join("\n", Engine.Logs.ToArray()); }
        }

        public void StopPlaying()
        {
            EditorEngine.StopPlaying();
        }
    }
}
