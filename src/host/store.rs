//! A store by itself: sessions saved and loaded without a client. All of it may block on the medium.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    record::Records,
    storage::KeyedStorage,
    vault::{Vault, outcome},
};
use crate::{
    client::{Code, Outcome, Record, Standing, State},
    session::Session,
};

/// Sessions by player.
pub struct Store {
    records: Arc<Records>,
    personal: bool,
    /// The storage behind the records, when it is a host's: used by one call at a time.
    hosts: Option<Mutex<Arc<KeyedStorage>>>,
}

impl Store {
    /// A store over these records. `personal`: whether they are sealed, so that personal data may be stored.
    pub fn new(records: Arc<Records>, personal: bool) -> Self {
        Self {
            records,
            personal,
            hosts: None,
        }
    }

    /// The same over a host's storage, which must answer at once: a call that is not answered so fails.
    pub fn over_hosts(records: Arc<Records>, personal: bool, hosts: Arc<KeyedStorage>) -> Self {
        hosts.finish();
        Self {
            hosts: Some(Mutex::new(hosts)),
            ..Self::new(records, personal)
        }
    }

    fn one_at_a_time<T>(&self, call: impl FnOnce() -> Result<T, Outcome>) -> Result<T, Outcome> {
        let Some(hosts) = &self.hosts else { return call() };
        let hosts = hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let result = call();
        hosts.finish();
        if hosts.was_left_off() {
            let text = "the host's storage did not answer from inside its functions, as a store needs it";
            return Err(Outcome::new(Code::StorageUnavailable, text));
        }
        result
    }

    fn vault(&self, player: &str) -> Vault {
        let records = Arc::clone(&self.records);
        Vault::leaving_damaged(Box::new(move || Ok(Arc::clone(&records))), player)
    }

    /// Stores a session as the player's current one, durably; what the player was last told stays as it is.
    ///
    /// # Errors
    /// The record is held by a client or another process, cannot be read, or cannot be written.
    pub fn save(&self, player: &str, session: Arc<Session>) -> Result<(), Outcome> {
        self.one_at_a_time(|| self.save_one(player, session))
    }

    fn save_one(&self, player: &str, session: Arc<Session>) -> Result<(), Outcome> {
        let mut vault = self.vault(player);
        let mut record = read(&mut vault)?.unwrap_or_default();
        if !vault.is_locked() {
            let text = "the player's record is held by an open client or another process; close it first";
            return Err(Outcome::new(Code::RecordLocked, text));
        }
        let is_first = !matches!(record.current.standing, Standing::Session { .. });
        let etag = session.etag().and_then(crate::protocol::backend::quoted_etag);
        record.current = State {
            revision: record.current.revision.saturating_add(1),
            standing: Standing::Session {
                session,
                etag,
                bar: None,
            },
            switched_off: record.current.switched_off,
        };
        if is_first {
            record.acknowledged = record.current.clone();
        }
        record.seen_ms = super::now().wall_ms;
        vault
            .save(&record.encode(self.personal))
            .map_err(|failure| failure.outcome)
    }

    /// The player's session; `None` when there is none, or it ended.
    ///
    /// # Errors
    /// The record cannot be read, or what it says no longer holds.
    pub fn load(&self, player: &str) -> Result<Option<Arc<Session>>, Outcome> {
        self.one_at_a_time(|| self.load_one(player))
    }

    fn load_one(&self, player: &str) -> Result<Option<Arc<Session>>, Outcome> {
        let mut vault = self.vault(player);
        let Some(record) = read(&mut vault)? else {
            return Ok(None);
        };
        match record.current.standing {
            Standing::Session { session, bar: None, .. } => Ok(Some(session)),
            Standing::Session { .. } => {
                let text =
                    "the stored session is barred: the server said that it no longer holds; refresh it with a client";
                Err(Outcome::new(Code::InvalidState, text))
            }
            _ => Ok(None),
        }
    }

    /// Removes every trace of the player.
    ///
    /// # Errors
    /// The record is held by a client or another process, or cannot be removed.
    pub fn forget(&self, player: &str) -> Result<(), Outcome> {
        self.one_at_a_time(|| self.forget_one(player))
    }

    fn forget_one(&self, player: &str) -> Result<(), Outcome> {
        let mut vault = self.vault(player);
        let lock = self.records.lock(player).map_err(|e| outcome(&e))?;
        let done = vault.forget().map_err(|f| f.outcome);
        drop(lock);
        done
    }
}

/// Reads the record with its mark applied. What cannot be read is an error and is never written over.
fn read(vault: &mut Vault) -> Result<Option<Record>, Outcome> {
    let loaded = vault.load().map_err(|failure| failure.outcome)?;
    let Some(payload) = loaded.payload else { return Ok(None) };
    let mut record = Record::decode(&payload).map_err(Outcome::from)?;
    if let Some((kind, at_ms)) = loaded.mark {
        record.apply_mark(kind, at_ms);
    }
    Ok(Some(record))
}
