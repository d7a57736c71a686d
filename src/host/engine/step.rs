//! How a client gets on: takes what came in, lets the state machine work, and carries out what it wants.

use std::sync::{Weak, atomic::Ordering};
#[cfg(feature = "http")]
use std::{sync::PoisonError, time::Duration};

#[cfg(feature = "http")]
use super::WorkerState;
use super::{Core, Engine, Input, StoreJob, lock};
#[cfg(feature = "http")]
use crate::client::Code;
use crate::{
    client::{Event, Now, Output},
    host::{
        board::Staged,
        clock::now,
        log::{self, Level},
        record::Marked,
        transport::Completion,
    },
    protocol::http::{Request, TransportError, TransportErrorKind},
};

/// Another process holds the record: so often it is tried again.
const RELOCK_MS: u64 = 1_000;

impl Engine {
    /// The worker's life: steps when something comes in or time has come. Returns when the client has stopped and
    /// nothing is being stored.
    #[cfg(feature = "http")]
    pub(in crate::host) fn work(&self) {
        loop {
            let is_well = self.step();
            let (done, wake_ms) = {
                let core = lock(&self.core);
                let now = now();
                let relock = core.relock_at.map(|at| at.saturating_sub(now.mono_ms));
                let end_left = self.end_by.load(Ordering::Acquire).saturating_sub(now.mono_ms);
                let is_ending = core.client.is_ending_game() && end_left > 0;
                let wake = core.client.wake_in_ms(now).into_iter().chain(relock);
                let wake = wake.chain(is_ending.then_some(end_left)).min();
                let is_storing = core.client.is_saving() || self.store_pending.load(Ordering::Acquire) != 0;
                (core.stopping && !is_storing && !is_ending, wake)
            };
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
        self.shut_transport_down();
        // What still waits for a write that will not be tried again.
        lock(&self.board).complete_all(Code::Cancelled, "the client was stopped before this was stored");
        lock(&self.inbox).worker = WorkerState::Ended;
        self.ended.notify_all();
    }

    /// Takes what came in, lets the client work, and carries out what it wants. False after a defect.
    pub(super) fn step(&self) -> bool {
        if self.is_stepping.swap(true, Ordering::AcqRel) {
            return true;
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.step_inside()));
        self.is_stepping.store(false, Ordering::Release);
        if result.is_err() {
            self.is_poisoned.store(true, Ordering::Release);
            lock(&self.board).poison();
            log::write(Level::Error, "client", || {
                "a defect in the library was caught; the client denies everything from here on".to_owned()
            });
        }
        result.is_ok()
    }

    fn step_inside(&self) {
        let mut core = lock(&self.core);
        loop {
            let inputs = std::mem::take(&mut lock(&self.inbox).queue);
            if inputs.is_empty() && !core.client_has_output() {
                // Time may have come all the same.
                core.client.tick(now());
                if !core.client_has_output() {
                    break;
                }
            }
            for input in inputs {
                core.take(now(), input);
            }
            core.client.tick(now());
            self.carry_out(&mut core);
        }
        self.look_for_record(&mut core);
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
        if !held_elsewhere || core.stopping {
            core.relock_at = None;
            return;
        }
        let now = now().mono_ms;
        match core.relock_at {
            Some(at) if at <= now => {
                core.relock_at = Some(now + RELOCK_MS);
                self.run_store_job(StoreJob::Relock);
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
            let staged = publish.then(|| Staged::new(core.client.view(now())));
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
            Output::Save { job, payload } => self.run_store_job(StoreJob::Save(job, payload)),
            Output::Mark { kind } => self.run_store_job(StoreJob::Mark(kind, now().wall_ms)),
            Output::Forget { job } => self.run_store_job(StoreJob::Forget(job)),
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

    fn run_store_job(&self, job: StoreJob) {
        self.store_pending.fetch_add(1, Ordering::AcqRel);
        #[cfg(feature = "http")]
        let Err(job) = self.store_thread.run(job) else { return };
        self.do_store_job(job);
    }

    /// Works on the record; may block on the medium.
    pub(in crate::host) fn do_store_job(&self, job: StoreJob) {
        if let Some(vault) = lock(&self.vault).as_mut() {
            match job {
                StoreJob::Save(job, payload) => {
                    let result = vault.save(&payload);
                    self.put(Input::Saved(job, result));
                }
                StoreJob::Forget(job) => {
                    let result = vault.forget();
                    self.put(Input::Saved(job, result));
                }
                StoreJob::Mark(kind, at_ms) => match vault.mark(kind, at_ms) {
                    Ok(Marked::InPlace | Marked::Absent) => {}
                    Ok(Marked::Removed) => log::write(Level::Warn, "storage", || {
                        "a record that no longer holds was removed".to_owned()
                    }),
                    Err(error) => log::write(Level::Error, "storage", || error.text.clone()),
                },
                StoreJob::Relock => {
                    let found = vault.load();
                    if vault.is_locked() {
                        self.put(Input::Loaded(Box::new(found)));
                    }
                }
            }
        }
        self.store_pending.fetch_sub(1, Ordering::AcqRel);
        self.kick();
    }
}

impl Core {
    fn client_has_output(&self) -> bool {
        self.client.has_output()
    }

    fn take(&mut self, now: Now, input: Input) {
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
            Input::Token(token) => client.set_token(now, token.as_deref()),
            Input::NetworkAllowed(allowed) => client.set_network_allowed(now, allowed),
            Input::Online(online) => client.set_online(now, online),
            Input::Suspended(suspended) => client.set_suspended(now, suspended),
            Input::Reply(ticket, reply) => client.reply(now, ticket, reply),
            Input::Saved(job, result) => client.saved(now, job, result),
            Input::Loaded(found) => client.loaded(now, *found),
            Input::Stop => {
                client.stop(now);
                self.stopping = true;
            }
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
