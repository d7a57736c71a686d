//! What a verified webhook says.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use core::fmt;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::protocol::challenge::ChallengeStatus;

/// The longest event name, id or status that is read, in bytes.
const MAX_TEXT_BYTES: usize = 256;
/// The most verifications that one event may revoke.
const MAX_REVOKED: usize = 1000;

/// What a webhook says: identifiers and statuses, no address, no age and no date of birth. `Debug` shows no identifier.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A session's permissions may differ: fetch it.
    SessionChangePermissions {
        /// The session's id.
        id: Box<str>,
    },
    /// A session is gone, if fetching it says so too.
    SessionDelete {
        /// The session's id.
        id: Box<str>,
    },
    /// A challenge went on.
    ChallengeStateChange {
        /// The challenge's id.
        id: Box<str>,
        /// k-ID's word: `PASS`, `FAIL`, `IN_PROGRESS` or another.
        status: Box<str>,
        /// k-ID's word for the type of challenge; older webhooks have none.
        kind: Option<Box<str>>,
        /// The session that a challenge was approved for; may be another than the one that was asked for.
        session_id: Option<Box<str>>,
    },
    /// An age verification has ended: `Verification.Result`, and the older `AgeAssurance.Result` and
    /// `AdultVerification.Result`.
    VerificationResult {
        /// Which of the three names it came under.
        name: VerificationName,
        /// The verification's id.
        id: Box<str>,
        /// k-ID's word: `PASS`, `FAIL`, `INCONCLUSIVE` or another.
        status: Box<str>,
    },
    /// Verifications that passed do not count any more.
    VerificationRevoke {
        /// The verifications' ids.
        ids: Vec<Box<str>>,
    },
    /// A k-ID account is gone, and with it the user's sessions.
    AccountDelete {
        /// The k-ID user's id. Personal data.
        kuid: Box<str>,
    },
    /// A parent consented to a scenario of the studio's own.
    ParentalConsentGranted {
        /// The challenge's id.
        challenge_id: Box<str>,
        /// The scenario's id.
        scenario_id: Option<Box<str>>,
    },
    /// Somebody tries the address from k-ID's settings.
    Test,
    /// An event that this library does not know, by its name: answer 200 and ignore it.
    Other(Box<str>),
}

/// Under which name the result of an age verification came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerificationName {
    /// `Verification.Result`.
    Verification,
    /// `AgeAssurance.Result`: deprecated.
    AgeAssurance,
    /// `AdultVerification.Result`: before 2025.
    AdultVerification,
}

impl VerificationName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "Verification.Result",
            Self::AgeAssurance => "AgeAssurance.Result",
            Self::AdultVerification => "AdultVerification.Result",
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an event is known by when it comes a second time under another signature: its type, id and status.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey<'a> {
    /// k-ID's name for the event.
    pub name: &'a str,
    /// The challenge's or verification's id.
    pub id: &'a str,
    /// Its status.
    pub status: &'a str,
}

