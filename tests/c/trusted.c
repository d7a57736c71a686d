/*
 * A studio's own server in C: k-ID called directly, sessions looked at, webhooks checked. argv[1] is playgate_trusted.h;
 * argv[2] to argv[6] are a k-ID with a player: base URL, API key, session id, k-ID user id, and the id of a session that
 * was revoked.
 */
#include "trusted.h"

#include <pthread.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int dirty_lines;

static void look_at_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    (void)level;
    (void)target;
    if (strstr(text, PLANTED)) {
        (void)pthread_mutex_lock(&log_lock);
        dirty_lines++;
        (void)pthread_mutex_unlock(&log_lock);
    }
}

playgate_kid open_kid(const char *base_url, const char *api_key, uint32_t timeout_ms)
{
    playgate_kid_options options;
    playgate_kid_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.base_url = base_url;
    options.api_key = api_key;
    options.request_timeout_ms = timeout_ms;
    playgate_kid kid = 0;
    CHECK_OK(playgate_kid_open(&options, &kid));
    return kid;
}

playgate_kid_answer_info take_info(playgate_kid_answer answer)
{
    playgate_kid_answer_info info;
    playgate_kid_answer_info_init(&info, sizeof info);
    CHECK_OK(playgate_kid_answer_get_info(answer, &info));
    CHECK_OK(playgate_kid_answer_free(answer));
    return info;
}

static playgate_kid_failure last_failure(void)
{
    playgate_kid_failure failure;
    playgate_kid_failure_init(&failure, sizeof failure);
    CHECK_OK(playgate_kid_last_failure(&failure));
    return failure;
}

/* -- A k-ID that is there ------------------------------------------------------------------------------------------- */

static playgate_session take_session(playgate_kid_answer answer)
{
    playgate_session session = 0;
    CHECK_OK(playgate_kid_answer_session(answer, &session));
    return session;
}

static playgate_access access_of(playgate_session session, const char *feature)
{
    playgate_access access = PLAYGATE_ACCESS_ALLOWED;
    CHECK_OK(playgate_session_access(session, feature, &access));
    return access;
}

/* Reads a field of a session's JSON that is a text, into `out`. */
static void field(playgate_session session, const char *name, char *out, size_t capacity)
{
    playgate_text json;
    out[0] = '\0';
    CHECK_OK(playgate_session_json(session, &json));
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(json.ptr, key);
    if (CHECK(at != NULL)) {
        at += strlen(key);
        (void)snprintf(out, capacity, "%.*s", (int)strcspn(at, "\""), at);
    }
}

