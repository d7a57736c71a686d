// A refresh whose answer differs: the body is read, compared with what the player was told, and made to count in the decision
// table. Beside it nlohmann/json with an unordered_map, which makes the guide's list of changes and a map of answers. The
// documents are written to the folder that is given, for the guide's own algorithm in JavaScript.
//
// Storing is left out: every step of a pump in which the storage was called.
#include "bench.h"

#include <malloc.h>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

/// The longest step of a pump since this was 0, one that stores included.
double longest = 0;

/// Pumps piece by piece until nothing is left; the time of all pieces but those that store.
double pump_all(const world &own, playgate_client client)
{
    double spent = 0;
    for (;;) {
        const uint64_t writes = own.writes;
        const double start = thread_ns();
        const playgate_result result = playgate_client_pump(client, 0);
        const double took = thread_ns() - start;
        spent += own.writes != writes ? 0 : took;
        longest = took > longest ? took : longest;
        if (result == PLAYGATE_OK) {
            return spent;
        }
        must(result == PLAYGATE_PENDING, "a pump goes on");
    }
}

void drop_events(playgate_client client)
{
    playgate_event event;
    playgate_event_init(&event, sizeof event);
    while (playgate_client_next_event(client, &event) == PLAYGATE_OK) {
    }
}

/// One refresh with that body; what it cost without storing.
double refresh(world *own, playgate_client client, uint32_t status, const std::string &body, const char *etag)
{
    own->status = status;
    own->body = body.data();
    own->body_len = body.size();
    own->etag = etag;
    playgate_request request = 0;
    must_ok(playgate_client_refresh_after_push(client, &request), "refresh");
    return pump_all(*own, client);
}

/// The changes since the player was last told, as the guide's list; what that cost.
double changes(playgate_client client, size_t *out_count)
{
    const double start = thread_ns();
    playgate_changes found = 0;
    must_ok(playgate_client_changes(client, &found), "changes");
    must_ok(playgate_changes_count(found, out_count), "count");
    must_ok(playgate_changes_free(found), "free");
    return thread_ns() - start;
}

void acknowledge(const world &own, playgate_client client)
{
    playgate_notice notice = 0;
    if (playgate_client_notice(client, &notice) == PLAYGATE_OK) {
        playgate_request request = 0;
        must_ok(playgate_notice_free(notice), "free");
        must_ok(playgate_client_acknowledge(client, &request), "acknowledge");
    }
    pump_all(own, client);
    drop_events(client);
}

/// What a studio would write in C++.
class Cpp {
public:
    size_t refresh(const std::string &body)
    {
        auto document = nlohmann::json::parse(body);
        auto session = std::move(document["session"]);
        size_t count = 0;
        std::unordered_map<std::string, bool> answers;
        std::unordered_map<std::string, const nlohmann::json *> index;
        for (const auto &old : held["permissions"]) {
            index[old["name"].get_ref<const std::string &>()] = &old;
        }
        std::vector<nlohmann::json> list;
        for (const auto &now : session["permissions"]) {
            const auto &name = now["name"].get_ref<const std::string &>();
            answers[name] = now["enabled"].get<bool>();
            const auto found = index.find(name);
            if (found == index.end()) {
                list.push_back({{"type", "added"}, {"permission", name}, {"enabled", now["enabled"]}});
            } else if ((*found->second)["enabled"] != now["enabled"]) {
                list.push_back({{"type", now["enabled"].get<bool>() ? "enabled" : "disabled"},
                                {"permission", name},
                                {"previousState", (*found->second)["enabled"]}});
            } else if ((*found->second)["managedBy"] != now["managedBy"]) {
                list.push_back({{"type", "management_changed"},
                                {"permission", name},
                                {"previousManagedBy", (*found->second)["managedBy"]},
                                {"newManagedBy", now["managedBy"]}});
            }
        }
        count = list.size();
        held = std::move(session);
        allowed = std::move(answers);
        return count;
    }

private:
    nlohmann::json held = {{"permissions", nlohmann::json::array()}};
    std::unordered_map<std::string, bool> allowed;
};

} // namespace

