//! Time limits, cancelling, and ends: nothing that hangs holds anything else up.
#![cfg(feature = "http")]

mod http_support;

use std::{
    io::{BufReader, Read, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    time::{Duration, Instant},
};

use http_support::*;
use playgate::{
    host::{
        http::NameLookup,
        transport::{Completion, Transport},
    },
    protocol::http::TransportErrorKind::{Cancelled, Refused, TimedOut, Unreachable},
};

#[test]
fn a_server_that_never_answers_times_out() {
    let (server, arrived, _gate) = Server::hanging();
    let transport = transport(|_| {});
    let started = Instant::now();
    let error = start(&transport, 1, get(server.url("/p?q=secret")), 300)
        .reply()
        .unwrap_err();
    let took = started.elapsed();
    assert_eq!(error.kind, TimedOut);
    assert!(
        took >= Duration::from_millis(290) && took < Duration::from_secs(5),
        "{took:?}"
    );
    assert!(
        error.text.contains("300 ms") && !error.text.contains("secret"),
        "{error}"
    );
    arrived.recv_timeout(PATIENCE).unwrap();
}

#[test]
fn a_silent_server_times_out_by_the_read_limit() {
    let (server, _arrived, _gate) = Server::hanging();
    let transport = transport(|options| options.read_timeout_ms = 200);
    let error = start(&transport, 1, get(server.url("/")), 15_000).reply().unwrap_err();
    assert_eq!(error.kind, TimedOut);
    assert!(
        error.text.contains("no byte") && error.text.contains("200 ms"),
        "{error}"
    );
}

#[test]
fn a_trickling_answer_is_bounded_by_the_whole_time() {
    // The read limit is never reached: bytes keep coming.
    let server = Server::raw(|mut stream, _| {
        read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let closed = |stream: &mut std::net::TcpStream| matches!(stream.read(&mut [0]), Ok(0));
        while !closed(&mut stream) && stream.write_all(b"x").is_ok() {}
    });
    let transport = transport(|options| options.read_timeout_ms = 10_000);
    let started = Instant::now();
    let error = start(&transport, 1, get(server.url("/")), 300).reply().unwrap_err();
    assert_eq!(error.kind, TimedOut);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn cancel_ends_a_hanging_exchange_at_once() {
    // Tells when the client's side of the connection has ended.
    let (tell, ended) = mpsc::channel();
    let (told, arrived) = mpsc::channel();
    let channels = Mutex::new((told, tell));
    let server = Server::raw(move |stream, _| {
        let mut reader = BufReader::new(stream);
        read_request(&mut reader);
        let (told, tell) = channels.lock().unwrap().clone();
        told.send(()).unwrap();
        let _ = reader.read(&mut [0]);
        tell.send(()).unwrap();
    });
    let transport = transport(|options| {
        options.thread_name = "pgcxl".into();
        options.read_timeout_ms = 0;
    });
    let waiter = start(&transport, 7, get(server.url("/")), 60_000);
    arrived.recv_timeout(PATIENCE).unwrap();
    transport.cancel(8);
    assert!(waiter.is_waiting());
    let error = at_once(|| {
        transport.cancel(7);
        waiter.reply().unwrap_err()
    });
    assert_eq!(error.kind, Cancelled);
    // The socket is shut down, and the thread is free for the next.
    ended.recv_timeout(PATIENCE).unwrap();
    transport.cancel(7);
    let good = Server::http(|_| answer("200 OK", &[], "x"));
    assert_eq!(exchange(&transport, get(good.url("/"))).unwrap().status, 200);
    #[cfg(target_os = "linux")]
    assert!(threads("pgcxl").len() <= 2, "{:?}", threads("pgcxl"));
}

#[test]
fn cancel_ends_an_answer_that_is_half_read() {
    let (told, arrived) = mpsc::channel();
    let told = Mutex::new(told);
    let server = Server::raw(move |mut stream, _| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        read_request(&mut reader);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
            .unwrap();
        told.lock().unwrap().send(()).unwrap();
        let _ = reader.read(&mut [0]);
    });
    let transport = transport(|_| {});
    let waiter = start(&transport, 7, get(server.url("/")), 60_000);
    arrived.recv_timeout(PATIENCE).unwrap();
    at_once(|| {
        transport.cancel(7);
        assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    });
}

#[test]
fn a_hanging_exchange_does_not_hold_up_the_next() {
    let (hanging, arrived, _gate) = Server::hanging();
    let good = Server::http(|_| answer("200 OK", &[], "x"));
    let transport = transport(|options| options.thread_name = "pgnext".into());
    let waiters: Vec<Waiter> = (0..2)
        .map(|n| start(&transport, n, get(hanging.url("/")), 60_000))
        .collect();
    for _ in 0..2 {
        arrived.recv_timeout(PATIENCE).unwrap();
    }
    for _ in 0..5 {
        assert_eq!(exchange(&transport, get(good.url("/"))).unwrap().status, 200);
    }
    assert_eq!(good.connections(), 1);
    #[cfg(target_os = "linux")]
    assert_eq!(threads("pgnext").len(), 3, "{:?}", threads("pgnext"));
    transport.shut_down();
    for waiter in waiters {
        assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    }
}

#[test]
fn what_waits_too_long_times_out_while_all_threads_hang() {
    let (server, arrived, _gate) = Server::hanging();
    let transport = transport(|options| options.thread_name = "pgwait".into());
    let hanging: Vec<Waiter> = (0..8)
        .map(|n| start(&transport, n, get(server.url("/")), 60_000))
        .collect();
    for _ in 0..8 {
        arrived.recv_timeout(PATIENCE).unwrap();
    }
    let started = Instant::now();
    let long = start(&transport, 10, get(server.url("/")), 60_000);
    let short = start(&transport, 11, get(server.url("/")), 200);
    let shorter = start(&transport, 12, get(server.url("/")), 50);
    assert_eq!(shorter.reply().unwrap_err().kind, TimedOut);
    assert_eq!(short.reply().unwrap_err().kind, TimedOut);
    let took = started.elapsed();
    assert!(
        took >= Duration::from_millis(200) && took < Duration::from_secs(5),
        "{took:?}"
    );
    // Eight that hang, and one that keeps the time of all others.
    #[cfg(target_os = "linux")]
    assert_eq!(threads("pgwait").len(), 9, "{:?}", threads("pgwait"));
    // Those that wait can be cancelled too.
    at_once(|| {
        transport.cancel(10);
        assert_eq!(long.reply().unwrap_err().kind, Cancelled);
    });
    assert!(hanging.iter().all(Waiter::is_waiting));
    assert!(arrived.try_recv().is_err(), "none of the waiting was sent");
}

#[test]
fn too_many_requests_are_turned_away() {
    let (server, arrived, _gate) = Server::hanging();
    let transport = transport(|_| {});
    let mut waiters: Vec<Waiter> = (0..8)
        .map(|n| start(&transport, n, get(server.url("/")), 60_000))
        .collect();
    for _ in 0..8 {
        arrived.recv_timeout(PATIENCE).unwrap();
    }
    waiters.extend((8..72).map(|n| start(&transport, n, get(server.url("/")), 60_000)));
    let error = start(&transport, 100, get(server.url("/")), 60_000)
        .reply()
        .unwrap_err();
    assert_eq!(error.kind, Unreachable);
    assert!(error.text.contains("wait already"), "{error}");
    let error = start(&transport, 5, get(server.url("/")), 60_000).reply().unwrap_err();
    assert_eq!(error.kind, Refused, "a ticket that is in use");
    at_once(|| transport.shut_down());
    for waiter in waiters {
        assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    }
    let error = start(&transport, 101, get(server.url("/")), 60_000)
        .reply()
        .unwrap_err();
    assert_eq!(error.kind, Cancelled);
}

#[test]
fn dropping_the_transport_ends_everything_at_once() {
    let (server, arrived, _gate) = Server::hanging();
    let transport = transport(|options| options.thread_name = "pgdrop".into());
    let waiter = start(&transport, 1, get(server.url("/")), 60_000);
    arrived.recv_timeout(PATIENCE).unwrap();
    at_once(|| drop(transport));
    assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    #[cfg(target_os = "linux")]
    until("the thread has ended", || threads("pgdrop").is_empty());
}

/// A lookup that hangs until the gate opens, tells of each call and counts them.
fn hanging_lookup(gate: &Gate) -> (NameLookup, mpsc::Receiver<()>, Arc<AtomicUsize>) {
    let (tell, asked) = mpsc::channel();
    let (gate, tell, count) = (gate.clone(), Mutex::new(tell), Arc::new(AtomicUsize::new(0)));
    let counter = count.clone();
    let lookup: NameLookup = Arc::new(move |_| {
        counter.fetch_add(1, SeqCst);
        let _ = tell.lock().unwrap().send(());
        gate.wait();
        Ok(vec![HERE])
    });
    (lookup, asked, count)
}

#[test]
fn a_hanging_name_service_holds_up_nothing() {
    let gate = Gate::default();
    let (lookup, asked, count) = hanging_lookup(&gate);
    let transport = transport(|options| {
        options.name_lookup = Some(lookup);
        options.thread_name = "pgdns".into();
        options.idle_ms = 50;
        options.connect_timeout_ms = 0;
    });
    // Cancelled.
    let waiter = at_once(|| start(&transport, 1, get("https://backend.example/"), 60_000));
    asked.recv_timeout(PATIENCE).unwrap();
    at_once(|| {
        transport.cancel(1);
        assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    });
    // Out of time: again and again, on the one lookup.
    for ticket in 2..6 {
        let started = Instant::now();
        let error = start(&transport, ticket, get("https://backend.example/p?q=secret"), 100)
            .reply()
            .unwrap_err();
        assert_eq!(error.kind, TimedOut);
        assert!(started.elapsed() < Duration::from_secs(5));
        assert!(
            error.text.contains("backend.example") && !error.text.contains("secret"),
            "{error}"
        );
    }
    assert_eq!(count.load(SeqCst), 1);
    // A server without a name to look up is reached meanwhile.
    let good = Server::http(|_| answer("200 OK", &[], "x"));
    assert_eq!(exchange(&transport, get(good.url("/"))).unwrap().status, 200);
    #[cfg(target_os = "linux")]
    until("no thread but the lookup's own hangs", || {
        threads("pgdns") == ["pgdns-dns"]
    });
    // Shut down and dropped.
    let waiter = start(&transport, 10, get("https://backend.example/"), 60_000);
    at_once(|| transport.shut_down());
    assert_eq!(waiter.reply().unwrap_err().kind, Cancelled);
    at_once(|| drop(transport));
    #[cfg(target_os = "linux")]
    until("only the lookup's own thread is left", || {
        threads("pgdns") == ["pgdns-dns"]
    });
    gate.open();
    #[cfg(target_os = "linux")]
    until("the lookup's thread has ended", || threads("pgdns").is_empty());
}

#[test]
fn the_connect_limit_covers_the_name() {
    let gate = Gate::default();
    let (lookup, _asked, _) = hanging_lookup(&gate);
    let transport = transport(|options| {
        options.name_lookup = Some(lookup);
        options.connect_timeout_ms = 100;
    });
    let started = Instant::now();
    let error = start(&transport, 1, get("https://backend.example/"), 60_000)
        .reply()
        .unwrap_err();
    assert_eq!(error.kind, TimedOut, "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
    gate.open();
}

#[test]
fn a_lookup_that_panics_is_an_error() {
    let transport = transport(|options| options.name_lookup = Some(Arc::new(|_| panic!("on purpose"))));
    let error = exchange(&transport, get("https://backend.example/")).unwrap_err();
    assert_eq!(error.kind, Unreachable, "{error}");
}

#[test]
fn a_completion_may_start_cancel_and_panic() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    let transport = Arc::new(transport(|options| options.thread_name = "pgagain".into()));
    let (sender, receiver) = mpsc::channel();
    let (again, url) = (transport.clone(), server.url("/"));
    let done = Completion::new(move |_| {
        again.cancel(1);
        let inner = Completion::new(move |reply| {
            sender.send(reply).unwrap();
            panic!("on purpose");
        });
        again.start(2, get(url), 15_000, inner);
    });
    transport.start(1, get(server.url("/")), 15_000, done);
    assert_eq!(receiver.recv_timeout(PATIENCE).unwrap().unwrap().status, 200);
    assert_eq!(exchange(&*transport, get(server.url("/"))).unwrap().status, 200);
    assert_eq!(server.connections(), 1);
    #[cfg(target_os = "linux")]
    assert_eq!(threads("pgagain"), ["pgagain-1"]);
}

#[test]
fn a_thread_that_cannot_be_made_is_an_error() {
    let server = Server::http(|_| answer("200 OK", &[], "x"));
    // More than any address space holds.
    let transport = transport(|options| options.stack_bytes = Some(1 << 60));
    for ticket in 0..3 {
        let error = start(&transport, ticket, get(server.url("/")), 15_000)
            .reply()
            .unwrap_err();
        assert_eq!(error.kind, Unreachable);
        assert!(error.text.contains("thread"), "{error}");
    }
}

#[test]
fn cancelling_hits_no_other_request() {
    let server = Server::http(|seen| answer("200 OK", &[], &seen.path));
    let transport = transport(|_| {});
    let mut ticket = 0;
    for round in 0..40 {
        let batch: Vec<(u64, Waiter)> = (0..20)
            .map(|_| {
                ticket += 1;
                (
                    ticket,
                    start(&transport, ticket, get(server.url(&format!("/{ticket}"))), 15_000),
                )
            })
            .collect();
        for (number, (ticket, waiter)) in batch.into_iter().enumerate() {
            let cancel = number % 3 == round % 3;
            if cancel {
                transport.cancel(ticket);
            }
            match waiter.reply() {
                Ok(response) => assert_eq!(response.body, format!("/{ticket}").as_bytes()),
                Err(error) => assert!(cancel && error.kind == Cancelled, "{ticket}: {error}"),
            }
        }
    }
}
