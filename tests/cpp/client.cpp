/*
 * One player's client with a server on loopback: from consent to the acknowledged notice, requests and their functions,
 * handlers, tokens, the network, the ad service's game session, what is asked and answered about a locked feature.
 */
#include "check.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace {

using playgate::access;
using playgate::completion;
using playgate::status;

const char parents_challenge[] =
    R"({"success":false,"requiresParentConsent":true,"challenge":{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE",)"
    R"("url":"https://family.example/authorize?otp=ABC","oneTimePassword":"ABC","otpExpiresAt":4102444800,)"
    R"("childLiteAccessEnabled":true}})";

std::string voice_and_gifts(std::string_view etag, bool voice, bool gifts)
{
    return session_of(etag, permission("voice-chat", voice, "GUARDIAN") + "," + permission("gifting", gifts, "PLAYER") + "," +
                                permission("targeted-ads", true, "GUARDIAN"));
}

/// From no session to one, to a change, to the notice that is told once.
void from_consent_to_notice()
{
    const Server server;
    server.answer("GET", "/api/session", 200, R"({"needsConsent":true})");
    const std::string url = server.url();
    playgate::client client = open_client(options_for("kim", url));
    const playgate::feature voice = feature_of("voice-chat");
    int consent = 0;
    int changes = 0;
    int notices = 0;
    std::vector<completion> ends;
    const playgate::subscription on_consent = client.on_consent_needed([&consent] { ++consent; });
    const playgate::subscription on_change = client.on_session_changed([&changes] { ++changes; });
    const playgate::subscription on_notice = client.on_notice_ready([&notices] { ++notices; });
    const playgate::subscription on_end = client.on_completed([&ends](const completion &end) { ends.push_back(end); });
    CHECK(on_consent && on_change && on_notice && on_end);
    CHECK(pump_until(client, [&] { return consent > 0; }));
    CHECK(!client.is_allowed(voice));
    CHECK_EQ(client.access_of(voice), access::unavailable);
    CHECK_EQ(client.decide(voice)->next_step, playgate::next_step::start_age_gate);
    CHECK_STATUS(client.session(), not_found);

    server.serve(voice_and_gifts("t1", true, false));
    adopt(client, voice_and_gifts("t1", true, false));
    CHECK(client.is_allowed(voice) && client.table().is_allowed(voice));
    // With a number and without one; part of a longer text; none, another, none at all.
    CHECK(client.is_allowed_by_name("voice-chat") && client.is_allowed_by_name(std::string_view("voice-chat!", 10)));
    CHECK(!client.is_allowed_by_name("gifting") && !client.is_allowed_by_name("voice") && !client.is_allowed_by_name({}));
    CHECK(!playgate::client().is_allowed_by_name("voice-chat"));
    CHECK_EQ(client.access_of(feature_of("gifting")), access::player_may_enable);
    CHECK_EQ(client.table().access_of(feature_of("gifting")), access::player_may_enable);
    CHECK_TEXT(client.decide(voice)->text, "");
    CHECK(client.session()->access_of("voice-chat") == access::allowed);
    CHECK_STATUS(client.notice(), no_notice);
    CHECK_STATUS(client.acknowledge(), invalid_state);

    // The parent switches voice chat off. What got tighter counts at once.
    server.serve(voice_and_gifts("t2", false, false));
    const completion refreshed = wait_for(client, [&](auto done) { return client.refresh_after_push(std::move(done)); });
    CHECK_EQ(refreshed.status, status::ok);
    CHECK_EQ(refreshed.operation, playgate::operation::refresh);
    CHECK(!client.is_allowed(voice));
    CHECK(pump_until(client, [&] { return notices == 1; }));
    const playgate::result<playgate::changes> found = client.changes();
    CHECK_EQ(found->size(), 1);
    const playgate::changes &all = *found;
    CHECK_EQ(all.at(0)->kind, playgate::change_kind::disabled);
    playgate::result<playgate::notice> given = client.notice();
    CHECK_STATUS(given, ok);
    const playgate::notice notice = *std::move(given);
    const playgate::result<playgate::notice_info> info = notice.info();
    CHECK_EQ(info->kind, playgate::notice_kind::restricted);
    CHECK_EQ(info->off_count, 1);
    CHECK_EQ(info->on_count + info->may_choose_count + info->asked_count, 0);
    CHECK(info->revision > 0 && !info->title.empty());
    std::string shown;
    for (const playgate::notice_feature &one : notice.features(playgate::notice_list::off)) {
        shown += std::string(one.name) + "=" + std::string(one.shown);
    }
    CHECK_TEXT(shown, "voice-chat=Voice Chat");
    CHECK_TEXT(notice.feature_at(playgate::notice_list::off, 0)->name, "voice-chat");
    CHECK_STATUS(notice.feature_at(playgate::notice_list::on, 0), not_found);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.acknowledge(std::move(done)); }).status, status::ok);
    CHECK_STATUS(client.notice(), no_notice);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.flush(std::move(done)); }).operation, playgate::operation::flush);
    CHECK(changes >= 2);
    // Handlers heard of every end, after its own function.
    CHECK(ends.size() >= 4);
    CHECK(client.diagnostics().find(token) == std::string_view::npos && client.diagnostics().front() == '{');

    CHECK_EQ(wait_for(client, [&](auto done) { return client.forget(std::move(done)); }).operation, playgate::operation::forget);
    CHECK_STATUS(client.session(), not_found);
    CHECK_STATUS(client.close(), ok);
}

