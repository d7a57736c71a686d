//! `cargo xtask bench`: what the library costs, beside what the same costs elsewhere. Every figure is a ratio of two things
//! that ran in turn within one round; the table has the median of the rounds and the range. Nothing is judged by a clock:
//! a mark that is missed is shown, and the command succeeds.

mod beats;
mod check;
mod document;
mod drawing;
mod frames;
mod http;
mod machine;
mod partner;
mod refresh;
mod row;
mod server;
mod size;
mod start;
mod store;

use std::{fs, path::PathBuf};

use crate::{
    library::Library,
    run::{root, target},
    setup, unity,
};
pub use partner::{Partner, Rounds};
pub use row::{Mark, Row};

/// What the benches need besides what the tests need.
const PROGRAMS: &[(&str, &str)] = &[
    ("node", "nodejs"),
    ("mono", "mono-runtime"),
    ("mcs", "mono-mcs"),
    ("/usr/include/nlohmann/json.hpp", "nlohmann-json3-dev"),
    ("/usr/lib/x86_64-linux-gnu/libcurl.so.4", "libcurl4"),
];

/// What a bench is given.
pub struct Context {
    /// The library that ships.
    pub library: Library,
    /// Where programs are built.
    pub folder: PathBuf,
    /// How many rounds are run; each bench may run fewer of long ones.
    pub rounds: usize,
    /// Whether long benches take as long as they should: minutes instead of seconds.
    pub long: bool,
}

impl Context {
    /// So many rounds with that library.
    pub fn of(library: &Library, rounds: usize) -> Result<Self, String> {
        let folder = target().join("bench");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self {
            library: library.clone(),
            folder,
            rounds,
            long: false,
        })
    }
}

type Bench = fn(&Context) -> Result<Vec<Row>, String>;

/// The benches in order, by the words that pick them.
const BENCHES: &[(&str, Bench)] = &[
    ("check", check::rows),
    ("refresh", refresh::rows),
    ("http", http::rows),
    ("start", start::rows),
    ("size", size::rows),
    ("store", store::rows),
    ("unity", unity::bench),
    ("beats", beats::rows),
    ("frames", frames::rows),
];

/// Runs the benches, or those that are named. `--rounds N` sets the number of rounds, `--long` takes ten minutes for the
/// simulated game; without names and with `--write`, docs/performance.md and its drawing are written.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let (mut names, mut rounds, mut long, mut write) = (Vec::new(), 12, false, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--rounds" => {
                let number = rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                rounds = number.ok_or("--rounds takes a number")?;
            }
            "--long" => long = true,
            "--write" => write = true,
            name if BENCHES.iter().any(|(known, _)| *known == name) => names.push(name.to_owned()),
            other => {
                let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
                return Err(format!("{other} is no bench; there are {}", known.join(", ")));
            }
        }
    }
    setup::ensure()?;
    setup::ensure_also(PROGRAMS)?;
    let context = Context {
        long,
        ..Context::of(&Library::release()?, rounds)?
    };
    let mut rows = Vec::new();
    let (before, started) = (machine::load(), std::time::Instant::now());
    for (name, bench) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("== {name}");
            let new = bench(&context).map_err(|error| format!("{name}: {error}"))?;
            new.iter().for_each(|row| println!("{}", row.line()));
            rows.extend(new);
        }
    }
    println!("\n{}", row::table(&rows));
    let svg = drawing::svg(&rows);
    let drawn = context.folder.join("performance.svg");
    fs::write(&drawn, &svg).map_err(|error| format!("{}: {error}", drawn.display()))?;
    println!("drawn: {}", drawn.display());
    if write {
        let about = machine::about(before, started.elapsed())?;
        document::write(&root().join("docs"), &about, &rows, &svg)?;
    }
    Ok(())
}
