//! The Unity package: one archive that Unity's Package Manager takes from disk, with the native libraries that were built.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{copy, inventory::Inventory, licenses, pack, write};
use crate::run::{self, root};

/// The files in the archive.
const CONTENTS: &str = include_str!("unity.txt");

/// A native library, and where it stands in the package.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// For example `Plugins/Linux/x86_64/libplaygate.so`.
    pub place: &'static str,
    /// The built file.
    pub file: PathBuf,
}

impl Plugin {
    /// The shared library of this machine's system.
    pub fn linux(folder: &Path) -> Self {
        Self {
            place: "Plugins/Linux/x86_64/libplaygate.so",
            file: folder.join("libplaygate.so"),
        }
    }

    /// The DLL.
    pub fn windows(dll: PathBuf) -> Self {
        Self {
            place: "Plugins/Windows/x86_64/playgate.dll",
            file: dll,
        }
    }
}

/// Makes the archive in `folder`, anew, and gives its path.
///
/// # Errors
/// What is missing.
pub fn make(plugins: &[Plugin], inventory: &Inventory, folder: &Path) -> Result<PathBuf, String> {
    let source = root().join("bindings/unity");
    let stage = folder.join("stage-unity/package");
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|error| format!("{}: {error}", stage.display()))?;
    }
    let mut files = BTreeSet::new();
    walk(&source, "", &mut files)?;
    for plugin in plugins {
        copy(&plugin.file, &stage.join(plugin.place))?;
    }
    let is_there = |asset: &str| {
        let below = format!("{asset}/");
        files
            .iter()
            .filter(|file| !file.ends_with(".meta"))
            .map(String::as_str)
            .chain(plugins.iter().map(|plugin| plugin.place))
            .any(|file| file == asset || file.starts_with(&below))
    };
    for file in &files {
        // Of the libraries that are not in this archive, and of their folders, the settings stay out.
        if file.strip_suffix(".meta").is_none_or(is_there) {
            copy(&source.join(file), &stage.join(file))?;
        }
    }
    write(
        &stage.join("Documentation~/licenses/THIRD-PARTY.txt"),
        &licenses::third_party(inventory)?,
    )?;
    write(
        &stage.join("Documentation~/licenses/rust-standard-library.html"),
        &licenses::rust(inventory)?,
    )?;
    let archive = folder.join(format!("com.playgate.sdk-{}.tgz", inventory.version()));
    pack(&stage, &archive)?;
    Ok(archive)
}

/// The archive holds what it should, and each visible file has its settings.
///
/// # Errors
/// What is not so.
pub fn check(archive: &Path, plugins: &[Plugin]) -> Result<(), String> {
    let files = contents(archive)?;
    is_complete(&files)?;
    is_as_listed(&files, plugins)
}

/// The files in an archive, without the folder that they are in.
fn contents(archive: &Path) -> Result<BTreeSet<String>, String> {
    let list = run::output(Command::new("tar").arg("-tzf").arg(archive))?;
    let files = list.lines().filter(|line| !line.ends_with('/'));
    files
        .map(|line| {
            let inside = line.strip_prefix("package/");
            inside.map(str::to_owned).ok_or(format!("{line} is not in package/"))
        })
        .collect()
}

/// Compares with `unity.txt`; the libraries of other systems are there when they were built.
fn is_as_listed(files: &BTreeSet<String>, plugins: &[Plugin]) -> Result<(), String> {
    let systems: Vec<&str> = plugins
        .iter()
        .filter_map(|plugin| plugin.place.split('/').nth(1))
        .collect();
    let is_wanted = |line: &&str| {
        let rest = line.strip_prefix("Plugins/");
        rest.is_none_or(|rest| systems.iter().any(|system| rest.starts_with(system)))
    };
    let listed: BTreeSet<String> = CONTENTS.lines().filter(is_wanted).map(str::to_owned).collect();
    if *files == listed {
        return Ok(());
    }
    let missing: Vec<&String> = listed.difference(files).collect();
    let others: Vec<&String> = files.difference(&listed).collect();
    Err(format!(
        "the Unity package holds other files than xtask/src/package/unity.txt says.\nmissing: {missing:?}\nnot listed: {others:?}"
    ))
}

/// Each file and folder that Unity sees has its settings, and no settings are left over.
fn is_complete(files: &BTreeSet<String>) -> Result<(), String> {
    let is_visible = |path: &&str| !path.split('/').any(|part| part.ends_with('~') || part.starts_with('.'));
    let mut assets = BTreeSet::new();
    for file in files.iter().map(String::as_str).filter(is_visible) {
        if file.ends_with(".meta") {
            continue;
        }
        let mut path = Some(file);
        while let Some(asset) = path {
            assets.insert(asset.to_owned());
            path = asset.rsplit_once('/').map(|(folder, _)| folder);
        }
    }
    let settings: BTreeSet<String> = files
        .iter()
        .map(String::as_str)
        .filter(is_visible)
        .filter_map(|file| file.strip_suffix(".meta"))
        .map(str::to_owned)
        .collect();
    if assets == settings {
        return Ok(());
    }
    let without: Vec<&String> = assets.difference(&settings).collect();
    let left: Vec<&String> = settings.difference(&assets).collect();
    Err(format!(
        "in the Unity package have no .meta: {without:?}; have a .meta alone: {left:?}"
    ))
}

fn walk(folder: &Path, inside: &str, files: &mut BTreeSet<String>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() {
            name
        } else {
            format!("{inside}/{name}")
        };
        if entry.path().is_dir() {
            walk(&entry.path(), &path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    fn complete(files: &[&str]) -> bool {
        is_complete(&files.iter().map(|file| (*file).to_owned()).collect()).is_ok()
    }

    #[test]
    fn every_visible_file_and_folder_needs_its_settings() {
        assert!(complete(&["a.cs", "a.cs.meta", "b/c.cs", "b/c.cs.meta", "b.meta"]));
        assert!(!complete(&["a.cs"]));
        assert!(!complete(&["b/c.cs", "b/c.cs.meta"]));
        assert!(!complete(&["b.meta"]));
    }

    #[test]
    fn what_unity_does_not_see_needs_none() {
        assert!(complete(&["Samples~/a.cs", "Documentation~/b.md", ".hidden/c"]));
    }
}
