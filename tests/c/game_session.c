/*
 * The ad service's game session through the C ABI: begun, told apart from k-ID's session, tied to what that allows, and
 * ended; its token is nowhere but in the requests.
 */
#include "play.h"
#include "server.h"

#define ID "sid-planted-1"
#define AD_TOKEN "ad-tok-planted-Zq7"
#define ADS(tag, on, by) SESSION(ID, tag, PERMISSION("targeted-ads", on, by))
#define BEGIN "/api/games/sessions/initiate"
#define BEAT "/api/games/sessions/heartbeat"
#define END "/api/games/sessions/end"
#define DONE "{\"success\":true}"
#define REFUSED(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"

static playgate_game_session_options options_for(const char *url, const char *token)
{
    static char service[128];
    playgate_game_session_options options;
    (void)snprintf(service, sizeof service, "%s/api", url);
    playgate_game_session_options_init(&options, sizeof options);
    options.service_url = service;
    options.auth_token = token;
    return options;
}

/* The studio's server and the ad service in one. */
static server *start(play *game, const char *session)
{
    char changed[4096];
    server *backend = server_start();
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session);
    server_answer(backend, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
    server_answer(backend, "PUT", "/api/session", 200, "", changed);
    server_answer(backend, "GET", "/api/session/" ID, 200, "", changed);
    server_answer(backend, "POST", BEGIN, 200, "", DONE);
    server_answer(backend, "POST", BEAT, 200, "", DONE);
    server_answer(backend, "POST", END, 200, "", DONE);
    play_start(game, SECRET_PLAYER, NULL, server_url(backend));
    CHECK_OK(play_adopt(game, session));
    CHECK_OK(play_refresh(game));
    return backend;
}

static void begin(play *game, const server *backend)
{
    const playgate_game_session_options options = options_for(server_url(backend), AD_TOKEN);
    CHECK_OK(playgate_game_session_start(game->client, &options));
}

static int state_of(const play *game)
{
    return (int)playgate_game_session_get_state(game->client);
}

#define WAIT_FOR_STATE(game, wanted) WAIT_DOING(20000, play_pump(game), state_of(game) == (wanted))

/* The states since the last call, as text. */
static const char *states(play *game)
{
    static char text[256];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < game->game_state_count && len < sizeof text; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%d ", game->game_states[i]);
    }
    game->game_state_count = 0;
    return text;
}

static void change_session(play *game, server *backend, const char *session)
{
    char changed[4096];
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session);
    server_answer(backend, "GET", "/api/session/" ID, 200, "", changed);
    CHECK_OK(play_refresh(game));
}

static void it_begins_and_follows_the_session(void)
{
    play game;
    server *backend = start(&game, ADS("t1", "true", "GUARDIAN"));
    CHECK_EQ(state_of(&game), PLAYGATE_GAME_SESSION_IDLE);
    begin(&game, backend);
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    play_pump(&game);
    CHECK_TEXT(states(&game), "10 20 ");
    char body[512];
    server_body(backend, "POST", BEGIN, body, sizeof body);
    CHECK_TEXT(body, "{\"auth_token\":\"" AD_TOKEN "\"}");

    /* The parent takes the permission away. */
    change_session(&game, backend, ADS("t2", "false", "GUARDIAN"));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_STOPPED);
    play_pump(&game);
    CHECK_TEXT(states(&game), "40 51 ");
    CHECK_EQ(server_count_of(backend, "POST", END), 1);
    /* And gives it back. */
    change_session(&game, backend, ADS("t3", "true", "GUARDIAN"));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    play_pump(&game);
    CHECK_TEXT(states(&game), "10 20 ");
    CHECK_EQ(server_count_of(backend, "POST", BEGIN), 2);

    /* Asleep it is quiet, and it goes on where it was. */
    CHECK_OK(playgate_client_suspend(game.client));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_STOPPED);
    CHECK_OK(playgate_client_resume(game.client));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    play_pump(&game);
    CHECK_TEXT(states(&game), "53 20 ");
    CHECK_EQ(server_count_of(backend, "POST", BEGIN), 2);

    playgate_request request = 0;
    CHECK_OK(playgate_game_session_end(game.client, &request));
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(play_done(&game, request)->operation, PLAYGATE_OPERATION_END_GAME_SESSION);
    CHECK_EQ(state_of(&game), PLAYGATE_GAME_SESSION_IDLE);
    CHECK_EQ(server_count_of(backend, "POST", END), 2);
    playgate_text diagnostics;
    CHECK_OK(playgate_client_diagnostics(game.client, &diagnostics));
    CHECK(!strstr(diagnostics.ptr, "planted"));
    play_close(&game);
    CHECK_EQ(state_of(&game), PLAYGATE_GAME_SESSION_IDLE);
    server_stop(backend);
}

