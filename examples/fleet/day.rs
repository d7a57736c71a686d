//! The day: who launches when, what each client wants, and what it gets.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use fastrand::Rng;
use playgate::{
    client::{Client, Config, Loaded, Now, Output, Standing},
    protocol::http::{Method, Reply, Request, Response, TransportError, TransportErrorKind},
};

use crate::{
    measure::{HOUR, MINUTE, Outage, Report, SECOND},
    servers::{Asked, BACKEND_MS, KID_LIMIT, Kid, RETRY_AFTER, Row},
};

/// 2026-03-02 08:00:00 UTC.
const MORNING_MS: i64 = 1_772_438_400_000;
const SERVER: &str = "https://game.example";

/// What is simulated. Times are milliseconds from the day's beginning.
pub struct Plan {
    pub players: u64,
    pub seed: u64,
    /// Players launch for the first time evenly over so long.
    pub opening_ms: u64,
    /// How long a parent takes to consent, on the average.
    pub consent_ms: f64,
    /// How long a game is played, on the average; and how often it is played again, and after how long.
    pub play_ms: f64,
    pub again: f64,
    pub pause_ms: f64,
    /// How often a parent changes something in an hour.
    pub edits_per_hour: f64,
    /// The server compares a session with k-ID that often although no webhook came (`PLAYGATE_COMPARE_EVERY_S`).
    pub compare_every_ms: u64,
    /// Over how many seconds a peak is measured.
    pub window_s: usize,
}

