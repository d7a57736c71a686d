//! What is stored about a player, as bytes: the newest state, what the player was last told, and when the server last
//! confirmed it.
//!
//! The first line is a JSON object, in which every version has its number; behind it follow the sessions' documents as they
//! are, so that neither storing nor reading goes over them once more than it must.

use alloc::{borrow::Cow, boxed::Box, collections::BTreeSet, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    event::{Code, Outcome},
    saving::MarkKind,
    state::{Bar, Ended, Standing, State},
    upgrade::{MAX_SWITCHED_OFF, MAX_UPGRADES, Stage, Upgrade},
};
use crate::{
    protocol::challenge::Challenge,
    session::{Session, features_on},
};

/// What is stored.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The newest state.
    pub current: State,
    /// What the player was last told.
    pub acknowledged: State,
    /// When the server last confirmed the state, in Unix milliseconds.
    pub confirmed_ms: Option<i64>,
    /// The latest wall clock that was seen, in Unix milliseconds.
    pub seen_ms: i64,
    /// Whether the server still has to be told that this session is the player's.
    pub unbound: bool,
    /// What the player has asked for.
    pub upgrades: Vec<Arc<Upgrade>>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// No version of the library wrote this.
    Damaged,
    /// A newer version of the library wrote this.
    Newer,
}

impl From<DecodeError> for Outcome {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Damaged => Self::new(
                Code::RecordDamaged,
                "the stored record is whole, but not one that any version of the library wrote",
            ),
            DecodeError::Newer => Self::new(
                Code::NewerFormat,
                "the stored record was written by a newer version of the library; it is left as it is",
            ),
        }
    }
}

/// What every version of a record has.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    v: u32,
    revision: u64,
    current: WireState,
    acknowledged_revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<WireState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_ms: Option<i64>,
    seen_ms: i64,
    unbound: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    upgrades: Vec<WireUpgrade>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    switched_off: BTreeSet<Box<str>>,
}

