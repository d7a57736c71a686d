//! Storing: what got tighter counts at once, what got looser when it is durable, or when storing fails or takes too long.

mod client_harness;

use client_harness::{MINUTE, Medium, SECOND, World, documents::*};
use playgate::{
    client::{Cause, Code, MarkKind, News},
    session::{Access, Reason},
};

/// The player has chat and no voice; then the parent's change arrives while the medium is like that.
fn news_arrive(medium: Medium, doc: &Doc) -> (World, u64) {
    let mut world = World::holding(&session("s-1", "+chat -voice"));
    world.set_medium(medium);
    let refresh = world.refresh(Cause::Push);
    world.answer(200, &changed(doc));
    (world, refresh)
}

#[test]
fn tightening_counts_at_once_and_loosening_when_it_is_durable() {
    let (mut world, refresh) = news_arrive(Medium::Hangs, &session("s-1", "-chat +voice"));
    assert_eq!(world.allowed(), "");
    assert_eq!(world.access("chat"), Access::AskParent);
    assert!(world.is_open(refresh), "completes when it is stored");
    assert_eq!(world.take_news(), []);
    world.set_medium(Medium::Works);
    assert_eq!(world.allowed(), "voice");
    assert_eq!(world.outcome(refresh).code, Code::Ok);
    assert_eq!(world.take_news(), [News::SessionChanged, News::NoticeReady]);
}

#[test]
fn a_refresh_that_finds_nothing_new_waits_for_what_is_still_being_stored() {
    let (mut world, first) = news_arrive(Medium::Hangs, &session("s-1", "+chat +voice"));
    let second = world.refresh(Cause::Push);
    world.answer(304, "");
    assert!(world.is_open(first) && world.is_open(second));
    assert_eq!(world.allowed(), "chat");
    world.set_medium(Medium::Works);
    assert_eq!(world.outcome(first).code, Code::Ok);
    assert_eq!(world.outcome(second).code, Code::Ok);
    assert_eq!(world.allowed(), "chat voice");
}

#[test]
fn when_storing_fails_it_holds_for_this_process_and_is_tried_again() {
    let (mut world, refresh) = news_arrive(Medium::Fails, &session("s-1", "+chat +voice"));
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.outcome(refresh).code, Code::StorageFull);
    assert_eq!(world.news_outcome(News::StorageFailed).unwrap().code, Code::StorageFull);
    let writes = world.disk.writes;
    world.pass(10 * MINUTE);
    let tries = world.disk.writes - writes;
    assert!((10..=40).contains(&tries), "backs off to a minute: {tries}");
    assert_eq!(
        world.take_news().iter().filter(|n| **n == News::StorageFailed).count(),
        1,
        "told once"
    );
    world.set_medium(Medium::Works);
    world.pass(MINUTE);
    assert_eq!(world.take_news(), [News::StorageRecovered]);
    assert_eq!(world.restart_with(false).allowed(), "chat voice");
}

#[test]
fn a_loosening_that_was_never_stored_is_gone_after_a_restart() {
    let (world, _) = news_arrive(Medium::Fails, &session("s-1", "+chat +voice"));
    assert_eq!(world.disk.marks, [], "the stored session allows less");
    assert_eq!(world.restart_with(false).allowed(), "chat");
}

#[test]
fn when_storing_takes_too_long_it_holds_for_this_process_after_five_seconds() {
    let (mut world, refresh) = news_arrive(Medium::Hangs, &session("s-1", "+chat +voice"));
    world.pass(5 * SECOND - 1);
    assert_eq!(world.allowed(), "chat");
    world.pass(1);
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.outcome(refresh).code, Code::Storage);
    assert_eq!(
        world.take_news(),
        [News::StorageFailed, News::SessionChanged, News::NoticeReady]
    );
    world.set_medium(Medium::Works);
    assert_eq!(world.take_news(), [News::StorageRecovered]);
    assert_eq!(world.restart_with(false).allowed(), "chat voice");
}

