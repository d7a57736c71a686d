use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use super::{
    decision::{PLAYGATE_ACCESS_UNAVAILABLE, access, playgate_access},
    guard::guard,
    handle::{Kind, Registry},
    memory::{init_struct, plain, write_optional, write_out, write_struct},
    result::{Failure, PLAYGATE_OK, playgate_result},
    session::{get_optional, past_the_end, playgate_session},
    text::{Kept, playgate_text},
};
use crate::session::{Change, Changes, Direction, compare};

/// The changes between two sessions: immutable. Free them with playgate_changes_free. 0 is none.
pub type playgate_changes = u64;

/// What kind of change. An open set.
pub type playgate_change_kind = i32;

/// The permission is new.
pub const PLAYGATE_CHANGE_ADDED: playgate_change_kind = 1;
/// It was off and is on.
pub const PLAYGATE_CHANGE_ENABLED: playgate_change_kind = 2;
/// It was on and is off.
pub const PLAYGATE_CHANGE_DISABLED: playgate_change_kind = 3;
/// Somebody else manages it.
pub const PLAYGATE_CHANGE_MANAGEMENT: playgate_change_kind = 4;
/// It is gone.
pub const PLAYGATE_CHANGE_REMOVED: playgate_change_kind = 5;
/// Its verified age threshold is another.
pub const PLAYGATE_CHANGE_THRESHOLD: playgate_change_kind = 6;
/// The player's age status is another.
pub const PLAYGATE_CHANGE_AGE_STATUS: playgate_change_kind = 7;
/// The session's status is another.
pub const PLAYGATE_CHANGE_STATUS: playgate_change_kind = 8;
/// The jurisdiction is another.
pub const PLAYGATE_CHANGE_JURISDICTION: playgate_change_kind = 9;
/// It is another session, or there was or is none.
pub const PLAYGATE_CHANGE_SESSION_REPLACED: playgate_change_kind = 10;

/// Which way a change went. An open set.
pub type playgate_direction = i32;

/// Neither looser nor tighter.
pub const PLAYGATE_DIRECTION_NEITHER: playgate_direction = 0;
/// More is possible than before.
pub const PLAYGATE_DIRECTION_LOOSENED: playgate_direction = 1;
/// Less is possible than before.
pub const PLAYGATE_DIRECTION_TIGHTENED: playgate_direction = 2;

/// One change. The texts are lent until the changes are freed; what does not apply is empty or 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_change {
    /// sizeof(playgate_change); set by playgate_change_init.
    pub struct_size: u32,
    /// What kind of change.
    pub kind: playgate_change_kind,
    /// Which way it went.
    pub direction: playgate_direction,
    /// What the permission gave before, whatever the session's status was.
    pub access_before: playgate_access,
    /// What the permission gives now, whatever the session's status is.
    pub access_after: playgate_access,
    /// 1 when the permission was on.
    pub enabled_before: i32,
    /// 1 when the permission is on.
    pub enabled_after: i32,
    /// The age threshold before, in years; 0 when there was none.
    pub threshold_before: u32,
    /// The age threshold now, in years; 0 when there is none.
    pub threshold_after: u32,
    /// Zero.
    pub reserved0: u32,
    /// The permission's name; empty for a change of the session itself.
    pub permission: playgate_text,
    /// The changed word before: who managed it, the age status, the status, the jurisdiction or the session id.
    pub before: playgate_text,
    /// The changed word now.
    pub after: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_change);

const NO_CHANGE: playgate_change = playgate_change {
    struct_size: 0,
    kind: 0,
    direction: PLAYGATE_DIRECTION_NEITHER,
    access_before: PLAYGATE_ACCESS_UNAVAILABLE,
    access_after: PLAYGATE_ACCESS_UNAVAILABLE,
    enabled_before: 0,
    enabled_after: 0,
    threshold_before: 0,
    threshold_after: 0,
    reserved0: 0,
    permission: playgate_text::EMPTY,
    before: playgate_text::EMPTY,
    after: playgate_text::EMPTY,
    reserved: [0; 4],
};

