//! The outside world: transport, storage, clocks, threads. Drives the client.

#[cfg(feature = "http")]
pub mod http;
pub mod record;
pub mod storage;
pub mod transport;
