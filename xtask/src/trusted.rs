//! The library for trusted hosts: what it has more than a game's, and its C test against a k-ID.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use playgate_sandbox::{Config, Sandbox};
use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    c_programs::{self, FLAGS},
    checks, isolate,
    library::{Library, Linkage},
    run::{self, Counts, root, target},
};

const HEADER: &str = "include/playgate_trusted.h";

/// The functions of both headers are what the library exports; none for trusted hosts is in a game's.
pub fn exports(library: &Library) -> Result<usize, String> {
    let read = |path: &str| fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"));
    let (games, trusted) = (read("include/playgate.h")?, read(HEADER)?);
    let (games, trusted) = (checks::declared(&games), checks::declared(&trusted));
    let shared = library.folder.join("libplaygate.so");
    let symbols = run::output(Command::new("readelf").args(["--dyn-syms", "--wide"]).arg(&shared))?;
    let exported: BTreeSet<&str> = symbols.lines().filter_map(isolate::defined).collect();
    let declared: BTreeSet<&str> = games.iter().chain(&trusted).copied().collect();
    if trusted.is_empty() || declared.len() != games.len() + trusted.len() {
        return Err("the header for trusted hosts declares nothing, or what playgate.h has".to_owned());
    }
    let differences: Vec<_> = exported.symmetric_difference(&declared).collect();
    if differences.is_empty() {
        return Ok(trusted.len());
    }
    Err(format!(
        "only exported by the library for trusted hosts, or only declared: {differences:?}"
    ))
}

/// The C test: gcc with the shared library, clang with the static one under AddressSanitizer, which sees what the library
/// allocates too.
pub fn c_programs(library: &Library) -> Result<Counts, String> {
    let kid = Kid::start()?;
    let folder = target().join("c/trusted");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let sources = c_programs::sources("trusted")?;
    let mut counts = Counts::default();
    for (compiler, linkage, has_asan) in [("gcc", Linkage::Shared, false), ("clang", Linkage::Static, true)] {
        let library = Library {
            has_asan,
            ..library.clone()
        };
        let program = folder.join(format!("trusted-{}", linkage.word()));
        library.program(compiler, linkage, &sources, FLAGS, &program)?;
        run::ok(Command::new(&program).arg(root().join(HEADER)).args(kid.player()?))?;
        counts.passed += 1;
    }
    let example = readme_example(&folder)?;
    for (compiler, linkage) in [("gcc", Linkage::Shared), ("clang", Linkage::Static)] {
        let program = folder.join(format!("readme-{}", linkage.word()));
        library.program(compiler, linkage, std::slice::from_ref(&example), FLAGS, &program)?;
        let [base, key, session, ..] = kid.player()?;
        let said = run::output(
            Command::new(&program)
                .args([&session])
                .env("KID_BASE_URL", base)
                .env("KID_API_KEY", key),
        )?;
        if !said.contains("voice chat: off, ask a parent") {
            return Err(format!("the README's program for servers said: {said}"));
        }
        counts.passed += 1;
    }
    Ok(counts)
}

/// The header compiles alone, as C and as C++.
pub fn header_compiles() -> Result<(), String> {
    let folder = target().join("header");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (compiler, standard, name) in [
        ("gcc", "c99", "trusted.c"),
        ("clang", "c2x", "trusted.c"),
        ("g++", "c++14", "trusted.cpp"),
        ("clang++", "c++20", "trusted.cpp"),
    ] {
        let source = folder.join(name);
        let text = "#include \"playgate_trusted.h\"\n#include \"playgate_trusted.h\"\n";
        fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
        let mut command = Command::new(compiler);
        command.arg(format!("-std={standard}")).args([
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wconversion",
            "-Wundef",
            "-Werror",
            "-fsyntax-only",
            "-I",
        ]);
        run::output(command.arg(root().join("include")).arg(&source))?;
    }
    Ok(())
}

/// The C program in the README's section on the studio's own servers.
fn readme_example(folder: &Path) -> Result<PathBuf, String> {
    let readme = fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let example = readme
        .split("\n## On your own servers\n")
        .nth(1)
        .and_then(|section| section.split("```c\n").nth(1))
        .and_then(|rest| rest.split("```").next())
        .ok_or("README.md has no example for the studio's own servers")?;
    let source = folder.join("readme.c");
    fs::write(&source, example).map_err(|error| format!("{}: {error}", source.display()))?;
    Ok(source)
}

/// A simulated k-ID.
struct Kid {
    sandbox: Sandbox,
    agent: Agent,
}

impl Kid {
    fn start() -> Result<Self, String> {
        let sandbox = Sandbox::start(Config::default()).map_err(|error| format!("the sandbox: {error}"))?;
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .proxy(None)
            .build()
            .new_agent();
        Ok(Self { sandbox, agent })
    }

    /// A new player: base URL, API key, session id, k-ID user id, and the id of a session that was revoked.
    fn player(&self) -> Result<[String; 5], String> {
        let child = self.control("players", &json!({"name": "Ann", "dateOfBirth": "2018-01-20"}))?;
        let gone = self.control("players", &json!({"name": "Bo", "dateOfBirth": "2018-01-20"}))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.control(&format!("players/{}/revoke", text(&gone["kuid"])), &json!({}))?;
        Ok([
            format!("{}/api/v1", self.sandbox.url()),
            Config::DEFAULT_API_KEY.to_owned(),
            text(&child["session"]["sessionId"]),
            text(&child["kuid"]),
            text(&gone["session"]["sessionId"]),
        ])
    }

    fn control(&self, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}/control/{path}", self.sandbox.url());
        let answer = self
            .agent
            .post(&url)
            .header("content-type", "application/json")
            .send(body.to_string());
        let mut answer = answer.map_err(|error| format!("{path}: {error}"))?;
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }
}
