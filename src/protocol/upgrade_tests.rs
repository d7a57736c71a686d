use super::*;

const SESSION: &str = "s-1";

fn permission() -> UpgradeAsk {
    UpgradeAsk::Permission {
        session_id: SESSION.into(),
        permission: "voice-chat".into(),
        signal: None,
    }
}

fn status() -> UpgradeAsk {
    UpgradeAsk::Status { id: "c-1".into() }
}

fn answer(ask: &UpgradeAsk, status: u16, body: &str) -> UpgradeAnswer {
    let response = Response {
        status,
        headers: Vec::new(),
        body: body.into(),
    };
    read_upgrade(ask, &response, 0)
}

fn is_malformed(answer: &UpgradeAnswer) -> bool {
    matches!(answer, UpgradeAnswer::Other(Answer::Malformed(_)))
}

#[test]
fn requests_are_those_of_the_contract() {
    let request = |ask: UpgradeAsk| ask.request("https://g.example", Some("t0k")).unwrap();
    let signal = AgeSignal {
        name: "xbox".into(),
        category: Some("teen".into()),
        ..AgeSignal::default()
    };
    let with_signal = UpgradeAsk::Permission {
        session_id: SESSION.into(),
        permission: "a\"b".into(),
        signal: Some(Box::new(signal)),
    };
    let asked = request(with_signal);
    assert_eq!(
        (asked.method, &*asked.url),
        (Method::Post, "https://g.example/api/request-permission")
    );
    let body: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
    let signal = serde_json::json!({"name": "xbox", "category": "teen"});
    assert_eq!(
        body,
        serde_json::json!({"sessionId": "s-1", "permissionName": "a\"b", "platformAgeSignal": signal})
    );
    assert!(
        asked
            .headers
            .contains(&("Content-Type".into(), "application/json".into()))
    );
    assert!(asked.headers.contains(&("Authorization".into(), "Bearer t0k".into())));

    for (ask, method, path, body) in [
        (
            UpgradeAsk::Challenge { id: "c/1".into() },
            Method::Get,
            "/api/challenge/c%2F1",
            "",
        ),
        (status(), Method::Get, "/api/challenge/c-1/status", ""),
        (
            UpgradeAsk::Code { id: "c-1".into() },
            Method::Post,
            "/api/challenge/c-1/code",
            "{}",
        ),
        (
            UpgradeAsk::Email {
                id: "c-1".into(),
                address: Some("a@b.example".into()),
                locale: Some("de".into()),
            },
            Method::Post,
            "/api/challenge/c-1/email",
            r#"{"email":"a@b.example","locale":"de"}"#,
        ),
        (
            UpgradeAsk::Email {
                id: "c-1".into(),
                address: None,
                locale: None,
            },
            Method::Post,
            "/api/challenge/c-1/email",
            "{}",
        ),
    ] {
        let is_email = matches!(ask, UpgradeAsk::Email { .. });
        assert_eq!(ask.is_repeatable(), !is_email);
        assert!(!format!("{ask:?}").contains("example"));
        let asked = request(ask);
        assert_eq!(
            (
                asked.method,
                asked.url.trim_start_matches("https://g.example"),
                &*asked.body
            ),
            (method, path, body.as_bytes())
        );
    }
}

