//! Forgetting what is of no more use.

use std::time::Duration;

use super::Store;
use crate::kid::now_ms;

/// How long a deletion is remembered for a session that nobody has bound.
const UNCLAIMED_DELETION_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a challenge that is closed is remembered.
const CLOSED_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long a player's count of requests is kept.
const RATES_MS: i64 = 10 * 60 * 1000;
/// How long default permissions are kept that k-ID was not asked for since.
const DEFAULTS_MS: i64 = 90 * 24 * 60 * 60 * 1000;

impl Store {
    /// Forgets what is old. `webhook_window`: how far a webhook's timestamp may be from this server's clock.
    pub async fn sweep(&self, webhook_window: Duration) -> sqlx::Result<()> {
        let now = now_ms();
        // A timestamp may lie a window ahead and then stay fresh for another.
        let window_ms = i64::try_from(webhook_window.as_millis()).unwrap_or(i64::MAX / 4);
        let webhooks_ms = window_ms.saturating_mul(2).saturating_add(1000);
        for (sql, age_ms) in [
            ("DELETE FROM webhooks_seen WHERE seen_at < $1", webhooks_ms),
            (
                "DELETE FROM sessions WHERE player_id IS NULL AND changed_at < $1",
                UNCLAIMED_DELETION_MS,
            ),
            (
                "DELETE FROM challenges WHERE document IS NULL AND unbound = 0 AND changed_at < $1",
                CLOSED_MS,
            ),
            ("DELETE FROM rate_limits WHERE window_start < $1", RATES_MS),
            ("DELETE FROM default_permissions WHERE fetched_at < $1", DEFAULTS_MS),
        ] {
            sqlx::query(sql)
                .bind(now.saturating_sub(age_ms))
                .execute(&self.light)
                .await?;
        }
        Ok(())
    }
}
