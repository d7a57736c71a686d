//! Every call of the real file code fails in turn, every write is torn at every sector, and the power is cut at every
//! moment: the record is the last that was acknowledged or one that was on its way, whole, and no mark is lost.
//!
//! A layer in C lies between this program, started again as a child, and the C library; see `shim.c`.
#![cfg(all(feature = "file-store", target_os = "linux"))]

mod power;
#[path = "../storage_support/mod.rs"]
mod storage_support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use playgate::host::{
    record::{Mark, MarkKind, Records},
    storage::{FileStorage, FileStorageOptions},
};
use power::Disk;
use storage_support::*;
use tempfile::TempDir;

const FOLDER: &str = "PLAYGATE_SHIM_FOLDER";
const TEST: &str = "every_call_fails_in_turn_and_nothing_is_lost";
const SECTOR: usize = 512;
const ENDED: Mark = Mark {
    kind: MarkKind::Ended,
    at_ms: 1_700_000_000_000,
};

/// The payload that is saved under that number, some sectors long.
fn payload(number: u64) -> Vec<u8> {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(3 * SECTOR + 40, number as u8);
    bytes
}

/// What the child does, each step told with its result.
fn workload(folder: &Path) {
    let told = |what: String, done: bool| tell_parent(&format!("{} {what}", if done { "ok" } else { "failed" }));
    let storage = FileStorage::open(folder, FileStorageOptions::default());
    told("folder".to_owned(), storage.is_ok());
    let Ok(storage) = storage else { return };
    let records = Records::open(Arc::new(storage), keys(1));
    told("records".to_owned(), records.is_ok());
    let Ok(records) = records else { return };
    let lock = records.lock(PLAYER);
    told("lock".to_owned(), lock.is_ok());
    let save = |number: u64| {
        tell_parent(&format!("trying save {number}"));
        let saved = records.save(PLAYER, &payload(number), number);
        told(format!("save {number}"), saved.is_ok());
    };
    save(1);
    save(2);
    let read = records.load(PLAYER);
    if let Ok(Some(loaded)) = &read {
        assert!((1..=2).contains(&loaded.sequence), "another record");
    }
    told("load".to_owned(), read.is_ok());
    save(3);
    tell_parent("trying mark");
    let marked = records.mark(PLAYER, ENDED);
    told("mark".to_owned(), marked.is_ok());
}

/// What the child has acknowledged and what it has tried.
#[derive(Debug, Default, Clone)]
struct Told {
    saved: u64,
    /// The newest save that was begun.
    tried: u64,
    is_marked: bool,
    tried_mark: bool,
}

impl Told {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["ok", "save", number] => self.saved = number.parse().expect("a number"),
            ["trying", "save", number] => self.tried = number.parse().expect("a number"),
            ["ok", "mark"] => self.is_marked = true,
            ["trying", "mark"] => self.tried_mark = true,
            _ => {}
        }
    }

    /// What is found must be what was acknowledged, or what was on its way after that.
    fn check(&self, folder: &Path, where_: &str) {
        let found = records(folder, keys(1)).load(PLAYER);
        let found = found.unwrap_or_else(|error| panic!("{where_}: {error} after {self:?}"));
        let Some(found) = found else {
            let may_be_none = self.saved == 0 || self.tried_mark;
            assert!(may_be_none, "{where_}: the record is lost after {self:?}");
            return;
        };
        let number = found.sequence;
        assert_eq!(found.payload, payload(number), "{where_}: the record is whole");
        assert!(
            (self.saved..=self.tried).contains(&number),
            "{where_}: record {number} after {self:?}"
        );
        if self.is_marked {
            let mark = found
                .mark
                .unwrap_or_else(|| panic!("{where_}: the mark is lost after {self:?}"));
            assert!(
                mark == ENDED || mark.kind == MarkKind::Doubtful,
                "{where_}: another mark"
            );
        }
        assert!(
            found.mark.is_none() || self.tried_mark,
            "{where_}: a mark that nobody put there"
        );
    }
}

