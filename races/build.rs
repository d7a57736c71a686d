//! Puts loom's atomics and locks in place of std's in copies of the files under test, and makes their tables small enough
//! to try every order. A text that is not there any more ends the build.

use std::{env, fs, path::Path};

/// Replaces a text wherever it is; it must be there.
fn replace(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "this is not in the code any more: {from}");
    text.replace(from, to)
}

/// Makes a static of what loom has no constants for: `from` is its value in the code, `to` the one here.
fn lazily(text: &str, declared: &str, from: &str, to: &str) -> String {
    let lazy = format!("loom::lazy_static! {{ static ref {declared} = {to}; }}");
    replace(text, &format!("static {declared} = {from};"), &lazy)
}

/// The file without its inner documentation and its tests.
fn read(path: &str) -> String {
    let path = format!("../src/{path}");
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.starts_with("//!"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn main() {
    let out = env::var("OUT_DIR").expect("cargo says where");
    let out = Path::new(&out);

    let table = read("host/table.rs");
    let table = replace(&table, "use std::sync::{", "use loom::sync::{");
    let table = replace(&table, "std::sync::PoisonError", "::std::sync::PoisonError");
    let table = replace(&table, "use crate::session::Access;", "use playgate::session::Access;");
    let table = replace(&table, "MAX_FEATURES: usize = 1024", "MAX_FEATURES: usize = 2");
    let table = replace(&table, "MAX_CLIENTS: usize = 64", "MAX_CLIENTS: usize = 1");
    let table = replace(&table, "MAX_TABLES: usize = 64", "MAX_TABLES: usize = 1");
    let table = replace(&table, "pub(super)", "pub(crate)");
    let table = replace(&table, "const fn new()", "fn new()");
    let table = replace(
        &table,
        "static GATES: [Gate; MAX_CLIENTS] = [const {\n    Gate {",
        "loom::lazy_static! { static ref GATES: [Gate; MAX_CLIENTS] = [\n    Gate {",
    );
    let table = replace(
        &table,
        "game: AtomicU8::new(0),\n    }\n}; MAX_CLIENTS];",
        "game: AtomicU8::new(0),\n    }\n]; }",
    );
    let table = lazily(
        &table,
        "CELLS: [Cells; MAX_CLIENTS]",
        "[const { [const { Cell::new() }; MAX_FEATURES] }; MAX_CLIENTS]",
        "[::std::array::from_fn(|_| Cell::new())]",
    );
    let table = lazily(
        &table,
        "HOLDERS: [AtomicU64; MAX_CLIENTS]",
        "all_closed()",
        "all_closed()",
    );
    let table = replace(&table, "const fn all_closed()", "fn all_closed()");
    let table = replace(&table, "[const { AtomicU64::new(0) }; MAX_CLIENTS]", "[AtomicU64::new(0)]");
    let table = lazily(
        &table,
        "TABLES: [Cells; MAX_TABLES]",
        "[const { [const { Cell::new() }; MAX_FEATURES] }; MAX_TABLES]",
        "[::std::array::from_fn(|_| Cell::new())]",
    );
    let table = lazily(
        &table,
        "OWNERS: Mutex<[Option<[u8; 32]>; MAX_TABLES]>",
        "Mutex::new([None; MAX_TABLES])",
        "Mutex::new([None; MAX_TABLES])",
    );
    let table = replace(&table, ".zip(&HOLDERS)", ".zip(HOLDERS.iter())");
    fs::write(out.join("table.rs"), table).expect("written");
    // Without the second look at the holder, a stale handle can read what a later client allows.
    let careless = fs::read_to_string(out.join("table.rs")).expect("read");
    let careless = replace(
        &careless,
        "if holder.load(Ordering::Relaxed) != id.0 {",
        "if false {",
    );
    fs::write(out.join("careless.rs"), careless).expect("written");

    let handle = read("ffi/handle.rs");
    let handle = replace(
        &handle,
        "use std::sync::{Arc, Mutex, PoisonError};",
        "use loom::sync::Mutex;\nuse ::std::sync::{Arc, PoisonError};",
    );
    let handle = replace(
        &handle,
        "use super::result::{Failure, PLAYGATE_ERROR_INVALID_HANDLE, PLAYGATE_ERROR_LIMIT};",
        "use crate::{Failure, PLAYGATE_ERROR_INVALID_HANDLE, PLAYGATE_ERROR_LIMIT};",
    );
    let handle = replace(&handle, "pub(super)", "pub(crate)");
    let handle = replace(&handle, "const fn new(kind", "fn new(kind");
    fs::write(out.join("handle.rs"), handle).expect("written");
}
