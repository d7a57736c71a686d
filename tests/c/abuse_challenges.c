/* Texts, challenges, requests for permissions and age signals, with arguments that no host should give. */
#include "abuse.h"

#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT
#define ASK_PATH "/api/request-permission"
#define CHALLENGE_JSON                                                                                                 \
    "{\"challengeId\":\"c-1\",\"type\":\"CHALLENGE_SESSION_UPGRADE\","                                                 \
    "\"url\":\"https://family.example/authorize?otp=ABC123\",\"oneTimePassword\":\"ABC123\"}"
/* No side of a QR code has more modules. */
#define MOST_MODULES 177u
/* The room for registered texts, and the longest text. */
#define TEXT_ROOM 65536u
#define LONGEST_TEXT 1024u

/* -- A client with an open challenge -------------------------------------------------------------------------------- */

static playgate_permission_request request_for(const char *name)
{
    playgate_permission_request asked;
    CALL(playgate_permission_request_init, (&asked, sizeof asked));
    asked.feature = feature(name);
    return asked;
}

void start_asking(void)
{
    char changed[1024];
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", document);
    asking_server = server_start();
    server_answer(asking_server, "PUT", "/api/session", 200, "", changed);
    server_answer(asking_server, "GET", "/api/session/s-1", 200, "", changed);
    server_answer(asking_server, "POST", ASK_PATH, 200, "",
                  "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":" CHALLENGE_JSON "}");
    server_answer(asking_server, "GET", "/api/challenge/c-1/status", 200, "",
                  "{\"challengeId\":\"c-1\",\"status\":\"PENDING\"}");
    play_start(&asking_game, "asking", NULL, server_url(asking_server));
    CHECK_OK(play_adopt(&asking_game, document));
    const playgate_permission_request asked = request_for("text-chat");
    playgate_request request = 0;
    CHECK_OK(CALL(playgate_client_request_permission, (asking_game.client, &asked, &request)));
    CHECK_RESULT(play_wait(&asking_game, request), PLAYGATE_CHALLENGE_OPEN);
}

playgate_challenge take_challenge(void)
{
    playgate_challenge challenge = 0;
    CHECK_OK(CALL(playgate_client_challenge, (asking_game.client, feature("text-chat"), &challenge)));
    return challenge;
}

/* -- Texts ---------------------------------------------------------------------------------------------------------- */

