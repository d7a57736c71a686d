//! Checks an answer against `openapi.json`: the status is declared for the route, and headers and body are of the
//! declared form.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::Reply;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi.json")).unwrap());

/// Statuses that any server gives, whatever the route.
const ANYWHERE: [u16; 2] = [404, 405];

pub fn check(method: &str, path: &str, reply: &Reply) {
    let path = path.split('?').next().unwrap();
    let what = format!("{method} {path}: {reply:?}");
    assert_eq!(reply.header("cache-control"), Some("private, no-store"), "{what}");
    if ANYWHERE.contains(&reply.status) {
        return conforms(&json!({"$ref": "#/components/schemas/Error"}), reply, &what);
    }
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let template = paths
        .keys()
        .find(|template| fits(template, path))
        .unwrap_or_else(|| panic!("no such path: {what}"));
    let responses = &paths[template][method.to_lowercase()]["responses"];
    let declared = resolve(&responses[reply.status.to_string()]);
    assert!(declared.is_object(), "status is not declared: {what}");
    match declared["content"]["application/json"].get("schema") {
        Some(schema) => conforms(schema, reply, &what),
        None => match declared["content"]
            .as_object()
            .and_then(|content| content.keys().next())
        {
            Some(kind) => {
                let given = reply.header("content-type").unwrap_or_default();
                assert!(given.starts_with(kind.as_str()) && !reply.body.is_empty(), "{what}");
            }
            None => assert!(reply.body.is_empty(), "{what}"),
        },
    }
    for name in ["Content-Security-Policy", "Set-Cookie", "Location"] {
        let is_declared = declared["headers"].get(name).is_some();
        assert_eq!(reply.header(name).is_some(), is_declared, "{name}: {what}");
    }
    if declared["headers"].get("Retry-After").is_some() {
        let wait: u64 = reply.header("retry-after").expect("Retry-After").parse().unwrap();
        assert!(wait >= 1, "{what}");
    }
    if declared["headers"].get("ETag").is_some() {
        let has_session = reply.status == 304 || reply.body.contains(r#""session":"#);
        assert_eq!(reply.header("etag").is_some(), has_session, "{what}");
    }
    if declared["headers"].get("WWW-Authenticate").is_some() {
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{what}");
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
            _ => return false,
        }
    }
}

fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(pointer) => DOCUMENT.pointer(pointer.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

fn conforms(schema: &Value, reply: &Reply, what: &str) {
    assert_eq!(reply.header("content-type"), Some("application/json"), "{what}");
    let mut root = schema.clone();
    root["components"] = DOCUMENT["components"].clone();
    let validator = jsonschema::draft202012::new(&root).unwrap();
    if let Err(error) = validator.validate(&reply.json()) {
        panic!("the contract is broken: {error} in {what}");
    }
}
