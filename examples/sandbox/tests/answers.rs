//! Challenges are answered, and what a server is told of it.

mod support;

use std::time::{Duration, Instant};

use playgate_sandbox::Config;
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Service, challenge_id, permission, session_id, text, wait_for};

const LOOT: &str = "loot-boxes-paid-cosmetic-only";

/// A child who waits for voice chat: the session's id and the challenge's.
fn waiting(service: &Service) -> (String, String) {
    let player = service.child();
    let id = session_id(&player).to_owned();
    let challenge = challenge_id(&service.upgrade(&id, &["voice-chat"])).to_owned();
    (id, challenge)
}

fn answer(service: &Service, challenge: &str, action: &str) -> Value {
    service.control("POST", &format!("/challenges/{challenge}/{action}"), json!({}))
}

/// The events that have been sent, in order.
fn events(service: &Service) -> Vec<Value> {
    let deliveries = service.look("/webhooks")["deliveries"].clone();
    let deliveries = deliveries.as_array().expect("deliveries").iter();
    deliveries.map(|delivery| delivery["eventType"].clone()).collect()
}

#[test]
fn a_parent_opens_and_approves() {
    let service = Service::start();
    let (session, id) = waiting(&service);
    let before = service.now(&session);
    let status = |word: &str| json!({"id": id, "type": "CHALLENGE_SESSION_UPGRADE", "status": word});
    assert_eq!(service.status_of(&id), status("PENDING"));
    assert_eq!(
        answer(&service, &id, "open")["webhooks"],
        json!(["Challenge.StateChange"])
    );
    assert_eq!(service.status_of(&id), status("IN_PROGRESS"));
    assert_eq!(answer(&service, &id, "open")["webhooks"], json!([]));
    assert_eq!(service.now(&session), before);

    let approved = answer(&service, &id, "approve");
    assert_eq!(approved["webhooks"], json!(["Challenge.StateChange"]));
    let mut passed = status("PASS");
    passed["sessionId"] = json!(session);
    assert_eq!(service.status_of(&id), passed);
    let by_id = service.get(&format!("/api/v1/challenge/get-status?id={id}"));
    assert_eq!(by_id.json(), passed);
    let after = service.now(&session);
    assert_eq!(permission(&after, "voice-chat")["enabled"], true);
    assert_ne!(after["etag"], before["etag"]);
    for action in ["approve", "refuse"] {
        let message = service.refused("POST", &format!("/challenges/{id}/{action}"), json!({}));
        assert!(message.contains("answered already"), "{message}");
    }
    assert_eq!(answer(&service, &id, "open")["status"], "PASS");
}

#[test]
fn a_parent_refuses() {
    let service = Service::start();
    let (session, id) = waiting(&service);
    let before = service.now(&session);
    assert_eq!(answer(&service, &id, "refuse")["status"], "FAIL");
    assert_eq!(service.status_of(&id)["status"], "FAIL");
    assert_eq!(service.status_of(&id).get("sessionId"), None);
    assert_eq!(service.now(&session), before);
}

#[test]
fn an_age_check_stores_the_age_and_unlocks() {
    let service = Service::start();
    let player = service.adult();
    let session = session_id(&player);
    let id = challenge_id(&service.upgrade(session, &[LOOT])).to_owned();
    let passed = service.control("POST", &format!("/challenges/{id}/approve"), json!({"age": 24}));
    assert_eq!(
        passed["webhooks"],
        json!(["Challenge.StateChange", "Session.ChangePermissions"])
    );
    let after = service.now(session);
    assert_eq!(permission(&after, LOOT)["enabled"], true);
    let verification = &after["ageVerification"];
    assert_eq!(verification["verifiedAge"], 24);
    assert_eq!(verification["platformName"], "k-id");
    assert_eq!(verification["declarationType"], "KIDVerified");
    assert_eq!(service.status_of(&id)["sessionId"], session);
}

