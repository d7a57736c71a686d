//! Building the library in its variants, and linking C programs with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    checks, isolate,
    run::{self, cargo, root, target},
};

/// A built library.
#[derive(Debug, Clone)]
pub struct Library {
    /// The folder with `libplaygate.so` and `libplaygate.a`.
    pub folder: PathBuf,
    /// The folder with `playgate.h`.
    pub include: PathBuf,
    /// Whether the Rust code is instrumented for AddressSanitizer.
    pub has_asan: bool,
}

/// How a program is linked with the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// With the shared library, found beside it by its run path.
    Shared,
    /// With the static library.
    Static,
}

impl Linkage {
    /// A word for file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Static => "static",
        }
    }
}

impl Library {
    /// What ships: optimised, with link-time optimisation, the static library isolated, debug info apart.
    pub fn release() -> Result<Self, String> {
        // With the rlib among the crate types cargo leaves link-time optimisation out.
        dist(&[
            "--crate-type",
            "cdylib",
            "--crate-type",
            "staticlib",
            "--",
            // The name under which crash reports find the debug info.
            "-Clink-arg=-Wl,--build-id=sha1",
        ])?;
        let (built, include) = (target().join("dist"), root().join("include"));
        let folder = target().join("ship");
        let header = fs::read_to_string(include.join("playgate.h")).map_err(|error| format!("playgate.h: {error}"))?;
        isolate::shared(&built.join("libplaygate.so"), &folder)?;
        isolate::archive(
            &built.join("libplaygate.a"),
            "playgate",
            &checks::declared(&header),
            &folder,
        )?;
        Ok(Self {
            folder,
            include,
            has_asan: false,
        })
    }

    /// As `cargo build` makes it: not optimised, and there soon.
    pub fn debug() -> Result<Self, String> {
        run::ok(cargo().args(["build", "--quiet", "--package", "playgate"]))?;
        Ok(Self {
            folder: target().join("debug"),
            include: root().join("include"),
            has_asan: false,
        })
    }

    /// With the feature `mock`, for tests of games: made where `debug` is, and kept apart from it.
    pub fn with_mock() -> Result<Self, String> {
        Self::apart("mock", "mock")
    }

    fn apart(feature: &str, name: &str) -> Result<Self, String> {
        run::ok(cargo().args(["build", "--quiet", "--package", "playgate", "--features", feature]))?;
        let folder = target().join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for file in ["libplaygate.so", "libplaygate.a"] {
            let copy = folder.join(file);
            fs::copy(target().join("debug").join(file), &copy)
                .map_err(|error| format!("{}: {error}", copy.display()))?;
        }
        Ok(Self {
            folder,
            include: root().join("include"),
            has_asan: false,
        })
    }

    /// With the feature `trusted-server`, for servers that hold the k-ID key: made where `debug` is, and kept apart from it.
    pub fn trusted() -> Result<Self, String> {
        Self::apart("trusted-server", "trusted")
    }

    /// Instrumented for AddressSanitizer, for clang to link.
    pub fn with_asan() -> Result<Self, String> {
        const TRIPLE: &str = "x86_64-unknown-linux-gnu";
        let folder = target().join("asan");
        run::ok(
            cargo()
                .args([
                    "build",
                    "--quiet",
                    "--package",
                    "playgate",
                    "--target",
                    TRIPLE,
                    "--target-dir",
                ])
                .arg(&folder)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTFLAGS", "-Zsanitizer=address -Zexternal-clangrt"),
        )?;
        Ok(Self {
            folder: folder.join(TRIPLE).join("debug"),
            include: root().join("include"),
            has_asan: true,
        })
    }

    /// Compiles and links a C program from these sources.
    pub fn program(
        &self,
        compiler: &str,
        linkage: Linkage,
        sources: &[PathBuf],
        flags: &[&str],
        out: &Path,
    ) -> Result<(), String> {
        let mut command = Command::new(compiler);
        command
            .args(sources)
            .arg("-o")
            .arg(out)
            .arg("-I")
            .arg(&self.include)
            .args(flags);
        if self.has_asan {
            command.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]);
            command.arg("-fno-omit-frame-pointer");
        }
        match linkage {
            Linkage::Shared => {
                command.arg("-L").arg(&self.folder).arg("-lplaygate");
                command.arg(format!("-Wl,-rpath,{}", self.folder.display()));
                // cargo's LD_LIBRARY_PATH names the debug build's folder; this run path comes before it.
                command.arg("-Wl,--disable-new-dtags");
            }
            Linkage::Static => {
                command.arg("-DPLAYGATE_STATIC").arg(self.folder.join("libplaygate.a"));
                command.args(["-ldl", "-lm"]);
            }
        }
        command.arg("-lpthread");
        run::output(&mut command).map(|_| ())
    }
}

/// Builds the library as it ships, with these arguments besides.
///
/// # Errors
/// What the compiler said.
pub fn dist(arguments: &[&str]) -> Result<(), String> {
    let mut build = cargo();
    build.args([
        "rustc",
        "--quiet",
        "--profile",
        "dist",
        "--package",
        "playgate",
        "--lib",
    ]);
    run::ok(without_paths(build.args(arguments))?)
}

/// Keeps the folders of the machine that builds out of what is built: the same source gives the same bytes in any folder.
fn without_paths(build: &mut Command) -> Result<&mut Command, String> {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    let sources = home.join("registry/src");
    let mut folders = vec![(root(), "playgate".to_owned())];
    // One for each registry, named after it.
    let registries = fs::read_dir(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    folders.extend(registries.flatten().map(|entry| (entry.path(), "crates".to_owned())));
    let mut rust = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut c = std::env::var("CFLAGS").unwrap_or_default();
    for (folder, name) in folders {
        rust.push_str(&format!(" --remap-path-prefix={}={name}", folder.display()));
        c.push_str(&format!(" -ffile-prefix-map={}={name}", folder.display()));
    }
    Ok(build.env("RUSTFLAGS", rust.trim()).env("CFLAGS", c.trim()))
}
