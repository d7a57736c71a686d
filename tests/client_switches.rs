//! What a player switches off themselves, and on again.

mod client_harness;

use client_harness::{
    MINUTE, Medium, World,
    documents::*,
    studio::{self, Shared, Studio, usual},
};
use playgate::{
    client::{Cause, Code, Command, News, Operation},
    session::{Access, NextStep, Reason},
};

fn switch(world: &mut World, feature: &str, on: bool) -> Code {
    let request = world.upgrade(Command::Switch {
        feature: feature.into(),
        on,
    });
    assert_eq!(world.operation(request), Operation::SwitchFeature);
    world.outcome(request).code
}

fn players() -> (World, Shared) {
    let doc = usual().with("chat", PLAYER, None);
    let studio = Studio::new(&doc);
    let mut world = World::holding(&doc);
    world.server = Some(Studio::serve(&studio));
    world.pass(MINUTE);
    world.take_news();
    (world, studio)
}

#[test]
fn a_player_switches_off_what_they_manage_and_on_again() {
    let (mut world, studio) = players();
    let sent = world.sent.len();
    assert_eq!(switch(&mut world, "chat", false), Code::Ok);
    let decision = world.decide("chat");
    assert_eq!(
        (decision.access, decision.reason, decision.next_step),
        (Access::PlayerMayEnable, Reason::SwitchedOff, NextStep::Enable)
    );
    assert_eq!(world.take_news(), [News::SessionChanged]);
    assert!(world.show_notice().0.is_empty(), "the player knows");
    let mut world = world.restart_with(false);
    assert_eq!(world.decide("chat").reason, Reason::SwitchedOff);
    assert_eq!(switch(&mut world, "chat", true), Code::Ok);
    assert_eq!(world.access("chat"), Access::Allowed);
    assert_eq!(world.restart_with(false).access("chat"), Access::Allowed);
    assert_eq!(
        (studio.borrow().asked.len(), sent > 0),
        (0, true),
        "the server is not asked"
    );
}

#[test]
fn off_counts_at_once_and_on_when_it_is_stored() {
    let (mut world, _) = players();
    world.set_medium(Medium::Hangs);
    world.upgrade(Command::Switch {
        feature: "chat".into(),
        on: false,
    });
    assert_eq!(world.access("chat"), Access::PlayerMayEnable);
    world.set_medium(Medium::Works);
    world.set_medium(Medium::Hangs);
    world.upgrade(Command::Switch {
        feature: "chat".into(),
        on: true,
    });
    assert_eq!(world.access("chat"), Access::PlayerMayEnable);
    world.set_medium(Medium::Works);
    assert_eq!(world.access("chat"), Access::Allowed);
}

#[test]
fn asking_for_it_switches_it_on_again() {
    let (mut world, studio) = players();
    switch(&mut world, "chat", false);
    let request = world.ask_for("chat");
    assert_eq!(world.outcome(request).code, Code::Ok);
    assert_eq!(
        (world.access("chat"), studio.borrow().asked.len()),
        (Access::Allowed, 0)
    );
}

#[test]
fn a_switch_never_widens_anything() {
    let (mut world, studio) = players();
    switch(&mut world, "chat", false);
    studio.borrow_mut().doc = Some(usual().with("chat", GUARDIAN, None).switched("chat", false));
    world.refresh(Cause::Push);
    assert_eq!(world.access("chat"), Access::AskParent);
    assert_eq!(switch(&mut world, "chat", true), Code::Ok);
    assert_eq!(world.access("chat"), Access::AskParent, "at most the session's answer");
    assert_eq!(switch(&mut world, "chat", true), Code::InvalidState);
    assert_eq!(
        switch(&mut world, "gifts", true),
        Code::InvalidState,
        "only a session turns it on"
    );
}

#[test]
fn what_the_player_does_not_manage_stays_as_it_is() {
    let (mut world, _) = studio::world();
    assert_eq!(switch(&mut world, "chat", false), Code::InvalidState);
    assert_eq!(switch(&mut world, "fishing", false), Code::NotFound);
    assert_eq!(switch(&mut world, "gifts", false), Code::Ok, "it is off already");
    assert_eq!(world.decide("gifts").reason, Reason::PlayerChoice);
    assert_eq!(world.access("chat"), Access::Allowed);
}

#[test]
fn a_switch_outlives_the_session() {
    let (mut world, studio) = players();
    switch(&mut world, "chat", false);
    studio.borrow_mut().delete();
    world.refresh(Cause::Push);
    assert_eq!(world.decide("chat").reason, Reason::SessionEnded);
    let new = session("s-2", "+chat").managed_by(PLAYER);
    studio.borrow_mut().doc = Some(new.clone());
    world.adopt(&new.json());
    assert_eq!(world.decide("chat").reason, Reason::SwitchedOff);
}
