//! `cargo xtask platforms`: the library on systems other than this one, as far as they can be had here.

mod host;
mod https;
mod linux;
pub mod toolchain;
mod types;
mod windows;
mod wine;

pub use windows::Windows;

use std::time::Instant;

use crate::setup;

/// What Windows takes: MinGW for C, Wine, and what [`toolchain`] builds with.
const NEEDED_FOR_WINDOWS: &[(&str, &str)] = &[
    ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    ("/usr/lib/wine/wine64", "wine64"),
    ("wine", "wine"),
];

/// What the others take.
const NEEDED: &[(&str, &str)] = &[
    ("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    ("/usr/aarch64-linux-gnu/include/stdio.h", "libc6-dev-arm64-cross"),
    ("qemu-aarch64", "qemu-user"),
    ("python3", "python3"),
    ("pip3", "python3-pip"),
];

/// Builds, runs and checks all of it, or only what has `word` in its name. What fails does not keep the others from being
/// tried.
///
/// # Errors
/// When anything failed.
pub fn run(word: &str) -> Result<(), String> {
    setup::ensure()?;
    ensure_windows()?;
    setup::ensure_also(NEEDED)?;
    let mut report = Report {
        word: word.to_lowercase(),
        ..Report::default()
    };
    report.step("Windows x86-64", windows);
    report.step("Linux ARM64 under qemu", || {
        linux::arm64().map(|count| format!("run: {count} C tests"))
    });
    report.step("Linux x86-64 with glibc 2.17", || {
        linux::old_glibc().map(|count| format!("run: {count} C tests"))
    });
    report.step("Nintendo Switch, the pure rooms without std", || {
        types::console().map(|()| "generated".to_owned())
    });
    for (name, triple, features) in types::all() {
        report.step(&format!("{name} ({features})"), || {
            types::check(triple, features).map(|()| "type-checked".to_owned())
        });
    }
    report.close()
}

/// Makes sure that what the Windows part needs is there.
///
/// # Errors
/// What cannot be installed.
pub fn ensure_windows() -> Result<(), String> {
    setup::ensure_also(NEEDED_FOR_WINDOWS)?;
    setup::ensure_also(toolchain::needed())
}

fn windows() -> Result<String, String> {
    let windows = Windows::release()?;
    let functions = windows.is_self_contained()?;
    let tests = windows.c_programs(host::MAIN_PROGRAMS)?;
    windows.game()?;
    let mut rust = windows.rust_tests()?;
    rust.add(windows.kills()?);
    let rust = rust.passed;
    Ok(format!(
        "run: {tests} C tests, {rust} Rust tests, the C game; the DLL exports {functions} functions"
    ))
}

/// What was done, and how it ended.
#[derive(Default)]
struct Report {
    word: String,
    rows: Vec<(String, String)>,
    failed: usize,
}

impl Report {
    fn step(&mut self, name: &str, body: impl FnOnce() -> Result<String, String>) {
        if !name.to_lowercase().contains(&self.word) {
            return;
        }
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = body().unwrap_or_else(|error| {
            println!("FAILED: {name}\n{error}");
            self.failed += 1;
            "FAILED".to_owned()
        });
        let outcome = format!("{outcome} ({:.0} s)", started.elapsed().as_secs_f32());
        self.rows.push((name.to_owned(), outcome));
    }

    fn close(self) -> Result<(), String> {
        println!("\n== platforms");
        for (name, outcome) in &self.rows {
            println!("{name:<44} {outcome}");
        }
        if self.rows.is_empty() {
            return Err(format!("no platform has \"{}\" in its name", self.word));
        }
        if self.failed == 0 {
            return Ok(());
        }
        Err(format!("{} of {} failed", self.failed, self.rows.len()))
    }
}
