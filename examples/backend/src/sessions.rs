//! What a player is told about their session, and what happens to it.

use axum::http::StatusCode;
use playgate::session::{Changes, Session, compare};

use crate::{
    config::Config,
    error::{ApiError, StartError},
    kid::{Found, Kid},
    store::{Binding, Row, State, Store},
};

/// How often a read starts over because the session changed under it.
const ROUNDS: u32 = 3;
/// How often k-ID must say that a bound session is gone.
const ASKS: u32 = 2;
/// The same for a session that is to be bound: right after a consent k-ID may not know it for a second or two.
const ASKS_AFTER_CONSENT: u32 = 3;

/// What a player is told.
pub enum Answer {
    /// There is no session: consent is needed.
    NeedsConsent,
    /// The session of that id was deleted.
    Deleted(String),
    /// The session, and how it differs from what was stored before.
    Session(Box<Session>, Changes),
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
    kid: Kid,
}

impl Sessions {
    /// Opens the database and gets ready to ask k-ID.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            store: Store::open(&config.database).await?,
            kid: Kid::new(config),
        })
    }

    /// The session of that id, as k-ID has it now.
    pub async fn read(&self, player: &str, id: &str) -> Result<Answer, ApiError> {
        match own(self.store.find(id).await?, player, StatusCode::FORBIDDEN)? {
            Some(row) => self.refresh(player, row).await,
            None => Ok(Answer::NeedsConsent),
        }
    }

    /// The player's own session, as k-ID has it now.
    pub async fn read_own(&self, player: &str) -> Result<Answer, ApiError> {
        let Some(row) = self.store.live_of(player).await? else {
            return Ok(Answer::NeedsConsent);
        };
        self.refresh(player, row).await
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
                Ok(Answer::Session(session, changes))
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
            match (self.kid.session(&row.id, etag, ASKS).await?, before) {
                (Found::NotModified, Some(before)) => {
                    if self.store.confirm(&row.id, row.revision).await? {
                        return Ok(Answer::Session(Box::new(before), Changes::default()));
                    }
                }
                (Found::Session(session), Some(before)) if before.json() == session.json() => {
                    if self.store.confirm(&row.id, row.revision).await? {
                        return Ok(Answer::Session(session, Changes::default()));
                    }
                }
                (Found::Session(session), before) => {
                    if self.store.store(&row.id, row.revision, session.json()).await? {
                        let changes = compare(before.as_ref(), Some(&session));
                        return Ok(Answer::Session(session, changes));
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
