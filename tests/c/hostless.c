/*
 * A library that was built without threads, sockets and files of its own, and a host that gives it all it needs from memory.
 * Between the two looks at paths that are not there, a tracer of system calls sees no file, socket or thread.
 *
 * Compiled on its own, not with the other tests: it is for that build of the library.
 */
#include "play.h"

#include <unistd.h>

#define ID "sid-planted-1"
#define A_SESSION(tag, on) SESSION(ID, tag, PERMISSION("voice-chat", on, "GUARDIAN") "," PERMISSION("targeted-ads", "true", "GUARDIAN"))
#define CHALLENGE "{\"challengeId\":\"c-1\",\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"https://kid.example/c\",\"oneTimePassword\":\"1234\"}"

static struct value {
    char key[72];
    uint8_t bytes[16384];
    size_t len;
} values[4];

static const char *session = A_SESSION("t1", "true");
static int64_t clock_ms = INT64_C(1790000000000);
static int beats;

static void answer(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    static char body[4096];
    playgate_http_response response;
    const char *text = body;
    (void)user;
    (void)snprintf(body, sizeof body, "{\"hasChanged\":true,\"session\":%s}", session);
    if (strstr(request->url, "/request-permission")) {
        text = "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":" CHALLENGE "}";
    } else if (strstr(request->url, "/challenge/")) {
        text = "{\"challengeId\":\"c-1\",\"status\":\"IN_PROGRESS\"}";
    } else if (strstr(request->url, "/games/sessions/")) {
        text = "{\"success\":true}";
        beats += strstr(request->url, "heartbeat") != NULL;
    }
    playgate_http_response_init(&response, sizeof response);
    response.status = 200;
    response.body = (const uint8_t *)text;
    response.body_len = strlen(text);
    CHECK_OK(playgate_transport_complete(exchange, &response));
}

static void cancel(void *user, playgate_exchange exchange)
{
    (void)user;
    (void)exchange;
}

static struct value *find(const char *key)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(values[i].key, key) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

static void read_value(void *user, playgate_storage_operation operation, const char *key)
{
    const struct value *found = find(key);
    (void)user;
    CHECK_OK(playgate_storage_complete(operation, found ? PLAYGATE_OK : PLAYGATE_ERROR_NOT_FOUND,
                                       found ? found->bytes : NULL, found ? found->len : 0));
}

static void write_value(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes, size_t len)
{
    struct value *found = find(key) ? find(key) : find("");
    (void)user;
    const int has_room = found && len <= sizeof found->bytes;
    if (has_room) {
        (void)snprintf(found->key, sizeof found->key, "%s", key);
        memcpy(found->bytes, bytes, len);
        found->len = len;
    }
    CHECK_OK(playgate_storage_complete(operation, has_room ? PLAYGATE_OK : PLAYGATE_ERROR_STORAGE_FULL, NULL, 0));
}

static void remove_value(void *user, playgate_storage_operation operation, const char *key)
{
    struct value *found = find(key);
    (void)user;
    if (found) {
        found->key[0] = '\0';
    }
    CHECK_OK(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 0));
}

static int64_t wall_ms(void *user)
{
    (void)user;
    return clock_ms;
}

static uint64_t monotonic_ms(void *user)
{
    (void)user;
    return (uint64_t)clock_ms;
}

static playgate_result fill(void *user, uint8_t *bytes, size_t len)
{
    static uint8_t next;
    (void)user;
    for (size_t i = 0; i < len; i++) {
        bytes[i] = next++;
    }
    return PLAYGATE_OK;
}

static void live(play *game, const playgate_client_options *options)
{
    playgate_request request = 0;
    playgate_notice notice = 0;
    playgate_permission_request asked;
    playgate_game_session_options ads;

    CHECK_OK(play_open(game, options));
    CHECK_OK(play_adopt(game, session));
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    session = A_SESSION("t2", "false");
    CHECK_OK(play_refresh(game));
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_client_notice(game->client, &notice));
    CHECK_OK(playgate_notice_free(notice));
    CHECK_OK(play_acknowledge(game));
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature("voice-chat");
    CHECK_OK(playgate_client_request_permission(game->client, &asked, &request));
    CHECK_EQ(play_wait(game, request), PLAYGATE_CHALLENGE_OPEN);
    playgate_game_session_options_init(&ads, sizeof ads);
    ads.service_url = "https://ads.example/api";
    ads.auth_token = "token";
    CHECK_OK(playgate_game_session_start(game->client, &ads));
    for (int i = 0; i < 5; i++) {
        play_pump(game);
        clock_ms += 9000;
    }
    play_pump(game);
    CHECK(beats >= 4);
    CHECK_EQ(play_steps(game, "voice-chat", PLAYGATE_PROGRESS_WAITING), 1);
    CHECK_OK(play_flush(game));
    play_close(game);
    CHECK_OK(play_open(game, options));
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    play_close(game);
    CHECK_OK(playgate_shutdown(1000));
}

int main(void)
{
    static const uint8_t key[PLAYGATE_KEY_BYTES] = {1, 2, 3};
    static play game;
    playgate_transport_hook transport;
    playgate_storage_hook storage;
    playgate_clock_hook clock;
    playgate_random_hook random;
    playgate_client_options options = play_options("somebody", NULL, "https://game.example");

    playgate_transport_hook_init(&transport, sizeof transport);
    transport.start = answer;
    transport.cancel = cancel;
    playgate_storage_hook_init(&storage, sizeof storage);
    storage.read = read_value;
    storage.write = write_value;
    storage.remove = remove_value;
    playgate_clock_hook_init(&clock, sizeof clock);
    clock.wall_ms = wall_ms;
    clock.monotonic_ms = monotonic_ms;
    playgate_random_hook_init(&random, sizeof random);
    random.fill = fill;
    options.transport = &transport;
    options.storage = &storage;
    options.clock = &clock;
    options.random = &random;
    options.key = key;
    options.key_len = sizeof key;

    (void)access("/playgate/begins", F_OK);
    live(&game, &options);
    (void)access("/playgate/ends", F_OK);

    CHECK_EQ(playgate_build_flags() & (PLAYGATE_BUILD_FILE_STORE | PLAYGATE_BUILD_HTTP), 0);
    options.storage = NULL;
    options.folder = "/tmp";
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_UNSUPPORTED);
    options.folder = NULL;
    options.transport = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_UNSUPPORTED);
    return finish();
}
