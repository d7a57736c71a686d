//! What differs between two sessions.
//!
//! Per permission, in the new session's order: added; else enabled or disabled, and after it a change of management;
//! else a change of management alone; and after those a changed age threshold. Then permissions that are gone, in the
//! old session's order. Then the session itself: age status, status, jurisdiction, another session.

use alloc::{borrow::Cow, string::String, sync::Arc, vec::Vec};
use core::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    access::{Access, Direction},
    model::{AgeStatus, Permission, Session},
};

/// What kind of change. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ChangeKind {
    /// The permission is new.
    Added = 1,
    /// It was off and is on.
    Enabled = 2,
    /// It was on and is off.
    Disabled = 3,
    /// Somebody else manages it.
    ManagementChanged = 4,
    /// It is gone.
    Removed = 5,
    /// Its verified age threshold is another.
    ThresholdChanged = 6,
    /// The player's age status is another.
    AgeStatusChanged = 7,
    /// The session's status is another.
    StatusChanged = 8,
    /// The jurisdiction is another.
    JurisdictionChanged = 9,
    /// It is another session, or there was or is none.
    SessionReplaced = 10,
}

impl ChangeKind {
    /// The name in the JSON list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::ManagementChanged => "management_changed",
            Self::Removed => "removed",
            Self::ThresholdChanged => "threshold_changed",
            Self::AgeStatusChanged => "age_status_changed",
            Self::StatusChanged => "status_changed",
            Self::JurisdictionChanged => "jurisdiction_changed",
            Self::SessionReplaced => "session_replaced",
        }
    }
}

/// One change. `Debug` shows no session id and no jurisdiction.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind.
    pub kind: ChangeKind,
    /// The permission's name; empty for a change of the session itself.
    pub permission: Arc<str>,
    /// Whether more or less is possible than before.
    pub direction: Direction,
    /// The permission's access before, whatever the session's status.
    pub access_before: Access,
    /// The permission's access after, whatever the session's status.
    pub access_after: Access,
    /// Whether the permission was on.
    pub enabled_before: bool,
    /// Whether the permission is on.
    pub enabled_after: bool,
    /// The changed word before: who managed it, the age status, the status, the jurisdiction, the session id.
    pub before: Option<Cow<'static, str>>,
    /// The changed word after.
    pub after: Option<Cow<'static, str>>,
    /// The threshold before, in years.
    pub threshold_before: Option<u32>,
    /// The threshold after, in years.
    pub threshold_after: Option<u32>,
}

impl Change {
    fn of_permission(kind: ChangeKind, old: Option<&Permission>, new: Option<&Permission>) -> Self {
        let access = |p: Option<&Permission>| p.map_or(Access::Unavailable, Access::of);
        let managed = |p: Option<&Permission>| p.map(|p| p.managed_by.word());
        Self {
            kind,
            permission: new.or(old).map(|p| Arc::clone(&p.name)).unwrap_or_default(),
            direction: Direction::between(access(old), access(new)),
            access_before: access(old),
            access_after: access(new),
            enabled_before: old.is_some_and(|p| p.enabled),
            enabled_after: new.is_some_and(|p| p.enabled),
            before: managed(old),
            after: managed(new),
            threshold_before: old.and_then(|p| p.verified_age_threshold),
            threshold_after: new.and_then(|p| p.verified_age_threshold),
        }
    }

    fn of_session(
        kind: ChangeKind,
        direction: Direction,
        before: Option<Cow<'static, str>>,
        after: Option<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind,
            permission: Arc::default(),
            direction,
            access_before: Access::Unavailable,
            access_after: Access::Unavailable,
            enabled_before: false,
            enabled_after: false,
            before,
            after,
            threshold_before: None,
            threshold_after: None,
        }
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Change");
        shown
            .field("kind", &self.kind)
            .field("permission", &self.permission)
            .field("direction", &self.direction)
            .field("access_before", &self.access_before)
            .field("access_after", &self.access_after)
            .field("enabled_before", &self.enabled_before)
            .field("enabled_after", &self.enabled_after);
        if !matches!(self.kind, ChangeKind::JurisdictionChanged | ChangeKind::SessionReplaced) {
            shown.field("before", &self.before).field("after", &self.after);
        }
        shown
            .field("threshold_before", &self.threshold_before)
            .field("threshold_after", &self.threshold_after)
            .finish_non_exhaustive()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.kind.as_str())?;
        if self.is_about_a_permission() {
            map.serialize_entry("permission", &*self.permission)?;
        }
        match self.kind {
            ChangeKind::Added => map.serialize_entry("enabled", &self.enabled_after)?,
            ChangeKind::Enabled | ChangeKind::Disabled | ChangeKind::Removed => {
                map.serialize_entry("previousState", &self.enabled_before)?;
            }
            ChangeKind::ManagementChanged => {
                map.serialize_entry("previousManagedBy", &self.before)?;
                map.serialize_entry("newManagedBy", &self.after)?;
            }
            ChangeKind::ThresholdChanged => {
                map.serialize_entry("previousThreshold", &self.threshold_before)?;
                map.serialize_entry("newThreshold", &self.threshold_after)?;
            }
            ChangeKind::AgeStatusChanged | ChangeKind::StatusChanged => {
                map.serialize_entry("previousStatus", &self.before)?;
                map.serialize_entry("newStatus", &self.after)?;
            }
            ChangeKind::JurisdictionChanged => {
                map.serialize_entry("previousJurisdiction", &self.before)?;
                map.serialize_entry("newJurisdiction", &self.after)?;
            }
            ChangeKind::SessionReplaced => {
                map.serialize_entry("previousSessionId", &self.before)?;
                map.serialize_entry("newSessionId", &self.after)?;
            }
        }
        map.end()
    }
}

