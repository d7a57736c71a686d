//! Requests in order, the threads that serve them, tickets, and the deadlines of what still waits.

use std::{
    collections::{HashMap, VecDeque},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    call::{Net, out_of_time},
    exchange::{Exchange, cancelled, lock},
    options::Settings,
    target::Prepared,
};
use crate::{
    host::transport::Completion,
    protocol::http::{
        Reply, Request, TransportError,
        TransportErrorKind::{Cancelled, Refused, Unreachable},
    },
};

/// Exchanges at once, and so threads that serve them: one that hangs must not hold up a heartbeat.
const MAX_WORKERS: usize = 8;
/// Requests that may wait. A client has a handful.
const MAX_WAITING: usize = 64;

struct Job {
    request: Prepared,
    exchange: Arc<Exchange>,
}

struct Pending {
    exchange: Arc<Exchange>,
    done: Completion,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// All that have no reply yet, waiting or in flight. Whoever takes one out calls its completion.
    pending: HashMap<u64, Pending>,
    workers: usize,
    /// Workers with an exchange in flight.
    busy: usize,
    /// There is a thread that ends what waits too long.
    timekeeper: bool,
    closed: bool,
}

impl State {
    /// Takes out one that is waiting or in flight.
    fn take(&mut self, ticket: u64) -> Option<Pending> {
        let pending = self.pending.remove(&ticket)?;
        self.waiting.retain(|job| job.exchange.ticket != ticket);
        Some(pending)
    }

    /// Takes this one out, unless its ticket is another one's by now.
    fn take_same(&mut self, exchange: &Arc<Exchange>) -> Option<Pending> {
        let pending = self.pending.get(&exchange.ticket)?;
        Arc::ptr_eq(&pending.exchange, exchange).then(|| self.take(exchange.ticket))?
    }

    /// Takes out those that wait and whose time has come.
    fn take_overdue(&mut self, now: Instant) -> Vec<Pending> {
        let overdue: Vec<u64> = self
            .waiting
            .iter()
            .filter(|job| job.exchange.deadline <= now)
            .map(|job| job.exchange.ticket)
            .collect();
        overdue.into_iter().filter_map(|ticket| self.take(ticket)).collect()
    }
}

/// The inside of a transport. Its threads own it and nothing of a client.
pub(super) struct Queue {
    state: Mutex<State>,
    /// Something waits, or the end has come.
    work: Condvar,
    /// What waits has changed; for the timekeeper.
    due: Condvar,
    net: Net,
}

impl Queue {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            due: Condvar::new(),
            net: Net::new(settings),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn start(self: &Arc<Self>, ticket: u64, request: Request, timeout_ms: u32, done: Completion) {
        let request = match Prepared::new(request) {
            Ok(request) => request,
            Err(error) => return done.call(Err(error)),
        };
        let exchange = Exchange::new(ticket, request.origin.clone(), Duration::from_millis(timeout_ms.into()));
        let mut state = self.state();
        let refusal = if state.closed {
            Some(TransportError::new(Cancelled, "the transport has been shut down"))
        } else if state.pending.contains_key(&ticket) {
            Some(TransportError::new(
                Refused,
                format!("ticket {ticket} is in use already"),
            ))
        } else if state.waiting.len() >= MAX_WAITING {
            Some(TransportError::new(
                Unreachable,
                format!("{MAX_WAITING} requests wait already; try again later"),
            ))
        } else {
            None
        };
        if let Some(error) = refusal {
            drop(state);
            return done.call(Err(error));
        }
        let pending = Pending {
            exchange: exchange.clone(),
            done,
        };
        state.pending.insert(ticket, pending);
        state.waiting.push_back(Job { request, exchange });
        let hire = state.waiting.len() > state.workers - state.busy;
        let hire_worker = hire && state.workers < MAX_WORKERS;
        let hire_timekeeper = hire && !hire_worker && !state.timekeeper;
        state.workers += usize::from(hire_worker);
        state.timekeeper |= hire_timekeeper;
        let number = state.workers;
        drop(state);
        if hire_worker {
            self.hire_worker(number);
        } else {
            self.work.notify_one();
            self.due.notify_one();
        }
        if hire_timekeeper {
            self.hire_timekeeper();
        }
    }

