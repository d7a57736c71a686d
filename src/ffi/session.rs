use std::{
    ffi::c_char,
    sync::{Arc, OnceLock},
};

use super::{
    decision::{
        PLAYGATE_ACCESS_UNAVAILABLE, access, managed_by, playgate_access, playgate_decision, playgate_managed_by,
    },
    guard::guard,
    handle::{Kind, Registry},
    memory::{bytes, init_struct, plain, write_optional, write_out, write_struct},
    result::{Failure, PLAYGATE_ERROR_INVALID_SESSION, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_OK, playgate_result},
    text::{Kept, playgate_text, required},
};
use crate::session::{Access, AgeStatus, Allowance, AllowanceValue, Freshness, MAX_JSON_BYTES, Permission, Session};

/// A session: immutable. Free it with playgate_session_free. 0 is none.
pub type playgate_session = u64;

/// The longest feature name that is looked up, in bytes.
pub(super) const MAX_NAME: usize = 256;

/// A session and its texts, each made when it is first asked for.
pub(super) struct SessionObject {
    session: Arc<Session>,
    json: OnceLock<Kept>,
    facts: OnceLock<Facts>,
    permissions: OnceLock<Vec<(Kept, Kept)>>,
    allowances: OnceLock<Vec<(Kept, Kept, Kept)>>,
}

struct Facts {
    id: Kept,
    status: Kept,
    age_status: Kept,
    age_category: Kept,
    jurisdiction: Kept,
}

static SESSIONS: Registry<SessionObject> = Registry::new(Kind::Session);

pub(super) fn insert(session: Arc<Session>) -> Result<u64, Failure> {
    SESSIONS.insert(Arc::new(SessionObject {
        session,
        json: OnceLock::new(),
        facts: OnceLock::new(),
        permissions: OnceLock::new(),
        allowances: OnceLock::new(),
    }))
}

/// The session behind a handle.
pub(super) fn get(session: playgate_session) -> Result<Arc<Session>, Failure> {
    SESSIONS.get(session).map(|object| Arc::clone(&object.session))
}

/// The same; 0 is none.
pub(super) fn get_optional(session: playgate_session) -> Result<Option<Arc<Session>>, Failure> {
    if session == 0 { Ok(None) } else { get(session).map(Some) }
}

impl SessionObject {
    fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| {
            let session = &self.session;
            Facts {
                id: Kept::new(session.id()),
                status: Kept::new(session.status().as_str()),
                age_status: Kept::new(session.age_status().map_or("", AgeStatus::as_str)),
                age_category: Kept::new(session.age_category().unwrap_or_default()),
                jurisdiction: Kept::new(session.jurisdiction().unwrap_or_default()),
            }
        })
    }

    fn permission(&self, index: usize) -> Option<playgate_permission> {
        let kept = self.permissions.get_or_init(|| {
            let texts = |p: &Permission| (Kept::new(&p.name), Kept::new(p.managed_by.as_str()));
            self.session.permissions().iter().map(texts).collect()
        });
        let permission = self.session.permissions().get(index)?;
        let (name, manager) = kept.get(index)?;
        Some(playgate_permission {
            struct_size: 0,
            enabled: i32::from(permission.enabled),
            managed_by: managed_by(Some(&permission.managed_by)),
            age_threshold: permission.verified_age_threshold.unwrap_or(0),
            access: access(self.session.access(&permission.name)),
            reserved0: 0,
            name: name.lend(),
            managed_by_text: manager.lend(),
            reserved: [0; 4],
        })
    }

    fn allowance(&self, index: usize) -> Option<playgate_allowance> {
        let kept = self.allowances.get_or_init(|| {
            let texts = |a: &Allowance| {
                let selection = match &a.value {
                    AllowanceValue::Selection(text) => text,
                    _ => "",
                };
                (Kept::new(&a.name), Kept::new(&a.kind), Kept::new(selection))
            };
            self.session.allowances().iter().map(texts).collect()
        });
        let allowance = self.session.allowances().get(index)?;
        let (name, kind, selection) = kept.get(index)?;
        let (value_kind, number) = match allowance.value {
            AllowanceValue::Number(number) => (PLAYGATE_ALLOWANCE_NUMBER, number),
            AllowanceValue::Selection(_) => (PLAYGATE_ALLOWANCE_SELECTION, 0.0),
            AllowanceValue::None => (PLAYGATE_ALLOWANCE_NONE, 0.0),
        };
        Some(playgate_allowance {
            struct_size: 0,
            value_kind,
            number,
            name: name.lend(),
            type_text: kind.lend(),
            selection: selection.lend(),
            reserved: [0; 4],
        })
    }
}

