use std::{
    cell::Cell,
    ffi::{CStr, c_char},
};

use crate::client::{Code, Outcome};

/// How a call ended: 0 is ok, negative failed, positive is "ok, but". An open set: treat unknown negative values as
/// failures.
pub type playgate_result = i32;

/// All is well.
pub const PLAYGATE_OK: playgate_result = 0;
/// Accepted or under way; not done yet.
pub const PLAYGATE_PENDING: playgate_result = 1;
/// No event is waiting.
pub const PLAYGATE_NO_EVENT: playgate_result = 2;
/// Asked again too soon; nothing was sent.
pub const PLAYGATE_TOO_SOON: playgate_result = 3;
/// There is nothing to tell the player.
pub const PLAYGATE_NO_NOTICE: playgate_result = 4;
/// The permission is not on yet: a challenge is open that a parent or the player answers.
pub const PLAYGATE_CHALLENGE_OPEN: playgate_result = 5;
/// An argument is wrong: NULL, not UTF-8, too long, out of range, a wrong struct size or unknown flags.
pub const PLAYGATE_ERROR_INVALID_ARGUMENT: playgate_result = -1;
/// The handle is none, was freed or closed, or is of another kind.
pub const PLAYGATE_ERROR_INVALID_HANDLE: playgate_result = -2;
/// The call does not fit the state: stopped, nothing to acknowledge, no server given, no session to ask for, a
/// challenge that is closed or not for a parent.
pub const PLAYGATE_ERROR_INVALID_STATE: playgate_result = -3;
/// Somebody else is using it: the record is open in this process, or the call came from inside a hook.
pub const PLAYGATE_ERROR_BUSY: playgate_result = -4;
/// A fixed number is used up: clients, feature numbers, tables, requests under way, permissions asked for; or a buffer
/// is too small.
pub const PLAYGATE_ERROR_LIMIT: playgate_result = -5;
/// There is none.
pub const PLAYGATE_ERROR_NOT_FOUND: playgate_result = -6;
/// The JSON is no session; the text says where.
pub const PLAYGATE_ERROR_INVALID_SESSION: playgate_result = -7;
/// This build or platform cannot do that.
pub const PLAYGATE_ERROR_UNSUPPORTED: playgate_result = -8;
/// The header and the library do not fit together.
pub const PLAYGATE_ERROR_ABI_VERSION: playgate_result = -9;
/// The library met a defect of its own. The client concerned denies everything from here on.
pub const PLAYGATE_ERROR_PANIC: playgate_result = -10;
/// Cancelled, stopped or closed before it was done.
pub const PLAYGATE_ERROR_CANCELLED: playgate_result = -11;
/// The host has not allowed the network.
pub const PLAYGATE_ERROR_NETWORK_NOT_ALLOWED: playgate_result = -13;
/// The server cannot be reached.
pub const PLAYGATE_ERROR_UNREACHABLE: playgate_result = -14;
/// A time limit ran out.
pub const PLAYGATE_ERROR_TIMED_OUT: playgate_result = -15;
/// TLS failed: the server's certificate is not trusted, has expired, or is for another name.
pub const PLAYGATE_ERROR_TLS: playgate_result = -16;
/// The server refused the player's token; set a new one.
pub const PLAYGATE_ERROR_UNAUTHORIZED: playgate_result = -17;
/// The server asks to come back later.
pub const PLAYGATE_ERROR_RATE_LIMITED: playgate_result = -18;
/// The server has trouble (HTTP 5xx).
pub const PLAYGATE_ERROR_SERVER: playgate_result = -19;
/// The server's answer cannot be understood, or is about another session.
pub const PLAYGATE_ERROR_PROTOCOL: playgate_result = -20;
/// Storing or reading failed.
pub const PLAYGATE_ERROR_STORAGE: playgate_result = -21;
/// There is no room on the storage medium.
pub const PLAYGATE_ERROR_STORAGE_FULL: playgate_result = -22;
/// The folder or medium is not there (yet).
pub const PLAYGATE_ERROR_STORAGE_UNAVAILABLE: playgate_result = -23;
/// The stored record is damaged.
pub const PLAYGATE_ERROR_RECORD_DAMAGED: playgate_result = -24;
/// The stored record was sealed with another key.
pub const PLAYGATE_ERROR_WRONG_KEY: playgate_result = -25;
/// The stored record is sealed and no key was given.
pub const PLAYGATE_ERROR_KEY_MISSING: playgate_result = -26;
/// The stored record was written by a newer version of the library.
pub const PLAYGATE_ERROR_NEWER_FORMAT: playgate_result = -27;
/// Another process, or an open client, holds the stored record.
pub const PLAYGATE_ERROR_RECORD_LOCKED: playgate_result = -28;
/// Not permitted: by the operating system, by the rules for URLs and redirects, or by the storage options.
pub const PLAYGATE_ERROR_NOT_PERMITTED: playgate_result = -29;
/// The record or session belongs to another player.
pub const PLAYGATE_ERROR_OF_ANOTHER_PLAYER: playgate_result = -30;
/// The permission is prohibited: it is not available here, or the player is too young. Nothing can be asked.
pub const PLAYGATE_ERROR_PROHIBITED: playgate_result = -31;
/// The permission stays off: the challenge was refused or failed, or the server did not enable it.
pub const PLAYGATE_ERROR_NOT_ENABLED: playgate_result = -32;
/// Something that should not happen did.
pub const PLAYGATE_ERROR_INTERNAL: playgate_result = -34;

