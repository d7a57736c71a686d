using Playgate.Native;

namespace Playgate
{
    /// <summary>One permission of a session.</summary>
    public sealed class Permission
    {
        internal Permission(ref playgate_permission permission)
        {
            Name = NativeText.Copy(permission.name);
            Enabled = permission.enabled == 1;
            ManagedBy = (ManagedBy)permission.managed_by;
            ManagedByText = NativeText.Copy(permission.managed_by_text);
            AgeThreshold = (int)permission.age_threshold;
            Access = (Access)permission.access;
        }

        /// <summary>The feature's name.</summary>
        public string Name { get; private set; }

        /// <summary>Whether the permission is on.</summary>
        public bool Enabled { get; private set; }

        /// <summary>Who manages it.</summary>
        public ManagedBy ManagedBy { get; private set; }

        /// <summary>Who manages it, as the server wrote it.</summary>
        public string ManagedByText { get; private set; }

        /// <summary>The age in years that must be verified; 0 when there is none.</summary>
        public int AgeThreshold { get; private set; }

        /// <summary>What the feature may do by this session alone.</summary>
        public Access Access { get; private set; }
    }
}
