//! What was asked of the simulated services: method, path, answer, time. No query, no header, no body.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::millis;

/// How many requests the log keeps; the counters go on.
const KEPT: usize = 500;
/// How many different methods and paths are counted apart.
const ROUTES: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    number: u64,
    at: String,
    method: String,
    path: String,
    /// None when no HTTP answer was given.
    status: Option<u16>,
    fault: Option<&'static str>,
    duration_ms: u64,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total: u64,
    by_status: BTreeMap<String, u64>,
}

#[derive(Default)]
struct Inner {
    total: u64,
    by_route: BTreeMap<String, Count>,
    entries: VecDeque<Entry>,
}

/// A request that has been dealt with.
pub struct Served<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub status: Option<u16>,
    pub fault: Option<&'static str>,
    pub took: Duration,
}

/// The log and its counters.
#[derive(Default)]
pub struct RequestLog {
    inner: Mutex<Inner>,
}

impl RequestLog {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes one request down, before its answer leaves.
    pub fn add(&self, served: &Served<'_>) {
        let path = without_values(served.path);
        let method: String = served.method.chars().take(16).collect();
        let mut inner = self.inner();
        inner.total += 1;
        let mut route = format!("{method} {path}");
        if !inner.by_route.contains_key(&route) && inner.by_route.len() >= ROUTES {
            route = "others".to_owned();
        }
        let count = inner.by_route.entry(route).or_default();
        count.total += 1;
        let status = served.status.map_or("none".to_owned(), |status| status.to_string());
        *count.by_status.entry(status).or_default() += 1;
        let number = inner.total;
        inner.entries.push_back(Entry {
            number,
            at: Timestamp::now().to_string(),
            method,
            path,
            status: served.status,
            fault: served.fault,
            duration_ms: millis(served.took),
        });
        if inner.entries.len() > KEPT {
            inner.entries.pop_front();
        }
    }

    /// Forgets the requests and sets the counters to 0.
    pub fn clear(&self) {
        *self.inner() = Inner::default();
    }

    /// How many requests there have been.
    pub fn total(&self) -> u64 {
        self.inner().total
    }

    /// Counters, and the latest `limit` requests, oldest first.
    pub fn shown(&self, limit: usize) -> Value {
        let inner = self.inner();
        let skipped = inner.entries.len().saturating_sub(limit);
        json!({
            "total": inner.total,
            "byRoute": inner.by_route,
            "entries": inner.entries.iter().skip(skipped).collect::<Vec<_>>(),
        })
    }
}

/// The path with everything that may be a value (an id, an address, a name) left out: only short lowercase words stay.
fn without_values(path: &str) -> String {
    let is_word = |part: &str| {
        part.len() <= 40 && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'.') || part == "v1"
    };
    let parts: Vec<&str> = path
        .split('/')
        .take(12)
        .map(|part| if is_word(part) { part } else { "*" })
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn a_path_keeps_no_values() {
        assert_eq!(without_values("/api/v1/session/get"), "/api/v1/session/get");
        assert_eq!(
            without_values("/api/v1/session/78c299b2-5c33-4bde-84fe-8fc950fc7a96"),
            "/api/v1/session/*"
        );
        assert_eq!(without_values("/who/ann@example.org"), "/who/*");
    }
}
