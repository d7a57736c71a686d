//! The record: what is stored comes back as it was, and without a key holds nothing personal.

mod client_harness;

use std::sync::Arc;

use client_harness::{
    DAY, Disk, World, config,
    disk::{head_of, with_head},
    documents::*,
    noon,
};
use playgate::{
    client::{Cause, Config, MAX_SWITCHED_OFF, MAX_UPGRADES, Output, Record, Stage, Standing, State, Upgrade},
    protocol::challenge::Challenge,
    session::{Freshness, NoticeKind, Reason, Session},
};
use serde_json::{Value, json};

const PERSONAL: [&str; 6] = [
    "2011-11-11",
    "kuid-planted",
    "ZZ-PLANTED",
    "unknown-planted",
    "etag-planted",
    "mail@planted.example",
];

/// A session with something personal in every place where there can be something.
fn planted() -> Value {
    let mut value = session("s-1", "+chat -voice")
        .born("2011-11-11")
        .etag("etag-planted")
        .value();
    value["kuid"] = json!("kuid-planted");
    value["jurisdiction"] = json!("ZZ-PLANTED");
    value["unknown"] = json!({ "deep": ["unknown-planted"] });
    value["approverEmail"] = json!("mail@planted.example");
    value["permissions"][0]["unknown"] = json!("unknown-planted");
    value["allowances"] = json!([{ "name": "unknown-planted", "type": "numerical", "numericalValue": 60 }]);
    value
}

/// A client that learnt the planted session from the consent flow and from the server, and what it stored.
fn stored(store_personal: bool) -> (World, String) {
    let config = Config {
        store_personal,
        ..config()
    };
    let mut world = World::open(config, Disk::default());
    world.answer(200, NEEDS_CONSENT);
    world.adopt(&planted().to_string());
    let body = json!({ "hasChanged": true, "session": planted() }).to_string();
    world.answer_with(200, &[("ETag", "\"etag-planted\"")], &body);
    let text = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
    (world, text)
}

#[test]
fn without_a_key_nothing_personal_is_in_the_bytes() {
    let (world, text) = stored(false);
    for planted in PERSONAL {
        assert!(!text.contains(planted), "{planted} is in {text}");
    }
    let mut world = world.restart();
    assert_eq!(world.allowed(), "chat");
    assert_eq!(
        world.in_flight().header("If-None-Match"),
        None,
        "a stripped record has no entity tag"
    );
    let body = json!({ "hasChanged": true, "session": planted() }).to_string();
    world.answer(200, &body);
    assert!(
        world.show_notice().0.is_empty() && world.client.view(world.now).changes().is_empty(),
        "what was left out is not compared"
    );
}

#[test]
fn without_a_key_nothing_personal_is_in_the_bytes_of_any_state() {
    let mut world = stored(false).0;
    let unbarred = json!({ "hasChanged": true, "session": planted() }).to_string();
    for answer in [
        NEEDS_CONSENT,
        &unbarred,
        DELETED_UNNAMED,
        &unbarred,
        &unbarred.replace("true", "false"),
        &deleted("s-1"),
    ] {
        world.refresh(Cause::Push);
        world.answer(200, answer);
        let text = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
        for planted in PERSONAL {
            assert!(!text.contains(planted), "{planted} is in {text}");
        }
    }
}

#[test]
fn with_a_key_the_whole_session_comes_back() {
    let (world, text) = stored(true);
    assert!(text.contains("kuid-planted"));
    let world = world.restart();
    assert_eq!(world.in_flight().header("If-None-Match"), Some("\"etag-planted\""));
    let back: Value = serde_json::from_str(world.client.view(world.now).session().unwrap().json()).unwrap();
    assert_eq!(back, planted(), "unknown fields too");
}

#[test]
fn a_record_from_before_the_key_counts_until_the_whole_session_is_known() {
    let (mut world, _) = stored(false);
    world.config.store_personal = true;
    let mut world = world.restart_with(false);
    assert_eq!(world.allowed(), "chat");
    assert_eq!(world.client.view(world.now).session().unwrap().date_of_birth(), None);
    world.set_network(true);
    let body = json!({ "hasChanged": true, "session": planted() }).to_string();
    world.answer(200, &body);
    let world = world.restart_with(false);
    assert_eq!(
        world.client.view(world.now).session().unwrap().date_of_birth(),
        Some("2011-11-11")
    );
}

