//! Targets whose linkers and system libraries are not to be had here: the library is type-checked for them.

use super::toolchain;
use crate::run;

const PLAIN: &str = "capi";
const FILES: &str = "capi,file-store";
const ALL: &str = "capi,file-store,http";

/// A target, and the features with which it is checked. `http` brings a C library for TLS along, whose build needs the
/// platform's own compiler on some.
const TARGETS: &[(&str, &str, &[&str])] = &[
    ("iOS", "aarch64-apple-ios", &[PLAIN, FILES]),
    ("macOS", "aarch64-apple-darwin", &[PLAIN, FILES]),
    ("Android", "aarch64-linux-android", &[PLAIN, FILES]),
    ("Windows, MSVC", "x86_64-pc-windows-msvc", &[PLAIN, FILES]),
    ("UWP", "x86_64-uwp-windows-gnu", &[PLAIN, FILES, ALL]),
    ("Vita", "armv7-sony-vita-newlibeabihf", &[PLAIN, FILES, ALL]),
    ("FreeBSD", "x86_64-unknown-freebsd", &[PLAIN, FILES, ALL]),
    ("Emscripten", "wasm32-unknown-emscripten", &[PLAIN, FILES]),
];

/// Name and target of each platform, with each set of features that is checked for it.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TARGETS
        .iter()
        .flat_map(|(name, triple, sets)| sets.iter().map(move |features| (*name, *triple, *features)))
}

/// Checks the library for a target.
///
/// # Errors
/// What does not compile.
pub fn check(triple: &str, features: &str) -> Result<(), String> {
    let mut command = toolchain::cross(&["check", "--lib"], triple, "std,panic_unwind");
    run::ok(command.args(["--no-default-features", "--features", features]))
}

/// The pure rooms as a library for a console target that has no standard library.
///
/// # Errors
/// What does not compile.
pub fn console() -> Result<(), String> {
    let mut command = toolchain::cross(
        &["rustc", "--lib", "--crate-type", "rlib", "--no-default-features"],
        "aarch64-nintendo-switch-freestanding",
        "core,alloc",
    );
    run::ok(&mut command)
}
