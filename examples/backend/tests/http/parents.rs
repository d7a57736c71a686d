//! The ways to a parent: a new code, a message, and what is kept of them.

use std::time::Duration;

use serde_json::json;

use crate::support::*;

#[test]
fn a_new_code_has_either_of_k_ids_forms() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.code(r#"{"otp":"N1","expiresAt":"2030-03-02T13:00:00Z"}"#);
    // Without a URL the whole challenge is fetched, so that URL and code belong together.
    let whole = player.code(CID).json();
    let code = whole["oneTimePassword"].as_str().unwrap();
    assert!(
        code != "N1" && whole["url"].as_str().unwrap().ends_with(code),
        "{whole}"
    );
    // Where it cannot be, the code is better than nothing.
    site.kid.break_calls(Some(("challenge/get", Fault::Drop)));
    player
        .code(CID)
        .is(200, r#"{"oneTimePassword":"N1","expiresAt":"2030-03-02T13:00:00Z"}"#);
    site.kid
        .code(r#"{"oneTimePassword":"N2","url":"https://family.k-id.com/authorize?otp=N2"}"#);
    let json = player.code(CID).json();
    assert_eq!(
        (&json["oneTimePassword"], &json["url"]),
        (&json!("N2"), &json!("https://family.k-id.com/authorize?otp=N2"))
    );
    assert!(json["expiresAt"].is_string());
    assert_eq!(
        *site.kid.posted().last().unwrap(),
        (
            "challenge/generate-otp".to_owned(),
            format!(r#"{{"challengeId":"{CID}"}}"#)
        )
    );
    // What is stored is the newer one.
    assert_eq!(
        player.ask("voice-chat").json()["challenge"]["oneTimePassword"],
        json!("N2")
    );
}

#[test]
fn a_parent_is_written_to_and_the_address_kept_nowhere() {
    let mut site = Site::start();
    let player = site.asked("p1");
    let address = "planted.parent@mail.example";
    player
        .email(CID, &json!({"email": address, "locale": "pt-BR"}).to_string())
        .is(200, r#"{"sent":true}"#);
    assert_eq!(
        site.kid.posted(),
        [(
            "challenge/send-email".to_owned(),
            format!(r#"{{"challengeId":"{CID}","email":"{address}","locale":"pt-BR"}}"#)
        )]
    );
    let again = player.email(CID, "{}");
    again.fails(429, "TOO_MANY_EMAILS");
    let wait: u64 = again.header("retry-after").unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "{wait}");
    assert!(site.kid.posted().is_empty());
    let bytes = site.bytes_at_rest();
    assert!(contains(&bytes, CID) && !contains(&bytes, address) && !contains(&bytes, "mail.example"));
}

#[test]
fn without_an_address_k_id_takes_the_last_one() {
    let site = Site::with(|config| config.email_interval = Duration::ZERO);
    let player = site.asked("p1");
    for body in ["", "{}", r#"{"email":null,"locale":null}"#] {
        assert_eq!(player.email(CID, body).status, 200, "{body}");
    }
    let plain = format!(r#"{{"challengeId":"{CID}"}}"#);
    assert!(site.kid.posted().iter().all(|(_, body)| *body == plain));
}

#[test]
fn an_address_that_is_none_is_refused_and_costs_nothing() {
    let site = Site::start();
    let player = site.asked("p1");
    for address in ["", "a", "a@b", "a b@c.de", "a@b.co\n", "a@b.co,c@d.ef"] {
        player
            .email(CID, &json!({ "email": address }).to_string())
            .fails(400, "INVALID_EMAIL");
    }
    for body in [
        "[]",
        "{",
        "7",
        r#"{"email":7}"#,
        r#"{"locale":"x y"}"#,
        r#"{"locale":""}"#,
    ] {
        player.email(CID, body).fails(400, "INVALID_BODY");
    }
    assert!(site.kid.posted().is_empty());
    // k-ID has the last word, and what it refuses does not count.
    site.kid
        .fail_once(Fault::Answer(400, "", r#"{"error":"INVALID_EMAIL"}"#.to_owned()));
    player.email(CID, "{}").fails(400, "INVALID_EMAIL");
    assert_eq!(player.email(CID, r#"{"email":"a@b.co"}"#).status, 200);
}

#[test]
fn of_many_messages_at_once_one_is_sent() {
    let site = Site::start();
    let player = site.asked("p1");
    let sent: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| player.email(CID, "{}").status)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(sent.iter().filter(|status| **status == 200).count(), 1, "{sent:?}");
    assert_eq!(site.kid.posted().len(), 1);
}

#[test]
fn a_message_that_may_have_been_sent_counts() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.break_calls(Some(("send-email", Fault::Drop)));
    player.email(CID, "{}").fails(503, "KID_UNAVAILABLE");
    player.email(CID, "{}").fails(429, "TOO_MANY_EMAILS");
}

#[test]
fn codes_and_messages_are_for_open_challenges_of_parents() {
    let site = Site::start();
    let player = site.asked("p1");
    assert_eq!(site.webhook(&moved(CID, "FAIL", None)).status, 200);
    player.code(CID).fails(409, "CHALLENGE_CLOSED");
    player.email(CID, "{}").fails(409, "CHALLENGE_CLOSED");
    let own = challenge("c-2", "").replace("_UPGRADE", "_UPGRADE_BY_AGE_ASSURANCE");
    site.kid.put_challenge("c-2", own.as_str());
    site.kid.upgrade("voice-chat", format!(r#"{{"challenge":{own}}}"#));
    assert_eq!(player.ask("voice-chat").json()["requiresAgeAssurance"], json!(true));
    player.code("c-2").fails(409, "NOT_FOR_A_PARENT");
    player.email("c-2", "{}").fails(409, "NOT_FOR_A_PARENT");
    assert!(!site.kid.posted().iter().any(|(call, _)| call.starts_with("challenge/")));
}

#[test]
fn what_is_closed_leaves_neither_url_nor_code_nor_address() {
    for status in ["PASS", "FAIL"] {
        let mut site = Site::start();
        site.kid.code(r#"{"otp":"planted-code"}"#);
        let player = site.asking("p1");
        site.kid.put_challenge(CID, challenge(CID, "planted-otp"));
        site.kid.upgrade(
            "voice-chat",
            format!(r#"{{"challenge":{}}}"#, challenge(CID, "planted-otp")),
        );
        assert_eq!(player.ask("voice-chat").status, 200);
        let code = player.code(CID).json()["oneTimePassword"].clone();
        assert!(code.as_str().unwrap().starts_with("planted"));
        assert_eq!(site.webhook(&moved(CID, status, None)).status, 200);
        assert_eq!(player.status(CID).json()["status"], json!(status));
        assert_eq!(site.webhook(&event(DELETED, ID)).status, 200);
        let bytes = site.bytes_at_rest();
        assert!(contains(&bytes, CID));
        for planted in ["planted", "family.k-id.com", "mail.example"] {
            assert!(!contains(&bytes, planted), "{status}: {planted}");
        }
    }
}

#[test]
fn k_id_in_trouble_is_503_for_every_call() {
    let site = Site::with(|config| config.email_interval = Duration::ZERO);
    let player = site.asked("p1");
    site.kid.code(r#"{"otp":"N1"}"#);
    let calls: [(&str, &dyn Fn() -> Reply); 4] = [
        ("challenge/get?", &|| player.challenge(CID)),
        ("challenge/get-status", &|| player.status(CID)),
        ("challenge/generate-otp", &|| player.code(CID)),
        ("challenge/send-email", &|| player.email(CID, "{}")),
    ];
    for (call, ask) in calls {
        for fault in unusable() {
            // A message needs no answer but 200.
            if call.ends_with("email") && matches!(fault, Fault::Answer(200, ..)) {
                continue;
            }
            site.kid.break_calls(Some((call, fault)));
            let reply = ask();
            reply.fails(503, "KID_UNAVAILABLE");
            assert!(!reply.body.contains("planted"), "{}", reply.body);
        }
        site.kid
            .break_calls(Some((call, Fault::Answer(401, "", String::new()))));
        ask().fails(502, "KID_REFUSED_KEY");
        site.kid
            .break_calls(Some((call, Fault::Answer(429, "Retry-After: 7\r\n", String::new()))));
        let reply = ask();
        reply.fails(503, "KID_RATE_LIMITED");
        assert_eq!(reply.header("retry-after"), Some("7"));
        site.kid.break_calls(None);
        assert_eq!(ask().status, 200, "{call}");
    }
    let other = challenge("c-other", "X9");
    site.kid
        .break_calls(Some(("challenge/get?", Fault::Answer(200, "", other))));
    player.challenge(CID).fails(503, "KID_UNAVAILABLE");
    let about_other = r#"{"id":"c-other","status":"PASS"}"#.to_owned();
    site.kid
        .break_calls(Some(("get-status", Fault::Answer(200, "", about_other))));
    player.status(CID).fails(503, "KID_UNAVAILABLE");
    site.kid.break_calls(None);
    assert_eq!(player.status(CID).json()["status"], json!("PENDING"));
}
