//! What a simulated game spends inside the library in each frame.

use std::{
    fs::File,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Context,
    partner::{Partner, Rounds, program},
    row::{Mark, Row},
    server::{Answers, Server},
    store::session,
};

const AREA: &str = "frame";

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let folder = tempfile::tempdir_in(&context.folder).map_err(|error| format!("a temporary folder: {error}"))?;
    let bodies = (0..2).map(|version| format!("{{\"hasChanged\":true,\"session\":{}}}", session(version)));
    let server = Server::start(Answers {
        bodies: bodies.collect(),
        delay: Duration::from_millis(60),
    })?;
    // One long round, or three short ones.
    let (seconds, rounds) = if context.long { ("600", 1) } else { ("15", 3) };
    let mut command = program(context, "frames.c", &[])?;
    command
        .arg(folder.path().join("records"))
        .arg(server.port.to_string())
        .arg(seconds);
    let stop = Arc::new(AtomicBool::new(false));
    let (is_over, file) = (Arc::clone(&stop), folder.path().join("busy"));
    let disk = thread::spawn(move || keep_busy(&file, &is_over));
    let mut partners = [Partner::start("frames", &mut command)?];
    let measured = if context.long {
        Rounds::all_of(&mut partners, rounds)
    } else {
        Rounds::of(&mut partners, rounds)
    };
    stop.store(true, Ordering::Relaxed);
    disk.join().map_err(|_| "the busy disk's thread ended in a panic")??;
    let measured = measured?;
    let frame = ("a frame of 8.3 ms", "frame");
    let row = |ours: (&str, &str), other: (&str, &str), mark| measured.row(AREA, ours, other, mark);
    Ok(vec![
        row(("CPU time of a frame, p99.9", "frame_p999"), frame, Mark::AtMost(0.01))?,
        row(("CPU time of a frame, median", "frame_p50"), frame, Mark::None)?,
        row(("CPU time of the worst frame", "frame_worst"), frame, Mark::None)?,
        row(
            ("wall time of the worst frame", "wall_worst"),
            ("an empty frame's worst", "empty_worst"),
            Mark::None,
        )?,
        row(
            ("wall time of a frame, p99.9", "wall_p999"),
            ("an empty frame's p99.9", "empty_p999"),
            Mark::None,
        )?,
    ])
}

/// Writes and flushes without pause.
fn keep_busy(path: &std::path::Path, is_over: &AtomicBool) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let block = vec![7; 1 << 20];
    while !is_over.load(Ordering::Relaxed) {
        let mut file = File::create(path).map_err(failed)?;
        for _ in 0..8 {
            file.write_all(&block).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
    }
    Ok(())
}
