/*
 * A native script for Godot 3: the class "Playgate", a node that has one player's client. Everything about Playgate is in
 * PlaygateNode; below it stands what Godot's C API needs to call it. For another engine only that part is another.
 */
#include <playgate.hpp>

#include <gdnative_api_struct.gen.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

// -- The node -----------------------------------------------------------------------------------------------------------

/// One player's client, as the scripts of a scene see it. All of it on Godot's main thread.
class PlaygateNode {
public:
    /// In the loading screen. An empty folder keeps nothing.
    bool open(const std::string &player, const std::string &server, const std::string &token, const std::string &folder)
    {
        playgate::client_options options;
        options.player = player;
        options.server_url = server;
        options.token = token;
        options.folder = folder;
        options.network_allowed = true; // A game asks the player, or their parent, first.
        options.periodic_refresh = std::chrono::milliseconds(400); // A game leaves the default of 15 minutes.
        playgate::result<playgate::client> opened = playgate::client::open(options);
        if (!opened) {
            news_.push_back("failed " + std::string(playgate::last_error()));
            return false;
        }
        client_ = *std::move(opened);
        // The handlers live as long as the client, which lives as long as this node: they may capture it.
        client_.on_session_changed([this] { news_.emplace_back("session_changed"); }).keep();
        client_.on_notice_ready([this] { news_.emplace_back("notice_ready"); }).keep();
        client_.on_session_ended([this] { news_.emplace_back("session_ended"); }).keep();
        client_.on_consent_needed([this] { news_.emplace_back("consent_needed"); }).keep();
        client_.on_upgrade_changed([this](const playgate::upgrade_change &change) {
            if (change.progress == playgate::progress::asked) {
                news_.push_back("asked " + std::string(change.feature));
            }
        }).keep();
        return true;
    }
    /// Once a frame, from _process.
    void frame() { client_.pump(); }
    /// What happened since, oldest first, a word and more about it; empty when there is nothing.
    std::string take_news()
    {
        if (news_.empty()) {
            return std::string();
        }
        std::string first = std::move(news_.front());
        news_.pop_front();
        return first;
    }
    /// A feature's number: ask once, in _ready, and keep it. 0 is none, and denied.
    static std::int64_t feature(const std::string &name) { return (*playgate::feature::named(name)).number(); }
    /// For every frame: one byte is read.
    bool is_allowed(std::int64_t feature) const { return client_.is_allowed(number_of(feature)); }
    /// What a locked feature shows: a sentence for the player; empty when it is on.
    std::string text_of(std::int64_t feature) const { return std::string(client_.decide(number_of(feature))->text); }
    /// The session that the consent flow ended with, as JSON.
    void adopt(const std::string &json)
    {
        client_.adopt(json, [this](const playgate::completion &end) { tell("adopted", end); });
    }
    /// The player taps a locked feature.
    void ask(std::int64_t feature)
    {
        client_.request_permission(number_of(feature), [this](const playgate::completion &end) { tell("answered", end); });
    }
    /// Where a parent answers about a feature, to be shown as a QR code; empty when nothing is asked.
    std::string challenge_url(std::int64_t feature) const
    {
        const playgate::result<playgate::challenge> found = client_.challenge_about(number_of(feature));
        const playgate::challenge &challenge = *found;
        return std::string(challenge.info()->url);
    }
    /// What to tell the player now, and that they were told; empty when there is nothing.
    std::string tell_notice()
    {
        const playgate::result<playgate::notice> given = client_.notice();
        if (!given) {
            return std::string();
        }
        const playgate::notice &notice = *given;
        const playgate::result<playgate::notice_info> info = notice.info();
        std::string text = std::string(info->title) + ": " + std::string(info->message);
        client_.acknowledge([this](const playgate::completion &end) { tell("told", end); });
        return text;
    }
    /// From _exit_tree; true when all is stored.
    bool close() { return client_.close().status() == playgate::status::ok; }

private:
    static playgate::feature number_of(std::int64_t feature)
    {
        // What is no feature number is none, and so denied.
        return feature > 0 && feature <= PLAYGATE_TABLE_CELLS ? playgate::feature(static_cast<playgate_feature>(feature))
                                                              : playgate::feature();
    }
    void tell(std::string_view what, const playgate::completion &end)
    {
        news_.push_back(std::string(what) + " " + std::string(name_of(end.status)));
    }

    std::deque<std::string> news_{};
    playgate::client client_{};
};

// -- Godot's C API ------------------------------------------------------------------------------------------------------

const godot_gdnative_core_api_struct *godot = nullptr;
const godot_gdnative_ext_nativescript_api_struct *scripts = nullptr;

