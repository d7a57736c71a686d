/*
 * One story, lived through on three hosts: built-in threads, HTTP and files; the host's HTTP and threads; no threads, with
 * the host's HTTP and storage. The clock stands unless the story moves it, and random bytes come from a seed, so that
 * events, their order, and every byte of the records can be compared.
 */
#include "hooks.h"

#include "host.h"

#include <pthread.h>
#include <stdarg.h>

#define CHALLENGE "c-planted-1"
#define AD_BEGIN "/ads/games/sessions/initiate"
#define AD_BEAT "/ads/games/sessions/heartbeat"
#define AD_END "/ads/games/sessions/end"
#define WALL_MS INT64_C(1790000000000)
#define MAX_TOLD 16384

static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t moved_ms;
static uint64_t random_state;
static char told[3][MAX_TOLD];
static size_t told_len;
static int host_index;

static int64_t wall_ms(void *user)
{
    (void)user;
    (void)pthread_mutex_lock(&clock_lock);
    const int64_t now = WALL_MS + (int64_t)moved_ms;
    (void)pthread_mutex_unlock(&clock_lock);
    return now;
}

static uint64_t monotonic_ms(void *user)
{
    return (uint64_t)(wall_ms(user) - WALL_MS) + 1000;
}

/* Nothing is being stored while the clock jumps: it would seem to take that long. */
static void move_clock(play *game, uint64_t ms)
{
    CHECK_OK(play_flush(game));
    (void)pthread_mutex_lock(&clock_lock);
    moved_ms += ms;
    (void)pthread_mutex_unlock(&clock_lock);
}

/* The same on every host; no randomness at all. */
static playgate_result seeded(void *user, uint8_t *bytes, size_t len)
{
    (void)user;
    (void)pthread_mutex_lock(&clock_lock);
    for (size_t i = 0; i < len; i++) {
        random_state = random_state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(random_state >> 56);
    }
    (void)pthread_mutex_unlock(&clock_lock);
    return PLAYGATE_OK;
}

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    told_len += (size_t)vsnprintf(told[host_index] + told_len, MAX_TOLD - told_len, format, values);
    va_end(values);
    require(told_len < MAX_TOLD, "there is room for the story");
}

static void tell_event(const playgate_event *event)
{
    if (event->operation == PLAYGATE_OPERATION_FLUSH) {
        return; /* the test's own */
    }
    if (event->progress == PLAYGATE_PROGRESS_ASKING || event->progress == PLAYGATE_PROGRESS_APPROVED) {
        return; /* the next one about the same permission follows, and takes its place when both come between two pumps */
    }
    tell("%d %d %d %u %d %s %d/%d: %s\n", (int)event->type, (int)event->operation, (int)event->result,
         (unsigned)event->http_status, (int)event->progress, event->feature.ptr, (int)event->game_session_state,
         (int)event->game_session_stop, event->text.ptr);
}

static void tell_decision(const play *game, const char *name)
{
    const playgate_decision decision = play_decide(game, name);
    tell("%s: %d %d %d %d\n", name, (int)decision.access, (int)decision.reason, (int)decision.next_step,
         (int)decision.freshness);
}

#define PERMISSIONS(voice, ads)                                                                                        \
    PERMISSION("voice-chat", voice, "GUARDIAN")                                                                        \
    "," PERMISSION("targeted-ads", ads, "GUARDIAN") "," PERMISSION("gifting", "false", "PLAYER")

static void serve(server *backend, const char *session)
{
    char changed[4096];
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session);
    server_answer(backend, "GET", "/api/session", 200, "", changed);
    server_answer(backend, "PUT", "/api/session", 200, "", changed);
    server_answer(backend, "GET", SESSION_PATH, 200, "", changed);
}