/// The poll floor, a cancel, a stop, a refused token, no network.
void requests_that_end_otherwise()
{
    const Server server;
    server.serve(voice_and_gifts("t1", true, false));
    const std::string url = server.url();
    playgate::client client = open_client(options_for("kim", url));
    adopt(client, voice_and_gifts("t1", true, false));
    CHECK_EQ(wait_for(client, [&](auto done) { return client.refresh_after_push(std::move(done)); }).status, status::ok);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.refresh(std::move(done)); }).status, status::too_soon);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.adopt("{", std::move(done)); }).status, status::invalid_session);

    // A request that waits for the server, cancelled; its function is called all the same.
    server.answer("GET", "/api/session/s-1", 0, "");
    completion how;
    const playgate::result<playgate::request_id> held = client.refresh_after_push([&how](const completion &end) { how = end; });
    CHECK_STATUS(held, ok);
    CHECK(pump_until(client, [&] { return server_held(server.native()) == 1; }));
    CHECK(!how.request);
    CHECK_STATUS(client.cancel(*held), ok);
    CHECK(pump_until(client, [&] { return how.request == *held; }));
    CHECK_EQ(how.status, status::cancelled);
    CHECK_STATUS(client.cancel(*held), ok);
    CHECK_STATUS(client.cancel(playgate::request_id()), ok);
    server_release(server.native());

    int refused = 0;
    const playgate::subscription on_refused = client.on_token_refused([&refused] { ++refused; });
    server.answer("GET", "/api/session/s-1", 401, "{}");
    const completion denied = wait_for(client, [&](auto done) { return client.refresh_after_push(std::move(done)); });
    CHECK_EQ(denied.status, status::unauthorized);
    CHECK_EQ(denied.http_status, 401);
    CHECK(pump_until(client, [&] { return refused == 1; }));
    CHECK_STATUS(client.set_token("another-token"), ok);
    CHECK_STATUS(client.set_token(std::string_view("a\0b", 3)), invalid_argument);
    CHECK_STATUS(client.set_token({}), ok);
    CHECK_STATUS(client.suspend(), ok);
    CHECK_STATUS(client.resume(), ok);
    CHECK_STATUS(client.set_online(true), ok);
    CHECK_STATUS(client.set_network_allowed(false), ok);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.refresh_after_push(std::move(done)); }).status,
             status::network_not_allowed);

    int ended = 0;
    client.flush([&ended](const completion &) { ++ended; });
    CHECK_STATUS(client.stop(), ok);
    CHECK_STATUS(client.refresh([&ended](const completion &) { ended += 100; }), invalid_state);
    CHECK(pump_until(client, [&] { return ended > 0; }));
    CHECK_EQ(ended, 1);
    CHECK(client.is_allowed(feature_of("voice-chat")));
}

/// A server that cannot be reached is told of as a problem.
void a_server_that_is_away()
{
    char url[64];
    server_refusing_url(url, sizeof url);
    playgate::client client = open_client(options_for("kim", url));
    status why = status::ok;
    bool has_text = false;
    client
        .on_server_unreachable([&](const playgate::problem &problem) {
            why = problem.status;
            has_text = !problem.text.empty();
        })
        .keep();
    client.on_server_reachable([] { CHECK(false); }).keep();
    CHECK(pump_until(client, [&] { return why != status::ok; }));
    CHECK_EQ(why, status::unreachable);
    CHECK(has_text);
}

