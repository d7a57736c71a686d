//! Runs the tests with one mutant after the other: only those tests that reach it, the soonest first.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::tree::{Binary, Tree};

/// Tests that take long; they run for mutants that no other test catches.
pub const SLOW: &[&str] = &["a_thousand_hours"];

/// Steps of lives at random, for mutants that no test catches.
const STEPS: &str = "20000";

/// What a program may take at most: a mutant may well fill memory without end.
const MOST_KIB: u64 = 6 << 20;

/// How it went with a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A test failed.
    Caught,
    /// The tests did not end.
    TimedOut,
    /// Nobody noticed.
    Survived,
    /// No test comes by.
    Unreached,
}

/// The tests of one program that come by a mutant.
struct Reaching {
    binary: usize,
    /// All of the program's, where it is not known which.
    tests: Option<Vec<String>>,
}

/// Programs that were tried without a mutant.
pub struct Trials<'a> {
    folder: &'a Path,
    binaries: Vec<Binary>,
    /// How long each takes.
    takes: Vec<Duration>,
    /// By mutant.
    reaching: HashMap<usize, Vec<Reaching>>,
    simulation: PathBuf,
    simulation_takes: Duration,
    simulated: BTreeSet<usize>,
}

impl<'a> Trials<'a> {
    /// Runs everything without a mutant: it must pass. Then once more, to see who comes by which.
    ///
    /// # Errors
    /// Tests fail without a mutant, or a program cannot be run.
    pub fn new(tree: &'a Tree, binaries: Vec<Binary>, simulation: PathBuf) -> Result<Self, String> {
        let mut trials = Self {
            folder: tree.folder(),
            takes: Vec::new(),
            reaching: HashMap::new(),
            binaries,
            simulation,
            simulation_takes: Duration::ZERO,
            simulated: BTreeSet::new(),
        };
        for at in 0..trials.binaries.len() {
            let command = || trials.tests(at, None, true);
            let takes = trials.passes(command(), None)?;
            let reached = trials.reached(&trials.binaries[at].name, command())?;
            trials.takes.push(takes);
            for (number, tests) in reached {
                let tests: Vec<String> = tests.into_iter().collect();
                // A thread of its own has no test's name.
                let is_known = tests.iter().all(|test| !test.is_empty() && test != "main");
                let tests = is_known.then_some(tests);
                trials
                    .reaching
                    .entry(number)
                    .or_default()
                    .push(Reaching { binary: at, tests });
            }
        }
        for list in trials.reaching.values_mut() {
            list.sort_by_key(|reaching| trials.takes[reaching.binary]);
        }
        trials.simulation_takes = trials.passes(trials.lives(), None)?;
        trials.simulated = trials.reached("simulation", trials.lives())?.into_keys().collect();
        Ok(trials)
    }

    /// How many mutants a test comes by.
    pub fn reached_by_tests(&self) -> usize {
        self.reaching.len()
    }

    /// What becomes of a mutant, and who caught it.
    ///
    /// # Errors
    /// A program cannot be run.
    pub fn fate(&self, mutant: usize) -> Result<(Fate, &str), String> {
        let mutant_is_on = mutant.to_string();
        let reaching = self.reaching.get(&mutant).map(Vec::as_slice).unwrap_or_default();
        for with_slow in [false, true] {
            for Reaching { binary, tests } in reaching {
                let tests = if with_slow { None } else { tests.as_deref() };
                if with_slow && !self.has_slow(*binary) {
                    continue;
                }
                let limit = Duration::from_secs(20) + self.takes[*binary] * 5;
                let limit = if with_slow { limit * 10 } else { limit };
                let command = self.tests(*binary, tests, !with_slow);
                if let Some(fate) = self.verdict(command, &mutant_is_on, limit)? {
                    return Ok((fate, &self.binaries[*binary].name));
                }
            }
        }
        if self.simulated.contains(&mutant) {
            let limit = Duration::from_secs(20) + self.simulation_takes * 10;
            if let Some(fate) = self.verdict(self.lives(), &mutant_is_on, limit)? {
                return Ok((fate, "simulation"));
            }
        }
        let is_reached = !reaching.is_empty() || self.simulated.contains(&mutant);
        Ok((if is_reached { Fate::Survived } else { Fate::Unreached }, ""))
    }

    fn has_slow(&self, binary: usize) -> bool {
        self.binaries[binary].name == "client_game_session"
    }

    /// A program with tests: these of them, or all; without the slow ones, if so.
    fn tests(&self, binary: usize, tests: Option<&[String]>, skip_slow: bool) -> Command {
        let mut command = limited(&self.binaries[binary].program);
        command.current_dir(self.folder).args(["-q", "--test-threads=2"]);
        if skip_slow {
            command.args(SLOW.iter().flat_map(|name| ["--skip", name]));
        }
        if let Some(tests) = tests {
            command.arg("--exact").args(tests);
        }
        command
    }

    fn lives(&self) -> Command {
        let mut command = limited(&self.simulation);
        command.args(["steps", STEPS]);
        command
    }

    /// Runs what must pass, and says how long it took.
    fn passes(&self, mut command: Command, reached: Option<&Path>) -> Result<Duration, String> {
        command.env_remove("MUTANT");
        if let Some(reached) = reached {
            command.env("MUTANT", "record").env("MUTANTS_REACHED", reached);
        }
        let started = Instant::now();
        let ran = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        if ran.status.success() {
            Ok(started.elapsed())
        } else {
            let said = String::from_utf8_lossy(&ran.stdout);
            Err(format!("without a mutant, {command:?} fails: {}\n{said}", ran.status))
        }
    }

    /// Who comes by which mutant: names of threads, which are those of tests.
    fn reached(&self, name: &str, command: Command) -> Result<BTreeMap<usize, BTreeSet<String>>, String> {
        let file = self.folder.join(format!("../reached-{name}"));
        let failed = |error: std::io::Error| format!("{}: {error}", file.display());
        fs::write(&file, "").map_err(failed)?;
        self.passes(command, Some(&file))?;
        let text = fs::read_to_string(&file).map_err(failed)?;
        let mut reached: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for line in text.lines() {
            let entry = line
                .rsplit_once('\t')
                .and_then(|(test, number)| Some((test, number.parse().ok()?)));
            let (test, number) = entry.ok_or_else(|| format!("{} has an odd line: {line}", file.display()))?;
            reached.entry(number).or_default().insert(test.to_owned());
        }
        Ok(reached)
    }

    /// Caught, or not ended in time; or nothing noticed.
    fn verdict(&self, mut command: Command, mutant: &str, limit: Duration) -> Result<Option<Fate>, String> {
        command.env("MUTANT", mutant);
        verdict(command, limit)
    }
}

/// Runs a program to its end or to the limit: `None` when it passes.
///
/// # Errors
/// It cannot be run.
pub fn verdict(mut command: Command, limit: Duration) -> Result<Option<Fate>, String> {
    let shown = format!("{command:?}");
    let failed = |error: std::io::Error| format!("{shown}: {error}");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok((!status.success()).then_some(Fate::Caught));
        }
        if started.elapsed() > limit {
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
            return Ok(Some(Fate::TimedOut));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A program that gets only so much memory.
pub fn limited(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -v {MOST_KIB}; exec \"$@\""))
        .arg("sh");
    command.arg(program);
    command
}
