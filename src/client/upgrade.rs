//! What the player has asked for: permissions on their way from "not allowed" to allowed.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use super::{
    event::{Operation, RequestId},
    exchange::Exchange,
};
use crate::{
    protocol::{
        age_signal::AgeSignal,
        challenge::{Actor, Challenge},
    },
    session::{Notice, NoticeKind},
};

/// So many features may be asked for at a time.
pub const MAX_UPGRADES: usize = 32;
/// So many features may be switched off.
pub const MAX_SWITCHED_OFF: usize = 1024;
/// A question that was stored and never put is forgotten after an hour: the moment has passed.
const ASKING_LIFE_MS: i64 = 60 * 60 * 1000;
/// So often a session is fetched for a permission that the server says is on, a second apart.
pub(super) const PATIENCE: u8 = 3;
/// The time between two of these fetches, in milliseconds.
pub(super) const PATIENCE_MS: u64 = 1_000;

/// How far a request for a permission has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The server is being asked.
    Asking,
    /// A challenge is open; nobody has opened it.
    Asked,
    /// Somebody has opened the challenge.
    Waiting,
    /// The challenge passed; a session is awaited that says so.
    Approved,
    /// The permission stays off; the player was not told yet.
    Refused,
    /// The permission is on; the player was not told yet.
    Enabled,
}

impl Stage {
    /// Whether the answer is still to come.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Refused | Self::Enabled)
    }
}

/// A permission that the player has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The permission's name.
    pub feature: Box<str>,
    /// The session that it was asked for.
    pub session_id: Box<str>,
    /// How far it has come.
    pub stage: Stage,
    /// The challenge that it led to.
    pub challenge: Option<Challenge>,
    /// When it was asked for, in Unix milliseconds.
    pub asked_ms: i64,
}

impl Upgrade {
    /// Whether its challenge is open, so that somebody can answer it.
    pub fn has_open_challenge(&self) -> bool {
        self.challenge.is_some() && matches!(self.stage, Stage::Asked | Stage::Waiting)
    }

    /// What its challenge's screen says.
    pub fn notice(&self) -> Notice {
        let kind = match self.stage {
            Stage::Asking => NoticeKind::None,
            Stage::Asked => NoticeKind::Asked,
            Stage::Waiting => NoticeKind::Waiting,
            Stage::Approved => NoticeKind::Approved,
            Stage::Refused => NoticeKind::Refused,
            Stage::Enabled => NoticeKind::Enabled,
        };
        let is_players = self.challenge.as_ref().is_some_and(|c| c.actor() == Actor::Player);
        let mut notice = Notice::upgrade(kind, alloc::vec![self.feature.clone()], is_players);
        if kind == NoticeKind::Enabled {
            notice.on = core::mem::take(&mut notice.asked);
        }
        notice
    }

    /// Whether it was asked for so long ago that it is not put any more.
    pub(super) fn is_bygone(&self, wall_ms: i64) -> bool {
        self.stage == Stage::Asking && !(0..ASKING_LIFE_MS).contains(&wall_ms.saturating_sub(self.asked_ms))
    }
}

/// What the game asks for. `Debug` shows neither address nor signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Enable a permission.
    Permission {
        /// Its name.
        feature: Box<str>,
        /// What the platform says about the player's age; checked.
        signal: Option<Box<AgeSignal>>,
    },
    /// A new one-time code for a challenge.
    RenewCode {
        /// The challenge's id.
        challenge: Box<str>,
    },
    /// A message to the parent.
    EmailParent {
        /// The challenge's id.
        challenge: Box<str>,
        /// To whom.
        to: Addressee,
    },
    /// The player closed the challenge's page: see where it stands.
    Check {
        /// The challenge's id.
        challenge: Box<str>,
    },
    /// Give a challenge up on this device.
    Cancel {
        /// The challenge's id.
        challenge: Box<str>,
    },
    /// Switch off what the player manages, or on again.
    Switch {
        /// The permission's name.
        feature: Box<str>,
        /// On again.
        on: bool,
    },
}

