//! What a player is told about their session, and what happens to it.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use playgate::session::{Changes, Session, compare};

use crate::{
    cache::Cache,
    coalesce::Flights,
    config::Config,
    due::is_due,
    error::{ApiError, StartError},
    kid::{Found, Kid, now_ms},
    merge::merged,
    metrics::Metrics,
    store::{Binding, Row, State, Store},
};

/// How often a read starts over because the session changed under it.
const ROUNDS: u32 = 3;
/// How often k-ID must say that a bound session is gone.
const ASKS: u32 = 2;
/// The same for a session that is to be bound: right after a consent k-ID may not know it for a second or two.
const ASKS_AFTER_CONSENT: u32 = 3;

/// How often k-ID is asked for a session until it shows a permission that it has just enabled.
const ASKS_AFTER_UPGRADE: u32 = 3;

/// What a player is told.
#[derive(Clone)]
pub enum Answer {
    /// There is no session: consent is needed.
    NeedsConsent,
    /// The session of that id was deleted.
    Deleted(String),
    /// The session, and how it differs from what was stored before.
    Session(Arc<Session>, Changes),
}

/// Whether anything has happened to a session.
pub enum News {
    /// There is no such session: consent is needed.
    NeedsConsent,
    /// Its revision.
    Revision(i64),
}

/// Sessions of players: the database and k-ID together.
#[derive(Clone)]
pub struct Sessions {
    /// The database.
    pub store: Store,
    /// k-ID.
    pub kid: Kid,
    /// What the operator is told.
    pub metrics: Arc<Metrics>,
    cache: Cache,
    flights: Flights<Flight, Result<Answer, ApiError>>,
    compare_every: Duration,
}

/// A read of a session as the database has it: id, revision, whether it is to be fetched whole. Requests for the same at
/// the same time are one at k-ID.
type Flight = (String, i64, bool);

