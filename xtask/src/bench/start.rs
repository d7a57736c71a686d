//! From loading the library to the first answer from a stored session.

use std::process::Command;

use super::{
    Context,
    partner::{Partner, Rounds},
    row::{Mark, Row},
};
use crate::footprint;

const AREA: &str = "start";

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let program = footprint::start_program(&context.library, &context.folder)?;
    let folder = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
    let library = context.library.folder.join("libplaygate.so");
    let mut command = Command::new(program);
    let partner = Partner::start("start", command.arg(library).arg(folder.path()))?;
    let rounds = Rounds::of(&mut [partner], context.rounds)?;
    Ok(vec![rounds.row(
        AREA,
        ("dlopen of libcurl", "curl_start"),
        ("load to the first answer from the stored session", "start"),
        Mark::AtLeast(10.0),
    )?])
}