impl fmt::Debug for EventKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventKey")
            .field("name", &self.name)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Event {
    /// Reads a body that has been verified.
    ///
    /// # Errors
    /// Not a JSON object with an `eventType`, or an event of a known type lacks what it needs. The text quotes nothing.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow)]
            event_type: Cow<'a, str>,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let text = core::str::from_utf8(body).map_err(|_| EventError("the body is not UTF-8"))?;
        if !text.trim_ascii_start().starts_with('{') {
            return Err(EventError("the body is not a JSON object"));
        }
        // The whole document is read once without building anything, so that what RawValue skips is JSON as well.
        serde_json::from_str::<IgnoredAny>(text).map_err(|_| EventError("the body is not JSON"))?;
        let wire: Wire<'_> = serde_json::from_str(text)
            .map_err(|_| EventError("eventType is missing, occurs twice or is not a text"))?;
        let name = bounded(wire.event_type, EventError("eventType is empty or too long"))?;
        let result = |name| {
            let mut data = Data::read(wire.data)?;
            let status = data.status()?;
            let id = data.id()?;
            Ok(Self::VerificationResult { name, id, status })
        };
        match &*name {
            "Session.ChangePermissions" => Ok(Self::SessionChangePermissions {
                id: Data::read(wire.data)?.id()?,
            }),
            "Session.Delete" => Ok(Self::SessionDelete {
                id: Data::read(wire.data)?.id()?,
            }),
            "Challenge.StateChange" => {
                let mut data = Data::read(wire.data)?;
                let too_long = EventError("data.type is empty or too long");
                let bad_session = EventError("data.sessionId is empty or too long");
                Ok(Self::ChallengeStateChange {
                    status: data.status()?,
                    kind: data.kind.take().map(|kind| bounded(kind, too_long)).transpose()?,
                    session_id: data.session_id.take().map(|id| bounded(id, bad_session)).transpose()?,
                    id: data.id()?,
                })
            }
            "Verification.Result" => result(VerificationName::Verification),
            "AgeAssurance.Result" => result(VerificationName::AgeAssurance),
            "AdultVerification.Result" => result(VerificationName::AdultVerification),
            "Verification.Revoke" => Ok(Self::VerificationRevoke {
                ids: Data::read(wire.data)?.revoked()?,
            }),
            "Account.Delete" => {
                let kuid = Data::read(wire.data)?.kuid.ok_or(EventError("data.kuid is missing"))?;
                Ok(Self::AccountDelete {
                    kuid: bounded(kuid, EventError("data.kuid is empty or too long"))?,
                })
            }
            "ParentalConsent.Granted" => {
                let data = Data::read(wire.data)?;
                let id = data.challenge_id.ok_or(EventError("data.challengeId is missing"))?;
                let bad_scenario = EventError("data.scenarioId is empty or too long");
                Ok(Self::ParentalConsentGranted {
                    challenge_id: bounded(id, EventError("data.challengeId is empty or too long"))?,
                    scenario_id: data.scenario_id.map(|id| bounded(id, bad_scenario)).transpose()?,
                })
            }
            "Test" => Ok(Self::Test),
            _ => Ok(Self::Other(name)),
        }
    }

    /// k-ID's name for the event.
    pub fn name(&self) -> &str {
        match self {
            Self::SessionChangePermissions { .. } => "Session.ChangePermissions",
            Self::SessionDelete { .. } => "Session.Delete",
            Self::ChallengeStateChange { .. } => "Challenge.StateChange",
            Self::VerificationResult { name, .. } => name.as_str(),
            Self::VerificationRevoke { .. } => "Verification.Revoke",
            Self::AccountDelete { .. } => "Account.Delete",
            Self::ParentalConsentGranted { .. } => "ParentalConsent.Granted",
            Self::Test => "Test",
            Self::Other(name) => name,
        }
    }

    /// The session that is to be fetched from k-ID now: the event says that it differs, is gone or was approved, and does
    /// not say what it is. Fetching it twice does no harm, so such an event needs no memory of earlier ones.
    pub fn session_to_fetch(&self) -> Option<&str> {
        match self {
            Self::SessionChangePermissions { id } | Self::SessionDelete { id } => Some(id),
            Self::ChallengeStateChange { status, session_id, .. } => session_id
                .as_deref()
                .filter(|_| ChallengeStatus::from_wire(status) == ChallengeStatus::Passed),
            _ => None,
        }
    }

    /// What the event is known by if it comes again, for those that may be acted on once only. Not by the id alone: the
    /// same challenge is in progress first and passes later. None for events about sessions: the same id comes with every
    /// change, and each of them is to be acted on.
    pub fn key(&self) -> Option<EventKey<'_>> {
        let (id, status): (&str, &str) = match self {
            Self::ChallengeStateChange { id, status, .. } | Self::VerificationResult { id, status, .. } => (id, status),
            Self::ParentalConsentGranted { challenge_id, .. } => (challenge_id, "PASS"),
            _ => return None,
        };
        let name = self.name();
        Some(EventKey { name, id, status })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    challenge_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    scenario_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kuid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    verifications: Option<&'a RawValue>,
}

impl<'a> Data<'a> {
    fn read(raw: Option<&'a RawValue>) -> Result<Self, EventError> {
        let raw = raw.ok_or(EventError("data is missing"))?;
        if !raw.get().starts_with('{') {
            return Err(EventError("data is not an object"));
        }
        serde_json::from_str(raw.get())
            .map_err(|_| EventError("a field of data that is an id, a status or a type is not a text or occurs twice"))
    }

    fn id(self) -> Result<Box<str>, EventError> {
        let id = self.id.ok_or(EventError("data.id is missing"))?;
        bounded(id, EventError("data.id is empty or too long"))
    }

    fn status(&mut self) -> Result<Box<str>, EventError> {
        let status = self.status.take().ok_or(EventError("data.status is missing"))?;
        bounded(status, EventError("data.status is empty or too long"))
    }

    fn revoked(self) -> Result<Vec<Box<str>>, EventError> {
        #[derive(Deserialize)]
        struct Revoked<'a> {
            #[serde(borrow)]
            id: Cow<'a, str>,
        }
        let wrong = EventError("data.verifications is not a list of objects with an id");
        let list: Vec<&RawValue> = serde_json::from_str(self.verifications.ok_or(wrong)?.get()).map_err(|_| wrong)?;
        if list.len() > MAX_REVOKED {
            return Err(EventError("data.verifications is too long"));
        }
        list.into_iter()
            .map(|raw| {
                let object = Some(raw.get()).filter(|json| json.starts_with('{')).ok_or(wrong)?;
                let revoked: Revoked<'_> = serde_json::from_str(object).map_err(|_| wrong)?;
                bounded(
                    revoked.id,
                    EventError("an id in data.verifications is empty or too long"),
                )
            })
            .collect()
    }
}

fn bounded(text: Cow<'_, str>, error: EventError) -> Result<Box<str>, EventError> {
    if text.is_empty() || text.len() > MAX_TEXT_BYTES {
        return Err(error);
    }
    Ok(text.into())
}

/// Why a body is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventError(&'static str);

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for EventError {}
