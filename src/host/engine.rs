//! One open client: drives the state machine, carries its requests and writes, and shows the game what it has come to.
//!
//! The game's thread only ever touches the inbox and the board, each behind a lock that is held for moments.

mod calls;
mod step;
mod storing;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

#[cfg(feature = "http")]
use super::threads::{Crew, Threads};
use super::{
    board::Board,
    clock::{Clock, SystemClock},
    features,
    log::{self, Level},
    storage::KeyedStorage,
    table::{GateId, MAX_CLIENTS, Writer},
    transport::Transport,
    vault::{OpenRecords, Vault},
};
use crate::{
    client::{
        Cause, Client, Code, Command, Config, GameOptions, GameToken, LoadFailure, Loaded, Now, Outcome, RequestId,
        SaveFailure, Told,
    },
    protocol::http::Reply,
    session::{Found, Notice},
};
use storing::{StoreJob, Storing};

/// How long a client that is taken over may still store what it knows.
const TAKE_OVER_MS: u64 = 2_000;

/// How long a close waits for threads that have nothing left to do: longer only where one hangs in the system.
const THREADS_MS: u64 = 500;

/// What a client is opened with.
pub struct OpenOptions {
    /// How the client behaves.
    pub config: Config,
    /// The player's key: any text that is the same for the same player, for example the account's id.
    pub player: String,
    /// Names the place of the records within this process.
    pub place: String,
    /// Opens the records; tried again while their place is not there yet.
    pub records: OpenRecords,
    /// Carries requests; none: the client never asks a server.
    pub transport: Option<Arc<dyn Transport>>,
    /// The player's token for the studio's server.
    pub token: Option<String>,
    /// Whether the host has allowed the network.
    pub network_allowed: bool,
    /// Close a client of this process that has the same record open, and take its place.
    pub take_over: bool,
    /// The storage behind `records`, when it is a host's whose answers may come later.
    pub deferred: Option<Arc<KeyedStorage>>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// How the client's threads are made; `None`: it has none, and everything happens in [`Engine::pump`].
    #[cfg(feature = "http")]
    pub threads: Option<Threads>,
}

impl OpenOptions {
    /// Options for a player whose records are opened so, with the system's clocks and, where the build has them, threads;
    /// without a server.
    pub fn new(player: impl Into<String>, place: impl Into<String>, records: OpenRecords) -> Self {
        Self {
            config: Config::default(),
            player: player.into(),
            place: place.into(),
            records,
            transport: None,
            token: None,
            network_allowed: false,
            take_over: false,
            deferred: None,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "http")]
            threads: Some(Threads::default()),
        }
    }
}

/// Whether a close is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Everything has ended.
    Done,
    /// Something is still being stored; close again to wait on.
    Pending,
}

/// A notice and the state it speaks of.
pub struct HandedNotice {
    /// What to tell the player.
    pub notice: Notice,
    /// The revision that [`Engine::acknowledge`] will acknowledge.
    pub revision: u64,
}

/// What goes in.
enum Input {
    Adopt(RequestId, Vec<u8>),
    Refresh(RequestId, Cause),
    Acknowledge(RequestId, Told),
    Forget(RequestId),
    Flush(RequestId),
    Upgrade(RequestId, Command),
    StartGame(Box<GameOptions>),
    GameToken(GameToken),
    EndGame(RequestId),
    Cancel(RequestId),
    Token(Option<Zeroizing<String>>),
    NetworkAllowed(bool),
    Online(bool),
    Suspended(bool),
    Reply(u64, Reply),
    Saved(u64, Result<(), SaveFailure>),
    Loaded(Box<Result<Loaded, LoadFailure>>),
    Stop,
}

struct Core {
    client: Client,
    /// The record was read, or could not be: until then nothing is known that a command could be about.
    is_loaded: bool,
    /// Commands that wait for that.
    held: VecDeque<Input>,
    stopping: bool,
    relock_at: Option<u64>,
    /// Where the features, in the order of their numbers, were found in the session last.
    found: Vec<Found>,
}

