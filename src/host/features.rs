//! Process-wide feature numbers. Append-only and never reused; 0 is never given out. Only names that the host asks for
//! are numbered.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use once_cell::sync::Lazy;

use super::table::MAX_FEATURES;

/// The longest feature name, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

#[derive(Default)]
struct Registry {
    numbers: HashMap<Arc<str>, u32>,
    names: Arc<Vec<Arc<str>>>,
}

static REGISTRY: Lazy<Mutex<Registry>> = Lazy::new(Mutex::default);

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Why a name got no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InternError {
    /// Empty, or longer than [`MAX_NAME_BYTES`].
    BadName,
    /// All numbers are given out.
    Full,
}

/// The number of a name; `true` when it is new.
///
/// # Errors
/// The name is empty or too long, or all numbers are given out.
pub fn intern(name: &str) -> Result<(u32, bool), InternError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(InternError::BadName);
    }
    let mut registry = registry();
    if let Some(number) = registry.numbers.get(name) {
        return Ok((*number, false));
    }
    let number = registry.names.len() + 1;
    if number >= MAX_FEATURES {
        return Err(InternError::Full);
    }
    let number = u32::try_from(number).map_err(|_| InternError::Full)?;
    let name: Arc<str> = name.into();
    registry.numbers.insert(Arc::clone(&name), number);
    Arc::make_mut(&mut registry.names).push(name);
    Ok((number, true))
}

/// The names given out so far: the name of number `n` stands at `n - 1`.
pub(crate) fn names() -> Arc<Vec<Arc<str>>> {
    Arc::clone(&registry().names)
}

/// The name of a number.
pub fn name_of(number: u32) -> Option<Arc<str>> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    registry().names.get(at).cloned()
}
