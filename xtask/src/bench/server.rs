//! A server on loopback that answers at once or late: 304 to a GET, or one of two sessions in turn; success to everything
//! else. Notes when heartbeats come.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How the server answers.
#[derive(Default, Clone)]
pub struct Answers {
    /// What a GET is answered with, in turn; none: 304.
    pub bodies: Vec<String>,
    /// How long each answer takes.
    pub delay: Duration,
}

/// A server that is running; it ends with this program.
pub struct Server {
    /// Where it listens.
    pub port: u16,
    inside: Arc<Inside>,
}

struct Inside {
    answers: Answers,
    gets: AtomicUsize,
    beats: Mutex<Vec<Instant>>,
}

impl Server {
    /// Starts one.
    pub fn start(answers: Answers) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("a port: {error}"))?;
        let port = listener
            .local_addr()
            .map_err(|error| format!("a port: {error}"))?
            .port();
        let inside = Arc::new(Inside {
            answers,
            gets: AtomicUsize::new(0),
            beats: Mutex::default(),
        });
        let shared = Arc::clone(&inside);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let inside = Arc::clone(&shared);
                thread::spawn(move || inside.serve(stream));
            }
        });
        Ok(Self { port, inside })
    }

    /// When heartbeats came since the last time this was asked.
    pub fn beats(&self) -> Vec<Instant> {
        std::mem::take(&mut *self.inside.beats.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inside {
    /// Serves one connection until the client leaves.
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let now = Instant::now();
            let (is_get, is_beat) = (line.starts_with("GET "), line.contains("/heartbeat "));
            let mut length = 0;
            while line.trim_end() != "" {
                line.clear();
                reader.read_line(&mut line).ok()?;
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().ok()?;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            if is_beat {
                self.beats.lock().unwrap_or_else(PoisonError::into_inner).push(now);
            }
            if !self.answers.delay.is_zero() {
                thread::sleep(self.answers.delay);
            }
            let bodies = &self.answers.bodies;
            let answer = match (is_get, bodies.len()) {
                (true, 0) => "HTTP/1.1 304 Not Modified\r\netag: \"e-1\"\r\n\r\n".to_owned(),
                (true, count) => ok(&bodies[self.gets.fetch_add(1, Ordering::Relaxed) % count]),
                (false, _) => ok("{\"success\":true}"),
            };
            stream.write_all(answer.as_bytes()).ok()?;
        }
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
