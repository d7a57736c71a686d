//! k-ID's side: `/api/v1/session/upgrade`.

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{Service, challenge_id, permission, session_id, text, wish};

const LOOT: &str = "loot-boxes-paid-cosmetic-only";

fn now_seconds() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.expect("a clock").as_secs()).expect("seconds")
}

#[test]
fn a_players_permission_is_on_at_once() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    let answer = service.upgrade(id, &["ai-generated-avatars"]);
    assert_eq!(answer.as_object().expect("an object").len(), 1, "only the session");
    assert_eq!(permission(&answer["session"], "ai-generated-avatars")["enabled"], true);
    assert_ne!(answer["session"]["etag"], player["session"]["etag"]);
    assert_eq!(answer["session"], service.now(id));
    assert_eq!(service.look("/challenges")["total"], 0);
    assert_eq!(service.look("/webhooks")["deliveries"], json!([]));
}

#[test]
fn a_guardians_permission_is_a_challenge_for_a_parent() {
    let service = Service::start();
    let player = service.child();
    let answer = service.upgrade(session_id(&player), &["voice-chat"]);
    assert_eq!(answer["session"], player["session"], "nothing has changed");
    assert_eq!(answer.get("status"), None);
    let challenge = &answer["challenge"];
    let mut fields: Vec<&String> = challenge.as_object().expect("an object").keys().collect();
    fields.sort();
    let documented = [
        "challengeId",
        "childLiteAccessEnabled",
        "oneTimePassword",
        "otpExpiresAt",
        "type",
        "url",
    ];
    assert_eq!(fields, documented);
    assert_eq!(challenge["type"], "CHALLENGE_SESSION_UPGRADE");
    assert_eq!(challenge["childLiteAccessEnabled"], false);
    assert_eq!(challenge_id(&answer).len(), 36);
    let code = text(&challenge["oneTimePassword"]);
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    assert_eq!(
        challenge["url"],
        json!(format!("{}/family/authorize?otp={code}", service.url))
    );
    let expires: jiff::Timestamp = text(&challenge["otpExpiresAt"]).parse().expect("a time");
    let left = expires.as_second() - now_seconds();
    assert!((3590..=3601).contains(&left), "a code lives an hour, not {left} s");
}

#[test]
fn each_wish_is_a_new_challenge() {
    let service = Service::start();
    let player = service.child();
    let first = service.upgrade(session_id(&player), &["voice-chat"]);
    let second = service.upgrade(session_id(&player), &["voice-chat"]);
    assert_ne!(challenge_id(&first), challenge_id(&second));
    assert_ne!(
        first["challenge"]["oneTimePassword"],
        second["challenge"]["oneTimePassword"]
    );
    assert_eq!(service.look("/challenges")["total"], 2);
}

#[test]
fn what_can_be_on_is_on_and_the_rest_is_one_challenge() {
    let service = Service::start();
    let player = service.child();
    let names = [
        "ai-generated-avatars",
        "voice-chat",
        "multiplayer",
        "in-game-purchases",
        "voice-chat",
    ];
    let answer = service.upgrade(session_id(&player), &names);
    assert_eq!(permission(&answer["session"], "ai-generated-avatars")["enabled"], true);
    assert_eq!(permission(&answer["session"], "voice-chat")["enabled"], false);
    let listed = service.look("/challenges");
    assert_eq!(
        listed["challenges"][0]["permissions"],
        json!(["voice-chat", "in-game-purchases"])
    );
}

#[test]
fn what_is_on_already_needs_nothing() {
    let service = Service::start();
    let player = service.child();
    let answer = service.upgrade(session_id(&player), &["multiplayer"]);
    assert_eq!(answer, json!({"session": player["session"]}));
}

