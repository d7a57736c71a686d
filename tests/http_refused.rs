//! What is never sent.
#![cfg(feature = "http")]

mod http_support;

use std::sync::Arc;

use http_support::*;
use playgate::{
    host::http::{HttpOptions, HttpTransport},
    protocol::http::{Method, TransportErrorKind::Refused},
};

#[test]
fn plain_http_is_for_this_machine_only() {
    let transport = transport(|options| options.name_lookup = Some(Arc::new(|_| panic!("looked up"))));
    for url in [
        "http://example.com/a?token=secret",
        "http://192.0.2.1/secret",
        "http://localhost.example.com/secret",
        "http://127.0.0.1.example.com/secret",
        "http://user:secret@127.0.0.1/",
        "ftp://127.0.0.1/secret",
        "file:///etc/secret",
        "127.0.0.1/secret",
        "/secret",
        "https://",
        "https://a.example:99999/secret",
        "https://user:secret@a.example/",
        "",
    ] {
        let error = exchange(&transport, get(url)).unwrap_err();
        assert_eq!(error.kind, Refused, "{url}: {error}");
        assert!(!error.text.contains("secret"), "{error}");
    }
    let error = exchange(&transport, get("http://example.com/")).unwrap_err();
    assert!(
        error.text.contains("example.com") && error.text.contains("https is needed"),
        "{error}"
    );
}

#[test]
fn localhost_counts_only_if_it_is_here() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    let url = format!("http://localhost:{}/", server.address.port());
    let elsewhere = transport(|options| {
        options.name_lookup = Some(Arc::new(|_| Ok(vec![HERE, "192.0.2.1".parse().unwrap()])));
    });
    let error = exchange(&elsewhere, get(url.clone())).unwrap_err();
    assert_eq!(error.kind, Refused, "{error}");
    assert!(error.text.contains("192.0.2.1"), "{error}");
    assert_eq!(server.connections(), 0);
    let here = transport(|options| options.name_lookup = everything_is_here());
    assert_eq!(exchange(&here, get(url)).unwrap().status, 200);
}

#[test]
fn nothing_can_be_smuggled_into_a_request() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    let transport = transport(|_| {});
    let url = server.url("/");
    let requests = [
        with_header(get(&url), "X", "a\r\nEvil: secret"),
        with_header(get(&url), "X", "a\nsecret"),
        with_header(get(&url), "X", "a\0secret"),
        with_header(get(&url), "X", "caf\u{e9}secret"),
        with_header(get(&url), "X\r\nEvil", "secret"),
        with_header(get(&url), "X secret", "a"),
        with_header(get(&url), "", "secret"),
        with_header(get(&url), "Host", "secret.example"),
        with_header(get(&url), "Content-Length", "5"),
        with_header(get(&url), "Transfer-Encoding", "chunked"),
        with_header(get(&url), "connection", "upgrade"),
        with_header(get(&url), "Accept-Encoding", "gzip"),
        with_header(get(&url), "X", &"secret".repeat(4000)),
        get(format!("{url}a\r\nEvil: secret")),
        get(format!("{url}a secret")),
        get(format!("{url}{}", "secret".repeat(4000))),
        with_body(Method::Get, &url, "secret"),
    ];
    for request in requests {
        let shown = format!("{:?}", request.headers);
        let error = exchange(&transport, request).unwrap_err();
        assert_eq!(error.kind, Refused, "{shown}");
        assert!(!error.text.contains("secret"), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn redirects_to_another_origin_are_not_followed() {
    let other = Server::http(|_| answer("200 OK", &[], "stolen"));
    let places = [
        other.url("/x"),
        format!("//{}/x", other.address),
        format!("https://{}/x", other.address),
        "http://example.com/".into(),
        format!("http://localhost:{}/", other.address.port()),
    ];
    for place in places {
        for status in [
            "301 Moved",
            "302 Found",
            "303 See Other",
            "307 Temporary",
            "308 Permanent",
        ] {
            let location = format!("Location: {place}");
            let server = Server::http(move |_| answer(status, &[&location], "moved"));
            let transport = transport(|_| {});
            for method in [Method::Get, Method::Put, Method::Post] {
                let body = if method == Method::Get { "" } else { "x" };
                let request = with_body(method, server.url("/"), body);
                let request = with_header(request, "Authorization", "Bearer secret");
                let error = exchange(&transport, request).unwrap_err();
                assert_eq!(error.kind, Refused, "{place}: {error}");
                assert!(!error.text.contains("secret"), "{error}");
            }
        }
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_get_follows_three_redirects_at_home() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/a" => answer("301 Moved", &["Location: b/c"], "moved"),
        "/b/c" => answer("302 Found", &["Location: ../d?x=1"], ""),
        "/d?x=1" => answer("307 Temporary", &["Location: /end#part"], ""),
        "/end" => answer("200 OK", &[], "end"),
        "/loop" => answer("302 Found", &["Location: /loop"], ""),
        _ => answer("404 Not Found", &[], ""),
    });
    let transport = transport(|_| {});
    let request = with_header(get(server.url("/a")), "Authorization", "Bearer t");
    let response = exchange(&transport, request).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, b"end".as_slice()));
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Bearer t"))
    );
    assert_eq!((server.seen().len(), server.connections()), (4, 1));

    let error = exchange(&transport, get(server.url("/loop"))).unwrap_err();
    assert_eq!(error.kind, Refused);
    assert!(error.text.contains("more than 3 times"), "{error}");
    assert_eq!(server.seen().len(), 8);
}

#[test]
fn put_and_post_follow_no_redirect() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/none" => answer("307 Temporary", &[], "x"),
        _ => answer("307 Temporary", &["Location: /there"], ""),
    });
    let transport = transport(|_| {});
    for method in [Method::Put, Method::Post] {
        let error = exchange(&transport, with_body(method, server.url("/here"), "x")).unwrap_err();
        assert_eq!(error.kind, Refused);
        assert!(error.text.contains(method.as_str()), "{error}");
        // Without a place to go it is a response like any other.
        let response = exchange(&transport, with_body(method, server.url("/none"), "x")).unwrap();
        assert_eq!(response.status, 307);
    }
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn wrong_options_are_told_at_once() {
    type Change = Box<dyn Fn(&mut HttpOptions)>;
    let cases: [(&str, Change); 9] = [
        (
            "proxy",
            Box::new(|o| o.proxy = Some("socks5://u:secret@a.example".into())),
        ),
        (
            "proxy",
            Box::new(|o| o.proxy = Some("https://u:secret@a.example".into())),
        ),
        ("proxy", Box::new(|o| o.proxy = Some("a.example:3128".into()))),
        ("proxy", Box::new(|o| o.proxy = Some("http://u:secret secret@a".into()))),
        ("user_agent", Box::new(|o| o.user_agent = "a\r\nb".into())),
        ("thread_name", Box::new(|o| o.thread_name = "a\0b".into())),
        ("only_extra_roots", Box::new(|o| o.only_extra_roots = true)),
        (
            "extra_roots_pem[0]",
            Box::new(|o| o.extra_roots_pem = vec![b"secret".to_vec()]),
        ),
        (
            "extra_roots_pem[0]",
            Box::new(|o| {
                o.extra_roots_pem = vec![b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n".to_vec()];
            }),
        ),
    ];
    for (name, change) in cases {
        let mut options = HttpOptions::default();
        change(&mut options);
        assert!(!format!("{options:?}").contains("secret@"), "{options:?}");
        let error = HttpTransport::new(options).unwrap_err();
        assert_eq!(error.kind, Refused);
        assert!(error.text.contains(name) && !error.text.contains("secret"), "{error}");
    }
}
