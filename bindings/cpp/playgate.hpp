/*
 * Playgate for C++17 and later, over playgate.h: one header, nothing to build. It needs neither exceptions nor RTTI, and
 * throws nothing by itself.
 *
 *     playgate::client_options options;
 *     options.player = "player-1";
 *     playgate::result<playgate::client> opened = playgate::client::open(options);
 *     playgate::client client = std::move(*opened);      // in any case: after a failure it denies everything
 *     const playgate::feature voice_chat = *playgate::feature::named("voice-chat");
 *     ...
 *     client.pump();                                      // once a frame
 *     if (client.is_allowed(voice_chat)) { ... }          // one byte is read
 *
 * FAILURE. What can fail gives a result<T>: a status, and a value that is T{} after a failure, which is an empty handle,
 * a denied decision or 0. So reading it is harmless whatever happened. last_error() has the sentence for a log.
 *
 * HANDLES (client, session, changes, notice, challenge, store, mock) are move-only owners. An empty, moved-from or closed
 * one answers status::invalid_handle, "denied", nothing or 0. Closing one twice is fine.
 *
 * TEXT IN is a std::string_view that need not end in a NUL: it is copied for the call, on the stack up to 256 bytes, on
 * the heap beyond that. One with a NUL inside is status::invalid_argument. Empty text stands for "not given". No function
 * of the frame path takes text.
 *
 * TEXT OUT is a std::string_view with a NUL after it, so that data() is a C string. It is lent: from a session, changes,
 * a notice or a challenge until that object is destroyed, closed or assigned to; from an event until its handler returns;
 * from a decision for the life of the process. A moved object takes what it lent along.
 *
 * EVENTS go to functions: to the one that was given with a request, and to handlers that client::on... registers. All are
 * called from client::pump (or client::next_event), on the thread that pumps; see client.
 *
 * FRAME PATH. client::is_allowed, access_of, pump, next_event and game_session_state wait for nothing. They allocate
 * nothing either; the library does only for an event that has a text to lend, which says what went wrong or which
 * permission it is about. What a function captures lies inside the client: at most function_capacity bytes.
 *
 * noexcept means what it says: such a function never throws and never ends the program. The few that are not noexcept call
 * functions of the game, or return a std::string.
 *
 * THREADS are as in playgate.h. A client's handlers and subscriptions belong to the thread that pumps it; requests may be
 * made from any. As with other C++ objects, nobody may use one while it is moved from, assigned to or destroyed.
 */
#ifndef PLAYGATE_HPP
#define PLAYGATE_HPP

#include <playgate.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#if defined(_MSVC_LANG) ? _MSVC_LANG < 201703L : __cplusplus < 201703L
#  error "playgate.hpp needs C++17 or later"
#endif

/// Everything of Playgate for C++.
namespace playgate {

// -- Results ----------------------------------------------------------------------------------------------------------

/// How a call or a request ended: `ok`, negative values failed, positive ones are "ok, but". An open set: treat unknown
/// negative values as failures.
enum class status : std::int32_t {
    /// All is well.
    ok = PLAYGATE_OK,
    /// Accepted or under way; not done yet.
    pending = PLAYGATE_PENDING,
    /// No event is waiting.
    no_event = PLAYGATE_NO_EVENT,
    /// Asked again too soon; nothing was sent.
    too_soon = PLAYGATE_TOO_SOON,
    /// There is nothing to tell the player.
    no_notice = PLAYGATE_NO_NOTICE,
    /// The permission is not on yet: a challenge is open that a parent or the player answers.
    challenge_open = PLAYGATE_CHALLENGE_OPEN,
    /// An argument is wrong: not UTF-8, a NUL inside, too long, out of range.
    invalid_argument = PLAYGATE_ERROR_INVALID_ARGUMENT,
    /// The object is empty, moved from, closed or of another kind.
    invalid_handle = PLAYGATE_ERROR_INVALID_HANDLE,
    /// The call does not fit the state.
    invalid_state = PLAYGATE_ERROR_INVALID_STATE,
    /// Somebody else is using it: the record is open in this process, the call came from inside a hook, or pump was called
    /// from inside pump.
    busy = PLAYGATE_ERROR_BUSY,
    /// A fixed number is used up, a buffer is too small, or there was no memory for a copy of a text.
    limit = PLAYGATE_ERROR_LIMIT,
    /// There is none.
    not_found = PLAYGATE_ERROR_NOT_FOUND,
    /// The JSON is no session; last_error() says where.
    invalid_session = PLAYGATE_ERROR_INVALID_SESSION,
    /// This build or platform cannot do that.
    unsupported = PLAYGATE_ERROR_UNSUPPORTED,
    /// The header and the library do not fit together.
    abi_version = PLAYGATE_ERROR_ABI_VERSION,
    /// The library met a defect of its own. The client concerned denies everything from here on.
    panic = PLAYGATE_ERROR_PANIC,
    /// Cancelled, stopped or closed before it was done.
    cancelled = PLAYGATE_ERROR_CANCELLED,
    /// The host has not allowed the network.
    network_not_allowed = PLAYGATE_ERROR_NETWORK_NOT_ALLOWED,
    /// The server cannot be reached.
    unreachable = PLAYGATE_ERROR_UNREACHABLE,
    /// A time limit ran out.
    timed_out = PLAYGATE_ERROR_TIMED_OUT,
    /// TLS failed: the server's certificate is not trusted, has expired, or is for another name.
    tls = PLAYGATE_ERROR_TLS,
    /// The server refused the player's token; set a new one.
    unauthorized = PLAYGATE_ERROR_UNAUTHORIZED,
    /// The server asks to come back later.
    rate_limited = PLAYGATE_ERROR_RATE_LIMITED,
    /// The server has trouble (HTTP 5xx).
    server = PLAYGATE_ERROR_SERVER,
    /// The server's answer cannot be understood, or is about another session.
    protocol = PLAYGATE_ERROR_PROTOCOL,
    /// Storing or reading failed.
    storage = PLAYGATE_ERROR_STORAGE,
    /// There is no room on the storage medium.
    storage_full = PLAYGATE_ERROR_STORAGE_FULL,
    /// The folder or medium is not there (yet).
    storage_unavailable = PLAYGATE_ERROR_STORAGE_UNAVAILABLE,
    /// The stored record is damaged.
    record_damaged = PLAYGATE_ERROR_RECORD_DAMAGED,
    /// The stored record was sealed with another key.
    wrong_key = PLAYGATE_ERROR_WRONG_KEY,
    /// The stored record is sealed and no key was given.
    key_missing = PLAYGATE_ERROR_KEY_MISSING,
    /// The stored record was written by a newer version of the library.
    newer_format = PLAYGATE_ERROR_NEWER_FORMAT,
    /// Another process, or an open client, holds the stored record.
    record_locked = PLAYGATE_ERROR_RECORD_LOCKED,
    /// Not permitted: by the operating system, by the rules for URLs and redirects, or by the storage options.
    not_permitted = PLAYGATE_ERROR_NOT_PERMITTED,
    /// The record or session belongs to another player.
    of_another_player = PLAYGATE_ERROR_OF_ANOTHER_PLAYER,
    /// The permission is prohibited. Nothing can be asked.
    prohibited = PLAYGATE_ERROR_PROHIBITED,
    /// The permission stays off: the challenge was refused or failed, or the server did not enable it.
    not_enabled = PLAYGATE_ERROR_NOT_ENABLED,
    /// Something that should not happen did.
    internal = PLAYGATE_ERROR_INTERNAL
};

/// Whether it is a failure; "ok, but" is none.
[[nodiscard]] constexpr bool is_failure(status value) noexcept
{
    return static_cast<std::int32_t>(value) < 0;
}

/// The status's name in the C API, for logs, for example "PLAYGATE_ERROR_LIMIT". Static, never empty. Any thread.
[[nodiscard]] inline std::string_view name_of(status value) noexcept
{
    return playgate_result_name(static_cast<playgate_result>(value));
}

/// A sentence for a log about the last call of the library that failed on this thread; empty when none has. Valid until
/// the next one fails on this thread. Holds no personal data.
[[nodiscard]] inline std::string_view last_error() noexcept
{
    return playgate_last_error();
}

/// A value, or why there is none. The value may be read in any case: after anything but `status::ok` it is T{}, which is
/// an empty handle, a denied decision or 0.
template <class T>
class result {
public:
    /// A failure, or an "ok, but" without a value.
    result(playgate::status why) noexcept : status_(why) {}
    /// A value.
    result(T value) noexcept : value_(std::move(value)) {}

    /// Whether there is a value: the status is `ok`.
    [[nodiscard]] explicit operator bool() const noexcept { return status_ == playgate::status::ok; }
    /// How it ended.
    [[nodiscard]] playgate::status status() const noexcept { return status_; }
    /// The value, or T{}. Lives as long as this result.
    [[nodiscard]] T &operator*() & noexcept { return value_; }
    /// The value, or T{}. Lives as long as this result.
    [[nodiscard]] const T &operator*() const & noexcept { return value_; }
    /// The value, or T{}, moved out.
    [[nodiscard]] T operator*() && noexcept { return std::move(value_); }
    /// A member of the value, or of T{}.
    [[nodiscard]] T *operator->() noexcept { return &value_; }
    /// A member of the value, or of T{}.
    [[nodiscard]] const T *operator->() const noexcept { return &value_; }

private:
    static_assert(std::is_nothrow_default_constructible_v<T> && std::is_nothrow_move_constructible_v<T>);
    T value_{};
    playgate::status status_ = playgate::status::ok;
};

/// How something ended that gives no value. May be ignored.
template <>
class result<void> {
public:
    /// It ended so.
    result(playgate::status how) noexcept : status_(how) {}

