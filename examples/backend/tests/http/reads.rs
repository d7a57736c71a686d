//! How k-ID is asked less: the cache, requests at the same moment, and stored sessions that no webhook has disputed.

use std::time::Duration;

use serde_json::json;

use crate::support::*;

fn cached() -> Site {
    Site::with(|config| config.read_cache = Duration::from_secs(30))
}

#[test]
fn what_k_id_confirmed_a_moment_ago_is_not_asked_for_again() {
    let site = cached();
    let player = site.bound("p1");
    assert_eq!(player.read(ID).status, 200);
    assert_eq!(site.kid.asked().len(), 1);
    for _ in 0..5 {
        assert_eq!(player.read(ID).json()["hasChanged"], json!(false));
        assert_eq!(player.get("/api/session").json()["session"]["etag"], json!("e1"));
        assert_eq!(player.read_unless(ID, "\"e1\"").status, 304);
    }
    assert!(site.kid.asked().is_empty());
    // To whom it does not belong it is not given from the cache either.
    site.player("p2").read(ID).fails(403, "SESSION_OF_ANOTHER_PLAYER");
    let text = send(&site.url(), "GET", "/metrics", &[], None).body;
    assert!(
        text.contains("playgate_session_reads_total{source=\"cache\"} 15"),
        "{text}"
    );
}

#[test]
fn a_webhook_an_upgrade_or_a_parent_empties_it() {
    let site = cached();
    let player = site.bound("p1");
    let fresh = || {
        player.read(ID);
        site.kid.asked();
    };
    fresh();
    site.kid.put(ID, session(ID, "e2", false));
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
    fresh();
    site.kid.put(ID, session(ID, "e3", false));
    assert_eq!(site.parent("p1").post("/parent/refresh", "").status, 200);
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e3"));
    fresh();
    site.kid
        .upgrade("voice-chat", format!(r#"{{"session":{}}}"#, session(ID, "e4", true)));
    site.kid.put_after(ID, session(ID, "e4", true), 1);
    assert_eq!(player.ask("voice-chat").json()["success"], json!(true));
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e4"));
    assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
}

#[test]
fn it_forgets_after_its_time() {
    let site = Site::with(|config| config.read_cache = Duration::from_millis(300));
    let player = site.bound("p1");
    player.read(ID);
    // k-ID sends no webhook for a birthday.
    site.kid.put(ID, session(ID, "e2", false).replace("GUARDIAN", "PLAYER"));
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
}

#[test]
fn requests_at_the_same_moment_are_one_at_k_id() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(ID, session(ID, "e2", false));
    site.kid.hold_calls(Some("session/get"));
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| player.read(ID).json())).collect();
        site.kid.wait_for_requests(1);
        // Long enough for the five others to come; who comes later asks anew and finds the same.
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(site.kid.count("session/get"), 1);
        site.kid.hold_calls(None);
        for reader in all {
            assert_eq!(reader.join().unwrap()["session"]["etag"], json!("e2"));
        }
    });
    assert_eq!(player.news(ID, None), (true, 1));
}

#[test]
fn a_read_after_a_webhook_does_not_wait_for_one_before_it() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.hold_until(2);
    std::thread::scope(|scope| {
        let early = scope.spawn(|| player.read(ID).json());
        site.kid.wait_for_requests(1);
        site.kid.put(ID, session(ID, "e2", false));
        assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
        // Its request is the second one, and lets the first go.
        assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
        assert_eq!(early.join().unwrap()["session"]["etag"], json!("e2"));
    });
}

#[test]
fn webhooks_come_first_and_comparison_is_the_fallback() {
    let mut site = Site::with(|config| config.compare_every = Duration::from_secs(3600));
    // Around a birthday k-ID is asked all the same, and today may be one.
    let undated = session(ID, "e1", true).replace(r#""dateOfBirth":"2014-03-02","#, "");
    site.kid.put(ID, undated);
    let player = site.player("p1");
    assert_eq!(player.bind(ID).status, 200);
    site.kid.asked();
    for _ in 0..3 {
        assert_eq!(player.read(ID).json()["hasChanged"], json!(false));
    }
    site.restart();
    let player = site.player("p1");
    assert_eq!(player.read_unless(ID, "\"e1\"").status, 304);
    assert!(site.kid.asked().is_empty(), "no webhook has disputed it, at no server");
    site.kid.put(ID, session(ID, "e2", false));
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
    // A webhook that got lost is made good by the comparison.
    site.kid.put(ID, session(ID, "e3", true));
    site.restart_with(|config| config.compare_every = Duration::from_secs(1));
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(site.player("p1").read(ID).json()["session"]["etag"], json!("e3"));
}
