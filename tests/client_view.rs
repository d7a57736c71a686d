//! What the game, and support, can see of a client; and what it is told of a notice, once.

mod client_harness;

use client_harness::{MINUTE, SECOND, World, config, documents::*, studio};
use playgate::{
    client::{Addressee, Cause, Command, Config, News, Output, Stage, Told, Upgrade},
    session::{Access, ChangeKind, NextStep, NoticeKind, Reason},
};
use serde_json::{Value, json};

fn holding(permissions: &str) -> World {
    World::holding(&session("s-1", permissions))
}

/// The server says that this holds now.
fn learn(world: &mut World, doc: &Doc) {
    world.refresh(Cause::Push);
    world.answer(200, &changed(doc));
}

#[test]
fn debug_shows_neither_token_nor_record_nor_request_nor_address() {
    let world = World::fresh();
    let shown = format!("{:?}", world.client);
    assert!(
        shown.contains("token: Some(Token)") && !shown.contains("token-1"),
        "{shown}"
    );
    assert_eq!(format!("{:?}", Output::Abort { ticket: 7 }), "Abort(7)");
    assert_eq!(format!("{:?}", Output::Publish), "Publish");
    let to = Addressee {
        address: Some("parent@example.com".into()),
        locale: None,
    };
    assert_eq!(format!("{to:?}"), "Addressee(..)");
    let command = Command::EmailParent {
        challenge: "c-1".into(),
        to,
    };
    assert!(!format!("{command:?}").contains("parent@"));
}

#[test]
fn diagnostics_say_how_things_stand_and_name_nobody() {
    let says = |world: &World| -> Value { serde_json::from_str(&world.published.diagnostics()).expect("JSON") };
    let mut world = World::fresh();
    assert_eq!(says(&world)["standing"], "none");
    world.answer(200, NEEDS_CONSENT);
    world.adopt(&session("s-1", "+chat -voice").json());
    let text = world.published.diagnostics();
    assert!(!text.contains("s-1") && !text.contains("chat"), "{text}");
    let said = says(&world);
    assert_eq!(
        (&said["standing"], &said["permissions"]),
        (&json!("session"), &json!(2))
    );
    assert_eq!((&said["askedFor"], &said["switchedOff"]), (&json!(0), &json!(0)));
    assert_eq!(said["revision"], said["grantedRevision"]);
    world.answer(200, NEEDS_CONSENT);
    assert_eq!(says(&world)["standing"], "needs consent");
}

#[test]
fn the_changes_are_those_since_the_player_was_last_told() {
    let mut world = holding("+chat -voice");
    assert!(world.published.changes().is_empty());
    learn(&mut world, &session("s-1", "-chat -voice -mods"));
    let changes = world.published.changes();
    let kinds: Vec<_> = changes.list().iter().map(|c| (c.kind, &*c.permission)).collect();
    assert_eq!(kinds, [(ChangeKind::Disabled, "chat"), (ChangeKind::Added, "mods")]);
    let (_, told) = world.show_notice();
    world.acknowledge(&told);
    assert!(world.published.changes().is_empty());
}

#[test]
fn while_what_got_looser_is_being_stored_the_decision_is_the_one_that_counts() {
    let mut world = holding("-chat");
    world.set_medium(client_harness::Medium::Hangs);
    learn(&mut world, &session("s-1", "+chat"));
    let decision = world.decide("chat");
    assert_eq!((decision.access, decision.reason), (Access::AskParent, Reason::Parent));
    assert_eq!(decision.next_step, NextStep::AskParent);
}

#[test]
fn a_notice_is_announced_once_whatever_is_acknowledged_meanwhile() {
    let mut world = holding("+chat -voice -gifts");
    learn(&mut world, &session("s-1", "+chat +voice -gifts"));
    assert!(world.take_news().contains(&News::NoticeReady));
    let (_, first) = world.show_notice();
    // Nothing was shown, or what the player has been told already.
    world.acknowledge(&Told::default());
    assert!(!world.take_news().contains(&News::NoticeReady));
    assert!(!world.show_notice().0.is_empty());
    world.acknowledge(&first);
    assert!(world.show_notice().0.is_empty());
    assert!(
        !world.take_news().contains(&News::NoticeReady),
        "nothing is left to tell"
    );

    learn(&mut world, &session("s-1", "+chat +voice +gifts"));
    assert!(world.take_news().contains(&News::NoticeReady));
    world.acknowledge(&first);
    assert!(!world.take_news().contains(&News::NoticeReady), "that was told before");
    assert_eq!(world.show_notice().0.kind, NoticeKind::OpenedUp);
}

