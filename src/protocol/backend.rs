//! The studio's own server, which a game talks to: the player's session, conditionally.
//!
//! - `GET /api/session/{id}`: that session. `GET /api/session`: the player's own, without an id.
//!   `PUT /api/session`: binds a session to the player after consent.
//! - Answers: 200 with `{"hasChanged":…,"session":…}`, `{"needsConsent":true}` or `{"sessionDeleted":true}`, or 304.
//!   Only `{"sessionDeleted":true}` deletes; a bare 404 or 400, as a gateway gives it, is an error.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    http::{Method, Request, Response},
    retry_after_ms,
    url::{UrlError, join_path},
};
use crate::session::{Apart, MAX_JSON_BYTES, Session};

/// The error code of an answer that says: this session belongs to somebody else.
const OF_ANOTHER_PLAYER: &str = "SESSION_OF_ANOTHER_PLAYER";
/// The longest text that is repeated from a server's error code.
const MAX_CODE_BYTES: usize = 64;
/// The most that is kept of what stands around a session.
const MAX_AROUND_BYTES: usize = 4096;

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The player's own session, whatever its id: how a second device gets it.
    Own,
    /// One session, by its id, unless it still has this entity tag.
    Session {
        /// The session's id.
        id: Box<str>,
        /// The entity tag in its quotes, as [`quoted_etag`] or the server gave it.
        etag: Option<Box<str>>,
    },
    /// Bind a session to the player, and give it.
    Bind {
        /// The session's id.
        id: Box<str>,
    },
}

impl Ask {
    /// The id of the session that is asked for, if one is.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Own => None,
            Self::Session { id, .. } | Self::Bind { id } => Some(id),
        }
    }

    /// Builds the request. `token` is the player's, for the `Authorization` header.
    ///
    /// # Errors
    /// The base URL cannot be used.
    pub fn request(&self, base: &str, token: Option<&str>) -> Result<Request, UrlError> {
        let mut headers = headers(token);
        let (method, url, body) = match self {
            Self::Own => (Method::Get, join_path(base, &["api", "session"])?, Vec::new()),
            Self::Session { id, etag } => {
                if let Some(etag) = etag {
                    headers.push(("If-None-Match".to_owned(), etag.to_string()));
                }
                (Method::Get, join_path(base, &["api", "session", id])?, Vec::new())
            }
            Self::Bind { id } => {
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
                let body = serde_json::json!({ "sessionId": id }).to_string().into_bytes();
                (Method::Put, join_path(base, &["api", "session"])?, body)
            }
        };
        Ok(Request {
            method,
            url,
            headers,
            body,
        })
    }
}

/// The headers that every request has.
pub(super) fn headers(token: Option<&str>) -> Vec<(String, String)> {
    let mut headers = Vec::with_capacity(4);
    headers.push(("Accept".to_owned(), "application/json".to_owned()));
    if let Some(token) = token {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    headers
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The session still is what the entity tag named.
    Unchanged,
    /// This is the session.
    Session {
        /// The session.
        session: Box<Session>,
        /// Its entity tag in quotes, for the next conditional request.
        etag: Option<Box<str>>,
        /// What stood around it, for [`Before`].
        around: Option<Around>,
    },
    /// The answer is, byte for byte, the one that was read before; the session is that one.
    Again {
        /// Its entity tag in quotes, for the next conditional request.
        etag: Option<Box<str>>,
    },
    /// There is no session: consent is needed.
    NeedsConsent,
    /// The session was deleted. `named` says whether the answer itself named the session that was asked for.
    Deleted {
        /// Whether the answer named the session.
        named: bool,
    },
    /// The session belongs to another player.
    OfAnotherPlayer,
    /// 401: the player's token is not accepted.
    Unauthorized,
    /// 429: come back later.
    RateLimited {
        /// How long the server asks to wait.
        retry_after_ms: Option<u64>,
    },
    /// 5xx: the server has trouble.
    ServerError {
        /// How long the server asks to wait.
        retry_after_ms: Option<u64>,
    },
    /// Another status: nothing is learnt from it, and asking again at once would not help.
    Rejected {
        /// The server's error code, or empty.
        code: Box<str>,
    },
    /// The answer is not one of this server's; says where.
    Malformed(String),
}

/// An entity tag in quotes, if it can be sent in a header (RFC 9110 section 8.8.3).
pub fn quoted_etag(etag: &str) -> Option<Box<str>> {
    let fits = !etag.is_empty() && etag.len() <= 256 && etag.bytes().all(|b| b == 0x21 || (0x23..=0x7e).contains(&b));
    fits.then(|| format!("\"{etag}\"").into())
}

/// The session that is held, and what stood around it in the answer that it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The session.
    pub session: &'a Session,
    /// What stood around it, if it was read from an answer: what [`Answer::Session`] gave with this very session.
    pub around: Option<&'a Around>,
}

