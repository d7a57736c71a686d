//! What the storage tests share: folders, records, and child processes of the same test.
#![allow(dead_code)] // each test file uses its part

pub mod media;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use playgate::host::record::{Keys, RecordKey, Records};
use playgate::host::storage::{FileStorage, FileStorageOptions, Storage};

/// Stands for a player's e-mail address, as careless hosts use it for a player key.
pub const PLAYER: &str = "planted.mia@example.com";
pub const OTHER_PLAYER: &str = "planted.ben@example.com";
pub const PAYLOAD: &[u8] = b"{\"planted\":\"born 2014-03-09\"}";

pub fn keys(key: u8) -> Keys {
    Keys {
        key: Some(RecordKey::new([key; 32])),
        ..Keys::default()
    }
}

pub fn file_storage(folder: &Path) -> Arc<FileStorage> {
    let storage = FileStorage::open(folder, FileStorageOptions::default());
    Arc::new(storage.expect("the folder opens"))
}

pub fn records(folder: &Path, keys: Keys) -> Records {
    over(file_storage(folder), keys)
}

pub fn over(storage: Arc<dyn Storage>, keys: Keys) -> Records {
    Records::open(storage, keys).expect("the records open")
}

/// The file of a player's record.
pub fn file_of(folder: &Path, records: &Records, player: &str) -> PathBuf {
    folder.join(records.name(player))
}

/// The names and contents of all regular files in the folder.
pub fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| {
            let name = entry.file_name().into_string().expect("a plain name");
            (name, fs::read(entry.path()).expect("readable"))
        })
        .collect()
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

pub fn has_temporary_files(folder: &Path) -> bool {
    names(folder).iter().any(|name| name.contains(".tmp-"))
}

/// The value that a parent gave to this test when it started it again as a child process.
pub fn given_by_parent(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// This test program again, running one test only, behind an optional prefix such as `unshare -m`.
pub fn this_test_again(prefix: &[&str], test: &str) -> Command {
    let me = std::env::current_exe().expect("this program's path");
    let mut command = match prefix {
        [] => Command::new(me),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(me);
            command
        }
    };
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command
}

/// A child process that talks over its standard output. Killed on drop.
pub struct Talking {
    pub child: Child,
    pub lines: Lines<BufReader<ChildStdout>>,
}

impl Talking {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let out = child.stdout.take().expect("piped");
        Self {
            child,
            lines: BufReader::new(out).lines(),
        }
    }

    /// The rest of the next line that begins with the word; `None` when the child has ended.
    pub fn next(&mut self, word: &str) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix(word)?.trim().to_owned()))
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("waited for");
    }
}

impl Drop for Talking {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says something to the parent in a single write, so that a kill leaves a whole line or none.
pub fn tell_parent(line: &str) {
    use std::io::Write;
    let line = format!("\n{line}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).expect("the parent listens");
    out.flush().expect("the parent listens");
}
