//! What every storage promises, for files and for memory alike.
#![cfg(feature = "file-store")]

mod storage_support;

use std::sync::Arc;

use playgate::host::storage::{
    FileStorage, FileStorageOptions, MAX_STORED_BYTES, MemoryStorage, Storage, StorageErrorKind,
};
use storage_support::*;

/// Runs the promise on both storages; the second value is another handle on the same place.
fn on_both(promise: impl Fn(&dyn Storage, &dyn Storage)) {
    let memory = MemoryStorage::new();
    promise(&memory, &memory.clone());
    let folder = tempfile::tempdir().expect("a folder");
    promise(&*file_storage(folder.path()), &*file_storage(folder.path()));
}

#[test]
fn what_is_written_is_read_until_it_is_replaced_or_removed() {
    on_both(|storage, other| {
        assert_eq!(storage.read("a"), Ok(None));
        for content in [&b"one"[..], b"", &[7; 100_000]] {
            storage.write("a", content).expect("written");
            assert_eq!(other.read("a").expect("read").as_deref(), Some(content));
        }
        assert_eq!(other.read("b"), Ok(None));
        storage.remove("a").expect("removed");
        assert_eq!(other.read("a"), Ok(None));
        storage.remove("a").expect("nothing to remove is fine");
    });
}

#[test]
fn write_new_stores_only_where_nothing_is() {
    on_both(|storage, other| {
        assert_eq!(storage.write_new("a", b"one").expect("new"), b"one");
        assert_eq!(other.write_new("a", b"two").expect("kept"), b"one");
        assert_eq!(other.read("a").expect("read").as_deref(), Some(&b"one"[..]));
    });
}

#[test]
fn many_at_once_agree_on_what_is_new() {
    on_both(|storage, other| {
        let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u8)
                .map(|number| {
                    let storage = if number % 2 == 0 { storage } else { other };
                    scope.spawn(move || storage.write_new("a", &[number; 100]).expect("stored"))
                })
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().expect("done"));
            joined.collect()
        });
        let stored = storage.read("a").expect("read").expect("there");
        assert!(answers.iter().all(|answer| *answer == stored));
    });
}

#[test]
fn overwriting_changes_those_bytes_and_never_the_length() {
    on_both(|storage, other| {
        storage.write("a", b"0123456789").expect("written");
        storage.overwrite("a", 3, b"xyz").expect("overwritten");
        storage.overwrite("a", 10, b"").expect("nothing, at the end");
        let expected = Some(b"012xyz6789".to_vec());
        assert_eq!(other.read("a"), Ok(expected.clone()));
        for (offset, bytes) in [(8, &b"xyz"[..]), (10, b"x"), (11, b""), (u64::MAX, b"x")] {
            let err = storage.overwrite("a", offset, bytes).expect_err("past the end");
            assert_eq!(err.kind, StorageErrorKind::Io, "offset {offset}");
        }
        assert_eq!(other.read("a"), Ok(expected));
        let err = storage.overwrite("b", 0, b"x").expect_err("nothing there");
        assert_eq!(err.kind, StorageErrorKind::Io);
        assert_eq!(other.read("b"), Ok(None));
    });
}

#[test]
fn setting_aside_empties_the_key_and_forgetting_touches_nothing_else() {
    on_both(|storage, other| {
        storage.set_aside("a").expect("nothing to set aside is fine");
        for round in 0..6 {
            storage.write("a", &[round]).expect("written");
            storage.set_aside("a").expect("set aside");
            assert_eq!(other.read("a"), Ok(None));
        }
        storage.write("a", b"current").expect("written");
        storage.forget_set_aside("a").expect("forgotten");
        assert_eq!(other.read("a"), Ok(Some(b"current".to_vec())));
        storage.forget_set_aside("a").expect("nothing to forget is fine");
    });
}

#[test]
fn a_lock_has_one_holder_until_it_is_dropped() {
    on_both(|storage, other| {
        let lock = storage.lock("a").expect("free");
        for again in [storage, other] {
            let err = again.lock("a").err().expect("held");
            assert_eq!(err.kind, StorageErrorKind::Locked);
        }
        drop(other.lock("b").expect("another key"));
        storage.write("a", b"x").expect("a lock does not hinder its holder");
        drop(lock);
        drop(other.lock("a").expect("free again"));
    });
}

