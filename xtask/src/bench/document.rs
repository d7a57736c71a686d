//! docs/performance.md: the last table, with the machine.

use std::{fs, path::Path};

use super::row::{Row, table};

const HEAD: &str = "# Performance

Written by `cargo xtask bench --write`, which runs all of it again. Every figure is a ratio of two things that ran in turn
within one round, so that a slow moment of the machine hits both: the median of the rounds, and in brackets the smallest
and the largest. The absolute times are medians over the rounds, for orientation only. A mark that was not reached is said
so here.

![The ratios](performance.svg)

";

/// Writes the document and its drawing.
pub fn write(folder: &Path, about: &[String], rows: &[Row], svg: &str) -> Result<(), String> {
    let mut text = HEAD.to_owned();
    text.push_str("## The machine\n\n");
    for line in about {
        text.push_str(&format!("- {line}\n"));
    }
    text.push_str("\n## The table\n\n");
    text.push_str(&table(rows));
    let missed: Vec<&Row> = rows.iter().filter(|row| !row.is_kept()).collect();
    text.push_str(&format!(
        "\n{} of {} rows with a mark reach it.\n",
        rows.iter()
            .filter(|row| !matches!(row.mark, super::row::Mark::None))
            .count()
            - missed.len(),
        rows.iter()
            .filter(|row| !matches!(row.mark, super::row::Mark::None))
            .count(),
    ));
    for (name, content) in [("performance.md", text.as_str()), ("performance.svg", svg)] {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("written: {}", path.display());
    }
    Ok(())
}
