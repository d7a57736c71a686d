//! `POST /webhook/k-id`: k-ID reports that a session changed or is gone, or that a challenge was answered.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use playgate::protocol::{
    challenge::ChallengeStatus,
    webhook::{Event, HMAC_HEADER, LEGACY_HEADER, TIMESTAMP_HEADER, Verifier, Webhook},
};

use super::{App, body_error, challenge::is_storable, session::is_id};
use crate::{
    error::{ApiError, json},
    kid::now_ms,
    store::Effect,
};

/// Checks a webhook and notes what it says. k-ID is not asked here, so that the answer comes at once.
///
/// One that was seen before is answered 200 without any effect: k-ID itself sends a webhook again when an answer got
/// lost.
pub async fn receive(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    // Not 401: k-ID's settings page is to show that this server is not ready.
    let secret = app.webhook_secret.as_ref().ok_or_else(|| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "WEBHOOK_NOT_CONFIGURED",
            "this server has no webhook secret: PLAYGATE_WEBHOOK_SECRET is not set",
        )
        .retry_after_s(60)
    })?;
    let body = body.map_err(body_error)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let webhook = Webhook {
        timestamp: header(TIMESTAMP_HEADER),
        hmac: header(HMAC_HEADER),
        legacy: header(LEGACY_HEADER),
        body: &body,
    };
    Verifier::new(secret.reveal().as_bytes())
        .window_s(app.webhook_window.as_secs())
        .accept_legacy(app.webhook_legacy)
        .verify(&webhook, now_ms() / 1000)
        .map_err(|refusal| {
            tracing::warn!(reason = %refusal, "webhook refused");
            app.metrics().webhook("(unknown)", "refused");
            ApiError::unauthorized("the webhook's signature is missing, wrong or too old")
        })?;
    let event = Event::parse(&body).map_err(|error| {
        tracing::warn!(reason = %error, "webhook not understood");
        app.metrics().webhook("(unknown)", "invalid");
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "INVALID_EVENT",
            "the webhook's body is not an event",
        )
    })?;
    let effect = match &event {
        // An id that is none is nobody's.
        Event::SessionChangePermissions { id } | Event::SessionDelete { id } if !is_id(id) => Effect::None,
        Event::ChallengeStateChange { id, .. } if !is_storable(id) => Effect::None,
        Event::SessionChangePermissions { id } => Effect::Changed(id),
        Event::SessionDelete { id } => Effect::Deleted(id),
        Event::ChallengeStateChange {
            id, status, session_id, ..
        } => Effect::Challenge {
            id,
            status: ChallengeStatus::from_wire(status),
            session: session_id.as_deref().filter(|id| is_id(id)),
        },
        // Answered 200 and ignored: they are about nothing that is kept here.
        _ => Effect::None,
    };
    let signature = webhook.hmac.or(webhook.legacy).unwrap_or_default();
    let first = app.sessions().store.apply_webhook(signature, effect).await?;
    if let Event::ChallengeStateChange { id, .. } = &event
        && is_storable(id)
    {
        bind_granted(&app, id).await?;
    }
    let name = match &event {
        Event::Test => "Test",
        Event::SessionChangePermissions { .. } => "Session.ChangePermissions",
        Event::SessionDelete { .. } => "Session.Delete",
        Event::ChallengeStateChange { .. } => "Challenge.StateChange",
        _ => "(other)",
    };
    app.metrics().webhook(name, if first { "accepted" } else { "seen" });
    tracing::info!(event = name, seen_before = !first, "webhook");
    Ok(json(StatusCode::OK, r#"{"received":true}"#))
}

/// Has the session bound that a challenge was approved for, if it is another than the one that was asked for. k-ID is not
/// waited for; where it cannot be asked now, the player's next request binds it.
async fn bind_granted(app: &Arc<App>, challenge: &str) -> Result<(), ApiError> {
    let row = app.sessions().store.challenge(challenge).await?;
    let Some(row) = row.filter(|row| row.is_unbound) else {
        return Ok(());
    };
    let challenges = app.challenges.clone();
    tokio::spawn(async move {
        let sessions = challenges.sessions.clone();
        let _ = challenges
            .to_the_end(async move { sessions.bind_granted(&row.player).await })
            .await;
    });
    Ok(())
}
