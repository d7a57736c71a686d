//! The story, chapter by chapter.

use std::{
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    expect,
    game::{Game, Launch, hand_over},
    servers::{Servers, text, until},
};

pub(super) const PLAYER: &str = "player-ann";
const BORN: &str = "2013-06-15";
const START: &str = "2026-06-10";
const BIRTHDAY: &str = "2026-06-15";
/// How often the game asks where a chapter waits for news in play.
pub(super) const REFRESH_MS: u32 = 400;

const ALL_OFF: &[(&str, &str)] = &[
    ("Online Multiplayer", "off"),
    ("Voice Chat", "off"),
    ("Text Chat (Private)", "off"),
    ("Custom Username", "off"),
    ("AI Generated Avatars", "off"),
    ("Forums", "off"),
    ("Simulated Gambling", "off"),
];
const AS_CONSENTED: &[(&str, &str)] = &[
    ("Online Multiplayer", "on"),
    ("Voice Chat", "ask a parent"),
    ("Text Chat (Private)", "on"),
    ("Custom Username", "on"),
    ("AI Generated Avatars", "you may enable it"),
    ("Forums", "not available"),
    ("Simulated Gambling", "not available"),
];
const AS_CHANGED: &[(&str, &str)] = &[
    ("Online Multiplayer", "on"),
    ("Voice Chat", "on"),
    ("Text Chat (Private)", "ask a parent"),
    ("Custom Username", "on"),
    ("AI Generated Avatars", "you may enable it"),
    ("Forums", "not available"),
    ("Simulated Gambling", "not available"),
];
const CONSENTED_AGAIN: &[(&str, &str)] = &[
    ("Online Multiplayer", "on"),
    ("Voice Chat", "ask a parent"),
    ("Text Chat (Private)", "off"),
    ("Custom Username", "you may enable it"),
    ("AI Generated Avatars", "off"),
    ("Forums", "verify your age"),
    ("Simulated Gambling", "not available"),
];

/// Where the story stands.
pub struct Story {
    pub(super) servers: Servers,
    pub(super) launch: Launch,
    with_static: PathBuf,
    kuid: String,
    session_id: String,
    done: Vec<&'static str>,
}

impl Story {
    /// Starts the servers, and creates the player at k-ID by a parent's consent.
    pub fn begin(folder: &Path, shared: PathBuf, with_static: PathBuf) -> Result<Self, String> {
        let servers = Servers::start(folder)?;
        let launch = Launch {
            program: shared,
            ads: servers.ads(),
            ad_token: servers.ad_user(PLAYER)?,
            ..servers.launch(folder, PLAYER)?
        };
        Ok(Self {
            servers,
            launch,
            with_static,
            kuid: String::new(),
            session_id: String::new(),
            done: Vec::new(),
        })
    }

    /// Lives all chapters; the result is a line about each.
    pub fn tell(mut self) -> Result<Vec<&'static str>, String> {
        type Chapter = fn(&mut Story) -> Result<(), String>;
        let chapters: [(&'static str, Chapter); 11] = [
            (
                "Consent at k-ID: the game adopts its first session, and the studio's server binds it",
                Story::consent,
            ),
            (
                "Restart without the network, then without a server: decisions come from disk",
                Story::offline,
            ),
            (
                "The parent changes permissions while the game is closed",
                Story::parent_changes,
            ),
            (
                "Restart: changes found, notice shown and acknowledged, and not shown again",
                Story::changes_found,
            ),
            (
                "The player has a birthday: no webhook, found by comparison",
                Story::aged_up,
            ),
            (
                "The parent revokes, and the webhook gets lost: k-ID answers 400 NOT_FOUND",
                Story::revoked,
            ),
            (
                "Age gate and consent again: a new session, nothing left over from the old one",
                Story::consent_again,
            ),
            (
                "The player taps what is locked: their own choice is on at once, what is prohibited is refused unasked",
                Story::own_choice,
            ),
            (
                "Ask a parent: QR code and one-time code; the game is killed while it waits; the parent approves",
                Story::ask_a_parent,
            ),
            (
                "Verify the age: a check that is not passed, then one that is",
                Story::verify_the_age,
            ),
            (
                "The ad service breaks for a while: the game session is begun again",
                Story::ads_break,
            ),
        ];
        for (index, (heading, chapter)) in chapters.into_iter().enumerate() {
            let linkage = if index < 4 { "shared" } else { "static" };
            println!("\n({}) {heading} [{linkage} library]", index + 1);
            if index == 4 {
                self.launch.program.clone_from(&self.with_static);
            }
            chapter(&mut self).map_err(|error| format!("chapter {} ({heading}): {error}", index + 1))?;
            self.done.push(heading);
        }
        self.servers.stop_backend();
        Ok(self.done)
    }

