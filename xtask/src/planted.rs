//! Defects planted in a copy of the client, one by one: the simulation must find each. So its checks can fail.

use std::{fs, path::Path, process::Command};

use crate::{
    run::{self, cargo, root, target},
    simulation::PROFILE,
};

/// A defect: what it breaks, where, the text that is there, and the text in its place. `PLANTED` says whether it is on.
struct Defect {
    breaks: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

/// One for each promise that is checked.
const DEFECTS: &[Defect] = &[
    Defect {
        breaks: "an answer about another session counts",
        file: "src/protocol/backend.rs",
        from: "Ok(session) if ask.id().is_some_and(|asked| asked != session.id()) => {",
        to: "Ok(session) if !PLANTED && ask.id().is_some_and(|asked| asked != session.id()) => {",
    },
    Defect {
        breaks: "an answer that denies is not taken",
        file: "src/client/confirming.rs",
        from: "Standing::Session { session, etag, bar } if *bar != Some(new_bar) => {",
        to: "Standing::Session { session, etag, bar } if !PLANTED && *bar != Some(new_bar) => {",
    },
    Defect {
        breaks: "a failed write leaves a looser record behind",
        file: "src/client/saving.rs",
        from: "if self.restart_could_loosen(job) {",
        to: "if self.restart_could_loosen(job) && !PLANTED {",
    },
    Defect {
        breaks: "the record holds an older state than is said",
        file: "src/client/saving.rs",
        from: "                current: self.newest.clone(),",
        to: "                current: if PLANTED { self.granted.clone() } else { self.newest.clone() },",
    },
    Defect {
        breaks: "news count as told before anybody has shown them",
        file: "src/client/confirming.rs",
        from: "        if is_first {\n            // A session where none was known",
        to: "        if is_first || PLANTED {\n            // A session where none was known",
    },
    Defect {
        breaks: "what comes while the player reads counts as told",
        file: "src/client/mod.rs",
        from: "            self.acknowledged = upto.clone();",
        to: "            self.acknowledged = if PLANTED { self.newest.clone() } else { upto.clone() };",
    },
    Defect {
        breaks: "an acknowledgement is not stored",
        file: "src/client/mod.rs",
        from: "        self.save(now, Some((request, Operation::Acknowledge)));",
        to: "        if PLANTED {\n            return self.complete(request, Operation::Acknowledge, Outcome::OK);\n        }\n        self.save(now, Some((request, Operation::Acknowledge)));",
    },
    Defect {
        breaks: "a request completes twice",
        file: "src/client/refresh.rs",
        from: "                found = Some(list.swap_remove(at).1);",
        to: "                found = Some(if PLANTED { list[at].1 } else { list.swap_remove(at).1 });",
    },
    Defect {
        breaks: "a request never completes",
        file: "src/client/saving.rs",
        from: "        self.complete_waiters(self.saver.version, &failure.outcome);",
        to: "        if PLANTED {\n            self.saver.waiters.clear();\n        }\n        self.complete_waiters(self.saver.version, &failure.outcome);",
    },
    Defect {
        breaks: "the poll floor is not kept",
        file: "src/client/refresh.rs",
        from: "            if passed < self.config.poll_floor_ms {",
        to: "            if !PLANTED && passed < self.config.poll_floor_ms {",
    },
    Defect {
        breaks: "a record that is marked as in doubt is believed",
        file: "src/client/record.rs",
        from: "MarkKind::Doubtful => *bar = Some(Bar::Doubtful),",
        to: "MarkKind::Doubtful => *bar = if PLANTED { None } else { Some(Bar::Doubtful) },",
    },
    Defect {
        breaks: "a suspended game sends",
        file: "src/client/refresh.rs",
        from: "        if refresher.suspended {",
        to: "        if refresher.suspended && !PLANTED {",
    },
    Defect {
        breaks: "a storage that fails is tried again without a pause",
        file: "src/client/saving.rs",
        from: "        self.saver.retry_at = Some(now.mono_ms.saturating_add(wait));",
        to: "        self.saver.retry_at = Some(now.mono_ms.saturating_add(if PLANTED { 0 } else { wait }));",
    },
    Defect {
        breaks: "behind a bar only what has changed is asked for",
        file: "src/client/refresh.rs",
        from: "etag: etag.clone().filter(|_| bar.is_none()),",
        to: "etag: etag.clone().filter(|_| bar.is_none() || PLANTED),",
    },
    Defect {
        breaks: "the ad service hears of players who are denied",
        file: "src/client/mod.rs",
        from: "        game.set_gates(now, is_allowed, self.refresher.is_reachable());",
        to: "        game.set_gates(now, is_allowed || PLANTED, self.refresher.is_reachable());",
    },
];

/// The copy's name: what is built of it lies beside what is built of the original.
const PACKAGE: &str = "playgate-planted";

/// So many steps a defect may stay unnoticed.
const STEPS: u64 = 300_000;

/// Builds the copy and lives with each defect.
///
/// # Errors
/// A defect that is not found, a text that is not in the code any more, or lives that fail without a defect.
pub fn run() -> Result<(), String> {
    let copy = target().join("planted");
    copy_sources(&copy)?;
    plant(&copy)?;
    run::ok(
        cargo()
            .args([
                "build",
                "--quiet",
                "--offline",
                "--package",
                PACKAGE,
                "--profile",
                PROFILE,
            ])
            .arg("--manifest-path")
            .arg(copy.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target()),
    )?;
    let program = target().join(PROFILE).join(PACKAGE);
    let live = |planted: usize| {
        let mut command = Command::new(&program);
        command
            .args(["steps", &STEPS.to_string()])
            .env("PLANTED", planted.to_string());
        command
            .output()
            .map_err(|error| format!("{}: {error}", program.display()))
    };
    for (number, defect) in (1..).zip(DEFECTS) {
        let lived = live(number)?;
        let said = String::from_utf8_lossy(&lived.stdout);
        let found = said.lines().find(|line| line.contains(" fails at step "));
        let Some(found) = found.filter(|_| !lived.status.success()) else {
            return Err(format!("nobody noticed in {STEPS} steps: {}", defect.breaks));
        };
        println!("{}: {found}", defect.breaks);
    }
    Ok(())
}

/// Copies what the simulation is built from.
fn copy_sources(copy: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(copy);
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "build.rs",
        "README.md",
        "src",
        "benches",
        "simulation",
        "tests/client_harness",
        "tests/client_simulation",
    ] {
        copy_all(&root().join(part), &copy.join(part))?;
    }
    replace(
        &copy.join("simulation/Cargo.toml"),
        "name = \"playgate-simulation\"",
        &format!("name = \"{PACKAGE}\""),
    )?;
    edit(&copy.join("Cargo.toml"), |text| {
        let start = text.find("members = [")?;
        let end = start + text.get(start..)?.find(']')?;
        let text = format!("{}members = [\"simulation\"{}", text.get(..start)?, text.get(end..)?);
        // Cargo takes packages of one name and version for the same, wherever they lie: the copy gets another version.
        let version = "[workspace.package]\nversion = \"";
        text.contains(version)
            .then(|| text.replacen(version, &format!("{version}9"), 1))
    })
}

