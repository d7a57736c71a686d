/*
 * A storage that the test itself answers: at once, later, from another thread, with every failure.
 */
#include "hooks.h"

#include <pthread.h>

#define MAX_VALUES 8

typedef struct value {
    char key[72];
    unsigned char *bytes;
    size_t len;
} value;

/* One operation that waits for its answer. */
typedef struct waiting {
    playgate_storage_operation operation;
    char verb;
    char key[72];
    unsigned char *bytes;
    size_t len;
} waiting;

static struct {
    pthread_mutex_t lock;
    value values[MAX_VALUES];
    size_t count;
    /* Answers come when the test says so. */
    int is_late;
    /* What writes end with. */
    playgate_result writes;
    waiting open;
    size_t operations;
} host = {.lock = PTHREAD_MUTEX_INITIALIZER};

static value *find(const char *key)
{
    for (size_t i = 0; i < host.count; i++) {
        if (strcmp(host.values[i].key, key) == 0) {
            return &host.values[i];
        }
    }
    return NULL;
}

static unsigned char *copy(const void *bytes, size_t len)
{
    unsigned char *own = malloc(len + 1);
    require(own != NULL, "there is memory");
    if (len) {
        memcpy(own, bytes, len);
    }
    return own;
}

/* Does an operation and gives its answer; an answer is taken once. */
static void perform(const waiting *self)
{
    playgate_result result = PLAYGATE_OK;
    unsigned char *bytes = NULL;
    size_t len = 0;
    (void)pthread_mutex_lock(&host.lock);
    value *stored = find(self->key);
    if (self->verb == 'r' && stored) {
        bytes = copy(stored->bytes, stored->len);
        len = stored->len;
    } else if (self->verb == 'r') {
        result = PLAYGATE_ERROR_NOT_FOUND;
    } else if (self->verb == 'w' && host.writes != PLAYGATE_OK) {
        result = host.writes;
    } else if (self->verb == 'w') {
        if (!stored) {
            require(host.count < MAX_VALUES, "there is room for values");
            stored = &host.values[host.count++];
            (void)snprintf(stored->key, sizeof stored->key, "%s", self->key);
            stored->bytes = NULL;
        }
        free(stored->bytes);
        stored->bytes = copy(self->bytes, self->len);
        stored->len = self->len;
    } else if (stored) {
        free(stored->bytes);
        *stored = host.values[--host.count];
    }
    (void)pthread_mutex_unlock(&host.lock);
    CHECK_OK(playgate_storage_complete(self->operation, result, bytes, len));
    CHECK_RESULT(playgate_storage_complete(self->operation, result, bytes, len), PLAYGATE_ERROR_INVALID_HANDLE);
    free(bytes);
}

static void take(char verb, playgate_storage_operation operation, const char *key, const uint8_t *bytes, size_t len)
{
    waiting self = {operation, verb, "", copy(bytes, len), len};
    (void)snprintf(self.key, sizeof self.key, "%s", key);
    CHECK(strlen(key) >= 1 && strlen(key) <= 64 && !has_secret(key));
    (void)pthread_mutex_lock(&host.lock);
    host.operations++;
    const int is_late = host.is_late;
    if (is_late) {
        CHECK(host.open.operation == 0); /* one at a time */
        host.open = self;
    }
    (void)pthread_mutex_unlock(&host.lock);
    if (!is_late) {
        perform(&self);
        free(self.bytes);
    }
}

static void read_value(void *user, playgate_storage_operation operation, const char *key)
{
    CHECK(user == &host);
    take('r', operation, key, NULL, 0);
}

static void write_value(void *user, playgate_storage_operation operation, const char *key, const uint8_t *bytes, size_t len)
{
    CHECK(user == &host);
    take('w', operation, key, bytes, len);
}

static void remove_value(void *user, playgate_storage_operation operation, const char *key)
{
    CHECK(user == &host);
    take('d', operation, key, NULL, 0);
}

/* Answers what waits, if anything does. */
static int answer_one(void)
{
    (void)pthread_mutex_lock(&host.lock);
    const waiting self = host.open;
    memset(&host.open, 0, sizeof host.open);
    (void)pthread_mutex_unlock(&host.lock);
    if (self.operation) {
        perform(&self);
        free(self.bytes);
    }
    return self.operation != 0;
}

static void answer_between_pumps(void)
{
    (void)answer_one();
}

