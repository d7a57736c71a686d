/*
 * Sessions stored by player without a client: saved, loaded, forgotten; and each way in which one cannot be read, which
 * is never "there is none" and never destroys anything.
 */
#include <unistd.h>

#include "play.h"

static const uint8_t key_one[PLAYGATE_KEY_BYTES] = {1, 2, 3};
static const uint8_t key_two[PLAYGATE_KEY_BYTES] = {4, 5, 6};

static const char kim[] = SESSION("s-kim", "e1", PERMISSION("voice-chat", "true", "GUARDIAN") "," PERMISSION(
    "text-chat", "false", "GUARDIAN"));
static const char kim_later[] = SESSION("s-kim", "e2", PERMISSION("voice-chat", "false", "GUARDIAN"));

static playgate_store open_store(const char *folder, const uint8_t *key, const uint8_t *previous, uint32_t flags)
{
    playgate_store_options options;
    playgate_store_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.folder = folder;
    options.key = key;
    options.key_len = key ? PLAYGATE_KEY_BYTES : 0;
    options.previous_key = previous;
    options.previous_key_len = previous ? PLAYGATE_KEY_BYTES : 0;
    options.flags = flags;
    playgate_store store = 0;
    CHECK_OK(playgate_store_open(&options, &store));
    CHECK(store != 0);
    return store;
}

static playgate_session parse(const char *json)
{
    playgate_session session = 0;
    CHECK_OK(playgate_session_parse(json, strlen(json), &session));
    return session;
}

static playgate_result save(playgate_store store, const char *player, const char *json)
{
    const playgate_session session = parse(json);
    const playgate_result result = playgate_store_save(store, player, session);
    CHECK_OK(playgate_session_free(session));
    return result;
}

/* Loads; the access of voice-chat when there is a session, else -1. */
static playgate_result load(playgate_store store, const char *player, playgate_access *out)
{
    playgate_session session = 1;
    const playgate_result result = playgate_store_load(store, player, &session);
    *out = -1;
    if (result == PLAYGATE_OK) {
        CHECK_OK(playgate_session_access(session, "voice-chat", out));
        CHECK_OK(playgate_session_free(session));
    } else {
        CHECK_EQ(session, 0);
        CHECK(playgate_last_error()[0] != '\0');
        CHECK(!has_secret(playgate_last_error()));
    }
    return result;
}

#define EXPECT_LOAD(store, player, result, voice_chat)                                                                 \
    do {                                                                                                               \
        playgate_access found;                                                                                         \
        CHECK_RESULT(load((store), (player), &found), (result));                                                       \
        CHECK_EQ(found, (voice_chat));                                                                                 \
    } while (0)

/* The one record file in a folder: neither the salt nor a lock. */
typedef struct record_file {
    char path[512];
    size_t count;
} record_file;

static void look_for_record(const char *path, void *user)
{
    record_file *found = user;
    const char *name = strrchr(path, '/') + 1;
    CHECK(!strstr(name, "kim") && !strstr(name, "planted") && !has_secret(name));
    if (strstr(name, ".lock") || strncmp(name, "salt", 4) == 0) {
        return;
    }
    found->count++;
    (void)snprintf(found->path, sizeof found->path, "%s", path);
}

static record_file record_in(const char *folder)
{
    record_file found = {"", 0};
    (void)each_file(folder, look_for_record, &found);
    return found;
}

static int file_has(const char *path, const char *text)
{
    size_t len = 0;
    unsigned char *bytes = read_whole(path, &len);
    int has = 0;
    const size_t size = strlen(text);
    for (size_t at = 0; at + size <= len && !has; at++) {
        has = memcmp(bytes + at, text, size) == 0;
    }
    free(bytes);
    return has;
}

