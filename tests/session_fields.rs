//! What a session gives back of each field, also of fields that came with another type, and what `Debug` shows.

use playgate::session::{AgeStatus, Allowance, AllowanceValue, ChangeKind, ManagedBy, Session, Status, compare};
use serde_json::{Value, json};

/// A session with these fields besides its id and one permission.
fn with(fields: Value) -> Session {
    let mut document = json!({
        "sessionId": "id-1",
        "permissions": [{"name": "voice-chat", "enabled": true, "managedBy": "GUARDIAN"}],
    });
    let object = document.as_object_mut().expect("an object");
    object.extend(fields.as_object().expect("fields").clone());
    let text = document.to_string();
    let session = Session::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{fields}: {e}"));
    assert_eq!(session.json(), text, "the document is kept as it came");
    assert_eq!(session.id(), "id-1");
    assert_eq!(session.permissions().len(), 1);
    session
}

/// A value of every type but the given one, `null` included.
fn of_other_types(than: &Value) -> Vec<Value> {
    let all = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!(["text"]),
        json!({"text": "text"}),
    ];
    let kind = std::mem::discriminant(than);
    all.into_iter().filter(|v| std::mem::discriminant(v) != kind).collect()
}

#[test]
fn fields_are_given_back() {
    let session = with(json!({
        "id": "id-2", "etag": "e1", "status": "HOLD", "ageStatus": "DIGITAL_YOUTH", "ageCategory": "YOUTH",
        "dateOfBirth": "2010", "jurisdiction": "US-CA", "kuid": "k\u{e9}\"1", "managedBy": "PLAYER",
        "hasApproverEmail": false,
    }));
    assert_eq!(session.etag(), Some("e1"));
    assert_eq!(*session.status(), Status::Hold);
    assert_eq!(session.age_status(), Some(&AgeStatus::DigitalYouth));
    assert_eq!(session.age_category(), Some("YOUTH"));
    assert_eq!(session.date_of_birth(), Some("2010"));
    assert_eq!(session.jurisdiction(), Some("US-CA"));
    assert_eq!(session.kuid(), Some("k\u{e9}\"1"));
    assert_eq!(session.managed_by(), Some(&ManagedBy::Player));
    assert_eq!(session.has_approver_email(), Some(false));
}

#[test]
fn a_field_that_no_decision_needs_counts_as_absent_when_it_has_another_type() {
    for value in of_other_types(&json!("")) {
        let session = with(json!({
            "id": value, "etag": value, "ageStatus": value, "ageCategory": value, "dateOfBirth": value,
            "jurisdiction": value, "managedBy": value,
        }));
        assert_eq!(session.etag(), None, "{value}");
        assert_eq!(session.age_status(), None, "{value}");
        assert_eq!(session.age_category(), None, "{value}");
        assert_eq!(session.date_of_birth(), None, "{value}");
        assert_eq!(session.jurisdiction(), None, "{value}");
        assert_eq!(session.managed_by(), None, "{value}");
        assert_eq!(*session.status(), Status::Active, "{value}");
    }
    for value in of_other_types(&json!(true)) {
        let session = with(json!({"hasApproverEmail": value}));
        assert_eq!(session.has_approver_email(), None, "{value}");
    }
    for value in of_other_types(&json!([])) {
        assert!(with(json!({"allowances": value})).allowances().is_empty(), "{value}");
    }
}

#[test]
fn a_kuid_that_is_a_number_is_its_digits() {
    for (value, expected) in [
        (json!(7), Some("7")),
        (json!(-3), Some("-3")),
        (json!(18446744073709551615u64), Some("18446744073709551615")),
        (json!("7"), Some("7")),
        (json!(null), None),
        (json!(true), None),
        (json!([7]), None),
        (json!({"id": 7}), None),
    ] {
        assert_eq!(with(json!({"kuid": value})).kuid(), expected, "kuid is {value}");
    }
    let text = r#"{"sessionId":"id-1","kuid":1234567890123456789012345678901234567890}"#;
    let session = Session::parse(text.as_bytes()).expect("a session");
    assert_eq!(session.kuid(), Some("1234567890123456789012345678901234567890"));
}

