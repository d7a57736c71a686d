//! Damaged, foreign and odd things in place of a record: told apart, granting nothing, destroying nothing.
#![cfg(all(feature = "file-store", unix))]

mod storage_support;

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use playgate::host::record::{Keys, Mark, MarkKind, Marked, RecordErrorKind, RecordKey, Records};
use playgate::host::storage::{MAX_STORED_BYTES, StorageErrorKind};
use storage_support::*;
use tempfile::TempDir;

const ENDED: Mark = Mark {
    kind: MarkKind::Ended,
    at_ms: 1_700_000_000_000,
};
const DOUBTFUL: Mark = Mark {
    kind: MarkKind::Doubtful,
    at_ms: 1_700_000_000_001,
};

/// A folder with one player's record in it.
struct Store {
    folder: TempDir,
    records: Records,
    file: PathBuf,
}

impl Store {
    fn with(keys: Keys) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let records = records(folder.path(), keys);
        records.save(PLAYER, PAYLOAD, 7).expect("saved");
        let file = file_of(folder.path(), &records, PLAYER);
        Store { folder, records, file }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn load_error(&self) -> RecordErrorKind {
        let err = self.records.load(PLAYER).expect_err("grants nothing");
        assert!(!err.text.contains("planted"), "{}", err.text);
        assert_eq!(err.is_corrupt(), err.kind == RecordErrorKind::Corrupt);
        err.kind
    }

    fn payload(&self) -> Option<Vec<u8>> {
        let loaded = self.records.load(PLAYER).expect("readable");
        loaded.map(|loaded| loaded.payload)
    }

    fn mark(&self) -> Option<Mark> {
        let loaded = self.records.load(PLAYER).expect("readable");
        loaded.expect("there").mark
    }
}

/// Without truncating first, which many file systems answer with a flush.
fn replace_in_place(file: &Path, bytes: &[u8]) {
    let file = fs::File::options().write(true).open(file).expect("opened");
    file.write_all_at(bytes, 0).expect("written");
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_a_denying_mark() {
    for keys in [keys(1), Keys::default()] {
        let store = Store::with(keys);
        let good = fs::read(&store.file).expect("read");
        for bit in 0..good.len() * 8 {
            let byte = bit / 8;
            let mut flipped = good.clone();
            flipped[byte] ^= 1 << (bit % 8);
            replace_in_place(&store.file, &flipped);
            if (96..128).contains(&byte) {
                let loaded = store.records.load(PLAYER).expect("readable").expect("there");
                assert_eq!(loaded.payload, PAYLOAD);
                assert_eq!(loaded.mark.map(|mark| mark.kind), Some(MarkKind::Doubtful));
            } else {
                let newer = (8..10).contains(&byte) && bit != 64;
                let expected = if newer {
                    RecordErrorKind::NewerFormat
                } else {
                    RecordErrorKind::Corrupt
                };
                assert_eq!(store.load_error(), expected, "bit {bit}");
            }
            assert_eq!(fs::read(&store.file).expect("read"), flipped, "left as it is");
        }
    }
}

#[test]
fn a_flipped_bit_of_a_mark_never_takes_it_away() {
    let store = Store::with(keys(1));
    store.records.mark(PLAYER, ENDED).expect("marked");
    let good = fs::read(&store.file).expect("read");
    for bit in 96 * 8..128 * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        replace_in_place(&store.file, &flipped);
        assert!(store.mark().is_some(), "bit {bit}");
    }
}

#[test]
fn a_file_of_any_other_length_is_corrupt() {
    for keys in [keys(1), Keys::default()] {
        let store = Store::with(keys);
        let good = fs::read(&store.file).expect("read");
        let file = fs::File::options().write(true).open(&store.file).expect("opened");
        for len in (0..good.len()).rev() {
            file.set_len(len as u64).expect("cut");
            assert_eq!(store.load_error(), RecordErrorKind::Corrupt, "length {len}");
        }
        for more in [1, 16, 4096] {
            fs::write(&store.file, [&good[..], &vec![0; more]].concat()).expect("extended");
            assert_eq!(store.load_error(), RecordErrorKind::Corrupt, "{more} more");
        }
        fs::write(&store.file, &good).expect("put back");
        assert_eq!(store.payload().as_deref(), Some(PAYLOAD));
    }
}

/// Puts these bytes in place of the record, expects that error, and that nothing was changed by looking.
fn refuses(store: &Store, records: &Records, bytes: &[u8], expected: RecordErrorKind) {
    fs::write(&store.file, bytes).expect("put there");
    let before = content(store.path());
    let err = records.load(PLAYER).expect_err("grants nothing");
    assert_eq!(err.kind, expected, "{}", err.text);
    assert!(!err.text.contains("planted"), "{}", err.text);
    assert_eq!(err.is_corrupt(), expected == RecordErrorKind::Corrupt);
    assert_eq!(content(store.path()), before);
}

