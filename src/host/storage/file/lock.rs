//! Locks between processes: a whole-file lock on `<key>.lock`.
//!
//! The lock is `flock` on Unix and `LockFileEx` on Windows: it belongs to one open file, ends with its process however
//! that ends, and, unlike `fcntl` locks, survives that other descriptors of the same file are closed.
//!
//! **Removing a lock file** is dangerous: whoever has the old file open could lock it while somebody else creates and
//! locks a new one, and both would believe to be alone. So it is done in one case only, when the key was removed, only
//! by the holder of the lock, and as the holder's last act; and whoever has taken a lock looks whether the file still is
//! the one that the path names, and starts over if not. On Windows, where that cannot be asked, lock files stay; they
//! are empty, and their name is a hash.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::{Lock, StorageError, StorageErrorKind};
use super::error::storage_error;
use super::open::{is_still_at, only_the_file_itself};
use super::remove_file_if_there;

/// The keys that this storage has locked, and whether the lock file goes when the lock does.
#[derive(Default)]
pub(super) struct LockTable(Mutex<HashMap<String, bool>>);

impl LockTable {
    fn held(&self) -> MutexGuard<'_, HashMap<String, bool>> {
        // Single insertions and removals: whole even after a panic in another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock without waiting.
    pub(super) fn lock(self: &Arc<Self>, folder: &Path, key: &str) -> Result<FileLock, StorageError> {
        let path = lock_path(folder, key);
        let failed = |err: &io::Error| storage_error("lock a stored record", folder, err);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        only_the_file_itself(&mut options);
        // Each turn means that another holder has just removed the file, which it does once only.
        for _ in 0..100 {
            let file = options.open(&path).map_err(|err| failed(&err))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(in_use(folder)),
                Err(TryLockError::Error(err)) => return Err(failed(&err)),
            }
            if is_still_at(&file, &path).map_err(|err| failed(&err))? {
                self.held().insert(key.to_owned(), false);
                return Ok(FileLock {
                    file: Some(file),
                    path,
                    key: key.to_owned(),
                    table: Arc::clone(self),
                });
            }
        }
        Err(in_use(folder))
    }

    /// Takes the lock, waiting up to two seconds for it: for the first record of a folder only.
    pub(super) fn lock_soon(self: &Arc<Self>, folder: &Path, key: &str) -> Result<FileLock, StorageError> {
        let start = Instant::now();
        loop {
            match self.lock(folder, key) {
                Err(err) if err.kind == StorageErrorKind::Locked && start.elapsed() < Duration::from_secs(2) => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                done => return done,
            }
        }
    }

    /// The key is stored again: its lock file stays.
    pub(super) fn keep(&self, key: &str) {
        if let Some(remove) = self.held().get_mut(key) {
            *remove = false;
        }
    }

    /// The key was removed: its lock file goes as soon as its holder here lets go, or now if nobody holds it. If another
    /// process or storage holds it, that one uses the key and the file stays.
    pub(super) fn remove_when_free(&self, folder: &Path, key: &str) {
        if cfg!(not(unix)) {
            return;
        }
        if let Some(remove) = self.held().get_mut(key) {
            *remove = true;
            return;
        }
        let path = lock_path(folder, key);
        // No record any more, and an empty file at most: nothing that a failure here would be worth reporting for.
        if let Ok(file) = super::open::existing(&path, true)
            && file.try_lock().is_ok()
            && is_still_at(&file, &path).unwrap_or(false)
        {
            let _ = remove_file_if_there(&path);
        }
    }
}

fn lock_path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.lock"))
}

fn in_use(folder: &Path) -> StorageError {
    StorageError::new(
        StorageErrorKind::Locked,
        format!(
            "The record is in use by another process or another client in this one, in {}. Close that one first.",
            folder.display()
        ),
    )
}

/// Holds a key's lock until dropped.
pub(super) struct FileLock {
    /// `None` while dropping.
    file: Option<File>,
    path: PathBuf,
    key: String,
    table: Arc<LockTable>,
}

impl Lock for FileLock {}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Under the table's lock, so that a `remove` at this moment sees the lock either held or free.
        let mut held = self.table.held();
        if held.remove(&self.key) == Some(true) {
            let _ = remove_file_if_there(&self.path);
        }
        self.file = None;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_goes_with_its_removed_key_and_stays_otherwise() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = lock_path(folder.path(), "aa");
        let table = Arc::new(LockTable::default());

        let lock = table.lock(folder.path(), "aa").expect("free");
        drop(lock);
        assert!(path.exists());

        let lock = table.lock(folder.path(), "aa").expect("free again");
        table.remove_when_free(folder.path(), "aa");
        assert!(path.exists(), "still held");
        table.keep("aa");
        drop(lock);
        assert!(path.exists(), "stored again meanwhile");

        let lock = table.lock(folder.path(), "aa").expect("free again");
        table.remove_when_free(folder.path(), "aa");
        drop(lock);
        assert!(!path.exists());

        drop(table.lock(folder.path(), "aa").expect("free again"));
        table.remove_when_free(folder.path(), "aa");
        assert!(!path.exists(), "nobody held it");
    }

    #[test]
    fn a_lock_that_another_storage_holds_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mine, other) = (Arc::new(LockTable::default()), Arc::new(LockTable::default()));
        let lock = other.lock(folder.path(), "aa").expect("free");
        mine.remove_when_free(folder.path(), "aa");
        assert!(lock_path(folder.path(), "aa").exists());
        let err = mine.lock(folder.path(), "aa").err().expect("held");
        assert_eq!(err.kind, StorageErrorKind::Locked);
        drop(lock);
        mine.lock(folder.path(), "aa").expect("free now");
    }

    #[test]
    fn there_is_never_more_than_one_holder_while_lock_files_come_and_go() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let folder = tempfile::tempdir().expect("a folder");
        let inside = AtomicU32::new(0);
        let taken = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let table = Arc::new(LockTable::default());
                    while taken.load(Ordering::SeqCst) < 2000 {
                        if let Ok(lock) = table.lock(folder.path(), "aa") {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            taken.fetch_add(1, Ordering::SeqCst);
                            table.remove_when_free(folder.path(), "aa");
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        } else {
                            std::thread::yield_now();
                        }
                    }
                });
            }
        });
    }
}
