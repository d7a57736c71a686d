//! The ad service keeps game sessions, and lets them expire.

mod support;

use std::thread::sleep;
use std::time::{Duration, Instant};

use playgate_sandbox::Config;
use serde_json::{Value, json};
use support::{Answer, Service, text, wait_for};

const CALLS: [&str; 3] = ["initiate", "heartbeat", "end"];

fn with_user() -> (Service, String) {
    let service = Service::start();
    let token = service.ads_user("ann");
    (service, token)
}

fn succeeds(answer: &Answer) {
    assert_eq!((answer.status, answer.json()), (200, json!({"success": true})));
}

/// The answer is this error, in the nested shape and with a text.
fn fails(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["error"]["code"], code);
    assert!(!text(&body["error"]["message"]).is_empty());
    assert_eq!(body.as_object().expect("an object").len(), 1);
    assert_eq!(body["error"].as_object().expect("an object").len(), 2);
}

fn set_expiry(service: &Service, ms: u64) {
    let set = service.control("PUT", "/ads/settings", json!({ "expiryMs": ms }));
    assert_eq!(set, json!({ "expiryMs": ms }));
}

fn requests(user: &Value) -> &Vec<Value> {
    user["requests"].as_array().expect("requests")
}

fn at(entry: &Value) -> u64 {
    entry["at"].as_u64().expect("a time")
}

#[test]
fn a_game_session_is_initiated_kept_and_ended() {
    let (service, token) = with_user();
    for _ in 0..2 {
        for call in ["initiate", "heartbeat", "heartbeat", "end"] {
            succeeds(&service.game(call, &token));
            let state = if call == "end" { "NOT_IN_GAME" } else { "IN_GAME" };
            assert_eq!(service.ads_now()["state"], state);
        }
    }
    let user = service.ads_now();
    let count = |name: &str| user[name].as_u64().expect("a count");
    assert_eq!((count("beats"), count("ended"), count("expired")), (4, 2, 0));
}

#[test]
fn a_second_initiate_is_refused_and_changes_nothing() {
    let (service, token) = with_user();
    succeeds(&service.game("initiate", &token));
    let before = service.ads_now();
    fails(&service.game("initiate", &token), 400, "ALREADY_IN_GAME");
    let after = service.ads_now();
    assert_eq!(
        (&after["startedAt"], &after["state"]),
        (&before["startedAt"], &json!("IN_GAME"))
    );
    succeeds(&service.game("heartbeat", &token));
}

#[test]
fn without_a_game_session_there_is_nothing_to_keep_or_end() {
    let (service, token) = with_user();
    for call in ["heartbeat", "end"] {
        fails(&service.game(call, &token), 400, "NO_ACTIVE_SESSION");
    }
    succeeds(&service.game("initiate", &token));
    succeeds(&service.game("end", &token));
    for call in ["end", "heartbeat"] {
        fails(&service.game(call, &token), 400, "NO_ACTIVE_SESSION");
    }
    assert_eq!(service.ads_now()["beats"], 0, "a refused beat is none");
}

#[test]
fn each_user_has_a_game_session_of_their_own() {
    let service = Service::start();
    let (ann, ben) = (service.ads_user("ann"), service.ads_user("ben"));
    assert_ne!(ann, ben);
    succeeds(&service.game("initiate", &ann));
    fails(&service.game("heartbeat", &ben), 400, "NO_ACTIVE_SESSION");
    succeeds(&service.game("initiate", &ben));
    succeeds(&service.game("end", &ann));
    succeeds(&service.game("heartbeat", &ben));
    let users = service.look("/ads/users")["users"].clone();
    let states: Vec<_> = [0, 1]
        .map(|i| (text(&users[i]["name"]), text(&users[i]["state"])))
        .into();
    assert_eq!(states, [("ann", "NOT_IN_GAME"), ("ben", "IN_GAME")]);
}

