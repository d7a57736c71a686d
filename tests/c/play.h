/*
 * One player's side of a test: opens a client, pumps it, and keeps what its events said.
 */
#ifndef PLAY_H
#define PLAY_H

#include "check.h"
#include "playgate.h"

/* What must never be seen outside: planted in sessions and tokens. */
#define SECRET_TOKEN "tok-Zr81vQw0nPlanted"
#define SECRET_KUID "kuid-Qx7Zk9Planted"
#define SECRET_BIRTH "2014-03-09"
#define SECRET_PLAYER "kim.planted@example.org"
#define SECRET_ADDRESS "parent.planted@example.org"
#define SECRET_CODE "QZ7PlantedCode"
#define SECRET_SITE "https://family-planted.example"
/* Everything planted but the date of birth has this in it. */
#define PLANTED "lanted"

#define PERMISSION(name, on, by) "{\"name\":\"" name "\",\"enabled\":" on ",\"managedBy\":\"" by "\"}"
#define SESSION(id, etag, permissions)                                                                                  \
    "{\"sessionId\":\"" id "\",\"etag\":\"" etag "\",\"status\":\"ACTIVE\",\"ageStatus\":\"DIGITAL_MINOR\","              \
    "\"dateOfBirth\":\"" SECRET_BIRTH "\",\"kuid\":\"" SECRET_KUID "\",\"jurisdiction\":\"US-CA\","                       \
    "\"permissions\":[" permissions "]}"
#define CHANGED(session) "{\"hasChanged\":true,\"session\":" session "}"

/* One completion. */
typedef struct completion {
    playgate_request request;
    playgate_result result;
    playgate_operation operation;
    uint32_t http_status;
    /* How many events carried this number. */
    int times;
} completion;

/* How far a request for a permission had come, by an event. */
typedef struct step {
    char feature[64];
    playgate_progress progress;
    playgate_result result;
} step;

#define MAX_COMPLETIONS 1024
#define MAX_STEPS 256
#define MAX_NEWS 32
#define MAX_GAME_STATES 64

typedef struct play {
    playgate_client client;
    /* How often each kind of event came. */
    int news[MAX_NEWS];
    /* The result of the last event of each kind. */
    playgate_result news_result[MAX_NEWS];
    completion done[MAX_COMPLETIONS];
    size_t done_count;
    /* The states of the game session, in order, as state * 10 + stop. */
    int game_states[MAX_GAME_STATES];
    size_t game_state_count;
    step steps[MAX_STEPS];
    size_t step_count;
} play;

/* Called before each pump, for hosts that work within frames; NULL: nothing. */
extern void (*play_before_pump)(void);

/* Called with each event; NULL: nothing. */
extern void (*play_on_event)(const playgate_event *event);

/* Options for a player, with network use allowed when there is a server. */
playgate_client_options play_options(const char *player, const char *folder, const char *server_url);

/* Opens a client and forgets earlier events. */
playgate_result play_open(play *self, const playgate_client_options *options);

/* Opens one that must open. */
void play_start(play *self, const char *player, const char *folder, const char *server_url);

/* Pumps, drains all events, and looks for planted secrets in them. */
void play_pump(play *self);

/* The completion of a request, or NULL while there is none. */
const completion *play_done(const play *self, playgate_request request);

/* Pumps until a request has completed; its result, or PLAYGATE_PENDING when it did not in time. */
playgate_result play_wait(play *self, playgate_request request);

/* How many events said that the request for a feature had come so far. */
int play_steps(const play *self, const char *name, playgate_progress progress);

/* The result that the newest event about a feature gave. */
playgate_result play_step_result(const play *self, const char *name);

/* Adopts a session and waits until that is done. */
playgate_result play_adopt(play *self, const char *json);

/* Flushes and waits until that is done. */
playgate_result play_flush(play *self);

/* Acknowledges and waits until that is done. */
playgate_result play_acknowledge(play *self);

/* Refreshes past the poll floor and waits until that is done. */
playgate_result play_refresh(play *self);

/* Closes; waits until nothing goes on any more. */
void play_close(play *self);

/* A feature's number. */
playgate_feature feature(const char *name);

/* A feature's access by its name. */
playgate_access play_access(const play *self, const char *name);

/* The next step and the reason for a feature. */
playgate_decision play_decide(const play *self, const char *name);

/* From now on every line of the library's log is looked at, down to DEBUG: nothing that is planted may be in it. */
void play_watch_log(void);

/* Checks that nothing was; how many lines there were. */
size_t play_check_log(void);

/* Whether the text holds one of the planted secrets. */
int has_secret(const char *text);

/* Makes a folder that is empty and is removed at exit; the text lives as long as the program. */
const char *temporary_folder(void);

/* Calls `each` with the path of every file in a folder; how many there are. */
size_t each_file(const char *folder, void (*each)(const char *path, void *user), void *user);

/* Reads a whole file; the caller frees it. */
unsigned char *read_whole(const char *path, size_t *out_len);

#endif
