//! Notices: every change reaches the player once, also across crashes, and never twice.

mod client_harness;

use client_harness::{Medium, World, config, documents::*};
use playgate::{
    client::{Cause, Code, News},
    session::{NoticeKind, Reason},
};

fn learns(world: &mut World, doc: &Doc) {
    world.refresh(Cause::Push);
    world.answer(200, &changed(doc));
}

fn on_off(world: &World) -> (String, String) {
    let (notice, _) = world.show_notice();
    (notice.on.join(" "), notice.off.join(" "))
}

#[test]
fn a_change_is_shown_and_acknowledged_for_good() {
    let mut world = World::holding(&session("s-1", "+chat -voice"));
    learns(&mut world, &session("s-1", "-chat +voice"));
    assert_eq!(on_off(&world), ("voice".into(), "chat".into()));
    let (notice, shown) = world.show_notice();
    assert_eq!(notice.kind, NoticeKind::Mixed);
    let acknowledge = world.acknowledge(&shown);
    assert_eq!(world.outcome(acknowledge).code, Code::Ok);
    assert!(world.show_notice().0.is_empty());
    assert!(world.restart().show_notice().0.is_empty());
}

#[test]
fn a_crash_before_the_dialog_shows_it_again() {
    let mut world = World::holding(&session("s-1", "+chat"));
    learns(&mut world, &session("s-1", "-chat"));
    assert!(world.take_news().contains(&News::NoticeReady));
    let mut world = world.restart_with(false);
    assert_eq!(world.take_news(), [News::NoticeReady]);
    assert_eq!(on_off(&world), (String::new(), "chat".into()));
    let (_, shown) = world.show_notice();
    world.acknowledge(&shown);
    assert_eq!(world.restart_with(false).take_news(), []);
}

#[test]
fn an_acknowledgement_that_was_not_stored_is_asked_for_again() {
    let mut world = World::holding(&session("s-1", "+chat"));
    learns(&mut world, &session("s-1", "-chat"));
    let (_, shown) = world.show_notice();
    world.set_medium(Medium::Fails);
    let acknowledge = world.acknowledge(&shown);
    assert_eq!(world.outcome(acknowledge).code, Code::StorageFull);
    assert!(world.show_notice().0.is_empty(), "not twice in this process");
    assert_eq!(on_off(&world.restart_with(false)), (String::new(), "chat".into()));
}

#[test]
fn a_refresh_between_showing_and_acknowledging_gets_its_own_notice() {
    let mut world = World::holding(&session("s-1", "+chat +voice -gifts"));
    learns(&mut world, &session("s-1", "-chat +voice -gifts"));
    let (_, shown) = world.show_notice();
    learns(&mut world, &session("s-1", "-chat -voice +gifts"));
    world.take_news();
    world.acknowledge(&shown);
    assert_eq!(
        on_off(&world),
        ("gifts".into(), "voice".into()),
        "what was not in the first dialog"
    );
    assert_eq!(
        world.take_news(),
        [News::NoticeReady],
        "told again, now that the dialog is closed"
    );
    let mut world = world.restart_with(false);
    assert_eq!(on_off(&world), ("gifts".into(), "voice".into()));
    let (_, shown) = world.show_notice();
    world.acknowledge(&shown);
    assert!(world.show_notice().0.is_empty());
    assert!(!world.take_news().contains(&News::SessionEnded));
}

#[test]
fn three_refreshes_make_one_dialog() {
    let mut world = World::holding(&session("s-1", "+chat +voice -gifts"));
    learns(&mut world, &session("s-1", "-chat +voice -gifts"));
    learns(&mut world, &session("s-1", "-chat -voice -gifts"));
    learns(&mut world, &session("s-1", "-chat -voice +gifts"));
    assert_eq!(on_off(&world), ("gifts".into(), "chat voice".into()));
    let (_, shown) = world.show_notice();
    world.acknowledge(&shown);
    assert!(world.show_notice().0.is_empty());
    assert_eq!(world.restart_with(false).take_news(), []);
}

#[test]
fn off_and_on_again_shows_nothing() {
    let mut world = World::holding(&session("s-1", "+chat"));
    learns(&mut world, &session("s-1", "-chat"));
    learns(&mut world, &session("s-1", "+chat"));
    assert!(world.show_notice().0.is_empty());
    assert_eq!(world.restart_with(false).take_news(), []);
}

