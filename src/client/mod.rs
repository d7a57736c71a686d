//! One player's state machine, without input or output, clock or thread: commands, replies, finished writes and the time
//! go in; requests, writes and events come out.
//!
//! What got tighter counts at once. What got looser counts when it is stored, or when storing it failed or took too
//! long. An answer counts only for the state it was asked in: whatever changes that state makes it void.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::todo,
        clippy::unreachable
    )
)]
#![forbid(unsafe_code)]

mod asking;
mod challenge;
mod confirming;
mod event;
mod exchange;
mod game_session;
pub mod qr;
mod record;
mod refresh;
mod saving;
mod settling;
mod state;
mod timing;
mod upgrade;
mod view;

pub use event::{Code, Event, News, Operation, Outcome, Progress, RequestId};
pub use game_session::{GameOptions, GameState, GameStop, GameTiming, GameToken};
pub use record::{Payload, Record};
pub use refresh::Cause;
pub use saving::{LoadFailure, Loaded, MarkKind, SaveFailure};
pub use state::{Bar, Ended, Standing, State};
pub use timing::Now;
pub use upgrade::{Addressee, Command, MAX_SWITCHED_OFF, MAX_UPGRADES, Stage, Upgrade};
pub use view::{Told, View};

use alloc::{borrow::ToOwned, boxed::Box, collections::VecDeque, string::String, sync::Arc};
use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use game_session::{GameOutput, GameSession};
use refresh::Refresher;
use saving::Saver;
use timing::earliest;
use upgrade::Upgrades;

use crate::{
    protocol::http::{Headers, Request},
    session::{Freshness, Session, Status},
};

/// How a client behaves. Durations are milliseconds.
#[derive(Debug, Clone)]
pub struct Config {
    /// The studio's server, `https://…`; without one the client works from its record and what it is given.
    pub server: Option<String>,
    /// Headers that every request to it carries besides those of the protocol.
    pub headers: Headers,
    /// The least time between two refreshes that the game asks for.
    pub poll_floor_ms: u64,
    /// The time between two refreshes in long play.
    pub periodic_ms: u64,
    /// After so long without a confirmation by the server, what a parent or an age verification allowed becomes
    /// unavailable. 0: never.
    pub stale_after_ms: u64,
    /// The time limit of one exchange with the server.
    pub request_timeout_ms: u32,
    /// After so long a write in progress no longer holds back what got looser.
    pub write_patience_ms: u64,
    /// Whether the record may hold personal data: it is sealed.
    pub store_personal: bool,
    /// Seeds the jitter.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: None,
            headers: Headers::default(),
            poll_floor_ms: 30_000,
            periodic_ms: 15 * 60_000,
            stale_after_ms: 0,
            request_timeout_ms: 15_000,
            write_patience_ms: 5_000,
            store_personal: false,
            seed: 0,
        }
    }
}

/// What the host is to do. `Debug` shows no record and no request.
#[derive(Clone)]
pub enum Output {
    /// Send this request; give the reply to [`Client::reply`].
    Send {
        /// Names the exchange.
        ticket: u64,
        /// The request.
        request: Request,
        /// The time limit of the whole exchange.
        timeout_ms: u32,
    },
    /// Give that exchange up; its reply is ignored.
    Abort {
        /// The exchange.
        ticket: u64,
    },
    /// Store this durably; say how it went to [`Client::saved`].
    Save {
        /// Names the write.
        job: u64,
        /// The record.
        payload: Payload,
    },
    /// The record could not be replaced by a tighter one: mark it in place, or remove it.
    Mark {
        /// What to mark it as.
        kind: MarkKind,
    },
    /// Remove every trace of the player; say how it went to [`Client::saved`].
    Forget {
        /// Names the removal.
        job: u64,
    },
    /// The view changed.
    Publish,
    /// Tell the host.
    Event(Event),
}

/// One player's client.
#[derive(Debug)]
pub struct Client {
    config: Config,
    random: fastrand::Rng,
    newest: State,
    granted: State,
    acknowledged: State,
    confirmed: Confirmed,
    unbound: bool,
    token: Option<Token>,
    refresher: Refresher,
    saver: Saver,
    upgrades: Upgrades,
    /// The ad service's.
    game: Option<GameSession>,
    notice_told: u64,
    stopped: bool,
    /// This process learnt something itself: from the server or from the consent flow.
    learnt_here: bool,
    told_consent_needed: bool,
    was_stale: bool,
    was_live: bool,
    outputs: VecDeque<Output>,
}

