//! What is wiped from memory: a player's tokens, once they are replaced or the client is gone. The whole memory of this
//! process is searched.
#![cfg(target_os = "linux")]

mod memory_search;

use memory_search::{found, needle, turn, with_unmasked};
use playgate::client::{Client, Config, GameOptions, GameTiming, GameToken, Now};

const NOW: Now = Now {
    wall_ms: 1_772_452_800_000,
    mono_ms: 1,
    utc_offset_s: 0,
};

/// The token of these bytes.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("ASCII")
}

#[test]
fn a_token_is_gone_once_it_is_replaced_or_its_client_is() {
    let _turn = turn();
    let (first, second) = (needle(40), needle(40));
    let mut client = Client::new(Config::default());
    let set = |client: &mut Client, masked: &[u8]| {
        with_unmasked(masked, |bytes| {
            client.set_token(NOW, Some(text(bytes)));
        });
    };
    set(&mut client, &first);
    assert!(found(&first) > 0, "the search finds what is there");
    set(&mut client, &second);
    assert_eq!(found(&first), 0, "the old token is still in memory");
    assert!(found(&second) > 0);
    drop(client);
    assert_eq!(found(&second), 0, "the token is still in memory");
}

#[test]
fn the_ad_services_token_is_gone_once_it_is_replaced_or_its_client_is() {
    let _turn = turn();
    let (first, second) = (needle(40), needle(40));
    let mut client = Client::new(Config::default());
    with_unmasked(&first, |bytes| {
        let options = GameOptions {
            base: "https://ads.example/api".into(),
            token: GameToken(text(bytes).into()),
            feature: None,
            timing: GameTiming::default(),
        };
        client.start_game(NOW, options);
    });
    assert!(found(&first) > 0, "the search finds what is there");
    with_unmasked(&second, |bytes| {
        client.set_game_token(NOW, GameToken(text(bytes).into()))
    });
    assert_eq!(found(&first), 0, "the old token is still in memory");
    assert!(found(&second) > 0);
    drop(client);
    assert_eq!(found(&second), 0, "the token is still in memory");
}
