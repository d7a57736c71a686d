//! The project's commands: `cargo xtask demo | test | soak | fuzz | simulate | mutants | load | platforms | sandbox | header |
//! abi | csharp | counts | bench | fleet | package`.

mod abi;
mod bench;
mod browser;
mod c_programs;
mod checkers;
mod checks;
mod contradictions;
mod counts;
mod cpp_programs;
mod csharp;
mod demo;
mod dependencies;
mod files;
mod footprint;
mod fuzz;
mod godot;
mod header;
mod hostless;
mod hosts;
mod isolate;
mod kills;
mod library;
mod load;
mod mutants;
mod neighbours;
mod package;
mod planted;
mod platforms;
mod postgres;
mod run;
mod secrets;
mod setup;
mod simulation;
mod soak;
mod test;
mod threats;
mod trusted;
mod unity;
mod unreal;
mod unsafe_code;
mod vectors;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask COMMAND

  demo      play the main job: a C game, the studio's server and the simulated k-ID service, on loopback
  test      pass all tests; with words, the steps that have one of them in their names
  soak      what takes too long for every run: ThreadSanitizer in all of the library, every order of threads, planted
            defects, mutants, fuzzing and lives at random for an hour or `seconds N`; with words, the parts that have
            one of them in their names
  fuzz      look for bytes that break a promise: an hour in all, or `seconds N`; words pick targets of fuzz/
  simulate  live at random, until told to stop: `steps N`, `seconds N`, or `seed N` for one life and its story
  mutants   make the rooms that decide wrong in every small way: with each, a test must fail (docs/mutants.md);
            words pick files
  load      measure the studio's server: conditional reads a second and their times, on SQLite and PostgreSQL
  platforms build, run and check the library for other systems, as far as they can be had on Linux;
            a word picks those that have it in their name
  sandbox   run the simulated k-ID service alone and print its URL; options are passed on (--help lists them)
  header    write include/playgate.h from the code
  abi       write the header and the manifest of the ABI; --check and --against FILE compare (docs/abi.md)
  csharp    write the C# declarations of the C ABI from its manifest
  unity-meta
            write the .meta files that the Unity package lacks
  counts    count the instructions of the frame path and of a refresh, and write them to benches/counts.txt
  bench     measure what the library costs, beside what the same costs elsewhere; words pick benches,
            --rounds N, --long, --write (docs/performance.md)
  fleet     simulate a launch day with a million players, or so many as are given (docs/fleet.md)
  package   make the archives for C, C++ and engines in target/package; --windows puts the DLL into Unity's,
            which takes MinGW";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        Some("demo") => setup::ensure()
            .and_then(|()| library::Library::release())
            .and_then(|l| demo::run(&l)),
        Some("test") => test::run(arguments.collect()),
        Some("soak") => soak::run(&arguments.collect::<Vec<_>>()),
        Some("fuzz") => setup::ensure().and_then(|()| fuzz::command(&arguments.collect::<Vec<_>>())),
        Some("simulate") => {
            let words: Vec<String> = arguments.collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            simulation::run(if words.is_empty() { &["forever"] } else { &words })
        }
        Some("mutants") => mutants::run(&arguments.collect::<Vec<_>>()),
        Some("load") => load::run(),
        Some("platforms") => platforms::run(&arguments.next().unwrap_or_default()),
        Some("sandbox") => run::ok(
            run::cargo()
                .args(["run", "--quiet", "--package", "playgate-sandbox", "--"])
                .args(arguments),
        ),
        Some("header") => header::write(),
        Some("abi") => abi::command(&arguments.collect::<Vec<_>>()),
        Some("bench") => bench::run(&arguments.collect::<Vec<_>>()),
        Some("csharp") => csharp::write(),
        Some("unity-meta") => unity::meta::write_missing(),
        Some("counts") => setup::ensure()
            .and_then(|()| library::Library::release())
            .and_then(|l| counts::write(&l)),
        Some("package") => package(arguments.next().as_deref()),
        Some("fleet") => run::ok(
            run::cargo()
                .args([
                    "run",
                    "--quiet",
                    "--release",
                    "--package",
                    "playgate",
                    "--example",
                    "fleet",
                ])
                .args(["--no-default-features", "--"])
                .args(arguments)
                // The whole library linked at once gains nothing here and takes minutes.
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        ),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The archives; with `--windows` the Unity package has the DLL, too.
fn package(option: Option<&str>) -> Result<(), String> {
    let others = match option {
        None => Vec::new(),
        Some("--windows") => {
            platforms::ensure_windows()?;
            vec![package::Plugin::windows(platforms::Windows::dll()?)]
        }
        Some(_) => return Err(USAGE.to_owned()),
    };
    setup::ensure()?;
    package::run(&library::Library::release()?, &others)
}
