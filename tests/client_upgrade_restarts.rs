//! The process is killed at every step of every way to a permission, and started again: nothing is asked twice, nothing
//! that is pending is lost, nothing is allowed early, and the answer is told exactly once.

mod client_harness;

use client_harness::{
    Disk, Medium, SECOND, World, config,
    documents::*,
    studio::{Shape, Shared, Studio},
};
use playgate::{
    client::{Command, Config, News, Stage},
    session::{Access, NextStep, NoticeKind, Reason},
};

/// A way from "not allowed" on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// The player enables it themselves.
    Own,
    /// A parent approves, or refuses.
    Parent(&'static str),
    /// The player's age is verified, or not.
    Age(&'static str),
    /// The parent revokes while the challenge is open.
    Revoked,
    /// The player gives the challenge up.
    GivenUp,
    /// The player switches off what is on.
    SwitchedOff,
}

const WAYS: [Way; 8] = [
    Way::Own,
    Way::Parent("PASS"),
    Way::Parent("FAIL"),
    Way::Age("PASS"),
    Way::Age("FAIL"),
    Way::Revoked,
    Way::GivenUp,
    Way::SwitchedOff,
];

impl Way {
    fn feature(self) -> &'static str {
        match self {
            Self::Own => "gifts",
            Self::Age(_) => "ads",
            Self::SwitchedOff => "mods",
            _ => "voice",
        }
    }
}

fn usual() -> Doc {
    session("s-1", "+chat -voice -gifts -ads +mods")
        .with("gifts", PLAYER, None)
        .with("ads", PLAYER, Some(18))
        .with("mods", PLAYER, None)
}

/// One life, in small steps: a write, a reply, or time until something happens.
struct Life {
    world: World,
    studio: Shared,
    way: Way,
    steps: usize,
    /// The step before which the process is killed.
    kill_at: usize,
    /// Whether a write that was under way then has reached the medium.
    lands: bool,
    was_killed: bool,
    /// The player's act was stored before the kill, so it must not be lost.
    is_durable: bool,
}

impl Life {
    fn new(way: Way, config: Config, kill_at: usize, lands: bool) -> Self {
        let studio = Studio::new(&usual());
        let mut world = World::holding_with(config, &usual());
        world.set_medium(Medium::Hangs);
        Self {
            world,
            studio,
            way,
            steps: 0,
            kill_at,
            lands,
            was_killed: false,
            is_durable: false,
        }
    }

    /// The next small step; false when nothing is left to do but wait.
    fn step(&mut self) -> bool {
        if self.steps == self.kill_at {
            self.kill();
        }
        self.steps += 1;
        let world = &mut self.world;
        if world.disk.is_busy() {
            world.disk.medium = Medium::Works;
            let done = world.disk.work();
            world.disk.medium = Medium::Hangs;
            if let Some((job, result)) = done {
                world.step(|client, now| client.saved(now, job, result));
            }
            return true;
        }
        if let Some(exchange) = world.wire.clone() {
            let reply = self.studio.borrow_mut().answer(&exchange);
            world.reply(reply);
            return true;
        }
        if let Some(errand) = world.errands.first().cloned() {
            let reply = self.studio.borrow_mut().answer(&errand);
            world.reply_to(&errand, reply);
            return true;
        }
        match world.client.wake_in_ms(world.now) {
            Some(ms) if ms <= 6 * SECOND => {
                world.pass(ms.max(1));
                true
            }
            _ => false,
        }
    }

    fn settle(&mut self, most: usize) {
        for _ in 0..most {
            if !self.step() {
                break;
            }
        }
    }

    fn kill(&mut self) {
        self.was_killed = true;
        let stored = String::from_utf8(self.world.disk.payload.clone().unwrap_or_default()).unwrap();
        self.is_durable = stored.contains("\"upgrades\"") || stored.contains("\"switchedOff\"");
        let empty = World::open_offline(config(), Disk::default());
        let old = std::mem::replace(&mut self.world, empty);
        self.world = old.crash(true, self.lands);
        self.world.set_medium(Medium::Hangs);
    }

    fn act(&mut self) {
        let feature = self.way.feature();
        if self.way == Way::SwitchedOff {
            self.world.upgrade(Command::Switch {
                feature: feature.into(),
                on: false,
            });
        } else {
            self.world.ask_for(feature);
        }
    }

    /// After a kill that came before the act was stored the player acts again, if it shows that nothing is under way.
    fn act_again_if_lost(&mut self) {
        let decision = self.world.decide(self.way.feature());
        let is_lost = match self.way {
            Way::SwitchedOff => decision.access == Access::Allowed,
            Way::Own => decision.next_step == NextStep::Enable,
            _ => matches!(decision.next_step, NextStep::AskParent | NextStep::VerifyAge),
        };
        if is_lost {
            assert!(!self.is_durable, "{:?}: what was stored is lost", self.way);
            self.act();
        }
    }

    fn live(&mut self) {
        let feature = self.way.feature();
        self.act();
        self.settle(12);
        if self.was_killed {
            self.act_again_if_lost();
            self.settle(12);
        }
        let mut is_open = self.studio.borrow().challenge_of(feature).len() == 1;
        match self.way {
            Way::Own | Way::SwitchedOff => {}
            Way::Parent(status) | Way::Age(status) => {
                assert!(is_open, "asked");
                self.studio.borrow_mut().decide(feature, status);
            }
            Way::Revoked => self.studio.borrow_mut().delete(),
            Way::GivenUp => {
                let upgrade = self.world.published.upgrade_of(feature).expect("pending").clone();
                let challenge = upgrade.challenge.as_ref().expect("a challenge").id.clone();
                self.world.upgrade(Command::Cancel { challenge });
                is_open = false;
            }
        }
        self.settle(40);
        if self.way == Way::GivenUp && self.world.published.upgrade_of(feature).is_some() {
            // Killed before the giving up was stored: the challenge is still there, and is given up again.
            assert!(self.was_killed);
            let upgrade = self.world.published.upgrade_of(feature).unwrap().clone();
            let challenge = upgrade.challenge.as_ref().expect("a challenge").id.clone();
            self.world.upgrade(Command::Cancel { challenge });
            self.settle(10);
        }
        let _ = is_open;
    }