#[test]
fn a_body_without_the_token_misses_a_field() {
    let (service, token) = with_user();
    let other_name = json!({"authToken": token, "token": token}).to_string();
    for call in CALLS {
        for body in [
            "",
            "{}",
            "[]",
            "no JSON",
            r#"{"auth_token": null}"#,
            r#"{"auth_token": 7}"#,
            &other_name,
        ] {
            let answer = service.try_game(&format!("/sessions/{call}"), body).expect("an answer");
            fails(&answer, 400, "MISSING_FIELDS");
        }
    }
    // What else there is in the body does not matter.
    let more = json!({"auth_token": token, "game_uuid": "x"}).to_string();
    succeeds(&service.try_game("/sessions/initiate", &more).expect("an answer"));
}

#[test]
fn an_unknown_or_empty_token_is_unauthorized() {
    let (service, token) = with_user();
    for call in CALLS {
        for wrong in ["", "abc", &token[1..], &format!("{token} "), &token.to_lowercase()] {
            fails(&service.game(call, wrong), 401, "UNAUTHORIZED");
        }
    }
    assert_eq!(requests(&service.ads_now()), &Vec::<Value>::new());
}

#[test]
fn a_revoked_token_is_unauthorized_from_then_on() {
    let (service, token) = with_user();
    succeeds(&service.game("initiate", &token));
    let revoked = service.control("POST", "/ads/users/ann/revoke-token", json!({}));
    assert_eq!((&revoked["name"], &revoked["tokenEnd"]), (&json!("ann"), &Value::Null));
    for call in CALLS {
        fails(&service.game(call, &token), 401, "UNAUTHORIZED");
    }
    // The user is still in the game, which nobody can keep alive or end until there is a token again.
    assert_eq!(service.ads_now()["state"], "IN_GAME");
    let renewed = service.control("POST", "/ads/users/ann/new-token", json!({}));
    assert_eq!(renewed["name"], "ann");
    let fresh = text(&renewed["authToken"]);
    assert_ne!(fresh, token);
    succeeds(&service.game("heartbeat", fresh));
    fails(&service.game("heartbeat", &token), 401, "UNAUTHORIZED");
    // A new token ends the life of the one before, revoked or not.
    service.control("POST", "/ads/users/ann/new-token", json!({}));
    fails(&service.game("heartbeat", fresh), 401, "UNAUTHORIZED");
    let user = service.ads_now();
    let answers: Vec<&str> = requests(&user).iter().map(|entry| text(&entry["answer"])).collect();
    let no = "UNAUTHORIZED";
    assert_eq!(
        answers,
        ["success", no, no, no, "success", no, no],
        "a known token is its user's"
    );
}

#[test]
fn a_game_session_expires_when_no_beat_comes() {
    let (service, token) = with_user();
    set_expiry(&service, 40);
    for call in ["heartbeat", "end"] {
        succeeds(&service.game("initiate", &token));
        sleep(Duration::from_millis(45));
        fails(&service.game(call, &token), 400, "NO_ACTIVE_SESSION");
    }
    succeeds(&service.game("initiate", &token));
    sleep(Duration::from_millis(45));
    // The list knows without a request.
    let user = service.ads_now();
    assert_eq!(
        (&user["state"], &user["startedAt"]),
        (&json!("NOT_IN_GAME"), &Value::Null)
    );
    assert_eq!((&user["expired"], &user["ended"]), (&json!(3), &json!(0)));
    assert_eq!(service.ads_now()["expired"], 3, "each once");
}

#[test]
fn beats_keep_a_game_session_alive_for_longer_than_the_expiry() {
    let (service, token) = with_user();
    set_expiry(&service, 1500);
    let began = Instant::now();
    succeeds(&service.game("initiate", &token));
    while began.elapsed() < Duration::from_millis(1900) {
        sleep(Duration::from_millis(300));
        succeeds(&service.game("heartbeat", &token));
    }
    let user = service.ads_now();
    assert_eq!((&user["state"], &user["expired"]), (&json!("IN_GAME"), &json!(0)));
    assert!((300..1500).contains(&user["longestGapMs"].as_u64().expect("a gap")));
    let list = requests(&user);
    let last = list.last().expect("a beat");
    assert!(at(last) - at(&list[0]) >= 1500);
    assert_eq!((&user["startedAt"], &user["lastBeatAt"]), (&list[0]["at"], &last["at"]));
}

