//! What can be wrong with a record.

use std::fmt;

use super::super::storage::{StorageError, StorageErrorKind};

/// What kind of record error. Each means that the record grants nothing; only `Corrupt` may be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordErrorKind {
    /// Damaged, cut short, extended, or not a record at all.
    Corrupt,
    /// Sealed with another key than those given.
    WrongKey,
    /// Sealed, and no key was given; or a previous key was given without a key.
    KeyMissing,
    /// Not sealed, though a key was given and migration was not asked for.
    UnsealedRefused,
    /// Written by a newer version of this library.
    NewerFormat,
    /// Whole and of the right key, but of another player or another store: somebody copied it.
    ForeignRecord,
    /// The store's salt is damaged: no player's record can be found. Never replaced, since a backup may bring it back.
    SaltCorrupt,
    /// Larger than any record may be.
    TooLarge,
    /// The operating system gave no random bytes.
    NoRandomness,
    /// The storage failed.
    Storage(StorageErrorKind),
}

/// A record error with a sentence for a person. The sentence names no player, no key and no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The kind.
    pub kind: RecordErrorKind,
    /// What is wrong and what to do.
    pub text: String,
}

impl RecordError {
    /// An error of that kind.
    pub fn new(kind: RecordErrorKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// Whether the record may be set aside: waiting, another key or a newer version cannot make it readable.
    pub fn is_corrupt(&self) -> bool {
        self.kind == RecordErrorKind::Corrupt
    }

    pub(super) fn corrupt(why: &str) -> Self {
        Self::new(
            RecordErrorKind::Corrupt,
            format!("The stored record is damaged: {why}. It can be set aside; a refresh brings a new one."),
        )
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for RecordError {}

impl From<StorageError> for RecordError {
    fn from(err: StorageError) -> Self {
        let kind = match err.kind {
            StorageErrorKind::TooLarge => RecordErrorKind::TooLarge,
            kind => RecordErrorKind::Storage(kind),
        };
        Self::new(kind, err.text)
    }
}
