/*
 * What lives by itself: sessions, changes, features, texts and languages, stores, the process. And what becomes of
 * arguments that are wrong.
 */
#include "check.hpp"

#include <array>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using playgate::status;

std::string temporary_folder()
{
    char path[] = "/tmp/playgate-cpp-XXXXXX";
    require(mkdtemp(path) != nullptr ? 1 : 0, "there is a temporary folder");
    return path;
}

void results()
{
    const playgate::result<int> none = status::not_found;
    CHECK(!none && *none == 0 && none.status() == status::not_found);
    playgate::result<std::string> some = std::string("text");
    CHECK(some && *some == "text" && some->size() == 4);
    CHECK_TEXT(*std::move(some), "text");
    const playgate::result<void> pending = status::pending;
    CHECK(pending && pending.status() == status::pending);
    const playgate::result<void> failed = status::busy;
    CHECK(!failed);
    // "Ok, but" gives no value.
    const playgate::result<playgate::notice> nothing = status::no_notice;
    CHECK(!nothing && !is_failure(nothing.status()) && !*nothing);
    CHECK_TEXT(name_of(status::limit), "PLAYGATE_ERROR_LIMIT");
    CHECK_TEXT(name_of(static_cast<status>(-4711)), "PLAYGATE_UNKNOWN");
}

void sessions()
{
    const std::string json =
        R"({"sessionId":"s-1","status":"ACTIVE","jurisdiction":"US-CA","isApproverEmailAvailable":true,"permissions":[)" +
        permission("voice-chat", true, "GUARDIAN") + "," + permission("gifting", false, "PLAYER") + "]}";
    playgate::result<playgate::session> read = playgate::session::parse(json);
    CHECK_STATUS(read, ok);
    const playgate::session &session = *read;
    const playgate::result<playgate::session_info> info = session.info();
    CHECK_STATUS(info, ok);
    CHECK(info->is_in_force);
    CHECK_EQ(info->permission_count, 2);
    CHECK_TEXT(info->session_id, "s-1");
    CHECK_TEXT(info->status, "ACTIVE");
    CHECK_TEXT(info->jurisdiction, "US-CA");
    CHECK_TEXT(info->age_status, "");
    CHECK_TEXT(session.json(), json);
    std::string names;
    for (const playgate::permission &one : session.permissions()) {
        names += std::string(one.name) + (one.enabled ? "+" : "-");
    }
    CHECK_TEXT(names, "voice-chat+gifting-");
    const playgate::result<playgate::permission> second = session.permission_at(1);
    CHECK_EQ(second->access, playgate::access::player_may_enable);
    CHECK_EQ(second->managed_by, playgate::managed_by::player);
    CHECK_STATUS(session.permission_at(2), not_found);
    for (const playgate::allowance &one : session.allowances()) {
        CHECK_TEXT(one.name, "none is there");
    }
    CHECK_STATUS(session.allowance_at(0), not_found);
    CHECK_EQ(session.access_of("voice-chat"), playgate::access::allowed);
    CHECK_EQ(session.access_of("unheard-of"), playgate::access::unavailable);
    CHECK_EQ(session.decide("gifting")->next_step, playgate::next_step::enable);
    // A text that goes in need not end in a NUL, may be long, and may not have a NUL inside.
    const std::string_view part = std::string_view("voice-chat-and-more").substr(0, 10);
    CHECK_EQ(session.access_of(part), playgate::access::allowed);
    CHECK_EQ(session.access_of(std::string(300, 'x')), playgate::access::unavailable);
    CHECK_EQ(session.access_of(std::string_view("voice-chat\0", 11)), playgate::access::unavailable);
    CHECK_STATUS(session.decide(std::string_view("voice-chat\0", 11)), invalid_argument);
    CHECK_STATUS(session.decide(std::string(300, 'x')), invalid_argument);
    CHECK_EQ(session.decide("")->access, playgate::access::unavailable);

    const playgate::session none;
    CHECK_STATUS(none.info(), invalid_handle);
    CHECK_TEXT(none.json(), "");
    CHECK_EQ(none.access_of("voice-chat"), playgate::access::unavailable);
    const playgate::result<playgate::changes> gone = playgate::compare(session, none);
    CHECK_STATUS(gone, ok);
    CHECK(gone->size() >= 2);
    bool has_tightened = false;
    for (const playgate::change &one : *gone) {
        has_tightened = has_tightened || (one.kind == playgate::change_kind::removed && one.permission == "voice-chat" &&
                                          one.direction == playgate::direction::tightened && one.enabled_before &&
                                          one.access_before == playgate::access::allowed && !one.enabled_after);
    }
    CHECK(has_tightened);
    const playgate::changes no_changes;
    CHECK_EQ(no_changes.size(), 0);
    CHECK_TEXT(no_changes.json(), "");
    CHECK_STATUS(playgate::session::parse("{"), invalid_session);
    CHECK(!playgate::last_error().empty());
    CHECK_STATUS(playgate::session::parse(std::string_view()), invalid_session);

    // Handles go back and forth.
    const playgate_session raw = read->release();
    CHECK(raw != 0 && !*read);
    playgate::session again = playgate::session::from_native(raw);
    CHECK_EQ(again.native(), raw);
    again.reset();
    again.reset();
    CHECK(!again);
}

