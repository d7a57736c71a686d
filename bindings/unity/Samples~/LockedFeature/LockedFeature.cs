using System.Threading.Tasks;
using UnityEngine;
using UnityEngine.UI;

using Playgate;
using Playgate.Unity;

namespace PlaygateSamples
{
    /// <summary>
    /// A voice-chat button that Playgate locks. Four buttons make the simulated k-ID (examples/sandbox) decide as it does for
    /// four families, so that each outcome can be seen. A real game has no such buttons, and gets player and token from its
    /// login.
    /// </summary>
    public sealed class LockedFeature : MonoBehaviour
    {
        /// <summary>The permission that the button needs.</summary>
        public const string FeatureName = "voice-chat";

        [SerializeField, Tooltip("The player's key.")]
        private string player = "ann";

        [SerializeField, Tooltip("For development: what `playgate-backend token --player ann` prints.")]
        private string token = "";

        [SerializeField, Tooltip("The simulated k-ID.")]
        private string sandbox = "http://127.0.0.1:7411";

        [SerializeField] private FeatureGate gate = null;
        [SerializeField] private Button voiceButton = null;
        [SerializeField, Tooltip("Parent, verify age, player may enable, prohibited.")]
        private Button[] outcomes = new Button[0];
        [SerializeField] private ChallengePanel challengePanel = null;
        [SerializeField] private Text status = null;

        private SandboxFamily family;
        private Task<RequestOutcome> waiting;

        /// <summary>Whether voice chat has been opened.</summary>
        public bool IsTalking { get; private set; }

        /// <summary>Wires the sample up without a scene, as a test does.</summary>
        public void Use(string player, string token, string sandbox, FeatureGate gate, Button voiceButton, Button[] outcomes,
            ChallengePanel challengePanel, Text status)
        {
            this.player = player;
            this.token = token;
            this.sandbox = sandbox;
            this.gate = gate;
            this.voiceButton = voiceButton;
            this.outcomes = outcomes;
            this.challengePanel = challengePanel;
            this.status = status;
        }

        private void OnEnable()
        {
            if (gate == null)
            {
                return;
            }
            family = new SandboxFamily(sandbox);
            gate.ChallengeReady += ShowChallenge;
            gate.NothingToAsk += SayWhy;
            gate.Asked += SayOutcome;
            gate.Applied += HideChallenge;
            voiceButton.onClick.AddListener(Talk);
            for (int i = 0; i < outcomes.Length; i++)
            {
                int outcome = i;
                outcomes[i].onClick.AddListener(() => Decide(outcome));
            }
            PlaygateManager.ConsentNeeded += AskForConsent;
            // After a reload of scripts this opens the same record again.
            PlaygateManager.Start(player, token.Length > 0 ? token : null);
        }

        private void OnDisable()
        {
            if (gate == null)
            {
                return;
            }
            gate.ChallengeReady -= ShowChallenge;
            gate.NothingToAsk -= SayWhy;
            gate.Asked -= SayOutcome;
            gate.Applied -= HideChallenge;
            voiceButton.onClick.RemoveListener(Talk);
            PlaygateManager.ConsentNeeded -= AskForConsent;
        }

        private void Update()
        {
            if (waiting != null && waiting.IsCompleted)
            {
                status.text = waiting.IsCanceled ? "" : waiting.Result.IsOk ? "" : waiting.Result.Text;
                waiting = null;
            }
        }

        // The button is locked while this may not happen; asking again costs nothing.
        private void Talk()
        {
            IsTalking = PlaygateManager.IsAllowed(Feature.Of(FeatureName));
            status.text = IsTalking ? "You are talking." : "";
        }

        // The age gate and the consent flow of a real game stand here.
        private void AskForConsent()
        {
            status.text = "Asking for consent ...";
            family.Consent(FeatureName, json =>
            {
                if (json == null)
                {
                    status.text = "The sandbox does not answer.";
                }
                else if (PlaygateManager.Client != null)
                {
                    waiting = PlaygateManager.Client.AdoptAsync(json);
                }
            });
        }

        private void Decide(int outcome)
        {
            string session;
            using (Session held = PlaygateManager.Client == null ? null : PlaygateManager.Client.GetSession())
            {
                session = held == null ? null : held.SessionId;
            }
            if (session == null)
            {
                AskForConsent();
                return;
            }
            family.Decide(session, FeatureName, (SandboxOutcome)outcome, isDone =>
            {
                status.text = isDone ? "" : "The sandbox does not answer.";
                if (PlaygateManager.Client != null)
                {
                    // As a push would do it.
                    waiting = PlaygateManager.Client.RefreshAfterPushAsync();
                }
            });
        }

        private void ShowChallenge(FeatureGate of, Challenge challenge)
        {
            using (challenge)
            {
                if (challenge.Actor == Actor.Player)
                {
                    // The player answers: in the system's browser.
                    Application.OpenURL(challenge.Url);
                    return;
                }
                // A parent answers, on a device of their own.
                challengePanel.Show(challenge);
            }
        }

        private void HideChallenge(FeatureGate of)
        {
            if (of.IsOpen)
            {
                challengePanel.Hide();
            }
        }

        private void SayWhy(FeatureGate of)
        {
            status.text = of.Decision.Text;
        }

        private void SayOutcome(FeatureGate of, RequestOutcome outcome)
        {
            bool isFine = outcome.IsOk || outcome.Result == Result.ChallengeOpen;
            status.text = isFine ? "" : "That did not work. Please try again later.";
        }
    }
}
