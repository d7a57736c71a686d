//! Records as files in one folder.
//!
//! | file | what it is |
//! |---|---|
//! | `<key>` | what is stored under the key |
//! | `<key>.tmp-<pid>-<n>` | a write that is under way, or that was killed |
//! | `<key>.lock` | an empty file that the key's lock is taken on |
//! | `<key>.corrupt-<n>` | what was set aside, a higher number is newer |
//!
//! **Whole or not at all.** A write goes into a temporary file in the same folder, which is flushed to the medium, then
//! renamed over the old one, then the folder is flushed. Whoever is killed at whatever moment leaves the old content or
//! the new. If the last step, flushing the folder, fails, the new content is in place, but the write is reported as
//! failed, since a power cut could still bring the old one back.
//!
//! **Flushed means flushed** as far as the operating system tells: `F_FULLFSYNC` on Apple, `fsync` elsewhere,
//! `FlushFileBuffers` on Windows, where the rename itself is made durable by the file system's journal only.
//!
//! **Overwriting in place** needs no new space on file systems that write in place (ext4, XFS, APFS without snapshots,
//! NTFS, FAT). Those that copy on write (btrfs, ZFS) may answer that the disk is full.
//!
//! **A file size limit** (`RLIMIT_FSIZE`) is reported as `Full` only when the process ignores or handles `SIGXFSZ`;
//! otherwise the operating system ends the process. This library installs no signal handlers.
//!
//! **Backups.** Records should not travel to another device. On Apple the host gives a folder that it has excluded from
//! backups (`NSURLIsExcludedFromBackupKey`) and whose protection is "until first unlock"; on Android one under
//! `getNoBackupFilesDir()`. Nothing here changes attributes of a folder that already exists.
//!
//! **Symbolic links** in place of a file in the folder are not followed. The path to the folder may contain some.

mod error;
mod lock;
mod open;
mod temporary;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use super::{Lock, MAX_STORED_BYTES, Storage, StorageError, StorageErrorKind, check_key, check_size, too_large};
use error::storage_error;
use lock::LockTable;
use open::{retry_blocked, sync_folder};
use temporary::Temporary;

/// What a [`FileStorage`] may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStorageOptions {
    /// Whether the folder is created (mode 0700 on Unix) when it is missing and its parent is there. Default: yes.
    pub create_folder: bool,
    /// How many pieces are kept per key when corrupt records are set aside; the oldest goes first. Default: 4.
    pub set_aside_kept: usize,
}

impl Default for FileStorageOptions {
    fn default() -> Self {
        Self {
            create_folder: true,
            set_aside_kept: 4,
        }
    }
}

/// Keeps each key in a file of its own. See the source of this module for how the folder looks and what survives what.
///
/// Several processes and several `FileStorage` values may use one folder at once. Usable from any thread.
pub struct FileStorage {
    folder: PathBuf,
    place: String,
    set_aside_kept: usize,
    locks: Arc<LockTable>,
}

