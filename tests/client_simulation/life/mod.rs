//! One life: what happens is decided by the seed and the number of the step alone, so that any of the steps can be left
//! out and the others stay the same.

mod acts;
mod ads;
mod faults;
pub mod heap;
mod server;
pub mod story;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ads::AdService;
use playgate::{
    client::{Cause, Command, Config, GameState, GameStop, News, Operation, RequestId, State, Told},
    session::{Freshness, NextStep},
};
use server::Server;

use crate::client_harness::{DAY, Disk, Landing, Medium, SECOND, World, config, documents::*, noon};

pub const EPISODES: u64 = 3;
pub const STEPS_PER_EPISODE: u64 = 400;
/// The last step of an episode is that its faults end.
const EPISODE: u64 = STEPS_PER_EPISODE + 1;
/// With the ends of episodes.
pub const STEPS: u64 = EPISODES * EPISODE;

/// The largest record that these lives can need, in bytes.
const MAX_RECORD: usize = 16 * 1024;
/// More than a few questions about each feature are never under way.
const MAX_ERRANDS: usize = FEATURES.len() * 4;
/// The most that a client may hold in memory, in bytes.
const MAX_HEAP: usize = 64 * 1024;
/// At the most so much is told in one step.
const MAX_NEWS: usize = 200;

/// So many records of before somebody has kept.
const OLDER_RECORDS: usize = 16;

/// How often what happened.
pub type Tally = BTreeMap<&'static str, u64>;

/// Of all counts, this one is no sum.
pub const HELD_MOST: &str = "bytes that a client held, at the most";

/// Adds one tally to another.
pub fn add(sum: &mut Tally, tally: Tally) {
    for (what, n) in tally {
        let to = sum.entry(what).or_default();
        *to = if what == HELD_MOST { n.max(*to) } else { *to + n };
    }
}

/// Every line of a life that is written down.
pub type Log = Rc<RefCell<Vec<String>>>;

/// One life.
pub struct Life {
    world: World,
    server: Rc<RefCell<Server>>,
    ads: Rc<RefCell<AdService>>,
    random: fastrand::Rng,
    fault_rate: f64,
    shown: Option<Told>,
    /// Acknowledgements under way, with the revision that was shown.
    acknowledging: Vec<(RequestId, u64)>,
    /// The newest revision that was acknowledged for good: it is never told again.
    told_for_good: u64,
    requests: Vec<RequestId>,
    /// Records as they were before.
    older: Vec<Vec<u8>>,
    /// The step's number.
    steps: u64,
    tally: Tally,
}

/// Lives one seed, without the steps that are in `without`. Gives what happened how often.
pub fn live(seed: u64, without: &BTreeSet<u64>, log: Option<Log>) -> Tally {
    let mut life = Life::new(seed, log);
    for step in 0..STEPS {
        life.steps = step;
        story::reached(step);
        life.random = random_of(seed, step);
        if step % EPISODE == 0 {
            life.fault_rate = life.random.choice([0.0, 0.2, 0.5, 0.9]).unwrap();
        }
        if without.contains(&step) {
            continue;
        }
        if step % EPISODE == STEPS_PER_EPISODE {
            life.heal();
        } else {
            life.step();
        }
    }
    life.tally
}

fn random_of(seed: u64, step: u64) -> fastrand::Rng {
    let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ step.wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut random = fastrand::Rng::with_seed(mixed);
    fastrand::Rng::with_seed(random.u64(..))
}

impl Life {
    fn new(seed: u64, log: Option<Log>) -> Self {
        let mut random = random_of(seed, u64::MAX);
        let config = Config {
            stale_after_ms: if random.bool() { 0 } else { DAY },
            store_personal: random.bool(),
            seed,
            ..config()
        };
        let mut world = World::open_at(config, Disk::default(), noon(), random.bool());
        world.log = log;
        let server = Server {
            names_deletions: random.bool(),
            ..Server::default()
        };
        Self {
            world,
            server: Rc::new(RefCell::new(server)),
            ads: Rc::default(),
            random,
            fault_rate: 0.0,
            shown: None,
            acknowledging: Vec::new(),
            told_for_good: 0,
            requests: Vec::new(),
            older: Vec::new(),
            steps: 0,
            tally: Tally::new(),
        }
    }

