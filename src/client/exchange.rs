//! Exchanges with the server about permissions and challenges: sent, tried again, given up.

use alloc::{boxed::Box, format, vec::Vec};

use super::{
    Client, Output,
    event::{Code, News, Operation, Outcome, Progress, RequestId, in_seconds},
    refresh::{TRANSPORT_GRACE_MS, TRIES},
    timing::{Now, backoff_ms},
    upgrade::Stage,
};
use crate::protocol::{
    backend::Answer,
    http::Reply,
    upgrade::{UpgradeAnswer, UpgradeAsk, read_upgrade},
};

/// One exchange, from its first try to its end.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) ask: UpgradeAsk,
    /// The permission that it is about.
    pub(super) feature: Box<str>,
    /// `None` while it waits for its next try.
    pub(super) ticket: Option<u64>,
    sent_at: u64,
    retry_at: u64,
    tries: u32,
    /// Who waits for this exchange itself.
    pub(super) waiting: Vec<(RequestId, Operation)>,
}

impl Exchange {
    pub(super) fn new(ask: UpgradeAsk, feature: Box<str>) -> Self {
        Self {
            ask,
            feature,
            ticket: None,
            sent_at: 0,
            retry_at: 0,
            tries: 0,
            waiting: Vec::new(),
        }
    }

    /// Whether it asks how a challenge stands.
    pub(super) fn is_poll(&self) -> bool {
        matches!(self.ask, UpgradeAsk::Status { .. } | UpgradeAsk::Challenge { .. })
    }
}

impl Client {
    /// Sends an exchange and keeps it until it ends.
    pub(super) fn send_exchange(&mut self, now: Now, mut exchange: Exchange) {
        let token = self.token();
        let base = self.config.server.as_deref().unwrap_or_default();
        match exchange.ask.request(base, token.as_ref().map(|token| token.as_str())) {
            Ok(request) => {
                let ticket = self.next_ticket();
                exchange.ticket = Some(ticket);
                exchange.tries = exchange.tries.saturating_add(1);
                exchange.sent_at = now.mono_ms;
                self.send_to_server(ticket, request);
                self.upgrades.exchanges.push(exchange);
            }
            Err(error) => {
                let outcome = Outcome::new(Code::InvalidState, format!("{error}"));
                self.exchange_ended(now, exchange, &outcome);
            }
        }
    }

    /// A reply to one of these exchanges came. One that is not awaited any more is ignored.
    pub(super) fn upgrade_reply(&mut self, now: Now, ticket: u64, reply: Reply) {
        let is_it = |e: &Exchange| e.ticket == Some(ticket);
        let Some(at) = self.upgrades.exchanges.iter().position(is_it) else {
            return;
        };
        let mut exchange = self.upgrades.exchanges.swap_remove(at);
        exchange.ticket = None;
        let response = match reply {
            Ok(response) => response,
            Err(error) => return self.exchange_failed(now, exchange, error.into(), None),
        };
        let status = response.status;
        let failed = |code, text: &'static str| Outcome::http(code, status, text);
        match read_upgrade(&exchange.ask, &response, now.wall_ms) {
            UpgradeAnswer::Other(answer) => match answer {
                Answer::Unauthorized => {
                    let outcome = failed(
                        Code::Unauthorized,
                        "the server refused the player's token; set a new one",
                    );
                    self.token_refused(now, &outcome);
                    self.exchange_ended(now, exchange, &outcome);
                }
                Answer::RateLimited { retry_after_ms } if exchange.ask.has_own_limit() => {
                    self.server_answered();
                    let text = match retry_after_ms {
                        Some(ms) => in_seconds("not so soon again; the server asks to wait ", ms, ""),
                        None => "not so soon again; the server does not say how long".into(),
                    };
                    let outcome = Outcome::http(Code::RateLimited, status, text);
                    self.exchange_ended(now, exchange, &outcome);
                }
                Answer::RateLimited { retry_after_ms } => {
                    let outcome = failed(Code::RateLimited, "the server asks to come back later");
                    self.exchange_failed(now, exchange, outcome, retry_after_ms);
                }
                Answer::ServerError { retry_after_ms } => {
                    let text = format!("the server has trouble (HTTP {status})");
                    let outcome = Outcome::http(Code::Server, status, text);
                    self.exchange_failed(now, exchange, outcome, retry_after_ms);
                }
                Answer::Rejected { code } => {
                    let outcome = rejected(&code, status);
                    self.exchange_ended(now, exchange, &outcome);
                }
                Answer::Malformed(text) => {
                    let outcome = Outcome::http(Code::Protocol, status, text);
                    self.exchange_ended(now, exchange, &outcome);
                }
                // About the session: its own request decides, with all its checks.
                Answer::Deleted { .. } | Answer::NeedsConsent | Answer::OfAnotherPlayer => {
                    let outcome = failed(
                        Code::NotFound,
                        "the server has no such session of this player's any more",
                    );
                    self.exchange_ended(now, exchange, &outcome);
                    self.refresh_for(now, super::Cause::Push);
                }
                Answer::Unchanged | Answer::Session { .. } | Answer::Again { .. } => {
                    let outcome = failed(Code::Protocol, "the server's answer is not to this question");
                    self.exchange_ended(now, exchange, &outcome);
                }
            },
            answer => {
                self.server_answered();
                self.take_upgrade_answer(now, exchange, answer);
            }
        }
    }

