//! Real media that are full, read-only, limited or gone.
#![cfg(all(feature = "file-store", target_os = "linux"))]

mod storage_support;

use std::fs;
use std::path::Path;
use std::process::Command;

use playgate::host::record::{Keys, Mark, MarkKind, Marked, RecordErrorKind, Records};
use playgate::host::storage::{FileStorage, FileStorageOptions, MemoryStorage, StorageErrorKind};
use storage_support::media::*;
use storage_support::*;

const ENDED: Mark = Mark {
    kind: MarkKind::Ended,
    at_ms: 1_700_000_000_000,
};
const NOT_MOUNTED: RecordErrorKind = RecordErrorKind::Storage(StorageErrorKind::NotMounted);
const NOT_PERMITTED: RecordErrorKind = RecordErrorKind::Storage(StorageErrorKind::NotPermitted);
const FULL: RecordErrorKind = RecordErrorKind::Storage(StorageErrorKind::Full);

fn loaded(records: &Records) -> (Vec<u8>, u64, Option<Mark>) {
    let loaded = records.load(PLAYER).expect("readable").expect("there");
    (loaded.payload, loaded.sequence, loaded.mark)
}

#[test]
fn a_full_disk_keeps_the_old_record_and_still_takes_a_mark() {
    with_mounts("a_full_disk_keeps_the_old_record_and_still_takes_a_mark", |medium| {
        mount("size=256k", medium);
        let folder = medium.join("records");
        let first = records(&folder, keys(1));
        first.save(PLAYER, &[1; 20_000], 1).expect("saved");
        let filler = fill(medium);
        let before = content(&folder);

        for size in [1, 20_000, 100_000] {
            let err = first.save(PLAYER, &vec![2; size], 2).expect_err("full");
            assert_eq!(err.kind, FULL, "{}", err.text);
            assert_eq!(content(&folder), before);
        }
        assert_eq!(loaded(&first), (vec![1; 20_000], 1, None));
        let other_folder = medium.join("others");
        fs::create_dir(&other_folder).expect("an empty folder still fits");
        let err = Records::open(file_storage(&other_folder), keys(1)).expect_err("full");
        assert_eq!(err.kind, FULL);
        assert_eq!(names(&other_folder), [""; 0], "no half a salt");

        assert_eq!(first.mark(PLAYER, ENDED).ok(), Some(Marked::InPlace));
        drop(first);
        let second = records(&folder, keys(1));
        assert_eq!(loaded(&second), (vec![1; 20_000], 1, Some(ENDED)));

        fs::remove_file(filler).expect("space again");
        second.save(PLAYER, &[2; 20_000], 2).expect("saved");
        assert_eq!(loaded(&second), (vec![2; 20_000], 2, None));
        records(&other_folder, keys(1)).save(PLAYER, b"x", 1).expect("saved");
    });
}

#[test]
fn no_file_left_to_create_is_a_full_disk_too() {
    with_mounts("no_file_left_to_create_is_a_full_disk_too", |medium| {
        mount("size=1m,nr_inodes=4", medium);
        let records = records(medium, keys(1));
        records.save(PLAYER, b"old", 1).expect("saved");
        fs::write(medium.join("filler"), b"").expect("the last one");
        assert_eq!(records.save(PLAYER, b"new", 2).expect_err("full").kind, FULL);
        assert_eq!(records.lock(PLAYER).err().expect("full").kind, FULL);
        assert_eq!(loaded(&records), (b"old".to_vec(), 1, None));
        assert_eq!(records.mark(PLAYER, ENDED).ok(), Some(Marked::InPlace));
        assert_eq!(loaded(&records).2, Some(ENDED));
    });
}

#[test]
fn a_read_only_medium_is_readable_and_refuses_every_change() {
    with_mounts("a_read_only_medium_is_readable_and_refuses_every_change", |medium| {
        mount("size=1m", medium);
        let folder = medium.join("records");
        records(&folder, keys(1)).save(PLAYER, b"old", 1).expect("saved");
        remount("ro", medium);
        let before = content(&folder);
        let records = records(&folder, keys(1));
        assert_eq!(loaded(&records), (b"old".to_vec(), 1, None));
        let refused = [
            records.save(PLAYER, b"new", 2).err(),
            records.mark(PLAYER, ENDED).err(),
            records.remove(PLAYER).err(),
            records.set_aside(PLAYER).err(),
            records.lock(PLAYER).err(),
        ];
        for err in refused {
            let err = err.expect("refused");
            assert_eq!(err.kind, NOT_PERMITTED, "{}", err.text);
        }
        let err = FileStorage::open(&medium.join("new"), FileStorageOptions::default());
        assert_eq!(err.expect_err("refused").kind, StorageErrorKind::NotPermitted);
        assert_eq!(content(&folder), before);
        remount("rw", medium);
        records.save(PLAYER, b"new", 2).expect("saved");
    });
}

