/*
 * Children that run out of memory, at every allocation of the path that opens a client: the host is told once, the
 * process aborts, and the player's stored record is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator.h"

#define OLD SESSION("s-kim", "e1", PERMISSION("voice-chat", "true", "GUARDIAN"))
#define NEW SESSION("s-kim", "e2", PERMISSION("voice-chat", "false", "GUARDIAN") "," PERMISSION("gifting", "true", "PLAYER"))

static const uint8_t key[PLAYGATE_KEY_BYTES] = {7, 7, 7};
static const char *program;
static char shared_path[128];
static shared *ours;

static shared *map(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT, 0600);
    require(fd >= 0 && ftruncate(fd, sizeof(shared)) == 0, "the shared file can be made");
    void *at = mmap(NULL, sizeof(shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    require(at != MAP_FAILED, "the shared file can be mapped");
    (void)close(fd);
    return at;
}

void prepare_children(const char *path)
{
    program = path;
    (void)snprintf(shared_path, sizeof shared_path, "%s/shared", temporary_folder());
    ours = map(shared_path);
}

playgate_client_options sealed_options(const char *folder)
{
    playgate_client_options options = play_options(PLAYER, folder, NULL);
    options.key = key;
    options.key_len = sizeof key;
    return options;
}

int run_child(const char *mode, const char *folder, uint64_t n, shared *out)
{
    char number[32];
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)n);
    memset(ours, 0, sizeof *ours);
    (void)fflush(stdout);
    const pid_t child = fork();
    require(child >= 0, "a child can be made");
    if (child == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)execl(program, program, "--child", mode, shared_path, folder, number, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    *out = *ours;
    return status;
}

static int is_aborted(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static int is_well(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Opens the client, looks, and perhaps adopts a newer session, which is stored. */
static void open_path(const char *folder, bool adopts)
{
    play game;
    const playgate_client_options options = sealed_options(folder);
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    if (adopts) {
        CHECK_OK(play_adopt(&game, NEW));
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    }
    play_close(&game);
    CHECK_OK(playgate_shutdown(20000));
}

static void call_from_alloc(void)
{
    playgate_client client = 1;
    const playgate_client_options options = play_options(PLAYER, NULL, NULL);
    the_heap.out->from_alloc = playgate_client_open(&options, &client);
    CHECK_EQ(client, 0);
}

static void parse_and_free(void)
{
    playgate_session session = 0;
    CHECK_OK(playgate_session_parse(OLD, sizeof OLD - 1, &session));
    CHECK_OK(playgate_session_free(session));
}

/* The library has allocated by itself: a hook is too late, and is never called. */
static void be_late(void)
{
    const playgate_allocator_hook hook = heap_hook(false);
    parse_and_free();
    CHECK_FAILS(playgate_set_allocator_hook(&hook), PLAYGATE_ERROR_INVALID_STATE);
    parse_and_free();
    const playgate_memory_stats stats = stats_now();
    CHECK(stats.live_bytes == 0 && stats.live_allocations == 0 && stats.peak_bytes > 0 && stats.total_allocations > 2);
    CHECK_EQ(the_heap.total, 0);
}

int be_child(const char *mode, const char *path, const char *folder, uint64_t n)
{
    the_heap.out = map(path);
    if (strcmp(mode, "late") == 0) {
        be_late();
        return failures() ? 1 : 0;
    }
    playgate_allocator_hook hook = heap_hook(strcmp(mode, "no realloc") == 0);
    if (strcmp(mode, "untold") == 0) {
        hook.out_of_memory = NULL;
    }
    CHECK_OK(playgate_set_allocator_hook(&hook));
    if (strcmp(mode, "calls") == 0) {
        heap_call_once(call_from_alloc);
    }
    the_heap.is_crooked = strcmp(mode, "crooked") == 0;
    if (n) {
        heap_refuse(n, strncmp(mode, "one", 3) == 0);
    }
    open_path(folder, strstr(mode, "adopts") != NULL);
    check_nothing_left(__LINE__);
    the_heap.out->broken = the_heap.broken;
    /* Without what runs at the end: there are hundreds of these. */
    (void)fflush(stdout);
    _exit(failures() ? 1 : 0);
}

/* The record is whole; whether it is the newer one. */
static bool holds_new(const char *folder)
{
    play game;
    const playgate_client_options options = sealed_options(folder);
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    CHECK_EQ(game.news[PLAYGATE_EVENT_RECORD_SET_ASIDE], 0);
    const playgate_access voice = play_access(&game, "voice-chat");
    const playgate_access gifting = play_access(&game, "gifting");
    const bool is_old = voice == PLAYGATE_ACCESS_ALLOWED && gifting == PLAYGATE_ACCESS_UNAVAILABLE;
    const bool is_new = voice == PLAYGATE_ACCESS_ASK_PARENT && gifting == PLAYGATE_ACCESS_ALLOWED;
    CHECK(is_old != is_new);
    play_close(&game);
    return is_new;
}

