//! How what the player asked for ends. A feature is on only when a session says so.

use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec::Vec};

use super::{
    Client, Output,
    event::{Code, Event, Operation, Outcome, Progress, RequestId},
    exchange::Exchange,
    state::{Standing, State},
    timing::Now,
    upgrade::{Entry, PATIENCE_MS, Stage, Upgrade},
};
use crate::session::{ManagedBy, Session};

impl Client {
    /// The player's own words about a permission are over: whoever waits for it is told, and its place is free.
    pub(super) fn drop_upgrade(&mut self, feature: &str, told: Option<(Progress, Outcome)>) {
        let Some(at) = self
            .upgrades
            .entries
            .iter()
            .position(|e| &*e.upgrade.feature == feature)
        else {
            return;
        };
        let entry = self.upgrades.entries.remove(at);
        let outcome = match &told {
            Some((_, outcome)) => outcome.clone(),
            None => Outcome::new(Code::Cancelled, "the challenge is over"),
        };
        let exchanges = core::mem::take(&mut self.upgrades.exchanges);
        let (gone, left) = exchanges.into_iter().partition(|e: &Exchange| &*e.feature == feature);
        self.upgrades.exchanges = left;
        self.abandon(gone, &outcome);
        self.complete_each(entry.joined, Operation::RequestPermission, &outcome);
        self.complete_each(entry.checkers, Operation::CheckChallenge, &outcome);
        match told {
            Some((progress, outcome)) => self.tell_progress(feature, progress, outcome),
            None => self.outputs.push_back(Output::Publish),
        }
    }

    /// Tells the host how far a request for a permission has come.
    pub(super) fn tell_progress(&mut self, feature: &str, progress: Progress, outcome: Outcome) {
        self.outputs.push_back(Output::Publish);
        self.outputs.push_back(Output::Event(Event::Upgrade {
            feature: feature.into(),
            progress,
            outcome,
        }));
    }

    pub(super) fn complete_each(&mut self, requests: Vec<RequestId>, operation: Operation, outcome: &Outcome) {
        for request in requests {
            self.complete(request, operation, outcome.clone());
        }
    }

    pub(super) fn complete_all(&mut self, requests: Vec<(RequestId, Operation)>, outcome: &Outcome) {
        for (request, operation) in requests {
            self.complete(request, operation, outcome.clone());
        }
    }

    /// Another session takes the place of the held one: what a parent has turned on in it was the answer to what was asked.
    pub(super) fn carry_upgrades_into(&mut self, session: &Session) {
        for entry in &mut self.upgrades.entries {
            let is_on = session.permission(&entry.upgrade.feature).is_some_and(|p| p.enabled);
            let is_asked = entry.upgrade.has_open_challenge() || entry.upgrade.stage == Stage::Approved;
            if is_on && session.is_in_force() && is_asked {
                entry.edit().session_id = session.id().into();
            }
        }
    }

    /// Another session holds now, or none: what was asked for the old one is over, and its challenges have failed.
    pub(super) fn drop_upgrades_of_others(&mut self) {
        let held = self.newest.session().map(|session| Box::<str>::from(session.id()));
        let of_others = |entry: &&Entry| Some(&entry.upgrade.session_id) != held.as_ref();
        let gone: Vec<(Box<str>, bool)> = self
            .upgrades
            .entries
            .iter()
            .filter(of_others)
            .map(|e| (e.upgrade.feature.clone(), e.upgrade.stage.is_open()))
            .collect();
        let is_ended = matches!(self.newest.standing, Standing::Ended(_));
        for (feature, is_open) in gone {
            let told = if is_ended {
                let text = "the session was deleted, and its open challenges have failed";
                (Progress::Refused, Outcome::new(Code::NotEnabled, text))
            } else {
                let text = "the session for which this was asked does not hold any more";
                (Progress::None, Outcome::new(Code::Cancelled, text))
            };
            self.drop_upgrade(&feature, is_open.then_some(told));
        }
        if self.upgrades.entries.is_empty() {
            self.upgrades.patience = 0;
            self.upgrades.named = None;
        }
    }

