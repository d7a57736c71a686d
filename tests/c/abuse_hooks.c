/* Hooks with structs that are wrong, and answers to operations that nobody asked for. */
#include "abuse_room.h"

static void start(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    (void)user;
    (void)exchange;
    (void)request;
}

static void cancel(void *user, playgate_exchange exchange)
{
    (void)user;
    (void)exchange;
}

static void read_nothing(void *user, playgate_storage_operation operation, const char *key)
{
    (void)user;
    (void)key;
    CHECK_OK(CALL(playgate_storage_complete, (operation, PLAYGATE_ERROR_NOT_FOUND, NULL, 0)));
}

static void write_nowhere(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes, size_t len)
{
    (void)user;
    (void)key;
    (void)bytes;
    (void)len;
    CHECK_OK(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 0));
}

static int64_t no_time(void *user)
{
    (void)user;
    return INT64_MIN;
}

static uint64_t all_time(void *user)
{
    (void)user;
    return UINT64_MAX;
}

static int32_t no_offset(void *user)
{
    (void)user;
    return INT32_MIN;
}

static playgate_result same(void *user, uint8_t *bytes, size_t len)
{
    (void)user;
    memset(bytes, 1, len);
    return PLAYGATE_OK;
}

/* Opens with these hooks, and closes again. */
static playgate_result open_with(const playgate_transport_hook *transport, const playgate_storage_hook *storage,
                                 const playgate_clock_hook *clock, const playgate_random_hook *random,
                                 const playgate_thread_options *threads)
{
    playgate_client client = 1;
    playgate_client_options options = play_options("hooked", NULL, "https://game.example");
    options.transport = transport;
    options.storage = storage;
    options.clock = clock;
    options.random = random;
    options.threads = threads;
    const playgate_result opened = playgate_client_open(&options, &client);
    CHECK_EQ(client != 0, opened == PLAYGATE_OK);
    if (opened == PLAYGATE_OK) {
        CHECK(playgate_client_pump(client, 0) >= 0);
        CHECK_OK(playgate_client_close(client, 10000));
    }
    return opened;
}

void abuse_hooks(void)
{
    INIT(playgate_transport_hook, CALL(playgate_transport_hook_init, (p, size)));
    INIT(playgate_http_response, CALL(playgate_http_response_init, (p, size)));
    INIT(playgate_storage_hook, CALL(playgate_storage_hook_init, (p, size)));
    INIT(playgate_clock_hook, CALL(playgate_clock_hook_init, (p, size)));
    INIT(playgate_random_hook, CALL(playgate_random_hook_init, (p, size)));
    INIT(playgate_thread_options, CALL(playgate_thread_options_init, (p, size)));

    playgate_transport_hook transport;
    playgate_transport_hook_init(&transport, sizeof transport);
    transport.start = start;
    transport.cancel = cancel;
    IN_STRUCT(playgate_transport_hook, transport, PLAYGATE_OK, open_with(p, NULL, NULL, NULL, NULL), (void)0);
    playgate_storage_hook storage;
    playgate_storage_hook_init(&storage, sizeof storage);
    storage.read = read_nothing;
    storage.write = write_nowhere;
    storage.remove = read_nothing;
    IN_STRUCT(playgate_storage_hook, storage, PLAYGATE_OK, open_with(&transport, p, NULL, NULL, NULL), (void)0);
    /* Clocks that say the worst they can. */
    playgate_clock_hook clock;
    playgate_clock_hook_init(&clock, sizeof clock);
    clock.wall_ms = no_time;
    clock.monotonic_ms = all_time;
    clock.utc_offset_s = no_offset;
    IN_STRUCT(playgate_clock_hook, clock, PLAYGATE_OK, open_with(&transport, NULL, p, NULL, NULL), (void)0);
    playgate_random_hook random;
    playgate_random_hook_init(&random, sizeof random);
    random.fill = same;
    IN_STRUCT(playgate_random_hook, random, PLAYGATE_OK, open_with(&transport, NULL, NULL, p, NULL), (void)0);
    playgate_thread_options threads;
    playgate_thread_options_init(&threads, sizeof threads);
    threads.stack_bytes = 1;
    IN_STRUCT(playgate_thread_options, threads, PLAYGATE_OK, open_with(&transport, NULL, NULL, NULL, p), (void)0);

    playgate_http_response response;
    playgate_http_response_init(&response, sizeof response);
    response.status = 200;
    IN_STRUCT(playgate_http_response, response, PLAYGATE_ERROR_INVALID_HANDLE,
              CALL(playgate_transport_complete, (4711, p)), (void)0);
    const uint64_t numbers[] = {0, 1, UINT64_MAX, live[CLIENT], stale[CLIENT]};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        CHECK_FAILS(playgate_transport_complete(numbers[i], &response), PLAYGATE_ERROR_INVALID_HANDLE);
        CHECK_FAILS(playgate_storage_complete(numbers[i], PLAYGATE_OK, NULL, 0), PLAYGATE_ERROR_INVALID_HANDLE);
        CHECK_FAILS(playgate_storage_complete(numbers[i], PLAYGATE_OK, NULL, 1), INVALID);
        CHECK_FAILS(playgate_storage_complete(numbers[i], 99, (const uint8_t *)huge, SIZE_MAX), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    check_alive("bad hooks");
}
