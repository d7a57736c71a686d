//! Running programs: what they print is shown as it comes, and counted where it is a test runner's.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{ChildStderr, Command, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::secrets;

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
}

impl Counts {
    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Reads "… 5 passed; 1 failed …" and "5 passed, 1 failed".
    fn of_line(line: &str) -> Self {
        let is_closing = line.starts_with("test result:") || (line.ends_with(" failed") && line.contains(" passed, "));
        if !is_closing {
            return Self::default();
        }
        let before = |word: &str| {
            let words: Vec<&str> = line.split([' ', ';', ',']).filter(|w| !w.is_empty()).collect();
            let at = words.iter().position(|w| *w == word)?;
            words.get(at.checked_sub(1)?)?.parse().ok()
        };
        Self {
            passed: before("passed").unwrap_or(0),
            failed: before("failed").unwrap_or(0),
        }
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program from crates.io in that version, installed into `target/tools` when it is not there.
///
/// # Errors
/// It cannot be installed.
pub fn tool(name: &str, version: &str) -> Result<PathBuf, String> {
    let folder = target().join("tools");
    let program = folder.join("bin").join(name);
    let installed = output(cargo().args(["install", "--list", "--root"]).arg(&folder))?;
    if !installed.contains(&format!("{name} v{version}:")) {
        let mut install = cargo();
        install.args(["install", "--quiet", "--locked", "--force", name, "--version", version]);
        ok(install.arg("--root").arg(&folder))?;
    }
    Ok(program)
}

thread_local! {
    static IS_IN_BACKGROUND: Cell<bool> = const { Cell::new(false) };
    static LABEL: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs this with a label before each line that its programs print.
pub fn labelled<T>(label: &str, body: impl FnOnce() -> T) -> T {
    let before = LABEL.replace(format!("[{label}] "));
    let done = body();
    LABEL.set(before);
    done
}

/// From here on this thread's cargo runs at the lowest priority.
pub fn in_background() {
    IS_IN_BACKGROUND.set(true);
}

/// The cargo that runs this.
pub fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = if IS_IN_BACKGROUND.get() {
        let mut command = Command::new("nice");
        command.args(["-n", "19"]).arg(cargo);
        command
    } else {
        Command::new(cargo)
    };
    command.current_dir(root());
    // A test run builds each program once; what would speed up the next build takes gigabytes.
    command.env("CARGO_INCREMENTAL", "0");
    // Those of this program's own run: build scripts look at them, and would run anew each time.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    // What the outer cargo set for xtask must not decide how the inner one builds.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(name);
    }
    command
}

/// The lines of a failed program's output that say why, for the closing lines of a run.
#[derive(Default)]
struct Reasons {
    /// What test runners print of a test that failed.
    named: Vec<String>,
    /// The last lines, for programs that are no test runners.
    last: VecDeque<String>,
    is_next: bool,
}

impl Reasons {
    const MOST: usize = 8;

    fn look_at(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        let is_panic = line.contains("panicked at");
        if (is_panic || self.is_next || line.contains("FAIL")) && self.named.len() < Self::MOST {
            self.named.push(line.to_owned());
        }
        // A panic's message stands below its place.
        self.is_next = is_panic;
        self.last.push_back(line.to_owned());
        if self.last.len() > Self::MOST {
            self.last.pop_front();
        }
    }

    fn text(self) -> String {
        let lines = if self.named.is_empty() {
            self.last.into()
        } else {
            self.named
        };
        lines.iter().fold(String::new(), |text, line| text + "\n    " + line)
    }
}

/// Runs a program, shows what it prints, and counts its tests. A program that fails is an error with what it said of
/// the failure.
pub fn counted(command: &mut Command) -> Result<Counts, String> {
    let shown = shown(command);
    let started = Instant::now();
    let label = LABEL.with_borrow(Clone::clone);
    println!("{label}$ {shown}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{shown}: {error}"))?;
    let errors = child.stderr.take().map(|errors| pass_on(errors, label.clone()));
    let mut counts = Counts::default();
    let mut reasons = Reasons::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| format!("{shown}: {error}"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{label}{line}");
            counts.add(Counts::of_line(line.trim()));
            reasons.look_at(&line);
            secrets::look_at(&line);
        }
    }
    let status = child.wait().map_err(|error| format!("{shown}: {error}"))?;
    // What it started may live on, with its pipe: that is not waited for.
    let ended = Instant::now();
    while errors.as_ref().is_some_and(|thread| !thread.is_finished()) && ended.elapsed() < Duration::from_secs(1) {
        thread::sleep(Duration::from_millis(1));
    }
    println!("{label}  ({:.1} s)", started.elapsed().as_secs_f32());
    if status.success() {
        Ok(counts)
    } else {
        Err(format!("{shown}: {status}{}", reasons.text()))
    }
}

/// Shows what a program says on its error output.
fn pass_on(errors: ChildStderr, label: String) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            eprintln!("{label}{line}");
            secrets::look_at(&line);
        }
    })
}

/// Runs a program; one that fails is an error.
pub fn ok(command: &mut Command) -> Result<(), String> {
    counted(command).map(|_| ())
}

/// Runs a program and gives back what it printed; one that fails is an error with its error output.
pub fn output(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    text.lines().chain(errors.lines()).for_each(secrets::look_at);
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{shown}: {}\n{text}{errors}", output.status))
}

fn shown(command: &Command) -> String {
    let mut text = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
