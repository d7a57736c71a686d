//! Process-wide feature numbers. Append-only and never reused; 0 is never given out. Only names that the host asks for
//! are numbered. All of it is static storage.

use std::sync::{Mutex, MutexGuard};

use super::{room::Room, table::MAX_FEATURES};

/// The longest feature name, in bytes.
pub const MAX_NAME_BYTES: usize = 256;
/// How many bytes all names may take together, each with one more.
pub const NAME_ROOM: usize = 64 * 1024;

static ROOM: Room<NAME_ROOM> = Room::new();
/// The name of number `n` stands at `n - 1`.
static NAMES: Mutex<[Option<&'static str>; MAX_FEATURES - 1]> = Mutex::new([None; MAX_FEATURES - 1]);

fn lock() -> MutexGuard<'static, [Option<&'static str>; MAX_FEATURES - 1]> {
    NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Why a name got no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InternError {
    /// Empty, with a NUL in it, or longer than [`MAX_NAME_BYTES`].
    BadName,
    /// All numbers are given out, or there is no room for the name.
    Full,
}

/// The number of a name; `true` when it is new.
///
/// # Errors
/// The name is empty or too long, or all numbers or all room are given out.
pub fn intern(name: &str) -> Result<(u32, bool), InternError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains('\0') {
        return Err(InternError::BadName);
    }
    let mut names = lock();
    for (number, place) in (1..).zip(names.iter_mut()) {
        match place {
            Some(known) if *known == name => return Ok((number, false)),
            Some(_) => {}
            None => {
                let kept = ROOM.keep(name).ok_or(InternError::Full)?;
                *place = Some(kept.trim_end_matches('\0'));
                return Ok((number, true));
            }
        }
    }
    Err(InternError::Full)
}

/// The names given out so far, that of number 1 first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    (1..).map_while(name_of)
}

/// The name of a number.
pub fn name_of(number: u32) -> Option<&'static str> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    lock().get(at).copied().flatten()
}
