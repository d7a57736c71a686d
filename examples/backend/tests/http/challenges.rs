//! Challenges: where they stand, whose they are, and what k-ID's webhooks do to them.

use std::time::Duration;

use serde_json::json;

use crate::support::*;

fn stands(reply: &Reply, status: &str) {
    reply.is(200, &format!(r#"{{"challengeId":"{CID}","status":"{status}"}}"#));
}

fn passed(reply: &Reply, session: &str) {
    reply.is(
        200,
        &format!(r#"{{"challengeId":"{CID}","status":"PASS","sessionId":"{session}"}}"#),
    );
}

#[test]
fn an_open_challenge_comes_fresh() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.put_challenge(CID, challenge(CID, "B2"));
    let json = player.challenge(CID).json();
    assert_eq!(
        (&json["challengeId"], &json["status"]),
        (&json!(CID), &json!("PENDING"))
    );
    assert_eq!(json["challenge"]["oneTimePassword"], json!("B2"));
    assert!(json["challenge"]["otpExpiresAt"].is_string());
    site.kid.status(CID, r#"{"status":"IN_PROGRESS"}"#);
    assert_eq!(player.challenge(CID).json()["status"], json!("IN_PROGRESS"));
    site.kid.status(CID, r#"{"status":"SOMETHING_NEW"}"#);
    assert_eq!(
        player.challenge(CID).json()["status"],
        json!("IN_PROGRESS"),
        "no way back"
    );
    site.kid.status(CID, r#"{"status":"FAIL","sessionId":"x"}"#);
    stands(&player.challenge(CID), "FAIL");
    site.kid.asked();
    stands(&player.challenge(CID), "FAIL");
    stands(&player.status(CID), "FAIL");
    assert!(
        site.kid.asked().is_empty(),
        "what is closed is answered from the database"
    );
}

#[test]
fn a_pass_found_by_asking_has_the_session_fetched() {
    let site = Site::start();
    let player = site.asked("p1");
    stands(&player.status(CID), "PENDING");
    let (_, before) = player.news(ID, None);
    site.kid.put(ID, session(ID, "e1", true));
    site.kid.status(
        CID,
        &format!(r#"{{"status":"PASS","sessionId":"{ID}","approverEmail":"planted@mail.example"}}"#),
    );
    passed(&player.status(CID), ID);
    assert_eq!(player.news(ID, Some(before)), (true, before + 1));
    site.kid.asked();
    // Without an etag: k-ID's may be the same as before.
    assert!(player.read(ID).body.contains(r#""name":"voice-chat","enabled":true"#));
    assert_eq!(site.kid.asked(), [format!("/api/v1/session/get?sessionId={ID}")]);
    assert_eq!(player.ask("voice-chat").json()["success"], json!(true));
}

#[test]
fn right_after_a_pass_k_id_may_not_know_the_session_for_a_moment() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.put_late(ID, session(ID, "e2", true), 2);
    assert_eq!(site.webhook(&moved(CID, "PASS", None)).status, 200);
    passed(&player.status(CID), ID);
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
}

#[test]
fn k_id_is_asked_for_the_status_no_oftener_than_the_interval() {
    let site = Site::with(|config| config.challenge_interval = Duration::from_secs(5));
    let player = site.asked("p1");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| stands(&player.status(CID), "PENDING"));
        }
    });
    site.kid.status(CID, r#"{"status":"PASS"}"#);
    stands(&player.status(CID), "PENDING");
    assert_eq!(player.challenge(CID).json()["status"], json!("PENDING"));
    assert_eq!(site.kid.count("get-status"), 1);
    // A webhook is faster.
    assert_eq!(site.webhook(&moved(CID, "PASS", Some(ID))).status, 200);
    passed(&player.status(CID), ID);
    assert_eq!(site.kid.count("get-status"), 1);
}

#[test]
fn a_webhook_closes_a_challenge_once_and_for_all() {
    let site = Site::start();
    let player = site.asked("p1");
    let (_, before) = player.news(ID, None);
    assert_eq!(site.webhook(&moved(CID, "IN_PROGRESS", None)).status, 200);
    assert_eq!(player.news(ID, Some(before)), (false, before));
    assert_eq!(site.webhook(&moved(CID, "PASS", Some(ID))).status, 200);
    assert_eq!(player.news(ID, Some(before)), (true, before + 1));
    // Whatever comes late or twice changes nothing.
    let mut at = unix_s() - 10;
    for (status, session) in [
        ("FAIL", None),
        ("IN_PROGRESS", None),
        ("PASS", Some(ID)),
        ("PASS", Some(OTHER_ID)),
    ] {
        at += 1;
        assert_eq!(site.signed_webhook(&moved(CID, status, session), at).status, 200);
    }
    assert_eq!(player.news(ID, Some(before)), (true, before + 1));
    passed(&player.status(CID), ID);
    assert!(site.kid.asked().is_empty(), "webhooks are believed without asking k-ID");
}

#[test]
fn a_refusal_by_webhook_leaves_the_session_alone() {
    let site = Site::start();
    let player = site.asked("p1");
    let (_, before) = player.news(ID, None);
    assert_eq!(site.webhook(&moved(CID, "FAIL", None)).status, 200);
    stands(&player.status(CID), "FAIL");
    assert_eq!(player.news(ID, Some(before)), (false, before));
    // A new attempt is a new challenge.
    site.kid.put_challenge("c-2", challenge("c-2", "C3"));
    site.kid
        .upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge("c-2", "C3")));
    assert_eq!(
        player.ask("voice-chat").json()["challenge"]["challengeId"],
        json!("c-2")
    );
}

#[test]
fn a_pass_that_names_another_session_binds_it() {
    let mut site = Site::start();
    for by_webhook in [true, false] {
        let player = site.asked("p1");
        site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
        if by_webhook {
            assert_eq!(site.webhook(&moved(CID, "PASS", Some(OTHER_ID))).status, 200);
        } else {
            site.kid
                .status(CID, &format!(r#"{{"status":"PASS","sessionId":"{OTHER_ID}"}}"#));
        }
        passed(&player.status(CID), OTHER_ID);
        assert_eq!(player.read(OTHER_ID).json()["session"]["etag"], json!("x1"));
        assert_eq!(
            player.get("/api/session").json()["session"]["sessionId"],
            json!(OTHER_ID)
        );
        player.read(ID).is(200, r#"{"needsConsent":true}"#);
        site.player("p2").read(OTHER_ID).fails(403, "SESSION_OF_ANOTHER_PLAYER");
        site = Site::start();
    }
}

#[test]
fn nobody_is_told_of_a_session_that_cannot_be_fetched_yet() {
    let mut site = Site::start();
    let player = site.asked("p1");
    site.kid.fail_always(Some(Fault::Answer(503, "", String::new())));
    assert_eq!(site.webhook(&moved(CID, "PASS", Some(OTHER_ID))).status, 200);
    player.status(CID).fails(503, "KID_UNAVAILABLE");
    player.get("/api/session").fails(503, "KID_UNAVAILABLE");
    site.restart();
    site.kid.fail_always(None);
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    // Whichever request comes first binds it.
    let player = site.player("p1");
    assert_eq!(player.read(OTHER_ID).json()["session"]["etag"], json!("x1"));
    passed(&player.status(CID), OTHER_ID);
}

#[test]
fn a_pass_cannot_take_another_players_session() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    let other = site.player("p2");
    assert_eq!(other.bind(OTHER_ID).status, 200);
    site.kid
        .status(CID, &format!(r#"{{"status":"PASS","sessionId":"{OTHER_ID}"}}"#));
    passed(&player.status(CID), ID);
    player.read(OTHER_ID).fails(403, "SESSION_OF_ANOTHER_PLAYER");
    assert_eq!(other.read(OTHER_ID).json()["session"]["sessionId"], json!(OTHER_ID));
    assert_eq!(player.read(ID).json()["session"]["sessionId"], json!(ID));
}

#[test]
fn a_deletion_fails_what_is_open() {
    let site = Site::start();
    let player = site.asked("p1");
    assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
    stands(&player.status(CID), "FAIL");
    assert!(site.kid.asked().is_empty());
    // A pass that comes after it opens nothing.
    assert_eq!(site.webhook(&moved(CID, "PASS", Some(ID))).status, 200);
    stands(&player.status(CID), "FAIL");
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
    // A deletion that a read finds does the same.
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.remove(ID);
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
    stands(&player.challenge(CID), "FAIL");
}

#[test]
fn a_challenge_that_k_id_has_forgotten_has_failed() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid
        .fail_once(Fault::Answer(400, "", r#"{"error":"NOT_FOUND"}"#.to_owned()));
    stands(&player.status(CID), "PENDING");
    assert_eq!(site.kid.count("get-status"), 2, "once is not enough");
    site.kid.remove_challenge(CID);
    stands(&player.status(CID), "FAIL");
}

#[test]
fn a_challenge_is_its_players_alone() {
    let site = Site::start();
    let owner = site.asked("p1");
    let other = site.player("p2");
    let unknown = other.status("c-unknown").body;
    for id in [CID, "c-unknown", "..%2f", "%ff", "a%00b"] {
        for reply in [
            other.challenge(id),
            other.status(id),
            other.code(id),
            other.email(id, "{}"),
        ] {
            reply.fails(404, "CHALLENGE_NOT_FOUND");
            assert_eq!(reply.body, unknown, "both look the same");
        }
    }
    let nobody = Player {
        url: site.url(),
        token: "x".to_owned(),
    };
    for reply in [
        nobody.challenge(CID),
        nobody.status(CID),
        nobody.code(CID),
        nobody.email(CID, "{}"),
    ] {
        reply.fails(401, "UNAUTHORIZED");
    }
    assert!(site.kid.asked().is_empty());
    stands(&owner.status(CID), "PENDING");
}

#[test]
fn open_challenges_outlive_a_restart() {
    let mut site = Site::start();
    site.asked("p1");
    site.restart();
    let player = site.player("p1");
    assert_eq!(
        player.challenge(CID).json()["challenge"]["oneTimePassword"],
        json!("A1")
    );
    site.kid.break_calls(Some(("challenge/get", Fault::Drop)));
    assert_eq!(player.ask("voice-chat").json()["challenge"]["challengeId"], json!(CID));
    assert_eq!(site.kid.count("session/upgrade"), 0);
    assert_eq!(site.webhook(&moved(CID, "PASS", None)).status, 200);
    site.restart();
    passed(&site.player("p1").status(CID), ID);
}
