using System;
using UnityEngine;

namespace Playgate.Unity
{
    /// <summary>
    /// The player's client in the life of a Unity game: opened by <see cref="Start"/>, pumped in each frame, told of pause,
    /// focus and connectivity, and closed when the player leaves, the game quits, play ends or scripts are reloaded.
    /// Main thread, except for <see cref="IsAllowed"/> and <see cref="GetAccess"/>: any thread.
    /// </summary>
    public static class PlaygateManager
    {
        // Looking at connectivity costs a call into the platform on phones.
        private const float ReachabilityInterval = 1f;

        private static volatile PlaygateClient client;
        private static PlaygateBehaviour behaviour;
        private static PlaygateSettings settings;
        private static IPlaygateTicked transport;
        private static Action<PlaygateEvent> heard;
        private static string player;
        private static int pumpBudget;
        private static bool isPaused;
        private static bool isOnline;
        private static bool isChanged;
        private static float nextLook;

        /// <summary>A client was opened.</summary>
        public static event Action Started;

        /// <summary>The client was closed; everything is denied until the next <see cref="Start"/>.</summary>
        public static event Action Stopped;

        /// <summary>
        /// What a decision says may have changed: after a start, a stop and, once a frame, after events. Not raised in a
        /// frame in which nothing happened.
        /// </summary>
        public static event Action Changed;

        /// <summary>There is something to tell the player: show <c>Client.GetNotice()</c>, then acknowledge it.</summary>
        public static event Action NoticeReady;

        /// <summary>The player has no session: the game's age gate comes next.</summary>
        public static event Action ConsentNeeded;

        /// <summary>The studio's server refuses the token: get a new one and pass it to <see cref="SetToken"/>.</summary>
        public static event Action TokenRefused;

        /// <summary>Every event of the client.</summary>
        public static event Action<PlaygateEvent> EventReceived;

        /// <summary>The client; null before <see cref="Start"/> and after <see cref="Stop"/>.</summary>
        public static PlaygateClient Client
        {
            get { return client; }
        }

        /// <summary>The player of <see cref="Client"/>, or null.</summary>
        public static string Player
        {
            get { return player; }
        }

        /// <summary>Whether a client is open.</summary>
        public static bool IsStarted
        {
            get { return client != null; }
        }

        /// <summary>The settings in force: those of the last start, or the game's asset. Never null.</summary>
        public static PlaygateSettings Settings
        {
            get { return settings != null ? settings : (settings = PlaygateSettings.Load()); }
        }

        /// <summary>
        /// Opens the player's client. Decisions are there when this returns, offline too. Reads files, so it belongs into a
        /// loading screen. Called again for the same player it only sets the token; for another player it closes the first
        /// one's client before.
        /// </summary>
        /// <param name="player">The player's key, for example the account's id; the same for the same player.</param>
        /// <param name="token">The player's token for the studio's server; null: it comes later.</param>
        /// <returns>The client, which this class closes.</returns>
        /// <exception cref="ArgumentException"><paramref name="player"/> is null or empty.</exception>
        /// <exception cref="InvalidOperationException">The game is not playing, or there is no folder for records.</exception>
        /// <exception cref="PlaygateException">The client cannot be opened.</exception>
        public static PlaygateClient Start(string player, string token = null)
        {
            if (string.IsNullOrEmpty(player))
            {
                throw new ArgumentException("A player's key has at least one character.", "player");
            }
            if (!Application.isPlaying)
            {
                throw new InvalidOperationException(
                    "PlaygateManager works while the game plays. In edit mode open a PlaygateClient, and close it.");
            }
            if (client != null && PlaygateManager.player == player)
            {
                if (token != null)
                {
                    client.SetToken(token);
                }
                return client;
            }
            Stop();
            PlaygateSettings own = Settings;
            PlaygateTexts.SetLanguage(own.Language.Length > 0 ? own.Language : PlaygateLanguage.Tag(Application.systemLanguage));
            foreach (string feature in own.Features)
            {
                Feature.Of(feature);
            }
            PlaygateClientOptions options = own.ToOptions(player, token);
            // A device that is offline when it starts is not asked to send anything first.
            bool isReachable = Application.internetReachability != NetworkReachability.NotReachable;
            bool isNetworkAllowed = options.NetworkAllowed;
            options.NetworkAllowed = isNetworkAllowed && isReachable;
            PlaygateClient opened = PlaygateClient.Open(options);
            if (!isReachable)
            {
                opened.SetOnline(false);
                opened.SetNetworkAllowed(isNetworkAllowed);
            }
            PlaygateManager.player = player;
            pumpBudget = own.PumpBudgetMicroseconds;
            transport = options.Transport as IPlaygateTicked;
            isPaused = false;
            isOnline = isReachable;
            nextLook = 0f;
            heard = Heard;
            opened.EventReceived += heard;
            client = opened;
            Attach();
            LookAtReachability();
            Raise(Started);
            isChanged = true;
            return opened;
        }

        /// <summary>Sets or replaces the player's token; null takes it away. Nothing happens without a client.</summary>
        public static void SetToken(string token)
        {
            if (client != null)
            {
                client.SetToken(token);
            }
        }

        /// <summary>Whether the player may use the feature now. False without a client. For the frame path.</summary>
        public static bool IsAllowed(Feature feature)
        {
            PlaygateClient open = client;
            return open != null && open.IsAllowed(feature);
        }

