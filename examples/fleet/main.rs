//! A launch day with a whole fleet of players, as a discrete simulation: the library's own client for each of them, the
//! studio's server and k-ID as models. `cargo xtask fleet` runs it; docs/fleet.md says what its figures mean.

mod day;
mod measure;
mod servers;

use std::{process::ExitCode, time::Instant};

use day::{Day, Plan};

const USAGE: &str = "fleet [PLAYERS [SEED]]: a launch day with so many players; default 1000000 and 1";

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (players, seed) = match (numbers.next(), numbers.next(), numbers.next()) {
        (None, None, None) => (1_000_000, 1),
        (Some(Ok(players)), None, None) => (players, 1),
        (Some(Ok(players)), Some(Ok(seed)), None) => (players, seed),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    let report = Day::new(Plan::of(players, seed)).run();
    print!("{report}");
    println!("simulated in {:.0} s", began.elapsed().as_secs_f64());
    match report.check() {
        Ok(()) => {
            println!("all of it holds");
            ExitCode::SUCCESS
        }
        Err(what) => {
            println!("DOES NOT HOLD: {what}");
            ExitCode::FAILURE
        }
    }
}
