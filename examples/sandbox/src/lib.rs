//! A simulated k-ID service: sessions, challenges, signed webhooks, and a control API with web pages on which a person
//! plays the parent. Next to it a simulated ad service, with its own users and their game sessions. Everything is in
//! memory; nothing leaves the machine except webhooks to the address that was set.
//!
//! The rooms: `state` (players, ages, sessions, challenges), `kid` (what a product's server asks), `webhooks` (what it is
//! told), `ads` (what a game asks of the ad service), `faults` (how a service breaks), `control` (what the parent and
//! tests do), `page` (the same by hand), `request_log`, and `server`, which joins them.
//!
//! ```
//! use playgate_sandbox::{Config, Sandbox};
//!
//! let sandbox = Sandbox::start(Config::default())?;
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! sandbox.stop();
//! # Ok::<(), std::io::Error>(())
//! ```

#![warn(missing_docs)]

mod ads;
mod config;
mod control;
mod error;
mod faults;
mod kid;
mod page;
mod request_log;
mod server;
mod state;
mod webhooks;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

pub use config::Config;
use server::App;

/// A running sandbox. It serves on threads of its own until it is stopped or dropped.
pub struct Sandbox {
    address: SocketAddr,
    running: Option<Running>,
}

struct Running {
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    stopped: mpsc::Receiver<()>,
}

impl Sandbox {
    /// Starts a sandbox. When this returns, the port takes connections.
    ///
    /// # Errors
    /// The port is taken (`AddrInUse`), `config` is not usable (`InvalidInput`), or the system gives no thread. The text
    /// says which.
    pub fn start(config: Config) -> io::Result<Self> {
        let invalid = |error: error::ApiError| io::Error::new(io::ErrorKind::InvalidInput, error.message);
        if config.api_key.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the API key must not be empty",
            ));
        }
        let listener = TcpListener::bind(config.listen).map_err(|error| {
            let what = match error.kind() {
                io::ErrorKind::AddrInUse => "is taken by another program".to_owned(),
                _ => format!("cannot be listened on: {error}"),
            };
            io::Error::new(error.kind(), format!("{} {what}", config.listen))
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let app = Arc::new(App::new(config, address).map_err(invalid)?);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("playgate-sandbox")
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stop_asked) = oneshot::channel();
        let (say_stopped, stopped) = mpsc::channel();
        runtime.spawn(async move {
            server::serve(app, listener, stop_asked).await;
            // Nobody listens when the sandbox was dropped in a hurry.
            let _ = say_stopped.send(());
        });
        Ok(Self {
            address,
            running: Some(Running { runtime, stop, stopped }),
        })
    }

    /// `http://ADDRESS:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: when this returns, the port is closed and so are all connections, those that hang included. Webhooks
    /// that are on their way are abandoned.
    pub fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        // The server is gone already if nobody takes the word.
        let _ = running.stop.send(());
        let _ = running.stopped.recv_timeout(Duration::from_secs(5));
        running.runtime.shutdown_background();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.halt();
    }
}

/// Whole milliseconds.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Lowercase hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
