//! The ad service's game session in simulated time: a service with its patience, a network with delays and losses, and what
//! must always hold of the beats that arrive.

use std::collections::BTreeMap;

use playgate::{
    client::{
        Client, Code, Config, Event, GameOptions, GameState, GameStop, GameTiming, GameToken, Loaded, Now, Operation,
        Output,
    },
    protocol::http::{Reply, Response, TransportError, TransportErrorKind},
};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
/// The service's patience.
const EXPIRY: u64 = 10 * SECOND;

const ALLOWED: &str = r#"{"sessionId":"s-1","status":"ACTIVE","permissions":[{"name":"targeted-ads","enabled":true,"managedBy":"PLAYER"}]}"#;
const DENIED: &str = r#"{"sessionId":"s-1","status":"ACTIVE","permissions":[{"name":"targeted-ads","enabled":false,"managedBy":"GUARDIAN"}]}"#;
const ON_HOLD: &str = r#"{"sessionId":"s-1","status":"HOLD","permissions":[{"name":"targeted-ads","enabled":true,"managedBy":"PLAYER"}]}"#;

/// How the service and the network behave at the moment.
#[derive(Clone, Copy, PartialEq)]
enum Weather {
    Fair,
    /// Requests or their answers get lost.
    Lost,
    Status(u16),
    Garbage,
    Refused,
    Unauthorized,
}

/// Something that happens at a time: a request arrives, or an answer.
enum Message {
    Request { ticket: u64, path: String },
    Answer { ticket: u64, reply: Reply },
}

/// One client, the network and the service.
struct World {
    client: Client,
    now: Now,
    random: fastrand::Rng,
    weather: Weather,
    /// One way, in milliseconds: at least, and so much more at most.
    delay: (u64, u64),
    messages: BTreeMap<(u64, u64), Message>,
    counter: u64,
    in_flight: Option<u64>,
    sent: Vec<(u64, String)>,
    /// When beats arrived that the service took.
    beats: Vec<u64>,
    alive_until: Option<u64>,
    states: Vec<(u64, GameState, GameStop)>,
    completed: Vec<(u64, Operation, Code)>,
    /// Whether the last attempt was lost: in fair weather never two in a row.
    last_was_lost: bool,
    loss: f64,
    exchanges_done: Vec<u64>,
}

impl World {
    fn new(seed: u64) -> Self {
        let now = Now {
            wall_ms: 1_772_452_800_000,
            mono_ms: 1_000_000,
            utc_offset_s: 0,
        };
        let mut client = Client::new(Config {
            seed,
            ..Config::default()
        });
        client.set_network_allowed(now, true);
        client.loaded(
            now,
            Ok(Loaded {
                writable: true,
                ..Loaded::default()
            }),
        );
        let mut world = Self {
            client,
            now,
            random: fastrand::Rng::with_seed(seed),
            weather: Weather::Fair,
            delay: (20, 30),
            messages: BTreeMap::new(),
            counter: 0,
            in_flight: None,
            sent: Vec::new(),
            beats: Vec::new(),
            alive_until: None,
            states: Vec::new(),
            completed: Vec::new(),
            last_was_lost: false,
            loss: 0.0,
            exchanges_done: Vec::new(),
        };
        world.adopt(ALLOWED);
        world
    }

    fn started(seed: u64) -> Self {
        let mut world = Self::new(seed);
        world.start("tok-1");
        world.pass(2 * SECOND);
        assert_eq!(world.state().0, GameState::Active);
        world
    }

    fn start(&mut self, token: &str) {
        let options = GameOptions {
            base: "https://ads.example/api".into(),
            token: GameToken(token.into()),
            feature: Some("targeted-ads".into()),
            timing: GameTiming::default(),
        };
        self.step(|client, now| client.start_game(now, options));
    }

    fn adopt(&mut self, session: &str) {
        self.counter += 1;
        let request = self.counter;
        self.step(|client, now| client.adopt(now, request, session.as_bytes()));
    }

    fn step(&mut self, act: impl FnOnce(&mut Client, Now)) {
        act(&mut self.client, self.now);
        self.settle();
    }

    fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 100, "busy loop");
            self.client.tick(self.now);
            let mut any = false;
            while let Some(output) = self.client.poll_output() {
                any = true;
                self.carry_out(output);
            }
            if !any {
                break;
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send { ticket, request, .. } => {
                assert!(self.in_flight.is_none(), "two requests in flight");
                assert!(!format!("{request:?}").contains("tok-"));
                self.in_flight = Some(ticket);
                let path = request.url.rsplit('/').next().unwrap().to_owned();
                self.sent.push((self.now.mono_ms, path.clone()));
                let is_lost = self.weather == Weather::Lost
                    || (self.loss > 0.0 && !self.last_was_lost && self.random.f64() < self.loss);
                self.last_was_lost = is_lost;
                if self.weather == Weather::Refused {
                    let error = TransportError::new(TransportErrorKind::Unreachable, "refused");
                    return self.later(
                        5,
                        Message::Answer {
                            ticket,
                            reply: Err(error),
                        },
                    );
                }
                if !is_lost {
                    let delay = self.one_way();
                    self.later(delay, Message::Request { ticket, path });
                }
            }
            Output::Abort { ticket } => {
                // What is on its way arrives all the same; only the answer has nobody to go to.
                assert_eq!(self.in_flight.take(), Some(ticket), "aborted what was not in flight");
            }
            Output::Save { job, .. } => self.client.saved(self.now, job, Ok(())),
            Output::Event(Event::Game { state, stop, .. }) => self.states.push((self.now.mono_ms, state, stop)),
            Output::Event(Event::Completed {
                request,
                operation,
                outcome,
            }) => self.completed.push((request, operation, outcome.code)),
            _ => {}
        }
    }

    fn one_way(&mut self) -> u64 {
        self.delay.0 + self.random.u64(0..=self.delay.1)
    }

    fn later(&mut self, ms: u64, message: Message) {
        self.counter += 1;
        self.messages.insert((self.now.mono_ms + ms, self.counter), message);
    }

    /// Lets time pass: messages arrive, and the client is woken when it asked for it.
    fn pass(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        loop {
            let wake = self.client.wake_in_ms(self.now).map(|ms| self.now.mono_ms + ms);
            let message = self.messages.keys().next().map(|(at, _)| *at);
            let Some(next) = wake.into_iter().chain(message).min().filter(|at| *at <= end) else {
                break;
            };
            self.move_to(next);
            if message == Some(next) {
                let (_, message) = self.messages.pop_first().unwrap();
                self.arrive(message);
            }
            self.settle();
        }
        self.move_to(end);
        self.settle();
    }

    fn move_to(&mut self, mono_ms: u64) {
        self.now.wall_ms += i64::try_from(mono_ms - self.now.mono_ms).unwrap();
        self.now.mono_ms = mono_ms;
    }

    fn arrive(&mut self, message: Message) {
        match message {
            Message::Request { ticket, path } => {
                let response = self.serve(&path);
                let delay = self.one_way();
                self.later(
                    delay,
                    Message::Answer {
                        ticket,
                        reply: Ok(response),
                    },
                );
            }
            Message::Answer { ticket, reply } => {
                if self.in_flight == Some(ticket) {
                    self.in_flight = None;
                    if matches!(&reply, Ok(response) if *response.body == *br#"{"success":true}"#) {
                        self.exchanges_done.push(self.now.mono_ms);
                    }
                }
                self.client.reply(self.now, ticket, reply);
            }
        }
    }

    /// The service, as the sources describe it.
    fn serve(&mut self, path: &str) -> Response {
        let now = self.now.mono_ms;
        let answer = |status, body: &str| Response {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        let error = |code: &str| answer(400, &format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#));
        match self.weather {
            Weather::Status(status) => return answer(status, ""),
            Weather::Garbage => return answer(200, "<html>"),
            Weather::Unauthorized => return answer(401, r#"{"error":{"code":"UNAUTHORIZED"}}"#),
            Weather::Fair | Weather::Lost | Weather::Refused => {}
        }
        let is_alive = self.alive_until.is_some_and(|until| now <= until);
        match (path, is_alive) {
            ("initiate", true) => return error("ALREADY_IN_GAME"),
            ("heartbeat" | "end", false) => {
                self.alive_until = None;
                return error("NO_ACTIVE_SESSION");
            }
            ("end", true) => self.alive_until = None,
            _ => {
                self.beats.push(now);
                self.alive_until = Some(now + EXPIRY);
            }
        }
        answer(200, r#"{"success":true}"#)
    }

    fn state(&self) -> (GameState, GameStop) {
        self.states
            .last()
            .map_or((GameState::Idle, GameStop::None), |(_, state, stop)| (*state, *stop))
    }

    fn longest_gap_since(&self, mono_ms: u64) -> u64 {
        let beats: Vec<u64> = self.beats.iter().copied().filter(|at| *at >= mono_ms).collect();
        beats.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
    }

    fn requests_within(&self, from: u64, to: u64) -> usize {
        self.sent.iter().filter(|(at, _)| (from..to).contains(at)).count()
    }
}

#[test]
fn it_begins_beats_every_nine_seconds_and_ends() {
    let mut world = World::started(1);
    world.pass(HOUR);
    let gaps: Vec<u64> = world.sent.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(
        gaps.iter().all(|gap| (8_800..=9_000).contains(gap)),
        "from send to send: {gaps:?}"
    );
    assert_eq!(world.sent[0].1, "initiate");
    assert!(world.sent[1..].iter().all(|(_, path)| path == "heartbeat"));
    world.step(|client, now| client.end_game(now, 77));
    world.pass(SECOND);
    assert_eq!(world.state(), (GameState::Idle, GameStop::None));
    assert_eq!(world.completed.last(), Some(&(77, Operation::EndGameSession, Code::Ok)));
    assert_eq!(world.alive_until, None, "the service knows");
    let before = world.sent.len();
    world.pass(HOUR);
    assert_eq!(world.sent.len(), before);
    let states: Vec<GameState> = world.states.iter().map(|(_, state, _)| *state).collect();
    assert_eq!(
        states,
        [
            GameState::Starting,
            GameState::Active,
            GameState::Ending,
            GameState::Idle
        ]
    );
}

#[test]
fn a_thousand_hours_with_losses_and_no_gap_over_ten_seconds() {
    for seed in 0..100 {
        let mut world = World::new(seed);
        // Less than 400 ms between the fastest and the slowest way.
        world.delay = (world.random.u64(5..1_500), world.random.u64(0..400));
        world.loss = world.random.f64() * 0.3;
        world.start("tok-1");
        world.pass(2 * 60 * SECOND);
        let settled = world.now.mono_ms;
        world.pass(10 * HOUR);
        let gap = world.longest_gap_since(settled);
        assert!(
            gap <= EXPIRY,
            "seed {seed}: a gap of {gap} ms with delays of {:?}",
            world.delay
        );
        assert!(world.beats.len() > 3_900, "seed {seed}: {} beats", world.beats.len());
    }
}

#[test]
fn whatever_happens_load_is_bounded_and_it_is_back_within_a_beat() {
    let weathers = [
        Weather::Lost,
        Weather::Status(500),
        Weather::Status(429),
        Weather::Status(404),
        Weather::Garbage,
        Weather::Refused,
    ];
    for seed in 0..60 {
        let mut world = World::started(seed);
        world.delay = (world.random.u64(5..700), world.random.u64(0..900));
        world.loss = world.random.f64() * 0.5;
        for _ in 0..60 {
            world.weather = world.random.choice(weathers).unwrap();
            let (from, ms) = (world.now.mono_ms, world.random.u64(1..600) * SECOND);
            world.pass(ms);
            let seconds = ms / SECOND + 2;
            let requests = world.requests_within(from, world.now.mono_ms) as u64;
            assert!(
                requests <= seconds,
                "seed {seed}: {requests} requests in {seconds} s of trouble"
            );
            world.weather = Weather::Fair;
            world.loss = 0.0;
            let healed = world.now.mono_ms;
            world.pass(9 * SECOND + 5 * SECOND + 4_000);
            let first = world.exchanges_done.iter().find(|at| **at > healed);
            let first = *first.unwrap_or_else(|| panic!("seed {seed}: nothing succeeded after the trouble"));
            // On a network as uneven as this one it may have wavered again since.
            let by = first + 9 * SECOND;
            let was = world
                .states
                .iter()
                .rfind(|(at, ..)| *at <= first)
                .map(|(_, state, _)| *state);
            let became =
                |(at, state, _): &(u64, GameState, GameStop)| (first..=by).contains(at) && *state == GameState::Active;
            assert!(
                was == Some(GameState::Active) || world.states.iter().any(became),
                "seed {seed}: not active within a beat of the first success"
            );
        }
    }
}

#[test]
fn one_that_is_there_already_is_carried_on_and_one_that_is_gone_is_begun_again() {
    let mut world = World::new(3);
    world.alive_until = Some(world.now.mono_ms + 8 * SECOND);
    world.start("tok-1");
    world.pass(3 * SECOND);
    let paths: Vec<&str> = world.sent.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths, ["initiate", "heartbeat"]);
    assert_eq!(world.state().0, GameState::Active);
    world.alive_until = None;
    world.pass(11 * SECOND);
    let paths: Vec<&str> = world.sent.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths[2..], ["heartbeat", "initiate"]);
    assert_eq!(world.state().0, GameState::Active);
    assert!(world.states.iter().any(|(_, state, _)| *state == GameState::Recovering));
    // One that is gone at the end is ended.
    world.alive_until = None;
    world.step(|client, now| client.end_game(now, 5));
    world.pass(SECOND);
    assert_eq!(world.completed.last(), Some(&(5, Operation::EndGameSession, Code::Ok)));
}

#[test]
fn a_refused_token_stops_it_and_a_new_one_goes_on() {
    let mut world = World::started(4);
    world.weather = Weather::Unauthorized;
    world.pass(20 * SECOND);
    assert_eq!(world.state(), (GameState::Stopped, GameStop::TokenRefused));
    let before = world.sent.len();
    world.pass(HOUR);
    assert_eq!(world.sent.len(), before, "a refused token is not tried again");
    world.weather = Weather::Fair;
    world.step(|client, now| client.set_game_token(now, GameToken("tok-1".into())));
    world.pass(MINUTE);
    assert_eq!(world.sent.len(), before, "nor is the same one");
    world.step(|client, now| client.set_game_token(now, GameToken("tok-2".into())));
    world.pass(2 * SECOND);
    assert_eq!(world.state(), (GameState::Active, GameStop::None));
}

const MINUTE: u64 = 60 * SECOND;

#[test]
fn it_runs_only_while_the_session_allows_it() {
    for denied in [DENIED, ON_HOLD, r#"{"sessionId":"s-1","permissions":[]}"#] {
        let mut world = World::started(5);
        world.adopt(denied);
        world.pass(2 * SECOND);
        assert_eq!(world.state(), (GameState::Stopped, GameStop::NotAllowed), "{denied}");
        assert_eq!(world.sent.last().unwrap().1, "end");
        assert_eq!(world.alive_until, None);
        let before = world.sent.len();
        world.pass(HOUR);
        assert_eq!(world.sent.len(), before, "the service hears nothing of this player");
        world.adopt(ALLOWED);
        world.pass(2 * SECOND);
        assert_eq!(world.state(), (GameState::Active, GameStop::None));
    }
    let mut world = World::new(6);
    world.adopt(DENIED);
    world.start("tok-1");
    world.pass(HOUR);
    assert!(world.sent.is_empty(), "never begun");
    assert_eq!(world.state(), (GameState::Stopped, GameStop::NotAllowed));
    world.step(|client, now| client.forget(now, 9));
    world.pass(HOUR);
    assert!(world.sent.is_empty());
}

#[test]
fn another_feature_may_be_named_or_none() {
    let with = |feature: Option<&str>| GameOptions {
        base: "https://ads.example/api".into(),
        token: GameToken("tok-1".into()),
        feature: feature.map(Box::from),
        timing: GameTiming::default(),
    };
    for (feature, runs) in [(Some("targeted-ads"), false), (Some("other"), false), (None, true)] {
        let mut world = World::new(7);
        world.adopt(DENIED);
        let options = with(feature);
        world.step(|client, now| client.start_game(now, options));
        world.pass(2 * SECOND);
        assert_eq!(world.state().0 == GameState::Active, runs, "{feature:?}");
    }
}

#[test]
fn a_suspended_game_is_quiet_and_comes_back_without_a_burst() {
    for (away, again) in [
        (3 * SECOND, "heartbeat"),
        (2 * MINUTE, "initiate"),
        (10 * HOUR, "initiate"),
    ] {
        let mut world = World::started(8);
        world.pass(30 * SECOND);
        let before = world.sent.len();
        world.step(|client, now| client.set_suspended(now, true));
        assert_eq!(world.state(), (GameState::Stopped, GameStop::Unreachable));
        world.pass(away);
        assert_eq!(world.sent.len(), before);
        world.step(|client, now| client.set_suspended(now, false));
        world.pass(8 * SECOND);
        assert_eq!(
            world.sent.len() - before,
            1,
            "one request, not one for each that was missed"
        );
        assert_eq!(world.sent[before].1, again);
        assert_eq!(world.state().0, GameState::Active);
    }
}

#[test]
fn a_stall_makes_no_burst() {
    let mut world = World::started(9);
    world.pass(MINUTE);
    let before = world.sent.len();
    // The process was stopped: nobody ticked.
    let later = world.now.mono_ms + 5 * MINUTE;
    world.messages.clear();
    world.move_to(later);
    world.settle();
    world.pass(5 * SECOND);
    let paths: Vec<&str> = world.sent[before..].iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths, ["initiate"]);
    assert_eq!(world.state().0, GameState::Active);
}

