//! What the program must neither log nor keep: addresses, codes, URLs and tokens of an upgrade.

use serde_json::json;

use crate::{process::Program, support::*};

const ADDRESS: &str = "planted.parent@mail.example";

/// An upgrade from its first request to its end, with k-ID in and out of trouble, and a parent at the page.
fn everything(program: &Program, kid: &Kid) -> Vec<String> {
    let player = program.player("planted-player");
    kid.put(ID, session(ID, "e1", false));
    assert_eq!(player.bind(ID).status, 200);
    let given = challenge(CID, "planted-otp");
    kid.put_challenge(CID, given.as_str());
    kid.upgrade("voice-chat", format!(r#"{{"challenge":{given}}}"#));
    kid.code(r#"{"otp":"planted-code","url":"https://family.k-id.com/authorize?otp=planted-code"}"#);
    kid.widget(r#"{"url":"https://family.k-id.com/manage?token=planted-widget"}"#);
    let parent = Player {
        url: program.url.clone(),
        token: playgate_backend::issue_parent_token(TOKEN_SECRET, "planted-player", 1).unwrap(),
    };
    let email = json!({ "email": ADDRESS }).to_string();
    let widget = json!({"sessionId": ID, "parentEmail": ADDRESS}).to_string();
    let round = || {
        player.ask("voice-chat");
        player.ask("planted-permission");
        player.challenge(CID);
        player.status(CID);
        player.code(CID);
        player.email(CID, &email);
        player.email(CID, r#"{"email":"planted@@mail.example"}"#);
        player.challenge("planted-challenge");
        parent.post("/api/permission-widget", &widget);
    };
    round();
    let answer = |status, body: String| Fault::Answer(status, "", body);
    let mut faults = unusable();
    faults.push(answer(
        400,
        r#"{"error":"planted@mail.example","errorMessage":"planted"}"#.to_owned(),
    ));
    faults.push(answer(200, challenge("planted-other", "planted-otp")));
    faults.push(answer(200, r#"{"challenge":{"challengeId":"planted id"}}"#.to_owned()));
    faults.push(answer(
        200,
        r#"{"url":"https://planted.example/","status":"PASS","id":"planted"}"#.to_owned(),
    ));
    for fault in faults {
        kid.fail_always(Some(fault));
        round();
    }
    kid.fail_always(None);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let mut cookies = Vec::new();
    for token in [parent.token.as_str(), player.token.as_str(), "planted"] {
        let form = format!("token={token}");
        let reply = send(&program.url, "POST", "/parent/sign-in", &headers, Some(&form));
        if let Some(cookie) = reply.header("set-cookie") {
            let cookie = cookie.split(';').next().unwrap();
            let headers = [("Cookie", cookie)];
            assert_eq!(
                send(&program.url, "GET", "/parent/permissions", &headers, None).status,
                200
            );
            cookies.push(cookie.split_once('=').unwrap().1.to_owned());
        }
    }
    assert_eq!(cookies.len(), 1);
    cookies.extend([parent.token, player.token]);
    cookies
}

fn webhook(program: &Program, body: &str) {
    let at = unix_s().to_string();
    let signature = hmac_hex(HOOK_SECRET, &at, body);
    let headers = [
        ("X-Signature-Timestamp", at.as_str()),
        ("X-Signature-Hmac-Sha256", signature.as_str()),
    ];
    assert_eq!(
        send(&program.url, "POST", "/webhook/k-id", &headers, Some(body)).status,
        200
    );
}

#[test]
fn an_upgrade_leaves_no_secret_in_the_log_nor_at_rest() {
    let kid = Kid::start();
    let database = Database::fresh();
    let program = Program::start(&kid, &database.url());
    let tokens = everything(&program, &kid);
    webhook(&program, &moved(CID, "PASS", Some(ID)));
    let passed = program.player("planted-player").status(CID);
    assert_eq!(passed.json()["status"], json!("PASS"));
    program.signal("TERM");
    let (code, log) = program.end();
    assert_eq!(code, Some(0), "{log}");
    for route in [
        "/api/request-permission",
        "/api/challenge/{id}/status",
        "/api/permission-widget",
        "/parent/sign-in",
    ] {
        assert!(log.contains(&format!(r#""route":"{route}""#)), "{route}: {log}");
    }
    let tokens = tokens.iter().map(String::as_str);
    for secret in tokens
        .clone()
        .chain(["planted", ID, CID, "mail.example", "family.k-id.com"])
    {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    let bytes = database.at_rest();
    let kept = [
        ADDRESS,
        "mail.example",
        "planted-otp",
        "planted-code",
        "planted-widget",
        "family.k-id.com",
    ];
    for secret in tokens.chain(kept) {
        assert!(!contains(&bytes, secret), "{secret}");
    }
}

#[test]
fn an_open_challenge_keeps_what_answers_it_and_no_address() {
    let mut site = Site::start();
    let player = site.asked("p1");
    assert_eq!(player.email(CID, &json!({ "email": ADDRESS }).to_string()).status, 200);
    let bytes = site.bytes_at_rest();
    assert!(
        contains(&bytes, "https://family.k-id.com/authorize?otp=A1"),
        "for when k-ID is down"
    );
    assert!(!contains(&bytes, "mail.example"));
}