static void languages_and_texts(void)
{
    BAD_TEXTS(true, CALL(playgate_set_language, (bad)));
    const char *const unknown[] = {"", "-", "fr", "deu", "d", "english", "*"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        CHECK_FAILS(playgate_set_language(unknown[i]), PLAYGATE_ERROR_UNSUPPORTED);
    }
    BAD_TEXTS(true, CALL(playgate_set_text, (bad, "own")));
    BAD_TEXTS(false, playgate_set_text("reason.parent", bad));
    CHECK_FAILS(playgate_set_text("", "own"), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_FAILS(playgate_set_text("reason.Parent", "own"), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_FAILS(playgate_set_text("reason.nothing", NULL), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_set_text("reason.parent", NULL));
    CHECK_OK(playgate_set_text("reason.parent", ""));

    char buffer[8] = "allowed";
    size_t len = 7;
    BAD_TEXTS(true, CALL(playgate_get_text, (bad, buffer, sizeof buffer, &len)));
    CHECK(len == 0 && buffer[0] == '\0');
    len = 7;
    CHECK_FAILS(playgate_get_text("reason.nothing", buffer, sizeof buffer, &len), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(len, 0);
    CHECK_FAILS(playgate_get_text("reason.parent", NULL, 5, &len), INVALID);
    CHECK_FAILS(playgate_get_text("reason.parent", buffer, sizeof buffer, NULL), INVALID);
    CHECK_OK(playgate_get_text("reason.parent", huge, HUGE_BYTES, &len));
    CHECK_EQ(strlen(huge), len);
    memset(huge, '[', len + 1);

    playgate_text key = {"allowed", 7};
    const size_t past[] = {1000, SIZE_MAX / 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        CHECK_FAILS(CALL(playgate_get_text_key, (past[i], &key)), PLAYGATE_ERROR_NOT_FOUND);
        CHECK(is_empty(&key));
    }
    CHECK_FAILS(playgate_get_text_key(0, NULL), INVALID);
    size_t count = 0;
    for (; playgate_get_text_key(count, &key) == PLAYGATE_OK; count++) {
        CHECK(key.len > 0 && strlen(key.ptr) == key.len);
        CHECK_OK(playgate_get_text(key.ptr, NULL, 0, &len));
        CHECK(len > 0 && len < LONGEST_TEXT);
    }
    CHECK(count > 20);
    check_alive("bad texts");
}

/* A text of that length which no other call makes. */
static const char *distinct_text(char *buffer, size_t len, unsigned number)
{
    memset(buffer, 'x', len);
    const int digits = snprintf(buffer, len, "%08u", number);
    require(digits == 8, "a number has eight digits");
    buffer[8] = 'x';
    buffer[len] = '\0';
    return buffer;
}

static void the_room_for_texts(void)
{
    char text[LONGEST_TEXT + 2];
    CHECK_FAILS(playgate_set_text("reason.parent", distinct_text(text, LONGEST_TEXT + 1, 0)), INVALID);
    CHECK_OK(playgate_set_text("reason.parent", distinct_text(text, LONGEST_TEXT, 0)));
    const playgate_text lent = play_decide(&live_game, "text-chat").text;
    CHECK_TEXT(lent.ptr, text);
    CHECK_EQ(lent.len, LONGEST_TEXT);
    unsigned taken = 1;
    while (taken < TEXT_ROOM && playgate_set_text("reason.pending", distinct_text(text, 1000, taken)) == PLAYGATE_OK) {
        taken++;
    }
    CHECK_EQ(taken, 1 + (TEXT_ROOM - (LONGEST_TEXT + 1)) / 1001);
    CHECK_FAILS(playgate_set_text("reason.pending", text), PLAYGATE_ERROR_LIMIT);
    /* What was registered stays, a text that was lent stays as it is, and what is known already needs no room. */
    CHECK_TEXT(play_decide(&asking_game, "text-chat").text.ptr, distinct_text(text, 1000, taken - 1));
    for (int turn = 0; turn < 1000; turn++) {
        CHECK_OK(playgate_set_text("reason.parent", distinct_text(text, 1000, 1)));
        CHECK_OK(playgate_set_text("reason.parent", distinct_text(text, LONGEST_TEXT, 0)));
    }
    CHECK_OK(playgate_set_text("reason.parent", NULL));
    CHECK_OK(playgate_set_text("reason.pending", ""));
    CHECK_TEXT(play_decide(&live_game, "text-chat").text.ptr, "A parent can turn this on for you.");
    CHECK_TEXT(lent.ptr, distinct_text(text, LONGEST_TEXT, 0));
    CHECK_OK(playgate_set_language("de"));
    CHECK_TEXT(play_decide(&live_game, "text-chat").text.ptr, "Ein Elternteil kann das f\xc3\xbcr dich einschalten.");
    CHECK_OK(playgate_set_language("en"));
    check_alive("no room for texts");
}

/* -- Challenges ----------------------------------------------------------------------------------------------------- */

static void challenges(void)
{
    const playgate_client client = asking_game.client;
    playgate_challenge challenge = 1;
    const playgate_feature unknown[] = {0, PLAYGATE_TABLE_CELLS - 1, PLAYGATE_TABLE_CELLS, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        challenge = 1;
        CHECK_FAILS(CALL(playgate_client_challenge, (client, unknown[i], &challenge)), INVALID);
        CHECK_EQ(challenge, 0);
    }
    challenge = 1;
    CHECK_FAILS(playgate_client_challenge(client, feature("voice-chat"), &challenge), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_EQ(challenge, 0);
    CHECK_FAILS(playgate_client_challenge(live[CLIENT], feature("text-chat"), &challenge), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_FAILS(playgate_client_challenge(client, feature("text-chat"), NULL), INVALID);
    const size_t past[] = {1, 1000, SIZE_MAX};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        challenge = 1;
        CHECK_FAILS(CALL(playgate_client_challenge_at, (client, past[i], &challenge)), PLAYGATE_ERROR_NOT_FOUND);
        CHECK_EQ(challenge, 0);
    }
    CHECK_FAILS(playgate_client_challenge_at(live[CLIENT], 0, &challenge), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_FAILS(playgate_client_challenge_at(client, 0, NULL), INVALID);
    CHECK_FAILS(CALL(playgate_challenge_notice, (live[CHALLENGE], NULL)), INVALID);
    /* One challenge, many handles: each is freed by itself, and the challenge stays open. */
    for (int turn = 0; turn < 100; turn++) {
        CHECK_OK(playgate_client_challenge_at(client, 0, &challenge));
        CHECK(challenge != live[CHALLENGE]);
        CHECK_OK(playgate_challenge_free(challenge));
        CHECK_FAILS(playgate_challenge_free(challenge), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    check_alive("bad challenges");
}

static void qr_codes(void)
{
    uint32_t size = 1;
    CHECK_FAILS(CALL(playgate_challenge_qr, (live[CHALLENGE], NULL, 5, &size)), INVALID);
    CHECK_EQ(size, 0);
    uint8_t modules[MOST_MODULES * MOST_MODULES + 8];
    CHECK_FAILS(playgate_challenge_qr(live[CHALLENGE], modules, sizeof modules, NULL), INVALID);
    CHECK_FAILS(playgate_challenge_qr(live[CHALLENGE], NULL, 0, &size), PLAYGATE_ERROR_LIMIT);
    CHECK(size >= 21 && size <= MOST_MODULES);
    const size_t whole = (size_t)size * size;
    const size_t small[] = {0, 1, size, whole - 1};
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        memset(modules, '#', sizeof modules);
        size = 0;
        CHECK_FAILS(playgate_challenge_qr(live[CHALLENGE], modules, small[i], &size), PLAYGATE_ERROR_LIMIT);
        CHECK_EQ((size_t)size * size, whole);
        for (size_t at = 0; at < sizeof modules; at++) {
            if (modules[at] != '#') {
                CHECK_EQ(modules[at], '#');
            }
        }
    }
    /* Never past what it draws, however much room there is, and at any address. */
    for (size_t at = 0; at < 8; at++) {
        memset(modules, '#', sizeof modules);
        CHECK_OK(playgate_challenge_qr(live[CHALLENGE], modules + at, at == 0 ? whole : MOST_MODULES * MOST_MODULES, &size));
        for (size_t i = 0; i < sizeof modules; i++) {
            const bool is_drawn = i >= at && i < at + whole;
            if (is_drawn ? modules[i] > 1 : modules[i] != '#') {
                CHECK_EQ(modules[i], '#');
            }
        }
    }
    check_alive("bad QR codes");
}

/* -- What is asked about a challenge -------------------------------------------------------------------------------- */

static void about_challenges(void)
{
    const playgate_client client = asking_game.client;
    const playgate_challenge challenge = live[CHALLENGE];
    const size_t asked = server_count(asking_server);
    CHECK_FAILS(CALL(playgate_client_renew_code, (client, challenge, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_check_challenge, (client, challenge, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_cancel_challenge, (client, challenge, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_email_parent, (client, challenge, NULL, NULL, NULL)), INVALID);
    playgate_request request = 1;
    BAD_TEXTS(false, playgate_client_email_parent(client, challenge, bad, NULL, &request));
    BAD_TEXTS(false, playgate_client_email_parent(client, challenge, NULL, bad, &request));
    CHECK_EQ(request, 0);
    const char *const locales[] = {"", "-", "en_US", "en US", "en-", "toolonglanguage", "de\r\nX: 1", "e\xc3\xa9"};
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        request = 1;
        CHECK_FAILS(playgate_client_email_parent(client, challenge, SECRET_ADDRESS, locales[i], &request), INVALID);
        CHECK_EQ(request, 0);
        CHECK(!has_secret(playgate_last_error()));
    }
    /* An address that cannot be one is found without asking anybody. */
    const char *const addresses[] = {"", "@", "a", "a@b", "a b@c.example", "a@b.example\r\nX: 1", "<a@b.example>"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        CHECK_OK(playgate_client_email_parent(client, challenge, addresses[i], "en", &request));
        CHECK_RESULT(play_wait(&asking_game, request), INVALID);
    }
    CHECK_EQ(server_count_of(asking_server, "POST", "/api/challenge/c-1/email"), 0);
    /* A challenge of another player's client. */
    CHECK_OK(playgate_client_renew_code(live[CLIENT], challenge, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_client_email_parent(live[CLIENT], challenge, SECRET_ADDRESS, NULL, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_client_check_challenge(live[CLIENT], challenge, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_client_cancel_challenge(live[CLIENT], challenge, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    /* Nothing but the polls of its status went out meanwhile. */
    CHECK(server_count(asking_server) - asked <= server_count_of(asking_server, "GET", "/api/challenge/c-1/status"));
    check_alive("bad questions about a challenge");
}

/* -- Requests for permissions --------------------------------------------------------------------------------------- */

/* Asks with a signal that breaks this rule: refused at once, with the rule. */
static void breaks(const playgate_age_signal *signal, const char *rule, int line)
{
    playgate_permission_request asked = request_for("text-chat");
    asked.age_signal = signal;
    playgate_request request = 1;
    check_fails(playgate_client_request_permission(live[CLIENT], &asked, &request), INVALID, __FILE__, line, rule);
    check_that(strstr(playgate_last_error(), rule) != NULL, __FILE__, line, rule);
    if (!strstr(playgate_last_error(), rule)) {
        printf("    says: %s\n", playgate_last_error());
    }
    check_number((long long)request, 0, __FILE__, line, "the out is 0");
}

#define BREAKS(change, rule)                                                                                           \
    do {                                                                                                               \
        playgate_age_signal signal;                                                                                    \
        playgate_age_signal_init(&signal, sizeof signal);                                                              \
        change;                                                                                                        \
        breaks(&signal, (rule), __LINE__);                                                                             \
    } while (0)
#define RANGE(platform, low, high) (signal.name = (platform), signal.age_low = (low), signal.age_high = (high))
#define WORD(platform, word) (signal.name = (platform), signal.category = (word))
#define SOME_ID "608616da-4fd2-4742-82bf-ec1d4ffd8187"

static void age_signals(void)
{
    const char *const half = "an age range has both ageLow and ageHigh";
    const char *const bounds = "ageLow and ageHigh are between 0 and 100";
    const char *const word = "the declarationType of an age signal is a word";
    BREAKS((void)0, "an age signal needs the name of its platform");
    BREAKS(signal.name = "", "an age signal needs the name of its platform");
    BREAKS(signal.name = "Apple", "the platform of an age signal is apple-ios, google-play, xbox, meta-horizon or k-id");
    BREAKS(signal.name = not_utf8, "UTF-8");
    BREAKS(signal.name = long_text, "long");
    BREAKS(WORD("xbox", not_utf8), "UTF-8");
    BREAKS(WORD("xbox", long_text), "long");
    BREAKS(signal.name = "apple-ios", "an apple-ios age signal needs an age range");
    BREAKS(WORD("apple-ios", "teen"), "an apple-ios age signal needs an age range");
    BREAKS(signal.name = "google-play", "a google-play age signal needs an age range");
    BREAKS(RANGE("google-play", 18, PLAYGATE_AGE_NONE), half);
    BREAKS(RANGE("google-play", PLAYGATE_AGE_NONE, 18), half);
    BREAKS((RANGE("apple-ios", 1, 2), signal.category = "teen"), "a category or an age range, not both");
    BREAKS(RANGE("apple-ios", 18, 17), "ageLow must not be above ageHigh");
    BREAKS(RANGE("apple-ios", -2, 17), bounds);
    BREAKS(RANGE("apple-ios", 18, 101), bounds);
    BREAKS(RANGE("apple-ios", INT32_MIN, INT32_MAX), bounds);
    BREAKS(signal.name = "xbox", "an xbox age signal needs a category and no age range");
    BREAKS(RANGE("xbox", 18, 20), "an xbox age signal needs a category and no age range");
    BREAKS(WORD("xbox", "Teen"), "the category of an xbox age signal is child, teen or adult");
    BREAKS(WORD("xbox", ""), "the category of an xbox age signal is child, teen or adult");
    BREAKS(RANGE("meta-horizon", 18, 20), "a meta-horizon age signal needs a category and no age range");
    BREAKS(WORD("meta-horizon", "teen"), "the category of a meta-horizon age signal is CH, TN or AD");
    BREAKS(signal.name = "k-id", "a k-id age signal needs the verificationId");
    BREAKS((signal.name = "k-id", signal.verification_id = "7"), "the verificationId of an age signal is a UUID");
    BREAKS((signal.name = "k-id", signal.verification_id = SOME_ID "0"), "the verificationId of an age signal is a UUID");
    BREAKS((WORD("k-id", "teen"), signal.verification_id = SOME_ID), "the category of a k-id age signal is");
    BREAKS((WORD("xbox", "teen"), signal.verification_id = SOME_ID), "only a k-id age signal has a verificationId");
    BREAKS((WORD("xbox", "teen"), signal.verification_id = long_text), "long");
    BREAKS((WORD("xbox", "teen"), signal.declaration_type = "a b"), word);
    BREAKS((WORD("xbox", "teen"), signal.declaration_type = ""), word);
    BREAKS((WORD("xbox", "teen"), signal.declaration_type = not_utf8), "UTF-8");
    BREAKS((WORD("xbox", "teen"), signal.reserved0 = 1), "reserved space is not zero");
    for (size_t i = 0; i < 4; i++) {
        BREAKS((WORD("xbox", "teen"), signal.reserved[i] = UINT64_MAX), "reserved space is not zero");
    }
    BREAKS((WORD("xbox", "teen"), signal.struct_size = 0), "struct_size");
    BREAKS((WORD("xbox", "teen"), signal.struct_size = 8), "struct_size");
    BREAKS((WORD("xbox", "teen"), signal.struct_size = UINT32_MAX), "struct_size");
    check_alive("bad age signals");
}

static void requests(void)
{
    const playgate_client client = live[CLIENT];
    playgate_request request = 1;
    playgate_permission_request asked = request_for("voice-chat");
    CHECK_FAILS(playgate_client_request_permission(client, NULL, &request), INVALID);
    CHECK_EQ(request, 0);
    CHECK_FAILS(playgate_client_request_permission(client, &asked, NULL), INVALID);
    for (size_t i = 0; i < sizeof asked.reserved / sizeof asked.reserved[0]; i++) {
        asked = request_for("voice-chat");
        asked.reserved[i] = 1;
        request = 1;
        CHECK_FAILS(playgate_client_request_permission(client, &asked, &request), INVALID);
        CHECK_EQ(request, 0);
    }
    asked = request_for("voice-chat");
    const playgate_feature unknown[] = {0, PLAYGATE_TABLE_CELLS - 1, PLAYGATE_TABLE_CELLS, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        request = 1;
        asked.feature = unknown[i];
        CHECK_FAILS(playgate_client_request_permission(client, &asked, &request), INVALID);
        CHECK_EQ(request, 0);
        request = 1;
        CHECK_FAILS(CALL(playgate_client_switch_feature, (client, unknown[i], 0, &request)), INVALID);
        CHECK_EQ(request, 0);
    }
    CHECK_FAILS(playgate_client_switch_feature(client, feature("voice-chat"), 0, NULL), INVALID);
    /* What a parent manages is not the player's to switch, and what the session does not name is nobody's. */
    CHECK_OK(playgate_client_switch_feature(client, feature("voice-chat"), 0, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_OK(playgate_client_switch_feature(client, feature("text-chat"), INT32_MIN, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_OK(playgate_client_switch_feature(client, feature("not-there"), 0, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    asked.feature = feature("not-there");
    CHECK_OK(playgate_client_request_permission(client, &asked, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_NOT_FOUND);
    /* Without a server nobody can be asked. */
    asked.feature = feature("text-chat");
    CHECK_OK(playgate_client_request_permission(client, &asked, &request));
    CHECK_RESULT(play_wait(&live_game, request), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(live_game.step_count, 0);
    check_alive("bad requests");
}

static void game_sessions(void)
{
    const playgate_client client = asking_game.client;
    playgate_game_session_options good;
    playgate_game_session_options_init(&good, sizeof good);
    good.service_url = "https://ads.invalid/api";
    good.auth_token = "token";
    CHECK_FAILS(playgate_game_session_start(client, NULL), INVALID);
#define GAME_REFUSED(change)                                                                                           \
    do {                                                                                                               \
        playgate_game_session_options options = good;                                                                  \
        change;                                                                                                        \
        CHECK_FAILS(playgate_game_session_start(client, &options), INVALID);                                           \
    } while (0)
    BAD_TEXTS(true, (good.service_url = bad, playgate_game_session_start(client, &good)));
    good.service_url = "https://ads.invalid/api";
    BAD_TEXTS(true, (good.auth_token = bad, playgate_game_session_start(client, &good)));
    good.auth_token = "token";
    BAD_TEXTS(false, (good.feature = bad, playgate_game_session_start(client, &good)));
    good.feature = NULL;
    GAME_REFUSED(options.service_url = "http://ads.invalid/api");
    GAME_REFUSED(options.service_url = "ftp://ads.invalid");
    GAME_REFUSED(options.service_url = "https://user@ads.invalid");
    GAME_REFUSED(options.auth_token = "");
    GAME_REFUSED(options.auth_token = "to ken");
    GAME_REFUSED(options.feature = "");
    GAME_REFUSED(options.flags = 2);
    GAME_REFUSED(options.flags = UINT32_C(1) << 31);
    for (size_t i = 0; i < sizeof good.reserved / sizeof good.reserved[0]; i++) {
        GAME_REFUSED(options.reserved[i] = 1);
    }
    BAD_TEXTS(true, CALL(playgate_game_session_set_token, (client, bad)));
    CHECK_FAILS(playgate_game_session_set_token(client, ""), INVALID);
    CHECK_OK(playgate_game_session_set_token(client, "nobody-asked"));
    CHECK_FAILS(playgate_game_session_end(client, NULL), INVALID);
    CHECK_EQ(playgate_game_session_get_state(client), PLAYGATE_GAME_SESSION_IDLE);
    /* One that was never begun is ended at once. */
    playgate_request request = 0;
    CHECK_OK(playgate_game_session_end(client, &request));
    CHECK_OK(play_wait(&asking_game, request));
    check_alive("bad game sessions");
}

void abuse_challenges(void)
{
    game_sessions();
    languages_and_texts();
    challenges();
    qr_codes();
    about_challenges();
    age_signals();
    requests();
    the_room_for_texts();
}
