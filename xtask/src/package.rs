//! `cargo xtask package`: the archives for C, C++ and engines under `target/package`, with licenses, a bill of materials and
//! checksums. The same input gives the same bytes.

mod bom;
mod consumer;
mod inventory;
mod licenses;
pub mod unity;
mod unreal;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    library::Library,
    run::{self, Counts, root, target},
};
use inventory::Inventory;
pub use unity::Plugin;

/// Filled in by `fill`.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "lib/cmake/Playgate/PlaygateConfig.cmake",
        include_str!("package/PlaygateConfig.cmake"),
    ),
    (
        "lib/cmake/Playgate/PlaygateConfigVersion.cmake",
        include_str!("package/PlaygateConfigVersion.cmake"),
    ),
    ("lib/pkgconfig/playgate.pc", include_str!("package/playgate.pc")),
    (
        "lib/pkgconfig/playgate-static.pc",
        include_str!("package/playgate-static.pc"),
    ),
];

/// Files of the repository that are in the archive, and where.
const DOCUMENTS: &[(&str, &str)] = &[
    ("include/playgate.h", "include/playgate.h"),
    ("bindings/cpp/playgate.hpp", "include/playgate.hpp"),
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
];

/// The files that are in the archives.
const CONTENTS: &str = include_str!("package/contents.txt");

/// What was made.
#[derive(Debug)]
pub struct Package {
    /// The folder with the archives and `SHA256SUMS`.
    pub folder: PathBuf,
    /// `playgate-VERSION-TRIPLE`, also the folder inside the archives.
    pub name: String,
    /// The version of the library.
    pub version: String,
    /// The shared library without debug info, the static one, and what is needed to use them.
    pub archive: PathBuf,
    /// Debug info of the shared library, and the static library with it.
    pub debug: PathBuf,
    /// The Unity package.
    pub unity: PathBuf,
    /// The native libraries in the Unity package.
    pub plugins: Vec<Plugin>,
    /// The plugin for Unreal, with the header and this platform's library.
    pub unreal: PathBuf,
}

impl Package {
    /// All archives.
    fn archives(&self) -> [&Path; 4] {
        [&self.archive, &self.debug, &self.unity, &self.unreal]
    }
}

/// Makes the archives in `folder`, anew. `others`: libraries for other systems, for the Unity package.
///
/// # Errors
/// What is missing, or what a tool said.
pub fn make(library: &Library, others: &[Plugin], folder: &Path) -> Result<Package, String> {
    let inventory = Inventory::take()?;
    let name = format!("playgate-{}-{}", inventory.version(), inventory.triple);
    let (stage, stage_debug) = (folder.join("stage").join(&name), folder.join("stage-debug").join(&name));
    for old in [&stage, &stage_debug] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|error| format!("{}: {error}", old.display()))?;
        }
    }
    for (from, to) in DOCUMENTS {
        copy(&root().join(from), &stage.join(to))?;
    }
    for (path, template) in TEMPLATES {
        write(&stage.join(path), &fill(template, &inventory)?)?;
    }
    write(
        &stage.join("licenses/THIRD-PARTY.txt"),
        &licenses::third_party(&inventory)?,
    )?;
    write(
        &stage.join("licenses/rust-standard-library.html"),
        &licenses::rust(&inventory)?,
    )?;
    write(&stage.join("playgate.cdx.json"), &bom::text(&inventory)?)?;
    for file in ["libplaygate.so", "libplaygate.a"] {
        copy(&library.folder.join(file), &stage.join("lib").join(file))?;
    }
    // Beside each other in one folder, debuggers find the one from the other.
    copy(
        &library.folder.join("libplaygate.so.debug"),
        &stage_debug.join("lib/libplaygate.so.debug"),
    )?;
    copy(
        &library.folder.join("debug/libplaygate.a"),
        &stage_debug.join("lib/debug/libplaygate.a"),
    )?;

    let (archive, debug) = (
        folder.join(format!("{name}.tar.gz")),
        folder.join(format!("{name}-debug.tar.gz")),
    );
    pack(&stage, &archive)?;
    pack(&stage_debug, &debug)?;
    let mut plugins = vec![Plugin::linux(&library.folder)];
    plugins.extend_from_slice(others);
    let package = Package {
        unity: unity::make(&plugins, &inventory, folder)?,
        unreal: unreal::make(&stage, &inventory, folder)?,
        folder: folder.to_path_buf(),
        version: inventory.version().to_owned(),
        name,
        archive,
        debug,
        plugins,
    };
    let mut sums = Command::new("sha256sum");
    sums.current_dir(folder)
        .args(package.archives().map(|file| file.file_name().unwrap_or_default()));
    write(&folder.join("SHA256SUMS"), &run::output(&mut sums)?)?;
    Ok(package)
}