    /// What must hold at the end, however often it was killed.
    fn check(&mut self) {
        let way = self.way;
        let feature = way.feature();
        self.world.disk.medium = Medium::Works;
        self.world.server = Some(Studio::serve(&self.studio));
        self.world.pass(20 * SECOND);
        let created = self.studio.borrow().challenge_of(feature).len();
        let decision = self.world.decide(feature);
        let (is_on, most_created) = match way {
            Way::Own => (true, 0),
            Way::Parent("PASS") | Way::Age("PASS") => (true, 1),
            _ => (false, 1),
        };
        assert!(created <= most_created, "{way:?}: asked {created} times");
        assert_eq!(decision.access == Access::Allowed, is_on, "{way:?}: {decision:?}");
        match way {
            Way::Revoked => assert_eq!(decision.reason, Reason::SessionEnded),
            Way::SwitchedOff => assert_eq!(decision.reason, Reason::SwitchedOff),
            _ => assert_ne!(decision.reason, Reason::Pending, "{way:?} is over"),
        }
        let (notice, told) = self.world.show_notice();
        let kind = match way {
            Way::Own | Way::Parent("PASS") | Way::Age("PASS") => NoticeKind::Enabled,
            Way::Parent(_) | Way::Age(_) => NoticeKind::Refused,
            Way::Revoked => NoticeKind::SessionEnded,
            Way::GivenUp | Way::SwitchedOff => NoticeKind::None,
        };
        assert_eq!(notice.kind, kind, "{way:?}");
        if !notice.is_empty() {
            self.world.acknowledge(&told);
        }
        let empty = World::open_offline(config(), Disk::default());
        let mut world = std::mem::replace(&mut self.world, empty).restart_with(false);
        assert!(!world.take_news().contains(&News::NoticeReady), "{way:?}: told twice");
        assert!(world.published.upgrades.is_empty(), "{way:?}: left over");
        assert_eq!(world.access(feature) == Access::Allowed, is_on, "{way:?}: stored");
    }
}

#[test]
fn a_kill_at_every_step_loses_and_doubles_nothing() {
    let mut lives = 0;
    for way in WAYS {
        for personal in [false, true] {
            for lands in [false, true] {
                let config = Config {
                    store_personal: personal,
                    ..config()
                };
                // How many steps there are without a kill.
                let mut calm = Life::new(way, config.clone(), usize::MAX, lands);
                calm.live();
                let steps = calm.steps;
                calm.check();
                assert!(steps >= 2, "{way:?}");
                for kill_at in 0..steps {
                    let mut life = Life::new(way, config.clone(), kill_at, lands);
                    life.live();
                    assert!(life.was_killed, "{way:?} at {kill_at} of {steps}");
                    life.check();
                    lives += 1;
                }
            }
        }
    }
    assert!(lives > 300, "{lives} lives");
}

#[test]
fn two_kills_in_a_row_do_no_more_harm() {
    for way in WAYS {
        for first in 0..14 {
            for second in [first + 1, first + 2, first + 5] {
                let mut life = Life::new(way, config(), first, false);
                life.act();
                life.settle(12);
                life.kill_at = second;
                if life.was_killed {
                    life.act_again_if_lost();
                }
                life.settle(12);
                life.kill_at = usize::MAX;
                life.act_again_if_lost();
                life.settle(12);
                let created = life.studio.borrow().challenge_of(way.feature()).len();
                assert!(
                    created <= 1,
                    "{way:?}: {created} challenges after kills at {first} and {second}"
                );
            }
        }
    }
}

#[test]
fn a_short_answer_and_a_slow_session_change_nothing_of_that() {
    for shape in [
        Shape::ShortSession,
        Shape::NoSession,
        Shape::WrongStatus,
        Shape::BareStatus,
    ] {
        for kill_at in 0..20 {
            let mut life = Life::new(Way::Parent("PASS"), config(), kill_at, true);
            {
                let mut studio = life.studio.borrow_mut();
                studio.shape = shape;
                studio.lag = 1;
            }
            life.live();
            life.check();
        }
    }
}

#[test]
fn what_was_approved_before_the_kill_is_fetched_after_it() {
    let mut life = Life::new(Way::Parent("PASS"), config(), usize::MAX, false);
    life.act();
    life.settle(12);
    life.studio.borrow_mut().decide("voice", "PASS");
    let is_approved = |life: &Life| {
        life.world
            .published
            .upgrade_of("voice")
            .is_some_and(|u| u.stage == Stage::Approved)
    };
    while !is_approved(&life) {
        assert!(life.step());
    }
    while life.world.disk.is_busy() {
        life.step();
        if life.world.wire.is_some() {
            break;
        }
    }
    life.kill();
    assert_ne!(
        life.world.access("voice"),
        Access::Allowed,
        "only a session turns it on"
    );
    assert_eq!(life.world.decide("voice").next_step, NextStep::Wait);
    life.settle(40);
    assert_eq!(life.world.access("voice"), Access::Allowed);
}
