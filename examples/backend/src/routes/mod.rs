//! The HTTP interface: which path is answered by what. The contract is `openapi.json`.

mod challenge;
mod defaults;
mod parent;
mod player;
mod session;
mod webhook;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State, rejection::BytesRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{
    challenges::Challenges,
    config::{Config, Secret},
    defaults::Defaults,
    error::{ApiError, DatabaseFailed, json},
    issuer::{TokenCheck, token_check},
    metrics::Metrics,
    rates::Rates,
    sessions::Sessions,
    token::Tokens,
    widget::WidgetOrigins,
};

/// The longest body of a player's request, in bytes.
const MAX_BODY_BYTES: usize = 4 * 1024;
/// The longest body of a webhook, in bytes.
const MAX_WEBHOOK_BYTES: usize = 64 * 1024;

/// What the handlers share.
pub struct App {
    challenges: Challenges,
    defaults: Defaults,
    rates: Rates,
    /// Of the studio's login.
    tokens: Arc<dyn TokenCheck>,
    /// Of this server's own cookies.
    cookies: Tokens,
    widgets: WidgetOrigins,
    webhook_secret: Option<Secret>,
    webhook_legacy: bool,
    webhook_window: Duration,
    request_timeout: Duration,
}

impl App {
    fn sessions(&self) -> &Sessions {
        &self.challenges.sessions
    }

    fn metrics(&self) -> &Metrics {
        &self.challenges.sessions.metrics
    }
}

/// All routes.
pub fn router(config: &Config, challenges: Challenges, defaults: Defaults) -> Router {
    let (store, metrics) = (challenges.sessions.store.clone(), challenges.sessions.metrics.clone());
    let app = Arc::new(App {
        challenges,
        defaults,
        rates: Rates::new(config, store, metrics),
        tokens: token_check(config),
        cookies: Tokens::new(config),
        widgets: WidgetOrigins::new(config),
        webhook_secret: config.webhook_secret.clone(),
        webhook_legacy: config.webhook_legacy,
        webhook_window: config.webhook_window,
        request_timeout: config.request_timeout,
    });
    Router::new()
        .route("/api/session", get(session::own).put(session::bind))
        .route("/api/session/{id}", get(session::by_id))
        .route("/api/check-permissions/{id}", get(session::news))
        .route("/api/default-permissions", get(defaults::default_permissions))
        .route("/api/request-permission", post(challenge::request))
        .route("/api/challenge/{id}", get(challenge::by_id))
        .route("/api/challenge/{id}/status", get(challenge::status))
        .route("/api/challenge/{id}/code", post(challenge::code))
        .route("/api/challenge/{id}/email", post(challenge::email))
        .route("/api/permission-widget", post(parent::widget))
        .route("/parent/sign-in", post(parent::sign_in))
        .route("/parent/permissions", get(parent::permissions))
        .route("/parent/permissions.js", get(parent::script))
        .route("/parent/permissions.css", get(parent::style))
        .route("/parent/refresh", post(parent::refresh))
        .route(
            "/webhook/k-id",
            post(webhook::receive).layer(DefaultBodyLimit::max(MAX_WEBHOOK_BYTES)),
        )
        .route("/healthz", get(healthz))
        .route("/metrics", get(prometheus))
        .route("/openapi.json", get(openapi))
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// Around every request: a time limit, no caching, and one log line, which has the route's template but not its
/// parameters, and no header.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let answer = tokio::time::timeout(app.request_timeout, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", "the answer took too long")
            .retry_after_s(5)
            .into_response()
    });
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let (method, status) = (known_method(&method), response.status().as_u16());
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    app.metrics().answered(method, route, status, started.elapsed());
    if response.extensions().get::<DatabaseFailed>().is_some() {
        app.metrics().database_failed();
    }
    tracing::info!(
        method,
        route,
        status,
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// A standard method's name; one that the caller made up is not repeated.
fn known_method(method: &axum::http::Method) -> &str {
    match method.as_str() {
        name @ ("GET" | "HEAD" | "PUT" | "POST" | "DELETE" | "PATCH" | "OPTIONS") => name,
        _ => "(other)",
    }
}

async fn healthz(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    app.sessions().store.ping().await?;
    Ok(json(StatusCode::OK, r#"{"status":"ok"}"#))
}

async fn prometheus(State(app): State<Arc<App>>) -> Response {
    let (connections, idle) = app.sessions().store.connections();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics().text(connections, idle)).into_response()
}

async fn openapi() -> Response {
    json(StatusCode::OK, include_str!("../../openapi.json"))
}

/// Not called NOT_FOUND, which is k-ID's word for a session that is gone.
async fn no_such_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "this server has no such path")
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "this path does not take this method",
    )
}

/// The answer to a body that cannot be taken.
fn body_error(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "BODY_TOO_LARGE",
            "the request's body is too long",
        );
    }
    invalid_body("the request's body ended early")
}

/// A body that is a JSON object of that form; `text` says of which.
fn object<T: serde::de::DeserializeOwned>(body: &[u8], text: &'static str) -> Result<T, ApiError> {
    // An array would be taken for an object's fields in their order.
    let body = body.trim_ascii_start();
    let read = body.starts_with(b"{").then(|| serde_json::from_slice(body).ok());
    read.flatten().ok_or(invalid_body(text))
}

/// The answer to a body that is not of its form.
fn invalid_body(text: &'static str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "INVALID_BODY", text)
}
