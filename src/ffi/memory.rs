//! Reading from and writing to the caller's memory.

use super::result::Failure;

/// The smallest struct that any version has had: its size field and something more.
const SMALLEST: usize = 8;
/// Larger than any struct will be: more is a size that was never set.
const LARGEST: usize = 4096;

/// A C struct that begins with its `uint32_t struct_size`.
///
/// # Safety
/// `#[repr(C)]`, first field `struct_size: u32`, and every field is valid for any bytes, all zero included: numbers and
/// raw pointers only.
pub(super) unsafe trait Plain: Copy {
    /// The size of what the first version of this struct gave a meaning to, its reserved space left out; a caller's
    /// struct may not be smaller.
    const FIRST_SIZE: usize;
    fn set_size(&mut self, size: u32);
}

/// Declares a struct as [`Plain`]. Its first version ends before its field `reserved`; once a later version has put
/// another field there, before that one: `plain!(name, first_ends_before: field)`.
macro_rules! plain {
    ($($name:ident),+ $(,)?) => {$(
        $crate::ffi::memory::plain!($name, first_ends_before: reserved);
    )+};
    ($name:ident, first_ends_before: $field:ident) => {
        // SAFETY: repr(C), begins with struct_size, and holds numbers and raw pointers only.
        unsafe impl $crate::ffi::memory::Plain for $name {
            const FIRST_SIZE: usize = core::mem::offset_of!($name, $field);
            fn set_size(&mut self, size: u32) {
                self.struct_size = size;
            }
        }
    };
}
pub(super) use plain;

/// Whether some version of this struct can have that size. A C struct's size is a multiple of its alignment; so a
/// pointer is in it whole or not at all.
fn is_size_of<T: Plain>(size: usize) -> bool {
    (T::FIRST_SIZE.max(SMALLEST)..=LARGEST).contains(&size) && size.is_multiple_of(align_of::<T>())
}

/// The struct_size that the caller wrote, if it can be one.
fn size_of_callers<T: Plain>(at: *const T) -> Result<usize, Failure> {
    if at.is_null() {
        return Err(Failure::argument("a struct pointer is NULL"));
    }
    // SAFETY: not NULL, and the header asks for a struct that begins with a uint32_t; it may be unaligned.
    let size = unsafe { at.cast::<u32>().read_unaligned() };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if !is_size_of::<T>(size) {
        // Static, since the allocator hook is read this way too.
        return Err(Failure::argument(
            "struct_size is none that any version of this struct has; call its _init function first",
        ));
    }
    Ok(size)
}

/// Copies a caller's struct in: a shorter one is filled up with zeros, a longer one must be zero past what is known.
pub(super) fn read_struct<T: Plain>(at: *const T) -> Result<T, Failure> {
    let size = size_of_callers(at)?;
    let known = size.min(size_of::<T>());
    // SAFETY: all-zero bytes are a valid T, as Plain promises.
    let mut own: T = unsafe { core::mem::zeroed() };
    // SAFETY: the header asks that struct_size bytes are there; `own` has room for `known`.
    unsafe { core::ptr::copy_nonoverlapping(at.cast::<u8>(), (&raw mut own).cast::<u8>(), known) };
    for past in known..size {
        // SAFETY: within the struct_size bytes that are there.
        if unsafe { at.cast::<u8>().add(past).read() } != 0 {
            return Err(Failure::argument(
                "the struct is newer than this library and uses a field that the library does not know",
            ));
        }
    }
    Ok(own)
}

/// Copies a result into the caller's struct, as much as fits there; its struct_size stays. What this library does not
/// know of a longer one becomes zero, so that each of the caller's fields says something after the call.
pub(super) fn write_struct<T: Plain>(at: *mut T, mut value: T) -> Result<(), Failure> {
    let size = size_of_callers(at.cast_const())?;
    value.set_size(u32::try_from(size).unwrap_or(u32::MAX));
    let known = size.min(size_of::<T>());
    // SAFETY: the header asks that struct_size bytes are there, and `known` is neither more than that nor than T has.
    unsafe {
        core::ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), at.cast::<u8>(), known);
        core::ptr::write_bytes(at.cast::<u8>().add(known), 0, size - known);
    }
    Ok(())
}

/// Makes the caller's struct zero, with its size set.
pub(super) fn init_struct<T: Plain>(at: *mut T, struct_size: u32) -> bool {
    let size = usize::try_from(struct_size).unwrap_or(usize::MAX);
    if at.is_null() || !is_size_of::<T>(size) {
        return false;
    }
    // SAFETY: the header asks that struct_size bytes are there.
    unsafe {
        core::ptr::write_bytes(at.cast::<u8>(), 0, size);
        at.cast::<u32>().write_unaligned(struct_size);
    }
    true
}

/// Writes an out value; NULL is an error of the caller's.
pub(super) fn write_out<T: Copy>(out: *mut T, value: T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::argument("an out pointer is NULL"));
    }
    // SAFETY: not NULL, and the header asks for room for one value; it may be unaligned.
    unsafe { out.write_unaligned(value) };
    Ok(())
}

/// Writes an out value if there is a place for it.
pub(super) fn write_optional<T: Copy>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and the header asks for room for one value; it may be unaligned.
        unsafe { out.write_unaligned(value) };
    }
}

/// Bytes of the caller's for the frame path; `None` for NULL, for none and for more than `most`.
#[inline]
pub(super) fn few_bytes<'a>(at: *const u8, len: usize, most: usize) -> Option<&'a [u8]> {
    if at.is_null() || len == 0 || len > most {
        return None;
    }
    // SAFETY: not NULL, the header asks for `len` bytes there, and `most` is far below isize::MAX.
    Some(unsafe { core::slice::from_raw_parts(at, len) })
}

/// Bytes of the caller's; NULL with length 0 is empty.
pub(super) fn bytes<'a>(at: *const u8, len: usize, most: usize) -> Result<&'a [u8], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    if at.is_null() {
        return Err(Failure::argument("a pointer is NULL though its length is not 0"));
    }
    if len > most {
        return Err(Failure::argument(format!(
            "{len} bytes were given; at most {most} are taken"
        )));
    }
    // SAFETY: not NULL, the header asks for `len` bytes there, and `most` is far below isize::MAX.
    Ok(unsafe { core::slice::from_raw_parts(at, len) })
}
