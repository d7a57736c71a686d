/*
 * A transport that the test itself answers: from inside its start, later, from another thread, twice, too late, wrongly,
 * or never.
 */
#include "hooks.h"

#include <pthread.h>

#define MAX_SEEN 32

typedef struct seen {
    playgate_exchange exchange;
    char method[8];
    char url[256];
    char headers[1024];
    char body[1024];
    uint32_t timeout_ms;
    int cancelled;
} seen;

static struct {
    pthread_mutex_t lock;
    seen requests[MAX_SEEN];
    size_t count;
    int answers_inside;
    playgate_client client;
    playgate_result reentered[3];
    pthread_t thread;
} host = {.lock = PTHREAD_MUTEX_INITIALIZER};

static playgate_result answer(playgate_exchange exchange, uint32_t status, const char *body)
{
    static const playgate_http_header headers[] = {{"Content-Type", "application/json"}, {"X-Of-The-Host", "yes"}};
    playgate_http_response response;
    playgate_http_response_init(&response, sizeof response);
    response.status = status;
    response.headers = headers;
    response.header_count = 2;
    response.body = (const uint8_t *)body;
    response.body_len = strlen(body);
    return playgate_transport_complete(exchange, &response);
}

static playgate_result fail(playgate_exchange exchange, playgate_result result)
{
    playgate_http_response response;
    playgate_http_response_init(&response, sizeof response);
    response.result = result;
    response.text = "the host says so";
    return playgate_transport_complete(exchange, &response);
}

static void start(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    CHECK(user == &host);
    (void)pthread_mutex_lock(&host.lock);
    host.thread = pthread_self();
    require(host.count < MAX_SEEN, "there is room for requests");
    seen *self = &host.requests[host.count++];
    memset(self, 0, sizeof *self);
    self->exchange = exchange;
    self->timeout_ms = request->timeout_ms;
    CHECK(request->size >= sizeof *request);
    (void)snprintf(self->method, sizeof self->method, "%s", request->method);
    (void)snprintf(self->url, sizeof self->url, "%s", request->url);
    for (size_t i = 0; i < request->header_count; i++) {
        const size_t len = strlen(self->headers);
        (void)snprintf(self->headers + len, sizeof self->headers - len, "%s: %s\n", request->headers[i].name,
                       request->headers[i].value);
    }
    memcpy(self->body, request->body_len ? (const char *)request->body : "",
           request->body_len < sizeof self->body ? request->body_len : 0);
    const int answers_inside = host.answers_inside;
    const playgate_client client = host.client;
    (void)pthread_mutex_unlock(&host.lock);
    /* From inside a hook the frame path may be asked, and hardly anything else. */
    if (client) {
        playgate_request number = 1;
        host.reentered[0] = playgate_client_pump(client, 1000);
        host.reentered[1] = playgate_client_refresh(client, &number);
        host.reentered[2] = playgate_client_close(client, 0);
        CHECK_EQ(number, 0);
        CHECK_EQ(playgate_client_allowed(client, 0), 0);
        CHECK_EQ(playgate_client_allowed_by_name(client, "never-numbered", 14), 0);
        CHECK(playgate_abi_version() == PLAYGATE_ABI_VERSION);
    }
    if (answers_inside) {
        CHECK_OK(answer(exchange, 200, CHANGED(A_SESSION("t-inside", "true"))));
        CHECK_RESULT(answer(exchange, 200, "{}"), PLAYGATE_ERROR_INVALID_HANDLE);
    }
}

static void cancel(void *user, playgate_exchange exchange)
{
    CHECK(user == &host);
    (void)pthread_mutex_lock(&host.lock);
    for (size_t i = 0; i < host.count; i++) {
        host.requests[i].cancelled += host.requests[i].exchange == exchange;
    }
    (void)pthread_mutex_unlock(&host.lock);
}