        /// <summary>The feature's class. Unavailable without a client. For the frame path.</summary>
        public static Access GetAccess(Feature feature)
        {
            PlaygateClient open = client;
            return open != null ? open.GetAccess(feature) : Access.Unavailable;
        }

        /// <summary>What is known about the feature, with the reason and the next step. Unavailable without a client.</summary>
        public static Decision Decide(Feature feature)
        {
            PlaygateClient open = client;
            return open != null ? open.Decide(feature) : default(Decision);
        }

        /// <summary>
        /// Closes the client: everything is denied at once, tasks under way are cancelled, and what is being stored is waited
        /// for, as long as the settings say. Nothing happens without a client.
        /// </summary>
        public static void Stop()
        {
            PlaygateClient closing = client;
            if (closing == null)
            {
                return;
            }
            IPlaygateTicked carried = transport;
            client = null;
            player = null;
            transport = null;
            isChanged = false;
            Detach();
            try
            {
                closing.EventReceived -= heard;
                closing.Dispose(TimeSpan.FromMilliseconds(Settings.QuitDrainMilliseconds));
            }
            catch (Exception error)
            {
                // Quitting goes on.
                Debug.LogException(error);
            }
            if (carried != null)
            {
                carried.End();
            }
            Raise(Stopped);
            Raise(Changed);
        }

        // Once a frame, from the player loop.
        internal static void Tick()
        {
            PlaygateClient open = client;
            if (open == null)
            {
                return;
            }
            try
            {
                if (transport != null)
                {
                    transport.Tick();
                }
                open.Pump(pumpBudget);
            }
            catch (Exception error)
            {
                // What a handler of the game threw: it is shown, and the next frame goes on.
                Debug.LogException(error);
            }
            if (client == open && Time.realtimeSinceStartup >= nextLook)
            {
                LookAtReachability();
                if (behaviour == null)
                {
                    // A game that destroys every object destroyed this one too.
                    behaviour = PlaygateBehaviour.Make();
                }
            }
            if (isChanged)
            {
                isChanged = false;
                Raise(Changed);
            }
        }

        internal static void SetPaused(bool paused)
        {
            if (client == null || paused == isPaused)
            {
                return;
            }
            isPaused = paused;
            if (paused)
            {
                client.Suspend();
            }
            else
            {
                client.Resume();
                nextLook = 0f;
            }
        }

        // The first thing in a play, with and without a reload of the domain: nothing of the play before is left over.
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        internal static void Reset()
        {
            Started = null;
            Stopped = null;
            Changed = null;
            NoticeReady = null;
            ConsentNeeded = null;
            TokenRefused = null;
            EventReceived = null;
            Stop();
            PlaygatePump.Remove();
            PlaygateHooks.Clear();
            settings = null;
        }

        // For the Editor and for quitting: also clients that the game opened by itself.
        internal static void CloseAll()
        {
            Stop();
            PlaygateLibrary.CloseAll(TimeSpan.FromMilliseconds(Settings.QuitDrainMilliseconds));
        }

        private static void Attach()
        {
            behaviour = PlaygateBehaviour.Make();
            Application.quitting += CloseAll;
            Application.unloading += CloseAll;
            Application.focusChanged += FocusChanged;
            PlaygatePump.Insert();
        }

        private static void Detach()
        {
            Application.quitting -= CloseAll;
            Application.unloading -= CloseAll;
            Application.focusChanged -= FocusChanged;
            PlaygatePump.Remove();
            PlaygateBehaviour holder = behaviour;
            behaviour = null;
            if (holder == null)
            {
                return;
            }
            if (Application.isPlaying)
            {
                UnityEngine.Object.Destroy(holder.gameObject);
            }
            else
            {
                UnityEngine.Object.DestroyImmediate(holder.gameObject);
            }
        }

        // The player comes back, perhaps from a challenge's page: what became of it is looked at.
        private static void FocusChanged(bool hasFocus)
        {
            if (!hasFocus || client == null || isPaused)
            {
                return;
            }
            nextLook = 0f;
            try
            {
                foreach (Challenge challenge in client.GetChallenges())
                {
                    using (challenge)
                    {
                        if (challenge.Progress == Progress.Asked || challenge.Progress == Progress.Waiting)
                        {
                            client.CheckChallengeAsync(challenge);
                        }
                    }
                }
            }
            catch (PlaygateException error)
            {
                // Too much is under way; the next look comes by itself.
                Debug.LogWarning("Playgate: a challenge was not looked at: " + error.Message);
            }
        }

        private static void LookAtReachability()
        {
            nextLook = Time.realtimeSinceStartup + ReachabilityInterval;
            bool now = Application.internetReachability != NetworkReachability.NotReachable;
            if (now != isOnline)
            {
                isOnline = now;
                client.SetOnline(now);
            }
        }

        private static void Heard(PlaygateEvent what)
        {
            isChanged = true;
            Action<PlaygateEvent> all = EventReceived;
            if (all != null)
            {
                try
                {
                    all(what);
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
            switch (what.Type)
            {
                case EventType.NoticeReady:
                    Raise(NoticeReady);
                    break;
                case EventType.ConsentNeeded:
                    Raise(ConsentNeeded);
                    break;
                case EventType.TokenRefused:
                    Raise(TokenRefused);
                    break;
            }
        }

        // A handler that throws keeps no other from being called.
        private static void Raise(Action handlers)
        {
            if (handlers == null)
            {
                return;
            }
            foreach (Delegate handler in handlers.GetInvocationList())
            {
                try
                {
                    ((Action)handler)();
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
        }
    }
}
