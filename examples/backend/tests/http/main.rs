//! The server over real HTTP, against a scripted k-ID. Every answer is checked against `openapi.json` on its way.

mod binding;
mod challenges;
mod defaults;
mod faults;
mod fleet;
mod hostile;
mod issuer;
mod limits;
mod metrics;
mod open_challenge;
mod outage;
mod parent_page;
mod parents;
mod process;
mod reads;
mod resilience;
mod secrets;
mod sessions;
mod signatures;
mod support;
mod tokens;
mod upgrade;
mod webhooks;
