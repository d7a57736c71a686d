//! Asking for a permission that is off: enabled at once, a challenge, or not to be had.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use axum::http::StatusCode;
use playgate::{
    protocol::{age_signal::AgeSignal, challenge::Challenge, kid::KidError},
    session::Session,
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::{
    challenges::Challenges,
    error::ApiError,
    kid::{Trouble, log_refusal},
    sessions::Answer,
    store::Added,
};

/// What came of asking for a permission.
pub enum Requested {
    /// There is no session to ask for it in.
    NoSession(Answer),
    /// It is on.
    On(Arc<Session>),
    /// It is off, and nobody can do anything about it.
    Off(Arc<Session>),
    /// Somebody must do something first.
    Asked(Challenge),
}

/// One permission of one session is asked for by one request at a time; the next one finds what the first one got.
#[derive(Default)]
pub struct Locks(Mutex<HashMap<Asked, Weak<AsyncMutex<()>>>>);

/// Session and permission.
type Asked = (String, String);

impl Locks {
    async fn lock(&self, session: &str, permission: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, lock| lock.strong_count() > 0);
            let entry = all.entry((session.to_owned(), permission.to_owned())).or_default();
            entry.upgrade().unwrap_or_else(|| {
                let lock = Arc::default();
                *entry = Arc::downgrade(&lock);
                lock
            })
        };
        lock.lock_owned().await
    }
}

impl Challenges {
    /// Asks for a permission in a session of the player.
    ///
    /// # Errors
    /// The session is another's, does not name the permission, k-ID does not take the age signal, or cannot be asked.
    pub async fn request(
        &self,
        player: &str,
        session: &str,
        permission: &str,
        age_signal: Option<AgeSignal>,
    ) -> Result<Requested, ApiError> {
        if let Err(answer) = self.sessions.stored(player, session).await? {
            return Ok(Requested::NoSession(answer));
        }
        let guard = self.locks.lock(session, permission).await;
        let (this, player) = (self.clone(), player.to_owned());
        let (session, permission) = (session.to_owned(), permission.to_owned());
        // A caller who hangs up does not keep k-ID's answer from being stored.
        self.to_the_end(async move {
            let _guard = guard;
            this.request_alone(&player, &session, &permission, age_signal.as_ref())
                .await
        })
        .await
    }

    async fn request_alone(
        &self,
        player: &str,
        id: &str,
        permission: &str,
        age_signal: Option<&AgeSignal>,
    ) -> Result<Requested, ApiError> {
        if let Some(answer) = self.without_asking(player, id, permission).await? {
            return Ok(answer);
        }
        if let Some(row) = self.sessions.store.open_challenge(id, permission).await? {
            if let Some(challenge) = self.still_open(&row).await? {
                return Ok(Requested::Asked(challenge));
            }
            // What it was answered with may have changed the session.
            if let Some(answer) = self.without_asking(player, id, permission).await? {
                return Ok(answer);
            }
        }
        let upgraded = match self.sessions.kid.upgrade(id, permission, age_signal).await {
            Ok(upgraded) => upgraded,
            Err(Trouble::Said(KidError::NotFound)) => return self.without_session(player, id).await,
            Err(Trouble::Said(KidError::BadRequest { code })) if age_signal.is_some() => {
                log_refusal(&code);
                return Err(INVALID_AGE_SIGNAL.text("k-ID does not take this age signal"));
            }
            Err(trouble) => return Err(trouble.into()),
        };
        let Some(challenge) = upgraded.challenge else {
            let upgraded = upgraded.session.as_deref();
            let answer = self.sessions.after_upgrade(player, id, permission, upgraded).await?;
            return Ok(match answer {
                Answer::Session(session, _) if session.access(permission).is_allowed() => Requested::On(session),
                Answer::Session(session, _) => Requested::Off(session),
                answer => Requested::NoSession(answer),
            });
        };
        let store = &self.sessions.store;
        match store.add_challenge(player, id, permission, &challenge).await? {
            Added::Stored => Ok(Requested::Asked(challenge)),
            Added::AlreadyOpen(row) => Ok(Requested::Asked(row.challenge())),
            Added::SessionGone => self.without_session(player, id).await,
            Added::Reused => {
                tracing::error!("k-ID gave a new challenge the id of an older one");
                Err(ApiError::kid_unavailable())
            }
        }
    }

    /// The answer where nothing is to be asked for, or k-ID cannot be asked: the session has gone, or the permission is
    /// on, or a challenge is open as far as is known. `None`: it is off.
    async fn without_asking(&self, player: &str, id: &str, permission: &str) -> Result<Option<Requested>, ApiError> {
        let session = match self.sessions.fresh(player, id).await {
            Ok(Answer::Session(session, _)) => session,
            Ok(answer) => return Ok(Some(Requested::NoSession(answer))),
            Err(error) if error.is_servers() => {
                let open = self.sessions.store.open_challenge(id, permission).await?;
                let open = open.map(|row| Requested::Asked(row.challenge()));
                return open.ok_or(error).map(Some);
            }
            Err(error) => return Err(error),
        };
        if session.permission(permission).is_none() {
            return Err(UNKNOWN_PERMISSION);
        }
        let is_on = session.access(permission).is_allowed();
        Ok(is_on.then_some(Requested::On(session)))
    }

    /// The answer when the session turned out to be gone; an error when it is there after all.
    async fn without_session(&self, player: &str, id: &str) -> Result<Requested, ApiError> {
        match self.sessions.fresh(player, id).await? {
            Answer::Session(..) => Err(ApiError::kid_unavailable()),
            answer => Ok(Requested::NoSession(answer)),
        }
    }
}

/// The answer to an age signal that breaks a rule; its sentence says which.
pub const INVALID_AGE_SIGNAL: ApiError = ApiError::new(
    StatusCode::BAD_REQUEST,
    "INVALID_AGE_SIGNAL",
    "the age signal has a field that is not known, or one of the wrong type",
);

const UNKNOWN_PERMISSION: ApiError = ApiError::new(
    StatusCode::BAD_REQUEST,
    "UNKNOWN_PERMISSION",
    "the session has no permission of that name",
);
