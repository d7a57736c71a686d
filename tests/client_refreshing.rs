//! Refreshing: what each answer of the studio's server means, and that a late one means nothing.

mod client_harness;

use client_harness::{HOUR, MINUTE, SECOND, World, documents::*};
use playgate::{
    client::{Cause, Code, News, Operation},
    session::{Access, Freshness, NextStep, NoticeKind, Reason},
};

/// A world whose client is asking about the session it holds.
fn asking(doc: &Doc) -> (World, u64) {
    let mut world = World::holding(doc);
    let refresh = world.refresh(Cause::Push);
    (world, refresh)
}

#[test]
fn the_request_is_conditional_and_carries_the_players_token() {
    let (world, _) = asking(&session("s-1", "+chat"));
    let exchange = world.in_flight();
    assert_eq!(exchange.line(), "GET /api/session/s-1");
    assert_eq!(exchange.header("If-None-Match"), Some("\"e1\""));
    assert_eq!(exchange.header("Authorization"), Some("Bearer token-1"));
    assert!(!format!("{exchange:?}").contains("token-1"));
}

#[test]
fn a_changed_session_counts_and_its_entity_tag_is_used_next() {
    let (mut world, refresh) = asking(&session("s-1", "+chat -voice"));
    let doc = session("s-1", "-chat +voice");
    world.answer_with(200, &[("ETag", "\"server-tag\"")], &changed(&doc));
    assert_eq!(
        (world.outcome(refresh).code, world.operation(refresh)),
        (Code::Ok, Operation::Refresh)
    );
    assert_eq!(world.allowed(), "voice");
    assert_eq!(world.take_news(), [News::SessionChanged, News::NoticeReady]);
    world.refresh(Cause::Push);
    assert_eq!(world.in_flight().header("If-None-Match"), Some("\"server-tag\""));
}

#[test]
fn unchanged_confirms_and_is_no_news() {
    for (status, body) in [(304, ""), (200, UNCHANGED)] {
        let (mut world, refresh) = asking(&session("s-1", "+chat"));
        world.answer(status, body);
        assert_eq!(world.outcome(refresh).code, Code::Ok);
        assert_eq!(
            (world.allowed().as_str(), world.decide("chat").freshness),
            ("chat", Freshness::Live)
        );
        assert_eq!(world.take_news(), []);
    }
}

#[test]
fn the_guides_unchanged_answer_brings_the_session_and_is_compared_with_what_is_held() {
    let (mut world, _) = asking(&session("s-1", "+chat"));
    let body = changed(&session("s-1", "-chat")).replace("true,\"session\"", "false,\"session\"");
    world.answer(200, &body);
    assert_eq!(
        world.allowed(),
        "",
        "the server's own idea of what changed is not this player's"
    );
}

#[test]
fn unchanged_says_nothing_to_a_request_without_an_entity_tag() {
    let mut world = World::holding(&session("s-1", "+chat")).restart();
    assert_eq!(
        world.in_flight().header("If-None-Match"),
        None,
        "the tag was not stored"
    );
    world.answer(200, UNCHANGED);
    assert_eq!(world.decide("chat").freshness, Freshness::Cached);
}

#[test]
fn needs_consent_denies_keeps_the_session_and_points_at_the_age_gate() {
    let doc = session("s-1", "+chat");
    let (mut world, refresh) = asking(&doc);
    world.answer(200, NEEDS_CONSENT);
    assert_eq!(world.outcome(refresh).code, Code::Ok);
    let decision = world.decide("chat");
    assert_eq!(
        (decision.access, decision.reason, decision.next_step),
        (Access::Unavailable, Reason::NoSession, NextStep::StartAgeGate)
    );
    assert_eq!(world.take_news(), [News::SessionChanged, News::ConsentNeeded]);
    let mut world = world.restart();
    assert_eq!(world.allowed(), "", "stored too");
    world.answer(200, &changed(&doc));
    assert_eq!(world.allowed(), "chat");
    assert!(world.show_notice().0.is_empty(), "as the player was last told");
}

