use std::{ffi::c_char, sync::PoisonError};

use super::{
    changes::{self, playgate_changes},
    client::{get, get_any, playgate_client},
    decision::{playgate_access, playgate_decision},
    event::playgate_request,
    feature::playgate_feature,
    guard::{guard, is_in_hook},
    handle::invalid,
    memory::{bytes, few_bytes, write_optional, write_out, write_struct},
    notice::{self, playgate_notice},
    options::token,
    result::{
        Failure, PLAYGATE_ERROR_INVALID_ARGUMENT, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_NO_NOTICE,
        PLAYGATE_OK, playgate_result,
    },
    session::{self, playgate_session},
    text::{Kept, playgate_text},
};
use crate::{
    client::Cause,
    host::{
        Engine,
        features::{self, MAX_NAME_BYTES},
        table::{self, GateId},
    },
    session::MAX_JSON_BYTES,
};

/// One cell of a decision table: a playgate_access. Read it with playgate_table_access, or with an atomic load.
pub type playgate_cell = u8;

/// How many cells a decision table has.
pub const PLAYGATE_TABLE_CELLS: u32 = 1024;

/// Whether a feature is on: 1 or 0. Anything that is not certainly allowed is 0: a feature number of 0, an unknown one,
/// a closed or stale client. The frame path: any thread, wait-free, no allocation.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_allowed(client: playgate_client, feature: playgate_feature) -> i32 {
    i32::from(table::access(GateId::of(client), feature) == 1)
}

/// The same with the class: what a locked feature needs. For the user interface, not for an `if`: 2 to 5 are denials
/// too. The frame path: any thread, wait-free, no allocation.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_access(client: playgate_client, feature: playgate_feature) -> playgate_access {
    playgate_access::from(table::access(GateId::of(client), feature))
}

/// The same as playgate_client_allowed by the feature's name: `len` bytes, opaque and case-sensitive. A name that was
/// given a number with playgate_feature_intern: the frame path, any thread, wait-free, no allocation. Any other name is
/// looked up in the session, under a lock that is held for moments; from inside a hook it is 0. NULL, an empty name and one
/// of more than 256 bytes are 0.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_allowed_by_name(client: playgate_client, name: *const c_char, len: usize) -> i32 {
    let Some(name) = few_bytes(name.cast(), len, MAX_NAME_BYTES) else {
        return 0;
    };
    let gate = GateId::of(client);
    match features::find(name) {
        Some(feature) => i32::from(table::access(gate, feature) == 1),
        None => i32::from(is_unnumbered_allowed(client, gate, name)),
    }
}

/// Whether a feature is on that has no cell in any table.
#[cold]
fn is_unnumbered_allowed(client: playgate_client, gate: GateId, name: &[u8]) -> bool {
    if is_in_hook() {
        return false;
    }
    let look = || {
        let name = core::str::from_utf8(name).ok()?;
        Some(get(client).ok()?.engine.decide(name).access.is_allowed())
    };
    let is_allowed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
    // Closed before or meanwhile: what was found is nobody's any more.
    matches!(is_allowed, Ok(Some(true))) && table::is_open(gate)
}

/// The player's decision table: one playgate_access byte per feature number, at `(*out_table)[feature]`, `*out_len`
/// cells. It stays readable for the life of the process, reads 0 (denied) while the player has no open client, and is
/// never given to another player. Cells change at any time: read each with playgate_table_access or another atomic
/// load. After a failure `*out_table` is NULL and `*out_len` 0; PLAYGATE_ERROR_LIMIT when 64 players of this process
/// have tables: use playgate_client_access then. Any thread; not for the frame path.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_table(
    client: playgate_client,
    out_table: *mut *const playgate_cell,
    out_len: *mut u32,
) -> playgate_result {
    write_optional(out_table, core::ptr::null());
    write_optional(out_len, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out_table, core::ptr::null())?;
        write_out(out_len, 0)?;
        let cells = object.engine.shared_table().ok_or_else(|| {
            Failure::new(
                PLAYGATE_ERROR_LIMIT,
                "all shared decision tables are given out; use playgate_client_access",
            )
        })?;
        // A cell is one atomic byte.
        write_out(out_table, cells.as_ptr().cast::<playgate_cell>())?;
        write_out(out_len, u32::try_from(cells.len()).unwrap_or(0))?;
        Ok(PLAYGATE_OK)
    })
}

/// The decision about a feature: access, reason, next step and a text. Denied after any failure. Any thread; looks
/// names up, so ask when the user interface needs it rather than each frame.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_decide(
    client: playgate_client,
    feature: playgate_feature,
    out: *mut playgate_decision,
) -> playgate_result {
    guard(|| {
        write_struct(out, playgate_decision::denied())?;
        let object = get(client)?;
        if !table::is_open(GateId::of(client)) {
            return Err(invalid());
        }
        let name = features::name_of(feature).ok_or_else(|| {
            Failure::new(
                PLAYGATE_ERROR_INVALID_ARGUMENT,
                "the feature number was not given out by playgate_feature_intern",
            )
        })?;
        write_struct(out, playgate_decision::of(&object.engine.decide(name)))?;
        Ok(PLAYGATE_OK)
    })
}

/// The session as it is known now; the caller frees it. PLAYGATE_ERROR_NOT_FOUND when there is none, or the server said
/// that it no longer holds. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_session(client: playgate_client, out: *mut playgate_session) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        let session = object
            .engine
            .session()
            .ok_or_else(|| Failure::new(PLAYGATE_ERROR_NOT_FOUND, "the player has no session that holds"))?;
        write_out(out, session::insert(session)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// The changes from what the player was last told to what holds now; the caller frees them. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_changes(client: playgate_client, out: *mut playgate_changes) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        write_out(out, changes::insert(object.engine.changes())?)?;
        Ok(PLAYGATE_OK)
    })
}

