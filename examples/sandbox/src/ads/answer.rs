//! What the ad service answers: `{"success": true}`, or `{"error": {"code", "message"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::switches::set;

/// Points in which the sources about the ad service differ, and answers that no source has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
    /// An error comes with status 200; the body stays.
    pub errors_as_200: bool,
    /// `{"ok": 1}` instead of `{"success": true}`.
    pub success_absent: bool,
    /// `error` is the code.
    pub flat_errors: bool,
    /// The message of an error stands at the root, too.
    pub top_level_message: bool,
}

/// A change of some of the switches.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwitchesEdit {
    errors_as_200: Option<bool>,
    success_absent: Option<bool>,
    flat_errors: Option<bool>,
    top_level_message: Option<bool>,
}

impl Switches {
    /// Takes over what `edit` names.
    pub fn apply(&mut self, edit: &SwitchesEdit) {
        set(&mut self.errors_as_200, edit.errors_as_200);
        set(&mut self.success_absent, edit.success_absent);
        set(&mut self.flat_errors, edit.flat_errors);
        set(&mut self.top_level_message, edit.top_level_message);
    }
}

/// A request that is turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    message: &'static str,
}

impl Refusal {
    pub const MISSING_FIELDS: Self = Self::new(StatusCode::BAD_REQUEST, "MISSING_FIELDS", "auth_token is required");
    pub const UNAUTHORIZED: Self = Self::new(
        StatusCode::UNAUTHORIZED,
        "UNAUTHORIZED",
        "the authorization token is missing or not valid",
    );
    pub const ALREADY_IN_GAME: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "ALREADY_IN_GAME",
        "a session is already active for this user",
    );
    pub const NO_ACTIVE_SESSION: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "NO_ACTIVE_SESSION",
        "there is no active session for this user",
    );
    pub const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such endpoint");
    pub const WRONG_METHOD: Self = Self::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "this endpoint takes POST",
    );
    /// A fault was set.
    pub const BROKEN: Self = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ISE", "something went wrong");

    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// The body.
    pub fn body(&self, switches: &Switches) -> Value {
        let mut body = json!({"error": {"code": self.code, "message": self.message}});
        if switches.flat_errors {
            body["error"] = json!(self.code);
        }
        if switches.top_level_message {
            body["message"] = json!(self.message);
        }
        body
    }
}

/// The answer to a request that met no fault.
pub fn response(outcome: Result<(), Refusal>, switches: &Switches) -> Response {
    match outcome {
        Ok(()) if switches.success_absent => Json(json!({"ok": 1})).into_response(),
        Ok(()) => Json(json!({"success": true})).into_response(),
        Err(refusal) if switches.errors_as_200 => Json(refusal.body(switches)).into_response(),
        Err(refusal) => (refusal.status, Json(refusal.body(switches))).into_response(),
    }
}
