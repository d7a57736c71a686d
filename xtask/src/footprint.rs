//! How large the library is, and what it touches before its first answer. Sizes and system calls are no matter of luck, so
//! they are asserted.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    library::{Library, dist},
    run::{Counts, output, root, target},
};

/// The stripped shared library with HTTPS. 2.4 MiB are the mark; most of what is above is what std, TLS and the answers of
/// the servers take.
const MOST_WITH_HTTPS: u64 = 2_900 * 1024;
/// The stripped shared library with `capi` and `std` alone, above an empty one. 400 KiB are the mark.
const MOST_ABOVE_EMPTY: u64 = 1_120 * 1024;
/// Private dirty memory after the first answer.
const MOST_DIRTY_KIB: u64 = 256;

/// What a shared library of Rust has at least: one function, with a panic stopped at the C boundary.
const EMPTY: &str = "#[unsafe(no_mangle)]
pub extern \"C\" fn only_function(number: usize) -> usize {
    std::panic::catch_unwind(|| std::env::args().nth(number).map_or(0, |text| text.len())).unwrap_or(0)
}
";

/// How large it is, in bytes.
pub struct Sizes {
    /// The stripped shared library with HTTPS.
    pub with_https: u64,
    /// The stripped shared library with `capi` and `std` alone, above an empty one.
    pub above_empty: u64,
    /// Private dirty memory after the first answer.
    pub dirty: u64,
}

/// Measures all of it, and checks what the start touches.
///
/// # Errors
/// What could not be built, or is touched too early.
pub fn measure(library: &Library) -> Result<Sizes, String> {
    let folder = target().join("footprint");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let with_https = size(&library.folder.join("libplaygate.so"))?;
    let (bare, empty) = (bare(&folder)?, empty(&folder)?);
    let above_empty = bare.saturating_sub(empty);
    println!("with HTTPS {with_https} bytes; with capi and std {bare}, {above_empty} above an empty one ({empty})");
    Ok(Sizes {
        with_https,
        above_empty,
        dirty: start(library, &folder)? * 1024,
    })
}

/// Checks all of it.
///
/// # Errors
/// What is too large, or touched too early.
pub fn check(library: &Library) -> Result<Counts, String> {
    let sizes = measure(library)?;
    for (what, size, most) in [
        ("the shared library", sizes.with_https, MOST_WITH_HTTPS),
        (
            "what capi and std add to an empty shared library",
            sizes.above_empty,
            MOST_ABOVE_EMPTY,
        ),
        (
            "private dirty memory after the first answer",
            sizes.dirty,
            MOST_DIRTY_KIB * 1024,
        ),
    ] {
        if size > most {
            return Err(format!("{what}: {size} bytes; at most {most} are agreed on"));
        }
    }
    Ok(Counts { passed: 4, failed: 0 })
}

fn size(file: &Path) -> Result<u64, String> {
    fs::metadata(file)
        .map(|found| found.len())
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// Builds the library with `capi` and `std` alone.
///
/// # Errors
/// What the compiler said.
pub fn build() -> Result<(), String> {
    dist(&[
        "--no-default-features",
        "--features",
        "capi,std",
        "--crate-type",
        "cdylib",
    ])
}

/// The size of the library with `capi` and `std` alone.
fn bare(folder: &Path) -> Result<u64, String> {
    build()?;
    stripped(&target().join("dist/libplaygate.so"), &folder.join("bare.so"))
}

/// The size of a library with one function, as the profile `dist` makes it.
fn empty(folder: &Path) -> Result<u64, String> {
    let package = folder.join("empty");
    fs::create_dir_all(&package).map_err(|error| format!("{}: {error}", package.display()))?;
    let source = package.join("empty.rs");
    fs::write(&source, EMPTY).map_err(|error| format!("{}: {error}", source.display()))?;
    let out = package.join("libempty.so");
    let mut build = Command::new("rustc");
    build.args(["--edition=2024", "--crate-type=cdylib", "-Copt-level=s", "-Clto=fat"]);
    build.args(["-Ccodegen-units=1", "-Cpanic=unwind"]);
    output(build.arg(&source).arg("-o").arg(&out))?;
    stripped(&out, &folder.join("empty.so"))
}

fn stripped(from: &Path, to: &Path) -> Result<u64, String> {
    output(Command::new("strip").arg("-o").arg(to).arg(from))?;
    size(to)
}

/// Compiles `benches/start.c`.
///
/// # Errors
/// What the compiler said.
pub fn start_program(library: &Library, folder: &Path) -> Result<PathBuf, String> {
    let out = folder.join("start");
    let mut compile = Command::new("gcc");
    compile.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-I"]);
    compile.arg(&library.include).arg(root().join("benches/start.c"));
    output(compile.arg("-o").arg(&out).args(["-ldl"]))?;
    Ok(out)
}

/// From loading the library to the first answer: no other thread, no socket, no file of TLS or of name resolution. Gives the
/// private dirty memory in KiB.
fn start(library: &Library, folder: &Path) -> Result<u64, String> {
    let program = start_program(library, folder)?;
    let records = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
    let shared = library.folder.join("libplaygate.so");
    let said = output(Command::new(&program).arg(&shared).arg(records.path()).arg("once"))?;
    println!("load to the first answer: {}", said.trim());
    let number = |after: &str, word: &str| {
        let rest = said.split_once(after)?.1;
        rest.split_once(word)?.0.trim().parse::<u64>().ok()
    };
    let dirty = number("private dirty ", " KiB").ok_or("the program does not say what it uses")?;
    let threads = number("KiB, ", " threads").ok_or("the program does not say how many threads there are")?;
    if threads != 1 {
        return Err(format!("{threads} threads after the first answer instead of one"));
    }
    // Without -f: only what this process does itself, and not the child that stored the session.
    let log = folder.join("start.strace");
    let mut trace = Command::new("strace");
    trace
        .args(["-e", "trace=socket,connect,clone,clone3,openat,open"])
        .arg("-o")
        .arg(&log);
    output(trace.arg(&program).arg(&shared).arg(records.path()).arg("once"))?;
    let calls = fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    // Loading it is the last thing that happens to libraries; before that the session was stored by a child.
    let (_, after) = calls
        .rsplit_once("libplaygate.so")
        .ok_or("strace does not show the library being loaded")?;
    let bad = [
        "socket(",
        "connect(",
        "clone(",
        "clone3(",
        "resolv.conf",
        "nsswitch",
        "/etc/hosts",
        "/ssl",
        ".pem",
        ".crt",
    ];
    match after
        .lines()
        .skip(1)
        .find(|call| bad.iter().any(|word| call.contains(word)))
    {
        Some(call) => Err(format!("before the first answer: {call}")),
        None => Ok(dirty),
    }
}
