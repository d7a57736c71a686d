//! The players: created by consent, edited by their parent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::permission::{NamedPermission, PermissionEdit};
use crate::state::player::{Allowance, SessionStatus};
use crate::state::{NewPlayer, Outcome, State};
use crate::webhooks::Event;

type Answer = Result<Json<Value>, ApiError>;

/// A part of the list of players.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    search: String,
    offset: usize,
    limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            search: String::new(),
            offset: 0,
            limit: 100,
        }
    }
}

/// `GET /players`.
pub async fn list(
    Shared(app): Shared<Arc<App>>,
    page: Result<Query<Page>, axum::extract::rejection::QueryRejection>,
) -> Answer {
    let Query(page) = page.map_err(|error| ApiError::invalid(error.body_text()))?;
    let list = app.state().list(&page.search, page.offset, page.limit.min(1000));
    Ok(Json(list))
}

/// `POST /players`.
pub async fn create(Shared(app): Shared<Arc<App>>, Body(new): Body<NewPlayer>) -> Answer {
    let mut state = app.state();
    let kuid = state.create(&new)?;
    details(&state, &kuid)
}

/// `GET /players/{player}`.
pub async fn one(Shared(app): Shared<Arc<App>>, Path(player): Path<String>) -> Answer {
    details(&app.state(), &player)
}

fn details(state: &State, player: &str) -> Answer {
    let details = state.player(player)?.details(state.today(), &state.switches);
    Ok(Json(details))
}

/// Runs an edit, sends the webhooks it leads to, and answers with the player as they are then. `webhook` in the answer
/// names the event that was sent last, or is null.
fn edited(app: &App, player: &str, edit: impl FnOnce(&mut State) -> Outcome) -> Answer {
    let (events, answer) = {
        let mut state = app.state();
        // A revocation makes the session id useless as a name of the player.
        let kuid = state.player(player)?.kuid.clone();
        let events = edit(&mut state)?;
        (events, details(&state, &kuid)?)
    };
    app.webhooks.send_all(&events);
    let Json(mut answer) = answer;
    answer["webhook"] = json!(events.last().map(Event::name));
    Ok(Json(answer))
}

/// `PUT /players/{player}/permissions/{name}`.
pub async fn edit_permission(
    Shared(app): Shared<Arc<App>>,
    Path((player, name)): Path<(String, String)>,
    Body(edit): Body<PermissionEdit>,
) -> Answer {
    edited(&app, &player, |state| state.edit_permission(&player, &name, &edit))
}

/// `DELETE /players/{player}/permissions/{name}`.
pub async fn remove_permission(Shared(app): Shared<Arc<App>>, Path((player, name)): Path<(String, String)>) -> Answer {
    edited(&app, &player, |state| state.remove_permission(&player, &name))
}

/// All permissions at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllPermissions {
    permissions: Vec<NamedPermission>,
}

/// `PUT /players/{player}/permissions`.
pub async fn replace_permissions(
    Shared(app): Shared<Arc<App>>,
    Path(player): Path<String>,
    Body(all): Body<AllPermissions>,
) -> Answer {
    edited(&app, &player, |state| {
        state.replace_permissions(&player, &all.permissions)
    })
}

/// All allowances at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllAllowances {
    allowances: Vec<Allowance>,
}

/// `PUT /players/{player}/allowances`.
pub async fn replace_allowances(
    Shared(app): Shared<Arc<App>>,
    Path(player): Path<String>,
    Body(all): Body<AllAllowances>,
) -> Answer {
    edited(&app, &player, |state| state.replace_allowances(&player, all.allowances))
}

/// A date of birth.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Birthday {
    date_of_birth: String,
}

/// `PUT /players/{player}/birthday`.
pub async fn move_birthday(
    Shared(app): Shared<Arc<App>>,
    Path(player): Path<String>,
    Body(birthday): Body<Birthday>,
) -> Answer {
    edited(&app, &player, |state| {
        state.move_birthday(&player, &birthday.date_of_birth)?;
        Ok(Vec::new())
    })
}

/// `POST /players/{player}/revoke`.
pub async fn revoke(Shared(app): Shared<Arc<App>>, Path(player): Path<String>) -> Answer {
    edited(&app, &player, |state| state.revoke(&player))
}

/// `POST /players/{player}/hold`.
pub async fn hold(Shared(app): Shared<Arc<App>>, Path(player): Path<String>) -> Answer {
    edited(&app, &player, |state| {
        state.set_status(&player, SessionStatus::Hold)?;
        Ok(Vec::new())
    })
}

/// `POST /players/{player}/release`.
pub async fn release(Shared(app): Shared<Arc<App>>, Path(player): Path<String>) -> Answer {
    edited(&app, &player, |state| {
        state.set_status(&player, SessionStatus::Active)?;
        Ok(Vec::new())
    })
}

/// What a new consent may set; without it the last settings come back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    permissions: Option<Vec<NamedPermission>>,
}

/// `POST /players/{player}/consent`.
pub async fn consent_again(
    Shared(app): Shared<Arc<App>>,
    Path(player): Path<String>,
    Body(consent): Body<Consent>,
) -> Answer {
    edited(&app, &player, |state| {
        state.consent_again(&player, consent.permissions.as_deref())?;
        Ok(Vec::new())
    })
}
