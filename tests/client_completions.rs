//! Every request about a permission or a challenge completes exactly once, whatever happens.

mod client_harness;

use client_harness::{
    DAY, MINUTE, SECOND, World,
    studio::{self, Challenge, Studio, challenge_id, usual, waits},
};
use playgate::{
    client::{Addressee, Code, Command},
    session::{Access, NextStep},
};

/// A world in which a question, a poll with somebody waiting, and a message are under way.
fn busy() -> (World, Vec<u64>) {
    let (mut world, _) = studio::world();
    world.ask_for("voice");
    world.pass(20 * SECOND);
    world.server = None;
    world.pass(20 * SECOND);
    let challenge = challenge_id(&world, "voice");
    let requests = vec![
        world.ask_for("gifts"),
        world.ask_for("gifts"),
        world.upgrade(Command::Check {
            challenge: challenge.clone(),
        }),
        world.upgrade(Command::RenewCode {
            challenge: challenge.clone(),
        }),
        world.upgrade(Command::EmailParent {
            challenge,
            to: Addressee::default(),
        }),
    ];
    assert!(requests.iter().all(|r| world.is_open(*r)));
    (world, requests)
}

#[test]
fn each_completes_once_on_cancel() {
    let (mut world, requests) = busy();
    for request in &requests {
        world.cancel(*request);
        assert_eq!(world.outcome(*request).code, Code::Cancelled);
        world.cancel(*request);
    }
    assert_eq!(
        world.decide("gifts").next_step,
        NextStep::Enable,
        "nobody wants it any more"
    );
    world.pass(DAY);
    world.assert_all_completed();
}

#[test]
fn each_completes_once_on_stop_and_when_the_network_goes() {
    let (mut world, requests) = busy();
    world.stop();
    assert!(requests.iter().all(|r| world.outcome(*r).code == Code::Cancelled));
    assert!(world.errands.is_empty());
    let late = world.ask_for("gifts");
    assert_eq!(world.outcome(late).code, Code::Cancelled);

    let (mut world, requests) = busy();
    world.set_online(false);
    assert!(requests.iter().all(|r| world.outcome(*r).code == Code::Unreachable));
    assert!(waits(&world, "voice") && !waits(&world, "gifts"));
}

#[test]
fn a_suspended_game_goes_on_where_it_was() {
    let (mut world, requests) = busy();
    world.set_suspended(true);
    assert!(world.errands.is_empty());
    assert_eq!(
        world.outcome(requests[4]).code,
        Code::Cancelled,
        "nobody knows whether it was sent"
    );
    let studio = Studio::new(&usual());
    studio.borrow_mut().challenges.push(Challenge {
        id: "c-1".into(),
        feature: "voice".into(),
        status: "PENDING",
        is_players: false,
        codes: 1,
    });
    world.server = Some(Studio::serve(&studio));
    world.set_suspended(false);
    world.pass(10 * SECOND);
    assert!(requests[..4].iter().all(|r| world.outcome(*r).code == Code::Ok));
    world.assert_all_completed();
}

#[test]
fn each_completes_once_on_timeouts() {
    let (mut world, requests) = busy();
    world.pass(10 * MINUTE);
    assert!(requests.iter().all(|r| world.outcome(*r).code == Code::TimedOut));
    world.assert_all_completed();
    assert_eq!(world.decide("gifts").next_step, NextStep::Enable);
    assert!(waits(&world, "voice"));
}

#[test]
fn each_completes_once_on_garbage_and_refusals() {
    for (status, body, code) in [
        (200, "<html>", Code::Protocol),
        (200, "{}", Code::Protocol),
        (418, "", Code::Protocol),
        (401, "", Code::Unauthorized),
        (500, "", Code::Server),
        (429, "", Code::RateLimited),
    ] {
        let (mut world, requests) = busy();
        world.server = Some(Box::new(move |exchange| {
            if exchange.line().contains("email") && status == 200 {
                return Ok(client_harness::response(404, &[], r#"{"error":"SOMETHING"}"#));
            }
            Ok(client_harness::response(status, &[], body))
        }));
        world.step(|_, _| {});
        world.pass(20 * MINUTE);
        world.assert_all_completed();
        for request in &requests {
            assert_eq!(world.outcome(*request).code, code, "{status} {body}");
        }
        assert_eq!(world.allowed(), "chat");
        assert!(waits(&world, "voice"), "the challenge is open all the same");
    }
}

#[test]
fn a_new_token_asks_again_and_late_answers_are_void() {
    let (mut world, requests) = busy();
    let old = world.errands.clone();
    world.set_token("token-2");
    assert_eq!(world.errands.len(), 3, "all but the message");
    assert!(
        world
            .errands
            .iter()
            .all(|e| e.header("Authorization") == Some("Bearer token-2"))
    );
    for errand in old {
        world.late_reply(errand.ticket, 200, r#"{"success":true,"session":{"sessionId":"s-1"}}"#);
    }
    assert!(requests[..4].iter().all(|r| world.is_open(*r)));
    assert_eq!(world.access("gifts"), Access::PlayerMayEnable);
}