#[test]
fn busy_cores_do_not_stretch_the_schedule() {
    let mut world = World::started(10);
    let begun = world.sent[0].0;
    for beat in 1..=200 {
        let due = begun + beat * 9 * SECOND;
        world.pass(due - SECOND / 10 - world.now.mono_ms);
        let late = world.random.u64(0..SECOND);
        world.move_to(due + late);
        world.settle();
        assert_eq!(world.sent.last(), Some(&(due + late, "heartbeat".to_owned())));
    }
    assert_eq!(world.sent.len(), 201);
}

#[test]
fn the_wall_clock_jumps_by_a_day_and_nothing_happens() {
    let day = 24 * 3_600_000;
    let mut world = World::started(10);
    let mut calm = World::started(10);
    for jump in [day, -day, -day, day, 7 * day, -7 * day] {
        world.now.wall_ms += jump;
        world.settle();
        world.pass(10 * MINUTE);
        calm.pass(10 * MINUTE);
    }
    assert_eq!(world.sent, calm.sent);
    assert_eq!(world.states.len(), 2);
}

#[test]
fn a_stop_ends_it_and_is_bounded() {
    let mut world = World::started(11);
    world.step(Client::stop);
    assert!(world.client.is_ending_game());
    world.pass(SECOND);
    assert!(!world.client.is_ending_game());
    assert_eq!((world.alive_until, world.state().0), (None, GameState::Idle));
    let mut world = World::started(12);
    world.weather = Weather::Lost;
    world.step(Client::stop);
    world.pass(4 * SECOND);
    assert!(!world.client.is_ending_game(), "it expires there by itself");
    let before = world.sent.len();
    world.pass(HOUR);
    assert_eq!(world.sent.len(), before);
}

