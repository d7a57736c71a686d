//! When the server does not answer well: tokens, limits, retries with jitter, the circuit breaker, silence.

mod client_harness;

use client_harness::{HOUR, MINUTE, SECOND, World, config, documents::*};
use playgate::{
    client::{Cause, Code, Config, News},
    protocol::http::TransportErrorKind,
    session::Freshness,
};

fn asking() -> (World, u64) {
    let mut world = World::holding(&session("s-1", "+chat"));
    let refresh = world.refresh(Cause::Push);
    (world, refresh)
}

/// Answers 503 to every try until the refresh gives up; gives the waits between the tries.
fn fail_until_given_up(world: &mut World, refresh: u64) -> Vec<u64> {
    let mut waits = Vec::new();
    loop {
        world.answer(503, "");
        if !world.is_open(refresh) {
            return waits;
        }
        waits.push(world.pass_until_sent(10 * MINUTE));
    }
}

mod a_refused_token {
    use super::*;

    #[test]
    fn is_told_and_never_tried_again() {
        let (mut world, refresh) = asking();
        world.answer(401, "");
        assert_eq!(
            (world.outcome(refresh).code, world.outcome(refresh).http_status),
            (Code::Unauthorized, 401)
        );
        assert_eq!(world.take_news(), [News::TokenRefused]);
        assert_eq!(world.allowed(), "chat", "a token says nothing about permissions");
        world.pass(HOUR);
        assert!(world.wire.is_none());
        let again = world.refresh(Cause::Push);
        assert_eq!(world.outcome(again).code, Code::Unauthorized);
    }

    #[test]
    fn is_replaced_by_a_new_one_that_is_used_at_once() {
        let (mut world, _) = asking();
        world.answer(401, "");
        world.set_token("token-1");
        assert!(world.wire.is_none(), "the same token again");
        world.set_token("token-2");
        assert_eq!(world.in_flight().header("Authorization"), Some("Bearer token-2"));
        world.answer(200, &changed(&session("s-1", "-chat")));
        assert_eq!(world.allowed(), "");
    }

    #[test]
    fn that_is_replaced_while_waiting_takes_the_waiting_along() {
        let (mut world, refresh) = asking();
        let push = world.refresh(Cause::Push);
        world.set_token("token-2");
        assert!(world.is_open(refresh) && world.is_open(push));
        world.answer(304, "");
        assert_eq!(
            (world.outcome(refresh).code, world.outcome(push).code),
            (Code::Ok, Code::Ok)
        );
    }
}

mod a_limit_by_the_server {
    use super::*;

    #[test]
    fn without_a_time_is_retried_with_backoff() {
        let (mut world, refresh) = asking();
        world.answer(429, "");
        assert!(world.is_open(refresh));
        let wait = world.pass_until_sent(MINUTE);
        assert!((100..=1_000).contains(&wait), "{wait}");
        world.answer(304, "");
        assert_eq!(world.outcome(refresh).code, Code::Ok);
    }

    #[test]
    fn with_a_short_time_is_retried_after_it() {
        let (mut world, refresh) = asking();
        world.answer_with(429, &[("Retry-After", "20")], "");
        let wait = world.pass_until_sent(MINUTE);
        assert!((20_000..=21_000).contains(&wait), "{wait}");
        assert!(world.is_open(refresh));
    }

    #[test]
    fn with_a_long_time_ends_the_refresh_and_is_kept_by_everybody() {
        for status in [429, 503] {
            let (mut world, refresh) = asking();
            world.answer_with(status, &[("Retry-After", "600")], "");
            assert!(matches!(world.outcome(refresh).code, Code::RateLimited | Code::Server));
            world.pass(5 * MINUTE);
            for cause in [Cause::Game, Cause::Push, Cause::Resume, Cause::Reconnect] {
                let again = world.refresh(cause);
                assert_eq!(world.outcome(again).code, Code::RateLimited, "{cause:?}");
            }
            world.set_online(false);
            world.set_online(true);
            world.set_token("token-2");
            assert!(world.wire.is_none());
            let rest = world.pass_until_sent(10 * MINUTE);
            assert!(rest >= 5 * MINUTE, "{rest}");
        }
    }
}

#[test]
fn trouble_and_silence_keep_the_stored_session_and_are_told_once() {
    let kinds = [
        TransportErrorKind::Unreachable,
        TransportErrorKind::TimedOut,
        TransportErrorKind::Tls,
        TransportErrorKind::TooLarge,
    ];
    for kind in kinds {
        let (mut world, _) = asking();
        world.fail(kind);
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").freshness),
            ("chat", Freshness::Cached)
        );
        world.pass_until_sent(MINUTE);
        world.fail(kind);
        assert_eq!(world.take_news(), [News::ServerUnreachable]);
        world.pass_until_sent(MINUTE);
        world.answer(304, "");
        assert_eq!(world.take_news(), [News::ServerReachable]);
        assert_eq!(world.decide("chat").freshness, Freshness::Live);
    }
}

#[test]
fn a_refresh_is_tried_three_times() {
    let (mut world, refresh) = asking();
    let sent = world.sent.len();
    fail_until_given_up(&mut world, refresh);
    assert_eq!(world.sent.len() - sent + 1, 3);
    assert_eq!(world.outcome(refresh).code, Code::Server);
    assert_eq!(world.outcome(refresh).http_status, 503);
    world.pass_until_sent(MINUTE);
    world.answer(304, "");
}