static size_t asked(void)
{
    (void)pthread_mutex_lock(&host.lock);
    const size_t count = host.count;
    (void)pthread_mutex_unlock(&host.lock);
    return count;
}

static playgate_transport_hook hook(void)
{
    playgate_transport_hook hook;
    playgate_transport_hook_init(&hook, sizeof hook);
    hook.user = &host;
    hook.start = start;
    hook.cancel = cancel;
    host.count = 0;
    host.answers_inside = 0;
    host.client = 0;
    return hook;
}

static playgate_client_options options_with(const playgate_transport_hook *transport, uint32_t flags)
{
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, "https://game.example/studio");
    options.transport = transport;
    options.flags |= flags;
    return options;
}

/* Adopts a session and answers what follows: it is bound. */
static void bind(play *game)
{
    playgate_request request = 0;
    const char *json = A_SESSION("t1", "false");
    const size_t before = asked();
    CHECK_OK(playgate_client_adopt(game->client, json, strlen(json), &request));
    WAIT_DOING(20000, play_pump(game), asked() > before);
    CHECK_TEXT(host.requests[asked() - 1].method, "PUT");
    CHECK_OK(answer(host.requests[asked() - 1].exchange, 200, CHANGED(A_SESSION("t1", "false"))));
    CHECK_OK(play_wait(game, request));
    CHECK_OK(play_flush(game));
}

static void everything_is_passed_through(uint32_t flags)
{
    static const playgate_http_header extra[] = {{"X-Gateway-Key", "gw-planted-7"}, {"X-Title", "4711"}};
    play game;
    const playgate_transport_hook transport = hook();
    playgate_client_options options = options_with(&transport, flags);
    options.extra_headers = extra;
    options.extra_header_count = 2;
    options.request_timeout_ms = 4321;
    CHECK_OK(play_open(&game, &options));
    WAIT_DOING(20000, play_pump(&game), asked() == 1);
    const seen *first = &host.requests[0];
    CHECK_TEXT(first->method, "GET");
    CHECK_TEXT(first->url, "https://game.example/studio/api/session");
    CHECK(strstr(first->headers, "uthorization: Bearer " SECRET_TOKEN "\n"));
    CHECK(strstr(first->headers, "X-Gateway-Key: gw-planted-7\nX-Title: 4711\n"));
    CHECK_EQ(first->timeout_ms, 4321);
    CHECK_OK(answer(first->exchange, 200, "{\"needsConsent\":true}"));
    bind(&game);
    CHECK_EQ(pthread_equal(host.thread, pthread_self()) != 0, flags != 0);
    CHECK(strstr(host.requests[1].body, ID));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);

    /* From inside its start, and from inside nothing else: re-entry is refused. */
    host.answers_inside = 1;
    host.client = game.client;
    CHECK_OK(play_refresh(&game));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(host.reentered[i], PLAYGATE_ERROR_BUSY);
    }
    host.answers_inside = 0;
    host.client = 0;

    /* The ad service never gets the studio's headers. */
    playgate_game_session_options ads;
    playgate_game_session_options_init(&ads, sizeof ads);
    ads.service_url = "https://ads.example/api";
    ads.auth_token = "ad-tok-planted";
    ads.flags = PLAYGATE_GAME_SESSION_UNGATED;
    const size_t before = asked();
    CHECK_OK(playgate_game_session_start(game.client, &ads));
    WAIT_DOING(20000, play_pump(&game), asked() > before);
    CHECK(strstr(host.requests[before].url, "ads.example"));
    CHECK(!strstr(host.requests[before].headers, "X-Gateway-Key"));
    CHECK_OK(answer(host.requests[before].exchange, 200, "{\"success\":true}"));

    /* A close takes back what is under way; what comes later is nobody's. */
    playgate_request request = 0;
    const size_t last = asked();
    CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
    WAIT_DOING(20000, play_pump(&game), asked() > last);
    play_close(&game);
    CHECK_EQ(host.requests[last].cancelled, 1);
    CHECK_RESULT(answer(host.requests[last].exchange, 200, CHANGED(A_SESSION("t9", "true"))),
                 PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_RESULT(answer(0, 200, "{}"), PLAYGATE_ERROR_INVALID_HANDLE);
}

