//! The parent's page: signing in, k-ID's widget, and having the session fetched afterwards.
//!
//! The widget asks nobody who they are. Only a parent whom the studio's login knows gets to it, never a player.

mod door;
mod page;

use std::sync::Arc;

use axum::{
    Form,
    body::Bytes,
    extract::{
        State,
        rejection::{BytesRejection, FormRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use playgate::protocol::challenge::is_email;
use serde::{Deserialize, Serialize};

use self::door::Parent;
use super::{App, body_error, object, session};
use crate::{
    challenges::INVALID_EMAIL,
    error::{ApiError, json},
    sessions::{Answer, INVALID_ID},
};

/// Where the page is.
const PAGE: &str = "/parent/permissions";

/// The form of `POST /parent/sign-in`.
#[derive(Deserialize)]
pub struct SignIn {
    token: String,
}

/// `POST /parent/sign-in`: the studio's login hands a parent over.
pub async fn sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let Form(SignIn { token }) = match form {
        Ok(form) => form,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return page::closed(&app.widgets, StatusCode::PAYLOAD_TOO_LARGE);
        }
        Err(_) => return page::closed(&app.widgets, StatusCode::BAD_REQUEST),
    };
    let cookie = match door::let_in(&app, &headers, &token) {
        Ok(cookie) => cookie,
        Err(error) => return page::closed(&app.widgets, error.status()),
    };
    let Ok(cookie) = HeaderValue::try_from(cookie) else {
        return page::closed(&app.widgets, StatusCode::BAD_REQUEST);
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let answer = response.headers_mut();
    answer.insert(header::LOCATION, HeaderValue::from_static(PAGE));
    answer.insert(header::SET_COOKIE, cookie);
    response
}

/// `GET /parent/permissions`
pub async fn permissions(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let player = match door::signed_in(&app, &headers) {
        Ok(player) => player,
        Err(error) => return Ok(page::closed(&app.widgets, error.status())),
    };
    let live = app.sessions().store.live_of(&player).await?;
    Ok(match live {
        Some(row) => page::review(&app.widgets, &row.id),
        None => page::nothing(&app.widgets),
    })
}

/// `GET /parent/permissions.js`
pub async fn script() -> Response {
    page::script()
}

/// `GET /parent/permissions.css`
pub async fn style() -> Response {
    page::style()
}

/// `POST /parent/refresh`: a parent has been at the widget.
pub async fn refresh(State(app): State<Arc<App>>, Parent(player): Parent) -> Result<Response, ApiError> {
    let store = &app.sessions().store;
    let Some(row) = store.live_of(&player).await? else {
        return Ok(session::respond(Answer::NeedsConsent, None));
    };
    store.changed(&row.id).await?;
    Ok(json(StatusCode::OK, r#"{"refreshed":true}"#))
}

/// `POST /api/permission-widget`
pub async fn widget(
    State(app): State<Arc<App>>,
    Parent(player): Parent,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ask {
        session_id: String,
        parent_email: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        widget_url: Box<str>,
    }
    let body = body.map_err(body_error)?;
    let ask: Ask = object(&body, r#"the body must be {"sessionId": "...", "parentEmail": "..."}"#)?;
    if !session::is_id(&ask.session_id) {
        return Err(INVALID_ID);
    }
    if !is_email(&ask.parent_email) {
        return Err(INVALID_EMAIL);
    }
    let widget = app.challenges.widget(&player, &ask.session_id, &ask.parent_email);
    let widget_url = match widget.await? {
        Ok(url) => url,
        Err(answer) => return Ok(session::respond(answer, None)),
    };
    if !app.widgets.has(&widget_url) {
        tracing::error!("k-ID's widget is not at k-ID's own address; is PLAYGATE_WIDGET_ORIGIN right?");
        return Err(ApiError::kid_unavailable());
    }
    let body = Body { widget_url };
    Ok(json(StatusCode::OK, serde_json::to_string(&body).unwrap_or_default()))
}
