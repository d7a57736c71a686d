//! Faults of a simulated service: what its next requests meet instead of an answer.

pub mod stream;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::millis;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// 500 with the service's error body.
    #[serde(rename = "500")]
    ServerError,
    /// 429 without a body.
    #[serde(rename = "429")]
    TooManyRequests,
    /// The connection is closed without an answer.
    #[serde(rename = "drop")]
    Drop,
    /// 200 with a body that is neither JSON nor text.
    #[serde(rename = "garbage")]
    Garbage,
    /// Bytes that are not HTTP, then the connection is closed.
    #[serde(rename = "notHttp")]
    NotHttp,
    /// The connection stays open, the answer never comes.
    #[serde(rename = "hang")]
    Hang,
}

impl Fault {
    /// The name in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerError => "500",
            Self::TooManyRequests => "429",
            Self::Drop => "drop",
            Self::Garbage => "garbage",
            Self::NotHttp => "notHttp",
            Self::Hang => "hang",
        }
    }

    /// The status of the answer; None when there is none.
    pub fn status(self) -> Option<StatusCode> {
        match self {
            Self::ServerError => Some(StatusCode::INTERNAL_SERVER_ERROR),
            Self::TooManyRequests => Some(StatusCode::TOO_MANY_REQUESTS),
            Self::Garbage => Some(StatusCode::OK),
            Self::Drop | Self::NotHttp | Self::Hang => None,
        }
    }

    /// What a request that meets it is answered with, where it is an answer at all. `retry_after` goes with a 429,
    /// `error` is the service's own 500.
    pub fn response(self, retry_after: Option<u32>, error: impl IntoResponse) -> Response {
        match self {
            Self::TooManyRequests => {
                let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                }
                response
            }
            Self::Garbage => ([(CONTENT_TYPE, "application/json")], GARBAGE).into_response(),
            Self::ServerError | Self::Drop | Self::NotHttp | Self::Hang => error.into_response(),
        }
    }
}

/// A change of the faults; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultsEdit {
    latency_ms: Option<u64>,
    kind: Option<Fault>,
    /// How many requests meet the fault; without it all do until it is cleared.
    count: Option<u64>,
}

#[derive(Default)]
struct Inner {
    latency: Duration,
    fault: Option<Fault>,
    /// None: until cleared.
    remaining: Option<u64>,
}

/// The faults in force.
#[derive(Default)]
pub struct Faults {
    inner: Mutex<Inner>,
}

/// Longest latency that may be set.
const LONGEST_MS: u64 = 600_000;

impl Faults {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a request that has just come in meets: a delay, and perhaps a fault. Uses one of the count up.
    pub fn take(&self) -> (Duration, Option<Fault>) {
        let mut inner = self.inner();
        let fault = inner.fault;
        if fault.is_some()
            && let Some(remaining) = &mut inner.remaining
        {
            *remaining -= 1;
            if *remaining == 0 {
                inner.fault = None;
                inner.remaining = None;
            }
        }
        (inner.latency, fault)
    }

    /// # Errors
    /// `INVALID_INPUT` for a latency above ten minutes, a count of 0, or a count without a kind.
    pub fn apply(&self, edit: &FaultsEdit) -> Result<(), ApiError> {
        if edit.latency_ms.is_some_and(|latency| latency > LONGEST_MS) {
            return Err(ApiError::invalid(format!("latencyMs is at most {LONGEST_MS}")));
        }
        match (edit.kind, edit.count) {
            (_, Some(0)) => return Err(ApiError::invalid("count is at least 1")),
            (None, Some(_)) => return Err(ApiError::invalid("count needs a kind of fault")),
            _ => {}
        }
        let mut inner = self.inner();
        if let Some(latency) = edit.latency_ms {
            inner.latency = Duration::from_millis(latency);
        }
        if edit.kind.is_some() {
            inner.fault = edit.kind;
            inner.remaining = edit.count;
        }
        Ok(())
    }

    /// The service works again. A request that hangs already stays without an answer.
    pub fn clear(&self) {
        *self.inner() = Inner::default();
    }

    /// As the control API shows them.
    pub fn shown(&self) -> Value {
        let inner = self.inner();
        json!({
            "latencyMs": millis(inner.latency),
            "kind": inner.fault,
            "remaining": inner.remaining,
        })
    }
}

/// The body of [`Fault::Garbage`]: not UTF-8, not JSON, with a zero byte.
const GARBAGE: &[u8] = b"\xff\xfe{\"session\x00\":\xc3\x28\x80<html>\xf0\x28\x8c\xbc]]]}";
