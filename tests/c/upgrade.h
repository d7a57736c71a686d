/*
 * What the parts of the upgrade test share: a session with a feature of each kind, the server's answers, and short ways
 * to ask.
 */
#ifndef UPGRADE_H
#define UPGRADE_H

#include <stdbool.h>

#include "play.h"
#include "server.h"

#define ID "sid-planted-1"
#define SESSION_PATH "/api/session/" ID
#define ASK_PATH "/api/request-permission"

/* A parent's challenge with that id and code, the player's own, and how one stands. */
#define FIRST "c-planted-1"
#define SECOND "c-planted-2"
#define OTHER_CODE SECRET_CODE "-2"
#define CODE_URL(code) SECRET_SITE "/authorize?otp=" code
#define PARENTS(id, code)                                                                                              \
    "{\"challengeId\":\"" id "\",\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"" CODE_URL(code) "\","               \
    "\"oneTimePassword\":\"" code "\",\"otpExpiresAt\":4102444800,\"childLiteAccessEnabled\":true}"
#define PLAYERS(id)                                                                                                    \
    "{\"challengeId\":\"" id "\",\"type\":\"CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE\","                             \
    "\"url\":\"" SECRET_SITE "/age\"}"
#define ASKS_PARENT(challenge) "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":" challenge "}"
#define STATUS_PATH(id) "/api/challenge/" id "/status"
#define STATUS(id, word) "{\"challengeId\":\"" id "\",\"status\":\"" word "\"}"

/* Which features of the session are on. */
enum on { VOICE = 1, TEXT = 2, GIFTS = 4, FRIENDS = 8, ADS = 16, ADS_PROHIBITED = 32 };

/* The session with these on; static, until the next call. */
const char *session_with(int on);

/* From now on the server has the session with these on. */
void serve(server *self, int on);

/* Opens a client that has the session, stored and bound; `options` is kept for a restart. */
void start(play *game, const playgate_client_options *options, server *backend, int on);

/* A client in memory, with its server. */
server *start_simply(play *game, int on);

/* Asks for a permission: the request, or how it ended. */
playgate_request ask(play *game, const char *name);
playgate_result ask_and_wait(play *game, const char *name);

/* Asks for one whose challenge is answered with this document, and takes that challenge. */
playgate_challenge open_challenge(play *game, server *backend, const char *name, const char *answer);

/* A challenge as it is now; the caller frees it. */
playgate_challenge challenge_of(const play *game, const char *name);
playgate_challenge_info info_of(playgate_challenge challenge);

/* What the client has to tell the player: its kind, and the feature that was asked for, else "". */
playgate_notice_kind notice_now(const play *game, char *asked, size_t capacity);

/* Nothing planted is in what support sees, nor in any file's name or bytes; how many files hold that text. */
void check_nothing_leaks(const play *game);
size_t files_with(const char *folder, const char *text);

/* Questions and their answers. */
void upgrade_answers(void);

/* What is said and drawn about a challenge, and asked about it. */
void upgrade_challenges(void);

/* What survives, and what is written. */
void upgrade_restarts(void);

/* One completion for each request, however it ends. */
void upgrade_completions(void);

#endif
