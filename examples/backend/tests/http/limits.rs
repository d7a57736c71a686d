//! Requests of the wrong size, path or method, and what the server says about itself.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::support::*;

/// Sends bytes, and reads until the server closes.
fn raw(site: &Site, request: &str) -> String {
    let mut stream = TcpStream::connect(site.url().trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // The server may close with bytes of ours unread, which arrives as a reset.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn bodies_are_bounded() {
    let site = Site::start();
    let player = site.bound("p1");
    player
        .put(&format!(r#"{{"sessionId":"{}"}}"#, "x".repeat(4096)))
        .fails(413, "BODY_TOO_LARGE");
    let padded = format!(
        r#"{{"eventType":"Session.Delete","data":{{"id":"{ID}","x":"{}"}}}}"#,
        "y".repeat(65_536)
    );
    site.webhook(&padded).fails(413, "BODY_TOO_LARGE");
    assert_eq!(player.news(ID, None), (false, 0));
    let fits = format!(r#"{{"eventType":"Test","data":{{"x":"{}"}}}}"#, "y".repeat(65_000));
    assert_eq!(site.webhook(&fits).status, 200);
}

#[test]
fn bodies_without_a_length_are_bounded_too() {
    let site = Site::start();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
    let head = format!(
        "PUT /api/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        site.player("p1").token
    );
    let answer = raw(&site, &format!("{head}{chunk}{chunk}0\r\n\r\n"));
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("BODY_TOO_LARGE"),
        "{answer}"
    );
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let site = Site::start();
    let answer = raw(
        &site,
        &format!(
            "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {}\r\n\r\n",
            "x".repeat(300_000)
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(send(&site.url(), "GET", "/healthz", &[], None).status, 200);
}

#[test]
fn paths_cannot_be_bent() {
    let site = Site::start();
    let player = site.bound("p1");
    for path in [
        "/api/session/%2e%2e",
        "/api/session/..%2Fhealthz",
        "/api/session/a%2Fb",
        "/api/session/a%5Cb",
        "/api/session/a%00b",
        "/api/session/a%0d%0ab",
        "/api/session/%ff",
        "/api/session/a%20b",
        "/api/session/a%3Fetag=x",
        "/api/check-permissions/%2e",
    ] {
        player.get(path).fails(400, "INVALID_SESSION_ID");
    }
    player
        .get(&format!("/api/session/{}", "x".repeat(257)))
        .fails(400, "INVALID_SESSION_ID");
    for path in [
        "/api/session/",
        "/api//session",
        "/API/session",
        "/api/session/a/b",
        "/",
        "/api",
        "/webhook",
    ] {
        player.get(path).fails(404, "NO_SUCH_ROUTE");
    }
    let bearer = format!(
        "Authorization: Bearer {}\r\nHost: x\r\nConnection: close\r\n\r\n",
        player.token
    );
    for target in [
        "/api/session/../session",
        "//api/session",
        "/api/./session",
        "/healthz/../api/session",
        "/openapi.json/../../etc/passwd",
    ] {
        let answer = raw(&site, &format!("GET {target} HTTP/1.1\r\n{bearer}"));
        assert!(!answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
    }
    assert!(site.kid.asked().is_empty());
}

#[test]
fn methods_that_a_path_does_not_take_are_405() {
    let site = Site::start();
    let player = site.bound("p1");
    let bearer = format!("Bearer {}", player.token);
    let headers = [("Authorization", bearer.as_str())];
    for (method, path) in [
        ("DELETE", "/api/session"),
        ("POST", "/api/session"),
        ("PUT", "/api/session/x"),
        ("GET", "/webhook/k-id"),
        ("PUT", "/webhook/k-id"),
        ("POST", "/healthz"),
        ("BREW", "/healthz"),
    ] {
        let reply = send(&site.url(), method, path, &headers, None);
        reply.fails(405, "METHOD_NOT_ALLOWED");
        assert!(reply.header("allow").is_some(), "{method} {path}");
    }
}

#[test]
fn since_must_be_a_revision() {
    let site = Site::start();
    let player = site.bound("p1");
    for since in ["x", "", "1.5", "99999999999999999999"] {
        player
            .get(&format!("/api/check-permissions/{ID}?since={since}"))
            .fails(400, "INVALID_QUERY");
    }
    player
        .get(&format!("/api/check-permissions/{ID}?since=1&since=2"))
        .fails(400, "INVALID_QUERY");
    assert_eq!(player.news(ID, Some(-1)), (true, 0));
}

#[test]
fn the_server_tells_its_health_and_its_contract() {
    let site = Site::start();
    send(&site.url(), "GET", "/healthz", &[], None).is(200, r#"{"status":"ok"}"#);
    let contract = send(&site.url(), "GET", "/openapi.json", &[], None).json();
    assert_eq!(contract["openapi"], serde_json::json!("3.1.0"));
    for path in [
        "/api/session",
        "/api/session/{id}",
        "/api/check-permissions/{id}",
        "/webhook/k-id",
        "/healthz",
    ] {
        assert!(contract["paths"][path].is_object(), "{path}");
    }
}

#[test]
fn several_requests_on_one_connection() {
    let site = Site::start();
    let answer = raw(
        &site,
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
}
