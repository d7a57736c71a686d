/*
 * A program of another version of the header than the library's, with the same ABI version: its structs are shorter (they
 * end where their first version did) or longer. It is compiled with each of these headers and with the library's own.
 *
 * abi_structs.inc is made from include/playgate.abi: every struct and every function that gives one out is in it. A struct
 * that goes in takes a fill_ and a take_ function here; the program does not compile without them.
 */
#include "abi_hooks.h"
#include "play.h"

#include <stdbool.h>
#include <string.h>

#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT
/* Sizes up to this much more than the library's are tried. */
#define BEYOND 72u

/* Room for any struct, with something behind it that must stay. */
static union room {
    uint64_t aligned;
    void *pointer;
    unsigned char bytes[4096];
} room;

static play game;

static bool is_all(const void *bytes, unsigned char value, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (((const unsigned char *)bytes)[i] != value) {
            return false;
        }
    }
    return true;
}

static uint32_t size_there(void)
{
    uint32_t size = 0;
    memcpy(&size, room.bytes, sizeof size);
    return size;
}

/* What is known of each struct: its size in this program, in its first version and in the library. */
#define ABI_STRUCT(type, own, first, full, align, init)                                                                \
    enum { own_##type = own, first_##type = first, full_##type = full, align_##type = align };
#define ABI_IN(type)
#define ABI_OUT(function, type, arguments)
#include "abi_structs.inc"
#undef ABI_STRUCT
#undef ABI_IN
#undef ABI_OUT

/* Whether some version of the struct can have that size. */
#define IS_SIZE(type, size) ((size) >= (uint32_t)first_##type && (size) % (uint32_t)align_##type == 0)

/* An _init function writes exactly as many bytes as it is told, or none when no version has that size. */
#define ABI_STRUCT(type, own, first, full, align, init)                                                                \
    static void init_##type(void)                                                                                      \
    {                                                                                                                  \
        type *p = (type *)(void *)room.bytes;                                                                          \
        CHECK_EQ(sizeof(type), own_##type);                                                                            \
        for (uint32_t size = 0; size <= (uint32_t)full_##type + BEYOND; size++) {                                      \
            memset(room.bytes, 0xA5, sizeof room.bytes);                                                               \
            init;                                                                                                      \
            const size_t written = IS_SIZE(type, size) ? size : 0;                                                     \
            CHECK(written == 0 || size_there() == size);                                                               \
            for (size_t i = 0; i < written; i++) {                                                                     \
                CHECK(room.bytes[i] != 0xA5 || i < sizeof size);                                                       \
            }                                                                                                          \
            CHECK(is_all(room.bytes, 0xA5, written, sizeof room.bytes));                                               \
        }                                                                                                              \
    }
#define ABI_IN(type)
#define ABI_OUT(function, type, arguments)
#include "abi_structs.inc"
#undef ABI_STRUCT
#undef ABI_IN
#undef ABI_OUT

/* Fills the room, for a struct of that size. */
static void prepare(unsigned char filler, uint32_t size)
{
    memset(room.bytes, filler, sizeof room.bytes);
    memcpy(room.bytes, &size, sizeof size);
}

/*
 * A function that gives a struct out writes it on failure too: all bytes that the caller has and the library knows, zero to
 * those that only the caller knows, and nothing behind them. A wrong size is refused, and nothing is written.
 */
#define ABI_OUT(function, type, arguments)                                                                             \
    static void out_##function(void)                                                                                   \
    {                                                                                                                  \
        static unsigned char before[sizeof room.bytes];                                                                \
        type *p = (type *)(void *)room.bytes;                                                                          \
        for (uint32_t size = 0; size <= (uint32_t)full_##type + BEYOND; size++) {                                      \
            if (!IS_SIZE(type, size)) {                                                                                \
                prepare(0xA5, size);                                                                                   \
                CHECK_FAILS(function arguments, INVALID);                                                              \
                CHECK(size_there() == size && is_all(room.bytes, 0xA5, sizeof size, sizeof room.bytes));               \
                continue;                                                                                              \
            }                                                                                                          \
            prepare(0xA5, size);                                                                                       \
            CHECK(function arguments != INVALID);                                                                      \
            memcpy(before, room.bytes, sizeof before);                                                                 \
            prepare(0x5A, size);                                                                                       \
            CHECK(function arguments != INVALID);                                                                      \
            CHECK(size_there() == size);                                                                               \
            for (size_t i = sizeof size; i < size; i++) {                                                              \
                CHECK(before[i] != 0xA5 || room.bytes[i] != 0x5A);                                                     \
            }                                                                                                          \
            CHECK(size <= (uint32_t)full_##type || is_all(room.bytes, 0, full_##type, size));                          \
            CHECK(is_all(room.bytes, 0x5A, size, sizeof room.bytes));                                                  \
        }                                                                                                              \
    }
#define ABI_STRUCT(type, own, first, full, align, init)
#define ABI_IN(type)
#include "abi_structs.inc"
#undef ABI_STRUCT
#undef ABI_IN
#undef ABI_OUT

/* For each struct that goes in: what is right, and a call that takes it. */

static void fill_playgate_client_options(playgate_client_options *p)
{
    *p = play_options("another player", NULL, NULL);
}

static playgate_result take_playgate_client_options(const playgate_client_options *p)
{
    playgate_client client = 0;
    const playgate_result result = playgate_client_open(p, &client);
    CHECK_OK(playgate_client_close(client, 20000));
    return result;
}

static void fill_playgate_store_options(playgate_store_options *p)
{
    static const char *folder;
    folder = folder ? folder : temporary_folder();
    playgate_store_options_init(p, sizeof *p, PLAYGATE_ABI_VERSION);
    p->folder = folder;
}

static playgate_result take_playgate_store_options(const playgate_store_options *p)
{
    playgate_store store = 0;
    const playgate_result result = playgate_store_open(p, &store);
    CHECK_OK(playgate_store_close(store));
    return result;
}

static void take_line(void *user, playgate_log_level level, const char *target, const char *text)
{
    (void)user;
    (void)level;
    (void)target;
    (void)text;
}

static void fill_playgate_log_hook(playgate_log_hook *p)
{
    playgate_log_hook_init(p, sizeof *p);
    p->level = PLAYGATE_LOG_ERROR;
    p->write = take_line;
}

static playgate_result take_playgate_log_hook(const playgate_log_hook *p)
{
    /* The process has one once the first was taken; that is looked at after the struct. */
    const playgate_result result = playgate_set_log_hook(p);
    return result == PLAYGATE_ERROR_INVALID_STATE ? PLAYGATE_OK : result;
}

static void fill_playgate_game_session_options(playgate_game_session_options *p)
{
    playgate_game_session_options_init(p, sizeof *p);
    p->service_url = "http://127.0.0.1:9/api";
    p->auth_token = "token";
}

static playgate_result take_playgate_game_session_options(const playgate_game_session_options *p)
{
    /* The client has no server; that is looked at after the struct. */
    const playgate_result result = playgate_game_session_start(game.client, p);
    return result == PLAYGATE_ERROR_INVALID_STATE ? PLAYGATE_OK : result;
}

static void fill_playgate_permission_request(playgate_permission_request *p)
{
    playgate_permission_request_init(p, sizeof *p);
    p->feature = feature("voice-chat");
}

static playgate_result take_playgate_permission_request(const playgate_permission_request *p)
{
    playgate_request request = 0;
    const playgate_result result = playgate_client_request_permission(game.client, p, &request);
    if (result == PLAYGATE_OK) {
        CHECK_OK(play_wait(&game, request));
    }
    return result;
}

static void fill_playgate_age_signal(playgate_age_signal *p)
{
    playgate_age_signal_init(p, sizeof *p);
    p->name = "xbox";
    p->category = "teen";
}

static playgate_result take_playgate_age_signal(const playgate_age_signal *p)
{
    playgate_permission_request request;
    fill_playgate_permission_request(&request);
    request.age_signal = p;
    return take_playgate_permission_request(&request);
}

/*
 * A struct that goes in is taken as it is, and with every size that some version has, whatever lies behind it; what only the
 * caller knows must be zero.
 */
#define ABI_IN(type)                                                                                                   \
    static void in_##type(void)                                                                                        \
    {                                                                                                                  \
        type value;                                                                                                    \
        fill_##type(&value);                                                                                           \
        CHECK_OK(take_##type(&value));                                                                                 \
        const type *p = (const type *)(const void *)room.bytes;                                                        \
        for (uint32_t size = 0; size <= (uint32_t)full_##type + BEYOND; size++) {                                      \
            memset(room.bytes, 0xA5, sizeof room.bytes);                                                               \
            memset(room.bytes, 0, size);                                                                               \
            memcpy(room.bytes, &value, size < sizeof value ? size : sizeof value);                                     \
            memcpy(room.bytes, &size, sizeof size);                                                                    \
            if (!IS_SIZE(type, size)) {                                                                                \
                CHECK_FAILS(take_##type(p), INVALID);                                                                  \
                continue;                                                                                              \
            }                                                                                                          \
            CHECK_OK(take_##type(p));                                                                                  \
            for (size_t i = full_##type; i < size; i++) {                                                              \
                room.bytes[i] = 1;                                                                                     \
                CHECK_FAILS(take_##type(p), INVALID);                                                                  \
                room.bytes[i] = 0;                                                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }
#define ABI_STRUCT(type, own, first, full, align, init)
#define ABI_OUT(function, type, arguments)
#include "abi_structs.inc"
#undef ABI_STRUCT
#undef ABI_IN
#undef ABI_OUT

/* A call that fills a struct `p` as this program declares it; what it says holds, and what lies behind it stays. */
#define FILLS(type, call, holds)                                                                                       \
    do {                                                                                                               \
        struct {                                                                                                       \
            type own;                                                                                                  \
            unsigned char behind[64];                                                                                  \
        } there;                                                                                                       \
        memset(&there, 0xA5, sizeof there);                                                                            \
        type *p = &there.own;                                                                                          \
        type##_init(p, sizeof *p);                                                                                     \
        CHECK_OK(call);                                                                                                \
        CHECK(holds);                                                                                                  \
        CHECK(is_all(p, 0, full_##type, sizeof *p));                                                                   \
        CHECK(is_all(there.behind, 0xA5, 0, sizeof there.behind));                                                     \
    } while (0)

#define CHAT PERMISSION("voice-chat", "true", "PLAYER")
#define FORUM PERMISSION("forum", "false", "GUARDIAN")
static const char first_session[] = SESSION("s-1", "t-1", CHAT "," FORUM);
static const char second_session[] = SESSION("s-1", "t-2", CHAT);

/* What the game reads from its client and its sessions is right in these structs. */
static void a_life(void)
{
    const char *folder = temporary_folder();
    play player;
    play_start(&player, "player", folder, NULL);
    CHECK_OK(play_adopt(&player, first_session));
    play_close(&player);
    play_start(&player, "player", folder, NULL);
    const playgate_feature chat = feature("voice-chat");
    const playgate_feature forum = feature("forum");
    FILLS(playgate_decision, playgate_client_decide(player.client, chat, p),
          p->access == PLAYGATE_ACCESS_ALLOWED && p->text.len == 0);
    FILLS(playgate_decision, playgate_client_decide(player.client, forum, p),
          p->access == PLAYGATE_ACCESS_ASK_PARENT && p->text.len == strlen(p->text.ptr) && p->text.len > 0);
    playgate_session before = 0;
    playgate_session after = 0;
    playgate_changes changes = 0;
    CHECK_OK(playgate_client_session(player.client, &before));
    CHECK_OK(playgate_session_parse(second_session, sizeof second_session - 1, &after));
    CHECK_OK(playgate_session_compare(before, after, &changes));
    FILLS(playgate_session_info, playgate_session_get_info(before, p),
          p->permission_count == 2 && p->is_in_force == 1 && strcmp(p->session_id.ptr, "s-1") == 0);
    FILLS(playgate_permission, playgate_session_get_permission(before, 1, p),
          strcmp(p->name.ptr, "forum") == 0 && strcmp(p->managed_by_text.ptr, "GUARDIAN") == 0);
    FILLS(playgate_change, playgate_changes_get(changes, 0, p),
          p->kind == PLAYGATE_CHANGE_REMOVED && strcmp(p->permission.ptr, "forum") == 0);
    CHECK_OK(playgate_changes_free(changes));
    CHECK_OK(playgate_session_free(after));
    CHECK_OK(playgate_session_free(before));
    play_close(&player);
}

int main(void)
{
    CHECK_EQ(playgate_abi_version(), PLAYGATE_ABI_VERSION);
    play_start(&game, "somebody", NULL, NULL);
    CHECK_OK(play_adopt(&game, SESSION("s-1", "t-1", CHAT)));
    a_life();
#define ABI_STRUCT(type, own, first, full, align, init) init_##type();
#define ABI_IN(type) in_##type();
#define ABI_OUT(function, type, arguments) out_##function();
#include "abi_structs.inc"
    play_close(&game);
    return finish();
}