#[test]
fn an_age_below_the_threshold_fails() {
    let service = Service::start();
    let player = service.adult();
    let session = session_id(&player);
    let id = challenge_id(&service.upgrade(session, &[LOOT])).to_owned();
    let failed = service.control("POST", &format!("/challenges/{id}/approve"), json!({"age": 17}));
    assert_eq!(failed["status"], "FAIL");
    assert_eq!(service.now(session), player["session"]);
}

#[test]
fn a_revocation_fails_what_is_open() {
    let service = Service::start();
    let (session, first) = waiting(&service);
    let second = challenge_id(&service.upgrade(&session, &["in-game-purchases"])).to_owned();
    let (_, of_another) = waiting(&service);
    answer(&service, &second, "open");
    let third = challenge_id(&service.upgrade(&session, &["voice-chat"])).to_owned();
    answer(&service, &third, "approve");
    let revoked = service.control("POST", &format!("/players/{session}/revoke"), json!({}));
    assert_eq!(revoked["webhook"], "Session.Delete");
    let word = |id: &str| service.status_of(id)["status"].clone();
    assert_eq!([word(&first), word(&second), word(&third)], ["FAIL", "FAIL", "PASS"]);
    assert_eq!(word(&of_another), "PENDING");
    let told = events(&service);
    let last = ["Challenge.StateChange", "Challenge.StateChange", "Session.Delete"];
    assert_eq!(told[told.len() - 3..], last);
}

#[test]
fn a_server_is_told_of_each_state_but_pending() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = Service::with(Config {
        webhook_url: Some(receiver.url()),
        webhook_secret: Some("a secret".to_owned()),
        ..Config::default()
    });
    let (session, id) = waiting(&service);
    let kind = "CHALLENGE_SESSION_UPGRADE";
    let mut count = 0;
    let mut next = || {
        count += 1;
        let event = receiver.wait(count).remove(count - 1);
        assert!(event.is_signed_by("a secret"));
        assert_eq!(event.headers["x-event-type"], "Challenge.StateChange");
        let body = event.json();
        assert_eq!(body["eventType"], "Challenge.StateChange");
        body["data"].clone()
    };
    answer(&service, &id, "open");
    assert_eq!(
        next(),
        json!({"id": id, "productId": 42, "status": "IN_PROGRESS", "type": kind})
    );
    answer(&service, &id, "approve");
    assert_eq!(
        next(),
        json!({"id": id, "productId": 42, "status": "PASS", "type": kind, "sessionId": session})
    );
    let second = challenge_id(&service.upgrade(&session, &["in-game-purchases"])).to_owned();
    answer(&service, &second, "refuse");
    assert_eq!(
        next(),
        json!({"id": second, "productId": 42, "status": "FAIL", "type": kind})
    );
    wait_for("the webhooks to settle", || {
        (service.look("/webhooks")["totals"]["pending"] == 0).then_some(())
    });
    let delivery = service.look("/webhooks")["deliveries"][2].clone();
    assert_eq!(
        (&delivery["challengeId"], &delivery["sessionId"]),
        (&json!(second), &Value::Null)
    );
    assert_eq!(receiver.count(), 3);
}

#[test]
fn which_upgrades_change_permissions_aloud_is_a_switch() {
    for (switch, after_parent, after_age_check) in [("unlock", 1, 2), ("approval", 2, 2), ("never", 1, 1)] {
        let service = Service::start();
        service.control("PUT", "/switches", json!({"changePermissionsOn": switch}));
        let (_, id) = waiting(&service);
        let events = answer(&service, &id, "approve")["webhooks"].clone();
        assert_eq!(events.as_array().expect("events").len(), after_parent, "{switch}");
        let player = service.adult();
        let id = challenge_id(&service.upgrade(session_id(&player), &[LOOT])).to_owned();
        let events = answer(&service, &id, "approve")["webhooks"].clone();
        assert_eq!(events.as_array().expect("events").len(), after_age_check, "{switch}");
    }
}

