//! The ad service's game session: begun, kept alive, ended. A machine of its own beside the client's: it knows the host's
//! wish, the gate of the k-ID session and the monotonic clock, and never the wall clock.
//!
//! The service lets a game session expire about ten seconds after the last beat that reached it. A beat is due nine seconds
//! after the last was sent; its time limit leaves room for one more before the service's patience ends. On slow networks,
//! where a limit must be longer, beats come earlier by as much.

use alloc::{boxed::Box, format, vec::Vec};
use core::fmt;

use super::{
    event::{Code, Outcome, RequestId},
    timing::Now,
};
use crate::protocol::{
    game_session::{GameAnswer, GameAsk, read_game},
    http::{Reply, Request},
};

/// Where a game session stands. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum GameState {
    /// None is wanted.
    #[default]
    Idle = 0,
    /// Being begun.
    Starting = 1,
    /// Alive, as far as is known.
    Active = 2,
    /// Lost, or perhaps lost; begun again as soon as the service answers.
    Recovering = 3,
    /// Being ended.
    Ending = 4,
    /// Wanted, but not possible now; the reason says why.
    Stopped = 5,
}

/// Why a wanted game session is stopped. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum GameStop {
    /// It is not.
    #[default]
    None = 0,
    /// The k-ID session does not allow the feature that it depends on. It begins by itself once it does.
    NotAllowed = 1,
    /// The ad service refused the token; a new one begins it again.
    TokenRefused = 2,
    /// The game is suspended, or the network is not there or not allowed. It goes on by itself.
    Unreachable = 3,
}

/// Times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GameTiming {
    /// From one beat's sending to the next.
    pub beat_ms: u64,
    /// The shortest time limit of a beat.
    pub limit_ms: u64,
    /// The service's patience, less what a network's delay may vary by.
    pub patience_ms: u64,
}

impl Default for GameTiming {
    fn default() -> Self {
        Self {
            beat_ms: 9_000,
            limit_ms: 600,
            patience_ms: 9_600,
        }
    }
}

/// The longest time limit of a beat.
const LONGEST_LIMIT_MS: u64 = 4_600;
/// A round trip may take so much longer than those before it.
const SPREAD_MS: u64 = 500;
/// The time limits of beginning and ending.
const BEGIN_LIMIT_MS: u64 = 1_500;
const LONGEST_BEGIN_LIMIT_MS: u64 = 5_000;
const END_LIMIT_MS: u64 = 1_500;
/// While recovering there is at most one request in so long.
const LEAST_WAIT_MS: u64 = 1_000;
/// While recovering there is at least one try in so long.
const MOST_WAIT_MS: u64 = 9_000;
/// After a beat that failed at once the next comes so much later.
const SOON_MS: u64 = 200;
/// So often ending is tried.
const END_TRIES: u32 = 2;
/// So many round trips are kept in mind.
const ROUND_TRIPS: usize = 8;

/// The ad service's token. `Debug` does not show it; it is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct GameToken(pub Box<str>);

impl Drop for GameToken {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for GameToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GameToken")
    }
}

/// How a game session is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameOptions {
    /// The ad service's base URL, up to and with `/api`.
    pub base: Box<str>,
    /// The ad service's token for this player.
    pub token: GameToken,
    /// The feature that the k-ID session must allow; `None`: the host answers for it.
    pub feature: Option<Box<str>>,
    /// Times.
    pub timing: GameTiming,
}

/// What the machine wants of its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GameOutput {
    /// Send this; the ticket is the surroundings' to give, by [`GameSession::sent`].
    Send { request: Request, timeout_ms: u32 },
    /// Give the exchange up.
    Abort { ticket: u64 },
    /// The state changed.
    Changed {
        state: GameState,
        stop: GameStop,
        outcome: Outcome,
    },
    /// An ending is done.
    Ended { request: RequestId },
}

#[derive(Debug)]
struct Flight {
    ask: GameAsk,
    /// `None` until the surroundings have sent it.
    ticket: Option<u64>,
    sent_at: u64,
    /// When it should have been sent.
    due_at: u64,
    limit_ms: u64,
}

