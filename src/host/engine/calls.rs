//! What the game asks of a client. Nothing here waits: answers come from the board, requests go into the inbox.

use std::{
    sync::{Arc, TryLockError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{Engine, HandedNotice, Input, LAST_REQUEST, WorkerState, lock};
use crate::{
    client::{Cause, Code, Command, Event, GameOptions, GameToken, Operation, Outcome, RequestId, Upgrade, View},
    host::{board::MAX_OUTSTANDING, table::Cell},
    session::{Changes, Decision, Session},
};
#[cfg(feature = "mock")]
use crate::{
    host::log::{self, Level},
    session::Access,
};

impl Engine {
    /// The player's shared decision table, if one can be had.
    pub fn shared_table(&self) -> Option<&'static [Cell]> {
        lock(&self.board).shared_table()
    }

    /// A feature's decision.
    pub fn decide(&self, feature: &str) -> Decision {
        lock(&self.board).decide(feature)
    }

    /// The picture that counts.
    pub fn view(&self) -> Arc<View> {
        lock(&self.board).view()
    }

    /// The session, unless there is none or something bars it.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.view().session()
    }

    /// The changes that the player was not told yet.
    pub fn changes(&self) -> Changes {
        self.view().changes()
    }

    /// The notice for the player, if there is one; [`Engine::acknowledge`] then acknowledges up to it.
    pub fn notice(&self) -> Option<HandedNotice> {
        let view = self.view();
        let notice = view.notice();
        if notice.is_empty() {
            return None;
        }
        let revision = view.granted.revision;
        let mut handed = lock(&self.handed);
        if handed.as_ref().is_none_or(|told| told.state.revision <= revision) {
            *handed = Some(view.told(&notice));
        }
        Some(HandedNotice { notice, revision })
    }

    /// Facts for support: a JSON object without identifiers, tokens and personal data.
    pub fn diagnostics(&self) -> String {
        self.view().diagnostics()
    }

    /// Whether a panic was caught: the client denies for good.
    pub fn is_poisoned(&self) -> bool {
        self.is_poisoned.load(Ordering::Acquire)
    }

    /// Adopts the session that the consent flow gave the game.
    ///
    /// # Errors
    /// As [`Engine::refresh`].
    pub fn adopt(&self, json: Vec<u8>) -> Result<RequestId, Outcome> {
        self.submit(Operation::Adopt, |request| Input::Adopt(request, json))
    }

    /// Asks the server.
    ///
    /// # Errors
    /// `InvalidState` after a stop, `Limit` when too many requests are not completed, `Panic` after a defect.
    pub fn refresh(&self, cause: Cause) -> Result<RequestId, Outcome> {
        self.submit(Operation::Refresh, |request| Input::Refresh(request, cause))
    }

    /// The player has been told what the last notice said.
    ///
    /// # Errors
    /// `InvalidState` when no notice was handed out; else as [`Engine::refresh`].
    pub fn acknowledge(&self) -> Result<RequestId, Outcome> {
        let Some(upto) = lock(&self.handed).clone() else {
            return Err(Outcome::new(
                Code::InvalidState,
                "no notice was handed out, so there is nothing to acknowledge",
            ));
        };
        self.submit(Operation::Acknowledge, |request| Input::Acknowledge(request, upto))
    }

    /// Forgets the player.
    ///
    /// # Errors
    /// As [`Engine::refresh`].
    pub fn forget(&self) -> Result<RequestId, Outcome> {
        self.submit(Operation::Forget, Input::Forget)
    }

    /// Completes when everything known so far is stored.
    ///
    /// # Errors
    /// As [`Engine::refresh`].
    pub fn flush(&self) -> Result<RequestId, Outcome> {
        self.submit(Operation::Flush, Input::Flush)
    }

    /// Takes a command about permissions and challenges.
    ///
    /// # Errors
    /// As [`Engine::refresh`].
    pub fn upgrade(&self, command: Command) -> Result<RequestId, Outcome> {
        self.submit(command.operation(), |request| Input::Upgrade(request, command))
    }

    /// What the player has asked for, answered or not, in the order of asking.
    pub fn upgrades(&self) -> Arc<[Arc<Upgrade>]> {
        Arc::clone(&self.view().upgrades)
    }

    /// Begins the ad service's game session as soon as its gate is open.
    ///
    /// # Errors
    /// `InvalidState` after a stop, or when the client has no transport.
    pub fn start_game(&self, options: GameOptions) -> Result<(), Outcome> {
        if self.transport.is_none() {
            let text = "this client has no transport: it was opened without a server, or this build has no HTTP";
            return Err(Outcome::new(Code::InvalidState, text));
        }
        if !self.put(Input::StartGame(Box::new(options))) {
            return Err(Outcome::new(Code::InvalidState, "the client was stopped"));
        }
        Ok(())
    }

    /// Gives the ad service's game session a new token.
    pub fn set_game_token(&self, token: GameToken) {
        self.put(Input::GameToken(token));
    }

    /// Ends the ad service's game session.
    ///
    /// # Errors
    /// As [`Engine::refresh`].
    pub fn end_game(&self) -> Result<RequestId, Outcome> {
        self.submit(Operation::EndGameSession, Input::EndGame)
    }

    /// Cancels a request; it still completes. Unknown and finished ones are ignored.
    pub fn cancel(&self, request: RequestId) {
        self.put(Input::Cancel(request));
    }

    /// Sets or replaces the player's token.
    pub fn set_token(&self, token: Option<String>) {
        self.put(Input::Token(token.map(zeroize::Zeroizing::new)));
    }

    /// The host allows or forbids the network.
    pub fn set_network_allowed(&self, allowed: bool) {
        self.put(Input::NetworkAllowed(allowed));
    }

    /// The platform says whether there is connectivity.
    pub fn set_online(&self, online: bool) {
        self.put(Input::Online(online));
    }

    /// The game goes to the background, or comes back.
    pub fn set_suspended(&self, suspended: bool) {
        self.put(Input::Suspended(suspended));
    }

    /// Moves finished work in. True when there is more to do. Skips a turn rather than wait for another thread. A client
    /// that no worker drives works here: piece by piece for at most that long, but at least one piece.
    pub fn pump(&self, budget: Duration) -> bool {
        let mut has_more = false;
        let worker = lock(&self.inbox).worker;
        if matches!(worker, WorkerState::NotStarted | WorkerState::Closing) {
            has_more = self.step(Instant::now().checked_add(budget)).has_more;
        } else if !self.clock.runs_by_itself() {
            // The worker cannot sleep by this clock.
            self.kick();
        }
        match self.board.try_lock() {
            Ok(mut board) => {
                board.pump();
                has_more
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Poisoned(board)) => {
                self.is_poisoned.store(true, Ordering::Release);
                board.into_inner().poison();
                false
            }
        }
    }

    /// The next event that a pump has moved in.
    pub fn next_event(&self) -> Option<Event> {
        lock(&self.board).next_event()
    }

    /// Answers this access for a feature, whatever the session says, until that is cleared or the client closed. For
    /// tests.
    #[cfg(feature = "mock")]
    pub fn override_feature(&self, number: u32, name: &'static str, access: Access) {
        log::write(Level::Warn, "client", || {
            format!("the feature {name} is overridden for a test: {access:?}, whatever the session says")
        });
        lock(&self.board).override_feature(number, name, access);
    }

    /// Lets the session answer for all features again.
    #[cfg(feature = "mock")]
    pub fn clear_overrides(&self) {
        lock(&self.board).clear_overrides();
    }

    fn submit(&self, operation: Operation, input: impl FnOnce(RequestId) -> Input) -> Result<RequestId, Outcome> {
        let stopped = || Outcome::new(Code::InvalidState, "the client was stopped");
        if self.is_stopped() {
            return Err(stopped());
        }
        let request = LAST_REQUEST.fetch_add(1, Ordering::Relaxed) + 1;
        {
            let mut board = lock(&self.board);
            if board.is_poisoned() {
                return Err(Outcome::new(
                    Code::Panic,
                    "the library met a defect of its own; the client denies everything",
                ));
            }
            if !board.accept(request, operation) {
                return Err(Outcome::new(
                    Code::Limit,
                    format!("{MAX_OUTSTANDING} requests are not completed yet; take their events first"),
                ));
            }
        }
        if !self.put(input(request)) {
            lock(&self.board).withdraw(request);
            return Err(stopped());
        }
        Ok(request)
    }
}