#[test]
fn after_needs_consent_the_players_own_session_is_asked_for() {
    for (status, body) in [(200, NEEDS_CONSENT), (403, FOREIGN)] {
        let (mut world, _) = asking(&session("s-1", "+chat -voice"));
        world.answer(status, body);
        world.pass_until_sent(HOUR);
        assert_eq!(world.in_flight().line(), "GET /api/session");
        world.answer(200, &changed(&session("s-2", "-chat +voice")));
        assert_eq!(world.allowed(), "voice", "another device went through consent");
        assert_eq!(
            world.show_notice().0.off,
            ["chat".into()],
            "compared with what this player was told here"
        );
    }
}

#[test]
fn a_deletion_that_names_the_session_ends_it_at_once() {
    for body in [deleted("s-1"), changed(&session("s-1", "+chat").status("DELETED"))] {
        let (mut world, refresh) = asking(&session("s-1", "+chat -voice"));
        world.answer(200, &body);
        assert_eq!(world.outcome(refresh).code, Code::Ok);
        let decision = world.decide("chat");
        assert_eq!(
            (decision.reason, decision.next_step),
            (Reason::SessionEnded, NextStep::StartAgeGate)
        );
        assert_eq!(
            world.take_news(),
            [News::SessionChanged, News::SessionEnded, News::NoticeReady]
        );
        let (notice, _) = world.show_notice();
        assert_eq!(
            (notice.kind, notice.off),
            (NoticeKind::SessionEnded, vec!["chat".into()])
        );
        let stored = String::from_utf8(world.disk.payload.clone().unwrap()).unwrap();
        assert!(!stored.contains("s-1"), "the stored session is destroyed: {stored}");
    }
}

#[test]
fn a_deletion_that_names_no_session_denies_at_once_and_is_believed_when_a_second_answer_agrees() {
    let (mut world, refresh) = asking(&session("s-1", "+chat"));
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.outcome(refresh).code, Code::Ok);
    assert_eq!(
        (world.decide("chat").reason, world.decide("chat").next_step),
        (Reason::Pending, NextStep::Wait)
    );
    assert_eq!(world.pass_until_sent(MINUTE), 3 * SECOND);
    assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
    assert_eq!(
        world.in_flight().header("If-None-Match"),
        None,
        "the whole session is wanted, or its end"
    );
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
    assert!(world.take_news().contains(&News::SessionEnded));
}

#[test]
fn one_misrouted_deletion_sends_no_family_back_to_consent() {
    let doc = session("s-1", "+chat");
    let (mut world, _) = asking(&doc);
    world.answer(200, DELETED_UNNAMED);
    world.pass_until_sent(MINUTE);
    world.answer(200, &changed(&doc));
    assert_eq!(world.allowed(), "chat");
    assert!(world.show_notice().0.is_empty());
    assert!(!world.take_news().contains(&News::SessionEnded));
    // And the next one starts from nothing.
    world.refresh(Cause::Push);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.decide("chat").reason, Reason::Pending);
}

#[test]
fn two_quick_deletions_are_no_confirmation() {
    let (mut world, _) = asking(&session("s-1", "+chat"));
    world.answer(200, DELETED_UNNAMED);
    world.pass(SECOND);
    world.refresh(Cause::Push);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.decide("chat").reason, Reason::Pending);
    assert_eq!(world.pass_until_sent(MINUTE), 3 * SECOND);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
}

#[test]
fn an_unconfirmed_deletion_survives_a_restart_and_is_confirmed_there() {
    let (mut world, _) = asking(&session("s-1", "+chat"));
    world.answer(200, DELETED_UNNAMED);
    let mut world = world.restart();
    assert_eq!(world.decide("chat").reason, Reason::Pending);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(
        world.decide("chat").reason,
        Reason::Pending,
        "nobody remembers the first one"
    );
    world.pass_until_sent(MINUTE);
    world.answer(200, DELETED_UNNAMED);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
}

#[test]
fn after_the_end_the_players_own_session_is_asked_for() {
    let (mut world, _) = asking(&session("s-1", "+chat"));
    world.answer(200, &deleted("s-1"));
    world.pass_until_sent(HOUR);
    assert_eq!(world.in_flight().line(), "GET /api/session");
    world.answer(200, &changed(&session("s-2", "+voice")));
    assert_eq!(world.allowed(), "voice", "another device went through consent");
}

