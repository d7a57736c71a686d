//! The `.meta` files of the Unity package: Unity's settings of each visible file and folder, with the GUID by which scenes
//! and other projects name it. A GUID once given stays: what is there is never changed, only what is missing is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::run::root;

/// The native libraries that `cargo xtask package` or a studio puts into the package: place, Unity's platforms, and the
/// settings of a player for it.
const PLUGINS: &[(&str, &[(&str, &str)])] = &[
    (
        "Plugins/Linux/x86_64/libplaygate.so",
        &[
            ("Editor", "CPU: x86_64\nDefaultValueInitialized: true\nOS: Linux"),
            ("Standalone: Linux64", "CPU: x86_64"),
        ],
    ),
    (
        "Plugins/Windows/x86_64/playgate.dll",
        &[
            ("Editor", "CPU: x86_64\nDefaultValueInitialized: true\nOS: Windows"),
            ("Standalone: Win64", "CPU: x86_64"),
        ],
    ),
    (
        "Plugins/macOS/libplaygate.dylib",
        &[
            ("Editor", "CPU: AnyCPU\nDefaultValueInitialized: true\nOS: OSX"),
            ("Standalone: OSXUniversal", "CPU: AnyCPU"),
        ],
    ),
    (
        "Plugins/Android/arm64-v8a/libplaygate.so",
        &[("Android: Android", "CPU: ARM64")],
    ),
    (
        "Plugins/iOS/libplaygate.a",
        &[(
            "iPhone: iOS",
            "AddToEmbeddedBinaries: false\nCPU: ARM64\nCompileFlags: \nFrameworkDependencies: ",
        )],
    ),
    ("Plugins/Switch/libplaygate.a", &[("Switch: Switch", "")]),
    ("Plugins/WebGL/libplaygate.a", &[("WebGL: WebGL", "")]),
];

/// Writes the `.meta` files that are missing, and says which.
///
/// # Errors
/// A file that cannot be written.
pub fn write_missing() -> Result<(), String> {
    let package = root().join("bindings/unity");
    for asset in assets(&package)? {
        let meta = package.join(format!("{}.meta", asset.path));
        if meta.exists() {
            continue;
        }
        if let Some(folder) = meta.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::write(&meta, asset.text()).map_err(|error| format!("{}: {error}", meta.display()))?;
        println!("wrote bindings/unity/{}.meta", asset.path);
    }
    Ok(())
}

/// Each visible file and folder has its `.meta` with a GUID of its own, none is left over, and the plugins' settings are the
/// ones of this table. Gives how many there are.
///
/// # Errors
/// Every one that is missing, left over, or not unique.
pub fn check() -> Result<usize, String> {
    let package = root().join("bindings/unity");
    let assets = assets(&package)?;
    let mut problems = Vec::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for asset in &assets {
        let name = format!("{}.meta", asset.path);
        let text = fs::read_to_string(package.join(&name)).unwrap_or_default();
        match guid_in(&text) {
            None => problems.push(format!(
                "{name} is missing, or has no GUID: cargo xtask unity-meta writes it"
            )),
            Some(guid) => {
                if let Some(other) = owners.insert(guid.to_owned(), name.clone()) {
                    problems.push(format!("{name} has the GUID of {other}"));
                }
            }
        }
        if asset.kind == Kind::Plugin
            && text
                != asset
                    .text()
                    .replace(&guid_of(&asset.path), guid_in(&text).unwrap_or(""))
        {
            problems.push(format!("{name} has other settings than xtask/src/unity/meta.rs"));
        }
        names.insert(name);
    }
    let mut found = Vec::new();
    walk(&package, "", &mut found)?;
    problems.extend(
        found
            .iter()
            .filter(|(path, _)| path.ends_with(".meta") && !names.contains(path))
            .map(|(path, _)| format!("{path} is left over: what it belongs to is gone")),
    );
    if problems.is_empty() {
        return Ok(assets.len());
    }
    Err(problems.join("\n"))
}

/// The GUID in a `.meta` file.
pub fn guid_in(text: &str) -> Option<&str> {
    let guid = text.lines().find_map(|line| line.strip_prefix("guid: "))?.trim();
    (guid.len() == 32 && guid.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(guid)
}

/// The GUID that a path gets: its 128-bit FNV-1a hash, so that it is the same on every machine.
fn guid_of(path: &str) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let name = format!("com.playgate.sdk/{path}");
    let hash = name
        .bytes()
        .fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    Script,
    AssemblyDefinition,
    Manifest,
    Text,
    Plugin,
    Other,
}

struct Asset {
    path: String,
    kind: Kind,
}

