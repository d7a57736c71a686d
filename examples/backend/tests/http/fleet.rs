//! Several servers on one database: they share nothing else.

use serde_json::json;

use crate::{process::Program, support::*};

/// Two servers, each with its own k-ID client and cache, on one database.
struct Fleet {
    kid: Kid,
    one: Program,
    other: Program,
    _database: Database,
}

impl Fleet {
    fn start() -> Self {
        let (kid, database) = (Kid::start(), Database::fresh());
        let start = || Program::start_with(&kid, &database.url(), &[("PLAYGATE_READ_CACHE_MS", "30000")]);
        let (one, other) = (start(), start());
        Self {
            kid,
            one,
            other,
            _database: database,
        }
    }
}

#[test]
fn a_webhook_at_one_is_seen_at_the_next_read_of_the_other() {
    let fleet = Fleet::start();
    fleet.kid.put(ID, session(ID, "e1", true));
    let (here, there) = (fleet.one.player("p1"), fleet.other.player("p1"));
    assert_eq!(here.bind(ID).status, 200);
    for _ in 0..3 {
        assert_eq!(there.read(ID).json()["session"]["etag"], json!("e1"));
    }
    fleet.kid.asked();
    assert_eq!(there.read(ID).json()["session"]["etag"], json!("e1"));
    assert!(fleet.kid.asked().is_empty(), "the cache answers");
    // A parent switches voice chat off, and k-ID tells one of the two.
    fleet.kid.put(ID, session(ID, "e2", false));
    let before = there.news(ID, None).1;
    assert_eq!(webhook(&fleet.one.url, &event(CHANGED, ID)).status, 200);
    assert_eq!(there.news(ID, Some(before)), (true, before + 1));
    let reply = there.read(ID);
    assert_eq!(reply.json()["session"]["etag"], json!("e2"));
    assert_eq!(here.read(ID).json()["session"]["etag"], json!("e2"));
    // The family deletes the session, and k-ID tells the other one.
    assert_eq!(webhook(&fleet.other.url, &event(DELETED, ID)).status, 200);
    assert_eq!(here.read(ID).json()["sessionDeleted"], json!(true));
    there.get("/api/session").is(200, r#"{"needsConsent":true}"#);
}

#[test]
fn a_webhook_at_both_has_one_effect() {
    let fleet = Fleet::start();
    fleet.kid.put(ID, session(ID, "e1", true));
    let player = fleet.one.player("p1");
    assert_eq!(player.bind(ID).status, 200);
    let (body, at) = (event(CHANGED, ID), unix_s());
    std::thread::scope(|scope| {
        for url in [&fleet.one.url, &fleet.other.url].repeat(4) {
            let body = &body;
            scope.spawn(move || assert_eq!(signed(url, body, at).status, 200));
        }
    });
    assert_eq!(player.news(ID, None), (true, 1));
}

#[test]
fn of_two_players_at_two_servers_one_gets_the_session() {
    let fleet = Fleet::start();
    for round in 0..5 {
        let id = format!("session-{round}");
        fleet.kid.put(&id, session(&id, "e1", true));
        let bind = |program: &Program, name: &str| program.player(&format!("{name}-{round}")).bind(&id).status;
        let statuses = std::thread::scope(|scope| {
            let first = scope.spawn(|| bind(&fleet.one, "kim"));
            let second = scope.spawn(|| bind(&fleet.other, "lee"));
            let mut statuses = [first.join().unwrap(), second.join().unwrap()];
            statuses.sort_unstable();
            statuses
        });
        assert_eq!(statuses, [200, 409]);
    }
}

#[test]
fn a_players_sessions_bound_at_two_servers_leave_one_live() {
    let fleet = Fleet::start();
    for round in 0..5 {
        let (name, ids) = (format!("p{round}"), [format!("a-{round}"), format!("b-{round}")]);
        for id in &ids {
            fleet.kid.put(id, session(id, "e1", true));
        }
        std::thread::scope(|scope| {
            for (program, id) in [(&fleet.one, &ids[0]), (&fleet.other, &ids[1])] {
                let name = &name;
                scope.spawn(move || assert_eq!(program.player(name).bind(id).status, 200));
            }
        });
        let own = fleet.one.player(&name).get("/api/session").json();
        let live = own["session"]["sessionId"].as_str().unwrap().to_owned();
        let replaced = ids.iter().find(|id| **id != live).unwrap();
        let player = fleet.other.player(&name);
        player.read(replaced).is(200, r#"{"needsConsent":true}"#);
    }
}

#[test]
fn a_second_device_at_another_server_gets_the_session_without_a_new_consent() {
    let fleet = Fleet::start();
    fleet.kid.put(ID, session(ID, "e1", true));
    // The first device went through the consent flow; the second one only signs in to the same account.
    assert_eq!(fleet.one.player("account-7").bind(ID).status, 200);
    let second = fleet.other.player("account-7").get("/api/session");
    assert_eq!(second.json()["session"]["sessionId"], json!(ID));
    let etag = second.header("etag").unwrap().to_owned();
    let third = fleet.one.player("account-7");
    assert_eq!(third.get_with("/api/session", &[("If-None-Match", &etag)]).status, 304);
    fleet
        .other
        .player("account-8")
        .get("/api/session")
        .is(200, r#"{"needsConsent":true}"#);
    let all = fleet.kid.asked();
    assert!(all.iter().all(|call| call.contains("/session/get?")), "{all:?}");
}

#[test]
fn whichever_is_killed_nothing_that_was_answered_is_lost() {
    for round in 0..4 {
        let Fleet {
            kid,
            mut one,
            mut other,
            _database,
        } = Fleet::start();
        kid.put(ID, session(ID, "e1", true));
        kid.put(OTHER_ID, session(OTHER_ID, "e1", true));
        assert_eq!(one.player("p1").bind(ID).status, 200);
        assert_eq!(other.player("p2").bind(OTHER_ID).status, 200);
        kid.put(ID, session(ID, "e2", false));
        assert_eq!(webhook(&one.url, &event(CHANGED, ID)).status, 200);
        assert_eq!(webhook(&other.url, &event(DELETED, OTHER_ID)).status, 200);
        let left = if round % 2 == 0 {
            one.kill();
            other
        } else {
            other.kill();
            one
        };
        assert_eq!(left.player("p1").read(ID).json()["session"]["etag"], json!("e2"));
        assert_eq!(left.player("p2").read(OTHER_ID).json()["sessionDeleted"], json!(true));
    }
}

#[test]
fn a_players_rate_counts_at_all_servers_together() {
    let (kid, database) = (Kid::start(), Database::fresh());
    let start = || Program::start_with(&kid, &database.url(), &[("PLAYGATE_PLAYER_RATE", "24")]);
    let (one, other) = (start(), start());
    // All within one minute by the clock.
    let left = 60 - unix_s() % 60;
    if left < 20 {
        std::thread::sleep(std::time::Duration::from_secs(u64::try_from(left).unwrap() + 1));
    }
    let ask = |program: &Program, name: &str| program.player(name).get("/api/session");
    let replies: Vec<Reply> = (0..40)
        .map(|n| ask(if n % 2 == 0 { &one } else { &other }, "p1"))
        .collect();
    let served = replies.iter().filter(|reply| reply.status == 200).count();
    assert!((12..=24).contains(&served), "{served}");
    let refused = replies.last().unwrap();
    refused.fails(429, "TOO_MANY_REQUESTS");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(ask(&one, "p2").status, 200, "another player's rate is another");
    let text = send(&one.url, "GET", "/metrics", &[], None).body;
    assert!(text.contains("playgate_rate_limited_total"), "{text}");
}
