//! The Unreal plugin without the engine: its logic against the library, its sources against stand-ins for the engine, its
//! names against Epic's coding standard.

mod headers;
mod names;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    files::below,
    library::{Library, Linkage},
    run::{self, Counts, root, target},
};

/// The engine's flags, and ours.
const FLAGS: &[&str] = &[
    "-g",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Werror",
    // As UnrealBuildTool defines it for a module of that name.
    "-DPLAYGATE_API=__attribute__((visibility(\"default\")))  ",
];

/// What the tests of the logic share with the C tests.
const C_SHARED: &[&str] = &["check.c", "play.c", "server.c"];

fn plugin() -> PathBuf {
    root().join("bindings/unreal/Playgate")
}

fn samples() -> PathBuf {
    root().join("bindings/unreal/Samples")
}

fn tests() -> PathBuf {
    root().join("tests/unreal")
}

/// What Blueprints and the editor show follows Epic's coding standard. Gives how many members were looked at.
///
/// # Errors
/// What does not follow it.
pub fn names() -> Result<usize, String> {
    let (mut exposed, mut wrong) = (0, Vec::new());
    for folder in [plugin().join("Source"), samples()] {
        for file in below(&folder, "h")? {
            let text = read(&file)?;
            let shown = file
                .strip_prefix(root())
                .unwrap_or(&file)
                .to_string_lossy()
                .into_owned();
            let (members, more) = names::check(&shown, &text);
            exposed += members;
            wrong.extend(more);
        }
    }
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    if exposed < 50 {
        return Err(format!(
            "only {exposed} exposed members were found; is the check still right?"
        ));
    }
    println!("{exposed} exposed members");
    Ok(exposed)
}

/// The rules for UnrealBuildTool, compiled against stand-ins: what each platform links, with and without its library.
///
/// # Errors
/// What the compiler or the program said.
pub fn rules() -> Result<Counts, String> {
    let folder = target().join("unreal");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = folder.join("rules.exe");
    let mut sources = below(&tests().join("build"), "cs")?;
    for place in [plugin(), samples()] {
        sources.extend(below(&place, "cs")?);
    }
    let mut compile = Command::new("mcs");
    compile.args(["-langversion:7.2", "-nologo", "-warn:4", "-warnaserror"]);
    compile.arg(format!("-out:{}", program.display()));
    run::output(compile.args(&sources))?;
    let library = plugin().join("Source/ThirdParty/PlaygateLibrary");
    run::counted(Command::new("mono").arg(&program).arg(library))
}

/// The plugin's logic, which knows nothing of the engine, against the library.
///
/// # Errors
/// What a compiler or a test said.
pub fn logic(library: &Library) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for (compiler, standard) in compilers(library) {
        let build = Build::new(library, compiler, standard, "logic")?;
        let mut sources = below(&plugin().join("Source/Playgate/Private/Core"), "cpp")?;
        sources.extend(starting_with(&tests(), "core")?);
        let program = build.program("core", &sources, &c_sources(C_SHARED), &build.engine_less())?;
        run::ok(&mut test(library, &program))?;
        counts.passed += 1;
    }
    Ok(counts)
}

/// All of the plugin and the sample against stand-ins for the engine: file by file, as one file, and without a library;
/// then the life of game instances.
///
/// # Errors
/// What a compiler or a test said.
pub fn against_stubs(library: &Library) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for (compiler, standard) in compilers(library) {
        let build = Build::new(library, compiler, standard, "plugin")?;
        let generated = build.generate()?;
        let mut flags = build.engine_less();
        flags.extend(with_engine(&generated));
        let sources = sources()?;
        let stubs = tests().join("stubs/Stub/Engine.cpp");
        let lifecycle = starting_with(&tests(), "plugin")?;
        let helpers = c_sources(C_SHARED);

        // A unity build: one file that includes all.
        let unity = build.folder.join("unity.cpp");
        let includes: String = sources
            .iter()
            .map(|file| format!("#include \"{}\"\n", file.display()))
            .collect();
        write(&unity, &includes)?;
        let all = [vec![unity.clone(), stubs.clone()], lifecycle.clone()].concat();
        let program = build.program("unity", &all, &helpers, &flags)?;
        run::ok(&mut test(library, &program))?;
        counts.passed += 1;
        if library.has_asan {
            continue;
        }

        // Each file by itself: it includes what it uses.
        let each = [sources, vec![stubs.clone()], lifecycle].concat();
        let program = build.program("separate", &each, &helpers, &flags)?;
        run::ok(&mut test(library, &program))?;
        counts.passed += 1;

        // A platform without a library: the plugin links with nothing, and denies.
        let mut null = flags.clone();
        null.retain(|flag| flag != "-DPLAYGATE_PLATFORM_NULL=0");
        null.extend(["-DPLAYGATE_PLATFORM_NULL=1", "-DPLAYGATE_STATIC=1"].map(str::to_owned));
        let all = vec![unity, stubs, tests().join("null.cpp")];
        let program = build.folder.join("null");
        build.link(&program, &all, &[], &null, &[])?;
        run::ok(&mut Command::new(&program))?;
        counts.passed += 1;
    }
    Ok(counts)
}

/// With AddressSanitizer clang alone can link the library.
fn compilers(library: &Library) -> Vec<(&'static str, &'static str)> {
    if library.has_asan {
        return vec![("clang++", "c++17")];
    }
    // What engines before 5.3 and after it compile with.
    vec![("g++", "c++17"), ("clang++", "c++20")]
}

/// All sources of the plugin and the sample.
fn sources() -> Result<Vec<PathBuf>, String> {
    let mut sources = below(&plugin().join("Source"), "cpp")?;
    sources.extend(below(&samples(), "cpp")?);
    Ok(sources)
}

