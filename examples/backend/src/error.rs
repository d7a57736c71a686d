//! What goes wrong, and the answer that a caller gets for it: `{"error": CODE, "errorMessage": text}`.

use std::{borrow::Cow, fmt};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::config::ConfigError;

/// An answer that is an error. Its text never repeats what was sent, what is stored, or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    text: Cow<'static, str>,
    retry_after_s: Option<u64>,
}

impl ApiError {
    /// An error with that status, code and sentence.
    pub const fn new(status: StatusCode, code: &'static str, text: &'static str) -> Self {
        Self {
            status,
            code,
            text: Cow::Borrowed(text),
            retry_after_s: None,
        }
    }

    /// The same with another sentence.
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.text = text.into();
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the trouble is this server's or k-ID's, so that asking again later may help.
    pub fn is_servers(&self) -> bool {
        self.status.is_server_error()
    }

    /// The same, telling the caller to wait that many seconds, at least one.
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// 401: nobody is known.
    pub const fn unauthorized(text: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", text)
    }

    /// The session belongs to another player: 403 for reading it, 409 for binding it.
    pub const fn of_another_player(status: StatusCode) -> Self {
        Self::new(
            status,
            "SESSION_OF_ANOTHER_PLAYER",
            "this session belongs to another player",
        )
    }

    /// 503: k-ID cannot be asked, or its answer cannot be used.
    pub fn kid_unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "KID_UNAVAILABLE",
            "k-ID cannot be asked at the moment",
        )
        .retry_after_s(5)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            error: &'a str,
            error_message: &'a str,
        }
        let body = Body {
            error: self.code,
            error_message: &self.text,
        };
        let mut response = json(self.status, serde_json::to_string(&body).unwrap_or_default());
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == DATABASE_UNAVAILABLE {
            response.extensions_mut().insert(DatabaseFailed);
        }
        response
    }
}

/// Marks an answer that the database is to blame for.
#[derive(Clone, Copy)]
pub struct DatabaseFailed;

const DATABASE_UNAVAILABLE: &str = "DATABASE_UNAVAILABLE";

/// An answer whose body is that JSON.
pub fn json(status: StatusCode, body: impl Into<String>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, body.into()).into_response()
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        // Messages of SQLite and PostgreSQL name tables and columns; values are in details, which are not shown.
        tracing::error!(%error, "the database failed");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            DATABASE_UNAVAILABLE,
            "the server's database cannot be used at the moment",
        )
        .retry_after_s(5)
    }
}

/// Why the server did not start. The text names no secret.
#[derive(Debug)]
pub enum StartError {
    /// The configuration cannot be used.
    Config(ConfigError),
    /// The database cannot be opened or brought up to date.
    Database(String),
    /// The address cannot be listened at, or the system gave no thread.
    Io(&'static str, std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Database(text) => write!(f, "the database cannot be used: {text}"),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for StartError {}
