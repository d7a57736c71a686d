/*
 * The game's thread never waits: against a server that accepts and never answers, one that refuses, an address that
 * leads nowhere and a name that nobody has, every call returns promptly, decisions go on, each request completes exactly
 * once, and a close returns within its drain time.
 */

#include "play.h"
#include "server.h"

/* Far above what any call takes, far below any time limit of the network. */
#define PROMPT_MS 200u
#define DRAIN_MS 1000u
/* What a close may take above its drain time on a busy machine. */
#define SLACK_MS 500u

static const char session[] = SESSION("s-1", "t1", PERMISSION("voice-chat", "true", "GUARDIAN"));

static uint64_t started_at;

static void check_took(uint64_t most_ms, int line, const char *what)
{
    const uint64_t took_ms = (now_us() - started_at) / 1000u;
    if (!check_that(took_ms <= most_ms * slow_factor(), __FILE__, line, what)) {
        printf("    took %llu ms\n", (unsigned long long)took_ms);
    }
}

/* The call's result, after checking that it came promptly. */
#define PROMPT(call) (started_at = now_us(), check_promptly((long long)(call), __LINE__, #call))

static long long check_promptly(long long result, int line, const char *what)
{
    check_took(PROMPT_MS, line, what);
    return result;
}

/* Requests that were accepted. */
typedef struct asked {
    playgate_request requests[512];
    size_t count;
} asked;

static void keep(asked *all, long long result, const playgate_request *request)
{
    if (CHECK_EQ(result, PLAYGATE_OK) && CHECK(*request != 0)) {
        all->requests[all->count++] = *request;
    } else {
        CHECK_EQ(*request, 0);
    }
}

static void frame(play *game)
{
    (void)PROMPT(playgate_client_pump(game->client, 500));
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    (void)PROMPT((play_pump(game), 0));
    (void)PROMPT(playgate_client_next_event(game->client, &event));
}

/* Every function of a client but open, stop and close. */
static void call_everything(play *game, asked *all)
{
    const playgate_client client = game->client;
    playgate_request request = 0;
    playgate_feature number = 0;
    CHECK_EQ(PROMPT(playgate_feature_intern("voice-chat", &number)), PLAYGATE_OK);
    (void)PROMPT(playgate_client_allowed(client, number));
    (void)PROMPT(playgate_client_access(client, number));
    const playgate_cell *table = NULL;
    uint32_t len = 0;
    CHECK_EQ(PROMPT(playgate_client_table(client, &table, &len)), PLAYGATE_OK);
    playgate_decision decision;
    playgate_decision_init(&decision, sizeof decision);
    CHECK_EQ(PROMPT(playgate_client_decide(client, number, &decision)), PLAYGATE_OK);
    playgate_session held = 0;
    (void)PROMPT(playgate_client_session(client, &held));
    CHECK_EQ(PROMPT(playgate_session_free(held)), PLAYGATE_OK);
    playgate_changes changes = 0;
    CHECK_EQ(PROMPT(playgate_client_changes(client, &changes)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_changes_free(changes)), PLAYGATE_OK);
    playgate_notice notice = 0;
    CHECK(PROMPT(playgate_client_notice(client, &notice)) >= 0);
    CHECK_EQ(PROMPT(playgate_notice_free(notice)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_acknowledge(client, &request)), PLAYGATE_ERROR_INVALID_STATE);
    keep(all, PROMPT(playgate_client_refresh(client, &request)), &request);
    keep(all, PROMPT(playgate_client_refresh_after_push(client, &request)), &request);
    keep(all, PROMPT(playgate_client_adopt(client, session, sizeof session - 1, &request)), &request);
    keep(all, PROMPT(playgate_client_flush(client, &request)), &request);
    CHECK_EQ(PROMPT(playgate_client_cancel(client, all->requests[0])), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_online(client, 0)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_online(client, 1)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_suspend(client)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_resume(client)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_token(client, "another-token")), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_token(client, SECRET_TOKEN)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_network_allowed(client, 0)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_set_network_allowed(client, 1)), PLAYGATE_OK);
    playgate_text facts;
    CHECK_EQ(PROMPT(playgate_client_diagnostics(client, &facts)), PLAYGATE_OK);
    CHECK(!has_secret(facts.ptr));
    frame(game);
}

static void check_all_completed_once(const play *game, const asked *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const completion *done = play_done(game, all->requests[i]);
        if (CHECK(done != NULL)) {
            CHECK_EQ(done->times, 1);
        }
    }
    CHECK_EQ(game->done_count, all->count);
}

static void timed_close(play *game)
{
    started_at = now_us();
    CHECK_OK(playgate_client_close(game->client, DRAIN_MS));
    check_took(DRAIN_MS + SLACK_MS, __LINE__, "close returns within its drain time");
}

