//! What tests have planted as tokens, keys, addresses and ids of players must not be in what any program of a test run
//! prints: its log, its errors, its events. The tests look into files, file names and events themselves.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::run::{Counts, root};

/// Where secrets are planted: as quoted words with this in them.
const MARK: &str = "lanted";
const FOLDERS: &[&str] = &["tests/c", "tests/cpp", "tests", "examples/backend/tests/http"];
/// So many lines at least are printed by a whole run.
const ENOUGH_LINES: usize = 500;

#[derive(Default)]
struct Watch {
    secrets: BTreeSet<String>,
    found: BTreeSet<String>,
    lines: usize,
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

fn watching() -> MutexGuard<'static, Option<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on all that is looked at is searched.
///
/// # Errors
/// Sources that cannot be read.
pub fn watch() -> Result<(), String> {
    let mut secrets = BTreeSet::new();
    for folder in FOLDERS {
        let folder = root().join(folder);
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_source(&path) {
                secrets.extend(planted_in(&fs::read_to_string(&path).map_err(failed)?));
            }
        }
    }
    *watching() = Some(Watch {
        secrets,
        ..Watch::default()
    });
    Ok(())
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["c", "h", "cpp", "hpp", "rs"].iter().any(|source| extension == *source)
}

/// The quoted words with the mark in them; no sentences, no names of tests, no patterns.
fn planted_in(source: &str) -> impl Iterator<Item = String> {
    let words = source.split('"').skip(1);
    let is_plain = |word: &&str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"@.-:/".contains(&b));
    let is_planted = |word: &&str| word.len() >= 10 && word.contains(MARK) && !word.starts_with('/');
    words.filter(is_plain).filter(is_planted).map(str::to_owned)
}

/// Searches a line that a program has printed.
pub fn look_at(line: &str) {
    if let Some(watch) = watching().as_mut() {
        watch.lines += 1;
        if line.contains(MARK) {
            let found = watch.secrets.iter().filter(|secret| line.contains(secret.as_str()));
            watch.found.extend(found.cloned());
        }
    }
}

/// What was found.
///
/// # Errors
/// Secrets that were printed, or nothing that was searched.
pub fn check() -> Result<Counts, String> {
    let watch = watching().take().unwrap_or_default();
    if watch.lines < ENOUGH_LINES || watch.secrets.len() < 10 {
        return Err(format!(
            "only {} lines were searched for {} secrets",
            watch.lines,
            watch.secrets.len()
        ));
    }
    if watch.found.is_empty() {
        println!("{} lines searched for {} secrets", watch.lines, watch.secrets.len());
        return Ok(Counts { passed: 1, failed: 0 });
    }
    Err(format!("printed: {:?}", watch.found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_secret_that_is_printed_is_found() {
        let source = "#define TOKEN \"tok-Zr8Planted\"\nCHECK(strstr(text, \"lanted\"), \"a planted sentence\");";
        assert_eq!(planted_in(source).collect::<Vec<_>>(), ["tok-Zr8Planted"]);
        watch().unwrap();
        look_at("all is well");
        assert!(check().is_err(), "too little was searched");
        watch().unwrap();
        let secret = watching()
            .as_ref()
            .and_then(|watch| watch.secrets.first().cloned())
            .unwrap();
        (0..ENOUGH_LINES).for_each(|_| look_at("all is well"));
        look_at(&format!("log: {secret}!"));
        assert_eq!(check().map_err(|found| found.contains(&secret)).err(), Some(true));
        watch().unwrap();
        (0..ENOUGH_LINES).for_each(|_| look_at("planted mistakes"));
        assert!(check().is_ok());
    }
}
