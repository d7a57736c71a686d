//! What compilers make of the header, and what the library says at run time: names and types from clang's syntax tree,
//! numbers from clang's constant evaluation for both pointer sizes, the rest from a program that asks the library.

use std::{collections::HashMap, fs, path::Path, process::Command};

use serde_json::Value;

use super::manifest::{Constant, Field, Function, Manifest, Pair, Parameter, Struct};
use crate::{
    library::{Library, Linkage},
    run::{self, target},
};

/// The platforms whose numbers are written down. On all others with pointers of that size they are the same, save i386
/// System V, which aligns 64-bit numbers to 4 bytes.
const WIDE: &str = "x86_64-unknown-linux-gnu";
const NARROW: &str = "armv7-none-eabi";

/// Looks at the header of a built library, and asks the library.
pub fn observe(library: &Library) -> Result<Manifest, String> {
    let folder = target().join("abi");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let tree = syntax_tree(&library.include, &folder, WIDE, "")?;
    let mut manifest = declarations(&tree)?;
    let names = constant_names(&library.include, &folder)?;
    measure(&mut manifest, &names, &library.include, &folder)?;
    ask(&mut manifest, library, &folder)?;
    Ok(manifest)
}

/// Clang's syntax tree of the header and what `more` adds.
fn syntax_tree(include: &Path, folder: &Path, triple: &str, more: &str) -> Result<Value, String> {
    let source = folder.join("tree.c");
    let text = format!("#include \"playgate.h\"\n{more}");
    fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
    let mut command = Command::new("clang");
    // Freestanding: clang's own headers suffice, whatever the platform.
    command.args([
        &format!("--target={triple}"),
        "-std=c99",
        "-ffreestanding",
        "-fsyntax-only",
        "-Xclang",
        "-ast-dump=json",
    ]);
    let json = run::output(command.arg("-I").arg(include).arg(&source))?;
    serde_json::from_str(&json).map_err(|error| format!("clang's syntax tree: {error}"))
}

/// Functions, structs and types, without numbers.
fn declarations(tree: &Value) -> Result<Manifest, String> {
    let mut manifest = Manifest::default();
    for node in children(tree) {
        let name = text(node, "name");
        if !name.starts_with("playgate_") {
            if text(node, "kind") == "EnumDecl" {
                return Err(
                    "the header has an enum; its size is the compiler's choice: use typedef int32_t".to_owned(),
                );
            }
            continue;
        }
        match text(node, "kind") {
            "FunctionDecl" => {
                let whole = kind_of(node);
                let returns = whole.split('(').next().unwrap_or_default().trim_end();
                if whole.starts_with(&format!("{returns} (*")) {
                    return Err(format!("{name} gives out a function: give its type a typedef"));
                }
                let parameters = children(node).filter(|child| text(child, "kind") == "ParmVarDecl");
                let function = Function {
                    returns: returns.to_owned(),
                    parameters: parameters
                        .map(|child| Parameter {
                            name: text(child, "name").to_owned(),
                            kind: kind_of(child),
                        })
                        .collect(),
                    is_inline: node["inline"] == true,
                };
                manifest.functions.insert(name.to_owned(), function);
            }
            "RecordDecl" if node["completeDefinition"] == true => {
                let zero = Pair { wide: 0, narrow: 0 };
                let mut fields = Vec::new();
                for child in children(node) {
                    match (text(child, "kind"), text(child, "name")) {
                        ("FieldDecl", field) if !field.is_empty() && child["isBitfield"] != true => {
                            fields.push(Field {
                                name: field.to_owned(),
                                kind: kind_of(child),
                                offset: zero,
                                size: zero,
                            });
                        }
                        (kind, _) => return Err(format!("{name} has a {kind} that is no plain, named field")),
                    }
                }
                let a_struct = Struct {
                    size: zero,
                    align: zero,
                    first: None,
                    fields,
                };
                manifest.structs.insert(name.to_owned(), a_struct);
            }
            "TypedefDecl" if kind_of(node) != name => {
                manifest.types.insert(name.to_owned(), kind_of(node));
            }
            _ => {}
        }
    }
    Ok(manifest)
}

