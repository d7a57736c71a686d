/*
 * Objects that are empty, moved from, closed twice, or outlived by what came from them are harmless, and deny; functions
 * are called exactly once or not at all; handlers may end themselves, each other and their client.
 */
#include "check.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using playgate::client;
using playgate::completion;
using playgate::status;

// What owns something is moved, never copied, and never turned into another kind.
template <class T>
constexpr bool is_owner = !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                          std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                          std::is_nothrow_default_constructible_v<T> && std::is_nothrow_destructible_v<T>;
static_assert(is_owner<client> && is_owner<playgate::session> && is_owner<playgate::changes> && is_owner<playgate::notice>);
static_assert(is_owner<playgate::challenge> && is_owner<playgate::store> && is_owner<playgate::mock>);
static_assert(is_owner<playgate::subscription> && is_owner<playgate::completion_function>);
static_assert(!std::is_convertible_v<playgate::session, playgate::notice> &&
              !std::is_assignable_v<playgate::session &, playgate::store>);
// What calls nobody throws nothing.
static_assert(noexcept(std::declval<const client &>().is_allowed(playgate::feature())));
static_assert(noexcept(std::declval<client &>().refresh()) && noexcept(std::declval<client &>().pump_only()));
static_assert(!noexcept(std::declval<client &>().pump()) && !noexcept(std::declval<client &>().close()));

std::string session_json()
{
    return session_of("t1", permission("voice-chat", true, "GUARDIAN"));
}

client with_session(const char *player)
{
    client opened = open_client(options_for(player, {}));
    adopt(opened, session_json());
    CHECK(opened.is_allowed(feature_of("voice-chat")));
    return opened;
}

/// All that can be asked of a client, none of which it may answer with yes.
void check_denies(client &gone)
{
    const playgate::feature voice = feature_of("voice-chat");
    const playgate::challenge no_challenge;
    int called = 0;
    const auto never = [&called](const completion &) { ++called; };
    CHECK(!gone && gone.native() == 0);
    CHECK(!gone.is_allowed(voice) && !gone.table() && !gone.table().is_allowed(voice));
    CHECK_EQ(gone.access_of(voice), playgate::access::unavailable);
    CHECK(!gone.decide(voice)->is_allowed());
    CHECK_STATUS(gone.decide(voice), invalid_handle);
    CHECK_STATUS(gone.session(), invalid_handle);
    CHECK_STATUS(gone.changes(), invalid_handle);
    CHECK_STATUS(gone.notice(), invalid_handle);
    CHECK_STATUS(gone.pump(), invalid_handle);
    CHECK_STATUS(gone.pump_only(), invalid_handle);
    CHECK_STATUS(gone.next_event(), invalid_handle);
    CHECK_STATUS(gone.acknowledge(never), invalid_handle);
    CHECK_STATUS(gone.adopt(session_json(), never), invalid_handle);
    CHECK_STATUS(gone.refresh(never), invalid_handle);
    CHECK_STATUS(gone.refresh_after_push(never), invalid_handle);
    CHECK_STATUS(gone.forget(never), invalid_handle);
    CHECK_STATUS(gone.flush(never), invalid_handle);
    CHECK_STATUS(gone.request_permission(voice, never), invalid_handle);
    CHECK_STATUS(gone.request_permission(voice, playgate::age_signal(), never), invalid_handle);
    CHECK_STATUS(gone.renew_code(no_challenge, never), invalid_handle);
    CHECK_STATUS(gone.email_parent(no_challenge, {}, {}, never), invalid_handle);
    CHECK_STATUS(gone.check_challenge(no_challenge, never), invalid_handle);
    CHECK_STATUS(gone.cancel_challenge(no_challenge, never), invalid_handle);
    CHECK_STATUS(gone.switch_feature(voice, true, never), invalid_handle);
    CHECK_STATUS(gone.end_game_session(never), invalid_handle);
    CHECK_STATUS(gone.cancel(playgate::request_id{7}), invalid_handle);
    CHECK_STATUS(gone.challenge_about(voice), invalid_handle);
    CHECK_STATUS(gone.challenge_at(0), invalid_handle);
    CHECK_STATUS(gone.set_token("token"), invalid_handle);
    CHECK_STATUS(gone.set_network_allowed(true), invalid_handle);
    CHECK_STATUS(gone.set_online(true), invalid_handle);
    CHECK_STATUS(gone.suspend(), invalid_handle);
    CHECK_STATUS(gone.resume(), invalid_handle);
    CHECK_TEXT(gone.diagnostics(), "");
    CHECK_STATUS(gone.set_game_session_token("token"), invalid_handle);
    CHECK_EQ(gone.game_session_state(), playgate::game_session_state::idle);
    CHECK(is_failure(gone.override_feature(voice, playgate::access::allowed).status()));
    CHECK(is_failure(gone.clear_overrides().status()));
    CHECK(!gone.on(playgate::event_type::none, [](const playgate::event &) {}));
    CHECK_STATUS(gone.stop(), invalid_handle);
    CHECK_STATUS(gone.close(), ok);
    CHECK_EQ(called, 0);
}

