//! Reading a session from JSON, bare or inside `{"session":…}`, and writing it without personal data.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{
    bounds::{self, MAX_PERMISSIONS},
    fast,
    model::{AgeStatus, Allowance, Index, ManagedBy, Permission, Place, Session, Status},
    wire::{self, Outer, Wire, Wrapped, text},
};

/// The longest session id, in bytes.
const MAX_ID_BYTES: usize = 256;

/// Why a document is no session: says where, by line and column or by the field's path, and never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: String,
}

impl ParseError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// An error at a byte of the document, told by line and column, both from 1.
    pub(super) fn at(json: &[u8], offset: usize, what: &str) -> Self {
        let before = json.get(..offset).unwrap_or(json);
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        Self::new(format!("{what} (line {line}, column {column})"))
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for ParseError {}

impl Session {
    /// Reads a session: the bare object, or an object with the session under `session` (an outer `status` is ignored).
    /// Unknown fields are kept in [`Session::json`], unknown enumeration values are kept as they are, optional fields
    /// may be missing or `null`, and `id` stands in for a missing `sessionId`. A field that no decision needs counts as
    /// absent when its value has another type; a status of another type is an unknown one, whose word is empty.
    ///
    /// # Errors
    /// Not UTF-8, not JSON, beyond the limits, no session id or one that is not a text of 1 to 256 bytes without
    /// U+0000, permissions that are no array of objects, a permission without a name or with one that is not a text or
    /// contains U+0000, a permission's `managedBy` that is not a text, its age threshold that is not a number, a known
    /// field that occurs twice in the session or in a permission, a session inside a session.
    pub fn parse(json: &[u8]) -> Result<Self, ParseError> {
        Self::parse_within(json, bounds::MAX_JSON_BYTES)
    }

    fn parse_within(json: &[u8], limit: usize) -> Result<Self, ParseError> {
        let text = core::str::from_utf8(json)
            .ok()
            .filter(|text| text.len() <= bounds::MAX_JSON_BYTES);
        match text.and_then(|text| fast::parse(text, None)) {
            Some(session) => Ok(session),
            None => Self::parse_slowly(json, limit),
        }
    }

    /// Reads a document of any kind, and says what is wrong with it.
    fn parse_slowly(json: &[u8], limit: usize) -> Result<Self, ParseError> {
        let text = bounds::check(json, limit)?;
        if !text.trim_ascii_start().starts_with('{') {
            return Err(ParseError::new("the session is not a JSON object (line 1, column 1)"));
        }
        let outer: Outer<'_> = read(text)?;
        match outer.session {
            Some(inner) if inner.get().starts_with('{') => {
                let wire = read::<Wrapped<'_>>(text)?.session;
                if wire.session.is_some_and(|raw| raw.get().starts_with('{')) {
                    return Err(ParseError::new("session.session is a session inside a session"));
                }
                Self::from_wire(inner.get(), "session.", wire)
            }
            _ => Self::from_wire(text.trim_ascii(), "", read(text)?),
        }
    }

    /// `at` is what stands before the path of each field in an error.
    fn from_wire(document: &str, at: &str, mut wire: Wire<'_>) -> Result<Self, ParseError> {
        let entries = wire.permissions.take().unwrap_or_default();
        let head = Head::of(at, wire)?;
        if entries.count > MAX_PERMISSIONS {
            return Err(ParseError::new(format!(
                "{at}permissions has {} entries; the limit is {MAX_PERMISSIONS}",
                entries.count
            )));
        }
        let mut permissions = Vec::with_capacity(entries.kept.len());
        for (i, entry) in entries.kept.into_iter().enumerate() {
            permissions.push(
                entry
                    .into_permission(|name| name.into())
                    .map_err(|what| ParseError::new(format!("{at}permissions[{i}]{what}")))?,
            );
        }
        let (permissions, index) = Index::build(permissions);
        Ok(head.with(document, permissions, Arc::new(index), Vec::new()))
    }

    /// The JSON of the same session with only what decisions and notices need: id, status, age status and permissions. No
    /// date of birth, no k-ID user id, no jurisdiction, no allowances, no entity tag, no unknown field.
    pub fn stripped_json(&self) -> String {
        serde_json::to_string(&Stripped {
            session_id: &self.id,
            status: self.status.as_str(),
            age_status: self.age_status.as_ref().map(AgeStatus::as_str),
            permissions: StrippedPermissions(&self.permissions),
        })
        .unwrap_or_default()
    }

    /// The session of [`Session::stripped_json`].
    pub fn stripped(&self) -> Self {
        let document = self.stripped_json();
        Self {
            document: document.into(),
            id: self.id.clone(),
            etag: None,
            status: self.status.clone(),
            age_status: self.age_status.clone(),
            age_category: None,
            date_of_birth: None,
            jurisdiction: None,
            kuid: None,
            managed_by: None,
            has_approver_email: None,
            permissions: self.permissions.clone(),
            allowances: Vec::new(),
            index: Arc::clone(&self.index),
            places: Vec::new(),
            stripped: true,
        }
    }

    /// Reads a document that [`Session::stripped`] wrote.
    ///
    /// # Errors
    /// As [`Session::parse`].
    pub fn parse_stripped(json: &[u8]) -> Result<Self, ParseError> {
        let mut session = Self::parse_within(json, 2 * bounds::MAX_JSON_BYTES)?;
        session.stripped = true;
        Ok(session)
    }
}

/// A session without its permissions.
pub(super) struct Head {
    id: Box<str>,
    etag: Option<Box<str>>,
    status: Status,
    age_status: Option<AgeStatus>,
    age_category: Option<Box<str>>,
    date_of_birth: Option<Box<str>>,
    jurisdiction: Option<Box<str>>,
    kuid: Option<Box<str>>,
    managed_by: Option<ManagedBy>,
    has_approver_email: Option<bool>,
    allowances: Vec<Allowance>,
}

impl Head {
    /// `at` is what stands before the path of each field in an error.
    pub(super) fn of<P>(at: &str, wire: Wire<'_, P>) -> Result<Self, ParseError> {
        let (field, id) = match (wire.session_id, wire.id) {
            (Some(id), _) => ("sessionId", id.0),
            (None, Some(id)) => (
                "id",
                text(id).ok_or_else(|| ParseError::new(format!("{at}id has the wrong type")))?,
            ),
            (None, None) => return Err(ParseError::new(format!("{at}sessionId is missing"))),
        };
        if id.is_empty() || id.len() > MAX_ID_BYTES {
            return Err(ParseError::new(format!(
                "{at}{field} must be 1 to {MAX_ID_BYTES} bytes long"
            )));
        }
        if id.contains('\0') {
            return Err(ParseError::new(format!("{at}{field} contains the character U+0000")));
        }
        Ok(Self {
            id: id.into(),
            etag: wire.etag.and_then(text).map(Into::into),
            status: wire::status(wire.status),
            age_status: wire.age_status.and_then(text).map(|word| AgeStatus::from_wire(&word)),
            age_category: wire.age_category.and_then(text).map(Into::into),
            date_of_birth: wire.date_of_birth.and_then(text).map(Into::into),
            jurisdiction: wire.jurisdiction.and_then(text).map(Into::into),
            kuid: wire.kuid.and_then(wire::text_or_number).map(Into::into),
            managed_by: wire.managed_by.and_then(text).map(|word| ManagedBy::from_wire(&word)),
            has_approver_email: wire.has_approver_email.and_then(wire::boolean),
            allowances: wire.allowances.map(wire::allowances).unwrap_or_default(),
        })
    }

    /// The session of that document.
    pub(super) fn with(
        self,
        document: &str,
        permissions: Vec<Permission>,
        index: Arc<Index>,
        places: Vec<Place>,
    ) -> Session {
        Session {
            document: document.into(),
            id: self.id,
            etag: self.etag,
            status: self.status,
            age_status: self.age_status,
            age_category: self.age_category,
            date_of_birth: self.date_of_birth,
            jurisdiction: self.jurisdiction,
            kuid: self.kuid,
            managed_by: self.managed_by,
            has_approver_email: self.has_approver_email,
            permissions,
            allowances: self.allowances,
            index,
            places,
            stripped: false,
        }
    }
}

/// Reads a type; on failure reads again with the field's path, which costs only when something is wrong.
fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ParseError> {
    use serde_json::error::Category;
    let error = match serde_json::from_str::<T>(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let place = format!("(line {}, column {})", error.line(), error.column());
    Err(ParseError::new(match error.classify() {
        Category::Eof => format!("the JSON ends too early {place}"),
        Category::Data => {
            let mut deserializer = serde_json::Deserializer::from_str(text);
            match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
                Err(traced) => {
                    let path = match traced.path() {
                        path if path.iter().len() == 0 => String::from("the document"),
                        path => path.to_string(),
                    };
                    match repeated_field(&traced.inner().to_string()) {
                        Some(field) => format!("{path} has the field {field} twice {place}"),
                        None => format!("{path} has the wrong type {place}"),
                    }
                }
                Ok(_) => format!("a field has the wrong type {place}"),
            }
        }
        _ => format!("the text is not JSON {place}"),
    }))
}

/// The field that occurs twice, if that is what the parser's error says. It can only be one of this library's own names.
fn repeated_field(error: &str) -> Option<&str> {
    let (field, _) = error.strip_prefix("duplicate field `")?.split_once('`')?;
    Some(field)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stripped<'a> {
    session_id: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_status: Option<&'a str>,
    permissions: StrippedPermissions<'a>,
}

struct StrippedPermissions<'a>(&'a [Permission]);

impl Serialize for StrippedPermissions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|p| StrippedPermission {
            name: &p.name,
            enabled: p.enabled,
            managed_by: p.managed_by.as_str(),
            verified_age_threshold: p.verified_age_threshold,
        }))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StrippedPermission<'a> {
    name: &'a str,
    enabled: bool,
    managed_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_age_threshold: Option<u32>,
}
