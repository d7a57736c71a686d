/*
 * From the parent's change to the player: each change is told once, in its own notice, whatever crashes or comes
 * between; what got tighter counts at once; nothing is sent unasked, and nothing secret is said.
 */
#include <pthread.h>

#include "play.h"
#include "server.h"

#define ID "sid-planted-1"
#define PATH "/api/session/" ID
#define ON(name) PERMISSION(name, "true", "GUARDIAN")
#define OFF(name) PERMISSION(name, "false", "GUARDIAN")
#define VOICE_TEXT_MODS(tag, voice, text, mods)                                                                        \
    SESSION(ID, tag, voice("voice-chat") "," text("text-chat") "," mods("custom-mods"))

static const char on_on_off[] = VOICE_TEXT_MODS("t1", ON, ON, OFF);

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t log_lines;
static char log_leak[512];

static void take_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)pthread_mutex_lock(&log_lock);
    log_lines++;
    if (user != &log_lines || level < PLAYGATE_LOG_ERROR || level > PLAYGATE_LOG_DEBUG || target[0] == '\0' ||
        has_secret(text) || has_secret(target) || strstr(text, "sid-planted")) {
        (void)snprintf(log_leak, sizeof log_leak, "[%s] %s", target, text);
    }
    /* What may be called from inside a hook works, everything else refuses. */
    if (playgate_abi_version() != PLAYGATE_ABI_VERSION || playgate_client_allowed(0, 1) != 0 ||
        playgate_set_log_level(PLAYGATE_LOG_DEBUG) != PLAYGATE_ERROR_BUSY) {
        (void)snprintf(log_leak, sizeof log_leak, "a call from inside the hook: %s", playgate_last_error());
    }
    (void)pthread_mutex_unlock(&log_lock);
}

static void set_log(void)
{
    playgate_log_hook hook;
    playgate_log_hook_init(&hook, sizeof hook);
    hook.level = PLAYGATE_LOG_DEBUG;
    hook.user = &log_lines;
    hook.write = take_line;
    CHECK_OK(playgate_set_log_hook(&hook));
    CHECK_FAILS(playgate_set_log_hook(&hook), PLAYGATE_ERROR_INVALID_STATE);
}

/* The notice now: its kind, and what is off and on, by names in one text, as "off voice-chat on custom-mods ". */
static playgate_notice_kind notice_now(const play *game, char *out, size_t capacity)
{
    playgate_notice notice = 1;
    out[0] = '\0';
    const playgate_result result = playgate_client_notice(game->client, &notice);
    if (result == PLAYGATE_NO_NOTICE) {
        CHECK_EQ(notice, 0);
        return PLAYGATE_NOTICE_NONE;
    }
    CHECK_OK(result);
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(playgate_notice_get_info(notice, &info));
    CHECK(info.title.len > 0 && info.message.len > 0);
    CHECK(!has_secret(info.message.ptr));
    static const char *const words[] = {"off", "on", "may"};
    const uint32_t counts[] = {info.off_count, info.on_count, info.may_choose_count};
    size_t len = 0;
    for (playgate_notice_list list = 0; list < 3; list++) {
        playgate_text name;
        playgate_text shown;
        size_t at = 0;
        for (; playgate_notice_get_feature(notice, list, at, &name, &shown) == PLAYGATE_OK; at++) {
            const int more = snprintf(out + len, capacity - len, "%s %s ", words[list], name.ptr);
            len += more > 0 ? (size_t)more : 0;
            CHECK_EQ(strstr(info.message.ptr, shown.ptr) != NULL, info.kind != PLAYGATE_NOTICE_SESSION_ENDED);
        }
        CHECK_EQ(at, counts[list]);
    }
    CHECK_OK(playgate_notice_free(notice));
    return info.kind;
}

#define EXPECT_NOTICE(game, kind, features)                                                                            \
    do {                                                                                                               \
        char said[512];                                                                                                \
        CHECK_EQ(notice_now((game), said, sizeof said), (kind));                                                       \
        CHECK_TEXT(said, (features));                                                                                  \
    } while (0)

