//! The challenges: what the parent and the player answer, and how far they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::State;
use crate::state::answer::{Answered, Passing};
use crate::state::challenge::{Challenge, Email};
use crate::webhooks::Event;

type Answer = Result<Json<Value>, ApiError>;

/// A part of the list of challenges.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// A kuid or a current session id; empty: everybody's.
    player: String,
    offset: usize,
    limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            player: String::new(),
            offset: 0,
            limit: 100,
        }
    }
}

/// `GET /challenges`: the newest first.
pub async fn list(Shared(app): Shared<Arc<App>>, page: Result<Query<Page>, QueryRejection>) -> Answer {
    let Query(page) = page.map_err(|error| ApiError::invalid(error.body_text()))?;
    let base = app.url();
    let state = app.state();
    let of = match page.player.as_str() {
        "" => None,
        player => Some(state.player(player)?.kuid.as_str()),
    };
    let is_of = |challenge: &&Challenge| {
        let player = state.player_by_number(challenge.player);
        of.is_none() || player.map(|player| player.kuid.as_str()) == of
    };
    let all: Vec<&Challenge> = state.challenges.newest_first().filter(is_of).collect();
    let shown: Vec<Value> = all
        .iter()
        .skip(page.offset)
        .take(page.limit.min(1000))
        .map(|challenge| shown(&state, challenge, &base))
        .collect();
    Ok(Json(json!({"total": all.len(), "challenges": shown})))
}

/// `GET /challenges/{id}`.
pub async fn one(Shared(app): Shared<Arc<App>>, Path(id): Path<String>) -> Answer {
    let state = app.state();
    Ok(Json(shown(&state, state.challenges.get(&id)?, &app.url())))
}

fn shown(state: &State, challenge: &Challenge, base: &str) -> Value {
    let player = state.player_by_number(challenge.player);
    let code = challenge.kind.is_parents().then_some(&challenge.link.text);
    let emails: Vec<&Email> = state
        .challenges
        .emails
        .iter()
        .filter(|email| email.challenge_id == challenge.id)
        .collect();
    json!({
        "challengeId": challenge.id,
        "number": challenge.number,
        "type": challenge.kind,
        "answeredBy": if challenge.kind.is_parents() { "parent" } else { "player" },
        "status": challenge.status,
        "player": player.map(|player| &player.name),
        "kuid": player.map(|player| &player.kuid),
        "permissions": challenge.permissions,
        "ageAskedFor": (!challenge.kind.is_parents()).then(|| state.age_asked_for(challenge)),
        "code": code,
        "url": challenge.url(base),
        "expiresAt": challenge.link.expires.to_string(),
        "expired": challenge.link.expires <= jiff::Timestamp::now(),
        "createdAt": challenge.created_at.to_string(),
        "sessionId": challenge.passed_session,
        "emails": emails,
    })
}

/// Does something with a challenge, sends the webhooks it leads to, and answers with the challenge as it is then.
/// `webhooks` in the answer names the events that were sent.
fn answered(app: &App, id: &str, act: impl FnOnce(&mut State) -> Answered) -> Answer {
    let (events, mut answer) = {
        let mut state = app.state();
        let events = act(&mut state)?;
        (events, shown(&state, state.challenges.get(id)?, &app.url()))
    };
    app.webhooks.send_all(&events);
    answer["webhooks"] = json!(events.iter().map(Event::name).collect::<Vec<_>>());
    Ok(Json(answer))
}

/// Nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /challenges/{id}/open`.
pub async fn open(Shared(app): Shared<Arc<App>>, Path(id): Path<String>, Body(Nothing {}): Body<Nothing>) -> Answer {
    answered(&app, &id, |state| state.open_challenge(&id))
}

/// What an approval may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The age that the player was verified to have.
    age: Option<u8>,
}

/// `POST /challenges/{id}/approve`.
pub async fn approve(Shared(app): Shared<Arc<App>>, Path(id): Path<String>, Body(approval): Body<Approval>) -> Answer {
    let age = approval.age;
    answered(&app, &id, |state| match age {
        Some(age) if !state.challenges.get(&id)?.kind.is_parents() => state.finish_age_check(&id, age),
        _ => state.pass_challenge(&id, Passing::default()),
    })
}

/// `POST /challenges/{id}/refuse`.
pub async fn refuse(Shared(app): Shared<Arc<App>>, Path(id): Path<String>, Body(Nothing {}): Body<Nothing>) -> Answer {
    answered(&app, &id, |state| state.fail_challenge(&id))
}

/// `POST /challenges/{id}/expire`: its codes and tokens are of no use any more; the challenge stays as it is.
pub async fn expire(Shared(app): Shared<Arc<App>>, Path(id): Path<String>, Body(Nothing {}): Body<Nothing>) -> Answer {
    answered(&app, &id, |state| {
        state.challenges.expire_links(&id)?;
        Ok(Vec::new())
    })
}

/// `GET /emails`: how many there were, and the last 200.
pub async fn emails(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    let state = app.state();
    Json(json!({"total": state.challenges.emails_sent, "emails": state.challenges.emails}))
}
