//! Players' records: what is put around a player's data before it is stored, wherever that is.
//!
//! # Layout
//!
//! All numbers are little endian. The header has 128 bytes, the payload follows, nothing follows the payload.
//!
//! | offset | bytes | field |
//! |---:|---:|---|
//! | 0 | 8 | magic `PLAYGATE` |
//! | 8 | 2 | format version, 1 |
//! | 10 | 2 | flags; bit 0: sealed; the others are 0 |
//! | 12 | 4 | length of the payload as stored; sealed: with its 16-byte authentication tag |
//! | 16 | 8 | sequence number, given by the caller |
//! | 24 | 16 | sealed: key check, HMAC-SHA256(key, `playgate key check` ‖ nonce); otherwise: place check, HMAC-SHA256(salt, `playgate place check` ‖ name); both truncated |
//! | 40 | 24 | sealed: nonce, random; otherwise 0 |
//! | 64 | 32 | SHA-256 of the whole record with this field and the mark as 0 |
//! | 96 | 32 | mark, see below |
//! | 128 | | payload |
//!
//! The **mark** says that what the record allows no longer holds. It has a checksum of its own and none of the other
//! checks cover it, so that it can be overwritten in place when nothing else can be written any more, on a full disk
//! for example. Its 32 bytes lie within one sector.
//!
//! | offset in the mark | bytes | field |
//! |---:|---:|---|
//! | 0 | 1 | kind: 1 ended, 2 doubtful |
//! | 1 | 7 | 0 |
//! | 8 | 8 | when, in milliseconds since 1970 UTC, signed |
//! | 16 | 16 | SHA-256 of `playgate mark` ‖ the 16 bytes before, truncated |
//!
//! 32 zero bytes are no mark. Anything else that is not a valid mark reads as doubtful. A mark is never taken away or
//! loosened in place; saving a new record replaces it.
//!
//! # Sealing
//!
//! With a key, the payload is sealed by XChaCha20-Poly1305 under HMAC-SHA256(key, `playgate seal`), with a random nonce.
//! The associated data is `playgate record` ‖ bytes 0 to 63 ‖ salt ‖ name, so a record that is copied to another
//! player's name or to another store, or whose sequence number is changed, does not open. Someone who can write the
//! file can still put back an older record of the same player, or clear a mark; only a counter that is kept elsewhere
//! shows that.
//!
//! Without a key, the checks find accidents, not intent: whoever has a hex editor can write any record.
//!
//! # Names and the salt
//!
//! A store has 32 random bytes, the salt, under the storage key `salt`: magic `PLAYSALT`, the salt, and the first 24
//! bytes of SHA-256 over both. A player's record lies under the first 16 bytes of HMAC-SHA256(salt, `player` ‖ player) in
//! hexadecimal, so that no name, account number or e-mail address becomes a file name. Without the salt no record can be
//! found again; therefore a damaged salt is an error and is never replaced.

mod crypto;
mod envelope;
mod error;
mod salt;

pub use crypto::{Keys, RecordKey};
pub use envelope::{Mark, MarkKind};
pub use error::{RecordError, RecordErrorKind};

use std::fmt;
use std::sync::Arc;

use super::random::{Random, SystemRandom};
use super::storage::{Lock, Storage, StorageError, StorageErrorKind};
use crypto::Place;
use envelope::{Envelope, Head};

/// The most bytes a payload may have: 4 MiB.
pub const MAX_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;

/// The records of all players in one storage. Usable from any thread; all methods may block on the medium.
///
/// Methods that change a player's record expect the caller to hold [`Records::lock`] of that player.
pub struct Records {
    storage: Arc<dyn Storage>,
    keys: Keys,
    random: Arc<dyn Random>,
    salt: salt::Salt,
}

/// A record that was read and is whole, of this player and of this store.
#[derive(Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What was saved.
    pub payload: Vec<u8>,
    /// The number that was saved with it.
    pub sequence: u64,
    /// Whether it was sealed.
    pub sealed: bool,
    /// Whether it should be saved again soon: it is sealed with the previous key, or not sealed though there is a key.
    pub needs_reseal: bool,
    /// That what the record allows no longer holds, if so.
    pub mark: Option<Mark>,
}

