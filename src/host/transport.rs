//! The interface that carries requests: the built-in client and a host's own are written against it.

use std::time::Instant;

use crate::protocol::http::{Reply, Request};

/// Takes the reply to one request. Called once, from any thread, also from inside [`Transport::start`]. It never
/// waits, holds no reference that keeps a client alive, and may be called after the client was closed: the reply is
/// then dropped. Dropping it uncalled is allowed and counts as no reply at all, so a transport always calls it.
pub struct Completion(Box<dyn FnOnce(Reply) + Send>);

impl Completion {
    /// Wraps what is to be called with the reply.
    pub fn new(done: impl FnOnce(Reply) + Send + 'static) -> Self {
        Self(Box::new(done))
    }

    /// Hands the reply over.
    pub fn call(self, reply: Reply) {
        (self.0)(reply)
    }
}

/// Carries requests to a server. Methods return at once, whatever the network does.
pub trait Transport: Send + Sync {
    /// Starts one request. `ticket` names it for [`Transport::cancel`] and is unique for this transport.
    /// `timeout_ms` bounds the whole exchange, from name resolution to the last byte of the body.
    fn start(&self, ticket: u64, request: Request, timeout_ms: u32, done: Completion);

    /// Gives one request up: its connection is shut down and its completion called with
    /// `TransportErrorKind::Cancelled` soon, unless a reply came first. An unknown ticket is ignored.
    fn cancel(&self, ticket: u64);

    /// Cancels everything and takes nothing more. Returns at once; threads of the transport end by themselves and own
    /// nothing of the client.
    fn shut_down(&self);

    /// After [`Transport::shut_down`]: waits until the transport's own threads have ended, at most until then. Not
    /// called from one of them.
    fn wait_for_threads(&self, until: Instant) {
        let _ = until;
    }
}
