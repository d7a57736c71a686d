//! A parent in a real browser: what the game has asked for is answered on real pages, and the game unlocks it.

mod driver;

use driver::Browser;
use serde_json::json;

use crate::{
    demo::{
        game::{Game, Launch, tap},
        household::Household,
        servers::{Servers, until},
    },
    library::Library,
};

const PLAYER: &str = "player-ben";

/// Lives through all of it.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started.
pub fn run(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let permissions = json!([
        {"name": "multiplayer", "enabled": true, "managedBy": "GUARDIAN"},
        {"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"},
        {"name": "text-chat-private", "enabled": false, "managedBy": "GUARDIAN"},
        {"name": "custom-username", "enabled": false, "managedBy": "GUARDIAN"},
        {"name": "forums", "verifiedAgeThreshold": 13},
    ]);
    let Household { servers, launch } = Household::start(library, folder.path(), PLAYER, &permissions)?;
    let browser = Browser::start()?;
    let outcome = approve(&servers, &launch, &browser)
        .and_then(|()| refuse(&servers, &launch, &browser))
        .and_then(|()| verify_age(&launch, &browser))
        .and_then(|()| widget(&servers, &launch, &browser));
    outcome.map_err(|error| {
        let page = browser.source().unwrap_or_else(|error| error);
        format!("{error}\nThe page was:\n{page}")
    })
}

/// The parent opens the link that the game shows, and approves.
fn approve(servers: &Servers, launch: &Launch, browser: &Browser) -> Result<(), String> {
    println!("  the parent opens the challenge's link and approves");
    let game = Game::start(launch)?;
    tap(launch, "ask voice-chat")?;
    game.wait_for("challenge: scan it, or open ")?;
    let url = game
        .line_after("challenge: scan it, or open ")
        .ok_or("no link is shown")?;
    browser.go(&url)?;
    game.wait_for("upgrade: voice-chat is waiting")?;
    let id = servers.open_challenge("voice-chat")?;
    browser.click(&format!("button[data-challenge=\"{id}\"][data-action=\"approve\"]"))?;
    browser.wait_for("#message[data-status=\"PASS\"]")?;
    game.wait_for("upgrade: voice-chat is enabled")?;
    game.wait_for_hud(&[("Voice Chat", "on"), ("Text Chat (Private)", "ask a parent")])?;
    game.quit().map(drop)
}

/// The parent sees the request in the inbox of the sandbox's page, and refuses.
fn refuse(servers: &Servers, launch: &Launch, browser: &Browser) -> Result<(), String> {
    println!("  the parent refuses in the inbox");
    let game = Game::start(launch)?;
    tap(launch, "ask text-chat-private")?;
    game.wait_for("upgrade: text-chat-private is asked")?;
    let id = servers.open_challenge("text-chat-private")?;
    browser.go(&servers.parents_page())?;
    browser.click(&format!("button[data-challenge=\"{id}\"][data-action=\"refuse\"]"))?;
    game.wait_for("upgrade: text-chat-private is refused")?;
    game.wait_for("This stays off for now: Text Chat (Private).")?;
    game.wait_for_hud(&[("Text Chat (Private)", "ask a parent")])?;
    game.quit().map(drop)
}

/// The player opens the age check that the game shows, passes, and closes the page.
fn verify_age(launch: &Launch, browser: &Browser) -> Result<(), String> {
    println!("  the player passes the age check");
    let game = Game::start(launch)?;
    tap(launch, "ask forums")?;
    game.wait_for("challenge: open ")?;
    browser.go(&game.line_after("challenge: open ").ok_or("no link is shown")?)?;
    browser.click("button[data-action=\"pass\"]")?;
    browser.wait_for("#message[data-status=\"PASS\"]")?;
    tap(launch, "closed forums")?;
    game.wait_for("event: check challenge ended: PLAYGATE_OK")?;
    game.wait_for_hud(&[("Forums", "on")])?;
    game.quit().map(drop)
}

/// The parent signs in at the studio's server and uses k-ID's widget there.
fn widget(servers: &Servers, launch: &Launch, browser: &Browser) -> Result<(), String> {
    println!("  the parent signs in at the studio's server and uses the widget");
    let game = Game::start(&Launch {
        refresh_ms: 400,
        ..launch.clone()
    })?;
    game.wait_for_hud(&[("Custom Username", "ask a parent")])?;
    let page = format!("{}/parent/permissions", servers.backend_url()?);
    browser.go(&page)?;
    browser.wait_for_text("body", "Please sign in as a parent")?;
    // What the studio's own login page does once it knows the parent.
    let post = "const form = document.createElement('form'); form.method = 'post'; form.action = '/parent/sign-in';
        const field = document.createElement('input'); field.name = 'token'; field.value = arguments[0];
        form.append(field); document.body.append(form); form.submit();";
    browser.run(post, &[&Servers::token(PLAYER)?])?;
    browser.wait_for_text("body", "For parents and guardians")?;
    browser.go(&page)?;
    browser.run(post, &[&Servers::parent_token(PLAYER)?])?;
    browser.write("#email", "parent@example.org")?;
    browser.click("#open")?;
    browser.enter_frame("#permission-widget")?;
    browser.click("input[data-permission=\"custom-username\"]")?;
    browser.click("#done")?;
    browser.leave_frame()?;
    browser.wait_for_text("#message", "Done. The game shows the new permissions in a moment.")?;
    game.wait_for_hud(&[("Custom Username", "on")])?;
    until("the widget's page is gone", || {
        Ok(browser.run("return document.getElementById('permission-widget').hidden", &[])? == true)
    })?;
    game.quit().map(drop)
}
