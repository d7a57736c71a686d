//! Every kind of permission, with and without an age signal, against every kind of answer: the result, the events, the
//! decision and the stored record, by a table of its own.

mod client_harness;

use client_harness::{MINUTE, SECOND, World, config, disk::head_of, documents::*, response, studio::Studio};
use playgate::{
    client::{Code, Command},
    protocol::{
        age_signal::AgeSignal,
        http::{TransportError, TransportErrorKind},
    },
    session::{Access, NextStep, Reason},
};
use serde_json::{Value, json};

const UNKNOWN: &str = "SOMEBODY_NEW";

/// What the server answers to the request for the permission.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reply {
    On,
    ParentsChallenge,
    PlayersChallenge,
    StaysOff,
    NowProhibited,
    NeedsConsent,
    Deleted,
    OfAnotherPlayer,
    TokenRefused,
    RateLimited,
    ServerError,
    Garbage,
    Unreachable,
    UnknownPermission,
    BadSignal,
}

const REPLIES: [Reply; 15] = [
    Reply::On,
    Reply::ParentsChallenge,
    Reply::PlayersChallenge,
    Reply::StaysOff,
    Reply::NowProhibited,
    Reply::NeedsConsent,
    Reply::Deleted,
    Reply::OfAnotherPlayer,
    Reply::TokenRefused,
    Reply::RateLimited,
    Reply::ServerError,
    Reply::Garbage,
    Reply::Unreachable,
    Reply::UnknownPermission,
    Reply::BadSignal,
];

/// What must come of it.
#[derive(Debug, PartialEq)]
struct Outcome {
    code: Code,
    progress: Vec<&'static str>,
    access: Access,
    next_step: NextStep,
    /// The stage in the record.
    stored: Option<&'static str>,
    asked: bool,
}

fn unanswered(code: Code, access: Access, next_step: NextStep) -> Outcome {
    Outcome {
        code,
        progress: Vec::new(),
        access,
        next_step,
        stored: None,
        asked: false,
    }
}

/// The table.
fn expected(manager: Option<&str>, enabled: bool, threshold: Option<u32>, reply: Reply) -> Outcome {
    let Some(manager) = manager else {
        return unanswered(Code::NotFound, Access::Unavailable, NextStep::Nothing);
    };
    if enabled {
        return unanswered(Code::Ok, Access::Allowed, NextStep::Nothing);
    }
    let (off, step) = match (manager, threshold) {
        (PROHIBITED, _) => return unanswered(Code::Prohibited, Access::Prohibited, NextStep::Nothing),
        (UNKNOWN, _) => return unanswered(Code::NotEnabled, Access::Unavailable, NextStep::Nothing),
        (GUARDIAN, _) => (Access::AskParent, NextStep::AskParent),
        (_, Some(_)) => (Access::VerifyAge, NextStep::VerifyAge),
        (_, None) => (Access::PlayerMayEnable, NextStep::Enable),
    };
    let came_to_nothing = |code| Outcome {
        code,
        progress: vec!["voice:Asking", "voice:None"],
        access: off,
        next_step: step,
        stored: None,
        asked: true,
    };
    let challenge = || Outcome {
        code: Code::ChallengeOpen,
        progress: vec!["voice:Asking", "voice:Asked"],
        next_step: NextStep::Wait,
        stored: Some("asked"),
        ..came_to_nothing(Code::ChallengeOpen)
    };
    let refused = |code| Outcome {
        progress: vec!["voice:Asking", "voice:Refused"],
        ..came_to_nothing(code)
    };
    let without_session = || Outcome {
        access: Access::Unavailable,
        next_step: NextStep::StartAgeGate,
        ..came_to_nothing(Code::NotFound)
    };
    match reply {
        Reply::On => Outcome {
            code: Code::Ok,
            progress: vec!["voice:Asking", "voice:Enabled"],
            access: Access::Allowed,
            next_step: NextStep::Nothing,
            stored: Some("enabled"),
            asked: true,
        },
        Reply::ParentsChallenge | Reply::PlayersChallenge => challenge(),
        Reply::StaysOff => refused(Code::NotEnabled),
        Reply::NowProhibited => Outcome {
            access: Access::Prohibited,
            next_step: NextStep::Nothing,
            ..refused(Code::Prohibited)
        },
        Reply::NeedsConsent | Reply::Deleted | Reply::OfAnotherPlayer => without_session(),
        Reply::TokenRefused => came_to_nothing(Code::Unauthorized),
        Reply::RateLimited => came_to_nothing(Code::RateLimited),
        Reply::ServerError => came_to_nothing(Code::Server),
        Reply::Garbage => came_to_nothing(Code::Protocol),
        Reply::Unreachable => came_to_nothing(Code::Unreachable),
        Reply::UnknownPermission => came_to_nothing(Code::NotFound),
        Reply::BadSignal => came_to_nothing(Code::InvalidArgument),
    }
}

fn doc(manager: Option<&'static str>, enabled: bool, threshold: Option<u32>) -> Doc {
    let Some(manager) = manager else {
        return session("s-1", "+chat");
    };
    session("s-1", if enabled { "+chat +voice" } else { "+chat -voice" }).with("voice", manager, threshold)
}

