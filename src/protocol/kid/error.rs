//! What k-ID's calls can fail with.

use alloc::{
    borrow::Cow,
    boxed::Box,
    format,
    string::{String, ToString},
};
use core::fmt;

use serde::Deserialize;

use crate::protocol::{http::Response, retry_after::retry_after_ms};

/// The longest error body that is read, in bytes.
pub(super) const MAX_ERROR_BYTES: usize = 64 * 1024;
/// The longest error code, in bytes.
const MAX_CODE_BYTES: usize = 200;
/// The code that k-ID gives for something that is gone, never was, or whose id is bad.
const NOT_FOUND: &str = "NOT_FOUND";
/// The code that `challenge/send-email` gives when there is no address that it can send to.
pub const INVALID_EMAIL: &str = "INVALID_EMAIL";

/// Why a call has no answer that can be used. The texts quote no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KidError {
    /// There is no such thing: 400 or 404 with k-ID's `NOT_FOUND`. It names nothing, so a caller may want to ask a second
    /// time before it acts on it.
    NotFound,
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
    /// Not an answer of k-ID, or not to this question. The text says what was wrong.
    Malformed(String),
}

impl KidError {
    pub(super) fn malformed(text: impl ToString) -> Self {
        Self::Malformed(text.to_string())
    }
}

impl fmt::Display for KidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("k-ID knows nothing of that id"),
            Self::Unauthorized => f.write_str(
                "k-ID refused the API key: it is wrong, has expired, or is for the other of test and live mode",
            ),
            Self::RateLimited { .. } => f.write_str("k-ID asks to come back later: too many requests"),
            Self::ServerError { status } => write!(f, "k-ID has trouble (HTTP {status})"),
            Self::BadRequest { code } => match word(code) {
                Some(code) => write!(f, "k-ID refused the request: {code}"),
                None => f.write_str("k-ID refused the request and did not say why"),
            },
            Self::Malformed(text) => f.write_str(text),
        }
    }
}

impl core::error::Error for KidError {}

/// The code, if it is a word as k-ID's codes are: anything else might repeat what was sent.
fn word(code: &str) -> Option<&str> {
    let is_word = (1..=64).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_word.then_some(code)
}

impl KidError {
    /// k-ID's code for the refusal, if it is a word as its codes are; for logs.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::NotFound => Some(NOT_FOUND),
            Self::BadRequest { code } => word(code),
            _ => None,
        }
    }
}

/// The body of an answer with status 200, or what the answer means instead. `call` is the call's name for texts;
/// `now_ms` is the Unix time in milliseconds, for a `Retry-After` that is a date.
pub(super) fn body<'a>(call: &str, response: &'a Response, now_ms: i64) -> Result<&'a [u8], KidError> {
    Err(match response.status {
        200 => return Ok(&response.body),
        401 => KidError::Unauthorized,
        429 => KidError::RateLimited {
            retry_after_ms: retry_after_ms(response, now_ms),
        },
        status @ 500..=599 => KidError::ServerError { status },
        status @ 400..=499 => refusal(status, &response.body),
        status => KidError::Malformed(format!(
            "HTTP status {status} is none that k-ID's {call} has; is the base URL right?"
        )),
    })
}

fn refusal(status: u16, body: &[u8]) -> KidError {
    match (status, ErrorBody::parse(body)) {
        (400 | 404, Some(error)) if error.code() == NOT_FOUND => KidError::NotFound,
        (_, Some(error)) => KidError::BadRequest { code: error.code },
        // Some of k-ID's validation errors have no body at all; anything else without k-ID's body is not from k-ID.
        (400, None) if body.trim_ascii().is_empty() => KidError::BadRequest { code: Box::default() },
        (_, None) => KidError::Malformed(format!(
            "HTTP status {status} without k-ID's error body; is the base URL right?"
        )),
    }
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
mod tests {
    use super::*;

    #[test]
    fn texts_repeat_k_ids_words_and_nothing_else() {
        let refused = |code: &str| KidError::BadRequest { code: code.into() };
        assert_eq!(
            refused("INVALID_INPUT").to_string(),
            "k-ID refused the request: INVALID_INPUT"
        );
        assert_eq!(refused("INVALID_INPUT").code(), Some("INVALID_INPUT"));
        for odd in ["", "secret@mail.example", "secret", "SECRET S", &"X".repeat(65)] {
            let error = refused(odd);
            assert_eq!(error.to_string(), "k-ID refused the request and did not say why");
            assert_eq!(error.code(), None);
        }
        assert_eq!(KidError::NotFound.code(), Some("NOT_FOUND"));
        assert_eq!(
            KidError::ServerError { status: 503 }.to_string(),
            "k-ID has trouble (HTTP 503)"
        );
    }
}
