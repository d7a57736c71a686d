//! What opens a page: one-time codes and signed tokens, each valid for a while.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::ApiError;

/// How many links to widgets are remembered.
const WIDGETS: usize = 1000;
/// The characters of a code: none that can be taken for another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Longest lifetime that may be set: a year.
const LONGEST: u32 = 31_622_400;

/// How long codes and tokens are valid, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifetimes {
    /// One-time codes, and the URLs that hold one.
    pub code_seconds: u32,
    /// URLs with a signed token.
    pub token_seconds: u32,
}

/// An hour for a code; for a token k-ID's test mode.
impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code_seconds: 3600,
            token_seconds: 420,
        }
    }
}

/// A change of the lifetimes; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LifetimesEdit {
    code_seconds: Option<u32>,
    token_seconds: Option<u32>,
}

impl Lifetimes {
    /// Takes over what `edit` names. Codes and tokens that exist keep theirs.
    ///
    /// # Errors
    /// `INVALID_INPUT` for more than a year.
    pub fn apply(&mut self, edit: &LifetimesEdit) -> Result<(), ApiError> {
        let next = Self {
            code_seconds: edit.code_seconds.unwrap_or(self.code_seconds),
            token_seconds: edit.token_seconds.unwrap_or(self.token_seconds),
        };
        if next.code_seconds.max(next.token_seconds) > LONGEST {
            return Err(ApiError::invalid(format!("a lifetime is at most {LONGEST} seconds")));
        }
        *self = next;
        Ok(())
    }
}

/// What is behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// The challenge with this number.
    Challenge(u64),
    /// The permissions of this session.
    Widget { session_id: String },
}

struct Link {
    door: Door,
    expires: Timestamp,
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    Unknown,
    Expired,
}

/// A code or token that has just been made.
#[derive(Clone, Debug)]
pub struct Made {
    pub text: String,
    pub expires: Timestamp,
}

/// A token with the look of a JWT and this payload. The signature is random: it only has to be found again.
pub fn token_with(payload: &Value) -> String {
    let part = |value: &[u8]| URL_SAFE_NO_PAD.encode(value);
    let header = json!({"alg": "HS256", "typ": "JWT"}).to_string();
    let signature = Sha256::digest(Uuid::new_v4().as_bytes());
    format!(
        "{}.{}.{}",
        part(header.as_bytes()),
        part(payload.to_string().as_bytes()),
        part(&signature)
    )
}

/// All codes and tokens.
#[derive(Default)]
pub struct Links {
    by_text: HashMap<String, Link>,
    widgets: VecDeque<String>,
}

impl Links {
    /// A one-time code of six characters.
    pub fn make_code(&mut self, door: Door, seconds: u32) -> Made {
        let code = loop {
            let random = Uuid::new_v4();
            let letters = random.as_bytes().iter().take(6);
            let code: String = letters
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .collect();
            if !self.by_text.contains_key(&code) {
                break code;
            }
        };
        let expires = Timestamp::now() + jiff::SignedDuration::from_secs(seconds.into());
        self.add(code, door, expires)
    }

    /// A token with the look of a JWT, whose payload has `exp`.
    pub fn make_token(&mut self, door: Door, seconds: u32) -> Made {
        let exp = Timestamp::now().as_second() + i64::from(seconds);
        let token = token_with(&json!({"exp": exp, "jti": Uuid::new_v4().to_string()}));
        // A number of seconds that the clock can name, as it is near the present.
        let expires = Timestamp::from_second(exp).unwrap_or(Timestamp::MAX);
        if matches!(door, Door::Widget { .. }) {
            self.widgets.push_back(token.clone());
            if self.widgets.len() > WIDGETS {
                let oldest = self.widgets.pop_front();
                self.forget(oldest.as_deref().unwrap_or_default());
            }
        }
        self.add(token, door, expires)
    }

    fn add(&mut self, text: String, door: Door, expires: Timestamp) -> Made {
        self.by_text.insert(text.clone(), Link { door, expires });
        Made { text, expires }
    }

    /// What is behind `text` now. A code may be typed in lower case.
    ///
    /// # Errors
    /// Whether it was never given out, or has expired.
    pub fn open(&self, text: &str) -> Result<&Door, Closed> {
        let link = self
            .by_text
            .get(text)
            .or_else(|| self.by_text.get(&text.trim().to_ascii_uppercase()))
            .ok_or(Closed::Unknown)?;
        if link.expires <= Timestamp::now() {
            return Err(Closed::Expired);
        }
        Ok(&link.door)
    }

    /// Ends the life of a link.
    pub fn expire(&mut self, text: &str) {
        if let Some(link) = self.by_text.get_mut(text) {
            link.expires = link.expires.min(Timestamp::now());
        }
    }

    /// Makes a link one that was never given out.
    pub fn forget(&mut self, text: &str) {
        self.by_text.remove(text);
    }
}
