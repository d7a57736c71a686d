/* Every function that takes a handle, with every handle that it must refuse. */
#include "abuse.h"

#define FILL(struct_value, init)                                                                                       \
    do {                                                                                                               \
        memset(&(struct_value), 0xA5, sizeof(struct_value));                                                           \
        (struct_value).struct_size = sizeof(struct_value);                                                             \
        (void)(init);                                                                                                  \
    } while (0)

/* A function that takes a handle, called with good arguments otherwise, on outs that say "allowed". */
#define HANDLE_CALL(name) static playgate_result name(uint64_t handle)
#define OUT_NUMBER(name, type, function, arguments)                                                                    \
    HANDLE_CALL(name)                                                                                                  \
    {                                                                                                                  \
        type out = 1;                                                                                                  \
        const playgate_result result = CALL(function, arguments);                                                      \
        CHECK_EQ(out, 0);                                                                                              \
        return result;                                                                                                 \
    }
#define OUT_TEXT(name, function)                                                                                       \
    HANDLE_CALL(name)                                                                                                  \
    {                                                                                                                  \
        playgate_text out = {"allowed", 7};                                                                            \
        const playgate_result result = CALL(function, (handle, &out));                                                 \
        CHECK(is_empty(&out));                                                                                         \
        return result;                                                                                                 \
    }
#define OUT_STRUCT(name, type, function, arguments, is_denied)                                                         \
    HANDLE_CALL(name)                                                                                                  \
    {                                                                                                                  \
        type out;                                                                                                      \
        FILL(out, 0);                                                                                                  \
        const playgate_result result = CALL(function, arguments);                                                      \
        CHECK_EQ(out.struct_size, sizeof out);                                                                         \
        CHECK(is_denied);                                                                                              \
        return result;                                                                                                 \
    }
#define NO_OUT(name, function, arguments)                                                                              \
    HANDLE_CALL(name)                                                                                                  \
    {                                                                                                                  \
        return CALL(function, arguments);                                                                              \
    }

OUT_TEXT(session_json, playgate_session_json)
OUT_NUMBER(session_access, playgate_access, playgate_session_access, (handle, "voice-chat", &out))
OUT_STRUCT(session_decide, playgate_decision, playgate_session_decide, (handle, "voice-chat", &out),
           out.access == 0 && out.reason == PLAYGATE_REASON_ERROR && out.next_step == 0 && out.text.ptr[out.text.len] == '\0')
OUT_STRUCT(session_info, playgate_session_info, playgate_session_get_info, (handle, &out),
           out.is_in_force == 0 && out.permission_count == 0 && is_empty(&out.session_id) && is_empty(&out.status))
OUT_STRUCT(session_permission, playgate_permission, playgate_session_get_permission, (handle, 0, &out),
           out.enabled == 0 && out.access == 0 && is_empty(&out.name))
OUT_STRUCT(session_allowance, playgate_allowance, playgate_session_get_allowance, (handle, 0, &out),
           out.value_kind == 0 && is_empty(&out.name) && is_empty(&out.selection))
OUT_NUMBER(session_compare_before, playgate_changes, playgate_session_compare, (handle, live[SESSION_KIND], &out))
OUT_NUMBER(session_compare_after, playgate_changes, playgate_session_compare, (live[SESSION_KIND], handle, &out))
NO_OUT(session_save, playgate_store_save, (live[STORE], "noticed", handle))
NO_OUT(session_free, playgate_session_free, (handle))
OUT_NUMBER(changes_count, size_t, playgate_changes_count, (handle, &out))
OUT_STRUCT(changes_get, playgate_change, playgate_changes_get, (handle, 0, &out),
           out.kind == 0 && out.access_after == 0 && out.enabled_after == 0 && is_empty(&out.permission))
OUT_TEXT(changes_json, playgate_changes_json)
NO_OUT(changes_free, playgate_changes_free, (handle))
OUT_STRUCT(notice_info, playgate_notice_info, playgate_notice_get_info, (handle, &out),
           out.kind == 0 && out.off_count == 0 && is_empty(&out.title) && is_empty(&out.message))