struct ChangesObject {
    changes: Changes,
    texts: OnceLock<Vec<[Kept; 3]>>,
    json: OnceLock<Kept>,
}

static CHANGES: Registry<ChangesObject> = Registry::new(Kind::Changes);

pub(super) fn insert(changes: Changes) -> Result<u64, Failure> {
    CHANGES.insert(Arc::new(ChangesObject {
        changes,
        texts: OnceLock::new(),
        json: OnceLock::new(),
    }))
}

impl ChangesObject {
    fn change(&self, index: usize) -> Option<playgate_change> {
        let texts = self.texts.get_or_init(|| {
            let of = |change: &Change| {
                let word = |word: &Option<Cow<'static, str>>| Kept::new(word.as_deref().unwrap_or_default());
                [Kept::new(&change.permission), word(&change.before), word(&change.after)]
            };
            self.changes.list().iter().map(of).collect()
        });
        let change = self.changes.list().get(index)?;
        let [permission, before, after] = texts.get(index)?;
        Some(playgate_change {
            kind: change.kind as playgate_change_kind,
            direction: match change.direction {
                Direction::Neither => PLAYGATE_DIRECTION_NEITHER,
                Direction::Loosened => PLAYGATE_DIRECTION_LOOSENED,
                Direction::Tightened => PLAYGATE_DIRECTION_TIGHTENED,
            },
            access_before: access(change.access_before),
            access_after: access(change.access_after),
            enabled_before: i32::from(change.enabled_before),
            enabled_after: i32::from(change.enabled_after),
            threshold_before: change.threshold_before.unwrap_or(0),
            threshold_after: change.threshold_after.unwrap_or(0),
            permission: permission.lend(),
            before: before.lend(),
            after: after.lend(),
            ..NO_CHANGE
        })
    }
}

/// Compares two sessions; handle 0 stands for "no session" on either side. `*out` is the changes, which the caller
/// frees, or 0. Linear time on the caller's thread. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_session_compare(
    before: playgate_session,
    after: playgate_session,
    out: *mut playgate_changes,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let (before, after) = (get_optional(before)?, get_optional(after)?);
        write_out(out, 0)?;
        write_out(out, insert(compare(before.as_deref(), after.as_deref()))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// How many changes there are. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_changes_count(changes: playgate_changes, out: *mut usize) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        write_out(out, CHANGES.get(changes)?.changes.list().len())?;
        Ok(PLAYGATE_OK)
    })
}

/// The change at an index from 0. Order: the new session's permissions, then removed ones in the old session's order,
/// then changes of the session itself. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_changes_get(
    changes: playgate_changes,
    index: usize,
    out: *mut playgate_change,
) -> playgate_result {
    guard(|| {
        write_struct(out, NO_CHANGE)?;
        let change = CHANGES
            .get(changes)?
            .change(index)
            .ok_or_else(|| past_the_end("change"))?;
        write_struct(out, change)?;
        Ok(PLAYGATE_OK)
    })
}

/// The changes as a JSON array. The types added, enabled, disabled, management_changed and age_status_changed have
/// exactly the fields that k-ID's guide on managing sessions gives them; removed, threshold_changed, status_changed,
/// jurisdiction_changed and session_replaced are this library's own. Lent until the changes are freed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_changes_json(changes: playgate_changes, out: *mut playgate_text) -> playgate_result {
    write_optional(out, playgate_text::EMPTY);
    guard(|| {
        let object = CHANGES.get(changes)?;
        write_out(
            out,
            object.json.get_or_init(|| Kept::new(&object.changes.to_json())).lend(),
        )?;
        Ok(PLAYGATE_OK)
    })
}

/// Frees changes; texts lent from them may not be read any more. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_changes_free(changes: playgate_changes) -> playgate_result {
    guard(|| CHANGES.remove(changes).map(|_| PLAYGATE_OK))
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_change). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_change_init(change: *mut playgate_change, struct_size: u32) {
    init_struct(change, struct_size);
}
