//! Reading a session, in all the guide's forms.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn an_unchanged_session_comes_as_k_id_gave_it() {
    let site = Site::start();
    let player = site.bound("p1");
    let reply = player.read(ID);
    let document = session(ID, "e1", true);
    reply.is(
        200,
        &format!(r#"{{"hasChanged":false,"changes":[],"session":{document}}}"#),
    );
    assert_eq!(reply.header("etag"), Some("\"e1\""));
    let asked = site.kid.asked();
    assert_eq!(asked, [format!("/api/v1/session/get?sessionId={ID}&etag=e1")]);
}

#[test]
fn a_changed_session_comes_with_its_changes_once() {
    let site = Site::start();
    let player = site.bound("p1");
    for wrapped in [false, true] {
        site.kid.wrap(wrapped);
        let (etag, voice) = if wrapped { ("e3", true) } else { ("e2", false) };
        let document = session(ID, etag, voice);
        site.kid.put(ID, document.as_str());
        let reply = player.read(ID);
        let kind = if voice { "enabled" } else { "disabled" };
        let change = format!(
            r#"{{"type":"{kind}","permission":"voice-chat","previousState":{}}}"#,
            !voice
        );
        reply.is(
            200,
            &format!(r#"{{"hasChanged":true,"changes":[{change}],"session":{document}}}"#),
        );
        let again = player.read(ID).json();
        assert_eq!((&again["hasChanged"], &again["changes"]), (&json!(false), &json!([])));
    }
}

#[test]
fn a_birthday_is_found_by_comparison() {
    let site = Site::start();
    let player = site.bound("p1");
    let older = session(ID, "e2", true)
        .replace("DIGITAL_MINOR", "DIGITAL_YOUTH")
        .replace("GUARDIAN", "PLAYER");
    site.kid.put(ID, older);
    let changes = player.read(ID).json()["changes"].clone();
    assert_eq!(
        changes,
        json!([
            {"type": "management_changed", "permission": "voice-chat", "previousManagedBy": "GUARDIAN", "newManagedBy": "PLAYER"},
            {"type": "age_status_changed", "previousStatus": "DIGITAL_MINOR", "newStatus": "DIGITAL_YOUTH"},
        ])
    );
}

#[test]
fn if_none_match_is_answered_as_rfc_9110_says() {
    let site = Site::start();
    let player = site.bound("p1");
    for same in ["\"e1\"", "W/\"e1\"", "*", "\"x\", \"e1\"", "\"a,b\", W/\"e1\""] {
        let reply = player.read_unless(ID, same);
        assert_eq!((reply.status, reply.header("etag")), (304, Some("\"e1\"")), "{same}");
    }
    for other in ["\"e2\"", "e1", "\"E1\"", "\"x\" \"e1\""] {
        assert_eq!(player.read_unless(ID, other).status, 200, "{other}");
    }
    site.kid.put(ID, session(ID, "e2", false));
    assert_eq!(player.read_unless(ID, "\"e1\"").json()["hasChanged"], json!(true));
    assert_eq!(player.read_unless(ID, "\"e2\"").status, 304);
    let own = player.get_with("/api/session", &[("If-None-Match", "\"e2\"")]);
    assert_eq!(own.status, 304);
}

#[test]
fn the_answer_for_a_second_device_is_304_only_for_what_it_has() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(ID, session(ID, "e2", false));
    assert_eq!(player.read_unless(ID, "\"e1\"").status, 200);
    // The first device has fetched e2; the second still has e1 and gets the whole session.
    let second = player.read_unless(ID, "\"e1\"");
    assert_eq!((second.status, second.header("etag")), (200, Some("\"e2\"")));
}

