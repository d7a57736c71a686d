//! Wine, which runs Windows programs here: a prefix of its own for each run, removed at its end.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::run::{self, root, target};

/// A prefix that is ready.
pub struct Wine {
    prefix: TempDir,
    shim: PathBuf,
}

impl Wine {
    /// Makes a prefix, and what Wine 8 lacks for Rust's standard library.
    ///
    /// # Errors
    /// What could not be made or started.
    pub fn start() -> Result<Self, String> {
        let shim = target().join("wine-shim");
        std::fs::create_dir_all(&shim).map_err(|error| format!("{}: {error}", shim.display()))?;
        run::output(
            Command::new("x86_64-w64-mingw32-gcc")
                .args(["-shared", "-O2", "-Wall", "-Werror", "-o"])
                .arg(shim.join("bcryptprimitives.dll"))
                .arg(root().join("xtask/src/platforms/bcryptprimitives.c"))
                .arg("-ladvapi32"),
        )?;
        let prefix = tempfile::Builder::new()
            .prefix("wine-")
            .tempdir_in(target())
            .map_err(|error| format!("no folder for Wine: {error}"))?;
        let wine = Self { prefix, shim };
        run::output(Command::new("wineboot").arg("--init").envs(wine.environment(&[])))?;
        Ok(wine)
    }

    /// What programs under Wine are started with, so that they find DLLs in these folders.
    pub fn environment(&self, dlls: &[&Path]) -> Vec<(&'static str, String)> {
        let folders: Vec<String> = dlls
            .iter()
            .chain([&self.shim.as_path()])
            .map(|folder| format!("Z:{}", folder.display()))
            .collect();
        vec![
            ("WINEPREFIX", self.prefix.path().display().to_string()),
            ("WINEPATH", folders.join(";")),
            ("WINEDEBUG", "-all".to_owned()),
            // File names are UTF-8.
            ("LC_ALL", "C.UTF-8".to_owned()),
            // No menu entries of this prefix on the desktop, and no offers to install what nothing here uses.
            (
                "WINEDLLOVERRIDES",
                "winemenubuilder.exe=d;mscoree=d;mshtml=d".to_owned(),
            ),
        ]
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        // Ends this prefix's processes only; without an answer the folder's removal has the last word.
        let _ = Command::new("wineserver")
            .arg("-k")
            .env("WINEPREFIX", self.prefix.path())
            .status();
    }
}
