/*
 * What the benches in C and C++ share: rounds on demand, time, and a client whose server, storage and random bytes are the
 * bench itself.
 *
 * A bench reads one line from its input for each round, prints "NAME NANOSECONDS" for what it measured, then ".". So
 * programs that are compared run in turn, each as long as it says.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "playgate.h"

/* Ends the bench with a reason unless that holds. */
static inline void must(int holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "the bench cannot go on: %s (%s)\n", what, playgate_last_error());
        exit(1);
    }
}

static inline void must_ok(playgate_result result, const char *what)
{
    if (result != PLAYGATE_OK) {
        (void)fprintf(stderr, "%s: %s\n", what, playgate_result_name(result));
        must(0, what);
    }
}

/* Waits for the next round; 0 when there is none. */
static inline int next_round(void)
{
    char line[64];
    return fgets(line, sizeof line, stdin) != NULL;
}

static inline void report(const char *name, double nanoseconds)
{
    (void)printf("%s %.4f\n", name, nanoseconds);
}

static inline void end_round(void)
{
    (void)puts(".");
    (void)fflush(stdout);
}

static inline double clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline double now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* What this thread has used of a core. */
static inline double thread_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline int by_number(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The value that the share `at` of all is not above; sorts them. */
static inline double quantile(double *values, size_t count, double at)
{
    qsort(values, count, sizeof *values, by_number);
    const double index = at * (double)(count - 1);
    return values[(size_t)(index + 0.5)];
}

static inline double median(double *values, size_t count)
{
    return quantile(values, count, 0.5);
}

/* Keeps the compiler from leaving out what makes this value. */
static inline void keep(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* -- Documents: as those of performance in the wild, names of 16 bytes on average ----------------------------------- */

/* The name of permission i, at most 24 bytes. */
static inline void permission_name(char *out, size_t size, unsigned i)
{
    static const char *const words[] = {"chat", "voice", "forum", "trade", "gifts", "clips", "mods", "ads-shown"};
    (void)snprintf(out, size, "%s-%s-%u", words[i % 8], words[(i / 8) % 8], i);
}

/*
 * A session with `count` permissions as text; the caller frees it. Of each hundred permissions the `version` toggles 8,
 * gives 4 another manager, and has 2 that the other versions do not have.
 */
static inline char *session_document(unsigned count, unsigned version, size_t *out_len)
{
    static const char *const managers[] = {"PLAYER", "GUARDIAN", "PROHIBITED"};
    char *text = (char *)malloc((size_t)count * 100 + 512);
    must(text != NULL, "memory");
    size_t len = (size_t)sprintf(text,
                                 "{\"sessionId\":\"0b1d5b3e-8d5e-4b61-9a55-5d0f9a1f2c77\",\"etag\":\"e-%u\","
                                 "\"status\":\"ACTIVE\",\"ageStatus\":\"%s\",\"dateOfBirth\":\"2012-04-05\","
                                 "\"jurisdiction\":\"US-CA\",\"kuid\":\"4b0a\",\"managedBy\":\"GUARDIAN\",\"permissions\":[",
                                 version, version % 2 ? "DIGITAL_YOUTH" : "DIGITAL_MINOR");
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        const unsigned of_hundred = (i * 37) % 100;
        permission_name(name, sizeof name, of_hundred >= 98 ? i + 100000 * (version + 1) : i);
        const int toggled = of_hundred < 8 && version % 2;
        const unsigned manager = (i + (of_hundred >= 8 && of_hundred < 12 && version % 2)) % 3;
        len += (size_t)sprintf(text + len, "%s{\"name\":\"%s\",\"enabled\":%s,\"managedBy\":\"%s\"}", i ? "," : "", name,
                               (i % 2 == 0) != toggled ? "true" : "false", managers[manager]);
    }
    len += (size_t)sprintf(text + len, "]}");
    *out_len = len;
    return text;
}

/* -- A client without threads, whose world is this ------------------------------------------------------------------ */

#define MAX_KEPT 8

/* One stored value. */
typedef struct kept_value {
    char key[80];
    uint8_t *bytes;
    size_t len;
} kept_value;

/* Server and storage of a client. */
typedef struct world {
    /* What the server answers with. */
    uint32_t status;
    const char *body;
    size_t body_len;
    const char *etag;
    /* How often something was stored. */
    uint64_t writes;
    kept_value kept[MAX_KEPT];
    size_t kept_count;
} world;

static inline void world_start(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    world *self = (world *)user;
    (void)request;
    playgate_http_response response;
    playgate_http_response_init(&response, sizeof response);
    const playgate_http_header headers[] = {{"content-type", "application/json"}, {"etag", self->etag}};
    response.status = self->status;
    response.headers = headers;
    response.header_count = self->etag ? 2 : 1;
    response.body = self->status == 200 ? (const uint8_t *)self->body : NULL;
    response.body_len = self->status == 200 ? self->body_len : 0;
    must_ok(playgate_transport_complete(exchange, &response), "the answer is taken");
}

static inline void world_cancel(void *user, playgate_exchange exchange)
{
    (void)user;
    (void)exchange;
}

static inline kept_value *world_find(world *self, const char *key)
{
    for (size_t i = 0; i < self->kept_count; i++) {
        if (strcmp(self->kept[i].key, key) == 0) {
            return &self->kept[i];
        }
    }
    return NULL;
}

static inline void world_read(void *user, playgate_storage_operation operation, const char *key)
{
    const kept_value *value = world_find((world *)user, key);
    const playgate_result result = value ? PLAYGATE_OK : PLAYGATE_ERROR_NOT_FOUND;
    must_ok(playgate_storage_complete(operation, result, value ? value->bytes : NULL, value ? value->len : 0), "read");
}

static inline void world_write(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes,
                               size_t len)
{
    world *self = (world *)user;
    kept_value *value = world_find(self, key);
    self->writes++;
    if (!value) {
        must(self->kept_count < MAX_KEPT, "room for what is stored");
        value = &self->kept[self->kept_count++];
        (void)snprintf(value->key, sizeof value->key, "%s", key);
        value->bytes = NULL;
    }
    free(value->bytes);
    value->bytes = (uint8_t *)malloc(len + 1);
    must(value->bytes != NULL, "memory");
    memcpy(value->bytes, bytes, len);
    value->len = len;
    must_ok(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 0), "write");
}

