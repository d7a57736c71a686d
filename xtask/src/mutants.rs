//! `cargo xtask mutants`: small changes of the rooms that decide, one after the other. With each, a test must fail; what
//! survives is explained in `docs/mutants.md`. cargo-mutants lists them; `mutants` puts them in one build and tries them.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    files::below,
    run::{self, cargo, root, target},
    test::PURE_TESTS,
};

/// The version of cargo-mutants.
const VERSION: &str = "27.1.0";

/// What decides.
const ROOMS: &[&str] = &["src/session", "src/client"];

/// Tries all of both rooms, or those of their files in whose paths one of these words is.
///
/// # Errors
/// Mutants that are neither caught nor explained, or a word that names no file.
pub fn run(words: &[String]) -> Result<(), String> {
    let files = files(words)?;
    let folder = target().join("mutants");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut list = Command::new(run::tool("cargo-mutants", VERSION)?);
    list.current_dir(root()).args(["mutants", "--list", "--json"]);
    list.args(["--package", "playgate", "--no-default-features"]);
    for file in files {
        list.args(["--file", &file]);
    }
    let listed = list.output().map_err(|error| format!("{list:?}: {error}"))?;
    if !listed.status.success() {
        return Err(format!("{list:?}: {}", String::from_utf8_lossy(&listed.stderr)));
    }
    let path = folder.join("list.json");
    fs::write(&path, listed.stdout).map_err(|error| format!("{}: {error}", path.display()))?;
    run::ok(
        cargo()
            .args(["run", "--quiet", "--manifest-path"])
            .arg(root().join("mutants/Cargo.toml"))
            .arg("--target-dir")
            .arg(folder.join("program"))
            .arg("--")
            .args([root(), folder.clone(), path])
            .args(PURE_TESTS),
    )
}

/// The files that are wanted.
fn files(words: &[String]) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    for room in ROOMS {
        let found = below(&root().join(room), "rs")?;
        let from_root = |file: &PathBuf| file.strip_prefix(root()).map(|file| file.display().to_string());
        files.extend(found.iter().map(from_root).filter_map(Result::ok));
    }
    files.retain(|file| words.is_empty() || words.iter().any(|word| file.contains(word.as_str())));
    if files.is_empty() {
        return Err(format!("no file of {} has such a name", ROOMS.join(" and ")));
    }
    Ok(files)
}
