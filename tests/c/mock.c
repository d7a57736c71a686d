/*
 * A game's own tests, without a server and without a socket: a mock transport answers by a script, with threads and
 * without, and single features are overridden. For a library with PLAYGATE_BUILD_MOCK.
 */
#include "play.h"

#include <pthread.h>
#include <stdbool.h>

#define URL "https://studio.example"
#define ID "sid-planted-1"
#define CHALLENGE "c-planted-1"
#define SESSION_PATH "/api/session/" ID
#define STATUS_PATH "/api/challenge/" CHALLENGE "/status"
#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT
#define STALE PLAYGATE_ERROR_INVALID_HANDLE
#define WITH(tag, voice, ads)                                                                                          \
    SESSION(ID, tag, PERMISSION("voice-chat", voice, "GUARDIAN") "," PERMISSION("targeted-ads", ads, "GUARDIAN"))
#define WALL_MS INT64_C(1790000000000)
#define ROUNDS 300

/* -- A clock that the test moves, and a log that it reads ----------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t moved_ms;
static int override_lines;
static int secret_lines;

static uint64_t monotonic_ms(void *user)
{
    (void)user;
    (void)pthread_mutex_lock(&lock);
    const uint64_t now = moved_ms + 1000;
    (void)pthread_mutex_unlock(&lock);
    return now;
}

static int64_t wall_ms(void *user)
{
    return WALL_MS + (int64_t)monotonic_ms(user);
}

static void move_clock(uint64_t ms)
{
    (void)pthread_mutex_lock(&lock);
    moved_ms += ms;
    (void)pthread_mutex_unlock(&lock);
}

static void take_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    (void)target;
    (void)pthread_mutex_lock(&lock);
    secret_lines += has_secret(text);
    override_lines += level == PLAYGATE_LOG_WARN && strstr(text, "is overridden") != NULL;
    (void)pthread_mutex_unlock(&lock);
}

/* -- Short ways to script and to look ------------------------------------------------------------------------------- */

static void answer(playgate_mock mock, const char *method, const char *path, uint32_t status, const char *body)
{
    CHECK_OK(playgate_mock_answer(mock, method, path, status, NULL, 0, body, strlen(body)));
}

static void answer_once(playgate_mock mock, const char *method, const char *path, uint32_t status, const char *body)
{
    CHECK_OK(playgate_mock_answer_once(mock, method, path, status, NULL, 0, body, strlen(body)));
}

static void serve(playgate_mock mock, const char *session)
{
    CHECK_OK(playgate_mock_session(mock, session, strlen(session)));
}

static size_t count(playgate_mock mock, const char *method, const char *path)
{
    size_t number = 99;
    CHECK_OK(playgate_mock_count(mock, method, path, &number));
    return number;
}

/* The newest request of that method to that URL. */
static playgate_mock_request_info newest(playgate_mock mock, const char *method, const char *url)
{
    playgate_mock_request_info info;
    playgate_mock_request_info_init(&info, sizeof info);
    for (size_t at = count(mock, NULL, NULL); at-- > 0;) {
        CHECK_OK(playgate_mock_request(mock, at, &info));
        if (strcmp(info.method.ptr, method) == 0 && strcmp(info.url.ptr, url) == 0) {
            return info;
        }
    }
    require(0, "there was such a request");
    return info;
}

static const char *header_of(const playgate_mock_request_info *info, const char *name)
{
    for (uint32_t i = 0; i < info->header_count; i++) {
        if (strcmp(info->headers[i].name, name) == 0) {
            return info->headers[i].value;
        }
    }
    return "";
}

static playgate_mock create(void)
{
    playgate_mock mock = 0;
    CHECK_OK(playgate_mock_create(&mock));
    require(mock != 0, "there is a mock transport");
    return mock;
}

