//! Storage over a host's own: values under keys, written whole, whose answers may come later.
//!
//! An operation whose answer is still to come fails with [`StorageErrorKind::Pending`], and so does every other one
//! until it is there. Whoever works on a record then leaves off, and does the same work again from its start when
//! [`KeyedStorage::on_answer`] says so: what was answered meanwhile is answered at once and not asked again, until
//! [`KeyedStorage::finish`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::{Lock, Storage, StorageError, StorageErrorKind, check_key, check_size, too_large};

/// What a host's storage is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask<'a> {
    /// What is stored under the key.
    Read,
    /// Replace what is stored under the key: whole or not at all, and durable before the answer.
    Write(&'a [u8]),
    /// Remove what is stored under the key, durably; fine when there is nothing.
    Remove,
}

/// How it went. A read gives what is stored, or `None` when there is nothing; the others give `None`.
pub type Answer = Result<Option<Vec<u8>>, StorageError>;

/// A host's storage.
pub trait KeyValues: Send + Sync {
    /// Begins one operation. `answered` is called once, inside this call or later, from any thread. One at a time.
    fn begin(&self, key: &str, ask: Ask<'_>, answered: Answered);

    /// A text that is the same for every value over the same place in this process.
    fn place(&self) -> String;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Read,
    Write,
    Remove,
}

type Slot = (Verb, String);

/// Called when an answer came.
type OnAnswer = Arc<dyn Fn() + Send + Sync>;

/// One operation and what it gave; `None`: under way.
struct Asked {
    number: u64,
    answer: Option<Answer>,
}

#[derive(Default)]
struct Answers {
    by_slot: Mutex<BTreeMap<Slot, Asked>>,
    on_answer: Mutex<Option<OnAnswer>>,
}

impl Answers {
    fn by_slot(&self) -> MutexGuard<'_, BTreeMap<Slot, Asked>> {
        self.by_slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the answer to one operation.
pub struct Answered {
    answers: Arc<Answers>,
    slot: Slot,
    number: u64,
    /// What a read gives once this has succeeded; `None`: it changes nothing.
    then_reads: Option<Option<Vec<u8>>>,
}

impl Answered {
    /// Hands the answer over. Never waits.
    pub fn call(self, answer: Answer) {
        let answer = match answer {
            Ok(Some(bytes)) if check_size(bytes.len()).is_err() => Err(too_large()),
            answer => answer,
        };
        {
            let mut answers = self.answers.by_slot();
            let has_succeeded = answer.is_ok();
            // One that was given up may have the place of a later one, which it says nothing about.
            let place = answers.get_mut(&self.slot).filter(|asked| asked.number == self.number);
            if let Some(place) = place {
                place.answer = Some(answer);
                if let Some(then_reads) = self.then_reads.filter(|_| has_succeeded) {
                    let known = Asked {
                        number: self.number,
                        answer: Some(Ok(then_reads)),
                    };
                    answers.insert((Verb::Read, self.slot.1), known);
                }
            }
        }
        // Called without the lock: it may well be what drops the last of this storage.
        let on_answer = self
            .answers
            .on_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(on_answer) = on_answer {
            on_answer();
        }
    }
}

/// What a host keeps, as storage.
pub struct KeyedStorage {
    values: Box<dyn KeyValues>,
    answers: Arc<Answers>,
    is_left_off: AtomicBool,
    /// What this one is making where nothing was, so that nobody else in this process makes it, too.
    making: Mutex<Option<Held>>,
}

/// Numbers operations.
static LAST: AtomicU64 = AtomicU64::new(0);

impl KeyedStorage {
    /// Storage over these.
    pub fn new(values: Box<dyn KeyValues>) -> Self {
        Self {
            values,
            answers: Arc::default(),
            is_left_off: AtomicBool::new(false),
            making: Mutex::new(None),
        }
    }

    /// Sets what is called whenever an answer came, on the thread that brings it.
    pub fn on_answer(&self, call: OnAnswer) {
        *self.answers.on_answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(call);
    }

    /// Whether work had to leave off since the last time this was asked.
    pub fn was_left_off(&self) -> bool {
        self.is_left_off.swap(false, Ordering::AcqRel)
    }

    /// Whether an answer is still to come.
    pub fn is_waiting(&self) -> bool {
        self.answers.by_slot().values().any(|asked| asked.answer.is_none())
    }

    /// The work is done: what was answered is forgotten.
    pub fn finish(&self) {
        *self.answers.by_slot() = BTreeMap::new();
        drop(self.making().take());
    }

    fn making(&self) -> MutexGuard<'_, Option<Held>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, verb: Verb, key: &str, ask: Ask<'_>) -> Answer {
        check_key(key)?;
        let slot = (verb, key.to_owned());
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        {
            let mut answers = self.answers.by_slot();
            if let Some(answer) = answers.get(&slot).and_then(|asked| asked.answer.as_ref()) {
                return answer.clone();
            }
            // One at a time: what comes next may hang on what this one says.
            if answers.values().any(|asked| asked.answer.is_none()) {
                return Err(self.leave_off());
            }
            answers.insert(slot.clone(), Asked { number, answer: None });
        }
        let answered = Answered {
            answers: Arc::clone(&self.answers),
            slot: slot.clone(),
            number,
            then_reads: match ask {
                Ask::Read => None,
                Ask::Write(bytes) => Some(Some(bytes.to_vec())),
                Ask::Remove => Some(None),
            },
        };
        self.values.begin(key, ask, answered);
        let answers = self.answers.by_slot();
        match answers.get(&slot).and_then(|asked| asked.answer.as_ref()) {
            Some(answer) => answer.clone(),
            None => Err(self.leave_off()),
        }
    }

