use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::{Cell, UnsafeCell},
    ffi::c_void,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use super::{
    arena::ARENA,
    guard::{guard, in_hook},
    memory::{init_struct, plain, read_struct, write_struct},
    result::{Failure, PLAYGATE_ERROR_INVALID_STATE, PLAYGATE_OK, playgate_result},
};
use crate::host::lasting;

/// Gives memory: at least `size` bytes, at an address that is a multiple of `align`, a power of two. `size` is never 0.
/// NULL when there is none: then the process ends, see playgate_allocator_hook.
pub type playgate_allocate_function =
    Option<unsafe extern "C" fn(user: *mut c_void, size: usize, align: usize) -> *mut c_void>;

/// Makes a block larger or smaller, perhaps at another address: what it holds comes along as far as it fits. Sizes are
/// never 0. NULL when there is no memory.
pub type playgate_reallocate_function = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        ptr: *mut c_void,
        old_size: usize,
        new_size: usize,
        align: usize,
    ) -> *mut c_void,
>;

/// Takes memory back, with the size and alignment that it was last asked for with. `ptr` is never NULL.
pub type playgate_free_function =
    Option<unsafe extern "C" fn(user: *mut c_void, ptr: *mut c_void, size: usize, align: usize)>;

/// Is told that there is no memory for `size` bytes, once in a process; other threads wait meanwhile. When it returns,
/// the process is aborted. May write a report, but has to do without the library's help.
pub type playgate_out_of_memory_function = Option<unsafe extern "C" fn(user: *mut c_void, size: usize, align: usize)>;

/// The allocator hook: where the library's memory comes from. Its functions are called from any thread of the library or
/// the game, also from several at once; from inside them only playgate_client_allowed, playgate_client_access,
/// playgate_version, playgate_abi_version and playgate_build_flags may be called. When `alloc` or `realloc` gives NULL or
/// an address that is not aligned, `out_of_memory` is called, and the process is aborted: an allocation that the library
/// cannot do without never goes on without it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_allocator_hook {
    /// sizeof(playgate_allocator_hook); set by playgate_allocator_hook_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Handed to the functions as it is.
    pub user: *mut c_void,
    /// Required: gives memory. Stays callable for the life of the process, as the others.
    pub alloc: playgate_allocate_function,
    /// Makes a block larger or smaller. NULL: `alloc`, a copy and `free` are used.
    pub realloc: playgate_reallocate_function,
    /// Required: takes memory back.
    pub free: playgate_free_function,
    /// Is told that there is no memory. May be NULL.
    pub out_of_memory: playgate_out_of_memory_function,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_allocator_hook);

/// What the library has allocated, with or without a hook. Numbers that change meanwhile may not fit together.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_memory_stats {
    /// sizeof(playgate_memory_stats); set by playgate_memory_stats_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Bytes that are allocated now, as they were asked for.
    pub live_bytes: u64,
    /// The most that live_bytes ever was.
    pub peak_bytes: u64,
    /// Blocks that are allocated now.
    pub live_allocations: u64,
    /// How often memory was asked for, changes of size included.
    pub total_allocations: u64,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_memory_stats);

/// Makes the hook ready for use: all zero, with its size. Pass sizeof(playgate_allocator_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_allocator_hook_init(hook: *mut playgate_allocator_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Makes the struct ready to be filled: all zero, with its size. Pass sizeof(playgate_memory_stats). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_memory_stats_init(stats: *mut playgate_memory_stats, struct_size: u32) {
    init_struct(stats, struct_size);
}

/// Sets the allocator hook, once and before anything else: every later allocation of the library goes through it, for
/// the life of the process. PLAYGATE_ERROR_INVALID_STATE when there is one already, or the library has allocated
/// something, which any function but the _init ones, this one and playgate_set_log_hook may do. The hook itself is
/// copied. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_allocator_hook(hook: *const playgate_allocator_hook) -> playgate_result {
    // Nothing in here may allocate, failures included: their texts are static.
    guard(|| {
        let hook = read_struct(hook)?;
        if hook.reserved0 != 0 || hook.reserved.iter().any(|word| *word != 0) {
            return Err(Failure::argument("the hook's reserved space is not zero"));
        }
        let (Some(alloc), Some(free)) = (hook.alloc, hook.free) else {
            return Err(Failure::argument("the hook's alloc or free is NULL"));
        };
        let table = Table {
            user: hook.user,
            alloc,
            realloc: hook.realloc,
            free,
            out_of_memory: hook.out_of_memory,
        };
        if !install(table) {
            return Err(Failure::new(
                PLAYGATE_ERROR_INVALID_STATE,
                "there is an allocator hook already, or the library has allocated something; set it before anything else",
            ));
        }
        Ok(PLAYGATE_OK)
    })
}

/// What the library has allocated. Costs next to nothing and allocates nothing. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_get_memory_stats(out: *mut playgate_memory_stats) -> playgate_result {
    guard(|| {
        write_struct(out, COUNTERS.read())?;
        Ok(PLAYGATE_OK)
    })
}