static void open_with(play *game, playgate_mock mock, const char *player, const char *folder, uint32_t flags)
{
    static playgate_clock_hook clock_hook;
    playgate_transport_hook hook;
    playgate_clock_hook_init(&clock_hook, sizeof clock_hook);
    clock_hook.wall_ms = wall_ms;
    clock_hook.monotonic_ms = monotonic_ms;
    playgate_transport_hook_init(&hook, sizeof hook);
    CHECK_OK(playgate_mock_transport(mock, &hook));
    playgate_client_options options = play_options(player, folder, URL);
    options.transport = &hook;
    options.clock = &clock_hook;
    options.flags |= flags;
    require(play_open(game, &options) == PLAYGATE_OK, "a client opens");
}

/* A client that has this session, stored and bound. */
static void open_adopted(play *game, playgate_mock mock, const char *folder, uint32_t flags, const char *session)
{
    serve(mock, session);
    open_with(game, mock, SECRET_PLAYER, folder, flags);
    CHECK_OK(play_adopt(game, session));
    WAIT_DOING(20000, play_pump(game), count(mock, "PUT", "/api/session") == 1);
    CHECK_OK(play_refresh(game));
}

/* Retries take their time; this clock has it. */
static playgate_result wait_moving(play *game, playgate_request request)
{
    WAIT_DOING(20000, (move_clock(1000), play_pump(game)), play_done(game, request) != NULL);
    return play_done(game, request) ? play_done(game, request)->result : PLAYGATE_PENDING;
}

static playgate_request refresh(play *game)
{
    playgate_request request = 0;
    CHECK_OK(playgate_client_refresh_after_push(game->client, &request));
    return request;
}

/* -- The story ------------------------------------------------------------------------------------------------------ */

static void a_parent_is_asked(play *game, playgate_mock mock)
{
    playgate_permission_request asked;
    playgate_request request = 0;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("voice-chat");
    answer_once(mock, "POST", "/api/request-permission", 200,
                "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":{\"challengeId\":\"" CHALLENGE
                "\",\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"" SECRET_SITE "/authorize?otp=" SECRET_CODE
                "\",\"oneTimePassword\":\"" SECRET_CODE "\"}}");
    answer(mock, "GET", "/api/challenge/*", 200, "{\"challengeId\":\"" CHALLENGE "\",\"status\":\"IN_PROGRESS\"}");
    CHECK_OK(playgate_client_request_permission(game->client, &asked, &request));
    CHECK_RESULT(play_wait(game, request), PLAYGATE_CHALLENGE_OPEN);
    CHECK_EQ(play_decide(game, "voice-chat").reason, PLAYGATE_REASON_PENDING);
    CHECK_EQ(count(mock, "POST", NULL), 1);
    CHECK(strstr(newest(mock, "POST", URL "/api/request-permission").body.ptr, "voice-chat") != NULL);
    move_clock(6000);
    WAIT_DOING(20000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_WAITING) == 1);
    CHECK(count(mock, "GET", STATUS_PATH) >= 1);
    CHECK_OK(play_flush(game));
    /* A whole path comes before one with a star. */
    answer(mock, "GET", STATUS_PATH, 200,
           "{\"challengeId\":\"" CHALLENGE "\",\"status\":\"PASS\",\"sessionId\":\"" ID "\"}");
    serve(mock, WITH("t3", "true", "false"));
    move_clock(60000);
    WAIT_DOING(20000, play_pump(game), play_access(game, "voice-chat") == PLAYGATE_ACCESS_ALLOWED);
    WAIT_DOING(20000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_ENABLED) == 1);
    CHECK_OK(play_flush(game));
}

