//! `session/upgrade`: asking for permissions that are off.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{KidError, error};
use crate::{
    protocol::{
        age_signal::AgeSignal,
        challenge::Challenge,
        http::{Request, Response},
        url::UrlError,
    },
    session::Session,
};

/// `POST {base}/session/upgrade`. `Debug` shows no identifier.
#[derive(Clone, Copy)]
pub struct SessionUpgrade<'a> {
    /// The session's id.
    pub session_id: &'a str,
    /// The permissions' names. Those with a verified age threshold must be asked for one by one.
    pub permissions: &'a [&'a str],
    /// What the player's platform says about their age; [checked](AgeSignal::check) by the caller.
    pub age_signal: Option<&'a AgeSignal>,
}

impl fmt::Debug for SessionUpgrade<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionUpgrade")
            .field("permissions", &self.permissions.len())
            .field("age_signal", &self.age_signal)
            .finish_non_exhaustive()
    }
}

/// What k-ID's answer to [`SessionUpgrade`] means. Whether a permission is on now, only a session says.
#[derive(Debug, Clone, PartialEq)]
pub struct UpgradeAnswer {
    /// The session, which may list the requested permissions only: never to take the place of a whole one.
    pub session: Option<Box<Session>>,
    /// Who must do what first. `None`: enabled at once, or not to be had.
    pub challenge: Option<Challenge>,
}

