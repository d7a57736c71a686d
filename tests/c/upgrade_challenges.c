/* What is shown about a challenge: facts, texts, the QR code; and what is asked about it: a code, a message, its end. */
#include "upgrade.h"

#define CODE_PATH "/api/challenge/" FIRST "/code"
#define EMAIL_PATH "/api/challenge/" FIRST "/email"
#define PLACES 177u

/* The challenge's notice says that. */
static void expect_notice(playgate_notice notice, const char *title, const char *message, int line)
{
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    check_result(playgate_notice_get_info(notice, &info), PLAYGATE_OK, __FILE__, line, "the notice");
    check_number(info.kind, PLAYGATE_NOTICE_ASKED, __FILE__, line, "its kind");
    check_number(info.asked_count, 1, __FILE__, line, "how many were asked for");
    check_text(info.title.ptr, title, __FILE__, line, "its title");
    check_text(info.message.ptr, message, __FILE__, line, "its message");
}
#define EXPECT_NOTICE(notice, title, message) expect_notice((notice), (title), (message), __LINE__)

static playgate_notice notice_of(playgate_challenge challenge)
{
    playgate_notice notice = 0;
    CHECK_OK(playgate_challenge_notice(challenge, &notice));
    return notice;
}

/* In English, in German, in the host's own words, with its names; what was given out stays as it is. */
static void texts(playgate_challenge challenge)
{
    const playgate_notice english = notice_of(challenge);
    CHECK_OK(playgate_set_language("de-AT"));
    const playgate_notice german = notice_of(challenge);
    CHECK_OK(playgate_set_text("upgrade.asked-parent", "Zeig das deinen Eltern: {features}"));
    CHECK_OK(playgate_set_display_name("voice-chat", "Sprechen"));
    const playgate_notice own = notice_of(challenge);
    EXPECT_NOTICE(english, "Ask a parent", "Ask a parent to look at your request: Voice Chat.");
    EXPECT_NOTICE(german, "Frag ein Elternteil", "Bitte ein Elternteil, sich deine Frage anzusehen: Voice Chat.");
    EXPECT_NOTICE(own, "Frag ein Elternteil", "Zeig das deinen Eltern: Sprechen");
    playgate_text name;
    playgate_text shown;
    CHECK_OK(playgate_notice_get_feature(own, PLAYGATE_NOTICE_LIST_ASKED, 0, &name, &shown));
    CHECK_TEXT(name.ptr, "voice-chat");
    CHECK_TEXT(shown.ptr, "Sprechen");
    CHECK_OK(playgate_set_text("upgrade.asked-parent", NULL));
    CHECK_OK(playgate_set_display_name("voice-chat", NULL));
    CHECK_OK(playgate_set_language("en"));
    CHECK_OK(playgate_notice_free(english));
    CHECK_OK(playgate_notice_free(german));
    CHECK_OK(playgate_notice_free(own));
}

/* A module of the 7 by 7 pattern in three corners: a dark ring, a light one, a dark middle. */
static int finder(uint32_t x, uint32_t y)
{
    const uint32_t from_middle_x = x > 3 ? x - 3 : 3 - x;
    const uint32_t from_middle_y = y > 3 ? y - 3 : 3 - y;
    return (from_middle_x > from_middle_y ? from_middle_x : from_middle_y) != 2;
}

/* The fixed patterns are where every reader looks for them; the size in modules. */
static uint32_t check_qr(playgate_challenge challenge)
{
    uint32_t size = 0;
    CHECK_FAILS(playgate_challenge_qr(challenge, NULL, 0, &size), PLAYGATE_ERROR_LIMIT);
    if (!CHECK(size >= 21 && size <= PLACES && size % 4 == 1)) {
        return 0;
    }
    uint8_t modules[PLACES * PLACES];
    uint32_t drawn = 0;
    CHECK_OK(playgate_challenge_qr(challenge, modules, (size_t)size * size, &drawn));
    CHECK_EQ(drawn, size);
    const uint32_t far = size - 7;
    int differ = 0;
    for (uint32_t y = 0; y < 7; y++) {
        for (uint32_t x = 0; x < 7; x++) {
            differ += modules[y * size + x] != finder(x, y);
            differ += modules[y * size + far + x] != finder(x, y);
            differ += modules[(far + y) * size + x] != finder(x, y);
        }
    }
    for (uint32_t at = 8; at + 8 < size; at++) {
        differ += modules[6 * size + at] != (at % 2 == 0);
        differ += modules[at * size + 6] != (at % 2 == 0);
    }
    CHECK_EQ(differ, 0);
    return size;
}

