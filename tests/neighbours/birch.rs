//! A library of another vendor. Built by the rustc that builds Playgate, without link-time optimisation.

include!("vendor.rs");

#[no_mangle]
pub extern "C" fn birch_work(rounds: u32) -> u64 {
    work(rounds)
}

#[no_mangle]
pub extern "C" fn birch_caught_panic() -> u32 {
    caught_panic()
}

#[no_mangle]
pub extern "C" fn birch_allocated() -> i64 {
    ALLOCATED.load(Ordering::SeqCst)
}

#[no_mangle]
pub extern "C" fn birch_live() -> i64 {
    LIVE.load(Ordering::SeqCst)
}
