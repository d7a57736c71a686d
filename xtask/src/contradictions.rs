//! k-ID's answers in every way in which its sources contradict each other: the game, the studio's server and the simulated
//! k-ID come to the same end each time.

use serde_json::{Value, json};

use crate::{
    demo::{
        game::{Game, Launch, tap},
        household::Household,
    },
    library::Library,
};

/// The switches of the simulated k-ID, each way by itself.
fn ways() -> Vec<Value> {
    vec![
        json!({}),
        json!({"wrapped": true}),
        json!({"notFoundAs404": true}),
        json!({"upgradeStatus": "right"}),
        json!({"upgradeStatus": "wrong"}),
        json!({"upgradeSession": "requestedOnly"}),
        json!({"upgradeSession": "absent"}),
        json!({"parentalConsentType": true}),
        json!({"oneTimePasswordName": true}),
        json!({"bareStatus": true}),
        json!({"passWithoutSession": true}),
        json!({"childLiteAbsent": true}),
        json!({"sessionGoneAfterPassMs": 600}),
        json!({"changePermissionsOn": "approval"}),
        json!({"changePermissionsOn": "never"}),
    ]
}

/// What all of them are when nothing is switched.
fn usual() -> Value {
    json!({
        "wrapped": false, "notFoundAs404": false, "upgradeStatus": null, "upgradeSession": "whole",
        "parentalConsentType": false, "oneTimePasswordName": false, "bareStatus": false, "passWithoutSession": false,
        "childLiteAbsent": false, "sessionGoneAfterPassMs": 0, "changePermissionsOn": "unlock",
        "passEnablesNothing": false, "passMintsSession": false,
    })
}

/// Lives through all of them.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started.
pub fn run(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let mut permissions = vec![json!({"name": "refused-by-silence", "managedBy": "GUARDIAN"})];
    permissions.push(json!({"name": "minted", "managedBy": "GUARDIAN"}));
    for number in 0..ways().len() {
        permissions.push(json!({"name": format!("own-{number}"), "managedBy": "PLAYER"}));
        permissions.push(json!({"name": format!("parents-{number}"), "managedBy": "GUARDIAN"}));
        permissions.push(json!({"name": format!("aged-{number}"), "verifiedAgeThreshold": 13}));
    }
    let house = Household::start(library, folder.path(), "player-lee", &json!(permissions))?;
    let launch = Launch {
        refresh_ms: 500,
        ..house.launch.clone()
    };
    let game = Game::start(&launch)?;
    for (number, way) in ways().iter().enumerate() {
        println!("  k-ID with {way}");
        set(&house, way)?;
        ask(&game, &launch, &format!("own-{number}"))?;
        game.wait_for(&format!("upgrade: own-{number} is enabled"))?;
        for (feature, is_answered) in [
            (format!("parents-{number}"), true),
            // Once verified, the player's age lets the later ones pass.
            (format!("aged-{number}"), number == 0),
        ] {
            ask(&game, &launch, &feature)?;
            if is_answered {
                answer(&house, &game, &feature)?;
            }
            game.wait_for(&format!("upgrade: {feature} is enabled"))?;
        }
    }
    println!("  a PASS that enables nothing");
    set(&house, &json!({"passEnablesNothing": true}))?;
    ask(&game, &launch, "refused-by-silence")?;
    answer(&house, &game, "refused-by-silence")?;
    game.wait_for("upgrade: refused-by-silence is refused")?;
    game.quit()?;
    println!("  a PASS that moves the player to another session");
    set(&house, &json!({"passMintsSession": true}))?;
    let game = Game::start(&house.launch)?;
    ask(&game, &launch, "minted")?;
    answer(&house, &game, "minted")?;
    game.wait_for("upgrade: minted is enabled")?;
    game.quit()?.must_not_have_printed("event: consent needed")
}

fn set(house: &Household, way: &Value) -> Result<(), String> {
    house.servers.control("PUT", "switches", Some(&usual()))?;
    house.servers.control("PUT", "switches", Some(way)).map(drop)
}

fn ask(game: &Game, launch: &Launch, feature: &str) -> Result<(), String> {
    tap(launch, &format!("ask {feature}"))?;
    game.wait_for(&format!("tap: ask {feature}"))
}

fn answer(house: &Household, game: &Game, feature: &str) -> Result<(), String> {
    game.wait_for(&format!("upgrade: {feature} is asked"))?;
    let challenge = house.servers.open_challenge(feature)?;
    house.servers.answer_challenge(&challenge, "approve")
}
