//! `cargo xtask abi`: the manifest of the C ABI, and whether what changed may change.

mod agree;
mod compare;
#[cfg(test)]
mod compare_tests;
mod manifest;
mod observe;
mod trusted;
mod variants;

use std::{fs, path::Path};

pub use manifest::Manifest;
pub use trusted::check as check_trusted;
pub use variants::Variant;

use self::{
    compare::{compare, judge, retire},
    manifest::parse,
};
use crate::{csharp, header, library::Library, run::root};

const MANIFEST: &str = "include/playgate.abi";
const RUST: &str = "tests/abi_layout/generated.rs";

const USAGE: &str = "cargo xtask abi [--check | --unreleased | --against FILE]

  (nothing)       write the headers and manifests in include, tests/abi_layout/generated.rs and the C#
                  declarations from the code; refused when a program that is in use would break
  --unreleased    the same, whatever it breaks: for what no release has had
  --check         compare with what is committed
  --against FILE  compare with another manifest, for example of a release: git show v0.1.0:include/playgate.abi";

/// The command.
pub fn command(arguments: &[String]) -> Result<(), String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => write(false),
        ["--unreleased"] => write(true),
        ["--check"] => check().map(|_| ()),
        ["--against", file] => {
            let advice = report(&read(Path::new(file))?, &observed()?)?;
            println!("{advice}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    }
}

/// The committed manifest.
pub fn committed() -> Result<Manifest, String> {
    read(&root().join(MANIFEST))
}

fn read(path: &Path) -> Result<Manifest, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The ABI of the code as it is, by the committed header.
fn observed() -> Result<Manifest, String> {
    header::is_current()?;
    observe::observe(&Library::debug()?)
}

/// Shows the differences; `Err` when they may not be released.
fn report(old: &Manifest, new: &Manifest) -> Result<String, String> {
    let differences = compare(old, new);
    for difference in &differences {
        println!("{difference}");
    }
    judge(old, new, &differences)
}

fn write(is_unreleased: bool) -> Result<(), String> {
    header::write()?;
    let mut new = observed()?;
    if root().join(MANIFEST).exists() {
        let old = committed()?;
        let judged = report(&old, &new);
        if is_unreleased {
            new.retired = old.retired;
        } else {
            println!("{}", judged.map_err(|advice| format!("{advice}\n{USAGE}"))?);
            retire(&old, &mut new);
        }
    }
    let texts = [(MANIFEST, new.to_string()), (RUST, agree::rust(&new)?)];
    for (path, text) in texts {
        fs::write(root().join(path), text).map_err(|error| format!("{path}: {error}"))?;
        println!("{path} is written.");
    }
    csharp::write()?;
    trusted::write(is_unreleased)
}

/// What is committed is what the code gives, and all compilers agree with it. Gives the number of things that hold.
pub fn check() -> Result<usize, String> {
    let old = committed()?;
    let mut new = observed()?;
    retire(&old, &mut new);
    if old != new {
        let advice = report(&old, &new)?;
        return Err(format!(
            "{MANIFEST} is not what the code gives. {advice} Run `cargo xtask abi` and commit what it writes."
        ));
    }
    for (path, text) in [(MANIFEST, new.to_string()), (RUST, agree::rust(&new)?)] {
        let there = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
        if there != text {
            return Err(format!(
                "{path} is not what `cargo xtask abi` writes: run it and commit"
            ));
        }
    }
    let compiled = agree::c_and_cpp(&new, &root().join("include"))?;
    println!(
        "{} functions, {} structs, {} types, {} constants; {compiled} compilers agree",
        new.functions.len(),
        new.structs.len(),
        new.types.len(),
        new.constants.len()
    );
    Ok(compiled + 2)
}
