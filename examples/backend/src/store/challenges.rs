//! Challenges in the database: at most one open per session and permission.

use std::time::Duration;

use playgate::protocol::{
    challenge::{Actor, Challenge, ChallengeStatus},
    kid::challenge_json,
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Store, session_lock};
use crate::kid::now_ms;

/// What [`ChallengeRow`] is read from. Named, so that a column that a newer server adds changes nothing here.
macro_rules! columns {
    () => {
        "challenge_id, session_id, player_id, type, status, document, granted_session, unbound"
    };
}

/// What is known of a challenge. `Debug` is left out: the document holds the code.
pub struct ChallengeRow {
    /// Its id.
    pub id: String,
    /// The session whose permission was asked for.
    pub session: String,
    /// Whose it is.
    pub player: String,
    /// Where it stands.
    pub status: ChallengeStatus,
    /// The session that it was approved for, where k-ID named one.
    pub granted: Option<String>,
    /// Whether that session is still to be bound to the player.
    pub is_unbound: bool,
    kind: String,
    document: Option<String>,
}

impl ChallengeRow {
    fn read(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("challenge_id")?,
            session: row.try_get("session_id")?,
            player: row.try_get("player_id")?,
            status: ChallengeStatus::from_wire(row.try_get("status")?),
            granted: row.try_get("granted_session")?,
            is_unbound: row.try_get::<i64, _>("unbound")? != 0,
            kind: row.try_get("type")?,
            document: row.try_get("document")?,
        })
    }

    /// The challenge as it was last heard of. One that is closed, or cannot be read, has neither URL nor code.
    pub fn challenge(&self) -> Challenge {
        let read = self.document.as_ref();
        let read = read.and_then(|document| Challenge::parse(document.as_bytes(), now_ms()).ok());
        read.unwrap_or_else(|| Challenge {
            id: self.id.as_str().into(),
            kind: self.kind.as_str().into(),
            url: None,
            url_expires_ms: None,
            code: None,
            code_expires_ms: None,
            is_data_lite: false,
        })
    }

    /// Whether a parent must act.
    pub fn is_parents(&self) -> bool {
        self.challenge().actor() == Actor::Parent
    }
}

/// What came of adding a challenge.
pub enum Added {
    /// It is stored.
    Stored,
    /// Another one is open for the same permission, and stays.
    AlreadyOpen(ChallengeRow),
    /// The session is not the player's live one any more.
    SessionGone,
    /// k-ID gave an id that it had given for another session.
    Reused,
}

