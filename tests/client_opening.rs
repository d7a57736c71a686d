//! Opening: decisions come from the disk at once, whatever is there, and the server is asked as soon as it may be.

mod client_harness;

use client_harness::{Disk, Medium, World, config, documents::*};
use playgate::{
    client::{Cause, Code, LoadFailure, MarkKind, News, Outcome},
    session::{Access, Freshness, NextStep, NoticeKind, Reason},
};

/// The disk of a player who holds that session.
fn disk_with(doc: &Doc) -> Disk {
    World::holding(doc).disk
}

fn failure(reason: Reason, code: Code, writable: bool) -> Disk {
    let outcome = Outcome::new(code, "cannot be used");
    Disk {
        failure: Some(LoadFailure {
            reason,
            outcome,
            writable,
        }),
        ..Disk::default()
    }
}

#[test]
fn nothing_stored_means_the_age_gate_unless_the_server_is_still_asked() {
    let offline = World::open_offline(config(), Disk::default());
    let decision = offline.decide("chat");
    assert_eq!(
        (decision.access, decision.reason, decision.next_step),
        (Access::Unavailable, Reason::NoSession, NextStep::StartAgeGate)
    );

    let mut online = World::fresh();
    assert_eq!(online.in_flight().line(), "GET /api/session");
    assert_eq!(
        online.decide("chat").reason,
        Reason::Pending,
        "another device may have a session"
    );
    assert_eq!(online.decide("chat").next_step, NextStep::Wait);
    online.answer(200, NEEDS_CONSENT);
    assert_eq!(online.decide("chat").next_step, NextStep::StartAgeGate);
    assert_eq!(online.take_news(), [News::ConsentNeeded]);
}

#[test]
fn consent_is_asked_for_once_not_with_every_refresh() {
    let mut world = World::fresh();
    world.answer(200, NEEDS_CONSENT);
    assert_eq!(world.take_news(), [News::ConsentNeeded]);
    world.pass_until_sent(client_harness::HOUR);
    world.answer(200, NEEDS_CONSENT);
    assert_eq!(world.take_news(), []);
}

#[test]
fn a_stored_session_decides_at_once_and_offline() {
    let world = World::open_offline(config(), disk_with(&session("s-1", "+chat -voice")));
    assert_eq!(world.allowed(), "chat");
    assert_eq!(world.access("voice"), Access::AskParent);
    assert_eq!(world.decide("chat").freshness, Freshness::Cached);
    assert!(world.sent.is_empty());
}

#[test]
fn the_launch_refresh_asks_for_the_stored_session_not_for_any() {
    let world = World::open(config(), disk_with(&session("s-1", "+chat")));
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
    assert_eq!(world.in_flight().header("Authorization"), Some("Bearer token-1"));
}

#[test]
fn the_launch_refresh_waits_for_the_network_to_be_allowed() {
    let mut world = World::open_offline(config(), disk_with(&session("s-1", "+chat")));
    world.pass(client_harness::HOUR);
    assert!(world.sent.is_empty());
    world.set_network(true);
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
}

#[test]
fn without_a_server_the_client_works_from_its_disk() {
    let no_server = playgate::client::Config {
        server: None,
        ..config()
    };
    let mut world = World::open(no_server, disk_with(&session("s-1", "+chat")));
    world.pass(client_harness::DAY);
    assert_eq!(world.allowed(), "chat");
    let refresh = world.refresh(playgate::client::Cause::Game);
    assert_eq!(world.outcome(refresh).code, Code::InvalidState);
}

#[test]
fn a_record_of_garbage_denies_says_so_and_is_replaced_by_the_servers_word() {
    for garbage in ["", "garbage", "{}", "[1]", r#"{"v":1}"#, r#"{"v":0}"#, "\u{0}\u{1}"] {
        let mut world = World::open(
            config(),
            Disk {
                payload: Some(garbage.into()),
                ..Disk::default()
            },
        );
        assert_eq!(world.decide("chat").reason, Reason::RecordDamaged, "{garbage}");
        assert_eq!(world.take_news(), [News::RecordUnusable]);
        world.answer(200, &changed(&session("s-1", "+chat")));
        assert_eq!(world.allowed(), "chat");
        assert_eq!(world.restart_with(false).allowed(), "chat");
    }
}

