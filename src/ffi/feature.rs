use std::{
    ffi::c_char,
    sync::{Mutex, PoisonError},
};

use super::{
    guard::guard,
    memory::{write_optional, write_out},
    result::{Failure, PLAYGATE_ERROR_LIMIT, PLAYGATE_OK, playgate_result},
    session::MAX_NAME,
    text::{optional, required, text_out},
};
use crate::{
    host::{
        features::{InternError, MAX_NAME_BYTES, NAME_ROOM},
        intern,
        table::MAX_FEATURES,
    },
    session::DisplayNames,
};

/// A feature's number: process-wide, never reused. 0 is none and always denied.
pub type playgate_feature = u32;

/// The longest display name that can be registered, in bytes.
const MAX_SHOWN: usize = 1024;
/// How many display names can be registered.
const MAX_REGISTERED: usize = 4096;

static NAMES: Mutex<DisplayNames> = Mutex::new(DisplayNames::new());

pub(super) fn with_names<T>(read: impl FnOnce(&DisplayNames) -> T) -> T {
    read(&NAMES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Takes all registered names back.
pub(super) fn release_names() {
    let names = std::mem::take(&mut *NAMES.lock().unwrap_or_else(PoisonError::into_inner));
    drop(names);
}

pub(super) fn display_name(name: &str) -> String {
    with_names(|names| names.get(name).into_owned())
}

/// The number of a feature name: the same one each time, in the whole process. Ask once, at the start, and keep it. The
/// name is 1 to 256 bytes, opaque and case-sensitive, and need not be in any session. `*out` is 0 after a failure;
/// PLAYGATE_ERROR_LIMIT after 1,023 names, or 64 KiB of them, one byte more for each counted. Any thread; not for the
/// frame path.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_feature_intern(name: *const c_char, out: *mut playgate_feature) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let name = required(name, MAX_NAME_BYTES, "the feature's name")?;
        write_out(out, 0)?;
        let number = intern(name).map_err(|error| match error {
            InternError::BadName => Failure::argument("the feature's name is empty or too long"),
            InternError::Full => Failure::new(
                PLAYGATE_ERROR_LIMIT,
                format!(
                    "feature names have numbers up to {} names or {NAME_ROOM} bytes; there are no more",
                    MAX_FEATURES - 1
                ),
            ),
        })?;
        write_out(out, number)?;
        Ok(PLAYGATE_OK)
    })
}

/// Registers what to show for a feature, for example its name in the player's language; it is used in notices from then
/// on. NULL or an empty text takes it back, and playgate_shutdown takes back all. The standard features have English
/// names built in. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_display_name(name: *const c_char, shown: *const c_char) -> playgate_result {
    guard(|| {
        let name = required(name, MAX_NAME, "the feature's name")?;
        let shown = optional(shown, MAX_SHOWN, "the display name")?.unwrap_or_default();
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_REGISTERED && !shown.is_empty() {
            return Err(Failure::new(
                PLAYGATE_ERROR_LIMIT,
                "too many display names are registered",
            ));
        }
        names.set(name, shown);
        Ok(PLAYGATE_OK)
    })
}

/// What to show for a feature: the host's own name, else the built-in English one, else the name itself. Writes at most
/// `capacity` bytes to `buffer`, always ending in a NUL if `capacity` is not 0; `*out_len` is the whole length without
/// the NUL, so that a call with capacity 0 (buffer may be NULL) asks for the size. Cut at a character's border. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_get_display_name(
    name: *const c_char,
    buffer: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
) -> playgate_result {
    text_out(buffer, capacity, out_len, || {
        Ok(display_name(required(name, MAX_NAME, "the feature's name")?))
    })
}
