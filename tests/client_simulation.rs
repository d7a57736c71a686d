//! One player's life at random, from a seed: commands, answers good and bad, losses, failing disks, crashes and wild
//! clocks. What must always hold is checked after every step; and when the faults end, the client soon knows what the
//! server knows. `PLAYGATE_SIMULATION_SEED=7` runs one seed alone.

mod client_harness;

use std::{cell::RefCell, collections::BTreeSet, panic::AssertUnwindSafe, rc::Rc};

use client_harness::{DAY, Disk, Exchange, MINUTE, Medium, SECOND, World, config, documents::*, noon, response};
use playgate::{
    client::{Cause, Command, Config, News, RequestId, Told},
    protocol::http::{Reply, TransportError, TransportErrorKind},
    session::{Freshness, NextStep},
};

const SEEDS: u64 = 200;
const EPISODES: u32 = 3;
const STEPS_PER_EPISODE: u32 = 400;
const SHOWN_STEPS: usize = 30;

/// What the server knows about the player.
#[derive(Default)]
struct Server {
    current: Option<Doc>,
    gone: BTreeSet<String>,
    versions: u32,
    names_deletions: bool,
    /// Id, permission and status.
    challenges: Vec<(String, String, &'static str)>,
}

impl Server {
    fn replace(&mut self, doc: Option<Doc>) {
        if let Some(old) = self.current.take() {
            self.gone.insert(old.id);
        }
        self.challenges
            .iter_mut()
            .filter(|c| c.2 != "PASS")
            .for_each(|c| c.2 = "FAIL");
        self.current = doc;
    }

