/* Structs whose size is wrong, newer than the library or at odd addresses, and reserved space that is not zero. */
#include "abuse_room.h"

union room room;

static void fill(size_t at, uint32_t struct_size)
{
    memset(room.bytes, FILLER, sizeof room.bytes);
    memcpy(room.bytes + at, &struct_size, sizeof struct_size);
}

bool is_untouched(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (room.bytes[i] != FILLER) {
            return false;
        }
    }
    return true;
}

static bool is_zero(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (room.bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

uint32_t size_at(size_t at)
{
    uint32_t size = 0;
    memcpy(&size, room.bytes + at, sizeof size);
    return size;
}

/* An out struct `p` of that type in a call that is right otherwise. */
#define OUT_STRUCT(type, expected, call)                                                                               \
    do {                                                                                                               \
        type *p = NULL;                                                                                                \
        CHECK_FAILS(call, INVALID);                                                                                    \
        p = (type *)(void *)room.bytes;                                                                                \
        const uint32_t known = (uint32_t)sizeof(type);                                                                 \
        const uint32_t wrong[] = {0, 3, 4, 7, known - 1, LARGEST + 1, UINT32_MAX};                                     \
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {                                                  \
            fill(0, wrong[i]);                                                                                         \
            CHECK_FAILS(call, INVALID);                                                                                \
            CHECK(size_at(0) == wrong[i] && is_untouched(4, sizeof room.bytes));                                       \
        }                                                                                                              \
        const uint32_t right[] = {known, known + 8, known + 40, LARGEST};                                              \
        for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {                                                  \
            fill(0, right[i]);                                                                                         \
            CHECK_RESULT(call, (expected));                                                                            \
            CHECK(size_at(0) == right[i] && !is_untouched(4, known));                                                  \
            CHECK(is_zero(known, right[i]) && is_untouched(right[i], sizeof room.bytes));                              \
        }                                                                                                              \
        for (size_t at = 1; at < 8; at++) {                                                                            \
            fill(at, known);                                                                                           \
            p = (type *)(void *)(room.bytes + at);                                                                     \
            CHECK_RESULT(call, (expected));                                                                            \
            CHECK(size_at(at) == known && is_untouched(0, at) && !is_untouched(at + 4, at + known));                   \
            CHECK(is_untouched(at + known, sizeof room.bytes));                                                        \
        }                                                                                                              \
    } while (0)

static void out_structs(void)
{
    const playgate_session session = live[SESSION_KIND];
    const playgate_feature voice = feature("voice-chat");
    play_pump(&live_game);
    OUT_STRUCT(playgate_decision, PLAYGATE_OK, CALL(playgate_session_decide, (session, "voice-chat", p)));
    OUT_STRUCT(playgate_decision, PLAYGATE_OK, CALL(playgate_client_decide, (live[CLIENT], voice, p)));
    OUT_STRUCT(playgate_session_info, PLAYGATE_OK, CALL(playgate_session_get_info, (session, p)));
    OUT_STRUCT(playgate_permission, PLAYGATE_OK, CALL(playgate_session_get_permission, (session, 0, p)));
    OUT_STRUCT(playgate_allowance, PLAYGATE_OK, CALL(playgate_session_get_allowance, (session, 0, p)));
    OUT_STRUCT(playgate_change, PLAYGATE_OK, CALL(playgate_changes_get, (live[CHANGES], 0, p)));
    OUT_STRUCT(playgate_notice_info, PLAYGATE_OK, CALL(playgate_notice_get_info, (live[NOTICE], p)));
    OUT_STRUCT(playgate_challenge_info, PLAYGATE_OK, CALL(playgate_challenge_get_info, (live[CHALLENGE], p)));
    OUT_STRUCT(playgate_memory_stats, PLAYGATE_OK, CALL(playgate_get_memory_stats, (p)));
    OUT_STRUCT(playgate_event, PLAYGATE_NO_EVENT, CALL(playgate_client_next_event, (live[CLIENT], p)));
    check_alive("bad out structs");
}

/* An event is not lost when the struct for it is wrong. */
static void an_event_waits_for_a_right_struct(void)
{
    playgate_request request = 0;
    CHECK_OK(CALL(playgate_client_flush, (live[CLIENT], &request)));
    playgate_event event;
    playgate_result got = PLAYGATE_NO_EVENT;
    const uint64_t deadline = deadline_ms(20000);
    do {
        CHECK(playgate_client_pump(live[CLIENT], 1000) >= 0);
        CALL(playgate_event_init, (&event, sizeof event));
        event.struct_size = 3;
        CHECK_FAILS(playgate_client_next_event(live[CLIENT], &event), INVALID);
        playgate_event_init(&event, sizeof event);
        got = playgate_client_next_event(live[CLIENT], &event);
    } while (got == PLAYGATE_NO_EVENT && time_left(deadline));
    CHECK_OK(got);
    CHECK_EQ(event.request, request);
    CHECK_EQ(event.type, PLAYGATE_EVENT_COMPLETED);
}

/* The ages of a signal are not given; they are made zero, as the rest must be. */
static void take_ages_out(size_t at)
{
    const size_t places[] = {offsetof(playgate_age_signal, age_low), offsetof(playgate_age_signal, age_high)};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int32_t age = 0;
        memcpy(&age, room.bytes + at + places[i], sizeof age);
        CHECK_EQ(age, PLAYGATE_AGE_NONE);
        memset(room.bytes + at + places[i], 0, sizeof age);
    }
}

static void inits(void)
{
    INIT(playgate_log_hook, CALL(playgate_log_hook_init, (p, size)));
    INIT(playgate_allocator_hook, CALL(playgate_allocator_hook_init, (p, size)));
    INIT(playgate_memory_stats, CALL(playgate_memory_stats_init, (p, size)));
    INIT(playgate_decision, CALL(playgate_decision_init, (p, size)));
    INIT(playgate_session_info, CALL(playgate_session_info_init, (p, size)));
    INIT(playgate_permission, CALL(playgate_permission_init, (p, size)));
    INIT(playgate_allowance, CALL(playgate_allowance_init, (p, size)));
    INIT(playgate_change, CALL(playgate_change_init, (p, size)));
    INIT(playgate_notice_info, CALL(playgate_notice_info_init, (p, size)));
    INIT(playgate_event, CALL(playgate_event_init, (p, size)));
    INIT(playgate_challenge_info, CALL(playgate_challenge_info_init, (p, size)));
    INIT(playgate_permission_request, CALL(playgate_permission_request_init, (p, size)));
    INIT_BUT(playgate_age_signal, CALL(playgate_age_signal_init, (p, size)), take_ages_out(at));
    INIT(playgate_game_session_options, CALL(playgate_game_session_options_init, (p, size)));
    INIT(playgate_client_options, CALL(playgate_client_options_init, (p, size, PLAYGATE_ABI_VERSION)));
    INIT(playgate_store_options, CALL(playgate_store_options_init, (p, size, PLAYGATE_ABI_VERSION)));
}

/* Asks with a signal that may be anywhere. */
static playgate_result ask_with(const playgate_age_signal *signal, playgate_request *out)
{
    playgate_permission_request asked;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("voice-chat");
    asked.age_signal = signal;
    return playgate_client_request_permission(live[CLIENT], &asked, out);
}

static void *give_nothing(void *user, size_t size, size_t align)
{
    (void)user;
    (void)size;
    (void)align;
    return NULL;
}

static void take_nothing(void *user, void *ptr, size_t size, size_t align)
{
    (void)user;
    (void)ptr;
    (void)size;
    (void)align;
}

static int lines_taken;

static void take_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    (void)level;
    (void)target;
    (void)text;
    lines_taken = 1;
}