struct Torture {
    shim: PathBuf,
    /// The temporary folder without links in its path: the layer compares paths by their text.
    place: PathBuf,
    _folder: TempDir,
}

impl Torture {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().canonicalize().expect("it is there");
        let shim = place.join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/storage_torture/shim.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-o"])
            .arg(&shim)
            .arg(source)
            .arg("-ldl")
            .status();
        assert!(built.expect("a C compiler is there").success(), "the layer is built");
        Self {
            shim,
            place,
            _folder: folder,
        }
    }

    /// Runs the child over a fresh folder with these settings. Gives the folder, whether the fault was reached, and what
    /// the child told.
    fn run(&self, name: &str, settings: &[(&str, String)]) -> (PathBuf, bool, Told) {
        let folder = self.place.join(name);
        let told_at = self.place.join("told");
        let _ = fs::remove_file(&told_at);
        let mut child = this_test_again(&[], TEST);
        child
            .env("LD_PRELOAD", &self.shim)
            .env(FOLDER, &folder)
            .env("PLAYGATE_SHIM_TOLD", &told_at)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        let output = child.output().expect("starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let is_killed = std::os::unix::process::ExitStatusExt::signal(&output.status) == Some(9);
        assert!(
            output.status.success() || is_killed,
            "{settings:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut told = Told::default();
        text.lines().for_each(|line| told.read(line));
        (folder, told_at.exists(), told)
    }
}

#[test]
fn every_call_fails_in_turn_and_nothing_is_lost() {
    if let Some(folder) = given_by_parent(FOLDER) {
        return workload(folder.as_ref());
    }
    let torture = Torture::new();
    let errors = [libc::EIO, libc::ENOSPC, libc::EACCES];
    let mut injected = 0;
    // Each call with one of the errors in turn; the next time, with `PLAYGATE_TORTURE=all`, with each.
    let all = std::env::var_os("PLAYGATE_TORTURE").is_some();
    for (turn, error) in errors.into_iter().enumerate() {
        for number in 1_u64.. {
            if !all && number % 3 != turn as u64 {
                continue;
            }
            let name = format!("fail-{number}-{error}");
            let settings = [
                ("PLAYGATE_SHIM_FAIL", number.to_string()),
                ("PLAYGATE_SHIM_ERRNO", error.to_string()),
            ];
            let (folder, is_reached, told) = torture.run(&name, &settings);
            if !is_reached {
                assert_eq!((told.saved, told.is_marked), (3, true), "all is well without a fault");
                break;
            }
            injected += 1;
            if folder.is_dir() {
                told.check(&folder, &format!("call {number} failed with {error}"));
            }
        }
    }
    println!("{injected} calls failed");
    assert!(injected >= 60, "only {injected} calls failed: the layer is not there");
}

#[test]
fn every_write_is_torn_at_every_sector() {
    let torture = Torture::new();
    let mut torn = 0;
    for write in 1_u64.. {
        let mut any = false;
        for sector in 0_usize.. {
            // In the middle of a sector, too.
            let bytes = sector * SECTOR / 2;
            let name = format!("tear-{write}-{bytes}");
            let settings = [
                ("PLAYGATE_SHIM_TEAR", write.to_string()),
                ("PLAYGATE_SHIM_BYTES", bytes.to_string()),
            ];
            let (folder, is_reached, told) = torture.run(&name, &settings);
            if !is_reached {
                break;
            }
            any = true;
            torn += 1;
            told.check(&folder, &format!("write {write} torn after {bytes} bytes"));
        }
        if !any {
            break;
        }
    }
    println!("{torn} writes torn");
    assert!(torn >= 20, "only {torn} writes torn: the layer is not there");
}

#[test]
fn the_power_is_cut_at_any_moment_and_any_of_what_was_not_flushed_is_lost() {
    let torture = Torture::new();
    let trace = torture.place.join("trace");
    let settings = [("PLAYGATE_SHIM_TRACE", trace.display().to_string())];
    let (_, _, told) = torture.run("traced", &settings);
    assert_eq!((told.saved, told.is_marked), (3, true));
    let events = power::read(&fs::read(&trace).expect("a trace"));
    let cuts = cut_everywhere(&events, &torture.place, |_| true).unwrap_or_else(|found| panic!("{found}"));
    println!("{cuts} power cuts");
    assert!(cuts >= 120, "only {cuts} power cuts");
    // The same without the flushes of files, or of the folder: it must be noticed.
    let without_files = cut_everywhere(&events, &torture.place, |name| name == ".");
    assert!(without_files.is_err(), "files that are not flushed go unnoticed");
    let without_folder = cut_everywhere(&events, &torture.place, |name| name != ".");
    assert!(without_folder.is_err(), "a folder that is not flushed goes unnoticed");
}

/// Cuts the power after each event, with any of what was not flushed lost; flushes count only where `counts` says so.
fn cut_everywhere(events: &[power::Event], place: &Path, counts: impl Fn(&str) -> bool) -> Result<u32, String> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut disk = Disk::default();
    let mut told = Told::default();
    let mut cuts = 0;
    for (at, event) in events.iter().enumerate() {
        match event {
            power::Event::Told(text) => text.lines().for_each(|line| told.read(line)),
            power::Event::Sync(name) if !counts(name) => {}
            event => disk.apply(event),
        }
        for state in disk.after_a_cut(&mut random) {
            let folder = place.join("cut");
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(&folder).expect("a folder");
            for (name, bytes) in &state {
                fs::write(folder.join(name), bytes).expect("written");
            }
            // Its first record comes after the salt: without a salt there is none, and none was acknowledged.
            let checked =
                std::panic::catch_unwind(|| told.check(&folder, &format!("the power was cut after event {at}")));
            if let Err(panic) = checked {
                return Err(panic
                    .downcast::<String>()
                    .map_or_else(|_| "no words".to_owned(), |words| *words));
            }
            cuts += 1;
        }
    }
    Ok(cuts)
}

