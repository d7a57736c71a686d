//! Asking the studio's server: when, what, and what its answers mean.

use alloc::{collections::VecDeque, format, sync::Arc, vec::Vec};

use super::{
    Client, Output,
    event::{Code, Event, News, Operation, Outcome, RequestId, in_seconds},
    state::{Bar, Standing},
    timing::{Breaker, Now, backoff_ms, earliest, next_birthday_ms},
    upgrade::PATIENCE_MS,
};
use crate::protocol::{
    backend::{Answer, Around, Ask, Before, read_after},
    http::Reply,
};
use crate::session::Session;

/// Why a refresh is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The game asks; not oftener than the poll floor allows.
    Game,
    /// The client was opened.
    Launch,
    /// A push told the game that something changed.
    Push,
    /// The game came back from the background.
    Resume,
    /// Connectivity returned, or the host allowed the network.
    Reconnect,
    /// A session was adopted and is to be bound to the player.
    Bind,
    /// Long play, a birthday, or a retry after failures.
    Schedule,
}

/// How often one refresh is tried before it is given up.
pub(super) const TRIES: u32 = 3;
/// A deletion that did not name the session is believed when a second answer agrees, so much later.
pub(super) const CONFIRM_DELETION_MS: u64 = 3_000;
/// A crowd comes back over this time at the most, however seldom the host lets the library ask otherwise.
const LONGEST_CROWD_MS: u64 = 900_000;
/// A transport that says nothing is given up so long after its own time limit.
pub(super) const TRANSPORT_GRACE_MS: u64 = 5_000;

/// One refresh, from its first request to its end.
#[derive(Debug)]
pub(super) struct Flight {
    ask: Ask,
    /// `None` while it waits for its next try.
    ticket: Option<u64>,
    sent_at: u64,
    retry_at: u64,
    tries: u32,
    pub(super) joined: Vec<Joined>,
}

/// Who waits for a refresh, and what for.
pub(super) type Joined = (RequestId, Operation);

/// What is known about asking.
#[derive(Debug, Default)]
pub(super) struct Refresher {
    pub(super) flight: Option<Flight>,
    last_ticket: u64,
    breaker: Breaker,
    asked_at: Option<u64>,
    /// A refresh that is due on its own account.
    pub(super) due_at: Option<u64>,
    /// Asked for while a request was in flight that may have been answered before: ask once more.
    pub(super) again: Option<Vec<Joined>>,
    pub(super) deletion_seen_at: Option<u64>,
    /// The session that the server sent last, with what stood around it.
    sent: Option<(Arc<Session>, Around)>,
    /// Until then the server asked to be left alone.
    not_before: Option<u64>,
    /// The player was forgotten: nothing is asked until the game wants it.
    pub(super) forgotten: bool,
    pub(super) birthday_spread_ms: u64,
    network_allowed: bool,
    offline: bool,
    suspended: bool,
    token_refused: bool,
    told_unreachable: bool,
}

impl Refresher {
    pub(super) fn is_asking(&self) -> bool {
        self.flight.is_some()
    }

    pub(super) fn failures(&self) -> u32 {
        self.breaker.failures()
    }

    /// Whether the host lets requests be sent.
    pub(super) fn is_reachable(&self) -> bool {
        self.network_allowed && !self.offline && !self.suspended
    }

    pub(super) fn cancel_joined(&mut self, outputs: &mut VecDeque<Output>) {
        let mut joined = self
            .flight
            .as_mut()
            .map(|f| core::mem::take(&mut f.joined))
            .unwrap_or_default();
        joined.extend(self.again.take().unwrap_or_default());
        for (request, operation) in joined {
            outputs.push_back(Output::Event(Event::Completed {
                request,
                operation,
                outcome: Outcome::new(Code::Cancelled, "cancelled"),
            }));
        }
        self.flight = None;
    }
}

