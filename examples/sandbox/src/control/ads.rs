//! The ad service: its users, what came in, its settings, its switches.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Body, service};
use crate::ads::answer::SwitchesEdit;
use crate::ads::service::{NewUser, SettingsEdit};
use crate::error::ApiError;
use crate::server::App;

type Answer = Result<Json<Value>, ApiError>;

/// Everything below `/control/ads`.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/users", get(users).post(create))
        .route("/users/{name}/revoke-token", post(revoke_token))
        .route("/users/{name}/new-token", post(new_token))
        .route("/log", delete(clear_log))
        .route("/settings", get(settings).put(set_settings))
        .route("/switches", get(switches).put(set_switches))
        .route("/faults", service::faults(|app| &app.ads_faults))
}

/// `GET /users`.
async fn users(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(app.ads().shown())
}

/// `POST /users`.
async fn create(Shared(app): Shared<Arc<App>>, Body(new): Body<NewUser>) -> Answer {
    app.ads().create(new).map(Json)
}

/// `POST /users/{name}/revoke-token`.
async fn revoke_token(Shared(app): Shared<Arc<App>>, Path(name): Path<String>) -> Answer {
    app.ads().revoke_token(&name).map(Json)
}

/// `POST /users/{name}/new-token`.
async fn new_token(Shared(app): Shared<Arc<App>>, Path(name): Path<String>) -> Answer {
    app.ads().renew_token(&name).map(Json)
}

/// `DELETE /log`.
async fn clear_log(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(app.ads().forget())
}

/// `GET /settings`.
async fn settings(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(app.ads().settings())
}

/// `PUT /settings`.
async fn set_settings(Shared(app): Shared<Arc<App>>, Body(edit): Body<SettingsEdit>) -> Answer {
    let mut ads = app.ads();
    ads.set(&edit)?;
    Ok(Json(ads.settings()))
}

/// `GET /switches`.
async fn switches(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(json!(app.ads().switches))
}

/// `PUT /switches`.
async fn set_switches(Shared(app): Shared<Arc<App>>, Body(edit): Body<SwitchesEdit>) -> Json<Value> {
    let mut ads = app.ads();
    ads.switches.apply(&edit);
    Json(json!(ads.switches))
}
