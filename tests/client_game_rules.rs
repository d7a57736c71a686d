//! The ad service's game session, to the millisecond: what is sent when, and what each answer and each failure leads to.
//! Nothing happens here but what a test says.

use playgate::{
    client::{
        Client, Code, Config, Event, GameOptions, GameState, GameStop, GameTiming, GameToken, Loaded, Now, Operation,
        Output,
    },
    protocol::http::{Reply, Request, Response, TransportError, TransportErrorKind},
};

const ALLOWED: &str = r#"{"sessionId":"s-1","permissions":[{"name":"ads","enabled":true,"managedBy":"PLAYER"}]}"#;
const DENIED: &str = r#"{"sessionId":"s-1","permissions":[{"name":"ads","enabled":false,"managedBy":"GUARDIAN"}]}"#;
const BASE: &str = "https://ads.example/api";
/// The monotonic clock at the beginning; times in the tests count from here.
const START: u64 = 1_000_000;

struct Game {
    client: Client,
    now: Now,
    flight: Option<(u64, Request)>,
    /// When, and the URL's end.
    sent: Vec<(u64, String)>,
    states: Vec<GameState>,
    stop: GameStop,
    ended: Vec<Code>,
    aborted: usize,
}

fn options(base: &str, token: &str, timing: GameTiming) -> GameOptions {
    GameOptions {
        base: base.into(),
        token: GameToken(token.into()),
        feature: Some("ads".into()),
        timing,
    }
}