/// Where all memory of the library comes from.
struct Trampoline;

#[global_allocator]
static ALLOCATOR: Trampoline = Trampoline;

/// Nothing was allocated yet, and there is no hook.
const UNDECIDED: u8 = 0;
/// The system's allocator, for good.
const SYSTEM: u8 = 1;
/// The hook is being written.
const SETTING: u8 = 2;
/// The hook, for good.
const HOOKED: u8 = 3;

/// Changes twice at most; the first allocation or the hook decides, so that no block comes from the one and is given
/// back to the other.
static STATE: AtomicU8 = AtomicU8::new(UNDECIDED);
static HOOK: Hook = Hook(UnsafeCell::new(None));
static COUNTERS: Counters = Counters {
    live_bytes: AtomicUsize::new(0),
    peak_bytes: AtomicUsize::new(0),
    allocated: AtomicU64::new(0),
    resized: AtomicU64::new(0),
    freed: AtomicU64::new(0),
};

struct Hook(UnsafeCell<Option<Table>>);

// SAFETY: written once, by the one thread that has changed STATE to SETTING, and read only after it has changed to HOOKED.
// The header asks that `user` and the functions may be used from any thread.
unsafe impl Sync for Hook {}

/// The host's functions.
struct Table {
    user: *mut c_void,
    alloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    realloc: playgate_reallocate_function,
    free: unsafe extern "C" fn(*mut c_void, *mut c_void, usize, usize),
    out_of_memory: playgate_out_of_memory_function,
}

/// Sets the hook; false when it is too late.
fn install(table: Table) -> bool {
    if STATE
        .compare_exchange(UNDECIDED, SETTING, Ordering::AcqRel, Ordering::Acquire)
        .is_err()
    {
        return false;
    }
    // SAFETY: only the thread that has made STATE SETTING comes here, and nobody reads before it is HOOKED.
    unsafe { *HOOK.0.get() = Some(table) };
    STATE.store(HOOKED, Ordering::Release);
    true
}

/// The hook, or none for the system's allocator; which of the two never changes again.
#[inline]
fn hook() -> Option<&'static Table> {
    match STATE.load(Ordering::Acquire) {
        // SAFETY: written before STATE became HOOKED, and never again.
        HOOKED => unsafe { (*HOOK.0.get()).as_ref() },
        SYSTEM => None,
        _ => decide(),
    }
}

/// The first allocation, or one while the hook is being set.
#[cold]
fn decide() -> Option<&'static Table> {
    loop {
        match STATE.compare_exchange(UNDECIDED, SYSTEM, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) | Err(SYSTEM) => return None,
            // SAFETY: written before STATE became HOOKED, and never again.
            Err(HOOKED) => return unsafe { (*HOOK.0.get()).as_ref() },
            // Written in a moment.
            Err(_) => std::hint::spin_loop(),
        }
    }
}

