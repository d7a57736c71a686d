//! `session/get`: reading a session.

use alloc::boxed::Box;
use core::fmt;

use super::{KidError, error};
use crate::{
    protocol::{
        http::{Request, Response},
        url::UrlError,
    },
    session::{Session, Status},
};

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
    /// The base is not a URL that [`join_path`](crate::protocol::join_path) takes.
    pub fn request(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        let by = match self.by {
            SessionBy::SessionId(id) => ("sessionId", id),
            SessionBy::Kuid(kuid) => ("kuid", kuid),
        };
        let call = ["session", "get"];
        match self.sent_etag() {
            Some(etag) => super::get(base, call, &[by, ("etag", etag)], api_key),
            None => super::get(base, call, &[by], api_key),
        }
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
}

/// Reads the answer to `asked`. `now_ms` is the Unix time in milliseconds; it is used for a `Retry-After` that is a date.
///
/// # Errors
/// All of [`KidError`] but `NotFound`, which is a deletion here.
pub fn read_session_get(asked: &SessionGet<'_>, response: &Response, now_ms: i64) -> Result<KidAnswer, KidError> {
    if response.status == 304 {
        return match asked.sent_etag() {
            Some(_) => Ok(KidAnswer::NotModified),
            None => Err(KidError::malformed("k-ID answered 304, but no etag was sent")),
        };
    }
    let body = match error::body("session/get", response, now_ms) {
        Err(KidError::NotFound) => return Ok(KidAnswer::Deleted),
        body => body?,
    };
    let session = Session::parse(body).map_err(KidError::malformed)?;
    if !asked.is_answered_by(&session) {
        return Err(KidError::malformed(
            "k-ID answered with a session other than the one asked for",
        ));
    }
    if *session.status() == Status::Deleted {
        return Ok(KidAnswer::Deleted);
    }
    Ok(KidAnswer::Session(Box::new(session)))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
