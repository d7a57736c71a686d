// Asking whether a feature is on, in every way that there is, beside an empty call and a C++ map: with 200 permissions, in
// mixed order, alone and while another thread refreshes without pause.
#include "bench.h"

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

extern "C" {
int32_t empty_by_number(uint64_t client, uint32_t feature);
int32_t empty_by_name(uint64_t client, const char *name, size_t len);
}

namespace {

constexpr unsigned FEATURES = 200;
constexpr unsigned CALLS = 1024;
/// Reading the clock must cost next to nothing beside a batch.
constexpr unsigned TIMES = 16;
constexpr unsigned BATCHES = 40;

struct name_view {
    const char *text;
    size_t len;
};

uint32_t numbers[CALLS];
name_view names[CALLS];
char texts[FEATURES][32];

/// The function is called through a pointer, as a host does that has loaded the library by itself.
template <typename Function> __attribute__((noinline)) double by_number(Function function, uint64_t client)
{
    const double start = thread_ns();
    uint64_t sum = 0;
    for (unsigned time = 0; time < TIMES; time++) {
        for (const uint32_t number : numbers) {
            sum += static_cast<uint32_t>(function(client, number));
        }
    }
    keep(sum);
    return thread_ns() - start;
}

template <typename Function> __attribute__((noinline)) double by_name(Function function, uint64_t client)
{
    const double start = thread_ns();
    uint64_t sum = 0;
    for (unsigned time = 0; time < TIMES; time++) {
        for (const name_view &name : names) {
            sum += static_cast<uint32_t>(function(client, name.text, name.len));
        }
    }
    keep(sum);
    return thread_ns() - start;
}

__attribute__((noinline)) double by_table(const playgate_cell *table, uint32_t len)
{
    const double start = thread_ns();
    uint64_t sum = 0;
    for (unsigned time = 0; time < TIMES; time++) {
        for (const uint32_t number : numbers) {
            sum += static_cast<uint32_t>(playgate_table_allowed(table, len, number));
        }
    }
    keep(sum);
    return thread_ns() - start;
}

__attribute__((noinline)) double by_map(const std::unordered_map<std::string, bool> &map)
{
    const double start = thread_ns();
    uint64_t sum = 0;
    for (unsigned time = 0; time < TIMES; time++) {
        for (const name_view &name : names) {
            const auto found = map.find(name.text);
            sum += found != map.end() && found->second;
        }
    }
    keep(sum);
    return thread_ns() - start;
}

/// The batches' medians, each per call. The batches of all take turns, so that a busy moment hits all alike.
class Turns {
public:
    void add(const char *name, double batch_ns) { of(name).push_back(batch_ns / (CALLS * TIMES)); }

    void report_all()
    {
        for (auto &entry : all) {
            report(entry.first, median(entry.second.data(), entry.second.size()));
        }
    }

private:
    std::vector<double> &of(const char *name)
    {
        for (auto &entry : all) {
            if (entry.first == name) {
                return entry.second;
            }
        }
        all.emplace_back(name, std::vector<double>());
        return all.back().second;
    }

    std::vector<std::pair<const char *, std::vector<double>>> all;
};

} // namespace

int main()
{
    world own = {};
    size_t len[2];
    char *documents[2];
    for (unsigned version = 0; version < 2; version++) {
        documents[version] = session_document(FEATURES, version, &len[version]);
    }
    own.status = 200;
    own.body = documents[0];
    own.body_len = len[0];
    const playgate_client client = open_world(&own, "player");
    playgate_request request = 0;
    must_ok(playgate_client_adopt(client, documents[0], len[0], &request), "adopt");
    settle(client);

    std::unordered_map<std::string, bool> map;
    uint32_t number_of[FEATURES];
    for (unsigned i = 0; i < FEATURES; i++) {
        permission_name(texts[i], sizeof texts[i], i);
        must_ok(playgate_feature_intern(texts[i], &number_of[i]), "intern");
        map[texts[i]] = playgate_client_allowed(client, number_of[i]) == 1;
    }
    uint32_t mixed = 12345, allowed = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        mixed = mixed * 1664525 + 1013904223;
        const unsigned at = (mixed >> 16) % FEATURES;
        numbers[i] = number_of[at];
        names[i] = name_view{texts[at], std::strlen(texts[at])};
        allowed += map[texts[at]];
    }
    must(allowed > CALLS / 4 && allowed < CALLS, "features that are on and off");
    const playgate_cell *table = nullptr;
    uint32_t cells = 0;
    must_ok(playgate_client_table(client, &table, &cells), "table");

    decltype(&playgate_client_allowed) volatile allowed_pointer = playgate_client_allowed;
    decltype(&empty_by_number) volatile empty_pointer = empty_by_number;
    decltype(&playgate_client_allowed_by_name) volatile name_pointer = playgate_client_allowed_by_name;
    decltype(&empty_by_name) volatile empty_name_pointer = empty_by_name;
    playgate_memory_stats stats;
    playgate_memory_stats_init(&stats, sizeof stats);

    while (next_round()) {
        Turns turns;
        must_ok(playgate_get_memory_stats(&stats), "memory");
        const uint64_t before = stats.total_allocations;
        for (unsigned batch = 0; batch < BATCHES; batch++) {
            turns.add("empty", by_number(empty_pointer, client));
            turns.add("number", by_number(allowed_pointer, client));
            turns.add("table", by_table(table, cells));
            turns.add("empty_name", by_name(empty_name_pointer, client));
            turns.add("name", by_name(name_pointer, client));
            turns.add("map", by_map(map));
        }
        must_ok(playgate_get_memory_stats(&stats), "memory");
        must(stats.total_allocations == before, "no check allocates");

        // Another thread refreshes: a body that differs each time, read, compared, stored and made to count.
        std::atomic<bool> stop{false};
        std::atomic<unsigned> refreshes{0};
        std::thread writer([&] {
            for (unsigned i = 1; !stop.load(std::memory_order_relaxed); i++) {
                own.body = documents[i % 2];
                own.body_len = len[i % 2];
                playgate_request refresh = 0;
                must_ok(playgate_client_refresh_after_push(client, &refresh), "refresh");
                settle(client);
                refreshes.fetch_add(1, std::memory_order_relaxed);
            }
        });
        while (refreshes.load(std::memory_order_relaxed) < 10) {
            std::this_thread::yield();
        }
        const unsigned from = refreshes.load(std::memory_order_relaxed);
        for (unsigned batch = 0; batch < BATCHES * 4; batch++) {
            turns.add("empty_busy", by_number(empty_pointer, client));
            turns.add("number_busy", by_number(allowed_pointer, client));
            turns.add("table_busy", by_table(table, cells));
            turns.add("name_busy", by_name(name_pointer, client));
        }
        must(refreshes.load(std::memory_order_relaxed) > from + 2, "refreshes ran meanwhile");
        stop.store(true, std::memory_order_relaxed);
        writer.join();
        own.body = documents[0];
        own.body_len = len[0];
        must_ok(playgate_client_refresh_after_push(client, &request), "refresh");
        settle(client);
        turns.report_all();
        end_round();
    }
    must_ok(playgate_client_close(client, 1000), "close");
    return 0;
}
