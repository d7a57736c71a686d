//! Asking k-ID: blocking HTTP on threads of its own, so many at a time and no more.

mod circuit;
mod http;

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::http::StatusCode;
use backon::{ExponentialBuilder, Retryable};
use playgate::{
    protocol::{
        UrlError,
        age_signal::AgeSignal,
        challenge::{Challenge, NewCode},
        http::{Request, Response},
        kid::{
            ChallengeState, DefaultPermissions, DefaultPermissionsGet, KidAnswer, KidChallenge, KidError,
            ManagePermissions, PlayerAge, SessionGet, SessionUpgrade, UpgradeAnswer, read_session_get,
        },
    },
    session::Session,
};
use tokio::sync::Semaphore;
use ureq::Agent;

use self::circuit::{Circuit, Held};
use crate::{
    config::{Config, Secret},
    error::ApiError,
    metrics::Metrics,
};

/// How many requests to k-ID may be under way.
const MAX_AT_ONCE: usize = 64;
/// The bounds of the first and of the last wait before k-ID is asked the same again.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// The age that default permissions are asked for: the most careful answer.
const YOUNGEST: u8 = 1;
/// How often k-ID must say that a challenge is not there.
const ASKS_FOR_CHALLENGE: u32 = 2;

/// What k-ID says about a session.
pub enum Found {
    /// This is it.
    Session(Box<Session>),
    /// It still is the one whose etag was sent.
    NotModified,
    /// It is gone.
    Deleted,
    /// k-ID takes the id for no id.
    Refused,
}

/// Why there is no answer that can be used.
pub enum Trouble {
    /// k-ID said so.
    Said(KidError),
    /// k-ID was asked, and nobody knows what it did.
    Silent,
    /// k-ID was not asked.
    Held(ApiError),
}

impl Trouble {
    /// Whether the trouble may be over in a moment.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Silent | Self::Said(KidError::ServerError { .. }))
    }

    /// Whether k-ID is down, as opposed to busy or saying no.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Said(error) => matches!(error, KidError::ServerError { .. } | KidError::Malformed(_)),
            Self::Silent => true,
            Self::Held(error) => *error == ApiError::kid_unavailable(),
        }
    }
}

/// What k-ID is asked, for the metrics, and whether asking twice is the same as once.
#[derive(Clone, Copy)]
struct Call {
    name: &'static str,
    is_repeatable: bool,
}

impl Call {
    const fn get(name: &'static str) -> Self {
        Self {
            name,
            is_repeatable: true,
        }
    }

    const fn post(name: &'static str) -> Self {
        Self {
            name,
            is_repeatable: false,
        }
    }
}

impl From<Trouble> for ApiError {
    /// What the caller is told; what the operator should know is logged.
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Silent => Self::kid_unavailable(),
            Trouble::Held(error) => error,
            Trouble::Said(KidError::Unauthorized) => {
                tracing::error!(
                    "k-ID refused the API key: PLAYGATE_KID_KEY is wrong or expired, or of the other mode than PLAYGATE_KID_URL"
                );
                Self::new(
                    StatusCode::BAD_GATEWAY,
                    "KID_REFUSED_KEY",
                    "the server is not set up correctly",
                )
            }
            Trouble::Said(KidError::RateLimited { retry_after_ms }) => {
                tracing::warn!(retry_after_ms, "k-ID limits this server's rate");
                let seconds = retry_after_ms.map_or(5, |ms| ms.div_ceil(1000));
                KID_BUSY.retry_after_s(seconds)
            }
            Trouble::Said(KidError::ServerError { status }) => {
                tracing::warn!(status, "k-ID failed");
                Self::kid_unavailable()
            }
            Trouble::Said(KidError::Malformed(reason)) => {
                tracing::warn!(reason, "k-ID's answer cannot be used");
                Self::kid_unavailable()
            }
            Trouble::Said(KidError::BadRequest { code }) => {
                log_refusal(&code);
                Self::kid_unavailable()
            }
            Trouble::Said(KidError::NotFound) => {
                tracing::warn!("k-ID does not know what it was asked about");
                Self::kid_unavailable()
            }
        }
    }
}

/// Logs that k-ID refused a request, with its code.
pub fn log_refusal(code: &str) {
    tracing::error!(code = printable(code), "k-ID refused the request");
}

/// k-ID, as this server asks it.
#[derive(Clone)]
pub struct Kid {
    agent: Agent,
    base: String,
    key: Secret,
    recheck: Duration,
    slots: Arc<Semaphore>,
    patience: Duration,
    retries: usize,
    circuit: Arc<Circuit>,
    metrics: Arc<Metrics>,
}

