/* What survives a restart, and what is written meanwhile: with a storage key nothing that can be read, without one no way
 * to answer for the parent. */
#include "upgrade.h"

static const uint8_t key[PLAYGATE_KEY_BYTES] = "a key of thirty-two bytes, all.";

/* Nothing that lets somebody answer, nor anything personal, is in a file or its name. */
static void check_files(const char *folder, bool has_key)
{
    const char *const never[] = {SECRET_CODE, SECRET_SITE, "authorize", "lanted.example", SECRET_TOKEN, SECRET_KUID,
                                 SECRET_BIRTH, "kim"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        CHECK_EQ(files_with(folder, never[i]), 0);
    }
    const char *const sealed[] = {FIRST, "voice-chat", "CHALLENGE", "lanted", "permissions"};
    for (size_t i = 0; has_key && i < sizeof sealed / sizeof sealed[0]; i++) {
        CHECK_EQ(files_with(folder, sealed[i]), 0);
    }
    if (!has_key) {
        CHECK_EQ(files_with(folder, FIRST), 1);
    }
}

static bool has_url(const play *game, const char *name)
{
    const playgate_challenge challenge = challenge_of(game, name);
    const size_t len = info_of(challenge).url.len;
    CHECK_OK(playgate_challenge_free(challenge));
    return len > 0;
}

/* A question that is open: known again at once, also offline, and asked of nobody twice. */
static void an_open_challenge(bool has_key)
{
    play game;
    const char *folder = temporary_folder();
    server *backend = server_start();
    playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    if (has_key) {
        options.key = key;
        options.key_len = sizeof key;
    }
    start(&game, &options, backend, TEXT);
    CHECK_OK(playgate_challenge_free(
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)))));
    check_files(folder, has_key);
    play_close(&game);
    check_files(folder, has_key);

    playgate_client_options offline = options;
    offline.server_url = NULL;
    offline.token = NULL;
    offline.flags = 0;
    CHECK_OK(play_open(&game, &offline));
    play_pump(&game);
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_PENDING);
    CHECK_EQ(play_decide(&game, "voice-chat").next_step, PLAYGATE_NEXT_WAIT);
    CHECK_RESULT(ask_and_wait(&game, "voice-chat"), PLAYGATE_CHALLENGE_OPEN);
    playgate_challenge challenge = 0;
    CHECK_OK(playgate_client_challenge_at(game.client, 0, &challenge));
    playgate_challenge_info info = info_of(challenge);
    CHECK_TEXT(info.id.ptr, FIRST);
    CHECK_TEXT(info.feature.ptr, "voice-chat");
    CHECK_TEXT(info.type.ptr, "CHALLENGE_SESSION_UPGRADE");
    CHECK_EQ(info.actor, PLAYGATE_ACTOR_PARENT);
    CHECK_EQ(info.progress, PLAYGATE_PROGRESS_ASKED);
    CHECK_TEXT(info.url.ptr, has_key ? CODE_URL(SECRET_CODE) : "");
    CHECK_TEXT(info.code.ptr, has_key ? SECRET_CODE : "");
    CHECK_TEXT(info.code_site.ptr, has_key ? "asktoplay.com" : "");
    uint32_t size = 1;
    CHECK_FAILS(playgate_challenge_qr(challenge, NULL, 0, &size),
                has_key ? PLAYGATE_ERROR_LIMIT : PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_challenge_free(challenge));
    CHECK_FAILS(playgate_client_challenge_at(game.client, 1, &challenge), PLAYGATE_ERROR_NOT_FOUND);
    play_close(&game);

    /* Online, URL and code are fetched again where they are not known. */
    server_answer(backend, "GET", STATUS_PATH(FIRST), 200, "", STATUS(FIRST, "PENDING"));
    server_answer(backend, "GET", "/api/challenge/" FIRST, 0, "", "");
    CHECK_OK(play_open(&game, &options));
    if (!has_key) {
        WAIT_DOING(20000, play_pump(&game), server_count_of(backend, "GET", "/api/challenge/" FIRST) == 1);
        server_answer(backend, "GET", "/api/challenge/" FIRST, 200, "",
                      "{\"challengeId\":\"" FIRST "\",\"status\":\"PENDING\",\"challenge\":" PARENTS(FIRST, OTHER_CODE) "}");
        server_release(backend);
        WAIT_DOING(20000, play_pump(&game), has_url(&game, "voice-chat"));
        CHECK_EQ(play_steps(&game, "voice-chat", PLAYGATE_PROGRESS_ASKED), 1);
    }
    challenge = challenge_of(&game, "voice-chat");
    info = info_of(challenge);
    CHECK_TEXT(info.code.ptr, has_key ? SECRET_CODE : OTHER_CODE);
    CHECK_TEXT(info.url.ptr, has_key ? CODE_URL(SECRET_CODE) : CODE_URL(OTHER_CODE));
    CHECK_OK(playgate_challenge_free(challenge));
    CHECK_RESULT(ask_and_wait(&game, "voice-chat"), PLAYGATE_CHALLENGE_OPEN);
    CHECK_EQ(server_count_of(backend, "POST", ASK_PATH), 1);
    CHECK_OK(play_flush(&game));
    check_files(folder, has_key);
    check_nothing_leaks(&game);
    play_close(&game);
    server_stop(backend);
}

