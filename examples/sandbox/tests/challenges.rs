//! Challenges: how they are read, renewed and listed, their codes and e-mails.

mod support;

use serde_json::{Value, json};
use support::{Service, challenge_id, session_id, text};

const LOOT: &str = "loot-boxes-paid-cosmetic-only";

fn get(service: &Service, id: &str) -> Value {
    let answer = service.get(&format!("/api/v1/challenge/get?challengeId={id}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

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

#[test]
fn an_open_challenge_comes_with_a_fresh_url_and_code() {
    let service = Service::start();
    let player = service.child();
    let made = service.upgrade(session_id(&player), &["voice-chat"])["challenge"].clone();
    let id = text(&made["challengeId"]);
    let fresh = get(&service, id);
    for same in ["challengeId", "type", "childLiteAccessEnabled"] {
        assert_eq!(fresh[same], made[same]);
    }
    for new in ["url", "oneTimePassword"] {
        assert_ne!(fresh[new], made[new]);
    }
    assert!(text(&fresh["url"]).ends_with(text(&fresh["oneTimePassword"])));
    let by_id = service.get(&format!("/api/v1/challenge/get?id={id}")).json();
    assert_eq!(by_id["challengeId"], id);
}

#[test]
fn an_answered_challenge_has_neither_url_nor_code() {
    let service = Service::start();
    let (_, id) = waiting(&service);
    answer(&service, &id, "refuse");
    assert_eq!(
        get(&service, &id),
        json!({"challengeId": id, "type": "CHALLENGE_SESSION_UPGRADE", "childLiteAccessEnabled": false})
    );
}

#[test]
fn a_code_is_made_on_request() {
    let service = Service::start();
    let (_, id) = waiting(&service);
    let body = json!({"challengeId": id});
    let first = service.post("/challenge/generate-otp", body.clone()).json();
    assert_eq!(first.as_object().expect("an object").len(), 2);
    assert_eq!(text(&first["otp"]).len(), 6);
    assert!(text(&first["expiresAt"]).parse::<jiff::Timestamp>().is_ok());
    service.control("PUT", "/switches", json!({"oneTimePasswordName": true}));
    let second = service.post("/challenge/generate-otp", body.clone()).json();
    assert_eq!(second.as_object().expect("an object").len(), 1);
    assert_ne!(second["oneTimePassword"], first["otp"]);
    answer(&service, &id, "approve");
    assert_eq!(service.bad("/challenge/generate-otp", body).0, "INVALID_INPUT");
    let player = service.adult();
    let id = service.upgrade(session_id(&player), &[LOOT])["challenge"]["challengeId"].clone();
    let (code, _) = service.bad("/challenge/generate-otp", json!({"challengeId": id}));
    assert_eq!(code, "INVALID_INPUT");
}

#[test]
fn an_email_needs_an_address_that_can_be_found() {
    let service = Service::start();
    let (_, id) = waiting(&service);
    let to = |email: &str| json!({"challengeId": id, "email": email});
    let sent = service.post("/challenge/send-email", json!({"challengeId": id}));
    assert_eq!((sent.status, sent.body.len()), (200, 0));
    let with = service.post(
        "/challenge/send-email",
        json!({"challengeId": id, "email": "pat@example.org", "locale": "fr"}),
    );
    assert_eq!((with.status, with.body.len()), (200, 0));
    for wrong in [
        "pat",
        "@example.org",
        "pat@",
        "pat@host",
        "pat@a..b",
        "a b@example.org",
        "a@b@example.org",
    ] {
        assert_eq!(
            service.bad("/challenge/send-email", to(wrong)).0,
            "INVALID_EMAIL",
            "{wrong}"
        );
    }
    let emails = service.look("/emails");
    assert_eq!(emails["total"], 2);
    let fields = |email: &Value| {
        (
            email["challengeId"].clone(),
            email["to"].clone(),
            email["locale"].clone(),
        )
    };
    assert_eq!(fields(&emails["emails"][0]), (json!(id), Value::Null, Value::Null));
    assert_eq!(
        fields(&emails["emails"][1]),
        (json!(id), json!("pat@example.org"), json!("fr"))
    );
    assert!(!service.look("/requests").to_string().contains("example.org"));
    assert!(!service.look("/webhooks").to_string().contains("example.org"));

    let player = service.control("POST", "/players", json!({"hasApproverEmail": false}));
    let id = service.upgrade(session_id(&player), &["voice-chat"])["challenge"]["challengeId"].clone();
    let without = json!({"challengeId": id});
    assert_eq!(service.bad("/challenge/send-email", without.clone()).0, "INVALID_EMAIL");
    answer(&service, text(&id), "refuse");
    assert_eq!(service.bad("/challenge/send-email", without).0, "INVALID_INPUT");
    let player = service.adult();
    let id = service.upgrade(session_id(&player), &[LOOT])["challenge"]["challengeId"].clone();
    assert_eq!(
        service.bad("/challenge/send-email", json!({"challengeId": id})).0,
        "INVALID_INPUT"
    );
}

#[test]
fn an_unknown_challenge_is_not_found() {
    let service = Service::start();
    service.control("PUT", "/switches", json!({"notFoundAs404": true}));
    for path in ["get", "get-status"] {
        let answer = service.get(&format!("/api/v1/challenge/{path}?challengeId=x"));
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("NOT_FOUND")));
        let answer = service.get(&format!("/api/v1/challenge/{path}"));
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("INVALID_INPUT")));
    }
    for path in ["generate-otp", "send-email"] {
        let path = format!("/challenge/{path}");
        assert_eq!(service.bad(&path, json!({"challengeId": "x"})).0, "NOT_FOUND");
        assert_eq!(service.bad(&path, json!({})).0, "INVALID_INPUT");
    }
    for action in ["open", "approve", "refuse", "expire"] {
        service.refused("POST", &format!("/challenges/x/{action}"), json!({}));
    }
    service.refused("GET", "/challenges/x", json!({}));
}