/// The arguments of a call from a script, and its result.
class Call {
public:
    Call(int count, godot_variant **arguments) : count_(count), arguments_(arguments) { godot->godot_variant_new_nil(&result); }

    std::string text(int index) const
    {
        if (index >= count_) {
            return std::string();
        }
        godot_string given = godot->godot_variant_as_string(arguments_[index]);
        godot_char_string utf8 = godot->godot_string_utf8(&given);
        std::string text(godot->godot_char_string_get_data(&utf8));
        godot->godot_char_string_destroy(&utf8);
        godot->godot_string_destroy(&given);
        return text;
    }
    std::int64_t number(int index) const { return index < count_ ? godot->godot_variant_as_int(arguments_[index]) : 0; }

    void give(bool value) { godot->godot_variant_new_bool(&result, value); }
    void give(std::int64_t value) { godot->godot_variant_new_int(&result, value); }
    void give(const std::string &value)
    {
        godot_string text;
        godot->godot_string_new(&text);
        godot->godot_string_parse_utf8(&text, value.c_str());
        godot->godot_variant_new_string(&result, &text);
        godot->godot_string_destroy(&text);
    }

    godot_variant result{};

private:
    int count_;
    godot_variant **arguments_;
};

void *create(godot_object *, void *)
{
    return std::make_unique<PlaygateNode>().release();
}

void destroy(godot_object *, void *, void *node)
{
    const std::unique_ptr<PlaygateNode> gone(static_cast<PlaygateNode *>(node));
}

using Method = void (*)(PlaygateNode &, Call &);

/// One function for all methods: which is meant stands in its data.
godot_variant call(godot_object *, void *method, void *node, int count, godot_variant **arguments)
{
    Call made(count, arguments);
    (*static_cast<Method *>(method))(*static_cast<PlaygateNode *>(node), made);
    return made.result;
}

struct Named {
    const char *name;
    Method method;
};

std::array<Named, 11> methods = {{
    {"open", [](PlaygateNode &node, Call &call) { call.give(node.open(call.text(0), call.text(1), call.text(2), call.text(3))); }},
    {"frame", [](PlaygateNode &node, Call &) { node.frame(); }},
    {"take_news", [](PlaygateNode &node, Call &call) { call.give(node.take_news()); }},
    {"feature", [](PlaygateNode &, Call &call) { call.give(PlaygateNode::feature(call.text(0))); }},
    {"is_allowed", [](PlaygateNode &node, Call &call) { call.give(node.is_allowed(call.number(0))); }},
    {"text_of", [](PlaygateNode &node, Call &call) { call.give(node.text_of(call.number(0))); }},
    {"adopt", [](PlaygateNode &node, Call &call) { node.adopt(call.text(0)); }},
    {"ask", [](PlaygateNode &node, Call &call) { node.ask(call.number(0)); }},
    {"challenge_url", [](PlaygateNode &node, Call &call) { call.give(node.challenge_url(call.number(0))); }},
    {"tell_notice", [](PlaygateNode &node, Call &call) { call.give(node.tell_notice()); }},
    {"close", [](PlaygateNode &node, Call &call) { call.give(node.close()); }},
}};

} // namespace

extern "C" {

void GDN_EXPORT godot_gdnative_init(godot_gdnative_init_options *options);
void GDN_EXPORT godot_gdnative_terminate(godot_gdnative_terminate_options *options);
void GDN_EXPORT godot_nativescript_init(void *handle);

void godot_gdnative_init(godot_gdnative_init_options *options)
{
    godot = options->api_struct;
    for (unsigned i = 0; i < godot->num_extensions; ++i) {
        if (godot->extensions[i]->type == GDNATIVE_EXT_NATIVESCRIPT) {
            scripts = reinterpret_cast<const godot_gdnative_ext_nativescript_api_struct *>(godot->extensions[i]);
        }
    }
}

void godot_gdnative_terminate(godot_gdnative_terminate_options *)
{
    playgate::shutdown();
    godot = nullptr;
    scripts = nullptr;
}

void godot_nativescript_init(void *handle)
{
    godot_instance_create_func creation = {};
    creation.create_func = &create;
    godot_instance_destroy_func destruction = {};
    destruction.destroy_func = &destroy;
    scripts->godot_nativescript_register_class(handle, "Playgate", "Node", creation, destruction);
    for (Named &one : methods) {
        godot_instance_method method = {};
        method.method = &call;
        method.method_data = &one.method;
        const godot_method_attributes attributes = {GODOT_METHOD_RPC_MODE_DISABLED};
        scripts->godot_nativescript_register_method(handle, "Playgate", one.name, attributes, method);
    }
}

} // extern "C"
