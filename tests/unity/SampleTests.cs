using System;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.UI;
using UnityStubs;

using PlaygateSamples;
using Text = UnityEngine.UI.Text;

namespace Playgate.Unity.Tests
{
    /// <summary>The sample's button through all four outcomes, as a developer clicks through it.</summary>
    [TestFixture]
    public sealed class SampleTests
    {
        private Household house;
        private FeatureGate gate;
        private Button voice;
        private Button[] outcomes;
        private LockedFeature sample;
        private ChallengePanel panel;
        private RawImage qr;
        private Text code;
        private Text status;
        private NoticeDialog dialog;
        private Text message;
        private Button close;

        [TestFixtureSetUp]
        public void MoveIn()
        {
            house = new Household();
            house.Consent();
        }

        [TestFixtureTearDown]
        public void MoveOut()
        {
            house.Dispose();
        }

        [SetUp]
        public void Begin()
        {
            PlaygateSettings settings = Play.Begin();
            settings.ServerUrl = house.Server;
            GameObject element = new GameObject("voice");
            voice = element.AddComponent<Button>();
            gate = element.AddComponent<FeatureGate>();
            gate.Selectable = voice;
            gate.FeatureName = LockedFeature.FeatureName;
            outcomes = new Button[4];
            for (int i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = new GameObject("outcome").AddComponent<Button>();
            }
            qr = new GameObject("qr").AddComponent<RawImage>();
            code = new GameObject("code").AddComponent<Text>();
            status = new GameObject("status").AddComponent<Text>();
            panel = new GameObject("panel").AddComponent<ChallengePanel>();
            panel.Use(qr, code);
            panel.Hide();
            GameObject box = new GameObject("box");
            message = box.AddComponent<Text>();
            close = new GameObject("close").AddComponent<Button>();
            GameObject dialogs = new GameObject("dialog");
            dialogs.SetActive(false);
            dialog = dialogs.AddComponent<NoticeDialog>();
            dialog.Use(box, new GameObject("title").AddComponent<Text>(), message, close);
            dialogs.SetActive(true);
            GameObject holder = new GameObject("sample");
            holder.SetActive(false);
            sample = holder.AddComponent<LockedFeature>();
            sample.Use(house.Player, house.Token, house.Sandbox, gate, voice, outcomes, panel, status);
            holder.SetActive(true);
        }

        [TearDown]
        public void End()
        {
            Play.End();
        }

        private void Choose(SandboxOutcome outcome, Access access)
        {
            // Within a second webhooks look the same: the studio's server is told once more then.
            Finger.Click(outcomes[(int)outcome].gameObject);
            Play.Until(outcome + " is in force", () => gate.Decision.Access == access);
            if (dialog.IsOpen)
            {
                Finger.Click(close.gameObject);
            }
        }

        [Test]
        public void The_voice_button_goes_through_all_four_outcomes()
        {
            Play.Until("consent, and a parent decides", () => gate.Decision.Access == Access.AskParent);
            // A parent. Until the studio's server has the session, asking fails, and the player clicks again.
            Play.Until("the QR code is shown", () =>
            {
                if (!gate.IsAsking && !panel.gameObject.activeSelf)
                {
                    Finger.Click(voice.gameObject);
                }
                return panel.gameObject.activeSelf && qr.texture != null;
            });
            Assert.That(code.text, Is.StringContaining(": "));
            house.Answer(house.OpenChallenge("voice-chat"), "approve");
            Engine.Focus(true);
            Play.Until("the feature is on", () => gate.IsOpen);
            Assert.IsFalse(panel.gameObject.activeSelf, "the panel closes by itself");
            Play.Until("the player is told", () => dialog.IsOpen);
            Assert.That(message.text, Is.StringContaining("Voice Chat"));
            Finger.Click(close.gameObject);
            Finger.Click(voice.gameObject);
            Assert.IsTrue(sample.IsTalking);
            // The player proves an age.
            Choose(SandboxOutcome.VerifyAge, Access.VerifyAge);
            Finger.Click(voice.gameObject);
            Play.Until("the browser is open", () => Engine.OpenedUrl != null);
            Assert.That(Engine.OpenedUrl, Is.StringStarting(house.Sandbox + "/age-assurance"));
            house.Answer(house.OpenChallenge("voice-chat"), "approve", 15);
            Engine.Focus(true);
            Play.Until("the feature is on", () => gate.IsOpen);
            // The player enables it.
            Choose(SandboxOutcome.PlayerMayEnable, Access.PlayerMayEnable);
            Finger.Click(voice.gameObject);
            Play.Until("the feature is on", () => gate.IsOpen);
            // Nobody can.
            Choose(SandboxOutcome.Prohibited, Access.Prohibited);
            status.text = "";
            Finger.Click(voice.gameObject);
            Assert.AreEqual(gate.Decision.Text, status.text);
            Assert.IsFalse(gate.IsAsking);
        }
    }
}
