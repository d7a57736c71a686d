use std::ffi::{CStr, c_char};

use super::{
    guard::guard,
    memory::{write_optional, write_out},
    result::{Failure, PLAYGATE_OK, playgate_result},
};

/// UTF-8 text that is lent: `len` bytes at `ptr`, and a NUL after them. ptr is never NULL. How long it may be read is
/// said where it is given.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_text {
    /// The first byte.
    pub ptr: *const c_char,
    /// How many bytes, the NUL not counted.
    pub len: usize,
}

impl playgate_text {
    pub(super) const EMPTY: Self = Self {
        ptr: c"".as_ptr(),
        len: 0,
    };

    /// Lends a static text that ends in a NUL.
    pub(super) fn of_static(text_with_nul: &'static str) -> Self {
        if !text_with_nul.ends_with('\0') {
            return Self::EMPTY;
        }
        Self {
            ptr: text_with_nul.as_ptr().cast(),
            len: text_with_nul.len() - 1,
        }
    }
}

/// Text kept for lending: ends in a NUL.
#[derive(Default)]
pub(super) struct Kept(Box<[u8]>);

impl Kept {
    pub(super) fn new(text: &str) -> Self {
        // Most events have no texts, and are taken in frames, where nothing is to be allocated.
        if text.is_empty() {
            return Self::default();
        }
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }

    pub(super) fn lend(&self) -> playgate_text {
        match self.0.len().checked_sub(1) {
            Some(len) => playgate_text {
                ptr: self.0.as_ptr().cast(),
                len,
            },
            None => playgate_text::EMPTY,
        }
    }
}

/// The caller's NUL-terminated UTF-8 text, at most `most` bytes long. `what` names it in the error.
pub(super) fn required<'a>(at: *const c_char, most: usize, what: &str) -> Result<&'a str, Failure> {
    optional(at, most, what)?.ok_or_else(|| Failure::argument(format!("{what} is NULL")))
}

/// The same; NULL is none.
pub(super) fn optional<'a>(at: *const c_char, most: usize, what: &str) -> Result<Option<&'a str>, Failure> {
    if at.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the header asks for a NUL-terminated text that stays for the call.
    let bytes = unsafe { CStr::from_ptr(at) }.to_bytes();
    if bytes.len() > most {
        return Err(Failure::argument(format!(
            "{what} is {} bytes long; at most {most} are taken",
            bytes.len()
        )));
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(Failure::argument(format!(
            "{what} is not UTF-8 (byte {})",
            error.valid_up_to()
        ))),
    }
}

/// Gives a text into the caller's buffer as far as it fits, and its whole length; after a failure both are empty.
pub(super) fn text_out<T: AsRef<str>>(
    buffer: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
    text: impl FnOnce() -> Result<T, Failure>,
) -> playgate_result {
    write_optional(out_len, 0);
    if capacity != 0 {
        write_optional(buffer, 0);
    }
    guard(|| {
        if buffer.is_null() && capacity != 0 {
            return Err(Failure::argument("the buffer is NULL though its capacity is not 0"));
        }
        let text = text()?;
        copy_out(text.as_ref(), buffer, capacity);
        write_out(out_len, text.as_ref().len())?;
        Ok(PLAYGATE_OK)
    })
}

/// Copies as much of a text as fits into the caller's buffer, cut at a character's border, with a NUL after it.
fn copy_out(text: &str, buffer: *mut c_char, capacity: usize) {
    if capacity == 0 || buffer.is_null() {
        return;
    }
    let mut fits = text.len().min(capacity - 1);
    while !text.is_char_boundary(fits) {
        fits -= 1;
    }
    // SAFETY: not NULL, the header asks for `capacity` bytes there, and fits + 1 is not more.
    unsafe {
        core::ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast::<u8>(), fits);
        buffer.add(fits).write(0);
    }
}
