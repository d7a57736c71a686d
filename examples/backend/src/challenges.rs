//! Challenges: where they stand, the ways to a parent, and the parent's widget.

use std::{future::Future, sync::Arc, time::Duration};

use axum::http::StatusCode;
use playgate::{
    protocol::{
        challenge::{Challenge, ChallengeStatus, NewCode},
        kid::{INVALID_EMAIL as KID_INVALID_EMAIL, KidError},
    },
    session::{ManagedBy, Session},
};
use tokio::sync::Semaphore;

use crate::{
    config::Config,
    error::ApiError,
    kid::{Trouble, now_ms},
    sessions::{Answer, Sessions},
    store::ChallengeRow,
    upgrade::Locks,
};

/// How many requests may go on after their callers have hung up.
const MAX_TO_THE_END: u32 = 256;
/// How long such requests may take once the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// Challenges of players: the database and k-ID together.
#[derive(Clone)]
pub struct Challenges {
    /// The sessions that they belong to.
    pub sessions: Sessions,
    pub(crate) locks: Arc<Locks>,
    to_the_end: Arc<Semaphore>,
    check_interval: Duration,
    email_interval: Duration,
}

impl Challenges {
    /// Challenges in those sessions.
    pub fn new(config: &Config, sessions: Sessions) -> Self {
        Self {
            sessions,
            locks: Arc::default(),
            to_the_end: Arc::new(Semaphore::new(MAX_TO_THE_END as usize)),
            check_interval: config.challenge_interval,
            email_interval: config.email_interval,
        }
    }