#[test]
fn nobody_waits_longer_than_that_for_a_hanging_write() {
    let mut world = World::holding(&session("s-1", "+chat -voice"));
    world.set_medium(Medium::Hangs);
    let adopt = world.adopt(&session("s-1", "+chat").json());
    let flush = world.flush();
    let (_, shown) = world.show_notice();
    let acknowledge = world.acknowledge(&shown);
    world.pass(5 * SECOND);
    for request in [adopt, flush, acknowledge] {
        assert_eq!(world.outcome(request).code, Code::Storage);
    }
    let forget = world.forget();
    assert_eq!(world.allowed(), "");
    world.pass(5 * SECOND);
    assert_eq!(world.outcome(forget).code, Code::Storage);
    world.set_medium(Medium::Works);
    assert_eq!(world.disk.payload, None, "what hung is done after all, in order");
}

mod a_tightening_that_cannot_be_stored {
    use super::*;

    #[test]
    fn marks_the_old_record_so_that_it_stays_after_a_restart() {
        let (world, _) = news_arrive(Medium::Fails, &session("s-1", "-chat -voice"));
        assert_eq!(world.allowed(), "");
        assert_eq!(world.disk.marks, [MarkKind::Doubtful]);
        let world = world.restart_with(false);
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").reason),
            ("", Reason::Error)
        );
    }

    #[test]
    fn a_revocation_stays_a_revocation() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_medium(Medium::Fails);
        world.refresh(Cause::Push);
        world.answer(200, &deleted("s-1"));
        assert_eq!(world.disk.marks, [MarkKind::Ended]);
        let world = world.restart_with(false);
        assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
        assert_eq!(world.show_notice().0.off, ["chat".into()]);
    }

    #[test]
    fn marks_once_and_is_stored_when_the_medium_recovers() {
        let (mut world, _) = news_arrive(Medium::Fails, &session("s-1", "-chat +voice"));
        world.pass(10 * MINUTE);
        assert_eq!(world.disk.marks, [MarkKind::Doubtful]);
        world.set_medium(Medium::Works);
        world.pass(MINUTE);
        assert_eq!(world.disk.mark, None);
        assert_eq!(world.restart_with(false).allowed(), "voice");
    }

    #[test]
    fn also_after_a_looser_write_that_failed_but_reached_the_medium() {
        let (mut world, _) = news_arrive(Medium::FailsButLands, &session("s-1", "+chat +voice"));
        assert_eq!(world.disk.marks, []);
        world.set_medium(Medium::Fails);
        world.refresh(Cause::Push);
        world.answer(200, &changed(&session("s-1", "+chat -voice")));
        assert_eq!(
            world.disk.marks,
            [MarkKind::Doubtful],
            "voice may be on in what is stored"
        );
        assert_eq!(world.restart_with(false).allowed(), "");
    }

    #[test]
    fn also_when_what_reached_the_medium_wiped_the_mark() {
        let (mut world, _) = news_arrive(Medium::Fails, &session("s-1", "-chat +voice"));
        world.set_medium(Medium::FailsButLands);
        world.pass(MINUTE);
        assert_eq!(world.disk.mark, None);
        world.set_medium(Medium::Fails);
        world.refresh(Cause::Push);
        world.answer(200, &changed(&session("s-1", "-chat -voice")));
        assert_eq!(world.disk.marks.len(), 2);
        assert_eq!(world.restart_with(false).allowed(), "");
    }
}

#[test]
fn a_write_that_was_overtaken_does_not_take_back_what_already_holds() {
    let (mut world, _) = news_arrive(Medium::Hangs, &session("s-1", "+chat +voice"));
    world.refresh(Cause::Push);
    world.answer(200, &changed(&session("s-1", "-chat +voice")));
    assert_eq!(world.allowed(), "");
    world.set_medium(Medium::Works);
    assert_eq!(world.allowed(), "voice");
    assert_eq!(world.restart_with(false).allowed(), "voice");
}

