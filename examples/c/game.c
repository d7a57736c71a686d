/*
 * A game that uses Playgate, without the game around it: a start, sixty frames a second, a clean end.
 *
 * Copy from here: open_client, one_frame, take_events, show_notice, close_dialog, ask_for, show_challenge, close_client. The
 * rest stands in for an engine: dialogs are text and close by themselves, the age gate is a file that somebody puts there,
 * and so are the player's taps.
 */
#if !defined(_WIN32)
#  define _POSIX_C_SOURCE 199309L /* nanosleep */
#endif

#include "host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(_WIN32)
#  include <windows.h>
#else
#  include <time.h>
#endif

enum { MULTIPLAYER, VOICE_CHAT, TEXT_CHAT, USERNAME, AVATARS, FORUMS, GAMBLING, FEATURES };
enum { FRAMES_PER_SECOND = 60, DIALOG_FRAMES = 30, PUMP_BUDGET_US = 500, DRAIN_MS = 2000, MAX_SESSION = 1 << 20 };
enum { MAX_QR = 177, QUIET = 4 };

static const char *const feature_names[FEATURES] = {
    "multiplayer",          "voice-chat", "text-chat-private",  "custom-username",
    "ai-generated-avatars", "forums",     "simulated-gambling",
};

/* The command line: each option is followed by its value. */
enum { PLAYER, SERVER, TOKEN, FOLDER, KEY, ADOPT, TAPS, CODE_SITE, LANGUAGE, ADS, AD_TOKEN, FRAMES, REFRESH_MS, NETWORK, HOST, OPTIONS };
static const char *const option_names[OPTIONS] = {
    "--player",    "--server",   "--token", "--folder",   "--key",    "--adopt",      "--taps",
    "--code-site", "--language", "--ads",   "--ad-token", "--frames", "--refresh-ms", "--network", "--host",
};
static const char *given[OPTIONS];

typedef enum Gate { GATE_CLOSED, GATE_WANTED, GATE_OPEN, GATE_ADOPTING } Gate;

typedef struct Game {
    playgate_client client;
    const playgate_cell *table;
    uint32_t table_len;
    playgate_feature features[FEATURES];
    char labels[FEATURES][64];
    playgate_access shown[FEATURES];
    int hud_is_drawn;
    playgate_notice dialog;
    int dialog_frames;
    Gate gate;
    unsigned long frames, voice_frames;
} Game;

static volatile sig_atomic_t quit_asked;

static void on_signal(int number)
{
    (void)number;
    quit_asked = 1;
}

/* Called from any thread. A real game hands the line to its own log. */
static void on_log(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    fprintf(stderr, "log %d %s: %s\n", (int)level, target, text);
}

/* Negative results are failures; positive ones are "ok, but". */
static int failed(const char *what, playgate_result result)
{
    if (result >= 0) {
        return 0;
    }
    fprintf(stderr, "%s: %s: %s\n", what, playgate_result_name(result), playgate_last_error());
    return 1;
}

static unsigned long number_of(int option)
{
    return given[option] ? strtoul(given[option], NULL, 10) : 0;
}

static int read_key(const char *hex, uint8_t key[PLAYGATE_KEY_BYTES])
{
    unsigned byte = 0;
    size_t i;

    if (strlen(hex) != 2 * PLAYGATE_KEY_BYTES || strspn(hex, "0123456789abcdefABCDEF") != 2 * PLAYGATE_KEY_BYTES) {
        return 0;
    }
    for (i = 0; i < PLAYGATE_KEY_BYTES; i++) {
        sscanf(hex + 2 * i, "%2x", &byte);
        key[i] = (uint8_t)byte;
    }
    return 1;
}

static int read_arguments(int count, char **arguments)
{
    int i, option;

    for (i = 1; i + 1 < count; i += 2) {
        for (option = 0; option < OPTIONS && strcmp(arguments[i], option_names[option]) != 0; option++) {
        }
        if (option == OPTIONS) {
            break;
        }
        given[option] = arguments[i + 1];
    }
    return i == count && given[PLAYER];
}

