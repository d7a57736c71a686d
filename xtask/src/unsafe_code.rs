//! `unsafe` stands in the C ABI and in the host's few dealings with the operating system and with static storage, each
//! block with its reason.

use std::fs;

use crate::{files::below, run::root};

/// Where it may be, below `src`.
const PLACES: &[&str] = &["ffi/", "host/clock.rs", "host/room.rs"];
/// The reason stands so few lines above.
const REASON_WITHIN: usize = 5;

/// Looks at every source file of the library. Gives how many blocks there are.
///
/// # Errors
/// One that is elsewhere, or that gives no reason.
pub fn check() -> Result<usize, String> {
    let src = root().join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).map_err(|error| format!("lib.rs: {error}"))?;
    if !lib.contains("#![deny(unsafe_code)]") {
        return Err("src/lib.rs does not deny unsafe code".to_owned());
    }
    let mut found = 0;
    for file in below(&src, "rs")? {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let name = file.strip_prefix(&src).unwrap_or(&file).display().to_string();
        found += blocks(&name, &text)?;
    }
    if found == 0 {
        return Err("there is no unsafe block at all: nobody has looked".to_owned());
    }
    Ok(found)
}

/// How many blocks a file has.
fn blocks(name: &str, text: &str) -> Result<usize, String> {
    let may_have = PLACES.iter().any(|place| name.starts_with(place));
    // However it is written, and on however many lines: any other word about it allows it.
    let refusals = ["#![deny(unsafe_code)]", "#![forbid(unsafe_code)]"];
    let refused: usize = refusals.iter().map(|refusal| text.matches(refusal).count()).sum();
    if !may_have && text.matches("unsafe_code").count() > refused {
        return Err(format!("src/{name} allows unsafe code"));
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut found = 0;
    for (at, line) in lines.iter().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if !["unsafe {", "unsafe impl", "unsafe extern", "unsafe fn"]
            .iter()
            .any(|word| code.contains(word))
        {
            continue;
        }
        if !may_have {
            return Err(format!("src/{name}:{} has unsafe code", at + 1));
        }
        if code.contains("unsafe extern") || code.contains("unsafe fn") {
            continue;
        }
        let above = lines.get(at.saturating_sub(REASON_WITHIN)..=at).unwrap_or_default();
        if !above.iter().any(|line| line.contains("SAFETY:")) {
            return Err(format!("src/{name}:{} gives no reason for its unsafe code", at + 1));
        }
        found += 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_elsewhere_or_gives_no_reason_is_found() {
        let reason = "// SAFETY: static.\nlet x = unsafe { y };";
        assert_eq!(blocks("ffi/x.rs", reason), Ok(1));
        assert!(blocks("client/x.rs", reason).is_err());
        assert!(blocks("ffi/x.rs", "let x = unsafe { y };").is_err());
        assert!(blocks("session/x.rs", "#![allow(unsafe_code)]").is_err());
        assert!(blocks("session/x.rs", "#[allow(\n    dead_code,\n    unsafe_code\n)]").is_err());
        assert_eq!(blocks("lib.rs", "#![deny(unsafe_code)]"), Ok(0));
        assert!(blocks("lib.rs", "#![deny(unsafe_code)]\n#[allow(unsafe_code)]").is_err());
        assert_eq!(blocks("session/x.rs", "// no unsafe { here }"), Ok(0));
        assert_eq!(blocks("ffi/x.rs", "type F = unsafe extern \"C\" fn();"), Ok(0));
    }
}
