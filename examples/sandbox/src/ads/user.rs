//! One user of the ad service: the game session, and what came in about it. Times count from the sandbox's start.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::Refusal;
use crate::faults::Fault;
use crate::millis;

/// How many requests of a user are kept.
const KEPT: usize = 200;
/// How much of a token may be shown.
const TOKEN_END: usize = 4;

/// What a game asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    Initiate,
    Heartbeat,
    End,
}

/// A request as the control API shows it.
#[derive(Serialize)]
pub struct Entry {
    pub number: u64,
    pub kind: Call,
    /// When it arrived, in milliseconds.
    pub at: u64,
    /// None when no HTTP answer was given.
    pub status: Option<u16>,
    /// `success`, or the code of the error; None for a request that met a fault.
    pub answer: Option<&'static str>,
    pub fault: Option<&'static str>,
}

impl Entry {
    /// A request that was dealt with.
    pub fn answered(number: u64, kind: Call, at: Duration, outcome: Result<(), Refusal>, status: StatusCode) -> Self {
        Self {
            number,
            kind,
            at: millis(at),
            status: Some(status.as_u16()),
            answer: Some(outcome.map_or_else(|refusal| refusal.code, |()| "success")),
            fault: None,
        }
    }

    /// A request that met a fault.
    pub fn broken(number: u64, kind: Call, at: Duration, fault: Fault) -> Self {
        Self {
            number,
            kind,
            at: millis(at),
            status: fault.status().map(|status| status.as_u16()),
            answer: None,
            fault: Some(fault.name()),
        }
    }
}

/// A game session.
struct Game {
    started: Duration,
    /// The last initiate or heartbeat that arrived.
    last_sign: Duration,
}

/// What came in, until it is forgotten on request.
#[derive(Default)]
struct Log {
    beats: u64,
    last_beat: Option<Duration>,
    longest_gap: Option<Duration>,
    expired: u64,
    ended: u64,
    requests: VecDeque<Entry>,
}

/// A user with at most one game session.
pub struct User {
    pub name: String,
    /// None after it was revoked.
    pub token: Option<String>,
    game: Option<Game>,
    log: Log,
}

impl User {
    pub fn new(name: String, token: String) -> Self {
        Self {
            name,
            token: Some(token),
            game: None,
            log: Log::default(),
        }
    }

    /// Deals with a request that arrives at `at`.
    ///
    /// # Errors
    /// Why it is turned down.
    pub fn take(&mut self, call: Call, at: Duration, expiry: Duration) -> Result<(), Refusal> {
        self.settle(at, expiry);
        match (call, &mut self.game) {
            (Call::Initiate, Some(_)) => Err(Refusal::ALREADY_IN_GAME),
            (Call::Initiate, None) => {
                self.game = Some(Game {
                    started: at,
                    last_sign: at,
                });
                Ok(())
            }
            (Call::Heartbeat, Some(game)) => {
                let gap = at.saturating_sub(game.last_sign);
                game.last_sign = at;
                self.log.beats += 1;
                self.log.last_beat = Some(at);
                self.log.longest_gap = self.log.longest_gap.max(Some(gap));
                Ok(())
            }
            (Call::End, Some(_)) => {
                self.game = None;
                self.log.ended += 1;
                Ok(())
            }
            (Call::Heartbeat | Call::End, None) => Err(Refusal::NO_ACTIVE_SESSION),
        }
    }

    /// Ends the game session if it has expired by `at`.
    pub fn settle(&mut self, at: Duration, expiry: Duration) {
        let is_over = |game: &Game| at.saturating_sub(game.last_sign) >= expiry;
        if self.game.as_ref().is_some_and(is_over) {
            self.game = None;
            self.log.expired += 1;
        }
    }

    /// Writes a request down.
    pub fn note(&mut self, entry: Entry) {
        self.log.requests.push_back(entry);
        if self.log.requests.len() > KEPT {
            self.log.requests.pop_front();
        }
    }

