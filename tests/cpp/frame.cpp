/*
 * The frame path allocates nothing, neither in C++ nor in the library; and the header in two files of one program.
 */
#include "check.hpp"
#include "frame_second.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace {

/// How often this thread asked for memory: in C++, and in the library.
thread_local long news = 0;
thread_local long library_news = 0;

void *allocate(std::size_t size) noexcept
{
    ++news;
    return std::malloc(size != 0 ? size : 1);
}

/// The library's memory.
struct Memory {
    void *allocate(std::size_t size, std::size_t align) const noexcept
    {
        ++library_news;
        void *memory = nullptr;
        return posix_memalign(&memory, std::max(align, sizeof(void *)), size) == 0 ? memory : nullptr;
    }
    void deallocate(void *memory, std::size_t, std::size_t) const noexcept { std::free(memory); }
};

} // namespace

// The whole program's. The others call these.
void *operator new(std::size_t size)
{
    void *const memory = allocate(size);
    require(memory != nullptr ? 1 : 0, "there is memory");
    return memory;
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return allocate(size);
}
void operator delete(void *memory) noexcept
{
    std::free(memory);
}
void operator delete(void *memory, std::size_t size) noexcept;
void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void *memory, const std::nothrow_t &) noexcept
{
    std::free(memory);
}

namespace {

long allocations() noexcept
{
    return news + library_news;
}

void frames_allocate_nothing()
{
    playgate::client client = open_client(options_for("kim", {}));
    const playgate::feature voice = feature_of("voice-chat");
    int events = 0;
    int ends = 0;
    const playgate::subscription all =
        client.on(playgate::event_type::none, [&events](const playgate::event &what) { events += what.text.empty() ? 1 : 2; });
    const playgate::subscription changes = client.on_session_changed([&events] { ++events; });
    adopt(client, session_of("t1", permission("voice-chat", true, "GUARDIAN")));
    // The count sees what allocates.
    const long before_session = allocations();
    CHECK(client.session());
    CHECK(allocations() > before_session);
    const long before_handler = news;
    client.on_completed([](const playgate::completion &) {}).reset();
    CHECK(news > before_handler);

    for (int round = 0; round < 20; ++round) {
        // A request's function takes no memory of C++ either.
        const long before_request = news;
        client.flush([&ends](const playgate::completion &) { ++ends; });
        CHECK_EQ(news, before_request);
        const std::uint64_t deadline = deadline_ms(20000);
        while (ends == round && time_left(deadline) != 0) {
            const long before = allocations();
            client.pump();
            bool is_allowed = client.is_allowed(voice);
            is_allowed = is_allowed && client.access_of(voice) == playgate::access::allowed;
            is_allowed = is_allowed && client.table().is_allowed(voice) && second_is_allowed(client, voice);
            is_allowed = is_allowed && client.game_session_state() == playgate::game_session_state::idle;
            CHECK_EQ(allocations() - before, 0);
            CHECK(is_allowed);
        }
        CHECK_EQ(ends, round + 1);
    }
    CHECK(events > 20);
    const long before = allocations();
    for (int frame = 0; frame < 10000; ++frame) {
        client.pump();
        (void)client.is_allowed(voice);
    }
    CHECK_EQ(allocations() - before, 0);
}

/// Both files mean the same objects and the same types.
void one_definition()
{
    CHECK(second_capacity() == &playgate::function_capacity);
    playgate::result<playgate::client> made = second_client("kim");
    CHECK_STATUS(made, ok);
    playgate::client client = *std::move(made);
    int ends = 0;
    CHECK_STATUS(second_flush(client, [&ends](const playgate::completion &) { ++ends; }), ok);
    CHECK(pump_until(client, [&] { return ends == 1; }));
}

} // namespace

int main()
{
    Memory memory;
    CHECK_STATUS(playgate::set_allocator(playgate::allocator_for(memory)), ok);
    frames_allocate_nothing();
    one_definition();
    return finish_with_all_memory_freed();
}
