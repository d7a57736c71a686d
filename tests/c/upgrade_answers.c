/* What is asked for, and what comes of it: the result, the events, the notice, and what the frame path says meanwhile. */
#include "upgrade.h"

static int is_on(const play *game, const char *name)
{
    return playgate_client_allowed(game->client, feature(name));
}

/* What the player manages is on with the answer, once a session says so. */
static void what_the_player_manages(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    CHECK_EQ(play_decide(&game, "gifting").next_step, PLAYGATE_NEXT_ENABLE);
    /* The session in the answer is short: it replaces nothing. */
    server_answer(backend, "POST", ASK_PATH, 200, "",
                  "{\"success\":true,\"session\":{\"sessionId\":\"" ID "\",\"permissions\":["
                  "{\"name\":\"gifting\",\"enabled\":true,\"managedBy\":\"PLAYER\"}]}}");
    serve(backend, TEXT | GIFTS);
    CHECK_OK(ask_and_wait(&game, "gifting"));
    CHECK_EQ(play_access(&game, "gifting"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_access(&game, "text-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_steps(&game, "gifting", PLAYGATE_PROGRESS_ENABLED), 1);
    char body[1024];
    server_body(backend, "POST", ASK_PATH, body, sizeof body);
    CHECK(strstr(body, "\"sessionId\":\"" ID "\"") && strstr(body, "\"permissionName\":\"gifting\""));
    CHECK(!strstr(body, "platformAgeSignal"));
    playgate_challenge none = 1;
    CHECK_FAILS(playgate_client_challenge(game.client, feature("gifting"), &none), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(none, 0);
    char asked[64];
    CHECK_EQ(notice_now(&game, asked, sizeof asked), PLAYGATE_NOTICE_ENABLED);
    CHECK_OK(play_acknowledge(&game));
    CHECK_EQ(notice_now(&game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
    /* What is on is not asked for again. */
    CHECK_OK(ask_and_wait(&game, "gifting"));
    CHECK_EQ(server_count_of(backend, "POST", ASK_PATH), 1);
    play_close(&game);
    server_stop(backend);
}

static void what_is_prohibited(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    const size_t asked = server_count(backend);
    CHECK_RESULT(ask_and_wait(&game, "mods"), PLAYGATE_ERROR_PROHIBITED);
    CHECK_RESULT(ask_and_wait(&game, "not-there"), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(server_count(backend), asked);
    CHECK_EQ(game.step_count, 0);
    CHECK_EQ(play_access(&game, "mods"), PLAYGATE_ACCESS_PROHIBITED);
    play_close(&game);
    server_stop(backend);
}

/* A platform's word about the player's age goes into the request and nowhere else. */
static void an_age_signal(void)
{
    play game;
    const char *folder = temporary_folder();
    server *backend = server_start();
    const playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    start(&game, &options, backend, TEXT);
    CHECK_EQ(play_decide(&game, "ads").next_step, PLAYGATE_NEXT_VERIFY_AGE);
    server_answer(backend, "POST", ASK_PATH, 200, "", "{\"success\":true}");
    serve(backend, TEXT | ADS);
    playgate_age_signal signal;
    playgate_age_signal_init(&signal, sizeof signal);
    /* Copied: nothing of it is read later. */
    char platform[] = "apple-ios";
    char declared[] = "paymentChecked";
    signal.name = platform;
    signal.declaration_type = declared;
    signal.age_low = 18;
    signal.age_high = 100;
    playgate_permission_request asked;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("ads");
    asked.age_signal = &signal;
    playgate_request request = 0;
    CHECK_OK(playgate_client_request_permission(game.client, &asked, &request));
    memset(platform, '#', sizeof platform - 1);
    memset(declared, '#', sizeof declared - 1);
    playgate_age_signal_init(&signal, sizeof signal);
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(play_access(&game, "ads"), PLAYGATE_ACCESS_ALLOWED);
    char body[1024];
    server_body(backend, "POST", ASK_PATH, body, sizeof body);
    CHECK(strstr(body, "\"platformAgeSignal\":{") && strstr(body, "\"name\":\"apple-ios\""));
    CHECK(strstr(body, "\"ageLow\":18") && strstr(body, "\"ageHigh\":100"));
    CHECK(strstr(body, "\"declarationType\":\"paymentChecked\"") && !strstr(body, "null"));
    CHECK_OK(play_flush(&game));
    CHECK_EQ(files_with(folder, "paymentChecked"), 0);
    play_close(&game);
    server_stop(backend);
}

/* Without a signal the player answers a challenge of their own, with which no parent has anything to do. */
static void the_players_own_challenge(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    server_answer(backend, "GET", STATUS_PATH(FIRST), 200, "", STATUS(FIRST, "PENDING"));
    const playgate_challenge challenge =
        open_challenge(&game, backend, "ads",
                       "{\"success\":false,\"requiresAgeAssurance\":true,\"challenge\":" PLAYERS(FIRST) "}");
    const playgate_challenge_info info = info_of(challenge);
    CHECK_EQ(info.actor, PLAYGATE_ACTOR_PLAYER);
    CHECK_TEXT(info.type.ptr, "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE");
    CHECK_TEXT(info.url.ptr, SECRET_SITE "/age");
    CHECK(info.code.len == 0 && info.code_site.len == 0 && info.code_expires_ms == 0);
    const size_t asked = server_count(backend);
    playgate_request request = 0;
    CHECK_OK(playgate_client_renew_code(game.client, challenge, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_OK(playgate_client_email_parent(game.client, challenge, SECRET_ADDRESS, NULL, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(server_count(backend), asked);
    playgate_notice notice = 0;
    CHECK_OK(playgate_challenge_notice(challenge, &notice));
    playgate_notice_info said;
    playgate_notice_info_init(&said, sizeof said);
    CHECK_OK(playgate_notice_get_info(notice, &said));
    CHECK_TEXT(said.title.ptr, "Confirm your age");
    CHECK_OK(playgate_notice_free(notice));
    CHECK_OK(playgate_challenge_free(challenge));
    play_close(&game);
    server_stop(backend);
}

static void check_refused(play *game, playgate_challenge before)
{
    char asked[64];
    CHECK_EQ(play_step_result(game, "text-chat"), PLAYGATE_ERROR_NOT_ENABLED);
    CHECK_EQ(game->news[PLAYGATE_EVENT_NOTICE_READY], 1);
    CHECK_EQ(play_access(game, "text-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_decide(game, "text-chat").reason, PLAYGATE_REASON_PARENT);
    CHECK_EQ(notice_now(game, asked, sizeof asked), PLAYGATE_NOTICE_REFUSED);
    CHECK_TEXT(asked, "text-chat");
    /* A refused challenge stays until the player was told. */
    const playgate_challenge refused = challenge_of(game, "text-chat");
    CHECK_EQ(info_of(refused).progress, PLAYGATE_PROGRESS_REFUSED);
    CHECK_OK(play_acknowledge(game));
    CHECK_EQ(notice_now(game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
    play_pump(game);
    playgate_challenge none = 1;
    CHECK_FAILS(playgate_client_challenge(game->client, feature("text-chat"), &none), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(game->news[PLAYGATE_EVENT_NOTICE_READY], 1);
    /* Handles are as they were when they were taken. */
    CHECK_EQ(info_of(before).progress, PLAYGATE_PROGRESS_ASKED);
    CHECK_TEXT(info_of(before).code.ptr, OTHER_CODE);
    playgate_request request = 0;
    CHECK_OK(playgate_client_renew_code(game->client, refused, &request));
    CHECK_RESULT(play_wait(game, request), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_challenge_free(refused));
}

/* The challenge has passed, and the session is not there yet: nothing is on before it is. */
static void check_approved_then_enabled(play *game, server *backend)
{
    char asked[64];
    server_answer(backend, "GET", SESSION_PATH, 0, "", "");
    server_answer(backend, "GET", STATUS_PATH(FIRST), 200, "",
                  "{\"challengeId\":\"" FIRST "\",\"status\":\"PASS\",\"sessionId\":\"" ID "\"}");
    WAIT_DOING(30000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_APPROVED) == 1);
    WAIT_DOING(20000, play_pump(game), server_held(backend) == 1);
    CHECK_EQ(is_on(game, "voice-chat"), 0);
    CHECK_EQ(play_decide(game, "voice-chat").next_step, PLAYGATE_NEXT_WAIT);
    const playgate_challenge approved = challenge_of(game, "voice-chat");
    CHECK_EQ(info_of(approved).progress, PLAYGATE_PROGRESS_APPROVED);
    CHECK_OK(playgate_challenge_free(approved));
    /* The first session that comes is the old one. */
    serve(backend, 0);
    const size_t looks = server_count_of(backend, "GET", SESSION_PATH);
    server_release(backend);
    WAIT_DOING(20000, play_pump(game), server_count_of(backend, "GET", SESSION_PATH) > looks);
    CHECK_EQ(is_on(game, "voice-chat"), 0);
    CHECK_EQ(play_steps(game, "voice-chat", PLAYGATE_PROGRESS_ENABLED), 0);
    serve(backend, VOICE);
    WAIT_DOING(20000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_ENABLED) == 1);
    CHECK_EQ(is_on(game, "voice-chat"), 1);
    CHECK_EQ(game->news[PLAYGATE_EVENT_NOTICE_READY], 2);
    CHECK_EQ(notice_now(game, asked, sizeof asked), PLAYGATE_NOTICE_ENABLED);
    CHECK_OK(play_acknowledge(game));
    CHECK_EQ(notice_now(game, asked, sizeof asked), PLAYGATE_NOTICE_NONE);
}

/* Two questions: a parent opens both, allows one and refuses the other. */
static void a_parents_yes_and_no(void)
{
    play game;
    server *backend = start_simply(&game, 0);
    server_answer(backend, "GET", STATUS_PATH(FIRST), 200, "", STATUS(FIRST, "IN_PROGRESS"));
    server_answer(backend, "GET", STATUS_PATH(SECOND), 200, "", STATUS(SECOND, "FAIL"));
    const uint64_t opened = now_us();
    /* Words beside the challenge say nothing. */
    const playgate_challenge voice = open_challenge(
        &game, backend, "voice-chat", "{\"success\":true,\"status\":\"PASS\",\"challenge\":" PARENTS(FIRST, SECRET_CODE) "}");
    const playgate_challenge text =
        open_challenge(&game, backend, "text-chat", ASKS_PARENT(PARENTS(SECOND, OTHER_CODE)));
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_PENDING);
    CHECK_EQ(play_decide(&game, "voice-chat").next_step, PLAYGATE_NEXT_WAIT);
    CHECK_EQ(is_on(&game, "voice-chat"), 0);
    /* Asked again, nothing is sent. */
    CHECK_RESULT(ask_and_wait(&game, "voice-chat"), PLAYGATE_CHALLENGE_OPEN);
    CHECK_EQ(server_count_of(backend, "POST", ASK_PATH), 2);
    /* The page was closed: the status is read once, not before its time, and the session after it. */
    const size_t looks = server_count_of(backend, "GET", SESSION_PATH);
    playgate_request checks[2] = {0, 0};
    CHECK_OK(playgate_client_check_challenge(game.client, voice, &checks[0]));
    CHECK_OK(playgate_client_check_challenge(game.client, voice, &checks[1]));
    CHECK_OK(play_wait(&game, checks[0]));
    CHECK_OK(play_wait(&game, checks[1]));
    CHECK(now_us() - opened >= 5000000u);
    CHECK_EQ(play_done(&game, checks[0])->operation, PLAYGATE_OPERATION_CHECK_CHALLENGE);
    CHECK_EQ(server_count_of(backend, "GET", STATUS_PATH(FIRST)), 1);
    CHECK(server_count_of(backend, "GET", SESSION_PATH) > looks);
    CHECK_EQ(play_steps(&game, "voice-chat", PLAYGATE_PROGRESS_WAITING), 1);
    WAIT_DOING(20000, play_pump(&game), play_steps(&game, "text-chat", PLAYGATE_PROGRESS_REFUSED) == 1);
    check_refused(&game, text);
    check_approved_then_enabled(&game, backend);
    CHECK_EQ(server_count_of(backend, "GET", STATUS_PATH(FIRST)), 2);
    CHECK(now_us() - opened >= 10000000u);
    check_nothing_leaks(&game);
    play_close(&game);
    /* Challenges stay readable when all is over. */
    CHECK_TEXT(info_of(voice).code.ptr, SECRET_CODE);
    CHECK_TEXT(info_of(voice).feature.ptr, "voice-chat");
    CHECK_OK(playgate_challenge_free(voice));
    CHECK_OK(playgate_challenge_free(text));
    server_stop(backend);
}

void upgrade_answers(void)
{
    what_the_player_manages();
    what_is_prohibited();
    an_age_signal();
    the_players_own_challenge();
    a_parents_yes_and_no();
}
