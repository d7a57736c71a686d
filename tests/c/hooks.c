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
    CHECK(play_check_log() > 20);
    return finish();
}
