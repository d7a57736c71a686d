/* Each request completes once: also when it is cancelled, when the client stops or closes, when nobody answers in time, and
 * when the answer is none. */
#include "upgrade.h"

#define CODE_PATH "/api/challenge/" FIRST "/code"
#define EMAIL_PATH "/api/challenge/" FIRST "/email"
/* So many permissions may be asked for at a time. */
#define MOST 32

static void check_once(const play *game, const playgate_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const completion *done = play_done(game, requests[i]);
        if (CHECK(done != NULL)) {
            CHECK_EQ(done->times, 1);
        }
    }
}

/* Some of each kind under way, all of which wait for the server. */
enum { UNDER_WAY = 6 };

static server *start_under_way(play *game, playgate_challenge *challenge, playgate_request *requests)
{
    server *backend = start_simply(game, TEXT);
    *challenge = open_challenge(game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    server_answer(backend, "POST", ASK_PATH, 0, "", "");
    server_answer(backend, "POST", CODE_PATH, 0, "", "");
    server_answer(backend, "POST", EMAIL_PATH, 0, "", "");
    server_answer(backend, "GET", STATUS_PATH(FIRST), 0, "", "");
    requests[0] = ask(game, "gifting");
    requests[1] = ask(game, "gifting");
    requests[2] = ask(game, "ads");
    CHECK_OK(playgate_client_renew_code(game->client, *challenge, &requests[3]));
    CHECK_OK(playgate_client_email_parent(game->client, *challenge, SECRET_ADDRESS, NULL, &requests[4]));
    CHECK_OK(playgate_client_check_challenge(game->client, *challenge, &requests[5]));
    WAIT_DOING(20000, play_pump(game), server_held(backend) >= 4);
    for (size_t i = 0; i < UNDER_WAY; i++) {
        CHECK(play_done(game, requests[i]) == NULL);
    }
    CHECK_EQ(play_decide(game, "gifting").next_step, PLAYGATE_NEXT_WAIT);
    return backend;
}

static void a_cancel(void)
{
    play game;
    playgate_challenge challenge = 0;
    playgate_request requests[UNDER_WAY];
    server *backend = start_under_way(&game, &challenge, requests);
    for (size_t i = 0; i < UNDER_WAY; i++) {
        CHECK_OK(playgate_client_cancel(game.client, requests[i]));
        CHECK_OK(playgate_client_cancel(game.client, requests[i]));
        CHECK_RESULT(play_wait(&game, requests[i]), PLAYGATE_ERROR_CANCELLED);
    }
    CHECK_EQ(play_decide(&game, "gifting").next_step, PLAYGATE_NEXT_ENABLE);
    /* The challenge is open all the same, and late answers say nothing more. */
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_PENDING);
    server_answer(backend, "POST", ASK_PATH, 200, "", ASKS_PARENT(PARENTS(SECOND, OTHER_CODE)));
    server_answer(backend, "POST", EMAIL_PATH, 200, "", "{}");
    server_answer(backend, "POST", CODE_PATH, 500, "", "");
    server_release(backend);
    CHECK_OK(play_refresh(&game));
    CHECK_OK(play_flush(&game));
    check_once(&game, requests, UNDER_WAY);
    CHECK_EQ(play_decide(&game, "gifting").next_step, PLAYGATE_NEXT_ENABLE);
    CHECK_OK(playgate_challenge_free(challenge));
    play_close(&game);
    server_stop(backend);
}