impl fmt::Debug for Loaded {
    /// Without the content of the payload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("payload_bytes", &self.payload.len())
            .field("sequence", &self.sequence)
            .field("sealed", &self.sealed)
            .field("needs_reseal", &self.needs_reseal)
            .field("mark", &self.mark)
            .finish()
    }
}

/// What [`Records::mark`] has done to the stored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// The record carries the mark, or one that is as tight.
    InPlace,
    /// The record could not be overwritten in place and was removed.
    Removed,
    /// There was no record.
    Absent,
}

impl Records {
    /// Opens the records in this storage; makes the store's salt if there is none.
    ///
    /// # Errors
    /// [`RecordErrorKind::SaltCorrupt`] when the salt is damaged (it is left as it is), `KeyMissing` when a previous key
    /// is given without a key, `Storage` when the storage cannot be read or the first salt cannot be stored.
    pub fn open(storage: Arc<dyn Storage>, keys: Keys) -> Result<Records, RecordError> {
        Self::open_with(storage, keys, Arc::new(SystemRandom))
    }

    /// The same, with salt and nonces from this source.
    ///
    /// # Errors
    /// As [`Records::open`].
    pub fn open_with(storage: Arc<dyn Storage>, keys: Keys, random: Arc<dyn Random>) -> Result<Records, RecordError> {
        if keys.key.is_none() && keys.previous_key.is_some() {
            return Err(RecordError::new(
                RecordErrorKind::KeyMissing,
                "A previous storage key was given without a key. Give the key that records shall be sealed with from now on.",
            ));
        }
        let salt = salt::load_or_create(&*storage, &*random)?;
        Ok(Records {
            storage,
            keys,
            random,
            salt,
        })
    }

    /// The storage key of this player's record: 32 hexadecimal digits that say nothing about the player.
    pub fn name(&self, player: &str) -> String {
        self.salt.name(player)
    }

    /// [`Storage::place`] of the storage.
    pub fn place(&self) -> String {
        self.storage.place()
    }

    /// Takes the player's lock against other processes and other clients in this one, without waiting. Dropping it
    /// releases it.
    ///
    /// # Errors
    /// `Storage(Locked)` when somebody else has it; other kinds of `Storage` when it cannot be taken at all.
    pub fn lock(&self, player: &str) -> Result<Box<dyn Lock>, RecordError> {
        Ok(self.storage.lock(&self.name(player))?)
    }

    /// Reads the player's record: `None` when there surely is none. Changes nothing that is stored.
    ///
    /// # Errors
    /// Any [`RecordErrorKind`]: each means "a record is there, or may be, and it grants nothing".
    pub fn load(&self, player: &str) -> Result<Option<Loaded>, RecordError> {
        let name = self.name(player);
        let Some(bytes) = self.storage.read(&name)? else {
            self.store_is_there()?;
            return Ok(None);
        };
        let envelope = Envelope::read(&bytes)?;
        let place = self.at(&name);
        let (payload, needs_reseal) = crypto::open(&envelope, &self.keys, &place)?;
        Ok(Some(Loaded {
            payload,
            sequence: envelope.head.sequence,
            sealed: envelope.head.sealed,
            needs_reseal,
            mark: envelope.mark,
        }))
    }

