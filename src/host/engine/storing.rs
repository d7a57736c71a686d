//! Work on the record: in order, on a thread of its own where the client has threads, otherwise piece by piece in the
//! pump. What waits for the host's storage is done again from its start when that has answered.

use std::{
    cell::OnceCell,
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, Weak, atomic::Ordering},
};

use super::{Engine, Input, lock};
use crate::{
    client::{MarkKind, Payload},
    host::{
        log::{self, Level},
        record::Marked,
        storage::KeyedStorage,
        vault::Vault,
    },
};

/// Something to do with the record, which may block.
pub(super) enum StoreJob {
    Load,
    /// The record is written out once, however often its storage is asked before it has answered.
    Save(u64, Payload, OnceCell<Vec<u8>>),
    Mark(MarkKind, i64),
    Forget(u64),
    Relock,
}

/// What is to be done, and who does it.
#[derive(Default)]
struct Queue {
    jobs: VecDeque<StoreJob>,
    /// The first of them waits for the host's storage.
    is_waiting: bool,
    /// One of them is being worked on.
    is_working: bool,
    /// A thread does them.
    has_thread: bool,
    is_over: bool,
}

/// A client's work on its record.
#[derive(Default)]
pub(super) struct Storing {
    queue: Mutex<Queue>,
    /// For the thread: there is work, or no more.
    changed: Condvar,
    /// The host's storage, whose answers may come later.
    deferred: Option<Arc<KeyedStorage>>,
}

impl Queue {
    fn can_go_on(&self) -> bool {
        !self.jobs.is_empty() && !self.is_waiting && !self.is_working
    }
}

impl Storing {
    pub(super) fn new(deferred: Option<Arc<KeyedStorage>>) -> Self {
        Self {
            deferred,
            ..Self::default()
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }

    /// Changes the queue, and tells the thread if there is one.
    fn change(&self, change: impl FnOnce(&mut Queue)) {
        let mut queue = self.queue();
        change(&mut queue);
        if queue.has_thread {
            self.changed.notify_all();
        }
    }

    /// Puts a piece of work into the queue.
    pub(super) fn begin(&self, job: StoreJob) {
        self.change(|queue| queue.jobs.push_back(job));
    }

    /// Whether there is something to do, or to wait for.
    pub(super) fn has_jobs(&self) -> bool {
        !self.queue().jobs.is_empty()
    }

    /// The client is gone: its thread ends.
    pub(super) fn end(&self) {
        self.change(|queue| queue.is_over = true);
    }

    /// An answer of the host's storage came.
    fn answered(&self) {
        self.change(|queue| queue.is_waiting = false);
    }

    /// The thread's life. Ends with the client.
    #[cfg(feature = "http")]
    fn work(&self, engine: &Weak<Engine>) {
        loop {
            {
                let mut queue = self.queue();
                while !queue.is_over && !queue.can_go_on() {
                    queue = self
                        .changed
                        .wait(queue)
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                }
                if queue.is_over {
                    return;
                }
            }
            let Some(engine) = engine.upgrade() else { return };
            engine.guarded(|| engine.do_store_job());
        }
    }

    /// Whether the work is left to whoever drives the client.
    fn is_left(&self) -> bool {
        !self.queue().has_thread
    }
}

impl Engine {
    /// From here on the answers of the host's storage move the work on.
    pub(super) fn await_answers(&self) {
        if let Some(deferred) = &self.storing.deferred {
            let me = Weak::clone(&self.me);
            deferred.on_answer(Arc::new(move || {
                if let Some(me) = me.upgrade() {
                    me.storing.answered();
                    me.kick();
                }
            }));
        }
    }

    /// Queues work on the record.
    pub(super) fn store(&self, job: StoreJob) {
        self.store_pending.fetch_add(1, Ordering::AcqRel);
        #[cfg(feature = "http")]
        self.start_store_thread();
        self.storing.begin(job);
    }