impl Table {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: what the header asks of the function.
        let at = in_hook(|| unsafe { (self.alloc)(self.user, layout.size(), layout.align()) });
        self.checked(at, layout.size(), layout.align())
    }

    /// # Safety
    /// `at` is a live block of this hook with that layout, and `new_size` is not 0.
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        if let Some(realloc) = self.realloc {
            // SAFETY: what the header asks of the function, and the block is one of the hook's.
            let moved = in_hook(|| unsafe { realloc(self.user, at.cast(), size, new_size, align) });
            return self.checked(moved, new_size, align);
        }
        // SAFETY: what the header asks of the function.
        let fresh = in_hook(|| unsafe { (self.alloc)(self.user, new_size, align) });
        let fresh = self.checked(fresh, new_size, align);
        // SAFETY: both blocks are live and that large, and the new one is another than the old one.
        unsafe { core::ptr::copy_nonoverlapping(at, fresh, size.min(new_size)) };
        // SAFETY: the old block, for the last time.
        unsafe { self.free(at, layout) };
        fresh
    }

    /// # Safety
    /// `at` is a live block of this hook with that layout, and is not used any more.
    unsafe fn free(&self, at: *mut u8, layout: Layout) {
        // SAFETY: what the header asks of the function, and the block is one of the hook's.
        in_hook(|| unsafe { (self.free)(self.user, at.cast(), layout.size(), layout.align()) });
    }

    /// The block that the host gave, if it can be used.
    #[inline]
    fn checked(&self, at: *mut c_void, size: usize, align: usize) -> *mut u8 {
        if at.is_null() || !at.addr().is_multiple_of(align) {
            self.give_up(size, align);
        }
        at.cast()
    }

    /// There is no memory: the host is told once in the process, and the process ends. Not left to the caller, which
    /// could live on without it: what the host is told must be true.
    #[cold]
    fn give_up(&self, size: usize, align: usize) -> ! {
        static IS_TOLD: AtomicBool = AtomicBool::new(false);
        thread_local! {
            static IS_TELLING: Cell<bool> = const { Cell::new(false) };
        }
        if IS_TOLD.swap(true, Ordering::AcqRel) {
            if IS_TELLING.try_with(Cell::get).unwrap_or(true) {
                std::process::abort();
            }
            // Another thread tells it and then ends the process; it is not to be cut short.
            loop {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let _ = IS_TELLING.try_with(|flag| flag.set(true));
        if let Some(out_of_memory) = self.out_of_memory {
            // SAFETY: what the header asks of the function.
            in_hook(|| unsafe { out_of_memory(self.user, size, align) });
        }
        std::process::abort();
    }
}

/// Relaxed all: each number is right by itself, and nothing is read by way of them.
struct Counters {
    live_bytes: AtomicUsize,
    peak_bytes: AtomicUsize,
    allocated: AtomicU64,
    resized: AtomicU64,
    freed: AtomicU64,
}

impl Counters {
    #[inline]
    fn add_bytes(&self, size: usize) {
        let live = self.live_bytes.fetch_add(size, Ordering::Relaxed).wrapping_add(size);
        // A look first: the peak rises rarely.
        if live > self.peak_bytes.load(Ordering::Relaxed) {
            self.peak_bytes.fetch_max(live, Ordering::Relaxed);
        }
    }

    #[inline]
    fn allocated(&self, size: usize) {
        self.allocated.fetch_add(1, Ordering::Relaxed);
        self.add_bytes(size);
    }

    #[inline]
    fn resized(&self, from: usize, to: usize) {
        self.resized.fetch_add(1, Ordering::Relaxed);
        if to >= from {
            self.add_bytes(to - from);
        } else {
            self.live_bytes.fetch_sub(from - to, Ordering::Relaxed);
        }
    }

    #[inline]
    fn freed(&self, size: usize) {
        self.freed.fetch_add(1, Ordering::Relaxed);
        self.live_bytes.fetch_sub(size, Ordering::Relaxed);
    }

    fn read(&self) -> playgate_memory_stats {
        // What was freed is read first: it never counts more than what was allocated.
        let freed = self.freed.load(Ordering::Acquire);
        let allocated = self.allocated.load(Ordering::Relaxed);
        playgate_memory_stats {
            struct_size: 0,
            reserved0: 0,
            live_bytes: self.live_bytes.load(Ordering::Relaxed) as u64,
            peak_bytes: self.peak_bytes.load(Ordering::Relaxed) as u64,
            live_allocations: allocated.saturating_sub(freed),
            total_allocations: allocated + self.resized.load(Ordering::Relaxed),
            reserved: [0; 4],
        }
    }
}

// SAFETY: blocks come from the system's allocator or from the hook, of which the header asks what GlobalAlloc asks; which
// of the two it is never changes after the first block. Those of the arena are told apart by their address. No function
// unwinds: the host's may not, and a failure aborts.
unsafe impl GlobalAlloc for Trampoline {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if lasting::is_inside()
            && let Some(at) = ARENA.take(layout)
        {
            return at;
        }
        let at = match hook() {
            // SAFETY: the caller's promise is handed on.
            None => unsafe { System.alloc(layout) },
            Some(table) => table.alloc(layout),
        };
        if !at.is_null() {
            COUNTERS.allocated(layout.size());
        }
        at
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if hook().is_none() && !lasting::is_inside() {
            // SAFETY: the caller's promise is handed on.
            let at = unsafe { System.alloc_zeroed(layout) };
            if !at.is_null() {
                COUNTERS.allocated(layout.size());
            }
            return at;
        }
        // SAFETY: the caller's promise is handed on.
        let at = unsafe { self.alloc(layout) };
        if !at.is_null() {
            // SAFETY: the block is that large.
            unsafe { at.write_bytes(0, layout.size()) };
        }
        at
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if ARENA.has(at) {
            // SAFETY: the caller promises that the new size with this alignment is a layout.
            let fresh = unsafe { self.alloc(Layout::from_size_align_unchecked(new_size, layout.align())) };
            if !fresh.is_null() {
                // SAFETY: both blocks are live and that large, and the new one is another than the old one.
                unsafe { core::ptr::copy_nonoverlapping(at, fresh, layout.size().min(new_size)) };
            }
            return fresh;
        }
        let moved = match hook() {
            // SAFETY: the caller's promise is handed on.
            None => unsafe { System.realloc(at, layout, new_size) },
            // SAFETY: the same.
            Some(table) => unsafe { table.realloc(at, layout, new_size) },
        };
        if !moved.is_null() {
            COUNTERS.resized(layout.size(), new_size);
        }
        moved
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if ARENA.has(at) {
            return;
        }
        COUNTERS.freed(layout.size());
        match hook() {
            // SAFETY: the caller's promise is handed on.
            None => unsafe { System.dealloc(at, layout) },
            // SAFETY: the same.
            Some(table) => unsafe { table.free(at, layout) },
        }
    }
}