static void saves_loads_and_forgets(void)
{
    const char *folder = temporary_folder();
    playgate_store store = open_store(folder, NULL, NULL, 0);
    EXPECT_LOAD(store, SECRET_PLAYER, PLAYGATE_ERROR_NOT_FOUND, -1);
    CHECK_OK(playgate_store_forget(store, SECRET_PLAYER));
    CHECK_OK(save(store, SECRET_PLAYER, kim));
    EXPECT_LOAD(store, SECRET_PLAYER, PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    EXPECT_LOAD(store, "somebody else", PLAYGATE_ERROR_NOT_FOUND, -1);
    CHECK_OK(save(store, SECRET_PLAYER, kim_later));
    EXPECT_LOAD(store, SECRET_PLAYER, PLAYGATE_OK, PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_store_close(store));
    CHECK_FAILS(playgate_store_close(store), PLAYGATE_ERROR_INVALID_HANDLE);

    /* Another store over the same folder, as after a restart. */
    store = open_store(folder, NULL, NULL, 0);
    EXPECT_LOAD(store, SECRET_PLAYER, PLAYGATE_OK, PLAYGATE_ACCESS_ASK_PARENT);
    const record_file record = record_in(folder);
    CHECK_EQ(record.count, 1);
    CHECK(!file_has(record.path, SECRET_KUID));
    CHECK(!file_has(record.path, SECRET_BIRTH));
    CHECK(!file_has(record.path, SECRET_PLAYER));
    CHECK(file_has(record.path, "voice-chat"));
    CHECK_OK(playgate_store_forget(store, SECRET_PLAYER));
    EXPECT_LOAD(store, SECRET_PLAYER, PLAYGATE_ERROR_NOT_FOUND, -1);
    CHECK_EQ(record_in(folder).count, 0);
    CHECK_OK(playgate_store_close(store));
}

static void keys_are_told_apart(void)
{
    const char *folder = temporary_folder();
    playgate_store sealed = open_store(folder, key_one, NULL, 0);
    CHECK_OK(save(sealed, "kim", kim));
    EXPECT_LOAD(sealed, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    const record_file record = record_in(folder);
    CHECK_EQ(record.count, 1);
    CHECK(!file_has(record.path, "voice-chat"));

    const playgate_store other = open_store(folder, key_two, NULL, 0);
    const playgate_store open = open_store(folder, NULL, NULL, 0);
    EXPECT_LOAD(other, "kim", PLAYGATE_ERROR_WRONG_KEY, -1);
    EXPECT_LOAD(open, "kim", PLAYGATE_ERROR_KEY_MISSING, -1);
    /* What cannot be read is not written over. */
    CHECK_FAILS(save(other, "kim", kim_later), PLAYGATE_ERROR_WRONG_KEY);
    CHECK_FAILS(save(open, "kim", kim_later), PLAYGATE_ERROR_KEY_MISSING);
    EXPECT_LOAD(sealed, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);

    /* A new key beside the old one opens it, and seals anew at the next save. */
    playgate_store renewed = open_store(folder, key_two, key_one, 0);
    EXPECT_LOAD(renewed, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(save(renewed, "kim", kim_later));
    EXPECT_LOAD(sealed, "kim", PLAYGATE_ERROR_WRONG_KEY, -1);
    EXPECT_LOAD(other, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_OK(playgate_store_close(sealed));
    CHECK_OK(playgate_store_close(other));
    CHECK_OK(playgate_store_close(open));
    CHECK_OK(playgate_store_close(renewed));
}

static void unsealed_with_a_key_grants_nothing(void)
{
    const char *folder = temporary_folder();
    const playgate_store open = open_store(folder, NULL, NULL, 0);
    CHECK_OK(save(open, "kim", kim));
    const playgate_store sealed = open_store(folder, key_one, NULL, 0);
    EXPECT_LOAD(sealed, "kim", PLAYGATE_ERROR_NOT_PERMITTED, -1);
    CHECK_FAILS(save(sealed, "kim", kim_later), PLAYGATE_ERROR_NOT_PERMITTED);
    EXPECT_LOAD(open, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);

    const playgate_store migrating = open_store(folder, key_one, NULL, PLAYGATE_STORE_MIGRATE_UNSEALED);
    EXPECT_LOAD(migrating, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(save(migrating, "kim", kim_later));
    EXPECT_LOAD(sealed, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ASK_PARENT);
    EXPECT_LOAD(open, "kim", PLAYGATE_ERROR_KEY_MISSING, -1);
    CHECK_OK(playgate_store_close(open));
    CHECK_OK(playgate_store_close(sealed));
    CHECK_OK(playgate_store_close(migrating));
}

/* Writes a record file; it stays so when it is loaded and saved over, which both fail. */
static void damaged_stays(const playgate_store store, const char *folder, const unsigned char *bytes, size_t len)
{
    const record_file before = record_in(folder);
    FILE *file = fopen(before.path, "wb");
    require(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, "the record can be written");
    EXPECT_LOAD(store, "kim", PLAYGATE_ERROR_RECORD_DAMAGED, -1);
    CHECK_FAILS(save(store, "kim", kim_later), PLAYGATE_ERROR_RECORD_DAMAGED);
    EXPECT_LOAD(store, "kim", PLAYGATE_ERROR_RECORD_DAMAGED, -1);
    const record_file after = record_in(folder);
    CHECK_EQ(after.count, 1);
    CHECK_TEXT(after.path, before.path);
    size_t found_len = 0;
    unsigned char *found = read_whole(after.path, &found_len);
    CHECK(found_len == len && memcmp(found, bytes, len) == 0);
    free(found);
}

static void damage_is_reported_and_left(const uint8_t *key)
{
    const char *folder = temporary_folder();
    const playgate_store store = open_store(folder, key, NULL, 0);
    CHECK_OK(save(store, "kim", kim));
    const record_file record = record_in(folder);
    require(record.count == 1, "there is one record");
    size_t len = 0;
    unsigned char *bytes = read_whole(record.path, &len);
    require(len > 128, "the record has a header and something after it");
    /* A bit in the checksum, in the payload and at the end; cut off in the header and in the payload. */
    const size_t places[] = {70, 130, len - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        bytes[places[i]] ^= 4u;
        damaged_stays(store, folder, bytes, len);
        bytes[places[i]] ^= 4u;
    }
    damaged_stays(store, folder, bytes, 100);
    damaged_stays(store, folder, bytes, len - 1);
    /* A client sets it aside, says so, and works on. */
    play game;
    playgate_client_options options = play_options("kim", folder, NULL);
    options.key = key;
    options.key_len = key ? PLAYGATE_KEY_BYTES : 0;
    CHECK_OK(play_open(&game, &options));
    play_pump(&game);
    CHECK_EQ(game.news[PLAYGATE_EVENT_RECORD_SET_ASIDE], 1);
    CHECK_EQ(game.news_result[PLAYGATE_EVENT_RECORD_SET_ASIDE], PLAYGATE_ERROR_RECORD_DAMAGED);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_UNAVAILABLE);
    CHECK_EQ(play_decide(&game, "voice-chat").reason, PLAYGATE_REASON_RECORD_DAMAGED);
    CHECK_OK(play_adopt(&game, kim));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
    EXPECT_LOAD(store, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    free(bytes);
    CHECK_OK(playgate_store_forget(store, "kim"));
    CHECK_EQ(record_in(folder).count, 0);
    CHECK_OK(playgate_store_close(store));
}

static void an_open_client_holds_its_record(void)
{
    const char *folder = temporary_folder();
    const playgate_store store = open_store(folder, NULL, NULL, 0);
    play game;
    play_start(&game, "kim", folder, NULL);
    CHECK_OK(play_adopt(&game, kim));
    EXPECT_LOAD(store, "kim", PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    CHECK_FAILS(save(store, "kim", kim_later), PLAYGATE_ERROR_RECORD_LOCKED);
    CHECK_FAILS(playgate_store_forget(store, "kim"), PLAYGATE_ERROR_RECORD_LOCKED);
    CHECK_OK(save(store, "alex", kim_later));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
    CHECK_OK(save(store, "kim", kim_later));

    /* What the store saved is the client's current session, and news to the player. */
    play_start(&game, "kim", folder, NULL);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    playgate_notice notice = 0;
    CHECK_OK(playgate_client_notice(game.client, &notice));
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(playgate_notice_get_info(notice, &info));
    CHECK_EQ(info.kind, PLAYGATE_NOTICE_RESTRICTED);
    CHECK_EQ(info.off_count, 1);
    CHECK_OK(playgate_notice_free(notice));
    play_close(&game);
    CHECK_OK(playgate_store_close(store));
}

static void folders_that_cannot_be_used(void)
{
    playgate_store_options options;
    playgate_store_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.folder = "/nonexistent-playgate/deeper/records";
    playgate_store store = 1;
    CHECK_FAILS(playgate_store_open(&options, &store), PLAYGATE_ERROR_STORAGE_UNAVAILABLE);
    CHECK_EQ(store, 0);
    options.folder = "";
    CHECK_FAILS(playgate_store_open(&options, &store), PLAYGATE_ERROR_INVALID_ARGUMENT);
    /* A file where the folder should be. */
    char path[512];
    (void)snprintf(path, sizeof path, "%s/file", temporary_folder());
    FILE *file = fopen(path, "wb");
    require(file && fclose(file) == 0, "a file can be made");
    options.folder = path;
    CHECK(playgate_store_open(&options, &store) < 0);
    CHECK_EQ(store, 0);
    CHECK(playgate_last_error()[0] != '\0');
    (void)unlink(path);
}

int main(void)
{
    saves_loads_and_forgets();
    keys_are_told_apart();
    unsealed_with_a_key_grants_nothing();
    damage_is_reported_and_left(NULL);
    damage_is_reported_and_left(key_one);
    an_open_client_holds_its_record();
    folders_that_cannot_be_used();
    CHECK_OK(playgate_shutdown(5000));
    return finish();
}
