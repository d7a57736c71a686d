//! Questions about permissions: which of them are put, again and again, given up or joined, and what is left of them.

mod client_harness;

use client_harness::{
    Disk, HOUR, MINUTE, Medium, SECOND, World, config,
    disk::with_head,
    documents::*,
    response,
    studio::{self, Shared, Studio, sealed, stored, usual, world_with},
};
use playgate::{
    client::{Cause, Code, Command, Config, News, Progress, RequestId, Stage},
    protocol::http::TransportErrorKind,
    session::NoticeKind,
};
use serde_json::{Value, json};

/// A question about `voice` on its way.
fn on_its_way() -> (World, RequestId) {
    let (mut world, _) = studio::world();
    world.server = None;
    let request = world.ask_for("voice");
    assert_eq!(world.errands.len(), 1);
    world.take_progress();
    (world, request)
}

/// A client that opens the record of a challenge about `voice` with the network allowed, where the record is changed so,
/// given the wall clock.
fn opened(config: Config, change: impl FnOnce(&mut Value, i64)) -> World {
    let (mut world, _) = world_with(sealed());
    world.ask_for("voice");
    let payload = with_head(stored(&world).as_bytes(), |record| change(record, world.now.wall_ms));
    let disk = Disk {
        payload: Some(payload),
        ..Disk::default()
    };
    World::open_at(config, disk, world.now, true)
}

fn stage(world: &World, feature: &str) -> Option<Stage> {
    world.published.upgrade_of(feature).map(|upgrade| upgrade.stage)
}

fn polls(world: &World) -> Vec<u64> {
    let polls = world.sent.iter().filter(|e| e.line().ends_with("/status"));
    polls.map(|e| e.at_mono).collect()
}

fn pass_until_polled(world: &mut World) {
    let before = polls(world).len();
    while polls(world).len() == before {
        world.pass_until_sent(2 * MINUTE);
    }
}

#[test]
fn a_question_that_fails_is_put_three_times() {
    let (mut world, request) = on_its_way();
    for tries in 1..=3 {
        assert!(world.is_open(request));
        assert_eq!(world.errand_lines().len(), tries);
        world.answer_errand("request-permission", 500, "");
        world.pass(5 * SECOND);
    }
    assert_eq!(world.outcome(request).code, Code::Server);
    assert_eq!(world.take_progress(), ["voice:None"]);
    world.pass(MINUTE);
    assert_eq!(world.errand_lines().len(), 3);
}

#[test]
fn the_wait_for_the_next_try_grows() {
    let waits: Vec<u64> = (0..8)
        .map(|seed| {
            let (mut world, _) = world_with(Config { seed, ..config() });
            world.server = None;
            world.ask_for("voice");
            world.answer_errand("request-permission", 500, "");
            assert!(world.pass_until_sent(MINUTE) <= SECOND);
            world.answer_errand("request-permission", 500, "");
            world.pass_until_sent(MINUTE)
        })
        .collect();
    assert!(waits.iter().all(|ms| *ms <= 2 * SECOND), "{waits:?}");
    assert!(waits.iter().any(|ms| *ms > SECOND), "{waits:?}");
}

#[test]
fn a_question_to_a_server_that_has_not_answered_for_long_is_put_once() {
    let (mut world, _) = studio::world();
    world.server = None;
    world.refresh(Cause::Push);
    for _ in 0..5 {
        if world.wire.is_none() {
            world.refresh(Cause::Push);
        }
        world.fail(TransportErrorKind::Unreachable);
        world.pass(16 * SECOND);
    }
    let request = world.refresh(Cause::Push);
    assert_eq!(world.outcome(request).code, Code::Unreachable);
    world.pass(30 * SECOND);
    let request = world.ask_for("voice");
    assert!(world.is_open(request), "one try is let through");
    world.answer_errand("request-permission", 500, "");
    assert_eq!(world.outcome(request).code, Code::Server);
    assert_eq!(world.take_progress(), ["voice:Asking", "voice:None"]);
}

#[test]
fn a_server_that_asks_for_a_moment_gets_it_and_the_question_is_put_again() {
    let (mut world, request) = on_its_way();
    world.reply_to_errand("request-permission", Ok(response(429, &[("Retry-After", "2")], "")));
    assert!(world.is_open(request));
    let refresh = world.refresh(Cause::Push);
    assert_eq!(
        world.outcome(refresh).code,
        Code::RateLimited,
        "nothing else is asked meanwhile"
    );
    assert!(world.pass_until_sent(4 * SECOND) >= 2 * SECOND);
    assert_eq!(world.errands.len(), 1);
}

