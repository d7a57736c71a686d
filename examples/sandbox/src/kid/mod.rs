//! The side that k-ID shows to a product's server.

mod challenges;
mod defaults;
mod upgrade;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, extract::Request};
use serde::Serialize;

use crate::error::{ApiError, unknown_method, unknown_path};
use crate::faults::Fault;
use crate::server::App;
use crate::state::player::Session;
use crate::state::switches::Switches;

/// Everything below `/api/v1`.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/age-gate/get-default-permissions", get(defaults::get))
        .route("/session/get", get(session_get))
        .route("/session/upgrade", post(upgrade::upgrade))
        .route("/challenge/get", get(challenges::get))
        .route("/challenge/get-status", get(challenges::get_status))
        .route("/challenge/send-email", post(challenges::send_email))
        .route("/challenge/generate-otp", post(challenges::generate_otp))
        .route(
            "/widget/generate-manage-session-permissions-url",
            post(challenges::widget_url),
        )
        .route("/test/set-challenge-status", post(challenges::set_status))
        .route_layer(middleware::from_fn_with_state(app.clone(), authorized))
        .method_not_allowed_fallback(unknown_method)
        .fallback(unknown_path)
}

/// Lets a request through that carries the product's key.
async fn authorized(Shared(app): Shared<Arc<App>>, request: Request, next: Next) -> Response {
    if bearer(request.headers()) == Some(app.config.api_key.as_bytes()) {
        return next.run(request).await;
    }
    if app.state().switches.empty_401 {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    ApiError {
        status: StatusCode::UNAUTHORIZED,
        code: "UNAUTHORIZED",
        message: "the API key is missing or not valid for this product".to_owned(),
    }
    .into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(key)
}

/// `GET /session/get`: by `sessionId`, else by `kuid`; `etag` asks for 304 when nothing has changed.
async fn session_get(
    Shared(app): Shared<Arc<App>>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|_| ApiError::invalid("the query cannot be read"))?;
    let value = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let state = app.state();
    let switches = &state.switches;
    let player = if let Some(session_id) = value("sessionId") {
        state.player_of_session(session_id)
    } else if let Some(kuid) = value("kuid") {
        state.player_of_kuid(kuid)
    } else {
        return Err(ApiError::invalid("sessionId or kuid is required"));
    };
    let session = player
        .filter(|player| !player.is_gone())
        .and_then(|player| player.session_on(state.today(), switches))
        .ok_or_else(|| session_not_found(switches))?;
    if value("etag") == Some(&session.etag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    if switches.wrapped {
        let status = "PASS";
        return Ok(Json(Envelope { session, status }).into_response());
    }
    Ok(Json(session).into_response())
}

/// The session as the sources that wrap it have it.
#[derive(Serialize)]
struct Envelope<'a> {
    session: Session<'a>,
    status: &'static str,
}

fn session_not_found(switches: &Switches) -> ApiError {
    let mut error = ApiError::not_found("session not found");
    if switches.not_found_as_404 {
        error.status = StatusCode::NOT_FOUND;
    }
    error
}

/// The answer to a request that meets a fault which is an answer at all.
pub fn fault_response(fault: Fault, switches: &Switches) -> Response {
    let error = ApiError {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "INTERNAL_ERROR",
        message: "something went wrong".to_owned(),
    };
    fault.response(switches.retry_after_seconds, error)
}