impl Sessions {
    /// Opens the database and gets ready to ask k-ID.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let metrics = Arc::<Metrics>::default();
        Ok(Self {
            store: Store::open(config).await?,
            kid: Kid::new(config, metrics.clone()),
            metrics,
            cache: Cache::new(config.read_cache),
            flights: Flights::default(),
            compare_every: config.compare_every,
        })
    }

    /// The session of that id, as k-ID has it now or had it a moment ago.
    pub async fn read(&self, player: &str, id: &str) -> Result<Answer, ApiError> {
        let head = own(self.store.head(id).await?, player, StatusCode::FORBIDDEN)?;
        match head {
            Some(head) => self.current(player, head).await,
            None => self.fresh(player, id).await,
        }
    }

    /// The session of that id, as k-ID has it now.
    pub async fn fresh(&self, player: &str, id: &str) -> Result<Answer, ApiError> {
        if let Some(row) = own(self.store.find(id).await?, player, StatusCode::FORBIDDEN)? {
            return self.refresh(player, row).await;
        }
        // A parent may have approved it a moment ago.
        self.bind_granted(player).await?;
        match own(self.store.find(id).await?, player, StatusCode::FORBIDDEN)? {
            Some(row) => self.refresh(player, row).await,
            None => Ok(Answer::NeedsConsent),
        }
    }

    /// The player's own session, as k-ID has it now or had it a moment ago.
    pub async fn read_own(&self, player: &str) -> Result<Answer, ApiError> {
        self.bind_granted(player).await?;
        match self.store.head_of(player).await? {
            Some(head) => self.current(player, head).await,
            None => Ok(Answer::NeedsConsent),
        }
    }

    /// The session of which the database has this now: from the cache, from the database where no comparison with k-ID is
    /// due, or else from k-ID.
    async fn current(&self, player: &str, head: Row) -> Result<Answer, ApiError> {
        let is_settled = head.state == State::Live && !head.refetch;
        if is_settled && let Some(session) = self.cache.get(&head.id, head.revision) {
            self.metrics.read("cache");
            return Ok(Answer::Session(session, Changes::default()));
        }
        let flight = (head.id.clone(), head.revision, head.refetch);
        let (this, player) = (self.clone(), player.to_owned());
        let (answer, is_first) = self
            .flights
            .join(flight, async move {
                match own(this.store.find(&head.id).await?, &player, StatusCode::FORBIDDEN)? {
                    Some(row) => match this.undisputed(&row) {
                        Some(session) => Ok(Answer::Session(session, Changes::default())),
                        None => this.refresh(&player, row).await,
                    },
                    None => Ok(Answer::NeedsConsent),
                }
            })
            .await;
        if !is_first {
            self.metrics.read("shared");
        }
        answer
    }

    /// The stored session, where no webhook has disputed it and no comparison with k-ID is due.
    fn undisputed(&self, row: &Row) -> Option<Arc<Session>> {
        if row.state != State::Live || row.refetch || self.compare_every.is_zero() {
            return None;
        }
        let session = row.document.as_deref().and_then(parse)?;
        if is_due(&session, row.compared_at, now_ms(), self.compare_every) {
            return None;
        }
        self.metrics.read("database");
        let session = Arc::new(session);
        self.cache.put(&row.id, row.revision, &session);
        Some(session)
    }

    /// The stored session of that id, if it is the player's and live; k-ID is asked only when it cannot be read.
    pub async fn stored(&self, player: &str, id: &str) -> Result<Result<Session, Answer>, ApiError> {
        let Some(row) = own(self.store.find(id).await?, player, StatusCode::FORBIDDEN)? else {
            return Ok(Err(Answer::NeedsConsent));
        };
        let document = row.document.as_deref().and_then(parse);
        Ok(match (row.state, document) {
            (State::Live, Some(session)) => Ok(session),
            (State::Live, None) => match self.refresh(player, row).await? {
                Answer::Session(session, _) => Ok(Session::clone(&session)),
                answer => Err(answer),
            },
            (State::Deleted, _) => Err(Answer::Deleted(row.id)),
            (State::Replaced, _) => Err(Answer::NeedsConsent),
        })
    }

    /// Binds the sessions that the player's challenges were approved for, where they are others than those that were
    /// asked for.
    ///
    /// # Errors
    /// k-ID or the database cannot be asked; what is left is bound the next time.
    pub async fn bind_granted(&self, player: &str) -> Result<(), ApiError> {
        for granted in self.store.unbound(player).await? {
            let is_players = match self.bind(player, &granted).await {
                Ok(_) => true,
                Err(error) if error.is_servers() => return Err(error),
                Err(_) => {
                    tracing::error!("k-ID approved a challenge for a session that cannot be this player's");
                    false
                }
            };
            self.store.settle(player, &granted, is_players).await?;
        }
        Ok(())
    }

    /// The session after k-ID took an upgrade of it without a challenge. `upgraded` is the session in its answer.
    ///
    /// # Errors
    /// The session cannot be fetched, and the answer had none.
    pub async fn after_upgrade(
        &self,
        player: &str,
        id: &str,
        permission: &str,
        upgraded: Option<&Session>,
    ) -> Result<Answer, ApiError> {
        let is_promised = upgraded.is_some_and(|session| session.access(permission).is_allowed());
        let mut asked = 1;
        loop {
            self.store.refetch(id).await?;
            match self.fresh(player, id).await {
                Ok(Answer::Session(session, _))
                    if is_promised && asked < ASKS_AFTER_UPGRADE && !session.access(permission).is_allowed() =>
                {
                    asked += 1;
                    self.kid.pause().await;
                }
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let merged = match upgraded {
                        Some(upgraded) => self.merge(id, permission, upgraded).await?,
                        None => None,
                    };
                    let Some(session) = merged else { return Err(error) };
                    return Ok(Answer::Session(Arc::new(session), Changes::default()));
                }
            }
        }
    }

    /// Takes one permission over into the stored session, which is fetched whole at the next read.
    async fn merge(&self, id: &str, permission: &str, upgraded: &Session) -> Result<Option<Session>, ApiError> {
        for _ in 0..ROUNDS {
            let Some(row) = self.store.find(id).await? else {
                return Ok(None);
            };
            let stored = row.document.as_deref();
            let Some(session) = stored.and_then(|stored| merged(stored, upgraded.json(), permission)) else {
                return Ok(None);
            };
            if self.store.store(id, row.revision, session.json(), true).await? {
                return Ok(Some(session));
            }
        }
        Ok(None)
    }

    /// The session's revision. Does not ask k-ID.
    pub async fn news(&self, player: &str, id: &str) -> Result<News, ApiError> {
        let row = own(self.store.find(id).await?, player, StatusCode::FORBIDDEN)?;
        Ok(match row {
            Some(row) if row.state != State::Replaced => News::Revision(row.revision),
            _ => News::NeedsConsent,
        })
    }

    /// Makes a session the player's.
    pub async fn bind(&self, player: &str, id: &str) -> Result<Answer, ApiError> {
        let known = own(self.store.find(id).await?, player, StatusCode::CONFLICT)?;
        match known {
            Some(row) if row.state != State::Replaced => return self.refresh(player, row).await,
            _ => {}
        }
        let session = match self.kid.session(id, None, ASKS_AFTER_CONSENT).await? {
            Found::Session(session) => session,
            Found::Deleted => {
                // Not marked as deleted where nobody has bound it: anybody can ask for any id.
                if known.is_some() {
                    self.store.delete(id).await?;
                }
                return Ok(Answer::Deleted(id.to_owned()));
            }
            Found::Refused => return Err(INVALID_ID),
            Found::NotModified => return Err(ApiError::kid_unavailable()),
        };
        match self.store.bind(player, id, session.json()).await? {
            Binding::Bound(before) => {
                let before = before.and_then(|document| parse(&document));
                let changes = compare(before.as_ref(), Some(&session));
                Ok(Answer::Session(session.into(), changes))
            }
            Binding::OfAnotherPlayer => Err(ApiError::of_another_player(StatusCode::CONFLICT)),
            Binding::Deleted => Ok(Answer::Deleted(id.to_owned())),
        }
    }

    /// Asks k-ID about a session of this player and stores what is new. Starts over when a webhook or another request
    /// changed the session meanwhile, so that no older answer takes the place of a newer one.
    async fn refresh(&self, player: &str, mut row: Row) -> Result<Answer, ApiError> {
        for _ in 0..ROUNDS {
            match row.state {
                State::Deleted => return Ok(Answer::Deleted(row.id)),
                State::Replaced => return Ok(Answer::NeedsConsent),
                State::Live => {}
            }
            let before = row.document.as_deref().and_then(parse);
            let etag = before.as_ref().and_then(Session::etag).filter(|_| !row.refetch);
            // A parent may have just approved something.
            let asks = if row.refetch { ASKS_AFTER_CONSENT } else { ASKS };
            self.metrics.read("k-id");
            let keep_time = !self.compare_every.is_zero();
            match (self.kid.session(&row.id, etag, asks).await?, before) {
                (Found::NotModified, Some(before)) => {
                    if self.store.confirm(&row.id, row.revision, keep_time).await? {
                        return Ok(self.confirmed(&row, row.revision, before.into(), Changes::default()));
                    }
                }
                (Found::Session(session), Some(before)) if before.json() == session.json() => {
                    if self.store.confirm(&row.id, row.revision, keep_time).await? {
                        return Ok(self.confirmed(&row, row.revision, session.into(), Changes::default()));
                    }
                }
                (Found::Session(session), before) => {
                    if self.store.store(&row.id, row.revision, session.json(), false).await? {
                        let changes = compare(before.as_ref(), Some(&session));
                        let revision = row.revision.saturating_add(1);
                        return Ok(self.confirmed(&row, revision, session.into(), changes));
                    }
                }
                (Found::Deleted, _) => {
                    self.store.delete(&row.id).await?;
                    return Ok(Answer::Deleted(row.id));
                }
                (Found::Refused | Found::NotModified, _) => return Err(ApiError::kid_unavailable()),
            }
            row = match own(self.store.find(&row.id).await?, player, StatusCode::FORBIDDEN)? {
                Some(row) => row,
                None => return Ok(Answer::NeedsConsent),
            };
        }
        tracing::warn!("a session kept changing while it was read");
        Err(ApiError::kid_unavailable().retry_after_s(1))
    }

    /// The answer with a session that k-ID has just confirmed, which is kept for the next moment.
    fn confirmed(&self, row: &Row, revision: i64, session: Arc<Session>, changes: Changes) -> Answer {
        self.cache.put(&row.id, revision, &session);
        Answer::Session(session, changes)
    }
}

/// The answer to an id that is none.
pub const INVALID_ID: ApiError = ApiError::new(
    StatusCode::BAD_REQUEST,
    "INVALID_SESSION_ID",
    "this is not the id of a session",
);

/// The row if it is this player's; an error if it is another's; nothing if nobody has bound it.
fn own(row: Option<Row>, player: &str, status: StatusCode) -> Result<Option<Row>, ApiError> {
    match row {
        Some(row) => match row.player.as_deref() {
            Some(owner) if owner == player => Ok(Some(row)),
            Some(_) => Err(ApiError::of_another_player(status)),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

/// A stored document; one that cannot be read is as good as none, and is fetched anew.
fn parse(document: &str) -> Option<Session> {
    Session::parse(document.as_bytes())
        .inspect_err(|_| tracing::error!("a stored session cannot be read; it is fetched anew"))
        .ok()
}