#[test]
fn what_is_not_this_players_record_is_told_apart_and_left_alone() {
    let store = Store::with(keys(1));
    let good = fs::read(&store.file).expect("read");
    store.records.save(OTHER_PLAYER, b"other", 1).expect("saved");
    let others = fs::read(file_of(store.path(), &store.records, OTHER_PLAYER)).expect("read");
    let elsewhere = Store::with(keys(1));
    let elsewheres = fs::read(&elsewhere.file).expect("read");
    let in_clear = records(store.path(), Keys::default());
    let other_key = records(store.path(), keys(2));
    let migrating = records(
        store.path(),
        Keys {
            migrate_unsealed: true,
            ..keys(1)
        },
    );
    let mut newer = good.clone();
    newer[8] = 2;

    use RecordErrorKind as Kind;
    refuses(&store, &store.records, &others, Kind::ForeignRecord);
    refuses(&store, &store.records, &elsewheres, Kind::ForeignRecord);
    refuses(&store, &other_key, &good, Kind::WrongKey);
    refuses(&store, &in_clear, &good, Kind::KeyMissing);
    refuses(&store, &store.records, &newer, Kind::NewerFormat);
    refuses(&store, &store.records, b"", Kind::Corrupt);
    refuses(&store, &store.records, b"{\"session\":1}", Kind::Corrupt);
    refuses(&store, &store.records, &[0; 4096], Kind::Corrupt);
    refuses(
        &store,
        &store.records,
        &vec![b'P'; MAX_STORED_BYTES + 1],
        Kind::TooLarge,
    );

    fs::remove_file(&store.file).expect("removed");
    in_clear.save(PLAYER, PAYLOAD, 8).expect("saved in clear");
    let unsealed = fs::read(&store.file).expect("read");
    refuses(&store, &store.records, &unsealed, Kind::UnsealedRefused);
    in_clear.save(OTHER_PLAYER, b"other", 1).expect("saved in clear");
    let others = fs::read(file_of(store.path(), &in_clear, OTHER_PLAYER)).expect("read");
    refuses(&store, &in_clear, &others, Kind::ForeignRecord);
    refuses(&store, &migrating, &others, Kind::ForeignRecord);

    fs::write(&store.file, &unsealed).expect("put back");
    let loaded = migrating.load(PLAYER).expect("migrates").expect("there");
    assert!(loaded.needs_reseal && !loaded.sealed);
    fs::write(&store.file, &good).expect("put back");
    assert_eq!(store.payload().as_deref(), Some(PAYLOAD));
}

#[test]
fn a_folder_a_link_or_a_pipe_in_place_of_a_record_is_an_error_and_stays() {
    let io = RecordErrorKind::Storage(StorageErrorKind::Io);
    let store = Store::with(keys(1));
    let good = fs::read(&store.file).expect("read");
    let kept = store.path().join("Kept");
    fs::rename(&store.file, &kept).expect("moved");

    fs::create_dir(&store.file).expect("a folder");
    fs::write(store.file.join("inside"), b"x").expect("written");
    assert_eq!(store.load_error(), io);
    let err = store.records.save(PLAYER, b"new", 8).expect_err("a folder");
    assert_eq!(err.kind, io);
    assert!(store.records.mark(PLAYER, ENDED).is_err());
    assert!(store.records.remove(PLAYER).is_err());
    assert!(store.file.join("inside").exists());
    assert!(!has_temporary_files(store.path()));
    fs::remove_dir_all(&store.file).expect("removed");

    for target in [kept.as_path(), Path::new("nowhere")] {
        symlink(target, &store.file).expect("a link");
        assert_eq!(store.load_error(), io);
        assert_eq!(fs::read(&kept).expect("read"), good, "not written through");
        assert!(store.file.is_symlink());
        fs::remove_file(&store.file).expect("removed");
    }
    symlink(&kept, &store.file).expect("a link");
    assert_eq!(store.records.mark(PLAYER, ENDED).ok(), Some(Marked::Removed));
    assert_eq!(fs::read(&kept).expect("read"), good, "not marked through");

    let made = Command::new("mkfifo").arg(&store.file).status();
    assert!(made.expect("mkfifo is there").success());
    assert_eq!(store.load_error(), io);
    fs::remove_file(&store.file).expect("removed");

    fs::rename(&kept, &store.file).expect("put back");
    assert_eq!(store.payload().as_deref(), Some(PAYLOAD));
}

