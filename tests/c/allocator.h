/*
 * What the parts of the allocator test share: a heap that looks after its blocks, and children that run out of memory.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include <pthread.h>
#include <stdbool.h>

#include "play.h"

#define PLAYER "kim"

/* What parent and child both see; a file mapped by both. */
typedef struct shared {
    /* How many allocations the child's path asked for, and how many of them were refused. */
    uint64_t asked;
    uint64_t refused;
    /* How often the out-of-memory hook was called, and with what. */
    uint64_t told;
    uint64_t told_size;
    uint64_t told_align;
    /* What the library answered to calls from inside the hooks. */
    int32_t from_alloc;
    int32_t from_out_of_memory;
    /* Blocks that were damaged or given back wrongly. */
    uint64_t broken;
} shared;

/* A heap, and what it has seen. Each block has a header and guard bytes around it. */
typedef struct heap {
    pthread_mutex_t lock;
    struct block *blocks;
    uint64_t live_bytes;
    uint64_t live_blocks;
    uint64_t total;
    /* Blocks with another size or alignment than they were made with, freed twice, or written past their end. */
    uint64_t broken;
    /* Allocations are refused from this one on, counted from 1; 0: none. */
    uint64_t refuse_from;
    /* Only that one is refused. */
    bool refuse_one;
    /* The blocks given are at odd addresses. */
    bool is_crooked;
    shared *out;
} heap;

/* The process's own; all hooks get it as `user`. */
extern heap the_heap;

/* A hook over the heap; realloc is left out when `without_realloc`. */
playgate_allocator_hook heap_hook(bool without_realloc);

/* From now on the heap calls this when a block is asked for, once. */
void heap_call_once(void (*call)(void));

/* From now on allocations are counted from 0, and refused from the n-th on. */
void heap_refuse(uint64_t from, bool one);

/* Nothing is allocated, by the heap and by the library's own count; prints the blocks that are. */
void check_nothing_left(int line);

/* The library's own count. */
playgate_memory_stats stats_now(void);

/* A child of its own with these arguments; how it ended, as waitpid says. `out` is what it left. */
int run_child(const char *mode, const char *folder, uint64_t n, shared *out);

/* What the child does; its exit code. */
int be_child(const char *mode, const char *path, const char *folder, uint64_t n);

/* Sets the program's path and makes the file that parent and children share. */
void prepare_children(const char *program);

/* The options that open the player's sealed record in a folder. */
playgate_client_options sealed_options(const char *folder);

/* Runs out of memory at every allocation of the path that opens a client. */
void failing_allocations(void);

/* Hooks that are too late, wrong, or without some of the functions. */
void hooks_in_children(void);

/* Refreshes over TLS, from a server that the test starts, and one that is not trusted. */
void refresh_over_tls(bool also_untrusted);

#endif
