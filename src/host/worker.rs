//! The threads behind a client: its worker, and one that does what may block on the storage medium. Both start when
//! there is first something to do, are named, end by themselves and are never joined without a limit.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread,
};

use super::{
    engine::{Engine, StoreJob},
    log::{self, Level},
};

/// The worker's name; short enough for every system.
const WORKER: &str = "playgate";
/// The storage thread's name.
const STORE: &str = "playgate-store";
/// Both need little: parsing is bounded in depth.
const STACK_BYTES: usize = 512 * 1024;

/// Starts the worker; false when the system gives no thread.
pub(super) fn start(engine: Arc<Engine>) -> bool {
    spawn(WORKER, move || engine.work())
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> bool {
    let started = thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(body);
    if let Err(error) = &started {
        log::write(Level::Error, "threads", || {
            format!("no thread could be started: {error}")
        });
    }
    started.is_ok()
}

/// Does storage work in order, away from the worker, so that a slow medium does not hold up decisions.
pub(super) struct StoreThread {
    engine: Weak<Engine>,
    jobs: Mutex<Option<mpsc::Sender<StoreJob>>>,
}

impl StoreThread {
    pub(super) fn new(engine: Weak<Engine>) -> Self {
        Self {
            engine,
            jobs: Mutex::new(None),
        }
    }

    /// Queues a job; gives it back when there is no thread to do it.
    pub(super) fn run(&self, job: StoreJob) -> Result<(), StoreJob> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match jobs.as_ref() {
            Some(sender) => match sender.send(job) {
                Ok(()) => return Ok(()),
                Err(mpsc::SendError(job)) => job,
            },
            None => job,
        };
        let (sender, receiver) = mpsc::channel::<StoreJob>();
        let engine = Weak::clone(&self.engine);
        let body = move || {
            // Ends when the client is gone: the sender lives in it.
            while let Ok(job) = receiver.recv() {
                let Some(engine) = engine.upgrade() else { return };
                engine.do_store_job(job);
            }
        };
        if !spawn(STORE, body) {
            return Err(job);
        }
        let sent = sender.send(job);
        *jobs = Some(sender);
        sent.map_err(|mpsc::SendError(job)| job)
    }
}
