//! What the ad service knows: its users, their tokens, its settings. In memory only.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Refusal, Switches, response};
use super::user::{Call, Entry, User};
use crate::error::ApiError;
use crate::faults::Fault;
use crate::millis;
use crate::state::links::token_with;

/// Longest expiry that may be set: an hour.
const LONGEST_MS: u64 = 3_600_000;

/// A change of the settings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsEdit {
    expiry_ms: Option<u64>,
}

/// A user who comes into being.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    name: Option<String>,
}

/// What the ad service knows. A reset throws it away.
pub struct AdService {
    pub switches: Switches,
    /// The sandbox's start.
    started: Instant,
    expiry: Duration,
    /// In the order in which they were created.
    users: BTreeMap<u64, User>,
    number_of_name: HashMap<String, u64>,
    /// With those that are not valid any more, so that their requests are a user's too.
    number_of_token: HashMap<String, u64>,
    created: u64,
    requests: u64,
}

impl AdService {
    /// A service without users. Times count from `started`.
    pub fn new(started: Instant) -> Self {
        Self {
            switches: Switches::default(),
            started,
            expiry: Duration::from_secs(10),
            users: BTreeMap::new(),
            number_of_name: HashMap::new(),
            number_of_token: HashMap::new(),
            created: 0,
            requests: 0,
        }
    }

    /// How many users there are.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Deals with a request that has just arrived, and writes it down.
    pub fn serve(&mut self, call: Call, token: Result<String, Refusal>) -> Response {
        let at = self.started.elapsed();
        let token = match token {
            Ok(token) => token,
            Err(refusal) => return response(Err(refusal), &self.switches),
        };
        let number = self.number_of_token.get(&token);
        let Some(user) = number.and_then(|number| self.users.get_mut(number)) else {
            return response(Err(Refusal::UNAUTHORIZED), &self.switches);
        };
        let outcome = if user.token.as_deref() == Some(&*token) {
            user.take(call, at, self.expiry)
        } else {
            Err(Refusal::UNAUTHORIZED)
        };
        let response = response(outcome, &self.switches);
        self.requests += 1;
        user.note(Entry::answered(self.requests, call, at, outcome, response.status()));
        response
    }

    /// Writes down a request that has just arrived and meets a fault.
    pub fn note_fault(&mut self, call: Call, token: &str, fault: Fault) {
        let at = self.started.elapsed();
        let number = self.number_of_token.get(token);
        if let Some(user) = number.and_then(|number| self.users.get_mut(number)) {
            self.requests += 1;
            user.note(Entry::broken(self.requests, call, at, fault));
        }
    }

    /// Creates a user. The answer is the only one that has the token.
    ///
    /// # Errors
    /// `INVALID_INPUT` for a name that is empty, too long or taken.
    pub fn create(&mut self, new: NewUser) -> Result<Value, ApiError> {
        let number = self.created + 1;
        let name = match new.name {
            Some(name) => name,
            None => self.free_name(number),
        };
        if name.is_empty() || name.len() > 100 {
            return Err(ApiError::invalid("name is 1 to 100 bytes long"));
        }
        if self.number_of_name.contains_key(&name) {
            return Err(ApiError::invalid("there is a user with this name already"));
        }
        self.created = number;
        let token = self.make_token(number);
        self.number_of_name.insert(name.clone(), number);
        let created = json!({"name": name, "authToken": token});
        self.users.insert(number, User::new(name, token));
        Ok(created)
    }

    fn free_name(&self, mut number: u64) -> String {
        loop {
            let name = format!("user-{number}");
            if !self.number_of_name.contains_key(&name) {
                return name;
            }
            number += 1;
        }
    }

    fn make_token(&mut self, number: u64) -> String {
        let token = token_with(&json!({"jti": Uuid::new_v4().to_string()}));
        self.number_of_token.insert(token.clone(), number);
        token
    }

    fn number_of(&self, name: &str) -> Result<u64, ApiError> {
        let number = self.number_of_name.get(name).copied();
        number.ok_or_else(no_such_user)
    }

    fn user_mut(&mut self, name: &str) -> Result<&mut User, ApiError> {
        let number = self.number_of(name)?;
        self.users.get_mut(&number).ok_or_else(no_such_user)
    }

    /// Makes the user's token one that is not valid. The game session stays until it expires.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub fn revoke_token(&mut self, name: &str) -> Result<Value, ApiError> {
        self.settle();
        let user = self.user_mut(name)?;
        user.token = None;
        Ok(user.shown())
    }

    /// A new token for the user; the one before is revoked. The answer is the only one that has it.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub fn renew_token(&mut self, name: &str) -> Result<Value, ApiError> {
        let number = self.number_of(name)?;
        let token = self.make_token(number);
        let user = self.user_mut(name)?;
        user.token = Some(token.clone());
        Ok(json!({"name": user.name, "authToken": token}))
    }

    /// Ends every game session that has expired by now.
    fn settle(&mut self) -> Duration {
        let now = self.started.elapsed();
        for user in self.users.values_mut() {
            user.settle(now, self.expiry);
        }
        now
    }

    /// All users as they are now.
    pub fn shown(&mut self) -> Value {
        let now = self.settle();
        let users: Vec<Value> = self.users.values().map(User::shown).collect();
        json!({"now": millis(now), "users": users})
    }

    /// Forgets what came in. Users and game sessions stay.
    pub fn forget(&mut self) -> Value {
        self.settle();
        for user in self.users.values_mut() {
            user.forget();
        }
        self.shown()
    }

    /// As the control API shows them.
    pub fn settings(&self) -> Value {
        json!({"expiryMs": millis(self.expiry)})
    }

    /// Takes over what `edit` names. What has expired by now stays so.
    ///
    /// # Errors
    /// `INVALID_INPUT` for an expiry of 0 or above an hour.
    pub fn set(&mut self, edit: &SettingsEdit) -> Result<(), ApiError> {
        if edit.expiry_ms.is_some_and(|ms| !(1..=LONGEST_MS).contains(&ms)) {
            return Err(ApiError::invalid(format!("expiryMs is 1 to {LONGEST_MS}")));
        }
        self.settle();
        if let Some(ms) = edit.expiry_ms {
            self.expiry = Duration::from_millis(ms);
        }
        Ok(())
    }
}

fn no_such_user() -> ApiError {
    ApiError::not_found("there is no user of the ad service with this name")
}
