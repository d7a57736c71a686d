//! A world for one client: clocks that a test moves, a server that it plays, a disk that it breaks. After every step the
//! world checks what must always hold.
#![allow(dead_code, reason = "each test file uses its part of the harness")]

pub mod disk;
pub mod documents;
mod game;
pub mod studio;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

pub use disk::{Disk, Landing, Medium};
use documents::{Doc, FEATURES, certain_in};
use playgate::{
    client::{
        Client, Config, Event, GameState, GameStop, News, Now, Operation, Outcome, Output, Progress, RequestId, State,
        View,
    },
    protocol::http::{Method, Reply, Request, Response, TransportError, TransportErrorKind},
    session::{Access, Found},
};

pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// The ad service's base URL, and the feature that its game session depends on.
pub const AD_SERVICE: &str = "https://ads.example/api";
pub const AD_FEATURE: &str = "ads";

/// One exchange that the client wanted.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub ticket: u64,
    pub request: Request,
    pub at_mono: u64,
}

impl Exchange {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// Method and path, for example `GET /api/session/s-1`.
    pub fn line(&self) -> String {
        let path = self.request.url.trim_start_matches("https://game.example");
        format!("{} {path}", self.request.method.as_str())
    }

    /// Whether it is the ad service's.
    pub fn is_of_game(&self) -> bool {
        self.request.url.starts_with(AD_SERVICE)
    }

    /// Whether it is about permissions and challenges, not about the session itself.
    pub fn is_errand(&self) -> bool {
        let line = self.line();
        line.contains(" /api/request-permission") || line.contains(" /api/challenge/")
    }

    /// The id of the session that is asked for or bound.
    pub fn asked(&self) -> Option<String> {
        if self.request.method == Method::Put {
            let body: serde_json::Value = serde_json::from_slice(&self.request.body).unwrap();
            return body["sessionId"].as_str().map(str::to_owned);
        }
        self.line().strip_prefix("GET /api/session/").map(str::to_owned)
    }
}

pub type AutoServer = Box<dyn FnMut(&Exchange) -> Reply>;

/// One client and everything around it.
pub struct World {
    pub client: Client,
    pub config: Config,
    pub now: Now,
    pub disk: Disk,
    /// The exchange in flight that is about the session.
    pub wire: Option<Exchange>,
    /// Those in flight that are about permissions and challenges.
    pub errands: Vec<Exchange>,
    /// The ad service's exchange in flight.
    pub ads: Option<Exchange>,
    /// How the game session stands, as the host was last told.
    pub game: (GameState, GameStop),
    game_sent_at: Option<u64>,
    pub sent: Vec<Exchange>,
    pub aborted: Vec<u64>,
    /// Answers at once when set; otherwise the test answers.
    pub server: Option<AutoServer>,
    pub network: bool,
    pub online: bool,
    pub suspended: bool,
    pub stopped: bool,
    pub ticks: u64,
    /// How often a server has answered what was awaited.
    pub answers: u64,
    /// What the game sees: the picture at the last publish.
    pub published: View,
    /// Where the features were found in the session before.
    found: RefCell<Vec<Found>>,
    /// Every step, when wanted.
    pub log: Option<Rc<RefCell<Vec<String>>>>,
    news: Vec<(News, Outcome)>,
    progress: Vec<(String, Progress, Outcome)>,
    awaited: BTreeSet<RequestId>,
    completed: BTreeMap<RequestId, (Operation, Outcome)>,
    last_request: RequestId,
    certain: BTreeSet<String>,
    zero_wakes: (u64, u32),
}

/// How a client behaves with a server.
pub fn config() -> Config {
    Config {
        server: Some("https://game.example".into()),
        seed: 7,
        ..Config::default()
    }
}

/// 2026-03-02 12:00:00 UTC.
pub fn noon() -> Now {
    Now {
        wall_ms: 1_772_452_800_000,
        mono_ms: 5_000_000,
        utc_offset_s: 0,
    }
}

impl World {
    /// A client with nothing stored and the network allowed.
    pub fn fresh() -> Self {
        Self::open(config(), Disk::default())
    }

