//! What the game asks for: a permission, something about a challenge, a switch.
//!
//! A question is stored before it is put, so that a killed game neither loses it nor asks twice.

use alloc::{boxed::Box, collections::BTreeSet, format, sync::Arc};

use super::{
    Client,
    event::{Code, Operation, Outcome, Progress, RequestId},
    exchange::Exchange,
    timing::Now,
    upgrade::{Addressee, Command, Entry, MAX_SWITCHED_OFF, MAX_UPGRADES, Stage, Upgrade},
};
use crate::{
    protocol::{
        age_signal::AgeSignal,
        challenge::{Actor, is_email},
        upgrade::UpgradeAsk,
    },
    session::{Access, ManagedBy},
};

impl Client {
    /// Takes a command about permissions and challenges; it completes once.
    pub fn upgrade(&mut self, now: Now, request: RequestId, command: Command) {
        let operation = command.operation();
        if self.refuse_when_stopped(request, operation) {
            return;
        }
        let refused = match command {
            Command::Permission { feature, signal } => self.request_permission(now, request, &feature, signal),
            Command::Switch { feature, on } => self.switch_feature(now, request, &feature, on),
            Command::Cancel { challenge } => self.cancel_challenge(now, request, &challenge),
            Command::Check { challenge } => self.check_challenge(now, request, &challenge),
            Command::RenewCode { challenge } => self.ask_about(
                now,
                request,
                operation,
                &challenge,
                UpgradeAsk::Code { id: challenge.clone() },
            ),
            Command::EmailParent { challenge, to } => self.email_parent(now, request, &challenge, to),
        };
        if let Err(outcome) = refused {
            self.complete(request, operation, outcome);
        }
    }

    /// Puts the question, unless the answer is known. An error completes the request.
    fn request_permission(
        &mut self,
        now: Now,
        request: RequestId,
        feature: &str,
        signal: Option<Box<AgeSignal>>,
    ) -> Result<(), Outcome> {
        let operation = Operation::RequestPermission;
        let (session_id, access) = self.upgradable(feature)?;
        if access != Access::Unavailable && self.newest.switched_off.contains(feature) {
            self.set_switch(feature, true);
            self.save(now, None);
        }
        match access {
            Access::Allowed => {
                self.save_waiter_done(now, request, operation, Outcome::OK);
                return Ok(());
            }
            Access::Prohibited => {
                let text = "nobody can turn this permission on: it is not available here, or the player is too young";
                return Err(Outcome::new(Code::Prohibited, text));
            }
            Access::Unavailable => {
                let text =
                    "the session says of this permission what this library does not know; it cannot be asked for";
                return Err(Outcome::new(Code::NotEnabled, text));
            }
            Access::AskParent | Access::VerifyAge | Access::PlayerMayEnable => {}
        }
        let can_ask = self.cannot_ask(now);
        if let Some(entry) = self.upgrades.of(feature).filter(|e| e.upgrade.stage.is_open()) {
            if entry.upgrade.has_open_challenge() {
                if can_ask.is_none() && !entry.has_url(now.wall_ms) {
                    entry.want_details(now);
                }
                if can_ask.is_some() || entry.shows_something(now.wall_ms) {
                    return Err(Self::challenge_open());
                }
            } else if let Some(outcome) = can_ask {
                return Err(outcome);
            }
            entry.joined.push(request);
            return Ok(());
        }
        if let Some(outcome) = can_ask {
            return Err(outcome);
        }
        self.upgrades.entries.retain(|entry| &*entry.upgrade.feature != feature);
        if self.upgrades.entries.len() >= MAX_UPGRADES {
            let text = format!("{MAX_UPGRADES} permissions are asked for already; wait for an answer, or cancel one");
            return Err(Outcome::new(Code::Limit, text));
        }
        let mut entry = Entry::new(Upgrade {
            feature: feature.into(),
            session_id,
            stage: Stage::Asking,
            challenge: None,
            asked_ms: now.wall_ms,
        });
        entry.signal = signal;
        entry.joined.push(request);
        self.upgrades.entries.push(entry);
        self.save(now, None);
        let version = self.saver_version();
        if let Some(entry) = self.upgrades.of(feature) {
            entry.stored_by = version;
        }
        self.tell_progress(feature, Progress::Asking, Outcome::OK);
        Ok(())
    }

    /// The session's id and what the permission is by the session alone.
    fn upgradable(&self, feature: &str) -> Result<(Box<str>, Access), Outcome> {
        let no_session = || {
            Outcome::new(
                Code::InvalidState,
                "there is no session that holds; the age gate comes first",
            )
        };
        let session = self.newest.open_session().ok_or_else(no_session)?;
        if !session.is_in_force() {
            let text = "the session is on hold; nothing can be asked for until it is active again";
            return Err(Outcome::new(Code::InvalidState, text));
        }
        let permission = session
            .permission(feature)
            .ok_or_else(|| Outcome::new(Code::NotFound, "the session does not name this permission"))?;
        Ok((session.id().into(), Access::of(permission)))
    }

    pub(super) fn challenge_open() -> Outcome {
        Outcome::new(Code::ChallengeOpen, "")
    }

