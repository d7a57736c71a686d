/*
 * A host with a mistake, for ThreadSanitizer to find: a log hook counts lines without a lock, while threads of the game and
 * of the library write some. With "without" it counts them with one.
 */
#include <playgate.hpp>

#include <cstdio>
#include <mutex>
#include <thread>

namespace {

struct Log {
    bool has_lock = false;
    std::mutex lock{};
    long lines = 0;

    void write(playgate::log_level, std::string_view, std::string_view)
    {
        if (has_lock) {
            const std::lock_guard<std::mutex> guard(lock);
            ++lines;
        } else {
            ++lines;
        }
    }
};

constexpr const char session[] = R"({"sessionId":"s-1","status":"ACTIVE","permissions":[]})";

} // namespace

int main(int count, char **)
{
    static Log log;
    log.has_lock = count > 1;
    playgate::set_log(playgate::log_for(log, playgate::log_level::debug));
    auto live = [](const char *player) {
        playgate::client_options options;
        options.player = player;
        playgate::result<playgate::client> opened = playgate::client::open(options);
        bool is_done = false;
        for (int round = 0; round < 20; ++round) {
            is_done = false;
            opened->adopt(session, [&is_done](const playgate::completion &) { is_done = true; });
            while (!is_done) {
                opened->pump();
                std::this_thread::yield();
            }
        }
        opened->close();
    };
    std::thread one(live, "one");
    std::thread other(live, "other");
    one.join();
    other.join();
    playgate::shutdown();
    std::printf("%s, %s\n", log.lines > 0 ? "lines were written" : "no lines", log.has_lock ? "without a race" : "with one");
    return 0;
}
