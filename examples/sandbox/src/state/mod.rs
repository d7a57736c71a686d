//! What the simulated k-ID knows: its players, their challenges, its date, its switches. In memory only.

pub mod age;
pub mod age_signal;
pub mod answer;
pub mod challenge;
pub mod links;
pub mod permission;
pub mod player;
pub mod switches;
pub mod upgrade;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::ApiError;
use crate::webhooks::Event;
use age::{AgeRules, BirthDate};
use challenge::{Challenges, Status};
use links::Lifetimes;
use permission::{Holder, NamedPermission, Permission, PermissionEdit};
use player::{Allowance, Player, SessionStatus};
use switches::Switches;

/// Everything that a reset throws away.
#[derive(Default)]
pub struct State {
    pub switches: Switches,
    /// The date that was set; None follows the real one (UTC).
    pub fixed_today: Option<Date>,
    pub lifetimes: Lifetimes,
    pub challenges: Challenges,
    /// In the order in which they were created.
    players: BTreeMap<u64, Player>,
    number_of_kuid: HashMap<String, u64>,
    number_of_session: HashMap<String, u64>,
    created: u64,
}

/// A player who comes into being by a parent's consent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPlayer {
    pub name: Option<String>,
    pub date_of_birth: Option<String>,
    pub jurisdiction: Option<String>,
    pub permissions: Option<Vec<NamedPermission>>,
    pub allowances: Option<Vec<Allowance>>,
    pub digital_consent_age: Option<u8>,
    pub civil_age: Option<u8>,
    pub has_approver_email: Option<bool>,
}

/// The webhooks that an edit leads to, in this order; none when nothing has changed.
pub type Outcome = Result<Vec<Event>, ApiError>;