static void a_parents_challenge(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    const playgate_challenge challenge =
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    const playgate_challenge_info info = info_of(challenge);
    CHECK_EQ(info.actor, PLAYGATE_ACTOR_PARENT);
    CHECK_EQ(info.progress, PLAYGATE_PROGRESS_ASKED);
    CHECK_EQ(info.data_lite, 1);
    CHECK_EQ(info.code_expires_ms, INT64_C(4102444800000));
    CHECK_EQ(info.url_expires_ms, INT64_C(4102444800000));
    CHECK(info.asked_ms > INT64_C(1500000000000) && info.asked_ms < INT64_C(4102444800000));
    CHECK_TEXT(info.feature.ptr, "voice-chat");
    CHECK_TEXT(info.id.ptr, FIRST);
    CHECK_TEXT(info.type.ptr, "CHALLENGE_SESSION_UPGRADE");
    CHECK_TEXT(info.url.ptr, CODE_URL(SECRET_CODE));
    CHECK_TEXT(info.code.ptr, SECRET_CODE);
    CHECK_TEXT(info.code_site.ptr, "asktoplay.com");
    const playgate_text all[] = {info.feature, info.id, info.type, info.url, info.code, info.code_site};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK_EQ(strlen(all[i].ptr), all[i].len);
    }
    texts(challenge);
    CHECK(check_qr(challenge) >= 21);
    play_close(&game);
    CHECK_TEXT(info_of(challenge).url.ptr, CODE_URL(SECRET_CODE));
    CHECK_OK(playgate_challenge_free(challenge));
    server_stop(backend);
}

/* The longest URL makes the largest code; one that is longer, or that no browser should be sent to, counts as none. */
static void urls_and_sites(void)
{
    play game;
    server *backend = server_start();
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, server_url(backend));
    options.code_site = "play.example/family";
    start(&game, &options, backend, 0);
    char answer[4096];
    char path[2048];
    const size_t fits = 2048 - strlen("https://a.example/");
    memset(path, 'x', sizeof path);
    path[fits] = '\0';
    (void)snprintf(answer, sizeof answer, ASKS_PARENT("{\"challengeId\":\"" FIRST "\",\"url\":\"https://a.example/%s\"}"), path);
    const playgate_challenge longest = open_challenge(&game, backend, "voice-chat", answer);
    CHECK_EQ(info_of(longest).url.len, 2048);
    CHECK(info_of(longest).code.len == 0 && info_of(longest).code_site.len == 0);
    CHECK(check_qr(longest) > 150);
    path[fits] = 'x';
    path[fits + 1] = '\0';
    (void)snprintf(answer, sizeof answer,
                   ASKS_PARENT("{\"challengeId\":\"" SECOND "\",\"otp\":\"" SECRET_CODE "\",\"url\":\"https://a.example/%s\"}"),
                   path);
    const playgate_challenge none = open_challenge(&game, backend, "text-chat", answer);
    CHECK_EQ(info_of(none).url.len, 0);
    CHECK_EQ(info_of(none).data_lite, 0);
    CHECK_TEXT(info_of(none).code.ptr, SECRET_CODE);
    CHECK_TEXT(info_of(none).code_site.ptr, "play.example/family");
    uint32_t size = 1;
    CHECK_FAILS(playgate_challenge_qr(none, NULL, 0, &size), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(size, 0);
    CHECK_OK(playgate_challenge_free(longest));
    CHECK_OK(playgate_challenge_free(none));
    play_close(&game);
    server_stop(backend);
}