/* In the loading screen: reads the player's record, so that decisions are there when this returns. Waits for no network. */
static int open_client(Game *game)
{
    playgate_client_options options;
    playgate_decision decision;
    uint8_t key[PLAYGATE_KEY_BYTES];
    size_t length;
    int i;

    /* Names become numbers once. Unknown names are fine: they are denied until a session has them. */
    for (i = 0; i < FEATURES; i++) {
        if (failed("intern", playgate_feature_intern(feature_names[i], &game->features[i]))) {
            return 0;
        }
        playgate_get_display_name(feature_names[i], game->labels[i], sizeof game->labels[i], &length);
    }

    playgate_client_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.player = given[PLAYER];
    options.server_url = given[SERVER];
    options.token = given[TOKEN];
    options.folder = given[FOLDER];
    options.code_site = given[CODE_SITE]; /* NULL: k-ID's own */
    options.periodic_refresh_ms = (uint32_t)number_of(REFRESH_MS); /* 0: the default */
    if (given[KEY]) { /* a game takes it from the platform's keystore */
        if (!read_key(given[KEY], key)) {
            fprintf(stderr, "--key needs 64 hex digits\n");
            return 0;
        }
        options.key = key;
        options.key_len = sizeof key;
    }
    if (!given[NETWORK] || strcmp(given[NETWORK], "off") != 0) {
        options.flags |= PLAYGATE_CLIENT_NETWORK_ALLOWED;
    }
    if (!host_open(given[HOST], given[FOLDER], &options)) { /* most games leave HTTP and files to the library */
        fprintf(stderr, "--host %s: there is none such in this build\n", given[HOST]);
        return 0;
    }
    if (failed("open", playgate_client_open(&options, &game->client))) {
        return 0;
    }
    /* NULL after a failure; access_of then asks the client instead. */
    failed("table", playgate_client_table(game->client, &game->table, &game->table_len));

    playgate_decision_init(&decision, sizeof decision);
    playgate_client_decide(game->client, game->features[MULTIPLAYER], &decision);
    printf("start: %s\n", decision.freshness == PLAYGATE_FRESHNESS_NONE ? "no session from disk" : "session from disk");
    game->gate = decision.next_step == PLAYGATE_NEXT_START_AGE_GATE ? GATE_WANTED : GATE_CLOSED;
    return 1;
}

/* One byte is read: fit for every frame, any thread, any number of times. */
static playgate_access access_of(const Game *game, int feature)
{
    return game->table ? playgate_table_access(game->table, game->table_len, game->features[feature])
                       : playgate_client_access(game->client, game->features[feature]);
}

static const char *access_text(playgate_access access)
{
    switch (access) {
    case PLAYGATE_ACCESS_ALLOWED: return "on";
    case PLAYGATE_ACCESS_ASK_PARENT: return "ask a parent";
    case PLAYGATE_ACCESS_VERIFY_AGE: return "verify your age";
    case PLAYGATE_ACCESS_PLAYER_MAY_ENABLE: return "you may enable it";
    case PLAYGATE_ACCESS_PROHIBITED: return "not available";
    default: return "off"; /* whatever a later version may add is a denial */
    }
}

/* Draws only when something has changed. */
static void draw_hud(Game *game)
{
    int i, changed = !game->hud_is_drawn;

    for (i = 0; i < FEATURES; i++) {
        playgate_access access = access_of(game, i);
        changed |= access != game->shown[i];
        game->shown[i] = access;
    }
    if (changed) {
        game->hud_is_drawn = 1;
        for (i = 0; i < FEATURES; i++) {
            printf("%s%s: %s", i == 0 ? "hud: " : " | ", game->labels[i], access_text(game->shown[i]));
        }
        printf("\n");
    }
}

/* Shows what the player has to be told, if anything. */
static void show_notice(Game *game)
{
    playgate_notice_info info;

    if (game->dialog != 0 || playgate_client_notice(game->client, &game->dialog) != PLAYGATE_OK) {
        return;
    }
    playgate_notice_info_init(&info, sizeof info);
    playgate_notice_get_info(game->dialog, &info);
    printf("dialog: kind %d, %u off, %u on, %u to choose\n", (int)info.kind, (unsigned)info.off_count,
           (unsigned)info.on_count, (unsigned)info.may_choose_count);
    printf("--------------------------------\n%s\n\n%s\n-------------------------- [OK] \n", info.title.ptr,
           info.message.ptr);
    game->dialog_frames = DIALOG_FRAMES;
}

