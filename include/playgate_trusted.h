/*
 * Playgate for trusted hosts: the studio's own servers that hold the k-ID API key, for example Unreal dedicated servers and
 * backends in C++. Generated from the code; do not edit.
 *
 * These functions are in a library that was built with the feature `trusted-server` only; playgate_build_flags() then has
 * PLAYGATE_BUILD_TRUSTED_SERVER. A library that ships with a game does not have them: a key in a game is everybody's.
 *
 * All rules of playgate.h hold: texts, handles, structs, threads, failures. Functions whose names end in _blocking wait for
 * the network. None of them may be called from inside a hook.
 */
#ifndef PLAYGATE_TRUSTED_H
#define PLAYGATE_TRUSTED_H

#include "playgate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* -- k-ID: open, close, failures ----------------------------------------------------------------------------------- */

/* Flag: trust the given root certificates alone. */
#define PLAYGATE_KID_ONLY_EXTRA_ROOTS 1

/*
 * How to reach k-ID. Make it ready with playgate_kid_options_init. Everything is copied; texts are NUL-terminated UTF-8;
 * 0 and NULL stand for the default.
 */
typedef struct playgate_kid_options {
    /* sizeof(playgate_kid_options); set by playgate_kid_options_init. */
    uint32_t struct_size;
    /* PLAYGATE_ABI_VERSION; set by playgate_kid_options_init. */
    uint32_t abi_version;
    /* Flags PLAYGATE_KID_…. */
    uint32_t flags;
    /* The time limit of one call, from name resolution to the last byte; default 10,000 ms. */
    uint32_t request_timeout_ms;
    /*
     * Required: "https://game-api.k-id.com/api/v1", or in test mode "https://game-api.test.k-id.com/api/v1"; "http://…"
     * for loopback.
     */
    const char *base_url;
    /*
     * Required: the product's API key, of the mode that fits base_url. It is in no log, no error and no diagnostics. The
     * library's copies are wiped: the one that is kept when it is closed, those in requests when they are sent; what TLS
     * and the operating system buffer is not.
     */
    const char *api_key;
    /* Where a parent types a challenge's one-time code in, as it is shown with the code; default "asktoplay.com". */
    const char *code_site;
    /*
     * Carries requests by the host's own HTTP; NULL: the built-in one. Then extra_roots_pem, proxy_url and the time limits
     * of connections are for the host, and must not be given. Requests carry the API key: the hook must not log headers.
     */
    const playgate_transport_hook *transport;
    /* Root certificates in PEM that are trusted besides Mozilla's. */
    const char *extra_roots_pem;
    /* How many bytes `extra_roots_pem` has. */
    size_t extra_roots_pem_len;
    /* An HTTP proxy, "http://[user:password@]host:port". The environment's proxy variables are not read. */
    const char *proxy_url;
    /* The time limit of a new connection; default 10,000 ms. */
    uint32_t connect_timeout_ms;
    /* The longest time without a byte of an answer; default 15,000 ms. */
    uint32_t read_timeout_ms;
    /* Zero. */
    uint64_t reserved[6];
} playgate_kid_options;

/* Why the last call to k-ID on this thread failed, besides its result. Make it ready with playgate_kid_failure_init. */
typedef struct playgate_kid_failure {
    /* sizeof(playgate_kid_failure); set by playgate_kid_failure_init. */
    uint32_t struct_size;
    /* The HTTP status of k-ID's answer; 0 when there was none. */
    uint32_t http_status;
    /* How long k-ID asks to wait before the next call, in milliseconds; 0 when it did not say. */
    uint64_t retry_after_ms;
    /*
     * k-ID's code, for example "INVALID_EMAIL"; empty when there was none, or one that is no word of capital letters,
     * digits and underscores. Lent until the next call of a playgate_kid_… function on this thread.
     */
    playgate_text code;
    /* Zero. */
    uint64_t reserved[4];
} playgate_kid_failure;

/*
 * k-ID, called directly with a product's API key. For servers of the studio; a game never holds the key. Close it with
 * playgate_kid_close. 0 is none.
 */
