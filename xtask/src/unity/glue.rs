//! The part of the Unity package that knows Unity, where Unity is not: compiled against stubs of its API for several
//! versions and platforms, and its life cycle tested through them on Mono.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::meta;
use crate::{
    library::Library,
    run::{self, Counts, cargo, root, target},
};

/// As in the package's pure part: what Unity 2019.4 takes, and no warning.
const FLAGS: &[&str] = &[
    "-langversion:7.2",
    "-nologo",
    "-debug-",
    "-warn:4",
    "-warnaserror+",
    "-target:library",
];

const NUNIT: &str = "/usr/lib/mono/gac/nunit.framework";

/// Unity's versions, with the symbols that each one defines.
const VERSIONS: &[(&str, &[&str])] = &[
    (
        "2019.4",
        &[
            "UNITY_2019_2_OR_NEWER",
            "UNITY_2019_3_OR_NEWER",
            "UNITY_2019_4_OR_NEWER",
        ],
    ),
    (
        "2021.3",
        &[
            "UNITY_2019_2_OR_NEWER",
            "UNITY_2019_3_OR_NEWER",
            "UNITY_2019_4_OR_NEWER",
            "UNITY_2020_2_OR_NEWER",
            "UNITY_2021_2_OR_NEWER",
            "UNITY_2021_3_OR_NEWER",
        ],
    ),
    (
        "6000.0",
        &[
            "UNITY_2019_2_OR_NEWER",
            "UNITY_2019_3_OR_NEWER",
            "UNITY_2019_4_OR_NEWER",
            "UNITY_2020_2_OR_NEWER",
            "UNITY_2021_2_OR_NEWER",
            "UNITY_2021_3_OR_NEWER",
            "UNITY_2022_1_OR_NEWER",
            "UNITY_6000_0_OR_NEWER",
        ],
    ),
];

/// What scripts are compiled for: the platform's symbols.
const PLATFORMS: &[(&str, &[&str])] = &[
    ("Editor", &["UNITY_EDITOR", "UNITY_STANDALONE"]),
    ("Editor, WebGL chosen", &["UNITY_EDITOR", "UNITY_WEBGL"]),
    ("desktop", &["UNITY_STANDALONE"]),
    ("iOS", &["UNITY_IOS"]),
    ("Android", &["UNITY_ANDROID"]),
    ("WebGL", &["UNITY_WEBGL"]),
    ("Switch", &["UNITY_SWITCH"]),
];

/// Compiles the package for each version and platform; the settings of its files are in order.
///
/// # Errors
/// What the compiler said, or which `.meta` is wrong.
pub fn compiles() -> Result<Counts, String> {
    let metas = meta::check()?;
    println!("  {metas} files and folders have their .meta");
    is_of_one_version()?;
    let folder = folder("matrix")?;
    let mut passed = 2;
    for (version, symbols) in VERSIONS {
        let stubs = Stubs::compile(&folder, symbols)?;
        for (platform, more) in PLATFORMS {
            let defines = [*symbols, *more].concat();
            let is_editor = more.contains(&"UNITY_EDITOR");
            package(&stubs, &defines, is_editor).map_err(|error| format!("Unity {version}, {platform}: {error}"))?;
            passed += 1;
        }
    }
    Ok(Counts { passed, failed: 0 })
}

/// Runs the tests of the glue, with the servers of the examples.
///
/// # Errors
/// The tests that failed, or what could not be built.
pub fn run(library: &Library) -> Result<Counts, String> {
    run::ok(cargo().args([
        "build",
        "--quiet",
        "--package",
        "playgate-backend",
        "--package",
        "playgate-sandbox",
    ]))?;
    let folder = folder("tests")?;
    let (_, symbols) = VERSIONS[0];
    let stubs = Stubs::compile(&folder, symbols)?;
    package(&stubs, symbols, true)?;
    let tests = folder.join("Playgate.Tests.Editor.dll");
    let mut sources = Vec::new();
    for place in ["tests/unity", "bindings/unity/Tests", "bindings/unity/Samples~"] {
        sources.extend(under(&root().join(place), &["stubs"])?);
    }
    sources.extend(scripts_of_the_readme(&folder)?);
    let nunit = nunit()?;
    let mut references = stubs.all();
    references.extend(["Playgate.dll", "Playgate.Unity.dll", "Playgate.Editor.dll"].map(|name| folder.join(name)));
    references.extend([nunit, PathBuf::from("System.Web.Extensions")]);
    mcs(&tests, &["-warnaserror-"], symbols, &references, &sources)?;
    let mut command = Command::new("nunit-console");
    command.args(["-nologo", "-noshadow", "-nodots"]);
    command.arg(format!("-xml={}", folder.join("results.xml").display()));
    command.arg(&tests).current_dir(&folder);
    command.env("LD_LIBRARY_PATH", &library.folder);
    command.env("PLAYGATE_SERVERS", target().join("debug"));
    command.env("PLAYGATE_PACKAGE", root().join("bindings/unity"));
    counted(&mut command)
}

/// The stubs, as assemblies.
struct Stubs {
    folder: PathBuf,
}

