//! What the product's server is told.

mod support;

use std::time::Duration;

use playgate_sandbox::Config;
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Service, text, wait_for};

const SECRET: &str = "a test secret";

fn service_for(receiver: &Receiver) -> Service {
    Service::with(Config {
        webhook_url: Some(receiver.url()),
        webhook_secret: Some(SECRET.to_owned()),
        webhook_retry_delays: vec![Duration::from_millis(30), Duration::from_millis(60)],
        product_id: 77,
        ..Config::default()
    })
}

/// Waits until nothing is on its way, and gives the deliveries.
fn settled(service: &Service) -> Vec<Value> {
    wait_for("the webhooks to settle", || {
        let webhooks = service.look("/webhooks");
        (webhooks["totals"]["pending"] == 0).then(|| webhooks["deliveries"].as_array().expect("deliveries").clone())
    })
}

fn statuses(delivery: &Value) -> Vec<Value> {
    let attempts = delivery["attempts"].as_array().expect("attempts");
    attempts.iter().map(|attempt| attempt["status"].clone()).collect()
}

fn allow_voice(service: &Service, player: &Value, enabled: bool) -> Value {
    let path = format!("/players/{}/permissions/voice-chat", text(&player["kuid"]));
    service.control("PUT", &path, json!({"enabled": enabled}))
}

#[test]
fn a_parents_edit_sends_a_signed_event() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = service_for(&receiver);
    let player = service.child();
    assert_eq!(
        allow_voice(&service, &player, true)["webhook"],
        "Session.ChangePermissions"
    );
    let event = receiver.wait(1).remove(0);
    let session_id = &player["session"]["sessionId"];
    assert_eq!(
        String::from_utf8(event.body.clone()).expect("text"),
        format!(r#"{{"eventType":"Session.ChangePermissions","data":{{"id":{session_id},"productId":77}}}}"#)
    );
    assert_eq!(event.path, "/hooks");
    assert_eq!(event.headers["x-event-type"], "Session.ChangePermissions");
    assert_eq!(event.headers["content-type"], "application/json");
    assert!(event.is_signed_by(SECRET));
    assert!(!event.is_signed_by("another secret"));
    let delivery = settled(&service).remove(0);
    assert_eq!(
        (&delivery["state"], &delivery["sessionId"]),
        (&json!("delivered"), session_id)
    );
    assert_eq!(statuses(&delivery), [json!(200)]);
}

#[test]
fn only_differences_are_told() {
    let receiver = Receiver::start(|_, _| Some(204));
    let service = service_for(&receiver);
    let player = service.child();
    let path = |rest: &str| format!("/players/{}/{rest}", text(&player["kuid"]));
    let event = |answer: Value| answer["webhook"].clone();
    let changed = json!("Session.ChangePermissions");

    assert_eq!(event(allow_voice(&service, &player, false)), Value::Null);
    let put = |rest: &str, body| event(service.control("PUT", &path(rest), body));
    assert_eq!(put("permissions/voice-chat", json!({"managedBy": "PLAYER"})), changed);
    assert_eq!(put("permissions/video-chat", json!({})), changed);
    assert_eq!(put("permissions/video-chat", json!({})), Value::Null);
    assert_eq!(
        put("permissions/video-chat", json!({"verifiedAgeThreshold": 12})),
        changed
    );
    assert_eq!(put("allowances", json!({"allowances": []})), changed);
    let all = json!({"permissions": [{"name": "a", "enabled": true}, {"name": "b"}]});
    assert_eq!(put("permissions", all.clone()), changed);
    assert_eq!(put("permissions", all), Value::Null);
    let removed = service.control("DELETE", &path("permissions/a"), json!({}));
    assert_eq!(event(removed), changed);
    for (action, expected) in [
        ("hold", Value::Null),
        ("release", Value::Null),
        ("revoke", json!("Session.Delete")),
        ("consent", Value::Null),
    ] {
        assert_eq!(
            event(service.control("POST", &path(action), json!({}))),
            expected,
            "{action}"
        );
    }
    assert_eq!(settled(&service).len(), 7);
    assert_eq!(receiver.count(), 7);
}

