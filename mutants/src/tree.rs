//! The copy of the sources in which the mutants are, and what Cargo makes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::{
    list::{Genre, Mutant},
    switch::{Switched, switch},
};

/// Reads the mutant from the environment, once; and, when it is asked to, writes down which places are reached by which
/// thread, and so by which test.
const MECHANISM: &str = r#"
extern crate std;

static MUTANT: core::sync::atomic::AtomicUsize = core::sync::atomic::AtomicUsize::new(0);
const NONE: usize = usize::MAX;
const RECORD: usize = usize::MAX - 1;

std::thread_local! {
    static REACHED: core::cell::RefCell<std::vec::Vec<bool>> =
        const { core::cell::RefCell::new(std::vec::Vec::new()) };
}

#[inline(never)]
pub(crate) fn mutant(number: usize) -> bool {
    let mut on = MUTANT.load(core::sync::atomic::Ordering::Relaxed);
    if on == 0 {
        on = std::env::var("MUTANT").map_or(NONE, |text| text.parse().unwrap_or(RECORD));
        MUTANT.store(on, core::sync::atomic::Ordering::Relaxed);
    }
    if on == RECORD {
        reached(number);
    }
    on == number
}

#[cold]
fn reached(number: usize) {
    use std::io::Write as _;
    let is_new = REACHED.try_with(|reached| {
        let mut reached = reached.borrow_mut();
        if reached.len() <= number {
            reached.resize(number + 1, false);
        }
        !core::mem::replace(&mut reached[number], true)
    });
    if is_new.unwrap_or(true) {
        let file = std::env::var("MUTANTS_REACHED").expect("the file is named");
        let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
        let thread = std::thread::current();
        let line = std::format!("{}\t{number}\n", thread.name().unwrap_or_default());
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("it can be written");
    }
}
"#;

/// What is built: the rooms that need nothing of an operating system.
const ROOMS: &[&str] = &["--package", "playgate", "--no-default-features"];

/// What of the repository these rooms and their tests are built from.
const PARTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "README.md",
    "src",
    "tests",
    "benches",
    "include",
    "simulation",
];

/// Where the copy is and what Cargo builds of it.
pub struct Tree {
    copy: PathBuf,
    /// The sources as they were at the start, by their paths: somebody may work on them meanwhile.
    sources: BTreeMap<String, String>,
    build: PathBuf,
}

/// The mutants that do not compile where they are.
#[derive(Default)]
pub struct Guilty {
    /// All that may be to blame.
    pub all: BTreeSet<usize>,
    /// Those that compile nowhere.
    pub for_sure: BTreeSet<usize>,
}

/// A program with tests.
pub struct Binary {
    pub name: String,
    pub program: PathBuf,
}