static void a_whole_story(uint32_t flags)
{
    play game;
    playgate_notice notice = 0;
    playgate_notice_info info;
    const playgate_mock mock = create();
    /* What is not scripted is not found; then the server knows of no session. */
    open_with(&game, mock, SECRET_PLAYER, NULL, flags);
    WAIT_DOING(20000, play_pump(&game), count(mock, "GET", "/api/session") == 1);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    answer(mock, "GET", "/api/session", 200, "{\"needsConsent\":true}");
    CHECK_OK(wait_moving(&game, refresh(&game)));
    WAIT_DOING(20000, play_pump(&game), game.news[PLAYGATE_EVENT_CONSENT_NEEDED] == 1);

    /* The consent flow gives a session. */
    serve(mock, WITH("t1", "false", "true"));
    CHECK_OK(play_adopt(&game, WITH("t1", "false", "true")));
    WAIT_DOING(20000, play_pump(&game), count(mock, "PUT", "/api/session") == 1);
    const playgate_mock_request_info put = newest(mock, "PUT", URL "/api/session");
    CHECK(strstr(put.body.ptr, ID) != NULL && put.body.len == strlen(put.body.ptr));
    CHECK_TEXT(header_of(&put, "Authorization"), "Bearer " SECRET_TOKEN);
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_access(&game, "targeted-ads"), PLAYGATE_ACCESS_ALLOWED);

    /* A parent takes something away: the next refresh shows it, and the player is told. */
    serve(mock, WITH("t2", "false", "false"));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "targeted-ads"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_client_notice(game.client, &notice));
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(playgate_notice_get_info(notice, &info));
    CHECK_EQ(info.kind, PLAYGATE_NOTICE_RESTRICTED);
    CHECK_OK(playgate_notice_free(notice));
    CHECK_OK(play_acknowledge(&game));
    CHECK_RESULT(playgate_client_notice(game.client, &notice), PLAYGATE_NO_NOTICE);

    a_parent_is_asked(&game, mock);
    play_close(&game);
    CHECK_OK(playgate_mock_free(mock));
}

/* -- Trouble -------------------------------------------------------------------------------------------------------- */

static void a_server_fails(uint32_t flags)
{
    static const playgate_result reasons[] = {
        PLAYGATE_ERROR_UNREACHABLE, PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_NOT_PERMITTED,
    };
    play game;
    const playgate_mock mock = create();
    open_adopted(&game, mock, NULL, flags, WITH("t1", "true", "true"));
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        CHECK_OK(playgate_mock_fail(mock, "GET", SESSION_PATH, reasons[i]));
        CHECK_RESULT(wait_moving(&game, refresh(&game)), reasons[i]);
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
        serve(mock, WITH("t1", "true", "true"));
        move_clock(3600000);
        CHECK_OK(wait_moving(&game, refresh(&game)));
    }
    /* Statuses and headers are the script's: the server asks for more time than a refresh has. */
    const playgate_http_header later = {"Retry-After", "100000"};
    CHECK_OK(playgate_mock_answer(mock, "GET", SESSION_PATH, 503, &later, 1, "{}", 2));
    playgate_request request = refresh(&game);
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_SERVER);
    CHECK_EQ(play_done(&game, request) ? play_done(&game, request)->http_status : 0, 503);
    play_close(&game);
    CHECK_OK(playgate_mock_free(mock));
}

