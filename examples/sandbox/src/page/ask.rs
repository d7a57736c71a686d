//! The pages on which a challenge is answered: the parent's, and the player's age check.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::html::{Page, escape};
use crate::control::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::State;
use crate::state::answer::Passing;
use crate::state::challenge::{Challenge, Status};
use crate::state::links::Closed;

pub type Asked = Result<Query<HashMap<String, String>>, QueryRejection>;

/// The parameter `name` of a query; empty when it is not there.
pub fn parameter(query: Asked, name: &str) -> String {
    let value = query.ok().and_then(|Query(mut query)| query.remove(name));
    value.unwrap_or_default()
}

/// What a page sends when one of its buttons is pressed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pressed {
    /// The code or token that has opened the page.
    pub link: String,
    pub action: String,
    age: Option<u8>,
    #[serde(default)]
    pub enabled_permissions: Vec<String>,
}

/// The challenge behind a link, if it is answered on the page for `parents`.
fn find<'a>(state: &'a State, link: &str, parents: bool) -> Result<&'a Challenge, Closed> {
    let challenge = state.challenges.behind(link)?;
    if challenge.kind.is_parents() == parents {
        Ok(challenge)
    } else {
        Err(Closed::Unknown)
    }
}

/// Why nothing can be answered by this link, in k-ID's shape of an error.
pub fn refused(why: Closed) -> ApiError {
    match why {
        Closed::Unknown => ApiError::not_found("this code or link is not known"),
        Closed::Expired => ApiError::invalid("this code or link has expired; ask for a new one in the game"),
    }
}

/// Shows a challenge, which is in progress from then on.
fn shown(app: &App, link: &str, parents: bool) -> Page {
    let mut state = app.state();
    let id = match find(&state, link, parents) {
        Ok(challenge) if challenge.is_open() => challenge.id.clone(),
        Ok(_) => return Page::answered(),
        Err(why) => return Page::closed(why),
    };
    // The challenge is there and open.
    let events = state.open_challenge(&id).unwrap_or_default();
    let Ok(challenge) = state.challenges.get(&id) else {
        return Page::closed(Closed::Unknown);
    };
    let page = if parents {
        parents_page(&state, challenge)
    } else {
        age_page(&state, challenge)
    };
    drop(state);
    app.webhooks.send_all(&events);
    page
}

fn buttons(challenge: &Challenge, actions: [(&str, &str, &str); 2]) -> String {
    let buttons = actions.map(|(action, word, class)| {
        format!(
            r#"<button type="button" id="{action}" class="{class}" data-challenge="{}" data-action="{action}">{word}</button>"#,
            escape(&challenge.id)
        )
    });
    format!(r#"<div class="row">{}</div>"#, buttons.concat())
}

fn permissions(challenge: &Challenge) -> String {
    let items = challenge.permissions.iter();
    let items: String = items
        .map(|name| format!("<li><code>{}</code></li>", escape(name)))
        .collect();
    format!(r#"<ul class="plain">{items}</ul>"#)
}

fn name(state: &State, challenge: &Challenge) -> String {
    let player = state.player_by_number(challenge.player);
    escape(player.map_or("A player", |player| &player.name))
}

fn parents_page(state: &State, challenge: &Challenge) -> Page {
    let actions = [("approve", "Approve", "main"), ("refuse", "Refuse", "")];
    let body = format!(
        r#"<div id="ask"><p><strong>{}</strong> asks you, the parent, for:</p>{}{}</div>"#,
        name(state, challenge),
        permissions(challenge),
        buttons(challenge, actions)
    );
    Page::new("A child asks for your permission", body)
}

fn age_page(state: &State, challenge: &Challenge) -> Page {
    let asked = state.age_asked_for(challenge);
    let actions = [("pass", "Pass", "main"), ("fail", "Fail", "")];
    let body = format!(
        r#"<div id="ask"><p><strong>{}</strong> needs a verified age of {asked} for:</p>{}
<label class="field">Verified age <input type="number" id="age" min="0" max="120" value="{asked}"></label>{}</div>"#,
        name(state, challenge),
        permissions(challenge),
        buttons(challenge, actions)
    );
    Page::new("Verify your age", body)
}

/// Answers a challenge, and says what has come of it.
fn answered(app: &App, pressed: &Pressed, parents: bool) -> Result<Json<Value>, ApiError> {
    let (events, answer) = {
        let mut state = app.state();
        let id = find(&state, &pressed.link, parents).map_err(refused)?.id.clone();
        let events = match (parents, pressed.action.as_str(), pressed.age) {
            (true, "approve", _) | (false, "pass", None) => state.pass_challenge(&id, Passing::default())?,
            (false, "pass", Some(age)) => state.finish_age_check(&id, age)?,
            (true, "refuse", _) | (false, "fail", _) => state.fail_challenge(&id)?,
            _ => return Err(ApiError::invalid("there is no such action on this page")),
        };
        let challenge = state.challenges.get(&id)?;
        let message = match (parents, challenge.status == Status::Pass) {
            (true, true) => "Approved. You can close this page.",
            (true, false) => "Refused. You can close this page.",
            (false, true) => "Your age is verified. You can go back to the game.",
            (false, false) => "Your age could not be verified. You can go back to the game.",
        };
        let back = back(challenge, app.config.product_id);
        (
            events,
            json!({"status": challenge.status, "message": message, "back": back}),
        )
    };
    app.webhooks.send_all(&events);
    Ok(Json(answer))
}

/// Where the player goes back to, with what has come of the challenge.
fn back(challenge: &Challenge, product_id: u64) -> Option<String> {
    let url = challenge.redirect_url.as_deref()?;
    let (address, fragment) = match url.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (url, String::new()),
    };
    let separator = if address.contains('?') { '&' } else { '?' };
    let id = &challenge.id;
    let (status, session) = match (challenge.status, &challenge.passed_session) {
        (Status::Pass, Some(session_id)) => ("PASS", format!("&sessionId={session_id}")),
        (Status::Pass, None) => ("PASS", String::new()),
        _ => ("FAIL", String::new()),
    };
    Some(format!(
        "{address}{separator}challengeId={id}&productId={product_id}{session}&status={status}{fragment}"
    ))
}

/// `GET /family/authorize?otp=…`.
pub async fn parents(Shared(app): Shared<Arc<App>>, query: Asked) -> Page {
    shown(&app, &parameter(query, "otp"), true)
}

/// `POST /family/authorize`.
pub async fn parents_answer(
    Shared(app): Shared<Arc<App>>,
    Body(pressed): Body<Pressed>,
) -> Result<Json<Value>, ApiError> {
    answered(&app, &pressed, true)
}

/// `GET /age-assurance?token=…`.
pub async fn age(Shared(app): Shared<Arc<App>>, query: Asked) -> Page {
    shown(&app, &parameter(query, "token"), false)
}

/// `POST /age-assurance`.
pub async fn age_answer(Shared(app): Shared<Arc<App>>, Body(pressed): Body<Pressed>) -> Result<Json<Value>, ApiError> {
    answered(&app, &pressed, false)
}

/// `GET /code`: where a parent types in a code.
pub async fn code() -> Page {
    let body = r#"<form action="/family/authorize" method="get" class="row">
<label class="field">The code that the game shows <input id="otp" name="otp" required maxlength="20" autocomplete="off" autocapitalize="characters"></label>
<button id="go" class="main">Go on</button></form>"#;
    Page::new("Type in a code", body.to_owned())
}
