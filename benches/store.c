/*
 * Saving durably beside one raw write of the same bytes, and what a refresh costs the game's thread with a store and without.
 * Arguments: an empty folder; the port of a server.
 */
#include "bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVES 20
#define REFRESHES 60
#define BUSY 4

/* How many bytes the largest file in a folder has. */
static size_t largest(const char *path)
{
    size_t found = 0;
    DIR *folder = opendir(path);
    must(folder != NULL, "the folder");
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char name[1024];
        struct stat about;
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (stat(name, &about) == 0 && S_ISREG(about.st_mode) && (size_t)about.st_size > found) {
            found = (size_t)about.st_size;
        }
    }
    (void)closedir(folder);
    return found;
}

static volatile int is_over;

static void *spin(void *user)
{
    (void)user;
    while (!is_over) {
    }
    return NULL;
}

/* What asking for a refresh, and the pumps until it is done, cost this thread: its CPU time, and the longest call. */
static double refresh_by(playgate_client client, double *longest)
{
    playgate_request request = 0;
    double before = now_ns(), spent = thread_ns();
    must_ok(playgate_client_refresh_after_push(client, &request), "refresh");
    spent = thread_ns() - spent;
    *longest = now_ns() - before;
    for (int frame = 0; frame < 3000; frame++) {
        playgate_event event;
        int is_done = 0;
        const struct timespec pause = {0, 1000000};
        playgate_event_init(&event, sizeof event);
        double wall = now_ns(), used = thread_ns();
        (void)playgate_client_pump(client, 100);
        while (playgate_client_next_event(client, &event) == PLAYGATE_OK) {
            is_done |= event.type == PLAYGATE_EVENT_COMPLETED && event.request == request;
        }
        used = thread_ns() - used;
        wall = now_ns() - wall;
        spent += used;
        *longest = wall > *longest ? wall : *longest;
        if (is_done) {
            return spent;
        }
        (void)nanosleep(&pause, NULL);
    }
    must(0, "a refresh ends");
    return 0;
}

int main(int argc, char **argv)
{
    must(argc == 3, "arguments: a folder, the port of a server");
    char url[80], raw_path[1024];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%s", argv[2]);
    size_t len[2];
    char *documents[2] = {session_document(200, 0, &len[0]), session_document(200, 1, &len[1])};
    playgate_store_options options;
    playgate_store_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.folder = argv[1];
    playgate_store store = 0;
    playgate_session sessions[2];
    must_ok(playgate_store_open(&options, &store), "the store opens");
    for (int i = 0; i < 2; i++) {
        must_ok(playgate_session_parse(documents[i], len[i], &sessions[i]), "parse");
    }
    must_ok(playgate_store_save(store, "saved", sessions[0]), "save");
    const size_t size = largest(argv[1]);
    (void)snprintf(raw_path, sizeof raw_path, "%s.raw", argv[1]);
    const int raw = open(raw_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *bytes = calloc(1, size);
    must(raw >= 0 && bytes && write(raw, bytes, size) == (ssize_t)size && fsync(raw) == 0, "a raw file");
    const playgate_client stored = open_threaded("stored", argv[1], url),
                          unstored = open_threaded("unstored", NULL, url);

    while (next_round()) {
        double saves[SAVES], raws[SAVES], on[REFRESHES], off[REFRESHES], on_wall[REFRESHES], off_wall[REFRESHES];
        for (int i = 0; i < SAVES; i++) {
            double start = now_ns();
            must(pwrite(raw, bytes, size, 0) == (ssize_t)size && fdatasync(raw) == 0, "a raw write");
            raws[i] = now_ns() - start;
            start = now_ns();
            must_ok(playgate_store_save(store, "saved", sessions[i % 2]), "save");
            saves[i] = now_ns() - start;
        }
        pthread_t busy[BUSY];
        is_over = 0;
        for (int i = 0; i < BUSY; i++) {
            must(pthread_create(&busy[i], NULL, spin, NULL) == 0, "a thread");
        }
        for (int i = 0; i < REFRESHES; i++) {
            on[i] = refresh_by(stored, &on_wall[i]);
            off[i] = refresh_by(unstored, &off_wall[i]);
        }
        is_over = 1;
        for (int i = 0; i < BUSY; i++) {
            (void)pthread_join(busy[i], NULL);
        }
        report("save", median(saves, SAVES));
        report("raw", median(raws, SAVES));
        report("refresh_stored", median(on, REFRESHES));
        report("refresh_unstored", median(off, REFRESHES));
        report("refresh_stored_wall", quantile(on_wall, REFRESHES, 0.99));
        report("refresh_unstored_wall", quantile(off_wall, REFRESHES, 0.99));
        end_round();
    }
    must_ok(playgate_client_close(stored, 20000), "close");
    must_ok(playgate_client_close(unstored, 20000), "close");
    return 0;
}
