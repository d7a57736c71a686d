//! One player's record: locked, loaded, stored, marked, removed. All of it may block on the medium.

use std::sync::Arc;

use super::{
    record::{Mark, MarkKind as RecordMark, Marked, RecordError, RecordErrorKind, Records},
    storage::{Lock, StorageErrorKind},
};
use crate::{
    client::{Code, LoadFailure, Loaded, MarkKind, Outcome, SaveFailure},
    session::Reason,
};

/// Opens the records; tried again while their place is not there yet.
pub type OpenRecords = Box<dyn Fn() -> Result<Arc<Records>, RecordError> + Send + Sync>;

/// One player's record. Holds its lock while it lives.
pub(super) struct Vault {
    open: OpenRecords,
    records: Option<Arc<Records>>,
    player: Box<str>,
    lock: Option<Box<dyn Lock>>,
    sequence: u64,
    sets_aside: bool,
}

impl Vault {
    pub(super) fn new(open: OpenRecords, player: &str) -> Self {
        Self {
            open,
            records: None,
            player: player.into(),
            lock: None,
            sequence: 0,
            sets_aside: true,
        }
    }

    /// One that leaves a damaged record where it is: for callers that have no event to say that it was set aside, and
    /// whose next look must not find "there is none".
    pub(super) fn leaving_damaged(open: OpenRecords, player: &str) -> Self {
        Self {
            sets_aside: false,
            ..Self::new(open, player)
        }
    }

    fn records(&mut self) -> Result<Arc<Records>, RecordError> {
        if let Some(records) = &self.records {
            return Ok(Arc::clone(records));
        }
        let records = (self.open)()?;
        self.records = Some(Arc::clone(&records));
        Ok(records)
    }

    pub(super) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Takes the lock if it can be had, and reads what is stored either way.
    pub(super) fn load(&mut self) -> Result<Loaded, LoadFailure> {
        let records = self.records().map_err(|error| failure(&error, false))?;
        let mut lock_failure = None;
        if self.lock.is_none() {
            match records.lock(&self.player) {
                Ok(lock) => self.lock = Some(lock),
                Err(error) => lock_failure = Some(error),
            }
        }
        let locked_elsewhere =
            matches!(&lock_failure, Some(e) if e.kind == RecordErrorKind::Storage(StorageErrorKind::Locked));
        match records.load(&self.player) {
            Ok(None) => match lock_failure {
                // Nothing stored and no way to store: still an honest "there is no session".
                Some(error) if !locked_elsewhere => Err(failure(&error, false)),
                // What was damaged stays "damaged", not "none", until a new record is written.
                None if self.sets_aside => match records.has_set_aside(&self.player) {
                    Ok(true) => Err(LoadFailure {
                        reason: Reason::RecordDamaged,
                        outcome: Outcome::new(
                            Code::RecordDamaged,
                            "the player's record was damaged and was set aside; a refresh or a new consent makes a new one",
                        ),
                        writable: true,
                    }),
                    Ok(false) => Ok(self.nothing()),
                    Err(error) => Err(failure(&error, false)),
                },
                _ => Ok(self.nothing()),
            },
            Ok(Some(found)) => {
                self.sequence = found.sequence;
                let mark = found.mark.map(|mark| {
                    let kind = match mark.kind {
                        RecordMark::Ended => MarkKind::Ended,
                        RecordMark::Doubtful => MarkKind::Doubtful,
                    };
                    (kind, mark.at_ms)
                });
                Ok(Loaded {
                    payload: Some(found.payload),
                    mark,
                    writable: self.is_locked(),
                    rewrite: found.needs_reseal,
                })
            }
            Err(error) if error.is_corrupt() && self.is_locked() && self.sets_aside => {
                let set_aside = records.set_aside(&self.player);
                Err(failure(&error, set_aside.is_ok()))
            }
            Err(error) => Err(failure(&error, false)),
        }
    }

    /// There is no record.
    fn nothing(&self) -> Loaded {
        Loaded {
            writable: self.is_locked(),
            ..Loaded::default()
        }
    }

    pub(super) fn save(&mut self, payload: &[u8]) -> Result<(), SaveFailure> {
        let sequence = self.sequence.saturating_add(1);
        let records = self.records().map_err(|e| SaveFailure { outcome: outcome(&e) })?;
        records
            .save(&self.player, payload, sequence)
            .map_err(|e| SaveFailure { outcome: outcome(&e) })?;
        self.sequence = sequence;
        Ok(())
    }

    pub(super) fn mark(&mut self, kind: MarkKind, at_ms: i64) -> Result<Marked, RecordError> {
        let kind = match kind {
            MarkKind::Ended => RecordMark::Ended,
            MarkKind::Doubtful => RecordMark::Doubtful,
        };
        self.records()?.mark(&self.player, Mark { kind, at_ms })
    }

    pub(super) fn forget(&mut self) -> Result<(), SaveFailure> {
        let removed = self.records().and_then(|records| records.remove(&self.player));
        removed.map_err(|e| SaveFailure { outcome: outcome(&e) })
    }
}

/// The outcome for a record error.
pub fn outcome(error: &RecordError) -> Outcome {
    Outcome::new(code(error.kind), error.text.clone())
}

fn failure(error: &RecordError, set_aside: bool) -> LoadFailure {
    LoadFailure {
        reason: reason(error.kind),
        outcome: outcome(error),
        writable: set_aside,
    }
}

fn code(kind: RecordErrorKind) -> Code {
    match kind {
        RecordErrorKind::Corrupt => Code::RecordDamaged,
        RecordErrorKind::WrongKey => Code::WrongKey,
        RecordErrorKind::KeyMissing => Code::KeyMissing,
        RecordErrorKind::UnsealedRefused => Code::NotPermitted,
        RecordErrorKind::NewerFormat => Code::NewerFormat,
        RecordErrorKind::ForeignRecord => Code::OfAnotherPlayer,
        RecordErrorKind::Storage(kind) => match kind {
            StorageErrorKind::NotMounted => Code::StorageUnavailable,
            StorageErrorKind::NotPermitted => Code::NotPermitted,
            StorageErrorKind::Full => Code::StorageFull,
            StorageErrorKind::Locked => Code::RecordLocked,
            _ => Code::Storage,
        },
        _ => Code::Storage,
    }
}

fn reason(kind: RecordErrorKind) -> Reason {
    match kind {
        RecordErrorKind::Corrupt => Reason::RecordDamaged,
        RecordErrorKind::WrongKey | RecordErrorKind::ForeignRecord | RecordErrorKind::UnsealedRefused => {
            Reason::WrongKey
        }
        RecordErrorKind::KeyMissing => Reason::KeyMissing,
        RecordErrorKind::NewerFormat => Reason::NewerFormat,
        RecordErrorKind::Storage(StorageErrorKind::Locked) => Reason::RecordLocked,
        _ => Reason::RecordUnavailable,
    }
}
