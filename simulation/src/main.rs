//! Lives of players at random, until a number of steps or a time is reached: `playgate-simulation steps 1000000`,
//! `playgate-simulation seconds 3600`, `playgate-simulation forever`, or `playgate-simulation seed 7` for one life alone.
//! A second number is the seed to begin with. The last words are what happened how often, or the story of a seed that
//! fails.

#[path = "../../tests/client_harness/mod.rs"]
mod client_harness;
#[path = "../../tests/client_simulation/life/mod.rs"]
#[cfg_attr(not(feature = "memory"), allow(dead_code, reason = "nobody counts"))]
mod life;

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use life::{EPISODES, STEPS_PER_EPISODE, Tally, add, story};

#[cfg(feature = "memory")]
#[global_allocator]
static HEAP: life::heap::Counting = life::heap::Counting;

/// When to stop.
enum Until {
    Steps(u64),
    Time(Duration),
    Never,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let (until, first) = match words.as_slice() {
        ["seed", seed] => return one(number(seed)),
        ["steps", steps, first @ ..] => (Until::Steps(number(steps)), first),
        ["seconds", seconds, first @ ..] => (Until::Time(Duration::from_secs(number(seconds))), first),
        ["forever", first @ ..] => (Until::Never, first),
        _ => {
            eprintln!("usage: playgate-simulation seed N | steps N [FIRST] | seconds N [FIRST] | forever [FIRST]");
            return ExitCode::FAILURE;
        }
    };
    many(&until, first.first().map_or(0, |seed| number(seed)))
}

fn one(seed: u64) -> ExitCode {
    match story::tell(seed) {
        Ok(tally) => {
            print(&tally);
            ExitCode::SUCCESS
        }
        Err(story) => {
            println!("{story}");
            ExitCode::FAILURE
        }
    }
}

fn many(until: &Until, first: u64) -> ExitCode {
    let started = Instant::now();
    let next = AtomicU64::new(first);
    let failed = AtomicBool::new(false);
    let sum = Mutex::new(Tally::new());
    let minutes = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !failed.load(Relaxed) {
                    let seed = next.fetch_add(1, Relaxed);
                    let is_enough = match until {
                        Until::Steps(steps) => (seed - first).saturating_mul(EPISODES * STEPS_PER_EPISODE) >= *steps,
                        Until::Time(time) => started.elapsed() >= *time,
                        Until::Never => false,
                    };
                    if is_enough {
                        break;
                    }
                    match story::tell(seed) {
                        Ok(tally) => {
                            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                            add(&mut sum, tally);
                            let minute = started.elapsed().as_secs() / 60;
                            if minutes.fetch_max(minute, Relaxed) < minute {
                                let steps = sum.get("steps").copied().unwrap_or_default();
                                println!("{minute} min: {steps} steps, seeds up to {seed}, no promise was broken");
                            }
                        }
                        Err(story) => {
                            if !failed.swap(true, Relaxed) {
                                println!("{story}");
                            }
                        }
                    }
                }
            });
        }
    });
    print(&sum.into_inner().unwrap_or_else(PoisonError::into_inner));
    println!("{:>12}  seconds", started.elapsed().as_secs());
    if failed.load(Relaxed) {
        ExitCode::FAILURE
    } else {
        println!("no promise was broken");
        ExitCode::SUCCESS
    }
}

fn print(tally: &Tally) {
    tally.iter().for_each(|(what, n)| println!("{n:>12}  {what}"));
}
