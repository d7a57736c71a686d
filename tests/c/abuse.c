/*
 * Every function of the header, called as no host should: an error each time, outs denied, and nothing else. A client
 * that is open meanwhile keeps answering as before. argv[1] is the header, whose functions must all have been called.
 */
#include <ctype.h>

#include "abuse.h"

/* -- Which functions were called ------------------------------------------------------------------------------------ */

#define MAX_FUNCTIONS 128
static const char *functions_called[MAX_FUNCTIONS];
static size_t functions_count;

static bool was_called(const char *name)
{
    for (size_t i = 0; i < functions_count; i++) {
        if (strcmp(functions_called[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void note_call(const char *name)
{
    if (!was_called(name)) {
        require(functions_count < MAX_FUNCTIONS, "there is room for all functions");
        functions_called[functions_count++] = name;
    }
}

/* The name of a function declaration that starts at `at`: what stands before its first parenthesis. */
static void declared_name(const char *at, char *out, size_t capacity)
{
    const char *end = strchr(at, '(');
    out[0] = '\0';
    if (!end) {
        return;
    }
    const char *start = end;
    while (start > at && (isalnum((unsigned char)start[-1]) || start[-1] == '_')) {
        start--;
    }
    (void)snprintf(out, capacity, "%.*s", (int)(end - start), start);
}

static void check_declared(const char *at, size_t *declared)
{
    char name[128];
    declared_name(at, name, sizeof name);
    ++*declared;
    if (!CHECK(was_called(name))) {
        printf("    %s is in the header and was not called\n", name);
    }
}

/* Every function that the header declares was called. */
static void check_all_called(const char *path)
{
    size_t len = 0;
    unsigned char *bytes = read_whole(path, &len);
    char *text = calloc(len + 1, 1);
    require(text != NULL, "there is memory");
    memcpy(text, bytes, len);
    size_t declared = 0;
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, "PLAYGATE_API", 12) == 0) {
            check_declared(at + 12, &declared);
        } else if (strncmp(at, "static inline", 13) == 0) {
            check_declared(at + 13, &declared);
        }
    }
    printf("%zu functions are in the header, %zu were called\n", declared, functions_count);
    CHECK_EQ(declared, functions_count);
    CHECK(declared > 50);
    free(text);
    free(bytes);
}

/* -- What is alive, and what is not --------------------------------------------------------------------------------- */

play live_game;
play asking_game;
server *asking_server;
uint64_t live[KINDS];
uint64_t stale[KINDS];
const char *live_folder;
const char document[] =
    "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"permissions\":["
    "{\"name\":\"voice-chat\",\"enabled\":true,\"managedBy\":\"GUARDIAN\"},"
    "{\"name\":\"text-chat\",\"enabled\":false,\"managedBy\":\"GUARDIAN\"}],"
    "\"allowances\":[{\"name\":\"daily-time\",\"type\":\"NUMBER\",\"value\":60}]}";

const size_t document_len = sizeof document - 1;

char *long_text;
char *huge;
const char not_utf8[] = "voice\xff\xfe-chat";

static playgate_store open_store(void)
{
    playgate_store_options options;
    CALL(playgate_store_options_init, (&options, sizeof options, PLAYGATE_ABI_VERSION));
    options.folder = live_folder;
    playgate_store store = 0;
    CHECK_OK(CALL(playgate_store_open, (&options, &store)));
    return store;
}

static void make(uint64_t *handles)
{
    playgate_session other = 0;
    CHECK_OK(CALL(playgate_session_parse, (document, sizeof document - 1, &handles[SESSION_KIND])));
    CHECK_OK(CALL(playgate_session_compare, (0, handles[SESSION_KIND], &handles[CHANGES])));
    CHECK_OK(playgate_session_parse(SESSION("s-1", "t", PERMISSION("voice-chat", "false", "GUARDIAN")),
                                    sizeof SESSION("s-1", "t", PERMISSION("voice-chat", "false", "GUARDIAN")) - 1,
                                    &other));
    handles[STORE] = open_store();
    handles[CHALLENGE] = take_challenge();
    /* A notice comes of a session that the store changed behind the client. */
    play game;
    play_start(&game, "noticed", live_folder, NULL);
    CHECK_OK(play_adopt(&game, document));
    play_close(&game);
    CHECK_OK(CALL(playgate_store_save, (handles[STORE], "noticed", other)));
    CHECK_OK(playgate_session_free(other));
    play_start(&game, "noticed", live_folder, NULL);
    CHECK_OK(CALL(playgate_client_notice, (game.client, &handles[NOTICE])));
    CHECK(handles[NOTICE] != 0);
    handles[CLIENT] = game.client;
}

static void make_everything(void)
{
    long_text = malloc(LONG_TEXT_BYTES + 1);
    huge = malloc(HUGE_BYTES);
    require(long_text && huge, "there is memory");
    memset(long_text, 'x', LONG_TEXT_BYTES);
    long_text[LONG_TEXT_BYTES] = '\0';
    memset(huge, '[', HUGE_BYTES);
    live_folder = temporary_folder();
    start_asking();
    make(stale);
    CHECK_OK(CALL(playgate_notice_free, (stale[NOTICE])));
    CHECK_OK(CALL(playgate_changes_free, (stale[CHANGES])));
    CHECK_OK(CALL(playgate_session_free, (stale[SESSION_KIND])));
    CHECK_OK(CALL(playgate_store_close, (stale[STORE])));
    CHECK_OK(CALL(playgate_challenge_free, (stale[CHALLENGE])));
    CHECK_OK(CALL(playgate_client_close, (stale[CLIENT], 10000)));
    make(live);
    play_start(&live_game, "noticed two", live_folder, NULL);
    CHECK_OK(play_adopt(&live_game, document));
    CHECK_OK(CALL(playgate_client_close, (live[CLIENT], 10000)));
    live[CLIENT] = live_game.client;
    for (int kind = 0; kind < KINDS; kind++) {
        CHECK(live[kind] != 0 && live[kind] != stale[kind]);
    }
}

void check_alive(const char *after)
{
    const int failed_before = failures();
    play_pump(&live_game);
    CHECK_EQ(play_access(&live_game, "voice-chat"), PLAYGATE_ACCESS_ALLOWED);
    CHECK_EQ(play_access(&live_game, "text-chat"), PLAYGATE_ACCESS_ASK_PARENT);
    CHECK_EQ(play_decide(&live_game, "text-chat").reason, PLAYGATE_REASON_PARENT);
    playgate_access access = 0;
    CHECK_OK(CALL(playgate_session_access, (live[SESSION_KIND], "voice-chat", &access)));
    CHECK_EQ(access, PLAYGATE_ACCESS_ALLOWED);
    size_t count = 0;
    CHECK_OK(CALL(playgate_changes_count, (live[CHANGES], &count)));
    CHECK_EQ(count, 3);
    playgate_notice_info info;
    playgate_notice_info_init(&info, sizeof info);
    CHECK_OK(CALL(playgate_notice_get_info, (live[NOTICE], &info)));
    CHECK_EQ(info.kind, PLAYGATE_NOTICE_RESTRICTED);
    play_pump(&asking_game);
    CHECK_EQ(play_decide(&asking_game, "text-chat").reason, PLAYGATE_REASON_PENDING);
    playgate_challenge_info challenge;
    playgate_challenge_info_init(&challenge, sizeof challenge);
    CHECK_OK(CALL(playgate_challenge_get_info, (live[CHALLENGE], &challenge)));
    CHECK_TEXT(challenge.id.ptr, "c-1");
    CHECK_EQ(challenge.progress, PLAYGATE_PROGRESS_ASKED);
    playgate_session session = 0;
    CHECK_OK(CALL(playgate_store_load, (live[STORE], "noticed", &session)));
    CHECK_OK(playgate_session_free(session));
    if (failures() != failed_before) {
        printf("    after %s\n", after);
    }
}

bool is_alive(enum kind kind, uint64_t handle)
{
    return handle == live[kind] || (kind == CLIENT && handle == asking_game.client);
}

bool is_empty(const playgate_text *text)
{
    return text->ptr && text->len == 0 && text->ptr[0] == '\0';
}

/* What was freed once is not freed again, and 0 always may be. */
static void check_frees(void)
{
    playgate_result (*const frees[KINDS])(uint64_t) = {NULL, playgate_session_free, playgate_changes_free,
                                                       playgate_notice_free, playgate_store_close, playgate_challenge_free};
    for (int kind = SESSION_KIND; kind < KINDS; kind++) {
        CHECK_OK(frees[kind](0));
        CHECK_OK(frees[kind](live[kind]));
        CHECK_FAILS(frees[kind](live[kind]), PLAYGATE_ERROR_INVALID_HANDLE);
    }
    CHECK_OK(playgate_client_close(0, 0));
    play_close(&live_game);
    play_close(&asking_game);
    server_stop(asking_server);
    CHECK_FAILS(playgate_client_close(live_game.client, 1000), PLAYGATE_ERROR_INVALID_HANDLE);
    CHECK_FAILS(playgate_client_close(live_game.client, UINT32_MAX), PLAYGATE_ERROR_INVALID_HANDLE);
}

int main(int argc, char **argv)
{
    require(argc == 2, "argv[1] is the header");
    CHECK_TEXT(CALL(playgate_last_error, ()), "");
    make_everything();
    check_alive("the start");
    abuse_handles();
    abuse_arguments();
    abuse_structs();
    abuse_hooks();
    abuse_mock();
    abuse_challenges();
    check_frees();
    CHECK_OK(CALL(playgate_shutdown, (5000)));
    CHECK_OK(playgate_shutdown(UINT32_MAX));
    free(long_text);
    free(huge);
    check_all_called(argv[1]);
    return finish();
}
