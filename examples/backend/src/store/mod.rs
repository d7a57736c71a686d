//! The database: which session belongs to whom, its document and its revision; which challenges are open; and what
//! several servers must know of each other.

mod challenges;
mod defaults;
mod open;
mod rates;
mod sweep;

use playgate::protocol::challenge::ChallengeStatus;
use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, AnyPool, Row as _, Transaction, any::AnyRow};

pub use challenges::{Added, ChallengeRow};
pub use open::Place;

use crate::kid::now_ms;

/// What a [`Row`] is read from, but the document. Named, so that a column that a newer server adds changes nothing here.
macro_rules! head {
    () => {
        "session_id, player_id, state, revision, refetch, compared_at"
    };
}

/// The statements that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

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
    /// k-ID's document; live sessions only, and only where it was asked for.
    pub document: Option<String>,
    /// The revision.
    pub revision: i64,
    /// Whether the next read is to ask k-ID for the whole session.
    pub refetch: bool,
    /// When k-ID last confirmed the document, in Unix milliseconds; 0: not known.
    pub compared_at: i64,
}

impl Row {
    fn read(row: &AnyRow) -> sqlx::Result<Self> {
        let state = match row.try_get::<&str, _>("state")? {
            "live" => State::Live,
            "replaced" => State::Replaced,
            _ => State::Deleted,
        };
        Ok(Self {
            id: row.try_get("session_id")?,
            player: row.try_get("player_id")?,
            state,
            document: match row.try_get("document") {
                Err(sqlx::Error::ColumnNotFound(_)) => None,
                document => document?,
            },
            revision: row.try_get("revision")?,
            refetch: row.try_get::<i64, _>("refetch")? != 0,
            compared_at: row.try_get("compared_at")?,
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
    /// A challenge went on.
    Challenge {
        /// The challenge's id.
        id: &'a str,
        /// Where it stands.
        status: ChallengeStatus,
        /// The session that it was approved for.
        session: Option<&'a str>,
    },
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    /// For what may be forgotten in a power cut: its commits do not wait for the disk.
    light: AnyPool,
    dialect: Dialect,
}

impl Store {
    /// Closes all connections; what was written is in the database.
    pub async fn close(&self) {
        self.light.close().await;
        self.pool.close().await;
    }

    /// Begins a transaction under which nothing changes that these locks stand for: SQLite lets one writer in at a time,
    /// PostgreSQL keeps the locks until the transaction ends.
    async fn begin<const N: usize>(&self, locks: [i64; N]) -> sqlx::Result<Transaction<'static, Any>> {
        let begin = match self.dialect {
            // The write lock is taken before anything is read.
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        };
        let mut transaction = self.pool.begin_with(begin).await?;
        self.lock(&mut transaction, locks.to_vec()).await?;
        Ok(transaction)
    }

    /// Takes more locks. Always in the same order, so that no two transactions wait for each other.
    async fn lock(&self, connection: &mut AnyConnection, mut locks: Vec<i64>) -> sqlx::Result<()> {
        if self.dialect == Dialect::Sqlite {
            return Ok(());
        }
        locks.sort_unstable();
        for lock in locks {
            sqlx::query("SELECT count(*) FROM pg_advisory_xact_lock($1)")
                .bind(lock)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
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

    /// The same without the document.
    pub async fn head(&self, id: &str) -> sqlx::Result<Option<Row>> {
        let row = sqlx::query(concat!("SELECT ", head!(), " FROM sessions WHERE session_id = $1"))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Row::read).transpose()
    }

    /// The player's live session without its document.
    pub async fn head_of(&self, player: &str) -> sqlx::Result<Option<Row>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            head!(),
            " FROM sessions WHERE player_id = $1 AND state = 'live'"
        ))
        .bind(player)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(Row::read).transpose()
    }

    /// The player's live session.
    pub async fn live_of(&self, player: &str) -> sqlx::Result<Option<Row>> {
        let mut connection = self.pool.acquire().await?;
        live_of(&mut connection, player).await
    }