    fn note(&self, step: impl FnOnce() -> String) {
        if let Some(log) = &self.world.log {
            let at = self.world.now.mono_ms;
            log.borrow_mut()
                .push(format!("step {} at {at} ms: {}", self.steps, step()));
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// A step at random, and what must hold after it.
    fn step(&mut self) {
        self.count("steps");
        let told = Told {
            state: self.world.client.view(self.world.now).acknowledged,
            ..Told::default()
        };
        let had_session = self.world.client.view(self.world.now).newest.session().is_some();
        let before = Before::of(&self.world);
        let speaks_for_player = match self.random.u32(0..124) {
            0..34 => self.answer(),
            34..56 => self.pass(),
            56..63 => quiet(|| self.parent_decides()),
            63..72 => quiet(|| self.ask()),
            72..77 => loud(|| self.player_reads()),
            77..81 => quiet(|| self.medium_changes()),
            81..88 => quiet(|| self.platform_changes()),
            88..90 => quiet(|| self.cancel()),
            90..92 => loud(|| self.consent()),
            92..94 => quiet(|| self.late_reply()),
            94..96 => quiet(|| self.clock_jumps()),
            96..98 => loud(|| self.rare()),
            98..100 => quiet(|| self.sleep()),
            100..106 => loud(|| self.ask_for_something()),
            106..109 => quiet(|| self.answer_challenge()),
            109..112 => loud(|| self.switch_something()),
            112..118 => quiet(|| self.answer_of_game()),
            118..121 => quiet(|| self.play()),
            _ => loud(|| self.restart()),
        };
        self.check(&told, had_session, speaks_for_player);
        if !speaks_for_player {
            before.check(&self.world);
        }
    }

    /// What holds after every step, besides what the world checks.
    fn check(&mut self, told: &Told, had_session: bool, speaks_for_player: bool) {
        let view = self.world.client.view(self.world.now);
        let (before, after) = (told.state.session(), view.acknowledged.session());
        let same = before.map(|s| s.json()) == after.map(|s| s.json());
        assert!(
            same || speaks_for_player || after.is_none() || !had_session,
            "the player counts as told of what nobody has shown"
        );
        let world = &mut self.world;
        assert!(
            world.errands.len() <= MAX_ERRANDS,
            "{} errands at once",
            world.errands.len()
        );
        let size = world.disk.payload.as_ref().map_or(0, Vec::len);
        assert!(size <= MAX_RECORD, "a record of {size} bytes");
        let told = world.take_news().len() + world.take_progress().len();
        assert!(told <= MAX_NEWS, "{told} news in one step");
        for (request, revision) in std::mem::take(&mut self.acknowledging) {
            if world.is_open(request) {
                self.acknowledging.push((request, revision));
            } else if world.outcome(request).code == playgate::client::Code::Ok
                && world.operation(request) == Operation::Acknowledge
            {
                self.told_for_good = self.told_for_good.max(revision);
            }
        }
        if let Some(payload) = &world.disk.payload
            && !self.older.contains(payload)
        {
            if self.older.len() < OLDER_RECORDS {
                self.older.push(payload.clone());
            } else {
                let at = self.random.usize(0..OLDER_RECORDS);
                self.older[at].clone_from(payload);
            }
        }
    }

    /// The faults end. Within two minutes the client knows what the server knows, for good.
    fn heal(&mut self) {
        self.count("faults ended");
        self.note(|| "the faults end".to_owned());
        self.fault_rate = 0.0;
        if self.world.stopped || self.world.disk.failure.is_some() || self.world.disk.held_elsewhere {
            self.world.disk.held_elsewhere = false;
            self.crash(true, Landing::Nothing);
        }
        self.world.set_medium(Medium::Works);
        self.world.set_network(true);
        self.world.set_suspended(false);
        self.world.set_token(&format!("good-{}", self.steps));
        let server = Rc::clone(&self.server);
        self.world.server = Some(Box::new(move |exchange| server.borrow_mut().answer(exchange)));
        self.world.set_online(false);
        self.world.set_online(true);
        for feature in FEATURES {
            self.world.upgrade(Command::Switch {
                feature: feature.into(),
                on: true,
            });
        }
        for _ in 0..3 {
            self.pass_with_game(40 * SECOND);
            if self.world.decide("chat").next_step == NextStep::StartAgeGate {
                // Before it asks a parent again, the game looks for a session.
                self.note(|| "refresh Game".to_owned());
                self.world.refresh(Cause::Game);
            }
        }
        assert_eq!(
            self.world.allowed(),
            self.server.borrow().allowed(),
            "the server knows better"
        );
        let freshness = self.world.decide("chat").freshness;
        assert!(matches!(freshness, Freshness::Live | Freshness::None), "{freshness:?}");
        self.world.assert_all_completed();
        assert_eq!(
            self.world.disk.allows(),
            self.world.allowed().split_whitespace().map(str::to_owned).collect(),
            "stored"
        );
        self.game_is_as_wanted();
        self.no_change_is_silent();
        // What a session tells, then the answers that none tells.
        for _ in 0..2 {
            let (_, shown) = self.world.show_notice();
            self.world.acknowledge(&shown);
        }
        assert!(self.world.show_notice().0.is_empty(), "acknowledged");
        self.told_for_good = self.told_for_good.max(self.world.published.acknowledged.revision);
        self.crash(false, Landing::Nothing);
        assert!(!self.world.take_news().contains(&News::NoticeReady), "told twice");
        assert_eq!(self.world.allowed(), self.server.borrow().allowed(), "stored");
    }

    /// Whatever went off or on since the player was last told is in the notice, by the documents alone.
    fn no_change_is_silent(&mut self) {
        // What the player was told of a session stays told, whatever bars the session now.
        let on_in = |state: &State| {
            let document = state.session().map(|s| s.json().to_owned()).unwrap_or_default();
            allowed_by(&serde_json::from_str(&document).unwrap_or_default())
        };
        let view = self.world.client.view(self.world.now);
        if view.newest.open_session().is_none() {
            // That a session ended is told from a mark, and that there is none leads to the age gate.
            return;
        }
        let (told, now) = (on_in(&view.acknowledged), on_in(&view.newest));
        let (notice, _) = self.world.show_notice();
        let shown: BTreeSet<&str> = notice.off.iter().chain(&notice.on).map(|f| &**f).collect();
        let differs: BTreeSet<&str> = told.symmetric_difference(&now).map(String::as_str).collect();
        assert_eq!(
            shown, differs,
            "what the notice tells, and what has changed since the last one"
        );
        if !differs.is_empty() {
            self.count("surprises that a notice told of");
        }
    }

    /// What the game wants of the ad service, and the session allows, is so.
    fn game_is_as_wanted(&mut self) {
        let is_allowed = self.world.allowed().split_whitespace().any(|f| f == "ads");
        let is_wanted = self.ads.borrow().is_wanted;
        let expected = match (is_wanted, is_allowed) {
            (true, true) => (GameState::Active, GameStop::None),
            (true, false) => (GameState::Stopped, GameStop::NotAllowed),
            (false, _) => (GameState::Idle, GameStop::None),
        };
        assert_eq!(self.world.game, expected, "the game session");
        let is_alive = self.ads.borrow().is_alive();
        assert_eq!(is_alive, is_wanted && is_allowed, "what the ad service knows");
    }
}

/// Runs a step that does not speak for the player.
fn quiet(step: impl FnOnce()) -> bool {
    step();
    false
}

/// Runs a step in which the player, or somebody for them, says what they know.
fn loud(step: impl FnOnce()) -> bool {
    step();
    true
}

/// What was so before a step in which nobody spoke for the player.
struct Before {
    allowed: String,
    answers: u64,
    /// Everything that the client knew was in effect and on the disk.
    is_settled: bool,
}

impl Before {
    fn of(world: &World) -> Self {
        let view = world.client.view(world.now);
        Self {
            allowed: world.allowed(),
            answers: world.answers,
            // What a clock that was turned back takes away comes back when the clock has caught up.
            is_settled: view.granted.revision == view.newest.revision && !world.disk.is_busy() && !view.stale,
        }
    }

    /// Without an answer of the server, access only ever tightens, whatever the platform, the clocks and the disk do.
    fn check(&self, world: &World) {
        if !self.is_settled || world.answers != self.answers {
            return;
        }
        let allowed = world.allowed();
        let is_looser = |feature: &&str| !self.allowed.split_whitespace().any(|f| f == *feature);
        let looser: Vec<&str> = allowed.split_whitespace().filter(is_looser).collect();
        assert!(looser.is_empty(), "{looser:?} loosened though no server said so");
    }
}
