//! k-ID in trouble: the stored session stays, and nobody is told anything that is not so.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::*;

fn unharmed(site: &Site, player: &Player) {
    site.kid.fail_always(None);
    let json = player.read(ID).json();
    assert_eq!(
        (&json["hasChanged"], &json["session"]["etag"]),
        (&json!(false), &json!("e1"))
    );
}

#[test]
fn answers_that_cannot_be_used_are_503() {
    let site = Site::start();
    let player = site.bound("p1");
    let not_found_of_another = r#"{"error":{"code":"NOT_FOUND","message":"x"}}"#.to_owned();
    let faults = [
        Fault::Answer(
            500,
            "",
            r#"{"error":"INTERNAL_ERROR","errorMessage":"planted"}"#.to_owned(),
        ),
        Fault::Answer(503, "", String::new()),
        Fault::Answer(200, "", String::new()),
        Fault::Answer(200, "", "<html>planted</html>".to_owned()),
        Fault::Answer(200, "", session(OTHER_ID, "e2", true)),
        Fault::Answer(200, "", session(OTHER_ID, "e2", true).replace("ACTIVE", "DELETED")),
        Fault::Answer(200, "", session(ID, "e2", true)[..90].to_owned()),
        Fault::Answer(200, "", r#"{"error":"NOT_FOUND"}"#.to_owned()),
        Fault::Answer(
            200,
            "",
            format!("{{\"sessionId\":\"{ID}\",\"x\":\"{}\"}}", "y".repeat(1_100_000)),
        ),
        Fault::Answer(400, "", String::new()),
        Fault::Answer(400, "", r#"{"error":"INVALID_INPUT"}"#.to_owned()),
        Fault::Answer(404, "", "no such page".to_owned()),
        Fault::Answer(404, "", not_found_of_another),
        Fault::Answer(302, "Location: http://127.0.0.1:1/\r\n", String::new()),
        Fault::Drop,
        Fault::Garbage,
    ];
    for fault in faults {
        site.kid.fail_always(Some(fault));
        let reply = player.read(ID);
        reply.fails(503, "KID_UNAVAILABLE");
        assert!(!reply.body.contains("planted"), "{}", reply.body);
        player.get("/api/session").fails(503, "KID_UNAVAILABLE");
        unharmed(&site, &player);
    }
}

#[test]
fn the_same_answers_bind_nothing() {
    let site = Site::start();
    let player = site.player("p1");
    site.kid.put(ID, session(ID, "e1", true));
    for fault in [
        Fault::Answer(500, "", String::new()),
        Fault::Answer(200, "", session(OTHER_ID, "e2", true)),
        Fault::Answer(304, "", String::new()),
        Fault::Drop,
    ] {
        site.kid.fail_always(Some(fault));
        player.bind(ID).fails(503, "KID_UNAVAILABLE");
        player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    }
    site.kid.fail_always(None);
    assert_eq!(player.bind(ID).status, 200);
}

#[test]
fn a_rate_limit_is_passed_on_with_its_wait() {
    let site = Site::start();
    let player = site.bound("p1");
    for (header, wait) in [("Retry-After: 7\r\n", "7"), ("Retry-After: 0.2\r\n", "1"), ("", "5")] {
        site.kid.fail_once(Fault::Answer(429, header, String::new()));
        let reply = player.read(ID);
        reply.fails(503, "KID_RATE_LIMITED");
        assert_eq!(reply.header("retry-after"), Some(wait));
    }
    assert_eq!(site.kid.asked().len(), 3, "no request is repeated into a rate limit");
    unharmed(&site, &player);
}

#[test]
fn a_refused_key_is_the_studios_trouble() {
    let site = Site::start();
    let player = site.bound("p1");
    for body in ["", r#"{"error":"UNAUTHORIZED"}"#] {
        site.kid.fail_once(Fault::Answer(401, "", body.to_owned()));
        player.read(ID).fails(502, "KID_REFUSED_KEY");
    }
    assert_eq!(site.kid.asked().len(), 2, "401 is never tried again");
    unharmed(&site, &player);
    let wrong = Site::with(|config| config.kid_key = playgate_backend::Secret::new("wrong"));
    wrong.kid.put(ID, session(ID, "e1", true));
    wrong.player("p1").bind(ID).fails(502, "KID_REFUSED_KEY");
}

#[test]
fn a_k_id_that_hangs_is_given_up() {
    let site = Site::with(|config| config.kid_timeout = Duration::from_millis(300));
    let player = site.bound("p1");
    site.kid.fail_always(Some(Fault::Hang));
    let started = Instant::now();
    player.read(ID).fails(503, "KID_UNAVAILABLE");
    assert!(started.elapsed() >= Duration::from_millis(250) && started.elapsed() < Duration::from_secs(5));
    unharmed(&site, &player);
}

#[test]
fn the_servers_own_limit_holds_whatever_k_id_does() {
    let site = Site::with(|config| {
        config.kid_timeout = Duration::from_secs(15);
        config.request_timeout = Duration::from_millis(1500);
    });
    let player = site.bound("p1");
    site.kid.fail_always(Some(Fault::Hang));
    player.read(ID).fails(503, "TIMEOUT");
    // While k-ID hangs, what needs no k-ID works.
    assert_eq!(player.news(ID, None), (false, 0));
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    unharmed(&site, &player);
}

#[test]
fn an_unreachable_k_id_is_503() {
    // Nothing listens at port 1.
    let site = Site::with(|config| config.kid_url = "http://127.0.0.1:1/api/v1".to_owned());
    site.player("p1").bind(ID).fails(503, "KID_UNAVAILABLE");
}

#[test]
fn stopping_does_not_wait_for_a_k_id_that_hangs() {
    let mut site = Site::with(|config| config.request_timeout = Duration::from_millis(1500));
    let player = site.bound("p1");
    site.kid.fail_always(Some(Fault::Hang));
    site.kid.asked();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| player.read(ID));
        site.kid.wait_for_requests(1);
        let started = Instant::now();
        site.backend.take().unwrap().stop();
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        // The request under way was answered before the connection closed.
        assert_eq!(reader.join().unwrap().status, 503);
    });
}