impl Stubs {
    fn compile(folder: &Path, symbols: &[&str]) -> Result<Self, String> {
        let all = under(&root().join("tests/unity/stubs"), &[])?;
        let is_apart = |path: &PathBuf| path.ends_with("UnityEngine.UI.cs") || path.ends_with("UnityEditor.cs");
        let (apart, engine): (Vec<PathBuf>, Vec<PathBuf>) = all.into_iter().partition(is_apart);
        let stubs = Self {
            folder: folder.to_owned(),
        };
        // A stub's fields may be for reading alone.
        let flags = ["-warnaserror-", "-nowarn:67,169,414,649"];
        let json = PathBuf::from("System.Runtime.Serialization");
        mcs(&stubs.engine(), &flags, symbols, &[json], &engine)?;
        for source in apart {
            let name = source.with_extension("dll");
            let out = folder.join(name.file_name().unwrap_or_default());
            mcs(&out, &flags, symbols, &[stubs.engine()], &[source])?;
        }
        Ok(stubs)
    }

    fn engine(&self) -> PathBuf {
        self.folder.join("UnityEngine.dll")
    }

    fn all(&self) -> Vec<PathBuf> {
        ["UnityEngine.dll", "UnityEngine.UI.dll", "UnityEditor.dll"]
            .map(|name| self.folder.join(name))
            .to_vec()
    }
}

/// Compiles the package as its assembly definitions say: the pure part without a reference to Unity, a comment on
/// everything public.
fn package(stubs: &Stubs, symbols: &[&str], is_editor: bool) -> Result<(), String> {
    let source = root().join("bindings/unity");
    let (core, glue) = (
        stubs.folder.join("Playgate.dll"),
        stubs.folder.join("Playgate.Unity.dll"),
    );
    mcs(
        &core,
        &["-unsafe+"],
        symbols,
        &[],
        &under(&source.join("Runtime/Core"), &[])?,
    )?;
    let engine = [stubs.engine(), stubs.folder.join("UnityEngine.UI.dll")];
    let references = [&engine[..], std::slice::from_ref(&core)].concat();
    let docs = format!("-doc:{}", stubs.folder.join("Playgate.Unity.xml").display());
    mcs(
        &glue,
        &[&docs],
        symbols,
        &references,
        &under(&source.join("Runtime/Unity"), &[])?,
    )?;
    if is_editor {
        let references = [core, glue, stubs.engine(), stubs.folder.join("UnityEditor.dll")];
        let out = stubs.folder.join("Playgate.Editor.dll");
        mcs(&out, &[], symbols, &references, &under(&source.join("Editor"), &[])?)?;
    }
    Ok(())
}

/// The package has the version of the library.
fn is_of_one_version() -> Result<(), String> {
    let path = root().join("bindings/unity/package.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let manifest: serde_json::Value = serde_json::from_str(&text).map_err(|error| format!("package.json: {error}"))?;
    if manifest["version"] == env!("CARGO_PKG_VERSION") {
        return Ok(());
    }
    Err(format!(
        "bindings/unity/package.json says version {}, Cargo.toml {}",
        manifest["version"],
        env!("CARGO_PKG_VERSION")
    ))
}

/// The scripts in the package's README, each as the file that its first line names.
fn scripts_of_the_readme(folder: &Path) -> Result<Vec<PathBuf>, String> {
    const START: &str = "```csharp\n// Assets/Scripts/";
    let path = root().join("bindings/unity/README.md");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut scripts = Vec::new();
    for block in text.split(START).skip(1) {
        let (name, rest) = block.split_once('\n').ok_or("a script without a name in the README")?;
        let code = rest.split("```").next().unwrap_or_default();
        let script = folder.join(name);
        fs::write(&script, code).map_err(|error| format!("{}: {error}", script.display()))?;
        scripts.push(script);
    }
    if scripts.len() == text.matches("```csharp").count() && !scripts.is_empty() {
        return Ok(scripts);
    }
    Err("each script in the package's README begins with its path: // Assets/Scripts/…".to_owned())
}

fn mcs(
    out: &Path,
    flags: &[&str],
    symbols: &[&str],
    references: &[PathBuf],
    sources: &[PathBuf],
) -> Result<(), String> {
    let mut command = Command::new("mcs");
    command.args(FLAGS).args(flags).arg(format!("-out:{}", out.display()));
    command.args(symbols.iter().map(|symbol| format!("-define:{symbol}")));
    command.args(references.iter().map(|reference| format!("-r:{}", reference.display())));
    run::output(command.args(sources)).map(drop)
}

/// Reads "Tests run: 5, Errors: 0, Failures: 0, …" and "Not run: 0, …".
fn counted(command: &mut Command) -> Result<Counts, String> {
    let text = run::output(command)?;
    let number = |word: &str| {
        let rest = text.split(word).nth(1)?;
        rest.split(',').next()?.trim().parse::<usize>().ok()
    };
    match (
        number("Tests run: "),
        number("Errors: "),
        number("Failures: "),
        number("Not run: "),
    ) {
        (Some(passed), Some(0), Some(0), Some(0)) if passed > 0 => Ok(Counts { passed, failed: 0 }),
        _ => Err(format!("nunit-console says:\n{text}")),
    }
}

/// NUnit 2.6, which `nunit-console` runs.
fn nunit() -> Result<PathBuf, String> {
    let versions = fs::read_dir(NUNIT).map_err(|error| format!("{NUNIT}: {error}"))?;
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .map(|entry| entry.path().join("nunit.framework.dll"))
        .collect();
    found.sort();
    found.pop().ok_or_else(|| format!("{NUNIT} is empty"))
}

fn folder(name: &str) -> Result<PathBuf, String> {
    let folder = target().join("unity").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// The C# below a folder, in a fixed order, without what is in these folders.
fn under(folder: &Path, without: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !without.contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "cs") {
                sources.push(path);
            }
        }
    }
    sources.sort();
    if sources.is_empty() {
        return Err(format!("there is no C# in {}", folder.display()));
    }
    Ok(sources)
}
