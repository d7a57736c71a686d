//! Asking for a permission, in all the ways that k-ID may answer.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_permission_is_enabled_at_once() {
    let site = Site::start();
    let player = site.asking("p1");
    for status in ["", r#","status":"PASS""#, r#","status":"CHALLENGE""#] {
        site.kid.put(ID, session(ID, "e1", false));
        assert_eq!(player.read(ID).status, 200);
        site.kid.put_after(ID, session(ID, "e2", true), 1);
        site.kid
            .upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}{status}}}"#));
        let reply = player.ask("voice-chat");
        // The whole session, as k-ID has it now, not the part that the upgrade showed.
        let whole = session(ID, "e2", true);
        reply.is(200, &format!(r#"{{"success":true,"session":{whole}}}"#));
        let posted = site.kid.posted();
        assert_eq!(posted.len(), 1);
        assert_eq!(
            posted[0].1,
            format!(r#"{{"sessionId":"{ID}","requestedPermissions":[{{"name":"voice-chat"}}]}}"#)
        );
    }
    let (_, revision) = player.news(ID, None);
    assert!(revision > 0, "other devices learn of it");
}

#[test]
fn a_permission_that_is_on_already_asks_nobody() {
    let site = Site::start();
    let player = site.asking("p1");
    let whole = session(ID, "e1", false);
    player
        .ask("multiplayer")
        .is(200, &format!(r#"{{"success":true,"session":{whole}}}"#));
    assert!(site.kid.posted().is_empty());
}

#[test]
fn k_id_may_need_a_moment_to_show_what_it_enabled() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}}}"#));
    // One read before the upgrade, two that come too early, and the third.
    site.kid.put_after(ID, session(ID, "e2", true), 3);
    assert_eq!(player.ask("voice-chat").json()["success"], json!(true));
    assert_eq!(site.kid.count("session/get"), 4);
}