NO_OUT(notice_free, playgate_notice_free, (handle))
NO_OUT(store_save, playgate_store_save, (handle, "kim", live[SESSION_KIND]))
OUT_NUMBER(store_load, playgate_session, playgate_store_load, (handle, "noticed", &out))
NO_OUT(store_forget, playgate_store_forget, (handle, "noticed"))
NO_OUT(store_close, playgate_store_close, (handle))
NO_OUT(client_stop, playgate_client_stop, (handle))
NO_OUT(client_close, playgate_client_close, (handle, 0))
NO_OUT(client_pump, playgate_client_pump, (handle, 1000))
OUT_STRUCT(client_next_event, playgate_event, playgate_client_next_event, (handle, &out),
           out.type == 0 && out.request == 0 && is_empty(&out.text))
OUT_STRUCT(client_decide, playgate_decision, playgate_client_decide, (handle, 1, &out),
           out.access == 0 && out.reason == PLAYGATE_REASON_ERROR && out.next_step == 0 && out.text.ptr[out.text.len] == '\0')
OUT_NUMBER(client_session, playgate_session, playgate_client_session, (handle, &out))
OUT_NUMBER(client_changes, playgate_changes, playgate_client_changes, (handle, &out))
OUT_NUMBER(client_notice, playgate_notice, playgate_client_notice, (handle, &out))
OUT_NUMBER(client_acknowledge, playgate_request, playgate_client_acknowledge, (handle, &out))
OUT_NUMBER(client_adopt, playgate_request, playgate_client_adopt, (handle, document, document_len, &out))
OUT_NUMBER(client_refresh, playgate_request, playgate_client_refresh, (handle, &out))
OUT_NUMBER(client_push, playgate_request, playgate_client_refresh_after_push, (handle, &out))
OUT_NUMBER(client_forget, playgate_request, playgate_client_forget, (handle, &out))
OUT_NUMBER(client_flush, playgate_request, playgate_client_flush, (handle, &out))
NO_OUT(client_cancel, playgate_client_cancel, (handle, 1))
NO_OUT(client_set_token, playgate_client_set_token, (handle, "token"))
NO_OUT(client_set_network, playgate_client_set_network_allowed, (handle, 1))
NO_OUT(client_set_online, playgate_client_set_online, (handle, 0))
NO_OUT(client_suspend, playgate_client_suspend, (handle))
NO_OUT(client_resume, playgate_client_resume, (handle))
OUT_TEXT(client_diagnostics, playgate_client_diagnostics)
OUT_STRUCT(challenge_info, playgate_challenge_info, playgate_challenge_get_info, (handle, &out),
           out.actor == 0 && out.progress == 0 && out.asked_ms == 0 && is_empty(&out.url) && is_empty(&out.code))
OUT_NUMBER(challenge_notice, playgate_notice, playgate_challenge_notice, (handle, &out))
OUT_NUMBER(challenge_qr, uint32_t, playgate_challenge_qr, (handle, (uint8_t *)huge, 32768, &out))
NO_OUT(challenge_free, playgate_challenge_free, (handle))
OUT_NUMBER(challenge_renew, playgate_request, playgate_client_renew_code, (live[CLIENT], handle, &out))
OUT_NUMBER(challenge_email, playgate_request, playgate_client_email_parent, (live[CLIENT], handle, NULL, NULL, &out))
OUT_NUMBER(challenge_check, playgate_request, playgate_client_check_challenge, (live[CLIENT], handle, &out))
OUT_NUMBER(challenge_cancel, playgate_request, playgate_client_cancel_challenge, (live[CLIENT], handle, &out))
OUT_NUMBER(client_renew, playgate_request, playgate_client_renew_code, (handle, live[CHALLENGE], &out))
OUT_NUMBER(client_email, playgate_request, playgate_client_email_parent, (handle, live[CHALLENGE], NULL, NULL, &out))
OUT_NUMBER(client_check, playgate_request, playgate_client_check_challenge, (handle, live[CHALLENGE], &out))
OUT_NUMBER(client_cancels, playgate_request, playgate_client_cancel_challenge, (handle, live[CHALLENGE], &out))
OUT_NUMBER(client_challenge, playgate_challenge, playgate_client_challenge, (handle, 1, &out))
OUT_NUMBER(client_challenge_at, playgate_challenge, playgate_client_challenge_at, (handle, 0, &out))
OUT_NUMBER(client_switch, playgate_request, playgate_client_switch_feature, (handle, 1, 0, &out))

