using System;
using UnityEngine;

namespace Playgate.Unity
{
    /// <summary>What carries the requests to the studio's server.</summary>
    public enum TransportChoice
    {
        /// <summary>UnityWebRequest where the library has no HTTP of its own (WebGL), the library's own elsewhere.</summary>
        Automatic = 0,

        /// <summary>The library's own HTTP, on its own thread.</summary>
        BuiltIn = 1,

        /// <summary>UnityWebRequest. The client then has no threads: all its work is done in the frame's pump.</summary>
        UnityWebRequest = 2
    }

    /// <summary>Where players' records are kept.</summary>
    public enum StorageChoice
    {
        /// <summary>PlayerPrefs on WebGL, a folder elsewhere.</summary>
        Automatic = 0,

        /// <summary>A folder below <c>Application.persistentDataPath</c>, or <see cref="PlaygateHooks.Folder"/>.</summary>
        Folder = 1,

        /// <summary>PlayerPrefs. The client then has no threads.</summary>
        PlayerPrefs = 2,

        /// <summary>Nowhere: nothing survives the client.</summary>
        Memory = 3
    }

    /// <summary>
    /// The game's settings: an asset named <c>PlaygateSettings</c> in a folder <c>Resources</c>. Edit it under
    /// Edit > Project Settings > Playgate. It holds no secret: tokens come from the studio's login, keys from
    /// <see cref="IPlaygateKeyStore"/>. Main thread.
    /// </summary>
    [CreateAssetMenu(fileName = ResourceName, menuName = "Playgate/Settings")]
    public sealed class PlaygateSettings : ScriptableObject
    {
        /// <summary>The asset's name in a folder Resources.</summary>
        public const string ResourceName = "PlaygateSettings";

        [SerializeField, Tooltip("The studio's server, https://..., or http://... on this machine. Empty: none.")]
        private string serverUrl = "";

        [SerializeField, Tooltip("Off: no byte leaves before PlaygateManager.Client.SetNetworkAllowed(true).")]
        private bool networkAllowed = true;

        [SerializeField, Tooltip("The features that the game asks for; they get their numbers when it starts.")]
        private string[] features = new string[0];

        [SerializeField, Tooltip("BCP 47 tag of the texts. Empty: the system's language.")]
        private string language = "";

        [SerializeField, Tooltip("Where a parent types a one-time code in. Empty: k-ID's own site.")]
        private string codeSite = "";

        [SerializeField] private TransportChoice transport = TransportChoice.Automatic;

        [SerializeField] private StorageChoice storage = StorageChoice.Automatic;

        [SerializeField, Tooltip("The folder's name below Application.persistentDataPath.")]
        private string folderName = "playgate";

        [SerializeField, Tooltip("Accept records that are not sealed although a key is given: for the one release that starts to use keys.")]
        private bool migrateUnsealed = false;

        [SerializeField, Min(0), Tooltip("After so many hours without the server, what a parent allowed is unavailable. 0: never.")]
        private int staleAfterHours = 0;

        [SerializeField, Min(50), Tooltip("How long one frame's pump may take, in microseconds.")]
        private int pumpBudgetMicroseconds = 500;

        [SerializeField, Min(0), Tooltip("How long quitting may wait for what is being stored, in milliseconds.")]
        private int quitDrainMilliseconds = 2000;

        [SerializeField, Tooltip("In the Editor, take a player's record over from before the last reload of scripts.")]
        private bool takeOverInEditor = true;

        /// <summary>The studio's server; empty: none.</summary>
        public string ServerUrl { get { return serverUrl; } set { serverUrl = value ?? ""; } }

        /// <summary>Whether the network may be used from the start.</summary>
        public bool NetworkAllowed { get { return networkAllowed; } set { networkAllowed = value; } }

        /// <summary>The features that the game asks for, never null. They are numbered when it starts.</summary>
        public string[] Features { get { return features ?? new string[0]; } set { features = value; } }

        /// <summary>The BCP 47 tag of the texts; empty: the system's language.</summary>
        public string Language { get { return language; } set { language = value ?? ""; } }

        /// <summary>Where a parent types a one-time code in; empty: k-ID's own site.</summary>
        public string CodeSite { get { return codeSite; } set { codeSite = value ?? ""; } }

