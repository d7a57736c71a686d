use std::{
    collections::BTreeMap,
    ffi::{CString, c_char, c_void},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::{
    guard::{guard_also_in_hooks, in_hook},
    handle::invalid,
    hooks::check_reserved,
    memory::{bytes, init_struct, plain, read_struct},
    result::{
        Failure, PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_PERMITTED, PLAYGATE_ERROR_PROTOCOL,
        PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_UNREACHABLE, PLAYGATE_OK, playgate_result,
    },
    text::{optional, required},
};
use zeroize::Zeroize;

use crate::{
    host::{
        transport::{Completion, Transport},
        wipe_headers,
    },
    protocol::http::{Reply, Request, Response, TransportError, TransportErrorKind},
};

/// One HTTP exchange that a transport hook carries. Never reused within the process.
pub type playgate_exchange = u64;

/// The longest response body, in bytes.
pub const PLAYGATE_MAX_RESPONSE_BYTES: u32 = 4 * 1024 * 1024;

const MAX_HEADERS: usize = 256;
const MAX_HEADER: usize = 16 * 1024;
const MAX_ERROR_TEXT: usize = 512;

/// A header's name and value, NUL-terminated. Without struct_size, since it stands in arrays: it never changes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_http_header {
    /// The name, in any case.
    pub name: *const c_char,
    /// The value.
    pub value: *const c_char,
}

/// A request to be sent. Lent for the call of the hook's `start`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_http_request {
    /// How many bytes this struct has in the library: a later version may be longer. The library makes it, so it has no
    /// _init function.
    pub size: u32,
    /// The time limit of the whole exchange, from name resolution to the last byte of the answer, in milliseconds.
    pub timeout_ms: u32,
    /// "GET", "POST" or "PUT".
    pub method: *const c_char,
    /// The absolute URL: https, or http on this machine.
    pub url: *const c_char,
    /// Headers to be sent, all of them and in this order, also those that a later version adds. The host may add its own;
    /// Host, Content-Length and what concerns the connection are for it to set.
    pub headers: *const playgate_http_header,
    /// How many headers there are.
    pub header_count: usize,
    /// The body; NULL when there is none.
    pub body: *const u8,
    /// How many bytes the body has.
    pub body_len: usize,
    /// Zero.
    pub reserved: [u64; 4],
}

/// What came of a request. Make it ready with playgate_http_response_init. It is copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_http_response {
    /// sizeof(playgate_http_response); set by playgate_http_response_init.
    pub struct_size: u32,
    /// PLAYGATE_OK: there is a response, whatever its status. Otherwise why there is none: PLAYGATE_ERROR_UNREACHABLE,
    /// PLAYGATE_ERROR_TIMED_OUT, PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_TLS, PLAYGATE_ERROR_PROTOCOL (no HTTP, cut
    /// short), PLAYGATE_ERROR_LIMIT (too long) or PLAYGATE_ERROR_NOT_PERMITTED; any other counts as unreachable.
    pub result: playgate_result,
    /// The HTTP status.
    pub status: u32,
    /// Zero.
    pub reserved0: u32,
    /// All headers of the response; the library picks what it needs.
    pub headers: *const playgate_http_header,
    /// How many headers there are; at most 256.
    pub header_count: usize,
    /// The body.
    pub body: *const u8,
    /// How many bytes the body has; at most PLAYGATE_MAX_RESPONSE_BYTES.
    pub body_len: usize,
    /// A sentence for the log when there is no response, or NULL; no token, path or query in it.
    pub text: *const c_char,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_http_response);

/// Sends a request, or begins to, and returns at once. The answer goes to playgate_transport_complete with this
/// exchange: from inside this call or later, from any thread. Without one the library gives the exchange up some
/// seconds after its time limit.
pub type playgate_transport_start =
    Option<unsafe extern "C" fn(user: *mut c_void, exchange: playgate_exchange, request: *const playgate_http_request)>;
/// The library wants no answer to this exchange any more. May be called for an exchange that has just been completed.
pub type playgate_transport_cancel = Option<unsafe extern "C" fn(user: *mut c_void, exchange: playgate_exchange)>;