#[test]
fn a_server_that_asks_for_long_is_left_alone_and_the_question_is_given_up() {
    let (mut world, request) = on_its_way();
    world.reply_to_errand("request-permission", Ok(response(429, &[("Retry-After", "60")], "")));
    assert_eq!(world.outcome(request).code, Code::RateLimited);
    world.pass(59 * SECOND);
    let refresh = world.refresh(Cause::Push);
    assert_eq!(world.outcome(refresh).code, Code::RateLimited);
    world.pass(2 * SECOND);
    let refresh = world.refresh(Cause::Push);
    assert!(world.is_open(refresh));
}

#[test]
fn a_server_may_ask_for_twice_the_time_limit_and_whoever_waits_goes_on_waiting() {
    for seed in 0..8 {
        // A random second at the most is added: exactly twice the limit is not too long yet.
        let later = || Ok(response(429, &[("Retry-After", "29")], ""));
        let (mut world, _) = world_with(Config { seed, ..config() });
        world.server = None;
        let request = world.ask_for("voice");
        world.answer_errand("request-permission", 500, "");
        world.pass_until_sent(SECOND);
        world.reply_to_errand("request-permission", later());
        assert!(world.is_open(request), "seed {seed}");
        assert!(world.pass_until_sent(30 * SECOND) >= 29 * SECOND);

        let (mut world, _) = world_with(Config { seed, ..config() });
        world.server = None;
        let request = world.refresh(Cause::Push);
        world.answer(500, "");
        world.pass_until_sent(SECOND);
        world.reply(later());
        assert!(world.is_open(request), "seed {seed}");
        assert!(world.pass_until_sent(30 * SECOND) >= 29 * SECOND);
    }
}

#[test]
fn a_token_that_is_refused_for_a_question_is_told_and_not_used_again() {
    let (mut world, request) = on_its_way();
    world.answer_errand("request-permission", 401, "");
    assert_eq!(world.outcome(request).code, Code::Unauthorized);
    assert!(world.take_news().contains(&News::TokenRefused));
    let refresh = world.refresh(Cause::Push);
    assert_eq!(world.outcome(refresh).code, Code::Unauthorized);
    world.set_token("token-2");
    let refresh = world.refresh(Cause::Push);
    assert!(world.is_open(refresh));
}

#[test]
fn a_question_that_nobody_waits_for_any_more_is_taken_back() {
    let (mut world, request) = on_its_way();
    world.cancel(request);
    assert_eq!(world.outcome(request).code, Code::Cancelled);
    assert_eq!(world.take_progress(), ["voice:None"]);
    assert!(world.errands.is_empty() && world.published.upgrades.is_empty());
    // While somebody else waits it goes on.
    let (mut world, first) = on_its_way();
    let second = world.ask_for("voice");
    world.cancel(second);
    assert_eq!(world.outcome(second).code, Code::Cancelled);
    assert!(world.is_open(first));
    assert_eq!((world.errands.len(), stage(&world, "voice")), (1, Some(Stage::Asking)));
}

#[test]
fn only_the_question_is_taken_back_that_was_waited_for() {
    let (mut world, _) = on_its_way();
    world.ask_for("ads");
    // Nobody waits for either any more.
    let mut world = world.restart();
    assert_eq!(world.errands.len(), 2);
    let request = world.ask_for("voice");
    world.cancel(request);
    assert_eq!(world.outcome(request).code, Code::Cancelled);
    assert_eq!(stage(&world, "voice"), None);
    assert_eq!(stage(&world, "ads"), Some(Stage::Asking));
    assert_eq!(world.errands.len(), 1);
    let about_ads = String::from_utf8(world.errands[0].request.body.clone()).unwrap();
    assert!(about_ads.contains("\"ads\""), "{about_ads}");
}

#[test]
fn what_is_answered_cannot_be_taken_back_by_who_no_longer_waits() {
    // The server has said that it is on; the session does not say so yet.
    let (mut world, studio) = studio::world();
    studio.borrow_mut().lag = 9;
    let request = world.ask_for("gifts");
    world.cancel(request);
    assert_eq!(world.outcome(request).code, Code::Cancelled);
    assert!(world.published.upgrade_of("gifts").is_some());
    // A challenge is open, of which there is nothing to show.
    let mut world = opened(config(), |record, _| {
        record["upgrades"][0]["challenge"] = json!({"id": "c-1", "kind": "CHALLENGE_SESSION_UPGRADE"});
    });
    let request = world.ask_for("voice");
    assert!(world.is_open(request));
    world.cancel(request);
    assert_eq!(world.outcome(request).code, Code::Cancelled);
    assert_eq!(stage(&world, "voice"), Some(Stage::Asked));
}

