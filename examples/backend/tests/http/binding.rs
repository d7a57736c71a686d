//! Binding a session to a player, and who gets it.

use serde_json::json;

use crate::support::*;

#[test]
fn a_bound_session_is_the_players_on_every_device() {
    let site = Site::start();
    let document = session(ID, "e1", true);
    site.kid.put(ID, document.as_str());
    let reply = site.player("p1").bind(ID);
    let json = reply.json();
    assert_eq!((reply.status, reply.header("etag")), (200, Some("\"e1\"")));
    assert_eq!(json["hasChanged"], json!(true));
    assert_eq!(
        json["changes"][0],
        json!({"type": "added", "permission": "voice-chat", "enabled": true})
    );
    assert!(
        reply.body.ends_with(&format!(r#""session":{document}}}"#)),
        "the document goes out as it came"
    );
    assert_eq!(site.kid.asked(), [format!("/api/v1/session/get?sessionId={ID}")]);
    let own = site.player("p1").get("/api/session").json();
    assert_eq!(own["session"]["sessionId"], json!(ID));
}

#[test]
fn binding_again_is_reading() {
    let site = Site::start();
    let player = site.bound("p1");
    let again = player.bind(ID).json();
    assert_eq!((&again["hasChanged"], &again["changes"]), (&json!(false), &json!([])));
    site.kid.put(ID, session(ID, "e2", false));
    assert_eq!(player.bind(ID).json()["changes"][0]["type"], json!("disabled"));
    assert_eq!(player.news(ID, None), (true, 1));
}

#[test]
fn a_new_session_replaces_the_old_one() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", false));
    let changes = player.bind(OTHER_ID).json()["changes"].clone();
    assert_eq!(changes[0]["type"], json!("disabled"));
    assert_eq!(
        changes[1],
        json!({"type": "session_replaced", "previousSessionId": ID, "newSessionId": OTHER_ID})
    );
    assert_eq!(
        player.get("/api/session").json()["session"]["sessionId"],
        json!(OTHER_ID)
    );
    player.read(ID).is(200, r#"{"needsConsent":true}"#);
    // Its late deletion does not touch the new one.
    assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
    assert_eq!(
        player.get("/api/session").json()["session"]["sessionId"],
        json!(OTHER_ID)
    );
}

#[test]
fn a_replaced_session_can_be_bound_again_by_its_owner() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    assert_eq!(player.bind(OTHER_ID).status, 200);
    assert_eq!(player.bind(ID).json()["session"]["sessionId"], json!(ID));
    player.read(OTHER_ID).is(200, r#"{"needsConsent":true}"#);
    assert_eq!(player.read(ID).json()["session"]["sessionId"], json!(ID));
}

#[test]
fn a_session_that_k_id_does_not_know_is_not_bound_and_not_burnt() {
    let site = Site::start();
    let eager = site.player("p2");
    eager
        .bind(ID)
        .is(200, &format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#));
    assert_eq!(site.kid.asked().len(), 3);
    // Asking too early, or for somebody else's, spoils nothing.
    site.kid.put(ID, session(ID, "e1", true));
    assert_eq!(site.player("p1").bind(ID).json()["session"]["sessionId"], json!(ID));
}

#[test]
fn right_after_a_consent_k_id_may_need_a_moment() {
    let site = Site::start();
    site.kid.put_late(ID, session(ID, "e1", true), 2);
    assert_eq!(site.player("p1").bind(ID).json()["session"]["sessionId"], json!(ID));
}

#[test]
fn of_two_players_at_once_one_gets_the_session() {
    let site = Site::start();
    for round in 0..10 {
        let id = format!("s-{round}");
        site.kid.put(&id, session(&id, "e1", true));
        let players = [site.player(&format!("a{round}")), site.player(&format!("b{round}"))];
        site.kid.hold_until(2);
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let bind = |player: &Player| player.bind(&id);
            let both = players.each_ref().map(|player| scope.spawn(move || bind(player)));
            both.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        site.kid.hold_until(0);
        let won = replies.iter().position(|reply| reply.status == 200).expect("one wins");
        replies[1 - won].fails(409, "SESSION_OF_ANOTHER_PLAYER");
        assert_eq!(players[won].read(&id).json()["session"]["sessionId"], json!(id));
        players[1 - won].read(&id).fails(403, "SESSION_OF_ANOTHER_PLAYER");
    }
}

#[test]
fn of_one_players_two_binds_at_once_one_stays() {
    let site = Site::start();
    site.kid.put(ID, session(ID, "e1", true));
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    let player = site.player("p1");
    site.kid.hold_until(2);
    std::thread::scope(|scope| {
        for id in [ID, OTHER_ID] {
            let player = &player;
            scope.spawn(move || assert_eq!(player.bind(id).status, 200));
        }
    });
    site.kid.hold_until(0);
    let live = player.get("/api/session").json()["session"]["sessionId"].clone();
    let lost = if live == json!(ID) { OTHER_ID } else { ID };
    player.read(lost).is(200, r#"{"needsConsent":true}"#);
}

#[test]
fn a_deletion_that_overtakes_the_bind_wins() {
    let site = Site::start();
    site.kid.put(ID, session(ID, "e1", true));
    site.kid.hold_until(2);
    let player = site.player("p1");
    std::thread::scope(|scope| {
        let bind = scope.spawn(|| player.bind(ID));
        site.kid.wait_for_requests(1);
        assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
        site.kid.hold_until(0);
        assert_eq!(bind.join().unwrap().json()["sessionDeleted"], json!(true));
    });
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
}

#[test]
fn bodies_that_are_no_bind_are_refused() {
    let site = Site::start();
    let player = site.player("p1");
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        r#"{"sessionId":7}"#,
        r#"{"sessionId":null}"#,
        r#"{"id":"x"}"#,
    ] {
        player.put(body).fails(400, "INVALID_BODY");
    }
    for id in ["", "..", "a/b", "a b", "a%2Fb", "a\u{0}", "é", &"x".repeat(257)] {
        player.bind(id).fails(400, "INVALID_SESSION_ID");
    }
    assert!(site.kid.asked().is_empty());
    site.kid
        .fail_once(Fault::Answer(400, "", r#"{"error":"INVALID_INPUT"}"#.to_owned()));
    player.bind("not-a-uuid").fails(400, "INVALID_SESSION_ID");
}

#[test]
fn everything_outlives_a_restart() {
    let mut site = Site::start();
    let player = site.bound("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    assert_eq!(site.player("p2").bind(OTHER_ID).status, 200);
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(site.webhook(&event(DELETED, OTHER_ID)).status, 200);
    let at = unix_s();
    let again = event(CHANGED, "some-other");
    assert_eq!(site.signed_webhook(&again, at).status, 200);
    drop(player);
    site.restart();
    let player = site.player("p1");
    assert_eq!(player.news(ID, None), (true, 1));
    assert_eq!(player.read(ID).json()["hasChanged"], json!(false));
    assert_eq!(site.player("p2").read(OTHER_ID).json()["sessionDeleted"], json!(true));
    site.player("p3").bind(ID).fails(409, "SESSION_OF_ANOTHER_PLAYER");
}
