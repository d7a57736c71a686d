//! k-ID's webhooks: whether one is genuine and fresh, and what it says. For the server that k-ID calls.
//!
//! A webhook is a hint: it names a session or a challenge, carries no sequence number, may come twice, late or not at
//! all. What it says about a session is to be fetched.

use alloc::{borrow::Cow, boxed::Box};
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The header with the Unix time in seconds at which the webhook was signed.
pub const TIMESTAMP_HEADER: &str = "x-signature-timestamp";
/// The header with the HMAC.
pub const HMAC_HEADER: &str = "x-signature-hmac-sha256";
/// The header with the older signature, a plain hash.
pub const LEGACY_HEADER: &str = "x-signature-sha256";
/// How far a webhook's timestamp may be from now, before and after, in seconds, unless the caller says otherwise.
pub const DEFAULT_WINDOW_S: u64 = 300;

/// The longest event name, id or status that is read, in bytes.
const MAX_TEXT_BYTES: usize = 256;

/// A webhook as it came.
#[derive(Clone, Copy)]
pub struct Webhook<'a> {
    /// The value of [`TIMESTAMP_HEADER`].
    pub timestamp: Option<&'a str>,
    /// The value of [`HMAC_HEADER`].
    pub hmac: Option<&'a str>,
    /// The value of [`LEGACY_HEADER`].
    pub legacy: Option<&'a str>,
    /// The body's bytes, exactly as received.
    pub body: &'a [u8],
}

