//! How a client gets on: takes what came in, lets the state machine work, and carries out what it wants.

use std::{
    cell::OnceCell,
    sync::{Weak, atomic::Ordering},
    time::Instant,
};
#[cfg(feature = "http")]
use std::{sync::PoisonError, time::Duration};

use super::{Core, Engine, Input, StoreJob, WorkerState, lock};
use crate::{
    client::{Code, Event, Now, Output},
    host::{
        board::Staged,
        log::{self, Level},
        transport::Completion,
    },
    protocol::http::{Request, TransportError, TransportErrorKind},
};

/// Another process holds the record: so often it is tried again.
const RELOCK_MS: u64 = 1_000;

/// How a step went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// No defect was met.
    pub(super) is_well: bool,
    /// There is more to do.
    pub(super) has_more: bool,
}

impl Engine {
    /// The worker's life: steps when something comes in or time has come. Returns when the client has stopped and
    /// nothing is being stored.
    #[cfg(feature = "http")]
    pub(super) fn work(&self) {
        loop {
            let is_well = self.step(None).is_well;
            let wake_ms = self.wake_in_ms();
            let done = self.has_ended();
            let inbox = lock(&self.inbox);
            if done && inbox.queue.is_empty() || !is_well {
                break;
            }
            // Clocks may jump while the worker sleeps; so it looks at least every minute.
            let wait = Duration::from_millis(wake_ms.unwrap_or(u64::MAX).min(60_000));
            let (mut inbox, _) = self
                .came_in
                .wait_timeout_while(inbox, wait, |inbox| inbox.queue.is_empty() && !inbox.kicked)
                .unwrap_or_else(PoisonError::into_inner);
            inbox.kicked = false;
        }
        self.end();
    }

    /// How long the worker may sleep if nothing comes in.
    #[cfg(feature = "http")]
    fn wake_in_ms(&self) -> Option<u64> {
        let core = lock(&self.core);
        let now = self.now();
        let relock = core.relock_at.map(|at| at.saturating_sub(now.mono_ms));
        let end_left = self.end_by.load(Ordering::Acquire).saturating_sub(self.open_ms());
        let is_ending = core.client.is_ending_game() && end_left > 0;
        let wake = core.client.wake_in_ms(now).into_iter().chain(relock);
        wake.chain(is_ending.then_some(end_left)).min()
    }

    /// Whether the client has stopped, and neither is anything being stored nor the ad service being told.
    #[cfg(feature = "http")]
    fn has_ended(&self) -> bool {
        self.is_over(&lock(&self.core))
    }

    pub(super) fn is_over(&self, core: &Core) -> bool {
        let end_left = self.end_by.load(Ordering::Acquire).saturating_sub(self.open_ms());
        let is_ending = core.client.is_ending_game() && end_left > 0;
        let is_storing = core.client.is_saving() || self.store_pending.load(Ordering::Acquire) != 0;
        core.stopping && !is_storing && !is_ending
    }

    /// The end, when nobody drives the client any more.
    pub(super) fn end(&self) {
        self.shut_transport_down();
        // What still waits for a write that will not be tried again.
        lock(&self.board).complete_all(Code::Cancelled, "the client was stopped before this was stored");
        lock(&self.inbox).worker = WorkerState::Ended;
        self.ended.notify_all();
    }

