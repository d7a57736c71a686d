/*
 * The hooks, for the test of other versions' headers: what is right, and a call that takes it.
 */
#ifndef ABI_HOOKS_H
#define ABI_HOOKS_H

#include "play.h"

static void answer_nothing(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    (void)user;
    (void)exchange;
    (void)request;
}

static void cancel_nothing(void *user, playgate_exchange exchange)
{
    (void)user;
    (void)exchange;
}

static void find_nothing(void *user, playgate_storage_operation operation, const char *key)
{
    (void)user;
    (void)key;
    CHECK_OK(playgate_storage_complete(operation, PLAYGATE_ERROR_NOT_FOUND, NULL, 0));
}

static void keep_nothing(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes, size_t len)
{
    (void)user;
    (void)key;
    (void)bytes;
    (void)len;
    CHECK_OK(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 0));
}

static int64_t a_wall(void *user)
{
    (void)user;
    return INT64_C(1790000000000);
}

static uint64_t a_clock(void *user)
{
    (void)user;
    return 1;
}

static playgate_result same_bytes(void *user, uint8_t *bytes, size_t len)
{
    (void)user;
    memset(bytes, 1, len);
    return PLAYGATE_OK;
}

/* Opens with these hooks, and closes again. */
static playgate_result open_with(const playgate_client_options *options)
{
    playgate_client client = 0;
    const playgate_result result = playgate_client_open(options, &client);
    CHECK_OK(playgate_client_close(client, 20000));
    return result;
}

static void *no_memory(void *user, size_t size, size_t align)
{
    (void)user;
    (void)size;
    (void)align;
    return NULL;
}

static void no_free(void *user, void *block, size_t size, size_t align)
{
    (void)user;
    (void)block;
    (void)size;
    (void)align;
}

static void fill_playgate_allocator_hook(playgate_allocator_hook *p)
{
    playgate_allocator_hook_init(p, sizeof *p);
    p->alloc = no_memory;
    p->free = no_free;
}

static playgate_result take_playgate_allocator_hook(const playgate_allocator_hook *p)
{
    /* The library has allocated; that is looked at after the struct. */
    const playgate_result result = playgate_set_allocator_hook(p);
    return result == PLAYGATE_ERROR_INVALID_STATE ? PLAYGATE_OK : result;
}

static void fill_playgate_transport_hook(playgate_transport_hook *p)
{
    playgate_transport_hook_init(p, sizeof *p);
    p->start = answer_nothing;
    p->cancel = cancel_nothing;
}

static playgate_result take_playgate_transport_hook(const playgate_transport_hook *p)
{
    playgate_client_options options = play_options("hooked", NULL, "https://game.example");
    options.transport = p;
    return open_with(&options);
}

static void fill_playgate_http_response(playgate_http_response *p)
{
    playgate_http_response_init(p, sizeof *p);
    p->status = 200;
}

static playgate_result take_playgate_http_response(const playgate_http_response *p)
{
    /* Nobody asked; that is looked at after the struct. */
    const playgate_result result = playgate_transport_complete(0, p);
    return result == PLAYGATE_ERROR_INVALID_HANDLE ? PLAYGATE_OK : result;
}

static void fill_playgate_storage_hook(playgate_storage_hook *p)
{
    playgate_storage_hook_init(p, sizeof *p);
    p->read = find_nothing;
    p->write = keep_nothing;
    p->remove = find_nothing;
}

static playgate_result take_playgate_storage_hook(const playgate_storage_hook *p)
{
    playgate_client_options options = play_options("hooked", NULL, NULL);
    options.storage = p;
    return open_with(&options);
}

static void fill_playgate_clock_hook(playgate_clock_hook *p)
{
    playgate_clock_hook_init(p, sizeof *p);
    p->wall_ms = a_wall;
    p->monotonic_ms = a_clock;
}

static playgate_result take_playgate_clock_hook(const playgate_clock_hook *p)
{
    playgate_client_options options = play_options("hooked", NULL, NULL);
    options.clock = p;
    return open_with(&options);
}

static void fill_playgate_random_hook(playgate_random_hook *p)
{
    playgate_random_hook_init(p, sizeof *p);
    p->fill = same_bytes;
}

static playgate_result take_playgate_random_hook(const playgate_random_hook *p)
{
    playgate_client_options options = play_options("hooked", NULL, NULL);
    options.random = p;
    return open_with(&options);
}

static void fill_playgate_thread_options(playgate_thread_options *p)
{
    playgate_thread_options_init(p, sizeof *p);
}

static playgate_result take_playgate_thread_options(const playgate_thread_options *p)
{
    playgate_client_options options = play_options("hooked", NULL, NULL);
    options.threads = p;
    return open_with(&options);
}

#endif
