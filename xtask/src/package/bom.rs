//! The bill of materials: CycloneDX 1.6, as JSON. Without a time and a serial number, so that the same input gives the same
//! bytes.

use serde_json::{Value, json};

use super::inventory::{Crate, Inventory};

/// Everything inside the library.
///
/// # Errors
/// None but a defect of the JSON writer.
pub fn text(inventory: &Inventory) -> Result<String, String> {
    let rust = json!({
        "type": "library",
        "bom-ref": rust_purl(inventory),
        "name": "rust-std",
        "version": inventory.rust,
        "description": "Rust's standard library",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "purl": rust_purl(inventory),
    });
    let mut components: Vec<Value> = inventory.others().map(|(_, part)| component(part)).collect();
    components.push(rust);
    let mut dependencies: Vec<Value> = Vec::new();
    for (id, part) in &inventory.crates {
        let mut uses: Vec<String> = part
            .uses
            .iter()
            .filter_map(|id| inventory.crates.get(id))
            .map(purl)
            .collect();
        if *id == inventory.playgate {
            uses.push(rust_purl(inventory));
        }
        dependencies.push(json!({"ref": purl(part), "dependsOn": uses}));
    }
    dependencies.push(json!({"ref": rust_purl(inventory)}));
    let playgate = inventory.crates.get(&inventory.playgate).map(component);
    let bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": playgate,
            "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": inventory.triple}],
        },
        "components": components,
        "dependencies": dependencies,
    });
    let text = serde_json::to_string_pretty(&bom).map_err(|error| format!("the bill of materials: {error}"))?;
    Ok(text + "\n")
}

fn component(part: &Crate) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(part),
        "name": part.name,
        "version": part.version,
        "description": part.description.trim(),
        "licenses": [{"expression": part.license}],
        "purl": purl(part),
    });
    if let Some(checksum) = &part.checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if !part.repository.is_empty() {
        component["externalReferences"] = json!([{"type": "vcs", "url": part.repository}]);
    }
    if !part.features.is_empty() {
        component["properties"] = json!([{"name": "playgate:cargo-features", "value": part.features.join(",")}]);
    }
    component
}

fn purl(part: &Crate) -> String {
    format!("pkg:cargo/{}@{}", part.name, part.version)
}

fn rust_purl(inventory: &Inventory) -> String {
    format!("pkg:generic/rust-std@{}", inventory.rust)
}