    /// A client that opens what is on the disk, with the network allowed: so the first refresh is on its way.
    pub fn open(config: Config, disk: Disk) -> Self {
        Self::open_at(config, disk, noon(), true)
    }

    /// As [`World::open`], before the host has allowed the network.
    pub fn open_offline(config: Config, disk: Disk) -> Self {
        Self::open_at(config, disk, noon(), false)
    }

    pub fn open_at(config: Config, disk: Disk, now: Now, network: bool) -> Self {
        let certain = disk.allows();
        let mut world = Self {
            client: Client::new(config.clone()),
            config,
            now,
            disk,
            wire: None,
            errands: Vec::new(),
            ads: None,
            game: (GameState::Idle, GameStop::None),
            game_sent_at: None,
            sent: Vec::new(),
            aborted: Vec::new(),
            server: None,
            network,
            online: true,
            suspended: false,
            stopped: false,
            ticks: 0,
            answers: 0,
            published: View::default(),
            found: RefCell::default(),
            log: None,
            news: Vec::new(),
            progress: Vec::new(),
            awaited: BTreeSet::new(),
            completed: BTreeMap::new(),
            last_request: 0,
            certain,
            zero_wakes: (0, 0),
        };
        world.client.set_token(now, Some("token-1"));
        world.client.set_network_allowed(now, network);
        let found = world.disk.load();
        world.step(|client, now| client.loaded(now, found));
        world
    }

    /// A client that adopted that session, which the server has bound and confirmed.
    pub fn holding(doc: &Doc) -> Self {
        Self::holding_with(config(), doc)
    }

    /// As [`World::holding`], with that configuration.
    pub fn holding_with(config: Config, doc: &Doc) -> Self {
        let mut world = Self::open(config, Disk::default());
        world.answer(200, documents::NEEDS_CONSENT);
        world.adopt(&doc.json());
        world.answer(200, &documents::changed(doc));
        world.take_news();
        world
    }

    /// The process is killed and started again, with the network allowed at once.
    pub fn restart(self) -> Self {
        self.restart_with(true)
    }

    /// As [`World::restart`], choosing whether the network is allowed.
    pub fn restart_with(self, network: bool) -> Self {
        self.crash(network, false)
    }

    /// As [`World::restart_with`], choosing whether a write in progress `lands`.
    pub fn crash(self, network: bool, lands: bool) -> Self {
        let landing = if lands { Landing::Whole } else { Landing::Nothing };
        self.crash_as(network, landing, |_| false)
    }

    /// As [`World::crash`]; meanwhile somebody may do something to the record, and says whether that puts other knowledge
    /// in its place.
    pub fn crash_as(mut self, network: bool, landing: Landing, meddle: impl FnOnce(&mut Disk) -> bool) -> Self {
        // What a write in progress did is only known afterwards; a mark behind it never came.
        let is_certain = !self.disk.is_busy();
        self.disk.crash(landing);
        let is_certain = !meddle(&mut self.disk) && is_certain;
        let mut certain = self.certain;
        if !is_certain {
            certain.extend(self.disk.allows());
        }
        let now = Now {
            mono_ms: 1_000,
            ..self.now
        };
        let mut world = Self::open_at(self.config, self.disk, now, network);
        world.certain = certain;
        world.log = self.log;
        world.last_request = self.last_request;
        world.check();
        world
    }

    /// Lets the client take something in, gives it the time, and carries out what it wants.
    pub fn step(&mut self, take: impl FnOnce(&mut Client, Now)) {
        take(&mut self.client, self.now);
        self.settle();
    }