typedef uint64_t playgate_kid;

/*
 * Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_kid_options) and
 * PLAYGATE_ABI_VERSION; playgate_kid_open checks both. Any thread.
 */
PLAYGATE_API
void playgate_kid_options_init(struct playgate_kid_options *options,
                               uint32_t struct_size,
                               uint32_t abi_version);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_kid_failure). Any thread. */
PLAYGATE_API void playgate_kid_failure_init(struct playgate_kid_failure *failure, uint32_t struct_size);

/*
 * Makes k-ID ready to be called; nothing is sent yet, and the key is not tried. `*out` is the handle or 0. One is enough
 * for a whole server: any number of threads may call with it, 64 at a time, of which the built-in HTTP carries 8 at once.
 * Any thread.
 */
PLAYGATE_API playgate_result playgate_kid_open(const struct playgate_kid_options *options, playgate_kid *out);

/*
 * Closes it: calls under way end with PLAYGATE_ERROR_CANCELLED, new ones with PLAYGATE_ERROR_INVALID_HANDLE or
 * PLAYGATE_ERROR_CANCELLED, and the key is wiped. Waits at most `drain_ms` (a minute at most) until they have returned and
 * the built-in HTTP's threads are gone. PLAYGATE_OK: the handle is retired, and no hook is called any more.
 * PLAYGATE_PENDING: a call is still inside; call again with the same handle. playgate_shutdown does not close it. 0 is ok.
 * Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_close(playgate_kid kid,
                                   uint32_t drain_ms);

/* Why the last call to k-ID on this thread failed; all zero when it did not fail. Any thread. */
PLAYGATE_API playgate_result playgate_kid_last_failure(struct playgate_kid_failure *out);

/* -- k-ID: answers ------------------------------------------------------------------------------------------------- */

/* What an answer is. An open set. */
typedef int32_t playgate_kid_answer_kind;

/* How a challenge stands. An open set: treat unknown values as pending. */
typedef int32_t playgate_kid_status;

/*
 * What an answer says. The texts are lent until the answer is freed; what it does not say is 0 or empty. URL and code let
 * whoever has them answer: show them to whom they are for, but do not log or store them.
 */
typedef struct playgate_kid_answer_info {
    /* sizeof(playgate_kid_answer_info); set by playgate_kid_answer_info_init. */
    uint32_t struct_size;
    /* PLAYGATE_KID_SESSION and so on. */
    playgate_kid_answer_kind kind;
    /* 1 when there is a session, else 0. */
    int32_t has_session;
    /* 1 when there is a challenge, else 0. */
    int32_t has_challenge;
    /* How the challenge stands. */
    playgate_kid_status status;
    /*
     * 1 when a parent must consent before the player's data is processed, for PLAYGATE_KID_DEFAULT_PERMISSIONS; also
     * when k-ID does not say.
     */
    int32_t requires_parent_consent;
    /* Until when the code is valid, Unix milliseconds; 0 when there is none or nothing is known. */
    int64_t code_expires_ms;
    /* The id of the session that the answer is about. */
    playgate_text session_id;
    /* The URL of a widget, or the fresh one that came with a code. */
    playgate_text url;
    /* The one-time code. */
    playgate_text code;
    /* Zero. */
    uint64_t reserved[4];
} playgate_kid_answer_info;

/* What k-ID answered: immutable. Free it with playgate_kid_answer_free. 0 is none. */
typedef uint64_t playgate_kid_answer;

/* The session: playgate_kid_answer_session has it. */
#define PLAYGATE_KID_SESSION 1

/* The session that the caller's etag names is current. */
#define PLAYGATE_KID_NOT_MODIFIED 2

/*
 * There is no such session. Deny at once; ask a second time some seconds later before anything is destroyed, since k-ID
 * may answer so by mistake, and does for a moment after a challenge has passed.
 */
#define PLAYGATE_KID_DELETED 3

