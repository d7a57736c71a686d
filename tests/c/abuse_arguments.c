/* NULL for each pointer, texts that are none, lengths and numbers beyond all measure. */
#include "abuse.h"

#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT

static void process_and_names(void)
{
    CHECK_TEXT(CALL(playgate_version, ()), "0.1.0");
    CHECK_EQ(CALL(playgate_abi_version, ()), PLAYGATE_ABI_VERSION);
    const uint32_t flags = CALL(playgate_build_flags, ());
    CHECK_EQ(flags, PLAYGATE_BUILD_FILE_STORE | PLAYGATE_BUILD_HTTP);
    CHECK_TEXT(CALL(playgate_result_name, (PLAYGATE_OK)), "PLAYGATE_OK");
    const playgate_result unknown[] = {6, -12, -33, -35, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        CHECK_TEXT(playgate_result_name(unknown[i]), "PLAYGATE_UNKNOWN");
    }
    for (playgate_result result = -34; result <= 5; result++) {
        CHECK(strncmp(playgate_result_name(result), "PLAYGATE_", 9) == 0);
    }
    CHECK_FAILS(CALL(playgate_set_log_level, (-1)), INVALID);
    CHECK_FAILS(playgate_set_log_level(5), INVALID);
    CHECK_FAILS(playgate_set_log_level(INT32_MAX), INVALID);
    CHECK_OK(playgate_set_log_level(PLAYGATE_LOG_INFO));
    CHECK_FAILS(CALL(playgate_set_log_hook, (NULL)), INVALID);
    CHECK_FAILS(playgate_set_allocator_hook(NULL), INVALID);
    CHECK_FAILS(playgate_get_memory_stats(NULL), INVALID);
}

static void features(void)
{
    playgate_feature number = 7;
    BAD_TEXTS(true, CALL(playgate_feature_intern, (bad, &number)));
    CHECK_EQ(number, 0);
    number = 7;
    CHECK_FAILS(playgate_feature_intern("", &number), INVALID);
    CHECK_EQ(number, 0);
    CHECK_FAILS(playgate_feature_intern("voice-chat", NULL), INVALID);
    CHECK_OK(playgate_feature_intern("\x01 odd, but a name", &number));
    CHECK(number != 0);

    BAD_TEXTS(true, CALL(playgate_set_display_name, (bad, "shown")));
    BAD_TEXTS(false, playgate_set_display_name("voice-chat", bad));
    CHECK_OK(playgate_set_display_name("voice-chat", NULL));
    char buffer[8] = "allowed";
    size_t len = 7;
    BAD_TEXTS(true, CALL(playgate_get_display_name, (bad, buffer, sizeof buffer, &len)));
    CHECK(len == 0 && buffer[0] == '\0');
    CHECK_FAILS(playgate_get_display_name("voice-chat", NULL, 5, &len), INVALID);
    CHECK_FAILS(playgate_get_display_name("voice-chat", buffer, sizeof buffer, NULL), INVALID);
    CHECK_OK(playgate_get_display_name("voice-chat", NULL, 0, &len));
    CHECK(len > 0);
    /* Cut at a character's border, and never past the buffer. */
    CHECK_OK(playgate_set_display_name("voice-chat", "\xc3\xa9\xe2\x82\xac!"));
    for (size_t capacity = 1; capacity <= sizeof buffer; capacity++) {
        memset(buffer, '#', sizeof buffer);
        CHECK_OK(playgate_get_display_name("voice-chat", buffer, capacity, &len));
        CHECK_EQ(len, 6);
        const size_t whole[] = {0, 0, 2, 2, 2, 5, 6, 6};
        CHECK_EQ(strlen(buffer), whole[capacity - 1]);
        for (size_t i = capacity; i < sizeof buffer; i++) {
            CHECK_EQ(buffer[i], '#');
        }
    }
    CHECK_OK(playgate_get_display_name("voice-chat", huge, HUGE_BYTES, &len));
    CHECK_EQ(len, 6);
    memset(huge, '[', 8);
    CHECK_OK(playgate_set_display_name("voice-chat", ""));
    check_alive("bad names");
}

