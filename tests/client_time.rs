//! Time: freshness, the limit on stale knowledge, periodic and birthday refreshes, and that the client wakes when it must
//! and only then.

mod client_harness;

use client_harness::{DAY, Disk, HOUR, MINUTE, SECOND, World, config, documents::*, response};
use playgate::{
    client::{Cause, Config, News, Now},
    protocol::http::TransportErrorKind,
    session::{Access, Freshness, NextStep, Reason},
};

fn limited() -> Config {
    Config {
        stale_after_ms: DAY,
        ..config()
    }
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

mod freshness {
    use super::*;

    fn of(world: &World) -> Freshness {
        world.decide("chat").freshness
    }

    #[test]
    fn is_none_without_a_session_and_live_after_the_servers_answer() {
        let mut world = World::fresh();
        assert_eq!(of(&world), Freshness::None);
        world.answer(200, &changed(&session("s-1", "+chat")));
        assert_eq!(of(&world), Freshness::Live);
    }

    #[test]
    fn is_cached_from_disk_until_the_server_confirms() {
        let mut world = World::holding(&session("s-1", "+chat")).restart();
        assert_eq!(of(&world), Freshness::Cached);
        world.answer(200, &changed(&session("s-1", "+chat")));
        assert_eq!(of(&world), Freshness::Live);
    }

    #[test]
    fn is_cached_again_when_the_server_fails_or_two_periods_have_passed() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.refresh(Cause::Push);
        world.fail(TransportErrorKind::Unreachable);
        assert_eq!(of(&world), Freshness::Cached);

        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_online(false);
        world.pass(30 * MINUTE);
        assert_eq!(of(&world), Freshness::Live);
        world.pass(SECOND);
        assert_eq!(of(&world), Freshness::Cached);
    }
}

mod the_limit_on_stale_knowledge {
    use super::*;

    /// Offline with a session that the server has just confirmed.
    fn offline(doc: &Doc) -> World {
        let mut world = World::holding_with(limited(), doc);
        world.set_online(false);
        world.take_news();
        world
    }

    #[test]
    fn takes_away_what_a_parent_allowed_and_leaves_the_players_own() {
        let mut doc = session("s-1", "+chat +voice -ads");
        doc.permissions[1].2 = PLAYER;
        let mut world = offline(&doc);
        world.pass(DAY);
        assert_eq!(world.allowed(), "chat voice");
        world.pass(SECOND);
        assert_eq!(world.allowed(), "voice");
        let decision = world.decide("chat");
        assert_eq!(
            (decision.reason, decision.next_step, decision.freshness),
            (Reason::Stale, NextStep::Refresh, Freshness::Stale)
        );
        assert_eq!(world.access("ads"), Access::AskParent, "what is off stays what it is");
        assert_eq!(world.take_news(), [News::SessionChanged]);
    }