/// The player's token. `Debug` does not show it; it is wiped from memory on drop.
struct Token(Box<str>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { ticket, request, .. } => write!(f, "Send({ticket}, {request:?})"),
            Self::Abort { ticket } => write!(f, "Abort({ticket})"),
            Self::Save { job, .. } => write!(f, "Save({job})"),
            Self::Mark { kind } => write!(f, "Mark({kind:?})"),
            Self::Forget { job } => write!(f, "Forget({job})"),
            Self::Publish => f.write_str("Publish"),
            Self::Event(event) => write!(f, "{event:?}"),
        }
    }
}

/// When the server last confirmed the state, by both clocks.
#[derive(Debug, Clone, Copy, Default)]
struct Confirmed {
    wall_ms: Option<i64>,
    /// In this process.
    mono_ms: Option<u64>,
    /// The latest wall clock that was seen, from the record on.
    seen_ms: i64,
}

/// A wall clock may go back by so much without counting as turned back.
const CLOCK_SLACK_MS: i64 = 5 * 60_000;

impl Client {
    /// A client that knows nothing yet: call [`Client::loaded`] next.
    pub fn new(config: Config) -> Self {
        Self {
            random: fastrand::Rng::with_seed(config.seed),
            config,
            newest: State::default(),
            granted: State::default(),
            acknowledged: State::default(),
            confirmed: Confirmed::default(),
            unbound: false,
            token: None,
            refresher: Refresher::default(),
            saver: Saver::default(),
            upgrades: Upgrades::default(),
            game: None,
            notice_told: 0,
            stopped: false,
            learnt_here: false,
            told_consent_needed: false,
            was_stale: false,
            was_live: false,
            outputs: VecDeque::new(),
        }
    }

