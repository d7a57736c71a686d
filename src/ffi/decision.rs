use super::{
    memory::{init_struct, plain},
    text::playgate_text,
    texts::reason_text,
};
use crate::session::{Access, Decision, ManagedBy, Reason};

/// What a feature may do. An open set: treat unknown values as PLAYGATE_ACCESS_UNAVAILABLE.
pub type playgate_access = i32;

/// Denied: no session, on hold, not in the session, or something went wrong.
pub const PLAYGATE_ACCESS_UNAVAILABLE: playgate_access = 0;
/// The feature is on.
pub const PLAYGATE_ACCESS_ALLOWED: playgate_access = 1;
/// Off; a parent can enable it.
pub const PLAYGATE_ACCESS_ASK_PARENT: playgate_access = 2;
/// Off; the player must verify their age first.
pub const PLAYGATE_ACCESS_VERIFY_AGE: playgate_access = 3;
/// Off; the player may enable it.
pub const PLAYGATE_ACCESS_PLAYER_MAY_ENABLE: playgate_access = 4;
/// Off, and nobody can enable it.
pub const PLAYGATE_ACCESS_PROHIBITED: playgate_access = 5;

/// Why a feature is not on. An open set.
pub type playgate_reason = i32;

/// It is on.
pub const PLAYGATE_REASON_NONE: playgate_reason = 0;
/// A parent manages it.
pub const PLAYGATE_REASON_PARENT: playgate_reason = 1;
/// It is not available in this place.
pub const PLAYGATE_REASON_PROHIBITED: playgate_reason = 2;
/// The player is below the age it needs.
pub const PLAYGATE_REASON_TOO_YOUNG: playgate_reason = 3;
/// The player's age is to be verified first.
pub const PLAYGATE_REASON_AGE_VERIFICATION: playgate_reason = 4;
/// The player has not switched it on.
pub const PLAYGATE_REASON_PLAYER_CHOICE: playgate_reason = 5;
/// An answer is being waited for: from the server, from a parent, or about the player's age.
pub const PLAYGATE_REASON_PENDING: playgate_reason = 6;
/// There is no session.
pub const PLAYGATE_REASON_NO_SESSION: playgate_reason = 7;
/// The session is on hold.
pub const PLAYGATE_REASON_ON_HOLD: playgate_reason = 8;
/// Something went wrong.
pub const PLAYGATE_REASON_ERROR: playgate_reason = 9;
/// The session does not name this feature, or says of it what this library does not know.
pub const PLAYGATE_REASON_NOT_IN_SESSION: playgate_reason = 10;
/// The session ended: it was revoked or deleted.
pub const PLAYGATE_REASON_SESSION_ENDED: playgate_reason = 11;
/// The stored session is older than the host's limit, or the clock ran backwards.
pub const PLAYGATE_REASON_STALE: playgate_reason = 12;
/// The stored record is damaged.
pub const PLAYGATE_REASON_RECORD_DAMAGED: playgate_reason = 13;
/// Another process holds the stored record.
pub const PLAYGATE_REASON_RECORD_LOCKED: playgate_reason = 14;
/// The place of the stored record is not there yet, or may not be read.
pub const PLAYGATE_REASON_RECORD_UNAVAILABLE: playgate_reason = 15;
/// The stored record is sealed and no key was given.
pub const PLAYGATE_REASON_KEY_MISSING: playgate_reason = 16;
/// The stored record was sealed with another key, for another player or in another place.
pub const PLAYGATE_REASON_WRONG_KEY: playgate_reason = 17;
/// The stored record was written by a newer version of the library.
pub const PLAYGATE_REASON_NEWER_FORMAT: playgate_reason = 18;
/// The player has switched it off on this device: playgate_client_switch_feature brings it back.
pub const PLAYGATE_REASON_SWITCHED_OFF: playgate_reason = 19;

/// What to do next. An open set: treat unknown values as PLAYGATE_NEXT_NOTHING.
pub type playgate_next_step = i32;

