//! `cargo xtask fuzz`: the targets in `fuzz` with their corpora, instrumented, with AddressSanitizer. What is found
//! interesting goes to `target/fuzz/found`, what fails to `target/fuzz/failed`; a defect's input is kept in
//! `fuzz/regressions`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use crate::run::{self, Counts, cargo, root, target};

const TARGETS: [&str; 6] = ["session", "answer", "record", "webhook", "url", "abi"];
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// So long, where no time is given.
const HOUR: Duration = Duration::from_secs(3_600);

/// Fuzzes the targets that are named, or all; with `seconds N`, so long.
///
/// # Errors
/// Words that are none of that, or what fuzzing found.
pub fn command(words: &[String]) -> Result<(), String> {
    let (names, time) = words_and_time(words)?;
    let wrong = || format!("the targets are {}", TARGETS.join(", "));
    let mut targets = Vec::new();
    for name in names {
        targets.push(*TARGETS.iter().find(|target| *target == name).ok_or_else(wrong)?);
    }
    fuzz(if targets.is_empty() { &TARGETS } else { &targets }, time).map(drop)
}

/// The words before `seconds N`, and that time; an hour where there is none.
///
/// # Errors
/// No number behind `seconds`, or more than that.
pub fn words_and_time(words: &[String]) -> Result<(&[String], Duration), String> {
    let Some(at) = words.iter().position(|word| word == "seconds") else {
        return Ok((words, HOUR));
    };
    let (before, after) = words.split_at(at);
    let time = match after {
        [_, number] => number.parse().ok().map(Duration::from_secs),
        _ => None,
    };
    Ok((before, time.ok_or("`seconds` stands before a number, at the end")?))
}

/// Fuzzes all targets; that time is all of theirs together.
///
/// # Errors
/// What could not be built, or an input that fails.
pub fn run(time: Duration) -> Result<Counts, String> {
    fuzz(&TARGETS, time)
}

/// As many at once as there are cores.
fn fuzz(all: &[&str], time: Duration) -> Result<Counts, String> {
    let programs = build()?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let each = time.as_secs() / all.len() as u64;
    let mut passed = 0;
    for targets in all.chunks(threads) {
        let running: Vec<_> = targets
            .iter()
            .map(|name| {
                let mut command = fuzzer(&programs, name, each)?;
                let name = (*name).to_owned();
                Ok(thread::spawn(move || (name, command.output())))
            })
            .collect::<Result<_, String>>()?;
        for fuzzing in running {
            let (name, output) = fuzzing.join().map_err(|_| "a thread panicked".to_owned())?;
            let output = output.map_err(|error| format!("{name}: {error}"))?;
            let said = String::from_utf8_lossy(&output.stderr);
            let done = said.lines().find(|line| line.starts_with("Done "));
            let Some(done) = done.filter(|_| output.status.success()) else {
                let end: Vec<&str> = said.lines().rev().take(60).collect();
                let end: Vec<&str> = end.into_iter().rev().collect();
                return Err(format!("fuzzing {name}: {}\n{}", output.status, end.join("\n")));
            };
            println!("{name}: {done}");
            passed += 1;
        }
    }
    Ok(Counts { passed, failed: 0 })
}

/// Builds the targets.
///
/// # Errors
/// What could not be built.
pub fn build() -> Result<PathBuf, String> {
    // As cargo-fuzz builds them.
    const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                         -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address --cfg fuzzing";
    let folder = target().join("fuzz");
    run::ok(
        cargo()
            .args([
                "build",
                "--quiet",
                "--locked",
                "--release",
                "--bins",
                "--target",
                TRIPLE,
            ])
            .arg("--manifest-path")
            .arg(root().join("fuzz/Cargo.toml"))
            .arg("--target-dir")
            .arg(&folder)
            .env("RUSTC_BOOTSTRAP", "1")
            // The engine that comes with clang: that of the crate is the same, and takes a minute to compile.
            .env("CUSTOM_LIBFUZZER_PATH", engine()?)
            .env("RUSTFLAGS", FLAGS),
    )?;
    Ok(folder.join(TRIPLE).join("release"))
}

/// libFuzzer, as clang brings it.
fn engine() -> Result<String, String> {
    const FILE: &str = "libclang_rt.fuzzer-x86_64.a";
    let found = run::output(Command::new("clang").arg(format!("-print-file-name={FILE}")))?;
    let found = found.trim();
    if Path::new(found).is_file() {
        return Ok(found.to_owned());
    }
    Err(format!("clang has no {FILE}"))
}

fn fuzzer(programs: &Path, name: &str, seconds: u64) -> Result<Command, String> {
    let made = |folder: PathBuf| {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok::<_, String>(folder)
    };
    let found = made(target().join("fuzz/found").join(name))?;
    let failed = made(target().join("fuzz/failed"))?;
    let kept = ["corpus", "regressions"].map(|kind| root().join("fuzz").join(kind).join(name));
    let mut command = Command::new(programs.join(name));
    command.arg(found).args(kept.iter().filter(|folder| folder.is_dir()));
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/{name}-", failed.display()));
    // Each call of the ABI is so much code that weighing what is rare takes longer than the calls.
    command.arg(format!("-entropic={}", u8::from(name != "abi")));
    command.args([
        "-max_len=4096",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]);
    Ok(command)
}