static void a_stop(void)
{
    play game;
    playgate_challenge challenge = 0;
    playgate_request requests[UNDER_WAY];
    server *backend = start_under_way(&game, &challenge, requests);
    CHECK_OK(playgate_client_stop(game.client));
    for (size_t i = 0; i < UNDER_WAY; i++) {
        CHECK_RESULT(play_wait(&game, requests[i]), PLAYGATE_ERROR_CANCELLED);
    }
    check_once(&game, requests, UNDER_WAY);
    /* Nothing new is taken, and what was known can still be read. */
    playgate_request late = 1;
    CHECK(playgate_client_renew_code(game.client, challenge, &late) < 0 || play_wait(&game, late) < 0);
    CHECK(playgate_client_cancel_challenge(game.client, challenge, &late) < 0 || play_wait(&game, late) < 0);
    CHECK_TEXT(info_of(challenge).code.ptr, SECRET_CODE);
    const playgate_challenge again = challenge_of(&game, "voice-chat");
    CHECK_TEXT(info_of(again).id.ptr, FIRST);
    CHECK_OK(playgate_challenge_free(again));
    play_close(&game);
    CHECK_TEXT(info_of(challenge).code.ptr, SECRET_CODE);
    CHECK_OK(playgate_challenge_free(challenge));
    server_stop(backend);
}

/* After a close no events are given out, and what was under way holds nothing up. */
static void a_close(void)
{
    play game;
    playgate_challenge challenge = 0;
    playgate_request requests[UNDER_WAY];
    server *backend = start_under_way(&game, &challenge, requests);
    const uint64_t started = now_us();
    play_close(&game);
    CHECK(now_us() - started < 10000000u * slow_factor());
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    CHECK_FAILS(playgate_client_next_event(game.client, &event), PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_EQ(playgate_client_allowed(game.client, feature("text-chat")), 0);
    playgate_request late = 1;
    CHECK_FAILS(playgate_client_check_challenge(game.client, challenge, &late), PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_EQ(late, 0);
    CHECK_TEXT(info_of(challenge).url.ptr, CODE_URL(SECRET_CODE));
    CHECK_OK(playgate_challenge_free(challenge));
    server_stop(backend);
}

static void a_silent_server(void)
{
    play game;
    server *backend = server_start();
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, server_url(backend));
    options.request_timeout_ms = (uint32_t)(400 + 100 * slow_factor());
    start(&game, &options, backend, TEXT);
    const playgate_challenge challenge =
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    server_answer(backend, "POST", ASK_PATH, 0, "", "");
    server_answer(backend, "POST", EMAIL_PATH, 0, "", "");
    playgate_request requests[2] = {0, ask(&game, "gifting")};
    CHECK_OK(playgate_client_email_parent(game.client, challenge, SECRET_ADDRESS, NULL, &requests[0]));
    CHECK_RESULT(play_wait(&game, requests[0]), PLAYGATE_ERROR_TIMED_OUT);
    CHECK_RESULT(play_wait(&game, requests[1]), PLAYGATE_ERROR_TIMED_OUT);
    CHECK_EQ(server_count_of(backend, "POST", EMAIL_PATH), 1);
    CHECK_EQ(play_step_result(&game, "gifting"), PLAYGATE_ERROR_TIMED_OUT);
    CHECK_EQ(play_decide(&game, "gifting").next_step, PLAYGATE_NEXT_ENABLE);
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_PENDING);
    check_once(&game, requests, 2);
    check_nothing_leaks(&game);
    CHECK_OK(playgate_challenge_free(challenge));
    play_close(&game);
    server_stop(backend);
}

