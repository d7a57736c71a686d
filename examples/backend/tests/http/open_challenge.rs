//! One open challenge per session and permission, whoever asks, however often and when.

use std::time::Duration;

use serde_json::json;

use crate::support::*;

/// What a game gets of the challenge that [`Site::asking`] prepares.
fn is_open(reply: &Reply, code: &str) {
    let json = reply.json();
    assert_eq!(
        (reply.status, &json["success"], &json["requiresParentConsent"]),
        (200, &json!(false), &json!(true)),
        "{reply:?}"
    );
    let challenge = &json["challenge"];
    assert_eq!(
        (
            &challenge["challengeId"],
            &challenge["oneTimePassword"],
            &challenge["url"]
        ),
        (
            &json!(CID),
            &json!(code),
            &json!(format!("https://family.k-id.com/authorize?otp={code}"))
        )
    );
    for planted in ["planted", "approverEmail", "kuid", "age\""] {
        assert!(!reply.body.contains(planted), "{planted}: {}", reply.body);
    }
}

#[test]
fn asked_again_the_same_challenge_comes_with_what_is_fresh() {
    let site = Site::start();
    let player = site.asking("p1");
    is_open(&player.ask("voice-chat"), "A1");
    site.kid.put_challenge(CID, challenge(CID, "B2"));
    is_open(&player.ask("voice-chat"), "B2");
    // Where k-ID cannot be asked, what was last heard of it.
    for broken in ["challenge/get", "session/get", "/api/v1/"] {
        for fault in unusable() {
            site.kid.break_calls(Some((broken, fault)));
            is_open(&player.ask("voice-chat"), "B2");
        }
    }
    site.kid.break_calls(None);
    assert_eq!(site.kid.count("session/upgrade"), 1);
}

#[test]
fn two_requests_at_once_are_one_upgrade() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.hold_calls(Some("session/upgrade"));
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| player.ask("voice-chat"))).collect();
        site.kid.wait_for_call("session/upgrade");
        std::thread::sleep(Duration::from_millis(200));
        site.kid.hold_calls(None);
        for asking in all {
            is_open(&asking.join().unwrap(), "A1");
        }
    });
    assert_eq!(site.kid.count("session/upgrade"), 1);
}

#[test]
fn two_requests_at_once_for_what_is_enabled_are_one_upgrade() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.upgrade("voice-chat", format!(r#"{{"session":{ONLY_VOICE}}}"#));
    site.kid.hold_calls(Some("session/upgrade"));
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| player.ask("voice-chat"))).collect();
        site.kid.wait_for_call("session/upgrade");
        site.kid.put(ID, session(ID, "e2", true));
        site.kid.hold_calls(None);
        for asking in all {
            assert_eq!(asking.join().unwrap().json()["success"], json!(true));
        }
    });
    assert_eq!(site.kid.count("session/upgrade"), 1);
}

#[test]
fn a_caller_who_hangs_up_finds_the_challenge_later() {
    let mut site = Site::with(|config| config.request_timeout = Duration::from_millis(1500));
    let player = site.asking("p1");
    site.kid.hold_calls(Some("session/upgrade"));
    player.ask("voice-chat").fails(503, "TIMEOUT");
    site.kid.hold_calls(None);
    // The server ends once what it had asked k-ID for is stored.
    site.restart();
    let player = site.player("p1");
    is_open(&player.ask("voice-chat"), "A1");
    assert_eq!(site.kid.count("session/upgrade"), 1);
}

#[test]
fn other_permissions_and_players_do_not_wait() {
    let site = Site::start();
    let player = site.asking("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", false));
    let other = site.player("p2");
    assert_eq!(other.bind(OTHER_ID).status, 200);
    site.kid.hold_calls(Some("session/upgrade"));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| player.ask("voice-chat"));
        site.kid.wait_for_call("session/upgrade");
        assert_eq!(player.ask("multiplayer").json()["success"], json!(true));
        let body = json!({"sessionId": OTHER_ID, "permissionName": "multiplayer"}).to_string();
        assert_eq!(
            other.post("/api/request-permission", &body).json()["success"],
            json!(true)
        );
        site.kid.hold_calls(None);
        is_open(&asking.join().unwrap(), "A1");
    });
}

