using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Playgate.Native;

namespace Playgate
{
    public sealed unsafe partial class PlaygateClient
    {
        /// <summary>The tasks that are not done, by request. Held while a request is begun, so that its end is not missed.</summary>
        private readonly Dictionary<ulong, PendingRequest> _pending = new Dictionary<ulong, PendingRequest>();

        /// <summary>
        /// Asks the server for news. Ends when the answer's effect is stored; within the poll floor at once with
        /// <see cref="Result.TooSoon"/>. Any thread.
        /// </summary>
        /// <exception cref="ObjectDisposedException">The client was disposed of. So for every request.</exception>
        /// <exception cref="PlaygateException">The request was refused at once. So for every request.</exception>
        public Task<RequestOutcome> RefreshAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_client_refresh(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>The same, because a push told the game that something changed: the poll floor does not hold. Any thread.</summary>
        public Task<RequestOutcome> RefreshAfterPushAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_client_refresh_after_push(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>
        /// Gives the client the session that the consent flow gave the game, as JSON. Ends when it is stored, or with
        /// <see cref="Result.ErrorInvalidSession"/>. It is not cancelled by the token once it has begun. Any thread.
        /// </summary>
        public Task<RequestOutcome> AdoptAsync(string json, CancellationToken token = default(CancellationToken))
        {
            using (NativeArena arena = new NativeArena())
            {
                UIntPtr len;
                byte* text = arena.Counted(json, "json", out len);
                if (token.IsCancellationRequested)
                {
                    return Cancelled(token);
                }
                lock (_pending)
                {
                    ulong request;
                    return Begun(NativeMethods.playgate_client_adopt(OpenHandle(), text, len, &request), request, token);
                }
            }
        }

        /// <summary>
        /// The player has been told what the notice said that <see cref="GetNotice"/> gave last, and no more. Ends when that is
        /// stored. Any thread.
        /// </summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorInvalidState"/>: no notice was handed out.</exception>
        public Task<RequestOutcome> AcknowledgeAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_client_acknowledge(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>Forgets the player: denies within a moment, then removes every trace from the storage. Any thread.</summary>
        public Task<RequestOutcome> ForgetAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_client_forget(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>Ends when everything known so far is stored, or could not be. Any thread.</summary>
        public Task<RequestOutcome> FlushAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_client_flush(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>
        /// The player taps a locked feature: asks for its permission. Ends with <see cref="Result.Ok"/> when it is on,
        /// <see cref="Result.ChallengeOpen"/> when a parent or the player must answer (<see cref="GetChallenge"/>),
        /// <see cref="Result.ErrorProhibited"/> when nobody can turn it on, or a failure. Any thread.
        /// </summary>
        /// <param name="feature">The feature.</param>
        /// <param name="signal">What the platform says about the player's age, or null. It may spare an age check.</param>
        /// <param name="token">Cancels the request; what the server was asked for may still have led to a challenge.</param>
        /// <exception cref="ArgumentException">The age signal is one that k-ID would refuse.</exception>
        public Task<RequestOutcome> RequestPermissionAsync(
            Feature feature, AgeSignal signal = null, CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            using (NativeArena arena = new NativeArena())
            {
                playgate_permission_request asked;
                NativeMethods.playgate_permission_request_init(&asked, (uint)sizeof(playgate_permission_request));
                asked.feature = feature.Number;
                asked.age_signal = signal == null ? null : signal.Native(arena);
                lock (_pending)
                {
                    ulong request;
                    int result = NativeMethods.playgate_client_request_permission(OpenHandle(), &asked, &request);
                    CheckArgument(result, "signal");
                    return Begun(result, request, token);
                }
            }
        }

        /// <summary>
        /// Switches a feature off that the player manages, or on again, on this device. Ends when it is stored. Any thread.
        /// </summary>
        /// <exception cref="PlaygateException">
        /// <see cref="Result.ErrorInvalidState"/>: the player does not manage it, or it is the session that has it off.
        /// </exception>
        public Task<RequestOutcome> SwitchFeatureAsync(Feature feature, bool on, CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                int result = NativeMethods.playgate_client_switch_feature(OpenHandle(), feature.Number, on ? 1 : 0, &request);
                return Begun(result, request, token);
            }
        }

        /// <summary>A new one-time code for a parent's challenge. Ends when <see cref="GetChallenge"/> gives it. Any thread.</summary>
        public Task<RequestOutcome> RenewCodeAsync(Challenge challenge, CancellationToken token = default(CancellationToken))
        {
            ulong asked = Handles.Of(challenge);
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                int result = NativeMethods.playgate_client_renew_code(OpenHandle(), asked, &request);
                GC.KeepAlive(challenge);
                return Begun(result, request, token);
            }
        }

        /// <summary>
        /// Has a message sent to the parent about a challenge. The address is passed on, and neither stored nor logged. Ends
        /// when k-ID has taken it. Any thread.
        /// </summary>
        /// <param name="challenge">The challenge.</param>
        /// <param name="address">The e-mail address; null: the adult who approved last, if k-ID knows one.</param>
        /// <param name="locale">The message's language as a BCP 47 tag, or null.</param>
        /// <param name="token">Cancels the request.</param>
        /// <exception cref="ArgumentException">The address cannot be one.</exception>
        public Task<RequestOutcome> EmailParentAsync(
            Challenge challenge, string address = null, string locale = null, CancellationToken token = default(CancellationToken))
        {
            ulong asked = Handles.Of(challenge);
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            using (NativeArena arena = new NativeArena())
            {
                byte* to = arena.Text(address, "address");
                byte* language = arena.Text(locale, "locale");
                lock (_pending)
                {
                    ulong request;
                    int result = NativeMethods.playgate_client_email_parent(OpenHandle(), asked, to, language, &request);
                    GC.KeepAlive(challenge);
                    CheckArgument(result, "address");
                    return Begun(result, request, token);
                }
            }
        }

        /// <summary>
        /// The player closed the challenge's page: reads its status once, and refreshes. What came of it is told by events. Any
        /// thread.
        /// </summary>
        public Task<RequestOutcome> CheckChallengeAsync(Challenge challenge, CancellationToken token = default(CancellationToken))
        {
            ulong asked = Handles.Of(challenge);
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                int result = NativeMethods.playgate_client_check_challenge(OpenHandle(), asked, &request);
                GC.KeepAlive(challenge);
                return Begun(result, request, token);
            }
        }

        /// <summary>Gives a challenge up on this device. Ends when that is stored. Any thread.</summary>
        public Task<RequestOutcome> CancelChallengeAsync(Challenge challenge, CancellationToken token = default(CancellationToken))
        {
            ulong asked = Handles.Of(challenge);
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                int result = NativeMethods.playgate_client_cancel_challenge(OpenHandle(), asked, &request);
                GC.KeepAlive(challenge);
                return Begun(result, request, token);
            }
        }

        /// <summary>Ends the ad service's game session. Ends when the service has been told, or could not be. Any thread.</summary>
        public Task<RequestOutcome> EndGameSessionAsync(CancellationToken token = default(CancellationToken))
        {
            if (token.IsCancellationRequested)
            {
                return Cancelled(token);
            }
            lock (_pending)
            {
                ulong request;
                return Begun(NativeMethods.playgate_game_session_end(OpenHandle(), &request), request, token);
            }
        }

        /// <summary>How many tasks are not done.</summary>
        public int PendingRequests
        {
            get
            {
                lock (_pending)
                {
                    return _pending.Count;
                }
            }
        }

        private static Task<RequestOutcome> Cancelled(CancellationToken token)
        {
            return Task.FromCanceled<RequestOutcome>(token);
        }

        private static void CheckArgument(int result, string parameter)
        {
            if (result == (int)Result.ErrorInvalidArgument)
            {
                throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()), parameter);
            }
        }

        /// <summary>The task of a request that has begun. The lock is held.</summary>
        private Task<RequestOutcome> Begun(int result, ulong request, CancellationToken token)
        {
            Check(result);
            PendingRequest pending = new PendingRequest(Handle, request, token);
            _pending.Add(request, pending);
            pending.Watch();
            return pending.Task;
        }

        /// <summary>Ends the task of a completed request.</summary>
        /// <returns>Whether there was one.</returns>
        private bool Complete(PlaygateEvent completed)
        {
            PendingRequest pending;
            lock (_pending)
            {
                if (!_pending.TryGetValue(completed.Request, out pending))
                {
                    return false;
                }
                _pending.Remove(completed.Request);
            }
            pending.End(completed);
            return true;
        }

        private void CancelPending()
        {
            PendingRequest[] pending;
            lock (_pending)
            {
                pending = new PendingRequest[_pending.Count];
                _pending.Values.CopyTo(pending, 0);
                _pending.Clear();
            }
            foreach (PendingRequest one in pending)
            {
                one.Abandon();
            }
        }
    }
}