    /// Stores a session's new document and raises its revision, unless anything has happened to it since `revision` was
    /// read: then nothing is stored and the answer is false. `refetch`: whether the next read is to fetch it all the same.
    pub async fn store(&self, id: &str, revision: i64, document: &str, refetch: bool) -> sqlx::Result<bool> {
        let done = sqlx::query(
            "UPDATE sessions SET document = $1, refetch = $2, revision = revision + 1, changed_at = $3, compared_at = $3
             WHERE session_id = $4 AND revision = $5 AND state = 'live'",
        )
        .bind(document)
        .bind(i64::from(refetch))
        .bind(now_ms())
        .bind(id)
        .bind(revision)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that k-ID has confirmed the stored document, unless anything has happened to the session since `revision`
    /// was read: then the answer is false. `keep_time`: whether to write down when.
    pub async fn confirm(&self, id: &str, revision: i64, keep_time: bool) -> sqlx::Result<bool> {
        let row = self.head(id).await?;
        let Some(row) = row.filter(|row| row.revision == revision && row.state == State::Live) else {
            return Ok(false);
        };
        if !row.refetch && !keep_time {
            return Ok(true);
        }
        let done = sqlx::query(
            "UPDATE sessions SET refetch = 0, compared_at = $1
             WHERE session_id = $2 AND revision = $3 AND state = 'live'",
        )
        .bind(now_ms())
        .bind(id)
        .bind(revision)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The next read is to ask k-ID for the whole session.
    pub async fn refetch(&self, id: &str) -> sqlx::Result<()> {
        sqlx::query("UPDATE sessions SET refetch = 1 WHERE session_id = $1 AND state = 'live'")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The session may differ: its revision is raised, and the next read asks k-ID for the whole of it.
    pub async fn changed(&self, id: &str) -> sqlx::Result<()> {
        let mut connection = self.pool.acquire().await?;
        changed(&mut connection, id).await
    }

    /// Drops a session's document, leaves the mark that it was deleted, and fails its open challenges.
    pub async fn delete(&self, id: &str) -> sqlx::Result<()> {
        let mut transaction = self.begin([session_lock(id)]).await?;
        delete(&mut transaction, id).await?;
        transaction.commit().await
    }

    /// Binds a session to a player, in place of the one bound before. Of two players at once one gets it.
    pub async fn bind(&self, player: &str, id: &str, document: &str) -> sqlx::Result<Binding> {
        let mut transaction = self.begin([session_lock(id), lock_of("player", player)]).await?;
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
            "UPDATE sessions SET state = 'live', document = $1, revision = revision + 1, refetch = 0, changed_at = $2,
                    compared_at = $2
             WHERE session_id = $3 AND player_id = $4"
        } else {
            "INSERT INTO sessions (document, changed_at, compared_at, session_id, player_id, state, revision, refetch)
             VALUES ($1, $2, $2, $3, $4, 'live', 0, 0)"
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
    pub async fn apply_webhook(&self, signature: &str, effect: Effect<'_>) -> sqlx::Result<bool> {
        let now = now_ms();
        let mut transaction = self.begin([]).await?;
        let noted = sqlx::query(
            "INSERT INTO webhooks_seen (signature, seen_at) VALUES ($1, $2) ON CONFLICT (signature) DO NOTHING",
        )
        .bind(signature)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        let is_first = noted.rows_affected() != 0;
        let locks = match effect {
            Effect::None => Vec::new(),
            Effect::Changed(id) | Effect::Deleted(id) => vec![session_lock(id)],
            Effect::Challenge { id, session, .. } => challenges::locks(&mut transaction, id, session).await?,
        };
        self.lock(&mut transaction, locks).await?;
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
            Effect::Challenge { id, status, session } if is_first => {
                challenges::advance(&mut transaction, id, status, session).await?;
            }
            Effect::Deleted(_) | Effect::Challenge { .. } | Effect::None => {}
        }
        transaction.commit().await?;
        Ok(is_first)
    }
}

/// The lock that stands for a session.
fn session_lock(id: &str) -> i64 {
    lock_of("session", id)
}

/// The number of a lock: the same at every server.
fn lock_of(kind: &str, name: &str) -> i64 {
    let hash = Sha256::new()
        .chain_update(kind)
        .chain_update([0])
        .chain_update(name)
        .finalize();
    let first = hash.first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

async fn find(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query(concat!(
        "SELECT document, ",
        head!(),
        " FROM sessions WHERE session_id = $1"
    ))
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(Row::read).transpose()
}

async fn live_of(connection: &mut AnyConnection, player: &str) -> sqlx::Result<Option<Row>> {
    let sql = concat!(
        "SELECT document, ",
        head!(),
        " FROM sessions WHERE player_id = $1 AND state = 'live'"
    );
    let row = sqlx::query(sql).bind(player).fetch_optional(connection).await?;
    row.as_ref().map(Row::read).transpose()
}

async fn changed(connection: &mut AnyConnection, id: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE sessions SET revision = revision + 1, refetch = 1, changed_at = $1
         WHERE session_id = $2 AND state = 'live'",
    )
    .bind(now_ms())
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks a session as deleted, known or not: one that is being bound at this moment must not come to life after it. Its
/// open challenges have failed.
async fn delete(connection: &mut AnyConnection, id: &str) -> sqlx::Result<()> {
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
    .execute(&mut *connection)
    .await?;
    challenges::fail_all_of(connection, id).await
}
