//! A whole client over real media: what is revoked while the disk is full stays revoked.
#![cfg(all(feature = "http", feature = "file-store", target_os = "linux"))]

mod storage_support;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use playgate::{
    client::{Config, Event, News, Operation, Outcome},
    host::{
        Closed, Engine, OpenOptions,
        record::Records,
        storage::{FileStorage, FileStorageOptions},
        transport::{Completion, Transport},
    },
    protocol::http::{Request, Response},
    session::{Access, NextStep, NoticeKind, Reason},
};
use storage_support::{
    keys,
    media::{fill, mount, with_mounts},
};

const SESSION: &str = r#"{"sessionId":"s-1","ageStatus":"DIGITAL_MINOR","permissions":[{"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"}]}"#;

/// Gives every request the same answer.
struct Answers(Mutex<String>);

impl Answers {
    fn new(body: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(body.to_owned())))
    }
}

impl Transport for Answers {
    fn start(&self, _ticket: u64, _request: Request, _timeout_ms: u32, done: Completion) {
        let body = self.0.lock().expect("not poisoned").clone().into_bytes();
        done.call(Ok(Response {
            status: 200,
            headers: Vec::new(),
            body,
        }));
    }

    fn cancel(&self, _ticket: u64) {}

    fn shut_down(&self) {}
}

fn open(folder: &Path, transport: Option<Arc<Answers>>) -> Arc<Engine> {
    open_with_key(folder, transport, 1)
}

fn open_with_key(folder: &Path, transport: Option<Arc<Answers>>, key: u8) -> Arc<Engine> {
    let place = folder.to_path_buf();
    let records = Box::new(move || {
        let storage = FileStorage::open(&place, FileStorageOptions::default())?;
        Records::open(Arc::new(storage), keys(key)).map(Arc::new)
    });
    Engine::open(OpenOptions {
        config: Config {
            server: transport.is_some().then(|| "https://game.example".to_owned()),
            store_personal: true,
            ..Config::default()
        },
        transport: transport.map(|t| t as Arc<dyn Transport>),
        network_allowed: true,
        ..OpenOptions::new("mia", folder.display().to_string(), records)
    })
    .expect("opened")
}

/// Pumps until that event has come.
fn await_event(engine: &Engine, wanted: impl Fn(&Event) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        engine.pump(Duration::ZERO);
        while let Some(event) = engine.next_event() {
            if wanted(&event) {
                return;
            }
        }
        assert!(Instant::now() < deadline, "the event did not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The event that a request of this kind has ended well.
fn completed(wanted: Operation) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Completed { operation, outcome, .. } if *operation == wanted && *outcome == Outcome::OK)
}

fn close(engine: &Engine) {
    assert_eq!(engine.close(Duration::from_secs(10)), Closed::Done);
}

#[test]
fn a_revocation_that_meets_a_full_disk_stays_a_revocation() {
    with_mounts("a_revocation_that_meets_a_full_disk_stays_a_revocation", |medium| {
        mount("size=256k", medium);
        let folder = medium.join("records");
        let game = open(&folder, None);
        game.adopt(SESSION.into()).expect("accepted");
        await_event(&game, completed(Operation::Adopt));
        assert_eq!(game.decide("voice-chat").access, Access::Allowed);
        close(&game);
        drop(game);

        let filler = fill(medium);
        let game = open(
            &folder,
            Some(Answers::new(r#"{"sessionDeleted":true,"sessionId":"s-1"}"#)),
        );
        await_event(&game, |e| {
            matches!(
                e,
                Event::News {
                    news: News::StorageFailed,
                    ..
                }
            )
        });
        await_event(&game, |e| {
            matches!(
                e,
                Event::News {
                    news: News::SessionEnded,
                    ..
                }
            )
        });
        assert_eq!(game.decide("voice-chat").access, Access::Unavailable);
        close(&game);
        drop(game);

        // The disk is still full, and the game is offline.
        for _ in 0..2 {
            let game = open(&folder, None);
            let decision = game.decide("voice-chat");
            assert_eq!(
                (decision.access, decision.reason),
                (Access::Unavailable, Reason::SessionEnded)
            );
            assert_eq!(decision.next_step, NextStep::StartAgeGate);
            let notice = game.notice().expect("the player was not told yet").notice;
            assert_eq!(
                (notice.kind, notice.off),
                (NoticeKind::SessionEnded, vec!["voice-chat".into()])
            );
            close(&game);
        }
        std::fs::remove_file(filler).expect("space again");
        let game = open(&folder, None);
        assert_eq!(game.decide("voice-chat").reason, Reason::SessionEnded);
        assert!(game.notice().is_some());
        game.acknowledge().expect("a notice was handed out");
        await_event(&game, completed(Operation::Acknowledge));
        close(&game);
        drop(game);
        let game = open(&folder, None);
        assert_eq!(game.decide("voice-chat").reason, Reason::NoSession);
        assert!(game.notice().is_none());
    });
}

#[test]
fn a_damaged_record_stays_damaged_until_there_is_a_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let game = open(folder.path(), None);
    game.adopt(SESSION.into()).expect("accepted");
    await_event(&game, completed(Operation::Adopt));
    close(&game);
    drop(game);
    let record = std::fs::read_dir(folder.path())
        .expect("readable")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_none() && path.file_name().is_some_and(|name| name != "salt"))
        .expect("the record is a file");
    std::fs::write(&record, b"damaged").expect("written");
    for _ in 0..3 {
        let game = open(folder.path(), None);
        assert_eq!(game.decide("voice-chat").reason, Reason::RecordDamaged);
        close(&game);
    }
    let game = open(folder.path(), None);
    game.adopt(SESSION.into()).expect("accepted");
    await_event(&game, completed(Operation::Adopt));
    close(&game);
    drop(game);
    assert_eq!(open(folder.path(), None).decide("voice-chat").access, Access::Allowed);
}

#[test]
fn a_player_is_forgotten_also_when_the_key_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let game = open(folder.path(), None);
    game.adopt(SESSION.into()).expect("accepted");
    await_event(&game, completed(Operation::Adopt));
    close(&game);
    drop(game);
    let game = open_with_key(folder.path(), None, 2);
    assert_eq!(game.decide("voice-chat").reason, Reason::WrongKey);
    game.forget().expect("accepted");
    await_event(&game, completed(Operation::Forget));
    game.adopt(SESSION.into()).expect("accepted");
    await_event(&game, completed(Operation::Adopt));
    game.forget().expect("accepted");
    await_event(&game, completed(Operation::Forget));
    close(&game);
    drop(game);
    assert_eq!(open(folder.path(), None).decide("voice-chat").reason, Reason::NoSession);
}
