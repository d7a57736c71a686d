//! k-ID called directly, for a server that holds the product's API key: what [`protocol::kid`](crate::protocol::kid) says,
//! carried by a transport. Calls wait for their answer, on whatever thread they are made: a server has threads for that.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, sync_channel},
    },
    time::{Duration, Instant},
};

pub use zeroize::Zeroizing;

use super::{
    clock::now,
    transport::{Completion, Transport},
};
use crate::protocol::{
    challenge::{Challenge, NewCode},
    http::{Request, Response, TransportError, TransportErrorKind},
    is_loopback, join_path,
    kid::{
        ChallengeState, DefaultPermissions, DefaultPermissionsGet, KidAnswer, KidChallenge, KidError,
        ManagePermissions, SessionGet, SessionUpgrade, UpgradeAnswer, read_session_get,
    },
};

/// So many calls may be under way at once in one [`KidClient`].
pub const MAX_CALLS: usize = 64;
/// The longest API key, in bytes.
const MAX_KEY_BYTES: usize = 4096;
/// A transport that has not answered so long after its time limit will not answer any more.
const GRACE: Duration = Duration::from_secs(3);

/// Why a call has no answer that can be used. The texts hold neither key nor identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// k-ID refused, failed or was not understood.
    Kid {
        /// What it was.
        error: KidError,
        /// The HTTP status of the answer.
        status: u16,
    },
    /// No answer came.
    Transport(TransportError),
    /// [`MAX_CALLS`] are under way.
    TooMany,
    /// The client is closed.
    Closed,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kid { error, .. } => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::TooMany => write!(f, "{MAX_CALLS} calls to k-ID are under way; wait for some of them"),
            Self::Closed => f.write_str("the connection to k-ID was closed"),
        }
    }
}

impl core::error::Error for CallError {}

/// Why a client cannot be made. Quotes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError(String);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for SetupError {}

/// The calls that are under way, and whether more may begin.
#[derive(Default)]
struct Gate {
    inside: usize,
    is_shut: bool,
}

/// k-ID for one product, from any number of threads. `Debug` does not show the key, which is wiped on drop.
///
/// Nothing is tried again and nothing is kept: what k-ID says is handed on as it is read. k-ID takes 500 requests per
/// second of a product (10 in test mode), so a server caches what it reads and lets webhooks tell it what has changed.
pub struct KidClient {
    base: String,
    api_key: Zeroizing<String>,
    timeout_ms: u32,
    transport: Arc<dyn Transport>,
    tickets: AtomicU64,
    gate: Mutex<Gate>,
    left: Condvar,
}

impl fmt::Debug for KidClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KidClient")
            .field("timeout_ms", &self.timeout_ms)
            .finish_non_exhaustive()
    }
}

impl KidClient {
    /// A client for the API at `base`, for example `https://game-api.k-id.com/api/v1`. `timeout_ms` bounds each call.
    ///
    /// # Errors
    /// The base is not https (or http on this machine), or the key cannot be sent in a header.
    pub fn new(
        base: &str,
        api_key: Zeroizing<String>,
        timeout_ms: u32,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, SetupError> {
        join_path(base, &[]).map_err(|error| SetupError(format!("k-ID's base URL: {error}")))?;
        if base.starts_with("http://") && !is_loopback(base) {
            let text = "k-ID's base URL must start with https://; http:// is for loopback only";
            return Err(SetupError(text.to_owned()));
        }
        let is_sendable = (1..=MAX_KEY_BYTES).contains(&api_key.len()) && api_key.bytes().all(|b| b.is_ascii_graphic());
        if !is_sendable {
            let text = "the API key is empty or too long, or has a space or a character that no key has";
            return Err(SetupError(text.to_owned()));
        }
        Ok(Self {
            base: base.to_owned(),
            api_key,
            timeout_ms,
            transport,
            tickets: AtomicU64::new(0),
            gate: Mutex::default(),
            left: Condvar::new(),
        })
    }

    /// `session/get`.
    ///
    /// # Errors
    /// As [`CallError`] says. A session that is gone is no error: [`KidAnswer::Deleted`].
    pub fn session(&self, asked: &SessionGet<'_>) -> Result<KidAnswer, CallError> {
        self.call(
            |base, key| asked.request(base, key),
            |response, now_ms| read_session_get(asked, response, now_ms),
        )
    }

    /// `session/upgrade`. What the answer's session does not list is not gone: fetch the session afterwards.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn upgrade(&self, asked: &SessionUpgrade<'_>) -> Result<UpgradeAnswer, CallError> {
        self.call(
            |base, key| asked.request(base, key),
            |response, now_ms| asked.read(response, now_ms),
        )
    }

