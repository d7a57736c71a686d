//! Makes of a Rust static library one object in which only the API is global, so that it links beside any other library,
//! Rust ones included: each keeps its own copy of Rust's standard library. Also sets debug info apart.

use std::{fs, path::Path, process::Command};

use crate::run;

/// Writes to `folder` the archive `libNAME.a`, and the same code with debug info as `debug/libNAME.a`, from the archive
/// that rustc wrote.
///
/// # Errors
/// What a tool said.
pub fn archive(plain: &Path, name: &str, api: &[&str], folder: &Path) -> Result<(), String> {
    let debug = folder.join("debug");
    fs::create_dir_all(&debug).map_err(|error| format!("{}: {error}", debug.display()))?;
    let symbols = folder.join(format!("{name}.symbols"));
    fs::write(&symbols, api.join("\n") + "\n").map_err(|error| format!("{}: {error}", symbols.display()))?;
    let all = folder.join(format!("{name}-all.o"));
    // Without --force-group-allocation a program whose linker keeps one of several copies of a group crashes when it
    // unwinds. No --gc-sections: it makes std's weak references strong.
    run::output(
        Command::new("ld.bfd")
            .args(["-r", "--force-group-allocation", "--whole-archive"])
            .arg(plain)
            .arg("-o")
            .arg(&all),
    )?;
    // Bitcode is of use to the same rustc only, and breaks other tools.
    let mut keep = Command::new("objcopy");
    keep.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    keep.arg(format!("--keep-global-symbols={}", symbols.display()));
    let with_debug = debug.join(format!("{name}.o"));
    run::output(keep.arg(&all).arg(&with_debug))?;
    let without = folder.join(format!("{name}.o"));
    run::output(
        Command::new("objcopy")
            .arg("--strip-debug")
            .arg(&with_debug)
            .arg(&without),
    )?;
    for object in [&with_debug, &without] {
        let archive = object.with_file_name(format!("lib{name}.a"));
        remove(&archive)?;
        run::output(Command::new("ar").arg("crsD").arg(&archive).arg(object))?;
    }
    [all, symbols, with_debug, without]
        .iter()
        .try_for_each(|file| remove(file))
}

/// Writes to `folder` the shared library without debug info, and beside it that as `….debug`, by which name debuggers find
/// it.
///
/// # Errors
/// What a tool said.
pub fn shared(plain: &Path, folder: &Path) -> Result<(), String> {
    let name = plain.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (stripped, debug) = (folder.join(&name), format!("{name}.debug"));
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    run::output(
        Command::new("objcopy")
            .arg("--only-keep-debug")
            .arg(plain)
            .arg(folder.join(&debug)),
    )?;
    // A running program may have the old file open.
    remove(&stripped)?;
    run::output(
        Command::new("objcopy")
            .current_dir(folder)
            .arg("--strip-unneeded")
            .arg(format!("--add-gnu-debuglink={debug}"))
            .arg(plain)
            .arg(&stripped),
    )
    .map(drop)
}

/// What `readelf` says of the archive's members, one text for each.
fn members(archive: &Path, question: &str) -> Result<Vec<String>, String> {
    let text = run::output(Command::new("readelf").args([question, "--wide"]).arg(archive))?;
    let members: Vec<String> = text.split("\nFile: ").skip(1).map(str::to_owned).collect();
    Ok(members)
}

/// The archive has one member, with exactly these global symbols, no bitcode, and debug info or none. Gives their number.
///
/// # Errors
/// What differs.
pub fn check(archive: &Path, api: &[&str], has_debug: bool) -> Result<usize, String> {
    let shown = archive.display();
    let sections = members(archive, "--sections")?;
    let [sections] = sections.as_slice() else {
        return Err(format!("{shown} has {} members instead of one", sections.len()));
    };
    if sections.contains(".llvmbc") || sections.contains(".llvmcmd") {
        return Err(format!("{shown} has bitcode in it"));
    }
    if sections.contains(" .debug_info ") != has_debug {
        let word = if has_debug { "no" } else { "some" };
        return Err(format!("{shown} has {word} debug info"));
    }
    // Else linkers make the program's stack executable.
    if !sections.contains(" .note.GNU-stack ") {
        return Err(format!("{shown} does not say that its stack is not executable"));
    }
    let symbols = members(archive, "--symbols")?.join("\n");
    let mut global: Vec<&str> = symbols.lines().filter_map(defined).collect();
    global.sort_unstable();
    let mut expected = api.to_vec();
    expected.sort_unstable();
    if global == expected && !expected.is_empty() {
        return Ok(expected.len());
    }
    let extra: Vec<_> = global.iter().filter(|name| !expected.contains(name)).take(20).collect();
    let missing: Vec<_> = expected.iter().filter(|name| !global.contains(name)).collect();
    Err(format!(
        "{shown}: global but not of the API: {extra:?}; of the API but not global: {missing:?}"
    ))
}

/// The name of a symbol that others can see and that is defined here, from a line of `readelf --symbols`.
pub fn defined(line: &str) -> Option<&str> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    match fields.as_slice() {
        [number, _, _, _, "GLOBAL" | "WEAK" | "UNIQUE", _, section, name]
            if number.ends_with(':') && *section != "UND" =>
        {
            Some(*name)
        }
        _ => None,
    }
}

fn remove(file: &Path) -> Result<(), String> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", file.display())),
        _ => Ok(()),
    }
}