#[test]
fn flush_completes_when_everything_is_stored_or_could_not_be() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let at_rest = world.flush();
    assert_eq!(world.outcome(at_rest).code, Code::Ok);

    world.set_medium(Medium::Hangs);
    world.adopt(&session("s-1", "-chat").json());
    let waiting = world.flush();
    assert!(world.is_open(waiting) && world.client.is_saving());
    world.set_medium(Medium::Works);
    assert_eq!(world.outcome(waiting).code, Code::Ok);
    assert!(!world.client.is_saving());

    world.set_medium(Medium::Fails);
    world.adopt(&session("s-1", "+chat").json());
    let failing = world.flush();
    world.pass(2 * SECOND);
    assert_eq!(world.outcome(failing).code, Code::StorageFull);
}

mod forgetting {
    use super::*;

    #[test]
    fn denies_at_once_removes_the_record_and_asks_nothing_by_itself() {
        let mut world = World::holding(&session("s-1", "+chat"));
        let refresh = world.refresh(Cause::Push);
        let forget = world.forget();
        assert_eq!(world.outcome(refresh).code, Code::Cancelled);
        assert_eq!(world.outcome(forget).code, Code::Ok);
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").reason),
            ("", Reason::NoSession)
        );
        assert_eq!((world.disk.payload.as_ref(), world.disk.mark), (None, None));
        world.set_suspended(true);
        world.set_suspended(false);
        world.set_online(false);
        world.set_online(true);
        world.pass(client_harness::DAY);
        assert!(world.wire.is_none(), "that would bring back what was forgotten");
        assert_eq!(world.disk.payload, None);
    }

    #[test]
    fn goes_on_when_the_game_asks_or_adopts() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.forget();
        world.refresh(Cause::Push);
        assert_eq!(world.in_flight().line(), "GET /api/session");
        world.answer(200, NEEDS_CONSENT);
        world.adopt(&session("s-2", "+voice").json());
        world.answer(200, &changed(&session("s-2", "+voice")));
        assert_eq!(world.allowed(), "voice");
        world.pass_until_sent(client_harness::HOUR);
    }

    #[test]
    fn leaves_nothing_of_a_write_in_progress() {
        let (mut world, _) = news_arrive(Medium::Hangs, &session("s-1", "+chat +voice"));
        let forget = world.forget();
        assert_eq!(world.allowed(), "");
        world.set_medium(Medium::Works);
        assert_eq!(world.outcome(forget).code, Code::Ok);
        assert_eq!(world.disk.payload, None);
        assert_eq!(world.allowed(), "");
    }

    #[test]
    fn twice_with_a_session_in_between_removes_that_one_too() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_medium(Medium::Hangs);
        let first = world.forget();
        let adopt = world.adopt(&session("s-2", "+voice").json());
        assert_eq!(world.allowed(), "", "not stored yet");
        let second = world.forget();
        world.set_medium(Medium::Works);
        for request in [first, adopt, second] {
            assert_eq!(world.outcome(request).code, Code::Ok);
        }
        assert_eq!(world.disk.payload, None);
    }

    #[test]
    fn a_session_adopted_meanwhile_counts_when_it_is_stored_itself() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_medium(Medium::Hangs);
        world.refresh(Cause::Push);
        world.answer(200, &changed(&session("s-1", "+chat +ads")));
        world.forget();
        world.adopt(&session("s-2", "+voice").json());
        assert_eq!(world.allowed(), "");
        world.set_medium(Medium::Works);
        assert_eq!(world.allowed(), "voice");
        assert_eq!(world.restart_with(false).allowed(), "voice");
    }

    #[test]
    fn that_fails_says_so_and_is_tried_again() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.set_medium(Medium::Fails);
        let forget = world.forget();
        assert_eq!(world.outcome(forget).code, Code::StorageFull);
        assert_eq!(world.allowed(), "");
        assert_eq!(
            world.disk.marks,
            [MarkKind::Ended],
            "what could not be removed grants nothing any more"
        );
        let adopt = world.adopt(&session("s-2", "+voice").json());
        world.pass(MINUTE);
        assert_eq!(
            world.outcome(adopt).code,
            Code::StorageFull,
            "does not wait for the removal for ever"
        );
        world.set_medium(Medium::Works);
        world.pass(2 * MINUTE);
        assert_eq!(world.restart_with(false).allowed(), "voice");
    }
}