    /// What the host is to do next; call until there is nothing.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether [`Client::poll_output`] has something.
    pub fn has_output(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// A picture of what is known at that moment.
    pub fn view(&self, now: Now) -> View {
        let stale = self.is_stale(now);
        let has_session = self.newest.session().is_some();
        View {
            granted: self.granted.clone(),
            newest: self.newest.clone(),
            acknowledged: self.acknowledged.clone(),
            freshness: match (has_session, stale) {
                (false, _) => Freshness::None,
                (true, true) => Freshness::Stale,
                (true, false) if self.is_live(now) => Freshness::Live,
                (true, false) => Freshness::Cached,
            },
            upgrades: self.upgrades.list(),
            stale,
            looking: !has_session && self.refresher.is_asking() && self.confirmed.mono_ms.is_none(),
        }
    }

    /// Adopts a session that the consent flow gave the game. Another session than the held one takes its place whole.
    pub fn adopt(&mut self, now: Now, request: RequestId, json: &[u8]) {
        if self.refuse_when_stopped(request, Operation::Adopt) {
            return;
        }
        let session = match Session::parse(json) {
            Ok(session) if *session.status() == Status::Deleted => {
                let why = "the session's status is DELETED; adopt the one that a new consent gave";
                return self.complete(request, Operation::Adopt, Outcome::new(Code::InvalidSession, why));
            }
            Ok(session) => session,
            Err(error) => {
                let text = alloc::format!("adopt: {error}");
                return self.complete(request, Operation::Adopt, Outcome::new(Code::InvalidSession, text));
            }
        };
        self.void_answers(now);
        let etag = session.etag().and_then(crate::protocol::backend::quoted_etag);
        let is_same = self.newest.session().is_some_and(|held| held.id() == session.id());
        self.unbound = self.config.server.is_some();
        self.carry_upgrades_into(&session);
        self.advance(Standing::Session {
            session: Arc::new(session),
            etag,
            bar: None,
        });
        // What the consent flow gives is as new as a confirmation, but none by the studio's server.
        self.confirmed = Confirmed {
            wall_ms: Some(now.wall_ms),
            mono_ms: None,
            seen_ms: now.wall_ms,
        };
        self.learnt_here = true;
        self.refresher.forgotten = false;
        if !is_same {
            // The consent flow has just told the player.
            self.acknowledged = self.newest.clone();
        }
        self.save(now, Some((request, Operation::Adopt)));
        self.refresh_for(now, Cause::Bind);
    }

    /// The player has been told `told`: what the notice said that was last handed out.
    pub fn acknowledge(&mut self, now: Now, request: RequestId, told: &Told) {
        if self.refuse_when_stopped(request, Operation::Acknowledge) {
            return;
        }
        let upto = &told.state;
        let mut has_moved = !told.refused.is_empty();
        let is_ended = matches!(
            (&upto.standing, &self.newest.standing),
            (Standing::Ended(_), Standing::Ended(_))
        ) && upto.revision == self.newest.revision;
        if is_ended {
            // The mark has served: from here on there simply is no session, and a write in progress cannot bring it back.
            self.advance(Standing::None);
            self.acknowledged = self.newest.clone();
            self.granted = self.newest.clone();
        } else if upto.revision > self.acknowledged.revision
            && !matches!(upto.standing, Standing::Ended(_))
            && !matches!(self.newest.standing, Standing::Ended(_))
        {
            self.acknowledged = upto.clone();
            has_moved = true;
        }
        self.forget_told_upgrades(&told.refused);
        if has_moved && self.has_notice() {
            // What came while the player was reading waits for its own turn.
            self.notice_told = self.granted.revision;
            self.news(News::NoticeReady, Outcome::OK);
        }
        self.outputs.push_back(Output::Publish);
        self.save(now, Some((request, Operation::Acknowledge)));
    }

    /// Forgets the player: what is held at once, what is stored as soon as the host has removed it.
    pub fn forget(&mut self, now: Now, request: RequestId) {
        if self.refuse_when_stopped(request, Operation::Forget) {
            return;
        }
        self.void_answers(now);
        self.refresher.cancel_joined(&mut self.outputs);
        // Asking for the player's session by itself would bring back what was forgotten.
        self.refresher.forgotten = true;
        self.unbound = false;
        self.learnt_here = false;
        self.confirmed = Confirmed {
            seen_ms: now.wall_ms,
            ..Confirmed::default()
        };
        self.newest.switched_off = Arc::default();
        self.advance(Standing::None);
        self.acknowledged = self.newest.clone();
        self.granted = self.newest.clone();
        self.forget_record(now, request);
        self.news(News::SessionChanged, Outcome::OK);
    }

    /// Completes when everything that is known so far is stored, or could not be.
    pub fn flush(&mut self, now: Now, request: RequestId) {
        self.save_waiter(now, request, Operation::Flush);
    }

    /// Sets or replaces the player's token for the server.
    pub fn set_token(&mut self, now: Now, token: Option<&str>) {
        if self.token.as_ref().map(|t| &*t.0) == token || self.stopped {
            return;
        }
        self.token = token.map(|t| Token(t.into()));
        self.token_changed(now);
    }

    /// Stops: requests end as cancelled, nothing new is taken. What is being stored is still finished.
    pub fn stop(&mut self, now: Now) {
        if !self.stopped {
            self.void_answers(now);
            self.refresher.cancel_joined(&mut self.outputs);
            self.stop_upgrades();
            if let Some(game) = &mut self.game {
                game.stop(now);
            }
            self.looking_changed();
            self.stopped = true;
        }
    }

    /// Sends a request to the studio's server.
    fn send_to_server(&mut self, ticket: u64, mut request: Request) {
        request.headers.extend_from_slice(&self.config.headers.0);
        self.outputs.push_back(Output::Send {
            ticket,
            request,
            timeout_ms: self.config.request_timeout_ms,
        });
    }

    /// Lets time pass: retries, periodic refreshes, time limits, staleness.
    pub fn tick(&mut self, now: Now) {
        self.confirmed.seen_ms = self.confirmed.seen_ms.max(now.wall_ms.saturating_sub(CLOCK_SLACK_MS));
        self.tick_saving(now);
        self.tick_refresh(now);
        self.tick_upgrades(now);
        let stale = self.is_stale(now);
        if stale != self.was_stale {
            self.was_stale = stale;
            self.outputs.push_back(Output::Publish);
            self.news(News::SessionChanged, Outcome::OK);
        }
        let live = self.is_live(now);
        if live != self.was_live {
            self.was_live = live;
            self.outputs.push_back(Output::Publish);
        }
        self.tick_game(now);
    }

    /// Begins the ad service's game session as soon as its gate is open; one that is under way goes on with these options.
    pub fn start_game(&mut self, now: Now, options: GameOptions) {
        if self.stopped {
            return;
        }
        match &mut self.game {
            Some(game) => game.restart(now, options),
            None => self.game = Some(GameSession::new(options)),
        }
    }

    /// Gives the ad service's game session a new token.
    pub fn set_game_token(&mut self, now: Now, token: GameToken) {
        if let Some(game) = self.game.as_mut().filter(|_| !self.stopped) {
            game.set_token(now, token);
        }
    }

    /// Ends the ad service's game session; completes when it has ended, or expires by itself.
    pub fn end_game(&mut self, now: Now, request: RequestId) {
        if self.refuse_when_stopped(request, Operation::EndGameSession) {
            return;
        }
        match &mut self.game {
            Some(game) => game.end(now, request),
            None => self.complete(request, Operation::EndGameSession, Outcome::OK),
        }
    }

    /// Whether the ad service is being told that the game session ends.
    pub fn is_ending_game(&self) -> bool {
        self.game.as_ref().is_some_and(GameSession::is_ending)
    }

    fn tick_game(&mut self, now: Now) {
        let Some(mut game) = self.game.take() else { return };
        let stale = self.is_stale(now);
        let is_allowed = game.feature().is_none_or(|feature| {
            let granted = self.granted.access(feature, stale);
            granted.tightened_by(self.newest.access(feature, stale)).is_allowed()
        });
        game.set_gates(now, is_allowed, self.refresher.is_reachable());
        game.tick(now, &mut self.random);
        for output in game.take_outputs() {
            match output {
                GameOutput::Send { request, timeout_ms } => {
                    let ticket = self.next_ticket();
                    game.sent(ticket);
                    self.outputs.push_back(Output::Send {
                        ticket,
                        request,
                        timeout_ms,
                    });
                }
                GameOutput::Abort { ticket } => self.outputs.push_back(Output::Abort { ticket }),
                GameOutput::Changed { state, stop, outcome } => {
                    self.outputs
                        .push_back(Output::Event(Event::Game { state, stop, outcome }));
                }
                GameOutput::Ended { request } => self.complete(request, Operation::EndGameSession, Outcome::OK),
            }
        }
        self.game = Some(game);
    }

    /// How long the host may let the client be, in milliseconds, if nothing happens meanwhile.
    pub fn wake_in_ms(&self, now: Now) -> Option<u64> {
        let due = [
            self.refresh_due(now),
            self.upgrades_due(now),
            self.game.as_ref().and_then(GameSession::due),
            self.saving_due(),
            self.stale_due(now),
            self.cached_due(now),
        ];
        earliest(due).map(|at| at.saturating_sub(now.mono_ms))
    }

    /// The next state.
    fn advance(&mut self, standing: Standing) {
        let id_of = |state: &State| state.session().map(|s| Box::<str>::from(s.id()));
        let before = id_of(&self.newest);
        self.newest.revision = self.newest.revision.saturating_add(1);
        self.newest.standing = standing;
        self.told_consent_needed = false;
        self.outputs.push_back(Output::Publish);
        if id_of(&self.newest) != before {
            self.drop_upgrades_of_others();
        }
    }

    /// What is known holds for good now: tell the host what came of it.
    fn settle(&mut self, state: State) {
        let is_new = state.revision > self.granted.revision || matches!(self.granted.standing, Standing::Unread);
        self.granted = state;
        if !is_new {
            return;
        }
        self.outputs.push_back(Output::Publish);
        self.news(News::SessionChanged, Outcome::OK);
        self.tell_enabled();
        self.tell_standing();
    }

    /// The news that follow from the granted state.
    fn tell_standing(&mut self) {
        match &self.granted.standing {
            Standing::Ended(_) => self.news(News::SessionEnded, Outcome::OK),
            Standing::Session {
                bar: Some(Bar::NeedsConsent | Bar::OfAnotherPlayer),
                ..
            } => {
                self.news(News::ConsentNeeded, Outcome::OK);
            }
            _ => {}
        }
        if self.granted.revision > self.notice_told && self.has_notice() {
            self.notice_told = self.granted.revision;
            self.news(News::NoticeReady, Outcome::OK);
        }
    }

    /// Something for the player has come that no state tells.
    fn tell_notice(&mut self) {
        if self.has_notice() {
            self.news(News::NoticeReady, Outcome::OK);
        }
    }

    /// Whether there is something to tell the player.
    fn has_notice(&self) -> bool {
        let view = View {
            granted: self.granted.clone(),
            acknowledged: self.acknowledged.clone(),
            upgrades: self.upgrades.list(),
            ..View::default()
        };
        view.has_notice()
    }

    fn news(&mut self, news: News, outcome: Outcome) {
        self.outputs.push_back(Output::Event(Event::News { news, outcome }));
    }

    fn complete(&mut self, request: RequestId, operation: Operation, outcome: Outcome) {
        self.outputs.push_back(Output::Event(Event::Completed {
            request,
            operation,
            outcome,
        }));
    }

    fn refuse_when_stopped(&mut self, request: RequestId, operation: Operation) -> bool {
        if self.stopped {
            let outcome = Outcome::new(Code::Cancelled, "the client was stopped");
            self.complete(request, operation, outcome);
        }
        self.stopped
    }

    fn confirm(&mut self, now: Now) {
        self.learnt_here = true;
        self.confirmed = Confirmed {
            wall_ms: Some(now.wall_ms),
            mono_ms: Some(now.mono_ms),
            seen_ms: now.wall_ms,
        };
    }

    /// Confirmed in this process, not long ago, and the server has answered since.
    fn is_live(&self, now: Now) -> bool {
        self.confirmed
            .mono_ms
            .is_some_and(|at| now.mono_ms.saturating_sub(at) <= self.live_for_ms())
            && self.refresher.failures() == 0
    }

    /// A confirmation is live for so long: one periodic refresh may be missed.
    fn live_for_ms(&self) -> u64 {
        self.config.periodic_ms.saturating_mul(2)
    }

    /// When a live confirmation stops being live.
    fn cached_due(&self, now: Now) -> Option<u64> {
        let at = self.confirmed.mono_ms.filter(|_| self.is_live(now))?;
        Some(at.saturating_add(self.live_for_ms()).saturating_add(1))
    }

    fn is_stale(&self, now: Now) -> bool {
        if self.config.stale_after_ms == 0 || self.newest.session().is_none() {
            return false;
        }
        self.age_ms(now).is_none_or(|age| age > self.config.stale_after_ms) || self.turned_back_ms(now) > 0
    }

    /// How long ago the state was confirmed, by the clock that says more.
    fn age_ms(&self, now: Now) -> Option<u64> {
        let by_wall = u64::try_from(now.wall_ms.saturating_sub(self.confirmed.wall_ms?)).unwrap_or(0);
        let by_mono = self.confirmed.mono_ms.map_or(0, |at| now.mono_ms.saturating_sub(at));
        Some(by_wall.max(by_mono))
    }

    /// How far the wall clock is behind a time that it has shown before.
    fn turned_back_ms(&self, now: Now) -> u64 {
        let behind = self
            .confirmed
            .seen_ms
            .saturating_sub(now.wall_ms)
            .saturating_sub(CLOCK_SLACK_MS);
        u64::try_from(behind).unwrap_or(0)
    }

    /// When staleness begins by itself, or ends because a clock that was turned back has caught up.
    fn stale_due(&self, now: Now) -> Option<u64> {
        if self.config.stale_after_ms == 0 || self.newest.session().is_none() {
            return None;
        }
        let left = self.config.stale_after_ms.checked_sub(self.age_ms(now)?)?;
        let in_ms = match self.turned_back_ms(now) {
            0 => left.saturating_add(1),
            behind => behind,
        };
        Some(now.mono_ms.saturating_add(in_ms))
    }

    fn token(&self) -> Option<Zeroizing<String>> {
        self.token.as_ref().map(|t| Zeroizing::new(t.0.as_ref().to_owned()))
    }
}
