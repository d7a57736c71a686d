//! What a new player may do while k-ID is down.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{App, player::Player};
use crate::error::{ApiError, json};

/// The query of `GET /api/default-permissions`.
#[derive(Deserialize)]
pub struct Where {
    jurisdiction: String,
}

/// `GET /api/default-permissions`
pub async fn default_permissions(
    State(app): State<Arc<App>>,
    Player(player): Player,
    query: Result<Query<Where>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(Where { jurisdiction }) = query.map_err(|_| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "INVALID_QUERY",
            "jurisdiction must be given once, as a code like US-CA",
        )
    })?;
    let document = app.defaults.of(&player, &jurisdiction).await?;
    Ok(json(StatusCode::OK, document))
}
