//! One row per answer that k-ID's documentation, its samples or its contradictions know.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{super::ErrorBody, *};
use crate::protocol::http::Method;

const ID: &str = "78c299b2-5c33-4bde-84fe-8fc950fc7a96";
const BARE: &str =
    r#"{"sessionId":"78c299b2-5c33-4bde-84fe-8fc950fc7a96","etag":"e1","status":"ACTIVE","permissions":[]}"#;

fn asked() -> SessionGet<'static> {
    SessionGet {
        by: SessionBy::SessionId(ID),
        etag: Some("e1"),
    }
}

type Answer = Result<KidAnswer, KidError>;

fn answer(status: u16, body: &str) -> Answer {
    answer_to(asked(), status, &[], body)
}

fn answer_to(asked: SessionGet<'_>, status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    read_session_get(
        &asked,
        &Response {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        },
        0,
    )
}

fn refused(code: &str) -> Answer {
    Err(KidError::BadRequest { code: code.into() })
}

#[test]
fn the_request_carries_key_id_and_etag() {
    let request = asked().request("https://game-api.k-id.com/api/v1/", "key").unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        format!("https://game-api.k-id.com/api/v1/session/get?sessionId={ID}&etag=e1")
    );
    assert!(request.headers.contains(&("authorization".into(), "Bearer key".into())));
    assert!(request.headers.contains(&("accept".into(), "application/json".into())));
    assert!(request.body.is_empty());
}

#[test]
fn ids_and_etags_cannot_add_parameters() {
    let get = SessionGet {
        by: SessionBy::Kuid("a&sessionId=b/../#"),
        etag: Some("x&y=\"é"),
    };
    let url = get.request("http://127.0.0.1:1", "key").unwrap().url;
    assert_eq!(
        url,
        "http://127.0.0.1:1/session/get?kuid=a%26sessionId%3Db%2F..%2F%23&etag=x%26y%3D%22%C3%A9"
    );
    let url = SessionGet {
        etag: Some(""),
        ..asked()
    }
    .request("http://127.0.0.1:1", "key")
    .unwrap()
    .url;
    assert!(!url.contains("etag"), "{url}");
    assert!(SessionGet::by_id(ID).request("ftp://x", "key").is_err());
}