void features()
{
    static_assert(!std::is_convertible_v<playgate_feature, playgate::feature>);
    static_assert(!std::is_constructible_v<playgate::session, playgate::changes> &&
                  !std::is_constructible_v<playgate::session, std::uint64_t>);
    const playgate::feature one = feature_of("voice-chat");
    CHECK(one == feature_of(std::string("voice-chat")) && one != feature_of("gifting") && one);
    CHECK(!playgate::feature() && playgate::feature().number() == 0);
    CHECK_STATUS(playgate::feature::named(""), invalid_argument);
    CHECK_STATUS(playgate::feature::named(std::string_view("a\0b", 3)), invalid_argument);
    CHECK_STATUS(playgate::feature::named(std::string(257, 'x')), invalid_argument);
    CHECK_STATUS(playgate::feature::named(std::string(256, 'x')), ok);
}

void texts()
{
    CHECK_TEXT(playgate::get_display_name("voice-chat"), "Voice Chat");
    const std::string longer(200, 'n');
    CHECK_STATUS(playgate::set_display_name("voice-chat", longer), ok);
    CHECK_TEXT(playgate::get_display_name("voice-chat"), longer);
    CHECK_STATUS(playgate::set_display_name("voice-chat", ""), ok);
    CHECK_TEXT(playgate::get_display_name("voice-chat"), "Voice Chat");
    CHECK_TEXT(playgate::get_display_name(std::string_view("a\0b", 3)), "");
    const std::string key(playgate::text_key_at(0));
    CHECK(!key.empty());
    const std::string english = playgate::get_text(key);
    CHECK_STATUS(playgate::set_language("de-AT"), ok);
    CHECK(!english.empty() && playgate::get_text(key) != english);
    CHECK_STATUS(playgate::set_language("xx"), unsupported);
    CHECK_STATUS(playgate::set_language("en"), ok);
    CHECK_STATUS(playgate::set_text(key, "Our own words"), ok);
    CHECK_TEXT(playgate::get_text(key), "Our own words");
    CHECK_STATUS(playgate::set_text(key, {}), ok);
    CHECK_TEXT(playgate::get_text(key), english);
    CHECK_STATUS(playgate::set_text("no.such.key", "words"), not_found);
    CHECK_TEXT(playgate::get_text("no.such.key"), "");
    CHECK_TEXT(playgate::text_key_at(100000), "");
}