#[test]
fn the_challenge_decides_and_no_word_does() {
    for word in ["\"PASS\"", "\"CHALLENGE\"", "\"FAIL\"", "7", "null"] {
        for success in ["true", "false"] {
            let body = format!(
                r#"{{"success":{success},"status":{word},"challenge":{{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE"}}}}"#
            );
            assert!(
                matches!(answer(&permission(), 200, &body), UpgradeAnswer::Challenge(_)),
                "{body}"
            );
            let body = format!(r#"{{"success":{success},"status":{word},"session":{{"sessionId":"s-1"}}}}"#);
            assert_eq!(
                answer(&permission(), 200, &body),
                UpgradeAnswer::LookAtSession,
                "{body}"
            );
        }
    }
    for body in [
        r#"{"success":true}"#,
        r#"{"success":false,"challenge":null}"#,
        r#"{"session":{"permissions":[]}}"#,
        r#"{"success":true,"session":{"sessionId":"s-1","permissions":[{"name":"voice-chat","enabled":true}]}}"#,
    ] {
        assert_eq!(answer(&permission(), 200, body), UpgradeAnswer::LookAtSession, "{body}");
    }
}

#[test]
fn a_challenge_without_a_type_is_told_by_the_guides_flags() {
    let actor = |body: &str| match answer(&permission(), 200, body) {
        UpgradeAnswer::Challenge(challenge) => challenge.actor(),
        other => panic!("{other:?}"),
    };
    use crate::protocol::challenge::Actor;
    assert_eq!(
        actor(r#"{"requiresAgeAssurance":true,"challenge":{"challengeId":"c"}}"#),
        Actor::Player
    );
    assert_eq!(
        actor(r#"{"requiresParentConsent":true,"challenge":{"challengeId":"c"}}"#),
        Actor::Parent
    );
    assert_eq!(
        actor(r#"{"requiresAgeAssurance":true,"challenge":{"challengeId":"c","type":"CHALLENGE_PARENTAL_CONSENT"}}"#),
        Actor::Parent
    );
}

#[test]
fn answers_about_others_and_garbage_change_nothing() {
    for body in [
        "",
        "[]",
        "{}",
        "<html>",
        r#"{"success":true,"session":{"sessionId":"s-2"}}"#,
        r#"{"sessionDeleted":true,"sessionId":"s-2"}"#,
        r#"{"success":false,"challenge":{"type":"X"}}"#,
        r#"{"success":false,"challenge":[]}"#,
        r#"{"success":"yes"}"#,
    ] {
        assert!(is_malformed(&answer(&permission(), 200, body)), "{body}");
    }
    for body in [
        "",
        "{}",
        "[]",
        r#"{"challengeId":"c-2","status":"PASS"}"#,
        r#"{"status":"PASS","challenge":{"challengeId":"c-2"}}"#,
    ] {
        assert!(is_malformed(&answer(&status(), 200, body)), "{body}");
    }
    assert_eq!(
        answer(&permission(), 200, r#"{"sessionDeleted":true,"sessionId":"s-1"}"#),
        UpgradeAnswer::Other(Answer::Deleted { named: true })
    );
    assert_eq!(
        answer(&permission(), 200, r#"{"needsConsent":true}"#),
        UpgradeAnswer::Other(Answer::NeedsConsent)
    );
}

#[test]
fn statuses_are_read_with_and_without_id_and_session() {
    let read = |body: &str| match answer(&status(), 200, body) {
        UpgradeAnswer::Status { status, session_id, .. } => (status, session_id),
        other => panic!("{body}: {other:?}"),
    };
    assert_eq!(read(r#"{"status":"PENDING"}"#).0, ChallengeStatus::Pending);
    assert_eq!(read(r#"{"status":"POLL_TIMEOUT"}"#).0, ChallengeStatus::Pending);
    assert_eq!(
        read(r#"{"status":"IN_PROGRESS","challengeId":"c-1"}"#).0,
        ChallengeStatus::InProgress
    );
    assert_eq!(read(r#"{"status":"FAIL"}"#).0, ChallengeStatus::Failed);
    assert_eq!(read(r#"{"status":"PASS"}"#), (ChallengeStatus::Passed, None));
    assert_eq!(
        read(r#"{"status":"PASS","sessionId":"s-9"}"#),
        (ChallengeStatus::Passed, Some("s-9".into()))
    );
}

#[test]
fn failures_keep_their_kinds() {
    let not_found = r#"{"error":"CHALLENGE_NOT_FOUND"}"#;
    assert_eq!(answer(&status(), 404, not_found), UpgradeAnswer::NoSuchChallenge);
    for (ask, code, body) in [(status(), 404, ""), (permission(), 404, not_found)] {
        assert!(matches!(
            answer(&ask, code, body),
            UpgradeAnswer::Other(Answer::Rejected { .. })
        ));
    }
    assert_eq!(
        answer(&permission(), 401, ""),
        UpgradeAnswer::Other(Answer::Unauthorized)
    );
    assert!(matches!(
        answer(&status(), 503, "x"),
        UpgradeAnswer::Other(Answer::ServerError { .. })
    ));
    let email = UpgradeAsk::Email {
        id: "c-1".into(),
        address: None,
        locale: None,
    };
    assert_eq!(answer(&email, 200, ""), UpgradeAnswer::Sent);
    let code = UpgradeAsk::Code { id: "c-1".into() };
    assert!(matches!(
        answer(&code, 200, r#"{"oneTimePassword":"A1"}"#),
        UpgradeAnswer::Code(_)
    ));
    assert!(is_malformed(&answer(&code, 200, "")));
}