/* Closes, and answers between two tries what still waits. */
static void close_answering(const play *game)
{
    const uint64_t deadline = deadline_ms(20000);
    playgate_result closed;
    do {
        closed = playgate_client_close(game->client, 20);
        (void)answer_one();
    } while (closed == PLAYGATE_PENDING && time_left(deadline));
    CHECK_OK(closed);
}

static playgate_storage_hook hook(void)
{
    playgate_storage_hook hook;
    playgate_storage_hook_init(&hook, sizeof hook);
    hook.user = &host;
    hook.read = read_value;
    hook.write = write_value;
    hook.remove = remove_value;
    return hook;
}

static void clear(void)
{
    while (host.count) {
        free(host.values[--host.count].bytes);
    }
    host.is_late = 0;
    host.writes = PLAYGATE_OK;
    CHECK(host.open.operation == 0);
}

static playgate_client_options options_with(const playgate_storage_hook *storage, uint32_t flags)
{
    playgate_client_options options = play_options(SECRET_PLAYER, NULL, NULL);
    options.storage = storage;
    options.flags |= flags;
    return options;
}

/* Everything that files do is done here too: kept, found again, forgotten. */
static void it_keeps_and_forgets(uint32_t flags)
{
    play game;
    const playgate_storage_hook storage = hook();
    const playgate_client_options options = options_with(&storage, flags);
    clear();
    CHECK_OK(play_open(&game, &options));
    CHECK_EQ(play_decide(&game, "voice-chat").next_step, PLAYGATE_NEXT_START_AGE_GATE);
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    CHECK_EQ(host.count, 2); /* the salt and a record */
    /* The same place has one client of this player at a time. */
    play other;
    CHECK_FAILS(play_open(&other, &options), PLAYGATE_ERROR_BUSY);
    play_close(&game);
    CHECK_OK(play_open(&game, &options));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);

    /* A write that fails is told, and what got tighter cannot come back after a restart. */
    host.writes = PLAYGATE_ERROR_STORAGE_FULL;
    CHECK_EQ(play_adopt(&game, A_SESSION("t2", "false")), PLAYGATE_ERROR_STORAGE_FULL);
    CHECK_EQ(game.news[PLAYGATE_EVENT_STORAGE_FAILED], 1);
    CHECK_EQ(game.news_result[PLAYGATE_EVENT_STORAGE_FAILED], PLAYGATE_ERROR_STORAGE_FULL);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    play_close(&game);
    CHECK_OK(play_open(&game, &options));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    host.writes = PLAYGATE_OK;
    CHECK_OK(play_adopt(&game, A_SESSION("t3", "true")));

    playgate_request request = 0;
    CHECK_OK(playgate_client_forget(game.client, &request));
    CHECK_OK(play_wait(&game, request));
    CHECK_EQ(host.count, 1); /* the salt */
    play_close(&game);
}

/* What a storage that answers at once has is there when the client is given out, whatever its threads do meanwhile. */
static void what_is_stored_counts_from_the_first_moment(void)
{
    play game;
    const playgate_storage_hook storage = hook();
    const playgate_client_options options = options_with(&storage, 0);
    clear();
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    play_close(&game);
    for (int i = 0; i < 100; i++) {
        CHECK_OK(play_open(&game, &options));
        CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
        play_close(&game);
    }
}