/* The files of a folder, to put them back as they were. */
typedef struct kept_file {
    char path[512];
    unsigned char *bytes;
    size_t len;
} kept_file;

static kept_file kept[8];
static size_t kept_count;

static void keep_file(const char *path, void *user)
{
    (void)user;
    require(kept_count < sizeof kept / sizeof kept[0], "there is room for files");
    kept_file *fresh = &kept[kept_count++];
    (void)snprintf(fresh->path, sizeof fresh->path, "%s", path);
    fresh->bytes = read_whole(path, &fresh->len);
}

static void keep_files(const char *folder)
{
    while (kept_count > 0) {
        free(kept[--kept_count].bytes);
    }
    CHECK(each_file(folder, keep_file, NULL) > 0);
}

static void remove_file(const char *path, void *user)
{
    (void)user;
    (void)unlink(path);
}

static void put_files_back(const char *folder)
{
    (void)each_file(folder, remove_file, NULL);
    for (size_t i = 0; i < kept_count; i++) {
        FILE *file = fopen(kept[i].path, "wb");
        require(file && fwrite(kept[i].bytes, 1, kept[i].len, file) == kept[i].len && fclose(file) == 0, "files are put back");
    }
}

static void store_old(const char *folder)
{
    play game;
    const playgate_client_options options = sealed_options(folder);
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, OLD));
    play_close(&game);
}

/* At most so many children for each way, spread over all allocations; 0 or nothing: one for each allocation. */
static uint64_t most_children(void)
{
    const char *given = getenv("PLAYGATE_TEST_CHILDREN");
    const unsigned long long most = given ? strtoull(given, NULL, 10) : 0;
    return most ? most : UINT64_MAX;
}

static void fail_each(const char *mode)
{
    const char *folder = temporary_folder();
    const bool adopts = strstr(mode, "adopts") != NULL;
    const int failed_before = failures();
    shared out;
    store_old(folder);
    keep_files(folder);
    /* How many there are, from a child that gets them all. */
    CHECK(is_well(run_child(mode, folder, UINT64_MAX, &out)));
    const uint64_t all = out.asked;
    require(all > 20, "the path allocates");
    CHECK_EQ(holds_new(folder), adopts);
    const uint64_t stride = all / most_children() + 1;
    size_t aborted = 0;
    size_t passed = 0;
    /* Threads of the library may allocate more or less from run to run; so it ends when some in a row got through. */
    for (uint64_t n = 1; passed < 3 && failures() == failed_before; n += stride) {
        put_files_back(folder);
        const int status = run_child(mode, folder, n, &out);
        CHECK_EQ(out.broken, 0);
        if (out.refused > 0) {
            CHECK(is_aborted(status));
            CHECK_EQ(out.told, 1);
            CHECK(out.told_size > 0 && out.told_align > 0);
            CHECK_EQ(out.from_out_of_memory, PLAYGATE_ERROR_BUSY);
            aborted++;
            passed = 0;
        } else {
            CHECK(is_well(status));
            CHECK_EQ(out.told, 0);
            passed++;
        }
        const bool is_new = holds_new(folder);
        CHECK(!is_new || adopts);
        CHECK(is_new || !adopts || out.refused > 0);
        if (failures() != failed_before) {
            printf("    %s, allocation %llu of %llu, status %d\n", mode, (unsigned long long)n,
                   (unsigned long long)all, status);
        }
    }
    CHECK(aborted > (stride > 1 ? most_children() / 2 : 50));
    printf("  %s: %zu children out of memory, %llu allocations\n", mode, aborted, (unsigned long long)all);
    CHECK_OK(playgate_shutdown(20000));
    check_nothing_left(__LINE__);
}

void failing_allocations(void)
{
    fail_each("from there");
    fail_each("one");
    fail_each("from there, adopts");
    fail_each("one, adopts");
}

void hooks_in_children(void)
{
    const char *folder = temporary_folder();
    shared out;
    store_old(folder);
    CHECK(is_well(run_child("late", folder, 0, &out)));
    CHECK(is_well(run_child("no realloc", folder, 0, &out)));
    CHECK_EQ(out.broken, 0);
    CHECK(is_well(run_child("calls", folder, 0, &out)));
    CHECK_EQ(out.from_alloc, PLAYGATE_ERROR_BUSY);
    CHECK(is_aborted(run_child("untold", folder, 1, &out)));
    CHECK(out.refused == 1 && out.told == 0);
    CHECK(is_aborted(run_child("crooked", folder, 0, &out)));
    CHECK_EQ(out.told, 1);
    CHECK(!holds_new(folder));
}
