//! The outside world: transport, storage, clocks, threads. Drives the client.

mod board;
mod clock;
mod engine;
pub mod features;
#[cfg(feature = "http")]
pub mod http;
pub mod log;
pub mod record;
pub mod storage;
mod store;
pub mod table;
pub mod transport;
mod vault;
#[cfg(feature = "http")]
mod worker;

pub use clock::now;
pub use engine::{Closed, Engine, HandedNotice, OpenOptions, close_all, intern};
pub use store::Store;
pub use vault::{OpenRecords, outcome as record_outcome};
