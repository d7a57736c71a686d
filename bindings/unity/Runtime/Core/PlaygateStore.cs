using System;
using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// Sessions stored by player, without a client: the same records that clients with this folder use. Every call does file
    /// input and output: not for the frame path. Any thread.
    /// </summary>
    public sealed unsafe class PlaygateStore : IDisposable
    {
        private readonly StoreOwner _owner;

        private PlaygateStore(ulong handle)
        {
            _owner = new StoreOwner(handle);
        }

        /// <summary>Opens a store over a folder.</summary>
        /// <exception cref="ArgumentException">An option is wrong.</exception>
        /// <exception cref="PlaygateException">The folder cannot be used, or the library is missing.</exception>
        public static PlaygateStore Open(PlaygateStoreOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException("options");
            }
            Calls.EnsureCompatible();
            using (NativeArena arena = new NativeArena())
            {
                playgate_store_options native;
                NativeMethods.playgate_store_options_init(&native, (uint)sizeof(playgate_store_options), NativeConstants.AbiVersion);
                native.flags = options.MigrateUnsealed ? NativeConstants.StoreMigrateUnsealed : 0;
                native.folder = arena.Text(options.Folder, "Folder");
                native.key = arena.Bytes(options.Key);
                native.key_len = ClientOptions.Length(options.Key);
                native.previous_key = arena.Bytes(options.PreviousKey);
                native.previous_key_len = ClientOptions.Length(options.PreviousKey);
                ulong store;
                int result = NativeMethods.playgate_store_open(&native, &store);
                if (result == (int)Result.ErrorInvalidArgument)
                {
                    throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()), "options");
                }
                Calls.Check(result);
                return new PlaygateStore(store);
            }
        }

        /// <summary>Stores a session as the player's current one. Durable on return, whole or not at all.</summary>
        /// <exception cref="PlaygateException">
        /// <see cref="Result.ErrorRecordLocked"/>: a client or another process has the record; or it could not be stored.
        /// </exception>
        public void Save(string player, Session session)
        {
            if (session == null)
            {
                throw new ArgumentNullException("session");
            }
            using (NativeArena arena = new NativeArena())
            {
                byte* key = arena.Text(NotNull(player), "player");
                Calls.Check(NativeMethods.playgate_store_save(Handle, key, session.Handle));
                GC.KeepAlive(session);
                GC.KeepAlive(this);
            }
        }

        /// <summary>The player's stored session; null when there is none.</summary>
        /// <exception cref="PlaygateException">There may be one, but it cannot be read.</exception>
        public Session Load(string player)
        {
            using (NativeArena arena = new NativeArena())
            {
                ulong session;
                int result = NativeMethods.playgate_store_load(Handle, arena.Text(NotNull(player), "player"), &session);
                GC.KeepAlive(this);
                if (result == (int)Result.ErrorNotFound)
                {
                    return null;
                }
                Calls.Check(result);
                return new Session(session);
            }
        }

        /// <summary>Removes every trace of the player from the folder. Ok when there was none.</summary>
        /// <exception cref="PlaygateException">
        /// <see cref="Result.ErrorRecordLocked"/>: a client or another process has the record.
        /// </exception>
        public void Forget(string player)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.Check(NativeMethods.playgate_store_forget(Handle, arena.Text(NotNull(player), "player")));
                GC.KeepAlive(this);
            }
        }

        /// <summary>Closes the store. Twice is ok.</summary>
        public void Dispose()
        {
            _owner.Dispose();
        }

        private ulong Handle
        {
            get { return Handles.InUse(_owner, "PlaygateStore"); }
        }

        private static string NotNull(string player)
        {
            if (player == null)
            {
                throw new ArgumentNullException("player");
            }
            return player;
        }
    }
}
