//! Default permissions: for new players, and only while k-ID is down.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::*;

/// What k-ID says about the youngest player of a jurisdiction, with more on than it should have.
const GIVEN: &str = r#"{"ageStatus":"DIGITAL_MINOR","ageCategory":"digital-minor","requiresParentConsentForDataProcessing":true,"permissions":[
    {"name":"multiplayer","enabled":true,"managedBy":"PLAYER"},
    {"name":"text-chat","enabled":false,"managedBy":"PLAYER"},
    {"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"},
    {"name":"loot-boxes","enabled":true,"managedBy":"PROHIBITED"},
    {"name":"gambling","enabled":true,"managedBy":"PLAYER","verifiedAgeThreshold":18},
    {"name":"future","enabled":true,"managedBy":"SOMEBODY"}]}"#;
const PATH: &str = "/api/default-permissions?jurisdiction=US-CA";

/// A server that keeps California's, and has had the time to fetch them.
fn site() -> Site {
    let site = Site::starting(|kid, config| {
        kid.put_defaults("US-CA", GIVEN);
        config.default_jurisdictions = vec!["US-CA".to_owned()];
    });
    site.kid
        .wait_for_call("age-gate/get-default-permissions?jurisdiction=US-CA&age=1");
    site
}

/// k-ID goes down. It has answered a moment ago, which counts for a while.
fn down(site: &Site) {
    site.kid.fail_always(Some(Fault::Drop));
    let player = site.player("nobody");
    let started = Instant::now();
    while player.get(PATH).status == 409 {
        assert!(started.elapsed() < Duration::from_secs(20), "k-ID still counts as up");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_new_player_gets_them_while_k_id_is_down_and_never_what_a_parent_manages() {
    let site = site();
    let player = site.player("new");
    player.get(PATH).fails(409, "KID_IS_UP");
    down(&site);
    let json = player.get(PATH).json();
    assert_eq!(
        (&json["isDefault"], &json["jurisdiction"]),
        (&json!(true), &json!("US-CA"))
    );
    assert!(json.get("sessionId").is_none() && json.get("session").is_none() && json.get("etag").is_none());
    let on: Vec<&str> = json["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|permission| permission["enabled"] == json!(true))
        .map(|permission| permission["name"].as_str().unwrap())
        .collect();
    assert_eq!(on, ["multiplayer"]);
    assert_eq!(json["permissions"].as_array().unwrap().len(), 6);
    // Nothing came of it.
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    player
        .get("/api/default-permissions?jurisdiction=DE")
        .fails(503, "KID_UNAVAILABLE");
    // k-ID comes back, and with it the first real session, which takes their place for good.
    site.kid.fail_always(None);
    player.get(PATH).fails(409, "KID_IS_UP");
    site.kid.put(ID, session(ID, "e1", true));
    assert_eq!(player.bind(ID).status, 200);
    site.kid.fail_always(Some(Fault::Drop));
    player.get(PATH).fails(409, "HAS_SESSION");
}

#[test]
fn a_player_who_has_or_had_a_session_never_gets_them() {
    let site = site();
    let mut players = Vec::new();
    for (name, id) in [("has", "session-a"), ("had", "session-b"), ("replaced", "session-c")] {
        site.kid.put(id, session(id, "e1", true));
        let player = site.player(name);
        assert_eq!(player.bind(id).status, 200);
        players.push(player);
    }
    site.webhook(&event(DELETED, "session-b"));
    site.kid.put("session-d", session("session-d", "e1", true));
    assert_eq!(players[2].bind("session-d").status, 200);
    site.webhook(&event(DELETED, "session-d"));
    down(&site);
    for player in &players {
        player.get(PATH).fails(409, "HAS_SESSION");
    }
}

#[test]
fn they_outlive_the_server_and_k_ids_outage() {
    let mut site = site();
    down(&site);
    site.restart();
    assert_eq!(site.player("new").get(PATH).json()["isDefault"], json!(true));
}

#[test]
fn k_id_that_is_busy_or_refuses_is_not_down() {
    let site = site();
    down(&site);
    let player = site.player("new");
    for (status, code) in [
        (429, "KID_RATE_LIMITED"),
        (401, "KID_REFUSED_KEY"),
        (400, "INVALID_JURISDICTION"),
    ] {
        // The one before it was an answer too, after which k-ID counts as up for two seconds.
        std::thread::sleep(Duration::from_millis(2_100));
        let body = if status == 400 {
            r#"{"error":"INVALID_INPUT"}"#
        } else {
            ""
        };
        site.kid.fail_once(Fault::Answer(status, "", body.to_owned()));
        let reply = player.get(PATH);
        assert_eq!(reply.code(), code, "{reply:?}");
    }
}

#[test]
fn questions_that_are_none() {
    let site = site();
    let player = site.player("new");
    for (query, code) in [
        ("", "INVALID_QUERY"),
        ("?jurisdiction=US-CA&jurisdiction=DE", "INVALID_QUERY"),
        ("?jurisdiction=", "INVALID_JURISDICTION"),
        ("?jurisdiction=us-ca", "INVALID_JURISDICTION"),
        ("?jurisdiction=US-CA%27%20OR%201=1", "INVALID_JURISDICTION"),
        ("?jurisdiction=../healthz", "INVALID_JURISDICTION"),
    ] {
        player.get(&format!("/api/default-permissions{query}")).fails(400, code);
    }
    send(&site.url(), "GET", PATH, &[], None).fails(401, "UNAUTHORIZED");
    site.parent("new").get(PATH).fails(403, "PLAYERS_ONLY");
}