    /// Whether it did not fail; "ok, but" is no failure.
    [[nodiscard]] explicit operator bool() const noexcept { return !is_failure(status_); }
    /// How it ended.
    [[nodiscard]] playgate::status status() const noexcept { return status_; }

private:
    playgate::status status_;
};

// -- Enumerations -----------------------------------------------------------------------------------------------------
// All of them are open: a later version of the library may give values that are not named here.

/// What a feature may do. Treat unknown values as `unavailable`.
enum class access : std::int32_t {
    /// Denied: no session, on hold, not in the session, or something went wrong.
    unavailable = PLAYGATE_ACCESS_UNAVAILABLE,
    /// The feature is on.
    allowed = PLAYGATE_ACCESS_ALLOWED,
    /// Off; a parent can enable it.
    ask_parent = PLAYGATE_ACCESS_ASK_PARENT,
    /// Off; the player must verify their age first.
    verify_age = PLAYGATE_ACCESS_VERIFY_AGE,
    /// Off; the player may enable it.
    player_may_enable = PLAYGATE_ACCESS_PLAYER_MAY_ENABLE,
    /// Off, and nobody can enable it.
    prohibited = PLAYGATE_ACCESS_PROHIBITED
};

/// Why a feature is not on.
enum class reason : std::int32_t {
    /// It is on.
    none = PLAYGATE_REASON_NONE,
    /// A parent manages it.
    parent = PLAYGATE_REASON_PARENT,
    /// It is not available in this place.
    prohibited = PLAYGATE_REASON_PROHIBITED,
    /// The player is below the age it needs.
    too_young = PLAYGATE_REASON_TOO_YOUNG,
    /// The player's age is to be verified first.
    age_verification = PLAYGATE_REASON_AGE_VERIFICATION,
    /// The player has not switched it on.
    player_choice = PLAYGATE_REASON_PLAYER_CHOICE,
    /// An answer is being waited for: from the server, from a parent, or about the player's age.
    pending = PLAYGATE_REASON_PENDING,
    /// There is no session.
    no_session = PLAYGATE_REASON_NO_SESSION,
    /// The session is on hold.
    on_hold = PLAYGATE_REASON_ON_HOLD,
    /// Something went wrong.
    error = PLAYGATE_REASON_ERROR,
    /// The session does not name this feature, or says of it what this library does not know.
    not_in_session = PLAYGATE_REASON_NOT_IN_SESSION,
    /// The session ended: it was revoked or deleted.
    session_ended = PLAYGATE_REASON_SESSION_ENDED,
    /// The stored session is older than the host's limit, or the clock ran backwards.
    stale = PLAYGATE_REASON_STALE,
    /// The stored record is damaged.
    record_damaged = PLAYGATE_REASON_RECORD_DAMAGED,
    /// Another process holds the stored record.
    record_locked = PLAYGATE_REASON_RECORD_LOCKED,
    /// The place of the stored record is not there yet, or may not be read.
    record_unavailable = PLAYGATE_REASON_RECORD_UNAVAILABLE,
    /// The stored record is sealed and no key was given.
    key_missing = PLAYGATE_REASON_KEY_MISSING,
    /// The stored record was sealed with another key, for another player or in another place.
    wrong_key = PLAYGATE_REASON_WRONG_KEY,
    /// The stored record was written by a newer version of the library.
    newer_format = PLAYGATE_REASON_NEWER_FORMAT,
    /// The player has switched it off on this device: client::switch_feature brings it back.
    switched_off = PLAYGATE_REASON_SWITCHED_OFF
};

/// What to do next. Treat unknown values as `nothing`.
enum class next_step : std::int32_t {
    /// Nothing.
    nothing = PLAYGATE_NEXT_NOTHING,
    /// Start the age gate.
    start_age_gate = PLAYGATE_NEXT_START_AGE_GATE,
    /// Ask a parent.
    ask_parent = PLAYGATE_NEXT_ASK_PARENT,
    /// Have the player verify their age.
    verify_age = PLAYGATE_NEXT_VERIFY_AGE,
    /// Offer the player to enable it.
    enable = PLAYGATE_NEXT_ENABLE,
    /// Wait for what is on its way.
    wait = PLAYGATE_NEXT_WAIT,
    /// Refresh: ask the server.
    refresh = PLAYGATE_NEXT_REFRESH
};

/// How fresh the knowledge behind an answer is.
enum class freshness : std::int32_t {
    /// There is no session.
    none = PLAYGATE_FRESHNESS_NONE,
    /// The server confirmed it a short while ago.
    live = PLAYGATE_FRESHNESS_LIVE,
    /// From the stored record, or not confirmed lately.
    cached = PLAYGATE_FRESHNESS_CACHED,
    /// Older than the host's limit.
    stale = PLAYGATE_FRESHNESS_STALE
};

/// Who manages a permission.
enum class managed_by : std::int32_t {
    /// Nobody that this library knows, or the session does not say.
    unknown = PLAYGATE_MANAGED_BY_UNKNOWN,
    /// The player.
    player = PLAYGATE_MANAGED_BY_PLAYER,
    /// A parent or another trusted adult.
    guardian = PLAYGATE_MANAGED_BY_GUARDIAN,
    /// Nobody: it is prohibited.
    prohibited = PLAYGATE_MANAGED_BY_PROHIBITED
};

/// What kind of value an allowance has.
enum class allowance_kind : std::int32_t {
    /// None, or of a kind that this library does not know.
    none = PLAYGATE_ALLOWANCE_NONE,
    /// A number.
    number = PLAYGATE_ALLOWANCE_NUMBER,
    /// A choice among words.
    selection = PLAYGATE_ALLOWANCE_SELECTION
};

/// What kind of change.
enum class change_kind : std::int32_t {
    /// No change.
    none = 0,
    /// The permission is new.
    added = PLAYGATE_CHANGE_ADDED,
    /// It was off and is on.
    enabled = PLAYGATE_CHANGE_ENABLED,
    /// It was on and is off.
    disabled = PLAYGATE_CHANGE_DISABLED,
    /// Somebody else manages it.
    management = PLAYGATE_CHANGE_MANAGEMENT,
    /// It is gone.
    removed = PLAYGATE_CHANGE_REMOVED,
    /// Its verified age threshold is another.
    threshold = PLAYGATE_CHANGE_THRESHOLD,
    /// The player's age status is another.
    age_status = PLAYGATE_CHANGE_AGE_STATUS,
    /// The session's status is another.
    status = PLAYGATE_CHANGE_STATUS,
    /// The jurisdiction is another.
    jurisdiction = PLAYGATE_CHANGE_JURISDICTION,
    /// It is another session, or there was or is none.
    session_replaced = PLAYGATE_CHANGE_SESSION_REPLACED
};

/// Which way a change went.
enum class direction : std::int32_t {
    /// Neither looser nor tighter.
    neither = PLAYGATE_DIRECTION_NEITHER,
    /// More is possible than before.
    loosened = PLAYGATE_DIRECTION_LOOSENED,
    /// Less is possible than before.
    tightened = PLAYGATE_DIRECTION_TIGHTENED
};

/// What kind of notice.
enum class notice_kind : std::int32_t {
    /// Nothing to tell.
    none = PLAYGATE_NOTICE_NONE,
    /// The session ended; the age gate comes next.
    session_ended = PLAYGATE_NOTICE_SESSION_ENDED,
    /// The player reached a higher age status.
    aged_up = PLAYGATE_NOTICE_AGED_UP,
    /// Features went off, or the age status was lowered.
    restricted = PLAYGATE_NOTICE_RESTRICTED,
    /// Features came on, or the player may now choose.
    opened_up = PLAYGATE_NOTICE_OPENED_UP,
    /// Some features went off and some came on.
    mixed = PLAYGATE_NOTICE_MIXED,
    /// A question was put, to a parent or to the player. Of a challenge only.
    asked = PLAYGATE_NOTICE_ASKED,
    /// Somebody has opened the question. Of a challenge only.
    waiting = PLAYGATE_NOTICE_WAITING,
    /// The answer was yes; the features are on as soon as a session says so. Of a challenge only.
    approved = PLAYGATE_NOTICE_APPROVED,
    /// What the player asked for stays off.
    refused = PLAYGATE_NOTICE_REFUSED,
    /// What the player asked for is on.
    enabled = PLAYGATE_NOTICE_ENABLED
};

/// A list of a notice's features.
enum class notice_list : std::int32_t {
    /// Features that were on and are off.
    off = PLAYGATE_NOTICE_LIST_OFF,
    /// Features that were off and are on.
    on = PLAYGATE_NOTICE_LIST_ON,
    /// Features that are off and that the player may now enable, but could not before.
    may_choose = PLAYGATE_NOTICE_LIST_MAY_CHOOSE,
    /// Features that the player asked for, in a notice about an answer that did not turn them on.
    asked = PLAYGATE_NOTICE_LIST_ASKED
};

/// What happened. Ignore unknown values.
enum class event_type : std::int32_t {
    /// No event.
    none = 0,
    /// A request ended: exactly one for each request.
    completed = PLAYGATE_EVENT_COMPLETED,
    /// What features may do has changed: look at what your user interface shows.
    session_changed = PLAYGATE_EVENT_SESSION_CHANGED,
    /// There is something to tell the player: client::notice has it.
    notice_ready = PLAYGATE_EVENT_NOTICE_READY,
    /// The session has ended; the age gate comes next.
    session_ended = PLAYGATE_EVENT_SESSION_ENDED,
    /// The server says that the player has no session, or not this one: the age gate comes next. May come again.
    consent_needed = PLAYGATE_EVENT_CONSENT_NEEDED,
    /// The server refused the player's token: set a new one.
    token_refused = PLAYGATE_EVENT_TOKEN_REFUSED,
    /// The server can be reached again.
    server_reachable = PLAYGATE_EVENT_SERVER_REACHABLE,
    /// The server cannot be reached, or has trouble; the stored session counts.
    server_unreachable = PLAYGATE_EVENT_SERVER_UNREACHABLE,
    /// What is known could not be stored, or not in time; it holds for this process only, and storing is tried again.
    storage_failed = PLAYGATE_EVENT_STORAGE_FAILED,
    /// What is known is stored again.
    storage_recovered = PLAYGATE_EVENT_STORAGE_RECOVERED,
    /// The stored record was damaged and was set aside.
    record_set_aside = PLAYGATE_EVENT_RECORD_SET_ASIDE,
    /// The stored record cannot be used, and was left as it is.
    record_unusable = PLAYGATE_EVENT_RECORD_UNUSABLE,
    /// The record, which another process held or which was not there yet, is this client's now.
    record_taken_over = PLAYGATE_EVENT_RECORD_TAKEN_OVER,
    /// A request for a permission has come further.
    upgrade_changed = PLAYGATE_EVENT_UPGRADE_CHANGED,
    /// The ad service's game session has another state.
    game_session_changed = PLAYGATE_EVENT_GAME_SESSION_CHANGED
};

/// How far a request for a permission has come. Treat unknown values as `waiting`.
enum class progress : std::int32_t {
    /// Nothing is under way: it could not be asked, was given up, or another session holds now.
    none = PLAYGATE_PROGRESS_NONE,
    /// The server is being asked.
    asking = PLAYGATE_PROGRESS_ASKING,
    /// A challenge is open, for a parent or the player: client::challenge_about has it.
    asked = PLAYGATE_PROGRESS_ASKED,
    /// Somebody has opened the challenge.
    waiting = PLAYGATE_PROGRESS_WAITING,
    /// The challenge passed; the permission is on as soon as a session says so.
    approved = PLAYGATE_PROGRESS_APPROVED,
    /// It stays off.
    refused = PLAYGATE_PROGRESS_REFUSED,
    /// It is on.
    enabled = PLAYGATE_PROGRESS_ENABLED
};

/// What a request was for.
enum class operation : std::int32_t {
    /// None: the event is not a completion.
    none = PLAYGATE_OPERATION_NONE,
    /// A refresh.
    refresh = PLAYGATE_OPERATION_REFRESH,
    /// A session from the consent flow.
    adopt = PLAYGATE_OPERATION_ADOPT,
    /// The player has seen a notice.
    acknowledge = PLAYGATE_OPERATION_ACKNOWLEDGE,
    /// Forget the player.
    forget = PLAYGATE_OPERATION_FORGET,
    /// Everything so far is to be durable.
    flush = PLAYGATE_OPERATION_FLUSH,
    /// A permission is to be enabled.
    request_permission = PLAYGATE_OPERATION_REQUEST_PERMISSION,
    /// A challenge's new one-time code.
    renew_code = PLAYGATE_OPERATION_RENEW_CODE,
    /// A message to the parent.
    email_parent = PLAYGATE_OPERATION_EMAIL_PARENT,
    /// A challenge is given up on this device.
    cancel_challenge = PLAYGATE_OPERATION_CANCEL_CHALLENGE,
    /// The player closed a challenge's page.
    check_challenge = PLAYGATE_OPERATION_CHECK_CHALLENGE,
    /// The player switches something off, or on again.
    switch_feature = PLAYGATE_OPERATION_SWITCH_FEATURE,
    /// The ad service's game session is ended.
    end_game_session = PLAYGATE_OPERATION_END_GAME_SESSION
};

/// Who must act on a challenge.
enum class actor : std::int32_t {
    /// Nobody that this version knows.
    none = 0,
    /// A parent or another trusted adult: show the URL as a QR code, or the code with the site to type it at, or have a
    /// message sent. Never open the URL on the player's device by itself.
    parent = PLAYGATE_ACTOR_PARENT,
    /// The player: open the URL in the system's browser; when it is closed, call client::check_challenge.
    player = PLAYGATE_ACTOR_PLAYER
};

/// Where the ad service's game session stands. Treat unknown values as `stopped`.
enum class game_session_state : std::int32_t {
    /// None is wanted, or the client is closed.
    idle = PLAYGATE_GAME_SESSION_IDLE,
    /// Being begun.
    starting = PLAYGATE_GAME_SESSION_STARTING,
    /// Alive: advertisements may be asked for.
    active = PLAYGATE_GAME_SESSION_ACTIVE,
    /// Lost, or perhaps lost; begun again as soon as the service answers.
    recovering = PLAYGATE_GAME_SESSION_RECOVERING,
    /// Being ended.
    ending = PLAYGATE_GAME_SESSION_ENDING,
    /// Wanted, but not possible now; the event's game_session_stop says why.
    stopped = PLAYGATE_GAME_SESSION_STOPPED
};

/// Why a wanted game session is stopped.
enum class game_session_stop : std::int32_t {
    /// It is not.
    none = PLAYGATE_GAME_SESSION_STOP_NONE,
    /// The k-ID session does not allow the feature that it depends on. It begins by itself once the session does.
    not_allowed = PLAYGATE_GAME_SESSION_STOP_NOT_ALLOWED,
    /// The ad service refused the token: client::set_game_session_token with a new one goes on.
    token_refused = PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED,
    /// The client is suspended or offline, or the network is not allowed. It goes on by itself.
    unreachable = PLAYGATE_GAME_SESSION_STOP_UNREACHABLE
};

/// How important a line of the log is.
enum class log_level : std::int32_t {
    /// Nothing is logged.
    off = PLAYGATE_LOG_OFF,
    /// Something failed.
    error = PLAYGATE_LOG_ERROR,
    /// Something is not as it should be, and was dealt with.
    warn = PLAYGATE_LOG_WARN,
    /// What a studio wants to see in its own log. The default.
    info = PLAYGATE_LOG_INFO,
    /// For finding out what is wrong.
    debug = PLAYGATE_LOG_DEBUG
};

// -- Bytes, and text on its way into the library ----------------------------------------------------------------------

/// Bytes that are lent for a call, for example a key.
struct bytes {
    /// The first one; may be null when there are none.
    const std::uint8_t *data = nullptr;
    /// How many.
    std::size_t size = 0;

    /// None.
    constexpr bytes() noexcept = default;
    /// So many from here.
    constexpr bytes(const std::uint8_t *first, std::size_t count) noexcept : data(first), size(count) {}
    /// Those of a container of bytes that lie one after the other: a std::array, std::vector or std::span.
    template <class Container, class Data = decltype(std::declval<const Container &>().data()),
              class = std::enable_if_t<std::is_convertible_v<Data, const std::uint8_t *>>>
    constexpr bytes(const Container &container) noexcept : data(container.data()), size(container.size())
    {
    }
};

/// What the header needs for itself; nothing in here is for use outside, and all of it may change.
namespace detail {

inline status to_status(playgate_result result) noexcept
{
    return static_cast<status>(result);
}

inline std::string_view view(const playgate_text &text) noexcept
{
    return text.ptr != nullptr ? std::string_view(text.ptr, text.len) : std::string_view("", 0);
}

/// A duration as the C API takes it: 0 for a negative one, the largest for one that is too long.
template <class Number, class Duration>
constexpr Number clamped(Duration duration) noexcept
{
    static_assert(std::is_unsigned_v<Number>);
    if (duration.count() <= 0) {
        return 0;
    }
    constexpr Number largest = static_cast<Number>(~Number{0});
    const auto count = static_cast<std::uint64_t>(duration.count());
    return count > largest ? largest : static_cast<Number>(count);
}

/// A copy of a text that ends in a NUL, for one call. Wiped afterwards, since it may be a token.
class c_text {
public:
    explicit c_text(std::string_view text) noexcept : length_(text.size())
    {
        if (length_ != 0 && std::memchr(text.data(), '\0', length_) != nullptr) {
            status_ = status::invalid_argument;
            return;
        }
        if (length_ >= near_.size()) {
            far_ = new (std::nothrow) char[length_ + 1];
            if (far_ == nullptr) {
                status_ = status::limit;
                return;
            }
        }
        char *const to = far_ != nullptr ? far_ : near_.data();
        if (length_ != 0) {
            std::memcpy(to, text.data(), length_);
        }
        to[length_] = '\0';
    }
    ~c_text()
    {
        if (is_failure(status_)) {
            return;
        }
        volatile char *const from = far_ != nullptr ? far_ : near_.data();
        for (std::size_t at = 0; at < length_; ++at) {
            from[at] = '\0';
        }
        delete[] far_;
    }
    c_text(const c_text &) = delete;
    c_text &operator=(const c_text &) = delete;

    status failure() const noexcept { return status_; }
    explicit operator bool() const noexcept { return !is_failure(status_); }
    /// The text; "" when there is none.
    const char *get() const noexcept { return far_ != nullptr ? far_ : near_.data(); }
    /// The text; null when there is none, for what need not be given.
    const char *or_null() const noexcept { return length_ != 0 ? get() : nullptr; }
    bool empty() const noexcept { return length_ == 0; }

private:
    std::array<char, 257> near_{};
    char *far_ = nullptr;
    std::size_t length_;
    status status_ = status::ok;
};

/// The first of these texts that could not be copied, or ok.
template <class... Texts>
status failure_of(const Texts &...texts) noexcept
{
    status failure = status::ok;
    ((failure = is_failure(failure) ? failure : texts.failure()), ...);
    return failure;
}

/// Something that is read by an index until there is no more, as a range for `for`.
template <class Item, class Reader>
class range {
public:
    class end_mark {};
    class iterator {
    public:
        explicit iterator(const Reader &reader) noexcept : reader_(reader), item_(reader(0)) {}
        const Item &operator*() const noexcept { return *item_; }
        const Item *operator->() const noexcept { return item_.operator->(); }
        iterator &operator++() noexcept
        {
            ++index_;
            item_ = reader_(index_);
            return *this;
        }
        bool operator!=(end_mark) const noexcept { return static_cast<bool>(item_); }

    private:
        Reader reader_;
        std::size_t index_ = 0;
        result<Item> item_;
    };

    explicit range(Reader reader) noexcept : reader_(reader) {}
    iterator begin() const noexcept { return iterator(reader_); }
    end_mark end() const noexcept { return end_mark(); }

private:
    Reader reader_;
};

/// A handle of the C API with one owner. `Kind` says how it is freed, and keeps the kinds apart.
template <class Kind>
class handle {
public:
    handle(const handle &) = delete;
    handle &operator=(const handle &) = delete;

    /// Whether it holds something.
    [[nodiscard]] explicit operator bool() const noexcept { return native_ != 0; }
    /// The C API's handle, still owned by this object; 0 when it is empty.
    [[nodiscard]] std::uint64_t native() const noexcept { return native_; }
    /// Gives the C API's handle away: the caller frees it, and this object is empty.
    [[nodiscard]] std::uint64_t release() noexcept { return std::exchange(native_, 0); }
    /// Frees what it holds; texts lent from it may not be read any more. Does nothing when it is empty.
    void reset() noexcept
    {
        if (native_ != 0) {
            Kind::free(std::exchange(native_, 0));
        }
    }

protected:
    handle() noexcept = default;
    explicit handle(std::uint64_t native) noexcept : native_(native) {}
    handle(handle &&other) noexcept : native_(std::exchange(other.native_, 0)) {}
    handle &operator=(handle &&other) noexcept
    {
        if (this != &other) {
            reset();
            native_ = std::exchange(other.native_, 0);
        }
        return *this;
    }
    ~handle() { reset(); }

private:
    std::uint64_t native_ = 0;
};

} // namespace detail

// -- Functions that are kept ------------------------------------------------------------------------------------------

/// How many bytes a function that the library's C++ side keeps may capture: eight pointers. What is larger goes behind a
/// std::unique_ptr or std::shared_ptr in the capture.
inline constexpr std::size_t function_capacity = 8 * sizeof(void *);

template <class Signature>
class function;

/// A function object that is owned and can be moved, such as a lambda; move-only captures are fine. It lies inside this
/// object, so nothing is allocated.
template <class... Arguments>
class function<void(Arguments...)> {
public:
    /// None.
    function() noexcept = default;

