//! Writes the C header from the code of `src/ffi`, and says how the shared library is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    link_arguments();
    #[cfg(feature = "capi")]
    header::write();
}

/// On ELF systems: a name for the loader, 16 KiB segments, as Android asks for, and never unloaded, since threads and
/// thread-local destructors outlive an unload.
fn link_arguments() {
    let family = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let vendor = env::var("CARGO_CFG_TARGET_VENDOR").unwrap_or_default();
    if family != "unix" || vendor == "apple" {
        return;
    }
    for argument in [
        "-Wl,-soname,libplaygate.so",
        "-Wl,-z,max-page-size=16384",
        "-Wl,-z,nodelete",
    ] {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
}

#[cfg(feature = "capi")]
mod header {
    use std::{env, fs, path::Path};

    /// The header's sections in order: file and heading.
    const SECTIONS: &[(&str, &str)] = &[
        ("result", "Results"),
        ("text", "Text"),
        ("process", "Version, build and log"),
        ("allocator", "Memory"),
        ("feature", "Features"),
        ("decision", "Decisions"),
        ("session", "Sessions"),
        ("changes", "Changes between sessions"),
        ("texts", "Texts and languages"),
        ("notice", "Notices"),
        ("event", "Events and requests"),
        ("transport", "Hooks: HTTP by the host"),
        ("hooks", "Hooks: storage, clock, random bytes, threads"),
        ("options", "Options"),
        ("store", "Stores: sessions by player, without a client"),
        ("client", "Clients: open, pump, close"),
        ("client_state", "Clients: decisions, notices, requests"),
        ("challenge", "Challenges"),
        ("permission", "Clients: permissions on request"),
        ("game_session", "The ad service's game session"),
        ("mock", "Tests of games: a mock transport, and features overridden"),
    ];

    /// The sections of the header for trusted hosts, whose functions are in builds with `trusted-server` only.
    const TRUSTED_SECTIONS: &[(&str, &str)] = &[
        ("kid", "k-ID: open, close, failures"),
        ("kid_answer", "k-ID: answers"),
        ("kid_calls", "k-ID: calls"),
        ("webhook", "k-ID: webhooks"),
    ];

    pub fn write() {
        println!("cargo:rerun-if-changed=src/ffi");
        let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        let room = Path::new(&root).join("src/ffi");
        let read = |name: &str| fs::read_to_string(room.join(name)).unwrap_or_else(|e| panic!("src/ffi/{name}: {e}"));
        let out = env::var("OUT_DIR").unwrap_or_default();
        let save = |name: &str, text: String| {
            fs::write(Path::new(&out).join(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
        };
        // In every build, so that nobody has to build with the feature to see whether the committed header is current.
        let mut trusted = read("trusted_notes.h");
        trusted.push_str("#ifndef PLAYGATE_TRUSTED_H\n#define PLAYGATE_TRUSTED_H\n\n#include \"playgate.h\"\n");
        trusted.push_str("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        sections(&mut trusted, TRUSTED_SECTIONS, &room);
        trusted.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* PLAYGATE_TRUSTED_H */\n");
        save("playgate_trusted.h", trusted);
        let mut header = read("header_notes.h");
        header.push_str("#ifndef PLAYGATE_H\n#define PLAYGATE_H\n\n#include <stddef.h>\n#include <stdint.h>\n");
        header.push_str(EXPORT);
        header.push_str("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        sections(&mut header, SECTIONS, &room);
        header.push_str(&format!(
            "\n/* -- Decision tables, read directly {} */\n\n",
            "-".repeat(78)
        ));
        header.push_str(&read("header_inline.h"));
        header.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* PLAYGATE_H */\n");
        save("playgate.h", header);
    }

    fn sections(header: &mut String, sections: &[(&str, &str)], room: &Path) {
        for (section, heading) in sections {
            header.push_str(&format!("\n/* -- {heading} {} */\n\n", "-".repeat(110 - heading.len())));
            header.push_str(&body(&room.join(format!("{section}.rs"))));
        }
    }

    /// One section's declarations.
    fn body(source: &Path) -> String {
        let config = cbindgen::Config {
            language: cbindgen::Language::C,
            no_includes: true,
            usize_is_size_t: true,
            style: cbindgen::Style::Both,
            documentation_style: cbindgen::DocumentationStyle::C,
            line_length: 120,
            tab_width: 4,
            // Lent by others, used by no function of its own section.
            export: cbindgen::ExportConfig {
                include: vec!["playgate_text".to_owned()],
                ..Default::default()
            },
            function: cbindgen::FunctionConfig {
                prefix: Some("PLAYGATE_API".to_owned()),
                ..Default::default()
            },
            ..Default::default()
        };
        let bindings = cbindgen::Builder::new()
            .with_config(config)
            .with_src(source)
            .generate()
            .unwrap_or_else(|e| panic!("{}: {e}", source.display()));
        let mut text = Vec::new();
        bindings.write(&mut text);
        let text = String::from_utf8(text).unwrap_or_else(|e| panic!("{}: {e}", source.display()));
        tidy(text.trim())
    }

    /// One-line comments on one line, longer ones with a star on each, negative constants in parentheses so that they can
    /// stand in any expression.
    fn tidy(text: &str) -> String {
        let mut out = String::new();
        let mut comment: Option<Vec<&str>> = None;
        for line in text.lines() {
            let indent = &line[..line.len() - line.trim_start().len()];
            match (line.trim(), &mut comment) {
                ("/*", None) => comment = Some(Vec::new()),
                ("*/", Some(lines)) => {
                    let indent = indent.strip_suffix(' ').unwrap_or(indent);
                    match lines.as_slice() {
                        [only] if indent.len() + only.len() + 6 <= 120 => {
                            out.push_str(&format!("{indent}/* {only} */\n"))
                        }
                        many => {
                            out.push_str(&format!("{indent}/*\n"));
                            for line in many {
                                out.push_str(format!("{indent} * {line}").trim_end());
                                out.push('\n');
                            }
                            out.push_str(&format!("{indent} */\n"));
                        }
                    }
                    comment = None;
                }
                (inside, Some(lines)) => lines.push(inside),
                (_, None) => match line.strip_prefix("#define ").and_then(|rest| rest.split_once(' ')) {
                    Some((name, value)) if value.starts_with('-') => {
                        out.push_str(&format!("#define {name} ({value})\n"))
                    }
                    _ => out.push_str(&format!("{line}\n")),
                },
            }
        }
        out
    }

    /// How the API's functions are declared in each kind of build.
    const EXPORT: &str = r#"
/* Define PLAYGATE_STATIC when linking the static library. */
#if defined(PLAYGATE_STATIC)
#  define PLAYGATE_API
#elif defined(_WIN32)
#  define PLAYGATE_API __declspec(dllimport)
#elif defined(__GNUC__) || defined(__clang__)
#  define PLAYGATE_API __attribute__((visibility("default")))
#else
#  define PLAYGATE_API
#endif
"#;
}
