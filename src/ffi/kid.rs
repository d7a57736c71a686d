use std::{
    cell::Cell,
    ffi::c_char,
    sync::Arc,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{
    guard::guard,
    handle::{Kind, Registry},
    memory::{init_struct, plain, read_struct, write_optional, write_out, write_struct},
    options::{MAX_URL, check_reserved, check_version, code_site, duration},
    result::{
        Failure, PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_FOUND,
        PLAYGATE_ERROR_NOT_PERMITTED, PLAYGATE_ERROR_PROTOCOL, PLAYGATE_ERROR_RATE_LIMITED, PLAYGATE_ERROR_SERVER,
        PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_UNAUTHORIZED, PLAYGATE_ERROR_UNREACHABLE,
        PLAYGATE_OK, PLAYGATE_PENDING, playgate_result,
    },
    text::{playgate_text, required},
    transport::{HostTransport, playgate_transport_hook},
};
use crate::{
    host::{
        kid::{CallError, KidClient},
        transport::Transport,
    },
    protocol::{http::TransportErrorKind, kid::KidError},
};

/// k-ID, called directly with a product's API key. For servers of the studio; a game never holds the key. Close it with
/// playgate_kid_close. 0 is none.
pub type playgate_kid = u64;

/// Flag: trust the given root certificates alone.
pub const PLAYGATE_KID_ONLY_EXTRA_ROOTS: u32 = 1;

const MAX_KEY: usize = 4096;
/// The longest time that a close waits, whatever is asked: a minute.
const MAX_DRAIN_MS: u32 = 60_000;

/// How to reach k-ID. Make it ready with playgate_kid_options_init. Everything is copied; texts are NUL-terminated UTF-8;
/// 0 and NULL stand for the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_kid_options {
    /// sizeof(playgate_kid_options); set by playgate_kid_options_init.
    pub struct_size: u32,
    /// PLAYGATE_ABI_VERSION; set by playgate_kid_options_init.
    pub abi_version: u32,
    /// Flags PLAYGATE_KID_….
    pub flags: u32,
    /// The time limit of one call, from name resolution to the last byte; default 10,000 ms.
    pub request_timeout_ms: u32,
    /// Required: "https://game-api.k-id.com/api/v1", or in test mode "https://game-api.test.k-id.com/api/v1"; "http://…"
    /// for loopback.
    pub base_url: *const c_char,
    /// Required: the product's API key, of the mode that fits base_url. It is in no log, no error and no diagnostics. The
    /// library's copies are wiped: the one that is kept when it is closed, those in requests when they are sent; what TLS
    /// and the operating system buffer is not.
    pub api_key: *const c_char,
    /// Where a parent types a challenge's one-time code in, as it is shown with the code; default "asktoplay.com".
    pub code_site: *const c_char,
    /// Carries requests by the host's own HTTP; NULL: the built-in one. Then extra_roots_pem, proxy_url and the time limits
    /// of connections are for the host, and must not be given. Requests carry the API key: the hook must not log headers.
    pub transport: *const playgate_transport_hook,
    /// Root certificates in PEM that are trusted besides Mozilla's.
    pub extra_roots_pem: *const c_char,
    /// How many bytes `extra_roots_pem` has.
    pub extra_roots_pem_len: usize,
    /// An HTTP proxy, "http://[user:password@]host:port". The environment's proxy variables are not read.
    pub proxy_url: *const c_char,
    /// The time limit of a new connection; default 10,000 ms.
    pub connect_timeout_ms: u32,
    /// The longest time without a byte of an answer; default 15,000 ms.
    pub read_timeout_ms: u32,
    /// Zero.
    pub reserved: [u64; 6],
}
plain!(playgate_kid_options);

/// Why the last call to k-ID on this thread failed, besides its result. Make it ready with playgate_kid_failure_init.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_kid_failure {
    /// sizeof(playgate_kid_failure); set by playgate_kid_failure_init.
    pub struct_size: u32,
    /// The HTTP status of k-ID's answer; 0 when there was none.
    pub http_status: u32,
    /// How long k-ID asks to wait before the next call, in milliseconds; 0 when it did not say.
    pub retry_after_ms: u64,
    /// k-ID's code, for example "INVALID_EMAIL"; empty when there was none, or one that is no word of capital letters,
    /// digits and underscores. Lent until the next call of a playgate_kid_… function on this thread.
    pub code: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_kid_failure);

/// Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_kid_options) and
/// PLAYGATE_ABI_VERSION; playgate_kid_open checks both. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_options_init(options: *mut playgate_kid_options, struct_size: u32, abi_version: u32) {
    if init_struct(options, struct_size) {
        // SAFETY: init_struct has checked that the struct is there and as large as its first version.
        unsafe { (&raw mut (*options).abi_version).write_unaligned(abi_version) };
    }
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_kid_failure). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_failure_init(failure: *mut playgate_kid_failure, struct_size: u32) {
    init_struct(failure, struct_size);
}

/// Makes k-ID ready to be called; nothing is sent yet, and the key is not tried. `*out` is the handle or 0. One is enough
/// for a whole server: any number of threads may call with it, 64 at a time, of which the built-in HTTP carries 8 at once.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_open(options: *const playgate_kid_options, out: *mut playgate_kid) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let options = read_struct(options)?;
        let object = options.open()?;
        write_out(out, 0)?;
        write_out(out, KIDS.insert(Arc::new(object))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Closes it: calls under way end with PLAYGATE_ERROR_CANCELLED, new ones with PLAYGATE_ERROR_INVALID_HANDLE or
/// PLAYGATE_ERROR_CANCELLED, and the key is wiped. Waits at most `drain_ms` (a minute at most) until they have returned and
/// the built-in HTTP's threads are gone. PLAYGATE_OK: the handle is retired, and no hook is called any more.
/// PLAYGATE_PENDING: a call is still inside; call again with the same handle. playgate_shutdown does not close it. 0 is ok.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_close(kid: playgate_kid, drain_ms: u32) -> playgate_result {
    guard(|| {
        if kid == 0 {
            return Ok(PLAYGATE_OK);
        }
        let object = KIDS.get(kid)?;
        let until = Instant::now() + Duration::from_millis(drain_ms.min(MAX_DRAIN_MS).into());
        if !object.client.close(until) {
            return Ok(PLAYGATE_PENDING);
        }
        KIDS.remove(kid)?;
        Ok(PLAYGATE_OK)
    })
}

/// Why the last call to k-ID on this thread failed; all zero when it did not fail. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_last_failure(out: *mut playgate_kid_failure) -> playgate_result {
    guard(|| {
        let told = LAST.try_with(Cell::get).unwrap_or(Told::NONE);
        // The text is lent from this thread's own place.
        let code = match told.code_len {
            0 => playgate_text::EMPTY,
            len => playgate_text {
                ptr: LAST
                    .try_with(|last| last.as_ptr().cast_const())
                    // SAFETY: the place lives as long as this thread; only the address of a field is taken.
                    .map_or(c"".as_ptr(), |told| unsafe { (&raw const (*told).code).cast() }),
                len,
            },
        };
        let failure = playgate_kid_failure {
            struct_size: 0,
            http_status: told.http_status,
            retry_after_ms: told.retry_after_ms,
            code,
            reserved: [0; 4],
        };
        write_struct(out, failure)?;
        Ok(PLAYGATE_OK)
    })
}

/// An open connection to k-ID.
pub(super) struct KidObject {
    pub(super) client: KidClient,
    /// Where a parent types a one-time code in.
    pub(super) code_site: Box<str>,
}

static KIDS: Registry<KidObject> = Registry::new(Kind::Kid);

/// The connection behind a handle; what the last call on this thread failed with is forgotten.
pub(super) fn begin(kid: playgate_kid) -> Result<Arc<KidObject>, Failure> {
    let _ = LAST.try_with(|last| last.set(Told::NONE));
    KIDS.get(kid)
}

#[derive(Clone, Copy)]
struct Told {
    http_status: u32,
    retry_after_ms: u64,
    code_len: usize,
    /// Ends in a NUL.
    code: [u8; 65],
}

impl Told {
    const NONE: Self = Self {
        http_status: 0,
        retry_after_ms: 0,
        code_len: 0,
        code: [0; 65],
    };
}

thread_local! {
    // Without memory of its own, as the last error's.
    static LAST: Cell<Told> = const { Cell::new(Told::NONE) };
}

