/*
 * From "not allowed" to allowed: through the player, a parent, or an age check. A feature is on only when a session says
 * so, each request completes once, and what lets somebody answer is seen nowhere but where it is shown.
 */
#include "upgrade.h"

static const struct {
    int bit;
    const char *name;
    const char *managed_by;
    const char *more;
} features[] = {
    {VOICE, "voice-chat", "GUARDIAN", ""},
    {TEXT, "text-chat", "GUARDIAN", ""},
    {GIFTS, "gifting", "PLAYER", ""},
    {FRIENDS, "friends", "PLAYER", ""},
    {ADS, "ads", "PLAYER", ",\"verifiedAgeThreshold\":18"},
    {0, "mods", "PROHIBITED", ""},
};

const char *session_with(int on)
{
    static char text[2048];
    size_t len = (size_t)snprintf(text, sizeof text,
                                  "{\"sessionId\":\"" ID "\",\"etag\":\"t%d\",\"status\":\"ACTIVE\",\"dateOfBirth\":\"" SECRET_BIRTH
                                  "\",\"kuid\":\"" SECRET_KUID "\",\"permissions\":[",
                                  on);
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        const bool is_prohibited = features[i].bit == ADS && (on & ADS_PROHIBITED);
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s{\"name\":\"%s\",\"enabled\":%s,\"managedBy\":\"%s\"%s}", i ? "," : "",
                                features[i].name, (features[i].bit & on) ? "true" : "false",
                                is_prohibited ? "PROHIBITED" : features[i].managed_by,
                                is_prohibited ? "" : features[i].more);
    }
    require(len + 3 < sizeof text, "there is room for the session");
    memcpy(text + len, "]}", 3);
    return text;
}

void serve(server *self, int on)
{
    char changed[4096];
    (void)snprintf(changed, sizeof changed, "{\"hasChanged\":true,\"session\":%s}", session_with(on));
    server_answer(self, "PUT", "/api/session", 200, "", changed);
    server_answer(self, "GET", "/api/session", 200, "", changed);
    server_answer(self, "GET", SESSION_PATH, 200, "", changed);
}

void start(play *game, const playgate_client_options *options, server *backend, int on)
{
    serve(backend, on);
    CHECK_OK(play_open(game, options));
    CHECK_OK(play_adopt(game, session_with(on)));
    CHECK_OK(play_refresh(game));
    CHECK_OK(play_flush(game));
}

server *start_simply(play *game, int on)
{
    server *backend = server_start();
    const playgate_client_options options = play_options(SECRET_PLAYER, NULL, server_url(backend));
    start(game, &options, backend, on);
    return backend;
}

playgate_request ask(play *game, const char *name)
{
    playgate_permission_request asked;
    playgate_permission_request_init(&asked, sizeof asked);
    asked.feature = feature(name);
    playgate_request request = 0;
    CHECK_OK(playgate_client_request_permission(game->client, &asked, &request));
    CHECK(request != 0);
    return request;
}

playgate_result ask_and_wait(play *game, const char *name)
{
    const playgate_request request = ask(game, name);
    const playgate_result result = play_wait(game, request);
    const completion *done = play_done(game, request);
    CHECK_EQ(done ? done->operation : 0, PLAYGATE_OPERATION_REQUEST_PERMISSION);
    return result;
}

playgate_challenge open_challenge(play *game, server *backend, const char *name, const char *answer)
{
    server_answer_once(backend, "POST", ASK_PATH, 200, "", answer);
    CHECK_RESULT(ask_and_wait(game, name), PLAYGATE_CHALLENGE_OPEN);
    CHECK_EQ(play_steps(game, name, PLAYGATE_PROGRESS_ASKED), 1);
    return challenge_of(game, name);
}

playgate_challenge challenge_of(const play *game, const char *name)
{
    playgate_challenge challenge = 0;
    CHECK_OK(playgate_client_challenge(game->client, feature(name), &challenge));
    return challenge;
}

playgate_challenge_info info_of(playgate_challenge challenge)
{
    playgate_challenge_info info;
    playgate_challenge_info_init(&info, sizeof info);
    CHECK_OK(playgate_challenge_get_info(challenge, &info));
    return info;
}

playgate_notice_kind notice_now(const play *game, char *asked, size_t capacity)
{
    playgate_notice notice = 1;
    asked[0] = '\0';
    const playgate_result result = playgate_client_notice(game->client, &notice);
    if (result == PLAYGATE_NO_NOTICE) {
        CHECK_EQ(notice, 0);
        return PLAYGATE_NOTICE_NONE;
    }
    CHECK_OK(result);
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(playgate_notice_get_info(notice, &info));
    CHECK(!has_secret(info.title.ptr) && !has_secret(info.message.ptr));
    if (info.asked_count > 0) {
        playgate_text name;
        CHECK_OK(playgate_notice_get_feature(notice, PLAYGATE_NOTICE_LIST_ASKED, 0, &name, NULL));
        CHECK_FAILS(playgate_notice_get_feature(notice, PLAYGATE_NOTICE_LIST_ASKED, info.asked_count, &name, NULL),
                    PLAYGATE_ERROR_NOT_FOUND);
        CHECK_OK(playgate_notice_get_feature(notice, PLAYGATE_NOTICE_LIST_ASKED, info.asked_count - 1, &name, NULL));
        (void)snprintf(asked, capacity, "%s", name.ptr);
    }
    CHECK_OK(playgate_notice_free(notice));
    return info.kind;
}

void check_nothing_leaks(const play *game)
{
    playgate_text facts;
    CHECK_OK(playgate_client_diagnostics(game->client, &facts));
    CHECK(!strstr(facts.ptr, PLANTED) && !strstr(facts.ptr, SECRET_BIRTH));
    CHECK(!strstr(playgate_last_error(), PLANTED));
}

typedef struct search {
    const char *text;
    size_t found;
} search;

static void look_for(const char *path, void *user)
{
    search *wanted = user;
    size_t len = 0;
    /* A write under way: it has its final name before it can be looked at. */
    if (strstr(path, ".tmp-")) {
        return;
    }
    unsigned char *bytes = read_whole(path, &len);
    const size_t wanted_len = strlen(wanted->text);
    bool is_there = strstr(path, wanted->text) != NULL;
    for (size_t at = 0; at + wanted_len <= len && !is_there; at++) {
        is_there = memcmp(bytes + at, wanted->text, wanted_len) == 0;
    }
    wanted->found += is_there ? 1u : 0u;
    free(bytes);
}

size_t files_with(const char *folder, const char *text)
{
    search wanted = {text, 0};
    CHECK(each_file(folder, look_for, &wanted) > 0);
    return wanted.found;
}

int main(void)
{
    play_watch_log();
    upgrade_answers();
    upgrade_challenges();
    upgrade_restarts();
    upgrade_completions();
    CHECK_OK(playgate_shutdown(5000));
    CHECK(play_check_log() > 20);
    return finish();
}