#[test]
fn hold_denies_keeps_the_session_and_ends() {
    let doc = session("s-1", "+chat");
    let (mut world, _) = asking(&doc);
    world.answer(200, &changed(&doc.clone().status("HOLD")));
    assert_eq!(
        (world.decide("chat").reason, world.decide("chat").next_step),
        (Reason::OnHold, NextStep::Wait)
    );
    let mut world = world.restart();
    assert_eq!(world.decide("chat").reason, Reason::OnHold);
    world.answer(200, &changed(&doc));
    assert_eq!(world.allowed(), "chat");
}

#[test]
fn an_unknown_status_denies() {
    let (mut world, _) = asking(&session("s-1", "+chat"));
    world.answer(200, &changed(&session("s-1", "+chat").status("PAUSED")));
    assert_eq!(world.decide("chat").reason, Reason::Error);
}

#[test]
fn another_players_session_denies() {
    for status in [403, 409] {
        let (mut world, _) = asking(&session("s-1", "+chat"));
        world.answer(status, FOREIGN);
        assert_eq!(
            (world.decide("chat").reason, world.decide("chat").next_step),
            (Reason::NoSession, NextStep::StartAgeGate)
        );
        assert!(world.take_news().contains(&News::ConsentNeeded));
    }
}

#[test]
fn a_session_with_another_id_changes_nothing() {
    for body in [
        changed(&session("s-2", "-chat +voice")),
        deleted("s-2"),
        session("s-2", "+voice").json(),
    ] {
        let (mut world, refresh) = asking(&session("s-1", "+chat"));
        world.answer(200, &body);
        assert_eq!(world.outcome(refresh).code, Code::Protocol);
        assert_eq!(world.allowed(), "chat");
    }
}