#[test]
fn a_status_of_another_type_is_unknown_also_after_the_session_was_stripped() {
    for value in of_other_types(&json!("")) {
        let session = with(json!({"status": value}));
        let expected = match value {
            Value::Null => Status::Active,
            _ => Status::Other("".into()),
        };
        assert_eq!(*session.status(), expected, "{value}");
        assert_eq!(session.access("voice-chat").is_allowed(), value.is_null(), "{value}");
        let stored = session.stripped();
        let again = Session::parse_stripped(stored.json().as_bytes()).expect("a stripped session");
        assert_eq!(*again.status(), expected, "{value}");
    }
}

#[test]
fn malformed_allowances_are_left_out_and_values_of_another_type_are_none() {
    let allowance = |name: &str, kind: &str, value: AllowanceValue| Allowance {
        name: name.into(),
        kind: kind.into(),
        value,
    };
    let session = with(json!({"allowances": [
        null, true, 5, "play-time", ["play-time", "numerical", 90], {}, {"type": "numerical"},
        {"name": null}, {"name": 7, "numericalValue": 90}, {"name": ["play-time"]},
        {"name": "a", "type": "numerical", "numericalValue": 90.5, "selectionValue": null},
        {"name": "b", "type": "selection", "selectionValue": "low", "extra": {"x": 1}},
        {"name": "c", "type": "numerical", "numericalValue": "90"},
        {"name": "d", "type": "selection", "selectionValue": 7},
        {"name": "e", "type": 7, "numericalValue": {"x": 1}, "selectionValue": ["low"]},
        {"name": "f"},
    ]}));
    assert_eq!(
        session.allowances(),
        [
            allowance("a", "numerical", AllowanceValue::Number(90.5)),
            allowance("b", "selection", AllowanceValue::Selection("low".into())),
            allowance("c", "numerical", AllowanceValue::None),
            allowance("d", "selection", AllowanceValue::None),
            allowance("e", "", AllowanceValue::None),
            allowance("f", "", AllowanceValue::None),
        ]
    );
    let text = r#"{"sessionId":"id-1","allowances":[{"name":"a","name":"b"},{"name":"c","numericalValue":1e999}]}"#;
    let session = Session::parse(text.as_bytes()).expect("a session");
    assert_eq!(session.allowances(), [allowance("c", "", AllowanceValue::None)]);
}

#[test]
fn debug_shows_no_id_and_no_jurisdiction() {
    let fields = json!({"jurisdiction": "US-CA", "kuid": "kuid-Qx7Zk9", "dateOfBirth": "2014-03-09"});
    let before = with(fields);
    let after = r#"{"sessionId":"id-2","jurisdiction":"BR","status":"HOLD","permissions":[{"name":"voice-chat"}]}"#;
    let after = Session::parse(after.as_bytes()).expect("a session");
    let changes = compare(Some(&before), Some(&after));
    let shown = format!("{changes:?} {before:?} {after:?}");
    for secret in ["id-1", "id-2", "US-CA", "BR", "Qx7Zk9", "2014"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for kind in [
        ChangeKind::Disabled,
        ChangeKind::ManagementChanged,
        ChangeKind::StatusChanged,
        ChangeKind::JurisdictionChanged,
        ChangeKind::SessionReplaced,
    ] {
        assert!(changes.list().iter().any(|c| c.kind == kind), "{kind:?} in {shown}");
        assert!(shown.contains(&format!("{kind:?}")), "{kind:?} in {shown}");
    }
    for word in ["voice-chat", "GUARDIAN", "ACTIVE", "HOLD"] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
    assert_eq!(format!("{after:?}"), "Session { status: Hold, permissions: 1, .. }");
}
