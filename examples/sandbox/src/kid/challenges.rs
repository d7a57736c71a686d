//! Challenges, their codes and e-mails, and the widget for parents, as a product's server asks for them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::session_not_found;
use crate::control::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::answer::Passing;
use crate::state::challenge::{Challenge, Status};
use crate::state::check_jurisdiction;
use crate::state::links::Door;
use crate::state::permission::ManagedBy;
use crate::state::switches::Switches;

type Answer = Result<Json<Value>, ApiError>;
type Asked = Result<Query<HashMap<String, String>>, QueryRejection>;

/// A challenge as k-ID sends it. One that has been answered has no URL and no code.
pub fn challenge_shown(challenge: &Challenge, switches: &Switches, base: &str) -> Value {
    let mut shown = json!({"challengeId": challenge.id, "type": challenge.kind});
    if challenge.is_open() {
        shown["url"] = json!(challenge.url(base));
        if challenge.kind.is_parents() {
            shown["oneTimePassword"] = json!(challenge.link.text);
            shown["otpExpiresAt"] = json!(challenge.link.expires.to_string());
        }
    }
    if !switches.child_lite_absent {
        shown["childLiteAccessEnabled"] = json!(false);
    }
    shown
}

/// `challengeId` of a query, which some sources call `id`.
fn asked_id(query: Asked) -> Result<String, ApiError> {
    let Query(mut query) = query.map_err(|_| ApiError::invalid("the query cannot be read"))?;
    let mut value = |name: &str| query.remove(name).filter(|value| !value.is_empty());
    value("challengeId")
        .or_else(|| value("id"))
        .ok_or_else(|| ApiError::invalid("challengeId is required"))
}

/// `GET /challenge/get`: an open one comes with a fresh URL and code.
pub async fn get(Shared(app): Shared<Arc<App>>, query: Asked) -> Answer {
    let id = asked_id(query)?;
    let mut state = app.state();
    let state = &mut *state;
    let challenge = if state.challenges.get(&id)?.is_open() {
        state.challenges.renew_link(&id, state.lifetimes)?
    } else {
        state.challenges.get(&id)?
    };
    Ok(Json(challenge_shown(challenge, &state.switches, &app.url())))
}

/// `GET /challenge/get-status`.
pub async fn get_status(Shared(app): Shared<Arc<App>>, query: Asked) -> Answer {
    let id = asked_id(query)?;
    let state = app.state();
    let challenge = state.challenges.get(&id)?;
    let mut answer = json!({"status": challenge.status});
    if !state.switches.bare_status {
        answer["id"] = json!(challenge.id);
        answer["type"] = json!(challenge.kind);
    }
    if challenge.status == Status::Pass {
        if !state.switches.pass_without_session {
            answer["sessionId"] = json!(challenge.passed_session);
        }
        if let Some(address) = &challenge.approver_email {
            answer["approverEmail"] = json!(address);
        }
    }
    Ok(Json(answer))
}

/// A body that names a challenge.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    challenge_id: Option<String>,
}

fn required(value: Option<String>, name: &str) -> Result<String, ApiError> {
    let value = value.filter(|value| !value.is_empty());
    value.ok_or_else(|| ApiError::invalid(format!("{name} is required")))
}

/// # Errors
/// `INVALID_INPUT` when the challenge is not for a parent, or has been answered.
fn waits_for_parent(challenge: &Challenge) -> Result<(), ApiError> {
    challenge.still_open()?;
    if challenge.kind.is_parents() {
        return Ok(());
    }
    Err(ApiError::invalid("the player answers this challenge, not a parent"))
}

/// `POST /challenge/generate-otp`.
pub async fn generate_otp(Shared(app): Shared<Arc<App>>, Body(named): Body<Named>) -> Answer {
    let id = required(named.challenge_id, "challengeId")?;
    let mut state = app.state();
    let state = &mut *state;
    waits_for_parent(state.challenges.get(&id)?)?;
    let link = &state.challenges.renew_link(&id, state.lifetimes)?.link;
    Ok(Json(if state.switches.one_time_password_name {
        json!({"oneTimePassword": link.text})
    } else {
        json!({"otp": link.text, "expiresAt": link.expires.to_string()})
    }))
}

