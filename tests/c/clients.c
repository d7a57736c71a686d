/*
 * Several clients in one process, one after the other and side by side: each answers for its own player only, survives
 * restarts, and leaves nothing behind.
 *
 * PLAYGATE_TEST_ROUNDS: open and close so often (1000). PLAYGATE_TEST_MEMORY=off: memory is not measured, for checkers of
 * memory that keep what is freed.
 */
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "play.h"
#include "server.h"

#define WARM_UP 100
/* What an allocator may keep for itself; a leak of 16 KiB a round is four times as much after 1000 rounds. */
#define MOST_GROWTH_KIB 4096

static const char kim[] = SESSION("s-kim", "t1", PERMISSION("voice-chat", "true", "GUARDIAN") "," PERMISSION(
    "text-chat", "false", "GUARDIAN") "," PERMISSION("late-feature", "true", "PLAYER"));
static const char alex[] = SESSION("s-alex", "t1", PERMISSION("voice-chat", "false", "PROHIBITED") "," PERMISSION(
    "text-chat", "true", "GUARDIAN"));

static unsigned long rounds(void)
{
    const char *given = getenv("PLAYGATE_TEST_ROUNDS");
    const unsigned long count = given ? strtoul(given, NULL, 10) : 1000;
    return count ? count : 1;
}

