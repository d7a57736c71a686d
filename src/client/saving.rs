//! Loading and storing: what is granted follows what is durable.

use alloc::{borrow::ToOwned, boxed::Box, vec::Vec};

use super::{
    Client, Output,
    event::{Code, News, Operation, Outcome, RequestId},
    record::{DecodeError, Payload, Record},
    state::{Bar, Standing, State},
    timing::{Now, backoff_ms},
};
use crate::session::{Reason, features_on};

/// What the host says about a stored record that could not be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The session in it has ended.
    Ended,
    /// Something tighter was learnt than what it says.
    Doubtful,
}

/// What was found at the start.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The record's bytes; `None` when nothing is stored.
    pub payload: Option<Vec<u8>>,
    /// A mark on the record, with its time in Unix milliseconds.
    pub mark: Option<(MarkKind, i64)>,
    /// Whether the record may be written: no other process holds it, and it was not refused.
    pub writable: bool,
    /// Whether it is to be written again soon: it is sealed with an old key, or not sealed yet.
    pub rewrite: bool,
}

/// Why a record could not be used, with the reason that decisions give.
#[derive(Debug, Clone)]
pub struct LoadFailure {
    /// The reason.
    pub reason: Reason,
    /// For the event.
    pub outcome: Outcome,
    /// Whether a new record may be written: the old one was set aside.
    pub writable: bool,
}

/// Why a write failed.
#[derive(Debug, Clone)]
pub struct SaveFailure {
    /// For events.
    pub outcome: Outcome,
}

/// A write in progress.
#[derive(Debug)]
struct Job {
    number: u64,
    /// What is granted once it is durable.
    state: State,
    version: u64,
    since_mono: u64,
    is_removal: bool,
}

/// Someone who waits for a version to be durable.
#[derive(Debug)]
struct Waiter {
    request: RequestId,
    operation: Operation,
    version: u64,
    /// How it ends, whether storing succeeds or not; `None`: as the write does.
    done: Option<Outcome>,
}

/// What is on its way to storage.
#[derive(Debug, Default)]
pub(super) struct Saver {
    writable: bool,
    /// The record cannot be used at all: what the server says holds for this process.
    in_memory: bool,
    /// Why it cannot be used.
    refused: Option<Outcome>,
    last_job: u64,
    job: Option<Job>,
    /// Rises with each thing to be stored.
    version: u64,
    saved_version: u64,
    removal: Option<u64>,
    waiters: Vec<Waiter>,
    /// What a restart would find, by the last write that succeeded.
    stored: State,
    /// What it could find instead: a write that failed may have reached the medium all the same.
    unsure: Vec<State>,
    /// When the server had confirmed what was found.
    found_confirmed_ms: Option<i64>,
    failures: u32,
    retry_at: Option<u64>,
    is_marked: bool,
    told_failed: bool,
}

/// At the most so long between two tries to store.
const LONGEST_RETRY_MS: u64 = 60_000;
/// So many failed writes are kept in mind; more count as looser than anything.
const MAX_UNSURE: usize = 8;

impl Client {
    /// Gives the client what is stored: at the start, and again when another process has let the record go.
    pub fn loaded(&mut self, now: Now, found: Result<Loaded, LoadFailure>) {
        let first = matches!(self.newest.standing, Standing::Unread);
        let was_writable = self.saver.writable;
        let rewrite = matches!(&found, Ok(loaded) if loaded.rewrite && loaded.writable);
        match found {
            Ok(loaded) => self.take_record(now, loaded),
            Err(failure) => {
                self.saver.writable = failure.writable;
                self.saver.in_memory = !failure.writable && failure.reason != Reason::RecordLocked;
                self.saver.refused = (!failure.writable).then(|| failure.outcome.clone());
                let news = if failure.writable {
                    News::RecordSetAside
                } else {
                    News::RecordUnusable
                };
                if first {
                    self.advance(Standing::Unusable(failure.reason));
                }
                self.news(news, failure.outcome);
            }
        }
        if first {
            self.resume_upgrades(now);
            self.granted = self.newest.clone();
            self.was_stale = self.is_stale(now);
            self.tell_standing();
            if rewrite && self.newest.session().is_some() {
                self.save(now, None);
            }
            self.refresh_for(now, super::Cause::Launch);
        } else if self.saver.writable && !was_writable {
            self.news(News::RecordTakenOver, Outcome::OK);
            self.save(now, None);
            self.refresh_for(now, super::Cause::Reconnect);
        }
    }