    fn settle(&mut self) {
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(rounds < 1_000, "busy loop: the client never comes to rest");
            self.client.tick(self.now);
            let mut publish = false;
            let mut got = false;
            loop {
                let has_output = self.client.has_output();
                let Some(output) = self.client.poll_output() else {
                    assert!(!has_output, "there is nothing");
                    break;
                };
                assert!(has_output, "there is something: {output:?}");
                got = true;
                publish |= matches!(output, Output::Publish);
                self.carry_out(output);
            }
            if publish {
                self.published = self.client.view(self.now);
            }
            if let Some((job, result)) = self.disk.work() {
                self.client.saved(self.now, job, result);
                continue;
            }
            if let (Some(server), Some(exchange)) = (&mut self.server, &self.wire) {
                let reply = server(exchange);
                self.deliver(reply);
                continue;
            }
            if let (Some(server), Some(errand)) = (&mut self.server, self.errands.first()) {
                let reply = server(errand);
                self.deliver_errand(0, reply);
                continue;
            }
            if !got {
                break;
            }
        }
        self.check();
    }

    fn carry_out(&mut self, output: Output) {
        if let Some(log) = &self.log {
            log.borrow_mut().push(format!("    {output:?}"));
        }
        match output {
            Output::Send {
                ticket,
                request,
                timeout_ms,
            } => {
                assert!(self.network, "sent before the network was allowed");
                // A client that stops still says that the game session ends.
                let is_end = request.url.starts_with(AD_SERVICE) && request.url.ends_with("/end");
                assert!(
                    self.online && !self.suspended && (is_end || !self.stopped),
                    "sent while offline, suspended or stopped"
                );
                let exchange = Exchange {
                    ticket,
                    request,
                    at_mono: self.now.mono_ms,
                };
                if !exchange.is_of_game() {
                    assert_eq!(timeout_ms, self.config.request_timeout_ms);
                } else {
                    return self.begin_of_game(exchange);
                }
                self.sent.push(exchange.clone());
                if exchange.is_errand() {
                    let twin = self
                        .errands
                        .iter()
                        .find(|e| e.line() == exchange.line() && e.request == exchange.request);
                    assert!(twin.is_none(), "the same errand twice in flight: {}", exchange.line());
                    self.check_poll_floor(&exchange);
                    self.errands.push(exchange);
                } else {
                    assert!(self.wire.is_none(), "two exchanges in flight");
                    self.wire = Some(exchange);
                }
            }
            Output::Abort { ticket } => {
                let is_it = |e: &Exchange| e.ticket == ticket;
                if let Some(at) = self.errands.iter().position(is_it) {
                    self.errands.remove(at);
                } else if self.ads.as_ref().is_some_and(is_it) {
                    self.ads = None;
                } else {
                    let wire = self.wire.take().map(|e| e.ticket);
                    assert_eq!(wire, Some(ticket), "aborted what was not in flight");
                }
                self.aborted.push(ticket);
            }
            Output::Save { job, payload } => self.disk.save(job, payload.encode()),
            Output::Mark { kind } => self.disk.mark(kind, self.now.wall_ms),
            Output::Forget { job } => self.disk.forget(job),
            Output::Publish => {}
            Output::Event(Event::Game { state, stop, .. }) => self.game = (state, stop),
            Output::Event(Event::News { news, outcome }) => self.news.push((news, outcome)),
            Output::Event(Event::Upgrade {
                feature,
                progress,
                outcome,
            }) => self.progress.push((feature.into(), progress, outcome)),
            Output::Event(Event::Completed {
                request,
                operation,
                outcome,
            }) => {
                assert!(
                    self.awaited.remove(&request),
                    "{request} completed twice or was never asked for: {outcome:?}"
                );
                self.completed.insert(request, (operation, outcome));
            }
        }
    }

    /// The ad service is only told of a player whose session allows it, one message at a time and never in a burst.
    fn begin_of_game(&mut self, exchange: Exchange) {
        assert!(self.ads.is_none(), "two exchanges with the ad service in flight");
        let now = self.now.mono_ms;
        if !exchange.request.url.ends_with("/end") {
            let access = self.client.view(self.now).access(AD_FEATURE);
            assert_eq!(
                access,
                Access::Allowed,
                "the ad service hears of a player who is denied"
            );
            if let Some(last) = self.game_sent_at
                && exchange.request.url.ends_with("/initiate")
            {
                let passed = now.saturating_sub(last);
                assert!(
                    passed >= SECOND,
                    "a game session was begun {passed} ms after the last message"
                );
            }
        }
        self.game_sent_at = Some(now);
        self.ads = Some(exchange);
    }

    /// No challenge is asked about twice within five seconds, whatever interrupts it.
    fn check_poll_floor(&self, exchange: &Exchange) {
        let of = |e: &Exchange| e.line().trim_end_matches("/status").to_owned();
        if exchange.request.method != Method::Get {
            return;
        }
        let earlier = self.sent.iter().rev().skip(1);
        let mut earlier = earlier.filter(|e| e.request.method == Method::Get && e.is_errand() && of(e) == of(exchange));
        if let Some(last) = earlier.next() {
            let passed = exchange.at_mono.saturating_sub(last.at_mono);
            assert!(
                passed >= 5 * SECOND,
                "{} was asked again after {passed} ms",
                exchange.line()
            );
        }
    }

    /// What holds after every step.
    fn check(&self) {
        let view = self.client.view(self.now);
        assert_eq!(view.has_notice(), !view.notice().is_empty());
        let accesses = view.accesses(FEATURES.into_iter(), &mut self.found.borrow_mut());
        assert_eq!(accesses, FEATURES.map(|feature| view.access(feature)));
        let held = (self.disk.held_elsewhere && self.disk.failure.is_none()).then(|| self.disk.allows());
        for feature in FEATURES {
            if view.access(feature) == Access::Allowed {
                let certain = &self.certain;
                assert!(
                    certain.contains(feature),
                    "{feature} is allowed against what is known for sure: {certain:?}"
                );
                let is_stored = held.as_ref().is_none_or(|stored| stored.contains(feature));
                assert!(
                    is_stored,
                    "{feature} was loosened while another process holds the record"
                );
            }
        }
        if gist(&view) == gist(&self.published) {
            return;
        }
        for feature in FEATURES {
            let decision = view.decide(feature);
            assert_eq!(
                decision.access,
                view.access(feature),
                "{feature}: decision and access differ"
            );
            assert_eq!(
                self.published.decide(feature),
                decision,
                "{feature}: the game sees another decision"
            );
        }
        assert_eq!(self.published.notice(), view.notice(), "the game sees another notice");
    }

    // Time.

    /// Lets time pass, waking the client only when it asked for it.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        while let Some(wake) = self.client.wake_in_ms(self.now) {
            if wake > end - self.now.mono_ms {
                break;
            }
            self.move_clocks(wake);
            self.count_wake();
            self.step(|_, _| {});
        }
        let rest = end - self.now.mono_ms;
        self.move_clocks(rest);
        self.check();
    }

    /// A client that wakes up again and again without time passing is stuck in a busy loop.
    fn count_wake(&mut self) {
        self.ticks += 1;
        let (at, count) = self.zero_wakes;
        self.zero_wakes = if at == self.now.mono_ms {
            (at, count + 1)
        } else {
            (self.now.mono_ms, 0)
        };
        assert!(self.zero_wakes.1 < 20, "busy loop: woken 20 times at one moment");
    }

    fn move_clocks(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += i64::try_from(ms).unwrap();
    }

    /// The wall clock is set forward or back.
    pub fn jump_wall(&mut self, ms: i64) {
        self.now.wall_ms += ms;
        self.step(|_, _| {});
    }

    /// The wall clock is set to that time.
    pub fn jump_to(&mut self, wall_ms: i64) {
        self.now.wall_ms = wall_ms;
        self.step(|_, _| {});
    }

    /// Lets time pass until the client sends something; fails when it has not within `limit` ms. Gives the time it took.
    pub fn pass_until_sent(&mut self, limit: u64) -> u64 {
        let (start, before) = (self.now.mono_ms, self.sent.len());
        while self.sent.len() == before {
            let wake = self
                .client
                .wake_in_ms(self.now)
                .expect("the client has nothing planned");
            assert!(
                self.now.mono_ms + wake - start <= limit,
                "nothing was sent within {limit} ms"
            );
            self.move_clocks(wake);
            self.count_wake();
            self.step(|_, _| {});
        }
        self.now.mono_ms - start
    }

    // The server's side.

    /// The exchange in flight.
    pub fn in_flight(&self) -> &Exchange {
        self.wire.as_ref().expect("an exchange in flight")
    }

    pub fn answer(&mut self, status: u16, body: &str) {
        self.answer_with(status, &[], body);
    }

    pub fn answer_with(&mut self, status: u16, headers: &[(&str, &str)], body: &str) {
        self.reply(Ok(response(status, headers, body)));
    }

    pub fn fail(&mut self, kind: TransportErrorKind) {
        self.reply(Err(TransportError::new(kind, "no answer")));
    }

    pub fn reply(&mut self, reply: Reply) {
        assert!(self.wire.is_some(), "nothing was asked");
        self.deliver(reply);
        self.settle();
    }

    fn deliver(&mut self, reply: Reply) {
        let exchange = self.wire.take().unwrap();
        self.answers += 1;
        // Of a session that a challenge named, and that is not held, only that it is there says something.
        let held = self.client.view(self.now).newest.session().map(|s| s.id().to_owned());
        let asked = exchange.asked();
        let is_of_held = asked.is_none() || held.is_none() || asked == held;
        if let Ok(response) = &reply
            && (is_of_held || String::from_utf8_lossy(&response.body).contains("permissions"))
            && let Some(certain) = certain_in(exchange.asked().as_deref(), response.status, &response.body)
        {
            self.certain = certain;
        }
        self.client.reply(self.now, exchange.ticket, reply);
    }

    /// Answers the errand whose line contains `which`.
    pub fn answer_errand(&mut self, which: &str, status: u16, body: &str) {
        self.reply_to_errand(which, Ok(response(status, &[], body)));
    }

    /// Replies to one errand.
    pub fn reply_to(&mut self, errand: &Exchange, reply: Reply) {
        let at = self.errands.iter().position(|e| e.ticket == errand.ticket);
        self.deliver_errand(at.expect("an errand in flight"), reply);
        self.settle();
    }

    /// Replies to the errand whose line contains `which`.
    pub fn reply_to_errand(&mut self, which: &str, reply: Reply) {
        let is_it = |e: &Exchange| e.line().contains(which);
        let at = self.errands.iter().position(is_it);
        let at = at.unwrap_or_else(|| {
            panic!(
                "no errand {which} in {:?}",
                self.errands.iter().map(Exchange::line).collect::<Vec<_>>()
            )
        });
        self.deliver_errand(at, reply);
        self.settle();
    }

    /// Replies to the ad service's exchange.
    pub fn reply_of_game(&mut self, reply: Reply) {
        let exchange = self.ads.take().expect("an exchange with the ad service");
        self.step(|client, now| client.reply(now, exchange.ticket, reply));
    }

    fn deliver_errand(&mut self, at: usize, reply: Reply) {
        let errand = self.errands.remove(at);
        self.answers += 1;
        self.client.reply(self.now, errand.ticket, reply);
    }

    /// The lines of the errands sent so far.
    pub fn errand_lines(&self) -> Vec<String> {
        self.sent.iter().filter(|e| e.is_errand()).map(Exchange::line).collect()
    }

    /// A reply to an exchange that is not awaited any more.
    pub fn late_reply(&mut self, ticket: u64, status: u16, body: &str) {
        self.reply_late(ticket, Ok(response(status, &[], body)));
    }

    /// Any reply to an exchange that is not awaited any more.
    pub fn reply_late(&mut self, ticket: u64, reply: Reply) {
        assert_ne!(
            self.wire.as_ref().map(|e| e.ticket),
            Some(ticket),
            "that one is still awaited"
        );
        self.step(|client, now| client.reply(now, ticket, reply));
    }
}

/// What two pictures have in common when they show the same.
fn gist(view: &View) -> impl PartialEq {
    let of = |state: &State| (state.revision, state.standing.word());
    (
        of(&view.granted),
        of(&view.newest),
        of(&view.acknowledged),
        view.upgrades.to_vec(),
        view.freshness,
        view.stale,
        view.looking,
    )
}

pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    Response {
        status,
        headers: headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect(),
        body: body.into(),
    }
}