const NAMES: &[(playgate_result, &CStr)] = &[
    (PLAYGATE_OK, c"PLAYGATE_OK"),
    (PLAYGATE_PENDING, c"PLAYGATE_PENDING"),
    (PLAYGATE_NO_EVENT, c"PLAYGATE_NO_EVENT"),
    (PLAYGATE_TOO_SOON, c"PLAYGATE_TOO_SOON"),
    (PLAYGATE_NO_NOTICE, c"PLAYGATE_NO_NOTICE"),
    (PLAYGATE_CHALLENGE_OPEN, c"PLAYGATE_CHALLENGE_OPEN"),
    (PLAYGATE_ERROR_INVALID_ARGUMENT, c"PLAYGATE_ERROR_INVALID_ARGUMENT"),
    (PLAYGATE_ERROR_INVALID_HANDLE, c"PLAYGATE_ERROR_INVALID_HANDLE"),
    (PLAYGATE_ERROR_INVALID_STATE, c"PLAYGATE_ERROR_INVALID_STATE"),
    (PLAYGATE_ERROR_BUSY, c"PLAYGATE_ERROR_BUSY"),
    (PLAYGATE_ERROR_LIMIT, c"PLAYGATE_ERROR_LIMIT"),
    (PLAYGATE_ERROR_NOT_FOUND, c"PLAYGATE_ERROR_NOT_FOUND"),
    (PLAYGATE_ERROR_INVALID_SESSION, c"PLAYGATE_ERROR_INVALID_SESSION"),
    (PLAYGATE_ERROR_UNSUPPORTED, c"PLAYGATE_ERROR_UNSUPPORTED"),
    (PLAYGATE_ERROR_ABI_VERSION, c"PLAYGATE_ERROR_ABI_VERSION"),
    (PLAYGATE_ERROR_PANIC, c"PLAYGATE_ERROR_PANIC"),
    (PLAYGATE_ERROR_CANCELLED, c"PLAYGATE_ERROR_CANCELLED"),
    (
        PLAYGATE_ERROR_NETWORK_NOT_ALLOWED,
        c"PLAYGATE_ERROR_NETWORK_NOT_ALLOWED",
    ),
    (PLAYGATE_ERROR_UNREACHABLE, c"PLAYGATE_ERROR_UNREACHABLE"),
    (PLAYGATE_ERROR_TIMED_OUT, c"PLAYGATE_ERROR_TIMED_OUT"),
    (PLAYGATE_ERROR_TLS, c"PLAYGATE_ERROR_TLS"),
    (PLAYGATE_ERROR_UNAUTHORIZED, c"PLAYGATE_ERROR_UNAUTHORIZED"),
    (PLAYGATE_ERROR_RATE_LIMITED, c"PLAYGATE_ERROR_RATE_LIMITED"),
    (PLAYGATE_ERROR_SERVER, c"PLAYGATE_ERROR_SERVER"),
    (PLAYGATE_ERROR_PROTOCOL, c"PLAYGATE_ERROR_PROTOCOL"),
    (PLAYGATE_ERROR_STORAGE, c"PLAYGATE_ERROR_STORAGE"),
    (PLAYGATE_ERROR_STORAGE_FULL, c"PLAYGATE_ERROR_STORAGE_FULL"),
    (
        PLAYGATE_ERROR_STORAGE_UNAVAILABLE,
        c"PLAYGATE_ERROR_STORAGE_UNAVAILABLE",
    ),
    (PLAYGATE_ERROR_RECORD_DAMAGED, c"PLAYGATE_ERROR_RECORD_DAMAGED"),
    (PLAYGATE_ERROR_WRONG_KEY, c"PLAYGATE_ERROR_WRONG_KEY"),
    (PLAYGATE_ERROR_KEY_MISSING, c"PLAYGATE_ERROR_KEY_MISSING"),
    (PLAYGATE_ERROR_NEWER_FORMAT, c"PLAYGATE_ERROR_NEWER_FORMAT"),
    (PLAYGATE_ERROR_RECORD_LOCKED, c"PLAYGATE_ERROR_RECORD_LOCKED"),
    (PLAYGATE_ERROR_NOT_PERMITTED, c"PLAYGATE_ERROR_NOT_PERMITTED"),
    (PLAYGATE_ERROR_OF_ANOTHER_PLAYER, c"PLAYGATE_ERROR_OF_ANOTHER_PLAYER"),
    (PLAYGATE_ERROR_PROHIBITED, c"PLAYGATE_ERROR_PROHIBITED"),
    (PLAYGATE_ERROR_NOT_ENABLED, c"PLAYGATE_ERROR_NOT_ENABLED"),
    (PLAYGATE_ERROR_INTERNAL, c"PLAYGATE_ERROR_INTERNAL"),
];

