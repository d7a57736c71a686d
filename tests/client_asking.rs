//! From "not allowed" to allowed: what is asked, what comes back, and what of it is stored.

mod client_harness;

use client_harness::{
    Disk, HOUR, MINUTE, Medium, SECOND, World, config,
    disk::with_head,
    documents::*,
    studio::{self, CODE, SHAPES, Shape, Studio, challenge_id, sealed, signal, stored, usual, waits, world_with},
};
use playgate::{
    client::{Cause, Code, Command, Operation, Progress, Stage},
    session::{Access, NextStep, NoticeKind, Reason},
};

#[test]
fn what_the_player_manages_is_on_at_once() {
    let (mut world, studio) = studio::world();
    let request = world.ask_for("gifts");
    assert_eq!(world.outcome(request).code, Code::Ok);
    assert_eq!(world.operation(request), Operation::RequestPermission);
    assert_eq!(world.access("gifts"), Access::Allowed);
    assert_eq!(world.take_progress(), ["gifts:Asking", "gifts:Enabled"]);
    assert_eq!(studio.borrow().challenges.len(), 0);
    assert!(world.disk.allows().contains("gifts"));
}

#[test]
fn a_parents_permission_leads_to_a_challenge_for_the_parent() {
    let (mut world, studio) = studio::world();
    let request = world.ask_for("voice");
    assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
    assert_eq!(world.access("voice"), Access::AskParent);
    assert!(waits(&world, "voice"));
    let upgrade = world.published.upgrade_of("voice").unwrap();
    let challenge = upgrade.challenge.as_ref().unwrap();
    assert_eq!(challenge.code.as_deref(), Some("ABC1231"));
    assert!(challenge.is_data_lite && challenge.url.is_some());
    assert_eq!(upgrade.notice().kind, NoticeKind::Asked);
    assert_eq!(world.take_progress(), ["voice:Asking", "voice:Asked"]);

    studio.borrow_mut().decide("voice", "IN_PROGRESS");
    world.pass(6 * SECOND);
    assert_eq!(world.published.upgrade_of("voice").unwrap().stage, Stage::Waiting);
    studio.borrow_mut().decide("voice", "PASS");
    world.pass(6 * SECOND);
    assert_eq!(world.access("voice"), Access::Allowed);
    assert_eq!(
        world.take_progress(),
        ["voice:Waiting", "voice:Approved", "voice:Enabled"]
    );
}

#[test]
fn a_threshold_leads_to_a_challenge_for_the_player_unless_a_signal_satisfies_it() {
    let (mut world, studio) = studio::world();
    studio.borrow_mut().believes_signals = true;
    let request = world.upgrade(Command::Permission {
        feature: "ads".into(),
        signal: signal(13),
    });
    assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
    let upgrade = world.published.upgrade_of("ads").unwrap();
    assert_eq!(upgrade.challenge.as_ref().unwrap().code, None);
    assert!(upgrade.notice().is_players);
    world.upgrade(Command::Cancel {
        challenge: challenge_id(&world, "ads"),
    });
    let request = world.upgrade(Command::Permission {
        feature: "ads".into(),
        signal: signal(18),
    });
    assert_eq!(world.outcome(request).code, Code::Ok);
    assert_eq!(world.access("ads"), Access::Allowed);
    assert_eq!(studio.borrow().asked[1]["platformAgeSignal"]["ageLow"], 18);
    assert!(!stored(&world).contains("apple"), "a signal is not stored");
}

#[test]
fn what_nobody_can_turn_on_is_refused_without_the_server() {
    let (mut world, studio) = studio::world();
    let sent = world.sent.len();
    let request = world.ask_for("mods");
    assert_eq!(world.outcome(request).code, Code::Prohibited);
    let unknown = world.ask_for("fishing");
    assert_eq!(world.outcome(unknown).code, Code::NotFound);
    let on = world.ask_for("chat");
    assert_eq!(world.outcome(on).code, Code::Ok);
    assert_eq!((world.sent.len(), studio.borrow().asked.len()), (sent, 0));
}

#[test]
fn nothing_is_asked_without_a_session_that_holds() {
    let mut fresh = World::fresh();
    fresh.answer(200, NEEDS_CONSENT);
    let request = fresh.ask_for("voice");
    assert_eq!(fresh.outcome(request).code, Code::InvalidState);
    let (mut world, studio) = studio::world();
    studio.borrow_mut().doc = Some(usual().status("HOLD"));
    world.refresh(Cause::Push);
    let request = world.ask_for("voice");
    assert_eq!(world.outcome(request).code, Code::InvalidState);
    assert!(world.outcome(request).text.contains("hold"));
}

