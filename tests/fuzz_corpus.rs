//! What the fuzz targets check, on the inputs that are kept: those that fuzzing found interesting, and those that once
//! showed a defect.
#![cfg(all(feature = "capi", feature = "mock", feature = "trusted-server"))]

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use std::{fs, path::Path};

fn inputs_of(target: &str, body: fn(&[u8])) {
    let mut inputs = 0;
    for kind in ["corpus", "regressions"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz")
            .join(kind)
            .join(target);
        let Ok(entries) = fs::read_dir(&folder) else {
            // Not each target had a defect.
            assert_eq!(kind, "regressions", "{} is missing", folder.display());
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let bytes = fs::read(&path).expect("readable");
            println!("{}", path.display());
            body(&bytes);
            // Also what the network may have left of it.
            for cut in [bytes.len() / 3, bytes.len() / 2] {
                body(&bytes[..cut]);
            }
            inputs += 1;
        }
    }
    assert!(inputs >= 5, "only {inputs} inputs for {target}");
}

#[test]
fn sessions() {
    inputs_of("session", bodies::session);
}

#[test]
fn answers() {
    inputs_of("answer", bodies::answer);
}

#[test]
fn records() {
    inputs_of("record", bodies::record);
}

#[test]
fn webhooks() {
    inputs_of("webhook", bodies::webhook);
}

#[test]
fn urls() {
    inputs_of("url", bodies::url);
}

#[test]
fn calls_of_the_abi() {
    inputs_of("abi", bodies::abi);
}
