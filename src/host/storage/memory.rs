//! Storage in memory: for tests of this library and of games, and for hosts that keep nothing on disk.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Lock, Storage, StorageError, StorageErrorKind, check_key, check_size};

/// How many pieces are kept per key when something is set aside; the oldest goes first.
const SET_ASIDE_KEPT: usize = 4;

/// Keeps bytes in memory. Clones share one content, as two handles on one folder would; the content goes with the last
/// of them. Failures can be ordered, to see what a game does when the disk is full or the folder is gone.
///
/// ```
/// use playgate::host::storage::{MemoryStorage, Storage, StorageErrorKind};
///
/// let storage = MemoryStorage::new();
/// storage.write("a", b"first").unwrap();
/// storage.fail_writes(Some(StorageErrorKind::Full));
/// assert_eq!(storage.write("a", b"second").unwrap_err().kind, StorageErrorKind::Full);
/// assert_eq!(storage.read("a").unwrap().unwrap(), b"first");
/// ```
#[derive(Clone)]
pub struct MemoryStorage {
    shared: Arc<Shared>,
}

struct Shared {
    id: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    content: MemorySnapshot,
    locked: HashSet<String>,
    fail_reads: Option<StorageErrorKind>,
    fail_writes: Option<StorageErrorKind>,
    fail_overwrites: Option<StorageErrorKind>,
    fail_removes: Option<StorageErrorKind>,
}

/// Everything that a [`MemoryStorage`] holds, as it was at one moment. Locks and ordered failures are not part of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MemorySnapshot {
    /// What is stored under each key.
    pub entries: BTreeMap<String, Vec<u8>>,
    /// What was set aside for each key, oldest first.
    pub set_aside: BTreeMap<String, Vec<Vec<u8>>>,
}

impl fmt::Debug for MemorySnapshot {
    /// Keys and sizes only: records may hold what a log must not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (key, bytes) in &self.entries {
            map.entry(key, &bytes.len());
        }
        for (key, pieces) in &self.set_aside {
            let sizes: Vec<usize> = pieces.iter().map(Vec::len).collect();
            map.entry(&format_args!("{key} (set aside)"), &sizes);
        }
        map.finish()
    }
}

impl MemoryStorage {
    /// Empty storage.
    pub fn new() -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self {
            shared: Arc::new(Shared {
                id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
                state: Mutex::default(),
            }),
        }
    }

    /// From now on `read` fails with this kind; `None` lets it work again.
    pub fn fail_reads(&self, kind: Option<StorageErrorKind>) {
        self.state().fail_reads = kind;
    }

    /// From now on `write`, `write_new` and `set_aside` fail with this kind and change nothing; `None` lets them work
    /// again.
    pub fn fail_writes(&self, kind: Option<StorageErrorKind>) {
        self.state().fail_writes = kind;
    }

    /// From now on `overwrite` fails with this kind and changes nothing; `None` lets it work again.
    pub fn fail_overwrites(&self, kind: Option<StorageErrorKind>) {
        self.state().fail_overwrites = kind;
    }

    /// From now on `remove` and `forget_set_aside` fail with this kind and change nothing; `None` lets them work again.
    pub fn fail_removes(&self, kind: Option<StorageErrorKind>) {
        self.state().fail_removes = kind;
    }

    /// A copy of everything that is stored now.
    pub fn snapshot(&self) -> MemorySnapshot {
        self.state().content.clone()
    }

    /// Puts everything back to what it was when the snapshot was taken, or to what a test made of it. Ordered failures
    /// and locks stay as they are.
    pub fn restore(&self, snapshot: MemorySnapshot) {
        self.state().content = snapshot;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage")
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Every change below is a single assignment, so the state is whole even after a panic in another thread.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ordered(kind: Option<StorageErrorKind>, what: &str) -> Result<(), StorageError> {
    match kind {
        None => Ok(()),
        Some(kind) => Err(StorageError::new(
            kind,
            format!("The memory storage was told to fail to {what} ({kind:?})."),
        )),
    }
}

impl Storage for MemoryStorage {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        check_key(key)?;
        let state = self.state();
        ordered(state.fail_reads, "read")?;
        Ok(state.content.entries.get(key).cloned())
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        check_key(key)?;
        check_size(bytes.len())?;
        let mut state = self.state();
        ordered(state.fail_writes, "write")?;
        state.content.entries.insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn write_new(&self, key: &str, bytes: &[u8]) -> Result<Vec<u8>, StorageError> {
        check_key(key)?;
        check_size(bytes.len())?;
        let mut state = self.state();
        ordered(state.fail_writes, "write")?;
        let stored = state.content.entries.entry(key.to_owned());
        Ok(stored.or_insert_with(|| bytes.to_vec()).clone())
    }

    fn overwrite(&self, key: &str, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        check_key(key)?;
        let mut state = self.state();
        ordered(state.fail_overwrites, "overwrite in place")?;
        let target = state.content.entries.get_mut(key).and_then(|stored| {
            let start = usize::try_from(offset).ok()?;
            stored.get_mut(start..start.checked_add(bytes.len())?)
        });
        match target {
            Some(target) => {
                target.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(StorageError::new(
                StorageErrorKind::Io,
                "Nothing is stored where bytes were to be overwritten in place.",
            )),
        }
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        check_key(key)?;
        let mut state = self.state();
        ordered(state.fail_removes, "remove")?;
        state.content.entries.remove(key);
        Ok(())
    }

    fn set_aside(&self, key: &str) -> Result<(), StorageError> {
        check_key(key)?;
        let mut state = self.state();
        ordered(state.fail_writes, "set a record aside")?;
        if let Some(bytes) = state.content.entries.remove(key) {
            let pieces = state.content.set_aside.entry(key.to_owned()).or_default();
            pieces.push(bytes);
            let surplus = pieces.len().saturating_sub(SET_ASIDE_KEPT);
            pieces.drain(..surplus);
        }
        Ok(())
    }

    fn has_set_aside(&self, key: &str) -> Result<bool, StorageError> {
        check_key(key)?;
        let state = self.state();
        Ok(state
            .content
            .set_aside
            .get(key)
            .is_some_and(|pieces| !pieces.is_empty()))
    }

    fn has_records(&self) -> Result<bool, StorageError> {
        let state = self.state();
        let is_hash = |key: &String| key.len() == 32;
        Ok(state.content.entries.keys().any(is_hash) || !state.content.set_aside.is_empty())
    }

    fn forget_set_aside(&self, key: &str) -> Result<(), StorageError> {
        check_key(key)?;
        let mut state = self.state();
        ordered(state.fail_removes, "remove")?;
        state.content.set_aside.remove(key);
        Ok(())
    }

    fn lock(&self, key: &str) -> Result<Box<dyn Lock>, StorageError> {
        check_key(key)?;
        if !self.state().locked.insert(key.to_owned()) {
            return Err(StorageError::new(
                StorageErrorKind::Locked,
                "The record is in use by another client on the same memory storage; close that one first.",
            ));
        }
        Ok(Box::new(MemoryLock {
            shared: Arc::clone(&self.shared),
            key: key.to_owned(),
        }))
    }

    fn place(&self) -> String {
        format!("memory:{}", self.shared.id)
    }
}

struct MemoryLock {
    shared: Arc<Shared>,
    key: String,
}

impl Lock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.shared.state().locked.remove(&self.key);
    }
}
