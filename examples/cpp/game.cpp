/*
 * A game that uses Playgate, without the game around it, in C++17: a start, sixty frames a second, a clean end.
 *
 * Copy from here: Playground, which is what a game has of Playgate. The rest stands in for an engine: dialogs are text and
 * close by themselves, the age gate is a file that somebody puts there, and so are the player's taps.
 */
#include "options.hpp"

#include <playgate.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

using playgate::access;

constexpr auto frame_time = std::chrono::milliseconds(1000 / 60);
constexpr int dialog_frames = 30;
constexpr std::int32_t quiet_zone = 4;

enum Feature : std::size_t { multiplayer, voice_chat, text_chat, username, avatars, forums, gambling, features };
constexpr std::array<std::string_view, features> feature_names = {
    "multiplayer",          "voice-chat", "text-chat-private",  "custom-username",
    "ai-generated-avatars", "forums",     "simulated-gambling",
};

volatile std::sig_atomic_t quit_asked = 0;

/// A real game hands the lines to its own log. Called from any thread.
struct Log {
    static void write(playgate::log_level level, std::string_view target, std::string_view text)
    {
        std::fprintf(stderr, "log %d %s: %s\n", static_cast<int>(level), target.data(), text.data());
    }
};

/// Says what failed; "ok, but" is no failure.
template <class Result>
bool failed(const char *what, const Result &result)
{
    if (!is_failure(result.status())) {
        return false;
    }
    std::cerr << what << ": " << name_of(result.status()) << ": " << playgate::last_error() << '\n';
    return true;
}

/// A word for a number of an open enumeration: whatever a later version may add gets the last one.
template <std::size_t Count, class Enumeration>
std::string_view word_for(const std::array<std::string_view, Count> &words, Enumeration value)
{
    const auto at = static_cast<std::size_t>(value);
    return at < Count ? words[at] : words[Count - 1];
}

std::string_view text_of(access what)
{
    switch (what) {
    case access::allowed: return "on";
    case access::ask_parent: return "ask a parent";
    case access::verify_age: return "verify your age";
    case access::player_may_enable: return "you may enable it";
    case access::prohibited: return "not available";
    case access::unavailable: break;
    }
    return "off";
}

/// A QR code as an engine would fill a texture; here two rows of modules become one line of text, dark on white.
void draw(const playgate::qr_code &code)
{
    static constexpr std::array<const char *, 4> halves = {" ", "\u2584", "\u2580", "\u2588"}; // none, lower, upper, both
    const auto size = static_cast<std::int32_t>(code.size());
    for (std::int32_t y = -quiet_zone; y < size + quiet_zone; y += 2) {
        std::cout << "\033[30;107m";
        for (std::int32_t x = -quiet_zone; x < size + quiet_zone; ++x) {
            std::cout << halves[(code.is_dark(x, y) ? 2U : 0U) + (code.is_dark(x, y + 1) ? 1U : 0U)];
        }
        std::cout << "\033[0m\n";
    }
}

/// What the game has of Playgate: a client, its handlers, and what the screen shows of it.
class Playground {
public:
    explicit Playground(const Options &options) : options_(options) {}

