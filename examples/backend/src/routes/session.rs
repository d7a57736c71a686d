//! The player's session: read it, bind it, ask whether anything has happened.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header::ETAG},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{App, body_error, object, player::Player};
use crate::{
    error::{ApiError, json},
    etag::{entity_tag, is_named},
    sessions::{Answer, INVALID_ID, News},
};

/// The longest session id, in bytes.
const MAX_ID_BYTES: usize = 256;

/// `GET /api/session/{id}`
pub async fn by_id(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = path_id(id)?;
    let answer = app.sessions().read(&player, &id).await?;
    Ok(respond(answer, Some(&headers)))
}

/// `GET /api/session`
pub async fn own(
    State(app): State<Arc<App>>,
    Player(player): Player,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let answer = match app.sessions().read_own(&player).await? {
        // The caller named no session, so there is none to call deleted.
        Answer::Deleted(_) => Answer::NeedsConsent,
        answer => answer,
    };
    Ok(respond(answer, Some(&headers)))
}

/// `PUT /api/session`
pub async fn bind(
    State(app): State<Arc<App>>,
    Player(player): Player,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Bind {
        session_id: String,
    }
    let body = body.map_err(body_error)?;
    let Bind { session_id } = object(&body, r#"the body must be {"sessionId": "..."}"#)?;
    if !is_id(&session_id) {
        return Err(INVALID_ID);
    }
    let answer = app.sessions().bind(&player, &session_id).await?;
    Ok(respond(answer, None))
}

/// The query of `GET /api/check-permissions/{id}`.
#[derive(Deserialize)]
pub struct Since {
    #[serde(default)]
    since: i64,
}

/// `GET /api/check-permissions/{id}`
pub async fn news(
    State(app): State<Arc<App>>,
    Player(player): Player,
    id: Result<Path<String>, PathRejection>,
    since: Result<Query<Since>, QueryRejection>,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        has_changed: bool,
        revision: i64,
    }
    let id = path_id(id)?;
    let Query(Since { since }) = since.map_err(|_| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "INVALID_QUERY",
            "since must be a revision that this server gave",
        )
    })?;
    Ok(match app.sessions().news(&player, &id).await? {
        News::NeedsConsent => json(StatusCode::OK, NEEDS_CONSENT),
        News::Revision(revision) => {
            // Unequal rather than higher: a database from a backup may have lower revisions than a game has seen.
            let body = Body {
                has_changed: revision != since,
                revision,
            };
            json(StatusCode::OK, serde_json::to_string(&body).unwrap_or_default())
        }
    })
}

const NEEDS_CONSENT: &str = r#"{"needsConsent":true}"#;

/// The answer as the guide has it. With the request's headers given it may be 304.
pub(super) fn respond(answer: Answer, headers: Option<&HeaderMap>) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Deleted {
        session_deleted: bool,
        session_id: String,
    }
    let (session, changes) = match answer {
        Answer::NeedsConsent => return json(StatusCode::OK, NEEDS_CONSENT),
        Answer::Deleted(session_id) => {
            let body = Deleted {
                session_deleted: true,
                session_id,
            };
            return json(StatusCode::OK, serde_json::to_string(&body).unwrap_or_default());
        }
        Answer::Session(session, changes) => (session, changes),
    };
    let tag = entity_tag(&session);
    let mut response = if headers.is_some_and(|headers| is_named(headers, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // Both parts are JSON texts already; the session goes out byte for byte as k-ID gave it.
        let body = format!(
            r#"{{"hasChanged":{},"changes":{},"session":{}}}"#,
            !changes.is_empty(),
            changes.to_json(),
            session.json()
        );
        json(StatusCode::OK, body)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn path_id(path: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    path.ok().map(|Path(id)| id).filter(|id| is_id(id)).ok_or(INVALID_ID)
}

/// Whether a text can be a session's id: k-ID's are UUIDs, others may be opaque, none is a path.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().any(|b| b.is_ascii_alphanumeric())
}