    /// Carries a request on the calling thread.
    pub(super) fn call(&self, request: Request, timeout_ms: u32) -> Reply {
        // Not among the tickets of those that are started.
        static LAST: AtomicU64 = AtomicU64::new(u64::MAX);
        let request = Prepared::new(request)?;
        let ticket = LAST.fetch_sub(1, Ordering::Relaxed);
        let exchange = Exchange::new(ticket, request.origin.clone(), Duration::from_millis(timeout_ms.into()));
        self.net.run(&request, &exchange)
    }

    pub(super) fn cancel(&self, ticket: u64) {
        let taken = self.state().take(ticket);
        self.due.notify_one();
        give_up(taken);
    }

    pub(super) fn shut_down(&self) {
        let taken: Vec<Pending> = {
            let mut state = self.state();
            state.closed = true;
            state.waiting.clear();
            state.pending.drain().map(|(_, pending)| pending).collect()
        };
        self.work.notify_all();
        self.due.notify_all();
        self.net.close_idle();
        give_up(taken);
    }

    pub(super) fn wait_for_threads(&self, until: Instant) {
        self.net.settings().threads.wait(until);
    }

    pub(super) fn close_idle(&self) {
        self.net.forget_addresses();
        self.net.close_idle();
    }

    fn hire_worker(self: &Arc<Self>, number: usize) {
        let queue = self.clone();
        let threads = &self.net.settings().threads;
        if let Err(error) = threads.spawn(&number.to_string(), move || queue.serve()) {
            self.worker_missing(&error);
        }
    }

    /// What waits is left to the threads that there are; without any, it has failed.
    fn worker_missing(&self, error: &io::Error) {
        let failed: Vec<Pending> = {
            let mut state = self.state();
            state.workers -= 1;
            if state.workers > 0 {
                return;
            }
            state.waiting.clear();
            state.pending.drain().map(|(_, pending)| pending).collect()
        };
        for pending in failed {
            let text = format!("no thread for HTTP could be made: {error}");
            complete(pending.done, Err(TransportError::new(Unreachable, text)));
        }
    }

    /// A worker's life.
    fn serve(&self) {
        while let Some(job) = self.next() {
            let reply = catch_unwind(AssertUnwindSafe(|| self.net.run(&job.request, &job.exchange)));
            let reply = reply.unwrap_or_else(|_| {
                // Its locks may be unusable now; the next request makes a new client.
                self.net.close_idle();
                let text = "an internal error ended the request (panic in the HTTP client)";
                Err(TransportError::new(Unreachable, text))
            });
            let pending = {
                let mut state = self.state();
                // Free before the completion is called: what that starts next needs no second thread.
                state.busy -= 1;
                state.take_same(&job.exchange)
            };
            drop(job);
            if let Some(pending) = pending {
                complete(pending.done, reply);
            }
        }
    }

    /// The next job; `None` when there was none for a while, and the thread has to end.
    fn next(&self) -> Option<Job> {
        let until = Instant::now() + self.net.settings().idle;
        let mut state = self.state();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                state.busy += 1;
                drop(state);
                self.due.notify_one();
                return Some(job);
            }
            let left = until.saturating_duration_since(Instant::now());
            if state.closed || left.is_zero() {
                state.workers -= 1;
                let last = state.workers == 0;
                drop(state);
                if last {
                    self.net.close_idle();
                }
                return None;
            }
            state = self
                .work
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn hire_timekeeper(self: &Arc<Self>) {
        let queue = self.clone();
        let threads = &self.net.settings().threads;
        if threads.spawn("time", move || queue.keep_time()).is_err() {
            // Late then, when a worker gets to them.
            self.state().timekeeper = false;
        }
    }

    /// Ends what waits too long while all workers are busy. Those end their own exchanges in time.
    fn keep_time(&self) {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let overdue = state.take_overdue(now);
            if !overdue.is_empty() {
                drop(state);
                for pending in overdue {
                    let reply = Err(out_of_time(&pending.exchange));
                    complete(pending.done, reply);
                }
                state = self.state();
                continue;
            }
            let Some(next) = state.waiting.iter().map(|job| job.exchange.deadline).min() else {
                state.timekeeper = false;
                return;
            };
            state = self
                .due
                .wait_timeout(state, next - now)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// Ends exchanges and says so. Returns at once.
fn give_up(taken: impl IntoIterator<Item = Pending>) {
    for pending in taken {
        pending.exchange.cancel();
        complete(pending.done, Err(cancelled()));
    }
}

/// A completion that panics must not take the others with it.
fn complete(done: Completion, reply: Reply) {
    let _ = catch_unwind(AssertUnwindSafe(|| done.call(reply)));
}
