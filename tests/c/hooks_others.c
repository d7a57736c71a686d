/*
 * Clock, random bytes and threads of the host's.
 */
#include "hooks.h"

#include <pthread.h>

static int64_t wall = INT64_C(1790000000000);
static uint64_t monotonic = 5000;
static playgate_result randomness = PLAYGATE_OK;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static char names[8][64];
static size_t name_count;
static pthread_mutex_t time_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t wall_ms(void *user)
{
    CHECK(user == &wall);
    (void)pthread_mutex_lock(&time_lock);
    const int64_t now = wall;
    (void)pthread_mutex_unlock(&time_lock);
    return now;
}

static uint64_t monotonic_ms(void *user)
{
    CHECK(user == &wall);
    (void)pthread_mutex_lock(&time_lock);
    const uint64_t now = monotonic;
    (void)pthread_mutex_unlock(&time_lock);
    return now;
}

static void move(int64_t ms)
{
    (void)pthread_mutex_lock(&time_lock);
    wall += ms;
    monotonic += (uint64_t)ms;
    (void)pthread_mutex_unlock(&time_lock);
}

static playgate_result fill(void *user, uint8_t *bytes, size_t len)
{
    CHECK(user == &randomness);
    memset(bytes, 7, len);
    return randomness;
}

static void started(void *user, const char *name)
{
    CHECK(user == names);
    (void)pthread_mutex_lock(&names_lock);
    require(name_count < 8, "there is room for names");
    (void)snprintf(names[name_count++], sizeof names[0], "%s", name);
    (void)pthread_mutex_unlock(&names_lock);
}

static int was_started(const char *name)
{
    int is_there = 0;
    (void)pthread_mutex_lock(&names_lock);
    for (size_t i = 0; i < name_count; i++) {
        is_there |= strcmp(names[i], name) == 0;
    }
    (void)pthread_mutex_unlock(&names_lock);
    return is_there;
}

static playgate_clock_hook clock_hook(void)
{
    playgate_clock_hook hook;
    playgate_clock_hook_init(&hook, sizeof hook);
    hook.user = &wall;
    hook.wall_ms = wall_ms;
    hook.monotonic_ms = monotonic_ms;
    return hook;
}

/* A day passes in a moment: what a parent allowed becomes stale, and nobody slept. */
static void time_is_the_hosts(uint32_t flags)
{
    play game;
    playgate_clock_hook hook = clock_hook();
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, NULL);
    options.clock = &hook;
    options.flags |= flags;
    options.stale_after_ms = UINT64_C(86400000);
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    move(INT64_C(86300000));
    play_pump(&game);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    move(200000);
    WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") == PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(play_decide(&game, "voice-chat").freshness, PLAYGATE_FRESHNESS_STALE);
    play_close(&game);

    hook.wall_ms = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = clock_hook();
    hook.monotonic_ms = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook = clock_hook();
    hook.reserved[1] = 1;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
}

/* Without random bytes nothing is sealed, and nothing is stored in clear instead. */
static void no_randomness_is_told(void)
{
    static const uint8_t key[PLAYGATE_KEY_BYTES] = {1, 2, 3};
    play game;
    const char *folder = temporary_folder();
    playgate_random_hook hook;
    playgate_random_hook_init(&hook, sizeof hook);
    playgate_client_options options = play_options(SECRET_PLAYER, folder, NULL);
    options.random = &hook;
    options.key = key;
    options.key_len = sizeof key;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    hook.user = &randomness;
    hook.fill = fill;
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    randomness = -1;
    CHECK_EQ(play_adopt(&game, A_SESSION("t2", "true")), PLAYGATE_ERROR_STORAGE);
    CHECK_EQ(game.news[PLAYGATE_EVENT_STORAGE_FAILED], 1);
    randomness = PLAYGATE_OK;
    CHECK_OK(play_adopt(&game, A_SESSION("t3", "true")));
    play_close(&game);
}

/* Each thread has its name, and the host's word first. */
static void threads_are_named(void)
{
    play game;
    server *backend = server_start();
    server_answer(backend, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
    playgate_thread_options threads;
    playgate_thread_options_init(&threads, sizeof threads);
    threads.name = "pgt";
    threads.stack_bytes = 1024 * 1024;
    threads.user = names;
    threads.start = started;
    playgate_client_options options = play_options(SECRET_PLAYER, temporary_folder(), server_url(backend));
    options.threads = &threads;
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    WAIT_UNTIL(20000, was_started("pgt") && was_started("pgt-store") && was_started("pgt-http-1"));
    play_close(&game);

    options.flags |= PLAYGATE_CLIENT_NO_THREADS;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    options.flags &= ~(uint32_t)PLAYGATE_CLIENT_NO_THREADS;
    threads.reserved[3] = 1;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    threads.reserved[3] = 0;
    threads.name = "a name that is far longer than any system shows of a thread's, and than is taken";
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    server_stop(backend);
}

void hooks_others(void)
{
    time_is_the_hosts(0);
    time_is_the_hosts(PLAYGATE_CLIENT_NO_THREADS);
    no_randomness_is_told();
    threads_are_named();
}
