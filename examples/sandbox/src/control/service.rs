//! The service itself: its date, its switches, its faults, its webhooks, its log.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::routing::{MethodRouter, get};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Body, read_date};
use crate::error::ApiError;
use crate::faults::{Faults, FaultsEdit};
use crate::server::App;
use crate::state::links::LifetimesEdit;
use crate::state::switches::SwitchesEdit;

type Answer = Result<Json<Value>, ApiError>;

/// `GET /state`.
pub async fn state(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(overview(&app))
}

fn overview(app: &App) -> Value {
    let ads = {
        let ads = app.ads();
        json!({
            "userCount": ads.user_count(),
            "settings": ads.settings(),
            "switches": ads.switches,
            "faults": app.ads_faults.shown(),
        })
    };
    let state = app.state();
    json!({
        "url": app.url(),
        "productId": app.config.product_id,
        "today": state.today().to_string(),
        "todayIsFixed": state.fixed_today.is_some(),
        "playerCount": state.player_count(),
        "requestCount": app.log.total(),
        "switches": state.switches,
        "lifetimes": state.lifetimes,
        "faults": app.faults.shown(),
        "webhooks": app.webhooks.shown_settings(),
        "ads": ads,
    })
}

/// `POST /reset`.
pub async fn reset(Shared(app): Shared<Arc<App>>) -> Answer {
    app.reset()?;
    Ok(Json(overview(&app)))
}

/// The sandbox's date; `null` follows the real one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Today {
    #[serde(deserialize_with = "Option::deserialize")]
    today: Option<String>,
}

/// `PUT /date`.
pub async fn set_date(Shared(app): Shared<Arc<App>>, Body(date): Body<Today>) -> Answer {
    let fixed = date.today.as_deref().map(read_date).transpose()?;
    app.state().fixed_today = fixed;
    Ok(Json(overview(&app)))
}

/// `GET /switches`.
pub async fn switches(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(json!(app.state().switches))
}

/// `PUT /switches`.
pub async fn set_switches(Shared(app): Shared<Arc<App>>, Body(edit): Body<SwitchesEdit>) -> Answer {
    let mut state = app.state();
    state.switches.apply(&edit)?;
    Ok(Json(json!(state.switches)))
}

/// `GET /lifetimes`.
pub async fn lifetimes(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(json!(app.state().lifetimes))
}

/// `PUT /lifetimes`.
pub async fn set_lifetimes(Shared(app): Shared<Arc<App>>, Body(edit): Body<LifetimesEdit>) -> Answer {
    let mut state = app.state();
    state.lifetimes.apply(&edit)?;
    Ok(Json(json!(state.lifetimes)))
}

/// `GET`, `PUT` and `DELETE` of a service's faults.
pub fn faults(of: fn(&App) -> &Faults) -> MethodRouter<Arc<App>> {
    let shown = move |Shared(app): Shared<Arc<App>>| async move { Json(of(&app).shown()) };
    let set = move |Shared(app): Shared<Arc<App>>, Body(edit): Body<FaultsEdit>| async move {
        of(&app).apply(&edit)?;
        Answer::Ok(Json(of(&app).shown()))
    };
    let clear = move |Shared(app): Shared<Arc<App>>| async move {
        of(&app).clear();
        Json(of(&app).shown())
    };
    get(shown).put(set).delete(clear)
}

/// `GET /webhooks`.
pub async fn webhooks(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    Json(app.webhooks.shown())
}

/// A change of the webhook settings; what it leaves out stays, `null` takes the address or the secret away.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhooksEdit {
    #[serde(default, deserialize_with = "given")]
    url: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    secret: Option<Option<String>>,
    timeout_ms: Option<u64>,
    retry_delays_ms: Option<Vec<u64>>,
}

/// Tells a field that is `null` from one that is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// `PUT /webhooks`.
pub async fn set_webhooks(Shared(app): Shared<Arc<App>>, Body(edit): Body<WebhooksEdit>) -> Answer {
    let mut settings = app.webhooks.settings();
    if let Some(url) = edit.url {
        settings.url = url;
    }
    if let Some(secret) = edit.secret {
        settings.secret = secret;
    }
    if let Some(timeout_ms) = edit.timeout_ms {
        settings.timeout = Duration::from_millis(timeout_ms);
    }
    if let Some(delays) = edit.retry_delays_ms {
        settings.retry_delays = delays.into_iter().map(Duration::from_millis).collect();
    }
    settings.check()?;
    app.webhooks.set(settings);
    Ok(Json(app.webhooks.shown()))
}

/// `POST /webhooks/test`.
pub async fn test_webhooks(Shared(app): Shared<Arc<App>>) -> Answer {
    app.webhooks.test().await.map(Json)
}

/// How much of the log is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    limit: Option<usize>,
}

/// `GET /requests`.
pub async fn requests(Shared(app): Shared<Arc<App>>, wanted: Result<Query<Wanted>, QueryRejection>) -> Answer {
    let Query(wanted) = wanted.map_err(|error| ApiError::invalid(error.body_text()))?;
    Ok(Json(app.log.shown(wanted.limit.unwrap_or(usize::MAX))))
}

/// `DELETE /requests`.
pub async fn clear_requests(Shared(app): Shared<Arc<App>>) -> Json<Value> {
    app.log.clear();
    Json(app.log.shown(usize::MAX))
}
