//! The same game on three hosts: the library's own threads, HTTP and files; the host's HTTP on the host's thread; no
//! threads at all, with the host's HTTP and storage. It prints the same lines in the same order on each.

use serde_json::json;

use crate::{
    demo::{
        expect,
        game::{Game, Launch, tap},
        household::Household,
    },
    library::Library,
};

const HOSTS: [&str; 3] = ["built-in", "transport", "pump"];

/// Lives through the same on all of them.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started.
pub fn run(library: &Library) -> Result<(), String> {
    let stories = HOSTS.map(|host| live(library, host));
    let [first, second, third] = stories;
    let first = first?;
    for (host, story) in HOSTS.into_iter().skip(1).zip([second?, third?]) {
        expect(story == first, || {
            format!("on host \"{host}\" the game printed\n{story:#?}\nand on the built-in one\n{first:#?}")
        })?;
    }
    expect(first.len() > 10, || format!("the game said hardly anything: {first:?}"))
}

/// A player's evening; gives what the game printed.
fn live(library: &Library, host: &str) -> Result<Vec<String>, String> {
    println!("  host: {host}");
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let permissions = json!([
        {"name": "voice-chat", "managedBy": "GUARDIAN"},
        {"name": "custom-username", "managedBy": "PLAYER"},
    ]);
    let house = Household::start(library, folder.path(), "player-kit", &permissions)?;
    let launch = Launch {
        host: host.to_owned(),
        ..house.launch.clone()
    };
    let game = Game::start(&launch)?;
    game.wait_for_hud(&[("Voice Chat", "ask a parent"), ("Custom Username", "you may enable it")])?;
    tap(&launch, "ask custom-username")?;
    game.wait_for("upgrade: custom-username is enabled")?;
    game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
    tap(&launch, "ask voice-chat")?;
    game.wait_for("upgrade: voice-chat is asked")?;
    let challenge = house.servers.open_challenge("voice-chat")?;
    house.servers.answer_challenge(&challenge, "approve")?;
    game.wait_for("upgrade: voice-chat is enabled")?;
    game.wait_for_hud(&[("Voice Chat", "on")])?;
    game.wait_for("Now on: Voice Chat.")?;
    let first = game.quit()?;
    // What is stored is found again, without the network.
    let offline = Launch {
        network_off: true,
        ..launch
    };
    let game = Game::start(&offline)?;
    game.wait_for_hud(&[("Voice Chat", "on"), ("Custom Username", "on")])?;
    game.wait_for("start: session from disk")?;
    let second = game.quit()?;
    Ok([first.told(), second.told()].concat())
}
