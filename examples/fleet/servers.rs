//! The studio's server and k-ID, as far as their load goes: what the server answers from its database, when it asks k-ID,
//! its circuit breaker and its rate, and k-ID's limit. Settings as in `examples/backend`.

use crate::measure::{Rate, SECOND};

/// How long the server takes, and k-ID.
pub const BACKEND_MS: u64 = 20;
const KID_MS: u64 = 150;
/// After so long the server gives a request to k-ID up (`PLAYGATE_KID_TIMEOUT_MS`).
const KID_TIMEOUT_MS: u64 = 5 * SECOND;
/// So many failures in a row open the server's circuit (`PLAYGATE_KID_BREAKER`).
const BREAKER: u32 = 5;
/// How long it stays open the first time and at most.
const OPEN_MS: (u64, u64) = (2 * SECOND, 30 * SECOND);
/// What the server asks of clients when it cannot ask k-ID, in seconds.
pub const RETRY_AFTER: &str = "5";
/// k-ID's limit for a product, requests per second.
pub const KID_LIMIT: u32 = 500;
/// The server's own (`PLAYGATE_KID_RATE`, summed over the instances).
const KID_RATE: u64 = 400;
/// How long a request may wait for its turn.
const TURN_MS: u64 = 5 * SECOND;

/// What asking k-ID came to.
pub enum Asked {
    /// It answers then.
    At(u64),
    /// It does not; the server knows then.
    Failed(u64),
}

/// The way from the server to k-ID.
#[derive(Default)]
pub struct Kid {
    pub is_down: bool,
    pub rate: Rate,
    pub refused: u64,
    failures: u32,
    openings: u32,
    open_until: u64,
    /// The next free turn, in microseconds.
    next_turn_us: u64,
    second: (u64, u32),
}

impl Kid {
    /// One request to k-ID, at this moment.
    pub fn ask(&mut self, now: u64) -> Asked {
        if now < self.open_until {
            return Asked::Failed(now + BACKEND_MS);
        }
        let turn = self.next_turn_us.max(now * 1_000);
        if turn / 1_000 > now + TURN_MS {
            return Asked::Failed(now + TURN_MS);
        }
        self.next_turn_us = turn + 1_000_000 / KID_RATE;
        let at = turn / 1_000;
        self.rate.count(at);
        if self.is_down {
            self.failed(at);
            return Asked::Failed(at + KID_TIMEOUT_MS);
        }
        if self.second.0 != at / SECOND {
            self.second = (at / SECOND, 0);
        }
        self.second.1 += 1;
        if self.second.1 > KID_LIMIT {
            self.refused += 1;
            return Asked::Failed(at + KID_MS);
        }
        self.failures = 0;
        self.openings = 0;
        Asked::At(at + KID_MS)
    }

    fn failed(&mut self, now: u64) {
        self.failures += 1;
        if self.failures >= BREAKER {
            let open = (OPEN_MS.0 << self.openings.min(10)).min(OPEN_MS.1);
            self.openings += 1;
            self.open_until = now + open;
        }
    }
}

/// What the server's database has of one player.
#[derive(Clone, Copy, Default)]
pub struct Row {
    pub is_bound: bool,
    /// What k-ID has; rises with each change by a parent.
    pub truth: u32,
    /// What the database has.
    pub revision: u32,
    /// A webhook said that it is not what k-ID has.
    pub refetch: bool,
    /// When it was last compared with k-ID.
    pub compared_at: u64,
}

impl Row {
    /// Whether the database may answer: no webhook has disputed it, and no comparison is due.
    pub fn is_undisputed(&self, now: u64, compare_every: u64) -> bool {
        !self.refetch && now.saturating_sub(self.compared_at) < compare_every
    }

    /// k-ID has been asked.
    pub fn compared(&mut self, now: u64) {
        self.revision = self.truth;
        self.refetch = false;
        self.compared_at = now;
    }
}
