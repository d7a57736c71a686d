//! Challenges: looked at no oftener than the floor allows, answered, renewed, given up.

mod client_harness;

use client_harness::{
    HOUR, MINUTE, SECOND, World,
    documents::*,
    studio::{self, CODE, Shared, Studio, challenge_id, sealed, stored, usual, waits, world_with},
};
use playgate::{
    client::{Addressee, Cause, Code, Command, News, Operation, Progress},
    protocol::http::{TransportError, TransportErrorKind},
    session::{Access, NextStep, NoticeKind, Reason},
};

fn asked() -> (World, Shared) {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    world.take_progress();
    (world, studio)
}

#[test]
fn the_status_is_asked_for_every_five_seconds_and_ever_less_often() {
    let (mut world, _) = asked();
    let polls = |world: &World| world.errand_lines().iter().filter(|l| l.ends_with("/status")).count();
    world.pass(MINUTE);
    let early = polls(&world);
    assert!((8..=12).contains(&early), "{early} in the first minute");
    world.pass(HOUR);
    let hour = polls(&world) - early;
    assert!((60..=120).contains(&hour), "{hour} in the next hour");
    world.set_suspended(true);
    let before = world.sent.len();
    world.pass(HOUR);
    assert_eq!(world.sent.len(), before, "a suspended game asks nothing");
    world.set_suspended(false);
    world.pass(SECOND);
    assert_eq!(polls(&world) - early - hour, 1, "it looks once it is back");
}

#[test]
fn one_challenge_about_two_features_is_asked_about_no_oftener() {
    let (mut world, studio) = asked();
    studio.borrow_mut().doc = Some(usual().with("gifts", GUARDIAN, None));
    world.refresh(Cause::Push);
    world.server = None;
    world.ask_for("gifts");
    let same = r#"{"success":false,"challenge":{"challengeId":"c-1","type":"CHALLENGE_SESSION_UPGRADE"}}"#;
    world.answer_errand("request-permission", 200, same);
    world.server = Some(Studio::serve(&studio));
    world.pass(MINUTE);
    // The world checks the floor at each question.
    let polls = world
        .errand_lines()
        .iter()
        .filter(|line| line.ends_with("c-1/status"))
        .count();
    assert!((6..=12).contains(&polls), "{polls} in a minute");
}

#[test]
fn a_refusal_is_told_once_and_can_be_asked_again() {
    let (mut world, studio) = asked();
    world.take_news();
    studio.borrow_mut().decide("voice", "FAIL");
    world.pass(6 * SECOND);
    assert_eq!(world.take_progress(), ["voice:Refused"]);
    assert!(world.take_news().contains(&News::NoticeReady));
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
    let (notice, told) = world.show_notice();
    assert_eq!(
        (notice.kind, &*notice.asked),
        (NoticeKind::Refused, &["voice".into()][..])
    );
    let mut world = world.restart();
    world.server = Some(Studio::serve(&studio));
    assert!(
        world.take_news().contains(&News::NoticeReady),
        "not told yet, so it comes back"
    );
    assert_eq!(world.show_notice().0.kind, NoticeKind::Refused);
    world.acknowledge(&told);
    assert!(world.show_notice().0.is_empty());
    let mut world = world.restart();
    assert!(!world.take_news().contains(&News::NoticeReady));
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    let again = world.ask_for("voice");
    assert_eq!(world.outcome(again).code, Code::ChallengeOpen);
    assert_eq!(studio.borrow().challenges.len(), 2, "a new attempt is a new challenge");
}

