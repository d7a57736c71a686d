using System;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine;
using UnityEngine.Events;
using UnityEngine.EventSystems;
using UnityEngine.UI;

namespace Playgate.Unity
{
    /// <summary>
    /// Locks a part of the game's UI while the player may not use a feature, shows why, and asks for the permission when
    /// the locked element is clicked. Put it on the element itself, so that it gets the clicks. Locked is how it starts, and
    /// how it stays without a client. In a frame in which nothing changes it allocates nothing. Main thread.
    /// </summary>
    [AddComponentMenu("Playgate/Feature Gate")]
    [DisallowMultipleComponent]
    public sealed class FeatureGate : MonoBehaviour, IPointerClickHandler, ISubmitHandler
    {
        /// <summary>Gets the text to be shown.</summary>
        [Serializable]
        public sealed class TextEvent : UnityEvent<string>
        {
        }

        [SerializeField, Tooltip("The feature's name at k-ID, for example voice-chat.")]
        private string featureName = "";

        [SerializeField, Tooltip("What cannot be clicked while the feature is locked.")]
        private Selectable selectable = null;

        [SerializeField, Tooltip("What is dimmed and takes no input while the feature is locked.")]
        private CanvasGroup canvasGroup = null;

        [SerializeField, Range(0f, 1f), Tooltip("The group's alpha while the feature is locked.")]
        private float lockedAlpha = 0.5f;

        [SerializeField, Tooltip("Shows why the feature is locked; empty while it is not.")]
        private Text reasonText = null;

        [SerializeField, Tooltip("Shown while the feature is locked, for example a padlock.")]
        private GameObject lockedOnly = null;

        [SerializeField, Tooltip("A click on the locked element asks for the permission.")]
        private bool askOnClick = true;

        [SerializeField] private UnityEvent onUnlocked = new UnityEvent();

        [SerializeField] private UnityEvent onLocked = new UnityEvent();

        [SerializeField, Tooltip("Gets the reason, for texts that are not UnityEngine.UI.Text.")]
        private TextEvent onReason = new TextEvent();

        private Feature feature;
        private Decision decision;
        private bool isApplied;
        private bool isDue;
        private Action changed;
        private Task<RequestOutcome> asking;
        private CancellationTokenSource stopAsking;

        /// <summary>The gate shows another decision than before.</summary>
        public event Action<FeatureGate> Applied;

        /// <summary>
        /// Somebody must answer: show the challenge, with its QR code for a parent, or its URL in the system's browser for
        /// the player. The handler's to dispose; without a handler the gate does.
        /// </summary>
        public event Action<FeatureGate, Challenge> ChallengeReady;

        /// <summary>What came of asking, for a message when it failed. A challenge that is open is no failure.</summary>
        public event Action<FeatureGate, RequestOutcome> Asked;

        /// <summary>The locked element was clicked, and there is nothing to ask for: the reason is all there is.</summary>
        public event Action<FeatureGate> NothingToAsk;

        /// <summary>The feature's name. Setting another one applies it at once.</summary>
        public string FeatureName
        {
            get { return featureName; }
            set
            {
                featureName = value ?? "";
                feature = default(Feature);
                isApplied = false;
                if (isActiveAndEnabled)
                {
                    Apply();
                }
            }
        }

        /// <summary>What cannot be clicked while the feature is locked; may be null.</summary>
        public Selectable Selectable { get { return selectable; } set { selectable = value; isDue = true; isApplied = false; } }

        /// <summary>What is dimmed and takes no input while the feature is locked; may be null.</summary>
        public CanvasGroup CanvasGroup { get { return canvasGroup; } set { canvasGroup = value; isDue = true; isApplied = false; } }

        /// <summary>Shows why the feature is locked; may be null.</summary>
        public Text ReasonText { get { return reasonText; } set { reasonText = value; isDue = true; isApplied = false; } }

        /// <summary>Shown while the feature is locked; may be null.</summary>
        public GameObject LockedOnly { get { return lockedOnly; } set { lockedOnly = value; isDue = true; isApplied = false; } }

        /// <summary>Whether a click on the locked element asks for the permission.</summary>
        public bool AskOnClick { get { return askOnClick; } set { askOnClick = value; } }

        /// <summary>Invoked when the feature becomes allowed.</summary>
        public UnityEvent OnUnlocked { get { return onUnlocked; } }

        /// <summary>Invoked when the feature becomes locked.</summary>
        public UnityEvent OnLocked { get { return onLocked; } }

        /// <summary>Invoked with the reason, empty when there is none, when it changes.</summary>
        public TextEvent OnReason { get { return onReason; } }

        /// <summary>What is shown.</summary>
        public Decision Decision
        {
            get { return decision; }
        }

        /// <summary>Whether the gate is open: the feature was allowed when it was last applied, and still is.</summary>
        public bool IsOpen
        {
            get { return isApplied && decision.IsAllowed && PlaygateManager.IsAllowed(feature); }
        }

        /// <summary>Whether an answer to <see cref="Ask"/> is awaited.</summary>
        public bool IsAsking
        {
            get { return asking != null; }
        }

