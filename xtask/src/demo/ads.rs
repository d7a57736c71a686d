//! The chapter about the ad service's game session.

use serde_json::json;

use super::{
    chapters::{PLAYER, Story, say},
    expect,
    game::Game,
    servers::until,
};

impl Story {
    /// The ad service sees the player so, or does in a moment.
    pub(super) fn game_session_is(&self, state: &str) -> Result<(), String> {
        until(&format!("{state} at the ad service"), || {
            Ok(self.servers.ad_service_sees(PLAYER)?["state"] == state)
        })
    }

    pub(super) fn ads_break(&mut self) -> Result<(), String> {
        let game = Game::start(&self.launch)?;
        game.wait_for("game session: active")?;
        self.game_session_is("IN_GAME")?;
        let before = self.servers.ad_service_sees(PLAYER)?;
        self.servers
            .control("PUT", "ads/faults", Some(&json!({"kind": "drop"})))?;
        say("the ad service drops every connection");
        game.wait_for("game session: recovering")?;
        self.servers.control("DELETE", "ads/faults", None)?;
        say("and works again");
        until("the game session is active again", || {
            Ok(game.count("game session: active") == 2)
        })?;
        self.game_session_is("IN_GAME")?;
        game.quit()?;
        self.game_session_is("NOT_IN_GAME")?;
        let after = self.servers.ad_service_sees(PLAYER)?;
        let ended = |user: &serde_json::Value| user["ended"].as_u64().unwrap_or(0);
        expect(ended(&after) == ended(&before) + 1, || {
            format!("the game did not end its game session: {before}, then {after}")
        })
    }
}