#[test]
fn a_refresh_without_news_does_not_wait_for_a_medium_that_is_known_to_fail() {
    let (mut world, _) = news_arrive(Medium::Fails, &session("s-1", "+chat +voice"));
    let refresh = world.refresh(Cause::Push);
    world.answer(304, "");
    assert_eq!(world.outcome(refresh).code, Code::Ok);
}

#[test]
fn what_nobody_waits_for_holds_after_five_seconds_too() {
    let mut world = World::holding(&session("s-1", "+chat -voice")).restart();
    world.set_medium(Medium::Hangs);
    world.answer(200, &changed(&session("s-1", "+chat +voice")));
    world.pass(4 * SECOND);
    assert_eq!(world.allowed(), "chat");
    world.pass(SECOND);
    assert_eq!(world.allowed(), "chat voice");
    assert!(world.take_news().contains(&News::StorageFailed));
}

#[test]
fn asking_for_what_is_on_waits_for_what_is_being_stored() {
    let (mut world, _) = news_arrive(Medium::Hangs, &session("s-1", "+chat -voice +gifts"));
    let request = world.ask_for("chat");
    assert!(world.is_open(request));
    world.set_medium(Medium::Works);
    assert_eq!(world.outcome(request).code, Code::Ok);
}

#[test]
fn after_forgetting_is_done_everything_is_stored() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let forget = world.forget();
    assert_eq!(world.outcome(forget).code, Code::Ok);
    let flush = world.flush();
    assert_eq!(world.outcome(flush).code, Code::Ok);
}

#[test]
fn what_another_process_holds_is_not_removed() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.disk.held_elsewhere = true;
    let mut world = world.restart();
    let forget = world.forget();
    assert_eq!(world.outcome(forget).code, Code::RecordLocked);
    assert!(world.disk.payload.is_some() && world.disk.queue.is_empty());
}

#[test]
fn a_record_that_is_opened_is_not_written_again() {
    let world = World::holding(&session("s-1", "+chat")).restart_with(false);
    let writes = world.disk.writes;
    let world = world.restart_with(false);
    assert_eq!((world.disk.writes, world.allowed().as_str()), (writes, "chat"));
}

#[test]
fn a_record_that_is_still_held_elsewhere_is_not_taken_over() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.disk.held_elsewhere = true;
    let mut world = world.restart_with(false);
    let found = world.disk.load();
    world.step(|client, now| client.loaded(now, found));
    assert!(!world.take_news().contains(&News::RecordTakenOver));
    assert!(world.client.wants_record());
    // Nothing was learnt meanwhile: what the other process has stored counts, also when it is what was there.
    world.take_over();
    assert!(world.take_news().contains(&News::RecordTakenOver));
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn what_the_other_process_told_of_another_session_is_not_compared_with_this_one() {
    let mut world = World::holding(&session("s-1", "+chat +voice"));
    world.disk.held_elsewhere = true;
    let mut world = world.restart();
    world.answer(200, NEEDS_CONSENT);
    world.adopt(&session("s-2", "+chat -voice").json());
    world.answer(200, &changed(&session("s-2", "+chat -voice")));
    world.take_over();
    assert_eq!(
        world.published.session().map(|s| s.id().to_owned()).as_deref(),
        Some("s-2")
    );
    assert!(world.show_notice().0.is_empty());
}

#[test]
fn after_more_failed_writes_than_are_kept_in_mind_the_record_is_marked() {
    let doc = |on: usize| {
        let permissions: Vec<String> = (0..9)
            .map(|n| format!("{}f{n}", if n < on { '+' } else { '-' }))
            .collect();
        session("s-1", &permissions.join(" "))
    };
    let mut world = World::holding(&doc(0));
    world.set_medium(Medium::Fails);
    for on in 1..=9 {
        world.refresh(Cause::Push);
        world.answer(200, &changed(&doc(on)));
        // Each is looser than those before, so that none of them would be too much.
        let marks: &[MarkKind] = if on == 9 { &[MarkKind::Doubtful] } else { &[] };
        assert_eq!(world.disk.marks, marks, "after {on} failed writes");
    }
}
