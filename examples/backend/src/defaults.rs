//! Default permissions: what a new player may do while k-ID is down.
//!
//! They are k-ID's own for the youngest player of the jurisdiction, kept from a time when it could be asked, and of those
//! only what a player decides alone is on. Nobody who has or ever had a session gets them.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use playgate::{
    protocol::kid::{DefaultPermissions, KidError, is_jurisdiction},
    session::ManagedBy,
};
use serde::Serialize;

use crate::{
    coalesce::Flights,
    config::Config,
    error::ApiError,
    kid::{Trouble, now_ms},
    sessions::Sessions,
};

/// While k-ID has answered anything within that time, it counts as up.
const UP: Duration = Duration::from_secs(2);
/// How old what is kept may get before k-ID is asked again.
const FRESH_MS: i64 = 60 * 60 * 1000;

/// Default permissions of the configured jurisdictions.
#[derive(Clone)]
pub struct Defaults {
    sessions: Sessions,
    jurisdictions: Arc<[String]>,
    flights: Flights<String, Result<(), ApiError>>,
}

impl Defaults {
    /// Default permissions of the jurisdictions that the configuration names.
    pub fn new(config: &Config, sessions: Sessions) -> Self {
        Self {
            sessions,
            jurisdictions: config.default_jurisdictions.clone().into(),
            flights: Flights::default(),
        }
    }

    /// The default permissions for a new player, as JSON.
    ///
    /// # Errors
    /// The player has or had a session, k-ID is up, or nothing is kept for that jurisdiction.
    pub async fn of(&self, player: &str, jurisdiction: &str) -> Result<String, ApiError> {
        if !is_jurisdiction(jurisdiction) {
            return Err(INVALID_JURISDICTION);
        }
        if self.sessions.store.has_had_session(player).await? {
            return Err(HAS_SESSION);
        }
        if self.sessions.kid.has_answered_within(UP) {
            return Err(KID_IS_UP);
        }
        // Nobody knows that k-ID is down who has not just tried.
        let (this, name) = (self.clone(), jurisdiction.to_owned());
        let (asked, _) = self
            .flights
            .join(jurisdiction.to_owned(), async move { this.ask(&name).await })
            .await;
        asked?;
        let is_kept = self.jurisdictions.iter().any(|name| name == jurisdiction);
        let kept = match is_kept {
            true => self.sessions.store.defaults(jurisdiction).await?,
            false => None,
        };
        kept.ok_or_else(ApiError::kid_unavailable)
    }

    /// Asks k-ID, and keeps what it says. Fine: k-ID is down.
    async fn ask(&self, jurisdiction: &str) -> Result<(), ApiError> {
        match self.sessions.kid.default_permissions(jurisdiction).await {
            Ok(defaults) => {
                self.keep(jurisdiction, &defaults).await?;
                Err(KID_IS_UP)
            }
            Err(trouble) if trouble.is_outage() => Ok(()),
            Err(Trouble::Said(KidError::BadRequest { .. })) => Err(INVALID_JURISDICTION),
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn keep(&self, jurisdiction: &str, defaults: &DefaultPermissions) -> Result<(), ApiError> {
        if !self.jurisdictions.iter().any(|name| name == jurisdiction) {
            return Ok(());
        }
        let document = document(jurisdiction, defaults);
        Ok(self.sessions.store.keep_defaults(jurisdiction, &document).await?)
    }

    /// Asks k-ID for what is not kept, or was last asked for an hour ago, by any server on this database.
    pub async fn renew(&self) {
        for jurisdiction in self.jurisdictions.iter() {
            let age = self.sessions.store.defaults_at(jurisdiction).await;
            match age {
                Ok(Some(at)) if (0..FRESH_MS).contains(&now_ms().saturating_sub(at)) => continue,
                Ok(_) => {}
                Err(_) => return,
            }
            match self.sessions.kid.default_permissions(jurisdiction).await {
                Ok(defaults) => {
                    let _ = self.keep(jurisdiction, &defaults).await;
                }
                Err(trouble) => {
                    tracing::warn!(jurisdiction, "the default permissions cannot be fetched");
                    if trouble.is_outage() {
                        return;
                    }
                    // What the operator should know is logged on the way.
                    let _ = ApiError::from(trouble);
                }
            }
        }
    }
}

/// The answer for a jurisdiction. It has no session id, so that nobody takes it for a session.
fn document(jurisdiction: &str, defaults: &DefaultPermissions) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Default<'a> {
        is_default: bool,
        jurisdiction: &'a str,
        requires_parent_consent: bool,
        permissions: Vec<Permission<'a>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Permission<'a> {
        name: &'a str,
        enabled: bool,
        managed_by: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        verified_age_threshold: Option<u32>,
    }
    let permissions = defaults.session.permissions().iter().map(|permission| Permission {
        name: &permission.name,
        // What a parent, an age check or the law decides is off, whatever k-ID said.
        enabled: permission.enabled
            && permission.managed_by == ManagedBy::Player
            && permission.verified_age_threshold.is_none(),
        managed_by: permission.managed_by.as_str(),
        verified_age_threshold: permission.verified_age_threshold,
    });
    let default = Default {
        is_default: true,
        jurisdiction,
        requires_parent_consent: defaults.requires_parent_consent,
        permissions: permissions.collect(),
    };
    serde_json::to_string(&default).unwrap_or_default()
}

const INVALID_JURISDICTION: ApiError = ApiError::new(
    StatusCode::BAD_REQUEST,
    "INVALID_JURISDICTION",
    "jurisdiction must be a code like US-CA or DE",
);

const HAS_SESSION: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "HAS_SESSION",
    "this player has or had a session, which counts",
);

const KID_IS_UP: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "KID_IS_UP",
    "k-ID can be asked, so the consent flow comes first",
);
