//! What the game's thread and the library's threads share: the picture that counts, the one that waits for the next
//! pump, and the events. Its lock is held for moments only, never while something is read, parsed or stored.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{
    features,
    table::{Cell, Writer},
};
use crate::{
    client::{Code, Event, News, Operation, Outcome, RequestId, View},
    session::{Access, Decision, Found, Freshness, NextStep, Reason},
};

/// The most requests of one client that are not completed yet.
pub(super) const MAX_OUTSTANDING: usize = 256;

pub(super) struct Board {
    live: Arc<View>,
    /// Waits for the next pump; what it makes tighter counts already.
    staged: Option<Staged>,
    staged_events: VecDeque<Event>,
    events: VecDeque<Event>,
    /// Accepted and not completed: each ends in exactly one event.
    outstanding: BTreeMap<RequestId, Operation>,
    writer: Writer,
    is_poisoned: bool,
    /// What a test has put in place of the session's answers, by feature: its number and the access.
    #[cfg(feature = "mock")]
    overrides: BTreeMap<&'static str, (u32, Access)>,
}

/// A picture, and the access of every numbered feature by it, number 1 first. Made before the board is locked.
pub(super) struct Staged {
    view: Arc<View>,
    accesses: Vec<Access>,
}

impl Staged {
    /// `found` is what the one before has left there.
    pub(super) fn new(view: View, found: &mut Vec<Found>) -> Self {
        let accesses = view.accesses(features::names(), found);
        Self {
            view: Arc::new(view),
            accesses,
        }
    }

    /// Adds the features that got their numbers since.
    fn complete(&mut self) {
        let new = features::names().skip(self.accesses.len());
        self.accesses.extend(new.map(|name| self.view.access(name)));
    }
}

impl Board {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            live: Arc::default(),
            staged: None,
            staged_events: VecDeque::new(),
            events: VecDeque::new(),
            outstanding: BTreeMap::new(),
            writer,
            is_poisoned: false,
            #[cfg(feature = "mock")]
            overrides: BTreeMap::new(),
        }
    }

    /// Takes what the client has come to. Tighter counts at once.
    pub(super) fn stage(&mut self, staged: Option<Staged>, events: Vec<Event>) {
        if self.is_poisoned {
            return;
        }
        if let Some(mut staged) = staged {
            staged.complete();
            self.writer.tighten(&self.with_overrides(&staged.accesses));
            self.staged = Some(staged);
        }
        for event in events {
            if let Event::Game { state, .. } = &event {
                self.writer.write_game(*state as u8);
            }
            push(&mut self.staged_events, event);
        }
    }

    /// Makes what is staged count.
    pub(super) fn pump(&mut self) {
        if let Some(mut staged) = self.staged.take() {
            staged.complete();
            self.writer.write(&self.with_overrides(&staged.accesses));
            self.live = staged.view;
        }
        self.move_events();
    }

    fn move_events(&mut self) {
        while let Some(event) = self.staged_events.pop_front() {
            push(&mut self.events, event);
        }
    }

    /// The next event. A completion of a request that was completed before is none.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        while let Some(event) = self.events.pop_front() {
            match &event {
                Event::Completed { request, .. } if self.outstanding.remove(request).is_none() => {}
                _ => return Some(event),
            }
        }
        None
    }

    /// Reserves the place of a completion; false when there are too many.
    pub(super) fn accept(&mut self, request: RequestId, operation: Operation) -> bool {
        let has_room = self.outstanding.len() < MAX_OUTSTANDING;
        if has_room {
            self.outstanding.insert(request, operation);
        }
        has_room
    }

    /// Takes a reservation back: the request was not taken after all.
    pub(super) fn withdraw(&mut self, request: RequestId) {
        self.outstanding.remove(&request);
    }

    pub(super) fn access_of(&self, feature: &str) -> Access {
        #[cfg(feature = "mock")]
        if let Some((_, access)) = self.overrides.get(feature) {
            return *access;
        }
        let live = self.live.access(feature);
        self.staged
            .as_ref()
            .map_or(live, |staged| live.tightened_by(staged.view.access(feature)))
    }

    pub(super) fn decide(&self, feature: &str) -> Decision {
        if self.is_poisoned {
            return Decision::denied(Reason::Error, NextStep::Nothing, Freshness::None);
        }
        #[cfg(feature = "mock")]
        if let Some((_, access)) = self.overrides.get(feature) {
            return Decision::of_access(*access, self.live.decide(feature).freshness);
        }
        match self.staged.as_ref().map(|staged| &staged.view) {
            Some(staged) if staged.access(feature).rank() <= self.live.access(feature).rank() => staged.decide(feature),
            _ => self.live.decide(feature),
        }
    }

    /// The picture that counts: what the last pump made count.
    pub(super) fn view(&self) -> Arc<View> {
        Arc::clone(&self.live)
    }

    /// Writes the cell of a feature that has just been given its number.
    pub(super) fn fill(&self, number: u32, name: &str) {
        if !self.is_poisoned
            && let Ok(number) = usize::try_from(number)
        {
            self.writer.write_one(number, self.access_of(name));
        }
    }

    pub(super) fn shared_table(&mut self) -> Option<&'static [Cell]> {
        let now: Vec<Access> = features::names().map(|name| self.access_of(name)).collect();
        let now = if self.is_poisoned { Vec::new() } else { now };
        self.writer.shared_table(|writer| writer.write(&now))
    }

    /// Denies everything from here on.
    pub(super) fn close_gate(&mut self) {
        self.writer.close();
    }

    /// A panic was caught: denies for good, and completes what was accepted.
    pub(super) fn poison(&mut self) {
        self.is_poisoned = true;
        self.writer.close();
        self.staged = None;
        self.live = Arc::default();
        self.complete_all(
            Code::Panic,
            "the library met a defect of its own and denies everything from here on",
        );
        // No pump comes any more.
        self.move_events();
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.is_poisoned
    }

    /// Completes everything that was accepted and whose completion is not on its way.
    pub(super) fn complete_all(&mut self, code: Code, text: &'static str) {
        for (request, operation) in &self.outstanding {
            let outcome = Outcome::new(code, text);
            // One that was on its way stands before this one, and this one is dropped.
            self.staged_events.push_back(Event::Completed {
                request: *request,
                operation: *operation,
                outcome,
            });
        }
    }
}

