//! One request in flight, and what a cancel has to reach: the socket that it uses, or the lookup that it waits for.

use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ureq::unversioned::transport::ShutdownHandle;

use super::{names::Lookup, target::Origin};
use crate::protocol::http::{TransportError, TransportErrorKind::Cancelled};

thread_local! {
    /// The exchange that this thread serves. The HTTP client calls resolver, connector and sockets on the thread that
    /// asked it, and hands nothing of ours through.
    static CURRENT: RefCell<Option<Arc<Exchange>>> = const { RefCell::new(None) };
}

/// Locks, also after a panic elsewhere: every value behind these locks is whole between two statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn cancelled() -> TransportError {
    TransportError::new(Cancelled, "the request was cancelled")
}

/// A socket, and which request may shut it down: a request that has returned it to the pool may not.
pub(super) struct Line {
    socket: Weak<dyn ShutdownHandle>,
    owner: Mutex<Option<u64>>,
}

impl Line {
    pub(super) fn new(socket: Weak<dyn ShutdownHandle>) -> Arc<Self> {
        Arc::new(Self {
            socket,
            owner: Mutex::new(None),
        })
    }

    /// From now on it belongs to no request.
    pub(super) fn release(&self) {
        *lock(&self.owner) = None;
    }

    fn shut_down(&self, ticket: u64) {
        // The lock is held meanwhile, so that the socket cannot change hands.
        let owner = lock(&self.owner);
        if *owner == Some(ticket)
            && let Some(socket) = self.socket.upgrade()
        {
            socket.shutdown();
        }
    }
}

#[derive(Default)]
struct Live {
    cancelled: bool,
    line: Option<Arc<Line>>,
    lookup: Option<Arc<Lookup>>,
}

/// One request in flight or waiting.
pub(super) struct Exchange {
    pub(super) ticket: u64,
    pub(super) origin: Origin,
    pub(super) deadline: Instant,
    pub(super) timeout: Duration,
    live: Mutex<Live>,
    /// Which sending this is: the first, one after a redirect, or the retry.
    attempt: AtomicU32,
    /// The attempt may not use a kept connection.
    fresh_only: AtomicBool,
    /// The attempt uses a kept connection.
    reused: AtomicBool,
    /// A byte of the answer has come.
    answered: AtomicBool,
}

impl Exchange {
    pub(super) fn new(ticket: u64, origin: Origin, timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            ticket,
            origin,
            deadline: Instant::now() + timeout,
            timeout,
            live: Mutex::default(),
            attempt: AtomicU32::new(0),
            fresh_only: AtomicBool::new(false),
            reused: AtomicBool::new(false),
            answered: AtomicBool::new(false),
        })
    }

    /// The exchange that the calling thread serves.
    pub(super) fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Makes it the calling thread's exchange until the guard is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> Entered {
        CURRENT.set(Some(self.clone()));
        Entered
    }

    pub(super) fn begin_attempt(&self, fresh_only: bool) {
        self.attempt.fetch_add(1, Relaxed);
        self.fresh_only.store(fresh_only, Relaxed);
        self.reused.store(false, Relaxed);
        self.answered.store(false, Relaxed);
    }

    /// Names this attempt among all of the transport.
    pub(super) fn attempt(&self) -> (u64, u32) {
        (self.ticket, self.attempt.load(Relaxed))
    }

    pub(super) fn fresh_only(&self) -> bool {
        self.fresh_only.load(Relaxed)
    }

    pub(super) fn set_reused(&self) {
        self.reused.store(true, Relaxed);
    }

    pub(super) fn set_answered(&self) {
        self.answered.store(true, Relaxed);
    }

    pub(super) fn answered(&self) -> bool {
        self.answered.load(Relaxed)
    }

    /// Whether the attempt failed on a kept connection before anything came back.
    pub(super) fn was_stale(&self) -> bool {
        self.reused.load(Relaxed) && !self.answered()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        lock(&self.live).cancelled
    }

    /// Time that is left, `None` when it has run out.
    pub(super) fn left(&self) -> Option<Duration> {
        Some(self.deadline.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// The request uses this socket from now on.
    pub(super) fn attach(&self, line: Arc<Line>) -> Result<(), TransportError> {
        let mut live = lock(&self.live);
        if live.cancelled {
            return Err(cancelled());
        }
        *lock(&line.owner) = Some(self.ticket);
        live.line = Some(line);
        Ok(())
    }

    /// The socket that was attached last.
    pub(super) fn line(&self) -> Option<Arc<Line>> {
        lock(&self.live).line.clone()
    }

    /// The request waits for this lookup from now on, or for none.
    pub(super) fn wait_for(&self, lookup: Option<Arc<Lookup>>) -> Result<(), TransportError> {
        let mut live = lock(&self.live);
        if live.cancelled {
            return Err(cancelled());
        }
        live.lookup = lookup;
        Ok(())
    }

    /// Ends whatever the request is blocked in, now or later. What cannot be ended (the making of a connection) is left
    /// to its time limit.
    pub(super) fn cancel(&self) {
        let (line, lookup) = {
            let mut live = lock(&self.live);
            live.cancelled = true;
            (live.line.take(), live.lookup.take())
        };
        if let Some(line) = line {
            line.shut_down(self.ticket);
        }
        if let Some(lookup) = lookup {
            lookup.wake();
        }
    }
}

/// Ends [`Exchange::enter`].
pub(super) struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A socket that only knows whether it was shut down.
    #[derive(Default)]
    pub(in crate::host::http) struct Socket(AtomicBool);

    impl Socket {
        pub(in crate::host::http) fn line(self: &Arc<Self>) -> Arc<Line> {
            Line::new(Arc::downgrade(self) as Weak<dyn ShutdownHandle>)
        }

        pub(in crate::host::http) fn is_shut_down(&self) -> bool {
            self.0.load(Relaxed)
        }
    }

    impl ShutdownHandle for Socket {
        fn shutdown(&self) {
            self.0.store(true, Relaxed);
        }
    }

    pub(in crate::host::http) fn exchange(ticket: u64) -> Arc<Exchange> {
        let origin = Origin {
            https: true,
            host: "a.example".into(),
            port: 443,
        };
        Exchange::new(ticket, origin, Duration::from_secs(60))
    }

    #[test]
    fn only_the_request_that_uses_a_socket_shuts_it_down() {
        let socket = Arc::new(Socket::default());
        let line = socket.line();
        let (first, second) = (exchange(1), exchange(2));
        first.attach(line.clone()).unwrap();
        second.attach(line).unwrap();
        first.cancel();
        assert!(!socket.is_shut_down());
        second.cancel();
        assert!(socket.is_shut_down());
    }

    #[test]
    fn a_cancelled_request_gets_no_socket() {
        let (socket, exchange) = (Arc::new(Socket::default()), exchange(1));
        exchange.cancel();
        assert_eq!(exchange.attach(socket.line()), Err(cancelled()));
        assert_eq!(exchange.wait_for(None), Err(cancelled()));
    }
}