static void a_token_that_is_refused(void)
{
    play game;
    server *backend = start(&game, ADS("t1", "true", "PLAYER"));
    server_answer(backend, "POST", BEGIN, 401, "", REFUSED("UNAUTHORIZED"));
    begin(&game, backend);
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_STOPPED);
    play_pump(&game);
    CHECK_TEXT(states(&game), "10 52 ");
    CHECK_EQ(game.news_result[PLAYGATE_EVENT_GAME_SESSION_CHANGED], PLAYGATE_ERROR_UNAUTHORIZED);
    /* Another device's game session is carried on. */
    server_answer(backend, "POST", BEGIN, 400, "", REFUSED("ALREADY_IN_GAME"));
    CHECK_OK(playgate_game_session_set_token(game.client, AD_TOKEN "-2"));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    WAIT_DOING(20000, play_pump(&game), server_count_of(backend, "POST", BEAT) >= 1);
    play_close(&game);
    server_stop(backend);
}

/* Never a word to the service about a player whose session does not allow it. */
static void one_that_is_not_allowed(void)
{
    play game;
    server *backend = start(&game, SESSION(ID, "t1", PERMISSION("voice-chat", "true", "PLAYER")));
    begin(&game, backend);
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_STOPPED);
    play_pump(&game);
    CHECK_TEXT(states(&game), "51 ");
    CHECK_EQ(server_count_of(backend, "POST", BEGIN), 0);
    /* The host names another feature, or answers for it. */
    playgate_game_session_options options = options_for(server_url(backend), AD_TOKEN);
    options.feature = "voice-chat";
    CHECK_OK(playgate_game_session_start(game.client, &options));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    options.feature = NULL;
    CHECK_OK(playgate_game_session_start(game.client, &options));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_STOPPED);
    options.flags = PLAYGATE_GAME_SESSION_UNGATED;
    CHECK_OK(playgate_game_session_start(game.client, &options));
    WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
    play_close(&game);
    server_stop(backend);
}

static void a_close_ends_it_in_its_time(void)
{
    for (int hangs = 0; hangs < 2; hangs++) {
        play game;
        server *backend = start(&game, ADS("t1", "true", "PLAYER"));
        begin(&game, backend);
        WAIT_FOR_STATE(&game, PLAYGATE_GAME_SESSION_ACTIVE);
        if (hangs) {
            server_answer(backend, "POST", END, 0, "", "");
        }
        const uint64_t deadline = deadline_ms(2000);
        CHECK_OK(playgate_client_close(game.client, 2000));
        CHECK(time_left(deadline));
        /* One that got no answer may be told once more. */
        const size_t told = server_count_of(backend, "POST", END);
        CHECK(told == 1 || (hangs && told == 2));
        server_stop(backend);
    }
}

int main(void)
{
    play_watch_log();
    it_begins_and_follows_the_session();
    a_token_that_is_refused();
    one_that_is_not_allowed();
    a_close_ends_it_in_its_time();
    CHECK(play_check_log() > 0);
    return finish();
}