#[test]
fn what_is_too_large_is_refused_and_leaves_the_old() {
    on_both(|storage, _| {
        storage.write("a", b"old").expect("written");
        let huge = vec![0; MAX_STORED_BYTES + 1];
        let err = storage.write("a", &huge).expect_err("too large");
        assert_eq!(err.kind, StorageErrorKind::TooLarge);
        let err = storage.write_new("b", &huge).expect_err("too large");
        assert_eq!(err.kind, StorageErrorKind::TooLarge);
        assert_eq!(storage.read("a"), Ok(Some(b"old".to_vec())));
        assert_eq!(storage.read("b"), Ok(None));
        storage.write("a", &huge[1..]).expect("the most that fits");
        assert_eq!(
            storage.read("a").expect("read").map(|bytes| bytes.len()),
            Some(MAX_STORED_BYTES)
        );
    });
}

#[test]
fn a_key_cannot_name_a_path() {
    on_both(|storage, _| {
        let long = "a".repeat(65);
        for key in ["", ".", "..", "a/b", "../a", "a.lock", "A", "ä", "a\0b", "c:", &long] {
            assert!(storage.read(key).is_err(), "{key:?}");
            assert!(storage.write(key, b"x").is_err(), "{key:?}");
            assert!(storage.write_new(key, b"x").is_err(), "{key:?}");
            assert!(storage.overwrite(key, 0, b"x").is_err(), "{key:?}");
            assert!(storage.remove(key).is_err(), "{key:?}");
            assert!(storage.set_aside(key).is_err(), "{key:?}");
            assert!(storage.forget_set_aside(key).is_err(), "{key:?}");
            assert!(storage.lock(key).is_err(), "{key:?}");
        }
    });
}

#[test]
fn the_place_is_the_same_for_handles_on_one_place_only() {
    on_both(|storage, other| {
        assert_eq!(storage.place(), other.place());
        let elsewhere = tempfile::tempdir().expect("a folder");
        assert_ne!(storage.place(), MemoryStorage::new().place());
        assert_ne!(storage.place(), file_storage(elsewhere.path()).place());
    });
}

#[test]
fn ordered_failures_of_memory_change_nothing_and_end_when_told() {
    let storage = MemoryStorage::new();
    storage.write("a", b"old").expect("written");
    storage.write("b", b"bad").expect("written");
    storage.set_aside("b").expect("set aside");
    let before = storage.snapshot();

    let full = Some(StorageErrorKind::Full);
    storage.fail_writes(full);
    storage.fail_overwrites(Some(StorageErrorKind::Unsupported));
    storage.fail_removes(Some(StorageErrorKind::NotPermitted));
    let kind = |result: Result<(), playgate::host::storage::StorageError>| result.err().map(|err| err.kind);
    assert_eq!(kind(storage.write("a", b"new")), full);
    assert_eq!(kind(storage.write_new("c", b"new").map(drop)), full);
    assert_eq!(kind(storage.set_aside("a")), full);
    assert_eq!(
        kind(storage.overwrite("a", 0, b"n")),
        Some(StorageErrorKind::Unsupported)
    );
    assert_eq!(kind(storage.remove("a")), Some(StorageErrorKind::NotPermitted));
    assert_eq!(
        kind(storage.forget_set_aside("b")),
        Some(StorageErrorKind::NotPermitted)
    );
    storage.fail_reads(Some(StorageErrorKind::NotMounted));
    assert_eq!(kind(storage.read("a").map(drop)), Some(StorageErrorKind::NotMounted));
    assert_eq!(storage.snapshot(), before);

    storage.fail_reads(None);
    storage.fail_writes(None);
    storage.fail_overwrites(None);
    storage.fail_removes(None);
    storage.write("a", b"new").expect("works again");
    storage.overwrite("a", 0, b"N").expect("works again");
    storage.forget_set_aside("b").expect("works again");
    assert_eq!(storage.read("a"), Ok(Some(b"New".to_vec())));
    storage.restore(before.clone());
    assert_eq!(storage.snapshot(), before);
    assert_eq!(storage.read("a"), Ok(Some(b"old".to_vec())));
}

#[test]
fn nothing_is_lost_while_other_handles_open_the_folder_and_tidy_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = file_storage(folder.path());
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    FileStorage::open(folder.path(), FileStorageOptions::default()).expect("opens");
                }
            });
        }
        let writing = scope.spawn(|| {
            for number in 0..100_u32 {
                storage.write("a", &number.to_le_bytes()).expect("written");
            }
        });
        let written = writing.join();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        written.expect("every write succeeded");
    });
    assert_eq!(storage.read("a"), Ok(Some(99_u32.to_le_bytes().to_vec())));
    assert_eq!(names(folder.path()), ["a"]);
}
