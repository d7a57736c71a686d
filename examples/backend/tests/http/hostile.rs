//! What somebody tries who means harm: refused, logged without the secret, and nothing changed.

use serde_json::json;

use crate::{process::Program, support::*};

/// SQL, of both dialects, and other texts that mean something to somebody.
const BAD: [&str; 10] = [
    "' OR '1'='1",
    "'; DROP TABLE sessions; --",
    "\"; DELETE FROM sessions; --",
    "x' UNION SELECT document FROM sessions --",
    "$1",
    "1); SELECT pg_sleep(10); --",
    "\\'; DROP TABLE sessions; --",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "\u{0}",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Bad texts in every field that a caller fills in.
fn everything(program: &Program, owner: &Player) {
    let stranger = program.player("planted-stranger");
    let parent = Player {
        url: program.url.clone(),
        token: playgate_backend::issue_parent_token(TOKEN_SECRET, "planted-stranger", 1).unwrap(),
    };
    for bad in BAD {
        let path = encoded(bad);
        for player in [owner, &stranger] {
            player
                .get(&format!("/api/session/{path}"))
                .fails(400, "INVALID_SESSION_ID");
            player
                .get(&format!("/api/check-permissions/{path}"))
                .fails(400, "INVALID_SESSION_ID");
            player
                .get(&format!("/api/check-permissions/{ID}?since={path}"))
                .fails(400, "INVALID_QUERY");
            player
                .get(&format!("/api/default-permissions?jurisdiction={path}"))
                .fails(400, "INVALID_JURISDICTION");
            player.challenge(&path).fails(404, "CHALLENGE_NOT_FOUND");
            player.status(&path).fails(404, "CHALLENGE_NOT_FOUND");
            player.code(&path).fails(404, "CHALLENGE_NOT_FOUND");
            player.email(&path, "").fails(404, "CHALLENGE_NOT_FOUND");
            player
                .put(&json!({"sessionId": bad}).to_string())
                .fails(400, "INVALID_SESSION_ID");
            let ask = json!({"sessionId": bad, "permissionName": "voice-chat"});
            player
                .post("/api/request-permission", &ask.to_string())
                .fails(400, "INVALID_SESSION_ID");
            assert_eq!(player.get_with("/api/session", &[("If-None-Match", &path)]).status, 200);
        }
        let ask = json!({"sessionId": ID, "permissionName": bad}).to_string();
        assert_eq!(owner.post("/api/request-permission", &ask).status, 400);
        let email = json!({"email": bad, "locale": bad}).to_string();
        owner.email(CID, &email).fails(400, "INVALID_EMAIL");
        let locale = json!({"locale": bad}).to_string();
        owner.email(CID, &locale).fails(400, "INVALID_BODY");
        let signal = json!({"sessionId": ID, "permissionName": "voice-chat", "platformAgeSignal": {"name": bad}});
        owner
            .post("/api/request-permission", &signal.to_string())
            .fails(400, "INVALID_AGE_SIGNAL");
        let widget = json!({"sessionId": bad, "parentEmail": "a@b.example"}).to_string();
        parent
            .post("/api/permission-widget", &widget)
            .fails(400, "INVALID_SESSION_ID");
        let widget = json!({"sessionId": ID, "parentEmail": bad}).to_string();
        parent
            .post("/api/permission-widget", &widget)
            .fails(400, "INVALID_EMAIL");
        // Genuine, and about nothing that is.
        for name in [CHANGED, DELETED, bad] {
            let body = json!({"eventType": name, "data": {"id": bad, "productId": 42}}).to_string();
            assert_eq!(webhook(&program.url, &body).status, 200, "{name} {bad}");
        }
        let moved = json!({"eventType": "Challenge.StateChange",
            "data": {"id": bad, "status": "PASS", "type": bad, "sessionId": bad}});
        assert_eq!(webhook(&program.url, &moved.to_string()).status, 200);
        // A player of such a name is a player like any other, and has nothing.
        if !bad.contains('\0') {
            program
                .player(bad)
                .get("/api/session")
                .is(200, r#"{"needsConsent":true}"#);
            program.player(bad).read(ID).fails(403, "SESSION_OF_ANOTHER_PLAYER");
        }
    }
    // Another player's session and challenge.
    stranger.read(ID).fails(403, "SESSION_OF_ANOTHER_PLAYER");
    stranger.bind(ID).fails(409, "SESSION_OF_ANOTHER_PLAYER");
    stranger.ask("voice-chat").fails(403, "SESSION_OF_ANOTHER_PLAYER");
    stranger
        .get(&format!("/api/check-permissions/{ID}"))
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    stranger.challenge(CID).fails(404, "CHALLENGE_NOT_FOUND");
    stranger.code(CID).fails(404, "CHALLENGE_NOT_FOUND");
    let widget = json!({"sessionId": ID, "parentEmail": "planted@mail.example"}).to_string();
    parent
        .post("/api/permission-widget", &widget)
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    // Tokens: forged, of another's secret, without a signature, expired.
    let parts: Vec<&str> = owner.token.split('.').collect();
    let none = "eyJhbGciOiJub25lIn0";
    let of_another = playgate_backend::issue_token("planted-other-secret-of-32-bytes", "planted-owner", 1).unwrap();
    for token in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        of_another,
        "planted".to_owned(),
        "x".repeat(20_000),
    ] {
        let thief = Player {
            url: program.url.clone(),
            token,
        };
        thief.read(ID).fails(401, "UNAUTHORIZED");
        thief.bind(ID).fails(401, "UNAUTHORIZED");
        thief.ask("voice-chat").fails(401, "UNAUTHORIZED");
    }
    // Bodies that are too long.
    owner
        .put(&format!(r#"{{"sessionId":"{}"}}"#, "x".repeat(70_000)))
        .fails(413, "BODY_TOO_LARGE");
    owner
        .email(CID, &format!(r#"{{"email":"{}"}}"#, "x".repeat(70_000)))
        .fails(413, "BODY_TOO_LARGE");
    webhook(&program.url, &event(DELETED, &"x".repeat(70_000))).fails(413, "BODY_TOO_LARGE");
}

#[test]
fn nothing_comes_of_it_and_the_log_shows_no_secret() {
    let (kid, database) = (Kid::start(), Database::fresh());
    let program = Program::start(&kid, &database.url());
    kid.put(ID, session(ID, "e1", false));
    let owner = program.player("planted-owner");
    assert_eq!(owner.bind(ID).status, 200);
    kid.put_challenge(CID, challenge(CID, "A1"));
    kid.upgrade("voice-chat", format!(r#"{{"challenge":{}}}"#, challenge(CID, "A1")));
    assert_eq!(owner.ask("voice-chat").json()["requiresParentConsent"], json!(true));
    let before = (owner.news(ID, None), owner.read(ID).body, owner.status(CID).body);
    everything(&program, &owner);
    assert_eq!(
        (owner.news(ID, None), owner.read(ID).body, owner.status(CID).body),
        before
    );
    program.signal("TERM");
    let (code, log) = program.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("database failed"), "{log}");
    for secret in [
        "planted",
        ID,
        CID,
        &owner.token,
        "DROP TABLE",
        "pg_sleep",
        "passwd",
        "jndi",
        "mail.example",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
