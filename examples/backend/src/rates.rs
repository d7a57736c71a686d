//! How many requests a player may make in a minute, at all servers together.
//!
//! The count is in the database. A server takes a share out of it, so that not every request writes a row.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;

use crate::{config::Config, error::ApiError, kid::now_ms, metrics::Metrics, store::Store};

/// A window's length.
const WINDOW_MS: i64 = 60_000;
/// So many shares make a player's rate.
const SHARES: u32 = 12;
/// How many players' shares a server remembers.
const PLAYERS: u64 = 200_000;

/// What is left of a share.
#[derive(Default, Clone, Copy)]
struct Share {
    window_ms: i64,
    left: u32,
    /// The window has no more.
    is_used_up: bool,
}

/// Counts players' requests.
pub struct Rates {
    store: Store,
    metrics: Arc<Metrics>,
    /// Requests per window; 0: as many as a player likes.
    limit: u32,
    shares: moka::sync::Cache<String, Arc<Mutex<Share>>>,
}

impl Rates {
    /// Counts in that database.
    pub fn new(config: &Config, store: Store, metrics: Arc<Metrics>) -> Self {
        let shares = moka::sync::Cache::builder()
            .max_capacity(PLAYERS)
            .time_to_idle(Duration::from_secs(120))
            .build();
        Self {
            store,
            metrics,
            limit: config.player_rate,
            shares,
        }
    }

    /// Counts a request of a player.
    ///
    /// # Errors
    /// It is one too many, or the database cannot be used.
    pub async fn count(&self, player: &str) -> Result<(), ApiError> {
        if self.limit == 0 {
            return Ok(());
        }
        let now = now_ms();
        let window_ms = now - now.rem_euclid(WINDOW_MS);
        let share = self.shares.get_with_by_ref(player, Arc::default);
        let known = {
            let mut share = share.lock().unwrap_or_else(PoisonError::into_inner);
            if share.window_ms != window_ms {
                *share = Share {
                    window_ms,
                    ..Share::default()
                };
            }
            if share.left > 0 {
                share.left -= 1;
                return Ok(());
            }
            *share
        };
        if !known.is_used_up {
            let whole = (self.limit / SHARES).max(1);
            for size in [whole, 1] {
                if self.store.take_share(player, window_ms, size, self.limit).await? {
                    let mut share = share.lock().unwrap_or_else(PoisonError::into_inner);
                    if share.window_ms == window_ms {
                        share.left = share.left.saturating_add(size - 1);
                    }
                    return Ok(());
                }
            }
            let mut share = share.lock().unwrap_or_else(PoisonError::into_inner);
            if share.window_ms == window_ms {
                share.is_used_up = true;
            }
        }
        self.metrics.limited();
        let wait_ms = window_ms.saturating_add(WINDOW_MS).saturating_sub(now);
        Err(TOO_MANY_REQUESTS.retry_after_s(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000)))
    }
}

const TOO_MANY_REQUESTS: ApiError = ApiError::new(
    StatusCode::TOO_MANY_REQUESTS,
    "TOO_MANY_REQUESTS",
    "this player asks too often",
);
