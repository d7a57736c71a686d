//! A client whose game session beats every 50 ms, against a service on loopback.

use std::{sync::Arc, time::Duration};

use playgate::{
    client::{GameOptions, GameTiming, GameToken},
    host::{
        Engine, OpenOptions,
        http::{HttpOptions, HttpTransport},
        record::{Keys, Records},
        storage::{MemoryStorage, Storage},
    },
};

/// From one beat to the next.
pub const PERIOD: Duration = Duration::from_millis(50);

/// Opens the client and begins its game session at the service with that base URL.
pub fn engine(service: &str) -> Arc<Engine> {
    let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new());
    let records = Box::new(move || Records::open(Arc::clone(&storage), Keys::default()).map(Arc::new));
    let engine = Engine::open(OpenOptions {
        transport: Some(Arc::new(
            HttpTransport::new(HttpOptions::default()).expect("a transport"),
        )),
        network_allowed: true,
        ..OpenOptions::new("bench", "memory", records)
    })
    .expect("opened");
    let options = GameOptions {
        base: service.into(),
        token: GameToken("bench".into()),
        feature: None,
        timing: GameTiming {
            beat_ms: u64::try_from(PERIOD.as_millis()).expect("a short period"),
            // Busy cores are no slow network: no beat is to come earlier.
            limit_ms: 5_000,
            patience_ms: 5_050,
        },
    };
    engine.start_game(options).expect("begun");
    engine
}