/* The player pressed OK. Only now is it acknowledged: after a crash before this the dialog comes back. */
static void close_dialog(Game *game)
{
    playgate_request request;

    playgate_notice_free(game->dialog);
    game->dialog = 0;
    failed("acknowledge", playgate_client_acknowledge(game->client, &request));
}

static void request_ended(Game *game, const playgate_event *event)
{
    static const char *const names[] = {"none",  "refresh",          "adopt",      "acknowledge",  "forget",
                                        "flush", "request permission", "renew code", "email parent", "cancel challenge",
                                        "check challenge", "switch feature", "end game session"};
    int is_known = event->operation >= 0 && event->operation <= PLAYGATE_OPERATION_END_GAME_SESSION;

    printf("event: %s ended: %s %s\n", is_known ? names[event->operation] : "request",
           playgate_result_name(event->result), event->text.ptr);
    if (event->operation == PLAYGATE_OPERATION_ADOPT) {
        game->gate = event->result == PLAYGATE_ERROR_INVALID_SESSION ? GATE_WANTED : GATE_CLOSED;
    }
    if (event->operation == PLAYGATE_OPERATION_ACKNOWLEDGE) {
        show_notice(game); /* what changed while the dialog was open gets its own */
    }
}

/* A QR code as an engine would fill a texture; here two rows of modules become one line of text, dark on white. */
static void draw_qr(const uint8_t *modules, int size)
{
    static const char *const halves[] = {" ", "\342\226\204", "\342\226\200", "\342\226\210"}; /* none, lower, upper, both */
    int x, y, half;

    for (y = -QUIET; y < size + QUIET; y += 2) {
        printf("\033[30;107m");
        for (x = -QUIET; x < size + QUIET; x++) {
            int dark[2];
            for (half = 0; half < 2; half++) {
                int row = y + half;
                dark[half] = x >= 0 && x < size && row >= 0 && row < size && modules[row * size + x];
            }
            printf("%s", halves[2 * dark[0] + dark[1]]);
        }
        printf("\033[0m\n");
    }
}

/* The screen of an open challenge: for a parent a QR code, or a code to type in; for the player a page to open. */
static void show_challenge(Game *game, playgate_feature feature)
{
    static uint8_t modules[MAX_QR * MAX_QR];
    playgate_challenge challenge;
    playgate_challenge_info info;
    playgate_notice notice;
    playgate_notice_info said;
    uint32_t size;

    if (playgate_client_challenge(game->client, feature, &challenge) != PLAYGATE_OK) {
        return;
    }
    playgate_challenge_info_init(&info, sizeof info);
    playgate_notice_info_init(&said, sizeof said);
    playgate_challenge_get_info(challenge, &info);
    playgate_challenge_notice(challenge, &notice);
    playgate_notice_get_info(notice, &said);
    printf("challenge: %s: %s\n", said.title.ptr, said.message.ptr);
    if (info.url.len == 0) {
        printf("challenge: the link is on its way\n"); /* after a restart; an event follows */
    } else if (info.actor == PLAYGATE_ACTOR_PLAYER) {
        printf("challenge: open %s\n", info.url.ptr); /* in the system's browser */
    } else {
        if (playgate_challenge_qr(challenge, modules, sizeof modules, &size) == PLAYGATE_OK) {
            draw_qr(modules, (int)size);
        }
        printf("challenge: scan it, or open %s\n", info.url.ptr);
        printf("challenge: or go to %s and enter %s\n", info.code_site.ptr, info.code.ptr);
    }
    playgate_notice_free(notice);
    playgate_challenge_free(challenge);
}

/* The player taps a locked feature. What happens next is right for it: on at once, a challenge, or a refusal. */
static void ask_for(Game *game, playgate_feature feature)
{
    playgate_permission_request wanted;
    playgate_request request;

    playgate_permission_request_init(&wanted, sizeof wanted);
    wanted.feature = feature; /* and wanted.age_signal, where the platform gives one */
    failed("request permission", playgate_client_request_permission(game->client, &wanted, &request));
}

