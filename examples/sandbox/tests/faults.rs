//! The service breaks on request.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Service, text, wait_for};

fn service_and_path() -> (Service, String) {
    let service = Service::start();
    let player = service.child();
    let path = format!("/api/v1/session/get?kuid={}", text(&player["kuid"]));
    (service, path)
}

/// What comes back on a bare socket.
fn raw(service: &Service, path: &str) -> Vec<u8> {
    let mut socket = TcpStream::connect(service.sandbox.address()).expect("a connection");
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer sandbox-key\r\n\r\n"
    )
    .expect("the request leaves");
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("the end");
    bytes
}

#[test]
fn the_next_requests_meet_a_500() {
    let (service, path) = service_and_path();
    let set = service.control("PUT", "/faults", json!({"kind": "500", "count": 2}));
    assert_eq!((&set["kind"], &set["remaining"]), (&json!("500"), &json!(2)));
    for _ in 0..2 {
        let answer = service.get(&path);
        assert_eq!(answer.status, 500);
        assert_eq!(answer.json()["error"], "INTERNAL_ERROR");
    }
    assert_eq!(service.get(&path).status, 200);
    assert_eq!(
        service.look("/faults"),
        json!({"latencyMs": 0, "kind": null, "remaining": null})
    );
}

#[test]
fn a_429_is_empty_with_or_without_retry_after() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "429"}));
    let without = service.get(&path);
    assert_eq!(
        (without.status, without.body.len(), without.retry_after),
        (429, 0, None)
    );
    service.control("PUT", "/switches", json!({"retryAfterSeconds": 7}));
    let with = service.get(&path);
    assert_eq!((with.status, with.body.len()), (429, 0));
    assert_eq!(with.retry_after.as_deref(), Some("7"));
    service.control("PUT", "/switches", json!({"retryAfterSeconds": null}));
    assert_eq!(service.get(&path).retry_after, None);
    service.control("DELETE", "/faults", json!({}));
    assert_eq!(service.get(&path).status, 200);
}

#[test]
fn a_dropped_connection_has_no_answer() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "drop", "count": 1}));
    assert_eq!(raw(&service, &path), b"");
    assert_eq!(service.get(&path).status, 200);
}

#[test]
fn a_dropped_connection_is_an_error_for_a_client() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "drop"}));
    assert!(service.try_get(&path).is_err());
}

#[test]
fn garbage_comes_as_a_body_and_instead_of_http() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "garbage", "count": 1}));
    let garbage = service.get(&path);
    assert_eq!(garbage.status, 200);
    assert!(serde_json::from_slice::<Value>(&garbage.body).is_err());
    assert!(std::str::from_utf8(&garbage.body).is_err());

    service.control("PUT", "/faults", json!({"kind": "notHttp", "count": 2}));
    let bytes = raw(&service, &path);
    assert!(!bytes.is_empty() && !bytes.starts_with(b"HTTP"), "{bytes:?}");
    assert!(service.try_get(&path).is_err());
    assert_eq!(service.get(&path).status, 200);
}

#[test]
fn a_hanging_request_gets_no_answer_until_the_sandbox_stops() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "hang", "count": 1}));
    let url = format!("{}{path}", service.url);
    let hanging = std::thread::spawn(move || support::agent(Duration::from_secs(20)).get(url).call());
    wait_for("the request to hang", || {
        let log = service.look("/requests");
        (log["entries"][0]["fault"] == "hang").then_some(())
    });
    assert_eq!(service.get(&path).status, 200, "others are served");
    assert!(!hanging.is_finished());
    let began = Instant::now();
    service.sandbox.stop();
    assert!(began.elapsed() < Duration::from_secs(4));
    let error = hanging.join().expect("the thread ends").expect_err("no answer");
    assert!(!matches!(error, ureq::Error::Timeout(_)), "{error}");
}

#[test]
fn a_hanging_request_times_out_at_the_client() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "hang"}));
    let error = support::agent(Duration::from_millis(50))
        .get(format!("{}{path}", service.url))
        .call()
        .expect_err("no answer");
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
}

#[test]
fn latency_delays_k_id_but_not_the_control_api() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"latencyMs": 120}));
    let began = Instant::now();
    assert_eq!(service.get(&path).status, 200);
    assert!(began.elapsed() >= Duration::from_millis(120));

    // A kind that is set keeps the latency, and the other way round.
    service.control("PUT", "/faults", json!({"latencyMs": 600_000}));
    service.control("PUT", "/faults", json!({"kind": "500", "count": 1}));
    assert_eq!(
        service.look("/faults"),
        json!({"latencyMs": 600_000, "kind": "500", "remaining": 1})
    );
    assert_eq!(service.get("/").status, 200);
    let cleared = service.control("DELETE", "/faults", json!({}));
    assert_eq!(cleared["latencyMs"], 0);
}

#[test]
fn faults_spare_the_control_api_and_meet_every_path_of_k_id() {
    let (service, path) = service_and_path();
    service.control("PUT", "/faults", json!({"kind": "500"}));
    assert_eq!(service.look("/faults")["kind"], "500");
    assert_eq!(service.get("/").status, 200);
    assert_eq!(service.get("/api/v1/nothing").status, 500);
    assert_eq!(service.get_as(&path, None).status, 500, "before the key is looked at");
}

#[test]
fn unusable_faults_are_refused() {
    let service = Service::start();
    for wrong in [
        json!({"kind": "503"}),
        json!({"kind": "500", "count": 0}),
        json!({"count": 3}),
        json!({"latencyMs": 600_001}),
        json!({"latencyMs": -1}),
        json!({"delay": 1}),
        json!([]),
    ] {
        service.refused("PUT", "/faults", wrong);
    }
    assert_eq!(service.look("/faults")["kind"], Value::Null);
}