/// A tap on a locked feature: the challenge, its QR code, its messages, its end.
void asking_a_parent()
{
    const Server server;
    server.serve(voice_and_gifts("t1", false, false));
    const std::string url = server.url();
    playgate::client client = open_client(options_for("kim", url));
    adopt(client, voice_and_gifts("t1", false, false));
    const playgate::feature voice = feature_of("voice-chat");
    std::string steps;
    const playgate::subscription on_step = client.on_upgrade_changed([&steps](const playgate::upgrade_change &change) {
        steps += std::string(change.feature) + " " + std::to_string(static_cast<int>(change.progress)) + ";";
    });
    CHECK_EQ(client.decide(voice)->next_step, playgate::next_step::ask_parent);
    CHECK_STATUS(client.challenge_about(voice), not_found);
    server.answer("POST", "/api/request-permission", 200, parents_challenge);
    const completion asked = wait_for(client, [&](auto done) { return client.request_permission(voice, std::move(done)); });
    CHECK_EQ(asked.status, status::challenge_open);
    CHECK_EQ(asked.operation, playgate::operation::request_permission);
    CHECK(steps.find("voice-chat 2;") != std::string::npos);

    playgate::result<playgate::challenge> found = client.challenge_about(voice);
    CHECK_STATUS(found, ok);
    const playgate::challenge challenge = *std::move(found);
    const playgate::result<playgate::challenge_info> info = challenge.info();
    CHECK_EQ(info->actor, playgate::actor::parent);
    CHECK_EQ(info->progress, playgate::progress::asked);
    CHECK(info->data_lite);
    CHECK_EQ(info->code_expires_ms, 4102444800000);
    CHECK(info->asked_ms > 1500000000000);
    CHECK_TEXT(info->feature, "voice-chat");
    CHECK_TEXT(info->id, "c-1");
    CHECK_TEXT(info->type, "CHALLENGE_SESSION_UPGRADE");
    CHECK_TEXT(info->url, "https://family.example/authorize?otp=ABC");
    CHECK_TEXT(info->code, "ABC");
    CHECK_TEXT(info->code_site, "asktoplay.com");
    const playgate::result<playgate::notice> notice = challenge.notice();
    const playgate::notice &said = *notice;
    CHECK_EQ(said.info()->kind, playgate::notice_kind::asked);
    CHECK_TEXT(said.info()->title, "Ask a parent");
    const playgate::result<playgate::challenge> first = client.challenge_at(0);
    const playgate::challenge &also = *first;
    CHECK_TEXT(also.info()->id, "c-1");
    CHECK_STATUS(client.challenge_at(1), not_found);

    const auto code = std::make_unique<playgate::qr_code>();
    CHECK_STATUS(challenge.draw(*code), ok);
    const auto size = static_cast<std::int32_t>(code->size());
    CHECK(size >= 21 && size <= 177 && size % 4 == 1);
    // The 7 by 7 pattern in a corner, and the quiet zone.
    int differ = 0;
    for (std::int32_t y = -1; y < 8; ++y) {
        for (std::int32_t x = -1; x < 8; ++x) {
            const std::int32_t far = std::max(std::abs(x - 3), std::abs(y - 3));
            differ += code->is_dark(x, y) != (far == 3 || far <= 1) ? 1 : 0;
        }
    }
    CHECK_EQ(differ, 0);
    CHECK(!code->is_dark(size, 0) && !code->is_dark(0, size) && !code->is_dark(-1, -1));
    CHECK_STATUS(playgate::challenge().draw(*code), invalid_handle);
    CHECK(code->size() == 0 && !code->is_dark(0, 0));

    server.answer("POST", "/api/challenge/c-1/code", 200,
                  R"({"otp":"DEF","expiresAt":"2100-01-01T00:00:01Z","url":"https://family.example/authorize?otp=DEF"})");
    CHECK_EQ(wait_for(client, [&](auto done) { return client.renew_code(challenge, std::move(done)); }).status, status::ok);
    const playgate::result<playgate::challenge> renewed = client.challenge_about(voice);
    const playgate::challenge &after = *renewed;
    CHECK_TEXT(after.info()->code, "DEF");
    server.answer("POST", "/api/challenge/c-1/email", 200, "{}");
    CHECK_EQ(wait_for(client, [&](auto done) { return client.email_parent(challenge, "a@b.example", "de", std::move(done)); })
                 .status,
             status::ok);
    CHECK_TEXT(server.body_of("POST", "/api/challenge/c-1/email"), R"({"email":"a@b.example","locale":"de"})");
    CHECK_EQ(wait_for(client, [&](auto done) { return client.email_parent(challenge, {}, {}, std::move(done)); }).operation,
             playgate::operation::email_parent);
    CHECK_TEXT(server.body_of("POST", "/api/challenge/c-1/email"), "{}");
    CHECK_STATUS(client.email_parent(challenge, std::string_view("a\0b", 3)), invalid_argument);
    server.answer("GET", "/api/challenge/c-1/status", 200, R"({"challengeId":"c-1","status":"IN_PROGRESS"})");
    CHECK_STATUS(client.check_challenge(challenge), ok);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.cancel_challenge(challenge, std::move(done)); }).status,
             status::ok);
    CHECK_STATUS(client.challenge_about(voice), not_found);
    CHECK_STATUS(client.renew_code(playgate::challenge()), invalid_handle);
}

