//! The ad service: its users, and the game sessions that a game keeps alive for them. It has nothing to do with k-ID.

pub mod answer;
pub mod service;
mod user;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use serde_json::Value;

use crate::faults::Fault;
use crate::server::{App, is_below};
use answer::{Refusal, response};
use user::Call;

const ROOT: &str = "/api/games";
const INITIATE: &str = "/sessions/initiate";
const HEARTBEAT: &str = "/sessions/heartbeat";
const END: &str = "/sessions/end";

/// Whether `path` is the ad service's.
pub fn owns(path: &str) -> bool {
    is_below(path, ROOT)
}

/// Everything below `/api/games`.
pub fn routes() -> Router<Arc<App>> {
    let refused = |refusal: Refusal| {
        move |Shared(app): Shared<Arc<App>>| async move { response(Err(refusal), &app.ads().switches) }
    };
    let routes = Router::new()
        .route(INITIATE, serving(Call::Initiate))
        .route(HEARTBEAT, serving(Call::Heartbeat))
        .route(END, serving(Call::End))
        .method_not_allowed_fallback(refused(Refusal::WRONG_METHOD))
        .fallback(refused(Refusal::NOT_FOUND));
    Router::new().nest(ROOT, routes)
}

fn serving(call: Call) -> MethodRouter<Arc<App>> {
    post(move |Shared(app): Shared<Arc<App>>, request: Request| async move {
        let token = read_token(request).await;
        app.ads().serve(call, token)
    })
}

/// Answers a request that meets a fault: nothing happens but that it is written down.
pub async fn broken(app: &App, request: Request<Body>, fault: Fault) -> Response {
    let call = match request.uri().path().strip_prefix(ROOT) {
        Some(INITIATE) => Some(Call::Initiate),
        Some(HEARTBEAT) => Some(Call::Heartbeat),
        Some(END) => Some(Call::End),
        _ => None,
    };
    let call = call.filter(|_| request.method() == Method::POST);
    let token = read_token(request).await;
    let mut ads = app.ads();
    if let (Some(call), Ok(token)) = (call, token) {
        ads.note_fault(call, &token, fault);
    }
    let error = Refusal::BROKEN;
    fault.response(None, (error.status, Json(error.body(&ads.switches))))
}

/// The token in the body.
async fn read_token(request: Request) -> Result<String, Refusal> {
    let bytes = Bytes::from_request(request, &()).await;
    let body: Option<Value> = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let token = body.as_ref().and_then(|body| body.get("auth_token")?.as_str());
    token.map(str::to_owned).ok_or(Refusal::MISSING_FIELDS)
}
