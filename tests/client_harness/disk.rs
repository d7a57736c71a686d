//! A player's record on a medium that may fail, hang, or belong to another process.

use std::collections::{BTreeSet, VecDeque};

use playgate::{
    client::{Code, LoadFailure, Loaded, MarkKind, Outcome, SaveFailure},
    session::Reason,
};
use serde_json::Value;

use super::documents::allowed_by;

/// What the medium does with the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Medium {
    #[default]
    Works,
    /// Nothing is written, and it says so.
    Fails,
    /// It says that it failed, but the bytes are there.
    FailsButLands,
    /// It says nothing until it changes its mind.
    Hangs,
    /// One more piece of work is done, and then it hangs: so a kill may come between two that belong together.
    HangsAfterOne,
}

/// What a kill leaves of the write that was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The record as it was.
    Nothing,
    /// The new record.
    Whole,
    /// Half of it: it is set aside as damaged.
    Torn,
}

#[derive(Clone, Debug)]
/// Something to do with the record, in order.
pub enum Work {
    Save(u64, Vec<u8>),
    Forget(u64),
    Mark(MarkKind, i64),
}

/// What is durable, and what is on its way.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub payload: Option<Vec<u8>>,
    pub mark: Option<(MarkKind, i64)>,
    pub medium: Medium,
    /// Another process holds the record.
    pub held_elsewhere: bool,
    /// The record is sealed with an old key, or not sealed yet.
    pub rewrite: bool,
    /// The record cannot be used.
    pub failure: Option<LoadFailure>,
    pub writes: usize,
    pub marks: Vec<MarkKind>,
    pub queue: VecDeque<Work>,
    pub done: VecDeque<(u64, Result<(), SaveFailure>)>,
}

impl Disk {
    pub fn load(&self) -> Result<Loaded, LoadFailure> {
        match &self.failure {
            // Only who holds the record sets it aside.
            Some(failure) => Err(LoadFailure {
                writable: failure.writable && !self.held_elsewhere,
                ..failure.clone()
            }),
            None => Ok(Loaded {
                payload: self.payload.clone(),
                mark: self.mark,
                writable: !self.held_elsewhere,
                rewrite: self.rewrite,
            }),
        }
    }

    pub fn save(&mut self, job: u64, payload: Vec<u8>) {
        self.queue.push_back(Work::Save(job, payload));
    }

    pub fn forget(&mut self, job: u64) {
        self.queue.push_back(Work::Forget(job));
    }

    pub fn mark(&mut self, kind: MarkKind, at_ms: i64) {
        self.marks.push(kind);
        self.queue.push_back(Work::Mark(kind, at_ms));
    }

    /// Whether a write was begun and has not ended: after a crash nobody knows what it has done.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty() || !self.done.is_empty()
    }

    /// Does what is queued, in order, as far as the medium lets it. Gives what the client must be told.
    pub fn work(&mut self) -> Option<(u64, Result<(), SaveFailure>)> {
        while self.medium != Medium::Hangs {
            let Some(work) = self.queue.pop_front() else { break };
            self.do_one(work);
            if self.medium == Medium::HangsAfterOne {
                self.medium = Medium::Hangs;
            }
        }
        self.done.pop_front()
    }

    fn do_one(&mut self, work: Work) {
        let lands = self.medium != Medium::Fails;
        let result = match self.medium {
            Medium::Works | Medium::HangsAfterOne => Ok(()),
            _ => Err(SaveFailure {
                outcome: Outcome::new(Code::StorageFull, "the medium is full"),
            }),
        };
        match work {
            Work::Save(job, payload) => {
                self.writes += 1;
                if lands {
                    self.rewrite = false;
                    self.payload = Some(payload);
                    self.mark = None;
                    self.failure = None;
                }
                self.done.push_back((job, result));
            }
            Work::Forget(job) => {
                if lands {
                    self.payload = None;
                    self.mark = None;
                }
                self.done.push_back((job, result));
            }
            // A mark overwrites a few bytes in place: it works where a new file does not.
            Work::Mark(kind, at_ms) if self.payload.is_some() => self.mark = Some((kind, at_ms)),
            Work::Mark(..) => {}
        }
    }

    /// What a crash leaves: what was queued never happens, unless it `lands` half-way through.
    pub fn crash(&mut self, landing: Landing) {
        match (landing, self.queue.front()) {
            (Landing::Whole, Some(Work::Save(_, payload))) => {
                self.payload = Some(payload.clone());
                self.mark = None;
                self.failure = None;
            }
            (Landing::Torn, Some(Work::Save(..))) => self.set_aside(),
            // Half a mark denies as a whole one does.
            (Landing::Torn, Some(Work::Mark(_, at_ms))) if self.payload.is_some() => {
                self.mark = Some((MarkKind::Doubtful, *at_ms));
            }
            _ => {}
        }
        self.queue.clear();
        self.done.clear();
    }

    /// What is there is no record: it is put aside, and stays "damaged" until a new one is written.
    pub fn set_aside(&mut self) {
        self.payload = None;
        self.mark = None;
        self.failure = Some(LoadFailure {
            reason: Reason::RecordDamaged,
            outcome: Outcome::new(Code::RecordDamaged, "damaged, and set aside"),
            writable: true,
        });
    }

    /// The features that a start from this disk may allow.
    pub fn allows(&self) -> BTreeSet<String> {
        let Some(payload) = &self.payload else {
            return BTreeSet::new();
        };
        let (record, documents) = head_of(payload);
        let current = &record["current"];
        if self.mark.is_some() || current["kind"] != "session" || current.get("bar").is_some() {
            return BTreeSet::new();
        }
        let length = current["length"]
            .as_u64()
            .and_then(|length| usize::try_from(length).ok());
        let document = documents.get(..length.unwrap_or(0)).unwrap_or_default();
        allowed_by(&serde_json::from_slice(document).unwrap_or_default())
    }
}

/// The first line of a payload as JSON, and what follows it.
pub fn head_of(payload: &[u8]) -> (Value, &[u8]) {
    let end = payload.iter().position(|byte| *byte == b'\n').unwrap_or(payload.len());
    let head = serde_json::from_slice(&payload[..end]).unwrap_or_default();
    (head, payload.get(end + 1..).unwrap_or_default())
}

/// The payload with another first line.
pub fn with_head(payload: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (mut head, documents) = head_of(payload);
    change(&mut head);
    let documents = if head["current"]["kind"] == "session" {
        documents
    } else {
        b""
    };
    [head.to_string().as_bytes(), b"\n", documents].concat()
}