        /// <summary>
        /// Asks for the permission, or shows the challenge that is open about it. What a click on the locked element does;
        /// for a button of its own where a pointer or a gamepad cannot reach the locked one. Nothing happens while an answer
        /// is awaited, without a client, or when the feature is allowed.
        /// </summary>
        public void Ask()
        {
            PlaygateClient client = PlaygateManager.Client;
            if (client == null || asking != null)
            {
                return;
            }
            Decision now = client.Decide(Number());
            if (now.IsAllowed || ShowChallenge(client, now))
            {
                return;
            }
            if (now.NextStep != NextStep.AskParent && now.NextStep != NextStep.VerifyAge && now.NextStep != NextStep.Enable)
            {
                Action<FeatureGate> nothing = NothingToAsk;
                if (nothing != null)
                {
                    nothing(this);
                }
                return;
            }
            try
            {
                stopAsking = new CancellationTokenSource();
                asking = client.RequestPermissionAsync(Number(), null, stopAsking.Token);
            }
            catch (PlaygateException error)
            {
                EndAsking();
                Debug.LogWarning("Playgate: the permission could not be asked for: " + error.Message, this);
            }
        }

        void IPointerClickHandler.OnPointerClick(PointerEventData eventData)
        {
            AskIfLocked();
        }

        void ISubmitHandler.OnSubmit(BaseEventData eventData)
        {
            AskIfLocked();
        }

        private void AskIfLocked()
        {
            if (askOnClick && isActiveAndEnabled && !PlaygateManager.IsAllowed(Number()))
            {
                Ask();
            }
        }

        private void OnEnable()
        {
            if (changed == null)
            {
                changed = MarkDue;
            }
            PlaygateManager.Changed += changed;
            Apply();
        }

        private void OnDisable()
        {
            PlaygateManager.Changed -= changed;
            // A challenge that comes of it is shown when the gate is clicked again.
            if (stopAsking != null)
            {
                stopAsking.Cancel();
            }
            EndAsking();
        }

        private void Update()
        {
            if (asking != null && asking.IsCompleted)
            {
                EndOf(asking);
            }
            // The table is read in each frame: a denial shows at once, whatever events are still to come.
            if (isDue || PlaygateManager.GetAccess(Number()) != decision.Access)
            {
                Apply();
            }
        }

        private void MarkDue()
        {
            isDue = true;
        }

        private Feature Number()
        {
            if (feature.IsNone && !string.IsNullOrEmpty(featureName))
            {
                feature = Feature.Of(featureName);
            }
            return feature;
        }

        private void Apply()
        {
            isDue = false;
            Decision now = PlaygateManager.Decide(Number());
            string text = now.IsAllowed ? "" : now.Text ?? "";
            bool isNew = !isApplied || now.Access != decision.Access || now.Reason != decision.Reason
                || now.NextStep != decision.NextStep || text != (decision.Text ?? "");
            if (!isNew)
            {
                return;
            }
            bool isTurned = !isApplied || now.IsAllowed != decision.IsAllowed;
            decision = now;
            isApplied = true;
            if (selectable != null)
            {
                selectable.interactable = now.IsAllowed;
            }
            if (canvasGroup != null)
            {
                canvasGroup.interactable = now.IsAllowed;
                canvasGroup.alpha = now.IsAllowed ? 1f : lockedAlpha;
                // The gate itself still has to get the clicks.
                canvasGroup.blocksRaycasts = true;
            }
            if (reasonText != null)
            {
                reasonText.text = text;
            }
            if (lockedOnly != null)
            {
                lockedOnly.SetActive(!now.IsAllowed);
            }
            onReason.Invoke(text);
            if (isTurned)
            {
                (now.IsAllowed ? onUnlocked : onLocked).Invoke();
            }
            Action<FeatureGate> applied = Applied;
            if (applied != null)
            {
                applied(this);
            }
        }

        private void EndOf(Task<RequestOutcome> ended)
        {
            EndAsking();
            isDue = true;
            PlaygateClient client = PlaygateManager.Client;
            if (ended.IsCanceled || client == null)
            {
                return;
            }
            if (ended.IsFaulted)
            {
                Debug.LogException(ended.Exception, this);
                return;
            }
            if (ended.Result.Result == Result.ChallengeOpen)
            {
                ShowChallenge(client, client.Decide(Number()));
            }
            Action<FeatureGate, RequestOutcome> asked = Asked;
            if (asked != null)
            {
                asked(this, ended.Result);
            }
        }

        private void EndAsking()
        {
            asking = null;
            if (stopAsking != null)
            {
                stopAsking.Dispose();
                stopAsking = null;
            }
        }

        // Whether there is a challenge that can still be answered; if so, it was handed on.
        private bool ShowChallenge(PlaygateClient client, Decision now)
        {
            if (now.Access == Access.Prohibited)
            {
                return false;
            }
            Challenge challenge = client.GetChallenge(Number());
            if (challenge == null)
            {
                return false;
            }
            bool isOpen = challenge.Progress == Progress.Asked || challenge.Progress == Progress.Waiting;
            Action<FeatureGate, Challenge> ready = ChallengeReady;
            if (isOpen && ready != null)
            {
                ready(this, challenge);
            }
            else
            {
                challenge.Dispose();
            }
            return isOpen;
        }
    }
}