/* Answers that are none: the request ends, nothing is on, and the next one is asked as before. */
static void garbage(void)
{
    static const struct {
        int status;
        const char *body;
        playgate_result result;
    } cases[] = {
        {200, "", PLAYGATE_ERROR_PROTOCOL},
        {200, "not JSON " SECRET_CODE, PLAYGATE_ERROR_PROTOCOL},
        {200, "[]", PLAYGATE_ERROR_PROTOCOL},
        {200, "{}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"status\":\"PASS\"}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"success\":false,\"challenge\":{}}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"success\":true,\"challenge\":7}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"challenge\":{\"challengeId\":\"two words\"}}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"success\":true,\"session\":{\"sessionId\":\"sid-planted-2\",\"permissions\":[]}}", PLAYGATE_ERROR_PROTOCOL},
        {200, "{\"sessionDeleted\":true,\"sessionId\":\"sid-planted-2\"}", PLAYGATE_ERROR_PROTOCOL},
        {404, "<html>" SECRET_CODE "</html>", PLAYGATE_ERROR_PROTOCOL},
        {400, "{\"error\":\"UNKNOWN_PERMISSION\"}", PLAYGATE_ERROR_NOT_FOUND},
        {400, "{\"error\":\"INVALID_AGE_SIGNAL\"}", PLAYGATE_ERROR_INVALID_ARGUMENT},
        {400, "{\"error\":\"" SECRET_ADDRESS "\"}", PLAYGATE_ERROR_PROTOCOL},
        /* It says yes, and no session does. */
        {200, "{\"success\":true,\"status\":\"PASS\",\"session\":{\"sessionId\":\"" ID "\",\"permissions\":["
              "{\"name\":\"voice-chat\",\"enabled\":true,\"managedBy\":\"GUARDIAN\"}]}}", PLAYGATE_ERROR_NOT_ENABLED},
        {503, "", PLAYGATE_ERROR_SERVER},
        {401, "", PLAYGATE_ERROR_UNAUTHORIZED},
    };
    play game;
    server *backend = start_simply(&game, TEXT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int failed_before = failures();
        server_answer(backend, "POST", ASK_PATH, cases[i].status, "", cases[i].body);
        CHECK_RESULT(ask_and_wait(&game, "voice-chat"), cases[i].result);
        CHECK_EQ(play_step_result(&game, "voice-chat"), cases[i].result);
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
        CHECK_EQ(play_access(&game, "text-chat"), PLAYGATE_ACCESS_ALLOWED);
        check_nothing_leaks(&game);
        if (failures() != failed_before) {
            printf("    after HTTP %d %s\n", cases[i].status, cases[i].body);
        }
    }
    CHECK_EQ(play_steps(&game, "voice-chat", PLAYGATE_PROGRESS_ENABLED), 0);
    char asked[64];
    CHECK_EQ(notice_now(&game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
    play_close(&game);
    server_stop(backend);
}

/* So many permissions are asked for at a time, and no more. */
static void as_many_as_there_is_room_for(void)
{
    char session[4096];
    char changed[8192];
    char name[32];
    size_t len = (size_t)snprintf(session, sizeof session, "{\"sessionId\":\"" ID "\",\"permissions\":[");
    for (int i = 0; i <= MOST; i++) {
        len += (size_t)snprintf(session + len, sizeof session - len,
                                "%s{\"name\":\"room-%d\",\"enabled\":false,\"managedBy\":\"GUARDIAN\"}", i ? "," : "", i);
    }
    (void)snprintf(session + len, sizeof session - len, "]}");
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session);
    play game;
    server *backend = start_simply(&game, TEXT);
    server_answer(backend, "PUT", "/api/session", 200, "", changed);
    server_answer(backend, "GET", SESSION_PATH, 200, "", changed);
    CHECK_OK(play_refresh(&game));
    server_answer(backend, "POST", ASK_PATH, 0, "", "");
    playgate_request requests[MOST + 1];
    for (int i = 0; i <= MOST; i++) {
        (void)snprintf(name, sizeof name, "room-%d", i);
        requests[i] = ask(&game, name);
    }
    CHECK_RESULT(play_wait(&game, requests[MOST]), PLAYGATE_ERROR_LIMIT);
    CHECK_OK(playgate_client_cancel(game.client, requests[0]));
    CHECK_RESULT(play_wait(&game, requests[0]), PLAYGATE_ERROR_CANCELLED);
    const playgate_request fits = ask(&game, name);
    CHECK_OK(play_flush(&game));
    CHECK(play_done(&game, fits) == NULL);
    CHECK_OK(playgate_client_stop(game.client));
    CHECK_RESULT(play_wait(&game, fits), PLAYGATE_ERROR_CANCELLED);
    check_once(&game, requests, MOST + 1);
    play_close(&game);
    server_stop(backend);
}

void upgrade_completions(void)
{
    a_cancel();
    a_stop();
    a_close();
    a_silent_server();
    garbage();
    as_many_as_there_is_room_for();
}
