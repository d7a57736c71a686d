//! `challenge/…`: where a challenge stands, and the ways to a parent.

use alloc::{borrow::Cow, boxed::Box, string::String};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{KidError, error};
use crate::protocol::{
    challenge::{Challenge, ChallengeStatus, NewCode},
    http::{Request, Response},
    url::UrlError,
};

/// The longest session id in an answer, in bytes.
const MAX_SESSION_ID_BYTES: usize = 256;

/// One challenge's calls. `Debug` does not show its id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KidChallenge<'a> {
    /// The challenge's id.
    pub id: &'a str,
}

impl fmt::Debug for KidChallenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KidChallenge(..)")
    }
}

/// Where a challenge stands. `Debug` does not show the session's id.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeState {
    /// Its status. A word that is not known is pending.
    pub status: ChallengeStatus,
    /// The session that it was approved for; may be missing, and be another than the one that was asked for.
    pub session_id: Option<Box<str>>,
}

impl fmt::Debug for ChallengeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChallengeState")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    challenge_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl<'a> KidChallenge<'a> {
    /// `GET {base}/challenge/get`: the challenge with a fresh URL and code.
    ///
    /// # Errors
    /// The base is not a URL that [`join_path`](crate::protocol::join_path) takes.
    pub fn get(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        super::get(base, ["challenge", "get"], &[("challengeId", self.id)], api_key)
    }

    /// `GET {base}/challenge/get-status`. To be asked no oftener than every five seconds.
    ///
    /// # Errors
    /// As [`KidChallenge::get`].
    pub fn get_status(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        super::get(base, ["challenge", "get-status"], &[("challengeId", self.id)], api_key)
    }

    /// `POST {base}/challenge/generate-otp`: a new one-time code.
    ///
    /// # Errors
    /// As [`KidChallenge::get`].
    pub fn generate_code(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        super::post(base, ["challenge", "generate-otp"], &self.body(None, None), api_key)
    }

    /// `POST {base}/challenge/send-email`. Without an address k-ID takes that of the adult who approved last.
    ///
    /// # Errors
    /// As [`KidChallenge::get`].
    pub fn send_email(
        &self,
        base: &str,
        api_key: &str,
        email: Option<&str>,
        locale: Option<&str>,
    ) -> Result<Request, UrlError> {
        super::post(base, ["challenge", "send-email"], &self.body(email, locale), api_key)
    }

    fn body<'b>(&self, email: Option<&'b str>, locale: Option<&'b str>) -> Body<'b>
    where
        'a: 'b,
    {
        Body {
            challenge_id: self.id,
            email,
            locale,
        }
    }

    /// Reads the answer to [`KidChallenge::get`]. `now_ms` is the Unix time in milliseconds.
    ///
    /// # Errors
    /// As [`KidError`] says; another challenge is malformed.
    pub fn read_get(&self, response: &Response, now_ms: i64) -> Result<Challenge, KidError> {
        let body = error::body("challenge/get", response, now_ms)?;
        let challenge = Challenge::parse(body, now_ms).map_err(KidError::malformed)?;
        self.is_named(&challenge.id)?;
        Ok(challenge)
    }

    /// Reads the answer to [`KidChallenge::get_status`]. The parent's address and the date of birth in it are not kept.
    ///
    /// # Errors
    /// As [`KidError`] says; an answer without a status is malformed, and so is one about another challenge.
    pub fn read_status(&self, response: &Response, now_ms: i64) -> Result<ChallengeState, KidError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow)]
            status: Cow<'a, str>,
            #[serde(borrow, default)]
            id: Option<Cow<'a, str>>,
            #[serde(borrow, default)]
            session_id: Option<Cow<'a, str>>,
        }
        let body = error::body("challenge/get-status", response, now_ms)?;
        let no_status = || KidError::malformed("k-ID's answer to challenge/get-status has no status");
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(no_status());
        }
        let wire: Wire<'_> = serde_json::from_slice(body).map_err(|_| no_status())?;
        if let Some(id) = wire.id {
            self.is_named(&id)?;
        }
        let status = ChallengeStatus::from_wire(&wire.status);
        let session_id = wire
            .session_id
            .filter(|id| status == ChallengeStatus::Passed && (1..=MAX_SESSION_ID_BYTES).contains(&id.len()));
        Ok(ChallengeState {
            status,
            session_id: session_id.map(Into::into),
        })
    }

    /// Reads the answer to [`KidChallenge::generate_code`].
    ///
    /// # Errors
    /// As [`KidError`] says; an answer without a code is malformed.
    pub fn read_code(&self, response: &Response, now_ms: i64) -> Result<NewCode, KidError> {
        let body = error::body("challenge/generate-otp", response, now_ms)?;
        NewCode::parse(body).map_err(KidError::malformed)
    }

    /// Reads the answer to [`KidChallenge::send_email`]: k-ID's has no body.
    ///
    /// # Errors
    /// As [`KidError`] says; a `BadRequest` of code [`INVALID_EMAIL`](super::INVALID_EMAIL) when k-ID has no address that
    /// it can send to.
    pub fn read_email(&self, response: &Response, now_ms: i64) -> Result<(), KidError> {
        error::body("challenge/send-email", response, now_ms).map(drop)
    }

    fn is_named(&self, id: &str) -> Result<(), KidError> {
        if id == self.id {
            return Ok(());
        }
        Err(KidError::malformed(
            "k-ID answered about a challenge other than the one asked for",
        ))
    }
}

