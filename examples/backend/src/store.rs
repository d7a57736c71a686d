//! The database: which session belongs to whom, its document and its revision.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection, Row as _, SqlSafeStr, SqliteConnection, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};

use crate::{error::StartError, kid::now_ms};

/// How long a deletion is remembered for a session that nobody has bound.
const UNCLAIMED_DELETION_MS: i64 = 24 * 60 * 60 * 1000;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The player's session.
    Live,
    /// The player has bound another one since.
    Replaced,
    /// Gone for good; only the mark is left.
    Deleted,
}

/// What is known of a session. `Debug` is left out: it holds the document.
pub struct Row {
    /// The session's id.
    pub id: String,
    /// The owner; `None` for a deletion of a session that was never bound.
    pub player: Option<String>,
    /// Where it stands.
    pub state: State,
    /// k-ID's document; live sessions only.
    pub document: Option<String>,
    /// The revision.
    pub revision: i64,
    /// Whether the next read is to ask k-ID for the whole session.
    pub refetch: bool,
}

impl Row {
    fn read(row: &SqliteRow) -> sqlx::Result<Self> {
        let state = match row.try_get::<&str, _>("state")? {
            "live" => State::Live,
            "replaced" => State::Replaced,
            _ => State::Deleted,
        };
        Ok(Self {
            id: row.try_get("session_id")?,
            player: row.try_get("player_id")?,
            state,
            document: row.try_get("document")?,
            revision: row.try_get("revision")?,
            refetch: row.try_get::<i64, _>("refetch")? != 0,
        })
    }
}

/// What came of binding a session to a player.
pub enum Binding {
    /// It is the player's; with the document of the session that it replaced, if there was one.
    Bound(Option<String>),
    /// It is another player's.
    OfAnotherPlayer,
    /// It was deleted.
    Deleted,
}

