/*
 * Playgate: keeps a player's k-ID session for a game, so that a child sees the right features and understands why.
 *
 * ENCODING. All text is UTF-8. Text that goes in ends in a NUL; JSON and bytes go in as pointer and length, and a length
 * of 0 allows a NULL pointer. Text that comes out is a playgate_text: pointer and length, with a NUL after it.
 *
 * OWNERSHIP. Handles are numbers; 0 is never valid, and freeing 0 is ok. A handle that was freed, or that is of another
 * kind, gives PLAYGATE_ERROR_INVALID_HANDLE, never undefined behaviour. What a function gives out says who frees it. What
 * goes in is copied. Lent text is valid: from a session, changes, a notice or a challenge until that object is freed; from an
 * event until the next playgate_client_next_event or the close of its client; from a decision for the life of the process.
 *
 * STRUCTS begin with uint32_t struct_size. Call the struct's _init function with its sizeof first. Reserved space is zero.
 * Header and library may be of different versions with one PLAYGATE_ABI_VERSION: what the caller's struct does not have counts
 * as zero when it goes in and is not written when it comes out; what the library does not know must be zero when it goes in,
 * else PLAYGATE_ERROR_INVALID_ARGUMENT, and becomes zero when it comes out.
 *
 * FAILURE. Outs are written on failure too: access and decisions as denied, handles, numbers and counts as 0. So a
 * variable that is used again never keeps last frame's "allowed". The exception is an out struct whose struct_size is
 * wrong: nothing is known of its size, so nothing is written.
 *
 * THREADS. Any function may be called from any thread, except that one client is pumped and drained (playgate_client_pump,
 * playgate_client_next_event) from one thread at a time. The frame path is playgate_client_allowed, playgate_client_access,
 * playgate_client_allowed_by_name with a name that has a number, reading a decision table, playgate_client_pump and
 * playgate_client_next_event: they wait for nothing and no one. The playgate_store_ functions and playgate_client_open read
 * or write files. playgate_client_close and playgate_shutdown wait at most as long as they are told. Everything else hands
 * its work to the library's own threads.
 *
 * HOOKS are tables of the host's functions, given when a client is opened (log and allocator: before anything else). They
 * are called on the library's threads, or inside the library's functions where a client has none. From inside a hook only
 * playgate_client_allowed, playgate_client_allowed_by_name, playgate_client_access, the _init functions and those about
 * version and build may be called, from transport and storage also playgate_transport_complete and
 * playgate_storage_complete; anything else is PLAYGATE_ERROR_BUSY. What is completed late, twice or after the close is
 * ignored. A client without threads does all its work inside playgate_client_pump.
 *
 * REQUESTS. A function with a playgate_request* starts something. Exactly one PLAYGATE_EVENT_COMPLETED carries that number
 * later, also after a cancel, a time limit or a stop; after a close no events are given out any more. At most 256 requests
 * of one client may be under way or wait to be taken from the events (PLAYGATE_ERROR_LIMIT).
 *
 * END. Close each client, or call playgate_shutdown. Nothing runs when the library is unloaded, and it marks itself as not
 * to be unloaded. After a close the frame path answers "denied", and nothing of the library uses the network or files any
 * more, once the close has returned PLAYGATE_OK.
 *
 * MEMORY. Everything that the library allocates comes from the hook that playgate_set_allocator_hook sets, or else from the
 * system. When every object was freed, every store closed, and playgate_shutdown has returned PLAYGATE_OK, nothing of it is
 * left; playgate_get_memory_stats says so. What is for the life of the process (feature numbers, decision tables,
 * registered texts, each thread's last error) is static. Without memory the library cannot go on: it tells the hook once
 * and aborts the process; a stored record is whole then as after any crash.
 *
 * VERSIONS. Within one PLAYGATE_ABI_VERSION functions and constants are only added, and structs grow only at their end.
 * Enumerations are open: a later version may return values that this header does not name.
 *
 * WHAT THE CALLER MUST GET RIGHT. A pointer with a length points to that many bytes; a text pointer is NULL or ends in a
 * NUL; struct_size is not larger than the struct; lent text is not read after its time; hooks stay callable.
 *
 * This file is generated from the library's code.
 */
#ifndef PLAYGATE_H
#define PLAYGATE_H

#include <stddef.h>
#include <stdint.h>

/* Define PLAYGATE_STATIC when linking the static library. */
#if defined(PLAYGATE_STATIC)
#  define PLAYGATE_API
#elif defined(_WIN32)
#  define PLAYGATE_API __declspec(dllimport)
#elif defined(__GNUC__) || defined(__clang__)
#  define PLAYGATE_API __attribute__((visibility("default")))
#else
#  define PLAYGATE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* -- Results ------------------------------------------------------------------------------------------------------- */

/*
 * How a call ended: 0 is ok, negative failed, positive is "ok, but". An open set: treat unknown negative values as
 * failures.
 */
typedef int32_t playgate_result;

/* All is well. */
#define PLAYGATE_OK 0

/* Accepted or under way; not done yet. */
#define PLAYGATE_PENDING 1

/* No event is waiting. */
#define PLAYGATE_NO_EVENT 2

/* Asked again too soon; nothing was sent. */
#define PLAYGATE_TOO_SOON 3

/* There is nothing to tell the player. */
#define PLAYGATE_NO_NOTICE 4

/* The permission is not on yet: a challenge is open that a parent or the player answers. */
#define PLAYGATE_CHALLENGE_OPEN 5

/* An argument is wrong: NULL, not UTF-8, too long, out of range, a wrong struct size or unknown flags. */
#define PLAYGATE_ERROR_INVALID_ARGUMENT (-1)

/* The handle is none, was freed or closed, or is of another kind. */
#define PLAYGATE_ERROR_INVALID_HANDLE (-2)

/*
 * The call does not fit the state: stopped, nothing to acknowledge, no server given, no session to ask for, a
 * challenge that is closed or not for a parent.
 */
#define PLAYGATE_ERROR_INVALID_STATE (-3)

/* Somebody else is using it: the record is open in this process, or the call came from inside a hook. */
#define PLAYGATE_ERROR_BUSY (-4)

/*
 * A fixed number is used up: clients, feature numbers, tables, requests under way, permissions asked for; or a buffer
 * is too small.
 */
#define PLAYGATE_ERROR_LIMIT (-5)

/* There is none. */
#define PLAYGATE_ERROR_NOT_FOUND (-6)

/* The JSON is no session; the text says where. */
#define PLAYGATE_ERROR_INVALID_SESSION (-7)

/* This build or platform cannot do that. */
#define PLAYGATE_ERROR_UNSUPPORTED (-8)

/* The header and the library do not fit together. */
#define PLAYGATE_ERROR_ABI_VERSION (-9)

/* The library met a defect of its own. The client concerned denies everything from here on. */
#define PLAYGATE_ERROR_PANIC (-10)

/* Cancelled, stopped or closed before it was done. */
#define PLAYGATE_ERROR_CANCELLED (-11)

/* The host has not allowed the network. */
#define PLAYGATE_ERROR_NETWORK_NOT_ALLOWED (-13)

/* The server cannot be reached. */
#define PLAYGATE_ERROR_UNREACHABLE (-14)

/* A time limit ran out. */
#define PLAYGATE_ERROR_TIMED_OUT (-15)

/* TLS failed: the server's certificate is not trusted, has expired, or is for another name. */
#define PLAYGATE_ERROR_TLS (-16)

/* The server refused the player's token; set a new one. */
#define PLAYGATE_ERROR_UNAUTHORIZED (-17)

/* The server asks to come back later. */
#define PLAYGATE_ERROR_RATE_LIMITED (-18)

/* The server has trouble (HTTP 5xx). */
#define PLAYGATE_ERROR_SERVER (-19)

/* The server's answer cannot be understood, or is about another session. */
#define PLAYGATE_ERROR_PROTOCOL (-20)

/* Storing or reading failed. */
#define PLAYGATE_ERROR_STORAGE (-21)

/* There is no room on the storage medium. */
#define PLAYGATE_ERROR_STORAGE_FULL (-22)

/* The folder or medium is not there (yet). */
#define PLAYGATE_ERROR_STORAGE_UNAVAILABLE (-23)

/* The stored record is damaged. */
#define PLAYGATE_ERROR_RECORD_DAMAGED (-24)

/* The stored record was sealed with another key. */
#define PLAYGATE_ERROR_WRONG_KEY (-25)

/* The stored record is sealed and no key was given. */
#define PLAYGATE_ERROR_KEY_MISSING (-26)

/* The stored record was written by a newer version of the library. */
#define PLAYGATE_ERROR_NEWER_FORMAT (-27)

/* Another process, or an open client, holds the stored record. */
#define PLAYGATE_ERROR_RECORD_LOCKED (-28)

/* Not permitted: by the operating system, by the rules for URLs and redirects, or by the storage options. */
#define PLAYGATE_ERROR_NOT_PERMITTED (-29)

/* The record or session belongs to another player. */
#define PLAYGATE_ERROR_OF_ANOTHER_PLAYER (-30)

/* The permission is prohibited: it is not available here, or the player is too young. Nothing can be asked. */
#define PLAYGATE_ERROR_PROHIBITED (-31)

/* The permission stays off: the challenge was refused or failed, or the server did not enable it. */
#define PLAYGATE_ERROR_NOT_ENABLED (-32)

/* Something that should not happen did. */
#define PLAYGATE_ERROR_INTERNAL (-34)

/*
 * The name of a result, for logs; "PLAYGATE_UNKNOWN" for a number that this version does not know. Never NULL. Static.
 * Any thread.
 */
PLAYGATE_API const char *playgate_result_name(playgate_result result);

/*
 * A sentence for a person about the last call that failed on this thread: what was wrong and what to do. Empty when
 * none has failed. At most 1,023 bytes. Never NULL, valid until the next failing call on this thread. Holds no personal
 * data. For logs, not for players.
 */
PLAYGATE_API const char *playgate_last_error(void);

/* -- Text ---------------------------------------------------------------------------------------------------------- */

/*
 * UTF-8 text that is lent: `len` bytes at `ptr`, and a NUL after them. ptr is never NULL. How long it may be read is
 * said where it is given.
 */
typedef struct playgate_text {
    /* The first byte. */
    const char *ptr;
    /* How many bytes, the NUL not counted. */
    size_t len;
} playgate_text;

/* -- Version, build and log ---------------------------------------------------------------------------------------- */

/* Build flag: records can be kept as files. */
#define PLAYGATE_BUILD_FILE_STORE 1

/* Build flag: the library has its own HTTP transport and worker thread. */
#define PLAYGATE_BUILD_HTTP 2

/* Build flag: k-ID can be called directly. Never set in a library for games. */
#define PLAYGATE_BUILD_TRUSTED_SERVER 4

/* Build flag: for tests of games, with playgate_mock_… and overrides. Never set in a library that ships. */
#define PLAYGATE_BUILD_MOCK 8

/* How important a line of the log is. */
typedef int32_t playgate_log_level;

/*
 * Takes one line of the log: formatted UTF-8 text, NUL-terminated, lent for the call. Called from any thread of the
 * library or the game, also from several at once; must return soon. From inside it only playgate_client_allowed,
 * playgate_client_access, playgate_version, playgate_abi_version and playgate_build_flags may be called.
 */
typedef void (*playgate_log_function)(void *user, playgate_log_level level, const char *target, const char *text);

/* The log hook. Lines hold no token, key, e-mail address, date of birth, identifier or session. */
typedef struct playgate_log_hook {
    /* sizeof(playgate_log_hook); set by playgate_log_hook_init. */
    uint32_t struct_size;
    /* Lines above this level are not written; 0 is PLAYGATE_LOG_INFO. */
    playgate_log_level level;
    /* Handed to the function as it is. */
    void *user;
    /* Takes the lines. Stays callable for the life of the process. */
    playgate_log_function write;
    /* Zero. */
    uint64_t reserved[2];
} playgate_log_hook;

/* Nothing is logged. */
#define PLAYGATE_LOG_OFF 0

/* Something failed. */
#define PLAYGATE_LOG_ERROR 1

/* Something is not as it should be, and was dealt with. */
#define PLAYGATE_LOG_WARN 2

/* What a studio wants to see in its own log. The default. */
#define PLAYGATE_LOG_INFO 3

