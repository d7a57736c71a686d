using System;
using System.Collections.Generic;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

using Playgate.Unity.Editor;

namespace Playgate.Unity.Tests
{
    /// <summary>The Editor window shows the game and plays the parent, against the real sandbox.</summary>
    [TestFixture]
    public sealed class EditorWindowTests
    {
        private Household house;
        private PlaygateWindowModel window;
        private bool isProblemExpected;

        [TestFixtureSetUp]
        public void MoveIn()
        {
            house = new Household();
        }

        [TestFixtureTearDown]
        public void MoveOut()
        {
            house.Dispose();
        }

        [TearDown]
        public void End()
        {
            window.Close();
            Play.End();
        }

        private void Begin(params object[] permissions)
        {
            isProblemExpected = false;
            PlaygateSettings settings = Play.Begin();
            settings.ServerUrl = house.Server;
            settings.Features = new[] { "voice-chat", "not-in-the-session" };
            window = new PlaygateWindowModel(house.Sandbox + "/");
            window.Tick();
            Assert.That(window.SessionLine, Is.StringContaining("No client"));
            Assert.AreEqual(0, window.Rows.Count);
            house.Consent(permissions);
            PlaygateManager.Start(house.Player, house.Token);
            window.Tick();
            Assert.AreEqual("No session.", window.SessionLine);
            Play.MoveIn(house);
            Until("the session is shown", () => window.SessionId != null);
        }

        private void Until(string what, Func<bool> isSo)
        {
            Play.Until(what, () =>
            {
                window.Tick();
                Assert.IsTrue(isProblemExpected || window.Problem == null, what + ": " + window.Problem);
                return isSo();
            });
        }

        private Decision Row(string name)
        {
            foreach (PlaygateWindowModel.FeatureRow row in window.Rows)
            {
                if (row.Name == name)
                {
                    return row.Decision;
                }
            }
            Assert.Fail("no row for " + name);
            return default(Decision);
        }

        private SandboxChallenge Ask(string feature)
        {
            System.Threading.Tasks.Task<RequestOutcome> asking = PlaygateManager.Client.RequestPermissionAsync(Feature.Of(feature));
            Until("the permission is asked for", () => asking.IsCompleted);
            Assert.AreEqual(Result.ChallengeOpen, asking.Result.Result, asking.Result.Text);
            Until("the challenge is shown", () =>
            {
                if (!window.IsBusy)
                {
                    window.List();
                }
                return Array.Exists(window.Challenges, one => one.IsOpen);
            });
            SandboxChallenge challenge = Array.Find(window.Challenges, one => one.IsOpen);
            Assert.AreEqual(feature, string.Join(",", challenge.permissions));
            return challenge;
        }

        [Test]
        public void A_parent_approves_from_the_window()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"), Household.Permission("custom-username", "PLAYER"));
            Assert.That(window.SessionLine, Is.StringContaining("ACTIVE"));
            Assert.AreEqual(3, window.Rows.Count, "the settings' features and the session's, each once");
            Assert.AreEqual(Access.AskParent, Row("voice-chat").Access);
            Assert.AreEqual(Access.PlayerMayEnable, Row("custom-username").Access);
            Assert.AreEqual(Access.Unavailable, Row("not-in-the-session").Access);
            SandboxChallenge challenge = Ask("voice-chat");
            Assert.IsFalse(challenge.IsForThePlayer);
            window.Open(challenge);
            Until("the page is open", () => !window.IsBusy && window.Challenges[0].status == "IN_PROGRESS");
            window.Approve(challenge, 18);
            Until("the feature is on", () => Row("voice-chat").IsAllowed);
            Assert.IsNull(window.Problem);
            Assert.IsTrue(new List<string>(window.Events).Exists(line => line.Contains("UpgradeChanged  voice-chat")), string.Join("\n", window.Events));
        }

        [Test]
        public void An_age_check_takes_the_age_and_a_refusal_shows()
        {
            Begin(Household.Permission("voice-chat", "PLAYER", false, 14));
            SandboxChallenge challenge = Ask("voice-chat");
            Assert.IsTrue(challenge.IsForThePlayer);
            window.Approve(challenge, 16);
            Until("the feature is on", () => Row("voice-chat").IsAllowed);
            SandboxPermission permission = new SandboxPermission();
            permission.ManagedBy = "GUARDIAN";
            window.SetPermission("voice-chat", permission);
            Until("the parent decides now", () => Row("voice-chat").Access == Access.AskParent);
            challenge = Ask("voice-chat");
            window.Expire(challenge);
            Until("it has expired", () => !window.IsBusy && window.Challenges[0].expired);
            window.Refuse(challenge);
            Until("it is refused", () => !window.IsBusy && window.Challenges[0].status == "FAIL");
        }

        [Test]
        public void Hold_release_and_revoke()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN", true));
            Until("the feature is on", () => Row("voice-chat").IsAllowed);
            window.Act("hold");
            Until("on hold", () => Row("voice-chat").Reason == Reason.OnHold);
            window.Act("release");
            Until("released", () => Row("voice-chat").IsAllowed);
            window.Act("revoke");
            Until("revoked", () => !Row("voice-chat").IsAllowed && window.SessionId == null);
            window.Consent();
            Until("consented anew", () => Row("voice-chat").IsAllowed);
        }

        [Test]
        public void A_sandbox_that_is_not_there_is_said()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"));
            isProblemExpected = true;
            window.SandboxUrl = "http://127.0.0.1:1";
            window.Act("hold");
            Until("the problem", () => window.Problem != null);
            Assert.That(window.Problem, Is.StringContaining("cargo run -p playgate-sandbox"));
            window.SandboxUrl = house.Sandbox;
            window.Act("no-such-word");
            Until("the sandbox's own words", () => window.Problem.Contains("refuses"));
        }

        [Test]
        public void It_hears_events_in_the_next_play_too()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"));
            int before = window.Events.Count;
            Assert.Greater(before, 0);
            PlaygateManager.Reset();
            window.Tick();
            PlaygateManager.Start("another");
            LifecycleTests.Adopt(Sessions.With("voice-chat", true));
            Play.Until("an event", () => window.Events.Count > before);
        }
    }
}