/* While the first read is unanswered everything is denied, and the player is told to wait; then it is there. */
static void answers_may_come_later(uint32_t flags)
{
    play game;
    const playgate_storage_hook storage = hook();
    const playgate_client_options options = options_with(&storage, flags);
    clear();
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
    play_close(&game);

    host.is_late = 1;
    CHECK_OK(play_open(&game, &options));
    for (int i = 0; i < 3; i++) {
        play_pump(&game);
    }
    const playgate_decision waits = play_decide(&game, "voice-chat");
    CHECK_EQ(waits.access, PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(waits.next_step, PLAYGATE_NEXT_WAIT);
    CHECK_EQ(host.operations > 0, 1);
    play_before_pump = answer_between_pumps;
    WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") == PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(play_adopt(&game, A_SESSION("t2", "false")));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(play_flush(&game));
    play_before_pump = NULL;

    /* A close waits for what is being stored, as long as it is told. */
    playgate_request request = 0;
    const char *json = A_SESSION("t3", "true");
    CHECK_OK(playgate_client_adopt(game.client, json, strlen(json), &request));
    WAIT_DOING(20000, play_pump(&game), host.open.operation != 0);
    CHECK_RESULT(playgate_client_close(game.client, 20), PLAYGATE_PENDING);
    CHECK_EQ(playgate_client_allowed(game.client, feature("voice-chat")), 0);
    close_answering(&game);
    host.is_late = 0;
    CHECK_OK(play_open(&game, &options));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
}

#define PLAYERS_OWN(tag) SESSION(ID, tag, PERMISSION("voice-chat", "true", "PLAYER"))

/* What is asked before the first read is answered waits for it: nothing is decided about a record that is not known. */
static void requests_wait_for_the_first_read(uint32_t flags)
{
    play game;
    playgate_request adopted = 0, forgotten = 0, flushed = 0;
    const playgate_storage_hook storage = hook();
    const playgate_client_options options = options_with(&storage, flags);
    const char *json = PLAYERS_OWN("t2");
    clear();
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(play_adopt(&game, PLAYERS_OWN("t1")));
    CHECK_OK(playgate_client_switch_feature(game.client, feature("voice-chat"), 0, &flushed));
    CHECK_OK(play_wait(&game, flushed));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_PLAYER_MAY_ENABLE);
    play_close(&game);

    /* The player's own "off" is in the record, and holds over what is adopted meanwhile. */
    host.is_late = 1;
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(playgate_client_adopt(game.client, json, strlen(json), &adopted));
    CHECK_OK(playgate_client_flush(game.client, &flushed));
    for (int i = 0; i < 5; i++) {
        play_pump(&game);
    }
    CHECK(!play_done(&game, adopted) && !play_done(&game, flushed));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    play_before_pump = answer_between_pumps;
    CHECK_OK(play_wait(&game, adopted));
    CHECK_OK(play_wait(&game, flushed));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_PLAYER_MAY_ENABLE);
    play_before_pump = NULL;
    close_answering(&game);

    /* A close before the first read is answered loses nothing that was accepted. */
    json = A_SESSION("t3", "false");
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(playgate_client_adopt(game.client, json, strlen(json), &adopted));
    close_answering(&game);
    host.is_late = 0;
    CHECK_OK(play_open(&game, &options));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    play_close(&game);

    /* So is a player who is forgotten at once. */
    host.is_late = 1;
    CHECK_OK(play_open(&game, &options));
    CHECK_OK(playgate_client_forget(game.client, &forgotten));
    play_before_pump = answer_between_pumps;
    CHECK_OK(play_wait(&game, forgotten));
    play_before_pump = NULL;
    CHECK_EQ(host.count, 1); /* the salt */
    close_answering(&game);
    host.is_late = 0;
}