impl Client {
    /// The game, a push or the platform asks for news.
    pub fn refresh(&mut self, now: Now, request: RequestId, cause: Cause) {
        if self.refuse_when_stopped(request, Operation::Refresh) {
            return;
        }
        if matches!(cause, Cause::Reconnect | Cause::Resume) {
            self.refresher.breaker.close_for_one_try();
        }
        if let Some(outcome) = self.cannot_ask(now) {
            return self.complete(request, Operation::Refresh, outcome);
        }
        let refresher = &mut self.refresher;
        if let Some(flight) = &mut refresher.flight {
            let joined = (request, Operation::Refresh);
            if cause == Cause::Push && flight.ticket.is_some() {
                refresher.again.get_or_insert_default().push(joined);
            } else {
                flight.joined.push(joined);
            }
            return;
        }
        if cause == Cause::Game
            && let Some(asked_at) = refresher.asked_at
        {
            let passed = now.mono_ms.saturating_sub(asked_at);
            if passed < self.config.poll_floor_ms {
                let left = self.config.poll_floor_ms.saturating_sub(passed);
                let text = in_seconds("asked again too soon; the next refresh is possible in ", left, "");
                return self.complete(request, Operation::Refresh, Outcome::new(Code::TooSoon, text));
            }
        }
        self.start_refresh(now, alloc::vec![(request, Operation::Refresh)]);
    }

    /// A refresh that begins after this moment, whatever is under way.
    pub(super) fn refresh_anew(&mut self, now: Now) {
        if self.refresher.flight.is_some() {
            self.refresher.again.get_or_insert_default();
        } else {
            self.refresh_for(now, Cause::Push);
        }
    }

    /// The same for who asked how a challenge stands; they hear its end.
    pub(super) fn refresh_checked(&mut self, now: Now, checkers: Vec<RequestId>) {
        if checkers.is_empty() {
            return;
        }
        if let Some(outcome) = self.cannot_ask(now) {
            return self.complete_each(checkers, Operation::CheckChallenge, &outcome);
        }
        let joined = checkers.into_iter().map(|request| (request, Operation::CheckChallenge));
        if self.refresher.flight.is_some() {
            self.refresher.again.get_or_insert_default().extend(joined);
        } else {
            self.start_refresh(now, joined.collect());
        }
    }

    /// A refresh on the library's own account.
    pub(super) fn refresh_for(&mut self, now: Now, cause: Cause) {
        if matches!(cause, Cause::Reconnect | Cause::Resume) {
            self.refresher.breaker.close_for_one_try();
        }
        let is_unread = matches!(self.newest.standing, Standing::Unread);
        if self.stopped || is_unread || self.refresher.forgotten || self.config.server.is_none() {
            return;
        }
        if self.refresher.flight.is_some() {
            return;
        }
        if let Some(outcome) = self.cannot_ask(now) {
            self.refresher.due_at = Some(now.mono_ms);
            let waiting = self.refresher.again.take().unwrap_or_default();
            self.complete_refreshes(waiting, &outcome);
            return self.looking_changed();
        }
        self.start_refresh(now, Vec::new());
    }

    /// The host allows or forbids the network. Nothing is sent before it is allowed.
    pub fn set_network_allowed(&mut self, now: Now, allowed: bool) {
        let was = core::mem::replace(&mut self.refresher.network_allowed, allowed);
        self.reachability_changed(now, was, allowed, Code::NetworkNotAllowed);
    }

    /// The platform says whether there is connectivity.
    pub fn set_online(&mut self, now: Now, online: bool) {
        let was = !core::mem::replace(&mut self.refresher.offline, !online);
        self.reachability_changed(now, was, online, Code::Unreachable);
    }

    /// The game goes to the background, or comes back.
    pub fn set_suspended(&mut self, now: Now, suspended: bool) {
        let was = !core::mem::replace(&mut self.refresher.suspended, suspended);
        self.reachability_changed(now, was, !suspended, Code::Cancelled);
    }

