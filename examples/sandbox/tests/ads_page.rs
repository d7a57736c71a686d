//! The ad service's page.

mod support;

use std::time::Duration;

use serde_json::json;
use support::Service;

/// The page with its content security policy.
fn page(service: &Service) -> (String, String) {
    let url = format!("{}/ads", service.url);
    let mut response = support::agent(Duration::from_secs(20)).get(url).call().expect("a page");
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    let policy = header("content-security-policy");
    (policy, response.body_mut().read_to_string().expect("text"))
}

#[test]
fn it_is_whole_in_itself_and_framed_by_nobody() {
    let service = Service::start();
    let (policy, html) = page(&service);
    assert!(html.starts_with("<!doctype html>"));
    for outside in ["http://", "https://", "src=", "@import", "<link rel=\"stylesheet\""] {
        assert!(!html.contains(outside), "the page mentions {outside}");
    }
    for part in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    for placeholder in ["/*style*/", "/*script*/", "<!--faults-->"] {
        assert!(!html.contains(placeholder), "{placeholder}");
    }
    let inputs = html.matches("<input").count() + html.matches("<select").count();
    assert_eq!(inputs, html.matches("<label").count(), "every control has a label");
}

#[test]
fn it_has_every_switch_and_fault_and_a_way_there_and_back() {
    let service = Service::start();
    let (_, html) = page(&service);
    for switch in service.look("/ads/switches").as_object().expect("switches").keys() {
        assert!(html.contains(&format!(r#"data-switch="{switch}""#)), "{switch}");
    }
    for kind in ["500", "429", "drop", "garbage", "notHttp", "hang"] {
        assert!(html.contains(&format!(r#"<option value="{kind}">"#)), "{kind}");
    }
    for id in [
        "ads-users",
        "ads-requests",
        "fault-form",
        "fault-clear",
        "latency",
        "expiry-ms",
        "ads-forget",
    ] {
        assert!(html.contains(&format!(r#"id="{id}""#)), "{id}");
    }
    assert!(html.contains(r#"<a href="/" "#));
    let parents = String::from_utf8(service.get("/").body).expect("text");
    assert!(parents.contains(r#"<a href="/ads" "#));
}

#[test]
fn it_has_no_token_and_works_while_the_services_are_broken() {
    let service = Service::start();
    let token = service.ads_user("ann");
    service.control("PUT", "/ads/faults", json!({"kind": "drop"}));
    service.control("PUT", "/faults", json!({"kind": "drop"}));
    let (_, html) = page(&service);
    assert!(!html.contains(&token[token.len() - 5..]));
    assert_eq!(service.look("/requests")["total"], 0);
}