/// One player's game session.
#[derive(Debug)]
pub(super) struct GameSession {
    options: GameOptions,
    state: GameState,
    stop: GameStop,
    is_wanted: bool,
    is_allowed: bool,
    is_reachable: bool,
    is_token_refused: bool,
    /// The service may hold a game session of this player's.
    may_be_held: bool,
    flight: Option<Flight>,
    /// When the next request is due.
    due_at: Option<u64>,
    sent_at: Option<u64>,
    /// When the last beat was sent that the service has confirmed.
    confirmed_at: Option<u64>,
    /// Failures in a row.
    failures: u32,
    round_trips: Vec<u64>,
    waiting: Vec<RequestId>,
    outputs: Vec<GameOutput>,
}

impl GameSession {
    pub(super) fn new(options: GameOptions) -> Self {
        Self {
            options,
            state: GameState::Idle,
            stop: GameStop::None,
            is_wanted: true,
            is_allowed: false,
            is_reachable: false,
            is_token_refused: false,
            may_be_held: false,
            flight: None,
            due_at: None,
            sent_at: None,
            confirmed_at: None,
            failures: 0,
            round_trips: Vec::new(),
            waiting: Vec::new(),
            outputs: Vec::new(),
        }
    }

    pub(super) fn feature(&self) -> Option<&str> {
        self.options.feature.as_deref()
    }

    /// Whether an end is on its way, so that the transport is still needed.
    pub(super) fn is_ending(&self) -> bool {
        self.state == GameState::Ending
    }

    pub(super) fn take_outputs(&mut self) -> Vec<GameOutput> {
        core::mem::take(&mut self.outputs)
    }

    pub(super) fn owns(&self, ticket: u64) -> bool {
        self.flight.as_ref().is_some_and(|flight| flight.ticket == Some(ticket))
    }

    /// The request was sent under that ticket.
    pub(super) fn sent(&mut self, ticket: u64) {
        if let Some(flight) = &mut self.flight {
            flight.ticket = Some(ticket);
        }
    }

    /// The host wants one again, with these options.
    pub(super) fn restart(&mut self, now: Now, options: GameOptions) {
        let is_elsewhere = options.base != self.options.base;
        if options.token != self.options.token || is_elsewhere {
            self.is_token_refused = false;
        }
        if is_elsewhere {
            self.may_be_held = false;
            self.confirmed_at = None;
            self.drop_flight();
        }
        self.options = options;
        self.is_wanted = true;
        self.look(now);
    }

    /// A new token: it goes on with it, also after a refusal.
    pub(super) fn set_token(&mut self, now: Now, token: GameToken) {
        if self.options.token == token {
            return;
        }
        self.options.token = token;
        self.is_token_refused = false;
        self.drop_flight();
        if self.state == GameState::Active {
            self.due_at = Some(now.mono_ms.max(self.earliest()));
        }
        self.look(now);
    }

    /// The host wants none any more; the request completes when it has ended.
    pub(super) fn end(&mut self, now: Now, request: RequestId) {
        self.is_wanted = false;
        self.waiting.push(request);
        self.look(now);
    }

    /// The client stops: what is alive is ended, nothing is begun any more.
    pub(super) fn stop(&mut self, now: Now) {
        self.is_wanted = false;
        self.look(now);
    }

    /// What the gate and the network say now.
    pub(super) fn set_gates(&mut self, now: Now, is_allowed: bool, is_reachable: bool) {
        if (self.is_allowed, self.is_reachable) != (is_allowed, is_reachable) {
            self.is_allowed = is_allowed;
            self.is_reachable = is_reachable;
            self.look(now);
        }
    }

