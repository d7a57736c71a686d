/*
 * What the parts of the abuse test share: what is alive meanwhile, what is not, and which functions were called.
 */
#ifndef ABUSE_H
#define ABUSE_H

#include <stdbool.h>

#include "play.h"
#include "server.h"

#define HUGE_BYTES (64u * 1024u * 1024u)
#define LONG_TEXT_BYTES (2u * 1024u * 1024u)

/* Notes that a function was called. */
void note_call(const char *name);

/* Every text argument: each of these texts in turn, and whether NULL is refused too. */
#define BAD_TEXTS(null_is_bad, call)                                                                                   \
    do {                                                                                                               \
        const char *const bad_texts[] = {not_utf8, long_text, NULL};                                                   \
        for (size_t bad_at = 0; bad_at < ((null_is_bad) ? 3u : 2u); bad_at++) {                                        \
            const char *bad = bad_texts[bad_at];                                                                       \
            CHECK_FAILS(call, PLAYGATE_ERROR_INVALID_ARGUMENT);                                                        \
        }                                                                                                              \
    } while (0)

/* Calls a function and notes that it was called. */
#define CALL(function, arguments) (note_call(#function), function arguments)

enum kind { CLIENT, SESSION_KIND, CHANGES, NOTICE, STORE, CHALLENGE, KINDS };

/* One handle of each kind that is alive, and one that was freed or closed. */
extern uint64_t live[KINDS];
extern uint64_t stale[KINDS];
extern play live_game;

/* A client with an open challenge about "text-chat", and the server that gave it. */
extern play asking_game;
extern server *asking_server;

extern const char *live_folder;

/* A session as JSON. */
extern const char document[];
extern const size_t document_len;

/* A text of 2 MiB, 64 MiB of bytes, and a text that is not UTF-8. */
extern char *long_text;
extern char *huge;
extern const char not_utf8[];

/* Everything that is alive answers as at the start. */
void check_alive(const char *after);

/* Whether a handle of that kind is of something alive. */
bool is_alive(enum kind kind, uint64_t handle);

/* Lent text that says nothing. */
bool is_empty(const playgate_text *text);

/* Handles that are none, were freed, are of another kind or were never given out. */
void abuse_handles(void);

/* NULL, texts, lengths, flags, numbers. */
void abuse_arguments(void);

/* Struct sizes, reserved space, structs and outs at odd addresses. */
void abuse_structs(void);

/* The host's hooks, and the answers that they give. */
void abuse_hooks(void);

/* What is for tests of games only. */
void abuse_mock(void);

/* Opens the client that has an open challenge; a new handle of that challenge. */
void start_asking(void);
playgate_challenge take_challenge(void);

/* Texts, challenges, requests for permissions and age signals. */
void abuse_challenges(void);

#endif
