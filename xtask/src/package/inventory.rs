//! What goes into the library: the crates, with the features that ship, as cargo resolves them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

use serde_json::Value;

use crate::run::{self, cargo, root};

/// All that the library is made of.
#[derive(Debug)]
pub struct Inventory {
    /// The platform that it is built for.
    pub triple: String,
    /// The version of rustc and of its standard library.
    pub rust: String,
    /// Where rustc's own files are.
    pub sysroot: PathBuf,
    /// Playgate itself and the crates, by `name@version`.
    pub crates: BTreeMap<String, Crate>,
    /// Which of them is Playgate.
    pub playgate: String,
}

/// One crate.
#[derive(Debug, Default)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub license: String,
    pub description: String,
    pub repository: String,
    /// Its unpacked source.
    pub folder: PathBuf,
    /// SHA-256 of the archive in the registry; none for Playgate itself.
    pub checksum: Option<String>,
    pub features: Vec<String>,
    /// The crates that it uses, by `name@version`.
    pub uses: BTreeSet<String>,
}

impl Inventory {
    /// Asks cargo and rustc.
    ///
    /// # Errors
    /// What they said, or what is missing from it.
    pub fn take() -> Result<Self, String> {
        let rustc = |arguments: &[&str]| run::output(Command::new("rustc").current_dir(root()).args(arguments));
        let about = rustc(&["-vV"])?;
        let field = |name: &str| {
            let value = about.lines().find_map(|line| line.strip_prefix(name));
            value
                .map(str::to_owned)
                .ok_or(format!("rustc -vV does not say: {name}"))
        };
        let (triple, rust) = (field("host: ")?, field("release: ")?);
        let sysroot = PathBuf::from(rustc(&["--print=sysroot"])?.trim());
        let (mut crates, playgate) = tree(&triple)?;
        let metadata = metadata(&triple)?;
        let checksums = checksums()?;
        for (id, part) in &mut crates {
            let known = metadata.get(id).ok_or(format!("cargo metadata does not know {id}"))?;
            let text = |field: &str| known[field].as_str().unwrap_or_default().to_owned();
            // Some still write a slash for "or".
            part.license = text("license").replace('/', " OR ");
            (part.description, part.repository) = (text("description"), text("repository"));
            part.folder = PathBuf::from(text("manifest_path"))
                .parent()
                .map(PathBuf::from)
                .unwrap_or_default();
            part.checksum = checksums.get(id).cloned();
            if part.license.is_empty() {
                return Err(format!("{id} does not say its license"));
            }
            if part.checksum.is_none() && *id != playgate {
                return Err(format!("Cargo.lock has no checksum for {id}"));
            }
        }
        Ok(Self {
            triple,
            rust,
            sysroot,
            crates,
            playgate,
        })
    }

    /// Playgate itself.
    pub fn version(&self) -> &str {
        self.crates.get(&self.playgate).map_or("", |part| &part.version)
    }

    /// The crates without Playgate itself.
    pub fn others(&self) -> impl Iterator<Item = (&String, &Crate)> {
        self.crates.iter().filter(|(id, _)| **id != self.playgate)
    }
}

/// What is linked in, and which crate uses which. Procedural macros only write code.
fn tree(triple: &str) -> Result<(BTreeMap<String, Crate>, String), String> {
    let text = run::output(
        cargo()
            .args(["tree", "--locked", "--package", "playgate", "--target", triple])
            .args([
                "--edges",
                "normal,no-proc-macro",
                "--prefix",
                "depth",
                "--format",
                "\t{p}\t{f}\t",
            ]),
    )?;
    let mut crates: BTreeMap<String, Crate> = BTreeMap::new();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines() {
        let strange = || format!("cargo tree says something strange: {line}");
        let fields: Vec<&str> = line.split('\t').collect();
        let [depth, package, features, _] = fields.as_slice() else {
            return Err(strange());
        };
        let depth: usize = depth.parse().map_err(|_| strange())?;
        let mut words = package.split(' ');
        let (name, version) = words.next().zip(words.next()).ok_or_else(strange)?;
        let version = version.strip_prefix('v').ok_or_else(strange)?;
        let id = format!("{name}@{version}");
        above.truncate(depth);
        if let Some(parent) = above.last().and_then(|parent| crates.get_mut(parent)) {
            parent.uses.insert(id.clone());
        }
        above.push(id.clone());
        let part = crates.entry(id).or_default();
        (part.name, part.version) = (name.to_owned(), version.to_owned());
        part.features = features
            .split(',')
            .filter(|f| !f.is_empty())
            .map(str::to_owned)
            .collect();
    }
    let playgate = above.into_iter().next().ok_or("cargo tree shows nothing")?;
    Ok((crates, playgate))
}

fn metadata(triple: &str) -> Result<BTreeMap<String, Value>, String> {
    let text = run::output(cargo().args([
        "metadata",
        "--locked",
        "--format-version=1",
        "--filter-platform",
        triple,
    ]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let id = |package: &Value| {
        Some(format!(
            "{}@{}",
            package["name"].as_str()?,
            package["version"].as_str()?
        ))
    };
    Ok(packages
        .into_iter()
        .filter_map(|package| Some((id(&package)?, package)))
        .collect())
}

/// The checksums in `Cargo.lock`, where cargo checks them.
fn checksums() -> Result<BTreeMap<String, String>, String> {
    let file = root().join("Cargo.lock");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut checksums = BTreeMap::new();
    for package in text.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim_matches(['=', ' ', '"']).to_owned())
        };
        if let (Some(name), Some(version), Some(checksum)) = (field("name"), field("version"), field("checksum")) {
            checksums.insert(format!("{name}@{version}"), checksum);
        }
    }
    Ok(checksums)
}
