using System;
using System.Collections.Generic;

namespace Playgate
{
    /// <summary>How to open a client. What is not set is the library's default.</summary>
    public sealed class PlaygateClientOptions
    {
        /// <summary>
        /// Required: the player's key, any text that is the same for the same player, for example the account's id. At most
        /// 1,024 bytes. It is hashed before it becomes a file name.
        /// </summary>
        public string Player { get; set; }

        /// <summary>
        /// The studio's server, "https://…", or "http://…" for loopback. Null: no server; the client lives on what it stored
        /// and what <see cref="PlaygateClient.AdoptAsync"/> gives it.
        /// </summary>
        public string ServerUrl { get; set; }

        /// <summary>The player's token for the server; may be set later.</summary>
        public string Token { get; set; }

        /// <summary>
        /// The folder for records; it is created if its parent is there. Null: memory only, unless there is a
        /// <see cref="Storage"/>.
        /// </summary>
        public string Folder { get; set; }

        /// <summary>32 bytes from the platform's keystore: records are sealed with it. Null: records are in clear.</summary>
        public byte[] Key { get; set; }

        /// <summary>The key before this one: opens what was sealed with it.</summary>
        public byte[] PreviousKey { get; set; }

        /// <summary>Root certificates in PEM that are trusted besides Mozilla's.</summary>
        public string ExtraRootsPem { get; set; }

        /// <summary>Whether the given root certificates alone are trusted.</summary>
        public bool OnlyExtraRoots { get; set; }

        /// <summary>An HTTP proxy, "http://[user:password@]host:port".</summary>
        public string ProxyUrl { get; set; }

        /// <summary>Where a parent types a challenge's one-time code in, as it is shown with the code.</summary>
        public string CodeSite { get; set; }

        /// <summary>The time limit of one exchange with the server; zero: 15 s.</summary>
        public TimeSpan RequestTimeout { get; set; }

        /// <summary>The time limit of a new connection; zero: 10 s.</summary>
        public TimeSpan ConnectTimeout { get; set; }

        /// <summary>The longest time without a byte of an answer; zero: 15 s.</summary>
        public TimeSpan ReadTimeout { get; set; }

        /// <summary>The least time between two refreshes that the game asks for; zero: 30 s.</summary>
        public TimeSpan PollFloor { get; set; }

        /// <summary>The time between two refreshes in long play; zero: 15 min.</summary>
        public TimeSpan PeriodicRefresh { get; set; }

        /// <summary>
        /// After so long without the server's confirmation, what a parent or an age verification allowed becomes unavailable.
        /// Zero: never.
        /// </summary>
        public TimeSpan StaleAfter { get; set; }

        /// <summary>Headers that every request to the studio's server carries, for example of a gateway.</summary>
        public IEnumerable<KeyValuePair<string, string>> ExtraHeaders { get; set; }

        /// <summary>
        /// If another client of this process has the player's record open, close it and take its place: for an editor that
        /// reloads scripts.
        /// </summary>
        public bool TakeOver { get; set; }

        /// <summary>
        /// Whether the network may be used from the start. Without it no byte leaves before
        /// <see cref="PlaygateClient.SetNetworkAllowed"/>.
        /// </summary>
        public bool NetworkAllowed { get; set; }

        /// <summary>
        /// Whether a record that is not sealed is accepted although a key is given: for the one release of a game that starts
        /// to use a key.
        /// </summary>
        public bool MigrateUnsealed { get; set; }

        /// <summary>
        /// Whether the client does without threads: all its work is done inside <see cref="PlaygateClient.Pump"/>. It is so
        /// anyway where <see cref="Transport"/>, <see cref="Storage"/>, <see cref="Clock"/> or <see cref="RandomSource"/> is
        /// given, so that they are called on the thread that pumps and on no other.
        /// </summary>
        public bool NoThreads { get; set; }

        /// <summary>Carries requests by the game's own HTTP; null: the built-in one.</summary>
        public ITransport Transport { get; set; }

        /// <summary>Keeps records in the game's own storage; null: files in <see cref="Folder"/>, or memory.</summary>
        public IStorage Storage { get; set; }

        /// <summary>Tells the time; null: the system's clocks.</summary>
        public IClock Clock { get; set; }

        /// <summary>Gives random bytes; null: the operating system's.</summary>
        public IRandomSource RandomSource { get; set; }

        /// <summary>A scripted server in place of a real one, for tests of a game. Not together with a transport.</summary>
        public Testing.MockTransport Mock { get; set; }

        internal bool HasHooks
        {
            get { return Transport != null || Storage != null || Clock != null || RandomSource != null; }
        }
    }
}
