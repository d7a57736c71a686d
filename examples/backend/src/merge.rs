//! Taking one permission over into a stored session, byte for byte otherwise.

use std::borrow::Cow;

use playgate::session::Session;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    permissions: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// The stored session with one permission as the newer document has it; every other byte stays. `None` when either of
/// them does not list the permission.
pub fn merged(stored: &str, newer: &str, permission: &str) -> Option<Session> {
    let entry = *entries(newer, permission)?.first()?;
    let mut document = stored.to_owned();
    let mut places = Vec::new();
    for old in entries(stored, permission)? {
        // Both are slices of the same text.
        let at = (old.as_ptr() as usize).checked_sub(stored.as_ptr() as usize)?;
        places.push(at..at + old.len());
    }
    if places.is_empty() {
        return None;
    }
    // From behind, so that what is before a place does not move.
    for place in places.into_iter().rev() {
        document.get(place.clone())?;
        document.replace_range(place, entry);
    }
    Session::parse(document.as_bytes()).ok()
}

/// The entries of that name in a session's permissions, as they stand in its text.
fn entries<'a>(document: &'a str, permission: &str) -> Option<Vec<&'a str>> {
    let list = serde_json::from_str::<Document<'a>>(document).ok()?.permissions?;
    let all: Vec<&'a RawValue> = serde_json::from_str(list.get()).ok()?;
    let all = all.into_iter().map(RawValue::get);
    let is_named = |entry: &&str| serde_json::from_str::<Named<'_>>(entry).is_ok_and(|n| n.name == permission);
    Some(all.filter(is_named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = r#"{"sessionId":"s","zFuture": {"x": [1,  2.50]},"permissions":[ {"name":"a","enabled":false,"managedBy":"PLAYER"} , {"name":"b","enabled":true,"managedBy":"GUARDIAN","x": 1.0}],"etag":"e1"}"#;

    #[test]
    fn one_permission_is_taken_over_and_nothing_else() {
        let newer =
            r#"{"sessionId":"s","permissions":[{"name":"\u0061","enabled":true,"managedBy":"PLAYER","n":2.0}]}"#;
        let session = merged(STORED, newer, "a").unwrap();
        let wanted = STORED.replace(
            r#"{"name":"a","enabled":false,"managedBy":"PLAYER"}"#,
            r#"{"name":"\u0061","enabled":true,"managedBy":"PLAYER","n":2.0}"#,
        );
        assert_eq!(session.json(), wanted);
        assert!(session.access("a").is_allowed() && session.access("b").is_allowed());
    }

    #[test]
    fn a_permission_listed_twice_is_taken_over_twice() {
        let twice = STORED.replace(r#""name":"b","enabled":true"#, r#""name":"a","enabled":false"#);
        let newer = r#"{"sessionId":"s","permissions":[{"name":"a","enabled":true,"managedBy":"PLAYER"}]}"#;
        assert!(merged(&twice, newer, "a").unwrap().access("a").is_allowed());
    }

    #[test]
    fn what_is_not_listed_cannot_be_merged() {
        for newer in [
            r#"{"sessionId":"s"}"#,
            r#"{"permissions":[]}"#,
            r#"{"permissions":null}"#,
            "{",
            "",
        ] {
            assert!(merged(STORED, newer, "a").is_none(), "{newer}");
        }
        assert!(merged(r#"{"sessionId":"s","permissions":[]}"#, STORED, "a").is_none());
    }
}