static void sessions_and_changes(void)
{
    const playgate_session session = live[SESSION_KIND];
    playgate_session parsed = 1;
    CHECK_FAILS(CALL(playgate_session_parse, (NULL, 5, &parsed)), INVALID);
    CHECK_EQ(parsed, 0);
    parsed = 1;
    CHECK_FAILS(playgate_session_parse(NULL, 0, &parsed), PLAYGATE_ERROR_INVALID_SESSION);
    CHECK_EQ(parsed, 0);
    CHECK_FAILS(playgate_session_parse(document, document_len, NULL), INVALID);
    CHECK(playgate_session_parse(huge, HUGE_BYTES, &parsed) < 0);
    CHECK(playgate_session_parse(huge, 1024 * 1024, &parsed) < 0);
    CHECK_EQ(parsed, 0);
    CHECK_FAILS(playgate_session_parse(not_utf8, strlen(not_utf8), &parsed), PLAYGATE_ERROR_INVALID_SESSION);
    /* Cut off at every byte, and with a NUL or junk behind. */
    for (size_t len = 0; len < document_len; len++) {
        parsed = 1;
        CHECK_FAILS(playgate_session_parse(document, len, &parsed), PLAYGATE_ERROR_INVALID_SESSION);
        CHECK_EQ(parsed, 0);
    }
    CHECK_FAILS(playgate_session_parse(document, document_len + 1, &parsed), PLAYGATE_ERROR_INVALID_SESSION);

    playgate_access access = PLAYGATE_ACCESS_ALLOWED;
    BAD_TEXTS(true, playgate_session_access(session, bad, &access));
    CHECK_EQ(access, PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_FAILS(playgate_session_access(session, "voice-chat", NULL), INVALID);
    playgate_decision decision;
    CALL(playgate_decision_init, (&decision, sizeof decision));
    decision.access = PLAYGATE_ACCESS_ALLOWED;
    BAD_TEXTS(true, CALL(playgate_session_decide, (session, bad, &decision)));
    CHECK_EQ(decision.access, PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_FAILS(CALL(playgate_session_json, (session, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_session_compare, (session, 0, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_changes_count, (live[CHANGES], NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_changes_json, (live[CHANGES], NULL)), INVALID);
    playgate_change change;
    CALL(playgate_change_init, (&change, sizeof change));
    playgate_permission permission;
    CALL(playgate_permission_init, (&permission, sizeof permission));
    playgate_allowance allowance;
    CALL(playgate_allowance_init, (&allowance, sizeof allowance));
    const size_t past[] = {3, 1000, SIZE_MAX / 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        change.access_after = permission.access = PLAYGATE_ACCESS_ALLOWED;
        CHECK_FAILS(playgate_changes_get(live[CHANGES], past[i], &change), PLAYGATE_ERROR_NOT_FOUND);
        CHECK_FAILS(playgate_session_get_permission(session, past[i], &permission), PLAYGATE_ERROR_NOT_FOUND);
        CHECK_FAILS(playgate_session_get_allowance(session, past[i], &allowance), PLAYGATE_ERROR_NOT_FOUND);
        CHECK(change.access_after == 0 && permission.access == 0);
    }
    check_alive("bad sessions");
}

static void notices(void)
{
    playgate_text name = {"allowed", 7};
    playgate_text shown = {"allowed", 7};
    CHECK_OK(CALL(playgate_notice_get_feature, (live[NOTICE], PLAYGATE_NOTICE_LIST_OFF, 0, &name, NULL)));
    CHECK_TEXT(name.ptr, "voice-chat");
    CHECK_FAILS(playgate_notice_get_feature(live[NOTICE], PLAYGATE_NOTICE_LIST_OFF, 0, NULL, &shown), INVALID);
    CHECK(is_empty(&shown));
    const playgate_notice_list lists[] = {-1, 4, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        CHECK_FAILS(playgate_notice_get_feature(live[NOTICE], lists[i], 0, &name, &shown), INVALID);
        CHECK(is_empty(&name));
    }
    for (playgate_notice_list list = 0; list <= PLAYGATE_NOTICE_LIST_ASKED; list++) {
        CHECK_FAILS(playgate_notice_get_feature(live[NOTICE], list, SIZE_MAX, &name, &shown), PLAYGATE_ERROR_NOT_FOUND);
    }
    check_alive("bad notice lists");
}

static void stores(void)
{
    playgate_session session = 1;
    BAD_TEXTS(true, CALL(playgate_store_load, (live[STORE], bad, &session)));
    CHECK_EQ(session, 0);
    CHECK_FAILS(playgate_store_load(live[STORE], "noticed", NULL), INVALID);
    CHECK_FAILS(playgate_store_load(live[STORE], "", &session), INVALID);
    BAD_TEXTS(true, CALL(playgate_store_save, (live[STORE], bad, live[SESSION_KIND])));
    BAD_TEXTS(true, CALL(playgate_store_forget, (live[STORE], bad)));
    check_alive("bad players");
}

static void clients(void)
{
    const playgate_client client = live[CLIENT];
    playgate_request request = 1;
    const playgate_cell cell = PLAYGATE_ACCESS_ALLOWED;
    const playgate_cell *table = &cell;
    uint32_t len = 1;
    CHECK_FAILS(CALL(playgate_client_table, (client, NULL, &len)), INVALID);
    CHECK_EQ(len, 0);
    CHECK_FAILS(playgate_client_table(client, &table, NULL), INVALID);
    CHECK(table == NULL);
    CHECK_EQ(CALL(playgate_table_access, (NULL, 5, 1)), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(CALL(playgate_table_allowed, (&cell, 1, 1)), 0);
    playgate_decision decision;
    playgate_decision_init(&decision, sizeof decision);
    const playgate_feature unknown[] = {0, PLAYGATE_TABLE_CELLS - 1, PLAYGATE_TABLE_CELLS, UINT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        decision.access = PLAYGATE_ACCESS_ALLOWED;
        CHECK_FAILS(CALL(playgate_client_decide, (client, unknown[i], &decision)), INVALID);
        CHECK_EQ(decision.access, PLAYGATE_ACCESS_UNAVAILABLE);
        CHECK_EQ(playgate_client_access(client, unknown[i]), PLAYGATE_ACCESS_UNAVAILABLE);
    }
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, NULL, 7)), 0);
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, NULL, SIZE_MAX)), 0);
    /* Nothing is read: fewer bytes are there than that. */
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, "x", 257)), 0);
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, "x", SIZE_MAX)), 0);
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, "", 0)), 0);
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (client, "\xff\xfe", 2)), 0);
    CHECK_FAILS(CALL(playgate_client_session, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_changes, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_notice, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_acknowledge, (client, &request)), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(request, 0);
    CHECK_FAILS(playgate_client_acknowledge(client, NULL), INVALID);
    CHECK_FAILS(CALL(playgate_client_refresh, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_refresh_after_push, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_forget, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_flush, (client, NULL)), INVALID);
    CHECK_FAILS(CALL(playgate_client_adopt, (client, document, document_len, NULL)), INVALID);
    request = 1;
    CHECK_FAILS(playgate_client_adopt(client, NULL, 5, &request), INVALID);
    CHECK_FAILS(playgate_client_adopt(client, huge, HUGE_BYTES, &request), INVALID);
    CHECK_EQ(request, 0);
    /* What is no session is found in the background, and what holds stays. */
    CHECK_RESULT(play_adopt(&live_game, "{\"sessionId\":\"s-2\",\"permissions\":7}"), PLAYGATE_ERROR_INVALID_SESSION);
    CHECK_RESULT(play_adopt(&live_game, ""), PLAYGATE_ERROR_INVALID_SESSION);
    CHECK_RESULT(play_adopt(&live_game, not_utf8), PLAYGATE_ERROR_INVALID_SESSION);
    CHECK_RESULT(play_refresh(&live_game), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_OK(CALL(playgate_client_cancel, (client, 0)));
    CHECK_OK(playgate_client_cancel(client, UINT64_MAX));
    BAD_TEXTS(false, CALL(playgate_client_set_token, (client, bad)));
    CHECK_FAILS(playgate_client_set_token(client, ""), INVALID);
    CHECK_FAILS(playgate_client_set_token(client, "a token\r\nX-Other: 1"), INVALID);
    CHECK_OK(playgate_client_set_token(client, NULL));
    CHECK_FAILS(CALL(playgate_client_diagnostics, (client, NULL)), INVALID);
    CHECK_OK(CALL(playgate_client_set_online, (client, INT32_MIN)));
    CHECK_OK(CALL(playgate_client_set_network_allowed, (client, INT32_MAX)));
    CHECK_OK(CALL(playgate_client_suspend, (client)));
    CHECK_OK(playgate_client_suspend(client));
    CHECK_OK(CALL(playgate_client_resume, (client)));
    CHECK_OK(playgate_client_resume(client));
    CHECK(CALL(playgate_client_pump, (client, 0)) >= 0);
    CHECK(playgate_client_pump(client, UINT32_MAX) >= 0);
    check_alive("bad client arguments");
}

/* Opening fails in that way, and leaves nothing open. */
static void refuses(const playgate_client_options *options, playgate_result expected, int line)
{
    playgate_client client = 1;
    check_fails(CALL(playgate_client_open, (options, &client)), expected, __FILE__, line, "the client is not opened");
    check_number((long long)client, 0, __FILE__, line, "the out is 0");
    CHECK(!has_secret(playgate_last_error()));
}
#define REFUSED(change, expected)                                                                                      \
    do {                                                                                                               \
        playgate_client_options options = good;                                                                        \
        change;                                                                                                        \
        refuses(&options, (expected), __LINE__);                                                                       \
    } while (0)

static void options_of_clients(void)
{
    playgate_client_options good;
    CALL(playgate_client_options_init, (&good, sizeof good, PLAYGATE_ABI_VERSION));
    good.player = SECRET_PLAYER;
    playgate_client client = 1;
    CHECK_FAILS(playgate_client_open(NULL, &client), INVALID);
    CHECK_EQ(client, 0);
    CHECK_FAILS(playgate_client_open(&good, NULL), INVALID);
    const char *const bad_texts[] = {not_utf8, long_text};
    for (size_t i = 0; i < 2; i++) {
        REFUSED(options.player = bad_texts[i], INVALID);
        REFUSED(options.server_url = bad_texts[i], INVALID);
        REFUSED(options.token = bad_texts[i], INVALID);
        REFUSED(options.folder = bad_texts[i], INVALID);
        REFUSED(options.proxy_url = bad_texts[i], INVALID);
        REFUSED(options.code_site = bad_texts[i], INVALID);
    }
    REFUSED(options.player = NULL, INVALID);
    REFUSED(options.player = "", INVALID);
    REFUSED(options.folder = "", INVALID);
    REFUSED(options.token = SECRET_TOKEN " with a space", INVALID);
    const char *const urls[] = {"", "game.example", "ftp://game.example", "https://", "https://game.example/?a=b", "https://a b/", "http://game.example", "http://127.0.0.1.evil.example"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        REFUSED(options.server_url = urls[i], INVALID);
    }
    const uint8_t *key = (const uint8_t *)huge;
    const size_t lengths[] = {1, 31, 33, HUGE_BYTES};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        REFUSED((options.key = key, options.key_len = lengths[i]), INVALID);
        REFUSED((options.key = key, options.key_len = 32, options.previous_key = key, options.previous_key_len = lengths[i]),
                INVALID);
    }
    REFUSED(options.key = key, INVALID);
    REFUSED(options.key_len = 32, INVALID);
    REFUSED((options.previous_key = key, options.previous_key_len = 32), INVALID);
    REFUSED(options.extra_header_count = 1, INVALID);
    REFUSED(options.extra_roots_pem_len = 9, INVALID);
    REFUSED((options.extra_roots_pem = huge, options.extra_roots_pem_len = HUGE_BYTES), INVALID);
    REFUSED((options.extra_roots_pem = huge, options.extra_roots_pem_len = 99, options.server_url = "https://a.example"),
            INVALID);
    REFUSED((options.proxy_url = "not a proxy", options.server_url = "https://a.example"), INVALID);
    REFUSED(options.abi_version = 0, PLAYGATE_ERROR_ABI_VERSION);
    REFUSED(options.abi_version = PLAYGATE_ABI_VERSION + 1, PLAYGATE_ERROR_ABI_VERSION);
    REFUSED(options.abi_version = UINT32_MAX, PLAYGATE_ERROR_ABI_VERSION);
    for (unsigned bit = 5; bit < 32; bit++) {
        REFUSED(options.flags = UINT32_C(1) << bit, INVALID);
    }
    REFUSED(options.flags = PLAYGATE_CLIENT_MIGRATE_UNSEALED, INVALID);
    REFUSED(options.flags = PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS, INVALID);
    for (size_t i = 0; i < sizeof good.reserved / sizeof good.reserved[0]; i++) {
        REFUSED(options.reserved[i] = 1, INVALID);
    }
    REFUSED(options.poll_floor_ms = UINT32_MAX, INVALID);
    REFUSED(options.request_timeout_ms = UINT32_MAX, INVALID);
    REFUSED(options.connect_timeout_ms = UINT32_MAX, INVALID);
    REFUSED(options.read_timeout_ms = UINT32_MAX, INVALID);
    REFUSED(options.periodic_refresh_ms = UINT32_MAX, INVALID);
    REFUSED((options.player = live_game.client ? "noticed two" : "", options.folder = live_folder), PLAYGATE_ERROR_BUSY);
    /* None of them has left the player's record open. */
    CHECK_OK(playgate_client_open(&good, &client));
    CHECK_OK(playgate_client_close(client, 10000));
    check_alive("bad client options");
}

