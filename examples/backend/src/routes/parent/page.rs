//! The parent's page as HTML, with nothing in it that a script of another could use.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::widget::WidgetOrigins;

const REVIEW: &str = include_str!("review.html");
const NOTICE: &str = include_str!("notice.html");
/// A browser does not send the cookie along a redirect that began at another site; it does from here.
const CONTINUE: &str = r#"<p>Just signed in? <a href="/parent/permissions">Continue to the permissions</a>.</p>"#;

/// The page for a parent who is signed in.
pub fn review(widgets: &WidgetOrigins, session: &str) -> Response {
    let text = REVIEW
        .replace("{{widget-origin}}", &escaped(widgets.extra()))
        .replace("{{session}}", &escaped(session));
    html(widgets, StatusCode::OK, text)
}

/// The page when the player has no session.
pub fn nothing(widgets: &WidgetOrigins) -> Response {
    notice(
        widgets,
        StatusCode::OK,
        "There is nothing to review",
        "No permissions are kept for this player at the moment. They are set up in the game first.",
    )
}

/// The page for somebody who is not let in, or whose sign-in cannot be read.
pub fn closed(widgets: &WidgetOrigins, status: StatusCode) -> Response {
    let (title, text) = match status {
        StatusCode::UNAUTHORIZED => (
            "Please sign in as a parent",
            "This page is for parents and guardians who have signed in at the game's own site. A sign-in lasts half an hour.",
        ),
        StatusCode::FORBIDDEN => (
            "For parents and guardians",
            "This page is for parents and guardians only. A player's own account does not open it.",
        ),
        _ => (
            "This sign-in cannot be read",
            "Please go back to the game's own site and sign in there again.",
        ),
    };
    let mut response = notice(widgets, status, title, text);
    if status == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

fn notice(widgets: &WidgetOrigins, status: StatusCode, title: &str, text: &str) -> Response {
    let page = NOTICE
        .replace(
            "{{continue}}",
            if status == StatusCode::UNAUTHORIZED {
                CONTINUE
            } else {
                ""
            },
        )
        .replace("{{title}}", &escaped(title))
        .replace("{{text}}", &escaped(text));
    html(widgets, status, page)
}

/// The page's script, in a file of its own so that no page needs one inside.
pub fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("permissions.js"))
}

/// The page's style.
pub fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("permissions.css"))
}

fn html(widgets: &WidgetOrigins, status: StatusCode, text: String) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src {}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        widgets.sources()
    );
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "strict-origin"),
    ] {
        insert(headers, name, value);
    }
    insert(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn file(kind: &str, text: &'static str) -> Response {
    let mut response = text.into_response();
    insert(response.headers_mut(), header::CONTENT_TYPE, kind);
    insert(response.headers_mut(), header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn insert(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A text for HTML, inside and outside of attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        assert_eq!(
            escaped(r#"<script a="b" c='d'>&amp;é"#),
            "&lt;script a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;é"
        );
    }

    #[test]
    fn pages_hold_no_script_style_or_handler_of_their_own() {
        for page in [REVIEW, NOTICE] {
            let page = page.to_lowercase();
            assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("javascript:"));
            for (at, _) in page.match_indices(" on") {
                let word = page[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
                assert!(!word.starts_with('='), "an event handler");
            }
            assert_eq!(page.matches("<script").count(), page.matches("<script src=").count());
        }
        assert!(REVIEW.contains(r#"allow="camera;payment;publickey-credentials-get;publickey-credentials-create""#));
    }
}
