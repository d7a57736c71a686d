//! The manifest `include/playgate.abi`: everything that a program compiled against the header relies on, as sorted text.

use std::{collections::BTreeMap, fmt};

const HEAD: &str = "\
# Playgate's C ABI as compilers see it. `cargo xtask abi` writes this file; docs/abi.md says what may change.
# Numbers in pairs: with pointers of 64 bits / of 32 bits. `first`: the least struct_size that is taken.
";

/// A number with pointers of 64 bits and of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub wide: u64,
    pub narrow: u64,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.wide, self.narrow)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub offset: Pair,
    pub size: Pair,
}

impl Field {
    /// Whether it is space that later versions may use.
    pub fn is_reserved(&self) -> bool {
        let rest = self.name.strip_prefix("reserved");
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struct {
    pub size: Pair,
    pub align: Pair,
    /// The least struct_size that the library takes; `None` for a struct without one.
    pub first: Option<Pair>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub returns: String,
    pub parameters: Vec<Parameter>,
    /// Whether it is code in the header, not in the library.
    pub is_inline: bool,
}

impl Function {
    /// What a call depends on: the types without the parameters' names.
    pub fn shape(&self) -> String {
        let kinds: Vec<&str> = self.parameters.iter().map(|p| p.kind.as_str()).collect();
        format!("{} ({})", self.returns, kinds.join(", "))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    pub value: i64,
    /// Whether the library names it as a result.
    pub is_result: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    pub constants: BTreeMap<String, Constant>,
    /// Results that were there in an earlier ABI version: their numbers are not used again.
    pub retired: BTreeMap<String, i64>,
    pub types: BTreeMap<String, String>,
    pub functions: BTreeMap<String, Function>,
    pub structs: BTreeMap<String, Struct>,
}

impl Manifest {
    /// PLAYGATE_ABI_VERSION, 0 if there is none.
    pub fn abi_version(&self) -> i64 {
        self.constants.get("PLAYGATE_ABI_VERSION").map_or(0, |c| c.value)
    }

    /// A type as the compiler sees it: with what its names stand for.
    pub fn resolved(&self, kind: &str) -> String {
        let mut out = String::new();
        let mut rest = kind;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
            let between = rest[word.len()..].find(is_word).unwrap_or(rest.len() - word.len());
            match self.types.get(word) {
                Some(known) if known != word => out.push_str(&self.resolved(known)),
                _ => out.push_str(word),
            }
            out.push_str(&rest[word.len()..word.len() + between]);
            rest = &rest[word.len() + between..];
        }
        out
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        writeln!(f)?;
        for (name, constant) in &self.constants {
            let word = if constant.is_result { "result" } else { "constant" };
            writeln!(f, "{word} {name} = {}", constant.value)?;
        }
        for (name, value) in &self.retired {
            writeln!(f, "retired {name} = {value}")?;
        }
        writeln!(f)?;
        for (name, kind) in &self.types {
            writeln!(f, "type {name} = {kind}")?;
        }
        writeln!(f)?;
        for (name, function) in &self.functions {
            let word = if function.is_inline { "inline" } else { "function" };
            let parameters: Vec<String> = function
                .parameters
                .iter()
                .map(|p| format!("{}: {}", p.name, p.kind))
                .collect();
            writeln!(f, "{word} {name}({}) = {}", parameters.join("; "), function.returns)?;
        }
        for (name, a_struct) in &self.structs {
            let first = a_struct
                .first
                .map_or_else(String::new, |first| format!(" first {first}"));
            writeln!(
                f,
                "\nstruct {name} size {} align {}{first}",
                a_struct.size, a_struct.align
            )?;
            for field in &a_struct.fields {
                writeln!(
                    f,
                    "    {}: {} at {} size {}",
                    field.name, field.kind, field.offset, field.size
                )?;
            }
        }
        Ok(())
    }
}

/// Reads a manifest that [`Manifest`]'s `Display` wrote.
pub fn parse(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::default();
    let mut current: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let read = if let Some(field) = line.strip_prefix("    ") {
            let place = current.as_ref().and_then(|name| manifest.structs.get_mut(name));
            place
                .zip(parse_field(field))
                .map(|(a_struct, field)| a_struct.fields.push(field))
        } else {
            parse_line(line, &mut manifest, &mut current)
        };
        read.ok_or_else(|| format!("line {} of the manifest cannot be read: {line}", at + 1))?;
    }
    Ok(manifest)
}

fn parse_line(line: &str, manifest: &mut Manifest, current: &mut Option<String>) -> Option<()> {
    let (word, rest) = line.split_once(' ')?;
    match word {
        "constant" | "result" => {
            let (name, value) = rest.split_once(" = ")?;
            let constant = Constant {
                value: value.parse().ok()?,
                is_result: word == "result",
            };
            manifest.constants.insert(name.to_owned(), constant);
        }
        "retired" => {
            let (name, value) = rest.split_once(" = ")?;
            manifest.retired.insert(name.to_owned(), value.parse().ok()?);
        }
        "type" => {
            let (name, kind) = rest.split_once(" = ")?;
            manifest.types.insert(name.to_owned(), kind.to_owned());
        }
        "function" | "inline" => {
            let (call, returns) = rest.rsplit_once(" = ")?;
            let (name, parameters) = call.strip_suffix(')')?.split_once('(')?;
            let parameters = parameters.split("; ").filter(|p| !p.is_empty()).map(|parameter| {
                let (name, kind) = parameter.split_once(": ")?;
                Some(Parameter {
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                })
            });
            let function = Function {
                returns: returns.to_owned(),
                parameters: parameters.collect::<Option<_>>()?,
                is_inline: word == "inline",
            };
            manifest.functions.insert(name.to_owned(), function);
        }
        "struct" => {
            let words: Vec<&str> = rest.split(' ').collect();
            let (name, size, align, first) = match words.as_slice() {
                [name, "size", size, "align", align] => (name, size, align, None),
                [name, "size", size, "align", align, "first", first] => (name, size, align, Some(pair(first)?)),
                _ => return None,
            };
            let a_struct = Struct {
                size: pair(size)?,
                align: pair(align)?,
                first,
                fields: Vec::new(),
            };
            manifest.structs.insert((*name).to_owned(), a_struct);
            *current = Some((*name).to_owned());
        }
        _ => return None,
    }
    Some(())
}

fn parse_field(line: &str) -> Option<Field> {
    let (rest, size) = line.rsplit_once(" size ")?;
    let (rest, offset) = rest.rsplit_once(" at ")?;
    let (name, kind) = rest.split_once(": ")?;
    Some(Field {
        name: name.to_owned(),
        kind: kind.to_owned(),
        offset: pair(offset)?,
        size: pair(size)?,
    })
}

fn pair(text: &str) -> Option<Pair> {
    let (wide, narrow) = text.split_once('/')?;
    Some(Pair {
        wide: wide.parse().ok()?,
        narrow: narrow.parse().ok()?,
    })
}
