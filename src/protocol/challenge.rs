//! A challenge, as k-ID words it and the studio's server passes it on: a question that a parent or the player must
//! answer before a permission is enabled.

use alloc::{borrow::Cow, boxed::Box};
use core::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::url::is_web_url;

/// The longest challenge id, in bytes.
pub const MAX_ID_BYTES: usize = 256;
/// The longest challenge URL, in bytes; more does not fit into a QR code.
pub const MAX_URL_BYTES: usize = 2048;
/// The longest type and one-time code, in bytes.
const MAX_WORD_BYTES: usize = 128;
/// A one-time code, and a URL that holds one, is valid for an hour when nothing says for how long.
const CODE_LIFE_MS: i64 = 60 * 60 * 1000;

/// Who must act. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Actor {
    /// A parent or another trusted adult answers.
    Parent = 1,
    /// The player verifies their own age.
    Player = 2,
}

/// Where a challenge stands. A status that is not known counts as pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeStatus {
    /// Nobody has opened it.
    Pending,
    /// Somebody has opened it.
    InProgress,
    /// Approved, or the age was verified.
    Passed,
    /// Refused, the age was not reached, or the session was deleted.
    Failed,
}

impl ChallengeStatus {
    /// From the word on the wire.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "PASS" => Self::Passed,
            "FAIL" => Self::Failed,
            "IN_PROGRESS" => Self::InProgress,
            _ => Self::Pending,
        }
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Passed => "PASS",
            Self::Failed => "FAIL",
        }
    }

    /// Whether nothing more can happen to it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Passed | Self::Failed)
    }
}

/// A challenge. `Debug` shows neither id nor URL nor code: whoever has them can answer it.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its id.
    pub id: Box<str>,
    /// Its type, for example `CHALLENGE_SESSION_UPGRADE`. An open set.
    pub kind: Box<str>,
    /// Where it is answered.
    pub url: Option<Box<str>>,
    /// Until when the URL is valid, in Unix milliseconds, as far as is known.
    pub url_expires_ms: Option<i64>,
    /// The one-time code that a parent types in at k-ID's site.
    pub code: Option<Box<str>>,
    /// Until when the code is valid, in Unix milliseconds.
    pub code_expires_ms: Option<i64>,
    /// Whether limited play is allowed while the answer is awaited.
    pub is_data_lite: bool,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("kind", &self.kind)
            .field("has_url", &self.url.is_some())
            .field("has_code", &self.code.is_some())
            .finish_non_exhaustive()
    }
}

/// Why a document is no challenge. Quotes no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengeError(&'static str);

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for ChallengeError {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, alias = "id")]
    challenge_id: Cow<'a, str>,
    #[serde(borrow, rename = "type", default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "otp")]
    one_time_password: Option<Cow<'a, str>>,
    #[serde(default)]
    otp_expires_at: serde_json::Value,
    #[serde(default)]
    child_lite_access_enabled: Option<bool>,
}

impl Challenge {
    /// Reads a challenge. `now_ms` is the Unix time in milliseconds, from which a code's life is counted when the document
    /// does not say until when it is valid.
    ///
    /// # Errors
    /// It is no JSON object with a usable id, or a text is too long or has control characters.
    pub fn parse(json: &[u8], now_ms: i64) -> Result<Self, ChallengeError> {
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(ChallengeError("the challenge is not a JSON object"));
        }
        let wire: Wire<'_> = serde_json::from_slice(json)
            .map_err(|_| ChallengeError("the challenge cannot be read, or has no challengeId"))?;
        if wire.challenge_id.is_empty() || !is_word(&wire.challenge_id, MAX_ID_BYTES) {
            return Err(ChallengeError("the challenge's challengeId cannot be used"));
        }
        if !is_word(&wire.kind, MAX_WORD_BYTES) {
            return Err(ChallengeError("the challenge's type cannot be used"));
        }
        let mut challenge = Self {
            id: wire.challenge_id.into(),
            kind: wire.kind.into(),
            url: None,
            url_expires_ms: None,
            code: None,
            code_expires_ms: None,
            is_data_lite: wire.child_lite_access_enabled.unwrap_or(false),
        };
        challenge.set_code(wire.one_time_password.as_deref(), time_ms(&wire.otp_expires_at), now_ms);
        challenge.set_url(wire.url.as_deref(), now_ms);
        Ok(challenge)
    }

    /// Who must act: a self-made age assurance is the player's, everything else a parent's.
    pub fn actor(&self) -> Actor {
        if self.kind.ends_with("_BY_AGE_ASSURANCE") || self.kind.ends_with("AGE_GATE_AGE_ASSURANCE") {
            Actor::Player
        } else {
            Actor::Parent
        }
    }

    /// The same with what is known already where this one says nothing: an answer may leave out what has not changed.
    pub fn completed_by(mut self, known: &Self) -> Self {
        if self.kind.is_empty() {
            self.kind.clone_from(&known.kind);
        }
        if self.code.is_none() {
            self.code.clone_from(&known.code);
            self.code_expires_ms = known.code_expires_ms;
        }
        if self.url.is_none() {
            self.url.clone_from(&known.url);
            self.url_expires_ms = known.url_expires_ms;
        }
        self
    }

    /// Takes over a one-time code; one that cannot be shown counts as none.
    pub fn set_code(&mut self, code: Option<&str>, expires_ms: Option<i64>, now_ms: i64) {
        self.code = code
            .filter(|c| !c.is_empty() && is_word(c, MAX_WORD_BYTES))
            .map(Box::from);
        self.code_expires_ms = self
            .code
            .as_ref()
            .map(|_| expires_ms.unwrap_or(now_ms.saturating_add(CODE_LIFE_MS)));
    }

    /// Takes over a URL; one that no browser should be sent to counts as none. A URL that holds a one-time code lives as
    /// long as the code, one that holds a signed token as long as that says.
    pub fn set_url(&mut self, url: Option<&str>, now_ms: i64) {
        self.url = url.filter(|u| u.len() <= MAX_URL_BYTES && is_web_url(u)).map(Box::from);
        self.url_expires_ms = self.url.as_deref().and_then(|url| {
            if query_value(url, "otp").is_some() {
                return Some(self.code_expires_ms.unwrap_or(now_ms.saturating_add(CODE_LIFE_MS)));
            }
            query_value(url, "token").and_then(token_expiry_ms)
        });
    }
}