static void requests_are_held(uint32_t flags)
{
    play game;
    const playgate_mock mock = create();
    open_adopted(&game, mock, NULL, flags, WITH("t1", "false", "true"));
    const size_t before = count(mock, "GET", SESSION_PATH);
    CHECK_OK(playgate_mock_hold(mock, NULL, "/api/*"));
    playgate_request request = refresh(&game);
    WAIT_DOING(20000, play_pump(&game), count(mock, "GET", SESSION_PATH) == before + 1);
    for (int frame = 0; frame < 10; frame++) {
        play_pump(&game);
    }
    CHECK(play_done(&game, request) == NULL);
    /* The answer is what the script says at the release. */
    serve(mock, WITH("t2", "true", "true"));
    CHECK_OK(playgate_mock_release(mock));
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(play_refresh(&game));

    /* One that is cancelled while it is held is not answered any more. */
    CHECK_OK(playgate_mock_hold(mock, "GET", SESSION_PATH));
    request = refresh(&game);
    WAIT_DOING(20000, play_pump(&game), count(mock, "GET", SESSION_PATH) == before + 3);
    CHECK_OK(playgate_client_cancel(game.client, request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_CANCELLED);
    CHECK_OK(playgate_mock_release(mock));
    CHECK_OK(play_refresh(&game));

    /* A client that is closed while something is held. */
    CHECK_OK(playgate_mock_hold(mock, "GET", "*"));
    (void)refresh(&game);
    WAIT_DOING(20000, play_pump(&game), count(mock, "GET", SESSION_PATH) == before + 5);
    play_close(&game);
    CHECK_OK(playgate_mock_release(mock));
    CHECK_OK(playgate_mock_free(mock));
}

static void a_mock_is_freed_first(uint32_t flags)
{
    play game;
    playgate_transport_hook hook;
    const playgate_mock mock = create();
    open_adopted(&game, mock, NULL, flags, WITH("t1", "true", "true"));
    playgate_transport_hook_init(&hook, sizeof hook);
    CHECK_OK(playgate_mock_transport(mock, &hook));
    CHECK_OK(playgate_mock_hold(mock, "GET", SESSION_PATH));
    const size_t before = count(mock, "GET", SESSION_PATH);
    const playgate_request held = refresh(&game);
    WAIT_DOING(20000, play_pump(&game), count(mock, "GET", SESSION_PATH) == before + 1);
    CHECK_OK(playgate_mock_free(mock));
    CHECK_RESULT(wait_moving(&game, held), PLAYGATE_ERROR_UNREACHABLE);
    move_clock(3600000);
    CHECK_RESULT(wait_moving(&game, refresh(&game)), PLAYGATE_ERROR_UNREACHABLE);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);

    /* Neither the handle nor the hook is anything but an error. */
    hook.start(hook.user, 4711, NULL);
    hook.cancel(hook.user, 4711);
    size_t number = 9;
    playgate_mock_request_info info;
    playgate_mock_request_info_init(&info, sizeof info);
    const playgate_mock bad[] = {mock, game.client, 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_FAILS(playgate_mock_free(bad[i]), STALE);
        CHECK_FAILS(playgate_mock_transport(bad[i], &hook), STALE);
        CHECK(!hook.start && !hook.cancel && !hook.user);
        CHECK_FAILS(playgate_mock_answer(bad[i], "GET", "/", 200, NULL, 0, NULL, 0), STALE);
        CHECK_FAILS(playgate_mock_answer_once(bad[i], "GET", "/", 200, NULL, 0, NULL, 0), STALE);
        CHECK_FAILS(playgate_mock_fail(bad[i], "GET", "/", PLAYGATE_ERROR_TLS), STALE);
        CHECK_FAILS(playgate_mock_hold(bad[i], "GET", "/"), STALE);
        CHECK_FAILS(playgate_mock_release(bad[i]), STALE);
        CHECK_FAILS(playgate_mock_count(bad[i], "GET", "/", &number), STALE);
        CHECK_EQ(number, 0);
        CHECK_FAILS(playgate_mock_request(bad[i], 0, &info), STALE);
        CHECK_FAILS(playgate_mock_clear(bad[i]), STALE);
        CHECK_FAILS(playgate_mock_session(bad[i], WITH("t", "true", "true"), sizeof WITH("t", "true", "true") - 1), STALE);
    }
    CHECK_OK(playgate_mock_free(0));
}

