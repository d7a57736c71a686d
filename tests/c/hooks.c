/*
 * The host's own HTTP, storage, clock, random bytes and threads: what is promised about each, and that a game sees no
 * difference.
 */
#include "hooks.h"

int main(void)
{
    play_watch_log();
    hooks_compared();
    hooks_transport();
    hooks_storage();
    hooks_others();
    CHECK_OK(playgate_shutdown(5000));
    playgate_memory_stats memory;
    playgate_memory_stats_init(&memory, sizeof memory);
    CHECK_OK(playgate_get_memory_stats(&memory));
    CHECK_EQ(memory.live_bytes, 0);
    CHECK(play_check_log() > 20);
    return finish();
}
