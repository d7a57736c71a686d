//! What a library beneath this one makes at its first use and never gives back. Made here, its memory comes from static
//! storage where the C ABI's allocator is in use, so that nothing of it is left when everything is closed.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
};

/// How many threads are inside; spares the others the look at their own flag.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs what makes such a thing. There is little room; what is allocated and freed on the way takes some too.
#[cfg(feature = "http")]
pub(super) fn make<T>(body: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            IS_INSIDE.set(false);
            INSIDE.fetch_sub(1, Ordering::Relaxed);
        }
    }
    INSIDE.fetch_add(1, Ordering::Relaxed);
    IS_INSIDE.set(true);
    let _leave = Leave;
    body()
}

/// Whether this thread is inside.
#[inline]
pub(crate) fn is_inside() -> bool {
    INSIDE.load(Ordering::Relaxed) != 0 && IS_INSIDE.try_with(Cell::get).unwrap_or(false)
}
