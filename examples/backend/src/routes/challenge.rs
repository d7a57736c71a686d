//! Asking for a permission, and the challenge that may come of it.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{
        Path, State,
        rejection::{BytesRejection, PathRejection},
    },
    http::StatusCode,
    response::Response,
};
use playgate::protocol::{
    age_signal::AgeSignal,
    challenge::{Actor, ChallengeStatus, is_email},
    kid::challenge_json,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{App, body_error, invalid_body, object, player::Player, session};
use crate::{
    challenges::{CHALLENGE_NOT_FOUND, INVALID_EMAIL},
    error::{ApiError, json},
    sessions::INVALID_ID,
    store::ChallengeRow,
    upgrade::{INVALID_AGE_SIGNAL, Requested},
};

/// The longest permission name, in bytes.
const MAX_NAME_BYTES: usize = 256;
/// The longest locale, in bytes (RFC 5646 section 4.4.1).
const MAX_LOCALE_BYTES: usize = 35;
const ASK_FORM: &str = r#"the body must be {"sessionId": "...", "permissionName": "..."}"#;
const EMAIL_FORM: &str = r#"the body must be {"email": "...", "locale": "..."}, both of which may be left out"#;

/// `POST /api/request-permission`
pub async fn request(
    State(app): State<Arc<App>>,
    Player(player): Player,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ask {
        session_id: String,
        permission_name: String,
        #[serde(default)]
        platform_age_signal: Option<Value>,
    }
    let body = body.map_err(body_error)?;
    let ask: Ask = object(&body, ASK_FORM)?;
    if !session::is_id(&ask.session_id) {
        return Err(INVALID_ID);
    }
    if !(1..=MAX_NAME_BYTES).contains(&ask.permission_name.len()) || !is_storable(&ask.permission_name) {
        return Err(invalid_body(ASK_FORM));
    }
    let age_signal = ask.platform_age_signal.map(age_signal).transpose()?;
    let requested = app
        .challenges
        .request(&player, &ask.session_id, &ask.permission_name, age_signal)
        .await?;
    let body = match requested {
        Requested::NoSession(answer) => return Ok(session::respond(answer, None)),
        // Both parts are JSON texts already; the session goes out byte for byte as k-ID gave it.
        Requested::On(session) => format!(r#"{{"success":true,"session":{}}}"#, session.json()),
        Requested::Off(session) => format!(r#"{{"success":false,"session":{}}}"#, session.json()),
        Requested::Asked(challenge) => {
            let who = match challenge.actor() {
                Actor::Parent => "requiresParentConsent",
                Actor::Player => "requiresAgeAssurance",
            };
            format!(
                r#"{{"success":false,"{who}":true,"challenge":{}}}"#,
                challenge_json(&challenge)
            )
        }
    };
    Ok(json(StatusCode::OK, body))
}

fn age_signal(value: Value) -> Result<AgeSignal, ApiError> {
    let signal: AgeSignal = serde_json::from_value(value).map_err(|_| INVALID_AGE_SIGNAL)?;
    let checked = signal.check();
    checked.map_err(|rule| INVALID_AGE_SIGNAL.text(rule.to_string()))?;
    Ok(signal)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing<'a> {
    challenge_id: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

fn standing(row: &ChallengeRow, challenge: Option<Box<RawValue>>) -> Response {
    let is_passed = row.status == ChallengeStatus::Passed;
    let body = Standing {
        challenge_id: &row.id,
        status: row.status.as_str(),
        challenge,
        session_id: is_passed.then(|| row.granted.as_deref().unwrap_or(&row.session)),
    };
    json(StatusCode::OK, serde_json::to_string(&body).unwrap_or_default())
}

/// `GET /api/challenge/{id}`
pub async fn by_id(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (row, challenge) = app.challenges.read(&player, &path_id(id)?).await?;
    let challenge = challenge.and_then(|challenge| RawValue::from_string(challenge_json(&challenge)).ok());
    Ok(standing(&row, challenge))
}

/// `GET /api/challenge/{id}/status`
pub async fn status(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let row = app.challenges.status(&player, &path_id(id)?).await?;
    Ok(standing(&row, None))
}

/// `POST /api/challenge/{id}/code`
pub async fn code(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Code {
        one_time_password: String,
        #[serde(rename(deserialize = "otpExpiresAt"))]
        expires_at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    }
    let challenge = app.challenges.new_code(&player, &path_id(id)?).await?;
    // Read back from the challenge's own JSON, so that times have one form.
    let code: Code = serde_json::from_str(&challenge_json(&challenge)).map_err(|_| ApiError::kid_unavailable())?;
    Ok(json(StatusCode::OK, serde_json::to_string(&code).unwrap_or_default()))
}

/// `POST /api/challenge/{id}/email`
pub async fn email(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    #[derive(Deserialize, Default)]
    struct Email {
        #[serde(default)]
        email: Option<String>,
        #[serde(default)]
        locale: Option<String>,
    }
    let id = path_id(id)?;
    let body = body.map_err(body_error)?;
    let Email { email, locale } = if body.trim_ascii().is_empty() {
        Email::default()
    } else {
        object(&body, EMAIL_FORM)?
    };
    if email.as_deref().is_some_and(|address| !is_email(address)) {
        return Err(INVALID_EMAIL);
    }
    if locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
        return Err(invalid_body(EMAIL_FORM));
    }
    app.challenges
        .email(&player, &id, email.as_deref(), locale.as_deref())
        .await?;
    Ok(json(StatusCode::OK, r#"{"sent":true}"#))
}

fn is_locale(text: &str) -> bool {
    (1..=MAX_LOCALE_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Whether a text can be in the database at all; PostgreSQL takes no NUL.
pub(super) fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// An id that cannot be one is as unknown as any other.
fn path_id(path: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    path.ok()
        .map(|Path(id)| id)
        .filter(|id| is_storable(id))
        .ok_or(CHALLENGE_NOT_FOUND)
}