/// Where inputs wait, and how far the worker is.
#[derive(Default)]
struct Inbox {
    queue: VecDeque<Input>,
    worker: WorkerState,
    /// The worker is to step even though nothing came in.
    kicked: bool,
    /// The client is being opened: a worker that came now would take the first step from who opens it, and the client be
    /// given out before that is done.
    is_opening: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum WorkerState {
    #[default]
    NotStarted,
    #[cfg(feature = "http")]
    Running,
    /// Closed by the threads of the game, without a worker.
    Closing,
    Ended,
}

/// One open client.
pub struct Engine {
    core: Mutex<Core>,
    inbox: Mutex<Inbox>,
    /// Wakes the worker.
    came_in: Condvar,
    /// Wakes who waits for the end.
    ended: Condvar,
    board: Mutex<Board>,
    handed: Mutex<Option<Told>>,
    vault: Mutex<Option<Vault>>,
    transport: Option<Arc<dyn Transport>>,
    gate: GateId,
    identity: Box<str>,
    /// Changes under the inbox's lock only.
    is_stopped: AtomicBool,
    is_poisoned: AtomicBool,
    is_closing: AtomicBool,
    is_closed: AtomicBool,
    is_stepping: AtomicBool,
    /// Until when a close lets the ad service be told of the end, in milliseconds from the opening.
    end_by: AtomicU64,
    opened: Instant,
    /// One close at a time.
    closing: Mutex<()>,
    /// Work on the record that is queued or going on.
    store_pending: AtomicUsize,
    storing: Arc<Storing>,
    clock: Arc<dyn Clock>,
    /// How this client's threads are made, if it has any.
    #[cfg(feature = "http")]
    threads: Option<Crew>,
    me: Weak<Self>,
}

/// The open clients by what they hold, so that none is opened twice.
static OPEN: Mutex<BTreeMap<Box<str>, Weak<Engine>>> = Mutex::new(BTreeMap::new());
static LAST_REQUEST: AtomicU64 = AtomicU64::new(0);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same for a lock that may be held for long; `None` when the time is up before.
fn lock_until<T>(mutex: &Mutex<T>, deadline: Instant) -> Option<MutexGuard<'_, T>> {
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

impl Engine {
    /// Opens a client: reads its record and makes its decisions available. With a server and an allowed network the
    /// first refresh starts.
    ///
    /// # Errors
    /// `Busy` when the player's record is open in this process, `Limit` when too many clients are open.
    pub fn open(options: OpenOptions) -> Result<Arc<Self>, Outcome> {
        let identity: Box<str> = format!("{}\n{}", options.place, options.player).into();
        Self::make_room(&identity, options.take_over)?;
        let writer = Writer::open(&options.place, &options.player)
            .ok_or_else(|| Outcome::new(Code::Limit, format!("{MAX_CLIENTS} clients are open; close one first")))?;
        let mut client = Client::new(options.config);
        let start = options.clock.now();
        client.set_token(start, options.token.as_deref());
        client.set_network_allowed(start, options.network_allowed);
        let engine = Arc::new_cyclic(|me| Self {
            core: Mutex::new(Core {
                client,
                is_loaded: false,
                held: VecDeque::new(),
                stopping: false,
                relock_at: None,
                found: Vec::new(),
            }),
            inbox: Mutex::new(Inbox {
                is_opening: true,
                ..Inbox::default()
            }),
            came_in: Condvar::new(),
            ended: Condvar::new(),
            gate: writer.gate(),
            board: Mutex::new(Board::new(writer)),
            handed: Mutex::new(None),
            vault: Mutex::new(Some(Vault::new(options.records, &options.player))),
            transport: options.transport,
            identity,
            is_stopped: AtomicBool::new(false),
            is_poisoned: AtomicBool::new(false),
            is_closing: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            is_stepping: AtomicBool::new(false),
            end_by: AtomicU64::new(u64::MAX),
            opened: Instant::now(),
            closing: Mutex::new(()),
            store_pending: AtomicUsize::new(0),
            storing: Arc::new(Storing::new(options.deferred)),
            clock: options.clock,
            #[cfg(feature = "http")]
            threads: options.threads.map(Crew::new),
            me: Weak::clone(me),
        });
        engine.register()?;
        engine.await_answers();
        engine.load();
        engine.step(None);
        lock(&engine.board).pump();
        let came_meanwhile = {
            let mut inbox = lock(&engine.inbox);
            inbox.is_opening = false;
            !inbox.queue.is_empty()
        };
        let wakes = lock(&engine.core).client.wake_in_ms(engine.now()).is_some();
        if came_meanwhile || wakes || engine.storing.has_jobs() {
            engine.kick();
        }
        log::write(Level::Info, "client", || format!("opened: {}", engine.diagnostics()));
        Ok(engine)
    }

