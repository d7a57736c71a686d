//! Player tokens: who is let in, and who is not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use playgate_backend::{Secret, Tokens};
use serde_json::json;
use sha2::Sha256;

use crate::support::*;

fn raw(header: &str, claims: &str, secret: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap()
        .chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn claims(exp: i64) -> String {
    json!({"sub": "p1", "exp": exp}).to_string()
}

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[test]
fn a_token_signed_elsewhere_with_the_secret_is_good() {
    let site = Site::start();
    site.bound("p1");
    let token = raw(HS256, &claims(unix_s() + 60), TOKEN_SECRET);
    let player = Player { url: site.url(), token };
    assert_eq!(player.read(ID).status, 200);
    let lower = format!("bearer {}", player.token);
    assert_eq!(
        send(&site.url(), "GET", "/api/session", &[("Authorization", &lower)], None).status,
        200
    );
}

#[test]
fn every_token_that_is_not_good_is_401() {
    let site = Site::start();
    site.bound("p1");
    let good = claims(unix_s() + 3600);
    let good_token = raw(HS256, &good, TOKEN_SECRET);
    let unsigned = |header: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&good));
    let (signed, signature) = good_token.rsplit_once('.').unwrap();
    let altered = claims(unix_s() + 7200);
    let tokens = [
        unsigned(r#"{"alg":"none"}"#),
        unsigned(r#"{"alg":"None","typ":"JWT"}"#),
        unsigned(HS256),
        raw(r#"{"alg":"none"}"#, &good, TOKEN_SECRET),
        raw(r#"{"alg":"HS512"}"#, &good, TOKEN_SECRET),
        raw(r#"{"alg":"RS256"}"#, &good, TOKEN_SECRET),
        raw(r#"{"typ":"JWT"}"#, &good, TOKEN_SECRET),
        raw(r#"{"alg":"HS256","crit":["x"]}"#, &good, TOKEN_SECRET),
        raw(HS256, &good, "another-token-secret-of-32-bytes"),
        raw(HS256, &good, ""),
        raw(HS256, &claims(unix_s() - 3600), TOKEN_SECRET),
        raw(HS256, r#"{"sub":"p1"}"#, TOKEN_SECRET),
        raw(
            HS256,
            &json!({"sub": "p1", "exp": "9999999999"}).to_string(),
            TOKEN_SECRET,
        ),
        raw(HS256, &json!({"exp": unix_s() + 60}).to_string(), TOKEN_SECRET),
        raw(
            HS256,
            &json!({"sub": "", "exp": unix_s() + 60}).to_string(),
            TOKEN_SECRET,
        ),
        raw(
            HS256,
            &json!({"sub": 7, "exp": unix_s() + 60}).to_string(),
            TOKEN_SECRET,
        ),
        raw(
            HS256,
            &json!({"sub": "p1", "exp": unix_s() + 60, "nbf": unix_s() + 3600}).to_string(),
            TOKEN_SECRET,
        ),
        raw(HS256, "not json", TOKEN_SECRET),
        format!("{signed}.{}", signature.chars().rev().collect::<String>()),
        format!(
            "{}.{}.{signature}",
            URL_SAFE_NO_PAD.encode(HS256),
            URL_SAFE_NO_PAD.encode(altered)
        ),
        signed.to_owned(),
        format!("{good_token}.x"),
        "x".repeat(5000),
        String::new(),
        "..".to_owned(),
    ];
    site.kid.asked();
    for token in &tokens {
        let player = Player {
            url: site.url(),
            token: token.clone(),
        };
        for path in [
            "/api/session",
            &format!("/api/session/{ID}"),
            &format!("/api/check-permissions/{ID}"),
        ] {
            let reply = player.get(path);
            reply.fails(401, "UNAUTHORIZED");
            assert!(
                token.is_empty() || !reply.body.contains(token.as_str()),
                "{}",
                reply.body
            );
        }
        player.bind(ID).fails(401, "UNAUTHORIZED");
    }
    assert!(site.kid.asked().is_empty());
}

#[test]
fn other_ways_of_naming_a_player_do_not_count() {
    let site = Site::start();
    let token = site.player("p1").token;
    let bearer = format!("Bearer {token}");
    let basic = format!("Basic {token}");
    let url = site.url();
    let rows: [&[(&str, &str)]; 6] = [
        &[],
        &[("Authorization", &basic)],
        &[("Authorization", &token)],
        &[("Authorization", "Bearer")],
        &[("Authorization", &bearer), ("Authorization", &bearer)],
        &[("Cookie", &bearer)],
    ];
    for headers in rows {
        send(&url, "GET", "/api/session", headers, None).fails(401, "UNAUTHORIZED");
    }
    send(&url, "GET", &format!("/api/session?access_token={token}"), &[], None).fails(401, "UNAUTHORIZED");
}

#[test]
fn issuer_and_audience_are_checked_where_configured() {
    let site = Site::with(|config| {
        config.token_issuer = Some("studio".to_owned());
        config.token_audience = Some("game".to_owned());
    });
    let issue = |issuer: Option<&str>, audience: Option<&str>| Player {
        url: site.url(),
        token: Tokens::with(
            &Secret::new(TOKEN_SECRET),
            issuer.map(Into::into),
            audience.map(Into::into),
        )
        .issue("p1", 1)
        .unwrap(),
    };
    assert_eq!(issue(Some("studio"), Some("game")).get("/api/session").status, 200);
    for (issuer, audience) in [
        (None, None),
        (Some("studio"), None),
        (None, Some("game")),
        (Some("x"), Some("game")),
    ] {
        issue(issuer, audience).get("/api/session").fails(401, "UNAUTHORIZED");
    }
}