/* For finding out what is wrong. */
#define PLAYGATE_LOG_DEBUG 4

/* The library's version, for example "0.1.0". Never NULL. Static. Any thread, also from hooks. */
PLAYGATE_API const char *playgate_version(void);

/* The library's ABI version. It fits a header whose PLAYGATE_ABI_VERSION is the same. Any thread, also from hooks. */
PLAYGATE_API uint32_t playgate_abi_version(void);

/* What this build of the library can do: PLAYGATE_BUILD_… flags. Any thread, also from hooks. */
PLAYGATE_API uint32_t playgate_build_flags(void);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_log_hook). Any thread. */
PLAYGATE_API void playgate_log_hook_init(struct playgate_log_hook *hook, uint32_t struct_size);

/*
 * Sets the process's log hook, once, before anything else. PLAYGATE_ERROR_INVALID_STATE when there is one already. Any
 * thread.
 */
PLAYGATE_API playgate_result playgate_set_log_hook(const struct playgate_log_hook *hook);

/* Changes which lines are written: PLAYGATE_LOG_OFF to PLAYGATE_LOG_DEBUG. Any thread. */
PLAYGATE_API playgate_result playgate_set_log_level(playgate_log_level level);

/* -- Memory -------------------------------------------------------------------------------------------------------- */

/*
 * Gives memory: at least `size` bytes, at an address that is a multiple of `align`, a power of two. `size` is never 0.
 * NULL when there is none: then the process ends, see playgate_allocator_hook.
 */
typedef void *(*playgate_allocate_function)(void *user, size_t size, size_t align);

/*
 * Makes a block larger or smaller, perhaps at another address: what it holds comes along as far as it fits. Sizes are
 * never 0. NULL when there is no memory.
 */
typedef void *(*playgate_reallocate_function)(void *user, void *ptr, size_t old_size, size_t new_size, size_t align);

/* Takes memory back, with the size and alignment that it was last asked for with. `ptr` is never NULL. */
typedef void (*playgate_free_function)(void *user, void *ptr, size_t size, size_t align);

/*
 * Is told that there is no memory for `size` bytes, once in a process; other threads wait meanwhile. When it returns,
 * the process is aborted. May write a report, but has to do without the library's help.
 */
typedef void (*playgate_out_of_memory_function)(void *user, size_t size, size_t align);

/*
 * The allocator hook: where the library's memory comes from. Its functions are called from any thread of the library or
 * the game, also from several at once; from inside them only playgate_client_allowed, playgate_client_access,
 * playgate_version, playgate_abi_version and playgate_build_flags may be called. When `alloc` or `realloc` gives NULL or
 * an address that is not aligned, `out_of_memory` is called, and the process is aborted: an allocation that the library
 * cannot do without never goes on without it.
 */
typedef struct playgate_allocator_hook {
    /* sizeof(playgate_allocator_hook); set by playgate_allocator_hook_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Handed to the functions as it is. */
    void *user;
    /* Required: gives memory. Stays callable for the life of the process, as the others. */
    playgate_allocate_function alloc;
    /* Makes a block larger or smaller. NULL: `alloc`, a copy and `free` are used. */
    playgate_reallocate_function realloc;
    /* Required: takes memory back. */
    playgate_free_function free;
    /* Is told that there is no memory. May be NULL. */
    playgate_out_of_memory_function out_of_memory;
    /* Zero. */
    uint64_t reserved[4];
} playgate_allocator_hook;

/* What the library has allocated, with or without a hook. Numbers that change meanwhile may not fit together. */
typedef struct playgate_memory_stats {
    /* sizeof(playgate_memory_stats); set by playgate_memory_stats_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Bytes that are allocated now, as they were asked for. */
    uint64_t live_bytes;
    /* The most that live_bytes ever was. */
    uint64_t peak_bytes;
    /* Blocks that are allocated now. */
    uint64_t live_allocations;
    /* How often memory was asked for, changes of size included. */
    uint64_t total_allocations;
    /* Zero. */
    uint64_t reserved[4];
} playgate_memory_stats;

/* Makes the hook ready for use: all zero, with its size. Pass sizeof(playgate_allocator_hook). Any thread. */
PLAYGATE_API void playgate_allocator_hook_init(struct playgate_allocator_hook *hook, uint32_t struct_size);

/* Makes the struct ready to be filled: all zero, with its size. Pass sizeof(playgate_memory_stats). Any thread. */
PLAYGATE_API void playgate_memory_stats_init(struct playgate_memory_stats *stats, uint32_t struct_size);

/*
 * Sets the allocator hook, once and before anything else: every later allocation of the library goes through it, for
 * the life of the process. PLAYGATE_ERROR_INVALID_STATE when there is one already, or the library has allocated
 * something, which any function but the _init ones, this one and playgate_set_log_hook may do. The hook itself is
 * copied. Any thread.
 */
PLAYGATE_API playgate_result playgate_set_allocator_hook(const struct playgate_allocator_hook *hook);

/* What the library has allocated. Costs next to nothing and allocates nothing. Any thread. */
PLAYGATE_API playgate_result playgate_get_memory_stats(struct playgate_memory_stats *out);

/* -- Features ------------------------------------------------------------------------------------------------------ */

/* A feature's number: process-wide, never reused. 0 is none and always denied. */
typedef uint32_t playgate_feature;

/*
 * The number of a feature name: the same one each time, in the whole process. Ask once, at the start, and keep it. The
 * name is 1 to 256 bytes, opaque and case-sensitive, and need not be in any session. `*out` is 0 after a failure;
 * PLAYGATE_ERROR_LIMIT after 1,023 names, or 64 KiB of them, one byte more for each counted. Any thread; not for the
 * frame path.
 */
PLAYGATE_API playgate_result playgate_feature_intern(const char *name, playgate_feature *out);

/*
 * Registers what to show for a feature, for example its name in the player's language; it is used in notices from then
 * on. NULL or an empty text takes it back, and playgate_shutdown takes back all. The standard features have English
 * names built in. Any thread.
 */
PLAYGATE_API playgate_result playgate_set_display_name(const char *name, const char *shown);

/*
 * What to show for a feature: the host's own name, else the built-in English one, else the name itself. Writes at most
 * `capacity` bytes to `buffer`, always ending in a NUL if `capacity` is not 0; `*out_len` is the whole length without
 * the NUL, so that a call with capacity 0 (buffer may be NULL) asks for the size. Cut at a character's border. Any
 * thread.
 */
PLAYGATE_API
playgate_result playgate_get_display_name(const char *name,
                                          char *buffer,
                                          size_t capacity,
                                          size_t *out_len);

/* -- Decisions ----------------------------------------------------------------------------------------------------- */

/* What a feature may do. An open set: treat unknown values as PLAYGATE_ACCESS_UNAVAILABLE. */
typedef int32_t playgate_access;

/* Why a feature is not on. An open set. */
typedef int32_t playgate_reason;

/* What to do next. An open set: treat unknown values as PLAYGATE_NEXT_NOTHING. */
typedef int32_t playgate_next_step;

/* How fresh the knowledge behind an answer is. An open set. */
typedef int32_t playgate_freshness;

/* Who manages a permission. An open set. */
typedef int32_t playgate_managed_by;

/*
 * A decision about a feature. `access` and `next_step` may drive the user interface, `text` may be shown; `reason`,
 * `managed_by` and `age_threshold` may choose among texts; `freshness` is for hints and logs.
 */
typedef struct playgate_decision {
    /* sizeof(playgate_decision); set by playgate_decision_init. */
    uint32_t struct_size;
    /* What the feature may do. */
    playgate_access access;
    /* Why it is not on. */
    playgate_reason reason;
    /* What to do next. */
    playgate_next_step next_step;
    /* How fresh the knowledge is. */
    playgate_freshness freshness;
    /* Who manages the feature. */
    playgate_managed_by managed_by;
    /* The age in years that must be verified; 0 when there is none. */
    uint32_t age_threshold;
    /* Zero. */
    uint32_t reserved0;
    /*
     * A neutral sentence for the locked feature, in the language that was set; empty when it is on. Static for the
     * life of the process.
     */
    playgate_text text;
    /* Zero. */
    uint64_t reserved[4];
} playgate_decision;

/* Denied: no session, on hold, not in the session, or something went wrong. */
#define PLAYGATE_ACCESS_UNAVAILABLE 0

/* The feature is on. */
#define PLAYGATE_ACCESS_ALLOWED 1

/* Off; a parent can enable it. */
#define PLAYGATE_ACCESS_ASK_PARENT 2

/* Off; the player must verify their age first. */
#define PLAYGATE_ACCESS_VERIFY_AGE 3

/* Off; the player may enable it. */
#define PLAYGATE_ACCESS_PLAYER_MAY_ENABLE 4

/* Off, and nobody can enable it. */
#define PLAYGATE_ACCESS_PROHIBITED 5

/* It is on. */
#define PLAYGATE_REASON_NONE 0

/* A parent manages it. */
#define PLAYGATE_REASON_PARENT 1

/* It is not available in this place. */
#define PLAYGATE_REASON_PROHIBITED 2

/* The player is below the age it needs. */
#define PLAYGATE_REASON_TOO_YOUNG 3

/* The player's age is to be verified first. */
#define PLAYGATE_REASON_AGE_VERIFICATION 4

/* The player has not switched it on. */
#define PLAYGATE_REASON_PLAYER_CHOICE 5

/* An answer is being waited for: from the server, from a parent, or about the player's age. */
#define PLAYGATE_REASON_PENDING 6

/* There is no session. */
#define PLAYGATE_REASON_NO_SESSION 7

/* The session is on hold. */
#define PLAYGATE_REASON_ON_HOLD 8

/* Something went wrong. */
#define PLAYGATE_REASON_ERROR 9

/* The session does not name this feature, or says of it what this library does not know. */
#define PLAYGATE_REASON_NOT_IN_SESSION 10

/* The session ended: it was revoked or deleted. */
#define PLAYGATE_REASON_SESSION_ENDED 11

/* The stored session is older than the host's limit, or the clock ran backwards. */
#define PLAYGATE_REASON_STALE 12

/* The stored record is damaged. */
#define PLAYGATE_REASON_RECORD_DAMAGED 13

/* Another process holds the stored record. */
#define PLAYGATE_REASON_RECORD_LOCKED 14

/* The place of the stored record is not there yet, or may not be read. */
#define PLAYGATE_REASON_RECORD_UNAVAILABLE 15

/* The stored record is sealed and no key was given. */
#define PLAYGATE_REASON_KEY_MISSING 16

/* The stored record was sealed with another key, for another player or in another place. */
#define PLAYGATE_REASON_WRONG_KEY 17

/* The stored record was written by a newer version of the library. */
#define PLAYGATE_REASON_NEWER_FORMAT 18

/* The player has switched it off on this device: playgate_client_switch_feature brings it back. */
#define PLAYGATE_REASON_SWITCHED_OFF 19

/* Nothing. */
#define PLAYGATE_NEXT_NOTHING 0

/* Start the age gate. */
#define PLAYGATE_NEXT_START_AGE_GATE 1

/* Ask a parent. */
#define PLAYGATE_NEXT_ASK_PARENT 2

/* Have the player verify their age. */
#define PLAYGATE_NEXT_VERIFY_AGE 3

/* Offer the player to enable it. */
#define PLAYGATE_NEXT_ENABLE 4

/* Wait for what is on its way. */
#define PLAYGATE_NEXT_WAIT 5

/* Refresh: ask the server. */
#define PLAYGATE_NEXT_REFRESH 6

/* There is no session. */
#define PLAYGATE_FRESHNESS_NONE 0

/* The server confirmed it a short while ago. */
#define PLAYGATE_FRESHNESS_LIVE 1

/* From the stored record, or not confirmed lately. */
#define PLAYGATE_FRESHNESS_CACHED 2

/* Older than the host's limit. */
#define PLAYGATE_FRESHNESS_STALE 3

/* Nobody that this library knows, or the session does not say. */
#define PLAYGATE_MANAGED_BY_UNKNOWN 0

/* The player. */
#define PLAYGATE_MANAGED_BY_PLAYER 1

/* A parent or another trusted adult. */
#define PLAYGATE_MANAGED_BY_GUARDIAN 2

/* Nobody: it is prohibited. */
#define PLAYGATE_MANAGED_BY_PROHIBITED 3

