//! A library of another vendor. Built by another rustc.

include!("vendor.rs");

#[no_mangle]
pub extern "C" fn cedar_work(rounds: u32) -> u64 {
    work(rounds)
}

#[no_mangle]
pub extern "C" fn cedar_caught_panic() -> u32 {
    caught_panic()
}

#[no_mangle]
pub extern "C" fn cedar_allocated() -> i64 {
    ALLOCATED.load(Ordering::SeqCst)
}

#[no_mangle]
pub extern "C" fn cedar_live() -> i64 {
    LIVE.load(Ordering::SeqCst)
}