    fn take_record(&mut self, now: Now, loaded: Loaded) {
        let is_first = matches!(self.newest.standing, Standing::Unread);
        self.saver.writable = loaded.writable;
        self.saver.in_memory = false;
        self.saver.refused = None;
        if !is_first && self.saver.removal.is_some() {
            // The player was forgotten here: what the other process has stored goes too.
            return;
        }
        // What could not be read was nothing learnt, whatever the server said.
        let keeps = self.learnt_here && !matches!(self.newest.standing, Standing::Unusable(_));
        let Some(payload) = loaded.payload else {
            self.saver.stored = State::default();
            if is_first || !keeps {
                self.void_answers(now);
                self.advance(Standing::None);
                self.acknowledged = self.newest.clone();
                if !is_first {
                    self.settle(self.newest.clone());
                }
            }
            return;
        };
        let mut record = match Record::decode(&payload) {
            Ok(record) => record,
            Err(error) => return self.record_refused(error, is_first),
        };
        if let Some((kind, at_ms)) = loaded.mark {
            record.apply_mark(kind, at_ms);
        }
        if !is_first {
            // Clocks jump; but a record that says what it said at the start is older for sure.
            let is_untouched = record.confirmed_ms == self.saver.found_confirmed_ms;
            let is_older = self.learnt_here && (is_untouched || record.confirmed_ms <= self.confirmed.wall_ms);
            if is_older && keeps {
                // What this process learnt is newer than what the other one stored.
                self.newest.revision = self.newest.revision.max(record.current.revision).saturating_add(1);
                let id = |state: &State| state.session().map(|s| s.id().to_owned());
                if id(&record.acknowledged).is_some() && id(&record.acknowledged) == id(&self.newest) {
                    self.acknowledged = record.acknowledged;
                }
                self.saver.stored = record.current;
                self.outputs.push_back(Output::Publish);
                return;
            }
            if is_older {
                // The server has said since that this player has no session.
                record.bar(Bar::NeedsConsent);
            }
            self.void_answers(now);
            record.renumber_after(self.newest.revision);
        }
        let upgrades = record.upgrades_that_hold();
        self.newest = record.current;
        self.acknowledged = record.acknowledged;
        self.load_upgrades(upgrades);
        self.unbound = record.unbound;
        self.confirmed.wall_ms = record.confirmed_ms;
        self.confirmed.seen_ms = record.seen_ms;
        self.saver.stored = self.newest.clone();
        self.saver.found_confirmed_ms = self.confirmed.wall_ms;
        self.outputs.push_back(Output::Publish);
        if !is_first {
            self.resume_upgrades(now);
            let state = self.newest.clone();
            self.settle(state);
        }
    }

    /// The record is whole, but cannot be read.
    fn record_refused(&mut self, error: DecodeError, is_first: bool) {
        let reason = match error {
            DecodeError::Damaged => Reason::RecordDamaged,
            DecodeError::Newer => {
                // It is the newer version's: nothing of it is overwritten.
                self.saver.writable = false;
                self.saver.in_memory = true;
                Reason::NewerFormat
            }
        };
        if is_first {
            self.advance(Standing::Unusable(reason));
        }
        let outcome = Outcome::from(error);
        self.saver.refused = (!self.saver.writable).then(|| outcome.clone());
        self.news(News::RecordUnusable, outcome);
    }

    /// Whether another process may still let the record go.
    pub fn wants_record(&self) -> bool {
        !self.saver.writable && !self.stopped
    }

    /// A write or a removal ended.
    pub fn saved(&mut self, now: Now, job: u64, result: Result<(), SaveFailure>) {
        if self.saver.job.as_ref().is_none_or(|j| j.number != job) {
            return;
        }
        let Some(job) = self.saver.job.take() else { return };
        match result {
            Ok(()) => self.save_succeeded(now, job),
            Err(failure) => self.save_failed(now, &job, failure),
        }
        self.start_job(now);
    }

    fn save_succeeded(&mut self, _now: Now, job: Job) {
        self.saver.saved_version = self.saver.saved_version.max(job.version);
        self.saver.failures = 0;
        self.saver.retry_at = None;
        self.saver.is_marked = false;
        self.saver.unsure.clear();
        if self.saver.told_failed {
            self.saver.told_failed = false;
            self.news(News::StorageRecovered, Outcome::OK);
        }
        if job.is_removal {
            // Nothing is stored now. What the player got since then is written next, and so is a later removal.
            self.saver.stored = State::default();
            // What could not be read is gone: from here on the record is this client's.
            self.saver.writable = true;
            self.saver.in_memory = false;
            self.saver.refused = None;
            self.saver.removal = self.saver.removal.filter(|version| *version > job.version);
        } else {
            self.saver.stored = job.state.clone();
            // A write that was overtaken must not take back what already holds.
            if job.state.revision >= self.granted.revision {
                self.settle(job.state);
            }
        }
        self.complete_waiters(job.version, &Outcome::OK);
    }