    /// In the loading screen: reads the player's record, so that decisions are there when this returns.
    bool open()
    {
        // Names become numbers once. Unknown names are fine: they are denied until a session has them.
        for (std::size_t i = 0; i < features; ++i) {
            const playgate::result<playgate::feature> named = playgate::feature::named(feature_names[i]);
            if (failed("feature", named)) {
                return false;
            }
            numbers_[i] = *named;
            labels_[i] = playgate::get_display_name(feature_names[i]);
        }
        playgate::client_options options;
        options.player = options_["--player"];
        options.server_url = options_["--server"];
        options.token = options_["--token"];
        options.folder = options_["--folder"];
        options.code_site = options_["--code-site"];
        options.periodic_refresh = std::chrono::milliseconds(options_.number("--refresh-ms"));
        options.network_allowed = options_["--network"] != "off";
        const std::vector<std::uint8_t> key = options_.bytes("--key"); // a game takes it from the platform's keystore
        options.key = key;
        playgate::result<playgate::client> opened = playgate::client::open(options);
        if (failed("open", opened)) {
            return false;
        }
        client_ = *std::move(opened);
        listen();
        const playgate::result<playgate::decision> first = client_.decide(numbers_[multiplayer]);
        std::cout << "start: " << (first->freshness == playgate::freshness::none ? "no session" : "session")
                  << " from disk\n";
        gate_ = first->next_step == playgate::next_step::start_age_gate ? Gate::wanted : Gate::closed;
        show_open_challenges();
        begin_game_session();
        return true;
    }

    void one_frame()
    {
        client_.pump();
        take_taps();

        // The game itself. Nothing here waits, allocates or takes a lock.
        if (client_.is_allowed(numbers_[voice_chat])) {
            ++voice_frames_;
        }
        draw_hud();

        if (dialog_ && --dialog_frames_ <= 0) {
            close_dialog();
        } else if (!dialog_ && (gate_ == Gate::wanted || gate_ == Gate::open)) {
            age_gate();
        }
        ++frames_;
    }

    long frames() const { return frames_; }

    bool close()
    {
        dialog_.reset(); // not acknowledged: it comes back at the next start
        const playgate::status closed = client_.close().status();
        std::cout << "end: " << name_of(closed) << " after " << frames_ << " frames, " << voice_frames_
                  << " with voice chat\n";
        return closed == playgate::status::ok;
    }

private:
    enum class Gate { closed, wanted, open, adopting };

    /// The handlers live as long as the client, which lives as long as this object: they may capture it.
    void listen()
    {
        client_.on_session_changed([] { std::cout << "event: session changed\n"; }).keep();
        client_.on_notice_ready([this] { show_notice(); }).keep();
        client_.on_session_ended([this] { want_age_gate("session ended"); }).keep();
        client_.on_consent_needed([this] { want_age_gate("consent needed"); }).keep();
        // Log in again, then client::set_token.
        client_.on_token_refused([] { std::cout << "event: token refused\n"; }).keep();
        client_.on_server_reachable([] { std::cout << "event: server reachable\n"; }).keep();
        client_
            .on_server_unreachable([](const playgate::problem &problem) {
                std::cout << "event: server unreachable: " << problem.text << '\n';
            })
            .keep();
        client_.on_storage_failed([](const playgate::problem &problem) { tell("storage failed", problem); }).keep();
        client_.on_record_set_aside([](const playgate::problem &problem) { tell("record set aside", problem); }).keep();
        client_.on_record_unusable([](const playgate::problem &problem) { tell("record unusable", problem); }).keep();
        client_.on_upgrade_changed([this](const playgate::upgrade_change &change) { upgrade_changed(change); }).keep();
        client_
            .on_game_session_changed([](const playgate::game_session_change &change) {
                static constexpr std::array<std::string_view, 6> words = {"idle",       "starting", "active",
                                                                          "recovering", "ending",   "stopped"};
                std::cout << "game session: " << word_for(words, change.state) << ' ' << change.text << '\n';
            })
            .keep();
    }

    static void tell(std::string_view what, const playgate::problem &problem)
    {
        std::cout << "event: " << what << ": " << name_of(problem.status) << ' ' << problem.text << '\n';
    }
    static void tell_end(std::string_view what, const playgate::completion &end)
    {
        std::cout << "event: " << what << " ended: " << name_of(end.status) << ' ' << end.text << '\n';
    }

