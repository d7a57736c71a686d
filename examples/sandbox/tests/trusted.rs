//! The library's own client of k-ID, as a trusted host uses it, against the simulated one.

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use playgate::{
    host::{
        http::{HttpOptions, HttpTransport},
        kid::{CallError, KidClient, Zeroizing},
    },
    protocol::{
        challenge::{Actor, ChallengeStatus},
        http::TransportErrorKind,
        kid::{
            DEFAULT_PERMISSIONS_ID, DefaultPermissionsGet, KidAnswer, KidChallenge, KidError, ManagePermissions,
            PlayerAge, SessionBy, SessionGet, SessionUpgrade,
        },
    },
    session::{Access, Session, compare},
};
use serde_json::json;
use support::{Service, session_id, text};

fn client(service: &Service, key: &str, timeout_ms: u32) -> KidClient {
    let transport = HttpTransport::new(HttpOptions::default()).expect("a transport");
    let base = format!("{}/api/v1", service.url);
    KidClient::new(&base, Zeroizing::new(key.to_owned()), timeout_ms, Arc::new(transport)).expect("a client")
}

fn fetch(kid: &KidClient, id: &str) -> Session {
    match kid.session(&SessionGet::by_id(id)) {
        Ok(KidAnswer::Session(session)) => *session,
        other => panic!("no session: {other:?}"),
    }
}

#[test]
fn sessions_are_fetched_by_id_and_by_user_conditionally_and_in_both_shapes() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    let kid = client(&service, "sandbox-key", 10_000);
    for wrapped in [false, true] {
        service.control("PUT", "/switches", json!({ "wrapped": wrapped }));
        let session = fetch(&kid, id);
        assert_eq!(session.access("multiplayer"), Access::Allowed);
        let by_user = SessionGet {
            by: SessionBy::Kuid(text(&player["kuid"])),
            etag: None,
        };
        assert_eq!(kid.session(&by_user), Ok(KidAnswer::Session(Box::new(session.clone()))));
        let again = SessionGet {
            etag: session.etag(),
            ..SessionGet::by_id(id)
        };
        assert_eq!(kid.session(&again), Ok(KidAnswer::NotModified));
    }
}

#[test]
fn a_parent_is_asked_and_the_session_says_what_came_of_it() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    let kid = client(&service, "sandbox-key", 10_000);
    let before = fetch(&kid, id);
    let asked = SessionUpgrade {
        session_id: id,
        permissions: &["voice-chat"],
        age_signal: None,
    };
    let challenge = kid.upgrade(&asked).expect("an answer").challenge.expect("a challenge");
    assert_eq!(challenge.actor(), Actor::Parent);
    let of = KidChallenge { id: &challenge.id };
    assert_eq!(kid.challenge(of).expect("the challenge").id, challenge.id);
    assert!(!kid.new_code(of).expect("a code").code.is_empty());
    assert_eq!(kid.send_email(of, Some("parent@mail.example"), Some("de")), Ok(()));
    assert_eq!(
        kid.challenge_status(of).expect("a status").status,
        ChallengeStatus::Pending
    );
    service.control("POST", &format!("/challenges/{}/approve", challenge.id), json!({}));
    let state = kid.challenge_status(of).expect("a status");
    assert_eq!(state.status, ChallengeStatus::Passed);
    assert_eq!(state.session_id.as_deref(), Some(id));
    let after = fetch(&kid, id);
    assert_eq!(after.access("voice-chat"), Access::Allowed);
    assert_eq!(compare(Some(&before), Some(&after)).list().len(), 1);
    let manage = ManagePermissions {
        session_id: id,
        email: "parent@mail.example",
    };
    assert!(kid.widget_url(&manage).expect("a URL").starts_with("http"));
}

#[test]
fn default_permissions_follow_the_age_and_leave_a_parents_off() {
    let service = Service::start();
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let kid = client(&service, "sandbox-key", 10_000);
    let ask = |age| {
        let asked = DefaultPermissionsGet {
            jurisdiction: "US-CA",
            age,
            age_signal: None,
        };
        kid.default_permissions(&asked)
    };
    let child = ask(PlayerAge::Years(9)).expect("defaults");
    assert!(child.requires_parent_consent);
    assert_eq!(child.session.access("multiplayer"), Access::AskParent);
    assert_eq!(child.session.access("custom-username"), Access::Allowed);
    let adult = ask(PlayerAge::BornOn("1990-02-01")).expect("defaults");
    assert!(!adult.requires_parent_consent);
    assert_eq!(adult.session.access("multiplayer"), Access::Allowed);
    assert!(matches!(
        ask(PlayerAge::BornOn("2999")),
        Err(CallError::Kid {
            error: KidError::BadRequest { .. },
            status: 400
        })
    ));
    // Nobody has such a session.
    let by_id = SessionGet::by_id(DEFAULT_PERMISSIONS_ID);
    assert_eq!(kid.session(&by_id), Ok(KidAnswer::Deleted));
}

#[test]
fn deletions_are_told_by_400_and_404_and_a_wrong_key_never_deletes() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    let kid = client(&service, "sandbox-key", 10_000);
    service.control("POST", &format!("/players/{}/revoke", text(&player["kuid"])), json!({}));
    for as_404 in [false, true] {
        service.control("PUT", "/switches", json!({ "notFoundAs404": as_404 }));
        assert_eq!(kid.session(&SessionGet::by_id(id)), Ok(KidAnswer::Deleted));
    }
    let wrong = client(&service, "planted-wrong-key", 10_000);
    for empty in [false, true] {
        service.control("PUT", "/switches", json!({ "empty401": empty }));
        let error = wrong.session(&SessionGet::by_id(id)).expect_err("a refusal");
        assert!(matches!(
            error,
            CallError::Kid {
                error: KidError::Unauthorized,
                status: 401
            }
        ));
        assert!(!format!("{error} {error:?} {wrong:?}").contains("planted"));
    }
}

#[test]
fn a_call_ends_when_its_time_is_over_or_the_client_is_closed() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player).to_owned();
    service.control("PUT", "/faults", json!({"kind": "hang", "count": 2}));
    let kid = client(&service, "sandbox-key", 300);
    let began = Instant::now();
    match kid.session(&SessionGet::by_id(&id)) {
        Err(CallError::Transport(error)) => assert_eq!(error.kind, TransportErrorKind::TimedOut),
        other => panic!("{other:?}"),
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    let kid = Arc::new(client(&service, "sandbox-key", 60_000));
    let waiting = std::thread::spawn({
        let kid = Arc::clone(&kid);
        move || kid.session(&SessionGet::by_id(&id))
    });
    std::thread::sleep(Duration::from_millis(200));
    assert!(kid.close(Instant::now() + Duration::from_secs(20)));
    match waiting.join().expect("the call returns") {
        Err(CallError::Transport(error)) => assert_eq!(error.kind, TransportErrorKind::Cancelled),
        Err(CallError::Closed) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(kid.session(&SessionGet::by_id("x")), Err(CallError::Closed));
}
