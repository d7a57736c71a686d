//! Challenges: how they stand, asked no oftener than the floor allows, and what the answers lead to.

use alloc::{boxed::Box, vec::Vec};

use super::{
    Client,
    event::{Code, Operation, Outcome, Progress},
    exchange::Exchange,
    timing::{Now, earliest},
    upgrade::{Entry, PATIENCE, Stage, Upgrades},
};
use crate::protocol::{
    challenge::{Challenge, ChallengeStatus},
    upgrade::{UpgradeAnswer, UpgradeAsk},
};

/// The least time between two questions about one challenge, in milliseconds.
pub(super) const POLL_FLOOR_MS: u64 = 5_000;
/// The longest time between two of them.
const POLL_LONGEST_MS: u64 = 60_000;
/// So often a challenge is asked for whole before its status alone is asked for again.
const DETAILS_TRIES: u8 = 3;

impl Entry {
    /// Whether there is something to show that is still valid: a URL or a code.
    pub(super) fn shows_something(&self, wall_ms: i64) -> bool {
        let challenge = self.upgrade.challenge.as_ref();
        let has_code = challenge.is_some_and(|c| c.code.is_some() && c.code_expires_ms.is_none_or(|at| at > wall_ms));
        has_code || self.has_url(wall_ms)
    }

    /// Whether there is a URL that is still valid.
    pub(super) fn has_url(&self, wall_ms: i64) -> bool {
        let challenge = self.upgrade.challenge.as_ref();
        challenge.is_some_and(|c| c.url.is_some() && c.url_expires_ms.is_none_or(|at| at > wall_ms))
    }

    /// The next question is for the whole challenge, and soon.
    pub(super) fn want_details(&mut self, now: Now) {
        self.details_left = DETAILS_TRIES;
        self.poll_soon(now);
    }

    /// The next question comes as soon as the floor lets it.
    pub(super) fn poll_soon(&mut self, now: Now) {
        let floor = self.polled_at.map_or(0, |at| at.saturating_add(POLL_FLOOR_MS));
        self.poll_at = Some(floor.max(now.mono_ms));
    }

    /// The next question comes later the longer nothing has happened.
    fn poll_later(&mut self, now: Now, random: &mut fastrand::Rng) {
        let quiet = now.mono_ms.saturating_sub(self.fresh_at);
        let wait = (quiet / 10).clamp(POLL_FLOOR_MS, POLL_LONGEST_MS);
        let spread = random.u64(0..=wait / 10);
        self.poll_at = Some(now.mono_ms.saturating_add(wait).saturating_add(spread));
    }
}

impl Upgrades {
    /// A challenge is asked about: what else it is about waits too, since the floor is the challenge's.
    fn polled(&mut self, id: &str, now: Now) {
        for entry in &mut self.entries {
            if entry.upgrade.challenge.as_ref().is_some_and(|c| &*c.id == id) {
                entry.polled_at = Some(now.mono_ms);
                let floor = now.mono_ms.saturating_add(POLL_FLOOR_MS);
                entry.poll_at = entry.poll_at.map(|at| at.max(floor));
            }
        }
    }
}

impl Client {
    /// What came with the record goes on: questions that were not put yet, open challenges, sessions that are awaited.
    pub(super) fn resume_upgrades(&mut self, now: Now) {
        let mut awaits_session = false;
        for entry in &mut self.upgrades.entries {
            entry.fresh_at = now.mono_ms;
            match entry.upgrade.stage {
                Stage::Asked | Stage::Waiting => {
                    if entry.has_url(now.wall_ms) {
                        entry.poll_soon(now);
                    } else {
                        entry.want_details(now);
                    }
                }
                Stage::Approved => {
                    awaits_session = true;
                    let held = self.newest.session().map(|s| s.id());
                    let named = Some(entry.upgrade.session_id.clone());
                    let named = named.filter(|named| held != Some(&**named));
                    self.upgrades.named = self.upgrades.named.take().or(named);
                }
                Stage::Asking | Stage::Refused | Stage::Enabled => {}
            }
        }
        if awaits_session {
            self.upgrades.patience = PATIENCE;
        }
    }

    /// The server can be asked again: open challenges are looked at.
    pub(super) fn poll_all_soon(&mut self, now: Now) {
        for entry in &mut self.upgrades.entries {
            if entry.upgrade.has_open_challenge() {
                entry.poll_soon(now);
            }
        }
    }

    /// Puts the questions whose time has come.
    pub(super) fn tick_upgrades(&mut self, now: Now) {
        self.tick_exchanges(now);
        if self.stopped || self.upgrades.entries.is_empty() || self.cannot_ask(now).is_some() {
            return;
        }
        let bygone: Vec<Box<str>> = self
            .upgrades
            .entries
            .iter()
            .filter(|e| e.joined.is_empty() && !e.is_deciding && e.upgrade.is_bygone(now.wall_ms))
            .map(|e| e.upgrade.feature.clone())
            .collect();
        for feature in bygone {
            let outcome = Outcome::new(Code::TimedOut, "it was asked too long ago to be put to anybody now");
            self.drop_upgrade(&feature, Some((Progress::None, outcome)));
            self.save(now, None);
        }
        for (feature, ask) in self.questions_due(now) {
            self.send_exchange(now, Exchange::new(ask, feature));
        }
    }