/* Two players come at once to a place where nothing is: one salt is made, and both keep what they store. */
static void one_salt_is_made(void)
{
    play first, second;
    const playgate_storage_hook storage = hook();
    playgate_client_options options = options_with(&storage, PLAYGATE_CLIENT_NO_THREADS);
    clear();
    host.is_late = 1;
    CHECK_OK(play_open(&first, &options));
    const waiting read = host.open;
    memset(&host.open, 0, sizeof host.open);
    options.player = "second.planted@example.org";
    CHECK_OK(play_open(&second, &options));
    CHECK(answer_one());
    perform(&read);
    free(read.bytes);
    /* Each client has one operation open at most, and the host two. */
    const uint64_t deadline = deadline_ms(20000);
    playgate_decision decision;
    do {
        play_pump(&first);
        (void)answer_one();
        play_pump(&second);
        (void)answer_one();
        decision = play_decide(&second, "voice-chat");
    } while (decision.next_step != PLAYGATE_NEXT_START_AGE_GATE && time_left(deadline));
    host.is_late = 0;
    CHECK_OK(play_adopt(&first, A_SESSION("t1", "true")));
    CHECK_OK(play_adopt(&second, A_SESSION("t1", "true")));
    CHECK_EQ(host.count, 3); /* the salt and two records */
    play_close(&first);
    play_close(&second);
    CHECK_OK(play_open(&second, &options));
    CHECK_EQ(play_access(&second, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&second);
}

/* "I cannot read it" is not "there is nothing", and nothing is written over. */
static void a_failing_read_denies(void)
{
    static const struct {
        playgate_result result;
        playgate_reason reason;
    } ways[] = {
        {PLAYGATE_ERROR_STORAGE_UNAVAILABLE, PLAYGATE_REASON_RECORD_UNAVAILABLE},
        {PLAYGATE_ERROR_NOT_PERMITTED, PLAYGATE_REASON_RECORD_UNAVAILABLE},
        {PLAYGATE_ERROR_STORAGE, PLAYGATE_REASON_RECORD_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        play game;
        const playgate_storage_hook storage = hook();
        const playgate_client_options options = options_with(&storage, PLAYGATE_CLIENT_NO_THREADS);
        clear();
        CHECK_OK(play_open(&game, &options));
        CHECK_OK(play_adopt(&game, A_SESSION("t1", "true")));
        play_close(&game);
        host.is_late = 1;
        CHECK_OK(play_open(&game, &options));
        const playgate_storage_operation operation = host.open.operation;
        free(host.open.bytes);
        memset(&host.open, 0, sizeof host.open);
        CHECK_FAILS(playgate_storage_complete(operation, PLAYGATE_OK, NULL, 5), PLAYGATE_ERROR_INVALID_ARGUMENT);
        CHECK_OK(playgate_storage_complete(operation, ways[i].result, NULL, 0));
        host.is_late = 0;
        play_pump(&game);
        const playgate_decision decision = play_decide(&game, "voice-chat");
        CHECK_EQ(decision.access, PLAYGATE_ACCESS_UNAVAILABLE);
        CHECK_EQ(decision.reason, ways[i].reason);
        CHECK_EQ(game.news[PLAYGATE_EVENT_RECORD_UNUSABLE], 1);
        /* The medium is there again. */
        WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") == PLAYGATE_ACCESS_ALLOWED);
        play_close(&game);
    }
}

static void stores_use_it_too(void)
{
    playgate_store store = 0;
    playgate_session session = 0, loaded = 0;
    playgate_store_options options;
    playgate_text before, after;
    const playgate_storage_hook storage = hook();
    clear();
    playgate_store_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    CHECK_FAILS(playgate_store_open(&options, &store), PLAYGATE_ERROR_INVALID_ARGUMENT);
    options.storage = &storage;
    CHECK_OK(playgate_store_open(&options, &store));
    const char *json = A_SESSION("t1", "true");
    CHECK_OK(playgate_session_parse(json, strlen(json), &session));
    CHECK_OK(playgate_store_save(store, SECRET_PLAYER, session));
    CHECK_OK(playgate_store_load(store, SECRET_PLAYER, &loaded));
    CHECK_OK(playgate_session_json(session, &before));
    CHECK_OK(playgate_session_json(loaded, &after));
    CHECK(strstr(after.ptr, "voice-chat"));
    CHECK_OK(playgate_session_free(session));
    CHECK_OK(playgate_session_free(loaded));
    /* What answers later is nothing for a store, and is refused rather than waited for. */
    host.is_late = 1;
    CHECK(playgate_store_load(store, SECRET_PLAYER, &loaded) < 0);
    CHECK_EQ(loaded, 0);
    CHECK(answer_one());
    host.is_late = 0;
    CHECK_OK(playgate_store_load(store, SECRET_PLAYER, &loaded));
    CHECK_OK(playgate_session_free(loaded));
    CHECK_OK(playgate_store_forget(store, SECRET_PLAYER));
    CHECK_FAILS(playgate_store_load(store, SECRET_PLAYER, &loaded), PLAYGATE_ERROR_NOT_FOUND);
    CHECK_OK(playgate_store_close(store));
}

static void wrong_tables_are_refused(void)
{
    play game;
    playgate_storage_hook storage = hook();
    playgate_client_options options = options_with(&storage, 0);
    options.folder = "/tmp";
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    options.folder = NULL;
    storage.read = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    storage = hook();
    storage.write = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    storage = hook();
    storage.remove = NULL;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    storage = hook();
    storage.reserved[0] = 1;
    CHECK_FAILS(play_open(&game, &options), PLAYGATE_ERROR_INVALID_ARGUMENT);
    CHECK_RESULT(playgate_storage_complete(0, PLAYGATE_OK, NULL, 0), PLAYGATE_ERROR_INVALID_HANDLE);
}

void hooks_storage(void)
{
    it_keeps_and_forgets(0);
    it_keeps_and_forgets(PLAYGATE_CLIENT_NO_THREADS);
    what_is_stored_counts_from_the_first_moment();
    answers_may_come_later(0);
    answers_may_come_later(PLAYGATE_CLIENT_NO_THREADS);
    requests_wait_for_the_first_read(0);
    requests_wait_for_the_first_read(PLAYGATE_CLIENT_NO_THREADS);
    one_salt_is_made();
    a_failing_read_denies();
    stores_use_it_too();
    wrong_tables_are_refused();
    clear();
}