/*
 * What was asked for is on, open, or not to be had: a challenge, if there is one, must be answered first. Whether a
 * permission is on, only a session says: fetch it. The session of this answer may list what was asked for only, and must
 * not take the place of a whole one.
 */
#define PLAYGATE_KID_UPGRADE 4

/* A challenge with a fresh URL and code: playgate_kid_answer_challenge has it. */
#define PLAYGATE_KID_CHALLENGE 5

/* How a challenge stands: `status`, and the session that it was approved for, if k-ID says so. */
#define PLAYGATE_KID_CHALLENGE_STATUS 6

/* A one-time code. */
#define PLAYGATE_KID_CODE 7

/* The message is on its way. */
#define PLAYGATE_KID_SENT 8

/* The widget's URL, valid for a short time and once. */
#define PLAYGATE_KID_WIDGET_URL 9

/*
 * What is allowed before there is a session, in the form of one: playgate_kid_answer_session has it. Its id is
 * "default-permissions", of which k-ID knows nothing: never store it, bind it to a player or ask for it. What a parent
 * manages is off.
 */
#define PLAYGATE_KID_DEFAULT_PERMISSIONS 10

/* Nothing is said about it. */
#define PLAYGATE_KID_STATUS_NONE 0

/* Nobody has opened it; also for a word that the library does not know. */
#define PLAYGATE_KID_STATUS_PENDING 1

/* Somebody has opened it. */
#define PLAYGATE_KID_STATUS_IN_PROGRESS 2

/* Approved, or the age was verified: fetch the session. */
#define PLAYGATE_KID_STATUS_PASSED 3

/* Refused, the age was not reached, or the session was deleted. */
#define PLAYGATE_KID_STATUS_FAILED 4

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_kid_answer_info). Any thread. */
PLAYGATE_API void playgate_kid_answer_info_init(struct playgate_kid_answer_info *info, uint32_t struct_size);

/* What an answer says. Any thread. */
PLAYGATE_API
playgate_result playgate_kid_answer_get_info(playgate_kid_answer answer,
                                             struct playgate_kid_answer_info *out);

/*
 * The answer's session, which the caller frees; it outlives the answer, and playgate_session_access, _decide, _compare and
 * _json work on it. PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_answer_session(playgate_kid_answer answer,
                                            playgate_session *out);

/*
 * The answer's challenge, which the caller frees; it outlives the answer, and playgate_challenge_get_info and
 * playgate_challenge_qr work on it. Its feature is empty when several permissions were asked for, or none is known.
 * PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
 */
PLAYGATE_API playgate_result playgate_kid_answer_challenge(playgate_kid_answer answer, playgate_challenge *out);

/* Frees an answer; texts lent from it may not be read any more. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_kid_answer_free(playgate_kid_answer answer);

/* -- k-ID: calls --------------------------------------------------------------------------------------------------- */

/* The most permissions that are asked for at once. */
#define PLAYGATE_KID_MAX_PERMISSIONS 64