    fn questions_due(&mut self, now: Now) -> Vec<(Box<str>, UpgradeAsk)> {
        let mut is_polling = self.upgrades.exchanges.iter().any(Exchange::is_poll);
        let asked: Vec<Box<str>> = self
            .upgrades
            .exchanges
            .iter()
            .filter(|e| matches!(e.ask, UpgradeAsk::Permission { .. }))
            .map(|e| e.feature.clone())
            .collect();
        let stored = self.stored_or_given_up();
        let is_binding = self.is_binding();
        let (mut due, mut polled) = (Vec::new(), None);
        for entry in &mut self.upgrades.entries {
            let upgrade = &entry.upgrade;
            if upgrade.stage == Stage::Asking {
                let is_ready = !entry.is_deciding && entry.stored_by <= stored && !is_binding;
                if is_ready && !asked.contains(&upgrade.feature) {
                    let ask = UpgradeAsk::Permission {
                        session_id: upgrade.session_id.clone(),
                        permission: upgrade.feature.clone(),
                        signal: entry.signal.clone(),
                    };
                    due.push((upgrade.feature.clone(), ask));
                }
                continue;
            }
            let Some(challenge) = upgrade.challenge.as_ref().filter(|_| upgrade.has_open_challenge()) else {
                continue;
            };
            if is_polling || entry.poll_at.is_none_or(|at| at > now.mono_ms) {
                continue;
            }
            let id = challenge.id.clone();
            let ask = if entry.details_left > 0 {
                UpgradeAsk::Challenge { id }
            } else {
                UpgradeAsk::Status { id }
            };
            polled = Some(challenge.id.clone());
            due.push((upgrade.feature.clone(), ask));
            // One at a time.
            is_polling = true;
            entry.poll_at = None;
            entry.polled_at = Some(now.mono_ms);
        }
        if let Some(id) = polled {
            self.upgrades.polled(&id, now);
        }
        due
    }

    /// When a question is due, if the server may be asked.
    pub(super) fn questions_due_at(&self, now: Now) -> Option<u64> {
        let is_polling = self.upgrades.exchanges.iter().any(Exchange::is_poll);
        let stored = self.stored_or_given_up();
        let is_binding = self.is_binding();
        let asked = |feature: &str| {
            let is_question = |e: &&Exchange| matches!(e.ask, UpgradeAsk::Permission { .. }) && &*e.feature == feature;
            self.upgrades.exchanges.iter().find(is_question).is_some()
        };
        let due = self
            .upgrades
            .entries
            .iter()
            .filter_map(|entry| match entry.upgrade.stage {
                Stage::Asking if is_binding || entry.is_deciding || asked(&entry.upgrade.feature) => None,
                Stage::Asking if entry.stored_by <= stored => Some(now.mono_ms),
                Stage::Asked | Stage::Waiting if !is_polling => entry.poll_at,
                _ => None,
            });
        earliest([due.min(), self.retries_due()])
    }

    /// An answer that was understood.
    pub(super) fn take_upgrade_answer(&mut self, now: Now, exchange: Exchange, answer: UpgradeAnswer) {
        let feature = exchange.feature.clone();
        match answer {
            UpgradeAnswer::Challenge(challenge) => self.challenge_opened(now, &feature, *challenge),
            UpgradeAnswer::LookAtSession => {
                if let Some(entry) = self.upgrades.of(&feature) {
                    entry.is_deciding = true;
                }
                self.await_session(now);
            }
            UpgradeAnswer::Status {
                status,
                session_id,
                challenge,
            } => {
                self.take_status(now, &feature, status, session_id, challenge);
            }
            UpgradeAnswer::Code(code) => {
                if let Some(entry) = self.upgrades.of(&feature)
                    && let Some(challenge) = &mut entry.edit().challenge
                {
                    challenge.set_code(Some(&code.code), code.expires_ms, now.wall_ms);
                    challenge.set_url(code.url.as_deref(), now.wall_ms);
                    if challenge.url.is_none() {
                        // The old one holds the old code.
                        entry.want_details(now);
                    }
                    self.outputs.push_back(super::Output::Publish);
                }
                self.save(now, None);
                self.complete_all(exchange.waiting, &Outcome::OK);
            }
            UpgradeAnswer::Sent => self.complete_all(exchange.waiting, &Outcome::OK),
            UpgradeAnswer::NoSuchChallenge => {
                let outcome = Outcome::new(Code::NotFound, "the server does not know this challenge any more");
                self.complete_all(exchange.waiting, &outcome);
                self.drop_upgrade(&feature, Some((Progress::None, outcome)));
                self.save(now, None);
                self.refresh_for(now, super::Cause::Push);
            }
            UpgradeAnswer::Other(_) => {}
        }
    }

