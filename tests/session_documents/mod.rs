//! Generated session documents, odd ones included, and the personal data that they hold.
#![allow(dead_code)] // Each test that takes this module in uses a part of it.

use playgate::session::Session;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

pub const NAMES: &[&str] = &[
    "voice-chat",
    "Voice-Chat",
    "mods",
    "голос",
    "🎮",
    "a\"b\\c",
    "",
    "text-chat-public",
];

/// Personal data that every generated document holds; no part of it may get into an error or a stripped session.
pub const DATE_OF_BIRTH: &str = "2014-03-09";
pub const EMAIL: &str = "parent.of.kim@example.org";
pub const KUID: &str = "kuid-Qx7Zk9";
pub const GIVEAWAYS: &[&str] = &["2014-03", "03-09", "parent.of", "of.kim", "example.org", "Qx7Z", "7Zk9"];

/// A field's value, `None` for a field that is not there.
pub fn field(values: Vec<Value>) -> impl Strategy<Value = Option<Value>> {
    option::weighted(0.85, select(values))
}

pub fn permission(name: impl Strategy<Value = String>) -> impl Strategy<Value = Value> {
    (
        name,
        field(vec![
            json!(true),
            json!(true),
            json!(false),
            json!("true"),
            json!(1),
            json!(null),
            json!([true]),
        ]),
        field(vec![
            json!("GUARDIAN"),
            json!("PLAYER"),
            json!("PLAYER"),
            json!("PROHIBITED"),
            json!("SCHOOL"),
            json!(null),
        ]),
        option::weighted(
            0.4,
            select(vec![
                json!(18),
                json!(16),
                json!(0),
                json!(null),
                json!(17.5),
                json!(-1),
            ]),
        ),
        option::of(Just(json!(EMAIL))),
    )
        .prop_map(|(name, enabled, managed_by, threshold, note)| {
            let mut map = Map::new();
            map.insert("name".into(), name.into());
            let fields = [
                ("enabled", enabled),
                ("managedBy", managed_by),
                ("verifiedAgeThreshold", threshold),
                ("note", note),
            ];
            for (key, value) in fields {
                value.map(|v| map.insert(key.into(), v));
            }
            Value::Object(map)
        })
}

pub fn with(permissions: impl Strategy<Value = Vec<Value>>) -> impl Strategy<Value = Value> {
    (
        permissions,
        select(vec!["id-1", "id-2"]),
        field(
            ["ACTIVE", "ACTIVE", "ACTIVE", "ACTIVE", "HOLD", "DELETED", "PAUSED"]
                .map(Value::from)
                .into(),
        ),
        field(
            ["DIGITAL_MINOR", "DIGITAL_YOUTH", "LEGAL_ADULT", "DIGITAL_TODDLER"]
                .map(Value::from)
                .into(),
        ),
        field(["US-CA", "BR"].map(Value::from).into()),
        any::<bool>(),
    )
        .prop_map(|(permissions, id, status, age_status, jurisdiction, approver)| {
            let mut map = Map::new();
            map.insert("sessionId".into(), id.into());
            let fields = [
                ("status", status),
                ("ageStatus", age_status),
                ("jurisdiction", jurisdiction),
            ];
            for (key, value) in fields {
                value.map(|v| map.insert(key.into(), v));
            }
            map.insert("permissions".into(), permissions.into());
            map.insert("dateOfBirth".into(), DATE_OF_BIRTH.into());
            map.insert("kuid".into(), KUID.into());
            map.insert("etag".into(), "0c2d01c6b31a".into());
            map.insert("hasApproverEmail".into(), approver.into());
            map.insert(
                "approver".into(),
                json!({"email": EMAIL, EMAIL: [DATE_OF_BIRTH, {"kuid": KUID}]}),
            );
            map.insert(
                "allowances".into(),
                json!([{"name": "play-time", "type": "numerical", "numericalValue": 90}]),
            );
            Value::Object(map)
        })
}

/// A session document; a name may occur more than once.
pub fn document() -> impl Strategy<Value = Value> {
    with(vec(permission(select(NAMES).prop_map(String::from)), 0..12))
}

/// A session document with each name at most once, so that the order of its permissions has no meaning.
pub fn document_with_names_once() -> impl Strategy<Value = Value> {
    let names = proptest::sample::subsequence(NAMES, 0..=NAMES.len()).prop_shuffle();
    with(names.prop_flat_map(|names| {
        names
            .into_iter()
            .map(|name| permission(Just(name.to_owned())))
            .collect::<Vec<_>>()
    }))
}

pub fn parse(document: &Value) -> Session {
    Session::parse(document.to_string().as_bytes()).expect("a session")
}

pub fn reordered(document: &Value, order: &[prop::sample::Index]) -> Value {
    let mut document = document.clone();
    let permissions = document["permissions"].as_array_mut().expect("permissions");
    for at in 1..permissions.len() {
        if let Some(index) = order.get(at) {
            permissions.swap(at, index.index(at + 1));
        }
    }
    document
}

pub fn gives_away(text: &str) -> Option<&'static str> {
    GIVEAWAYS.iter().copied().find(|part| text.contains(part))
}

pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A change to a text, whatever it means.
#[derive(Debug, Clone)]
pub enum Cut {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Truncate(prop::sample::Index),
    Repeat(prop::sample::Index, usize),
}

pub fn cut() -> impl Strategy<Value = Cut> {
    let token = select(vec![
        "{", "}", "[", "]", "\"", ",", ":", "null", "true", "\\u", "\\ud83c", "1e999", "-", " ", "\0", "\u{7f}",
    ]);
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Cut::Replace(at, byte)),
        (at(), token).prop_map(|(at, text)| Cut::Insert(at, text.into())),
        (at(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Cut::Insert(at, bytes)),
        (at(), 1..40usize).prop_map(|(at, len)| Cut::Remove(at, len)),
        at().prop_map(Cut::Truncate),
        (at(), 1..80usize).prop_map(|(at, len)| Cut::Repeat(at, len)),
    ]
}

pub fn broken(mut text: Vec<u8>, cuts: &[Cut]) -> Vec<u8> {
    for cut in cuts {
        if text.is_empty() {
            break;
        }
        let len = text.len();
        match cut {
            Cut::Replace(at, byte) => text[at.index(len)] = *byte,
            Cut::Insert(at, bytes) => {
                let at = at.index(len);
                text.splice(at..at, bytes.iter().copied());
            }
            Cut::Remove(at, count) => {
                let at = at.index(len);
                text.drain(at..len.min(at + count));
            }
            Cut::Truncate(at) => text.truncate(at.index(len)),
            Cut::Repeat(at, count) => {
                let at = at.index(len);
                let again = text[at..len.min(at + count)].to_vec();
                text.splice(at..at, again);
            }
        }
    }
    text
}