/// The constants that the header defines.
fn constant_names(include: &Path, folder: &Path) -> Result<Vec<String>, String> {
    let mut command = Command::new("clang");
    command.args(["-dM", "-E", "-ffreestanding", "-I"]).arg(include);
    let macros = run::output(command.arg(folder.join("tree.c")))?;
    let names = macros.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
        let is_constant = name.starts_with("PLAYGATE_") && !name.contains('(') && !value.trim().is_empty();
        // How functions are declared is the build's choice, not part of the ABI.
        (is_constant && name != "PLAYGATE_API").then(|| name.to_owned())
    });
    Ok(names.collect())
}

/// Has clang compute every size, alignment, offset and constant, for both pointer sizes.
fn measure(manifest: &mut Manifest, constants: &[String], include: &Path, folder: &Path) -> Result<(), String> {
    let mut asked = Vec::new();
    for name in constants {
        asked.push(name.clone());
    }
    for (name, a_struct) in &manifest.structs {
        asked.push(format!("sizeof({name})"));
        asked.push(format!("_Alignof({name})"));
        for field in &a_struct.fields {
            asked.push(format!("__builtin_offsetof({name}, {})", field.name));
            asked.push(format!("sizeof((({name} *)0)->{})", field.name));
        }
    }
    let wide = evaluate(&asked, include, folder, WIDE)?;
    let narrow = evaluate(&asked, include, folder, NARROW)?;
    let value = |what: &str| -> Result<(i64, i64), String> {
        let found = wide.get(what).zip(narrow.get(what));
        found
            .map(|(wide, narrow)| (*wide, *narrow))
            .ok_or_else(|| format!("clang gave no value for {what}"))
    };
    let size = |what: String| -> Result<Pair, String> {
        let (wide, narrow) = value(&what)?;
        Ok(Pair {
            wide: u64::try_from(wide).map_err(|_| format!("{what} is negative"))?,
            narrow: u64::try_from(narrow).map_err(|_| format!("{what} is negative"))?,
        })
    };
    for name in constants {
        let (wide, narrow) = value(name)?;
        if wide != narrow {
            return Err(format!("{name} depends on the platform: {wide} or {narrow}"));
        }
        let constant = Constant {
            value: wide,
            is_result: false,
        };
        manifest.constants.insert(name.clone(), constant);
    }
    for (name, a_struct) in &mut manifest.structs {
        a_struct.size = size(format!("sizeof({name})"))?;
        a_struct.align = size(format!("_Alignof({name})"))?;
        for field in &mut a_struct.fields {
            field.offset = size(format!("__builtin_offsetof({name}, {})", field.name))?;
            field.size = size(format!("sizeof((({name} *)0)->{})", field.name))?;
        }
    }
    Ok(())
}

/// The values of constant expressions on one platform.
fn evaluate(asked: &[String], include: &Path, folder: &Path, triple: &str) -> Result<HashMap<String, i64>, String> {
    let mut more = String::from("enum abi_values {\n");
    for (at, expression) in asked.iter().enumerate() {
        more.push_str(&format!("    abi_value_{at} = (long long)({expression}),\n"));
    }
    more.push_str("};\n");
    let tree = syntax_tree(include, folder, triple, &more)?;
    let values = children(&tree).find(|node| text(node, "name") == "abi_values");
    let mut found = HashMap::new();
    for node in values.into_iter().flat_map(children) {
        let at = text(node, "name")
            .strip_prefix("abi_value_")
            .and_then(|at| at.parse::<usize>().ok());
        let expression = at.and_then(|at| asked.get(at));
        let value = constant_below(node).and_then(|value| value.parse().ok());
        if let Some((expression, value)) = expression.zip(value) {
            found.insert(expression.clone(), value);
        }
    }
    Ok(found)
}

