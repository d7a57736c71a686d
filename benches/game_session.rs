//! How evenly heartbeats go out while every core is busy: the library's own worker and HTTP against a bare timer loop, both
//! in the same run. `cargo bench --bench game_session` prints both distributions and their ratios; it judges nothing.
//!
//! The period is 50 ms in place of 9 s, so that 2,000 beats take two minutes.

mod beating;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use beating::{PERIOD, engine};

const BEATS: usize = 2_000;

type Arrivals = Arc<Mutex<Vec<Instant>>>;

fn main() {
    let stop = Arc::new(AtomicBool::new(false));
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let load: Vec<_> = (0..cores).map(|_| spin(Arc::clone(&stop))).collect();
    let arrivals = Arrivals::default();
    let service = service(Arc::clone(&arrivals));
    let bare = Arrivals::default();
    let timer = timer_loop(Arc::clone(&bare), Arc::clone(&stop));
    let engine = engine(&service);
    while arrivals.lock().expect("not poisoned").len() <= BEATS {
        thread::sleep(Duration::from_millis(100));
        engine.pump(Duration::ZERO);
    }
    engine.close(Duration::from_secs(2));
    stop.store(true, Ordering::Relaxed);
    timer.join().expect("the timer loop ends");
    load.into_iter()
        .for_each(|thread| thread.join().expect("the load ends"));

    println!(
        "intervals of {} ms, {cores} cores busy with {cores} loops",
        PERIOD.as_millis()
    );
    let beats = Spread::of(&arrivals.lock().expect("not poisoned"));
    let loops = Spread::of(&bare.lock().expect("not poisoned"));
    println!(
        "{:<34}{:>7}{:>10}{:>10}{:>10}",
        "", "beats", "p50 ms", "p99 ms", "max ms"
    );
    for (name, spread) in [("heartbeats, as they arrive", &beats), ("bare timer loop", &loops)] {
        println!(
            "{name:<34}{:>7}{:>10.2}{:>10.2}{:>10.2}",
            spread.count, spread.p50, spread.p99, spread.max
        );
    }
    let ratio = |ours: f64, bare: f64| ours / bare;
    println!(
        "{:<34}{:>7}{:>10.2}{:>10.2}{:>10.2}",
        "ratio",
        "",
        ratio(beats.p50, loops.p50),
        ratio(beats.p99, loops.p99),
        ratio(beats.max, loops.max)
    );
}

/// Keeps a core busy.
fn spin(stop: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut number = 1u64;
        while !stop.load(Ordering::Relaxed) {
            for _ in 0..10_000 {
                number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            }
        }
    })
}

/// What a host would write itself: sleep from one moment to the next, measured from start to start.
fn timer_loop(moments: Arrivals, stop: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut last = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            thread::sleep((last + PERIOD).saturating_duration_since(Instant::now()));
            last = Instant::now();
            moments.lock().expect("not poisoned").push(last);
        }
    })
}

/// An ad service that takes everything and notes when it came.
fn service(arrivals: Arrivals) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/api", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let arrivals = Arc::clone(&arrivals);
            thread::spawn(move || serve(stream, &arrivals));
        }
    });
    url
}

/// Serves one connection; ends when the client leaves.
fn serve(mut stream: TcpStream, arrivals: &Arrivals) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut length = 0;
        let mut is_beat = false;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            is_beat |= line.contains("/heartbeat ");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.trim_end().is_empty() {
                break;
            }
        }
        if is_beat {
            arrivals.lock().expect("not poisoned").push(Instant::now());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = r#"{"success":true}"#;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(format!("{head}{answer}").as_bytes()).ok()?;
    }
}

struct Spread {
    count: usize,
    p50: f64,
    p99: f64,
    max: f64,
}

impl Spread {
    fn of(moments: &[Instant]) -> Self {
        let mut intervals: Vec<f64> = moments
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_secs_f64() * 1000.0)
            .collect();
        intervals.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = (share * (intervals.len().saturating_sub(1)) as f64).round() as usize;
            intervals.get(index).copied().unwrap_or(f64::NAN)
        };
        Self {
            count: intervals.len(),
            p50: at(0.5),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}