static void each_failure_has_its_result(void)
{
    static const struct {
        playgate_result given, told;
    } ways[] = {
        {PLAYGATE_ERROR_UNREACHABLE, PLAYGATE_ERROR_UNREACHABLE}, {PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_TIMED_OUT},
        {PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_TLS},                 {PLAYGATE_ERROR_NOT_PERMITTED, PLAYGATE_ERROR_NOT_PERMITTED},
        {-4711, PLAYGATE_ERROR_UNREACHABLE},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        play game;
        playgate_request request = 0;
        const playgate_transport_hook transport = hook();
        const playgate_client_options options = options_with(&transport, PLAYGATE_CLIENT_NO_THREADS);
        CHECK_OK(play_open(&game, &options));
        play_pump(&game);
        CHECK_OK(answer(host.requests[0].exchange, 200, "{\"needsConsent\":true}"));
        bind(&game);
        const size_t before = asked();
        CHECK_OK(playgate_client_refresh_after_push(game.client, &request));
        size_t failed = before;
        WAIT_DOING(40000, play_pump(&game); while (failed < asked()) CHECK_OK(fail(host.requests[failed++].exchange, ways[i].given)),
                   play_done(&game, request));
        CHECK_EQ(play_wait(&game, request), ways[i].told);
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
        play_close(&game);
    }
}

/* A wrong answer leaves the exchange open; only a right one ends it. */
static void wrong_answers_are_refused(void)
{
    play game;
    const playgate_transport_hook transport = hook();
    const playgate_client_options options = options_with(&transport, PLAYGATE_CLIENT_NO_THREADS);
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    const playgate_exchange exchange = host.requests[0].exchange;
    playgate_http_response response;
    CHECK_FAILS(playgate_transport_complete(exchange, NULL), PLAYGATE_ERROR_INVALID_ARGUMENT);
    memset(&response, 0, sizeof response);
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    playgate_http_response_init(&response, sizeof response);
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT); /* status 0 */
    response.status = 70000;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    response.status = 200;
    response.body_len = 5;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    response.body_len = 0;
    response.header_count = 1;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    response.header_count = (size_t)-1;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    static const playgate_http_header nameless[] = {{NULL, "x"}};
    response.headers = nameless;
    response.header_count = 1;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    response.header_count = 0;
    response.reserved[2] = 1;
    CHECK_FAILS(playgate_transport_complete(exchange, &response), PLAYGATE_ERROR_INVALID_ARGUMENT);
    CHECK_OK(answer(exchange, 200, "{\"needsConsent\":true}"));
    play_pump(&game);
    CHECK_EQ(game.news[PLAYGATE_EVENT_CONSENT_NEEDED], 1);
    play_close(&game);
}

static void wrong_options_are_refused(void)
{
    play game;
    playgate_transport_hook transport = hook();
    playgate_client_options options = options_with(&transport, 0);
    transport.start = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    transport = hook();
    transport.cancel = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    transport = hook();
    transport.reserved[3] = 1;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    transport = hook();
    transport.struct_size = 4;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    transport = hook();
    options.proxy_url = "http://proxy.example:8080";
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    options.proxy_url = NULL;
    options.transport = NULL;
    options.flags |= PLAYGATE_CLIENT_NO_THREADS;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);

    static const playgate_http_header bad[] = {
        {"Authorization", "Bearer x"}, {"If-None-Match", "x"},   {"", "x"},       {"X y", "1"},
        {"X-Line", "a\r\nX-Evil: 1"},  {"X-Umlaut", "\303\244"}, {"Host", "evil"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options = options_with(&transport, 0);
        options.extra_headers = &bad[i];
        options.extra_header_count = 1;
        CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
        CHECK_EQ(game.client, 0);
    }
}