/// Plays one row; gives what came of it, and what the server was sent.
fn play(held: &Doc, signal: Option<AgeSignal>, reply: Reply) -> (Outcome, Option<Value>) {
    let mut world = World::holding_with(config(), held);
    let studio = Studio::new(held);
    world.server = Some(Studio::serve(&studio));
    world.pass(MINUTE);
    let shared = studio.clone();
    let sent = std::rc::Rc::new(std::cell::RefCell::new(None));
    let sent_by = sent.clone();
    world.server = Some(Box::new(move |exchange| {
        if exchange.line().contains("/api/challenge/") {
            return Ok(response(200, &[], r#"{"status":"PENDING"}"#));
        }
        if !exchange.line().ends_with("/api/request-permission") {
            return shared.borrow_mut().answer(exchange);
        }
        *sent_by.borrow_mut() = serde_json::from_slice(&exchange.request.body).ok();
        let challenge = |kind: &str| json!({"success": false, "challenge": {"challengeId": "c-1", "type": kind, "url": "https://k.example/x"}});
        let ok = |body: Value| Ok(response(200, &[], &body.to_string()));
        let failed = |status, body: &str| Ok(response(status, &[], body));
        let mut studio = shared.borrow_mut();
        match reply {
            Reply::On => {
                studio.enable("voice");
                ok(json!({"success": true, "session": studio.doc.as_ref().unwrap().value()}))
            }
            Reply::ParentsChallenge => ok(challenge("CHALLENGE_SESSION_UPGRADE")),
            Reply::PlayersChallenge => ok(challenge("CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE")),
            Reply::StaysOff => ok(json!({"success": false, "session": studio.doc.as_ref().unwrap().value()})),
            Reply::NowProhibited => {
                studio.doc = studio
                    .doc
                    .take()
                    .map(|doc| doc.with("voice", PROHIBITED, None).etag("banned"));
                ok(json!({"success": false, "session": studio.doc.as_ref().unwrap().value()}))
            }
            Reply::NeedsConsent => {
                studio.doc = None;
                failed(200, NEEDS_CONSENT)
            }
            Reply::Deleted => {
                studio.delete();
                failed(200, &deleted("s-1"))
            }
            Reply::OfAnotherPlayer => {
                studio.doc = None;
                failed(403, FOREIGN)
            }
            Reply::TokenRefused => failed(401, ""),
            Reply::RateLimited => Ok(response(429, &[("Retry-After", "300")], "")),
            Reply::ServerError => failed(503, ""),
            Reply::Garbage => failed(200, "\u{1F4A9}"),
            Reply::Unreachable => Err(TransportError::new(TransportErrorKind::Unreachable, "lost")),
            Reply::UnknownPermission => failed(400, r#"{"error":"UNKNOWN_PERMISSION"}"#),
            Reply::BadSignal => failed(400, r#"{"error":"INVALID_AGE_SIGNAL"}"#),
        }
    }));
    world.take_progress();
    let request = world.upgrade(Command::Permission {
        feature: "voice".into(),
        signal: signal.map(Box::new),
    });
    world.pass(45 * SECOND);
    world.assert_all_completed();
    let (record, _) = head_of(world.disk.payload.as_deref().unwrap_or(b"{}"));
    let stage = |word: &str| {
        ["asking", "asked", "waiting", "approved", "refused", "enabled"]
            .into_iter()
            .find(|w| *w == word)
    };
    let progress = world.take_progress();
    let decision = world.decide("voice");
    let seen = sent.borrow().clone();
    let outcome = Outcome {
        code: world.outcome(request).code,
        progress: progress
            .iter()
            .map(|told| &*Box::leak(told.clone().into_boxed_str()))
            .collect(),
        access: decision.access,
        next_step: decision.next_step,
        stored: record["upgrades"][0]["stage"].as_str().and_then(stage),
        asked: seen.is_some(),
    };
    assert_eq!(world.access("voice"), decision.access);
    let waits = decision.reason == Reason::Pending;
    assert_eq!(waits, outcome.next_step == NextStep::Wait);
    (outcome, seen)
}

#[test]
fn every_permission_signal_and_answer() {
    let apple = |low| AgeSignal {
        name: "apple-ios".into(),
        age_low: Some(low),
        age_high: Some(100),
        ..AgeSignal::default()
    };
    let mut rows = 0;
    for manager in [Some(PLAYER), Some(GUARDIAN), Some(PROHIBITED), Some(UNKNOWN), None] {
        for enabled in [false, true] {
            for threshold in [None, Some(13), Some(18)] {
                for signal in [None, Some(apple(13)), Some(apple(18))] {
                    for reply in REPLIES {
                        let row = format!("{manager:?} {enabled} {threshold:?} {} {reply:?}", signal.is_some());
                        let held = doc(manager, enabled, threshold);
                        let (outcome, sent) = play(&held, signal.clone(), reply);
                        assert_eq!(outcome, expected(manager, enabled, threshold, reply), "{row}");
                        let low = signal.as_ref().map_or(Value::Null, |s| json!(s.age_low));
                        if let Some(sent) = sent {
                            assert_eq!(sent["platformAgeSignal"]["ageLow"], low, "{row}");
                            assert_eq!(
                                (&sent["sessionId"], &sent["permissionName"]),
                                (&json!("s-1"), &json!("voice"))
                            );
                        }
                        rows += 1;
                    }
                }
            }
        }
    }
    assert_eq!(rows, 5 * 2 * 3 * 3 * 15);
}