/*
 * Fetches a session by its id. `etag` is that of the session that the caller has, or NULL or empty for the whole session.
 *
 * All functions whose names end in _blocking wait for k-ID's answer, at most for request_timeout_ms and three seconds:
 * never call them on a game's or a server's frame path. `*out` is an answer, which the caller frees, or 0 after a failure;
 * playgate_kid_last_failure tells more of it. None tries again by itself, and they fail with:
 *
 * - PLAYGATE_ERROR_UNAUTHORIZED: the key is wrong, has expired, or is of the other mode. Not to be tried again.
 * - PLAYGATE_ERROR_RATE_LIMITED: wait; `retry_after_ms` says how long, if k-ID does.
 * - PLAYGATE_ERROR_SERVER, _UNREACHABLE, _TIMED_OUT, _TLS: try again later, each time after a longer wait.
 * - PLAYGATE_ERROR_NOT_FOUND: k-ID knows nothing of that id. (A session that is gone is an answer: PLAYGATE_KID_DELETED.)
 * - PLAYGATE_ERROR_NOT_PERMITTED: k-ID refused the request; its code says why. Never a deletion.
 * - PLAYGATE_ERROR_PROTOCOL: not an answer of k-ID, or not to this question. Nothing is learnt from it.
 * - PLAYGATE_ERROR_LIMIT: 64 calls are under way. PLAYGATE_ERROR_CANCELLED: it was closed.
 *
 * Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_session_blocking(playgate_kid kid,
                                                  const char *session_id,
                                                  const char *etag,
                                                  playgate_kid_answer *out);

/*
 * Fetches a session by the k-ID user's id, which is personal data. Otherwise as playgate_kid_get_session_blocking. Any
 * thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_session_of_user_blocking(playgate_kid kid,
                                                          const char *kuid,
                                                          const char *etag,
                                                          playgate_kid_answer *out);

/*
 * Asks for permissions that are off: `permission_count` names, 1 to PLAYGATE_KID_MAX_PERMISSIONS. Those with a verified age
 * threshold must be asked for one by one. `age_signal` is what the player's platform says about their age, or NULL.
 * Answers PLAYGATE_KID_UPGRADE. After a failure without an answer (time limit, connection) k-ID may have taken the request:
 * fetch the session before asking again. Failures as in playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_upgrade_blocking(playgate_kid kid,
                                              const char *session_id,
                                              const char *const *permissions,
                                              size_t permission_count,
                                              const playgate_age_signal *age_signal,
                                              playgate_kid_answer *out);

/*
 * Fetches a challenge, with a fresh URL and code: PLAYGATE_KID_CHALLENGE. Failures as in
 * playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_challenge_blocking(playgate_kid kid,
                                                    const char *challenge_id,
                                                    playgate_kid_answer *out);

/*
 * How a challenge stands: PLAYGATE_KID_CHALLENGE_STATUS. Ask no oftener than every five seconds; a webhook tells sooner.
 * Failures as in playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_challenge_status_blocking(playgate_kid kid,
                                                           const char *challenge_id,
                                                           playgate_kid_answer *out);

/*
 * Has k-ID write to the parent: PLAYGATE_KID_SENT. `email` is the parent's address, or NULL for the adult who approved
 * last: PLAYGATE_ERROR_NOT_PERMITTED with code "INVALID_EMAIL" when there is none. `locale` is the message's language as a
 * BCP 47 tag, or NULL. Neither is kept. Failures as in playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_send_email_blocking(playgate_kid kid,
                                                 const char *challenge_id,
                                                 const char *email,
                                                 const char *locale,
                                                 playgate_kid_answer *out);

/*
 * A new one-time code for a challenge: PLAYGATE_KID_CODE. Failures as in playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_new_code_blocking(playgate_kid kid,
                                               const char *challenge_id,
                                               playgate_kid_answer *out);

/*
 * The URL of the widget in which a parent reviews a session's permissions: PLAYGATE_KID_WIDGET_URL. `email` is the
 * parent's address. Only for parents who have proved that they are: the widget asks nobody, and must never be shown to a
 * minor. Failures as in playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_widget_url_blocking(playgate_kid kid,
                                                     const char *session_id,
                                                     const char *email,
                                                     playgate_kid_answer *out);

/*
 * What a player may do before there is a session: PLAYGATE_KID_DEFAULT_PERMISSIONS. `jurisdiction` is "BR" or "US-CA".
 * `date_of_birth` is "2014", "2014-05" or "2014-05-01"; NULL: `age_years` counts, 0 to 150. Who does not know the age asks
 * for 1, which gives the most careful answer. `age_signal` may be NULL. Failures as in
 * playgate_kid_get_session_blocking. Any thread.
 */
PLAYGATE_API
playgate_result playgate_kid_get_default_permissions_blocking(playgate_kid kid,
                                                              const char *jurisdiction,
                                                              const char *date_of_birth,
                                                              uint32_t age_years,
                                                              const playgate_age_signal *age_signal,
                                                              playgate_kid_answer *out);

/* -- k-ID: webhooks ------------------------------------------------------------------------------------------------ */

