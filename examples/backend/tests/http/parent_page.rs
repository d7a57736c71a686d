//! The parent's page and the widget: who gets to it, and what it is made of.

use serde_json::json;

use crate::support::*;

const WIDGET: &str = "https://family.k-id.com/manage?token=planted-widget";

fn ask(session: &str) -> String {
    json!({"sessionId": session, "parentEmail": "planted.parent@mail.example"}).to_string()
}

fn sign_in(site: &Site, token: &str, host: Option<&str>) -> Reply {
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
    headers.extend(host.map(|host| ("Host", host)));
    let form = format!("token={token}");
    send(&site.url(), "POST", "/parent/sign-in", &headers, Some(&form))
}

/// The cookie as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

fn page(site: &Site, cookie: &str) -> Reply {
    send(&site.url(), "GET", "/parent/permissions", &[("Cookie", cookie)], None)
}

/// A request of the page's script.
fn fetch(site: &Site, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    send(&site.url(), "POST", path, headers, Some(body))
}

#[test]
fn a_parent_gets_the_widget() {
    let site = Site::start();
    site.asked("p1");
    site.kid.widget(&format!(r#"{{"url":"{WIDGET}"}}"#));
    site.parent("p1")
        .post("/api/permission-widget", &ask(ID))
        .is(200, &format!(r#"{{"widgetUrl":"{WIDGET}"}}"#));
    assert_eq!(
        site.kid.posted(),
        [(
            "widget/generate-manage-session-permissions-url".to_owned(),
            format!(r#"{{"sessionId":"{ID}","email":"planted.parent@mail.example"}}"#)
        )]
    );
}

#[test]
fn a_players_token_opens_no_parents_door_and_a_parents_no_players() {
    let site = Site::start();
    let player = site.asked("p1");
    for (path, body) in [("/api/permission-widget", ask(ID)), ("/parent/refresh", String::new())] {
        player.post(path, &body).fails(403, "PARENTS_ONLY");
        let nobody = Player {
            url: site.url(),
            token: "x".to_owned(),
        };
        nobody.post(path, &body).fails(401, "UNAUTHORIZED");
        send(&site.url(), "POST", path, &[], Some(&body)).fails(401, "UNAUTHORIZED");
    }
    assert_eq!(sign_in(&site, &player.token, None).status, 403);
    assert_eq!(page(&site, &format!("playgate-parent={}", player.token)).status, 403);
    let parent = site.parent("p1");
    for reply in [
        parent.get("/api/session"),
        parent.read(ID),
        parent.bind(ID),
        parent.get(&format!("/api/check-permissions/{ID}")),
        parent.ask("voice-chat"),
        parent.challenge(CID),
        parent.status(CID),
        parent.code(CID),
        parent.email(CID, "{}"),
    ] {
        reply.fails(403, "PLAYERS_ONLY");
    }
    assert!(site.kid.asked().is_empty());
}

#[test]
fn a_parent_acts_for_one_player() {
    let site = Site::start();
    site.asked("p1");
    let stranger = site.parent("p2");
    stranger
        .post("/api/permission-widget", &ask(ID))
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    stranger
        .post("/api/permission-widget", &ask(OTHER_ID))
        .is(200, r#"{"needsConsent":true}"#);
    stranger.post("/parent/refresh", "").is(200, r#"{"needsConsent":true}"#);
    assert!(site.kid.asked().is_empty());
}

#[test]
fn only_what_a_parent_has_a_say_in() {
    let site = Site::start();
    site.kid.widget(&format!(r#"{{"url":"{WIDGET}"}}"#));
    let adult = session(ID, "e1", false).replace("GUARDIAN", "PLAYER");
    site.kid.put(ID, adult.as_str());
    let player = site.player("p1");
    assert_eq!(player.bind(ID).status, 200);
    let parent = site.parent("p1");
    let ask_it = || parent.post("/api/permission-widget", &ask(ID));
    ask_it().fails(409, "NOT_FOR_A_PARENT");
    // The player's own challenge does not change that, a parent's does.
    let own = challenge("c-2", "").replace("_UPGRADE", "_UPGRADE_BY_AGE_ASSURANCE");
    site.kid.put_challenge("c-2", own.as_str());
    site.kid.upgrade("voice-chat", format!(r#"{{"challenge":{own}}}"#));
    assert_eq!(player.ask("voice-chat").status, 200);
    ask_it().fails(409, "NOT_FOR_A_PARENT");
    assert_eq!(site.webhook(&moved("c-2", "FAIL", None)).status, 200);
    let parents = challenge(CID, "A1");
    site.kid.put_challenge(CID, parents.as_str());
    site.kid.upgrade("voice-chat", format!(r#"{{"challenge":{parents}}}"#));
    assert_eq!(player.ask("voice-chat").status, 200);
    assert_eq!(ask_it().status, 200);
    // A session that does not say who manages it: somebody manages its permissions.
    let unsaid = session(ID, "e2", false).replace(r#""managedBy":"GUARDIAN","zFuture""#, r#""zFuture""#);
    site.kid.put(ID, unsaid);
    assert_eq!(player.read(ID).status, 200);
    assert_eq!(site.webhook(&moved(CID, "FAIL", None)).status, 200);
    assert_eq!(ask_it().status, 200);
}

#[test]
fn a_session_that_is_gone_has_no_widget() {
    let site = Site::start();
    site.asked("p1");
    let parent = site.parent("p1");
    let gone = format!(r#"{{"sessionDeleted":true,"sessionId":"{ID}"}}"#);
    let not_found = Fault::Answer(400, "", r#"{"error":"NOT_FOUND"}"#.to_owned());
    site.kid.break_calls(Some(("widget/", not_found)));
    parent
        .post("/api/permission-widget", &ask(ID))
        .fails(503, "KID_UNAVAILABLE");
    site.kid.remove(ID);
    parent.post("/api/permission-widget", &ask(ID)).is(200, &gone);
    parent.post("/api/permission-widget", &ask(ID)).is(200, &gone);
}

#[test]
fn what_is_no_request_for_a_widget_is_refused() {
    let site = Site::start();
    site.asked("p1");
    let parent = site.parent("p1");
    for body in [
        "",
        "[]",
        "{}",
        r#"{"sessionId":"s"}"#,
        r#"{"parentEmail":"a@b.co"}"#,
        r#"["s","a@b.co"]"#,
    ] {
        parent.post("/api/permission-widget", body).fails(400, "INVALID_BODY");
    }
    let with = |session: &str, email: &str| json!({"sessionId": session, "parentEmail": email}).to_string();
    parent
        .post("/api/permission-widget", &with("..", "a@b.co"))
        .fails(400, "INVALID_SESSION_ID");
    parent
        .post("/api/permission-widget", &with(ID, "planted"))
        .fails(400, "INVALID_EMAIL");
    parent
        .post("/api/permission-widget", &" ".repeat(5000))
        .fails(413, "BODY_TOO_LARGE");
    assert!(site.kid.asked().is_empty());
    let refused = Fault::Answer(400, "", r#"{"error":"INVALID_EMAIL"}"#.to_owned());
    site.kid.break_calls(Some(("widget/", refused)));
    parent
        .post("/api/permission-widget", &ask(ID))
        .fails(400, "INVALID_EMAIL");
}

#[test]
fn a_widget_that_k_id_does_not_give_is_503() {
    let site = Site::start();
    site.asked("p1");
    let parent = site.parent("p1");
    let mut faults = unusable();
    for url in [
        "https://planted.example/",
        "https://k-id.com.planted.example/",
        "http://family.k-id.com/",
        "javascript:planted",
        "http://127.0.0.1:1/",
    ] {
        faults.push(Fault::Answer(200, "", format!(r#"{{"url":"{url}"}}"#)));
    }
    for fault in faults {
        site.kid.break_calls(Some(("widget/", fault)));
        let reply = parent.post("/api/permission-widget", &ask(ID));
        reply.fails(503, "KID_UNAVAILABLE");
        assert!(!reply.body.contains("planted"), "{}", reply.body);
    }
    let answer = |status, headers| Fault::Answer(status, headers, String::new());
    site.kid.break_calls(Some(("widget/", answer(401, ""))));
    parent
        .post("/api/permission-widget", &ask(ID))
        .fails(502, "KID_REFUSED_KEY");
    site.kid
        .break_calls(Some(("widget/", answer(429, "Retry-After: 7\r\n"))));
    let reply = parent.post("/api/permission-widget", &ask(ID));
    reply.fails(503, "KID_RATE_LIMITED");
    assert_eq!(reply.header("retry-after"), Some("7"));
    // A k-ID on loopback has its widgets there.
    site.kid.break_calls(None);
    let own = format!("{}/widget", site.kid.url().trim_end_matches("/api/v1"));
    site.kid.widget(&format!(r#"{{"url":"{own}"}}"#));
    assert_eq!(
        parent.post("/api/permission-widget", &ask(ID)).json()["widgetUrl"],
        json!(own)
    );
}

#[test]
fn a_sign_in_gives_a_cookie_for_a_while_and_the_page() {
    let site = Site::start();
    site.asked("p1");
    let token = site.parent("p1").token;
    let reply = sign_in(&site, &token, None);
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some("/parent/permissions"))
    );
    let set = reply.header("set-cookie").unwrap().to_owned();
    assert!(
        set.starts_with("playgate-parent=") && !set.contains(&token),
        "a token of its own"
    );
    for attribute in ["; Path=/;", "; Max-Age=1800;", "; HttpOnly;", "; SameSite=Strict"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Secure") && !set.contains("Domain"), "{set}");
    let reply = page(&site, &format!("other=1; {}", cookie(&reply)));
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains(&format!(r#"data-session="{ID}""#)));
    assert!(
        reply
            .body
            .contains(r#"allow="camera;payment;publickey-credentials-get;publickey-credentials-create""#)
    );
    // Behind a proxy with TLS the cookie is for TLS only, and for that host alone.
    let reply = sign_in(&site, &token, Some("play.studio.example"));
    let set = reply.header("set-cookie").unwrap();
    assert!(
        set.starts_with("__Host-playgate-parent=") && set.ends_with("; Secure"),
        "{set}"
    );
    let headers = [("Cookie", cookie(&reply)), ("Host", "play.studio.example".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(
        send(&site.url(), "GET", "/parent/permissions", &headers, None).status,
        200
    );
}

#[test]
fn who_is_not_signed_in_sees_why() {
    let site = Site::start();
    site.asked("p1");
    let reply = send(&site.url(), "GET", "/parent/permissions", &[], None);
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("sign in as a parent") && !reply.body.contains(ID));
    let good = cookie(&sign_in(&site, &site.parent("p1").token, None));
    let bearer = format!("Bearer {}", site.parent("p1").token);
    for bad in [
        "playgate-parent=",
        "playgate-parent=planted",
        "__Host-playgate-parent=planted",
        &format!("{good}; {good}"),
        &format!("x{good}"),
    ] {
        let reply = page(&site, bad);
        assert_eq!(reply.status, 401, "{bad}");
        assert!(!reply.body.contains("planted"));
    }
    let by_bearer = [("Authorization", bearer.as_str())];
    assert_eq!(
        send(&site.url(), "GET", "/parent/permissions", &by_bearer, None).status,
        401,
        "the page is for browsers that have signed in"
    );
    assert_eq!(sign_in(&site, "planted", None).status, 401);
    let form = |kind: &str, body: &str| {
        let headers = [("Content-Type", kind)];
        send(&site.url(), "POST", "/parent/sign-in", &headers, Some(body)).status
    };
    assert_eq!(form("application/json", r#"{"token":"x"}"#), 400);
    assert_eq!(form("application/x-www-form-urlencoded", "x=y"), 400);
    let long = format!("token={}", "x".repeat(5000));
    assert_eq!(form("application/x-www-form-urlencoded", &long), 413);
}

#[test]
fn a_parent_of_a_player_without_a_session_sees_that_there_is_none() {
    let site = Site::start();
    let reply = page(&site, &cookie(&sign_in(&site, &site.parent("p9").token, None)));
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("nothing to review") && !reply.body.contains("iframe"));
}

#[test]
fn the_cookie_works_from_this_servers_own_page_only() {
    let site = Site::start();
    let player = site.asked("p1");
    site.kid.widget(&format!(r#"{{"url":"{WIDGET}"}}"#));
    let signed_in = cookie(&sign_in(&site, &site.parent("p1").token, None));
    let (_, before) = player.news(ID, None);
    let own = site.url();
    for (path, body) in [("/api/permission-widget", ask(ID)), ("/parent/refresh", String::new())] {
        let rows: [&[(&str, &str)]; 8] = [
            &[],
            &[("Origin", "null")],
            &[("Origin", "https://evil.example")],
            &[("Origin", "http://127.0.0.1")],
            &[("Origin", &own.replace("http:", "ftp:"))],
            &[("Origin", &format!("{own}.evil.example"))],
            &[("Origin", &own), ("Origin", &own)],
            &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        ];
        for row in rows {
            let mut headers = vec![("Cookie", signed_in.as_str())];
            headers.extend_from_slice(row);
            fetch(&site, path, &headers, &body).fails(403, "CROSS_ORIGIN");
        }
        let headers = [
            ("Cookie", signed_in.as_str()),
            ("Origin", &own),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        assert_eq!(fetch(&site, path, &headers, &body).status, 200, "{path}");
    }
    assert_eq!(player.news(ID, Some(before)), (true, before + 1));
    site.kid.asked();
    assert_eq!(player.read(ID).status, 200);
    assert_eq!(site.kid.asked(), [format!("/api/v1/session/get?sessionId={ID}")]);
    // Over TLS the origin is https, and plain http is another one.
    let reply = sign_in(&site, &site.parent("p1").token, Some("play.studio.example"));
    let secure = cookie(&reply);
    for (origin, status) in [
        ("https://play.studio.example", 200),
        ("http://play.studio.example", 403),
    ] {
        let headers = [
            ("Cookie", secure.as_str()),
            ("Host", "play.studio.example"),
            ("Origin", origin),
        ];
        assert_eq!(fetch(&site, "/parent/refresh", &headers, "").status, status, "{origin}");
    }
}

#[test]
fn the_pages_embed_k_ids_widgets_and_nothing_else() {
    let site = Site::with(|config| config.widget_origin = Some("http://127.0.0.1:9".to_owned()));
    site.asked("p1");
    let signed_in = cookie(&sign_in(&site, &site.parent("p1").token, None));
    let reply = page(&site, &signed_in);
    assert_eq!(
        reply.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src https://k-id.com \
             https://*.k-id.com http://127.0.0.1:9; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(reply.body.contains(r#"data-widget-origin="http://127.0.0.1:9""#));
    for (path, kind) in [
        ("/parent/permissions.js", "text/javascript; charset=utf-8"),
        ("/parent/permissions.css", "text/css; charset=utf-8"),
    ] {
        assert!(reply.body.contains(path));
        let file = send(&site.url(), "GET", path, &[], None);
        assert_eq!((file.status, file.header("content-type")), (200, Some(kind)));
    }
}
