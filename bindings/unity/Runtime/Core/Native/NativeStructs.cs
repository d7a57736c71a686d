// Generated from include/playgate.abi and include/playgate.h by `cargo xtask csharp`.

using System;
using System.Runtime.InteropServices;

namespace Playgate.Native
{
#pragma warning disable 0649 // Fields that only the library writes.
    /// <summary>playgate_age_signal, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_age_signal
    {
        internal uint struct_size;
        internal uint reserved0;
        internal byte* name;
        internal byte* category;
        internal byte* declaration_type;
        internal byte* verification_id;
        internal int age_low;
        internal int age_high;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_allocator_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_allocator_hook
    {
        internal uint struct_size;
        internal uint reserved0;
        internal void* user;
        internal IntPtr alloc;
        internal IntPtr realloc;
        internal IntPtr free;
        internal IntPtr out_of_memory;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_allowance, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_allowance
    {
        internal uint struct_size;
        internal int value_kind;
        internal double number;
        internal playgate_text name;
        internal playgate_text type_text;
        internal playgate_text selection;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_challenge_info, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_challenge_info
    {
        internal uint struct_size;
        internal int actor;
        internal int progress;
        internal int data_lite;
        internal long url_expires_ms;
        internal long code_expires_ms;
        internal long asked_ms;
        internal playgate_text feature;
        internal playgate_text id;
        internal playgate_text type;
        internal playgate_text url;
        internal playgate_text code;
        internal playgate_text code_site;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_change, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_change
    {
        internal uint struct_size;
        internal int kind;
        internal int direction;
        internal int access_before;
        internal int access_after;
        internal int enabled_before;
        internal int enabled_after;
        internal uint threshold_before;
        internal uint threshold_after;
        internal uint reserved0;
        internal playgate_text permission;
        internal playgate_text before;
        internal playgate_text after;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_client_options, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_client_options
    {
        internal uint struct_size;
        internal uint abi_version;
        internal uint flags;
        internal uint poll_floor_ms;
        internal byte* player;
        internal byte* server_url;
        internal byte* token;
        internal byte* folder;
        internal byte* key;
        internal UIntPtr key_len;
        internal byte* previous_key;
        internal UIntPtr previous_key_len;
        internal byte* extra_roots_pem;
        internal UIntPtr extra_roots_pem_len;
        internal byte* proxy_url;
        internal uint request_timeout_ms;
        internal uint connect_timeout_ms;
        internal uint read_timeout_ms;
        internal uint periodic_refresh_ms;
        internal ulong stale_after_ms;
        internal byte* code_site;
        internal playgate_http_header* extra_headers;
        internal UIntPtr extra_header_count;
        internal playgate_transport_hook* transport;
        internal playgate_storage_hook* storage;
        internal playgate_clock_hook* clock;
        internal playgate_random_hook* random;
        internal playgate_thread_options* threads;
        internal fixed ulong reserved[8];
    }

    /// <summary>playgate_clock_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_clock_hook
    {
        internal uint struct_size;
        internal uint reserved0;
        internal void* user;
        internal IntPtr wall_ms;
        internal IntPtr monotonic_ms;
        internal IntPtr utc_offset_s;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_decision, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_decision
    {
        internal uint struct_size;
        internal int access;
        internal int reason;
        internal int next_step;
        internal int freshness;
        internal int managed_by;
        internal uint age_threshold;
        internal uint reserved0;
        internal playgate_text text;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_event, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_event
    {
        internal uint struct_size;
        internal int type;
        internal ulong request;
        internal int result;
        internal int operation;
        internal uint http_status;
        internal int progress;
        internal playgate_text text;
        internal playgate_text feature;
        internal int game_session_state;
        internal int game_session_stop;
        internal fixed ulong reserved[1];
    }

    /// <summary>playgate_game_session_options, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_game_session_options
    {
        internal uint struct_size;
        internal uint flags;
        internal byte* service_url;
        internal byte* auth_token;
        internal byte* feature;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_http_header, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_http_header
    {
        internal byte* name;
        internal byte* value;
    }

    /// <summary>playgate_http_request, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_http_request
    {
        internal uint size;
        internal uint timeout_ms;
        internal byte* method;
        internal byte* url;
        internal playgate_http_header* headers;
        internal UIntPtr header_count;
        internal byte* body;
        internal UIntPtr body_len;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_http_response, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_http_response
    {
        internal uint struct_size;
        internal int result;
        internal uint status;
        internal uint reserved0;
        internal playgate_http_header* headers;
        internal UIntPtr header_count;
        internal byte* body;
        internal UIntPtr body_len;
        internal byte* text;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_log_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_log_hook
    {
        internal uint struct_size;
        internal int level;
        internal void* user;
        internal IntPtr write;
        internal fixed ulong reserved[2];
    }

    /// <summary>playgate_memory_stats, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_memory_stats
    {
        internal uint struct_size;
        internal uint reserved0;
        internal ulong live_bytes;
        internal ulong peak_bytes;
        internal ulong live_allocations;
        internal ulong total_allocations;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_mock_request_info, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_mock_request_info
    {
        internal uint struct_size;
        internal uint header_count;
        internal playgate_http_header* headers;
        internal playgate_text method;
        internal playgate_text url;
        internal playgate_text body;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_notice_info, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_notice_info
    {
        internal uint struct_size;
        internal int kind;
        internal uint off_count;
        internal uint on_count;
        internal uint may_choose_count;
        internal uint asked_count;
        internal ulong revision;
        internal playgate_text title;
        internal playgate_text message;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_permission, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_permission
    {
        internal uint struct_size;
        internal int enabled;
        internal int managed_by;
        internal uint age_threshold;
        internal int access;
        internal uint reserved0;
        internal playgate_text name;
        internal playgate_text managed_by_text;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_permission_request, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_permission_request
    {
        internal uint struct_size;
        internal uint feature;
        internal playgate_age_signal* age_signal;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_random_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_random_hook
    {
        internal uint struct_size;
        internal uint reserved0;
        internal void* user;
        internal IntPtr fill;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_session_info, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_session_info
    {
        internal uint struct_size;
        internal int is_in_force;
        internal uint permission_count;
        internal uint allowance_count;
        internal int has_approver_email;
        internal uint reserved0;
        internal playgate_text session_id;
        internal playgate_text status;
        internal playgate_text age_status;
        internal playgate_text age_category;
        internal playgate_text jurisdiction;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_storage_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_storage_hook
    {
        internal uint struct_size;
        internal uint reserved0;
        internal void* user;
        internal byte* place;
        internal IntPtr read;
        internal IntPtr write;
        internal IntPtr remove;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_store_options, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_store_options
    {
        internal uint struct_size;
        internal uint abi_version;
        internal uint flags;
        internal uint reserved0;
        internal byte* folder;
        internal byte* key;
        internal UIntPtr key_len;
        internal byte* previous_key;
        internal UIntPtr previous_key_len;
        internal playgate_storage_hook* storage;
        internal playgate_random_hook* random;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_text, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_text
    {
        internal byte* ptr;
        internal UIntPtr len;
    }

    /// <summary>playgate_thread_options, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_thread_options
    {
        internal uint struct_size;
        internal uint stack_bytes;
        internal byte* name;
        internal void* user;
        internal IntPtr start;
        internal fixed ulong reserved[4];
    }

    /// <summary>playgate_transport_hook, as include/playgate.h documents it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct playgate_transport_hook
    {
        internal uint struct_size;
        internal uint reserved0;
        internal void* user;
        internal IntPtr start;
        internal IntPtr cancel;
        internal fixed ulong reserved[4];
    }
#pragma warning restore 0649
}
