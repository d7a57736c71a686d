//! One request to k-ID over blocking HTTP.

use playgate::{
    protocol::http::{Method, Request, Response, TransportError, TransportErrorKind},
    session::MAX_JSON_BYTES,
};
use ureq::{Agent, Error};

use crate::config::{Config, is_loopback};

/// Room around the longest session for what may wrap it.
const MAX_ANSWER_BYTES: u64 = MAX_JSON_BYTES as u64 + 4096;

/// A client for k-ID's own address.
pub fn agent(config: &Config) -> Agent {
    let mut builder = Agent::config_builder()
        .timeout_global(Some(config.kid_timeout))
        .http_status_as_error(false)
        // The key is for k-ID's own address only.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("playgate-backend/", env!("CARGO_PKG_VERSION")));
    if is_loopback(&config.kid_url) {
        builder = builder.proxy(None);
    }
    Agent::new_with_config(builder.build())
}

/// Sends a request and reads the whole answer.
///
/// # Errors
/// No answer came, it is too long, or it is not HTTP.
pub fn send(agent: &Agent, request: &Request) -> Result<Response, TransportError> {
    let mut builder = ureq::http::Request::builder()
        .method(request.method.as_str())
        .uri(&request.url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let answer = match request.method {
        Method::Get => agent.run(builder.body(()).map_err(|error| failure(error.into()))?),
        Method::Post | Method::Put => {
            let body = builder.body(request.body.as_slice());
            agent.run(body.map_err(|error| failure(error.into()))?)
        }
    };
    let answer = answer.map_err(failure)?;
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let headers = headers.collect();
    let body = answer
        .into_body()
        .into_with_config()
        .limit(MAX_ANSWER_BYTES)
        .read_to_vec()
        .map_err(failure)?;
    Ok(Response { status, headers, body })
}

/// ureq's error as one of ours: its own texts may hold the URL, and with it a session id.
fn failure(error: Error) -> TransportError {
    use TransportErrorKind as Kind;
    let (kind, text) = match error {
        Error::Timeout(_) => (Kind::TimedOut, "no answer in time"),
        Error::HostNotFound => (Kind::Unreachable, "the host is not known"),
        Error::ConnectionFailed | Error::Io(_) => (Kind::Unreachable, "no connection, or it broke"),
        Error::Tls(_) | Error::Rustls(_) => (Kind::Tls, "TLS failed"),
        Error::BodyExceedsLimit(_) => (Kind::TooLarge, "the answer is too long"),
        Error::Http(_) | Error::BadUri(_) => (Kind::Refused, "the request cannot be sent"),
        _ => (Kind::Malformed, "the answer is not HTTP"),
    };
    TransportError::new(kind, text)
}
