using System;

namespace Playgate.Native
{
    /// <summary>Options as the library takes them.</summary>
    internal static unsafe class ClientOptions
    {
        /// <summary>Fills the struct; everything that it points to is the arena's.</summary>
        internal static void Fill(playgate_client_options* native, PlaygateClientOptions options, NativeArena arena, IntPtr hooks)
        {
            NativeMethods.playgate_client_options_init(native, (uint)sizeof(playgate_client_options), NativeConstants.AbiVersion);
            native->flags = Flags(options);
            native->player = arena.Text(options.Player, "Player");
            native->server_url = arena.Text(options.ServerUrl, "ServerUrl");
            native->token = arena.Text(options.Token, "Token");
            native->folder = arena.Text(options.Folder, "Folder");
            native->key = arena.Bytes(options.Key);
            native->key_len = Length(options.Key);
            native->previous_key = arena.Bytes(options.PreviousKey);
            native->previous_key_len = Length(options.PreviousKey);
            if (options.ExtraRootsPem != null)
            {
                native->extra_roots_pem = arena.Counted(options.ExtraRootsPem, "ExtraRootsPem", out native->extra_roots_pem_len);
            }
            native->proxy_url = arena.Text(options.ProxyUrl, "ProxyUrl");
            native->code_site = arena.Text(options.CodeSite, "CodeSite");
            native->request_timeout_ms = (uint)Calls.Milliseconds(options.RequestTimeout, uint.MaxValue, "RequestTimeout");
            native->connect_timeout_ms = (uint)Calls.Milliseconds(options.ConnectTimeout, uint.MaxValue, "ConnectTimeout");
            native->read_timeout_ms = (uint)Calls.Milliseconds(options.ReadTimeout, uint.MaxValue, "ReadTimeout");
            native->poll_floor_ms = (uint)Calls.Milliseconds(options.PollFloor, uint.MaxValue, "PollFloor");
            native->periodic_refresh_ms = (uint)Calls.Milliseconds(options.PeriodicRefresh, uint.MaxValue, "PeriodicRefresh");
            native->stale_after_ms = Calls.Milliseconds(options.StaleAfter, long.MaxValue, "StaleAfter");
            native->extra_headers = arena.Headers(options.ExtraHeaders, out native->extra_header_count);
            if (options.Mock != null)
            {
                native->transport = options.Mock.Hook(arena);
            }
            if (options.Transport != null)
            {
                native->transport = HookTables.Transport(arena, hooks);
            }
            if (options.Storage != null)
            {
                native->storage = HookTables.Storage(arena, hooks, options.Storage.Place);
            }
            if (options.Clock != null)
            {
                native->clock = HookTables.Clock(arena, hooks);
            }
            if (options.RandomSource != null)
            {
                native->random = HookTables.Random(arena, hooks);
            }
        }

        private static uint Flags(PlaygateClientOptions options)
        {
            uint flags = 0;
            flags |= options.TakeOver ? NativeConstants.ClientTakeOver : 0;
            flags |= options.NetworkAllowed ? NativeConstants.ClientNetworkAllowed : 0;
            flags |= options.MigrateUnsealed ? NativeConstants.ClientMigrateUnsealed : 0;
            flags |= options.OnlyExtraRoots ? NativeConstants.ClientOnlyExtraRoots : 0;
            flags |= options.NoThreads || options.HasHooks ? NativeConstants.ClientNoThreads : 0;
            return flags;
        }

        internal static UIntPtr Length(byte[] bytes)
        {
            return bytes == null ? UIntPtr.Zero : (UIntPtr)(uint)bytes.Length;
        }
    }
}