/*
 * Makes a decision struct ready for use: all zero, which is a denial, with its size. Pass sizeof(playgate_decision).
 * Any thread.
 */
PLAYGATE_API void playgate_decision_init(struct playgate_decision *decision, uint32_t struct_size);

/* -- Sessions ------------------------------------------------------------------------------------------------------ */

/* A session: immutable. Free it with playgate_session_free. 0 is none. */
typedef uint64_t playgate_session;

/* Facts about a session. The texts are lent until the session is freed; what the session does not say is empty. */
typedef struct playgate_session_info {
    /* sizeof(playgate_session_info); set by playgate_session_info_init. */
    uint32_t struct_size;
    /* 1 when the session's status is active, else 0: then nothing is allowed. */
    int32_t is_in_force;
    /* How many permissions it has, each name counted once. */
    uint32_t permission_count;
    /* How many allowances it has. */
    uint32_t allowance_count;
    /* 1 when the servers know an address of a trusted adult, 0 when not or not said. */
    int32_t has_approver_email;
    /* Zero. */
    uint32_t reserved0;
    /* The session's id. */
    playgate_text session_id;
    /* The status as the server wrote it; "ACTIVE" when it wrote none. */
    playgate_text status;
    /* The age status as the server wrote it. */
    playgate_text age_status;
    /* The age category as the server wrote it. */
    playgate_text age_category;
    /* The jurisdiction, for example "US-CA". */
    playgate_text jurisdiction;
    /* Zero. */
    uint64_t reserved[4];
} playgate_session_info;

/* One permission of a session. The texts are lent until the session is freed. */
typedef struct playgate_permission {
    /* sizeof(playgate_permission); set by playgate_permission_init. */
    uint32_t struct_size;
    /* 1 when the permission is on, else 0. */
    int32_t enabled;
    /* Who manages it. */
    playgate_managed_by managed_by;
    /* The age in years that must be verified; 0 when there is none. */
    uint32_t age_threshold;
    /* What the feature may do by this session alone. */
    playgate_access access;
    /* Zero. */
    uint32_t reserved0;
    /* The feature's name. */
    playgate_text name;
    /* Who manages it, as the server wrote it. */
    playgate_text managed_by_text;
    /* Zero. */
    uint64_t reserved[4];
} playgate_permission;

/* What kind of value an allowance has. An open set. */
typedef int32_t playgate_allowance_kind;

/* A preference that a trusted adult set. The texts are lent until the session is freed. */
typedef struct playgate_allowance {
    /* sizeof(playgate_allowance); set by playgate_allowance_init. */
    uint32_t struct_size;
    /* What kind of value it has. */
    playgate_allowance_kind value_kind;
    /* The value of a PLAYGATE_ALLOWANCE_NUMBER, else 0. */
    double number;
    /* The allowance's name. */
    playgate_text name;
    /* Its type as the server wrote it. */
    playgate_text type_text;
    /* The value of a PLAYGATE_ALLOWANCE_SELECTION, else empty. */
    playgate_text selection;
    /* Zero. */
    uint64_t reserved[4];
} playgate_allowance;

/* None, or of a kind that this library does not know. */
#define PLAYGATE_ALLOWANCE_NONE 0

/* A number. */
#define PLAYGATE_ALLOWANCE_NUMBER 1

/* A choice among words. */
#define PLAYGATE_ALLOWANCE_SELECTION 2

/*
 * Reads a session from `len` bytes of JSON: a bare session, or {"session":…,"status":…} whose outer status is ignored.
 * Unknown fields are kept, unknown enumeration values are kept, missing optional fields are accepted. At most 1 MiB,
 * 10,000 permissions and 64 levels.
 *
 * `*out` is the session, which the caller frees, or 0. Any thread; parses on the caller's.
 * PLAYGATE_ERROR_INVALID_SESSION: playgate_last_error says where, by line and column or by the field's path.
 */
PLAYGATE_API
playgate_result playgate_session_parse(const char *json,
                                       size_t len,
                                       playgate_session *out);

/* Frees a session; texts lent from it may not be read any more. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_session_free(playgate_session session);

/*
 * The session as JSON: the session object as it came, unknown fields included, without an outer object. May hold
 * personal data. Lent until the session is freed. Any thread.
 */
PLAYGATE_API playgate_result playgate_session_json(playgate_session session, playgate_text *out);

/*
 * What a feature may do by this session alone. In a game ask the client, which also knows what happened since. A name
 * that the session does not have is PLAYGATE_ACCESS_UNAVAILABLE, and so is `*out` after any failure. Any thread.
 */
PLAYGATE_API
playgate_result playgate_session_access(playgate_session session,
                                        const char *feature,
                                        playgate_access *out);

/*
 * The decision about a feature by this session alone; its freshness is PLAYGATE_FRESHNESS_CACHED. Denied after any
 * failure. Any thread.
 */
PLAYGATE_API
playgate_result playgate_session_decide(playgate_session session,
                                        const char *feature,
                                        playgate_decision *out);

/* Facts about a session. Any thread. */
PLAYGATE_API playgate_result playgate_session_get_info(playgate_session session, struct playgate_session_info *out);

/* The permission at an index from 0, in the session's order. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread. */
PLAYGATE_API
playgate_result playgate_session_get_permission(playgate_session session,
                                                size_t index,
                                                struct playgate_permission *out);

/* The allowance at an index from 0, in the session's order. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread. */
PLAYGATE_API
playgate_result playgate_session_get_allowance(playgate_session session,
                                               size_t index,
                                               struct playgate_allowance *out);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_session_info). Any thread. */
PLAYGATE_API void playgate_session_info_init(struct playgate_session_info *info, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_permission). Any thread. */
PLAYGATE_API void playgate_permission_init(struct playgate_permission *permission, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_allowance). Any thread. */
PLAYGATE_API void playgate_allowance_init(struct playgate_allowance *allowance, uint32_t struct_size);

/* -- Changes between sessions -------------------------------------------------------------------------------------- */

/* The changes between two sessions: immutable. Free them with playgate_changes_free. 0 is none. */
typedef uint64_t playgate_changes;

/* What kind of change. An open set. */
typedef int32_t playgate_change_kind;

/* Which way a change went. An open set. */
typedef int32_t playgate_direction;

/* One change. The texts are lent until the changes are freed; what does not apply is empty or 0. */
typedef struct playgate_change {
    /* sizeof(playgate_change); set by playgate_change_init. */
    uint32_t struct_size;
    /* What kind of change. */
    playgate_change_kind kind;
    /* Which way it went. */
    playgate_direction direction;
    /* What the permission gave before, whatever the session's status was. */
    playgate_access access_before;
    /* What the permission gives now, whatever the session's status is. */
    playgate_access access_after;
    /* 1 when the permission was on. */
    int32_t enabled_before;
    /* 1 when the permission is on. */
    int32_t enabled_after;
    /* The age threshold before, in years; 0 when there was none. */
    uint32_t threshold_before;
    /* The age threshold now, in years; 0 when there is none. */
    uint32_t threshold_after;
    /* Zero. */
    uint32_t reserved0;
    /* The permission's name; empty for a change of the session itself. */
    playgate_text permission;
    /* The changed word before: who managed it, the age status, the status, the jurisdiction or the session id. */
    playgate_text before;
    /* The changed word now. */
    playgate_text after;
    /* Zero. */
    uint64_t reserved[4];
} playgate_change;

/* The permission is new. */
#define PLAYGATE_CHANGE_ADDED 1

/* It was off and is on. */
#define PLAYGATE_CHANGE_ENABLED 2

/* It was on and is off. */
#define PLAYGATE_CHANGE_DISABLED 3

/* Somebody else manages it. */
#define PLAYGATE_CHANGE_MANAGEMENT 4

/* It is gone. */
#define PLAYGATE_CHANGE_REMOVED 5

/* Its verified age threshold is another. */
#define PLAYGATE_CHANGE_THRESHOLD 6

/* The player's age status is another. */
#define PLAYGATE_CHANGE_AGE_STATUS 7

/* The session's status is another. */
#define PLAYGATE_CHANGE_STATUS 8

/* The jurisdiction is another. */
#define PLAYGATE_CHANGE_JURISDICTION 9

/* It is another session, or there was or is none. */
#define PLAYGATE_CHANGE_SESSION_REPLACED 10

/* Neither looser nor tighter. */
#define PLAYGATE_DIRECTION_NEITHER 0

/* More is possible than before. */
#define PLAYGATE_DIRECTION_LOOSENED 1

/* Less is possible than before. */
#define PLAYGATE_DIRECTION_TIGHTENED 2

/*
 * Compares two sessions; handle 0 stands for "no session" on either side. `*out` is the changes, which the caller
 * frees, or 0. Linear time on the caller's thread. Any thread.
 */
PLAYGATE_API
playgate_result playgate_session_compare(playgate_session before,
                                         playgate_session after,
                                         playgate_changes *out);

/* How many changes there are. Any thread. */
PLAYGATE_API playgate_result playgate_changes_count(playgate_changes changes, size_t *out);

/*
 * The change at an index from 0. Order: the new session's permissions, then removed ones in the old session's order,
 * then changes of the session itself. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
 */
PLAYGATE_API playgate_result playgate_changes_get(playgate_changes changes, size_t index, struct playgate_change *out);

/*
 * The changes as a JSON array. The types added, enabled, disabled, management_changed and age_status_changed have
 * exactly the fields that k-ID's guide on managing sessions gives them; removed, threshold_changed, status_changed,
 * jurisdiction_changed and session_replaced are this library's own. Lent until the changes are freed. Any thread.
 */
PLAYGATE_API playgate_result playgate_changes_json(playgate_changes changes, playgate_text *out);

/* Frees changes; texts lent from them may not be read any more. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_changes_free(playgate_changes changes);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_change). Any thread. */
PLAYGATE_API void playgate_change_init(struct playgate_change *change, uint32_t struct_size);

/* -- Texts and languages ------------------------------------------------------------------------------------------- */

/*
 * Chooses the language of the texts that the library gives for players: those of decisions, notices and challenges.
 * `tag` is a BCP 47 tag, for example "de-AT", of which the first part decides. English ("en", from the start) and
 * German ("de") are built in; PLAYGATE_ERROR_UNSUPPORTED for another: register its texts with playgate_set_text. Texts
 * that were given out stay as they are. Any thread.
 */
PLAYGATE_API playgate_result playgate_set_language(const char *tag);

/*
 * Registers the host's own wording for a text, in whatever language; it comes before the built-in ones. `key` is one
 * that playgate_get_text_key gives, for example "reason.parent"; in the texts of which the built-in one has
 * "{features}" that stands for the features' display names. NULL or an empty text takes it back. At most 1,024 bytes a
 * text. PLAYGATE_ERROR_NOT_FOUND: no such key. PLAYGATE_ERROR_LIMIT: more than 64 KiB of different texts were
 * registered. Any thread.
 */
PLAYGATE_API playgate_result playgate_set_text(const char *key, const char *text);

/*
 * A text as it is used now. Writes at most `capacity` bytes to `buffer`, as playgate_get_display_name does; `*out_len`
 * is the whole length without the NUL. PLAYGATE_ERROR_NOT_FOUND: no such key. Any thread.
 */
PLAYGATE_API playgate_result playgate_get_text(const char *key, char *buffer, size_t capacity, size_t *out_len);

/*
 * The key of a text, at an index from 0, for tools that translate. Static. PLAYGATE_ERROR_NOT_FOUND past the end. Any
 * thread.
 */
PLAYGATE_API playgate_result playgate_get_text_key(size_t index, playgate_text *out);

/* -- Notices ------------------------------------------------------------------------------------------------------- */

/* A notice: what to tell the player; immutable. Free it with playgate_notice_free. 0 is none. */
typedef uint64_t playgate_notice;

/* What kind of notice. An open set. */
typedef int32_t playgate_notice_kind;

