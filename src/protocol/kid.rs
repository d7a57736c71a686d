//! k-ID called directly with the product's API key: reading a session. For servers that hold the key, never for a game.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;

use serde::Deserialize;

use super::{
    http::{Method, Request, Response},
    retry_after::retry_after_ms,
    url::{UrlError, join_path, push_encoded},
};
use crate::session::{Session, Status};

/// The longest error body that is read, in bytes.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// The longest error code, in bytes.
const MAX_CODE_BYTES: usize = 200;
/// The code that k-ID gives for a session that is gone, never was, or whose id is bad.
const NOT_FOUND: &str = "NOT_FOUND";

/// Whose session is asked for. `Debug` shows no identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SessionBy<'a> {
    /// The session of that id.
    SessionId(&'a str),
    /// The session of that k-ID user. Personal data.
    Kuid(&'a str),
}

impl fmt::Debug for SessionBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SessionId(_) => "SessionId(..)",
            Self::Kuid(_) => "Kuid(..)",
        })
    }
}

/// `GET {base}/session/get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionGet<'a> {
    /// Whose session.
    pub by: SessionBy<'a>,
    /// The etag of the session that the caller has. k-ID takes it as a query parameter and answers 304 when it is still
    /// current. `None` and the empty text ask for the whole session.
    pub etag: Option<&'a str>,
}

impl<'a> SessionGet<'a> {
    /// Asks for the session of that id.
    pub fn by_id(session_id: &'a str) -> Self {
        Self {
            by: SessionBy::SessionId(session_id),
            etag: None,
        }
    }

    /// The request. `base` ends before `/session/get`, for example `https://game-api.k-id.com/api/v1`; `api_key` is the
    /// product's key and must fit the base: keys for test mode do not work at the live address, and the other way round.
    ///
    /// # Errors
    /// The base is not a URL that [`join_path`] takes.
    pub fn request(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        let mut url = join_path(base, &["session", "get"])?;
        let (name, value) = match self.by {
            SessionBy::SessionId(id) => ("?sessionId=", id),
            SessionBy::Kuid(kuid) => ("?kuid=", kuid),
        };
        url.push_str(name);
        push_encoded(&mut url, value);
        if let Some(etag) = self.sent_etag() {
            url.push_str("&etag=");
            push_encoded(&mut url, etag);
        }
        Ok(Request {
            method: Method::Get,
            url,
            headers: vec![
                ("authorization".to_string(), format!("Bearer {api_key}")),
                ("accept".to_string(), "application/json".to_string()),
            ],
            body: Vec::new(),
        })
    }

    /// The etag that goes into the query.
    fn sent_etag(&self) -> Option<&'a str> {
        self.etag.filter(|etag| !etag.is_empty())
    }

    /// Whether that is the session that was asked for.
    fn is_answered_by(&self, session: &Session) -> bool {
        match self.by {
            SessionBy::SessionId(id) => session.id() == id,
            SessionBy::Kuid(kuid) => session.kuid().is_none_or(|given| given == kuid),
        }
    }
}

/// What k-ID's answer to [`SessionGet`] means.
#[derive(Debug, Clone, PartialEq)]
pub enum KidAnswer {
    /// The session, bare or wrapped on the wire. It is the one that was asked for.
    Session(Box<Session>),
    /// The session that the caller has is current.
    NotModified,
    /// There is no such session: status DELETED, or 400 or 404 with k-ID's `NOT_FOUND`. Only the first of these names
    /// the session, so a caller may want to ask a second time before it acts on the others.
    Deleted,
    /// The key is missing, wrong, expired or of the other mode. Not to be tried again by itself.
    Unauthorized,
    /// Too many requests.
    RateLimited {
        /// How long k-ID asks to wait, in milliseconds; `None` when it does not say.
        retry_after_ms: Option<u64>,
    },
    /// k-ID, or something before it, failed.
    ServerError {
        /// The HTTP status, 500 to 599.
        status: u16,
    },
    /// k-ID refused the request for another reason. Never a deletion.
    BadRequest {
        /// k-ID's code; empty when there was no error body.
        code: Box<str>,
    },
    /// Not an answer of k-ID, or not to this question. The text says what was wrong and quotes no value.
    Malformed(String),
}

/// Reads the answer to `asked`. `now_ms` is the Unix time in milliseconds; it is used for a `Retry-After` that is a date.
pub fn read_session_get(asked: &SessionGet<'_>, response: &Response, now_ms: i64) -> KidAnswer {
    match response.status {
        200 => read_session(asked, &response.body),
        304 if asked.sent_etag().is_some() => KidAnswer::NotModified,
        304 => malformed("k-ID answered 304, but no etag was sent"),
        401 => KidAnswer::Unauthorized,
        429 => KidAnswer::RateLimited {
            retry_after_ms: retry_after_ms(response, now_ms),
        },
        status @ 500..=599 => KidAnswer::ServerError { status },
        status @ 400..=499 => read_refusal(status, &response.body),
        status => KidAnswer::Malformed(format!(
            "HTTP status {status} is none that k-ID's session/get has; is the base URL right?"
        )),
    }
}

fn read_session(asked: &SessionGet<'_>, body: &[u8]) -> KidAnswer {
    let session = match Session::parse(body) {
        Ok(session) => session,
        Err(error) => return KidAnswer::Malformed(error.to_string()),
    };
    if !asked.is_answered_by(&session) {
        return malformed("k-ID answered with a session other than the one asked for");
    }
    if *session.status() == Status::Deleted {
        return KidAnswer::Deleted;
    }
    KidAnswer::Session(Box::new(session))
}

fn read_refusal(status: u16, body: &[u8]) -> KidAnswer {
    match (status, ErrorBody::parse(body)) {
        (400 | 404, Some(error)) if error.code() == NOT_FOUND => KidAnswer::Deleted,
        (_, Some(error)) => KidAnswer::BadRequest { code: error.code },
        // Some of k-ID's validation errors have no body at all; anything else without k-ID's body is not from k-ID.
        (400, None) if body.trim_ascii().is_empty() => KidAnswer::BadRequest { code: Box::default() },
        (_, None) => KidAnswer::Malformed(format!(
            "HTTP status {status} without k-ID's error body; is the base URL right?"
        )),
    }
}

fn malformed(text: &str) -> KidAnswer {
    KidAnswer::Malformed(text.to_string())
}

/// k-ID's error body, `{"error":"CODE","errorMessage":"…"}`; older pages call the text `errorMsg`. `Debug` shows the
/// code only, because the text may repeat what was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorBody {
    code: Box<str>,
    text: Option<Box<str>>,
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorBody")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl ErrorBody {
    /// Reads a body; `None` when it is empty, not JSON, or not of k-ID's form. An `error` that is an object is another
    /// vendor's.
    pub fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow)]
            error: Cow<'a, str>,
            #[serde(default)]
            error_message: serde_json::Value,
            #[serde(default)]
            error_msg: serde_json::Value,
        }
        if body.len() > MAX_ERROR_BYTES || !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let wire: Wire<'_> = serde_json::from_slice(body).ok()?;
        if wire.error.is_empty() || wire.error.len() > MAX_CODE_BYTES {
            return None;
        }
        let text = wire.error_message.as_str().or(wire.error_msg.as_str());
        Some(Self {
            code: wire.error.into(),
            text: text.map(Box::from),
        })
    }

    /// The code, for example `NOT_FOUND`. Open: k-ID may add some.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence that came with it. May repeat personal data; not for logs.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

#[cfg(test)]
#[path = "kid_tests.rs"]
mod tests;
