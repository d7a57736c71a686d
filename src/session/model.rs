//! The session and its parts. Enumerations are open: a value the library does not know is kept as it came.

use alloc::{borrow::Cow, boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, ops::Range};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::access::Access;

/// A session's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// In force. Also what an absent status means.
    Active,
    /// On hold: nothing is allowed, the session is kept.
    Hold,
    /// Gone: the same as "not found".
    Deleted,
    /// Not known to this library: nothing is allowed, the session is kept. Empty when the value was not a text.
    Other(Box<str>),
}

impl Status {
    /// Reads the server's word; absent is active.
    pub fn from_wire(word: Option<&str>) -> Self {
        match word {
            None | Some("ACTIVE") => Self::Active,
            Some("HOLD") => Self::Hold,
            Some("DELETED") => Self::Deleted,
            Some(other) => Self::Other(other.into()),
        }
    }

    /// The server's word.
    pub fn as_str(&self) -> &str {
        self.known().unwrap_or_else(|word| word)
    }

    /// The same to keep.
    pub(super) fn word(&self) -> Cow<'static, str> {
        kept(self.known())
    }

    /// The library's own word, or the server's.
    fn known(&self) -> Result<&'static str, &str> {
        match self {
            Self::Active => Ok("ACTIVE"),
            Self::Hold => Ok("HOLD"),
            Self::Deleted => Ok("DELETED"),
            Self::Other(word) => Err(word),
        }
    }
}

/// A player's age status in the session's jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgeStatus {
    /// Below the age of digital consent.
    DigitalMinor,
    /// At or above the age of digital consent and below the civil age of majority.
    DigitalYouth,
    /// At or above the civil age of majority.
    LegalAdult,
    /// Not known to this library.
    Other(Box<str>),
}

impl AgeStatus {
    /// Reads the server's word.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "DIGITAL_MINOR" => Self::DigitalMinor,
            "DIGITAL_YOUTH" => Self::DigitalYouth,
            "LEGAL_ADULT" => Self::LegalAdult,
            other => Self::Other(other.into()),
        }
    }

    /// The server's word.
    pub fn as_str(&self) -> &str {
        self.known().unwrap_or_else(|word| word)
    }

    /// The same to keep.
    pub(super) fn word(&self) -> Cow<'static, str> {
        kept(self.known())
    }

    /// The library's own word, or the server's.
    fn known(&self) -> Result<&'static str, &str> {
        match self {
            Self::DigitalMinor => Ok("DIGITAL_MINOR"),
            Self::DigitalYouth => Ok("DIGITAL_YOUTH"),
            Self::LegalAdult => Ok("LEGAL_ADULT"),
            Self::Other(word) => Err(word),
        }
    }

    /// The order of the known ones, young to adult; `None` for the others.
    pub fn order(&self) -> Option<u8> {
        match self {
            Self::DigitalMinor => Some(0),
            Self::DigitalYouth => Some(1),
            Self::LegalAdult => Some(2),
            Self::Other(_) => None,
        }
    }
}

/// Who manages a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManagedBy {
    /// The player may switch it.
    Player,
    /// A parent or another trusted adult switches it.
    Guardian,
    /// Nobody: banned in the jurisdiction, or the player is too young.
    Prohibited,
    /// Not known to this library, or absent (then empty).
    Other(Box<str>),
}

impl ManagedBy {
    /// Reads the server's word.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "PLAYER" => Self::Player,
            "GUARDIAN" => Self::Guardian,
            "PROHIBITED" => Self::Prohibited,
            other => Self::Other(other.into()),
        }
    }

    /// The server's word; empty when it was absent.
    pub fn as_str(&self) -> &str {
        self.known().unwrap_or_else(|word| word)
    }

    /// The same to keep.
    pub(super) fn word(&self) -> Cow<'static, str> {
        kept(self.known())
    }

    /// The library's own word, or the server's.
    fn known(&self) -> Result<&'static str, &str> {
        match self {
            Self::Player => Ok("PLAYER"),
            Self::Guardian => Ok("GUARDIAN"),
            Self::Prohibited => Ok("PROHIBITED"),
            Self::Other(word) => Err(word),
        }
    }
}

fn kept(word: Result<&'static str, &str>) -> Cow<'static, str> {
    word.map_or_else(|word| Cow::Owned(word.into()), Cow::Borrowed)
}

/// One permission of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The feature's name: opaque and case-sensitive. Sessions that follow one another share it.
    pub name: Arc<str>,
    /// Whether the feature is on. Anything but `true` on the wire is off.
    pub enabled: bool,
    /// Who manages it.
    pub managed_by: ManagedBy,
    /// The age in years that must be verified first. Absent, `null` and 0 on the wire are none.
    pub verified_age_threshold: Option<u32>,
}

