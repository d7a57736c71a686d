//! The ad service breaks on request, and words its answers as its sources do.

mod support;

use std::thread::spawn;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Service, text, wait_for};

fn in_game() -> (Service, String) {
    let service = Service::start();
    let token = service.ads_user("ann");
    assert_eq!(service.game("initiate", &token).status, 200);
    (service, token)
}

/// The body of a beat, as it leaves.
fn beat(token: &str) -> String {
    json!({ "auth_token": token }).to_string()
}

fn switch(service: &Service, edit: Value) {
    service.control("PUT", "/ads/switches", edit);
}

#[test]
fn the_next_requests_meet_a_500_in_the_services_own_shape() {
    let (service, token) = in_game();
    let set = service.control("PUT", "/ads/faults", json!({"kind": "500", "count": 2}));
    assert_eq!(set, json!({"latencyMs": 0, "kind": "500", "remaining": 2}));
    for _ in 0..2 {
        let answer = service.game("heartbeat", &token);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (500, &json!("ISE")));
    }
    assert_eq!(service.game("heartbeat", &token).status, 200);
}

#[test]
fn a_429_is_empty_and_garbage_is_no_json() {
    let (service, token) = in_game();
    service.control("PUT", "/switches", json!({"retryAfterSeconds": 7}));
    service.control("PUT", "/ads/faults", json!({"kind": "429", "count": 1}));
    let busy = service.game("heartbeat", &token);
    assert_eq!((busy.status, busy.body.len(), busy.retry_after), (429, 0, None));
    service.control("PUT", "/ads/faults", json!({"kind": "garbage", "count": 1}));
    let garbage = service.game("heartbeat", &token);
    assert_eq!(garbage.status, 200);
    assert!(serde_json::from_slice::<Value>(&garbage.body).is_err());
}

#[test]
fn some_faults_are_no_answer_at_all() {
    let (service, token) = in_game();
    for kind in ["drop", "notHttp"] {
        service.control("PUT", "/ads/faults", json!({"kind": kind}));
        assert!(
            service.try_game("/sessions/heartbeat", &beat(&token)).is_err(),
            "{kind}"
        );
        service.control("DELETE", "/ads/faults", json!({}));
    }
    service.control("PUT", "/ads/faults", json!({"kind": "hang", "count": 1}));
    let url = format!("{}/api/games/sessions/heartbeat", service.url);
    let body = beat(&token);
    let hanging = spawn(move || support::agent(Duration::from_secs(1)).post(url).send(body));
    let error = hanging.join().expect("the thread ends").expect_err("no answer");
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
    assert_eq!(service.game("heartbeat", &token).status, 200, "others are served");
}

#[test]
fn what_meets_a_fault_is_listed_but_does_not_count() {
    let (service, token) = in_game();
    let kinds = ["500", "429", "garbage", "drop", "notHttp"];
    for kind in kinds {
        service.control("PUT", "/ads/faults", json!({"kind": kind}));
        for call in ["heartbeat", "end"] {
            // Whatever it is answered.
            let _ = service.try_game(&format!("/sessions/{call}"), &beat(&token));
        }
    }
    service.control("DELETE", "/ads/faults", json!({}));
    let user = service.ads_now();
    assert_eq!(
        (&user["state"], &user["beats"], &user["ended"]),
        (&json!("IN_GAME"), &json!(0), &json!(0))
    );
    let list = user["requests"].as_array().expect("requests");
    for (kind, status) in kinds
        .iter()
        .zip([json!(500), json!(429), json!(200), Value::Null, Value::Null])
    {
        let mut met = list.iter().filter(|entry| entry["fault"] == *kind);
        for call in ["heartbeat", "end"] {
            let entry = met.find(|entry| entry["kind"] == call).expect("it is listed");
            assert_eq!(
                (&entry["answer"], &entry["status"]),
                (&Value::Null, &status),
                "{kind} {call}"
            );
        }
    }
    let log = service.look("/requests");
    assert!(
        log["entries"]
            .as_array()
            .expect("entries")
            .iter()
            .any(|entry| entry["fault"] == "drop")
    );
}

#[test]
fn a_fault_does_not_keep_a_game_session_alive() {
    let (service, token) = in_game();
    service.control("PUT", "/ads/settings", json!({"expiryMs": 400}));
    service.control("PUT", "/ads/faults", json!({"kind": "500"}));
    wait_for("the game session to expire", || {
        assert_eq!(service.game("heartbeat", &token).status, 500);
        (service.ads_now()["state"] == "NOT_IN_GAME").then_some(())
    });
    assert_eq!(service.ads_now()["expired"], 1);
}