impl Change {
    fn is_about_a_permission(&self) -> bool {
        matches!(
            self.kind,
            ChangeKind::Added
                | ChangeKind::Enabled
                | ChangeKind::Disabled
                | ChangeKind::ManagementChanged
                | ChangeKind::Removed
                | ChangeKind::ThresholdChanged
        )
    }
}

/// The changes from one session to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    list: Vec<Change>,
}

impl Changes {
    /// The changes in order.
    pub fn list(&self) -> &[Change] {
        &self.list
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The list as a JSON array.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.list).unwrap_or_else(|_| String::from("[]"))
    }
}

/// Compares two sessions; `None` stands for no session. Linear time; which changes there are does not depend on the
/// order of the permissions. What was left out when a session was stored is not compared.
pub fn compare(before: Option<&Session>, after: Option<&Session>) -> Changes {
    let mut list = Vec::new();
    for (at, new) in after.map_or(&[][..], Session::permissions).iter().enumerate() {
        compare_permission(before.and_then(|b| b.permission_near(at, &new.name)), new, &mut list);
    }
    for (at, old) in before.map_or(&[][..], Session::permissions).iter().enumerate() {
        if after.is_none_or(|a| a.permission_near(at, &old.name).is_none()) {
            list.push(Change::of_permission(ChangeKind::Removed, Some(old), None));
        }
    }
    if let (Some(before), Some(after)) = (before, after) {
        compare_sessions(before, after, &mut list);
    }
    let (old_id, new_id) = (before.map(Session::id), after.map(Session::id));
    if old_id != new_id {
        list.push(Change::of_session(
            ChangeKind::SessionReplaced,
            Direction::Neither,
            owned(old_id),
            owned(new_id),
        ));
    }
    Changes { list }
}

fn owned(word: Option<&str>) -> Option<Cow<'static, str>> {
    word.map(|word| Cow::Owned(word.into()))
}

fn compare_permission(old: Option<&Permission>, new: &Permission, list: &mut Vec<Change>) {
    let mut push = |kind| list.push(Change::of_permission(kind, old, Some(new)));
    let Some(old) = old else { return push(ChangeKind::Added) };
    if old.enabled != new.enabled {
        push(if new.enabled {
            ChangeKind::Enabled
        } else {
            ChangeKind::Disabled
        });
    }
    if old.managed_by != new.managed_by {
        push(ChangeKind::ManagementChanged);
    }
    if old.verified_age_threshold != new.verified_age_threshold {
        push(ChangeKind::ThresholdChanged);
    }
}

fn compare_sessions(before: &Session, after: &Session, list: &mut Vec<Change>) {
    if before.age_status() != after.age_status() {
        let order = |s: &Session| s.age_status().and_then(AgeStatus::order);
        let direction = match (order(before), order(after)) {
            (Some(old), Some(new)) if new > old => Direction::Loosened,
            (Some(old), Some(new)) if new < old => Direction::Tightened,
            _ => Direction::Neither,
        };
        list.push(Change::of_session(
            ChangeKind::AgeStatusChanged,
            direction,
            before.age_status().map(AgeStatus::word),
            after.age_status().map(AgeStatus::word),
        ));
    }
    if before.status() != after.status() {
        let direction = match (before.is_in_force(), after.is_in_force()) {
            (true, false) => Direction::Tightened,
            (false, true) => Direction::Loosened,
            _ => Direction::Neither,
        };
        list.push(Change::of_session(
            ChangeKind::StatusChanged,
            direction,
            Some(before.status().word()),
            Some(after.status().word()),
        ));
    }
    if !before.is_stripped() && !after.is_stripped() && before.jurisdiction() != after.jurisdiction() {
        list.push(Change::of_session(
            ChangeKind::JurisdictionChanged,
            Direction::Neither,
            owned(before.jurisdiction()),
            owned(after.jurisdiction()),
        ));
    }
}