    fn reachability_changed(&mut self, now: Now, was: bool, is: bool, code: Code) {
        if was && !is {
            let outcome = Outcome::new(code, "the network was switched off meanwhile");
            // A game that comes back goes on where it was.
            let pauses = code == Code::Cancelled;
            self.interrupt_exchanges(now, &outcome, pauses);
            if !pauses {
                self.end_upgrade_waits(now, &outcome);
            }
            self.abort_flight();
            let joined = self.refresher.flight.take().map(|f| f.joined).unwrap_or_default();
            let again = self.refresher.again.take().unwrap_or_default();
            self.complete_refreshes(joined.into_iter().chain(again), &outcome);
            self.refresher.due_at = Some(now.mono_ms);
            self.looking_changed();
        } else if is && !was {
            self.poll_all_soon(now);
            self.refresh_for(now, Cause::Reconnect);
        }
    }

    pub(super) fn token_changed(&mut self, now: Now) {
        self.refresher.token_refused = false;
        let was_due = self.refresher.flight.is_some() || self.refresher.due_at.is_some();
        self.void_answers(now);
        if was_due {
            self.refresh_for(now, Cause::Launch);
        }
    }

    /// Cancels one request; it still completes. Unknown or finished ones are ignored.
    pub fn cancel(&mut self, now: Now, request: RequestId) {
        if self.cancel_upgrade(now, request) {
            return;
        }
        let refresher = &mut self.refresher;
        let mut found = None;
        let lists = refresher
            .flight
            .as_mut()
            .map(|f| &mut f.joined)
            .into_iter()
            .chain(refresher.again.as_mut());
        for list in lists {
            if let Some(at) = list.iter().position(|(r, _)| *r == request) {
                found = Some(list.swap_remove(at).1);
            }
        }
        if let Some(operation) = found {
            self.complete(request, operation, Outcome::new(Code::Cancelled, "cancelled"));
        }
    }

    /// Makes every answer void that is still to come. Refreshes that somebody waits for are asked anew.
    pub(super) fn void_answers(&mut self, now: Now) {
        let text = "what was asked of is another state now; whether the message was sent is not known";
        self.interrupt_exchanges(now, &Outcome::new(Code::Cancelled, text), true);
        self.abort_flight();
        self.refresher.deletion_seen_at = None;
        if let Some(flight) = self.refresher.flight.take() {
            let mut joined = flight.joined;
            joined.extend(self.refresher.again.take().unwrap_or_default());
            self.refresher.again = Some(joined).filter(|joined| !joined.is_empty());
            self.refresher.due_at = Some(now.mono_ms);
        }
    }

    fn abort_flight(&mut self) {
        if let Some(ticket) = self.refresher.flight.as_mut().and_then(|f| f.ticket.take()) {
            self.outputs.push_back(Output::Abort { ticket });
        }
    }

    /// Why nothing can be asked now.
    pub(super) fn cannot_ask(&self, now: Now) -> Option<Outcome> {
        let refresher = &self.refresher;
        if self.config.server.is_none() {
            return Some(Outcome::new(
                Code::InvalidState,
                "no server was given when the client was opened",
            ));
        }
        if !refresher.network_allowed {
            return Some(Outcome::new(
                Code::NetworkNotAllowed,
                "the host has not allowed the network",
            ));
        }
        if refresher.offline {
            return Some(Outcome::new(
                Code::Unreachable,
                "the host said that there is no connectivity",
            ));
        }
        if refresher.suspended {
            return Some(Outcome::new(Code::InvalidState, "the game is suspended"));
        }
        if refresher.token_refused {
            return Some(Outcome::new(
                Code::Unauthorized,
                "the server refused the player's token; set a new one",
            ));
        }
        if matches!(self.newest.standing, Standing::Unread) {
            return Some(Outcome::new(Code::InvalidState, "the stored record was not read yet"));
        }
        if let Some(until) = refresher.not_before.filter(|until| *until > now.mono_ms) {
            let left = until.saturating_sub(now.mono_ms);
            let text = in_seconds("the server asked to be left alone for another ", left, "");
            return Some(Outcome::new(Code::RateLimited, text));
        }
        refresher.breaker.open_until(now.mono_ms).map(|until| {
            let left = until.saturating_sub(now.mono_ms);
            Outcome::new(
                Code::Unreachable,
                in_seconds(
                    "the server has not answered several times; it is asked again in ",
                    left,
                    "",
                ),
            )
        })
    }