const PAIR: &str = "PLAYGATE_TEST_PAIR_FOLDER";
const SAVES_OF_PAIR: u64 = 300;

/// One of two processes: whenever it has the lock, it saves the number after the one that it finds.
fn save_in_turn(folder: &Path) {
    let records = records(folder, keys(1));
    loop {
        let Ok(lock) = records.lock(PLAYER) else {
            std::thread::yield_now();
            continue;
        };
        let found = records.load(PLAYER).expect("never damaged");
        let number = found.map_or(0, |found| found.sequence) + 1;
        if number > SAVES_OF_PAIR {
            return;
        }
        records.save(PLAYER, &payload(number), number).expect("saved");
        tell_parent(&format!("saved {number}"));
        drop(lock);
    }
}

#[test]
fn two_processes_on_one_record_lose_nothing_even_when_one_is_killed() {
    if let Some(folder) = given_by_parent(PAIR) {
        return save_in_turn(folder.as_ref());
    }
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("records");
    let start = || {
        let mut child = this_test_again(&[], "two_processes_on_one_record_lose_nothing_even_when_one_is_killed");
        child.env(PAIR, &folder);
        Talking::start(child)
    };
    let mut steady = start();
    let mut numbers = std::collections::BTreeSet::new();
    let mut take = |number: String| assert!(numbers.insert(number.parse::<u64>().expect("a number")), "saved twice");
    let mut kills = 0;
    for _ in 0..6 {
        let mut killed = start();
        for _ in 0..10 {
            killed.next("saved ").into_iter().for_each(&mut take);
        }
        killed.kill();
        kills += 1;
        while let Some(number) = killed.next("saved ") {
            take(number);
        }
    }
    while let Some(number) = steady.next("saved ") {
        take(number);
    }
    assert!(steady.child.wait().expect("waited for").success());
    // A kill after a save and before its word leaves a gap, one for each at most.
    let gaps = SAVES_OF_PAIR - numbers.len() as u64;
    assert!(gaps <= kills, "{gaps} saves are missing after {kills} kills");
    let found = records(&folder, keys(1))
        .load(PLAYER)
        .expect("readable")
        .expect("there");
    assert_eq!(found.payload, payload(SAVES_OF_PAIR));
}
