//! A product's server that takes webhooks.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A webhook as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    pub at: Instant,
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a webhook is JSON")
    }

    /// Whether the signature is `secret`'s, and fresh.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let header = |name: &str| self.headers.get(name).expect("a signature header");
        let timestamp = header("x-signature-timestamp");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("a clock")
            .as_secs();
        assert!(now.abs_diff(timestamp.parse().expect("seconds")) < 60);
        let given = header("x-signature-hmac-sha256");
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        assert!(given.len() == 64 && given.bytes().all(is_hex), "{given}");
        let mut message = timestamp.clone().into_bytes();
        message.extend_from_slice(&self.body);
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(&message);
        let bytes: Vec<u8> = (0..32)
            .map(|i| u8::from_str_radix(&given[2 * i..2 * i + 2], 16).expect("hex"))
            .collect();
        mac.verify_slice(&bytes).is_ok()
    }
}

/// What the receiver does with a webhook.
pub type Behaviour = dyn Fn(usize, &Received) -> Option<u16> + Send + Sync;

#[derive(Default)]
struct Inbox {
    received: Mutex<Vec<Received>>,
    grew: Condvar,
}

pub struct Receiver {
    address: SocketAddr,
    inbox: Arc<Inbox>,
}

impl Receiver {
    /// Answers the webhook number n (from 0) with the status that `behaviour` gives; None keeps the sender waiting.
    pub fn start(behaviour: impl Fn(usize, &Received) -> Option<u16> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let inbox = Arc::new(Inbox::default());
        let shared = inbox.clone();
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        std::thread::spawn(move || {
            let mut kept_waiting = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let received = read(&stream);
                let number = {
                    let mut list = shared.received.lock().expect("the inbox");
                    list.push(received.clone());
                    shared.grew.notify_all();
                    list.len() - 1
                };
                match behaviour(number, &received) {
                    Some(status) => {
                        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                        stream.write_all(answer.as_bytes()).expect("the answer leaves");
                    }
                    None => kept_waiting.push(stream),
                }
            }
        });
        Self { address, inbox }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// Waits until `count` webhooks have come in, and gives all there are.
    pub fn wait(&self, count: usize) -> Vec<Received> {
        let list = self.inbox.received.lock().expect("the inbox");
        let (list, timeout) = self
            .inbox
            .grew
            .wait_timeout_while(list, Duration::from_secs(20), |list| list.len() < count)
            .expect("the inbox");
        assert!(!timeout.timed_out(), "{} of {count} webhooks came", list.len());
        list.clone()
    }

    pub fn count(&self) -> usize {
        self.inbox.received.lock().expect("the inbox").len()
    }
}

fn read(stream: &TcpStream) -> Received {
    let at = Instant::now();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request line");
    let path = line.split(' ').nth(1).expect("a path").to_owned();
    assert!(line.starts_with("POST "), "{line}");
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers["content-length"].parse().expect("a length");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    Received {
        at,
        path,
        headers,
        body,
    }
}