impl Store {
    /// What is known of a challenge.
    pub async fn challenge(&self, id: &str) -> sqlx::Result<Option<ChallengeRow>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM challenges WHERE challenge_id = $1 LIMIT 1"
        ))
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(ChallengeRow::read).transpose()
    }

    /// The open challenge for a permission of a session.
    pub async fn open_challenge(&self, session: &str, permission: &str) -> sqlx::Result<Option<ChallengeRow>> {
        let mut connection = self.pool.acquire().await?;
        open(&mut connection, session, permission).await
    }

    /// Whether a parent has been asked for something in a session, and has not answered.
    pub async fn has_parents_challenge(&self, session: &str) -> sqlx::Result<bool> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM challenges WHERE session_id = $1 AND document IS NOT NULL"
        ))
        .bind(session)
        .fetch_all(&self.pool)
        .await?;
        let rows: Vec<_> = rows.iter().map(ChallengeRow::read).collect::<sqlx::Result<_>>()?;
        Ok(rows.iter().any(ChallengeRow::is_parents))
    }

    /// Stores a new challenge, unless one is open for the same permission or the session has gone.
    pub async fn add_challenge(
        &self,
        player: &str,
        session: &str,
        permission: &str,
        challenge: &Challenge,
    ) -> sqlx::Result<Added> {
        let now = now_ms();
        let mut transaction = self.begin([session_lock(session)]).await?;
        if let Some(row) = open(&mut transaction, session, permission).await? {
            return Ok(Added::AlreadyOpen(row));
        }
        let live = sqlx::query("SELECT 1 FROM sessions WHERE session_id = $1 AND player_id = $2 AND state = 'live'")
            .bind(session)
            .bind(player)
            .fetch_optional(&mut *transaction)
            .await?;
        if live.is_none() {
            return Ok(Added::SessionGone);
        }
        let reused = sqlx::query("SELECT 1 FROM challenges WHERE challenge_id = $1 AND session_id <> $2 LIMIT 1")
            .bind(&*challenge.id)
            .bind(session)
            .fetch_optional(&mut *transaction)
            .await?;
        if reused.is_some() {
            return Ok(Added::Reused);
        }
        // Closed here, but k-ID says that it is to be answered.
        sqlx::query("DELETE FROM challenges WHERE challenge_id = $1 AND document IS NULL")
            .bind(&*challenge.id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO challenges (challenge_id, session_id, player_id, permission, type, status, document,
                                     checked_at, emailed_at, granted_session, unbound, changed_at)
             VALUES ($1, $2, $3, $4, $5, 'PENDING', $6, 0, 0, NULL, 0, $7)",
        )
        .bind(&*challenge.id)
        .bind(session)
        .bind(player)
        .bind(permission)
        .bind(&*challenge.kind)
        .bind(challenge_json(challenge))
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Added::Stored)
    }

    /// Stores a challenge's fresh URL and code, unless it has been closed: then the answer is false.
    pub async fn renew_challenge(&self, challenge: &Challenge) -> sqlx::Result<bool> {
        let done = sqlx::query("UPDATE challenges SET document = $1 WHERE challenge_id = $2 AND document IS NOT NULL")
            .bind(challenge_json(challenge))
            .bind(&*challenge.id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() != 0)
    }

    /// Notes where a challenge stands, and for a final state what follows from it.
    pub async fn advance_challenge(
        &self,
        id: &str,
        status: ChallengeStatus,
        granted: Option<&str>,
    ) -> sqlx::Result<()> {
        let mut transaction = self.begin([]).await?;
        let locks = locks(&mut transaction, id, granted).await?;
        self.lock(&mut transaction, locks).await?;
        advance(&mut transaction, id, status, granted).await?;
        transaction.commit().await
    }

    /// Whether k-ID may be asked for the status now: of all callers within `interval` one may.
    pub async fn claim_check(&self, id: &str, interval: Duration) -> sqlx::Result<bool> {
        let now = now_ms();
        // A time far in the future is that of a clock that has been set back since.
        let done = sqlx::query(
            "UPDATE challenges SET checked_at = $1
             WHERE challenge_id = $2 AND document IS NOT NULL AND (checked_at <= $3 OR checked_at > $4)",
        )
        .bind(now)
        .bind(id)
        .bind(now.saturating_sub(millis(interval)))
        .bind(now.saturating_add(millis(interval)))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() != 0)
    }

    /// Whether k-ID may be asked to write to a parent now: of all callers within `interval` one may. Else how many
    /// milliseconds to wait.
    pub async fn claim_email(&self, id: &str, interval: Duration) -> sqlx::Result<Result<(), i64>> {
        let now = now_ms();
        let done = sqlx::query(
            "UPDATE challenges SET emailed_at = $1
             WHERE challenge_id = $2 AND (emailed_at <= $3 OR emailed_at > $4)",
        )
        .bind(now)
        .bind(id)
        .bind(now.saturating_sub(millis(interval)))
        .bind(now.saturating_add(millis(interval)))
        .execute(&self.pool)
        .await?;
        if done.rows_affected() != 0 {
            return Ok(Ok(()));
        }
        let row = sqlx::query("SELECT emailed_at FROM challenges WHERE challenge_id = $1 LIMIT 1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        let last: i64 = row.map_or(Ok(now), |row| row.try_get("emailed_at"))?;
        Ok(Err(last.saturating_add(millis(interval)).saturating_sub(now).max(1)))
    }

    /// Nothing was written to a parent after all.
    pub async fn release_email(&self, id: &str) -> sqlx::Result<()> {
        sqlx::query("UPDATE challenges SET emailed_at = 0 WHERE challenge_id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Sessions that a player's challenges were approved for and that are still to be bound.
    pub async fn unbound(&self, player: &str) -> sqlx::Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT DISTINCT granted_session FROM challenges
             WHERE player_id = $1 AND unbound = 1 AND granted_session IS NOT NULL",
        )
        .bind(player)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| row.try_get("granted_session")).collect()
    }

    /// That session needs no binding any more. `is_players`: else no challenge says that it was approved for it.
    pub async fn settle(&self, player: &str, granted: &str, is_players: bool) -> sqlx::Result<()> {
        sqlx::query(
            "UPDATE challenges SET unbound = 0, granted_session = CASE WHEN $1 THEN granted_session ELSE NULL END
             WHERE player_id = $2 AND granted_session = $3 AND unbound = 1",
        )
        .bind(is_players)
        .bind(player)
        .bind(granted)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// The locks that [`advance`] needs: of the challenge's session, and of the one that it was approved for.
pub(super) async fn locks(connection: &mut AnyConnection, id: &str, granted: Option<&str>) -> sqlx::Result<Vec<i64>> {
    let known = sqlx::query("SELECT session_id FROM challenges WHERE challenge_id = $1 LIMIT 1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let asked_for: Option<String> = known.map(|row| row.try_get("session_id")).transpose()?;
    Ok(asked_for
        .as_deref()
        .into_iter()
        .chain(granted)
        .map(session_lock)
        .collect())
}

/// Notes where an open challenge stands; one that is closed stays as it is. A pass raises the revision of the session
/// and has it fetched; a session that the pass names, other than the challenge's, is to be bound.
pub(super) async fn advance(
    connection: &mut AnyConnection,
    id: &str,
    status: ChallengeStatus,
    granted: Option<&str>,
) -> sqlx::Result<()> {
    if !status.is_final() {
        // Somebody has opened it: that does not become undone.
        if status == ChallengeStatus::InProgress {
            sqlx::query(
                "UPDATE challenges SET status = 'IN_PROGRESS', changed_at = $1
                 WHERE challenge_id = $2 AND status = 'PENDING'",
            )
            .bind(now_ms())
            .bind(id)
            .execute(connection)
            .await?;
        }
        return Ok(());
    }
    let granted = granted.filter(|_| status == ChallengeStatus::Passed);
    let closed = sqlx::query(
        "UPDATE challenges SET status = $1, document = NULL, granted_session = $2, changed_at = $3,
                unbound = CASE WHEN $2 IS NOT NULL AND $2 <> session_id THEN 1 ELSE 0 END
         WHERE challenge_id = $4 AND document IS NOT NULL",
    )
    .bind(status.as_str())
    .bind(granted)
    .bind(now_ms())
    .bind(id)
    .execute(&mut *connection)
    .await?;
    if status != ChallengeStatus::Passed {
        return Ok(());
    }
    let known = sqlx::query("SELECT session_id FROM challenges WHERE challenge_id = $1 LIMIT 1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let asked_for: Option<String> = known.map(|row| row.try_get("session_id")).transpose()?;
    // Of a challenge that was closed before, nothing is news; of one that was made elsewhere, its session may be.
    if closed.rows_affected() == 0 && asked_for.is_some() {
        return Ok(());
    }
    let granted = granted.filter(|granted| asked_for.as_deref() != Some(*granted));
    for session in asked_for.as_deref().into_iter().chain(granted) {
        super::changed(connection, session).await?;
    }
    Ok(())
}

/// A session has gone, and its open challenges with it.
pub(super) async fn fail_all_of(connection: &mut AnyConnection, session: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE challenges SET status = 'FAIL', document = NULL, changed_at = $1
         WHERE session_id = $2 AND document IS NOT NULL",
    )
    .bind(now_ms())
    .bind(session)
    .execute(connection)
    .await?;
    Ok(())
}

async fn open(connection: &mut AnyConnection, session: &str, permission: &str) -> sqlx::Result<Option<ChallengeRow>> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM challenges WHERE session_id = $1 AND permission = $2 AND document IS NOT NULL"
    ))
    .bind(session)
    .bind(permission)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(ChallengeRow::read).transpose()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
