#include "play.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(_WIN32)
#  include <direct.h>
#  include <process.h>
#endif

#define WAIT_MS 20000
#define MAX_FOLDERS 64

void (*play_before_pump)(void);
void (*play_on_event)(const playgate_event *event);

static char folders[MAX_FOLDERS][320];
static size_t folder_count;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t log_lines;
static char log_leak[512];

static void take_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    (void)level;
    (void)pthread_mutex_lock(&log_lock);
    log_lines++;
    if (strstr(text, PLANTED) || strstr(target, PLANTED) || strstr(text, SECRET_BIRTH)) {
        (void)snprintf(log_leak, sizeof log_leak, "[%s] %s", target, text);
    }
    (void)pthread_mutex_unlock(&log_lock);
}

void play_watch_log(void)
{
    playgate_log_hook hook;
    playgate_log_hook_init(&hook, sizeof hook);
    hook.level = PLAYGATE_LOG_DEBUG;
    hook.write = take_line;
    CHECK_OK(playgate_set_log_hook(&hook));
}

size_t play_check_log(void)
{
    (void)pthread_mutex_lock(&log_lock);
    CHECK_TEXT(log_leak, "");
    const size_t lines = log_lines;
    (void)pthread_mutex_unlock(&log_lock);
    return lines;
}

int has_secret(const char *text)
{
    static const char *const secrets[] = {SECRET_TOKEN,   SECRET_KUID, SECRET_BIRTH, SECRET_PLAYER,
                                          SECRET_ADDRESS, SECRET_CODE, SECRET_SITE};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (strstr(text, secrets[i])) {
            return 1;
        }
    }
    return 0;
}

playgate_client_options play_options(const char *player, const char *folder, const char *server_url)
{
    playgate_client_options options;
    playgate_client_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.player = player;
    options.folder = folder;
    options.server_url = server_url;
    if (server_url) {
        options.token = SECRET_TOKEN;
        options.flags = PLAYGATE_CLIENT_NETWORK_ALLOWED;
    }
    return options;
}

playgate_result play_open(play *self, const playgate_client_options *options)
{
    memset(self, 0, sizeof *self);
    return playgate_client_open(options, &self->client);
}

void play_start(play *self, const char *player, const char *folder, const char *server_url)
{
    const playgate_client_options options = play_options(player, folder, server_url);
    require(play_open(self, &options) == PLAYGATE_OK, "a client opens");
}

static void keep_step(play *self, const playgate_event *event)
{
    if (event->type != PLAYGATE_EVENT_UPGRADE_CHANGED) {
        CHECK_EQ(event->progress, PLAYGATE_PROGRESS_NONE);
        CHECK_EQ(event->feature.len, 0);
        CHECK_TEXT(event->feature.ptr, "");
        return;
    }
    CHECK(event->feature.len > 0 && strlen(event->feature.ptr) == event->feature.len);
    CHECK_EQ(event->text.len != 0, event->result != PLAYGATE_OK);
    require(self->step_count < MAX_STEPS, "there is room for steps");
    step *fresh = &self->steps[self->step_count++];
    (void)snprintf(fresh->feature, sizeof fresh->feature, "%s", event->feature.ptr);
    fresh->progress = event->progress;
    fresh->result = event->result;
}

static void keep(play *self, const playgate_event *event)
{
    CHECK(!has_secret(event->text.ptr));
    CHECK_EQ(strlen(event->text.ptr), event->text.len);
    keep_step(self, event);
    if (event->type == PLAYGATE_EVENT_GAME_SESSION_CHANGED) {
        require(self->game_state_count < MAX_GAME_STATES, "there is room for game states");
        self->game_states[self->game_state_count++] = event->game_session_state * 10 + event->game_session_stop;
    } else {
        CHECK(event->game_session_state == 0 && event->game_session_stop == 0);
    }
    if (event->type != PLAYGATE_EVENT_COMPLETED) {
        CHECK_EQ(event->request, 0);
        if (CHECK(event->type > 0 && event->type < MAX_NEWS)) {
            self->news[event->type]++;
            self->news_result[event->type] = event->result;
        }
        return;
    }
    for (size_t i = 0; i < self->done_count; i++) {
        if (self->done[i].request == event->request) {
            CHECK_EQ(++self->done[i].times, 1);
            return;
        }
    }
    require(self->done_count < MAX_COMPLETIONS, "there is room for completions");
    self->done[self->done_count++] =
        (completion){event->request, event->result, event->operation, event->http_status, 1};
}

void play_pump(play *self)
{
    playgate_result pumped;
    if (play_before_pump) {
        play_before_pump();
    }
    do {
        pumped = playgate_client_pump(self->client, 1000);
    } while (pumped == PLAYGATE_PENDING);
    CHECK_OK(pumped);
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    while (playgate_client_next_event(self->client, &event) == PLAYGATE_OK) {
        keep(self, &event);
        if (play_on_event) {
            play_on_event(&event);
        }
    }
}

const completion *play_done(const play *self, playgate_request request)
{
    for (size_t i = 0; i < self->done_count; i++) {
        if (self->done[i].request == request) {
            return &self->done[i];
        }
    }
    return NULL;
}