static void upgrade_changed(Game *game, const playgate_event *event)
{
    static const char *const words[] = {"over", "asking", "asked", "waiting", "approved", "refused", "enabled"};
    int is_known = event->progress >= 0 && event->progress <= PLAYGATE_PROGRESS_ENABLED;
    playgate_feature feature;

    printf("upgrade: %s is %s %s\n", event->feature.ptr, is_known ? words[event->progress] : "waiting", event->text.ptr);
    if (event->progress == PLAYGATE_PROGRESS_ASKED && playgate_feature_intern(event->feature.ptr, &feature) == PLAYGATE_OK) {
        show_challenge(game, feature);
    }
}

/* The ad service's, which runs only while the k-ID session allows targeted ads. The library keeps it alive by itself. */
static void begin_game_session(Game *game)
{
    playgate_game_session_options options;

    playgate_game_session_options_init(&options, sizeof options);
    options.service_url = given[ADS];
    options.auth_token = given[AD_TOKEN];
    failed("game session", playgate_game_session_start(game->client, &options));
}

static void game_session_changed(const playgate_event *event)
{
    static const char *const words[] = {"idle", "starting", "active", "recovering", "ending", "stopped"};
    int is_known = event->game_session_state >= 0 && event->game_session_state <= PLAYGATE_GAME_SESSION_STOPPED;

    printf("game session: %s %s\n", is_known ? words[event->game_session_state] : "stopped", event->text.ptr);
}

static void take_events(Game *game)
{
    playgate_event event;

    playgate_event_init(&event, sizeof event);
    while (playgate_client_next_event(game->client, &event) == PLAYGATE_OK) {
        switch (event.type) {
        case PLAYGATE_EVENT_COMPLETED: request_ended(game, &event); break;
        case PLAYGATE_EVENT_SESSION_CHANGED: printf("event: session changed\n"); break;
        case PLAYGATE_EVENT_NOTICE_READY: show_notice(game); break;
        case PLAYGATE_EVENT_SESSION_ENDED:
        case PLAYGATE_EVENT_CONSENT_NEEDED:
            if (game->gate == GATE_CLOSED) {
                game->gate = GATE_WANTED;
                printf("event: %s\n", event.type == PLAYGATE_EVENT_SESSION_ENDED ? "session ended" : "consent needed");
            }
            break;
        case PLAYGATE_EVENT_TOKEN_REFUSED:
            printf("event: token refused\n"); /* log in again, then playgate_client_set_token */
            break;
        case PLAYGATE_EVENT_UPGRADE_CHANGED: upgrade_changed(game, &event); break;
        case PLAYGATE_EVENT_GAME_SESSION_CHANGED: game_session_changed(&event); break;
        case PLAYGATE_EVENT_SERVER_REACHABLE: printf("event: server reachable\n"); break;
        case PLAYGATE_EVENT_SERVER_UNREACHABLE: printf("event: server unreachable: %s\n", event.text.ptr); break;
        default: printf("event %d: %s %s\n", (int)event.type, playgate_result_name(event.result), event.text.ptr); break;
        }
    }
}

/* The player's taps: lines of a file that somebody puts there, each a word and a feature's name. */
static void take_taps(Game *game, const char *path)
{
    char word[16], name[64];
    playgate_feature feature;
    playgate_challenge challenge;
    playgate_request request;
    FILE *file = path ? fopen(path, "r") : NULL;

    if (!file) {
        return;
    }
    while (fscanf(file, "%15s %63s", word, name) == 2) {
        if (failed("intern", playgate_feature_intern(name, &feature))) {
            continue;
        }
        printf("tap: %s %s\n", word, name);
        if (strcmp(word, "ask") == 0) {
            ask_for(game, feature);
        } else if (strcmp(word, "off") == 0 || strcmp(word, "on") == 0) {
            failed("switch", playgate_client_switch_feature(game->client, feature, strcmp(word, "on") == 0, &request));
        } else if (strcmp(word, "closed") == 0 && /* the page of an age check */
                   !failed("challenge", playgate_client_challenge(game->client, feature, &challenge))) {
            failed("check", playgate_client_check_challenge(game->client, challenge, &request));
            playgate_challenge_free(challenge);
        }
    }
    fclose(file);
    remove(path);
}

