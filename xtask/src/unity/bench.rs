//! What `IsAllowed` costs on Mono and on CoreCLR, beside what a game might do in its place.

use std::process::Command;

use super::{compile, coreclr};
use crate::{
    library::Library,
    run::{self, root},
};

/// Measures so many rounds of so many calls, and prints medians, ranges and ratios.
///
/// # Errors
/// What could not be built or run.
pub fn run(library: &Library, rounds: u32, calls: u32) -> Result<(), String> {
    let built = compile::all()?;
    let exe = built.folder.join("bench.exe");
    let reference = format!("-r:{}", built.folder.join("Playgate.dll").display());
    compile::mcs(&exe, &[&reference], &[root().join("benches/unity/Bench.cs")])?;
    let mut mono = Command::new("mono");
    mono.arg(&exe).env("LD_LIBRARY_PATH", &library.folder);
    let mut coreclr = coreclr::program(&exe, library)?;
    // Else what is measured first is code that was compiled in haste.
    coreclr.env("COMPlus_TieredCompilation", "0");
    for (name, mut command) in [("Mono", mono), ("CoreCLR", coreclr)] {
        println!(
            "IsAllowed on {name}, {rounds} rounds of {calls} calls in turns; median (without the lowest and highest tenth):"
        );
        let said = run::output(command.args([rounds.to_string(), calls.to_string()]))?;
        print!("{said}");
        if said.lines().count() != 4 {
            return Err("the bench has not measured all".to_owned());
        }
    }
    Ok(())
}
