//! Heartbeats of 50 ms while four threads keep the cores busy, beside the timers that a studio would use.

use std::process::Command;

use super::{
    Context,
    partner::{Partner, Round, Rounds, rust},
    row::{Mark, Row},
    server::{Answers, Server},
};
use crate::run::{output, root};

const AREA: &str = "heartbeats";
const PERIOD_NS: f64 = 50e6;
const TICKS: usize = 200;
/// A round takes eleven seconds.
const MOST_ROUNDS: usize = 5;

/// The rows of this bench.
pub fn rows(context: &Context) -> Result<Vec<Row>, String> {
    let server = Server::start(Answers::default())?;
    let timer = context.folder.join("timer");
    let mut compile = Command::new("gcc");
    compile.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread"]);
    output(compile.arg(root().join("benches/timer.c")).arg("-o").arg(&timer))?;
    let managed = context.folder.join("Timer.exe");
    let mut compile = Command::new("mcs");
    output(
        compile
            .arg(format!("-out:{}", managed.display()))
            .arg(root().join("benches/Timer.cs")),
    )?;
    let _busy = Partner::start("busy threads", Command::new(&timer).arg("4"))?;
    let mut ours = rust(context)?;
    let mut all = [
        (
            "beats",
            Partner::start("beats", ours.args(["beats", &server.port.to_string()]))?,
        ),
        ("nanosleep", Partner::start("timer.c", &mut Command::new(&timer))?),
        (
            "node",
            Partner::start("timer.js", Command::new("node").arg(root().join("benches/timer.js")))?,
        ),
        ("mono", Partner::start("Timer.cs", Command::new("mono").arg(&managed))?),
    ];
    let mut rounds = Vec::new();
    for _ in 0..context.rounds.min(MOST_ROUNDS) {
        server.beats();
        all.iter_mut().try_for_each(|(_, partner)| partner.begin())?;
        let mut round = Round::default();
        for (name, partner) in &mut all {
            let mut ticks = Round::default();
            partner.finish(&mut ticks)?;
            let mut moments: Vec<f64> = ticks.0.into_values().collect();
            if *name == "beats" {
                let beats = server.beats();
                let first = *beats.first().ok_or("no heartbeat came")?;
                moments = beats.iter().map(|beat| (*beat - first).as_nanos() as f64).collect();
            }
            let (drift, p99) = lateness(&moments).ok_or_else(|| format!("{name}: {} ticks", moments.len()))?;
            round.0.insert(format!("{name}_drift"), drift);
            round.0.insert(format!("{name}_p99"), p99);
        }
        rounds.push(round);
    }
    let rounds = Rounds(rounds);
    let row = |ours: (&str, &str), other: (&str, &str), mark| rounds.row(AREA, ours, other, mark);
    let drift = ("drift after 200 beats, four busy threads", "beats_drift");
    Ok(vec![
        row(drift, ("Node's setInterval", "node_drift"), Mark::AtMost(0.2))?,
        row(drift, ("Mono's Timer", "mono_drift"), Mark::AtMost(0.2))?,
        row(
            ("p99 lateness", "beats_p99"),
            ("clock_nanosleep, absolute", "nanosleep_p99"),
            Mark::AtMost(2.0),
        )?,
        row(
            ("p99 lateness", "beats_p99"),
            ("Node's setInterval", "node_p99"),
            Mark::None,
        )?,
    ])
}

/// How late the last tick is, and the second latest of 200, against a schedule on which no tick was early.
fn lateness(moments: &[f64]) -> Option<(f64, f64)> {
    let of_schedule: Vec<f64> = moments
        .iter()
        .take(TICKS + 1)
        .zip(0u32..)
        .map(|(moment, tick)| moment - f64::from(tick) * PERIOD_NS)
        .collect();
    if of_schedule.len() <= TICKS {
        return None;
    }
    let base = of_schedule.iter().copied().fold(f64::INFINITY, f64::min);
    let mut late: Vec<f64> = of_schedule.iter().map(|at| at - base).collect();
    // Never nothing: a ratio to nothing says nothing.
    let drift = late.last()?.max(1_000.0);
    late.sort_by(f64::total_cmp);
    Some((drift, late.get(late.len() * 99 / 100)?.max(1_000.0)))
}