#[test]
fn what_is_no_answer_of_this_server_changes_nothing() {
    for (status, body) in [
        (200, ""),
        (200, "<html>Welcome to the hotel's network</html>"),
        (200, "{}"),
        (200, "null"),
        (200, r#"{"hasChanged":true}"#),
        (200, r#"{"session":{"sessionId":"s-1","permissions":[{}]}}"#),
        (200, r#"{"sessionDeleted":"true"}"#),
        (204, ""),
        (302, ""),
        (400, r#"{"error":"NOT_FOUND"}"#),
        (403, "forbidden"),
        (404, ""),
        (404, r#"{"error":"NOT_FOUND"}"#),
        (410, ""),
    ] {
        let (mut world, refresh) = asking(&session("s-1", "+chat"));
        world.answer(status, body);
        let outcome = world.outcome(refresh);
        assert_eq!((outcome.code, outcome.http_status), (Code::Protocol, status), "{body}");
        assert_eq!(world.allowed(), "chat");
        assert_eq!(world.take_news(), [News::ServerUnreachable], "{status} {body}");
        assert!(world.wire.is_none(), "asking again at once would not help");
        assert!(world.pass_until_sent(10 * MINUTE) >= 30 * SECOND);
    }
}

mod a_late_answer_is_ignored {
    use super::*;

    fn late() -> (World, u64) {
        let (world, _) = asking(&session("s-1", "+chat"));
        let ticket = world.in_flight().ticket;
        (world, ticket)
    }

    #[test]
    fn after_adopting() {
        let (mut world, ticket) = late();
        world.adopt(&session("s-1", "-chat +voice").json());
        world.late_reply(ticket, 200, &changed(&session("s-1", "+chat")));
        assert_eq!(world.allowed(), "voice");
    }

    #[test]
    fn after_forgetting() {
        let (mut world, ticket) = late();
        world.forget();
        world.late_reply(ticket, 200, &changed(&session("s-1", "+chat")));
        assert_eq!(world.allowed(), "");
        assert_eq!(world.disk.payload, None);
    }

    #[test]
    fn after_stopping() {
        let (mut world, ticket) = late();
        world.stop();
        world.late_reply(ticket, 200, &deleted("s-1"));
        assert_eq!(world.allowed(), "chat");
        world.assert_all_completed();
    }

    #[test]
    fn after_a_new_token() {
        let (mut world, ticket) = late();
        world.set_token("token-2");
        assert_eq!(world.in_flight().header("Authorization"), Some("Bearer token-2"));
        world.late_reply(ticket, 401, "");
        assert_eq!(world.take_news(), []);
        assert!(world.wire.is_some());
    }

    #[test]
    fn after_its_own_answer_and_after_its_time_limit() {
        let (mut world, ticket) = late();
        world.answer(304, "");
        world.late_reply(ticket, 200, &deleted("s-1"));
        assert_eq!(world.allowed(), "chat");
        world.refresh(Cause::Push);
        let ticket = world.in_flight().ticket;
        world.pass(20 * SECOND);
        assert!(world.aborted.contains(&ticket));
        world.late_reply(ticket, 200, &deleted("s-1"));
        assert_eq!(world.allowed(), "chat");
    }
}

mod the_poll_floor {
    use super::*;

    #[test]
    fn makes_the_game_wait_30_seconds_and_says_how_long() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.pass(10 * SECOND);
        let early = world.refresh(Cause::Game);
        assert_eq!(world.outcome(early).code, Code::TooSoon);
        assert!(
            world.outcome(early).text.contains("20 s"),
            "{}",
            world.outcome(early).text
        );
        assert!(world.wire.is_none());
        world.pass(20 * SECOND);
        let due = world.refresh(Cause::Game);
        assert!(world.is_open(due));
        assert_eq!(world.in_flight().line(), "GET /api/session/s-1");
    }

    #[test]
    fn does_not_hold_for_a_push_a_resume_and_a_reconnect() {
        for cause in [Cause::Push, Cause::Resume, Cause::Reconnect] {
            let mut world = World::holding(&session("s-1", "+chat"));
            let refresh = world.refresh(cause);
            assert!(world.is_open(refresh), "{cause:?}");
            world.answer(304, "");
            assert_eq!(world.outcome(refresh).code, Code::Ok);
        }
    }

    #[test]
    fn counts_from_the_last_try_whoever_wanted_it() {
        let mut world = World::holding(&session("s-1", "+chat"));
        world.pass_until_sent(HOUR);
        world.answer(304, "");
        let early = world.refresh(Cause::Game);
        assert_eq!(world.outcome(early).code, Code::TooSoon);
    }
}

mod joining {
    use super::*;

    #[test]
    fn calls_during_a_refresh_join_it_and_each_gets_its_completion() {
        let (mut world, first) = asking(&session("s-1", "+chat"));
        let others: Vec<_> = (0..5).map(|_| world.refresh(Cause::Game)).collect();
        assert!(others.iter().all(|r| world.is_open(*r)));
        world.answer(304, "");
        for request in others.into_iter().chain([first]) {
            assert_eq!(world.outcome(request).code, Code::Ok);
        }
        assert!(world.wire.is_none());
    }

    #[test]
    fn a_push_during_a_refresh_asks_once_more() {
        let (mut world, first) = asking(&session("s-1", "+chat"));
        let pushes: Vec<_> = (0..3).map(|_| world.refresh(Cause::Push)).collect();
        world.answer(304, "");
        assert_eq!(world.outcome(first).code, Code::Ok);
        assert!(
            pushes.iter().all(|r| world.is_open(*r)),
            "that answer may be from before the push"
        );
        world.answer(200, &changed(&session("s-1", "-chat")));
        assert!(pushes.iter().all(|r| world.outcome(*r).code == Code::Ok));
        assert_eq!(world.allowed(), "");
        assert!(world.wire.is_none(), "once");
    }

    #[test]
    fn a_push_during_a_refresh_that_fails_for_good_completes_with_it() {
        let (mut world, first) = asking(&session("s-1", "+chat"));
        let push = world.refresh(Cause::Push);
        world.answer(404, "");
        assert_eq!(
            (world.outcome(first).code, world.outcome(push).code),
            (Code::Protocol, Code::Protocol)
        );
    }
}

#[test]
fn what_the_host_says_twice_is_no_reason_to_ask() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let before = world.sent.len();
    world.set_online(true);
    world.set_network(true);
    world.set_suspended(false);
    assert_eq!(world.sent.len(), before);
    world.set_online(false);
    world.set_online(true);
    assert_eq!(world.sent.len(), before + 1);
}

#[test]
fn with_a_new_token_the_server_is_asked_at_once() {
    let mut world = World::holding(&session("s-1", "+chat"));
    let before = world.sent.len();
    world.set_token("token-2");
    assert_eq!(world.sent.len(), before + 1);
    assert!(
        world
            .in_flight()
            .header("Authorization")
            .is_some_and(|value| value.contains("token-2"))
    );
}