    /// Replaces the player's record and its mark, whole or not at all; durable on return. Sealed when there is a key.
    /// The caller chooses the sequence number and lets it grow.
    ///
    /// # Errors
    /// `TooLarge` for more than [`MAX_PAYLOAD_BYTES`]; `Storage` when it could not be stored: the old record is then
    /// still there, or, if only the last flush failed, the new one.
    pub fn save(&self, player: &str, payload: &[u8], sequence: u64) -> Result<(), RecordError> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(RecordError::new(
                RecordErrorKind::TooLarge,
                format!(
                    "A player's record may have at most {MAX_PAYLOAD_BYTES} bytes; this one has {}.",
                    payload.len()
                ),
            ));
        }
        // A record in a store without its salt could never be found again. If the salt cannot be read now, it may still
        // be there, and keeping what is new matters more.
        match self.store_is_there() {
            Err(err) if err.kind == RecordErrorKind::Storage(StorageErrorKind::NotMounted) => {
                return Err(err);
            }
            _ => {}
        }
        let name = self.name(player);
        let bytes = crypto::wrap(
            payload,
            sequence,
            self.keys.key.as_ref(),
            &self.at(&name),
            &*self.random,
        )?;
        Ok(self.storage.write(&name, &bytes)?)
    }

    /// Marks the stored record: what it allows no longer holds. Overwrites in place, without new space; when that is not
    /// possible, removes the record. An ended mark that is there stays, and nothing is ever loosened.
    ///
    /// # Errors
    /// `Corrupt`, `NewerFormat` or `TooLarge` when what is stored is not a record of this format (it grants nothing anyway and is
    /// left as it is); `Storage` when the record could neither be overwritten nor removed: it may come back.
    pub fn mark(&self, player: &str, mark: Mark) -> Result<Marked, RecordError> {
        let name = self.name(player);
        match self.storage.read(&name) {
            Ok(None) => {
                self.store_is_there()?;
                return Ok(Marked::Absent);
            }
            Ok(Some(bytes)) => {
                Head::check_format(&bytes)?;
                if envelope::stored_mark(&bytes).is_some_and(|stored| stored.covers(mark.kind)) {
                    return Ok(Marked::InPlace);
                }
            }
            // Larger than any record of this format: not ours to change.
            Err(err) if err.kind == StorageErrorKind::TooLarge => return Err(err.into()),
            // Not readable now does not mean not readable after a restart: mark it all the same.
            Err(_) => {}
        }
        let overwritten = self
            .storage
            .overwrite(&name, envelope::MARK_AT as u64, &mark.to_bytes());
        let Err(overwriting) = overwritten else {
            return Ok(Marked::InPlace);
        };
        match self.storage.remove(&name) {
            Ok(()) => Ok(Marked::Removed),
            Err(removing) => Err(RecordError::new(
                RecordErrorKind::Storage(removing.kind),
                format!(
                    "What a stored record allows no longer holds, but it could be neither marked nor removed. \
                     Marking: {overwriting} Removing: {removing}"
                ),
            )),
        }
    }

    /// Forgets the player: removes the record, what killed writes of it left behind, and everything that was set aside
    /// for this player. The lock's file goes with the lock, where the operating system lets it.
    ///
    /// # Errors
    /// `Storage` when something could not be removed; the rest is removed all the same.
    pub fn remove(&self, player: &str) -> Result<(), RecordError> {
        let name = self.name(player);
        let record = self.storage.remove(&name);
        let set_aside = self.storage.forget_set_aside(&name);
        record?;
        Ok(set_aside?)
    }

    /// Whether a corrupt record of this player was set aside and is still kept.
    ///
    /// # Errors
    /// `Storage` when that cannot be told.
    pub fn has_set_aside(&self, player: &str) -> Result<bool, RecordError> {
        Ok(self.storage.has_set_aside(&self.name(player))?)
    }

    /// Moves a corrupt record aside for support to look at. Only for errors that [`RecordError::is_corrupt`].
    ///
    /// # Errors
    /// `Storage` when it could not be moved; it is then where it was.
    pub fn set_aside(&self, player: &str) -> Result<(), RecordError> {
        Ok(self.storage.set_aside(&self.name(player))?)
    }

    fn at<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place {
            salt: self.salt.bytes(),
            name,
        }
    }

    /// That a missing record means "there is none": the storage still is the one that was opened. A medium that was
    /// taken out may leave an empty folder behind.
    fn store_is_there(&self) -> Result<(), RecordError> {
        match salt::load(&*self.storage)? {
            Some(salt) if salt == self.salt => Ok(()),
            _ => Err(StorageError::new(
                StorageErrorKind::NotMounted,
                "The folder or medium with the stored records is not the one that was opened: its salt is gone or \
                 another. Bring it back, or close and open again to start anew.",
            )
            .into()),
        }
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("place", &self.place())
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
