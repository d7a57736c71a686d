//! The network comes and goes, requests are cancelled, the client is stopped: nothing is sent that may not be, and each
//! request still completes, once.

mod client_harness;

use client_harness::{DAY, HOUR, MINUTE, SECOND, World, config, documents::*};
use playgate::client::{Cause, Code, News};

fn asking() -> (World, u64) {
    let mut world = World::holding(&session("s-1", "+chat"));
    let refresh = world.refresh(Cause::Push);
    (world, refresh)
}

#[test]
fn nothing_is_sent_before_the_host_allows_the_network() {
    let mut world = World::open_offline(config(), Default::default());
    world.adopt(&session("s-1", "+chat").json());
    let refresh = world.refresh(Cause::Push);
    assert_eq!(world.outcome(refresh).code, Code::NetworkNotAllowed);
    world.pass(DAY);
    assert!(world.sent.is_empty());
}

#[test]
fn what_is_in_flight_is_aborted_when_the_network_goes() {
    type Off = fn(&mut World);
    let ways: [(Off, Off, Code, Code); 3] = [
        (
            |w| w.set_network(false),
            |w| w.set_network(true),
            Code::NetworkNotAllowed,
            Code::NetworkNotAllowed,
        ),
        (
            |w| w.set_online(false),
            |w| w.set_online(true),
            Code::Unreachable,
            Code::Unreachable,
        ),
        (
            |w| w.set_suspended(true),
            |w| w.set_suspended(false),
            Code::Cancelled,
            Code::InvalidState,
        ),
    ];
    for (off, on, aborted, refused) in ways {
        let (mut world, refresh) = asking();
        let push = world.refresh(Cause::Push);
        let ticket = world.in_flight().ticket;
        off(&mut world);
        assert_eq!(world.aborted.last(), Some(&ticket));
        assert_eq!(
            (world.outcome(refresh).code, world.outcome(push).code),
            (aborted, aborted)
        );
        let again = world.refresh(Cause::Push);
        assert_eq!(world.outcome(again).code, refused);
        world.pass(DAY);
        assert!(world.wire.is_none());
        world.late_reply(ticket, 200, &deleted("s-1"));
        assert_eq!(world.allowed(), "chat");

        on(&mut world);
        assert_eq!(
            world.in_flight().line(),
            "GET /api/session/s-1",
            "asked at once when it returns"
        );
        world.answer(200, &changed(&session("s-1", "-chat")));
        assert_eq!(world.allowed(), "");
    }
}

#[test]
fn coming_back_asks_at_once_whatever_the_poll_floor() {
    let mut world = World::holding(&session("s-1", "+chat"));
    for _ in 0..3 {
        world.pass(SECOND);
        world.set_suspended(true);
        world.set_suspended(false);
        world.answer(304, "");
        world.set_online(false);
        world.set_online(true);
        world.answer(304, "");
    }
    let early = world.refresh(Cause::Game);
    assert_eq!(world.outcome(early).code, Code::TooSoon);
}

#[test]
fn one_obstacle_less_is_not_enough() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.set_online(false);
    world.set_suspended(true);
    world.set_online(true);
    assert!(world.wire.is_none());
    world.set_suspended(false);
    world.in_flight();
}

#[test]
fn saying_the_same_again_changes_nothing() {
    let (mut world, refresh) = asking();
    let ticket = world.in_flight().ticket;
    world.set_online(true);
    world.set_suspended(false);
    world.set_network(true);
    world.set_token("token-1");
    assert!(world.is_open(refresh));
    assert_eq!(world.in_flight().ticket, ticket);
}

#[test]
fn the_first_session_is_not_looked_for_while_offline() {
    let mut world = World::fresh();
    assert_eq!(world.decide("chat").reason, playgate::session::Reason::Pending);
    world.set_online(false);
    assert_eq!(world.decide("chat").reason, playgate::session::Reason::NoSession);
}

mod cancelling {
    use super::*;

    #[test]
    fn completes_that_request_and_no_other() {
        let (mut world, first) = asking();
        let second = world.refresh(Cause::Game);
        let push = world.refresh(Cause::Push);
        world.cancel(first);
        world.cancel(push);
        assert_eq!(
            (world.outcome(first).code, world.outcome(push).code),
            (Code::Cancelled, Code::Cancelled)
        );
        assert!(world.is_open(second));
        world.answer(304, "");
        assert_eq!(world.outcome(second).code, Code::Ok);
        world.assert_all_completed();
    }

    #[test]
    fn twice_late_or_never_asked_for_is_ignored() {
        let (mut world, refresh) = asking();
        world.cancel(refresh);
        world.cancel(refresh);
        world.cancel(999);
        world.answer(304, "");
        world.cancel(refresh);
        world.assert_all_completed();
    }

    #[test]
    fn while_waiting_for_a_retry_works_too() {
        let (mut world, refresh) = asking();
        world.answer(503, "");
        world.cancel(refresh);
        assert_eq!(world.outcome(refresh).code, Code::Cancelled);
        world.pass_until_sent(MINUTE);
        world.answer(200, &changed(&session("s-1", "-chat")));
        assert_eq!(world.allowed(), "", "the news count all the same");
    }
}

mod stopping {
    use super::*;
    use client_harness::Medium;

    #[test]
    fn cancels_what_is_asked_and_takes_nothing_more() {
        let (mut world, refresh) = asking();
        let push = world.refresh(Cause::Push);
        let ticket = world.in_flight().ticket;
        world.stop();
        assert_eq!(world.aborted.last(), Some(&ticket));
        assert_eq!(
            (world.outcome(refresh).code, world.outcome(push).code),
            (Code::Cancelled, Code::Cancelled)
        );
        let (_, shown) = world.show_notice();
        let late = [
            world.refresh(Cause::Push),
            world.adopt(&session("s-2", "+voice").json()),
            world.acknowledge(&shown),
            world.forget(),
        ];
        assert!(late.iter().all(|r| world.outcome(*r).code == Code::Cancelled));
        assert_eq!(world.allowed(), "chat");
        world.set_online(false);
        world.set_online(true);
        world.set_token("token-2");
        world.stop();
        world.pass(HOUR);
        assert!(world.wire.is_none());
        world.assert_all_completed();
    }

    #[test]
    fn finishes_what_is_being_stored() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_medium(Medium::Hangs);
        let adopt = world.adopt(&session("s-2", "+voice").json());
        world.stop();
        assert!(world.client.is_saving());
        let flush = world.flush();
        world.set_medium(Medium::Works);
        assert_eq!(
            (world.outcome(adopt).code, world.outcome(flush).code),
            (Code::Ok, Code::Ok)
        );
        assert!(!world.client.is_saving());
        world.assert_all_completed();
        assert_eq!(world.restart_with(false).allowed(), "voice");
    }

    #[test]
    fn while_the_first_session_is_looked_for_ends_the_looking() {
        let mut world = World::fresh();
        world.stop();
        assert_eq!(world.decide("chat").reason, playgate::session::Reason::NoSession);
        assert_eq!(world.take_news(), [] as [News; 0]);
    }
}
