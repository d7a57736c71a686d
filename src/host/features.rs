//! Process-wide feature numbers. Append-only and never reused; 0 is never given out. Only names that the host asks for
//! are numbered. All of it is static storage, and reading it takes no lock.

use std::sync::{
    Mutex, MutexGuard, OnceLock,
    atomic::{AtomicU64, Ordering},
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
/// Names by their hashes, each at the first free place from the hash's own on.
static INDEX: [Entry; INDEX_PLACES] = [const { Entry::new() }; INDEX_PLACES];
/// How many numbers are given out. Whoever writes any of the above holds it.
static COUNT: Mutex<usize> = Mutex::new(0);

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

/// A name in the index.
struct Entry {
    /// The upper bits of the hash, the length, and the number; 0 while it is free. Written last.
    key: AtomicU64,
    words: [AtomicU64; 4],
}

impl Entry {
    /// The bits of the number in a key.
    const NUMBER: u64 = 0x7FF;
    const LENGTH_AT: u32 = 11;
    const HASH: u64 = !0 << 20;

    const fn new() -> Self {
        Self {
            key: AtomicU64::new(0),
            words: [const { AtomicU64::new(0) }; 4],
        }
    }

    /// Whether it is of a name with these words. Written out, since small code is asked for and a loop would cost more.
    #[inline]
    fn has(&self, [first, second, third, last]: [u64; 4]) -> bool {
        let [a, b, c, d] = &self.words;
        let differing = (a.load(Ordering::Relaxed) ^ first)
            | (b.load(Ordering::Relaxed) ^ second)
            | (c.load(Ordering::Relaxed) ^ third)
            | (d.load(Ordering::Relaxed) ^ last);
        differing == 0
    }

    /// The key of a name without its number.
    #[inline]
    fn key_of(hash: u64, name: &[u8]) -> u64 {
        hash & Self::HASH | (name.len() as u64) << Self::LENGTH_AT
    }
}

/// From here on [`find`] finds the number: every open client's cell of it is written.
pub(crate) fn make_findable(number: u32) {
    let _turn = lock();
    let Some(name) = name_of(number) else { return };
    let name = name.as_bytes();
    let words = words_of(name);
    let hash = hash(name, words);
    let key = Entry::key_of(hash, name) | u64::from(number);
    for place in places(hash) {
        match place.key.load(Ordering::Relaxed) {
            0 => {
                for (kept, word) in place.words.iter().zip(words) {
                    kept.store(word, Ordering::Relaxed);
                }
                return place.key.store(key, Ordering::Release);
            }
            there if there == key => return,
            _ => {}
        }
    }
}

/// The frame path: the number of a name that was given one. Wait-free, no allocation.
#[allow(clippy::inline_always, reason = "the call costs as much as a part of the search")]
#[inline(always)]
pub fn find(name: &[u8]) -> Option<u32> {
    if name.len() > COVERED {
        return find_long(name);
    }
    let words = words_of(name);
    search(name, words, mixed(words, name.len()), |_| true)
}

/// The same for a name of which its words are not all.
#[inline(never)]
fn find_long(name: &[u8]) -> Option<u32> {
    let words = words_of(name);
    let is_it = |number| name_of(number).is_some_and(|known| known.as_bytes() == name);
    search(name, words, hash(name, words), is_it)
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn search(name: &[u8], words: [u64; 4], hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
    let wanted = Entry::key_of(hash, name);
    for place in places(hash) {
        let key = place.key.load(Ordering::Acquire);
        if key & !Entry::NUMBER == wanted && place.has(words) {
            #[allow(clippy::cast_possible_truncation, reason = "it has 11 bits")]
            let number = (key & Entry::NUMBER) as u32;
            if is_it(number) {
                return Some(number);
            }
        }
        if key == 0 {
            return None;
        }
    }
    None
}

/// The places of the index where a name may stand, in order.
#[inline]
fn places(hash: u64) -> impl Iterator<Item = &'static Entry> {
    #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits are of interest")]
    let first = (hash >> 32) as usize;
    (0..INDEX_PLACES).filter_map(move |step| INDEX.get(first.wrapping_add(step) % INDEX_PLACES))
}

/// The longest name that four words cover.
const COVERED: usize = 32;

/// A name's first and last bytes as words, which overlap where it is short: so a name of any usual length is read without a
/// loop.
#[inline]
fn words_of(name: &[u8]) -> [u64; 4] {
    let len = name.len();
    if len < 8 {
        return [spelled(name), 0, 0, 0];
    }
    // The same steps for all lengths: the lengths of names that are asked for follow no pattern.
    let word = |at: usize| {
        let bytes = name.get(at..).and_then(|rest| rest.first_chunk::<8>());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    [word(0), word(8.min(len - 8)), word(len.max(16) - 16), word(len - 8)]
}

/// Up to eight bytes as one word.
#[inline]
fn spelled(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Mixes words. The names are the game's own: nobody else chooses any.
#[inline]
fn mixed([first, second, third, last]: [u64; 4], len: usize) -> u64 {
    const B: u64 = 0xC2B2_AE3D_27D4_EB4F;
    const C: u64 = 0x1656_67B1_9E37_79F9;
    const D: u64 = 0x2545_F491_4F6C_DD1D;
    product(first ^ FACTOR, last ^ B ^ len as u64) ^ product(second ^ C, third ^ D).rotate_left(23)
}

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lower half and the upper half")]
fn product(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// Mixes all bytes of a name.
fn hash(name: &[u8], words: [u64; 4]) -> u64 {
    let hash = mixed(words, name.len());
    let rest = name.get(16..name.len().max(COVERED) - 16).unwrap_or_default();
    rest.chunks(8)
        .fold(hash, |hash, bytes| product(hash ^ spelled(bytes), FACTOR))
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
        let place = |name: &str| (hash(name.as_bytes(), words_of(name.as_bytes())) >> 32) as usize % INDEX_PLACES;
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