/* A client with the session adopted and bound, and a server that has it. */
static void start_with_session(play *game, server *backend, const char *folder, const char *session)
{
    char changed[4096];
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session);
    server_answer(backend, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
    server_answer(backend, "PUT", "/api/session", 200, "", changed);
    server_answer(backend, "GET", PATH, 200, "", changed);
    play_start(game, SECRET_PLAYER, folder, server_url(backend));
    WAIT_DOING(20000, play_pump(game), game->news[PLAYGATE_EVENT_CONSENT_NEEDED] == 1);
    CHECK_EQ(play_decide(game, "voice-chat").next_step, PLAYGATE_NEXT_START_AGE_GATE);
    CHECK_OK(play_adopt(game, session));
    CHECK_OK(play_refresh(game));
    CHECK_OK(play_flush(game));
    char head[8192];
    server_request(backend, server_count(backend) - 1, head, sizeof head);
    CHECK(strstr(head, "Bearer " SECRET_TOKEN) != NULL);
    EXPECT_NOTICE(game, PLAYGATE_NOTICE_NONE, "");
}

static void a_change_between_showing_and_acknowledging(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, NULL, on_on_off);
    CHECK_FAILS(play_acknowledge(&game), PLAYGATE_ERROR_INVALID_STATE);

    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, OFF)));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 1);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_RESTRICTED, "off voice-chat ");
    /* The dialog is open, and the parent switches off one more. */
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t3", OFF, OFF, OFF)));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 2);
    CHECK_OK(play_acknowledge(&game));
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_RESTRICTED, "off text-chat ");
    CHECK_OK(play_acknowledge(&game));
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");

    /* Three changes before the dialog make one dialog. */
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t4", ON, OFF, OFF)));
    CHECK_OK(play_refresh(&game));
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t5", ON, ON, OFF)));
    CHECK_OK(play_refresh(&game));
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_OPENED_UP, "on voice-chat on text-chat ");
    CHECK_OK(play_acknowledge(&game));
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");

    /* Off and on again is nothing to tell. */
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t6", OFF, ON, OFF)));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t7", ON, ON, OFF)));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");
    playgate_changes changes = 0;
    size_t count = 9;
    CHECK_OK(playgate_client_changes(game.client, &changes));
    CHECK_OK(playgate_changes_count(changes, &count));
    CHECK_EQ(count, 0);
    CHECK_OK(playgate_changes_free(changes));
    play_close(&game);
    server_stop(backend);
}

static void look_for_secrets(const char *path, void *user)
{
    size_t len = 0;
    unsigned char *bytes = read_whole(path, &len);
    char *text = malloc(len + 1);
    require(text != NULL, "there is memory");
    for (size_t i = 0; i < len; i++) {
        text[i] = bytes[i] ? (char)bytes[i] : ' ';
    }
    text[len] = '\0';
    CHECK(!has_secret(text));
    CHECK(!has_secret(path) && !strstr(path, "kim") && !strstr(path, "planted"));
    *(size_t *)user += strstr(text, "voice-chat") ? 1u : 0u;
    free(text);
    free(bytes);
}

static void a_crash_before_acknowledging(void)
{
    const char *folder = temporary_folder();
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, folder, on_on_off);
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, ON)));
    CHECK_OK(play_refresh(&game));
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_MIXED, "off voice-chat on custom-mods ");
    play_close(&game);

    for (int restart = 0; restart < 2; restart++) {
        play_start(&game, SECRET_PLAYER, folder, NULL);
        play_pump(&game);
        CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 1);
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
        CHECK_EQ(play_access(&game, "custom-mods"), PLAYGATE_ACCESS_ALLOWED);
        EXPECT_NOTICE(&game, PLAYGATE_NOTICE_MIXED, "off voice-chat on custom-mods ");
        if (restart == 1) {
            CHECK_OK(play_acknowledge(&game));
        }
        play_close(&game);
    }
    play_start(&game, SECRET_PLAYER, folder, NULL);
    play_pump(&game);
    CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 0);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");
    play_close(&game);

    size_t records = 0;
    (void)each_file(folder, look_for_secrets, &records);
    CHECK_EQ(records, 1);
    server_stop(backend);
}