static inline void world_remove(void *user, playgate_storage_operation operation, const char *key)
{
    world *self = (world *)user;
    kept_value *value = world_find(self, key);
    if (value) {
        free(value->bytes);
        *value = self->kept[--self->kept_count];
    }
    must_ok(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 0), "remove");
}

/* Opens a client of that world, without threads, and with the network allowed. */
static inline playgate_client open_world(world *self, const char *player)
{
    playgate_transport_hook transport;
    playgate_transport_hook_init(&transport, sizeof transport);
    transport.user = self;
    transport.start = world_start;
    transport.cancel = world_cancel;
    playgate_storage_hook storage;
    playgate_storage_hook_init(&storage, sizeof storage);
    storage.user = self;
    storage.read = world_read;
    storage.write = world_write;
    storage.remove = world_remove;
    playgate_client_options options;
    playgate_client_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.flags = PLAYGATE_CLIENT_NO_THREADS | PLAYGATE_CLIENT_NETWORK_ALLOWED;
    options.player = player;
    options.server_url = "https://studio.example";
    options.token = "t";
    options.transport = &transport;
    options.storage = &storage;
    playgate_client client = 0;
    must_ok(playgate_client_open(&options, &client), "the client opens");
    return client;
}

/* Opens a client with the library's threads, HTTP and files; without a folder nothing is stored. */
static inline playgate_client open_threaded(const char *player, const char *folder, const char *url)
{
    playgate_client_options options;
    playgate_client_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.player = player;
    options.folder = folder;
    options.server_url = url;
    options.token = "t";
    options.flags = PLAYGATE_CLIENT_NETWORK_ALLOWED;
    playgate_client client = 0;
    must_ok(playgate_client_open(&options, &client), "the client opens");
    return client;
}

/* Pumps until there is nothing to do, and drops the events. */
static inline void settle(playgate_client client)
{
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    while (playgate_client_pump(client, 1000000) == PLAYGATE_PENDING) {
    }
    while (playgate_client_next_event(client, &event) == PLAYGATE_OK) {
    }
}

#endif
