use std::{
    ffi::{c_char, c_void},
    sync::OnceLock,
};

use super::{
    guard::{guard, in_hook},
    memory::{init_struct, plain, read_struct},
    options::PLAYGATE_ABI_VERSION,
    result::{Failure, PLAYGATE_ERROR_INVALID_STATE, PLAYGATE_OK, playgate_result},
    text::Kept,
};
use crate::host::log::{self, Level};

/// The library's version, for example "0.1.0". Never NULL. Static. Any thread, also from hooks.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The library's ABI version. It fits a header whose PLAYGATE_ABI_VERSION is the same. Any thread, also from hooks.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_abi_version() -> u32 {
    PLAYGATE_ABI_VERSION
}

/// Build flag: records can be kept as files.
pub const PLAYGATE_BUILD_FILE_STORE: u32 = 1;
/// Build flag: the library has its own HTTP transport and worker thread.
pub const PLAYGATE_BUILD_HTTP: u32 = 2;
/// Build flag: k-ID can be called directly. Never set in a library for games.
pub const PLAYGATE_BUILD_TRUSTED_SERVER: u32 = 4;

/// Build flag: for tests of games, with playgate_mock_… and overrides. Never set in a library that ships.
pub const PLAYGATE_BUILD_MOCK: u32 = 8;

/// What this build of the library can do: PLAYGATE_BUILD_… flags. Any thread, also from hooks.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_build_flags() -> u32 {
    let flag = |has: bool, flag: u32| if has { flag } else { 0 };
    flag(cfg!(feature = "file-store"), PLAYGATE_BUILD_FILE_STORE)
        | flag(cfg!(feature = "http"), PLAYGATE_BUILD_HTTP)
        | flag(cfg!(feature = "trusted-server"), PLAYGATE_BUILD_TRUSTED_SERVER)
        | flag(cfg!(feature = "mock"), PLAYGATE_BUILD_MOCK)
}

/// How important a line of the log is.
pub type playgate_log_level = i32;

/// Nothing is logged.
pub const PLAYGATE_LOG_OFF: playgate_log_level = 0;
/// Something failed.
pub const PLAYGATE_LOG_ERROR: playgate_log_level = 1;
/// Something is not as it should be, and was dealt with.
pub const PLAYGATE_LOG_WARN: playgate_log_level = 2;
/// What a studio wants to see in its own log. The default.
pub const PLAYGATE_LOG_INFO: playgate_log_level = 3;
/// For finding out what is wrong.
pub const PLAYGATE_LOG_DEBUG: playgate_log_level = 4;

/// Takes one line of the log: formatted UTF-8 text, NUL-terminated, lent for the call. Called from any thread of the
/// library or the game, also from several at once; must return soon. From inside it only playgate_client_allowed,
/// playgate_client_access, playgate_version, playgate_abi_version and playgate_build_flags may be called.
pub type playgate_log_function = Option<
    unsafe extern "C" fn(user: *mut c_void, level: playgate_log_level, target: *const c_char, text: *const c_char),
>;

/// The log hook. Lines hold no token, key, e-mail address, date of birth, identifier or session.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_log_hook {
    /// sizeof(playgate_log_hook); set by playgate_log_hook_init.
    pub struct_size: u32,
    /// Lines above this level are not written; 0 is PLAYGATE_LOG_INFO.
    pub level: playgate_log_level,
    /// Handed to the function as it is.
    pub user: *mut c_void,
    /// Takes the lines. Stays callable for the life of the process.
    pub write: playgate_log_function,
    /// Zero.
    pub reserved: [u64; 2],
}
plain!(playgate_log_hook);

struct Sink {
    user: *mut c_void,
    write: unsafe extern "C" fn(*mut c_void, playgate_log_level, *const c_char, *const c_char),
}

// SAFETY: the header asks for a function that may be called from any thread with this user pointer.
unsafe impl Send for Sink {}
// SAFETY: as above, also from several threads at once.
unsafe impl Sync for Sink {}

/// Static, since it stays for the life of the process.
static SINK: OnceLock<Sink> = OnceLock::new();

fn log_line(level: Level, target: &str, text: &str) {
    if let Some(sink) = SINK.get() {
        sink.line(level, target, text);
    }
}

impl Sink {
    fn line(&self, level: Level, target: &str, text: &str) {
        let (target, text) = (Kept::new(target), Kept::new(text));
        // SAFETY: the header asks that the function stays callable; both texts live for the call and end in a NUL.
        in_hook(|| unsafe { (self.write)(self.user, level as i32, target.lend().ptr, text.lend().ptr) });
    }
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_log_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_log_hook_init(hook: *mut playgate_log_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Sets the process's log hook, once, before anything else. PLAYGATE_ERROR_INVALID_STATE when there is one already. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_log_hook(hook: *const playgate_log_hook) -> playgate_result {
    guard(|| {
        let hook = read_struct(hook)?;
        if hook.reserved.iter().any(|word| *word != 0) {
            return Err(Failure::argument("the hook's reserved space is not zero"));
        }
        let write = hook
            .write
            .ok_or_else(|| Failure::argument("the hook's function is NULL"))?;
        let level = check_level(if hook.level == 0 { PLAYGATE_LOG_INFO } else { hook.level })?;
        let sink = Sink { user: hook.user, write };
        let is_first = SINK.set(sink).is_ok();
        if !is_first || !log::set_sink(&|level, target, text| log_line(level, target, text)) {
            return Err(Failure::new(
                PLAYGATE_ERROR_INVALID_STATE,
                "the process has a log hook already",
            ));
        }
        log::set_level(level);
        Ok(PLAYGATE_OK)
    })
}

/// Changes which lines are written: PLAYGATE_LOG_OFF to PLAYGATE_LOG_DEBUG. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_log_level(level: playgate_log_level) -> playgate_result {
    guard(|| {
        log::set_level(check_level(level)?);
        Ok(PLAYGATE_OK)
    })
}

fn check_level(level: playgate_log_level) -> Result<playgate_log_level, Failure> {
    if (PLAYGATE_LOG_OFF..=PLAYGATE_LOG_DEBUG).contains(&level) {
        return Ok(level);
    }
    Err(Failure::argument("there is no such log level"))
}
