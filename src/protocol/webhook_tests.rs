//! Vectors computed with another implementation of HMAC and SHA-256, and every way of being not genuine.

use super::*;

const SECRET: &[u8] = b"test-secret";
const AT: &str = "1700000000";
const NOW: i64 = 1_700_000_000;
const BODY: &[u8] =
    br#"{"eventType":"Session.ChangePermissions","data":{"id":"78c299b2-5c33-4bde-84fe-8fc950fc7a96","productId":42}}"#;
const HMAC: &str = "844366243027e59249ace735c0c2d01c6b31a67165b476e63dff0fd4dc87d0f3";
const HMAC_OF_EMPTY: &str = "1b74eaf87da46877ba651ac812b24a3bf01990e9ed0101b88268f60f965729e2";
const HASH: &str = "20b0b671cb0b64ec6a066d71c4d68ea3b384144881637a780bc50edf71121644";

fn signed() -> Webhook<'static> {
    Webhook {
        timestamp: Some(AT),
        hmac: Some(HMAC),
        legacy: None,
        body: BODY,
    }
}

fn legacy() -> Webhook<'static> {
    Webhook {
        hmac: None,
        legacy: Some(HASH),
        ..signed()
    }
}

fn verify(webhook: Webhook<'_>) -> Result<(), Refusal> {
    Verifier::new(SECRET).verify(&webhook, NOW)
}

#[test]
fn the_vectors_are_genuine() {
    assert_eq!(BODY.len(), 109);
    assert_eq!(verify(signed()), Ok(()));
    assert_eq!(
        verify(Webhook {
            hmac: Some(HMAC_OF_EMPTY),
            body: b"",
            ..signed()
        }),
        Ok(())
    );
    assert_eq!(Verifier::new(SECRET).accept_legacy(true).verify(&legacy(), NOW), Ok(()));
}

#[test]
fn every_altered_byte_is_refused() {
    for at in 0..BODY.len() {
        for bit in 0..8 {
            let mut body = BODY.to_vec();
            body[at] ^= 1 << bit;
            assert_eq!(
                verify(Webhook {
                    body: &body,
                    ..signed()
                }),
                Err(Refusal::BadSignature),
                "body {at}.{bit}"
            );
        }
    }
    for at in 0..HMAC.len() {
        for bit in 0..7 {
            let mut hmac = HMAC.as_bytes().to_vec();
            hmac[at] ^= 1 << bit;
            let hmac = String::from_utf8(hmac).unwrap();
            assert_eq!(
                verify(Webhook {
                    hmac: Some(&hmac),
                    ..signed()
                }),
                Err(Refusal::BadSignature),
                "hmac {at}.{bit}"
            );
        }
    }
    for at in 0..AT.len() {
        let mut digits = AT.as_bytes().to_vec();
        digits[at] = b'0' + (digits[at] - b'0' + 1) % 10;
        let timestamp = String::from_utf8(digits).unwrap();
        let webhook = Webhook {
            timestamp: Some(&timestamp),
            ..signed()
        };
        assert_eq!(verify(webhook), Err(Refusal::BadSignature), "timestamp {at}");
    }
    let longer = [BODY, b" "].concat();
    for body in [&BODY[1..], &BODY[..108], &longer, b""] {
        assert_eq!(verify(Webhook { body, ..signed() }), Err(Refusal::BadSignature));
    }
}

#[test]
fn timestamp_and_body_do_not_flow_into_each_other() {
    // The signed message is the timestamp and then the body: the same bytes, cut elsewhere, are another webhook.
    let body = [b"0", BODY].concat();
    let webhook = Webhook {
        timestamp: Some("170000000"),
        body: &body,
        ..signed()
    };
    assert_eq!(
        verify(webhook),
        Err(Refusal::Stale),
        "the signature fits, the time does not"
    );
}

