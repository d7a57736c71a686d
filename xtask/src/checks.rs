//! What must hold of the built library and its dependencies.

use std::{fs, path::Path, process::Command};

use crate::{
    isolate,
    library::{Library, Linkage},
    run::{self, root, target},
};

/// The shared library exports the API and nothing else: the functions that the header declares. Gives their number.
pub fn exports(library: &Library) -> Result<usize, String> {
    let shared = library.folder.join("libplaygate.so");
    let symbols = run::output(Command::new("readelf").args(["--dyn-syms", "--wide"]).arg(&shared))?;
    exports_are_the_api(symbols.lines().filter_map(isolate::defined).collect())
}

/// These exported functions are those that the header declares. Gives their number.
pub fn exports_are_the_api(mut exported: Vec<&str>) -> Result<usize, String> {
    exported.sort_unstable();
    let header = fs::read_to_string(root().join("include/playgate.h")).map_err(|e| format!("playgate.h: {e}"))?;
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
pub fn declared(header: &str) -> Vec<&str> {
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

/// The static library is one object in which only the API is global, without and with debug info.
pub fn archives(library: &Library) -> Result<usize, String> {
    let header = fs::read_to_string(library.include.join("playgate.h")).map_err(|e| format!("playgate.h: {e}"))?;
    let api = declared(&header);
    let debug = library.folder.join("debug/libplaygate.a");
    Ok(isolate::check(&library.folder.join("libplaygate.a"), &api, false)? + isolate::check(&debug, &api, true)?)
}

/// The newest glibc that the shared library asks for when it is built on Debian 12 or Ubuntu 22.04.
const GLIBC: (u32, u32) = (2, 34);

/// The shared library asks for no newer glibc than the README says.
pub fn glibc(library: &Library) -> Result<(), String> {
    let shared = library.folder.join("libplaygate.so");
    let versions = run::output(Command::new("readelf").args(["--version-info", "--wide"]).arg(&shared))?;
    let newest = versions
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("GLIBC_")?.split_once('.'))
        .filter_map(|(major, minor)| Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?)))
        .max()
        .ok_or("libplaygate.so names no version of glibc; is the check still right?")?;
    println!("libplaygate.so needs glibc {}.{} or newer", newest.0, newest.1);
    let readme = fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let (major, minor) = GLIBC;
    if !readme.contains(&format!("glibc {major}.{minor}")) {
        return Err(format!("README.md does not say that glibc {major}.{minor} is needed"));
    }
    if newest <= GLIBC {
        return Ok(());
    }
    Err(format!(
        "libplaygate.so needs glibc {}.{}; {major}.{minor} is stated",
        newest.0, newest.1
    ))
}

/// Debug info is apart: the shared library names the file and the build, and the file is of that build.
pub fn debug_info(library: &Library) -> Result<(), String> {
    let shared = library.folder.join("libplaygate.so");
    let debug = library.folder.join("libplaygate.so.debug");
    let sections = run::output(Command::new("readelf").args(["--sections", "--wide"]).arg(&shared))?;
    if !sections.contains(" .gnu_debuglink ") || sections.contains(" .debug_info ") || sections.contains(" .symtab ") {
        return Err("libplaygate.so is not stripped, or does not name its debug info".to_owned());
    }
    let build = |file| {
        let notes = run::output(Command::new("readelf").arg("--notes").arg(file))?;
        let id = notes
            .lines()
            .find_map(|line| line.trim().strip_prefix("Build ID: ").map(str::to_owned));
        id.ok_or_else(|| "libplaygate.so has no build id".to_owned())
    };
    if build(&shared)? != build(&debug)? {
        return Err("libplaygate.so.debug is of another build than libplaygate.so".to_owned());
    }
    let line = run::output(
        Command::new("addr2line")
            .args(["--functions", "--exe"])
            .arg(&debug)
            .arg(symbol(&debug, "playgate_client_open")?),
    )?;
    if line.contains("playgate_client_open") && line.contains("src/ffi/client.rs:") {
        return Ok(());
    }
    Err(format!(
        "libplaygate.so.debug does not know where playgate_client_open is: {line}"
    ))
}

/// Where a function begins.
fn symbol(file: &Path, name: &str) -> Result<String, String> {
    let symbols = run::output(Command::new("readelf").args(["--symbols", "--wide"]).arg(file))?;
    let line = symbols
        .lines()
        .find(|line| line.split_whitespace().last() == Some(name));
    let address = line.and_then(|line| line.split_whitespace().nth(1));
    address
        .map(|address| format!("0x{address}"))
        .ok_or_else(|| format!("{} has no {name}", file.display()))
}

/// No folders of the machine that built it are in what ships.
pub fn no_paths(library: &Library) -> Result<(), String> {
    const SHIPPED: &[&str] = &[
        "libplaygate.so",
        "libplaygate.so.debug",
        "libplaygate.a",
        "debug/libplaygate.a",
    ];
    let mut search = Command::new("grep");
    search
        .current_dir(&library.folder)
        .args(["--fixed-strings", "--text", "--only-matching"]);
    search
        .args(["-e", "/registry/src/", "-e", "/.rustup/", "-e"])
        .arg(root())
        .args(SHIPPED);
    let found = search.output().map_err(|error| format!("grep: {error}"))?;
    // 1 is grep's "found nothing", 2 is trouble.
    if found.status.code() == Some(1) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&found.stdout);
    let said = text.lines().next().map(str::to_owned);
    Err(format!(
        "what ships names folders of the machine that built it: {}",
        said.unwrap_or_else(|| String::from_utf8_lossy(&found.stderr).into_owned())
    ))
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
