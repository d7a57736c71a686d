//! `cargo xtask soak`: what takes too long for every test run. Every order of threads that use the tables and handles;
//! every call of the file code with every error; defects that the simulation must find, and mutants that the tests must;
//! the game under valgrind; an hour of fuzzing beside one of lives at random; and ThreadSanitizer in all of the library, the
//! standard library included, and in C++: the tests of lives and threads, and the game that lives the demo. That the
//! sanitizer is there is shown by a race that a host has in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    cpp_programs,
    demo::{self, expect},
    dependencies, fuzz,
    library::Library,
    mutants,
    neighbours::OTHER_RUSTC,
    planted,
    platforms::toolchain,
    run::{self, cargo, root, target},
    setup, simulation, vectors,
};

/// A part of the soak.
type Part = (&'static str, fn() -> Result<(), String>);

/// The cheap ones first.
const PARTS: &[Part] = &[
    ("every order of threads", every_order),
    ("every call of the file code fails with every error", storage_torture),
    ("dependencies: licences, bans and sources", dependencies::deny),
    ("the simulation finds planted defects", planted::run),
    ("mutants: a test fails for each", || mutants::run(&[])),
    ("the game lives the demo under valgrind", demo::run_under_valgrind),
    ("threads in C++ with ThreadSanitizer", thread_sanitizer),
];

/// A part that goes on for as long as it is told to.
type LongPart = (&'static str, fn(Duration) -> Result<(), String>);

/// They run at the same time: each keeps one core busy.
const LONG_PARTS: &[LongPart] = &[
    ("long fuzzing", |time| fuzz::run(time).map(drop)),
    ("lives at random for long", |time| {
        simulation::run(&["seconds", &time.as_secs().to_string()])
    }),
];

/// Runs all parts, or those in whose names one of these words is; a part that fails does not keep the others from
/// running. With `seconds N` the long ones take so long, and not an hour.
///
/// # Errors
/// The parts that failed, that no part has such a name, or that the time is none.
pub fn run(words: &[String]) -> Result<(), String> {
    setup::ensure()?;
    let (words, time) = fuzz::words_and_time(words)?;
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let mut ended: Vec<Ended> = Vec::new();
    for (name, part) in PARTS.iter().filter(|(name, _)| is_wanted(name)) {
        println!("\n== {name}");
        ended.push(timed(name, part));
    }
    thread::scope(|scope| {
        let wanted = LONG_PARTS.iter().filter(|(name, _)| is_wanted(name));
        let threads: Vec<_> = wanted
            .map(|(name, part)| {
                println!("\n== {name}");
                scope.spawn(move || run::labelled(name, || timed(name, || part(time))))
            })
            .collect();
        for thread in threads {
            ended.push(thread.join().unwrap_or_else(|_| Ended {
                name: "a long part",
                seconds: 0,
                result: Err("it panicked".to_owned()),
            }));
        }
    });
    println!("\n== summary");
    let mut failures = Vec::new();
    for part in &ended {
        println!("{:>6} s  {}", part.seconds, part.name);
        if let Err(error) = &part.result {
            println!("FAILED: {}: {error}", part.name);
            failures.push(part.name);
        }
    }
    match (ended.len(), failures.as_slice()) {
        (0, _) => Err("no part of the soak has such a name".to_owned()),
        (_, []) => Ok(()),
        _ => Err(format!("failed: {}", failures.join(", "))),
    }
}

/// How a part ended.
struct Ended {
    name: &'static str,
    seconds: u64,
    result: Result<(), String>,
}

fn timed(name: &'static str, part: impl FnOnce() -> Result<(), String>) -> Ended {
    let started = Instant::now();
    let result = part();
    Ended {
        name,
        seconds: started.elapsed().as_secs(),
        result,
    }
}

/// Loom on the tables and handles.
fn every_order() -> Result<(), String> {
    run::ok(
        cargo()
            .args(["test", "--quiet", "--release", "--manifest-path"])
            .arg(root().join("races/Cargo.toml"))
            .arg("--target-dir")
            .arg(target().join("races"))
            .args(["--", "--nocapture"]),
    )
}

/// Each call with each error, not only with one of them.
fn storage_torture() -> Result<(), String> {
    run::ok(
        cargo()
            .args(["test", "--quiet", "--package", "playgate", "--test", "storage_torture"])
            .env("PLAYGATE_TORTURE", "all"),
    )
}

/// Builds everything with the sanitizer and runs it.
///
/// # Errors
/// What could not be built, a race, or an expectation that did not come true.
fn thread_sanitizer() -> Result<(), String> {
    let library = instrumented()?;
    is_instrumented(&library)?;
    let folder = target().join("cpp/tsan");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    vectors::generate(&root().join("tests/vectors"), &folder.join("vectors.inc"))?;

    println!("== a race of a host, planted");
    let planted = build(&library, &folder, "race", &[root().join("tests/cpp/race/race.cpp")])?;
    let ran = Command::new(&planted).output();
    let ran = ran.map_err(|error| format!("{}: {error}", planted.display()))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let is_seen = said.contains("WARNING: ThreadSanitizer: data race") && said.contains("Log::write");
    expect(is_seen && !ran.status.success(), || {
        format!("the planted race was not reported: {}\n{said}", ran.status)
    })?;
    let clean = run::output(Command::new(&planted).arg("without"))?;
    expect(clean.contains("without a race"), || {
        format!("the same without a race said {clean}")
    })?;

    println!("== tests in C++");
    for name in ["lifetimes", "client", "hooks"] {
        let program = build(&library, &folder, name, &[root().join(format!("tests/cpp/{name}.cpp"))])?;
        run::ok(Command::new(&program).env("PLAYGATE_TEST_SLOW", "10"))?;
    }

    println!("== the game in C++ lives the demo");
    let game = build(&library, &folder, "game", &[root().join("examples/cpp/game.cpp")])?;
    let household = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    // A game in which a race was reported ends with another status than 0, which the story does not accept.
    demo::live(household.path(), game.clone(), game)
}

/// The library and Rust's standard library, instrumented for ThreadSanitizer: by the Rust whose sources Debian has.
fn instrumented() -> Result<Library, String> {
    const TRIPLE: &str = "x86_64-unknown-linux-gnu";
    setup::ensure_also(toolchain::needed())?;
    let folder = target().join("tsan");
    let mut build = cargo();
    build.args([
        "rustc",
        "--quiet",
        "--package",
        "playgate",
        "--lib",
        "--crate-type",
        "staticlib",
    ]);
    build.args(["-Zbuild-std=std,panic_unwind", "--target", TRIPLE, "--target-dir"]);
    build.arg(&folder).env("RUSTC_BOOTSTRAP", "1").env("RUSTC", OTHER_RUSTC);
    run::ok(build.env("RUSTFLAGS", "-Zsanitizer=thread -Zexternal-clangrt"))?;
    Ok(Library {
        folder: folder.join(TRIPLE).join("debug"),
        include: root().join("include"),
        has_asan: false,
    })
}

/// The library's own objects, and those of Rust's standard library, report what they do to the sanitizer.
fn is_instrumented(library: &Library) -> Result<(), String> {
    let archive = library.folder.join("libplaygate.a");
    let symbols = run::output(Command::new("readelf").args(["--symbols", "--wide"]).arg(&archive))?;
    let mut object = "";
    let mut reporting = Vec::new();
    for line in symbols.lines() {
        if let Some(name) = line.strip_prefix("File: ") {
            object = name;
        } else if line.ends_with(" UND __tsan_func_entry") {
            reporting.push(object);
        }
    }
    for part in ["(playgate", "(std-", "(alloc-", "(ureq-", "(rustls-"] {
        expect(reporting.iter().any(|object| object.contains(part)), || {
            format!("no object of {part} reports to ThreadSanitizer; {} do", reporting.len())
        })?;
    }
    Ok(())
}

/// Compiles a program with the sanitizer and links it with the library and with the runtime that Rust brings: clang's own
/// lacks what newer code calls.
fn build(library: &Library, folder: &Path, name: &str, sources: &[PathBuf]) -> Result<PathBuf, String> {
    let mut objects = Vec::new();
    let c = |helper: &str| root().join("tests/c").join(format!("{helper}.c"));
    for source in sources.iter().cloned().chain(["check", "server"].map(c)) {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let object = folder.join(format!("{stem}.o"));
        let is_c = source.extension().is_some_and(|extension| extension == "c");
        let mut compile = Command::new(if is_c { "clang" } else { "clang++" });
        compile.args(["-fsanitize=thread", "-g", "-O1", "-DPLAYGATE_STATIC", "-c"]);
        compile.arg(if is_c {
            "-D_POSIX_C_SOURCE=200809L"
        } else {
            "-std=c++17"
        });
        for include in [library.include.clone(), cpp_programs::include(), root().join("tests/c")] {
            compile.arg("-I").arg(include);
        }
        run::output(compile.arg(&source).arg("-o").arg(&object))?;
        objects.push(object);
    }
    let program = folder.join(name);
    let mut link = Command::new("g++");
    link.args(&objects)
        .arg("-Wl,--whole-archive")
        .arg(runtime()?)
        .arg("-Wl,--no-whole-archive");
    link.arg(library.folder.join("libplaygate.a"));
    link.args(["-lpthread", "-ldl", "-lm", "-lrt", "-rdynamic", "-o"]);
    run::output(link.arg(&program))?;
    Ok(program)
}

/// ThreadSanitizer's runtime, as it comes with the Rust that runs this.
fn runtime() -> Result<PathBuf, String> {
    let folder = run::output(
        Command::new("rustc")
            .current_dir(root())
            .args(["--print", "target-libdir"]),
    )?;
    let folder = PathBuf::from(folder.trim());
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = files.flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| path.to_string_lossy().ends_with("_rt.tsan.a");
    found
        .find(is_it)
        .ok_or_else(|| format!("{} has no runtime of ThreadSanitizer", folder.display()))
}
