//! What a transport costs while it is used, and what it leaves behind: nothing. One test, since it counts what the
//! whole process has open.
#![cfg(all(feature = "http", target_os = "linux"))]

mod http_support;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use http_support::*;

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn all_threads() -> usize {
    threads("").len()
}

#[test]
fn a_thousand_requests_need_one_thread_one_connection_and_one_lookup() {
    let server = Server::http(|_| answer("304 Not Modified", &[], ""));
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = lookups.clone();
    let (threads_before, descriptors_before) = (all_threads(), descriptors());
    let client = transport(|options| {
        options.idle_ms = 1000;
        options.thread_name = "pg".into();
        options.name_lookup = Some(Arc::new(move |_| {
            count.fetch_add(1, SeqCst);
            Ok(vec![HERE])
        }));
    });
    // Making it makes nothing.
    assert_eq!((all_threads(), descriptors()), (threads_before, descriptors_before));

    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(exchange(&client, get(url.clone())).unwrap().status, 304);
    until("the lookup's thread has ended", || threads("pg") == ["pg-1"]);
    // One thread here and one in the server; a socket here, and two descriptors for the server's.
    let (threads_used, descriptors_used) = (all_threads(), descriptors());
    assert_eq!(threads_used, threads_before + 2);
    assert_eq!(descriptors_used, descriptors_before + 3);

    for _ in 0..1000 {
        assert_eq!(exchange(&client, get(url.clone())).unwrap().status, 304);
        assert_eq!(threads("pg"), ["pg-1"]);
    }
    assert_eq!((all_threads(), descriptors()), (threads_used, descriptors_used));
    assert_eq!((server.connections(), lookups.load(SeqCst)), (1, 1));

    // Without work the thread ends, and the connection with it; the next request makes both again.
    until("the thread and the connection are gone", || {
        (all_threads(), descriptors()) == (threads_before, descriptors_before)
    });
    assert_eq!(exchange(&client, get(url)).unwrap().status, 304);
    assert_eq!((server.connections(), lookups.load(SeqCst)), (2, 1));

    drop(client);
    until("nothing is left", || {
        (all_threads(), descriptors()) == (threads_before, descriptors_before)
    });
}