#[test]
fn a_record_whose_key_was_taken_away_is_stripped_with_the_next_write() {
    let (mut world, _) = stored(true);
    world.config.store_personal = false;
    let mut world = world.restart_with(false);
    let (_, shown) = world.show_notice();
    world.acknowledge(&shown);
    let text = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
    assert!(PERSONAL.iter().all(|p| !text.contains(p)), "{text}");
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn every_state_comes_back_as_it_was() {
    type Make = fn(&mut World);
    let states: [(Make, Reason); 6] = [
        (|w| w.answer(304, ""), Reason::None),
        (|w| w.answer(200, NEEDS_CONSENT), Reason::NoSession),
        (|w| w.answer(409, FOREIGN), Reason::NoSession),
        (|w| w.answer(200, DELETED_UNNAMED), Reason::Pending),
        (|w| w.answer(200, &deleted("s-1")), Reason::SessionEnded),
        (
            |w| w.answer(200, &changed(&session("s-1", "+chat").status("HOLD"))),
            Reason::OnHold,
        ),
    ];
    for store_personal in [false, true] {
        for (make, reason) in states {
            let mut world = World::holding_with(
                Config {
                    store_personal,
                    ..config()
                },
                &session("s-1", "+chat"),
            );
            world.refresh(Cause::Push);
            make(&mut world);
            let notice = world.show_notice().0;
            let before = world.client.view(world.now);
            let world = world.restart_with(false);
            let after = world.client.view(world.now);
            assert_eq!(world.decide("chat").reason, reason);
            assert_eq!(world.show_notice().0, notice);
            assert_eq!(
                (after.granted.revision, after.acknowledged.revision),
                (before.granted.revision, before.acknowledged.revision)
            );
        }
    }
}

#[test]
fn what_the_player_was_told_comes_back_beside_what_holds() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.refresh(Cause::Push);
    world.answer(200, &changed(&session("s-1", "-chat +gifts").aged("DIGITAL_YOUTH")));
    let before = world.client.view(world.now).changes();
    let world = world.restart_with(false);
    let after = world.client.view(world.now);
    assert_eq!(after.changes(), before);
    assert_eq!(after.notice().kind, NoticeKind::AgedUp);
}

#[test]
fn the_time_of_the_last_confirmation_comes_back() {
    let limited = Config {
        stale_after_ms: DAY,
        ..config()
    };
    let world = World::holding_with(limited, &session("s-1", "+chat"));
    let mut world = world.restart_with(false);
    assert_eq!(world.decide("chat").freshness, Freshness::Cached);
    world.pass(DAY + 1_000);
    assert_eq!(world.decide("chat").freshness, Freshness::Stale);
}

#[test]
fn a_record_cut_short_or_with_a_flipped_bit_is_refused_or_read_and_never_a_panic() {
    let payload = World::holding(&session("s-1", "+chat")).disk.payload.unwrap();
    for at in 0..payload.len() {
        let cut = Disk {
            payload: Some(payload[..at].to_vec()),
            ..Disk::default()
        };
        assert_eq!(World::open_offline(config(), cut).allowed(), "", "cut at {at}");
        for bit in 0..8 {
            let mut flipped = payload.clone();
            flipped[at] ^= 1 << bit;
            // The envelope around it has a checksum; here it only matters that the client survives.
            World::open_offline(
                config(),
                Disk {
                    payload: Some(flipped),
                    ..Disk::default()
                },
            );
        }
    }
}

#[test]
fn what_is_to_be_stored_does_not_show_in_logs() {
    let mut client = stored(false).0.client;
    client.adopt(noon(), 99, planted().to_string().as_bytes());
    let outputs: Vec<_> = std::iter::from_fn(|| client.poll_output()).collect();
    assert!(outputs.iter().any(|output| matches!(output, Output::Save { .. })));
    let text = format!("{outputs:?}");
    assert!(!text.contains("123, 34"), "the payload's bytes are in {text}");
}

#[test]
fn diagnostics_and_debug_hold_nothing_personal() {
    let (world, _) = stored(true);
    let view = world.client.view(world.now);
    for text in [view.diagnostics(), format!("{view:?}"), format!("{:?}", world.client)] {
        for planted in PERSONAL.into_iter().filter(|p| *p != "etag-planted") {
            assert!(!text.contains(planted), "{planted} is in {text}");
        }
        assert!(!text.contains("token-1"), "the token is in {text}");
    }
}

/// A state of that number with that session.
fn state(revision: u64, session: &Session) -> State {
    State {
        revision,
        standing: Standing::Session {
            session: Arc::new(session.clone()),
            etag: None,
            bar: None,
        },
        ..State::default()
    }
}

#[test]
fn a_document_that_both_states_have_is_stored_once_and_shared() {
    let session = |enabled: bool| {
        let text = json!({"sessionId": "s-1", "permissions": [{"name": "mods", "enabled": enabled}]}).to_string();
        Session::parse(text.as_bytes()).unwrap()
    };
    let on = session(true);
    for (told, copies) in [
        (on.clone(), 1),
        (session(true), 1),
        (session(false), 2),
        (on.stripped(), 2),
    ] {
        let record = Record {
            current: state(3, &on),
            acknowledged: state(2, &told),
            ..Record::default()
        };
        let bytes = record.encode(true);
        let found = bytes.windows(11).filter(|window| window == b"\"sessionId\"").count();
        assert_eq!(found, copies);
        let again = Record::decode(&bytes).unwrap();
        for (before, after) in [
            (&record.current, &again.current),
            (&record.acknowledged, &again.acknowledged),
        ] {
            assert_eq!((before.revision, before.session()), (after.revision, after.session()));
            assert_eq!(
                before.session().unwrap().is_stripped(),
                after.session().unwrap().is_stripped()
            );
        }
    }
}

