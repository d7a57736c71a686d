//! A game's project built from the unpacked archive, in a folder with a space in its name: by CMake and by pkg-config,
//! shared and static, in C and C++.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::Package;
use crate::run::{self, Counts, root};

/// Builds and runs all of it. Gives how many programs ran.
///
/// # Errors
/// The first thing that went wrong.
pub fn run(package: &Package) -> Result<Counts, String> {
    let folder = tempfile::Builder::new()
        .prefix("playgate in a folder ")
        .tempdir()
        .map_err(|error| format!("no temporary folder: {error}"))?;
    let folder = folder.path();
    // The debug info unpacks over the rest.
    for archive in [&package.archive, &package.debug] {
        run::output(
            Command::new("tar")
                .arg("-xzf")
                .arg(archive)
                .arg("--directory")
                .arg(folder),
        )?;
    }
    let unpacked = folder.join(&package.name);
    let mut passed = by_cmake(&unpacked, &folder.join("build"))?;
    passed += versions(package, &unpacked)?;
    passed += by_pkg_config(package, &unpacked, folder)?;
    Ok(Counts { passed, failed: 0 })
}

fn consumer() -> PathBuf {
    root().join("examples/consumer")
}

fn by_cmake(unpacked: &Path, build: &Path) -> Result<usize, String> {
    let mut configure = Command::new("cmake");
    configure.args(["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-S"]);
    configure.arg(consumer()).arg("-B").arg(build);
    run::output(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", unpacked.display())))?;
    run::output(Command::new("cmake").arg("--build").arg(build))?;
    let tested = run::output(
        Command::new("ctest")
            .current_dir(build)
            .args(["--output-on-failure", "--no-tests=error"]),
    )?;
    if !tested.contains("100% tests passed, 0 tests failed out of 6") {
        return Err(format!("not all six programs ran:\n{tested}"));
    }
    for (program, is_shared) in [
        ("c_shared", true),
        ("c_static", false),
        ("cpp_shared", true),
        ("cpp_static", false),
        ("hpp_shared", true),
        ("hpp_static", false),
    ] {
        uses_shared(&build.join(program), is_shared)?;
    }
    Ok(6)
}

/// The program needs the shared library, or has all in it.
fn uses_shared(program: &Path, expected: bool) -> Result<(), String> {
    let dynamic = run::output(Command::new("readelf").args(["--dynamic", "--wide"]).arg(program))?;
    if dynamic.contains("[libplaygate.so]") == expected {
        return Ok(());
    }
    Err(format!("{} is linked in the other way", program.display()))
}

/// Which versions and platforms the archive's CMake files say they fit.
fn versions(package: &Package, unpacked: &Path) -> Result<usize, String> {
    let file = unpacked.join("lib/cmake/Playgate/PlaygateConfigVersion.cmake");
    let answer = |asked: &[&str]| {
        let script = unpacked.join("ask.cmake");
        let print = format!(
            "include(\"{}\")\nmessage(\"${{PACKAGE_VERSION_COMPATIBLE}} ${{PACKAGE_VERSION_EXACT}} ${{PACKAGE_VERSION_UNSUITABLE}}\")",
            file.display()
        );
        std::fs::write(&script, print).map_err(|error| format!("{}: {error}", script.display()))?;
        let output = Command::new("cmake").args(asked).arg("-P").arg(&script).output();
        let output = output.map_err(|error| format!("cmake: {error}"))?;
        Ok::<_, String>(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    };
    let version = format!("-DPACKAGE_FIND_VERSION={}", package.version);
    let cases: &[(&[&str], &str)] = &[
        (&[], "TRUE"),
        (&[&version], "TRUE TRUE"),
        (&["-DPACKAGE_FIND_VERSION=99"], "FALSE"),
        (&["-DPACKAGE_FIND_VERSION=0.0.1"], "FALSE"),
        (&[&version, "-DCMAKE_SYSTEM_NAME=Windows"], "TRUE TRUE TRUE"),
        (&[&version, "-DCMAKE_SYSTEM_PROCESSOR=riscv64"], "TRUE TRUE TRUE"),
        (&[&version, "-DCMAKE_SIZEOF_VOID_P=4"], "TRUE TRUE TRUE"),
    ];
    for (asked, expected) in cases {
        let said = answer(asked)?;
        if said != *expected {
            return Err(format!(
                "PlaygateConfigVersion.cmake says {said:?} to {asked:?} instead of {expected:?}"
            ));
        }
    }
    Ok(1)
}

fn by_pkg_config(package: &Package, unpacked: &Path, folder: &Path) -> Result<usize, String> {
    let files = unpacked.join("lib/pkgconfig");
    let mut passed = 0;
    for (module, is_shared) in [("playgate", true), ("playgate-static", false)] {
        let mut ask = Command::new("pkg-config");
        let version = run::output(ask.env("PKG_CONFIG_PATH", &files).args(["--modversion", module]))?;
        if version.trim() != package.version {
            return Err(format!("{module}.pc says version {}", version.trim()));
        }
        for (compiler, source, options) in [
            ("gcc", "main.c", "-std=c99"),
            ("clang++", "main.cpp", "-std=c++14"),
            ("g++", "client.cpp", "-std=c++17"),
        ] {
            let program = folder.join(format!("{module} by {compiler}"));
            let mut build = Command::new("sh");
            build.args(["-e", "-c"]);
            build.arg("flags=$(pkg-config --cflags --libs \"$1\"); eval \"$2 $3 \\\"\\$4\\\" $flags -o \\\"\\$5\\\"\"");
            build.args(["sh", module, compiler, options]);
            build.arg(consumer().join(source)).arg(&program);
            run::output(build.env("PKG_CONFIG_PATH", &files))?;
            uses_shared(&program, is_shared)?;
            run::output(Command::new(&program).env("LD_LIBRARY_PATH", unpacked.join("lib")))?;
            passed += 1;
        }
    }
    Ok(passed)
}
