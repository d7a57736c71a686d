//! Webhooks: which are believed, and what they do.

use serde_json::json;

use crate::support::*;

#[test]
fn a_change_raises_the_revision_and_no_read_clears_it() {
    let site = Site::start();
    let player = site.bound("p1");
    assert_eq!(player.news(ID, None), (false, 0));
    site.webhook(&event(CHANGED, ID)).is(200, r#"{"received":true}"#);
    assert!(
        site.kid.asked().is_empty(),
        "the webhook is answered without asking k-ID"
    );
    assert_eq!(player.news(ID, None), (true, 1));
    assert_eq!(player.read(ID).status, 200);
    // Every device learns of it: those that know revision 0, whoever has read meanwhile.
    assert_eq!(player.news(ID, Some(0)), (true, 1));
    assert_eq!(player.news(ID, Some(1)), (false, 1));
    assert_eq!(
        player.news(ID, Some(2)),
        (true, 1),
        "a revision of another database is news too"
    );
    site.kid.asked();
    player.news(ID, None);
    assert!(site.kid.asked().is_empty());
}

#[test]
fn after_a_change_the_next_read_fetches_the_whole_session() {
    let site = Site::start();
    let player = site.bound("p1");
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.read(ID).json()["hasChanged"], json!(false));
    assert_eq!(player.read(ID).status, 200);
    let plain = format!("/api/v1/session/get?sessionId={ID}");
    assert_eq!(site.kid.asked(), [plain.clone(), format!("{plain}&etag=e1")]);
}

#[test]
fn a_change_that_comes_while_k_id_is_asked_is_not_lost() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.hold_until(2);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| player.read(ID));
        site.kid.wait_for_requests(1);
        // k-ID's answer to the reader is on its way; the parent changes something and the webhook comes first.
        site.kid.put(ID, session(ID, "e2", false));
        assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
        site.kid.hold_until(0);
        assert_eq!(reader.join().unwrap().json()["session"]["etag"], json!("e2"));
    });
}

#[test]
fn a_deletion_deletes_at_once() {
    let site = Site::start();
    let player = site.bound("p1");
    assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
    assert_eq!(player.news(ID, Some(0)), (true, 1));
    player
        .read(ID)
        .is(200, &format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#));
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    assert!(site.kid.asked().is_empty(), "a signed deletion needs no confirmation");
    // A change that was on its way before it brings nothing back.
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.news(ID, Some(1)), (false, 1));
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
}

#[test]
fn a_deletion_leaves_no_personal_data_in_the_database() {
    let mut site = Site::start();
    site.bound("p1");
    assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
    let bytes = site.bytes_at_rest();
    for planted in ["planted-kuid", "2014-03-02", "US-CA"] {
        assert!(!contains(&bytes, planted), "{planted}");
    }
}

