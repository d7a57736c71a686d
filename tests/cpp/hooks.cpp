/*
 * The game's own objects as hooks: HTTP, storage, clock, random bytes, threads, log and allocator, with typed functions.
 */
#include "check.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace {

using playgate::status;

std::string voice(bool is_on)
{
    return session_of(is_on ? "t1" : "t2", permission("voice-chat", is_on, "GUARDIAN"));
}

/// Answers from memory: at once, or when it is told to.
class Transport {
public:
    void start(playgate::http_exchange exchange, const playgate::http_request &request)
    {
        urls += std::string(request.method) + " " + std::string(request.url) + ";";
        CHECK(request.timeout.count() > 0);
        for (const playgate::http_header &header : request.headers) {
            has_token = has_token || std::string_view(header.value) == std::string("Bearer ") + token;
        }
        has_body = has_body || !request.body.empty();
        if (holds) {
            held.push_back(exchange);
        } else if (fails) {
            fail(exchange);
        } else {
            answer(exchange);
        }
    }
    void cancel(playgate::http_exchange exchange)
    {
        CHECK(exchange.number != 0);
        ++cancelled;
    }
    void answer(playgate::http_exchange exchange)
    {
        playgate::http_response response;
        const std::string body = R"({"hasChanged":true,"session":)" + voice(is_on) + "}";
        const playgate::http_header type = {"Content-Type", "application/json"};
        response.http_status = 200;
        response.headers = {&type, 1};
        response.body = body;
        CHECK_STATUS(exchange.complete(response), ok);
        // A second time nothing happens.
        CHECK_STATUS(exchange.complete(response), invalid_handle);
    }
    static void fail(playgate::http_exchange exchange)
    {
        playgate::http_response none;
        none.status = status::tls;
        none.text = std::string_view("no\0", 3);
        CHECK_STATUS(exchange.complete(none), invalid_argument);
        none.text = "nobody trusts it";
        CHECK_STATUS(exchange.complete(none), ok);
    }

    std::string urls{};
    std::vector<playgate::http_exchange> held{};
    bool has_token = false;
    bool has_body = false;
    bool is_on = true;
    bool holds = false;
    bool fails = false;
    int cancelled = 0;
};

/// Keeps records in memory.
class Storage {
public:
    void read(playgate::storage_operation operation, std::string_view key)
    {
        const auto found = records.find(std::string(key));
        if (found == records.end()) {
            CHECK_STATUS(operation.complete(status::not_found), ok);
        } else {
            CHECK_STATUS(operation.complete(status::ok, found->second), ok);
        }
        CHECK_STATUS(operation.complete(status::not_found), invalid_handle);
    }
    void write(playgate::storage_operation operation, std::string_view key, playgate::bytes stored)
    {
        records[std::string(key)].assign(stored.data, stored.data + stored.size);
        CHECK_STATUS(operation.complete(status::ok), ok);
    }
    void remove(playgate::storage_operation operation, std::string_view key)
    {
        records.erase(std::string(key));
        CHECK_STATUS(operation.complete(status::ok), ok);
    }

    std::map<std::string, std::vector<std::uint8_t>> records{};
};

/// A clock that the test moves.
struct Clock {
    std::atomic<std::int64_t> moved{0};
    std::int64_t wall_ms() const noexcept { return 1790000000000 + moved; }
    std::uint64_t monotonic_ms() const noexcept { return 1000U + static_cast<std::uint64_t>(moved.load()); }
    std::int32_t utc_offset_s() const noexcept { return 3600; }
};

/// Bytes that are not random at all.
struct Random {
    std::atomic<int> calls{0};
    bool fill(std::uint8_t *data, std::size_t size) noexcept
    {
        for (std::size_t at = 0; at < size; ++at) {
            data[at] = static_cast<std::uint8_t>(++calls);
        }
        return true;
    }
};

struct Threads {
    std::atomic<int> started_count{0};
    std::mutex lock{};
    std::string names{};
    void started(std::string_view name)
    {
        const std::lock_guard<std::mutex> guard(lock);
        names += std::string(name) + ";";
        ++started_count;
    }
};

struct Log {
    std::mutex lock{};
    int lines = 0;
    int wrong = 0;
    void write(playgate::log_level level, std::string_view target, std::string_view text)
    {
        const std::lock_guard<std::mutex> guard(lock);
        ++lines;
        const bool is_bad = level < playgate::log_level::error || level > playgate::log_level::debug || target.empty();
        wrong += is_bad || text.find("lanted") != std::string_view::npos ? 1 : 0;
    }
};

struct Memory {
    std::atomic<long> live{0};
    std::atomic<long> given{0};
    void *allocate(std::size_t size, std::size_t align) noexcept
    {
        ++live;
        ++given;
        void *memory = nullptr;
        return posix_memalign(&memory, std::max(align, sizeof(void *)), size) == 0 ? memory : nullptr;
    }
    void deallocate(void *memory, std::size_t, std::size_t) noexcept
    {
        --live;
        std::free(memory);
    }
};

