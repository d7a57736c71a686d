//! Windows x86-64: the DLL with its import library and the static library, linked into C programs by MinGW and run by
//! Wine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use super::{
    host::{Host, PROGRAMS},
    toolchain,
    wine::Wine,
};
use crate::{
    checks,
    demo::{
        game::{Game, Launch, hand_over},
        game_sources,
        servers::{Servers, text},
    },
    library::Linkage,
    run::{self, Counts},
};

const TRIPLE: &str = "x86_64-pc-windows-gnu";
const STD: &str = "std,panic_unwind,test";
const PREFIX: &str = "x86_64-w64-mingw32";

/// What Rust's standard library and the network need of the system, for whoever links the static library.
const SYSTEM: &[&str] = &["-lws2_32", "-lntdll", "-luserenv", "-lbcrypt", "-ladvapi32"];

/// The library's own tests that are run there, besides those inside it.
const RUST_TESTS: &[&str] = &["--test", "storage_contract", "--test", "storage_windows"];

/// A built library, and what runs programs with it.
pub struct Windows {
    folder: PathBuf,
    wine: Wine,
}

impl Windows {
    /// Quickly built, for tests.
    ///
    /// # Errors
    /// What could not be built or started.
    pub fn for_tests() -> Result<Self, String> {
        Self::build_for_tests()?;
        Self::with(toolchain::built(TRIPLE, "debug"))
    }

    /// Builds what [`Self::for_tests`] and [`Self::rust_tests`] need.
    ///
    /// # Errors
    /// What could not be built.
    pub fn build_for_tests() -> Result<(), String> {
        run::ok(&mut toolchain::cross(&["build", "--lib"], TRIPLE, STD))?;
        run::ok(
            toolchain::cross(&["test", "--no-run"], TRIPLE, STD)
                .arg("--lib")
                .args(RUST_TESTS),
        )
    }

    /// What ships.
    ///
    /// # Errors
    /// What could not be built or started.
    pub fn release() -> Result<Self, String> {
        Self::dll()?;
        Self::with(toolchain::built(TRIPLE, "release"))
    }

    /// The DLL that ships.
    ///
    /// # Errors
    /// What could not be built.
    pub fn dll() -> Result<PathBuf, String> {
        run::ok(&mut toolchain::cross(&["build", "--lib", "--release"], TRIPLE, STD))?;
        Ok(toolchain::built(TRIPLE, "release").join("playgate.dll"))
    }

    fn with(folder: PathBuf) -> Result<Self, String> {
        Ok(Self {
            folder,
            wine: Wine::start()?,
        })
    }

    /// The C tests: all of them with the DLL, these with the static library too. Gives how many passed.
    ///
    /// # Errors
    /// The first that does not pass.
    pub fn c_programs(&self, with_static: &[&str]) -> Result<usize, String> {
        let host = self.host();
        Ok(host.test(PROGRAMS, Linkage::Shared)? + host.test(with_static, Linkage::Static)?)
    }

    /// The library's own tests of clocks, files and records.
    ///
    /// # Errors
    /// When one fails.
    pub fn rust_tests(&self) -> Result<Counts, String> {
        let mut counts = self.rust_test(&["--lib"], &["host::clock", "host::record", "host::storage"])?;
        counts.add(self.rust_test(RUST_TESTS, &[])?);
        Ok(counts)
    }

    /// A process that is killed while it stores: many processes, which Wine is slow to start.
    ///
    /// # Errors
    /// When one fails.
    pub fn kills(&self) -> Result<Counts, String> {
        self.rust_test(&["--test", "storage_kill"], &[])
    }

    fn rust_test(&self, which: &[&str], filters: &[&str]) -> Result<Counts, String> {
        let mut command = toolchain::cross(&["test"], TRIPLE, STD);
        command.args(which).arg("--").args(filters);
        command
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine")
            .envs(self.wine.environment(&[]));
        let counts = run::counted(&mut command)?;
        if counts.passed == 0 {
            return Err("no test was run".to_owned());
        }
        Ok(counts)
    }

    /// The DLL exports the API alone and needs nothing that Windows does not have. Gives how many functions it has.
    ///
    /// # Errors
    /// What differs.
    pub fn is_self_contained(&self) -> Result<usize, String> {
        let dump = run::output(
            Command::new(format!("{PREFIX}-objdump"))
                .arg("-p")
                .arg(self.folder.join("playgate.dll")),
        )?;
        let needed = dump.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
        let foreign: Vec<&str> = needed.filter(|name| !is_of_windows(name)).collect();
        if !foreign.is_empty() {
            return Err(format!("playgate.dll needs what Windows does not have: {foreign:?}"));
        }
        let table = dump.split("[Ordinal/Name Pointer] Table").nth(1).unwrap_or_default();
        let exported = table
            .lines()
            .skip(1)
            .map_while(|line| line.trim().rsplit(' ').next().filter(|name| !name.is_empty()));
        checks::exports_are_the_api(exported.collect())
    }