#[test]
fn a_refused_initiate_does_not_prolong_and_expiry_is_exact() {
    let (service, token) = with_user();
    set_expiry(&service, 300);
    succeeds(&service.game("initiate", &token));
    wait_for("the game session to expire", || {
        (service.game("initiate", &token).status == 200).then_some(())
    });
    let user = service.ads_now();
    let list = requests(&user);
    let first = at(&list[0]);
    // By the arrival times: each is in whole milliseconds, cut off.
    for entry in &list[1..] {
        let since = at(entry) - first;
        match text(&entry["answer"]) {
            "ALREADY_IN_GAME" => assert!(since <= 300, "refused after {since} ms"),
            _ => assert!(since >= 300, "taken after {since} ms"),
        }
    }
    assert!(list.len() > 2, "it was refused at least once");
    assert_eq!(user["expired"], 1);
}

#[test]
fn a_new_expiry_does_not_bring_back_what_has_expired() {
    let (service, token) = with_user();
    assert_eq!(service.look("/ads/settings"), json!({"expiryMs": 10_000}));
    set_expiry(&service, 20);
    succeeds(&service.game("initiate", &token));
    sleep(Duration::from_millis(25));
    set_expiry(&service, 60_000);
    fails(&service.game("heartbeat", &token), 400, "NO_ACTIVE_SESSION");
    succeeds(&service.game("initiate", &token));
    sleep(Duration::from_millis(25));
    succeeds(&service.game("heartbeat", &token));
    // A shorter one holds for the game session that is under way.
    sleep(Duration::from_millis(25));
    set_expiry(&service, 20);
    fails(&service.game("heartbeat", &token), 400, "NO_ACTIVE_SESSION");
    for wrong in [
        json!({"expiryMs": 0}),
        json!({"expiryMs": 3_600_001}),
        json!({"expiry": 1}),
    ] {
        service.refused("PUT", "/ads/settings", wrong);
    }
    assert_eq!(service.look("/ads/settings"), json!({"expiryMs": 20}));
}

#[test]
fn the_last_200_requests_are_listed_with_their_arrival() {
    let (service, token) = with_user();
    succeeds(&service.game("initiate", &token));
    fails(&service.game("initiate", &token), 400, "ALREADY_IN_GAME");
    let user = service.ads_now();
    let list = requests(&user);
    let entry = |number: u64, at: &Value, status: u16, answer: &str| json!({"number": number, "kind": "initiate", "at": at, "status": status, "answer": answer, "fault": null});
    assert_eq!(list[0], entry(1, &user["startedAt"], 200, "success"));
    assert_eq!(list[1], entry(2, &list[1]["at"], 400, "ALREADY_IN_GAME"));
    for _ in 0..205 {
        succeeds(&service.game("heartbeat", &token));
    }
    let all = service.look("/ads/users");
    let user = &all["users"][0];
    let list = requests(user);
    assert_eq!(
        (list.len(), &list[0]["number"], &list[199]["number"]),
        (200, &json!(8), &json!(207))
    );
    assert!(list.windows(2).all(|pair| at(&pair[0]) <= at(&pair[1])));
    assert!(at(&list[199]) <= all["now"].as_u64().expect("a time"));
    assert_eq!((&user["beats"], &user["lastBeatAt"]), (&json!(205), &list[199]["at"]));
}

#[test]
fn the_log_is_forgotten_on_request_but_not_the_game_session() {
    let (service, token) = with_user();
    for call in ["initiate", "end", "initiate", "heartbeat"] {
        succeeds(&service.game(call, &token));
    }
    let started = service.ads_now()["startedAt"].clone();
    let cleared = service.control("DELETE", "/ads/log", json!({}));
    assert_eq!(
        cleared["users"],
        json!([{
            "name": "ann", "state": "IN_GAME", "startedAt": started, "beats": 0, "lastBeatAt": null,
            "longestGapMs": null, "expired": 0, "ended": 0, "tokenEnd": &token[token.len() - 4..], "requests": [],
        }])
    );
    succeeds(&service.game("heartbeat", &token));
    assert_eq!(service.ads_now()["beats"], 1);
}

