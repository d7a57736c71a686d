//! What differs on Windows: a virus scanner that has a file open, long paths, what is removed while somebody has it open.
#![cfg(all(feature = "file-store", windows))]

mod storage_support;

use std::fs::{self, File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use playgate::host::storage::Storage;
use storage_support::*;

/// Opens a file as a virus scanner may: nobody else gets at it meanwhile.
fn seize(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.read(true).share_mode(0).open(path).expect("opens")
}

/// Lets go of the file some time later, while the operation is tried.
fn while_seized_for<T>(time: Duration, path: &Path, operation: impl FnOnce() -> T) -> T {
    let seized = seize(path);
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(time);
            drop(seized);
        });
        operation()
    })
}

#[test]
fn what_a_virus_scanner_blocks_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = file_storage(folder.path());
    let path = folder.path().join("a");
    let time = Duration::from_millis(200);
    storage.write("a", b"one").expect("written");

    while_seized_for(time, &path, || storage.write("a", b"two")).expect("written once it can be");
    assert_eq!(storage.read("a").expect("read").as_deref(), Some(&b"two"[..]));
    let read = while_seized_for(time, &path, || storage.read("a"));
    assert_eq!(read.expect("read once it can be").as_deref(), Some(&b"two"[..]));
    while_seized_for(time, &path, || storage.overwrite("a", 0, b"T")).expect("overwritten once it can be");
    assert_eq!(storage.read("a").expect("read").as_deref(), Some(&b"Two"[..]));
    while_seized_for(time, &path, || storage.set_aside("a")).expect("set aside once it can be");
    assert_eq!(storage.read("a").expect("read"), None);
    storage.write("a", b"three").expect("written");
    while_seized_for(time, &path, || storage.remove("a")).expect("removed once it can be");
    assert_eq!(names(folder.path()), ["a.corrupt-1"]);
}

#[test]
fn what_stays_blocked_is_reported_and_the_old_content_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = file_storage(folder.path());
    storage.write("a", b"old").expect("written");
    let seized = seize(&folder.path().join("a"));
    let started = Instant::now();
    storage.write("a", b"new").expect_err("blocked");
    let took = started.elapsed();
    assert!(
        took > Duration::from_millis(900) && took < Duration::from_secs(20),
        "{took:?}"
    );
    assert_eq!(names(folder.path()), ["a"], "nothing half done stays");
    drop(seized);
    assert_eq!(storage.read("a").expect("read").as_deref(), Some(&b"old"[..]));
    storage.write("a", b"new").expect("written now");
}

#[test]
fn long_paths_and_names_that_are_not_ascii_work() {
    let parent = tempfile::tempdir().expect("a folder");
    let mut folder = parent.path().to_path_buf();
    for _ in 0..10 {
        folder.push("Spielstände-記録-of-one-player-only");
        drop(file_storage(&folder));
    }
    assert!(folder.as_os_str().len() > 300);
    let (storage, other) = (file_storage(&folder), file_storage(&folder));
    assert_eq!(storage.place(), other.place());
    assert_eq!(storage.write_new("a", b"one").expect("new"), b"one");
    storage.write("a", b"two").expect("replaced");
    other.overwrite("a", 0, b"T").expect("overwritten");
    assert_eq!(storage.read("a").expect("read").as_deref(), Some(&b"Two"[..]));
    let lock = storage.lock("a").expect("free");
    other.lock("a").err().expect("held");
    drop(lock);
    storage.set_aside("a").expect("set aside");
    assert!(other.has_set_aside("a").expect("looked"));
    storage.forget_set_aside("a").expect("forgotten");
    storage.write("a", b"three").expect("written");
    storage.remove("a").expect("removed");
    assert_eq!(names(&folder), ["a.lock"]);
}

#[test]
fn what_a_killed_write_left_goes_with_the_record_however_young_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = file_storage(folder.path());
    storage.write("a", b"one").expect("written");
    fs::write(folder.path().join("a.tmp-1-0"), b"half").expect("written");
    storage.remove("a").expect("removed");
    assert_eq!(names(folder.path()), [""; 0]);
}
