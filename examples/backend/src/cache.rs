//! Sessions that k-ID confirmed a moment ago. An entry counts only while the database still has its revision, so that a
//! webhook that came to another server is seen by the next read here.

use std::{sync::Arc, time::Duration};

use playgate::session::Session;

/// How many bytes of documents are kept.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// What an entry takes besides its document, roughly.
const ENTRY_BYTES: usize = 512;

#[derive(Clone)]
struct Confirmed {
    revision: i64,
    session: Arc<Session>,
}

/// Sessions by id.
#[derive(Clone)]
pub struct Cache(Option<moka::sync::Cache<String, Confirmed>>);

impl Cache {
    /// Keeps sessions for that long; for no time: not at all.
    pub fn new(keep: Duration) -> Self {
        if keep.is_zero() {
            return Self(None);
        }
        let cache = moka::sync::Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(|id: &String, entry: &Confirmed| {
                // A parsed session is about as long again as its document.
                let bytes = id.len() + 2 * entry.session.json().len() + ENTRY_BYTES;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .time_to_live(keep)
            .build();
        Self(Some(cache))
    }

    /// The session of that revision, if k-ID confirmed it a moment ago.
    pub fn get(&self, id: &str, revision: i64) -> Option<Arc<Session>> {
        let entry = self.0.as_ref()?.get(id)?;
        (entry.revision == revision).then_some(entry.session)
    }

    /// k-ID has just confirmed that revision.
    pub fn put(&self, id: &str, revision: i64, session: &Arc<Session>) {
        if let Some(cache) = &self.0 {
            let session = session.clone();
            cache.insert(id.to_owned(), Confirmed { revision, session });
        }
    }
}
