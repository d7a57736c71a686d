//! The widget in which a parent reviews a session's permissions; a studio's page for parents shows it in a frame.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::ask::{Asked, Pressed, parameter, refused};
use super::html::{Page, escape};
use crate::control::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::State;
use crate::state::links::{Closed, Door};
use crate::state::permission::ManagedBy;

/// The session that a token is for; it may be gone by now.
fn find(state: &State, token: &str) -> Result<String, Closed> {
    match state.challenges.links.open(token)? {
        Door::Widget { session_id } if state.player_of_session(session_id).is_some() => Ok(session_id.clone()),
        Door::Widget { .. } => Err(Closed::Expired),
        Door::Challenge(_) => Err(Closed::Unknown),
    }
}

/// `GET /widget/manage-session-permissions?token=…`.
pub async fn show(Shared(app): Shared<Arc<App>>, query: Asked) -> Page {
    let state = app.state();
    let found = find(&state, &parameter(query, "token"));
    let player = found.map(|session_id| state.player_of_session(&session_id));
    let player = match player {
        Ok(Some(player)) => player,
        Ok(None) => return Page::closed(Closed::Unknown).in_frame(),
        Err(why) => return Page::closed(why).in_frame(),
    };
    let permissions = player.permissions_on(state.today());
    let guardians = permissions.iter().filter(|held| held.managed_by == ManagedBy::Guardian);
    let boxes: String = guardians
        .map(|held| {
            let name = escape(&held.name);
            let checked = if held.enabled { " checked" } else { "" };
            format!(
                r#"<li><label class="tick"><input type="checkbox" data-permission="{name}"{checked}> {name}</label></li>"#
            )
        })
        .collect();
    let body = format!(
        r#"<div id="ask"><p>What <strong>{}</strong> may use:</p><ul class="plain ticks">{boxes}</ul>
<div class="row"><button type="button" id="done" class="main" data-action="done">Done</button></div></div>"#,
        escape(&player.name)
    );
    Page::new("Permissions", body).in_frame()
}

/// `POST /widget/manage-session-permissions`: a parent's edit.
pub async fn save(Shared(app): Shared<Arc<App>>, Body(pressed): Body<Pressed>) -> Result<Json<Value>, ApiError> {
    if pressed.action != "done" {
        return Err(ApiError::invalid("there is no such action on this page"));
    }
    let (events, session_id) = {
        let mut state = app.state();
        let session_id = find(&state, &pressed.link).map_err(refused)?;
        let kuid = state.player(&session_id)?.kuid.clone();
        let events = state.review(&session_id, &pressed.enabled_permissions)?;
        let record = state.player(&kuid)?.session.as_ref();
        (events, record.map_or(session_id, |record| record.id.clone()))
    };
    app.webhooks.send_all(&events);
    let message = "Saved. You can close this page.";
    Ok(Json(
        json!({"status": "PASS", "message": message, "sessionId": session_id}),
    ))
}
