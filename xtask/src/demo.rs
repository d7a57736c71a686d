//! The demo: a real C program, linked to the library, lives through a player's story against the simulated k-ID and the
//! studio's server, over HTTP on loopback and with real files. Each chapter is checked by what the game printed and by
//! what the servers saw.

mod ads;
mod chapters;
pub mod game;
pub mod household;
pub mod servers;
mod upgrades;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    c_programs, cpp_programs,
    library::{Library, Linkage},
    run::root,
};

/// The game has to be clean under these.
const FLAGS: &[&str] = &[
    "-std=c99",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
];

/// Builds the game in both linkages and lives the story.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started, as a sentence.
pub fn run(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let build = |linkage: Linkage| {
        let program = folder.path().join(format!("game-{}", linkage.word()));
        println!("demo: compiling examples/c/game.c, {} library", linkage.word());
        library.program("cc", linkage, &game_sources("host_built_in.c"), FLAGS, &program)?;
        Ok::<_, String>(program)
    };
    live(folder.path(), build(Linkage::Shared)?, build(Linkage::Static)?)
}

/// Lives the story with the game under valgrind's memcheck. An error or a leak gives the game a status that the story does
/// not accept.
///
/// # Errors
/// As `run`.
pub fn run_under_valgrind() -> Result<(), String> {
    let library = Library::debug()?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let game = folder.path().join("game-static");
    let sources = game_sources("host_built_in.c");
    library.program("cc", Linkage::Static, &sources, FLAGS, &game)?;
    let script = folder.path().join("game-in-valgrind");
    let failed = |error: std::io::Error| format!("{}: {error}", script.display());
    let text = format!("#!/bin/sh\nexec {:?} \"$@\"\n", c_programs::under_valgrind(&game));
    fs::write(&script, text).map_err(failed)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    live(folder.path(), script.clone(), script)
}

/// Lives the story with the game in C++. With a sanitizer in the library it is linked with the static one only.
///
/// # Errors
/// As `run`.
pub fn run_in_cpp(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let build = |compiler: &str, linkage: Linkage| {
        let program = folder.path().join(format!("cpp-game-{}", linkage.word()));
        println!(
            "demo: compiling examples/cpp/game.cpp with {compiler}, {} library",
            linkage.word()
        );
        let sources = [root().join("examples/cpp/game.cpp")];
        let flags = cpp_programs::flags(compiler, "-std=c++17");
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        library.program(compiler, linkage, &sources, &flags, &program)?;
        Ok::<_, String>(program)
    };
    let with_static = build("clang++", Linkage::Static)?;
    let first = if library.has_asan {
        with_static.clone()
    } else {
        build("g++", Linkage::Shared)?
    };
    live(folder.path(), first, with_static)
}

/// Lives the story: some chapters with the first program, the others with the second.
pub fn live(folder: &Path, shared: PathBuf, with_static: PathBuf) -> Result<(), String> {
    let started = Instant::now();
    let story = chapters::Story::begin(folder, shared, with_static)?;
    let done = story.tell()?;
    println!("\nThe demo in short ({:.1} s):", started.elapsed().as_secs_f32());
    for (number, line) in done.iter().enumerate() {
        println!("  ok  ({}) {line}", number + 1);
    }
    Ok(())
}

/// The game, with what carries the library in it.
pub fn game_sources(host: &str) -> [PathBuf; 2] {
    ["game.c", host].map(|file| root().join("examples/c").join(file))
}

/// Fails the demo with `text` unless `holds`.
pub fn expect(holds: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(text()) }
}