#[test]
fn what_was_asked_for_is_told_as_an_answer_once() {
    let (mut world, studio) = asked();
    studio.borrow_mut().decide("voice", "PASS");
    world.pass(6 * SECOND);
    let (notice, told) = world.show_notice();
    assert_eq!((notice.kind, &*notice.on), (NoticeKind::Enabled, &["voice".into()][..]));
    let mut world = world.restart();
    assert_eq!(world.show_notice().0.kind, NoticeKind::Enabled);
    world.acknowledge(&told);
    assert!(world.show_notice().0.is_empty());
    assert!(world.published.upgrades.is_empty());
    // Together with something that nobody asked for it is news of the usual kind.
    let (mut world, studio) = asked();
    let mut both = studio.borrow_mut();
    both.decide("voice", "PASS");
    both.enable("gifts");
    drop(both);
    world.pass(6 * SECOND);
    assert_eq!(world.show_notice().0.kind, NoticeKind::OpenedUp);
}

#[test]
fn a_feature_that_a_parent_turned_on_elsewhere_needs_no_pass() {
    let (mut world, studio) = asked();
    studio.borrow_mut().enable("voice");
    world.refresh(Cause::Push);
    assert_eq!(world.access("voice"), Access::Allowed);
    assert_eq!(world.take_progress(), ["voice:Enabled"]);
    let before = world.errand_lines().len();
    world.pass(HOUR);
    assert_eq!(world.errand_lines().len(), before, "nothing is asked about it any more");
}

#[test]
fn after_a_pass_the_session_may_be_missing_for_a_moment() {
    let (mut world, studio) = asked();
    studio.borrow_mut().decide("voice", "PASS");
    studio.borrow_mut().not_found = 2;
    world.pass(6 * SECOND);
    let decision = world.decide("chat");
    assert_eq!((decision.reason, decision.next_step), (Reason::Pending, NextStep::Wait));
    assert!(
        world.disk.payload.is_some() && world.show_notice().0.is_empty(),
        "denied, not believed yet"
    );
    world.pass(4 * SECOND);
    assert_eq!(world.allowed(), "chat voice");
    // Said three times, a second apart, it is believed.
    let (mut world, studio) = asked();
    studio.borrow_mut().decide("voice", "PASS");
    studio.borrow_mut().not_found = 3;
    world.pass(10 * SECOND);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
}

#[test]
fn a_pass_that_enables_nothing_is_told_as_a_refusal() {
    let (mut world, studio) = asked();
    studio.borrow_mut().challenges[0].status = "PASS";
    world.pass(10 * SECOND);
    assert_eq!(world.take_progress(), ["voice:Approved", "voice:Refused"]);
    assert_eq!(world.access("voice"), Access::AskParent);
    assert_eq!(world.show_notice().0.kind, NoticeKind::Refused);
    assert_eq!(studio.borrow().asked.len(), 1);
}

#[test]
fn a_pass_may_name_another_session_and_nothing_else_may() {
    let (mut world, studio) = asked();
    let new = session("s-2", "+chat +voice -gifts");
    {
        let mut studio = studio.borrow_mut();
        studio.challenges[0].status = "PASS";
        studio.doc = Some(new);
    }
    world.pass(6 * SECOND);
    assert_eq!(world.published.session().unwrap().id(), "s-2");
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.take_progress(), ["voice:Approved", "voice:Enabled"]);
}

#[test]
fn another_session_in_which_it_is_on_is_the_answer_too() {
    let (mut world, studio) = asked();
    let new = session("s-2", "+chat +voice -gifts");
    studio.borrow_mut().gone.push("s-1".to_owned());
    studio.borrow_mut().doc = Some(new.clone());
    world.server = None;
    world.refresh(Cause::Push);
    world.answer(200, NEEDS_CONSENT);
    world.refresh(Cause::Push);
    assert_eq!(world.in_flight().line(), "GET /api/session");
    world.answer(200, &changed(&new));
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.take_progress(), ["voice:Enabled"]);
    assert_eq!(world.show_notice().0.kind, NoticeKind::Enabled);
}

