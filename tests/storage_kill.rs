//! A process that is killed while it saves leaves the last record or the new one, whole.
#![cfg(feature = "file-store")]

mod storage_support;

use std::path::Path;
use std::time::{Duration, Instant};

use playgate::host::record::Records;
use sha2::{Digest, Sha256};
use storage_support::*;

const FOLDER: &str = "PLAYGATE_TEST_KILL_FOLDER";
const ENOUGH_SAVES: u64 = 500;

/// A record that tells its own number and proves that it is whole.
fn payload(number: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(number);
    // Mostly some kilobytes, as sessions are; now and then much more.
    let most = if number.is_multiple_of(50) { 1 << 20 } else { 16 << 10 };
    let len = random.usize(0..most);
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.extend(std::iter::repeat_with(|| random.u8(..)).take(len));
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

fn number_of(payload: &[u8]) -> u64 {
    let (body, digest) = payload.split_last_chunk::<32>().expect("a digest");
    assert_eq!(Sha256::digest(body)[..], digest[..], "the payload is whole");
    u64::from_le_bytes(*body.first_chunk().expect("a number"))
}

/// The number of the stored record; 0 when there is none.
fn stored(records: &Records) -> u64 {
    match records.load(PLAYER).expect("never damaged") {
        Some(loaded) => {
            let number = number_of(&loaded.payload);
            assert_eq!(loaded.sequence, number);
            assert_eq!(loaded.mark, None);
            assert_eq!(loaded.payload, payload(number));
            number
        }
        None => 0,
    }
}

/// The child: saves one record after the other until it is killed.
fn save_for_ever(folder: &Path) -> ! {
    let records = records(folder, keys(1));
    let _lock = records.lock(PLAYER).expect("the dead left no lock");
    let mut number = stored(&records);
    loop {
        number += 1;
        records.save(PLAYER, &payload(number), number).expect("saved");
        tell_parent(&format!("saved {number}"));
    }
}

fn spin_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn killed_at_any_moment_the_record_is_whole_and_not_older_than_acknowledged() {
    if let Some(folder) = given_by_parent(FOLDER) {
        save_for_ever(folder.as_ref());
    }
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("records");
    let (mut known, mut saves, mut kills, mut cut_off, mut in_between) = (0, 0, 0, 0, 0);
    while saves < ENOUGH_SAVES {
        let mut command = this_test_again(
            &[],
            "killed_at_any_moment_the_record_is_whole_and_not_older_than_acknowledged",
        );
        command.env(FOLDER, &folder);
        let mut child = Talking::start(command);
        // Some are killed while they start, most after a few saves, all at a random moment within a save.
        let mut acknowledged = known;
        for _ in 0..random.u64(0..20) {
            let number = child.next("saved ").expect("the child saves until killed");
            acknowledged = number.parse().expect("a number");
        }
        spin_for(Duration::from_micros(random.u64(0..6000)));
        child.kill();
        while let Some(number) = child.next("saved ") {
            acknowledged = number.parse().expect("a number");
        }
        kills += 1;
        saves += acknowledged - known;
        cut_off += u32::from(folder.exists() && has_temporary_files(&folder));

        let records = records(&folder, keys(1));
        let found = stored(&records);
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "acknowledged {acknowledged}, found {found} (seed {seed})"
        );
        in_between += found - acknowledged;
        known = found;
        assert!(!has_temporary_files(&folder), "{:?}", names(&folder));
        drop(records.lock(PLAYER).expect("the lock ends with its process"));
    }
    println!(
        "{saves} saves, {kills} kills: {cut_off} while writing, {in_between} after the rename and before the answer"
    );
    assert!(kills >= 20, "only {kills} kills");
    assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
}

#[test]
fn killed_while_the_store_is_made_the_salt_is_whole_or_absent() {
    if let Some(folder) = given_by_parent(FOLDER) {
        tell_parent("begins");
        save_for_ever(folder.as_ref());
    }
    let mut random = fastrand::Rng::new();
    for _ in 0..40 {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("records");
        let mut command = this_test_again(&[], "killed_while_the_store_is_made_the_salt_is_whole_or_absent");
        command.env(FOLDER, &folder);
        let mut child = Talking::start(command);
        child.next("begins").expect("the child begins");
        spin_for(Duration::from_micros(random.u64(0..3000)));
        child.kill();
        let first = records(&folder, keys(1));
        stored(&first);
        assert_eq!(first.name(PLAYER), records(&folder, keys(1)).name(PLAYER));
        assert!(!has_temporary_files(&folder));
    }
}