#[test]
fn one_challenge_for_two_permissions_is_one_challenge() {
    let site = Site::start();
    let player = site.asking("p1");
    let two = session(ID, "e2", false).replace(r#""multiplayer","enabled":true"#, r#""multiplayer","enabled":false"#);
    site.kid.put(ID, two);
    is_open(&player.ask("voice-chat"), "A1");
    site.kid
        .upgrade("multiplayer", format!(r#"{{"challenge":{}}}"#, challenge(CID, "A1")));
    is_open(&player.ask("multiplayer"), "A1");
    assert_eq!(site.webhook(&moved(CID, "FAIL", None)).status, 200);
    assert_eq!(player.status(CID).json()["status"], json!("FAIL"));
    // Both may be asked for anew.
    for permission in ["voice-chat", "multiplayer"] {
        site.kid.put_challenge("c-2", challenge("c-2", "C3"));
        site.kid
            .upgrade(permission, format!(r#"{{"challenge":{}}}"#, challenge("c-2", "C3")));
        assert_eq!(player.ask(permission).json()["challenge"]["challengeId"], json!("c-2"));
    }
}

#[test]
fn a_challenge_that_k_id_has_forgotten_is_asked_for_anew() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.remove_challenge(CID);
    site.kid.put_challenge("c-2", challenge("c-2", "C3"));
    site.kid
        .upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge("c-2", "C3")));
    assert_eq!(
        player.ask("voice-chat").json()["challenge"]["challengeId"],
        json!("c-2")
    );
    assert_eq!(
        site.kid.count("challenge/get"),
        2,
        "k-ID is asked twice before it is believed"
    );
    assert_eq!(player.status(CID).json()["status"], json!("FAIL"));
    // k-ID may come back to the first one.
    site.kid.remove_challenge("c-2");
    site.kid.put_challenge(CID, challenge(CID, "D4"));
    site.kid
        .upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge(CID, "D4")));
    is_open(&player.ask("voice-chat"), "D4");
}

#[test]
fn a_challenge_of_another_session_is_not_taken() {
    let site = Site::start();
    site.asked("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", false));
    let other = site.player("p2");
    assert_eq!(other.bind(OTHER_ID).status, 200);
    site.kid
        .upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge(CID, "A1")));
    let body = json!({"sessionId": OTHER_ID, "permissionName": "voice-chat"}).to_string();
    other
        .post("/api/request-permission", &body)
        .fails(503, "KID_UNAVAILABLE");
    other.challenge(CID).fails(404, "CHALLENGE_NOT_FOUND");
}