    /// Keeps others in this process away from a key.
    fn hold(&self, key: &str) -> Result<Held, StorageError> {
        check_key(key)?;
        let name = (self.values.place(), key.to_owned());
        if held().insert(name.clone()) {
            return Ok(Held(name));
        }
        Err(StorageError::new(
            StorageErrorKind::Locked,
            "What is stored there is in use by another client on the same storage; close that one first.",
        ))
    }

    fn leave_off(&self) -> StorageError {
        self.is_left_off.store(true, Ordering::Release);
        StorageError::new(
            StorageErrorKind::Pending,
            "The host's storage has not answered yet; the work goes on when it has.",
        )
    }

    /// Where what was set aside for a key is kept.
    fn aside(key: &str) -> String {
        format!("{key}-aside")
    }
}

impl Storage for KeyedStorage {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.ask(Verb::Read, key, Ask::Read)
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        check_size(bytes.len())?;
        self.ask(Verb::Write, key, Ask::Write(bytes)).map(drop)
    }

    /// Whole within this process; a host's storage belongs to one.
    fn write_new(&self, key: &str, bytes: &[u8]) -> Result<Vec<u8>, StorageError> {
        let is_making = self.making().is_some();
        if !is_making {
            *self.making() = Some(self.hold(key)?);
            // Looked at afresh: somebody else may have been faster.
            self.answers.by_slot().remove(&(Verb::Read, key.to_owned()));
        }
        if let Some(stored) = self.read(key)? {
            return Ok(stored);
        }
        self.write(key, bytes)?;
        Ok(bytes.to_vec())
    }

    fn overwrite(&self, _key: &str, _offset: u64, _bytes: &[u8]) -> Result<(), StorageError> {
        Err(StorageError::new(
            StorageErrorKind::Unsupported,
            "The host's storage cannot overwrite in place.",
        ))
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        self.ask(Verb::Remove, key, Ask::Remove).map(drop)
    }

    /// Keeps one piece.
    fn set_aside(&self, key: &str) -> Result<(), StorageError> {
        if let Some(bytes) = self.read(key)? {
            self.write(&Self::aside(key), &bytes)?;
            self.remove(key)?;
        }
        Ok(())
    }

    fn has_set_aside(&self, key: &str) -> Result<bool, StorageError> {
        Ok(self.read(&Self::aside(key))?.is_some())
    }

    /// A host's storage lists no keys, so this cannot be told: a salt that is gone is taken for a first start.
    fn has_records(&self) -> Result<bool, StorageError> {
        Ok(false)
    }

    fn forget_set_aside(&self, key: &str) -> Result<(), StorageError> {
        self.remove(&Self::aside(key))
    }

    fn lock(&self, key: &str) -> Result<Box<dyn Lock>, StorageError> {
        Ok(Box::new(self.hold(key)?))
    }

    fn place(&self) -> String {
        self.values.place()
    }
}

/// The locks that are held in this process, by place and key.
static HELD: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

fn held() -> MutexGuard<'static, BTreeSet<(String, String)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Held((String, String));

impl Lock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = held();
        held.remove(&self.0);
        if held.is_empty() {
            // An empty set may keep memory; a new one has none.
            *held = BTreeSet::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what it is asked, and leaves the answers to the test.
    #[derive(Clone, Default)]
    struct Late(Arc<Mutex<Vec<Answered>>>);

    impl KeyValues for Late {
        fn begin(&self, _key: &str, _ask: Ask<'_>, answered: Answered) {
            self.0.lock().unwrap().push(answered);
        }

        fn place(&self) -> String {
            "late".to_owned()
        }
    }

    impl Late {
        fn answer(&self, answer: Answer) {
            self.0.lock().unwrap().remove(0).call(answer);
        }
    }

    #[test]
    fn work_goes_on_with_the_answers_that_are_there() {
        let late = Late::default();
        let storage = KeyedStorage::new(Box::new(late.clone()));
        assert_eq!(storage.read("a").unwrap_err().kind, StorageErrorKind::Pending);
        assert_eq!(storage.read("b").unwrap_err().kind, StorageErrorKind::Pending);
        assert_eq!(late.0.lock().unwrap().len(), 1, "one at a time");
        assert!(storage.was_left_off() && storage.is_waiting());
        late.answer(Ok(Some(vec![1])));
        assert_eq!(storage.read("a").unwrap(), Some(vec![1]));
        assert!(!storage.was_left_off() && !storage.is_waiting());
        assert!(storage.write("a", &[2]).is_err());
        late.answer(Ok(None));
        assert!(storage.write("a", &[3]).is_ok(), "asked once only");
        assert_eq!(
            storage.read("a").unwrap(),
            Some(vec![2]),
            "what was written first is there"
        );
        storage.finish();
        assert!(storage.read("a").is_err(), "asked anew");
    }

    #[test]
    fn an_answer_that_comes_too_late_says_nothing_about_what_is_asked_now() {
        let late = Late::default();
        let storage = KeyedStorage::new(Box::new(late.clone()));
        assert!(storage.write("a", &[1]).is_err());
        storage.finish();
        assert!(storage.write("a", &[2]).is_err());
        late.answer(Ok(None));
        assert!(storage.is_waiting(), "the second write is still under way");
        assert!(storage.write("a", &[2]).is_err());
        late.answer(Ok(None));
        assert!(storage.write("a", &[2]).is_ok());
    }
}