static void tighter_counts_at_once_looser_with_the_pump(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, temporary_folder(), on_on_off);
    const playgate_cell *table = NULL;
    uint32_t len = 0;
    CHECK_OK(playgate_client_table(game.client, &table, &len));
    const playgate_feature voice = feature("voice-chat");
    const playgate_feature mods = feature("custom-mods");
    CHECK_EQ(playgate_table_allowed(table, len, voice), 1);
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, ON)));
    playgate_request request = 0;
    CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
    /* Nobody pumps: the denial comes all the same, the allowance does not. */
    WAIT_UNTIL(20000, playgate_client_allowed(game.client, voice) == 0);
    CHECK_EQ(playgate_table_access(table, len, voice), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_decide(&game, "voice-chat").access, PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(playgate_client_allowed(game.client, mods), 0);
    CHECK_EQ(playgate_table_access(table, len, mods), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(playgate_client_allowed(game.client, mods), 1);
    CHECK_EQ(playgate_table_allowed(table, len, mods), 1);
    CHECK_EQ(playgate_client_allowed(game.client, voice), 0);
    play_close(&game);
    CHECK_EQ(playgate_table_access(table, len, mods), PLAYGATE_ACCESS_UNAVAILABLE);
    server_stop(backend);
}

static void check_ended(play *game, const char *folder)
{
    CHECK_EQ(game->news[PLAYGATE_EVENT_SESSION_ENDED], 1);
    CHECK_EQ(game->news[PLAYGATE_EVENT_NOTICE_READY], 1);
    for (int restart = 0; restart < 2; restart++) {
        CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
        CHECK_EQ(play_decide(game, "voice-chat").next_step, PLAYGATE_NEXT_START_AGE_GATE);
        CHECK_EQ(play_decide(game, "voice-chat").reason, PLAYGATE_REASON_SESSION_ENDED);
        playgate_session none = 1;
        CHECK_FAILS(playgate_client_session(game->client, &none), PLAYGATE_ERROR_NOT_FOUND);
        CHECK_EQ(none, 0);
        EXPECT_NOTICE(game, PLAYGATE_NOTICE_SESSION_ENDED, "off voice-chat off text-chat ");
        if (restart == 1) {
            CHECK_OK(play_acknowledge(game));
        }
        play_close(game);
        play_start(game, SECRET_PLAYER, folder, NULL);
        play_pump(game);
        CHECK_EQ(game->news[PLAYGATE_EVENT_SESSION_ENDED], restart == 0);
    }
    EXPECT_NOTICE(game, PLAYGATE_NOTICE_NONE, "");
    CHECK_EQ(play_decide(game, "voice-chat").reason, PLAYGATE_REASON_NO_SESSION);
    CHECK_EQ(play_decide(game, "voice-chat").next_step, PLAYGATE_NEXT_START_AGE_GATE);
    /* A new consent brings the features back, without a word about the old session. */
    CHECK_OK(play_adopt(game, SESSION("sid-planted-2", "n1", ON("voice-chat"))));
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_access(game, "text-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    EXPECT_NOTICE(game, PLAYGATE_NOTICE_NONE, "");
    play_close(game);
}

static void a_deleted_session(void)
{
    server *backend = server_start();
    const char *folder = temporary_folder();
    play game;
    start_with_session(&game, backend, folder, on_on_off);
    /* A gateway's errors, and the deletion of another session, delete nothing. */
    server_answer_once(backend, "GET", PATH, 404, "", "{\"error\":\"NOT_FOUND\"}");
    server_answer(backend, "GET", PATH, 200, "", "{\"sessionDeleted\":true,\"sessionId\":\"sid-planted-0\"}");
    CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_PROTOCOL);
    CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_PROTOCOL);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(game.news[PLAYGATE_EVENT_SERVER_UNREACHABLE], 1);
    server_answer(backend, "GET", PATH, 200, "", "{\"sessionDeleted\":true,\"sessionId\":\"" ID "\"}");
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(game.news[PLAYGATE_EVENT_SERVER_REACHABLE], 1);
    check_ended(&game, folder);
    server_stop(backend);
}

