//! The library with `capi` and `std` alone: it has no thread, socket or file of its own, by what it imports and by what a
//! tracer of system calls sees.

use std::{fs, process::Command};

use crate::{
    library::{Library, Linkage},
    run::{self, Counts, cargo, root, target},
};

/// What only a library with threads, sockets or files imports.
const NEVER_IMPORTED: &[&str] = &[
    "pthread_create",
    "socket",
    "connect",
    "getaddrinfo",
    "send",
    "recv",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "unlink",
    "mkdir",
    "flock",
    "fcntl",
];

/// What is never called while the library works. Rust's own report of a panic would write.
const NEVER_CALLED: &[&str] = &[
    "open",
    "openat",
    "creat",
    "write",
    "writev",
    "pwrite64",
    "socket",
    "connect",
    "sendto",
    "sendmsg",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "fsync",
    "fdatasync",
    "mkdir",
    "flock",
    "fcntl",
];

/// Builds it, looks at its imports, and traces a whole life.
pub fn check() -> Result<Counts, String> {
    let folder = target().join("hostless");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    run::ok(cargo().args([
        "rustc",
        "--quiet",
        "--package",
        "playgate",
        "--lib",
        "--crate-type",
        "cdylib",
        "--no-default-features",
        "--features",
        "capi",
    ]))?;
    let shared = folder.join("libplaygate.so");
    fs::copy(target().join("debug/libplaygate.so"), &shared).map_err(|error| format!("libplaygate.so: {error}"))?;
    let library = Library {
        folder: folder.clone(),
        include: root().join("include"),
        has_asan: false,
    };
    let symbols = run::output(Command::new("readelf").args(["--dyn-syms", "--wide"]).arg(&shared))?;
    let imported = imported(&symbols);
    let found: Vec<_> = imported.iter().filter(|name| NEVER_IMPORTED.contains(name)).collect();
    if !found.is_empty() || !imported.contains(&"malloc") {
        return Err(format!("without threads, HTTP and files the library imports {found:?}"));
    }
    let program = folder.join("hostless");
    let sources = ["hostless.c", "check.c", "play.c"].map(|file| root().join("tests/c").join(file));
    let flags = [
        "-std=c99",
        "-D_POSIX_C_SOURCE=200809L",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
    ];
    library.program("gcc", Linkage::Shared, &sources, &flags, &program)?;
    let trace = folder.join("trace.txt");
    run::ok(Command::new("strace").arg("-f").arg("-o").arg(&trace).arg(&program))?;
    let trace = fs::read_to_string(&trace).map_err(|error| format!("trace.txt: {error}"))?;
    let seen = calls_between(&trace)?;
    let found: Vec<_> = seen.iter().filter(|call| NEVER_CALLED.contains(call)).collect();
    if !found.is_empty() {
        return Err(format!("without threads, HTTP and files the library called {found:?}"));
    }
    println!("  {} system calls, none to a file, socket or thread", seen.len());
    Ok(Counts { passed: 2, failed: 0 })
}

fn imported(symbols: &str) -> Vec<&str> {
    symbols
        .lines()
        .filter(|line| line.split_whitespace().nth(6) == Some("UND"))
        .filter_map(|line| line.split_whitespace().nth(7)?.split('@').next())
        .collect()
}

/// The system calls between the program's two looks at paths that are not there.
fn calls_between(trace: &str) -> Result<Vec<&str>, String> {
    let (_, rest) = trace
        .split_once("/playgate/begins")
        .ok_or("the trace has no beginning")?;
    let (between, _) = rest.split_once("/playgate/ends").ok_or("the trace has no end")?;
    Ok(between
        .lines()
        .filter_map(|line| {
            line.split_once(' ')?
                .1
                .trim_start()
                .split_once('(')
                .map(|(name, _)| name)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_between_the_marks() {
        let trace = "7 open(\"a\", 0) = 3\n7 access(\"/playgate/begins\", F_OK) = -1 ENOENT\n7 getpid() = 7\n\
                     8 openat(AT_FDCWD, \"b\", 0) = 3\n7 access(\"/playgate/ends\", F_OK) = -1\n7 write(1, \"\", 0) = 0\n";
        assert_eq!(calls_between(trace).unwrap(), ["getpid", "openat", "access"]);
        assert!(calls_between("7 open()").is_err());
    }

    #[test]
    fn imports_are_what_is_not_defined() {
        let symbols = "   1: 0000 0 FUNC GLOBAL DEFAULT UND socket@GLIBC_2.2.5 (2)\n   2: 10 4 FUNC GLOBAL DEFAULT 12 playgate_version\n";
        assert_eq!(imported(symbols), ["socket"]);
    }
}
