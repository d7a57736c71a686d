/*
 * Many threads on the same clients, while these are opened, taken over and closed: nothing breaks, and neither a handle
 * nor a table ever shows another player's answer.
 */
#include <pthread.h>

#include "play.h"

#define PLAYERS 4
#define READERS 3

/* Player n has feature n on, and no other. */
static const char *const sessions[PLAYERS] = {
    SESSION("s-0", "t", PERMISSION("own-0", "true", "GUARDIAN")),
    SESSION("s-1", "t", PERMISSION("own-1", "true", "GUARDIAN")),
    SESSION("s-2", "t", PERMISSION("own-2", "true", "GUARDIAN")),
    SESSION("s-3", "t", PERMISSION("own-3", "true", "GUARDIAN")),
};
static const char *const players[PLAYERS] = {"player 0", "player 1", "player 2", "player 3"};
static playgate_feature own[PLAYERS];

/* The newest handle and table of each player; read and written atomically. */
static playgate_client handles[PLAYERS];
static const playgate_cell *tables[PLAYERS];
static int stopping;
static unsigned long wrong_answers;
static unsigned long right_answers;

static unsigned long turns(void)
{
    const char *given = getenv("PLAYGATE_TEST_ROUNDS");
    const unsigned long count = given ? strtoul(given, NULL, 10) : 1000;
    return count ? count : 1;
}

static void look(size_t player, playgate_client client, const playgate_cell *table)
{
    for (size_t other = 0; other < PLAYERS; other++) {
        const int allowed = playgate_client_allowed(client, own[other]);
        const int in_table = playgate_table_allowed(table, PLAYGATE_TABLE_CELLS, own[other]);
        if (other != player && (allowed || in_table)) {
            (void)__atomic_fetch_add(&wrong_answers, 1, __ATOMIC_RELAXED);
        } else if (other == player && allowed) {
            (void)__atomic_fetch_add(&right_answers, 1, __ATOMIC_RELAXED);
        }
    }
}

/* Asks with handles that may be closed at any moment; keeps old ones in use. */
static void *read_on(void *given)
{
    playgate_client old[PLAYERS] = {0, 0, 0, 0};
    unsigned long turn = 0;
    (void)given;
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        for (size_t player = 0; player < PLAYERS; player++) {
            const playgate_client client = __atomic_load_n(&handles[player], __ATOMIC_ACQUIRE);
            look(player, client, __atomic_load_n(&tables[player], __ATOMIC_ACQUIRE));
            look(player, old[player], NULL);
            if (turn % 64 == player) {
                old[player] = client;
            }
            playgate_decision decision;
            playgate_decision_init(&decision, sizeof decision);
            (void)playgate_client_decide(client, own[(player + 1) % PLAYERS], &decision);
            if (decision.access == PLAYGATE_ACCESS_ALLOWED) {
                (void)__atomic_fetch_add(&wrong_answers, 1, __ATOMIC_RELAXED);
            }
            playgate_session session = 0;
            if (playgate_client_session(client, &session) == PLAYGATE_OK) {
                playgate_text json;
                if (playgate_session_json(session, &json) != PLAYGATE_OK || !strstr(json.ptr, "own-")) {
                    (void)__atomic_fetch_add(&wrong_answers, 1, __ATOMIC_RELAXED);
                }
                (void)playgate_session_free(session);
            }
            playgate_changes changes = 0;
            (void)playgate_client_changes(client, &changes);
            (void)playgate_changes_free(changes);
            playgate_request request = 0;
            (void)playgate_client_flush(client, &request);
            (void)playgate_client_cancel(client, request);
            (void)playgate_client_set_online(client, turn % 2 ? 0 : 1);
        }
        turn++;
    }
    return NULL;
}

/* Gives names numbers while clients come and go. */
static void *intern_on(void *given)
{
    char name[32];
    (void)given;
    for (unsigned i = 0; i < 500 && !__atomic_load_n(&stopping, __ATOMIC_ACQUIRE); i++) {
        playgate_feature number = 0;
        (void)snprintf(name, sizeof name, "named-%u", i);
        if (playgate_feature_intern(name, &number) != PLAYGATE_OK) {
            (void)__atomic_fetch_add(&wrong_answers, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

/* Opens a player's client, or takes it over; adopts, and is done with it soon. */
static void live_on(size_t player, unsigned long turn, const char *folder)
{
    play game;
    playgate_client_options options = play_options(players[player], folder, NULL);
    options.flags = PLAYGATE_CLIENT_TAKE_OVER;
    /* A client that is taken over may still be storing: then the header says to try again. */
    const uint64_t deadline = deadline_ms(10000);
    playgate_result opened = play_open(&game, &options);
    while (opened == PLAYGATE_ERROR_BUSY && time_left(deadline)) {
        opened = play_open(&game, &options);
    }
    CHECK_OK(opened);
    const playgate_cell *table = NULL;
    uint32_t len = 0;
    CHECK_OK(playgate_client_table(game.client, &table, &len));
    __atomic_store_n(&tables[player], table, __ATOMIC_RELEASE);
    __atomic_store_n(&handles[player], game.client, __ATOMIC_RELEASE);
    CHECK_OK(play_adopt(&game, sessions[player]));
    CHECK_EQ(playgate_client_allowed(game.client, own[player]), 1);
    look(player, game.client, table);
    if (turn % 3 == 0) {
        return; /* Left open, for the next turn to take over. */
    }
    if (turn % 3 == 1) {
        CHECK_OK(playgate_client_stop(game.client));
    }
    play_close(&game);
    CHECK_EQ(playgate_client_allowed(game.client, own[player]), 0);
}

int main(void)
{
    const unsigned long count = turns();
    const char *folder = temporary_folder();
    pthread_t threads[READERS + 1];
    for (size_t player = 0; player < PLAYERS; player++) {
        char name[16];
        (void)snprintf(name, sizeof name, "own-%zu", player);
        own[player] = feature(name);
    }
    for (size_t i = 0; i < READERS; i++) {
        require(pthread_create(&threads[i], NULL, read_on, NULL) == 0, "a thread starts");
    }
    require(pthread_create(&threads[READERS], NULL, intern_on, NULL) == 0, "a thread starts");
    for (unsigned long turn = 0; turn < count; turn++) {
        live_on(turn % PLAYERS, turn / PLAYERS, turn % 8 < 4 ? NULL : folder);
        if (turn % 100 == 99) {
            CHECK_OK(playgate_shutdown(10000));
        }
    }
    __atomic_store_n(&stopping, 1, __ATOMIC_RELEASE);
    for (size_t i = 0; i < READERS + 1; i++) {
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    }
    CHECK_OK(playgate_shutdown(10000));
    CHECK_EQ(wrong_answers, 0);
    CHECK(right_answers > 0);
    printf("%lu turns, %lu right answers\n", count, right_answers);
    return finish();
}
