//! That every compiler agrees with the manifest: C and C++ by static assertions, Rust by a test of the library.

use std::{fs, path::Path, process::Command};

use super::manifest::{Manifest, Pair};
use crate::run::{self, root, target};

/// Compilers and platforms, and whether their pointers have 64 bits. Platforms other than this machine's are asked
/// freestanding, for which clang's own headers suffice.
const COMPILERS: &[(&str, &[&str], bool)] = &[
    ("gcc", &["-std=c11"], true),
    ("g++", &["-std=c++14"], true),
    ("clang", &["-std=c11"], true),
    ("clang++", &["-std=c++14"], true),
    ("clang", &["--target=aarch64-linux-gnu", "-ffreestanding"], true),
    ("clang", &["--target=arm64-apple-ios", "-ffreestanding"], true),
    ("clang", &["--target=x86_64-pc-windows-msvc", "-ffreestanding"], true),
    ("clang", &["--target=armv7-none-eabi", "-ffreestanding"], false),
    ("clang", &["--target=wasm32-unknown-unknown", "-ffreestanding"], false),
    ("clang", &["--target=i686-pc-windows-msvc", "-ffreestanding"], false),
];

/// Every compiler gives sizes, offsets, values and signatures as in the manifest. Gives the number of compilations.
pub fn c_and_cpp(manifest: &Manifest, include: &Path) -> Result<usize, String> {
    let folder = target().join("abi");
    for (compiler, flags, is_wide) in COMPILERS {
        let source = folder.join(if compiler.contains('+') { "agree.cpp" } else { "agree.c" });
        fs::write(&source, assertions(manifest, *is_wide)).map_err(|error| format!("{}: {error}", source.display()))?;
        let mut command = Command::new(compiler);
        command
            .args(*flags)
            .args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]);
        run::output(command.arg(include).arg(&source)).map_err(|error| {
            format!("a compiler does not agree with include/playgate.abi; a type depends on the platform?\n{error}")
        })?;
    }
    Ok(COMPILERS.len())
}

fn assertions(manifest: &Manifest, is_wide: bool) -> String {
    let mut text = String::from(
        "#include \"playgate.h\"\n#ifdef __cplusplus\n#define CHECK(what) static_assert(what, #what)\n#else\n\
         #define CHECK(what) _Static_assert(what, #what)\n#endif\n",
    );
    let number = |pair: Pair| if is_wide { pair.wide } else { pair.narrow };
    for (name, constant) in &manifest.constants {
        text.push_str(&format!("CHECK({name} == {});\n", constant.value));
    }
    for (name, a_struct) in &manifest.structs {
        text.push_str(&format!("CHECK(sizeof({name}) == {});\n", number(a_struct.size)));
        // The alignment is where the struct comes to stand after one byte.
        text.push_str(&format!("struct after_byte_{name} {{ char byte; {name} value; }};\n"));
        text.push_str(&format!(
            "CHECK(offsetof(struct after_byte_{name}, value) == {});\n",
            number(a_struct.align)
        ));
        for field in &a_struct.fields {
            text.push_str(&format!(
                "CHECK(offsetof({name}, {}) == {});\n",
                field.name,
                number(field.offset)
            ));
            text.push_str(&format!(
                "CHECK(sizeof((({name} *)0)->{}) == {});\n",
                field.name,
                number(field.size)
            ));
        }
    }
    for (at, (name, function)) in manifest.functions.iter().enumerate() {
        let kinds: Vec<&str> = function.parameters.iter().map(|p| p.kind.as_str()).collect();
        let kinds = if kinds.is_empty() {
            "void".to_owned()
        } else {
            kinds.join(", ")
        };
        text.push_str(&format!(
            "void take_{at}(void);\nvoid take_{at}(void) {{ {} (*taken)({kinds}) = {name}; (void)taken; }}\n",
            function.returns
        ));
    }
    text
}

