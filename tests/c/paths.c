/*
 * Records in a folder whose path is long and not ASCII: written, read after a restart, overwritten, read again. Run in an
 * empty folder, in which they stay, so that the caller can look for them.
 */
#if defined(_WIN32)
#  include <direct.h>
#else
#  include <unistd.h>
#endif

#include "play.h"

/* "Spielstände-記録-" and then some, in UTF-8; ten of them are longer than what Windows once took for a whole path. */
#define LEVEL "Spielst\xc3\xa4nde-\xe8\xa8\x98\xe9\x8c\xb2-of-one-player-only"
#define LEVELS 10

static const char kim[] = SESSION("s-kim", "e1", PERMISSION("voice-chat", "true", "GUARDIAN"));
static const char kim_later[] = SESSION("s-kim", "e2", PERMISSION("voice-chat", "false", "GUARDIAN"));

static const uint8_t key[PLAYGATE_KEY_BYTES] = {7, 7, 7};

static playgate_store open_store(const char *folder)
{
    playgate_store_options options;
    playgate_store store = 0;
    playgate_store_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.folder = folder;
    options.key = key;
    options.key_len = sizeof key;
    CHECK_OK(playgate_store_open(&options, &store));
    return store;
}

static void save(const char *folder, const char *json)
{
    const playgate_store store = open_store(folder);
    playgate_session session = 0;
    CHECK_OK(playgate_session_parse(json, strlen(json), &session));
    CHECK_OK(playgate_store_save(store, "kim", session));
    CHECK_OK(playgate_session_free(session));
    CHECK_OK(playgate_store_close(store));
}

static playgate_access load(const char *folder)
{
    const playgate_store store = open_store(folder);
    playgate_session session = 0;
    playgate_access access = -1;
    CHECK_OK(playgate_store_load(store, "kim", &session));
    CHECK_OK(playgate_session_access(session, "voice-chat", &access));
    CHECK_OK(playgate_session_free(session));
    CHECK_OK(playgate_store_close(store));
    return access;
}

static play start(const char *folder)
{
    play game;
    playgate_client_options options = play_options("kim", folder, NULL);
    options.key = key;
    options.key_len = sizeof key;
    require(play_open(&game, &options) == PLAYGATE_OK, "a client opens");
    return game;
}

int main(void)
{
    static char folder[4096];
    require(getcwd(folder, 1024) != NULL, "the working folder has a path");
    /* Each store makes the folder that the next one is made in. */
    for (int level = 0; level < LEVELS; level++) {
        (void)strcat(folder, "/" LEVEL);
        CHECK_OK(playgate_store_close(open_store(folder)));
    }
    CHECK(strlen(folder) > 300);
    save(folder, kim);
    CHECK_EQ(load(folder), PLAYGATE_ACCESS_ALLOWED);
    save(folder, kim_later);
    CHECK_EQ(load(folder), PLAYGATE_ACCESS_ASK_PARENT);

    /* And a client, with its lock, its marks and its notices. */
    play game = start(folder);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    playgate_notice notice = 0;
    CHECK_OK(playgate_client_notice(game.client, &notice));
    CHECK_OK(playgate_notice_free(notice));
    CHECK_OK(play_acknowledge(&game));
    CHECK_OK(play_adopt(&game, kim));
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    const playgate_store store = open_store(folder);
    CHECK_FAILS(playgate_store_forget(store, "kim"), PLAYGATE_ERROR_RECORD_LOCKED);
    CHECK_OK(playgate_store_close(store));
    play_close(&game);
    game = start(folder);
    CHECK_EQ(play_access(&game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    play_close(&game);
    CHECK_EQ(load(folder), PLAYGATE_ACCESS_ALLOWED);
    CHECK_OK(playgate_shutdown(5000));
    return finish();
}