    /// This one, which is moved or copied in.
    template <class F, class Held = std::decay_t<F>,
              class = std::enable_if_t<!std::is_same_v<Held, function> && std::is_invocable_v<Held &, Arguments...>>>
    function(F &&from) noexcept(std::is_nothrow_constructible_v<Held, F &&>) : table_(&table_of<Held>)
    {
        static_assert(sizeof(Held) <= function_capacity, "captures too much: put it behind a std::unique_ptr");
        static_assert(alignof(Held) <= alignof(std::max_align_t), "captures something with too large an alignment");
        static_assert(std::is_nothrow_move_constructible_v<Held>, "what is captured must not throw when it is moved");
        ::new (static_cast<void *>(room_.data())) Held(std::forward<F>(from));
    }
    /// Moves; the other one is empty afterwards.
    function(function &&other) noexcept { take(other); }
    /// Destroys what was here, and moves.
    function &operator=(function &&other) noexcept
    {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    function(const function &) = delete;
    function &operator=(const function &) = delete;
    ~function() { reset(); }

    /// Whether there is one.
    [[nodiscard]] explicit operator bool() const noexcept { return table_ != nullptr; }
    /// Calls it; does nothing when there is none. Throws what it throws.
    void operator()(Arguments... arguments)
    {
        if (table_ != nullptr) {
            table_->call(room_.data(), std::forward<Arguments>(arguments)...);
        }
    }
    /// Destroys it.
    void reset() noexcept
    {
        if (table_ != nullptr) {
            std::exchange(table_, nullptr)->destroy(room_.data());
        }
    }

private:
    struct table {
        void (*call)(void *, Arguments...);
        void (*move)(void *, void *) noexcept;
        void (*destroy)(void *) noexcept;
    };
    template <class Held>
    static constexpr table table_of = {
        [](void *held, Arguments... arguments) { (*static_cast<Held *>(held))(std::forward<Arguments>(arguments)...); },
        [](void *from, void *to) noexcept {
            ::new (to) Held(std::move(*static_cast<Held *>(from)));
            static_cast<Held *>(from)->~Held();
        },
        [](void *held) noexcept { static_cast<Held *>(held)->~Held(); },
    };

    void take(function &other) noexcept
    {
        if (other.table_ != nullptr) {
            table_ = std::exchange(other.table_, nullptr);
            table_->move(other.room_.data(), room_.data());
        }
    }

    alignas(std::max_align_t) std::array<unsigned char, function_capacity> room_{};
    const table *table_ = nullptr;
};

/// Keeps functions from being called once their owner is gone: a member of the object that a lambda captures. What was
/// bound to it is never called after it was destroyed or closed. Belongs to the thread that pumps.
class scope {
public:
    /// Ready to bind. Without memory for it, what is bound is never called.
    scope() noexcept : life_(new (std::nothrow) life) {}
    ~scope() { close(); }
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;

    /// From here on nothing that was bound is called.
    void close() noexcept
    {
        if (life_ != nullptr) {
            life_->is_open = false;
            std::exchange(life_, nullptr)->let_go();
        }
    }
    /// The function, as one that does nothing once this scope is gone. It captures one pointer more.
    template <class F>
    [[nodiscard]] auto bind(F function) const
    {
        return bound<F>(life_, std::move(function));
    }

private:
    struct life {
        std::atomic<std::uint32_t> holders{1};
        bool is_open = true;

        void let_go() noexcept
        {
            if (holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                delete this;
            }
        }
    };

    template <class F>
    class bound {
    public:
        bound(life *life, F function) noexcept(std::is_nothrow_move_constructible_v<F>)
            : life_(life), function_(std::move(function))
        {
            if (life_ != nullptr) {
                life_->holders.fetch_add(1, std::memory_order_relaxed);
            }
        }
        bound(bound &&other) noexcept(std::is_nothrow_move_constructible_v<F>)
            : life_(std::exchange(other.life_, nullptr)), function_(std::move(other.function_))
        {
        }
        bound(const bound &) = delete;
        bound &operator=(const bound &) = delete;
        ~bound()
        {
            if (life_ != nullptr) {
                life_->let_go();
            }
        }

        template <class... Arguments, class = std::enable_if_t<std::is_invocable_v<F &, Arguments...>>>
        void operator()(Arguments &&...arguments)
        {
            if (life_ != nullptr && life_->is_open) {
                function_(std::forward<Arguments>(arguments)...);
            }
        }

    private:
        life *life_;
        F function_;
    };

    life *life_;
};

// -- Features and decisions -------------------------------------------------------------------------------------------

/// A feature's number, the same in the whole process. A default one is none, and always denied.
class feature {
public:
    /// None: always denied.
    constexpr feature() noexcept = default;
    /// A number that the library has given, for example from a native playgate_feature.
    explicit constexpr feature(playgate_feature number) noexcept : number_(number) {}

    /// The number of a feature name: 1 to 256 bytes, opaque and case-sensitive, in a session or not. Ask once, at the
    /// start, and keep it. `status::limit` after 1,023 names. Any thread; not for the frame path.
    [[nodiscard]] static result<feature> named(std::string_view name) noexcept
    {
        const detail::c_text text(name);
        if (!text) {
            return text.failure();
        }
        playgate_feature number = 0;
        const playgate_result found = playgate_feature_intern(text.get(), &number);
        return found == PLAYGATE_OK ? result<feature>(feature(number)) : result<feature>(detail::to_status(found));
    }

    /// The C API's number; 0 for none.
    [[nodiscard]] constexpr playgate_feature number() const noexcept { return number_; }
    /// Whether it is one.
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return number_ != 0; }
    /// Whether both are the same.
    [[nodiscard]] friend constexpr bool operator==(feature one, feature other) noexcept
    {
        return one.number_ == other.number_;
    }
    /// Whether they are not the same.
    [[nodiscard]] friend constexpr bool operator!=(feature one, feature other) noexcept { return !(one == other); }

private:
    playgate_feature number_ = 0;
};

/// A decision about a feature. `access` and `next_step` may drive the user interface, `text` may be shown; `reason`,
/// `managed_by` and `age_threshold` may choose among texts; `freshness` is for hints and logs. A default one is a denial.
struct decision {
    /// What the feature may do.
    playgate::access access = playgate::access::unavailable;
    /// Why it is not on.
    playgate::reason reason = playgate::reason::error;
    /// What to do next.
    playgate::next_step next_step = playgate::next_step::nothing;
    /// How fresh the knowledge is.
    playgate::freshness freshness = playgate::freshness::none;
    /// Who manages the feature.
    playgate::managed_by managed_by = playgate::managed_by::unknown;
    /// The age in years that must be verified; 0 when there is none.
    std::uint32_t age_threshold = 0;
    /// A neutral sentence for the locked feature, in the language that was set; empty when it is on. Lent for the life of
    /// the process.
    std::string_view text{""};

    /// Whether the feature is on.
    [[nodiscard]] constexpr bool is_allowed() const noexcept { return access == playgate::access::allowed; }
};

/// A decision table: the answer for a feature is one byte. Copy it to where decisions are needed. It stays readable for
/// the life of the process, reads "denied" while the player has no open client, and follows whichever client of this
/// player is open. A default one denies.
class decision_table {
public:
    /// Denies everything.
    constexpr decision_table() noexcept = default;
    /// Over the C API's table.
    constexpr decision_table(const playgate_cell *cells, std::uint32_t count) noexcept : cells_(cells), count_(count) {}

    /// Whether there is one.
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return cells_ != nullptr; }
    /// Whether a feature is on. For the frame path; any thread.
    [[nodiscard]] bool is_allowed(feature which) const noexcept
    {
        return playgate_table_allowed(cells_, count_, which.number()) == 1;
    }
    /// What a feature may do. For the frame path; any thread.
    [[nodiscard]] access access_of(feature which) const noexcept
    {
        return static_cast<access>(playgate_table_access(cells_, count_, which.number()));
    }
    /// The C API's cells; read each with an atomic load. Null when there is none.
    [[nodiscard]] constexpr const playgate_cell *cells() const noexcept { return cells_; }
    /// How many cells there are.
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return count_; }

private:
    const playgate_cell *cells_ = nullptr;
    std::uint32_t count_ = 0;
};

namespace detail {

inline decision to_decision(const playgate_decision &from) noexcept
{
    decision to;
    to.access = static_cast<access>(from.access);
    to.reason = static_cast<reason>(from.reason);
    to.next_step = static_cast<next_step>(from.next_step);
    to.freshness = static_cast<freshness>(from.freshness);
    to.managed_by = static_cast<managed_by>(from.managed_by);
    to.age_threshold = from.age_threshold;
    to.text = view(from.text);
    return to;
}

} // namespace detail

// -- Changes between sessions -----------------------------------------------------------------------------------------

/// One change. The texts are lent until the changes are freed; what does not apply is empty or 0.
struct change {
    /// What kind of change.
    change_kind kind = change_kind::none;
    /// Which way it went.
    playgate::direction direction = playgate::direction::neither;
    /// What the permission gave before, whatever the session's status was.
    access access_before = access::unavailable;
    /// What the permission gives now, whatever the session's status is.
    access access_after = access::unavailable;
    /// Whether the permission was on.
    bool enabled_before = false;
    /// Whether the permission is on.
    bool enabled_after = false;
    /// The age threshold before, in years; 0 when there was none.
    std::uint32_t threshold_before = 0;
    /// The age threshold now, in years; 0 when there is none.
    std::uint32_t threshold_after = 0;
    /// The permission's name; empty for a change of the session itself.
    std::string_view permission{""};
    /// The changed word before: who managed it, the age status, the status, the jurisdiction or the session id.
    std::string_view before{""};
    /// The changed word now.
    std::string_view after{""};
};

namespace detail {

struct changes_kind {
    static void free(std::uint64_t native) noexcept { (void)playgate_changes_free(native); }
};

struct change_reader {
    playgate_changes native;
    result<change> operator()(std::size_t index) const noexcept
    {
        playgate_change from;
        playgate_change_init(&from, sizeof from);
        const playgate_result found = playgate_changes_get(native, index, &from);
        if (found != PLAYGATE_OK) {
            return to_status(found);
        }
        change to;
        to.kind = static_cast<change_kind>(from.kind);
        to.direction = static_cast<direction>(from.direction);
        to.access_before = static_cast<access>(from.access_before);
        to.access_after = static_cast<access>(from.access_after);
        to.enabled_before = from.enabled_before != 0;
        to.enabled_after = from.enabled_after != 0;
        to.threshold_before = from.threshold_before;
        to.threshold_after = from.threshold_after;
        to.permission = view(from.permission);
        to.before = view(from.before);
        to.after = view(from.after);
        return to;
    }
};

} // namespace detail

/// The changes between two sessions: immutable. Any thread. `for (const playgate::change &one : changes)` goes through
/// them: the new session's permissions, then removed ones, then changes of the session itself.
class changes : public detail::handle<detail::changes_kind> {
public:
    /// None.
    changes() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static changes from_native(playgate_changes native) noexcept { return changes(native); }

    /// How many there are.
    [[nodiscard]] std::size_t size() const noexcept
    {
        std::size_t count = 0;
        (void)playgate_changes_count(native(), &count);
        return count;
    }
    /// The change at an index from 0; `status::not_found` past the end. Its texts are lent from this object.
    [[nodiscard]] result<change> at(std::size_t index) const & noexcept { return detail::change_reader{native()}(index); }
    result<change> at(std::size_t) const && = delete;
    /// The changes as a JSON array, in the form of k-ID's guide; lent from this object. Empty after a failure.
    [[nodiscard]] std::string_view json() const & noexcept
    {
        playgate_text text{nullptr, 0};
        (void)playgate_changes_json(native(), &text);
        return detail::view(text);
    }
    std::string_view json() const && = delete;
    /// The first one, for `for`.
    [[nodiscard]] auto begin() const noexcept { return detail::range<change, detail::change_reader>({native()}).begin(); }
    /// The end, for `for`.
    [[nodiscard]] auto end() const noexcept { return detail::range<change, detail::change_reader>::end_mark(); }

private:
    explicit changes(std::uint64_t native) noexcept : handle(native) {}
};

// -- Sessions ---------------------------------------------------------------------------------------------------------

/// Facts about a session. The texts are lent until the session is freed; what the session does not say is empty.
struct session_info {
    /// Whether the session's status is active; otherwise nothing is allowed.
    bool is_in_force = false;
    /// How many permissions it has, each name counted once.
    std::uint32_t permission_count = 0;
    /// How many allowances it has.
    std::uint32_t allowance_count = 0;
    /// Whether the servers know an address of a trusted adult; false also when they do not say.
    bool has_approver_email = false;
    /// The session's id.
    std::string_view session_id{""};
    /// The status as the server wrote it; "ACTIVE" when it wrote none.
    std::string_view status{""};
    /// The age status as the server wrote it.
    std::string_view age_status{""};
    /// The age category as the server wrote it.
    std::string_view age_category{""};
    /// The jurisdiction, for example "US-CA".
    std::string_view jurisdiction{""};
};

/// One permission of a session. The texts are lent until the session is freed.
struct permission {
    /// Whether it is on.
    bool enabled = false;
    /// Who manages it.
    playgate::managed_by managed_by = playgate::managed_by::unknown;
    /// The age in years that must be verified; 0 when there is none.
    std::uint32_t age_threshold = 0;
    /// What the feature may do by this session alone.
    playgate::access access = playgate::access::unavailable;
    /// The feature's name.
    std::string_view name{""};
    /// Who manages it, as the server wrote it.
    std::string_view managed_by_text{""};
};

/// A preference that a trusted adult set. The texts are lent until the session is freed.
struct allowance {
    /// What kind of value it has.
    allowance_kind kind = allowance_kind::none;
    /// The value of an `allowance_kind::number`, else 0.
    double number = 0.0;
    /// The allowance's name.
    std::string_view name{""};
    /// Its type as the server wrote it.
    std::string_view type_text{""};
    /// The value of an `allowance_kind::selection`, else empty.
    std::string_view selection{""};
};

namespace detail {

struct session_kind {
    static void free(std::uint64_t native) noexcept { (void)playgate_session_free(native); }
};

struct permission_reader {
    playgate_session native;
    result<permission> operator()(std::size_t index) const noexcept
    {
        playgate_permission from;
        playgate_permission_init(&from, sizeof from);
        const playgate_result found = playgate_session_get_permission(native, index, &from);
        if (found != PLAYGATE_OK) {
            return to_status(found);
        }
        permission to;
        to.enabled = from.enabled != 0;
        to.managed_by = static_cast<managed_by>(from.managed_by);
        to.age_threshold = from.age_threshold;
        to.access = static_cast<access>(from.access);
        to.name = view(from.name);
        to.managed_by_text = view(from.managed_by_text);
        return to;
    }
};

struct allowance_reader {
    playgate_session native;
    result<allowance> operator()(std::size_t index) const noexcept
    {
        playgate_allowance from;
        playgate_allowance_init(&from, sizeof from);
        const playgate_result found = playgate_session_get_allowance(native, index, &from);
        if (found != PLAYGATE_OK) {
            return to_status(found);
        }
        allowance to;
        to.kind = static_cast<allowance_kind>(from.value_kind);
        to.number = from.number;
        to.name = view(from.name);
        to.type_text = view(from.type_text);
        to.selection = view(from.selection);
        return to;
    }
};

} // namespace detail

/// A session: immutable. Any thread.
class session : public detail::handle<detail::session_kind> {
public:
    /// None.
    session() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static session from_native(playgate_session native) noexcept { return session(native); }

    /// Reads a session from JSON: a bare session, or {"session":…,"status":…} whose outer status is ignored. At most 1 MiB,
    /// 10,000 permissions and 64 levels. `status::invalid_session`: last_error() says where. The JSON is not kept.
    [[nodiscard]] static result<session> parse(std::string_view json) noexcept
    {
        playgate_session native = 0;
        const playgate_result read = playgate_session_parse(json.data(), json.size(), &native);
        return read == PLAYGATE_OK ? result<session>(session(native)) : result<session>(detail::to_status(read));
    }

