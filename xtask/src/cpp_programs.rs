//! The C++ tests: playgate.hpp under every standard and the strictest flags, with and without exceptions and RTTI; the
//! programs in `tests/cpp`, run; the header whole and documented; the README's quick start in C++.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    checks,
    library::{Library, Linkage},
    run::{self, Counts, root, target},
    vectors,
};

/// The programs in `tests/cpp`: `NAME.cpp`, with `NAME_*.cpp` where it has several files.
const PROGRAMS: &[&str] = &["values", "vectors", "client", "lifetimes", "frame", "hooks"];

/// A program that only exists with exceptions.
const THROWING: &str = "throwing";

/// What together uses all of the header, for compilers alone.
const ALL_OF_IT: &[&str] = &["client.cpp", "hooks.cpp", "lifetimes.cpp", "mock.cpp", "values.cpp"];

/// The header and all that uses it have to be clean under these.
const FLAGS: &[&str] = &[
    "-g",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Weffc++",
    "-Werror",
];

/// clang's besides: padding is part of a struct, and compatibility with C++98 is not promised.
const EVERYTHING: &[&str] = &[
    "-Weverything",
    "-Wno-padded",
    "-Wno-c++98-compat",
    "-Wno-c++98-compat-pedantic",
];

/// The standards from C++17 on, as the two compilers name them.
const STANDARDS: &[(&str, &[&str])] = &[
    ("g++", &["-std=c++17", "-std=c++20", "-std=c++23"]),
    ("clang++", &["-std=c++17", "-std=c++20", "-std=c++2b"]),
];

const WITHOUT: &[&str] = &["-fno-exceptions", "-fno-rtti"];

/// The folder of the header.
pub fn include() -> PathBuf {
    root().join("bindings/cpp")
}

/// The flags for a C++ compiler, and the folder of the header.
pub fn flags(compiler: &str, standard: &str) -> Vec<String> {
    let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    if compiler.starts_with("clang") {
        flags.extend(EVERYTHING.iter().map(|flag| (*flag).to_owned()));
    }
    flags.push(standard.to_owned());
    flags.push(format!("-I{}", include().display()));
    flags
}

/// The header and what uses all of it compile cleanly under every standard that the compilers know, with exceptions and
/// RTTI and without. Gives the number of compilations.
///
/// # Errors
/// What a compiler said.
pub fn compiles() -> Result<Counts, String> {
    let folder = root().join("tests/cpp");
    let mut counts = Counts::default();
    for (compiler, standards) in STANDARDS {
        for standard in *standards {
            for without in [&[][..], WITHOUT] {
                let mut command = Command::new(compiler);
                command
                    .args(flags(compiler, standard))
                    .args(without)
                    .arg("-fsyntax-only");
                command.arg("-I").arg(root().join("include"));
                command.arg("-I").arg(root().join("tests/c"));
                run::output(command.args(ALL_OF_IT.iter().map(|file| folder.join(file))))?;
                counts.passed += 1;
            }
        }
    }
    Ok(counts)
}

