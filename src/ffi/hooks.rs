use std::{
    collections::BTreeMap,
    ffi::{CString, c_char, c_void},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    guard::{guard_also_in_hooks, in_hook},
    handle::invalid,
    memory::{bytes, init_struct, plain},
    result::{
        Failure, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_ERROR_NOT_PERMITTED, PLAYGATE_ERROR_STORAGE_FULL,
        PLAYGATE_ERROR_STORAGE_UNAVAILABLE, PLAYGATE_OK, playgate_result,
    },
    text::optional,
};
use crate::{
    client::Now,
    host::{
        Clock,
        random::Random,
        storage::{Answered, Ask, KeyValues, MAX_STORED_BYTES, StorageError, StorageErrorKind},
    },
};

/// One operation of a storage hook. Never reused within the process.
pub type playgate_storage_operation = u64;

/// Reads what is stored under a key: 1 to 64 lower-case letters, digits and '-', NUL-terminated and lent for the call.
/// It begins to and returns, or does it at once; the answer goes to playgate_storage_complete, from inside this call or
/// later, from any thread.
pub type playgate_storage_read =
    Option<unsafe extern "C" fn(user: *mut c_void, operation: playgate_storage_operation, key: *const c_char)>;
/// Replaces what is stored under a key, whole or not at all, and durably: the answer is given when a loss of power can
/// no longer undo it. The bytes are lent for the call.
pub type playgate_storage_write = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        operation: playgate_storage_operation,
        key: *const c_char,
        bytes: *const u8,
        len: usize,
    ),
>;
/// Removes what is stored under a key, durably; PLAYGATE_OK also when there is nothing.
pub type playgate_storage_remove =
    Option<unsafe extern "C" fn(user: *mut c_void, operation: playgate_storage_operation, key: *const c_char)>;

/// Keeps records in the host's own storage. Make it ready with playgate_storage_hook_init.
///
/// The functions are called on the client's storage thread, inside playgate_client_open, and inside playgate_client_pump
/// and playgate_client_close where the client has no threads; one operation at a time for one client. They stay callable
/// until the client's close returns PLAYGATE_OK, or every call for a store has returned and it is closed; after that none
/// is called. From inside them only what a transport hook may call may be called.
///
/// Every operation must be answered: until then a close is PLAYGATE_PENDING. While the first read is unanswered, decisions
/// say "wait", and requests wait with them. The storage belongs to one process at a time: the library
/// takes no lock in it. It lists no keys; a salt that is gone is taken for a first start.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_storage_hook {
    /// sizeof(playgate_storage_hook); set by playgate_storage_hook_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Handed to the functions as it is.
    pub user: *mut c_void,
    /// Names the place, so that two clients of one player over one place are found; NULL: `user` names it.
    pub place: *const c_char,
    /// Required.
    pub read: playgate_storage_read,
    /// Required.
    pub write: playgate_storage_write,
    /// Required.
    pub remove: playgate_storage_remove,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_storage_hook);

/// The wall clock in Unix milliseconds. May jump.
pub type playgate_clock_wall = Option<unsafe extern "C" fn(user: *mut c_void) -> i64>;
/// A monotonic clock in milliseconds from any start, which counts time asleep.
pub type playgate_clock_monotonic = Option<unsafe extern "C" fn(user: *mut c_void) -> u64>;
/// The local time zone's offset from UTC, in seconds east.
pub type playgate_clock_offset = Option<unsafe extern "C" fn(user: *mut c_void) -> i32>;

/// Tells the time in place of the system's clocks. Make it ready with playgate_clock_hook_init. The functions return at
/// once, and are called from any thread of the library and from the game's inside the library's functions. With such a
/// clock the library looks at the time with every pump. A close still waits by the system's clock. They stay callable
/// until the client's close returns PLAYGATE_OK.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_clock_hook {
    /// sizeof(playgate_clock_hook); set by playgate_clock_hook_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Handed to the functions as it is.
    pub user: *mut c_void,
    /// Required.
    pub wall_ms: playgate_clock_wall,
    /// Required.
    pub monotonic_ms: playgate_clock_monotonic,
    /// NULL: local time is UTC.
    pub utc_offset_s: playgate_clock_offset,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_clock_hook);

