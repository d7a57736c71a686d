/*
 * What the C++ tests share with those in tests/c: checks, bounded waits and the scripted server. Besides that a player's
 * client with a server around it.
 */
#ifndef CHECK_HPP
#define CHECK_HPP

#include <playgate.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

extern "C" {
#include "check.h"
#include "server.h"
}

#undef CHECK
#undef CHECK_EQ
#undef CHECK_TEXT

/// Any number, flag or enumeration as what the C checks print.
template <class T>
long long number_of(T value) noexcept
{
    return static_cast<long long>(value);
}

inline int text_is(std::string_view got, std::string_view expected, const char *file, int line, const char *what)
{
    const bool ends_in_nul = got.data() != nullptr && got.data()[got.size()] == '\0';
    return check_that(ends_in_nul ? 1 : 0, file, line, "text without a NUL after it") != 0
               ? check_text(std::string(got).c_str(), std::string(expected).c_str(), file, line, what)
               : 0;
}

#define CHECK(...) check_that((__VA_ARGS__) ? 1 : 0, __FILE__, __LINE__, #__VA_ARGS__)
#define CHECK_EQ(got, ...) check_number(number_of(got), number_of(__VA_ARGS__), __FILE__, __LINE__, #got)
#define CHECK_TEXT(got, expected) text_is((got), (expected), __FILE__, __LINE__, #got)
/// How something ended: with a sentence of its own when it failed.
#define CHECK_STATUS(got, expected)                                                                                    \
    check_result(static_cast<playgate_result>((got).status()),                                                         \
                 static_cast<playgate_result>(playgate::status::expected), __FILE__, __LINE__, #got)

/// Planted where it must not be seen by others.
inline constexpr const char *token = "tok-Zr81vQw0nPlanted";

inline std::string permission(std::string_view name, bool is_on, std::string_view manager)
{
    return R"({"name":")" + std::string(name) + R"(","enabled":)" + (is_on ? "true" : "false") + R"(,"managedBy":")" +
           std::string(manager) + R"("})";
}

/// A session "s-1" with these permissions, separated by commas.
inline std::string session_of(std::string_view etag, const std::string &permissions)
{
    return R"({"sessionId":"s-1","etag":")" + std::string(etag) +
           R"(","status":"ACTIVE","ageStatus":"DIGITAL_MINOR","jurisdiction":"US-CA","permissions":[)" + permissions + "]}";
}

inline playgate::feature feature_of(std::string_view name)
{
    const playgate::result<playgate::feature> found = playgate::feature::named(name);
    CHECK_STATUS(found, ok);
    return *found;
}

/// The scripted server, as a studio's.
class Server {
public:
    Server() : server_(server_start()) {}
    ~Server() { server_stop(server_); }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    std::string url() const { return server_url(server_); }
    server *native() const noexcept { return server_; }
    void answer(const char *method, const char *path, int status, const std::string &body) const
    {
        server_answer(server_, method, path, status, "", body.c_str());
    }
    /// From now on this is the player's session.
    void serve(const std::string &session) const
    {
        const std::string changed = R"({"hasChanged":true,"session":)" + session + "}";
        answer("PUT", "/api/session", 200, changed);
        answer("GET", "/api/session", 200, changed);
        answer("GET", "/api/session/s-1", 200, changed);
    }
    std::string body_of(const char *method, const char *path) const
    {
        std::string body(4096, '\0');
        server_body(server_, method, path, body.data(), body.size());
        return std::string(body.c_str());
    }

private:
    server *server_;
};

inline playgate::client open_client(const playgate::client_options &options)
{
    playgate::result<playgate::client> opened = playgate::client::open(options);
    require(opened ? 1 : 0, "a client opens");
    return *std::move(opened);
}

/// Options for a player with that server; the URL has to live until the client is open.
inline playgate::client_options options_for(std::string_view player, std::string_view url)
{
    playgate::client_options options;
    options.player = player;
    options.server_url = url;
    options.token = url.empty() ? std::string_view() : std::string_view(token);
    options.network_allowed = !url.empty();
    return options;
}

/// Pumps until it holds.
template <class Condition>
bool pump_until(playgate::client &client, Condition holds)
{
    const std::uint64_t deadline = deadline_ms(20000);
    do {
        client.pump();
    } while (!holds() && time_left(deadline) != 0);
    return holds();
}

/// Makes a request and pumps until its end.
template <class Request>
playgate::completion wait_for(playgate::client &client, Request request)
{
    playgate::completion how;
    how.status = playgate::status::internal;
    bool has_ended = false;
    const playgate::result<playgate::request_id> made = request([&](const playgate::completion &end) {
        how = end;
        how.text = std::string_view("", 0);
        has_ended = true;
    });
    CHECK_STATUS(made, ok);
    CHECK(*made);
    CHECK(pump_until(client, [&] { return has_ended; }));
    CHECK_EQ(how.request.number, (*made).number);
    return how;
}

/// Gives the client a session, and has it stored and bound.
inline void adopt(playgate::client &client, const std::string &session)
{
    const playgate::completion end =
        wait_for(client, [&](auto done) { return client.adopt(session, std::move(done)); });
    CHECK_EQ(end.status, playgate::status::ok);
    CHECK_EQ(end.operation, playgate::operation::adopt);
}


/// Ends the library; nothing of it is left. The exit code of main.
inline int finish_with_all_memory_freed()
{
    CHECK_STATUS(playgate::shutdown(std::chrono::seconds(10)), ok);
    const playgate::result<playgate::memory_stats> stats = playgate::get_memory_stats();
    CHECK_STATUS(stats, ok);
    CHECK_EQ(stats->live_bytes, 0);
    CHECK_EQ(stats->live_allocations, 0);
    return finish();
}

#endif
