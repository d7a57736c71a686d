//! What a medium holds after the power was cut: everything that was flushed, and any of the rest.

use std::collections::{BTreeMap, BTreeSet};

/// What happened, in order.
#[derive(Debug, Clone)]
pub enum Event {
    Create(String),
    Write {
        name: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Sync(String),
    Rename(String, String),
    Link(String, String),
    Unlink(String),
    /// What the program has told its user.
    Told(String),
}

/// Reads what the layer wrote down.
pub fn read(mut trace: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !trace.is_empty() {
        let end = trace.iter().position(|b| *b == b'\n').expect("a whole line");
        let line = std::str::from_utf8(&trace[..end]).expect("plain text").to_owned();
        trace = &trace[end + 1..];
        let words: Vec<&str> = line.split(' ').collect();
        let [what, a, b, at, len] = words[..] else {
            panic!("five words: {line}")
        };
        let (bytes, rest) = trace.split_at(len.parse().expect("a length"));
        trace = rest;
        let (a, b) = (a.to_owned(), b.to_owned());
        events.push(match what {
            "create" => Event::Create(a),
            "write" => Event::Write {
                name: a,
                at: at.parse().expect("an offset"),
                bytes: bytes.to_vec(),
            },
            "sync" => Event::Sync(a),
            "rename" => Event::Rename(a, b),
            "link" => Event::Link(a, b),
            "unlink" => Event::Unlink(a),
            "told" => Event::Told(String::from_utf8_lossy(bytes).into_owned()),
            other => panic!("unknown event {other}"),
        });
    }
    events
}

const SECTOR: usize = 512;
/// Up to so many pieces that were not flushed, every subset is tried; of more, so many at random.
const ALL_SUBSETS_OF: usize = 6;
const SOME_SUBSETS: u32 = 24;

/// A change that is not durable yet.
#[derive(Debug, Clone)]
enum Pending {
    /// Bytes of one sector of a file.
    Data {
        inode: usize,
        at: usize,
        bytes: Vec<u8>,
    },
    Entry {
        name: String,
        inode: Option<usize>,
    },
    /// Both names at once.
    Moved {
        from: String,
        to: String,
        inode: usize,
    },
}

/// A file system: names for files, and their content.
#[derive(Debug, Default)]
pub struct Disk {
    durable: BTreeMap<String, usize>,
    content: BTreeMap<usize, Vec<u8>>,
    /// As programs see it.
    names: BTreeMap<String, usize>,
    pending: Vec<Pending>,
    inodes: usize,
}

impl Disk {
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Create(name) => {
                self.inodes += 1;
                let inode = self.inodes;
                self.names.insert(name.clone(), inode);
                self.content.insert(inode, Vec::new());
                self.entry(name, Some(inode));
            }
            Event::Write { name, at, bytes } => {
                let inode = self.names[name];
                let mut at = *at;
                let mut bytes = &bytes[..];
                while !bytes.is_empty() {
                    let (sector, rest) = bytes.split_at(bytes.len().min(SECTOR - at % SECTOR));
                    self.pending.push(Pending::Data {
                        inode,
                        at,
                        bytes: sector.to_vec(),
                    });
                    at += sector.len();
                    bytes = rest;
                }
            }
            Event::Sync(name) if name == "." => {
                let (entries, data) = std::mem::take(&mut self.pending)
                    .into_iter()
                    .partition(|p| !matches!(p, Pending::Data { .. }));
                self.pending = data;
                let entries: Vec<Pending> = entries;
                entries
                    .iter()
                    .for_each(|p| commit(&mut self.durable, &mut self.content, p));
            }
            Event::Sync(name) => {
                let flushed = self.names[name];
                let (of_file, others) = std::mem::take(&mut self.pending)
                    .into_iter()
                    .partition(|p| matches!(p, Pending::Data { inode, .. } if *inode == flushed));
                self.pending = others;
                let of_file: Vec<Pending> = of_file;
                of_file
                    .iter()
                    .for_each(|p| commit(&mut self.durable, &mut self.content, p));
            }
            Event::Rename(from, to) => {
                let inode = self.names.remove(from).expect("it is there");
                self.names.insert(to.clone(), inode);
                self.pending.push(Pending::Moved {
                    from: from.clone(),
                    to: to.clone(),
                    inode,
                });
            }
            Event::Link(from, to) => {
                let inode = self.names[from];
                self.names.insert(to.clone(), inode);
                self.entry(to, Some(inode));
            }
            Event::Unlink(name) => {
                self.names.remove(name);
                self.entry(name, None);
            }
            Event::Told(_) => {}
        }
    }

    fn entry(&mut self, name: &str, inode: Option<usize>) {
        self.pending.push(Pending::Entry {
            name: name.to_owned(),
            inode,
        });
    }

    /// What may be there after a cut: each state once.
    pub fn after_a_cut(&self, random: &mut fastrand::Rng) -> BTreeSet<BTreeMap<String, Vec<u8>>> {
        let pieces = self.pending.len();
        let subsets: Vec<Vec<bool>> = if pieces <= ALL_SUBSETS_OF {
            (0..1_u32 << pieces)
                .map(|bits| (0..pieces).map(|piece| bits >> piece & 1 == 1).collect())
                .collect()
        } else {
            let at_random = (0..SOME_SUBSETS).map(|_| (0..pieces).map(|_| random.bool()).collect());
            at_random.chain([vec![true; pieces], vec![false; pieces]]).collect()
        };
        subsets
            .into_iter()
            .map(|kept| {
                let (mut names, mut content) = (self.durable.clone(), self.content.clone());
                let kept = self.pending.iter().zip(kept).filter(|(_, kept)| *kept);
                kept.for_each(|(piece, _)| commit(&mut names, &mut content, piece));
                names
                    .into_iter()
                    .map(|(name, inode)| (name, content.get(&inode).cloned().unwrap_or_default()))
                    .collect()
            })
            .collect()
    }
}

fn commit(names: &mut BTreeMap<String, usize>, content: &mut BTreeMap<usize, Vec<u8>>, piece: &Pending) {
    match piece {
        Pending::Data { inode, at, bytes } => {
            let file = content.entry(*inode).or_default();
            let end = at + bytes.len();
            if file.len() < end {
                file.resize(end, 0);
            }
            file[*at..end].copy_from_slice(bytes);
        }
        Pending::Entry {
            name,
            inode: Some(inode),
        } => {
            names.insert(name.clone(), *inode);
        }
        Pending::Entry { name, inode: None } => {
            names.remove(name);
        }
        Pending::Moved { from, to, inode } => {
            // A later state of the folder may have lost the first name already.
            if names.get(from) == Some(inode) {
                names.remove(from);
            }
            names.insert(to.clone(), *inode);
        }
    }
}