HANDLE_CALL(client_request)
{
    playgate_permission_request asked;
    CALL(playgate_permission_request_init, (&asked, sizeof asked));
    asked.feature = 1;
    playgate_request out = 1;
    const playgate_result result = CALL(playgate_client_request_permission, (handle, &asked, &out));
    CHECK_EQ(out, 0);
    return result;
}

HANDLE_CALL(game_session_start)
{
    playgate_game_session_options options;
    CALL(playgate_game_session_options_init, (&options, sizeof options));
    options.service_url = "http://127.0.0.1:9/api";
    options.auth_token = "token";
    return CALL(playgate_game_session_start, (handle, &options));
}

NO_OUT(game_session_set_token, playgate_game_session_set_token, (handle, "token"))
OUT_NUMBER(game_session_end, playgate_request, playgate_game_session_end, (handle, &out))

HANDLE_CALL(notice_feature)
{
    playgate_text name = {"allowed", 7};
    playgate_text shown = {"allowed", 7};
    const playgate_result result = CALL(playgate_notice_get_feature, (handle, 0, 0, &name, &shown));
    CHECK(is_empty(&name) && is_empty(&shown));
    return result;
}

HANDLE_CALL(client_table)
{
    const playgate_cell cell = PLAYGATE_ACCESS_ALLOWED;
    const playgate_cell *table = &cell;
    uint32_t len = 1;
    const playgate_result result = CALL(playgate_client_table, (handle, &table, &len));
    CHECK(table == NULL && len == 0);
    return result;
}

/* These say "denied" rather than an error. */
HANDLE_CALL(client_frame)
{
    for (playgate_feature number = 0; number < 4; number++) {
        CHECK_EQ(CALL(playgate_client_allowed, (handle, number)), 0);
        CHECK_EQ(CALL(playgate_client_access, (handle, number)), PLAYGATE_ACCESS_UNAVAILABLE);
    }
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (handle, "allowed", 7)), 0);
    CHECK_EQ(CALL(playgate_client_allowed_by_name, (handle, "never numbered", 14)), 0);
    CHECK_EQ(CALL(playgate_game_session_get_state, (handle)), PLAYGATE_GAME_SESSION_IDLE);
    return PLAYGATE_ERROR_INVALID_HANDLE;
}

