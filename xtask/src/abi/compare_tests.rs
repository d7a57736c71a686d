//! Each kind of change, planted in a small manifest.

use super::{
    compare::{Verdict, compare, judge, retire},
    manifest::{Manifest, parse},
};

const OLD: &str = "
constant PLAYGATE_ABI_VERSION = 1
constant PLAYGATE_KIND_A = 1
result PLAYGATE_ERROR_TLS = -16
result PLAYGATE_OK = 0
retired PLAYGATE_ERROR_GONE = -12

type playgate_handle = uint64_t

inline playgate_table(table: const uint8_t *; len: uint32_t) = int32_t
function playgate_close(handle: playgate_handle) = playgate_result
function playgate_write(hook: void (*)(void *, int32_t); len: size_t) = void

struct playgate_info size 48/40 align 8/8 first 24/16
    struct_size: uint32_t at 0/0 size 4/4
    reserved0: uint32_t at 4/4 size 4/4
    name: const char * at 8/8 size 8/4
    flags: uint32_t at 16/12 size 4/4
    reserved: uint64_t[3] at 24/16 size 24/24

struct playgate_text size 16/8 align 8/4
    ptr: const char * at 0/0 size 8/4
    len: size_t at 8/4 size 8/4
";

fn old() -> Manifest {
    parse(OLD).expect("the old manifest")
}

/// The manifest with each of these texts replaced.
fn changed(replacements: &[(&str, &str)]) -> Manifest {
    let mut text = OLD.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from} is not there");
        text = text.replace(from, to);
    }
    parse(&text).expect("the new manifest")
}