/// Nothing.
pub const PLAYGATE_NEXT_NOTHING: playgate_next_step = 0;
/// Start the age gate.
pub const PLAYGATE_NEXT_START_AGE_GATE: playgate_next_step = 1;
/// Ask a parent.
pub const PLAYGATE_NEXT_ASK_PARENT: playgate_next_step = 2;
/// Have the player verify their age.
pub const PLAYGATE_NEXT_VERIFY_AGE: playgate_next_step = 3;
/// Offer the player to enable it.
pub const PLAYGATE_NEXT_ENABLE: playgate_next_step = 4;
/// Wait for what is on its way.
pub const PLAYGATE_NEXT_WAIT: playgate_next_step = 5;
/// Refresh: ask the server.
pub const PLAYGATE_NEXT_REFRESH: playgate_next_step = 6;

/// How fresh the knowledge behind an answer is. An open set.
pub type playgate_freshness = i32;

/// There is no session.
pub const PLAYGATE_FRESHNESS_NONE: playgate_freshness = 0;
/// The server confirmed it a short while ago.
pub const PLAYGATE_FRESHNESS_LIVE: playgate_freshness = 1;
/// From the stored record, or not confirmed lately.
pub const PLAYGATE_FRESHNESS_CACHED: playgate_freshness = 2;
/// Older than the host's limit.
pub const PLAYGATE_FRESHNESS_STALE: playgate_freshness = 3;

/// Who manages a permission. An open set.
pub type playgate_managed_by = i32;

/// Nobody that this library knows, or the session does not say.
pub const PLAYGATE_MANAGED_BY_UNKNOWN: playgate_managed_by = 0;
/// The player.
pub const PLAYGATE_MANAGED_BY_PLAYER: playgate_managed_by = 1;
/// A parent or another trusted adult.
pub const PLAYGATE_MANAGED_BY_GUARDIAN: playgate_managed_by = 2;
/// Nobody: it is prohibited.
pub const PLAYGATE_MANAGED_BY_PROHIBITED: playgate_managed_by = 3;

/// A decision about a feature. `access` and `next_step` may drive the user interface, `text` may be shown; `reason`,
/// `managed_by` and `age_threshold` may choose among texts; `freshness` is for hints and logs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_decision {
    /// sizeof(playgate_decision); set by playgate_decision_init.
    pub struct_size: u32,
    /// What the feature may do.
    pub access: playgate_access,
    /// Why it is not on.
    pub reason: playgate_reason,
    /// What to do next.
    pub next_step: playgate_next_step,
    /// How fresh the knowledge is.
    pub freshness: playgate_freshness,
    /// Who manages the feature.
    pub managed_by: playgate_managed_by,
    /// The age in years that must be verified; 0 when there is none.
    pub age_threshold: u32,
    /// Zero.
    pub reserved0: u32,
    /// A neutral sentence for the locked feature, in the language that was set; empty when it is on. Static for the
    /// life of the process.
    pub text: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_decision);

impl playgate_decision {
    pub(super) const DENIED: Self = Self {
        struct_size: 0,
        access: PLAYGATE_ACCESS_UNAVAILABLE,
        reason: PLAYGATE_REASON_ERROR,
        next_step: PLAYGATE_NEXT_NOTHING,
        freshness: PLAYGATE_FRESHNESS_NONE,
        managed_by: PLAYGATE_MANAGED_BY_UNKNOWN,
        age_threshold: 0,
        reserved0: 0,
        text: playgate_text::EMPTY,
        reserved: [0; 4],
    };

    pub(super) fn denied() -> Self {
        Self {
            text: reason_text(Reason::Error),
            ..Self::DENIED
        }
    }

    pub(super) fn of(decision: &Decision) -> Self {
        Self {
            access: access(decision.access),
            reason: decision.reason as playgate_reason,
            next_step: decision.next_step as playgate_next_step,
            freshness: decision.freshness as playgate_freshness,
            managed_by: managed_by(decision.managed_by.as_ref()),
            age_threshold: decision.age_threshold.unwrap_or(0),
            text: reason_text(decision.reason),
            ..Self::DENIED
        }
    }
}

pub(super) fn access(access: Access) -> playgate_access {
    playgate_access::from(access as u8)
}

pub(super) fn managed_by(manager: Option<&ManagedBy>) -> playgate_managed_by {
    match manager {
        Some(ManagedBy::Player) => PLAYGATE_MANAGED_BY_PLAYER,
        Some(ManagedBy::Guardian) => PLAYGATE_MANAGED_BY_GUARDIAN,
        Some(ManagedBy::Prohibited) => PLAYGATE_MANAGED_BY_PROHIBITED,
        Some(ManagedBy::Other(_)) | None => PLAYGATE_MANAGED_BY_UNKNOWN,
    }
}

