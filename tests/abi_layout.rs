//! Rust's layout, signatures and numbers are those that C compilers see: `include/playgate.abi`. All of it is checked as
//! this file compiles, for whatever platform it is compiled.
#![cfg(feature = "capi")]

/// Numbers with pointers of 64 and of 32 bits. i386 System V aligns 64-bit numbers to 4 bytes and is left out.
const fn holds(actual: usize, expected: [usize; 2]) -> bool {
    if cfg!(all(target_arch = "x86", not(windows))) {
        return true;
    }
    actual == expected[if cfg!(target_pointer_width = "64") { 0 } else { 1 }]
}

macro_rules! constant {
    ($name:ident, $value:expr) => {
        const _: () = assert!($name as i64 == $value, stringify!($name));
    };
}

macro_rules! layout {
    ($name:ident, $size:expr, $align:expr) => {
        const _: () = assert!(holds(size_of::<$name>(), $size), stringify!($name));
        const _: () = assert!(holds(align_of::<$name>(), $align), stringify!($name));
    };
}

macro_rules! field {
    ($name:ident, $field:ident, $kind:ty, $offset:expr, $size:expr) => {
        const _: fn(&$name) -> &$kind = |whole| &whole.$field;
        const _: () = assert!(
            holds(std::mem::offset_of!($name, $field), $offset),
            stringify!($field)
        );
        const _: () = assert!(holds(size_of::<$kind>(), $size), stringify!($field));
    };
}

macro_rules! function {
    ($name:ident, ($($kind:ty),*), $returns:ty) => {
        const _: unsafe extern "C" fn($($kind),*) -> $returns = $name;
    };
}

#[allow(unused_imports, reason = "a file of src/ffi need not export anything")]
mod manifest {
    use super::holds;

    include!("abi_layout/generated.rs");
}
