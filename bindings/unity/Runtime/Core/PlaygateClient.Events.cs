using System;
using System.Collections.Generic;
using System.Threading;
using Playgate.Native;

namespace Playgate
{
    public sealed unsafe partial class PlaygateClient
    {
        private int _isPumping;

        /// <summary>The failure that a pump reported last, so that it is told once and not each frame.</summary>
        private int _pumpFailure;

        /// <summary>Every event, but those that end a task. Before the event of its own kind.</summary>
        public event Action<PlaygateEvent> EventReceived;

        /// <summary>What features may do has changed: look at what your user interface shows.</summary>
        public event Action SessionChanged;

        /// <summary>There is something to tell the player: <see cref="GetNotice"/> has it.</summary>
        public event Action NoticeReady;

        /// <summary>The session has ended; the age gate comes next.</summary>
        public event Action SessionEnded;

        /// <summary>The server says that the player has no session, or not this one: the age gate comes next.</summary>
        public event Action ConsentNeeded;

        /// <summary>The server refused the player's token: set a new one.</summary>
        public event Action TokenRefused;

        /// <summary>The server can be reached again.</summary>
        public event Action ServerReachable;

        /// <summary>The server cannot be reached, or has trouble; the stored session counts.</summary>
        public event Action ServerUnreachable;

        /// <summary>What is known could not be stored, or not in time; it holds for this process, and storing is tried again.</summary>
        public event Action<PlaygateEvent> StorageFailed;

        /// <summary>What is known is stored again.</summary>
        public event Action<PlaygateEvent> StorageRecovered;

        /// <summary>The stored record was damaged and was set aside.</summary>
        public event Action<PlaygateEvent> RecordSetAside;

        /// <summary>The stored record cannot be used; result and text say why. It was left as it is.</summary>
        public event Action<PlaygateEvent> RecordUnusable;

        /// <summary>The record, which another process held or which was not there yet, is this client's now.</summary>
        public event Action<PlaygateEvent> RecordTakenOver;

        /// <summary>A request for a permission has come further: feature and progress say how far.</summary>
        public event Action<PlaygateEvent> UpgradeChanged;

        /// <summary>The ad service's game session has another state.</summary>
        public event Action<PlaygateEvent> GameSessionChanged;

        /// <summary>
        /// Moves finished work in, raises events and ends tasks, on the thread that calls it. Call once a frame, from one
        /// thread; inside an event, or while another thread pumps, it does nothing. Allocates nothing while nothing happens.
        /// </summary>
        /// <param name="budgetMicroseconds">
        /// How long a client without threads may work: at least one piece, and pieces until this is over. With threads it takes
        /// microseconds, whatever the budget.
        /// </param>
        /// <returns>Whether there is more to do.</returns>
        /// <exception cref="AggregateException">
        /// What event handlers, transport, storage, clock or random source threw. Thrown at the end: one that fails keeps no
        /// other from being called. Once, too, why the library does not pump: another client has taken the record over, or it
        /// met a defect of its own.
        /// </exception>
        public bool Pump(int budgetMicroseconds = 500)
        {
            OpenClients.CloseLeft(0);
            ulong handle = Handle;
            if (handle == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _isPumping, 1, 0) != 0)
            {
                return true;
            }
            List<Exception> failures = null;
            int result;
            try
            {
                result = NativeMethods.playgate_client_pump(handle, (uint)Math.Max(budgetMicroseconds, 0));
                playgate_event happened = default(playgate_event);
                happened.struct_size = (uint)sizeof(playgate_event);
                while (!IsDisposed && NativeMethods.playgate_client_next_event(handle, &happened) == (int)Result.Ok)
                {
                    Dispatch(new PlaygateEvent(ref happened), ref failures);
                    happened.struct_size = (uint)sizeof(playgate_event);
                }
            }
            finally
            {
                Volatile.Write(ref _isPumping, 0);
            }
            if (result < 0 && result != _pumpFailure && !IsDisposed)
            {
                _pumpFailure = result;
                if (result == (int)Result.ErrorInvalidHandle)
                {
                    // Another client has the player's record and table now: this one asks by calls, which deny.
                    _table = null;
                }
                Add(ref failures, Calls.Failed(result));
            }
            if (_hooks != null)
            {
                _hooks.TakeFailures(ref failures);
            }
            if (failures != null)
            {
                throw new AggregateException(failures);
            }
            return result == (int)Result.Pending;
        }

        private void Dispatch(PlaygateEvent happened, ref List<Exception> failures)
        {
            if (happened.Type == EventType.Completed && Complete(happened))
            {
                return;
            }
            Raise(EventReceived, happened, ref failures);
            switch (happened.Type)
            {
                case EventType.SessionChanged:
                    Raise(SessionChanged, ref failures);
                    break;
                case EventType.NoticeReady:
                    Raise(NoticeReady, ref failures);
                    break;
                case EventType.SessionEnded:
                    Raise(SessionEnded, ref failures);
                    break;
                case EventType.ConsentNeeded:
                    Raise(ConsentNeeded, ref failures);
                    break;
                case EventType.TokenRefused:
                    Raise(TokenRefused, ref failures);
                    break;
                case EventType.ServerReachable:
                    Raise(ServerReachable, ref failures);
                    break;
                case EventType.ServerUnreachable:
                    Raise(ServerUnreachable, ref failures);
                    break;
                case EventType.StorageFailed:
                    Raise(StorageFailed, happened, ref failures);
                    break;
                case EventType.StorageRecovered:
                    Raise(StorageRecovered, happened, ref failures);
                    break;
                case EventType.RecordSetAside:
                    Raise(RecordSetAside, happened, ref failures);
                    break;
                case EventType.RecordUnusable:
                    Raise(RecordUnusable, happened, ref failures);
                    break;
                case EventType.RecordTakenOver:
                    Raise(RecordTakenOver, happened, ref failures);
                    break;
                case EventType.UpgradeChanged:
                    Raise(UpgradeChanged, happened, ref failures);
                    break;
                case EventType.GameSessionChanged:
                    Raise(GameSessionChanged, happened, ref failures);
                    break;
            }
        }

        private static void Raise(Action handlers, ref List<Exception> failures)
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
                catch (Exception failed)
                {
                    Add(ref failures, failed);
                }
            }
        }

        private static void Raise(Action<PlaygateEvent> handlers, PlaygateEvent happened, ref List<Exception> failures)
        {
            if (handlers == null)
            {
                return;
            }
            foreach (Delegate handler in handlers.GetInvocationList())
            {
                try
                {
                    ((Action<PlaygateEvent>)handler)(happened);
                }
                catch (Exception failed)
                {
                    Add(ref failures, failed);
                }
            }
        }

        private static void Add(ref List<Exception> failures, Exception failed)
        {
            if (failures == null)
            {
                failures = new List<Exception>();
            }
            failures.Add(failed);
        }
    }
}