/// Flags for the stand-ins and the plugin's headers.
fn with_engine(generated: &Path) -> Vec<String> {
    let source = plugin().join("Source");
    let folders = [
        tests().join("stubs"),
        generated.to_path_buf(),
        source.join("Playgate/Public"),
        source.join("PlaygateEditor/Private"),
        samples().join("PlaygateSample"),
    ];
    let mut flags: Vec<String> = folders.iter().map(|folder| format!("-I{}", folder.display())).collect();
    flags.push("-DPLAYGATE_PLATFORM_NULL=0".to_owned());
    flags.push("-DPLAYGATESAMPLE_API=".to_owned());
    flags
}

/// One compiler's folder.
struct Build<'a> {
    library: &'a Library,
    compiler: &'static str,
    standard: &'static str,
    folder: PathBuf,
}

impl<'a> Build<'a> {
    fn new(library: &'a Library, compiler: &'static str, standard: &'static str, what: &str) -> Result<Self, String> {
        let kind = if library.has_asan { "asan" } else { "plain" };
        let folder = target().join("unreal").join(format!("{what}-{kind}-{compiler}"));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self {
            library,
            compiler,
            standard,
            folder,
        })
    }

    /// Flags for what knows nothing of the engine.
    fn engine_less(&self) -> Vec<String> {
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("-std={}", self.standard));
        let private = plugin().join("Source/Playgate/Private");
        for folder in [
            self.library.include.clone(),
            root().join("bindings/cpp"),
            root().join("tests/c"),
            tests(),
            private,
        ] {
            flags.push(format!("-I{}", folder.display()));
        }
        flags
    }

    /// Writes the `.generated.h` of every header that has something reflected.
    fn generate(&self) -> Result<PathBuf, String> {
        let folder = self.folder.join("generated");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut headers = below(&plugin().join("Source"), "h")?;
        headers.extend(below(&samples(), "h")?);
        for header in headers {
            let items = headers::read(&read(&header)?);
            if !items.is_empty() {
                let name = header.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let own = name.trim_end_matches(".h");
                write(
                    &folder.join(format!("{own}.generated.h")),
                    &headers::generated(&name, &items),
                )?;
            }
        }
        Ok(folder)
    }

    /// A program with the library and the helpers of the C tests.
    fn program(&self, name: &str, sources: &[PathBuf], c: &[PathBuf], flags: &[String]) -> Result<PathBuf, String> {
        let program = self.folder.join(name);
        let mut with = Vec::new();
        let linkage = if self.library.has_asan {
            Linkage::Static
        } else {
            Linkage::Shared
        };
        if linkage == Linkage::Shared {
            with.push(format!("-L{}", self.library.folder.display()));
            with.push("-lplaygate".to_owned());
            with.push(format!("-Wl,-rpath,{}", self.library.folder.display()));
            with.push("-Wl,--disable-new-dtags".to_owned());
        } else {
            with.push(self.library.folder.join("libplaygate.a").display().to_string());
            with.extend(["-ldl", "-lm"].map(str::to_owned));
        }
        self.link(&program, sources, c, flags, &with)?;
        Ok(program)
    }

    /// Compiles each file by itself, two at a time, and links them.
    fn link(
        &self,
        program: &Path,
        sources: &[PathBuf],
        c: &[PathBuf],
        flags: &[String],
        with: &[String],
    ) -> Result<(), String> {
        let objects = program.with_extension("objects");
        fs::create_dir_all(&objects).map_err(|error| format!("{}: {error}", objects.display()))?;
        let sanitizers: &[&str] = if self.library.has_asan {
            &[
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=undefined",
                "-fno-omit-frame-pointer",
            ]
        } else {
            &[]
        };
        let mut made = Vec::new();
        let mut commands = Vec::new();
        for (index, source) in sources.iter().chain(c).enumerate() {
            let is_c = source.extension().is_some_and(|kind| kind == "c");
            let object = objects.join(format!("{index}.o"));
            let mut command = if is_c {
                let mut command = Command::new(if self.compiler == "g++" { "gcc" } else { "clang" });
                command
                    .args(["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g", "-I"])
                    .arg(&self.library.include);
                command
            } else {
                let mut command = Command::new(self.compiler);
                command.args(flags);
                command
            };
            if self.library.has_asan {
                command.arg("-DPLAYGATE_STATIC=1");
            }
            command.args(sanitizers).arg("-c").arg(source).arg("-o").arg(&object);
            made.push(object);
            commands.push(command);
        }
        for pair in commands.chunks_mut(2) {
            let results: Vec<Result<String, String>> = std::thread::scope(|scope| {
                let running: Vec<_> = pair
                    .iter_mut()
                    .map(|command| scope.spawn(|| run::output(command)))
                    .collect();
                let joined = running.into_iter().map(|thread| thread.join());
                joined
                    .map(|result| result.unwrap_or_else(|_| Err("a compiler's thread ended badly".to_owned())))
                    .collect()
            });
            for result in results {
                result?;
            }
        }
        let mut link = Command::new(self.compiler);
        link.args(&made)
            .args(with)
            .args(sanitizers)
            .arg("-lpthread")
            .arg("-o")
            .arg(program);
        run::output(&mut link).map(drop)
    }
}

fn test(library: &Library, program: &Path) -> Command {
    let mut command = Command::new(program);
    if library.has_asan {
        command.env("PLAYGATE_TEST_SLOW", "5");
    }
    command
}

fn c_sources(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| root().join("tests/c").join(name)).collect()
}

/// The C++ files of a folder whose names begin so.
fn starting_with(folder: &Path, start: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = below(folder, "cpp")?;
    found.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        file.parent() == Some(folder) && name.starts_with(start)
    });
    Ok(found)
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}
