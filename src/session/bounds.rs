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
    let mut depth = Depth::default();
    if let Some(at) = depth.first_too_deep(json) {
        return Err(ParseError::at(
            json,
            at,
            &alloc::format!("the session is nested deeper than {MAX_DEPTH} levels"),
        ));
    }
    Ok(text)
}

/// How many objects and arrays are open behind that text; `None` when they were too many on the way.
pub(super) fn levels_after(text: &str) -> Option<usize> {
    let mut depth = Depth::default();
    match depth.first_too_deep(text.as_bytes()) {
        Some(_) => None,
        None => Some(depth.level),
    }
}

/// Counts the levels of objects and arrays.
#[derive(Default)]
struct Depth {
    level: usize,
    in_string: bool,
    escaped: bool,
}

impl Depth {
    /// The first byte that opens one level too many.
    fn first_too_deep(&mut self, json: &[u8]) -> Option<usize> {
        for (at, byte) in json.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.level += 1;
                    if self.level > MAX_DEPTH {
                        return Some(at);
                    }
                }
                b'}' | b']' => self.level = self.level.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}