/// What a failed call is for the caller; the details are kept for playgate_kid_last_failure.
pub(super) fn failed(error: CallError) -> Failure {
    let text = error.to_string();
    let mut told = Told::NONE;
    let result = match error {
        CallError::TooMany => PLAYGATE_ERROR_LIMIT,
        CallError::Closed => PLAYGATE_ERROR_CANCELLED,
        CallError::Transport(error) => match error.kind {
            TransportErrorKind::Unreachable => PLAYGATE_ERROR_UNREACHABLE,
            TransportErrorKind::TimedOut => PLAYGATE_ERROR_TIMED_OUT,
            TransportErrorKind::Cancelled => PLAYGATE_ERROR_CANCELLED,
            TransportErrorKind::Tls => PLAYGATE_ERROR_TLS,
            TransportErrorKind::TooLarge => PLAYGATE_ERROR_LIMIT,
            TransportErrorKind::Malformed => PLAYGATE_ERROR_PROTOCOL,
            TransportErrorKind::Refused => PLAYGATE_ERROR_NOT_PERMITTED,
        },
        CallError::Kid { error, status } => {
            told.http_status = status.into();
            let code = error.code().unwrap_or_default().bytes().take(told.code.len() - 1);
            for (place, byte) in told.code.iter_mut().zip(code) {
                *place = byte;
                told.code_len += 1;
            }
            match error {
                KidError::NotFound => PLAYGATE_ERROR_NOT_FOUND,
                KidError::Unauthorized => PLAYGATE_ERROR_UNAUTHORIZED,
                KidError::RateLimited { retry_after_ms } => {
                    told.retry_after_ms = retry_after_ms.unwrap_or(0);
                    PLAYGATE_ERROR_RATE_LIMITED
                }
                KidError::ServerError { .. } => PLAYGATE_ERROR_SERVER,
                KidError::BadRequest { .. } => PLAYGATE_ERROR_NOT_PERMITTED,
                KidError::Malformed(_) => PLAYGATE_ERROR_PROTOCOL,
            }
        }
    };
    let _ = LAST.try_with(|last| last.set(told));
    Failure::new(result, text)
}

impl playgate_kid_options {
    fn open(&self) -> Result<KidObject, Failure> {
        check_version(self.abi_version)?;
        check_reserved(&self.reserved, self.flags, PLAYGATE_KID_ONLY_EXTRA_ROOTS)?;
        let base = required(self.base_url, MAX_URL, "base_url")?;
        let api_key = Zeroizing::new(required(self.api_key, MAX_KEY, "api_key")?.to_owned());
        let timeout_ms = duration(self.request_timeout_ms, 10_000)?;
        let code_site = code_site(self.code_site)?;
        let client = KidClient::new(base, api_key, timeout_ms, self.transport()?)
            .map_err(|error| Failure::argument(error.to_string()))?;
        Ok(KidObject { client, code_site })
    }

    /// The host's transport, or the built-in one.
    fn transport(&self) -> Result<Arc<dyn Transport>, Failure> {
        if self.transport.is_null() {
            return self.built_in_transport();
        }
        let is_for_built_in = !self.extra_roots_pem.is_null()
            || !self.proxy_url.is_null()
            || self.connect_timeout_ms != 0
            || self.read_timeout_ms != 0
            || self.flags != 0;
        if is_for_built_in {
            return Err(Failure::argument(
                "certificates, proxy and time limits of connections are for the built-in HTTP, but a transport hook was given",
            ));
        }
        Ok(Arc::new(HostTransport::new(&read_struct(self.transport)?)?))
    }

    #[cfg(feature = "http")]
    fn built_in_transport(&self) -> Result<Arc<dyn Transport>, Failure> {
        use super::connections::{self, Connections};
        let options = Connections {
            roots: (self.extra_roots_pem, self.extra_roots_pem_len),
            only_extra_roots: (
                self.flags & PLAYGATE_KID_ONLY_EXTRA_ROOTS != 0,
                "PLAYGATE_KID_ONLY_EXTRA_ROOTS",
            ),
            proxy: self.proxy_url,
            connect_timeout_ms: self.connect_timeout_ms,
            read_timeout_ms: self.read_timeout_ms,
        };
        let threads = crate::host::threads::Threads {
            name: "playgate-kid".to_owned(),
            ..crate::host::threads::Threads::default()
        };
        connections::transport(options.check()?, threads)
    }

    #[cfg(not(feature = "http"))]
    fn built_in_transport(&self) -> Result<Arc<dyn Transport>, Failure> {
        let text = "this build of the library has no HTTP of its own; give a transport hook";
        Err(Failure::new(super::result::PLAYGATE_ERROR_UNSUPPORTED, text))
    }
}