#[test]
fn unlocking_a_threshold_permission_is_told() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = service_for(&receiver);
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let player = service.control("POST", "/players", json!({"dateOfBirth": "2000-01-01"}));
    let path = format!(
        "/players/{}/permissions/loot-boxes-paid-cosmetic-only",
        text(&player["kuid"])
    );
    let unlocked = service.control("PUT", &path, json!({"enabled": true}));
    assert_eq!(unlocked["webhook"], "Session.ChangePermissions");
    assert_eq!(receiver.wait(1)[0].json()["data"]["id"], player["session"]["sessionId"]);
}

#[test]
fn a_revocation_sends_a_delete() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = service_for(&receiver);
    let player = service.child();
    let path = format!("/players/{}/revoke", text(&player["kuid"]));
    service.control("POST", &path, json!({}));
    let event = receiver.wait(1).remove(0);
    assert_eq!(
        event.json(),
        json!({
            "eventType": "Session.Delete",
            "data": {"id": player["session"]["sessionId"], "productId": 77},
        })
    );
    assert_eq!(event.headers["x-event-type"], "Session.Delete");
    assert!(event.is_signed_by(SECRET));
}

#[test]
fn a_refused_webhook_is_tried_twice_more() {
    let receiver = Receiver::start(|number, _| Some(if number < 2 { 500 } else { 200 }));
    let service = service_for(&receiver);
    allow_voice(&service, &service.child(), true);
    let came = receiver.wait(3);
    assert!(came[1].at - came[0].at >= Duration::from_millis(30));
    assert!(came[2].at - came[1].at >= Duration::from_millis(60));
    assert!(came.iter().all(|event| event.body == came[0].body));
    assert!(came.iter().all(|event| event.is_signed_by(SECRET)));
    let delivery = settled(&service).remove(0);
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(statuses(&delivery), [json!(500), json!(500), json!(200)]);
}

#[test]
fn a_webhook_is_dropped_after_the_last_retry() {
    let receiver = Receiver::start(|_, _| Some(302));
    let service = service_for(&receiver);
    allow_voice(&service, &service.child(), true);
    let delivery = settled(&service).remove(0);
    assert_eq!(delivery["state"], "dropped");
    assert_eq!(statuses(&delivery), [json!(302), json!(302), json!(302)]);
    assert_eq!(receiver.count(), 3);
    assert_eq!(service.look("/webhooks")["totals"]["dropped"], 1);
}

#[test]
fn no_answer_and_no_server_count_as_failures() {
    let receiver = Receiver::start(|_, _| None);
    let service = service_for(&receiver);
    service.control("PUT", "/webhooks", json!({"timeoutMs": 50, "retryDelaysMs": [1]}));
    let player = service.child();
    allow_voice(&service, &player, true);
    let silent = settled(&service).remove(0);
    assert_eq!(silent["state"], "dropped");
    assert_eq!(statuses(&silent), [Value::Null, Value::Null]);
    let reason = text(&silent["attempts"][0]["error"]);
    assert!(reason.contains("50ms"), "{reason}");

    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let url = format!("http://{closed}/");
    service.control("PUT", "/webhooks", json!({"url": url, "retryDelaysMs": []}));
    allow_voice(&service, &player, false);
    let nobody = settled(&service).remove(1);
    assert_eq!(nobody["state"], "dropped");
    assert!(text(&nobody["attempts"][0]["error"]).contains("refused"));
}

#[test]
fn without_an_address_nothing_is_sent_but_noted() {
    let service = Service::start();
    allow_voice(&service, &service.child(), true);
    let webhooks = service.look("/webhooks");
    assert_eq!(webhooks["deliveries"][0]["state"], "noTarget");
    assert_eq!(webhooks["totals"]["noTarget"], 1);
}

#[test]
fn without_a_secret_there_is_no_signature() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = service_for(&receiver);
    let set = service.control("PUT", "/webhooks", json!({"secret": null}));
    assert_eq!(set["secretSet"], false);
    allow_voice(&service, &service.child(), true);
    let event = receiver.wait(1).remove(0);
    assert!(event.headers.keys().all(|name| !name.starts_with("x-signature")));
    assert_eq!(event.headers["x-event-type"], "Session.ChangePermissions");
}