    /// Whether the server is being told of an adopted session, or soon will be: till then it does not know whose it is, and
    /// would refuse what is asked for that session.
    pub(super) fn is_binding(&self) -> bool {
        self.unbound && self.refresher.flight.is_some()
    }

    pub(super) fn start_refresh(&mut self, now: Now, mut joined: Vec<Joined>) {
        joined.extend(self.refresher.again.take().unwrap_or_default());
        let ask = match &self.newest.standing {
            // A challenge that passed has named the session to go on with.
            Standing::Session { .. } if self.upgrades.named.is_some() => Ask::Bind {
                id: self.upgrades.named.clone().unwrap_or_default(),
            },
            // That one is not the player's, or not any more: another device may have got a new one.
            Standing::Session {
                bar: Some(Bar::OfAnotherPlayer),
                ..
            } => Ask::Own,
            Standing::Session {
                bar: Some(Bar::NeedsConsent),
                ..
            } if !self.unbound => Ask::Own,
            Standing::Session { session, .. } if self.unbound => Ask::Bind {
                id: session.id().into(),
            },
            Standing::Session { session, etag, bar } => Ask::Session {
                id: session.id().into(),
                // Behind a bar the whole session is wanted again.
                etag: etag.clone().filter(|_| bar.is_none()),
            },
            _ => Ask::Own,
        };
        self.refresher.flight = Some(Flight {
            ask,
            ticket: None,
            sent_at: 0,
            retry_at: 0,
            tries: 0,
            joined,
        });
        self.refresher.due_at = None;
        self.refresher.forgotten = false;
        self.looking_changed();
        self.send(now);
    }

    /// Whether an answer is awaited shows while no session is known.
    pub(super) fn looking_changed(&mut self) {
        if self.newest.session().is_none() {
            self.outputs.push_back(Output::Publish);
        }
    }

    fn send(&mut self, now: Now) {
        let token = self.token();
        let Some(flight) = &mut self.refresher.flight else {
            return;
        };
        let base = self.config.server.as_deref().unwrap_or_default();
        match flight.ask.request(base, token.as_ref().map(|token| token.as_str())) {
            Ok(request) => {
                self.refresher.last_ticket = self.refresher.last_ticket.saturating_add(1);
                let ticket = self.refresher.last_ticket;
                flight.ticket = Some(ticket);
                flight.tries = flight.tries.saturating_add(1);
                flight.sent_at = now.mono_ms;
                self.refresher.asked_at = Some(now.mono_ms);
                self.send_to_server(ticket, request);
            }
            Err(error) => {
                let outcome = Outcome::new(Code::InvalidState, format!("{error}"));
                self.count_failure(now, &outcome);
                self.end_flight(&outcome);
            }
        }
    }