    /// Makes sure that no other client of this process has the record.
    fn make_room(identity: &str, take_over: bool) -> Result<(), Outcome> {
        let holder = lock(&OPEN).get(identity).and_then(Weak::upgrade);
        let Some(holder) = holder else { return Ok(()) };
        let was_left = holder.is_closing.load(Ordering::Acquire);
        if !take_over && !was_left {
            return Err(Outcome::new(
                Code::Busy,
                "this player's record is open in this process; close that client, or ask to take over",
            ));
        }
        // One that is being closed needs no leave, but is not waited for.
        let drain = Duration::from_millis(if take_over { TAKE_OVER_MS } else { 0 });
        match holder.close(drain) {
            Closed::Done => Ok(()),
            Closed::Pending => Err(Outcome::new(
                Code::Busy,
                "the client that had this player's record is still storing; try again",
            )),
        }
    }

    fn register(self: &Arc<Self>) -> Result<(), Outcome> {
        let mut open = lock(&OPEN);
        // Not upgraded: to drop the last reference here would lock this lock again.
        if open.get(&self.identity).is_some_and(|holder| holder.strong_count() > 0) {
            return Err(Outcome::new(
                Code::Busy,
                "this player's record was opened in this process meanwhile",
            ));
        }
        open.insert(self.identity.clone(), Arc::downgrade(self));
        Ok(())
    }

    /// The gate of the frame path.
    pub fn gate(&self) -> GateId {
        self.gate
    }

    /// Whether the client was stopped or is being closed.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// Whether a close is done: the client holds nothing any more.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Stops: everything accepted completes, nothing more is taken. Returns at once.
    pub fn stop(&self) {
        {
            let mut inbox = lock(&self.inbox);
            if self.is_stopped.swap(true, Ordering::AcqRel) {
                return;
            }
            inbox.queue.push_back(Input::Stop);
        }
        self.kick();
    }

    /// Nothing is sent any more.
    fn shut_transport_down(&self) {
        if let Some(transport) = &self.transport {
            transport.shut_down();
        }
    }

    /// Denies everything at once, then waits at most `drain` for what is being stored.
    pub fn close(&self, drain: Duration) -> Closed {
        let deadline = Instant::now() + drain;
        self.is_closing.store(true, Ordering::Release);
        lock(&self.board).close_gate();
        // After one close has returned, no other may call what the host has freed since.
        let Some(_turn) = lock_until(&self.closing, deadline) else {
            return if self.is_closed() {
                Closed::Done
            } else {
                Closed::Pending
            };
        };
        if self.is_closed() {
            return Closed::Done;
        }
        // The rest of the time is for what is being stored.
        let for_the_end = u64::try_from(drain.as_millis() / 4 * 3).unwrap_or(u64::MAX);
        self.end_by
            .store(self.open_ms().saturating_add(for_the_end), Ordering::Release);
        self.keep_from_starting();
        self.stop();
        self.kick();
        if !self.end_idle(deadline) {
            return Closed::Pending;
        }
        let mut inbox = lock(&self.inbox);
        while inbox.worker != WorkerState::Ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Closed::Pending;
            }
            inbox = self
                .ended
                .wait_timeout(inbox, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(inbox);
        match lock_until(&self.vault, deadline) {
            Some(mut vault) => drop(vault.take()),
            None => return Closed::Pending,
        }
        self.let_go();
        self.end_threads(deadline.min(Instant::now() + Duration::from_millis(THREADS_MS)));
        self.is_closed.store(true, Ordering::Release);
        Closed::Done
    }

    /// Waits until the threads are gone, so that their memory is; one that hangs is left to end by itself.
    fn end_threads(&self, until: Instant) {
        self.storing.end();
        #[cfg(feature = "http")]
        if let Some(threads) = &self.threads {
            threads.wait(until);
        }
        if let Some(transport) = &self.transport {
            transport.wait_for_threads(until);
        }
    }

    /// A client that no worker drives is closed on the thread that closes it: from here on no worker starts.
    fn keep_from_starting(&self) {
        let mut inbox = lock(&self.inbox);
        if inbox.worker == WorkerState::NotStarted {
            inbox.worker = WorkerState::Closing;
        }
    }

