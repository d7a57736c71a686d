//! Lives of players at random: `cargo xtask simulate`.

use std::process::Command;

use crate::run::{self, cargo, target};

/// Optimised, with every assertion.
pub const PROFILE: &str = "simulation";

/// Lives as the words say: `steps 1000000`, `seconds 60`, `seed 7`, `forever`.
///
/// # Errors
/// A promise was broken: the story is on the output.
pub fn run(words: &[&str]) -> Result<(), String> {
    run::ok(cargo().args([
        "build",
        "--quiet",
        "--package",
        "playgate-simulation",
        "--features",
        "memory",
        "--profile",
        PROFILE,
    ]))?;
    let program = target().join(PROFILE).join("playgate-simulation");
    run::ok(Command::new(program).args(words))
}
