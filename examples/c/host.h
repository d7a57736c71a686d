/*
 * What carries Playgate: the host's own HTTP and storage in place of the built-in ones. The game is the same either way.
 *
 * host_built_in.c gives nothing; host_curl.c carries requests with libcurl and keeps records with stdio.
 */
#ifndef HOST_H
#define HOST_H

#include <playgate.h>

/*
 * Puts the host's hooks into the options; what they point to lives until host_close. `kind`: NULL or "built-in" for
 * nothing, "transport" for the host's HTTP on a thread of its own, "pump" for no threads at all: HTTP and storage happen
 * inside the game's frames. `folder` is where the host keeps records. 0 when there is no such kind.
 */
int host_open(const char *kind, const char *folder, playgate_client_options *options);

/* Once a frame, before the pump: answers that came in. Waits for nothing. */
void host_frame(void);

/* After the client's close has returned PLAYGATE_OK. */
void host_close(void);

#endif
