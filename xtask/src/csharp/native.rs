//! Functions and structs, by C's own names, in blittable types alone.

use super::HEAD;
use crate::abi::Manifest;

/// Words that C# keeps for itself.
const KEYWORDS: &[&str] = &[
    "out", "in", "ref", "params", "event", "lock", "object", "operator", "string", "base",
];

/// The file with the imported functions.
pub fn methods(manifest: &Manifest) -> Result<String, String> {
    let mut text = format!(
        "{HEAD}using System;\nusing System.Runtime.InteropServices;\nusing System.Security;\n\nnamespace Playgate.Native\n{{\n    \
         /// <summary>The C functions, as include/playgate.h documents them.</summary>\n    \
         [SuppressUnmanagedCodeSecurity]\n    internal static unsafe class NativeMethods\n    {{\n\
         #if PLAYGATE_STATIC || (!UNITY_EDITOR && (UNITY_IOS || UNITY_SWITCH || UNITY_WEBGL))\n        \
         /// <summary>The library is linked into the program.</summary>\n        \
         internal const string Library = \"__Internal\";\n#else\n        \
         /// <summary>The library is a file beside the program.</summary>\n        \
         internal const string Library = \"playgate\";\n#endif\n"
    );
    for (name, function) in manifest.functions.iter().filter(|(_, function)| !function.is_inline) {
        let returns = kind_of(manifest, &function.returns)?;
        let parameters = function.parameters.iter().map(|parameter| {
            let kind = kind_of(manifest, &parameter.kind)?;
            Ok(format!("{kind} {}", word(&parameter.name)))
        });
        let parameters = parameters.collect::<Result<Vec<_>, String>>()?.join(", ");
        text.push_str(&format!(
            "\n        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]\n        \
             internal static extern {returns} {name}({parameters});\n"
        ));
    }
    Ok(text + "    }\n}\n")
}

/// The file with the structs.
pub fn structs(manifest: &Manifest) -> Result<String, String> {
    let mut text = format!(
        "{HEAD}using System;\nusing System.Runtime.InteropServices;\n\nnamespace Playgate.Native\n{{\n\
         #pragma warning disable 0649 // Fields that only the library writes.\n"
    );
    for (at, (name, a_struct)) in manifest.structs.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&format!(
            "    /// <summary>{name}, as include/playgate.h documents it.</summary>\n    \
             [StructLayout(LayoutKind.Sequential)]\n    internal unsafe struct {name}\n    {{\n"
        ));
        for field in &a_struct.fields {
            let name = word(&field.name);
            let declared = match field.kind.split_once('[') {
                Some((kind, len)) => format!(
                    "fixed {} {name}[{}]",
                    kind_of(manifest, kind)?,
                    len.trim_end_matches(']')
                ),
                None => format!("{} {name}", kind_of(manifest, &field.kind)?),
            };
            text.push_str(&format!("        internal {declared};\n"));
        }
        text.push_str("    }\n");
    }
    Ok(text + "#pragma warning restore 0649\n}\n")
}

fn word(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        return format!("@{name}");
    }
    name.to_owned()
}

/// What a C type is in C#.
fn kind_of(manifest: &Manifest, kind: &str) -> Result<String, String> {
    let kind = kind.trim().trim_start_matches("const ").trim();
    if let Some(pointed) = kind.strip_suffix('*') {
        return Ok(format!("{}*", kind_of(manifest, pointed)?));
    }
    if kind.contains("(*)") {
        return Ok("IntPtr".to_owned());
    }
    let known = match kind {
        "void" => "void",
        "char" | "uint8_t" => "byte",
        "int32_t" => "int",
        "uint32_t" => "uint",
        "int64_t" => "long",
        "uint64_t" => "ulong",
        "size_t" => "UIntPtr",
        "double" => "double",
        _ => "",
    };
    if !known.is_empty() {
        return Ok(known.to_owned());
    }
    if manifest.structs.contains_key(kind) {
        return Ok(kind.to_owned());
    }
    match manifest.types.get(kind) {
        Some(named) if named != kind => kind_of(manifest, named),
        _ => Err(format!(
            "{kind} has no blittable type in C# that xtask/src/csharp/native.rs knows"
        )),
    }
}
