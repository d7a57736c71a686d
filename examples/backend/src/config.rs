//! What the server is told at its start: where to listen, where to keep its data, which secrets to use.

mod environment;

use std::{fmt, sync::Arc, time::Duration};

use playgate::protocol::{is_web_url, join_path, kid::is_jurisdiction, webhook};

use crate::{
    issuer::{KeySet, TokenCheck},
    store::Place,
};

/// The longest time that a session is taken from the cache.
pub const MAX_READ_CACHE: Duration = Duration::from_secs(30);
/// The longest time between two comparisons of a stored session with k-ID.
pub const MAX_COMPARE_EVERY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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

/// Everything that the server can be told. [`Config::new`] sets what has a default. `Debug` shows no secret.
#[derive(Clone)]
pub struct Config {
    /// Host and port to listen at; port 0 takes a free one.
    pub listen: String,
    /// The database. SQLite: a path, `sqlite:PATH`, or `sqlite::memory:`; made if it is not there. PostgreSQL, for several
    /// servers at once: `postgres://USER:PASSWORD@HOST:PORT/NAME`; must be there.
    pub database: String,
    /// How many connections to the database there may be: 4 to SQLite, 10 to PostgreSQL unless told otherwise.
    pub database_pool: Option<u32>,
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
    /// Public keys of the studio's own issuer of player tokens. With them, tokens signed with `token_secret` open nothing;
    /// only this server's cookies are signed with that.
    pub token_keys: Option<KeySet>,
    /// Whatever else is to say whom a player's token speaks for, instead of `token_secret` and `token_keys`.
    pub token_check: Option<Arc<dyn TokenCheck>>,
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
    /// How often a request that k-ID may be sent twice is repeated when no answer came, or "server error".
    pub kid_retries: u32,
    /// After so many failures in a row k-ID is left alone for a while; 0: it never is.
    pub kid_breaker: u32,
    /// How many requests a second k-ID may get from this server; `None`: as many as there are.
    pub kid_rate: Option<u32>,
    /// How long a session that k-ID has confirmed is not asked for again, as long as the database has no newer revision;
    /// at most [`MAX_READ_CACHE`]. Zero: k-ID is asked at every read.
    pub read_cache: Duration,
    /// How long a stored session that no webhook has disputed is taken for k-ID's, birthdays apart. Zero: it is compared at
    /// every read that the cache does not answer. Needs webhooks.
    pub compare_every: Duration,
    /// Jurisdictions whose default permissions are kept for new players while k-ID is down.
    pub default_jurisdictions: Vec<String>,
    /// How many requests a player may make in a minute, at all servers together; 0: any number.
    pub player_rate: u32,
    /// How long to wait between two questions to k-ID where one challenge stands.
    pub challenge_interval: Duration,
    /// How long to wait between two messages to a parent about one challenge.
    pub email_interval: Duration,
    /// The longest time that one request of a player may take.
    pub request_timeout: Duration,
}

impl Config {
    /// A configuration for development and tests: it listens at a free port of 127.0.0.1, without webhooks, asks k-ID at
    /// every read, once, and lets players ask as often as they like. [`Config::from_env`] sets what a deployment wants.
    pub fn new(database: impl Into<String>, kid_url: impl Into<String>, kid_key: Secret, token_secret: Secret) -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            database: database.into(),
            database_pool: None,
            kid_url: kid_url.into(),
            kid_key,
            webhook_secret: None,
            webhook_legacy: false,
            webhook_window: Duration::from_secs(webhook::DEFAULT_WINDOW_S),
            token_secret,
            token_keys: None,
            token_check: None,
            token_issuer: None,
            token_audience: None,
            widget_origin: None,
            kid_timeout: Duration::from_secs(5),
            kid_recheck: Duration::from_secs(1),
            kid_retries: 0,
            kid_breaker: 0,
            kid_rate: None,
            read_cache: Duration::ZERO,
            compare_every: Duration::ZERO,
            default_jurisdictions: Vec::new(),
            player_rate: 0,
            challenge_interval: Duration::from_secs(5),
            email_interval: Duration::from_secs(60),
            request_timeout: Duration::from_secs(20),
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
        if matches!(Place::of(&self.database), Place::Unknown) {
            wrong.push("PLAYGATE_DATABASE is neither a path, nor an address of SQLite or PostgreSQL".to_owned());
        }
        if self.database_pool == Some(0) {
            wrong.push("PLAYGATE_DATABASE_POOL must be at least 1".to_owned());
        }
        if self.read_cache > MAX_READ_CACHE {
            wrong.push("PLAYGATE_READ_CACHE_MS must be at most 30000".to_owned());
        }
        if self.compare_every > MAX_COMPARE_EVERY {
            wrong.push("PLAYGATE_COMPARE_EVERY_S must be at most 2592000, 30 days".to_owned());
        }
        if !self.compare_every.is_zero() && self.webhook_secret.is_none() {
            wrong.push(
                "PLAYGATE_COMPARE_EVERY_S needs webhooks, without which nobody says that a session changed: set PLAYGATE_WEBHOOK_SECRET"
                    .to_owned(),
            );
        }
        if !self.default_jurisdictions.iter().all(|name| is_jurisdiction(name)) {
            wrong.push("PLAYGATE_DEFAULT_JURISDICTIONS must be a list like US-CA,DE".to_owned());
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
        let off = |value: u128, text: String| if value == 0 { "off".to_owned() } else { text };
        let pool = self
            .database_pool
            .map_or(String::new(), |size| format!(" ({size} connections)"));
        write!(
            f,
            "listen {}; database {}{pool}; ",
            self.listen,
            Place::of(&self.database)
        )?;
        let rate = self
            .kid_rate
            .map_or("any rate".to_owned(), |rate| format!("{rate} requests/s"));
        let breaker = u128::from(self.kid_breaker);
        write!(
            f,
            "k-ID {} (key set, timeout {} ms, {} retries, circuit breaker {}, {rate}); ",
            self.kid_url,
            self.kid_timeout.as_millis(),
            self.kid_retries,
            off(breaker, format!("after {breaker} failures")),
        )?;
        let (cache, compare) = (self.read_cache.as_millis(), self.compare_every.as_millis());
        write!(
            f,
            "read cache {}; comparison {}; default permissions {}; ",
            off(cache, format!("{cache} ms")),
            if compare == 0 {
                "at every read".to_owned()
            } else {
                format!("every {} s", self.compare_every.as_secs())
            },
            off(
                self.default_jurisdictions.len() as u128,
                self.default_jurisdictions.join(",")
            ),
        )?;
        write!(
            f,
            "webhooks: secret {}{}; player tokens: {}, issuer {}, audience {}, ",
            set(self.webhook_secret.is_some()),
            if self.webhook_legacy {
                ", older signature accepted"
            } else {
                ""
            },
            match (&self.token_check, &self.token_keys) {
                (Some(_), _) => "checked by the program".to_owned(),
                (None, Some(keys)) => format!("{} public keys", keys.len()),
                (None, None) => "HS256".to_owned(),
            },
            self.token_issuer.as_deref().unwrap_or("any"),
            self.token_audience.as_deref().unwrap_or("any"),
        )?;
        let rate = u128::from(self.player_rate);
        write!(f, "rate {}", off(rate, format!("{rate} requests/min")))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({self})")
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
