/*
 * Runs tests/vectors from C++: what a session allows, what changed between two, and what is refused. The arrays come from
 * the generated vectors.inc, whose form is described in tests/c/README.md.
 */
#include "check.hpp"

#include <cstddef>

namespace {

struct vector_bytes {
    const unsigned char *bytes;
    std::size_t len;
};

struct vector_decision {
    const char *feature;
    playgate_access access;
    playgate_reason reason;
    playgate_next_step next_step;
    const char *managed_by;
    std::uint32_t age_threshold;
};

struct vector_session {
    const char *name;
    vector_bytes session;
    vector_bytes json;
    const vector_decision *cases;
    std::size_t case_count;
};

struct vector_change {
    playgate_change_kind kind;
    const char *permission;
    playgate_direction direction;
};

struct vector_comparison {
    const char *name;
    vector_bytes before;
    vector_bytes after;
    vector_bytes json;
    const vector_change *changes;
    std::size_t change_count;
};

struct vector_part {
    vector_bytes bytes;
    std::size_t times;
};

struct vector_error {
    const char *name;
    const vector_part *parts;
    std::size_t part_count;
    int is_ok;
    const char *const *contains;
    std::size_t contains_count;
    const char *const *must_not;
    std::size_t must_not_count;
};

const unsigned char vector_empty[] = {0};

#if defined(__clang__)
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Wzero-as-null-pointer-constant" // The arrays are written for C.
#endif
#include "vectors.inc"
#if defined(__clang__)
#  pragma clang diagnostic pop
#endif

std::string_view text_of(const vector_bytes &bytes)
{
    return bytes.bytes != nullptr ? std::string_view(reinterpret_cast<const char *>(bytes.bytes), bytes.len)
                                  : std::string_view();
}

playgate::session parse(const vector_bytes &document)
{
    if (document.bytes == nullptr) {
        return playgate::session();
    }
    playgate::result<playgate::session> read = playgate::session::parse(text_of(document));
    CHECK_STATUS(read, ok);
    CHECK(*read);
    return *std::move(read);
}

playgate::managed_by manager_of(std::string_view word)
{
    if (word == "PLAYER") {
        return playgate::managed_by::player;
    }
    if (word == "GUARDIAN") {
        return playgate::managed_by::guardian;
    }
    return word == "PROHIBITED" ? playgate::managed_by::prohibited : playgate::managed_by::unknown;
}

/// The permission with that name in the session's list says the same.
void check_listed(const playgate::session &session, const vector_decision &expected)
{
    const playgate::result<playgate::session_info> info = session.info();
    CHECK_STATUS(info, ok);
    if (!info->is_in_force) {
        CHECK_EQ(expected.access, PLAYGATE_ACCESS_UNAVAILABLE);
        return;
    }
    for (const playgate::permission &one : session.permissions()) {
        if (one.name == expected.feature) {
            CHECK_TEXT(one.managed_by_text, expected.managed_by);
            CHECK_EQ(one.managed_by, manager_of(expected.managed_by));
            CHECK_EQ(one.age_threshold, expected.age_threshold);
            return;
        }
    }
    CHECK_TEXT(expected.managed_by, "");
    CHECK_EQ(expected.access, PLAYGATE_ACCESS_UNAVAILABLE);
}

void run_session(const vector_session &vector)
{
    const playgate::session session = parse(vector.session);
    if (vector.json.bytes != nullptr) {
        CHECK(session.json() == text_of(vector.json));
    }
    for (std::size_t i = 0; i < vector.case_count; ++i) {
        const vector_decision &expected = vector.cases[i];
        const playgate::result<playgate::decision> decided = session.decide(expected.feature);
        CHECK_STATUS(decided, ok);
        CHECK_EQ(session.access_of(expected.feature), expected.access);
        CHECK_EQ(decided->access, expected.access);
        CHECK_EQ(decided->is_allowed(), expected.access == PLAYGATE_ACCESS_ALLOWED);
        CHECK_EQ(decided->reason, expected.reason);
        CHECK_EQ(decided->next_step, expected.next_step);
        CHECK_EQ(decided->managed_by, manager_of(expected.managed_by));
        CHECK_EQ(decided->age_threshold, expected.age_threshold);
        CHECK_EQ(decided->freshness, playgate::freshness::cached);
        CHECK_EQ(decided->text.empty(), expected.access == PLAYGATE_ACCESS_ALLOWED);
        check_listed(session, expected);
    }
}

void run_comparison(const vector_comparison &vector)
{
    playgate::result<playgate::changes> compared = playgate::status::internal;
    {
        const playgate::session before = parse(vector.before);
        const playgate::session after = parse(vector.after);
        compared = playgate::compare(before, after);
    }
    // Changes live without the sessions that they came from.
    CHECK_STATUS(compared, ok);
    CHECK_EQ(compared->size(), vector.change_count);
    std::size_t at = 0;
    for (const playgate::change &change : *compared) {
        if (at < vector.change_count) {
            CHECK_EQ(change.kind, vector.changes[at].kind);
            CHECK_EQ(change.direction, vector.changes[at].direction);
            CHECK_TEXT(change.permission, vector.changes[at].permission);
        }
        ++at;
    }
    CHECK_EQ(at, vector.change_count);
    const playgate::changes &changes = *compared;
    CHECK_STATUS(changes.at(at), not_found);
    CHECK(changes.json() == text_of(vector.json));
}

void run_error(const vector_error &vector)
{
    std::string document;
    for (std::size_t i = 0; i < vector.part_count; ++i) {
        for (std::size_t time = 0; time < vector.parts[i].times; ++time) {
            document.append(text_of(vector.parts[i].bytes));
        }
    }
    const playgate::result<playgate::session> read = playgate::session::parse(document);
    if (vector.is_ok != 0) {
        CHECK_STATUS(read, ok);
        CHECK(*read);
        return;
    }
    CHECK(!read && is_failure(read.status()) && !*read);
    const std::string said(playgate::last_error());
    for (std::size_t i = 0; i < vector.contains_count; ++i) {
        CHECK(said.find(vector.contains[i]) != std::string::npos);
    }
    for (std::size_t i = 0; i < vector.must_not_count; ++i) {
        CHECK(said.find(vector.must_not[i]) == std::string::npos);
    }
}

template <class Vector>
void run_all(const Vector *vectors, std::size_t count, void (*run)(const Vector &))
{
    for (std::size_t i = 0; i < count; ++i) {
        const int failed_before = failures();
        run(vectors[i]);
        if (failures() != failed_before) {
            std::printf("    in the case \"%s\"\n", vectors[i].name);
        }
    }
}

} // namespace

int main()
{
    run_all(vector_sessions, vector_sessions_count, run_session);
    run_all(vector_comparisons, vector_comparisons_count, run_comparison);
    run_all(vector_errors, vector_errors_count, run_error);
    // The fewest cases that count as having run them.
    CHECK(vector_sessions_count + vector_comparisons_count >= 60);
    CHECK(vector_errors_count >= 20);
    return finish_with_all_memory_freed();
}