/* A notice. The texts are neutral, in the language that was set, and lent until the notice is freed. */
typedef struct playgate_notice_info {
    /* sizeof(playgate_notice_info); set by playgate_notice_info_init. */
    uint32_t struct_size;
    /* What kind of notice. */
    playgate_notice_kind kind;
    /* How many features went off. */
    uint32_t off_count;
    /* How many features came on. */
    uint32_t on_count;
    /* How many features the player may now enable. */
    uint32_t may_choose_count;
    /* How many features the player asked for and did not get, or not yet. */
    uint32_t asked_count;
    /* Which state of things the notice speaks of: rises with each change. */
    uint64_t revision;
    /* A heading. */
    playgate_text title;
    /* A text that lists the features by their display names, a line each; that of an ended session lists none. */
    playgate_text message;
    /* Zero. */
    uint64_t reserved[4];
} playgate_notice_info;

/* A list of a notice's features. An open set. */
typedef int32_t playgate_notice_list;

/* Nothing to tell. */
#define PLAYGATE_NOTICE_NONE 0

/* The session ended; the age gate comes next. */
#define PLAYGATE_NOTICE_SESSION_ENDED 1

/* The player reached a higher age status. */
#define PLAYGATE_NOTICE_AGED_UP 2

/* Features went off, or the age status was lowered. */
#define PLAYGATE_NOTICE_RESTRICTED 3

/* Features came on, or the player may now choose. */
#define PLAYGATE_NOTICE_OPENED_UP 4

/* Some features went off and some came on. */
#define PLAYGATE_NOTICE_MIXED 5

/* A question was put, to a parent or to the player. Of a challenge only: playgate_challenge_notice. */
#define PLAYGATE_NOTICE_ASKED 6

/* Somebody has opened the question. Of a challenge only. */
#define PLAYGATE_NOTICE_WAITING 7

/* The answer was yes; the features are on as soon as a session says so. Of a challenge only. */
#define PLAYGATE_NOTICE_APPROVED 8

/* What the player asked for stays off. */
#define PLAYGATE_NOTICE_REFUSED 9

/* What the player asked for is on. */
#define PLAYGATE_NOTICE_ENABLED 10

/* Features that were on and are off. */
#define PLAYGATE_NOTICE_LIST_OFF 0

/* Features that were off and are on. */
#define PLAYGATE_NOTICE_LIST_ON 1

/* Features that are off and that the player may now enable, but could not before. */
#define PLAYGATE_NOTICE_LIST_MAY_CHOOSE 2

/* Features that the player asked for, in a notice about an answer that did not turn them on. */
#define PLAYGATE_NOTICE_LIST_ASKED 3

/* What a notice says. Any thread. */
PLAYGATE_API playgate_result playgate_notice_get_info(playgate_notice notice, struct playgate_notice_info *out);

/*
 * A feature of one of a notice's lists, at an index from 0: its name, and what to show for it; `out_shown` may be
 * NULL. Both are lent until the notice is freed. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
 */
PLAYGATE_API
playgate_result playgate_notice_get_feature(playgate_notice notice,
                                            playgate_notice_list list,
                                            size_t index,
                                            playgate_text *out_name,
                                            playgate_text *out_shown);

/* Frees a notice; texts lent from it may not be read any more. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_notice_free(playgate_notice notice);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_notice_info). Any thread. */
PLAYGATE_API void playgate_notice_info_init(struct playgate_notice_info *info, uint32_t struct_size);

/* -- Events and requests ------------------------------------------------------------------------------------------- */

/* What happened. An open set: ignore unknown values. */
typedef int32_t playgate_event_type;

/* A request's number: unique in the process, never reused. 0 is none. */
typedef uint64_t playgate_request;

/* What a request was for. An open set. */
typedef int32_t playgate_operation;

/* How far a request for a permission has come. An open set: treat unknown values as PLAYGATE_PROGRESS_WAITING. */
typedef int32_t playgate_progress;

/* One event. `text` and `feature` are lent until the next playgate_client_next_event of this client, or its close. */
typedef struct playgate_event {
    /* sizeof(playgate_event); set by playgate_event_init. */
    uint32_t struct_size;
    /* What happened. */
    playgate_event_type type;
    /* The request that ended; 0 for other events. */
    playgate_request request;
    /* How it ended; PLAYGATE_OK where there is nothing wrong. */
    playgate_result result;
    /* What the request was for. */
    playgate_operation operation;
    /* The HTTP status of the server's answer; 0 when there was none. */
    uint32_t http_status;
    /* How far a request for a permission has come: PLAYGATE_EVENT_UPGRADE_CHANGED only. */
    playgate_progress progress;
    /* A sentence for logs about what was wrong; empty where nothing was. Holds no personal data. */
    playgate_text text;
    /* The permission's name: PLAYGATE_EVENT_UPGRADE_CHANGED only, else empty. */
    playgate_text feature;
    /* A playgate_game_session_state: PLAYGATE_EVENT_GAME_SESSION_CHANGED only. */
    int32_t game_session_state;
    /* A playgate_game_session_stop: PLAYGATE_EVENT_GAME_SESSION_CHANGED only. */
    int32_t game_session_stop;
    /* Zero. */
    uint64_t reserved[1];
} playgate_event;

/* A request ended: exactly one for each request. `result`, `http_status` and `text` say how. */
#define PLAYGATE_EVENT_COMPLETED 1

/* What features may do has changed: look at what your user interface shows. */
#define PLAYGATE_EVENT_SESSION_CHANGED 2

/* There is something to tell the player: playgate_client_notice has it. */
#define PLAYGATE_EVENT_NOTICE_READY 3

/* The session has ended; the age gate comes next. */
#define PLAYGATE_EVENT_SESSION_ENDED 4

/*
 * The server says that the player has no session, or not this one: the age gate comes next. May come again. A client
 * without a server does not get it: ask playgate_client_decide for the next step.
 */
#define PLAYGATE_EVENT_CONSENT_NEEDED 5

/* The server refused the player's token: set a new one. */
#define PLAYGATE_EVENT_TOKEN_REFUSED 6

/* The server can be reached again. */
#define PLAYGATE_EVENT_SERVER_REACHABLE 7

/* The server cannot be reached, or has trouble; the stored session counts. */
#define PLAYGATE_EVENT_SERVER_UNREACHABLE 8

/* What is known could not be stored, or not in time; it holds for this process only, and storing is tried again. */
#define PLAYGATE_EVENT_STORAGE_FAILED 9

/* What is known is stored again. */
#define PLAYGATE_EVENT_STORAGE_RECOVERED 10

/* The stored record was damaged and was set aside. */
#define PLAYGATE_EVENT_RECORD_SET_ASIDE 11

/* The stored record cannot be used; `result` and `text` say why. It was left as it is. */
#define PLAYGATE_EVENT_RECORD_UNUSABLE 12

/* The record, which another process held or which was not there yet, is this client's now. */
#define PLAYGATE_EVENT_RECORD_TAKEN_OVER 13

/*
 * A request for a permission has come further: `feature` names it, `progress` says how far, `result` and `text` why it
 * came to nothing. Of one permission the newest waits only.
 */
#define PLAYGATE_EVENT_UPGRADE_CHANGED 14

/*
 * The ad service's game session has another state: `game_session_state` and, when it is stopped, `game_session_stop`;
 * `result` and `text` say what was wrong. Of one state the newest waits only.
 */
#define PLAYGATE_EVENT_GAME_SESSION_CHANGED 15

/* Nothing is under way: it could not be asked, was given up, or another session holds now. */
#define PLAYGATE_PROGRESS_NONE 0

/* The server is being asked. */
#define PLAYGATE_PROGRESS_ASKING 1

/* A challenge is open, for a parent or the player: playgate_client_challenge has it. */
#define PLAYGATE_PROGRESS_ASKED 2

/* Somebody has opened the challenge. */
#define PLAYGATE_PROGRESS_WAITING 3

/* The challenge passed; the permission is on as soon as a session says so. */
#define PLAYGATE_PROGRESS_APPROVED 4

/* It stays off. */
#define PLAYGATE_PROGRESS_REFUSED 5

/* It is on. */
#define PLAYGATE_PROGRESS_ENABLED 6

/* None: the event is not a completion. */
#define PLAYGATE_OPERATION_NONE 0

/* A refresh. */
#define PLAYGATE_OPERATION_REFRESH 1

/* A session from the consent flow. */
#define PLAYGATE_OPERATION_ADOPT 2

/* The player has seen a notice. */
#define PLAYGATE_OPERATION_ACKNOWLEDGE 3

/* Forget the player. */
#define PLAYGATE_OPERATION_FORGET 4

/* Everything so far is to be durable. */
#define PLAYGATE_OPERATION_FLUSH 5

/* A permission is to be enabled. */
#define PLAYGATE_OPERATION_REQUEST_PERMISSION 6

/* A challenge's new one-time code. */
#define PLAYGATE_OPERATION_RENEW_CODE 7

/* A message to the parent. */
#define PLAYGATE_OPERATION_EMAIL_PARENT 8

/* A challenge is given up on this device. */
#define PLAYGATE_OPERATION_CANCEL_CHALLENGE 9

/* The player closed a challenge's page. */
#define PLAYGATE_OPERATION_CHECK_CHALLENGE 10

/* The player switches something off, or on again. */
#define PLAYGATE_OPERATION_SWITCH_FEATURE 11

/* The ad service's game session is ended. */
#define PLAYGATE_OPERATION_END_GAME_SESSION 12

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_event). Any thread. */
PLAYGATE_API void playgate_event_init(struct playgate_event *event, uint32_t struct_size);

/* -- Hooks: HTTP by the host --------------------------------------------------------------------------------------- */

/* The longest response body, in bytes. */
#define PLAYGATE_MAX_RESPONSE_BYTES ((4 * 1024) * 1024)

/* One HTTP exchange that a transport hook carries. Never reused within the process. */
typedef uint64_t playgate_exchange;

/* A header's name and value, NUL-terminated. Without struct_size, since it stands in arrays: it never changes. */
typedef struct playgate_http_header {
    /* The name, in any case. */
    const char *name;
    /* The value. */
    const char *value;
} playgate_http_header;

/* A request to be sent. Lent for the call of the hook's `start`. */
typedef struct playgate_http_request {
    /*
     * How many bytes this struct has in the library: a later version may be longer. The library makes it, so it has no
     * _init function.
     */
    uint32_t size;
    /* The time limit of the whole exchange, from name resolution to the last byte of the answer, in milliseconds. */
    uint32_t timeout_ms;
    /* "GET", "POST" or "PUT". */
    const char *method;
    /* The absolute URL: https, or http on this machine. */
    const char *url;
    /*
     * Headers to be sent, all of them and in this order, also those that a later version adds. The host may add its own;
     * Host, Content-Length and what concerns the connection are for it to set.
     */
    const struct playgate_http_header *headers;
    /* How many headers there are. */
    size_t header_count;
    /* The body; NULL when there is none. */
    const uint8_t *body;
    /* How many bytes the body has. */
    size_t body_len;
    /* Zero. */
    uint64_t reserved[4];
} playgate_http_request;

/*
 * Sends a request, or begins to, and returns at once. The answer goes to playgate_transport_complete with this
 * exchange: from inside this call or later, from any thread. Without one the library gives the exchange up some
 * seconds after its time limit.
 */
typedef void (*playgate_transport_start)(void *user,
                                         playgate_exchange exchange,
                                         const struct playgate_http_request *request);

/* The library wants no answer to this exchange any more. May be called for an exchange that has just been completed. */
typedef void (*playgate_transport_cancel)(void *user, playgate_exchange exchange);

/*
 * Carries the library's requests by the host's own HTTP. Make it ready with playgate_transport_hook_init.
 *
 * The functions are called on the client's worker, or inside playgate_client_open, playgate_client_pump and
 * playgate_client_close where there is none; one `start` at a time for one client. They stay callable until the client's
 * close returns PLAYGATE_OK; after that none is called. From inside them only playgate_transport_complete,
 * playgate_storage_complete, the _init functions, playgate_client_allowed, playgate_client_access and the version functions
 * may be called.
 *
 * The host checks certificates and follows no redirect to another origin: requests carry the player's token.
 */
typedef struct playgate_transport_hook {
    /* sizeof(playgate_transport_hook); set by playgate_transport_hook_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Handed to the functions as it is. */
    void *user;
    /* Required. */
    playgate_transport_start start;
    /* Required. */
    playgate_transport_cancel cancel;
    /* Zero. */
    uint64_t reserved[4];
} playgate_transport_hook;

