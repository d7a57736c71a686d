//! The interface that keeps bytes under keys: files, memory and a host's own are written against it.
//!
//! A key is made by the library: lower-case letters, digits and `-`, at most 64 characters, never a player's name.

#[cfg(feature = "file-store")]
mod file;
mod keyed;
mod memory;

#[cfg(feature = "file-store")]
pub use file::{FileStorage, FileStorageOptions};
pub use keyed::{Answer, Answered, Ask, KeyValues, KeyedStorage};
pub use memory::{MemorySnapshot, MemoryStorage};

use std::fmt;

/// The most bytes that may be stored under one key: 4 MiB of payload and 4 KiB for what is put around it. Reading and
/// writing more is refused with [`StorageErrorKind::TooLarge`].
pub const MAX_STORED_BYTES: usize = 4 * 1024 * 1024 + 4096;

/// What kind of storage error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageErrorKind {
    /// The folder or medium is not there (yet): not mounted, not created.
    NotMounted,
    /// Reading or writing is not permitted, or the medium is read-only.
    NotPermitted,
    /// No space is left, a quota is reached, or a file may not grow.
    Full,
    /// Another process holds the record.
    Locked,
    /// What is stored is larger than any record may be.
    TooLarge,
    /// This storage cannot do that (for example overwrite in place).
    Unsupported,
    /// The host's storage has not answered yet.
    Pending,
    /// Anything else that the operating system or the host reported.
    Io,
}

/// A storage error with a sentence for a person. The sentence names no player and no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageError {
    /// The kind.
    pub kind: StorageErrorKind,
    /// What could not be done, why, and what to do.
    pub text: String,
}

impl StorageError {
    /// An error of that kind.
    pub fn new(kind: StorageErrorKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StorageError {}

/// Holds a key's lock until dropped.
pub trait Lock: Send + Sync {}

/// Keeps bytes under keys, durably. Methods may block on the medium: they are called off the game's thread.
pub trait Storage: Send + Sync {
    /// Reads what is stored under the key, `None` when there is nothing. "I cannot read it" is an error, never `None`.
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError>;

    /// Replaces what is stored under the key: whole or not at all, and durable on return, whatever is killed when.
    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError>;

    /// Stores `bytes` only when nothing is stored under the key; otherwise leaves it as it is. Returns what is stored
    /// afterwards. Whole or not at all, also when two processes do it at once.
    fn write_new(&self, key: &str, bytes: &[u8]) -> Result<Vec<u8>, StorageError>;

    /// Overwrites bytes inside what is stored, in place and durably, without needing new space. For the mark that keeps
    /// a revocation when a write failed. `StorageErrorKind::Unsupported` when the storage cannot. Never makes what is
    /// stored longer: that, and overwriting where nothing is stored, is an error of kind `Io`.
    fn overwrite(&self, key: &str, offset: u64, bytes: &[u8]) -> Result<(), StorageError>;

    /// Removes what is stored under the key, durably, with what killed writes of it left behind; ok when there is
    /// nothing. What was set aside stays: see [`Storage::forget_set_aside`].
    fn remove(&self, key: &str) -> Result<(), StorageError>;

    /// Moves what is stored aside for support to look at, and keeps at most a few such pieces. The key is then empty.
    fn set_aside(&self, key: &str) -> Result<(), StorageError>;

    /// Whether something was set aside for the key and is still kept.
    fn has_set_aside(&self, key: &str) -> Result<bool, StorageError>;

    /// Whether any record is stored, or was set aside.
    fn has_records(&self) -> Result<bool, StorageError>;

    /// Removes everything that was set aside for the key.
    fn forget_set_aside(&self, key: &str) -> Result<(), StorageError>;

    /// Takes the key's lock against other processes and other holders in this one, without waiting:
    /// `StorageErrorKind::Locked` when somebody else has it.
    fn lock(&self, key: &str) -> Result<Box<dyn Lock>, StorageError>;

    /// A text that is the same for every `Storage` value over the same place in this process, so that two clients of
    /// one player over one place can be found.
    fn place(&self) -> String;
}

/// Refuses a key that the library cannot have made, so that no key can name a path.
pub(crate) fn check_key(key: &str) -> Result<(), StorageError> {
    let fits = (1..=64).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        Ok(())
    } else {
        Err(StorageError::new(
            StorageErrorKind::Io,
            "A storage key must be 1 to 64 lower-case letters, digits or '-'; nothing was read or written.",
        ))
    }
}

/// Refuses content that is larger than any record may be.
pub(crate) fn check_size(len: usize) -> Result<(), StorageError> {
    if len <= MAX_STORED_BYTES {
        Ok(())
    } else {
        Err(too_large())
    }
}

/// The error for content that is larger than any record may be.
pub(crate) fn too_large() -> StorageError {
    StorageError::new(
        StorageErrorKind::TooLarge,
        format!("A stored record may have at most {MAX_STORED_BYTES} bytes; this one has more."),
    )
}