static void in_structs(void)
{
    playgate_client client = 0;
    playgate_client_options client_options = play_options("somebody", NULL, NULL);
    IN_STRUCT(playgate_client_options, client_options, PLAYGATE_OK, CALL(playgate_client_open, (p, &client)),
              CHECK_OK(playgate_client_close(client, 10000)));
    playgate_game_session_options game_options;
    playgate_game_session_options_init(&game_options, sizeof game_options);
    game_options.service_url = "http://127.0.0.1:9/api";
    game_options.auth_token = "token";
    /* What is right but for the client, which has no server. */
    IN_STRUCT(playgate_game_session_options, game_options, PLAYGATE_ERROR_INVALID_STATE,
              CALL(playgate_game_session_start, (live[CLIENT], p)), (void)0);
    playgate_store store = 0;
    playgate_store_options store_options;
    playgate_store_options_init(&store_options, sizeof store_options, PLAYGATE_ABI_VERSION);
    store_options.folder = live_folder;
    IN_STRUCT(playgate_store_options, store_options, PLAYGATE_OK, CALL(playgate_store_open, (p, &store)),
              CHECK_OK(playgate_store_close(store)));

    playgate_request request = 0;
    playgate_permission_request asked;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("voice-chat");
    IN_STRUCT(playgate_permission_request, asked, PLAYGATE_OK, playgate_client_request_permission(live[CLIENT], p, &request),
              CHECK_OK(play_wait(&live_game, request)));
    playgate_age_signal signal;
    playgate_age_signal_init(&signal, sizeof signal);
    signal.name = "xbox";
    signal.category = "teen";
    IN_STRUCT(playgate_age_signal, signal, PLAYGATE_OK, ask_with(p, &request),
              CHECK_OK(play_wait(&live_game, request)));

    playgate_allocator_hook allocator;
    playgate_allocator_hook_init(&allocator, sizeof allocator);
    CHECK_FAILS(CALL(playgate_set_allocator_hook, (&allocator)), INVALID);
    allocator.alloc = give_nothing;
    CHECK_FAILS(playgate_set_allocator_hook(&allocator), INVALID);
    allocator.free = take_nothing;
    /* All is right with it but the time. */
    IN_STRUCT(playgate_allocator_hook, allocator, PLAYGATE_ERROR_INVALID_STATE, playgate_set_allocator_hook(p), (void)0);

    playgate_log_hook hook;
    playgate_log_hook_init(&hook, sizeof hook);
    CHECK_FAILS(CALL(playgate_set_log_hook, (&hook)), INVALID);
    hook.write = take_line;
    hook.level = 9;
    CHECK_FAILS(playgate_set_log_hook(&hook), INVALID);
    hook.level = PLAYGATE_LOG_ERROR;
    hook.reserved[1] = 1;
    CHECK_FAILS(playgate_set_log_hook(&hook), INVALID);
    hook.reserved[1] = 0;
    /* The first right one is taken; after that there is one. */
    CHECK_OK(playgate_set_log_hook(&hook));
    IN_STRUCT(playgate_log_hook, hook, PLAYGATE_ERROR_INVALID_STATE, playgate_set_log_hook(p), (void)0);
    check_alive("bad in structs");
}