/* What came of a request. Make it ready with playgate_http_response_init. It is copied. */
typedef struct playgate_http_response {
    /* sizeof(playgate_http_response); set by playgate_http_response_init. */
    uint32_t struct_size;
    /*
     * PLAYGATE_OK: there is a response, whatever its status. Otherwise why there is none: PLAYGATE_ERROR_UNREACHABLE,
     * PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_PROTOCOL (no HTTP, cut
     * short), PLAYGATE_ERROR_LIMIT (too long) or PLAYGATE_ERROR_NOT_PERMITTED; any other counts as unreachable.
     */
    playgate_result result;
    /* The HTTP status. */
    uint32_t status;
    /* Zero. */
    uint32_t reserved0;
    /* All headers of the response; the library picks what it needs. */
    const struct playgate_http_header *headers;
    /* How many headers there are; at most 256. */
    size_t header_count;
    /* The body. */
    const uint8_t *body;
    /* How many bytes the body has; at most PLAYGATE_MAX_RESPONSE_BYTES. */
    size_t body_len;
    /* A sentence for the log when there is no response, or NULL; no token, path or query in it. */
    const char *text;
    /* Zero. */
    uint64_t reserved[4];
} playgate_http_response;

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_transport_hook). Any thread. */
PLAYGATE_API void playgate_transport_hook_init(struct playgate_transport_hook *hook, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_http_response). Any thread. */
PLAYGATE_API void playgate_http_response_init(struct playgate_http_response *response, uint32_t struct_size);

/*
 * Gives the library what came of a request. Copies everything and returns at once. PLAYGATE_ERROR_INVALID_HANDLE: the
 * exchange was completed or cancelled before, or its client is closed; nothing happens then. After
 * PLAYGATE_ERROR_INVALID_ARGUMENT the exchange is still open. Any thread, also from inside the hooks.
 */
PLAYGATE_API
playgate_result playgate_transport_complete(playgate_exchange exchange,
                                            const struct playgate_http_response *response);

/* -- Hooks: storage, clock, random bytes, threads ------------------------------------------------------------------ */

/* One operation of a storage hook. Never reused within the process. */
typedef uint64_t playgate_storage_operation;

/*
 * Reads what is stored under a key: 1 to 64 lower-case letters, digits and '-', NUL-terminated and lent for the call.
 * It begins to and returns, or does it at once; the answer goes to playgate_storage_complete, from inside this call or
 * later, from any thread.
 */
typedef void (*playgate_storage_read)(void *user, playgate_storage_operation operation, const char *key);

/*
 * Replaces what is stored under a key, whole or not at all, and durably: the answer is given when a loss of power can
 * no longer undo it. The bytes are lent for the call.
 */
typedef void (*playgate_storage_write)(void *user,
                                       playgate_storage_operation operation,
                                       const char *key,
                                       const uint8_t *bytes,
                                       size_t len);

/* Removes what is stored under a key, durably; PLAYGATE_OK also when there is nothing. */
typedef void (*playgate_storage_remove)(void *user, playgate_storage_operation operation, const char *key);

/*
 * Keeps records in the host's own storage. Make it ready with playgate_storage_hook_init.
 *
 * The functions are called on the client's storage thread, inside playgate_client_open, and inside playgate_client_pump
 * and playgate_client_close where the client has no threads; one operation at a time for one client. They stay callable
 * until the client's close returns PLAYGATE_OK, or every call for a store has returned and it is closed; after that none
 * is called. From inside them only what a transport hook may call may be called.
 *
 * Every operation must be answered: until then a close is PLAYGATE_PENDING. While the first read is unanswered, decisions
 * say "wait", and requests wait with them. The storage belongs to one process at a time: the library
 * takes no lock in it. It lists no keys; a salt that is gone is taken for a first start.
 */
typedef struct playgate_storage_hook {
    /* sizeof(playgate_storage_hook); set by playgate_storage_hook_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Handed to the functions as it is. */
    void *user;
    /* Names the place, so that two clients of one player over one place are found; NULL: `user` names it. */
    const char *place;
    /* Required. */
    playgate_storage_read read;
    /* Required. */
    playgate_storage_write write;
    /* Required. */
    playgate_storage_remove remove;
    /* Zero. */
    uint64_t reserved[4];
} playgate_storage_hook;

/* The wall clock in Unix milliseconds. May jump. */
typedef int64_t (*playgate_clock_wall)(void *user);

/* A monotonic clock in milliseconds from any start, which counts time asleep. */
typedef uint64_t (*playgate_clock_monotonic)(void *user);

/* The local time zone's offset from UTC, in seconds east. */
typedef int32_t (*playgate_clock_offset)(void *user);

/*
 * Tells the time in place of the system's clocks. Make it ready with playgate_clock_hook_init. The functions return at
 * once, and are called from any thread of the library and from the game's inside the library's functions. With such a
 * clock the library looks at the time with every pump. A close still waits by the system's clock. They stay callable
 * until the client's close returns PLAYGATE_OK.
 */
typedef struct playgate_clock_hook {
    /* sizeof(playgate_clock_hook); set by playgate_clock_hook_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Handed to the functions as it is. */
    void *user;
    /* Required. */
    playgate_clock_wall wall_ms;
    /* Required. */
    playgate_clock_monotonic monotonic_ms;
    /* NULL: local time is UTC. */
    playgate_clock_offset utc_offset_s;
    /* Zero. */
    uint64_t reserved[4];
} playgate_clock_hook;

/*
 * Fills all the bytes with random ones that nobody can foretell, and returns PLAYGATE_OK; anything else: there are
 * none to be had.
 */
typedef playgate_result (*playgate_random_fill)(void *user, uint8_t *bytes, size_t len);

/*
 * Gives random bytes in place of the operating system, for salts, nonces and jitter. Make it ready with
 * playgate_random_hook_init. The built-in HTTP's TLS takes its own from the operating system. Called from any thread of
 * the library, and stays callable until the client's close returns PLAYGATE_OK.
 */
typedef struct playgate_random_hook {
    /* sizeof(playgate_random_hook); set by playgate_random_hook_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* Handed to the function as it is. */
    void *user;
    /* Required. */
    playgate_random_fill fill;
    /* Zero. */
    uint64_t reserved[4];
} playgate_random_hook;

/*
 * Called first on each new thread of the library, with the thread's name, lent for the call: to set its priority or
 * cores, or to make it known to a profiler.
 */
typedef void (*playgate_thread_start)(void *user, const char *name);

/* How the library's threads for a client are made. Make it ready with playgate_thread_options_init. */
typedef struct playgate_thread_options {
    /* sizeof(playgate_thread_options); set by playgate_thread_options_init. */
    uint32_t struct_size;
    /* The stack of each thread, in bytes; 0: 512 KiB. At least 256 KiB are used. */
    uint32_t stack_bytes;
    /*
     * What threads are named: the worker this, the others this, '-' and a word. NULL: "playgate". At most 64 bytes; some
     * systems show 15.
     */
    const char *name;
    /* Handed to `start` as it is. */
    void *user;
    /* NULL: nothing is called. Stays callable for the life of the process. */
    playgate_thread_start start;
    /* Zero. */
    uint64_t reserved[4];
} playgate_thread_options;

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_storage_hook). Any thread. */
PLAYGATE_API void playgate_storage_hook_init(struct playgate_storage_hook *hook, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_clock_hook). Any thread. */
PLAYGATE_API void playgate_clock_hook_init(struct playgate_clock_hook *hook, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_random_hook). Any thread. */
PLAYGATE_API void playgate_random_hook_init(struct playgate_random_hook *hook, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_thread_options). Any thread. */
PLAYGATE_API void playgate_thread_options_init(struct playgate_thread_options *options, uint32_t struct_size);

/*
 * Gives the library the answer to an operation of a storage hook. `result` is PLAYGATE_OK; for a read
 * PLAYGATE_ERROR_NOT_FOUND when nothing is stored under the key; otherwise PLAYGATE_ERROR_STORAGE_FULL,
 * PLAYGATE_ERROR_STORAGE_UNAVAILABLE (not mounted yet), PLAYGATE_ERROR_NOT_PERMITTED or PLAYGATE_ERROR_STORAGE: "I cannot
 * read it" is never "there is nothing". For a read that found something `bytes` and `len` are what is stored; they are
 * copied. PLAYGATE_ERROR_INVALID_HANDLE: the operation was completed before; nothing happens then. After
 * PLAYGATE_ERROR_INVALID_ARGUMENT the operation is still open. Any thread, also from inside the hooks.
 */
PLAYGATE_API
playgate_result playgate_storage_complete(playgate_storage_operation operation,
                                          playgate_result result,
                                          const uint8_t *bytes,
                                          size_t len);

/* -- Options ------------------------------------------------------------------------------------------------------- */

/* The ABI version of this header; the library's own is playgate_abi_version(). */
#define PLAYGATE_ABI_VERSION 1

/*
 * Flag: if another client of this process has the player's record open, close it and take its place. For an editor
 * that reloads scripts.
 */
#define PLAYGATE_CLIENT_TAKE_OVER 1

/*
 * Flag: the network may be used from the start. Without it no byte leaves before playgate_client_set_network_allowed.
 */
#define PLAYGATE_CLIENT_NETWORK_ALLOWED 2

/*
 * Flag: a record that is not sealed is accepted although a key is given, and sealed at the next save. For the one
 * release of a game that starts to use a key.
 */
#define PLAYGATE_CLIENT_MIGRATE_UNSEALED 4

/* Flag: trust the given root certificates alone. */
#define PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS 8

/*
 * Flag: the client has no threads: everything happens inside its own functions, above all playgate_client_pump. With a
 * server it needs a transport hook. A build without HTTP of its own has no threads anyway.
 */
#define PLAYGATE_CLIENT_NO_THREADS 16

/* Flag: as PLAYGATE_CLIENT_MIGRATE_UNSEALED. */
#define PLAYGATE_STORE_MIGRATE_UNSEALED 4

/* How many bytes a storage key has. */
#define PLAYGATE_KEY_BYTES 32

/*
 * How to open a client. Make it ready with playgate_client_options_init. Everything is copied: nothing need outlive
 * the call of playgate_client_open. Texts are NUL-terminated UTF-8; 0 and NULL stand for the default.
 */
typedef struct playgate_client_options {
    /* sizeof(playgate_client_options); set by playgate_client_options_init. */
    uint32_t struct_size;
    /* PLAYGATE_ABI_VERSION; set by playgate_client_options_init. */
    uint32_t abi_version;
    /* Flags PLAYGATE_CLIENT_…. */
    uint32_t flags;
    /* The least time between two refreshes that the game asks for; default 30,000. */
    uint32_t poll_floor_ms;
    /*
     * Required: the player's key, any text that is the same for the same player, for example the account's id. At most
     * 1,024 bytes. It is hashed before it becomes a file name.
     */
    const char *player;
    /*
     * The studio's server, "https://…", or "http://…" for loopback. NULL: no server; the client lives on what it
     * stored and what playgate_client_adopt gives it.
     */
    const char *server_url;
    /* The player's token for the server, sent as a bearer token; may be set later. */
    const char *token;
    /* The folder for records; it is created if its parent is there. NULL: memory only, nothing survives the client. */
    const char *folder;
    /*
     * PLAYGATE_KEY_BYTES bytes from the platform's keystore: records are sealed with it. NULL: records are in clear
     * and hold no personal data, and whoever can edit files can edit them.
     */
    const uint8_t *key;
    /* How many bytes `key` has: 0 or PLAYGATE_KEY_BYTES. */
    size_t key_len;
    /* The key before this one: opens what was sealed with it; the next save seals with `key`. */
    const uint8_t *previous_key;
    /* How many bytes `previous_key` has: 0 or PLAYGATE_KEY_BYTES. */
    size_t previous_key_len;
    /* Root certificates in PEM that are trusted besides Mozilla's. */
    const char *extra_roots_pem;
    /* How many bytes `extra_roots_pem` has. */
    size_t extra_roots_pem_len;
    /* An HTTP proxy, "http://[user:password@]host:port". The environment's proxy variables are not read. */
    const char *proxy_url;
    /* The time limit of one exchange with the server; default 15,000. */
    uint32_t request_timeout_ms;
    /* The time limit of a new connection; default 10,000. */
    uint32_t connect_timeout_ms;
    /* The longest time without a byte of an answer; default 15,000. */
    uint32_t read_timeout_ms;
    /* The time between two refreshes in long play; default 900,000. */
    uint32_t periodic_refresh_ms;
    /*
     * After so long without the server's confirmation, what a parent or an age verification allowed becomes
     * unavailable. 0: never.
     */
    uint64_t stale_after_ms;
    /* Where a parent types a challenge's one-time code in, as it is shown with the code; default "asktoplay.com". */
    const char *code_site;
    /*
     * Headers that every request to the studio's server carries besides the library's own, for example of a gateway.
     * Not sent to the ad service.
     */
    const playgate_http_header *extra_headers;
    /* How many extra headers there are; at most 256. */
    size_t extra_header_count;
    /*
     * Carries requests by the host's own HTTP; NULL: the built-in one. Then extra_roots_pem, proxy_url and the time
     * limits of connections are for the host, and must not be given.
     */
    const playgate_transport_hook *transport;
    /* Keeps records in the host's own storage; NULL: files in `folder`, or memory. Not together with `folder`. */
    const playgate_storage_hook *storage;
    /* Tells the time; NULL: the system's clocks. */
    const playgate_clock_hook *clock;
    /* Gives random bytes; NULL: the operating system's. */
    const playgate_random_hook *random;
    /* How threads are made; NULL: as usual. Not together with PLAYGATE_CLIENT_NO_THREADS. */
    const playgate_thread_options *threads;
    /* Zero. */
    uint64_t reserved[8];
} playgate_client_options;