#[test]
fn a_damaged_salt_is_an_error_of_its_own_and_stays() {
    let store = Store::with(keys(1));
    let salt = store.path().join("salt");
    let good = fs::read(&salt).expect("read");
    let mut flipped = good.clone();
    flipped[20] ^= 1;
    for bad in [&good[..63], &good[..0], &flipped, &[&good[..], b"x"].concat()] {
        fs::write(&salt, bad).expect("damaged");
        let err = Records::open(file_storage(store.path()), keys(1)).expect_err("damaged");
        assert_eq!(err.kind, RecordErrorKind::SaltCorrupt);
        assert!(!err.is_corrupt());
        assert_eq!(fs::read(&salt).expect("read"), bad);
    }
    fs::write(&salt, &good).expect("put back");
    assert_eq!(records(store.path(), keys(1)).name(PLAYER), store.records.name(PLAYER));
    assert_eq!(store.payload().as_deref(), Some(PAYLOAD));
}

#[test]
fn a_changed_key_reseals_with_the_next_save() {
    let store = Store::with(keys(1));
    let changed = records(
        store.path(),
        Keys {
            previous_key: Some(RecordKey::new([1; 32])),
            ..keys(2)
        },
    );
    let loaded = changed.load(PLAYER).expect("opens").expect("there");
    assert!(loaded.needs_reseal && loaded.sealed);
    assert_eq!((loaded.payload.as_slice(), loaded.sequence), (PAYLOAD, 7));
    changed.save(PLAYER, &loaded.payload, 8).expect("saved");
    let loaded = changed.load(PLAYER).expect("opens").expect("there");
    assert!(!loaded.needs_reseal);

    let new_only = records(store.path(), keys(2));
    let loaded = new_only.load(PLAYER).expect("opens").expect("there");
    assert_eq!((loaded.payload.as_slice(), loaded.sequence), (PAYLOAD, 8));
    assert_eq!(store.load_error(), RecordErrorKind::WrongKey);

    let previous_only = Keys {
        previous_key: Some(RecordKey::new([1; 32])),
        ..Keys::default()
    };
    let err = Records::open(file_storage(store.path()), previous_only).expect_err("refused");
    assert_eq!(err.kind, RecordErrorKind::KeyMissing);
}

#[test]
fn marks_tighten_only_and_a_new_record_replaces_them() {
    for keys in [keys(1), Keys::default()] {
        let store = Store::with(keys);
        let mark = |mark| store.records.mark(PLAYER, mark).expect("marked");
        assert_eq!(mark(DOUBTFUL), Marked::InPlace);
        assert_eq!(store.mark(), Some(DOUBTFUL));
        assert_eq!(mark(ENDED), Marked::InPlace);
        assert_eq!(store.mark(), Some(ENDED));
        assert_eq!(mark(DOUBTFUL), Marked::InPlace);
        assert_eq!(store.mark(), Some(ENDED));
        assert_eq!(store.payload().as_deref(), Some(PAYLOAD));
        store.records.save(PLAYER, b"new", 8).expect("saved");
        assert_eq!(store.mark(), None);
        let absent = store.records.mark(OTHER_PLAYER, ENDED);
        assert_eq!(absent.ok(), Some(Marked::Absent));
    }
}

#[test]
fn a_mark_leaves_what_is_not_a_record_of_this_format_alone() {
    let store = Store::with(keys(1));
    let mut newer = fs::read(&store.file).expect("read");
    newer[8] = 2;
    for bytes in [newer, vec![b'x'; 500], vec![b'x'; MAX_STORED_BYTES + 1]] {
        fs::write(&store.file, &bytes).expect("put there");
        store.records.mark(PLAYER, ENDED).expect_err("not a record");
        assert!(fs::read(&store.file).expect("read") == bytes);
    }
}

#[test]
fn corrupt_records_are_set_aside_and_at_most_four_are_kept() {
    let store = Store::with(keys(1));
    let name = store.records.name(PLAYER);
    for round in 1..=6 {
        fs::write(&store.file, format!("damaged {round}")).expect("damaged");
        assert_eq!(store.load_error(), RecordErrorKind::Corrupt);
        store.records.set_aside(PLAYER).expect("set aside");
        assert_eq!(store.payload(), None);
    }
    let files = content(store.path());
    let aside: Vec<_> = files.iter().filter(|(name, _)| name.contains("corrupt")).collect();
    assert_eq!(aside.len(), 4);
    for (round, (file, bytes)) in (3..=6).zip(aside) {
        assert_eq!(*file, format!("{name}.corrupt-{round}"));
        assert_eq!(*bytes, format!("damaged {round}").into_bytes());
    }
}