/// What to tell the player now, answers to what they asked for included; the caller frees it. PLAYGATE_NO_NOTICE, with
/// `*out` 0, when there is nothing. Show it, then call playgate_client_acknowledge: until then it comes back, after a
/// crash or restart too. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_notice(client: playgate_client, out: *mut playgate_notice) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        let Some(handed) = object.engine.notice() else {
            return Ok(PLAYGATE_NO_NOTICE);
        };
        write_out(out, notice::insert(&handed.notice, handed.revision)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// The player has been told what the notice said that was handed out last, and no more: what changed since gets its own
/// notice. Completes when that is stored. PLAYGATE_ERROR_INVALID_STATE when no notice was handed out. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_acknowledge(client: playgate_client, out: *mut playgate_request) -> playgate_result {
    request(client, out, |engine| Ok(engine.acknowledge()?))
}

/// Gives the client the session that the consent flow gave the game: `len` bytes of JSON as for playgate_session_parse.
/// It is read in the background and counts when it is stored; a session with another id replaces the held one whole.
/// With a server it is then bound to the player there. Completes when it is stored, or with
/// PLAYGATE_ERROR_INVALID_SESSION. Where the record cannot be used it counts for this process only and completes with
/// the record's error; while another process holds the record it completes with PLAYGATE_ERROR_RECORD_LOCKED and
/// counts, no looser than what is stored, until that one lets the record go. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_adopt(
    client: playgate_client,
    json: *const c_char,
    len: usize,
    out: *mut playgate_request,
) -> playgate_result {
    request(client, out, |engine| {
        Ok(engine.adopt(bytes(json.cast(), len, MAX_JSON_BYTES)?.to_vec())?)
    })
}

/// Asks the server for news. Requests of one kind join. Within the poll floor it completes at once with
/// PLAYGATE_TOO_SOON. Completes when the answer's effect is stored. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_refresh(client: playgate_client, out: *mut playgate_request) -> playgate_result {
    request(client, out, |engine| Ok(engine.refresh(Cause::Game)?))
}

/// The same, because a push told the game that something changed: the poll floor does not hold. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_refresh_after_push(
    client: playgate_client,
    out: *mut playgate_request,
) -> playgate_result {
    request(client, out, |engine| Ok(engine.refresh(Cause::Push)?))
}

/// Forgets the player: denies within a moment, without a pump, then removes every trace from the storage, and
/// completes; a record that cannot be read is removed too. PLAYGATE_ERROR_RECORD_LOCKED: another process holds the
/// record, and it was not removed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_forget(client: playgate_client, out: *mut playgate_request) -> playgate_result {
    request(client, out, |engine| Ok(engine.forget()?))
}

/// Completes when everything known so far is stored, or could not be. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_flush(client: playgate_client, out: *mut playgate_request) -> playgate_result {
    request(client, out, |engine| Ok(engine.flush()?))
}

/// Cancels a request that is under way; it still completes: one that waits for the server with PLAYGATE_ERROR_CANCELLED
/// unless it was done before, any other as it ends, since what is being stored is not broken off. A permission that the
/// server was asked for may still have led to a challenge; asked for again, it gives the same one. A request that is
/// unknown or has ended is ignored. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_cancel(client: playgate_client, request: playgate_request) -> playgate_result {
    guard(|| {
        get(client)?.engine.cancel(request);
        Ok(PLAYGATE_OK)
    })
}

/// Sets or replaces the player's token for the server; NULL takes it away. Answers to earlier requests become void. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_set_token(client: playgate_client, token: *const c_char) -> playgate_result {
    guard(|| {
        let token = self::token(token)?;
        get(client)?.engine.set_token(token);
        Ok(PLAYGATE_OK)
    })
}

/// Allows (not 0) or forbids (0) the network. No byte leaves before it is allowed. Allowing it refreshes. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_set_network_allowed(client: playgate_client, allowed: i32) -> playgate_result {
    guard(|| {
        get(client)?.engine.set_network_allowed(allowed != 0);
        Ok(PLAYGATE_OK)
    })
}

/// Tells the client whether the platform has connectivity (not 0) or not (0); it assumes so until told otherwise. When
/// it returns, the client refreshes. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_set_online(client: playgate_client, online: i32) -> playgate_result {
    guard(|| {
        get(client)?.engine.set_online(online != 0);
        Ok(PLAYGATE_OK)
    })
}

/// The game goes to the background: nothing is sent until playgate_client_resume. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_suspend(client: playgate_client) -> playgate_result {
    guard(|| {
        get(client)?.engine.set_suspended(true);
        Ok(PLAYGATE_OK)
    })
}

/// The game is back: the client refreshes. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_resume(client: playgate_client) -> playgate_result {
    guard(|| {
        get(client)?.engine.set_suspended(false);
        Ok(PLAYGATE_OK)
    })
}

/// Facts for support as a JSON object, without identifiers, tokens and personal data. Lent until the next call for this
/// client, or its close. One thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_diagnostics(client: playgate_client, out: *mut playgate_text) -> playgate_result {
    write_optional(out, playgate_text::EMPTY);
    guard(|| {
        let object = get_any(client)?;
        write_out(out, playgate_text::EMPTY)?;
        let mut kept = object.diagnostics.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Kept::new(&object.engine.diagnostics());
        write_out(out, kept.lend())?;
        Ok(PLAYGATE_OK)
    })
}

/// Hands a request in: `*out` is its number, or 0.
pub(super) fn request(
    client: playgate_client,
    out: *mut playgate_request,
    start: impl FnOnce(&Engine) -> Result<playgate_request, Failure>,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        write_out(out, start(&object.engine)?)?;
        Ok(PLAYGATE_OK)
    })
}