/* How to open a store. Make it ready with playgate_store_options_init. Everything is copied. */
typedef struct playgate_store_options {
    /* sizeof(playgate_store_options); set by playgate_store_options_init. */
    uint32_t struct_size;
    /* PLAYGATE_ABI_VERSION; set by playgate_store_options_init. */
    uint32_t abi_version;
    /* Flags PLAYGATE_STORE_…. */
    uint32_t flags;
    /* Zero. */
    uint32_t reserved0;
    /* Required unless there is a storage hook: the folder for records; it is created if its parent is there. */
    const char *folder;
    /* PLAYGATE_KEY_BYTES bytes from the platform's keystore, or NULL; see playgate_client_options. */
    const uint8_t *key;
    /* How many bytes `key` has: 0 or PLAYGATE_KEY_BYTES. */
    size_t key_len;
    /* The key before this one. */
    const uint8_t *previous_key;
    /* How many bytes `previous_key` has: 0 or PLAYGATE_KEY_BYTES. */
    size_t previous_key_len;
    /* Keeps records in the host's own storage, which must answer from inside its functions; NULL: files in `folder`. */
    const playgate_storage_hook *storage;
    /* Gives random bytes; NULL: the operating system's. */
    const playgate_random_hook *random;
    /* Zero. */
    uint64_t reserved[4];
} playgate_store_options;

/*
 * Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_client_options) and
 * PLAYGATE_ABI_VERSION; playgate_client_open checks both. Any thread.
 */
PLAYGATE_API
void playgate_client_options_init(struct playgate_client_options *options,
                                  uint32_t struct_size,
                                  uint32_t abi_version);

/*
 * Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_store_options) and
 * PLAYGATE_ABI_VERSION; playgate_store_open checks both. Any thread.
 */
PLAYGATE_API
void playgate_store_options_init(struct playgate_store_options *options,
                                 uint32_t struct_size,
                                 uint32_t abi_version);

/* -- Stores: sessions by player, without a client ------------------------------------------------------------------ */

/* Sessions stored by player, without a client. Close it with playgate_store_close. 0 is none. */
typedef uint64_t playgate_store;

/*
 * Opens a store over a folder: the same records that clients with this folder use. `*out` is the store or 0. Does file
 * input and output: not for the frame path. Any thread.
 */
PLAYGATE_API playgate_result playgate_store_open(const playgate_store_options *options, playgate_store *out);

/*
 * Stores a session as the player's current one; what the player was last told stays as it is. Durable on return, whole
 * or not at all, whatever is killed and when. PLAYGATE_ERROR_RECORD_LOCKED while a client or another process has the
 * record. A record that cannot be read is never written over. Does file input and output: not for the frame path. Any
 * thread.
 */
PLAYGATE_API playgate_result playgate_store_save(playgate_store store, const char *player, playgate_session session);

/*
 * The player's stored session; the caller frees it. PLAYGATE_ERROR_NOT_FOUND when there is none; every other failure
 * means that there may be one, and `*out` is 0. Does file input and output: not for the frame path. Any thread.
 */
PLAYGATE_API playgate_result playgate_store_load(playgate_store store, const char *player, playgate_session *out);

/*
 * Removes every trace of the player from the folder. Ok when there was none. PLAYGATE_ERROR_RECORD_LOCKED while a
 * client or another process has the record. Does file input and output: not for the frame path. Any thread.
 */
PLAYGATE_API playgate_result playgate_store_forget(playgate_store store, const char *player);

/* Closes a store. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_store_close(playgate_store store);

/* -- Clients: open, pump, close ------------------------------------------------------------------------------------ */

/* One player's client. Close it with playgate_client_close. 0 is none. */
typedef uint64_t playgate_client;

/*
 * Opens a client: reads the player's record, so that decisions are there when this returns, offline too. With a server
 * and an allowed network a first refresh starts in the background.
 *
 * `*out` is the client or 0. Reads files, so it belongs into a loading screen; waits for no network. Any thread. A storage
 * hook that answers later is not waited for either: until it does, decisions say "wait" and requests wait with them. A
 * record that cannot be read does not fail the call: decisions then say why, and an event does.
 * PLAYGATE_ERROR_BUSY: the player's record is open in this process. PLAYGATE_ERROR_LIMIT: 64 clients are open.
 * PLAYGATE_ERROR_ABI_VERSION: header and library do not fit together.
 */
PLAYGATE_API
playgate_result playgate_client_open(const playgate_client_options *options,
                                     playgate_client *out);

/*
 * Stops a client: requests under way end as cancelled and nothing new is taken; decisions stay, and events can still
 * be drained. Returns at once. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_stop(playgate_client client);

/*
 * Closes a client: denies everything at once, ends all requests, then waits at most `drain_ms` for what is being
 * stored, and within that at most half a second for its threads to be gone. PLAYGATE_OK: the handle is retired.
 * PLAYGATE_PENDING: storing goes on, or a hook of the host's is still inside; call again with the same handle to wait on,
 * or leave it. A client without threads goes on only inside this call or a pump. 0 is ok. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_close(playgate_client client, uint32_t drain_ms);

/*
 * Closes every client of the process, takes registered display names back and waits until the library's threads are
 * gone, at most `drain_ms` for all of it together. For the end of the game; the library can be used again afterwards.
 * When it returns PLAYGATE_OK and every object was freed and every store closed, playgate_memory_stats has 0 live
 * bytes. PLAYGATE_PENDING: something is still being stored, or a thread has not ended, for example one that the system
 * lets wait for a name or a connection; call again to wait on. Any thread.
 */
PLAYGATE_API playgate_result playgate_shutdown(uint32_t drain_ms);

/*
 * Moves finished work in: what became looser counts from here on, and events become available. Call once a frame, from
 * one thread. PLAYGATE_PENDING: there is more to do. With threads it waits for nothing and takes microseconds, whatever
 * the budget. Without threads (PLAYGATE_CLIENT_NO_THREADS, or a build without HTTP) all work is done here, on the hooks
 * of the host or on files: at least one piece, and pieces until `budget_us` microseconds are over. No piece is divided;
 * the longest are reading the server's answer and storing it. PLAYGATE_ERROR_BUSY: called from inside a hook. For the
 * frame path.
 */
PLAYGATE_API playgate_result playgate_client_pump(playgate_client client, uint32_t budget_us);

/*
 * The next event that a pump has moved in; PLAYGATE_NO_EVENT when there is none. Each event is given out once. Call
 * from one thread; the event's texts are lent until the next call. For the frame path.
 */
PLAYGATE_API playgate_result playgate_client_next_event(playgate_client client, playgate_event *out);

/* -- Clients: decisions, notices, requests ------------------------------------------------------------------------- */

/* How many cells a decision table has. */
#define PLAYGATE_TABLE_CELLS 1024

/* One cell of a decision table: a playgate_access. Read it with playgate_table_access, or with an atomic load. */
typedef uint8_t playgate_cell;

/*
 * Whether a feature is on: 1 or 0. Anything that is not certainly allowed is 0: a feature number of 0, an unknown one,
 * a closed or stale client. The frame path: any thread, wait-free, no allocation.
 */
PLAYGATE_API int32_t playgate_client_allowed(playgate_client client, playgate_feature feature);

/*
 * The same with the class: what a locked feature needs. For the user interface, not for an `if`: 2 to 5 are denials
 * too. The frame path: any thread, wait-free, no allocation.
 */
PLAYGATE_API playgate_access playgate_client_access(playgate_client client, playgate_feature feature);

/*
 * The same as playgate_client_allowed by the feature's name: `len` bytes, opaque and case-sensitive. A name that was
 * given a number with playgate_feature_intern: the frame path, any thread, wait-free, no allocation. Any other name is
 * looked up in the session, under a lock that is held for moments; from inside a hook it is 0. NULL, an empty name and one
 * of more than 256 bytes are 0.
 */
PLAYGATE_API
int32_t playgate_client_allowed_by_name(playgate_client client,
                                        const char *name,
                                        size_t len);

/*
 * The player's decision table: one playgate_access byte per feature number, at `(*out_table)[feature]`, `*out_len`
 * cells. It stays readable for the life of the process, reads 0 (denied) while the player has no open client, and is
 * never given to another player. Cells change at any time: read each with playgate_table_access or another atomic
 * load. After a failure `*out_table` is NULL and `*out_len` 0; PLAYGATE_ERROR_LIMIT when 64 players of this process
 * have tables: use playgate_client_access then. Any thread; not for the frame path.
 */
PLAYGATE_API
playgate_result playgate_client_table(playgate_client client,
                                      const playgate_cell **out_table,
                                      uint32_t *out_len);

/*
 * The decision about a feature: access, reason, next step and a text. Denied after any failure. Any thread; looks
 * names up, so ask when the user interface needs it rather than each frame.
 */
PLAYGATE_API
playgate_result playgate_client_decide(playgate_client client,
                                       playgate_feature feature,
                                       playgate_decision *out);

/*
 * The session as it is known now; the caller frees it. PLAYGATE_ERROR_NOT_FOUND when there is none, or the server said
 * that it no longer holds. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_session(playgate_client client, playgate_session *out);

/* The changes from what the player was last told to what holds now; the caller frees them. Any thread. */
PLAYGATE_API playgate_result playgate_client_changes(playgate_client client, playgate_changes *out);

/*
 * What to tell the player now, answers to what they asked for included; the caller frees it. PLAYGATE_NO_NOTICE, with
 * `*out` 0, when there is nothing. Show it, then call playgate_client_acknowledge: until then it comes back, after a
 * crash or restart too. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_notice(playgate_client client, playgate_notice *out);

/*
 * The player has been told what the notice said that was handed out last, and no more: what changed since gets its own
 * notice. Completes when that is stored. PLAYGATE_ERROR_INVALID_STATE when no notice was handed out. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_acknowledge(playgate_client client, playgate_request *out);

/*
 * Gives the client the session that the consent flow gave the game: `len` bytes of JSON as for playgate_session_parse.
 * It is read in the background and counts when it is stored; a session with another id replaces the held one whole.
 * With a server it is then bound to the player there. Completes when it is stored, or with
 * PLAYGATE_ERROR_INVALID_SESSION. Where the record cannot be used it counts for this process only and completes with
 * the record's error; while another process holds the record it completes with PLAYGATE_ERROR_RECORD_LOCKED and
 * counts, no looser than what is stored, until that one lets the record go. Any thread.
 */
PLAYGATE_API
playgate_result playgate_client_adopt(playgate_client client,
                                      const char *json,
                                      size_t len,
                                      playgate_request *out);

/*
 * Asks the server for news. Requests of one kind join. Within the poll floor it completes at once with
 * PLAYGATE_TOO_SOON. Completes when the answer's effect is stored. Any thread; returns at once.
 */
PLAYGATE_API playgate_result playgate_client_refresh(playgate_client client, playgate_request *out);

/* The same, because a push told the game that something changed: the poll floor does not hold. Any thread. */
PLAYGATE_API playgate_result playgate_client_refresh_after_push(playgate_client client, playgate_request *out);

