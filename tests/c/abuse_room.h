/*
 * Room for any struct, also at an odd address, with something behind that must stay; and what every struct is tried with.
 */
#ifndef ABUSE_ROOM_H
#define ABUSE_ROOM_H

#include "abuse.h"

#define INVALID PLAYGATE_ERROR_INVALID_ARGUMENT
/* The largest struct_size that is taken. */
#define LARGEST 4096u
#define FILLER 0xA5u

extern union room {
    uint64_t aligned;
    void *pointer;
    unsigned char bytes[LARGEST + 128];
} room;

bool is_untouched(size_t from, size_t to);
uint32_t size_at(size_t at);

/*
 * An _init function: NULL and wrong sizes do nothing, right ones make it zero up to the given size, but for what
 * `make_plain` takes out.
 */
#define INIT_BUT(type, call, make_plain)                                                                               \
    do {                                                                                                               \
        type *p = NULL;                                                                                                \
        uint32_t size = (uint32_t)sizeof(type);                                                                        \
        call;                                                                                                          \
        p = (type *)(void *)room.bytes;                                                                                \
        const uint32_t known = (uint32_t)sizeof(type);                                                                 \
        const uint32_t wrong[] = {0, 3, 4, 7, known - 1, LARGEST + 1, UINT32_MAX};                                     \
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {                                                  \
            size = wrong[i];                                                                                           \
            memset(room.bytes, FILLER, sizeof room.bytes);                                                             \
            call;                                                                                                      \
            CHECK(is_untouched(0, sizeof room.bytes));                                                                 \
        }                                                                                                              \
        const uint32_t right[] = {known, known + 8, LARGEST};                                                          \
        for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {                                                  \
            for (size_t at = 0; at < 2; at++) {                                                                        \
                size = right[i];                                                                                       \
                p = (type *)(void *)(room.bytes + at);                                                                 \
                memset(room.bytes, FILLER, sizeof room.bytes);                                                         \
                call;                                                                                                  \
                CHECK(size_at(at) == size && is_untouched(0, at) && is_untouched(at + size, sizeof room.bytes));       \
                make_plain;                                                                                            \
                for (size_t byte = at + 8; byte < at + size; byte++) {                                                 \
                    if (room.bytes[byte] != 0) {                                                                       \
                        CHECK_EQ(room.bytes[byte], 0);                                                                 \
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

#define INIT(type, call) INIT_BUT(type, call, (void)0)

/*
 * A struct that goes in, `value`, in a call with `p`: wrong sizes are refused; a longer one is taken as long as what the
 * library does not know is zero; so is one at an odd address. `undo` follows each call that is taken.
 */
#define IN_STRUCT(type, value, accepted, call, undo)                                                                   \
    do {                                                                                                               \
        const type *p = (const type *)(const void *)room.bytes;                                                        \
        const uint32_t known = (uint32_t)sizeof(type);                                                                 \
        const uint32_t wrong[] = {0, 3, 4, 7, known - 1, LARGEST + 1, UINT32_MAX};                                     \
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {                                                  \
            memset(room.bytes, 0, sizeof room.bytes);                                                                  \
            memcpy(room.bytes, &(value), sizeof(type));                                                                \
            memcpy(room.bytes, &wrong[i], sizeof wrong[i]);                                                            \
            CHECK_FAILS(call, INVALID);                                                                                \
        }                                                                                                              \
        const uint32_t longer[] = {known + 8, known + 16, LARGEST};                                                    \
        for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++) {                                                \
            for (size_t at = 0; at < 2; at++) {                                                                        \
                p = (const type *)(const void *)(room.bytes + at);                                                     \
                memset(room.bytes, FILLER, sizeof room.bytes);                                                         \
                memset(room.bytes + at, 0, longer[i]);                                                                 \
                memcpy(room.bytes + at, &(value), sizeof(type));                                                       \
                memcpy(room.bytes + at, &longer[i], sizeof longer[i]);                                                 \
                /* The last byte, then the first one that the library does not know. */                                \
                room.bytes[at + longer[i] - 1] = 1;                                                                    \
                CHECK_FAILS(call, INVALID);                                                                            \
                room.bytes[at + longer[i] - 1] = 0;                                                                    \
                room.bytes[at + known] = 1;                                                                            \
                CHECK_FAILS(call, INVALID);                                                                            \
                room.bytes[at + known] = 0;                                                                            \
                CHECK_RESULT(call, (accepted));                                                                        \
                undo;                                                                                                  \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

#endif