fn done() -> Reply {
    response(200, r#"{"success":true}"#)
}

fn response(status: u16, body: &str) -> Reply {
    Ok(Response {
        status,
        headers: Vec::new(),
        body: body.into(),
    })
}

fn refused() -> Reply {
    Err(TransportError::new(TransportErrorKind::Unreachable, "refused"))
}

impl Game {
    /// One that nobody has begun.
    fn idle(session: &str) -> Self {
        let now = Now {
            wall_ms: 1_772_452_800_000,
            mono_ms: START,
            utc_offset_s: 0,
        };
        let mut client = Client::new(Config::default());
        client.set_network_allowed(now, true);
        let found = Loaded {
            writable: true,
            ..Loaded::default()
        };
        client.loaded(now, Ok(found));
        let mut game = Self {
            client,
            now,
            flight: None,
            sent: Vec::new(),
            states: Vec::new(),
            stop: GameStop::None,
            ended: Vec::new(),
            aborted: 0,
        };
        game.adopt(session);
        game
    }

    /// One that is asked for, and whose first request is on its way.
    fn starting_with(timing: GameTiming) -> Self {
        let mut game = Self::idle(ALLOWED);
        game.start(BASE, "tok-1", timing);
        assert_eq!(game.sent, [(0, "initiate".to_owned())]);
        game
    }

    /// One that has begun.
    fn active() -> Self {
        Self::active_with(GameTiming::default())
    }

    fn active_with(timing: GameTiming) -> Self {
        let mut game = Self::starting_with(timing);
        game.answer(done());
        assert_eq!(game.states, [GameState::Starting, GameState::Active]);
        game.forget();
        game
    }

    /// Forgets what has happened so far.
    fn forget(&mut self) {
        self.sent.clear();
        self.states.clear();
    }

    fn start(&mut self, base: &str, token: &str, timing: GameTiming) {
        let options = options(base, token, timing);
        self.step(|client, now| client.start_game(now, options));
    }

    fn token(&mut self, token: &str) {
        self.step(|client, now| client.set_game_token(now, GameToken(token.into())));
    }

    fn adopt(&mut self, session: &str) {
        self.step(|client, now| client.adopt(now, 1, session.as_bytes()));
    }

    fn suspend(&mut self, suspended: bool) {
        self.step(|client, now| client.set_suspended(now, suspended));
    }

    /// Nobody looks until then.
    fn at(&mut self, ms: u64) {
        let mono_ms = START + ms;
        self.now.wall_ms += i64::try_from(mono_ms - self.now.mono_ms).unwrap();
        self.now.mono_ms = mono_ms;
        self.step(|_, _| {});
    }

    /// Looks whenever the client wants it, until then.
    fn until(&mut self, ms: u64) {
        while let Some(wake) = self.client.wake_in_ms(self.now) {
            let next = self.now.mono_ms + wake - START;
            if next > ms {
                break;
            }
            self.at(next);
        }
        self.at(ms);
    }

    fn answer(&mut self, reply: Reply) {
        let (ticket, _) = self.flight.take().expect("a request is on its way");
        self.step(|client, now| client.reply(now, ticket, reply));
    }

    fn step(&mut self, act: impl FnOnce(&mut Client, Now)) {
        act(&mut self.client, self.now);
        for round in 0.. {
            assert!(round < 100, "busy loop");
            self.client.tick(self.now);
            if !self.client.has_output() {
                break;
            }
            while let Some(output) = self.client.poll_output() {
                self.carry_out(output);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send { ticket, request, .. } => {
                assert!(self.flight.is_none(), "two requests on their way");
                let name = request.url.rsplit('/').next().unwrap().to_owned();
                self.sent.push((self.now.mono_ms - START, name));
                self.flight = Some((ticket, request));
            }
            Output::Abort { ticket } => {
                assert_eq!(self.flight.take().map(|(ticket, _)| ticket), Some(ticket));
                self.aborted += 1;
            }
            Output::Save { job, .. } => self.client.saved(self.now, job, Ok(())),
            Output::Event(Event::Game { state, stop, .. }) => {
                self.states.push(state);
                self.stop = stop;
            }
            Output::Event(Event::Completed {
                operation: Operation::EndGameSession,
                outcome,
                ..
            }) => self.ended.push(outcome.code),
            _ => {}
        }
    }

    /// The times at which something was sent.
    fn times(&self) -> Vec<u64> {
        self.sent.iter().map(|(at, _)| *at).collect()
    }

    /// The URL of what is on its way.
    fn url(&self) -> &str {
        &self.flight.as_ref().expect("a request is on its way").1.url
    }

    /// What was sent: time and name.
    fn sent(&self) -> Vec<(u64, &str)> {
        self.sent.iter().map(|(at, name)| (*at, name.as_str())).collect()
    }
}

#[test]
fn the_token_is_not_shown() {
    assert_eq!(format!("{:?}", GameToken("tok-secret".into())), "GameToken");
    let shown = format!("{:?}", options(BASE, "tok-secret", GameTiming::default()));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn the_same_options_again_change_nothing_before_the_next_beat_and_in_its_middle() {
    let mut game = Game::active();
    game.at(3_000);
    game.start(BASE, "tok-1", GameTiming::default());
    assert_eq!(game.sent(), []);
    game.until(9_000);
    game.start(BASE, "tok-1", GameTiming::default());
    assert_eq!((game.sent(), game.aborted), (vec![(9_000, "heartbeat")], 0));
    game.answer(done());
    game.until(18_000);
    assert_eq!(game.sent(), [(9_000, "heartbeat"), (18_000, "heartbeat")]);
    assert_eq!(game.states, []);
}

#[test]
fn at_another_base_it_is_begun_from_the_beginning() {
    let mut game = Game::active();
    game.until(9_000);
    game.start("https://other.example/api", "tok-1", GameTiming::default());
    assert_eq!(game.aborted, 1, "the beat is for the other service");
    game.until(10_000);
    assert_eq!(game.sent(), [(9_000, "heartbeat"), (10_000, "initiate")]);
    assert!(game.url().starts_with("https://other.example/api/"));
    game.answer(done());
    assert_eq!(game.states, [GameState::Recovering, GameState::Active]);
}

#[test]
fn after_a_refused_token_another_token_or_another_base_begins_it_again_and_nothing_else() {
    for (base, token, begins) in [
        (BASE, "tok-1", false),
        (BASE, "tok-2", true),
        ("https://other.example/api", "tok-1", true),
        ("https://other.example/api", "tok-2", true),
    ] {
        let mut game = Game::starting_with(GameTiming::default());
        game.answer(response(401, r#"{"error":{"code":"UNAUTHORIZED"}}"#));
        assert_eq!(game.stop, GameStop::TokenRefused);
        game.forget();
        game.at(5_000);
        game.start(base, token, GameTiming::default());
        let expected: &[(u64, &str)] = if begins { &[(5_000, "initiate")] } else { &[] };
        assert_eq!(game.sent(), expected, "{base} {token}");
    }
}

#[test]
fn a_new_token_is_tried_at_once_but_not_within_a_second_of_the_last_request() {
    let mut game = Game::active();
    game.at(500);
    game.token("tok-2");
    assert_eq!(game.sent(), []);
    game.until(1_000);
    assert_eq!(game.sent(), [(1_000, "heartbeat")]);
    game.answer(done());
    game.at(4_000);
    game.token("tok-3");
    assert_eq!(game.sent(), [(1_000, "heartbeat"), (4_000, "heartbeat")]);
}

#[test]
fn what_a_new_token_interrupts_is_asked_again_with_it() {
    let mut game = Game::starting_with(GameTiming::default());
    game.at(100);
    game.token("tok-2");
    assert_eq!(game.aborted, 1);
    game.until(1_000);
    assert_eq!(game.sent(), [(0, "initiate"), (1_000, "initiate")]);
}

#[test]
fn one_that_was_ended_starts_anew_when_it_is_allowed_again() {
    let mut game = Game::active();
    game.at(2_000);
    game.adopt(DENIED);
    game.answer(done());
    game.at(4_000);
    game.adopt(ALLOWED);
    game.answer(done());
    assert_eq!(game.sent(), [(2_000, "end"), (4_000, "initiate")]);
    assert_eq!(
        game.states,
        [
            GameState::Ending,
            GameState::Stopped,
            GameState::Starting,
            GameState::Active
        ]
    );
}

#[test]
fn after_a_pause_it_goes_on_as_long_as_the_service_has_patience_and_is_begun_again_later() {
    for (back, name, states) in [
        (9_599, "heartbeat", &[GameState::Stopped, GameState::Active][..]),
        (
            9_600,
            "initiate",
            &[GameState::Stopped, GameState::Recovering, GameState::Active],
        ),
    ] {
        let mut game = Game::active();
        game.at(2_000);
        game.suspend(true);
        game.at(back);
        game.suspend(false);
        assert_eq!(game.sent(), [(back, name)]);
        game.answer(done());
        assert_eq!(game.states, states);
    }
}

#[test]
fn a_stall_of_eleven_seconds_and_two_tenths_is_too_long_for_a_beat() {
    for (late, name) in [(11_200, "heartbeat"), (11_201, "initiate")] {
        let mut game = Game::active();
        game.at(late);
        assert_eq!(game.sent(), [(late, name)]);
    }
}

#[test]
fn a_beat_that_fails_when_all_is_over_is_followed_by_a_beginning_a_second_after_it() {
    let mut game = Game::active();
    game.at(11_100);
    game.answer(refused());
    game.at(11_300);
    assert_eq!(game.states, [GameState::Recovering]);
    game.until(12_100);
    assert_eq!(game.sent(), [(11_100, "heartbeat"), (12_100, "initiate")]);
}

#[test]
fn a_late_beat_keeps_the_schedule_unless_it_is_half_a_period_late() {
    let timing = GameTiming {
        beat_ms: 4_000,
        ..GameTiming::default()
    };
    // The schedule goes on, or begins anew.
    for (late, next) in [(2_000, 8_000), (2_001, 10_001)] {
        let mut game = Game::active_with(timing);
        game.at(4_000 + late);
        game.answer(done());
        game.until(next - 1);
        assert_eq!(game.times(), [4_000 + late]);
        game.until(next);
        assert_eq!(game.sent(), [(4_000 + late, "heartbeat"), (next, "heartbeat")]);
    }
}

#[test]
fn on_a_slow_network_beats_come_earlier_but_not_twice_as_often_or_more() {
    let timing = GameTiming {
        beat_ms: 3_000,
        ..GameTiming::default()
    };
    let mut game = Game::starting_with(timing);
    let mut sent = 0;
    // The slowest of late counts.
    for (round_trip, period) in [
        (1_000, 2_100),
        (1_400, 1_700),
        (1_800, 1_500),
        (2_200, 1_500),
        (100, 1_500),
    ] {
        game.at(sent + round_trip);
        game.answer(done());
        let due = sent + period.max(round_trip);
        game.until(due);
        assert_eq!(game.times().last(), Some(&due), "after a round trip of {round_trip} ms");
        sent = due;
    }
}

#[test]
fn tries_to_begin_are_one_to_nine_seconds_apart_and_spread() {
    let mut game = Game::starting_with(GameTiming::default());
    for _ in 0..30 {
        game.answer(response(500, ""));
        assert_eq!(game.states, [GameState::Starting], "it has never begun");
        let wake = game.client.wake_in_ms(game.now).expect("it is tried again");
        game.until(game.now.mono_ms - START + wake);
    }
    let times = game.times();
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps.len(), 30);
    assert!(gaps.iter().all(|gap| (1_000..=9_000).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap > 5_000), "{gaps:?}");
    assert!(gaps.first().is_some_and(|gap| *gap <= 2_000), "{gaps:?}");
}

#[test]
fn a_beat_that_fails_is_tried_once_more_and_then_it_counts_as_lost() {
    let mut game = Game::active();
    game.until(9_000);
    game.answer(refused());
    assert_eq!(game.states, []);
    game.until(9_200);
    assert_eq!(game.sent(), [(9_000, "heartbeat"), (9_200, "heartbeat")]);
    game.answer(refused());
    assert_eq!(game.states, [GameState::Recovering]);
    game.until(18_200);
    assert_eq!(game.sent().last().map(|(_, name)| *name), Some("initiate"));
}

#[test]
fn an_end_that_fails_is_tried_once_more_and_then_it_counts_as_ended() {
    let mut game = Game::active();
    game.at(2_000);
    game.step(|client, now| client.end_game(now, 7));
    game.answer(refused());
    assert_eq!(game.sent(), [(2_000, "end"), (2_000, "end")]);
    assert_eq!(game.ended, []);
    game.answer(refused());
    assert_eq!(game.sent().len(), 2);
    assert_eq!(game.states, [GameState::Ending, GameState::Idle]);
    assert_eq!(game.ended, [Code::Ok]);
}
