//! Licences, bans and sources of all dependencies, by `deny.toml`: in each test run by what Cargo knows of them, in the
//! soak by cargo-deny, which reads the texts of the licences, too, but takes minutes to install.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;

use crate::run::{self, Counts, cargo, root};

/// The version of cargo-deny.
const VERSION: &str = "0.20.2";

/// The rules of `deny.toml` that Cargo's metadata can answer.
struct Rules {
    licences: BTreeSet<String>,
    /// A package, and what it may have besides.
    exceptions: Vec<(String, Vec<String>)>,
    banned: BTreeSet<String>,
}

impl Rules {
    fn parse(text: &str) -> Result<Self, String> {
        let rules: toml::Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
        let list = |from: Option<&toml::Value>| -> Vec<toml::Value> {
            from.and_then(toml::Value::as_array).cloned().unwrap_or_default()
        };
        let texts = |from: Option<&toml::Value>| -> Vec<String> {
            let list = list(from);
            list.iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let section = |name: &str| rules.get(name).ok_or_else(|| format!("deny.toml has no [{name}]"));
        let (licenses, bans) = (section("licenses")?, section("bans")?);
        let exceptions = list(licenses.get("exceptions")).into_iter().filter_map(|exception| {
            let name = exception.get("crate")?.as_str()?.to_owned();
            Some((name, texts(exception.get("allow"))))
        });
        let rules = Self {
            licences: texts(licenses.get("allow")).into_iter().collect(),
            exceptions: exceptions.collect(),
            banned: texts(bans.get("deny")).into_iter().collect(),
        };
        if rules.licences.is_empty() || rules.banned.is_empty() {
            return Err("deny.toml allows no licence, or bans nothing".to_owned());
        }
        Ok(rules)
    }

    /// Why a package may not be there.
    fn objection(&self, package: &Value) -> Option<String> {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, version) = (text("name"), text("version"));
        if !text("source").starts_with("registry+https://github.com/rust-lang/crates.io-index") {
            return Some(format!("{name} {version} is not from crates.io"));
        }
        let besides = self.exceptions.iter().find(|(exception, _)| exception == name);
        let is_allowed = |licence: &str| {
            self.licences.contains(licence) || besides.is_some_and(|(_, more)| more.iter().any(|m| m == licence))
        };
        let expression = match spdx::Expression::parse_mode(text("license"), spdx::ParseMode::LAX) {
            Ok(expression) => expression,
            Err(error) => return Some(format!("the licence of {name} {version}: {}", error.reason)),
        };
        let holds = expression.evaluate(|asked| asked.license.id().is_some_and(|id| is_allowed(id.name)));
        (!holds).then(|| format!("the licence of {name} {version} is {}", text("license")))
    }
}

/// Looks at every package that the lock file has, for every platform. Gives how many there are.
///
/// # Errors
/// Those that are not wanted.
pub fn check() -> Result<Counts, String> {
    let text = fs::read_to_string(root().join("deny.toml")).map_err(|error| format!("deny.toml: {error}"))?;
    let rules = Rules::parse(&text)?;
    let said = run::output(cargo().args(["metadata", "--format-version", "1", "--all-features", "--locked"]))?;
    let said: Value = serde_json::from_str(&said).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = said["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let others: Vec<&Value> = packages.iter().filter(|package| !package["source"].is_null()).collect();
    let mut objections: Vec<String> = others.iter().filter_map(|package| rules.objection(package)).collect();
    let tree = run::output(cargo().args(["tree", "--package", "playgate", "--all-features"]).args([
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--target",
        "all",
    ]))?;
    let of_library: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    objections.extend(
        rules
            .banned
            .iter()
            .filter(|name| of_library.contains(name.as_str()))
            .cloned(),
    );
    if others.len() < 100 || !of_library.contains("ureq") {
        objections.push(format!("only {} packages were looked at", others.len()));
    }
    if objections.is_empty() {
        return Ok(Counts {
            passed: others.len(),
            failed: 0,
        });
    }
    Err(format!("not wanted: {}", objections.join("; ")))
}

/// The same and the texts of the licences, by cargo-deny.
///
/// # Errors
/// A dependency that is not wanted.
pub fn deny() -> Result<(), String> {
    let program = run::tool("cargo-deny", VERSION)?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(root()).arg("--offline").args(arguments);
        run::ok(&mut command)
    };
    deny(&["check", "licenses", "bans", "sources"])?;
    // The examples' servers have an async runtime, which the library must not have.
    deny(&["--workspace", "check", "licenses", "sources"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_wanted_is_named() {
        let rules = "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"x\", allow = [\"MPL-2.0\"] }]\n[bans]\ndeny = [\"y\"]";
        let rules = Rules::parse(rules).unwrap();
        let objection = |name: &str, licence: &str, source: &str| {
            rules.objection(&json!({"name": name, "version": "1", "license": licence, "source": source}))
        };
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(objection("a", "MIT OR GPL-3.0-only", registry), None);
        assert_eq!(objection("a", "Apache-2.0/MIT", registry), None);
        assert_eq!(objection("x", "MPL-2.0", registry), None);
        for (name, licence) in [("a", "MPL-2.0"), ("a", "MIT AND ISC"), ("a", "GPL-3.0-only"), ("a", "")] {
            assert!(objection(name, licence, registry).is_some(), "{name} {licence}");
        }
        assert!(objection("a", "MIT", "git+https://example.com/a").is_some());
        assert!(Rules::parse("[licenses]\nallow = []").is_err());
    }
}