static void sessions(playgate_kid kid, const char *id, const char *kuid)
{
    playgate_kid_answer answer = 0;
    char etag[256];
    CHECK_OK(playgate_kid_get_session_blocking(kid, id, NULL, &answer));
    playgate_session session = take_session(answer);
    playgate_kid_answer_info info = take_info(answer);
    CHECK_EQ(info.kind, PLAYGATE_KID_SESSION);
    CHECK(info.has_session == 1 && info.has_challenge == 0);
    CHECK_EQ(access_of(session, "multiplayer"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(access_of(session, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(access_of(session, "simulated-gambling"), PLAYGATE_ACCESS_PROHIBITED);
    field(session, "etag", etag, sizeof etag);
    CHECK_OK(playgate_kid_get_session_blocking(kid, id, etag, &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_NOT_MODIFIED);
    CHECK_OK(playgate_kid_get_session_blocking(kid, id, "", &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_SESSION);
    CHECK_OK(playgate_kid_get_session_of_user_blocking(kid, kuid, NULL, &answer));
    playgate_session same = take_session(answer);
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_SESSION);
    playgate_changes changes = 0;
    size_t count = 9;
    CHECK_OK(playgate_session_compare(session, same, &changes));
    CHECK_OK(playgate_changes_count(changes, &count));
    CHECK_EQ(count, 0);
    CHECK_OK(playgate_changes_free(changes));
    CHECK_OK(playgate_session_free(same));

    /* What the player manages is on at once; the comparison says so. */
    const char *const wish[] = {"ai-generated-avatars"};
    CHECK_OK(playgate_kid_upgrade_blocking(kid, id, wish, 1, NULL, &answer));
    CHECK_FAILS(playgate_kid_answer_challenge(answer, &(playgate_challenge){0}), PLAYGATE_ERROR_NOT_FOUND);
    info = take_info(answer);
    CHECK(info.kind == PLAYGATE_KID_UPGRADE && info.has_challenge == 0 && info.has_session == 1);
    CHECK_OK(playgate_kid_get_session_blocking(kid, id, etag, &answer));
    playgate_session after = take_session(answer);
    CHECK_OK(playgate_kid_answer_free(answer));
    CHECK_EQ(access_of(after, "ai-generated-avatars"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(playgate_session_compare(session, after, &changes));
    CHECK_OK(playgate_changes_count(changes, &count));
    CHECK_EQ(count, 1);
    CHECK_OK(playgate_changes_free(changes));
    CHECK_OK(playgate_session_free(after));
    CHECK_OK(playgate_session_free(session));
}

static void challenges(playgate_kid kid, const char *id)
{
    const char *const wish[] = {"voice-chat"};
    playgate_kid_answer answer = 0;
    playgate_challenge challenge = 0;
    CHECK_OK(playgate_kid_upgrade_blocking(kid, id, wish, 1, NULL, &answer));
    CHECK_OK(playgate_kid_answer_challenge(answer, &challenge));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_UPGRADE);
    playgate_challenge_info info;
    playgate_challenge_info_init(&info, sizeof info);
    CHECK_OK(playgate_challenge_get_info(challenge, &info));
    CHECK_EQ(info.actor, PLAYGATE_ACTOR_PARENT);
    CHECK_TEXT(info.feature.ptr, "voice-chat");
    CHECK_TEXT(info.code_site.ptr, "asktoplay.com");
    CHECK(info.url.len > 0 && info.code.len > 0);
    uint32_t size = 0;
    CHECK_FAILS(playgate_challenge_qr(challenge, NULL, 0, &size), PLAYGATE_ERROR_LIMIT);
    CHECK(size >= 21);
    char name[300];
    (void)snprintf(name, sizeof name, "%s", info.id.ptr);
    CHECK_OK(playgate_challenge_free(challenge));

    CHECK_OK(playgate_kid_get_challenge_blocking(kid, name, &answer));
    CHECK_OK(playgate_kid_answer_challenge(answer, &challenge));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_CHALLENGE);
    CHECK_OK(playgate_challenge_get_info(challenge, &info));
    CHECK_TEXT(info.id.ptr, name);
    CHECK_OK(playgate_challenge_free(challenge));

    CHECK_OK(playgate_kid_get_challenge_status_blocking(kid, name, &answer));
    playgate_kid_answer_info said = take_info(answer);
    CHECK_EQ(said.kind, PLAYGATE_KID_CHALLENGE_STATUS);
    CHECK_EQ(said.status, PLAYGATE_KID_STATUS_PENDING);
    CHECK_EQ(said.session_id.len, 0);

    CHECK_OK(playgate_kid_new_code_blocking(kid, name, &answer));
    playgate_kid_answer_info_init(&said, sizeof said);
    CHECK_OK(playgate_kid_answer_get_info(answer, &said));
    CHECK(said.kind == PLAYGATE_KID_CODE && said.code.len > 0 && said.code_expires_ms > 0);
    CHECK_OK(playgate_kid_answer_free(answer));

    CHECK_OK(playgate_kid_send_email_blocking(kid, name, "parent@example.org", "pt-BR", &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_SENT);

    CHECK_OK(playgate_kid_get_widget_url_blocking(kid, id, "parent@example.org", &answer));
    CHECK_OK(playgate_kid_answer_get_info(answer, &said));
    CHECK(said.kind == PLAYGATE_KID_WIDGET_URL && strncmp(said.url.ptr, "http", 4) == 0);
    CHECK_OK(playgate_kid_answer_free(answer));

    CHECK_FAILS(playgate_kid_get_challenge_blocking(kid, "00000000-0000-0000-0000-000000000000", &answer),
                PLAYGATE_ERROR_NOT_FOUND);
    CHECK_TEXT(last_failure().code.ptr, "NOT_FOUND");
    CHECK_EQ(last_failure().http_status, 400);
}

static void defaults(playgate_kid kid)
{
    playgate_kid_answer answer = 0;
    CHECK_OK(playgate_kid_get_default_permissions_blocking(kid, "US-CA", NULL, 9, NULL, &answer));
    playgate_session session = take_session(answer);
    playgate_kid_answer_info info = take_info(answer);
    CHECK_EQ(info.kind, PLAYGATE_KID_DEFAULT_PERMISSIONS);
    CHECK_EQ(info.requires_parent_consent, 1);
    /* On by k-ID's default, but a parent's: nobody has approved it. */
    CHECK_EQ(access_of(session, "multiplayer"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(access_of(session, "custom-username"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(playgate_session_free(session));
    CHECK_OK(playgate_kid_get_default_permissions_blocking(kid, "BR", "1990-02", 0, NULL, &answer));
    session = take_session(answer);
    CHECK_EQ(take_info(answer).requires_parent_consent, 0);
    CHECK_EQ(access_of(session, "multiplayer"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(playgate_session_free(session));
}

static void live(char **argv)
{
    playgate_kid_answer answer = 9;
    playgate_kid kid = open_kid(argv[2], argv[3], 0);
    sessions(kid, argv[4], argv[5]);
    challenges(kid, argv[4]);
    defaults(kid);
    CHECK_OK(playgate_kid_get_session_blocking(kid, argv[6], NULL, &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_DELETED);
    CHECK_OK(playgate_kid_close(kid, 5000));
    kid = open_kid(argv[2], SECRET_KEY, 0);
    answer = 9;
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, argv[4], NULL, &answer), PLAYGATE_ERROR_UNAUTHORIZED);
    CHECK_EQ(answer, 0);
    CHECK_CLEAN(playgate_last_error());
    CHECK_EQ(last_failure().http_status, 401);
    CHECK_OK(playgate_kid_close(kid, 5000));
}

/* -- A k-ID that answers as it should not --------------------------------------------------------------------------- */

#define S1 "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"permissions\":[]}"

typedef struct row {
    int status;
    const char *headers;
    const char *body;
    playgate_result result;
    playgate_kid_answer_kind kind;
    uint64_t retry_after_ms;
    const char *code;
} row;

static void answers(server *fake, playgate_kid kid)
{
    const row rows[] = {
        {200, "", S1, PLAYGATE_OK, PLAYGATE_KID_SESSION, 0, ""},
        {200, "", "{\"session\":" S1 ",\"status\":\"PASS\"}", PLAYGATE_OK, PLAYGATE_KID_SESSION, 0, ""},
        {400, "", "{\"error\":\"NOT_FOUND\"}", PLAYGATE_OK, PLAYGATE_KID_DELETED, 0, ""},
        {404, "", "{\"error\":\"NOT_FOUND\",\"errorMsg\":\"x\"}", PLAYGATE_OK, PLAYGATE_KID_DELETED, 0, ""},
        {200, "", "{\"sessionId\":\"s-1\",\"status\":\"DELETED\"}", PLAYGATE_OK, PLAYGATE_KID_DELETED, 0, ""},
        {400, "", "{\"error\":\"INVALID_INPUT\"}", PLAYGATE_ERROR_NOT_PERMITTED, 0, 0, "INVALID_INPUT"},
        {400, "", "", PLAYGATE_ERROR_NOT_PERMITTED, 0, 0, ""},
        {400, "", "{\"error\":\"" SECRET_KEY "\"}", PLAYGATE_ERROR_NOT_PERMITTED, 0, 0, ""},
        {404, "", "", PLAYGATE_ERROR_PROTOCOL, 0, 0, ""},
        {404, "", "<html>" SECRET_KEY, PLAYGATE_ERROR_PROTOCOL, 0, 0, ""},
        {200, "", "{\"sessionId\":\"s-2\"}", PLAYGATE_ERROR_PROTOCOL, 0, 0, ""},
        {200, "", "<html>" SECRET_KEY, PLAYGATE_ERROR_PROTOCOL, 0, 0, ""},
        {304, "", "", PLAYGATE_ERROR_PROTOCOL, 0, 0, ""},
        {401, "", "", PLAYGATE_ERROR_UNAUTHORIZED, 0, 0, ""},
        {429, "Retry-After: 7\r\n", "", PLAYGATE_ERROR_RATE_LIMITED, 0, 7000, ""},
        {429, "", "", PLAYGATE_ERROR_RATE_LIMITED, 0, 0, ""},
        {503, "", "", PLAYGATE_ERROR_SERVER, 0, 0, ""},
        {302, "Location: https://elsewhere.example/\r\n", "", PLAYGATE_ERROR_NOT_PERMITTED, 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int failed_before = failures();
        server_answer(fake, "GET", "/session/get?sessionId=s-1", rows[i].status, rows[i].headers, rows[i].body);
        playgate_kid_answer answer = 9;
        CHECK_RESULT(playgate_kid_get_session_blocking(kid, "s-1", NULL, &answer), rows[i].result);
        if (rows[i].result == PLAYGATE_OK) {
            CHECK_EQ(take_info(answer).kind, rows[i].kind);
            CHECK_EQ(last_failure().http_status, 0);
        } else {
            CHECK_EQ(answer, 0);
            CHECK_CLEAN(playgate_last_error());
            CHECK_EQ(last_failure().retry_after_ms, rows[i].retry_after_ms);
            CHECK_TEXT(last_failure().code.ptr, rows[i].code);
        }
        if (failures() != failed_before) {
            printf("    answer %zu: %d %s\n", i, rows[i].status, rows[i].body);
        }
    }
    server_answer(fake, "POST", "/challenge/send-email", 400, "", "{\"error\":\"INVALID_EMAIL\"}");
    playgate_kid_answer answer = 9;
    CHECK_FAILS(playgate_kid_send_email_blocking(kid, "c-1", NULL, NULL, &answer), PLAYGATE_ERROR_NOT_PERMITTED);
    CHECK_TEXT(last_failure().code.ptr, "INVALID_EMAIL");
    server_answer(fake, "POST", "/challenge/send-email", 200, "", "");
    CHECK_OK(playgate_kid_send_email_blocking(kid, "c-1", NULL, NULL, &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_SENT);
}

typedef struct waiting {
    playgate_kid kid;
    playgate_result result;
    playgate_kid_answer answer;
} waiting;

static void *wait_for_ever(void *given)
{
    waiting *self = given;
    self->answer = 9;
    self->result = playgate_kid_get_session_blocking(self->kid, "silent", NULL, &self->answer);
    return NULL;
}

static void time_runs_out(server *fake)
{
    server_answer(fake, "GET", "/session/get?sessionId=silent", 0, "", "");
    playgate_kid kid = open_kid(server_url(fake), SECRET_KEY, (uint32_t)(300 * slow_factor()));
    playgate_kid_answer answer = 9;
    const uint64_t before = now_us();
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, "silent", NULL, &answer), PLAYGATE_ERROR_TIMED_OUT);
    CHECK(now_us() - before < 5000000 * slow_factor());
    CHECK_EQ(answer, 0);
    CHECK_EQ(last_failure().http_status, 0);
    CHECK_CLEAN(playgate_last_error());
    CHECK_OK(playgate_kid_close(kid, 5000));
    CHECK_FAILS(playgate_kid_close(kid, 5000), PLAYGATE_ERROR_INVALID_HANDLE);

    /* A close ends what is under way. */
    waiting waits = {open_kid(server_url(fake), SECRET_KEY, 60000), PLAYGATE_OK, 0};
    const size_t held = server_held(fake);
    pthread_t thread;
    require(pthread_create(&thread, NULL, wait_for_ever, &waits) == 0, "there is a thread");
    WAIT_UNTIL(5000, server_held(fake) > held);
    CHECK_OK(playgate_kid_close(waits.kid, 10000));
    (void)pthread_join(thread, NULL);
    CHECK_EQ(waits.result, PLAYGATE_ERROR_CANCELLED);
    CHECK_EQ(waits.answer, 0);

    char nobody[64];
    server_refusing_url(nobody, sizeof nobody);
    kid = open_kid(nobody, SECRET_KEY, 5000);
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, "s-1", NULL, &answer), PLAYGATE_ERROR_UNREACHABLE);
    CHECK_CLEAN(playgate_last_error());
    CHECK_OK(playgate_kid_close(kid, 5000));
}

/* -- HTTP by the host ----------------------------------------------------------------------------------------------- */

typedef struct carried {
    int started;
    int cancelled;
    int had_key;
    int answers;
} carried;

static void carry(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    carried *self = user;
    self->started++;
    for (size_t i = 0; i < request->header_count; i++) {
        self->had_key += strcmp(request->headers[i].value, "Bearer " SECRET_KEY) == 0;
    }
    if (self->answers) {
        playgate_http_response response;
        playgate_http_response_init(&response, sizeof response);
        response.status = 200;
        response.body = (const uint8_t *)S1;
        response.body_len = sizeof S1 - 1;
        (void)playgate_transport_complete(exchange, &response);
    }
}

static void cancel(void *user, playgate_exchange exchange)
{
    (void)exchange;
    ((carried *)user)->cancelled++;
}

static void hosts_http(void)
{
    carried host = {0, 0, 0, 1};
    playgate_transport_hook hook;
    playgate_transport_hook_init(&hook, sizeof hook);
    hook.user = &host;
    hook.start = carry;
    hook.cancel = cancel;
    playgate_kid_options options;
    playgate_kid_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.base_url = "https://game-api.k-id.example/api/v1";
    options.api_key = SECRET_KEY;
    options.request_timeout_ms = 200;
    options.transport = &hook;
    options.connect_timeout_ms = 1000;
    playgate_kid kid = 9;
    CHECK_FAILS(playgate_kid_open(&options, &kid), PLAYGATE_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(kid, 0);
    options.connect_timeout_ms = 0;
    CHECK_OK(playgate_kid_open(&options, &kid));
    playgate_kid_answer answer = 0;
    CHECK_OK(playgate_kid_get_session_blocking(kid, "s-1", NULL, &answer));
    CHECK_EQ(take_info(answer).kind, PLAYGATE_KID_SESSION);
    CHECK(host.started == 1 && host.had_key == 1 && host.cancelled == 0);
    /* A host that never answers is given up, and told so. */
    host.answers = 0;
    CHECK_FAILS(playgate_kid_get_session_blocking(kid, "s-1", NULL, &answer), PLAYGATE_ERROR_TIMED_OUT);
    CHECK(host.started == 2 && host.cancelled == 1);
    CHECK_OK(playgate_kid_close(kid, 5000));
}

int main(int argc, char **argv)
{
    require(argc == 2 || argc == 7, "argv[1] is the header, argv[2] to argv[6] a k-ID");
    CHECK((playgate_build_flags() & PLAYGATE_BUILD_TRUSTED_SERVER) != 0);
    playgate_log_hook hook;
    playgate_log_hook_init(&hook, sizeof hook);
    hook.write = look_at_line;
    hook.level = PLAYGATE_LOG_DEBUG;
    CHECK_OK(playgate_set_log_hook(&hook));
    if (argc == 7) {
        live(argv);
    }
    server *fake = server_start();
    playgate_kid kid = open_kid(server_url(fake), SECRET_KEY, 0);
    answers(fake, kid);
    CHECK_OK(playgate_kid_close(kid, 5000));
    time_runs_out(fake);
    server_stop(fake);
    hosts_http();
    webhooks();
    abuse_trusted(argv[1]);
    CHECK_EQ(dirty_lines, 0);
    CHECK_OK(playgate_shutdown(5000));
    return finish();
}
