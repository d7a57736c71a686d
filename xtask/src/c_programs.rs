//! The C tests: compiled by gcc and clang, linked shared and static, run, and run again with AddressSanitizer.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    abi::Variant,
    library::{Library, Linkage},
    run::{self, Counts, root, target},
    vectors,
};

/// The programs in `tests/c`: `NAME.c`, with `NAME_*.c` where it has several files, and the shared files.
const PROGRAMS: &[&str] = &[
    "abuse",
    "vectors",
    "store",
    "clients",
    "waiting",
    "notice",
    "upgrade",
    "threads",
    "game_session",
    "hooks",
    "allocator",
];

/// What all of them share.
const SHARED: &[&str] = &["check.c", "play.c", "server.c"];

/// The tests have to be clean under these.
pub const FLAGS: &[&str] = &[
    "-std=c99",
    "-D_POSIX_C_SOURCE=200809L",
    "-g",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
];

/// Compiles and runs all of them with one compiler and linkage.
pub fn run(library: &Library, compiler: &str, linkage: Linkage) -> Result<Counts, String> {
    let kind = if library.has_asan { "asan" } else { "plain" };
    let folder = target().join("c").join(format!("{kind}-{compiler}-{}", linkage.word()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    vectors::generate(&root().join("tests/vectors"), &folder.join("vectors.inc"))?;
    let here = format!("-I{}", folder.display());
    let mut flags = FLAGS.to_vec();
    let hosts = format!("-I{}", root().join("examples/c").display());
    flags.extend([here.as_str(), hosts.as_str()]);
    let mut counts = Counts::default();
    for name in PROGRAMS {
        let program = folder.join(name);
        // The hooks are tried with a host that uses libcurl.
        let needs: &[&str] = if *name == "hooks" { &["-lcurl"] } else { &[] };
        library.program(compiler, linkage, &sources(name)?, &[&flags, needs].concat(), &program)?;
        let mut command = Command::new(&program);
        if (compiler, linkage, library.has_asan) != ("gcc", Linkage::Static, false) {
            // Once without memory at each allocation is enough.
            command.env("PLAYGATE_TEST_CHILDREN", "30");
        }
        if library.has_asan {
            // Freed memory is kept apart for a while, so that it says nothing of growth.
            command
                .env("PLAYGATE_TEST_ROUNDS", "200")
                .env("PLAYGATE_TEST_MEMORY", "off")
                .env("PLAYGATE_TEST_SLOW", "5");
        }
        // A program is one test, however often it looks.
        run::ok(with_header(&mut command))?;
        counts.passed += 1;
    }
    counts.add(of_other_versions(library, compiler, linkage, &folder)?);
    Ok(counts)
}

/// `abi.c`, compiled with the header of an older and of a newer version as well.
fn of_other_versions(library: &Library, compiler: &str, linkage: Linkage, folder: &Path) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for variant in [Variant::Older, Variant::Current, Variant::Newer] {
        let include = folder.join(variant.word());
        variant.write(&include)?;
        let program = include.join("abi");
        let with_that_header = Library {
            include,
            ..library.clone()
        };
        with_that_header.program(compiler, linkage, &sources("abi")?, FLAGS, &program)?;
        let mut command = Command::new(&program);
        if library.has_asan {
            command.env("PLAYGATE_TEST_SLOW", "5");
        }
        run::ok(&mut command)?;
        counts.passed += 1;
    }
    Ok(counts)
}

/// `mock.c` with a library for tests of games, by itself and under valgrind, and the README's example.
pub fn of_games_tests(library: &Library) -> Result<Counts, String> {
    let folder = target().join("c/mock");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut counts = Counts::default();
    for (compiler, linkage) in [("gcc", Linkage::Static), ("clang", Linkage::Shared)] {
        let program = folder.join(format!("mock-{}", linkage.word()));
        library.program(compiler, linkage, &sources("mock")?, FLAGS, &program)?;
        run::ok(&mut Command::new(&program))?;
        counts.passed += 1;
    }
    let example = folder.join("readme.c");
    fs::write(&example, readme_example()?).map_err(|error| format!("{}: {error}", example.display()))?;
    let program = folder.join("readme");
    library.program("gcc", Linkage::Shared, &[example], FLAGS, &program)?;
    run::ok(&mut Command::new(&program))?;
    counts.passed += 1;
    let program = folder.join(format!("mock-{}", Linkage::Static.word()));
    run::ok(under_valgrind(&program).env("PLAYGATE_TEST_SLOW", "20"))?;
    counts.passed += 1;
    Ok(counts)
}

/// The C program in the README's section on tests of a game.
fn readme_example() -> Result<String, String> {
    let readme = fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let example = readme
        .split("\n## Tests of your game\n")
        .nth(1)
        .and_then(|section| section.split("```c\n").nth(1))
        .and_then(|rest| rest.split("```").next());
    example
        .map(str::to_owned)
        .ok_or_else(|| "README.md has no example of a game's tests".to_owned())
}

/// A program under valgrind's memcheck, which fails on an error or a leak.
pub fn under_valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args([
        "--quiet",
        // Else one thread that never waits may keep all others from running.
        "--fair-sched=yes",
        "--error-exitcode=9",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect",
    ]);
    command.arg(program);
    command
}

/// Valgrind's memcheck over the same programs, with fewer rounds and longer time limits.
pub fn run_under_valgrind() -> Result<Counts, String> {
    let folder = target().join("c").join(format!("plain-gcc-{}", Linkage::Static.word()));
    let mut counts = Counts::default();
    for name in PROGRAMS {
        let mut command = under_valgrind(&folder.join(name));
        command
            .env("PLAYGATE_TEST_SLOW", "20")
            .env("PLAYGATE_TEST_ROUNDS", "40")
            .env("PLAYGATE_TEST_CHILDREN", "10")
            // It cannot follow the assembly of ring, and takes its digests for uninitialised.
            .env("PLAYGATE_TEST_TLS", "off")
            .env("PLAYGATE_TEST_MEMORY", "off");
        // A program is one test, however often it looks.
        run::ok(with_header(&mut command))?;
        counts.passed += 1;
    }
    Ok(counts)
}

/// The source files of a program.
///
/// # Errors
/// When the folder cannot be read.
pub fn sources(name: &str) -> Result<Vec<PathBuf>, String> {
    let folder = root().join("tests/c");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let own = |file: &str| file == format!("{name}.c") || file.starts_with(&format!("{name}_")) && file.ends_with(".c");
    let mut sources: Vec<PathBuf> = files
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|file| own(file) || SHARED.contains(&file.as_str()))
        .map(|file| folder.join(file))
        .collect();
    if name == "hooks" {
        sources.push(root().join("examples/c/host_curl.c"));
    }
    sources.sort();
    Ok(sources)
}

fn with_header(command: &mut Command) -> &mut Command {
    command.arg(root().join("include/playgate.h"))
}
