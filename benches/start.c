/*
 * From loading the library to the first answer from a stored session, beside loading libcurl. Each in a process of its own,
 * in which neither was loaded before.
 *
 * start LIBRARY FOLDER          measures round by round, as the other benches do
 * start LIBRARY FOLDER once     does it once in this process, and prints what it cost in memory and how many threads there are
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "playgate.h"

#define PERMISSIONS 200

static void must(int holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "the bench cannot go on: %s\n", what);
        exit(1);
    }
}

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The process's private dirty memory, in KiB. */
static long private_dirty(void)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    must(file != NULL, "/proc/self/smaps_rollup");
    while (fgets(line, sizeof line, file)) {
        (void)sscanf(line, "Private_Dirty: %ld kB", &kib);
    }
    (void)fclose(file);
    return kib;
}

static int threads(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    must(folder != NULL, "/proc/self/task");
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return count;
}

static struct {
    void (*options_init)(playgate_client_options *, uint32_t, uint32_t);
    playgate_result (*open)(const playgate_client_options *, playgate_client *);
    playgate_result (*intern)(const char *, playgate_feature *);
    int32_t (*allowed)(playgate_client, playgate_feature);
    playgate_result (*adopt)(playgate_client, const char *, size_t, playgate_request *);
    playgate_result (*close)(playgate_client, uint32_t);
    playgate_result (*pump)(playgate_client, uint32_t);
} api;

static void find(void *library, const char *name, void *at)
{
    void *found = dlsym(library, name);
    must(found != NULL, name);
    memcpy(at, &found, sizeof found);
}

static void load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    must(library != NULL, "the library loads");
    find(library, "playgate_client_options_init", &api.options_init);
    find(library, "playgate_client_open", &api.open);
    find(library, "playgate_feature_intern", &api.intern);
    find(library, "playgate_client_allowed", &api.allowed);
    find(library, "playgate_client_adopt", &api.adopt);
    find(library, "playgate_client_close", &api.close);
    find(library, "playgate_client_pump", &api.pump);
}

static playgate_client open_client(const char *folder)
{
    playgate_client_options options;
    api.options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.player = "player";
    options.folder = folder;
    options.server_url = "https://studio.example";
    playgate_client client = 0;
    must(api.open(&options, &client) == PLAYGATE_OK, "the client opens");
    return client;
}

/* Stores a session for the measurements. */
static void prepare(const char *path, const char *folder)
{
    const pid_t child = fork();
    if (child == 0) {
        static char text[PERMISSIONS * 100 + 256];
        size_t len = (size_t)sprintf(text, "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"permissions\":[");
        for (int i = 0; i < PERMISSIONS; i++) {
            len += (size_t)sprintf(text + len, "%s{\"name\":\"permission-%d\",\"enabled\":true,\"managedBy\":\"PLAYER\"}",
                                   i ? "," : "", i);
        }
        len += (size_t)sprintf(text + len, "]}");
        load(path);
        const playgate_client client = open_client(folder);
        playgate_request request = 0;
        must(api.adopt(client, text, len, &request) == PLAYGATE_OK, "adopt");
        (void)api.pump(client, 0);
        must(api.close(client, 20000) == PLAYGATE_OK, "close");
        _exit(0);
    }
    int status = -1;
    must(waitpid(child, &status, 0) == child && status == 0, "a session is stored");
}

static void first_answer(const char *path, const char *folder)
{
    load(path);
    const playgate_client client = open_client(folder);
    playgate_feature feature = 0;
    must(api.intern("permission-7", &feature) == PLAYGATE_OK, "intern");
    must(api.allowed(client, feature) == 1, "the stored session allows it");
}

static void load_curl(void)
{
    must(dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL) != NULL, "libcurl loads");
}

/* What that takes in a process of its own. */
static double apart(int is_curl, const char *path, const char *folder)
{
    int ends[2];
    must(pipe(ends) == 0, "a pipe");
    const pid_t child = fork();
    if (child == 0) {
        const double start = now_ns();
        if (is_curl) {
            load_curl();
        } else {
            first_answer(path, folder);
        }
        const double took = now_ns() - start;
        must(write(ends[1], &took, sizeof took) == (ssize_t)sizeof took, "the pipe");
        _exit(0);
    }
    double took = 0;
    must(read(ends[0], &took, sizeof took) == (ssize_t)sizeof took, "the child measures");
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)waitpid(child, NULL, 0);
    return took;
}

static int by_number(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    must(argc >= 3, "arguments: the library, a folder for the stored session");
    prepare(argv[1], argv[2]);
    if (argc == 4) {
        const long before = private_dirty();
        first_answer(argv[1], argv[2]);
        const long after = private_dirty();
        (void)printf("private dirty %ld KiB, %d threads\n", after - before, threads());
        return 0;
    }
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        double own[15], curl[15];
        for (int i = 0; i < 15; i++) {
            own[i] = apart(0, argv[1], argv[2]);
            curl[i] = apart(1, argv[1], argv[2]);
        }
        qsort(own, 15, sizeof *own, by_number);
        qsort(curl, 15, sizeof *curl, by_number);
        (void)printf("start %.0f\ncurl_start %.0f\n.\n", own[7], curl[7]);
        (void)fflush(stdout);
    }
    return 0;
}
