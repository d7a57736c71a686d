//! Small servers on loopback sockets, and a client side that waits for replies.
#![allow(dead_code)]

use std::{
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use playgate::{
    host::{
        http::{HttpOptions, HttpTransport, NameLookup},
        transport::{Completion, Transport},
    },
    protocol::http::{Method, Reply, Request},
};

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Long enough for a loaded machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A request as the server saw it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The number of the connection it came by, from 0.
    pub connection: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }
}

/// Reads one request; `None` when the client has closed.
pub fn read_request(stream: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    if stream.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let mut seen = Seen {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        ..Seen::default()
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        seen.headers.push((name.to_owned(), value.to_owned()));
    }
    let length = seen.header("content-length").map_or(0, |v| v.parse().unwrap());
    seen.body = vec![0; length];
    stream.read_exact(&mut seen.body).ok()?;
    Some(seen)
}

/// An answer with that status line, headers and body, framed by Content-Length.
pub fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        text += &format!("{header}\r\n");
    }
    text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    text.into_bytes()
}

/// A server with a thread for each connection.
pub struct Server {
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Hands every connection, with its number, to `serve`.
    pub fn raw(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind((HERE, 0)).unwrap(), serve)
    }

    pub fn on(listener: TcpListener, serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        let server = Self {
            address: listener.local_addr().unwrap(),
            accepted: Arc::default(),
            finished: Arc::default(),
            stop: Arc::default(),
            seen: Arc::default(),
        };
        let (accepted, stop) = (server.accepted.clone(), server.stop.clone());
        let finished = server.finished.clone();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let number = accepted.fetch_add(1, SeqCst);
                let (serve, finished) = (serve.clone(), finished.clone());
                thread::spawn(move || {
                    serve(stream, number);
                    finished.fetch_add(1, SeqCst);
                });
            }
        });
        server
    }

    /// Answers every request, and keeps connections. An answer with `Connection: close` closes.
    pub fn http(respond: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::http_on(TcpListener::bind((HERE, 0)).unwrap(), respond)
    }

    pub fn http_on(listener: TcpListener, respond: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let log: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let writes = log.clone();
        let mut server = Self::on(listener, move |stream, number| {
            stream.set_nodelay(true).unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut writer = stream;
            while let Some(mut seen) = read_request(&mut reader) {
                seen.connection = number;
                writes.lock().unwrap().push(seen.clone());
                let bytes = respond(&seen);
                if writer.write_all(&bytes).is_err() {
                    break;
                }
                if String::from_utf8_lossy(&bytes).contains("Connection: close") {
                    break;
                }
            }
        });
        server.seen = log;
        server
    }

    /// Takes requests and never answers. The channel tells of each; the second value keeps it hanging.
    pub fn hanging() -> (Self, mpsc::Receiver<()>, Gate) {
        let (tell, arrived) = mpsc::channel();
        let gate = Gate::default();
        let hold = gate.clone();
        let tell = Mutex::new(tell);
        let server = Self::raw(move |stream, _| {
            let mut reader = BufReader::new(stream);
            if read_request(&mut reader).is_some() {
                let _ = tell.lock().unwrap().send(());
                hold.wait();
            }
        });
        (server, arrived, gate)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.accepted.load(SeqCst)
    }

    /// Connections that the server has closed.
    pub fn closed(&self) -> usize {
        self.finished.load(SeqCst)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// Holds threads back until it is opened or all others are gone.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, std::sync::Condvar)>);

impl Gate {
    pub fn wait(&self) {
        let mut open = self.0.0.lock().unwrap();
        while !*open {
            open = self.0.1.wait(open).unwrap();
        }
    }

    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

pub fn transport(change: impl FnOnce(&mut HttpOptions)) -> HttpTransport {
    let mut options = HttpOptions::default();
    change(&mut options);
    HttpTransport::new(options).unwrap()
}

/// Finds every name on this machine.
pub fn everything_is_here() -> Option<NameLookup> {
    Some(Arc::new(|_| Ok(vec![HERE])))
}

pub fn get(url: impl Into<String>) -> Request {
    Request {
        method: Method::Get,
        url: url.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub fn with_body(method: Method, url: impl Into<String>, body: &str) -> Request {
    Request {
        method,
        body: body.as_bytes().to_vec(),
        ..get(url)
    }
}

pub fn with_header(mut request: Request, name: &str, value: &str) -> Request {
    request.headers.push((name.to_owned(), value.to_owned()));
    request
}

/// A reply to come.
pub struct Waiter(mpsc::Receiver<Reply>);

impl Waiter {
    /// The reply. Fails when none comes, and when a second one does.
    pub fn reply(self) -> Reply {
        let reply = self.0.recv_timeout(PATIENCE).expect("a completion is called");
        assert!(self.0.try_recv().is_err(), "a completion is called once");
        reply
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.0.try_recv(), Err(mpsc::TryRecvError::Empty))
    }
}

pub fn start(transport: &dyn Transport, ticket: u64, request: Request, timeout_ms: u32) -> Waiter {
    let (sender, receiver) = mpsc::channel();
    let done = Completion::new(move |reply| {
        let _ = sender.send(reply);
    });
    transport.start(ticket, request, timeout_ms, done);
    Waiter(receiver)
}

static TICKET: AtomicUsize = AtomicUsize::new(1_000_000);

/// One exchange with plenty of time.
pub fn exchange(transport: &dyn Transport, request: Request) -> Reply {
    let ticket = TICKET.fetch_add(1, SeqCst) as u64;
    start(transport, ticket, request, 15_000).reply()
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "not so after {PATIENCE:?}: {what}");
        thread::yield_now();
    }
}

/// Runs something that has to return at once, whatever hangs.
pub fn at_once<T>(what: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = what();
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "took {:?}",
        started.elapsed()
    );
    result
}

/// Names of this process's threads that start so.
#[cfg(target_os = "linux")]
pub fn threads(prefix: &str) -> Vec<String> {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim_end().to_owned())
        .filter(|name| name.starts_with(prefix))
        .collect()
}