static void a_deletion_that_names_no_session(void)
{
    server *backend = server_start();
    const char *folder = temporary_folder();
    play game;
    start_with_session(&game, backend, folder, on_on_off);
    /* One such answer denies, but does not send the family back to consent. */
    server_answer_once(backend, "GET", PATH, 200, "", "{\"sessionDeleted\":true}");
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(play_decide(&game, "voice-chat").next_step, PLAYGATE_NEXT_WAIT);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");
    /* When the next look agrees, it has ended. */
    server_answer(backend, "GET", PATH, 200, "", "{\"sessionDeleted\":true}");
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(game.news[PLAYGATE_EVENT_SESSION_ENDED], 0);
    WAIT_DOING(20000, play_pump(&game), game.news[PLAYGATE_EVENT_SESSION_ENDED] == 1);
    check_ended(&game, folder);
    server_stop(backend);
}

static void a_refused_token(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, NULL, on_on_off);
    server_answer_once(backend, "GET", PATH, 401, "", "");
    playgate_request request = 0;
    CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_UNAUTHORIZED);
    CHECK_EQ(play_done(&game, request)->http_status, 401);
    CHECK_EQ(play_done(&game, request)->operation, PLAYGATE_OPERATION_REFRESH);
    CHECK_EQ(game.news[PLAYGATE_EVENT_TOKEN_REFUSED], 1);
    CHECK_EQ(game.news_result[PLAYGATE_EVENT_TOKEN_REFUSED], PLAYGATE_ERROR_UNAUTHORIZED);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    /* Nothing more is asked with it. */
    const size_t asked = server_count(backend);
    CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_UNAUTHORIZED);
    CHECK_EQ(server_count(backend), asked);
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, OFF)));
    CHECK_OK(playgate_client_set_token(game.client, "another-" SECRET_TOKEN));
    WAIT_DOING(20000, play_pump(&game), game.news[PLAYGATE_EVENT_NOTICE_READY] == 1);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(server_count(backend), asked + 1);
    char head[8192];
    server_request(backend, asked, head, sizeof head);
    CHECK(strstr(head, "Bearer another-" SECRET_TOKEN "\r\n") != NULL);
    play_close(&game);
    server_stop(backend);
}

static void the_poll_floor(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, NULL, on_on_off);
    const size_t asked = server_count(backend);
    playgate_request first = 0;
    playgate_request second = 0;
    CHECK_OK(playgate_client_refresh(game.client, &first));
    CHECK_OK(playgate_client_refresh(game.client, &second));
    CHECK(first != 0 && second != 0 && first != second);
    CHECK_RESULT(play_wait(&game, first), PLAYGATE_TOO_SOON);
    CHECK_RESULT(play_wait(&game, second), PLAYGATE_TOO_SOON);
    CHECK_EQ(server_count(backend), asked);
    play_close(&game);
    server_stop(backend);
}

static void a_cancelled_request(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, NULL, on_on_off);
    server_answer(backend, "GET", PATH, 0, "", "");
    playgate_request requests[3] = {0, 0, 0};
    CHECK_OK(playgate_client_refresh_after_push(game.client, &requests[0]));
    WAIT_DOING(20000, play_pump(&game), server_held(backend) == 1);
    /* One joins what is under way, one wants an answer that is newer. */
    CHECK_OK(playgate_client_refresh(game.client, &requests[1]));
    CHECK_OK(playgate_client_refresh_after_push(game.client, &requests[2]));
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(playgate_client_cancel(game.client, requests[i]));
        CHECK_RESULT(play_wait(&game, requests[i]), PLAYGATE_ERROR_CANCELLED);
        CHECK_OK(playgate_client_cancel(game.client, requests[i]));
    }
    CHECK_OK(playgate_client_cancel(game.client, 0));
    CHECK_OK(playgate_client_cancel(game.client, UINT64_MAX));
    CHECK(play_done(&game, requests[2]) == NULL);
    server_answer(backend, "GET", PATH, 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, OFF)));
    server_release(backend);
    CHECK_OK(play_wait(&game, requests[2]));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_done(&game, requests[0])->times, 1);
    CHECK_EQ(play_done(&game, requests[1])->times, 1);
    play_close(&game);
    server_stop(backend);
}

