// In C++: reads sessions, each freed by its owner, and turns failures into exceptions.
#include <playgate.h>

#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

void check(playgate_result result)
{
    if (result < 0) {
        throw std::runtime_error(playgate_last_error());
    }
}

class Session {
public:
    explicit Session(const std::string &json) { check(playgate_session_parse(json.data(), json.size(), &handle_)); }
    ~Session() { playgate_session_free(handle_); }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    playgate_access access(const char *feature) const
    {
        playgate_access access = PLAYGATE_ACCESS_UNAVAILABLE;
        check(playgate_session_access(handle_, feature, &access));
        return access;
    }

private:
    playgate_session handle_ = 0;
};

std::string session(bool is_on)
{
    return std::string(R"({"sessionId":"s-1","status":"ACTIVE","permissions":[{"name":"voice-chat","managedBy":"GUARDIAN",)") +
           R"("enabled":)" + (is_on ? "true" : "false") + "}]}";
}

} // namespace

int main()
{
    const Session off(session(false));
    const Session on(session(true));
    bool is_caught = false;
    try {
        const Session broken("{");
    } catch (const std::runtime_error &error) {
        is_caught = true;
        std::printf("playgate %s: %s\n", playgate_version(), error.what());
    }
    const bool is_right = off.access("voice-chat") == PLAYGATE_ACCESS_ASK_PARENT &&
                          on.access("voice-chat") == PLAYGATE_ACCESS_ALLOWED;
    return is_right && is_caught ? 0 : 1;
}
