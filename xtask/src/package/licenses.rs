//! The license texts of everything inside the library, out of the crates' own files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::inventory::{Crate, Inventory};

/// A crate whose license stands at the top of a source file only.
const IN_SOURCE: &[(&str, &str)] = &[("qrcodegen-no-heap", "src/lib.rs")];

/// How the names of license files begin, in small letters.
const NAMES: &[&str] = &["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// What a game may be sold with: asks for nothing but the texts that are handed on.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// One text: a list of the crates, then each different text with the crates that it stands in.
///
/// # Errors
/// A crate without a license text or with another license than those a game may be sold with, or a file that cannot be read.
pub fn third_party(inventory: &Inventory) -> Result<String, String> {
    let mut all = format!(
        "The Playgate library for {}\ncontains the crates below and Rust's standard library {}. Where a crate offers a choice\n\
         of licenses, all of them are given. Those of the standard library are in rust-standard-library.html.\n\n",
        inventory.triple, inventory.rust
    );
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, part) in inventory.others() {
        if !is_permissive(&part.license) {
            return Err(format!(
                "{} {} has the license {}",
                part.name, part.version, part.license
            ));
        }
        all.push_str(&format!("{} {}: {}\n", part.name, part.version, part.license));
        if !part.repository.is_empty() {
            all.push_str(&format!("    {}\n", part.repository));
        }
        for (file, text) in of_crate(part)? {
            texts
                .entry(text)
                .or_default()
                .insert(format!("{} {}: {file}", part.name, part.version));
        }
    }
    let line = "=".repeat(80);
    for (text, places) in texts {
        all.push_str(&format!("\n{line}\n"));
        places.iter().for_each(|place| all.push_str(&format!("{place}\n")));
        all.push_str(&format!("{line}\n\n{text}\n"));
    }
    Ok(all)
}

/// Each part of the expression offers one that is permissive.
fn is_permissive(license: &str) -> bool {
    let offers = |part: &str| {
        part.split(" OR ")
            .any(|one| PERMISSIVE.contains(&one.trim_matches(['(', ')', ' '])))
    };
    license.split(" AND ").all(offers)
}

/// The licenses of Rust's standard library and of what it is made of, as the Rust project hands them out.
///
/// # Errors
/// The file is not there.
pub fn rust(inventory: &Inventory) -> Result<String, String> {
    read(&inventory.sysroot.join("share/doc/rust/COPYRIGHT-library.html"))
}

/// File names and texts.
fn of_crate(part: &Crate) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    find(&part.folder, &mut files)?;
    let mut texts = Vec::new();
    for file in files {
        let name = file.strip_prefix(&part.folder).unwrap_or(&file).display().to_string();
        texts.push((name, tidy(&read(&file)?)));
    }
    if let Some((_, source)) = IN_SOURCE.iter().find(|(name, _)| *name == part.name) {
        let text = read(&part.folder.join(source))?;
        let comment = text
            .split_once("*/")
            .map(|(comment, _)| tidy(comment))
            .unwrap_or_default();
        if comment.contains("Permission is hereby granted") {
            texts.push(((*source).to_owned(), comment));
        }
    }
    if texts.is_empty() {
        return Err(format!("no license text in {} {}", part.name, part.version));
    }
    Ok(texts)
}

/// License files in a folder and the ones below it: a crate may carry other people's code.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(said)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(said)?;
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if entry.is_dir() {
            find(&entry, files)?;
        } else if NAMES.iter().any(|known| name.starts_with(known)) && !name.ends_with(".rs") {
            files.push(entry);
        }
    }
    Ok(())
}

/// The same text is the same whatever ends its lines.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_license_that_asks_for_more_is_refused() {
        for license in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 AND ISC",
        ] {
            assert!(is_permissive(license), "{license}");
        }
        for license in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MPL-2.0",
            "",
            "(MIT OR ISC) AND MPL-2.0",
        ] {
            assert!(!is_permissive(license), "{license}");
        }
    }
}