#[test]
fn removing_leaves_nothing_of_that_player_and_all_of_the_others() {
    let store = Store::with(keys(1));
    store.records.save(OTHER_PLAYER, b"other", 1).expect("saved");
    let expected = content(store.path());
    let name = store.records.name(PLAYER);
    let lock = store.records.lock(PLAYER).expect("free");
    for _ in 0..3 {
        store.records.save(PLAYER, PAYLOAD, 1).expect("saved");
        store.records.set_aside(PLAYER).expect("set aside");
    }
    store.records.save(PLAYER, PAYLOAD, 9).expect("saved");
    fs::write(store.path().join(format!("{name}.tmp-1-0")), PAYLOAD).expect("left by the dead");
    assert_eq!(
        names(store.path())
            .iter()
            .filter(|file| file.starts_with(&name))
            .count(),
        6
    );

    store.records.remove(PLAYER).expect("forgotten");
    drop(lock);
    let mut expected = expected;
    expected.remove(&name);
    assert_eq!(content(store.path()), expected);
    store.records.remove(PLAYER).expect("nothing left to forget is fine");
    assert_eq!(store.payload(), None);
}

#[test]
fn nothing_planted_shows_in_names_or_sealed_bytes() {
    let store = Store::with(keys(1));
    let lock = store.records.lock(PLAYER).expect("free");
    let err = store.records.lock(PLAYER).err().expect("held");
    assert!(!err.text.contains("planted"), "{}", err.text);
    store.records.mark(PLAYER, DOUBTFUL).expect("marked");
    fs::copy(&store.file, store.path().join("Copy")).expect("copied");
    store.records.set_aside(PLAYER).expect("set aside");
    store.records.save(PLAYER, PAYLOAD, 8).expect("saved");
    for (name, bytes) in content(store.path()) {
        for planted in [&b"planted"[..], b"2014", b"example.com"] {
            let shows = |text: &[u8]| text.windows(planted.len()).any(|window| window == planted);
            assert!(!shows(name.as_bytes()) && !shows(&bytes), "{name}");
        }
    }
    let shown = format!("{:?} {:?}", store.records, store.records.load(PLAYER));
    assert!(!shown.contains("planted"), "{shown}");
    drop(lock);
}

#[test]
fn folder_and_files_are_private_to_the_user() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("records");
    let records = records(&folder, keys(1));
    records.save(PLAYER, PAYLOAD, 1).expect("saved");
    let _lock = records.lock(PLAYER).expect("free");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
}

const LOCKING_CHILD: &str = "PLAYGATE_TEST_LOCKING_CHILD";

#[test]
fn a_lock_binds_other_processes_and_ends_with_its_own() {
    const ME: &str = "a_lock_binds_other_processes_and_ends_with_its_own";
    if let Some(folder) = given_by_parent(LOCKING_CHILD) {
        let records = records(folder.as_ref(), keys(1));
        match records.lock(PLAYER) {
            Ok(_lock) => {
                tell_parent("lock held");
                loop {
                    std::thread::park();
                }
            }
            Err(err) => return tell_parent(&format!("lock {:?}", err.kind)),
        }
    }
    let store = Store::with(keys(1));
    let start = || {
        let mut command = this_test_again(&[], ME);
        command.env(LOCKING_CHILD, store.path());
        Talking::start(command)
    };
    let mut child = start();
    assert_eq!(child.next("lock ").as_deref(), Some("held"));
    let locked = RecordErrorKind::Storage(StorageErrorKind::Locked);
    assert_eq!(store.records.lock(PLAYER).err().expect("held").kind, locked);
    assert_eq!(store.payload().as_deref(), Some(PAYLOAD), "reading is free");
    store.records.remove(PLAYER).expect("removed");
    assert_eq!(store.records.lock(PLAYER).err().expect("held").kind, locked);
    child.kill();
    let lock = store.records.lock(PLAYER).expect("freed by its end");

    // The lock outlives that others in this process open and close the same file.
    let again = records(store.path(), keys(1));
    assert_eq!(again.lock(PLAYER).err().expect("held").kind, locked);
    let lock_file = store.path().join(format!("{}.lock", again.name(PLAYER)));
    drop(fs::File::open(lock_file).expect("opened"));
    let mut child = start();
    assert_eq!(child.next("lock "), Some(format!("{locked:?}")));
    drop(lock);
    let mut child = start();
    assert_eq!(child.next("lock ").as_deref(), Some("held"));
}

#[test]
fn a_salt_that_is_gone_is_not_an_empty_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = records(folder.path(), keys(1));
    first.save(PLAYER, PAYLOAD, 1).expect("saved");
    let file = file_of(folder.path(), &first, PLAYER);
    let before = fs::read(&file).expect("the record");
    let salt = folder
        .path()
        .read_dir()
        .expect("readable")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.file_name().is_some_and(|name| name == "salt"))
        .expect("the salt is a file");
    drop(first);
    fs::remove_file(&salt).expect("removed");
    let err = Records::open(file_storage(folder.path()), keys(1)).expect_err("the salt is gone");
    assert_eq!(err.kind, RecordErrorKind::SaltCorrupt);
    assert!(!salt.exists(), "no new one hides that");
    assert_eq!(fs::read(&file).expect("the record"), before);
}