/// A failure on its way to the caller: the result, and the sentence for playgate_last_error.
pub(super) struct Failure {
    pub(super) result: playgate_result,
    pub(super) text: std::borrow::Cow<'static, str>,
}

impl Failure {
    pub(super) fn new(result: playgate_result, text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            result,
            text: text.into(),
        }
    }

    pub(super) fn argument(text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new(PLAYGATE_ERROR_INVALID_ARGUMENT, text)
    }
}

impl From<Outcome> for Failure {
    fn from(outcome: Outcome) -> Self {
        Self::new(from_code(outcome.code), outcome.text)
    }
}

/// The result for a code; their numbers are the same.
pub(super) fn from_code(code: Code) -> playgate_result {
    code as playgate_result
}

/// The longest sentence that is kept, in bytes, its NUL included; longer ones are cut.
const MAX_LAST_ERROR: usize = 1024;

thread_local! {
    // Without memory of its own: it stays with threads that are the game's, and is written when there is none left.
    static LAST_ERROR: Cell<[u8; MAX_LAST_ERROR]> = const { Cell::new([0; MAX_LAST_ERROR]) };
}

pub(super) fn set_last_error(text: &str) {
    let mut fits = text.len().min(MAX_LAST_ERROR - 1);
    while !text.is_char_boundary(fits) {
        fits -= 1;
    }
    let clean = text.bytes().take(fits).filter(|byte| *byte != 0);
    let _ = LAST_ERROR.try_with(|last| {
        let last: &Cell<[u8]> = last;
        let places = last.as_slice_of_cells().iter();
        places.zip(clean.chain([0])).for_each(|(place, byte)| place.set(byte));
    });
}

