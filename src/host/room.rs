//! Texts for the life of the process, in static storage of a fixed size: whoever has one may keep it, and nothing of it
//! is ever allocated, freed or leaked.
#![allow(unsafe_code, reason = "static storage that fills up while it is read")]

use std::{
    cell::UnsafeCell,
    sync::{Mutex, PoisonError},
};

/// Room for texts, for so many bytes.
pub struct Room<const BYTES: usize> {
    bytes: UnsafeCell<[u8; BYTES]>,
    used: Mutex<usize>,
}

// SAFETY: bytes below `used` are never written again, those above only under its lock.
unsafe impl<const BYTES: usize> Sync for Room<BYTES> {}

impl<const BYTES: usize> Room<BYTES> {
    /// An empty one.
    #[allow(clippy::new_without_default, reason = "made for statics only")]
    pub const fn new() -> Self {
        Self {
            bytes: UnsafeCell::new([0; BYTES]),
            used: Mutex::new(0),
        }
    }

    /// The text with a NUL behind it; one that is here already is given again. `None` when there is no room.
    pub fn keep(&'static self, text: &str) -> Option<&'static str> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let start = self.bytes.get().cast::<u8>();
        // SAFETY: `used` bytes are written, and never again while the process lives.
        let written = unsafe { core::slice::from_raw_parts(start, *used) };
        let mut at = 0;
        for kept in written.split_inclusive(|byte| *byte == 0) {
            if kept.strip_suffix(b"\0") == Some(text.as_bytes()) {
                return core::str::from_utf8(kept).ok();
            }
            at += kept.len();
        }
        debug_assert_eq!(at, *used);
        let length = text.len() + 1;
        if length > BYTES - *used {
            return None;
        }
        // SAFETY: there is room for `length` bytes from `used` on, which nobody reads yet and only this lock's holder writes.
        let kept = unsafe {
            let place = start.add(*used);
            core::ptr::copy_nonoverlapping(text.as_ptr(), place, text.len());
            place.add(text.len()).write(0);
            core::slice::from_raw_parts(place.cast_const(), length)
        };
        *used += length;
        core::str::from_utf8(kept).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_only_where_there_is_room() {
        static ROOM: Room<12> = Room::new();
        let first = ROOM.keep("first").unwrap();
        assert_eq!(first, "first\0");
        assert_eq!(ROOM.keep("too long"), None);
        assert_eq!(ROOM.keep("other"), Some("other\0"));
        assert!(std::ptr::eq(ROOM.keep("first").unwrap(), first));
        assert_eq!(ROOM.keep(""), None);
    }
}
