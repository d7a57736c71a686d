//! Instructions of the frame path and of a refresh, counted by callgrind: a slow-down is caught without a clock. What they
//! should be is in `benches/counts.txt`, which `cargo xtask counts` writes.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use crate::{
    library::{Library, Linkage},
    run::{Counts, output, root, target},
};

/// What is counted; more than this share above what is agreed on is an error.
const COUNTED: &[(&str, f64)] = &[("check", 0.02), ("name", 0.03), ("pump", 0.03), ("refresh", 0.05)];

fn kept() -> PathBuf {
    root().join("benches/counts.txt")
}

/// Compares with what is agreed on.
///
/// # Errors
/// What takes more instructions than agreed on.
pub fn check(library: &Library) -> Result<Counts, String> {
    let text = fs::read_to_string(kept()).map_err(|error| format!("benches/counts.txt: {error}"))?;
    let mut agreed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, count) = line
            .split_once(' ')
            .ok_or_else(|| format!("benches/counts.txt: {line}"))?;
        let count: f64 = count.parse().map_err(|_| format!("benches/counts.txt: {line}"))?;
        agreed.insert(name, count);
    }
    let mut failures = Vec::new();
    for (name, share) in COUNTED {
        let count = count(library, name)?;
        let before = *agreed
            .get(name)
            .ok_or_else(|| format!("benches/counts.txt has no {name}"))?;
        println!("{name}: {count:.1} instructions, {before:.1} agreed on");
        if count > before * (1.0 + share) {
            failures.push(format!("{name} takes {count:.1} instructions instead of {before:.1}"));
        } else if count < before * (1.0 - share) {
            println!("  that is less: `cargo xtask counts` writes it down");
        }
    }
    failures.extend(not_plain(library)?);
    if failures.is_empty() {
        return Ok(Counts {
            passed: COUNTED.len(),
            failed: 0,
        });
    }
    Err(format!(
        "{}; with another compiler, or for a reason, `cargo xtask counts` writes the new ones down ({})",
        failures.join("; "),
        text.lines().next().unwrap_or_default()
    ))
}

/// The functions that each frame calls hundreds of times: no call, no lock, no read-modify-write.
const PLAIN: &[&str] = &[
    "playgate_client_allowed",
    "playgate_client_access",
    "playgate_game_session_get_state",
];

/// What those functions do that they must not.
fn not_plain(library: &Library) -> Result<Vec<String>, String> {
    let mut failures = Vec::new();
    for function in PLAIN {
        let mut dump = Command::new("objdump");
        dump.args(["-d", "--no-show-raw-insn"])
            .arg(format!("--disassemble={function}"));
        let code = output(dump.arg(library.folder.join("libplaygate.so")))?;
        let lines: Vec<&str> = code.lines().filter(|line| line.starts_with(' ')).collect();
        if lines.len() < 5 {
            return Err(format!("objdump shows no code of {function}"));
        }
        let is_bad = |line: &&&str| {
            ["call", "lock ", "xchg", "cmpxchg"]
                .iter()
                .any(|word| line.contains(word))
        };
        failures.extend(
            lines
                .iter()
                .find(is_bad)
                .map(|line| format!("{function} has {}", line.trim())),
        );
    }
    Ok(failures)
}

/// Counts anew and writes it down.
///
/// # Errors
/// What could not be run.
pub fn write(library: &Library) -> Result<(), String> {
    let rustc = output(Command::new("rustc").arg("--version"))?;
    let mut text = format!("# Instructions of one of each; {}, x86_64\n", rustc.trim());
    for (name, _) in COUNTED {
        text.push_str(&format!("{name} {:.1}\n", count(library, name)?));
    }
    print!("{text}");
    fs::write(kept(), text).map_err(|error| format!("benches/counts.txt: {error}"))
}

/// The instructions of one of them.
fn count(library: &Library, name: &str) -> Result<f64, String> {
    let folder = target().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = folder.join("counts");
    let source = root().join("benches/counts.c");
    let flags = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-g", "-Wall", "-Wextra", "-Werror"];
    library.program("gcc", Linkage::Shared, &[source], &flags, &program)?;
    let file = folder.join("counts.callgrind");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--error-exitcode=9"]);
    command.arg(format!("--toggle-collect=count_{name}"));
    command.arg(format!("--callgrind-out-file={}", file.display()));
    let times: f64 = output(command.arg(&program).arg(name))?
        .trim()
        .parse()
        .map_err(|_| format!("{name}: the program does not say how often"))?;
    let profile = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    let total: f64 = total
        .and_then(|total| total.trim().parse().ok())
        .ok_or_else(|| format!("{name}: callgrind counted nothing"))?;
    Ok(total / times)
}