/// An e-mail to a parent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    challenge_id: Option<String>,
    email: Option<String>,
    locale: Option<String>,
}

/// `POST /challenge/send-email`: an empty body. Without an address it goes to the last approving adult.
pub async fn send_email(Shared(app): Shared<Arc<App>>, Body(letter): Body<Letter>) -> Result<StatusCode, ApiError> {
    let id = required(letter.challenge_id, "challengeId")?;
    let mut state = app.state();
    let challenge = state.challenges.get(&id)?;
    waits_for_parent(challenge)?;
    let player = state.player_by_number(challenge.player);
    let to = match letter.email.filter(|email| !email.is_empty()) {
        Some(email) if is_email(&email) => Some(email),
        Some(_) => return Err(invalid_email("the address is not usable")),
        None if player.is_some_and(|player| player.has_approver_email) => {
            player.and_then(|player| player.approver_email.clone())
        }
        None => return Err(invalid_email("no adult has approved anything for this player yet")),
    };
    state.challenges.note_email(&id, to, letter.locale);
    Ok(StatusCode::OK)
}

fn invalid_email(message: &str) -> ApiError {
    ApiError {
        code: "INVALID_EMAIL",
        ..ApiError::invalid(message)
    }
}

/// Whether a message could be sent there: something, one `@`, a name with a dot.
fn is_email(address: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let is_domain = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    address.len() <= 254 && address.chars().all(is_plain) && !local.is_empty() && !domain.contains('@') && is_domain
}

/// A parent and the session they look after.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WidgetRequest {
    session_id: Option<String>,
    email: Option<String>,
}

/// `POST /widget/generate-manage-session-permissions-url`: for sessions that a guardian manages.
pub async fn widget_url(Shared(app): Shared<Arc<App>>, Body(request): Body<WidgetRequest>) -> Answer {
    let session_id = required(request.session_id, "sessionId")?;
    if !is_email(&required(request.email, "email")?) {
        return Err(invalid_email("the address is not usable"));
    }
    let mut state = app.state();
    let state = &mut *state;
    let session = state
        .player_of_session(&session_id)
        .and_then(|player| player.session_on(state.today(), &state.switches))
        .ok_or_else(|| session_not_found(&state.switches))?;
    if session.managed_by != ManagedBy::Guardian {
        return Err(ApiError::invalid("the session is not managed by a guardian"));
    }
    let door = Door::Widget { session_id };
    let token = state.challenges.links.make_token(door, state.lifetimes.token_seconds);
    let url = format!("{}/widget/manage-session-permissions?token={}", app.url(), token.text);
    Ok(Json(json!({ "url": url })))
}

/// A simulated answer to a challenge.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulated {
    challenge_id: Option<String>,
    status: Option<String>,
    age: Option<u8>,
    jurisdiction: Option<String>,
    approver_email: Option<String>,
}

/// `POST /test/set-challenge-status`. For an age check `age` is what was verified; what needs more stays off.
pub async fn set_status(Shared(app): Shared<Arc<App>>, Body(simulated): Body<Simulated>) -> Answer {
    let id = required(simulated.challenge_id, "challengeId")?;
    let age = Some(simulated.age.ok_or_else(|| ApiError::invalid("age is required"))?);
    check_jurisdiction(&required(simulated.jurisdiction, "jurisdiction")?)?;
    let approver_email = simulated.approver_email.filter(|email| !email.is_empty());
    if approver_email.as_deref().is_some_and(|email| !is_email(email)) {
        return Err(invalid_email("the address is not usable"));
    }
    let status = required(simulated.status, "status")?;
    let events = {
        let mut state = app.state();
        match status.as_str() {
            "PASS" => state.pass_challenge(&id, Passing { age, approver_email })?,
            "FAIL" => state.fail_challenge(&id)?,
            _ => return Err(ApiError::invalid("status must be PASS or FAIL")),
        }
    };
    app.webhooks.send_all(&events);
    Ok(Json(json!({"challengeId": id, "status": status})))
}
