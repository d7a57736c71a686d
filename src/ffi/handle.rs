//! Handles: kind, generation and slot in one number. 0 is never valid; a freed one is never valid again.

use std::sync::{Arc, Mutex, PoisonError};

use super::result::{Failure, PLAYGATE_ERROR_INVALID_HANDLE, PLAYGATE_ERROR_LIMIT};

/// What a handle is for.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Client = 0xC1,
    Session = 0x5E,
    Changes = 0xCA,
    Notice = 0x0E,
    Challenge = 0xC4,
    Store = 0x57,
}

const SLOT_BITS: u32 = 24;
const MAX_SLOTS: usize = 1 << 20;

/// Makes a handle.
pub(super) fn pack(kind: Kind, generation: u32, slot: u32) -> u64 {
    (kind as u64) << 56 | u64::from(generation) << SLOT_BITS | u64::from(slot & 0x00ff_ffff)
}

/// Takes a handle of that kind apart: generation and slot.
#[inline]
pub(super) fn unpack(kind: Kind, handle: u64) -> Option<(u32, u32)> {
    if (handle >> 56) as u8 != kind as u8 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "the fields are 32 and 24 bits wide")]
    Some(((handle >> SLOT_BITS) as u32, (handle & 0x00ff_ffff) as u32))
}

struct Entry<T> {
    generation: u32,
    value: Option<Arc<T>>,
}

/// The objects of one kind. A call keeps its object alive; the last user drops it.
pub(super) struct Registry<T> {
    kind: Kind,
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

impl<T> Registry<T> {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            inner: Mutex::new(Inner {
                entries: Vec::new(),
                free: Vec::new(),
            }),
        }
    }

    pub(super) fn insert(&self, value: Arc<T>) -> Result<u64, Failure> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match inner.free.pop() {
            Some(slot) => slot,
            None if inner.entries.len() >= MAX_SLOTS => {
                return Err(Failure::new(
                    PLAYGATE_ERROR_LIMIT,
                    "too many objects are alive; free some",
                ));
            }
            None => {
                inner.entries.push(Entry {
                    generation: 0,
                    value: None,
                });
                u32::try_from(inner.entries.len() - 1).unwrap_or(u32::MAX)
            }
        };
        let Some(entry) = inner.entries.get_mut(slot as usize) else {
            return Err(Failure::new(
                PLAYGATE_ERROR_LIMIT,
                "too many objects are alive; free some",
            ));
        };
        entry.generation += 1;
        entry.value = Some(value);
        Ok(pack(self.kind, entry.generation, slot))
    }

    pub(super) fn get(&self, handle: u64) -> Result<Arc<T>, Failure> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        unpack(self.kind, handle)
            .and_then(|(generation, slot)| {
                inner
                    .entries
                    .get(slot as usize)
                    .filter(|entry| entry.generation == generation)
            })
            .and_then(|entry| entry.value.clone())
            .ok_or_else(invalid)
    }

    /// Retires the handle; 0 is ok.
    pub(super) fn remove(&self, handle: u64) -> Result<Option<Arc<T>>, Failure> {
        if handle == 0 {
            return Ok(None);
        }
        let mut guard = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *guard;
        let (generation, slot) = unpack(self.kind, handle).ok_or_else(invalid)?;
        let entry = inner
            .entries
            .get_mut(slot as usize)
            .filter(|entry| entry.generation == generation);
        let value = entry.and_then(|entry| entry.value.take()).ok_or_else(invalid)?;
        // A slot whose generations are used up is never given out again.
        if generation < u32::MAX {
            inner.free.push(slot);
        }
        Ok(Some(value))
    }
}

pub(super) fn invalid() -> Failure {
    Failure::new(
        PLAYGATE_ERROR_INVALID_HANDLE,
        "the handle is none, was freed or closed, or is of another kind",
    )
}
