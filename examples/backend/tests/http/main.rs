//! The server over real HTTP, against a scripted k-ID. Every answer is checked against `openapi.json` on its way.

mod binding;
mod challenges;
mod faults;
mod limits;
mod open_challenge;
mod parent_page;
mod parents;
mod process;
mod secrets;
mod sessions;
mod support;
mod tokens;
mod upgrade;
mod webhooks;
