//! Base URLs and paths.

use alloc::{format, string::String};
use core::fmt;

/// Why a base URL cannot be used. The text does not repeat the URL, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlError(&'static str);

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for UrlError {}

/// Joins path segments to a base URL; each segment is percent-encoded whole, so none can leave its place.
///
/// # Errors
/// The base is not `https://host…` or `http://host…`, has a user, query or fragment, or characters that no URL has.
pub fn join_path(base: &str, segments: &[&str]) -> Result<String, UrlError> {
    let rest = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"))
        .ok_or(UrlError(
            "the server's URL must start with https:// (or http:// for loopback)",
        ))?;
    if !rest.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(UrlError(
            "the server's URL has a space or a character that is not ASCII",
        ));
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.is_empty() {
        return Err(UrlError("the server's URL has no host"));
    }
    if authority.contains('@') {
        return Err(UrlError("the server's URL must not hold a user name or password"));
    }
    if rest.contains(['?', '#', '\\']) {
        return Err(UrlError("the server's URL must not have a query or fragment"));
    }
    let mut url = String::from(base.trim_end_matches('/'));
    for segment in segments {
        url.push('/');
        push_encoded(&mut url, segment);
    }
    Ok(url)
}

/// Whether a person's browser may be sent there: `https://`, or `http://` on this machine, with a host, without a user
/// name, and of characters that a URL has.
pub fn is_web_url(url: &str) -> bool {
    let (rest, is_plain) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_clean = rest
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    is_clean && !authority.is_empty() && !authority.contains('@') && (!is_plain || is_loopback(url))
}

/// Whether an `http://` URL names this machine.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.strip_prefix("http://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A URL parser has to find the same host there: whatever is odd is not this machine.
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) if host.contains(':') => (host, port),
            _ => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    host.eq_ignore_ascii_case("localhost") || host.parse::<core::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Appends a text with everything encoded but RFC 3986's unreserved characters.
pub(crate) fn push_encoded(url: &mut String, text: &str) {
    // A segment of dots would be a step to another folder.
    let only_dots = text.bytes().all(|b| b == b'.');
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => url.push(char::from(byte)),
            b'.' if !only_dots => url.push('.'),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, join_path};

    #[test]
    fn segments_cannot_leave_their_place() {
        let url = join_path("https://game.example/base/", &["api", "session", "../x?y=1#z"]);
        assert_eq!(url.unwrap(), "https://game.example/base/api/session/..%2Fx%3Fy%3D1%23z");
        assert_eq!(
            join_path("http://127.0.0.1:1", &[".."]).unwrap(),
            "http://127.0.0.1:1/%2E%2E"
        );
    }

    #[test]
    fn only_a_whole_address_of_this_machine_is_this_machine() {
        for good in [
            "http://localhost",
            "http://LOCALHOST:80/x",
            "http://127.8.8.8:1?q",
            "http://[::1]",
            "http://[::1]:9/",
        ] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "https://localhost",
            "http://[::1",
            "http://[::1]evil.example/",
            "http://[::1]:80@evil.example/",
            "http://[127.0.0.1]/",
            "http://localhost:80@evil.example/",
            "http://localhost:x/",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
            "http://",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn bad_bases_are_refused_without_quoting_them() {
        for bad in [
            "",
            "ftp://x",
            "https://",
            "https://u:geheim@x",
            "https://x?y",
            "https://x/#f",
            "https://x y",
        ] {
            let error = join_path(bad, &[]).unwrap_err().to_string();
            assert!(!error.contains("geheim"), "{error}");
        }
    }
}