/// What stands around a session's JSON in an answer's body. `Debug` shows lengths.
#[derive(Clone, PartialEq, Eq)]
pub struct Around {
    head: Box<[u8]>,
    tail: Box<[u8]>,
}

impl core::fmt::Debug for Around {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Around({}, {})", self.head.len(), self.tail.len())
    }
}

impl Around {
    /// What stands around `part` in the body that it is a part of; `None` when that is much.
    fn of(body: &str, part: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
        let tail = body.as_bytes().get(start.checked_add(part.len())?..)?;
        (start.saturating_add(tail.len()) <= MAX_AROUND_BYTES).then_some(Self {
            head: body.as_bytes().get(..start)?.into(),
            tail: tail.into(),
        })
    }

    /// Whether a body is that session with this around it.
    fn is_body(&self, body: &[u8], session: &Session) -> bool {
        let inner = body
            .strip_prefix(&*self.head)
            .and_then(|rest| rest.strip_suffix(&*self.tail));
        inner == Some(session.json().as_bytes())
    }
}

/// Reads an answer to `ask`. `now_ms` is the wall clock, for a `Retry-After` that is a date.
pub fn read(ask: &Ask, response: &Response, now_ms: i64) -> Answer {
    read_after(ask, response, now_ms, None)
}

/// The same when a session is held: what is the same in both is not read again.
pub fn read_after(ask: &Ask, response: &Response, now_ms: i64, before: Option<Before<'_>>) -> Answer {
    match response.status {
        200 => read_body(ask, response, before),
        304 if matches!(ask, Ask::Session { etag: Some(_), .. }) => Answer::Unchanged,
        _ => read_failure(response, now_ms),
    }
}