/// Facts about a session. The texts are lent until the session is freed; what the session does not say is empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_session_info {
    /// sizeof(playgate_session_info); set by playgate_session_info_init.
    pub struct_size: u32,
    /// 1 when the session's status is active, else 0: then nothing is allowed.
    pub is_in_force: i32,
    /// How many permissions it has, each name counted once.
    pub permission_count: u32,
    /// How many allowances it has.
    pub allowance_count: u32,
    /// 1 when the servers know an address of a trusted adult, 0 when not or not said.
    pub has_approver_email: i32,
    /// Zero.
    pub reserved0: u32,
    /// The session's id.
    pub session_id: playgate_text,
    /// The status as the server wrote it; "ACTIVE" when it wrote none.
    pub status: playgate_text,
    /// The age status as the server wrote it.
    pub age_status: playgate_text,
    /// The age category as the server wrote it.
    pub age_category: playgate_text,
    /// The jurisdiction, for example "US-CA".
    pub jurisdiction: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_session_info);

/// One permission of a session. The texts are lent until the session is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_permission {
    /// sizeof(playgate_permission); set by playgate_permission_init.
    pub struct_size: u32,
    /// 1 when the permission is on, else 0.
    pub enabled: i32,
    /// Who manages it.
    pub managed_by: playgate_managed_by,
    /// The age in years that must be verified; 0 when there is none.
    pub age_threshold: u32,
    /// What the feature may do by this session alone.
    pub access: playgate_access,
    /// Zero.
    pub reserved0: u32,
    /// The feature's name.
    pub name: playgate_text,
    /// Who manages it, as the server wrote it.
    pub managed_by_text: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_permission);

/// What kind of value an allowance has. An open set.
pub type playgate_allowance_kind = i32;

/// None, or of a kind that this library does not know.
pub const PLAYGATE_ALLOWANCE_NONE: playgate_allowance_kind = 0;
/// A number.
pub const PLAYGATE_ALLOWANCE_NUMBER: playgate_allowance_kind = 1;
/// A choice among words.
pub const PLAYGATE_ALLOWANCE_SELECTION: playgate_allowance_kind = 2;

/// A preference that a trusted adult set. The texts are lent until the session is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_allowance {
    /// sizeof(playgate_allowance); set by playgate_allowance_init.
    pub struct_size: u32,
    /// What kind of value it has.
    pub value_kind: playgate_allowance_kind,
    /// The value of a PLAYGATE_ALLOWANCE_NUMBER, else 0.
    pub number: f64,
    /// The allowance's name.
    pub name: playgate_text,
    /// Its type as the server wrote it.
    pub type_text: playgate_text,
    /// The value of a PLAYGATE_ALLOWANCE_SELECTION, else empty.
    pub selection: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_allowance);

/// Reads a session from `len` bytes of JSON: a bare session, or {"session":…,"status":…} whose outer status is ignored.
/// Unknown fields are kept, unknown enumeration values are kept, missing optional fields are accepted. At most 1 MiB,
/// 10,000 permissions and 64 levels.
///
/// `*out` is the session, which the caller frees, or 0. Any thread; parses on the caller's.
/// PLAYGATE_ERROR_INVALID_SESSION: playgate_last_error says where, by line and column or by the field's path.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_parse(
    json: *const c_char,
    len: usize,
    out: *mut playgate_session,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let json = bytes(json.cast(), len, MAX_JSON_BYTES)?;
        let session =
            Session::parse(json).map_err(|error| Failure::new(PLAYGATE_ERROR_INVALID_SESSION, error.to_string()))?;
        // Before anything is made: a place to put it.
        write_out(out, 0)?;
        write_out(out, insert(Arc::new(session))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Frees a session; texts lent from it may not be read any more. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_free(session: playgate_session) -> playgate_result {
    guard(|| SESSIONS.remove(session).map(|_| PLAYGATE_OK))
}

/// The session as JSON: the session object as it came, unknown fields included, without an outer object. May hold
/// personal data. Lent until the session is freed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_json(session: playgate_session, out: *mut playgate_text) -> playgate_result {
    write_optional(out, playgate_text::EMPTY);
    guard(|| {
        let object = SESSIONS.get(session)?;
        write_out(out, object.json.get_or_init(|| Kept::new(object.session.json())).lend())?;
        Ok(PLAYGATE_OK)
    })
}