    fn consent(&mut self) -> Result<(), String> {
        let game = Game::start(&self.launch)?;
        game.wait_for("start: no session from disk")?;
        // By an event, or already from the first decision where the server was faster than the game.
        game.wait_for("age gate: open")?;
        game.wait_for_hud(ALL_OFF)?;

        self.servers.control("PUT", "date", Some(&json!({"today": START})))?;
        let permissions = json!([
            {"name": "multiplayer", "enabled": true, "managedBy": "GUARDIAN"},
            {"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"},
            {"name": "text-chat-private", "enabled": true, "managedBy": "GUARDIAN"},
            {"name": "custom-username", "enabled": true, "managedBy": "PLAYER"},
            {"name": "ai-generated-avatars", "enabled": false, "managedBy": "PLAYER"},
            {"name": "forums", "verifiedAgeThreshold": 13},
            {"name": "simulated-gambling", "managedBy": "PROHIBITED"},
            {"name": "targeted-ads", "enabled": true, "managedBy": "GUARDIAN"},
        ]);
        let new = json!({"name": "Ann", "dateOfBirth": BORN, "permissions": permissions});
        let player = self.servers.control("POST", "players", Some(&new))?;
        self.kuid = text(&player, "kuid")?;
        self.session_id = text(&player, "sessionId")?;
        say("a parent consents; the consent flow hands the session to the game");
        hand_over(&player["session"], &self.launch.adopt)?;

        game.wait_for("event: adopt ended: PLAYGATE_OK")?;
        game.wait_for_hud(AS_CONSENTED)?;
        game.wait_for("game session: active")?;
        until("the session is bound to the player", || {
            Ok(self.revision(PLAYER)?.is_some())
        })?;
        let (status, _) = self
            .servers
            .ask_backend(&format!("/api/session/{}", self.session_id), "player-bob")?;
        expect(status == 403, || {
            format!("another player's token got {status} for the session, not 403")
        })?;
        let ended = game.quit()?;
        self.game_session_is("NOT_IN_GAME")?;
        ended.must_not_have_printed("dialog:")?;
        let frames = ended.voice_frames()?;
        expect(frames == 0, || format!("voice chat was on for {frames} frames"))?;
        expect(!self.launch.adopt.exists(), || {
            "the session file was left behind".to_owned()
        })?;
        self.nothing_in_clear()
    }

    fn offline(&mut self) -> Result<(), String> {
        say("the network is not allowed; a listener stands where the server was");
        let trap = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no listener: {error}"))?;
        trap.set_nonblocking(true).map_err(|error| error.to_string())?;
        let address = trap.local_addr().map_err(|error| error.to_string())?;
        let silent = Launch {
            server: format!("http://{address}"),
            network_off: true,
            frames: 60,
            ..self.launch.clone()
        };
        let game = Game::start(&silent)?;
        game.wait_for("start: session from disk")?;
        game.wait_for_hud(AS_CONSENTED)?;
        let ended = game.ended()?;
        ended.must_not_have_printed("event:")?;
        ended.must_not_have_printed("dialog:")?;
        let knocked = trap.accept().map(drop).map_err(|error| error.kind());
        expect(knocked == Err(ErrorKind::WouldBlock), || {
            format!("the game used the network before it was allowed ({knocked:?})")
        })?;

        say("the network is allowed, and the server is down");
        let answers = self.servers.kid_answers(None)?;
        self.servers.stop_backend();
        let game = Game::start(&self.launch)?;
        game.wait_for("start: session from disk")?;
        game.wait_for("event: server unreachable")?;
        game.wait_for_hud(AS_CONSENTED)?;
        expect(game.count("hud:") == 1, || {
            "the HUD changed although nothing could be asked".to_owned()
        })?;
        game.quit()?.must_not_have_printed("dialog:")?;
        let later = self.servers.kid_answers(None)?;
        expect(later == answers, || format!("k-ID was asked {} times", later - answers))
    }

