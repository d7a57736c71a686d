//! `playgate-mutants ROOT TARGET LIST TESTS…`: tries these tests, named as for `cargo test`, with every mutant of a list that
//! cargo-mutants made. All mutants are in one build, each behind a switch, so that the tests are built once; those that cannot
//! be switched are built alone.

mod explained;
mod list;
mod switch;
mod tree;
mod trial;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, ExitCode},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use explained::Table;
use list::Mutant;
use tree::Tree;
use trial::{Fate, Trials};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [root, target, list, tests @ ..] = words.as_slice() else {
        eprintln!("usage: playgate-mutants ROOT TARGET LIST TESTS...");
        return ExitCode::FAILURE;
    };
    match run(Path::new(root), Path::new(target), Path::new(list), tests) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Tries all of the list.
fn run(root: &Path, target: &Path, list: &Path, tests: &[String]) -> Result<(), String> {
    let started = Instant::now();
    let mutants = list::read(list, root)?;
    let mut table = Table::read(root)?;
    let tree = Tree::copy(root, target)?;
    let (switched, broken) = switch_all(&tree, &mutants)?;
    println!(
        "{} mutants, {} of them in one build; {} do not compile",
        mutants.len(),
        switched.len(),
        broken.len()
    );
    let trials = Trials::new(&tree, tree.tests(tests)?, tree.simulation()?)?;
    println!(
        "without a mutant everything passes; tests come by {}",
        trials.reached_by_tests()
    );

    let mut fates = try_switched(&trials, &mutants, &switched)?;
    let is_tried = |mutant: &&Mutant| switched.contains(&mutant.number) || broken.contains(&mutant.number);
    let others: Vec<&Mutant> = mutants.iter().filter(|mutant| !is_tried(mutant)).collect();
    println!("{} by themselves", others.len());
    fates.extend(try_alone(&tree, &mutants, &others, tests)?);
    report(&mutants, &fates, &mut table, started.elapsed())
}

/// Puts in whatever compiles; gives that, and what compiles nowhere.
fn switch_all(tree: &Tree, mutants: &[Mutant]) -> Result<(BTreeSet<usize>, BTreeSet<usize>), String> {
    let (mut dropped, mut broken) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let switched = tree.switch(mutants, &dropped)?;
        let Some(guilty) = tree.errors()? else {
            return Ok((switched, broken));
        };
        let before = dropped.len();
        dropped.extend(guilty.all);
        broken.extend(guilty.for_sure);
        if dropped.len() == before {
            return Err("the copy does not compile, and no more mutant is to blame".to_owned());
        }
    }
}

type Fates = BTreeMap<usize, Option<Fate>>;

/// Tries those that are in one build, several at a time.
fn try_switched(trials: &Trials, mutants: &[Mutant], switched: &BTreeSet<usize>) -> Result<Fates, String> {
    let next = Mutex::new(mutants.iter().filter(|mutant| switched.contains(&mutant.number)));
    let fates = Mutex::new(Fates::new());
    let work = || -> Result<(), String> {
        loop {
            let Some(mutant) = next.lock().map_err(|error| error.to_string())?.next() else {
                return Ok(());
            };
            let (fate, by) = trials.fate(mutant.number)?;
            match fate {
                Fate::TimedOut => println!("timed out: {} ({by})", mutant.name),
                Fate::Survived => println!("survives: {}", mutant.name),
                Fate::Unreached => println!("survives, no test comes by: {}", mutant.name),
                Fate::Caught => {}
            }
            fates
                .lock()
                .map_err(|error| error.to_string())?
                .insert(mutant.number, Some(fate));
        }
    };
    let count = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| {
            let ended = worker.join();
            ended.unwrap_or_else(|_| Err("a worker panicked".to_owned()))
        });
        ended.collect::<Result<Vec<()>, String>>()
    })?;
    fates.into_inner().map_err(|error| error.to_string())
}

/// Tries those that cannot be switched, each in a build of its own; without a fate are those that do not compile.
fn try_alone(tree: &Tree, all: &[Mutant], mutants: &[&Mutant], tests: &[String]) -> Result<Fates, String> {
    for file in all
        .iter()
        .map(|mutant| mutant.file.as_str())
        .collect::<BTreeSet<&str>>()
    {
        tree.restore(file)?;
    }
    let mut fates = Fates::new();
    for mutant in mutants {
        tree.put_alone(mutant)?;
        let fate = alone(tree, tests)?;
        tree.restore(&mutant.file)?;
        match fate {
            Some(Fate::Survived) => println!("survives: {}", mutant.name),
            Some(Fate::TimedOut) => println!("timed out: {}", mutant.name),
            _ => {}
        }
        fates.insert(mutant.number, fate);
    }
    Ok(fates)
}

/// What becomes of the mutant that is in the copy. The tests beside the sources build soonest.
fn alone(tree: &Tree, tests: &[String]) -> Result<Option<Fate>, String> {
    if !tree.compiles()? {
        return Ok(None);
    }
    for which in [&["--lib".to_owned()], tests] {
        for binary in tree.tests(which)? {
            let mut command: Command = trial::limited(&binary.program);
            command.current_dir(tree.folder()).arg("-q");
            command.args(trial::SLOW.iter().flat_map(|name| ["--skip", name]));
            if let Some(fate) = trial::verdict(command, Duration::from_secs(60))? {
                return Ok(Some(fate));
            }
        }
    }
    Ok(Some(Fate::Survived))
}

/// Counts, and what is left over.
fn report(mutants: &[Mutant], fates: &Fates, table: &mut Table, took: Duration) -> Result<(), String> {
    let mut rooms: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut left = Vec::new();
    for mutant in mutants {
        let room = mutant.file.rsplit_once('/').map_or("", |(room, _)| room);
        let counts = rooms.entry(room).or_default();
        counts.mutants += 1;
        match fates.get(&mutant.number).copied().flatten() {
            None => counts.do_not_compile += 1,
            Some(Fate::Caught) => counts.caught += 1,
            Some(Fate::TimedOut) => counts.timed_out += 1,
            Some(Fate::Survived | Fate::Unreached) if table.explains(mutant) => counts.explained += 1,
            Some(Fate::Survived | Fate::Unreached) => {
                counts.survived += 1;
                left.push(format!("{}\n    {}", mutant.name, mutant.line));
            }
        }
    }
    let files: Vec<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
    let unused = table.unused(&files);
    for line in &left {
        println!("neither caught nor explained: {line}");
    }
    for line in &unused {
        println!("docs/mutants.md explains what did not survive: {line}");
    }
    let mut all = Counts::default();
    for (room, counts) in &rooms {
        println!("{room}: {counts}");
        all.add(*counts);
    }
    println!("in all: {all}; {} s", took.as_secs());
    // Whether one that is only slower is caught depends on the machine, so that a row too many is no failure.
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} mutants are neither caught nor explained in docs/mutants.md",
            left.len()
        ))
    }
}

/// How many there are of each kind.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    mutants: usize,
    do_not_compile: usize,
    caught: usize,
    timed_out: usize,
    explained: usize,
    survived: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.do_not_compile += other.do_not_compile;
        self.caught += other.caught;
        self.timed_out += other.timed_out;
        self.explained += other.explained;
        self.survived += other.survived;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} mutants, {} do not compile, {} caught, {} timed out, {} survive and are explained, {} survive",
            self.mutants, self.do_not_compile, self.caught, self.timed_out, self.explained, self.survived
        )
    }
}