static void what_is_no_script_is_refused(void)
{
    static const char *const bad_paths[] = {"", "api", "/a*b", "**", "/a?b=c", "/a#b", "https://studio.example/a", "\xff"};
    static const char *const bad_methods[] = {"", "get", "DELETE", "\xff"};
    const playgate_mock mock = create();
    size_t number = 9;
    for (size_t i = 0; i < sizeof bad_paths / sizeof bad_paths[0]; i++) {
        CHECK_FAILS(playgate_mock_answer(mock, NULL, bad_paths[i], 200, NULL, 0, NULL, 0), INVALID);
        CHECK_FAILS(playgate_mock_fail(mock, NULL, bad_paths[i], PLAYGATE_ERROR_TLS), INVALID);
        CHECK_FAILS(playgate_mock_hold(mock, NULL, bad_paths[i]), INVALID);
        CHECK_FAILS(playgate_mock_count(mock, NULL, bad_paths[i], &number), INVALID);
    }
    for (size_t i = 0; i < sizeof bad_methods / sizeof bad_methods[0]; i++) {
        CHECK_FAILS(playgate_mock_answer_once(mock, bad_methods[i], "/a", 200, NULL, 0, NULL, 0), INVALID);
        CHECK_FAILS(playgate_mock_hold(mock, bad_methods[i], "/a"), INVALID);
    }
    const playgate_http_header nothing = {NULL, NULL};
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 99, NULL, 0, NULL, 0), INVALID);
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 1000, NULL, 0, NULL, 0), INVALID);
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 200, NULL, 1, NULL, 0), INVALID);
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 200, &nothing, 1, NULL, 0), INVALID);
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 200, NULL, 0, NULL, 1), INVALID);
    CHECK_FAILS(playgate_mock_answer(mock, "GET", "/a", 200, NULL, 0, "{}", SIZE_MAX), INVALID);
    CHECK_FAILS(playgate_mock_fail(mock, "GET", "/a", PLAYGATE_OK), INVALID);
    CHECK_FAILS(playgate_mock_fail(mock, "GET", "/a", PLAYGATE_ERROR_PANIC), INVALID);
    CHECK_FAILS(playgate_mock_session(mock, "{}", 2), PLAYGATE_ERROR_INVALID_SESSION);
    CHECK_FAILS(playgate_mock_session(mock, NULL, 2), INVALID);
    CHECK_FAILS(playgate_mock_create(NULL), INVALID);
    CHECK_FAILS(playgate_mock_transport(mock, NULL), INVALID);
    CHECK_FAILS(playgate_mock_count(mock, NULL, NULL, NULL), INVALID);
    CHECK_FAILS(playgate_mock_request(mock, 0, NULL), INVALID);
    playgate_mock_request_info info;
    playgate_mock_request_info_init(&info, sizeof info);
    CHECK_FAILS(playgate_mock_request(mock, 0, &info), PLAYGATE_ERROR_NOT_FOUND);
    CHECK(info.headers == NULL && info.url.len == 0 && info.method.ptr[0] == '\0');
    /* None of that has left anything behind. */
    play game;
    open_with(&game, mock, "somebody", NULL, PLAYGATE_CLIENT_NO_THREADS);
    WAIT_DOING(20000, play_pump(&game), count(mock, NULL, NULL) == 1);
    CHECK_OK(playgate_mock_clear(mock));
    CHECK_EQ(count(mock, NULL, NULL), 0);
    play_close(&game);
    CHECK_OK(playgate_mock_free(mock));
}

/* -- Overrides ------------------------------------------------------------------------------------------------------ */

static const struct {
    playgate_access access;
    playgate_reason reason;
    playgate_next_step next_step;
} looks[] = {
    {PLAYGATE_ACCESS_UNAVAILABLE, PLAYGATE_REASON_NOT_IN_SESSION, PLAYGATE_NEXT_NOTHING},
    {PLAYGATE_ACCESS_ASK_PARENT, PLAYGATE_REASON_PARENT, PLAYGATE_NEXT_ASK_PARENT},
    {PLAYGATE_ACCESS_VERIFY_AGE, PLAYGATE_REASON_AGE_VERIFICATION, PLAYGATE_NEXT_VERIFY_AGE},
    {PLAYGATE_ACCESS_PLAYER_MAY_ENABLE, PLAYGATE_REASON_PLAYER_CHOICE, PLAYGATE_NEXT_ENABLE},
    {PLAYGATE_ACCESS_PROHIBITED, PLAYGATE_REASON_PROHIBITED, PLAYGATE_NEXT_NOTHING},
    {PLAYGATE_ACCESS_ALLOWED, PLAYGATE_REASON_NONE, PLAYGATE_NEXT_NOTHING},
};

