//! The control API: what the parent does, and what tests and people do to the services. Not part of k-ID.

mod ads;
mod challenges;
mod players;
mod service;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, unknown_method, unknown_path};
use crate::server::{App, is_below};

/// Whether `path` is the control API's.
pub fn owns(path: &str) -> bool {
    is_below(path, "/control")
}

/// Everything below `/control`.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/state", get(service::state))
        .route("/reset", post(service::reset))
        .route("/date", put(service::set_date))
        .route("/switches", get(service::switches).put(service::set_switches))
        .route("/lifetimes", get(service::lifetimes).put(service::set_lifetimes))
        .route("/faults", service::faults(|app| &app.faults))
        .route("/webhooks", get(service::webhooks).put(service::set_webhooks))
        .route("/webhooks/test", post(service::test_webhooks))
        .route("/requests", get(service::requests).delete(service::clear_requests))
        .route("/challenges", get(challenges::list))
        .route("/challenges/{id}", get(challenges::one))
        .route("/challenges/{id}/open", post(challenges::open))
        .route("/challenges/{id}/approve", post(challenges::approve))
        .route("/challenges/{id}/refuse", post(challenges::refuse))
        .route("/challenges/{id}/expire", post(challenges::expire))
        .route("/emails", get(challenges::emails))
        .route("/players", get(players::list).post(players::create))
        .route("/players/{player}", get(players::one))
        .route("/players/{player}/permissions", put(players::replace_permissions))
        .route(
            "/players/{player}/permissions/{name}",
            put(players::edit_permission).delete(players::remove_permission),
        )
        .route("/players/{player}/allowances", put(players::replace_allowances))
        .route("/players/{player}/birthday", put(players::move_birthday))
        .route("/players/{player}/revoke", post(players::revoke))
        .route("/players/{player}/hold", post(players::hold))
        .route("/players/{player}/release", post(players::release))
        .route("/players/{player}/consent", post(players::consent_again))
        .nest("/ads", ads::routes())
        .method_not_allowed_fallback(unknown_method)
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(app.clone(), from_here))
}

/// Keeps other web pages that the person at this machine visits from steering the sandbox: a browser's call must come
/// from the sandbox's own page, and by a name of this machine when the sandbox listens to this machine only.
pub async fn from_here(Shared(app): Shared<Arc<App>>, request: Request, next: Next) -> Response {
    if is_own(request.headers(), app.address.ip()) {
        return next.run(request).await;
    }
    ApiError {
        status: StatusCode::FORBIDDEN,
        code: "FORBIDDEN",
        message: "the sandbox takes calls of a browser from its own pages only".to_owned(),
    }
    .into_response()
}

fn is_own(headers: &HeaderMap, listening: IpAddr) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).unwrap_or_default();
    if headers.contains_key(ORIGIN) && text(ORIGIN) != Some(&format!("http://{host}")) {
        return false;
    }
    if !listening.is_loopback() {
        return true;
    }
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads a `YYYY-MM-DD`.
///
/// # Errors
/// `INVALID_INPUT`.
pub fn read_date(text: &str) -> Result<Date, ApiError> {
    let parsed = text.parse::<Date>().ok();
    parsed
        .filter(|date| date.to_string() == text && date.year() >= 1900)
        .ok_or_else(|| ApiError::invalid("today must be a date from 1900 on, written as YYYY-MM-DD"))
}

/// A JSON body, or an error in k-ID's shape. An empty body counts as `{}`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::invalid("the body cannot be read, or is longer than 2 MB"))?;
        let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(json)
            .map(Self)
            .map_err(|error| ApiError::invalid(format!("the body is not usable: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use axum::http::{HeaderMap, HeaderValue};

    use super::is_own;

    fn allowed(host: &'static str, origin: Option<&'static str>, listening: Ipv4Addr) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert("origin", HeaderValue::from_static(origin));
        }
        is_own(&headers, IpAddr::V4(listening))
    }

    #[test]
    fn only_the_own_page_and_programs_may_steer() {
        let here = Ipv4Addr::LOCALHOST;
        assert!(allowed("127.0.0.1:7411", None, here));
        assert!(allowed("[::1]:7411", None, here));
        assert!(allowed("localhost:7411", Some("http://localhost:7411"), here));
        assert!(!allowed("127.0.0.1:7411", Some("http://evil.example"), here));
        assert!(!allowed("127.0.0.1:7411", Some("null"), here));
        assert!(!allowed("evil.example:7411", Some("http://evil.example:7411"), here));
        assert!(!allowed("", None, here));
        assert!(allowed("box.lan:7411", None, Ipv4Addr::UNSPECIFIED));
    }
}
