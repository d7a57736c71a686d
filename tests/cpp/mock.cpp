/*
 * A game's own tests, without a server and without a socket: a scripted transport and overridden features. For a library
 * with PLAYGATE_BUILD_MOCK.
 */
#include "check.hpp"

#include <utility>

namespace {

using playgate::status;

std::string voice(bool is_on)
{
    return session_of(is_on ? "t1" : "t2", permission("voice-chat", is_on, "GUARDIAN"));
}

void a_scripted_life()
{
    playgate::result<playgate::mock> made = playgate::mock::create();
    CHECK_STATUS(made, ok);
    playgate::mock mock = *std::move(made);
    CHECK_STATUS(mock.serve_session(voice(true)), ok);
    CHECK_STATUS(mock.serve_session("{"), invalid_session);
    const playgate::result<playgate_transport_hook> transport = mock.transport();
    CHECK_STATUS(transport, ok);
    playgate::client_options options = options_for("kim", "https://studio.example");
    options.transport = &*transport;
    playgate::client client = open_client(options);
    const playgate::feature which = feature_of("voice-chat");
    CHECK(pump_until(client, [&] { return client.is_allowed(which); }));
    CHECK(mock.count() > 0);
    CHECK_EQ(mock.count("GET", "/api/session"), 1);
    CHECK_EQ(mock.count({}, "/api/nothing"), 0);
    const playgate::mock &asked = mock;
    const playgate::result<playgate::mock_request> first = asked.request_at(0);
    CHECK_STATUS(first, ok);
    CHECK_TEXT(first->method, "GET");
    CHECK_TEXT(first->url, "https://studio.example/api/session");
    CHECK_TEXT(first->body, "");
    bool has_token = false;
    for (const playgate::http_header &header : first->headers) {
        has_token = has_token || std::string_view(header.value) == std::string("Bearer ") + token;
    }
    CHECK(has_token);
    CHECK_STATUS(asked.request_at(1000), not_found);

    const auto refresh = [&] { return wait_for(client, [&](auto done) { return client.refresh_after_push(std::move(done)); }).status; };
    CHECK_STATUS(mock.answer("GET", "/api/session/*", 503, "{}"), ok);
    const playgate::http_header type = {"Content-Type", "application/json"};
    CHECK_STATUS(mock.answer_once("GET", "/api/session/s-1", 200, R"({"hasChanged":true,"session":)" + voice(false) + "}",
                                  playgate::http_headers{&type, 1}),
                 ok);
    CHECK_EQ(refresh(), status::ok);
    CHECK(!client.is_allowed(which));
    CHECK_STATUS(mock.fail({}, {}, status::unreachable), ok);
    CHECK_STATUS(mock.clear(), ok);
    CHECK_STATUS(mock.fail({}, {}, status::timed_out), ok);
    CHECK(is_failure(refresh()));
    CHECK_STATUS(mock.hold("GET", "/api/session/s-1"), ok);
    int ended = 0;
    client.refresh_after_push([&ended](const playgate::completion &) { ++ended; });
    client.pump();
    CHECK_EQ(ended, 0);
    CHECK_STATUS(mock.serve_session(voice(true)), ok);
    CHECK_STATUS(mock.let_go(), ok);
    CHECK(pump_until(client, [&] { return ended == 1; }));

    // A screen is tried without a session that says so.
    CHECK_STATUS(client.override_feature(which, playgate::access::verify_age), ok);
    CHECK_EQ(client.access_of(which), playgate::access::verify_age);
    CHECK_EQ(client.decide(which)->next_step, playgate::next_step::verify_age);
    CHECK_STATUS(client.clear_overrides(), ok);
    CHECK(client.access_of(which) != playgate::access::verify_age);
    // The client may outlive its transport.
    mock.reset();
    CHECK(!mock && mock.count() == 0);
    CHECK_STATUS(client.close(), ok);
}

} // namespace

int main()
{
    a_scripted_life();
    return finish_with_all_memory_freed();
}