/// What a webhook does.
pub enum Effect<'a> {
    /// Nothing here.
    None,
    /// The session may differ.
    Changed(&'a str),
    /// The session is gone.
    Deleted(&'a str),
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the database, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// The address is not SQLite's, the file cannot be opened, is no database, or is of a newer server.
    pub async fn open(database: &str) -> Result<Self, StartError> {
        let failed = |error: &dyn std::fmt::Display| StartError::Database(error.to_string());
        let path = database
            .strip_prefix("sqlite://")
            .or_else(|| database.strip_prefix("sqlite:"));
        let path = path.unwrap_or(database);
        if path.contains("://") {
            return Err(failed(
                &"PLAYGATE_DATABASE is not an address of SQLite, the only database that is built in",
            ));
        }
        let in_memory = path == ":memory:";
        let mut options = SqliteConnectOptions::new();
        if in_memory {
            options = options.in_memory(true);
        } else {
            make_private(Path::new(path)).map_err(|error| failed(&error))?;
            options = options.filename(path).journal_mode(SqliteJournalMode::Wal);
        }
        // FULL: a deletion that was answered is still a deletion after a power cut.
        options = options
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // Deleted documents are overwritten, not only unlinked.
            .pragma("secure_delete", "ON");
        let mut pool = SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(5));
        if in_memory {
            // Each connection would be a database of its own, and gone with it.
            pool = pool
                .max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None);
        } else {
            pool = pool.max_connections(4);
        }
        let pool = pool.connect_with(options).await.map_err(|error| failed(&error))?;
        let sessions = Migration::new(
            1,
            "sessions".into(),
            MigrationType::Simple,
            include_str!("../migrations/0001_sessions.sql").into_sql_str(),
            false,
        );
        let migrator = Migrator::with_migrations(vec![sessions]);
        migrator.run(&pool).await.map_err(|error| failed(&error))?;
        Ok(Self { pool })
    }

    /// Closes all connections; what was written is in the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1 FROM sessions LIMIT 1")
            .fetch_optional(&self.pool)
            .await?;
        Ok(())
    }

    /// What is known of a session.
    pub async fn find(&self, id: &str) -> sqlx::Result<Option<Row>> {
        let mut connection = self.pool.acquire().await?;
        find(&mut connection, id).await
    }

    /// The player's live session.
    pub async fn live_of(&self, player: &str) -> sqlx::Result<Option<Row>> {
        let mut connection = self.pool.acquire().await?;
        live_of(&mut connection, player).await
    }

    /// Stores a session's new document and raises its revision, unless anything has happened to it since `revision` was
    /// read: then nothing is stored and the answer is false.
    pub async fn store(&self, id: &str, revision: i64, document: &str) -> sqlx::Result<bool> {
        let done = sqlx::query(
            "UPDATE sessions SET document = $1, revision = revision + 1, refetch = 0, changed_at = $2
             WHERE session_id = $3 AND revision = $4 AND state = 'live'",
        )
        .bind(document)
        .bind(now_ms())
        .bind(id)
        .bind(revision)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that k-ID has confirmed the stored document, unless anything has happened to the session since `revision`
    /// was read: then the answer is false.
    pub async fn confirm(&self, id: &str, revision: i64) -> sqlx::Result<bool> {
        let mut connection = self.pool.acquire().await?;
        let row = find(&mut connection, id).await?;
        let Some(row) = row.filter(|row| row.revision == revision && row.state == State::Live) else {
            return Ok(false);
        };
        if !row.refetch {
            return Ok(true);
        }
        let done =
            sqlx::query("UPDATE sessions SET refetch = 0 WHERE session_id = $1 AND revision = $2 AND state = 'live'")
                .bind(id)
                .bind(revision)
                .execute(&mut *connection)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Drops a session's document and leaves the mark that it was deleted.
    pub async fn delete(&self, id: &str) -> sqlx::Result<()> {
        let mut connection = self.pool.acquire().await?;
        delete(&mut connection, id).await
    }

    /// Binds a session to a player, in place of the one bound before. Of two players at once one gets it.
    pub async fn bind(&self, player: &str, id: &str, document: &str) -> sqlx::Result<Binding> {
        let mut connection = self.pool.acquire().await?;
        // IMMEDIATE: the write lock is taken before the row is read.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let known = find(&mut transaction, id).await?;
        match &known {
            Some(row) if row.player.as_deref().is_some_and(|owner| owner != player) => {
                return Ok(Binding::OfAnotherPlayer);
            }
            Some(row) if row.state == State::Deleted => return Ok(Binding::Deleted),
            _ => {}
        }
        let before = live_of(&mut transaction, player).await?.and_then(|row| row.document);
        sqlx::query(
            "UPDATE sessions SET state = 'replaced', document = NULL, revision = revision + 1, changed_at = $1
             WHERE player_id = $2 AND state = 'live' AND session_id <> $3",
        )
        .bind(now_ms())
        .bind(player)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let sql = if known.is_some() {
            "UPDATE sessions SET state = 'live', document = $1, revision = revision + 1, refetch = 0, changed_at = $2
             WHERE session_id = $3 AND player_id = $4"
        } else {
            "INSERT INTO sessions (document, changed_at, session_id, player_id, state, revision, refetch)
             VALUES ($1, $2, $3, $4, 'live', 0, 0)"
        };
        sqlx::query(sql)
            .bind(document)
            .bind(now_ms())
            .bind(id)
            .bind(player)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Binding::Bound(before))
    }

    /// Gives a webhook its effect, once: a signature that was seen before has none, and the answer is false. Signature
    /// and effect are stored together, so that a webhook whose effect failed can be sent again.
    pub async fn apply_webhook(&self, signature: &str, window: Duration, effect: Effect<'_>) -> sqlx::Result<bool> {
        let now = now_ms();
        let mut connection = self.pool.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        // A timestamp may lie a window ahead and then stay fresh for another.
        let window_ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX / 4);
        sqlx::query("DELETE FROM webhooks_seen WHERE seen_at < $1")
            .bind(now.saturating_sub(window_ms.saturating_mul(2).saturating_add(1000)))
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE player_id IS NULL AND changed_at < $1")
            .bind(now.saturating_sub(UNCLAIMED_DELETION_MS))
            .execute(&mut *transaction)
            .await?;
        let noted = sqlx::query(
            "INSERT INTO webhooks_seen (signature, seen_at) VALUES ($1, $2) ON CONFLICT (signature) DO NOTHING",
        )
        .bind(signature)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        let is_first = noted.rows_affected() != 0;
        match effect {
            // Two changes of one session within a second look the same to the letter. If the session was fetched since the
            // first, this may be the second, and to fetch once more does no harm.
            Effect::Changed(id) => {
                sqlx::query(
                    "UPDATE sessions SET revision = revision + 1, refetch = 1, changed_at = $1
                     WHERE session_id = $2 AND state = 'live' AND ($3 OR refetch = 0)",
                )
                .bind(now)
                .bind(id)
                .bind(is_first)
                .execute(&mut *transaction)
                .await?;
            }
            Effect::Deleted(id) if is_first => delete(&mut transaction, id).await?,
            Effect::Deleted(_) | Effect::None => {}
        }
        transaction.commit().await?;
        Ok(is_first)
    }
}

async fn find(connection: &mut SqliteConnection, id: &str) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query("SELECT * FROM sessions WHERE session_id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(Row::read).transpose()
}

async fn live_of(connection: &mut SqliteConnection, player: &str) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query("SELECT * FROM sessions WHERE player_id = $1 AND state = 'live'")
        .bind(player)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(Row::read).transpose()
}

/// Marks a session as deleted, known or not: one that is being bound at this moment must not come to life after it.
async fn delete(connection: &mut SqliteConnection, id: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO sessions (session_id, player_id, state, document, revision, refetch, changed_at)
         VALUES ($1, NULL, 'deleted', NULL, 1, 0, $2)
         ON CONFLICT (session_id) DO UPDATE
         SET state = 'deleted', document = NULL, revision = sessions.revision + 1, refetch = 0,
             changed_at = excluded.changed_at
         WHERE sessions.state <> 'deleted'",
    )
    .bind(id)
    .bind(now_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes the file, if it is not there, for this user alone; SQLite gives the files beside it the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}
