/* The smallest program that shows that the library is there and works: opens a client, adopts a session, asks, closes. */
#include <playgate.h>
#include <stdio.h>
#include <string.h>

static const char session[] = "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"permissions\":["
                              "{\"name\":\"voice-chat\",\"enabled\":true,\"managedBy\":\"GUARDIAN\"}]}";

int main(void)
{
    playgate_client_options options;
    playgate_client client = 0;
    playgate_feature voice_chat = 0;
    playgate_request request = 0;
    int before = 1;
    int after = 0;
    if (playgate_abi_version() != PLAYGATE_ABI_VERSION) {
        (void)fprintf(stderr, "the header is of another version than the library\n");
        return 1;
    }
    playgate_client_options_init(&options, sizeof options, PLAYGATE_ABI_VERSION);
    options.player = "player-1"; /* without a folder nothing is stored */
    if (playgate_feature_intern("voice-chat", &voice_chat) != PLAYGATE_OK ||
        playgate_client_open(&options, &client) != PLAYGATE_OK) {
        (void)fprintf(stderr, "playgate: %s\n", playgate_last_error());
        return 1;
    }
    before = playgate_client_allowed(client, voice_chat);
    if (playgate_client_adopt(client, session, strlen(session), &request) != PLAYGATE_OK) {
        (void)fprintf(stderr, "playgate: %s\n", playgate_last_error());
        return 1;
    }
    for (long turn = 0; turn < 2000000 && !after; turn++) { /* a game pumps once in each frame */
        (void)playgate_client_pump(client, 500);
        after = playgate_client_allowed(client, voice_chat);
    }
    (void)printf("playgate %s: voice chat is %s, then %s\n", playgate_version(), before ? "on" : "off", after ? "on" : "off");
    return playgate_client_close(client, 2000) == PLAYGATE_OK && !before && after ? 0 : 1;
}