#[test]
fn get_status_is_worded_by_switches() {
    let service = Service::start();
    let (session, id) = waiting(&service);
    service.control("PUT", "/switches", json!({"bareStatus": true}));
    assert_eq!(service.status_of(&id), json!({"status": "PENDING"}));
    answer(&service, &id, "approve");
    assert_eq!(service.status_of(&id), json!({"status": "PASS", "sessionId": session}));
    service.control("PUT", "/switches", json!({"passWithoutSession": true}));
    assert_eq!(service.status_of(&id), json!({"status": "PASS"}));
}

#[test]
fn codes_and_tokens_live_as_long_as_is_set() {
    let service = Service::start();
    assert_eq!(
        service.look("/lifetimes"),
        json!({"codeSeconds": 3600, "tokenSeconds": 420})
    );
    let set = service.control("PUT", "/lifetimes", json!({"codeSeconds": 0}));
    assert_eq!(set, json!({"codeSeconds": 0, "tokenSeconds": 420}));
    let (_, id) = waiting(&service);
    assert_eq!(service.look(&format!("/challenges/{id}"))["expired"], true);
    assert_eq!(service.status_of(&id)["status"], "PENDING");
    service.control("PUT", "/lifetimes", json!({"codeSeconds": 60, "tokenSeconds": 60}));
    get(&service, &id);
    assert_eq!(service.look(&format!("/challenges/{id}"))["expired"], false);
    assert_eq!(answer(&service, &id, "expire")["expired"], true);
    assert_eq!(answer(&service, &id, "approve")["status"], "PASS");
    for wrong in [
        json!({"codeSeconds": 31_622_401}),
        json!({"tokenSeconds": -1}),
        json!({"code": 1}),
    ] {
        service.refused("PUT", "/lifetimes", wrong);
    }
}

#[test]
fn the_list_has_the_newest_first() {
    let service = Service::start();
    let (session, first) = waiting(&service);
    let (other, second) = waiting(&service);
    let listed = service.look("/challenges");
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["challenges"][0]["challengeId"], json!(second));
    let one = &listed["challenges"][1];
    assert_eq!(one["challengeId"], json!(first));
    assert_eq!((&one["player"], &one["status"]), (&json!("Ann"), &json!("PENDING")));
    assert_eq!(one["permissions"], json!(["voice-chat"]));
    assert_eq!(*one, service.look(&format!("/challenges/{first}")));
    let code = text(&one["code"]);
    assert!(text(&one["url"]).ends_with(code));
    let of = service.look(&format!("/challenges?player={session}"));
    assert_eq!((&of["total"], &of["challenges"][0]), (&json!(1), one));
    let page = service.look("/challenges?offset=1&limit=1");
    assert_eq!(page["challenges"], json!([one]));
    service.refused("GET", "/challenges?player=nobody", json!({}));
    service.control("POST", "/reset", json!({}));
    assert_eq!(service.look("/challenges"), json!({"total": 0, "challenges": []}));
    assert_eq!(service.session(&other).status, 400);
}