#[test]
fn a_record_of_a_newer_version_denies_and_is_left_alone() {
    let newer = br#"{"v":2,"whatever":true}"#.to_vec();
    let mut world = World::open(
        config(),
        Disk {
            payload: Some(newer.clone()),
            ..Disk::default()
        },
    );
    assert_eq!(world.decide("chat").reason, Reason::NewerFormat);
    assert_eq!(
        world.news_outcome(News::RecordUnusable).unwrap().code,
        Code::NewerFormat
    );
    world.answer(200, &changed(&session("s-1", "+chat")));
    assert_eq!(world.allowed(), "chat", "what the server says holds for this process");
    let adopt = world.adopt(&session("s-2", "+voice").json());
    assert_eq!(world.outcome(adopt).code, Code::NewerFormat);
    assert_eq!(world.disk.payload, Some(newer), "nothing but a forget takes it away");
    let forget = world.forget();
    assert_eq!(world.outcome(forget).code, Code::Ok);
    assert_eq!(world.disk.payload, None);
}

#[test]
fn what_cannot_be_read_denies_for_its_own_reason_and_is_never_overwritten() {
    for (reason, code, next) in [
        (Reason::RecordUnavailable, Code::StorageUnavailable, NextStep::Wait),
        (Reason::KeyMissing, Code::KeyMissing, NextStep::Wait),
        (Reason::WrongKey, Code::WrongKey, NextStep::Refresh),
        (Reason::NewerFormat, Code::NewerFormat, NextStep::Refresh),
    ] {
        let mut world = World::open(config(), failure(reason, code, false));
        let decision = world.decide("chat");
        assert_eq!(
            (decision.access, decision.reason, decision.next_step),
            (Access::Unavailable, reason, next)
        );
        assert_eq!(world.news_outcome(News::RecordUnusable).unwrap().code, code);
        world.answer(200, NEEDS_CONSENT);
        assert_eq!(
            world.decide("chat").reason,
            reason,
            "\"I cannot read it\" is not \"there is no session\""
        );
        let refresh = world.refresh(playgate::client::Cause::Push);
        world.answer(200, &changed(&session("s-1", "+chat")));
        assert_eq!(world.outcome(refresh).code, Code::Ok);
        assert_eq!(world.allowed(), "chat", "what the server says holds for this process");
        let adopt = world.adopt(&session("s-2", "+voice").json());
        assert_eq!(world.outcome(adopt).code, code, "what could not be stored, and why");
        assert_eq!(world.allowed(), "voice");
        assert_eq!(world.disk.writes, 0);
    }
}

#[test]
fn a_damaged_record_that_was_set_aside_makes_room_for_a_new_one() {
    let mut world = World::open(config(), failure(Reason::RecordDamaged, Code::RecordDamaged, true));
    assert_eq!(world.take_news(), [News::RecordSetAside]);
    assert_eq!(world.decide("chat").reason, Reason::RecordDamaged);
    world.answer(200, NEEDS_CONSENT);
    assert_eq!(world.decide("chat").reason, Reason::NoSession);
    world.disk.failure = None;
    let adopt = world.adopt(&session("s-1", "+chat").json());
    assert_eq!(world.outcome(adopt).code, Code::Ok);
    assert_eq!(world.restart_with(false).allowed(), "chat");
}

