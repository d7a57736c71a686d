//! Handles: kind, generation and slot in one number. 0 is never valid; a freed one is never valid again.

use std::sync::{Arc, Mutex, PoisonError};

use super::result::{Failure, PLAYGATE_ERROR_INVALID_HANDLE, PLAYGATE_ERROR_LIMIT};

/// What a handle is for. A client's is its gate's number.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Session = 0x5E,
    Changes = 0xCA,
    Notice = 0x0E,
    Challenge = 0xC4,
    Store = 0x57,
    #[cfg(feature = "mock")]
    Mock = 0xD0,
    #[cfg(feature = "trusted-server")]
    Kid = 0x1D,
    #[cfg(feature = "trusted-server")]
    KidAnswer = 0xA5,
    #[cfg(feature = "trusted-server")]
    WebhookGuard = 0x3B,
    #[cfg(feature = "trusted-server")]
    WebhookEvent = 0x3E,
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
    alive: usize,
    /// Slots below are used up; the first entry's slot.
    first_slot: usize,
    /// New entries start above this generation.
    generation: u32,
}

impl<T> Registry<T> {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            inner: Mutex::new(Inner {
                entries: Vec::new(),
                free: Vec::new(),
                alive: 0,
                first_slot: 0,
                generation: 0,
            }),
        }
    }

    pub(super) fn insert(&self, value: Arc<T>) -> Result<u64, Failure> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match inner.free.pop() {
            Some(slot) => slot,
            None if inner.first_slot + inner.entries.len() >= MAX_SLOTS => {
                return Err(Failure::new(
                    PLAYGATE_ERROR_LIMIT,
                    "too many objects are alive; free some",
                ));
            }
            None => {
                let generation = inner.generation;
                let value = None;
                inner.entries.push(Entry { generation, value });
                u32::try_from(inner.first_slot + inner.entries.len() - 1).unwrap_or(u32::MAX)
            }
        };
        let Some(entry) = inner.entry(slot) else {
            return Err(Failure::new(
                PLAYGATE_ERROR_LIMIT,
                "too many objects are alive; free some",
            ));
        };
        entry.generation += 1;
        entry.value = Some(value);
        let generation = entry.generation;
        inner.alive += 1;
        Ok(pack(self.kind, generation, slot))
    }

    pub(super) fn get(&self, handle: u64) -> Result<Arc<T>, Failure> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        unpack(self.kind, handle)
            .and_then(|(generation, slot)| inner.entry(slot).filter(|entry| entry.generation == generation))
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
        let entry = inner.entry(slot).filter(|entry| entry.generation == generation);
        let value = entry.and_then(|entry| entry.value.take()).ok_or_else(invalid)?;
        inner.alive -= 1;
        if inner.alive == 0 {
            inner.release();
        } else if generation < u32::MAX {
            inner.free.push(slot);
        }
        Ok(Some(value))
    }
}

impl<T> Inner<T> {
    fn entry(&mut self, slot: u32) -> Option<&mut Entry<T>> {
        self.entries.get_mut((slot as usize).checked_sub(self.first_slot)?)
    }

    /// Gives the memory back when nothing is alive, and makes sure that no handle comes again: a slot whose generations
    /// are used up is never given out again.
    fn release(&mut self) {
        let used = self.entries.iter().map(|entry| entry.generation).max();
        self.generation = used.unwrap_or(0).max(self.generation);
        if self.generation == u32::MAX {
            self.first_slot += self.entries.len();
            self.generation = 0;
        }
        self.entries = Vec::new();
        self.free = Vec::new();
    }
}

pub(super) fn invalid() -> Failure {
    Failure::new(
        PLAYGATE_ERROR_INVALID_HANDLE,
        "the handle is none, was freed or closed, or is of another kind",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_handle_comes_again_though_an_empty_registry_has_no_memory() {
        let registry = Registry::new(Kind::Session);
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..50u32 {
            let handles: Vec<u64> = (0..=round % 3)
                .map(|_| registry.insert(Arc::new(round)).ok().unwrap())
                .collect();
            for handle in &handles {
                assert!(seen.insert(*handle), "{handle:#x} came twice");
                assert_eq!(*registry.get(*handle).ok().unwrap(), round);
            }
            for handle in &handles {
                registry.remove(*handle).ok().unwrap();
                assert!(registry.get(*handle).is_err() && registry.remove(*handle).is_err());
            }
            let inner = registry.inner.lock().unwrap();
            assert!(inner.entries.capacity() == 0 && inner.free.capacity() == 0);
        }
        assert!(seen.iter().all(|handle| registry.get(*handle).is_err()));
    }

    #[test]
    fn slots_whose_generations_are_used_up_are_left() {
        let registry = Registry::new(Kind::Session);
        registry.inner.lock().unwrap().generation = u32::MAX - 1;
        let last = registry.insert(Arc::new(1)).ok().unwrap();
        assert_eq!(unpack(Kind::Session, last), Some((u32::MAX, 0)));
        registry.remove(last).ok().unwrap();
        let next = registry.insert(Arc::new(2)).ok().unwrap();
        assert_eq!(unpack(Kind::Session, next), Some((1, 1)));
        assert!(registry.get(last).is_err());
        assert_eq!(*registry.get(next).ok().unwrap(), 2);
        registry.inner.lock().unwrap().first_slot = MAX_SLOTS;
        assert!(registry.insert(Arc::new(3)).is_err());
    }
}
