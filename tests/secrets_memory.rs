//! What is wiped from memory: a storage key once its records are dropped. The whole memory of this process is searched.
#![cfg(all(feature = "std", target_os = "linux"))]

mod memory_search;

use std::sync::Arc;

use memory_search::{found, needle, turn, with_unmasked};
use playgate::host::{
    record::{Keys, RecordKey, Records},
    storage::MemoryStorage,
};

const PLAYER: &str = "player";

#[test]
fn a_storage_key_is_gone_once_its_records_are() {
    let _turn = turn();
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