impl FileStorage {
    /// Opens the folder, creates it if its parent exists, and removes what killed writes left behind; a temporary file
    /// that another process is writing is left alone.
    ///
    /// # Errors
    /// `NotMounted` when neither the folder nor its parent is there (or the folder is missing and may not be created),
    /// `NotPermitted`, `Full`, or `Io` as the operating system reports it.
    pub fn open(dir: &Path, options: FileStorageOptions) -> Result<FileStorage, StorageError> {
        let failed = |err: &io::Error| storage_error("open the folder for stored records", dir, err);
        match fs::metadata(dir) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(failed(&io::ErrorKind::NotADirectory.into())),
            Err(err) if err.kind() == io::ErrorKind::NotFound && options.create_folder => {
                create_folder(dir)?;
            }
            Err(err) => return Err(failed(&err)),
        }
        // Absolute from here on: a later change of the working directory must not move the records.
        let folder = open::absolute(dir).map_err(|err| failed(&err))?;
        let place = open::place(&folder).map_err(|err| failed(&err))?;
        // Best effort: leftovers do no harm, and a read-only folder can still be read.
        let _ = temporary::remove_abandoned(&folder, None);
        Ok(FileStorage {
            folder,
            place,
            set_aside_kept: options.set_aside_kept,
            locks: Arc::default(),
        })
    }

    /// The folder, as an absolute path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, key: &str) -> Result<PathBuf, StorageError> {
        check_key(key)?;
        Ok(self.folder.join(key))
    }

    fn failed(&self, doing: &str, err: &io::Error) -> StorageError {
        storage_error(doing, &self.folder, err)
    }

    /// The error for a missing folder, if it is missing. A missing file means something only when the folder is there.
    fn folder_is_there(&self, doing: &str) -> Result<(), StorageError> {
        fs::metadata(&self.folder)
            .map(drop)
            .map_err(|err| self.failed(doing, &err))
    }

    fn temporary(&self, key: &str, bytes: &[u8]) -> io::Result<Temporary> {
        let mut temporary = Temporary::create(&self.folder, key)?;
        temporary.fill(bytes)?;
        Ok(temporary)
    }

    /// Puts the content in place of what the path names.
    fn replace(&self, key: &str, bytes: &[u8], path: &Path) -> io::Result<()> {
        // On Windows somebody who tidies up can be faster than the rename, for one moment of each try.
        for _ in 0..8 {
            match self.temporary(key, bytes)?.rename_to(path) {
                Err(err) if cfg!(windows) && err.kind() == io::ErrorKind::NotFound => {}
                done => return done,
            }
        }
        self.temporary(key, bytes)?.rename_to(path)
    }

    /// `write_new` where the file system has no hard links (FAT) or the system forbids them (Android): whoever holds the
    /// key's lock looks, then renames.
    fn write_new_under_lock(&self, key: &str, temporary: Temporary) -> Result<(), StorageError> {
        let doing = "store a first record";
        let _lock = match self.locks.lock_soon(&self.folder, key) {
            Ok(lock) => Some(lock),
            // A medium with neither hard links nor locks has one user.
            Err(err) if err.kind == StorageErrorKind::Unsupported => None,
            Err(err) => return Err(err),
        };
        let path = self.path(key)?;
        match fs::symlink_metadata(&path) {
            Ok(_) => Ok(()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                temporary.rename_to(&path).map_err(|err| self.failed(doing, &err))
            }
            Err(err) => Err(self.failed(doing, &err)),
        }
    }

    /// The numbers and paths of what is set aside for the key, oldest first.
    fn pieces_set_aside(&self, key: &str) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut pieces = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix(key)?.strip_prefix(".corrupt-"))
                .and_then(|number| number.parse().ok());
            if let Some(number) = number {
                pieces.push((number, entry.path()));
            }
        }
        pieces.sort();
        Ok(pieces)
    }
}