/* A client whose server is of no use. */
static void works_with(const char *what, const char *url, const char *folder)
{
    const int failed_before = failures();
    play game;
    asked all = {{0}, 0};
    play_start(&game, "kim", folder, url);
    call_everything(&game, &all);
    WAIT_DOING(20000, frame(&game), playgate_client_allowed(game.client, feature("voice-chat")) == 1);
    for (int i = 0; i < 50; i++) {
        call_everything(&game, &all);
        if (all.count > 200) {
            break;
        }
    }
    CHECK_EQ(playgate_client_allowed(game.client, feature("voice-chat")), 1);
    CHECK_EQ(PROMPT(playgate_client_stop(game.client)), PLAYGATE_OK);
    CHECK_EQ(PROMPT(playgate_client_stop(game.client)), PLAYGATE_OK);
    /* Nothing new is taken, decisions stay, and everything that was taken completes. */
    playgate_request refused = 1;
    CHECK_EQ(PROMPT(playgate_client_refresh(game.client, &refused)), PLAYGATE_ERROR_INVALID_STATE);
    CHECK_EQ(refused, 0);
    WAIT_DOING(20000, frame(&game), game.done_count >= all.count);
    frame(&game);
    check_all_completed_once(&game, &all);
    CHECK_EQ(playgate_client_allowed(game.client, feature("voice-chat")), 1);
    timed_close(&game);
    CHECK_EQ(playgate_client_allowed(game.client, feature("voice-chat")), 0);

    /* Closed in the middle of it, without a stop. */
    play_start(&game, "kim", folder, url);
    all.count = 0;
    call_everything(&game, &all);
    timed_close(&game);
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    CHECK_FAILS(playgate_client_next_event(game.client, &event), PLAYGATE_ERROR_INVALID_HANDLE);
    if (failures() != failed_before) {
        printf("    with %s\n", what);
    }
}

/* As many requests as there may be, each of which hangs, and one more. */
static void the_most_requests(const char *url)
{
    play game;
    static asked all;
    all.count = 0;
    play_start(&game, "kim", NULL, url);
    playgate_result result;
    do {
        playgate_request request = 1;
        result = (playgate_result)PROMPT(playgate_client_refresh_after_push(game.client, &request));
        if (result == PLAYGATE_OK) {
            all.requests[all.count++] = request;
        } else {
            CHECK_EQ(request, 0);
        }
    } while (result == PLAYGATE_OK && all.count < 512);
    CHECK_RESULT(result, PLAYGATE_ERROR_LIMIT);
    CHECK_EQ(all.count, 256);
    /* Cancelling one and taking its event makes room for one. */
    CHECK_OK(playgate_client_cancel(game.client, all.requests[255]));
    CHECK_RESULT(play_wait(&game, all.requests[255]), PLAYGATE_ERROR_CANCELLED);
    CHECK_OK(playgate_client_refresh_after_push(game.client, &all.requests[256]));
    all.count = 257;
    CHECK_OK(playgate_client_stop(game.client));
    WAIT_DOING(20000, frame(&game), game.done_count >= all.count);
    check_all_completed_once(&game, &all);
    for (size_t i = 0; i < game.done_count; i++) {
        CHECK_EQ(game.done[i].result, PLAYGATE_ERROR_CANCELLED);
    }
    timed_close(&game);
}

/* A close that does not wait, and whose handle is left, gives the record back all the same. */
static void a_close_that_is_left(const char *url, const char *folder)
{
    play game;
    play_start(&game, "kim", folder, url);
    CHECK_OK(play_adopt(&game, session));
    started_at = now_us();
    CHECK(playgate_client_close(game.client, 0) >= 0);
    check_took(SLACK_MS, __LINE__, "a close without drain time returns");
    CHECK_EQ(playgate_client_allowed(game.client, feature("voice-chat")), 0);
    play next;
    const playgate_client_options options = play_options("kim", folder, url);
    playgate_result opened;
    WAIT_DOING(20000, opened = play_open(&next, &options), opened != PLAYGATE_ERROR_BUSY);
    CHECK_OK(opened);
    CHECK_EQ(playgate_client_allowed(next.client, feature("voice-chat")), 1);
    timed_close(&next);
}

static void shutdown_with_hanging_clients(const char *url)
{
    play games[8];
    char player[16];
    playgate_request request = 0;
    for (size_t i = 0; i < 8; i++) {
        (void)snprintf(player, sizeof player, "player %zu", i);
        play_start(&games[i], player, NULL, url);
        CHECK_OK(playgate_client_refresh_after_push(games[i].client, &request));
    }
    started_at = now_us();
    const playgate_result down = playgate_shutdown(DRAIN_MS);
    check_took(DRAIN_MS + SLACK_MS, __LINE__, "a shutdown returns within its drain time");
    for (size_t i = 0; i < 8; i++) {
        CHECK_FAILS(playgate_client_pump(games[i].client, 100), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    /* Threads that the system lets wait, for a name or a connection of an earlier part, may take as long as it likes. */
    CHECK(down == PLAYGATE_OK || down == PLAYGATE_PENDING);
    playgate_result later = down;
    WAIT_DOING(60000, later = playgate_shutdown(DRAIN_MS), later == PLAYGATE_OK);
}

int main(void)
{
    server *silent = server_start();
    server_go_silent(silent);
    char refused[64];
    server_refusing_url(refused, sizeof refused);
    works_with("a server that accepts and never answers", server_url(silent), NULL);
    works_with("the same, with files", server_url(silent), temporary_folder());
    CHECK(server_connections(silent) > 0);
    works_with("a server that refuses", refused, temporary_folder());
    /* An address that is reserved for documentation, and a name that is reserved for never existing. */
    works_with("an address that leads nowhere", "https://192.0.2.1", NULL);
    works_with("a name that nobody has", "https://playgate-test.invalid", NULL);
    the_most_requests(server_url(silent));
    a_close_that_is_left(server_url(silent), temporary_folder());
    shutdown_with_hanging_clients(server_url(silent));
    server_stop(silent);
    return finish();
}
