//! A refresh: reading the answer, comparing, and making it count, without storing it.

use std::process::Command;

use super::{
    Context,
    partner::{Partner, Rounds, program},
    row::{Mark, Row, figure},
};
use crate::run::root;

const AREA: &str = "refresh";
/// Numbers of permissions, and how much faster than the guide's algorithm a refresh should be.
const SIZES: &[(usize, f64)] = &[(200, 4.0), (1_000, 12.0), (10_000, 100.0)];

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let command = program(context, "refresh.cpp", &[])?;
    let mut partners = Vec::new();
    for (size, _) in SIZES {
        let size = size.to_string();
        let mut ours = Command::new(command.get_program());
        partners.push(Partner::start("refresh", ours.arg(&size).arg(&context.folder))?);
        let mut guide = Command::new("node");
        guide
            .arg(root().join("benches/guide.js"))
            .arg(&size)
            .arg(&context.folder);
        partners.push(Partner::start("guide.js", &mut guide)?);
    }
    let rounds = Rounds::of(&mut partners, context.rounds)?;
    let mut rows = Vec::new();
    for (size, mark) in SIZES {
        let name = |word: &str| format!("{word}_{size}");
        let label = |text: &str| format!("{text}, {size} permissions");
        let row = |(what, ours): (&str, &str), (baseline, other): (&str, &str), mark| {
            rounds.row(AREA, (&label(what), &name(ours)), (baseline, &name(other)), mark)
        };
        rows.push(row(
            ("the guide's algorithm in JavaScript", "guide"),
            ("a refresh", "refresh"),
            Mark::AtLeast(*mark),
        )?);
        rows.push(row(
            ("nlohmann/json and unordered_map", "cpp"),
            ("a refresh", "refresh"),
            Mark::AtLeast(3.0),
        )?);
        rows.push(row(
            ("the guide's algorithm in JavaScript", "guide"),
            ("a refresh with one change", "single"),
            Mark::None,
        )?);
        rows.push(row(
            ("a body that is the same again", "body"),
            ("memcpy of it", "memcpy"),
            Mark::AtMost(3.0),
        )?);
        rows.push(row(
            ("the longest step of a pump, storing included", "step"),
            ("a frame of 8.3 ms", "frame"),
            Mark::None,
        )?);
        rows.push(row(
            ("a whole refresh with the same body", "again"),
            ("one with 304", "not_modified"),
            Mark::None,
        )?);
    }
    let growth = rounds.row(
        AREA,
        ("a refresh, 10,000 permissions", "refresh_10000"),
        ("one with 1,000", "refresh_1000"),
        Mark::None,
    )?;
    println!(
        "  ten times the permissions: {} times the time",
        figure(growth.median())
    );
    rows.push(growth);
    Ok(rows)
}