    #[test]
    fn ends_with_the_next_confirmation() {
        let mut world = offline(&session("s-1", "+chat"));
        world.pass(2 * DAY);
        world.set_online(true);
        world.answer(304, "");
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").freshness),
            ("chat", Freshness::Live)
        );
    }

    #[test]
    fn counts_across_a_restart() {
        let mut world = offline(&session("s-1", "+chat"));
        world.pass(20 * HOUR);
        let mut world = world.restart_with(false);
        world.pass(4 * HOUR);
        assert_eq!(world.allowed(), "chat");
        world.pass(SECOND);
        assert_eq!(world.allowed(), "");
    }

    #[test]
    fn counts_time_asleep_by_the_monotonic_clock_when_the_wall_clock_lags() {
        let mut world = offline(&session("s-1", "+chat"));
        world.jump_wall(-4 * i64::try_from(MINUTE).unwrap());
        assert_eq!(world.allowed(), "chat", "clocks are corrected by a few minutes");
        world.pass(DAY + SECOND);
        assert_eq!(world.allowed(), "");
    }

    #[test]
    fn counts_a_clock_that_runs_backwards_as_passed() {
        let mut world = offline(&session("s-1", "+chat"));
        world.pass(HOUR);
        world.jump_wall(-3 * i64::try_from(HOUR).unwrap());
        assert_eq!(world.decide("chat").reason, Reason::Stale);
        world.set_online(true);
        world.answer(304, "");
        assert_eq!(world.allowed(), "chat", "the server has spoken by the new clock");
    }

    #[test]
    fn counts_a_clock_that_was_turned_back_while_the_game_was_closed() {
        let mut world = offline(&session("s-1", "+chat"));
        world.pass(20 * HOUR);
        world.adopt(&session("s-1", "+chat").json());
        world.now.wall_ms -= 2 * i64::try_from(HOUR).unwrap();
        let world = world.restart_with(false);
        assert_eq!(world.decide("chat").reason, Reason::Stale);
    }

    #[test]
    fn counts_a_clock_that_jumps_ahead() {
        let mut world = offline(&session("s-1", "+chat"));
        world.jump_wall(i64::try_from(2 * DAY).unwrap());
        assert_eq!(world.allowed(), "");
    }

    #[test]
    fn is_off_unless_the_host_sets_it() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_online(false);
        world.pass(400 * DAY);
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").freshness),
            ("chat", Freshness::Cached)
        );
    }
}

mod the_periodic_refresh {
    use super::*;

    #[test]
    fn comes_every_fifteen_minutes_with_some_spread() {
        let mut world = World::holding(&session("s-1", "+chat"));
        for _ in 0..20 {
            let wait = world.pass_until_sent(HOUR);
            assert!((15 * MINUTE..=15 * MINUTE + 90 * SECOND).contains(&wait), "{wait}");
            world.answer(304, "");
        }
    }

    #[test]
    fn does_not_come_for_a_client_without_permission_to_ask() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_network(false);
        world.pass(DAY);
        assert!(world.wire.is_none());
    }
}

mod the_birthday_refresh {
    use super::*;

    /// Confirmed an hour before a local midnight; answers are 304.
    fn eve(born: &'static str, midnight: &str, offset_s: i32) -> World {
        let config = Config {
            periodic_ms: 30 * DAY,
            ..config()
        };
        let now = Now {
            wall_ms: at(midnight) - 3_600_000,
            mono_ms: 1,
            utc_offset_s: offset_s,
        };
        let mut world = World::open_at(config, Disk::default(), now, true);
        world.answer(200, &changed(&session("s-1", "+chat").born(born)));
        world
    }

    #[test]
    fn comes_after_local_midnight_within_a_minute() {
        for (born, midnight, offset_s) in [
            ("2010-05-06", "2026-05-06T00:00:00Z", 0),
            ("2010-05-06", "2026-05-05T22:00:00Z", 7_200),
            ("2010-05-06", "2026-05-06T05:00:00Z", -18_000),
            ("2012-02-29", "2026-03-01T00:00:00Z", 0),
            ("2012-02-29", "2028-02-29T00:00:00Z", 0),
            ("2010-07", "2026-07-01T00:00:00Z", 0),
            ("2010", "2027-01-01T00:00:00Z", 0),
        ] {
            let mut world = eve(born, midnight, offset_s);
            let wait = world.pass_until_sent(2 * HOUR);
            assert!((HOUR..=HOUR + MINUTE).contains(&wait), "{born} {midnight}: {wait}");
            world.answer(304, "");
            world.pass(20 * DAY);
            assert!(world.wire.is_none(), "once");
        }
    }