void empty_moved_and_closed()
{
    client empty;
    check_denies(empty);
    client first = with_session("kim");
    client second = std::move(first);
    CHECK(second.is_allowed(feature_of("voice-chat")));
    check_denies(first);
    first = std::move(second);
    CHECK(first.is_allowed(feature_of("voice-chat")));
    check_denies(second);
    client &same = first;
    first = std::move(same);
    CHECK(first.is_allowed(feature_of("voice-chat")));
    CHECK_STATUS(first.close(), ok);
    check_denies(first);
    CHECK_STATUS(first.close(), ok);
    // Assigned to, a client is closed: its record is free again.
    first = with_session("kim");
    first = client();
    check_denies(first);
    client again = with_session("kim");
    CHECK(again);
}

/// The table is the player's: a closed client does not answer as the next one does.
void a_closed_client_beside_an_open_one()
{
    client old = with_session("kim");
    const playgate::decision_table table = old.table();
    CHECK(table.is_allowed(feature_of("voice-chat")));
    CHECK_STATUS(old.close(), ok);
    CHECK(!table.is_allowed(feature_of("voice-chat")));
    client fresh = with_session("kim");
    CHECK(fresh.is_allowed(feature_of("voice-chat")));
    check_denies(old);
    // A table follows whichever client of the player is open.
    CHECK(table.is_allowed(feature_of("voice-chat")));
}

void what_came_from_a_client_outlives_it()
{
    std::optional<client> one(with_session("kim"));
    playgate::result<playgate::session> session = one->session();
    playgate::result<playgate::changes> changes = one->changes();
    int called = 0;
    playgate::subscription on_end = one->on_completed([&called](const completion &) { ++called; });
    one.reset();
    CHECK_EQ(session->access_of("voice-chat"), playgate::access::allowed);
    CHECK_STATUS(changes, ok);
    CHECK_EQ(called, 0);
    on_end.reset();
    on_end.reset();
    CHECK(!on_end);
    on_end.keep();
    // An empty handle is freed in vain.
    const playgate::session moved = *std::move(session);
    session->reset();
    CHECK_EQ(session->access_of("voice-chat"), playgate::access::unavailable);
    CHECK_EQ(moved.access_of("voice-chat"), playgate::access::allowed);
}