/* Table, frame path and decision say the same. */
static void check_access(const play *game, const playgate_cell *table, playgate_access access)
{
    const playgate_feature voice = feature("voice-chat");
    CHECK_EQ(playgate_client_access(game->client, voice), access);
    CHECK_EQ(playgate_client_allowed(game->client, voice), access == PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(playgate_table_access(table, PLAYGATE_TABLE_CELLS, voice), access);
    CHECK_EQ(play_decide(game, "voice-chat").access, access);
}

static void features_are_overridden(uint32_t flags)
{
    play game, other;
    const playgate_cell *table = NULL;
    uint32_t cells = 0;
    const char *folder = temporary_folder();
    const playgate_feature voice = feature("voice-chat");
    const playgate_mock mock = create();
    open_adopted(&game, mock, folder, flags, WITH("t1", "false", "true"));
    open_with(&other, mock, "another", NULL, flags);
    WAIT_DOING(20000, play_pump(&other), play_access(&other, "voice-chat") == PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_client_table(game.client, &table, &cells));
    check_access(&game, table, PLAYGATE_ACCESS_ASK_PARENT);
    override_lines = 0;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        CHECK_OK(playgate_client_override_feature(game.client, voice, looks[i].access));
        check_access(&game, table, looks[i].access);
        const playgate_decision decision = play_decide(&game, "voice-chat");
        CHECK_EQ(decision.reason, looks[i].reason);
        CHECK_EQ(decision.next_step, looks[i].next_step);
        CHECK_EQ(decision.text.len == 0, looks[i].access == PLAYGATE_ACCESS_ALLOWED);
    }
    CHECK_EQ(override_lines, 6);

    /* Neither a refresh, nor what it tightens and loosens, nor another session or none lifts it. */
    static const char *const sessions[] = {WITH("t2", "true", "false"), WITH("t3", "false", "false"),
                                           WITH("t4", "false", "true")};
    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        serve(mock, sessions[i]);
        CHECK_OK(play_refresh(&game));
        check_access(&game, table, PLAYGATE_ACCESS_ALLOWED);
    }
    CHECK_EQ(play_access(&game, "targeted-ads"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(playgate_client_override_feature(game.client, voice, PLAYGATE_ACCESS_PROHIBITED));
    serve(mock, WITH("t5", "true", "false"));
    CHECK_OK(play_refresh(&game));
    check_access(&game, table, PLAYGATE_ACCESS_PROHIBITED);
    CHECK_EQ(play_access(&game, "targeted-ads"), PLAYGATE_ACCESS_ASK_PARENT);

    /* It is this client's alone, and goes by the session again when it is cleared. */
    CHECK_EQ(play_access(&other, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_client_clear_overrides(game.client));
    check_access(&game, table, PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_NONE);
    CHECK_OK(playgate_client_clear_overrides(game.client));

    CHECK_FAILS(playgate_client_override_feature(game.client, voice, -1), INVALID);
    CHECK_FAILS(playgate_client_override_feature(game.client, voice, 6), INVALID);
    CHECK_FAILS(playgate_client_override_feature(game.client, 0, 1), INVALID);
    CHECK_FAILS(playgate_client_override_feature(game.client, 1000, 1), INVALID);
    CHECK_FAILS(playgate_client_override_feature(0, voice, 1), STALE);
    CHECK_FAILS(playgate_client_override_feature(mock, voice, 1), STALE);
    CHECK_FAILS(playgate_client_clear_overrides(0), STALE);
    check_access(&game, table, PLAYGATE_ACCESS_ALLOWED);

    /* A closed client denies all the same, and the next start knows nothing of it: it was not stored. */
    CHECK_OK(playgate_client_override_feature(game.client, feature("mods"), PLAYGATE_ACCESS_ALLOWED));
    CHECK_EQ(play_access(&game, "mods"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(play_flush(&game));
    const playgate_client closed = game.client;
    play_close(&game);
    CHECK_EQ(playgate_client_allowed(closed, feature("mods")), 0);
    CHECK_EQ(playgate_table_access(table, PLAYGATE_TABLE_CELLS, feature("mods")), 0);
    CHECK_FAILS(playgate_client_override_feature(closed, voice, 1), STALE);
    open_with(&game, mock, SECRET_PLAYER, folder, flags);
    CHECK_EQ(play_access(&game, "mods"), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
    play_close(&other);
    CHECK_OK(playgate_mock_free(mock));
}

/* -- Many threads at one script ------------------------------------------------------------------------------------- */

typedef struct scripter {
    pthread_t thread;
    playgate_mock mock;
    /* Checks are the main thread's. */
    int failed;
} scripter;

static void *script_on(void *user)
{
    scripter *self = user;
    static const char session[] = WITH("t1", "true", "true");
    size_t number = 0;
    playgate_mock_request_info info;
    playgate_mock_request_info_init(&info, sizeof info);
    for (int round = 0; round < ROUNDS; round++) {
        self->failed += playgate_mock_hold(self->mock, "GET", SESSION_PATH) != PLAYGATE_OK;
        self->failed += playgate_mock_session(self->mock, session, sizeof session - 1) != PLAYGATE_OK;
        self->failed += playgate_mock_count(self->mock, NULL, "*", &number) != PLAYGATE_OK || number == 0;
        self->failed += playgate_mock_request(self->mock, 0, &info) != PLAYGATE_OK || info.url.len == 0;
        self->failed += playgate_mock_release(self->mock) != PLAYGATE_OK;
    }
    return NULL;
}

static void threads_share_a_script(void)
{
    play game;
    scripter scripters[3];
    const playgate_mock mock = create();
    open_adopted(&game, mock, NULL, 0, WITH("t1", "true", "true"));
    for (size_t i = 0; i < 3; i++) {
        scripters[i].mock = mock;
        scripters[i].failed = 0;
        require(pthread_create(&scripters[i].thread, NULL, script_on, &scripters[i]) == 0, "a thread starts");
    }
    for (int round = 0; round < 20; round++) {
        const playgate_request request = refresh(&game);
        WAIT_DOING(20000, play_pump(&game), play_done(&game, request) != NULL || playgate_mock_release(mock) != PLAYGATE_OK);
    }
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(pthread_join(scripters[i].thread, NULL), 0);
        CHECK_EQ(scripters[i].failed, 0);
    }
    CHECK_OK(playgate_mock_release(mock));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
    CHECK_OK(playgate_mock_free(mock));
}

int main(void)
{
    static const uint32_t ways[] = {0, PLAYGATE_CLIENT_NO_THREADS};
    playgate_log_hook hook;
    require((playgate_build_flags() & PLAYGATE_BUILD_MOCK) != 0, "the library is built for tests of games");
    playgate_log_hook_init(&hook, sizeof hook);
    hook.level = PLAYGATE_LOG_DEBUG;
    hook.write = take_line;
    CHECK_OK(playgate_set_log_hook(&hook));
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        a_whole_story(ways[i]);
        a_server_fails(ways[i]);
        requests_are_held(ways[i]);
        a_mock_is_freed_first(ways[i]);
        features_are_overridden(ways[i]);
    }
    what_is_no_script_is_refused();
    threads_share_a_script();
    (void)pthread_mutex_lock(&lock);
    CHECK_EQ(secret_lines, 0);
    (void)pthread_mutex_unlock(&lock);
    return finish();
}
