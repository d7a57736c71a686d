//! The game is killed for real while the player's question and the parent's answer are on their way: nothing is asked
//! twice, nothing is lost, and the answer is told once it can be.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    demo::{
        expect,
        game::{Game, Launch, tap},
        household::Household,
    },
    library::Library,
};

/// So long after the player's tap, and again after the parent's answer, the game is killed.
const DELAYS_MS: &[u64] = &[0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377];

/// Lives through a kill at each of these moments.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started.
pub fn run(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let name = |number: usize| format!("feature-{number}");
    let permissions: Vec<Value> = (0..DELAYS_MS.len())
        .map(|number| json!({"name": name(number), "enabled": false, "managedBy": "GUARDIAN"}))
        .collect();
    let house = Household::start(library, folder.path(), "player-kim", &json!(permissions))?;
    for (number, delay) in DELAYS_MS.iter().enumerate() {
        println!("  killed {delay} ms after the tap, and {delay} ms after the answer");
        live(&house, &name(number), Duration::from_millis(*delay))?;
    }
    Ok(())
}

fn live(house: &Household, feature: &str, delay: Duration) -> Result<(), String> {
    let launch = Launch {
        refresh_ms: 400,
        ..house.launch.clone()
    };
    let ask = format!("ask {feature}");
    let game = Game::start(&launch)?;
    game.wait_for("start: session from disk")?;
    tap(&launch, &ask)?;
    game.wait_for(&format!("tap: {ask}"))?;
    std::thread::sleep(delay);
    game.kill()?;

    let game = Game::start(&launch)?;
    game.wait_for("start: session from disk")?;
    tap(&launch, &ask)?;
    game.wait_for("event: request permission ended: PLAYGATE_CHALLENGE_OPEN")?;
    let challenge = house.servers.open_challenge(feature)?;
    let asked = house.servers.challenges_about(feature)?.len();
    expect(asked == 1, || {
        format!("a parent was asked {asked} times about {feature}")
    })?;
    let early = format!("upgrade: {feature} is enabled");
    expect(!game.has_printed(&early), || {
        format!("{feature} is on before the parent's answer")
    })?;
    house.servers.answer_challenge(&challenge, "approve")?;
    std::thread::sleep(delay);
    game.kill()?;

    let game = Game::start(&launch)?;
    game.wait_for(&format!("Now on: {feature}."))?;
    game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
    game.quit()?;
    let offline = Launch {
        network_off: true,
        frames: 5,
        ..launch
    };
    let game = Game::start(&offline)?;
    game.ended()?.must_not_have_printed("dialog:")
}
