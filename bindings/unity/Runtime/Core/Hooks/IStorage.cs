namespace Playgate
{
    /// <summary>
    /// Keeps records in the game's own storage. Called on the thread that pumps alone, one operation at a time. Every operation
    /// must be answered, now or later: until the first read is, decisions say "wait". The storage belongs to one process.
    /// </summary>
    public interface IStorage
    {
        /// <summary>Names the place, so that two clients of one player over one place are found.</summary>
        string Place { get; }

        /// <summary>Reads what is stored under a key: 1 to 64 lower-case letters, digits and '-'.</summary>
        void Read(StorageOperation operation, string key);

        /// <summary>
        /// Replaces what is stored under a key, whole or not at all, and durably: answer when a loss of power can no longer
        /// undo it.
        /// </summary>
        void Write(StorageOperation operation, string key, byte[] bytes);

        /// <summary>Removes what is stored under a key, durably; done also when there is nothing.</summary>
        void Remove(StorageOperation operation, string key);
    }
}