    /// A reply came. One that is not awaited any more is ignored.
    pub fn reply(&mut self, now: Now, ticket: u64, reply: Reply) {
        let Some(flight) = self.refresher.flight.as_mut().filter(|f| f.ticket == Some(ticket)) else {
            if let Some(game) = self.game.as_mut().filter(|game| game.owns(ticket)) {
                return game.reply(now, reply, &mut self.random);
            }
            return self.upgrade_reply(now, ticket, reply);
        };
        flight.ticket = None;
        let response = match reply {
            Ok(response) => response,
            Err(error) => return self.try_failed(now, error.into(), None),
        };
        let before = match &self.newest.standing {
            Standing::Session { session, bar, .. } => Some(Before {
                session,
                around: match &self.refresher.sent {
                    Some((sent, around)) if Arc::ptr_eq(sent, session) && bar.is_none() => Some(around),
                    _ => None,
                },
            }),
            _ => None,
        };
        let answer = (read_after(&flight.ask, &response, now.wall_ms, before), response.status);
        let had_etag = matches!(flight.ask, Ask::Session { etag: Some(_), .. });
        if self.is_of_named(&answer.0) {
            return self.look_once_more(now);
        }
        match answer {
            // Unchanged since when? Only an entity tag says.
            (Answer::Unchanged, status) if !had_etag => {
                let text = "the server said that nothing has changed to a request without an entity tag";
                self.give_up(now, Outcome::http(Code::Protocol, status, text));
            }
            (Answer::Unchanged, _) => self.server_confirmed(now, None),
            (Answer::Session { session, etag, around }, _) => {
                self.take_session(now, *session, etag);
                let newest = self.newest.open_session().cloned();
                self.refresher.sent = newest.zip(around);
            }
            (Answer::Again { etag }, _) => self.take_same(now, etag),
            (Answer::NeedsConsent, _) => self.take_bar(now, Bar::NeedsConsent),
            (Answer::OfAnotherPlayer, _) => self.take_bar(now, Bar::OfAnotherPlayer),
            (Answer::Deleted { named }, _) => self.take_deletion(now, named),
            (Answer::Unauthorized, status) => {
                self.note_token_refused(now);
                let outcome = Outcome::http(
                    Code::Unauthorized,
                    status,
                    "the server refused the player's token; set a new one",
                );
                self.news(News::TokenRefused, outcome.clone());
                self.end_flight(&outcome);
            }
            (Answer::RateLimited { retry_after_ms }, status) => {
                let text = "the server asks to come back later";
                self.try_failed(
                    now,
                    Outcome::http(Code::RateLimited, status, text),
                    Some(retry_after_ms),
                );
            }
            (Answer::ServerError { retry_after_ms }, status) => {
                let text = format!("the server has trouble (HTTP {status})");
                self.try_failed(now, Outcome::http(Code::Server, status, text), Some(retry_after_ms));
            }
            (Answer::Rejected { code }, status) => {
                let text = match &*code {
                    "" => format!("the server answered HTTP {status}; is its URL right?"),
                    code => format!("the server answered HTTP {status} ({code})"),
                };
                self.give_up(now, Outcome::http(Code::Protocol, status, text));
            }
            (Answer::Malformed(text), status) => self.give_up(now, Outcome::http(Code::Protocol, status, text)),
        }
    }

    /// Whether that is said of a session that a challenge named: of it nothing is believed but that it is there.
    fn is_of_named(&self, answer: &Answer) -> bool {
        let is_negative = matches!(
            answer,
            Answer::Deleted { .. } | Answer::NeedsConsent | Answer::OfAnotherPlayer
        );
        is_negative && self.upgrades.named.is_some()
    }

    fn look_once_more(&mut self, now: Now) {
        if self.upgrades.patience <= 1 {
            // The named session is none of the player's after all: the held one decides.
            self.upgrades.named = None;
        }
        self.upgrades.patience = self.upgrades.patience.saturating_sub(1).max(1);
        self.server_answered();
        let joined = self.refresher.flight.take().map(|f| f.joined).unwrap_or_default();
        self.refresher.again.get_or_insert_default().extend(joined);
        self.refresh_due_in(now, PATIENCE_MS);
    }

    /// The next refresh comes no later than in so many milliseconds.
    pub(super) fn refresh_due_in(&mut self, now: Now, ms: u64) {
        let at = now.mono_ms.saturating_add(ms);
        self.refresher.due_at = Some(self.refresher.due_at.map_or(at, |due| due.min(at)));
    }

