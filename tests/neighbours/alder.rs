//! A library of another vendor. Built by the rustc that builds Playgate, with fat link-time optimisation.

include!("vendor.rs");

#[no_mangle]
pub extern "C" fn alder_work(rounds: u32) -> u64 {
    work(rounds)
}

#[no_mangle]
pub extern "C" fn alder_caught_panic() -> u32 {
    caught_panic()
}

#[no_mangle]
pub extern "C" fn alder_allocated() -> i64 {
    ALLOCATED.load(Ordering::SeqCst)
}

#[no_mangle]
pub extern "C" fn alder_live() -> i64 {
    LIVE.load(Ordering::SeqCst)
}
