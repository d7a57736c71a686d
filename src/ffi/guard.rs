//! What every exported function goes through.

use std::{cell::Cell, panic::AssertUnwindSafe};

use super::result::{Failure, PLAYGATE_ERROR_BUSY, PLAYGATE_ERROR_PANIC, playgate_result, set_last_error};

thread_local! {
    static IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// Runs one of the host's hooks; while it runs, this thread may call only what the header allows from hooks.
pub(super) fn in_hook<T>(hook: impl FnOnce() -> T) -> T {
    let before = IN_HOOK.try_with(|flag| flag.replace(true)).unwrap_or(true);
    let result = hook();
    let _ = IN_HOOK.try_with(|flag| flag.set(before));
    result
}

/// Whether this thread is inside one of the host's hooks.
pub(super) fn is_in_hook() -> bool {
    IN_HOOK.try_with(Cell::get).unwrap_or(false)
}

/// Runs the body of an exported function: no panic leaves it, and a failure leaves its sentence.
pub(super) fn guard(body: impl FnOnce() -> Result<playgate_result, Failure>) -> playgate_result {
    guard_also_in_hooks(|| {
        if is_in_hook() {
            let text = "this function may not be called from inside a hook";
            return Err(Failure::new(PLAYGATE_ERROR_BUSY, text));
        }
        body()
    })
}

/// The same for the few functions that may be called from inside a hook.
pub(super) fn guard_also_in_hooks(body: impl FnOnce() -> Result<playgate_result, Failure>) -> playgate_result {
    let failure = match std::panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => return result,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(
            PLAYGATE_ERROR_PANIC,
            "the library met a defect of its own; please report it",
        ),
    };
    set_last_error(&failure.text);
    failure.result
}