    /// Does something that is to be finished even when nobody waits for it any more.
    pub async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = self.to_the_end.clone().acquire_owned().await;
        let task = tokio::spawn(async move {
            let _permit = permit;
            work.await
        });
        task.await.unwrap_or_else(|_| {
            tracing::error!("a request ended abnormally");
            Err(ApiError::kid_unavailable())
        })
    }

    /// Waits until nothing is under way that must be finished.
    pub async fn finish(&self) {
        let all = self.to_the_end.acquire_many(MAX_TO_THE_END);
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("some requests to k-ID did not end in time and were cut off");
        }
    }

    /// The challenge of that id, if it is this player's.
    async fn own(&self, player: &str, id: &str) -> Result<ChallengeRow, ApiError> {
        let row = self.sessions.store.challenge(id).await?;
        row.filter(|row| row.player == player).ok_or(CHALLENGE_NOT_FOUND)
    }

    /// Where a challenge stands: from the database when it is closed or k-ID was asked a moment ago, else from k-ID.
    ///
    /// # Errors
    /// There is no such challenge, or k-ID cannot be asked.
    pub async fn status(&self, player: &str, id: &str) -> Result<ChallengeRow, ApiError> {
        let store = &self.sessions.store;
        let mut row = self.own(player, id).await?;
        if !row.status.is_final() && store.claim_check(id, self.check_interval).await? {
            match self.sessions.kid.challenge_status(id).await {
                Ok(state) => {
                    let granted = state.session_id.as_deref();
                    store.advance_challenge(id, state.status, granted).await?;
                }
                Err(Trouble::Said(KidError::NotFound)) => self.gone(id).await?,
                Err(trouble) => return Err(trouble.into()),
            }
            row = self.own(player, id).await?;
        }
        if row.is_unbound {
            // Nobody is told of a session before it can be read.
            self.sessions.bind_granted(player).await?;
            row = self.own(player, id).await?;
        }
        Ok(row)
    }

    /// Where a challenge stands, and while it is open the challenge with a fresh URL and code.
    ///
    /// # Errors
    /// As [`Challenges::status`].
    pub async fn read(&self, player: &str, id: &str) -> Result<(ChallengeRow, Option<Challenge>), ApiError> {
        let row = self.status(player, id).await?;
        if row.status.is_final() {
            return Ok((row, None));
        }
        match self.renewed(&row).await? {
            Some(challenge) => Ok((row, Some(challenge))),
            None => Ok((self.own(player, id).await?, None)),
        }
    }

    /// A challenge with a fresh URL and code. `None`: it has been closed.
    async fn renewed(&self, row: &ChallengeRow) -> Result<Option<Challenge>, ApiError> {
        match self.sessions.kid.challenge(&row.id).await {
            Ok(challenge) => {
                let is_open = self.sessions.store.renew_challenge(&challenge).await?;
                Ok(is_open.then_some(challenge))
            }
            Err(Trouble::Said(KidError::NotFound)) => {
                self.gone(&row.id).await?;
                Ok(None)
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// A challenge that is open in the database, with a fresh URL and code, or as it was last heard of where k-ID
    /// cannot be asked. `None`: it has been closed, at k-ID perhaps without a word to this server, and that is noted.
    ///
    /// # Errors
    /// The database cannot be used, or a session that it was approved for cannot be fetched yet.
    pub async fn still_open(&self, row: &ChallengeRow) -> Result<Option<Challenge>, ApiError> {
        match self.status(&row.player, &row.id).await {
            Ok(row) if row.status.is_final() => return Ok(None),
            Ok(_) => {}
            Err(error) if error.is_servers() => {
                let row = self.own(&row.player, &row.id).await?;
                return match (row.status.is_final(), row.is_unbound) {
                    (false, _) => Ok(Some(row.challenge())),
                    (true, false) => Ok(None),
                    // Nobody is told of a session before it can be read.
                    (true, true) => Err(error),
                };
            }
            Err(error) => return Err(error),
        }
        match self.renewed(row).await {
            Err(error) if error.is_servers() => Ok(Some(row.challenge())),
            answer => answer,
        }
    }

    /// k-ID does not know a challenge any more: nobody can answer it.
    async fn gone(&self, id: &str) -> Result<(), ApiError> {
        tracing::warn!("k-ID does not know a challenge any more");
        let store = &self.sessions.store;
        Ok(store.advance_challenge(id, ChallengeStatus::Failed, None).await?)
    }

    /// The challenge of that id, if it is this player's, a parent must act, and nobody has yet.
    async fn parents(&self, player: &str, id: &str) -> Result<ChallengeRow, ApiError> {
        let row = self.own(player, id).await?;
        if !row.is_parents() {
            return Err(NOT_FOR_A_PARENT);
        }
        if row.status.is_final() {
            return Err(CHALLENGE_CLOSED);
        }
        Ok(row)
    }

    /// A challenge with a new one-time code.
    ///
    /// # Errors
    /// There is no such challenge, it is closed or the player's own to answer, or k-ID cannot be asked.
    pub async fn new_code(&self, player: &str, id: &str) -> Result<Challenge, ApiError> {
        let row = self.parents(player, id).await?;
        let mut challenge = row.challenge();
        let NewCode { code, expires_ms, url } = self.sessions.kid.new_code(id).await?;
        let now = now_ms();
        challenge.set_code(Some(&code), expires_ms, now);
        // A URL with the older code is no good any more.
        let url = url.or_else(|| challenge.url.take().filter(|url| !url.contains("otp=")));
        challenge.set_url(url.as_deref(), now);
        if challenge.url.is_none()
            && let Ok(Some(whole)) = self.renewed(&row).await
            && whole.code.is_some()
        {
            // Code and URL that belong together, so that nothing goes from a screen and no code is replaced soon after.
            return Ok(whole);
        }
        if self.sessions.store.renew_challenge(&challenge).await? {
            Ok(challenge)
        } else {
            Err(CHALLENGE_CLOSED)
        }
    }

    /// Has k-ID write to a parent. The address is passed on and kept nowhere.
    ///
    /// # Errors
    /// As [`Challenges::new_code`]; k-ID cannot write to that address, or has been asked to less than a minute ago.
    pub async fn email(
        &self,
        player: &str,
        id: &str,
        address: Option<&str>,
        locale: Option<&str>,
    ) -> Result<(), ApiError> {
        self.parents(player, id).await?;
        let store = &self.sessions.store;
        if let Err(wait_ms) = store.claim_email(id, self.email_interval).await? {
            let seconds = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000);
            return Err(TOO_MANY_EMAILS.retry_after_s(seconds));
        }
        match self.sessions.kid.email(id, address, locale).await {
            Ok(()) => Ok(()),
            Err(trouble) => {
                // Where k-ID answered, it has written to nobody. Where it did not, it may have.
                if !matches!(trouble, Trouble::Silent) {
                    store.release_email(id).await?;
                }
                Err(match trouble {
                    Trouble::Said(KidError::BadRequest { code }) if &*code == KID_INVALID_EMAIL => INVALID_EMAIL,
                    trouble => trouble.into(),
                })
            }
        }
    }

    /// The URL of the widget on which a parent reviews a session, or why there is no session.
    ///
    /// # Errors
    /// The session is another player's, no parent has a say in it, k-ID does not take the address, or cannot be asked.
    pub async fn widget(&self, player: &str, session: &str, email: &str) -> Result<Result<Box<str>, Answer>, ApiError> {
        let stored = match self.sessions.stored(player, session).await? {
            Ok(stored) => stored,
            Err(answer) => return Ok(Err(answer)),
        };
        if !is_guardians(&stored) && !self.sessions.store.has_parents_challenge(session).await? {
            return Err(NOT_FOR_A_PARENT);
        }
        match self.sessions.kid.widget(session, email).await {
            Ok(url) => Ok(Ok(url)),
            Err(Trouble::Said(KidError::NotFound)) => match self.sessions.fresh(player, session).await? {
                Answer::Session(..) => Err(ApiError::kid_unavailable()),
                answer => Ok(Err(answer)),
            },
            Err(Trouble::Said(KidError::BadRequest { code })) if &*code == KID_INVALID_EMAIL => Err(INVALID_EMAIL),
            Err(trouble) => Err(trouble.into()),
        }
    }
}

/// Whether a parent manages a session; where it does not say, whether one manages any of its permissions.
fn is_guardians(session: &Session) -> bool {
    match session.managed_by() {
        Some(managed_by) => *managed_by == ManagedBy::Guardian,
        None => {
            let mut all = session.permissions().iter();
            all.any(|permission| permission.managed_by == ManagedBy::Guardian)
        }
    }
}

/// The same for a challenge of another player and for one that is not known.
pub const CHALLENGE_NOT_FOUND: ApiError = ApiError::new(
    StatusCode::NOT_FOUND,
    "CHALLENGE_NOT_FOUND",
    "there is no such challenge of this player",
);

/// The answer to an address that no message can be sent to.
pub const INVALID_EMAIL: ApiError = ApiError::new(
    StatusCode::BAD_REQUEST,
    "INVALID_EMAIL",
    "no message can be sent to this e-mail address",
);

const NOT_FOR_A_PARENT: ApiError =
    ApiError::new(StatusCode::CONFLICT, "NOT_FOR_A_PARENT", "no parent has a say in this");

const CHALLENGE_CLOSED: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "CHALLENGE_CLOSED",
    "this challenge has been answered",
);

const TOO_MANY_EMAILS: ApiError = ApiError::new(
    StatusCode::TOO_MANY_REQUESTS,
    "TOO_MANY_EMAILS",
    "a message was sent a moment ago",
);