#[test]
fn giving_up_one_question_leaves_the_others_on_their_way() {
    let (mut world, voice) = on_its_way();
    let ads = world.ask_for("ads");
    assert_eq!(world.errands.len(), 2);
    world.cancel(voice);
    assert_eq!((world.errands.len(), world.aborted.len()), (1, 1));
    let challenge = r#"{"success":false,"challenge":{"challengeId":"c-1","url":"https://kid.example/a"}}"#;
    world.answer_errand("request-permission", 200, challenge);
    assert_eq!(world.outcome(ads).code, Code::ChallengeOpen);
}

#[test]
fn a_question_on_its_way_outlives_a_clock_that_jumps() {
    let (mut world, request) = on_its_way();
    world.jump_wall(2 * 3_600_000);
    assert!(world.is_open(request));
    assert_eq!(world.errands.len(), 1);
}

#[test]
fn two_wishes_for_a_new_code_are_one_question() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.server = None;
    let renew = || Command::RenewCode {
        challenge: "c-1".into(),
    };
    let (first, second) = (world.upgrade(renew()), world.upgrade(renew()));
    assert_eq!(world.errands.len(), 1);
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    for request in [first, second] {
        assert_eq!(world.outcome(request).code, Code::Ok);
    }
}

#[test]
fn a_challenge_is_shown_at_once_while_its_url_or_code_is_valid() {
    let url = "https://family.kid.example/authorize";
    for (challenge, has_url, shows) in [
        (json!({"url": url}), true, true),
        (json!({"url": url, "urlExpiresMs": 1}), true, true),
        (json!({"url": url, "urlExpiresMs": 0}), false, false),
        (json!({"url": url, "urlExpiresMs": -1}), false, false),
        (json!({"code": "ABC123"}), false, true),
        (json!({"code": "ABC123", "codeExpiresMs": 1}), false, true),
        (json!({"code": "ABC123", "codeExpiresMs": 0}), false, false),
        (json!({"code": "ABC123", "codeExpiresMs": -1}), false, false),
        (json!({"codeExpiresMs": 9}), false, false),
        (json!({}), false, false),
        (json!({"url": url, "code": "ABC123", "codeExpiresMs": -1}), true, true),
    ] {
        let mut world = opened(sealed(), |record, wall_ms| {
            let mut challenge = challenge.clone();
            challenge["id"] = json!("c-1");
            challenge["kind"] = json!("CHALLENGE_SESSION_UPGRADE");
            for key in ["urlExpiresMs", "codeExpiresMs"] {
                if let Some(ahead) = challenge[key].as_i64() {
                    challenge[key] = json!(wall_ms + ahead);
                }
            }
            record["upgrades"][0]["challenge"] = challenge;
        });
        // What is to be shown and is missing is fetched with the challenge as a whole.
        let whole = "GET /api/challenge/c-1";
        let line = world.errands[0].line();
        assert_eq!(line == whole, !has_url, "{challenge}: {line}");
        let request = world.ask_for("voice");
        assert_eq!(!world.is_open(request), shows, "{challenge}");
        if shows {
            assert_eq!(world.outcome(request).code, Code::ChallengeOpen);
        }
    }
}

#[test]
fn a_challenge_that_can_be_shown_is_not_fetched_anew_when_it_is_asked_for_again() {
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    let again = world.ask_for("voice");
    assert_eq!(world.outcome(again).code, Code::ChallengeOpen);
    world.pass(MINUTE);
    let lines = world.errand_lines();
    assert!(lines[1..].iter().all(|line| line.ends_with("/status")), "{lines:?}");
    assert!(lines.len() > 5);
}

