//! What builds for other platforms: cargo with Debian's rustc, which comes with the source of its standard library, so
//! that the library can be built for every target without another Rust.

use std::{path::PathBuf, process::Command};

use crate::run::{cargo, target};

/// `cargo WORDS` for a target, with the parts of the standard library that are built with it.
pub fn cross(words: &[&str], triple: &str, parts: &str) -> Command {
    let mut command = cargo();
    command
        .args(words)
        .args(["--quiet", "--package", "playgate", "--target", triple]);
    command.arg(format!("-Zbuild-std={parts}"));
    command
        // Of a stable rustc; what is unstable is building the standard library.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", rustc())
        .env("CARGO_TARGET_DIR", folder())
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    command
}

/// The packages with it.
pub fn needed() -> &'static [(&'static str, &'static str)] {
    if std::env::var_os("PLAYGATE_CROSS_RUSTC").is_some() {
        return &[];
    }
    &[
        ("/usr/share/doc/rustc-web", "rustc-web"),
        ("/usr/lib/rustlib/src/rust/library", "rust-web-src"),
    ]
}

/// Debian's, or what PLAYGATE_CROSS_RUSTC names: a rustc that has the source of its standard library.
fn rustc() -> PathBuf {
    std::env::var_os("PLAYGATE_CROSS_RUSTC").map_or_else(|| "/usr/bin/rustc".into(), PathBuf::from)
}

/// Where these builds go: one folder, so that what runs on this machine itself is built once.
fn folder() -> PathBuf {
    target().join("cross")
}

/// Where a build for this target and profile is.
pub fn built(triple: &str, profile: &str) -> PathBuf {
    folder().join(triple).join(profile)
}