#[test]
fn missing_and_misshapen_headers_are_refused() {
    assert_eq!(
        verify(Webhook {
            timestamp: None,
            ..signed()
        }),
        Err(Refusal::MissingTimestamp)
    );
    assert_eq!(
        verify(Webhook { hmac: None, ..signed() }),
        Err(Refusal::MissingSignature)
    );
    for bad in [
        "",
        " ",
        "+1700000000",
        "-1",
        "1700000000 ",
        "1.7e9",
        "0x1",
        "9999999999999",
        "１７",
    ] {
        assert_eq!(
            verify(Webhook {
                timestamp: Some(bad),
                ..signed()
            }),
            Err(Refusal::BadTimestamp),
            "{bad:?}"
        );
    }
    let upper = HMAC.to_uppercase();
    let prefixed = format!("sha256={HMAC}");
    let twice = format!("{HMAC}{HMAC}");
    for bad in [
        "",
        "00",
        &HMAC[1..],
        upper.as_str(),
        prefixed.as_str(),
        twice.as_str(),
        &"é".repeat(32),
    ] {
        assert_eq!(
            verify(Webhook {
                hmac: Some(bad),
                ..signed()
            }),
            Err(Refusal::BadSignature),
            "{bad:?}"
        );
    }
}

#[test]
fn the_window_is_kept_on_both_sides() {
    let at = |now| Verifier::new(SECRET).verify(&signed(), now);
    for (now, wanted) in [
        (NOW - 301, Err(Refusal::Stale)),
        (NOW - 300, Ok(())),
        (NOW + 300, Ok(())),
        (NOW + 301, Err(Refusal::Stale)),
        (i64::MIN, Err(Refusal::Stale)),
        (i64::MAX, Err(Refusal::Stale)),
    ] {
        assert_eq!(at(now), wanted, "{now}");
    }
    assert_eq!(
        Verifier::new(SECRET).window_s(10).verify(&signed(), NOW + 11),
        Err(Refusal::Stale)
    );
}

#[test]
fn the_older_signature_counts_only_when_asked_for_and_never_beside_an_hmac() {
    let verifier = Verifier::new(SECRET).accept_legacy(true);
    assert_eq!(verify(legacy()), Err(Refusal::MissingSignature));
    let zeros = "0".repeat(64);
    let both = Webhook {
        hmac: Some(&zeros),
        ..legacy()
    };
    assert_eq!(verifier.verify(&both, NOW), Err(Refusal::BadSignature));
    assert_eq!(
        verifier.verify(
            &Webhook {
                hmac: Some(HASH),
                ..legacy()
            },
            NOW
        ),
        Err(Refusal::BadSignature)
    );
    for at in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[at] ^= 1;
        assert_eq!(
            verifier.verify(
                &Webhook {
                    body: &body,
                    ..legacy()
                },
                NOW
            ),
            Err(Refusal::BadSignature),
            "{at}"
        );
    }
}

#[test]
fn another_secret_or_none_refuses_everything() {
    assert_eq!(
        Verifier::new(b"test-secrez").verify(&signed(), NOW),
        Err(Refusal::BadSignature)
    );
    assert_eq!(Verifier::new(b"").verify(&signed(), NOW), Err(Refusal::NoSecret));
}