#[test]
fn the_test_pair_reports_both_answers() {
    let receiver = Receiver::start(|_, event| Some(if event.is_signed_by(SECRET) { 200 } else { 401 }));
    let service = service_for(&receiver);
    let report = service.control("POST", "/webhooks/test", json!({}));
    assert_eq!(report["passed"], true);
    assert_eq!(report["valid"]["status"], 200);
    assert_eq!(report["invalid"]["status"], 401);
    let came = receiver.wait(2);
    assert!(came.iter().all(|event| event.headers["x-event-type"] == "Test"));
    assert_eq!(came[0].json()["eventType"], "Test");
    assert_eq!(text(&came[0].json()["data"]["id"]).len(), 36);
    assert_eq!(came.len(), 2, "the pair is not tried again");

    service.control(
        "PUT",
        "/webhooks",
        json!({"secret": "one that the server does not know"}),
    );
    let report = service.control("POST", "/webhooks/test", json!({}));
    assert_eq!(
        (&report["passed"], &report["valid"]["status"]),
        (&json!(false), &json!(401))
    );
    service.control("PUT", "/webhooks", json!({"url": null}));
    let message = service.refused("POST", "/webhooks/test", json!({}));
    assert!(message.contains("url"), "{message}");
}

#[test]
fn a_server_that_believes_everything_fails_the_test_pair() {
    let receiver = Receiver::start(|_, _| Some(200));
    let service = service_for(&receiver);
    let report = service.control("POST", "/webhooks/test", json!({}));
    assert_eq!(
        (&report["passed"], &report["invalid"]["status"]),
        (&json!(false), &json!(200))
    );
}

#[test]
fn the_settings_are_k_ids_by_default_and_checked() {
    let service = Service::start();
    let webhooks = service.look("/webhooks");
    assert_eq!(webhooks["timeoutMs"], 5000);
    assert_eq!(webhooks["retryDelaysMs"], json!([5000, 10000]));
    assert_eq!(
        (&webhooks["url"], &webhooks["secretSet"]),
        (&Value::Null, &json!(false))
    );
    for wrong in [
        json!({"url": "ftp://127.0.0.1/"}),
        json!({"url": "nowhere"}),
        json!({"secret": ""}),
        json!({"timeoutMs": 0}),
        json!({"retryDelaysMs": [3_600_001]}),
        json!({"adress": "http://127.0.0.1/"}),
    ] {
        service.refused("PUT", "/webhooks", wrong);
    }
    let set = service.control(
        "PUT",
        "/webhooks",
        json!({"url": "https://example.org/hook", "secret": "s3cr3t-value"}),
    );
    assert_eq!(
        (&set["url"], &set["secretSet"]),
        (&json!("https://example.org/hook"), &json!(true))
    );
    assert!(!set.to_string().contains("s3cr3t-value"));
}

#[test]
fn a_reset_ends_the_retries() {
    let (let_go, waiting) = std::sync::mpsc::channel::<()>();
    let waiting = std::sync::Mutex::new(waiting);
    let receiver = Receiver::start(move |number, _| {
        if number == 0 {
            waiting.lock().expect("the channel").recv().expect("the word to go on");
        }
        Some(500)
    });
    let service = service_for(&receiver);
    allow_voice(&service, &service.child(), true);
    receiver.wait(1);
    service.control("PUT", "/webhooks", json!({"secret": null}));
    let reset = service.control("POST", "/reset", json!({}));
    assert_eq!(reset["webhooks"]["secretSet"], true);
    assert_eq!(service.look("/webhooks")["deliveries"], json!([]));
    let_go.send(()).expect("the receiver waits");
    // The new event goes the usual way, which takes longer than the old one's first retry would.
    allow_voice(&service, &service.child(), true);
    let deliveries = settled(&service);
    assert_eq!(deliveries.len(), 1);
    assert_eq!(statuses(&deliveries[0]).len(), 3);
    assert_eq!(receiver.count(), 4);
}
