//! The ABI for trusted hosts: what `playgate_trusted.h` adds to `playgate.h`, in a manifest of its own, since no game has it.

use std::fs;

use super::{Manifest, agree, committed, compare::compare, observe, parse, read, report};
use crate::{
    header,
    library::Library,
    run::{root, target},
};

const MANIFEST: &str = "include/playgate_trusted.abi";

/// What the code gives, by a library with the feature: both headers as one, and what the second adds.
fn observed(library: &Library) -> Result<(Manifest, Manifest, Library), String> {
    header::is_current()?;
    let include = target().join("abi/trusted");
    fs::create_dir_all(&include).map_err(|error| format!("{}: {error}", include.display()))?;
    let mut both = String::new();
    for name in ["playgate.h", "playgate_trusted.h"] {
        let path = root().join("include").join(name);
        both.push_str(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let path = include.join("playgate.h");
    fs::write(&path, both).map_err(|error| format!("{}: {error}", path.display()))?;
    let library = Library {
        include,
        ..library.clone()
    };
    let whole = observe::observe(&library)?;
    let games = committed()?;
    let mut added = whole.clone();
    added.constants.retain(|name, _| !games.constants.contains_key(name));
    added.types.retain(|name, _| !games.types.contains_key(name));
    added.functions.retain(|name, _| !games.functions.contains_key(name));
    added.structs.retain(|name, _| !games.structs.contains_key(name));
    Ok((whole, added, library))
}

/// A manifest of what is added, with what games have: so that `PLAYGATE_ABI_VERSION` is there.
fn with_games(added: Manifest) -> Result<Manifest, String> {
    let mut whole = committed()?;
    whole.constants.extend(added.constants);
    whole.types.extend(added.types);
    whole.functions.extend(added.functions);
    whole.structs.extend(added.structs);
    Ok(whole)
}

/// Writes the manifest; refused when a program that is in use would break, unless nothing has been released.
pub fn write(is_unreleased: bool) -> Result<(), String> {
    let (whole, added, _) = observed(&Library::trusted()?)?;
    if root().join(MANIFEST).exists() {
        let old = with_games(read(&root().join(MANIFEST))?)?;
        let judged = report(&old, &whole);
        if !is_unreleased {
            println!("{}", judged?);
        }
    }
    fs::write(root().join(MANIFEST), added.to_string()).map_err(|error| format!("{MANIFEST}: {error}"))?;
    println!("{MANIFEST} is written.");
    Ok(())
}

/// What is committed is what the code gives, and all compilers agree with it.
pub fn check(library: &Library) -> Result<(), String> {
    let (whole, added, library) = observed(library)?;
    let text = fs::read_to_string(root().join(MANIFEST)).map_err(|error| format!("{MANIFEST}: {error}"))?;
    let old = parse(&text).map_err(|error| format!("{MANIFEST}: {error}"))?;
    if text != added.to_string() {
        for difference in compare(&old, &added) {
            println!("{difference}");
        }
        return Err(format!(
            "{MANIFEST} is not what the code gives. Run `cargo xtask abi` and commit what it writes."
        ));
    }
    let compiled = agree::c_and_cpp(&whole, &library.include)?;
    println!(
        "{} functions, {} structs for trusted hosts; {compiled} compilers agree",
        added.functions.len(),
        added.structs.len()
    );
    Ok(())
}