impl Tree {
    /// Copies what Git knows or would take. A file that is there already stays as it is, so that Cargo builds only what has
    /// changed.
    ///
    /// # Errors
    /// What could not be read or written.
    pub fn copy(root: &Path, target: &Path) -> Result<Self, String> {
        let mut tree = Self {
            copy: target.join("tree"),
            sources: BTreeMap::new(),
            build: target.join("build"),
        };
        let mut git = Command::new("git");
        git.current_dir(root);
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]);
        git.args(PARTS);
        let listed = succeeded(&mut git)?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        for file in listed.split_terminator('\0') {
            // What is deleted and not committed yet is listed, too.
            if let Ok(bytes) = fs::read(root.join(file)) {
                tree.put(file, &bytes)?;
                let source = String::from_utf8_lossy(&bytes).into_owned();
                tree.sources.insert(file.to_owned(), source);
            }
        }
        for part in PARTS {
            tree.tidy(part)?;
        }
        Ok(tree)
    }

    /// Removes what an earlier copy has left and the repository has no more.
    fn tidy(&self, part: &str) -> Result<(), String> {
        let path = self.copy.join(part);
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                self.tidy(&format!("{part}/{}", name.to_string_lossy()))?;
            }
            Ok(())
        } else if self.sources.contains_key(part) {
            Ok(())
        } else {
            fs::remove_file(&path).map_err(failed)
        }
    }

    fn put(&self, file: &str, bytes: &[u8]) -> Result<(), String> {
        let bytes = match file {
            "Cargo.toml" => workspace(bytes)?,
            "src/lib.rs" => {
                let text = String::from_utf8_lossy(bytes);
                // Rules for people, which the switches do not keep.
                let lines = text.lines().filter(|line| !line.starts_with("#![deny"));
                let text: Vec<&str> = lines.collect();
                (text.join("\n") + MECHANISM).into_bytes()
            }
            _ => bytes.to_vec(),
        };
        let path = self.copy.join(file);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, bytes).map_err(failed)
    }

    /// Puts all these mutants in, each behind its switch; gives back those that are in.
    ///
    /// # Errors
    /// A file that cannot be read, parsed or written.
    pub fn switch(&self, mutants: &[Mutant], dropped: &BTreeSet<usize>) -> Result<BTreeSet<usize>, String> {
        let mut by_file: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for mutant in mutants {
            let list = by_file.entry(&mutant.file).or_default();
            if !dropped.contains(&mutant.number) {
                list.push(mutant);
            }
        }
        let mut all = BTreeSet::new();
        for (file, list) in by_file {
            let Switched { text, numbers } =
                switch(self.source(file)?, &list).map_err(|error| format!("{file}: {error}"))?;
            self.put(file, text.as_bytes())?;
            all.extend(numbers);
        }
        Ok(all)
    }

    /// Puts one mutant in, without a switch and without others.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn put_alone(&self, mutant: &Mutant) -> Result<(), String> {
        let source = self.source(&mutant.file)?;
        let (before, after) = (source.get(..mutant.start), source.get(mutant.end..));
        let (before, after) = before.zip(after).ok_or("a span beyond its file")?;
        let semicolon = if mutant.genre == Genre::FnValue && mutant.replacement == "()" {
            ";"
        } else {
            ""
        };
        self.put(
            &mutant.file,
            format!("{before}{}{semicolon}{after}", mutant.replacement).as_bytes(),
        )
    }

    /// Takes the mutants of a file out.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn restore(&self, file: &str) -> Result<(), String> {
        self.put(file, self.source(file)?.as_bytes())
    }

    fn source(&self, file: &str) -> Result<&str, String> {
        let source = self.sources.get(file).map(String::as_str);
        source.ok_or_else(|| format!("{file} is not among the sources"))
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.copy).stdin(Stdio::null());
        cargo.env("CARGO_TARGET_DIR", &self.build);
        cargo.env("RUSTFLAGS", "-Awarnings");
        // Without debug info everything builds and links sooner; a little faster, the tests make up for it.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        cargo.env("CARGO_PROFILE_SIMULATION_DEBUG", "0");
        // The same few files are built again and again.
        cargo.env("CARGO_INCREMENTAL", "1");
        cargo
    }

    /// Checks the library, and says in which mutants the errors are; `None` when it compiles.
    ///
    /// # Errors
    /// Errors that are in no mutant.
    pub fn errors(&self) -> Result<Option<Guilty>, String> {
        let mut check = self.cargo();
        check.args(["check", "--quiet", "--lib"]).args(ROOMS);
        let checked = ran(check.arg("--message-format=json"))?;
        if checked.status.success() {
            return Ok(None);
        }
        let mut guilty = Guilty::default();
        for message in messages(&checked) {
            let Some(message) = message.get("message").filter(|message| message["level"] == "error") else {
                continue;
            };
            for span in message["spans"].as_array().into_iter().flatten() {
                if span["is_primary"] == true {
                    guilty.all.extend(self.mutants_at(span));
                    guilty.for_sure.extend(self.returned_at(span));
                }
            }
        }
        if guilty.all.is_empty() {
            return Err(format!(
                "the copy does not compile: {}",
                String::from_utf8_lossy(&checked.stderr)
            ));
        }
        Ok(Some(guilty))
    }

    /// The mutant that is a `return` of its own, if the error is in what it returns: there it can be nobody else's.
    fn returned_at(&self, span: &Value) -> Option<usize> {
        let text = fs::read_to_string(self.copy.join(span["file_name"].as_str()?)).ok()?;
        let start = usize::try_from(span["byte_start"].as_u64()?).ok()?;
        let end = usize::try_from(span["byte_end"].as_u64()?).ok()?;
        let before = text.get(..start)?.rsplit('\n').next()?;
        let (head, value) = before.rsplit_once(" return ")?;
        let is_within = !value.contains(['{', '}', ';']) && !text.get(start..end)?.contains(['{', '}', ';', '\n']);
        let number = head.rsplit_once("crate::mutant(")?.1.split(')').next()?;
        number.parse().ok().filter(|_| is_within)
    }

    /// The mutants whose switches are in a span, or the nearest before it.
    fn mutants_at(&self, span: &Value) -> Vec<usize> {
        let text = span["file_name"]
            .as_str()
            .and_then(|file| fs::read_to_string(self.copy.join(file)).ok());
        let byte = |key: &str| span[key].as_u64().and_then(|at| usize::try_from(at).ok());
        let (Some(text), Some(start), Some(end)) = (text, byte("byte_start"), byte("byte_end")) else {
            return Vec::new();
        };
        let switches = text.match_indices("crate::mutant(").filter_map(|(at, head)| {
            let number = text.get(at + head.len()..)?.split(')').next()?;
            Some((at, number.parse().ok()?))
        });
        let switches: Vec<(usize, usize)> = switches.collect();
        let within: Vec<usize> = switches
            .iter()
            .filter(|(at, _)| (start..end).contains(at))
            .map(|(_, number)| *number)
            .collect();
        if !within.is_empty() {
            return within;
        }
        let before = switches.iter().rev().find(|(at, _)| *at < start);
        before.map(|(_, number)| *number).into_iter().collect()
    }

    /// Whether the library compiles.
    ///
    /// # Errors
    /// Cargo cannot be run.
    pub fn compiles(&self) -> Result<bool, String> {
        let mut check = self.cargo();
        check.args(["check", "--quiet", "--lib"]).args(ROOMS);
        Ok(ran(&mut check)?.status.success())
    }

    /// Builds the tests.
    ///
    /// # Errors
    /// They do not compile.
    pub fn tests(&self, which: &[String]) -> Result<Vec<Binary>, String> {
        let mut build = self.cargo();
        build.args(["test", "--quiet", "--no-run", "--message-format=json"]);
        build.args(ROOMS).args(which);
        let built = succeeded(&mut build)?;
        let binaries = messages(&built).filter_map(|message| {
            let is_test = message.pointer("/profile/test")? == true;
            let name = message.pointer("/target/name")?.as_str()?.to_owned();
            let program = PathBuf::from(message.get("executable")?.as_str()?);
            // Lives at random: their program is the last resort.
            (is_test && name != "client_simulation").then_some(Binary { name, program })
        });
        let binaries: Vec<Binary> = binaries.collect();
        if binaries.is_empty() {
            return Err("Cargo named no program with tests".to_owned());
        }
        Ok(binaries)
    }

    /// Builds the program that lives at random.
    ///
    /// # Errors
    /// It does not compile.
    pub fn simulation(&self) -> Result<PathBuf, String> {
        let mut build = self.cargo();
        build.args([
            "build",
            "--quiet",
            "--package",
            "playgate-simulation",
            "--profile",
            "simulation",
        ]);
        succeeded(&mut build)?;
        Ok(self.build.join("simulation/playgate-simulation"))
    }

    /// Where tests find their files.
    pub fn folder(&self) -> &Path {
        &self.copy
    }
}

/// The workspace with the members that are in the copy.
fn workspace(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| match line {
        line if line.starts_with("members = [") => "members = [\"simulation\"]".to_owned(),
        line => line.to_owned(),
    });
    let text = lines.collect::<Vec<String>>().join("\n") + "\n";
    if text.contains("members = [\"simulation\"]") {
        Ok(text.into_bytes())
    } else {
        Err("Cargo.toml names no members in one line".to_owned())
    }
}

/// What Cargo says, line by line.
fn messages(output: &Output) -> impl Iterator<Item = Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    messages.into_iter()
}

fn ran(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("{command:?}: {error}"))
}

fn succeeded(command: &mut Command) -> Result<Output, String> {
    let output = ran(command)?;
    if output.status.success() {
        return Ok(output);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let said: String = messages(&output)
        .filter_map(|message| message.pointer("/message/rendered")?.as_str().map(str::to_owned))
        .collect();
    Err(format!("{command:?}: {}\n{said}{errors}", output.status))
}
