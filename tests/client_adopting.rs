//! Adopting: the session that the consent flow gave the game takes its place whole, and the server is told.

mod client_harness;

use client_harness::{Medium, World, config, documents::*};
use playgate::{
    client::{Cause, Code, News, Operation},
    session::{Access, Freshness, NextStep, Reason},
};

#[test]
fn the_first_session_counts_when_it_is_stored_and_is_no_surprise() {
    let mut world = World::open_offline(config(), Default::default());
    let adopt = world.adopt(&session("s-1", "+chat -voice").json());
    assert_eq!(
        (world.outcome(adopt).code, world.operation(adopt)),
        (Code::Ok, Operation::Adopt)
    );
    assert_eq!(world.allowed(), "chat");
    assert!(
        world.show_notice().0.is_empty(),
        "the consent flow has just told the player"
    );
    assert_eq!(world.take_news(), [News::SessionChanged]);
    assert_eq!(
        world.decide("chat").freshness,
        Freshness::Cached,
        "the server has not confirmed it"
    );
    assert_eq!(world.restart_with(false).allowed(), "chat");
}

#[test]
fn a_permission_is_asked_for_when_the_server_knows_whose_session_it_is() {
    let mut world = World::open(config(), Default::default());
    world.answer(200, r#"{"needsConsent":true}"#);
    world.adopt(&session("s-1", "-voice").json());
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    let asked = world.ask_for("voice");
    assert!(world.is_open(asked));
    assert!(world.errand_lines().is_empty(), "the server would not know the session");
    world.answer(200, &changed(&session("s-1", "-voice")));
    assert_eq!(world.errand_lines(), ["POST /api/request-permission"]);
}

#[test]
fn a_permission_is_asked_for_also_when_the_server_could_not_be_told() {
    let mut world = World::open(config(), Default::default());
    world.answer(200, r#"{"needsConsent":true}"#);
    world.adopt(&session("s-1", "-voice").json());
    let asked = world.ask_for("voice");
    world.answer(400, r#"{"error":"BAD"}"#);
    assert_eq!(world.errand_lines(), ["POST /api/request-permission"]);
    assert!(world.is_open(asked));
}

#[test]
fn while_it_is_being_stored_the_age_gate_is_not_started_again() {
    let mut world = World::open_offline(config(), Default::default());
    world.set_medium(Medium::Hangs);
    world.adopt(&session("s-1", "+chat").json());
    let decision = world.decide("chat");
    assert_eq!(
        (decision.access, decision.reason, decision.next_step),
        (Access::Unavailable, Reason::Pending, NextStep::Wait)
    );
    world.set_medium(Medium::Works);
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn while_a_new_session_is_being_stored_nothing_is_told_of_the_old_one() {
    let mut world = World::open_offline(config(), Default::default());
    world.adopt(&session("s-1", "+chat -voice").json());
    world.set_medium(Medium::Hangs);
    world.adopt(&session("s-2", "-chat +voice").json());
    let view = world.client.view(world.now);
    assert!(view.notice().is_empty(), "the consent flow has told the player");
    assert!(view.changes().is_empty());
    assert_eq!(world.allowed(), "", "off counts at once, on when it is stored");
    world.set_medium(Medium::Works);
    assert_eq!(world.allowed(), "voice");
}

#[test]
fn a_wrapped_session_is_adopted_too() {
    let mut world = World::open_offline(config(), Default::default());
    let wrapped = serde_json::json!({ "status": "PASS", "session": session("s-1", "+chat").value() });
    let adopt = world.adopt(&wrapped.to_string());
    assert_eq!(world.outcome(adopt).code, Code::Ok);
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn the_server_is_told_with_a_put_and_its_answer_counts() {
    let mut world = World::fresh();
    let own = world.in_flight().ticket;
    world.adopt(&session("s-1", "+chat").json());
    assert_eq!(world.aborted, [own], "asked before there was this session");
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    assert_eq!(world.in_flight().request.body, br#"{"sessionId":"s-1"}"#);
    world.answer(200, &changed(&session("s-1", "+chat +voice")));
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.decide("chat").freshness, Freshness::Live);
    world.pass_until_sent(client_harness::HOUR);
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1", "bound once");
}

#[test]
fn the_put_is_made_up_for_after_a_restart() {
    let mut world = World::open_offline(config(), Default::default());
    world.adopt(&session("s-1", "+chat").json());
    let mut world = world.restart();
    assert_eq!(world.in_flight().line(), "PUT /api/session");
    world.answer(200, &changed(&session("s-1", "+chat")));
    assert_eq!(world.restart().in_flight().line(), "GET /api/session/s-1");
}

#[test]
fn the_same_session_adopted_again_shows_what_changed() {
    let mut world = World::holding(&session("s-1", "+chat -voice"));
    world.adopt(&session("s-1", "+chat +voice").json());
    assert_eq!(world.allowed(), "chat voice");
    assert_eq!(world.show_notice().0.on, ["voice".into()]);
}

#[test]
fn of_another_session_nothing_is_left_over() {
    let mut world = World::holding(&session("old-1", "+chat +voice -gifts"));
    world.refresh(Cause::Push);
    world.answer(200, &changed(&session("old-1", "+chat -voice -gifts")));
    assert!(!world.show_notice().0.is_empty());
    world.set_medium(Medium::Hangs);
    world.adopt(&session("s-2", "+gifts").json());
    assert_eq!(
        world.allowed(),
        "",
        "what was only in the old one is off at once, the rest waits for the disk"
    );
    world.set_medium(Medium::Works);
    assert_eq!(world.allowed(), "gifts");
    assert!(world.show_notice().0.is_empty());
    let stored = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
    assert!(!stored.contains("old-1") && !stored.contains("voice"), "{stored}");
    assert_eq!(world.decide("voice").reason, Reason::NotInSession);
}

#[test]
fn what_is_no_session_changes_nothing() {
    let mut world = World::holding(&session("s-1", "+chat"));
    for bad in [
        "",
        "null",
        "{",
        "{}",
        "[]",
        r#"{"sessionId":7}"#,
        r#"{"sessionId":"s-2","permissions":{}}"#,
        "\u{feff}",
    ] {
        let adopt = world.adopt_refused(bad);
        assert_eq!(world.outcome(adopt).code, Code::InvalidSession, "{bad}");
        assert_eq!(world.allowed(), "chat");
    }
    assert!(world.wire.is_none(), "nothing is asked because of it");
}

#[test]
fn a_deleted_session_is_not_adopted() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let adopt = world.adopt(&session("s-2", "+voice").status("DELETED").json());
    assert_eq!(world.outcome(adopt).code, Code::InvalidSession);
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn a_session_on_hold_is_adopted_and_allows_nothing() {
    let mut world = World::fresh();
    world.adopt(&session("s-1", "+chat").status("HOLD").json());
    assert_eq!(world.decide("chat").reason, Reason::OnHold);
}

#[test]
fn the_old_sessions_late_delete_is_ignored() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.refresh(Cause::Push);
    let late = world.in_flight().ticket;
    world.adopt(&session("s-2", "+voice").json());
    world.late_reply(late, 200, &deleted("s-1"));
    assert_eq!(world.allowed(), "voice");
    // Also when it comes as the answer to the new question.
    world.answer(200, &deleted("s-1"));
    assert_eq!(world.allowed(), "voice");
    world.pass_until_sent(client_harness::HOUR);
    world.answer(200, &changed(&session("s-2", "+voice")));
    assert_eq!(world.allowed(), "voice");
}

#[test]
fn the_old_sessions_unconfirmed_delete_confirms_nothing_about_the_new_one() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.refresh(Cause::Push);
    world.answer(200, DELETED_UNNAMED);
    world.pass(client_harness::SECOND);
    world.adopt(&session("s-2", "+voice").json());
    world.pass(4 * client_harness::SECOND);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(
        world.decide("voice").reason,
        Reason::Pending,
        "the first word about this one"
    );
}

#[test]
fn who_waited_for_the_refresh_that_adopting_made_void_gets_the_new_answer() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let waiting = world.refresh(Cause::Push);
    world.adopt(&session("s-2", "+voice").json());
    assert!(world.is_open(waiting));
    world.answer(200, &changed(&session("s-2", "+voice")));
    assert_eq!(world.outcome(waiting).code, Code::Ok);
}

#[test]
fn a_session_that_is_bound_to_another_player_is_refused_and_denies() {
    for status in [403, 409] {
        let mut world = World::fresh();
        world.answer(200, NEEDS_CONSENT);
        world.adopt(&session("s-1", "+chat").json());
        world.take_news();
        world.answer(status, FOREIGN);
        assert_eq!(world.allowed(), "");
        assert_eq!(world.decide("chat").reason, Reason::NoSession);
        assert!(world.take_news().contains(&News::ConsentNeeded));
        assert_eq!(world.restart_with(false).allowed(), "");
    }
}

#[test]
fn a_session_adopted_offline_after_forgetting_is_told_to_the_server_later() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.forget();
    world.set_online(false);
    world.adopt(&session("s-2", "+voice").json());
    world.set_online(true);
    assert_eq!(world.in_flight().line(), "PUT /api/session");
}

#[test]
fn the_put_waits_out_what_the_server_asked_for() {
    let mut world = World::holding(&session("s-1", "+chat"));
    world.refresh(Cause::Push);
    world.answer_with(429, &[("Retry-After", "120")], "");
    world.adopt(&session("s-2", "+voice").json());
    assert!(world.wire.is_none());
    assert!(world.pass_until_sent(125_000) >= 120_000);
    assert_eq!(world.in_flight().line(), "PUT /api/session");
}

#[test]
fn the_knowledge_about_the_old_session_does_not_age_the_new_one() {
    let limit = playgate::client::Config {
        stale_after_ms: client_harness::DAY,
        ..config()
    };
    let world = World::holding_with(limit, &session("s-1", "+chat"));
    let mut world = world.restart_with(false);
    world.pass(3 * client_harness::DAY);
    assert_eq!(world.decide("chat").reason, Reason::Stale);
    world.adopt(&session("s-2", "+chat").json());
    assert_eq!(
        (world.allowed().as_str(), world.decide("chat").freshness),
        ("chat", Freshness::Cached)
    );
    world.pass(client_harness::DAY + 1_000);
    assert_eq!(
        world.decide("chat").reason,
        Reason::Stale,
        "also a session that the server was never told of"
    );
}
