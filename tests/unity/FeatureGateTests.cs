using System;
using System.Collections.Generic;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.UI;
using UnityStubs;

using Text = UnityEngine.UI.Text;

namespace Playgate.Unity.Tests
{
    /// <summary>A locked button through all four outcomes, against the studio's server and the simulated k-ID.</summary>
    [TestFixture]
    public sealed class FeatureGateTests
    {
        private Household house;
        private GameObject element;
        private FeatureGate gate;
        private Button button;
        private CanvasGroup group;
        private Text reason;
        private GameObject padlock;
        private List<string> heard;
        private int clicks;

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
            Play.End();
        }

        private void Begin(params object[] permissions)
        {
            PlaygateSettings settings = Play.Begin();
            settings.ServerUrl = house.Server;
            heard = new List<string>();
            clicks = 0;
            element = new GameObject("voice");
            button = element.AddComponent<Button>();
            group = element.AddComponent<CanvasGroup>();
            reason = new GameObject("reason").AddComponent<Text>();
            padlock = new GameObject("padlock");
            button.onClick.AddListener(() => clicks++);
            gate = element.AddComponent<FeatureGate>();
            gate.Selectable = button;
            gate.CanvasGroup = group;
            gate.ReasonText = reason;
            gate.LockedOnly = padlock;
            gate.FeatureName = "voice-chat";
            gate.ChallengeReady += (of, challenge) =>
            {
                heard.Add("challenge for " + challenge.Actor);
                challenge.Dispose();
            };
            gate.Asked += (of, outcome) => heard.Add("asked " + outcome.Result);
            gate.NothingToAsk += of => heard.Add("nothing to ask");
            gate.OnUnlocked.AddListener(() => heard.Add("unlocked"));
            gate.OnLocked.AddListener(() => heard.Add("locked"));
            IsLocked();
            house.Consent(permissions);
            Play.MoveIn(house);
            Play.Frames(2);
        }

        private void IsLocked()
        {
            Assert.IsFalse(gate.IsOpen);
            Assert.IsFalse(button.interactable);
            Assert.IsFalse(group.interactable);
            Assert.AreEqual(0.5f, group.alpha);
            Assert.IsTrue(padlock.activeSelf);
            clicks = 0;
        }

        private void IsUnlocked()
        {
            Assert.IsTrue(gate.IsOpen);
            Assert.IsTrue(button.interactable);
            Assert.IsTrue(group.interactable);
            Assert.AreEqual(1f, group.alpha);
            Assert.IsFalse(padlock.activeSelf);
            Assert.AreEqual("", reason.text);
            clicks = 0;
            heard.Clear();
            Finger.Click(element);
            Play.Frames(2);
            Assert.AreEqual(1, clicks);
            Assert.AreEqual(0, heard.Count, "a click on an open gate asks for nothing");
        }

        private string Heard()
        {
            return string.Join(", ", heard.ToArray());
        }