#[test]
fn after_a_refusal_was_told_the_next_notice_is_announced() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    studio.borrow_mut().decide("voice", "FAIL");
    world.pass(6 * SECOND);
    let (notice, refused) = world.show_notice();
    assert_eq!(notice.kind, NoticeKind::Refused);
    world.take_news();
    world.acknowledge(&refused);
    assert!(!world.take_news().contains(&News::NoticeReady));
    // Here the refusal is read while something else comes on.
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    studio.borrow_mut().decide("voice", "FAIL");
    world.pass(6 * SECOND);
    let (_, refused) = world.show_notice();
    studio.borrow_mut().enable("gifts");
    world.refresh(Cause::Push);
    world.take_news();
    world.acknowledge(&refused);
    assert!(world.take_news().contains(&News::NoticeReady));
    assert_eq!(&*world.show_notice().0.on, &["gifts".into()][..]);
}

#[test]
fn a_client_whose_knowledge_has_no_age_limit_sleeps_until_the_next_refresh() {
    let world = holding("+chat");
    assert!(world.client.wake_in_ms(world.now).is_some_and(|ms| ms >= 15 * MINUTE));
}

#[test]
fn the_same_answer_again_changes_nothing() {
    for doc in [session("s-1", "+chat"), session("s-1", "+chat").etag("another")] {
        let world = World::holding_with(studio::sealed(), &session("s-1", "+chat"));
        let mut world = world.restart();
        world.take_news();
        let before = world.published.newest.revision;
        // With another entity tag it is another document.
        let is_same = doc == session("s-1", "+chat");
        world.answer(200, &changed(&doc));
        assert_eq!(world.published.newest.revision == before, is_same);
        assert_eq!(world.take_news().contains(&News::SessionChanged), !is_same);
    }
}

#[test]
fn the_same_bar_again_changes_nothing_and_is_not_told_again() {
    for answer in [NEEDS_CONSENT, FOREIGN] {
        let mut world = holding("+chat");
        let status = if answer == FOREIGN { 403 } else { 200 };
        world.refresh(Cause::Push);
        world.answer(status, answer);
        assert_eq!(world.access("chat"), Access::Unavailable);
        let before = world.published.newest.revision;
        assert!(world.take_news().contains(&News::ConsentNeeded));
        world.refresh(Cause::Push);
        world.answer(200, NEEDS_CONSENT);
        if answer == NEEDS_CONSENT {
            assert_eq!(world.published.newest.revision, before);
            assert!(!world.take_news().contains(&News::ConsentNeeded));
        }
    }
}

#[test]
fn an_adopted_session_that_the_server_does_not_take_yet_is_bound_again() {
    let mut world = World::fresh();
    world.answer(200, NEEDS_CONSENT);
    world.adopt(&session("s-1", "+chat").json());
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    world.answer(200, NEEDS_CONSENT);
    world.refresh(Cause::Push);
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    // One that is another player's is not offered again, also not after a restart.
    world.answer(403, FOREIGN);
    assert!(studio::stored(&world).contains(r#""unbound":false"#));
    let world = world.restart();
    assert_eq!(world.in_flight().line(), "GET /api/session");
}

#[test]
fn what_is_on_is_listed_as_on_and_what_is_awaited_as_asked_for() {
    let upgrade = |stage| Upgrade {
        feature: "voice".into(),
        session_id: "s-1".into(),
        stage,
        challenge: None,
        asked_ms: 0,
    };
    let asked = upgrade(Stage::Asked).notice();
    assert_eq!((asked.asked.len(), asked.on.len()), (1, 0));
    let enabled = upgrade(Stage::Enabled).notice();
    assert_eq!((enabled.asked.len(), enabled.on.len()), (0, 1));
}

#[test]
fn each_client_refreshes_by_itself_a_little_later_than_the_period_at_its_own_moment() {
    let times: Vec<u64> = (0..6)
        .map(|seed| {
            let config = Config { seed, ..config() };
            let mut world = World::holding_with(config, &session("s-1", "+chat"));
            world.pass_until_sent(20 * MINUTE)
        })
        .collect();
    assert!(
        times
            .iter()
            .all(|ms| (15 * MINUTE..=16 * MINUTE + 30 * SECOND).contains(ms)),
        "{times:?}"
    );
    assert!(times.iter().any(|ms| *ms != times[0]), "{times:?}");
}

#[test]
fn what_was_asked_for_and_cannot_be_asked_for_now_has_the_sessions_own_reason() {
    let (mut world, studio) = studio::world();
    world.ask_for("voice");
    assert_eq!(world.decide("voice").reason, Reason::Pending);
    studio.borrow_mut().doc = Some(studio::usual().status("HOLD"));
    world.refresh(Cause::Push);
    assert!(world.published.upgrade_of("voice").is_some());
    assert_eq!(world.decide("voice").reason, Reason::OnHold);
}
