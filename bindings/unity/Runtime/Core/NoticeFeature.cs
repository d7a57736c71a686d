namespace Playgate
{
    /// <summary>A feature that a notice speaks of.</summary>
    public readonly struct NoticeFeature
    {
        internal NoticeFeature(string name, string shown)
        {
            Name = name;
            Shown = shown;
        }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>What to show for it.</summary>
        public string Shown { get; }

        /// <summary>What to show for it.</summary>
        public override string ToString()
        {
            return Shown ?? string.Empty;
        }
    }
}
