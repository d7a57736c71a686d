//! What must hold of the built library and its dependencies.

use std::{fs, process::Command};

use crate::{
    library::{Library, Linkage},
    run::{self, cargo, root, target},
};

/// The shared library exports the API and nothing else: the functions that the header declares. Gives their number.
pub fn exports(library: &Library) -> Result<usize, String> {
    let shared = library.folder.join("libplaygate.so");
    let symbols = run::output(Command::new("readelf").args(["--dyn-syms", "--wide"]).arg(&shared))?;
    let mut exported: Vec<&str> = symbols
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            match fields.as_slice() {
                [_, _, _, _, "GLOBAL" | "WEAK", _, section, name] if *section != "UND" => Some(*name),
                _ => None,
            }
        })
        .collect();
    exported.sort_unstable();
    let header = fs::read_to_string(library.include.join("playgate.h")).map_err(|e| format!("playgate.h: {e}"))?;
    let mut declared: Vec<&str> = declared(&header);
    declared.sort_unstable();
    if exported == declared && !declared.is_empty() {
        return Ok(declared.len());
    }
    let extra: Vec<_> = exported.iter().filter(|name| !declared.contains(name)).collect();
    let missing: Vec<_> = declared.iter().filter(|name| !exported.contains(name)).collect();
    Err(format!(
        "exported but not in the header: {extra:?}; in the header but not exported: {missing:?}"
    ))
}

/// The functions that the header declares.
fn declared(header: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in header.match_indices("\nPLAYGATE_API") {
        let declaration = header[at..].split('(').next().unwrap_or_default();
        names.extend(declaration.rsplit([' ', '*', '\n']).next());
    }
    names
}

/// The shared library names itself, is never unloaded, and has segments aligned for 16 KiB pages.
pub fn elf(library: &Library) -> Result<(), String> {
    let shared = library.folder.join("libplaygate.so");
    let dynamic = run::output(Command::new("readelf").args(["--dynamic", "--wide"]).arg(&shared))?;
    if !dynamic.contains("[libplaygate.so]") {
        return Err("libplaygate.so has no SONAME libplaygate.so".to_owned());
    }
    if !dynamic.contains("NODELETE") {
        return Err("libplaygate.so is not marked as never to be unloaded".to_owned());
    }
    let segments = run::output(Command::new("readelf").args(["--segments", "--wide"]).arg(&shared))?;
    let loads: Vec<&str> = segments
        .lines()
        .filter(|line| line.trim_start().starts_with("LOAD"))
        .collect();
    if loads.is_empty() || !loads.iter().all(|line| line.trim_end().ends_with("0x4000")) {
        return Err(format!(
            "libplaygate.so has segments that are not aligned for 16 KiB pages: {loads:?}"
        ));
    }
    Ok(())
}

/// No async runtime is among the library's dependencies, whatever its features.
pub fn no_async_runtime() -> Result<(), String> {
    let tree = run::output(cargo().args([
        "tree",
        "--package",
        "playgate",
        "--all-features",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]))?;
    const RUNTIMES: &[&str] = &[
        "tokio",
        "async-std",
        "smol",
        "async-executor",
        "futures-executor",
        "glommio",
        "monoio",
    ];
    for line in tree.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        if RUNTIMES.contains(&name) {
            return Err(format!("the library depends on an async runtime: {line}"));
        }
    }
    if !tree.contains("ureq") {
        return Err("cargo tree does not show ureq; is the check still right?".to_owned());
    }
    Ok(())
}

/// The quick start in the README is a program that compiles cleanly, links and runs.
pub fn quick_start(library: &Library) -> Result<(), String> {
    let readme = fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let code = readme
        .split("```c\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .ok_or("README.md has no C quick start")?;
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > 30 {
        return Err(format!(
            "the README's quick start has {lines} lines; it should have about twenty"
        ));
    }
    let folder = target().join("quick-start");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let source = folder.join("quick_start.c");
    fs::write(&source, code).map_err(|error| format!("{}: {error}", source.display()))?;
    for (compiler, linkage) in [("gcc", Linkage::Shared), ("clang", Linkage::Static)] {
        let program = folder.join(format!("quick_start-{}", linkage.word()));
        let flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
        library.program(compiler, linkage, std::slice::from_ref(&source), &flags, &program)?;
        let run_in = tempfile::tempdir().map_err(|error| error.to_string())?;
        run::output(Command::new(&program).current_dir(run_in.path()))?;
    }
    Ok(())
}