impl SessionUpgrade<'_> {
    /// The request.
    ///
    /// # Errors
    /// The base is not a URL that [`join_path`](crate::protocol::join_path) takes.
    pub fn request(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        #[derive(Serialize)]
        struct Named<'a> {
            name: &'a str,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            session_id: &'a str,
            requested_permissions: alloc::vec::Vec<Named<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            platform_age_signal: Option<&'a AgeSignal>,
        }
        let body = Body {
            session_id: self.session_id,
            requested_permissions: self.permissions.iter().map(|name| Named { name }).collect(),
            platform_age_signal: self.age_signal,
        };
        super::post(base, ["session", "upgrade"], &body, api_key)
    }

    /// Reads the answer. Its `status`, which not every source knows of, is not looked at. `now_ms` is the Unix time in
    /// milliseconds.
    ///
    /// # Errors
    /// As [`KidError`] says. An answer that has none of `session`, `challenge` and `status` is malformed, and so is one
    /// with another session.
    pub fn read(&self, response: &Response, now_ms: i64) -> Result<UpgradeAnswer, KidError> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(borrow)]
            session: Option<&'a RawValue>,
            #[serde(borrow)]
            challenge: Option<&'a RawValue>,
            #[serde(borrow)]
            status: Option<&'a RawValue>,
        }
        let body = error::body("session/upgrade", response, now_ms)?;
        let no_object = || KidError::malformed("k-ID's answer to session/upgrade is not a JSON object");
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(no_object());
        }
        let wire: Wire<'_> = serde_json::from_slice(body).map_err(|_| no_object())?;
        if wire.session.is_none() && wire.challenge.is_none() && wire.status.is_none() {
            return Err(KidError::malformed(
                "k-ID's answer to session/upgrade has neither session nor challenge",
            ));
        }
        let challenge = wire.challenge.map(|raw| Challenge::parse(raw.get().as_bytes(), now_ms));
        let challenge = challenge.transpose().map_err(KidError::malformed)?;
        let session = match wire.session.map(|raw| Session::parse(raw.get().as_bytes())) {
            Some(Ok(session)) if session.id() != self.session_id => {
                return Err(KidError::malformed(
                    "k-ID upgraded a session other than the one asked for",
                ));
            }
            Some(Ok(session)) => Some(Box::new(session)),
            // With a challenge nothing is on yet, whatever the session would have said.
            Some(Err(_)) if challenge.is_some() => None,
            Some(Err(error)) => return Err(KidError::malformed(error)),
            None => None,
        };
        Ok(UpgradeAnswer { session, challenge })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::*;
    use crate::protocol::challenge::Actor;

    const SESSION: &str = r#"{"sessionId":"s-1","status":"ACTIVE","permissions":[{"name":"voice-chat","enabled":true,"managedBy":"PLAYER"},{"name":"ai-chat","enabled":false,"managedBy":"PLAYER"}]}"#;
    const REQUESTED_ONLY: &str =
        r#"{"sessionId":"s-1","permissions":[{"name":"voice-chat","enabled":true,"managedBy":"PLAYER"}]}"#;

    fn asked() -> SessionUpgrade<'static> {
        SessionUpgrade {
            session_id: "s-1",
            permissions: &["voice-chat"],
            age_signal: None,
        }
    }

    fn read(body: &str) -> Result<UpgradeAnswer, KidError> {
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        asked().read(&response, 0)
    }

    fn challenge(kind: &str) -> String {
        format!(r#"{{"challengeId":"c-1","type":"{kind}","url":"https://family.example/x","oneTimePassword":"A1"}}"#)
    }

    #[test]
    fn the_request_names_each_permission_and_the_signal() {
        let signal = AgeSignal {
            name: "xbox".into(),
            category: Some("teen".into()),
            ..AgeSignal::default()
        };
        let upgrade = SessionUpgrade {
            permissions: &["voice-chat", "a\"b"],
            age_signal: Some(&signal),
            ..asked()
        };
        let request = upgrade.request("http://127.0.0.1:1/api/v1", "key").unwrap();
        assert_eq!(request.url, "http://127.0.0.1:1/api/v1/session/upgrade");
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            r#"{"sessionId":"s-1","requestedPermissions":[{"name":"voice-chat"},{"name":"a\"b"}],"platformAgeSignal":{"name":"xbox","category":"teen"}}"#
        );
        let request = asked().request("http://127.0.0.1:1/api/v1", "key").unwrap();
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            r#"{"sessionId":"s-1","requestedPermissions":[{"name":"voice-chat"}]}"#
        );
    }

    #[test]
    fn the_status_word_decides_nothing() {
        for status in [
            "",
            r#","status":"PASS""#,
            r#","status":"CHALLENGE""#,
            r#","status":7"#,
            r#","status":null"#,
        ] {
            let enabled = read(&format!(r#"{{"session":{SESSION}{status}}}"#)).unwrap();
            assert!(enabled.challenge.is_none(), "{status}");
            assert!(enabled.session.unwrap().access("voice-chat").is_allowed(), "{status}");
            let asked = read(&format!(
                r#"{{"session":{SESSION},"challenge":{}{status}}}"#,
                challenge("CHALLENGE_SESSION_UPGRADE")
            ));
            assert_eq!(&*asked.unwrap().challenge.unwrap().id, "c-1", "{status}");
        }
        let nothing = read(r#"{"status":"CHALLENGE"}"#).unwrap();
        assert!(nothing.session.is_none() && nothing.challenge.is_none());
    }

    #[test]
    fn the_session_is_whole_partial_or_absent() {
        let whole = read(&format!(r#"{{"session":{SESSION}}}"#)).unwrap().session.unwrap();
        assert_eq!(whole.json(), SESSION);
        let partial = read(&format!(r#"{{"session":{REQUESTED_ONLY}}}"#)).unwrap();
        assert_eq!(partial.session.unwrap().permissions().len(), 1);
        for session in ["", r#""session":null,"#] {
            let body = format!(r#"{{{session}"challenge":{}}}"#, challenge("CHALLENGE_SESSION_UPGRADE"));
            let answer = read(&body).unwrap();
            assert!(answer.session.is_none() && answer.challenge.is_some(), "{body}");
        }
    }

    #[test]
    fn the_challenges_type_says_who_acts() {
        for (kind, actor) in [
            ("CHALLENGE_SESSION_UPGRADE", Actor::Parent),
            ("CHALLENGE_PARENTAL_CONSENT", Actor::Parent),
            ("CHALLENGE_SOMETHING_NEW", Actor::Parent),
            ("CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE", Actor::Player),
        ] {
            let answer = read(&format!(r#"{{"challenge":{}}}"#, challenge(kind))).unwrap();
            assert_eq!(answer.challenge.unwrap().actor(), actor, "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_answer() {
        let other = SESSION.replace("s-1", "s-2");
        let challenge = challenge("CHALLENGE_SESSION_UPGRADE");
        for body in [
            "{}",
            r#"{"session":null,"challenge":null}"#,
            r#"{"session":{"permissions":[]}}"#,
            r#"{"session":7}"#,
            r#"{"challenge":7}"#,
            r#"{"challenge":{"type":"CHALLENGE_SESSION_UPGRADE"}}"#,
            &format!(r#"{{"session":{other}}}"#),
            &format!(r#"{{"session":{other},"challenge":{challenge}}}"#),
        ] {
            assert!(matches!(read(body), Err(KidError::Malformed(_))), "{body}");
        }
        // A challenge counts even where the session beside it cannot be read.
        let answer = read(&format!(r#"{{"session":{{"x":1}},"challenge":{challenge}}}"#)).unwrap();
        assert!(answer.session.is_none() && answer.challenge.is_some());
    }
}
