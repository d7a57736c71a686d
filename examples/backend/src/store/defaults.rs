//! Default permissions per jurisdiction, and who may have them.

use sqlx::Row as _;

use super::Store;
use crate::kid::now_ms;

impl Store {
    /// Whether a player has a session, or ever had one.
    pub async fn has_had_session(&self, player: &str) -> sqlx::Result<bool> {
        let row = sqlx::query("SELECT session_id FROM sessions WHERE player_id = $1 LIMIT 1")
            .bind(player)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Keeps what k-ID said about a jurisdiction.
    pub async fn keep_defaults(&self, jurisdiction: &str, document: &str) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO default_permissions (jurisdiction, document, fetched_at) VALUES ($1, $2, $3)
             ON CONFLICT (jurisdiction) DO UPDATE SET document = excluded.document, fetched_at = excluded.fetched_at",
        )
        .bind(jurisdiction)
        .bind(document)
        .bind(now_ms())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What k-ID last said about a jurisdiction.
    pub async fn defaults(&self, jurisdiction: &str) -> sqlx::Result<Option<String>> {
        let row = sqlx::query("SELECT document FROM default_permissions WHERE jurisdiction = $1")
            .bind(jurisdiction)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| row.try_get("document")).transpose()
    }

    /// When k-ID was last asked about a jurisdiction, in Unix milliseconds.
    pub async fn defaults_at(&self, jurisdiction: &str) -> sqlx::Result<Option<i64>> {
        let row = sqlx::query("SELECT fetched_at FROM default_permissions WHERE jurisdiction = $1")
            .bind(jurisdiction)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| row.try_get("fetched_at")).transpose()
    }
}