static void a_late_answer_of_the_session_before(void)
{
    server *backend = server_start();
    play game;
    start_with_session(&game, backend, NULL, on_on_off);
    server_answer(backend, "GET", PATH, 0, "", "");
    playgate_request request = 0;
    CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
    WAIT_DOING(20000, play_pump(&game), server_held(backend) == 1);
    /* Meanwhile a new consent; then the old session's deletion arrives. */
    server_answer(backend, "PUT", "/api/session", 200, "", CHANGED(SESSION("sid-planted-2", "n1", ON("voice-chat"))));
    server_answer(backend, "GET", "/api/session/sid-planted-2", 304, "", "");
    CHECK_OK(play_adopt(&game, SESSION("sid-planted-2", "n1", ON("voice-chat"))));
    server_answer(backend, "GET", PATH, 200, "", "{\"sessionDeleted\":true,\"sessionId\":\"" ID "\"}");
    server_release(backend);
    CHECK_OK(play_wait(&game, request));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(game.news[PLAYGATE_EVENT_SESSION_ENDED], 0);
    EXPECT_NOTICE(&game, PLAYGATE_NOTICE_NONE, "");
    play_close(&game);
    server_stop(backend);
}

static void no_byte_before_the_network_is_allowed(void)
{
    server *backend = server_start();
    server_answer(backend, "GET", "/api/session", 200, "", CHANGED(VOICE_TEXT_MODS("t1", ON, ON, OFF)));
    play game;
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, server_url(backend));
    options.flags = 0;
    CHECK_OK(play_open(&game, &options));
    CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_NETWORK_NOT_ALLOWED);
    CHECK_OK(playgate_client_set_token(game.client, "another-" SECRET_TOKEN));
    CHECK_OK(playgate_client_set_online(game.client, 0));
    CHECK_OK(playgate_client_set_online(game.client, 1));
    CHECK_OK(playgate_client_suspend(game.client));
    CHECK_OK(playgate_client_resume(game.client));
    CHECK_OK(play_adopt(&game, on_on_off));
    CHECK_OK(play_flush(&game));
    CHECK_EQ(server_connections(backend), 0);
    server_answer(backend, "PUT", "/api/session", 200, "", CHANGED(VOICE_TEXT_MODS("t2", OFF, ON, OFF)));
    CHECK_OK(playgate_client_set_network_allowed(game.client, 1));
    WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") == PLAYGATE_ACCESS_ASK_PARENT);
    CHECK(server_connections(backend) > 0);
    /* And forbidden again: what is asked is refused. */
    const size_t asked = server_count(backend);
    CHECK_OK(playgate_client_set_network_allowed(game.client, 0));
    CHECK_RESULT(play_refresh(&game), PLAYGATE_ERROR_NETWORK_NOT_ALLOWED);
    CHECK_EQ(server_count(backend), asked);
    play_close(&game);
    server_stop(backend);
}

int main(void)
{
    set_log();
    a_change_between_showing_and_acknowledging();
    a_crash_before_acknowledging();
    tighter_counts_at_once_looser_with_the_pump();
    a_deleted_session();
    a_deletion_that_names_no_session();
    a_refused_token();
    the_poll_floor();
    a_cancelled_request();
    a_late_answer_of_the_session_before();
    no_byte_before_the_network_is_allowed();
    CHECK_OK(playgate_shutdown(5000));
    (void)pthread_mutex_lock(&log_lock);
    CHECK(log_lines > 20);
    CHECK_TEXT(log_leak, "");
    (void)pthread_mutex_unlock(&log_lock);
    return finish();
}
