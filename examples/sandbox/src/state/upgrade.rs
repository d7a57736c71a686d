//! A player asks for permissions: what is on at once, and what becomes a challenge.

use super::State;
use super::age_signal::AgeSignal;
use super::challenge::{Kind, NewChallenge};
use super::permission::{ManagedBy, Permission};
use super::switches::ChangeEvent;
use crate::error::ApiError;
use crate::webhooks::Event;

/// What a player asks for.
pub struct Wish<'a> {
    pub names: &'a [String],
    /// It has been checked.
    pub signal: Option<&'a AgeSignal>,
    pub redirect_url: Option<String>,
}

/// What an upgrade leads to.
pub struct Upgraded {
    pub events: Vec<Event>,
    /// The id of the challenge, when one is needed.
    pub challenge: Option<String>,
}

impl State {
    /// Grants what can be granted at once and starts one challenge for the rest. Whatever is prohibited stays as it is.
    ///
    /// # Errors
    /// `INVALID_INPUT` for permissions that the session does not have, or with and without a threshold in one wish.
    pub fn upgrade(&mut self, session_id: &str, wish: Wish<'_>) -> Result<Upgraded, ApiError> {
        let today = self.today();
        let number = self.number_of_session.get(session_id).copied();
        let number = number.ok_or_else(super::no_such_player)?;
        let player = self.players.get_mut(&number).ok_or_else(super::no_such_player)?;
        let wanted = find_all(wish.names, player.permissions_on(today))?;
        let signalled = wish.signal.and_then(AgeSignal::verification);
        let mut left = Vec::new();
        let mut unlocked = false;
        for permission in wanted {
            if permission.enabled {
                continue;
            }
            match (permission.managed_by, permission.verified_age_threshold) {
                (ManagedBy::Prohibited, _) => {}
                (ManagedBy::Guardian, _) => left.push((Kind::SessionUpgrade, permission.name)),
                (ManagedBy::Player, None) => player.switch_on(&permission.name),
                (ManagedBy::Player, Some(threshold)) => {
                    let signalled = signalled.as_ref().filter(|found| found.verified_age >= threshold);
                    if player.verified_age() < Some(threshold) {
                        match signalled {
                            Some(verification) => player.store_verification(verification.clone()),
                            None => {
                                left.push((Kind::AgeAssurance, permission.name));
                                continue;
                            }
                        }
                    }
                    player.switch_on(&permission.name);
                    unlocked = true;
                }
            }
        }
        let mut events = Vec::new();
        if unlocked && self.switches.change_permissions_on != ChangeEvent::Never {
            events.push(Event::ChangePermissions {
                session_id: session_id.to_owned(),
            });
        }
        let challenge = left.first().map(|(kind, _)| match kind {
            Kind::SessionUpgrade if self.switches.parental_consent_type => Kind::ParentalConsent,
            kind => *kind,
        });
        let challenge = challenge.map(|kind| {
            let new = NewChallenge {
                player: number,
                kind,
                permissions: left.into_iter().map(|(_, name)| name).collect(),
                redirect_url: wish.redirect_url,
            };
            self.challenges.add(new, self.lifetimes).id.clone()
        });
        Ok(Upgraded { events, challenge })
    }
}

/// The permissions with these names, each once.
fn find_all(names: &[String], mut held: Vec<Permission>) -> Result<Vec<Permission>, ApiError> {
    let mut found: Vec<Permission> = Vec::new();
    for name in names {
        if found.iter().any(|permission| permission.name == *name) {
            continue;
        }
        let place = held.iter().position(|permission| permission.name == *name);
        let place = place.ok_or_else(|| ApiError::invalid("a requested permission is not part of the session"))?;
        found.push(held.swap_remove(place));
    }
    let with_threshold = found.iter().filter(|p| p.verified_age_threshold.is_some()).count();
    if with_threshold != 0 && with_threshold != found.len() {
        return Err(ApiError::invalid(
            "Can't mix permissions with and without verifiedAgeThreshold",
        ));
    }
    Ok(found)
}