fn copy_all(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if from.is_file() {
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Puts all defects in, each behind its switch.
fn plant(copy: &Path) -> Result<(), String> {
    for (number, defect) in (1..).zip(DEFECTS) {
        let switched = defect.to.replace("PLANTED", &format!("crate::is_planted({number})"));
        replace(&copy.join(defect.file), defect.from, &switched)?;
    }
    let switch = "\nstatic PLANTED: core::sync::atomic::AtomicUsize = core::sync::atomic::AtomicUsize::new(0);\n\
                  /// Puts one defect in.\npub fn plant(number: usize) {\n    PLANTED.store(number, core::sync::atomic::Ordering::Relaxed);\n}\n\
                  fn is_planted(number: usize) -> bool {\n    PLANTED.load(core::sync::atomic::Ordering::Relaxed) == number\n}\n";
    edit(&copy.join("src/lib.rs"), |text| Some(format!("{text}{switch}")))?;
    replace(
        &copy.join("simulation/src/main.rs"),
        "fn main() -> ExitCode {",
        "fn main() -> ExitCode {\n    playgate::plant(std::env::var(\"PLANTED\").map_or(0, |n| n.parse().expect(\"a number\")));",
    )
}

/// Replaces a text that is there once.
fn replace(file: &Path, from: &str, to: &str) -> Result<(), String> {
    edit(file, |text| {
        (text.matches(from).count() == 1).then(|| text.replace(from, to))
    })
    .map_err(|error| format!("{error}; this is not there once: {from}"))
}

fn edit(file: &Path, change: impl FnOnce(&str) -> Option<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(failed)?;
    let changed = change(&text).ok_or_else(|| format!("{} is not as it was", file.display()))?;
    fs::write(file, changed).map_err(failed)
}
