//! Which requests may leave at all.

use std::net::IpAddr;

use ureq::http::{
    HeaderName, HeaderValue, Uri,
    header::{self, HeaderMap},
};

use crate::protocol::http::{Method, Request, TransportError, TransportErrorKind::Refused};

/// URL and headers together may be this long; real ones are far below, and servers stop at 8 to 16 KiB.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Headers that decide where a message ends, which connection it uses or how the answer is packed.
const OWN_HEADERS: [HeaderName; 12] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::ACCEPT_ENCODING,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
];

fn refuse(text: impl ToString) -> TransportError {
    TransportError::new(Refused, text)
}

/// A server as scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) https: bool,
    /// In lower case, an IPv6 address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Origin {
    /// The origin of an http or https URL with a host.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return None,
        };
        let host = uri.host().filter(|host| !host.is_empty())?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
            .to_ascii_lowercase();
        // A port that is there but not a number must not become the default one.
        let authority = uri.authority()?.as_str();
        let after_host = authority.rsplit('@').next()?.strip_prefix(uri.host()?)?;
        let port = match uri.port_u16() {
            Some(port) => port,
            None if !after_host.is_empty() => return None,
            None if https => 443,
            None => 80,
        };
        Some(Self { https, host, port })
    }

    /// The address, when the host is one.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether the host can only be this machine, as far as its name says.
    pub(super) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Host and port for a sentence.
    pub(super) fn name(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// A request that may be sent.
pub(super) struct Prepared {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) origin: Origin,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Prepared {
    pub(super) fn new(mut request: Request) -> Result<Self, TransportError> {
        let (uri, origin) = read_url(&request.url)?;
        let head = request.headers.iter().fold(request.url.len(), |sum, (name, value)| {
            sum + name.len() + value.len() + 4
        });
        if head > MAX_HEAD_BYTES {
            return Err(refuse(format!(
                "URL and headers are {head} bytes long; at most {MAX_HEAD_BYTES} are sent"
            )));
        }
        if request.method == Method::Get && !request.body.is_empty() {
            return Err(refuse("a GET request has no body"));
        }
        let headers = read_headers(&request.headers);
        crate::host::wipe_headers(&mut request.headers);
        Ok(Self {
            method: request.method,
            uri,
            origin,
            headers: headers?,
            body: request.body,
        })
    }
}

/// Visible ASCII only, as a URL has it (RFC 3986 section 2).
fn is_plain(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_graphic())
}

fn read_url(url: &str) -> Result<(Uri, Origin), TransportError> {
    let uri: Uri = Some(url)
        .filter(|url| is_plain(url))
        .and_then(|url| url.parse().ok())
        .ok_or_else(|| {
            refuse(
                "the URL is not valid: it needs the form https://host/path, without spaces, line breaks or characters \
                 outside ASCII",
            )
        })?;
    let origin =
        Origin::of(&uri).ok_or_else(|| refuse("the URL needs scheme https, a host and, if any, a numeric port"))?;
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(refuse(format!(
            "the URL to {} has a user name or password in it; use a header",
            origin.name()
        )));
    }
    if !origin.https && !origin.is_loopback() {
        return Err(refuse(format!(
            "{} would be reached by plain http; https is needed (http is for 127.0.0.1, [::1] and localhost only)",
            origin.name()
        )));
    }
    Ok((uri, origin))
}

fn read_headers(headers: &[(String, String)]) -> Result<HeaderMap, TransportError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        // A bad name is not repeated: it may be a value in the wrong place.
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refuse("a header name is empty or has characters that it cannot have"))?;
        if OWN_HEADERS.contains(&name) {
            return Err(refuse(format!("the header {name} is set by the transport itself")));
        }
        let mut value = Some(value)
            .filter(|value| value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')))
            .and_then(|value| HeaderValue::from_str(value).ok())
            .ok_or_else(|| {
                refuse(format!(
                    "the value of header {name} has a line break, another control character or one outside ASCII"
                ))
            })?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}

