/* The heap behind the hook. Each block is poisoned, guarded, and given back with the size that it was asked for with. */
#include "allocator.h"

#define LIVE 0x6c69766562310000u
#define DEAD 0x6465616462310000u
#define GUARD 32u
#define FRESH_FILL 0xA5
#define DEAD_FILL 0xDD
#define GUARD_FILL 0x5A

/* Stands right before the block's first byte. */
typedef struct block {
    uint64_t state;
    size_t size;
    size_t align;
    void *start;
    struct block *next;
    struct block *before;
} block;

heap the_heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void (*call_once)(void);

static void take_lock(heap *self)
{
    (void)pthread_mutex_lock(&self->lock);
}

static void give_lock(heap *self)
{
    (void)pthread_mutex_unlock(&self->lock);
}

static bool is_guarded(const block *of)
{
    const unsigned char *guard = (const unsigned char *)(of + 1) + of->size;
    for (size_t i = 0; i < GUARD; i++) {
        if (guard[i] != GUARD_FILL) {
            return false;
        }
    }
    return true;
}

/* Whether this one is to be refused; counts it. */
static bool refuses(heap *self)
{
    self->total++;
    if (self->out) {
        self->out->asked++;
    }
    const bool is_refused =
        self->refuse_from && (self->refuse_one ? self->total == self->refuse_from : self->total >= self->refuse_from);
    if (is_refused && self->out) {
        self->out->refused++;
    }
    return is_refused;
}

static void *heap_alloc(void *user, size_t size, size_t align)
{
    heap *self = user;
    void (*call)(void) = call_once;
    if (call) {
        call_once = NULL;
        call();
    }
    take_lock(self);
    /* The headers are read as structs, so small blocks are aligned like large ones. */
    const uintptr_t by = align < 16 ? 16 : align;
    const bool is_odd = size == 0 || align == 0 || (align & (align - 1)) != 0;
    self->broken += is_odd ? 1u : 0u;
    void *start = NULL;
    if (!refuses(self)) {
        start = malloc(sizeof(block) + size + by + GUARD);
    }
    if (!start) {
        give_lock(self);
        return NULL;
    }
    const uintptr_t at = ((uintptr_t)start + sizeof(block) + by - 1) / by * by;
    block *fresh = (block *)at - 1;
    *fresh = (block){LIVE, size, align, start, self->blocks, NULL};
    if (self->blocks) {
        self->blocks->before = fresh;
    }
    self->blocks = fresh;
    self->live_bytes += size;
    self->live_blocks++;
    memset((void *)at, FRESH_FILL, size);
    memset((unsigned char *)at + size, GUARD_FILL, GUARD);
    give_lock(self);
    return (unsigned char *)at + (self->is_crooked && align > 1 ? 1 : 0);
}

/* The block at that address, if it is one and was made so. */
static block *find(heap *self, void *ptr, size_t size, size_t align)
{
    block *of = (block *)ptr - 1;
    if (of->state != LIVE || of->size != size || of->align != align || !is_guarded(of)) {
        self->broken++;
        return NULL;
    }
    return of;
}

static void heap_free(void *user, void *ptr, size_t size, size_t align)
{
    heap *self = user;
    take_lock(self);
    block *of = find(self, ptr, size, align);
    if (of) {
        if (of->before) {
            of->before->next = of->next;
        } else {
            self->blocks = of->next;
        }
        if (of->next) {
            of->next->before = of->before;
        }
        self->live_bytes -= size;
        self->live_blocks--;
        void *start = of->start;
        memset(ptr, DEAD_FILL, size + GUARD);
        of->state = DEAD;
        free(start);
    }
    give_lock(self);
}

/* Always moves, so that nothing lives on a block that happens to stay. */
static void *heap_realloc(void *user, void *ptr, size_t old_size, size_t new_size, size_t align)
{
    heap *self = user;
    void *fresh = heap_alloc(user, new_size, align);
    if (!fresh) {
        return NULL;
    }
    memcpy(fresh, ptr, old_size < new_size ? old_size : new_size);
    heap_free(self, ptr, old_size, align);
    return fresh;
}

static void tell(void *user, size_t size, size_t align)
{
    const heap *self = user;
    if (self->out) {
        (void)__atomic_add_fetch(&self->out->told, 1, __ATOMIC_SEQ_CST);
        self->out->told_size = size;
        self->out->told_align = align;
        self->out->broken = self->broken;
        playgate_session session = 0;
        self->out->from_out_of_memory = playgate_session_parse("{}", 2, &session);
    }
    /* Time for other threads to run out of memory too. */
    (void)time_left(0);
    (void)time_left(0);
}

playgate_allocator_hook heap_hook(bool without_realloc)
{
    playgate_allocator_hook hook;
    playgate_allocator_hook_init(&hook, sizeof hook);
    hook.user = &the_heap;
    hook.alloc = heap_alloc;
    hook.realloc = without_realloc ? NULL : heap_realloc;
    hook.free = heap_free;
    hook.out_of_memory = tell;
    return hook;
}

void heap_call_once(void (*call)(void))
{
    call_once = call;
}

void heap_refuse(uint64_t from, bool one)
{
    take_lock(&the_heap);
    the_heap.total = 0;
    the_heap.refuse_from = from;
    the_heap.refuse_one = one;
    if (the_heap.out) {
        the_heap.out->asked = 0;
    }
    give_lock(&the_heap);
}

playgate_memory_stats stats_now(void)
{
    playgate_memory_stats stats;
    playgate_memory_stats_init(&stats, sizeof stats);
    CHECK_OK(playgate_get_memory_stats(&stats));
    return stats;
}

void check_nothing_left(int line)
{
    const playgate_memory_stats stats = stats_now();
    take_lock(&the_heap);
    check_number((long long)stats.live_bytes, 0, __FILE__, line, "live bytes");
    check_number((long long)stats.live_allocations, 0, __FILE__, line, "live blocks");
    check_number((long long)the_heap.live_bytes, 0, __FILE__, line, "the heap's live bytes");
    check_number((long long)the_heap.live_blocks, 0, __FILE__, line, "the heap's live blocks");
    check_number((long long)the_heap.broken, 0, __FILE__, line, "broken blocks");
    check_number((long long)stats.total_allocations, (long long)the_heap.total, __FILE__, line, "allocations");
    check_that(stats.peak_bytes > 0, __FILE__, line, "there was something");
    for (const block *left = the_heap.blocks; left; left = left->next) {
        printf("    left: %zu bytes at %p, aligned to %zu\n", left->size, (const void *)(left + 1), left->align);
    }
    give_lock(&the_heap);
}
