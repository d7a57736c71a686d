using System.Threading;

namespace Playgate.Native
{
    /// <summary>
    /// Owns a native client and closes it once. It refers to no other object that has a finaliser, so its own may run at any
    /// time and on any thread.
    /// </summary>
    internal sealed class ClientOwner
    {
        private readonly HookTarget _hooks;
        private long _handle;

        internal ClientOwner(ulong handle, HookTarget hooks)
        {
            _handle = unchecked((long)handle);
            _hooks = hooks;
        }

        /// <summary>
        /// A client that nobody disposed of. Without hooks it is closed here and now; one with hooks waits for the thread that
        /// pumps, since its hooks may be called on no other.
        /// </summary>
        ~ClientOwner()
        {
            ulong handle = Take();
            if (handle == 0)
            {
                return;
            }
            if (_hooks == null)
            {
                NativeMethods.playgate_client_close(handle, 0);
            }
            else
            {
                OpenClients.Leave(handle, _hooks);
            }
        }

        /// <summary>Closes the client, once.</summary>
        /// <returns>Whether it is closed; else storing goes on.</returns>
        internal bool Close(uint drain)
        {
            ulong handle = Take();
            if (handle == 0)
            {
                return true;
            }
            System.GC.SuppressFinalize(this);
            int result = NativeMethods.playgate_client_close(handle, drain);
            // Busy: this is inside a hook, of this client or of another. It is closed when that has returned.
            bool isInsideAHook = result == (int)Result.ErrorBusy;
            if (result != (int)Result.Pending && !isInsideAHook)
            {
                HookTarget.Forget(_hooks);
                return true;
            }
            if (_hooks != null || isInsideAHook)
            {
                OpenClients.Leave(handle, _hooks);
            }
            return false;
        }

        private ulong Take()
        {
            return unchecked((ulong)Interlocked.Exchange(ref _handle, 0));
        }
    }
}
