//! What is counted, and what must hold of it.

use std::fmt;

pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;

/// Requests by second.
#[derive(Default)]
pub struct Rate(Vec<u32>);

impl Rate {
    pub fn count(&mut self, at_ms: u64) {
        let second = usize::try_from(at_ms / SECOND).expect("a day has few seconds");
        if self.0.len() <= second {
            self.0.resize(second + 1, 0);
        }
        self.0[second] += 1;
    }

    fn between(&self, from_ms: u64, to_ms: u64) -> &[u32] {
        let at = |ms: u64| usize::try_from(ms / SECOND).expect("few seconds").min(self.0.len());
        &self.0[at(from_ms)..at(to_ms)]
    }

    /// Requests per second, on the average.
    pub fn mean(&self, from_ms: u64, to_ms: u64) -> f64 {
        let seconds = (to_ms - from_ms) as f64 / SECOND as f64;
        self.total(from_ms, to_ms) as f64 / seconds
    }

    pub fn total(&self, from_ms: u64, to_ms: u64) -> u64 {
        self.between(from_ms, to_ms).iter().map(|count| u64::from(*count)).sum()
    }

    /// The most requests per second within a window of so many seconds.
    pub fn peak(&self, from_ms: u64, to_ms: u64, window_s: usize) -> f64 {
        let windows = self.between(from_ms, to_ms).windows(window_s);
        let most = windows.map(|window| window.iter().sum::<u32>()).max().unwrap_or(0);
        f64::from(most) / window_s as f64
    }
}

/// An outage and what came after it.
pub struct Outage {
    pub what: &'static str,
    pub from_ms: u64,
    pub to_ms: u64,
}

/// How long before an outage the steady load is measured, and how long after it the peak.
const BEFORE: u64 = 30 * MINUTE;
const AFTER: u64 = 60 * MINUTE;

/// The figures of a day.
#[derive(Default)]
pub struct Report {
    pub players: u64,
    pub window_s: usize,
    pub end_ms: u64,
    /// Requests that reach the backend's address, whether it is up or not.
    pub backend: Rate,
    /// Requests that the backend sends to k-ID.
    pub kid: Rate,
    /// Those that k-ID refused as too many.
    pub kid_refused: u64,
    pub kid_limit: u32,
    /// Answers of the backend that needed k-ID, and those that did not.
    pub with_kid: u64,
    pub without_kid: u64,
    pub outages: Vec<Outage>,
    pub launches: u64,
    pub most_online: u64,
    pub webhooks: u64,
    /// Players who have consented, those whose session the backend has, and those whose game has it stored.
    pub consented: u64,
    pub bound: u64,
    /// Players online at the end, consented, whose session the backend does not have.
    pub unbound_online: u64,
    pub stored: u64,
    /// Players online at the end whose client does not know what the backend knows.
    pub behind: u64,
}

impl Report {
    fn of(&self, outage: &Outage) -> (f64, f64, f64) {
        let before = outage.from_ms - BEFORE;
        (
            self.backend.mean(before, outage.from_ms),
            self.backend.peak(outage.from_ms, outage.to_ms, self.window_s),
            self.backend.peak(outage.to_ms, outage.to_ms + AFTER, self.window_s),
        )
    }

    /// What must hold.
    ///
    /// # Errors
    /// The first thing that does not, as a sentence.
    pub fn check(&self) -> Result<(), String> {
        for outage in &self.outages {
            let (steady, _, after) = self.of(outage);
            if after > 2.0 * steady {
                return Err(format!(
                    "{}: the backend's peak afterwards is {after:.1} requests per second, more than twice the steady {steady:.1}",
                    outage.what
                ));
            }
        }
        let most = self.kid.peak(0, self.end_ms, 1);
        if self.kid_refused > 0 || most > f64::from(self.kid_limit) {
            return Err(format!(
                "k-ID got up to {most} requests in a second and refused {}; its limit is {}",
                self.kid_refused, self.kid_limit
            ));
        }
        if self.unbound_online > 0 {
            return Err(format!(
                "{} players are online whose session the backend does not have",
                self.unbound_online
            ));
        }
        if self.stored != self.consented {
            return Err(format!(
                "{} players consented, {} have their session stored",
                self.consented, self.stored
            ));
        }
        if self.behind > 0 {
            return Err(format!(
                "{} players do not know what their parents changed",
                self.behind
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.backend.total(0, self.end_ms);
        let answered = self.with_kid + self.without_kid;
        writeln!(
            f,
            "{} players, {} launches, {:.1} hours; at most {} online",
            self.players,
            self.launches,
            self.end_ms as f64 / HOUR as f64,
            self.most_online
        )?;
        writeln!(
            f,
            "backend: {total} requests, {:.2} per launch; {:.2} % of the answers without k-ID",
            total as f64 / self.launches as f64,
            self.without_kid as f64 * 100.0 / answered as f64
        )?;
        writeln!(
            f,
            "k-ID: {} requests, at most {:.0} in a second (limit {}), {} refused; {} webhooks",
            self.kid.total(0, self.end_ms),
            self.kid.peak(0, self.end_ms, 1),
            self.kid_limit,
            self.kid_refused,
            self.webhooks
        )?;
        for outage in &self.outages {
            let (steady, during, after) = self.of(outage);
            writeln!(
                f,
                "{} for {} minutes: steady {steady:.1} requests per second, peak in the outage {during:.1} ({:.2} times), \
                 busiest minute in the hour after it {after:.1} ({:.2} times), busiest ten seconds {:.2} times",
                outage.what,
                (outage.to_ms - outage.from_ms) / MINUTE,
                during / steady,
                after / steady,
                self.backend.peak(outage.to_ms, outage.to_ms + AFTER, 10) / steady
            )?;
        }
        writeln!(
            f,
            "{} players consented; {} sessions are bound, {} stored by the game; {} clients are behind",
            self.consented, self.bound, self.stored, self.behind
        )
    }
}