    /// One try failed, and another may help.
    fn exchange_failed(&mut self, now: Now, mut exchange: Exchange, outcome: Outcome, asked_ms: Option<u64>) {
        self.count_failure(now, &outcome);
        let wait = backoff_ms(self.refresher_failures(), asked_ms, &mut self.random);
        if asked_ms.is_some() {
            self.leave_alone_until(now.mono_ms.saturating_add(wait));
        }
        let waits_too_long = wait > u64::from(self.config.request_timeout_ms).saturating_mul(2);
        let is_over = exchange.is_poll() || !exchange.ask.is_repeatable() || exchange.tries >= TRIES;
        if is_over || waits_too_long || self.is_server_down() {
            return self.exchange_ended(now, exchange, &outcome);
        }
        exchange.retry_at = now.mono_ms.saturating_add(wait);
        self.upgrades.exchanges.push(exchange);
    }

    /// An exchange came to nothing.
    pub(super) fn exchange_ended(&mut self, now: Now, exchange: Exchange, outcome: &Outcome) {
        self.complete_all(exchange.waiting, outcome);
        let is_question = matches!(exchange.ask, UpgradeAsk::Permission { .. });
        let Some(entry) = self.upgrades.of(&exchange.feature) else {
            return;
        };
        if is_question && entry.upgrade.stage == Stage::Asking {
            let feature = exchange.feature;
            self.drop_upgrade(&feature, Some((Progress::None, outcome.clone())));
            return self.save(now, None);
        }
        if matches!(exchange.ask, UpgradeAsk::Status { .. } | UpgradeAsk::Challenge { .. }) {
            entry.failures = entry.failures.saturating_add(1);
            let failures = entry.failures;
            entry.details_left = entry.details_left.saturating_sub(1);
            let checkers = core::mem::take(&mut entry.checkers);
            let joined = core::mem::take(&mut entry.joined);
            let wait =
                backoff_ms(failures.saturating_add(2), None, &mut self.random).max(super::challenge::POLL_FLOOR_MS);
            if let Some(entry) = self.upgrades.of(&exchange.feature) {
                entry.poll_at = Some(now.mono_ms.saturating_add(wait));
            }
            self.complete_each(checkers, Operation::CheckChallenge, outcome);
            // The challenge is open all the same.
            self.complete_each(joined, Operation::RequestPermission, &Self::challenge_open());
        }
    }

    /// The network is gone, or the game sleeps. `pauses`: what may be sent again waits until it is back.
    pub(super) fn interrupt_exchanges(&mut self, now: Now, outcome: &Outcome, pauses: bool) {
        for mut exchange in core::mem::take(&mut self.upgrades.exchanges) {
            if let Some(ticket) = exchange.ticket.take() {
                self.outputs.push_back(Output::Abort { ticket });
            }
            if pauses && exchange.is_poll() {
                // Who waits for it waits with the challenge, and so does the floor.
                if let Some(entry) = self.upgrades.of(&exchange.feature) {
                    entry.poll_soon(now);
                }
            } else if pauses && exchange.ask.is_repeatable() {
                exchange.retry_at = now.mono_ms;
                exchange.tries = 0;
                self.upgrades.exchanges.push(exchange);
            } else {
                self.exchange_ended(now, exchange, outcome);
            }
        }
    }