    fn challenge_opened(&mut self, now: Now, feature: &str, challenge: Challenge) {
        let Some(entry) = self.upgrades.of(feature) else { return };
        let upgrade = entry.edit();
        upgrade.challenge = Some(challenge);
        upgrade.stage = Stage::Asked;
        entry.fresh_at = now.mono_ms;
        entry.signal = None;
        // The answer itself says how it stands now.
        entry.polled_at = Some(now.mono_ms);
        entry.poll_at = Some(now.mono_ms.saturating_add(POLL_FLOOR_MS));
        let joined = core::mem::take(&mut entry.joined);
        self.tell_progress(feature, Progress::Asked, Outcome::OK);
        self.save(now, None);
        for request in joined {
            self.save_waiter_done(now, request, Operation::RequestPermission, Self::challenge_open());
        }
    }

    fn take_status(
        &mut self,
        now: Now,
        feature: &str,
        status: ChallengeStatus,
        session_id: Option<Box<str>>,
        challenge: Option<Box<Challenge>>,
    ) {
        let Some(at) = self
            .upgrades
            .entries
            .iter()
            .position(|e| &*e.upgrade.feature == feature)
        else {
            return;
        };
        let Some(entry) = self.upgrades.entries.get_mut(at) else {
            return;
        };
        entry.failures = 0;
        entry.polled_at = Some(now.mono_ms);
        let mut changed = false;
        if let (Some(challenge), Some(known)) = (challenge, &entry.upgrade.challenge) {
            let challenge = challenge.completed_by(known);
            if challenge != *known {
                entry.edit().challenge = Some(challenge);
                changed = true;
            }
        }
        let has_news = changed;
        entry.details_left = if entry.has_url(now.wall_ms) {
            0
        } else {
            entry.details_left.saturating_sub(1)
        };
        let before = entry.upgrade.stage;
        let after = match status {
            ChallengeStatus::Pending => before,
            ChallengeStatus::InProgress => Stage::Waiting,
            ChallengeStatus::Passed => Stage::Approved,
            ChallengeStatus::Failed => Stage::Refused,
        };
        if after != before {
            entry.edit().stage = after;
            entry.fresh_at = now.mono_ms;
            changed = true;
        }
        if entry.details_left > 0 {
            entry.poll_soon(now);
        } else {
            entry.poll_later(now, &mut self.random);
        }
        let checkers = core::mem::take(&mut entry.checkers);
        let joined = core::mem::take(&mut entry.joined);
        match status {
            ChallengeStatus::Passed => {
                entry.poll_at = None;
                if let Some(named) = session_id {
                    entry.edit().session_id = named.clone();
                    let held = self.newest.session().map(|s| s.id());
                    self.upgrades.named = Some(named).filter(|named| held != Some(&**named));
                }
                if before != Stage::Approved {
                    self.tell_progress(feature, Progress::Approved, Outcome::OK);
                }
                // Whoever waits hears it when the session has said so.
                if let Some(entry) = self.upgrades.of(feature) {
                    entry.joined = joined;
                    entry.checkers = checkers;
                }
                self.save(now, None);
                return self.await_session(now);
            }
            ChallengeStatus::Failed => {
                let outcome = Outcome::new(
                    Code::NotEnabled,
                    "the challenge failed: it was refused, or the age was not reached",
                );
                self.refuse_upgrade(feature, &outcome);
                self.complete_each(joined, Operation::RequestPermission, &outcome);
                self.save(now, None);
                // A deleted session fails its challenges too.
                if checkers.is_empty() {
                    return self.refresh_for(now, super::Cause::Push);
                }
                return self.refresh_checked(now, checkers);
            }
            ChallengeStatus::InProgress if before != Stage::Waiting => {
                self.tell_progress(feature, Progress::Waiting, Outcome::OK);
            }
            // A screen that waits for a URL or a code hears of it.
            _ if has_news && after == Stage::Waiting => self.tell_progress(feature, Progress::Waiting, Outcome::OK),
            _ if has_news => self.tell_progress(feature, Progress::Asked, Outcome::OK),
            _ => {}
        }
        self.complete_each(joined, Operation::RequestPermission, &Self::challenge_open());
        if changed {
            self.outputs.push_back(super::Output::Publish);
            self.save(now, None);
        }
        // The page may have done something that its status does not tell.
        self.refresh_checked(now, checkers);
    }

    /// The server says that something is on: a session is fetched that says so, with patience.
    pub(super) fn await_session(&mut self, now: Now) {
        self.upgrades.patience = PATIENCE;
        self.refresh_anew(now);
    }
}
