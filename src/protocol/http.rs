//! HTTP requests and responses as values: what a transport is given and what it gives back.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// A request's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET: no body.
    Get,
    /// POST with a body.
    Post,
    /// PUT with a body.
    Put,
}

impl Method {
    /// The method's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// Header names and values. `Debug` shows how many there are: a gateway's key may be among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} headers", self.0.len())
    }
}

/// One request. `Debug` shows neither URL nor header values nor body: they can hold a token or a session id.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Header names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty for GET.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method.as_str())
            .field("headers", &self.headers.len())
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// One response. `Debug` shows status and sizes only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values, in order, names in any case.
    pub headers: Vec<(String, String)>,
    /// The body, at most as long as the transport's limit.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_len", &self.body.len())
            .finish()
    }
}

impl Response {
    /// The first header of that name, whatever its case (RFC 9110 section 5.1).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }
}

/// Why no response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// The name could not be resolved, or no connection came about or it broke.
    Unreachable,
    /// A time limit ran out.
    TimedOut,
    /// Cancelled by this side.
    Cancelled,
    /// TLS failed: certificate or protocol.
    Tls,
    /// The response was longer than the limit.
    TooLarge,
    /// The answer was not HTTP, or was cut short.
    Malformed,
    /// The request may not be sent: not https, a bad URL or header, a redirect to another host.
    Refused,
}

/// Why no response came, with a sentence for a person. The sentence names no token, path or query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// The kind.
    pub kind: TransportErrorKind,
    /// What was wrong and, where there is something, what to do.
    pub text: String,
}

impl TransportError {
    /// An error of that kind.
    pub fn new(kind: TransportErrorKind, text: impl ToString) -> Self {
        Self {
            kind,
            text: text.to_string(),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for TransportError {}

/// What a transport gives back.
pub type Reply = Result<Response, TransportError>;
