//! What a session is and means: the model, reading it, comparing two, access to a feature, notices for the player.
//!
//! Pure: no input or output, no clock, no `unsafe`. Compiles as `no_std` with `alloc`.
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

mod access;
mod bounds;
mod compare;
mod decision;
mod fast;
#[cfg(test)]
mod fast_tests;
mod model;
mod names;
mod notice;
mod parse;
mod texts;
mod wire;

pub use access::{Access, Direction};
pub use bounds::{MAX_DEPTH, MAX_JSON_BYTES, MAX_PERMISSIONS};
pub use compare::{Change, ChangeKind, Changes, compare};
pub use decision::{Decision, Freshness, NextStep, Reason};
pub use fast::Apart;
pub use model::{AgeStatus, Allowance, AllowanceValue, Found, ManagedBy, Permission, Session, Status};
pub use names::{DisplayNames, STANDARD_NAMES, display_name};
pub(crate) use notice::features_on;
pub use notice::{Notice, NoticeKind};
pub use parse::ParseError;
pub use texts::{Language, Texts, UnknownKey};
