//! A host with mistakes, for AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer and valgrind to find: what they
//! say nothing of in the tests is not there, and not only unseen.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    c_programs,
    library::{Library, Linkage},
    run::{Counts, root, target},
};

/// A mistake, and what must be in the report.
type Mistake = (&'static str, &'static [&'static str]);

/// The library's own read of freed memory is seen in the library's own code: it is instrumented.
const FOR_SANITIZERS: &[Mistake] = &[
    ("freed", &["heap-use-after-free", "in playgate::ffi::"]),
    ("leaked", &["LeakSanitizer: detected memory leaks", "planted.c"]),
    ("overflow", &["signed integer overflow", "planted.c"]),
];

const FOR_VALGRIND: &[Mistake] = &[
    ("freed", &["Invalid read", ": playgate_client_open ("]),
    ("leaked", &["definitely lost", "planted.c"]),
    ("uninitialised", &["uninitialised value"]),
];

/// Each mistake with the library that is instrumented.
///
/// # Errors
/// One that is not reported, or a report without one.
pub fn sanitizers(library: &Library) -> Result<Counts, String> {
    let program = built(library, "clang", "asan")?;
    each(FOR_SANITIZERS, || Command::new(&program))
}

/// Each mistake under valgrind.
///
/// # Errors
/// As `sanitizers`.
pub fn valgrind(library: &Library) -> Result<Counts, String> {
    let program = built(library, "gcc", "plain")?;
    each(FOR_VALGRIND, || c_programs::under_valgrind(&program))
}

fn built(library: &Library, compiler: &str, kind: &str) -> Result<PathBuf, String> {
    let folder = target().join("c/planted");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = folder.join(kind);
    let source: &Path = &root().join("tests/c/planted/planted.c");
    library.program(
        compiler,
        Linkage::Static,
        &[source.to_owned()],
        &["-g", "-O0"],
        &program,
    )?;
    Ok(program)
}

fn each(mistakes: &[Mistake], program: impl Fn() -> Command) -> Result<Counts, String> {
    let mut passed = 0;
    for (word, expected) in mistakes.iter().chain([&("none", &[] as &[&str])]) {
        let output = program()
            .arg(word)
            .output()
            .map_err(|error| format!("{word}: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let is_as_expected = output.status.success() == expected.is_empty();
        if !is_as_expected || !expected.iter().all(|text| said.contains(text)) {
            return Err(format!(
                "the mistake \"{word}\": {}, without {expected:?}\n{said}",
                output.status
            ));
        }
        passed += 1;
    }
    Ok(Counts { passed, failed: 0 })
}
