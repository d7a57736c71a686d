// With playgate.hpp: opens a client, adopts a session, asks, closes.
#include <playgate.hpp>

#include <cstdio>
#include <utility>

namespace {

constexpr const char *session = R"({"sessionId":"s-1","status":"ACTIVE","permissions":[)"
                                R"({"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"}]})";

} // namespace

int main()
{
    playgate::client_options options;
    options.player = "player-1"; // without a folder nothing is stored
    playgate::result<playgate::client> opened = playgate::client::open(options);
    if (!opened) {
        std::fprintf(stderr, "playgate: %s\n", playgate::last_error().data());
        return 1;
    }
    playgate::client client = *std::move(opened);
    const playgate::feature voice_chat = *playgate::feature::named("voice-chat");
    const bool before = client.is_allowed(voice_chat);
    playgate::status how = playgate::status::pending;
    client.adopt(session, [&how](const playgate::completion &end) { how = end.status; });
    for (long turn = 0; turn < 2000000 && how == playgate::status::pending; ++turn) { // a game pumps once in each frame
        client.pump();
    }
    const bool after = client.is_allowed(voice_chat);
    std::printf("playgate %s: voice chat is %s, then %s\n", playgate::version().data(), before ? "on" : "off",
                after ? "on" : "off");
    return client.close() && how == playgate::status::ok && !before && after ? 0 : 1;
}
