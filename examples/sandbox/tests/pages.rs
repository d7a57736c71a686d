//! The pages that challenges and the widget lead to.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Service, challenge_id, permission, session_id, text};
use ureq::http::Response;

const LOOT: &str = "loot-boxes-paid-cosmetic-only";

/// A page as a browser gets it: status, content security policy, HTML.
fn page(url: &str) -> (u16, String, String) {
    let mut response: Response<ureq::Body> = support::agent(Duration::from_secs(20)).get(url).call().expect("a page");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    let html = response.body_mut().read_to_string().expect("text");
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    (response.status().as_u16(), policy, html)
}

/// A button is pressed: what the page's script sends.
fn press(url: &str, body: Value) -> (u16, Value) {
    let (address, query) = url.split_once('?').expect("a query");
    let (_, link) = query.split_once('=').expect("a link");
    let mut all = json!({ "link": link });
    all.as_object_mut()
        .expect("an object")
        .extend(body.as_object().expect("an object").clone());
    let request = support::agent(Duration::from_secs(20)).post(address);
    let mut response = request.send(all.to_string()).expect("an answer");
    let body = response.body_mut().read_to_vec().expect("a body");
    (response.status().as_u16(), serde_json::from_slice(&body).expect("JSON"))
}

fn voice(service: &Service) -> (Value, Value) {
    let player = service.child();
    let challenge = service.upgrade(session_id(&player), &["voice-chat"])["challenge"].clone();
    (player, challenge)
}

fn loot(service: &Service) -> (Value, Value) {
    let player = service.adult();
    let challenge = service.upgrade(session_id(&player), &[LOOT])["challenge"].clone();
    (player, challenge)
}

fn widget(service: &Service, session_id: &str) -> String {
    let body = json!({"sessionId": session_id, "email": "pat@example.org"});
    let answer = service.post("/widget/generate-manage-session-permissions-url", body);
    assert_eq!(answer.status, 200, "{answer:?}");
    text(&answer.json()["url"]).to_owned()
}

