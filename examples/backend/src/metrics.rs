//! What `GET /metrics` tells: counts and times, nobody's data. Labels are route templates, statuses and names of this
//! server's own.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

/// Upper bounds of the times that are counted, in seconds: one database row to a k-ID that hangs.
const TIMES: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0,
];

/// Labels of an answered request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u32,
}

/// The label of a request's time.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Labels of a request to k-ID.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    call: &'static str,
    outcome: &'static str,
}

/// The label of a request's time at k-ID.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    call: &'static str,
}

/// Where a session came from.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Source {
    source: &'static str,
}

/// Labels of a webhook.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Webhook {
    event: &'static str,
    outcome: &'static str,
}

/// Labels of the database's connections.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Connections {
    state: &'static str,
}

/// All metrics of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    times: Family<Route, Histogram>,
    kid: Family<Asked, Counter>,
    kid_times: Family<Call, Histogram>,
    retries: Counter,
    circuit: Gauge,
    reads: Family<Source, Counter>,
    webhooks: Family<Webhook, Counter>,
    limited: Counter,
    database_errors: Counter,
    connections: Family<Connections, Gauge>,
}

fn histogram() -> Histogram {
    Histogram::new(TIMES)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("playgate");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let times = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register_with_unit("http_request", "How long requests took", Unit::Seconds, times.clone());
        let kid = Family::default();
        registry.register("kid_requests", "Requests to k-ID", kid.clone());
        let kid_times = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register_with_unit("kid_request", "How long k-ID took", Unit::Seconds, kid_times.clone());
        let retries = Counter::default();
        registry.register("kid_retries", "Requests to k-ID that were repeated", retries.clone());
        let circuit = Gauge::default();
        registry.register(
            "kid_circuit_open",
            "1 while k-ID counts as down: the circuit is open, or no request has succeeded since",
            circuit.clone(),
        );
        let reads = Family::default();
        registry.register("session_reads", "Sessions read, by where they came from", reads.clone());
        let webhooks = Family::default();
        registry.register("webhooks", "Webhooks, by what became of them", webhooks.clone());
        let limited = Counter::default();
        registry.register("rate_limited", "Requests over a player's rate", limited.clone());
        let database_errors = Counter::default();
        registry.register(
            "database_errors",
            "Requests that the database failed",
            database_errors.clone(),
        );
        let connections = Family::default();
        registry.register(
            "database_connections",
            "Connections to the database",
            connections.clone(),
        );
        Self {
            registry,
            requests,
            times,
            kid,
            kid_times,
            retries,
            circuit,
            reads,
            webhooks,
            limited,
            database_errors,
            connections,
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = Answered {
            method: method.to_owned(),
            route: route.to_owned(),
            status: u32::from(status),
        };
        self.requests.get_or_create(&labels).inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.times.get_or_create(&route).observe(took.as_secs_f64());
    }

    /// k-ID was asked.
    pub fn asked(&self, call: &'static str, outcome: &'static str, took: Duration) {
        self.kid.get_or_create(&Asked { call, outcome }).inc();
        self.kid_times.get_or_create(&Call { call }).observe(took.as_secs_f64());
    }

    /// k-ID is asked the same again.
    pub fn retried(&self) {
        self.retries.inc();
    }

    /// k-ID counts as down, or not any more.
    pub fn circuit(&self, is_open: bool) {
        self.circuit.set(i64::from(is_open));
    }

    /// A session was read.
    pub fn read(&self, source: &'static str) {
        self.reads.get_or_create(&Source { source }).inc();
    }

    /// A webhook came.
    pub fn webhook(&self, event: &'static str, outcome: &'static str) {
        self.webhooks.get_or_create(&Webhook { event, outcome }).inc();
    }

    /// A player asked too often.
    pub fn limited(&self) {
        self.limited.inc();
    }

    /// The database failed a request.
    pub fn database_failed(&self) {
        self.database_errors.inc();
    }

    /// The metrics as OpenMetrics text, with the database's connections as they are now.
    pub fn text(&self, connections: u32, idle: usize) -> String {
        let idle = i64::try_from(idle).unwrap_or(i64::MAX);
        let used = i64::from(connections).saturating_sub(idle).max(0);
        for (state, count) in [("idle", idle), ("used", used)] {
            self.connections.get_or_create(&Connections { state }).set(count);
        }
        let mut out = String::new();
        // Writing to a text does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}