    /// The session as JSON, as it came, without an outer object; lent from this object. May hold personal data. Empty
    /// after a failure.
    [[nodiscard]] std::string_view json() const & noexcept
    {
        playgate_text text{nullptr, 0};
        (void)playgate_session_json(native(), &text);
        return detail::view(text);
    }
    std::string_view json() const && = delete;
    /// What a feature may do by this session alone; in a game ask the client. Anything that goes wrong is `unavailable`.
    [[nodiscard]] access access_of(std::string_view name) const noexcept
    {
        const detail::c_text text(name);
        playgate_access found = PLAYGATE_ACCESS_UNAVAILABLE;
        if (text) {
            (void)playgate_session_access(native(), text.get(), &found);
        }
        return static_cast<access>(found);
    }
    /// The decision about a feature by this session alone. A denial after any failure.
    [[nodiscard]] result<decision> decide(std::string_view name) const noexcept
    {
        const detail::c_text text(name);
        if (!text) {
            return text.failure();
        }
        playgate_decision found;
        playgate_decision_init(&found, sizeof found);
        const playgate_result decided = playgate_session_decide(native(), text.get(), &found);
        return decided == PLAYGATE_OK ? result<decision>(detail::to_decision(found))
                                      : result<decision>(detail::to_status(decided));
    }
    /// Facts about it; the texts are lent from this object.
    [[nodiscard]] result<session_info> info() const & noexcept
    {
        playgate_session_info from;
        playgate_session_info_init(&from, sizeof from);
        const playgate_result found = playgate_session_get_info(native(), &from);
        if (found != PLAYGATE_OK) {
            return detail::to_status(found);
        }
        session_info to;
        to.is_in_force = from.is_in_force != 0;
        to.permission_count = from.permission_count;
        to.allowance_count = from.allowance_count;
        to.has_approver_email = from.has_approver_email != 0;
        to.session_id = detail::view(from.session_id);
        to.status = detail::view(from.status);
        to.age_status = detail::view(from.age_status);
        to.age_category = detail::view(from.age_category);
        to.jurisdiction = detail::view(from.jurisdiction);
        return to;
    }
    result<session_info> info() const && = delete;
    /// The permission at an index from 0, in the session's order; `status::not_found` past the end.
    [[nodiscard]] result<permission> permission_at(std::size_t index) const & noexcept
    {
        return detail::permission_reader{native()}(index);
    }
    result<permission> permission_at(std::size_t) const && = delete;
    /// All permissions, for `for`, while this object lives.
    [[nodiscard]] auto permissions() const & noexcept
    {
        return detail::range<permission, detail::permission_reader>({native()});
    }
    void permissions() const && = delete;
    /// The allowance at an index from 0, in the session's order; `status::not_found` past the end.
    [[nodiscard]] result<allowance> allowance_at(std::size_t index) const & noexcept
    {
        return detail::allowance_reader{native()}(index);
    }
    result<allowance> allowance_at(std::size_t) const && = delete;
    /// All allowances, for `for`, while this object lives.
    [[nodiscard]] auto allowances() const & noexcept
    {
        return detail::range<allowance, detail::allowance_reader>({native()});
    }
    void allowances() const && = delete;

private:
    explicit session(std::uint64_t native) noexcept : handle(native) {}
};

/// Compares two sessions; an empty one stands for "no session". Linear time on the caller's thread. Any thread.
[[nodiscard]] inline result<changes> compare(const session &before, const session &after) noexcept
{
    playgate_changes native = 0;
    const playgate_result compared = playgate_session_compare(before.native(), after.native(), &native);
    return compared == PLAYGATE_OK ? result<changes>(changes::from_native(native))
                                   : result<changes>(detail::to_status(compared));
}

// -- Notices ----------------------------------------------------------------------------------------------------------

/// What a notice says. The texts are neutral, in the language that was set, and lent until the notice is freed.
struct notice_info {
    /// What kind of notice.
    notice_kind kind = notice_kind::none;
    /// How many features went off.
    std::uint32_t off_count = 0;
    /// How many features came on.
    std::uint32_t on_count = 0;
    /// How many features the player may now enable.
    std::uint32_t may_choose_count = 0;
    /// How many features the player asked for and did not get, or not yet.
    std::uint32_t asked_count = 0;
    /// Which state of things the notice speaks of: rises with each change.
    std::uint64_t revision = 0;
    /// A heading.
    std::string_view title{""};
    /// A text that lists the features by their display names, a line each.
    std::string_view message{""};
};

/// A feature of one of a notice's lists. The texts are lent until the notice is freed.
struct notice_feature {
    /// Its name.
    std::string_view name{""};
    /// What to show for it.
    std::string_view shown{""};
};

namespace detail {

struct notice_kind_of_handle {
    static void free(std::uint64_t native) noexcept { (void)playgate_notice_free(native); }
};

struct notice_reader {
    playgate_notice native;
    notice_list list;
    result<notice_feature> operator()(std::size_t index) const noexcept
    {
        playgate_text name{nullptr, 0};
        playgate_text shown{nullptr, 0};
        const playgate_result found =
            playgate_notice_get_feature(native, static_cast<playgate_notice_list>(list), index, &name, &shown);
        if (found != PLAYGATE_OK) {
            return to_status(found);
        }
        return notice_feature{view(name), view(shown)};
    }
};

} // namespace detail

/// What to tell the player: immutable. Any thread.
class notice : public detail::handle<detail::notice_kind_of_handle> {
public:
    /// None.
    notice() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static notice from_native(playgate_notice native) noexcept { return notice(native); }

    /// What it says; the texts are lent from this object.
    [[nodiscard]] result<notice_info> info() const & noexcept
    {
        playgate_notice_info from;
        playgate_notice_info_init(&from, sizeof from);
        const playgate_result found = playgate_notice_get_info(native(), &from);
        if (found != PLAYGATE_OK) {
            return detail::to_status(found);
        }
        notice_info to;
        to.kind = static_cast<notice_kind>(from.kind);
        to.off_count = from.off_count;
        to.on_count = from.on_count;
        to.may_choose_count = from.may_choose_count;
        to.asked_count = from.asked_count;
        to.revision = from.revision;
        to.title = detail::view(from.title);
        to.message = detail::view(from.message);
        return to;
    }
    result<notice_info> info() const && = delete;
    /// A feature of one of its lists, at an index from 0; `status::not_found` past the end.
    [[nodiscard]] result<notice_feature> feature_at(notice_list list, std::size_t index) const & noexcept
    {
        return detail::notice_reader{native(), list}(index);
    }
    result<notice_feature> feature_at(notice_list, std::size_t) const && = delete;
    /// All features of one of its lists, for `for`, while this object lives.
    [[nodiscard]] auto features(notice_list list) const & noexcept
    {
        return detail::range<notice_feature, detail::notice_reader>({native(), list});
    }
    void features(notice_list) const && = delete;

private:
    explicit notice(std::uint64_t native) noexcept : handle(native) {}
};

// -- Challenges -------------------------------------------------------------------------------------------------------

/// What a challenge is. The texts are lent until the challenge is freed. URL and code let whoever has them answer: show
/// them, but do not log or store them.
struct challenge_info {
    /// Who must act.
    playgate::actor actor = playgate::actor::none;
    /// How it stands: asked, waiting, approved, refused or enabled.
    playgate::progress progress = playgate::progress::none;
    /// Whether limited play is allowed while the answer is awaited; false also when that is not known.
    bool data_lite = false;
    /// Until when the URL is valid, Unix milliseconds; 0 when nothing is known.
    std::int64_t url_expires_ms = 0;
    /// Until when the code is valid, Unix milliseconds; 0 when there is none.
    std::int64_t code_expires_ms = 0;
    /// When the player asked, Unix milliseconds.
    std::int64_t asked_ms = 0;
    /// The permission that it is about.
    std::string_view feature{""};
    /// Its id.
    std::string_view id{""};
    /// k-ID's word for its type, for example "CHALLENGE_SESSION_UPGRADE".
    std::string_view type{""};
    /// Where it is answered; empty while it is not known, right after a restart: an event follows.
    std::string_view url{""};
    /// The one-time code for a parent; empty when there is none.
    std::string_view code{""};
    /// The site where a parent types the code in; empty when there is no code.
    std::string_view code_site{""};
};

/// A QR code: dark and light modules, to be drawn as a texture with at least four light modules around it. 31 KiB, so
/// keep it off small stacks.
class qr_code {
public:
    /// The most modules along a side.
    static constexpr std::uint32_t max_size = 177;

    /// How many modules along a side; 0 when nothing was drawn.
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    /// Whether the module is dark, from the top left. What lies outside is light, so that a quiet zone draws itself.
    [[nodiscard]] bool is_dark(std::int32_t x, std::int32_t y) const noexcept
    {
        const auto side = static_cast<std::int32_t>(size_);
        if (x < 0 || y < 0 || x >= side || y >= side) {
            return false;
        }
        return modules_[static_cast<std::size_t>(y) * size_ + static_cast<std::size_t>(x)] != 0;
    }

private:
    friend class challenge;
    std::array<std::uint8_t, std::size_t{max_size} * max_size> modules_{};
    std::uint32_t size_ = 0;
};

namespace detail {

struct challenge_kind {
    static void free(std::uint64_t native) noexcept { (void)playgate_challenge_free(native); }
};

} // namespace detail

/// A challenge as it was when it was asked for: immutable. Freeing it leaves the question open. Any thread.
class challenge : public detail::handle<detail::challenge_kind> {
public:
    /// None.
    challenge() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static challenge from_native(playgate_challenge native) noexcept { return challenge(native); }

    /// What it is; the texts are lent from this object.
    [[nodiscard]] result<challenge_info> info() const & noexcept
    {
        playgate_challenge_info from;
        playgate_challenge_info_init(&from, sizeof from);
        const playgate_result found = playgate_challenge_get_info(native(), &from);
        if (found != PLAYGATE_OK) {
            return detail::to_status(found);
        }
        challenge_info to;
        to.actor = static_cast<actor>(from.actor);
        to.progress = static_cast<progress>(from.progress);
        to.data_lite = from.data_lite != 0;
        to.url_expires_ms = from.url_expires_ms;
        to.code_expires_ms = from.code_expires_ms;
        to.asked_ms = from.asked_ms;
        to.feature = detail::view(from.feature);
        to.id = detail::view(from.id);
        to.type = detail::view(from.type);
        to.url = detail::view(from.url);
        to.code = detail::view(from.code);
        to.code_site = detail::view(from.code_site);
        return to;
    }
    result<challenge_info> info() const && = delete;
    /// What the challenge's screen may say. It needs no acknowledgement.
    [[nodiscard]] result<playgate::notice> notice() const noexcept
    {
        playgate_notice found = 0;
        const playgate_result made = playgate_challenge_notice(native(), &found);
        return made == PLAYGATE_OK ? result<playgate::notice>(playgate::notice::from_native(found))
                                   : result<playgate::notice>(detail::to_status(made));
    }
    /// Draws its URL as a QR code; after a failure the code has no modules. `status::not_found`: there is no URL. Takes some
    /// milliseconds: not for the frame path.
    result<void> draw(qr_code &out) const noexcept
    {
        const playgate_result drawn =
            playgate_challenge_qr(native(), out.modules_.data(), out.modules_.size(), &out.size_);
        if (drawn != PLAYGATE_OK) {
            out.size_ = 0;
        }
        return detail::to_status(drawn);
    }

private:
    explicit challenge(std::uint64_t native) noexcept : handle(native) {}
};

// -- Events and requests ----------------------------------------------------------------------------------------------

/// A request's number: unique in the process, never reused. A default one is none.
struct request_id {
    /// The C API's number.
    playgate_request number = 0;

    /// Whether it is one.
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return number != 0; }
    /// Whether both are the same.
    [[nodiscard]] friend constexpr bool operator==(request_id one, request_id other) noexcept
    {
        return one.number == other.number;
    }
    /// Whether they are not the same.
    [[nodiscard]] friend constexpr bool operator!=(request_id one, request_id other) noexcept { return !(one == other); }
};

/// How a request ended. The text is lent for the call of the function that gets this.
struct completion {
    /// Which request.
    request_id request{};
    /// What it was for.
    playgate::operation operation = playgate::operation::none;
    /// How it ended: what the function that made the request lists.
    playgate::status status = playgate::status::ok;
    /// The HTTP status of the server's answer; 0 when there was none.
    std::uint32_t http_status = 0;
    /// A sentence for logs about what was wrong; empty where nothing was. Holds no personal data.
    std::string_view text{""};
};

/// Why something did not work. The text is lent for the call of the handler that gets this.
struct problem {
    /// Why.
    playgate::status status = playgate::status::ok;
    /// The HTTP status of the server's answer; 0 when there was none.
    std::uint32_t http_status = 0;
    /// A sentence for logs. Holds no personal data.
    std::string_view text{""};
};

/// A request for a permission has come further. The texts are lent for the call of the handler that gets this.
struct upgrade_change {
    /// The permission's name.
    std::string_view feature{""};
    /// How far it has come.
    playgate::progress progress = playgate::progress::none;
    /// Why it came to nothing, or ok.
    playgate::status status = playgate::status::ok;
    /// A sentence for logs about what was wrong; empty where nothing was.
    std::string_view text{""};
};

/// The ad service's game session has another state. The text is lent for the call of the handler that gets this.
struct game_session_change {
    /// The state.
    game_session_state state = game_session_state::idle;
    /// Why it is stopped.
    game_session_stop stop = game_session_stop::none;
    /// What was wrong, or ok.
    playgate::status status = playgate::status::ok;
    /// A sentence for logs about what was wrong; empty where nothing was.
    std::string_view text{""};
};

/// Any event. The texts are lent until the handler that gets it returns, or client::next_event is called again.
struct event {
    /// What happened.
    event_type type = event_type::none;
    /// The request that ended; none for other events.
    request_id request{};
    /// How it ended; ok where there is nothing wrong.
    playgate::status status = playgate::status::ok;
    /// What the request was for.
    playgate::operation operation = playgate::operation::none;
    /// The HTTP status of the server's answer; 0 when there was none.
    std::uint32_t http_status = 0;
    /// How far a request for a permission has come: `upgrade_changed` only.
    playgate::progress progress = playgate::progress::none;
    /// A sentence for logs about what was wrong; empty where nothing was. Holds no personal data.
    std::string_view text{""};
    /// The permission's name: `upgrade_changed` only, else empty.
    std::string_view feature{""};
    /// `game_session_changed` only.
    playgate::game_session_state game_session_state = playgate::game_session_state::idle;
    /// `game_session_changed` only.
    playgate::game_session_stop game_session_stop = playgate::game_session_stop::none;

    /// The event as the end of a request.
    [[nodiscard]] playgate::completion as_completion() const noexcept
    {
        return {request, operation, status, http_status, text};
    }
    /// The event as news of a problem.
    [[nodiscard]] playgate::problem as_problem() const noexcept { return {status, http_status, text}; }
    /// The event as news of a request for a permission.
    [[nodiscard]] playgate::upgrade_change as_upgrade_change() const noexcept { return {feature, progress, status, text}; }
    /// The event as news of the game session.
    [[nodiscard]] playgate::game_session_change as_game_session_change() const noexcept
    {
        return {game_session_state, game_session_stop, status, text};
    }
};

/// A function that gets the end of one request.
using completion_function = function<void(const completion &)>;
/// A function that gets events.
using event_function = function<void(const event &)>;

namespace detail {

/// A handler in a client's list.
struct subscriber {
    event_type type = event_type::none;
    event_function call{};
    subscriber *next = nullptr;
    bool is_over = false;
    bool is_held = true;
};

/// What a client, its subscriptions and a pump that goes on have in common. It lives as long as one of them.
class core {
public:
    /// How many requests of a client the library has under way at most.
    static constexpr std::size_t most_requests = 256;

    core() noexcept = default;
    core(const core &) = delete;
    core &operator=(const core &) = delete;
    ~core()
    {
        while (first_ != nullptr) {
            delete std::exchange(first_, first_->next);
        }
    }

    void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
    void let_go() noexcept
    {
        if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete this;
        }
    }

    playgate_client client() const noexcept { return client_.load(std::memory_order_acquire); }
    void open(playgate_client client) noexcept { client_.store(client, std::memory_order_release); }

    /// Makes a request, with a function for its end or none. The function's place is reserved before, so that an answer
    /// on another thread finds it.
    template <class Start>
    result<request_id> begin(completion_function &done, Start start) noexcept
    {
        playgate_request request = 0;
        if (!done) {
            const playgate_result started = start(client(), &request);
            if (is_failure(to_status(started))) {
                return to_status(started);
            }
            return request_id{request};
        }
        place *const kept = reserve();
        if (kept == nullptr) {
            return status::limit;
        }
        kept->done = std::move(done);
        const playgate_result started = start(client(), &request);
        std::uint64_t expected = reserved;
        const bool is_accepted = !is_failure(to_status(started));
        if (is_accepted && kept->request.compare_exchange_strong(expected, request, std::memory_order_acq_rel)) {
            return request_id{request};
        }
        // Not accepted, or closed meanwhile.
        kept->done.reset();
        kept->request.store(vacant, std::memory_order_release);
        return is_accepted ? status::invalid_handle : to_status(started);
    }