    /// The server has answered, so it is there.
    pub(super) fn server_answered(&mut self) {
        self.refresher.breaker.succeeded();
        if core::mem::take(&mut self.refresher.told_unreachable) {
            self.news(News::ServerReachable, Outcome::OK);
        }
    }

    pub(super) fn note_token_refused(&mut self, now: Now) {
        self.refresher.token_refused = true;
        self.refresher.due_at = Some(now.mono_ms);
    }

    pub(super) fn refresher_failures(&self) -> u32 {
        self.refresher.breaker.failures()
    }

    /// Whether the circuit is open, or one try at a time is let through.
    pub(super) fn is_server_down(&self) -> bool {
        self.refresher.breaker.is_probing()
    }

    pub(super) fn leave_alone_until(&mut self, mono_ms: u64) {
        self.refresher.not_before = Some(mono_ms);
    }

    pub(super) fn next_ticket(&mut self) -> u64 {
        self.refresher.last_ticket = self.refresher.last_ticket.saturating_add(1);
        self.refresher.last_ticket
    }

    /// One try failed, and another may help.
    fn try_failed(&mut self, now: Now, outcome: Outcome, asked: Option<Option<u64>>) {
        let asked_ms = asked.flatten();
        self.count_failure(now, &outcome);
        let failures = self.refresher.breaker.failures();
        let wait = backoff_ms(failures, asked_ms, &mut self.random);
        self.refresher.not_before = asked_ms.map(|_| now.mono_ms.saturating_add(wait));
        let is_open = self.refresher.breaker.is_probing();
        let Some(flight) = &mut self.refresher.flight else {
            return;
        };
        let waits_too_long = wait > u64::from(self.config.request_timeout_ms).saturating_mul(2);
        if flight.tries < TRIES && !is_open && !waits_too_long {
            flight.retry_at = now.mono_ms.saturating_add(wait);
            return;
        }
        self.refresher.due_at = Some(self.next_by_itself(now, wait));
        self.end_flight(&outcome);
    }

    /// When the library asks again on its own account after a refresh that failed. While the server counts as down, no
    /// sooner than a good part of a period later, each client at its own moment: a whole crowd that has failed, one by one,
    /// for the length of an outage must not come back in the moment after it. Whoever waits for an answer may ask as soon
    /// as the circuit lets a try through.
    fn next_by_itself(&mut self, now: Now, wait: u64) -> u64 {
        let soon = now.mono_ms.saturating_add(wait);
        let Some(open_until) = self.refresher.breaker.open_until(now.mono_ms) else {
            return soon;
        };
        let period = self.config.periodic_ms.min(LONGEST_CROWD_MS);
        let lull = self.random.u64(period / 3..=period / 3 + period);
        soon.max(open_until.saturating_add(lull))
    }

    /// One try failed, and asking again at once would not help.
    fn give_up(&mut self, now: Now, outcome: Outcome) {
        self.count_failure(now, &outcome);
        let failures = self.refresher.breaker.failures().saturating_add(4);
        let wait = backoff_ms(failures, Some(self.config.poll_floor_ms), &mut self.random);
        self.refresher.due_at = Some(self.next_by_itself(now, wait));
        self.end_flight(&outcome);
    }

    pub(super) fn count_failure(&mut self, now: Now, outcome: &Outcome) {
        let was_live = self.is_live(now);
        self.refresher.breaker.failed(now.mono_ms);
        if was_live {
            self.outputs.push_back(Output::Publish);
        }
        if !core::mem::replace(&mut self.refresher.told_unreachable, true) {
            self.news(News::ServerUnreachable, outcome.clone());
        }
    }

    fn end_flight(&mut self, outcome: &Outcome) {
        let joined = self.refresher.flight.take().map(|f| f.joined).unwrap_or_default();
        let again = self.refresher.again.take().unwrap_or_default();
        self.complete_refreshes(joined.into_iter().chain(again), outcome);
        self.session_not_seen(outcome);
        self.looking_changed();
    }