static const struct handle_case {
    playgate_result (*call)(uint64_t handle);
    enum kind kind;
    /* What handle 0 gives. */
    playgate_result zero;
} handle_cases[] = {
#define BAD PLAYGATE_ERROR_INVALID_HANDLE
    {session_json, SESSION_KIND, BAD},      {session_access, SESSION_KIND, BAD},
    {session_decide, SESSION_KIND, BAD},    {session_info, SESSION_KIND, BAD},
    {session_permission, SESSION_KIND, BAD}, {session_allowance, SESSION_KIND, BAD},
    {session_save, SESSION_KIND, BAD},      {session_free, SESSION_KIND, PLAYGATE_OK},
    {changes_count, CHANGES, BAD},          {changes_get, CHANGES, BAD},
    {changes_json, CHANGES, BAD},           {changes_free, CHANGES, PLAYGATE_OK},
    {notice_info, NOTICE, BAD},             {notice_feature, NOTICE, BAD},
    {notice_free, NOTICE, PLAYGATE_OK},     {store_save, STORE, BAD},
    {store_load, STORE, BAD},               {store_forget, STORE, BAD},
    {store_close, STORE, PLAYGATE_OK},      {client_stop, CLIENT, BAD},
    {client_close, CLIENT, PLAYGATE_OK},    {client_pump, CLIENT, BAD},
    {client_next_event, CLIENT, BAD},       {client_decide, CLIENT, BAD},
    {client_session, CLIENT, BAD},          {client_changes, CLIENT, BAD},
    {client_notice, CLIENT, BAD},           {client_acknowledge, CLIENT, BAD},
    {client_adopt, CLIENT, BAD},            {client_refresh, CLIENT, BAD},
    {client_push, CLIENT, BAD},             {client_forget, CLIENT, BAD},
    {client_flush, CLIENT, BAD},            {client_cancel, CLIENT, BAD},
    {client_set_token, CLIENT, BAD},        {client_set_network, CLIENT, BAD},
    {client_set_online, CLIENT, BAD},       {client_suspend, CLIENT, BAD},
    {client_resume, CLIENT, BAD},           {client_diagnostics, CLIENT, BAD},
    {client_table, CLIENT, BAD},            {client_frame, CLIENT, BAD},
    {game_session_start, CLIENT, BAD},      {game_session_set_token, CLIENT, BAD},
    {game_session_end, CLIENT, BAD},
    {challenge_info, CHALLENGE, BAD},       {challenge_notice, CHALLENGE, BAD},
    {challenge_qr, CHALLENGE, BAD},         {challenge_free, CHALLENGE, PLAYGATE_OK},
    {challenge_renew, CHALLENGE, BAD},      {challenge_email, CHALLENGE, BAD},
    {challenge_check, CHALLENGE, BAD},      {challenge_cancel, CHALLENGE, BAD},
    {client_renew, CLIENT, BAD},            {client_email, CLIENT, BAD},
    {client_check, CLIENT, BAD},            {client_cancels, CLIENT, BAD},
    {client_challenge, CLIENT, BAD},        {client_challenge_at, CLIENT, BAD},
    {client_switch, CLIENT, BAD},           {client_request, CLIENT, BAD},
#undef BAD
};

static void bad_handles(const struct handle_case *one)
{
    const bool frees = one->zero == PLAYGATE_OK;
    CHECK_RESULT(one->call(0), one->zero);
    uint64_t bad[64 + 256 + 2 * KINDS + 4];
    size_t count = 0;
    bad[count++] = UINT64_MAX;
    bad[count++] = 1;
    bad[count++] = UINT64_MAX >> 1;
    bad[count++] = live[one->kind] | 0x00ffffffffffffffu;
    for (int kind = 0; kind < KINDS; kind++) {
        bad[count++] = stale[kind];
        if (kind != (int)one->kind) {
            bad[count++] = live[kind];
        }
    }
    /* The live handle with each bit flipped: another kind, generation or slot. */
    for (unsigned bit = 0; bit < 64; bit++) {
        bad[count++] = live[one->kind] ^ (UINT64_C(1) << bit);
    }
    uint64_t random = UINT64_C(88172645463325252);
    for (int i = 0; i < 256; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        bad[count++] = i % 2 ? random : (live[one->kind] & UINT64_C(0xff00000000000000)) | (random >> 8);
    }
    for (size_t i = 0; i < count; i++) {
        if (bad[i] != 0 && !is_alive(one->kind, bad[i])) {
            CHECK_FAILS(one->call(bad[i]), PLAYGATE_ERROR_INVALID_HANDLE);
        }
    }
    if (frees) {
        CHECK_FAILS(one->call(stale[one->kind]), PLAYGATE_ERROR_INVALID_HANDLE);
    }
}

void abuse_handles(void)
{
    for (size_t i = 0; i < sizeof handle_cases / sizeof handle_cases[0]; i++) {
        bad_handles(&handle_cases[i]);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        if (kind != SESSION_KIND) {
            CHECK_FAILS(session_compare_before(live[kind]), PLAYGATE_ERROR_INVALID_HANDLE);
            CHECK_FAILS(session_compare_after(live[kind]), PLAYGATE_ERROR_INVALID_HANDLE);
        }
        CHECK_FAILS(session_compare_before(stale[kind]), PLAYGATE_ERROR_INVALID_HANDLE);
        CHECK_FAILS(session_compare_after(stale[kind]), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    check_alive("bad handles");
}
