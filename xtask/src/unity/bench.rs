//! What `IsAllowed` costs on Mono and on CoreCLR, beside what a game might do in its place.

use std::process::Command;

use super::{compile, coreclr};
use crate::{
    bench::{Context, Mark, Partner, Rounds, Row},
    run::root,
};

const AREA: &str = "C#";
/// So many calls are timed at once, and so often in each round; the median counts.
const CALLS: &str = "5000";
const TIMES: &str = "101";

/// The rows of this bench.
///
/// # Errors
/// What could not be built or run.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let built = compile::all()?;
    let exe = built.folder.join("bench.exe");
    let reference = format!("-r:{}", built.folder.join("Playgate.dll").display());
    compile::mcs(&exe, &[&reference], &[root().join("benches/unity/Bench.cs")])?;
    let mut mono = Command::new("mono");
    mono.arg(&exe).env("LD_LIBRARY_PATH", &context.library.folder);
    let mut coreclr = coreclr::program(&exe, &context.library)?;
    // Else what is measured first is code that was compiled in haste.
    coreclr.env("COMPlus_TieredCompilation", "0");
    let mut partners = [
        Partner::start("Bench.cs on Mono", mono.args(["mono_", CALLS, TIMES]))?,
        Partner::start("Bench.cs on CoreCLR", coreclr.args(["coreclr_", CALLS, TIMES]))?,
    ];
    let rounds = Rounds::of(&mut partners, context.rounds)?;
    let mut rows = Vec::new();
    for (runtime, prefix) in [("Mono", "mono_"), ("CoreCLR", "coreclr_")] {
        let name = |word: &str| format!("{prefix}{word}");
        let asked = format!("IsAllowed on {runtime}");
        let ours = (asked.as_str(), name("allowed"));
        let row = |what: (&str, String), over: (&str, String), mark| {
            rounds.row(AREA, (what.0, &what.1), (over.0, &over.1), mark)
        };
        let managed = ("a managed call, not inlined", name("managed"));
        rows.push(row(ours.clone(), managed, Mark::AtMost(1.1))?);
        // The figure that is agreed on is of Mono.
        let mark = if runtime == "Mono" {
            Mark::AtLeast(35.0)
        } else {
            Mark::None
        };
        rows.push(row(("a Dictionary look-up", name("dictionary")), ours.clone(), mark)?);
        rows.push(row(("a plain P/Invoke", name("native")), ours, Mark::None)?);
    }
    Ok(rows)
}