    fn save_failed(&mut self, now: Now, job: &Job, failure: SaveFailure) {
        self.saver.failures = self.saver.failures.saturating_add(1);
        let wait = backoff_ms(self.saver.failures, None, &mut self.random).min(LONGEST_RETRY_MS);
        self.saver.retry_at = Some(now.mono_ms.saturating_add(wait));
        if self.restart_could_loosen(job) {
            self.saver.is_marked = true;
            self.saver.unsure.clear();
            let kind = match self.newest.standing {
                Standing::Ended(_) | Standing::None => MarkKind::Ended,
                _ => MarkKind::Doubtful,
            };
            self.outputs.push_back(Output::Mark { kind });
        }
        if !self.saver.told_failed {
            self.saver.told_failed = true;
            self.news(News::StorageFailed, failure.outcome.clone());
        }
        let state = self.newest.clone();
        self.settle(state);
        // Also those who came since: their turn would come after a wait of which nobody knows the end.
        self.complete_waiters(self.saver.version, &failure.outcome);
    }

    /// After that write failed: whether a restart could find more allowed than is known now.
    fn restart_could_loosen(&mut self, failed: &Job) -> bool {
        let saver = &mut self.saver;
        let is_new = saver
            .unsure
            .last()
            .is_none_or(|last| last.revision != failed.state.revision);
        if is_new && !failed.is_removal {
            saver.unsure.push(failed.state.clone());
        }
        (!saver.is_marked && saver.stored.is_looser_than(&self.newest))
            || saver.unsure.len() > MAX_UNSURE
            || saver.unsure.iter().any(|state| state.is_looser_than(&self.newest))
    }

    /// What is known now is to be stored; `waiter` completes when it is, or could not be.
    pub(super) fn save(&mut self, now: Now, waiter: Option<(RequestId, Operation)>) {
        self.saver.version = self.saver.version.saturating_add(1);
        if let Some((request, operation)) = waiter {
            self.save_waiter(now, request, operation);
        }
        // A new reason to store is a new try.
        self.saver.retry_at = None;
        if self.saver.writable {
            return self.start_job(now);
        }
        if self.saver.in_memory || !self.newest.is_looser_than(&self.granted) {
            let state = self.newest.clone();
            self.settle(state);
        }
    }

    /// Why nothing can be stored.
    fn refusal(&self) -> Outcome {
        self.saver.refused.clone().unwrap_or_else(|| {
            let text = "another process holds the record; what was learnt is stored when it lets the record go";
            Outcome::new(Code::RecordLocked, text)
        })
    }

    pub(super) fn save_waiter(&mut self, _now: Now, request: RequestId, operation: Operation) {
        let version = self.saver.version;
        if !self.saver.writable {
            // A refresh has done its work when the answer is known; the others are about what is stored.
            let is_done = operation == Operation::Refresh || self.saver.saved_version >= version;
            let outcome = if is_done { Outcome::OK } else { self.refusal() };
            return self.complete(request, operation, outcome);
        }
        if self.saver.saved_version >= version && self.saver.removal.is_none() {
            return self.complete(request, operation, Outcome::OK);
        }
        self.saver.waiters.push(Waiter {
            request,
            operation,
            version,
            done: None,
        });
    }

    /// Completes with `done` when everything so far is stored, or could not be: what was learnt holds all the same.
    pub(super) fn save_waiter_done(&mut self, _now: Now, request: RequestId, operation: Operation, done: Outcome) {
        let version = self.saver.version;
        let is_stored = self.saver.saved_version >= version && self.saver.removal.is_none();
        if is_stored || !self.saver.writable {
            return self.complete(request, operation, done);
        }
        self.saver.waiters.push(Waiter {
            request,
            operation,
            version,
            done: Some(done),
        });
    }

    pub(super) fn saver_version(&self) -> u64 {
        self.saver.version
    }

    /// Up to which version everything is stored; all of it where nothing can be stored, or not now.
    pub(super) fn stored_or_given_up(&self) -> u64 {
        if self.saver.writable && !self.saver.told_failed {
            self.saver.saved_version
        } else {
            u64::MAX
        }
    }