    /// Brings the state in line with what is wanted and possible.
    fn look(&mut self, now: Now) {
        if !self.is_reachable {
            // Nothing can be said to the service: what is alive expires there, or goes on when it is back in time.
            self.drop_flight();
            self.due_at = None;
            if self.is_wanted {
                // Also who waits for an ending that was wanted before.
                self.end_waits();
                return self.enter(GameState::Stopped, GameStop::Unreachable, Outcome::OK);
            }
            return self.ended();
        }
        if !self.is_wanted || !self.is_allowed {
            if self.may_be_held && !self.is_token_refused {
                return self.begin_ending(now);
            }
            self.drop_flight();
            self.due_at = None;
            return self.ended();
        }
        if self.is_token_refused {
            self.due_at = None;
            let text = "the ad service refused the token; set a new one";
            return self.enter(
                GameState::Stopped,
                GameStop::TokenRefused,
                Outcome::new(Code::Unauthorized, text),
            );
        }
        match self.state {
            GameState::Idle => self.start(now, GameState::Starting),
            GameState::Stopped if self.is_alive(now) => {
                let due = self
                    .confirmed_at
                    .map_or(now.mono_ms, |at| at.saturating_add(self.period_ms()));
                self.due_at = Some(due.max(now.mono_ms).max(self.earliest()));
                self.enter(GameState::Active, GameStop::None, Outcome::OK);
            }
            GameState::Stopped if self.may_be_held => self.start(now, GameState::Recovering),
            GameState::Stopped => self.start(now, GameState::Starting),
            // Its own answer comes first.
            GameState::Ending | GameState::Starting | GameState::Active | GameState::Recovering => {}
        }
        if !matches!(self.state, GameState::Idle | GameState::Stopped) {
            self.ask_again(now);
        }
    }

    /// What was under way was dropped: it is asked again.
    fn ask_again(&mut self, now: Now) {
        if self.flight.is_none() && self.due_at.is_none() {
            self.due_at = Some(now.mono_ms.max(self.earliest()));
        }
    }

    fn start(&mut self, now: Now, state: GameState) {
        self.failures = 0;
        self.due_at = Some(now.mono_ms.max(self.earliest()));
        self.enter(state, GameStop::None, Outcome::OK);
    }

    fn begin_ending(&mut self, now: Now) {
        if self.state == GameState::Ending {
            return self.ask_again(now);
        }
        self.drop_flight();
        self.failures = 0;
        self.due_at = Some(now.mono_ms);
        self.enter(GameState::Ending, GameStop::None, Outcome::OK);
    }

    /// The service holds none any more, as far as this side can see to it.
    fn ended(&mut self) {
        self.may_be_held = false;
        self.confirmed_at = None;
        self.failures = 0;
        if self.is_wanted && !self.is_allowed {
            let text = "the k-ID session does not allow the feature that the game session depends on";
            self.enter(
                GameState::Stopped,
                GameStop::NotAllowed,
                Outcome::new(Code::NotEnabled, text),
            );
        } else {
            self.enter(GameState::Idle, GameStop::None, Outcome::OK);
        }
        self.end_waits();
    }

    fn end_waits(&mut self) {
        for request in core::mem::take(&mut self.waiting) {
            self.outputs.push(GameOutput::Ended { request });
        }
    }

    fn enter(&mut self, state: GameState, stop: GameStop, outcome: Outcome) {
        if (self.state, self.stop) != (state, stop) {
            self.state = state;
            self.stop = stop;
            self.outputs.push(GameOutput::Changed { state, stop, outcome });
        }
    }

    fn drop_flight(&mut self) {
        if let Some(ticket) = self.flight.take().and_then(|flight| flight.ticket) {
            self.outputs.push(GameOutput::Abort { ticket });
        }
    }

    /// Whether the last beat that is known to have arrived is young enough.
    fn is_alive(&self, now: Now) -> bool {
        self.may_be_held
            && self
                .confirmed_at
                .is_some_and(|at| now.mono_ms.saturating_sub(at) < self.options.timing.patience_ms)
    }

    /// The time limit of a beat: longer than the round trips of late.
    fn limit_ms(&self) -> u64 {
        let slowest = self.round_trips.iter().max().copied().unwrap_or(0);
        let longest = LONGEST_LIMIT_MS.max(self.options.timing.limit_ms);
        slowest
            .saturating_add(SPREAD_MS)
            .clamp(self.options.timing.limit_ms, longest)
    }

