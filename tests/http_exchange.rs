//! What goes over the wire and what comes back.
#![cfg(feature = "http")]

mod http_support;

use std::{
    io::{BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use http_support::*;
use playgate::protocol::http::{
    Method,
    TransportErrorKind::{Malformed, TooLarge, Unreachable},
};

#[test]
fn every_status_is_a_response() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/304" => b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99999999\r\n\r\n".to_vec(),
        "/204" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        path => answer(&format!("{} Some", &path[1..]), &["ETag: \"a\""], "{\"a\":1}"),
    });
    let transport = transport(|_| {});
    for status in [
        200, 201, 204, 300, 304, 400, 401, 403, 404, 409, 418, 429, 500, 503, 599,
    ] {
        let response = exchange(&transport, get(server.url(&format!("/{status}")))).unwrap();
        assert_eq!(response.status, status);
        let body: &[u8] = if matches!(status, 204 | 304) { b"" } else { b"{\"a\":1}" };
        assert_eq!(response.body, body, "{status}");
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn requests_arrive_as_given() {
    let server = Server::http(|_| answer("200 OK", &[], ""));
    let transport = transport(|options| options.user_agent = "a-game/2".into());
    let request = with_header(get(server.url("/a/b?c=d%20e")), "Authorization", "Bearer t0ken");
    exchange(&transport, with_header(request, "If-None-Match", "\"x\"")).unwrap();
    exchange(&transport, with_body(Method::Put, server.url("/put"), "{\"b\":2}")).unwrap();
    let post = with_header(with_body(Method::Post, server.url("/post"), ""), "User-Agent", "own/1");
    exchange(&transport, post).unwrap();

    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].path.as_str()),
        ("GET", "/a/b?c=d%20e")
    );
    assert_eq!(seen[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(seen[0].header("if-none-match"), Some("\"x\""));
    assert_eq!(seen[0].header("user-agent"), Some("a-game/2"));
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
    assert_eq!(seen[0].header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(
        (seen[0].header("content-length"), seen[0].header("transfer-encoding")),
        (None, None)
    );
    assert_eq!(
        (seen[1].method.as_str(), seen[1].body.as_slice()),
        ("PUT", b"{\"b\":2}".as_slice())
    );
    assert_eq!(seen[1].header("content-length"), Some("7"));
    assert_eq!(
        (seen[2].method.as_str(), seen[2].header("content-length")),
        ("POST", Some("0"))
    );
    assert_eq!(seen[2].header("user-agent"), Some("own/1"));
}

#[test]
fn all_response_headers_are_handed_on() {
    let server = Server::http(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nSet-Thing: a\r\nX-Odd: caf\xe9\r\nSet-Thing: b\r\n".to_vec();
        bytes.extend_from_slice(b"Content-Length: 0\r\n\r\n");
        bytes
    });
    let response = exchange(&transport(|_| {}), get(server.url("/"))).unwrap();
    let values: Vec<&str> = response
        .headers
        .iter()
        .filter(|(name, _)| name == "set-thing")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(values, ["a", "b"]);
    assert_eq!(response.header("X-Odd"), Some("caf\u{fffd}"));
}

#[test]
fn bodies_are_read_in_every_framing() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/chunked" => {
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n".to_vec()
        }
        "/close" => b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde".to_vec(),
        "/hints" => {
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde".to_vec()
        }
        _ => answer("200 OK", &[], "abcde"),
    });
    let transport = transport(|_| {});
    for path in ["/length", "/chunked", "/hints", "/close"] {
        let response = exchange(&transport, get(server.url(path))).unwrap();
        assert_eq!(
            (response.status, response.body.as_slice()),
            (200, b"abcde".as_slice()),
            "{path}"
        );
    }
}

#[test]
fn one_connection_serves_one_request_after_the_other() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    let transport = transport(|_| {});
    for _ in 0..5 {
        exchange(&transport, get(server.url("/"))).unwrap();
    }
    assert_eq!(server.connections(), 1);
    transport.close_idle();
    exchange(&transport, get(server.url("/"))).unwrap();
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_connection_that_the_server_closed_is_replaced() {
    // Closes after each answer without saying so.
    let server = Server::raw(|mut stream, _| {
        read_request(&mut BufReader::new(stream.try_clone().unwrap())).unwrap();
        stream.write_all(&answer("200 OK", &[], "x")).unwrap();
    });
    let transport = transport(|_| {});
    let methods = [Method::Get, Method::Get, Method::Put, Method::Post, Method::Put];
    for (before, method) in methods.into_iter().enumerate() {
        until("the server has closed", || server.closed() == before);
        let body = if method == Method::Get { "" } else { "x" };
        let response = exchange(&transport, with_body(method, server.url("/"), body)).unwrap();
        assert_eq!((response.status, server.connections()), (200, before + 1));
    }
}

