//! The C# package for Unity where Unity is not: compiled by mcs, whose C# every Unity since 2019.4 takes, and run on Mono
//! with NUnit, on CoreCLR, and compiled ahead and linked into one program, as IL2CPP does for iOS and consoles.

mod aot;
mod bench;
mod compile;
mod coreclr;
mod data;
pub mod glue;
pub mod meta;
mod mono;
mod world;

use std::time::Instant;

use crate::{library::Library, run::Counts};

pub use bench::rows as bench;

/// A runtime with its name.
type Runtime<'a> = (&'a str, &'a dyn Fn() -> Result<Counts, String>);

/// Which cases: those for a library that ships, or for one for tests of games.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cases {
    Ship,
    Mock,
}

impl Cases {
    /// The word by which the runner picks them.
    fn word(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::Mock => "mock",
        }
    }

    /// Their category in NUnit.
    fn category(self) -> &'static str {
        match self {
            Self::Ship => "Ship",
            Self::Mock => "Mock",
        }
    }
}

/// Compiles the package and the cases without a warning, with a comment on everything public, and looks at the
/// declarations by reflection.
///
/// # Errors
/// What the compiler or the tests said.
pub fn declarations() -> Result<Counts, String> {
    let built = compile::all()?;
    mono::reflection(&built)
}

/// Runs the cases on all runtimes. Their numbers must be equal.
///
/// # Errors
/// The runtimes on which not all passed, and counts that differ.
pub fn run(library: &Library, cases: Cases) -> Result<Counts, String> {
    let built = compile::all()?;
    let mut counts = Counts::default();
    let mut numbers = Vec::new();
    let mut failures = Vec::new();
    let hosts: [Runtime; 3] = [
        ("Mono, NUnit", &|| mono::run(&built, library, cases)),
        ("CoreCLR", &|| coreclr::run(&built, library, cases)),
        ("full AOT, static", &|| aot::run(library, cases)),
    ];
    for (name, host) in hosts {
        let started = Instant::now();
        match host() {
            Ok(run) => {
                println!(
                    "  {name}: {} passed, in {:.1} s",
                    run.passed,
                    started.elapsed().as_secs_f32()
                );
                counts.add(run);
                numbers.push(run.passed);
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    if !failures.is_empty() {
        return Err(failures.join("\n"));
    }
    if numbers.windows(2).any(|pair| pair[0] != pair[1]) || numbers.contains(&0) {
        return Err(format!("the runtimes ran different numbers of cases: {numbers:?}"));
    }
    Ok(counts)
}

/// What must not work: a callback without its attribute, and a function that the library does not have.
///
/// # Errors
/// What worked all the same.
pub fn mistakes(library: &Library) -> Result<Counts, String> {
    aot::mistakes(library)
}
