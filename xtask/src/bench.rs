//! `cargo xtask bench`: what things cost, measured side by side in one run.

use crate::{library::Library, setup, unity};

/// A bench with its name.
type Bench<'a> = (&'a str, &'a dyn Fn() -> Result<(), String>);

/// Runs all benches, or those in whose names the word is.
///
/// # Errors
/// The first that could not be run.
pub fn run(word: &str) -> Result<(), String> {
    setup::ensure()?;
    let library = Library::release()?;
    let benches: [Bench; 1] = [("unity", &|| unity::bench(&library, 1001, 5_000))];
    let chosen: Vec<_> = benches.iter().filter(|(name, _)| name.contains(word)).collect();
    if chosen.is_empty() {
        return Err(format!("there is no bench \"{word}\""));
    }
    for (name, bench) in chosen {
        println!("\n== {name}");
        bench()?;
    }
    Ok(())
}