#[test]
fn an_old_notice_does_not_acknowledge_a_newer_one() {
    let mut world = World::holding(&session("s-1", "+chat +voice"));
    learns(&mut world, &session("s-1", "-chat +voice"));
    let (_, first) = world.show_notice();
    learns(&mut world, &session("s-1", "-chat -voice"));
    let (_, second) = world.show_notice();
    world.acknowledge(&second);
    world.acknowledge(&first);
    assert!(world.show_notice().0.is_empty());
}

#[test]
fn a_notice_of_a_replaced_session_acknowledges_nothing() {
    let mut world = World::holding(&session("s-1", "+chat"));
    learns(&mut world, &session("s-1", "-chat"));
    let (_, shown) = world.show_notice();
    world.adopt(&session("s-2", "+voice").json());
    world.answer(200, &changed(&session("s-2", "-voice")));
    world.acknowledge(&shown);
    assert_eq!(on_off(&world), (String::new(), "voice".into()));
}

#[test]
fn ageing_up_is_found_by_comparison_and_told_as_such() {
    let young = session("s-1", "-chat");
    let mut world = World::holding(&young);
    learns(
        &mut world,
        &session("s-1", "+chat").managed_by(PLAYER).aged("DIGITAL_YOUTH"),
    );
    assert_eq!(world.show_notice().0.kind, NoticeKind::AgedUp);
    assert_eq!(
        world.restart_with(false).show_notice().0.kind,
        NoticeKind::AgedUp,
        "also from a record without personal data"
    );
}

mod an_ended_session {
    use super::*;

    fn ended() -> World {
        let mut world = World::holding(&session("s-1", "+chat -voice"));
        world.refresh(Cause::Push);
        world.answer(200, &deleted("s-1"));
        world
    }

    #[test]
    fn is_a_notice_that_survives_a_restart() {
        let mut world = ended().restart_with(false);
        assert_eq!(world.take_news(), [News::SessionEnded, News::NoticeReady]);
        assert_eq!(world.show_notice().0.kind, NoticeKind::SessionEnded);
        assert_eq!(on_off(&world), (String::new(), "chat".into()));
        assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
    }

    #[test]
    fn that_was_acknowledged_simply_is_no_session() {
        let mut world = ended();
        let (_, shown) = world.show_notice();
        let acknowledge = world.acknowledge(&shown);
        assert_eq!(world.outcome(acknowledge).code, Code::Ok);
        assert!(world.show_notice().0.is_empty());
        assert_eq!(world.decide("chat").reason, Reason::NoSession);
        let mut world = world.restart_with(false);
        assert_eq!(world.take_news(), []);
        assert_eq!(world.decide("chat").reason, Reason::NoSession);
    }

    #[test]
    fn is_not_brought_back_by_a_write_that_was_in_progress() {
        let mut world = ended();
        let (_, shown) = world.show_notice();
        world.set_medium(Medium::Hangs);
        world.pass_until_sent(client_harness::HOUR);
        world.answer(200, NEEDS_CONSENT);
        world.acknowledge(&shown);
        assert!(world.show_notice().0.is_empty(), "at once, whatever the disk does");
        world.set_medium(Medium::Works);
        assert!(world.show_notice().0.is_empty());
        assert_eq!(world.restart_with(false).decide("chat").reason, Reason::NoSession);
    }

    #[test]
    fn is_told_although_an_older_notice_is_acknowledged_meanwhile() {
        let mut world = World::holding(&session("s-1", "+chat +voice"));
        learns(&mut world, &session("s-1", "-chat +voice"));
        let (_, shown) = world.show_notice();
        world.set_medium(Medium::Hangs);
        world.refresh(Cause::Push);
        world.answer(200, &deleted("s-1"));
        world.acknowledge(&shown);
        world.set_medium(Medium::Works);
        assert_eq!(world.show_notice().0.kind, NoticeKind::SessionEnded);
        let stored = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
        assert!(!stored.contains("s-1"), "the stored session is destroyed: {stored}");
        assert_eq!(world.restart_with(false).show_notice().0.kind, NoticeKind::SessionEnded);
    }

    #[test]
    fn followed_by_consent_on_this_device_needs_no_notice() {
        let mut world = ended();
        world.adopt(&session("s-2", "+voice").json());
        assert_eq!(world.allowed(), "voice");
        assert!(world.show_notice().0.is_empty());
    }
}

#[test]
fn the_first_session_of_a_second_device_is_no_change() {
    let mut world = World::open(config(), Default::default());
    world.answer(200, &changed(&session("s-1", "+chat")));
    assert_eq!(world.allowed(), "chat");
    assert!(world.show_notice().0.is_empty());
    assert!(!world.take_news().contains(&News::NoticeReady));
}