/* An answer that the player was not told of comes back until they were. */
static void a_refusal_that_was_not_told(void)
{
    play game;
    char asked[64];
    const char *folder = temporary_folder();
    server *backend = server_start();
    const playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    start(&game, &options, backend, TEXT);
    CHECK_OK(playgate_challenge_free(
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)))));
    play_close(&game);
    /* It was answered while the game was not running; the first look needs no floor, and asks for it whole. */
    server_answer(backend, "GET", "/api/challenge/" FIRST, 200, "", STATUS(FIRST, "FAIL"));
    server_answer(backend, "GET", STATUS_PATH(FIRST), 200, "", STATUS(FIRST, "FAIL"));
    CHECK_OK(play_open(&game, &options));
    WAIT_DOING(20000, play_pump(&game), play_steps(&game, "voice-chat", PLAYGATE_PROGRESS_REFUSED) == 1);
    CHECK_OK(play_flush(&game));
    play_close(&game);
    for (int restart = 0; restart < 2; restart++) {
        CHECK_OK(play_open(&game, &options));
        play_pump(&game);
        CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 1);
        CHECK_EQ(notice_now(&game, asked, sizeof asked), PLAYGATE_NOTICE_REFUSED);
        CHECK_TEXT(asked, "voice-chat");
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
        if (restart == 1) {
            CHECK_OK(play_acknowledge(&game));
        }
        play_close(&game);
    }
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    CHECK_EQ(game.news[PLAYGATE_EVENT_NOTICE_READY], 0);
    CHECK_EQ(notice_now(&game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
    CHECK_EQ(files_with(folder, FIRST), 0);
    play_close(&game);
    server_stop(backend);
}

static playgate_result switch_feature(play *game, const char *name, int32_t on)
{
    playgate_request request = 0;
    CHECK_OK(playgate_client_switch_feature(game->client, feature(name), on, &request));
    /* Off counts without a pump. */
    WAIT_UNTIL(20000, on || playgate_client_allowed(game->client, feature(name)) == 0);
    const playgate_result result = play_wait(game, request);
    CHECK_EQ(play_done(game, request)->operation, PLAYGATE_OPERATION_SWITCH_FEATURE);
    return result;
}

static void check_switched_off(play *game)
{
    const playgate_decision decision = play_decide(game, "friends");
    CHECK_EQ(decision.access, PLAYGATE_ACCESS_PLAYER_MAY_ENABLE);
    CHECK_EQ(decision.reason, PLAYGATE_REASON_SWITCHED_OFF);
    CHECK_EQ(decision.next_step, PLAYGATE_NEXT_ENABLE);
    CHECK_TEXT(decision.text.ptr, "You have turned this off.");
    CHECK_EQ(play_access(game, "friends"), PLAYGATE_ACCESS_PLAYER_MAY_ENABLE);
    char asked[64];
    CHECK_EQ(notice_now(game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
}

/* What the player switches off is off here whatever session follows, and on again as far as the session says. */
static void a_switch(void)
{
    play game;
    const char *folder = temporary_folder();
    server *backend = server_start();
    const playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    start(&game, &options, backend, TEXT | FRIENDS);
    CHECK_EQ(play_access(&game, "friends"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(switch_feature(&game, "friends", 0));
    check_switched_off(&game);
    CHECK_RESULT(switch_feature(&game, "voice-chat", 0), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_RESULT(switch_feature(&game, "gifting", 1), PLAYGATE_ERROR_INVALID_STATE);
    playgate_request request = 0;
    CHECK_OK(playgate_client_switch_feature(game.client, feature("text-chat"), 0, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(play_access(&game, "text-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);

    CHECK_OK(play_open(&game, &options));
    check_switched_off(&game);
    serve(backend, TEXT);
    CHECK_OK(play_refresh(&game));
    serve(backend, TEXT | FRIENDS);
    CHECK_OK(play_refresh(&game));
    check_switched_off(&game);
    CHECK_OK(switch_feature(&game, "friends", 1));
    CHECK_EQ(play_access(&game, "friends"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_decide(&game, "friends").reason, PLAYGATE_REASON_NONE);
    /* Asking for it switches it on as well, and asks nobody. */
    CHECK_OK(switch_feature(&game, "friends", 0));
    check_switched_off(&game);
    CHECK_OK(ask_and_wait(&game, "friends"));
    CHECK_EQ(play_access(&game, "friends"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(server_count_of(backend, "POST", ASK_PATH), 0);
    /* On again is no more than the session says. */
    CHECK_OK(switch_feature(&game, "friends", 0));
    serve(backend, TEXT);
    CHECK_OK(play_refresh(&game));
    CHECK_OK(switch_feature(&game, "friends", 1));
    CHECK_EQ(play_access(&game, "friends"), PLAYGATE_ACCESS_PLAYER_MAY_ENABLE);
    CHECK_EQ(play_decide(&game, "friends").reason, PLAYGATE_REASON_PLAYER_CHOICE);
    play_close(&game);
    server_stop(backend);
}

void upgrade_restarts(void)
{
    an_open_challenge(true);
    an_open_challenge(false);
    a_refusal_that_was_not_told();
    a_switch();
}
