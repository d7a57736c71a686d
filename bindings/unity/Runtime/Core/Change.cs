using Playgate.Native;

namespace Playgate
{
    /// <summary>One change from a session to the next.</summary>
    public sealed class Change
    {
        internal Change(ref playgate_change change)
        {
            Kind = (ChangeKind)change.kind;
            Direction = (Direction)change.direction;
            AccessBefore = (Access)change.access_before;
            AccessAfter = (Access)change.access_after;
            EnabledBefore = change.enabled_before == 1;
            EnabledAfter = change.enabled_after == 1;
            ThresholdBefore = (int)change.threshold_before;
            ThresholdAfter = (int)change.threshold_after;
            Permission = NativeText.Copy(change.permission);
            Before = NativeText.Copy(change.before);
            After = NativeText.Copy(change.after);
        }

        /// <summary>What kind of change. An open set.</summary>
        public ChangeKind Kind { get; private set; }

        /// <summary>Which way it went.</summary>
        public Direction Direction { get; private set; }

        /// <summary>What the permission gave before, whatever the session's status was.</summary>
        public Access AccessBefore { get; private set; }

        /// <summary>What the permission gives now, whatever the session's status is.</summary>
        public Access AccessAfter { get; private set; }

        /// <summary>Whether the permission was on.</summary>
        public bool EnabledBefore { get; private set; }

        /// <summary>Whether the permission is on.</summary>
        public bool EnabledAfter { get; private set; }

        /// <summary>The age threshold before, in years; 0 when there was none.</summary>
        public int ThresholdBefore { get; private set; }

        /// <summary>The age threshold now, in years; 0 when there is none.</summary>
        public int ThresholdAfter { get; private set; }

        /// <summary>The permission's name; empty for a change of the session itself.</summary>
        public string Permission { get; private set; }

        /// <summary>The changed word before: who managed it, the age status, the status, the jurisdiction or the session id.</summary>
        public string Before { get; private set; }

        /// <summary>The changed word now.</summary>
        public string After { get; private set; }
    }
}