impl Asset {
    fn text(&self) -> String {
        let guid = guid_of(&self.path);
        let importer = match self.kind {
            Kind::Folder => "folderAsset: yes\nDefaultImporter:\n".to_owned(),
            Kind::Script => "MonoImporter:\n".to_owned(),
            Kind::AssemblyDefinition => "AssemblyDefinitionImporter:\n".to_owned(),
            Kind::Manifest => "PackageManifestImporter:\n".to_owned(),
            Kind::Text => "TextScriptImporter:\n".to_owned(),
            Kind::Plugin => "PluginImporter:\n".to_owned(),
            Kind::Other => "DefaultImporter:\n".to_owned(),
        };
        let settings = match self.kind {
            Kind::Script => {
                "  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n  icon: {instanceID: 0}\n"
                    .to_owned()
            }
            Kind::Plugin => plugin_settings(&self.path),
            _ => String::new(),
        };
        // A plugin's settings begin with it.
        let start = if self.kind == Kind::Plugin {
            ""
        } else {
            "  externalObjects: {}\n"
        };
        format!(
            "fileFormatVersion: 2\nguid: {guid}\n{importer}{start}{settings}  userData: \n  assetBundleName: \n  \
             assetBundleVariant: \n"
        )
    }
}

/// For which platforms a native library is, and that none is loaded before it is called.
fn plugin_settings(path: &str) -> String {
    let mut text = String::from(
        "  externalObjects: {}\n  serializedVersion: 2\n  iconMap: {}\n  executionOrder: {}\n  defineConstraints: []\n  \
         isPreloaded: 0\n  isOverridable: 1\n  isExplicitlyReferenced: 0\n  validateReferences: 1\n  platformData:\n  \
         - first:\n      Any: \n    second:\n      enabled: 0\n      settings: {}\n",
    );
    let platforms = PLUGINS.iter().find(|(place, _)| *place == path);
    let platforms = platforms.map_or(&[][..], |(_, platforms)| platforms);
    if !platforms.iter().any(|(platform, _)| *platform == "Editor") {
        text.push_str(
            "  - first:\n      Editor: Editor\n    second:\n      enabled: 0\n      settings:\n        \
             DefaultValueInitialized: true\n",
        );
    }
    for (platform, settings) in platforms {
        let first = if *platform == "Editor" {
            "Editor: Editor"
        } else {
            platform
        };
        text.push_str(&format!("  - first:\n      {first}\n    second:\n      enabled: 1\n"));
        if settings.is_empty() {
            text.push_str("      settings: {}\n");
            continue;
        }
        text.push_str("      settings:\n");
        for line in settings.lines() {
            text.push_str(&format!("        {line}\n"));
        }
    }
    text
}

/// What Unity sees of the package, and the samples, which it copies.
fn assets(package: &Path) -> Result<Vec<Asset>, String> {
    let mut found = Vec::new();
    walk(package, "", &mut found)?;
    let mut paths: BTreeMap<String, Kind> = found
        .into_iter()
        .filter(|(path, _)| !path.ends_with(".meta"))
        .map(|(path, is_folder)| {
            let kind = if is_folder { Kind::Folder } else { kind_of(&path) };
            (path, kind)
        })
        .collect();
    for (place, _) in PLUGINS {
        paths.insert((*place).to_owned(), Kind::Plugin);
        let mut folder = *place;
        while let Some((above, _)) = folder.rsplit_once('/') {
            paths.insert(above.to_owned(), Kind::Folder);
            folder = above;
        }
    }
    Ok(paths.into_iter().map(|(path, kind)| Asset { path, kind }).collect())
}

fn kind_of(path: &str) -> Kind {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "cs" => Kind::Script,
        "asmdef" => Kind::AssemblyDefinition,
        "md" | "xml" | "txt" => Kind::Text,
        "json" if path == "package.json" => Kind::Manifest,
        "json" => Kind::Text,
        _ => Kind::Other,
    }
}

/// Files and folders below a folder. Those that begin with a dot or end in ~ are hidden from Unity; what is in `Samples~` is
/// copied into a project as it is, so it counts.
fn walk(package: &Path, below: &str, found: &mut Vec<(String, bool)>) -> Result<(), String> {
    let folder = package.join(below);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name.clone()
        } else {
            format!("{below}/{name}")
        };
        if name.starts_with('.') || (name.ends_with('~') && name != "Samples~") {
            continue;
        }
        let is_folder = entry.path().is_dir();
        if is_folder {
            walk(package, &path, found)?;
        }
        if name != "Samples~" {
            found.push((path, is_folder));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_the_same_guid_forever() {
        assert_eq!(guid_of("package.json"), guid_of("package.json"));
        assert_ne!(guid_of("package.json"), guid_of("README.md"));
        assert_eq!(guid_of("package.json").len(), 32);
        assert_eq!(
            guid_in(
                &Asset {
                    path: "link.xml".to_owned(),
                    kind: Kind::Text
                }
                .text()
            ),
            Some(&*guid_of("link.xml"))
        );
    }

    #[test]
    fn a_text_without_a_guid_has_none() {
        for text in ["", "guid: 12", "guid: zz", "fileFormatVersion: 2"] {
            assert_eq!(guid_in(text), None, "{text}");
        }
    }
}