#[test]
fn a_named_session_that_is_not_the_players_changes_nothing() {
    let (mut world, studio) = asked();
    world.server = None;
    world.pass(5 * SECOND);
    world.answer_errand(
        "status",
        200,
        r#"{"challengeId":"c-1","status":"PASS","sessionId":"s-9"}"#,
    );
    for _ in 0..3 {
        assert_eq!(world.in_flight().line(), "PUT /api/session");
        world.answer(409, FOREIGN);
        world.pass(2 * SECOND);
    }
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
    assert_eq!(world.allowed(), "chat");
    studio.borrow_mut().decide("voice", "PASS");
    let doc = studio.borrow().doc.clone().unwrap();
    world.answer(200, &changed(&doc));
    assert_eq!(world.allowed(), "chat voice");
}

#[test]
fn all_fail_when_the_session_is_deleted() {
    let (mut world, studio) = asked();
    let gifts = world.published.clone();
    drop(gifts);
    world.ask_for("ads");
    world.take_progress();
    studio.borrow_mut().delete();
    world.refresh(Cause::Push);
    assert_eq!(world.decide("voice").reason, Reason::SessionEnded);
    assert_eq!(world.take_progress(), ["voice:Refused", "ads:Refused"]);
    assert!(world.published.upgrades.is_empty());
    assert_eq!(world.show_notice().0.kind, NoticeKind::SessionEnded);
    let before = world.errand_lines().len();
    world.pass(HOUR);
    assert_eq!(world.errand_lines().len(), before);
    assert!(!stored(&world).contains("c-1"));
}

#[test]
fn a_new_code_comes_on_demand_for_a_parent_only() {
    let (mut world, _) = asked();
    let challenge = challenge_id(&world, "voice");
    let renew = world.upgrade(Command::RenewCode { challenge });
    assert_eq!(
        (world.outcome(renew).code, world.operation(renew)),
        (Code::Ok, Operation::RenewCode)
    );
    let upgrade = world.published.upgrade_of("voice").unwrap();
    let challenge = upgrade.challenge.as_ref().unwrap();
    assert_eq!(challenge.code.as_deref(), Some("ABC1232"));
    assert!(challenge.url.as_deref().unwrap().ends_with("ABC1232"));
    world.ask_for("ads");
    let challenge = challenge_id(&world, "ads");
    let renew = world.upgrade(Command::RenewCode { challenge });
    assert_eq!(world.outcome(renew).code, Code::InvalidState);
    let unknown = world.upgrade(Command::RenewCode {
        challenge: "c-9".into(),
    });
    assert_eq!(world.outcome(unknown).code, Code::NotFound);
}

#[test]
fn the_parent_is_written_to_once_and_the_address_is_nowhere() {
    let (mut world, studio) = world_with(sealed());
    world.ask_for("voice");
    let challenge = challenge_id(&world, "voice");
    let to = |address: &str| Addressee {
        address: Some(address.into()),
        locale: Some("de".into()),
    };
    let write = |world: &mut World, address: &str| {
        world.upgrade(Command::EmailParent {
            challenge: challenge.clone(),
            to: to(address),
        })
    };
    let bad = write(&mut world, "not an address");
    assert_eq!(world.outcome(bad).code, Code::InvalidArgument);
    assert_eq!(studio.borrow().emails, 0);
    let good = write(&mut world, "planted@example.org");
    assert_eq!(world.outcome(good).code, Code::Ok);
    // Whether one that got no answer was sent, nobody knows; it is not sent again.
    world.server = None;
    let lost = write(&mut world, "planted@example.org");
    let busy = write(&mut world, "other@example.org");
    assert_eq!(world.outcome(busy).code, Code::Busy);
    world.reply_to_errand("email", Err(TransportError::new(TransportErrorKind::TimedOut, "no")));
    assert_eq!(world.outcome(lost).code, Code::TimedOut);
    world.pass(MINUTE);
    assert!(!world.errands.iter().any(|e| e.line().contains("email")));
    let everything = format!(
        "{}{:?}{:?}{}",
        stored(&world),
        world.client,
        world.published,
        world.published.diagnostics()
    );
    assert!(
        !everything.contains("planted") && !everything.contains("other@"),
        "an address is kept"
    );
    assert!(!format!("{:?}", world.client).contains(CODE), "a code is shown");
}