#[test]
fn an_upgrade_that_k_id_does_not_answer_changes_nothing() {
    let site = Site::start();
    let player = site.asking("p1");
    let mut faults = unusable();
    faults.push(Fault::Answer(200, "", "{}".to_owned()));
    let foreign = session(OTHER_ID, "e2", true);
    faults.push(Fault::Answer(200, "", format!(r#"{{"session":{foreign}}}"#)));
    faults.push(Fault::Answer(200, "", r#"{"challenge":{"type":"X"}}"#.to_owned()));
    for fault in faults {
        site.kid.break_calls(Some(("session/upgrade", fault)));
        let reply = player.ask("voice-chat");
        reply.fails(503, "KID_UNAVAILABLE");
        assert!(!reply.body.contains("planted"), "{}", reply.body);
    }
    let refused = Fault::Answer(401, "", String::new());
    site.kid.break_calls(Some(("session/upgrade", refused)));
    player.ask("voice-chat").fails(502, "KID_REFUSED_KEY");
    let limited = Fault::Answer(429, "Retry-After: 7\r\n", String::new());
    site.kid.break_calls(Some(("session/upgrade", limited)));
    let reply = player.ask("voice-chat");
    reply.fails(503, "KID_RATE_LIMITED");
    assert_eq!(reply.header("retry-after"), Some("7"));
    site.kid.break_calls(None);
    is_open(&player.ask("voice-chat"), "A1");
}

/// A site that k-ID's webhooks never reach, and what it has asked k-ID is good for a second.
fn without_webhooks() -> Site {
    Site::with(|config| {
        config.webhook_secret = None;
        config.challenge_interval = INTERVAL;
    })
}

const INTERVAL: Duration = Duration::from_secs(1);

/// [`CID`] is closed at k-ID, which then gives neither URL nor code; the next upgrade is challenge `c-2`.
fn close(site: &Site, status: &str) {
    let closed = format!(r#"{{"challengeId":"{CID}","type":"CHALLENGE_SESSION_UPGRADE"}}"#);
    site.kid.put_challenge(CID, closed);
    site.kid.status(CID, status);
    site.kid.put_challenge("c-2", challenge("c-2", "C3"));
    site.kid
        .upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge("c-2", "C3")));
    std::thread::sleep(INTERVAL + Duration::from_millis(100));
}

fn is_second(reply: &Reply) {
    let json = reply.json();
    let second = &json["challenge"];
    assert_eq!(
        (&second["challengeId"], &second["oneTimePassword"], &second["url"]),
        (
            &json!("c-2"),
            &json!("C3"),
            &json!("https://family.k-id.com/authorize?otp=C3")
        ),
        "{reply:?}"
    );
}

#[test]
fn what_was_refused_without_a_word_is_asked_for_anew() {
    let site = without_webhooks();
    let player = site.asked("p1");
    let (_, before) = player.news(ID, None);
    assert_eq!(player.status(CID).json()["status"], json!("PENDING"));
    close(&site, r#"{"status":"FAIL"}"#);
    site.kid.asked();
    is_second(&player.ask("voice-chat"));
    assert_eq!(site.kid.count("get-status"), 1);
    assert_eq!(player.status(CID).json()["status"], json!("FAIL"));
    assert_eq!(player.news(ID, Some(before)), (false, before));
    // The second one is open, and stays the only one.
    is_second(&player.ask("voice-chat"));
    assert_eq!(site.kid.count("session/upgrade"), 1);
}

#[test]
fn what_was_approved_without_a_word_is_no_open_challenge() {
    // k-ID's etag may be the same as before: then only the challenge tells that the session must be fetched.
    for etag in ["e1", "e2"] {
        let site = without_webhooks();
        let player = site.asked("p1");
        assert_eq!(player.status(CID).json()["status"], json!("PENDING"));
        site.kid.put(ID, session(ID, etag, true));
        close(&site, &format!(r#"{{"status":"PASS","sessionId":"{ID}"}}"#));
        let whole = session(ID, etag, true);
        player
            .ask("voice-chat")
            .is(200, &format!(r#"{{"success":true,"session":{whole}}}"#));
        assert_eq!(player.status(CID).json()["status"], json!("PASS"));
        assert_eq!(site.kid.count("session/upgrade"), 0);
        // Switched off again by the parent, it is asked for anew.
        site.kid.put(ID, session(ID, "e3", false));
        is_second(&player.ask("voice-chat"));
    }
}

#[test]
fn what_was_approved_for_another_session_is_not_asked_for_in_the_old_one() {
    let site = without_webhooks();
    let player = site.asked("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    close(&site, &format!(r#"{{"status":"PASS","sessionId":"{OTHER_ID}"}}"#));
    site.kid
        .break_calls(Some((OTHER_ID, Fault::Answer(503, "", String::new()))));
    player.ask("voice-chat").fails(503, "KID_UNAVAILABLE");
    site.kid.break_calls(None);
    // The challenge is closed; its session is bound by whichever request for it comes first.
    assert_eq!(player.status(CID).json()["sessionId"], json!(OTHER_ID));
    player.ask("voice-chat").is(200, r#"{"needsConsent":true}"#);
    assert_eq!(player.read(OTHER_ID).json()["session"]["etag"], json!("x1"));
    assert_eq!(site.kid.count("session/upgrade"), 0);
}

#[test]
fn where_k_id_does_not_say_how_a_challenge_stands_it_is_still_open() {
    let site = without_webhooks();
    let player = site.asked("p1");
    close(&site, r#"{"status":"FAIL"}"#);
    site.kid.put_challenge(CID, challenge(CID, "A1"));
    site.kid.break_calls(Some(("get-status", Fault::Drop)));
    is_open(&player.ask("voice-chat"), "A1");
    site.kid.break_calls(None);
    assert_eq!(site.kid.count("session/upgrade"), 0);
}
