//! Everything compiled ahead: Mono's full AOT with direct P/Invoke, linked with the static library into a C program. No
//! code is made at run time there, as on iOS and consoles.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use super::{Cases, compile, world::World};
use crate::{
    library::{Library, Linkage},
    run::{self, Counts, root, target},
};

/// Mono's own assemblies that the program uses, and those that they name, in two halves that take about as long to compile.
const HALVES: [&[&str]; 2] = [
    &[
        "mscorlib",
        "Mono.Security",
        "System.Configuration",
        "System.Numerics",
        "System.Security",
    ],
    &["System", "System.Core", "System.Xml"],
];

/// The cases, by their runner.
pub fn run(library: &Library, cases: Cases) -> Result<Counts, String> {
    let folder = target().join("csharp").join(format!("aot-{}", cases.word()));
    let program = build(library, &folder, &compile::core_sources()?)?;
    let world = World::start()?;
    let mut command = started(&program, cases)?;
    world.tell(&mut command)?;
    run::counted(&mut command)
}

/// The same program with a mistake in it must fail, and by that mistake.
pub fn mistakes(library: &Library) -> Result<Counts, String> {
    let folder = target().join("csharp/aot-mistakes");
    let world = World::start()?;
    let mut passed = 0;
    // IL2CPP finds the functions that native code may call by this attribute; so does Mono's compiler.
    let program = build(library, &folder, &without_attribute(&folder)?)?;
    let mut command = started(&program, Cases::Ship)?;
    world.tell(&mut command)?;
    let said = command
        .arg("Hook.ExchangesSayWhatTheyAre")
        // Mono leaves a report of the crash where it runs.
        .current_dir(&folder)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let said_text = [said.stdout, said.stderr].concat();
    let said_text = String::from_utf8_lossy(&said_text);
    if said.status.success() || !said_text.contains("StartTransport") || !said_text.contains("native-to-managed") {
        return Err(format!(
            "without [MonoPInvokeCallback] the program does not fail by that: {}\n{said_text}",
            said.status
        ));
    }
    passed += 1;
    match build(library, &folder, &with_missing_function(&folder)?) {
        Err(error) if error.contains("undefined reference to `playgate_is_not_there'") => passed += 1,
        Err(error) => return Err(format!("a missing function fails by something else: {error}")),
        Ok(_) => return Err("a program that calls a function which the library does not have links".to_owned()),
    }
    Ok(Counts { passed, failed: 0 })
}

/// Compiles, compiles ahead and links.
fn build(library: &Library, folder: &Path, core: &[PathBuf]) -> Result<PathBuf, String> {
    let bcl = runtime()?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let exe = folder.join("cases.exe");
    compile::linked(&exe, core)?;
    let object = folder.join("cases.o");
    let mut ahead = Command::new("mono");
    ahead
        .arg(format!("--aot=full,static,direct-pinvoke,outfile={}", object.display()))
        .arg(&exe)
        .env("MONO_PATH", &bcl);
    run::output(&mut ahead)?;
    let program = folder.join("cases");
    let host = root().join("tests/csharp/aot/host.c");
    let flags = run::output(Command::new("pkg-config").args(["--cflags", "--libs-only-L", "mono-2"]))?;
    let mut flags: Vec<&str> = flags.split_whitespace().collect();
    flags.push("-lmonosgen-2.0");
    library.program("gcc", Linkage::Static, &[host, object], &flags, &program)?;
    Ok(program)
}

/// The program, beside the assembly whose code is in it, with Mono's assemblies.
fn started(program: &Path, cases: Cases) -> Result<Command, String> {
    let mut command = Command::new(program);
    command
        .arg(program.with_extension("exe"))
        .arg(cases.word())
        .env("MONO_PATH", runtime()?)
        // The library is in the program: none is to be found elsewhere.
        .env_remove("LD_LIBRARY_PATH");
    Ok(command)
}

/// The folder with Mono's own assemblies and their code; compiled once for a version of Mono.
fn runtime() -> Result<PathBuf, String> {
    let version = run::output(Command::new("pkg-config").args(["--modversion", "mono-2"]))?;
    let folder = target().join("csharp").join(format!("mono-{}", version.trim()));
    if folder.join("complete").exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    println!("Compiling Mono's own assemblies ahead.");
    for name in HALVES.concat() {
        let from = Path::new("/usr/lib/mono/4.5").join(format!("{name}.dll"));
        fs::copy(&from, folder.join(format!("{name}.dll"))).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    let half = |names: &[&str]| {
        names.iter().try_for_each(|name| {
            let mut ahead = Command::new("mono");
            ahead.args(["--aot=full", &format!("{name}.dll")]);
            run::output(ahead.current_dir(&folder).env("MONO_PATH", &folder)).map(drop)
        })
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| half(HALVES[0]));
        let second = half(HALVES[1]);
        first
            .join()
            .unwrap_or_else(|_| Err("the compiling thread has panicked".to_owned()))
            .and(second)
    })?;
    fs::write(folder.join("complete"), "").map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// The package's sources, where the function that starts a request has lost its attribute.
fn without_attribute(folder: &Path) -> Result<Vec<PathBuf>, String> {
    changed(folder, "HookTables.cs", |text| {
        text.replacen("[MonoPInvokeCallback(typeof(TransportStart))]", "", 1)
    })
}

/// The package's sources, with one function more than the library has.
fn with_missing_function(folder: &Path) -> Result<Vec<PathBuf>, String> {
    changed(folder, "NativeMethods.cs", |text| {
        text.replacen(
            "internal static extern uint playgate_abi_version();",
            "internal static extern uint playgate_abi_version();\n\n        \
             [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]\n        \
             internal static extern uint playgate_is_not_there();",
            1,
        )
    })
}

/// The package's sources with another text in one of them.
fn changed(folder: &Path, file: &str, change: impl Fn(&str) -> String) -> Result<Vec<PathBuf>, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut sources = compile::core_sources()?;
    let source = sources
        .iter_mut()
        .find(|source| source.ends_with(file))
        .ok_or_else(|| format!("the package has no {file}"))?;
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let other = change(&text);
    if other == text {
        return Err(format!("{file} does not have the text that this test takes out"));
    }
    let path = folder.join(file);
    fs::write(&path, other).map_err(|error| format!("{}: {error}", path.display()))?;
    *source = path;
    Ok(sources)
}