        [Test]
        public void A_parent_is_asked_and_approves()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"));
            IsLocked();
            Assert.AreEqual(Access.AskParent, gate.Decision.Access);
            Assert.AreEqual(gate.Decision.Text, reason.text);
            Assert.AreNotEqual("", reason.text);
            heard.Clear();
            Finger.Click(element);
            Assert.IsTrue(gate.IsAsking);
            Finger.Click(element);
            Play.Until("the challenge", () => !gate.IsAsking);
            Assert.AreEqual("challenge for Parent, asked ChallengeOpen", Heard());
            Assert.AreEqual(0, clicks);
            Play.Until("the reason says that an answer is awaited", () => gate.Decision.Reason == Reason.Pending);
            // A click shows the same challenge again, and asks nobody anew.
            heard.Clear();
            Finger.Click(element);
            Assert.AreEqual("challenge for Parent", Heard());
            string challenge = house.OpenChallenge("voice-chat");
            heard.Clear();
            house.Answer(challenge, "approve");
            // The parent's page was open in the browser: the player comes back.
            Engine.Focus(false);
            Engine.Focus(true);
            Play.Until("the feature is on", () => gate.IsOpen);
            Assert.AreEqual("unlocked", Heard());
            IsUnlocked();
            // And off again, by the parent.
            house.SetPermission("voice-chat", Household.Permission("voice-chat", "GUARDIAN"));
            PlaygateManager.Client.RefreshAfterPushAsync();
            Play.Until("the parent's change", () => !gate.IsOpen);
            Play.Frames(1);
            IsLocked();
        }

        [Test]
        public void A_parent_refuses()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"));
            Assert.AreEqual(Access.AskParent, gate.Decision.Access);
            Finger.Click(element);
            Play.Until("the challenge", () => !gate.IsAsking);
            Assert.AreEqual("asked ChallengeOpen", heard[heard.Count - 1]);
            house.Answer(house.OpenChallenge("voice-chat"), "refuse");
            Engine.Focus(true);
            Play.Until("the refusal", () => gate.Decision.Reason != Reason.Pending);
            IsLocked();
            Assert.AreEqual(Access.AskParent, gate.Decision.Access);
        }

        [Test]
        public void The_player_proves_an_age()
        {
            Begin(Household.Permission("voice-chat", "PLAYER", false, 14));
            IsLocked();
            Assert.AreEqual(Access.VerifyAge, gate.Decision.Access);
            heard.Clear();
            Finger.Click(element);
            Play.Until("the challenge", () => !gate.IsAsking);
            Assert.AreEqual("challenge for Player, asked ChallengeOpen", Heard());
            house.Answer(house.OpenChallenge("voice-chat"), "approve", 16);
            Engine.Focus(true);
            Play.Until("the feature is on", () => gate.IsOpen);
            IsUnlocked();
        }

        [Test]
        public void The_player_enables_it()
        {
            Begin(Household.Permission("voice-chat", "PLAYER"));
            IsLocked();
            Assert.AreEqual(Access.PlayerMayEnable, gate.Decision.Access);
            heard.Clear();
            Finger.Click(element);
            Play.Until("the feature is on", () => gate.IsOpen && !gate.IsAsking);
            Assert.That(Heard(), Is.StringContaining("asked Ok"));
            Assert.That(Heard(), Is.Not.StringContaining("challenge"));
            IsUnlocked();
        }

        [Test]
        public void Nobody_can_turn_on_what_is_prohibited()
        {
            Begin(Household.Permission("voice-chat", "PROHIBITED"));
            IsLocked();
            Assert.AreEqual(Access.Prohibited, gate.Decision.Access);
            Assert.AreNotEqual("", reason.text);
            heard.Clear();
            Finger.Click(element);
            Assert.IsFalse(gate.IsAsking);
            Assert.AreEqual("nothing to ask", Heard());
        }

        [Test]
        public void A_denial_shows_in_the_same_frame_as_it_counts()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN", true));
            Play.Until("the feature is on", () => gate.IsOpen);
            IsUnlocked();
            PlaygateManager.Stop();
            Assert.IsFalse(gate.IsOpen);
            Play.Frames(1);
            IsLocked();
            PlaygateManager.Start(house.Player, house.Token);
            Play.Frames(1);
            IsUnlocked();
            Engine.Quit();
        }

        [Test]
        public void A_gate_that_goes_while_it_asks_leaves_nothing_behind()
        {
            Begin(Household.Permission("voice-chat", "GUARDIAN"));
            Finger.Click(element);
            Assert.IsTrue(gate.IsAsking);
            heard.Clear();
            UnityEngine.Object.DestroyImmediate(element);
            Play.Frames(100);
            Assert.AreEqual("", Heard());
            // Disabled and enabled again it shows what is so meanwhile.
            FeatureGate other = new GameObject("again").AddComponent<FeatureGate>();
            other.FeatureName = "voice-chat";
            Assert.AreNotEqual(Access.Allowed, other.Decision.Access);
            other.enabled = false;
            other.enabled = true;
            other.Ask();
            Assert.IsTrue(other.IsAsking || other.Decision.Reason == Reason.Pending);
            PlaygateManager.Stop();
            Play.Frames(2);
            Assert.IsFalse(other.IsAsking, "stopping cancels");
            Assert.IsFalse(other.IsOpen);
        }

        [Test]
        public void Without_a_name_or_a_client_it_is_locked_and_asks_nothing()
        {
            Play.Begin();
            FeatureGate bare = new GameObject("bare").AddComponent<FeatureGate>();
            Play.Frames(2);
            Assert.IsFalse(bare.IsOpen);
            bare.Ask();
            Assert.IsFalse(bare.IsAsking);
            bare.FeatureName = "voice-chat";
            bare.Ask();
            Assert.IsFalse(bare.IsAsking);
            bare.FeatureName = null;
            Assert.IsFalse(bare.IsOpen);
        }
    }
}