/* Outs at odd addresses, for handles, numbers, texts and pointers. */
#define ODD_OUT(type, call)                                                                                            \
    do {                                                                                                               \
        for (size_t at = 0; at < 8; at++) {                                                                            \
            memset(room.bytes, FILLER, sizeof room.bytes);                                                             \
            type *p = (type *)(void *)(room.bytes + at);                                                               \
            CHECK_OK(call);                                                                                            \
            type value;                                                                                                \
            memcpy(&value, room.bytes + at, sizeof value);                                                             \
            (void)value;                                                                                               \
            CHECK(is_untouched(0, at) && !is_untouched(at, at + sizeof(type)));                                        \
            CHECK(is_untouched(at + sizeof(type), sizeof room.bytes));                                                 \
        }                                                                                                              \
    } while (0)

static void odd_outs(void)
{
    playgate_text text;
    uint32_t len = 0;
    ODD_OUT(playgate_feature, playgate_feature_intern("voice-chat", p));
    ODD_OUT(size_t, playgate_get_display_name("voice-chat", NULL, 0, p));
    ODD_OUT(playgate_access, playgate_session_access(live[SESSION_KIND], "voice-chat", p));
    ODD_OUT(playgate_text, playgate_session_json(live[SESSION_KIND], p));
    ODD_OUT(playgate_text, playgate_changes_json(live[CHANGES], p));
    ODD_OUT(size_t, playgate_changes_count(live[CHANGES], p));
    ODD_OUT(playgate_text, playgate_notice_get_feature(live[NOTICE], 0, 0, p, &text));
    ODD_OUT(playgate_text, playgate_notice_get_feature(live[NOTICE], 0, 0, &text, p));
    ODD_OUT(playgate_text, playgate_client_diagnostics(live[CLIENT], p));
    ODD_OUT(const playgate_cell *, playgate_client_table(live[CLIENT], p, &len));
    const playgate_cell *table = NULL;
    ODD_OUT(uint32_t, playgate_client_table(live[CLIENT], &table, p));
    ODD_OUT(playgate_request, playgate_client_flush(live[CLIENT], p));
    ODD_OUT(playgate_request, ask_with(NULL, p));
    ODD_OUT(playgate_text, playgate_get_text_key(0, p));
    ODD_OUT(size_t, playgate_get_text("reason.parent", NULL, 0, p));
    uint8_t modules[177 * 177];
    ODD_OUT(uint32_t, playgate_challenge_qr(live[CHALLENGE], modules, sizeof modules, p));
    /* Handles: freed again from the odd place. */
    memset(room.bytes, FILLER, sizeof room.bytes);
    uint64_t *p = (uint64_t *)(void *)(room.bytes + 3);
    uint64_t handle = 0;
    CHECK_OK(playgate_session_parse(document, document_len, p));
    memcpy(&handle, room.bytes + 3, sizeof handle);
    CHECK_OK(playgate_session_free(handle));
    CHECK_OK(playgate_session_compare(0, 0, p));
    memcpy(&handle, room.bytes + 3, sizeof handle);
    CHECK_OK(playgate_changes_free(handle));
    CHECK_OK(playgate_client_session(live[CLIENT], p));
    memcpy(&handle, room.bytes + 3, sizeof handle);
    CHECK_OK(playgate_session_free(handle));
    CHECK_OK(playgate_client_challenge_at(asking_game.client, 0, p));
    memcpy(&handle, room.bytes + 3, sizeof handle);
    CHECK_OK(playgate_challenge_notice(handle, p));
    CHECK_OK(playgate_challenge_free(handle));
    memcpy(&handle, room.bytes + 3, sizeof handle);
    CHECK_OK(playgate_notice_free(handle));
    CHECK(is_untouched(0, 3) && is_untouched(11, sizeof room.bytes));
    check_alive("odd addresses");
}

void abuse_structs(void)
{
    out_structs();
    an_event_waits_for_a_right_struct();
    inits();
    in_structs();
    odd_outs();
}