impl State {
    /// The date on which ages are computed.
    pub fn today(&self) -> Date {
        self.fixed_today
            .unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date())
    }

    /// How many players there are.
    pub fn player_count(&self) -> usize {
        self.players.len()
    }

    /// The player with this kuid, or with this session.
    pub fn player(&self, kuid_or_session: &str) -> Result<&Player, ApiError> {
        self.number_of_kuid
            .get(kuid_or_session)
            .or_else(|| self.number_of_session.get(kuid_or_session))
            .and_then(|number| self.players.get(number))
            .ok_or_else(no_such_player)
    }

    fn player_mut(&mut self, kuid_or_session: &str) -> Result<&mut Player, ApiError> {
        self.number_of_kuid
            .get(kuid_or_session)
            .or_else(|| self.number_of_session.get(kuid_or_session))
            .and_then(|number| self.players.get_mut(number))
            .ok_or_else(no_such_player)
    }

    /// The player with this number.
    pub fn player_by_number(&self, number: u64) -> Option<&Player> {
        self.players.get(&number)
    }

    /// The player who has this session now.
    pub fn player_of_session(&self, session_id: &str) -> Option<&Player> {
        self.players.get(self.number_of_session.get(session_id)?)
    }

    /// The player with this kuid.
    pub fn player_of_kuid(&self, kuid: &str) -> Option<&Player> {
        self.players.get(self.number_of_kuid.get(kuid)?)
    }

    /// Players in order of creation whose name, kuid or session id contains `search`, with their total.
    pub fn list(&self, search: &str, offset: usize, limit: usize) -> Value {
        let search = search.to_lowercase();
        let today = self.today();
        let mut matching = 0;
        let mut listed = Vec::new();
        for player in self.players.values() {
            let session_id = player.session.as_ref().map_or("", |record| &record.id);
            if !search.is_empty()
                && !player.name.to_lowercase().contains(&search)
                && !player.kuid.contains(&search)
                && !session_id.contains(&search)
            {
                continue;
            }
            if matching >= offset && listed.len() < limit {
                listed.push(player.summary(today));
            }
            matching += 1;
        }
        json!({"total": self.players.len(), "matching": matching, "players": listed})
    }

    /// Creates a player with a session, as a consent does. Returns the kuid.
    pub fn create(&mut self, new: &NewPlayer) -> Result<String, ApiError> {
        let today = self.today();
        let number = self.created + 1;
        let rules = age_rules(new)?;
        let birth = match &new.date_of_birth {
            Some(text) => BirthDate::parse(text, today),
            // Eleven years old from the first day of the year to the last.
            None => BirthDate::parse(&format!("{:04}-01-01", today.year() - 11), today),
        }
        .map_err(ApiError::invalid)?;
        let jurisdiction = new.jurisdiction.clone().unwrap_or_else(|| "US-CA".to_owned());
        check_jurisdiction(&jurisdiction)?;
        let age = birth.age_on(today);
        let holder = Holder {
            age,
            status: rules.status(age),
        };
        let permissions = match &new.permissions {
            Some(list) => permission::from_list(list, holder)?,
            None => permission::usual_set(),
        };
        let name = new.name.clone().unwrap_or_else(|| format!("Player {number}"));
        if name.len() > 200 {
            return Err(ApiError::invalid("name is at most 200 bytes long"));
        }
        let mut player = Player {
            kuid: Uuid::new_v4().to_string(),
            name,
            birth,
            jurisdiction,
            rules,
            permissions,
            allowances: new.allowances.clone().unwrap_or_else(Allowance::usual_set),
            has_approver_email: new.has_approver_email.unwrap_or(true),
            approver_email: None,
            session: None,
            gone_until: None,
            sessions_created: 0,
        };
        let session_id = player.open_session().to_owned();
        let kuid = player.kuid.clone();
        self.number_of_session.insert(session_id, number);
        self.number_of_kuid.insert(kuid.clone(), number);
        self.players.insert(number, player);
        self.created = number;
        Ok(kuid)
    }

    /// A parent changes one permission, or adds it.
    pub fn edit_permission(&mut self, player: &str, name: &str, edit: &PermissionEdit) -> Outcome {
        self.parent_edit(player, |player, holder| {
            let place = player.permissions.iter().position(|held| held.name == name);
            match place {
                Some(index) => {
                    let held = &mut player.permissions[index];
                    *held = held.edited(edit, holder)?;
                }
                None => {
                    let added = Permission::undecided(name)?.edited(edit, holder)?;
                    player.permissions.push(added);
                }
            }
            Ok(())
        })
    }

    /// A parent saves all permissions at once; what the list leaves out is removed.
    pub fn replace_permissions(&mut self, player: &str, list: &[NamedPermission]) -> Outcome {
        self.parent_edit(player, |player, holder| {
            player.permissions = permission::from_list(list, holder)?;
            Ok(())
        })
    }

    /// A permission goes away.
    pub fn remove_permission(&mut self, player: &str, name: &str) -> Outcome {
        self.parent_edit(player, |player, _| {
            let before = player.permissions.len();
            player.permissions.retain(|permission| permission.name != name);
            if player.permissions.len() == before {
                return Err(ApiError::not_found("the player has no such permission"));
            }
            Ok(())
        })
    }

    /// A parent saves all allowances.
    pub fn replace_allowances(&mut self, player: &str, allowances: Vec<Allowance>) -> Outcome {
        self.parent_edit(player, |player, _| {
            player.allowances = allowances;
            Ok(())
        })
    }

    /// Runs an edit of a parent on a player who has a session. A webhook follows if the session shows a difference.
    fn parent_edit(&mut self, player: &str, edit: impl FnOnce(&mut Player, Holder) -> Result<(), ApiError>) -> Outcome {
        let today = self.today();
        let player = self.player_mut(player)?;
        let session_id = current_session(player)?;
        let before = (player.permissions_on(today), player.allowances.clone());
        edit(player, player.holder(today))?;
        let after = (player.permissions_on(today), &player.allowances);
        let changed = before.0 != after.0 || before.1 != *after.1;
        Ok(Vec::from_iter(
            changed.then_some(Event::ChangePermissions { session_id }),
        ))
    }

    /// Corrects the date of birth. No webhook: age is seen by comparison only.
    pub fn move_birthday(&mut self, player: &str, date_of_birth: &str) -> Result<(), ApiError> {
        let birth = BirthDate::parse(date_of_birth, self.today()).map_err(ApiError::invalid)?;
        self.player_mut(player)?.birth = birth;
        Ok(())
    }

    /// Holds or releases the session. No webhook.
    pub fn set_status(&mut self, player: &str, status: SessionStatus) -> Result<(), ApiError> {
        let player = self.player_mut(player)?;
        match &mut player.session {
            Some(record) => record.status = status,
            None => return Err(no_session()),
        }
        Ok(())
    }

    /// Fails the player's open challenges and deletes the session; the player stays.
    pub fn revoke(&mut self, player: &str) -> Outcome {
        let player = self.player_mut(player)?;
        let record = player.session.take().ok_or_else(no_session)?;
        let Some(number) = self.number_of_session.remove(&record.id) else {
            return Err(no_such_player());
        };
        let failed = self.challenges.fail_all_of(number).into_iter();
        let mut events: Vec<Event> = failed
            .map(|(challenge_id, kind)| Event::ChallengeState {
                challenge_id,
                kind,
                status: Status::Fail,
                session_id: None,
            })
            .collect();
        events.push(Event::Delete { session_id: record.id });
        Ok(events)
    }

    /// Consents again after a revocation: a new session id, the same kuid.
    pub fn consent_again(&mut self, player: &str, permissions: Option<&[NamedPermission]>) -> Result<(), ApiError> {
        let today = self.today();
        let player = self.player_mut(player)?;
        if player.session.is_some() {
            return Err(ApiError::invalid(
                "the player has a session already; revoke it before consenting again",
            ));
        }
        if let Some(list) = permissions {
            player.permissions = permission::from_list(list, player.holder(today))?;
        }
        let session_id = player.open_session().to_owned();
        let kuid = player.kuid.clone();
        let number = self.number_of_kuid.get(&kuid).copied();
        self.number_of_session.extend(number.map(|number| (session_id, number)));
        Ok(())
    }
}

fn current_session(player: &Player) -> Result<String, ApiError> {
    player
        .session
        .as_ref()
        .map(|record| record.id.clone())
        .ok_or_else(no_session)
}

fn no_such_player() -> ApiError {
    ApiError::not_found("there is no player with this kuid or session id")
}

fn no_session() -> ApiError {
    ApiError::invalid("the player has no session; consent again first")
}

fn age_rules(new: &NewPlayer) -> Result<AgeRules, ApiError> {
    let usual = AgeRules::default();
    let rules = AgeRules {
        digital_consent_age: new.digital_consent_age.unwrap_or(usual.digital_consent_age),
        civil_age: new.civil_age.unwrap_or(usual.civil_age),
    };
    if rules.digital_consent_age > rules.civil_age {
        return Err(ApiError::invalid("digitalConsentAge must not be greater than civilAge"));
    }
    Ok(rules)
}

/// An ISO 3166 code: a country (`DE`), or a country and a subdivision (`US-CA`).
pub fn check_jurisdiction(code: &str) -> Result<(), ApiError> {
    let (country, subdivision) = match code.split_once('-') {
        Some((country, subdivision)) => (country, Some(subdivision)),
        None => (code, None),
    };
    let country_ok = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
    let subdivision_ok = subdivision.is_none_or(|part| {
        (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    });
    if country_ok && subdivision_ok {
        Ok(())
    } else {
        Err(ApiError::invalid(
            "jurisdiction must be an ISO 3166 code such as DE or US-CA",
        ))
    }
}