#[test]
fn the_server_cannot_be_asked() {
    let (mut world, studio) = studio::world();
    world.set_online(false);
    let offline = world.ask_for("voice");
    assert_eq!(world.outcome(offline).code, Code::Unreachable);
    world.set_online(true);
    world.set_network(false);
    let forbidden = world.ask_for("voice");
    assert_eq!(world.outcome(forbidden).code, Code::NetworkNotAllowed);
    world.set_network(true);
    world.pass(HOUR);
    assert_eq!(studio.borrow().asked.len(), 0, "what was refused is not asked later");
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
}

#[test]
fn later_requests_join_and_a_pending_one_answers_at_once() {
    let (mut world, studio) = studio::world();
    world.server = None;
    let first = world.ask_for("voice");
    let second = world.ask_for("voice");
    assert!(world.is_open(first) && world.is_open(second));
    assert_eq!(world.errands.len(), 1);
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    let third = world.ask_for("voice");
    for request in [first, second, third] {
        assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
    }
    assert_eq!(studio.borrow().asked.len(), 1);
}

#[test]
fn an_expired_code_is_fetched_anew_before_it_is_shown() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.set_online(false);
    world.pass(2 * HOUR);
    studio.borrow_mut().challenges[0].codes = 2;
    world.set_online(true);
    let again = world.ask_for("voice");
    world.pass(6 * SECOND);
    assert_eq!(world.outcome(again).code, Code::ChallengeOpen);
    let upgrade = world.published.upgrade_of("voice").unwrap();
    assert_eq!(upgrade.challenge.as_ref().unwrap().code.as_deref(), Some("ABC1232"));
}

#[test]
fn the_session_decides_and_it_is_looked_at_with_patience() {
    for lag in [1, 2] {
        let (mut world, studio) = studio::world();
        studio.borrow_mut().lag = lag;
        let request = world.ask_for("gifts");
        assert!(world.is_open(request), "the old session says nothing yet");
        assert_eq!(world.access("gifts"), Access::PlayerMayEnable);
        world.pass(3 * SECOND);
        assert_eq!(world.outcome(request).code, Code::Ok, "lag {lag}");
        assert_eq!(world.access("gifts"), Access::Allowed);
    }
    let (mut world, studio) = studio::world();
    studio.borrow_mut().lag = 9;
    let request = world.ask_for("gifts");
    world.pass(5 * SECOND);
    assert_eq!(world.outcome(request).code, Code::NotEnabled);
    assert_eq!(world.progress_of("gifts").unwrap().0, Progress::Refused);
    assert_eq!(world.decide("gifts").next_step, NextStep::Enable);
}

#[test]
fn a_limit_bounds_what_is_asked_for() {
    let names: Vec<String> = (0..40).map(|i| format!("-f{i}")).collect();
    let doc = session("s-1", &format!("+chat {}", names.join(" ")));
    let studio = Studio::new(&doc);
    let mut world = World::holding(&doc);
    world.server = Some(Studio::serve(&studio));
    world.pass(MINUTE);
    let requests: Vec<_> = (0..33).map(|i| world.ask_for(&format!("f{i}"))).collect();
    assert_eq!(world.outcome(requests[31]).code, Code::ChallengeOpen);
    assert_eq!(world.outcome(requests[32]).code, Code::Limit);
}

#[test]
fn a_pending_challenge_survives_a_restart_offline_too() {
    for config in [config(), sealed()] {
        let is_sealed = config.store_personal;
        let (mut world, studio) = world_with(config);
        world.ask_for("voice");
        let record = stored(&world);
        assert_eq!(record.contains(CODE), is_sealed, "{record}");
        assert_eq!(record.contains("authorize"), is_sealed);
        assert!(record.contains("c-1") && record.contains("CHALLENGE_SESSION_UPGRADE"));
        let mut world = world.restart_with(false);
        assert!(waits(&world, "voice"));
        let known = |world: &World| {
            let upgrade = world.published.upgrade_of("voice").unwrap();
            upgrade.challenge.as_ref().unwrap().code.is_some()
        };
        assert_eq!(known(&world), is_sealed);
        world.server = Some(Studio::serve(&studio));
        world.set_network(true);
        world.pass(SECOND);
        assert!(known(&world), "URL and code are fetched again");
        let told = world.take_progress();
        let expected: &[&str] = if is_sealed { &[] } else { &["voice:Asked"] };
        assert_eq!(told, expected, "and the screen hears of it");
        studio.borrow_mut().decide("voice", "PASS");
        world.pass(12 * SECOND);
        assert_eq!(world.access("voice"), Access::Allowed);
        assert_eq!(studio.borrow().asked.len(), 1);
    }
}

