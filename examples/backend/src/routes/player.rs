//! Who asks: the player of the bearer token.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
};

use super::App;
use crate::{error::ApiError, token::Bearer};

/// The player that a request's token names.
pub struct Player(pub String);

impl FromRequestParts<Arc<App>> for Player {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match app.tokens.bearer_of(bearer(&parts.headers)?) {
            Ok(Bearer::Player(player)) => {
                app.rates.count(&player).await?;
                Ok(Self(player))
            }
            Ok(Bearer::Parent { .. }) => Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "PLAYERS_ONLY",
                "this is for players; the token is a parent's",
            )),
            Err(error) => Err(ApiError::unauthorized(error.text())),
        }
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 section 2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return Err(ApiError::unauthorized(
            "one Authorization header with a token is needed",
        ));
    };
    let text = value.to_str().ok();
    text.and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_matches(' '))
        .ok_or(ApiError::unauthorized(
            "the Authorization header is not of the form: Bearer TOKEN",
        ))
}