/// Where a redirect leads, if it stays at the same origin.
pub(super) fn follow(from: &Uri, origin: &Origin, location: &[u8]) -> Result<Uri, TransportError> {
    let bad = || refuse(format!("{} redirects to a URL that is not valid", origin.name()));
    let location = std::str::from_utf8(location).map_err(|_| bad())?.trim();
    // The fragment is for browsers.
    let location = location.split('#').next().unwrap_or_default();
    let scheme = if origin.https { "https" } else { "http" };
    let authority = from.authority().map_or("", |authority| authority.as_str());
    let absolute = if has_scheme(location) {
        location.to_string()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else {
        format!("{scheme}://{authority}{}", merge(from, location))
    };
    if !is_plain(&absolute) {
        return Err(bad());
    }
    let uri: Uri = absolute.parse().map_err(|_| bad())?;
    let there = Origin::of(&uri).ok_or_else(bad)?;
    if there != *origin || uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err(refuse(format!(
            "{} redirects to {}{}; other servers are not followed, so configure the final address",
            origin.name(),
            if there.https { "" } else { "http://" },
            there.name()
        )));
    }
    Ok(uri)
}

/// Whether a reference starts with a scheme (RFC 3986 section 4.2).
fn has_scheme(reference: &str) -> bool {
    reference
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|first| first.contains(':'))
}

/// A reference without scheme and host, as path and query (RFC 3986 section 5.2).
fn merge(from: &Uri, reference: &str) -> String {
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (reference, None),
    };
    let base = from.path();
    let path = if path.is_empty() {
        base.to_string()
    } else if path.starts_with('/') {
        remove_dots(path)
    } else {
        let folder = base.rfind('/').map_or("/", |slash| &base[..=slash]);
        remove_dots(&format!("{folder}{path}"))
    };
    match query.or(from.query().filter(|_| reference.is_empty())) {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

fn remove_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." if last => kept.push(""),
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            "." => {}
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(from: &str, location: &str) -> Result<String, TransportError> {
        let (uri, origin) = read_url(from)?;
        follow(&uri, &origin, location.as_bytes()).map(|uri| uri.to_string())
    }

    #[test]
    fn references_are_resolved() {
        let from = "https://a.example/b/c/d?q=1";
        for (location, want) in [
            ("https://a.example/x", "https://a.example/x"),
            ("HTTPS://A.example:443/x#part", "https://A.example:443/x"),
            ("//a.example/x", "https://a.example/x"),
            ("/x/y?z", "https://a.example/x/y?z"),
            ("e", "https://a.example/b/c/e"),
            ("./e", "https://a.example/b/c/e"),
            ("../e/.", "https://a.example/b/e/"),
            ("../../../../e", "https://a.example/e"),
            ("/x/../../y", "https://a.example/y"),
            ("?r=2", "https://a.example/b/c/d?r=2"),
            ("", "https://a.example/b/c/d?q=1"),
            (
                "e?u=https://other.example/",
                "https://a.example/b/c/e?u=https://other.example/",
            ),
        ] {
            assert_eq!(next(from, location).as_deref(), Ok(want), "{location}");
        }
    }

    #[test]
    fn other_origins_are_refused() {
        for location in [
            "https://b.example/",
            "http://a.example/",
            "https://a.example:8443/",
            "//b.example/",
            "https://user@a.example/",
            "ftp://a.example/",
            "https:///x",
            "https://a.example:/x",
            "javascript:alert(1)",
            "https://a.example/\u{e9}\n",
        ] {
            let error = next("https://a.example/b?token=secret", location).unwrap_err();
            assert_eq!(error.kind, Refused, "{location}");
            assert!(!error.text.contains("secret"), "{}", error.text);
        }
    }

    #[test]
    fn a_port_is_never_guessed() {
        for url in [
            "https://a.example:/",
            "https://a.example:99999/",
            "https://[::1]:99999/",
            "https://a.example:x/",
        ] {
            assert_eq!(read_url(url).unwrap_err().kind, Refused, "{url}");
        }
        for (url, port) in [
            ("https://a.example", 443),
            ("https://[::1]/", 443),
            ("http://[::1]", 80),
            ("https://a.example:8443?x", 8443),
        ] {
            assert_eq!(read_url(url).unwrap().1.port, port, "{url}");
        }
    }

    #[test]
    fn loopback_is_meant_literally() {
        for url in [
            "http://127.0.0.1/",
            "http://127.9.9.9:1/",
            "http://[::1]:8080/x",
            "http://LOCALHOST/",
        ] {
            assert!(read_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://10.0.0.1/",
            "http://[::ffff:10.0.0.1]/",
            "http://127.1/",
            "http://0.0.0.0/",
        ] {
            assert_eq!(read_url(url).unwrap_err().kind, Refused, "{url}");
        }
    }
}
