//! `cargo xtask csharp`: the C# declarations of the C ABI, from its manifest and the header's comments.

mod docs;
mod enums;
mod native;

use std::{fs, path::PathBuf};

use crate::{abi, run::root};

const FOLDER: &str = "bindings/unity/Runtime/Core";

/// Writes what is generated of the C# package.
///
/// # Errors
/// What cannot be read, written or translated.
pub fn write() -> Result<(), String> {
    for (path, text) in generated()? {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{} is written.", path.display());
    }
    Ok(())
}

/// What is committed is what the header and its manifest give.
///
/// # Errors
/// The file that differs.
pub fn is_current() -> Result<(), String> {
    for (path, text) in generated()? {
        let there = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if there != text {
            return Err(format!(
                "{} is not what `cargo xtask csharp` writes: run it and commit",
                path.display()
            ));
        }
    }
    Ok(())
}

fn generated() -> Result<Vec<(PathBuf, String)>, String> {
    let manifest = abi::committed()?;
    let header = root().join("include/playgate.h");
    let header = fs::read_to_string(&header).map_err(|error| format!("{}: {error}", header.display()))?;
    let docs = docs::Docs::read(&header);
    let texts = [
        ("Enums.cs", enums::enums(&manifest, &docs)?),
        ("Native/NativeConstants.cs", enums::others(&manifest, &docs)?),
        ("Native/NativeMethods.cs", native::methods(&manifest)?),
        ("Native/NativeStructs.cs", native::structs(&manifest)?),
    ];
    Ok(texts
        .into_iter()
        .map(|(name, text)| (root().join(FOLDER).join(name), text))
        .collect())
}

/// The first lines of each file.
const HEAD: &str = "// Generated from include/playgate.abi and include/playgate.h by `cargo xtask csharp`.\n\n";

/// `ASK_PARENT` as `AskParent`.
fn pascal(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| word[..1].to_uppercase() + &word[1..].to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{docs::Docs, pascal};

    #[test]
    fn names_become_those_of_csharp() {
        assert_eq!(pascal("ASK_PARENT"), "AskParent");
        assert_eq!(pascal("OK"), "Ok");
        assert_eq!(pascal("next_step"), "NextStep");
    }

    #[test]
    fn comments_are_found_by_the_name_they_stand_before() {
        let docs = Docs::read(
            "/* One line. */\n#define PLAYGATE_A 1\n\n/*\n * Two lines,\n * joined: a < b.\n */\ntypedef int32_t playgate_b;\n",
        );
        assert_eq!(docs.of("PLAYGATE_A"), Ok("One line."));
        assert_eq!(docs.of("playgate_b"), Ok("Two lines, joined: a < b."));
        assert!(docs.of("PLAYGATE_C").is_err());
    }
}