/// An allowance's value.
#[derive(Debug, Clone, PartialEq)]
pub enum AllowanceValue {
    /// `numericalValue`.
    Number(f64),
    /// `selectionValue`.
    Selection(Box<str>),
    /// Neither, or a type that the library does not know.
    None,
}

/// A preference that a trusted adult set, for example a daily play time.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowance {
    /// The allowance's name, opaque.
    pub name: Box<str>,
    /// The server's word for its type: `numerical`, `selection` or another.
    pub kind: Box<str>,
    /// The value.
    pub value: AllowanceValue,
}

/// A player's k-ID session. Immutable. `Debug` shows no identifier and no personal data.
#[derive(Clone)]
pub struct Session {
    pub(super) document: Box<str>,
    pub(super) id: Box<str>,
    pub(super) etag: Option<Box<str>>,
    pub(super) status: Status,
    pub(super) age_status: Option<AgeStatus>,
    pub(super) age_category: Option<Box<str>>,
    pub(super) date_of_birth: Option<Box<str>>,
    pub(super) jurisdiction: Option<Box<str>>,
    pub(super) kuid: Option<Box<str>>,
    pub(super) managed_by: Option<ManagedBy>,
    pub(super) has_approver_email: Option<bool>,
    pub(super) permissions: Vec<Permission>,
    pub(super) allowances: Vec<Allowance>,
    pub(super) index: Arc<Index>,
    /// Where each permission's object stands in the document; empty when that is not known, or a name occurs twice.
    pub(super) places: Vec<Place>,
    pub(super) stripped: bool,
}

impl Session {
    /// The session's document as JSON: the session object as it came, unknown fields included, without an outer
    /// `{"session":…}` around it.
    pub fn json(&self) -> &str {
        &self.document
    }

    /// The session's id (`sessionId`).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The entity tag for conditional requests.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// The status; active when absent.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The age status.
    pub fn age_status(&self) -> Option<&AgeStatus> {
        self.age_status.as_ref()
    }

    /// The age category, as the server wrote it.
    pub fn age_category(&self) -> Option<&str> {
        self.age_category.as_deref()
    }

    /// The date of birth as the server wrote it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. Personal data.
    pub fn date_of_birth(&self) -> Option<&str> {
        self.date_of_birth.as_deref()
    }

    /// The jurisdiction, for example `US-CA`.
    pub fn jurisdiction(&self) -> Option<&str> {
        self.jurisdiction.as_deref()
    }

    /// The k-ID user id, opaque; a number on the wire is given as its digits. Personal data.
    pub fn kuid(&self) -> Option<&str> {
        self.kuid.as_deref()
    }

    /// Who manages the session as a whole.
    pub fn managed_by(&self) -> Option<&ManagedBy> {
        self.managed_by.as_ref()
    }

    /// Whether the servers know an address of a trusted adult.
    pub fn has_approver_email(&self) -> Option<bool> {
        self.has_approver_email
    }

    /// The permissions in the document's order, each name once: of a name that occurs twice the tighter one, in a tie
    /// the first.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// The allowances in the document's order, without those that have no name.
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// The permission of that name.
    pub fn permission(&self, name: &str) -> Option<&Permission> {
        self.index
            .find(&self.permissions, name)
            .and_then(|at| self.permissions.get(at))
    }

    /// The permission of that name, which most likely stands at `near`.
    #[inline]
    pub(super) fn permission_near(&self, near: usize, name: &str) -> Option<&Permission> {
        self.position_near(near, name).and_then(|at| self.permissions.get(at))
    }

    /// The permission of a feature, looked for where it was found in a session before this one.
    #[inline]
    pub(crate) fn permission_of(&self, feature: &str, found: &mut Found) -> Option<&Permission> {
        if let Some(there) = self.permissions.get(found.at)
            && found.name.as_ref().is_some_and(|name| Arc::ptr_eq(name, &there.name))
        {
            return Some(there);
        }
        let at = self.position_near(found.at, feature)?;
        let permission = self.permissions.get(at)?;
        *found = Found {
            at,
            name: Some(Arc::clone(&permission.name)),
        };
        Some(permission)
    }

    /// Where in the list the permission of that name stands: most likely at `near`.
    #[inline]
    pub(super) fn position_near(&self, near: usize, name: &str) -> Option<usize> {
        match self.permissions.get(near) {
            Some(there) if is_same(&there.name, name) => Some(near),
            _ => self.index.find(&self.permissions, name),
        }
    }

