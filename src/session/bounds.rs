//! Limits on what is read at all.

use super::parse::ParseError;

/// The longest session document, in bytes.
pub const MAX_JSON_BYTES: usize = 1 << 20;
/// The most permissions in one session.
pub const MAX_PERMISSIONS: usize = 10_000;
/// The deepest nesting of objects and arrays.
pub const MAX_DEPTH: usize = 64;

/// Checks length, UTF-8 and depth, so that the parser meets no surprise.
pub(super) fn check(json: &[u8], limit: usize) -> Result<&str, ParseError> {
    if json.len() > limit {
        return Err(ParseError::new(alloc::format!(
            "the session is {} bytes of JSON; the limit is {limit}",
            json.len()
        )));
    }
    let text =
        core::str::from_utf8(json).map_err(|e| ParseError::at(json, e.valid_up_to(), "the session is not UTF-8"))?;
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in json.iter().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(ParseError::at(
                        json,
                        at,
                        &alloc::format!("the session is nested deeper than {MAX_DEPTH} levels"),
                    ));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(text)
}
