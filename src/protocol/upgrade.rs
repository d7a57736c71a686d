//! The studio's own server once more: asking for a permission, and what follows from a challenge.
//!
//! - `POST /api/request-permission`: `{"success":true,"session":…}`, or a challenge for a parent or the player.
//! - `GET /api/challenge/{id}/status`, `GET /api/challenge/{id}` (with a fresh URL and code),
//!   `POST /api/challenge/{id}/code`, `POST /api/challenge/{id}/email`.
//!
//! No answer here makes a feature allowed: only a session does that.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    age_signal::AgeSignal,
    backend::{Answer, headers, read_failure, read_object},
    challenge::{Challenge, ChallengeStatus, NewCode},
    http::{Method, Request, Response},
    url::{UrlError, join_path},
};

/// The error code of a challenge that the server does not know, or that is not this player's.
const CHALLENGE_NOT_FOUND: &str = "CHALLENGE_NOT_FOUND";

/// What is asked. `Debug` shows the kind only: the rest names sessions, challenges and people.
#[derive(Clone, PartialEq, Eq)]
pub enum UpgradeAsk {
    /// That this permission be enabled.
    Permission {
        /// The player's session.
        session_id: Box<str>,
        /// The permission's name.
        permission: Box<str>,
        /// What the platform says about the player's age.
        signal: Option<Box<AgeSignal>>,
    },
    /// The challenge, with a URL and a code that are valid.
    Challenge {
        /// Its id.
        id: Box<str>,
    },
    /// Where the challenge stands.
    Status {
        /// Its id.
        id: Box<str>,
    },
    /// A new one-time code.
    Code {
        /// The challenge's id.
        id: Box<str>,
    },
    /// A message to the parent.
    Email {
        /// The challenge's id.
        id: Box<str>,
        /// The parent's address; none: the adult who approved last.
        address: Option<Box<str>>,
        /// The message's language, as a BCP 47 tag.
        locale: Option<Box<str>>,
    },
}

impl fmt::Debug for UpgradeAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permission { .. } => "Permission(..)",
            Self::Challenge { .. } => "Challenge(..)",
            Self::Status { .. } => "Status(..)",
            Self::Code { .. } => "Code(..)",
            Self::Email { .. } => "Email(..)",
        })
    }
}

impl UpgradeAsk {
    /// Builds the request. `token` is the player's, for the `Authorization` header.
    ///
    /// # Errors
    /// The base URL cannot be used.
    pub fn request(&self, base: &str, token: Option<&str>) -> Result<Request, UrlError> {
        let (method, path, body): (Method, &[&str], Vec<u8>) = match self {
            Self::Permission {
                session_id,
                permission,
                signal,
            } => {
                let mut body = serde_json::json!({ "sessionId": session_id, "permissionName": permission });
                if let (Some(signal), Some(fields)) = (signal, body.as_object_mut()) {
                    let signal = serde_json::to_value(signal).unwrap_or_default();
                    fields.insert("platformAgeSignal".to_owned(), signal);
                }
                (
                    Method::Post,
                    &["api", "request-permission"],
                    body.to_string().into_bytes(),
                )
            }
            Self::Challenge { id } => (Method::Get, &["api", "challenge", id], Vec::new()),
            Self::Status { id } => (Method::Get, &["api", "challenge", id, "status"], Vec::new()),
            Self::Code { id } => (Method::Post, &["api", "challenge", id, "code"], b"{}".to_vec()),
            Self::Email { id, address, locale } => {
                let mut fields = serde_json::Map::new();
                for (name, value) in [("email", address), ("locale", locale)] {
                    fields.extend(value.as_deref().map(|value| (name.to_owned(), value.into())));
                }
                let body = serde_json::Value::Object(fields).to_string().into_bytes();
                (Method::Post, &["api", "challenge", id, "email"], body)
            }
        };
        let url = join_path(base, path)?;
        let mut headers = headers(token);
        if method == Method::Post {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Ok(Request {
            method,
            url,
            headers,
            body,
        })
    }

    /// Whether the same request may be sent again when nobody knows whether the first arrived: all but a message to a
    /// person. The server gives one open challenge for a permission, however often it is asked.
    pub fn is_repeatable(&self) -> bool {
        !matches!(self, Self::Email { .. })
    }

    /// Whether the server may refuse it as too soon and still take everything else: a message, a code.
    pub fn has_own_limit(&self) -> bool {
        matches!(self, Self::Email { .. } | Self::Code { .. })
    }

    /// The id of the challenge that it is about.
    fn challenge_id(&self) -> Option<&str> {
        match self {
            Self::Permission { .. } => None,
            Self::Challenge { id } | Self::Status { id } | Self::Code { id } | Self::Email { id, .. } => Some(id),
        }
    }
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq)]
pub enum UpgradeAnswer {
    /// Somebody must answer this challenge first.
    Challenge(Box<Challenge>),
    /// No challenge: the session tells whether the permission is on.
    LookAtSession,
    /// Where the challenge stands.
    Status {
        /// The status.
        status: ChallengeStatus,
        /// The session that it led to, where the answer names one.
        session_id: Option<Box<str>>,
        /// The challenge with a fresh URL and code, where that was asked for.
        challenge: Option<Box<Challenge>>,
    },
    /// A new one-time code.
    Code(NewCode),
    /// The message is on its way.
    Sent,
    /// The server does not know this challenge, or not as this player's.
    NoSuchChallenge,
    /// The answers that every request may get: the session is gone, 401, 429, 5xx, refused, not understood.
    Other(Answer),
}