    /// Cancels a request that waits for an answer about a permission; true when there was one.
    pub(super) fn cancel_upgrade(&mut self, now: Now, request: RequestId) -> bool {
        let outcome = Outcome::new(Code::Cancelled, "cancelled");
        let mut found = None;
        for exchange in &mut self.upgrades.exchanges {
            if let Some(at) = exchange.waiting.iter().position(|(r, _)| *r == request) {
                found = Some(exchange.waiting.swap_remove(at).1);
            }
        }
        let mut unwanted = None;
        for entry in &mut self.upgrades.entries {
            if let Some(at) = entry.checkers.iter().position(|r| *r == request) {
                entry.checkers.swap_remove(at);
                found = Some(Operation::CheckChallenge);
            }
            if let Some(at) = entry.joined.iter().position(|r| *r == request) {
                entry.joined.swap_remove(at);
                found = Some(Operation::RequestPermission);
                if entry.upgrade.stage == Stage::Asking && !entry.is_deciding && entry.joined.is_empty() {
                    unwanted = Some(entry.upgrade.feature.clone());
                }
            }
        }
        let Some(operation) = found else { return false };
        self.complete(request, operation, outcome.clone());
        if let Some(feature) = unwanted {
            self.drop_upgrade(&feature, Some((Progress::None, outcome)));
            self.save(now, None);
        }
        true
    }

    /// Lets time pass for exchanges: time limits and tries.
    pub(super) fn tick_exchanges(&mut self, now: Now) {
        let limit = u64::from(self.config.request_timeout_ms).saturating_add(TRANSPORT_GRACE_MS);
        let can_ask = self.cannot_ask(now).is_none();
        for mut exchange in core::mem::take(&mut self.upgrades.exchanges) {
            match exchange.ticket {
                Some(ticket) if now.mono_ms.saturating_sub(exchange.sent_at) >= limit => {
                    exchange.ticket = None;
                    self.outputs.push_back(Output::Abort { ticket });
                    let text = "the transport gave no answer within its time limit";
                    self.exchange_failed(now, exchange, Outcome::new(Code::TimedOut, text), None);
                }
                None if exchange.retry_at <= now.mono_ms && can_ask => self.send_exchange(now, exchange),
                _ => self.upgrades.exchanges.push(exchange),
            }
        }
    }

    /// When an exchange is next looked at; `None` stands for "when the server may be asked again".
    pub(super) fn exchanges_due(&self) -> Option<u64> {
        let limit = u64::from(self.config.request_timeout_ms).saturating_add(TRANSPORT_GRACE_MS);
        let in_flight = self.upgrades.exchanges.iter().filter(|e| e.ticket.is_some());
        in_flight.map(|e| e.sent_at.saturating_add(limit)).min()
    }

    /// When the next try of an exchange is due, if the server may be asked.
    pub(super) fn retries_due(&self) -> Option<u64> {
        let waiting = self.upgrades.exchanges.iter().filter(|e| e.ticket.is_none());
        waiting.map(|e| e.retry_at).min()
    }

    fn token_refused(&mut self, now: Now, outcome: &Outcome) {
        self.note_token_refused(now);
        self.news(News::TokenRefused, outcome.clone());
    }
}

/// What a refusal by the server means for the game.
fn rejected(code: &str, status: u16) -> Outcome {
    let (result, text) = match code {
        "" => {
            let text = format!("the server answered HTTP {status}; is its URL right?");
            return Outcome::http(Code::Protocol, status, text);
        }
        "INVALID_EMAIL" => (
            Code::InvalidArgument,
            "the server cannot send a message to this address",
        ),
        "INVALID_AGE_SIGNAL" => (Code::InvalidArgument, "the server refused the platform's age signal"),
        "UNKNOWN_PERMISSION" => (Code::NotFound, "the session does not name this permission"),
        "CHALLENGE_CLOSED" => (Code::InvalidState, "the challenge is not open any more"),
        "NOT_FOR_A_PARENT" => (Code::InvalidState, "this challenge is not for a parent"),
        code => {
            let text = format!("the server answered HTTP {status} ({code})");
            return Outcome::http(Code::Protocol, status, text);
        }
    };
    Outcome::http(result, status, text)
}
