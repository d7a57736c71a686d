//! What the operator is told, and that it is about nobody.

use std::collections::BTreeMap;

use crate::support::*;

/// Samples by name and labels. Fails where the text is not as Prometheus reads it.
fn samples(site: &Site) -> BTreeMap<String, f64> {
    let reply = send(&site.url(), "GET", "/metrics", &[], None);
    assert!(reply.body.ends_with("# EOF\n"), "{}", reply.body);
    let lines = reply.body.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("playgate_"), "{line}");
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
fn requests_k_id_webhooks_and_the_database_are_counted() {
    let site = Site::start();
    let player = site.bound("planted-player");
    assert_eq!(player.read(ID).status, 200);
    player.read("planted-id");
    player.get("/planted/path");
    site.kid.fail_once(Fault::Drop);
    player.read(ID).fails(503, "KID_UNAVAILABLE");
    let (body, at) = (event(CHANGED, ID), unix_s());
    for _ in 0..2 {
        site.signed_webhook(&body, at);
    }
    site.signed_webhook(&body, at - 1000).fails(401, "UNAUTHORIZED");
    let samples = samples(&site);
    let value = |name: &str| {
        samples
            .get(name)
            .copied()
            .unwrap_or_else(|| panic!("{name}: {samples:#?}"))
    };
    let requests = |route: &str, status: u16| {
        value(&format!(
            r#"playgate_http_requests_total{{method="GET",route="{route}",status="{status}"}}"#
        ))
    };
    assert_eq!(requests("/api/session/{id}", 200), 2.0);
    assert_eq!(requests("/api/session/{id}", 503), 1.0);
    assert_eq!(requests("(none)", 404), 1.0);
    assert_eq!(
        value(r#"playgate_http_request_seconds_count{route="/api/session/{id}"}"#),
        3.0
    );
    let kid = |outcome: &str| {
        value(&format!(
            r#"playgate_kid_requests_total{{call="session/get",outcome="{outcome}"}}"#
        ))
    };
    assert_eq!((kid("ok"), kid("failed")), (2.0, 1.0));
    assert_eq!(value(r#"playgate_kid_request_seconds_count{call="session/get"}"#), 3.0);
    let hooks = |event: &str, outcome: &str| {
        value(&format!(
            r#"playgate_webhooks_total{{event="{event}",outcome="{outcome}"}}"#
        ))
    };
    assert_eq!(hooks(CHANGED, "accepted"), 1.0);
    assert_eq!(hooks(CHANGED, "seen"), 1.0);
    assert_eq!(hooks("(unknown)", "refused"), 1.0);
    assert_eq!(value("playgate_kid_circuit_open"), 0.0);
    assert!(value(r#"playgate_database_connections{state="idle"}"#) >= 1.0);
    let names: String = samples.into_keys().collect();
    assert!(!names.contains("planted") && !names.contains(ID), "{names}");
}