/// Carries the library's requests by the host's own HTTP. Make it ready with playgate_transport_hook_init.
///
/// The functions are called on the client's worker, or inside playgate_client_open, playgate_client_pump and
/// playgate_client_close where there is none; one `start` at a time for one client. They stay callable until the client's
/// close returns PLAYGATE_OK; after that none is called. From inside them only playgate_transport_complete,
/// playgate_storage_complete, the _init functions, playgate_client_allowed, playgate_client_access and the version functions
/// may be called.
///
/// The host checks certificates and follows no redirect to another origin: requests carry the player's token.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_transport_hook {
    /// sizeof(playgate_transport_hook); set by playgate_transport_hook_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// Handed to the functions as it is.
    pub user: *mut c_void,
    /// Required.
    pub start: playgate_transport_start,
    /// Required.
    pub cancel: playgate_transport_cancel,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_transport_hook);

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_transport_hook). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_transport_hook_init(hook: *mut playgate_transport_hook, struct_size: u32) {
    init_struct(hook, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_http_response). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_http_response_init(response: *mut playgate_http_response, struct_size: u32) {
    init_struct(response, struct_size);
}

/// Gives the library what came of a request. Copies everything and returns at once. PLAYGATE_ERROR_INVALID_HANDLE: the
/// exchange was completed or cancelled before, or its client is closed; nothing happens then. After
/// PLAYGATE_ERROR_INVALID_ARGUMENT the exchange is still open. Any thread, also from inside the hooks.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_transport_complete(
    exchange: playgate_exchange,
    response: *const playgate_http_response,
) -> playgate_result {
    guard_also_in_hooks(|| {
        let reply = read_struct(response)?.reply()?;
        complete(exchange, reply)?;
        Ok(PLAYGATE_OK)
    })
}

/// Ends an exchange with what came of it.
pub(super) fn complete(exchange: playgate_exchange, reply: Reply) -> Result<(), Failure> {
    let open = take(exchange).ok_or_else(invalid)?;
    open.done.call(reply);
    Ok(())
}

impl playgate_http_response {
    pub(super) fn reply(&self) -> Result<Reply, Failure> {
        check_reserved(self.reserved0, &self.reserved, "response")?;
        if self.result != PLAYGATE_OK {
            let text = optional(self.text, MAX_ERROR_TEXT, "the response's text")?;
            let text = text
                .filter(|t| !t.is_empty())
                .unwrap_or("the host's transport gave no response");
            let kind = error_kind(self.result).unwrap_or(TransportErrorKind::Unreachable);
            return Ok(Err(TransportError::new(kind, text)));
        }
        let status = u16::try_from(self.status).unwrap_or(0);
        if !(100..=999).contains(&status) {
            return Err(Failure::argument(format!("{} is no HTTP status", self.status)));
        }
        let most = usize::try_from(PLAYGATE_MAX_RESPONSE_BYTES).unwrap_or(usize::MAX);
        if self.body_len > most {
            let text = format!("the response has {} bytes; at most {most} are taken", self.body_len);
            return Ok(Err(TransportError::new(TransportErrorKind::TooLarge, text)));
        }
        let body = bytes(self.body, self.body_len, most)?.to_vec();
        let headers = read_headers(self.headers, self.header_count)?;
        Ok(Ok(Response { status, headers, body }))
    }
}