impl fmt::Debug for Webhook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("hmac", &self.hmac.is_some())
            .field("legacy", &self.legacy.is_some())
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Checks webhooks with the secret that the k-ID product and this server share. `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    secret: &'a [u8],
    window_s: u64,
    accept_legacy: bool,
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("window_s", &self.window_s)
            .field("accept_legacy", &self.accept_legacy)
            .finish_non_exhaustive()
    }
}

impl<'a> Verifier<'a> {
    /// A verifier with the default window, for the HMAC only. An empty secret refuses every webhook.
    pub fn new(secret: &'a [u8]) -> Self {
        Self {
            secret,
            window_s: DEFAULT_WINDOW_S,
            accept_legacy: false,
        }
    }

    /// The same with another window, in seconds.
    pub fn window_s(self, window_s: u64) -> Self {
        Self { window_s, ..self }
    }

    /// The same, taking the older plain-hash signature where no HMAC is sent. Only for products that k-ID still signs
    /// in that way: the hash is weaker than the HMAC.
    pub fn accept_legacy(self, accept_legacy: bool) -> Self {
        Self { accept_legacy, ..self }
    }

    /// Whether the webhook is genuine and fresh. `now_s` is the Unix time in seconds. The signature covers timestamp and
    /// body, and is compared in constant time.
    ///
    /// A webhook that was caught on its way can be sent again within the window: remember the signature for that long.
    ///
    /// # Errors
    /// A header is missing or not of its form, the signature is not that of this body and timestamp, or the timestamp is
    /// outside the window. All of them are answered with 401.
    pub fn verify(&self, webhook: &Webhook<'_>, now_s: i64) -> Result<(), Refusal> {
        if self.secret.is_empty() {
            return Err(Refusal::NoSecret);
        }
        let timestamp = webhook.timestamp.ok_or(Refusal::MissingTimestamp)?;
        let signed_at = seconds(timestamp).ok_or(Refusal::BadTimestamp)?;
        let genuine = match (webhook.hmac, webhook.legacy) {
            // Where there is an HMAC it alone counts: a second header must not offer an easier way in.
            (Some(hmac), _) => self.is_hmac(hmac, timestamp, webhook.body)?,
            (None, Some(hash)) if self.accept_legacy => self.is_hash(hash, timestamp, webhook.body),
            (None, _) => return Err(Refusal::MissingSignature),
        };
        if !genuine {
            return Err(Refusal::BadSignature);
        }
        if signed_at.abs_diff(now_s) > self.window_s {
            return Err(Refusal::Stale);
        }
        Ok(())
    }

    fn is_hmac(&self, given: &str, timestamp: &str, body: &[u8]) -> Result<bool, Refusal> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret).map_err(|_| Refusal::NoSecret)?;
        mac.update(timestamp.as_bytes());
        mac.update(body);
        Ok(is_hex_of(given, &mac.finalize().into_bytes()))
    }

    fn is_hash(&self, given: &str, timestamp: &str, body: &[u8]) -> bool {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update(timestamp.as_bytes());
        hash.update(body);
        is_hex_of(given, &hash.finalize())
    }
}

/// Why a webhook is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// This server has no secret to check with.
    NoSecret,
    /// No timestamp.
    MissingTimestamp,
    /// The timestamp is not a number of seconds.
    BadTimestamp,
    /// No signature of a kind that is accepted.
    MissingSignature,
    /// The signature is not that of this body and timestamp under this secret.
    BadSignature,
    /// Genuine, but the timestamp is too far from now: sent again by somebody, or a clock is wrong.
    Stale,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSecret => "no webhook secret is set",
            Self::MissingTimestamp => "the header X-Signature-Timestamp is missing",
            Self::BadTimestamp => "the header X-Signature-Timestamp is not a number of seconds",
            Self::MissingSignature => "the header X-Signature-Hmac-Sha256 is missing",
            Self::BadSignature => "the signature does not fit the body, the timestamp and the secret",
            Self::Stale => "the timestamp is too far from this server's clock",
        })
    }
}

impl core::error::Error for Refusal {}

/// A header of up to twelve digits, and nothing else, as seconds.
fn seconds(text: &str) -> Option<i64> {
    let plain = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether a text is the lower-case hex of those bytes. The length is public; the rest is compared in constant time.
fn is_hex_of(given: &str, bytes: &[u8]) -> bool {
    if given.len() != bytes.len() * 2 {
        return false;
    }
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
    let same = given
        .as_bytes()
        .chunks_exact(2)
        .zip(bytes)
        .fold(subtle::Choice::from(1), |same, (pair, byte)| {
            same & pair.ct_eq(&[digit(byte >> 4), digit(byte & 15)])
        });
    bool::from(same)
}

/// What a webhook says. `Debug` shows no identifier.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A session's permissions may differ: fetch it.
    SessionChangePermissions {
        /// The session's id.
        id: Box<str>,
    },
    /// A session is gone.
    SessionDelete {
        /// The session's id.
        id: Box<str>,
    },
    /// A challenge went on.
    ChallengeStateChange {
        /// The challenge's id.
        id: Box<str>,
        /// k-ID's word: `PASS`, `FAIL`, `IN_PROGRESS` or another.
        status: Box<str>,
        /// k-ID's word for the type of challenge; older webhooks have none.
        kind: Option<Box<str>>,
        /// The session that a challenge was approved for; may be another than the one that was asked for.
        session_id: Option<Box<str>>,
    },
    /// Somebody tries the address from k-ID's settings.
    Test,
    /// An event that this library does not know, by its name: answer 200 and ignore it.
    Other(Box<str>),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Event {
    /// Reads a body that has been verified.
    ///
    /// # Errors
    /// Not a JSON object with an `eventType`, or an event of a known type lacks what it needs. The text quotes nothing.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow)]
            event_type: Cow<'a, str>,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let text = core::str::from_utf8(body).map_err(|_| EventError("the body is not UTF-8"))?;
        if !text.trim_ascii_start().starts_with('{') {
            return Err(EventError("the body is not a JSON object"));
        }
        // The whole document is read once without building anything, so that what RawValue skips is JSON as well.
        serde_json::from_str::<IgnoredAny>(text).map_err(|_| EventError("the body is not JSON"))?;
        let wire: Wire<'_> = serde_json::from_str(text)
            .map_err(|_| EventError("eventType is missing, occurs twice or is not a text"))?;
        let name = bounded(wire.event_type, EventError("eventType is empty or too long"))?;
        match &*name {
            "Session.ChangePermissions" => Ok(Self::SessionChangePermissions {
                id: Data::read(wire.data)?.id()?,
            }),
            "Session.Delete" => Ok(Self::SessionDelete {
                id: Data::read(wire.data)?.id()?,
            }),
            "Challenge.StateChange" => {
                let mut data = Data::read(wire.data)?;
                let status = data.status.take();
                let kind = data.kind.take();
                let session_id = data.session_id.take();
                let too_long = EventError("data.type is empty or too long");
                let bad_session = EventError("data.sessionId is empty or too long");
                Ok(Self::ChallengeStateChange {
                    id: data.id()?,
                    status: bounded(
                        status.ok_or(EventError("data.status is missing"))?,
                        EventError("data.status is empty or too long"),
                    )?,
                    kind: kind.map(|kind| bounded(kind, too_long)).transpose()?,
                    session_id: session_id.map(|id| bounded(id, bad_session)).transpose()?,
                })
            }
            "Test" => Ok(Self::Test),
            _ => Ok(Self::Other(name)),
        }
    }

    /// k-ID's name for the event.
    pub fn name(&self) -> &str {
        match self {
            Self::SessionChangePermissions { .. } => "Session.ChangePermissions",
            Self::SessionDelete { .. } => "Session.Delete",
            Self::ChallengeStateChange { .. } => "Challenge.StateChange",
            Self::Test => "Test",
            Self::Other(name) => name,
        }
    }
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "sessionId")]
    session_id: Option<Cow<'a, str>>,
}

impl<'a> Data<'a> {
    fn read(raw: Option<&'a RawValue>) -> Result<Self, EventError> {
        let raw = raw.ok_or(EventError("data is missing"))?;
        if !raw.get().starts_with('{') {
            return Err(EventError("data is not an object"));
        }
        serde_json::from_str(raw.get())
            .map_err(|_| EventError("data.id, data.status, data.type or data.sessionId is not a text or occurs twice"))
    }

    fn id(self) -> Result<Box<str>, EventError> {
        let id = self.id.ok_or(EventError("data.id is missing"))?;
        bounded(id, EventError("data.id is empty or too long"))
    }
}

fn bounded(text: Cow<'_, str>, error: EventError) -> Result<Box<str>, EventError> {
    if text.is_empty() || text.len() > MAX_TEXT_BYTES {
        return Err(error);
    }
    Ok(text.into())
}

/// Why a body is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventError(&'static str);

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for EventError {}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
