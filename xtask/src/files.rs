//! The files of a folder and what is below it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Those that end so, sorted.
///
/// # Errors
/// A folder that cannot be read.
pub fn below(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(below(&path, kind)?);
        } else if path.extension().is_some_and(|ending| ending == kind) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
