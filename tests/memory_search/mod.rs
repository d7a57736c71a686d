//! Searches the whole memory of this process.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    os::unix::fs::FileExt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What the needles are kept under, so that the search does not find itself.
const MASK: u8 = 0xa5;

static TURN: Mutex<()> = Mutex::new(());

/// One search at a time: what it copies and unmasks, another one would find.
pub fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often the masked bytes are in this process's memory, unmasked. Only their second half is looked for: an allocator
/// writes over the beginning of what it is given back.
pub fn found(masked: &[u8]) -> usize {
    let masked = &masked[masked.len() / 2..];
    let maps = File::open("/proc/self/maps").expect("maps");
    let memory = File::open("/proc/self/mem").expect("memory");
    let mut count = 0;
    for line in BufReader::new(maps).lines() {
        let line = line.expect("a line");
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().expect("a range"), words.next().expect("rights"));
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("two ends");
        let end = |text: &str| u64::from_str_radix(text, 16).expect("a number");
        let (from, to) = (end(from), end(to));
        // The search's own copy is masked at once.
        let mut copy = vec![0; usize::try_from(to - from).expect("a length")];
        let Ok(len) = memory.read_at(&mut copy, from) else {
            continue;
        };
        copy.truncate(len);
        copy.iter_mut().for_each(|byte| *byte ^= MASK);
        count += copy.windows(masked.len()).filter(|window| *window == masked).count();
        // What is left of it is no needle either.
        copy.fill(0);
        std::hint::black_box(&copy);
    }
    count
}

/// Random bytes, masked.
pub fn needle(len: usize) -> Vec<u8> {
    std::iter::repeat_with(|| fastrand::u8(0x21..0x7e) ^ MASK)
        .take(len)
        .collect()
}

/// Unmasks a needle for a moment.
pub fn with_unmasked<T>(masked: &[u8], then: impl FnOnce(&[u8]) -> T) -> T {
    let mut bytes: Vec<u8> = masked.iter().map(|byte| byte ^ MASK).collect();
    let done = then(&bytes);
    bytes.fill(0);
    std::hint::black_box(&bytes);
    done
}