/// Header names and values of the caller's.
pub(super) fn read_headers(at: *const playgate_http_header, count: usize) -> Result<Vec<(String, String)>, Failure> {
    if count > MAX_HEADERS {
        return Err(Failure::argument(format!(
            "{count} headers; at most {MAX_HEADERS} are taken"
        )));
    }
    if at.is_null() && count != 0 {
        return Err(Failure::argument("the headers are NULL though their count is not 0"));
    }
    (0..count)
        .map(|index| {
            // SAFETY: not NULL, and the header asks for `count` elements there; they may be unaligned.
            let header = unsafe { at.add(index).read_unaligned() };
            let name = required(header.name, MAX_HEADER, "a header's name")?;
            let value = required(header.value, MAX_HEADER, "a header's value")?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Why there is no response; `None` for a result that says nothing of it.
pub(super) fn error_kind(result: playgate_result) -> Option<TransportErrorKind> {
    Some(match result {
        PLAYGATE_ERROR_UNREACHABLE => TransportErrorKind::Unreachable,
        PLAYGATE_ERROR_TIMED_OUT => TransportErrorKind::TimedOut,
        PLAYGATE_ERROR_CANCELLED => TransportErrorKind::Cancelled,
        PLAYGATE_ERROR_TLS => TransportErrorKind::Tls,
        PLAYGATE_ERROR_PROTOCOL => TransportErrorKind::Malformed,
        PLAYGATE_ERROR_LIMIT => TransportErrorKind::TooLarge,
        PLAYGATE_ERROR_NOT_PERMITTED => TransportErrorKind::Refused,
        _ => return None,
    })
}

/// An exchange that has no answer yet.
struct Open {
    transport: u64,
    ticket: u64,
    done: Completion,
}

static EXCHANGES: Mutex<BTreeMap<u64, Open>> = Mutex::new(BTreeMap::new());
static LAST: AtomicU64 = AtomicU64::new(0);

fn exchanges() -> MutexGuard<'static, BTreeMap<u64, Open>> {
    EXCHANGES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(exchange: playgate_exchange) -> Option<Open> {
    let mut exchanges = exchanges();
    let open = exchanges.remove(&exchange);
    give_back(&mut exchanges);
    open
}

/// An empty map may keep memory; a new one has none.
fn give_back(exchanges: &mut BTreeMap<u64, Open>) {
    if exchanges.is_empty() {
        *exchanges = BTreeMap::new();
    }
}

/// The host's own HTTP, as the transport of one client.
pub(super) struct HostTransport {
    user: *mut c_void,
    start: unsafe extern "C" fn(*mut c_void, playgate_exchange, *const playgate_http_request),
    cancel: unsafe extern "C" fn(*mut c_void, playgate_exchange),
    /// Tells its exchanges from those of others.
    number: u64,
    is_shut: AtomicBool,
}

// SAFETY: the header asks for functions that may be called from any thread of the library with this user pointer.
unsafe impl Send for HostTransport {}
// SAFETY: as above; a cancel may come while a start is running.
unsafe impl Sync for HostTransport {}

impl HostTransport {
    pub(super) fn new(hook: &playgate_transport_hook) -> Result<Self, Failure> {
        check_reserved(hook.reserved0, &hook.reserved, "transport hook")?;
        let missing = || Failure::argument("a function of the transport hook is NULL");
        Ok(Self {
            user: hook.user,
            start: hook.start.ok_or_else(missing)?,
            cancel: hook.cancel.ok_or_else(missing)?,
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            is_shut: AtomicBool::new(false),
        })
    }

    /// Takes back the exchanges of this transport that match, and tells the host.
    fn take_back(&self, is_it: impl Fn(&Open) -> bool) {
        let taken: Vec<(u64, Open)> = {
            let mut exchanges = exchanges();
            let taken = exchanges.extract_if(.., |_, open| open.transport == self.number && is_it(open));
            let taken = taken.collect();
            give_back(&mut exchanges);
            taken
        };
        for (exchange, open) in taken {
            // SAFETY: the header asks that the functions stay callable until the client's close is done.
            in_hook(|| unsafe { (self.cancel)(self.user, exchange) });
            let text = "the exchange was cancelled";
            open.done
                .call(Err(TransportError::new(TransportErrorKind::Cancelled, text)));
        }
    }

    /// Lends the request to the host's `start`; false when it cannot be written as C texts.
    fn lend(&self, exchange: playgate_exchange, request: &Request, timeout_ms: u32) -> bool {
        let method = CString::new(request.method.as_str());
        let url = CString::new(request.url.as_str());
        let (Ok(method), Ok(url)) = (method, url) else {
            return false;
        };
        let mut texts = Vec::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            match (CString::new(name.as_str()), CString::new(value.as_str())) {
                (Ok(name), Ok(value)) => texts.push((name, value)),
                _ => return false,
            }
        }
        let headers: Vec<playgate_http_header> = texts
            .iter()
            .map(|(name, value)| playgate_http_header {
                name: name.as_ptr(),
                value: value.as_ptr(),
            })
            .collect();
        let lent = playgate_http_request {
            size: u32::try_from(size_of::<playgate_http_request>()).unwrap_or(0),
            timeout_ms,
            method: method.as_ptr(),
            url: url.as_ptr(),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: if request.body.is_empty() {
                core::ptr::null()
            } else {
                request.body.as_ptr()
            },
            body_len: request.body.len(),
            reserved: [0; 4],
        };
        // SAFETY: the header asks that the functions stay callable; everything lent lives for the call.
        in_hook(|| unsafe { (self.start)(self.user, exchange, &raw const lent) });
        for (_, value) in texts {
            value.into_bytes().zeroize();
        }
        true
    }
}

impl Transport for HostTransport {
    fn start(&self, ticket: u64, mut request: Request, timeout_ms: u32, done: Completion) {
        let exchange = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let open = Open {
            transport: self.number,
            ticket,
            done,
        };
        {
            let mut exchanges = exchanges();
            // Looked at under the lock: what is put in after a shutdown would never be taken back.
            if self.is_shut.load(Ordering::Acquire) {
                drop(exchanges);
                let text = "the transport was shut down";
                return open
                    .done
                    .call(Err(TransportError::new(TransportErrorKind::Cancelled, text)));
            }
            exchanges.insert(exchange, open);
        }
        let was_lent = self.lend(exchange, &request, timeout_ms);
        wipe_headers(&mut request.headers);
        if !was_lent && let Some(open) = take(exchange) {
            let text = "the request has a NUL character in its URL or a header";
            open.done
                .call(Err(TransportError::new(TransportErrorKind::Refused, text)));
        }
    }

    fn cancel(&self, ticket: u64) {
        self.take_back(|open| open.ticket == ticket);
    }

    fn shut_down(&self) {
        {
            let _exchanges = exchanges();
            self.is_shut.store(true, Ordering::Release);
        }
        self.take_back(|_| true);
    }
}