#[test]
fn a_document_that_only_reads_like_a_stripped_one_is_not_shared_with_it() {
    let plain = Session::parse(br#"{"sessionId":"s-1","status":"ACTIVE","permissions":[]}"#).unwrap();
    let stripped = plain.stripped();
    assert_eq!(plain.json(), stripped.json());
    for (current, told) in [(&plain, &stripped), (&stripped, &plain)] {
        let record = Record {
            current: state(3, current),
            acknowledged: state(2, told),
            ..Record::default()
        };
        let again = Record::decode(&record.encode(true)).unwrap();
        assert_eq!(again.current.session().unwrap().is_stripped(), current.is_stripped());
        assert_eq!(again.acknowledged.session().unwrap().is_stripped(), told.is_stripped());
    }
}

#[test]
fn a_record_with_too_little_or_too_much_behind_its_first_line_is_damaged() {
    let session = Session::parse(br#"{"sessionId":"s-1"}"#).unwrap();
    let record = Record {
        current: state(1, &session),
        ..Record::default()
    };
    let bytes = record.encode(true);
    assert!(Record::decode(&bytes).is_ok());
    for end in 0..bytes.len() {
        assert!(Record::decode(&bytes[..end]).is_err(), "{end}");
    }
    for more in [" ", "\n", "{}"] {
        let longer = [&*bytes, more.as_bytes()].concat();
        assert!(Record::decode(&longer).is_err(), "{more:?}");
    }
}

#[test]
fn numbers_go_on_after_those_that_were_given_out_and_stay_where_they_are_later() {
    let numbered = |current, acknowledged| {
        let mut record = Record::default();
        (record.current.revision, record.acknowledged.revision) = (current, acknowledged);
        record
    };
    for (record, after, expected) in [
        ((3, 3), 5, (6, 6)),
        ((3, 3), 3, (4, 4)),
        ((3, 3), 2, (3, 3)),
        ((3, 2), 5, (6, 2)),
        ((3, 2), 2, (3, 2)),
    ] {
        let mut renumbered = numbered(record.0, record.1);
        renumbered.renumber_after(after);
        let numbers = (renumbered.current.revision, renumbered.acknowledged.revision);
        assert_eq!(numbers, expected, "{record:?} after {after}");
    }
}

#[test]
fn a_record_may_hold_as_much_as_its_limits_say_and_no_more() {
    let (_, text) = stored(false);
    let with = |upgrades: usize, switched_off: usize| {
        let bytes = with_head(text.as_bytes(), |record| {
            record["upgrades"] = json!(vec![json!({"feature": "f", "stage": "asking", "askedMs": 0}); upgrades]);
            record["switchedOff"] = json!((0..switched_off).map(|n| format!("f-{n}")).collect::<Vec<_>>());
        });
        Record::decode(&bytes).map(|record| record.upgrades.len())
    };
    assert_eq!(with(MAX_UPGRADES, MAX_SWITCHED_OFF).ok(), Some(MAX_UPGRADES));
    for (upgrades, switched_off) in [
        (MAX_UPGRADES + 1, 0),
        (MAX_UPGRADES + 2, 0),
        (0, MAX_SWITCHED_OFF + 1),
        (0, MAX_SWITCHED_OFF + 2),
    ] {
        assert!(with(upgrades, switched_off).is_err(), "{upgrades}, {switched_off}");
    }
}

#[test]
fn without_a_key_a_challenge_is_stored_by_its_id_and_type_alone() {
    let challenge = Challenge {
        id: "c-1".into(),
        kind: "CHALLENGE_SESSION_UPGRADE".into(),
        url: Some("https://kid.example/planted".into()),
        url_expires_ms: Some(1_111),
        code: Some("PLANTED".into()),
        code_expires_ms: Some(2_222),
        is_data_lite: true,
    };
    let record = Record {
        upgrades: vec![Arc::new(Upgrade {
            feature: "voice".into(),
            session_id: "s-planted".into(),
            stage: Stage::Asked,
            challenge: Some(challenge.clone()),
            asked_ms: 7,
        })],
        ..Record::default()
    };
    let bytes = record.encode(false);
    let (stored, _) = head_of(&bytes);
    let kept = json!({"id": "c-1", "kind": "CHALLENGE_SESSION_UPGRADE"});
    let kept = json!([{"feature": "voice", "stage": "asked", "askedMs": 7, "challenge": kept}]);
    assert_eq!(stored["upgrades"], kept);
    let again = Record::decode(&record.encode(true)).unwrap();
    assert_eq!(again.upgrades, record.upgrades);
}
