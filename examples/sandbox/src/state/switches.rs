//! Points in which the sources about k-ID differ, as switches.

use serde::{Deserialize, Serialize};

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
}

/// Tells a field that is `null` from one that is absent.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Switches {
    /// Takes over what `edit` names.
    ///
    /// # Errors
    /// `INVALID_INPUT` when `retryAfterSeconds` is longer than a day.
    pub fn apply(&mut self, edit: &SwitchesEdit) -> Result<(), ApiError> {
        if let Some(Some(seconds)) = edit.retry_after_seconds
            && seconds > 86_400
        {
            return Err(ApiError::invalid("retryAfterSeconds is at most 86400"));
        }
        let set = |switch: &mut bool, value: Option<bool>| *switch = value.unwrap_or(*switch);
        set(&mut self.wrapped, edit.wrapped);
        set(&mut self.not_found_as_404, edit.not_found_as_404);
        set(&mut self.empty_401, edit.empty_401);
        set(&mut self.unknown_field, edit.unknown_field);
        if let Some(retry_after_seconds) = edit.retry_after_seconds {
            self.retry_after_seconds = retry_after_seconds;
        }
        Ok(())
    }
}