/// What `generate-otp` gives, by either source's names: the code, until when, and the URL where one came along.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCode {
    /// The code.
    pub code: Box<str>,
    /// Until when it is valid, in Unix milliseconds.
    pub expires_ms: Option<i64>,
    /// The URL that holds it.
    pub url: Option<Box<str>>,
}

impl fmt::Debug for NewCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewCode(..)")
    }
}

impl NewCode {
    /// Reads the answer.
    ///
    /// # Errors
    /// There is no code in it.
    pub fn parse(json: &[u8]) -> Result<Self, ChallengeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow, default)]
            otp: Option<Cow<'a, str>>,
            #[serde(borrow, default)]
            one_time_password: Option<Cow<'a, str>>,
            #[serde(default)]
            expires_at: serde_json::Value,
            #[serde(default)]
            otp_expires_at: serde_json::Value,
            #[serde(borrow, default)]
            url: Option<Cow<'a, str>>,
        }
        const NO_CODE: ChallengeError = ChallengeError("the answer has no one-time code");
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(NO_CODE);
        }
        let wire: Wire<'_> = serde_json::from_slice(json).map_err(|_| NO_CODE)?;
        let code = wire.otp.or(wire.one_time_password).ok_or(NO_CODE)?;
        if code.is_empty() || !is_word(&code, MAX_WORD_BYTES) {
            return Err(NO_CODE);
        }
        Ok(Self {
            code: code.into(),
            expires_ms: time_ms(&wire.expires_at).or_else(|| time_ms(&wire.otp_expires_at)),
            url: wire.url.map(Into::into),
        })
    }
}

/// Whether an e-mail address can be sent a message: one `@`, something before it, a name with a dot behind it. Whether
/// it exists only a message can tell.
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    // RFC 5321 section 4.5.3.1: 64 octets before the @, 254 in all.
    let fits = !local.is_empty() && local.len() <= 64 && address.len() <= 254;
    let is_plain = !address
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    let is_label = |label: &str| {
        let edges_fit = !label.starts_with('-') && !label.ends_with('-');
        !label.is_empty() && label.len() <= 63 && edges_fit && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let dots_fit = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..") && !local.contains('@');
    fits && is_plain && dots_fit && domain.contains('.') && domain.split('.').all(is_label)
}

/// A time that is an ISO text, Unix seconds or Unix milliseconds.
fn time_ms(value: &serde_json::Value) -> Option<i64> {
    if let Some(text) = value.as_str() {
        return text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(jiff::Timestamp::as_millisecond);
    }
    let number = value.as_i64().filter(|n| *n > 0)?;
    // Seconds stay below this until the year 5138, milliseconds have been above it since 1973.
    Some(if number < 100_000_000_000 {
        number * 1000
    } else {
        number
    })
}

/// The value of a query parameter, as it stands in the URL.
fn query_value<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next()?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// When a signed token says that it ends. The signature is k-ID's to check.
fn token_expiry_ms(token: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    claims.exp.checked_mul(1000)
}