    fn allowed(&self) -> String {
        let on = self
            .current
            .as_ref()
            .map(|doc| allowed_by(&doc.value()))
            .unwrap_or_default();
        FEATURES
            .into_iter()
            .filter(|f| on.contains(*f))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The honest answer about a permission or a challenge.
    fn answer_errand(&mut self, errand: &Exchange) -> Reply {
        let line = errand.line();
        let id = line.split('/').nth(3).unwrap_or_default();
        let challenge = self.challenges.iter().find(|c| c.0 == id);
        let (status, body) = if line.ends_with("request-permission") {
            self.request_permission(errand)
        } else if line.ends_with("/code") {
            (200, r#"{"otp":"A1B2C3"}"#.to_owned())
        } else if line.ends_with("/email") {
            (200, String::new())
        } else if let Some((id, _, status)) = challenge {
            (200, format!(r#"{{"challengeId":"{id}","status":"{status}"}}"#))
        } else {
            (404, r#"{"error":"CHALLENGE_NOT_FOUND"}"#.to_owned())
        };
        Ok(response(status, &[], &body))
    }

    fn request_permission(&mut self, errand: &Exchange) -> (u16, String) {
        let body: serde_json::Value = serde_json::from_slice(&errand.request.body).unwrap();
        let (id, feature) = (
            body["sessionId"].as_str().unwrap(),
            body["permissionName"].as_str().unwrap(),
        );
        let Some(doc) = self.current.clone().filter(|doc| doc.id == id) else {
            return (
                200,
                if self.gone.contains(id) {
                    deleted(id)
                } else {
                    NEEDS_CONSENT.to_owned()
                },
            );
        };
        let Some((_, enabled, manager)) = doc.permissions.iter().find(|p| p.0 == feature) else {
            return (400, r#"{"error":"UNKNOWN_PERMISSION"}"#.to_owned());
        };
        match (enabled, *manager) {
            (false, GUARDIAN) => {
                let open = self
                    .challenges
                    .iter()
                    .find(|c| c.1 == feature && matches!(c.2, "PENDING" | "IN_PROGRESS"));
                let id = open
                    .map(|c| c.0.clone())
                    .unwrap_or_else(|| format!("c-{}", self.challenges.len()));
                if !self.challenges.iter().any(|c| c.0 == id) {
                    self.challenges.push((id.clone(), feature.to_owned(), "PENDING"));
                }
                (
                    200,
                    format!(
                        r#"{{"success":false,"challenge":{{"challengeId":"{id}","type":"CHALLENGE_SESSION_UPGRADE"}}}}"#
                    ),
                )
            }
            (false, PLAYER) => {
                self.turn_on(feature);
                (200, r#"{"success":true}"#.to_owned())
            }
            _ => (200, r#"{"success":false}"#.to_owned()),
        }
    }

    fn turn_on(&mut self, feature: &str) {
        self.versions += 1;
        let etag = format!("v{}", self.versions);
        self.current = self.current.take().map(|doc| doc.switched(feature, true).etag(&etag));
    }

    /// Somebody answers an open challenge.
    fn decide(&mut self, which: usize, status: &'static str) {
        let Some(challenge) = self
            .challenges
            .get_mut(which)
            .filter(|c| !matches!(c.2, "PASS" | "FAIL"))
        else {
            return;
        };
        challenge.2 = status;
        let feature = challenge.1.clone();
        if status == "PASS" {
            self.turn_on(&feature);
        }
    }

    /// The honest answer.
    fn answer(&mut self, exchange: &Exchange) -> Reply {
        if exchange.is_errand() {
            return self.answer_errand(exchange);
        }
        let asked = exchange.asked();
        let gone = asked.as_ref().filter(|id| self.gone.contains(*id));
        let (status, body) = match (&self.current, &asked) {
            _ if gone.is_some() && self.names_deletions => (200, deleted(gone.unwrap())),
            _ if gone.is_some() => (200, DELETED_UNNAMED.to_owned()),
            (Some(doc), Some(id)) if doc.id == *id => {
                let tag = format!("\"{}\"", doc.etag.as_deref().unwrap_or_default());
                if exchange.header("If-None-Match") == Some(&tag) {
                    (304, String::new())
                } else {
                    (200, changed(doc))
                }
            }
            (Some(doc), None) => (200, changed(doc)),
            _ => (200, NEEDS_CONSENT.to_owned()),
        };
        Ok(response(status, &[], &body))
    }
}

/// One life.
struct Life {
    world: World,
    server: Rc<RefCell<Server>>,
    random: fastrand::Rng,
    fault_rate: f64,
    shown: Option<Told>,
    requests: Vec<RequestId>,
    steps: u64,
}

impl Life {
    fn new(seed: u64, log: Option<Rc<RefCell<Vec<String>>>>) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let config = Config {
            stale_after_ms: if random.bool() { 0 } else { DAY },
            store_personal: random.bool(),
            seed,
            ..config()
        };
        let mut world = World::open_at(config, Disk::default(), noon(), random.bool());
        world.log = log;
        let server = Rc::new(RefCell::new(Server {
            names_deletions: random.bool(),
            ..Server::default()
        }));
        Self {
            world,
            server,
            random,
            fault_rate: 0.0,
            shown: None,
            requests: Vec::new(),
            steps: 0,
        }
    }

    fn note(&self, step: impl FnOnce() -> String) {
        if let Some(log) = &self.world.log {
            let at = self.world.now.mono_ms;
            log.borrow_mut()
                .push(format!("step {} at {at} ms: {}", self.steps, step()));
        }
    }

    /// A step at random.
    fn step(&mut self) {
        self.steps += 1;
        match self.random.u32(0..112) {
            100..106 => self.ask_for_something(),
            106..109 => self.answer_challenge(),
            109..112 => self.switch_something(),
            0..34 => self.answer(),
            34..56 => self.pass(),
            56..63 => self.parent_decides(),
            63..72 => self.ask(),
            72..77 => self.player_reads(),
            77..81 => self.medium_changes(),
            81..88 => self.platform_changes(),
            88..90 => self.cancel(),
            90..92 => self.consent(),
            92..94 => self.late_reply(),
            94..96 => self.clock_jumps(),
            96..98 => self.rare(),
            _ => self.restart(),
        }
    }

    fn answer(&mut self) {
        if let Some(errand) = self.random.choice(&self.world.errands).cloned()
            && (self.world.wire.is_none() || self.random.bool())
        {
            let honest = self.server.borrow_mut().answer(&errand);
            let is_fault = self.random.f64() < self.fault_rate;
            let reply = if is_fault {
                self.bad_reply(&errand)
            } else {
                Some(honest)
            };
            self.note(|| format!("answer {} {reply:?}", errand.line()));
            if let Some(reply) = reply {
                self.world.reply_to(&errand, reply);
            }
            return;
        }
        let Some(exchange) = self.world.wire.clone() else {
            return self.pass();
        };
        let honest = self.server.borrow_mut().answer(&exchange);
        let is_fault = self.random.f64() < self.fault_rate;
        let reply = if is_fault {
            self.bad_reply(&exchange)
        } else {
            Some(honest)
        };
        self.note(|| format!("answer {reply:?}"));
        if let Some(reply) = reply {
            self.world.reply(reply);
        }
    }

    /// A fault; `None`: no answer at all yet.
    fn bad_reply(&mut self, exchange: &Exchange) -> Option<Reply> {
        let asked = exchange.asked().unwrap_or_default();
        let ok = |status, body: &str| Some(Ok(response(status, &[], body)));
        let error = |kind| Some(Err(TransportError::new(kind, "lost")));
        match self.random.u32(0..16) {
            0 | 1 => None,
            2 | 3 => error(TransportErrorKind::Unreachable),
            4 => error(TransportErrorKind::Malformed),
            5 | 6 => ok(500, "trouble"),
            7 => Some(Ok(response(429, &[("Retry-After", "20")], ""))),
            8 => ok(429, ""),
            9 => ok(200, "<html>"),
            10 => ok(200, &changed(&session("somebody-elses", "+chat +mods +ads"))),
            11 => ok(404, ""),
            12 => ok(401, ""),
            13 => ok(200, DELETED_UNNAMED),
            14 => ok(403, FOREIGN),
            _ => ok(
                200,
                &if self.random.bool() {
                    deleted(&asked)
                } else {
                    NEEDS_CONSENT.to_owned()
                },
            ),
        }
    }

    fn pass(&mut self) {
        let longest = self
            .random
            .choice([50, SECOND, 6 * SECOND, MINUTE, 20 * MINUTE])
            .unwrap();
        let ms = self.random.u64(0..=longest);
        self.note(|| format!("pass {ms} ms"));
        let before = self.world.ticks;
        self.world.pass(ms);
        let wakes = self.world.ticks - before;
        assert!(wakes <= 20 + ms / SECOND, "{wakes} wakes in {ms} ms");
    }

    fn random_doc(&mut self, id: &str) -> Doc {
        let words: Vec<String> = FEATURES
            .iter()
            .map(|f| format!("{}{f}", if self.random.bool() { '+' } else { '-' }))
            .collect();
        let mut doc = session(id, &words.join(" ")).born("2012-03-05");
        let left_out = self.random.usize(0..FEATURES.len());
        doc.permissions.remove(left_out);
        for permission in &mut doc.permissions {
            permission.2 = self.random.choice([GUARDIAN, PLAYER, PROHIBITED]).unwrap();
        }
        if self.random.u32(0..6) == 0 {
            doc = doc.status(self.random.choice(["HOLD", "SOMETHING_NEW"]).unwrap());
        }
        self.server.borrow_mut().versions += 1;
        let version = self.server.borrow().versions;
        doc.etag(&format!("v{version}"))
    }

    fn parent_decides(&mut self) {
        let Some(id) = self.server.borrow().current.as_ref().map(|doc| doc.id.clone()) else {
            return;
        };
        let doc = self.random_doc(&id);
        let revoked = self.random.u32(0..12) == 0;
        self.note(|| {
            if revoked {
                "the parent revokes".to_owned()
            } else {
                format!("the parent sets {}", doc.json())
            }
        });
        if revoked {
            self.server.borrow_mut().replace(None);
        } else {
            self.server.borrow_mut().current = Some(doc);
        }
    }

    fn ask(&mut self) {
        let causes = [
            Cause::Game,
            Cause::Game,
            Cause::Push,
            Cause::Push,
            Cause::Resume,
            Cause::Reconnect,
        ];
        let cause = self.random.choice(causes).unwrap();
        self.note(|| format!("refresh {cause:?}"));
        let request = self.world.refresh(cause);
        self.requests.push(request);
    }

    /// The player taps a locked feature, or does something about a challenge.
    fn ask_for_something(&mut self) {
        let feature = self.random.choice(FEATURES).unwrap();
        let upgrade = self.world.published.upgrade_of(feature).cloned();
        let challenge = upgrade.and_then(|u| u.challenge.as_ref().map(|c| c.id.clone()));
        let command = match (challenge, self.random.u32(0..8)) {
            (Some(challenge), 0) => Command::Cancel { challenge },
            (Some(challenge), 1) => Command::Check { challenge },
            (Some(challenge), 2) => Command::RenewCode { challenge },
            (Some(challenge), 3) => Command::EmailParent {
                challenge,
                to: Default::default(),
            },
            _ => Command::Permission {
                feature: feature.into(),
                signal: None,
            },
        };
        self.note(|| format!("{command:?}"));
        let request = self.world.upgrade(command);
        self.requests.push(request);
    }

    fn answer_challenge(&mut self) {
        let count = self.server.borrow().challenges.len();
        let which = self.random.usize(0..=count);
        let status = self.random.choice(["IN_PROGRESS", "PASS", "PASS", "FAIL"]).unwrap();
        self.note(|| format!("challenge {which} {status}"));
        self.server.borrow_mut().decide(which, status);
    }

    fn switch_something(&mut self) {
        let (feature, on) = (self.random.choice(FEATURES).unwrap(), self.random.bool());
        self.note(|| format!("switch {feature} {on}"));
        self.world.upgrade(Command::Switch {
            feature: feature.into(),
            on,
        });
    }

    fn player_reads(&mut self) {
        match self.shown.take() {
            Some(shown) => {
                self.note(|| format!("acknowledge revision {}", shown.state.revision));
                self.world.acknowledge(&shown);
            }
            None => {
                let (notice, shown) = self.world.show_notice();
                self.note(|| format!("show {:?}", notice.kind));
                self.shown = (!notice.is_empty()).then_some(shown);
            }
        }
    }

    fn medium_changes(&mut self) {
        let media = [
            Medium::Works,
            Medium::Works,
            Medium::Works,
            Medium::Fails,
            Medium::FailsButLands,
            Medium::Hangs,
        ];
        let medium = self.random.choice(media).unwrap();
        self.note(|| format!("the medium {medium:?}"));
        self.world.set_medium(medium);
    }

    fn platform_changes(&mut self) {
        let on = self.random.u32(0..3) > 0;
        let which = self.random.u32(0..4);
        self.note(|| {
            format!(
                "{} {on}",
                ["online", "foreground", "network", "new token"][which as usize]
            )
        });
        match which {
            0 => self.world.set_online(on),
            1 => self.world.set_suspended(!on),
            2 => self.world.set_network(on),
            _ => self.world.set_token(&format!("token-{}", self.steps)),
        }
    }

    fn cancel(&mut self) {
        if let Some(request) = self.random.choice(&self.requests).copied() {
            self.note(|| format!("cancel {request}"));
            self.world.cancel(request);
        }
    }

    /// The consent flow gives the game a new session.
    fn consent(&mut self) {
        let id = format!("s-{}", self.steps);
        let doc = self.random_doc(&id);
        self.note(|| format!("adopt {}", doc.json()));
        if !self.world.stopped {
            self.server.borrow_mut().replace(Some(doc.clone()));
        }
        self.world.adopt(&doc.json());
    }

    fn late_reply(&mut self) {
        let in_flight = self.world.wire.as_ref().map(|e| e.ticket);
        let Some(old) =
            self.random.choice(&self.world.sent).cloned().filter(|e| {
                Some(e.ticket) != in_flight && self.world.errands.iter().all(|open| open.ticket != e.ticket)
            })
        else {
            return;
        };
        let asked = old.asked().unwrap_or_else(|| "s-0".to_owned());
        let body = match self.random.u32(0..3) {
            0 => changed(&session(&asked, "+chat +voice +gifts +ads +mods")),
            1 => deleted(&asked),
            _ => NEEDS_CONSENT.to_owned(),
        };
        self.note(|| format!("late reply to {}: {body}", old.ticket));
        self.world.late_reply(old.ticket, 200, &body);
    }

    fn clock_jumps(&mut self) {
        let hours = self.random.i64(-30..=30);
        self.note(|| format!("the wall clock jumps {hours} h"));
        self.world.jump_wall(hours * 3_600_000);
        let offset = self.random.i32(-12..=14) * 3_600;
        self.world.now.utc_offset_s = offset;
        self.world.step(|_, _| {});
    }

    fn rare(&mut self) {
        let which = self.random.u32(0..5);
        self.note(|| {
            [
                "forget",
                "flush",
                "stop",
                "adopt garbage",
                "adopt the held session again",
            ][which as usize]
                .to_owned()
        });
        match which {
            0 => {
                self.world.forget();
            }
            1 => drop(self.world.flush()),
            2 => self.world.stop(),
            3 => drop(self.world.adopt_refused("{\"sessionId\":")),
            _ => {
                let held = self.server.borrow().current.as_ref().map(Doc::json);
                if let Some(held) = held {
                    self.world.adopt(&held);
                }
            }
        }
    }

    fn restart(&mut self) {
        let (network, lands, held) = (self.random.bool(), self.random.bool(), self.random.u32(0..4) == 0);
        self.note(|| format!("crash; network {network}, lands {lands}, held {held}"));
        self.world.disk.held_elsewhere = held;
        self.crash(network, lands);
        if held {
            // It holds on for a while.
            for _ in 0..self.random.u32(0..20) {
                match self.random.u32(0..3) {
                    0 => self.answer(),
                    1 => self.pass(),
                    _ => self.parent_decides(),
                }
            }
            self.note(|| "the other process lets the record go".to_owned());
            self.world.take_over();
        }
    }

    fn crash(&mut self, network: bool, lands: bool) {
        self.shown = None;
        let empty = World::open_offline(config(), Disk::default());
        self.world = std::mem::replace(&mut self.world, empty).crash(network, lands);
    }

    /// The faults end. Within two minutes the client knows what the server knows, for good.
    fn heal(&mut self) {
        self.note(|| "the faults end".to_owned());
        if self.world.stopped {
            self.restart();
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
            self.world.pass(40 * SECOND);
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
        // What a session tells, then the answers that none tells.
        for _ in 0..2 {
            let (_, shown) = self.world.show_notice();
            self.world.acknowledge(&shown);
        }
        assert!(self.world.show_notice().0.is_empty(), "acknowledged");
        self.crash(false, false);
        assert!(!self.world.take_news().contains(&News::NoticeReady), "told twice");
        assert_eq!(self.world.allowed(), self.server.borrow().allowed(), "stored");
    }
}

/// Lives one seed; gives the number of steps.
fn live(seed: u64, log: Option<Rc<RefCell<Vec<String>>>>) -> u64 {
    let mut life = Life::new(seed, log);
    for _ in 0..EPISODES {
        life.fault_rate = life.random.choice([0.0, 0.2, 0.5, 0.9]).unwrap();
        for _ in 0..STEPS_PER_EPISODE {
            life.step();
        }
        life.heal();
    }
    life.steps
}

#[test]
fn a_life_at_random_keeps_every_promise() {
    let only = std::env::var("PLAYGATE_SIMULATION_SEED")
        .ok()
        .map(|seed| seed.parse().expect("a number"));
    let seeds = only.map_or(0..SEEDS, |seed: u64| seed..seed + 1);
    let mut steps = 0;
    for seed in seeds {
        let lived = std::panic::catch_unwind(|| live(seed, None));
        let Ok(done) = lived else {
            // The same life again, written down.
            let log = Rc::new(RefCell::new(Vec::new()));
            let again = std::panic::catch_unwind(AssertUnwindSafe(|| live(seed, Some(Rc::clone(&log)))));
            let log = log.borrow();
            let is_step = |line: &String| line.starts_with("step");
            let from = log
                .iter()
                .enumerate()
                .rev()
                .filter(|(_, line)| is_step(line))
                .map(|(at, _)| at)
                .nth(SHOWN_STEPS - 1);
            println!("{}", log[from.unwrap_or(0)..].join("\n"));
            assert!(
                again.is_err(),
                "seed {seed} fails only now and then: the client is not deterministic"
            );
            panic!("seed {seed} fails; its last {SHOWN_STEPS} steps are above");
        };
        steps += done;
    }
    assert!(only.is_some() || steps >= SEEDS * u64::from(EPISODES * STEPS_PER_EPISODE));
}