    /// The JSON of the permission that stands there in the list.
    #[inline]
    pub(super) fn permission_json(&self, at: usize) -> Option<&[u8]> {
        self.document.as_bytes().get(self.places.get(at)?.range())
    }

    /// Whether personal data was left out when this session was stored; what was left out is not compared.
    pub fn is_stripped(&self) -> bool {
        self.stripped
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("status", &self.status)
            .field("permissions", &self.permissions.len())
            .finish_non_exhaustive()
    }
}

impl PartialEq for Session {
    /// Two sessions are equal when their documents are, byte for byte.
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document && self.stripped == other.stripped
    }
}

/// Where a feature's permission was found in a session. Sessions that follow one another share names, and most of them have
/// a name at the same place.
#[derive(Debug, Clone, Default)]
pub struct Found {
    at: usize,
    name: Option<Arc<str>>,
}

/// A piece of a document; documents are far shorter than 4 GiB.
#[derive(Clone, Copy)]
pub(super) struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// Where that piece of the document stands in it.
    pub(super) fn of(piece: &str, document: &str) -> Option<Self> {
        let start = (piece.as_ptr() as usize).checked_sub(document.as_ptr() as usize)?;
        let end = start.checked_add(piece.len()).filter(|end| *end <= document.len())?;
        Self::between(start, end)
    }

    #[inline]
    pub(super) fn between(start: usize, end: usize) -> Option<Self> {
        Some(Self {
            start: u32::try_from(start).ok()?,
            end: u32::try_from(end).ok()?,
        })
    }

    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same place counted from there on.
    pub(super) fn since(self, start: usize) -> Option<Self> {
        let start = u32::try_from(start).ok()?;
        Some(Self {
            start: self.start.checked_sub(start)?,
            end: self.end.checked_sub(start)?,
        })
    }
}

/// Where each permission's name stands in the list.
#[derive(Clone, Default)]
pub(super) struct Index {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Index {
    /// Adds permissions one by one, keeping of each name the tighter, in a tie the first, at the first one's place.
    pub(super) fn build(all: Vec<Permission>) -> (Vec<Permission>, Self) {
        let mut index = Self {
            table: HashTable::with_capacity(all.len()),
            hasher: DefaultHashBuilder::default(),
        };
        let mut kept: Vec<Permission> = Vec::with_capacity(all.len());
        for permission in all {
            if let Some(at) = index.find(&kept, &permission.name) {
                if let Some(first) = kept.get_mut(at)
                    && Access::of(&permission).rank() < Access::of(first).rank()
                {
                    *first = permission;
                }
                continue;
            }
            let Ok(at) = u32::try_from(kept.len()) else { break };
            let hash = index.hash(&permission.name);
            kept.push(permission);
            let hasher = &index.hasher;
            index.table.insert_unique(hash, at, |&i| {
                kept.get(i as usize).map_or(0, |p| hash_name(hasher, &p.name))
            });
        }
        (kept, index)
    }

    /// The index of a list that differs from the indexed one, of the same length, in the names at these places. `None` when
    /// a name would occur twice.
    pub(super) fn renamed(&self, old: &[Permission], new: &[Permission], places: &[usize]) -> Option<Self> {
        let mut index = self.clone();
        for &place in places {
            let hash = index.hash(&old.get(place)?.name);
            let entry = index.table.find_entry(hash, |&at| at as usize == place);
            entry.ok()?.remove();
        }
        for &place in places {
            let name = &new.get(place)?.name;
            if index.find(new, name).is_some() {
                return None;
            }
            let (hash, hasher) = (index.hash(name), &index.hasher);
            let again = |&at: &u32| new.get(at as usize).map_or(0, |p| hash_name(hasher, &p.name));
            index.table.insert_unique(hash, u32::try_from(place).ok()?, again);
        }
        Some(index)
    }

    fn hash(&self, name: &str) -> u64 {
        hash_name(&self.hasher, name)
    }

    pub(super) fn find(&self, permissions: &[Permission], name: &str) -> Option<usize> {
        self.table
            .find(self.hash(name), |&i| {
                permissions.get(i as usize).is_some_and(|p| &*p.name == name)
            })
            .map(|&i| i as usize)
    }
}

/// Whether two names are the same; shared ones are seen to be without a look at them.
#[inline]
fn is_same(one: &str, two: &str) -> bool {
    core::ptr::eq(one, two) || one == two
}

fn hash_name(hasher: &DefaultHashBuilder, name: &str) -> u64 {
    use core::hash::BuildHasher;
    hasher.hash_one(name)
}