impl Plan {
    /// A launch day of so many players. Fewer are spread over less time, so that there is a crowd.
    pub fn of(players: u64, seed: u64) -> Self {
        let is_small = players < 200_000;
        Self {
            players,
            seed,
            opening_ms: if is_small { 5 * HOUR } else { 9 * HOUR },
            consent_ms: 6.0 * MINUTE as f64,
            play_ms: 40.0 * MINUTE as f64,
            again: 0.5,
            pause_ms: 60.0 * MINUTE as f64,
            edits_per_hour: 0.05,
            compare_every_ms: 24 * HOUR,
            window_s: 60,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Launch,
    Quit,
    /// The client wants the time, in this generation of its timer.
    Wake(u32),
    /// The request reaches the server.
    Arrive(u64),
    /// The reply is there.
    Reply(u64),
    /// A parent has consented; the game gets the session.
    Consent,
    /// A parent changes something, and the webhook comes.
    Edit,
    OutageBegins(usize),
    OutageEnds(usize),
}

struct Player {
    client: Option<Box<Client>>,
    /// What its game has stored.
    record: Option<Vec<u8>>,
    row: Row,
    has_consent: bool,
    timer: u32,
    /// The request under way: its ticket, and the answer once it is known.
    wire: Option<(u64, Request, Option<Reply>)>,
    jobs: VecDeque<u64>,
    runs: u32,
}

/// A day under way.
pub struct Day {
    plan: Plan,
    random: Rng,
    players: Vec<Player>,
    queue: BinaryHeap<Reverse<(u64, u64, u32, Kind)>>,
    order: u64,
    now: u64,
    is_backend_down: bool,
    kid: Kid,
    report: Report,
    online: u64,
}

impl Day {
    pub fn new(plan: Plan) -> Self {
        let end_ms = plan.opening_ms + 2 * HOUR;
        let minutes = 10 * MINUTE;
        // The load is steady from about two hours on: as many come as go.
        let (first, second) = (plan.opening_ms * 4 / 9, plan.opening_ms * 13 / 18);
        let outages = vec![
            Outage {
                what: "the backend is down",
                from_ms: first,
                to_ms: first + minutes,
            },
            Outage {
                what: "k-ID is down",
                from_ms: second,
                to_ms: second + minutes,
            },
        ];
        let mut day = Self {
            random: Rng::with_seed(plan.seed),
            players: Vec::new(),
            queue: BinaryHeap::new(),
            order: 0,
            now: 0,
            is_backend_down: false,
            kid: Kid::default(),
            report: Report {
                players: plan.players,
                window_s: plan.window_s,
                end_ms,
                kid_limit: KID_LIMIT,
                outages,
                ..Report::default()
            },
            online: 0,
            plan,
        };
        for number in 0..day.plan.players {
            day.players.push(Player {
                client: None,
                record: None,
                row: Row::default(),
                has_consent: false,
                timer: 0,
                wire: None,
                jobs: VecDeque::new(),
                runs: 0,
            });
            let at = day.random.u64(0..day.plan.opening_ms);
            day.at(at, u32::try_from(number).expect("a player's number"), Kind::Launch);
        }
        for at in 0..day.report.outages.len() {
            let (from, to) = (day.report.outages[at].from_ms, day.report.outages[at].to_ms);
            day.at(from, 0, Kind::OutageBegins(at));
            day.at(to, 0, Kind::OutageEnds(at));
        }
        day
    }

    fn at(&mut self, at: u64, player: u32, kind: Kind) {
        self.order += 1;
        self.queue.push(Reverse((at, self.order, player, kind)));
    }

    /// A time at random, on the average so long.
    fn about(&mut self, mean_ms: f64) -> u64 {
        let ms = -mean_ms * (1.0 - self.random.f64()).ln();
        ms as u64 + 1
    }

    /// To the day's end.
    pub fn run(mut self) -> Report {
        while let Some(Reverse((at, _, player, kind))) = self.queue.pop() {
            if at >= self.report.end_ms {
                break;
            }
            self.now = at;
            self.happens(player, kind);
        }
        for player in &self.players {
            self.report.consented += u64::from(player.has_consent);
            self.report.bound += u64::from(player.row.is_bound);
            let is_settled = player.client.is_some() && player.wire.is_none();
            self.report.unbound_online += u64::from(is_settled && player.has_consent && !player.row.is_bound);
            self.report.stored += u64::from(player.has_consent && knows(player, 0));
            let is_steady = is_settled && player.row.is_bound;
            // What a parent has changed in the last minutes comes with the next periodic refresh.
            let is_recent = player.row.refetch;
            self.report.behind += u64::from(is_steady && !is_recent && !knows(player, player.row.revision));
        }
        self.report.kid = std::mem::take(&mut self.kid.rate);
        self.report.kid_refused = self.kid.refused;
        self.report
    }

    fn happens(&mut self, player: u32, kind: Kind) {
        let at = player as usize;
        match kind {
            Kind::Launch => self.launch(player),
            Kind::Quit => {
                // Who waits for a parent waits in the game.
                let one = &mut self.players[at];
                one.client = None;
                one.wire = None;
                one.jobs.clear();
                one.timer += 1;
                self.online -= 1;
                if self.random.f64() < self.plan.again {
                    let pause = self.about(self.plan.pause_ms);
                    self.at(self.now + pause, player, Kind::Launch);
                }
            }
            Kind::Wake(timer) => {
                if self.players[at].timer == timer {
                    self.step(player, |_, _| {});
                }
            }
            Kind::Arrive(ticket) => self.arrive(player, ticket),
            Kind::Reply(ticket) => {
                let one = &mut self.players[at];
                let is_it = one.wire.as_ref().is_some_and(|wire| wire.0 == ticket);
                let reply = one.wire.take_if(|_| is_it).and_then(|wire| wire.2);
                if let Some(reply) = reply {
                    self.step(player, |client, now| client.reply(now, ticket, reply));
                }
            }
            Kind::Consent => self.consent(player),
            Kind::Edit => {
                let row = &mut self.players[at].row;
                row.truth += 1;
                row.refetch = row.is_bound;
                self.report.webhooks += 1;
                self.next_edit(player);
            }
            Kind::OutageBegins(0) => self.is_backend_down = true,
            Kind::OutageEnds(0) => self.is_backend_down = false,
            Kind::OutageBegins(_) => self.kid.is_down = true,
            Kind::OutageEnds(_) => self.kid.is_down = false,
        }
    }

    fn launch(&mut self, player: u32) {
        let is_first = {
            let one = &mut self.players[player as usize];
            one.runs += 1;
            one.runs == 1
        };
        self.report.launches += 1;
        self.online += 1;
        self.report.most_online = self.report.most_online.max(self.online);
        let one = &mut self.players[player as usize];
        let config = Config {
            server: Some(SERVER.to_owned()),
            seed: self.plan.seed ^ (u64::from(player) << 20) ^ u64::from(one.runs),
            ..Config::default()
        };
        one.client = Some(Box::new(Client::new(config)));
        let found = Loaded {
            payload: one.record.clone(),
            mark: None,
            writable: true,
            rewrite: false,
        };
        self.step(player, |client, now| {
            client.set_token(now, Some("token"));
            client.set_network_allowed(now, true);
            client.loaded(now, Ok(found));
        });
        if is_first {
            let consent = self.about(self.plan.consent_ms);
            self.at(self.now + consent, player, Kind::Consent);
        } else {
            let play = self.about(self.plan.play_ms);
            self.at(self.now + play, player, Kind::Quit);
        }
    }

    /// The consent flow gives the game a session; play begins.
    fn consent(&mut self, player: u32) {
        self.players[player as usize].has_consent = true;
        let json = document(player, 0);
        self.step(player, |client, now| client.adopt(now, 1, json.as_bytes()));
        let play = self.about(self.plan.play_ms).max(MINUTE);
        self.at(self.now + play, player, Kind::Quit);
        self.next_edit(player);
    }

    fn next_edit(&mut self, player: u32) {
        let wait = self.about(HOUR as f64 / self.plan.edits_per_hour);
        self.at(self.now + wait, player, Kind::Edit);
    }

    /// Lets the client take something in, and carries out what it wants.
    fn step(&mut self, player: u32, take: impl FnOnce(&mut Client, Now)) {
        let now = Now {
            wall_ms: MORNING_MS + i64::try_from(self.now).expect("a day"),
            mono_ms: self.now + 1,
            utc_offset_s: 0,
        };
        let one = &mut self.players[player as usize];
        let Some(client) = one.client.as_mut() else { return };
        take(client, now);
        let mut sent = None;
        loop {
            client.tick(now);
            let mut did = false;
            while let Some(output) = client.poll_output() {
                did = true;
                match output {
                    Output::Send { ticket, request, .. } => {
                        one.wire = Some((ticket, request, None));
                        sent = Some(ticket);
                    }
                    Output::Abort { ticket } => {
                        one.wire.take_if(|wire| wire.0 == ticket);
                    }
                    Output::Save { job, payload } => {
                        one.record = Some(payload.encode());
                        one.jobs.push_back(job);
                    }
                    Output::Forget { job } => {
                        one.record = None;
                        one.jobs.push_back(job);
                    }
                    Output::Mark { .. } | Output::Publish | Output::Event(_) => {}
                }
            }
            if let Some(job) = one.jobs.pop_front() {
                client.saved(now, job, Ok(()));
            } else if !did {
                break;
            }
        }
        one.timer += 1;
        let timer = one.timer;
        let wake = client.wake_in_ms(now);
        if let Some(ticket) = sent {
            self.at(self.now + BACKEND_MS, player, Kind::Arrive(ticket));
        }
        if let Some(ms) = wake {
            self.at(self.now + ms.max(1), player, Kind::Wake(timer));
        }
    }

    /// A request reaches the server's address.
    fn arrive(&mut self, player: u32, ticket: u64) {
        let one = &self.players[player as usize];
        let Some((_, request, _)) = one.wire.as_ref().filter(|wire| wire.0 == ticket) else {
            return;
        };
        self.report.backend.count(self.now);
        if self.is_backend_down {
            // Half of them are refused at once, half hear nothing until their time is over.
            let (kind, after) = match player % 2 {
                0 => (TransportErrorKind::Unreachable, BACKEND_MS),
                _ => (TransportErrorKind::TimedOut, 15 * SECOND),
            };
            return self.reply(player, ticket, after, Err(TransportError::new(kind, "down")));
        }
        let row = one.row;
        let binds = request.method == Method::Put;
        let etag = request
            .headers
            .iter()
            .find(|(name, _)| name == "If-None-Match")
            .map(|(_, value)| value.clone());
        let needs_kid = binds || row.is_bound && !row.is_undisputed(self.now, self.plan.compare_every_ms);
        let mut after = BACKEND_MS;
        if needs_kid {
            match self.kid.ask(self.now) {
                Asked::At(at) => {
                    after = at + BACKEND_MS - self.now;
                    let row = &mut self.players[player as usize].row;
                    row.is_bound = true;
                    row.compared(self.now);
                    self.report.with_kid += 1;
                }
                Asked::Failed(at) => {
                    self.report.with_kid += 1;
                    let headers = [("Retry-After", RETRY_AFTER)];
                    let body = r#"{"error":"KID_UNAVAILABLE"}"#;
                    return self.reply(player, ticket, at - self.now, response(503, &headers, body));
                }
            }
        } else {
            self.report.without_kid += 1;
        }
        let row = self.players[player as usize].row;
        let reply = if !row.is_bound {
            response(200, &[], r#"{"needsConsent":true}"#)
        } else {
            let tag = format!("\"{}\"", etag_of(row.revision));
            if etag.as_deref() == Some(&tag) {
                response(304, &[("ETag", &tag)], "")
            } else {
                let body = format!(r#"{{"hasChanged":true,"session":{}}}"#, document(player, row.revision));
                response(200, &[("ETag", &tag)], &body)
            }
        };
        self.reply(player, ticket, after, reply);
    }

    fn reply(&mut self, player: u32, ticket: u64, after: u64, reply: Reply) {
        if let Some(wire) = &mut self.players[player as usize].wire {
            wire.2 = Some(reply);
        }
        self.at(self.now + after, player, Kind::Reply(ticket));
    }
}

fn etag_of(revision: u32) -> String {
    format!("e{revision}")
}

/// The player's session as k-ID has it.
fn document(player: u32, revision: u32) -> String {
    let on = |bit: u32| revision >> bit & 1 == 0;
    format!(
        concat!(
            r#"{{"sessionId":"s-{}","etag":"{}","status":"ACTIVE","ageStatus":"DIGITAL_MINOR","permissions":["#,
            r#"{{"name":"multiplayer","enabled":{},"managedBy":"GUARDIAN"}},"#,
            r#"{{"name":"voice-chat","enabled":{},"managedBy":"GUARDIAN"}},"#,
            r#"{{"name":"custom-username","enabled":true,"managedBy":"PLAYER"}}]}}"#
        ),
        player,
        etag_of(revision),
        on(0),
        on(1)
    )
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    Ok(Response {
        status,
        headers,
        body: body.as_bytes().to_vec(),
    })
}

/// Whether the player's game has stored a session, and its client, if it runs, has that revision or a later one.
fn knows(player: &Player, revision: u32) -> bool {
    let Some(client) = &player.client else {
        return player.record.is_some();
    };
    let view = client.view(Now::default());
    let Standing::Session { session, .. } = &view.newest.standing else {
        return false;
    };
    let has = session.etag().and_then(|etag| etag.strip_prefix('e')?.parse().ok());
    player.record.is_some() && has.unwrap_or(0u32) >= revision
}
