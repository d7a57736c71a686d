/*
 * Every function for trusted hosts, called as no host should: an error each time, outs 0, and nothing else. The header's
 * functions must all have been called.
 */
#include "trusted.h"

#include <ctype.h>

#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT
#define NO_HANDLE PLAYGATE_ERROR_INVALID_HANDLE
#define MAX_FUNCTIONS 64
#define LONG_TEXT 100000u

static const char *called[MAX_FUNCTIONS];
static size_t called_count;
static const char not_utf8[] = "x\xff\xfe";
static char long_text[LONG_TEXT + 1];

static void note(const char *name)
{
    for (size_t i = 0; i < called_count; i++) {
        if (strcmp(called[i], name) == 0) {
            return;
        }
    }
    require(called_count < MAX_FUNCTIONS, "there is room for all functions");
    called[called_count++] = name;
}

/* Calls a function and notes that it was called. */
#define CALL(function, arguments) (note(#function), function arguments)

/* Each text that no argument may be; NULL too where it is required. */
#define BAD_TEXTS(null_is_bad, call)                                                                                   \
    do {                                                                                                               \
        const char *const bad_texts[] = {not_utf8, long_text, NULL};                                                   \
        for (size_t bad_at = 0; bad_at < ((null_is_bad) ? 3u : 2u); bad_at++) {                                        \
            const char *bad = bad_texts[bad_at];                                                                       \
            answer = 9;                                                                                                \
            CHECK_FAILS(call, INVALID);                                                                                \
            CHECK_EQ(answer, 0);                                                                                       \
        }                                                                                                              \
    } while (0)

static const char *const names[] = {"voice-chat"};

