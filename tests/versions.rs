//! One version, wherever it is written: header, manifest and library; Cargo.toml, library and changelog.
#![cfg(feature = "capi")]

use std::ffi::CStr;

use playgate::ffi::process::{playgate_abi_version, playgate_version};

/// The number after the only line that begins so.
fn number_after(text: &str, start: &str) -> u32 {
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(start)).collect();
    assert_eq!(found.len(), 1, "{start}");
    found[0].trim().parse().expect(start)
}

#[test]
fn the_abi_version_is_the_same_everywhere() {
    let version = playgate_abi_version();
    let header = include_str!("../include/playgate.h");
    assert_eq!(number_after(header, "#define PLAYGATE_ABI_VERSION "), version);
    let manifest = include_str!("../include/playgate.abi");
    assert_eq!(number_after(manifest, "constant PLAYGATE_ABI_VERSION = "), version);
}

#[test]
fn the_version_is_the_same_everywhere() {
    // SAFETY: the header promises a static text that ends in a NUL.
    let library = unsafe { CStr::from_ptr(playgate_version()) };
    assert_eq!(library.to_str(), Ok(env!("CARGO_PKG_VERSION")));
    let changelog = include_str!("../CHANGELOG.md");
    let newest = changelog
        .lines()
        .find_map(|line| line.strip_prefix("## "))
        .expect("an entry");
    let (version, when) = newest
        .split_once(" - ")
        .expect("a version and a date, or \"unreleased\"");
    assert_eq!(version, env!("CARGO_PKG_VERSION"), "the changelog's newest entry");
    let is_date = when.len() == 10 && when.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    assert!(is_date || when == "unreleased", "{when}");
    let plugin: serde_json::Value = serde_json::from_str(include_str!("../bindings/unreal/Playgate/Playgate.uplugin"))
        .expect("the plugin's descriptor");
    assert_eq!(plugin["VersionName"], env!("CARGO_PKG_VERSION"), "the Unreal plugin");
}