/// A function is called by close when its request did not end, once; and is destroyed uncalled with the client.
void functions_at_the_end()
{
    const auto alive = std::make_shared<int>(0);
    int called = 0;
    completion how;
    {
        client one = open_client(options_for("kim", {}));
        CHECK_STATUS(one.adopt(session_json(), [&, alive](const completion &end) { ++called; how = end; }), ok);
        CHECK_EQ(called, 0);
        CHECK_STATUS(one.close(), ok);
        CHECK_EQ(called, 1);
        CHECK_EQ(how.status, status::cancelled);
        CHECK(how.request);
        CHECK_STATUS(one.close(), ok);
        CHECK_EQ(called, 1);
        CHECK_EQ(alive.use_count(), 1);
    }
    {
        client one = open_client(options_for("kim", {}));
        one.adopt(session_json(), [&called, alive](const completion &) { ++called; });
        one.on_session_changed([&called, alive] { ++called; }).keep();
        const playgate::subscription held = one.on_session_changed([&called, alive] { ++called; });
        CHECK_EQ(alive.use_count(), 4);
        one = client();
        // Also that of a subscription that is still there.
        CHECK_EQ(alive.use_count(), 1);
    }
    CHECK_EQ(called, 1);
    {
        client one = open_client(options_for("kim", {}));
        one.adopt(session_json(), [&called, alive](const completion &end) {
            ++called;
            CHECK_EQ(end.status, status::cancelled);
        });
        // All clients are closed from outside; this one then is as usual.
        CHECK_STATUS(playgate::shutdown(), ok);
        CHECK_STATUS(one.pump(), invalid_handle);
        CHECK_STATUS(one.close(), ok);
        check_denies(one);
    }
    CHECK_EQ(called, 2);
    CHECK_EQ(alive.use_count(), 1);
}

void bound_to_a_scope()
{
    struct Widget {
        int called = 0;
        playgate::scope alive{};
    };
    client one = open_client(options_for("kim", {}));
    auto widget = std::make_unique<Widget>();
    Widget *const raw = widget.get();
    one.adopt(session_json(), raw->alive.bind([raw](const completion &) { ++raw->called; }));
    one.on_session_changed(raw->alive.bind([raw] { ++raw->called; })).keep();
    int ended = 0;
    one.flush([&ended](const completion &) { ++ended; });
    widget.reset();
    // What they would touch is gone: AddressSanitizer sees a call.
    CHECK(pump_until(one, [&] { return ended == 1 && one.is_allowed(feature_of("voice-chat")); }));

    Widget living;
    one.flush(living.alive.bind([&living](const completion &) { ++living.called; }));
    CHECK(pump_until(one, [&] { return living.called == 1; }));
    living.alive.close();
    living.alive.close();
    CHECK_STATUS(one.flush(living.alive.bind([&living](const completion &) { living.called += 100; })), ok);
    one.flush([&ended](const completion &) { ++ended; });
    CHECK(pump_until(one, [&] { return ended == 2; }));
    CHECK_EQ(living.called, 1);
}

/// Handlers that end themselves or another, register new ones, pump, close or destroy the client.
void handlers_that_interfere()
{
    client one = open_client(options_for("kim", {}));
    std::string order;
    playgate::subscription itself;
    playgate::subscription other;
    playgate::subscription late;
    const playgate::subscription first = one.on_completed([&](const completion &) {
        order += "a";
        CHECK_STATUS(one.pump(), busy);
        CHECK_STATUS(one.next_event(), busy);
        if (!late) {
            late = one.on_completed([&order](const completion &) { order += "d"; });
        }
    });
    itself = one.on_completed([&](const completion &) {
        order += "b";
        itself.reset();
        other.reset();
    });
    other = one.on_completed([&order](const completion &) { order += "c"; });
    CHECK_EQ(wait_for(one, [&](auto done) { return one.flush(std::move(done)); }).status, status::ok);
    CHECK_TEXT(order, "ab");
    CHECK_EQ(wait_for(one, [&](auto done) { return one.flush(std::move(done)); }).status, status::ok);
    CHECK_TEXT(order, "abad");

    // Captured subscriptions end with the handler that captured them.
    playgate::subscription inner = one.on_completed([&order](const completion &) { order += "x"; });
    playgate::subscription outer =
        one.on_completed([held = std::move(inner)](const completion &) { CHECK(static_cast<bool>(held)); });
    outer.reset();
    order.clear();
    CHECK_EQ(wait_for(one, [&](auto done) { return one.flush(std::move(done)); }).status, status::ok);
    CHECK_TEXT(order, "ad");

    // A handler that closes: those after it are not called.
    int after = 0;
    const playgate::subscription closes = one.on_completed([&one](const completion &) { CHECK_STATUS(one.close(), ok); });
    const playgate::subscription behind = one.on_completed([&after](const completion &) { ++after; });
    int ended = 0;
    one.flush([&ended](const completion &) { ++ended; });
    CHECK(!pump_until(one, [&] { return ended == 1 && !one; }) ? false : after == 0);
    check_denies(one);

    // A function, and a handler, that destroy the client while it pumps.
    for (const bool by_handler : {false, true}) {
        std::optional<client> gone(open_client(options_for("kim", {})));
        if (by_handler) {
            gone->on_completed([&gone](const completion &) { gone.reset(); }).keep();
        }
        gone->on_completed([&after](const completion &) { ++after; }).keep();
        gone->flush([&gone, by_handler](const completion &) {
            if (!by_handler) {
                gone.reset();
            }
        });
        const std::uint64_t deadline = deadline_ms(20000);
        while (gone && time_left(deadline) != 0) {
            gone->pump();
        }
        CHECK(!gone);
    }
    CHECK_EQ(after, 0);
}

