//! What is fuzzed, and what must hold of it. The fuzz targets give these functions bytes that they find; the test
//! `fuzz_corpus` gives them those in `fuzz/corpus` and `fuzz/regressions`.
#![allow(dead_code, unused_imports, reason = "each fuzz target uses one of them")]

mod abi;

use playgate::{
    client::{MarkKind, Record},
    host::{
        record::{Keys, RecordErrorKind, RecordKey, Records},
        storage::{MemoryStorage, Storage},
    },
    protocol::{
        backend::{self, Answer, Ask, Before},
        challenge::{Challenge, NewCode, is_email},
        game_session::read_game,
        http::Response,
        is_loopback, is_web_url, join_path,
        kid::{KidChallenge, SessionGet, SessionUpgrade, read_session_get},
        retry_after_ms,
        upgrade::{UpgradeAsk, read_upgrade},
        webhook::{Event, Verifier, Webhook},
    },
    session::{Access, Changes, Freshness, Session, compare},
};
use serde_json::Value;
use std::{
    net::Ipv6Addr,
    sync::{Arc, OnceLock},
};

pub use abi::abi;

/// Wall clock of all targets: 2026-03-02 12:00:00 UTC.
const NOW_MS: i64 = 1_772_452_800_000;

/// Session documents: two of them, divided by a byte that no text has.
pub fn session(data: &[u8]) {
    let mut parts = data.splitn(2, |b| *b == 0xff);
    let one = parts.next().and_then(|part| Session::parse(part).ok());
    let two = parts.next().and_then(|part| Session::parse(part).ok());
    for session in one.iter().chain(&two) {
        check_session(session);
    }
    let there = compare(one.as_ref(), two.as_ref());
    let back = compare(two.as_ref(), one.as_ref());
    assert_eq!(
        there.is_empty(),
        back.is_empty(),
        "a difference is one in both directions"
    );
    for changes in [&there, &back] {
        is_json(changes);
    }
    if let (Some(one), Some(two)) = (&one, &two) {
        follows(one, two);
        follows(two, one);
    }
}