    /// `challenge/get`: the challenge with a fresh URL and code.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn challenge(&self, asked: KidChallenge<'_>) -> Result<Challenge, CallError> {
        self.call(
            |base, key| asked.get(base, key),
            |response, now_ms| asked.read_get(response, now_ms),
        )
    }

    /// `challenge/get-status`. To be asked no oftener than every five seconds.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn challenge_status(&self, asked: KidChallenge<'_>) -> Result<ChallengeState, CallError> {
        self.call(
            |base, key| asked.get_status(base, key),
            |response, now_ms| asked.read_status(response, now_ms),
        )
    }

    /// `challenge/send-email`.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn send_email(
        &self,
        asked: KidChallenge<'_>,
        email: Option<&str>,
        locale: Option<&str>,
    ) -> Result<(), CallError> {
        self.call(
            |base, key| asked.send_email(base, key, email, locale),
            |response, now_ms| asked.read_email(response, now_ms),
        )
    }

    /// `challenge/generate-otp`.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn new_code(&self, asked: KidChallenge<'_>) -> Result<NewCode, CallError> {
        self.call(
            |base, key| asked.generate_code(base, key),
            |response, now_ms| asked.read_code(response, now_ms),
        )
    }

    /// `widget/generate-manage-session-permissions-url`.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn widget_url(&self, asked: &ManagePermissions<'_>) -> Result<Box<str>, CallError> {
        self.call(|base, key| asked.request(base, key), ManagePermissions::read)
    }

    /// `age-gate/get-default-permissions`.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn default_permissions(&self, asked: &DefaultPermissionsGet<'_>) -> Result<DefaultPermissions, CallError> {
        self.call(
            |base, key| asked.request(base, key),
            |response, now_ms| asked.read(response, now_ms),
        )
    }

    /// Ends the calls that are under way as cancelled and lets no new one begin. Waits until they have returned, and the
    /// transport's threads are gone, at most until then; false when something is still inside.
    pub fn close(&self, until: Instant) -> bool {
        self.gate().is_shut = true;
        self.transport.shut_down();
        let mut gate = self.gate();
        while gate.inside > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (gate, _) = self
                .left
                .wait_timeout(gate, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(gate);
        self.transport.wait_for_threads(until);
        true
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request and what its answer means.
    fn call<T>(
        &self,
        build: impl FnOnce(&str, &str) -> Result<Request, crate::protocol::UrlError>,
        read: impl FnOnce(&Response, i64) -> Result<T, KidError>,
    ) -> Result<T, CallError> {
        let refused = |error| TransportError::new(TransportErrorKind::Refused, error);
        let request = build(&self.base, &self.api_key).map_err(|error| CallError::Transport(refused(error)))?;
        let response = self.exchange(request)?;
        let status = response.status;
        read(&response, now().wall_ms).map_err(|error| CallError::Kid { error, status })
    }

    fn exchange(&self, request: Request) -> Result<Response, CallError> {
        let _inside = self.enter()?;
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = sync_channel(1);
        // Nobody waits any more for an answer that comes too late.
        let done = Completion::new(move |reply| drop(sender.try_send(reply)));
        self.transport.start(ticket, request, self.timeout_ms, done);
        let patience = Duration::from_millis(self.timeout_ms.into()).saturating_add(GRACE);
        let none = |kind, text: &str| CallError::Transport(TransportError::new(kind, text));
        match answer.recv_timeout(patience) {
            Ok(reply) => reply.map_err(CallError::Transport),
            Err(RecvTimeoutError::Timeout) => {
                self.transport.cancel(ticket);
                Err(none(
                    TransportErrorKind::TimedOut,
                    "the transport gave no answer within its time limit",
                ))
            }
            Err(RecvTimeoutError::Disconnected) => Err(none(
                TransportErrorKind::Unreachable,
                "the transport gave the request up without an answer",
            )),
        }
    }

    fn enter(&self) -> Result<Inside<'_>, CallError> {
        let mut gate = self.gate();
        if gate.is_shut {
            return Err(CallError::Closed);
        }
        if gate.inside >= MAX_CALLS {
            return Err(CallError::TooMany);
        }
        gate.inside += 1;
        Ok(Inside(self))
    }
}

/// A call that is under way.
struct Inside<'a>(&'a KidClient);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut gate = self.0.gate();
        gate.inside = gate.inside.saturating_sub(1);
        drop(gate);
        self.0.left.notify_all();
    }
}

impl Drop for KidClient {
    fn drop(&mut self) {
        self.transport.shut_down();
    }
}
