//! The ad service's game session: initiated, kept alive by heartbeats, ended. Not to be confused with k-ID's session.
//!
//! `POST {base}/games/sessions/initiate`, `…/heartbeat`, `…/end` with `{"auth_token":…}`. It is done when the answer says
//! `"success": true` and has no error, whatever the HTTP status; an error is nested, `{"error":{"code":…,"message":…}}`.

use alloc::{borrow::ToOwned, boxed::Box, format, string::String};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    http::{Method, Request, Response},
    retry_after_ms,
    url::{UrlError, join_path},
};

/// The longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// The longest error code that is repeated.
const MAX_CODE_BYTES: usize = 64;

/// What is asked of the ad service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameAsk {
    /// Begin a game session.
    Initiate,
    /// Keep it alive.
    Heartbeat,
    /// End it.
    End,
}

impl GameAsk {
    /// Builds the request. `auth_token` is the ad service's token for this player; it travels in the body.
    ///
    /// # Errors
    /// The base URL cannot be used.
    pub fn request(self, base: &str, auth_token: &str) -> Result<Request, UrlError> {
        let method = match self {
            Self::Initiate => "initiate",
            Self::Heartbeat => "heartbeat",
            Self::End => "end",
        };
        Ok(Request {
            method: Method::Post,
            url: join_path(base, &["games", "sessions", method])?,
            headers: [("Accept", "application/json"), ("Content-Type", "application/json")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: format!("{}", serde_json::json!({ "auth_token": auth_token })).into_bytes(),
        })
    }
}

/// What the ad service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GameAnswer {
    /// It is done.
    Done,
    /// There is a game session of this player already.
    AlreadyInGame,
    /// There is no game session of this player.
    NoActiveSession,
    /// The token is missing, unknown or expired.
    Unauthorized,
    /// Anything else: nothing is known. The text quotes at most an error code.
    Failed {
        /// What was wrong.
        text: String,
        /// How long the service asks to wait.
        retry_after_ms: Option<u64>,
    },
}

/// Reads an answer, whatever its status. `now_ms` is the wall clock, for a `Retry-After` that is a date.
pub fn read_game(response: &Response, now_ms: i64) -> GameAnswer {
    let failed = |text: String| GameAnswer::Failed {
        text,
        retry_after_ms: retry_after_ms(response, now_ms),
    };
    let status = response.status;
    let Some(body) = read_body(&response.body) else {
        return match status {
            401 => GameAnswer::Unauthorized,
            _ => failed(format!(
                "the ad service answered HTTP {status} without a word that can be read"
            )),
        };
    };
    match (body.code.as_deref(), status) {
        (Some("ALREADY_IN_GAME"), _) => GameAnswer::AlreadyInGame,
        (Some("NO_ACTIVE_SESSION"), _) => GameAnswer::NoActiveSession,
        (Some("UNAUTHORIZED"), _) => GameAnswer::Unauthorized,
        (None, _) if body.is_success => GameAnswer::Done,
        (None, 401) => GameAnswer::Unauthorized,
        (Some(code), _) => failed(format!("the ad service answered HTTP {status} ({})", printable(code))),
        (None, _) => failed(format!(
            "the ad service answered HTTP {status} without saying that it is done"
        )),
    }
}

struct Body {
    is_success: bool,
    /// The error's code; empty when there is an error without one.
    code: Option<Box<str>>,
}

fn read_body(bytes: &[u8]) -> Option<Body> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        success: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Nested {
        #[serde(default)]
        code: serde_json::Value,
    }
    if bytes.len() > MAX_ANSWER_BYTES || !bytes.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let wire: Wire<'_> = serde_json::from_slice(bytes).ok()?;
    let error = wire
        .error
        .map(RawValue::get)
        .filter(|raw| *raw != "null" && *raw != "false");
    let code = error.map(|raw| {
        let nested = serde_json::from_str::<Nested>(raw).ok();
        let nested = nested.and_then(|nested| nested.code.as_str().map(Box::from));
        // One that is a plain word is not documented, but says the same.
        nested
            .or_else(|| serde_json::from_str::<Box<str>>(raw).ok())
            .unwrap_or_default()
    });
    Some(Body {
        is_success: wire.success.map(RawValue::get) == Some("true"),
        code,
    })
}