/// To whom a message goes. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Addressee {
    /// The address; none: the adult who approved last.
    pub address: Option<Box<str>>,
    /// The message's language, as a BCP 47 tag.
    pub locale: Option<Box<str>>,
}

impl core::fmt::Debug for Addressee {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Addressee(..)")
    }
}

impl Command {
    /// What it is for.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Permission { .. } => Operation::RequestPermission,
            Self::RenewCode { .. } => Operation::RenewCode,
            Self::EmailParent { .. } => Operation::EmailParent,
            Self::Check { .. } => Operation::CheckChallenge,
            Self::Cancel { .. } => Operation::CancelChallenge,
            Self::Switch { .. } => Operation::SwitchFeature,
        }
    }
}

/// An upgrade, and what this process does about it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) upgrade: Arc<Upgrade>,
    pub(super) signal: Option<Box<AgeSignal>>,
    /// Who waits for the permission.
    pub(super) joined: Vec<RequestId>,
    /// Who waits for the challenge's status.
    pub(super) checkers: Vec<RequestId>,
    /// The write that holds the question: before it is done the question is not put.
    pub(super) stored_by: u64,
    /// The server says that it is on; a session is awaited that says so.
    pub(super) is_deciding: bool,
    /// When the challenge's status is asked for next.
    pub(super) poll_at: Option<u64>,
    pub(super) polled_at: Option<u64>,
    /// When this process first knew of the challenge, or last saw somebody act on it.
    pub(super) fresh_at: u64,
    pub(super) failures: u32,
    /// So often the challenge is asked for whole, because its URL or code is missing or has expired.
    pub(super) details_left: u8,
    /// The state from which on it is on; told when that state is granted.
    pub(super) enabled_from: Option<u64>,
}

impl Entry {
    pub(super) fn new(upgrade: Upgrade) -> Self {
        Self {
            upgrade: Arc::new(upgrade),
            signal: None,
            joined: Vec::new(),
            checkers: Vec::new(),
            stored_by: 0,
            is_deciding: false,
            poll_at: None,
            polled_at: None,
            fresh_at: 0,
            failures: 0,
            details_left: 0,
            enabled_from: None,
        }
    }

    pub(super) fn edit(&mut self) -> &mut Upgrade {
        Arc::make_mut(&mut self.upgrade)
    }

    /// Whether a session is awaited that says that it is on.
    pub(super) fn awaits_session(&self) -> bool {
        self.is_deciding || self.upgrade.stage == Stage::Approved
    }
}

/// Everything that the player has asked for.
#[derive(Debug, Default)]
pub(super) struct Upgrades {
    pub(super) entries: Vec<Entry>,
    pub(super) exchanges: Vec<Exchange>,
    /// How often a session is still fetched for what the server says is on.
    pub(super) patience: u8,
    /// The session that a passed challenge named, if it is not the held one.
    pub(super) named: Option<Box<str>>,
}

impl Upgrades {
    pub(super) fn list(&self) -> Arc<[Arc<Upgrade>]> {
        self.entries.iter().map(|entry| Arc::clone(&entry.upgrade)).collect()
    }

    pub(super) fn of(&mut self, feature: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| &*entry.upgrade.feature == feature)
    }

    pub(super) fn of_challenge(&mut self, id: &str) -> Option<&mut Entry> {
        let is_it = |entry: &&mut Entry| entry.upgrade.challenge.as_ref().is_some_and(|c| &*c.id == id);
        self.entries.iter_mut().find(is_it)
    }

    /// Whether a write is awaited before a question is put.
    pub(super) fn awaits_store(&self, saved_version: u64) -> bool {
        let waits = |e: &Entry| e.upgrade.stage == Stage::Asking && e.stored_by > saved_version;
        self.entries.iter().any(waits)
    }
}
