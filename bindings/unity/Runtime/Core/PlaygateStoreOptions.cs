namespace Playgate
{
    /// <summary>How to open a store.</summary>
    public sealed class PlaygateStoreOptions
    {
        /// <summary>Required: the folder for records; it is created if its parent is there.</summary>
        public string Folder { get; set; }

        /// <summary>32 bytes from the platform's keystore, or null.</summary>
        public byte[] Key { get; set; }

        /// <summary>The key before this one, or null.</summary>
        public byte[] PreviousKey { get; set; }

        /// <summary>Whether a record that is not sealed is accepted although a key is given.</summary>
        public bool MigrateUnsealed { get; set; }
    }
}
