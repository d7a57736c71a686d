//! Playgate keeps a player's k-ID session for a game: which features are allowed, what changed since the player last
//! looked, why a feature is locked and what to do about it.
//!
//! The house, top to bottom; an arrow runs only downwards:
//!
//! - `ffi`: the C ABI. Thin; the header `include/playgate.h` is generated from it.
//! - `host`: the outside world: transport, storage, clock, worker thread. Drives the client.
//! - [`client`]: one player's state machine, without input or output.
//! - [`protocol`]: what is said to each server.
//! - [`session`]: what a session is and means.
//!
//! `session`, `protocol` and `client` compile as `no_std` with `alloc`.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![deny(unsafe_code)]

extern crate alloc;

pub mod client;
#[cfg(feature = "capi")]
#[doc(hidden)]
pub mod ffi;
#[cfg(feature = "std")]
pub mod host;
pub mod protocol;
pub mod session;