#[cfg(not(feature = "mock"))]
impl Board {
    /// The accesses as they are: only a build for tests overrides any.
    #[allow(clippy::unused_self, reason = "a build for tests looks into it")]
    fn with_overrides<'a>(&self, accesses: &'a [Access]) -> Cow<'a, [Access]> {
        Cow::Borrowed(accesses)
    }
}

#[cfg(feature = "mock")]
impl Board {
    /// The accesses of the features from number 1 on, the overridden ones replaced.
    fn with_overrides(&self, accesses: &[Access]) -> Cow<'static, [Access]> {
        let mut all = accesses.to_vec();
        for (number, access) in self.overrides.values() {
            let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
            if let Some(place) = at.and_then(|at| all.get_mut(at)) {
                *place = *access;
            }
        }
        Cow::Owned(all)
    }

    /// From now on this access counts for a feature, whatever the session says.
    pub(super) fn override_feature(&mut self, number: u32, name: &'static str, access: Access) {
        self.overrides.insert(name, (number, access));
        self.fill(number, name);
    }

    /// The session counts again.
    pub(super) fn clear_overrides(&mut self) {
        for (name, (number, _)) in std::mem::take(&mut self.overrides) {
            self.fill(number, name);
        }
    }
}

/// Queues an event; of state news one of a kind waits at most.
fn push(queue: &mut VecDeque<Event>, event: Event) {
    let kind = |event: &Event| match event {
        Event::News { news, .. } => Some(*news),
        Event::Completed { .. } | Event::Upgrade { .. } | Event::Game { .. } => None,
    };
    if let Event::Game { state, .. } = &event {
        let is_same = |waiting: &Event| matches!(waiting, Event::Game { state: other, .. } if other == state);
        queue.retain(|waiting| !is_same(waiting));
    }
    if let Event::Upgrade { feature, .. } = &event {
        let is_of = |waiting: &Event| matches!(waiting, Event::Upgrade { feature: other, .. } if other == feature);
        queue.retain(|waiting| !is_of(waiting));
    }
    if let Some(news) = kind(&event) {
        let opposite = match news {
            News::ServerReachable => Some(News::ServerUnreachable),
            News::ServerUnreachable => Some(News::ServerReachable),
            News::StorageRecovered => Some(News::StorageFailed),
            News::StorageFailed => Some(News::StorageRecovered),
            _ => None,
        };
        queue.retain(|waiting| kind(waiting) != Some(news) && (opposite.is_none() || kind(waiting) != opposite));
    }
    queue.push_back(event);
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use super::{
        super::table::{self, tests::turn},
        *,
    };

    fn board(player: &str) -> (Board, table::GateId) {
        let writer = Writer::open("overrides", player).unwrap();
        let gate = writer.gate();
        (Board::new(writer), gate)
    }

    fn feature(name: &'static str) -> (u32, &'static str) {
        (features::intern(name).unwrap().0, name)
    }

    #[test]
    fn an_override_counts_whatever_is_staged_until_it_is_cleared() {
        let _turn = turn();
        let (mut board, gate) = board("staged");
        let (number, name) = feature("staged-and-overridden");
        board.override_feature(number, name, Access::Allowed);
        let is_allowed = |board: &Board| {
            let decided = board.decide(name).access;
            assert_eq!(table::access(gate, number), decided as u8);
            decided.is_allowed()
        };
        assert!(is_allowed(&board));
        board.stage(Some(Staged::new(View::default(), &mut Vec::new())), Vec::new());
        assert!(is_allowed(&board), "what is staged denies");
        board.pump();
        assert!(is_allowed(&board), "what counts denies");
        board.clear_overrides();
        assert!(!is_allowed(&board));
    }

    #[test]
    fn an_override_opens_nothing_after_a_defect_or_a_close() {
        let _turn = turn();
        let (number, name) = feature("overridden-and-closed");
        for close in [Board::poison, Board::close_gate] {
            let (mut board, gate) = board("closed");
            board.override_feature(number, name, Access::Allowed);
            assert_eq!(table::access(gate, number), 1);
            close(&mut board);
            assert_eq!(table::access(gate, number), 0);
            board.override_feature(number, name, Access::Allowed);
            board.pump();
            assert_eq!(table::access(gate, number), 0);
        }
        let (mut board, _) = board("poisoned");
        board.override_feature(number, name, Access::Allowed);
        board.poison();
        let denied = board.decide(name);
        assert_eq!((denied.access, denied.reason), (Access::Unavailable, Reason::Error));
    }
}