    #[test]
    fn is_spread_so_that_a_crowd_does_not_come_at_once() {
        let waits: Vec<u64> = (0..50)
            .map(|seed| {
                let mut world = World::open_at(
                    Config {
                        periodic_ms: 30 * DAY,
                        seed,
                        ..config()
                    },
                    Disk::default(),
                    Now {
                        wall_ms: at("2026-05-05T23:00:00Z"),
                        mono_ms: 1,
                        utc_offset_s: 0,
                    },
                    true,
                );
                world.answer(200, &changed(&session("s-1", "+chat").born("2010-05-06")));
                world.pass_until_sent(2 * HOUR) - HOUR
            })
            .collect();
        assert!(
            waits.iter().any(|w| *w < 15 * SECOND) && waits.iter().any(|w| *w > 45 * SECOND),
            "{waits:?}"
        );
    }

    #[test]
    fn that_fails_is_tried_again_by_the_ordinary_rules() {
        let mut world = eve("2010-05-06", "2026-05-06T00:00:00Z", 0);
        world.pass_until_sent(2 * HOUR);
        world.ticks = 0;
        for _ in 0..6 {
            world.answer(404, "");
            assert!(world.pass_until_sent(HOUR) >= 30 * SECOND);
        }
        assert!(world.ticks < 30, "{}", world.ticks);
        world.answer(
            200,
            &changed(&session("s-1", "+chat").born("2010-05-06").aged("DIGITAL_YOUTH")),
        );
        assert!(world.take_news().contains(&News::NoticeReady));
    }
}

mod waking {
    use super::*;

    /// How often the client woke in an hour.
    fn wakes_per_hour(world: &mut World) -> u64 {
        world.ticks = 0;
        world.pass(10 * HOUR);
        world.ticks / 10
    }

    #[test]
    fn happens_a_few_times_an_hour_when_all_is_well() {
        let mut world = World::holding_with(limited(), &session("s-1", "+chat").born("2010-03-03"));
        world.server = Some(Box::new(|_| Ok(response(304, &[], ""))));
        let wakes = wakes_per_hour(&mut world);
        assert!((3..=6).contains(&wakes), "{wakes}");
    }

    #[test]
    fn does_not_happen_when_there_is_nothing_to_do() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.stop();
        assert!(wakes_per_hour(&mut world) <= 1);
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_network(false);
        assert!(wakes_per_hour(&mut world) <= 1);
    }

    #[test]
    fn stays_rare_whatever_the_server_does() {
        for (status, headers, body) in [
            (200, &[][..], "garbage"),
            (200, &[], NEEDS_CONSENT),
            (200, &[], DELETED_UNNAMED),
            (304, &[], ""),
            (401, &[], ""),
            (403, &[], FOREIGN),
            (404, &[], ""),
            (429, &[], ""),
            (429, &[("Retry-After", "0")], ""),
            (429, &[("Retry-After", "90000")], ""),
            (500, &[], ""),
            (503, &[("Retry-After", "5")], ""),
        ] {
            let mut world = World::holding_with(limited(), &session("s-1", "+chat").born("2010-03-03"));
            world.server = Some(Box::new(move |_| Ok(response(status, headers, body))));
            world.refresh(Cause::Push);
            let sent = world.sent.len();
            let wakes = wakes_per_hour(&mut world);
            let asked = (world.sent.len() - sent) / 10;
            assert!(wakes <= 80, "{status} {body}: {wakes} wakes an hour");
            assert!(asked <= 20, "{status} {body}: asked {asked} times an hour");
        }
    }

    #[test]
    fn stays_rare_when_the_clocks_are_wild() {
        for wall in [i64::MIN, i64::MIN / 2, -1, 0, i64::MAX / 2, i64::MAX - 1] {
            let mut world = World::holding_with(limited(), &session("s-1", "+chat").born("2010-03-03"));
            world.server = Some(Box::new(|_| Ok(response(304, &[], ""))));
            world.jump_to(wall);
            world.ticks = 0;
            for _ in 0..100 {
                let wake = world.client.wake_in_ms(world.now).unwrap_or(MINUTE).min(MINUTE);
                world.now.mono_ms += wake;
                world.step(|_, _| {});
                world.ticks += u64::from(wake < 10);
            }
            assert!(world.ticks < 20, "{wall}: {} quick wakes", world.ticks);
        }
    }
}