static void a_new_code(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    const playgate_challenge before =
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    server_answer(backend, "POST", CODE_PATH, 0, "", "");
    playgate_request requests[2] = {0, 0};
    CHECK_OK(playgate_client_renew_code(game.client, before, &requests[0]));
    WAIT_DOING(20000, play_pump(&game), server_held(backend) == 1);
    /* A second one joins the first. */
    CHECK_OK(playgate_client_renew_code(game.client, before, &requests[1]));
    server_answer(backend, "POST", CODE_PATH, 200, "",
                  "{\"otp\":\"" OTHER_CODE "\",\"expiresAt\":\"2100-01-01T00:00:01Z\",\"url\":\"" CODE_URL(OTHER_CODE) "\"}");
    server_release(backend);
    CHECK_OK(play_wait(&game, requests[0]));
    CHECK_OK(play_wait(&game, requests[1]));
    CHECK_EQ(play_done(&game, requests[0])->operation, PLAYGATE_OPERATION_RENEW_CODE);
    CHECK_EQ(server_count_of(backend, "POST", CODE_PATH), 1);
    const playgate_challenge after = challenge_of(&game, "voice-chat");
    CHECK_TEXT(info_of(after).code.ptr, OTHER_CODE);
    CHECK_TEXT(info_of(after).url.ptr, CODE_URL(OTHER_CODE));
    CHECK_EQ(info_of(after).code_expires_ms, INT64_C(4102444801000));
    CHECK_TEXT(info_of(before).code.ptr, SECRET_CODE);
    /* One that the server refuses leaves the code as it is. */
    server_answer(backend, "POST", CODE_PATH, 409, "", "{\"error\":\"CHALLENGE_CLOSED\"}");
    CHECK_OK(playgate_client_renew_code(game.client, after, &requests[0]));
    CHECK_RESULT(play_wait(&game, requests[0]), PLAYGATE_ERROR_INVALID_STATE);
    server_answer(backend, "POST", CODE_PATH, 200, "", "{\"otp\":\"\"}");
    CHECK_OK(playgate_client_renew_code(game.client, after, &requests[0]));
    CHECK_RESULT(play_wait(&game, requests[0]), PLAYGATE_ERROR_PROTOCOL);
    const playgate_challenge still = challenge_of(&game, "voice-chat");
    CHECK_TEXT(info_of(still).code.ptr, OTHER_CODE);
    check_nothing_leaks(&game);
    CHECK_OK(playgate_challenge_free(before));
    CHECK_OK(playgate_challenge_free(after));
    CHECK_OK(playgate_challenge_free(still));
    play_close(&game);
    server_stop(backend);
}

static playgate_result email(play *game, playgate_challenge challenge, const char *address, const char *locale)
{
    playgate_request request = 0;
    CHECK_OK(playgate_client_email_parent(game->client, challenge, address, locale, &request));
    const playgate_result result = play_wait(game, request);
    CHECK_EQ(play_done(game, request)->operation, PLAYGATE_OPERATION_EMAIL_PARENT);
    return result;
}

