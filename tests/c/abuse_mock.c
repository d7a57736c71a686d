/* What is for tests of games is refused in every other build, whatever is given; outs are 0. */
#include "abuse_room.h"

#define UNSUPPORTED PLAYGATE_ERROR_UNSUPPORTED

static void with_handle(uint64_t handle)
{
    static const char session[] = SESSION("s-1", "t", PERMISSION("voice-chat", "true", "GUARDIAN"));
    static const playgate_http_header header = {"Retry-After", "1"};
    const char *const texts[] = {"/api/session", "*", "", not_utf8, long_text, NULL};
    size_t number = 9;
    playgate_mock_request_info info;
    playgate_transport_hook hook;
    CHECK_FAILS(CALL(playgate_mock_free, (handle)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_mock_release, (handle)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_mock_clear, (handle)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_client_clear_overrides, (handle)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_client_override_feature, (handle, feature("text-chat"), PLAYGATE_ACCESS_ALLOWED)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_client_override_feature, (handle, UINT32_MAX, INT32_MIN)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_mock_session, (handle, session, sizeof session - 1)), UNSUPPORTED);
    CHECK_FAILS(CALL(playgate_mock_session, (handle, NULL, SIZE_MAX)), UNSUPPORTED);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CHECK_FAILS(CALL(playgate_mock_answer, (handle, "GET", texts[i], 200, &header, 1, "{}", 2)), UNSUPPORTED);
        CHECK_FAILS(CALL(playgate_mock_answer_once, (handle, texts[i], "/a", 0, NULL, SIZE_MAX, NULL, SIZE_MAX)), UNSUPPORTED);
        CHECK_FAILS(CALL(playgate_mock_fail, (handle, "GET", texts[i], PLAYGATE_ERROR_TLS)), UNSUPPORTED);
        CHECK_FAILS(CALL(playgate_mock_hold, (handle, texts[i], texts[i])), UNSUPPORTED);
        number = 9;
        CHECK_FAILS(CALL(playgate_mock_count, (handle, "GET", texts[i], &number)), UNSUPPORTED);
        CHECK_EQ(number, 0);
    }
    CHECK_FAILS(CALL(playgate_mock_count, (handle, NULL, NULL, NULL)), UNSUPPORTED);
    memset(&info, 0xA5, sizeof info);
    info.struct_size = sizeof info;
    CHECK_FAILS(CALL(playgate_mock_request, (handle, 0, &info)), UNSUPPORTED);
    CHECK(info.header_count == 0 && info.headers == NULL);
    CHECK(is_empty(&info.method) && is_empty(&info.url) && is_empty(&info.body));
    CHECK_FAILS(CALL(playgate_mock_request, (handle, SIZE_MAX, NULL)), INVALID);
    memset(&hook, 0xA5, sizeof hook);
    hook.struct_size = sizeof hook;
    CHECK_FAILS(CALL(playgate_mock_transport, (handle, &hook)), UNSUPPORTED);
    CHECK(hook.user == NULL && !hook.start && !hook.cancel && hook.reserved0 == 0);
    CHECK_FAILS(CALL(playgate_mock_transport, (handle, NULL)), INVALID);
    hook.struct_size = 3;
    CHECK_FAILS(CALL(playgate_mock_transport, (handle, &hook)), INVALID);
}

void abuse_mock(void)
{
    INIT(playgate_mock_request_info, CALL(playgate_mock_request_info_init, (p, size)));
    CHECK((playgate_build_flags() & PLAYGATE_BUILD_MOCK) == 0);
    playgate_mock mock = 1;
    CHECK_FAILS(CALL(playgate_mock_create, (&mock)), UNSUPPORTED);
    CHECK_EQ(mock, 0);
    CHECK_FAILS(playgate_mock_create(NULL), UNSUPPORTED);
    const uint64_t handles[] = {0, 1, UINT64_MAX, UINT64_C(0xD000000001000000), live[CLIENT], stale[CLIENT], live[STORE]};
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        with_handle(handles[i]);
    }
    /* The live client was told to allow what its session locks. */
    check_alive("what is for tests of games");
}
