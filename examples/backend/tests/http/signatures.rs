//! Webhook signatures, from the vectors of the servers' reference to every altered byte.

use std::time::Duration;

use crate::support::*;

const SECRET: &str = "test-secret";
const AT: &str = "1700000000";
const BODY: &str =
    r#"{"eventType":"Session.ChangePermissions","data":{"id":"78c299b2-5c33-4bde-84fe-8fc950fc7a96","productId":42}}"#;
const HMAC: &str = "844366243027e59249ace735c0c2d01c6b31a67165b476e63dff0fd4dc87d0f3";
const LEGACY: &str = "20b0b671cb0b64ec6a066d71c4d68ea3b384144881637a780bc50edf71121644";
const HMAC_OF_NOTHING: &str = "1b74eaf87da46877ba651ac812b24a3bf01990e9ed0101b88268f60f965729e2";

/// A server to which 2023 is fresh.
fn site() -> Site {
    Site::with(|config| {
        config.webhook_secret = Some(playgate_backend::Secret::new(SECRET));
        config.webhook_window = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        config.webhook_legacy = true;
    })
}

fn hook(site: &Site, name: &str, at: &str, signature: &str, body: &str) -> Reply {
    let headers = [("X-Signature-Timestamp", at), (name, signature)];
    send(&site.url(), "POST", "/webhook/k-id", &headers, Some(body))
}

#[test]
fn the_references_vectors_are_taken() {
    let site = site();
    let player = site.bound("p1");
    assert_eq!(BODY.len(), 109);
    hook(&site, "X-Signature-Hmac-Sha256", AT, HMAC, BODY).is(200, r#"{"received":true}"#);
    assert_eq!(player.news(ID, None), (true, 1));
    hook(&site, "X-Signature-SHA256", AT, LEGACY, BODY).is(200, r#"{"received":true}"#);
    assert_eq!(player.news(ID, None), (true, 2));
    // Signed, but no event.
    hook(&site, "X-Signature-Hmac-Sha256", AT, HMAC_OF_NOTHING, "").fails(400, "INVALID_EVENT");
}

#[test]
fn every_altered_byte_is_401() {
    let site = site();
    let player = site.bound("p1");
    let altered = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        // Stays ASCII, and for a digit a digit.
        bytes[at] ^= 1;
        String::from_utf8(bytes).unwrap()
    };
    let name = "X-Signature-Hmac-Sha256";
    for at in 0..BODY.len() {
        hook(&site, name, AT, HMAC, &altered(BODY, at)).fails(401, "UNAUTHORIZED");
    }
    for at in 0..HMAC.len() {
        hook(&site, name, AT, &altered(HMAC, at), BODY).fails(401, "UNAUTHORIZED");
        hook(&site, "X-Signature-SHA256", AT, &altered(LEGACY, at), BODY).fails(401, "UNAUTHORIZED");
    }
    for at in 0..AT.len() {
        hook(&site, name, &altered(AT, at), HMAC, BODY).fails(401, "UNAUTHORIZED");
    }
    for signature in [
        "",
        &HMAC[1..],
        &format!("{HMAC}0"),
        &format!("sha256={HMAC}"),
        &HMAC.to_uppercase(),
    ] {
        hook(&site, name, AT, signature, BODY).fails(401, "UNAUTHORIZED");
    }
    for body in ["", &BODY[1..], &format!("{BODY} "), &format!("{BODY}\n")] {
        hook(&site, name, AT, HMAC, body).fails(401, "UNAUTHORIZED");
    }
    assert_eq!(player.news(ID, None), (false, 0));
}

#[test]
fn k_ids_pair_of_test_events_is_answered_200_and_401() {
    let site = Site::start();
    let body = r#"{"eventType":"Test","data":{"id":"f2b0a7c4-0000-4000-8000-000000000001"}}"#;
    site.webhook(body).is(200, r#"{"received":true}"#);
    let at = unix_s().to_string();
    let unsigned = [("X-Event-Type", "Test"), ("X-Signature-Timestamp", at.as_str())];
    send(&site.url(), "POST", "/webhook/k-id", &unsigned, Some(body)).fails(401, "UNAUTHORIZED");
    let wrong = hmac_hex("not-the-secret", &at, body);
    hook(&site, "X-Signature-Hmac-Sha256", &at, &wrong, body).fails(401, "UNAUTHORIZED");
}
