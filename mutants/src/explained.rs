//! What survives for a reason: the table in `docs/mutants.md`.

use std::{fs, path::Path};

use crate::list::Mutant;

/// A mutant that no test needs to see, as its row names it: by what stays the same when lines move.
pub struct Explained {
    file: String,
    what: String,
    line: String,
    /// A row explains one mutant: of two alike in one line, each has a row of its own.
    is_taken: bool,
}

/// All rows.
pub struct Table(Vec<Explained>);

impl Table {
    /// Reads the rows `| src/file.rs | what | line of code | why |`.
    ///
    /// # Errors
    /// The document cannot be read, or a row has no reason.
    pub fn read(root: &Path) -> Result<Self, String> {
        let document = root.join("docs/mutants.md");
        let text = fs::read_to_string(&document).map_err(|error| format!("{}: {error}", document.display()))?;
        let rows = text.lines().filter(|line| line.starts_with("| `src/"));
        rows.map(row).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a row explains this mutant.
    pub fn explains(&mut self, mutant: &Mutant) -> bool {
        let row = self
            .0
            .iter_mut()
            .find(|row| !row.is_taken && row.file == mutant.file && row.what == mutant.what && row.line == mutant.line);
        match row {
            Some(row) => {
                row.is_taken = true;
                true
            }
            None => false,
        }
    }

    /// Rows about these files that explain nothing any more.
    pub fn unused(&self, files: &[&str]) -> Vec<String> {
        let unused = self
            .0
            .iter()
            .filter(|row| !row.is_taken && files.contains(&row.file.as_str()));
        unused
            .map(|row| format!("{}: {}: {}", row.file, row.what, row.line))
            .collect()
    }
}

fn row(line: &str) -> Result<Explained, String> {
    // A bar within a cell is written `\|`, as everywhere in Markdown.
    let line = line.replace("\\|", "\u{0}");
    let cell = |text: &str| text.trim().trim_matches('`').replace('\u{0}', "|");
    let cells: Vec<String> = line.trim_matches('|').split('|').map(cell).collect();
    match cells.as_slice() {
        [file, what, line, why] if !why.is_empty() => Ok(Explained {
            file: file.clone(),
            what: what.clone(),
            line: line.clone(),
            is_taken: false,
        }),
        _ => Err(format!("docs/mutants.md: this row has not four cells: {line}")),
    }
}