    /// The next event, and the function of the request that it ends.
    status next(playgate_event &out, completion_function &done) noexcept
    {
        if (!has_kept_) {
            playgate_event_init(&kept_, sizeof kept_);
            const playgate_result taken = playgate_client_next_event(client(), &kept_);
            if (taken != PLAYGATE_OK) {
                return to_status(taken);
            }
            has_kept_ = true;
        }
        // On another thread the request may not have returned yet: then its end waits for the next frame.
        if (kept_.type == PLAYGATE_EVENT_COMPLETED && !take(kept_.request, done)) {
            return status::no_event;
        }
        has_kept_ = false;
        out = kept_;
        return status::ok;
    }

    /// Gives an event to the handlers that were there when it came.
    void tell(const event &what)
    {
        const busy_mark mark(*this);
        subscriber *const last = last_;
        for (subscriber *one = first_; one != nullptr; one = one->next) {
            if (!one->is_over && !is_closed_ && (one->type == event_type::none || one->type == what.type)) {
                one->call(what);
            }
            if (one == last) {
                break;
            }
        }
    }

    bool is_busy() const noexcept { return depth_ != 0; }
    bool is_closed() const noexcept { return is_closed_; }

    subscriber *subscribe(event_type type, event_function &&call) noexcept
    {
        if (is_closed_ || !call) {
            return nullptr;
        }
        auto *const added = new (std::nothrow) subscriber;
        if (added != nullptr) {
            added->type = type;
            added->call = std::move(call);
            (last_ != nullptr ? last_->next : first_) = added;
            last_ = added;
        }
        return added;
    }
    void unsubscribe(subscriber *one) noexcept
    {
        one->is_held = false;
        one->is_over = true;
        sweep();
    }
    /// Lets a handler stay as long as the client.
    void keep(subscriber *one) noexcept
    {
        one->is_held = false;
        sweep();
    }

    /// Closes; then the functions of requests that did not end are called if so wanted.
    status close(std::uint32_t drain_ms, bool calls_functions)
    {
        // Closing 0 is ok.
        const playgate_result closed = playgate_client_close(client(), drain_ms);
        if (closed == PLAYGATE_ERROR_BUSY) {
            return status::busy; // From inside a hook: nothing was done.
        }
        if (closed != PLAYGATE_PENDING) {
            open(0);
        }
        is_closed_ = true;
        has_kept_ = false;
        for (place &one : places_) {
            end(one, calls_functions);
        }
        return to_status(closed);
    }
    /// The client is gone: its handlers are called no more.
    void drop_handlers() noexcept
    {
        is_closed_ = true;
        for (subscriber *one = first_; one != nullptr; one = one->next) {
            one->is_over = true;
        }
        sweep();
    }

    /// While functions of the game are called from here.
    class busy_mark {
    public:
        explicit busy_mark(core &of) noexcept : of_(of)
        {
            of_.hold();
            ++of_.depth_;
        }
        ~busy_mark()
        {
            --of_.depth_;
            of_.sweep();
            of_.let_go();
        }
        busy_mark(const busy_mark &) = delete;
        busy_mark &operator=(const busy_mark &) = delete;

    private:
        core &of_;
    };

private:
    /// Besides these a place has the number of its request.
    static constexpr std::uint64_t vacant = 0;
    static constexpr std::uint64_t reserved = ~std::uint64_t{0};
    static constexpr std::uint64_t ended = reserved - 1;

    struct place {
        std::atomic<std::uint64_t> request{vacant};
        completion_function done{};
    };

    place *reserve() noexcept
    {
        for (place &one : places_) {
            std::uint64_t expected = vacant;
            if (one.request.compare_exchange_strong(expected, reserved, std::memory_order_acq_rel)) {
                return &one;
            }
        }
        return nullptr;
    }

    /// The function of a request that has ended, if it has one; false when that cannot be known yet.
    bool take(playgate_request request, completion_function &done) noexcept
    {
        bool is_known = true;
        for (place &one : places_) {
            const std::uint64_t now = one.request.load(std::memory_order_acquire);
            if (now == request) {
                done = std::move(one.done);
                one.request.store(vacant, std::memory_order_release);
                return true;
            }
            is_known = is_known && now != reserved;
        }
        if (is_known) {
            return true;
        }
        // Its place may have got its number behind the search.
        for (place &one : places_) {
            if (one.request.load(std::memory_order_acquire) == request) {
                done = std::move(one.done);
                one.request.store(vacant, std::memory_order_release);
                return true;
            }
        }
        return false;
    }

    /// Ends a request that the closed client does not end.
    static void end(place &one, bool calls_function)
    {
        std::uint64_t now = one.request.load(std::memory_order_acquire);
        // A request that another thread is just making is told that it is too late.
        while (now != vacant && now != ended) {
            if (one.request.compare_exchange_weak(now, ended, std::memory_order_acq_rel)) {
                if (now == reserved) {
                    return;
                }
                completion_function done = std::move(one.done);
                one.request.store(vacant, std::memory_order_release);
                if (calls_function) {
                    completion how;
                    how.request = request_id{now};
                    how.status = status::cancelled;
                    how.text = std::string_view("", 0);
                    done(how);
                }
                return;
            }
        }
    }

    /// Takes handlers away that are over, unless one of them is being called.
    void sweep() noexcept
    {
        if (depth_ != 0) {
            return;
        }
        // What a handler captured may end other subscriptions when it goes: so the list is whole whenever one goes.
        for (subscriber **link = &first_, *before = nullptr; *link != nullptr;) {
            subscriber *const one = *link;
            if (!one->is_over || (one->is_held && !one->call)) {
                before = one;
                link = &one->next;
                continue;
            }
            const event_function gone = std::move(one->call);
            if (!one->is_held) {
                *link = one->next;
                if (last_ == one) {
                    last_ = before;
                }
                delete one;
            }
            swept_ = true;
            break;
        }
        if (std::exchange(swept_, false)) {
            sweep();
        }
    }

    std::atomic<std::uint32_t> holders_{1};
    std::atomic<playgate_client> client_{0};
    subscriber *first_ = nullptr;
    subscriber *last_ = nullptr;
    std::uint32_t depth_ = 0;
    bool swept_ = false;
    bool is_closed_ = false;
    bool has_kept_ = false;
    playgate_event kept_{};
    std::array<place, most_requests> places_{};
};

/// One holder of a core.
class core_holder {
public:
    core_holder() noexcept = default;
    /// Takes over one that is held already.
    explicit core_holder(core *held) noexcept : core_(held) {}
    core_holder(core_holder &&other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    core_holder &operator=(core_holder &&other) noexcept
    {
        if (this != &other) {
            core *const old = std::exchange(core_, std::exchange(other.core_, nullptr));
            if (old != nullptr) {
                old->let_go();
            }
        }
        return *this;
    }
    core_holder(const core_holder &) = delete;
    core_holder &operator=(const core_holder &) = delete;
    ~core_holder()
    {
        if (core_ != nullptr) {
            core_->let_go();
        }
    }

    core *get() const noexcept { return core_; }
    /// Another holder of the same.
    core_holder share() const noexcept
    {
        if (core_ != nullptr) {
            core_->hold();
        }
        return core_holder(core_);
    }

private:
    core *core_ = nullptr;
};

} // namespace detail

/// A registered handler: it is called until this is destroyed, which may happen inside the handler too. May outlive the
/// client. Move-only; belongs to the thread that pumps. An empty one has no handler: the client was closed or empty, or
/// there was no memory.
class [[nodiscard]] subscription {
public:
    /// None.
    subscription() noexcept = default;
    /// Moves; the other one is empty afterwards.
    subscription(subscription &&other) noexcept
        : core_(std::move(other.core_)), subscriber_(std::exchange(other.subscriber_, nullptr))
    {
    }
    /// Ends what was here, and moves.
    subscription &operator=(subscription &&other) noexcept
    {
        if (this != &other) {
            reset();
            core_ = std::move(other.core_);
            subscriber_ = std::exchange(other.subscriber_, nullptr);
        }
        return *this;
    }
    subscription(const subscription &) = delete;
    subscription &operator=(const subscription &) = delete;
    ~subscription() { reset(); }

    /// Whether there is a handler.
    [[nodiscard]] explicit operator bool() const noexcept { return subscriber_ != nullptr; }
    /// Ends it: the handler is not called any more, and is destroyed as soon as it is not being called.
    void reset() noexcept
    {
        if (subscriber_ != nullptr) {
            core_.get()->unsubscribe(std::exchange(subscriber_, nullptr));
        }
        core_ = detail::core_holder();
    }
    /// Lets the handler stay as long as the client. This object is empty afterwards.
    void keep() noexcept
    {
        if (subscriber_ != nullptr) {
            core_.get()->keep(std::exchange(subscriber_, nullptr));
        }
        core_ = detail::core_holder();
    }

private:
    friend class client;
    subscription(detail::core_holder core, detail::subscriber *subscriber) noexcept
        : core_(std::move(core)), subscriber_(subscriber)
    {
    }
    detail::core_holder core_{};
    detail::subscriber *subscriber_ = nullptr;
};

// -- Hooks: objects of the game as the C API's tables -----------------------------------------------------------------
// Each `..._for` makes a table that calls an object's member functions. The object is not owned: it lives until the client's
// close has returned something other than `pending`. Its functions must not throw: a throw ends the program. They are
// called on the library's threads, and may call only what playgate.h says for hooks.

/// A header's name and value, NUL-terminated.
using http_header = playgate_http_header;

/// Headers that are lent for a call: a pointer to the first one, and how many.
struct http_headers {
    /// The first one; may be null when there are none.
    const http_header *first = nullptr;
    /// How many.
    std::size_t count = 0;

    /// The first one, for `for`.
    [[nodiscard]] constexpr const http_header *begin() const noexcept { return first; }
    /// The end, for `for`.
    [[nodiscard]] constexpr const http_header *end() const noexcept { return first + count; }
};

/// A request that a transport is to send. Lent for the call of its `start`.
struct http_request {
    /// The time limit of the whole exchange.
    std::chrono::milliseconds timeout{0};
    /// "GET", "POST" or "PUT".
    std::string_view method{""};
    /// The absolute URL: https, or http on this machine.
    std::string_view url{""};
    /// Headers to be sent, all of them and in this order.
    http_headers headers{};
    /// The body; empty when there is none.
    std::string_view body{""};
};

/// What came of a request. Everything is copied.
struct http_response {
    /// `ok`: there is a response, whatever its HTTP status. Otherwise why there is none: unreachable, timed_out, cancelled,
    /// tls, protocol, limit or not_permitted; any other counts as unreachable.
    playgate::status status = playgate::status::ok;
    /// The HTTP status.
    std::uint32_t http_status = 0;
    /// All headers of the response, at most 256; the library picks what it needs.
    http_headers headers{};
    /// The body, at most PLAYGATE_MAX_RESPONSE_BYTES.
    std::string_view body{""};
    /// A sentence for the log when there is no response; no token, path or query in it.
    std::string_view text{""};
};

/// One HTTP exchange that a transport carries. May be copied and kept.
struct http_exchange {
    /// The C API's number.
    playgate_exchange number = 0;

    /// Gives the library what came of the request, once. `status::invalid_handle`: it was completed or cancelled before,
    /// or the client is closed; nothing happens then. Any thread, also from inside the transport.
    result<void> complete(const http_response &response) const noexcept
    {
        const detail::c_text text(response.text);
        if (!text) {
            return text.failure();
        }
        playgate_http_response to;
        playgate_http_response_init(&to, sizeof to);
        to.result = static_cast<playgate_result>(response.status);
        to.status = response.http_status;
        to.headers = response.headers.first;
        to.header_count = response.headers.count;
        to.body = reinterpret_cast<const std::uint8_t *>(response.body.data());
        to.body_len = response.body.size();
        to.text = text.or_null();
        return detail::to_status(playgate_transport_complete(number, &to));
    }
};

/// One operation of a storage. May be copied and kept; every one must be answered.
struct storage_operation {
    /// The C API's number.
    playgate_storage_operation number = 0;

    /// Gives the library the answer, once; for a read that found something with what is stored, which is copied.
    /// `status::not_found`: nothing is stored under the key. Any thread, also from inside the storage.
    result<void> complete(playgate::status how, bytes stored = {}) const noexcept
    {
        return detail::to_status(
            playgate_storage_complete(number, static_cast<playgate_result>(how), stored.data, stored.size));
    }
};

/// A transport hook over an object with
/// `void start(http_exchange, const http_request &)`, which sends the request and returns at once, and
/// `void cancel(http_exchange)`: no answer is wanted any more.
template <class Transport>
[[nodiscard]] playgate_transport_hook transport_for(Transport &object) noexcept
{
    playgate_transport_hook hook;
    playgate_transport_hook_init(&hook, sizeof hook);
    hook.user = &object;
    hook.start = [](void *user, playgate_exchange exchange, const playgate_http_request *request) noexcept {
        http_request to;
        to.timeout = std::chrono::milliseconds(request->timeout_ms);
        to.method = request->method;
        to.url = request->url;
        to.headers = http_headers{request->headers, request->header_count};
        if (request->body != nullptr) {
            to.body = std::string_view(reinterpret_cast<const char *>(request->body), request->body_len);
        }
        static_cast<Transport *>(user)->start(http_exchange{exchange}, to);
    };
    hook.cancel = [](void *user, playgate_exchange exchange) noexcept {
        static_cast<Transport *>(user)->cancel(http_exchange{exchange});
    };
    return hook;
}

/// A storage hook over an object with `void read(storage_operation, std::string_view key)`,
/// `void write(storage_operation, std::string_view key, bytes)` and `void remove(storage_operation, std::string_view key)`.
/// Key and bytes are lent for the call.
template <class Storage>
[[nodiscard]] playgate_storage_hook storage_for(Storage &object) noexcept
{
    playgate_storage_hook hook;
    playgate_storage_hook_init(&hook, sizeof hook);
    hook.user = &object;
    hook.read = [](void *user, playgate_storage_operation operation, const char *key) noexcept {
        static_cast<Storage *>(user)->read(storage_operation{operation}, std::string_view(key));
    };
    hook.write = [](void *user, playgate_storage_operation operation, const char *key, const std::uint8_t *data,
                    std::size_t size) noexcept {
        static_cast<Storage *>(user)->write(storage_operation{operation}, std::string_view(key), bytes(data, size));
    };
    hook.remove = [](void *user, playgate_storage_operation operation, const char *key) noexcept {
        static_cast<Storage *>(user)->remove(storage_operation{operation}, std::string_view(key));
    };
    return hook;
}

/// A clock hook over an object with `std::int64_t wall_ms()`, `std::uint64_t monotonic_ms()` and
/// `std::int32_t utc_offset_s()`.
template <class Clock>
[[nodiscard]] playgate_clock_hook clock_for(Clock &object) noexcept
{
    playgate_clock_hook hook;
    playgate_clock_hook_init(&hook, sizeof hook);
    hook.user = &object;
    hook.wall_ms = [](void *user) noexcept -> std::int64_t { return static_cast<Clock *>(user)->wall_ms(); };
    hook.monotonic_ms = [](void *user) noexcept -> std::uint64_t { return static_cast<Clock *>(user)->monotonic_ms(); };
    hook.utc_offset_s = [](void *user) noexcept -> std::int32_t { return static_cast<Clock *>(user)->utc_offset_s(); };
    return hook;
}

/// A random hook over an object with `bool fill(std::uint8_t *bytes, std::size_t count)`: false when there are none.
template <class Random>
[[nodiscard]] playgate_random_hook random_for(Random &object) noexcept
{
    playgate_random_hook hook;
    playgate_random_hook_init(&hook, sizeof hook);
    hook.user = &object;
    hook.fill = [](void *user, std::uint8_t *data, std::size_t size) noexcept -> playgate_result {
        return static_cast<Random *>(user)->fill(data, size) ? PLAYGATE_OK : PLAYGATE_ERROR_UNSUPPORTED;
    };
    return hook;
}

