//! Programs that are measured in turn: each waits for a line, measures for one round, and prints what it measured.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{
    Context,
    row::{Mark, Row, median, time},
};
use crate::run::{self, root};

/// A program that is under way.
pub struct Partner {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Partner {
    /// Starts it.
    pub fn start(name: &str, command: &mut Command) -> Result<Self, String> {
        let failed = |what: &dyn std::fmt::Display| format!("{name}: {what}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let output = child.stdout.take().ok_or_else(|| failed(&"no output"))?;
        Ok(Self {
            name: name.to_owned(),
            input: child.stdin.take(),
            output: BufReader::new(output),
            child,
        })
    }

    /// Lets it measure for one round; adds what it measured, in nanoseconds.
    pub fn round(&mut self, into: &mut Round) -> Result<(), String> {
        self.begin()?;
        self.finish(into)
    }

    /// Lets it begin a round.
    pub fn begin(&mut self) -> Result<(), String> {
        let failed = |what: &dyn std::fmt::Display| format!("{}: {what}", self.name);
        let input = self.input.as_mut().ok_or_else(|| failed(&"no input"))?;
        input
            .write_all(b"round\n")
            .and_then(|()| input.flush())
            .map_err(|error| failed(&error))
    }

    /// Waits for the end of its round; adds what it measured, in nanoseconds.
    pub fn finish(&mut self, into: &mut Round) -> Result<(), String> {
        let failed = |what: &dyn std::fmt::Display| format!("{}: {what}", self.name);
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).map_err(|error| failed(&error))? == 0 {
                return Err(failed(&"ended within a round"));
            }
            match line.trim_end() {
                "." => return Ok(()),
                line => {
                    let (name, value) = line.split_once(' ').ok_or_else(|| failed(&line))?;
                    let value = value.parse().map_err(|_| failed(&line))?;
                    into.0.insert(name.to_owned(), value);
                }
            }
        }
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        // The end of its input is its sign to end.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// What was measured in one round, in nanoseconds by name.
#[derive(Debug, Default, Clone)]
pub struct Round(pub BTreeMap<String, f64>);

/// What was measured in all rounds.
pub struct Rounds(pub Vec<Round>);

impl Rounds {
    /// Lets the partners take turns for so many rounds; one more comes before, which is forgotten.
    pub fn of(partners: &mut [Partner], rounds: usize) -> Result<Self, String> {
        let mut all = Self::all_of(partners, rounds + 1)?;
        all.0.remove(0);
        Ok(all)
    }

    /// The same without one that is forgotten.
    pub fn all_of(partners: &mut [Partner], rounds: usize) -> Result<Self, String> {
        let mut all = Vec::new();
        for _ in 0..rounds {
            let mut round = Round::default();
            for partner in partners.iter_mut() {
                partner.round(&mut round)?;
            }
            all.push(round);
        }
        Ok(Self(all))
    }

    fn all(&self, name: &str) -> Result<Vec<f64>, String> {
        let values = self.0.iter().map(|round| round.0.get(name).copied());
        values
            .collect::<Option<_>>()
            .ok_or_else(|| format!("{name} was not measured in each round"))
    }

    /// A row: how often `over` goes into `name`, round by round.
    pub fn row(
        &self,
        area: &'static str,
        (what, name): (&str, &str),
        (baseline, over): (&str, &str),
        mark: Mark,
    ) -> Result<Row, String> {
        let (ours, others) = (self.all(name)?, self.all(over)?);
        Ok(Row {
            area,
            what: what.to_owned(),
            baseline: baseline.to_owned(),
            ratios: ours.iter().zip(&others).map(|(our, other)| our / other).collect(),
            mark,
            absolute: format!("{} to {}", time(median(&ours)), time(median(&others))),
        })
    }
}

/// Compiles a bench of `benches/` that uses the library, C or C++ by its name's end.
pub fn program(context: &Context, source: &str, flags: &[&str]) -> Result<Command, String> {
    let is_cpp = source.ends_with(".cpp");
    let name = source.split('.').next().unwrap_or(source);
    let out = context.folder.join(name);
    let standard = if is_cpp { "-std=c++17" } else { "-std=c11" };
    let mut all = vec![standard, "-D_GNU_SOURCE", "-O2", "-g", "-Wall", "-Wextra", "-Werror"];
    all.extend_from_slice(flags);
    let compiler = if is_cpp { "g++" } else { "gcc" };
    let source = root().join("benches").join(source);
    context
        .library
        .program(compiler, crate::library::Linkage::Shared, &[source], &all, &out)?;
    Ok(Command::new(out))
}

/// Compiles a source of `benches/` into a shared library of its own, which gives what it costs to call one at all.
pub fn shared(context: &Context, source: &str) -> Result<String, String> {
    let name = Path::new(source).file_stem().unwrap_or_default().to_string_lossy();
    let out = context.folder.join(format!("lib{name}.so"));
    let mut compile = Command::new("gcc");
    compile.args(["-std=c11", "-O2", "-shared", "-fPIC", "-o"]).arg(&out);
    run::output(compile.arg(root().join("benches").join(source)))?;
    Ok(out.display().to_string())
}

/// The benches that need the Rust interface.
pub fn rust(_: &Context) -> Result<Command, String> {
    let mut build = run::cargo();
    build.args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "playgate",
        "--bench",
        "partner",
    ]);
    build.arg("--message-format=json");
    let said = run::output(&mut build)?;
    let found = said.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == "partner").then(|| message["executable"].as_str().map(str::to_owned))?
    });
    found
        .map(Command::new)
        .ok_or_else(|| "cargo does not say where the bench is".to_owned())
}
