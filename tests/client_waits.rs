//! Who waits for an answer about a permission hears it in time, and what is about one thing stops nothing else.

mod client_harness;

use client_harness::{
    MINUTE, Medium, SECOND, World,
    documents::*,
    studio::{self, Shared, Studio, challenge_id, sealed, world_with},
};
use playgate::{
    client::{Addressee, Cause, Code, Command, News, Progress},
    session::{Access, Reason},
};

fn asked() -> (World, Shared) {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.take_progress();
    (world, studio)
}

#[test]
fn a_message_that_comes_too_soon_stops_nothing_else() {
    let (mut world, studio) = asked();
    let challenge = challenge_id(&world, "voice");
    world.take_news();
    for command in [
        Command::EmailParent {
            challenge: challenge.clone(),
            to: Addressee {
                address: None,
                locale: None,
            },
        },
        Command::RenewCode {
            challenge: challenge.clone(),
        },
    ] {
        world.server = None;
        let request = world.upgrade(command);
        let errand = world.errands.last().expect("it is asked").line();
        let which = errand.rsplit('/').next().unwrap().to_owned();
        let errand = world.errands.iter().find(|e| e.line() == errand).unwrap().clone();
        world.reply_to(
            &errand,
            Ok(client_harness::response(
                429,
                &[("Retry-After", "60")],
                r#"{"error":"TOO_MANY"}"#,
            )),
        );
        assert_eq!(world.outcome(request).code, Code::RateLimited, "{which}");
        world.server = Some(Studio::serve(&studio));
        let refresh = world.refresh(Cause::Push);
        assert_eq!(world.outcome(refresh).code, Code::Ok, "{which}");
    }
    assert!(!world.take_news().contains(&News::ServerUnreachable));
    studio.borrow_mut().decide("voice", "PASS");
    world.pass(7 * SECOND);
    assert_eq!(world.access("voice"), Access::Allowed, "and the challenge is looked at");
}

#[test]
fn a_code_without_a_url_is_completed_by_the_whole_challenge_also_after_a_restart() {
    let (mut world, studio) = world_with(sealed());
    world.ask_for("voice");
    let challenge = challenge_id(&world, "voice");
    world.server = None;
    let renew = world.upgrade(Command::RenewCode { challenge });
    world.answer_errand("code", 200, r#"{"otp":"NEW111"}"#);
    assert_eq!(world.outcome(renew).code, Code::Ok);
    let url = |world: &World| {
        let upgrade = world.published.upgrade_of("voice").expect("still open");
        upgrade.challenge.as_ref().unwrap().url.clone()
    };
    assert_eq!(url(&world), None, "the old one holds the old code");
    let mut world = world.crash(false, true);
    world.take_progress();
    world.server = Some(Studio::serve(&studio));
    world.set_network(true);
    world.pass(SECOND);
    assert!(url(&world).is_some());
    assert_eq!(
        world.take_progress(),
        ["voice:Asked"],
        "a screen hears that it can be drawn"
    );
}

#[test]
fn the_floor_between_two_looks_outlives_interruptions() {
    let (mut world, studio) = asked();
    world.server = None;
    world.pass(6 * SECOND);
    let looks = |world: &World| world.errand_lines().iter().filter(|l| l.ends_with("/status")).count();
    assert_eq!(looks(&world), 1, "one is on its way");
    for round in 0..4 {
        world.set_suspended(true);
        world.set_suspended(false);
        world.set_token(&format!("another-{round}"));
        world.pass(SECOND / 2);
    }
    assert_eq!(looks(&world), 1);
    world.server = Some(Studio::serve(&studio));
    studio.borrow_mut().decide("voice", "PASS");
    world.pass(6 * SECOND);
    assert_eq!(world.access("voice"), Access::Allowed);
}

#[test]
fn nobody_waits_for_a_network_that_is_away() {
    // A question that an earlier life has stored.
    let (mut world, studio) = studio::world();
    world.server = None;
    world.ask_for("voice");
    let mut world = world.crash(false, true);
    let again = world.ask_for("voice");
    assert_eq!(world.outcome(again).code, Code::NetworkNotAllowed);
    world.server = Some(Studio::serve(&studio));
    world.set_network(true);
    world.pass(SECOND);
    assert!(
        world
            .published
            .upgrade_of("voice")
            .is_some_and(|u| u.challenge.is_some()),
        "it is put all the same"
    );
    assert_eq!(studio.borrow().challenges.len(), 1);

    // A permission that the next session is to have.
    let (mut world, studio) = studio::world();
    studio.borrow_mut().lag = 100;
    let gifts = world.ask_for("gifts");
    assert!(world.is_open(gifts));
    world.set_online(false);
    assert_eq!(world.outcome(gifts).code, Code::Unreachable);
    world.set_online(true);
    studio.borrow_mut().lag = 0;
    world.pass(MINUTE);
    assert_eq!(world.access("gifts"), Access::Allowed, "what was asked for goes on");

    // A look that the floor holds back.
    let (mut world, _) = asked();
    let challenge = challenge_id(&world, "voice");
    let check = world.upgrade(Command::Check { challenge });
    assert!(world.is_open(check));
    world.set_online(false);
    assert_eq!(world.outcome(check).code, Code::Unreachable);
    assert!(
        world.published.upgrade_of("voice").is_some(),
        "the challenge is open all the same"
    );

    // A question that is not stored yet.
    let (mut world, _) = studio::world();
    world.set_medium(Medium::Hangs);
    let voice = world.ask_for("voice");
    assert!(world.is_open(voice));
    world.set_network(false);
    assert_eq!(world.outcome(voice).code, Code::NetworkNotAllowed);
    assert_eq!(world.progress_of("voice").unwrap().0, Progress::None);
}

#[test]
fn a_closed_page_is_done_when_its_refresh_is() {
    let (mut world, studio) = asked();
    let challenge = challenge_id(&world, "voice");
    let check = world.upgrade(Command::Check { challenge });
    studio.borrow_mut().delete();
    world.server = None;
    world.pass(5 * SECOND);
    world.answer_errand("status", 200, r#"{"challengeId":"c-1","status":"FAIL"}"#);
    assert!(world.is_open(check), "the session is read too");
    let reply = studio.borrow_mut().answer(world.in_flight());
    world.reply(reply);
    assert_eq!(world.outcome(check).code, Code::Ok);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
}

#[test]
fn an_approved_request_is_answered_by_another_session_in_which_it_is_on() {
    let (mut world, studio) = asked();
    studio.borrow_mut().decide("voice", "PASS");
    world.server = None;
    world.pass(6 * SECOND);
    world.answer_errand("status", 200, r#"{"challengeId":"c-1","status":"PASS"}"#);
    world.take_progress();
    // The age gate gives it, and then the server says the same.
    let minted = session("s-2", "+chat +voice -gifts -ads -mods");
    studio.borrow_mut().doc = Some(minted.clone());
    world.server = Some(Studio::serve(&studio));
    let adopted = world.adopt(&minted.json());
    world.pass(SECOND);
    assert_eq!(world.outcome(adopted).code, Code::Ok);
    assert_eq!(world.access("voice"), Access::Allowed);
    assert_eq!(world.take_progress(), ["voice:Enabled"]);
}
