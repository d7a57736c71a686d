//! What is known about the player.

use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec::Vec};

use crate::session::{Access, Decision, Found, Freshness, ManagedBy, NextStep, Permission, Reason, Session};

/// Why a session that is kept allows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// The server says that consent is needed.
    NeedsConsent,
    /// The server says that the session was deleted, in an answer that did not name it; a second one is awaited.
    DeletionUnconfirmed,
    /// The server says that the session belongs to another player.
    OfAnotherPlayer,
    /// Something tighter was learnt and could not be stored.
    Doubtful,
}

/// A session that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The features that were on, as the player was last told.
    pub features_on: Vec<Box<str>>,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
}

/// What holds.
#[derive(Debug, Clone, Default)]
pub enum Standing {
    /// The record was not read yet.
    #[default]
    Unread,
    /// The record cannot be used, for that reason.
    Unusable(Reason),
    /// There is no session.
    None,
    /// There is a session.
    Session {
        /// The session.
        session: Arc<Session>,
        /// Its entity tag in quotes.
        etag: Option<Box<str>>,
        /// Why it allows nothing.
        bar: Option<Bar>,
    },
    /// The session ended, and the player was not told yet.
    Ended(Arc<Ended>),
}

/// What holds, numbered.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Rises with each change.
    pub revision: u64,
    /// What holds.
    pub standing: Standing,
    /// What the player has switched off on this device, though the session has it on. Only ever takes away.
    pub switched_off: Arc<BTreeSet<Box<str>>>,
}

impl State {
    /// The session, also a barred one.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match &self.standing {
            Standing::Session { session, .. } => Some(session),
            _ => None,
        }
    }

    /// The session, if nothing bars it.
    pub fn open_session(&self) -> Option<&Arc<Session>> {
        match &self.standing {
            Standing::Session { session, bar: None, .. } => Some(session),
            _ => None,
        }
    }

    /// A feature's access. Stale: what a parent or an age verification allowed is unavailable.
    pub fn access(&self, feature: &str, stale: bool) -> Access {
        self.accesses(stale).of(feature, &mut Found::default())
    }

    /// The accesses of all features.
    pub(super) fn accesses(&self, stale: bool) -> Accesses<'_> {
        Accesses {
            session: self.open_session().filter(|session| session.is_in_force()),
            switched_off: &self.switched_off,
            stale,
        }
    }

    /// A feature's decision.
    pub fn decide(&self, feature: &str, stale: bool, freshness: Freshness) -> Decision {
        let denied = |reason, next| Decision::denied(reason, next, freshness);
        match &self.standing {
            Standing::Unread => denied(Reason::Pending, NextStep::Wait),
            Standing::Unusable(reason) => denied(*reason, next_step_when_unusable(*reason)),
            Standing::None => denied(Reason::NoSession, NextStep::StartAgeGate),
            Standing::Ended(_) => denied(Reason::SessionEnded, NextStep::StartAgeGate),
            Standing::Session { bar: Some(bar), .. } => match bar {
                Bar::NeedsConsent | Bar::OfAnotherPlayer => denied(Reason::NoSession, NextStep::StartAgeGate),
                Bar::DeletionUnconfirmed => denied(Reason::Pending, NextStep::Wait),
                Bar::Doubtful => denied(Reason::Error, NextStep::Refresh),
            },
            Standing::Session { session, bar: None, .. } => {
                if stale && session.permission(feature).is_some_and(needs_fresh_answer) {
                    return denied(Reason::Stale, NextStep::Refresh);
                }
                let decision = session.decide(feature, freshness);
                if decision.access.is_allowed() && self.switched_off.contains(feature) {
                    return Decision {
                        access: Access::PlayerMayEnable,
                        reason: Reason::SwitchedOff,
                        next_step: NextStep::Enable,
                        ..decision
                    };
                }
                decision
            }
        }
    }

    /// Whether anything that the session of `self` allows or offers is tighter in that of `other`. What the player has
    /// switched off is their own affair: no parent's word is passed over when it is forgotten.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        let Some(session) = self.open_session() else {
            return false;
        };
        let other = other.open_session();
        if other.is_some_and(|other| Arc::ptr_eq(session, other)) {
            return false;
        }
        session.permissions().iter().enumerate().any(|(at, p)| {
            let theirs = other.map_or(Access::Unavailable, |other| other.access_near(at, &p.name));
            session.access_near(at, &p.name).rank() > theirs.rank()
        })
    }

    /// Whether both say the same of every feature, as far as that can be told at a glance.
    pub(super) fn is_surely_as(&self, other: &Self) -> bool {
        let sessions = self.open_session().zip(other.open_session());
        sessions.is_some_and(|(one, two)| Arc::ptr_eq(one, two)) && Arc::ptr_eq(&self.switched_off, &other.switched_off)
    }
}

/// What a state says of each feature.
pub(super) struct Accesses<'a> {
    session: Option<&'a Arc<Session>>,
    switched_off: &'a BTreeSet<Box<str>>,
    stale: bool,
}

impl Accesses<'_> {
    /// A feature's access. `found` is where the feature was found before.
    #[inline]
    pub(super) fn of(&self, feature: &str, found: &mut Found) -> Access {
        let permission = self.session.and_then(|session| session.permission_of(feature, found));
        match permission {
            Some(permission) if !(self.stale && needs_fresh_answer(permission)) => match Access::of(permission) {
                Access::Allowed if self.switched_off.contains(feature) => Access::PlayerMayEnable,
                access => access,
            },
            _ => Access::Unavailable,
        }
    }
}

/// Whether a feature is on because a parent or an age verification allowed it.
#[inline]
fn needs_fresh_answer(permission: &Permission) -> bool {
    permission.enabled && (permission.managed_by != ManagedBy::Player || permission.verified_age_threshold.is_some())
}

fn next_step_when_unusable(reason: Reason) -> NextStep {
    match reason {
        Reason::RecordLocked | Reason::RecordUnavailable | Reason::KeyMissing => NextStep::Wait,
        _ => NextStep::Refresh,
    }
}
