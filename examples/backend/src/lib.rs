//! A studio's server for games that use Playgate. It alone holds the k-ID API key; a game proves with a signed token
//! which player it speaks for, and gets that player's session and no other.
//!
//! - `routes`: the HTTP interface; `openapi.json` is the contract.
//! - `sessions`: what a player is told, and what happens to a session. `merge`: one permission into a stored session.
//!   `cache`, `coalesce`, `due`: how k-ID is asked less.
//! - `upgrade`: asking for a permission. `challenges`: what a parent or the player must answer first. `widget`:
//!   where k-ID's widgets come from.
//! - `defaults`: what a new player may do while k-ID is down. `rates`: how often a player may ask.
//! - `store`: the database. `kid`: asking k-ID.
//! - `issuer`, `token`: who says whom a token speaks for. `etag`, `error`, `config`, `metrics`, `server`: entity tags, error
//!   answers, settings, metrics, connections.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::todo
)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod cache;
mod challenges;
mod coalesce;
mod config;
mod defaults;
mod due;
mod error;
mod etag;
mod issuer;
mod kid;
mod merge;
mod metrics;
mod rates;
mod routes;
mod server;
mod sessions;
mod store;
mod token;
mod upgrade;
mod widget;

/// The README's code is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use std::{net::SocketAddr, sync::mpsc, thread::JoinHandle, time::Duration};

use tokio::{net::TcpListener, sync::oneshot};

pub use config::{
    Config, ConfigError, MAX_COMPARE_EVERY, MAX_READ_CACHE, MIN_TOKEN_SECRET_BYTES, Secret, check_token_secret,
};
pub use error::StartError;
pub use issuer::{KeySet, TokenCheck};
pub use token::{Bearer, TokenError, Tokens, issue_parent_token, issue_token};

/// A running server, on threads of its own. Stops when dropped.
#[derive(Debug)]
pub struct Backend {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Backend {
    /// Starts a server; returns once it takes connections.
    ///
    /// # Errors
    /// The configuration or the database cannot be used, or the address is taken.
    pub fn start(config: Config) -> Result<Self, StartError> {
        config.check().map_err(StartError::Config)?;
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("playgate-backend".to_owned())
            .spawn(move || run(config, &tell, stopped))
            .map_err(|error| StartError::Io("no thread could be started", error))?;
        let address = told.recv().unwrap_or_else(|_| {
            let ended = std::io::Error::other("its thread ended");
            Err(StartError::Io("the server did not start", ended))
        })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address that it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops: takes no more connections, lets requests under way end (for 10 seconds at most), closes the database.
    /// Returns when that is done. Dropping does the same.
    pub fn stop(self) {}
}

impl Drop for Backend {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Started = Result<SocketAddr, StartError>;

fn run(config: Config, tell: &mpsc::Sender<Started>, stop: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("playgate-backend")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = tell.send(Err(StartError::Io("the runtime could not be started", error)));
            return;
        }
    };
    runtime.block_on(async {
        match open(&config).await {
            Ok((listener, address, sessions)) => {
                let store = sessions.store.clone();
                let defaults = defaults::Defaults::new(&config, sessions.clone());
                let challenges = challenges::Challenges::new(&config, sessions);
                let router = routes::router(&config, challenges.clone(), defaults.clone());
                let upkeep = tokio::spawn(keep_up(store.clone(), defaults, config.webhook_window));
                let _ = tell.send(Ok(address));
                server::serve(listener, router, stop).await;
                upkeep.abort();
                challenges.finish().await;
                store.close().await;
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        }
    });
    // A request to k-ID that hangs is not waited for.
    runtime.shutdown_background();
}

/// How often old rows are forgotten and default permissions looked after.
const UPKEEP: Duration = Duration::from_secs(60);

/// What nobody asks for and is to be done all the same, for as long as the server runs.
async fn keep_up(store: store::Store, defaults: defaults::Defaults, webhook_window: Duration) {
    let mut every = tokio::time::interval(UPKEEP);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = store.sweep(webhook_window).await {
            tracing::warn!(%error, "old rows could not be removed");
        }
        defaults.renew().await;
    }
}

async fn open(config: &Config) -> Result<(TcpListener, SocketAddr, sessions::Sessions), StartError> {
    let sessions = sessions::Sessions::open(config).await?;
    let failed = |error| StartError::Io("PLAYGATE_LISTEN cannot be listened at", error);
    let listener = TcpListener::bind(&config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address, sessions))
}