    /// From one beat to the next: there is room for one more within the service's patience.
    fn period_ms(&self) -> u64 {
        let timing = &self.options.timing;
        let earlier = self.limit_ms().saturating_sub(timing.limit_ms);
        timing.beat_ms.saturating_sub(earlier).max(timing.beat_ms / 2)
    }

    /// When the beat after this one is due: by the schedule, so that busy cores do not stretch it. What was very late, or no
    /// beat, begins a schedule of its own.
    fn after(&self, flight: &Flight) -> u64 {
        let period = self.period_ms();
        let is_late = flight.sent_at.saturating_sub(flight.due_at) > period / 2;
        let from = if is_late || flight.ask != GameAsk::Heartbeat {
            flight.sent_at
        } else {
            flight.due_at
        };
        from.saturating_add(period)
    }

    /// While recovering, requests keep their distance.
    fn earliest(&self) -> u64 {
        self.sent_at.map_or(0, |at| at.saturating_add(LEAST_WAIT_MS))
    }

    /// The wait after so many failures in a row, while starting or recovering.
    fn wait_ms(&self, random: &mut fastrand::Rng) -> u64 {
        let bound = LEAST_WAIT_MS
            .saturating_mul(1u64 << self.failures.min(8))
            .min(MOST_WAIT_MS);
        random.u64(LEAST_WAIT_MS..=bound.max(LEAST_WAIT_MS))
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Now, random: &mut fastrand::Rng) {
        if let Some(flight) = &self.flight
            && now.mono_ms.saturating_sub(flight.sent_at) >= flight.limit_ms
        {
            let ask = flight.ask;
            self.drop_flight();
            let text = "the ad service gave no answer within its time limit";
            self.failed(now, ask, Outcome::new(Code::TimedOut, text), None, random);
        }
        if self.flight.is_some() || self.due_at.is_none_or(|at| at > now.mono_ms) {
            return;
        }
        let ask = match self.state {
            GameState::Starting | GameState::Recovering => GameAsk::Initiate,
            GameState::Ending => GameAsk::End,
            GameState::Active if self.is_expired(now) => {
                // A stall: what was alive is gone for sure, and a beat would only say so.
                self.enter(GameState::Recovering, GameStop::None, Outcome::OK);
                if self.earliest() > now.mono_ms {
                    self.due_at = Some(self.earliest());
                    return;
                }
                GameAsk::Initiate
            }
            GameState::Active => GameAsk::Heartbeat,
            GameState::Idle | GameState::Stopped => {
                self.due_at = None;
                return;
            }
        };
        self.send(now, ask);
    }

    /// Whether the service cannot be holding it any more.
    fn is_expired(&self, now: Now) -> bool {
        let patience = self.options.timing.patience_ms.saturating_add(LEAST_WAIT_MS);
        self.confirmed_at
            .is_none_or(|at| now.mono_ms.saturating_sub(at) > patience.saturating_add(self.limit_ms()))
    }

    fn send(&mut self, now: Now, ask: GameAsk) {
        let due_at = self.due_at.take().unwrap_or(now.mono_ms);
        let request = match ask.request(&self.options.base, &self.options.token.0) {
            Ok(request) => request,
            Err(error) => {
                self.is_wanted = false;
                let outcome = Outcome::new(Code::InvalidState, format!("{error}"));
                self.enter(GameState::Idle, GameStop::None, outcome);
                return;
            }
        };
        let limit_ms = match ask {
            GameAsk::Heartbeat => self.limit_ms(),
            GameAsk::Initiate => {
                let longer = BEGIN_LIMIT_MS.saturating_mul(1u64 << self.failures.min(4));
                longer.max(self.limit_ms()).min(LONGEST_BEGIN_LIMIT_MS)
            }
            GameAsk::End => END_LIMIT_MS,
        };
        if ask == GameAsk::Initiate {
            self.may_be_held = true;
        }
        self.sent_at = Some(now.mono_ms);
        self.flight = Some(Flight {
            ask,
            ticket: None,
            sent_at: now.mono_ms,
            due_at,
            limit_ms,
        });
        self.outputs.push(GameOutput::Send {
            request,
            timeout_ms: u32::try_from(limit_ms).unwrap_or(u32::MAX),
        });
    }