/*
 * Forgets the player: denies within a moment, without a pump, then removes every trace from the storage, and
 * completes; a record that cannot be read is removed too. PLAYGATE_ERROR_RECORD_LOCKED: another process holds the
 * record, and it was not removed. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_forget(playgate_client client, playgate_request *out);

/* Completes when everything known so far is stored, or could not be. Any thread. */
PLAYGATE_API playgate_result playgate_client_flush(playgate_client client, playgate_request *out);

/*
 * Cancels a request that is under way; it still completes: one that waits for the server with PLAYGATE_ERROR_CANCELLED
 * unless it was done before, any other as it ends, since what is being stored is not broken off. A permission that the
 * server was asked for may still have led to a challenge; asked for again, it gives the same one. A request that is
 * unknown or has ended is ignored. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_cancel(playgate_client client, playgate_request request);

/*
 * Sets or replaces the player's token for the server; NULL takes it away. Answers to earlier requests become void. Any
 * thread.
 */
PLAYGATE_API playgate_result playgate_client_set_token(playgate_client client, const char *token);

/* Allows (not 0) or forbids (0) the network. No byte leaves before it is allowed. Allowing it refreshes. Any thread. */
PLAYGATE_API playgate_result playgate_client_set_network_allowed(playgate_client client, int32_t allowed);

/*
 * Tells the client whether the platform has connectivity (not 0) or not (0); it assumes so until told otherwise. When
 * it returns, the client refreshes. Any thread.
 */
PLAYGATE_API playgate_result playgate_client_set_online(playgate_client client, int32_t online);

/* The game goes to the background: nothing is sent until playgate_client_resume. Any thread; returns at once. */
PLAYGATE_API playgate_result playgate_client_suspend(playgate_client client);

/* The game is back: the client refreshes. Any thread; returns at once. */
PLAYGATE_API playgate_result playgate_client_resume(playgate_client client);

/*
 * Facts for support as a JSON object, without identifiers, tokens and personal data. Lent until the next call for this
 * client, or its close. One thread at a time.
 */
PLAYGATE_API playgate_result playgate_client_diagnostics(playgate_client client, playgate_text *out);

/* -- Challenges ---------------------------------------------------------------------------------------------------- */

/* A challenge as it was when it was asked for: immutable. Free it with playgate_challenge_free. 0 is none. */
typedef uint64_t playgate_challenge;

/* Who must act. An open set. */
typedef int32_t playgate_actor;

/*
 * A challenge. The texts are lent until the challenge is freed. URL and code let whoever has them answer: show them,
 * but do not log or store them.
 */
typedef struct playgate_challenge_info {
    /* sizeof(playgate_challenge_info); set by playgate_challenge_info_init. */
    uint32_t struct_size;
    /* Who must act. */
    playgate_actor actor;
    /* How it stands: PLAYGATE_PROGRESS_ASKED, _WAITING, _APPROVED, _REFUSED or _ENABLED. */
    playgate_progress progress;
    /* 1 when limited play is allowed while the answer is awaited; 0 when not, or not known. */
    int32_t data_lite;
    /* Until when the URL is valid, Unix milliseconds; 0 when nothing is known. */
    int64_t url_expires_ms;
    /* Until when the code is valid, Unix milliseconds; 0 when there is none. */
    int64_t code_expires_ms;
    /* When the player asked, Unix milliseconds. */
    int64_t asked_ms;
    /* The permission that it is about. */
    playgate_text feature;
    /* Its id. */
    playgate_text id;
    /* k-ID's word for its type, for example "CHALLENGE_SESSION_UPGRADE". */
    playgate_text type;
    /* Where it is answered; empty while it is not known, right after a restart: an event follows. */
    playgate_text url;
    /* The one-time code for a parent; empty when there is none. */
    playgate_text code;
    /* The site where a parent types the code in; empty when there is no code. */
    playgate_text code_site;
    /* Zero. */
    uint64_t reserved[4];
} playgate_challenge_info;

/*
 * A parent or another trusted adult: show the URL as a QR code, or the code with the site to type it at, or have a
 * message sent. Never open the URL on the player's device by itself.
 */
#define PLAYGATE_ACTOR_PARENT 1

/* The player: open the URL in the system's browser; when it is closed, call playgate_client_check_challenge. */
#define PLAYGATE_ACTOR_PLAYER 2

/*
 * The challenge about a feature, as the last pump left it; the caller frees it. A refused one stays until the player
 * was told. PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
 */
PLAYGATE_API
playgate_result playgate_client_challenge(playgate_client client,
                                          playgate_feature feature,
                                          playgate_challenge *out);

/*
 * A challenge of this player, at an index from 0, whatever it is about: for a list of what is open, after a restart
 * too. The caller frees it. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
 */
PLAYGATE_API
playgate_result playgate_client_challenge_at(playgate_client client,
                                             size_t index,
                                             playgate_challenge *out);

/* What a challenge is. Any thread. */
PLAYGATE_API
playgate_result playgate_challenge_get_info(playgate_challenge challenge,
                                            struct playgate_challenge_info *out);

/*
 * What the challenge's screen may say: asked, waiting, approved, refused or enabled, with the feature's display name,
 * in the language that was set. It needs no acknowledgement; what the player must not miss comes from
 * playgate_client_notice too. The caller frees it. Any thread.
 */
PLAYGATE_API playgate_result playgate_challenge_notice(playgate_challenge challenge, playgate_notice *out);

/*
 * The challenge's URL as a QR code: one byte per module into `modules`, row by row from the top left, 1 dark and 0
 * light, to be drawn as a texture. `*out_size` is the number of modules along a side (21 to 177), also when
 * `capacity`, in bytes, is less than its square: then it is PLAYGATE_ERROR_LIMIT and nothing is drawn, so that a call
 * with capacity 0 (`modules` may be NULL) asks for the size. Draw a quiet zone of at least four light modules around
 * it. PLAYGATE_ERROR_NOT_FOUND: the challenge has no URL. Takes some milliseconds: not for the frame path. Any thread.
 */
PLAYGATE_API
playgate_result playgate_challenge_qr(playgate_challenge challenge,
                                      uint8_t *modules,
                                      size_t capacity,
                                      uint32_t *out_size);

/*
 * Frees a challenge; texts lent from it may not be read any more. The question itself stays open. 0 is ok. Any thread.
 */
PLAYGATE_API playgate_result playgate_challenge_free(playgate_challenge challenge);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_challenge_info). Any thread. */
PLAYGATE_API void playgate_challenge_info_init(struct playgate_challenge_info *info, uint32_t struct_size);

/* -- Clients: permissions on request ------------------------------------------------------------------------------- */

/* An age of a playgate_age_signal that is not given. */
#define PLAYGATE_AGE_NONE (-1)

/*
 * What a platform says about the player's age, in k-ID's form: a category, or both ends of an age range. It is checked
 * by k-ID's rules before anything is sent, and neither stored nor logged.
 *
 * Apple: "apple-ios", the range (an open lower end is 0, an open upper end 100), and the age range declaration as
 * `declaration_type`. Google: "google-play", the range, and the user status. Xbox: "xbox", category "child", "teen" or
 * "adult". Meta: "meta-horizon", category "CH", "TN" or "AD". k-ID itself: "k-id" with `verification_id`.
 */
typedef struct playgate_age_signal {
    /* sizeof(playgate_age_signal); set by playgate_age_signal_init. */
    uint32_t struct_size;
    /* Zero. */
    uint32_t reserved0;
    /* The platform. */
    const char *name;
    /* The platform's age category, or NULL. */
    const char *category;
    /* How the platform knows, for example "paymentChecked" or "VERIFIED", or NULL. */
    const char *declaration_type;
    /* The id of k-ID's own verification, or NULL. */
    const char *verification_id;
    /* The lower end of the age range in years, or PLAYGATE_AGE_NONE. */
    int32_t age_low;
    /* The upper end of the age range in years, or PLAYGATE_AGE_NONE. */
    int32_t age_high;
    /* Zero. */
    uint64_t reserved[4];
} playgate_age_signal;

/* What the player asks for. Make it ready with playgate_permission_request_init. Everything is copied. */
typedef struct playgate_permission_request {
    /* sizeof(playgate_permission_request); set by playgate_permission_request_init. */
    uint32_t struct_size;
    /* The feature. */
    playgate_feature feature;
    /* What the platform says about the player's age, or NULL. It may spare the player an age check. */
    const struct playgate_age_signal *age_signal;
    /* Zero. */
    uint64_t reserved[4];
} playgate_permission_request;

/* Makes the struct ready for use: no texts and no ages, with its size. Pass sizeof(playgate_age_signal). Any thread. */
PLAYGATE_API void playgate_age_signal_init(struct playgate_age_signal *signal, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_permission_request). Any thread. */
PLAYGATE_API void playgate_permission_request_init(struct playgate_permission_request *request, uint32_t struct_size);

/*
 * The player taps a locked feature: asks for its permission. What is asked is stored before it is sent, so it survives
 * a crash, and is not asked twice. Completes with one of:
 *
 * - PLAYGATE_OK: the feature is on. So it is for what the player manages, and where an age signal suffices.
 * - PLAYGATE_CHALLENGE_OPEN: a parent or the player must answer; playgate_client_challenge has the challenge, also for
 * a later screen and after a restart. It is looked at from then on (PLAYGATE_EVENT_UPGRADE_CHANGED); a request for a
 * feature whose challenge is open completes so at once.
 * - PLAYGATE_ERROR_PROHIBITED: nobody can turn it on; the server is not asked.
 * - PLAYGATE_ERROR_NOT_ENABLED: the server left it off. PLAYGATE_ERROR_NOT_FOUND: the session does not name it.
 * - PLAYGATE_ERROR_INVALID_STATE: there is no session that holds. PLAYGATE_ERROR_LIMIT: 32 permissions are asked for.
 * - what playgate_client_refresh may end with when the server cannot be asked.
 *
 * What the player has switched off on this device is switched on again first. PLAYGATE_ERROR_INVALID_ARGUMENT at once,
 * with the rule in playgate_last_error, for an age signal that k-ID would refuse. Any thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_request_permission(playgate_client client,
                                                   const struct playgate_permission_request *request,
                                                   playgate_request *out);

/*
 * A new one-time code for a parent's challenge, for when the shown one has expired. Completes when
 * playgate_client_challenge gives it. PLAYGATE_ERROR_INVALID_STATE: the challenge is closed, or the player's. Any
 * thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_renew_code(playgate_client client,
                                           playgate_challenge challenge,
                                           playgate_request *out);

/*
 * Has a message sent to the parent about a challenge. `address` NULL: to the adult who approved last, if k-ID knows
 * one. `locale` is a BCP 47 tag, or NULL. The address is checked, passed on, and neither stored nor logged. Not tried
 * again by itself, so that nobody is written to twice. Completes when k-ID has taken it.
 * PLAYGATE_ERROR_INVALID_ARGUMENT: the address cannot be one, or k-ID refuses it. PLAYGATE_ERROR_BUSY: a message is on
 * its way. PLAYGATE_ERROR_RATE_LIMITED: not so soon again. Any thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_email_parent(playgate_client client,
                                             playgate_challenge challenge,
                                             const char *address,
                                             const char *locale,
                                             playgate_request *out);

/*
 * The player closed the challenge's page: reads the challenge's status once, as soon as the floor of 5 s lets it, and
 * refreshes. Completes when that is done; what came of it is told by events. Any thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_check_challenge(playgate_client client,
                                                playgate_challenge challenge,
                                                playgate_request *out);

/*
 * Gives a challenge up on this device: it is not looked at any more, and the feature is as the session has it. k-ID's
 * challenge stays open; asked for again, the permission gives the same one. Completes when that is stored. Any thread;
 * returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_cancel_challenge(playgate_client client,
                                                 playgate_challenge challenge,
                                                 playgate_request *out);

/*
 * Switches a feature off (`on` 0) that the player manages and the session has on, or on again (not 0). It is kept on
 * this device for this player, whatever session follows, and only ever takes away: switched on again, the feature is
 * what the session says. Off counts within a moment, without a pump, on when it is stored. Decisions then have
 * PLAYGATE_REASON_SWITCHED_OFF. Completes when it is stored. PLAYGATE_ERROR_INVALID_STATE: the player does not manage
 * it, or it is the session that has it off (then use playgate_client_request_permission). Any thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_client_switch_feature(playgate_client client,
                                               playgate_feature feature,
                                               int32_t on,
                                               playgate_request *out);

/* -- The ad service's game session --------------------------------------------------------------------------------- */

