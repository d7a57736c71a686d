//! Challenges are opened and answered, and what that changes.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::State;
use super::challenge::{Challenge, Kind, Status};
use super::permission::ManagedBy;
use super::player::AgeVerification;
use super::switches::ChangeEvent;
use crate::error::ApiError;
use crate::webhooks::Event;

/// How a challenge is passed.
#[derive(Default)]
pub struct Passing {
    /// The age that was verified; without one, just the age that is asked for. Means something for an age check only.
    pub age: Option<u8>,
    pub approver_email: Option<String>,
}

/// An answer to a challenge, and the events it leads to.
pub type Answered = Result<Vec<Event>, ApiError>;

impl State {
    /// Somebody opens the challenge: from the first time on it is in progress.
    pub fn open_challenge(&mut self, id: &str) -> Answered {
        let challenge = self.challenges.get_mut(id)?;
        if challenge.status != Status::Pending {
            return Ok(Vec::new());
        }
        challenge.status = Status::InProgress;
        Ok(vec![state_change(challenge)])
    }

    /// The parent refuses, or the age check fails.
    pub fn fail_challenge(&mut self, id: &str) -> Answered {
        let challenge = self.challenges.get_mut(id)?;
        challenge.still_open()?;
        challenge.status = Status::Fail;
        Ok(vec![state_change(challenge)])
    }

    /// An age check ends with this age: it passes from the threshold on.
    pub fn finish_age_check(&mut self, id: &str, age: u8) -> Answered {
        if age < self.age_asked_for(self.challenges.get(id)?) {
            return self.fail_challenge(id);
        }
        let age = Some(age);
        self.pass_challenge(
            id,
            Passing {
                age,
                ..Passing::default()
            },
        )
    }

    /// The highest threshold of the permissions that an age check is for.
    pub fn age_asked_for(&self, challenge: &Challenge) -> u8 {
        let player = self.players.get(&challenge.player);
        let held = player.map_or(&[][..], |player| &player.permissions);
        let asked = held.iter().filter(|held| challenge.permissions.contains(&held.name));
        asked.filter_map(|held| held.verified_age_threshold).max().unwrap_or(0)
    }

    /// The parent approves, or the age is verified: what was asked for is on.
    pub fn pass_challenge(&mut self, id: &str, passing: Passing) -> Answered {
        let today = self.today();
        let challenge = self.challenges.get(id)?;
        challenge.still_open()?;
        let (number, kind) = (challenge.player, challenge.kind);
        let age = passing.age.unwrap_or_else(|| self.age_asked_for(challenge));
        let names = challenge.permissions.clone();
        let player = self.players.get_mut(&number).ok_or_else(super::no_such_player)?;
        let mut session_id = super::current_session(player)?;
        let seen_before = player.permissions_on(today);
        if self.switches.pass_mints_session {
            self.number_of_session.remove(&session_id);
            session_id = player.move_session();
            self.number_of_session.insert(session_id.clone(), number);
        }
        let gone = Duration::from_millis(self.switches.session_gone_after_pass_ms.into());
        player.gone_until = (!gone.is_zero()).then(|| Instant::now() + gone);
        if passing.approver_email.is_some() && kind.is_parents() {
            player.has_approver_email = true;
            player.approver_email.clone_from(&passing.approver_email);
        }
        if !self.switches.pass_enables_nothing {
            if kind == Kind::AgeAssurance {
                player.store_verification(AgeVerification {
                    verified_age: age,
                    platform_name: "k-id".to_owned(),
                    declaration_type: "KIDVerified".to_owned(),
                    verified_at: Timestamp::now().to_string(),
                });
            }
            for seen in seen_before.iter().filter(|seen| names.contains(&seen.name)) {
                let is_old_enough = seen.verified_age_threshold.is_none_or(|threshold| age >= threshold);
                if seen.managed_by != ManagedBy::Prohibited && is_old_enough {
                    player.switch_on(&seen.name);
                }
            }
        }
        let has_changed = player.permissions_on(today) != seen_before;
        let challenge = self.challenges.get_mut(id)?;
        challenge.status = Status::Pass;
        challenge.passed_session = Some(session_id.clone());
        challenge.approver_email = passing.approver_email;
        let mut events = vec![state_change(challenge)];
        let is_told = match self.switches.change_permissions_on {
            ChangeEvent::Never => false,
            ChangeEvent::Unlock => !kind.is_parents(),
            ChangeEvent::Approval => true,
        };
        if has_changed && is_told {
            events.push(Event::ChangePermissions { session_id });
        }
        Ok(events)
    }

    /// A parent saves the guardian's permissions of a session in the widget: those in `enabled` are on, all others off.
    /// A parent's challenge of which everything is on now has passed by it.
    pub fn review(&mut self, session_id: &str, enabled: &[String]) -> Answered {
        let today = self.today();
        let number = self.number_of_session.get(session_id).copied();
        let edit = self.parent_edit(session_id, |player, holder| {
            for held in &mut player.permissions {
                if held.seen_by(holder).managed_by == ManagedBy::Guardian {
                    held.enabled = enabled.contains(&held.name);
                }
            }
            Ok(())
        })?;
        let player = number.and_then(|number| self.players.get(&number));
        let seen = player.map(|player| player.permissions_on(today)).unwrap_or_default();
        let is_on = |name: &String| seen.iter().any(|seen| seen.name == *name && seen.enabled);
        let passed: Vec<String> = self
            .challenges
            .newest_first()
            .filter(|open| Some(open.player) == number && open.is_open() && open.kind.is_parents())
            .filter(|open| open.permissions.iter().all(is_on))
            .map(|open| open.id.clone())
            .collect();
        let mut events = edit;
        for id in passed {
            events.extend(self.pass_challenge(&id, Passing::default())?);
        }
        Ok(events)
    }
}

fn state_change(challenge: &Challenge) -> Event {
    Event::ChallengeState {
        challenge_id: challenge.id.clone(),
        kind: challenge.kind,
        status: challenge.status,
        session_id: challenge.passed_session.clone(),
    }
}
