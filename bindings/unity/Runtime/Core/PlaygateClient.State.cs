using System;
using System.Collections.Generic;
using System.Threading;
using Playgate.Native;

namespace Playgate
{
    public sealed unsafe partial class PlaygateClient
    {
        /// <summary>The session as it is known now; null when there is none. Dispose of it. Any thread.</summary>
        /// <exception cref="ObjectDisposedException">The client was disposed of. So for everything below.</exception>
        public Session GetSession()
        {
            ulong session;
            int result = NativeMethods.playgate_client_session(OpenHandle(), &session);
            if (result == (int)Result.ErrorNotFound)
            {
                return null;
            }
            Check(result);
            return new Session(session);
        }

        /// <summary>The changes from what the player was last told to what holds now. Any thread.</summary>
        public IReadOnlyList<Change> GetChanges()
        {
            ulong changes;
            Check(NativeMethods.playgate_client_changes(OpenHandle(), &changes));
            return Changes.List(changes);
        }

        /// <summary>The same as JSON, in the form of k-ID's guide. Any thread.</summary>
        public string GetChangesJson()
        {
            ulong changes;
            Check(NativeMethods.playgate_client_changes(OpenHandle(), &changes));
            return Changes.Json(changes);
        }

        /// <summary>
        /// What to tell the player now; null when there is nothing. Show it, then call <see cref="AcknowledgeAsync"/>: until
        /// then it comes back, after a crash or restart too. Any thread.
        /// </summary>
        public Notice GetNotice()
        {
            ulong notice;
            int result = NativeMethods.playgate_client_notice(OpenHandle(), &notice);
            if (result == (int)Result.NoNotice)
            {
                return null;
            }
            Check(result);
            return Notice.Take(notice);
        }

        /// <summary>
        /// The challenge about a feature, as the last pump left it; null when there is none. Dispose of it. Any thread.
        /// </summary>
        public Challenge GetChallenge(Feature feature)
        {
            ulong challenge;
            int result = NativeMethods.playgate_client_challenge(OpenHandle(), feature.Number, &challenge);
            if (result == (int)Result.ErrorNotFound)
            {
                return null;
            }
            Check(result);
            return new Challenge(challenge);
        }

        /// <summary>All challenges of this player, whatever they are about, after a restart too. Any thread.</summary>
        public IReadOnlyList<Challenge> GetChallenges()
        {
            List<Challenge> challenges = new List<Challenge>();
            for (uint index = 0; ; index++)
            {
                ulong challenge;
                int result = NativeMethods.playgate_client_challenge_at(OpenHandle(), (UIntPtr)index, &challenge);
                if (result == (int)Result.ErrorNotFound)
                {
                    return challenges;
                }
                Check(result);
                challenges.Add(new Challenge(challenge));
            }
        }

        /// <summary>Sets or replaces the player's token for the server; null takes it away. Any thread.</summary>
        public void SetToken(string token)
        {
            using (NativeArena arena = new NativeArena())
            {
                Check(NativeMethods.playgate_client_set_token(OpenHandle(), arena.Text(token, "token")));
            }
        }

        /// <summary>Allows or forbids the network. No byte leaves before it is allowed. Allowing it refreshes. Any thread.</summary>
        public void SetNetworkAllowed(bool allowed)
        {
            Check(NativeMethods.playgate_client_set_network_allowed(OpenHandle(), allowed ? 1 : 0));
        }

        /// <summary>Tells the client whether the platform has connectivity. When it returns, the client refreshes. Any thread.</summary>
        public void SetOnline(bool online)
        {
            Check(NativeMethods.playgate_client_set_online(OpenHandle(), online ? 1 : 0));
        }

        /// <summary>The game goes to the background: nothing is sent until <see cref="Resume"/>. Any thread.</summary>
        public void Suspend()
        {
            Check(NativeMethods.playgate_client_suspend(OpenHandle()));
        }

        /// <summary>The game is back: the client refreshes. Any thread.</summary>
        public void Resume()
        {
            Check(NativeMethods.playgate_client_resume(OpenHandle()));
        }

        /// <summary>
        /// Requests under way end as cancelled and nothing new is taken; decisions stay, and events still come. Any thread.
        /// </summary>
        public void Stop()
        {
            Check(NativeMethods.playgate_client_stop(OpenHandle()));
        }

        /// <summary>Facts for support as a JSON object, without identifiers, tokens and personal data. One thread at a time.</summary>
        public string GetDiagnostics()
        {
            playgate_text text;
            Check(NativeMethods.playgate_client_diagnostics(OpenHandle(), &text));
            return NativeText.Copy(text);
        }

        /// <summary>
        /// Begins the ad service's game session, as soon as the k-ID session allows the feature that it depends on, and keeps
        /// it alive. Called again, it goes on with the new options. Any thread.
        /// </summary>
        /// <exception cref="ArgumentException">An option is wrong.</exception>
        public void StartGameSession(GameSessionOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException("options");
            }
            using (NativeArena arena = new NativeArena())
            {
                playgate_game_session_options native;
                NativeMethods.playgate_game_session_options_init(&native, (uint)sizeof(playgate_game_session_options));
                native.flags = options.Ungated ? NativeConstants.GameSessionUngated : 0;
                native.service_url = arena.Text(options.ServiceUrl, "ServiceUrl");
                native.auth_token = arena.Text(options.AuthToken, "AuthToken");
                native.feature = arena.Text(options.Feature, "Feature");
                int result = NativeMethods.playgate_game_session_start(OpenHandle(), &native);
                CheckArgument(result, "options");
                Check(result);
            }
        }

        /// <summary>Gives the game session a new token, for example after it was refused. Any thread.</summary>
        public void SetGameSessionToken(string token)
        {
            if (token == null)
            {
                throw new ArgumentNullException("token");
            }
            using (NativeArena arena = new NativeArena())
            {
                int result = NativeMethods.playgate_game_session_set_token(OpenHandle(), arena.Text(token, "token"));
                CheckArgument(result, "token");
                Check(result);
            }
        }

        /// <summary>Where the ad service's game session stands now. Idle after the end. For each frame; any thread.</summary>
        public GameSessionState GameSessionState
        {
            get { return (GameSessionState)NativeMethods.playgate_game_session_get_state(Handle); }
        }

        /// <summary>
        /// For tests of a game, with a library for tests: answers this access for a feature, whatever the session says, until
        /// it is cleared. Never stored, never sent. Any thread.
        /// </summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorUnsupported"/>: the library is one that ships.</exception>
        public void OverrideFeature(Feature feature, Access access)
        {
            Check(NativeMethods.playgate_client_override_feature(OpenHandle(), feature.Number, (int)access));
        }

        /// <summary>Lets the session decide about all features again. Any thread.</summary>
        public void ClearOverrides()
        {
            Check(NativeMethods.playgate_client_clear_overrides(OpenHandle()));
        }
    }
}
