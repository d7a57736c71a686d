/*
 * A simulated game: 120 frames a second, 300 checks and a pump in each, with refreshes and heartbeats under way, a server that
 * takes its time and a disk that is busy. Prints what the frames spend inside the library, and what the wall says beside an
 * empty frame. Arguments: a folder, the port of the server, seconds for each round.
 */
#include "bench.h"

#define FRAME_NS 8333333
#define CHECKS 300
#define FEATURES 200

static double *spent, *walls, *empties;

static void wait_until(double due)
{
    const struct timespec at = {(time_t)(due / 1e9), (long)(due - (double)(time_t)(due / 1e9) * 1e9)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

int main(int argc, char **argv)
{
    must(argc == 4, "arguments: a folder, a port, seconds");
    char url[80], service[80];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%s", argv[2]);
    (void)snprintf(service, sizeof service, "http://127.0.0.1:%s/api", argv[2]);
    const playgate_client client = open_threaded("player", argv[1], url);
    playgate_game_session_options game;
    playgate_game_session_options_init(&game, sizeof game);
    game.service_url = service;
    game.auth_token = "token";
    must_ok(playgate_game_session_start(client, &game), "the game session starts");
    uint32_t numbers[FEATURES];
    for (unsigned i = 0; i < FEATURES; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "permission-%u", i);
        must_ok(playgate_feature_intern(name, &numbers[i]), "intern");
    }
    const size_t frames = (size_t)atoi(argv[3]) * 120;
    spent = calloc(frames, sizeof *spent);
    walls = calloc(frames, sizeof *walls);
    empties = calloc(frames, sizeof *empties);
    must(spent && walls && empties, "memory");
    while (next_round()) {
        unsigned refreshed = 0;
        double due = now_ns();
        for (size_t frame = 0; frame < frames; frame++) {
            due += FRAME_NS;
            wait_until(due);
            playgate_event event;
            playgate_event_init(&event, sizeof event);
            uint64_t sum = 0;
            double wall = now_ns(), used = thread_ns();
            for (unsigned i = 0; i < CHECKS; i++) {
                sum += (uint64_t)playgate_client_allowed(client, numbers[(i * 7) % FEATURES]);
            }
            keep(sum);
            (void)playgate_client_pump(client, 100);
            while (playgate_client_next_event(client, &event) == PLAYGATE_OK) {
                refreshed += event.type == PLAYGATE_EVENT_COMPLETED && event.result == PLAYGATE_OK;
            }
            if (frame % 60 == 0) {
                playgate_request request = 0;
                must_ok(playgate_client_refresh_after_push(client, &request), "refresh");
            }
            spent[frame] = thread_ns() - used;
            walls[frame] = now_ns() - wall;
            /* As long by the clock as a frame that does nothing but look at it. */
            wall = now_ns();
            keep((uint64_t)thread_ns());
            keep((uint64_t)thread_ns());
            empties[frame] = now_ns() - wall;
        }
        must(refreshed > frames / 240, "refreshes ended meanwhile");
        report("frame", FRAME_NS);
        report("frame_p50", quantile(spent, frames, 0.5));
        report("frame_p999", quantile(spent, frames, 0.999));
        report("frame_worst", quantile(spent, frames, 1));
        report("wall_p999", quantile(walls, frames, 0.999));
        report("wall_worst", quantile(walls, frames, 1));
        report("empty_p999", quantile(empties, frames, 0.999));
        report("empty_worst", quantile(empties, frames, 1));
        end_round();
    }
    must_ok(playgate_client_close(client, 20000), "close");
    return 0;
}
