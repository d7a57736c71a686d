//! k-ID's side: `/api/v1/session/get`.

mod support;

use std::collections::HashSet;

use playgate_sandbox::Config;
use serde_json::{Value, json};
use support::{Service, permission, text};

fn error_of(answer: &support::Answer) -> String {
    let body = answer.json();
    assert!(!text(&body["errorMessage"]).is_empty());
    assert_eq!(body.as_object().expect("an object").len(), 2, "{body}");
    text(&body["error"]).to_owned()
}

#[test]
fn a_session_has_every_documented_field() {
    let service = Service::start();
    let player = service.child();
    let session_id = text(&player["session"]["sessionId"]);
    let answer = service.session(session_id);
    assert_eq!(answer.status, 200);
    let session = answer.json();
    assert_eq!(session, player["session"]);

    let fields: HashSet<&str> = session
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let documented = [
        "sessionId",
        "kuid",
        "etag",
        "status",
        "ageStatus",
        "ageCategory",
        "dateOfBirth",
        "jurisdiction",
        "managedBy",
        "permissions",
        "allowances",
        "hasApproverEmail",
    ];
    assert_eq!(fields, HashSet::from(documented));
    assert_eq!(session_id.len(), 36);
    assert_eq!(session["kuid"], player["kuid"]);
    assert_eq!(session["status"], "ACTIVE");
    assert_eq!(session["ageStatus"], "DIGITAL_MINOR");
    assert_eq!(session["ageCategory"], "digital-minor");
    assert_eq!(session["dateOfBirth"], "2015-01-20");
    assert_eq!(session["jurisdiction"], "US-CA");
    assert_eq!(session["managedBy"], "GUARDIAN");
    assert_eq!(session["hasApproverEmail"], true);
    assert!(text(&session["etag"]).bytes().all(|b| b.is_ascii_hexdigit()));

    let is = |name: &str, enabled: bool, managed_by: &str, threshold: Option<u64>| {
        let mut expected = json!({"name": name, "enabled": enabled, "managedBy": managed_by});
        if let Some(threshold) = threshold {
            expected["verifiedAgeThreshold"] = json!(threshold);
        }
        assert_eq!(*permission(&session, name), expected);
    };
    is("voice-chat", false, "GUARDIAN", None);
    is("text-chat-private", true, "GUARDIAN", None);
    is("multiplayer", true, "GUARDIAN", None);
    is("in-game-purchases", false, "GUARDIAN", None);
    is("targeted-ads", true, "GUARDIAN", None);
    is("ai-generated-avatars", false, "PLAYER", None);
    is("leaderboard-and-rankings", true, "PLAYER", None);
    is("loot-boxes-paid-cosmetic-only", false, "PROHIBITED", Some(18));
    let types: Vec<&str> = session["allowances"]
        .as_array()
        .expect("allowances")
        .iter()
        .map(|allowance| text(&allowance["type"]))
        .collect();
    assert_eq!(types, ["numerical", "selection"]);
}

#[test]
fn a_session_is_found_by_kuid_too() {
    let service = Service::start();
    let player = service.child();
    let by_kuid = format!("/api/v1/session/get?kuid={}", text(&player["kuid"]));
    assert_eq!(service.get(&by_kuid).json(), player["session"]);
}

#[test]
fn the_etag_is_a_query_parameter() {
    let service = Service::start();
    let player = service.child();
    let session_id = text(&player["session"]["sessionId"]);
    let etag = text(&player["session"]["etag"]);
    let path = format!("/api/v1/session/get?sessionId={session_id}");

    let unchanged = service.get(&format!("{path}&etag={etag}"));
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    for other in ["", "&etag=", "&etag=0000"] {
        assert_eq!(service.get(&format!("{path}{other}")).status, 200, "{other}");
    }
    let header = support::agent(std::time::Duration::from_secs(20))
        .get(format!("{}{path}", service.url))
        .header("Authorization", "Bearer sandbox-key")
        .header("If-None-Match", etag)
        .call()
        .expect("an answer");
    assert_eq!(header.status(), 200, "If-None-Match means nothing to k-ID");
}

