// Generated from include/playgate.abi and include/playgate.h by `cargo xtask csharp`.

using System;
using System.Runtime.InteropServices;
using System.Security;

namespace Playgate.Native
{
    /// <summary>The C functions, as include/playgate.h documents them.</summary>
    [SuppressUnmanagedCodeSecurity]
    internal static unsafe class NativeMethods
    {
#if PLAYGATE_STATIC || (!UNITY_EDITOR && (UNITY_IOS || UNITY_SWITCH || UNITY_WEBGL))
        /// <summary>The library is linked into the program.</summary>
        internal const string Library = "__Internal";
#else
        /// <summary>The library is a file beside the program.</summary>
        internal const string Library = "playgate";
#endif

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern uint playgate_abi_version();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_age_signal_init(playgate_age_signal* signal, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_allocator_hook_init(playgate_allocator_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_allowance_init(playgate_allowance* allowance, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern uint playgate_build_flags();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_challenge_free(ulong challenge);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_challenge_get_info(ulong challenge, playgate_challenge_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_challenge_info_init(playgate_challenge_info* info, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_challenge_notice(ulong challenge, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_challenge_qr(ulong challenge, byte* modules, UIntPtr capacity, uint* out_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_change_init(playgate_change* change, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_changes_count(ulong changes, UIntPtr* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_changes_free(ulong changes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_changes_get(ulong changes, UIntPtr index, playgate_change* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_changes_json(ulong changes, playgate_text* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_access(ulong client, uint feature);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_acknowledge(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_adopt(ulong client, byte* json, UIntPtr len, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_allowed(ulong client, uint feature);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_allowed_by_name(ulong client, byte* name, UIntPtr len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_cancel(ulong client, ulong request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_cancel_challenge(ulong client, ulong challenge, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_challenge(ulong client, uint feature, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_challenge_at(ulong client, UIntPtr index, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_changes(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_check_challenge(ulong client, ulong challenge, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_clear_overrides(ulong client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_close(ulong client, uint drain_ms);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_decide(ulong client, uint feature, playgate_decision* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_diagnostics(ulong client, playgate_text* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_email_parent(ulong client, ulong challenge, byte* address, byte* locale, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_flush(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_forget(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_next_event(ulong client, playgate_event* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_notice(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_open(playgate_client_options* options, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_client_options_init(playgate_client_options* options, uint struct_size, uint abi_version);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_override_feature(ulong client, uint feature, int access);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_pump(ulong client, uint budget_us);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_refresh(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_refresh_after_push(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_renew_code(ulong client, ulong challenge, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_request_permission(ulong client, playgate_permission_request* request, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_resume(ulong client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_session(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_set_network_allowed(ulong client, int allowed);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_set_online(ulong client, int online);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_set_token(ulong client, byte* token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_stop(ulong client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_suspend(ulong client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_switch_feature(ulong client, uint feature, int on, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_client_table(ulong client, byte** out_table, uint* out_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_clock_hook_init(playgate_clock_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_decision_init(playgate_decision* decision, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_event_init(playgate_event* @event, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_feature_intern(byte* name, uint* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_game_session_end(ulong client, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_game_session_get_state(ulong client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_game_session_options_init(playgate_game_session_options* options, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_game_session_set_token(ulong client, byte* auth_token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_game_session_start(ulong client, playgate_game_session_options* options);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_get_display_name(byte* name, byte* buffer, UIntPtr capacity, UIntPtr* out_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_get_memory_stats(playgate_memory_stats* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_get_text(byte* key, byte* buffer, UIntPtr capacity, UIntPtr* out_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_get_text_key(UIntPtr index, playgate_text* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_http_response_init(playgate_http_response* response, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* playgate_last_error();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_log_hook_init(playgate_log_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_memory_stats_init(playgate_memory_stats* stats, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_answer(ulong mock, byte* method, byte* path, uint status, playgate_http_header* headers, UIntPtr header_count, byte* body, UIntPtr body_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_answer_once(ulong mock, byte* method, byte* path, uint status, playgate_http_header* headers, UIntPtr header_count, byte* body, UIntPtr body_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_clear(ulong mock);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_count(ulong mock, byte* method, byte* path, UIntPtr* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_create(ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_fail(ulong mock, byte* method, byte* path, int result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_free(ulong mock);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_hold(ulong mock, byte* method, byte* path);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_release(ulong mock);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_request(ulong mock, UIntPtr index, playgate_mock_request_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_mock_request_info_init(playgate_mock_request_info* info, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_session(ulong mock, byte* json, UIntPtr len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_mock_transport(ulong mock, playgate_transport_hook* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_notice_free(ulong notice);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_notice_get_feature(ulong notice, int list, UIntPtr index, playgate_text* out_name, playgate_text* out_shown);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_notice_get_info(ulong notice, playgate_notice_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_notice_info_init(playgate_notice_info* info, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_permission_init(playgate_permission* permission, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_permission_request_init(playgate_permission_request* request, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_random_hook_init(playgate_random_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* playgate_result_name(int result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_access(ulong session, byte* feature, int* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_compare(ulong before, ulong after, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_decide(ulong session, byte* feature, playgate_decision* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_free(ulong session);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_get_allowance(ulong session, UIntPtr index, playgate_allowance* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_get_info(ulong session, playgate_session_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_get_permission(ulong session, UIntPtr index, playgate_permission* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_session_info_init(playgate_session_info* info, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_json(ulong session, playgate_text* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_session_parse(byte* json, UIntPtr len, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_allocator_hook(playgate_allocator_hook* hook);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_display_name(byte* name, byte* shown);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_language(byte* tag);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_log_hook(playgate_log_hook* hook);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_log_level(int level);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_set_text(byte* key, byte* text);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_shutdown(uint drain_ms);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_storage_complete(ulong operation, int result, byte* bytes, UIntPtr len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_storage_hook_init(playgate_storage_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_store_close(ulong store);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_store_forget(ulong store, byte* player);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_store_load(ulong store, byte* player, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_store_open(playgate_store_options* options, ulong* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_store_options_init(playgate_store_options* options, uint struct_size, uint abi_version);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_store_save(ulong store, byte* player, ulong session);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_thread_options_init(playgate_thread_options* options, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int playgate_transport_complete(ulong exchange, playgate_http_response* response);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern void playgate_transport_hook_init(playgate_transport_hook* hook, uint struct_size);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* playgate_version();
    }
}
