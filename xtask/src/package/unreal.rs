//! The plugin for Unreal as an archive: its sources, the headers, this platform's library, licenses. It unpacks into a
//! project's `Plugins` folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Inventory, copy, make_parent, pack};
use crate::run::{self, root};

/// The files that are in the archive.
const CONTENTS: &str = include_str!("unreal.txt");

/// Where the plugin keeps the library.
const LIBRARY: &str = "Source/ThirdParty/PlaygateLibrary";

/// The headers and documents of the package, and where they are in the plugin.
const FROM_PACKAGE: &[(&str, &str)] = &[
    (
        "include/playgate.h",
        "Source/ThirdParty/PlaygateLibrary/include/playgate.h",
    ),
    (
        "include/playgate.hpp",
        "Source/ThirdParty/PlaygateLibrary/include/playgate.hpp",
    ),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("licenses/THIRD-PARTY.txt", "licenses/THIRD-PARTY.txt"),
    (
        "licenses/rust-standard-library.html",
        "licenses/rust-standard-library.html",
    ),
    ("playgate.cdx.json", "playgate.cdx.json"),
];

/// Makes the archive in `folder` from what the package for C has in `stage`.
///
/// # Errors
/// What is missing, or what a tool said.
pub fn make(stage: &Path, inventory: &Inventory, folder: &Path) -> Result<PathBuf, String> {
    let platform = platform(&inventory.triple)?;
    let plugin = folder.join("stage-unreal/Playgate");
    if plugin.exists() {
        fs::remove_dir_all(&plugin).map_err(|error| format!("{}: {error}", plugin.display()))?;
    }
    for file in sources()? {
        copy(
            &root().join("bindings/unreal/Playgate").join(&file),
            &plugin.join(&file),
        )?;
    }
    for (from, to) in FROM_PACKAGE {
        copy(&stage.join(from), &plugin.join(to))?;
    }
    copy(&root().join("bindings/unreal/README.md"), &plugin.join("README.md"))?;
    copy(
        &stage.join("lib/libplaygate.so"),
        &plugin.join(LIBRARY).join("lib").join(platform).join("libplaygate.so"),
    )?;
    let archive = folder.join(format!("playgate-unreal-{}.tar.gz", inventory.version()));
    make_parent(&archive)?;
    pack(&plugin, &archive)?;
    Ok(archive)
}

/// What Unreal calls the platform.
fn platform(triple: &str) -> Result<&'static str, String> {
    match triple.split('-').collect::<Vec<_>>().as_slice() {
        ["x86_64", _, "linux", "gnu"] => Ok("Linux"),
        ["aarch64", _, "linux", "gnu"] => Ok("LinuxArm64"),
        _ => Err(format!("Unreal has no platform for {triple}")),
    }
}

/// The plugin's files that are in the repository. What lies in its folder besides is not shipped.
fn sources() -> Result<Vec<PathBuf>, String> {
    let mut list = Command::new("git");
    list.current_dir(root().join("bindings/unreal/Playgate")).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let mut files: Vec<PathBuf> = run::output(&mut list)?.lines().map(PathBuf::from).collect();
    files.sort();
    if files.is_empty() {
        return Err("git lists no file of the Unreal plugin".to_owned());
    }
    Ok(files)
}

/// The archive holds the files that `unreal.txt` says.
///
/// # Errors
/// The list, when it is another one.
pub fn contents(archive: &Path) -> Result<(), String> {
    let list = run::output(Command::new("tar").arg("-tzf").arg(archive))?;
    let mut found: String = list
        .lines()
        .filter(|line| !line.ends_with('/'))
        .collect::<Vec<_>>()
        .join("\n");
    found.push('\n');
    if found == CONTENTS {
        return Ok(());
    }
    Err(format!(
        "the archive for Unreal holds other files than xtask/src/package/unreal.txt says; it holds:\n{found}"
    ))
}

/// The unpacked plugin is whole: its logic compiles with the headers that are in it, and links with its library.
///
/// # Errors
/// What a tool said.
pub fn test(archive: &Path) -> Result<(), String> {
    let folder = tempfile::Builder::new()
        .prefix("playgate in a project ")
        .tempdir()
        .map_err(|error| format!("no temporary folder: {error}"))?;
    let folder = folder.path();
    run::output(
        Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("--directory")
            .arg(folder),
    )?;
    let plugin = folder.join("Playgate");
    let program = folder.join("program");
    let main = folder.join("main.cpp");
    let text = "#include \"Core/GameClient.h\"\nint main() { return PlaygateCore::FGameClient::FeatureNumber(\"voice-chat\") == 1 ? 0 : 1; }\n";
    fs::write(&main, text).map_err(|error| format!("{}: {error}", main.display()))?;
    let library = plugin.join(LIBRARY);
    let mut build = Command::new("g++");
    build
        .args(["-std=c++17", "-fno-exceptions", "-fno-rtti", "-I"])
        .arg(library.join("include"));
    build.arg("-I").arg(plugin.join("Source/Playgate/Private")).arg(&main);
    for part in [
        "FrameBudget",
        "GameClient",
        "HttpExchanges",
        "Models",
        "PlayerScope",
        "QrImage",
        "RequestBook",
        "SlotStore",
    ] {
        build.arg(plugin.join(format!("Source/Playgate/Private/Core/{part}.cpp")));
    }
    let platforms = fs::read_dir(library.join("lib")).map_err(|error| format!("{}: {error}", library.display()))?;
    for platform in platforms.flatten() {
        build.arg(platform.path().join("libplaygate.so"));
        build.arg(format!("-Wl,-rpath,{}", platform.path().display()));
    }
    run::output(build.arg("-o").arg(&program))?;
    run::output(&mut Command::new(&program)).map(drop)
}