/// What a feature may do by this session alone. In a game ask the client, which also knows what happened since. A name
/// that the session does not have is PLAYGATE_ACCESS_UNAVAILABLE, and so is `*out` after any failure. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_access(
    session: playgate_session,
    feature: *const c_char,
    out: *mut playgate_access,
) -> playgate_result {
    write_optional(out, PLAYGATE_ACCESS_UNAVAILABLE);
    guard(|| {
        let session = get(session)?;
        let found: Access = session.access(required(feature, MAX_NAME, "the feature's name")?);
        write_out(out, access(found))?;
        Ok(PLAYGATE_OK)
    })
}

/// The decision about a feature by this session alone; its freshness is PLAYGATE_FRESHNESS_CACHED. Denied after any
/// failure. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_decide(
    session: playgate_session,
    feature: *const c_char,
    out: *mut playgate_decision,
) -> playgate_result {
    guard(|| {
        write_struct(out, playgate_decision::denied())?;
        let session = get(session)?;
        let decision = session.decide(required(feature, MAX_NAME, "the feature's name")?, Freshness::Cached);
        write_struct(out, playgate_decision::of(&decision))?;
        Ok(PLAYGATE_OK)
    })
}

/// Facts about a session. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_get_info(
    session: playgate_session,
    out: *mut playgate_session_info,
) -> playgate_result {
    guard(|| {
        let empty = playgate_session_info {
            struct_size: 0,
            is_in_force: 0,
            permission_count: 0,
            allowance_count: 0,
            has_approver_email: 0,
            reserved0: 0,
            session_id: playgate_text::EMPTY,
            status: playgate_text::EMPTY,
            age_status: playgate_text::EMPTY,
            age_category: playgate_text::EMPTY,
            jurisdiction: playgate_text::EMPTY,
            reserved: [0; 4],
        };
        write_struct(out, empty)?;
        let object = SESSIONS.get(session)?;
        let facts = object.facts();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        write_struct(
            out,
            playgate_session_info {
                is_in_force: i32::from(object.session.is_in_force()),
                permission_count: count(object.session.permissions().len()),
                allowance_count: count(object.session.allowances().len()),
                has_approver_email: i32::from(object.session.has_approver_email() == Some(true)),
                session_id: facts.id.lend(),
                status: facts.status.lend(),
                age_status: facts.age_status.lend(),
                age_category: facts.age_category.lend(),
                jurisdiction: facts.jurisdiction.lend(),
                ..empty
            },
        )?;
        Ok(PLAYGATE_OK)
    })
}

/// The permission at an index from 0, in the session's order. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_get_permission(
    session: playgate_session,
    index: usize,
    out: *mut playgate_permission,
) -> playgate_result {
    guard(|| {
        let empty = playgate_permission {
            struct_size: 0,
            enabled: 0,
            managed_by: 0,
            age_threshold: 0,
            access: PLAYGATE_ACCESS_UNAVAILABLE,
            reserved0: 0,
            name: playgate_text::EMPTY,
            managed_by_text: playgate_text::EMPTY,
            reserved: [0; 4],
        };
        write_struct(out, empty)?;
        let permission = SESSIONS
            .get(session)?
            .permission(index)
            .ok_or_else(|| past_the_end("permission"))?;
        write_struct(out, permission)?;
        Ok(PLAYGATE_OK)
    })
}

/// The allowance at an index from 0, in the session's order. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_get_allowance(
    session: playgate_session,
    index: usize,
    out: *mut playgate_allowance,
) -> playgate_result {
    guard(|| {
        let empty = playgate_allowance {
            struct_size: 0,
            value_kind: PLAYGATE_ALLOWANCE_NONE,
            number: 0.0,
            name: playgate_text::EMPTY,
            type_text: playgate_text::EMPTY,
            selection: playgate_text::EMPTY,
            reserved: [0; 4],
        };
        write_struct(out, empty)?;
        let allowance = SESSIONS
            .get(session)?
            .allowance(index)
            .ok_or_else(|| past_the_end("allowance"))?;
        write_struct(out, allowance)?;
        Ok(PLAYGATE_OK)
    })
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_session_info). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_info_init(info: *mut playgate_session_info, struct_size: u32) {
    init_struct(info, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_permission). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_permission_init(permission: *mut playgate_permission, struct_size: u32) {
    init_struct(permission, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_allowance). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_allowance_init(allowance: *mut playgate_allowance, struct_size: u32) {
    init_struct(allowance, struct_size);
}

pub(super) fn past_the_end(what: &str) -> Failure {
    Failure::new(PLAYGATE_ERROR_NOT_FOUND, format!("there is no {what} at that index"))
}