/// What an answer other than 200 means, whatever was asked.
pub(super) fn read_failure(response: &Response, now_ms: i64) -> Answer {
    match response.status {
        304 => Answer::Malformed("the server answered 304 to a request without an entity tag".to_owned()),
        401 => Answer::Unauthorized,
        429 => Answer::RateLimited {
            retry_after_ms: retry_after_ms(response, now_ms),
        },
        500..=599 => Answer::ServerError {
            retry_after_ms: retry_after_ms(response, now_ms),
        },
        status => match error_code(&response.body) {
            Some(code) if &*code == OF_ANOTHER_PLAYER && matches!(status, 403 | 409) => Answer::OfAnotherPlayer,
            code => Answer::Rejected {
                code: code.unwrap_or_default(),
            },
        },
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    needs_consent: Option<bool>,
    session_deleted: Option<bool>,
    has_changed: Option<bool>,
    #[serde(borrow)]
    session: Option<&'a RawValue>,
    session_id: Option<String>,
    permissions: Option<serde::de::IgnoredAny>,
}

/// There is room for the changes list beside the session.
fn is_too_long(response: &Response) -> bool {
    response.body.len() > 4 * MAX_JSON_BYTES
}

/// A JSON object in a body; the error is a sentence that says where, and quotes nothing.
pub(super) fn read_object<'a, T: Deserialize<'a>>(response: &'a Response) -> Result<(&'a str, T), String> {
    if is_too_long(response) {
        return Err("the server's answer is too long".to_owned());
    }
    let text = core::str::from_utf8(&response.body).map_err(|_| "the server's answer is not UTF-8".to_owned())?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err("the server's answer is not a JSON object".to_owned());
    }
    let body = serde_json::from_str(text).map_err(|error| {
        format!(
            "the server's answer cannot be read (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    Ok((text, body))
}

fn read_body(ask: &Ask, response: &Response, before: Option<Before<'_>>) -> Answer {
    if let Some(Before {
        session,
        around: Some(around),
    }) = before
        && ask.id().is_none_or(|asked| asked == session.id())
        && around.is_body(&response.body, session)
    {
        return Answer::Again {
            etag: etag_of(response, session),
        };
    }
    if let Some(answer) = read_quickly(ask, response, before.map(|before| before.session)) {
        return answer;
    }
    let (text, body): (&str, Body<'_>) = match read_object(response) {
        Ok(read) => read,
        Err(text) => return Answer::Malformed(text),
    };
    if body.session_deleted == Some(true) {
        return match (body.session_id.as_deref(), ask.id()) {
            (Some(named), Some(asked)) if named != asked => {
                Answer::Malformed("the server's answer is about another session".to_owned())
            }
            (named, asked) => Answer::Deleted {
                named: named.is_some() && asked.is_some(),
            },
        };
    }
    if body.needs_consent == Some(true) {
        return Answer::NeedsConsent;
    }
    let document = match body.session {
        Some(raw) => raw.get(),
        None if body.session_id.is_some() && body.permissions.is_some() => text,
        None if body.has_changed == Some(false) => {
            return match ask {
                Ask::Session { .. } => Answer::Unchanged,
                _ => Answer::Malformed("the server's answer has no session".to_owned()),
            };
        }
        None => return Answer::Malformed("the server's answer has no session".to_owned()),
    };
    match Session::parse(document.as_bytes()) {
        Err(error) => Answer::Malformed(format!("the server's answer: {error}")),
        Ok(session) if ask.id().is_some_and(|asked| asked != session.id()) => {
            Answer::Malformed("the server's answer is about another session".to_owned())
        }
        Ok(session) => {
            let part = document.trim_ascii();
            Answer::Session {
                etag: etag_of(response, &session),
                // Otherwise it stood deeper inside.
                around: (part.len() == session.json().len())
                    .then(|| Around::of(text, part))
                    .flatten(),
                session: Box::new(session),
            }
        }
    }
}

/// A session that was asked for, and that nothing is unusual about: read in one pass.
fn read_quickly(ask: &Ask, response: &Response, held: Option<&Session>) -> Option<Answer> {
    if is_too_long(response) {
        return None;
    }
    let text = core::str::from_utf8(&response.body).ok()?;
    let (apart, rest) = Apart::of(text, held)?;
    let body: Body<'_> = serde_json::from_str(Some(&*rest).filter(|rest| rest.starts_with('{'))?).ok()?;
    if body.session_deleted == Some(true) || body.needs_consent == Some(true) {
        return None;
    }
    let (session, document) = apart.session(&rest, body.session.map_or(rest.trim_ascii(), RawValue::get))?;
    let is_asked_for = ask.id().is_none_or(|asked| asked == session.id());
    is_asked_for.then(|| Answer::Session {
        etag: etag_of(response, &session),
        around: Around::of(text, document),
        session: Box::new(session),
    })
}

/// The entity tag for the next conditional request.
fn etag_of(response: &Response, session: &Session) -> Option<Box<str>> {
    let sent = response.header("etag").filter(|tag| is_strong_etag(tag));
    sent.map(Box::from).or_else(|| session.etag().and_then(quoted_etag))
}

/// A strong entity tag in its quotes.
fn is_strong_etag(tag: &str) -> bool {
    tag.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(quoted_etag)
        .is_some()
}

/// `error` of an error body where it is a short text; both servers' other shapes give nothing.
fn error_code(body: &[u8]) -> Option<Box<str>> {
    #[derive(Deserialize)]
    struct Error<'a> {
        #[serde(borrow)]
        error: &'a str,
    }
    let error: Error<'_> = serde_json::from_slice(body).ok()?;
    let is_code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (error.error.len() <= MAX_CODE_BYTES && error.error.bytes().all(is_code)).then(|| error.error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASK_ID: &str = "s-1";

    fn ask(etag: bool) -> Ask {
        Ask::Session {
            id: ASK_ID.into(),
            etag: etag.then(|| "\"e\"".into()),
        }
    }

    fn answer_to(ask: &Ask, status: u16, body: &str) -> Answer {
        read(
            ask,
            &Response {
                status,
                headers: Vec::new(),
                body: body.into(),
            },
            0,
        )
    }

    fn answer(status: u16, body: &str) -> Answer {
        answer_to(&ask(true), status, body)
    }

    #[test]
    fn requests_carry_token_and_entity_tag() {
        let request = ask(true).request("https://g.example", Some("t0k")).unwrap();
        assert_eq!(
            (request.method, &*request.url),
            (Method::Get, "https://g.example/api/session/s-1")
        );
        assert!(request.headers.contains(&("Authorization".into(), "Bearer t0k".into())));
        assert!(request.headers.contains(&("If-None-Match".into(), "\"e\"".into())));
        let bind = Ask::Bind { id: "a\"b".into() }
            .request("https://g.example", None)
            .unwrap();
        assert_eq!(
            (bind.method, &*bind.url),
            (Method::Put, "https://g.example/api/session")
        );
        assert_eq!(bind.body, br#"{"sessionId":"a\"b"}"#);
        assert!(!format!("{request:?}").contains("t0k"));
    }

    #[test]
    fn the_guides_answers_are_read() {
        assert_eq!(answer(304, ""), Answer::Unchanged);
        assert_eq!(answer(200, r#"{"needsConsent":true}"#), Answer::NeedsConsent);
        assert_eq!(
            answer(200, r#"{"sessionDeleted":true}"#),
            Answer::Deleted { named: false }
        );
        assert_eq!(
            answer(200, r#"{"sessionDeleted":true,"sessionId":"s-1"}"#),
            Answer::Deleted { named: true }
        );
        assert_eq!(answer(200, r#"{"hasChanged":false}"#), Answer::Unchanged);
        for body in [
            r#"{"hasChanged":false,"session":{"sessionId":"s-1","etag":"x","permissions":[]}}"#,
            r#"{"hasChanged":true,"changes":[],"session":{"sessionId":"s-1","etag":"x"}}"#,
            r#"{"sessionId":"s-1","etag":"x","permissions":[]}"#,
            r#"{"session":{"session":{"sessionId":"s-1","etag":"x"},"status":"PASS"}}"#,
        ] {
            match answer(200, body) {
                Answer::Session { session, etag, .. } => {
                    assert_eq!((session.id(), etag.as_deref()), ("s-1", Some("\"x\"")), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_answer_that_was_read_before_is_told_from_every_other() {
        let session =
            r#"{"sessionId":"s-1","etag":"x","permissions":[{"name":"a","enabled":true,"managedBy":"PLAYER"}]}"#;
        for (head, tail) in [("", ""), (" ", "\n"), (r#"{"hasChanged":true,"session":"#, "}")] {
            let body = format!("{head}{session}{tail}");
            let Answer::Session {
                session: held,
                around: Some(around),
                ..
            } = answer(200, &body)
            else {
                panic!("{body}");
            };
            let before = Before {
                session: &held,
                around: Some(&around),
            };
            let read = |ask: &Ask, body: &str, headers: &[(&str, &str)]| {
                let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
                let response = Response {
                    status: 200,
                    headers,
                    body: body.into(),
                };
                read_after(ask, &response, 0, Some(before))
            };
            let again = |etag: &str| Answer::Again {
                etag: Some(etag.into()),
            };
            assert_eq!(read(&ask(true), &body, &[]), again("\"x\""));
            assert_eq!(read(&Ask::Own, &body, &[("ETag", "\"y\"")]), again("\"y\""));
            let other = Ask::Session {
                id: "s-2".into(),
                etag: None,
            };
            assert!(matches!(read(&other, &body, &[]), Answer::Malformed(_)));
            for at in 0..body.len() {
                let mut changed = body.clone().into_bytes();
                changed[at] ^= 1;
                let changed = String::from_utf8(changed).unwrap();
                assert!(
                    !matches!(read(&ask(true), &changed, &[]), Answer::Again { .. }),
                    "{changed}"
                );
                assert!(!matches!(read(&ask(true), &body[..at], &[]), Answer::Again { .. }));
            }
            assert!(!matches!(
                read(&ask(true), &format!("{body} "), &[]),
                Answer::Again { .. }
            ));
        }
    }

    #[test]
    fn nothing_else_deletes_or_changes() {
        for (status, body) in [
            (404, ""),
            (404, r#"{"error":"NOT_FOUND"}"#),
            (400, r#"{"error":"NOT_FOUND"}"#),
            (403, "nope"),
            (302, ""),
        ] {
            assert!(
                matches!(answer(status, body), Answer::Rejected { .. }),
                "{status} {body}"
            );
        }
        for body in [
            "",
            "null",
            "[]",
            "<html>",
            "{}",
            r#"{"sessionDeleted":false}"#,
            r#"{"sessionDeleted":"true"}"#,
            r#"{"sessionDeleted":true,"sessionId":"s-2"}"#,
            r#"{"session":{"sessionId":"s-2","permissions":[]}}"#,
            r#"{"session":[]}"#,
            r#"{"hasChanged":true}"#,
        ] {
            assert!(matches!(answer(200, body), Answer::Malformed(_)), "{body}");
        }
        assert!(matches!(answer_to(&ask(false), 304, ""), Answer::Malformed(_)));
        assert!(matches!(
            answer_to(&Ask::Own, 200, r#"{"hasChanged":false}"#),
            Answer::Malformed(_)
        ));
    }

    #[test]
    fn errors_keep_their_kinds() {
        assert_eq!(answer(401, ""), Answer::Unauthorized);
        assert_eq!(answer(429, ""), Answer::RateLimited { retry_after_ms: None });
        assert_eq!(answer(503, "x"), Answer::ServerError { retry_after_ms: None });
        let foreign = r#"{"error":"SESSION_OF_ANOTHER_PLAYER"}"#;
        assert_eq!(
            (answer(403, foreign), answer(409, foreign)),
            (Answer::OfAnotherPlayer, Answer::OfAnotherPlayer)
        );
        let planted = r#"{"error":"kid@example.org said no"}"#;
        assert_eq!(answer(400, planted), Answer::Rejected { code: Box::default() });
    }
}