    /// The server has answered about the session: what is on now is on, and what was to be on and is not stays off after
    /// a few more looks. Called before that answer is stored; gives who is to hear when it is.
    pub(super) fn settle_upgrades(&mut self) -> Vec<(RequestId, Operation)> {
        let mut told_off = Vec::new();
        let mut enabled = false;
        let revision = self.newest.revision;
        let is_on = |state: &State, feature: &str| {
            let session = state.open_session().filter(|session| session.is_in_force());
            session.and_then(|s| s.permission(feature)).is_some_and(|p| p.enabled)
        };
        let is_last_look = self.upgrades.patience <= 1;
        for entry in &mut self.upgrades.entries {
            let is_on = is_on(&self.newest, &entry.upgrade.feature);
            match entry.upgrade.stage {
                Stage::Enabled if !is_on => told_off.push((entry.upgrade.feature.clone(), None)),
                Stage::Enabled => {}
                Stage::Refused if !is_on => {}
                // Also what was approved in another way, or after all.
                _ if is_on => {
                    entry.edit().stage = Stage::Enabled;
                    entry.is_deciding = false;
                    entry.poll_at = None;
                    entry.enabled_from = Some(revision);
                    enabled = true;
                }
                _ if entry.awaits_session() && is_last_look => {
                    told_off.push((entry.upgrade.feature.clone(), Some(entry.is_deciding)));
                }
                _ => {}
            }
        }
        for (feature, how) in told_off {
            match how {
                None => self.drop_upgrade(&feature, None),
                Some(is_deciding) => self.stays_off(&feature, is_deciding),
            }
        }
        let waiting = if enabled { self.close_enabled() } else { Vec::new() };
        self.upgrades.patience = self.upgrades.patience.saturating_sub(1);
        if !self.upgrades.entries.iter().any(Entry::awaits_session) {
            self.upgrades.patience = 0;
            self.upgrades.named = None;
        }
        waiting
    }

    /// After a look at the session: the next one comes soon while something is awaited.
    pub(super) fn look_again_soon(&mut self, now: Now) {
        if self.upgrades.patience > 0 {
            self.refresh_due_in(now, PATIENCE_MS);
        }
    }

    /// The server said that the permission would be on, but no session says so.
    fn stays_off(&mut self, feature: &str, is_deciding: bool) {
        let is_prohibited = self
            .newest
            .open_session()
            .and_then(|s| s.permission(feature))
            .is_some_and(|p| p.managed_by == ManagedBy::Prohibited);
        let outcome = if is_prohibited {
            let text = "the permission is prohibited: it is not available here, or the player is too young";
            Outcome::new(Code::Prohibited, text)
        } else {
            Outcome::new(
                Code::NotEnabled,
                "the server did not turn the permission on, and no challenge is open",
            )
        };
        if is_deciding {
            // The player hears it as the answer to what they have just asked.
            self.drop_upgrade(feature, Some((Progress::Refused, outcome)));
        } else {
            self.refuse_upgrade(feature, &outcome);
        }
    }

    /// The answer is no: kept until the player was told.
    pub(super) fn refuse_upgrade(&mut self, feature: &str, outcome: &Outcome) {
        let Some(entry) = self.upgrades.of(feature) else { return };
        entry.edit().stage = Stage::Refused;
        entry.poll_at = None;
        entry.is_deciding = false;
        let joined = core::mem::take(&mut entry.joined);
        let checkers = core::mem::take(&mut entry.checkers);
        self.complete_each(joined, Operation::RequestPermission, outcome);
        self.complete_each(checkers, Operation::CheckChallenge, &Outcome::OK);
        self.tell_progress(feature, Progress::Refused, outcome.clone());
        self.tell_notice();
    }

    /// What is on now needs no exchange any more; who waits hears it when it is stored.
    fn close_enabled(&mut self) -> Vec<(RequestId, Operation)> {
        self.outputs.push_back(Output::Publish);
        let is_enabled = |e: &Entry| e.upgrade.stage == Stage::Enabled;
        let features: BTreeSet<Box<str>> = self
            .upgrades
            .entries
            .iter()
            .filter(|e| is_enabled(e))
            .map(|e| e.upgrade.feature.clone())
            .collect();
        let exchanges = core::mem::take(&mut self.upgrades.exchanges);
        let (over, left): (Vec<_>, Vec<_>) = exchanges.into_iter().partition(|e| features.contains(&e.feature));
        self.upgrades.exchanges = left;
        self.abandon(over, &Outcome::OK);
        let mut waiting = Vec::new();
        for entry in self.upgrades.entries.iter_mut().filter(|e| is_enabled(e)) {
            let with = |operation| move |request| (request, operation);
            waiting.extend(entry.joined.drain(..).map(with(Operation::RequestPermission)));
            waiting.extend(entry.checkers.drain(..).map(with(Operation::CheckChallenge)));
        }
        waiting
    }

