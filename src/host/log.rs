//! The process's log: one sink, set once. Texts hold no token, e-mail, date of birth, identifier or session.

use std::sync::atomic::{AtomicI32, Ordering};

use once_cell::sync::OnceCell;

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// Something failed.
    Error = 1,
    /// Something is not as it should be, and was dealt with.
    Warn = 2,
    /// What a studio wants to see in its own log.
    Info = 3,
    /// For finding out what is wrong.
    Debug = 4,
}

/// Takes lines: level, target, text. May be called from any thread of the library; must not block or call back.
pub type Sink = &'static (dyn Fn(Level, &str, &str) + Send + Sync);

static SINK: OnceCell<Sink> = OnceCell::new();
static MOST: AtomicI32 = AtomicI32::new(Level::Info as i32);

/// Sets the sink; false when there is one already.
pub fn set_sink(sink: Sink) -> bool {
    SINK.set(sink).is_ok()
}

/// Lines above this level are not written; 0 writes none.
pub fn set_level(most: i32) {
    MOST.store(most, Ordering::Relaxed);
}

/// Writes a line, made only when somebody reads it.
pub(crate) fn write(level: Level, target: &str, text: impl FnOnce() -> String) {
    if level as i32 <= MOST.load(Ordering::Relaxed)
        && let Some(sink) = SINK.get()
    {
        sink(level, target, &text());
    }
}
