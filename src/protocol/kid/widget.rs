//! `widget/generate-manage-session-permissions-url`: the page on which a parent reviews a session's permissions.

use alloc::{borrow::Cow, boxed::Box};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{KidError, error};
use crate::protocol::{
    http::{Request, Response},
    url::{UrlError, is_web_url},
};

/// The longest URL of a widget, in bytes.
const MAX_URL_BYTES: usize = 8192;
const CALL: &str = "widget/generate-manage-session-permissions-url";

/// `POST {base}/widget/generate-manage-session-permissions-url`. The widget asks nobody who they are: only for parents
/// who have proved it, never shown to a minor. `Debug` shows neither address nor id.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagePermissions<'a> {
    /// The session's id. A parent must manage it.
    pub session_id: &'a str,
    /// The parent's e-mail address.
    pub email: &'a str,
}

impl fmt::Debug for ManagePermissions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManagePermissions(..)")
    }
}

impl ManagePermissions<'_> {
    /// The request.
    ///
    /// # Errors
    /// The base is not a URL that [`join_path`](crate::protocol::join_path) takes.
    pub fn request(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        let (group, method) = CALL.split_once('/').unwrap_or((CALL, ""));
        super::post(base, [group, method], self, api_key)
    }

    /// The widget's URL: valid for a short time and once.
    ///
    /// # Errors
    /// As [`KidError`] says; a URL that no browser should be sent to is malformed.
    pub fn read(response: &Response, now_ms: i64) -> Result<Box<str>, KidError> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(borrow)]
            url: Cow<'a, str>,
        }
        let body = error::body(CALL, response, now_ms)?;
        let no_url = || KidError::malformed("k-ID's answer has no widget URL that can be opened");
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(no_url());
        }
        let wire: Wire<'_> = serde_json::from_slice(body).map_err(|_| no_url())?;
        if wire.url.len() > MAX_URL_BYTES || !is_web_url(&wire.url) {
            return Err(no_url());
        }
        Ok(wire.url.into())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::*;

    fn read(body: &str) -> Result<Box<str>, KidError> {
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        ManagePermissions::read(&response, 0)
    }

    #[test]
    fn the_request_is_k_ids() {
        let manage = ManagePermissions {
            session_id: "s-1",
            email: "a@b.co",
        };
        let request = manage.request("http://127.0.0.1:1/api/v1", "key").unwrap();
        assert_eq!(
            request.url,
            "http://127.0.0.1:1/api/v1/widget/generate-manage-session-permissions-url"
        );
        assert_eq!(request.body, br#"{"sessionId":"s-1","email":"a@b.co"}"#);
    }

    #[test]
    fn only_a_url_for_a_browser_is_taken() {
        let good = "https://family.k-id.com/widget?token=x";
        assert_eq!(read(&format!(r#"{{"id":"w","url":"{good}"}}"#)).as_deref(), Ok(good));
        let long = format!("https://x.example/{}", "a".repeat(MAX_URL_BYTES));
        for bad in ["javascript:alert(1)", "http://x.example/", "", "//x.example", &long] {
            let read = read(&format!(r#"{{"url":"{bad}"}}"#));
            assert!(matches!(read, Err(KidError::Malformed(_))), "{bad}");
        }
        for body in ["{}", r#"{"url":null}"#, r#"{"url":7}"#] {
            assert!(matches!(read(body), Err(KidError::Malformed(_))), "{body}");
        }
    }
}
