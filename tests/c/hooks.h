/*
 * What the parts of the test of hooks share.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include "play.h"
#include "server.h"

#define ID "sid-planted-1"
#define SESSION_PATH "/api/session/" ID
#define A_SESSION(tag, on) SESSION(ID, tag, PERMISSION("voice-chat", on, "GUARDIAN"))

/* The same events, order and records on every host. */
void hooks_compared(void);

/* A transport that the test itself answers. */
void hooks_transport(void);

/* Storage, clock, random bytes and threads. */
void hooks_storage(void);
void hooks_others(void);

#endif
