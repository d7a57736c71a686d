/*
 * The allocator hook: every allocation goes through it with its size and alignment, nothing is left when everything is
 * closed, a hook that comes too late is refused, and where there is no memory the host is told once and the process ends.
 */

#include "allocator.h"
#include "server.h"

#define ID "sid-1"
#define NOW SESSION(ID, "t1", PERMISSION("voice-chat", "true", "GUARDIAN") "," PERMISSION("text-chat", "false", "GUARDIAN") \
    "," PERMISSION("targeted-ads", "true", "GUARDIAN"))
#define LATER SESSION(ID, "t2", PERMISSION("voice-chat", "false", "GUARDIAN") "," PERMISSION("text-chat", "false", \
    "GUARDIAN") "," PERMISSION("targeted-ads", "true", "GUARDIAN"))
#define CHALLENGE                                                                                                      \
    "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":{\"challengeId\":\"c-1\",\"type\":"               \
    "\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"https://family.example/authorize?otp=CODE\",\"oneTimePassword\":\"CODE\"," \
    "\"otpExpiresAt\":4102444800,\"childLiteAccessEnabled\":true}}"
#define DONE "{\"success\":true}"
#define ROUNDS 3

/* What may be called before the hook is set, also wrongly, and allocates nothing. */
static void the_hook_is_set_once(void)
{
    CHECK_FAILS(playgate_set_allocator_hook(NULL), PLAYGATE_ERROR_INVALID_ARGUMENT);
    playgate_allocator_hook hook = heap_hook(false);
    hook.struct_size = 3;
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = heap_hook(false);
    hook.alloc = NULL;
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = heap_hook(false);
    hook.free = NULL;
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = heap_hook(false);
    hook.reserved[3] = 1;
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = heap_hook(false);
    hook.reserved0 = 1;
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_ARGUMENT);
    playgate_client_options options = play_options(PLAYER, NULL, NULL);
    CHECK(options.abi_version == playgate_abi_version() && playgate_version()[0] != '\0' && playgate_build_flags() != 0);
    CHECK_TEXT(playgate_result_name(PLAYGATE_OK), "PLAYGATE_OK");
    play_watch_log();
    CHECK_EQ(stats_now().total_allocations, 0);
    CHECK_EQ(stats_now().peak_bytes, 0);
    hook = heap_hook(false);
    CHECK_OK(playgate_set_allocator_hook(&hook));
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(stats_now().total_allocations, 0);
}

/* Objects that need no client, and calls that fail. */
static void objects(void)
{
    playgate_session sessions[3] = {0, 0, 0};
    CHECK_OK(playgate_session_parse(NOW, sizeof NOW - 1, &sessions[0]));
    CHECK_OK(playgate_session_parse(LATER, sizeof LATER - 1, &sessions[1]));
    CHECK_FAILS(playgate_session_parse("{\"status\":7}", 12, &sessions[2]), PLAYGATE_ERROR_INVALID_SESSION);
    playgate_changes changes = 0;
    CHECK_OK(playgate_session_compare(sessions[0], sessions[1], &changes));
    playgate_text json;
    CHECK_OK(playgate_changes_json(changes, &json));
    CHECK(json.len > 0);
    CHECK_OK(playgate_session_json(sessions[0], &json));
    CHECK(stats_now().live_bytes > json.len && stats_now().live_allocations > 3);
    CHECK_EQ(stats_now().live_bytes, the_heap.live_bytes);
    CHECK_EQ(stats_now().live_allocations, the_heap.live_blocks);
    CHECK_OK(playgate_changes_free(changes));
    CHECK_OK(playgate_session_free(sessions[1]));
    CHECK_OK(playgate_session_free(sessions[0]));
    check_nothing_left(__LINE__);
}

static void tell_the_player(play *game)
{
    playgate_notice notice = 0;
    CHECK_OK(playgate_client_notice(game->client, &notice));
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(playgate_notice_get_info(notice, &info));
    CHECK(info.message.len > 0);
    CHECK_OK(play_acknowledge(game));
    CHECK_OK(playgate_notice_free(notice));
    playgate_changes changes = 0;
    CHECK_OK(playgate_client_changes(game->client, &changes));
    CHECK_OK(playgate_changes_free(changes));
    playgate_text facts;
    CHECK_OK(playgate_client_diagnostics(game->client, &facts));
    playgate_session held = 0;
    CHECK_OK(playgate_client_session(game->client, &held));
    CHECK_OK(playgate_session_free(held));
    (void)play_decide(game, "voice-chat");
}

/* Without a server, with a sealed record in files, taken over in the middle. */
static void play_offline(const char *folder)
{
    play game;
    play next;
    playgate_client_options options = sealed_options(folder);
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, NOW));
    options.flags |= PLAYGATE_CLIENT_TAKE_OVER;
    CHECK_OK(play_open(&next, &options));
    CHECK_FAILS(playgate_client_close(game.client, 1000), PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_OK(play_adopt(&next, LATER));
    tell_the_player(&next);
    const playgate_cell *table = NULL;
    uint32_t len = 0;
    CHECK_OK(playgate_client_table(next.client, &table, &len));
    play_close(&next);
    /* A close waits for its threads; on a slow machine not for as long as they may take. */
    if (slow_factor() > 1) {
        CHECK_OK(playgate_shutdown(20000));
    }
    check_nothing_left(__LINE__);

    playgate_store_options where;
    playgate_store_options_init(&where, sizeof where, PLAYGATE_ABI_VERSION);
    where.folder = folder;
    where.key = options.key;
    where.key_len = options.key_len;
    playgate_store store = 0;
    playgate_session stored = 0;
    CHECK_OK(playgate_store_open(&where, &store));
    CHECK_OK(playgate_store_load(store, PLAYER, &stored));
    CHECK_OK(playgate_store_save(store, "alex", stored));
    CHECK_OK(playgate_session_free(stored));
    CHECK_OK(playgate_store_forget(store, "alex"));
    CHECK_OK(playgate_store_close(store));
    check_nothing_left(__LINE__);
}

