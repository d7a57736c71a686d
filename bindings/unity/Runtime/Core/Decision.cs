using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// A decision about a feature. <see cref="Access"/> and <see cref="NextStep"/> may drive the user interface,
    /// <see cref="Text"/> may be shown; <see cref="Reason"/>, <see cref="ManagedBy"/> and <see cref="AgeThreshold"/> may choose
    /// among texts; <see cref="Freshness"/> is for hints and logs. The default value is a denial.
    /// </summary>
    public readonly struct Decision
    {
        private readonly string _text;

        internal Decision(ref playgate_decision decision)
        {
            Access = (Access)decision.access;
            Reason = (Reason)decision.reason;
            NextStep = (NextStep)decision.next_step;
            Freshness = (Freshness)decision.freshness;
            ManagedBy = (ManagedBy)decision.managed_by;
            AgeThreshold = (int)decision.age_threshold;
            _text = NativeText.Static(decision.text);
        }

        /// <summary>What the feature may do.</summary>
        public Access Access { get; }

        /// <summary>Why it is not on.</summary>
        public Reason Reason { get; }

        /// <summary>What to do next.</summary>
        public NextStep NextStep { get; }

        /// <summary>How fresh the knowledge is.</summary>
        public Freshness Freshness { get; }

        /// <summary>Who manages the feature.</summary>
        public ManagedBy ManagedBy { get; }

        /// <summary>The age in years that must be verified; 0 when there is none.</summary>
        public int AgeThreshold { get; }

        /// <summary>A neutral sentence for the locked feature, in the language that was set; empty when it is on.</summary>
        public string Text
        {
            get { return _text ?? string.Empty; }
        }

        /// <summary>Whether the feature is on.</summary>
        public bool IsAllowed
        {
            get { return Access == Access.Allowed; }
        }
    }
}