/// The name of a result, for logs; "PLAYGATE_UNKNOWN" for a number that this version does not know. Never NULL. Static.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_result_name(result: playgate_result) -> *const c_char {
    NAMES
        .iter()
        .find(|(number, _)| *number == result)
        .map_or(c"PLAYGATE_UNKNOWN", |(_, name)| name)
        .as_ptr()
}

/// A sentence for a person about the last call that failed on this thread: what was wrong and what to do. Empty when
/// none has failed. At most 1,023 bytes. Never NULL, valid until the next failing call on this thread. Holds no personal
/// data. For logs, not for players.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_last_error() -> *const c_char {
    LAST_ERROR
        .try_with(|last| last.as_ptr().cast_const().cast())
        .unwrap_or(c"".as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_constants_agree_and_have_names() {
        let pairs = [
            (Code::Ok, PLAYGATE_OK),
            (Code::TooSoon, PLAYGATE_TOO_SOON),
            (Code::ChallengeOpen, PLAYGATE_CHALLENGE_OPEN),
            (Code::InvalidArgument, PLAYGATE_ERROR_INVALID_ARGUMENT),
            (Code::Prohibited, PLAYGATE_ERROR_PROHIBITED),
            (Code::NotEnabled, PLAYGATE_ERROR_NOT_ENABLED),
            (Code::InvalidState, PLAYGATE_ERROR_INVALID_STATE),
            (Code::Busy, PLAYGATE_ERROR_BUSY),
            (Code::Limit, PLAYGATE_ERROR_LIMIT),
            (Code::NotFound, PLAYGATE_ERROR_NOT_FOUND),
            (Code::InvalidSession, PLAYGATE_ERROR_INVALID_SESSION),
            (Code::Panic, PLAYGATE_ERROR_PANIC),
            (Code::Cancelled, PLAYGATE_ERROR_CANCELLED),
            (Code::NetworkNotAllowed, PLAYGATE_ERROR_NETWORK_NOT_ALLOWED),
            (Code::Unreachable, PLAYGATE_ERROR_UNREACHABLE),
            (Code::TimedOut, PLAYGATE_ERROR_TIMED_OUT),
            (Code::Tls, PLAYGATE_ERROR_TLS),
            (Code::Unauthorized, PLAYGATE_ERROR_UNAUTHORIZED),
            (Code::RateLimited, PLAYGATE_ERROR_RATE_LIMITED),
            (Code::Server, PLAYGATE_ERROR_SERVER),
            (Code::Protocol, PLAYGATE_ERROR_PROTOCOL),
            (Code::Storage, PLAYGATE_ERROR_STORAGE),
            (Code::StorageFull, PLAYGATE_ERROR_STORAGE_FULL),
            (Code::StorageUnavailable, PLAYGATE_ERROR_STORAGE_UNAVAILABLE),
            (Code::RecordDamaged, PLAYGATE_ERROR_RECORD_DAMAGED),
            (Code::WrongKey, PLAYGATE_ERROR_WRONG_KEY),
            (Code::KeyMissing, PLAYGATE_ERROR_KEY_MISSING),
            (Code::NewerFormat, PLAYGATE_ERROR_NEWER_FORMAT),
            (Code::RecordLocked, PLAYGATE_ERROR_RECORD_LOCKED),
            (Code::NotPermitted, PLAYGATE_ERROR_NOT_PERMITTED),
            (Code::OfAnotherPlayer, PLAYGATE_ERROR_OF_ANOTHER_PLAYER),
            (Code::Internal, PLAYGATE_ERROR_INTERNAL),
        ];
        for (code, constant) in pairs {
            assert_eq!(from_code(code), constant, "{code:?}");
            assert!(
                NAMES.iter().any(|(number, _)| *number == constant),
                "{code:?} has no name"
            );
        }
    }
}
