//! The database goes away and comes back.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{process::Program, support::*};

/// A line for the shell that does something to the PostgreSQL server that a test may stop.
fn shell(name: &str) {
    let line = std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; cargo xtask test sets it"));
    let status = Command::new("sh").args(["-c", &line]).status().unwrap();
    assert!(status.success(), "{line}: {status}");
}

#[test]
#[ignore = "needs a PostgreSQL server that it may stop: cargo xtask test has one"]
fn a_database_that_goes_away_is_survived() {
    let server = std::env::var("PLAYGATE_TEST_POSTGRES_SPARE").expect("PLAYGATE_TEST_POSTGRES_SPARE is not set");
    let (kid, database) = (Kid::start(), Database::at(&server));
    let program = Program::start(&kid, &database.url());
    kid.put(ID, session(ID, "e1", true));
    let player = program.player("p1");
    assert_eq!(player.bind(ID).status, 200);
    kid.put(ID, session(ID, "e2", false));
    assert_eq!(webhook(&program.url, &event(CHANGED, ID)).status, 200);
    for round in 0..2 {
        let before = player.news(ID, None).1;
        shell("PLAYGATE_TEST_POSTGRES_STOP");
        for _ in 0..2 {
            for reply in [
                player.read(ID),
                player.get("/api/session"),
                player.bind(ID),
                player.get(&format!("/api/check-permissions/{ID}")),
                webhook(&program.url, &event(DELETED, ID)),
                send(&program.url, "GET", "/healthz", &[], None),
            ] {
                reply.fails(503, "DATABASE_UNAVAILABLE");
                assert!(reply.header("retry-after").is_some());
            }
        }
        // What needs no database works.
        let metrics = send(&program.url, "GET", "/metrics", &[], None);
        assert!(
            metrics.body.contains("playgate_database_errors_total"),
            "{}",
            metrics.body
        );
        shell("PLAYGATE_TEST_POSTGRES_START");
        let started = Instant::now();
        while send(&program.url, "GET", "/healthz", &[], None).status != 200 {
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "the server does not find its database again"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        // Nothing that was answered is lost: not the binding, not the webhook.
        assert_eq!(player.news(ID, None).1, before, "round {round}");
        assert_eq!(player.read(ID).json()["session"]["etag"], json!("e2"));
        assert_eq!(webhook(&program.url, &event(CHANGED, ID)).status, 200);
        kid.put(ID, session(ID, "e2", false));
        std::thread::sleep(Duration::from_millis(1100));
    }
    program.signal("TERM");
    let (code, log) = program.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(
        log.contains("the database failed") && !log.contains("planted") && !log.contains(ID),
        "{log}"
    );
}