/// Without personal data: feature, stage, and the challenge's id and type.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUpgrade {
    feature: Box<str>,
    stage: WireStage,
    asked_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<WireChallenge>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireChallenge {
    id: Box<str>,
    kind: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url_expires_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_expires_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    is_data_lite: bool,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum WireStage {
    Asking,
    Asked,
    Waiting,
    Approved,
    Refused,
    Enabled,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum WireState {
    None,
    Ended {
        #[serde(rename = "featuresOn")]
        features_on: Vec<Box<str>>,
        #[serde(rename = "atMs")]
        at_ms: i64,
    },
    Session {
        /// How many bytes of what follows the first line are its document; `None` when it is the current state's session.
        #[serde(skip_serializing_if = "Option::is_none")]
        length: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        etag: Option<Box<str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bar: Option<WireBar>,
        stripped: bool,
    },
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum WireBar {
    NeedsConsent,
    DeletionUnconfirmed,
    OfAnotherPlayer,
    Doubtful,
}

const VERSION: u32 = 1;

/// A record that is to be stored. It is written out by whoever stores it, away from the game's thread: that takes longer
/// than everything else that a refresh does.
#[derive(Clone)]
pub struct Payload {
    record: Box<Record>,
    personal: bool,
}

impl Payload {
    pub(super) fn new(record: Record, personal: bool) -> Self {
        Self {
            record: Box::new(record),
            personal,
        }
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        self.record.encode(self.personal)
    }
}

impl Record {
    /// Writes the record. Without `personal`, only what decisions and notices need is written: no date of birth, no
    /// k-ID user id, no jurisdiction, no entity tag, no unknown field.
    pub fn encode(&self, personal: bool) -> Vec<u8> {
        let is_told = self.acknowledged.revision == self.current.revision;
        let (current, document) = encode_state(&self.current, personal);
        let mut acknowledged = (!is_told).then(|| encode_state(&self.acknowledged, personal));
        if let Some((state, told)) = &mut acknowledged
            && *told == document
            && is_stripped(state) == is_stripped(&current)
            && let WireState::Session { length, .. } = state
        {
            (*length, *told) = (None, None);
        }
        let (acknowledged, told) = acknowledged.unzip();
        let head = serde_json::to_vec(&Wire {
            v: VERSION,
            revision: self.current.revision,
            acknowledged_revision: self.acknowledged.revision,
            acknowledged,
            current,
            confirmed_ms: self.confirmed_ms,
            seen_ms: self.seen_ms,
            unbound: self.unbound,
            upgrades: self
                .upgrades
                .iter()
                .map(|upgrade| encode_upgrade(upgrade, personal))
                .collect(),
            switched_off: (*self.current.switched_off).clone(),
        });
        let head = head.unwrap_or_default();
        let documents = [document, told.flatten()].map(Option::unwrap_or_default);
        let [document, told] = documents.each_ref().map(|document| document.as_bytes());
        [&*head, b"\n", document, told].concat()
    }

    /// What was asked for the session that holds; what was asked for another is over.
    pub(super) fn upgrades_that_hold(&self) -> Vec<Arc<Upgrade>> {
        let held = self.current.session().map(|session| session.id());
        // A passed challenge may have named the session that comes next.
        let is_held = |u: &&Arc<Upgrade>| held == Some(&*u.session_id) || u.stage == Stage::Approved && held.is_some();
        self.upgrades.iter().filter(is_held).cloned().collect()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A newer version of the library wrote it, or none did.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (head, documents) = bytes.split_at_checked(end).ok_or(DecodeError::Damaged)?;
        let version: Version = serde_json::from_slice(head).map_err(|_| DecodeError::Damaged)?;
        match version.v.cmp(&VERSION) {
            core::cmp::Ordering::Greater => Err(DecodeError::Newer),
            core::cmp::Ordering::Less => Err(DecodeError::Damaged),
            core::cmp::Ordering::Equal => Self::decode_wire(head, documents.get(1..)).ok_or(DecodeError::Damaged),
        }
    }

    /// Gives the states numbers after `revision`, keeping which of them are the same.
    pub fn renumber_after(&mut self, revision: u64) {
        if self.current.revision > revision {
            return;
        }
        let is_told = self.acknowledged.revision == self.current.revision;
        self.current.revision = revision.saturating_add(1);
        if is_told {
            self.acknowledged.revision = self.current.revision;
        }
    }

    fn decode_wire(head: &[u8], documents: Option<&[u8]>) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(head).ok()?;
        let mut documents = documents?;
        if wire.upgrades.len() > MAX_UPGRADES || wire.switched_off.len() > MAX_SWITCHED_OFF {
            return None;
        }
        let current = State {
            revision: wire.revision,
            standing: decode_state(wire.current, &mut documents, None)?,
            switched_off: Arc::new(wire.switched_off),
        };
        let held = current.session().map_or("", |session| session.id());
        let upgrades = wire
            .upgrades
            .into_iter()
            .map(|upgrade| decode_upgrade(upgrade, held))
            .collect();
        let acknowledged = match wire.acknowledged {
            Some(state) => State {
                revision: wire.acknowledged_revision,
                standing: decode_state(state, &mut documents, current.session())?,
                switched_off: Arc::default(),
            },
            None => current.clone(),
        };
        if !documents.is_empty() {
            return None;
        }
        Some(Self {
            current,
            acknowledged,
            confirmed_ms: wire.confirmed_ms,
            seen_ms: wire.seen_ms,
            unbound: wire.unbound,
            upgrades,
        })
    }

    /// Bars the session, if there is one.
    pub fn bar(&mut self, why: Bar) {
        if let Standing::Session { bar, .. } = &mut self.current.standing {
            *bar = Some(why);
        }
    }

    /// Applies a mark that was put on the stored record. A mark only ever takes away.
    pub fn apply_mark(&mut self, kind: MarkKind, at_ms: i64) {
        let Standing::Session { session, bar, .. } = &mut self.current.standing else {
            return;
        };
        match kind {
            MarkKind::Doubtful => *bar = Some(Bar::Doubtful),
            MarkKind::Ended => {
                let told = self.acknowledged.session().unwrap_or(session);
                let ended = Ended {
                    features_on: features_on(told),
                    at_ms,
                };
                self.current = State {
                    revision: self.current.revision.saturating_add(1),
                    standing: Standing::Ended(Arc::new(ended)),
                    switched_off: Arc::clone(&self.current.switched_off),
                };
                self.acknowledged.standing = Standing::None;
                self.unbound = false;
            }
        }
    }
}

fn encode_upgrade(upgrade: &Upgrade, personal: bool) -> WireUpgrade {
    let kept = |text: &Option<Box<str>>| text.clone().filter(|_| personal);
    WireUpgrade {
        feature: upgrade.feature.clone(),
        stage: match upgrade.stage {
            Stage::Asking => WireStage::Asking,
            Stage::Asked => WireStage::Asked,
            Stage::Waiting => WireStage::Waiting,
            Stage::Approved => WireStage::Approved,
            Stage::Refused => WireStage::Refused,
            Stage::Enabled => WireStage::Enabled,
        },
        asked_ms: upgrade.asked_ms,
        session_id: personal.then(|| upgrade.session_id.clone()),
        challenge: upgrade.challenge.as_ref().map(|challenge| WireChallenge {
            id: challenge.id.clone(),
            kind: challenge.kind.clone(),
            url: kept(&challenge.url),
            url_expires_ms: challenge.url_expires_ms.filter(|_| personal),
            code: kept(&challenge.code),
            code_expires_ms: challenge.code_expires_ms.filter(|_| personal),
            is_data_lite: challenge.is_data_lite && personal,
        }),
    }
}

fn decode_upgrade(wire: WireUpgrade, held: &str) -> Arc<Upgrade> {
    Arc::new(Upgrade {
        feature: wire.feature,
        session_id: wire.session_id.unwrap_or_else(|| held.into()),
        stage: match wire.stage {
            WireStage::Asking => Stage::Asking,
            WireStage::Asked => Stage::Asked,
            WireStage::Waiting => Stage::Waiting,
            WireStage::Approved => Stage::Approved,
            WireStage::Refused => Stage::Refused,
            WireStage::Enabled => Stage::Enabled,
        },
        challenge: wire.challenge.map(|challenge| Challenge {
            id: challenge.id,
            kind: challenge.kind,
            url: challenge.url,
            url_expires_ms: challenge.url_expires_ms,
            code: challenge.code,
            code_expires_ms: challenge.code_expires_ms,
            is_data_lite: challenge.is_data_lite,
        }),
        asked_ms: wire.asked_ms,
    })
}

/// The state without its session's document, and that.
fn encode_state(state: &State, personal: bool) -> (WireState, Option<Cow<'_, str>>) {
    match &state.standing {
        Standing::Unread | Standing::Unusable(_) | Standing::None => (WireState::None, None),
        Standing::Ended(ended) => {
            let features_on = ended.features_on.clone();
            let at_ms = ended.at_ms;
            (WireState::Ended { features_on, at_ms }, None)
        }
        Standing::Session { session, etag, bar } => {
            let keep_whole = personal && !session.is_stripped();
            let document = if keep_whole || session.is_stripped() {
                Cow::Borrowed(session.json())
            } else {
                Cow::Owned(session.stripped_json())
            };
            let state = WireState::Session {
                length: Some(document.len()),
                etag: if keep_whole { etag.clone() } else { None },
                bar: bar.map(|bar| match bar {
                    Bar::NeedsConsent => WireBar::NeedsConsent,
                    Bar::DeletionUnconfirmed => WireBar::DeletionUnconfirmed,
                    Bar::OfAnotherPlayer => WireBar::OfAnotherPlayer,
                    Bar::Doubtful => WireBar::Doubtful,
                }),
                stripped: !keep_whole,
            };
            (state, Some(document))
        }
    }
}

fn is_stripped(state: &WireState) -> bool {
    matches!(state, WireState::Session { stripped: true, .. })
}

/// The state, whose session's document is taken from the front of those that are left, or is that of `current`.
fn decode_state(state: WireState, documents: &mut &[u8], current: Option<&Arc<Session>>) -> Option<Standing> {
    Some(match state {
        WireState::None => Standing::None,
        WireState::Ended { features_on, at_ms } => Standing::Ended(Arc::new(Ended { features_on, at_ms })),
        WireState::Session {
            length,
            etag,
            bar,
            stripped,
        } => Standing::Session {
            session: match length {
                None => Arc::clone(current.filter(|session| session.is_stripped() == stripped)?),
                Some(length) => {
                    let (document, left) = documents.split_at_checked(length)?;
                    *documents = left;
                    let read = if stripped {
                        Session::parse_stripped
                    } else {
                        Session::parse
                    };
                    Arc::new(read(document).ok()?)
                }
            },
            etag,
            bar: bar.map(|bar| match bar {
                WireBar::NeedsConsent => Bar::NeedsConsent,
                WireBar::DeletionUnconfirmed => Bar::DeletionUnconfirmed,
                WireBar::OfAnotherPlayer => Bar::OfAnotherPlayer,
                WireBar::Doubtful => Bar::Doubtful,
            }),
        },
    })
}
