//! A socket that can be told to send something else than HTTP.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const NOT_HTTP: &[u8] = b"\x16\x03\x01\xff\x00 this is not an answer \x00\x80\xfe\r\n\r\n";

/// Tells a [`BreakableStream`] to replace what it sends.
#[derive(Clone, Default)]
pub struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// The next thing that is sent becomes garbage, and the connection ends.
    pub fn trip(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A connection that works until its [`Breaker`] is tripped.
pub struct BreakableStream {
    inner: TcpStream,
    breaker: Breaker,
}

impl BreakableStream {
    pub fn new(inner: TcpStream) -> (Self, Breaker) {
        let breaker = Breaker::default();
        let stream = Self {
            inner,
            breaker: breaker.clone(),
        };
        (stream, breaker)
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.breaker.0.load(Ordering::Relaxed) {
            ready!(Pin::new(&mut self.inner).poll_write(context, NOT_HTTP))?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