#[test]
fn the_test_call_answers_a_challenge() {
    let service = Service::start();
    let (session, id) = waiting(&service);
    let path = "/test/set-challenge-status";
    let body = json!({"challengeId": id, "status": "PASS", "age": 41, "jurisdiction": "US-CA"});
    for missing in ["challengeId", "status", "age", "jurisdiction"] {
        let mut body = body.clone();
        body.as_object_mut().expect("an object").remove(missing);
        let (code, message) = service.bad(path, body);
        assert_eq!(code, "INVALID_INPUT");
        assert!(message.contains(missing), "{message}");
    }
    for (field, wrong) in [
        ("status", json!("PENDING")),
        ("age", json!(-1)),
        ("jurisdiction", json!("x")),
    ] {
        let mut body = body.clone();
        body[field] = wrong;
        assert_eq!(service.bad(path, body).0, "INVALID_INPUT", "{field}");
    }
    let mut with = body.clone();
    with["approverEmail"] = json!("pat@example.org");
    assert_eq!(
        service.post(path, with).json(),
        json!({"challengeId": id, "status": "PASS"})
    );
    let status = service.status_of(&id);
    assert_eq!(status["approverEmail"], "pat@example.org");
    assert_eq!(permission(&service.now(&session), "voice-chat")["enabled"], true);
    assert_eq!(service.bad(path, body).0, "INVALID_INPUT");

    let id = service.upgrade(&session, &["in-game-purchases"])["challenge"]["challengeId"].clone();
    service.post("/challenge/send-email", json!({"challengeId": id}));
    assert_eq!(service.look("/emails")["emails"][0]["to"], "pat@example.org");
    let body = json!({"challengeId": id, "status": "FAIL", "age": 41, "jurisdiction": "US-CA"});
    assert_eq!(service.post(path, body).status, 200);
    assert_eq!(service.status_of(text(&id))["status"], "FAIL");
}

#[test]
fn the_test_call_unlocks_what_the_age_allows() {
    let service = Service::start();
    let player = service.adult();
    for (age, enabled) in [(17, false), (18, true)] {
        let id = service.upgrade(session_id(&player), &[LOOT])["challenge"]["challengeId"].clone();
        let body = json!({"challengeId": id, "status": "PASS", "age": age, "jurisdiction": "BR"});
        assert_eq!(service.post("/test/set-challenge-status", body).status, 200);
        let session = service.now(session_id(&player));
        assert_eq!(permission(&session, LOOT)["enabled"], enabled, "{age}");
        assert_eq!(session["ageVerification"]["verifiedAge"], age);
    }
}

#[test]
fn a_pass_may_hide_the_session_for_a_while() {
    let service = Service::start();
    let (session, id) = waiting(&service);
    service.control("PUT", "/switches", json!({"sessionGoneAfterPassMs": 300}));
    let began = Instant::now();
    answer(&service, &id, "approve");
    let gone = service.session(&session);
    if began.elapsed() < Duration::from_millis(300) {
        assert_eq!((gone.status, &gone.json()["error"]), (400, &json!("NOT_FOUND")));
    }
    wait_for("the session", || {
        (service.session(&session).status == 200).then_some(())
    });
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(permission(&service.now(&session), "voice-chat")["enabled"], true);
    service.refused("PUT", "/switches", json!({"sessionGoneAfterPassMs": 3_600_001}));
}

#[test]
fn a_pass_may_enable_nothing() {
    let service = Service::start();
    service.control("PUT", "/switches", json!({"passEnablesNothing": true}));
    let (session, id) = waiting(&service);
    let before = service.now(&session);
    answer(&service, &id, "approve");
    assert_eq!(service.status_of(&id)["status"], "PASS");
    assert_eq!(service.now(&session), before);
}

#[test]
fn a_pass_may_lead_to_another_session() {
    let service = Service::start();
    service.control("PUT", "/switches", json!({"passMintsSession": true}));
    let (session, id) = waiting(&service);
    answer(&service, &id, "approve");
    let new = text(&service.status_of(&id)["sessionId"]).to_owned();
    assert_ne!(new, session);
    assert_eq!(service.session(&session).status, 400);
    assert_eq!(permission(&service.now(&new), "voice-chat")["enabled"], true);
    let told = service.look("/webhooks")["deliveries"][0].clone();
    assert_eq!(told["sessionId"], json!(new));
}
