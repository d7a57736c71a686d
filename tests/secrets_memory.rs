//! What is wiped from memory: a storage key once its records are dropped, and a token once its client is. The whole
//! memory of this process is searched.
#![cfg(all(feature = "std", target_os = "linux"))]

use std::{
    fs::File,
    io::{BufRead, BufReader},
    os::unix::fs::FileExt,
    sync::{Arc, Mutex, PoisonError},
};

use playgate::{
    client::{Client, Config, Now},
    host::{
        record::{Keys, RecordKey, Records},
        storage::MemoryStorage,
    },
};

/// What the needles are kept under, so that the search does not find itself.
const MASK: u8 = 0xa5;
const PLAYER: &str = "player";

/// One search at a time: what it copies and unmasks, another one would find.
static TURN: Mutex<()> = Mutex::new(());

/// How often the masked bytes are in this process's memory, unmasked.
fn found(masked: &[u8]) -> usize {
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
fn needle(len: usize) -> Vec<u8> {
    std::iter::repeat_with(|| fastrand::u8(0x21..0x7e) ^ MASK)
        .take(len)
        .collect()
}

/// Unmasks a needle for a moment.
fn with_unmasked<T>(masked: &[u8], then: impl FnOnce(&[u8]) -> T) -> T {
    let mut bytes: Vec<u8> = masked.iter().map(|byte| byte ^ MASK).collect();
    let done = then(&bytes);
    bytes.fill(0);
    std::hint::black_box(&bytes);
    done
}

#[test]
fn a_storage_key_is_gone_once_its_records_are() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let masked = needle(32);
    assert_eq!(found(&masked), 0);
    let key = with_unmasked(&masked, RecordKey::from_slice);
    let keys = Keys { key, ..Keys::default() };
    let records = Records::open(Arc::new(MemoryStorage::new()), keys).expect("opens");
    assert!(found(&masked) > 0, "the search finds what is there");
    for sequence in 1..20 {
        records.save(PLAYER, b"{\"a\":1}", sequence).expect("saved");
        records.load(PLAYER).expect("read");
    }
    drop(records);
    assert_eq!(found(&masked), 0, "the key is still in memory");
}

#[test]
fn a_token_is_gone_once_it_is_replaced_or_its_client_is() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (first, second) = (needle(40), needle(40));
    let now = Now {
        wall_ms: 1_772_452_800_000,
        mono_ms: 1,
        utc_offset_s: 0,
    };
    let mut client = Client::new(Config::default());
    let set = |client: &mut Client, masked: &[u8]| {
        with_unmasked(masked, |bytes| {
            client.set_token(now, Some(std::str::from_utf8(bytes).expect("ASCII")));
        });
    };
    set(&mut client, &first);
    assert!(found(&first) > 0, "the search finds what is there");
    set(&mut client, &second);
    assert_eq!(found(&first), 0, "the old token is still in memory");
    assert!(found(&second) > 0);
    drop(client);
    assert_eq!(found(&second), 0, "the token is still in memory");
}
