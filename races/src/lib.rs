//! Every order in which threads may open, close, write and read a decision table, and take, use and free a handle, as
//! far as the memory model allows: `cargo xtask soak order`.
#![cfg(test)]
#![allow(unused_doc_comments, reason = "statics of copied files become macros")]
#![allow(dead_code, reason = "copies of whole files, of which a part is tried")]

#[path = "."]
mod host {
    pub mod table {
        include!(concat!(env!("OUT_DIR"), "/table.rs"));

        /// What the tests may use of it.
        pub fn open() -> Writer {
            Writer::open("place", "player").expect("a gate is free")
        }
    }
}

mod careless {
    pub mod table {
        include!(concat!(env!("OUT_DIR"), "/careless.rs"));

        pub fn open() -> Writer {
            Writer::open("place", "player").expect("a gate is free")
        }
    }
}

mod handle {
    include!(concat!(env!("OUT_DIR"), "/handle.rs"));
}

/// Stands for the room's errors.
#[derive(Debug)]
pub struct Failure(i32);

impl Failure {
    fn new(code: i32, _text: &str) -> Self {
        Self(code)
    }
}

const PLAYGATE_ERROR_INVALID_HANDLE: i32 = -2;
const PLAYGATE_ERROR_LIMIT: i32 = -5;

use loom::thread;
use playgate::session::Access;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Runs the body once for each order, and prints how many there are.
fn in_every_order(name: &str, body: impl Fn() + Sync + Send + 'static) {
    let orders = Arc::new(AtomicUsize::new(0));
    let count = orders.clone();
    loom::model(move || {
        count.fetch_add(1, Relaxed);
        body();
    });
    println!("{name}: {} orders", orders.load(Relaxed));
}

/// Another client takes the place of a closed one, and allows what that one denied; a reader has the old handle.
macro_rules! a_stale_reader {
    ($table:path) => {{
        use $table as table;
        let mut first = table::open();
        let old = first.gate();
        let reader = thread::spawn(move || table::access(old, 1));
        first.close();
        assert_eq!(table::access(old, 1), 0);
        let second = table::open();
        second.write_one(1, Access::Allowed);
        assert_eq!(table::access(old, 1), 0, "a closed client allows");
        assert_eq!(table::access(second.gate(), 1), 1);
        assert_eq!(
            reader.join().unwrap(),
            0,
            "a stale handle reads what another client allows"
        );
    }};
}

#[test]
fn a_stale_handle_never_reads_what_a_later_client_allows() {
    in_every_order("a stale reader", || a_stale_reader!(crate::host::table));
}

#[test]
#[should_panic(expected = "a stale handle reads")]
fn without_the_second_look_it_would() {
    loom::model(|| a_stale_reader!(crate::careless::table));
}

#[test]
fn nothing_is_allowed_once_close_has_returned() {
    in_every_order("close and read", || {
        let mut writer = host::table::open();
        writer.write_one(1, Access::Allowed);
        let gate = writer.gate();
        let reader = thread::spawn(move || host::table::access(gate, 1));
        writer.close();
        assert_eq!(host::table::access(gate, 1), 0);
        assert!(reader.join().unwrap() <= 1);
        assert_eq!(host::table::access(gate, 1), 0);
    });
}

#[test]
fn one_gate_goes_to_one_of_two_that_open_at_once() {
    in_every_order("open and open", || {
        let other = thread::spawn(|| host::table::Writer::open("place", "other"));
        let mine = host::table::Writer::open("place", "mine");
        let other = other.join().unwrap();
        let gates: Vec<_> = [&mine, &other]
            .into_iter()
            .flatten()
            .map(|writer| writer.gate())
            .collect();
        assert_eq!(gates.len(), 1, "{gates:?}");
        assert!(host::table::is_open(gates[0]));
        assert_eq!(host::table::access(gates[0], 1), 0, "a new holder starts denied");
    });
}

#[test]
fn a_pump_on_another_thread_never_opens_what_close_has_shut() {
    // As the client's own lock orders them.
    in_every_order("pump, close and read", || {
        let writer = Arc::new(loom::sync::Mutex::new(host::table::open()));
        let gate = writer.lock().unwrap().gate();
        let pumped = writer.clone();
        let pump = thread::spawn(move || {
            pumped.lock().unwrap().write(&[Access::Allowed]);
            host::table::access(gate, 1)
        });
        writer.lock().unwrap().close();
        assert_eq!(host::table::access(gate, 1), 0);
        pump.join().unwrap();
        assert_eq!(host::table::access(gate, 1), 0);
        assert!(!host::table::is_open(gate));
    });
}

#[test]
fn a_denial_that_was_read_once_is_not_followed_by_the_older_answer() {
    in_every_order("tighten and read", || {
        let writer = host::table::open();
        writer.write_one(1, Access::Allowed);
        let gate = writer.gate();
        let reader = thread::spawn(move || (host::table::access(gate, 1), host::table::access(gate, 1)));
        writer.tighten(&[Access::Unavailable]);
        let (first, second) = reader.join().unwrap();
        assert!(
            first == 1 || second == 0,
            "denied, and allowed again: {first}, {second}"
        );
        assert_eq!(host::table::access(gate, 1), 0);
    });
}

#[test]
fn a_handle_is_freed_once_and_never_used_after() {
    use handle::{Kind, Registry};
    in_every_order("get and free", || {
        let registry = Arc::new(Registry::new(Kind::Session));
        let handle = registry.insert(Arc::new(7)).unwrap();
        let frees: Vec<_> = (0..2)
            .map(|_| {
                let registry = registry.clone();
                thread::spawn(move || registry.remove(handle).is_ok())
            })
            .collect();
        if let Ok(value) = registry.get(handle) {
            // A call keeps its object alive.
            assert_eq!(*value, 7);
        }
        let freed: Vec<bool> = frees.into_iter().map(|free| free.join().unwrap()).collect();
        assert_eq!(freed.iter().filter(|freed| **freed).count(), 1, "freed {freed:?}");
        assert!(registry.get(handle).is_err());
        let next = registry.insert(Arc::new(8)).unwrap();
        assert_ne!(next, handle);
        assert!(registry.get(handle).is_err());
    });
}
