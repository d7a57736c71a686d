//! `docs/threat-model.md` names the test of each line: they are all there.

use std::fs;

use crate::{
    files::below,
    run::{Counts, root},
};

/// Where tests are.
const FOLDERS: &[&str] = &["src", "tests", "races/src", "examples", "xtask/src"];

/// Looks for every test that the page names. Gives how many lines there are.
///
/// # Errors
/// Tests that are not there, and lines that name none though they say that something holds.
pub fn check() -> Result<Counts, String> {
    let page = root().join("docs/threat-model.md");
    let text = fs::read_to_string(&page).map_err(|error| format!("{}: {error}", page.display()))?;
    let mut code = String::new();
    for folder in FOLDERS {
        for file in below(&root().join(folder), "rs")? {
            code.push_str(&fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?);
        }
    }
    let is_there = |path: &str| {
        [path.to_owned(), format!("{path}.rs")]
            .iter()
            .any(|p| root().join(p).exists())
    };
    let lines = wrong(&text, &code, is_there)?;
    Ok(Counts {
        passed: lines,
        failed: 0,
    })
}

/// How many lines of tables there are; an error where one of them is wrong.
fn wrong(page: &str, code: &str, is_there: impl Fn(&str) -> bool) -> Result<usize, String> {
    let mut lines = 0;
    let mut wrong = Vec::new();
    for line in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("|---"))
    {
        let columns: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [_, holds, test] = columns[..] else {
            wrong.push(format!("not three columns: {line}"));
            continue;
        };
        if holds == "what holds" {
            continue;
        }
        lines += 1;
        let names: Vec<&str> = test.split('`').skip(1).step_by(2).collect();
        if names.is_empty() && !holds.starts_with("**Cannot hold") {
            wrong.push(format!("no test: {line}"));
        }
        for name in names {
            let is_known = if name.contains('/') {
                is_there(name)
            } else {
                code.contains(&format!("fn {name}("))
            };
            if !is_known {
                wrong.push(format!("no such test: {name}"));
            }
        }
    }
    if wrong.is_empty() && lines >= 20 {
        return Ok(lines);
    }
    Err(format!("docs/threat-model.md, {lines} lines: {}", wrong.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_its_test_is_found() {
        let page = |lines: &str| {
            let enough = "| a | holds | `there` |\n".repeat(20);
            format!("| x | what holds | the test |\n|---|---|---|\n{enough}{lines}")
        };
        let looked = |lines: &str| wrong(&page(lines), "fn there() {}", |path| path == "tests/there");
        assert_eq!(looked(""), Ok(20));
        assert_eq!(looked("| b | holds | `tests/there`, `there` |"), Ok(21));
        assert_eq!(looked("| b | **Cannot hold.** | |"), Ok(21));
        for line in [
            "| b | holds | |",
            "| b | holds | `gone` |",
            "| b | holds | `tests/gone` |",
            "| b | `there` |",
        ] {
            assert!(looked(line).is_err(), "{line}");
        }
        assert!(wrong("", "", |_| true).is_err());
    }
}
