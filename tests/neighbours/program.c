/*
 * One program with Playgate and three other Rust libraries in it: each works as if it were alone. Panics are caught in
 * each, each has its own panic hook, and no allocator sees what is another's.
 */
#include "play.h"
#include "server.h"

typedef struct neighbour {
    const char *name;
    uint64_t (*work)(uint32_t rounds);
    /* How many panics its hook has seen; 0 when one was not caught. */
    uint32_t (*caught_panic)(void);
    int64_t (*allocated)(void);
    int64_t (*live)(void);
} neighbour;

#define DECLARE(name)                                                                                                  \
    uint64_t name##_work(uint32_t rounds);                                                                             \
    uint32_t name##_caught_panic(void);                                                                                \
    int64_t name##_allocated(void);                                                                                    \
    int64_t name##_live(void);
#define NEIGHBOUR(name) {#name, name##_work, name##_caught_panic, name##_allocated, name##_live}

DECLARE(alder)
DECLARE(birch)
DECLARE(cedar)

static const neighbour neighbours[] = {NEIGHBOUR(alder), NEIGHBOUR(birch), NEIGHBOUR(cedar)};

#define COUNT (sizeof neighbours / sizeof neighbours[0])
#define ROUNDS 100
#define WORKED (ROUNDS * (ROUNDS - 1) / 2 + ROUNDS)
#define ID "sid-neighbours"
#define VOICE(on) SESSION(ID, "tag-" on, PERMISSION("voice-chat", on, "GUARDIAN"))

/* What each allocator has counted. */
typedef struct counts {
    int64_t allocated[COUNT];
    int64_t live[COUNT];
} counts;

static counts count(void)
{
    counts now;
    for (size_t at = 0; at < COUNT; at++) {
        now.allocated[at] = neighbours[at].allocated();
        now.live[at] = neighbours[at].live();
    }
    return now;
}

/* Nobody's counts have changed, but those of the one at `working`. */
static void check_counts(const counts *before, size_t working)
{
    const counts now = count();
    for (size_t at = 0; at < COUNT; at++) {
        if (at == working) {
            CHECK(now.allocated[at] > before->allocated[at]);
        } else {
            CHECK_EQ(now.allocated[at], before->allocated[at]);
        }
        CHECK_EQ(now.live[at], before->live[at]);
    }
}

/* Opens a client, adopts a session, takes a parent's change from the server by the worker, closes. */
static void play_a_round(server *backend, uint32_t round)
{
    play game;
    char player[32];
    (void)snprintf(player, sizeof player, "player-%u", (unsigned)round);
    server_answer(backend, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
    server_answer(backend, "PUT", "/api/session", 200, "", CHANGED(VOICE("true")));
    server_answer(backend, "GET", "/api/session/" ID, 200, "", CHANGED(VOICE("true")));
    play_start(&game, player, temporary_folder(), server_url(backend));
    WAIT_DOING(20000, play_pump(&game), game.news[PLAYGATE_EVENT_CONSENT_NEEDED] == 1);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_OK(play_adopt(&game, VOICE("true")));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    server_answer(backend, "GET", "/api/session/" ID, 200, "", CHANGED(VOICE("false")));
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(play_flush(&game));
    play_close(&game);
}

int main(void)
{
    server *backend = server_start();
    /* What a library makes once and keeps is made here. */
    for (size_t at = 0; at < COUNT; at++) {
        CHECK_EQ(neighbours[at].work(ROUNDS), WORKED);
        CHECK_EQ(neighbours[at].caught_panic(), 1);
    }
    for (uint32_t round = 0; round < 3; round++) {
        counts before = count();
        play_a_round(backend, round);
        check_counts(&before, COUNT);
        for (size_t at = 0; at < COUNT; at++) {
            before = count();
            CHECK_EQ(neighbours[at].work(ROUNDS), WORKED);
            CHECK_EQ(neighbours[at].caught_panic(), round + 2);
            check_counts(&before, at);
        }
    }
    CHECK_OK(playgate_shutdown(5000));
    server_stop(backend);
    return finish();
}
