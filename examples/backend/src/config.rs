//! What the server is told at its start: where to listen, where to keep its data, which secrets to use.

use std::{fmt, time::Duration};

use playgate::protocol::{is_web_url, join_path, webhook};

/// The shortest secret for player tokens, in bytes: as long as the hash that it keys (RFC 7518 section 3.2).
pub const MIN_TOKEN_SECRET_BYTES: usize = 32;

/// A text that neither `Debug` nor `Display` shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Everything that the server can be told. [`Config::new`] sets what has a default.
#[derive(Debug, Clone)]
pub struct Config {
    /// Host and port to listen at; port 0 takes a free one.
    pub listen: String,
    /// The SQLite database: a path, `sqlite:PATH`, or `sqlite::memory:`. Made if it is not there.
    pub database: String,
    /// k-ID's base URL, up to and with `/api/v1`. https, or http for loopback.
    pub kid_url: String,
    /// The product's API key, of the same mode (live or test) as the URL.
    pub kid_key: Secret,
    /// The secret that k-ID signs webhooks with. Without it webhooks are refused.
    pub webhook_secret: Option<Secret>,
    /// Whether webhooks with the older plain-hash signature are taken.
    pub webhook_legacy: bool,
    /// How far a webhook's timestamp may be from this server's clock.
    pub webhook_window: Duration,
    /// The secret that player tokens are signed with.
    pub token_secret: Secret,
    /// The `iss` that a player token must have, if any.
    pub token_issuer: Option<String>,
    /// The `aud` that a player token must have, if any.
    pub token_audience: Option<String>,
    /// The origin that k-ID's widgets come from, besides k-ID's own over https; for the sandbox. Where it is not set and
    /// k-ID's base URL is loopback, the origin of that.
    pub widget_origin: Option<String>,
    /// The longest wait for one answer of k-ID.
    pub kid_timeout: Duration,
    /// How long to wait before k-ID is asked once more whether a session is really gone.
    pub kid_recheck: Duration,
    /// How long to wait between two questions to k-ID where one challenge stands.
    pub challenge_interval: Duration,
    /// How long to wait between two messages to a parent about one challenge.
    pub email_interval: Duration,
    /// The longest time that one request of a player may take.
    pub request_timeout: Duration,
}

