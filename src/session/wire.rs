//! The session's fields as they are on the wire. What a decision needs is read strictly, so that an error names the
//! field; what no decision needs counts as absent when it has another type.

use alloc::{borrow::Cow, boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use super::{
    bounds::MAX_PERMISSIONS,
    model::{Allowance, AllowanceValue, ManagedBy, Permission, Status},
};

/// What stands around a session, or the bare session.
#[derive(Deserialize)]
pub(super) struct Outer<'a> {
    #[serde(borrow)]
    pub session: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Wrapped<'a> {
    #[serde(borrow)]
    pub session: Wire<'a>,
}

/// A session's fields; `P` is how much of the permissions is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(bound(deserialize = "P: Deserialize<'de>"))]
pub(super) struct Wire<'a, P = Permissions<'a>> {
    #[serde(borrow)]
    pub session: Option<&'a RawValue>,
    #[serde(borrow)]
    pub session_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub etag: Option<&'a RawValue>,
    #[serde(borrow)]
    pub status: Option<&'a RawValue>,
    #[serde(borrow)]
    pub age_status: Option<&'a RawValue>,
    #[serde(borrow)]
    pub age_category: Option<&'a RawValue>,
    #[serde(borrow)]
    pub date_of_birth: Option<&'a RawValue>,
    #[serde(borrow)]
    pub jurisdiction: Option<&'a RawValue>,
    #[serde(borrow)]
    pub kuid: Option<&'a RawValue>,
    #[serde(borrow)]
    pub managed_by: Option<&'a RawValue>,
    #[serde(borrow)]
    pub has_approver_email: Option<&'a RawValue>,
    pub permissions: Option<P>,
    #[serde(borrow)]
    pub allowances: Option<&'a RawValue>,
}

/// A text, borrowed from the document where it holds no escape.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// The value if it is a text.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|text| text.0)
}

/// The value if it is a text, or a number's digits as they stand in the document.
pub(super) fn text_or_number(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get() {
        number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(Cow::Borrowed(number)),
        _ => text(raw),
    }
}

/// The value if it is `true` or `false`.
pub(super) fn boolean(raw: &RawValue) -> Option<bool> {
    match raw.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Absent is active. A status that is no text is one that the library does not know: nothing is allowed.
pub(super) fn status(raw: Option<&RawValue>) -> Status {
    raw.map_or(Status::Active, |raw| {
        Status::from_wire(Some(&text(raw).unwrap_or_default()))
    })
}

/// The first [`MAX_PERMISSIONS`] and one more; the others are counted and not kept.
#[derive(Default)]
pub(super) struct Permissions<'a> {
    pub kept: Vec<WirePermission<'a>>,
    pub count: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Permissions<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for List<'a> {
            type Value = Permissions<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of permissions")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                let mut kept = Vec::new();
                while kept.len() <= MAX_PERMISSIONS {
                    let Some(permission) = seq.next_element()? else { break };
                    kept.push(permission);
                }
                let mut count = kept.len();
                // An array must be read to its end, or the parser takes what follows for an error.
                while count > MAX_PERMISSIONS && seq.next_element::<IgnoredAny>()?.is_some() {
                    count = count.saturating_add(1);
                }
                Ok(Permissions { kept, count })
            }
        }
        deserializer.deserialize_seq(List(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PermissionFields<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    enabled: Option<&'a RawValue>,
    #[serde(borrow)]
    managed_by: Option<Text<'a>>,
    #[serde(borrow)]
    verified_age_threshold: Option<&'a RawValue>,
}

pub(super) struct WirePermission<'a>(PermissionFields<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for WirePermission<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because a derived struct would also read `["name", true]` as a permission.
        struct Object<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Object<'a> {
            type Value = WirePermission<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a permission object")
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                PermissionFields::deserialize(MapAccessDeserializer::new(map)).map(WirePermission)
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}

impl WirePermission<'_> {
    /// The permission, with its name as `keep` keeps it; or which field is wrong and how, to be put behind the permission's
    /// place.
    pub fn into_permission(self, keep: impl FnOnce(&str) -> Arc<str>) -> Result<Permission, &'static str> {
        let PermissionFields {
            name,
            enabled,
            managed_by,
            verified_age_threshold,
        } = self.0;
        let name = name.ok_or(".name is missing")?.0;
        if name.contains('\0') {
            return Err(".name contains the character U+0000");
        }
        let verified_age_threshold = match verified_age_threshold {
            None => None,
            Some(raw) => match raw.get().parse::<f64>() {
                Ok(0.0) => None,
                // A fraction or a number out of range still asks for a verified age: rounded to the stricter side.
                Ok(years) => Some(round_up(years)),
                Err(_) => return Err(".verifiedAgeThreshold is not a number"),
            },
        };
        Ok(Permission {
            name: keep(&name),
            enabled: enabled.and_then(boolean).unwrap_or(false),
            managed_by: ManagedBy::from_wire(managed_by.as_ref().map_or("", |text| &text.0)),
            verified_age_threshold,
        })
    }
}

/// The next whole number of years, within 1 to 1000.
fn round_up(years: f64) -> u32 {
    let whole = years as u32;
    let up = if f64::from(whole) < years {
        whole.saturating_add(1)
    } else {
        whole
    };
    up.clamp(1, 1000)
}

/// The allowances in an array; those that are no object, have no name or name a field twice are left out.
pub(super) fn allowances(raw: &RawValue) -> Vec<Allowance> {
    serde_json::from_str::<Allowances>(raw.get()).map_or_else(|_| Vec::new(), |list| list.0)
}

struct Allowances(Vec<Allowance>);

impl<'de> Deserialize<'de> for Allowances {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Allowances;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of allowances")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                let mut list = Vec::new();
                while let Some(raw) = seq.next_element::<&'de RawValue>()? {
                    list.extend(allowance(raw));
                }
                Ok(Allowances(list))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAllowance<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    numerical_value: Option<&'a RawValue>,
    #[serde(borrow)]
    selection_value: Option<&'a RawValue>,
}

fn allowance(raw: &RawValue) -> Option<Allowance> {
    // A derived struct would also read an array.
    let object = Some(raw.get()).filter(|json| json.starts_with('{'))?;
    let wire: WireAllowance<'_> = serde_json::from_str(object).ok()?;
    let number = wire
        .numerical_value
        .and_then(|raw| serde_json::from_str(raw.get()).ok());
    let value = match (number, wire.selection_value.and_then(text)) {
        (Some(number), _) => AllowanceValue::Number(number),
        (None, Some(text)) => AllowanceValue::Selection(text.into()),
        (None, None) => AllowanceValue::None,
    };
    Some(Allowance {
        name: Box::from(wire.name.and_then(text)?),
        kind: Box::from(wire.kind.and_then(text).unwrap_or_default()),
        value,
    })
}
