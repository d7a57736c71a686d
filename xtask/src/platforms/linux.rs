//! Linux on ARM64, run by an emulator, and Linux x86-64 for systems with an old glibc.

use std::{path::PathBuf, process::Command};

use super::{
    host::{Host, MAIN_PROGRAMS, PROGRAMS},
    toolchain,
};
use crate::{
    library::Linkage,
    run::{self, cargo, target},
};

/// The oldest glibc that the shared library runs with.
const GLIBC: (u32, u32) = (2, 17);

const TOOLS: &[&str] = &["ziglang==0.17.1", "cargo-zigbuild==0.24.0"];

/// Builds both libraries for ARM64 and runs the C tests in an emulator. Gives how many passed.
///
/// # Errors
/// What could not be built, or the first test that does not pass.
pub fn arm64() -> Result<usize, String> {
    const TRIPLE: &str = "aarch64-unknown-linux-gnu";
    const COMPILER: &str = "aarch64-linux-gnu-gcc";
    let mut build = toolchain::cross(&["build", "--lib", "--release"], TRIPLE, "std,panic_unwind");
    run::ok(build.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", COMPILER))?;
    let host = Host {
        runner: ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
            .map(str::to_owned)
            .into(),
        ..host("arm64", COMPILER, &toolchain::built(TRIPLE, "release"))
    };
    Ok(host.test(PROGRAMS, Linkage::Shared)? + host.test(MAIN_PROGRAMS, Linkage::Static)?)
}

/// Builds the shared library for an old glibc, looks what it asks of glibc, and runs the C tests with it. Gives how many
/// passed.
///
/// # Errors
/// What could not be built, or the first test that does not pass.
pub fn old_glibc() -> Result<usize, String> {
    let (major, minor) = GLIBC;
    let folder = target().join("zig");
    let tools = folder.join("tools");
    if !tools.join("bin/cargo-zigbuild").exists() {
        let mut install = Command::new("python3");
        install
            .args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(&tools)
            .args(TOOLS);
        run::ok(&mut install)?;
    }
    let mut build = cargo();
    let program = build.get_program().to_owned();
    let mut zig = Command::new(tools.join("bin/cargo-zigbuild"));
    zig.current_dir(run::root())
        .envs(build.get_envs().filter_map(|(name, value)| Some((name, value?))));
    zig.args(["zigbuild", "--quiet", "--package", "playgate", "--lib", "--release"]);
    zig.arg(format!("--target=x86_64-unknown-linux-gnu.{major}.{minor}"));
    zig.env("CARGO", program)
        .env("PYTHONPATH", &tools)
        .env("CARGO_TARGET_DIR", &folder);
    build.env_clear();
    run::ok(&mut zig)?;
    let folder = folder.join("x86_64-unknown-linux-gnu/release");
    needs_no_newer_glibc(&folder.join("libplaygate.so"))?;
    host("old-glibc", "gcc", &folder).test(PROGRAMS, Linkage::Shared)
}

fn host(name: &'static str, compiler: &str, folder: &std::path::Path) -> Host {
    let file = |name: &str| folder.join(name).display().to_string();
    let system = ["-ldl", "-lm", "-lpthread"].map(str::to_owned);
    let mut shared = vec![
        file("libplaygate.so"),
        format!("-Wl,-rpath,{}", folder.display()),
        // cargo's LD_LIBRARY_PATH names other builds' folders; this run path comes before it.
        "-Wl,--disable-new-dtags".to_owned(),
    ];
    shared.extend(system.clone());
    let mut with_static = vec![file("libplaygate.a")];
    with_static.extend(system);
    Host {
        name,
        compiler: vec![compiler.to_owned()],
        shared,
        with_static,
        suffix: "",
        runner: Vec::new(),
        environment: Vec::new(),
    }
}

fn needs_no_newer_glibc(shared: &PathBuf) -> Result<(), String> {
    let shown = run::output(Command::new("readelf").args(["--version-info", "--wide"]).arg(shared))?;
    let versions: Vec<(u32, u32)> = shown
        .split("Name: GLIBC_")
        .skip(1)
        .filter_map(|rest| {
            let mut numbers = rest.split_whitespace().next()?.split('.');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .collect();
    let Some(newest) = versions.iter().max() else {
        return Err(format!("{} does not say which glibc it needs", shared.display()));
    };
    println!("  needs glibc {}.{}", newest.0, newest.1);
    if *newest > GLIBC {
        return Err(format!("libplaygate.so needs glibc {}.{}", newest.0, newest.1));
    }
    Ok(())
}