/// Fills all the bytes with random ones that nobody can foretell, and returns PLAYGATE_OK; anything else: there are
/// none to be had.
pub type playgate_random_fill =
    Option<unsafe extern "C" fn(user: *mut c_void, bytes: *mut u8, len: usize) -> playgate_result>;

/// Gives random bytes in place of the operating system, for salts, nonces and jitter. Make it ready with
/// playgate_random_hook_init. The built-in HTTP's TLS takes its own from the operating system. Called from any thread of
/// the library, and stays callable until the client's close returns PLAYGATE_OK.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_random_hook {
    /// sizeof(playgate_random_hook); set by playgate_random_hook_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Handed to the function as it is.
    pub user: *mut c_void,
    /// Required.
    pub fill: playgate_random_fill,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_random_hook);

/// Called first on each new thread of the library, with the thread's name, lent for the call: to set its priority or
/// cores, or to make it known to a profiler.
pub type playgate_thread_start = Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char)>;

/// How the library's threads for a client are made. Make it ready with playgate_thread_options_init.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_thread_options {
    /// sizeof(playgate_thread_options); set by playgate_thread_options_init.
    pub struct_size: u32,
    /// The stack of each thread, in bytes; 0: 512 KiB. At least 256 KiB are used.
    pub stack_bytes: u32,
    /// What threads are named: the worker this, the others this, '-' and a word. NULL: "playgate". At most 64 bytes; some
    /// systems show 15.
    pub name: *const c_char,
    /// Handed to `start` as it is.
    pub user: *mut c_void,
    /// NULL: nothing is called. Stays callable for the life of the process.
    pub start: playgate_thread_start,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_thread_options);

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_storage_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_storage_hook_init(hook: *mut playgate_storage_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_clock_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_clock_hook_init(hook: *mut playgate_clock_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_random_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_random_hook_init(hook: *mut playgate_random_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_thread_options). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_thread_options_init(options: *mut playgate_thread_options, struct_size: u32) {
    init_struct(options, struct_size);
}

/// Gives the library the answer to an operation of a storage hook. `result` is PLAYGATE_OK; for a read
/// PLAYGATE_ERROR_NOT_FOUND when nothing is stored under the key; otherwise PLAYGATE_ERROR_STORAGE_FULL,
/// PLAYGATE_ERROR_STORAGE_UNAVAILABLE (not mounted yet), PLAYGATE_ERROR_NOT_PERMITTED or PLAYGATE_ERROR_STORAGE: "I cannot
/// read it" is never "there is nothing". For a read that found something `bytes` and `len` are what is stored; they are
/// copied. PLAYGATE_ERROR_INVALID_HANDLE: the operation was completed before; nothing happens then. After
/// PLAYGATE_ERROR_INVALID_ARGUMENT the operation is still open. Any thread, also from inside the hooks.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_storage_complete(
    operation: playgate_storage_operation,
    result: playgate_result,
    bytes: *const u8,
    len: usize,
) -> playgate_result {
    guard_also_in_hooks(|| {
        let given = match result {
            // One byte more is told apart from the most there may be, and not read.
            PLAYGATE_OK if len > MAX_STORED_BYTES => Err(StorageErrorKind::TooLarge),
            PLAYGATE_OK => Ok(self::bytes(bytes, len, MAX_STORED_BYTES)?),
            PLAYGATE_ERROR_STORAGE_FULL => Err(StorageErrorKind::Full),
            PLAYGATE_ERROR_STORAGE_UNAVAILABLE => Err(StorageErrorKind::NotMounted),
            PLAYGATE_ERROR_NOT_PERMITTED => Err(StorageErrorKind::NotPermitted),
            _ => Err(StorageErrorKind::Io),
        };
        let open = take(operation).ok_or_else(invalid)?;
        open.answered.call(match given {
            Ok(bytes) if open.is_read => Ok(Some(bytes.to_vec())),
            Ok(_) => Ok(None),
            Err(_) if open.is_read && result == PLAYGATE_ERROR_NOT_FOUND => Ok(None),
            Err(kind) => Err(StorageError::new(
                kind,
                format!("The host's storage failed ({kind:?}, result {result})."),
            )),
        });
        Ok(PLAYGATE_OK)
    })
}

/// An operation that has no answer yet.
struct Open {
    is_read: bool,
    answered: Answered,
}

static OPERATIONS: Mutex<BTreeMap<u64, Open>> = Mutex::new(BTreeMap::new());
static LAST: AtomicU64 = AtomicU64::new(0);

fn operations() -> MutexGuard<'static, BTreeMap<u64, Open>> {
    OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(operation: playgate_storage_operation) -> Option<Open> {
    let mut operations = operations();
    let open = operations.remove(&operation);
    if operations.is_empty() {
        // An empty map may keep memory; a new one has none.
        *operations = BTreeMap::new();
    }
    open
}

/// The reserved space of the struct `what` is zero.
pub(super) fn check_reserved(reserved0: u32, reserved: &[u64], what: &str) -> Result<(), Failure> {
    if reserved0 == 0 && reserved.iter().all(|word| *word == 0) {
        return Ok(());
    }
    Err(Failure::argument(format!("the {what}'s reserved space is not zero")))
}

fn missing(what: &str) -> Failure {
    Failure::argument(format!("a function of the {what} is NULL"))
}

/// The host's own storage.
pub(super) struct HostStorage {
    user: *mut c_void,
    place: String,
    read: unsafe extern "C" fn(*mut c_void, u64, *const c_char),
    write: unsafe extern "C" fn(*mut c_void, u64, *const c_char, *const u8, usize),
    remove: unsafe extern "C" fn(*mut c_void, u64, *const c_char),
}

// SAFETY: the header asks for functions that may be called from any thread of the library with this user pointer.
unsafe impl Send for HostStorage {}
// SAFETY: as above; one operation at a time.
unsafe impl Sync for HostStorage {}

impl HostStorage {
    pub(super) fn new(hook: &playgate_storage_hook) -> Result<Self, Failure> {
        check_reserved(hook.reserved0, &hook.reserved, "storage hook")?;
        let place = optional(hook.place, 1024, "the storage hook's place")?;
        Ok(Self {
            user: hook.user,
            place: match place {
                Some(place) => format!("host:{place}"),
                None => format!("host at {:p}", hook.user),
            },
            read: hook.read.ok_or_else(|| missing("storage hook"))?,
            write: hook.write.ok_or_else(|| missing("storage hook"))?,
            remove: hook.remove.ok_or_else(|| missing("storage hook"))?,
        })
    }
}

impl KeyValues for HostStorage {
    fn begin(&self, key: &str, ask: Ask<'_>, answered: Answered) {
        // Keys are made by the library and hold no NUL.
        let key = CString::new(key).unwrap_or_default();
        let operation = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let is_read = ask == Ask::Read;
        operations().insert(operation, Open { is_read, answered });
        // SAFETY: the header asks that the functions stay callable; key and bytes live for the call.
        in_hook(|| unsafe {
            match ask {
                Ask::Read => (self.read)(self.user, operation, key.as_ptr()),
                Ask::Write(bytes) => (self.write)(self.user, operation, key.as_ptr(), bytes.as_ptr(), bytes.len()),
                Ask::Remove => (self.remove)(self.user, operation, key.as_ptr()),
            }
        });
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

/// The host's own clocks.
pub(super) struct HostClock {
    user: *mut c_void,
    wall_ms: unsafe extern "C" fn(*mut c_void) -> i64,
    monotonic_ms: unsafe extern "C" fn(*mut c_void) -> u64,
    utc_offset_s: playgate_clock_offset,
}

// SAFETY: the header asks for functions that may be called from any thread with this user pointer.
unsafe impl Send for HostClock {}
// SAFETY: as above, also from several threads at once.
unsafe impl Sync for HostClock {}

impl HostClock {
    pub(super) fn new(hook: &playgate_clock_hook) -> Result<Self, Failure> {
        check_reserved(hook.reserved0, &hook.reserved, "clock hook")?;
        Ok(Self {
            user: hook.user,
            wall_ms: hook.wall_ms.ok_or_else(|| missing("clock hook"))?,
            monotonic_ms: hook.monotonic_ms.ok_or_else(|| missing("clock hook"))?,
            utc_offset_s: hook.utc_offset_s,
        })
    }
}

impl Clock for HostClock {
    fn now(&self) -> Now {
        // SAFETY: the header asks that the functions stay callable.
        in_hook(|| unsafe {
            Now {
                wall_ms: (self.wall_ms)(self.user),
                mono_ms: (self.monotonic_ms)(self.user),
                utc_offset_s: self.utc_offset_s.map_or(0, |offset| offset(self.user)),
            }
        })
    }

    fn runs_by_itself(&self) -> bool {
        false
    }
}

/// The host's own random bytes.
pub(super) struct HostRandom {
    user: *mut c_void,
    fill: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> playgate_result,
}

// SAFETY: the header asks for a function that may be called from any thread with this user pointer.
unsafe impl Send for HostRandom {}
// SAFETY: as above, also from several threads at once.
unsafe impl Sync for HostRandom {}

impl HostRandom {
    pub(super) fn new(hook: &playgate_random_hook) -> Result<Self, Failure> {
        check_reserved(hook.reserved0, &hook.reserved, "random hook")?;
        Ok(Self {
            user: hook.user,
            fill: hook.fill.ok_or_else(|| missing("random hook"))?,
        })
    }
}

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        // SAFETY: the header asks that the function stays callable; it may write all of the bytes.
        let result = in_hook(|| unsafe { (self.fill)(self.user, bytes.as_mut_ptr(), bytes.len()) });
        if result == PLAYGATE_OK {
            return Ok(());
        }
        Err(format!("the host's random hook failed ({result})"))
    }
}

#[cfg(feature = "http")]
impl playgate_thread_options {
    /// Checks them and makes of them how threads are made.
    pub(super) fn read(&self) -> Result<crate::host::threads::Threads, Failure> {
        use crate::host::threads::{OnStart, Threads};
        check_reserved(0, &self.reserved, "thread options")?;
        let name = optional(self.name, 64, "the threads' name")?.filter(|name| !name.is_empty());
        let defaults = Threads::default();
        let user = Lent(self.user);
        let on_start = self.start.map(|start| -> OnStart {
            std::sync::Arc::new(move |name: &str| {
                let user = &user;
                let name = CString::new(name).unwrap_or_default();
                // SAFETY: the header asks that the function stays callable; the name lives for the call.
                in_hook(|| unsafe { start(user.0, name.as_ptr()) });
            })
        });
        Ok(Threads {
            name: name.map_or(defaults.name, str::to_owned),
            stack_bytes: usize::try_from(self.stack_bytes).ok().filter(|bytes| *bytes != 0),
            on_start,
        })
    }
}

/// A user pointer on its way to the host's function on another thread.
#[cfg(feature = "http")]
struct Lent(*mut c_void);

// SAFETY: the header asks for a function that may be called from any thread with this user pointer.
#[cfg(feature = "http")]
unsafe impl Send for Lent {}
// SAFETY: as above, also from several threads at once.
#[cfg(feature = "http")]
unsafe impl Sync for Lent {}
