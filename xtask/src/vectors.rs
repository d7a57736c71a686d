//! Writes the test vectors as C arrays, for `tests/c/vectors.c`. The format is described in `tests/c/README.md`.

use std::{
    fmt::{Display, Write as _},
    fs,
    path::Path,
};

use serde_json::Value;

/// Reads `decisions.json`, `changes.json` and `errors.json` in `vectors` and writes `out`, a file for `#include`.
///
/// # Errors
/// A file cannot be read or written, or a case does not have the form that `tests/vectors/README.md` describes; the text
/// names the file and the case.
pub fn generate(vectors: &Path, out: &Path) -> Result<(), String> {
    let mut to = Writer::default();
    to.line("/* Made from the files in tests/vectors; the format is described in tests/c/README.md. */");
    each_case(vectors, "decisions.json", |case, at| to.decision(case, at))?;
    to.collect("vector_session", "vector_sessions");
    each_case(vectors, "changes.json", |case, at| to.change(case, at))?;
    to.collect("vector_comparison", "vector_comparisons");
    each_case(vectors, "errors.json", |case, at| to.error(case, at))?;
    to.collect("vector_error", "vector_errors");
    fs::write(out, to.text).map_err(|error| format!("{}: {error}", out.display()))
}

fn each_case(
    vectors: &Path,
    file: &str,
    mut write: impl FnMut(&Value, usize) -> Result<(), String>,
) -> Result<(), String> {
    let path = vectors.join(file);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let cases: Vec<Value> = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    for (at, case) in cases.iter().enumerate() {
        let name = case["name"].as_str().unwrap_or("no name");
        write(case, at).map_err(|error| format!("{}: case {at} ({name}): {error}", path.display()))?;
    }
    Ok(())
}

/// The C text so far: the arrays that entries point to come first, the entries of one kind are collected meanwhile.
#[derive(Default)]
struct Writer {
    text: String,
    entries: Vec<String>,
    arrays: usize,
}

impl Writer {
    fn line(&mut self, text: impl Display) {
        let _ = writeln!(self.text, "{text}");
    }

    /// Writes the entries so far as one array, and its length.
    fn collect(&mut self, kind: &str, name: &str) {
        let entries = std::mem::take(&mut self.entries);
        let body = entries.join(",\n    ");
        self.line(format_args!("static const {kind} {name}[] = {{\n    {body}\n}};"));
        self.line(format_args!("static const size_t {name}_count = {};", entries.len()));
    }

    /// An array of its own: "its name, its length". C has no empty arrays, so an empty one is NULL.
    fn array(&mut self, kind: &str, items: &[String]) -> String {
        if items.is_empty() {
            return "NULL, 0".to_owned();
        }
        let name = format!("vector_array_{}", self.arrays);
        self.arrays += 1;
        let mut body = String::new();
        for line in items.chunks(if kind == "unsigned char" { 32 } else { 1 }) {
            let _ = write!(body, "\n    {},", line.join(","));
        }
        self.line(format_args!("static const {kind} {name}[] = {{{body}\n}};"));
        format!("{name}, {}", items.len())
    }

    /// Bytes with any content, as a `vector_bytes`. Not a string literal: those may be too long for C.
    fn bytes(&mut self, bytes: &[u8]) -> String {
        if bytes.is_empty() {
            return "{vector_empty, 0}".to_owned();
        }
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        format!("{{{}}}", self.array("unsigned char", &numbers))
    }

    /// A session as a vector gives it: an object, a text that holds the document, or null for none.
    fn session(&mut self, given: &Value) -> Result<String, String> {
        match given {
            Value::Null => Ok("{NULL, 0}".to_owned()),
            Value::String(document) => Ok(self.bytes(document.as_bytes())),
            Value::Object(_) => Ok(self.bytes(given.to_string().as_bytes())),
            _ => Err("a session is an object, a text or null".to_owned()),
        }
    }

    fn decision(&mut self, case: &Value, _at: usize) -> Result<(), String> {
        let mut cases = Vec::new();
        for expected in list(case, "cases")? {
            let manager = match &expected["managedBy"] {
                Value::Null => literal("")?,
                Value::String(word) => literal(word)?,
                _ => return Err("managedBy is neither a text nor null".to_owned()),
            };
            cases.push(format!(
                "{{{}, {}, {}, {}, {manager}, {}u}}",
                literal(text(expected, "feature")?)?,
                number(expected, "access")?,
                number(expected, "reason")?,
                number(expected, "nextStep")?,
                number(expected, "ageThreshold")?,
            ));
        }
        let session = self.session(&case["session"])?;
        let json = match &case["json"] {
            Value::Null => "{NULL, 0}".to_owned(),
            Value::String(json) => self.bytes(json.as_bytes()),
            _ => return Err("json is not a text".to_owned()),
        };
        let cases = self.array("vector_decision", &cases);
        self.entries.push(format!(
            "{{{}, {session}, {json}, {cases}}}",
            literal(text(case, "name")?)?
        ));
        Ok(())
    }

