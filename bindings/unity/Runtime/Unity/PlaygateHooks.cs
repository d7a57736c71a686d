using System;

namespace Playgate.Unity
{
    /// <summary>
    /// What a game puts in place of the defaults. Set it before <see cref="PlaygateManager.Start"/>, at the earliest in a
    /// method with <c>[RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.BeforeSceneLoad)]</c>: all of it is taken
    /// back when play begins. Main thread.
    /// </summary>
    public static class PlaygateHooks
    {
        /// <summary>Where the key of a player's record comes from; null: records are not sealed.</summary>
        public static IPlaygateKeyStore KeyStore { get; set; }

        /// <summary>
        /// The folder for records, in place of the one below <c>Application.persistentDataPath</c>; null: that one. On a
        /// console: the mounted save data, or the path that its services give.
        /// </summary>
        public static string Folder { get; set; }

        /// <summary>Makes the storage for records, in place of a folder; null: as the settings say.</summary>
        public static Func<IStorage> Storage { get; set; }

        /// <summary>Makes the transport of requests, in place of the settings' choice; null: as they say.</summary>
        public static Func<ITransport> Transport { get; set; }

        /// <summary>The last word on the options before a client is opened; null: none is wanted.</summary>
        public static Action<PlaygateClientOptions> Configure { get; set; }

        internal static void Clear()
        {
            KeyStore = null;
            Folder = null;
            Storage = null;
            Transport = null;
            Configure = null;
        }
    }
}
