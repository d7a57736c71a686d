//! Permissions as a parent has set them, and as a player of some age sees them.

use serde::{Deserialize, Deserializer, Serialize};

use super::age::AgeStatus;
use crate::error::ApiError;

/// Who decides about a permission, or about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ManagedBy {
    Player,
    Guardian,
    Prohibited,
}

/// One permission of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    pub name: String,
    pub enabled: bool,
    pub managed_by: ManagedBy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_age_threshold: Option<u8>,
}

/// What a control call says about a permission; what it leaves out stays, or gets its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermissionEdit {
    enabled: Option<bool>,
    managed_by: Option<ManagedBy>,
    /// `null` removes the threshold.
    #[serde(default, deserialize_with = "given")]
    verified_age_threshold: Option<Option<u8>>,
}

/// A permission with its name, as a list of permissions holds it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedPermission {
    name: String,
    enabled: Option<bool>,
    managed_by: Option<ManagedBy>,
    verified_age_threshold: Option<u8>,
}

/// Tells a field that is `null` from one that is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u8>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The player whose permissions are edited.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    pub age: u8,
    pub status: AgeStatus,
}

impl Permission {
    /// A permission that nobody has decided about yet: off, and the guardian's to decide.
    pub fn undecided(name: &str) -> Result<Self, ApiError> {
        if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
            return Err(ApiError::invalid(
                "a permission's name has 1 to 128 bytes and no control characters",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            enabled: false,
            managed_by: ManagedBy::Guardian,
            verified_age_threshold: None,
        })
    }

    /// This permission as `holder`'s session shows it: below its threshold it is prohibited, and a legal adult has no
    /// guardian.
    pub fn seen_by(&self, holder: Holder) -> Self {
        let mut seen = self.clone();
        if self.is_below_threshold(holder) {
            seen.managed_by = ManagedBy::Prohibited;
            seen.enabled = false;
        } else if self.managed_by == ManagedBy::Guardian && holder.status == AgeStatus::LegalAdult {
            seen.managed_by = ManagedBy::Player;
        }
        seen
    }

    fn is_below_threshold(&self, holder: Holder) -> bool {
        self.verified_age_threshold
            .is_some_and(|threshold| holder.age < threshold)
    }

    /// This permission after `edit`.
    ///
    /// # Errors
    /// `INVALID_INPUT` for what k-ID would never send: a threshold permission under a guardian, a prohibited
    /// permission that is on.
    pub fn edited(&self, edit: &PermissionEdit, holder: Holder) -> Result<Self, ApiError> {
        let mut next = self.clone();
        if let Some(threshold) = edit.verified_age_threshold {
            next.verified_age_threshold = threshold;
        }
        match (edit.managed_by, next.verified_age_threshold) {
            (Some(ManagedBy::Guardian), Some(_)) => {
                return Err(refused(
                    self,
                    "has an age threshold, so it cannot be managed by a guardian",
                ));
            }
            (Some(ManagedBy::Prohibited), Some(threshold)) if holder.age >= threshold => {
                return Err(refused(
                    self,
                    "has an age threshold that the player has reached; remove the threshold to prohibit it",
                ));
            }
            // The age decides between PLAYER and PROHIBITED, at each read.
            (_, Some(_)) => next.managed_by = ManagedBy::Player,
            (Some(managed_by), None) => next.managed_by = managed_by,
            (None, None) => {}
        }
        if edit.managed_by == Some(ManagedBy::Guardian) && holder.status == AgeStatus::LegalAdult {
            return Err(refused(
                self,
                "cannot be managed by a guardian: the player is a legal adult",
            ));
        }
        if let Some(enabled) = edit.enabled {
            next.enabled = enabled;
        } else if next.managed_by == ManagedBy::Prohibited {
            next.enabled = false;
        }
        if next.enabled && next.managed_by == ManagedBy::Prohibited {
            return Err(refused(self, "is prohibited, so it cannot be on"));
        }
        if edit.enabled == Some(true) && next.is_below_threshold(holder) {
            return Err(refused(self, "cannot be on: the player is below its age threshold"));
        }
        Ok(next)
    }
}

fn refused(permission: &Permission, why: &str) -> ApiError {
    ApiError::invalid(format!("permission {:?} {why}", permission.name))
}

/// Builds the permissions of a consent from a list.
///
/// # Errors
/// `INVALID_INPUT` as [`Permission::edited`] has it, and for a name that occurs twice.
pub fn from_list(list: &[NamedPermission], holder: Holder) -> Result<Vec<Permission>, ApiError> {
    let mut permissions = Vec::with_capacity(list.len());
    let mut names = std::collections::HashSet::new();
    for item in list {
        if !names.insert(item.name.as_str()) {
            return Err(ApiError::invalid(format!(
                "permission {:?} occurs twice in the list",
                item.name
            )));
        }
        // A legal adult's permissions come without a guardian from the start.
        let managed_by = item.managed_by.or(match (item.verified_age_threshold, holder.status) {
            (None, AgeStatus::LegalAdult) => Some(ManagedBy::Player),
            _ => None,
        });
        let edit = PermissionEdit {
            enabled: item.enabled,
            managed_by,
            verified_age_threshold: Some(item.verified_age_threshold),
        };
        permissions.push(Permission::undecided(&item.name)?.edited(&edit, holder)?);
    }
    Ok(permissions)
}

/// What a product with the usual features asks for: every kind of permission occurs.
pub fn usual_set() -> Vec<Permission> {
    use ManagedBy::{Guardian, Player, Prohibited};
    [
        ("multiplayer", true, Guardian, None),
        ("text-chat-private", true, Guardian, None),
        ("voice-chat", false, Guardian, None),
        ("share-to-social-media", false, Guardian, None),
        ("in-game-purchases", false, Guardian, None),
        ("targeted-ads", true, Guardian, None),
        ("leaderboard-and-rankings", true, Player, None),
        ("custom-username", true, Player, None),
        ("ai-generated-avatars", false, Player, None),
        ("loot-boxes-paid-cosmetic-only", false, Player, Some(18)),
        ("simulated-gambling", false, Prohibited, None),
    ]
    .into_iter()
    .map(|(name, enabled, managed_by, verified_age_threshold)| Permission {
        name: name.to_owned(),
        enabled,
        managed_by,
        verified_age_threshold,
    })
    .collect()
}
