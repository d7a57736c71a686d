//! The C tests on a host of another kind: compiled for it, linked with the library, and run through what stands in for it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::https;
use crate::{
    c_programs,
    library::Linkage,
    run::{self, root, target},
    vectors,
};

/// What runs everywhere. `clients` needs `fork` and `waiting` counts on how POSIX sockets refuse.
pub const PROGRAMS: &[&str] = &[
    "vectors",
    "store",
    "abuse",
    "notice",
    "upgrade",
    "threads",
    "game_session",
    "paths",
    "tls",
];

/// Storage, loopback HTTP and HTTPS.
pub const MAIN_PROGRAMS: &[&str] = &["vectors", "store", "paths", "notice", "tls"];

/// A kind of host, and the library that was built for it.
pub struct Host {
    /// A word for file names.
    pub name: &'static str,
    /// The C compiler and what it is always given.
    pub compiler: Vec<String>,
    /// What links the shared library and the static one.
    pub shared: Vec<String>,
    /// The same for the static one.
    pub with_static: Vec<String>,
    /// How a program's file name ends.
    pub suffix: &'static str,
    /// What a program is started with; empty: by itself.
    pub runner: Vec<String>,
    /// What programs find in their environment.
    pub environment: Vec<(&'static str, String)>,
}

impl Host {
    /// Compiles and links a program.
    ///
    /// # Errors
    /// What the compiler or linker says.
    pub fn program(
        &self,
        name: &str,
        linkage: Linkage,
        sources: &[PathBuf],
        flags: &[&str],
    ) -> Result<PathBuf, String> {
        let folder = target().join("c").join(format!("{}-{}", self.name, linkage.word()));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let program = folder.join(format!("{name}{}", self.suffix));
        let (first, rest) = self.compiler.split_first().ok_or("there is no compiler")?;
        let mut command = Command::new(first);
        command.args(rest).args(sources).arg("-o").arg(&program);
        command.arg("-I").arg(root().join("include")).args(flags);
        match linkage {
            Linkage::Shared => command.args(&self.shared),
            Linkage::Static => command.arg("-DPLAYGATE_STATIC").args(&self.with_static),
        };
        run::output(&mut command)?;
        Ok(program)
    }

    /// The command that runs a program of this host.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = match self.runner.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Compiles and runs these of the C tests. Gives how many passed.
    ///
    /// # Errors
    /// The first that does not pass.
    pub fn test(&self, programs: &[&str], linkage: Linkage) -> Result<usize, String> {
        let folder = target().join("c").join(self.name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        vectors::generate(&root().join("tests/vectors"), &folder.join("vectors.inc"))?;
        let here = format!("-I{}", folder.display());
        let mut flags = c_programs::FLAGS.to_vec();
        flags.push(&here);
        let https = https::Servers::start()?;
        for name in programs {
            let program = self.program(name, linkage, &c_programs::sources(name)?, &flags)?;
            let scratch = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
            let mut command = self.command(&program);
            command
                .arg(root().join("include/playgate.h"))
                .current_dir(scratch.path());
            // An emulated machine is slower, and two others may be busy beside it.
            command.env("PLAYGATE_TEST_ROUNDS", "40").env("PLAYGATE_TEST_SLOW", "5");
            run::ok(command.envs(https.environment()))?;
            if *name == "paths" {
                has_long_path(scratch.path())?;
            }
        }
        Ok(programs.len())
    }
}

/// What `paths` stored is where it said, as this machine sees it.
fn has_long_path(folder: &Path) -> Result<(), String> {
    let mut deepest = folder.to_path_buf();
    loop {
        let entries = fs::read_dir(&deepest).map_err(|error| format!("{}: {error}", deepest.display()))?;
        let mut entries: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort_by_key(|path| !path.is_dir());
        match entries.first() {
            Some(first) if first.is_dir() => deepest.clone_from(first),
            Some(first) => {
                let shown = first.to_string_lossy();
                let is_right = shown.chars().count() > 260 && shown.contains("Spielstände-記録");
                return is_right
                    .then_some(())
                    .ok_or_else(|| format!("the records are elsewhere: {shown}"));
            }
            None => return Err(format!("nothing is stored in {}", deepest.display())),
        }
    }
}