/// The change gives exactly these differences, of which each text holds the given words.
fn gives(replacements: &[(&str, &str)], expected: &[(Verdict, &str)]) {
    let new = changed(replacements);
    let found = compare(&old(), &new);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{replacements:?} gave {shown:#?}");
    for (verdict, words) in expected {
        let is_there = found.iter().any(|d| d.verdict == *verdict && d.text.contains(words));
        assert!(is_there, "{verdict:?} \"{words}\" is not among {shown:#?}");
    }
    let worst = expected.iter().map(|(verdict, _)| *verdict).max();
    assert_eq!(
        judge(&old(), &new, &found).is_ok(),
        worst.is_none_or(|worst| worst == Verdict::Compatible),
        "{shown:#?}"
    );
}

const COMPATIBLE: Verdict = Verdict::Compatible;
const BREAKING: Verdict = Verdict::Breaking;
const NEVER: Verdict = Verdict::Never;

#[test]
fn a_manifest_is_read_as_it_was_written() {
    assert_eq!(parse(&old().to_string()).as_ref(), Ok(&old()));
    assert!(parse("function playgate_x() = void\nnonsense here").is_err());
    assert!(parse("    name: int at 0/0 size 4/4").is_err());
    gives(&[], &[]);
}

#[test]
fn functions() {
    let close = "function playgate_close(handle: playgate_handle) = playgate_result\n";
    let open = "function playgate_open(out: playgate_handle *) = playgate_result\n";
    gives(
        &[(close, &format!("{close}{open}"))],
        &[(COMPATIBLE, "playgate_open was added")],
    );
    gives(&[(close, "")], &[(BREAKING, "playgate_close was removed")]);
    gives(
        &[("(handle: playgate_handle", "(handle: uint64_t")],
        &[(COMPATIBLE, "their types have other names")],
    );
    gives(
        &[(close, open)],
        &[(BREAKING, "_close was removed"), (COMPATIBLE, "_open was added")],
    );
    gives(&[("(handle: ", "(which: ")], &[(COMPATIBLE, "other names")]);
    gives(
        &[("(handle: playgate_handle", "(handle: uint32_t")],
        &[(BREAKING, "and is playgate_result (uint32_t)")],
    );
    gives(
        &[("playgate_handle) = playgate_result", "playgate_handle) = void")],
        &[(BREAKING, "playgate_close was")],
    );
    gives(
        &[("playgate_handle) =", "playgate_handle; ms: uint32_t) =")],
        &[(BREAKING, "(playgate_handle, uint32_t)")],
    );
    gives(
        &[("void (*)(void *, int32_t)", "void (*)(void *)")],
        &[(BREAKING, "playgate_write was")],
    );
    gives(
        &[("inline ", "function ")],
        &[(BREAKING, "between the header and the library")],
    );
}

#[test]
fn constants_and_types() {
    let kind = "constant PLAYGATE_KIND_A = 1\n";
    gives(
        &[(kind, &format!("{kind}constant PLAYGATE_KIND_B = 2\n"))],
        &[(COMPATIBLE, "PLAYGATE_KIND_B (2) was added")],
    );
    gives(&[(kind, "")], &[(BREAKING, "PLAYGATE_KIND_A (1) was removed")]);
    gives(&[("KIND_A = 1", "KIND_A = 2")], &[(BREAKING, "was 1 and is 2")]);
    gives(
        &[("handle = uint64_t", "handle = uint32_t")],
        &[(BREAKING, "was uint64_t and is uint32_t")],
    );
    gives(
        &[("type playgate_handle = uint64_t\n", "")],
        &[(BREAKING, "type playgate_handle was removed")],
    );
    let other = "type playgate_handle = uint64_t\ntype playgate_other = int32_t\n";
    gives(
        &[("type playgate_handle = uint64_t\n", other)],
        &[(COMPATIBLE, "type playgate_other was added")],
    );
}

#[test]
fn numbers_of_results_are_not_used_again() {
    let tls = "result PLAYGATE_ERROR_TLS = -16\n";
    let added = |value: i64| format!("{tls}result PLAYGATE_ERROR_NEW = {value}\n");
    gives(
        &[(tls, &added(-40))],
        &[(COMPATIBLE, "PLAYGATE_ERROR_NEW (-40) was added")],
    );
    gives(
        &[(tls, &added(-12))],
        &[(NEVER, "which is PLAYGATE_ERROR_GONE's"), (COMPATIBLE, "was added")],
    );
    gives(
        &[(tls, &added(-16))],
        &[(NEVER, "which is PLAYGATE_ERROR_TLS's"), (COMPATIBLE, "was added")],
    );
    let renamed = [(tls, "result PLAYGATE_ERROR_SECURE = -16\n")];
    gives(
        &renamed,
        &[
            (NEVER, "TLS's"),
            (BREAKING, "TLS (-16) was removed"),
            (COMPATIBLE, "was added"),
        ],
    );

    let mut new = changed(&[(tls, "")]);
    retire(&old(), &mut new);
    assert_eq!(new.retired.get("PLAYGATE_ERROR_TLS"), Some(&-16));
    assert_eq!(new.retired.get("PLAYGATE_ERROR_GONE"), Some(&-12));
    let mut back = old();
    retire(&new, &mut back);
    assert!(!back.retired.contains_key("PLAYGATE_ERROR_TLS"));
}

#[test]
fn structs_come_and_go() {
    let text = &OLD[OLD.find("struct playgate_text").expect("text")..];
    gives(&[(text, "")], &[(BREAKING, "struct playgate_text was removed")]);
    let more = format!("{text}\n{}", text.replace("playgate_text", "playgate_more"));
    gives(&[(text, &more)], &[(COMPATIBLE, "struct playgate_more was added")]);
}

#[test]
fn a_struct_grows_at_its_end_and_in_reserved_space() {
    let tail = "    reserved: uint64_t[3] at 24/16 size 24/24\n";
    let age = "    age: uint32_t at 24/16 size 4/4\n";
    let rest = "    reserved1: uint32_t at 28/20 size 4/4\n    reserved: uint64_t[2] at 32/24 size 16/16\n";
    gives(
        &[(tail, &format!("{age}{rest}"))],
        &[(COMPATIBLE, "field age at 24/16 was added")],
    );
    gives(
        &[("reserved0: ", "kind: ")],
        &[(COMPATIBLE, "field kind at 4/4 was added")],
    );
    let end = format!("{tail}    age: uint64_t at 48/40 size 8/8\n");
    let grown = [(tail, end.as_str()), ("size 48/40", "size 56/48")];
    gives(
        &grown,
        &[
            (COMPATIBLE, "grew from 48/40 to 56/48"),
            (COMPATIBLE, "field age at 48/40 was added"),
        ],
    );
    gives(
        &[("    reserved: ", "    reserved9: ")],
        &[(COMPATIBLE, "no program depends on")],
    );
    gives(
        &[("first 24/16", "first 16/12")],
        &[(COMPATIBLE, "were needed and 16/12 are enough")],
    );
}

#[test]
fn a_struct_does_not_change_otherwise() {
    let name = "    name: const char * at 8/8 size 8/4\n";
    gives(&[(name, "")], &[(BREAKING, "field name was removed or renamed")]);
    gives(
        &[("    name: ", "    label: ")],
        &[(BREAKING, "field name was removed"), (BREAKING, "field label at 8/8")],
    );
    gives(
        &[("    name: ", "    reserved1: ")],
        &[(BREAKING, "field name was removed or renamed")],
    );
    gives(
        &[("flags: uint32_t at 16/12", "flags: uint32_t at 20/12")],
        &[(BREAKING, "flags moved from 16/12 to 20/12")],
    );
    gives(
        &[("flags: uint32_t at 16/12", "flags: uint32_t at 16/16")],
        &[(BREAKING, "flags moved from 16/12 to 16/16")],
    );
    gives(
        &[("flags: uint32_t", "flags: int32_t")],
        &[(BREAKING, "flags was uint32_t (4/4 bytes) and is int32_t")],
    );
    gives(
        &[(
            "name: const char * at 8/8 size 8/4",
            "name: const char * at 8/8 size 8/8",
        )],
        &[(BREAKING, "field name was")],
    );
    gives(
        &[("size 48/40", "size 40/32")],
        &[(BREAKING, "shrank from 48/40 to 40/32")],
    );
    gives(
        &[("align 8/8", "align 16/16")],
        &[(BREAKING, "was aligned to 8/8 and is to 16/16")],
    );
    gives(
        &[("first 24/16", "first 48/40")],
        &[(BREAKING, "callers of the first version are refused")],
    );
    // Between `flags` and the reserved space are four bytes that callers leave as they were.
    let flags = "    flags: uint32_t at 16/12 size 4/4\n";
    let padding = format!("{flags}    age: uint32_t at 20/40 size 4/4\n");
    gives(
        &[(flags, &padding)],
        &[(BREAKING, "where older callers do not write zero")],
    );
    // Free with one pointer size is not enough.
    let half = format!("{flags}    age: uint32_t at 24/8 size 4/4\n");
    gives(
        &[(flags, &half)],
        &[(BREAKING, "where older callers do not write zero")],
    );
}

#[test]
fn a_struct_without_a_size_does_not_change_at_all() {
    let len = "    len: size_t at 8/4 size 8/4\n";
    let longer = format!("{len}    hash: uint64_t at 16/8 size 8/8\n");
    gives(
        &[(len, &longer), ("size 16/8", "size 24/16")],
        &[(BREAKING, "has no struct_size")],
    );
}

#[test]
fn a_higher_version_allows_what_breaks_but_not_everything() {
    let raised = ("PLAYGATE_ABI_VERSION = 1", "PLAYGATE_ABI_VERSION = 2");
    let may = |replacements: &[(&str, &str)]| {
        let new = changed(replacements);
        judge(&old(), &new, &compare(&old(), &new))
    };
    assert!(may(&[raised, ("KIND_A = 1", "KIND_A = 2")]).is_ok());
    assert!(may(&[("KIND_A = 1", "KIND_A = 2")]).is_err_and(|advice| advice.contains("PLAYGATE_ABI_VERSION")));
    assert!(may(&[raised, ("PLAYGATE_ERROR_TLS = -16", "PLAYGATE_ERROR_TLS2 = -16")]).is_err());
    assert!(may(&[("PLAYGATE_ABI_VERSION = 1", "PLAYGATE_ABI_VERSION = 0")]).is_err());
    gives(&[raised], &[(COMPATIBLE, "was raised from 1 to 2")]);
}
