//! Headers of other versions with the same ABI, made from the committed one, and what `tests/c/abi.c` includes: so each
//! struct and function that is added is tried by programs of an older and of a newer version.

use std::{fs, path::Path};

use super::{
    manifest::{Function, Manifest, Struct},
    observe::init_call,
};
use crate::run::root;

/// How many bytes longer the newer version's structs are.
const ADDED: u64 = 64;

/// Which version of the header a program is compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Each struct ends where its first version did, without the reserved space after that.
    Older,
    /// As it is.
    Current,
    /// Each struct has 64 more bytes at its end.
    Newer,
}

impl Variant {
    /// A word for file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Older => "older",
            Self::Current => "current",
            Self::Newer => "newer",
        }
    }

    /// Writes this version's `playgate.h`, and `abi_structs.inc`, into a folder.
    pub fn write(self, folder: &Path) -> Result<(), String> {
        let manifest = super::committed()?;
        let header = root().join("include/playgate.h");
        let mut header = fs::read_to_string(&header).map_err(|error| format!("{}: {error}", header.display()))?;
        for (name, a_struct) in &manifest.structs {
            header = match (self, a_struct.first) {
                (Self::Older, Some(first)) if first != a_struct.size => shortened(&header, name, a_struct)?,
                (Self::Newer, Some(_)) => {
                    let end = format!("}} {name};\n");
                    put_before(&header, &end, &format!("    uint64_t added[{}];\n", ADDED / 8))?
                }
                _ => header,
            };
        }
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for (file, text) in [("playgate.h", header), ("abi_structs.inc", self.structs(&manifest)?)] {
            let path = folder.join(file);
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }

    /// The structs, and the functions that give one out, as macro calls.
    fn structs(self, manifest: &Manifest) -> Result<String, String> {
        let mut text = String::from("/* Generated from include/playgate.abi. */\n");
        for (name, a_struct) in &manifest.structs {
            let Some(first) = a_struct.first else { continue };
            let own = match self {
                Self::Older => first.wide,
                Self::Current => a_struct.size.wide,
                Self::Newer => a_struct.size.wide + ADDED,
            };
            text.push_str(&format!(
                "ABI_STRUCT({name}, {own}, {}, {}, {}, {})\n",
                first.wide,
                a_struct.size.wide,
                a_struct.align.wide,
                init_call(manifest, name)?
            ));
            let is_out = manifest
                .functions
                .values()
                .any(|function| out_of(function, name).is_some());
            // One may be both: a table that the library fills in, and takes.
            let lent = format!("const {name} *");
            let is_in = manifest
                .functions
                .values()
                .flat_map(|function| &function.parameters)
                .any(|parameter| parameter.kind == lent)
                || manifest
                    .structs
                    .values()
                    .flat_map(|other| &other.fields)
                    .any(|field| field.kind == lent);
            if is_in || !is_out {
                text.push_str(&format!("ABI_IN({name})\n"));
            }
        }
        for (name, function) in &manifest.functions {
            for struct_name in manifest
                .structs
                .iter()
                .filter(|(_, s)| s.first.is_some())
                .map(|(name, _)| name)
            {
                if let Some(at) = out_of(function, struct_name) {
                    text.push_str(&format!(
                        "ABI_OUT({name}, {struct_name}, {})\n",
                        arguments(name, function, at)?
                    ));
                }
            }
        }
        Ok(text)
    }
}

/// Which of a function's parameters is a struct of that name that it fills in.
fn out_of(function: &Function, name: &str) -> Option<usize> {
    let init = function
        .parameters
        .get(1)
        .is_some_and(|second| second.name == "struct_size");
    let wanted = format!("{name} *");
    let at = function
        .parameters
        .iter()
        .position(|parameter| parameter.kind == wanted);
    at.filter(|_| !init)
}

