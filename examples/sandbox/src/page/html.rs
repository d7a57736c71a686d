//! Pages that are written anew for each visitor.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::state::links::Closed;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("answer.js");

/// A page. `body` is HTML: whatever comes from elsewhere has gone through [`escape`].
pub struct Page {
    pub status: StatusCode,
    pub title: &'static str,
    pub body: String,
    /// Whether another site may show it in a frame.
    pub framed: bool,
}

impl Page {
    /// A page that asks for an answer.
    pub fn new(title: &'static str, body: String) -> Self {
        Self {
            status: StatusCode::OK,
            title,
            body,
            framed: false,
        }
    }

    /// A page that says why there is nothing to answer.
    pub fn closed(why: Closed) -> Self {
        let (status, word, text) = match why {
            Closed::Unknown => (
                StatusCode::NOT_FOUND,
                "unknown",
                "This code or link is not known. Check it, and try again.",
            ),
            Closed::Expired => (
                StatusCode::GONE,
                "expired",
                "This code or link has expired. Ask for a new one in the game.",
            ),
        };
        let body =
            format!(r#"<p id="closed" data-closed="{word}">{text}</p><p><a href="/code">Type in a code</a></p>"#);
        Self {
            status,
            ..Self::new("Nothing to answer here", body)
        }
    }

    /// A page for a challenge that cannot be answered any more.
    pub fn answered() -> Self {
        let body = r#"<p id="closed" data-closed="answered">This has been answered already.</p>"#;
        Self::new("Answered already", body.to_owned())
    }

    /// The same page, for a frame on another site too.
    pub fn in_frame(self) -> Self {
        Self { framed: true, ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let nonce = Uuid::new_v4().simple().to_string();
        let ancestors = if self.framed { "*" } else { "'none'" };
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; connect-src 'self'; \
             img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
        );
        let Self { title, body, .. } = self;
        let html = format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{STYLE}</style>
</head>
<body>
<main class="page">
<section>
<h1>{title}</h1>
{body}
<p id="message" role="status" aria-live="polite"></p>
<p><a id="back" hidden>Back to the game</a></p>
</section>
<p class="faint">A simulated k-ID service for development. Nothing here is real.</p>
</main>
<script nonce="{nonce}">
{SCRIPT}</script>
</body>
</html>
"#
        );
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (CACHE_CONTROL, "no-store".to_owned()),
            // The address holds a code or a token.
            (REFERRER_POLICY, "same-origin".to_owned()),
            (CONTENT_SECURITY_POLICY, policy),
        ];
        (self.status, headers, html).into_response()
    }
}

/// Text as it may stand in HTML, in an attribute's quotes too.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            escape(r#"<b a="x" b='y'>&amp;ü"#),
            "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;ü"
        );
    }
}