#[test]
fn a_session_without_an_etag_gets_a_tag_of_its_own() {
    let site = Site::start();
    site.kid.put(ID, format!(r#"{{"sessionId":"{ID}","permissions":[]}}"#));
    let player = site.player("p1");
    let tag = player.bind(ID).header("etag").unwrap().to_owned();
    assert_eq!(player.read_unless(ID, &tag).status, 304);
    site.kid.put(
        ID,
        format!(r#"{{"sessionId":"{ID}","permissions":[],"status":"HOLD"}}"#),
    );
    assert_eq!(player.read_unless(ID, &tag).status, 200);
    assert!(site.kid.asked().iter().all(|target| !target.contains("etag=")));
}

#[test]
fn a_session_on_hold_is_passed_on() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(ID, session(ID, "e2", true).replace("ACTIVE", "HOLD"));
    let json = player.read(ID).json();
    assert_eq!(json["session"]["status"], json!("HOLD"));
    assert_eq!(json["changes"][0]["type"], json!("status_changed"));
}

#[test]
fn without_a_session_consent_is_needed() {
    let site = Site::start();
    site.kid.put(ID, session(ID, "e1", true));
    let player = site.player("p1");
    for path in [
        format!("/api/session/{ID}"),
        "/api/session".to_owned(),
        format!("/api/check-permissions/{ID}"),
    ] {
        player.get(&path).is(200, r#"{"needsConsent":true}"#);
    }
    assert!(
        site.kid.asked().is_empty(),
        "a session that is nobody's is not asked for"
    );
}

#[test]
fn a_revoked_session_is_deleted_and_stays_so() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.remove(ID);
    let gone = format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#);
    player.read(ID).is(200, &gone);
    assert_eq!(site.kid.asked().len(), 2, "k-ID is asked twice before it is believed");
    // The mark answers from now on, whatever k-ID says.
    site.kid.put(ID, session(ID, "e9", true));
    player.read(ID).is(200, &gone);
    player.read_unless(ID, "*").is(200, &gone);
    player.bind(ID).is(200, &gone);
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    assert!(site.kid.asked().is_empty());
    assert_eq!(player.news(ID, Some(0)), (true, 1));
}

#[test]
fn deletion_in_k_ids_other_words() {
    let deleted = session(ID, "e2", true).replace("ACTIVE", "DELETED");
    let not_found = r#"{"error":"NOT_FOUND","errorMsg":"x"}"#.to_owned();
    for fault in [Fault::Answer(200, "", deleted), Fault::Answer(404, "", not_found)] {
        let site = Site::start();
        let player = site.bound("p1");
        site.kid.fail_always(Some(fault));
        assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
    }
}

#[test]
fn one_misrouted_not_found_deletes_nothing() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid
        .fail_once(Fault::Answer(400, "", r#"{"error":"NOT_FOUND"}"#.to_owned()));
    assert_eq!(player.read(ID).json()["session"]["sessionId"], json!(ID));
}

#[test]
fn a_deleted_own_session_needs_consent() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.remove(ID);
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    assert_eq!(player.read(ID).json()["sessionDeleted"], json!(true));
}

#[test]
fn another_players_session_is_refused_in_every_state() {
    let site = Site::start();
    let owner = site.bound("p1");
    let other = site.player("p2");
    let paths = [format!("/api/session/{ID}"), format!("/api/check-permissions/{ID}")];
    let refused = || {
        for path in &paths {
            other.get(path).fails(403, "SESSION_OF_ANOTHER_PLAYER");
        }
        other.bind(ID).fails(409, "SESSION_OF_ANOTHER_PLAYER");
        other.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    };
    refused();
    site.kid.put(OTHER_ID, session(OTHER_ID, "x1", true));
    assert_eq!(owner.bind(OTHER_ID).status, 200);
    refused();
    site.kid.remove(ID);
    assert_eq!(owner.bind(ID).json()["sessionDeleted"], json!(true));
    refused();
}

#[test]
fn many_devices_at_once_agree() {
    let site = Site::start();
    let player = site.bound("p1");
    site.kid.put(ID, session(ID, "e2", false));
    let replies: Vec<Value> = std::thread::scope(|scope| {
        let ask = || player.read(ID).json();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(replies.iter().all(|reply| reply["session"]["etag"] == json!("e2")));
    // Those who asked at the same moment as the first share its answer.
    assert!(replies.iter().any(|reply| reply["hasChanged"] == json!(true)));
    assert_eq!(player.news(ID, None), (true, 1));
}