/// Thread options over an object with `void started(std::string_view name)`, called first on each new thread of the
/// library. Set `name` and `stack_bytes` in what this returns. The object lives for the life of the process.
template <class Threads>
[[nodiscard]] playgate_thread_options threads_for(Threads &object) noexcept
{
    playgate_thread_options options;
    playgate_thread_options_init(&options, sizeof options);
    options.user = &object;
    options.start = [](void *user, const char *name) noexcept {
        static_cast<Threads *>(user)->started(std::string_view(name));
    };
    return options;
}

/// A log hook over an object with `void write(log_level, std::string_view target, std::string_view text)`, called from any
/// thread, also from several at once. Give it to set_log. The object lives for the life of the process.
template <class Log>
[[nodiscard]] playgate_log_hook log_for(Log &object, log_level level = log_level::info) noexcept
{
    playgate_log_hook hook;
    playgate_log_hook_init(&hook, sizeof hook);
    hook.level = static_cast<playgate_log_level>(level);
    hook.user = &object;
    hook.write = [](void *user, playgate_log_level line, const char *target, const char *text) noexcept {
        static_cast<Log *>(user)->write(static_cast<log_level>(line), std::string_view(target), std::string_view(text));
    };
    return hook;
}

/// An allocator hook over an object with `void *allocate(std::size_t size, std::size_t align)` and
/// `void deallocate(void *memory, std::size_t size, std::size_t align)`. Give it to set_allocator; set `realloc` and
/// `out_of_memory` in it where wanted. The object lives for the life of the process.
template <class Allocator>
[[nodiscard]] playgate_allocator_hook allocator_for(Allocator &object) noexcept
{
    playgate_allocator_hook hook;
    playgate_allocator_hook_init(&hook, sizeof hook);
    hook.user = &object;
    hook.alloc = [](void *user, std::size_t size, std::size_t align) noexcept -> void * {
        return static_cast<Allocator *>(user)->allocate(size, align);
    };
    hook.free = [](void *user, void *memory, std::size_t size, std::size_t align) noexcept {
        static_cast<Allocator *>(user)->deallocate(memory, size, align);
    };
    return hook;
}

// -- Options ----------------------------------------------------------------------------------------------------------

/// How to open a client. Everything is copied by client::open: nothing need outlive that call. Empty texts and zeros stand
/// for the default.
struct client_options {
    /// Required: the player's key, any text that is the same for the same player. It is hashed before it becomes a file
    /// name. At most 1,024 bytes.
    std::string_view player{""};
    /// The studio's server, "https://…", or "http://…" for loopback. Empty: no server.
    std::string_view server_url{""};
    /// The player's token for the server; may be set later.
    std::string_view token{""};
    /// The folder for records. Empty: memory only.
    std::string_view folder{""};
    /// PLAYGATE_KEY_BYTES bytes from the platform's keystore: records are sealed with it. Empty: records are in clear.
    bytes key{};
    /// The key before this one.
    bytes previous_key{};
    /// Root certificates in PEM that are trusted besides Mozilla's.
    std::string_view extra_roots_pem{""};
    /// An HTTP proxy, "http://[user:password@]host:port".
    std::string_view proxy_url{""};
    /// Where a parent types a challenge's one-time code in; default "asktoplay.com".
    std::string_view code_site{""};
    /// Headers that every request to the studio's server carries besides the library's own.
    http_headers extra_headers{};
    /// The least time between two refreshes that the game asks for; default 30 s.
    std::chrono::milliseconds poll_floor{0};
    /// The time limit of one exchange with the server; default 15 s.
    std::chrono::milliseconds request_timeout{0};
    /// The time limit of a new connection; default 10 s.
    std::chrono::milliseconds connect_timeout{0};
    /// The longest time without a byte of an answer; default 15 s.
    std::chrono::milliseconds read_timeout{0};
    /// The time between two refreshes in long play; default 15 min.
    std::chrono::milliseconds periodic_refresh{0};
    /// After so long without the server's confirmation, what a parent or an age verification allowed becomes unavailable.
    /// 0: never.
    std::chrono::milliseconds stale_after{0};
    /// How long the destructor waits at most for what is being stored; client::close is told its own time.
    std::chrono::milliseconds drain{2000};
    /// If another client of this process has the player's record open, close it and take its place.
    bool take_over = false;
    /// The network may be used from the start. Otherwise no byte leaves before client::set_network_allowed.
    bool network_allowed = false;
    /// A record that is not sealed is accepted although a key is given, and sealed at the next save.
    bool migrate_unsealed = false;
    /// Trust the given root certificates alone.
    bool only_extra_roots = false;
    /// The client has no threads: everything happens inside its own functions, above all client::pump.
    bool no_threads = false;
    /// Carries requests by the host's own HTTP; null: the built-in one. See transport_for.
    const playgate_transport_hook *transport = nullptr;
    /// Keeps records in the host's own storage; null: files in `folder`, or memory. See storage_for.
    const playgate_storage_hook *storage = nullptr;
    /// Tells the time; null: the system's clocks. See clock_for.
    const playgate_clock_hook *clock = nullptr;
    /// Gives random bytes; null: the operating system's. See random_for.
    const playgate_random_hook *random = nullptr;
    /// How threads are made; null: as usual. See threads_for.
    const playgate_thread_options *threads = nullptr;
};

/// How to open a store. Everything is copied by store::open.
struct store_options {
    /// Required unless there is a storage hook: the folder for records.
    std::string_view folder{""};
    /// PLAYGATE_KEY_BYTES bytes from the platform's keystore, or none.
    bytes key{};
    /// The key before this one.
    bytes previous_key{};
    /// A record that is not sealed is accepted although a key is given, and sealed at the next save.
    bool migrate_unsealed = false;
    /// Keeps records in the host's own storage, which must answer from inside its functions. See storage_for.
    const playgate_storage_hook *storage = nullptr;
    /// Gives random bytes; null: the operating system's. See random_for.
    const playgate_random_hook *random = nullptr;
};

/// What a platform says about the player's age, in k-ID's form: a category, or both ends of an age range. Checked before
/// anything is sent, and neither stored nor logged. playgate.h says what each platform gives.
struct age_signal {
    /// An end of an age range that is not given.
    static constexpr std::int32_t no_age = PLAYGATE_AGE_NONE;

    /// The platform: "apple-ios", "google-play", "xbox", "meta-horizon" or "k-id".
    std::string_view name{""};
    /// The platform's age category, or empty.
    std::string_view category{""};
    /// How the platform knows, for example "VERIFIED", or empty.
    std::string_view declaration_type{""};
    /// The id of k-ID's own verification, or empty.
    std::string_view verification_id{""};
    /// The lower end of the age range in years.
    std::int32_t age_low = no_age;
    /// The upper end of the age range in years.
    std::int32_t age_high = no_age;
};

/// How to begin a game session of the ad service. Everything is copied.
struct game_session_options {
    /// Required: the ad service's base URL, "https://…/api", or "http://…" for loopback.
    std::string_view service_url{""};
    /// Required: the ad service's token for this player. Sent to it alone; never stored or logged.
    std::string_view auth_token{""};
    /// The feature that the k-ID session must allow; empty: "targeted-ads".
    std::string_view feature{""};
    /// The game session runs whatever the k-ID session says. The host answers for it.
    bool ungated = false;
};

// -- Stores: sessions by player, without a client ---------------------------------------------------------------------

namespace detail {

struct store_kind {
    static void free(std::uint64_t native) noexcept { (void)playgate_store_close(native); }
};

} // namespace detail

/// Sessions stored by player, without a client. Reads and writes files: not for the frame path. Any thread.
class store : public detail::handle<detail::store_kind> {
public:
    /// None.
    store() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static store from_native(playgate_store native) noexcept { return store(native); }

    /// Opens a store: the same records that clients with this folder use.
    [[nodiscard]] static result<store> open(const store_options &options) noexcept
    {
        const detail::c_text folder(options.folder);
        if (!folder) {
            return folder.failure();
        }
        playgate_store_options to;
        playgate_store_options_init(&to, sizeof to, PLAYGATE_ABI_VERSION);
        to.flags = options.migrate_unsealed ? PLAYGATE_STORE_MIGRATE_UNSEALED : 0U;
        to.folder = folder.or_null();
        to.key = options.key.data;
        to.key_len = options.key.size;
        to.previous_key = options.previous_key.data;
        to.previous_key_len = options.previous_key.size;
        to.storage = options.storage;
        to.random = options.random;
        playgate_store native = 0;
        const playgate_result opened = playgate_store_open(&to, &native);
        return opened == PLAYGATE_OK ? result<store>(store(native)) : result<store>(detail::to_status(opened));
    }

    /// Stores a session as the player's current one. Durable on return. `status::record_locked` while a client or another
    /// process has the record.
    result<void> save(std::string_view player, const session &what) noexcept
    {
        const detail::c_text key(player);
        return key ? detail::to_status(playgate_store_save(native(), key.get(), what.native())) : key.failure();
    }
    /// The player's stored session. `status::not_found` when there is none; every other failure means that there may be one.
    [[nodiscard]] result<session> load(std::string_view player) const noexcept
    {
        const detail::c_text key(player);
        if (!key) {
            return key.failure();
        }
        playgate_session found = 0;
        const playgate_result loaded = playgate_store_load(native(), key.get(), &found);
        return loaded == PLAYGATE_OK ? result<session>(session::from_native(found))
                                     : result<session>(detail::to_status(loaded));
    }
    /// Removes every trace of the player. Ok when there was none.
    result<void> forget(std::string_view player) noexcept
    {
        const detail::c_text key(player);
        return key ? detail::to_status(playgate_store_forget(native(), key.get())) : key.failure();
    }
    /// Closes it, as the destructor does, and says how that went. Ok when it is empty.
    result<void> close() noexcept { return detail::to_status(playgate_store_close(release())); }

private:
    explicit store(std::uint64_t native) noexcept : handle(native) {}
};

// -- Clients ----------------------------------------------------------------------------------------------------------

/// How long a pump without threads goes on at most, unless it is told otherwise.
inline constexpr std::chrono::microseconds default_budget{500};

/// How long a close or the library's shutdown waits at most, unless it is told otherwise.
inline constexpr std::chrono::milliseconds default_drain{2000};

/// One player's client: decisions, notices, requests and events.
///
/// PUMP once a frame, from one thread at a time. The functions given with requests and the handlers of client::on… are
/// called from there, one after the other: for the end of a request first its own function, then handlers in the order in
/// which they were registered. From inside them everything may be called, also close, a handler's end and the client's
/// destruction, but not pump or next_event (`status::busy`).
///
/// REQUESTS give a request_id when they were accepted, and then end exactly once. A function given with an accepted request
/// is called exactly once: by the pump that takes its end, or by close with `status::cancelled`; it is destroyed right
/// afterwards. When the request was not accepted it is destroyed uncalled; so it is by the destructor of a client that was
/// not closed. Bind it to a playgate::scope where its owner may be gone by then. Requests may be made from any thread.
///
/// END. close says how it went. The destructor closes too, waits at most `client_options::drain`, and calls nobody. Where
/// the client has hooks, call close until it is no longer `pending`: they are called until then.
///
/// MOVES leave an empty client, which denies; handlers and functions come along.
class client {
public:
    /// None: denies everything.
    client() noexcept = default;
    /// Moves; the other one is empty afterwards.
    client(client &&other) noexcept
        : core_(std::move(other.core_)), cells_(other.cells_.exchange(nullptr, std::memory_order_relaxed)),
          count_(std::exchange(other.count_, 0U)), drain_(other.drain_)
    {
    }
    /// Closes what was here, as the destructor does, and moves.
    client &operator=(client &&other) noexcept
    {
        if (this != &other) {
            drop();
            core_ = std::move(other.core_);
            count_ = std::exchange(other.count_, 0U);
            drain_ = other.drain_;
            cells_.store(other.cells_.exchange(nullptr, std::memory_order_relaxed), std::memory_order_relaxed);
        }
        return *this;
    }
    client(const client &) = delete;
    client &operator=(const client &) = delete;
    ~client() { drop(); }

    /// Opens a client: reads the player's record, so that decisions are there when this returns, offline too. For a loading
    /// screen; waits for no network. A record that cannot be read does not fail the call: decisions then say why, and an
    /// event does. `status::busy`: the record is open in this process. `status::limit`: 64 clients are open, or there is no
    /// memory. `status::abi_version`: header and library do not fit together.
    [[nodiscard]] static result<client> open(const client_options &options) noexcept
    {
        const detail::c_text player(options.player);
        const detail::c_text server_url(options.server_url);
        const detail::c_text token(options.token);
        const detail::c_text folder(options.folder);
        const detail::c_text proxy_url(options.proxy_url);
        const detail::c_text code_site(options.code_site);
        const status failure = detail::failure_of(player, server_url, token, folder, proxy_url, code_site);
        if (is_failure(failure)) {
            return failure;
        }
        playgate_client_options to;
        playgate_client_options_init(&to, sizeof to, PLAYGATE_ABI_VERSION);
        to.flags = (options.take_over ? PLAYGATE_CLIENT_TAKE_OVER : 0U) |
                   (options.network_allowed ? PLAYGATE_CLIENT_NETWORK_ALLOWED : 0U) |
                   (options.migrate_unsealed ? PLAYGATE_CLIENT_MIGRATE_UNSEALED : 0U) |
                   (options.only_extra_roots ? PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS : 0U) |
                   (options.no_threads ? PLAYGATE_CLIENT_NO_THREADS : 0U);
        to.poll_floor_ms = detail::clamped<std::uint32_t>(options.poll_floor);
        to.player = player.or_null();
        to.server_url = server_url.or_null();
        to.token = token.or_null();
        to.folder = folder.or_null();
        to.key = options.key.data;
        to.key_len = options.key.size;
        to.previous_key = options.previous_key.data;
        to.previous_key_len = options.previous_key.size;
        to.extra_roots_pem = options.extra_roots_pem.empty() ? nullptr : options.extra_roots_pem.data();
        to.extra_roots_pem_len = options.extra_roots_pem.size();
        to.proxy_url = proxy_url.or_null();
        to.request_timeout_ms = detail::clamped<std::uint32_t>(options.request_timeout);
        to.connect_timeout_ms = detail::clamped<std::uint32_t>(options.connect_timeout);
        to.read_timeout_ms = detail::clamped<std::uint32_t>(options.read_timeout);
        to.periodic_refresh_ms = detail::clamped<std::uint32_t>(options.periodic_refresh);
        to.stale_after_ms = detail::clamped<std::uint64_t>(options.stale_after);
        to.code_site = code_site.or_null();
        to.extra_headers = options.extra_headers.first;
        to.extra_header_count = options.extra_headers.count;
        to.transport = options.transport;
        to.storage = options.storage;
        to.clock = options.clock;
        to.random = options.random;
        to.threads = options.threads;
        auto *const core = new (std::nothrow) detail::core;
        if (core == nullptr) {
            return status::limit;
        }
        client opened{detail::core_holder(core)};
        playgate_client native = 0;
        const playgate_result result = playgate_client_open(&to, &native);
        if (result != PLAYGATE_OK) {
            return detail::to_status(result);
        }
        core->open(native);
        opened.drain_ = detail::clamped<std::uint32_t>(options.drain);
        const playgate_cell *cells = nullptr;
        // Without a table of its own each answer is a call.
        if (playgate_client_table(native, &cells, &opened.count_) == PLAYGATE_OK) {
            opened.cells_.store(cells, std::memory_order_relaxed);
        }
        return opened;
    }

    // Decisions.