void without_threads()
{
    Transport http;
    Storage files;
    Clock clock;
    Random random;
    const playgate_transport_hook transport = playgate::transport_for(http);
    const playgate_storage_hook storage = playgate::storage_for(files);
    const playgate_clock_hook clock_hook = playgate::clock_for(clock);
    const playgate_random_hook random_hook = playgate::random_for(random);
    playgate::client_options options = options_for("kim", "https://studio.example");
    options.transport = &transport;
    options.storage = &storage;
    options.clock = &clock_hook;
    options.random = &random_hook;
    options.no_threads = true;
    {
        playgate::client client = open_client(options);
        CHECK(pump_until(client, [&] { return client.is_allowed(feature_of("voice-chat")); }));
        CHECK(http.has_token && http.urls.find("GET https://studio.example/api/session;") == 0);
        CHECK(random.calls > 0 && !files.records.empty());
        http.holds = true;
        http.is_on = false;
        clock.moved += 60000;
        int ended = 0;
        CHECK_STATUS(client.refresh([&ended](const playgate::completion &) { ++ended; }), ok);
        CHECK(pump_until(client, [&] { return !http.held.empty(); }));
        CHECK_EQ(ended, 0);
        http.answer(http.held.front());
        CHECK(pump_until(client, [&] { return ended == 1; }));
        CHECK(!client.is_allowed(feature_of("voice-chat")));
        // Without a response: why there is none. It is tried again for a while.
        http.held.clear();
        http.holds = false;
        http.fails = true;
        client.refresh_after_push([&ended](const playgate::completion &end) {
            CHECK_EQ(end.status, status::tls);
            ++ended;
        });
        const auto later = [&clock] { clock.moved += 1000; };
        CHECK(pump_until(client, [&] { later(); return ended == 2; }));
        http.fails = false;
        http.holds = true;
        const playgate::result<playgate::request_id> last = client.refresh_after_push();
        CHECK(pump_until(client, [&] { later(); return !http.held.empty(); }));
        CHECK_STATUS(client.cancel(*last), ok);
        CHECK_STATUS(client.close(), ok);
        CHECK(http.cancelled > 0);
    }
    // What is stored is found again, without the network.
    options.network_allowed = false;
    playgate::client again = open_client(options);
    CHECK(again.session()->access_of("voice-chat") == playgate::access::ask_parent);
    CHECK_STATUS(again.close(), ok);

    playgate::store_options store_options;
    store_options.storage = &storage;
    store_options.random = &random_hook;
    const playgate::result<playgate::store> store = playgate::store::open(store_options);
    CHECK_STATUS(store, ok);
    CHECK_EQ(store->load("kim")->access_of("voice-chat"), playgate::access::ask_parent);
}

void with_threads(Threads &threads)
{
    playgate_thread_options thread_options = playgate::threads_for(threads);
    thread_options.name = "game";
    playgate::client_options options = options_for("kim", {});
    options.threads = &thread_options;
    const playgate::http_header own = {"X-Gateway", "7"};
    options.extra_headers = {&own, 1};
    playgate::client client = open_client(options);
    adopt(client, voice(true));
    CHECK(threads.started_count > 0);
    const std::lock_guard<std::mutex> guard(threads.lock);
    CHECK(threads.names.find("game") == 0);
}

/// In an ordinary build all of it says so; mock.cpp has the others.
void the_mock_where_there_is_none()
{
    if ((playgate::build_flags() & PLAYGATE_BUILD_MOCK) != 0) {
        return;
    }
    CHECK_STATUS(playgate::mock::create(), unsupported);
    playgate::mock none;
    CHECK(is_failure(none.transport().status()) && is_failure(none.answer("GET", "*", 200, "{}").status()));
    CHECK(is_failure(none.answer_once("GET", "*", 200, "{}").status()) && is_failure(none.hold("GET", "*").status()));
    CHECK(is_failure(none.fail("GET", "*", status::tls).status()) && is_failure(none.let_go().status()));
    CHECK(is_failure(none.clear().status()) && is_failure(none.serve_session("{}").status()) && none.count() == 0);
    CHECK(is_failure(static_cast<const playgate::mock &>(none).request_at(0).status()));
}

} // namespace

int main()
{
    Memory memory;
    Log log;
    Threads threads;
    CHECK_STATUS(playgate::set_allocator(playgate::allocator_for(memory)), ok);
    CHECK_STATUS(playgate::set_log(playgate::log_for(log, playgate::log_level::debug)), ok);
    CHECK_STATUS(playgate::set_log(playgate::log_for(log)), invalid_state);
    CHECK_STATUS(playgate::set_allocator(playgate::allocator_for(memory)), invalid_state);
    without_threads();
    with_threads(threads);
    the_mock_where_there_is_none();
    {
        const std::lock_guard<std::mutex> guard(log.lock);
        CHECK(log.lines > 0);
        CHECK_EQ(log.wrong, 0);
    }
    CHECK(memory.given > 0);
    const int code = finish_with_all_memory_freed();
    return memory.live == 0 ? code : 1;
}