/// Compiles and runs the programs: those of the header with exceptions, or without them and RTTI.
///
/// # Errors
/// What a compiler or a program said.
pub fn run(library: &Library, compiler: &str, linkage: Linkage, has_exceptions: bool) -> Result<Counts, String> {
    let kind = if library.has_asan { "asan" } else { "plain" };
    let folder = target()
        .join("cpp")
        .join(format!("{kind}-{compiler}-{}", linkage.word()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    vectors::generate(&root().join("tests/vectors"), &folder.join("vectors.inc"))?;
    let mut counts = Counts::default();
    let throwing = has_exceptions.then_some(&THROWING);
    for name in PROGRAMS.iter().chain(throwing) {
        let standard = if has_exceptions { "-std=c++17" } else { "-std=c++20" };
        let without = if has_exceptions { &[][..] } else { WITHOUT };
        let program = build(library, compiler, linkage, &folder, name, standard, without)?;
        let mut command = Command::new(&program);
        if library.has_asan {
            command.env("PLAYGATE_TEST_SLOW", "5");
        }
        // A program is one test, however often it looks.
        run::ok(&mut command)?;
        counts.passed += 1;
    }
    Ok(counts)
}

/// `mock.cpp` with a library for tests of games.
///
/// # Errors
/// What a compiler or the program said.
pub fn of_games_tests(library: &Library) -> Result<Counts, String> {
    let folder = target().join("cpp/mock");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = build(library, "g++", Linkage::Shared, &folder, "mock", "-std=c++17", &[])?;
    run::ok(&mut Command::new(program))?;
    Ok(Counts { passed: 1, failed: 0 })
}

fn build(
    library: &Library,
    compiler: &str,
    linkage: Linkage,
    folder: &Path,
    name: &str,
    standard: &str,
    more: &[&str],
) -> Result<PathBuf, String> {
    let tests = root().join("tests/cpp");
    let files = fs::read_dir(&tests).map_err(|error| format!("{}: {error}", tests.display()))?;
    let is_own =
        |file: &str| file == format!("{name}.cpp") || file.starts_with(&format!("{name}_")) && file.ends_with(".cpp");
    let mut sources: Vec<PathBuf> = files
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|file| is_own(file))
        .map(|file| tests.join(file))
        .collect();
    sources.sort();
    for helper in ["check", "server"] {
        let object = folder.join(format!("{helper}.o"));
        if !object.exists() {
            let mut command = Command::new("cc");
            command.args(["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g", "-c"]);
            command.arg("-I").arg(&library.include);
            command.arg(root().join("tests/c").join(format!("{helper}.c")));
            run::output(command.arg("-o").arg(&object))?;
        }
        sources.push(object);
    }
    let mut flags = flags(compiler, standard);
    flags.push(format!("-I{}", root().join("tests/c").display()));
    flags.push(format!("-I{}", folder.display()));
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let program = folder.join(name);
    library.program(compiler, linkage, &sources, &flags, &program)?;
    Ok(program)
}

/// The header uses every function of the C API but the `_init` ones' callers' own, and every public item is documented.
///
/// # Errors
/// What is missing.
pub fn is_whole() -> Result<Counts, String> {
    let read = |path: PathBuf| fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
    let c = read(root().join("include/playgate.h"))?;
    let cpp = read(include().join("playgate.hpp"))?;
    let is_used = |name: &str| {
        cpp.match_indices(name).any(|(at, _)| {
            let after = cpp[at + name.len()..].chars().next().unwrap_or(' ');
            !after.is_ascii_alphanumeric() && after != '_'
        })
    };
    let declared = checks::declared(&c);
    let missing: Vec<&&str> = declared.iter().filter(|name| !is_used(name)).collect();
    if !missing.is_empty() || declared.len() < 100 {
        return Err(format!(
            "playgate.hpp has nothing for {missing:?} of {} functions",
            declared.len()
        ));
    }
    let settings = format!(
        "INPUT={}\nQUIET=YES\nGENERATE_LATEX=NO\nGENERATE_HTML=NO\nGENERATE_XML=YES\nOUTPUT_DIRECTORY={}\n\
         EXTRACT_ALL=NO\nWARN_IF_UNDOCUMENTED=YES\nEXCLUDE_SYMBOLS=playgate::detail*\n",
        include().join("playgate.hpp").display(),
        target().join("cpp").display()
    );
    fs::create_dir_all(target().join("cpp")).map_err(|error| error.to_string())?;
    let file = target().join("cpp/Doxyfile");
    fs::write(&file, settings).map_err(|error| format!("{}: {error}", file.display()))?;
    let said = Command::new("doxygen").arg(&file).output();
    let said = said.map_err(|error| format!("doxygen: {error}"))?;
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    if !said.status.success() || text.contains("warning:") || text.contains("error:") {
        return Err(format!("playgate.hpp is not documented in all its parts:\n{text}"));
    }
    Ok(Counts { passed: 2, failed: 0 })
}

/// The quick start in C++ in the README is a program that compiles cleanly, links and runs.
///
/// # Errors
/// What is not so.
pub fn quick_start(library: &Library) -> Result<Counts, String> {
    let readme = fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let code = readme
        .split("```cpp\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .ok_or("README.md has no C++ quick start")?;
    let folder = target().join("quick-start");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let source = folder.join("quick_start.cpp");
    fs::write(&source, code).map_err(|error| format!("{}: {error}", source.display()))?;
    for (compiler, linkage) in [("g++", Linkage::Shared), ("clang++", Linkage::Static)] {
        let program = folder.join(format!("quick_start_cpp-{}", linkage.word()));
        let flags = flags(compiler, "-std=c++17");
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        library.program(compiler, linkage, std::slice::from_ref(&source), &flags, &program)?;
        let run_in = tempfile::tempdir().map_err(|error| error.to_string())?;
        run::output(Command::new(&program).current_dir(run_in.path()))?;
    }
    Ok(Counts { passed: 1, failed: 0 })
}