    fn change(&mut self, case: &Value, _at: usize) -> Result<(), String> {
        let mut changes = Vec::new();
        for change in list(case, "changes")? {
            changes.push(format!(
                "{{{}, {}, {}}}",
                number(change, "kind")?,
                literal(text(change, "permission")?)?,
                number(change, "direction")?,
            ));
        }
        let before = self.session(&case["before"])?;
        let after = self.session(&case["after"])?;
        let json = self.bytes(text(case, "changesJson")?.as_bytes());
        let changes = self.array("vector_change", &changes);
        let name = literal(text(case, "name")?)?;
        self.entries
            .push(format!("{{{name}, {before}, {after}, {json}, {changes}}}"));
        Ok(())
    }

    fn error(&mut self, case: &Value, _at: usize) -> Result<(), String> {
        let mut parts = Vec::new();
        for part in list(case, "parts")? {
            let bytes = match (&part["text"], &part["hex"]) {
                (Value::String(text), Value::Null) => text.clone().into_bytes(),
                (Value::Null, Value::String(hex)) => from_hex(hex)?,
                _ => return Err("a part has either text or hex".to_owned()),
            };
            let bytes = self.bytes(&bytes);
            parts.push(format!("{{{bytes}, {}}}", number(part, "times")?));
        }
        let parts = self.array("vector_part", &parts);
        let contains = self.texts(list(case, "contains")?)?;
        let must_not = self.texts(list(case, "mustNotContain")?)?;
        let is_ok = match case["ok"] {
            Value::Bool(is_ok) => i32::from(is_ok),
            _ => return Err("ok is neither true nor false".to_owned()),
        };
        let name = literal(text(case, "name")?)?;
        self.entries
            .push(format!("{{{name}, {parts}, {is_ok}, {contains}, {must_not}}}"));
        Ok(())
    }

    fn texts(&mut self, texts: &[Value]) -> Result<String, String> {
        let literals: Result<Vec<String>, String> = texts
            .iter()
            .map(|one| literal(one.as_str().ok_or("an entry is not a text")?))
            .collect();
        let literals = literals?;
        Ok(self.array("char *const", &literals))
    }
}

fn list<'a>(of: &'a Value, field: &str) -> Result<&'a [Value], String> {
    of[field]
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| format!("{field} is not an array"))
}

fn text<'a>(of: &'a Value, field: &str) -> Result<&'a str, String> {
    of[field].as_str().ok_or_else(|| format!("{field} is not a text"))
}

fn number(of: &Value, field: &str) -> Result<u32, String> {
    let number = of[field].as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| format!("{field} is not a number of 32 bits"))
}

/// A short text as a C string literal. All but plain characters are octal escapes, which end after three digits.
fn literal(text: &str) -> Result<String, String> {
    if text.len() > 1000 || text.contains('\0') {
        return Err("a name is longer than 1,000 bytes or has a NUL".to_owned());
    }
    let mut out = String::from('"');
    for byte in text.bytes() {
        match byte {
            b' ' | b'-' | b'_' | b'.' | b',' | b':' | b'/' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    Ok(out)
}

fn from_hex(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    let digits = digits
        .filter(|digits| digits.len() % 2 == 0)
        .ok_or("hex has odd or wrong digits")?;
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_survive_c() {
        assert_eq!(literal("a-b 1").unwrap(), "\"a-b 1\"");
        assert_eq!(literal("\"\\?\n\u{e9}7").unwrap(), r#""\042\134\077\012\303\2517""#);
        assert!(literal("\0").is_err() && literal(&"x".repeat(1001)).is_err());
    }

    #[test]
    fn hex_is_read_strictly() {
        assert_eq!(from_hex("fF00").unwrap(), [255, 0]);
        assert!(from_hex("f").is_err() && from_hex("zz").is_err());
    }

    #[test]
    fn all_cases_are_written() {
        let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
        let out = std::env::temp_dir().join(format!("playgate-vectors-{}.inc", std::process::id()));
        generate(&vectors, &out).unwrap();
        let text = fs::read_to_string(&out).unwrap();
        fs::remove_file(&out).unwrap();
        for (file, name) in [
            ("decisions.json", "vector_sessions"),
            ("changes.json", "vector_comparisons"),
            ("errors.json", "vector_errors"),
        ] {
            let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(vectors.join(file)).unwrap()).unwrap();
            assert!(text.contains(&format!("{name}_count = {};", cases.len())), "{file}");
        }
    }
}