/// Answers the first request of each connection; takes the second and closes.
fn server_that_drops_second_requests() -> Server {
    Server::raw(|stream, _| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        read_request(&mut reader).unwrap();
        (&stream).write_all(&answer("200 OK", &[], "x")).unwrap();
        read_request(&mut reader);
    })
}

#[test]
fn a_get_is_sent_again_when_a_kept_connection_breaks_before_the_answer() {
    let server = server_that_drops_second_requests();
    let transport = transport(|_| {});
    for connections in 1..6 {
        assert_eq!(exchange(&transport, get(server.url("/"))).unwrap().status, 200);
        assert_eq!(server.connections(), connections);
    }
}

#[test]
fn the_second_sending_of_a_get_uses_a_new_connection() {
    // The first two are answered together, so that two connections are kept; both break at the next request.
    let both = Arc::new(Barrier::new(2));
    let server = Server::raw(move |mut stream, number| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        read_request(&mut reader).unwrap();
        if number < 2 {
            both.wait();
        }
        stream.write_all(&answer("200 OK", &[], "x")).unwrap();
        read_request(&mut reader);
    });
    let transport = transport(|_| {});
    let two: Vec<Waiter> = (0..2)
        .map(|ticket| start(&transport, ticket, get(server.url("/")), 15_000))
        .collect();
    for waiter in two {
        waiter.reply().unwrap();
    }
    assert_eq!(server.connections(), 2);
    assert_eq!(exchange(&transport, get(server.url("/"))).unwrap().status, 200);
    assert_eq!(server.connections(), 3);
}

#[test]
fn put_and_post_are_never_sent_twice() {
    for method in [Method::Put, Method::Post] {
        let server = server_that_drops_second_requests();
        let transport = transport(|_| {});
        exchange(&transport, get(server.url("/"))).unwrap();
        let error = exchange(&transport, with_body(method, server.url("/"), "x")).unwrap_err();
        assert_eq!(error.kind, Unreachable, "{error}");
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_get_on_a_new_connection_is_not_repeated() {
    let server = Server::raw(|stream, _| {
        read_request(&mut BufReader::new(stream));
    });
    let error = exchange(&transport(|_| {}), get(server.url("/p?q=secret"))).unwrap_err();
    assert_eq!((error.kind, server.connections()), (Unreachable, 1), "{error}");
    assert!(error.text.contains("without an answer"), "{error}");
    assert!(!error.text.contains("secret"), "{error}");
}

#[test]
fn an_answer_that_ends_too_early_is_malformed() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Le",
    ] {
        let server = Server::raw(move |stream, _| {
            read_request(&mut BufReader::new(stream.try_clone().unwrap()));
            (&stream).write_all(head.as_bytes()).unwrap();
        });
        let error = exchange(&transport(|_| {}), get(server.url("/"))).unwrap_err();
        assert_eq!(error.kind, Malformed, "{head:?}: {error}");
        assert!(error.text.contains("in the middle"), "{error}");
    }
}

#[test]
fn what_is_not_http_is_malformed() {
    for bytes in [
        "garbage\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    ] {
        let server = Server::http(move |_| bytes.as_bytes().to_vec());
        let error = exchange(&transport(|_| {}), get(server.url("/"))).unwrap_err();
        assert_eq!(error.kind, Malformed, "{bytes:?}: {error}");
    }
}

#[test]
fn a_packed_body_is_malformed() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/gzip" => answer("200 OK", &["Content-Encoding: gzip"], "x"),
        _ => answer("200 OK", &["Content-Encoding: identity"], "x"),
    });
    let transport = transport(|_| {});
    let error = exchange(&transport, get(server.url("/gzip"))).unwrap_err();
    assert_eq!(error.kind, Malformed);
    assert!(error.text.contains("Content-Encoding"), "{error}");
    assert_eq!(exchange(&transport, get(server.url("/identity"))).unwrap().body, b"x");
}

#[test]
fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
    let server = Server::http(|seen| match seen.path.as_str() {
        "/fits" => answer("200 OK", &[], &"x".repeat(1000)),
        "/longer" => answer("200 OK", &[], &"x".repeat(1001)),
        _ => {
            let chunk = format!("3e9\r\n{}\r\n0\r\n\r\n", "x".repeat(1001));
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}").into_bytes()
        }
    });
    let transport = transport(|options| options.max_response_bytes = 1000);
    assert_eq!(exchange(&transport, get(server.url("/fits"))).unwrap().body.len(), 1000);
    for path in ["/longer", "/chunked"] {
        let error = exchange(&transport, get(server.url(path))).unwrap_err();
        assert_eq!(error.kind, TooLarge, "{path}: {error}");
        assert!(error.text.contains("1000 bytes"), "{error}");
    }
    assert_eq!(exchange(&transport, get(server.url("/fits"))).unwrap().status, 200);
}