    fn parent_changes(&mut self) -> Result<(), String> {
        self.servers.start_backend()?;
        self.launch.server = self.servers.backend_url()?;
        let test = self.servers.control("POST", "webhooks/test", None)?;
        expect(test["passed"] == true, || {
            format!("k-ID's webhook test did not pass: {test}")
        })?;
        let before = self
            .revision(PLAYER)?
            .ok_or("the session is not bound any more after the server's restart")?;
        let (sent, delivered) = self.servers.webhooks()?;
        for (name, enabled) in [("voice-chat", true), ("text-chat-private", false)] {
            let path = format!("players/{}/permissions/{name}", self.kuid);
            let answer = self.servers.control("PUT", &path, Some(&json!({"enabled": enabled})))?;
            expect(answer["webhook"] == "Session.ChangePermissions", || {
                format!("no webhook for {name}")
            })?;
            say(&format!(
                "the parent switches {name} {}",
                if enabled { "on" } else { "off" }
            ));
        }
        until("both webhooks are delivered", || {
            Ok(self.servers.webhooks()? == (sent + 2, delivered + 2))
        })?;
        let after = self.revision(PLAYER)?.ok_or("the session is not bound any more")?;
        expect(after > before, || {
            format!("the webhooks did not raise the revision ({before}, then {after})")
        })?;
        say(&format!(
            "the webhooks reached the studio's server: revision {before} became {after}"
        ));
        Ok(())
    }

    fn changes_found(&mut self) -> Result<(), String> {
        let game = Game::start(&self.launch)?;
        game.wait_for("start: session from disk")?;
        game.wait_for("event: session changed")?;
        game.wait_for("dialog: kind 5, 1 off, 1 on, 0 to choose")?;
        for line in ["Your features have changed", "- Text Chat (Private)", "- Voice Chat"] {
            game.wait_for(line)?;
        }
        game.wait_for_hud(AS_CHANGED)?;
        game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
        expect(game.count("dialog:") == 1, || "the dialog was shown twice".to_owned())?;
        let frames = game.quit()?.voice_frames()?;
        expect(frames > 0, || "voice chat was never on".to_owned())?;

        say("the next start has nothing to tell");
        let launch = Launch {
            refresh_ms: REFRESH_MS,
            ..self.launch.clone()
        };
        let answers = self.servers.kid_answers(None)?;
        let game = Game::start(&launch)?;
        game.wait_for_hud(AS_CHANGED)?;
        // The second answer can only be asked for after the first was taken in.
        self.servers.wait_for_kid_answers(answers + 2)?;
        let ended = game.quit()?;
        ended.must_not_have_printed("dialog:")?;
        ended.must_not_have_printed("event: session changed")
    }

    fn aged_up(&mut self) -> Result<(), String> {
        let game = Game::start(&Launch {
            refresh_ms: REFRESH_MS,
            ..self.launch.clone()
        })?;
        game.wait_for("start: session from disk")?;
        game.wait_for_hud(AS_CHANGED)?;
        let answers = self.servers.kid_answers(None)?;
        self.servers.wait_for_kid_answers(answers + 2)?;
        expect(!game.has_printed("dialog:"), || {
            "there was a dialog before the birthday".to_owned()
        })?;

        let webhooks = self.servers.webhooks()?;
        self.servers.control("PUT", "date", Some(&json!({"today": BIRTHDAY})))?;
        say("at k-ID it is the player's thirteenth birthday now");
        game.wait_for("dialog: kind 2, 0 off, 0 on, 0 to choose")?;
        game.wait_for("Your features were updated to match your age.")?;
        game.wait_for_hud(&[
            ("Forums", "verify your age"),
            ("Online Multiplayer", "on"),
            ("Voice Chat", "on"),
        ])?;
        game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
        let later = self.servers.webhooks()?;
        expect(later == webhooks, || "k-ID sent a webhook for a birthday".to_owned())?;
        game.quit().map(drop)
    }

    fn revoked(&mut self) -> Result<(), String> {
        let game = Game::start(&Launch {
            refresh_ms: REFRESH_MS,
            ..self.launch.clone()
        })?;
        game.wait_for_hud(&[("Online Multiplayer", "on"), ("Voice Chat", "on")])?;
        game.wait_for("game session: active")?;
        let refused = self.servers.kid_answers(Some("400"))?;
        self.servers.send_webhooks(false)?;
        let answer = self
            .servers
            .control("POST", &format!("players/{}/revoke", self.kuid), None)?;
        expect(answer["state"] == "NO_SESSION", || {
            format!("the sandbox did not revoke: {answer}")
        })?;
        say("the parent has revoked the consent");
        // A slow game may hear first that consent is needed, and opens its age gate then.
        game.wait_for_any(&["event: session ended", "event: consent needed"])?;
        game.wait_for("game session: stopped")?;
        self.game_session_is("NOT_IN_GAME")?;
        game.wait_for("dialog: kind 1, 4 off, 0 on, 0 to choose")?;
        game.wait_for("Your session has ended")?;
        game.wait_for_hud(ALL_OFF)?;
        game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
        game.wait_for("age gate: open")?;
        let later = self.servers.kid_answers(Some("400"))?;
        expect(later > refused, || "k-ID never answered 400".to_owned())?;
        let told = game.count("dialog:");
        expect(told == 1, || format!("the end of the session was told {told} times"))?;
        game.quit()?;

        say("the next start has nothing more to tell, and nothing is on");
        let launch = Launch {
            network_off: true,
            frames: 30,
            ..self.launch.clone()
        };
        let game = Game::start(&launch)?;
        game.wait_for("start: no session from disk")?;
        game.wait_for_hud(ALL_OFF)?;
        game.ended()?.must_not_have_printed("dialog:")
    }

