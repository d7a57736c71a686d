//! A player with a session, the servers around them, and a game that holds it: where other stories begin.

use std::path::Path;

use serde_json::{Value, json};

use super::{
    game::{Game, Launch, hand_over},
    game_sources,
    servers::Servers,
};
use crate::library::{Library, Linkage};

/// The servers, and how the player's game is started.
pub struct Household {
    pub servers: Servers,
    pub launch: Launch,
}

impl Household {
    /// Builds the game, starts the servers, and lets a parent consent to these permissions.
    ///
    /// # Errors
    /// What could not be built or started, or an expectation that did not come true.
    pub fn start(library: &Library, folder: &Path, player: &str, permissions: &Value) -> Result<Self, String> {
        let program = folder.join("game");
        // It can carry the library's HTTP and storage itself, when it is told to.
        let sources = game_sources("host_curl.c");
        library.program("cc", Linkage::Shared, &sources, &["-std=c99", "-lcurl"], &program)?;
        let servers = Servers::start(folder)?;
        let launch = Launch {
            program,
            ..servers.launch(folder, player)?
        };
        servers.control("PUT", "date", Some(&json!({"today": "2026-06-10"})))?;
        let new = json!({"name": "Ben <b>", "dateOfBirth": "2012-01-15", "permissions": permissions});
        let born = servers.control("POST", "players", Some(&new))?;
        let game = Game::start(&launch)?;
        game.wait_for("age gate: open")?;
        hand_over(&born["session"], &launch.adopt)?;
        game.wait_for("event: adopt ended: PLAYGATE_OK")?;
        game.quit()?;
        Ok(Self { servers, launch })
    }
}
