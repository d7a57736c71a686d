//! k-ID called directly with the product's API key: sessions, upgrades, challenges, the parent's widget, what is allowed
//! before there is a session. For servers that hold the key, never for a game.
//!
//! Each call has a type that builds the request and reads the answer; what every call can fail with is [`KidError`].

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use serde::Serialize;

use super::{
    http::{Method, Request},
    url::{UrlError, join_path, push_encoded},
};

mod challenge;
mod defaults;
mod error;
mod session;
mod upgrade;
mod widget;

pub use challenge::{ChallengeState, KidChallenge, challenge_json};
pub use defaults::{DEFAULT_PERMISSIONS_ID, DefaultPermissions, DefaultPermissionsGet, PlayerAge, is_jurisdiction};
pub use error::{ErrorBody, INVALID_EMAIL, KidError};
pub use session::{KidAnswer, SessionBy, SessionGet, read_session_get};
pub use upgrade::{SessionUpgrade, UpgradeAnswer};
pub use widget::ManagePermissions;

/// `GET {base}/{call}?{name}={value}&…`
fn get(base: &str, call: [&str; 2], query: &[(&str, &str)], api_key: &str) -> Result<Request, UrlError> {
    let mut url = join_path(base, &call)?;
    for (at, (name, value)) in query.iter().enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        push_encoded(&mut url, value);
    }
    Ok(Request {
        method: Method::Get,
        url,
        headers: headers(api_key),
        body: Vec::new(),
    })
}

/// `POST {base}/{call}` with a body of JSON.
fn post(base: &str, call: [&str; 2], body: &impl Serialize, api_key: &str) -> Result<Request, UrlError> {
    let mut headers = headers(api_key);
    headers.push(("content-type".to_string(), "application/json".to_string()));
    Ok(Request {
        method: Method::Post,
        url: join_path(base, &call)?,
        headers,
        // Texts and numbers under fixed names can always be written.
        body: serde_json::to_vec(body).unwrap_or_default(),
    })
}

fn headers(api_key: &str) -> Vec<(String, String)> {
    vec![
        ("authorization".to_string(), format!("Bearer {api_key}")),
        ("accept".to_string(), "application/json".to_string()),
    ]
}

#[cfg(test)]
mod tests {
    //! What every call has in common.

    use alloc::boxed::Box;

    use super::{super::http::Response, *};
    use crate::protocol::challenge::ChallengeStatus;

    /// Every call but `session/get`, read to "ok" or its error.
    fn every_call(response: &Response) -> [Result<(), KidError>; 7] {
        let challenge = KidChallenge { id: "c-1" };
        let upgrade = SessionUpgrade {
            session_id: "s-1",
            permissions: &["voice-chat"],
            age_signal: None,
        };
        let defaults = DefaultPermissionsGet {
            jurisdiction: "US-CA",
            age: PlayerAge::Years(1),
            age_signal: None,
        };
        [
            upgrade.read(response, 0).map(drop),
            challenge.read_get(response, 0).map(drop),
            challenge.read_status(response, 0).map(drop),
            challenge.read_code(response, 0).map(drop),
            challenge.read_email(response, 0),
            ManagePermissions::read(response, 0).map(drop),
            defaults.read(response, 0).map(drop),
        ]
    }

