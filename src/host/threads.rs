//! The library's own threads: named, with a stack of a given size, the host's word first, and ending by themselves. What a
//! thread has of memory is gone only when it is joined, so all of them are known here, and are joined when they have
//! ended or somebody waits for their end.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

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

/// Threads that belong together: a client's, or a transport's. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Crew {
    owner: u64,
    options: Threads,
}

impl Crew {
    pub(super) fn new(options: Threads) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            owner: LAST.fetch_add(1, Ordering::Relaxed),
            options,
        }
    }

    /// Starts a thread, which nobody has to wait for; its name ends in `suffix`, if there is one.
    pub(super) fn spawn(&self, suffix: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let name = match suffix {
            "" => self.options.name.clone(),
            suffix => format!("{}-{suffix}", self.options.name),
        };
        let builder = Builder::new()
            .name(name.clone())
            .stack_size(self.options.stack_bytes.unwrap_or(STACK_BYTES).max(MIN_STACK_BYTES));
        let on_start = self.options.on_start.clone();
        join_ended();
        // Not under the lock: the new thread may start another one.
        let thread = builder.spawn(move || {
            if let Some(on_start) = on_start {
                on_start(&name);
            }
            drop(name);
            body();
        })?;
        running().push((self.owner, thread));
        Ok(())
    }

    /// Waits until all of them have ended, at most until then. Not from one of them.
    pub(super) fn wait(&self, until: Instant) {
        wait(Some(self.owner), until);
    }
}

/// Waits until no thread of the library is left, at most until then; whether that is so. Not from one of them.
pub(super) fn wait_for_all(until: Instant) -> bool {
    wait(None, until)
}

static RUNNING: Mutex<Vec<(u64, JoinHandle<()>)>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<(u64, JoinHandle<()>)>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(owner: Option<u64>, until: Instant) -> bool {
    loop {
        join_ended();
        if !running().iter().any(|(of, _)| owner.is_none_or(|owner| owner == *of)) {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(left.min(Duration::from_millis(1)));
    }
}

/// Joins those that have ended. That waits for no more than the last steps of a thread.
fn join_ended() {
    loop {
        let ended = {
            let mut running = running();
            let ended = running.iter().position(|(_, thread)| thread.is_finished());
            let ended = ended.map(|at| running.swap_remove(at));
            if running.is_empty() {
                *running = Vec::new();
            }
            ended
        };
        let Some((_, thread)) = ended else { return };
        // A panic in it was told when it happened.
        let _ = thread.join();
    }
}
