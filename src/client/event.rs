//! What a client tells its host.

use alloc::{borrow::Cow, boxed::Box, string::String};

use super::game_session::{GameState, GameStop};
use crate::protocol::http::{TransportError, TransportErrorKind};

/// A request's number; never reused within a client, never 0.
pub type RequestId = u64;

/// How something ended. The numbers are those of the C ABI: 0 is ok, negative failed, positive "ok, but".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[allow(missing_docs, reason = "each is described at its constant in the C ABI")]
pub enum Code {
    Ok = 0,
    TooSoon = 3,
    ChallengeOpen = 5,
    InvalidArgument = -1,
    InvalidState = -3,
    Busy = -4,
    Limit = -5,
    NotFound = -6,
    InvalidSession = -7,
    Panic = -10,
    Cancelled = -11,
    NetworkNotAllowed = -13,
    Unreachable = -14,
    TimedOut = -15,
    Tls = -16,
    Unauthorized = -17,
    RateLimited = -18,
    Server = -19,
    Protocol = -20,
    Storage = -21,
    StorageFull = -22,
    StorageUnavailable = -23,
    RecordDamaged = -24,
    WrongKey = -25,
    KeyMissing = -26,
    NewerFormat = -27,
    RecordLocked = -28,
    NotPermitted = -29,
    OfAnotherPlayer = -30,
    Prohibited = -31,
    NotEnabled = -32,
    Internal = -34,
}

/// How something ended, with the HTTP status where there was one and a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The result.
    pub code: Code,
    /// The HTTP status, or 0.
    pub http_status: u16,
    /// What was wrong and what to do; empty when all is well. Holds no personal data.
    pub text: Cow<'static, str>,
}

impl Outcome {
    /// All is well.
    pub const OK: Self = Self {
        code: Code::Ok,
        http_status: 0,
        text: Cow::Borrowed(""),
    };

    /// An outcome without an HTTP status.
    pub fn new(code: Code, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            http_status: 0,
            text: text.into(),
        }
    }

    /// An outcome after a response.
    pub fn http(code: Code, http_status: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            http_status,
            text: text.into(),
        }
    }
}

impl From<TransportError> for Outcome {
    fn from(error: TransportError) -> Self {
        let code = match error.kind {
            TransportErrorKind::Unreachable => Code::Unreachable,
            TransportErrorKind::TimedOut => Code::TimedOut,
            TransportErrorKind::Cancelled => Code::Cancelled,
            TransportErrorKind::Tls => Code::Tls,
            TransportErrorKind::TooLarge | TransportErrorKind::Malformed => Code::Protocol,
            TransportErrorKind::Refused => Code::NotPermitted,
        };
        Self::new(code, error.text)
    }
}

/// What a request was for. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Operation {
    /// A refresh.
    Refresh = 1,
    /// A session from the consent flow.
    Adopt = 2,
    /// The player has seen a notice.
    Acknowledge = 3,
    /// Forget the player.
    Forget = 4,
    /// Everything so far is to be durable.
    Flush = 5,
    /// A permission is to be enabled.
    RequestPermission = 6,
    /// A challenge's new one-time code.
    RenewCode = 7,
    /// A message to the parent.
    EmailParent = 8,
    /// A challenge is given up on this device.
    CancelChallenge = 9,
    /// The player closed a challenge's page.
    CheckChallenge = 10,
    /// The player switches something off, or on again.
    SwitchFeature = 11,
    /// The ad service's game session is ended.
    EndGameSession = 12,
}

/// How far a request for a permission has come. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Progress {
    /// Nothing is under way any more: it could not be asked, was given up, or the session is another one; the outcome
    /// says which.
    None = 0,
    /// The server is being asked.
    Asking = 1,
    /// A challenge is open, for a parent or the player.
    Asked = 2,
    /// Somebody has opened the challenge.
    Waiting = 3,
    /// The challenge passed; a session is awaited that says so.
    Approved = 4,
    /// It stays off.
    Refused = 5,
    /// It is on.
    Enabled = 6,
}

