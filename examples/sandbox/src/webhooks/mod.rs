//! Webhooks: signed, sent in the background, tried again, dropped for good after the last retry.

mod delivery;
mod event;
mod sign;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Uri;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::error::ApiError;
use crate::millis;
use delivery::{Message, Signature, Target};
pub use event::Event;

/// How many deliveries the list keeps.
const KEPT: usize = 200;
/// How many webhooks are on their way at the same time.
const AT_ONCE: usize = 32;

/// Where webhooks go, and how patiently.
#[derive(Clone, Debug)]
pub struct Settings {
    pub url: Option<String>,
    pub secret: Option<String>,
    pub timeout: Duration,
    /// One pause before each retry; an empty list means no retry.
    pub retry_delays: Vec<Duration>,
}

impl Settings {
    /// # Errors
    /// `INVALID_INPUT` that names the setting.
    pub fn check(&self) -> Result<(), ApiError> {
        if let Some(url) = &self.url {
            let uri: Option<Uri> = url.parse().ok();
            let usable =
                uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
            if !usable {
                return Err(ApiError::invalid(
                    "the webhook url must be an http or https address with a host",
                ));
            }
        }
        if self.secret.as_deref() == Some("") {
            return Err(ApiError::invalid(
                "the webhook secret must not be empty; leave it out to send unsigned webhooks",
            ));
        }
        let hour = Duration::from_secs(3600);
        if self.timeout.is_zero() || self.timeout > hour {
            return Err(ApiError::invalid(
                "the webhook timeout must be between 1 ms and an hour",
            ));
        }
        if self.retry_delays.len() > 10 || self.retry_delays.iter().any(|delay| *delay > hour) {
            return Err(ApiError::invalid(
                "there are at most 10 webhook retry delays, each at most an hour",
            ));
        }
        Ok(())
    }

    /// As the control API shows them: without the secret.
    fn shown(&self) -> Value {
        json!({
            "url": self.url,
            "secretSet": self.secret.is_some(),
            "timeoutMs": millis(self.timeout),
            "retryDelaysMs": self.retry_delays.iter().copied().map(millis).collect::<Vec<_>>(),
        })
    }

    fn target(&self) -> Option<Target> {
        Some(Target {
            url: self.url.clone()?,
            timeout: self.timeout,
        })
    }

    fn signature(&self) -> Signature {
        match &self.secret {
            Some(secret) => Signature::By(secret.clone()),
            None => Signature::None,
        }
    }
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Standing {
    Pending,
    Delivered,
    /// The last retry failed too.
    Dropped,
    /// There was no address to send it to.
    NoTarget,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    number: u64,
    event_type: &'static str,
    session_id: Option<String>,
    challenge_id: Option<String>,
    state: Standing,
    attempts: Vec<Attempt>,
}

/// One request and what came of it: a status, or the reason why there is none.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    at: String,
    status: Option<u16>,
    error: Option<String>,
}