/// What is read after a held session is what is read by itself.
fn follows(held: &Session, next: &Session) {
    let response = Response {
        status: 200,
        headers: Vec::new(),
        body: format!(r#"{{"session":{}}}"#, next.json()).into_bytes(),
    };
    let before = Before {
        session: held,
        around: None,
    };
    let read = backend::read_after(&Ask::Own, &response, NOW_MS, Some(before));
    let Answer::Session { session, .. } = read else {
        panic!("a session that was read is none after another");
    };
    assert_eq!(session.permissions(), next.permissions());
    assert_eq!(session.json(), next.json());
    assert!(compare(Some(&session), Some(next)).is_empty());
    for permission in next.permissions() {
        assert_eq!(session.permission(&permission.name), Some(permission));
    }
}

fn is_json(changes: &Changes) {
    let json: Value = serde_json::from_str(&changes.to_json()).expect("changes are JSON");
    assert!(json.is_array());
}

fn check_session(session: &Session) {
    let again = Session::parse(session.json().as_bytes()).expect("what was read can be read again");
    assert!(compare(Some(session), Some(&again)).is_empty());
    let stripped = session.stripped();
    let kept = Session::parse_stripped(stripped.json().as_bytes()).expect("what was stripped can be read");
    let document: Value = match serde_json::from_str(session.json()) {
        Ok(document) => document,
        Err(error) => {
            // JSON has no largest number; this reader has.
            assert!(error.to_string().starts_with("number out of range"), "JSON: {error}");
            return;
        }
    };
    let is_active = document.get("status").is_none_or(|status| status == "ACTIVE");
    let says_on = |name: &str| {
        let list = document["permissions"].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().any(|p| p["name"] == name && p["enabled"] == true)
    };
    for permission in session.permissions() {
        let name = &permission.name;
        let access = session.access(name);
        assert_eq!(session.decide(name, Freshness::Live).access, access);
        assert_eq!(
            kept.access(name),
            access,
            "what is stored without personal data says the same"
        );
        if access == Access::Allowed {
            assert!(is_active && says_on(name), "allowed against the document");
        }
    }
    assert_eq!(session.access("no such permission\u{0}"), Access::Unavailable);
}

/// Answers of every server, to every question: a byte for the status, a line for a header, then the body.
pub fn answer(data: &[u8]) {
    const STATUSES: [u16; 12] = [200, 200, 200, 201, 204, 304, 400, 401, 403, 404, 429, 503];
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let at = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    let (header, body) = rest.split_at(at);
    let header = String::from_utf8_lossy(header).into_owned();
    let response = Response {
        status: STATUSES[usize::from(*first) % STATUSES.len()],
        headers: ["ETag", "Retry-After"]
            .map(|name| (name.to_owned(), header.clone()))
            .into(),
        body: body.get(1..).unwrap_or_default().into(),
    };
    let id: Box<str> = "s-1".into();
    let etag: Option<Box<str>> = Some("\"e\"".into());
    for ask in [
        Ask::Own,
        Ask::Session { id: id.clone(), etag },
        Ask::Bind { id: id.clone() },
    ] {
        match backend::read(&ask, &response, NOW_MS) {
            Answer::Session { session, etag, .. } => {
                assert_eq!(response.status, 200);
                assert!(
                    ask.id().is_none_or(|asked| asked == session.id()),
                    "another session than was asked for"
                );
                check_session(&session);
                let is_header = |etag: &str| etag.bytes().all(|b| (0x20..0x7f).contains(&b));
                assert!(
                    etag.is_none_or(|etag| is_header(&etag)),
                    "an entity tag that no header may carry"
                );
            }
            Answer::Deleted { .. } => {
                let text = String::from_utf8_lossy(&response.body).into_owned();
                assert!(response.status == 200 && text.contains("eleted"), "nobody said deleted");
            }
            Answer::Malformed(text) => assert!(text.len() < 1_000, "quotes too much"),
            _ => {}
        }
    }
    let asks = [
        UpgradeAsk::Permission {
            session_id: id.clone(),
            permission: "chat".into(),
            signal: None,
        },
        UpgradeAsk::Challenge { id: id.clone() },
        UpgradeAsk::Status { id: id.clone() },
        UpgradeAsk::Code { id: id.clone() },
        UpgradeAsk::Email {
            id,
            address: None,
            locale: None,
        },
    ];
    for ask in &asks {
        let _ = read_upgrade(ask, &response, NOW_MS);
    }
    let _ = read_game(&response, NOW_MS);
    let _ = Challenge::parse(&response.body, NOW_MS);
    let _ = NewCode::parse(&response.body);
    // k-ID itself.
    let _ = read_session_get(&SessionGet::by_id("s-1"), &response, NOW_MS);
    let challenge = KidChallenge { id: "c-1" };
    let _ = challenge.read_get(&response, NOW_MS);
    let _ = challenge.read_status(&response, NOW_MS);
    let _ = challenge.read_code(&response, NOW_MS);
    let _ = challenge.read_email(&response, NOW_MS);
    let upgrade = SessionUpgrade {
        session_id: "s-1",
        permissions: &["chat"],
        age_signal: None,
    };
    let _ = upgrade.read(&response, NOW_MS);
}

/// The players of [`record`].
const PLAYER: &str = "player";

/// Stored records: as the client's payload, and as a file.
pub fn record(data: &[u8]) {
    if let Ok(mut record) = Record::decode(data) {
        for personal in [true, false] {
            let again = Record::decode(&record.encode(personal)).expect("what was written can be read");
            assert_eq!(again.current.revision, record.current.revision);
            for permission in record.current.session().iter().flat_map(|s| s.permissions()) {
                let now = again.current.access(&permission.name, false);
                assert_eq!(
                    now,
                    record.current.access(&permission.name, false),
                    "stored, it says something else"
                );
            }
        }
        let on = record
            .current
            .session()
            .map(|s| s.permissions().to_vec())
            .unwrap_or_default();
        record.apply_mark(MarkKind::Ended, NOW_MS);
        for permission in on {
            assert!(
                !record.current.access(&permission.name, false).is_allowed(),
                "allowed behind a mark"
            );
        }
    }
    static STORES: OnceLock<[(Arc<MemoryStorage>, Records, bool); 2]> = OnceLock::new();
    let stores = STORES.get_or_init(|| {
        let key = Some(RecordKey::new([7; 32]));
        [(Keys { key, ..Keys::default() }, true), (Keys::default(), false)].map(|(keys, sealed)| {
            let storage = Arc::new(MemoryStorage::new());
            let records = Records::open(storage.clone(), keys).expect("opens");
            (storage, records, sealed)
        })
    });
    for (storage, records, sealed) in stores {
        storage.write(&records.name(PLAYER), data).expect("written");
        match records.load(PLAYER) {
            Ok(Some(_)) => assert!(!sealed, "a sealed record that nobody sealed"),
            Ok(None) => panic!("what is there is not nothing"),
            Err(error) => assert_ne!(error.kind, RecordErrorKind::NoRandomness),
        }
    }
}

/// Webhooks: three lines for the headers, then the body.
pub fn webhook(data: &[u8]) {
    let mut parts = data.splitn(4, |b| *b == b'\n');
    let mut text = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
    let (timestamp, hmac, legacy) = (text(), text(), text());
    let body = parts.next().unwrap_or_default();
    let webhook = Webhook {
        timestamp,
        hmac,
        legacy,
        body,
    };
    for verifier in [
        Verifier::new(b"secret"),
        Verifier::new(b"secret").accept_legacy(true),
        Verifier::new(b""),
    ] {
        for now_s in [NOW_MS / 1_000, 0, i64::MIN, i64::MAX] {
            assert!(
                verifier.verify(&webhook, now_s).is_err(),
                "a signature that nobody made"
            );
        }
    }
    if let Ok(event) = Event::parse(body) {
        assert!(!event.name().is_empty());
    }
}

/// URLs and what goes into headers: a line for the base, the rest are segments.
pub fn url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let base = lines.next().unwrap_or_default();
    let segments: Vec<&str> = lines.take(8).collect();
    if let Ok(url) = join_path(base, &segments) {
        assert!(
            url.bytes().all(|b| b.is_ascii_graphic()),
            "a URL with a space or a control character"
        );
        assert!(
            !is_web_url(base) || is_web_url(&url),
            "the segments have made a URL unfit"
        );
        let slashes = |text: &str| text.bytes().filter(|b| *b == b'/').count();
        let expected = slashes(base.trim_end_matches('/')) + segments.len();
        assert_eq!(slashes(&url), expected, "a segment has made a folder");
        let of_base = base.split(['?', '#']).next().map_or(0, str::len);
        assert!(
            !url[of_base.min(url.len())..].contains(['?', '#']),
            "a segment has ended the path"
        );
        assert_eq!(is_loopback(&url), is_loopback(base), "the path has changed the host");
    }
    if is_loopback(text) {
        let text = text.to_ascii_lowercase();
        let in_brackets = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        // It has more than one spelling.
        let is_six = in_brackets.is_some_and(|(host, _)| host.parse() == Ok(Ipv6Addr::LOCALHOST));
        assert!(
            text.contains("localhost") || text.contains("127.") || is_six,
            "not this machine"
        );
    }
    if let Some(etag) = backend::quoted_etag(text) {
        assert!(etag.bytes().all(|b| b.is_ascii_graphic()));
    }
    if is_email(text) {
        assert!(text.contains('@') && !text.contains(['\r', '\n', ' ']));
    }
    let response = Response {
        status: 429,
        headers: vec![("Retry-After".to_owned(), text.to_owned())],
        body: Vec::new(),
    };
    let _ = retry_after_ms(&response, NOW_MS);
}