    /// Whether a feature is on: one byte is read. Anything that is not certainly allowed is denied, and so is everything
    /// when this client is empty, moved from or closed. The frame path: any thread, wait-free, no allocation.
    [[nodiscard]] bool is_allowed(feature which) const noexcept
    {
        const playgate_cell *const cells = cells_.load(std::memory_order_relaxed);
        return cells != nullptr ? playgate_table_allowed(cells, count_, which.number()) == 1
                                : playgate_client_allowed(native(), which.number()) == 1;
    }
    /// The same by the feature's name, opaque and case-sensitive; empty and of more than 256 bytes is denied. A name that was
    /// given a number with feature::named is the frame path: any thread, wait-free, no allocation. Any other name is looked up
    /// in the session, under a lock that is held for moments, and denied inside a hook.
    [[nodiscard]] bool is_allowed_by_name(std::string_view name) const noexcept
    {
        return playgate_client_allowed_by_name(native(), name.data(), name.size()) == 1;
    }
    /// The same with the class: what a locked feature needs. For the user interface, not for an `if`. The frame path: any
    /// thread, wait-free, no allocation.
    [[nodiscard]] access access_of(feature which) const noexcept
    {
        const playgate_cell *const cells = cells_.load(std::memory_order_relaxed);
        return static_cast<access>(cells != nullptr ? playgate_table_access(cells, count_, which.number())
                                                    : playgate_client_access(native(), which.number()));
    }
    /// The decision table, to be copied to where decisions are needed. An empty one, which denies, when this client is empty
    /// or closed, or 64 players of this process have tables: then ask is_allowed. Any thread.
    [[nodiscard]] decision_table table() const noexcept
    {
        const playgate_cell *const cells = cells_.load(std::memory_order_relaxed);
        return cells != nullptr ? decision_table(cells, count_) : decision_table();
    }
    /// The decision about a feature: access, reason, next step and a text; a denial after any failure. Any thread; ask when
    /// the user interface needs it rather than each frame.
    [[nodiscard]] result<decision> decide(feature which) const noexcept
    {
        playgate_decision found;
        playgate_decision_init(&found, sizeof found);
        const playgate_result decided = playgate_client_decide(native(), which.number(), &found);
        return decided == PLAYGATE_OK ? result<decision>(detail::to_decision(found))
                                      : result<decision>(detail::to_status(decided));
    }
    /// The session as it is known now. `status::not_found` when there is none. Any thread.
    [[nodiscard]] result<playgate::session> session() const noexcept
    {
        playgate_session found = 0;
        const playgate_result asked = playgate_client_session(native(), &found);
        return asked == PLAYGATE_OK ? result<playgate::session>(playgate::session::from_native(found))
                                    : result<playgate::session>(detail::to_status(asked));
    }
    /// The changes from what the player was last told to what holds now. Any thread.
    [[nodiscard]] result<playgate::changes> changes() const noexcept
    {
        playgate_changes found = 0;
        const playgate_result asked = playgate_client_changes(native(), &found);
        return asked == PLAYGATE_OK ? result<playgate::changes>(playgate::changes::from_native(found))
                                    : result<playgate::changes>(detail::to_status(asked));
    }
    /// What to tell the player now. `status::no_notice`, without a value, when there is nothing. Show it, then call
    /// acknowledge: until then it comes back, after a crash or restart too. Any thread.
    [[nodiscard]] result<playgate::notice> notice() const noexcept
    {
        playgate_notice found = 0;
        const playgate_result asked = playgate_client_notice(native(), &found);
        return asked == PLAYGATE_OK ? result<playgate::notice>(playgate::notice::from_native(found))
                                    : result<playgate::notice>(detail::to_status(asked));
    }

    // Frames and events.

    /// Moves finished work in, then calls functions and handlers. Once a frame. `status::pending`: there is more to do. With
    /// threads it takes microseconds, whatever the budget; without, all work is done here, pieces until the budget is over.
    /// `status::busy`: called from inside pump, next_event or a hook. Throws only what those functions throw.
    result<void> pump(std::chrono::microseconds budget = default_budget)
    {
        detail::core *const core = core_.get();
        if (core == nullptr || core->is_busy()) {
            return core == nullptr ? status::invalid_handle : status::busy;
        }
        const detail::core::busy_mark mark(*core);
        const status moved =
            detail::to_status(playgate_client_pump(core->client(), detail::clamped<std::uint32_t>(budget)));
        event what;
        while (!core->is_closed() && take(*core, what) == status::ok) {
            core->tell(what);
        }
        return moved;
    }
    /// The next event, for games that would rather have a `switch` than handlers: call pump_only, then this until it is
    /// `status::no_event`. The function of a request that ended is called first; handlers are not. The texts are lent until
    /// the next call. Throws only what that function throws. `status::busy`: called from inside pump or this.
    result<event> next_event()
    {
        detail::core *const core = core_.get();
        if (core == nullptr || core->is_busy()) {
            return core == nullptr ? status::invalid_handle : status::busy;
        }
        const detail::core::busy_mark mark(*core);
        event what;
        const status taken = take(*core, what);
        if (taken == status::ok && core->is_closed()) {
            return status::invalid_handle; // Its texts are gone.
        }
        return taken == status::ok ? result<event>(what) : result<event>(taken);
    }
    /// Moves finished work in, as pump does, and calls nobody.
    result<void> pump_only(std::chrono::microseconds budget = default_budget) noexcept
    {
        return detail::to_status(playgate_client_pump(native(), detail::clamped<std::uint32_t>(budget)));
    }

    /// Registers a handler for every event of this type; `event_type::none` is every event. It is called as long as the
    /// subscription lives, by the pumps of this client. Register on the thread that pumps. Not for the frame path.
    subscription on(event_type type, event_function handler) noexcept
    {
        detail::core *const core = core_.get();
        detail::subscriber *const added = core != nullptr ? core->subscribe(type, std::move(handler)) : nullptr;
        return added != nullptr ? subscription(core_.share(), added) : subscription();
    }
    /// `handler(const completion &)`: a request ended.
    template <class F>
    subscription on_completed(F handler)
    {
        return on(event_type::completed,
                  [call = std::move(handler)](const event &what) mutable { call(what.as_completion()); });
    }
    /// `handler()`: what features may do has changed.
    template <class F>
    subscription on_session_changed(F handler)
    {
        return on_plain(event_type::session_changed, std::move(handler));
    }
    /// `handler()`: there is something to tell the player; notice() has it.
    template <class F>
    subscription on_notice_ready(F handler)
    {
        return on_plain(event_type::notice_ready, std::move(handler));
    }
    /// `handler()`: the session has ended; the age gate comes next.
    template <class F>
    subscription on_session_ended(F handler)
    {
        return on_plain(event_type::session_ended, std::move(handler));
    }
    /// `handler()`: the player has no session, or not this one: the age gate comes next. May come again.
    template <class F>
    subscription on_consent_needed(F handler)
    {
        return on_plain(event_type::consent_needed, std::move(handler));
    }
    /// `handler()`: the server refused the player's token: log in again, then set_token.
    template <class F>
    subscription on_token_refused(F handler)
    {
        return on_plain(event_type::token_refused, std::move(handler));
    }
    /// `handler()`: the server can be reached again.
    template <class F>
    subscription on_server_reachable(F handler)
    {
        return on_plain(event_type::server_reachable, std::move(handler));
    }
    /// `handler(const problem &)`: the server cannot be reached, or has trouble; the stored session counts.
    template <class F>
    subscription on_server_unreachable(F handler)
    {
        return on_problem(event_type::server_unreachable, std::move(handler));
    }
    /// `handler(const problem &)`: what is known could not be stored; it holds for this process only.
    template <class F>
    subscription on_storage_failed(F handler)
    {
        return on_problem(event_type::storage_failed, std::move(handler));
    }
    /// `handler()`: what is known is stored again.
    template <class F>
    subscription on_storage_recovered(F handler)
    {
        return on_plain(event_type::storage_recovered, std::move(handler));
    }
    /// `handler(const problem &)`: the stored record was damaged and was set aside.
    template <class F>
    subscription on_record_set_aside(F handler)
    {
        return on_problem(event_type::record_set_aside, std::move(handler));
    }
    /// `handler(const problem &)`: the stored record cannot be used, and was left as it is.
    template <class F>
    subscription on_record_unusable(F handler)
    {
        return on_problem(event_type::record_unusable, std::move(handler));
    }
    /// `handler()`: the record is this client's now.
    template <class F>
    subscription on_record_taken_over(F handler)
    {
        return on_plain(event_type::record_taken_over, std::move(handler));
    }
    /// `handler(const upgrade_change &)`: a request for a permission has come further.
    template <class F>
    subscription on_upgrade_changed(F handler)
    {
        return on(event_type::upgrade_changed,
                  [call = std::move(handler)](const event &what) mutable { call(what.as_upgrade_change()); });
    }
    /// `handler(const game_session_change &)`: the ad service's game session has another state.
    template <class F>
    subscription on_game_session_changed(F handler)
    {
        return on(event_type::game_session_changed,
                  [call = std::move(handler)](const event &what) mutable { call(what.as_game_session_change()); });
    }

    // Requests. Each returns at once. What they may end with is said in playgate.h.

    /// The player has been told what the notice said that was handed out last, and no more. Ends when that is stored.
    /// `status::invalid_state` when no notice was handed out.
    result<request_id> acknowledge(completion_function done = {}) noexcept
    {
        return begin(done, playgate_client_acknowledge);
    }
    /// Gives the client the session that the consent flow gave the game: JSON as for session::parse, which is copied. Ends
    /// when it is stored, or with `status::invalid_session`.
    result<request_id> adopt(std::string_view json, completion_function done = {}) noexcept
    {
        return begin(done, [json](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_adopt(native, json.data(), json.size(), out);
        });
    }
    /// Asks the server for news. Within the poll floor it ends at once with `status::too_soon`.
    result<request_id> refresh(completion_function done = {}) noexcept { return begin(done, playgate_client_refresh); }
    /// The same, because a push told the game that something changed: the poll floor does not hold.
    result<request_id> refresh_after_push(completion_function done = {}) noexcept
    {
        return begin(done, playgate_client_refresh_after_push);
    }
    /// Forgets the player: denies within a moment, then removes every trace from the storage.
    result<request_id> forget(completion_function done = {}) noexcept { return begin(done, playgate_client_forget); }
    /// Ends when everything known so far is stored, or could not be.
    result<request_id> flush(completion_function done = {}) noexcept { return begin(done, playgate_client_flush); }
    /// The player taps a locked feature: asks for its permission. Ends with `ok`: the feature is on;
    /// `status::challenge_open`: a parent or the player must answer, challenge_about has the challenge; or with a failure.
    result<request_id> request_permission(feature which, completion_function done = {}) noexcept
    {
        return request_permission_with(which, nullptr, done);
    }
    /// The same, with what the platform says about the player's age; it may spare the player an age check.
    result<request_id> request_permission(feature which, const age_signal &signal, completion_function done = {}) noexcept
    {
        const detail::c_text name(signal.name);
        const detail::c_text category(signal.category);
        const detail::c_text declaration_type(signal.declaration_type);
        const detail::c_text verification_id(signal.verification_id);
        const status failure = detail::failure_of(name, category, declaration_type, verification_id);
        if (is_failure(failure)) {
            return failure;
        }
        playgate_age_signal to;
        playgate_age_signal_init(&to, sizeof to);
        to.name = name.or_null();
        to.category = category.or_null();
        to.declaration_type = declaration_type.or_null();
        to.verification_id = verification_id.or_null();
        to.age_low = signal.age_low;
        to.age_high = signal.age_high;
        return request_permission_with(which, &to, done);
    }
    /// A new one-time code for a parent's challenge, for when the shown one has expired. Ends when challenge_about gives it.
    result<request_id> renew_code(const challenge &about, completion_function done = {}) noexcept
    {
        return begin(done, [&about](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_renew_code(native, about.native(), out);
        });
    }
    /// Has a message sent to the parent about a challenge. Without an address: to the adult who approved last, if k-ID knows
    /// one. `locale` is a BCP 47 tag, or empty. The address is passed on, and neither stored nor logged.
    result<request_id> email_parent(const challenge &about, std::string_view address = {}, std::string_view locale = {},
                                    completion_function done = {}) noexcept
    {
        const detail::c_text to(address);
        const detail::c_text tag(locale);
        const status failure = detail::failure_of(to, tag);
        if (is_failure(failure)) {
            return failure;
        }
        return begin(done, [&](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_email_parent(native, about.native(), to.or_null(), tag.or_null(), out);
        });
    }
    /// The player closed the challenge's page: reads the challenge's status as soon as the floor of 5 s lets it.
    result<request_id> check_challenge(const challenge &about, completion_function done = {}) noexcept
    {
        return begin(done, [&about](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_check_challenge(native, about.native(), out);
        });
    }
    /// Gives a challenge up on this device. k-ID's challenge stays open.
    result<request_id> cancel_challenge(const challenge &about, completion_function done = {}) noexcept
    {
        return begin(done, [&about](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_cancel_challenge(native, about.native(), out);
        });
    }
    /// Switches a feature off that the player manages and the session has on, or on again; kept on this device.
    result<request_id> switch_feature(feature which, bool on, completion_function done = {}) noexcept
    {
        return begin(done, [which, on](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_switch_feature(native, which.number(), on ? 1 : 0, out);
        });
    }
    /// Ends the ad service's game session: the player leaves.
    result<request_id> end_game_session(completion_function done = {}) noexcept
    {
        return begin(done, playgate_game_session_end);
    }
    /// Cancels a request that is under way; it still ends, and its function is still called. One that is unknown or has ended
    /// is ignored. Any thread.
    result<void> cancel(request_id request) noexcept
    {
        return detail::to_status(playgate_client_cancel(native(), request.number));
    }

    // Challenges.

    /// The challenge about a feature, as the last pump left it. `status::not_found` when there is none. Any thread.
    [[nodiscard]] result<challenge> challenge_about(feature which) const noexcept
    {
        playgate_challenge found = 0;
        const playgate_result asked = playgate_client_challenge(native(), which.number(), &found);
        return asked == PLAYGATE_OK ? result<challenge>(challenge::from_native(found))
                                    : result<challenge>(detail::to_status(asked));
    }
    /// A challenge of this player, at an index from 0, whatever it is about; `status::not_found` past the end. Any thread.
    [[nodiscard]] result<challenge> challenge_at(std::size_t index) const noexcept
    {
        playgate_challenge found = 0;
        const playgate_result asked = playgate_client_challenge_at(native(), index, &found);
        return asked == PLAYGATE_OK ? result<challenge>(challenge::from_native(found))
                                    : result<challenge>(detail::to_status(asked));
    }

    // The game's and the platform's news.

    /// Sets or replaces the player's token for the server; an empty one takes it away. Any thread.
    result<void> set_token(std::string_view token) noexcept
    {
        const detail::c_text text(token);
        return text ? detail::to_status(playgate_client_set_token(native(), text.or_null())) : text.failure();
    }
    /// Allows or forbids the network. No byte leaves before it is allowed. Allowing it refreshes. Any thread.
    result<void> set_network_allowed(bool allowed) noexcept
    {
        return detail::to_status(playgate_client_set_network_allowed(native(), allowed ? 1 : 0));
    }
    /// Tells the client whether the platform has connectivity. When it returns, the client refreshes. Any thread.
    result<void> set_online(bool online) noexcept
    {
        return detail::to_status(playgate_client_set_online(native(), online ? 1 : 0));
    }
    /// The game goes to the background: nothing is sent until resume. Any thread.
    result<void> suspend() noexcept { return detail::to_status(playgate_client_suspend(native())); }
    /// The game is back: the client refreshes. Any thread.
    result<void> resume() noexcept { return detail::to_status(playgate_client_resume(native())); }
    /// Facts for support as a JSON object, without identifiers, tokens and personal data. Lent until the next call for this
    /// client, or its close; empty after a failure. One thread at a time.
    [[nodiscard]] std::string_view diagnostics() const noexcept
    {
        playgate_text text{nullptr, 0};
        (void)playgate_client_diagnostics(native(), &text);
        return detail::view(text);
    }

    // The ad service's game session.

    /// Begins the ad service's game session as soon as the k-ID session allows it, and keeps it alive. Called again, it goes
    /// on with the new options. Any thread.
    result<void> start_game_session(const game_session_options &options) noexcept
    {
        const detail::c_text service_url(options.service_url);
        const detail::c_text auth_token(options.auth_token);
        const detail::c_text name(options.feature);
        const status failure = detail::failure_of(service_url, auth_token, name);
        if (is_failure(failure)) {
            return failure;
        }
        playgate_game_session_options to;
        playgate_game_session_options_init(&to, sizeof to);
        to.flags = options.ungated ? PLAYGATE_GAME_SESSION_UNGATED : 0U;
        to.service_url = service_url.or_null();
        to.auth_token = auth_token.or_null();
        to.feature = name.or_null();
        return detail::to_status(playgate_game_session_start(native(), &to));
    }
    /// Gives the game session a new token. Without a game session it does nothing. Any thread.
    result<void> set_game_session_token(std::string_view auth_token) noexcept
    {
        const detail::c_text text(auth_token);
        return text ? detail::to_status(playgate_game_session_set_token(native(), text.get())) : text.failure();
    }
    /// Where the game session stands now. The frame path: any thread, wait-free, no allocation.
    [[nodiscard]] playgate::game_session_state game_session_state() const noexcept
    {
        return static_cast<playgate::game_session_state>(playgate_game_session_get_state(native()));
    }