    /// Draws only when something has changed.
    void draw_hud()
    {
        bool has_changed = !is_hud_drawn_;
        for (std::size_t i = 0; i < features; ++i) {
            const access now = client_.access_of(numbers_[i]);
            has_changed = has_changed || now != shown_[i];
            shown_[i] = now;
        }
        if (!has_changed) {
            return;
        }
        is_hud_drawn_ = true;
        for (std::size_t i = 0; i < features; ++i) {
            std::cout << (i == 0 ? "hud: " : " | ") << labels_[i] << ": " << text_of(shown_[i]);
        }
        std::cout << '\n';
    }

    /// Shows what the player has to be told, if anything.
    void show_notice()
    {
        if (dialog_) {
            return;
        }
        dialog_ = *client_.notice();
        if (!dialog_) {
            return;
        }
        const playgate::result<playgate::notice_info> info = dialog_.info();
        std::cout << "dialog: kind " << static_cast<int>(info->kind) << ", " << info->off_count << " off, "
                  << info->on_count << " on, " << info->may_choose_count << " to choose\n"
                  << "--------------------------------\n"
                  << info->title << "\n\n"
                  << info->message << "\n-------------------------- [OK] \n";
        dialog_frames_ = dialog_frames;
    }

    /// The player pressed OK. Only now is it acknowledged: after a crash before this the dialog comes back.
    void close_dialog()
    {
        dialog_.reset();
        failed("acknowledge", client_.acknowledge([this](const playgate::completion &end) {
            tell_end("acknowledge", end);
            show_notice(); // what changed while the dialog was open gets its own
        }));
    }

    void want_age_gate(std::string_view why)
    {
        if (gate_ == Gate::closed) {
            gate_ = Gate::wanted;
            std::cout << "event: " << why << '\n';
        }
    }

