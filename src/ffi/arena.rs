//! A little static storage for what is made once and never given back.

use std::{
    alloc::Layout,
    cell::UnsafeCell,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Twice what is needed; when it is used up, memory comes from where it always comes from.
const BYTES: usize = 4 * 1024;

#[repr(align(16))]
pub(super) struct Arena {
    bytes: UnsafeCell<[u8; BYTES]>,
    used: AtomicUsize,
}

// SAFETY: no byte is given out twice, and none is touched in here.
unsafe impl Sync for Arena {}

pub(super) static ARENA: Arena = Arena {
    bytes: UnsafeCell::new([0; BYTES]),
    used: AtomicUsize::new(0),
};

impl Arena {
    /// A block that is zero and was never given out; `None` when there is no room.
    #[cold]
    pub(super) fn take(&self, layout: Layout) -> Option<*mut u8> {
        if layout.align() > align_of::<Self>() {
            return None;
        }
        let end_of = |used: usize| used.next_multiple_of(layout.align()).checked_add(layout.size());
        let fits = |used| end_of(used).filter(|end| *end <= BYTES);
        let before = self.used.try_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        let start = before.next_multiple_of(layout.align());
        Some(self.bytes.get().cast::<u8>().wrapping_add(start))
    }

    /// Whether the block is one of these.
    #[inline]
    pub(super) fn has(&self, at: *mut u8) -> bool {
        at.addr().wrapping_sub(self.bytes.get().addr()) < BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_apart_and_known_until_there_is_no_room() {
        static OWN: Arena = Arena {
            bytes: UnsafeCell::new([0; BYTES]),
            used: AtomicUsize::new(0),
        };
        let mut end = OWN.bytes.get().addr();
        assert!(!OWN.has(core::ptr::without_provenance_mut(end - 1)));
        for size in 1.. {
            let layout = Layout::from_size_align(size, 1 << (size % 5)).unwrap();
            let Some(at) = OWN.take(layout) else { break };
            assert!(at.addr() >= end && at.addr().is_multiple_of(layout.align()) && OWN.has(at));
            end = at.addr() + size;
        }
        assert!(end <= OWN.bytes.get().addr() + BYTES);
        assert!(!OWN.has(core::ptr::without_provenance_mut(OWN.bytes.get().addr() + BYTES)));
        assert!(OWN.take(Layout::new::<[u8; BYTES]>()).is_none());
        assert!(OWN.take(Layout::from_size_align(1, 32).unwrap()).is_none());
    }
}