    /// Forgets what came in. The game session goes on.
    pub fn forget(&mut self) {
        self.log = Log::default();
    }

    /// As the control API shows it, once it is settled.
    pub fn shown(&self) -> Value {
        let end = self.token.as_deref().map(|token| {
            let start = token.len().saturating_sub(TOKEN_END);
            token.get(start..).unwrap_or_default()
        });
        let log = &self.log;
        json!({
            "name": self.name,
            "state": if self.game.is_some() { "IN_GAME" } else { "NOT_IN_GAME" },
            "startedAt": self.game.as_ref().map(|game| millis(game.started)),
            "beats": log.beats,
            "lastBeatAt": log.last_beat.map(millis),
            "longestGapMs": log.longest_gap.map(millis),
            "expired": log.expired,
            "ended": log.ended,
            "tokenEnd": end,
            "requests": log.requests,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::Call::{End, Heartbeat, Initiate};
    use super::{Refusal, User};

    const EXPIRY: Duration = Duration::from_secs(10);

    fn user() -> User {
        User::new("ann".to_owned(), "a.b.c-123456".to_owned())
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn it_expires_at_the_instant_and_not_before() {
        let just_before = EXPIRY - Duration::from_nanos(1);
        let mut user = user();
        assert_eq!(user.take(Initiate, ms(0), EXPIRY), Ok(()));
        assert_eq!(user.take(Heartbeat, just_before, EXPIRY), Ok(()));
        // From the last beat on, to the nanosecond.
        let next = just_before + EXPIRY;
        assert_eq!(user.take(Heartbeat, next, EXPIRY), Err(Refusal::NO_ACTIVE_SESSION));
        assert_eq!(user.shown()["expired"], 1);
        assert_eq!(user.take(Initiate, next, EXPIRY), Ok(()));
        assert_eq!(user.take(End, next + EXPIRY, EXPIRY), Err(Refusal::NO_ACTIVE_SESSION));
        assert_eq!(user.shown()["expired"], 2);
        assert_eq!(user.shown()["ended"], 0);
    }

    #[test]
    fn a_refused_initiate_does_not_prolong() {
        let mut user = user();
        assert_eq!(user.take(Initiate, ms(0), EXPIRY), Ok(()));
        for at in [1, 5_000, 9_999] {
            assert_eq!(user.take(Initiate, ms(at), EXPIRY), Err(Refusal::ALREADY_IN_GAME));
        }
        assert_eq!(user.take(Initiate, ms(10_000), EXPIRY), Ok(()));
        assert_eq!(user.shown()["startedAt"], 10_000);
    }

    #[test]
    fn the_longest_gap_is_one_within_a_game_session() {
        let mut user = user();
        assert_eq!(user.shown()["longestGapMs"], json!(null));
        for (call, at, longest) in [
            (Initiate, 1_000, json!(null)),
            (Heartbeat, 1_500, json!(500)),
            (Heartbeat, 4_500, json!(3_000)),
            (Heartbeat, 5_000, json!(3_000)),
            (End, 9_000, json!(3_000)),
            (Initiate, 40_000, json!(3_000)),
            (Heartbeat, 49_000, json!(9_000)),
        ] {
            assert_eq!(user.take(call, ms(at), EXPIRY), Ok(()));
            assert_eq!(user.shown()["longestGapMs"], longest, "{at}");
        }
        let shown = user.shown();
        assert_eq!((&shown["beats"], &shown["lastBeatAt"]), (&json!(4), &json!(49_000)));
        assert_eq!((&shown["ended"], &shown["expired"]), (&json!(1), &json!(0)));
        user.forget();
        let shown = user.shown();
        assert_eq!((&shown["state"], &shown["beats"]), (&json!("IN_GAME"), &json!(0)));
    }

    #[test]
    fn no_more_of_a_token_is_shown_than_its_end() {
        let shown = user().shown();
        assert_eq!(shown["tokenEnd"], "3456");
        assert!(!shown.to_string().contains("23456"));
    }
}
