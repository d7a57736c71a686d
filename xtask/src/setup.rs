//! The system packages that the tests need. Missing ones are named and installed.

use std::process::Command;

use crate::{neighbours, postgres, run};

/// A program or a path, and the Debian package that has it.
const PROGRAMS: &[(&str, &str)] = &[
    ("gcc", "gcc"),
    ("g++", "g++"),
    ("clang", "clang"),
    ("clang++", "clang"),
    ("readelf", "binutils"),
    ("ld.bfd", "binutils"),
    ("cmake", "cmake"),
    ("ninja", "ninja-build"),
    ("pkg-config", "pkg-config"),
    (neighbours::OTHER_RUSTC, "rustc-web"),
    ("mono", "mono-runtime"),
    ("mcs", "mono-mcs"),
    ("/usr/include/mono-2.0/mono/jit/jit.h", "libmono-2.0-dev"),
    (
        "/usr/lib/mono/4.5/System.Web.Extensions.dll",
        "libmono-system-web-extensions4.0-cil",
    ),
    (
        "/usr/lib/mono/4.5/System.Runtime.Serialization.dll",
        "libmono-system-runtime-serialization4.0-cil",
    ),
    ("/usr/bin/nunit-console", "nunit-console"),
    ("/usr/lib/mono/gac/nunit.framework", "libnunit-cil-dev"),
    ("pip3", "python3-pip"),
    ("openssl", "openssl"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("curl-config", "libcurl4-openssl-dev"),
    ("strace", "strace"),
    ("valgrind", "valgrind"),
    ("kill", "procps"),
    ("unshare", "util-linux"),
    ("doxygen", "doxygen"),
    ("godot3-server", "godot3-server"),
    ("setpriv", "util-linux"),
    postgres::PROGRAM,
];

/// Makes sure that everything is there.
pub fn ensure() -> Result<(), String> {
    let mut missing: Vec<String> = PROGRAMS
        .iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| (*package).to_owned())
        .collect();
    // clang's sanitizer runtime is a package of its own, named after clang's version.
    if !missing.iter().any(|package| package == "clang") && !has_sanitizers() {
        missing.push(sanitizer_package()?);
    }
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)?;
    if !has_sanitizers() {
        install(&[sanitizer_package()?])?;
    }
    Ok(())
}

/// Makes sure that these are there, too.
pub fn ensure_also(needed: &[(&str, &str)]) -> Result<(), String> {
    let missing = needed.iter().filter(|(name, _)| !has(name));
    let missing: Vec<String> = missing.map(|(_, package)| (*package).to_owned()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)
}

fn has(program: &str) -> bool {
    if program.starts_with('/') {
        return std::path::Path::new(program).exists();
    }
    Command::new(program).arg("--version").output().is_ok()
}

fn has_sanitizers() -> bool {
    let asked = Command::new("clang")
        .arg("-print-file-name=libclang_rt.asan-x86_64.a")
        .output();
    asked.is_ok_and(|out| {
        let name = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        std::path::Path::new(&name).is_absolute() && std::path::Path::new(&name).exists()
    })
}

fn sanitizer_package() -> Result<String, String> {
    let version = run::output(Command::new("clang").arg("-dumpversion"))?;
    let major = version.trim().split('.').next().unwrap_or_default().to_owned();
    Ok(format!("libclang-rt-{major}-dev"))
}

fn install(packages: &[String]) -> Result<(), String> {
    println!("Missing system packages: {}. Installing them.", packages.join(" "));
    let by_hand = format!("install them by hand: apt-get install {}", packages.join(" "));
    if !has("apt-get") {
        return Err(format!("this system has no apt-get; {by_hand}"));
    }
    let is_root = run::output(Command::new("id").arg("-u"))?.trim() == "0";
    let apt = || {
        let mut command = if is_root {
            Command::new("apt-get")
        } else {
            Command::new("sudo")
        };
        if !is_root {
            command.args(["-n", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]);
        command
    };
    run::output(apt().arg("update")).map_err(|error| format!("{error}\n{by_hand}"))?;
    run::output(
        apt()
            .args(["install", "--no-install-recommends", "--no-remove"])
            .args(packages),
    )
    .map_err(|error| format!("{error}\n{by_hand}"))?;
    Ok(())
}