/// The part of `tests/abi_layout.rs` that is generated: what Rust is to assert of the manifest.
pub fn rust(manifest: &Manifest) -> Result<String, String> {
    let mut text = String::from("// Written by `cargo xtask abi` from include/playgate.abi.\n\n");
    let rooms = root().join("src/ffi/mod.rs");
    let rooms = fs::read_to_string(&rooms).map_err(|error| format!("{}: {error}", rooms.display()))?;
    for room in rooms
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
    {
        text.push_str(&format!("use playgate::ffi::{room}::*;\n"));
    }
    text.push('\n');
    for (name, constant) in &manifest.constants {
        text.push_str(&format!("constant!({name}, {});\n", constant.value));
    }
    text.push('\n');
    let pair = |pair: Pair| format!("[{}, {}]", pair.wide, pair.narrow);
    for (name, a_struct) in &manifest.structs {
        text.push_str(&format!(
            "layout!({name}, {}, {});\n",
            pair(a_struct.size),
            pair(a_struct.align)
        ));
        for field in &a_struct.fields {
            let kind = rust_type(&field.kind).ok_or_else(|| unknown(name, &field.kind))?;
            text.push_str(&format!(
                "field!({name}, {}, {kind}, {}, {});\n",
                raw(&field.name),
                pair(field.offset),
                pair(field.size)
            ));
        }
    }
    text.push('\n');
    for (name, function) in manifest.functions.iter().filter(|(_, function)| !function.is_inline) {
        let kinds = function.parameters.iter().map(|p| p.kind.as_str());
        let kinds: Option<Vec<String>> = kinds.map(rust_type).collect();
        let kinds = kinds.ok_or_else(|| unknown(name, &function.shape()))?;
        let returns = match function.returns.as_str() {
            "void" => "()".to_owned(),
            other => rust_type(other).ok_or_else(|| unknown(name, other))?,
        };
        text.push_str(&format!("function!({name}, ({}), {returns});\n", kinds.join(", ")));
    }
    Ok(text)
}

fn unknown(name: &str, kind: &str) -> String {
    format!("{name}: what is \"{kind}\" in Rust? Give function types a typedef, and see xtask/src/abi/agree.rs")
}

/// Field names that are words of Rust's.
fn raw(name: &str) -> String {
    if name == "type" {
        "r#type".to_owned()
    } else {
        name.to_owned()
    }
}

fn rust_type(kind: &str) -> Option<String> {
    let kind = kind.trim();
    if let Some(pointee) = kind.strip_suffix('*').map(str::trim_end) {
        if let Some(inner) = pointee.strip_suffix("const").filter(|inner| inner.contains('*')) {
            return Some(format!("*const {}", rust_type(inner)?));
        }
        let constant = pointee.strip_prefix("const ").filter(|_| !pointee.contains('*'));
        let inner = constant.unwrap_or(pointee);
        let inner = if inner == "void" {
            "std::ffi::c_void".to_owned()
        } else {
            rust_type(inner)?
        };
        return Some(format!("*{} {inner}", if constant.is_some() { "const" } else { "mut" }));
    }
    if let Some((element, len)) = kind.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        return Some(format!("[{}; {}]", rust_type(element)?, len.parse::<usize>().ok()?));
    }
    Some(match kind {
        "char" => "std::ffi::c_char".to_owned(),
        "int8_t" => "i8".to_owned(),
        "uint8_t" => "u8".to_owned(),
        "int16_t" => "i16".to_owned(),
        "uint16_t" => "u16".to_owned(),
        "int32_t" => "i32".to_owned(),
        "uint32_t" => "u32".to_owned(),
        "int64_t" => "i64".to_owned(),
        "uint64_t" => "u64".to_owned(),
        "size_t" => "usize".to_owned(),
        "float" => "f32".to_owned(),
        "double" => "f64".to_owned(),
        name if name.starts_with("playgate_") && !name.contains(' ') => name.to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::rust_type;

    #[test]
    fn types_of_c_are_types_of_rust() {
        for (c, rust) in [
            ("const char *", "*const std::ffi::c_char"),
            ("void *", "*mut std::ffi::c_void"),
            ("const playgate_cell **", "*mut *const playgate_cell"),
            ("playgate_text *const *", "*const *mut playgate_text"),
            ("uint64_t[4]", "[u64; 4]"),
            ("size_t", "usize"),
        ] {
            assert_eq!(rust_type(c).as_deref(), Some(rust), "{c}");
        }
        assert_eq!(rust_type("void (*)(int)"), None);
        assert_eq!(rust_type("unsigned long"), None);
    }
}