/// Makes a decision struct ready for use: all zero, which is a denial, with its size. Pass sizeof(playgate_decision).
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_decision_init(decision: *mut playgate_decision, struct_size: u32) {
    init_struct(decision, struct_size);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Freshness, NextStep};

    #[test]
    fn numbers_are_those_of_the_core() {
        let accesses = [
            (Access::Unavailable, PLAYGATE_ACCESS_UNAVAILABLE),
            (Access::Allowed, PLAYGATE_ACCESS_ALLOWED),
            (Access::AskParent, PLAYGATE_ACCESS_ASK_PARENT),
            (Access::VerifyAge, PLAYGATE_ACCESS_VERIFY_AGE),
            (Access::PlayerMayEnable, PLAYGATE_ACCESS_PLAYER_MAY_ENABLE),
            (Access::Prohibited, PLAYGATE_ACCESS_PROHIBITED),
        ];
        assert!(accesses.iter().all(|(a, c)| access(*a) == *c));
        let reasons = [
            (Reason::None, PLAYGATE_REASON_NONE),
            (Reason::Parent, PLAYGATE_REASON_PARENT),
            (Reason::Prohibited, PLAYGATE_REASON_PROHIBITED),
            (Reason::TooYoung, PLAYGATE_REASON_TOO_YOUNG),
            (Reason::AgeVerification, PLAYGATE_REASON_AGE_VERIFICATION),
            (Reason::PlayerChoice, PLAYGATE_REASON_PLAYER_CHOICE),
            (Reason::Pending, PLAYGATE_REASON_PENDING),
            (Reason::NoSession, PLAYGATE_REASON_NO_SESSION),
            (Reason::OnHold, PLAYGATE_REASON_ON_HOLD),
            (Reason::Error, PLAYGATE_REASON_ERROR),
            (Reason::NotInSession, PLAYGATE_REASON_NOT_IN_SESSION),
            (Reason::SessionEnded, PLAYGATE_REASON_SESSION_ENDED),
            (Reason::Stale, PLAYGATE_REASON_STALE),
            (Reason::RecordDamaged, PLAYGATE_REASON_RECORD_DAMAGED),
            (Reason::RecordLocked, PLAYGATE_REASON_RECORD_LOCKED),
            (Reason::RecordUnavailable, PLAYGATE_REASON_RECORD_UNAVAILABLE),
            (Reason::KeyMissing, PLAYGATE_REASON_KEY_MISSING),
            (Reason::WrongKey, PLAYGATE_REASON_WRONG_KEY),
            (Reason::NewerFormat, PLAYGATE_REASON_NEWER_FORMAT),
            (Reason::SwitchedOff, PLAYGATE_REASON_SWITCHED_OFF),
        ];
        for (reason, constant) in reasons {
            assert_eq!(reason as i32, constant);
            assert_eq!(reason.text().is_empty(), reason == Reason::None);
        }
        let steps = [
            (NextStep::Nothing, PLAYGATE_NEXT_NOTHING),
            (NextStep::StartAgeGate, PLAYGATE_NEXT_START_AGE_GATE),
            (NextStep::AskParent, PLAYGATE_NEXT_ASK_PARENT),
            (NextStep::VerifyAge, PLAYGATE_NEXT_VERIFY_AGE),
            (NextStep::Enable, PLAYGATE_NEXT_ENABLE),
            (NextStep::Wait, PLAYGATE_NEXT_WAIT),
            (NextStep::Refresh, PLAYGATE_NEXT_REFRESH),
        ];
        assert!(steps.iter().all(|(s, c)| *s as i32 == *c));
        let freshness = [
            (Freshness::None, PLAYGATE_FRESHNESS_NONE),
            (Freshness::Live, PLAYGATE_FRESHNESS_LIVE),
            (Freshness::Cached, PLAYGATE_FRESHNESS_CACHED),
            (Freshness::Stale, PLAYGATE_FRESHNESS_STALE),
        ];
        assert!(freshness.iter().all(|(f, c)| *f as i32 == *c));
    }
}