    /// Switches off what the player manages, or on again.
    fn switch_feature(&mut self, now: Now, request: RequestId, feature: &str, on: bool) -> Result<(), Outcome> {
        let operation = Operation::SwitchFeature;
        if on && self.newest.switched_off.contains(feature) {
            self.set_switch(feature, true);
            self.save(now, Some((request, operation)));
            return Ok(());
        }
        let session = self.newest.open_session().filter(|session| session.is_in_force());
        let Some(permission) = session.and_then(|session| session.permission(feature)) else {
            return Err(Outcome::new(
                Code::NotFound,
                "there is no session that holds and names this permission",
            ));
        };
        if on {
            return if permission.enabled {
                self.save_waiter(now, request, operation);
                Ok(())
            } else {
                let text = "the session has this permission off; ask for it with playgate_client_request_permission";
                Err(Outcome::new(Code::InvalidState, text))
            };
        }
        if permission.managed_by != ManagedBy::Player {
            let text = "the player does not manage this permission, so it cannot be switched off here";
            return Err(Outcome::new(Code::InvalidState, text));
        }
        if !permission.enabled || self.newest.switched_off.contains(feature) {
            self.save_waiter(now, request, operation);
            return Ok(());
        }
        if self.newest.switched_off.len() >= MAX_SWITCHED_OFF {
            let text = format!("{MAX_SWITCHED_OFF} permissions are switched off already");
            return Err(Outcome::new(Code::Limit, text));
        }
        self.set_switch(feature, false);
        self.save(now, Some((request, operation)));
        Ok(())
    }

    /// The player has decided it, so there is nothing to tell them.
    fn set_switch(&mut self, feature: &str, on: bool) {
        let is_told = self.acknowledged.revision == self.newest.revision;
        let mut switched_off: BTreeSet<Box<str>> = (*self.newest.switched_off).clone();
        if on {
            switched_off.remove(feature);
        } else {
            switched_off.insert(feature.into());
        }
        self.newest.switched_off = Arc::new(switched_off);
        self.advance(self.newest.standing.clone());
        if is_told {
            self.acknowledged = self.newest.clone();
        }
    }

    fn cancel_challenge(&mut self, now: Now, request: RequestId, challenge: &str) -> Result<(), Outcome> {
        let entry = self.upgrades.of_challenge(challenge).ok_or_else(no_such_challenge)?;
        let feature = entry.upgrade.feature.clone();
        let is_open = entry.upgrade.stage.is_open();
        let outcome = Outcome::new(Code::Cancelled, "the challenge was given up on this device");
        self.drop_upgrade(&feature, is_open.then_some((Progress::None, outcome)));
        self.save(now, Some((request, Operation::CancelChallenge)));
        Ok(())
    }

    /// Reads the status as soon as the poll floor lets it, then refreshes.
    fn check_challenge(&mut self, now: Now, request: RequestId, challenge: &str) -> Result<(), Outcome> {
        let cannot = self.cannot_ask(now);
        let entry = self.upgrades.of_challenge(challenge).ok_or_else(no_such_challenge)?;
        if !entry.upgrade.has_open_challenge() {
            // What there was to learn is known already.
            return Err(Outcome::OK);
        }
        match cannot {
            Some(outcome) => Err(outcome),
            None => {
                entry.checkers.push(request);
                entry.poll_soon(now);
                Ok(())
            }
        }
    }

    fn email_parent(&mut self, now: Now, request: RequestId, challenge: &str, to: Addressee) -> Result<(), Outcome> {
        if to.address.as_ref().is_some_and(|address| !is_email(address)) {
            return Err(Outcome::new(
                Code::InvalidArgument,
                "the parent's e-mail address is not of the form name@host.example",
            ));
        }
        let ask = UpgradeAsk::Email {
            id: challenge.into(),
            address: to.address,
            locale: to.locale,
        };
        self.ask_about(now, request, Operation::EmailParent, challenge, ask)
    }

    /// Asks something about a parent's open challenge.
    fn ask_about(
        &mut self,
        now: Now,
        request: RequestId,
        operation: Operation,
        challenge: &str,
        ask: UpgradeAsk,
    ) -> Result<(), Outcome> {
        let entry = self.upgrades.of_challenge(challenge).ok_or_else(no_such_challenge)?;
        if !entry.upgrade.has_open_challenge() {
            return Err(Outcome::new(Code::InvalidState, "the challenge is not open any more"));
        }
        if entry
            .upgrade
            .challenge
            .as_ref()
            .is_some_and(|c| c.actor() == Actor::Player)
        {
            let text = "this challenge is the player's own to answer: it has no code, and no parent is asked";
            return Err(Outcome::new(Code::InvalidState, text));
        }
        let feature = entry.upgrade.feature.clone();
        if let Some(outcome) = self.cannot_ask(now) {
            return Err(outcome);
        }
        let is_same = |e: &&mut Exchange| {
            core::mem::discriminant(&e.ask) == core::mem::discriminant(&ask) && e.feature == feature
        };
        match self.upgrades.exchanges.iter_mut().find(is_same) {
            Some(_) if operation == Operation::EmailParent => {
                return Err(Outcome::new(
                    Code::Busy,
                    "a message to the parent is on its way already",
                ));
            }
            Some(exchange) => exchange.waiting.push((request, operation)),
            None => {
                let mut exchange = Exchange::new(ask, feature);
                exchange.waiting.push((request, operation));
                self.send_exchange(now, exchange);
            }
        }
        Ok(())
    }
}

fn no_such_challenge() -> Outcome {
    Outcome::new(Code::NotFound, "there is no such challenge any more")
}