static void options_of_stores(void)
{
    playgate_store_options good;
    CALL(playgate_store_options_init, (&good, sizeof good, PLAYGATE_ABI_VERSION));
    good.folder = live_folder;
    playgate_store store = 1;
    CHECK_FAILS(CALL(playgate_store_open, (NULL, &store)), INVALID);
    CHECK_EQ(store, 0);
    CHECK_FAILS(playgate_store_open(&good, NULL), INVALID);
#define STORE_REFUSED(change, expected)                                                                                \
    do {                                                                                                               \
        playgate_store_options options = good;                                                                         \
        change;                                                                                                        \
        store = 1;                                                                                                     \
        CHECK_FAILS(playgate_store_open(&options, &store), (expected));                                                \
        CHECK_EQ(store, 0);                                                                                            \
    } while (0)
    STORE_REFUSED(options.folder = NULL, INVALID);
    STORE_REFUSED(options.folder = not_utf8, INVALID);
    STORE_REFUSED(options.folder = long_text, INVALID);
    STORE_REFUSED(options.key_len = 32, INVALID);
    STORE_REFUSED((options.key = (const uint8_t *)huge, options.key_len = HUGE_BYTES), INVALID);
    STORE_REFUSED((options.previous_key = (const uint8_t *)huge, options.previous_key_len = 32), INVALID);
    STORE_REFUSED(options.abi_version = 7, PLAYGATE_ERROR_ABI_VERSION);
    STORE_REFUSED(options.flags = 1, INVALID);
    STORE_REFUSED(options.flags = UINT32_C(1) << 31, INVALID);
    STORE_REFUSED(options.reserved0 = 1, INVALID);
    for (size_t i = 0; i < sizeof good.reserved / sizeof good.reserved[0]; i++) {
        STORE_REFUSED(options.reserved[i] = UINT64_MAX, INVALID);
    }
    check_alive("bad store options");
}

void abuse_arguments(void)
{
    process_and_names();
    features();
    sessions_and_changes();
    notices();
    stores();
    clients();
    options_of_clients();
    options_of_stores();
}
