// Generated from include/playgate.abi and include/playgate.h by `cargo xtask csharp`.

namespace Playgate.Native
{
    /// <summary>The numbers of the C header that belong to no enumeration.</summary>
    internal static class NativeConstants
    {
        /// <summary>
        /// The ABI version of this header; the library's own is playgate_abi_version().
        /// </summary>
        internal const uint AbiVersion = 1;

        /// <summary>
        /// An age of a playgate_age_signal that is not given.
        /// </summary>
        internal const int AgeNone = -1;

        /// <summary>
        /// Build flag: records can be kept as files.
        /// </summary>
        internal const uint BuildFileStore = 1;

        /// <summary>
        /// Build flag: the library has its own HTTP transport and worker thread.
        /// </summary>
        internal const uint BuildHttp = 2;

        /// <summary>
        /// Build flag: for tests of games, with playgate_mock_… and overrides. Never set in a library that
        /// ships.
        /// </summary>
        internal const uint BuildMock = 8;

        /// <summary>
        /// Build flag: k-ID can be called directly. Never set in a library for games.
        /// </summary>
        internal const uint BuildTrustedServer = 4;

        /// <summary>
        /// Flag: a record that is not sealed is accepted although a key is given, and sealed at the next save.
        /// For the one release of a game that starts to use a key.
        /// </summary>
        internal const uint ClientMigrateUnsealed = 4;

        /// <summary>
        /// Flag: the network may be used from the start. Without it no byte leaves before
        /// playgate_client_set_network_allowed.
        /// </summary>
        internal const uint ClientNetworkAllowed = 2;

        /// <summary>
        /// Flag: the client has no threads: everything happens inside its own functions, above all
        /// playgate_client_pump. With a server it needs a transport hook. A build without HTTP of its own has no
        /// threads anyway.
        /// </summary>
        internal const uint ClientNoThreads = 16;

        /// <summary>
        /// Flag: trust the given root certificates alone.
        /// </summary>
        internal const uint ClientOnlyExtraRoots = 8;

        /// <summary>
        /// Flag: if another client of this process has the player's record open, close it and take its place.
        /// For an editor that reloads scripts.
        /// </summary>
        internal const uint ClientTakeOver = 1;

        /// <summary>
        /// Flag: the game session runs whatever the k-ID session says. The host answers for it.
        /// </summary>
        internal const uint GameSessionUngated = 1;

        /// <summary>
        /// How many bytes a storage key has.
        /// </summary>
        internal const uint KeyBytes = 32;

        /// <summary>
        /// The longest response body, in bytes.
        /// </summary>
        internal const uint MaxResponseBytes = 4194304;

        /// <summary>
        /// Flag: as PLAYGATE_CLIENT_MIGRATE_UNSEALED.
        /// </summary>
        internal const uint StoreMigrateUnsealed = 4;

        /// <summary>
        /// How many cells a decision table has.
        /// </summary>
        internal const uint TableCells = 1024;
    }
}
