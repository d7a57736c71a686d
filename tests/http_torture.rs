//! A network that means harm, against the real transport: connections reset at every byte, answers that come a byte at a
//! time or mutilated, a name service that fails while a connection lives, machines with one kind of address only.
#![cfg(feature = "http")]

mod http_support;

use std::{
    io::{self, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use http_support::*;
use playgate::protocol::http::{
    Method,
    TransportErrorKind::{Malformed, Unreachable},
};

const BODY: &str = r#"{"hasChanged":false,"session":{"sessionId":"s-1"}}"#;

fn honest() -> Vec<u8> {
    answer("200 OK", &["Content-Type: application/json", "ETag: \"e-1\""], BODY)
}

/// Closes with a byte of the request unread, which resets the connection.
fn reset(mut stream: TcpStream, bytes: &[u8]) {
    let mut request = [0; 20];
    stream.read_exact(&mut request).unwrap();
    let _ = stream.write_all(bytes);
}

/// Closes in order.
fn close(stream: TcpStream, bytes: &[u8]) {
    let _ = read_request(&mut BufReader::new(stream.try_clone().unwrap()));
    let _ = (&stream).write_all(bytes);
}

#[test]
fn a_connection_that_breaks_after_any_byte_is_an_error_and_no_short_answer() {
    for (how, breaks) in [("reset", reset as fn(TcpStream, &[u8])), ("closed", close)] {
        let len = honest().len();
        for at in 0..len {
            let server = Server::raw(move |stream, _| breaks(stream, &honest()[..at]));
            for method in [Method::Get, Method::Put] {
                let request = match method {
                    Method::Get => get(server.url("/")),
                    other => with_body(other, server.url("/"), "{}"),
                };
                let error = exchange(&transport(|_| {}), request).expect_err("half an answer is none");
                assert!(
                    matches!(error.kind, Malformed | Unreachable),
                    "{how} after {at} bytes: {error}"
                );
            }
            // A new connection is not tried again, and what may have been done is never done twice.
            assert_eq!(server.connections(), 2, "{how} after {at} bytes");
        }
        println!("{how}: {} times", len * 2);
    }
}

#[test]
fn an_answer_that_comes_a_byte_at_a_time_is_whole() {
    let server = Server::raw(|mut stream, _| {
        stream.set_nodelay(true).unwrap();
        let _ = read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        for byte in honest() {
            stream.write_all(&[byte]).unwrap();
        }
    });
    let response = exchange(&transport(|_| {}), get(server.url("/"))).unwrap();
    assert_eq!((response.status, &*response.body), (200, BODY.as_bytes()));
}

#[test]
fn mutilated_answers_complete_once_and_never_as_more_than_was_sent() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let (rounds, sent) = (AtomicUsize::new(0), Arc::new(Mutex::new(Vec::new())));
    let sends = sent.clone();
    let server = Server::raw(move |mut stream, _| {
        let mut random = fastrand::Rng::with_seed(seed ^ rounds.fetch_add(1, SeqCst) as u64);
        let _ = read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        let mut bytes = honest();
        for _ in 0..random.usize(1..6) {
            // There is always a byte left.
            let at = random.usize(0..bytes.len());
            match random.u32(0..4) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = random.u8(..),
                2 => bytes.insert(at, random.u8(..)),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        sends.lock().unwrap().clone_from(&bytes);
        let _ = stream.write_all(&bytes);
    });
    let transport = transport(|_| {});
    let (mut read, mut refused) = (0, 0);
    for _ in 0..400 {
        match exchange(&transport, get(server.url("/"))) {
            Ok(response) => {
                // A mutilated head may end early; what stood behind it is the body then.
                let sent = sent.lock().unwrap();
                let is_of_it =
                    response.body.is_empty() || sent.windows(response.body.len()).any(|w| w == response.body);
                assert!(
                    is_of_it,
                    "not what was sent: {:?}",
                    String::from_utf8_lossy(&response.body)
                );
                read += 1;
            }
            Err(error) => {
                assert!(!error.text.contains("s-1"), "{error}");
                refused += 1;
            }
        }
    }
    println!("{read} read, {refused} refused");
    assert!(refused >= 50, "only {refused} refused");
}

#[test]
fn what_is_packed_in_transfer_is_never_unpacked() {
    for head in [
        "Content-Encoding: gzip\r\nContent-Length: 4",
        "Content-Encoding: br\r\nContent-Length: 4",
        "Content-Encoding: deflate, gzip\r\nContent-Length: 4",
        "Transfer-Encoding: gzip, chunked",
    ] {
        let server = Server::http(move |_| format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n4\r\nbomb\r\n0\r\n\r\n").into());
        let error = exchange(&transport(|_| {}), get(server.url("/"))).expect_err(head);
        assert_eq!(error.kind, Malformed, "{head}: {error}");
    }
}

#[test]
fn a_name_service_that_fails_later_does_not_end_a_connection_that_lives() {
    let is_broken = Arc::new(AtomicBool::new(false));
    let closes = Arc::new(AtomicBool::new(false));
    let (broken, now) = (is_broken.clone(), closes.clone());
    let server = Server::http(move |_| {
        let connection: &[&str] = if now.load(SeqCst) { &["Connection: close"] } else { &[] };
        answer("200 OK", connection, BODY)
    });
    let transport = transport(|options| {
        options.name_lookup = Some(Arc::new(move |_| {
            if broken.load(SeqCst) {
                return Err(io::Error::other("the name service is down"));
            }
            Ok(vec![HERE])
        }));
    });
    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(exchange(&transport, get(&*url)).unwrap().status, 200);
    is_broken.store(true, SeqCst);
    for _ in 0..20 {
        assert_eq!(exchange(&transport, get(&*url)).unwrap().status, 200);
    }
    assert_eq!(server.connections(), 1);
    // The server closes after this one.
    closes.store(true, SeqCst);
    assert_eq!(exchange(&transport, get(&*url)).unwrap().status, 200);
    closes.store(false, SeqCst);
    // Its address is known; whether it is asked again or not, the next exchanges end, and well once names are found.
    let while_broken = exchange(&transport, get(&*url));
    if let Err(error) = while_broken {
        assert_eq!(error.kind, Unreachable, "{error}");
    }
    is_broken.store(false, SeqCst);
    assert_eq!(exchange(&transport, get(&*url)).unwrap().status, 200);
}

/// The server at that address is reached by address, by a name that has no other, and by one whose first address is dead.
fn is_reached_at(address: IpAddr, dead: IpAddr, listener: TcpListener) {
    let server = Server::http_on(listener, |_| answer("200 OK", &[], BODY));
    let port = server.address.port();
    let by_address = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    for (host, addresses) in [
        (&*by_address, vec![]),
        ("localhost", vec![address]),
        ("localhost", vec![dead, address]),
    ] {
        let transport = transport(|options| options.name_lookup = Some(Arc::new(move |_| Ok(addresses.clone()))));
        let response = exchange(&transport, get(format!("http://{host}:{port}/")));
        assert_eq!(response.unwrap_or_else(|error| panic!("{host}: {error}")).status, 200);
    }
}

#[test]
fn a_machine_with_one_kind_of_address_is_reached() {
    let (four, six) = (HERE, IpAddr::V6(Ipv6Addr::LOCALHOST));
    is_reached_at(four, six, TcpListener::bind((four, 0)).unwrap());
    match TcpListener::bind((six, 0)) {
        Ok(listener) => is_reached_at(six, IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), listener),
        // Such a machine is the other kind, and that was just tried.
        Err(error) => println!("this machine has no IPv6: {error}"),
    }
}