/* Flag: take the older signature, a plain hash, where no HMAC is sent. Only for products that k-ID still signs so. */
#define PLAYGATE_WEBHOOK_ACCEPT_LEGACY 1

/* The longest body of a webhook, in bytes. */
#define PLAYGATE_WEBHOOK_MAX_BODY_BYTES (64 * 1024)

/* The most webhooks that a guard may be made for. */
#define PLAYGATE_WEBHOOK_MAX_REMEMBERED 1000000

/* A webhook as it came. Make it ready with playgate_webhook_delivery_init. Everything is lent for the call. */
typedef struct playgate_webhook_delivery {
    /* sizeof(playgate_webhook_delivery); set by playgate_webhook_delivery_init. */
    uint32_t struct_size;
    /* Flags PLAYGATE_WEBHOOK_…. */
    uint32_t flags;
    /* The secret that this server and the k-ID product share; not the API key. An empty one refuses everything. */
    const uint8_t *secret;
    /* How many bytes the secret has. */
    size_t secret_len;
    /*
     * The request's headers, at most 256: X-Signature-Timestamp and X-Signature-Hmac-Sha256 (or the older
     * X-Signature-SHA256) are looked for among them, in any case. One that occurs twice counts as missing.
     */
    const playgate_http_header *headers;
    /* How many headers there are. */
    size_t header_count;
    /* The body's bytes exactly as they were received, before anything has read them. */
    const uint8_t *body;
    /* How many bytes the body has; at most PLAYGATE_WEBHOOK_MAX_BODY_BYTES. */
    size_t body_len;
    /* The time now, Unix seconds; 0: the system's clock. */
    int64_t now_s;
    /* How far the webhook's timestamp may be from now, before and after, in seconds; 0: 300. */
    uint32_t window_s;
    /* Zero. */
    uint32_t reserved0;
    /* Zero. */
    uint64_t reserved[4];
} playgate_webhook_delivery;

/* What a webhook is about. An open set: answer 200 to those that you do not know, and ignore them. */
typedef int32_t playgate_webhook_event_type;

/* What a webhook says. The texts are lent until the event is freed; what it does not say is empty. */
typedef struct playgate_webhook_event_info {
    /* sizeof(playgate_webhook_event_info); set by playgate_webhook_event_info_init. */
    uint32_t struct_size;
    /* PLAYGATE_WEBHOOK_SESSION_CHANGED and so on. */
    playgate_webhook_event_type type;
    /* 1 when the guard has seen this webhook before: answer 200 and do nothing. Else 0. */
    int32_t is_replay;
    /* How a challenge or verification stands; PLAYGATE_KID_STATUS_NONE where there is none. */
    playgate_kid_status status;
    /* How many ids there are: 0, 1, or several that are revoked. */
    uint32_t id_count;
    /* Zero. */
    uint32_t reserved0;
    /* k-ID's name for the event, for example "Challenge.StateChange". */
    playgate_text name;
    /* The first id: of a session, a challenge, a verification or a k-ID user, by the event's type. */
    playgate_text id;
    /*
     * The status in k-ID's word, for example "IN_PROGRESS". An event about a challenge or a verification is known by
     * name, id and status together, since the same id comes again with the next status.
     */
    playgate_text status_text;
    /* k-ID's word for a challenge's type; older webhooks have none. */
    playgate_text challenge_type;
    /*
     * The session that is to be fetched now: it changed, is gone, or a challenge about it passed. A webhook does not say
     * what it is like, may come late and in any order: only what is fetched counts.
     */
    playgate_text session_to_fetch;
    /* Zero. */
    uint64_t reserved[4];
} playgate_webhook_event_info;

/* Remembers which webhooks were seen. Free it with playgate_webhook_guard_free. 0 is none. */
typedef uint64_t playgate_webhook_guard;

/* What a webhook says: immutable. Free it with playgate_webhook_event_free. 0 is none. */
typedef uint64_t playgate_webhook_event;

