//! How a sandbox is set up.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::error::ApiError;
use crate::webhooks::Settings;

/// How a sandbox is set up. [`Config::default`] is right for a test.
#[derive(Clone)]
pub struct Config {
    /// Where it listens. Default: a free port on 127.0.0.1.
    pub listen: SocketAddr,
    /// The key that k-ID's side asks for. Default: `sandbox-key`.
    pub api_key: String,
    /// `productId` in webhooks. Default: 42.
    pub product_id: u64,
    /// Where webhooks go (http or https). Default: nowhere.
    pub webhook_url: Option<String>,
    /// What webhooks are signed with. Default: not signed.
    pub webhook_secret: Option<String>,
    /// How long a webhook waits for its answer. Default: 5 s.
    pub webhook_timeout: Duration,
    /// The pauses before the retries of a webhook, one for each. Default: 5 s, 10 s.
    pub webhook_retry_delays: Vec<Duration>,
    /// How many players there are at the start, all with the default permissions. Default: none.
    pub players: usize,
    /// The date on which ages are computed, `YYYY-MM-DD`. Default: the real one, in UTC.
    pub today: Option<String>,
}

impl Config {
    /// The API key unless another is set: a test key, and plainly so.
    pub const DEFAULT_API_KEY: &str = "sandbox-key";

    pub(crate) fn webhook_settings(&self) -> Result<Settings, ApiError> {
        let settings = Settings {
            url: self.webhook_url.clone(),
            secret: self.webhook_secret.clone(),
            timeout: self.webhook_timeout,
            retry_delays: self.webhook_retry_delays.clone(),
        };
        settings.check()?;
        Ok(settings)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: Self::DEFAULT_API_KEY.to_owned(),
            product_id: 42,
            webhook_url: None,
            webhook_secret: None,
            webhook_timeout: Duration::from_secs(5),
            webhook_retry_delays: vec![Duration::from_secs(5), Duration::from_secs(10)],
            players: 0,
            today: None,
        }
    }
}

/// Shows neither the API key nor the secret.
impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("listen", &self.listen)
            .field("product_id", &self.product_id)
            .field("webhook_url", &self.webhook_url)
            .field("players", &self.players)
            .field("today", &self.today)
            .finish_non_exhaustive()
    }
}
