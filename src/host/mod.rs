//! The outside world: transport, storage, clocks, threads. Drives the client.

mod board;
mod clock;
mod engine;
pub mod features;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "trusted-server")]
pub mod kid;
#[cfg(feature = "capi")]
pub(crate) mod lasting;
pub mod log;
#[cfg(feature = "mock")]
pub mod mock;
pub mod random;
pub mod record;
pub mod room;
pub mod storage;
mod store;
pub mod table;
#[cfg(feature = "http")]
pub mod threads;
pub mod transport;
mod vault;
#[cfg(any(feature = "http", feature = "capi"))]
mod wipe;

pub use clock::{Clock, SystemClock, now};
pub use engine::{Closed, Engine, HandedNotice, OpenOptions, close_all, intern};
pub use store::Store;
pub use vault::{OpenRecords, outcome as record_outcome};
#[cfg(any(feature = "http", feature = "capi"))]
pub(crate) use wipe::wipe_headers;