/* Registered names and texts; those that were given out stay readable. */
static void texts(void)
{
    CHECK_OK(playgate_set_display_name("voice-chat", "Talking"));
    CHECK_OK(playgate_set_display_name("text-chat", "Writing"));
    CHECK_OK(playgate_set_text("reason.parent", "Ask at home."));
    CHECK_OK(playgate_set_display_name("text-chat", NULL));
    CHECK_OK(playgate_set_display_name("voice-chat", NULL));
    check_nothing_left(__LINE__);
    CHECK_OK(playgate_set_display_name("voice-chat", "Talking"));
    CHECK(stats_now().live_bytes > 0);
    CHECK_OK(playgate_shutdown(20000));
    check_nothing_left(__LINE__);
    char shown[32];
    size_t len = 0;
    CHECK_OK(playgate_get_display_name("voice-chat", shown, sizeof shown, &len));
    CHECK_TEXT(shown, "Voice Chat");
}

/* With the studio's server: refreshes, a challenge with its QR code, the ad service's game session. */
static void play_online(const char *folder, bool fails)
{
    play game;
    server *backend = server_start();
    server_answer(backend, "PUT", "/api/session", 200, "", CHANGED(NOW));
    server_answer(backend, "GET", "/api/session", 200, "", CHANGED(NOW));
    server_answer(backend, "GET", "/api/session/" ID, 200, "", CHANGED(NOW));
    server_answer(backend, "POST", "/api/request-permission", 200, "", CHALLENGE);
    server_answer(backend, "GET", "/api/challenge/c-1/status", 200, "", "{\"challengeId\":\"c-1\",\"status\":\"PENDING\"}");
    server_answer(backend, "POST", "/ads/games/sessions/initiate", 200, "", DONE);
    server_answer(backend, "POST", "/ads/games/sessions/end", 200, "", DONE);
    const playgate_client_options options = play_options(PLAYER, folder, server_url(backend));
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, NOW));
    CHECK_OK(play_refresh(&game));

    playgate_permission_request asked;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("text-chat");
    playgate_request request = 0;
    CHECK_OK(playgate_client_request_permission(game.client, &asked, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_CHALLENGE_OPEN);
    playgate_challenge challenge = 0;
    CHECK_OK(playgate_client_challenge(game.client, asked.feature, &challenge));
    playgate_challenge_info info;
    playgate_challenge_info_init(&info, sizeof info);
    CHECK_OK(playgate_challenge_get_info(challenge, &info));
    CHECK_OK(playgate_challenge_free(challenge));

    char service[128];
    playgate_game_session_options session;
    playgate_game_session_options_init(&session, sizeof session);
    (void)snprintf(service, sizeof service, "%s/ads", server_url(backend));
    session.service_url = service;
    session.auth_token = "ad-token";
    CHECK_OK(playgate_game_session_start(game.client, &session));
    WAIT_DOING(20000, play_pump(&game),
               playgate_game_session_get_state(game.client) == PLAYGATE_GAME_SESSION_ACTIVE);

    server_answer(backend, "GET", "/api/session/" ID, 200, "", CHANGED(LATER));
    CHECK_OK(play_refresh(&game));
    tell_the_player(&game);
    if (fails) {
        server_answer(backend, "GET", "/api/session/" ID, 500, "", "no");
        CHECK(play_refresh(&game) < 0);
    }
    server_answer(backend, "GET", "/api/session/" ID, 200, "", "{\"hasChanged\":");
    CHECK(play_refresh(&game) < 0);
    play_close(&game);
    server_stop(backend);
    CHECK_OK(playgate_shutdown(20000));
    check_nothing_left(__LINE__);
}

/* Servers of no use, left in the middle: silent, refusing, with a name that nobody has. */
static void play_against_the_wind(void)
{
    char refused[64];
    server_refusing_url(refused, sizeof refused);
    server *silent = server_start();
    server_go_silent(silent);
    const char *const urls[] = {server_url(silent), refused, "https://playgate-test.invalid"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        play game;
        play_start(&game, PLAYER, NULL, urls[i]);
        CHECK_OK(play_adopt(&game, NOW));
        playgate_request request = 0;
        CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
        for (int turn = 0; turn < 20; turn++) {
            play_pump(&game);
            (void)time_left(0);
        }
        /* Left without a close: the shutdown closes it, and waits for a name's lookup as long as the system takes. */
        playgate_result down;
        WAIT_DOING(60000, down = playgate_shutdown(1000), down == PLAYGATE_OK);
        check_nothing_left(__LINE__);
        CHECK_FAILS(playgate_client_pump(game.client, 100), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    server_stop(silent);
}

int main(int count, char **arguments)
{
    if (count == 6 && strcmp(arguments[1], "--child") == 0) {
        return be_child(arguments[2], arguments[3], arguments[4], strtoull(arguments[5], NULL, 10));
    }
    the_hook_is_set_once();
    prepare_children(arguments[0]);
    for (int round = 0; round < ROUNDS; round++) {
        const char *folder = temporary_folder();
        objects();
        play_offline(folder);
        texts();
        /* A server that fails is asked again after a while; once is enough of that. */
        play_online(temporary_folder(), round == 0);
        play_against_the_wind();
        const char *tls = getenv("PLAYGATE_TEST_TLS");
        if (!tls || strcmp(tls, "off") != 0) {
            refresh_over_tls(round == 0);
        }
    }
    CHECK(play_check_log() > 10);
    hooks_in_children();
    failing_allocations();
    return finish();
}