    /// Runs a piece of the library's own work. A defect poisons the client.
    pub(super) fn guarded<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        if result.is_err() {
            self.is_poisoned.store(true, Ordering::Release);
            lock(&self.board).poison();
            log::write(Level::Error, "client", || {
                "a defect in the library was caught; the client denies everything from here on".to_owned()
            });
        }
        result.ok()
    }

    /// Takes what came in, lets the client work, and carries out what it wants: all of it, or piece by piece until that
    /// moment has come. At least one piece is done.
    pub(super) fn step(&self, until: Option<Instant>) -> Step {
        if !self.claim_step() {
            return Step {
                is_well: true,
                has_more: true,
            };
        }
        let step = self.step_claimed(until);
        self.is_stepping.store(false, Ordering::Release);
        step
    }

    /// Makes sure that nobody else steps; false when somebody does.
    pub(super) fn claim_step(&self) -> bool {
        !self.is_stepping.swap(true, Ordering::AcqRel)
    }

    /// A step by whoever has claimed it, and gives the claim back or keeps it.
    pub(super) fn step_claimed(&self, until: Option<Instant>) -> Step {
        let has_more = self.guarded(|| self.step_inside(until));
        Step {
            is_well: has_more.is_some(),
            has_more: has_more.unwrap_or(false),
        }
    }

    fn step_inside(&self, until: Option<Instant>) -> bool {
        let mut core = lock(&self.core);
        loop {
            if !self.take_piece(&mut core, until.is_some()) {
                break;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return true;
            }
        }
        self.look_for_record(&mut core);
        false
    }

    /// Takes what came in, or one of it, and carries out what comes of it; or does work on the record that is left to
    /// whoever drives the client. False when there is nothing to do.
    fn take_piece(&self, core: &mut Core, one: bool) -> bool {
        let inputs = {
            let mut inbox = lock(&self.inbox);
            let many = if one {
                inbox.queue.len().min(1)
            } else {
                inbox.queue.len()
            };
            inbox.queue.drain(..many).collect::<Vec<_>>()
        };
        let is_empty = inputs.is_empty();
        for input in inputs {
            core.take(self.now(), input);
        }
        // Time may have come all the same.
        core.client.tick(self.now());
        if is_empty && !core.client_has_output() {
            return self.do_left_store_job();
        }
        self.carry_out(core);
        true
    }

    /// Tries now and then to get a record that another process holds.
    fn look_for_record(&self, core: &mut Core) {
        // A medium that hangs in the storage thread must not hold the worker up.
        let is_unlocked = || {
            self.vault
                .try_lock()
                .is_ok_and(|vault| vault.as_ref().is_some_and(|v| !v.is_locked()))
        };
        let held_elsewhere = core.client.wants_record() && is_unlocked();
        if !held_elsewhere || core.stopping || self.storing.has_jobs() {
            core.relock_at = None;
            return;
        }
        let now = self.now().mono_ms;
        match core.relock_at {
            Some(at) if at <= now => {
                core.relock_at = Some(now + RELOCK_MS);
                self.store(StoreJob::Relock);
            }
            Some(_) => {}
            None => {
                core.relock_at = Some(now + RELOCK_MS);
                self.kick();
            }
        }
    }

    fn carry_out(&self, core: &mut Core) {
        let mut publish = false;
        let (mut events, mut actions) = (Vec::new(), Vec::new());
        while let Some(output) = core.client.poll_output() {
            match output {
                Output::Publish => publish = true,
                Output::Event(event) => {
                    log_event(&event);
                    events.push(event);
                }
                action => actions.push(action),
            }
        }
        // What got tighter counts before anything is stored or sent.
        if publish || !events.is_empty() {
            let staged = publish.then(|| Staged::new(core.client.view(self.now()), &mut core.found));
            lock(&self.board).stage(staged, events);
        }
        actions.into_iter().for_each(|action| self.act(action));
    }

    fn act(&self, action: Output) {
        match action {
            Output::Send {
                ticket,
                request,
                timeout_ms,
            } => self.send(ticket, request, timeout_ms),
            Output::Abort { ticket } => {
                if let Some(transport) = &self.transport {
                    transport.cancel(ticket);
                }
            }
            Output::Save { job, payload } => self.store(StoreJob::Save(job, payload, OnceCell::new())),
            Output::Mark { kind } => self.store(StoreJob::Mark(kind, self.now().wall_ms)),
            Output::Forget { job } => self.store(StoreJob::Forget(job)),
            // Were taken before.
            Output::Publish | Output::Event(_) => {}
        }
    }

    fn send(&self, ticket: u64, request: Request, timeout_ms: u32) {
        let me = Weak::clone(&self.me);
        let done = Completion::new(move |reply| {
            if let Some(me) = me.upgrade() {
                me.put(Input::Reply(ticket, reply));
            }
        });
        match &self.transport {
            Some(transport) => transport.start(ticket, request, timeout_ms, done),
            None => done.call(Err(TransportError::new(
                TransportErrorKind::Refused,
                "this build has no transport: give one, or build with the feature http",
            ))),
        }
    }
}