fn constant_below(node: &Value) -> Option<&str> {
    children(node).find_map(|child| {
        let own = child["value"]
            .as_str()
            .filter(|_| text(child, "kind") == "ConstantExpr");
        own.or_else(|| constant_below(child))
    })
}

/// Has the library say which constants are results, and the least struct_size that it takes.
fn ask(manifest: &mut Manifest, library: &Library, folder: &Path) -> Result<(), String> {
    let mut body = String::new();
    for name in manifest.constants.keys() {
        body.push_str(&format!(
            "    if (!strcmp(playgate_result_name((playgate_result){name}), \"{name}\")) puts(\"result {name}\");\n"
        ));
    }
    for (name, a_struct) in &manifest.structs {
        if a_struct.fields.first().is_none_or(|field| field.name != "struct_size") {
            continue;
        }
        let init = init_call(manifest, name)?;
        body.push_str(&format!(
            "    for (size = 0; size <= sizeof({name}); size++) {{\n        {name} *p = ({name} *)(void *)room;\n        \
             memset(room, 0, sizeof room);\n        {init};\n        \
             if (p->struct_size) {{ printf(\"first {name} %u\\n\", (unsigned)size); break; }}\n    }}\n"
        ));
    }
    let source = folder.join("ask.c");
    let code = format!(
        "#include \"playgate.h\"\n#include <stdio.h>\n#include <string.h>\nstatic uint64_t room[1024];\n\
         int main(void)\n{{\n    uint32_t size = 0;\n    (void)size;\n\
         {body}    return 0;\n}}\n"
    );
    fs::write(&source, code).map_err(|error| format!("{}: {error}", source.display()))?;
    let program = folder.join("ask");
    library.program("gcc", Linkage::Shared, &[source], &["-std=c99", "-Werror"], &program)?;
    let said = run::output(&mut Command::new(&program))?;
    for line in said.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["result", name] => {
                if let Some(constant) = manifest.constants.get_mut(*name) {
                    constant.is_result = true;
                }
            }
            ["first", name, size] => {
                let size = size.parse().unwrap_or(0);
                if let Some(a_struct) = manifest.structs.get_mut(*name) {
                    a_struct.first = Some(first_size(name, a_struct, size)?);
                }
            }
            _ => return Err(format!("the library was asked and said: {line}")),
        }
    }
    Ok(())
}

/// The field that a struct's first version ends before says how large that version is with the other pointer size.
fn first_size(name: &str, a_struct: &Struct, wide: u64) -> Result<Pair, String> {
    if wide == a_struct.size.wide {
        return Ok(a_struct.size);
    }
    let end = a_struct.fields.iter().find(|field| field.offset.wide == wide);
    end.map(|field| field.offset)
        .ok_or_else(|| format!("the library takes a {name} of {wide} bytes, where no field begins"))
}

/// The call that makes a struct `p` ready, its size in `size`.
pub fn init_call(manifest: &Manifest, name: &str) -> Result<String, String> {
    let function = format!("{name}_init");
    let init = manifest
        .functions
        .get(&function)
        .ok_or_else(|| format!("{name} begins with struct_size but has no {function}"))?;
    let names: Vec<&str> = init.parameters.iter().map(|p| p.name.as_str()).collect();
    match names.as_slice() {
        [_, "struct_size"] => Ok(format!("{function}(p, size)")),
        [_, "struct_size", "abi_version"] => Ok(format!("{function}(p, size, PLAYGATE_ABI_VERSION)")),
        _ => Err(format!(
            "{function} should take the struct, struct_size and perhaps abi_version"
        )),
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node["inner"].as_array().into_iter().flatten()
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node[key].as_str().unwrap_or_default()
}

/// A declaration's type as it is written, save that a struct needs no `struct`.
fn kind_of(node: &Value) -> String {
    text(&node["type"], "qualType").replace("struct playgate_", "playgate_")
}
