//! One player: who they are, what was consented to, and the session that follows from it on a given day.

use std::time::Instant;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::age::{AgeRules, AgeStatus, BirthDate};
use super::permission::{Holder, ManagedBy, Permission};
use super::switches::Switches;
use crate::hex;

/// A player of the simulated product.
pub struct Player {
    pub kuid: String,
    /// A label for the people who use the sandbox; never part of a session.
    pub name: String,
    pub birth: BirthDate,
    pub jurisdiction: String,
    pub rules: AgeRules,
    /// What the last consent and the edits after it have set. A new consent starts from it.
    pub permissions: Vec<Permission>,
    pub allowances: Vec<Allowance>,
    pub has_approver_email: bool,
    /// The address of the last approving adult, where it is known.
    pub approver_email: Option<String>,
    /// None after a revocation.
    pub session: Option<SessionRecord>,
    pub sessions_created: u32,
    /// Until then `/session/get` does not find the session.
    pub gone_until: Option<Instant>,
}

/// What a session is beyond the player it belongs to.
pub struct SessionRecord {
    pub id: String,
    pub status: SessionStatus,
    /// The age that was verified last.
    pub age_verification: Option<AgeVerification>,
}

/// `ageVerification` of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgeVerification {
    pub verified_age: u8,
    pub platform_name: String,
    pub declaration_type: String,
    pub verified_at: String,
}

/// `status` of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    Active,
    Hold,
}

/// A trusted adult's preference with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Allowance {
    #[serde(rename_all = "camelCase")]
    Numerical { name: String, numerical_value: Number },
    #[serde(rename_all = "camelCase")]
    Selection { name: String, selection_value: String },
}

impl Allowance {
    /// Two allowances, one of each type.
    pub fn usual_set() -> Vec<Self> {
        vec![
            Self::Numerical {
                name: "play-time-minutes-per-day".to_owned(),
                numerical_value: 90.into(),
            },
            Self::Selection {
                name: "spending-limit".to_owned(),
                selection_value: "ask-every-time".to_owned(),
            },
        ]
    }
}

/// A session as `/session/get` sends it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session<'a> {
    session_id: &'a str,
    kuid: &'a str,
    pub etag: String,
    status: SessionStatus,
    age_status: AgeStatus,
    age_category: &'static str,
    date_of_birth: &'a str,
    jurisdiction: &'a str,
    pub managed_by: ManagedBy,
    permissions: Vec<Permission>,
    allowances: &'a [Allowance],
    has_approver_email: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_verification: Option<&'a AgeVerification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox_unknown_field: Option<Value>,
}

impl Player {
    /// The player as somebody whose permissions are looked at on `today`.
    pub fn holder(&self, today: Date) -> Holder {
        let age = self.birth.age_on(today);
        Holder {
            age,
            status: self.rules.status(age),
        }
    }

    /// The permissions as a session shows them on `today`.
    pub fn permissions_on(&self, today: Date) -> Vec<Permission> {
        let holder = self.holder(today);
        self.permissions
            .iter()
            .map(|permission| permission.seen_by(holder))
            .collect()
    }

    /// The session on `today`; None when access was revoked.
    pub fn session_on(&self, today: Date, switches: &Switches) -> Option<Session<'_>> {
        let record = self.session.as_ref()?;
        let age_status = self.holder(today).status;
        let permissions = self.permissions_on(today);
        let guarded = age_status == AgeStatus::DigitalMinor
            || permissions
                .iter()
                .any(|permission| permission.managed_by == ManagedBy::Guardian);
        let mut session = Session {
            session_id: &record.id,
            kuid: &self.kuid,
            etag: String::new(),
            status: record.status,
            age_status,
            age_category: age_status.category(),
            date_of_birth: self.birth.as_str(),
            jurisdiction: &self.jurisdiction,
            managed_by: if guarded {
                ManagedBy::Guardian
            } else {
                ManagedBy::Player
            },
            permissions,
            allowances: &self.allowances,
            has_approver_email: self.has_approver_email,
            age_verification: record.age_verification.as_ref(),
            sandbox_unknown_field: switches
                .unknown_field
                .then(|| json!({"addedBy": "a newer server", "values": [1, 2.5, null, "ü"]})),
        };
        // A hash of everything else: it changes exactly when something in the session changes.
        session.etag = hex(&Sha256::digest(json!(session).to_string()));
        Some(session)
    }

    /// What the control API says about the player, without the session.
    pub fn summary(&self, today: Date) -> Value {
        let holder = self.holder(today);
        json!({
            "kuid": self.kuid,
            "name": self.name,
            "state": match &self.session {
                None => json!("NO_SESSION"),
                Some(record) => json!(record.status),
            },
            "sessionId": self.session.as_ref().map(|record| &record.id),
            "age": holder.age,
            "ageStatus": holder.status,
            "dateOfBirth": self.birth.as_str(),
            "jurisdiction": self.jurisdiction,
            "digitalConsentAge": self.rules.digital_consent_age,
            "civilAge": self.rules.civil_age,
            "sessionsCreated": self.sessions_created,
        })
    }

    /// What the control API says about the player, with the session (`null` when access was revoked).
    pub fn details(&self, today: Date, switches: &Switches) -> Value {
        let mut details = self.summary(today);
        details["session"] = json!(self.session_on(today, switches));
        details
    }

    /// Starts a session. Its id has never been used before.
    pub fn open_session(&mut self) -> &str {
        self.sessions_created += 1;
        &self
            .session
            .insert(SessionRecord {
                id: Uuid::new_v4().to_string(),
                status: SessionStatus::Active,
                age_verification: None,
            })
            .id
    }

    /// Goes on with the session under a new id, and gives that.
    pub fn move_session(&mut self) -> String {
        let old = self.session.take();
        let id = self.open_session().to_owned();
        if let (Some(old), Some(new)) = (old, &mut self.session) {
            *new = SessionRecord { id: id.clone(), ..old };
        }
        id
    }

    /// Whether `/session/get` does not find the session for the time being.
    pub fn is_gone(&self) -> bool {
        self.gone_until.is_some_and(|until| Instant::now() < until)
    }

    /// Switches a permission on, if the player has it.
    pub fn switch_on(&mut self, name: &str) {
        if let Some(held) = self.permissions.iter_mut().find(|held| held.name == name) {
            held.enabled = true;
        }
    }

    /// The age that the session says was verified.
    pub fn verified_age(&self) -> Option<u8> {
        let verification = self.session.as_ref()?.age_verification.as_ref()?;
        Some(verification.verified_age)
    }

    /// Keeps a verification in the session.
    pub fn store_verification(&mut self, verification: AgeVerification) {
        if let Some(record) = &mut self.session {
            record.age_verification = Some(verification);
        }
    }
}
