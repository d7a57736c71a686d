//! A decision: access with its reason, the next step, and a neutral text for the locked feature.

use super::{
    access::Access,
    model::{ManagedBy, Session, Status},
    texts::Texts,
};

/// Why a feature is not on, from a closed list. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Reason {
    /// It is on.
    None = 0,
    /// A parent manages it.
    Parent = 1,
    /// It is not available in this place.
    Prohibited = 2,
    /// The player is below the age it needs.
    TooYoung = 3,
    /// The player's age is to be verified first.
    AgeVerification = 4,
    /// The player has not switched it on.
    PlayerChoice = 5,
    /// An answer is being waited for.
    Pending = 6,
    /// There is no session.
    NoSession = 7,
    /// The session is on hold.
    OnHold = 8,
    /// Something went wrong.
    #[default]
    Error = 9,
    /// The session does not name this feature, or says of it what this library does not know.
    NotInSession = 10,
    /// The session ended: it was revoked or deleted.
    SessionEnded = 11,
    /// The stored session is older than the host's limit, or the clock ran backwards.
    Stale = 12,
    /// The stored record is damaged.
    RecordDamaged = 13,
    /// Another process holds the stored record.
    RecordLocked = 14,
    /// The place of the stored record is not there yet, or may not be read.
    RecordUnavailable = 15,
    /// The stored record is sealed and no key was given.
    KeyMissing = 16,
    /// The stored record was sealed with another key, for another player or in another place.
    WrongKey = 17,
    /// The stored record was written by a newer version of this library.
    NewerFormat = 18,
    /// The player has switched it off on this device.
    SwitchedOff = 19,
}

/// What to do next. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum NextStep {
    /// Nothing.
    #[default]
    Nothing = 0,
    /// Start the age gate.
    StartAgeGate = 1,
    /// Ask a parent.
    AskParent = 2,
    /// Have the player verify their age.
    VerifyAge = 3,
    /// Offer the player to enable it.
    Enable = 4,
    /// Wait for what is on its way.
    Wait = 5,
    /// Refresh: ask the server.
    Refresh = 6,
}

/// How fresh the knowledge behind a decision is. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Freshness {
    /// There is no session.
    #[default]
    None = 0,
    /// The server confirmed it a short while ago.
    Live = 1,
    /// From the stored record, or not confirmed lately.
    Cached = 2,
    /// Older than the host's limit.
    Stale = 3,
}

/// What a feature may do, why, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// The access. With `next_step` it may drive the user interface.
    pub access: Access,
    /// Why, when it is not allowed.
    pub reason: Reason,
    /// What to do next. May drive the user interface.
    pub next_step: NextStep,
    /// How fresh the knowledge is; for hints and logs.
    pub freshness: Freshness,
    /// Who manages the feature, where the session says so.
    pub managed_by: Option<ManagedBy>,
    /// The age in years that must be verified, where there is one.
    pub age_threshold: Option<u32>,
}

impl Decision {
    /// Denied for that reason.
    pub fn denied(reason: Reason, next_step: NextStep, freshness: Freshness) -> Self {
        Self {
            reason,
            next_step,
            freshness,
            ..Self::default()
        }
    }

    /// What a session in force that gives a feature this access would say.
    pub fn of_access(access: Access, freshness: Freshness) -> Self {
        let (reason, next_step) = why(access, None);
        let managed_by = match access {
            Access::AskParent => Some(ManagedBy::Guardian),
            Access::VerifyAge | Access::PlayerMayEnable => Some(ManagedBy::Player),
            Access::Prohibited => Some(ManagedBy::Prohibited),
            Access::Allowed | Access::Unavailable => None,
        };
        Self {
            access,
            reason,
            next_step,
            freshness,
            managed_by,
            age_threshold: None,
        }
    }

    /// A neutral sentence for a locked feature, in English; empty when it is allowed. Never worded like an error of the
    /// player's.
    pub fn text(&self) -> &'static str {
        self.reason.text()
    }
}

impl Reason {
    /// A neutral sentence for a feature locked for this reason, in English.
    pub fn text(self) -> &'static str {
        Texts::new().reason(self).trim_end_matches('\0')
    }
}

impl Session {
    /// The decision that this session gives by itself, with that freshness.
    pub fn decide(&self, feature: &str, freshness: Freshness) -> Decision {
        match self.status() {
            Status::Active => {}
            Status::Hold => return Decision::denied(Reason::OnHold, NextStep::Wait, freshness),
            Status::Deleted => {
                return Decision::denied(Reason::SessionEnded, NextStep::StartAgeGate, freshness);
            }
            Status::Other(_) => return Decision::denied(Reason::Error, NextStep::Refresh, freshness),
        }
        let Some(permission) = self.permission(feature) else {
            return Decision::denied(Reason::NotInSession, NextStep::Nothing, freshness);
        };
        let access = Access::of(permission);
        let threshold = permission.verified_age_threshold;
        let (reason, next_step) = why(access, threshold);
        Decision {
            access,
            reason,
            next_step,
            freshness,
            managed_by: Some(permission.managed_by.clone()),
            age_threshold: threshold,
        }
    }
}

/// Why a feature in a session has that access, and what comes next.
fn why(access: Access, threshold: Option<u32>) -> (Reason, NextStep) {
    match access {
        Access::Allowed => (Reason::None, NextStep::Nothing),
        Access::AskParent => (Reason::Parent, NextStep::AskParent),
        Access::VerifyAge => (Reason::AgeVerification, NextStep::VerifyAge),
        Access::PlayerMayEnable => (Reason::PlayerChoice, NextStep::Enable),
        Access::Prohibited if threshold.is_some() => (Reason::TooYoung, NextStep::Nothing),
        Access::Prohibited => (Reason::Prohibited, NextStep::Nothing),
        Access::Unavailable => (Reason::NotInSession, NextStep::Nothing),
    }
}
