//! How many requests a player has used of a window, at all servers together.

use super::Store;

impl Store {
    /// Takes `share` requests out of a player's `limit` in the window that began then. False: so many are not left.
    pub async fn take_share(&self, player: &str, window_start_ms: i64, share: u32, limit: u32) -> sqlx::Result<bool> {
        let done = sqlx::query(
            "INSERT INTO rate_limits (player_id, window_start, used) VALUES ($1, $2, $3)
             ON CONFLICT (player_id) DO UPDATE
             SET used = CASE WHEN rate_limits.window_start BETWEEN excluded.window_start AND excluded.window_start + $5
                             THEN rate_limits.used + excluded.used ELSE excluded.used END,
                 window_start = CASE WHEN rate_limits.window_start BETWEEN excluded.window_start
                                                                      AND excluded.window_start + $5
                                     THEN rate_limits.window_start ELSE excluded.window_start END
             WHERE rate_limits.window_start NOT BETWEEN excluded.window_start AND excluded.window_start + $5
                OR rate_limits.used + excluded.used <= $4",
        )
        .bind(player)
        .bind(window_start_ms)
        .bind(i64::from(share))
        .bind(i64::from(limit))
        // A window a little ahead is that of a server whose clock is; one far ahead is of a clock set back since.
        .bind(CLOCKS_MS)
        .execute(&self.light)
        .await?;
        Ok(done.rows_affected() != 0)
    }
}

/// How far two servers' clocks may differ.
const CLOCKS_MS: i64 = 10 * 60 * 1000;