/// Reads an answer to `ask`. `now_ms` is the wall clock, for times that are counted from now.
pub fn read_upgrade(ask: &UpgradeAsk, response: &Response, now_ms: i64) -> UpgradeAnswer {
    if response.status != 200 {
        return match read_failure(response, now_ms) {
            Answer::Rejected { code } if &*code == CHALLENGE_NOT_FOUND && ask.challenge_id().is_some() => {
                UpgradeAnswer::NoSuchChallenge
            }
            other => UpgradeAnswer::Other(other),
        };
    }
    let read = match ask {
        UpgradeAsk::Permission { session_id, .. } => read_permission(session_id, response, now_ms),
        UpgradeAsk::Challenge { id } | UpgradeAsk::Status { id } => read_status(id, response, now_ms),
        UpgradeAsk::Code { .. } => NewCode::parse(&response.body)
            .map(UpgradeAnswer::Code)
            .map_err(|error| format!("the server's answer: {error}")),
        // The status says it all; a body is not needed.
        UpgradeAsk::Email { .. } => Ok(UpgradeAnswer::Sent),
    };
    read.unwrap_or_else(|text| UpgradeAnswer::Other(Answer::Malformed(text)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    needs_consent: Option<bool>,
    session_deleted: Option<bool>,
    requires_age_assurance: Option<bool>,
    success: Option<bool>,
    #[serde(borrow)]
    challenge: Option<&'a RawValue>,
    #[serde(borrow)]
    session: Option<&'a RawValue>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    challenge_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
}

/// The challenge decides, then the session; never a word like "success" or "status".
fn read_permission(session_id: &str, response: &Response, now_ms: i64) -> Result<UpgradeAnswer, String> {
    let (_, body): (_, Body<'_>) = read_object(response)?;
    let is_other = |named: &str| named != session_id;
    if body.session_id.as_deref().is_some_and(is_other) || body.session.is_some_and(|raw| names_other(raw, session_id))
    {
        return Err("the server's answer is about another session".to_owned());
    }
    if body.session_deleted == Some(true) {
        let named = body.session_id.is_some();
        return Ok(UpgradeAnswer::Other(Answer::Deleted { named }));
    }
    if body.needs_consent == Some(true) {
        return Ok(UpgradeAnswer::Other(Answer::NeedsConsent));
    }
    if let Some(raw) = body.challenge.filter(|raw| raw.get() != "null") {
        let mut challenge =
            Challenge::parse(raw.get().as_bytes(), now_ms).map_err(|error| format!("the server's answer: {error}"))?;
        if challenge.kind.is_empty() && body.requires_age_assurance == Some(true) {
            challenge.kind = "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE".into();
        }
        return Ok(UpgradeAnswer::Challenge(Box::new(challenge)));
    }
    if body.success.is_none() && body.session.is_none() {
        return Err("the server's answer has neither a challenge nor a session".to_owned());
    }
    Ok(UpgradeAnswer::LookAtSession)
}

/// Whether a session in an answer says that it is another one than was asked about.
fn names_other(session: &RawValue, id: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Id<'a> {
        #[serde(borrow, default)]
        session_id: Option<Cow<'a, str>>,
    }
    let named: Option<Id<'_>> = serde_json::from_str(session.get()).ok();
    named
        .and_then(|named| named.session_id)
        .is_some_and(|named| named != id)
}

fn read_status(id: &str, response: &Response, now_ms: i64) -> Result<UpgradeAnswer, String> {
    let (_, body): (_, Body<'_>) = read_object(response)?;
    if body.challenge_id.as_deref().is_some_and(|named| named != id) {
        return Err("the server's answer is about another challenge".to_owned());
    }
    // Absent or unknown counts as pending.
    let word: Option<String> = body.status.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let challenge = body.challenge.filter(|raw| raw.get() != "null");
    if word.is_none() && challenge.is_none() {
        return Err("the server's answer has no status".to_owned());
    }
    let challenge = challenge
        .map(|raw| Challenge::parse(raw.get().as_bytes(), now_ms))
        .transpose()
        .map_err(|error| format!("the server's answer: {error}"))?;
    if challenge.as_ref().is_some_and(|challenge| &*challenge.id != id) {
        return Err("the server's answer is about another challenge".to_owned());
    }
    Ok(UpgradeAnswer::Status {
        status: ChallengeStatus::from_wire(&word.unwrap_or_default()),
        session_id: body
            .session_id
            .filter(|named| !named.is_empty())
            .map(|named| named.to_string().into()),
        challenge: challenge.map(Box::new),
    })
}

#[cfg(test)]
#[path = "upgrade_tests.rs"]
mod tests;