#[test]
fn what_is_prohibited_stays_as_it_is() {
    let service = Service::start();
    let player = service.child();
    for name in ["simulated-gambling", LOOT] {
        let answer = service.upgrade(session_id(&player), &[name]);
        assert_eq!(answer, json!({"session": player["session"]}), "{name}");
    }
    // A verified age does not help whoever is below the threshold by their date of birth.
    let mut body = wish(session_id(&player), &[LOOT]);
    body["platformAgeSignal"] =
        json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 100, "declarationType": "paymentChecked"});
    let answer = service.post("/session/upgrade", body);
    assert_eq!(answer.json(), json!({"session": player["session"]}));
}

#[test]
fn an_age_threshold_is_a_challenge_for_the_player() {
    let service = Service::start();
    let player = service.adult();
    let answer = service.upgrade(session_id(&player), &[LOOT]);
    assert_eq!(answer["session"], player["session"]);
    let challenge = &answer["challenge"];
    assert_eq!(challenge["type"], "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE");
    assert_eq!(challenge.get("oneTimePassword"), None);
    assert_eq!(challenge.get("otpExpiresAt"), None);
    let start = format!("{}/age-assurance?token=", service.url);
    let token = text(&challenge["url"])
        .strip_prefix(&start)
        .expect("the sandbox's page");
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let payload = URL_SAFE_NO_PAD.decode(parts[1]).expect("base64url");
    let payload: Value = serde_json::from_slice(&payload).expect("JSON");
    let left = payload["exp"].as_i64().expect("exp") - now_seconds();
    assert!((410..=421).contains(&left), "a token lives 7 minutes, not {left} s");
}

#[test]
fn a_verified_signal_reaches_a_threshold() {
    for (platform, declaration) in [
        ("apple-ios", "paymentChecked"),
        ("apple-ios", "governmentIDChecked"),
        ("apple-ios", "guardianPaymentChecked"),
        ("apple-ios", "guardianGovernmentIDChecked"),
        ("apple-ios", "confirmed"),
        ("google-play", "VERIFIED"),
        ("google-play", "SUPERVISED"),
    ] {
        let service = Service::start();
        let player = service.adult();
        let id = session_id(&player);
        let mut body = wish(id, &[LOOT]);
        body["platformAgeSignal"] =
            json!({"name": platform, "ageLow": 18, "ageHigh": 100, "declarationType": declaration});
        let answer = service.post("/session/upgrade", body).json();
        assert_eq!(answer.get("challenge"), None, "{declaration}");
        let session = &answer["session"];
        assert_eq!(permission(session, LOOT)["enabled"], true);
        let verification = &session["ageVerification"];
        assert_eq!(verification["verifiedAge"], 18);
        assert_eq!(verification["platformName"], platform);
        assert_eq!(verification["declarationType"], declaration);
        let at: Result<jiff::Timestamp, _> = text(&verification["verifiedAt"]).parse();
        assert!(at.is_ok());
        assert_eq!(*session, service.now(id));
        let deliveries = service.look("/webhooks")["deliveries"].clone();
        assert_eq!(deliveries[0]["eventType"], "Session.ChangePermissions");
        assert_eq!(deliveries[0]["sessionId"], id);
    }
}

#[test]
fn a_signal_that_verifies_too_little_is_none() {
    let service = Service::start();
    let player = service.adult();
    for signal in [
        json!({"name": "apple-ios", "ageLow": 17, "ageHigh": 100, "declarationType": "paymentChecked"}),
        json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 100, "declarationType": "selfDeclared"}),
        json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 100, "declarationType": "VERIFIED"}),
        json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 100}),
        json!({"name": "google-play", "ageLow": 18, "ageHigh": 100, "declarationType": "SUPERVISED_APPROVAL_PENDING"}),
        json!({"name": "xbox", "category": "adult", "declarationType": "VERIFIED"}),
        json!({"name": "meta-horizon", "category": "AD"}),
    ] {
        let mut body = wish(session_id(&player), &[LOOT]);
        body["platformAgeSignal"] = signal.clone();
        let answer = service.post("/session/upgrade", body).json();
        assert!(answer["challenge"].is_object(), "{signal}");
        assert_eq!(answer["session"], player["session"], "{signal}");
    }
}

