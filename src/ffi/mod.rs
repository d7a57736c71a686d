//! The C ABI. Thin: checks what comes in, calls the host room, writes what goes out. One file per section of the header.
//!
//! Every function stops panics, accepts NULL, stale and foreign handles, and writes its outs on failure too. The only
//! room with `unsafe`: each block says why it is sound, given what the header asks of the caller.
#![allow(
    unsafe_code,
    non_camel_case_types,
    clippy::not_unsafe_ptr_arg_deref,
    reason = "C names, and C callers, to whom `unsafe` says nothing: the header's notes say what they must get right"
)]

pub mod allocator;
mod arena;
pub mod challenge;
pub mod changes;
pub mod client;
pub mod client_state;
#[cfg(feature = "http")]
mod connections;
pub mod decision;
pub mod event;
pub mod feature;
pub mod game_session;
mod guard;
mod handle;
pub mod hooks;
#[cfg(feature = "trusted-server")]
pub mod kid;
#[cfg(feature = "trusted-server")]
pub mod kid_answer;
#[cfg(feature = "trusted-server")]
pub mod kid_calls;
mod memory;
#[cfg_attr(
    not(feature = "mock"),
    allow(unused_variables, reason = "such builds refuse every call")
)]
pub mod mock;
pub mod notice;
pub mod options;
pub mod permission;
pub mod process;
pub mod result;
#[cfg(feature = "mock")]
mod scripted;
pub mod session;
pub mod store;
pub mod text;
pub mod texts;
pub mod transport;
#[cfg(feature = "trusted-server")]
pub mod webhook;
