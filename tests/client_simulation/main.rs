//! One player's life at random, from a seed: commands, answers good and bad, losses, failing disks, kills and wild clocks.
//! What must always hold is checked after every step; and when the faults end, the client soon knows what the server
//! knows. A few lives only: `cargo xtask simulate` lives more of them, and looks at their memory, too.

#[path = "../client_harness/mod.rs"]
mod client_harness;
#[allow(dead_code, reason = "only the program adds up and looks at memory")]
mod life;

use life::{STEPS, story};

const SEEDS: u64 = 12;

#[test]
fn a_life_at_random_keeps_every_promise() {
    let mut steps = 0;
    for seed in 0..SEEDS {
        let tally = story::tell(seed).unwrap_or_else(|story| panic!("{story}"));
        steps += tally["steps"] + tally["faults ended"];
    }
    assert_eq!(steps, SEEDS * STEPS);
}