    /// Drives a client that has no worker to its end. False when that takes longer.
    fn end_idle(&self, deadline: Instant) -> bool {
        if lock(&self.inbox).worker != WorkerState::Closing {
            return true;
        }
        loop {
            if self.claim_step() {
                let is_well = self.step_claimed(None).is_well;
                // Looked at under the claim: a hook of the host's may be inside otherwise, and hold the client.
                if !is_well || self.is_over(&lock(&self.core)) {
                    // Never given back: a pump that comes late finds nothing to do.
                    break;
                }
                self.is_stepping.store(false, Ordering::Release);
            }
            if Instant::now() >= deadline {
                return false;
            }
            // What is awaited comes from another thread: the medium, or the network.
            std::thread::sleep(Duration::from_millis(1));
        }
        self.end();
        true
    }

    /// For how long the client has been open, by the system's clock.
    fn open_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Both clocks now.
    fn now(&self) -> Now {
        self.clock.now()
    }

    /// Gives the record's name back.
    fn let_go(&self) {
        let mut open = lock(&OPEN);
        if open
            .get(&self.identity)
            .is_some_and(|holder| Weak::ptr_eq(holder, &self.me))
        {
            open.remove(&self.identity);
        }
        if open.is_empty() {
            // An empty map may keep memory; a new one has none.
            *open = BTreeMap::new();
        }
    }

    /// Hands an input in; false when the client was stopped and takes nothing more.
    fn put(&self, input: Input) -> bool {
        {
            let mut inbox = lock(&self.inbox);
            // Looked at under the lock: behind a stop nothing is queued that would never be answered.
            if self.is_stopped() && !matches!(input, Input::Reply(..) | Input::Saved(..) | Input::Loaded(..)) {
                return false;
            }
            inbox.queue.push_back(input);
        }
        self.kick();
        true
    }

    /// Wakes the worker, starting it when it does not run yet.
    fn kick(&self) {
        let mut inbox = lock(&self.inbox);
        inbox.kicked = true;
        #[cfg(feature = "http")]
        if inbox.worker == WorkerState::NotStarted
            && !inbox.is_opening
            && let Some(threads) = &self.threads
            && let Some(me) = self.me.upgrade()
            && start(threads, "", move || me.work())
        {
            inbox.worker = WorkerState::Running;
        }
        // Without a worker nobody waits, and waking nobody is a call into the system all the same.
        if inbox.worker != WorkerState::NotStarted {
            self.came_in.notify_one();
        }
    }

    /// Gives all open clients the cell of a feature that has just been given its number.
    pub fn fill_all(number: u32, name: &str) {
        let open: Vec<_> = lock(&OPEN).values().filter_map(Weak::upgrade).collect();
        for engine in open {
            lock(&engine.board).fill(number, name);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        lock(&self.board).close_gate();
        self.shut_transport_down();
        self.storing.end();
        self.let_go();
    }
}

/// Starts a thread of a client's; false when the system gives none.
#[cfg(feature = "http")]
fn start(threads: &Crew, suffix: &str, body: impl FnOnce() + Send + 'static) -> bool {
    let started = threads.spawn(suffix, body);
    if let Err(error) = &started {
        log::write(Level::Error, "threads", || {
            format!("no thread could be started: {error}")
        });
    }
    started.is_ok()
}

/// Closes every open client, and waits until all threads are gone; at most `drain` for all of it together.
pub fn close_all(drain: Duration) -> Closed {
    let deadline = Instant::now() + drain;
    let open: Vec<_> = lock(&OPEN).values().filter_map(Weak::upgrade).collect();
    for engine in &open {
        lock(&engine.board).close_gate();
        engine.stop();
    }
    let mut all = Closed::Done;
    for engine in open {
        if engine.close(deadline.saturating_duration_since(Instant::now())) == Closed::Pending {
            all = Closed::Pending;
        }
    }
    #[cfg(feature = "http")]
    if !super::threads::wait_for_all(deadline) {
        all = Closed::Pending;
    }
    all
}

/// The number of a feature name; every open client's cell of a new one is written before this returns.
///
/// # Errors
/// The name is empty or too long, or all numbers are given out.
pub fn intern(name: &str) -> Result<u32, features::InternError> {
    let (number, is_new) = features::intern(name)?;
    if is_new {
        Engine::fill_all(number, name);
        features::make_findable(number);
    }
    Ok(number)
}