#[test]
fn a_stored_verification_lets_later_wishes_pass() {
    let service = Service::start();
    let player = service.adult();
    let id = session_id(&player);
    for (name, threshold) in [("profiling", 16), ("casino", 21)] {
        let path = format!("/players/{id}/permissions/{name}");
        service.control("PUT", &path, json!({"verifiedAgeThreshold": threshold}));
    }
    let mut body = wish(id, &[LOOT]);
    body["platformAgeSignal"] =
        json!({"name": "google-play", "ageLow": 18, "ageHigh": 100, "declarationType": "VERIFIED"});
    assert_eq!(service.post("/session/upgrade", body).status, 200);
    let answer = service.upgrade(id, &["profiling", "casino"]);
    assert_eq!(permission(&answer["session"], "profiling")["enabled"], true);
    assert_eq!(permission(&answer["session"], "casino")["enabled"], false);
    assert_eq!(
        answer["challenge"]["type"],
        "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE"
    );
    assert_eq!(
        service.look("/challenges")["challenges"][0]["permissions"],
        json!(["casino"])
    );
}

#[test]
fn malformed_signals_are_refused_by_rule() {
    let service = Service::start();
    let player = service.adult();
    let id = "11111111-2222-4333-8444-555555555555";
    for (signal, rule) in [
        (json!({}), "Platform name must be provided"),
        (json!({"name": ""}), "Platform name must be provided"),
        (
            json!({"name": "steam", "ageLow": 1, "ageHigh": 2}),
            "Unknown platform name",
        ),
        (
            json!({"name": "apple-ios", "category": "adult"}),
            "Platform must have age range specified",
        ),
        (json!({"name": "google-play"}), "Platform must have age range specified"),
        (
            json!({"name": "k-id", "category": "adult", "ageLow": 18, "ageHigh": 20}),
            "Provide either category or `ageLow` and `ageHigh`, not both",
        ),
        (
            json!({"name": "apple-ios", "ageLow": 18}),
            "`ageLow` and `ageHigh` must both be provided",
        ),
        (
            json!({"name": "apple-ios", "ageHigh": 18}),
            "`ageLow` and `ageHigh` must both be provided",
        ),
        (
            json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 17}),
            "Invalid range",
        ),
        (
            json!({"name": "apple-ios", "ageLow": -1, "ageHigh": 17}),
            "`ageLow` and `ageHigh` must be between 0 and 100",
        ),
        (
            json!({"name": "apple-ios", "ageLow": 18, "ageHigh": 101}),
            "`ageLow` and `ageHigh` must be between 0 and 100",
        ),
        (json!({"name": "xbox"}), "Platform must have category specified"),
        (
            json!({"name": "meta-horizon", "category": "adult"}),
            "Unknown platform category",
        ),
        (json!({"name": "k-id"}), "Verification id must be provided"),
        (json!({"name": "k-id", "verificationId": id}), "Verification not found"),
    ] {
        let mut body = wish(session_id(&player), &[LOOT]);
        body["platformAgeSignal"] = signal.clone();
        let error = service.bad("/session/upgrade", body);
        assert_eq!(error, ("INVALID_INPUT".to_owned(), rule.to_owned()), "{signal}");
    }
    assert_eq!(service.look("/challenges")["total"], 0);
}

#[test]
fn thresholds_are_not_mixed_with_others() {
    let service = Service::start();
    for (player, other) in [
        (service.adult(), "voice-chat"),
        (service.child(), "ai-generated-avatars"),
    ] {
        let (code, message) = service.bad("/session/upgrade", wish(session_id(&player), &[LOOT, other]));
        assert_eq!(code, "INVALID_INPUT");
        assert_eq!(message, "Can't mix permissions with and without verifiedAgeThreshold");
        assert_eq!(service.now(session_id(&player)), player["session"]);
    }
}