impl Config {
    /// A configuration that listens at a free port of 127.0.0.1, without webhooks.
    pub fn new(database: impl Into<String>, kid_url: impl Into<String>, kid_key: Secret, token_secret: Secret) -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            database: database.into(),
            kid_url: kid_url.into(),
            kid_key,
            webhook_secret: None,
            webhook_legacy: false,
            webhook_window: Duration::from_secs(webhook::DEFAULT_WINDOW_S),
            token_secret,
            token_issuer: None,
            token_audience: None,
            widget_origin: None,
            kid_timeout: Duration::from_secs(5),
            kid_recheck: Duration::from_secs(1),
            challenge_interval: Duration::from_secs(5),
            email_interval: Duration::from_secs(60),
            request_timeout: Duration::from_secs(20),
        }
    }

    /// Reads the environment through `lookup`. An empty variable counts as not set.
    ///
    /// # Errors
    /// A variable that is needed is missing, or one has a value that cannot be used; all of them are named.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let mut wrong = Vec::new();
        let mut needed = |name: &str, what: &str| {
            get(name).unwrap_or_else(|| {
                wrong.push(format!("{name} is not set: {what}"));
                String::new()
            })
        };
        let kid_url = needed(
            "PLAYGATE_KID_URL",
            "k-ID's base URL, for example https://game-api.k-id.com/api/v1",
        );
        let kid_key = Secret(needed("PLAYGATE_KID_KEY", "the product's API key"));
        let token_secret = Secret(needed(
            "PLAYGATE_TOKEN_SECRET",
            "the secret that player tokens are signed with",
        ));
        let database = get("PLAYGATE_DATABASE").unwrap_or_else(|| "playgate-backend.sqlite".to_owned());
        let mut config = Self::new(database, kid_url, kid_key, token_secret);
        config.listen = get("PLAYGATE_LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        config.webhook_secret = get("PLAYGATE_WEBHOOK_SECRET").map(Secret);
        config.token_issuer = get("PLAYGATE_TOKEN_ISSUER");
        config.token_audience = get("PLAYGATE_TOKEN_AUDIENCE");
        config.widget_origin = get("PLAYGATE_WIDGET_ORIGIN");
        match get("PLAYGATE_WEBHOOK_LEGACY").as_deref() {
            None | Some("0") => {}
            Some("1") => config.webhook_legacy = true,
            Some(_) => wrong.push("PLAYGATE_WEBHOOK_LEGACY must be 0 or 1".to_owned()),
        }
        for (name, place) in [
            ("PLAYGATE_KID_TIMEOUT_MS", &mut config.kid_timeout),
            ("PLAYGATE_KID_RECHECK_MS", &mut config.kid_recheck),
        ] {
            match get(name).map(|value| value.parse::<u64>()) {
                None => {}
                Some(Ok(ms)) if ms <= 60_000 => *place = Duration::from_millis(ms),
                Some(_) => wrong.push(format!("{name} must be a number of milliseconds up to 60000")),
            }
        }
        if wrong.is_empty() {
            wrong = config.problems();
        }
        if wrong.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(wrong))
        }
    }

    /// Checks what can be checked without opening anything.
    ///
    /// # Errors
    /// A value cannot be used.
    pub fn check(&self) -> Result<(), ConfigError> {
        let problems = self.problems();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError(problems))
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        match join_path(&self.kid_url, &[]) {
            Err(error) => wrong.push(format!("PLAYGATE_KID_URL: {error}")),
            Ok(url) if url.starts_with("http://") && !is_loopback(&url) => wrong.push(
                "PLAYGATE_KID_URL: plain http would send the API key in clear; use https (http is for loopback only)"
                    .to_owned(),
            ),
            Ok(_) => {}
        }
        let key = self.kid_key.reveal();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
            wrong.push("PLAYGATE_KID_KEY must be visible ASCII characters without spaces".to_owned());
        }
        let problem = check_token_secret(&self.token_secret).err();
        wrong.extend(problem.map(|ConfigError(texts)| texts).unwrap_or_default());
        if self.webhook_secret.as_ref().is_some_and(|s| s.reveal().is_empty()) {
            wrong.push("PLAYGATE_WEBHOOK_SECRET is empty".to_owned());
        }
        if self.widget_origin.as_deref().is_some_and(|origin| !is_origin(origin)) {
            wrong.push(
                "PLAYGATE_WIDGET_ORIGIN must be an origin: https (http for loopback only), host, port, and nothing more"
                    .to_owned(),
            );
        }
        if self.kid_timeout.is_zero() || self.request_timeout.is_zero() {
            wrong.push("a time limit of 0 would refuse every request".to_owned());
        }
        wrong
    }
}

/// Whether a text is an origin as browsers write it, which scripts and headers compare it with: letters in lower case, no
/// path, no default port.
fn is_origin(text: &str) -> bool {
    let (host, default_port) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(host), _) => (host, ":443"),
        (None, Some(host)) => (host, ":80"),
        (None, None) => return false,
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
    let is_clean = !host.is_empty() && host.bytes().all(plain) && !host.ends_with(default_port);
    is_clean && is_web_url(text)
}

/// Checks that a secret for player tokens is long enough.
///
/// # Errors
/// It is not.
pub fn check_token_secret(secret: &Secret) -> Result<(), ConfigError> {
    if secret.reveal().len() < MIN_TOKEN_SECRET_BYTES {
        return Err(ConfigError(vec![format!(
            "PLAYGATE_TOKEN_SECRET must have at least {MIN_TOKEN_SECRET_BYTES} bytes; make one with: openssl rand -hex 32"
        )]));
    }
    Ok(())
}