/// What the player decides, and what a platform says about their age.
void the_players_own()
{
    const Server server;
    server.serve(voice_and_gifts("t1", true, true));
    const std::string url = server.url();
    playgate::client client = open_client(options_for("kim", url));
    adopt(client, voice_and_gifts("t1", true, true));
    const playgate::feature gifts = feature_of("gifting");
    CHECK_EQ(wait_for(client, [&](auto done) { return client.switch_feature(gifts, false, std::move(done)); }).status,
             status::ok);
    CHECK(!client.is_allowed(gifts));
    CHECK_EQ(client.decide(gifts)->reason, playgate::reason::switched_off);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.switch_feature(gifts, true, std::move(done)); }).status,
             status::ok);
    CHECK(client.is_allowed(gifts));
    const playgate::feature voice = feature_of("voice-chat");
    CHECK_EQ(wait_for(client, [&](auto done) { return client.switch_feature(voice, false, std::move(done)); }).status,
             status::invalid_state);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.request_permission(gifts, std::move(done)); }).status,
             status::ok);
    playgate::age_signal signal;
    signal.name = "xbox";
    signal.category = "no such category";
    CHECK_STATUS(client.request_permission(gifts, signal), invalid_argument);
    signal.category = std::string_view("te\0n", 4);
    CHECK_STATUS(client.request_permission(gifts, signal), invalid_argument);
    signal.category = "teen";
    CHECK_EQ(wait_for(client, [&](auto done) { return client.request_permission(gifts, signal, std::move(done)); }).status,
             status::ok);
    CHECK_STATUS(client.request_permission(playgate::feature()), invalid_argument);
}

/// The ad service's game session: its states, its token, its end.
void the_game_session()
{
    using playgate::game_session_state;
    const Server server;
    server.serve(voice_and_gifts("t1", true, false));
    for (const char *path : {"/api/games/sessions/initiate", "/api/games/sessions/heartbeat", "/api/games/sessions/end"}) {
        server.answer("POST", path, 200, R"({"success":true})");
    }
    const std::string url = server.url();
    const std::string service = url + "/api";
    playgate::client client = open_client(options_for("kim", url));
    adopt(client, voice_and_gifts("t1", true, false));
    std::string states;
    const playgate::subscription on_state =
        client.on_game_session_changed([&states](const playgate::game_session_change &change) {
            states += std::to_string(static_cast<int>(change.state)) + std::to_string(static_cast<int>(change.stop)) + " ";
        });
    CHECK_EQ(client.game_session_state(), game_session_state::idle);
    playgate::game_session_options options;
    CHECK_STATUS(client.start_game_session(options), invalid_argument);
    options.service_url = service;
    options.auth_token = "ad-token";
    CHECK_STATUS(client.start_game_session(options), ok);
    CHECK(pump_until(client, [&] { return client.game_session_state() == game_session_state::active; }));
    client.pump();
    CHECK_TEXT(states, "10 20 ");
    CHECK_TEXT(server.body_of("POST", "/api/games/sessions/initiate"), R"({"auth_token":"ad-token"})");
    CHECK_STATUS(client.set_game_session_token("another"), ok);
    CHECK_STATUS(client.set_game_session_token(std::string_view("a\0b", 3)), invalid_argument);
    CHECK_EQ(wait_for(client, [&](auto done) { return client.end_game_session(std::move(done)); }).operation,
             playgate::operation::end_game_session);
    CHECK(pump_until(client, [&] { return client.game_session_state() == game_session_state::idle; }));
    CHECK_STATUS(client.close(), ok);
    CHECK_EQ(client.game_session_state(), game_session_state::idle);
}

/// For a `switch` in place of handlers: the request's own function is called, handlers are not.
void events_one_by_one()
{
    playgate::client client = open_client(options_for("kim", {}));
    int ends = 0;
    int handled = 0;
    int seen = 0;
    const playgate::subscription all = client.on(playgate::event_type::none, [&handled](const playgate::event &) { ++handled; });
    client.adopt(voice_and_gifts("t1", true, false), [&ends](const completion &) { ++ends; });
    const std::uint64_t deadline = deadline_ms(20000);
    while (seen == 0 && time_left(deadline) != 0) {
        CHECK(client.pump_only());
        for (;;) {
            const playgate::result<playgate::event> next = client.next_event();
            if (!next) {
                CHECK_STATUS(next, no_event);
                break;
            }
            if (next->type == playgate::event_type::completed) {
                CHECK_EQ(ends, 1);
                CHECK_EQ(next->operation, playgate::operation::adopt);
                ++seen;
            }
        }
    }
    CHECK_EQ(seen, 1);
    CHECK_EQ(handled, 0);
}

} // namespace

int main()
{
    from_consent_to_notice();
    requests_that_end_otherwise();
    a_server_that_is_away();
    asking_a_parent();
    the_players_own();
    the_game_session();
    events_one_by_one();
    return finish_with_all_memory_freed();
}
