//! What the game sees: an immutable picture of a client's knowledge.

use alloc::{
    boxed::Box,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::{
    state::{Standing, State},
    upgrade::{Stage, Upgrade},
};
use crate::session::{
    Access, Changes, Decision, Found, Freshness, NextStep, Notice, NoticeKind, Reason, Session, compare,
};

/// A picture of what is known. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// What holds for good: it is stored, or could not be stored in time.
    pub granted: State,
    /// The newest that is known; where it is tighter than `granted` it counts already.
    pub newest: State,
    /// What the player was last told.
    pub acknowledged: State,
    /// What the player has asked for.
    pub upgrades: Arc<[Arc<Upgrade>]>,
    /// How fresh the knowledge is.
    pub freshness: Freshness,
    /// Whether the host's limit on the age of the knowledge has passed, or the clock ran backwards.
    pub stale: bool,
    /// Whether the server is being asked for a session and none is known.
    pub looking: bool,
}

/// What a notice tells, to be acknowledged: up to which state, and which answers.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The state that the notice speaks of.
    pub state: State,
    /// The permissions that the notice says stay off.
    pub refused: Vec<Box<str>>,
}

impl View {
    /// A feature's access: the newest, but nothing looser than what is granted.
    pub fn access(&self, feature: &str) -> Access {
        let newest = self.newest.access(feature, self.stale);
        if self.granted.is_surely_as(&self.newest) {
            return newest;
        }
        self.granted.access(feature, self.stale).tightened_by(newest)
    }

    /// The same for each of these features. `found` is where each was found before, in the same order.
    pub fn accesses<'f>(&self, features: impl Iterator<Item = &'f str>, found: &mut Vec<Found>) -> Vec<Access> {
        let newest = self.newest.accesses(self.stale);
        let is_granted = self.granted.is_surely_as(&self.newest);
        let granted = (!is_granted).then(|| self.granted.accesses(self.stale));
        let mut accesses = Vec::with_capacity(found.len());
        for (at, feature) in features.enumerate() {
            if found.len() <= at {
                found.push(Found::default());
            }
            let Some(found) = found.get_mut(at) else { break };
            let access = newest.of(feature, found);
            accesses.push(match &granted {
                Some(granted) => granted.of(feature, found).tightened_by(access),
                None => access,
            });
        }
        accesses
    }

    /// A feature's decision; its access is that of [`View::access`].
    pub fn decide(&self, feature: &str) -> Decision {
        let newest = self.newest.access(feature, self.stale);
        let granted = self.granted.access(feature, self.stale);
        let is_being_stored = newest.rank() > granted.rank();
        let state = if is_being_stored { &self.granted } else { &self.newest };
        let is_on_its_way = is_being_stored && state.open_session().is_none();
        if is_on_its_way || (self.looking && matches!(state.standing, Standing::None)) {
            return Decision::denied(Reason::Pending, NextStep::Wait, self.freshness);
        }
        let decision = state.decide(feature, self.stale, self.freshness);
        let can_be_asked = matches!(
            decision.access,
            Access::AskParent | Access::VerifyAge | Access::PlayerMayEnable
        );
        if can_be_asked && decision.reason != Reason::SwitchedOff && self.is_asked(feature) {
            return Decision {
                reason: Reason::Pending,
                next_step: NextStep::Wait,
                ..decision
            };
        }
        decision
    }

    /// What the player has asked for about a feature, answered or not.
    pub fn upgrade_of(&self, feature: &str) -> Option<&Arc<Upgrade>> {
        self.upgrades.iter().find(|upgrade| &*upgrade.feature == feature)
    }

    /// Whether an answer about a feature is awaited.
    fn is_asked(&self, feature: &str) -> bool {
        self.upgrade_of(feature).is_some_and(|upgrade| upgrade.stage.is_open())
    }

    /// What the player should be told: from what they were last told to what is granted, then the answers that no session
    /// tells.
    pub fn notice(&self) -> Notice {
        if self.is_told_ahead() {
            return Notice::default();
        }
        let is_answer = |feature: &str| self.upgrade_of(feature).is_some_and(|u| u.stage == Stage::Enabled);
        let notice = self.notice_of_session().as_answer(is_answer);
        let refused = |upgrade: &&Arc<Upgrade>| upgrade.stage == Stage::Refused;
        if !notice.is_empty() || !self.upgrades.iter().any(|u| refused(&u)) {
            return notice;
        }
        let refused: Vec<_> = self
            .upgrades
            .iter()
            .filter(refused)
            .map(|u| u.feature.clone())
            .collect();
        Notice::upgrade(NoticeKind::Refused, refused, false)
    }

    /// Whether there is anything in that notice.
    pub fn has_notice(&self) -> bool {
        if self.is_told_ahead() {
            return false;
        }
        let is_told = match &self.granted.standing {
            Standing::Ended(_) => true,
            Standing::Session { session, bar: None, .. } => {
                Notice::is_due(self.acknowledged.session().map(Arc::as_ref), Some(session))
            }
            _ => false,
        };
        is_told || self.upgrades.iter().any(|upgrade| upgrade.stage == Stage::Refused)
    }

    /// What an acknowledgement of that notice covers.
    pub fn told(&self, notice: &Notice) -> Told {
        Told {
            state: self.granted.clone(),
            refused: notice.asked.clone(),
        }
    }

    fn notice_of_session(&self) -> Notice {
        match &self.granted.standing {
            Standing::Ended(ended) => Notice::ended(ended.features_on.clone()),
            Standing::Session { session, bar: None, .. } => {
                Notice::between(self.acknowledged.session().map(Arc::as_ref), Some(session))
            }
            _ => Notice::default(),
        }
    }

    /// The changes from what the player was last told to what is granted.
    pub fn changes(&self) -> Changes {
        if self.is_told_ahead() {
            return Changes::default();
        }
        compare(
            self.acknowledged.session().map(Arc::as_ref),
            self.granted.session().map(Arc::as_ref),
        )
    }

    /// The player was told of a newer state than the one that counts: a session from the consent flow is not stored yet.
    fn is_told_ahead(&self) -> bool {
        self.acknowledged.revision > self.granted.revision
    }

    /// The newest session, unless something bars it.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.newest.open_session().cloned()
    }

    /// Facts for support, as a JSON object without identifiers and personal data.
    pub fn diagnostics(&self) -> String {
        serde_json::json!({
            "standing": self.newest.standing.word(),
            "revision": self.newest.revision,
            "grantedRevision": self.granted.revision,
            "acknowledgedRevision": self.acknowledged.revision,
            "freshness": self.freshness as i32,
            "stale": self.stale,
            "permissions": self.newest.session().map_or(0, |s| s.permissions().len()),
            "askedFor": self.upgrades.len(),
            "switchedOff": self.newest.switched_off.len(),
            "noticeKind": self.notice().kind as i32,
        })
        .to_string()
    }
}

impl Standing {
    /// A word for logs.
    pub fn word(&self) -> &'static str {
        use super::state::Bar;
        match self {
            Self::Unread => "unread",
            Self::Unusable(_) => "unusable",
            Self::None => "none",
            Self::Ended(_) => "ended",
            Self::Session { bar: None, .. } => "session",
            Self::Session { bar: Some(bar), .. } => match bar {
                Bar::NeedsConsent => "needs consent",
                Bar::DeletionUnconfirmed => "deletion unconfirmed",
                Bar::OfAnotherPlayer => "of another player",
                Bar::Doubtful => "doubtful",
            },
        }
    }
}
