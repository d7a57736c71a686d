//! The control API and the page.

mod support;

use std::time::Duration;

use playgate_sandbox::{Config, Sandbox};
use serde_json::{Value, json};
use support::{Service, permission, text};

#[test]
fn players_are_created_listed_and_found() {
    let service = Service::start();
    let ann = service.child();
    let ben = service.control("POST", "/players", json!({"name": "Ben"}));
    assert_eq!(ben["age"], 11, "the default player is a child");
    assert_eq!(ann["state"], "ACTIVE");
    let list = service.look("/players");
    assert_eq!((&list["total"], &list["matching"]), (&json!(2), &json!(2)));
    let names: Vec<&str> = list["players"]
        .as_array()
        .expect("players")
        .iter()
        .map(|player| text(&player["name"]))
        .collect();
    assert_eq!(names, ["Ann", "Ben"]);
    assert_eq!(list["players"][0]["sessionId"], ann["session"]["sessionId"]);

    let kuid = text(&ben["kuid"]);
    let session_id = text(&ben["session"]["sessionId"]);
    for search in ["ben", kuid, session_id] {
        let found = service.look(&format!("/players?search={search}"));
        assert_eq!(found["matching"], 1, "{search}");
        assert_eq!(found["players"][0]["kuid"], kuid);
    }
    let second = service.look("/players?offset=1&limit=1");
    assert_eq!(second["players"][0]["kuid"], kuid);
    for id in [kuid, session_id] {
        assert_eq!(service.look(&format!("/players/{id}"))["session"], ben["session"]);
    }
    assert!(
        service
            .refused("GET", "/players/nobody", json!({}))
            .contains("no player")
    );
    service.refused("GET", "/players?limit=many", json!({}));
}

#[test]
fn a_player_comes_with_chosen_permissions_and_allowances() {
    let service = Service::start();
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let player = service.control(
        "POST",
        "/players",
        json!({
            "dateOfBirth": "2012-07", "jurisdiction": "GB",
            "permissions": [
                {"name": "a", "enabled": true},
                {"name": "b", "managedBy": "PLAYER"},
                {"name": "c", "managedBy": "PROHIBITED"},
                {"name": "d", "verifiedAgeThreshold": 13, "enabled": true},
                {"name": "e", "verifiedAgeThreshold": 18, "managedBy": "PROHIBITED"},
            ],
            "allowances": [{"name": "x", "type": "numerical", "numericalValue": 1.5}],
        }),
    );
    let session = &player["session"];
    assert_eq!(
        (&session["jurisdiction"], &session["dateOfBirth"]),
        (&json!("GB"), &json!("2012-07"))
    );
    assert_eq!(
        session["permissions"],
        json!([
            {"name": "a", "enabled": true, "managedBy": "GUARDIAN"},
            {"name": "b", "enabled": false, "managedBy": "PLAYER"},
            {"name": "c", "enabled": false, "managedBy": "PROHIBITED"},
            {"name": "d", "enabled": true, "managedBy": "PLAYER", "verifiedAgeThreshold": 13},
            {"name": "e", "enabled": false, "managedBy": "PROHIBITED", "verifiedAgeThreshold": 18},
        ])
    );
    assert_eq!(
        session["allowances"],
        json!([{"name": "x", "type": "numerical", "numericalValue": 1.5}])
    );
}

#[test]
fn what_k_id_would_never_send_is_refused() {
    let service = Service::start();
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let with = |permission: Value| json!({"dateOfBirth": "2015", "permissions": [permission]});
    for wrong in [
        with(json!({"name": "a", "verifiedAgeThreshold": 18, "managedBy": "GUARDIAN"})),
        with(json!({"name": "a", "verifiedAgeThreshold": 18, "enabled": true})),
        with(json!({"name": "a", "verifiedAgeThreshold": 9, "managedBy": "PROHIBITED"})),
        with(json!({"name": "a", "managedBy": "PROHIBITED", "enabled": true})),
        with(json!({"name": ""})),
        with(json!({"name": "a", "managedBy": "PARENT"})),
        with(json!({"name": "a", "enable": true})),
        json!({"permissions": [{"name": "a"}, {"name": "a"}]}),
        json!({"dateOfBirth": "1990", "permissions": [{"name": "a", "managedBy": "GUARDIAN"}]}),
        json!({"dateOfBirth": "2027"}),
        json!({"dateOfBirth": "1.1.2015"}),
        json!({"jurisdiction": "California"}),
        json!({"jurisdiction": "us"}),
        json!({"digitalConsentAge": 19}),
        json!({"born": "2015"}),
    ] {
        service.refused("POST", "/players", wrong);
    }
    assert_eq!(service.look("/players")["total"], 0);
    let answer = service.send("POST", "/players", "{");
    assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("INVALID_INPUT")));
}