#[test]
fn what_a_session_never_shows_is_not_on() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}}}"#));
    let whole = session(ID, "e1", false);
    player
        .ask("voice-chat")
        .is(200, &format!(r#"{{"success":false,"session":{whole}}}"#));
    assert_eq!(site.kid.count("session/get"), 4);
}

#[test]
fn where_the_session_cannot_be_fetched_one_permission_is_taken_over() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}}}"#));
    site.kid.hold_calls(Some("session/upgrade"));
    let reply = std::thread::scope(|scope| {
        let asking = scope.spawn(|| player.ask("voice-chat"));
        site.kid.wait_for_call("session/upgrade");
        let down = Fault::Answer(503, "", String::new());
        site.kid.break_calls(Some(("session/get", down)));
        site.kid.hold_calls(None);
        asking.join().unwrap()
    });
    let old = r#"{"name":"voice-chat","enabled":false,"managedBy":"GUARDIAN"}"#;
    let new = r#"{"name":"voice-chat","enabled":true,"managedBy":"PLAYER"}"#;
    let merged = session(ID, "e1", false).replace(old, new);
    reply.is(200, &format!(r#"{{"success":true,"session":{merged}}}"#));
    // The next read fetches the whole session, without an etag.
    site.kid.break_calls(None);
    site.kid.put(ID, session(ID, "e2", true));
    site.kid.asked();
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
    assert_eq!(site.kid.asked(), [format!("/api/v1/session/get?sessionId={ID}")]);
}

#[test]
fn without_a_session_anywhere_nothing_is_said_to_be_on() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.upgrade("voice-chat", r#"{"status":"PASS"}"#);
    let whole = session(ID, "e1", false);
    player
        .ask("voice-chat")
        .is(200, &format!(r#"{{"success":false,"session":{whole}}}"#));
    site.kid.put_after(ID, session(ID, "e2", true), 1);
    assert_eq!(player.ask("voice-chat").json()["success"], json!(true));
}

#[test]
fn what_is_prohibited_comes_back_with_the_session() {
    let site = Site::start();
    let player = site.asking("p1");
    let prohibited =
        session(ID, "e1", false).replace(r#"false,"managedBy":"GUARDIAN""#, r#"false,"managedBy":"PROHIBITED""#);
    site.kid.put(ID, prohibited.as_str());
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{prohibited}}}"#));
    player
        .ask("voice-chat")
        .is(200, &format!(r#"{{"success":false,"session":{prohibited}}}"#));
}

#[test]
fn a_challenge_says_who_must_act() {
    let site = Site::start();
    let rows = [
        ("CHALLENGE_SESSION_UPGRADE", "requiresParentConsent"),
        ("CHALLENGE_PARENTAL_CONSENT", "requiresParentConsent"),
        ("CHALLENGE_SOMETHING_NEW", "requiresParentConsent"),
        ("CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE", "requiresAgeAssurance"),
        ("CHALLENGE_AGE_GATE_AGE_ASSURANCE", "requiresAgeAssurance"),
    ];
    for (at, (kind, who)) in rows.into_iter().enumerate() {
        let (id, challenge_id) = (format!("s-{at}"), format!("c-{at}"));
        site.kid.put(&id, session(&id, "e1", false));
        let player = site.player(&format!("p{at}"));
        assert_eq!(player.bind(&id).status, 200);
        let given = challenge(&challenge_id, "A1").replace("CHALLENGE_SESSION_UPGRADE", kind);
        // k-ID's status and session beside it do not matter, nor whether there is a session.
        for session in ["", r#","session":null"#, r#","session":{"permissions":[]}"#] {
            site.kid.put_challenge(&challenge_id, given.as_str());
            site.kid.upgrade(
                "voice-chat",
                format!(r#"{{"status":"PASS","challenge":{given}{session}}}"#),
            );
            let body = json!({"sessionId": id, "permissionName": "voice-chat"}).to_string();
            let json = player.post("/api/request-permission", &body).json();
            assert_eq!((&json["success"], &json[who]), (&json!(false), &json!(true)), "{kind}");
            assert_eq!(json["challenge"]["type"], json!(kind));
        }
    }
}

#[test]
fn age_signals_are_checked_and_passed_on() {
    let site = Site::start();
    let player = site.asking("p1");
    let ask = |signal: Value| {
        let body = json!({"sessionId": ID, "permissionName": "voice-chat", "platformAgeSignal": signal});
        player.post("/api/request-permission", &body.to_string())
    };
    let bad = ask(json!({"name": "apple-ios", "category": "teen"}));
    bad.fails(400, "INVALID_AGE_SIGNAL");
    assert_eq!(
        bad.json()["errorMessage"],
        json!("an apple-ios age signal needs an age range, both ageLow and ageHigh, and no category")
    );
    for bad in [
        json!({}),
        json!(7),
        json!("apple-ios"),
        json!({"name": "planted"}),
        json!({"name": "xbox", "category": "teen", "planted": 1}),
        json!({"name": "apple-ios", "ageLow": "13", "ageHigh": 15}),
        json!({"name": "google-play", "ageLow": 18, "ageHigh": 13}),
    ] {
        let reply = ask(bad);
        reply.fails(400, "INVALID_AGE_SIGNAL");
        assert!(!reply.body.contains("planted"));
    }
    assert!(site.kid.asked().is_empty(), "a signal that breaks a rule is not sent");
    let good = json!({"name": "google-play", "ageLow": 18, "ageHigh": 100, "declarationType": "VERIFIED"});
    site.kid.refuse_upgrade("voice-chat", kid::error(400, "AGE_CONFLICT"));
    ask(good.clone()).fails(400, "INVALID_AGE_SIGNAL");
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}}}"#));
    site.kid.put_after(ID, session(ID, "e2", true), 1);
    site.kid.posted();
    assert_eq!(ask(good.clone()).json()["success"], json!(true));
    let sent: Value = serde_json::from_str(&site.kid.posted()[0].1).unwrap();
    assert_eq!(sent["platformAgeSignal"], good);
    assert_eq!(ask(Value::Null).json()["success"], json!(true), "null is none");
}

#[test]
fn requests_that_are_none_are_refused() {
    let site = Site::start();
    let player = site.asking("p1");
    let post = |body: &str| player.post("/api/request-permission", body);
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        r#"{"sessionId":"s"}"#,
        r#"{"permissionName":"x"}"#,
        r#"{"sessionId":7,"permissionName":"x"}"#,
        r#"{"sessionId":"s","permissionName":null}"#,
        r#"{"sessionId":"s","permissionName":""}"#,
        &json!({"sessionId": "s", "permissionName": "x".repeat(257)}).to_string(),
    ] {
        post(body).fails(400, "INVALID_BODY");
    }
    for id in ["", "..", "a/b", "é"] {
        post(&json!({"sessionId": id, "permissionName": "x"}).to_string()).fails(400, "INVALID_SESSION_ID");
    }
    post(&" ".repeat(5000)).fails(413, "BODY_TOO_LARGE");
    assert!(site.kid.asked().is_empty());
    player.ask("Voice-Chat").fails(400, "UNKNOWN_PERMISSION");
    assert!(site.kid.posted().is_empty());
}

#[test]
fn the_session_must_be_the_players_and_there() {
    let site = Site::start();
    let player = site.asking("p1");
    site.player("p2")
        .ask("voice-chat")
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    let unknown = json!({"sessionId": OTHER_ID, "permissionName": "voice-chat"}).to_string();
    player
        .post("/api/request-permission", &unknown)
        .is(200, r#"{"needsConsent":true}"#);
    let anonymous = Player {
        url: site.url(),
        token: "x".to_owned(),
    };
    anonymous.ask("voice-chat").fails(401, "UNAUTHORIZED");
    assert!(site.kid.asked().is_empty());
    // k-ID has deleted it meanwhile.
    site.kid.remove(ID);
    let gone = format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#);
    player.ask("voice-chat").is(200, &gone);
    player.ask("voice-chat").is(200, &gone);
    assert!(site.kid.posted().is_empty());
}

#[test]
fn a_session_that_goes_while_it_is_upgraded_is_gone() {
    let site = Site::start();
    let gone = format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#);
    let player = site.asking("p1");
    site.kid.hold_calls(Some("session/upgrade"));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| player.ask("voice-chat"));
        site.kid.wait_for_call("session/upgrade");
        assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
        site.kid.hold_calls(None);
        asking.join().unwrap().is(200, &gone);
    });
    player.challenge(CID).fails(404, "CHALLENGE_NOT_FOUND");
    // k-ID itself may say so in its answer.
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.refuse_upgrade("voice-chat", kid::error(400, "NOT_FOUND"));
    player.ask("voice-chat").fails(503, "KID_UNAVAILABLE");
    site.kid.hold_calls(Some("session/upgrade"));
    std::thread::scope(|scope| {
        site.kid.asked();
        let asking = scope.spawn(|| player.ask("voice-chat"));
        site.kid.wait_for_call("session/upgrade");
        site.kid.remove(ID);
        site.kid.hold_calls(None);
        asking.join().unwrap().is(200, &gone);
    });
}
