//! Errors in the shape in which k-ID gives them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that says no: `{"error": code, "errorMessage": message}`.
#[derive(Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl ApiError {
    /// 400 `INVALID_INPUT`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "INVALID_INPUT",
            message: message.into(),
        }
    }

    /// `NOT_FOUND`, which is a 400 at k-ID.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "NOT_FOUND",
            message: message.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.code, "errorMessage": self.message});
        (self.status, Json(body)).into_response()
    }
}

/// What a path that does not exist is answered with.
pub async fn unknown_path() -> ApiError {
    ApiError {
        status: StatusCode::NOT_FOUND,
        code: "NOT_FOUND",
        message: "there is no such endpoint".to_owned(),
    }
}

/// What a path that exists is answered with when it does not take the request's method.
pub async fn unknown_method() -> ApiError {
    ApiError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "INVALID_INPUT",
        message: "this endpoint does not take this method".to_owned(),
    }
}