int main(int argc, char **argv)
{
    must(argc == 3, "arguments: the number of permissions, the folder for documents");
    const unsigned count = static_cast<unsigned>(std::atoi(argv[1]));
    const unsigned times = 4000 / count < 4 ? 4 : 4000 / count * 2;
    std::string bodies[2], one_change;
    size_t sizes[2];
    for (unsigned version = 0; version < 2; version++) {
        char *session = session_document(count, version, &sizes[version]);
        bodies[version] = std::string("{\"hasChanged\":true,\"session\":") + session + "}";
        std::free(session);
        FILE *file = std::fopen((std::string(argv[2]) + "/body-" + argv[1] + "-" + std::to_string(version) + ".json").c_str(), "wb");
        must(file != nullptr && std::fwrite(bodies[version].data(), bodies[version].size(), 1, file) == 1, "a document is written");
        (void)std::fclose(file);
    }
    one_change = bodies[0];
    const size_t middle = one_change.find("\"enabled\":true", one_change.size() / 2);
    must(middle != std::string::npos, "a permission that is on");
    one_change.replace(middle, 14, "\"enabled\":false");
    one_change.replace(one_change.find("e-0"), 3, "e-9");

    world own = {};
    own.status = 200;
    own.body = bodies[0].data();
    own.body_len = bodies[0].size();
    own.etag = "\"e-0\"";
    const playgate_client client = open_world(&own, "player");
    for (unsigned i = 0; i < count && i < 1000; i++) {
        char name[32];
        uint32_t number = 0;
        permission_name(name, sizeof name, i);
        must_ok(playgate_feature_intern(name, &number), "intern");
    }
    Cpp cpp;
    cpp.refresh(bodies[0]);
    pump_all(own, client);
    refresh(&own, client, 200, bodies[0], "\"e-0\"");
    acknowledge(own, client);
    std::vector<char> copy(bodies[0].size());

    while (next_round()) {
        std::vector<double> full, cpp_full, again, not_modified, single, memcpies, comparing, steps;
        std::vector<size_t> all_found;
        for (unsigned i = 1; i <= times; i++) {
            const std::string &body = bodies[i % 2];
            const char *etag = i % 2 ? "\"e-1\"" : "\"e-0\"";
            longest = 0;
            double spent = refresh(&own, client, 200, body, etag);
            steps.push_back(longest);
            size_t found = 0;
            const double compared = changes(client, &found);
            comparing.push_back(compared);
            full.push_back(spent + compared);
            acknowledge(own, client);
            all_found.push_back(found);
        }
        // Not in turn with the library: the next large allocation would put its thousands of freed pieces in order.
        for (unsigned i = 1; i <= times; i++) {
            const double start = thread_ns();
            const size_t expected = cpp.refresh(bodies[i % 2]);
            cpp_full.push_back(thread_ns() - start);
            // The library tells of removed ones as well.
            must(all_found[i - 1] >= expected && expected >= count / 12, "the changes of both agree");
        }
        (void)malloc_trim(0);
        for (unsigned i = 0; i < times * 4; i++) {
            again.push_back(refresh(&own, client, 200, bodies[0], "\"e-0\""));
            drop_events(client);
            not_modified.push_back(refresh(&own, client, 304, bodies[0], "\"e-0\""));
            drop_events(client);
            const double start = thread_ns();
            for (int j = 0; j < 8; j++) {
                std::memcpy(copy.data(), bodies[0].data(), copy.size());
                keep(reinterpret_cast<uintptr_t>(copy.data()));
            }
            memcpies.push_back((thread_ns() - start) / 8);
        }
        for (unsigned i = 0; i < times; i++) {
            double spent = refresh(&own, client, 200, one_change, "\"e-9\"");
            size_t found = 0;
            spent += changes(client, &found);
            must(found == 1, "one change is found");
            single.push_back(spent);
            refresh(&own, client, 200, bodies[0], "\"e-0\"");
            drop_events(client);
        }
        const std::string of = "_" + std::string(argv[1]);
        const auto tell = [&](const char *name, std::vector<double> &values) {
            report((name + of).c_str(), median(values.data(), values.size()));
        };
        tell("refresh", full);
        tell("compare", comparing);
        tell("step", steps);
        report(("frame" + of).c_str(), 1e9 / 120);
        tell("cpp", cpp_full);
        tell("single", single);
        tell("again", again);
        tell("not_modified", not_modified);
        tell("memcpy", memcpies);
        report(("body" + of).c_str(), median(again.data(), again.size()) - median(not_modified.data(), not_modified.size()));
        end_round();
    }
    must_ok(playgate_client_close(client, 1000), "close");
    return 0;
}