#[test]
fn the_etag_changes_with_anything_in_the_session() {
    let service = Service::start();
    let player = service.child();
    let kuid = text(&player["kuid"]).to_owned();
    let mut seen = vec![text(&player["session"]["etag"]).to_owned()];
    let edits: [(&str, &str, Value); 7] = [
        ("PUT", "permissions/voice-chat", json!({"enabled": true})),
        ("PUT", "permissions/voice-chat", json!({"managedBy": "PLAYER"})),
        (
            "PUT",
            "permissions/custom-username",
            json!({"verifiedAgeThreshold": 10}),
        ),
        ("DELETE", "permissions/multiplayer", json!({})),
        ("PUT", "allowances", json!({"allowances": []})),
        ("PUT", "birthday", json!({"dateOfBirth": "2015-01-21"})),
        ("POST", "hold", json!({})),
    ];
    for (method, what, body) in edits {
        let after = service.control(method, &format!("/players/{kuid}/{what}"), body);
        seen.push(text(&after["session"]["etag"]).to_owned());
    }
    let different: HashSet<&String> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "{seen:?}");
    // A date that changes nothing about the player leaves it as it is.
    service.control("PUT", "/date", json!({"today": "2026-05-11"}));
    let now = service.look(&format!("/players/{kuid}"));
    assert_eq!(now["session"]["etag"], json!(seen.last()));
}

#[test]
fn a_wrong_or_missing_key_is_401() {
    let service = Service::start();
    let player = service.child();
    let path = format!(
        "/api/v1/session/get?sessionId={}",
        text(&player["session"]["sessionId"])
    );
    let wrong = [
        None,
        Some("Bearer nope"),
        Some("sandbox-key"),
        Some("Basic sandbox-key"),
        Some("Bearer "),
    ];
    for authorization in wrong {
        let answer = service.get_as(&path, authorization);
        assert_eq!(answer.status, 401, "{authorization:?}");
        assert_eq!(error_of(&answer), "UNAUTHORIZED");
    }
    assert_eq!(service.get_as(&path, Some("bearer sandbox-key")).status, 200);

    service.control("PUT", "/switches", json!({"empty401": true}));
    let empty = service.get_as(&path, None);
    assert_eq!((empty.status, empty.body.len()), (401, 0));
}

#[test]
fn the_key_can_be_chosen() {
    let service = Service::with(Config {
        api_key: "another".to_owned(),
        ..Config::default()
    });
    let player = service.child();
    let path = format!("/api/v1/session/get?kuid={}", text(&player["kuid"]));
    assert_eq!(service.get(&path).status, 401);
    assert_eq!(service.get_as(&path, Some("Bearer another")).status, 200);
}

#[test]
fn a_session_that_is_not_there_is_400_not_found() {
    let service = Service::start();
    let player = service.child();
    let kuid = text(&player["kuid"]);
    let session_id = text(&player["session"]["sessionId"]);
    service.control("POST", &format!("/players/{kuid}/revoke"), json!({}));
    let queries = [
        format!("sessionId={session_id}"),
        format!("kuid={kuid}"),
        "sessionId=78c299b2-5c33-4bde-84fe-8fc950fc7a96".to_owned(),
        "sessionId=not-a-uuid".to_owned(),
        "sessionId=%00%ff".to_owned(),
        "kuid=123456".to_owned(),
        format!("sessionId={session_id}&etag={}", text(&player["session"]["etag"])),
    ];
    for (switch, status) in [(false, 400), (true, 404)] {
        service.control("PUT", "/switches", json!({"notFoundAs404": switch}));
        for query in &queries {
            let answer = service.get(&format!("/api/v1/session/get?{query}"));
            assert_eq!(answer.status, status, "{query}");
            assert_eq!(error_of(&answer), "NOT_FOUND");
        }
    }
}