int play_steps(const play *self, const char *name, playgate_progress progress)
{
    int count = 0;
    for (size_t i = 0; i < self->step_count; i++) {
        count += strcmp(self->steps[i].feature, name) == 0 && self->steps[i].progress == progress;
    }
    return count;
}

playgate_result play_step_result(const play *self, const char *name)
{
    for (size_t i = self->step_count; i-- > 0;) {
        if (strcmp(self->steps[i].feature, name) == 0) {
            return self->steps[i].result;
        }
    }
    return PLAYGATE_PENDING;
}

playgate_result play_wait(play *self, playgate_request request)
{
    const uint64_t deadline = deadline_ms(WAIT_MS);
    do {
        play_pump(self);
    } while (!play_done(self, request) && time_left(deadline));
    const completion *done = play_done(self, request);
    return done ? done->result : PLAYGATE_PENDING;
}

playgate_result play_adopt(play *self, const char *json)
{
    playgate_request request = 0;
    const playgate_result accepted = playgate_client_adopt(self->client, json, strlen(json), &request);
    return accepted == PLAYGATE_OK ? play_wait(self, request) : accepted;
}

playgate_result play_flush(play *self)
{
    playgate_request request = 0;
    const playgate_result accepted = playgate_client_flush(self->client, &request);
    return accepted == PLAYGATE_OK ? play_wait(self, request) : accepted;
}

playgate_result play_acknowledge(play *self)
{
    playgate_request request = 0;
    const playgate_result accepted = playgate_client_acknowledge(self->client, &request);
    return accepted == PLAYGATE_OK ? play_wait(self, request) : accepted;
}

playgate_result play_refresh(play *self)
{
    playgate_request request = 0;
    const playgate_result accepted = playgate_client_refresh_after_push(self->client, &request);
    return accepted == PLAYGATE_OK ? play_wait(self, request) : accepted;
}

void play_close(play *self)
{
    playgate_result closed;
    const uint64_t deadline = deadline_ms(WAIT_MS);
    do {
        closed = playgate_client_close(self->client, 1000);
    } while (closed == PLAYGATE_PENDING && time_left(deadline));
    CHECK_OK(closed);
}

playgate_feature feature(const char *name)
{
    playgate_feature number = 0;
    CHECK_OK(playgate_feature_intern(name, &number));
    CHECK(number != 0);
    return number;
}

playgate_access play_access(const play *self, const char *name)
{
    const playgate_feature number = feature(name);
    const playgate_access access = playgate_client_access(self->client, number);
    CHECK_EQ(playgate_client_allowed(self->client, number), access == PLAYGATE_ACCESS_ALLOWED);
    return access;
}

playgate_decision play_decide(const play *self, const char *name)
{
    playgate_decision decision;
    playgate_decision_init(&decision, sizeof decision);
    CHECK_OK(playgate_client_decide(self->client, feature(name), &decision));
    return decision;
}

static void remove_one(const char *path, void *user)
{
    (void)user;
    (void)unlink(path);
}

static void remove_folders(void)
{
    for (size_t i = 0; i < folder_count; i++) {
        (void)each_file(folders[i], remove_one, NULL);
        (void)rmdir(folders[i]);
    }
}

/* Makes a new folder; its path goes to `out`. */
static int make_folder(char *out, size_t capacity)
{
#if defined(_WIN32)
    const char *parent = getenv("TEMP");
    for (unsigned number = 0; parent && number < 10000; number++) {
        (void)snprintf(out, capacity, "%s/playgate-test-%d-%u", parent, _getpid(), number);
        if (_mkdir(out) == 0) {
            return 1;
        }
    }
    return 0;
#else
    (void)snprintf(out, capacity, "/tmp/playgate-test-XXXXXX");
    return mkdtemp(out) != NULL;
#endif
}

const char *temporary_folder(void)
{
    require(folder_count < MAX_FOLDERS, "there is room for folders");
    if (folder_count == 0) {
        (void)atexit(remove_folders);
    }
    char *folder = folders[folder_count++];
    require(make_folder(folder, sizeof folders[0]), "a folder can be made");
    return folder;
}

size_t each_file(const char *folder, void (*each)(const char *path, void *user), void *user)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    if (!open) {
        return 0;
    }
    for (const struct dirent *entry = readdir(open); entry; entry = readdir(open)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        count++;
        if (each) {
            each(path, user);
        }
    }
    (void)closedir(open);
    return count;
}

unsigned char *read_whole(const char *path, size_t *out_len)
{
    *out_len = 0;
    FILE *file = fopen(path, "rb");
    /* On Windows C opens no file that is being renamed at just that moment. */
    for (const uint64_t deadline = deadline_ms(1000); !file && time_left(deadline);) {
        file = fopen(path, "rb");
    }
    require(file != NULL, path);
    size_t room = 4096;
    unsigned char *bytes = malloc(room);
    while (bytes) {
        *out_len += fread(bytes + *out_len, 1, room - *out_len, file);
        if (*out_len < room) {
            break;
        }
        room *= 2;
        unsigned char *more = realloc(bytes, room);
        if (!more) {
            free(bytes);
        }
        bytes = more;
    }
    (void)fclose(file);
    require(bytes != NULL, "there is memory");
    return bytes;
}