/* One that this library does not know; `name` has k-ID's name for it. */
#define PLAYGATE_WEBHOOK_OTHER 0

/* A session's permissions may differ: fetch it. */
#define PLAYGATE_WEBHOOK_SESSION_CHANGED 1

/* A session is gone, if fetching it says so too. */
#define PLAYGATE_WEBHOOK_SESSION_DELETED 2

/* A challenge went on. */
#define PLAYGATE_WEBHOOK_CHALLENGE 3

/* An age verification has ended. */
#define PLAYGATE_WEBHOOK_VERIFICATION 4

/* Age verifications that passed do not count any more: all its ids. */
#define PLAYGATE_WEBHOOK_VERIFICATION_REVOKED 5

/* A k-ID account is gone: the id is the k-ID user's. */
#define PLAYGATE_WEBHOOK_ACCOUNT_DELETED 6

/* A parent consented to a scenario of the studio's own: the id is the challenge's. */
#define PLAYGATE_WEBHOOK_CONSENT_GRANTED 7

/* Somebody tries the address from k-ID's settings. */
#define PLAYGATE_WEBHOOK_TEST 8

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_webhook_delivery). Any thread. */
PLAYGATE_API void playgate_webhook_delivery_init(struct playgate_webhook_delivery *delivery, uint32_t struct_size);

/* Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_webhook_event_info). Any thread. */
PLAYGATE_API void playgate_webhook_event_info_init(struct playgate_webhook_event_info *info, uint32_t struct_size);

/*
 * Makes a guard that remembers so many webhooks, 1 to PLAYGATE_WEBHOOK_MAX_REMEMBERED (some 150 bytes each, taken as they
 * come): as many as may come in twice the window. When it is full, the one that will be stale first is forgotten. It knows
 * what this process has seen; servers that share the work need a table that they share. Any thread.
 */
PLAYGATE_API
playgate_result playgate_webhook_guard_create(uint32_t capacity,
                                              playgate_webhook_guard *out);

/* Frees a guard. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_webhook_guard_free(playgate_webhook_guard guard);

/*
 * Has the guard forget this event's webhook, whose effect could not be stored: k-ID sends it again when the answer is not
 * 200, and then it must count. Any thread.
 */
PLAYGATE_API playgate_result playgate_webhook_guard_forget(playgate_webhook_guard guard, playgate_webhook_event event);

/*
 * Checks that a webhook is k-ID's and fresh, and reads what it says. The signature covers timestamp and body, and is
 * compared in constant time. `guard` may be 0. `*out` is the event, which the caller frees, or 0. Answer k-ID by the result:
 *
 * - PLAYGATE_OK: 200, at once; do what it asks for afterwards, or forget it at the guard and answer 500.
 * - PLAYGATE_ERROR_UNAUTHORIZED: 401. No signature, not of this body, timestamp and secret, or too old. k-ID sends one such
 * webhook on purpose when the address is tried from its settings.
 * - PLAYGATE_ERROR_PROTOCOL: 400. Genuine, but not an event.
 * - PLAYGATE_ERROR_LIMIT: 413. The body is too long.
 *
 * Any thread.
 */
PLAYGATE_API
playgate_result playgate_webhook_verify(const struct playgate_webhook_delivery *delivery,
                                        playgate_webhook_guard guard,
                                        playgate_webhook_event *out);

/* What an event says. Any thread. */
PLAYGATE_API
playgate_result playgate_webhook_event_get_info(playgate_webhook_event event,
                                                struct playgate_webhook_event_info *out);

/* The id at an index from 0, lent until the event is freed; PLAYGATE_ERROR_NOT_FOUND past the end. Any thread. */
PLAYGATE_API playgate_result playgate_webhook_event_id(playgate_webhook_event event, size_t index, playgate_text *out);

/* Frees an event; texts lent from it may not be read any more. 0 is ok. Any thread. */
PLAYGATE_API playgate_result playgate_webhook_event_free(playgate_webhook_event event);

#ifdef __cplusplus
}
#endif

#endif /* PLAYGATE_TRUSTED_H */
