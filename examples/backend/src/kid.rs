//! Asking k-ID: blocking HTTP on threads of its own, so many at a time and no more.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::http::StatusCode;
use playgate::{
    protocol::{
        http::{Request, Response, TransportError, TransportErrorKind},
        kid::{KidAnswer, KidError, SessionGet, read_session_get},
    },
    session::{MAX_JSON_BYTES, Session},
};
use tokio::sync::Semaphore;
use ureq::{Agent, Error};

use crate::{
    config::{Config, Secret, is_loopback},
    error::ApiError,
};

/// How many requests to k-ID may be under way.
const MAX_AT_ONCE: usize = 64;
/// Room around the longest session for what may wrap it.
const MAX_ANSWER_BYTES: u64 = MAX_JSON_BYTES as u64 + 4096;

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

/// k-ID, as this server asks it.
#[derive(Clone)]
pub struct Kid {
    agent: Agent,
    base: String,
    key: Secret,
    recheck: Duration,
    slots: Arc<Semaphore>,
    patience: Duration,
}

impl Kid {
    /// k-ID at the configured address.
    pub fn new(config: &Config) -> Self {
        let mut builder = Agent::config_builder()
            .timeout_global(Some(config.kid_timeout))
            .http_status_as_error(false)
            // The key is for k-ID's own address only.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("playgate-backend/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&config.kid_url) {
            builder = builder.proxy(None);
        }
        Self {
            agent: Agent::new_with_config(builder.build()),
            base: config.kid_url.clone(),
            key: config.kid_key.clone(),
            recheck: config.kid_recheck,
            slots: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            patience: config.kid_timeout,
        }
    }

    /// Asks for a session, without one answer deciding over a family: "not found" counts only when k-ID says so `asks`
    /// times, each a moment after the other. That also bridges the second or two after a consent in which k-ID may not
    /// know the new session yet.
    ///
    /// # Errors
    /// k-ID refuses the key, is busy, cannot be reached, or its answer cannot be used.
    pub async fn session(&self, id: &str, etag: Option<&str>, asks: u32) -> Result<Found, ApiError> {
        let mut asked = 1;
        loop {
            match self.ask(id, etag).await? {
                Ok(KidAnswer::Session(session)) => return Ok(Found::Session(session)),
                Ok(KidAnswer::NotModified) => return Ok(Found::NotModified),
                Ok(KidAnswer::Deleted) if asked >= asks => return Ok(Found::Deleted),
                Ok(KidAnswer::Deleted) | Err(KidError::NotFound) => {
                    asked += 1;
                    tokio::time::sleep(self.recheck).await;
                }
                Err(KidError::BadRequest { code }) => {
                    tracing::error!(code = printable(&code), "k-ID refused the request");
                    return Ok(Found::Refused);
                }
                Err(KidError::Unauthorized) => {
                    tracing::error!(
                        "k-ID refused the API key: PLAYGATE_KID_KEY is wrong or expired, or of the other mode than PLAYGATE_KID_URL"
                    );
                    return Err(ApiError::new(
                        StatusCode::BAD_GATEWAY,
                        "KID_REFUSED_KEY",
                        "the server is not set up correctly",
                    ));
                }
                Err(KidError::RateLimited { retry_after_ms }) => {
                    tracing::warn!(retry_after_ms, "k-ID limits this server's rate");
                    let seconds = retry_after_ms.map_or(5, |ms| ms.div_ceil(1000));
                    return Err(
                        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "KID_RATE_LIMITED", "k-ID is busy")
                            .retry_after_s(seconds),
                    );
                }
                Err(KidError::ServerError { status }) => {
                    tracing::warn!(status, "k-ID failed");
                    return Err(ApiError::kid_unavailable());
                }
                Err(KidError::Malformed(reason)) => {
                    tracing::warn!(reason, "k-ID's answer cannot be used");
                    return Err(ApiError::kid_unavailable());
                }
            }
        }
    }

    async fn ask(&self, id: &str, etag: Option<&str>) -> Result<Result<KidAnswer, KidError>, ApiError> {
        let get = SessionGet {
            etag,
            ..SessionGet::by_id(id)
        };
        let request = get.request(&self.base, self.key.reveal()).map_err(|error| {
            tracing::error!(%error, "PLAYGATE_KID_URL cannot be used");
            ApiError::kid_unavailable()
        })?;
        let waited = tokio::time::timeout(self.patience, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = waited else {
            tracing::warn!("too many requests to k-ID are under way");
            return Err(ApiError::kid_unavailable());
        };
        let agent = self.agent.clone();
        // The slot goes with the thread: a caller who hangs up does not make room for one request too many.
        let task = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            send(&agent, &request)
        });
        match task.await {
            Ok(Ok(response)) => Ok(read_session_get(&get, &response, now_ms())),
            Ok(Err(error)) => {
                tracing::warn!(reason = error.text, "k-ID cannot be reached");
                Err(ApiError::kid_unavailable())
            }
            Err(_) => {
                tracing::error!("a request to k-ID ended abnormally");
                Err(ApiError::kid_unavailable())
            }
        }
    }
}

fn send(agent: &Agent, request: &Request) -> Result<Response, TransportError> {
    let mut builder = agent.get(&request.url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let answer = builder.call().map_err(failure)?;
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let headers = headers.collect();
    let body = answer
        .into_body()
        .into_with_config()
        .limit(MAX_ANSWER_BYTES)
        .read_to_vec()
        .map_err(failure)?;
    Ok(Response { status, headers, body })
}

/// ureq's error as one of ours: its own texts may hold the URL, and with it a session id.
fn failure(error: Error) -> TransportError {
    use TransportErrorKind as Kind;
    let (kind, text) = match error {
        Error::Timeout(_) => (Kind::TimedOut, "no answer in time"),
        Error::HostNotFound => (Kind::Unreachable, "the host is not known"),
        Error::ConnectionFailed | Error::Io(_) => (Kind::Unreachable, "no connection, or it broke"),
        Error::Tls(_) | Error::Rustls(_) => (Kind::Tls, "TLS failed"),
        Error::BodyExceedsLimit(_) => (Kind::TooLarge, "the answer is too long"),
        Error::Http(_) | Error::BadUri(_) => (Kind::Refused, "the request cannot be sent"),
        _ => (Kind::Malformed, "the answer is not HTTP"),
    };
    TransportError::new(kind, text)
}

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
