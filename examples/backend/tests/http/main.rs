//! The server over real HTTP, against a scripted k-ID. Every answer is checked against `openapi.json` on its way.

mod binding;
mod faults;
mod limits;
mod process;
mod sessions;
mod support;
mod tokens;
mod webhooks;