#[test]
fn events_are_read() {
    let change = || "c-1".into();
    let rows = [
        (
            r#"{"eventType":"Session.ChangePermissions","data":{"id":"s-1","productId":42,"more":{"id":7}}}"#,
            Event::SessionChangePermissions { id: "s-1".into() },
        ),
        (
            r#"{"data":{"id":"s-1"},"eventType":"Session.Delete"}"#,
            Event::SessionDelete { id: "s-1".into() },
        ),
        (
            r#"{"eventType":"Challenge.StateChange","data":{"id":"c-1","status":"PASS","type":"CHALLENGE_SESSION_UPGRADE"}}"#,
            Event::ChallengeStateChange {
                id: change(),
                status: "PASS".into(),
                kind: Some("CHALLENGE_SESSION_UPGRADE".into()),
                session_id: None,
            },
        ),
        (
            r#"{"eventType":"Challenge.StateChange","data":{"id":"c-1","status":"PASS","sessionId":"s-2","approverEmail":"a@b.co"}}"#,
            Event::ChallengeStateChange {
                id: change(),
                status: "PASS".into(),
                kind: None,
                session_id: Some("s-2".into()),
            },
        ),
        (
            r#"{"eventType":"Challenge.StateChange","data":{"id":"c-1","status":"NEW_ONE","type":null}}"#,
            Event::ChallengeStateChange {
                id: change(),
                status: "NEW_ONE".into(),
                kind: None,
                session_id: None,
            },
        ),
        (r#"{"eventType":"Test","data":{"id":"x"}}"#, Event::Test),
        (r#"{"eventType":"Test"}"#, Event::Test),
        (
            r#" {"eventType":"Account.Delete","data":{"kuid":"k-1","productId":42}}"#,
            Event::AccountDelete { kuid: "k-1".into() },
        ),
        (
            r#"{"eventType":"Verification.Result","data":{"id":"v-1","status":"PASS","ageCategory":"adult","age":{"low":18,"high":25},"dob":"2000-01-01"}}"#,
            Event::VerificationResult {
                name: VerificationName::Verification,
                id: "v-1".into(),
                status: "PASS".into(),
            },
        ),
        (
            r#"{"eventType":"AgeAssurance.Result","data":{"id":"v-1","status":"FAIL","failureReason":"age-criteria-not-met"}}"#,
            Event::VerificationResult {
                name: VerificationName::AgeAssurance,
                id: "v-1".into(),
                status: "FAIL".into(),
            },
        ),
        (
            r#"{"eventType":"AdultVerification.Result","data":{"id":"v-1","status":"INCONCLUSIVE","ageRange":{"minAge":17,"maxAge":21,"confidence":0.5}}}"#,
            Event::VerificationResult {
                name: VerificationName::AdultVerification,
                id: "v-1".into(),
                status: "INCONCLUSIVE".into(),
            },
        ),
        (
            r#"{"eventType":"Verification.Revoke","data":{"verifications":[{"id":"v-1","reason":"fraudulent-activity-detected"},{"reason":"x","id":"v-2"}]}}"#,
            Event::VerificationRevoke {
                ids: vec!["v-1".into(), "v-2".into()],
            },
        ),
        (
            r#"{"eventType":"ParentalConsent.Granted","data":{"challengeId":"c-1","scenarioId":"sc-1"}}"#,
            Event::ParentalConsentGranted {
                challenge_id: change(),
                scenario_id: Some("sc-1".into()),
            },
        ),
        (
            r#"{"eventType":"ParentalConsent.Granted","data":{"challengeId":"c-1"}}"#,
            Event::ParentalConsentGranted {
                challenge_id: change(),
                scenario_id: None,
            },
        ),
        (
            r#"{"eventType":"Session.ChangePermissions","data":{"id":"s-1","onBehalfOfProductId":7,"initiatedByProductId":8}}"#,
            Event::SessionChangePermissions { id: "s-1".into() },
        ),
        (
            r#"{"eventType":"session.delete","data":{"id":"s"}}"#,
            Event::Other("session.delete".into()),
        ),
    ];
    for (body, wanted) in rows {
        assert_eq!(Event::parse(body.as_bytes()).as_ref(), Ok(&wanted), "{body}");
        assert!(!format!("{wanted:?}").contains("-1"), "identifiers are not shown");
    }
}

#[test]
fn what_is_no_event_is_an_error() {
    let long = format!(
        r#"{{"eventType":"Session.Delete","data":{{"id":"{}"}}}}"#,
        "x".repeat(257)
    );
    let deep = format!(
        r#"{{"eventType":"Test","data":{}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let rows: [&str; 27] = [
        "",
        "null",
        "[]",
        r#"["Session.Delete",{"id":"s"}]"#,
        r#"{"eventType":"Session.Delete"}"#,
        r#"{"eventType":"Session.Delete","data":null}"#,
        r#"{"eventType":"Session.Delete","data":["s"]}"#,
        r#"{"eventType":"Session.Delete","data":{}}"#,
        r#"{"eventType":"Session.Delete","data":{"id":""}}"#,
        r#"{"eventType":"Session.Delete","data":{"id":7}}"#,
        r#"{"eventType":"Session.Delete","data":{"id":"a","id":"b"}}"#,
        r#"{"eventType":"Session.Delete","eventType":"Test","data":{"id":"a"}}"#,
        r#"{"eventType":"Session.Delete","data":{"id":"s"}"#,
        r#"{"eventType":"Challenge.StateChange","data":{"id":"c"}}"#,
        r#"{"eventType":"Challenge.StateChange","data":{"id":"c","status":"PASS","sessionId":""}}"#,
        r#"{"eventType":"Challenge.StateChange","data":{"id":"c","status":"PASS","sessionId":7}}"#,
        r#"{"eventType":"Account.Delete","data":{"id":"s"}}"#,
        r#"{"eventType":"Account.Delete","data":{"kuid":""}}"#,
        r#"{"eventType":"Verification.Result","data":{"id":"v"}}"#,
        r#"{"eventType":"Verification.Revoke","data":{"id":"v"}}"#,
        r#"{"eventType":"Verification.Revoke","data":{"verifications":{"id":"v"}}}"#,
        r#"{"eventType":"Verification.Revoke","data":{"verifications":["v"]}}"#,
        r#"{"eventType":"Verification.Revoke","data":{"verifications":[["v"]]}}"#,
        r#"{"eventType":"ParentalConsent.Granted","data":{"id":"c"}}"#,
        r#"{"eventType":7}"#,
        r#"{"eventType":""}"#,
        &long,
    ];
    for body in rows {
        assert!(Event::parse(body.as_bytes()).is_err(), "{body}");
    }
    assert!(Event::parse(&[b'{', 0xff]).is_err());
    // Deep nesting is read or refused, but never overflows the stack.
    let _ = Event::parse(deep.as_bytes());
}

#[test]
fn headers_are_found_in_any_case_and_none_that_occurs_twice() {
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Signature-Timestamp", AT),
        ("x-SIGNATURE-hmac-sha256", HMAC),
    ];
    assert_eq!(verify(Webhook::from_headers(headers, BODY)), Ok(()));
    let twice = headers.into_iter().chain([("X-Signature-Hmac-Sha256", HMAC)]);
    assert_eq!(
        verify(Webhook::from_headers(twice, BODY)),
        Err(Refusal::MissingSignature)
    );
    let twice = headers.into_iter().chain([("X-Signature-Timestamp", "1")]);
    assert_eq!(
        verify(Webhook::from_headers(twice, BODY)),
        Err(Refusal::MissingTimestamp)
    );
    assert_eq!(verify(Webhook::from_headers([], BODY)), Err(Refusal::MissingTimestamp));
}

#[test]
fn a_webhook_sent_again_is_told_from_one_signed_again_and_from_every_other() {
    let first = signed().fingerprint();
    assert_eq!(legacy().fingerprint(), first, "whichever signature covers it");
    let later = Webhook {
        timestamp: Some("1700000001"),
        ..signed()
    };
    assert_ne!(later.fingerprint(), first);
    let moved = Webhook {
        timestamp: Some("170000000"),
        body: b"0{}",
        ..signed()
    };
    let whole = Webhook {
        body: b"{}",
        ..signed()
    };
    assert_ne!(moved.fingerprint(), whole.fingerprint());
    let verifier = Verifier::new(SECRET);
    assert_eq!(verifier.fresh_until_s(&signed()), Some(NOW + 300));
    assert_eq!(
        verifier.verify(&signed(), NOW + 300),
        Ok(()),
        "so long it would be taken again"
    );
    let none = Webhook {
        timestamp: None,
        ..signed()
    };
    assert_eq!(verifier.fresh_until_s(&none), None);
}

#[test]
fn sessions_are_fetched_again_and_challenges_known_by_type_id_and_status() {
    let event = |body: &str| Event::parse(body.as_bytes()).unwrap();
    for name in ["Session.ChangePermissions", "Session.Delete"] {
        let event = event(&format!(r#"{{"eventType":"{name}","data":{{"id":"s-1"}}}}"#));
        assert_eq!((event.session_to_fetch(), event.key()), (Some("s-1"), None), "{name}");
    }
    let challenge = |status: &str, more: &str| {
        event(&format!(
            r#"{{"eventType":"Challenge.StateChange","data":{{"id":"c-1","status":"{status}"{more}}}}}"#
        ))
    };
    let open = challenge("IN_PROGRESS", r#","sessionId":"s-1""#);
    let passed = challenge("PASS", r#","sessionId":"s-2""#);
    assert_eq!(open.session_to_fetch(), None);
    assert_eq!(passed.session_to_fetch(), Some("s-2"));
    assert_eq!(challenge("PASS", "").session_to_fetch(), None);
    assert_ne!(open.key(), passed.key(), "the pass after the opening is another event");
    assert_eq!(
        passed.key(),
        challenge("PASS", r#","sessionId":"s-2","dob":"2014""#).key()
    );
    let result = event(r#"{"eventType":"Verification.Result","data":{"id":"c-1","status":"PASS"}}"#);
    assert_ne!(result.key(), passed.key());
    assert!(!format!("{:?}", passed.key()).contains("c-1"));
    for name in ["Test", "Something.New"] {
        let event = event(&format!(r#"{{"eventType":"{name}"}}"#));
        assert_eq!((event.session_to_fetch(), event.key()), (None, None), "{name}");
    }
}
