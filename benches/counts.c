/*
 * Runs the check, the pump and the refresh under callgrind, which counts the instructions inside the function of that name.
 * `counts WHAT` runs one of them; the number of times is printed.
 */
#include "bench.h"

#define PERMISSIONS 200
#define CHECKS 20000
#define NAMES 20000
#define PUMPS 2000
#define REFRESHES 40

static playgate_client client;
static world own;
static uint32_t numbers[PERMISSIONS];
static char names[PERMISSIONS][32];
static size_t lengths[PERMISSIONS];
static char *documents[2];
static size_t document_lengths[2];

/* Not inlined and not static, so that callgrind finds them by name. */
void count_check(void);
void count_name(void);
void count_pump(void);
void count_refresh(void);

__attribute__((noinline)) void count_check(void)
{
    for (unsigned i = 0; i < CHECKS; i++) {
        keep((uint64_t)playgate_client_allowed(client, numbers[i % PERMISSIONS]));
    }
}

__attribute__((noinline)) void count_name(void)
{
    for (unsigned i = 0; i < NAMES; i++) {
        keep((uint64_t)playgate_client_allowed_by_name(client, names[i % PERMISSIONS], lengths[i % PERMISSIONS]));
    }
}

/* Nothing happens: what every frame pays. */
__attribute__((noinline)) void count_pump(void)
{
    for (unsigned i = 0; i < PUMPS; i++) {
        keep((uint64_t)playgate_client_pump(client, 0));
    }
}

/* Storing into memory included. */
__attribute__((noinline)) void count_refresh(void)
{
    for (unsigned i = 1; i <= REFRESHES; i++) {
        own.body = documents[i % 2];
        own.body_len = document_lengths[i % 2];
        playgate_request request = 0;
        must_ok(playgate_client_refresh_after_push(client, &request), "refresh");
        settle(client);
    }
}

int main(int argc, char **argv)
{
    must(argc == 2, "argument: check, name, pump or refresh");
    for (unsigned version = 0; version < 2; version++) {
        documents[version] = session_document(PERMISSIONS, version, &document_lengths[version]);
    }
    own.status = 200;
    own.body = documents[0];
    own.body_len = document_lengths[0];
    client = open_world(&own, "player");
    for (unsigned i = 0; i < PERMISSIONS; i++) {
        permission_name(names[i], sizeof names[i], i);
        lengths[i] = strlen(names[i]);
        must_ok(playgate_feature_intern(names[i], &numbers[i]), "intern");
    }
    settle(client);
    const struct {
        const char *name;
        void (*run)(void);
        unsigned times;
    } all[] = {
        {"check", count_check, CHECKS},
        {"name", count_name, NAMES},
        {"pump", count_pump, PUMPS},
        {"refresh", count_refresh, REFRESHES},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(argv[1], all[i].name) == 0) {
            all[i].run();
            (void)printf("%u\n", all[i].times);
            return 0;
        }
    }
    must(0, "one of the known names");
    return 1;
}