/// The challenge as JSON in k-ID's form, with what a game needs of it and nothing else: no address, no date of birth, no
/// k-ID user id. Says until when a code is valid even where k-ID did not, so that it can be read later.
pub fn challenge_json(challenge: &Challenge) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        challenge_id: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        one_time_password: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        otp_expires_at: Option<String>,
        child_lite_access_enabled: bool,
    }
    let wire = Wire {
        challenge_id: &challenge.id,
        kind: &challenge.kind,
        url: challenge.url.as_deref(),
        one_time_password: challenge.code.as_deref(),
        otp_expires_at: challenge.code_expires_ms.and_then(iso_time),
        child_lite_access_enabled: challenge.is_data_lite,
    };
    // Texts and a flag under fixed names can always be written.
    serde_json::to_string(&wire).unwrap_or_default()
}

/// A Unix time in milliseconds as ISO 8601 text; none for one beyond the calendar.
pub(super) fn iso_time(ms: i64) -> Option<String> {
    use alloc::string::ToString;
    jiff::Timestamp::from_millisecond(ms).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::*;

    const NOW: i64 = 1_772_452_800_000;
    const ASKED: KidChallenge<'static> = KidChallenge { id: "c-1" };

    fn ok(body: &str) -> Response {
        Response {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn status(body: &str) -> Result<ChallengeState, KidError> {
        ASKED.read_status(&ok(body), NOW)
    }

    #[test]
    fn a_status_comes_with_or_without_id_type_and_session() {
        let state = |status, session: Option<&str>| {
            Ok(ChallengeState {
                status,
                session_id: session.map(Box::from),
            })
        };
        for (body, wanted) in [
            (r#"{"status":"PASS"}"#, state(ChallengeStatus::Passed, None)),
            (
                r#"{"id":"c-1","type":"CHALLENGE_SESSION_UPGRADE","status":"PASS","sessionId":"s-1","approverEmail":"a@b.co","dob":"2014"}"#,
                state(ChallengeStatus::Passed, Some("s-1")),
            ),
            (
                r#"{"status":"PASS","sessionId":null,"id":null}"#,
                state(ChallengeStatus::Passed, None),
            ),
            (
                r#"{"status":"PASS","sessionId":""}"#,
                state(ChallengeStatus::Passed, None),
            ),
            (
                r#"{"status":"FAIL","sessionId":"s-1"}"#,
                state(ChallengeStatus::Failed, None),
            ),
            (r#"{"status":"IN_PROGRESS"}"#, state(ChallengeStatus::InProgress, None)),
            (r#"{"status":"PENDING"}"#, state(ChallengeStatus::Pending, None)),
            (r#"{"status":"POLL_TIMEOUT"}"#, state(ChallengeStatus::Pending, None)),
            (
                r#"{"status":"pass","sessionId":"s-1"}"#,
                state(ChallengeStatus::Pending, None),
            ),
        ] {
            assert_eq!(status(body), wanted, "{body}");
        }
    }

    #[test]
    fn a_status_of_another_challenge_or_none_is_no_answer() {
        for body in [
            "{}",
            r#"{"status":null}"#,
            r#"{"status":7}"#,
            r#"{"id":"c-2","status":"PASS"}"#,
            r#"{"status":"PASS","status":"FAIL"}"#,
            r#"{"status":"PASS","sessionId":7}"#,
        ] {
            assert!(matches!(status(body), Err(KidError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn a_challenge_must_be_the_one_asked_for() {
        let get = |body: &str| ASKED.read_get(&ok(body), NOW);
        assert_eq!(&*get(r#"{"challengeId":"c-1","type":"X"}"#).unwrap().kind, "X");
        for body in [r#"{"challengeId":"c-2","type":"X"}"#, r#"{"type":"X"}"#] {
            assert!(matches!(get(body), Err(KidError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn a_code_has_either_name_and_may_bring_its_url() {
        for body in [
            r#"{"otp":"A1","expiresAt":"2026-03-02T13:00:00Z"}"#,
            r#"{"oneTimePassword":"A1","otpExpiresAt":1772456400,"url":"https://x.example/?otp=A1"}"#,
        ] {
            let code = ASKED.read_code(&ok(body), NOW).unwrap();
            assert_eq!((&*code.code, code.expires_ms), ("A1", Some(NOW + 3_600_000)), "{body}");
            assert_eq!(code.url.is_some(), body.contains("url"));
        }
    }

    #[test]
    fn what_is_passed_on_holds_no_personal_data_and_can_be_read_later() {
        let given = r#"{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE","url":"https://x.example/?otp=A1",
            "oneTimePassword":"A1","approverEmail":"a@b.co","kuid":"k-1","dateOfBirth":"2014","age":9,"childLiteAccessEnabled":true}"#;
        let challenge = Challenge::parse(given.as_bytes(), NOW).unwrap();
        let json = challenge_json(&challenge);
        assert_eq!(
            json,
            concat!(
                r#"{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE","url":"https://x.example/?otp=A1","#,
                r#""oneTimePassword":"A1","otpExpiresAt":"2026-03-02T13:00:00Z","childLiteAccessEnabled":true}"#
            )
        );
        assert_eq!(Challenge::parse(json.as_bytes(), NOW + 60_000).unwrap(), challenge);
        let bare = Challenge::parse(br#"{"challengeId":"c-1"}"#, NOW).unwrap();
        assert_eq!(
            challenge_json(&bare),
            r#"{"challengeId":"c-1","type":"","childLiteAccessEnabled":false}"#
        );
        assert_eq!(iso_time(i64::MAX), None);
        assert!(!format!("{ASKED:?}").contains("c-1"));
    }
}