#[test]
fn an_endless_answer_is_too_large() {
    // Endless in the body, endless in one header, endless in their number.
    let starts = [
        ("HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxxxxxxxx"),
        ("HTTP/1.1 200 OK\r\nX: ", "xxxxxxxxxxxxxxxx"),
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
    ];
    for (start, more) in starts {
        let server = Server::raw(move |mut stream, _| {
            read_request(&mut BufReader::new(stream.try_clone().unwrap()));
            let block = more.repeat(1000);
            let _ = stream.write_all(start.as_bytes());
            while stream.write_all(block.as_bytes()).is_ok() {}
        });
        let transport = transport(|options| options.max_response_bytes = 100_000);
        let error = exchange(&transport, get(server.url("/"))).unwrap_err();
        let too_many_headers = more.contains('\n') && error.kind == Malformed;
        assert!(error.kind == TooLarge || too_many_headers, "{start:?}: {error}");
    }
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let closed = TcpListener::bind((HERE, 0)).unwrap().local_addr().unwrap();
    let error = exchange(&transport(|_| {}), get(format!("http://{closed}/p?q=secret"))).unwrap_err();
    assert_eq!(error.kind, Unreachable);
    assert!(
        error.text.contains(&closed.to_string()) && !error.text.contains("secret"),
        "{error}"
    );
}

#[test]
fn each_address_of_a_host_is_tried() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    let transport = transport(|options| {
        options.name_lookup = Some(Arc::new(|_| {
            // Nothing listens at the first two.
            Ok(vec![
                "::1".parse().unwrap(),
                Ipv4Addr::new(127, 99, 99, 99).into(),
                HERE,
            ])
        }));
    });
    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(exchange(&transport, get(url)).unwrap().status, 200);
}

#[test]
fn a_name_is_looked_up_once_while_its_address_works() {
    let server = Server::http(|_| answer("200 OK", &["Connection: close"], "x"));
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    let transport = transport(|options| {
        options.name_lookup = Some(Arc::new(move |_| match seen.fetch_add(1, SeqCst) {
            0 => Ok(vec![HERE]),
            _ => Err(std::io::Error::other("name service is down")),
        }));
    });
    let url = format!("http://localhost:{}/", server.address.port());
    for connections in 1..6 {
        assert_eq!(exchange(&transport, get(url.clone())).unwrap().status, 200);
        assert_eq!(server.connections(), connections);
    }
    assert_eq!(count.load(SeqCst), 1);
    drop(server);
    let error = until_refused(|| exchange(&transport, get(url.clone())));
    assert!(
        error.text.contains("localhost") && error.text.contains("down"),
        "{error}"
    );
}

/// The listener closes a moment after its server is dropped.
fn until_refused(
    mut send: impl FnMut() -> playgate::protocol::http::Reply,
) -> playgate::protocol::http::TransportError {
    let mut last = None;
    until("the server is gone", || match send() {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind, Unreachable);
            let looked_up = error.text.contains("resolved");
            last = Some(error);
            looked_up
        }
    });
    last.unwrap()
}

// Only there is every address of 127.0.0.0/8 this machine without being set up.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_moved_is_found_in_the_same_request() {
    let first = Server::http(|_| answer("200 OK", &["Connection: close"], "first"));
    let port = first.address.port();
    let moved: Ipv4Addr = [127, 0, 0, 77].into();
    let address = Arc::new(Mutex::new(HERE));
    let current = address.clone();
    let transport = transport(|options| {
        options.name_lookup = Some(Arc::new(move |_| Ok(vec![*current.lock().unwrap()])));
    });
    let url = format!("http://localhost:{port}/");
    assert_eq!(exchange(&transport, get(url.clone())).unwrap().body, b"first");

    let second = Server::http_on(TcpListener::bind((moved, port)).unwrap(), |_| {
        answer("200 OK", &[], "second")
    });
    *address.lock().unwrap() = moved.into();
    let old = first.address;
    drop(first);
    until("the old address is closed", || {
        std::net::TcpStream::connect(old).is_err()
    });
    assert_eq!(exchange(&transport, get(url)).unwrap().body, b"second");
    drop(second);
}
