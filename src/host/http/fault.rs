//! Errors as sentences: they name the host and the cause, never path, query, headers or body.

use std::{io, time::Duration};

use rustls::{CertificateError, Error as Rustls};
use ureq::{Error, Timeout};

use super::{exchange::Exchange, options::Settings, target::Origin};
use crate::protocol::http::{
    TransportError,
    TransportErrorKind::{self, Malformed, Refused, TimedOut, Tls, TooLarge, Unreachable},
};

/// Puts an error of ours where the HTTP client expects one of its own.
pub(super) fn wrap(error: TransportError) -> Error {
    Error::Other(Box::new(error))
}

/// Whether the connection went away.
pub(super) fn is_disconnect(error: &Error) -> bool {
    matches!(error, Error::Io(error) if is_closed(error.kind()))
}

pub(super) fn is_closed(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(
        kind,
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    )
}

/// The answer ended before it was whole.
pub(super) fn cut_short(origin: &Origin) -> TransportError {
    TransportError::new(
        Malformed,
        format!("{} closed the connection in the middle of its answer", origin.name()),
    )
}

/// What the HTTP client's error means.
pub(super) fn explain(error: Error, exchange: &Exchange, settings: &Settings) -> TransportError {
    let name = exchange.origin.name();
    let say = |kind: TransportErrorKind, text: String| TransportError::new(kind, text);
    match error {
        Error::Other(inner) => match inner.downcast::<TransportError>() {
            Ok(ours) => *ours,
            Err(_) => say(Unreachable, format!("the exchange with {name} failed")),
        },
        Error::Timeout(which) => say(TimedOut, timeout_text(which, &name, exchange, settings)),
        Error::Io(error) => io_error(error, exchange),
        Error::ConnectProxyFailed(reason) => {
            // The reason is the client's own sentence with the proxy's status; nothing of the proxy's answer.
            let hint = if reason.contains("407") {
                "; it wants a user and password, or others"
            } else {
                ""
            };
            let proxy = settings
                .proxy
                .as_ref()
                .map_or_else(String::new, |proxy| format!(" {}:{}", proxy.host(), proxy.port()));
            say(
                Unreachable,
                format!("the proxy{proxy} made no tunnel to {name}: {reason}{hint}"),
            )
        }
        Error::LargeResponseHeader(_, limit) => say(
            TooLarge,
            format!("the headers of {name}'s answer are longer than {limit} bytes"),
        ),
        Error::Protocol(_) => say(
            Malformed,
            format!("the answer of {name} is not valid HTTP/1.1; is it the right port?"),
        ),
        Error::BodyStalled => cut_short(&exchange.origin),
        Error::Http(_) | Error::BadUri(_) => say(Refused, format!("the request to {name} is not valid HTTP")),
        _ => say(Unreachable, format!("no connection to {name}")),
    }
}

fn timeout_text(which: Timeout, name: &str, exchange: &Exchange, settings: &Settings) -> String {
    let ms = |limit: Option<Duration>| limit.unwrap_or(exchange.timeout).as_millis();
    match which {
        Timeout::Connect | Timeout::Resolve => {
            format!("no connection to {name} within {} ms", ms(settings.connect_timeout))
        }
        Timeout::PerRead => format!("no byte from {name} for {} ms", ms(settings.read_timeout)),
        Timeout::PerWrite => format!("{name} took no byte for {} ms", ms(settings.read_timeout)),
        _ => format!("no complete answer from {name} within {} ms", ms(None)),
    }
}

fn io_error(error: io::Error, exchange: &Exchange) -> TransportError {
    let name = exchange.origin.name();
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Rustls>()) {
        return tls_error(tls, &exchange.origin);
    }
    if error.kind() == io::ErrorKind::TimedOut {
        return TransportError::new(TimedOut, format!("the connection to {name} timed out"));
    }
    if is_closed(error.kind()) {
        return if exchange.answered() {
            cut_short(&exchange.origin)
        } else {
            TransportError::new(Unreachable, format!("{name} closed the connection without an answer"))
        };
    }
    TransportError::new(Unreachable, format!("the connection to {name} broke: {error}"))
}

/// What a TLS error means, and what to do.
pub(super) fn tls_error(error: &Rustls, origin: &Origin) -> TransportError {
    let name = origin.name();
    let text = match error {
        Rustls::InvalidCertificate(certificate) => certificate_text(certificate, &name),
        Rustls::InvalidMessage(_) => {
            format!("{name} does not speak TLS, or something on the way does not: check port and proxy")
        }
        Rustls::AlertReceived(alert) => {
            format!("{name} ended the TLS handshake with alert {alert:?}")
        }
        other => format!("TLS with {name} failed: {other}"),
    };
    TransportError::new(Tls, text)
}

fn certificate_text(error: &CertificateError, name: &str) -> String {
    use CertificateError as C;
    match error {
        C::UnknownIssuer => format!(
            "the certificate of {name} is of an unknown issuer: if the issuer is your own, give its root with \
             extra_roots_pem; if not, something on the way intercepts the connection"
        ),
        C::BadSignature => format!(
            "the certificate of {name} was not signed with the key of the trusted root that has its issuer's name: if \
             the issuer is your own and was made anew, give the new root with extra_roots_pem"
        ),
        C::Expired | C::ExpiredContext { .. } => format!(
            "the certificate of {name} has expired: the server needs a new one, unless this device's clock is wrong"
        ),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            format!("the certificate of {name} is not valid yet: check this device's clock")
        }
        C::NotValidForName => format!("the certificate of {name} is for another host name"),
        C::NotValidForNameContext { presented, .. } => format!(
            "the certificate of {name} is for another host name ({}): use that name in the URL, or a certificate that \
             has this one among its subject alternative names",
            presented.join(", ")
        ),
        other => {
            let why = format!("{other:?}");
            let hint = if why.contains("CaUsedAsEndEntity") {
                "; a self-signed server certificate needs basicConstraints CA:FALSE, or sign it with a root of its own"
            } else {
                ""
            };
            format!("the certificate of {name} is not valid: {why}{hint}")
        }
    }
}