#[test]
fn a_request_without_an_id_is_invalid_input() {
    let service = Service::start();
    for query in ["", "?etag=1", "?sessionId=", "?id=78c299b2-5c33-4bde-84fe-8fc950fc7a96"] {
        let answer = service.get(&format!("/api/v1/session/get{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(error_of(&answer), "INVALID_INPUT");
    }
}

#[test]
fn an_unknown_path_is_404_with_an_error_body() {
    let service = Service::start();
    for path in [
        "/api/v1/session/nothing",
        "/api/v1",
        "/api",
        "/favicon",
        "/control/nothing",
    ] {
        let answer = service.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(error_of(&answer), "NOT_FOUND");
    }
    let wrong_method = service.send("DELETE", "/state", "");
    assert_eq!(wrong_method.status, 405);
    assert_eq!(error_of(&wrong_method), "INVALID_INPUT");
}

#[test]
fn the_session_comes_in_an_envelope_by_a_switch() {
    let service = Service::start();
    let player = service.child();
    let session_id = text(&player["session"]["sessionId"]);
    let switches = service.control("PUT", "/switches", json!({"wrapped": true}));
    assert_eq!(switches["wrapped"], true);
    assert_eq!(
        service.session(session_id).json(),
        json!({"session": player["session"], "status": "PASS"})
    );
    let etag = text(&player["session"]["etag"]);
    let unchanged = service.get(&format!("/api/v1/session/get?sessionId={session_id}&etag={etag}"));
    assert_eq!(unchanged.status, 304);
}

#[test]
fn an_unknown_field_comes_by_a_switch() {
    let service = Service::start();
    let player = service.child();
    let session_id = text(&player["session"]["sessionId"]);
    service.control("PUT", "/switches", json!({"unknownField": true}));
    let with = service.session(session_id).json();
    assert!(with["sandboxUnknownField"].is_object());
    assert_ne!(with["etag"], player["session"]["etag"]);
    service.control("PUT", "/switches", json!({"unknownField": false}));
    assert_eq!(service.session(session_id).json(), player["session"]);
}

#[test]
fn hold_and_release_change_the_status_only() {
    let service = Service::start();
    let player = service.child();
    let kuid = text(&player["kuid"]);
    let session_id = text(&player["session"]["sessionId"]);
    let held = service.control("POST", &format!("/players/{kuid}/hold"), json!({}));
    assert_eq!((&held["state"], &held["webhook"]), (&json!("HOLD"), &Value::Null));
    let mut session = service.session(session_id).json();
    assert_eq!(session["status"], "HOLD");
    session["status"] = json!("ACTIVE");
    session["etag"] = player["session"]["etag"].clone();
    assert_eq!(session, player["session"]);
    let released = service.control("POST", &format!("/players/{kuid}/release"), json!({}));
    assert_eq!(released["session"], player["session"]);
}

#[test]
fn a_new_consent_has_a_new_session_and_the_old_kuid() {
    let service = Service::start();
    let player = service.child();
    let kuid = text(&player["kuid"]);
    let old = text(&player["session"]["sessionId"]);
    let voice = format!("/players/{kuid}/permissions/voice-chat");
    service.control("PUT", &voice, json!({"enabled": true}));

    let message = service.refused("POST", &format!("/players/{kuid}/consent"), json!({}));
    assert!(message.contains("revoke"), "{message}");
    let revoked = service.control("POST", &format!("/players/{kuid}/revoke"), json!({}));
    assert_eq!(revoked["state"], "NO_SESSION");
    assert_eq!(revoked["session"], Value::Null);
    for action in ["revoke", "hold", "release"] {
        let message = service.refused("POST", &format!("/players/{kuid}/{action}"), json!({}));
        assert!(message.contains("no session"), "{message}");
    }
    let message = service.refused("PUT", &voice, json!({"enabled": false}));
    assert!(message.contains("no session"), "{message}");

    let again = service.control("POST", &format!("/players/{kuid}/consent"), json!({}));
    let new = text(&again["session"]["sessionId"]);
    assert_ne!(new, old);
    assert_eq!(again["session"]["kuid"], kuid);
    assert_eq!(permission(&again["session"], "voice-chat")["enabled"], true);
    assert_eq!(service.session(new).json(), again["session"]);
    assert_eq!(service.session(old).status, 400);

    service.control("POST", &format!("/players/{kuid}/revoke"), json!({}));
    let list = json!({"permissions": [{"name": "voice-chat"}]});
    let third = service.control("POST", &format!("/players/{kuid}/consent"), list);
    assert_eq!(
        third["session"]["permissions"],
        json!([{"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"}])
    );
    assert_eq!(third["sessionsCreated"], 3);
}