#[test]
fn an_end_that_is_waited_for_completes_though_it_is_begun_again_and_cannot_be_said() {
    let mut world = World::started(1);
    world.weather = Weather::Lost;
    world.step(|client, now| client.end_game(now, 77));
    world.start("tok-1");
    world.step(|client, now| client.set_online(now, false));
    assert_eq!(world.completed.last(), Some(&(77, Operation::EndGameSession, Code::Ok)));
}

#[test]
fn an_end_goes_on_with_a_new_token_and_completes() {
    let mut world = World::started(1);
    world.weather = Weather::Lost;
    world.step(|client, now| client.end_game(now, 77));
    world.weather = Weather::Fair;
    world.step(|client, now| client.set_game_token(now, GameToken("tok-2".into())));
    world.pass(10 * SECOND);
    assert_eq!(world.completed.last(), Some(&(77, Operation::EndGameSession, Code::Ok)));
    assert_eq!(world.alive_until, None, "the service knows");
}

#[test]
fn a_game_session_that_expired_is_not_begun_in_the_same_second_as_a_beat_that_failed() {
    let mut world = World::started(1);
    world.pass(8 * SECOND);
    // A new token is tried at once; that beat fails, and the one after it would come when all is over.
    world.weather = Weather::Refused;
    world.step(|client, now| client.set_game_token(now, GameToken("tok-2".into())));
    world.pass(5);
    world.now.mono_ms += 30 * SECOND;
    world.weather = Weather::Fair;
    world.pass(20 * SECOND);
    assert_eq!(world.state().0, GameState::Active);
    let gaps = world.sent.windows(2).filter(|pair| pair[1].1 == "initiate");
    assert!(
        gaps.into_iter().all(|pair| pair[1].0 - pair[0].0 >= SECOND),
        "{:?}",
        world.sent
    );
}
