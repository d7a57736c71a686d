using System;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Native
{
    /// <summary>A task that ends with its request.</summary>
    internal sealed class PendingRequest
    {
        private static readonly Action<object> OnCancel = Cancel;

        // Continuations run where the task ends: inside the pump, on its thread.
        private readonly TaskCompletionSource<RequestOutcome> _source = new TaskCompletionSource<RequestOutcome>();
        private readonly ulong _client;
        private readonly ulong _request;
        private readonly CancellationToken _token;
        private CancellationTokenRegistration _watched;

        internal PendingRequest(ulong client, ulong request, CancellationToken token)
        {
            _client = client;
            _request = request;
            _token = token;
        }

        internal Task<RequestOutcome> Task
        {
            get { return _source.Task; }
        }

        /// <summary>Cancels the request when the token is cancelled; the task then ends with the request.</summary>
        internal void Watch()
        {
            if (_token.CanBeCanceled)
            {
                _watched = _token.Register(OnCancel, this, false);
            }
        }

        internal void End(PlaygateEvent completed)
        {
            _watched.Dispose();
            if (completed.Result == Result.ErrorCancelled && _token.IsCancellationRequested)
            {
                _source.TrySetCanceled(_token);
            }
            else
            {
                _source.TrySetResult(new RequestOutcome(completed));
            }
        }

        /// <summary>The client was disposed of: no completion comes any more.</summary>
        internal void Abandon()
        {
            _watched.Dispose();
            _source.TrySetCanceled();
        }

        private static void Cancel(object request)
        {
            PendingRequest pending = (PendingRequest)request;
            NativeMethods.playgate_client_cancel(pending._client, pending._request);
        }
    }
}
