//! The outside world: transport, storage, clocks, threads. Drives the client.

pub mod record;
pub mod storage;