impl Core {
    fn client_has_output(&self) -> bool {
        self.client.has_output()
    }

    /// Takes what came in. A command that comes before the record was read waits until it is: what it is about is not
    /// known yet.
    pub(super) fn take(&mut self, now: Now, input: Input) {
        if !self.is_loaded && self.is_to_wait(&input) {
            self.held.push_back(input);
            return;
        }
        let client = &mut self.client;
        match input {
            Input::Adopt(request, json) => client.adopt(now, request, &json),
            Input::Refresh(request, cause) => client.refresh(now, request, cause),
            Input::Acknowledge(request, told) => client.acknowledge(now, request, &told),
            Input::Forget(request) => client.forget(now, request),
            Input::Flush(request) => client.flush(now, request),
            Input::Upgrade(request, command) => client.upgrade(now, request, command),
            Input::StartGame(options) => client.start_game(now, *options),
            Input::GameToken(token) => client.set_game_token(now, token),
            Input::EndGame(request) => client.end_game(now, request),
            Input::Cancel(request) => client.cancel(now, request),
            Input::Token(token) => client.set_token(now, token.as_ref().map(|token| token.as_str())),
            Input::NetworkAllowed(allowed) => client.set_network_allowed(now, allowed),
            Input::Online(online) => client.set_online(now, online),
            Input::Suspended(suspended) => client.set_suspended(now, suspended),
            Input::Reply(ticket, reply) => client.reply(now, ticket, reply),
            Input::Saved(job, result) => client.saved(now, job, result),
            Input::Loaded(_) if self.stopping => {}
            Input::Loaded(found) => {
                client.loaded(now, *found);
                self.is_loaded = true;
                for held in std::mem::take(&mut self.held) {
                    self.take(now, held);
                }
            }
            Input::Stop => {
                client.stop(now);
                self.stopping = true;
            }
        }
    }

    fn is_to_wait(&self, input: &Input) -> bool {
        match input {
            Input::Adopt(..)
            | Input::Refresh(..)
            | Input::Acknowledge(..)
            | Input::Forget(..)
            | Input::Flush(..)
            | Input::Upgrade(..)
            | Input::Cancel(..) => true,
            // What was accepted before it is still to be stored.
            Input::Stop => !self.held.is_empty(),
            _ => false,
        }
    }
}

fn log_event(event: &Event) {
    match event {
        Event::Completed { operation, outcome, .. } => {
            let level = if (outcome.code as i32) < 0 {
                Level::Warn
            } else {
                Level::Debug
            };
            log::write(level, "client", || {
                format!(
                    "{operation:?} ended: {:?} (HTTP {}) {}",
                    outcome.code, outcome.http_status, outcome.text
                )
            });
        }
        Event::News { news, outcome } => {
            log::write(Level::Info, "client", || format!("{news:?} {}", outcome.text));
        }
        Event::Game { state, stop, outcome } => {
            log::write(Level::Info, "game session", || {
                format!("{state:?} {stop:?} {}", outcome.text)
            });
        }
        Event::Upgrade {
            feature,
            progress,
            outcome,
        } => {
            log::write(Level::Info, "client", || {
                format!("request for {feature}: {progress:?} {}", outcome.text)
            });
        }
    }
}