#[test]
fn a_wish_that_cannot_be_read_is_invalid_input() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    for wrong in [
        json!({}),
        json!({"requestedPermissions": [{"name": "voice-chat"}]}),
        json!({"sessionId": "", "requestedPermissions": [{"name": "voice-chat"}]}),
        json!({"sessionId": id}),
        json!({"sessionId": id, "requestedPermissions": []}),
        json!({"sessionId": id, "requestedPermissions": ["voice-chat"]}),
        json!({"sessionId": id, "requestedPermissions": [{}]}),
        json!({"sessionId": 7, "requestedPermissions": [{"name": "voice-chat"}]}),
        wish(id, &["no-such-permission"]),
        wish(id, &["Voice-Chat"]),
        json!([]),
    ] {
        assert_eq!(service.bad("/session/upgrade", wrong).0, "INVALID_INPUT");
    }
    let mut body = wish(id, &["voice-chat"]);
    body["options"] = json!({"redirectUrl": "javascript:alert(1)"});
    assert_eq!(service.bad("/session/upgrade", body.clone()).0, "INVALID_INPUT");
    body["options"] = json!({"redirectUrl": "game://back", "facialAgeEstimation": {"passIfOver": 21}, "new": 1});
    assert_eq!(service.post("/session/upgrade", body).status, 200);
}

#[test]
fn a_session_that_is_not_there_is_not_found() {
    let service = Service::start();
    for (switch, status) in [(false, 400), (true, 404)] {
        service.control("PUT", "/switches", json!({"notFoundAs404": switch}));
        for id in ["78c299b2-5c33-4bde-84fe-8fc950fc7a96", "nothing"] {
            let answer = service.post("/session/upgrade", wish(id, &["voice-chat"]));
            assert_eq!((answer.status, &answer.json()["error"]), (status, &json!("NOT_FOUND")));
        }
    }
    let unauthorized = service.get_as("/api/v1/challenge/get?challengeId=x", None);
    assert_eq!(unauthorized.status, 401);
}

#[test]
fn the_status_comes_by_a_switch_and_may_be_wrong() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    for (switch, with_challenge, without) in [
        (json!("right"), json!("CHALLENGE"), json!("PASS")),
        (json!("wrong"), json!("PASS"), json!("CHALLENGE")),
        (Value::Null, Value::Null, Value::Null),
    ] {
        service.control("PUT", "/switches", json!({ "upgradeStatus": switch }));
        assert_eq!(service.upgrade(id, &["voice-chat"])["status"], with_challenge);
        assert_eq!(service.upgrade(id, &["multiplayer"])["status"], without);
    }
    service.refused("PUT", "/switches", json!({"upgradeStatus": "maybe"}));
}

#[test]
fn the_session_comes_in_part_or_not_at_all_by_a_switch() {
    let service = Service::start();
    let player = service.child();
    let id = session_id(&player);
    service.control("PUT", "/switches", json!({"upgradeSession": "requestedOnly"}));
    let session = service.upgrade(id, &["voice-chat"])["session"].clone();
    assert_eq!(session.get("etag"), None);
    assert_eq!(session["sessionId"], id);
    assert_eq!(
        session["permissions"],
        json!([{"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"}])
    );
    service.control("PUT", "/switches", json!({"upgradeSession": "absent"}));
    assert_eq!(service.upgrade(id, &["multiplayer"]), json!({}));
    service.control("PUT", "/switches", json!({"upgradeSession": "whole"}));
    assert_eq!(service.upgrade(id, &["multiplayer"])["session"], player["session"]);
}

#[test]
fn the_challenge_is_worded_by_switches() {
    let service = Service::start();
    let player = service.child();
    service.control(
        "PUT",
        "/switches",
        json!({"parentalConsentType": true, "childLiteAbsent": true}),
    );
    let challenge = service.upgrade(session_id(&player), &["voice-chat"])["challenge"].clone();
    assert_eq!(challenge["type"], "CHALLENGE_PARENTAL_CONSENT");
    assert_eq!(challenge.get("childLiteAccessEnabled"), None);
    let adult = service.adult();
    let challenge = service.upgrade(session_id(&adult), &[LOOT])["challenge"].clone();
    assert_eq!(challenge["type"], "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE");
}