impl Attempt {
    fn of(result: Result<u16, String>) -> Self {
        let (status, error) = match result {
            Ok(status) => (Some(status), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            at: Timestamp::now().to_string(),
            status,
            error,
        }
    }

    fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Names a delivery while it is on its way.
#[derive(Clone, Copy)]
struct Ticket {
    number: u64,
    life: u64,
}

struct Inner {
    settings: Settings,
    deliveries: VecDeque<Delivery>,
    totals: Totals,
    last_number: u64,
    /// Raised by each reset: what was sent in an earlier life is no longer tried again or written down.
    life: u64,
}

/// How many deliveries there have been of each standing.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    pending: u64,
    delivered: u64,
    dropped: u64,
    no_target: u64,
}

/// The outgoing side. Clones share it.
#[derive(Clone)]
pub struct Webhooks {
    inner: Arc<Mutex<Inner>>,
    permits: Arc<Semaphore>,
    product_id: u64,
}

impl Webhooks {
    /// Nothing is sent before the first [`Webhooks::send`].
    pub fn new(settings: Settings, product_id: u64) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                settings,
                deliveries: VecDeque::new(),
                totals: Totals::default(),
                last_number: 0,
                life: 0,
            })),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            product_id,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.inner().settings.clone()
    }

    /// Replaces the settings; webhooks that are on their way keep the old ones.
    pub fn set(&self, settings: Settings) {
        self.inner().settings = settings;
    }

    /// Forgets all deliveries; those on their way get no further retry.
    pub fn reset(&self, settings: Settings) {
        let mut inner = self.inner();
        inner.deliveries.clear();
        inner.totals = Totals::default();
        inner.settings = settings;
        inner.life += 1;
    }

    /// Settings, totals and the latest deliveries, oldest first.
    pub fn shown(&self) -> Value {
        let inner = self.inner();
        let mut shown = inner.settings.shown();
        shown["totals"] = json!(inner.totals);
        shown["deliveries"] = json!(inner.deliveries);
        shown
    }

    /// The settings without the deliveries.
    pub fn shown_settings(&self) -> Value {
        self.inner().settings.shown()
    }

    /// Sends these events in the background, each on its own.
    pub fn send_all(&self, events: &[Event]) {
        for event in events {
            self.send(event);
        }
    }

    /// Sends `event` in the background. To be called on the server's runtime.
    pub fn send(&self, event: &Event) {
        let (ticket, settings) = {
            let mut inner = self.inner();
            inner.last_number += 1;
            let number = inner.last_number;
            let state = if inner.settings.url.is_some() {
                inner.totals.pending += 1;
                Standing::Pending
            } else {
                inner.totals.no_target += 1;
                Standing::NoTarget
            };
            inner.deliveries.push_back(Delivery {
                number,
                event_type: event.name(),
                session_id: event.session_id().map(str::to_owned),
                challenge_id: event.challenge_id().map(str::to_owned),
                state,
                attempts: Vec::new(),
            });
            if inner.deliveries.len() > KEPT {
                inner.deliveries.pop_front();
            }
            let life = inner.life;
            (Ticket { number, life }, inner.settings.clone())
        };
        let Some(target) = settings.target() else {
            return;
        };
        let message = Message::new(event.name(), &event.data(self.product_id));
        let webhooks = self.clone();
        tokio::spawn(async move {
            webhooks.deliver(ticket, target, settings, message).await;
        });
    }

    async fn deliver(&self, ticket: Ticket, target: Target, settings: Settings, message: Message) {
        let mut delays = settings.retry_delays.iter();
        loop {
            let attempt = {
                // Never closed, so that a permit always comes.
                let _permit = self.permits.acquire().await;
                Attempt::of(delivery::post(&target, &message, settings.signature()).await)
            };
            let delay = if attempt.is_success() { None } else { delays.next() };
            let state = match (attempt.is_success(), delay) {
                (true, _) => Standing::Delivered,
                (false, Some(_)) => Standing::Pending,
                (false, None) => Standing::Dropped,
            };
            if !self.report(ticket, attempt, state) {
                return;
            }
            match delay {
                Some(delay) => tokio::time::sleep(*delay).await,
                None => return,
            }
            if self.inner().life != ticket.life {
                return;
            }
        }
    }

    /// Writes an attempt down; false when there was a reset since the event.
    fn report(&self, ticket: Ticket, attempt: Attempt, state: Standing) -> bool {
        let mut inner = self.inner();
        if inner.life != ticket.life {
            return false;
        }
        match state {
            Standing::Delivered => inner.totals.delivered += 1,
            Standing::Dropped => inner.totals.dropped += 1,
            Standing::Pending | Standing::NoTarget => {}
        }
        if state != Standing::Pending {
            inner.totals.pending -= 1;
        }
        let mut latest_first = inner.deliveries.iter_mut().rev();
        // Not there when newer deliveries have pushed it out of the list.
        if let Some(delivery) = latest_first.find(|delivery| delivery.number == ticket.number) {
            delivery.attempts.push(attempt);
            delivery.state = state;
        }
        true
    }

    /// Sends the `Test` pair at once, without retries: one valid, one without a valid signature. Without a secret
    /// there is only the first, unsigned.
    ///
    /// # Errors
    /// `INVALID_INPUT` when no address is set.
    pub async fn test(&self) -> Result<Value, ApiError> {
        let settings = self.settings();
        let target = settings
            .target()
            .ok_or_else(|| ApiError::invalid("set the webhook url first"))?;
        let message = Message::new("Test", &json!({"id": Uuid::new_v4().to_string()}));
        let valid = Attempt::of(delivery::post(&target, &message, settings.signature()).await);
        let invalid = match &settings.secret {
            None => None,
            Some(secret) => {
                let forged = Signature::By(format!("not {secret}"));
                Some(Attempt::of(delivery::post(&target, &message, forged).await))
            }
        };
        let passed = valid.status == Some(200) && invalid.as_ref().is_none_or(|attempt| attempt.status == Some(401));
        Ok(json!({
            "passed": passed,
            "valid": valid,
            "invalid": invalid,
            "expected": {"valid": 200, "invalid": 401},
        }))
    }
}