fn is_word(text: &str, most: usize) -> bool {
    text.len() <= most && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_452_800_000;

    fn parse(json: &str) -> Result<Challenge, ChallengeError> {
        Challenge::parse(json.as_bytes(), NOW)
    }

    #[test]
    fn a_parents_challenge_is_read() {
        let challenge = parse(
            r#"{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE","url":"https://family.example/authorize?otp=ABC123",
                "oneTimePassword":"ABC123","otpExpiresAt":"2026-03-02T12:30:00Z","childLiteAccessEnabled":true,"age":9}"#,
        )
        .unwrap();
        assert_eq!((&*challenge.id, challenge.actor()), ("c-1", Actor::Parent));
        assert_eq!(challenge.code.as_deref(), Some("ABC123"));
        assert_eq!(challenge.code_expires_ms, Some(NOW + 30 * 60_000));
        assert_eq!(challenge.url_expires_ms, challenge.code_expires_ms);
        assert!(challenge.is_data_lite);
    }

    #[test]
    fn a_players_challenge_has_no_code_and_its_tokens_end() {
        // {"alg":"none"} . {"exp":1772460000}
        let url =
            "https://kid.example/session/upgrade/age-assurance?token=eyJhbGciOiJub25lIn0.eyJleHAiOjE3NzI0NjAwMDB9.x";
        let challenge = parse(&format!(
            r#"{{"challengeId":"c-2","type":"CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE","url":"{url}"}}"#
        ))
        .unwrap();
        assert_eq!(challenge.actor(), Actor::Player);
        assert_eq!((challenge.code.as_deref(), challenge.is_data_lite), (None, false));
        assert_eq!(challenge.url_expires_ms, Some(1_772_460_000_000));
    }

    #[test]
    fn every_other_type_is_a_parents() {
        for kind in [
            "CHALLENGE_PARENTAL_CONSENT",
            "",
            "CHALLENGE_SOMETHING_NEW",
            "CHALLENGE_CUSTOM",
        ] {
            let challenge = parse(&format!(r#"{{"id":"c","type":"{kind}"}}"#)).unwrap();
            assert_eq!(challenge.actor(), Actor::Parent, "{kind}");
        }
        assert_eq!(
            parse(r#"{"challengeId":"c","type":"CHALLENGE_AGE_GATE_AGE_ASSURANCE"}"#)
                .unwrap()
                .actor(),
            Actor::Player
        );
    }

    #[test]
    fn what_cannot_be_shown_or_opened_is_left_out() {
        for url in [
            "javascript:alert(1)",
            "http://evil.example/x",
            "file:///etc/passwd",
            "https://u:p@x.example",
            "https:// x",
        ] {
            let challenge = parse(&format!(
                r#"{{"challengeId":"c","url":"{url}","oneTimePassword":"A\tB"}}"#
            ))
            .unwrap();
            assert_eq!((challenge.url, challenge.code), (None, None), "{url}");
        }
        let long = format!(
            r#"{{"challengeId":"c","url":"https://x.example/{}"}}"#,
            "a".repeat(MAX_URL_BYTES)
        );
        assert_eq!(parse(&long).unwrap().url, None);
        assert!(
            parse(r#"{"challengeId":"c","url":"http://127.0.0.1:80/x?otp=1"}"#)
                .unwrap()
                .url
                .is_some()
        );
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"challengeId":""}"#,
            r#"{"challengeId":7}"#,
            "{\"challengeId\":\"a b\"}",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let planted =
            parse(r#"{"challengeId":"geheim","oneTimePassword":"GEHEIM","url":"https://x.example/?otp=GEHEIM"}"#);
        assert!(!format!("{planted:?}").to_lowercase().contains("geheim"));
    }

    #[test]
    fn new_codes_have_two_spellings_and_times_three() {
        let read = |json: &str| NewCode::parse(json.as_bytes());
        let expiry = |json| read(json).unwrap().expires_ms;
        assert_eq!(
            &*read(r#"{"otp":"A1","expiresAt":"2026-03-02T13:00:00Z"}"#).unwrap().code,
            "A1"
        );
        assert_eq!(&*read(r#"{"oneTimePassword":"A1"}"#).unwrap().code, "A1");
        assert_eq!(
            expiry(r#"{"otp":"A1","expiresAt":"2026-03-02T13:00:00Z"}"#),
            Some(NOW + 3_600_000)
        );
        assert_eq!(expiry(r#"{"otp":"A1","expiresAt":1772456400}"#), Some(NOW + 3_600_000));
        assert_eq!(
            expiry(r#"{"otp":"A1","expiresAt":1772456400000}"#),
            Some(NOW + 3_600_000)
        );
        assert_eq!(expiry(r#"{"otp":"A1","expiresAt":"soon"}"#), None);
        for bad in ["", "{}", r#"{"otp":""}"#, r#"{"otp":7}"#, "[]"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn statuses_are_open() {
        for word in ["PENDING", "POLL_TIMEOUT", "", "pass"] {
            assert_eq!(ChallengeStatus::from_wire(word), ChallengeStatus::Pending, "{word}");
        }
        for status in [
            ChallengeStatus::InProgress,
            ChallengeStatus::Passed,
            ChallengeStatus::Failed,
        ] {
            assert_eq!(ChallengeStatus::from_wire(status.as_str()), status);
        }
    }

    #[test]
    fn addresses_are_checked() {
        for good in [
            "a@b.co",
            "first.last+tag@sub.example.org",
            "ü@bücher.example",
            "x'y@ex-ample.net",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a@b",
            "a b@c.de",
            "a@b..co",
            "a@@b.co",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.de",
            "a@-b.co",
            "a@b.co\n",
            "<a@b.co>",
            "a@b.co,c@d.ef",
            "a@b.co.",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
