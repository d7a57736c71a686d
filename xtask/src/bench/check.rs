//! Asking whether a feature is on: by number, from the table, by name.

use super::{
    Context,
    partner::{Partner, Rounds, program, shared},
    row::{Mark, Row},
};

const AREA: &str = "feature check";

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let empty = shared(context, "empty.c")?;
    let run_path = format!("-Wl,-rpath,{}", context.folder.display());
    let mut command = program(context, "check.cpp", &[&empty, &run_path])?;
    let rounds = Rounds::of(&mut [Partner::start("check", &mut command)?], context.rounds)?;
    let row = |ours: (&str, &str), other: (&str, &str), mark| rounds.row(AREA, ours, other, mark);
    let empty = ("an empty call", "empty");
    Ok(vec![
        row(("check by number", "number"), empty, Mark::AtMost(1.2))?,
        row(
            ("check by number, under refreshes", "number_busy"),
            ("the same, alone", "number"),
            Mark::AtMost(1.1),
        )?,
        row(
            ("an empty call, under refreshes", "empty_busy"),
            ("the same, alone", "empty"),
            Mark::None,
        )?,
        row(("the table, read by C", "table"), empty, Mark::AtMost(0.35))?,
        row(
            ("check by name", "name"),
            ("an empty call", "empty_name"),
            Mark::AtMost(4.5),
        )?,
        row(
            ("unordered_map<string, bool> from a const char *", "map"),
            ("check by name", "name"),
            Mark::AtLeast(4.0),
        )?,
        row(
            ("check by name, under refreshes", "name_busy"),
            ("the same, alone", "name"),
            Mark::None,
        )?,
    ])
}