    /// No session could be fetched: who waits for one is told, and what they asked for goes on.
    pub(super) fn session_not_seen(&mut self, outcome: &Outcome) {
        self.end_waits(Entry::awaits_session, outcome, outcome);
    }

    /// Nothing can be asked now, and nobody knows for how long: who waits is told. A question that was not put yet is
    /// dropped with them.
    pub(super) fn end_upgrade_waits(&mut self, now: Now, outcome: &Outcome) {
        let is_unasked = |e: &&Entry| e.upgrade.stage == Stage::Asking && !e.is_deciding && !e.joined.is_empty();
        let unasked = self.upgrades.entries.iter().filter(is_unasked);
        let unasked: Vec<Box<str>> = unasked.map(|e| e.upgrade.feature.clone()).collect();
        for feature in &unasked {
            self.drop_upgrade(feature, Some((Progress::None, outcome.clone())));
        }
        if !unasked.is_empty() {
            self.save(now, None);
        }
        self.session_not_seen(outcome);
        // Their challenges are open all the same.
        self.end_waits(|_| true, &Self::challenge_open(), outcome);
    }

    /// What a record holds of the player's requests, in place of what is known here.
    pub(super) fn load_upgrades(&mut self, upgrades: Vec<Arc<Upgrade>>) {
        let known: Vec<_> = self
            .upgrades
            .entries
            .iter()
            .map(|e| (Arc::clone(&e.upgrade), e.polled_at))
            .collect();
        for (upgrade, _) in &known {
            self.drop_upgrade(&upgrade.feature, None);
        }
        // The floor between two questions about a challenge holds all the same.
        let id = |upgrade: &Upgrade| upgrade.challenge.as_ref().map(|c| c.id.clone());
        let polled_at = |upgrade: &Upgrade| {
            let same = known.iter().filter(|(k, _)| id(k).is_some() && id(k) == id(upgrade));
            same.filter_map(|(_, at)| *at).max()
        };
        let entries = upgrades.into_iter().map(|upgrade| Entry {
            polled_at: polled_at(&upgrade),
            ..Entry::new(Arc::unwrap_or_clone(upgrade))
        });
        self.upgrades.entries = entries.collect();
    }

    /// The client stops: who waits is told. What is open stays in the record.
    pub(super) fn stop_upgrades(&mut self) {
        let outcome = Outcome::new(Code::Cancelled, "the client was stopped");
        let exchanges = core::mem::take(&mut self.upgrades.exchanges);
        self.abandon(exchanges, &outcome);
        self.end_waits(|_| true, &outcome, &outcome);
    }

    /// Gives exchanges up; who waits for them is told.
    fn abandon(&mut self, exchanges: Vec<Exchange>, outcome: &Outcome) {
        for exchange in exchanges {
            if let Some(ticket) = exchange.ticket {
                self.outputs.push_back(Output::Abort { ticket });
            }
            self.complete_all(exchange.waiting, outcome);
        }
    }

    /// Who asked for permissions and who closed pages is told; what they asked for goes on.
    fn end_waits(&mut self, of: impl Fn(&Entry) -> bool, asked: &Outcome, checked: &Outcome) {
        let (mut joined, mut checkers) = (Vec::new(), Vec::new());
        for entry in self.upgrades.entries.iter_mut().filter(|e| of(e)) {
            joined.append(&mut entry.joined);
            checkers.append(&mut entry.checkers);
        }
        self.complete_each(joined, Operation::RequestPermission, asked);
        self.complete_each(checkers, Operation::CheckChallenge, checked);
    }

    /// A state was granted: what is on in it is told.
    pub(super) fn tell_enabled(&mut self) {
        let granted = self.granted.revision;
        let mut told = Vec::new();
        for entry in &mut self.upgrades.entries {
            if entry.enabled_from.is_some_and(|from| from <= granted) {
                entry.enabled_from = None;
                told.push(entry.upgrade.feature.clone());
            }
        }
        for feature in told {
            self.tell_progress(&feature, Progress::Enabled, Outcome::OK);
        }
    }

    /// The player was told: answers that they have heard are forgotten.
    pub(super) fn forget_told_upgrades(&mut self, refused: &[Box<str>]) {
        let acknowledged = &self.acknowledged;
        self.upgrades.entries.retain(|entry| match entry.upgrade.stage {
            Stage::Refused => !refused.contains(&entry.upgrade.feature),
            Stage::Enabled => {
                let session = acknowledged.session();
                !session
                    .and_then(|s| s.permission(&entry.upgrade.feature))
                    .is_some_and(|p| p.enabled)
            }
            _ => true,
        });
    }
}