static void check_kim(const play *game)
{
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_access(game, "text-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_decide(game, "text-chat").next_step, PLAYGATE_NEXT_ASK_PARENT);
}

static void check_alex(const play *game)
{
    CHECK_EQ(play_access(game, "voice-chat"), PLAYGATE_ACCESS_PROHIBITED);
    CHECK_EQ(play_access(game, "text-chat"), PLAYGATE_ACCESS_ALLOWED);
}

static void two_players_side_by_side_and_after_a_restart(void)
{
    const char *folder = temporary_folder();
    play one;
    play two;
    play_start(&one, "kim", folder, NULL);
    play_start(&two, "alex", folder, NULL);
    CHECK_EQ(play_decide(&one, "voice-chat").reason, PLAYGATE_REASON_NO_SESSION);
    CHECK_OK(play_adopt(&one, kim));
    CHECK_EQ(play_access(&two, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_OK(play_adopt(&two, alex));
    check_kim(&one);
    check_alex(&two);
    /* A request's number means nothing to another client. */
    playgate_request request = 0;
    CHECK_OK(playgate_client_flush(one.client, &request));
    CHECK_OK(playgate_client_cancel(two.client, request));
    CHECK_OK(play_wait(&one, request));
    play_close(&one);
    check_alex(&two);
    CHECK_EQ(playgate_client_allowed(one.client, feature("voice-chat")), 0);
    play_close(&two);

    play_start(&two, "alex", folder, NULL);
    play_start(&one, "kim", folder, NULL);
    check_kim(&one);
    check_alex(&two);
    CHECK_EQ(play_decide(&one, "voice-chat").freshness, PLAYGATE_FRESHNESS_CACHED);
    playgate_session session = 0;
    playgate_session_info info;
    playgate_session_info_init(&info, sizeof info);
    CHECK_OK(playgate_client_session(two.client, &session));
    CHECK_OK(playgate_session_get_info(session, &info));
    CHECK_TEXT(info.session_id.ptr, "s-alex");
    CHECK_OK(playgate_session_free(session));
    /* Forgotten: denied at once, and nothing is there after a restart. */
    CHECK_OK(playgate_client_forget(two.client, &request));
    CHECK_OK(play_wait(&two, request));
    CHECK_EQ(play_access(&two, "text-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    check_kim(&one);
    play_close(&two);
    play_start(&two, "alex", folder, NULL);
    CHECK_EQ(play_decide(&two, "text-chat").reason, PLAYGATE_REASON_NO_SESSION);
    play_close(&two);
    play_close(&one);
}

static void one_record_one_client(const char *folder)
{
    play first;
    play second;
    play_start(&first, "kim", folder, NULL);
    CHECK_OK(play_adopt(&first, kim));
    playgate_client_options options = play_options("kim", folder, NULL);
    CHECK_FAILS(play_open(&second, &options), PLAYGATE_ERROR_BUSY);
    CHECK_EQ(second.client, 0);
    check_kim(&first);
    if (folder) {
        char spelled[128];
        (void)snprintf(spelled, sizeof spelled, "%s/./", folder);
        options.folder = spelled;
        CHECK_FAILS(play_open(&second, &options), PLAYGATE_ERROR_BUSY);
        options.folder = folder;
    }
    options.flags = PLAYGATE_CLIENT_TAKE_OVER;
    CHECK_OK(play_open(&second, &options));
    CHECK_EQ(playgate_client_allowed(first.client, feature("voice-chat")), 0);
    playgate_request request = 1;
    CHECK(playgate_client_refresh(first.client, &request) < 0);
    CHECK_EQ(request, 0);
    if (folder) {
        check_kim(&second);
    } else {
        CHECK_EQ(play_access(&second, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    }
    (void)playgate_client_close(first.client, 0);
    play_pump(&second);
    CHECK_OK(play_adopt(&second, kim));
    check_kim(&second);
    play_close(&second);
    CHECK_FAILS(playgate_client_close(second.client, 0), PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_FAILS(playgate_client_close(first.client, 0), PLAYGATE_ERROR_INVALID_HANDLE);
}

/* The other process: holds the record until it is told to let go. Its exit code says how it went. */
static int hold_record(const char *folder, int tell, int told)
{
    play game;
    char byte = 'h';
    play_start(&game, "shared", folder, NULL);
    CHECK_OK(play_adopt(&game, alex));
    CHECK_EQ(write(tell, &byte, 1), 1);
    CHECK_EQ(read(told, &byte, 1), 1);
    play_close(&game);
    return failures() != 0;
}

/* Another process has the record: this one decides from disk, loosens nothing, and takes over when it is let go. */
static void a_record_of_another_process(void)
{
    const char *folder = temporary_folder();
    int to_child[2];
    int to_parent[2];
    char byte = 'p';
    require(pipe(to_child) == 0 && pipe(to_parent) == 0, "pipes can be made");
    (void)fflush(stdout);
    const pid_t child = fork();
    require(child >= 0, "a process can be made");
    if (child == 0) {
        /* _exit: the folder is the parent's to remove. */
        _exit(hold_record(folder, to_parent[1], to_child[0]));
    }
    CHECK_EQ(read(to_parent[0], &byte, 1), 1);
    play game;
    play_start(&game, "shared", folder, NULL);
    check_alex(&game);
    CHECK_RESULT(play_adopt(&game, kim), PLAYGATE_ERROR_RECORD_LOCKED);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_PROHIBITED);
    CHECK_EQ(game.news[PLAYGATE_EVENT_RECORD_TAKEN_OVER], 0);
    CHECK_EQ(write(to_child[1], &byte, 1), 1);
    WAIT_DOING(20000, play_pump(&game), game.news[PLAYGATE_EVENT_RECORD_TAKEN_OVER] == 1);
    CHECK_OK(play_adopt(&game, kim));
    check_kim(&game);
    play_close(&game);
    play_start(&game, "shared", folder, NULL);
    check_kim(&game);
    play_close(&game);
    int status = 1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (int i = 0; i < 2; i++) {
        (void)close(to_child[i]);
        (void)close(to_parent[i]);
    }
}

static void as_many_clients_as_there_may_be(void)
{
    static play games[65];
    char player[32];
    for (size_t i = 0; i < 64; i++) {
        (void)snprintf(player, sizeof player, "crowd %zu", i);
        play_start(&games[i], player, NULL, NULL);
    }
    const playgate_client_options options = play_options("crowd 64", NULL, NULL);
    CHECK_FAILS(play_open(&games[64], &options), PLAYGATE_ERROR_LIMIT);
    CHECK_EQ(games[64].client, 0);
    play_close(&games[7]);
    CHECK_OK(play_open(&games[64], &options));
    CHECK(games[64].client != games[7].client);
    CHECK_OK(playgate_shutdown(10000));
    for (size_t i = 0; i < 65; i++) {
        CHECK_FAILS(playgate_client_stop(games[i].client), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    /* The library can be used again. */
    play_start(&games[0], "crowd 0", NULL, NULL);
    play_close(&games[0]);
    CHECK_OK(playgate_shutdown(0));
}

static void numbers_and_cells(void)
{
    play one;
    play two;
    play_start(&one, "kim", NULL, NULL);
    play_start(&two, "alex", NULL, NULL);
    CHECK_OK(play_adopt(&one, kim));
    CHECK_OK(play_adopt(&two, alex));
    const playgate_cell *table_one = NULL;
    const playgate_cell *table_two = NULL;
    uint32_t len = 0;
    CHECK_OK(playgate_client_table(one.client, &table_one, &len));
    CHECK_OK(playgate_client_table(two.client, &table_two, &len));
    CHECK_EQ(len, PLAYGATE_TABLE_CELLS);
    CHECK(table_one != table_two);
    /* By its name a feature needs no number; with one the answer is the same. */
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "late-feature", 12), 1);
    CHECK_EQ(playgate_client_allowed_by_name(two.client, "late-feature", 12), 0);
    /* A name that nobody asked for before has its cell when its number is given out, without a pump. */
    const playgate_feature late = feature("late-feature");
    CHECK_EQ(playgate_client_allowed(one.client, late), 1);
    CHECK_EQ(playgate_table_allowed(table_one, len, late), 1);
    CHECK_EQ(playgate_client_access(two.client, late), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(playgate_table_access(table_two, len, late), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(feature("late-feature"), late);
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "late-feature", 12), 1);
    CHECK_EQ(playgate_client_allowed_by_name(two.client, "late-feature", 12), 0);
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "late-featur", 11), 0);
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "late-feature", 13), 0);
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "Late-feature", 12), 0);
    /* One number, two players, two answers. */
    const playgate_feature voice = feature("voice-chat");
    CHECK_EQ(playgate_table_access(table_one, len, voice), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(playgate_table_access(table_two, len, voice), PLAYGATE_ACCESS_PROHIBITED);
    CHECK_EQ(table_one[0], 0);
    CHECK_EQ(playgate_table_access(table_one, len, 0), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(playgate_table_access(table_one, len, len), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(playgate_table_access(NULL, len, voice), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(playgate_client_access(one.client, len), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(playgate_client_access(one.client, UINT32_MAX), PLAYGATE_ACCESS_UNAVAILABLE);
    play_close(&one);
    CHECK_EQ(playgate_client_allowed_by_name(one.client, "late-feature", 12), 0);
    for (uint32_t i = 0; i < len; i++) {
        if (playgate_table_access(table_one, len, i) != PLAYGATE_ACCESS_UNAVAILABLE) {
            CHECK_EQ(i, 0);
        }
    }
    CHECK_EQ(playgate_table_access(table_two, len, feature("text-chat")), PLAYGATE_ACCESS_ALLOWED);
    /* Another player comes: neither the old handle nor the old pointer says anything of theirs. */
    play three;
    play_start(&three, "robin", NULL, NULL);
    CHECK_OK(play_adopt(&three, kim));
    const playgate_cell *table_three = NULL;
    CHECK_OK(playgate_client_table(three.client, &table_three, &len));
    CHECK(table_three != table_one && table_three != table_two);
    CHECK_EQ(playgate_client_allowed(three.client, voice), 1);
    CHECK_EQ(playgate_client_allowed(one.client, voice), 0);
    CHECK_EQ(playgate_table_allowed(table_one, len, voice), 0);
    /* The first player again: their own table, with their own answers. */
    play_start(&one, "kim", NULL, NULL);
    CHECK_EQ(playgate_table_allowed(table_one, len, voice), 0);
    CHECK_OK(play_adopt(&one, alex));
    const playgate_cell *again = NULL;
    CHECK_OK(playgate_client_table(one.client, &again, &len));
    CHECK(again == table_one);
    CHECK_EQ(playgate_table_access(table_one, len, voice), PLAYGATE_ACCESS_PROHIBITED);
    play_close(&one);
    play_close(&two);
    play_close(&three);
}

/* Uses up all tables; so it comes last. */
static void more_players_than_tables(void)
{
    const playgate_feature voice = feature("voice-chat");
    const playgate_cell *table = NULL;
    uint32_t len = 0;
    play game;
    char player[32];
    playgate_result result = PLAYGATE_OK;
    size_t given = 0;
    for (; given < 100 && result == PLAYGATE_OK; given++) {
        (void)snprintf(player, sizeof player, "table %zu", given);
        play_start(&game, player, NULL, NULL);
        CHECK_OK(play_adopt(&game, kim));
        result = playgate_client_table(game.client, &table, &len);
        if (result == PLAYGATE_OK) {
            CHECK_EQ(playgate_table_allowed(table, len, voice), 1);
            play_close(&game);
            CHECK_EQ(playgate_table_allowed(table, len, voice), 0);
        }
    }
    CHECK_FAILS(result, PLAYGATE_ERROR_LIMIT);
    CHECK(table == NULL && len == 0);
    CHECK(given > 32 && given <= 65);
    check_kim(&game);
    play_close(&game);
    /* Who has one keeps it. */
    play_start(&game, "table 0", NULL, NULL);
    CHECK_OK(playgate_client_table(game.client, &table, &len));
    play_close(&game);
}

/* The names' numbers run out too; those that were given out stay. */
static void more_names_than_numbers(void)
{
    const playgate_feature voice = feature("voice-chat");
    char name[32];
    playgate_result result = PLAYGATE_OK;
    playgate_feature number = 0;
    play game;
    play_start(&game, "kim", NULL, NULL);
    CHECK_OK(play_adopt(&game, kim));
    for (size_t i = 0; i < 2000 && result == PLAYGATE_OK; i++) {
        (void)snprintf(name, sizeof name, "filler-%zu", i);
        result = playgate_feature_intern(name, &number);
    }
    CHECK_FAILS(result, PLAYGATE_ERROR_LIMIT);
    CHECK_EQ(number, 0);
    CHECK_EQ(feature("voice-chat"), voice);
    CHECK_EQ(playgate_client_allowed(game.client, voice), 1);
    CHECK_EQ(playgate_client_allowed(game.client, PLAYGATE_TABLE_CELLS - 1), 0);
    play_close(&game);
}

/* What the process uses. */
typedef struct usage {
    long memory_kib;
    size_t threads;
    size_t descriptors;
} usage;

static size_t count_entries(const char *folder)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    require(open != NULL, folder);
    for (const struct dirent *entry = readdir(open); entry; entry = readdir(open)) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(open);
    return count;
}

static usage measure(void)
{
    usage now = {0, count_entries("/proc/self/task"), count_entries("/proc/self/fd")};
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    require(file != NULL, "/proc/self/status can be read");
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            now.memory_kib = strtol(line + 6, NULL, 10);
        }
    }
    (void)fclose(file);
    return now;
}

static void one_round(const char *player, const char *folder, const char *url)
{
    play game;
    play_start(&game, player, folder, url);
    CHECK_OK(play_adopt(&game, kim));
    check_kim(&game);
    playgate_session session = 0;
    CHECK_OK(playgate_client_session(game.client, &session));
    CHECK_OK(playgate_session_free(session));
    playgate_text facts;
    CHECK_OK(playgate_client_diagnostics(game.client, &facts));
    play_close(&game);
}

/* `start` is what the process used before any client: threads and descriptors have to come back to that. */
static void many_rounds(const char *what, usage start, unsigned long count, int different, const char *folder,
                        const char *url)
{
    const int failed_before = failures();
    usage before = {0, 0, 0};
    char player[64] = "kim";
    for (unsigned long i = 0; i < WARM_UP + count; i++) {
        if (different) {
            (void)snprintf(player, sizeof player, "player number %lu", i);
        }
        one_round(player, folder, url);
        if (i + 1 == WARM_UP) {
            before = measure();
        }
    }
    /* Threads end by themselves, shortly after the close. */
    usage after;
    WAIT_DOING(20000, after = measure(), after.threads <= start.threads && after.descriptors <= start.descriptors);
    printf("%s: %lu rounds, memory %ld -> %ld KiB, threads %zu -> %zu, descriptors %zu -> %zu\n", what, count,
           before.memory_kib, after.memory_kib, start.threads, after.threads, start.descriptors, after.descriptors);
    const char *memory = getenv("PLAYGATE_TEST_MEMORY");
    if (memory && strcmp(memory, "off") == 0) {
        printf("    memory was not checked, as asked\n");
    } else {
        CHECK(before.memory_kib > 0 && after.memory_kib - before.memory_kib <= MOST_GROWTH_KIB);
    }
    if (failures() != failed_before) {
        printf("    in %s\n", what);
    }
}

int main(void)
{
    const unsigned long count = rounds();
    const usage start = measure();
    /* First, while this process has one thread: the library is not to be forked in the middle of its work. */
    a_record_of_another_process();
    two_players_side_by_side_and_after_a_restart();
    one_record_one_client(temporary_folder());
    one_record_one_client(NULL);
    as_many_clients_as_there_may_be();
    numbers_and_cells();
    many_rounds("one player, memory", start, count, 0, NULL, NULL);
    many_rounds("different players, memory", start, count, 1, NULL, NULL);
    many_rounds("one player, files", start, count, 0, temporary_folder(), NULL);
    many_rounds("different players, files", start, count, 1, temporary_folder(), NULL);
    server *silent = server_start();
    server_answer(silent, "GET", "/api/session", 0, "", "");
    server_answer(silent, "PUT", "/api/session", 0, "", "");
    usage with_server = measure();
    with_server.threads = start.threads + 1;
    many_rounds("a server that never answers", with_server, count / 5 + 1, 1, NULL, server_url(silent));
    server_stop(silent);
    more_players_than_tables();
    more_names_than_numbers();
    CHECK_OK(playgate_shutdown(5000));
    return finish();
}
