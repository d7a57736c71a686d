//! Which webhooks were seen already.

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;

/// What tells one webhook from every other: a hash, so it holds nothing personal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

/// Remembers webhooks for as long as they would be taken again, so that one that comes twice takes effect once. Only
/// verified ones may be shown to it: then nobody without the secret can fill it.
///
/// It holds at most as many as it was made for. When it is full, the one that will be stale first is forgotten: until then
/// it would be taken a second time, which harms nothing for events about sessions, and [`EventKey`](super::EventKey) tells
/// it for the others. One guard belongs to one process; servers that share the work share a table of fingerprints.
pub struct ReplayGuard {
    capacity: usize,
    /// Each with the Unix second after which it is stale anyway.
    seen: BTreeMap<Fingerprint, i64>,
    by_end: BTreeSet<(i64, Fingerprint)>,
}

impl fmt::Debug for ReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayGuard")
            .field("capacity", &self.capacity)
            .field("seen", &self.seen.len())
            .finish()
    }
}

impl ReplayGuard {
    /// A guard for so many webhooks, at least one. Ten minutes of all a product's webhooks is what it should hold.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            seen: BTreeMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    /// Whether this webhook comes for the first time, and remembers it until `fresh_until_s`, as
    /// [`Verifier::fresh_until_s`](super::Verifier::fresh_until_s) gives it. `now_s` is the Unix time in seconds.
    pub fn is_first(&mut self, fingerprint: Fingerprint, fresh_until_s: i64, now_s: i64) -> bool {
        while let Some(&(end, old)) = self.by_end.first().filter(|(end, _)| *end < now_s) {
            self.by_end.remove(&(end, old));
            self.seen.remove(&old);
        }
        if self.seen.contains_key(&fingerprint) {
            return false;
        }
        if self.seen.len() >= self.capacity
            && let Some((_, old)) = self.by_end.pop_first()
        {
            self.seen.remove(&old);
        }
        self.seen.insert(fingerprint, fresh_until_s);
        self.by_end.insert((fresh_until_s, fingerprint));
        true
    }

    /// Forgets a webhook whose effect could not be stored: k-ID sends it again when the answer is not 200, and then it
    /// must count.
    pub fn forget(&mut self, fingerprint: &Fingerprint) {
        if let Some(end) = self.seen.remove(fingerprint) {
            self.by_end.remove(&(end, *fingerprint));
        }
    }

    /// How many webhooks are remembered.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn print(number: u8) -> Fingerprint {
        Fingerprint([number; 32])
    }

    #[test]
    fn a_webhook_counts_once_until_it_is_stale() {
        let mut guard = ReplayGuard::new(10);
        assert!(guard.is_empty());
        assert!(guard.is_first(print(1), 400, 100));
        assert!(!guard.is_first(print(1), 400, 100));
        assert!(!guard.is_first(print(1), 400, 400));
        assert!(guard.is_first(print(2), 700, 400));
        assert_eq!(guard.len(), 2);
        // The verifier refuses it from here on, so it need not be known.
        assert!(guard.is_first(print(3), 701, 401));
        assert_eq!(guard.len(), 2);
    }

    #[test]
    fn one_without_effect_counts_when_it_comes_again() {
        let mut guard = ReplayGuard::new(10);
        assert!(guard.is_first(print(1), 400, 100));
        guard.forget(&print(1));
        guard.forget(&print(9));
        assert!(guard.is_first(print(1), 400, 101));
        assert!(!guard.is_first(print(1), 400, 102));
        assert_eq!((guard.seen.len(), guard.by_end.len()), (1, 1));
    }

    #[test]
    fn it_never_holds_more_than_it_was_made_for_and_forgets_the_oldest() {
        let mut guard = ReplayGuard::new(3);
        for number in 0..200u8 {
            assert!(guard.is_first(print(number), 400 + i64::from(number), 100));
            assert!(guard.len() <= 3 && guard.by_end.len() == guard.len());
        }
        for known in 197..200 {
            assert!(!guard.is_first(print(known), 900, 100));
        }
        assert!(guard.is_first(print(196), 596, 100));
        assert_eq!(ReplayGuard::new(0).capacity, 1);
    }

    #[test]
    fn a_clock_that_runs_backwards_forgets_nothing() {
        let mut guard = ReplayGuard::new(10);
        assert!(guard.is_first(print(1), 400, 390));
        assert!(!guard.is_first(print(1), 400, i64::MIN));
        assert!(guard.is_first(print(1), 400, i64::MAX));
        assert!(!format!("{guard:?} {:?}", print(77)).contains("77"));
    }
}
