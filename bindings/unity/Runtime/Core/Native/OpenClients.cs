using System;
using System.Collections.Generic;

namespace Playgate.Native
{
    /// <summary>The clients of this program, so that all can be closed before its code goes away.</summary>
    internal static class OpenClients
    {
        private static readonly object Lock = new object();
        private static readonly List<WeakReference> Clients = new List<WeakReference>();

        /// <summary>Clients with hooks that are not closed yet and have no owner any more.</summary>
        private static readonly List<KeyValuePair<ulong, HookTarget>> Left = new List<KeyValuePair<ulong, HookTarget>>();

        private static volatile bool _hasLeft;

        static OpenClients()
        {
            // A host that loads scripts anew unloads their domain. Nothing may be called in it afterwards.
            AppDomain.CurrentDomain.DomainUnload += OnDomainUnload;
        }

        internal static void Add(PlaygateClient client)
        {
            lock (Lock)
            {
                Clients.RemoveAll(IsGone);
                Clients.Add(new WeakReference(client));
            }
        }

        internal static void Remove(PlaygateClient client)
        {
            lock (Lock)
            {
                Clients.RemoveAll(other => other.Target == null || ReferenceEquals(other.Target, client));
            }
        }

        /// <summary>Keeps a client that the thread that pumps has to close. Any thread, the finaliser's too.</summary>
        internal static void Leave(ulong handle, HookTarget hooks)
        {
            lock (Lock)
            {
                Left.Add(new KeyValuePair<ulong, HookTarget>(handle, hooks));
                _hasLeft = true;
            }
        }

        /// <summary>Goes on with closing what was left. On the thread that pumps; costs nothing when nothing was.</summary>
        /// <returns>Whether nothing is left.</returns>
        internal static bool CloseLeft(uint drain)
        {
            if (!_hasLeft)
            {
                return true;
            }
            KeyValuePair<ulong, HookTarget>[] left;
            lock (Lock)
            {
                left = Left.ToArray();
                Left.Clear();
                _hasLeft = false;
            }
            foreach (KeyValuePair<ulong, HookTarget> one in left)
            {
                int result = NativeMethods.playgate_client_close(one.Key, drain);
                if (result == (int)Result.Pending || result == (int)Result.ErrorBusy)
                {
                    Leave(one.Key, one.Value);
                }
                else
                {
                    HookTarget.Forget(one.Value);
                }
            }
            return !_hasLeft;
        }

        internal static bool CloseAll(TimeSpan drain)
        {
            List<PlaygateClient> open = new List<PlaygateClient>();
            lock (Lock)
            {
                foreach (WeakReference one in Clients)
                {
                    PlaygateClient client = one.Target as PlaygateClient;
                    if (client != null)
                    {
                        open.Add(client);
                    }
                }
                Clients.Clear();
            }
            DateTime end = DateTime.UtcNow + drain;
            bool isClosed = true;
            foreach (PlaygateClient client in open)
            {
                isClosed &= client.Dispose(end - DateTime.UtcNow);
            }
            return CloseLeft(Calls.Drain(end - DateTime.UtcNow)) && isClosed;
        }

        private static bool IsGone(WeakReference client)
        {
            return client.Target == null;
        }

        private static void OnDomainUnload(object sender, EventArgs arguments)
        {
            CloseAll(TimeSpan.FromSeconds(2));
        }
    }
}