/* Every call with a handle that is none. */
static void handle(uint64_t bad)
{
    playgate_kid_answer answer = 9;
    playgate_session session = 9;
    playgate_challenge challenge = 9;
    playgate_kid_answer_info info;
    playgate_webhook_event_info event;
    playgate_text text = {"x", 1};
    CHECK_FAILS(CALL(playgate_kid_get_session_blocking, (bad, "s", NULL, &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_get_session_of_user_blocking, (bad, "u", NULL, &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_upgrade_blocking, (bad, "s", names, 1, NULL, &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_get_challenge_blocking, (bad, "c", &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_get_challenge_status_blocking, (bad, "c", &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_send_email_blocking, (bad, "c", NULL, NULL, &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_new_code_blocking, (bad, "c", &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_get_widget_url_blocking, (bad, "s", "a@b.co", &answer)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_get_default_permissions_blocking, (bad, "BR", NULL, 1, NULL, &answer)), NO_HANDLE);
    CHECK_EQ(answer, 0);
    CHECK_FAILS(CALL(playgate_kid_answer_session, (bad, &session)), NO_HANDLE);
    CHECK_FAILS(CALL(playgate_kid_answer_challenge, (bad, &challenge)), NO_HANDLE);
    CHECK(session == 0 && challenge == 0);
    memset(&info, 0xA5, sizeof info);
    info.struct_size = sizeof info;
    CHECK_FAILS(CALL(playgate_kid_answer_get_info, (bad, &info)), NO_HANDLE);
    CHECK(info.kind == 0 && info.has_session == 0 && info.url.len == 0 && info.url.ptr && info.reserved[3] == 0);
    memset(&event, 0xA5, sizeof event);
    event.struct_size = sizeof event;
    CHECK_FAILS(CALL(playgate_webhook_event_get_info, (bad, &event)), NO_HANDLE);
    CHECK(event.type == PLAYGATE_WEBHOOK_OTHER && event.id.len == 0 && event.id.ptr && event.reserved[3] == 0);
    CHECK_FAILS(CALL(playgate_webhook_event_id, (bad, 0, &text)), NO_HANDLE);
    CHECK(text.len == 0 && text.ptr);
    CHECK_FAILS(CALL(playgate_webhook_guard_forget, (bad, bad)), NO_HANDLE);
    if (bad != 0) {
        CHECK_FAILS(CALL(playgate_kid_close, (bad, 1000)), NO_HANDLE);
        CHECK_FAILS(CALL(playgate_kid_answer_free, (bad)), NO_HANDLE);
        CHECK_FAILS(CALL(playgate_webhook_event_free, (bad)), NO_HANDLE);
        CHECK_FAILS(CALL(playgate_webhook_guard_free, (bad)), NO_HANDLE);
    } else {
        CHECK_OK(playgate_kid_close(0, 0));
        CHECK_OK(playgate_kid_answer_free(0));
        CHECK_OK(playgate_webhook_event_free(0));
        CHECK_OK(playgate_webhook_guard_free(0));
    }
}

/* Every argument of every call that is not a handle. Nothing is sent. */
static void arguments(playgate_kid kid)
{
    playgate_kid_answer answer = 9;
    const char *const bad_names[] = {"voice-chat", not_utf8};
    const char *const null_names[] = {"voice-chat", NULL};
    const char *const empty_names[] = {"voice-chat", ""};
    BAD_TEXTS(1, playgate_kid_get_session_blocking(kid, bad, NULL, &answer));
    BAD_TEXTS(0, playgate_kid_get_session_blocking(kid, "s", bad, &answer));
    BAD_TEXTS(1, playgate_kid_get_session_of_user_blocking(kid, bad, NULL, &answer));
    BAD_TEXTS(0, playgate_kid_get_session_of_user_blocking(kid, "u", bad, &answer));
    BAD_TEXTS(1, playgate_kid_upgrade_blocking(kid, bad, names, 1, NULL, &answer));
    BAD_TEXTS(1, playgate_kid_get_challenge_blocking(kid, bad, &answer));
    BAD_TEXTS(1, playgate_kid_get_challenge_status_blocking(kid, bad, &answer));
    BAD_TEXTS(1, playgate_kid_send_email_blocking(kid, bad, NULL, NULL, &answer));
    BAD_TEXTS(0, playgate_kid_send_email_blocking(kid, "c", bad, NULL, &answer));
    BAD_TEXTS(0, playgate_kid_send_email_blocking(kid, "c", NULL, bad, &answer));
    BAD_TEXTS(1, playgate_kid_new_code_blocking(kid, bad, &answer));
    BAD_TEXTS(1, playgate_kid_get_widget_url_blocking(kid, bad, "a@b.co", &answer));
    BAD_TEXTS(1, playgate_kid_get_widget_url_blocking(kid, "s", bad, &answer));
    BAD_TEXTS(1, playgate_kid_get_default_permissions_blocking(kid, bad, NULL, 1, NULL, &answer));
    BAD_TEXTS(0, playgate_kid_get_default_permissions_blocking(kid, "BR", bad, 1, NULL, &answer));
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, "", NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_get_challenge_blocking(kid, "", &answer), INVALID);
    CHECK_FAILS(playgate_kid_send_email_blocking(kid, "c", "no address", NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_get_widget_url_blocking(kid, "s", "a@b", &answer), INVALID);
    const char *const places[] = {"", "us", "USA", "US-CALI", "US&x=1"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, places[i], NULL, 1, NULL, &answer), INVALID);
    }
    const char *const dates[] = {"", "14", "2014-5", "2014/05", "2014-05-0", "2014-05-01&x=1"};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, "BR", dates[i], 1, NULL, &answer), INVALID);
    }
    CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, "BR", NULL, 151, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, "BR", NULL, UINT32_MAX, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", NULL, 1, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", names, 0, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", names, SIZE_MAX, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", bad_names, 2, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", null_names, 2, NULL, &answer), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", empty_names, 2, NULL, &answer), INVALID);
    playgate_age_signal signal;
    playgate_age_signal_init(&signal, sizeof signal);
    signal.name = "xbox";
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", names, 1, &signal, &answer), INVALID);
    CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, "BR", NULL, 1, &signal, &answer), INVALID);
    signal.struct_size = 3;
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", names, 1, &signal, &answer), INVALID);
    CHECK_EQ(answer, 0);
    /* No place for the answer: nothing is asked. */
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, "s", NULL, NULL), INVALID);
    CHECK_FAILS(playgate_kid_get_session_of_user_blocking(kid, "s", NULL, NULL), INVALID);
    CHECK_FAILS(playgate_kid_upgrade_blocking(kid, "s", names, 1, NULL, NULL), INVALID);
    CHECK_FAILS(playgate_kid_get_challenge_blocking(kid, "c", NULL), INVALID);
    CHECK_FAILS(playgate_kid_get_challenge_status_blocking(kid, "c", NULL), INVALID);
    CHECK_FAILS(playgate_kid_send_email_blocking(kid, "c", NULL, NULL, NULL), INVALID);
    CHECK_FAILS(playgate_kid_new_code_blocking(kid, "c", NULL), INVALID);
    CHECK_FAILS(playgate_kid_get_widget_url_blocking(kid, "s", "a@b.co", NULL), INVALID);
    CHECK_FAILS(playgate_kid_get_default_permissions_blocking(kid, "BR", NULL, 1, NULL, NULL), INVALID);
    CHECK_FAILS(CALL(playgate_kid_last_failure, (NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_webhook_verify, (NULL, 0, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_webhook_guard_create, (1, NULL)), INVALID);
    CHECK_FAILS(playgate_webhook_guard_create(0, &answer), INVALID);
    CHECK_FAILS(playgate_webhook_guard_create(UINT32_MAX, &answer), INVALID);
}

/* Changes one field of the options that open k-ID, and expects it to be refused without a word of what was given. */
#define OPTIONS_FAIL(change, result)                                                                                   \
    do {                                                                                                               \
        playgate_kid_options options;                                                                                  \
        CALL(playgate_kid_options_init, (&options, sizeof options, PLAYGATE_ABI_VERSION));                             \
        options.base_url = "https://k-id.example/api/v1";                                                              \
        options.api_key = SECRET_KEY;                                                                                  \
        change;                                                                                                        \
        playgate_kid opened = 9;                                                                                       \
        CHECK_FAILS(CALL(playgate_kid_open, (&options, &opened)), result);                                             \
        CHECK_EQ(opened, 0);                                                                                           \
        CHECK_CLEAN(playgate_last_error());                                                                            \
    } while (0)

static void opening(void)
{
    OPTIONS_FAIL(options.base_url = NULL, INVALID);
    OPTIONS_FAIL(options.base_url = not_utf8, INVALID);
    OPTIONS_FAIL(options.base_url = long_text, INVALID);
    OPTIONS_FAIL(options.base_url = "http://k-id.example/" PLANTED, INVALID);
    OPTIONS_FAIL(options.base_url = "https://user:" SECRET_KEY "@k-id.example", INVALID);
    OPTIONS_FAIL(options.base_url = "https://k-id.example/?x=" SECRET_KEY, INVALID);
    OPTIONS_FAIL(options.api_key = NULL, INVALID);
    OPTIONS_FAIL(options.api_key = "", INVALID);
    OPTIONS_FAIL(options.api_key = not_utf8, INVALID);
    OPTIONS_FAIL(options.api_key = long_text, INVALID);
    OPTIONS_FAIL(options.api_key = SECRET_KEY " x", INVALID);
    OPTIONS_FAIL(options.api_key = SECRET_KEY "\r\nX-Other: 1", INVALID);
    OPTIONS_FAIL(options.code_site = not_utf8, INVALID);
    OPTIONS_FAIL(options.proxy_url = "no proxy", INVALID);
    OPTIONS_FAIL((options.extra_roots_pem = "x", options.extra_roots_pem_len = 1), INVALID);
    OPTIONS_FAIL(options.extra_roots_pem_len = 1, INVALID);
    OPTIONS_FAIL(options.flags = PLAYGATE_KID_ONLY_EXTRA_ROOTS, INVALID);
    OPTIONS_FAIL(options.flags = 1u << 31, INVALID);
    OPTIONS_FAIL(options.request_timeout_ms = UINT32_MAX, INVALID);
    OPTIONS_FAIL(options.connect_timeout_ms = UINT32_MAX, INVALID);
    OPTIONS_FAIL(options.reserved[5] = 1, INVALID);
    OPTIONS_FAIL(options.struct_size = 0, INVALID);
    OPTIONS_FAIL(options.struct_size = 4097, INVALID);
    OPTIONS_FAIL(options.abi_version = PLAYGATE_ABI_VERSION + 1, PLAYGATE_ERROR_ABI_VERSION);
    playgate_transport_hook hook;
    playgate_transport_hook_init(&hook, sizeof hook);
    OPTIONS_FAIL(options.transport = &hook, INVALID);
    playgate_kid kid = 9;
    CHECK_FAILS(playgate_kid_open(NULL, &kid), INVALID);
    CHECK_EQ(kid, 0);
    playgate_kid_options options;
    playgate_kid_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.base_url = "https://k-id.example/api/v1";
    options.api_key = SECRET_KEY;
    CHECK_FAILS(playgate_kid_open(&options, NULL), INVALID);
}

#define DELIVERY_FAILS(change)                                                                                         \
    do {                                                                                                               \
        playgate_webhook_delivery delivery;                                                                            \
        CALL(playgate_webhook_delivery_init, (&delivery, sizeof delivery));                                            \
        delivery.secret = (const uint8_t *)SECRET_WEBHOOK;                                                             \
        delivery.secret_len = sizeof SECRET_WEBHOOK - 1;                                                               \
        change;                                                                                                        \
        playgate_webhook_event event = 9;                                                                              \
        CHECK_FAILS(playgate_webhook_verify(&delivery, 0, &event), INVALID);                                           \
        CHECK_EQ(event, 0);                                                                                            \
        CHECK_CLEAN(playgate_last_error());                                                                            \
    } while (0)

static void deliveries(uint64_t stale_guard)
{
    const playgate_http_header half[] = {{"X-Signature-Timestamp", NULL}};
    DELIVERY_FAILS(delivery.secret = NULL);
    DELIVERY_FAILS(delivery.secret_len = SIZE_MAX);
    DELIVERY_FAILS(delivery.header_count = 1);
    DELIVERY_FAILS(delivery.header_count = SIZE_MAX);
    DELIVERY_FAILS((delivery.headers = half, delivery.header_count = 1));
    DELIVERY_FAILS(delivery.body_len = 1);
    DELIVERY_FAILS(delivery.flags = 2);
    DELIVERY_FAILS(delivery.window_s = UINT32_MAX);
    DELIVERY_FAILS(delivery.reserved0 = 1);
    DELIVERY_FAILS(delivery.reserved[3] = 1);
    DELIVERY_FAILS(delivery.struct_size = 0);
    DELIVERY_FAILS(delivery.struct_size = 4097);
    playgate_webhook_delivery delivery;
    playgate_webhook_delivery_init(&delivery, sizeof delivery);
    playgate_webhook_event event = 9;
    CHECK_FAILS(playgate_webhook_verify(&delivery, stale_guard, &event), NO_HANDLE);
    CHECK_EQ(event, 0);
    CHECK_FAILS(playgate_webhook_verify(&delivery, 0, &event), PLAYGATE_ERROR_UNAUTHORIZED);
}

/* Wrong sizes do nothing; a longer struct is made zero to its end. */
#define INIT(type, call)                                                                                               \
    do {                                                                                                               \
        union {                                                                                                        \
            type value;                                                                                                \
            unsigned char bytes[sizeof(type) + 16];                                                                    \
        } room;                                                                                                        \
        const uint32_t wrong[] = {0, 4, 7, (uint32_t)sizeof(type) - 1, 4097, UINT32_MAX};                              \
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {                                                  \
            const uint32_t size = wrong[i];                                                                            \
            type *p = &room.value;                                                                                     \
            memset(&room, 0xA5, sizeof room);                                                                          \
            call;                                                                                                      \
            CHECK(room.bytes[0] == 0xA5 && room.bytes[sizeof room.bytes - 1] == 0xA5);                                 \
            p = NULL;                                                                                                  \
            call;                                                                                                      \
        }                                                                                                              \
        const uint32_t size = (uint32_t)sizeof(type) + 8;                                                              \
        type *p = &room.value;                                                                                         \
        memset(&room, 0xA5, sizeof room);                                                                              \
        call;                                                                                                          \
        CHECK(room.value.struct_size == size && room.bytes[size - 1] == 0 && room.bytes[size] == 0xA5);                \
    } while (0)

static void structs(void)
{
    INIT(playgate_kid_options, CALL(playgate_kid_options_init, (p, size, PLAYGATE_ABI_VERSION)));
    INIT(playgate_kid_failure, CALL(playgate_kid_failure_init, (p, size)));
    INIT(playgate_kid_answer_info, CALL(playgate_kid_answer_info_init, (p, size)));
    INIT(playgate_webhook_delivery, CALL(playgate_webhook_delivery_init, (p, size)));
    INIT(playgate_webhook_event_info, CALL(playgate_webhook_event_info_init, (p, size)));
    playgate_kid_failure failure;
    memset(&failure, 0xA5, sizeof failure);
    CHECK_FAILS(playgate_kid_last_failure(&failure), INVALID);
}

/* Every function that the header declares was called. */
static void check_all_called(const char *path)
{
    FILE *file = fopen(path, "rb");
    require(file != NULL, "the header can be opened");
    static char text[256 * 1024];
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    size_t declared = 0;
    for (const char *at = strstr(text, "\nPLAYGATE_API"); at; at = strstr(at + 1, "\nPLAYGATE_API")) {
        const char *end = strchr(at, '(');
        require(end != NULL, "a declaration has parameters");
        const char *start = end;
        while (isalnum((unsigned char)start[-1]) || start[-1] == '_') {
            start--;
        }
        int was_called = 0;
        for (size_t i = 0; i < called_count; i++) {
            was_called |= strlen(called[i]) == (size_t)(end - start) && strncmp(called[i], start, strlen(called[i])) == 0;
        }
        if (!CHECK(was_called)) {
            printf("    %.*s is in the header and was not called\n", (int)(end - start), start);
        }
        declared++;
    }
    printf("%zu functions for trusted hosts are in the header, %zu were called\n", declared, called_count);
    CHECK_EQ(declared, called_count);
    CHECK(declared > 20);
}

void abuse_trusted(const char *header)
{
    memset(long_text, 'x', LONG_TEXT);
    playgate_kid kid = open_kid("http://127.0.0.1:1", SECRET_KEY, 1000);
    const playgate_kid stale = open_kid("http://127.0.0.1:1", SECRET_KEY, 1000);
    CHECK_OK(playgate_kid_close(stale, 1000));
    playgate_webhook_guard guard = 0;
    CHECK_OK(playgate_webhook_guard_create(1, &guard));
    CHECK_OK(playgate_webhook_guard_free(guard));
    playgate_session session = 0;
    CHECK_OK(playgate_session_parse("{\"sessionId\":\"s\"}", 17, &session));
    /* A handle of another kind, one of a client's kind, ones that were freed, and numbers. */
    const uint64_t handles[] = {0, 1, UINT64_MAX, stale, guard, session, UINT64_C(0x1D00000001000000)};
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        handle(handles[i]);
    }
    arguments(kid);
    opening();
    deliveries(guard);
    structs();
    CHECK_OK(playgate_session_free(session));
    CHECK_OK(playgate_kid_close(kid, 5000));
    check_all_called(header);
}