#[test]
fn latency_delays_the_answer_but_the_beat_counts_from_its_arrival() {
    let (service, token) = in_game();
    service.control("PUT", "/ads/settings", json!({"expiryMs": 60_000}));
    service.control("PUT", "/ads/faults", json!({"latencyMs": 300}));
    let began = Instant::now();
    assert_eq!(service.game("heartbeat", &token).status, 200);
    assert!(began.elapsed() >= Duration::from_millis(300));
    let all = service.look("/ads/users");
    let last = all["users"][0]["lastBeatAt"].as_u64().expect("a beat");
    assert!(all["now"].as_u64().expect("a time") - last >= 300);

    // A client that does not wait for the answer has been heard all the same.
    service.control("PUT", "/ads/faults", json!({"latencyMs": 5000}));
    let impatient = support::agent(Duration::from_millis(700));
    let url = format!("{}/api/games/sessions/end", service.url);
    let error = impatient.post(url).send(beat(&token)).expect_err("no answer yet");
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
    let user = service.ads_now();
    assert_eq!((&user["state"], &user["ended"]), (&json!("NOT_IN_GAME"), &json!(1)));
}

#[test]
fn the_two_services_break_apart() {
    let (service, token) = in_game();
    let player = service.child();
    let session = format!("/api/v1/session/get?kuid={}", text(&player["kuid"]));
    service.control("PUT", "/ads/faults", json!({"kind": "500", "latencyMs": 1}));
    assert_eq!(
        service.look("/faults"),
        json!({"latencyMs": 0, "kind": null, "remaining": null})
    );
    assert_eq!(service.get(&session).status, 200);
    assert_eq!(service.game("heartbeat", &token).status, 500);
    assert_eq!(
        service.try_game("/nothing", "").expect("an answer").status,
        500,
        "every path"
    );
    assert_eq!(service.get("/").status, 200);

    service.control("PUT", "/faults", json!({"kind": "429", "count": 1}));
    let mended = service.control("DELETE", "/ads/faults", json!({}));
    assert_eq!(mended, json!({"latencyMs": 0, "kind": null, "remaining": null}));
    assert_eq!(service.game("heartbeat", &token).status, 200);
    assert_eq!(
        service.look("/faults")["remaining"],
        1,
        "only k-ID's requests use k-ID's faults up"
    );
    assert_eq!(service.get(&session).status, 429);
}

#[test]
fn unusable_faults_and_switches_are_refused() {
    let service = Service::start();
    for wrong in [
        json!({"kind": "503"}),
        json!({"kind": "500", "count": 0}),
        json!({"count": 3}),
    ] {
        service.refused("PUT", "/ads/faults", wrong);
    }
    for wrong in [json!({"wrapped": true}), json!({"flatErrors": 1}), json!([])] {
        service.refused("PUT", "/ads/switches", wrong);
    }
}

#[test]
fn switches_change_the_shape_of_the_answers() {
    let (service, token) = in_game();
    let refused = || service.game("initiate", &token);
    let none = json!({"errorsAs200": false, "successAbsent": false, "flatErrors": false, "topLevelMessage": false});
    assert_eq!(service.look("/ads/switches"), none);
    let message = refused().json()["error"]["message"].clone();
    let nested = json!({"code": "ALREADY_IN_GAME", "message": message});

    switch(&service, json!({"errorsAs200": true}));
    let answer = refused();
    assert_eq!((answer.status, answer.json()), (200, json!({"error": nested})));
    assert_eq!(service.game("end", "nobody").status, 200);
    assert_eq!(service.game("heartbeat", &token).json(), json!({"success": true}));
    let user = service.ads_now();
    let entry = &user["requests"][2];
    assert_eq!(
        (&entry["status"], &entry["answer"]),
        (&json!(200), &json!("ALREADY_IN_GAME"))
    );

    switch(&service, json!({"errorsAs200": false, "flatErrors": true}));
    let answer = refused();
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({"error": "ALREADY_IN_GAME"}))
    );
    switch(&service, json!({"topLevelMessage": true}));
    assert_eq!(
        refused().json(),
        json!({"error": "ALREADY_IN_GAME", "message": message})
    );
    switch(&service, json!({"flatErrors": false}));
    assert_eq!(refused().json(), json!({"error": nested, "message": message}));
    // A fault stays what it is.
    switch(&service, json!({"errorsAs200": true}));
    service.control("PUT", "/ads/faults", json!({"kind": "500", "count": 1}));
    let broken = refused();
    assert_eq!((broken.status, &broken.json()["error"]["code"]), (500, &json!("ISE")));
    assert!(broken.json()["message"].is_string());

    switch(&service, json!({"successAbsent": true}));
    let answer = service.game("heartbeat", &token);
    assert_eq!((answer.status, answer.json()), (200, json!({"ok": 1})));
    assert_eq!(
        service.look("/switches")["wrapped"],
        false,
        "k-ID's switches are others"
    );
}