    pub(super) fn forget_record(&mut self, now: Now, request: RequestId) {
        self.saver.version = self.saver.version.saturating_add(1);
        self.saver.removal = Some(self.saver.version);
        self.saver.retry_at = None;
        if self.may_remove() {
            let version = self.saver.version;
            self.saver.waiters.push(Waiter {
                request,
                operation: Operation::Forget,
                version,
                done: None,
            });
        } else {
            let outcome = self.refusal();
            self.complete(request, Operation::Forget, outcome);
        }
        self.start_job(now);
    }

    /// A record that cannot be read can be removed all the same, unless another process holds it.
    fn may_remove(&self) -> bool {
        self.saver.writable || self.saver.in_memory
    }

    fn start_job(&mut self, now: Now) {
        let is_allowed = self.saver.writable || (self.saver.removal.is_some() && self.may_remove());
        let saver = &mut self.saver;
        if saver.job.is_some() || !is_allowed || saver.saved_version >= saver.version || saver.retry_at.is_some() {
            return;
        }
        saver.last_job = saver.last_job.saturating_add(1);
        let number = saver.last_job;
        let removal = saver.removal.filter(|version| *version > saver.saved_version);
        saver.job = Some(Job {
            number,
            state: self.newest.clone(),
            // A removal stands for itself: what came after it is written next.
            version: removal.unwrap_or(saver.version),
            since_mono: now.mono_ms,
            is_removal: removal.is_some(),
        });
        self.outputs.push_back(if removal.is_some() {
            Output::Forget { job: number }
        } else {
            let record = Record {
                current: self.newest.clone(),
                acknowledged: self.acknowledged.clone(),
                confirmed_ms: self.confirmed.wall_ms,
                seen_ms: self.confirmed.seen_ms.max(now.wall_ms),
                unbound: self.unbound,
                upgrades: self.upgrades.list().to_vec(),
            };
            Output::Save {
                job: number,
                payload: Payload::new(record, self.config.store_personal),
            }
        });
    }

    fn complete_waiters(&mut self, version: u64, outcome: &Outcome) {
        let (done, left): (Vec<_>, Vec<_>) = core::mem::take(&mut self.saver.waiters)
            .into_iter()
            .partition(|w| w.version <= version);
        self.saver.waiters = left;
        for waiter in done {
            let outcome = waiter.done.unwrap_or_else(|| outcome.clone());
            self.complete(waiter.request, waiter.operation, outcome);
        }
    }

    pub(super) fn tick_saving(&mut self, now: Now) {
        if self.saver.retry_at.is_some_and(|at| at <= now.mono_ms) {
            self.saver.retry_at = None;
            self.start_job(now);
        }
        let patience = self.config.write_patience_ms;
        let slow = self
            .saver
            .job
            .as_ref()
            .is_some_and(|j| now.mono_ms.saturating_sub(j.since_mono) >= patience);
        if slow && self.is_storing_awaited() {
            let text = "storing takes too long; what was learnt holds for this process until it is stored";
            let outcome = Outcome::new(Code::Storage, text);
            if !self.saver.told_failed {
                self.saver.told_failed = true;
                self.news(News::StorageFailed, outcome.clone());
            }
            if self.granted.revision < self.newest.revision {
                self.settle(self.newest.clone());
            }
            self.complete_waiters(self.saver.version, &outcome);
        }
    }

    /// Whether something hangs on the write in progress.
    fn is_storing_awaited(&self) -> bool {
        self.granted.revision < self.newest.revision
            || !self.saver.waiters.is_empty()
            || (!self.saver.told_failed && self.upgrades.awaits_store(self.saver.saved_version))
    }

    pub(super) fn saving_due(&self) -> Option<u64> {
        let patience = self.saver.job.as_ref().filter(|_| self.is_storing_awaited());
        [
            self.saver.retry_at,
            patience.map(|j| j.since_mono.saturating_add(self.config.write_patience_ms)),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn saver_is_writable(&self) -> bool {
        self.saver.writable
    }

    /// Whether something still is to be stored.
    pub fn is_saving(&self) -> bool {
        self.saver.job.is_some()
    }
}

/// Which features were on, as the player was last told.
pub(super) fn features_told(acknowledged: &State, newest: &State) -> Vec<Box<str>> {
    acknowledged
        .session()
        .or_else(|| newest.session())
        .map(|s| features_on(s))
        .unwrap_or_default()
}