#[test]
fn the_server_refuses_an_address() {
    let (mut world, _) = asked();
    world.server = None;
    let challenge = challenge_id(&world, "voice");
    let send = world.upgrade(Command::EmailParent {
        challenge,
        to: Addressee::default(),
    });
    world.answer_errand("email", 400, r#"{"error":"INVALID_EMAIL"}"#);
    assert_eq!(world.outcome(send).code, Code::InvalidArgument);
    assert!(waits(&world, "voice"));
}

#[test]
fn a_challenge_is_given_up_on_this_device() {
    let (mut world, studio) = asked();
    let challenge = challenge_id(&world, "voice");
    let cancel = world.upgrade(Command::Cancel {
        challenge: challenge.clone(),
    });
    assert_eq!(world.outcome(cancel).code, Code::Ok);
    assert_eq!(world.progress_of("voice").unwrap().0, Progress::None);
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
    let again = world.upgrade(Command::Cancel { challenge });
    assert_eq!(world.outcome(again).code, Code::NotFound);
    let before = world.errand_lines().len();
    world.pass(HOUR);
    assert_eq!(world.errand_lines().len(), before);
    let mut world = world.restart();
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
    world.server = Some(Studio::serve(&studio));
    world.step(|_, _| {});
    world.ask_for("voice");
    assert_eq!(studio.borrow().challenges.len(), 1, "the same one again");
}

#[test]
fn closing_the_page_reads_the_status_and_refreshes() {
    let (mut world, studio) = studio::world();
    world.ask_for("ads");
    let challenge = challenge_id(&world, "ads");
    let asked = world.sent.len();
    let check = world.upgrade(Command::Check {
        challenge: challenge.clone(),
    });
    assert!(world.is_open(check), "the floor is kept");
    world.pass(6 * SECOND);
    assert_eq!(
        (world.outcome(check).code, world.operation(check)),
        (Code::Ok, Operation::CheckChallenge)
    );
    let lines: Vec<String> = world.sent[asked..].iter().map(|e| e.line()).collect();
    assert_eq!(lines[..2], ["GET /api/challenge/c-1/status", "GET /api/session/s-1"]);
    studio.borrow_mut().decide("ads", "PASS");
    let check = world.upgrade(Command::Check { challenge });
    world.pass(7 * SECOND);
    assert_eq!(world.outcome(check).code, Code::Ok);
    assert_eq!(world.access("ads"), Access::Allowed);
}

#[test]
fn an_answer_that_leaves_something_out_takes_nothing_away() {
    let (mut world, _) = studio::world();
    world.server = None;
    world.ask_for("ads");
    let first = r#"{"requiresAgeAssurance":true,"challenge":{"challengeId":"c-1","url":"https://kid.example/x"}}"#;
    world.answer_errand("request-permission", 200, first);
    let mut world = world.restart();
    let second = r#"{"status":"PENDING","challenge":{"challengeId":"c-1","url":"https://kid.example/y"}}"#;
    world.answer_errand("challenge/c-1", 200, second);
    let upgrade = world.published.upgrade_of("ads").unwrap().clone();
    assert!(upgrade.notice().is_players, "still the player's own to answer");
    world.pass(6 * SECOND);
    let third = r#"{"status":"IN_PROGRESS","challenge":{"challengeId":"c-1"}}"#;
    world.answer_errand("challenge/c-1", 200, third);
    let upgrade = world.published.upgrade_of("ads").unwrap();
    let url = upgrade.challenge.as_ref().unwrap().url.as_deref();
    assert_eq!(url, Some("https://kid.example/y"));
}

#[test]
fn one_that_the_server_forgot_is_over() {
    let (mut world, studio) = asked();
    studio.borrow_mut().challenges.clear();
    world.pass(6 * SECOND);
    assert_eq!(world.progress_of("voice").unwrap().0, Progress::None);
    assert_eq!(world.decide("voice").next_step, NextStep::AskParent);
    assert!(world.show_notice().0.is_empty());
}
