//! The configuration as the environment has it.

use std::time::Duration;

use super::{Config, ConfigError, Secret};
use crate::issuer::KeySet;

impl Config {
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
        config.kid_retries = 2;
        config.kid_breaker = 5;
        config.read_cache = super::MAX_READ_CACHE;
        config.player_rate = 120;
        let list = get("PLAYGATE_DEFAULT_JURISDICTIONS").unwrap_or_default();
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
        config.default_jurisdictions = names.map(str::to_owned).collect();
        if let Some(path) = get("PLAYGATE_TOKEN_KEYS") {
            match KeySet::read(&path) {
                Ok(keys) => config.token_keys = Some(keys),
                Err(error) => wrong.push(format!("PLAYGATE_TOKEN_KEYS: {error}")),
            }
        }
        match get("PLAYGATE_WEBHOOK_LEGACY").as_deref() {
            None | Some("0") => {}
            Some("1") => config.webhook_legacy = true,
            Some(_) => wrong.push("PLAYGATE_WEBHOOK_LEGACY must be 0 or 1".to_owned()),
        }
        for (name, place) in [
            ("PLAYGATE_KID_TIMEOUT_MS", &mut config.kid_timeout),
            ("PLAYGATE_KID_RECHECK_MS", &mut config.kid_recheck),
            ("PLAYGATE_READ_CACHE_MS", &mut config.read_cache),
        ] {
            match get(name).map(|value| value.parse::<u64>()) {
                None => {}
                Some(Ok(ms)) if ms <= 60_000 => *place = Duration::from_millis(ms),
                Some(_) => wrong.push(format!("{name} must be a number of milliseconds up to 60000")),
            }
        }
        let (mut pool, mut rate, mut compare_s) = (0, 0, 0);
        for (name, place, most) in [
            ("PLAYGATE_DATABASE_POOL", &mut pool, 1000),
            ("PLAYGATE_KID_RETRIES", &mut config.kid_retries, 5),
            ("PLAYGATE_KID_BREAKER", &mut config.kid_breaker, 1000),
            ("PLAYGATE_KID_RATE", &mut rate, 100_000),
            ("PLAYGATE_PLAYER_RATE", &mut config.player_rate, 1_000_000),
            ("PLAYGATE_COMPARE_EVERY_S", &mut compare_s, 30 * 24 * 60 * 60),
        ] {
            match get(name).map(|value| value.parse::<u32>()) {
                None => {}
                Some(Ok(number)) if number <= most => *place = number,
                Some(_) => wrong.push(format!("{name} must be a number up to {most}")),
            }
        }
        config.database_pool = (pool > 0).then_some(pool);
        config.kid_rate = (rate > 0).then_some(rate);
        config.compare_every = Duration::from_secs(compare_s.into());
        if wrong.is_empty() {
            wrong = config.problems();
        }
        if wrong.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(wrong))
        }
    }
}

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
            ("PLAYGATE_READ_CACHE_MS", "30001"),
            ("PLAYGATE_COMPARE_EVERY_S", "60"),
            ("PLAYGATE_PLAYER_RATE", "planted"),
            ("PLAYGATE_KID_RATE", "-1"),
            ("PLAYGATE_DATABASE", "mysql://planted:planted@planted/planted"),
            ("PLAYGATE_DATABASE_POOL", "planted"),
            ("PLAYGATE_DEFAULT_JURISDICTIONS", "US-CA,planted"),
            ("PLAYGATE_TOKEN_KEYS", "/no/such/planted/file"),
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
        let config = read(&[
            ("PLAYGATE_WEBHOOK_SECRET", "planted-hook"),
            ("PLAYGATE_LISTEN", ""),
            (
                "PLAYGATE_DATABASE",
                "postgres://planted:planted@db.example:5432/play?password=planted",
            ),
            ("PLAYGATE_COMPARE_EVERY_S", "60"),
        ])
        .unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080");
        let shown = format!("{config} {config:?}");
        assert!(!shown.contains("planted"), "{shown}");
        for text in [
            "secret set",
            "PostgreSQL at db.example:5432/play",
            "every 60 s",
            "read cache 30000 ms",
        ] {
            assert!(shown.contains(text), "{shown}");
        }
    }
}
