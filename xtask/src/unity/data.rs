//! The test vectors and the manifest of the ABI as C#, for the cases in `tests/csharp`.

use std::{
    fmt::{Display, Write as _},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    abi::{self, Manifest},
    run::root,
};

/// The hooks that C# code fills with its own functions.
const HOOKS: &[&str] = &[
    "playgate_transport_hook",
    "playgate_storage_hook",
    "playgate_clock_hook",
    "playgate_random_hook",
];

/// What the names of C's constants begin with, and the enumeration of C# that they belong to. The longest that fits counts.
const ENUMS: &[(&str, &str)] = &[
    ("ACCESS", "Access"),
    ("ACTOR", "Actor"),
    ("ALLOWANCE", "AllowanceKind"),
    ("CHANGE", "ChangeKind"),
    ("DIRECTION", "Direction"),
    ("EVENT", "EventType"),
    ("FRESHNESS", "Freshness"),
    ("GAME_SESSION", "GameSessionState"),
    ("GAME_SESSION_STOP", "GameSessionStop"),
    ("LOG", "LogLevel"),
    ("MANAGED_BY", "ManagedBy"),
    ("NEXT", "NextStep"),
    ("NOTICE", "NoticeKind"),
    ("NOTICE_LIST", "NoticeList"),
    ("OPERATION", "Operation"),
    ("PROGRESS", "Progress"),
    ("REASON", "Reason"),
];