#[test]
fn permissions_are_switched_added_and_removed() {
    let service = Service::start();
    let player = service.child();
    let path = |name: &str| format!("/players/{}/permissions/{name}", text(&player["kuid"]));
    let edit = |name: &str, body: Value| {
        let answer = service.control("PUT", &path(name), body);
        // What the control API answers is what k-ID sends from now on.
        let session = service.session(text(&answer["session"]["sessionId"])).json();
        assert_eq!(session, answer["session"]);
        session
    };
    let is = |session: &Value, name: &str, enabled: bool, managed_by: &str| {
        let found = permission(session, name);
        assert_eq!(found["enabled"], enabled, "{found}");
        assert_eq!(found["managedBy"], managed_by, "{found}");
    };
    is(
        &edit("voice-chat", json!({"enabled": true})),
        "voice-chat",
        true,
        "GUARDIAN",
    );
    is(
        &edit("voice-chat", json!({"managedBy": "PLAYER"})),
        "voice-chat",
        true,
        "PLAYER",
    );
    is(
        &edit("voice-chat", json!({"managedBy": "PROHIBITED"})),
        "voice-chat",
        false,
        "PROHIBITED",
    );
    let both = json!({"managedBy": "GUARDIAN", "enabled": true});
    is(&edit("voice-chat", both), "voice-chat", true, "GUARDIAN");
    let below = edit("voice-chat", json!({"verifiedAgeThreshold": 12}));
    is(&below, "voice-chat", false, "PROHIBITED");
    assert_eq!(permission(&below, "voice-chat")["verifiedAgeThreshold"], 12);
    let reached = edit("voice-chat", json!({"verifiedAgeThreshold": 11}));
    is(&reached, "voice-chat", true, "PLAYER");
    let without = edit("voice-chat", json!({"verifiedAgeThreshold": null}));
    is(&without, "voice-chat", true, "PLAYER");
    assert_eq!(permission(&without, "voice-chat").get("verifiedAgeThreshold"), None);

    let added = edit("Odd%20name%2Fwith%20%C3%BC", json!({"enabled": true}));
    is(&added, "Odd name/with ü", true, "GUARDIAN");
    let removed = service.control("DELETE", &path("Odd%20name%2Fwith%20%C3%BC"), json!({}));
    let count = |session: &Value| session["permissions"].as_array().expect("permissions").len();
    assert_eq!(count(&removed["session"]), count(&added) - 1);
    let message = service.refused("DELETE", &path("no-such-permission"), json!({}));
    assert!(message.contains("no such permission"), "{message}");

    let all = json!({"permissions": [{"name": "only"}]});
    let replaced = service.control("PUT", path("").trim_end_matches('/'), all);
    assert_eq!(count(&replaced["session"]), 1);
}

#[test]
fn the_request_log_counts_without_personal_data() {
    let service = Service::start();
    let player = service.child();
    let kuid = text(&player["kuid"]);
    let session_id = text(&player["session"]["sessionId"]);
    service.session(session_id);
    service.get(&format!("/api/v1/session/get?kuid={kuid}"));
    service.get_as(&format!("/api/v1/session/get?kuid={kuid}"), Some("Bearer a-wrong-key"));
    service.get(&format!("/api/v1/session/{session_id}"));
    service.get("/somebody@example.org");
    service.control("PUT", "/faults", json!({"kind": "drop", "count": 1}));
    assert!(service.try_get("/api/v1/session/get").is_err());

    let log = service.look("/requests");
    assert_eq!(log["total"], 6);
    assert_eq!(
        log["byRoute"]["GET /api/v1/session/get"],
        json!({"total": 4, "byStatus": {"200": 2, "401": 1, "none": 1}})
    );
    assert_eq!(log["byRoute"]["GET /api/v1/session/*"]["byStatus"]["404"], 1);
    let last = &log["entries"][5];
    assert_eq!((&last["status"], &last["fault"]), (&Value::Null, &json!("drop")));
    assert_eq!(log["entries"][0]["path"], "/api/v1/session/get");
    for secret in [kuid, session_id, "sandbox-key", "a-wrong-key", "example.org", "2015"] {
        assert!(!log.to_string().contains(secret), "{secret} is in the log");
    }
    let short = service.look("/requests?limit=2");
    assert_eq!(short["entries"].as_array().expect("entries").len(), 2);
    assert_eq!(short["entries"][1], *last);
    assert_eq!(service.look("/state")["requestCount"], 6);
    let cleared = service.control("DELETE", "/requests", json!({}));
    assert_eq!(cleared, json!({"total": 0, "byRoute": {}, "entries": []}));
}