#[test]
fn what_is_missing_is_asked_for_as_soon_as_the_floor_lets_it() {
    let mut world = opened(config(), |record, _| {
        record["upgrades"][0]["challenge"] = json!({"id": "c-1", "kind": "CHALLENGE_SESSION_UPGRADE"});
    });
    world.answer(304, "");
    let bare = r#"{"status":"PENDING","challengeId":"c-1"}"#;
    for _ in 0..2 {
        world.answer_errand("c-1", 200, bare);
        assert_eq!(world.pass_until_sent(MINUTE), 5 * SECOND);
        assert!(world.errands[0].line().ends_with("c-1"));
    }
    world.answer_errand("c-1", 200, bare);
    world.pass_until_sent(MINUTE);
    assert!(
        world.errands[0].line().ends_with("/status"),
        "after three times it is given up"
    );
}

#[test]
fn looks_at_a_challenge_are_spread() {
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    world.pass(50 * SECOND);
    let gaps: Vec<u64> = polls(&world).windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (5_000..=5_500).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap > 5_000), "{gaps:?}");
}

#[test]
fn when_the_network_is_back_open_challenges_are_looked_at_as_soon_as_the_floor_lets_it() {
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    world.pass(HOUR);
    pass_until_polled(&mut world);
    world.set_online(false);
    world.set_online(true);
    pass_until_polled(&mut world);
    let polls = polls(&world);
    assert_eq!(polls[polls.len() - 1] - polls[polls.len() - 2], 5 * SECOND);
}

#[test]
fn that_somebody_has_opened_the_challenge_is_told_once() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.take_progress();
    studio.borrow_mut().decide("voice", "IN_PROGRESS");
    world.pass(MINUTE);
    assert_eq!(world.take_progress(), ["voice:Waiting"]);
    // After a restart URL and code are news; it is still the same stage.
    let mut world = world.restart();
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    assert_eq!(world.take_progress(), ["voice:Waiting"]);
    assert_eq!(stage(&world, "voice"), Some(Stage::Waiting));
}

#[test]
fn asking_for_what_was_not_switched_off_changes_no_switch() {
    let (mut world, _) = studio::world();
    let before = world.published.newest.revision;
    world.ask_for("chat");
    world.ask_for("voice");
    assert_eq!(world.published.newest.revision, before);
}

/// The player manages `chat`, which is on, and `mods`, which is off.
fn of_the_player() -> Doc {
    session("s-1", "+chat -mods -voice")
        .with("chat", PLAYER, None)
        .with("mods", PLAYER, None)
}

fn switch(world: &mut World, feature: &str, on: bool) -> RequestId {
    world.upgrade(Command::Switch {
        feature: feature.into(),
        on,
    })
}

#[test]
fn what_is_off_already_is_not_switched_off() {
    let mut world = World::holding(&of_the_player());
    let before = world.published.newest.revision;
    let request = switch(&mut world, "mods", false);
    assert_eq!(world.outcome(request).code, Code::Ok);
    assert_eq!(world.published.newest.revision, before);
    assert!(world.published.newest.switched_off.is_empty());
    switch(&mut world, "chat", false);
    let before = world.published.newest.revision;
    let request = switch(&mut world, "chat", false);
    assert_eq!(world.outcome(request).code, Code::Ok);
    assert_eq!(world.published.newest.revision, before);
}

#[test]
fn a_switch_leaves_what_is_still_to_be_told() {
    let mut world = World::holding(&of_the_player());
    world.refresh(Cause::Push);
    world.answer(200, &changed(&of_the_player().switched("voice", true)));
    let before = world.show_notice().0;
    assert_eq!((before.kind, before.on.len()), (NoticeKind::OpenedUp, 1));
    switch(&mut world, "chat", false);
    assert_eq!(world.show_notice().0, before);
    let (_, told) = world.show_notice();
    world.acknowledge(&told);
    switch(&mut world, "chat", true);
    assert!(
        world.show_notice().0.is_empty(),
        "what the player has decided is not told"
    );
}

fn enabled() -> (World, Shared) {
    let (mut world, studio) = studio::world();
    world.ask_for("gifts");
    assert_eq!(stage(&world, "gifts"), Some(Stage::Enabled));
    assert_eq!(world.take_progress(), ["gifts:Asking", "gifts:Enabled"]);
    (world, studio)
}

#[test]
fn what_is_on_is_told_once_however_often_the_session_says_so() {
    let (mut world, studio) = enabled();
    studio.borrow_mut().enable("voice");
    world.refresh(Cause::Push);
    assert!(world.take_progress().is_empty());
}

#[test]
fn what_is_off_again_before_the_player_heard_of_it_is_forgotten() {
    let (mut world, studio) = enabled();
    studio.borrow_mut().doc = Some(usual().etag("off-again"));
    world.refresh(Cause::Push);
    assert_eq!(stage(&world, "gifts"), None);
    assert!(world.show_notice().0.is_empty());
}

