//! Compiling: the package's pure assembly, the cases, and their NUnit fixtures.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::data;
use crate::{
    files::below,
    run::{self, root, target},
};

/// What all C# is compiled with: the language of Unity 2018.3 and later, so far as mcs has it.
const FLAGS: &[&str] = &["-langversion:7.2", "-optimize+", "-debug-", "-warn:4", "-warnaserror+"];

/// What was compiled.
pub struct Built {
    /// The folder with the assemblies.
    pub folder: PathBuf,
}

impl Built {
    /// The cases and their runner.
    pub fn cases(&self) -> PathBuf {
        self.folder.join("cases.exe")
    }

    /// The fixtures.
    pub fn fixtures(&self) -> PathBuf {
        self.folder.join("PlaygateNUnit.dll")
    }
}

/// Compiles everything for runtimes that load the library.
pub fn all() -> Result<Built, String> {
    let folder = folder()?;
    let core = folder.join("Playgate.dll");
    // A missing comment is a warning when comments are written out.
    let docs = format!("-doc:{}", folder.join("Playgate.xml").display());
    mcs(&core, &["-target:library", "-unsafe+", &docs], &core_sources()?)?;
    let reference = format!("-r:{}", core.display());
    let cases = folder.join("cases.exe");
    let mut sources = case_sources()?;
    sources.push(folder.join("Vectors.cs"));
    mcs(&cases, &[&reference], &sources)?;
    let mut fixtures = below(&root().join("tests/csharp/nunit"), "cs")?;
    fixtures.push(folder.join("Abi.cs"));
    let framework = nunit()?;
    let (cases, framework) = (format!("-r:{}", cases.display()), format!("-r:{}", framework.display()));
    let flags = ["-target:library", &reference, &cases, &framework];
    mcs(&folder.join("PlaygateNUnit.dll"), &flags, &fixtures)?;
    Ok(Built { folder })
}

/// Compiles package and cases into one program for a library that is linked in.
pub fn linked(out: &Path, core: &[PathBuf]) -> Result<(), String> {
    let mut sources = core.to_vec();
    sources.extend(case_sources()?);
    sources.push(folder()?.join("Vectors.cs"));
    mcs(out, &["-unsafe+", "-define:PLAYGATE_STATIC"], &sources)
}

/// Compiles some files.
pub fn mcs(out: &Path, flags: &[&str], sources: &[PathBuf]) -> Result<(), String> {
    let mut command = Command::new("mcs");
    command.args(FLAGS).args(flags).arg(format!("-out:{}", out.display()));
    run::output(command.args(sources)).map(drop)
}

/// The pure part of the package.
pub fn core_sources() -> Result<Vec<PathBuf>, String> {
    below(&root().join("bindings/unity/Runtime/Core"), "cs")
}

fn case_sources() -> Result<Vec<PathBuf>, String> {
    let folder = root().join("tests/csharp");
    let mut sources = below(&folder.join("cases"), "cs")?;
    sources.extend(files(&folder)?);
    Ok(sources)
}

/// Where everything of this goes, with the data in it.
pub fn folder() -> Result<PathBuf, String> {
    let folder = target().join("csharp");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    data::write(&folder)?;
    Ok(folder)
}

/// NUnit 2.6, which `nunit-console` runs.
fn nunit() -> Result<PathBuf, String> {
    let gac = Path::new("/usr/lib/mono/gac/nunit.framework");
    let versions = fs::read_dir(gac).map_err(|error| format!("{}: {error}", gac.display()))?;
    let file = versions
        .flatten()
        .map(|version| version.path().join("nunit.framework.dll"));
    file.max().ok_or_else(|| format!("{} has no version", gac.display()))
}

/// Every C# file in a folder itself.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "cs"))
        .collect())
}