#[test]
fn a_parent_opens_the_page_and_approves() {
    let service = Service::start();
    let (player, challenge) = voice(&service);
    let id = text(&challenge["challengeId"]);
    let url = text(&challenge["url"]);
    let (status, _, html) = page(url);
    assert_eq!(status, 200);
    for part in [
        "Ann",
        "voice-chat",
        r#"data-action="approve""#,
        r#"data-action="refuse""#,
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.contains(&format!(r#"data-challenge="{id}""#)));
    assert_eq!(service.status_of(id)["status"], "IN_PROGRESS");
    let (status, answer) = press(url, json!({"action": "approve"}));
    assert_eq!((status, &answer["status"]), (200, &json!("PASS")));
    assert_eq!(service.status_of(id)["status"], "PASS");
    let session = service.now(session_id(&player));
    assert_eq!(permission(&session, "voice-chat")["enabled"], true);
    assert!(page(url).2.contains(r#"data-closed="answered""#));
    assert_eq!(press(url, json!({"action": "refuse"})).0, 400);
}

#[test]
fn a_parent_refuses_on_the_page() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let url = text(&challenge["url"]);
    assert_eq!(press(url, json!({"action": "refuse"})).1["status"], "FAIL");
    assert_eq!(service.status_of(text(&challenge["challengeId"]))["status"], "FAIL");
}

#[test]
fn a_code_is_typed_in_and_in_any_case() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let (status, _, html) = page(&format!("{}/code", service.url));
    assert_eq!(status, 200);
    assert!(html.contains(r#"action="/family/authorize""#) && html.contains(r#"name="otp""#));
    let typed = text(&challenge["oneTimePassword"]).to_lowercase();
    let (status, _, html) = page(&format!("{}/family/authorize?otp=+{typed}+", service.url));
    assert_eq!(status, 200);
    assert!(html.contains("Ann"));
}

#[test]
fn codes_that_were_given_out_before_stay_valid() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let id = text(&challenge["challengeId"]);
    for _ in 0..49 {
        service.get(&format!("/api/v1/challenge/get?challengeId={id}"));
    }
    assert_eq!(page(text(&challenge["url"])).0, 200);
    service.get(&format!("/api/v1/challenge/get?challengeId={id}"));
    assert_eq!(page(text(&challenge["url"])).0, 404, "fifty at a time");
}

#[test]
fn an_expired_or_unknown_code_says_so() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let (_, check) = loot(&service);
    for challenge in [&challenge, &check] {
        let id = text(&challenge["challengeId"]);
        let url = text(&challenge["url"]);
        service.control("POST", &format!("/challenges/{id}/expire"), json!({}));
        let (status, _, html) = page(url);
        assert_eq!(status, 410);
        assert!(html.contains(r#"data-closed="expired""#) && html.contains("has expired"));
        assert_eq!(service.status_of(id)["status"], "PENDING", "nobody has seen it");
        for action in ["approve", "pass"] {
            let (status, error) = press(url, json!({ "action": action }));
            assert_eq!((status, &error["error"]), (400, &json!("INVALID_INPUT")));
        }
        let fresh = service.get(&format!("/api/v1/challenge/get?challengeId={id}")).json();
        assert_eq!(page(text(&fresh["url"])).0, 200);
    }
    // One page's key does not open another.
    let (_, live) = voice(&service);
    let code = text(&live["oneTimePassword"]);
    for path in [
        "/family/authorize?otp=ZZZZZZ".to_owned(),
        "/family/authorize".to_owned(),
        "/age-assurance?token=a.b.c".to_owned(),
        format!("/age-assurance?token={code}"),
        format!("/widget/manage-session-permissions?token={code}"),
        "/widget/manage-session-permissions".to_owned(),
    ] {
        let (status, _, html) = page(&format!("{}{path}", service.url));
        assert_eq!(status, 404, "{path}");
        assert!(html.contains(r#"data-closed="unknown""#));
    }
}

#[test]
fn a_code_expires_by_itself() {
    let service = Service::start();
    service.control("PUT", "/lifetimes", json!({"codeSeconds": 1, "tokenSeconds": 0}));
    let (_, challenge) = voice(&service);
    let url = text(&challenge["url"]);
    support::wait_for("the code to expire", || (page(url).0 == 410).then_some(()));
    let (_, check) = loot(&service);
    assert_eq!(page(text(&check["url"])).0, 410);
}

#[test]
fn the_player_passes_the_age_check() {
    let service = Service::start();
    let (player, challenge) = loot(&service);
    let id = text(&challenge["challengeId"]);
    let url = text(&challenge["url"]);
    let (status, _, html) = page(url);
    assert_eq!(status, 200);
    for part in [LOOT, r#"id="age""#, r#"data-action="pass""#, r#"data-action="fail""#] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(service.status_of(id)["status"], "IN_PROGRESS");
    for (action, code) in [("approve", 400), ("refuse", 400), ("pass", 200)] {
        assert_eq!(press(url, json!({"action": action, "age": 30})).0, code, "{action}");
    }
    let session = service.now(session_id(&player));
    assert_eq!(permission(&session, LOOT)["enabled"], true);
    assert_eq!(session["ageVerification"]["verifiedAge"], 30);
}

#[test]
fn the_player_fails_the_age_check() {
    let service = Service::start();
    for press_what in [json!({"action": "fail"}), json!({"action": "pass", "age": 17})] {
        let (player, challenge) = loot(&service);
        assert_eq!(press(text(&challenge["url"]), press_what).1["status"], "FAIL");
        assert_eq!(service.now(session_id(&player)), player["session"]);
    }
}

#[test]
fn the_player_goes_back_to_where_the_game_said() {
    let service = Service::start();
    for (to, action, status) in [
        ("game://back?x=1#y", "pass", "PASS"),
        ("https://game.example/", "fail", "FAIL"),
    ] {
        let player = service.adult();
        let mut body = support::wish(session_id(&player), &[LOOT]);
        body["options"] = json!({ "redirectUrl": to });
        let upgraded = service.post("/session/upgrade", body).json();
        let id = challenge_id(&upgraded);
        let (_, answer) = press(text(&upgraded["challenge"]["url"]), json!({ "action": action }));
        let expected = match status {
            "PASS" => format!(
                "game://back?x=1&challengeId={id}&productId=42&sessionId={}&status=PASS#y",
                session_id(&player)
            ),
            _ => format!("https://game.example/?challengeId={id}&productId=42&status=FAIL"),
        };
        assert_eq!(answer["back"], json!(expected));
    }
}

#[test]
fn the_widget_shows_and_saves_what_the_guardian_decides() {
    let service = Service::start();
    let (player, challenge) = voice(&service);
    let id = session_id(&player);
    let url = widget(&service, id);
    assert!(url.starts_with(&format!("{}/widget/manage-session-permissions?token=", service.url)));
    let (status, policy, html) = page(&url);
    assert_eq!(status, 200);
    assert!(policy.contains("frame-ancestors *"));
    assert!(html.contains("Widget.ExitReview"));
    assert!(html.contains(r#"data-permission="multiplayer" checked>"#));
    assert!(html.contains(r#"data-permission="voice-chat">"#));
    for others in ["ai-generated-avatars", LOOT, "simulated-gambling"] {
        assert!(!html.contains(others), "{others}");
    }
    let enabled = json!(["voice-chat", "ai-generated-avatars"]);
    let (status, answer) = press(&url, json!({"action": "done", "enabledPermissions": enabled}));
    assert_eq!((status, &answer["sessionId"]), (200, &json!(id)));
    let session = service.now(id);
    for (name, enabled) in [
        ("voice-chat", true),
        ("multiplayer", false),
        ("ai-generated-avatars", false),
        ("custom-username", true),
    ] {
        assert_eq!(permission(&session, name)["enabled"], enabled, "{name}");
    }
    // The parent has said yes to what was asked for.
    assert_eq!(service.status_of(text(&challenge["challengeId"]))["status"], "PASS");
    let deliveries = service.look("/webhooks")["deliveries"].clone();
    let sent: Vec<&str> = deliveries
        .as_array()
        .expect("deliveries")
        .iter()
        .map(|delivery| text(&delivery["eventType"]))
        .collect();
    assert_eq!(sent, ["Session.ChangePermissions", "Challenge.StateChange"]);
}

#[test]
fn the_widget_is_for_guardians_sessions() {
    let service = Service::start();
    let path = "/widget/generate-manage-session-permissions-url";
    let player = service.child();
    let id = session_id(&player).to_owned();
    let to = |id: &str| json!({"sessionId": id, "email": "pat@example.org"});
    let adult = service.adult();
    assert_eq!(service.bad(path, to(session_id(&adult))).0, "INVALID_INPUT");
    assert_eq!(service.bad(path, to("nobody")).0, "NOT_FOUND");
    assert_eq!(service.bad(path, json!({"sessionId": id})).0, "INVALID_INPUT");
    assert_eq!(
        service.bad(path, json!({"email": "pat@example.org"})).0,
        "INVALID_INPUT"
    );
    assert_eq!(
        service.bad(path, json!({"sessionId": id, "email": "pat"})).0,
        "INVALID_EMAIL"
    );
    let url = widget(&service, &id);
    service.control("POST", &format!("/players/{id}/revoke"), json!({}));
    assert_eq!(page(&url).0, 410);
    assert_eq!(press(&url, json!({"action": "done"})).0, 400);
}

#[test]
fn names_are_shown_as_text() {
    let service = Service::start();
    let evil = r#"<script>alert(1)</script>"'&"#;
    let player = service.control(
        "POST",
        "/players",
        json!({"name": evil, "permissions": [{"name": evil}]}),
    );
    let challenge = service.upgrade(session_id(&player), &[evil])["challenge"].clone();
    for url in [text(&challenge["url"]), &widget(&service, session_id(&player))] {
        let (_, _, html) = page(url);
        assert!(!html.contains("<script>alert") && !html.contains("</script>&quot;"));
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;";
        assert_eq!(html.matches(escaped).count(), if url.contains("otp") { 2 } else { 3 });
    }
}

#[test]
fn pages_are_framed_by_nobody_and_run_their_own_script_only() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let (_, check) = loot(&service);
    for url in [
        text(&challenge["url"]),
        text(&check["url"]),
        &format!("{}/code", service.url),
        &format!("{}/family/authorize?otp=nothing", service.url),
    ] {
        let (_, policy, html) = page(url);
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        assert!(!policy.contains("script-src 'unsafe-inline'"));
        let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
        let (nonce, _) = rest.split_once('\'').expect("its end");
        assert!(html.contains(&format!(r#"<script nonce="{nonce}">"#)));
        assert!(
            !policy.is_empty() && !page(url).1.contains(nonce),
            "a nonce is used once"
        );
        for outside in ["http://", "https://", "src=", "@import", "<link rel=\"stylesheet\""] {
            assert!(!html.contains(outside), "the page mentions {outside}");
        }
    }
}

#[test]
fn another_web_page_cannot_answer() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    let agent = support::agent(Duration::from_secs(20));
    let body = json!({"link": challenge["oneTimePassword"], "action": "approve"}).to_string();
    let answer = |origin: &str| {
        let request = agent.post(format!("{}/family/authorize", service.url));
        let request = request.header("Origin", origin);
        request.send(&body).expect("an answer").status().as_u16()
    };
    assert_eq!(answer("http://somewhere.example"), 403);
    assert_eq!(answer("null"), 403);
    assert_eq!(answer(&service.url), 200);
}

#[test]
fn pages_work_while_the_service_is_broken() {
    let service = Service::start();
    let (_, challenge) = voice(&service);
    service.control("PUT", "/faults", json!({"kind": "500"}));
    let url = text(&challenge["url"]);
    assert_eq!(page(url).0, 200);
    assert_eq!(press(url, json!({"action": "approve"})).0, 200);
    assert_eq!(
        service.look("/requests")["entries"].as_array().expect("entries").len(),
        1
    );
}

#[test]
fn the_parents_page_has_an_inbox() {
    let service = Service::start();
    let html = page(&service.url).2;
    assert!(html.contains(r#"id="inbox""#) && html.contains(r#"<tbody id="challenges">"#));
    for switch in service.look("/switches").as_object().expect("switches").keys() {
        assert!(html.contains(&format!(r#"data-switch="{switch}""#)), "{switch}");
    }
}
