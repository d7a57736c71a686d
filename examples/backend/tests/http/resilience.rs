//! k-ID in trouble for a while: asked again, left alone, and never oftener than it allows.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::*;

fn error_500() -> Fault {
    Fault::Answer(500, "", r#"{"error":"INTERNAL_ERROR"}"#.to_owned())
}

#[test]
fn what_may_be_asked_twice_is() {
    let site = Site::with(|config| config.kid_retries = 2);
    let player = site.bound("p1");
    for faults in [
        vec![error_500()],
        vec![Fault::Drop, error_500()],
        vec![Fault::Garbage, Fault::Drop],
    ] {
        let count = faults.len();
        faults.into_iter().for_each(|fault| site.kid.fail_once(fault));
        assert_eq!(player.read(ID).status, 200);
        assert_eq!(site.kid.asked().len(), count + 1);
    }
    site.kid.fail_always(Some(Fault::Drop));
    player.read(ID).fails(503, "KID_UNAVAILABLE");
    assert_eq!(site.kid.asked().len(), 3, "and no more than that");
}

#[test]
fn what_may_have_had_an_effect_is_not_asked_twice() {
    let site = Site::with(|config| config.kid_retries = 2);
    let player = site.asking("p1");
    site.kid.break_calls(Some(("session/upgrade", Fault::Drop)));
    player.ask("voice-chat").fails(503, "KID_UNAVAILABLE");
    assert_eq!(site.kid.count("session/upgrade"), 1);
    site.kid.break_calls(None);
    player.ask("voice-chat");
    site.kid.asked();
    site.kid.break_calls(Some(("challenge/send-email", error_500())));
    assert_eq!(player.email(CID, "").status, 503);
    assert_eq!(site.kid.count("challenge/send-email"), 1);
}

#[test]
fn refusals_and_rate_limits_are_not_asked_twice() {
    let site = Site::with(|config| config.kid_retries = 2);
    let player = site.bound("p1");
    for status in [400, 401, 429] {
        site.kid.fail_once(Fault::Answer(status, "", String::new()));
        assert!(player.read(ID).status >= 500);
        assert_eq!(site.kid.asked().len(), 1, "{status}");
    }
}

#[test]
fn a_k_id_that_stays_down_is_left_alone_and_found_again() {
    let site = Site::with(|config| config.kid_breaker = 3);
    let player = site.bound("p1");
    site.kid.fail_always(Some(error_500()));
    for _ in 0..3 {
        player.read(ID).fails(503, "KID_UNAVAILABLE");
    }
    assert_eq!(site.kid.asked().len(), 3);
    let started = Instant::now();
    for _ in 0..5 {
        let reply = player.read(ID);
        reply.fails(503, "KID_UNAVAILABLE");
        assert!(reply.header("retry-after").is_some());
    }
    if started.elapsed() < Duration::from_millis(900) {
        assert!(site.kid.asked().is_empty(), "the circuit is open");
    }
    let text = send(&site.url(), "GET", "/metrics", &[], None).body;
    assert!(text.contains("playgate_kid_circuit_open 1"), "{text}");
    // While it is, what needs no k-ID works.
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.news(ID, None), (true, 1));
    site.kid.fail_always(None);
    while player.read(ID).status != 200 {
        assert!(started.elapsed() < Duration::from_secs(15), "k-ID is not found again");
        std::thread::sleep(Duration::from_millis(100));
    }
    let text = send(&site.url(), "GET", "/metrics", &[], None).body;
    assert!(text.contains("playgate_kid_circuit_open 0"), "{text}");
}

#[test]
fn refusals_do_not_open_the_circuit() {
    let site = Site::with(|config| config.kid_breaker = 2);
    let player = site.bound("p1");
    for _ in 0..4 {
        site.kid.fail_once(Fault::Answer(401, "", String::new()));
        player.read(ID).fails(502, "KID_REFUSED_KEY");
    }
    assert_eq!(player.read(ID).status, 200);
}

#[test]
fn after_a_rate_limit_k_id_is_left_alone_for_as_long_as_it_says() {
    let site = Site::with(|config| config.kid_breaker = 5);
    let player = site.bound("p1");
    site.kid
        .fail_once(Fault::Answer(429, "Retry-After: 2\r\n", String::new()));
    player.read(ID).fails(503, "KID_RATE_LIMITED");
    let started = Instant::now();
    site.kid.asked();
    let reply = player.read(ID);
    if started.elapsed() < Duration::from_secs(1) {
        reply.fails(503, "KID_RATE_LIMITED");
        assert!(site.kid.asked().is_empty());
    }
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!(player.read(ID).json()["session"]["etag"], json!("e1"));
}

#[test]
fn k_id_gets_no_more_requests_a_second_than_it_is_to() {
    let site = Site::with(|config| config.kid_rate = Some(10));
    let player = site.bound("p1");
    let started = Instant::now();
    for _ in 0..12 {
        assert_eq!(player.read(ID).status, 200);
    }
    // The first ones may come at once.
    assert!(
        started.elapsed() >= Duration::from_millis(1000),
        "{:?}",
        started.elapsed()
    );
}