#[test]
fn a_session_is_accepted_bare_and_wrapped() {
    let wrapped = format!(r#"{{"session":{BARE},"status":"PASS"}}"#);
    for body in [BARE, &wrapped] {
        match answer(200, body) {
            Ok(KidAnswer::Session(session)) => assert_eq!(session.json(), BARE),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn hold_and_unknown_statuses_keep_the_session() {
    for status in ["HOLD", "SOMETHING_NEW"] {
        let Ok(KidAnswer::Session(session)) = answer(200, &BARE.replace("ACTIVE", status)) else {
            panic!("{status}")
        };
        assert!(!session.is_in_force());
    }
}

#[test]
fn what_is_a_deletion_and_what_is_not() {
    let not_found = r#"{"error":"NOT_FOUND","errorMessage":"x"}"#;
    let rows: [(u16, &str, Answer); 16] = [
        (200, &BARE.replace("ACTIVE", "DELETED"), Ok(KidAnswer::Deleted)),
        (400, not_found, Ok(KidAnswer::Deleted)),
        (400, r#"{"error":"NOT_FOUND","errorMsg":"x"}"#, Ok(KidAnswer::Deleted)),
        (400, r#"{"error":"NOT_FOUND"}"#, Ok(KidAnswer::Deleted)),
        (404, not_found, Ok(KidAnswer::Deleted)),
        (
            400,
            r#"{"error":"INVALID_INPUT","errorMessage":"NOT_FOUND"}"#,
            refused("INVALID_INPUT"),
        ),
        (400, r#"{"error":"not_found"}"#, refused("not_found")),
        (400, "", refused("")),
        (400, " \n", refused("")),
        (403, r#"{"error":"FORBIDDEN"}"#, refused("FORBIDDEN")),
        (404, r#"{"error":"Not Found","path":"/"}"#, refused("Not Found")),
        (403, not_found, refused("NOT_FOUND")),
        (500, not_found, Err(KidError::ServerError { status: 500 })),
        (503, "<html>", Err(KidError::ServerError { status: 503 })),
        (401, not_found, Err(KidError::Unauthorized)),
        (401, "", Err(KidError::Unauthorized)),
    ];
    for (status, body, wanted) in rows {
        assert_eq!(answer(status, body), wanted, "{status} {body}");
    }
}

#[test]
fn what_is_not_an_answer_of_k_id_changes_nothing() {
    let other = BARE.replace("78c2", "0000");
    let rows = [
        (200, ""),
        (200, "null"),
        (200, "<html>"),
        (200, r#"{"error":"NOT_FOUND"}"#),
        (200, r#"{"status":"DELETED"}"#),
        (200, r#"{"session":null,"status":"PASS"}"#),
        (200, other.as_str()),
        (204, ""),
        (206, BARE),
        (302, ""),
        (400, "<html>"),
        (400, r#"{"error":{"code":"NOT_FOUND","message":"x"}}"#),
        (400, r#"{"error":null}"#),
        (400, r#"["NOT_FOUND"]"#),
        (404, ""),
        (404, r#"{"error":{"code":"NOT_FOUND"}}"#),
        (404, r#"{"message":"no Route matched"}"#),
        (0, ""),
        (600, ""),
    ];
    for (status, body) in rows {
        assert!(
            matches!(answer(status, body), Err(KidError::Malformed(_))),
            "{status} {body}"
        );
    }
    let deleted_other = other.replace("ACTIVE", "DELETED");
    assert!(
        matches!(answer(200, &deleted_other), Err(KidError::Malformed(_))),
        "another session's deletion"
    );
}

#[test]
fn not_modified_only_when_an_etag_was_sent() {
    assert_eq!(answer(304, ""), Ok(KidAnswer::NotModified));
    for etag in [None, Some("")] {
        let answer = answer_to(SessionGet { etag, ..asked() }, 304, &[], "");
        assert!(matches!(answer, Err(KidError::Malformed(_))), "{etag:?}");
    }
}

#[test]
fn rate_limits_with_and_without_a_wish() {
    let rows = [
        (&[][..], None),
        (&[("Retry-After", "1.5")][..], Some(1500)),
        (&[("retry-after", "soon")][..], None),
    ];
    for (headers, retry_after_ms) in rows {
        assert_eq!(
            answer_to(asked(), 429, headers, ""),
            Err(KidError::RateLimited { retry_after_ms })
        );
    }
}

#[test]
fn asked_by_k_id_user() {
    let get = SessionGet {
        by: SessionBy::Kuid("u-1"),
        etag: None,
    };
    let with = |kuid: &str| BARE.replace("\"etag\"", &format!("\"kuid\":\"{kuid}\",\"etag\""));
    assert!(matches!(
        answer_to(get, 200, &[], &with("u-1")),
        Ok(KidAnswer::Session(_))
    ));
    assert!(matches!(answer_to(get, 200, &[], BARE), Ok(KidAnswer::Session(_))));
    assert!(matches!(
        answer_to(get, 200, &[], &with("u-2")),
        Err(KidError::Malformed(_))
    ));
}

#[test]
fn error_bodies_are_read_tolerantly() {
    let read =
        |body: &str| ErrorBody::parse(body.as_bytes()).map(|e| (e.code().to_string(), e.text().map(String::from)));
    let rows = [
        (r#"{"error":"A","errorMessage":"m"}"#, Some(("A", Some("m")))),
        (r#"{"error":"A","errorMsg":"m"}"#, Some(("A", Some("m")))),
        (
            r#"{"error":"A","errorMsg":"old","errorMessage":"new"}"#,
            Some(("A", Some("new"))),
        ),
        (
            r#"{"error":"A","errorMessage":null,"errorMsg":"old"}"#,
            Some(("A", Some("old"))),
        ),
        (
            r#" {"error":"A","errorMessage":{"x":1},"more":[1]} "#,
            Some(("A", None)),
        ),
        (r#"{"error":"\u0041"}"#, Some(("A", None))),
        (r#"{"error":""}"#, None),
        (r#"{"error":7}"#, None),
        (r#"{"errorMessage":"m"}"#, None),
        (r#""NOT_FOUND""#, None),
        (r#"["A","m"]"#, None),
        ("{", None),
        ("", None),
    ];
    for (body, wanted) in rows {
        let wanted = wanted.map(|(code, text)| (code.to_string(), text.map(String::from)));
        assert_eq!(read(body), wanted, "{body}");
    }
    assert_eq!(ErrorBody::parse(&[0xff, 0xfe]), None);
    let long = format!(
        r#"{{"error":"A","errorMessage":"{}"}}"#,
        "x".repeat(error::MAX_ERROR_BYTES)
    );
    assert_eq!(ErrorBody::parse(long.as_bytes()), None);
}

#[test]
fn debug_and_texts_show_nobodys_data() {
    let get = SessionGet {
        by: SessionBy::Kuid("secret-kuid"),
        etag: None,
    };
    let error = ErrorBody::parse(br#"{"error":"A","errorMessage":"secret@mail.example"}"#).unwrap();
    let foreign = BARE.replace("78c2", "secret");
    let shown = format!("{get:?} {error:?} {:?}", answer(200, &foreign));
    assert!(!shown.contains("secret"), "{shown}");
}
