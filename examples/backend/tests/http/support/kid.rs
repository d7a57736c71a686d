//! A scripted k-ID on loopback: it knows sessions and challenges, and does what a test tells it to.

use super::calls::Calls;

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

/// The key that it takes.
pub const KEY: &str = "planted-kid-api-key";

/// What it does instead of answering as it should.
#[derive(Clone)]
pub enum Fault {
    /// Answers with that status, header lines and body.
    Answer(u16, &'static str, String),
    /// Takes the request and never answers.
    Hang,
    /// Closes the connection.
    Drop,
    /// Answers with bytes that are not HTTP.
    Garbage,
}

#[derive(Default)]
pub struct State {
    pub calls: Calls,
    sessions: HashMap<String, String>,
    later: HashMap<String, (u32, String)>,
    broken: Option<(&'static str, Fault)>,
    held: Option<&'static str>,
    faults: Vec<Fault>,
    always: Option<Fault>,
    wrapped: bool,
    asked: Vec<String>,
    held_until: usize,
    arrived: usize,
    late: HashMap<String, u32>,
    stopped: bool,
}

/// Status, header lines, body.
pub type Answer = (u16, &'static str, String);

pub fn error(status: u16, code: &str) -> Answer {
    let body = format!(r#"{{"error":"{code}","errorMessage":"planted-kid-text"}}"#);
    (status, "", body)
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

pub struct Kid {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Kid {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let inner = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if inner.state.lock().unwrap().stopped {
                    return;
                }
                let inner = inner.clone();
                thread::spawn(move || drop(answer(&inner, stream.unwrap())));
            }
        });
        Self { address, shared }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    /// Makes a session known, or replaces it.
    pub fn put(&self, id: &str, document: impl Into<String>) {
        self.state().sessions.insert(id.to_owned(), document.into());
    }

    /// The session is gone: 400 NOT_FOUND from now on.
    pub fn remove(&self, id: &str) {
        self.state().sessions.remove(id);
    }

    /// The session is not found for that many requests, and then it is.
    pub fn put_late(&self, id: &str, document: impl Into<String>, requests: u32) {
        self.put(id, document);
        self.state().late.insert(id.to_owned(), requests);
    }

    /// The session stays as it is for that many requests more, and then is this one.
    pub fn put_after(&self, id: &str, document: impl Into<String>, requests: u32) {
        let later = (requests, document.into());
        self.state().later.insert(id.to_owned(), later);
    }

    /// What happens to every request whose target contains that text; `None`: nothing special.
    pub fn break_calls(&self, broken: Option<(&'static str, Fault)>) {
        self.state().broken = broken;
        self.shared.changed.notify_all();
    }

    /// Answers to requests whose target contains that text are held; `None` lets all go.
    pub fn hold_calls(&self, held: Option<&'static str>) {
        self.state().held = held;
        self.shared.changed.notify_all();
    }

    /// How many of the requests since [`Kid::asked`] have that text in their target.
    pub fn count(&self, text: &str) -> usize {
        self.state().asked.iter().filter(|target| target.contains(text)).count()
    }

    /// Waits until a request whose target contains that text has come since [`Kid::asked`].
    pub fn wait_for_call(&self, text: &str) {
        let missing = |s: &mut State| !s.asked.iter().any(|target| target.contains(text));
        let limit = Duration::from_secs(10);
        let waited = self.shared.changed.wait_timeout_while(self.state(), limit, missing);
        assert!(!waited.unwrap().1.timed_out(), "k-ID was not asked for {text}");
    }

    /// Whether sessions come as `{"session":…,"status":"PASS"}`.
    pub fn wrap(&self, wrapped: bool) {
        self.state().wrapped = wrapped;
    }

    /// What happens to the next request.
    pub fn fail_once(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// What happens to every request from now on; `None`: nothing special.
    pub fn fail_always(&self, fault: Option<Fault>) {
        self.state().always = fault;
        self.shared.changed.notify_all();
    }

    /// Answers, made when the request comes, are held until that many requests have come; 0 lets all go.
    pub fn hold_until(&self, requests: usize) {
        let mut state = self.state();
        state.held_until = requests;
        state.arrived = 0;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// The targets of the requests so far, which are then forgotten.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    /// Waits until that many requests have come since [`Kid::asked`].
    pub fn wait_for_requests(&self, count: usize) {
        let (_state, timeout) = self
            .shared
            .changed
            .wait_timeout_while(self.state(), Duration::from_secs(10), |s| s.asked.len() < count)
            .unwrap();
        assert!(!timeout.timed_out(), "k-ID was not asked");
    }
}

impl Drop for Kid {
    fn drop(&mut self) {
        self.state().stopped = true;
        self.shared.changed.notify_all();
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(shared: &Shared, mut stream: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    let mut state = shared.state.lock().unwrap();
    state.asked.push(target.clone());
    state.arrived += 1;
    let broken = state.broken.clone().filter(|(text, _)| target.contains(text));
    let fault = match broken {
        Some((_, fault)) => Some(fault),
        None if state.faults.is_empty() => state.always.clone(),
        None => Some(state.faults.remove(0)),
    };
    shared.changed.notify_all();
    let (status, headers, body) = match fault {
        Some(Fault::Answer(status, headers, body)) => (status, headers, body),
        Some(Fault::Drop) => return Ok(()),
        Some(Fault::Garbage) => return stream.write_all(b"\x00\x01 not HTTP at all\r\n\r\n"),
        Some(Fault::Hang) => {
            let limit = Duration::from_secs(20);
            let hangs = |s: &mut State| {
                let broken = s.broken.as_ref().map(|(_, fault)| fault);
                !s.stopped && matches!(s.always.as_ref().or(broken), Some(Fault::Hang))
            };
            drop(shared.changed.wait_timeout_while(state, limit, hangs));
            return Ok(());
        }
        None => proper(&mut state, &head, &target, body),
    };
    let held = |s: &mut State| {
        let by_name = s.held.is_some_and(|text| target.contains(text));
        !s.stopped && (by_name || s.arrived < s.held_until)
    };
    drop(
        shared
            .changed
            .wait_timeout_while(state, Duration::from_secs(20), held)
            .unwrap(),
    );
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

fn proper(state: &mut State, head: &str, target: &str, body: String) -> Answer {
    let authorized = head.lines().any(|line| {
        line.to_ascii_lowercase().starts_with("authorization:") && line.ends_with(&format!("Bearer {KEY}"))
    });
    if !authorized {
        return error(401, "UNAUTHORIZED");
    }
    let Some(query) = target.strip_prefix("/api/v1/session/get?") else {
        let method = head.split(' ').next().unwrap();
        return state.calls.answer(method, target, body);
    };
    let parameter = |name: &str| {
        let mut all = query.split('&').filter_map(|pair| pair.split_once('='));
        all.find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
    };
    let id = parameter("sessionId").unwrap_or_default();
    if let Some(left) = state.late.get_mut(&id).filter(|left| **left > 0) {
        *left -= 1;
        return error(400, "NOT_FOUND");
    }
    match state.later.get_mut(&id) {
        Some((0, document)) => {
            let document = std::mem::take(document);
            state.later.remove(&id);
            state.sessions.insert(id.clone(), document);
        }
        Some((left, _)) => *left -= 1,
        None => {}
    }
    let Some(document) = state.sessions.get(&id) else {
        return error(400, "NOT_FOUND");
    };
    let value: serde_json::Value = serde_json::from_str(document).unwrap();
    if let Some(etag) = parameter("etag")
        && value["etag"].as_str() == Some(&etag)
    {
        return (304, "", String::new());
    }
    if state.wrapped {
        return (200, "", format!(r#"{{"session":{document},"status":"PASS"}}"#));
    }
    (200, "", document.clone())
}
