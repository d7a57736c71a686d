//! What is said to each server. Pure: builds requests, reads responses; knows no socket, no clock.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::todo,
        clippy::unreachable
    )
)]
#![forbid(unsafe_code)]

pub mod age_signal;
pub mod backend;
pub mod challenge;
pub mod game_session;
pub mod http;
mod retry_after;
pub mod upgrade;
mod url;

#[cfg(feature = "trusted-server")]
pub mod kid;
#[cfg(feature = "trusted-server")]
pub mod webhook;

pub use retry_after::retry_after_ms;
pub use url::{UrlError, is_loopback, is_web_url, join_path};
