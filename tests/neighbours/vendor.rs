// Part of each of the libraries here: an allocator that counts, work that takes every part of Rust's standard library
// that exists once in a program, and panics that are caught. Included, so that each library has a copy of its own.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    collections::HashMap,
    panic,
    sync::{
        atomic::{AtomicI64, AtomicU32, Ordering},
        Once,
    },
};

/// Counts what is allocated and what is live.
struct Counting;

static ALLOCATED: AtomicI64 = AtomicI64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

// SAFETY: the system's allocator does the work.
#[allow(unused_unsafe)] // Needed in newer editions only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(1, Ordering::SeqCst);
        LIVE.fetch_add(1, Ordering::SeqCst);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(1, Ordering::SeqCst);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static HOOKED: AtomicU32 = AtomicU32::new(0);
static DROPPED: AtomicU32 = AtomicU32::new(0);
static HOOK: Once = Once::new();

thread_local!(static ROUNDS: Cell<u64> = Cell::new(0));

/// A thread, a thread-local, a map with a random seed, formatted text.
fn work(rounds: u32) -> u64 {
    let worker = std::thread::spawn(move || {
        let mut lengths = HashMap::new();
        for round in 0..u64::from(rounds) {
            lengths.insert(format!("round {}", round), round);
            ROUNDS.with(|all| all.set(all.get() + 1));
        }
        let sum: u64 = lengths.values().sum();
        sum + ROUNDS.with(Cell::get)
    });
    worker.join().unwrap_or(0)
}

struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Panics and catches it; how many panics this library's hook has seen, 0 when one was not caught or not cleaned up after.
fn caught_panic() -> u32 {
    HOOK.call_once(|| {
        panic::set_hook(Box::new(|_| {
            HOOKED.fetch_add(1, Ordering::SeqCst);
        }))
    });
    let before = DROPPED.load(Ordering::SeqCst);
    let caught = panic::catch_unwind(|| {
        let _guard = Dropped;
        if HOOK.is_completed() {
            panic!("round {}", before);
        }
    });
    let text = caught.err().and_then(|cause| cause.downcast_ref::<String>().cloned());
    let is_whole = text == Some(format!("round {}", before)) && DROPPED.load(Ordering::SeqCst) == before + 1;
    if is_whole {
        HOOKED.load(Ordering::SeqCst)
    } else {
        0
    }
}
