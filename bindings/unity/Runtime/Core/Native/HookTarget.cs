using System;
using System.Collections.Generic;

namespace Playgate.Native
{
    /// <summary>
    /// What a client's hooks call. The library knows it by a number, so that a call that comes too late finds nothing, where a
    /// pointer would be followed.
    /// </summary>
    internal sealed class HookTarget
    {
        private static readonly Dictionary<int, HookTarget> Known = new Dictionary<int, HookTarget>();
        private static int _last;

        private readonly Dictionary<ulong, HttpExchange> _exchanges = new Dictionary<ulong, HttpExchange>();
        private readonly List<Exception> _failures = new List<Exception>();
        private readonly int _id;

        internal readonly ITransport Transport;
        internal readonly IStorage Storage;
        internal readonly IClock Clock;
        internal readonly IRandomSource RandomSource;

        private HookTarget(int id, PlaygateClientOptions options)
        {
            _id = id;
            Transport = options.Transport;
            Storage = options.Storage;
            Clock = options.Clock;
            RandomSource = options.RandomSource;
        }

        internal static HookTarget Make(PlaygateClientOptions options)
        {
            lock (Known)
            {
                _last++;
                HookTarget target = new HookTarget(_last, options);
                Known.Add(_last, target);
                return target;
            }
        }

        /// <summary>The number as the library's `user` pointer.</summary>
        internal static IntPtr Id(HookTarget target)
        {
            return target == null ? IntPtr.Zero : (IntPtr)target._id;
        }

        /// <summary>The target of a number; null when it is gone.</summary>
        internal static HookTarget Of(IntPtr user)
        {
            lock (Known)
            {
                HookTarget target;
                Known.TryGetValue((int)user, out target);
                return target;
            }
        }

        /// <summary>The client is closed: nothing calls it any more.</summary>
        internal static void Forget(HookTarget target)
        {
            if (target != null)
            {
                lock (Known)
                {
                    Known.Remove(target._id);
                }
            }
        }

        internal void Began(HttpExchange exchange)
        {
            lock (_exchanges)
            {
                _exchanges[exchange.Id] = exchange;
            }
        }

        /// <summary>The exchange of a number, which has ended; null when it had before.</summary>
        internal HttpExchange Ended(ulong id)
        {
            lock (_exchanges)
            {
                HttpExchange exchange;
                _exchanges.TryGetValue(id, out exchange);
                _exchanges.Remove(id);
                return exchange;
            }
        }

        /// <summary>Keeps what a hook threw for the pump to throw: nothing may be thrown into native code.</summary>
        internal void Failed(Exception failure)
        {
            lock (_failures)
            {
                // One that fails each time says it once a pump.
                if (_failures.Count < 16)
                {
                    _failures.Add(failure);
                }
            }
        }

        /// <summary>The same for a storage operation, which has failed with it.</summary>
        internal void Failed(Exception failure, StorageOperation operation)
        {
            Failed(failure);
            operation.Fail(Result.ErrorStorage);
        }

        internal void TakeFailures(ref List<Exception> failures)
        {
            lock (_failures)
            {
                if (_failures.Count == 0)
                {
                    return;
                }
                failures = failures ?? new List<Exception>();
                failures.AddRange(_failures);
                _failures.Clear();
            }
        }
    }
}