void stores()
{
    const std::string folder = temporary_folder();
    const std::array<std::uint8_t, PLAYGATE_KEY_BYTES> key{{1, 2, 3}};
    playgate::store_options options;
    options.folder = folder;
    options.key = key;
    playgate::result<playgate::store> opened = playgate::store::open(options);
    CHECK_STATUS(opened, ok);
    playgate::store store = *std::move(opened);
    CHECK_STATUS(store.load("kim"), not_found);
    const playgate::result<playgate::session> session =
        playgate::session::parse(session_of("t1", permission("voice-chat", true, "GUARDIAN")));
    CHECK_STATUS(store.save("kim", *session), ok);
    CHECK_STATUS(store.save(std::string_view("kim\0", 4), *session), invalid_argument);
    CHECK_STATUS(store.save("kim", playgate::session()), invalid_handle);
    CHECK_EQ(store.load("kim")->access_of("voice-chat"), playgate::access::allowed);
    const std::vector<std::uint8_t> other(PLAYGATE_KEY_BYTES, 9);
    options.key = other;
    {
        const playgate::result<playgate::store> wrong = playgate::store::open(options);
        CHECK_STATUS(wrong, ok);
        CHECK_STATUS(wrong->load("kim"), wrong_key);
    }
    options.key = playgate::bytes(other.data(), 5);
    CHECK_STATUS(playgate::store::open(options), invalid_argument);
    CHECK_STATUS(store.forget("kim"), ok);
    CHECK_STATUS(store.load("kim"), not_found);
    CHECK_STATUS(store.close(), ok);
    CHECK_STATUS(store.close(), ok);
    CHECK(!store);
    CHECK_STATUS(store.load("kim"), invalid_handle);
    CHECK_STATUS(store.save("kim", *session), invalid_handle);
    CHECK_STATUS(store.forget("kim"), invalid_handle);
}

void the_process()
{
    CHECK(playgate::is_compatible());
    CHECK(!playgate::version().empty());
    CHECK_EQ(playgate::build_flags(), playgate_build_flags());
    CHECK_STATUS(playgate::set_log_level(playgate::log_level::off), ok);
    CHECK_STATUS(playgate::set_log_level(static_cast<playgate::log_level>(77)), invalid_argument);
    CHECK_STATUS(playgate::set_log_level(playgate::log_level::info), ok);
    CHECK(playgate::get_memory_stats()->total_allocations > 0);
}

void options_that_are_wrong()
{
    playgate::client_options options;
    CHECK_STATUS(playgate::client::open(options), invalid_argument);
    options.player = std::string_view("a\0b", 3);
    CHECK_STATUS(playgate::client::open(options), invalid_argument);
    options.player = "kim";
    options.server_url = "ftp://nowhere";
    CHECK(is_failure(playgate::client::open(options).status()));
    options.server_url = {};
    const std::array<std::uint8_t, 3> short_key{{1, 2, 3}};
    options.key = short_key;
    CHECK_STATUS(playgate::client::open(options), invalid_argument);
    options.key = {};
    // A duration that the C API cannot hold is cut, not wrapped, and so refused.
    options.poll_floor = std::chrono::milliseconds(4294967296 + 1000);
    CHECK_STATUS(playgate::client::open(options), invalid_argument);
    options.poll_floor = std::chrono::seconds(1);
    options.request_timeout = std::chrono::milliseconds(-5);
    playgate::result<playgate::client> opened = playgate::client::open(options);
    CHECK_STATUS(opened, ok);
    CHECK_STATUS(playgate::client::open(options), busy);
    options.take_over = true;
    playgate::result<playgate::client> second = playgate::client::open(options);
    CHECK_STATUS(second, ok);
    CHECK_STATUS(opened->pump(), invalid_handle);
    CHECK_STATUS(second->pump(), ok);
    static_assert(playgate::detail::clamped<std::uint32_t>(std::chrono::milliseconds(4294967296)) == 4294967295U);
    static_assert(playgate::detail::clamped<std::uint32_t>(std::chrono::milliseconds(-1)) == 0U);
}

} // namespace

int main()
{
    results();
    sessions();
    features();
    texts();
    stores();
    the_process();
    options_that_are_wrong();
    return finish_with_all_memory_freed();
}
