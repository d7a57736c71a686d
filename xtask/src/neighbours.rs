//! Playgate's static library beside other Rust libraries in one program: every order, gcc and clang. One of the others is
//! linked as rustc wrote it, the rest are isolated as Playgate is, since plain Rust libraries exclude each other.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    isolate,
    library::Library,
    run::{self, Counts, root, target},
};

/// The other libraries: name, rustc, options.
type Neighbour = (&'static str, &'static str, &'static [&'static str]);

const NEIGHBOURS: &[Neighbour] = &[
    ("alder", "rustc", &["-Clto=fat", "-Ccodegen-units=1"]),
    ("birch", "rustc", &["-Clto=off"]),
    ("cedar", OTHER_RUSTC, &["-Clto=off"]),
];

/// The distribution's, of another version than rustup's.
pub const OTHER_RUSTC: &str = "/usr/bin/rustc";

/// Compilers with an option that games link with.
const COMPILERS: &[(&str, &str)] = &[("gcc", "-Wl,--no-gc-sections"), ("clang", "-Wl,--gc-sections")];

const FLAGS: &[&str] = &[
    "-std=c99",
    "-D_POSIX_C_SOURCE=200809L",
    "-g",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
    "-DPLAYGATE_STATIC",
];

/// Builds, links and runs all of it.
///
/// # Errors
/// What could not be built, or the first program that failed.
pub fn run(library: &Library) -> Result<Counts, String> {
    let folder = target().join("neighbours");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (ours, other) = (version("rustc")?, version(OTHER_RUSTC)?);
    if ours == other {
        return Err(format!(
            "{OTHER_RUSTC} is the same {ours} that builds Playgate; another one is needed"
        ));
    }
    for neighbour in NEIGHBOURS {
        build(neighbour, &folder)?;
    }
    let playgate = library.folder.join("libplaygate.a");
    let mut counts = Counts::default();
    for (compiler, option) in COMPILERS {
        let objects = compile(compiler, library, &folder)?;
        for (plain, _, _) in NEIGHBOURS {
            let others: Vec<PathBuf> = NEIGHBOURS
                .iter()
                .map(|(name, _, _)| {
                    folder
                        .join(if name == plain { "" } else { "isolated" })
                        .join(archive(name))
                })
                .collect();
            let first: Vec<&PathBuf> = std::iter::once(&playgate).chain(&others).collect();
            let last: Vec<&PathBuf> = others.iter().rev().chain([&playgate]).collect();
            for (place, libraries) in [("first", first), ("last", last)] {
                let program = folder.join(format!("{compiler}-{plain}-playgate-{place}"));
                let mut link = Command::new(compiler);
                link.args(&objects)
                    .args(libraries)
                    .arg(option)
                    .args(["-lpthread", "-ldl", "-lm"]);
                run::output(link.arg("-o").arg(&program))?;
                run::ok(&mut Command::new(&program))?;
                counts.passed += 1;
            }
        }
    }
    Ok(counts)
}

fn archive(name: &str) -> String {
    format!("lib{name}.a")
}

fn version(rustc: &str) -> Result<String, String> {
    Ok(run::output(Command::new(rustc).current_dir(root()).arg("--version"))?
        .trim()
        .to_owned())
}

/// One library as rustc writes it, and isolated.
fn build((name, rustc, options): &Neighbour, folder: &Path) -> Result<(), String> {
    let plain = folder.join(archive(name));
    let mut command = Command::new(rustc);
    command
        .current_dir(root())
        .args([
            "--edition=2021",
            "--crate-type=staticlib",
            "-Copt-level=3",
            "-Cpanic=unwind",
        ])
        .args(*options)
        .arg(root().join("tests/neighbours").join(format!("{name}.rs")))
        .arg("-o")
        .arg(&plain);
    run::output(&mut command)?;
    let api: Vec<String> = ["work", "caught_panic", "allocated", "live"]
        .iter()
        .map(|function| format!("{name}_{function}"))
        .collect();
    let api: Vec<&str> = api.iter().map(String::as_str).collect();
    isolate::archive(&plain, name, &api, &folder.join("isolated"))
}

/// The program's own objects.
fn compile(compiler: &str, library: &Library, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let helpers = root().join("tests/c");
    let mut objects = Vec::new();
    for source in ["../neighbours/program.c", "check.c", "play.c", "server.c"] {
        let source = helpers.join(source);
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let object = folder.join(format!("{compiler}-{stem}.o"));
        let mut command = Command::new(compiler);
        command
            .args(FLAGS)
            .arg("-I")
            .arg(&library.include)
            .arg("-I")
            .arg(&helpers);
        run::output(command.arg("-c").arg(&source).arg("-o").arg(&object))?;
        objects.push(object);
    }
    Ok(objects)
}
