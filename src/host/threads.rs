//! How the library's threads are made: named, with a stack of a given size, and the host's word first.

use std::{fmt, io, sync::Arc, thread};

/// Called first on each new thread of the library, with the thread's name.
pub type OnStart = Arc<dyn Fn(&str) + Send + Sync>;

/// The least stack that a thread gets: a TLS handshake and the reading of a deep document fit in.
pub const MIN_STACK_BYTES: usize = 256 * 1024;
/// What a thread gets when nothing is asked: parsing is bounded in depth.
const STACK_BYTES: usize = 512 * 1024;

/// How threads are made.
#[derive(Clone)]
pub struct Threads {
    /// What their names begin with; short, since some systems cut names after 15 bytes.
    pub name: String,
    /// The stack of each, in bytes; `None`: 512 KiB. At least [`MIN_STACK_BYTES`] are used.
    pub stack_bytes: Option<usize>,
    /// Called first on each new thread.
    pub on_start: Option<OnStart>,
}

impl Default for Threads {
    fn default() -> Self {
        Self {
            name: "playgate".to_owned(),
            stack_bytes: None,
            on_start: None,
        }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("name", &self.name)
            .field("stack_bytes", &self.stack_bytes)
            .field("on_start", &self.on_start.is_some())
            .finish()
    }
}

impl Threads {
    /// Starts a detached thread; its name ends in `suffix`, if there is one.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn spawn(&self, suffix: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let name = if suffix.is_empty() {
            self.name.clone()
        } else {
            format!("{}-{suffix}", self.name)
        };
        let on_start = self.on_start.clone();
        let told = name.clone();
        let builder = thread::Builder::new().name(name);
        let stack_bytes = self.stack_bytes.unwrap_or(STACK_BYTES).max(MIN_STACK_BYTES);
        let spawned = builder.stack_size(stack_bytes).spawn(move || {
            if let Some(on_start) = on_start {
                on_start(&told);
            }
            drop(told);
            body();
        });
        spawned.map(drop)
    }
}