impl Kid {
    /// k-ID at the configured address.
    pub fn new(config: &Config, metrics: Arc<Metrics>) -> Self {
        Self {
            agent: http::agent(config),
            base: config.kid_url.clone(),
            key: config.kid_key.clone(),
            recheck: config.kid_recheck,
            slots: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            patience: config.kid_timeout,
            retries: config.kid_retries as usize,
            circuit: Arc::new(Circuit::new(config, metrics.clone())),
            metrics,
        }
    }

    /// Whether k-ID has answered within that time, and does not count as down.
    pub fn has_answered_within(&self, time: Duration) -> bool {
        self.circuit.has_answered_within(time)
    }

    /// The moment after which k-ID is asked the same again.
    pub async fn pause(&self) {
        tokio::time::sleep(self.recheck).await;
    }

    /// Asks for a session, without one answer deciding over a family: "not found" counts only when k-ID says so `asks`
    /// times, each a moment after the other. That also bridges the second or two after a consent in which k-ID may not
    /// know the new session yet.
    ///
    /// # Errors
    /// k-ID refuses the key, is busy, cannot be reached, or its answer cannot be used.
    pub async fn session(&self, id: &str, etag: Option<&str>, asks: u32) -> Result<Found, ApiError> {
        let get = SessionGet {
            etag,
            ..SessionGet::by_id(id)
        };
        let mut asked = 1;
        loop {
            let request = get.request(&self.base, self.key.reveal());
            let answer = self
                .ask(Call::get("session/get"), request, |response, now| {
                    read_session_get(&get, response, now)
                })
                .await;
            match answer {
                Ok(KidAnswer::Session(session)) => return Ok(Found::Session(session)),
                Ok(KidAnswer::NotModified) => return Ok(Found::NotModified),
                Ok(KidAnswer::Deleted) if asked >= asks => return Ok(Found::Deleted),
                Ok(KidAnswer::Deleted) => {
                    asked += 1;
                    self.pause().await;
                }
                Err(Trouble::Said(KidError::BadRequest { code })) => {
                    log_refusal(&code);
                    return Ok(Found::Refused);
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    /// Asks for a permission.
    pub async fn upgrade(
        &self,
        session: &str,
        permission: &str,
        age_signal: Option<&AgeSignal>,
    ) -> Result<UpgradeAnswer, Trouble> {
        let upgrade = SessionUpgrade {
            session_id: session,
            permissions: &[permission],
            age_signal,
        };
        let request = upgrade.request(&self.base, self.key.reveal());
        self.ask(Call::post("session/upgrade"), request, |response, now| {
            upgrade.read(response, now)
        })
        .await
    }

    /// A challenge with a fresh URL and code.
    pub async fn challenge(&self, id: &str) -> Result<Challenge, Trouble> {
        let challenge = KidChallenge { id };
        self.ask_patiently(
            Call::get("challenge/get"),
            || challenge.get(&self.base, self.key.reveal()),
            |response, now| challenge.read_get(response, now),
        )
        .await
    }

    /// Where a challenge stands.
    pub async fn challenge_status(&self, id: &str) -> Result<ChallengeState, Trouble> {
        let challenge = KidChallenge { id };
        self.ask_patiently(
            Call::get("challenge/get-status"),
            || challenge.get_status(&self.base, self.key.reveal()),
            |response, now| challenge.read_status(response, now),
        )
        .await
    }

    /// A new one-time code for a challenge.
    pub async fn new_code(&self, id: &str) -> Result<NewCode, Trouble> {
        let challenge = KidChallenge { id };
        let request = challenge.generate_code(&self.base, self.key.reveal());
        self.ask(Call::post("challenge/generate-otp"), request, |response, now| {
            challenge.read_code(response, now)
        })
        .await
    }

    /// Has k-ID write to a parent.
    pub async fn email(&self, id: &str, address: Option<&str>, locale: Option<&str>) -> Result<(), Trouble> {
        let challenge = KidChallenge { id };
        let request = challenge.send_email(&self.base, self.key.reveal(), address, locale);
        self.ask(Call::post("challenge/send-email"), request, |response, now| {
            challenge.read_email(response, now)
        })
        .await
    }

    /// The URL of the widget on which a parent reviews a session.
    pub async fn widget(&self, session: &str, email: &str) -> Result<Box<str>, Trouble> {
        let manage = ManagePermissions {
            session_id: session,
            email,
        };
        self.ask(
            Call::post("widget/generate-manage-session-permissions-url"),
            manage.request(&self.base, self.key.reveal()),
            ManagePermissions::read,
        )
        .await
    }

    /// What the youngest player of a jurisdiction may do before there is a session.
    pub async fn default_permissions(&self, jurisdiction: &str) -> Result<DefaultPermissions, Trouble> {
        let get = DefaultPermissionsGet {
            jurisdiction,
            age: PlayerAge::Years(YOUNGEST),
            age_signal: None,
        };
        let request = get.request(&self.base, self.key.reveal());
        self.ask(
            Call::get("age-gate/get-default-permissions"),
            request,
            |response, now| get.read(response, now),
        )
        .await
    }

    /// As [`Kid::ask`], but "not found" counts only when k-ID says it again a moment later.
    async fn ask_patiently<T>(
        &self,
        call: Call,
        request: impl Fn() -> Result<Request, UrlError>,
        read: impl Fn(&Response, i64) -> Result<T, KidError>,
    ) -> Result<T, Trouble> {
        let mut asked = 1;
        loop {
            match self.ask(call, request(), &read).await {
                Err(Trouble::Said(KidError::NotFound)) if asked < ASKS_FOR_CHALLENGE => {
                    asked += 1;
                    self.pause().await;
                }
                answer => return answer,
            }
        }
    }

    /// Asks, and where that does no harm asks again a moment later when no answer came, or "server error".
    async fn ask<T>(
        &self,
        call: Call,
        request: Result<Request, UrlError>,
        read: impl Fn(&Response, i64) -> Result<T, KidError>,
    ) -> Result<T, Trouble> {
        let request = request.map_err(|error| {
            tracing::error!(%error, "PLAYGATE_KID_URL cannot be used");
            Trouble::Held(ApiError::kid_unavailable())
        })?;
        let request = Arc::new(request);
        let waits = ExponentialBuilder::default()
            .with_min_delay(RETRY_AFTER.0)
            .with_max_delay(RETRY_AFTER.1)
            .with_jitter()
            .with_max_times(if call.is_repeatable { self.retries } else { 0 });
        (|| self.ask_once(call, request.clone(), &read))
            .retry(waits)
            .when(Trouble::is_passing)
            .notify(|_, _| self.metrics.retried())
            .await
    }

    async fn ask_once<T>(
        &self,
        call: Call,
        request: Arc<Request>,
        read: &impl Fn(&Response, i64) -> Result<T, KidError>,
    ) -> Result<T, Trouble> {
        self.circuit.permit().map_err(|held| {
            self.metrics.asked(call.name, "held", Duration::ZERO);
            Trouble::Held(match held {
                Held::Down => ApiError::kid_unavailable(),
                Held::Cooling(left) => KID_BUSY.retry_after_s(left.as_millis().div_ceil(1000) as u64),
            })
        })?;
        let place = async {
            self.circuit.turn().await;
            self.slots.clone().acquire_owned().await
        };
        let Ok(Ok(slot)) = tokio::time::timeout(self.patience, place).await else {
            tracing::warn!("too many requests to k-ID are under way");
            self.metrics.asked(call.name, "held", Duration::ZERO);
            return Err(Trouble::Held(KID_BUSY.retry_after_s(5)));
        };
        let agent = self.agent.clone();
        let started = Instant::now();
        // The slot goes with the thread: a caller who hangs up does not make room for one request too many.
        let task = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            http::send(&agent, &request)
        });
        let answer = match task.await {
            Ok(Ok(response)) => read(&response, now_ms()).map_err(Trouble::Said),
            Ok(Err(error)) => {
                tracing::warn!(reason = error.text, "k-ID cannot be reached");
                Err(Trouble::Silent)
            }
            Err(_) => {
                tracing::error!("a request to k-ID ended abnormally");
                Err(Trouble::Silent)
            }
        };
        let outcome = match &answer {
            Ok(_) => "ok",
            Err(Trouble::Said(KidError::RateLimited { retry_after_ms })) => {
                self.circuit.cool_down(retry_after_ms.map(Duration::from_millis));
                "rate-limited"
            }
            Err(Trouble::Said(KidError::Unauthorized)) => "key-refused",
            Err(trouble) if trouble.is_outage() => "failed",
            Err(_) => "refused",
        };
        if outcome == "failed" {
            self.circuit.failed();
        } else {
            self.circuit.answered();
        }
        self.metrics.asked(call.name, outcome, started.elapsed());
        answer
    }
}

/// The answer while k-ID has too many requests.
const KID_BUSY: ApiError = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "KID_RATE_LIMITED", "k-ID is busy");

/// An error code for the log, unless it looks like anything but a code.
fn printable(code: &str) -> &str {
    let is_code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if code.len() <= 64 && code.bytes().all(is_code) {
        code
    } else {
        "(not a code)"
    }
}

/// The Unix time in milliseconds; 0 when this machine's clock is before 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}
