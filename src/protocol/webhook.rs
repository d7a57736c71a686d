//! k-ID's webhooks: whether one is genuine and fresh, and what it says. For the server that k-ID calls.
//!
//! A webhook is a hint: it names a session or a challenge, carries no sequence number, may come twice, late or not at
//! all. What it says about a session is to be fetched.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

mod event;
mod replay;

pub use event::{Event, EventError, EventKey, VerificationName};
pub use replay::{Fingerprint, ReplayGuard};

/// The header with the Unix time in seconds at which the webhook was signed.
pub const TIMESTAMP_HEADER: &str = "x-signature-timestamp";
/// The header with the HMAC.
pub const HMAC_HEADER: &str = "x-signature-hmac-sha256";
/// The header with the older signature, a plain hash.
pub const LEGACY_HEADER: &str = "x-signature-sha256";
/// How far a webhook's timestamp may be from now, before and after, in seconds, unless the caller says otherwise.
pub const DEFAULT_WINDOW_S: u64 = 300;

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

impl<'a> Webhook<'a> {
    /// The webhook in a request with these headers, whose names may be in any case. Of a header that occurs twice none
    /// counts: nobody knows which of them was signed.
    pub fn from_headers(headers: impl IntoIterator<Item = (&'a str, &'a str)>, body: &'a [u8]) -> Self {
        let mut found = [TIMESTAMP_HEADER, HMAC_HEADER, LEGACY_HEADER].map(|name| (name, None, 0u32));
        for (name, value) in headers {
            for (wanted, first, count) in &mut found {
                if name.eq_ignore_ascii_case(wanted) {
                    *first = Some(value);
                    *count = count.saturating_add(1);
                }
            }
        }
        let [timestamp, hmac, legacy] = found.map(|(_, value, count)| value.filter(|_| count == 1));
        Self {
            timestamp,
            hmac,
            legacy,
            body,
        }
    }

    /// What tells this webhook from every other: timestamp and body, by whichever signature they are covered. The same
    /// webhook sent again has the same one, one that was signed again has another.
    pub fn fingerprint(&self) -> Fingerprint {
        let timestamp = self.timestamp.unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update((timestamp.len() as u64).to_le_bytes());
        hash.update(timestamp.as_bytes());
        hash.update(self.body);
        Fingerprint(hash.finalize().into())
    }

    /// When it was signed, in Unix seconds, by its own word: to be believed after [`Verifier::verify`] only.
    pub fn signed_at_s(&self) -> Option<i64> {
        self.timestamp.and_then(seconds)
    }
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
    /// A webhook that was caught on its way can be sent again within the window: a [`ReplayGuard`] knows it then.
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

    /// Until when a webhook that was signed then may come again and be fresh, in Unix seconds: so long its fingerprint is
    /// to be remembered.
    pub fn fresh_until_s(&self, webhook: &Webhook<'_>) -> Option<i64> {
        let window = i64::try_from(self.window_s).unwrap_or(i64::MAX);
        webhook.signed_at_s().map(|at| at.saturating_add(window))
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

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