    // Tests of games.

    /// In builds with PLAYGATE_BUILD_MOCK: from now on this client answers so for the feature, whatever its session says.
    /// `status::unsupported` in all others. Any thread.
    result<void> override_feature(feature which, access what) noexcept
    {
        return detail::to_status(
            playgate_client_override_feature(native(), which.number(), static_cast<playgate_access>(what)));
    }
    /// Lets the session decide about all features again. Any thread.
    result<void> clear_overrides() noexcept { return detail::to_status(playgate_client_clear_overrides(native())); }

    // The end.

    /// Stops: requests under way end as cancelled and nothing new is taken; decisions stay, and events can still be pumped.
    /// Any thread.
    result<void> stop() noexcept { return detail::to_status(playgate_client_stop(native())); }
    /// Closes: denies everything at once, ends all requests (their functions are called now, with `status::cancelled`), and
    /// waits at most so long for what is being stored. `status::pending`: storing goes on, or a hook is still inside; call
    /// again to wait on, or leave it. Ok when it is closed or empty. On the thread that pumps, or when none does. Throws only
    /// what the functions throw.
    result<void> close(std::chrono::milliseconds drain = default_drain)
    {
        detail::core *const core = core_.get();
        if (core == nullptr) {
            return status::ok;
        }
        const detail::core::busy_mark mark(*core);
        return shut(*core, detail::clamped<std::uint32_t>(drain), true);
    }
    /// Whether it is open: not empty, moved from or closed.
    [[nodiscard]] explicit operator bool() const noexcept { return native() != 0; }
    /// The C API's handle, still owned by this object; 0 when it is empty or closed. Do not take events from it.
    [[nodiscard]] playgate_client native() const noexcept
    {
        const detail::core *const core = core_.get();
        return core != nullptr ? core->client() : 0;
    }

private:
    explicit client(detail::core_holder core) noexcept : core_(std::move(core)) {}

    template <class Start>
    result<request_id> begin(completion_function &done, Start start) noexcept
    {
        detail::core *const core = core_.get();
        return core != nullptr ? core->begin(done, start) : result<request_id>(status::invalid_handle);
    }
    result<request_id> request_permission_with(feature which, const playgate_age_signal *signal,
                                               completion_function &done) noexcept
    {
        playgate_permission_request request;
        playgate_permission_request_init(&request, sizeof request);
        request.feature = which.number();
        request.age_signal = signal;
        return begin(done, [&request](playgate_client native, playgate_request *out) noexcept {
            return playgate_client_request_permission(native, &request, out);
        });
    }
    template <class F>
    subscription on_plain(event_type type, F handler)
    {
        return on(type, [call = std::move(handler)](const event &) mutable { call(); });
    }
    template <class F>
    subscription on_problem(event_type type, F handler)
    {
        return on(type, [call = std::move(handler)](const event &what) mutable { call(what.as_problem()); });
    }

    /// Takes the next event, and calls the function of the request that it ends.
    static status take(detail::core &core, event &out)
    {
        playgate_event from;
        completion_function done;
        const status taken = core.next(from, done);
        if (taken != status::ok) {
            return taken;
        }
        out.type = static_cast<event_type>(from.type);
        out.request = request_id{from.request};
        out.status = detail::to_status(from.result);
        out.operation = static_cast<operation>(from.operation);
        out.http_status = from.http_status;
        out.progress = static_cast<progress>(from.progress);
        out.text = detail::view(from.text);
        out.feature = detail::view(from.feature);
        out.game_session_state = static_cast<playgate::game_session_state>(from.game_session_state);
        out.game_session_stop = static_cast<game_session_stop>(from.game_session_stop);
        done(out.as_completion());
        return status::ok;
    }

    status shut(detail::core &core, std::uint32_t drain_ms, bool calls_functions)
    {
        // The table is the player's, and another client of theirs may open: this one denies from here on.
        const playgate_cell *const cells = cells_.exchange(nullptr, std::memory_order_relaxed);
        const status closed = core.close(drain_ms, calls_functions);
        if (closed == status::busy) {
            cells_.store(cells, std::memory_order_relaxed);
        }
        return closed == status::invalid_handle ? status::ok : closed; // playgate::shutdown came before.
    }
    void drop() noexcept
    {
        detail::core *const core = core_.get();
        if (core != nullptr) {
            const detail::core::busy_mark mark(*core);
            (void)shut(*core, drain_, false);
            core->drop_handlers();
        }
    }

    detail::core_holder core_{};
    std::atomic<const playgate_cell *> cells_{nullptr};
    std::uint32_t count_ = 0;
    std::uint32_t drain_ = 0;
};

// -- The process ------------------------------------------------------------------------------------------------------

/// The library's version, for example "0.1.0". Static. Any thread, also from hooks.
[[nodiscard]] inline std::string_view version() noexcept
{
    return playgate_version();
}

/// Whether this header and the library that was loaded fit together; client::open checks it too. Any thread.
[[nodiscard]] inline bool is_compatible() noexcept
{
    return playgate_abi_version() == PLAYGATE_ABI_VERSION;
}

/// What this build of the library can do: PLAYGATE_BUILD_… flags. Any thread, also from hooks.
[[nodiscard]] inline std::uint32_t build_flags() noexcept
{
    return playgate_build_flags();
}

/// Closes every client of the process, and waits until the library's threads are gone, at most so long for all of it
/// together. For the end of the game; the library can be used again afterwards. `status::pending`: call again to wait on.
/// Clients that are still there deny from then on; close them as usual for the functions of their requests. Any thread.
inline result<void> shutdown(std::chrono::milliseconds drain = default_drain) noexcept
{
    return detail::to_status(playgate_shutdown(detail::clamped<std::uint32_t>(drain)));
}

/// Sets the process's log hook, once, before anything else; see log_for. Any thread.
inline result<void> set_log(const playgate_log_hook &hook) noexcept
{
    return detail::to_status(playgate_set_log_hook(&hook));
}

/// Changes which lines are written. Any thread.
inline result<void> set_log_level(log_level level) noexcept
{
    return detail::to_status(playgate_set_log_level(static_cast<playgate_log_level>(level)));
}

/// Sets where the library's memory comes from, once and before anything else; see allocator_for. What this header allocates
/// comes from `operator new`. Any thread.
inline result<void> set_allocator(const playgate_allocator_hook &hook) noexcept
{
    return detail::to_status(playgate_set_allocator_hook(&hook));
}

/// What the library has allocated.
struct memory_stats {
    /// Bytes that are allocated now, as they were asked for.
    std::uint64_t live_bytes = 0;
    /// The most that live_bytes ever was.
    std::uint64_t peak_bytes = 0;
    /// Blocks that are allocated now.
    std::uint64_t live_allocations = 0;
    /// How often memory was asked for, changes of size included.
    std::uint64_t total_allocations = 0;
};

/// What the library has allocated, without this header's own objects. Costs next to nothing. Any thread.
[[nodiscard]] inline result<memory_stats> get_memory_stats() noexcept
{
    playgate_memory_stats from;
    playgate_memory_stats_init(&from, sizeof from);
    const playgate_result asked = playgate_get_memory_stats(&from);
    if (asked != PLAYGATE_OK) {
        return detail::to_status(asked);
    }
    return memory_stats{from.live_bytes, from.peak_bytes, from.live_allocations, from.total_allocations};
}

// -- Texts and languages ----------------------------------------------------------------------------------------------

namespace detail {

/// A text that the C API writes into a buffer, as a string.
template <class Write>
std::string text_of(Write write)
{
    std::string text(64, '\0');
    for (;;) {
        std::size_t length = 0;
        if (is_failure(to_status(write(text.data(), text.size(), &length)))) {
            return std::string();
        }
        const bool is_whole = length < text.size();
        text.resize(is_whole ? length : length + 1);
        if (is_whole) {
            return text;
        }
    }
}

} // namespace detail

/// Chooses the language of the texts that the library gives for players. `tag` is a BCP 47 tag, for example "de-AT".
/// `status::unsupported`: no such language is built in; register its texts with set_text. Any thread.
inline result<void> set_language(std::string_view tag) noexcept
{
    const detail::c_text text(tag);
    return text ? detail::to_status(playgate_set_language(text.get())) : text.failure();
}

/// Registers the host's own wording for a text; it is copied, and comes before the built-in ones. Empty takes it back.
/// `status::not_found`: no such key. Any thread.
inline result<void> set_text(std::string_view key, std::string_view wording) noexcept
{
    const detail::c_text name(key);
    const detail::c_text text(wording);
    const status failure = detail::failure_of(name, text);
    return is_failure(failure) ? failure : detail::to_status(playgate_set_text(name.get(), text.or_null()));
}

/// A text as it is used now; empty when there is no such key. Any thread. Allocates.
[[nodiscard]] inline std::string get_text(std::string_view key)
{
    const detail::c_text name(key);
    if (!name) {
        return std::string();
    }
    return detail::text_of([&](char *to, std::size_t capacity, std::size_t *length) noexcept {
        return playgate_get_text(name.get(), to, capacity, length);
    });
}

/// The key of a text, at an index from 0, for tools that translate. Static; empty past the end. Any thread.
[[nodiscard]] inline std::string_view text_key_at(std::size_t index) noexcept
{
    playgate_text text{nullptr, 0};
    return playgate_get_text_key(index, &text) == PLAYGATE_OK ? detail::view(text) : std::string_view("", 0);
}

/// Registers what to show for a feature, for example its name in the player's language; it is copied. Empty takes it back.
/// Any thread.
inline result<void> set_display_name(std::string_view name, std::string_view shown) noexcept
{
    const detail::c_text feature_name(name);
    const detail::c_text text(shown);
    const status failure = detail::failure_of(feature_name, text);
    return is_failure(failure) ? failure : detail::to_status(playgate_set_display_name(feature_name.get(), text.or_null()));
}

/// What to show for a feature: the host's own name, else the built-in English one, else the name itself. Any thread.
/// Allocates.
[[nodiscard]] inline std::string get_display_name(std::string_view name)
{
    const detail::c_text feature_name(name);
    if (!feature_name) {
        return std::string();
    }
    return detail::text_of([&](char *to, std::size_t capacity, std::size_t *length) noexcept {
        return playgate_get_display_name(feature_name.get(), to, capacity, length);
    });
}

// -- Tests of games ---------------------------------------------------------------------------------------------------

/// A request that a mock transport got. The texts and headers are lent until the mock transport is cleared or freed.
struct mock_request {
    /// The headers, all of them and in the order of sending.
    http_headers headers{};
    /// "GET", "POST" or "PUT".
    std::string_view method{""};
    /// The absolute URL.
    std::string_view url{""};
    /// The body: JSON, or empty.
    std::string_view body{""};
};

namespace detail {

struct mock_kind {
    static void free(std::uint64_t native) noexcept { (void)playgate_mock_free(native); }
};

} // namespace detail

/// A transport that answers by a script: no server, no socket, no thread. Works in builds with PLAYGATE_BUILD_MOCK; in all
/// others each function is `status::unsupported`. An empty method is any; a `*` at the end of a path stands for whatever
/// follows, and so does an empty path. Any thread.
class mock : public detail::handle<detail::mock_kind> {
public:
    /// None.
    mock() noexcept = default;
    /// Takes over a handle of the C API.
    [[nodiscard]] static mock from_native(playgate_mock native) noexcept { return mock(native); }
    /// Makes one without a script: each request gets 404 and `{}`, and is counted.
    [[nodiscard]] static result<mock> create() noexcept
    {
        playgate_mock made = 0;
        const playgate_result how = playgate_mock_create(&made);
        return how == PLAYGATE_OK ? result<mock>(mock(made)) : result<mock>(detail::to_status(how));
    }

    /// A transport hook that answers by this script, for client_options::transport.
    [[nodiscard]] result<playgate_transport_hook> transport() const noexcept
    {
        playgate_transport_hook hook;
        playgate_transport_hook_init(&hook, sizeof hook);
        const playgate_result how = playgate_mock_transport(native(), &hook);
        if (how != PLAYGATE_OK) {
            return detail::to_status(how);
        }
        return hook;
    }
    /// What requests of this method to this path get from now on.
    result<void> answer(std::string_view method, std::string_view path, std::uint32_t http_status, std::string_view body,
                        http_headers headers = {}) noexcept
    {
        return scripted(method, path, [&](const char *with, const char *to) noexcept {
            return playgate_mock_answer(native(), with, to, http_status, headers.first, headers.count, body.data(),
                                        body.size());
        });
    }
    /// What the next request of this method to this path gets; several are given out in their order.
    result<void> answer_once(std::string_view method, std::string_view path, std::uint32_t http_status, std::string_view body,
                             http_headers headers = {}) noexcept
    {
        return scripted(method, path, [&](const char *with, const char *to) noexcept {
            return playgate_mock_answer_once(native(), with, to, http_status, headers.first, headers.count, body.data(),
                                             body.size());
        });
    }
    /// Requests of this method to this path get no response from now on, for this reason.
    result<void> fail(std::string_view method, std::string_view path, status why) noexcept
    {
        return scripted(method, path, [&](const char *with, const char *to) noexcept {
            return playgate_mock_fail(native(), with, to, static_cast<playgate_result>(why));
        });
    }
    /// Keeps requests of this method to this path unanswered until let_go.
    result<void> hold(std::string_view method, std::string_view path) noexcept
    {
        return scripted(method, path, [&](const char *with, const char *to) noexcept {
            return playgate_mock_hold(native(), with, to);
        });
    }
    /// Ends every hold: what is held gets what the script says of it now.
    result<void> let_go() noexcept { return detail::to_status(playgate_mock_release(native())); }
    /// How many requests of this method to this path came.
    [[nodiscard]] std::size_t count(std::string_view method = {}, std::string_view path = {}) const noexcept
    {
        std::size_t number = 0;
        const detail::c_text with(method);
        const detail::c_text to(path);
        if (with && to) {
            (void)playgate_mock_count(native(), with.or_null(), to.or_null(), &number);
        }
        return number;
    }
    /// The request of that index, in the order of asking; `status::not_found` behind the last one. The player's token is
    /// among its headers. Lent from this object until clear.
    [[nodiscard]] result<mock_request> request_at(std::size_t index) const & noexcept
    {
        playgate_mock_request_info from;
        playgate_mock_request_info_init(&from, sizeof from);
        const playgate_result how = playgate_mock_request(native(), index, &from);
        if (how != PLAYGATE_OK) {
            return detail::to_status(how);
        }
        return mock_request{http_headers{from.headers, from.header_count}, detail::view(from.method),
                            detail::view(from.url), detail::view(from.body)};
    }
    result<mock_request> request_at(std::size_t) const && = delete;
    /// Forgets the script and what was asked, and ends what was lent of it.
    result<void> clear() noexcept { return detail::to_status(playgate_mock_clear(native())); }
    /// Answers as a studio's server does whose player has this session, JSON as k-ID writes it.
    result<void> serve_session(std::string_view json) noexcept
    {
        return detail::to_status(playgate_mock_session(native(), json.data(), json.size()));
    }

private:
    explicit mock(std::uint64_t native) noexcept : handle(native) {}

    template <class Call>
    static result<void> scripted(std::string_view method, std::string_view path, Call call) noexcept
    {
        const detail::c_text with(method);
        const detail::c_text to(path);
        const status failure = detail::failure_of(with, to);
        return is_failure(failure) ? failure : detail::to_status(call(with.or_null(), to.empty() ? "*" : to.get()));
    }
};

} // namespace playgate

#endif // PLAYGATE_HPP