    /// The reply to the request that is under way.
    pub(super) fn reply(&mut self, now: Now, reply: Reply, random: &mut fastrand::Rng) {
        let Some(flight) = self.flight.take() else { return };
        let ask = flight.ask;
        let response = match reply {
            Ok(response) => response,
            Err(error) => return self.failed(now, ask, error.into(), None, random),
        };
        let status = response.status;
        let answer = read_game(&response, now.wall_ms);
        if !matches!(answer, GameAnswer::Failed { .. }) {
            self.note_round_trip(now.mono_ms.saturating_sub(flight.sent_at));
        }
        match (answer, ask) {
            (GameAnswer::Failed { text, retry_after_ms }, _) => {
                self.failed(
                    now,
                    ask,
                    Outcome::http(Code::Server, status, text),
                    retry_after_ms,
                    random,
                );
            }
            (GameAnswer::Unauthorized, _) => {
                self.is_token_refused = true;
                self.may_be_held = false;
                self.confirmed_at = None;
                self.look(now);
            }
            (GameAnswer::Done | GameAnswer::NoActiveSession, GameAsk::End) => self.end_done(now),
            (GameAnswer::AlreadyInGame, GameAsk::End) => {
                let text = "the ad service answered something else than was asked";
                self.failed(now, ask, Outcome::http(Code::Protocol, status, text), None, random);
            }
            (GameAnswer::Done, _) => {
                self.failures = 0;
                self.confirmed_at = Some(flight.sent_at);
                self.due_at = Some(self.after(&flight).max(now.mono_ms));
                self.enter(GameState::Active, GameStop::None, Outcome::OK);
            }
            (GameAnswer::AlreadyInGame, _) => {
                // It is alive, but nobody knows for how long: a beat as soon as may be.
                self.failures = 0;
                self.confirmed_at = Some(flight.sent_at);
                self.due_at = Some(now.mono_ms.max(self.earliest()));
                self.enter(GameState::Active, GameStop::None, Outcome::OK);
            }
            (GameAnswer::NoActiveSession, _) => {
                self.failures = 0;
                self.confirmed_at = None;
                self.due_at = Some(now.mono_ms.max(self.earliest()));
                self.enter(GameState::Recovering, GameStop::None, Outcome::OK);
            }
        }
    }

    fn end_done(&mut self, now: Now) {
        self.ended();
        // Perhaps it is wanted again by now.
        self.look(now);
    }

    fn note_round_trip(&mut self, ms: u64) {
        if self.round_trips.len() >= ROUND_TRIPS {
            self.round_trips.remove(0);
        }
        self.round_trips.push(ms);
    }

    /// A request came to nothing.
    fn failed(&mut self, now: Now, ask: GameAsk, outcome: Outcome, asked_ms: Option<u64>, random: &mut fastrand::Rng) {
        self.failures = self.failures.saturating_add(1);
        match ask {
            GameAsk::End if self.failures >= END_TRIES => self.end_done(now),
            GameAsk::End => self.due_at = Some(now.mono_ms),
            GameAsk::Heartbeat if self.failures == 1 && asked_ms.is_none() => {
                // One more within the service's patience.
                let latest = self.sent_at.map_or(0, |at| at.saturating_add(self.limit_ms()));
                self.due_at = Some(now.mono_ms.saturating_add(SOON_MS).min(latest).max(now.mono_ms));
            }
            GameAsk::Heartbeat | GameAsk::Initiate => {
                if ask == GameAsk::Heartbeat {
                    self.failures = 1;
                    self.enter(GameState::Recovering, GameStop::None, outcome);
                }
                let wait = self.wait_ms(random).max(asked_ms.unwrap_or(0).min(MOST_WAIT_MS));
                let due = self.sent_at.map_or(now.mono_ms, |at| at.saturating_add(wait));
                self.due_at = Some(due.max(now.mono_ms));
            }
        }
    }

    /// When the machine is to be looked at next.
    pub(super) fn due(&self) -> Option<u64> {
        match &self.flight {
            Some(flight) => Some(flight.sent_at.saturating_add(flight.limit_ms)),
            None => self.due_at,
        }
    }
}