#[test]
fn tests_and_unknown_events_are_accepted_and_do_nothing() {
    let site = Site::start();
    let player = site.bound("p1");
    let challenge =
        r#"{"eventType":"Challenge.StateChange","data":{"id":"c","status":"PASS","type":"CHALLENGE_CUSTOM"}}"#;
    for body in [
        r#"{"eventType":"Test","data":{"id":"x"}}"#.to_owned(),
        event("Something.New", ID),
        challenge.to_owned(),
        event(CHANGED, "nobody-knows-it"),
    ] {
        site.webhook(&body).is(200, r#"{"received":true}"#);
    }
    assert_eq!(player.news(ID, None), (false, 0));
}

#[test]
fn what_is_not_genuine_and_fresh_is_401_and_does_nothing() {
    let site = Site::start();
    let player = site.bound("p1");
    let body = event(DELETED, ID);
    let now = unix_s().to_string();
    let good = hmac_hex(HOOK_SECRET, &now, &body);
    let foreign = hmac_hex("another", &now, &body);
    let empty = hmac_hex("", &now, &body);
    let of_other_body = hmac_hex(HOOK_SECRET, &now, "{}");
    let upper = good.to_uppercase();
    let at = "X-Signature-Timestamp";
    let sign = "X-Signature-Hmac-Sha256";
    let rows: [&[(&str, &str)]; 9] = [
        &[],
        &[(at, &now)],
        &[(sign, &good)],
        &[(at, &now), (sign, &foreign)],
        &[(at, &now), (sign, &empty)],
        &[(at, &now), (sign, &of_other_body)],
        &[(at, &now), (sign, &upper)],
        &[(at, "soon"), (sign, &good)],
        &[(at, &now), ("X-Signature-Sha256", &good)],
    ];
    for headers in rows {
        send(&site.url(), "POST", "/webhook/k-id", headers, Some(&body)).fails(401, "UNAUTHORIZED");
    }
    for off in [-400, 400] {
        site.signed_webhook(&body, unix_s() + off).fails(401, "UNAUTHORIZED");
    }
    assert_eq!(player.news(ID, None), (false, 0));
}

#[test]
fn a_webhook_sent_again_is_answered_and_has_no_effect() {
    let site = Site::start();
    let player = site.bound("p1");
    let (body, at) = (event(CHANGED, ID), unix_s());
    for _ in 0..3 {
        site.signed_webhook(&body, at).is(200, r#"{"received":true}"#);
    }
    assert_eq!(player.news(ID, None), (true, 1));
    site.signed_webhook(&body, at - 1).is(200, r#"{"received":true}"#);
    assert_eq!(player.news(ID, None), (true, 2), "another signature is another webhook");
}

#[test]
fn a_second_change_within_the_same_second_is_not_lost_after_a_read() {
    let site = Site::start();
    let player = site.bound("p1");
    let (body, at) = (event(CHANGED, ID), unix_s());
    site.signed_webhook(&body, at).is(200, r#"{"received":true}"#);
    player.read(ID);
    // To the letter the same webhook: k-ID signs seconds.
    site.signed_webhook(&body, at).is(200, r#"{"received":true}"#);
    assert_eq!(player.news(ID, None), (true, 2));
}

#[test]
fn a_webhook_at_many_doors_at_once_has_one_effect() {
    let site = Site::start();
    let player = site.bound("p1");
    let (body, at) = (event(CHANGED, ID), unix_s());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(site.signed_webhook(&body, at).status, 200));
        }
    });
    assert_eq!(player.news(ID, None), (true, 1));
}

#[test]
fn genuine_bodies_that_are_no_event_are_400() {
    let site = Site::start();
    for body in [
        "",
        "null",
        "{}",
        r#"{"eventType":"Session.Delete"}"#,
        r#"{"eventType":"Session.Delete","data":{}}"#,
    ] {
        site.webhook(body).fails(400, "INVALID_EVENT");
    }
}

#[test]
fn the_older_signature_is_taken_only_where_allowed() {
    use sha2::{Digest, Sha256};
    let body = event(CHANGED, ID);
    let now = unix_s().to_string();
    let hash: String = Sha256::digest(format!("{HOOK_SECRET}{now}{body}"))
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let headers = [
        ("X-Signature-Timestamp", now.as_str()),
        ("X-Signature-Sha256", hash.as_str()),
    ];
    for (allowed, status) in [(false, 401), (true, 200)] {
        let site = Site::with(|config| config.webhook_legacy = allowed);
        assert_eq!(
            send(&site.url(), "POST", "/webhook/k-id", &headers, Some(&body)).status,
            status
        );
    }
}

#[test]
fn without_a_secret_there_are_no_webhooks() {
    let site = Site::with(|config| config.webhook_secret = None);
    let player = site.bound("p1");
    site.webhook(&event(DELETED, ID)).fails(503, "WEBHOOK_NOT_CONFIGURED");
    assert_eq!(player.news(ID, None), (false, 0));
}