/* The parent's address is in the request, and nowhere else: not when it was refused either. */
static void a_message_to_the_parent(void)
{
    play game;
    const char *folder = temporary_folder();
    server *backend = server_start();
    const playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    start(&game, &options, backend, TEXT);
    const playgate_challenge challenge =
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    char body[1024];
    server_answer(backend, "POST", EMAIL_PATH, 200, "", "{}");
    CHECK_OK(email(&game, challenge, SECRET_ADDRESS, "de-AT"));
    server_body(backend, "POST", EMAIL_PATH, body, sizeof body);
    CHECK_TEXT(body, "{\"email\":\"" SECRET_ADDRESS "\",\"locale\":\"de-AT\"}");
    CHECK_OK(email(&game, challenge, NULL, NULL));
    server_body(backend, "POST", EMAIL_PATH, body, sizeof body);
    CHECK_TEXT(body, "{}");
    CHECK_RESULT(email(&game, challenge, "not " SECRET_ADDRESS, NULL), PLAYGATE_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(server_count_of(backend, "POST", EMAIL_PATH), 2);
    server_answer(backend, "POST", EMAIL_PATH, 400, "", "{\"error\":\"INVALID_EMAIL\",\"message\":\"" SECRET_ADDRESS "\"}");
    CHECK_RESULT(email(&game, challenge, SECRET_ADDRESS, NULL), PLAYGATE_ERROR_INVALID_ARGUMENT);
    /* One at a time, and none is sent twice by itself. */
    server_answer(backend, "POST", EMAIL_PATH, 0, "", "");
    playgate_request request = 0;
    CHECK_OK(playgate_client_email_parent(game.client, challenge, SECRET_ADDRESS, NULL, &request));
    WAIT_DOING(20000, play_pump(&game), server_held(backend) == 1);
    CHECK_RESULT(email(&game, challenge, SECRET_ADDRESS, NULL), PLAYGATE_ERROR_BUSY);
    server_answer(backend, "POST", EMAIL_PATH, 503, "", "{\"error\":\"" SECRET_ADDRESS "\"}");
    server_release(backend);
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_SERVER);
    server_answer(backend, "POST", EMAIL_PATH, 429, "Retry-After: 1\r\n", "");
    CHECK_RESULT(email(&game, challenge, SECRET_ADDRESS, NULL), PLAYGATE_ERROR_RATE_LIMITED);
    CHECK_EQ(server_count_of(backend, "POST", EMAIL_PATH), 5);
    check_nothing_leaks(&game);
    CHECK_OK(play_flush(&game));
    CHECK_EQ(files_with(folder, SECRET_ADDRESS), 0);
    CHECK_EQ(files_with(folder, "parent.planted"), 0);
    CHECK_OK(playgate_challenge_free(challenge));
    play_close(&game);
    CHECK_EQ(files_with(folder, "parent.planted"), 0);
    server_stop(backend);
}

/* Given up on this device: the feature is as the session has it, and asking again gives the same challenge. */
static void a_challenge_given_up(void)
{
    play game;
    server *backend = start_simply(&game, TEXT);
    playgate_challenge challenge =
        open_challenge(&game, backend, "voice-chat", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    playgate_request request = 0;
    CHECK_OK(playgate_client_cancel_challenge(game.client, challenge, &request));
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(play_done(&game, request)->operation, PLAYGATE_OPERATION_CANCEL_CHALLENGE);
    CHECK_EQ(play_steps(&game, "voice-chat", PLAYGATE_PROGRESS_NONE), 1);
    CHECK_EQ(play_step_result(&game, "voice-chat"), PLAYGATE_ERROR_CANCELLED);
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_PARENT);
    CHECK_EQ(play_decide(&game, "voice-chat").next_step, PLAYGATE_NEXT_ASK_PARENT);
    CHECK_OK(playgate_client_cancel_challenge(game.client, challenge, &request));
    CHECK_RESULT(play_wait(&game, request), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_TEXT(info_of(challenge).code.ptr, SECRET_CODE);
    CHECK(check_qr(challenge) >= 21);
    playgate_challenge again = 1;
    CHECK_FAILS(playgate_client_challenge(game.client, feature("voice-chat"), &again), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_FAILS(playgate_client_challenge_at(game.client, 0, &again), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_challenge_free(challenge));
    server_answer_once(backend, "POST", ASK_PATH, 200, "", ASKS_PARENT(PARENTS(FIRST, SECRET_CODE)));
    CHECK_RESULT(ask_and_wait(&game, "voice-chat"), PLAYGATE_CHALLENGE_OPEN);
    challenge = challenge_of(&game, "voice-chat");
    CHECK_TEXT(info_of(challenge).id.ptr, FIRST);
    CHECK_OK(playgate_challenge_free(challenge));
    play_close(&game);
    server_stop(backend);
}

void upgrade_challenges(void)
{
    a_parents_challenge();
    urls_and_sites();
    a_new_code();
    a_message_to_the_parent();
    a_challenge_given_up();
}