#[test]
fn what_is_asked_is_stored_before_it_is_sent() {
    let (mut world, studio) = studio::world();
    world.set_medium(Medium::Hangs);
    let request = world.ask_for("voice");
    assert_eq!(studio.borrow().asked.len(), 0);
    world.set_medium(Medium::Works);
    assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
    // A medium that does nothing holds the player up for a moment only.
    let (mut world, studio) = studio::world();
    world.set_medium(Medium::Hangs);
    let request = world.ask_for("voice");
    world.pass(6 * SECOND);
    assert_eq!(studio.borrow().asked.len(), 1);
    assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
    let (mut world, _) = studio::world();
    world.set_medium(Medium::Fails);
    let request = world.ask_for("gifts");
    world.pass(SECOND);
    assert_eq!(
        world.outcome(request).code,
        Code::Ok,
        "it is on, though it could not be stored"
    );
}

#[test]
fn a_question_that_was_not_put_is_put_after_a_restart_for_an_hour() {
    let (mut world, studio) = studio::world();
    world.server = None;
    world.ask_for("voice");
    let restarted = world.restart_with(false);
    assert!(waits(&restarted, "voice"));
    let mut world = restarted;
    world.server = Some(Studio::serve(&studio));
    world.set_network(true);
    assert_eq!(studio.borrow().asked.len(), 1);
    assert_eq!(world.progress_of("voice").unwrap().0, Progress::Asked);

    let (mut world, studio) = studio::world();
    world.server = None;
    world.ask_for("voice");
    let mut world = world.restart_with(false);
    world.pass(2 * HOUR);
    world.server = Some(Studio::serve(&studio));
    world.set_network(true);
    assert_eq!(studio.borrow().asked.len(), 0);
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
}

#[test]
fn nothing_is_left_over_for_a_new_session_or_a_forgotten_player() {
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    world.server = None;
    world.adopt(&session("s-2", "+chat -voice").json());
    assert_eq!(world.progress_of("voice").unwrap().0, Progress::None);
    assert!(world.published.upgrades.is_empty() && !stored(&world).contains("c-1"));
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    world.upgrade(Command::Switch {
        feature: "chat".into(),
        on: false,
    });
    world.forget();
    assert!(world.published.upgrades.is_empty());
    assert!(world.disk.payload.is_none());
}

#[test]
fn answers_that_contradict_the_documentation_lead_to_the_same() {
    for shape in SHAPES {
        let (mut world, studio) = studio::world();
        studio.borrow_mut().shape = shape;
        let gifts = world.ask_for("gifts");
        assert_eq!(world.outcome(gifts).code, Code::Ok, "{shape:?}");
        let names = |world: &World| world.published.session().unwrap().permissions().len();
        assert_eq!(
            (world.allowed().as_str(), names(&world)),
            ("chat gifts", 5),
            "{shape:?}"
        );
        for (feature, is_players) in [("voice", false), ("ads", true)] {
            let request = world.ask_for(feature);
            assert_eq!(world.outcome(request).code, Code::ChallengeOpen, "{shape:?}");
            let upgrade = world.published.upgrade_of(feature).unwrap();
            assert_eq!(upgrade.notice().is_players, is_players, "{shape:?}");
            studio.borrow_mut().decide(feature, "PASS");
            world.pass(12 * SECOND);
        }
        assert_eq!(world.allowed(), "chat voice gifts ads", "{shape:?}");
    }
}

#[test]
fn a_shorter_list_never_takes_the_place_of_the_session() {
    let (mut world, studio) = studio::world();
    studio.borrow_mut().shape = Shape::ShortSession;
    studio.borrow_mut().lag = 9;
    world.ask_for("gifts");
    world.pass(5 * SECOND);
    assert_eq!(world.published.session().unwrap().permissions().len(), 5);
    assert_eq!(world.allowed(), "chat");
    assert!(world.show_notice().0.is_empty());
}

#[test]
fn a_record_with_too_much_in_it_is_damaged() {
    let (world, _) = studio::world();
    let upgrade =
        serde_json::json!({"feature": "f", "stage": "asked", "askedMs": 0, "challenge": {"id": "c", "kind": "K"}});
    for (count, is_damaged) in [(32, false), (33, true)] {
        let with = |record: &mut serde_json::Value| record["upgrades"] = serde_json::json!(vec![&upgrade; count]);
        let disk = Disk {
            payload: Some(with_head(stored(&world).as_bytes(), with)),
            ..Disk::default()
        };
        let world = World::open_offline(config(), disk);
        assert_eq!(world.decide("chat").reason == Reason::RecordDamaged, is_damaged);
    }
}