/// Writes `Vectors.cs` and `Abi.cs` into a folder.
///
/// # Errors
/// What cannot be read, written or understood.
pub fn write(folder: &Path) -> Result<(), String> {
    for (name, text) in [
        ("Vectors.cs", vectors(&root().join("tests/vectors"))?),
        ("Abi.cs", abi(&abi::committed()?)?),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn vectors(folder: &Path) -> Result<String, String> {
    let mut text = String::from(
        "// Made from the files in tests/vectors.\nusing System.Text;\n\nnamespace Playgate.Tests\n{\n    \
         public static class Vectors\n    {\n",
    );
    let mut list = |file: &str, kind: &str, name: &str, one: fn(&Value) -> Result<String, String>| {
        let entries = cases(folder, file, one)?.join(",\n            ");
        let _ = write!(
            text,
            "        public static readonly {kind}[] {name} =\n        {{\n            {entries}\n        }};\n"
        );
        Ok::<_, String>(())
    };
    list("decisions.json", "VectorSession", "Sessions", session)?;
    list("changes.json", "VectorComparison", "Comparisons", comparison)?;
    list("notices.json", "VectorNotice", "Notices", notice)?;
    list("errors.json", "VectorError", "Errors", error)?;
    Ok(text + "    }\n}\n")
}

fn cases(folder: &Path, file: &str, one: fn(&Value) -> Result<String, String>) -> Result<Vec<String>, String> {
    let path = folder.join(file);
    let failed = |error: &dyn Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
    let cases: Vec<Value> = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let name = |case: &Value| case["name"].as_str().unwrap_or("no name").to_owned();
    let each = cases
        .iter()
        .map(|case| one(case).map_err(|error| failed(&format!("case {}: {error}", name(case)))));
    each.collect()
}

fn session(case: &Value) -> Result<String, String> {
    let decisions = array("VectorDecision", &case["cases"], |expected| {
        Ok(format!(
            "new VectorDecision({}, {}, {}, {}, {}, {})",
            text(&expected["feature"])?,
            expected["access"],
            expected["reason"],
            expected["nextStep"],
            text_or_null(&expected["managedBy"])?,
            expected["ageThreshold"],
        ))
    })?;
    Ok(format!(
        "new VectorSession({}, {}, {}, {decisions})",
        text(&case["name"])?,
        document(&case["session"])?,
        text_or_null(&case["json"])?,
    ))
}

fn comparison(case: &Value) -> Result<String, String> {
    let changes = array("VectorChange", &case["changes"], |change| {
        Ok(format!(
            "new VectorChange({}, {}, {})",
            change["kind"],
            text(&change["permission"])?,
            change["direction"]
        ))
    })?;
    Ok(format!(
        "new VectorComparison({}, {}, {}, {}, {changes})",
        text(&case["name"])?,
        document(&case["before"])?,
        document(&case["after"])?,
        text(&case["changesJson"])?,
    ))
}

fn notice(case: &Value) -> Result<String, String> {
    Ok(format!(
        "new VectorNotice({}, {}, {}, {}, {}, {}, {})",
        text(&case["name"])?,
        document(&case["told"])?,
        document(&case["now"])?,
        case["kind"],
        array("string", &case["off"], text)?,
        array("string", &case["on"], text)?,
        array("string", &case["mayChoose"], text)?,
    ))
}

fn error(case: &Value) -> Result<String, String> {
    let parts = array("VectorPart", &case["parts"], |part| {
        let bytes = match (&part["text"], &part["hex"]) {
            (given @ Value::String(_), Value::Null) => format!("Encoding.UTF8.GetBytes({})", text(given)?),
            (Value::Null, Value::String(hex)) => format!("new byte[] {{ {} }}", bytes(hex)?),
            _ => return Err("a part has either text or hex".to_owned()),
        };
        Ok(format!("new VectorPart({bytes}, {})", part["times"]))
    })?;
    Ok(format!(
        "new VectorError({}, {parts}, {}, {}, {})",
        text(&case["name"])?,
        case["ok"],
        array("string", &case["contains"], text)?,
        array("string", &case["mustNotContain"], text)?,
    ))
}

/// A session as a vector gives it: an object, a text that holds the document, or null for none.
fn document(given: &Value) -> Result<String, String> {
    match given {
        Value::Null => Ok("null".to_owned()),
        Value::String(document) => Ok(literal(document)),
        Value::Object(_) => Ok(literal(&given.to_string())),
        _ => Err("a session is an object, a text or null".to_owned()),
    }
}

fn array(kind: &str, of: &Value, one: impl Fn(&Value) -> Result<String, String>) -> Result<String, String> {
    let items = of.as_array().ok_or("an array is missing")?;
    let items: Result<Vec<String>, String> = items.iter().map(one).collect();
    Ok(format!("new {kind}[] {{ {} }}", items?.join(", ")))
}

fn text(given: &Value) -> Result<String, String> {
    given
        .as_str()
        .map(literal)
        .ok_or_else(|| format!("{given} is not a text"))
}

fn text_or_null(given: &Value) -> Result<String, String> {
    if given.is_null() {
        Ok("null".to_owned())
    } else {
        text(given)
    }
}

fn bytes(hex: &str) -> Result<String, String> {
    let digits: Vec<char> = hex.chars().collect();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(char::is_ascii_hexdigit) {
        return Err("hex has odd or wrong digits".to_owned());
    }
    let pairs: Vec<String> = digits
        .chunks(2)
        .map(|pair| format!("0x{}{}", pair[0], pair[1]))
        .collect();
    Ok(pairs.join(", "))
}

/// A C# string literal: all but plain characters are escapes, in UTF-16 as strings are.
fn literal(text: &str) -> String {
    let mut out = String::from('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok(plain) if plain.is_ascii_alphanumeric() || " -_.,:/{}[]()".contains(plain) => out.push(plain),
            _ => {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('"');
    out
}

fn abi(manifest: &Manifest) -> Result<String, String> {
    let functions = manifest.functions.iter().filter(|(_, function)| !function.is_inline);
    let functions = functions.map(|(name, function)| {
        let mut shape = word(manifest, &function.returns)?;
        for parameter in &function.parameters {
            shape.push(' ');
            shape.push_str(&word(manifest, &parameter.kind)?);
        }
        Ok(format!("new AbiFunction(\"{name}\", \"{shape}\")"))
    });
    let structs = manifest.structs.iter().map(|(name, a_struct)| {
        let fields = a_struct.fields.iter().map(|field| {
            format!(
                "new AbiField(\"{}\", {}, {})",
                field.name, field.offset.wide, field.size.wide
            )
        });
        let fields: Vec<String> = fields.collect();
        Ok(format!(
            "new AbiStruct(\"{name}\", {}, new AbiField[] {{ {} }})",
            a_struct.size.wide,
            fields.join(", ")
        ))
    });
    let constants = manifest.constants.iter().map(|(name, constant)| {
        let names: Vec<String> = names(name, constant.is_result)?.iter().map(|n| literal(n)).collect();
        Ok(format!(
            "new AbiConstant(\"{name}\", {}, new string[] {{ {} }})",
            constant.value,
            names.join(", ")
        ))
    });
    let mut text = String::from(
        "// Made from include/playgate.abi.\nnamespace Playgate.Tests\n{\n    public static class Abi\n    {\n",
    );
    let lists = [
        (
            "AbiFunction",
            "Functions",
            functions.collect::<Result<Vec<_>, String>>()?,
        ),
        ("AbiStruct", "Structs", structs.collect::<Result<_, String>>()?),
        ("AbiConstant", "Constants", constants.collect::<Result<_, String>>()?),
    ];
    for (kind, name, entries) in lists {
        let entries = entries.join(",\n            ");
        let _ = write!(
            text,
            "        public static readonly {kind}[] {name} =\n        {{\n            {entries}\n        }};\n"
        );
    }
    let fields = HOOKS.iter().filter_map(|hook| manifest.structs.get(*hook));
    let callbacks = fields.flat_map(|hook| &hook.fields);
    let callbacks = callbacks
        .filter(|field| manifest.resolved(&field.kind).contains("(*)"))
        .count();
    let _ = write!(text, "        public const int Callbacks = {callbacks};\n    }}\n}}\n");
    Ok(text)
}

/// What a constant of C may be called in C#.
fn names(name: &str, is_result: bool) -> Result<Vec<String>, String> {
    let name = name
        .strip_prefix("PLAYGATE_")
        .ok_or_else(|| format!("{name} has another prefix"))?;
    if is_result {
        return Ok(vec![format!("Result.{}", pascal(name))]);
    }
    let fits = ENUMS
        .iter()
        .filter_map(|(prefix, kind)| Some((kind, name.strip_prefix(prefix)?.strip_prefix('_')?)));
    let closest = fits.min_by_key(|(_, rest)| rest.len());
    let member = closest.map(|(kind, rest)| format!("{kind}.{}", pascal(rest)));
    Ok(member.into_iter().chain([pascal(name)]).collect())
}

/// `ASK_PARENT` as `AskParent`.
fn pascal(name: &str) -> String {
    let mut out = String::new();
    let mut starts = true;
    for c in name.chars() {
        if c == '_' {
            starts = true;
            continue;
        }
        out.push(if starts {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        });
        starts = false;
    }
    out
}

/// A type as the reflection test names it: sort and size, or "ptr" and what it points to.
fn word(manifest: &Manifest, kind: &str) -> Result<String, String> {
    let kind = manifest.resolved(kind).replace("const ", "").replace(' ', "");
    let plain = |kind: &str| {
        let known = match kind {
            "void" => "void",
            "int32_t" => "i32",
            "uint32_t" => "u32",
            "int64_t" => "i64",
            "uint64_t" => "u64",
            "double" => "f64",
            "size_t" => "size",
            "uint8_t" | "char" => "u8",
            _ if manifest.structs.contains_key(kind) => kind,
            _ => {
                return Err(format!(
                    "{kind} is of a sort that xtask/src/unity/data.rs does not know"
                ));
            }
        };
        Ok(known.to_owned())
    };
    match kind.strip_suffix('*') {
        Some(pointed) if pointed.ends_with('*') => Ok("ptr-ptr".to_owned()),
        Some(pointed) => Ok(format!("ptr-{}", plain(pointed)?)),
        None => plain(&kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_survive_csharp() {
        assert_eq!(literal("a-b {1}"), "\"a-b {1}\"");
        assert_eq!(
            literal("\"\\\n\u{e9}\u{1f600}"),
            r#""\u0022\u005c\u000a\u00e9\ud83d\ude00""#
        );
    }

    #[test]
    fn constants_find_their_enumeration() {
        let one = |name: &str| names(name, false).unwrap();
        assert_eq!(one("PLAYGATE_GAME_SESSION_STOP_NONE")[0], "GameSessionStop.None");
        assert_eq!(one("PLAYGATE_GAME_SESSION_STOPPED")[0], "GameSessionState.Stopped");
        assert_eq!(one("PLAYGATE_KEY_BYTES"), ["KeyBytes"]);
        assert_eq!(names("PLAYGATE_ERROR_TLS", true).unwrap(), ["Result.ErrorTls"]);
    }

    #[test]
    fn types_have_their_words() {
        let manifest = abi::committed().unwrap();
        let one = |kind: &str| word(&manifest, kind).unwrap();
        assert_eq!(one("playgate_result"), "i32");
        assert_eq!(one("const char *"), "ptr-u8");
        assert_eq!(one("const playgate_cell **"), "ptr-ptr");
        assert_eq!(one("playgate_event *"), "ptr-playgate_event");
        assert!(word(&manifest, "float").is_err());
    }
}