#[test]
fn a_record_sealed_with_an_old_key_is_written_again_at_once() {
    let disk = Disk {
        rewrite: true,
        ..disk_with(&session("s-1", "+chat"))
    };
    let world = World::open_offline(config(), disk);
    assert!(!world.disk.rewrite);
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn a_record_marked_ended_opens_as_an_ended_session() {
    let disk = Disk {
        mark: Some((MarkKind::Ended, 42)),
        ..disk_with(&session("s-1", "+chat +voice -ads"))
    };
    let mut world = World::open_offline(config(), disk);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
    assert_eq!(world.take_news(), [News::SessionEnded, News::NoticeReady]);
    let (notice, shown) = world.show_notice();
    assert_eq!(notice.kind, NoticeKind::SessionEnded);
    assert_eq!(notice.off, ["chat".into(), "voice".into()]);
    world.acknowledge(&shown);
    assert!(world.show_notice().0.is_empty());
    let world = world.restart_with(false);
    assert_eq!(world.decide("chat").reason, Reason::NoSession);
}

#[test]
fn a_doubtful_record_denies_until_the_server_has_spoken() {
    let doc = session("s-1", "+chat");
    let disk = Disk {
        mark: Some((MarkKind::Doubtful, 42)),
        ..disk_with(&doc)
    };
    let mut world = World::open(config(), disk);
    assert_eq!(
        (world.decide("chat").reason, world.decide("chat").next_step),
        (Reason::Error, NextStep::Refresh)
    );
    assert_eq!(
        world.in_flight().header("If-None-Match"),
        None,
        "the whole session is wanted"
    );
    world.answer(200, UNCHANGED);
    assert_eq!(world.allowed(), "", "unchanged since when?");
    world.pass_until_sent(client_harness::HOUR);
    world.answer(200, &changed(&doc));
    assert_eq!(world.allowed(), "chat");
    assert_eq!(world.disk.mark, None);
}

mod when_another_process_holds_the_record {
    use super::*;

    fn held(doc: &Doc) -> World {
        let mut world = World::open(
            config(),
            Disk {
                held_elsewhere: true,
                ..disk_with(doc)
            },
        );
        world.take_news();
        world
    }

    #[test]
    fn this_one_decides_from_disk_tightens_and_never_loosens() {
        let mut world = held(&session("s-1", "+chat +voice -ads"));
        assert_eq!(world.allowed(), "chat voice");
        world.answer(200, &changed(&session("s-1", "+chat -voice +ads")));
        assert_eq!(world.allowed(), "chat", "voice went off at once, ads stay off");
        let adopt = world.adopt(&session("s-2", "+gifts").json());
        assert_eq!(world.outcome(adopt).code, Code::RecordLocked);
        assert_eq!(world.allowed(), "");
        assert_eq!(world.disk.writes, 1 + 2, "as many as before");
        assert!(world.client.wants_record());
    }

    #[test]
    fn this_one_takes_over_and_keeps_what_it_learnt_itself() {
        let mut world = held(&session("s-1", "+chat +voice -ads"));
        world.answer(200, &changed(&session("s-1", "+chat -voice +ads")));
        world.take_over();
        assert!(!world.client.wants_record());
        assert!(world.take_news().contains(&News::RecordTakenOver));
        assert_eq!(world.allowed(), "chat ads");
        assert_eq!(world.restart_with(false).allowed(), "chat ads");
    }

    #[test]
    fn this_one_takes_over_what_the_other_learnt_later() {
        let mut world = held(&session("s-1", "+chat"));
        let late = world.in_flight().ticket;
        let mut other = World::open(config(), world.disk.clone());
        other.take_over();
        other.pass(client_harness::MINUTE);
        other.refresh(playgate::client::Cause::Push);
        other.answer(200, &changed(&session("s-1", "-chat +ads")));
        world.take_over_with(other.disk.payload);
        assert_eq!(world.allowed(), "ads");
        assert!(world.aborted.contains(&late), "asked with the old entity tag");
        assert_eq!(world.in_flight().asked().as_deref(), Some("s-1"));
    }

    #[test]
    fn a_record_that_was_unreadable_while_held_is_read_when_it_is_let_go() {
        let mut disk = failure(Reason::RecordLocked, Code::RecordLocked, false);
        disk.payload = disk_with(&session("s-1", "+chat")).payload;
        let mut world = World::open_offline(config(), disk);
        assert_eq!(world.decide("chat").reason, Reason::RecordLocked);
        world.disk.failure = None;
        let stored = world.disk.payload.clone();
        world.take_over_with(stored);
        assert_eq!(world.allowed(), "chat");
    }

    #[test]
    fn older_knowledge_of_the_other_process_does_not_loosen_what_this_one_learnt() {
        let mut disk = failure(Reason::RecordLocked, Code::RecordLocked, false);
        disk.payload = disk_with(&session("s-1", "+chat +voice")).payload;
        let mut world = World::open(config(), disk);
        world.pass(client_harness::MINUTE / 10);
        world.answer(200, &changed(&session("s-1", "+chat -voice")));
        assert_eq!(world.allowed(), "");
        world.disk.failure = None;
        world.take_over();
        assert_eq!(world.allowed(), "chat");
    }

    #[test]
    fn a_record_that_was_unreadable_is_kept_but_denies_when_the_server_has_said_that_consent_is_needed() {
        let mut disk = failure(Reason::RecordLocked, Code::RecordLocked, false);
        disk.payload = disk_with(&session("s-1", "+chat")).payload;
        let mut world = World::open(config(), disk);
        world.pass(client_harness::MINUTE / 10);
        world.answer(200, NEEDS_CONSENT);
        world.disk.failure = None;
        world.take_over();
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").next_step),
            ("", NextStep::StartAgeGate)
        );
        world.answer(200, &changed(&session("s-1", "+chat")));
        assert_eq!(world.allowed(), "chat");
    }

    #[test]
    fn a_notice_that_the_other_process_showed_is_not_shown_again() {
        let mut other = World::holding(&session("s-1", "+chat"));
        other.refresh(playgate::client::Cause::Push);
        other.answer(200, &changed(&session("s-1", "-chat")));
        let mut world = World::open(
            config(),
            Disk {
                held_elsewhere: true,
                ..other.disk.clone()
            },
        );
        world.answer(200, &changed(&session("s-1", "-chat").etag("new")));
        assert_eq!(world.show_notice().0.off, ["chat".into()]);
        let (_, shown) = other.show_notice();
        other.acknowledge(&shown);
        world.take_over_with(other.disk.payload);
        assert!(world.show_notice().0.is_empty());
    }

    #[test]
    fn a_player_whom_the_other_process_forgot_stays_forgotten() {
        let mut world = World::open_offline(
            config(),
            Disk {
                held_elsewhere: true,
                ..disk_with(&session("s-1", "+chat"))
            },
        );
        assert_eq!(world.allowed(), "chat");
        world.take_over_with(None);
        assert_eq!(world.decide("chat").reason, Reason::NoSession);
        assert_eq!(world.restart_with(false).allowed(), "");
    }

    #[test]
    fn a_player_whom_this_process_forgot_is_removed_once_it_takes_over() {
        let mut world = World::open_offline(
            config(),
            Disk {
                held_elsewhere: true,
                ..disk_with(&session("s-1", "+chat"))
            },
        );
        let forget = world.forget();
        assert_eq!(world.outcome(forget).code, Code::RecordLocked);
        world.take_over();
        assert_eq!(world.allowed(), "");
        assert!(world.disk.allows().is_empty());
        assert_eq!(world.restart_with(false).decide("chat").reason, Reason::NoSession);
    }

    #[test]
    fn what_the_record_says_was_told_shows_at_once_though_storing_takes_long() {
        let doc = session("s-1", "+chat");
        let mut world = World::open(
            config(),
            Disk {
                held_elsewhere: true,
                ..disk_with(&doc)
            },
        );
        world.answer(200, &deleted("s-1"));
        world.refresh(Cause::Push);
        world.answer(200, &changed(&doc));
        assert!(world.show_notice().0.is_empty(), "a session where none was known");
        world.set_medium(Medium::Hangs);
        world.take_over();
        // The other process has shown the session that this one saw ending.
        assert_eq!(world.show_notice().0.kind, NoticeKind::SessionEnded);
        world.set_medium(Medium::Works);
        assert!(world.show_notice().0.is_empty());
        assert_eq!(world.allowed(), "chat");
    }
}