/* Without threads one pump does a piece of work at least, and no more than its budget allows. */
static void the_budget_is_kept(void)
{
    play game;
    const playgate_transport_hook transport = hook();
    playgate_client_options options = options_with(&transport, PLAYGATE_CLIENT_NO_THREADS);
    options.server_url = NULL;
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    enum { ASKED = 20 };
    playgate_request requests[ASKED];
    const char *json = A_SESSION("t1", "true");
    for (size_t i = 0; i < ASKED; i++) {
        CHECK_OK(playgate_client_adopt(game.client, json, strlen(json), &requests[i]));
    }
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    int pumps = 1;
    while (playgate_client_pump(game.client, 0) == PLAYGATE_PENDING && pumps < 1000) {
        pumps++;
    }
    CHECK(pumps >= ASKED);
    play_pump(&game);
    for (size_t i = 0; i < ASKED; i++) {
        CHECK_OK(play_wait(&game, requests[i]));
    }
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    /* With time enough, one pump does it all. */
    for (size_t i = 0; i < ASKED; i++) {
        CHECK_OK(playgate_client_adopt(game.client, json, strlen(json), &requests[i]));
    }
    CHECK_RESULT(playgate_client_pump(game.client, UINT32_MAX), PLAYGATE_OK);
    play_pump(&game);
    CHECK(play_done(&game, requests[ASKED - 1]) != NULL);
    play_close(&game);
}

static int is_held;
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;

static int held(void)
{
    (void)pthread_mutex_lock(&held_lock);
    const int value = is_held;
    (void)pthread_mutex_unlock(&held_lock);
    return value;
}

static void hold(int value)
{
    (void)pthread_mutex_lock(&held_lock);
    is_held = value;
    (void)pthread_mutex_unlock(&held_lock);
}

/* Does not return before it is let go. */
static void start_and_hang(void *user, playgate_exchange exchange, const playgate_http_request *request)
{
    (void)user;
    (void)exchange;
    (void)request;
    hold(1);
    WAIT_UNTIL(20000, held() == 2);
    hold(3);
}

static void *pump_one(void *user)
{
    (void)playgate_client_pump(*(const playgate_client *)user, 1000);
    return NULL;
}

/* A close waits for a hook that hangs as long as it is told, and no longer; nobody else waits at all. */
static void a_hanging_hook_holds_nobody_up(uint32_t flags)
{
    play game;
    pthread_t pumping;
    playgate_request request = 0;
    playgate_transport_hook transport = hook();
    transport.start = start_and_hang;
    playgate_client_options options = options_with(&transport, flags);
    options.flags &= ~(uint32_t)PLAYGATE_CLIENT_NETWORK_ALLOWED;
    hold(0);
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    CHECK_OK(playgate_client_set_network_allowed(game.client, 1));
    require(pthread_create(&pumping, NULL, pump_one, &game.client) == 0, "a thread starts");
    WAIT_UNTIL(20000, held() == 1);
    const uint64_t before = now_us();
    CHECK_EQ(play_decide(&game, "voice-chat").access, PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_OK(playgate_client_refresh(game.client, &request));
    CHECK_RESULT(playgate_client_close(game.client, 50), PLAYGATE_PENDING);
    CHECK(now_us() - before < 5000000 * slow_factor());
    hold(2);
    (void)pthread_join(pumping, NULL);
    play_close(&game);
    CHECK_EQ(held(), 3);
}

void hooks_transport(void)
{
    a_hanging_hook_holds_nobody_up(0);
    a_hanging_hook_holds_nobody_up(PLAYGATE_CLIENT_NO_THREADS);
    everything_is_passed_through(0);
    everything_is_passed_through(PLAYGATE_CLIENT_NO_THREADS);
    each_failure_has_its_result();
    wrong_answers_are_refused();
    wrong_options_are_refused();
    the_budget_is_kept();
}
