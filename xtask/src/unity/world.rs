//! What the cases find around them: the sandbox, the studio's server, players' tokens and a folder.

use std::process::Command;

use serde_json::json;

use crate::demo::servers::Servers;

/// How many players the cases may make up.
const PLAYERS: usize = 100;

/// The servers of one run. They stop, and the folder goes, when it is dropped.
pub struct World {
    servers: Servers,
    folder: tempfile::TempDir,
}

impl World {
    /// Starts both servers.
    pub fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let servers = Servers::start(folder.path())?;
        servers.control("PUT", "date", Some(&json!({"today": "2026-06-10"})))?;
        Ok(Self { servers, folder })
    }

    /// Tells a program where it all is.
    pub fn tell(&self, command: &mut Command) -> Result<(), String> {
        let tokens: Result<Vec<String>, String> = (0..PLAYERS)
            .map(|number| Servers::token(&format!("csharp-{number}")))
            .collect();
        command
            .env("PLAYGATE_TEST_BACKEND", self.servers.backend_url()?)
            .env("PLAYGATE_TEST_SANDBOX", self.servers.parents_page())
            .env("PLAYGATE_TEST_FOLDER", self.folder.path())
            .env("PLAYGATE_TEST_TOKENS", tokens?.join(" "));
        Ok(())
    }
}
