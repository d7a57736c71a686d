//! The benches that need the Rust interface; `cargo xtask bench` runs them, in turn with what they are compared with.
//!
//! - `get PORT`: a conditional GET that is answered 304, inside the transport's call, and handed to its worker.
//! - `load FOLDER`: a stored record, read and verified, beside a plain read of its file.
//! - `beats PORT`: heartbeats of 50 ms; how late they are sent is measured where they arrive.

mod beating;

use std::{
    fs,
    io::{BufRead, Write},
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use beating::{PERIOD, engine};
use playgate::{
    host::{
        http::{HttpOptions, HttpTransport},
        record::{Keys, Records},
        storage::{FileStorage, FileStorageOptions, Storage},
        transport::{Completion, Transport},
    },
    protocol::http::{Method, Request},
};

const TIMES: usize = 400;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["get", port, ..] => get(port),
        ["load", folder, ..] => load(Path::new(folder)),
        ["beats", port, ..] => beats(port),
        // `cargo bench` without more: these are of no use by themselves.
        _ => eprintln!("cargo xtask bench runs this: get PORT, load FOLDER or beats PORT"),
    }
}

/// One round for each line that comes in.
fn rounds(mut round: impl FnMut() -> Vec<(&'static str, f64)>) {
    for line in std::io::stdin().lock().lines() {
        line.expect("a line");
        for (name, nanoseconds) in round() {
            println!("{name} {nanoseconds:.1}");
        }
        println!(".");
        std::io::stdout().flush().expect("output is read");
    }
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(share * (values.len() - 1) as f64).round() as usize]
}

fn spent(body: impl FnOnce()) -> f64 {
    let start = Instant::now();
    body();
    start.elapsed().as_nanos() as f64
}

fn get(port: &str) {
    let transport = HttpTransport::new(HttpOptions::default()).expect("a transport");
    let request = Request {
        method: Method::Get,
        url: format!("http://127.0.0.1:{port}/api/session/s-1"),
        headers: vec![
            ("Authorization".to_owned(), "Bearer token".to_owned()),
            ("If-None-Match".to_owned(), "\"e-1\"".to_owned()),
        ],
        body: Vec::new(),
    };
    let mut ticket = 0;
    rounds(|| {
        let mut inside: Vec<f64> = (0..TIMES)
            .map(|_| {
                let request = request.clone();
                spent(|| assert_eq!(transport.call(request, 15_000).expect("an answer").status, 304))
            })
            .collect();
        let mut handed: Vec<f64> = (0..TIMES)
            .map(|_| {
                let request = request.clone();
                ticket += 1;
                let (done, answer) = mpsc::channel();
                spent(|| {
                    let done = Completion::new(move |reply| done.send(reply).expect("awaited"));
                    transport.start(ticket, request, 15_000, done);
                    assert_eq!(answer.recv().expect("sent").expect("an answer").status, 304);
                })
            })
            .collect();
        vec![
            ("inside", quantile(&mut inside, 0.5)),
            ("inside_p99", quantile(&mut inside, 0.99)),
            ("handed", quantile(&mut handed, 0.5)),
            ("handed_p99", quantile(&mut handed, 0.99)),
        ]
    });
}

fn load(folder: &Path) {
    let storage: Arc<dyn Storage> =
        Arc::new(FileStorage::open(folder, FileStorageOptions::default()).expect("the folder opens"));
    let records = Records::open(storage, Keys::default()).expect("records");
    let payload = vec![b'x'; 14_000];
    records.save("player", &payload, 1).expect("saved");
    let file = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| fs::metadata(path).is_ok_and(|found| found.len() > 14_000))
        .expect("the record's file");
    rounds(|| {
        let (mut plain, mut verified) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            plain.push(spent(|| drop(fs::read(&file).expect("a plain read"))));
            verified.push(spent(|| drop(records.load("player").expect("a verified load"))));
        }
        vec![
            ("plain_read", quantile(&mut plain, 0.5)),
            ("load", quantile(&mut verified, 0.5)),
        ]
    });
}

fn beats(port: &str) {
    rounds(|| {
        let engine = engine(&format!("http://127.0.0.1:{port}/api"));
        // 200 beats and a few.
        let until = Instant::now() + PERIOD * 215;
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            engine.pump(Duration::ZERO);
        }
        engine.close(Duration::from_secs(2));
        Vec::new()
    });
}
