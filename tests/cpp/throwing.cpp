/*
 * Where the game uses exceptions: one that a handler throws comes out of the pump, the event counts as told, and everything
 * goes on. Compiled with exceptions only.
 */
#include "check.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace {

void through_the_pump()
{
    playgate::client client = open_client(options_for("kim", {}));
    const auto alive = std::make_shared<int>(0);
    int told = 0;
    playgate::subscription throws =
        client.on_completed([alive](const playgate::completion &) { throw std::runtime_error("a handler"); });
    const playgate::subscription counts = client.on_completed([&told](const playgate::completion &) { ++told; });
    for (const bool by_function : {true, false}) {
        client.flush([by_function, alive](const playgate::completion &) {
            if (by_function) {
                throw std::runtime_error("a function");
            }
        });
        std::string caught;
        const std::uint64_t deadline = deadline_ms(20000);
        while (caught.empty() && time_left(deadline) != 0) {
            try {
                client.pump();
            } catch (const std::runtime_error &error) {
                caught = error.what();
            }
        }
        CHECK_TEXT(caught, by_function ? "a function" : "a handler");
    }
    CHECK_EQ(told, 0);
    throws.reset();
    CHECK_EQ(alive.use_count(), 1);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.flush(std::move(done)); }).status, playgate::status::ok);
    CHECK_EQ(told, 1);

    // Out of a close too: it is closed, and the rest is called by the next close.
    int called = 0;
    client.flush([&called](const playgate::completion &) {
        ++called;
        throw std::runtime_error("at the end");
    });
    client.flush([&called](const playgate::completion &) { ++called; });
    bool has_thrown = false;
    try {
        client.close();
    } catch (const std::runtime_error &) {
        has_thrown = true;
    }
    CHECK(has_thrown && !client);
    CHECK_STATUS(client.close(), ok);
    CHECK_EQ(called, 2);
}

} // namespace

int main()
{
    through_the_pump();
    return finish_with_all_memory_freed();
}