/// Arguments with which the function gets as far as the struct `p`: no handle is valid, and all else is harmless.
fn arguments(name: &str, function: &Function, out: usize) -> Result<String, String> {
    let mut arguments = Vec::new();
    for (at, parameter) in function.parameters.iter().enumerate() {
        arguments.push(match parameter.kind.as_str() {
            _ if at == out => "p",
            "const char *" => "\"x\"",
            kind if kind.contains('*') => {
                return Err(format!(
                    "{name}: what to give for {} is not known to xtask/src/abi/variants.rs",
                    parameter.name
                ));
            }
            _ => "0",
        });
    }
    Ok(format!("({})", arguments.join(", ")))
}

/// The header with a struct that ends where its first version did.
fn shortened(header: &str, name: &str, a_struct: &Struct) -> Result<String, String> {
    let begin = format!("typedef struct {name} {{\n");
    let end = format!("}} {name};\n");
    let missing = || format!("the header's struct {name} is not laid out as usual");
    let (before, rest) = header.split_once(&begin).ok_or_else(missing)?;
    let (body, after) = rest.split_once(&end).ok_or_else(missing)?;
    let cut = a_struct
        .fields
        .iter()
        .find(|field| Some(field.offset) == a_struct.first)
        .ok_or_else(missing)?;
    let mut kept = String::new();
    for line in body.lines() {
        // `name;`, `name[4];` and `(*name)(…);`
        let is_cut = !line.trim_start().starts_with(['/', '*'])
            && [";", "[", ")"].iter().any(|then| {
                let at = line.find(&format!("{}{then}", cut.name));
                at.is_some_and(|at| line[..at].ends_with([' ', '*']))
            });
        if is_cut {
            return Ok(format!("{before}{begin}{kept}{end}{after}"));
        }
        kept.push_str(line);
        kept.push('\n');
    }
    Err(missing())
}

fn put_before(text: &str, mark: &str, what: &str) -> Result<String, String> {
    let at = text.find(mark).ok_or_else(|| format!("the header has no {mark}"))?;
    Ok(format!("{}{what}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::Variant;
    use crate::run::target;

    /// One struct's lines in a version of the header.
    fn struct_in(variant: Variant, name: &str) -> String {
        let folder = target().join("abi").join(variant.word());
        variant.write(&folder).expect("a header");
        let header = std::fs::read_to_string(folder.join("playgate.h")).expect("playgate.h");
        let (_, rest) = header.split_once(&format!("typedef struct {name} {{\n")).expect(name);
        rest.split_once(&format!("}} {name};\n")).expect(name).0.to_owned()
    }

    #[test]
    fn versions_differ_at_the_end_of_structs_only() {
        let current = struct_in(Variant::Current, "playgate_decision");
        let older = struct_in(Variant::Older, "playgate_decision");
        let newer = struct_in(Variant::Newer, "playgate_decision");
        assert!(current.starts_with(&older) && older.contains("playgate_text text;") && !older.contains("reserved["));
        assert!(older.contains("reserved0;"));
        assert_eq!(newer, format!("{current}    uint64_t added[8];\n"));
        // No size of its own: the same in all versions.
        assert_eq!(
            struct_in(Variant::Older, "playgate_text"),
            struct_in(Variant::Newer, "playgate_text")
        );
    }

    #[test]
    fn every_function_that_gives_a_struct_out_is_among_those_tried() {
        let folder = target().join("abi/all");
        Variant::Current.write(&folder).expect("a header");
        let structs = std::fs::read_to_string(folder.join("abi_structs.inc")).expect("abi_structs.inc");
        for line in [
            "ABI_OUT(playgate_session_decide, playgate_decision, (0, \"x\", p))",
            "ABI_OUT(playgate_client_next_event, playgate_event, (0, p))",
            "ABI_IN(playgate_client_options)",
        ] {
            assert!(structs.contains(line), "{line} is not in:\n{structs}");
        }
        assert!(!structs.contains("ABI_OUT(playgate_decision_init") && !structs.contains("ABI_IN(playgate_decision)"));
    }
}