    /// The C game lives through a day with the studio's server and the simulated k-ID: consent, a parent's change, a start
    /// without the network.
    ///
    /// # Errors
    /// The first expectation that did not come true.
    pub fn game(&self) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let flags = [
            "-std=c99",
            "-O2",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wconversion",
            "-Werror",
        ];
        let host = self.host();
        let program = host.program("game", Linkage::Shared, &game_sources("host_built_in.c"), &flags)?;
        play(starter(&host, &program, folder.path())?, folder.path())
    }

    fn host(&self) -> Host {
        let file = |name: &str| self.folder.join(name).display().to_string();
        // MinGW's own library for threads goes into the program.
        let common = ["-static", "-lpthread", "-lws2_32"].map(str::to_owned);
        let mut shared = vec![file("libplaygate.dll.a")];
        shared.extend(common.clone());
        let mut with_static = vec![file("libplaygate.a")];
        with_static.extend(SYSTEM.iter().map(|&name| name.to_owned()));
        with_static.extend(common);
        Host {
            name: "windows",
            compiler: vec![format!("{PREFIX}-gcc")],
            shared,
            with_static,
            suffix: ".exe",
            runner: vec!["wine".to_owned()],
            environment: self.wine.environment(&[&self.folder]),
        }
    }
}

/// What every Windows since 10 has.
fn is_of_windows(dll: &str) -> bool {
    const OURS: &[&str] = &[
        "advapi32.dll",
        "bcrypt.dll",
        "bcryptprimitives.dll",
        "kernel32.dll",
        "msvcrt.dll",
        "ntdll.dll",
        "userenv.dll",
        "ws2_32.dll",
    ];
    let dll = dll.to_lowercase();
    dll.starts_with("api-ms-win-") || OURS.contains(&dll.as_str())
}

/// A file that can be started as if it were the program itself.
fn starter(host: &Host, program: &Path, folder: &Path) -> Result<PathBuf, String> {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join("game");
    let mut text = "#!/bin/sh\n".to_owned();
    for (name, value) in &host.environment {
        text += &format!("export {name}='{value}'\n");
    }
    text += &format!("exec {} '{}' \"$@\"\n", host.runner.join(" "), program.display());
    let failed = |error| format!("{}: {error}", file.display());
    fs::write(&file, text).map_err(failed)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    Ok(file)
}

fn play(program: PathBuf, folder: &Path) -> Result<(), String> {
    const PLAYER: &str = "player-ann";
    const FRAMES: u32 = 300;
    let servers = Servers::start(folder)?;
    let launch = Launch {
        program,
        refresh_ms: 400,
        frames: FRAMES,
        ..servers.launch(folder, PLAYER)?
    };
    servers.control("PUT", "date", Some(&json!({"today": "2026-06-10"})))?;
    let permissions = json!([{"name": "voice-chat", "enabled": true, "managedBy": "GUARDIAN"}]);
    let new = json!({"name": "Ann", "dateOfBirth": "2013-06-15", "permissions": permissions});
    let born = servers.control("POST", "players", Some(&new))?;

    let game = Game::start(&launch)?;
    game.wait_for("age gate: open")?;
    hand_over(&born["session"], &launch.adopt)?;
    game.wait_for("event: adopt ended: PLAYGATE_OK")?;
    game.wait_for_hud(&[("Voice Chat", "on"), ("Forums", "off")])?;
    game.ended()?;

    let path = format!("players/{}/permissions/voice-chat", text(&born, "kuid")?);
    servers.control("PUT", &path, Some(&json!({"enabled": false})))?;
    let game = Game::start(&launch)?;
    game.wait_for("start: session from disk")?;
    game.wait_for_hud(&[("Voice Chat", "ask a parent")])?;
    game.wait_for("event: acknowledge ended: PLAYGATE_OK")?;
    game.ended()?;

    let game = Game::start(&Launch {
        network_off: true,
        frames: 30,
        ..launch
    })?;
    game.wait_for_hud(&[("Voice Chat", "ask a parent")])?;
    game.ended()?.must_not_have_printed("dialog:")
}
