//! The built-in HTTP transport: blocking HTTP/1.1 on a few threads of its own.
//!
//! ```text
//! options    what may be set, checked once
//! target     which requests may leave at all: URL, headers, redirects
//! queue      requests in order, the threads that serve them, tickets, deadlines of what still waits
//! exchange   one request in flight: what a cancel has to reach
//! call       one request and its answer, with redirects and the one retry
//! connect    sockets: dialled when the pool has none, watched while in use
//! names      host names to addresses, looked up only for a new connection
//! tls        certificates and the handshake
//! fault      errors as sentences
//! ```
//!
//! Names are looked up when a connection is made, not for each request: as long as a kept connection lives, a failing
//! name server is not noticed.

use std::{sync::Arc, time::Instant};

use crate::host::transport::{Completion, Transport};
use crate::protocol::http::{Reply, Request, TransportError};

mod call;
mod connect;
mod exchange;
mod fault;
mod names;
mod options;
mod queue;
mod target;
mod tls;

pub use options::{HttpOptions, NameLookup};

use queue::Queue;

/// Carries requests over HTTP/1.1 and TLS 1.2 or 1.3.
///
/// Making one touches no network, no thread and no TLS; the first request does. Requests are served in order by one
/// thread; while an exchange is in flight a second and a third thread are made for what comes next, so that a server
/// that hangs holds nobody up. Threads without work end after [`HttpOptions::idle_ms`], and with the last of them the
/// kept connections are closed.
///
/// What is refused (`TransportErrorKind::Refused`), before a byte leaves: a URL that is not https, except http to
/// 127.0.0.0/8, `[::1]` and `localhost` (when that resolves to loopback addresses); a user name in the URL; a header
/// with a line break or other control characters; a header that the transport sets itself (`Host`, `Content-Length`,
/// `Transfer-Encoding`, `Connection` and the like); URL and headers longer than 16 KiB together; a GET with a body.
///
/// Every HTTP status is a response. Only a redirect (301, 302, 303, 307, 308 with `Location`) is acted on: a GET follows
/// up to three of them as long as scheme, host and port stay the same, and every other one is refused. So no header,
/// `Authorization` included, ever reaches another origin.
///
/// Response headers are handed on in lower case, repeated ones one by one; bytes that are not UTF-8 become U+FFFD. A
/// body with a `Content-Encoding`, or a `Transfer-Encoding` besides `chunked`, is `Malformed`: none is asked for.
///
/// A kept connection that the server has closed meanwhile is replaced; a GET of which no byte of the answer was seen is
/// then sent once more on a new connection. PUT and POST are never sent twice.
///
/// Completions are called on a thread of the transport, or inside [`Transport::start`], [`Transport::cancel`] and
/// [`Transport::shut_down`]. Dropping the transport is [`Transport::shut_down`]: it returns at once and waits for no
/// thread.
pub struct HttpTransport {
    queue: Arc<Queue>,
}

impl HttpTransport {
    /// Checks the options. The error, always `Refused`, says which one is wrong and never repeats the proxy's
    /// credentials.
    pub fn new(options: HttpOptions) -> Result<Self, TransportError> {
        Ok(Self {
            queue: Arc::new(Queue::new(options.check()?)),
        })
    }

    /// Carries one request on the calling thread, and returns its reply: for tools and tests, which have nothing else to
    /// do meanwhile. It blocks for `timeout_ms` at most; neither [`Transport::cancel`] nor [`Transport::shut_down`] ends it
    /// earlier. Kept connections are shared with requests that were started.
    pub fn call(&self, request: Request, timeout_ms: u32) -> Reply {
        self.queue.call(request, timeout_ms)
    }

    /// Closes the kept connections that no request is using, and forgets the addresses of all hosts. For the moments
    /// after which neither can be trusted: the device woke up, the network changed. Returns at once.
    pub fn close_idle(&self) {
        self.queue.close_idle();
    }
}

impl Transport for HttpTransport {
    fn start(&self, ticket: u64, request: Request, timeout_ms: u32, done: Completion) {
        self.queue.start(ticket, request, timeout_ms, done);
    }

    fn cancel(&self, ticket: u64) {
        self.queue.cancel(ticket);
    }

    fn shut_down(&self) {
        self.queue.shut_down();
    }

    fn wait_for_threads(&self, until: Instant) {
        self.queue.wait_for_threads(until);
    }
}

impl Drop for HttpTransport {
    fn drop(&mut self) {
        self.queue.shut_down();
    }
}

impl core::fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HttpTransport").finish_non_exhaustive()
    }
}
