//! What is stored about a player, as bytes: the newest state, what the player was last told, and when the server last
//! confirmed it.

use alloc::{borrow::ToOwned, boxed::Box, string::String, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    event::{Code, Outcome},
    saving::MarkKind,
    state::{Bar, Ended, Standing, State},
};
use crate::session::{Session, features_on};

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
        document: String,
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

impl Record {
    /// Writes the record. Without `personal`, only what decisions and notices need is written: no date of birth, no
    /// k-ID user id, no jurisdiction, no entity tag, no unknown field.
    pub fn encode(&self, personal: bool) -> Vec<u8> {
        let current = encode_state(&self.current, personal);
        let acknowledged = encode_state(&self.acknowledged, personal);
        let same = self.acknowledged.revision == self.current.revision;
        serde_json::to_vec(&Wire {
            v: VERSION,
            revision: self.current.revision,
            acknowledged_revision: self.acknowledged.revision,
            acknowledged: (!same).then_some(acknowledged),
            current,
            confirmed_ms: self.confirmed_ms,
            seen_ms: self.seen_ms,
            unbound: self.unbound,
        })
        .unwrap_or_default()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A newer version of the library wrote it, or none did.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let version: Version = serde_json::from_slice(bytes).map_err(|_| DecodeError::Damaged)?;
        match version.v.cmp(&VERSION) {
            core::cmp::Ordering::Greater => Err(DecodeError::Newer),
            core::cmp::Ordering::Less => Err(DecodeError::Damaged),
            core::cmp::Ordering::Equal => Self::decode_wire(bytes).ok_or(DecodeError::Damaged),
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

    fn decode_wire(bytes: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(bytes).ok()?;
        let current = State {
            revision: wire.revision,
            standing: decode_state(wire.current)?,
        };
        let acknowledged = match wire.acknowledged {
            Some(state) => State {
                revision: wire.acknowledged_revision,
                standing: decode_state(state)?,
            },
            None => current.clone(),
        };
        Some(Self {
            current,
            acknowledged,
            confirmed_ms: wire.confirmed_ms,
            seen_ms: wire.seen_ms,
            unbound: wire.unbound,
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
                };
                self.acknowledged.standing = Standing::None;
                self.unbound = false;
            }
        }
    }
}

fn encode_state(state: &State, personal: bool) -> WireState {
    match &state.standing {
        Standing::Unread | Standing::Unusable(_) | Standing::None => WireState::None,
        Standing::Ended(ended) => WireState::Ended {
            features_on: ended.features_on.clone(),
            at_ms: ended.at_ms,
        },
        Standing::Session { session, etag, bar } => {
            let keep_whole = personal && !session.is_stripped();
            WireState::Session {
                document: if keep_whole || session.is_stripped() {
                    session.json().to_owned()
                } else {
                    session.stripped().json().to_owned()
                },
                etag: if keep_whole { etag.clone() } else { None },
                bar: bar.map(|bar| match bar {
                    Bar::NeedsConsent => WireBar::NeedsConsent,
                    Bar::DeletionUnconfirmed => WireBar::DeletionUnconfirmed,
                    Bar::OfAnotherPlayer => WireBar::OfAnotherPlayer,
                    Bar::Doubtful => WireBar::Doubtful,
                }),
                stripped: !keep_whole,
            }
        }
    }
}

fn decode_state(state: WireState) -> Option<Standing> {
    Some(match state {
        WireState::None => Standing::None,
        WireState::Ended { features_on, at_ms } => Standing::Ended(Arc::new(Ended { features_on, at_ms })),
        WireState::Session {
            document,
            etag,
            bar,
            stripped,
        } => Standing::Session {
            session: Arc::new(if stripped {
                Session::parse_stripped(document.as_bytes()).ok()?
            } else {
                Session::parse(document.as_bytes()).ok()?
            }),
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
