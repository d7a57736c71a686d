//! Saving and loading a record, and what saving costs the game's thread.

use super::{
    Context,
    partner::{Partner, Rounds, program, rust},
    row::{Mark, Row},
    server::{Answers, Server},
};

const AREA: &str = "store";

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let temporary = || {
        // On the medium that the build is on: a folder in memory would cost nothing.
        let folder = tempfile::tempdir_in(&context.folder);
        folder.map_err(|error| format!("a temporary folder: {error}"))
    };
    let (saves, loads) = (temporary()?, temporary()?);
    let bodies = (0..2).map(|version| format!("{{\"hasChanged\":true,\"session\":{}}}", session(version)));
    let server = Server::start(Answers {
        bodies: bodies.collect(),
        ..Answers::default()
    })?;
    let (mut c, mut ours) = (program(context, "store.c", &[])?, rust(context)?);
    let inside = saves.path().join("records");
    let mut partners = [
        Partner::start("store", c.arg(inside).arg(server.port.to_string()))?,
        Partner::start("load", ours.arg("load").arg(loads.path()))?,
    ];
    let rounds = Rounds::of(&mut partners, context.rounds)?;
    let row = |ours: (&str, &str), other: (&str, &str), mark| rounds.row(AREA, ours, other, mark);
    Ok(vec![
        row(
            ("one durable save", "save"),
            ("a raw write and fdatasync", "raw"),
            Mark::AtMost(4.5),
        )?,
        row(
            ("a load with verification", "load"),
            ("a plain read", "plain_read"),
            Mark::AtMost(4.0),
        )?,
        row(
            (
                "a refresh on the game's thread, stored, four busy threads",
                "refresh_stored",
            ),
            ("not stored", "refresh_unstored"),
            Mark::AtMost(1.1),
        )?,
        row(
            ("p99 of its longest call, by the wall", "refresh_stored_wall"),
            ("not stored", "refresh_unstored_wall"),
            Mark::None,
        )?,
    ])
}

/// A session of 200 permissions; every tenth is another in each version.
pub fn session(version: usize) -> String {
    let permissions: Vec<String> = (0..200)
        .map(|i| {
            let on = (i % 2 == 0) != (i % 10 == 0 && version == 1);
            format!("{{\"name\":\"permission-{i}\",\"enabled\":{on},\"managedBy\":\"PLAYER\"}}")
        })
        .collect();
    format!(
        "{{\"sessionId\":\"s-1\",\"etag\":\"e-{version}\",\"status\":\"ACTIVE\",\"permissions\":[{}]}}",
        permissions.join(",")
    )
}