/// Whether a URL's host is this machine, by name or address.
pub(crate) fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Config {
    /// One line without any secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = |on: bool| if on { "set" } else { "not set" };
        write!(
            f,
            "listen {}; database {}; k-ID {} (key set, timeout {} ms); webhooks: secret {}{}; player tokens: HS256, issuer {}, audience {}",
            self.listen,
            self.database,
            self.kid_url,
            self.kid_timeout.as_millis(),
            set(self.webhook_secret.is_some()),
            if self.webhook_legacy {
                ", older signature accepted"
            } else {
                ""
            },
            self.token_issuer.as_deref().unwrap_or("any"),
            self.token_audience.as_deref().unwrap_or("any"),
        )
    }
}

/// What is wrong with a configuration, one sentence per problem. Shows no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let base = [
            ("PLAYGATE_KID_URL", "https://game-api.k-id.com/api/v1"),
            ("PLAYGATE_KID_KEY", "planted-key"),
            ("PLAYGATE_TOKEN_SECRET", "planted-secret-planted-secret-32"),
        ];
        Config::from_env(|name| {
            let all = changes.iter().chain(base.iter());
            all.filter(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()).next()
        })
    }

    #[test]
    fn what_is_missing_is_named_all_at_once() {
        let text = Config::from_env(|_| None).unwrap_err().to_string();
        for name in ["PLAYGATE_KID_URL", "PLAYGATE_KID_KEY", "PLAYGATE_TOKEN_SECRET"] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn bad_values_are_refused_without_being_shown() {
        for (name, value) in [
            ("PLAYGATE_TOKEN_SECRET", "planted-31-bytes-planted-31-byt"),
            ("PLAYGATE_KID_KEY", "planted key"),
            ("PLAYGATE_KID_KEY", "planted\nkey"),
            ("PLAYGATE_KID_URL", "http://planted.example/api/v1"),
            ("PLAYGATE_KID_URL", "http://127.0.0.1.planted.example/api/v1"),
            ("PLAYGATE_KID_URL", "https://planted:planted@k-id.com"),
            ("PLAYGATE_KID_URL", "ftp://planted"),
            ("PLAYGATE_WEBHOOK_LEGACY", "planted"),
            ("PLAYGATE_WIDGET_ORIGIN", "planted"),
            ("PLAYGATE_WIDGET_ORIGIN", "https://planted.example/"),
            ("PLAYGATE_WIDGET_ORIGIN", "https://planted.example:443"),
            ("PLAYGATE_WIDGET_ORIGIN", "https://Planted.example"),
            ("PLAYGATE_WIDGET_ORIGIN", "http://planted.example"),
            ("PLAYGATE_WIDGET_ORIGIN", "https://planted.example; script-src *"),
            ("PLAYGATE_KID_TIMEOUT_MS", "planted"),
            ("PLAYGATE_KID_TIMEOUT_MS", "0"),
        ] {
            let text = read(&[(name, value)]).map(|_| ()).unwrap_err().to_string();
            assert!(!text.contains("planted"), "{name}: {text}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback() {
        for url in ["http://127.0.0.1:1/api/v1", "http://localhost", "http://[::1]:80/x"] {
            assert!(read(&[("PLAYGATE_KID_URL", url)]).is_ok(), "{url}");
        }
        for origin in [
            "https://widget.example",
            "http://127.0.0.1:9",
            "http://[::1]:9",
            "https://x.example:8443",
        ] {
            assert!(read(&[("PLAYGATE_WIDGET_ORIGIN", origin)]).is_ok(), "{origin}");
        }
    }

    #[test]
    fn neither_summary_nor_debug_shows_a_secret() {
        let config = read(&[("PLAYGATE_WEBHOOK_SECRET", "planted-hook"), ("PLAYGATE_LISTEN", "")]).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080");
        let shown = format!("{config} {config:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert!(shown.contains("secret set"));
    }
}