    /// The age gate and the consent flow are the studio's. Here somebody puts the session that they end with into a file.
    void age_gate()
    {
        const std::string path(options_["--adopt"]);
        if (gate_ == Gate::wanted) {
            std::cout << "age gate: open" << (path.empty() ? ", but no --adopt FILE was given" : "") << '\n';
            gate_ = Gate::open;
        }
        std::ifstream file(path, std::ios::binary);
        if (!file) {
            return;
        }
        const std::string json{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        file.close();
        std::remove(path.c_str()); // it holds personal data
        const bool has_failed = failed("adopt", client_.adopt(json, [this](const playgate::completion &end) {
            tell_end("adopt", end);
            gate_ = end.status == playgate::status::invalid_session ? Gate::wanted : Gate::closed;
        }));
        gate_ = has_failed ? Gate::wanted : Gate::adopting;
    }

    /// The player taps a locked feature. What happens next is right for it: on at once, a challenge, or a refusal.
    void ask_for(playgate::feature feature)
    {
        failed("request permission", client_.request_permission(feature, [](const playgate::completion &end) {
            tell_end("request permission", end);
        }));
    }

    void upgrade_changed(const playgate::upgrade_change &change)
    {
        static constexpr std::array<std::string_view, 7> words = {"over",     "asking",  "asked",  "waiting",
                                                                  "approved", "refused", "enabled"};
        std::cout << "upgrade: " << change.feature << " is "
                  << (change.progress > playgate::progress::enabled ? "waiting" : word_for(words, change.progress)) << ' '
                  << change.text << '\n';
        if (change.progress == playgate::progress::asked) {
            show_challenge(*playgate::feature::named(change.feature));
        }
    }

    /// The screen of an open challenge: for a parent a QR code, or a code to type in; for the player a page to open.
    void show_challenge(playgate::feature feature)
    {
        const playgate::result<playgate::challenge> found = client_.challenge_about(feature);
        if (!found) {
            return;
        }
        const playgate::challenge &challenge = *found;
        const playgate::result<playgate::notice> notice = challenge.notice();
        const playgate::notice &said = *notice;
        const playgate::result<playgate::notice_info> words = said.info();
        const playgate::result<playgate::challenge_info> info = challenge.info();
        std::cout << "challenge: " << words->title << ": " << words->message << '\n';
        if (info->url.empty()) {
            std::cout << "challenge: the link is on its way\n"; // after a restart; an event follows
        } else if (info->actor == playgate::actor::player) {
            std::cout << "challenge: open " << info->url << '\n'; // in the system's browser
        } else {
            const auto code = std::make_unique<playgate::qr_code>();
            if (challenge.draw(*code)) {
                draw(*code);
            }
            std::cout << "challenge: scan it, or open " << info->url << '\n'
                      << "challenge: or go to " << info->code_site << " and enter " << info->code << '\n';
        }
    }

    /// What was asked before the game ended is still open.
    void show_open_challenges() const
    {
        for (std::size_t index = 0;; ++index) {
            const playgate::result<playgate::challenge> found = client_.challenge_at(index);
            if (!found) {
                return;
            }
            const playgate::challenge &challenge = *found;
            const playgate::result<playgate::challenge_info> info = challenge.info();
            if (info->progress == playgate::progress::asked || info->progress == playgate::progress::waiting) {
                std::cout << "start: an answer about " << info->feature << " is still awaited\n";
            }
        }
    }

    /// The ad service's, which runs only while the k-ID session allows targeted ads.
    void begin_game_session()
    {
        playgate::game_session_options options;
        options.service_url = options_["--ads"];
        options.auth_token = options_["--ad-token"];
        if (!options.service_url.empty() && !options.auth_token.empty()) {
            failed("game session", client_.start_game_session(options));
        }
    }

    /// The player's taps: lines of a file that somebody puts there, each a word and a feature's name.
    void take_taps()
    {
        const std::string path(options_["--taps"]);
        std::ifstream file(path);
        std::string word;
        std::string name;
        while (file >> word >> name) {
            const playgate::result<playgate::feature> named = playgate::feature::named(name);
            if (failed("feature", named)) {
                continue;
            }
            std::cout << "tap: " << word << ' ' << name << '\n';
            if (word == "ask") {
                ask_for(*named);
            } else if (word == "on" || word == "off") {
                failed("switch", client_.switch_feature(*named, word == "on", [](const playgate::completion &end) {
                    tell_end("switch feature", end);
                }));
            } else if (word == "closed") { // the page of an age check
                const playgate::result<playgate::challenge> challenge = client_.challenge_about(*named);
                failed("check", client_.check_challenge(*challenge, [](const playgate::completion &end) {
                    tell_end("check challenge", end);
                }));
            }
        }
        if (file.is_open()) {
            file.close();
            std::remove(path.c_str());
        }
    }

    const Options &options_;
    std::array<playgate::feature, features> numbers_{};
    std::array<std::string, features> labels_{};
    std::array<access, features> shown_{};
    bool is_hud_drawn_ = false;
    playgate::notice dialog_{};
    int dialog_frames_ = 0;
    Gate gate_ = Gate::closed;
    long frames_ = 0;
    long voice_frames_ = 0;
    /// Last, so that it goes first: its handlers use what stands above.
    playgate::client client_{};
};

} // namespace

int main(int count, char **arguments)
{
    const Options options(count, arguments);
    if (!options.are_right()) {
        std::cerr << Options::usage;
        return 2;
    }
    std::signal(SIGINT, [](int) { quit_asked = 1; });
    std::signal(SIGTERM, [](int) { quit_asked = 1; });

    static Log log;
    failed("log", playgate::set_log(playgate::log_for(log, playgate::log_level::warn)));
    std::cout << "playgate " << playgate::version() << '\n';
    if (!options["--language"].empty()) {
        failed("language", playgate::set_language(options["--language"]));
    }

    Playground game(options);
    if (!game.open()) {
        return 1;
    }
    const long limit = options.number("--frames");
    while (quit_asked == 0 && (limit == 0 || game.frames() < limit)) {
        game.one_frame();
        std::cout.flush();
        std::this_thread::sleep_for(frame_time);
    }
    return game.close() ? 0 : 1;
}