/// An error code, unless it looks like anything but a code.
fn printable(code: &str) -> &str {
    let is_code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if !code.is_empty() && code.len() <= MAX_CODE_BYTES && code.bytes().all(is_code) {
        code
    } else {
        "an error without a code"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> GameAnswer {
        let response = Response {
            status,
            headers: alloc::vec::Vec::new(),
            body: body.into(),
        };
        read_game(&response, 0)
    }

    #[test]
    fn requests_carry_the_token_in_the_body_alone() {
        for (ask, path) in [
            (GameAsk::Initiate, "initiate"),
            (GameAsk::Heartbeat, "heartbeat"),
            (GameAsk::End, "end"),
        ] {
            let request = ask.request("https://ads.example/api", "t\"0k").unwrap();
            assert_eq!(request.url, format!("https://ads.example/api/games/sessions/{path}"));
            assert_eq!(
                (request.method, &*request.body),
                (Method::Post, &br#"{"auth_token":"t\"0k"}"#[..])
            );
            assert!(!request.headers.iter().any(|(name, _)| name == "Authorization"));
            assert!(!format!("{request:?}").contains("0k"));
        }
        assert!(GameAsk::End.request("ftp://x", "t").is_err());
    }

    #[test]
    fn the_body_decides_whatever_the_status() {
        for status in [200, 201, 400, 401, 404, 500] {
            assert_eq!(
                read(status, r#"{"error":{"code":"ALREADY_IN_GAME","message":"m"}}"#),
                GameAnswer::AlreadyInGame
            );
            assert_eq!(
                read(status, r#"{"success":false,"error":{"code":"NO_ACTIVE_SESSION"}}"#),
                GameAnswer::NoActiveSession
            );
            assert_eq!(
                read(status, r#"{"error":"NO_ACTIVE_SESSION"}"#),
                GameAnswer::NoActiveSession
            );
            assert_eq!(
                read(status, r#"{"error":{"code":"UNAUTHORIZED"},"message":"m"}"#),
                GameAnswer::Unauthorized
            );
            // An error goes before a success.
            assert_eq!(
                read(status, r#"{"success":true,"error":{"code":"NO_ACTIVE_SESSION"}}"#),
                GameAnswer::NoActiveSession
            );
        }
        for status in [200, 201, 401, 500] {
            assert_eq!(read(status, r#"{"success":true}"#), GameAnswer::Done);
            assert_eq!(
                read(status, r#"{"success":true,"error":null,"more":1}"#),
                GameAnswer::Done
            );
        }
    }

    #[test]
    fn anything_else_is_a_failure_that_quotes_nothing() {
        for (status, body) in [
            (200, ""),
            (200, "{}"),
            (200, r#"{"success":"true"}"#),
            (200, r#"{"success":false}"#),
            (200, r#"{"success":true,"error":{}}"#),
            (200, r#"{"success":true,"error":7}"#),
            (200, "<html>tok-planted</html>"),
            (400, r#"{"error":{"code":"tok-planted"}}"#),
            (429, ""),
            (500, r#"{"error":{"code":"ISE"}}"#),
        ] {
            match read(status, body) {
                GameAnswer::Failed { text, .. } => assert!(!text.contains("planted"), "{text}"),
                other => panic!("{status} {body}: {other:?}"),
            }
        }
        assert_eq!(read(401, ""), GameAnswer::Unauthorized);
        assert_eq!(read(401, r#"{"success":false}"#), GameAnswer::Unauthorized);
    }
}
