//! Whether k-ID is to be asked at all: not while it stays down, not before it wants to be asked again, and not oftener
//! than it allows.

use std::{
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use failsafe::{
    Instrument, StateMachine,
    backoff::{self, EqualJittered},
    failure_policy::{self, ConsecutiveFailures},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::{config::Config, metrics::Metrics};

/// How long the circuit stays open the first time, and the longest.
const OPEN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// How long nothing is asked after a "too many requests" that names no time, and the longest that one may name.
const COOL_DOWN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Why k-ID is not asked.
pub enum Held {
    /// It is down.
    Down,
    /// It wants to be left alone for so long.
    Cooling(Duration),
}

/// Tells the log and the metrics.
struct Watch {
    metrics: Arc<Metrics>,
    is_down: Arc<AtomicBool>,
}

impl Instrument for Watch {
    fn on_call_rejected(&self) {}

    fn on_open(&self) {
        if !self.is_down.swap(true, Ordering::Relaxed) {
            tracing::error!("k-ID is down; it is left alone for a while");
        }
        self.metrics.circuit(true);
    }

    fn on_half_open(&self) {}

    fn on_closed(&self) {
        if self.is_down.swap(false, Ordering::Relaxed) {
            tracing::info!("k-ID is back");
        }
        self.metrics.circuit(false);
    }
}

/// The switch in front of k-ID.
pub struct Circuit {
    machine: Option<StateMachine<ConsecutiveFailures<EqualJittered>, Watch>>,
    is_down: Arc<AtomicBool>,
    cooling: Mutex<Option<Instant>>,
    answered: Mutex<Option<Instant>>,
    rate: Option<DefaultDirectRateLimiter>,
}

impl Circuit {
    pub fn new(config: &Config, metrics: Arc<Metrics>) -> Self {
        let is_down = Arc::<AtomicBool>::default();
        let machine = (config.kid_breaker > 0).then(|| {
            let policy =
                failure_policy::consecutive_failures(config.kid_breaker, backoff::equal_jittered(OPEN.0, OPEN.1));
            let is_down = is_down.clone();
            StateMachine::new(policy, Watch { metrics, is_down })
        });
        let rate = config.kid_rate.and_then(NonZeroU32::new);
        Self {
            machine,
            is_down,
            cooling: Mutex::default(),
            answered: Mutex::default(),
            rate: rate.map(|rate| RateLimiter::direct(Quota::per_second(rate).allow_burst(burst(rate)))),
        }
    }

    /// Whether k-ID may be asked now.
    pub fn permit(&self) -> Result<(), Held> {
        if let Some(until) = *self.cooling.lock().unwrap_or_else(PoisonError::into_inner) {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Err(Held::Cooling(left));
            }
        }
        match &self.machine {
            Some(machine) if !machine.is_call_permitted() => Err(Held::Down),
            _ => Ok(()),
        }
    }

    /// Waits for its turn, where there is a rate.
    pub async fn turn(&self) {
        if let Some(rate) = &self.rate {
            rate.until_ready().await;
        }
    }

    /// k-ID answered.
    pub fn answered(&self) {
        if let Some(machine) = &self.machine {
            machine.on_success();
        }
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// k-ID did not answer, or not with anything of use.
    pub fn failed(&self) {
        if let Some(machine) = &self.machine {
            machine.on_error();
        }
    }

    /// k-ID had too many requests.
    pub fn cool_down(&self, wait: Option<Duration>) {
        if self.machine.is_some() {
            let wait = wait.unwrap_or(COOL_DOWN.0).min(COOL_DOWN.1);
            *self.cooling.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
        }
    }

    /// Whether k-ID counts as down: the circuit was opened, and nothing has succeeded since.
    pub fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }

    /// Whether k-ID has answered within that time, and does not count as down.
    pub fn has_answered_within(&self, time: Duration) -> bool {
        let last = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        !self.is_down() && last.is_some_and(|last| last.elapsed() < time)
    }
}

/// A tenth of a second's requests may come at once.
fn burst(rate: NonZeroU32) -> NonZeroU32 {
    NonZeroU32::new(rate.get() / 10).unwrap_or(NonZeroU32::MIN)
}