/// State news: one of a kind waits at most, a later one takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum News {
    /// What features may do has changed.
    SessionChanged = 2,
    /// There is something to tell the player.
    NoticeReady = 3,
    /// The session has ended; the age gate comes next.
    SessionEnded = 4,
    /// There is no session: the age gate comes next.
    ConsentNeeded = 5,
    /// The server refused the player's token; a new one is needed.
    TokenRefused = 6,
    /// The server can be reached again.
    ServerReachable = 7,
    /// The server cannot be reached, or has trouble; the stored session counts.
    ServerUnreachable = 8,
    /// What is known could not be stored, or not in time; it holds for this process only.
    StorageFailed = 9,
    /// What is known is stored again.
    StorageRecovered = 10,
    /// The stored record was damaged and was set aside.
    RecordSetAside = 11,
    /// The stored record cannot be used; the outcome says why.
    RecordUnusable = 12,
    /// Another process held the record; this one has it now.
    RecordTakenOver = 13,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A request ended: exactly one for each request.
    Completed {
        /// The request.
        request: RequestId,
        /// What it was for.
        operation: Operation,
        /// How it ended.
        outcome: Outcome,
    },
    /// The state of things changed.
    News {
        /// What is new.
        news: News,
        /// Details; ok where there is nothing wrong.
        outcome: Outcome,
    },
    /// A request for a permission has come further: one of a permission waits at most, a later one takes its place.
    Upgrade {
        /// The permission's name.
        feature: Box<str>,
        /// How far it has come.
        progress: Progress,
        /// Why it came to nothing; ok where it did not.
        outcome: Outcome,
    },
    /// The ad service's game session has another state: one of a state waits at most.
    Game {
        /// The state.
        state: GameState,
        /// Why it is stopped.
        stop: GameStop,
        /// What was wrong; ok where nothing was.
        outcome: Outcome,
    },
}

/// Text for an outcome that quotes a number of seconds.
pub(super) fn in_seconds(before: &str, ms: u64, after: &str) -> String {
    alloc::format!("{before}{} s{after}", ms.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_have_the_numbers_of_the_header() {
        let header = include_str!("../../include/playgate.h");
        for (code, name) in [
            (Code::Ok, "OK"),
            (Code::TooSoon, "TOO_SOON"),
            (Code::ChallengeOpen, "CHALLENGE_OPEN"),
            (Code::InvalidArgument, "ERROR_INVALID_ARGUMENT"),
            (Code::InvalidState, "ERROR_INVALID_STATE"),
            (Code::Busy, "ERROR_BUSY"),
            (Code::Limit, "ERROR_LIMIT"),
            (Code::NotFound, "ERROR_NOT_FOUND"),
            (Code::InvalidSession, "ERROR_INVALID_SESSION"),
            (Code::Panic, "ERROR_PANIC"),
            (Code::Cancelled, "ERROR_CANCELLED"),
            (Code::NetworkNotAllowed, "ERROR_NETWORK_NOT_ALLOWED"),
            (Code::Unreachable, "ERROR_UNREACHABLE"),
            (Code::TimedOut, "ERROR_TIMED_OUT"),
            (Code::Tls, "ERROR_TLS"),
            (Code::Unauthorized, "ERROR_UNAUTHORIZED"),
            (Code::RateLimited, "ERROR_RATE_LIMITED"),
            (Code::Server, "ERROR_SERVER"),
            (Code::Protocol, "ERROR_PROTOCOL"),
            (Code::Storage, "ERROR_STORAGE"),
            (Code::StorageFull, "ERROR_STORAGE_FULL"),
            (Code::StorageUnavailable, "ERROR_STORAGE_UNAVAILABLE"),
            (Code::RecordDamaged, "ERROR_RECORD_DAMAGED"),
            (Code::WrongKey, "ERROR_WRONG_KEY"),
            (Code::KeyMissing, "ERROR_KEY_MISSING"),
            (Code::NewerFormat, "ERROR_NEWER_FORMAT"),
            (Code::RecordLocked, "ERROR_RECORD_LOCKED"),
            (Code::NotPermitted, "ERROR_NOT_PERMITTED"),
            (Code::OfAnotherPlayer, "ERROR_OF_ANOTHER_PLAYER"),
            (Code::Prohibited, "ERROR_PROHIBITED"),
            (Code::NotEnabled, "ERROR_NOT_ENABLED"),
            (Code::Internal, "ERROR_INTERNAL"),
        ] {
            let number = code as i32;
            let shown = if number < 0 {
                alloc::format!("({number})")
            } else {
                alloc::format!("{number}")
            };
            let line = alloc::format!("\n#define PLAYGATE_{name} {shown}\n");
            assert!(header.contains(&line), "{line}");
        }
    }
}