/// Makes the archives in `target/package` and says where they are.
///
/// # Errors
/// What is missing, or what a tool said.
pub fn run(library: &Library, others: &[Plugin]) -> Result<(), String> {
    let package = make(library, others, &target().join("package"))?;
    for archive in package.archives() {
        println!("{}", archive.display());
    }
    println!("{}", package.folder.join("SHA256SUMS").display());
    is_complete(&package)
}

/// The archives hold what they should, made again they are the same, and programs build with what is in them.
///
/// # Errors
/// What is not so.
pub fn test(library: &Library) -> Result<Counts, String> {
    let package = make(library, &[], &target().join("package"))?;
    is_complete(&package)?;
    let again = make(library, &[], &target().join("package-again"))?;
    for (one, other) in package.archives().into_iter().zip(again.archives()) {
        if read(one)? != read(other)? {
            return Err(format!("{} and {} differ", one.display(), other.display()));
        }
    }
    run::output(
        Command::new("sha256sum")
            .current_dir(&package.folder)
            .args(["--check", "--strict", "SHA256SUMS"]),
    )?;
    unreal::test(&package.unreal)?;
    let mut counts = Counts { passed: 5, failed: 0 };
    counts.add(consumer::run(&package)?);
    Ok(counts)
}

/// All archives hold the files that they should.
fn is_complete(package: &Package) -> Result<(), String> {
    contents(package)?;
    unity::check(&package.unity, &package.plugins)?;
    unreal::contents(&package.unreal)
}

/// Compares the lists of files with `contents.txt`.
fn contents(package: &Package) -> Result<(), String> {
    let mut found = String::new();
    for (archive, title) in [(&package.archive, "playgate"), (&package.debug, "playgate, debug")] {
        found.push_str(&format!("# {title}\n"));
        let list = run::output(Command::new("tar").arg("-tzf").arg(archive))?;
        let inside = format!("{}/", package.name);
        for line in list.lines() {
            let path = line.strip_prefix(&inside).ok_or(format!("{line} is not in {inside}"))?;
            if !path.is_empty() && !path.ends_with('/') {
                found.push_str(path);
                found.push('\n');
            }
        }
    }
    if found == CONTENTS {
        return Ok(());
    }
    Err(format!(
        "the archives hold other files than xtask/src/package/contents.txt says; they hold:\n{found}"
    ))
}

/// Puts in the version and the platform.
fn fill(template: &str, inventory: &Inventory) -> Result<String, String> {
    let version = inventory.version();
    let mut numbers = version.split('.');
    let series = match (numbers.next(), numbers.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        _ => return Err(format!("{version} is no version")),
    };
    let parts: Vec<&str> = inventory.triple.split('-').collect();
    let (system, processor) = match parts.as_slice() {
        ["x86_64", _, "linux", "gnu"] => ("Linux", "x86_64|AMD64"),
        ["aarch64", _, "linux", "gnu"] => ("Linux", "aarch64|arm64"),
        _ => return Err(format!("no package is made for {}", inventory.triple)),
    };
    Ok(template
        .replace("@VERSION@", version)
        .replace("@SERIES@", &series)
        .replace("@TRIPLE@", &inventory.triple)
        .replace("@SYSTEM@", system)
        .replace("@PROCESSOR@", processor))
}

/// One archive of a folder, sorted, without this machine's owner, times and rights. `SOURCE_DATE_EPOCH` sets the time.
fn pack(folder: &Path, archive: &Path) -> Result<(), String> {
    let time = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_else(|_| "946684800".to_owned());
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--format=ustar",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
    ]);
    tar.arg(format!("--mtime=@{time}"));
    tar.args(["--mode=u=rwX,go=rX", "--use-compress-program=gzip -n", "--file"]);
    tar.arg(archive)
        .arg("--directory")
        .arg(folder.parent().unwrap_or(folder));
    run::output(tar.arg(folder.file_name().unwrap_or_default())).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    make_parent(to)?;
    fs::copy(from, to)
        .map(drop)
        .map_err(|error| format!("{}: {error}", from.display()))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    make_parent(file)?;
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn make_parent(file: &Path) -> Result<(), String> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}