#[test]
fn what_was_refused_and_is_turned_on_after_all_is_told_as_on() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    studio.borrow_mut().decide("voice", "FAIL");
    world.pass(6 * SECOND);
    assert_eq!(stage(&world, "voice"), Some(Stage::Refused));
    world.take_progress();
    // Its page was closed: there is nothing to learn any more.
    let before = world.errand_lines().len();
    let check = world.upgrade(Command::Check {
        challenge: "c-1".into(),
    });
    assert_eq!(world.outcome(check).code, Code::Ok);
    world.pass(10 * SECOND);
    assert_eq!(world.errand_lines().len(), before);
    studio.borrow_mut().enable("voice");
    world.refresh(Cause::Push);
    assert_eq!(world.take_progress(), ["voice:Enabled"]);
    assert_eq!(stage(&world, "voice"), Some(Stage::Enabled));
    assert_eq!(world.show_notice().0.kind, NoticeKind::Enabled);
}

#[test]
fn a_write_that_nobody_waits_for_may_take_its_time_though_a_question_is_on_its_way() {
    let (mut world, request) = on_its_way();
    world.set_medium(Medium::Hangs);
    world.refresh(Cause::Push);
    world.answer(304, "");
    world.pass(14 * SECOND);
    assert!(world.client.is_saving() && world.is_open(request));
    assert!(!world.take_news().contains(&News::StorageFailed));
}

#[test]
fn of_a_record_the_questions_count_that_are_about_its_session_and_passed_challenges() {
    let with = |record: &mut Value| {
        let mut list = Vec::new();
        for (feature, stage, session) in [
            ("voice", "asked", "s-1"),
            ("ads", "asked", "s-9"),
            ("gifts", "approved", "s-2"),
        ] {
            let mut upgrade = record["upgrades"][0].clone();
            upgrade["feature"] = json!(feature);
            upgrade["stage"] = json!(stage);
            upgrade["sessionId"] = json!(session);
            upgrade["challenge"]["id"] = json!(format!("c-{feature}"));
            list.push(upgrade);
        }
        record["upgrades"] = json!(list);
    };
    let world = opened(sealed(), |record, _| with(record));
    let features: Vec<&str> = world.published.upgrades.iter().map(|u| &*u.feature).collect();
    assert_eq!(features, ["voice", "gifts"]);
    // The session that a passed challenge has named is asked for.
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    assert_eq!(world.in_flight().asked().as_deref(), Some("s-2"));
    let world = opened(sealed(), |record, _| {
        with(record);
        record["upgrades"][2]["sessionId"] = json!("s-1");
    });
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
    let world = opened(sealed(), |record, _| {
        with(record);
        record["current"] = json!({"kind": "none"});
    });
    assert!(world.published.upgrades.is_empty());
}

#[test]
fn the_floor_between_two_looks_holds_when_another_process_lets_the_record_go() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.disk.held_elsewhere = true;
    let mut world = world.restart();
    world.server = Some(Studio::serve(&studio));
    pass_until_polled(&mut world);
    // The world checks the floor.
    let later = |record: &mut Value| record["confirmedMs"] = json!(world.now.wall_ms + 1);
    let record = with_head(stored(&world).as_bytes(), later);
    world.take_over_with(Some(record));
    assert!(world.take_news().contains(&News::RecordTakenOver));
    pass_until_polled(&mut world);
    assert_eq!(
        world.progress_of("voice").map(|(progress, _)| progress),
        Some(Progress::Asked)
    );
}

#[test]
fn each_challenge_has_a_floor_of_its_own_when_another_process_lets_the_record_go() {
    let (mut world, studio) = world_with(sealed());
    world.ask_for("voice");
    world.ask_for("ads");
    world.disk.held_elsewhere = true;
    let mut world = world.restart();
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    assert_eq!(polls(&world).len(), 2);
    // One of them is looked at a little earlier than the other.
    pass_until_polled(&mut world);
    assert_eq!(polls(&world).len(), 3);
    let later = |record: &mut Value| record["confirmedMs"] = json!(world.now.wall_ms + 1);
    let record = with_head(stored(&world).as_bytes(), later);
    world.take_over_with(Some(record));
    assert_eq!(polls(&world).len(), 4, "the other one is looked at now");
}
