//! Debian's Mono, the runtime that is closest to Unity's own, with NUnit 2.6.

use std::process::Command;

use super::{Cases, compile::Built, world::World};
use crate::{
    library::Library,
    run::{self, Counts},
};

/// The cases under NUnit.
pub fn run(built: &Built, library: &Library, cases: Cases) -> Result<Counts, String> {
    let world = World::start()?;
    let mut command = console(built, cases.category());
    command.env("LD_LIBRARY_PATH", &library.folder);
    world.tell(&mut command)?;
    counted(&mut command)
}

/// What is tested without the library: the declarations, and that the table is whole.
pub fn reflection(built: &Built) -> Result<Counts, String> {
    counted(&mut console(built, "Reflection"))
}

fn console(built: &Built, category: &str) -> Command {
    let mut command = Command::new("nunit-console");
    command
        .args(["-nologo", "-noshadow", "-nodots", "-labels"])
        .arg(format!("-include={category}"))
        .arg(format!(
            "-xml={}",
            built.folder.join(format!("{category}.xml")).display()
        ))
        .arg(built.fixtures())
        .current_dir(&built.folder);
    command
}

/// Reads "Tests run: 5, Errors: 0, Failures: 0, …".
fn counted(command: &mut Command) -> Result<Counts, String> {
    let text = run::output(command)?;
    let line = text.lines().find(|line| line.starts_with("Tests run: "));
    let number = |word: &str| {
        let rest = line?.split(word).nth(1)?;
        rest.split(',').next()?.trim().parse::<usize>().ok()
    };
    match (
        number("Tests run: "),
        number("Errors: "),
        number("Failures: "),
        number("Not run: "),
    ) {
        (Some(passed), Some(0), Some(0), not_run) if passed > 0 => {
            let skipped = text.lines().find_map(|line| line.trim().strip_prefix("Not run: "));
            let skipped = skipped.and_then(|rest| rest.split(',').next()).unwrap_or("0");
            if not_run.unwrap_or(0) > 0 || skipped.trim() != "0" {
                return Err(format!("not all tests were run:\n{text}"));
            }
            Ok(Counts { passed, failed: 0 })
        }
        _ => Err(format!("nunit-console says:\n{text}")),
    }
}
