//! What a client holds in memory: an allocator that counts the bytes of each thread. Lives stay on their threads.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Counts, and leaves the rest to the system. A program that wants bounds on memory checked makes it its
/// `#[global_allocator]`; without it, every client seems to hold nothing.
pub struct Counting;

fn count(bytes: usize, sign: isize) {
    // A thread that ends is not counted any more.
    let _ = HELD.try_with(|held| held.set(held.get() + sign * isize::try_from(bytes).unwrap_or(0)));
}

// SAFETY: every call goes on to `System` as it came; counting touches only a `Cell` that needs no allocation.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), -1);
        count(size, 1);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// How many bytes go when that goes.
pub fn bytes_of<T>(what: T) -> usize {
    let before = HELD.get();
    drop(what);
    usize::try_from(before - HELD.get()).unwrap_or(0)
}
