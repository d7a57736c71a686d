//! Entity tags of sessions, and `If-None-Match` (RFC 9110 section 13.1.2).

use axum::http::{HeaderMap, header::IF_NONE_MATCH};
use playgate::{protocol::backend::quoted_etag, session::Session};
use sha2::{Digest, Sha256};

/// A session's entity tag in its quotes: k-ID's etag, or a hash of the document when there is none that fits a header.
pub fn entity_tag(session: &Session) -> String {
    let given = session.etag().and_then(quoted_etag);
    given.map_or_else(|| hash_tag(session.json()), String::from)
}

fn hash_tag(document: &str) -> String {
    let hash = Sha256::digest(document.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"sha256-{hex}\"")
}

/// Whether `If-None-Match` names the entity tag, so that the answer is 304. All the header's lines count; `*` names
/// any; weak tags compare as strong ones do, as RFC 9110 asks for this header. A header that is no list of entity tags
/// names nothing.
pub fn is_named(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|value| value.as_bytes().trim_ascii() == b"*" || list_names(value.as_bytes(), tag.as_bytes()))
}

fn list_names(mut list: &[u8], tag: &[u8]) -> bool {
    let mut found = false;
    loop {
        // Empty elements are allowed in lists.
        while let [b' ' | b'\t' | b',', rest @ ..] = list {
            list = rest;
        }
        if list.is_empty() {
            return found;
        }
        let opaque = list.strip_prefix(b"W/").unwrap_or(list);
        let [b'"', inside @ ..] = opaque else {
            return false;
        };
        let Some(len) = inside.iter().position(|b| *b == b'"') else {
            return false;
        };
        let (this, rest) = opaque.split_at(len + 2);
        found |= this == tag;
        list = rest.trim_ascii_start();
        if !list.is_empty() && !list.starts_with(b",") {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn named(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_NONE_MATCH, HeaderValue::from_str(line).unwrap());
        }
        is_named(&headers, "\"e1\"")
    }

    #[test]
    fn lists_weak_tags_and_the_star() {
        for yes in [
            "\"e1\"",
            "W/\"e1\"",
            "*",
            " * ",
            "\"x\", \"e1\"",
            "\"a,b\",W/\"e1\" ,",
            ",, \"e1\"",
            "\"e1\",\"x\"",
        ] {
            assert!(named(&[yes]), "{yes}");
        }
        for no in [
            "",
            "e1",
            "\"e2\"",
            "'e1'",
            "\"e1",
            "w/\"e1\"",
            "\"x\" \"e1\"",
            "\"E1\"",
            "\"x,\"e1\"",
            "*, \"x\"",
            "\"e1\"x",
        ] {
            assert!(!named(&[no]), "{no}");
        }
        assert!(named(&["\"x\"", "\"e1\""]) && !named(&[]));
    }

    #[test]
    fn a_session_without_a_usable_etag_has_a_hash() {
        let tag = |json: &str| entity_tag(&Session::parse(json.as_bytes()).unwrap());
        assert_eq!(tag(r#"{"sessionId":"s","etag":"e1"}"#), "\"e1\"");
        let none = tag(r#"{"sessionId":"s"}"#);
        assert!(none.starts_with("\"sha256-") && none.len() == 73, "{none}");
        assert_ne!(none, tag(r#"{"sessionId":"s","status":"HOLD"}"#));
        assert!(tag(r#"{"sessionId":"s","etag":"a\"b"}"#).starts_with("\"sha256-"));
        assert!(tag(r#"{"sessionId":"s","etag":"a\r\nSet-Cookie: b"}"#).starts_with("\"sha256-"));
    }
}