/* Flag: the game session runs whatever the k-ID session says. The host answers for it. */
#define PLAYGATE_GAME_SESSION_UNGATED 1

/* How to begin a game session. Make it ready with playgate_game_session_options_init. Everything is copied. */
typedef struct playgate_game_session_options {
    /* sizeof(playgate_game_session_options); set by playgate_game_session_options_init. */
    uint32_t struct_size;
    /* Flags PLAYGATE_GAME_SESSION_…. */
    uint32_t flags;
    /* Required: the ad service's base URL, "https://…/api", or "http://…" for loopback. */
    const char *service_url;
    /*
     * Required: the ad service's token for this player, from its authorization flow. Sent to it alone; never stored or
     * logged.
     */
    const char *auth_token;
    /* The feature that the k-ID session must allow; NULL: "targeted-ads". */
    const char *feature;
    /* Zero. */
    uint64_t reserved[4];
} playgate_game_session_options;

/* Where the ad service's game session stands. An open set: treat unknown values as PLAYGATE_GAME_SESSION_STOPPED. */
typedef int32_t playgate_game_session_state;

/* Why a wanted game session is stopped. An open set. */
typedef int32_t playgate_game_session_stop;

/* None is wanted, or the client is closed. */
#define PLAYGATE_GAME_SESSION_IDLE 0

/* Being begun. */
#define PLAYGATE_GAME_SESSION_STARTING 1

/* Alive: advertisements may be asked for. */
#define PLAYGATE_GAME_SESSION_ACTIVE 2

/* Lost, or perhaps lost; begun again as soon as the service answers. */
#define PLAYGATE_GAME_SESSION_RECOVERING 3

/* Being ended. */
#define PLAYGATE_GAME_SESSION_ENDING 4

/* Wanted, but not possible now; the event's `game_session_stop` says why. */
#define PLAYGATE_GAME_SESSION_STOPPED 5

/* It is not. */
#define PLAYGATE_GAME_SESSION_STOP_NONE 0

/*
 * The k-ID session does not allow the feature that it depends on: off, on hold, absent, or no session. It begins by
 * itself once the session does.
 */
#define PLAYGATE_GAME_SESSION_STOP_NOT_ALLOWED 1

/* The ad service refused the token: playgate_game_session_set_token with a new one goes on. */
#define PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED 2

/* The client is suspended or offline, or the network is not allowed. It goes on by itself. */
#define PLAYGATE_GAME_SESSION_STOP_UNREACHABLE 3

/*
 * Makes the options ready for use: all zero, with their size. Pass sizeof(playgate_game_session_options). Any thread.
 */
PLAYGATE_API
void playgate_game_session_options_init(struct playgate_game_session_options *options,
                                        uint32_t struct_size);

/*
 * Begins the ad service's game session, as soon as the k-ID session allows the feature that it depends on, and keeps
 * it alive: a heartbeat every 9 s, begun again when it was lost, ended when the k-ID session no longer allows the
 * feature or the client is closed. PLAYGATE_EVENT_GAME_SESSION_CHANGED tells of each state. Called again, it goes on
 * with the new options. The network must be allowed. PLAYGATE_ERROR_INVALID_STATE: the client was stopped, or opened
 * without a server. Any thread; returns at once.
 */
PLAYGATE_API
playgate_result playgate_game_session_start(playgate_client client,
                                            const struct playgate_game_session_options *options);

/*
 * Gives the game session a new token, for example after PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED. Without a game
 * session it does nothing. Any thread; returns at once.
 */
PLAYGATE_API playgate_result playgate_game_session_set_token(playgate_client client, const char *auth_token);

/*
 * Ends the game session: the player leaves. Completes when the ad service has been told, or could not be: then it
 * expires there after some seconds. playgate_client_close does the same within its time. Any thread; returns at once.
 */
PLAYGATE_API playgate_result playgate_game_session_end(playgate_client client, playgate_request *out);

/*
 * Where the game session stands now. PLAYGATE_GAME_SESSION_IDLE for a closed or stale client. The frame path: any
 * thread, wait-free, no allocation.
 */
PLAYGATE_API playgate_game_session_state playgate_game_session_get_state(playgate_client client);

/* -- Tests of games: a mock transport, and features overridden ----------------------------------------------------- */

/* A request that a mock transport got. The texts and headers are lent until the mock transport is cleared or freed. */
typedef struct playgate_mock_request_info {
    /* sizeof(playgate_mock_request_info); set by playgate_mock_request_info_init. */
    uint32_t struct_size;
    /* How many headers there are. */
    uint32_t header_count;
    /* The headers, all of them and in the order of sending; NULL when there is no request. */
    const playgate_http_header *headers;
    /* "GET", "POST" or "PUT". */
    playgate_text method;
    /* The absolute URL. */
    playgate_text url;
    /* The body: JSON, or empty. */
    playgate_text body;
    /* Zero. */
    uint64_t reserved[4];
} playgate_mock_request_info;

/*
 * A transport that answers by a script: no server, no socket, no thread. Free it with playgate_mock_free. 0 is none.
 *
 * All of this section is for tests of games. It works in builds with PLAYGATE_BUILD_MOCK; in all others, and in every
 * library that ships, each function returns PLAYGATE_ERROR_UNSUPPORTED and its outs are 0.
 */
typedef uint64_t playgate_mock;

/*
 * Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_mock_request_info). In every build. Any
 * thread.
 */
PLAYGATE_API void playgate_mock_request_info_init(struct playgate_mock_request_info *info, uint32_t struct_size);

/* Makes a mock transport without a script: each request gets 404 and `{}`, and is counted. Any thread. */
PLAYGATE_API playgate_result playgate_mock_create(playgate_mock *out);

/*
 * Frees a mock transport. Clients may still be open on it: what they ask, and what is held, is unreachable from here on.
 * 0 is ok. Any thread.
 */
PLAYGATE_API playgate_result playgate_mock_free(playgate_mock mock);

/*
 * Fills a transport hook with functions of the library that answer by this script. Pass it in the options, as the game
 * passes its own: it works with threads and without, for any number of clients, and may outlive the mock transport. Make
 * it ready with playgate_transport_hook_init. Any thread.
 */
PLAYGATE_API playgate_result playgate_mock_transport(playgate_mock mock, playgate_transport_hook *out);

/*
 * What requests of this method to this path get from now on, in place of what was said for the same two before.
 *
 * `method` is "GET", "POST", "PUT", or NULL for any. `path` is that of the URL as it is sent, without the query, for
 * example "/api/session"; a `*` at its end stands for whatever follows, "*" alone for every path. Where several fit, a
 * whole path comes before one with a `*`, a longer one before a shorter one, a named method before NULL. `status` is 100
 * to 999. Headers as in playgate_http_response; without any, Content-Type: application/json is given. Everything is
 * copied. The answer comes at once, from inside the transport's start. Any thread.
 */
PLAYGATE_API
playgate_result playgate_mock_answer(playgate_mock mock,
                                     const char *method,
                                     const char *path,
                                     uint32_t status,
                                     const playgate_http_header *headers,
                                     size_t header_count,
                                     const char *body,
                                     size_t body_len);

/*
 * What the next request of this method to this path gets. Several are given out in their order, each to the first request
 * that fits, and before what playgate_mock_answer and playgate_mock_fail say. Arguments as in playgate_mock_answer. Any
 * thread.
 */
PLAYGATE_API
playgate_result playgate_mock_answer_once(playgate_mock mock,
                                          const char *method,
                                          const char *path,
                                          uint32_t status,
                                          const playgate_http_header *headers,
                                          size_t header_count,
                                          const char *body,
                                          size_t body_len);

/*
 * Requests of this method to this path get no response from now on, for this reason: PLAYGATE_ERROR_UNREACHABLE,
 * PLAYGATE_ERROR_TIMED_OUT (at once, whatever the time limit), PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_TLS,
 * PLAYGATE_ERROR_PROTOCOL, PLAYGATE_ERROR_LIMIT or PLAYGATE_ERROR_NOT_PERMITTED. It stands in place of an answer for the
 * same two, and an answer in place of it. With NULL and "*" the server is down, but for what is said more closely. Any
 * thread.
 */
PLAYGATE_API
playgate_result playgate_mock_fail(playgate_mock mock,
                                   const char *method,
                                   const char *path,
                                   playgate_result result);

/*
 * Keeps requests of this method to this path unanswered until playgate_mock_release, as a slow server does; the time
 * limits of the library run on. Any thread.
 */
PLAYGATE_API playgate_result playgate_mock_hold(playgate_mock mock, const char *method, const char *path);

/* Ends every hold: what is held gets, in the order of asking, what the script says of it now. Any thread. */
PLAYGATE_API playgate_result playgate_mock_release(playgate_mock mock);

/*
 * How many requests of this method to this path came since the mock transport was made or cleared, answered or not. NULL
 * is any method, and every path. Any thread.
 */
PLAYGATE_API playgate_result playgate_mock_count(playgate_mock mock, const char *method, const char *path, size_t *out);

/*
 * The request of that index, in the order of asking; PLAYGATE_ERROR_NOT_FOUND behind the last one. The player's token is
 * among its headers. Make the struct ready with playgate_mock_request_info_init. Any thread.
 */
PLAYGATE_API
playgate_result playgate_mock_request(playgate_mock mock,
                                      size_t index,
                                      struct playgate_mock_request_info *out);

/*
 * Forgets the script and what was asked, and ends what was lent of it. What is held stays so until it is released. Any
 * thread.
 */
PLAYGATE_API playgate_result playgate_mock_clear(playgate_mock mock);

/*
 * Answers as a studio's server does whose player has this session: GET and PUT /api/session and GET /api/session/{its id},
 * for a `server_url` without a path. Call it again with what a parent has changed. `json` is a session as k-ID writes it;
 * PLAYGATE_ERROR_INVALID_SESSION when it is none. Any thread.
 */
PLAYGATE_API
playgate_result playgate_mock_session(playgate_mock mock,
                                      const char *json,
                                      size_t len);

/*
 * From now on this client answers `access` for the feature, whatever its session says: in playgate_client_allowed,
 * playgate_client_access, the decision table, and playgate_client_decide, whose reason, next step and text are those of a
 * session that says so. For trying a game's screens. It holds until it is cleared or the client is closed, through
 * refreshes and other sessions; it is never stored and never sent, and a warning in the log tells of it. Notices,
 * requests and the ad service's game session go by the session alone. `feature` is a number from
 * playgate_feature_intern, `access` one of PLAYGATE_ACCESS_…. Any thread.
 */
PLAYGATE_API
playgate_result playgate_client_override_feature(playgate_client client,
                                                 playgate_feature feature,
                                                 playgate_access access);

/* Lets the session decide about all features of this client again. Any thread. */
PLAYGATE_API playgate_result playgate_client_clear_overrides(playgate_client client);

/* -- Decision tables, read directly ------------------------------------------------------------------------------ */

/*
 * What a feature may do, from a decision table: one byte is read, atomically. NULL, a feature number of 0 or one past the
 * table is PLAYGATE_ACCESS_UNAVAILABLE. For the frame path; any thread.
 */
static inline playgate_access playgate_table_access(const playgate_cell *table, uint32_t len, playgate_feature feature)
{
    if (!table || feature >= len) {
        return PLAYGATE_ACCESS_UNAVAILABLE;
    }
#if defined(__GNUC__) || defined(__clang__)
    return __atomic_load_n(&table[feature], __ATOMIC_RELAXED);
#else
    /* A volatile read of one byte is a plain, single load. */
    return *(const volatile playgate_cell *)&table[feature];
#endif
}

/* Whether a feature is on, from a decision table: 1 or 0. For the frame path; any thread. */
static inline int32_t playgate_table_allowed(const playgate_cell *table, uint32_t len, playgate_feature feature)
{
    return playgate_table_access(table, len, feature) == PLAYGATE_ACCESS_ALLOWED ? 1 : 0;
}

#ifdef __cplusplus
}
#endif

#endif /* PLAYGATE_H */