#[test]
fn the_log_keeps_the_latest_only_and_counts_on() {
    let service = Service::start();
    for _ in 0..510 {
        assert_eq!(service.get("/api/v1/session/get?sessionId=x").status, 400);
    }
    let log = service.look("/requests");
    assert_eq!(log["total"], 510);
    let entries = log["entries"].as_array().expect("entries");
    assert_eq!((entries.len(), &entries[0]["number"]), (500, &json!(11)));
}

#[test]
fn a_reset_restores_the_start() {
    let service = Service::with(Config {
        players: 3,
        today: Some("2026-01-01".to_owned()),
        webhook_url: Some("http://127.0.0.1:9/".to_owned()),
        ..Config::default()
    });
    let start = service.look("/state");
    assert_eq!(
        (&start["playerCount"], &start["today"]),
        (&json!(3), &json!("2026-01-01"))
    );
    let player = service.child();
    service.control("PUT", "/switches", json!({"wrapped": true, "notFoundAs404": true}));
    service.control("PUT", "/faults", json!({"latencyMs": 5, "kind": "500"}));
    service.control("PUT", "/webhooks", json!({"url": null, "secret": "x"}));
    service.get("/api/v1/session/get");
    assert_ne!(service.look("/state"), start);
    assert_eq!(service.control("POST", "/reset", json!({})), start);
    assert_eq!(service.session(text(&player["session"]["sessionId"])).status, 400);
}

#[test]
fn it_holds_many_players() {
    let service = Service::with(Config {
        players: 20_000,
        ..Config::default()
    });
    let last = service.look("/players?offset=19999&limit=5");
    assert_eq!(last["players"].as_array().expect("players").len(), 1);
    let session_id = text(&last["players"][0]["sessionId"]).to_owned();
    assert_eq!(service.session(&session_id).json()["sessionId"], json!(session_id));
}

#[test]
fn the_page_is_whole_in_itself() {
    let service = Service::start();
    let answer = service.get_as("/", None);
    assert_eq!(answer.status, 200);
    let page = String::from_utf8(answer.body).expect("text");
    assert!(page.starts_with("<!doctype html>"));
    for outside in ["http://", "https://", "src=", "@import", "<link rel=\"stylesheet\""] {
        assert!(!page.contains(outside), "the page mentions {outside}");
    }
    // Every control has a label: it stands in one, or its button says what it does.
    let inputs = page.matches("<input").count() + page.matches("<select").count();
    let labels = page.matches("<label").count();
    assert_eq!(inputs, labels);
}

#[test]
fn another_web_page_cannot_steer_it() {
    let service = Service::start();
    let agent = support::agent(Duration::from_secs(20));
    let reset = |origin: &str| {
        agent
            .post(format!("{}/control/reset", service.url))
            .header("Origin", origin)
            .send_empty()
            .expect("an answer")
            .status()
            .as_u16()
    };
    assert_eq!(reset("http://somewhere.example"), 403);
    assert_eq!(reset(&service.url), 200);
}

#[test]
fn an_unusable_configuration_is_named() {
    let error = |config: Config| {
        let error = Sandbox::start(config).err().expect("an error");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        error.to_string()
    };
    let with = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        config
    };
    assert!(error(with(|c| c.api_key.clear())).contains("API key"));
    assert!(error(with(|c| c.today = Some("tomorrow".to_owned()))).contains("today"));
    assert!(error(with(|c| c.webhook_url = Some("here".to_owned()))).contains("webhook url"));
    assert!(error(with(|c| c.webhook_timeout = Duration::ZERO)).contains("timeout"));

    let first = Service::start();
    let taken = Sandbox::start(Config {
        listen: first.sandbox.address(),
        ..Config::default()
    });
    let error = taken.err().expect("the port is taken");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains("is taken"), "{error}");
}

#[test]
fn stopping_and_dropping_close_the_port() {
    let ends: [fn(Sandbox); 2] = [Sandbox::stop, drop];
    for end in ends {
        let sandbox = Sandbox::start(Config::default()).expect("it starts");
        let address = sandbox.address();
        assert!(std::net::TcpStream::connect(address).is_ok());
        end(sandbox);
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
