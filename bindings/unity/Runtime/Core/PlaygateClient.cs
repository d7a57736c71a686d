using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// One player's client: knows what each feature may do, offline too, asks the studio's server for news, and says what to
    /// tell the player. Open it when the player is known, call <see cref="Pump"/> once a frame, dispose of it at the end.
    /// </summary>
    /// <remarks>
    /// Everything but <see cref="Pump"/> may be called from any thread. Events are raised and tasks end inside
    /// <see cref="Pump"/>, on the thread that calls it: waiting for a task on that thread with <c>Wait</c> or <c>Result</c>
    /// never ends. After <see cref="Dispose()"/> every feature is denied, and questions about features never throw.
    /// </remarks>
    public sealed unsafe partial class PlaygateClient : IDisposable
    {
        /// <summary>How many bytes a feature's name has at most.</summary>
        private const int MaxName = 256;

        private static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(2);

        private readonly ClientOwner _owner;
        private readonly HookTarget _hooks;

        /// <summary>Keeps a scripted server for as long as this client asks it.</summary>
        private readonly Testing.MockTransport _mock;

        private long _handle;

        /// <summary>The player's decision table: static memory of the library; null when there is none, or after the end.</summary>
        private byte* _table;

        private PlaygateClient(ulong handle, HookTarget hooks, Testing.MockTransport mock)
        {
            _handle = unchecked((long)handle);
            _hooks = hooks;
            _mock = mock;
            _owner = new ClientOwner(handle, hooks);
            byte* table;
            uint cells;
            // Without a table, when 64 players have one, decisions are asked for by calls.
            if (NativeMethods.playgate_client_table(handle, &table, &cells) == (int)Result.Ok && cells == NativeConstants.TableCells)
            {
                _table = table;
            }
        }

        /// <summary>
        /// Opens a client: reads the player's record, so that decisions are there when this returns, offline too. With a
        /// server and an allowed network a first refresh starts in the background. Reads files: for a loading screen. A record
        /// that cannot be read does not fail the call: decisions then say why, and an event does.
        /// </summary>
        /// <exception cref="ArgumentException">An option is wrong.</exception>
        /// <exception cref="PlaygateException">
        /// The library is missing or does not fit; the player's record is open in this process
        /// (<see cref="Result.ErrorBusy"/>); 64 clients are open (<see cref="Result.ErrorLimit"/>).
        /// </exception>
        public static PlaygateClient Open(PlaygateClientOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException("options");
            }
            if (options.Player == null)
            {
                throw new ArgumentNullException("Player", "A client needs a player.");
            }
            if (options.Mock != null && options.Transport != null)
            {
                throw new ArgumentException("A mock is a transport: give one of them.", "Mock");
            }
            Calls.EnsureCompatible();
            OpenClients.CloseLeft(0);
            HookTarget hooks = options.HasHooks ? HookTarget.Make(options) : null;
            ulong handle = 0;
            try
            {
                using (NativeArena arena = new NativeArena())
                {
                    playgate_client_options native;
                    ClientOptions.Fill(&native, options, arena, HookTarget.Id(hooks));
                    int result = NativeMethods.playgate_client_open(&native, &handle);
                    if (result == (int)Result.ErrorInvalidArgument)
                    {
                        throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()), "options");
                    }
                    Calls.Check(result);
                }
            }
            finally
            {
                if (handle == 0)
                {
                    HookTarget.Forget(hooks);
                }
            }
            PlaygateClient client = new PlaygateClient(handle, hooks, options.Mock);
            OpenClients.Add(client);
            return client;
        }

        /// <summary>Whether the client was disposed of.</summary>
        public bool IsDisposed
        {
            get { return Handle == 0; }
        }

        /// <summary>The native handle, for code of the game's that calls the C functions itself; 0 after the end.</summary>
        public ulong Handle
        {
            get { return unchecked((ulong)Interlocked.Read(ref _handle)); }
        }

        /// <summary>Whether decisions are read from a table, without a call into native code.</summary>
        public bool HasTable
        {
            get { return _table != null; }
        }

        /// <summary>
        /// Whether a feature is on. Anything that is not certainly allowed is false: no feature, an unknown one, a disposed
        /// client. The frame path: any thread, one byte is read, no allocation, no exception.
        /// </summary>
        // Mono inlines no method of this length by itself, and its call costs more than the rest.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsAllowed(Feature feature)
        {
            byte* table = _table;
            uint number = feature.Number;
            return table != null && number < NativeConstants.TableCells
                ? Volatile.Read(ref table[number]) == (byte)Access.Allowed
                : AskAllowed(number);
        }

        /// <summary>
        /// The same by the feature's name, opaque and case-sensitive: for scripts and data that hold names. A <see cref="Feature"/>
        /// is many times faster. No name, and one of more than 256 bytes of UTF-8 or with half a character in it, is false. Any
        /// thread, no allocation, no exception; a name that no <see cref="Feature"/> was made of is looked up in the session, under
        /// a lock that is held for moments.
        /// </summary>
        public bool IsAllowedByName(string name)
        {
            if (string.IsNullOrEmpty(name) || name.Length > MaxName)
            {
                return false;
            }
            byte* bytes = stackalloc byte[MaxName];
            int length = NativeText.Utf8(name, bytes, MaxName);
            return length > 0 && NativeMethods.playgate_client_allowed_by_name(Handle, bytes, (UIntPtr)(uint)length) == 1;
        }

        /// <summary>
        /// The same with the class: what a locked feature needs. For the user interface, not for an <c>if</c>. The frame path:
        /// any thread, no allocation, no exception.
        /// </summary>
        public Access GetAccess(Feature feature)
        {
            byte* table = _table;
            uint number = feature.Number;
            if (table != null)
            {
                return number < NativeConstants.TableCells ? (Access)Volatile.Read(ref table[number]) : Access.Unavailable;
            }
            return AskAccess(number);
        }

        // On their own: a method with a native call in it pays for the call's frame each time, whether it is made or not.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private bool AskAllowed(uint number)
        {
            return NativeMethods.playgate_client_allowed(Handle, number) == 1;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private Access AskAccess(uint number)
        {
            return (Access)NativeMethods.playgate_client_access(Handle, number);
        }

        /// <summary>
        /// The decision about a feature: access, reason, next step and a text. Denied after the end. Any thread; ask when the
        /// user interface needs it rather than each frame.
        /// </summary>
        public Decision Decide(Feature feature)
        {
            playgate_decision decision = default(playgate_decision);
            decision.struct_size = (uint)sizeof(playgate_decision);
            // After a failure what it wrote is a denial.
            NativeMethods.playgate_client_decide(Handle, feature.Number, &decision);
            return new Decision(ref decision);
        }

        /// <summary>Disposes of the client with the usual drain time of 2 s. Twice is ok. From the thread that pumps.</summary>
        public void Dispose()
        {
            Dispose(DefaultDrain);
        }

        /// <summary>
        /// Denies everything at once, cancels all tasks, then waits at most this long for what is being stored. From the thread
        /// that pumps; may be called inside an event.
        /// </summary>
        /// <returns>Whether everything is stored and closed; else it goes on by itself, with hooks at later pumps.</returns>
        public bool Dispose(TimeSpan drain)
        {
            _table = null;
            Interlocked.Exchange(ref _handle, 0);
            bool isClosed = _owner.Close(Calls.Drain(drain));
            OpenClients.Remove(this);
            CancelPending();
            GC.KeepAlive(_mock);
            return isClosed;
        }

        /// <summary>The handle for a call that makes no sense after the end.</summary>
        private ulong OpenHandle()
        {
            ulong handle = Handle;
            if (handle == 0)
            {
                throw new ObjectDisposedException("PlaygateClient");
            }
            return handle;
        }

        /// <summary>Throws when a call was refused; a client that has just been disposed of says so.</summary>
        private void Check(int result)
        {
            if (result < 0)
            {
                PlaygateException failed = Calls.Failed(result);
                if (failed.Result == Result.ErrorInvalidHandle && IsDisposed)
                {
                    throw new ObjectDisposedException("PlaygateClient");
                }
                throw failed;
            }
        }
    }
}