#[test]
fn retries_wait_with_full_jitter() {
    let mut waits = [Vec::new(), Vec::new()];
    for seed in 0..200 {
        let mut world = World::holding_with(Config { seed, ..config() }, &session("s-1", "+chat"));
        let refresh = world.refresh(Cause::Push);
        let both = fail_until_given_up(&mut world, refresh);
        waits[0].push(both[0]);
        waits[1].push(both[1]);
    }
    for (waits, bound) in waits.iter().zip([1_000, 2_000]) {
        assert!(waits.iter().all(|w| (100..=bound).contains(w)));
        assert!(
            waits.iter().any(|w| *w < bound / 4) && waits.iter().any(|w| *w > bound / 4 * 3),
            "spread over the whole range"
        );
    }
}

#[test]
fn a_transport_that_never_answers_is_given_up() {
    let (mut world, refresh) = asking();
    for _ in 0..3 {
        let ticket = world.in_flight().ticket;
        world.pass(19 * SECOND);
        assert_eq!(world.wire.as_ref().map(|e| e.ticket), Some(ticket));
        world.pass(SECOND);
        assert_eq!(world.aborted.last(), Some(&ticket));
        if world.is_open(refresh) && world.wire.is_none() {
            world.pass_until_sent(MINUTE);
        }
    }
    assert_eq!(world.outcome(refresh).code, Code::TimedOut);
    assert_eq!(world.allowed(), "chat");
}

mod the_circuit_breaker {
    use super::*;

    /// Five failures in a row.
    fn open() -> World {
        let (mut world, refresh) = asking();
        fail_until_given_up(&mut world, refresh);
        world.pass_until_sent(MINUTE);
        world.answer(503, "");
        world.pass_until_sent(MINUTE);
        world.answer(503, "");
        world
    }

    #[test]
    fn opens_after_five_failures_and_then_nobody_asks() {
        let mut world = open();
        let push = world.refresh(Cause::Push);
        assert_eq!(world.outcome(push).code, Code::Unreachable);
        assert!(
            world.outcome(push).text.contains("30 s"),
            "{}",
            world.outcome(push).text
        );
        world.pass(30 * SECOND - 1);
        assert!(world.wire.is_none());
    }

    #[test]
    fn lets_one_try_through_and_opens_twice_as_long_when_it_fails() {
        let mut world = open();
        for open_s in [30, 60, 120] {
            world.pass(open_s * SECOND - 1);
            let early = world.refresh(Cause::Push);
            assert_eq!(world.outcome(early).code, Code::Unreachable, "{open_s}");
            world.pass(1);
            let push = world.refresh(Cause::Push);
            assert!(world.is_open(push), "{open_s}");
            world.answer(500, "");
            assert_eq!(world.outcome(push).code, Code::Server, "one try only");
            assert!(world.wire.is_none());
        }
    }

    #[test]
    fn comes_back_by_itself_each_client_at_its_own_moment_within_a_period() {
        let waits: Vec<u64> = (0..200)
            .map(|seed| {
                let mut world = World::holding_with(Config { seed, ..config() }, &session("s-1", "+chat"));
                let refresh = world.refresh(Cause::Push);
                fail_until_given_up(&mut world, refresh);
                for _ in 0..2 {
                    world.pass_until_sent(MINUTE);
                    world.answer(503, "");
                }
                world.pass_until_sent(HOUR)
            })
            .collect();
        let range = 5 * MINUTE + 30 * SECOND..=20 * MINUTE + 30 * SECOND;
        assert!(waits.iter().all(|wait| range.contains(wait)), "{waits:?}");
        for minute in 6..20 {
            let share = waits.iter().filter(|wait| **wait / MINUTE == minute).count();
            assert!((1..=40).contains(&share), "{share} of 200 in minute {minute}");
        }
    }

    #[test]
    fn stays_open_ten_minutes_at_most() {
        let mut world = open();
        let mut longest = 0;
        for _ in 0..20 {
            longest = longest.max(world.pass_until_sent(HOUR));
            world.answer(500, "");
        }
        assert!((15 * MINUTE..=30 * MINUTE).contains(&longest), "{longest}");
    }

    #[test]
    fn closes_with_the_first_answer() {
        let mut world = open();
        world.pass_until_sent(HOUR);
        world.answer(304, "");
        let push = world.refresh(Cause::Push);
        assert!(world.is_open(push));
        world.answer(500, "");
        assert!(world.is_open(push), "an ordinary failure again");
    }

    #[test]
    fn lets_one_try_through_when_connectivity_returns_or_the_game_resumes() {
        let mut world = open();
        world.set_online(false);
        world.set_online(true);
        world.in_flight();
        world.answer(500, "");
        assert!(world.wire.is_none());
        world.set_suspended(true);
        world.set_suspended(false);
        world.in_flight();
        world.answer(500, "");
        let resume = world.refresh(Cause::Resume);
        assert!(world.is_open(resume));
    }
}

#[test]
fn a_server_address_that_cannot_be_used_is_told_and_not_tried_again_and_again() {
    let mut world = World::open(
        Config {
            server: Some("not a url".into()),
            ..config()
        },
        Default::default(),
    );
    world.adopt(&session("s-1", "+chat").born("2010-03-03").json());
    world.pass(3 * client_harness::DAY);
    let refresh = world.refresh(Cause::Push);
    assert_eq!(world.outcome(refresh).code, Code::InvalidState);
    assert!(world.sent.is_empty());
    assert!(world.ticks < 100, "{}", world.ticks);
}
