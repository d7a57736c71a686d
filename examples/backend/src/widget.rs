//! Where k-ID's widgets come from: what a parent's page may embed, and whose messages it believes.

use crate::config::{Config, is_loopback};

/// k-ID's domain.
const DOMAIN: &str = "k-id.com";

/// Origins of k-ID's widgets.
pub struct WidgetOrigins {
    extra: Option<String>,
}

impl WidgetOrigins {
    /// k-ID's own, and the one that the configuration names. A k-ID on loopback, which only tests and the sandbox are,
    /// has its widgets at its own origin.
    pub fn new(config: &Config) -> Self {
        let own = Some(&config.kid_url).filter(|url| is_loopback(url)).and_then(|url| {
            let (scheme, rest) = url.split_once("://")?;
            let authority = rest.split('/').next()?;
            Some(format!("{scheme}://{}", authority.to_ascii_lowercase()))
        });
        Self {
            extra: config.widget_origin.clone().or(own),
        }
    }

    /// The origin that is not k-ID's own; empty when there is none.
    pub fn extra(&self) -> &str {
        self.extra.as_deref().unwrap_or_default()
    }

    /// Whether a URL is of one of these origins.
    pub fn has(&self, url: &str) -> bool {
        let is_extra = self.extra.as_deref().and_then(|origin| url.strip_prefix(origin));
        if is_extra.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
            return true;
        }
        let Some(rest) = url.strip_prefix("https://") else {
            return false;
        };
        let host = rest
            .split(['/', '?', '#'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        host.strip_suffix(DOMAIN)
            .is_some_and(|before| before.is_empty() || (before.ends_with('.') && is_name(before)))
    }

    /// The sources that a page may embed, as Content-Security-Policy writes them.
    pub fn sources(&self) -> String {
        format!("https://{DOMAIN} https://*.{DOMAIN} {}", self.extra())
            .trim_end()
            .to_owned()
    }
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn origins(kid_url: &str, extra: Option<&str>) -> WidgetOrigins {
        let mut config = Config::new("x", kid_url, Secret::new("k"), Secret::new("t"));
        config.widget_origin = extra.map(str::to_owned);
        WidgetOrigins::new(&config)
    }

    #[test]
    fn k_ids_own_over_https_and_the_configured_one_exactly() {
        let all = origins("https://game-api.k-id.com/api/v1", Some("http://127.0.0.1:90"));
        for yes in [
            "https://k-id.com",
            "https://family.k-id.com/x?y=https://evil.example",
            "https://FAMILY.test.k-id.com#x",
            "http://127.0.0.1:90/widget",
            "http://127.0.0.1:90?x",
        ] {
            assert!(all.has(yes), "{yes}");
        }
        for no in [
            "http://family.k-id.com/",
            "https://evilk-id.com/",
            "https://k-id.com.evil.example/",
            "https://evil.example/.k-id.com",
            "https://evil.example?.k-id.com",
            "https://evil.example:.k-id.com/",
            "https://x@.k-id.com/",
            "https://family.k-id.com:444/",
            "http://127.0.0.1:900/",
            "http://127.0.0.1/",
            "http://127.0.0.1:90.evil.example/",
            "//family.k-id.com",
            "",
        ] {
            assert!(!all.has(no), "{no}");
        }
        assert_eq!(all.sources(), "https://k-id.com https://*.k-id.com http://127.0.0.1:90");
    }

    #[test]
    fn a_k_id_on_loopback_has_its_widgets_there() {
        let all = origins("http://LOCALHOST:8081/api/v1", None);
        assert_eq!(all.extra(), "http://localhost:8081");
        let none = origins("https://game-api.k-id.com/api/v1", None);
        assert_eq!(none.sources(), "https://k-id.com https://*.k-id.com");
    }
}
