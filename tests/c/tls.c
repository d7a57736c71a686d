/*
 * A server with a certificate of an authority of its own: trusted when the authority's certificate is given, refused when
 * it is not, when it is another, and when the certificate is for another name.
 *
 * PLAYGATE_TEST_HTTPS: the server's URL, whose certificate is good. PLAYGATE_TEST_HTTPS_NAMED: another server of the same
 * authority, whose certificate is for another name. PLAYGATE_TEST_ROOTS, PLAYGATE_TEST_OTHER_ROOTS: files with the
 * certificates, in PEM, of the authority and of one that has nothing to do with it. The servers have a session for the
 * player that allows voice-chat.
 */
#include "play.h"

static const char *given(const char *name)
{
    const char *value = getenv(name);
    require(value != NULL && value[0] != '\0', name);
    return value;
}

/* Asks for the player's session; how that ended, and what voice-chat is then. */
static playgate_result ask(const char *url, const char *roots, playgate_access *out_access)
{
    play game;
    size_t len = 0;
    unsigned char *pem = roots ? read_whole(roots, &len) : NULL;
    playgate_client_options options = play_options("kim", NULL, url);
    options.extra_roots_pem = (const char *)pem;
    options.extra_roots_pem_len = len;
    require(play_open(&game, &options) == PLAYGATE_OK, "a client opens");
    free(pem);
    const playgate_result result = play_refresh(&game);
    if (result == PLAYGATE_OK) {
        /* What got looser counts once it is stored. */
        WAIT_DOING(20000, play_pump(&game), play_access(&game, "voice-chat") != PLAYGATE_ACCESS_UNAVAILABLE);
    }
    *out_access = play_access(&game, "voice-chat");
    play_close(&game);
    return result;
}

#define EXPECT(url, roots, result, voice_chat)                                                                         \
    do {                                                                                                               \
        playgate_access found;                                                                                         \
        CHECK_RESULT(ask((url), (roots), &found), (result));                                                           \
        CHECK_EQ(found, (voice_chat));                                                                                 \
    } while (0)

int main(void)
{
    const char *url = given("PLAYGATE_TEST_HTTPS");
    const char *named = given("PLAYGATE_TEST_HTTPS_NAMED");
    const char *roots = given("PLAYGATE_TEST_ROOTS");
    const char *other_roots = given("PLAYGATE_TEST_OTHER_ROOTS");
    play_watch_log();
    EXPECT(url, NULL, PLAYGATE_ERROR_TLS, PLAYGATE_ACCESS_UNAVAILABLE);
    EXPECT(url, other_roots, PLAYGATE_ERROR_TLS, PLAYGATE_ACCESS_UNAVAILABLE);
    EXPECT(named, roots, PLAYGATE_ERROR_TLS, PLAYGATE_ACCESS_UNAVAILABLE);
    EXPECT(url, roots, PLAYGATE_OK, PLAYGATE_ACCESS_ALLOWED);
    CHECK(play_check_log() > 0);
    CHECK_OK(playgate_shutdown(5000));
    return finish();
}
