//! The chapters in which the player asks for what is locked.

use super::{
    chapters::{REFRESH_MS, Story, say},
    expect,
    game::{Game, Launch, tap},
};

impl Story {
    pub(super) fn own_choice(&mut self) -> Result<(), String> {
        let upgrades = "POST /api/v1/session/upgrade";
        let before = self.servers.kid_calls(upgrades)?;
        let game = Game::start(&self.launch)?;
        game.wait_for_hud(&[("Custom Username", "you may enable it")])?;
        tap(&self.launch, "ask custom-username")?;
        game.wait_for("event: request permission ended: PLAYGATE_OK")?;
        game.wait_for_hud(&[("Custom Username", "on"), ("Voice Chat", "ask a parent")])?;
        game.wait_for("dialog: kind 10, 0 off, 1 on, 0 to choose")?;
        game.wait_for("Now on: Custom Username.")?;
        game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;

        tap(&self.launch, "ask simulated-gambling")?;
        game.wait_for("event: request permission ended: PLAYGATE_ERROR_PROHIBITED")?;
        let asked = self.servers.kid_calls(upgrades)? - before;
        expect(asked == 1, || format!("k-ID was asked for {asked} upgrades, not 1"))?;

        say("the player switches it off on this device, and on again after a restart without the network");
        tap(&self.launch, "off custom-username")?;
        game.wait_for("event: switch feature ended: PLAYGATE_OK")?;
        game.wait_for_hud(&[("Custom Username", "you may enable it")])?;
        game.quit()?;
        let offline = Launch {
            network_off: true,
            ..self.launch.clone()
        };
        let game = Game::start(&offline)?;
        game.wait_for_hud(&[("Custom Username", "you may enable it")])?;
        tap(&self.launch, "on custom-username")?;
        game.wait_for_hud(&[("Custom Username", "on")])?;
        game.quit().map(drop)
    }

    pub(super) fn ask_a_parent(&mut self) -> Result<(), String> {
        let game = Game::start(&self.launch)?;
        game.wait_for_hud(&[("Voice Chat", "ask a parent")])?;
        tap(&self.launch, "ask voice-chat")?;
        game.wait_for("event: request permission ended: PLAYGATE_CHALLENGE_OPEN")?;
        game.wait_for("challenge: Ask a parent: Ask a parent to look at your request: Voice Chat.")?;
        game.wait_for("challenge: scan it, or open http://127.0.0.1")?;
        game.wait_for("challenge: or go to http://127.0.0.1")?;
        let challenge = self.servers.open_challenge("voice-chat")?;
        say("the system kills the game");
        game.kill()?;

        let german = Launch {
            language: "de".to_owned(),
            ..self.launch.clone()
        };
        let game = Game::start(&german)?;
        game.wait_for("start: an answer about voice-chat is still awaited")?;
        game.wait_for_hud(&[("Voice Chat", "ask a parent")])?;
        tap(&self.launch, "ask voice-chat")?;
        game.wait_for("event: request permission ended: PLAYGATE_CHALLENGE_OPEN")?;
        let same = self.servers.open_challenge("voice-chat")?;
        expect(same == challenge, || "a second challenge was opened".to_owned())?;

        self.servers.answer_challenge(&challenge, "open")?;
        say("the parent opens it, and thinks");
        game.wait_for("upgrade: voice-chat is waiting")?;
        self.servers.answer_challenge(&challenge, "approve")?;
        say("the parent approves");
        game.wait_for("upgrade: voice-chat is enabled")?;
        game.wait_for_hud(&[("Voice Chat", "on")])?;
        game.wait_for("dialog: kind 10, 0 off, 1 on, 0 to choose")?;
        game.wait_for("Jetzt an: Voice Chat.")?;
        game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
        let ended = game.quit()?;
        let frames = ended.voice_frames()?;
        expect(frames > 0, || "voice chat was never on".to_owned())
    }

    pub(super) fn verify_the_age(&mut self) -> Result<(), String> {
        let game = Game::start(&Launch {
            refresh_ms: REFRESH_MS,
            ..self.launch.clone()
        })?;
        for (word, result, hud) in [
            ("refuse", "upgrade: forums is refused", "verify your age"),
            ("approve", "upgrade: forums is enabled", "on"),
        ] {
            game.wait_for_hud(&[("Forums", "verify your age")])?;
            tap(&self.launch, "ask forums")?;
            game.wait_for("challenge: Confirm your age: Confirm your age to use this: Forums.")?;
            game.wait_for("challenge: open http://127.0.0.1")?;
            super::servers::until("the age check is there", || {
                Ok(self.servers.open_challenge("forums").is_ok())
            })?;
            let challenge = self.servers.open_challenge("forums")?;
            self.servers.answer_challenge(&challenge, word)?;
            let is_passed = word == "approve";
            say(if is_passed {
                "the player passes the age check"
            } else {
                "the player does not pass"
            });
            tap(&self.launch, "closed forums")?;
            game.wait_for(result)?;
            game.wait_for_hud(&[("Forums", hud)])?;
            game.wait_for(if is_passed {
                "dialog: kind 10"
            } else {
                "This stays off for now: Forums."
            })?;
        }
        game.wait_for("event: check challenge ended: PLAYGATE_OK")?;
        game.quit().map(drop)
    }
}