        /// <summary>What carries requests.</summary>
        public TransportChoice Transport { get { return transport; } set { transport = value; } }

        /// <summary>Where records are kept.</summary>
        public StorageChoice Storage { get { return storage; } set { storage = value; } }

        /// <summary>The folder's name below <c>Application.persistentDataPath</c>.</summary>
        public string FolderName { get { return folderName; } set { folderName = value ?? ""; } }

        /// <summary>Whether records that are not sealed are accepted although there is a key.</summary>
        public bool MigrateUnsealed { get { return migrateUnsealed; } set { migrateUnsealed = value; } }

        /// <summary>After so many hours without the server, what a parent allowed is unavailable; 0: never.</summary>
        public int StaleAfterHours { get { return staleAfterHours; } set { staleAfterHours = Math.Max(0, value); } }

        /// <summary>How long one frame's pump may take, in microseconds; at least 50.</summary>
        public int PumpBudgetMicroseconds { get { return pumpBudgetMicroseconds; } set { pumpBudgetMicroseconds = Math.Max(50, value); } }

        /// <summary>How long quitting may wait for what is being stored, in milliseconds.</summary>
        public int QuitDrainMilliseconds { get { return quitDrainMilliseconds; } set { quitDrainMilliseconds = Math.Max(0, value); } }

        /// <summary>Whether the Editor takes a record over from before the last reload of scripts.</summary>
        public bool TakeOverInEditor { get { return takeOverInEditor; } set { takeOverInEditor = value; } }

        /// <summary>The game's asset; one with the defaults when the game has none. Never null.</summary>
        public static PlaygateSettings Load()
        {
            PlaygateSettings found = Resources.Load<PlaygateSettings>(ResourceName);
            return found != null ? found : CreateInstance<PlaygateSettings>();
        }

        /// <summary>
        /// How a player's client is opened: these settings, and what <see cref="PlaygateHooks"/> puts in their place.
        /// Reads the key store.
        /// </summary>
        /// <param name="player">The player's key, for example the account's id.</param>
        /// <param name="token">The player's token for the studio's server, or null.</param>
        /// <exception cref="InvalidOperationException">There is no folder on this platform.</exception>
        public PlaygateClientOptions ToOptions(string player, string token)
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = player;
            options.Token = token;
            options.ServerUrl = serverUrl.Length > 0 ? serverUrl : null;
            options.CodeSite = codeSite.Length > 0 ? codeSite : null;
            options.NetworkAllowed = networkAllowed;
            options.MigrateUnsealed = migrateUnsealed;
            options.StaleAfter = TimeSpan.FromHours(staleAfterHours);
            options.TakeOver = Application.isEditor && takeOverInEditor;
            if (PlaygateHooks.KeyStore != null)
            {
                options.Key = PlaygateHooks.KeyStore.GetKey(player);
            }
            options.Transport = MakeTransport();
            options.Storage = MakeStorage();
            if (options.Storage == null && storage != StorageChoice.Memory)
            {
                options.Folder = PlaygateFolder.Resolve(folderName);
            }
            options.NoThreads = !HasThreads;
            if (PlaygateHooks.Configure != null)
            {
                PlaygateHooks.Configure(options);
            }
            return options;
        }

        private ITransport MakeTransport()
        {
            if (PlaygateHooks.Transport != null)
            {
                return PlaygateHooks.Transport();
            }
            bool isWanted = transport == TransportChoice.UnityWebRequest
                || (transport == TransportChoice.Automatic && !HasThreads);
            return isWanted && serverUrl.Length > 0 ? new UnityWebRequestTransport() : null;
        }

        private IStorage MakeStorage()
        {
            if (PlaygateHooks.Storage != null)
            {
                return PlaygateHooks.Storage();
            }
            bool isWanted = storage == StorageChoice.PlayerPrefs
                || (storage == StorageChoice.Automatic && !HasThreads && PlaygateHooks.Folder == null);
            return isWanted ? new PlayerPrefsStorage() : null;
        }

        private static bool HasThreads
        {
            get
            {
#if UNITY_WEBGL && !UNITY_EDITOR
                return false;
#else
                return true;
#endif
            }
        }
    }
}