    fn consent_again(&mut self) -> Result<(), String> {
        let game = Game::start(&Launch {
            refresh_ms: REFRESH_MS,
            ..self.launch.clone()
        })?;
        game.wait_for("age gate: open")?;
        game.wait_for_hud(ALL_OFF)?;
        let permissions = json!([
            {"name": "multiplayer", "enabled": true, "managedBy": "GUARDIAN"},
            {"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"},
            {"name": "custom-username", "enabled": false, "managedBy": "PLAYER"},
            {"name": "forums", "verifiedAgeThreshold": 13},
            {"name": "simulated-gambling", "managedBy": "PROHIBITED"},
            {"name": "targeted-ads", "enabled": true, "managedBy": "GUARDIAN"},
        ]);
        let path = format!("players/{}/consent", self.kuid);
        let player = self
            .servers
            .control("POST", &path, Some(&json!({"permissions": permissions})))?;
        let old = std::mem::replace(&mut self.session_id, text(&player, "sessionId")?);
        expect(old != self.session_id, || {
            "the new consent gave the old session id".to_owned()
        })?;
        say("the parent consents again, to less; the session has a new id");
        self.servers.send_webhooks(true)?;
        hand_over(&player["session"], &self.launch.adopt)?;
        game.wait_for("event: adopt ended: PLAYGATE_OK")?;
        game.wait_for_hud(CONSENTED_AGAIN)?;
        game.wait_for("game session: active")?;
        until("the new session is bound to the player", || {
            Ok(self.revision(PLAYER)?.is_some())
        })?;
        let answers = self.servers.kid_answers(Some("304"))?;
        until("the game's refreshes of the new session", || {
            Ok(self.servers.kid_answers(Some("304"))? >= answers + 2)
        })?;
        let ended = game.quit()?;
        ended.must_not_have_printed("dialog:")?;

        let (_, own) = self.servers.ask_backend("/api/session", PLAYER)?;
        let id = text(&own["session"], "sessionId")?;
        expect(id == self.session_id, || {
            "the studio's server still holds the old session".to_owned()
        })?;
        let (_, gone) = self.servers.ask_backend(&format!("/api/session/{old}"), PLAYER)?;
        let is_gone = gone["sessionDeleted"] == true || gone["needsConsent"] == true;
        expect(is_gone, || {
            "the studio's server still gives out the old session".to_owned()
        })?;

        say("a last start from disk");
        let game = Game::start(&Launch {
            network_off: true,
            frames: 30,
            ..self.launch.clone()
        })?;
        game.wait_for("start: session from disk")?;
        game.wait_for_hud(CONSENTED_AGAIN)?;
        let ended = game.ended()?;
        ended.must_not_have_printed("dialog:")?;
        ended.must_not_have_printed("Voice Chat: on")?;
        self.nothing_in_clear()
    }

    /// The revision of the player's session at the studio's server; `None` when it is not bound to the player.
    fn revision(&self, player: &str) -> Result<Option<u64>, String> {
        let path = format!("/api/check-permissions/{}", self.session_id);
        let (status, answer) = self.servers.ask_backend(&path, player)?;
        expect(status == 200, || {
            format!("the studio's server answered {status}: {answer}")
        })?;
        Ok(answer["revision"].as_u64())
    }

    /// No file of the game shows the session's id, the date of birth or the player.
    fn nothing_in_clear(&self) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.launch.folder.display());
        let mut files = 0;
        for entry in std::fs::read_dir(&self.launch.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let bytes = std::fs::read(&path).map_err(failed)?;
            let name = path
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default();
            for secret in [&*self.session_id, &*self.kuid, BORN, PLAYER] {
                let is_inside = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                expect(!is_inside && !name.contains(secret), || {
                    format!("{name} shows personal data in clear")
                })?;
            }
            files += 1;
        }
        expect(files > 0, || "the game stored nothing".to_owned())
    }
}

pub(super) fn say(text: &str) {
    println!("  {text}");
}