/* What was asked before the game ended is still open. */
static void show_open_challenges(Game *game)
{
    playgate_challenge challenge;
    playgate_challenge_info info;
    size_t index;

    playgate_challenge_info_init(&info, sizeof info);
    for (index = 0; playgate_client_challenge_at(game->client, index, &challenge) == PLAYGATE_OK; index++) {
        playgate_challenge_get_info(challenge, &info);
        if (info.progress == PLAYGATE_PROGRESS_ASKED || info.progress == PLAYGATE_PROGRESS_WAITING) {
            printf("start: an answer about %s is still awaited\n", info.feature.ptr);
        }
        playgate_challenge_free(challenge);
    }
}

/* The age gate and the consent flow are the studio's. Here somebody puts the session that they end with into a file. */
static void age_gate(Game *game, const char *path)
{
    playgate_request request;
    char *json;
    size_t length;
    FILE *file;

    if (game->gate == GATE_WANTED) {
        printf("age gate: open%s\n", path ? "" : ", but no --adopt FILE was given");
        game->gate = GATE_OPEN;
    }
    file = path ? fopen(path, "rb") : NULL;
    if (!file) {
        return;
    }
    json = malloc(MAX_SESSION);
    length = json ? fread(json, 1, MAX_SESSION, file) : 0;
    fclose(file);
    remove(path); /* it holds personal data */
    game->gate = failed("adopt", playgate_client_adopt(game->client, json, length, &request)) ? GATE_WANTED
                                                                                              : GATE_ADOPTING;
    free(json); /* it was copied */
}

static void one_frame(Game *game)
{
    host_frame();
    playgate_client_pump(game->client, PUMP_BUDGET_US);
    take_events(game);
    take_taps(game, given[TAPS]);

    /* The game itself. Nothing here waits, allocates or takes a lock. */
    if (access_of(game, VOICE_CHAT) == PLAYGATE_ACCESS_ALLOWED) {
        game->voice_frames++;
    }
    draw_hud(game);

    if (game->dialog != 0 && --game->dialog_frames <= 0) {
        close_dialog(game);
    } else if (game->dialog == 0 && (game->gate == GATE_WANTED || game->gate == GATE_OPEN)) {
        age_gate(game, given[ADOPT]);
    }
    game->frames++;
}

static int close_client(Game *game)
{
    playgate_result result;

    playgate_notice_free(game->dialog); /* not acknowledged: it comes back at the next start */
    result = playgate_client_close(game->client, DRAIN_MS);
    if (result == PLAYGATE_OK) {
        host_close(); /* its hooks are called no more */
    }
    printf("end: %s after %lu frames, %lu with voice chat\n", playgate_result_name(result), game->frames,
           game->voice_frames);
    return result == PLAYGATE_OK;
}

static void wait_for_next_frame(void)
{
#if defined(_WIN32)
    Sleep(1000 / FRAMES_PER_SECOND);
#else
    struct timespec pause = {0, 1000000000L / FRAMES_PER_SECOND};
    nanosleep(&pause, NULL);
#endif
}

int main(int count, char **arguments)
{
    static Game game;
    playgate_log_hook hook;
    unsigned long limit;

    if (!read_arguments(count, arguments)) {
        fprintf(stderr, "usage: game --player NAME [--server URL] [--token TOKEN] [--folder DIR] [--key 64_HEX_DIGITS]\n"
                        "            [--adopt FILE] [--taps FILE] [--code-site TEXT] [--language TAG]\n"
                        "            [--ads URL --ad-token TOKEN] [--frames N] [--refresh-ms MS] [--network off]\n"
                        "            [--host built-in|transport|pump]\n");
        return 2;
    }
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);

    playgate_log_hook_init(&hook, sizeof hook);
    hook.level = PLAYGATE_LOG_WARN;
    hook.write = on_log;
    failed("log", playgate_set_log_hook(&hook));
    printf("playgate %s\n", playgate_version());
    if (given[LANGUAGE]) {
        failed("language", playgate_set_language(given[LANGUAGE]));
    }

    if (!open_client(&game)) {
        return 1;
    }
    show_open_challenges(&game);
    if (given[ADS] && given[AD_TOKEN]) {
        begin_game_session(&game);
    }
    limit = number_of(FRAMES);
    while (!quit_asked && (limit == 0 || game.frames < limit)) {
        one_frame(&game);
        fflush(stdout);
        wait_for_next_frame();
    }
    return close_client(&game) ? 0 : 1;
}