#[test]
fn users_have_names_of_their_own() {
    let service = Service::start();
    service.ads_user("user-2");
    service.ads_user("Ann of /the ü");
    let names = ["user-3", "user-4"].map(|_| service.control("POST", "/ads/users", json!({}))["name"].clone());
    assert_eq!(names, [json!("user-3"), json!("user-4")]);
    for wrong in [
        json!({"name": "user-2"}),
        json!({"name": ""}),
        json!({"name": "x".repeat(101)}),
        json!({"token": "x"}),
    ] {
        service.refused("POST", "/ads/users", wrong);
    }
    let odd = "/ads/users/Ann%20of%20%2Fthe%20%C3%BC/revoke-token";
    assert_eq!(service.control("POST", odd, json!({}))["tokenEnd"], Value::Null);
    for call in ["revoke-token", "new-token"] {
        let message = service.refused("POST", &format!("/ads/users/nobody/{call}"), json!({}));
        assert!(message.contains("no user"), "{message}");
    }
}

#[test]
fn no_token_is_shown_after_the_answer_that_creates_it() {
    let (service, first) = with_user();
    for call in ["initiate", "heartbeat"] {
        succeeds(&service.game(call, &first));
    }
    service
        .try_game(&format!("/sessions/{first}"), "{}")
        .expect("an answer");
    let second = text(&service.control("POST", "/ads/users/ann/new-token", json!({}))["authToken"]).to_owned();
    succeeds(&service.game("heartbeat", &second));
    fails(&service.game("heartbeat", &first), 401, "UNAUTHORIZED");
    for path in [
        "/ads/users",
        "/requests",
        "/state",
        "/ads/settings",
        "/ads/switches",
        "/ads/faults",
    ] {
        let shown = service.look(path).to_string();
        for token in [&first, &second] {
            assert!(!shown.contains(&token[token.len() - 5..]), "{path}");
        }
    }
    assert_eq!(service.ads_now()["tokenEnd"], second[second.len() - 4..]);
}

#[test]
fn the_request_log_counts_the_ad_service_too() {
    let (service, token) = with_user();
    for call in CALLS {
        succeeds(&service.game(call, &token));
    }
    fails(&service.game("end", &token), 400, "NO_ACTIVE_SESSION");
    fails(&service.game("heartbeat", "nobody"), 401, "UNAUTHORIZED");
    fails(
        &service.try_game("/sessions/pause", "{}").expect("an answer"),
        404,
        "NOT_FOUND",
    );
    fails(&service.get("/api/games/sessions/end"), 405, "METHOD_NOT_ALLOWED");
    let log = service.look("/requests");
    assert_eq!(log["total"], 7);
    let route = |name: &str| log["byRoute"][format!("POST /api/games/sessions/{name}")]["byStatus"].clone();
    assert_eq!(route("initiate"), json!({"200": 1}));
    assert_eq!(route("heartbeat"), json!({"200": 1, "401": 1}));
    assert_eq!(route("end"), json!({"200": 1, "400": 1}));
    assert_eq!(log["entries"][0]["path"], "/api/games/sessions/initiate");
}

#[test]
fn a_reset_forgets_the_ad_service_and_its_tokens() {
    let service = Service::with(Config::default());
    let start = service.look("/state");
    let token = service.ads_user("ann");
    set_expiry(&service, 500);
    service.control("PUT", "/ads/switches", json!({"flatErrors": true}));
    service.control("PUT", "/ads/faults", json!({"latencyMs": 5}));
    assert_eq!(service.look("/state")["ads"]["userCount"], 1);
    assert_eq!(service.control("POST", "/reset", json!({})), start);
    fails(&service.game("initiate", &token), 401, "UNAUTHORIZED");
    assert_eq!(service.look("/ads/users")["users"], json!([]));
    service.ads_user("ann");
}