#[test]
fn a_medium_that_is_taken_out_is_not_an_empty_one() {
    with_mounts("a_medium_that_is_taken_out_is_not_an_empty_one", |medium| {
        mount("size=1m", medium);
        let records = records(medium, keys(1));
        records.save(PLAYER, b"old", 1).expect("saved");
        let unmounted = Command::new("umount").arg(medium).status();
        assert!(unmounted.expect("umount is there").success());

        assert_eq!(names(medium), [""; 0], "an empty folder is left");
        assert_eq!(records.load(PLAYER).expect_err("gone").kind, NOT_MOUNTED);
        assert_eq!(records.save(PLAYER, b"new", 2).expect_err("gone").kind, NOT_MOUNTED);
        assert_eq!(records.mark(PLAYER, ENDED).expect_err("gone").kind, NOT_MOUNTED);
        assert_eq!(names(medium), [""; 0], "nothing was put there");
    });
}

#[test]
fn a_file_size_limit_is_reported_as_full() {
    const ME: &str = "a_file_size_limit_is_reported_as_full";
    const LIMITED: &str = "PLAYGATE_TEST_LIMITED";
    if let Some(folder) = given_by_parent(LIMITED) {
        let records = records(folder.as_ref(), keys(1));
        let err = records.save(PLAYER, &[2; 100_000], 2).expect_err("over the limit");
        assert_eq!(err.kind, FULL, "{}", err.text);
        assert!(!has_temporary_files(folder.as_ref()));
        return tell_parent(DONE);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let records = records(folder.path(), keys(1));
    records.save(PLAYER, b"old", 1).expect("saved");
    // The signal for the limit is ignored, and stays ignored in the program that the shell becomes.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
    let mut child = this_test_again(&limited, ME);
    child.env(LIMITED, folder.path());
    runs_to_its_end(child);
    assert_eq!(loaded(&records), (b"old".to_vec(), 1, None));
}

#[test]
fn a_missing_folder_is_not_an_empty_one() {
    let parent = tempfile::tempdir().expect("a folder");
    let open = |folder: &Path, create_folder| {
        let options = FileStorageOptions {
            create_folder,
            ..FileStorageOptions::default()
        };
        FileStorage::open(folder, options).map(drop).map_err(|err| err.kind)
    };
    let folder = parent.path().join("records");
    assert_eq!(open(&folder.join("deeper"), true), Err(StorageErrorKind::NotMounted));
    assert_eq!(open(&folder, false), Err(StorageErrorKind::NotMounted));
    assert!(!folder.exists());
    fs::write(&folder, b"").expect("a file");
    assert_eq!(open(&folder, true), Err(StorageErrorKind::Io));
    fs::remove_file(&folder).expect("removed");

    let records = records(&folder, keys(1));
    records.save(PLAYER, b"old", 1).expect("saved");
    let away = parent.path().join("away");
    fs::rename(&folder, &away).expect("taken away");
    let refused = [
        records.load(PLAYER).err(),
        records.save(PLAYER, b"new", 2).err(),
        records.mark(PLAYER, ENDED).err(),
        records.remove(PLAYER).err(),
        records.set_aside(PLAYER).err(),
        records.lock(PLAYER).err(),
    ];
    for err in refused {
        let err = err.expect("refused");
        assert_eq!(err.kind, NOT_MOUNTED, "{}", err.text);
    }
    assert!(!folder.exists());
    fs::rename(&away, &folder).expect("brought back");
    assert_eq!(loaded(&records), (b"old".to_vec(), 1, None));
}

#[test]
fn a_record_that_cannot_be_marked_is_removed_and_if_that_fails_too_it_is_said() {
    let storage = MemoryStorage::new();
    let records = over(std::sync::Arc::new(storage.clone()), Keys::default());
    for kind in [StorageErrorKind::Unsupported, StorageErrorKind::Io] {
        records.save(PLAYER, b"old", 1).expect("saved");
        storage.fail_overwrites(Some(kind));
        storage.fail_removes(Some(StorageErrorKind::NotPermitted));
        assert_eq!(records.mark(PLAYER, ENDED).expect_err("neither").kind, NOT_PERMITTED);
        assert_eq!(loaded(&records), (b"old".to_vec(), 1, None));
        storage.fail_removes(None);
        assert_eq!(records.mark(PLAYER, ENDED).ok(), Some(Marked::Removed));
        assert_eq!(records.load(PLAYER), Ok(None));
        storage.fail_overwrites(None);
    }
    // What cannot be read now is marked all the same.
    records.save(PLAYER, b"old", 1).expect("saved");
    storage.fail_reads(Some(StorageErrorKind::Io));
    assert_eq!(records.mark(PLAYER, ENDED).ok(), Some(Marked::InPlace));
    storage.fail_reads(None);
    assert_eq!(loaded(&records).2, Some(ENDED));
}