    pub(super) fn complete_refreshes(&mut self, requests: impl IntoIterator<Item = Joined>, outcome: &Outcome) {
        for (request, operation) in requests {
            self.complete(request, operation, outcome.clone());
        }
    }

    pub(super) fn tick_refresh(&mut self, now: Now) {
        if let Some(flight) = &mut self.refresher.flight {
            match flight.ticket {
                Some(ticket) => {
                    let limit = u64::from(self.config.request_timeout_ms).saturating_add(TRANSPORT_GRACE_MS);
                    if now.mono_ms.saturating_sub(flight.sent_at) >= limit {
                        flight.ticket = None;
                        self.outputs.push_back(Output::Abort { ticket });
                        let text = "the transport gave no answer within its time limit";
                        self.try_failed(now, Outcome::new(Code::TimedOut, text), None);
                    }
                }
                None if flight.retry_at <= now.mono_ms => self.send(now),
                None => {}
            }
            return;
        }
        if self.stopped || self.cannot_ask(now).is_some() {
            return;
        }
        if self.refresher.forgotten {
            return;
        }
        let is_due = self.refresher.due_at.is_some_and(|at| at <= now.mono_ms);
        if is_due || self.birthday_passed(now) {
            self.start_refresh(now, Vec::new());
        }
    }

    pub(super) fn refresh_due(&self, now: Now) -> Option<u64> {
        if let Some(flight) = &self.refresher.flight {
            let limit = u64::from(self.config.request_timeout_ms).saturating_add(TRANSPORT_GRACE_MS);
            return Some(
                flight
                    .ticket
                    .map_or(flight.retry_at, |_| flight.sent_at.saturating_add(limit)),
            );
        }
        let refresher = &self.refresher;
        if refresher.forgotten || self.is_blocked() {
            return None;
        }
        // After a failed try its backoff counts, not the birthday.
        let birthday = self.birthday_ms(now).filter(|_| refresher.failures() == 0).map(|at| {
            let ahead = u64::try_from(at.saturating_sub(now.wall_ms)).unwrap_or(0);
            now.mono_ms.saturating_add(ahead)
        });
        let due = earliest([refresher.due_at, birthday])?;
        Some(due.max(self.may_ask_at(now)))
    }

    /// When the server may be asked again at the earliest.
    fn may_ask_at(&self, now: Now) -> u64 {
        let not_before = self.refresher.not_before.unwrap_or(0);
        not_before.max(self.refresher.breaker.open_until(now.mono_ms).unwrap_or(0))
    }

    /// Whether the host or the server has put a stop to questions, for nobody knows how long.
    fn is_blocked(&self) -> bool {
        let refresher = &self.refresher;
        let is_unread = matches!(self.newest.standing, Standing::Unread);
        let is_off = self.config.server.is_none() || !refresher.is_reachable();
        self.stopped || is_off || refresher.token_refused || is_unread
    }

    /// When something about permissions and challenges is due.
    pub(super) fn upgrades_due(&self, now: Now) -> Option<u64> {
        let questions = self.questions_due_at(now).filter(|_| !self.is_blocked());
        let questions = questions.map(|at| at.max(self.may_ask_at(now)));
        earliest([questions, self.exchanges_due()])
    }

    /// When the next birthday after the last confirmation makes a refresh worth while.
    fn birthday_ms(&self, now: Now) -> Option<i64> {
        let born = self.newest.open_session()?.date_of_birth()?;
        let at = next_birthday_ms(born, self.confirmed.wall_ms?, now.utc_offset_s)?;
        Some(at.saturating_add(i64::try_from(self.refresher.birthday_spread_ms).unwrap_or(0)))
    }

    fn birthday_passed(&self, now: Now) -> bool {
        self.refresher.failures() == 0 && self.birthday_ms(now).is_some_and(|at| at <= now.wall_ms)
    }
}
