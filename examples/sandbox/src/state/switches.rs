//! Points in which the sources about k-ID differ, as switches.

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::ApiError;

/// How the simulated k-ID words its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
    /// `{"session": …, "status": "PASS"}` instead of the session at the root.
    pub wrapped: bool,
    /// 404 instead of 400 for a session that is not there; the body stays.
    pub not_found_as_404: bool,
    /// 401 without a body.
    pub empty_401: bool,
    /// Seconds in the `Retry-After` header of a 429; no header when there is none.
    pub retry_after_seconds: Option<u32>,
    /// A field in the session that no client knows.
    pub unknown_field: bool,
    /// `status` of an upgrade; no such field when there is none.
    pub upgrade_status: Option<UpgradeStatus>,
    /// How much of the session an upgrade answers with.
    pub upgrade_session: UpgradeSession,
    /// A parent's challenge is a `CHALLENGE_PARENTAL_CONSENT`.
    pub parental_consent_type: bool,
    /// `generate-otp` answers `{"oneTimePassword": …}`.
    pub one_time_password_name: bool,
    /// No `childLiteAccessEnabled` in challenges.
    pub child_lite_absent: bool,
    /// `get-status` without id and type.
    pub bare_status: bool,
    /// `get-status` without the session id of a PASS.
    pub pass_without_session: bool,
    /// For how long `session/get` does not find the session after a PASS.
    pub session_gone_after_pass_ms: u32,
    /// A PASS leaves the permissions as they are.
    pub pass_enables_nothing: bool,
    /// A PASS moves the player to a new session id.
    pub pass_mints_session: bool,
    /// After which upgrades there is a `Session.ChangePermissions`.
    pub change_permissions_on: ChangeEvent,
}

/// What `status` says in the answer to an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UpgradeStatus {
    /// `CHALLENGE` where there is a challenge, else `PASS`.
    Right,
    /// The opposite.
    Wrong,
}

/// The session in the answer to an upgrade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UpgradeSession {
    #[default]
    Whole,
    /// Without an etag, and with no permissions but those that were asked for.
    RequestedOnly,
    Absent,
}

/// Which upgrades lead to a `Session.ChangePermissions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeEvent {
    /// The unlocking of a threshold permission.
    #[default]
    Unlock,
    /// That, and a parent's approval.
    Approval,
    Never,
}

/// A change of some of the switches.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwitchesEdit {
    wrapped: Option<bool>,
    not_found_as_404: Option<bool>,
    empty_401: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    retry_after_seconds: Option<Option<u32>>,
    unknown_field: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    upgrade_status: Option<Option<UpgradeStatus>>,
    upgrade_session: Option<UpgradeSession>,
    parental_consent_type: Option<bool>,
    one_time_password_name: Option<bool>,
    child_lite_absent: Option<bool>,
    bare_status: Option<bool>,
    pass_without_session: Option<bool>,
    session_gone_after_pass_ms: Option<u32>,
    pass_enables_nothing: Option<bool>,
    pass_mints_session: Option<bool>,
    change_permissions_on: Option<ChangeEvent>,
}

/// Tells a field that is `null` from one that is absent.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Takes over a value that is given.
pub fn set<T>(switch: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *switch = value;
    }
}

impl Switches {
    /// Takes over what `edit` names.
    ///
    /// # Errors
    /// `INVALID_INPUT` when `retryAfterSeconds` is longer than a day or `sessionGoneAfterPassMs` than an hour.
    pub fn apply(&mut self, edit: &SwitchesEdit) -> Result<(), ApiError> {
        if let Some(Some(seconds)) = edit.retry_after_seconds
            && seconds > 86_400
        {
            return Err(ApiError::invalid("retryAfterSeconds is at most 86400"));
        }
        if edit.session_gone_after_pass_ms > Some(3_600_000) {
            return Err(ApiError::invalid("sessionGoneAfterPassMs is at most 3600000"));
        }
        set(&mut self.wrapped, edit.wrapped);
        set(&mut self.not_found_as_404, edit.not_found_as_404);
        set(&mut self.empty_401, edit.empty_401);
        set(&mut self.retry_after_seconds, edit.retry_after_seconds);
        set(&mut self.unknown_field, edit.unknown_field);
        set(&mut self.upgrade_status, edit.upgrade_status);
        set(&mut self.upgrade_session, edit.upgrade_session);
        set(&mut self.parental_consent_type, edit.parental_consent_type);
        set(&mut self.one_time_password_name, edit.one_time_password_name);
        set(&mut self.child_lite_absent, edit.child_lite_absent);
        set(&mut self.bare_status, edit.bare_status);
        set(&mut self.pass_without_session, edit.pass_without_session);
        set(&mut self.session_gone_after_pass_ms, edit.session_gone_after_pass_ms);
        set(&mut self.pass_enables_nothing, edit.pass_enables_nothing);
        set(&mut self.pass_mints_session, edit.pass_mints_session);
        set(&mut self.change_permissions_on, edit.change_permissions_on);
        Ok(())
    }
}
