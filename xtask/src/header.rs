//! The C header: written from the code, compared with the committed one, compiled as every C and C++ that a host uses.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::run::{self, cargo, root, target};

/// The header of games, and that of trusted hosts.
const HEADERS: &[&str] = &["playgate.h", "playgate_trusted.h"];

fn committed(name: &str) -> PathBuf {
    root().join("include").join(name)
}

/// Builds the headers from the code; the folder that they are in.
fn generated() -> Result<PathBuf, String> {
    let messages = run::output(cargo().args(["build", "--package", "playgate", "--message-format", "json"]))?;
    messages
        .lines()
        .filter_map(|line| {
            line.split("\"out_dir\":\"")
                .nth(1)?
                .split('"')
                .next()
                .map(PathBuf::from)
        })
        .find(|folder| folder.join("playgate.h").exists())
        .ok_or_else(|| "the build script of playgate said nothing of its folder".to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes the headers in `include` from the code.
pub fn write() -> Result<(), String> {
    let folder = generated()?;
    for name in HEADERS {
        fs::write(committed(name), read(&folder.join(name))?).map_err(|error| format!("include/{name}: {error}"))?;
        println!("include/{name} is written.");
    }
    Ok(())
}

/// The committed headers are those that the code gives.
pub fn is_current() -> Result<(), String> {
    let folder = generated()?;
    for name in HEADERS {
        if read(&committed(name))? != read(&folder.join(name))? {
            return Err(format!(
                "include/{name} is not what the code gives; run `cargo xtask header` and commit it"
            ));
        }
    }
    Ok(())
}

/// The header compiles alone and cleanly: C99 to C23, C++14 to C++20, gcc and clang, strictest flags. Gives the number of
/// compilations.
pub fn compiles() -> Result<usize, String> {
    const COMMON: &[&str] = &[
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Wconversion",
        "-Wshadow",
        "-Wundef",
        "-Wcast-qual",
        "-Werror",
    ];
    const C: &[&str] = &["-Wc++-compat", "-Wstrict-prototypes", "-Wmissing-prototypes"];
    const CXX: &[&str] = &["-Wold-style-cast", "-Wzero-as-null-pointer-constant"];
    // Padding is part of a C struct, and compatibility with C++98 is not promised.
    const EVERYTHING: &[&str] = &[
        "-Weverything",
        "-Wno-padded",
        "-Wno-c++98-compat",
        "-Wno-c++98-compat-pedantic",
    ];
    // A declaration may come after a statement since C99.
    const EVERYTHING_C: &[&str] = &["-Weverything", "-Wno-padded", "-Wno-declaration-after-statement"];
    /// Compiler, standards, groups of flags.
    type Case = (
        &'static str,
        &'static [&'static str],
        &'static [&'static [&'static str]],
    );
    let cases: &[Case] = &[
        ("gcc", &["c99", "c11", "c17", "c2x"], &[COMMON, C]),
        ("clang", &["c99", "c11", "c17", "c2x"], &[COMMON, C, EVERYTHING_C]),
        ("g++", &["c++14", "c++17", "c++20"], &[COMMON, CXX, &["-Wuseless-cast"]]),
        ("clang++", &["c++14", "c++17", "c++20"], &[COMMON, CXX, EVERYTHING]),
    ];
    let folder = target().join("header");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Alone, twice, and with the inline functions used.
    let text = "#include \"playgate.h\"\n#include \"playgate.h\"\n\
                int main(void)\n{\n    return playgate_table_allowed(0, 0, 0);\n}\n";
    let mut compiled = 0;
    for (compiler, standards, flags) in cases {
        let source = folder.join(if compiler.contains('+') { "alone.cpp" } else { "alone.c" });
        let text = if compiler.contains('+') {
            text.replace("(0, 0, 0)", "(nullptr, 0, 0)")
        } else {
            text.to_owned()
        };
        fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
        for standard in *standards {
            for define in [&[][..], &["-DPLAYGATE_STATIC"]] {
                let mut command = Command::new(compiler);
                command
                    .arg(format!("-std={standard}"))
                    .args(flags.concat())
                    .args(define);
                command.arg("-I").arg(root().join("include")).arg("-c").arg(&source);
                run::output(command.arg("-o").arg(folder.join("alone.o")))?;
                compiled += 1;
            }
        }
    }
    Ok(compiled)
}
