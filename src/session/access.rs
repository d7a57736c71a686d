//! What a feature may do.

use super::model::{ManagedBy, Permission, Session, Status};

/// What a feature may do. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Access {
    /// Denied: no session, on hold, not in the session, or something went wrong.
    #[default]
    Unavailable = 0,
    /// The feature is on.
    Allowed = 1,
    /// Off; a parent can enable it.
    AskParent = 2,
    /// Off; the player must verify their age first.
    VerifyAge = 3,
    /// Off; the player may enable it.
    PlayerMayEnable = 4,
    /// Off, and nobody can enable it.
    Prohibited = 5,
}

impl Access {
    /// The access that a permission gives by itself. `enabled` alone decides "allowed".
    #[inline]
    pub fn of(permission: &Permission) -> Self {
        if permission.enabled {
            return Self::Allowed;
        }
        match (&permission.managed_by, permission.verified_age_threshold) {
            (ManagedBy::Guardian, _) => Self::AskParent,
            (ManagedBy::Prohibited, _) => Self::Prohibited,
            (ManagedBy::Player, Some(_)) => Self::VerifyAge,
            (ManagedBy::Player, None) => Self::PlayerMayEnable,
            (ManagedBy::Other(_), _) => Self::Unavailable,
        }
    }

    /// Tight to loose: 0 for prohibited and unavailable, 1 for ask parent and verify age, 2 for player may enable, 3 for
    /// allowed.
    #[inline]
    pub fn rank(self) -> u8 {
        match self {
            Self::Prohibited | Self::Unavailable => 0,
            Self::AskParent | Self::VerifyAge => 1,
            Self::PlayerMayEnable => 2,
            Self::Allowed => 3,
        }
    }

    /// Whether the feature is on.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }

    /// The access of that number; unavailable for a number that is none.
    pub fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Allowed,
            2 => Self::AskParent,
            3 => Self::VerifyAge,
            4 => Self::PlayerMayEnable,
            5 => Self::Prohibited,
            _ => Self::Unavailable,
        }
    }

    /// `newer` unless it is looser than `self`.
    #[inline]
    pub fn tightened_by(self, newer: Self) -> Self {
        if newer.rank() <= self.rank() { newer } else { self }
    }
}

/// Which way an access went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Of equal rank.
    #[default]
    Neither,
    /// More is possible than before.
    Loosened,
    /// Less is possible than before.
    Tightened,
}

impl Direction {
    /// The way from one access to another.
    pub fn between(before: Access, after: Access) -> Self {
        match after.rank().cmp(&before.rank()) {
            core::cmp::Ordering::Less => Self::Tightened,
            core::cmp::Ordering::Equal => Self::Neither,
            core::cmp::Ordering::Greater => Self::Loosened,
        }
    }
}

impl Session {
    /// Whether the session's permissions count at all: its status is active.
    #[inline]
    pub fn is_in_force(&self) -> bool {
        matches!(self.status, Status::Active)
    }

    /// The feature's access: unavailable when the session is not in force or does not name the feature.
    pub fn access(&self, feature: &str) -> Access {
        self.access_near(usize::MAX, feature)
    }

    /// The same for a permission that most likely stands at `near`.
    #[inline]
    pub(crate) fn access_near(&self, near: usize, feature: &str) -> Access {
        if !self.is_in_force() {
            return Access::Unavailable;
        }
        self.permission_near(near, feature)
            .map_or(Access::Unavailable, Access::of)
    }
}