static void script(server *backend)
{
    serve(backend, SESSION(ID, "t0", PERMISSIONS("true", "true")));
    server_answer(backend, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
    server_answer(backend, "POST", AD_BEGIN, 200, "", "{\"success\":true}");
    server_answer(backend, "POST", AD_BEAT, 200, "", "{\"success\":true}");
    server_answer(backend, "POST", AD_END, 200, "", "{\"success\":true}");
    server_answer(backend, "POST", "/api/request-permission", 200, "",
                  "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":{\"challengeId\":\"" CHALLENGE
                  "\",\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"" SECRET_SITE "/authorize?otp=" SECRET_CODE
                  "\",\"oneTimePassword\":\"" SECRET_CODE "\"}}");
    server_answer(backend, "GET", "/api/challenge/" CHALLENGE "/status", 200, "",
                  "{\"challengeId\":\"" CHALLENGE "\",\"status\":\"IN_PROGRESS\"}");
}

static playgate_request ask(play *game, const char *name)
{
    playgate_permission_request asked;
    playgate_request request = 0;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature(name);
    CHECK_OK(playgate_client_request_permission(game->client, &asked, &request));
    return request;
}

static int game_state(const play *game)
{
    return (int)playgate_game_session_get_state(game->client);
}

/* A game of one host; everything it sees is told. */
static void live(play *game, server *backend)
{
    char service[128];
    playgate_request request = 0;
    playgate_game_session_options ads;

    WAIT_DOING(20000, play_pump(game), game->news[PLAYGATE_EVENT_CONSENT_NEEDED] == 1);
    CHECK_OK(play_flush(game));
    tell_decision(game, "voice-chat");
    tell("adopt %d\n", (int)play_adopt(game, SESSION(ID, "t0", PERMISSIONS("true", "true"))));
    WAIT_DOING(20000, play_pump(game), server_count_of(backend, "PUT", "/api/session") == 1);
    /* What the parent has changed meanwhile comes with the next answer. */
    tell("refresh %d\n", (int)play_refresh(game));
    serve(backend, SESSION(ID, "t1", PERMISSIONS("false", "true")));
    tell("refresh %d\n", (int)play_refresh(game));
    WAIT_DOING(20000, play_pump(game), play_access(game, "voice-chat") == PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(play_flush(game));
    tell_decision(game, "voice-chat");

    /* What the parent took away is told, and acknowledged. */
    playgate_notice notice = 0;
    CHECK_OK(playgate_client_notice(game->client, &notice));
    CHECK_OK(playgate_notice_free(notice));
    tell("acknowledge %d\n", (int)play_acknowledge(game));

    /* A game session beats while the clock goes on. */
    (void)snprintf(service, sizeof service, "%s/ads", server_url(backend));
    playgate_game_session_options_init(&ads, sizeof ads);
    ads.service_url = service;
    ads.auth_token = "ad-tok-planted";
    CHECK_OK(playgate_game_session_start(game->client, &ads));
    WAIT_DOING(20000, play_pump(game), game_state(game) == PLAYGATE_GAME_SESSION_ACTIVE);
    for (size_t beats = 1; beats <= 3; beats++) {
        move_clock(game, 9000);
        WAIT_DOING(20000, play_pump(game), server_count_of(backend, "POST", AD_BEAT) == beats);
        CHECK_OK(play_flush(game));
    }
    CHECK_OK(playgate_game_session_end(game->client, &request));
    tell("end game session %d\n", (int)play_wait(game, request));

    /* A parent is asked, thinks, and approves. */
    tell("ask %d\n", (int)play_wait(game, ask(game, "voice-chat")));
    move_clock(game, 6000);
    WAIT_DOING(20000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_WAITING) == 1);
    server_answer(backend, "GET", "/api/challenge/" CHALLENGE "/status", 200, "",
                  "{\"challengeId\":\"" CHALLENGE "\",\"status\":\"PASS\",\"sessionId\":\"" ID "\"}");
    serve(backend, SESSION(ID, "t2", PERMISSIONS("true", "true")));
    move_clock(game, 60000);
    WAIT_DOING(20000, play_pump(game), play_access(game, "voice-chat") == PLAYGATE_ACCESS_ALLOWED);
    WAIT_DOING(20000, play_pump(game), play_steps(game, "voice-chat", PLAYGATE_PROGRESS_ENABLED) == 1);
    CHECK_OK(play_flush(game));
    tell_decision(game, "voice-chat");

    /* The server has trouble, and asks for more time than a refresh has. */
    server_answer(backend, "GET", SESSION_PATH, 503, "Retry-After: 100\r\n", "{}");
    CHECK_OK(playgate_client_refresh_after_push(game->client, &request));
    tell("trouble %d\n", (int)play_wait(game, request));
    serve(backend, SESSION(ID, "t3", PERMISSIONS("true", "false")));
    move_clock(game, 700000);
    tell("again %d\n", (int)play_refresh(game));
    CHECK_OK(play_flush(game));
    tell_decision(game, "targeted-ads");
}

/* What the record holds, whatever is written around it. */
typedef struct kept {
    const char *name;
    unsigned char *bytes;
    size_t len;
} kept;

static kept records[3][4];
static size_t record_count;

static void keep_record(const char *path, void *user)
{
    (void)user;
    const char *name = strrchr(path, '/') + 1;
    if (strchr(name, '.')) {
        return; /* a lock */
    }
    require(record_count < 4, "there is room for records");
    kept *record = &records[host_index][record_count++];
    record->name = strcpy(malloc(strlen(name) + 1), name);
    record->bytes = read_whole(path, &record->len);
}

static const kept *find(int host, const char *name)
{
    for (size_t i = 0; i < 4; i++) {
        if (records[host][i].name && strcmp(records[host][i].name, name) == 0) {
            return &records[host][i];
        }
    }
    return NULL;
}

/*
 * Where the record's content begins. What stands before it counts the writes: two that follow each other closely are
 * one on a busy machine.
 */
static size_t payload_at(const kept *record)
{
    const unsigned char *found = memchr(record->bytes, '{', record->len);
    return found ? (size_t)(found - record->bytes) : 0;
}

static size_t live_on(const char *kind)
{
    static playgate_clock_hook clock_hook;
    static playgate_random_hook random_hook;
    play game;
    const char *folder = temporary_folder();
    server *backend = server_start();
    script(backend);
    moved_ms = 0;
    random_state = 7;
    told_len = 0;
    playgate_clock_hook_init(&clock_hook, sizeof clock_hook);
    clock_hook.wall_ms = wall_ms;
    clock_hook.monotonic_ms = monotonic_ms;
    playgate_random_hook_init(&random_hook, sizeof random_hook);
    random_hook.fill = seeded;

    playgate_client_options options = play_options(SECRET_PLAYER, folder, server_url(backend));
    options.clock = &clock_hook;
    options.random = &random_hook;
    require(host_open(kind, folder, &options), kind);
    play_before_pump = host_frame;
    play_on_event = tell_event;
    CHECK_OK(play_open(&game, &options));
    live(&game, backend);
    play_close(&game);
    tell("closed\n");
    /* A second start finds it all, offline. */
    options.server_url = NULL;
    options.flags &= ~(uint32_t)PLAYGATE_CLIENT_NETWORK_ALLOWED;
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    tell_decision(&game, "voice-chat");
    tell_decision(&game, "targeted-ads");
    play_close(&game);
    play_before_pump = NULL;
    play_on_event = NULL;
    host_close();
    server_stop(backend);
    record_count = 0;
    (void)each_file(folder, keep_record, NULL);
    return record_count;
}

void hooks_compared(void)
{
    static const char *const kinds[] = {"built-in", "transport", "pump"};
    for (host_index = 0; host_index < 3; host_index++) {
        CHECK_EQ(live_on(kinds[host_index]), 2); /* the salt and the player's record */
    }
    CHECK(strlen(told[0]) > 500);
    for (int host = 1; host < 3; host++) {
        CHECK_TEXT(told[host], told[0]);
        for (size_t i = 0; i < 2; i++) {
            const kept *record = &records[0][i], *same = find(host, record->name);
            if (CHECK(same != NULL)) {
                CHECK_EQ(same->len, record->len);
                const size_t from = payload_at(record);
                CHECK(same->len == record->len && memcmp(same->bytes + from, record->bytes + from, record->len - from) == 0);
            }
        }
    }
    for (int host = 0; host < 3; host++) {
        for (size_t i = 0; i < 4; i++) {
            free((void *)(uintptr_t)records[host][i].name);
            free(records[host][i].bytes);
        }
    }
}