/// Requests from several threads, while another pumps: each function is called once, on the thread that pumps.
void requests_from_many_threads()
{
    constexpr int threads = 4;
    constexpr int rounds = 200;
    client one = with_session("kim");
    const std::thread::id pumping = std::this_thread::get_id();
    std::atomic<int> made{0};
    std::atomic<int> left{threads};
    std::atomic<int> otherwise{0};
    int called = 0;
    int elsewhere = 0;
    std::vector<std::thread> callers;
    for (int thread = 0; thread < threads; ++thread) {
        callers.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const playgate::result<playgate::request_id> request = one.flush([&](const completion &) {
                    ++called;
                    elsewhere += std::this_thread::get_id() == pumping ? 0 : 1;
                });
                made += request ? 1 : 0;
                otherwise += request || request.status() == status::limit ? 0 : 1;
            }
            --left;
        });
    }
    CHECK(pump_until(one, [&] { return left == 0 && called == made; }));
    for (std::thread &caller : callers) {
        caller.join();
    }
    CHECK_EQ(elsewhere, 0);
    CHECK_EQ(otherwise.load(), 0);
    CHECK(made > threads);

    // The places are given back: 256 at a time, again and again.
    for (int round = 0; round < 3; ++round) {
        int ended = 0;
        int accepted = 0;
        while (accepted < 1000 && one.flush([&ended](const completion &) { ++ended; })) {
            ++accepted;
        }
        CHECK_EQ(accepted, 256);
        CHECK(pump_until(one, [&] { return ended == accepted; }));
    }
}

/// While one thread closes, others ask and make requests: nothing is called twice, nothing is allowed afterwards.
void closed_while_others_ask()
{
    for (int round = 0; round < 50; ++round) {
        client one = with_session("kim");
        const playgate::feature voice = feature_of("voice-chat");
        std::atomic<bool> is_closed{false};
        std::atomic<int> made{0};
        std::atomic<int> called{0};
        std::atomic<int> wrong{0};
        std::thread other([&] {
            for (;;) {
                const bool was_closed = is_closed;
                wrong += was_closed && one.is_allowed(voice) ? 1 : 0;
                made += one.flush([&called](const completion &) { ++called; }) ? 1 : 0;
                if (was_closed) {
                    break;
                }
            }
        });
        one.pump();
        CHECK_STATUS(one.close(), ok);
        is_closed = true;
        other.join();
        CHECK_EQ(wrong.load(), 0);
        CHECK_EQ(called.load(), made.load());
    }
}

} // namespace

int main()
{
    empty_moved_and_closed();
    a_closed_client_beside_an_open_one();
    what_came_from_a_client_outlives_it();
    functions_at_the_end();
    bound_to_a_scope();
    handlers_that_interfere();
    requests_from_many_threads();
    closed_while_others_ask();
    return finish_with_all_memory_freed();
}
