use std::{ffi::c_char, sync::Arc};

use super::{
    guard::guard,
    handle::{Kind, Registry},
    memory::{read_struct, write_optional, write_out},
    options::{player, playgate_store_options},
    result::{Failure, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_OK, playgate_result},
    session::{get, insert, playgate_session},
};
use crate::host::Store;

/// Sessions stored by player, without a client. Close it with playgate_store_close. 0 is none.
pub type playgate_store = u64;

static STORES: Registry<Store> = Registry::new(Kind::Store);

/// Opens a store over a folder: the same records that clients with this folder use. `*out` is the store or 0. Does file
/// input and output: not for the frame path. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_open(
    options: *const playgate_store_options,
    out: *mut playgate_store,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let options = read_struct(options)?;
        write_out(out, 0)?;
        write_out(out, STORES.insert(Arc::new(options.open()?))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Stores a session as the player's current one; what the player was last told stays as it is. Durable on return, whole
/// or not at all, whatever is killed and when. PLAYGATE_ERROR_RECORD_LOCKED while a client or another process has the
/// record. A record that cannot be read is never written over. Does file input and output: not for the frame path. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_save(
    store: playgate_store,
    player: *const c_char,
    session: playgate_session,
) -> playgate_result {
    guard(|| {
        let store = STORES.get(store)?;
        store.save(self::player(player)?, get(session)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// The player's stored session; the caller frees it. PLAYGATE_ERROR_NOT_FOUND when there is none; every other failure
/// means that there may be one, and `*out` is 0. Does file input and output: not for the frame path. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_load(
    store: playgate_store,
    player: *const c_char,
    out: *mut playgate_session,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let store = STORES.get(store)?;
        let player = self::player(player)?;
        write_out(out, 0)?;
        let found = store.load(player)?;
        let session =
            found.ok_or_else(|| Failure::new(PLAYGATE_ERROR_NOT_FOUND, "no session is stored for this player"))?;
        write_out(out, insert(session)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Removes every trace of the player from the folder. Ok when there was none. PLAYGATE_ERROR_RECORD_LOCKED while a
/// client or another process has the record. Does file input and output: not for the frame path. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_forget(store: playgate_store, player: *const c_char) -> playgate_result {
    guard(|| {
        let store = STORES.get(store)?;
        store.forget(self::player(player)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Closes a store. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_close(store: playgate_store) -> playgate_result {
    guard(|| STORES.remove(store).map(|_| PLAYGATE_OK))
}