    fn response(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: vec![("Retry-After".to_string(), "2".to_string())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn every_call_reads_a_refusal_alike() {
        let bad_request = |code: &str| KidError::BadRequest { code: Box::from(code) };
        let limited = KidError::RateLimited {
            retry_after_ms: Some(2000),
        };
        let rows = [
            (401, "", KidError::Unauthorized),
            (401, r#"{"error":"UNAUTHORIZED"}"#, KidError::Unauthorized),
            (429, "", limited),
            (500, "", KidError::ServerError { status: 500 }),
            (503, "<html>", KidError::ServerError { status: 503 }),
            (400, "", bad_request("")),
            (
                400,
                r#"{"error":"INVALID_INPUT","errorMessage":"x"}"#,
                bad_request("INVALID_INPUT"),
            ),
            (
                400,
                r#"{"error":"INVALID_EMAIL","errorMsg":"x"}"#,
                bad_request(INVALID_EMAIL),
            ),
            (403, r#"{"error":"FORBIDDEN"}"#, bad_request("FORBIDDEN")),
            (400, r#"{"error":"NOT_FOUND"}"#, KidError::NotFound),
            (404, r#"{"error":"NOT_FOUND"}"#, KidError::NotFound),
        ];
        for (status, body, wanted) in rows {
            for (at, read) in every_call(&response(status, body)).into_iter().enumerate() {
                assert_eq!(read, Err(wanted.clone()), "call {at}: {status} {body}");
            }
        }
    }

    #[test]
    fn what_is_not_k_ids_is_malformed_for_every_call() {
        for (status, body) in [
            (204, ""),
            (302, ""),
            (304, ""),
            (404, ""),
            (404, "<html>"),
            (400, "<html>"),
            (400, r#"{"error":{"code":"NOT_FOUND"}}"#),
            (0, ""),
        ] {
            for (at, read) in every_call(&response(status, body)).into_iter().enumerate() {
                assert!(
                    matches!(read, Err(KidError::Malformed(_))),
                    "call {at}: {status} {body}"
                );
            }
        }
        // Only an e-mail needs no answer: k-ID sends an empty one.
        for body in ["", "null", "[]", "<html>", "{", "7", r#"{"error":"NOT_FOUND"}"#] {
            let [upgrade, get, status, code, email, widget, defaults] = every_call(&response(200, body));
            assert_eq!(email, Ok(()), "{body}");
            for read in [upgrade, get, status, code, widget, defaults] {
                assert!(matches!(read, Err(KidError::Malformed(_))), "{body}: {read:?}");
            }
        }
    }

    #[test]
    fn requests_are_k_ids_and_values_cannot_leave_their_place() {
        let challenge = KidChallenge { id: "c&x=1/../#" };
        let base = "http://127.0.0.1:1/api/v1/";
        let url = |request: Result<Request, UrlError>| request.unwrap().url;
        let query = "?challengeId=c%26x%3D1%2F..%2F%23";
        assert_eq!(
            url(challenge.get(base, "key")),
            format!("http://127.0.0.1:1/api/v1/challenge/get{query}")
        );
        assert_eq!(
            url(challenge.get_status(base, "key")),
            format!("http://127.0.0.1:1/api/v1/challenge/get-status{query}")
        );
        let code = challenge.generate_code(base, "key").unwrap();
        assert_eq!(code.url, "http://127.0.0.1:1/api/v1/challenge/generate-otp");
        assert_eq!(code.body, br#"{"challengeId":"c&x=1/../#"}"#);
        let email = challenge
            .send_email(base, "key", Some("a@b.co"), Some("pt-BR"))
            .unwrap();
        assert_eq!(email.url, "http://127.0.0.1:1/api/v1/challenge/send-email");
        assert_eq!(
            email.body,
            br#"{"challengeId":"c&x=1/../#","email":"a@b.co","locale":"pt-BR"}"#
        );
        let again = challenge.send_email(base, "key", None, None).unwrap();
        assert_eq!(again.body, br#"{"challengeId":"c&x=1/../#"}"#);
        for request in [code, email, again] {
            assert_eq!(request.method, Method::Post);
            for header in [
                ("authorization", "Bearer key"),
                ("accept", "application/json"),
                ("content-type", "application/json"),
            ] {
                let header = (header.0.to_string(), header.1.to_string());
                assert!(request.headers.contains(&header), "{header:?}");
            }
            assert!(!format!("{request:?}").contains("a@b.co"));
        }
        assert!(challenge.get("ftp://x", "key").is_err());
    }

    #[test]
    fn nothing_shows_whose_it_is() {
        let challenge = KidChallenge { id: "secret" };
        let state = ChallengeState {
            status: ChallengeStatus::Passed,
            session_id: Some("secret".into()),
        };
        let manage = ManagePermissions {
            session_id: "secret",
            email: "secret@mail.example",
        };
        let upgrade = SessionUpgrade {
            session_id: "secret",
            permissions: &["secret"],
            age_signal: None,
        };
        let shown = format!("{challenge:?} {state:?} {manage:?} {upgrade:?}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}
