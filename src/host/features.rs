//! Process-wide feature numbers. Append-only and never reused; 0 is never given out. Only names that the host asks for
//! are numbered. All of it is static storage, and reading it takes no lock.

use std::sync::{
    Mutex, MutexGuard, OnceLock,
    atomic::{AtomicU32, Ordering},
};

use super::{room::Room, table::MAX_FEATURES};

/// The longest feature name, in bytes.
pub const MAX_NAME_BYTES: usize = 256;
/// How many bytes all names may take together, each with one more.
pub const NAME_ROOM: usize = 64 * 1024;
/// Places of the index: twice as many as there are names at most, so that a search is short.
const INDEX_PLACES: usize = 2 * MAX_FEATURES;

static ROOM: Room<NAME_ROOM> = Room::new();
/// The name of number `n` stands at `n - 1`.
static NAMES: [OnceLock<&'static str>; MAX_FEATURES - 1] = [const { OnceLock::new() }; MAX_FEATURES - 1];
/// Numbers by their names' hashes, at the first free place from the hash's own on: the number below, bits of the hash above.
/// 0: free.
static INDEX: [AtomicU32; INDEX_PLACES] = [const { AtomicU32::new(0) }; INDEX_PLACES];
/// How many numbers are given out. Whoever writes any of the above holds it.
static COUNT: Mutex<usize> = Mutex::new(0);

const NUMBER_BITS: u32 = 16;

fn lock() -> MutexGuard<'static, usize> {
    COUNT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Why a name got no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InternError {
    /// Empty, with a NUL in it, or longer than [`MAX_NAME_BYTES`].
    BadName,
    /// All numbers are given out, or there is no room for the name.
    Full,
}

/// The number of a name; `true` when it is new: then [`find`] does not find it before [`make_findable`] was called.
///
/// # Errors
/// The name is empty or too long, or all numbers or all room are given out.
pub fn intern(name: &str) -> Result<(u32, bool), InternError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains('\0') {
        return Err(InternError::BadName);
    }
    let mut count = lock();
    if let Some(number) = find(name.as_bytes()) {
        return Ok((number, false));
    }
    for (number, known) in (1..).zip(names()) {
        if known == name {
            return Ok((number, false));
        }
    }
    let place = NAMES.get(*count).ok_or(InternError::Full)?;
    let kept = ROOM.keep(name).ok_or(InternError::Full)?;
    place.get_or_init(|| kept.trim_end_matches('\0'));
    *count += 1;
    Ok((u32::try_from(*count).unwrap_or(0), true))
}

/// From here on [`find`] finds the number: every open client's cell of it is written.
pub(crate) fn make_findable(number: u32) {
    let _turn = lock();
    let Some(name) = name_of(number) else { return };
    let entry = entry(hash(name.as_bytes()), number);
    for place in places(entry) {
        match place.load(Ordering::Relaxed) {
            0 => return place.store(entry, Ordering::Release),
            there if there == entry => return,
            _ => {}
        }
    }
}

/// The frame path: the number of a name that was given one. Wait-free, no allocation.
#[inline]
pub fn find(name: &[u8]) -> Option<u32> {
    let wanted = entry(hash(name), 0);
    for place in places(wanted) {
        let there = place.load(Ordering::Acquire);
        if there == 0 {
            return None;
        }
        let number = there & ((1 << NUMBER_BITS) - 1);
        if there - number == wanted && name_of(number).is_some_and(|known| is_same(known.as_bytes(), name)) {
            return Some(number);
        }
    }
    None
}

/// The places of the index where a name may stand, in order.
#[inline]
fn places(entry: u32) -> impl Iterator<Item = &'static AtomicU32> {
    let first = (entry >> NUMBER_BITS) as usize % INDEX_PLACES;
    let (before, after) = INDEX.split_at(first);
    after.iter().chain(before)
}

/// What the index holds: bits of the hash, and the number.
#[inline]
fn entry(hash: u64, number: u32) -> u32 {
    ((hash >> 32) as u32 >> NUMBER_BITS) << NUMBER_BITS | number
}

/// Mixes a name's bytes. The names are the game's own: nobody else chooses any.
#[inline]
fn hash(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    fn mix(hash: u64, word: u64) -> u64 {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        product as u64 ^ (product >> 64) as u64
    }
    let mut hash = FACTOR ^ name.len() as u64;
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    // The last word once more, or again in part, takes what is left.
    let last = match (name.last_chunk::<8>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(last), ..) => u64::from_le_bytes(*last),
        (None, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    mix(hash, last)
}

/// Whether two names are the same: in words, since most are short.
#[inline]
fn is_same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (Some(left_end), Some(right_end)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) else {
        return left == right;
    };
    left_end == right_end && left.as_chunks::<8>().0 == right.as_chunks::<8>().0
}

/// The names given out so far, that of number 1 first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map_while(|place| place.get().copied())
}

/// The name of a number.
#[inline]
pub fn name_of(number: u32) -> Option<&'static str> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    NAMES.get(at)?.get().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_when_it_was_made_findable_and_no_other_is() {
        let names: Vec<String> = (0..60).map(|length| format!("found-{}", "x".repeat(length))).collect();
        for name in &names {
            assert_eq!(find(name.as_bytes()), None);
            let (number, is_new) = intern(name).unwrap();
            assert!(is_new && find(name.as_bytes()).is_none());
            assert_eq!(intern(name), Ok((number, false)));
            make_findable(number);
            make_findable(number);
            assert_eq!(
                (find(name.as_bytes()), name_of(number)),
                (Some(number), Some(name.as_str()))
            );
        }
        for name in &names {
            for at in 0..name.len() {
                let mut other = name.clone().into_bytes();
                other[at] ^= 1;
                assert_eq!(find(&other), None);
            }
            assert_eq!(find(format!("{name}\0").as_bytes()), None);
        }
        assert_eq!(find(b""), None);
        make_findable(0);
        make_findable(u32::MAX);
    }

    #[test]
    fn names_of_one_place_are_told_apart() {
        let place = |name: &str| (entry(hash(name.as_bytes()), 0) >> NUMBER_BITS) as usize % INDEX_PLACES;
        let first = "crowd-0".to_owned();
        let crowd: Vec<String> = (1..)
            .map(|i| format!("crowd-{i}"))
            .filter(|name| place(name) == place(&first))
            .take(8)
            .collect();
        for name in &crowd {
            make_findable(intern(name).unwrap().0);
        }
        for name in &crowd {
            assert_eq!(find(name.as_bytes()).and_then(name_of), Some(name.as_str()));
        }
        assert_eq!(find(first.as_bytes()), None);
    }
}