fn create_folder(dir: &Path) -> Result<(), StorageError> {
    let doing = "create the folder for stored records";
    match open::create_private_folder(dir) {
        Ok(()) => {}
        // Another process was faster.
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        Err(err) => return Err(storage_error(doing, dir, &err)),
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    sync_folder(parent).map_err(|err| storage_error(doing, dir, &err))
}

fn remove_file_if_there(path: &Path) -> io::Result<bool> {
    match retry_blocked(|| fs::remove_file(path)) {
        Ok(()) => Ok(true),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(err) => Err(err),
    }
}

impl Storage for FileStorage {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let doing = "read a stored record";
        let path = self.path(key)?;
        let (file, length) = match retry_blocked(|| open::existing_with_length(&path, false)) {
            Ok(opened) => opened,
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                return self.folder_is_there(doing).map(|()| None);
            }
            Err(err) => return Err(self.failed(doing, &err)),
        };
        let limit = MAX_STORED_BYTES as u64 + 1;
        // Room for all of it, and a byte more to see its end.
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(limit) + 1).unwrap_or(0));
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|err| self.failed(doing, &err))?;
        if bytes.len() > MAX_STORED_BYTES {
            return Err(too_large());
        }
        Ok(Some(bytes))
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path(key)?;
        check_size(bytes.len())?;
        self.locks.keep(key);
        self.replace(key, bytes, &path)
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|err| self.failed("store a record", &err))
    }

    fn write_new(&self, key: &str, bytes: &[u8]) -> Result<Vec<u8>, StorageError> {
        let doing = "store a first record";
        let path = self.path(key)?;
        check_size(bytes.len())?;
        // Twice at least: what is there when storing can be removed by somebody before it is read.
        for _ in 0..8 {
            if let Some(stored) = self.read(key)? {
                return Ok(stored);
            }
            let temporary = self.temporary(key, bytes).map_err(|err| self.failed(doing, &err))?;
            match temporary.link_to(&path) {
                Ok(()) => drop(temporary),
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => drop(temporary),
                Err(_) => self.write_new_under_lock(key, temporary)?,
            }
            sync_folder(&self.folder).map_err(|err| self.failed(doing, &err))?;
            if let Some(stored) = self.read(key)? {
                return Ok(stored);
            }
        }
        Err(StorageError::new(
            StorageErrorKind::Io,
            "A first record could not be stored: something else keeps removing it.",
        ))
    }

    fn overwrite(&self, key: &str, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path(key)?;
        let overwrite = || {
            let mut file = retry_blocked(|| open::existing(&path, true))?;
            let end = offset.checked_add(bytes.len() as u64);
            if end.is_none_or(|end| file.metadata().is_ok_and(|found| end > found.len())) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "the stored record is shorter than that",
                ));
            }
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)?;
            file.sync_data()
        };
        overwrite().map_err(|err| self.failed("overwrite part of a stored record", &err))
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        let doing = "remove a stored record";
        let path = self.path(key)?;
        let removed = remove_file_if_there(&path).map_err(|err| self.failed(doing, &err))?;
        if !removed {
            self.folder_is_there(doing)?;
        }
        temporary::remove_abandoned(&self.folder, Some(key))
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|err| self.failed(doing, &err))?;
        self.locks.remove_when_free(&self.folder, key);
        Ok(())
    }

    fn set_aside(&self, key: &str) -> Result<(), StorageError> {
        let doing = "set an unreadable record aside";
        let path = self.path(key)?;
        let set_aside = || {
            if !fs::symlink_metadata(&path).map(|_| true).or_else(absent)? {
                return Ok(false);
            }
            let pieces = self.pieces_set_aside(key)?;
            let number = pieces.last().map_or(Some(1), |(last, _)| last.checked_add(1));
            let number = number.ok_or_else(|| io::Error::other("too many were set aside"))?;
            let target = self.folder.join(format!("{key}.corrupt-{number}"));
            retry_blocked(|| fs::rename(&path, &target))?;
            let surplus = (pieces.len() + 1).saturating_sub(self.set_aside_kept);
            let all = pieces.iter().map(|(_, path)| path).chain([&target]);
            for oldest in all.take(surplus) {
                remove_file_if_there(oldest)?;
            }
            sync_folder(&self.folder)?;
            Ok(true)
        };
        if !set_aside().map_err(|err| self.failed(doing, &err))? {
            self.folder_is_there(doing)?;
        }
        Ok(())
    }

    fn has_set_aside(&self, key: &str) -> Result<bool, StorageError> {
        check_key(key)?;
        let pieces = self.pieces_set_aside(key);
        let pieces = pieces.map_err(|err| self.failed("look for records that were set aside", &err))?;
        Ok(!pieces.is_empty())
    }

    fn has_records(&self) -> Result<bool, StorageError> {
        let look = || -> io::Result<bool> {
            for entry in fs::read_dir(&self.folder)? {
                let name = entry?.file_name();
                let name = name.to_string_lossy();
                let key = name.split('.').next().unwrap_or_default();
                // A record's key is a hash; the lock file of a player of whom nothing is stored says nothing.
                let is_hash = key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit());
                if is_hash && !name.ends_with(".lock") {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        look().map_err(|err| self.failed("look for records", &err))
    }

    fn forget_set_aside(&self, key: &str) -> Result<(), StorageError> {
        check_key(key)?;
        let forget = || {
            for (_, path) in self.pieces_set_aside(key)? {
                remove_file_if_there(&path)?;
            }
            sync_folder(&self.folder)
        };
        forget().map_err(|err| self.failed("remove records that were set aside", &err))
    }

    fn lock(&self, key: &str) -> Result<Box<dyn Lock>, StorageError> {
        check_key(key)?;
        Ok(Box::new(self.locks.lock(&self.folder, key)?))
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

fn absent(err: io::Error) -> io::Result<bool> {
    if err.kind() == io::ErrorKind::NotFound {
        Ok(false)
    } else {
        Err(err)
    }
}

impl fmt::Debug for FileStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStorage")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_hard_links_many_at_once_still_agree_on_what_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || FileStorage::open(folder.path(), FileStorageOptions::default());
        let stored_by_first = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u8)
                .map(|number| {
                    scope.spawn(move || {
                        let storage = open().expect("opens");
                        let temporary = storage.temporary("a", &[number; 9]).expect("written");
                        let stored = storage.write_new_under_lock("a", temporary);
                        stored.expect("stored, or found");
                        storage.read("a").expect("read").expect("there")
                    })
                })
                .collect();
            let mut answers = threads.into_iter().map(|thread| thread.join().expect("done"));
            let first = answers.next().expect("an answer");
            assert!(answers.all(|answer| answer == first));
            first
        });
        let storage = open().expect("opens");
        assert_eq!(storage.read("a"), Ok(Some(stored_by_first)));
    }
}
