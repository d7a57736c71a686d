//! Whatever the bytes: they are read or refused, without a panic and without giving personal data away. And what holds
//! at the limits.

mod session_documents;

use playgate::session::{ChangeKind, Direction, MAX_JSON_BYTES, MAX_PERMISSIONS, Session, Status, compare};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use session_documents::{DATE_OF_BIRTH, EMAIL, KUID, broken, config, cut, document, gives_away};

/// Any JSON at all, made of personal data, also as keys.
fn odd_value() -> impl Strategy<Value = Value> {
    let text = select(vec![
        DATE_OF_BIRTH,
        EMAIL,
        KUID,
        "sessionId",
        "session",
        "permissions",
        "enabled",
        "name",
    ]);
    let leaf = prop_oneof![
        text.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text.clone(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

/// Puts a value in place of one of the document's values, at any depth.
fn replace_somewhere(place: &mut Value, way: &[prop::sample::Index], value: Value) {
    if let Some((index, deeper)) = way.split_first() {
        let inner = match place {
            Value::Object(map) if !map.is_empty() => {
                let at = index.index(map.len());
                map.values_mut().nth(at)
            }
            Value::Array(list) if !list.is_empty() => {
                let at = index.index(list.len());
                list.get_mut(at)
            }
            _ => None,
        };
        if let Some(inner) = inner {
            return replace_somewhere(inner, deeper, value);
        }
    }
    *place = value;
}

/// What holds for anything that was read or refused.
fn check_any(json: &[u8]) -> Result<(), TestCaseError> {
    match Session::parse(json) {
        Err(error) => {
            let text = error.to_string();
            prop_assert_eq!(gives_away(&text), None, "{}", text);
            prop_assert!(!text.is_empty() && text.len() < 300, "{}", text);
        }
        Ok(session) => {
            prop_assert!(compare(Some(&session), Some(&session)).is_empty());
            let again = Session::parse(session.json().as_bytes());
            prop_assert_eq!(
                again.as_ref().ok(),
                Some(&session),
                "what it gives back is another session"
            );
            prop_assert_eq!(again.as_ref().map(Session::id).ok(), Some(session.id()));
            prop_assert_eq!(
                again.as_ref().map(Session::permissions).ok(),
                Some(session.permissions())
            );
            for p in session.permissions() {
                prop_assert!(
                    !session.access(&p.name).is_allowed() || (p.enabled && *session.status() == Status::Active)
                );
                prop_assert_eq!(session.permission(&p.name), Some(p));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        check_any(&bytes)?;
    }

    #[test]
    fn any_text_like_json_is_read_or_refused(text in r#"[\{\}\[\]",:truefalsn0-9.eE\\ -]{0,200}"#) {
        check_any(text.as_bytes())?;
    }

    #[test]
    fn a_broken_document_is_read_or_refused_without_giving_anything_away(
        document in document(),
        wrapped in any::<bool>(),
        cuts in vec(cut(), 1..5),
    ) {
        let text = if wrapped { json!({"session": document, "status": "PASS"}) } else { document };
        check_any(&broken(text.to_string().into_bytes(), &cuts))?;
    }

    #[test]
    fn values_of_any_type_anywhere_are_read_or_refused_without_giving_anything_away(
        mut document in document(),
        wrapped in any::<bool>(),
        replacements in vec((vec(any::<prop::sample::Index>(), 1..6), odd_value()), 1..4),
    ) {
        for (way, value) in replacements {
            replace_somewhere(&mut document, &way, value);
        }
        let text = if wrapped { json!({"session": document, "status": EMAIL}) } else { document };
        check_any(text.to_string().as_bytes())?;
    }
}

// ------------------------------------------------------------------------------------------------------- at the limits

#[test]
fn what_a_session_gives_back_is_read_as_the_same_session() {
    // A field of the inner object that is called `session` must not count as another wrapping.
    let inner = r#"{"sessionId":"id-1","permissions":[{"name":"mods","enabled":false}],
        "session":{"sessionId":"id-2","permissions":[{"name":"mods","enabled":true}]}}"#;
    let wrapped = format!(r#"{{"session":{inner},"status":"PASS"}}"#);
    // Refusing it would do as well.
    if let Ok(session) = Session::parse(wrapped.as_bytes()) {
        let again = Session::parse(session.json().as_bytes()).expect("what was given back can be read");
        assert_eq!((again.id(), again.permissions()), (session.id(), session.permissions()));
        assert_eq!(again.access("mods"), session.access("mods"));
    }
}

fn largest(name: impl Fn(usize) -> String, more: &str, order: impl Iterator<Item = usize>) -> String {
    let permissions: Vec<_> = order.map(|i| format!(r#"{{"name":"{}"{more}}}"#, name(i))).collect();
    format!(r#"{{"sessionId":"id-1","permissions":[{}]}}"#, permissions.join(","))
}

#[test]
fn sessions_with_the_most_permissions_are_compared_whatever_their_order() {
    let name = |i: usize| format!("feature-{i}");
    let off = r#","enabled":false,"managedBy":"GUARDIAN""#;
    let on = r#","enabled":true,"managedBy":"GUARDIAN""#;
    let forward = Session::parse(largest(name, off, 0..MAX_PERMISSIONS).as_bytes()).expect("a session");
    let backward = Session::parse(largest(name, off, (0..MAX_PERMISSIONS).rev()).as_bytes()).expect("a session");
    let enabled = Session::parse(largest(name, on, (0..MAX_PERMISSIONS).rev()).as_bytes()).expect("a session");
    assert!(compare(Some(&forward), Some(&backward)).is_empty());
    let changes = compare(Some(&forward), Some(&enabled));
    assert_eq!(changes.list().len(), MAX_PERMISSIONS);
    assert!(
        changes
            .list()
            .iter()
            .all(|c| c.kind == ChangeKind::Enabled && c.direction == Direction::Loosened)
    );
    assert_eq!(changes.list().first().map(|c| &*c.permission), Some("feature-9999"));
}

#[test]
fn what_was_stripped_can_be_read_also_when_the_document_was_as_long_as_it_may_be() {
    // Without the optional fields a permission is shorter than what is written of it.
    let width = MAX_JSON_BYTES / MAX_PERMISSIONS - r#"{"name":""},"#.len() - 1;
    let text = largest(|i| format!("{i:0width$}"), "", 0..MAX_PERMISSIONS);
    let full = Session::parse(text.as_bytes()).expect("a session within the limits");
    let stripped = full.stripped();
    let again = Session::parse_stripped(stripped.json().as_bytes()).expect("what was stripped can be read");
    assert_eq!(again.permissions(), full.permissions());
}

#[test]
fn a_document_may_be_exactly_as_long_as_the_limit_and_no_longer() {
    // The second is nested so deeply that it is not read like usual ones.
    let usual = r#"{"sessionId":"id-1","permissions":[{"name":"mods"}]}"#;
    let odd = r#"{"sessionId":"id-1","permissions":[{"name":"mods","more":[[[[[[[[[[]]]]]]]]]]}]}"#;
    for text in [usual, odd] {
        let padded = |length: usize| text.to_owned() + &" ".repeat(length - text.len());
        let session = Session::parse(padded(MAX_JSON_BYTES).as_bytes()).expect("a session of the greatest length");
        assert_eq!((session.json(), session.permissions().len()), (text, 1));
        let error = Session::parse(padded(MAX_JSON_BYTES + 1).as_bytes()).expect_err("too long");
        assert_eq!(
            error.to_string(),
            format!(
                "the session is {} bytes of JSON; the limit is {MAX_JSON_BYTES}",
                MAX_JSON_BYTES + 1
            )
        );
    }
}

#[test]
fn an_error_says_where_the_document_is_wrong() {
    for (json, text) in [
        (
            &b"{\"sessionId\":\n\n  \"\xff\"}"[..],
            "the session is not UTF-8 (line 3, column 4)",
        ),
        (b"\xff", "the session is not UTF-8 (line 1, column 1)"),
        (
            b"{\"sessionId\":\"id-1\",",
            "the JSON ends too early (line 1, column 20)",
        ),
        (b"{\"sessionId\" \"id-1\"}", "the text is not JSON (line 1, column 14)"),
        (
            b"{\"sessionId\":\"id-1\",\"permissions\":7}",
            "permissions has the wrong type (line 1, column 35)",
        ),
    ] {
        let error = Session::parse(json).expect_err("it is no session");
        assert_eq!(error.to_string(), text);
    }
}
