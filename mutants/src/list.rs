//! What is to be tried: the list that cargo-mutants makes of the sources.

use std::{fs, path::Path};

use serde_json::Value;

/// What kind of change a mutant is, in cargo-mutants' words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    /// A function returns this at once.
    FnValue,
    BinaryOperator,
    UnaryOperator,
    /// A guard is always true, or never.
    MatchArmGuard,
    /// An arm is left out.
    MatchArm,
    /// A field is left to the base of its struct expression.
    StructField,
}

/// A small change that makes the code wrong.
pub struct Mutant {
    /// From 1, in the order of the list.
    pub number: usize,
    /// From the repository's root.
    pub file: String,
    /// What is changed, in which function; without the place.
    pub what: String,
    /// As cargo-mutants names it, with line and column.
    pub name: String,
    pub genre: Genre,
    pub replacement: String,
    /// The bytes of the file that are replaced.
    pub start: usize,
    pub end: usize,
    /// Where it is, to know it again when lines have moved.
    pub line: String,
}

/// Reads `cargo mutants --list --json`.
///
/// # Errors
/// A list that is not as expected, or a file that cannot be read.
pub fn read(list: &Path, root: &Path) -> Result<Vec<Mutant>, String> {
    let text = fs::read_to_string(list).map_err(|error| format!("{}: {error}", list.display()))?;
    let list: Vec<Value> = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", list.display()))?;
    (1..)
        .zip(&list)
        .map(|(number, entry)| {
            mutant(number, entry, root).ok_or_else(|| format!("mutant {number} of the list is not understood: {entry}"))
        })
        .collect()
}

fn mutant(number: usize, entry: &Value, root: &Path) -> Option<Mutant> {
    let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
    let (file, name) = (text("file")?, text("name")?);
    let source = fs::read_to_string(root.join(&file)).ok()?;
    let start = entry.pointer("/span/start")?;
    let genre = match entry.get("genre")?.as_str()? {
        "FnValue" => Genre::FnValue,
        "BinaryOperator" => Genre::BinaryOperator,
        "UnaryOperator" => Genre::UnaryOperator,
        "MatchArmGuard" => Genre::MatchArmGuard,
        "MatchArm" => Genre::MatchArm,
        "StructField" => Genre::StructField,
        _ => return None,
    };
    let line = usize::try_from(start.get("line")?.as_u64()?).ok()?.checked_sub(1)?;
    Some(Mutant {
        number,
        what: name.split_once(": ")?.1.to_owned(),
        name,
        genre,
        replacement: text("replacement")?,
        start: offset(&source, start)?,
        end: offset(&source, entry.pointer("/span/end")?)?,
        line: source.lines().nth(line)?.trim().to_owned(),
        file,
    })
}

/// The byte at a line and a column, both from 1; columns count characters.
fn offset(source: &str, place: &Value) -> Option<usize> {
    let number = |key: &str| usize::try_from(place.get(key)?.as_u64()?).ok()?.checked_sub(1);
    let (line, column) = (number("line")?, number("column")?);
    let lines = || source.split_inclusive('\n');
    let before: usize = lines().take(line).map(str::len).sum();
    let line = lines().nth(line)?;
    Some(before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at))
}