    /// Starts the storage thread when there is none yet; where the system gives none, the work is left to the worker.
    #[cfg(feature = "http")]
    fn start_store_thread(&self) {
        let Some(threads) = &self.threads else { return };
        let mut queue = self.storing.queue();
        if queue.has_thread {
            return;
        }
        let (storing, me) = (Arc::clone(&self.storing), Weak::clone(&self.me));
        queue.has_thread = super::start(threads, "store", move || storing.work(&me));
    }

    /// Does one piece of the work that is left to whoever drives the client. False when there is none, or it waits.
    pub(super) fn do_left_store_job(&self) -> bool {
        self.storing.is_left() && self.do_store_job()
    }

    /// Does the next piece of work on the record, which may block on the medium. False when there is none, or it waits.
    pub(super) fn do_store_job(&self) -> bool {
        let Some(finished) = self.finish_store_job() else {
            return false;
        };
        if let Some(input) = finished.input {
            self.put(input);
        }
        self.store_pending.fetch_sub(1, Ordering::AcqRel);
        self.kick();
        true
    }

    /// Reads the record for the first time, here and now. What its storage answers later comes in later.
    pub(super) fn load(&self) {
        self.store_pending.fetch_add(1, Ordering::AcqRel);
        self.storing.begin(StoreJob::Load);
        let Some(finished) = self.finish_store_job() else {
            return;
        };
        if let Some(input) = finished.input {
            lock(&self.core).take(self.now(), input);
        }
        self.store_pending.fetch_sub(1, Ordering::AcqRel);
    }

    fn finish_store_job(&self) -> Option<Finished> {
        let job = {
            let mut queue = self.storing.queue();
            if !queue.can_go_on() {
                return None;
            }
            queue.is_working = true;
            queue.jobs.pop_front()?
        };
        let deferred = self.storing.deferred.as_ref();
        let done = loop {
            // A defect is no reason to wait for ever.
            let work = || lock(&self.vault).as_mut().map(|vault| do_job(vault, &job));
            let Some(done) = self.guarded(work) else { break None };
            if !deferred.is_some_and(|d| d.was_left_off()) {
                break done;
            }
            let mut queue = self.storing.queue();
            // Looked at under the queue's lock, which the answer takes after it is there.
            if deferred.is_some_and(|d| d.is_waiting()) {
                queue.jobs.push_front(job);
                queue.is_waiting = true;
                queue.is_working = false;
                return None;
            }
        };
        if let Some(deferred) = deferred {
            deferred.finish();
        }
        self.storing.change(|queue| queue.is_working = false);
        Some(Finished { input: done.flatten() })
    }
}

/// A piece of work that is done.
struct Finished {
    /// What the client is told.
    input: Option<Input>,
}

/// Does the work; gives what the client is told.
fn do_job(vault: &mut Vault, job: &StoreJob) -> Option<Input> {
    match job {
        StoreJob::Load => {
            let found = vault.load();
            if let Err(failure) = &found {
                log::write(Level::Warn, "storage", || failure.outcome.text.to_string());
            }
            Some(Input::Loaded(Box::new(found)))
        }
        StoreJob::Save(job, payload, bytes) => {
            let bytes = bytes.get_or_init(|| payload.encode());
            Some(Input::Saved(*job, vault.save(bytes)))
        }
        StoreJob::Forget(job) => Some(Input::Saved(*job, vault.forget())),
        StoreJob::Mark(kind, at_ms) => {
            match vault.mark(*kind, *at_ms) {
                Ok(Marked::InPlace | Marked::Absent) => {}
                Ok(Marked::Removed) => log::write(Level::Warn, "storage", || {
                    "a record that no longer holds was removed".to_owned()
                }),
                Err(error) => log::write(Level::Error, "storage", || error.text.clone()),
            }
            None
        }
        StoreJob::Relock => {
            let found = vault.load();
            vault.is_locked().then(|| Input::Loaded(Box::new(found)))
        }
    }
}
