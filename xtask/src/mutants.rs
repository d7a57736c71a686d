//! `cargo xtask mutants`: small changes of the rooms that decide, one after the other. With each, a test must fail; what
//! survives is explained in `docs/mutants.md`. cargo-mutants lists them; `mutants` puts them in one build and tries them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::run::{self, cargo, root, target};

/// Installed into `target/tools` when it is not there.
const TOOL: (&str, &str) = ("cargo-mutants", "27.1.0");

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
    let mut list = Command::new(tool()?);
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
            .args([root(), folder.clone(), path]),
    )
}

/// The files that are wanted.
fn files(words: &[String]) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    for room in ROOMS {
        let folder = root().join(room);
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        files.extend(
            names
                .filter(|name| name.ends_with(".rs"))
                .map(|name| format!("{room}/{name}")),
        );
    }
    files.sort();
    files.retain(|file| words.is_empty() || words.iter().any(|word| file.contains(word.as_str())));
    if files.is_empty() {
        return Err(format!("no file of {} has such a name", ROOMS.join(" and ")));
    }
    Ok(files)
}

fn tool() -> Result<PathBuf, String> {
    let (name, version) = TOOL;
    let folder = target().join("tools");
    let program = folder.join("bin").join(name);
    if !is_version(&program, version) {
        run::ok(
            cargo()
                .args([
                    "install",
                    "--quiet",
                    "--locked",
                    "--force",
                    name,
                    "--version",
                    version,
                    "--root",
                ])
                .arg(&folder),
        )?;
    }
    Ok(program)
}

/// Whether the program is there, in this version.
fn is_version(program: &Path, version: &str) -> bool {
    let asked = Command::new(program).args(["mutants", "--version"]).output();
    asked.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim().ends_with(version))
}
