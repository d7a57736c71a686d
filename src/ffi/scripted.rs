//! The mock transport behind its handles: what a game's hook calls, and what is lent of the requests.

use std::{
    collections::BTreeMap,
    ffi::{CStr, c_char, c_void},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    guard::guard_also_in_hooks,
    handle::{Kind, Registry},
    memory::bytes,
    mock::{playgate_mock, playgate_mock_request_info},
    result::{Failure, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_OK},
    text::{Kept, optional, playgate_text, required},
    transport::{complete, playgate_exchange, playgate_http_header, playgate_http_request, read_headers},
};
use crate::{
    host::mock::{Mock, Pattern},
    protocol::http::{Method, Reply, Request, TransportError, TransportErrorKind},
};

/// The longest path, URL or body that is taken from a request.
const MAX_TEXT: usize = 16 * 1024;
const MAX_BODY: usize = 16 * 1024 * 1024;

pub(super) struct MockObject {
    /// What its hook's `user` is: not the handle, which may be wider than a pointer.
    pub(super) number: usize,
    pub(super) mock: Mock,
    lent: Mutex<BTreeMap<usize, Lent>>,
}

static MOCKS: Registry<MockObject> = Registry::new(Kind::Mock);
/// The same by their numbers, as long as they are not freed.
static BY_NUMBER: Mutex<BTreeMap<usize, Arc<MockObject>>> = Mutex::new(BTreeMap::new());
static LAST: AtomicUsize = AtomicUsize::new(0);

fn by_number() -> MutexGuard<'static, BTreeMap<usize, Arc<MockObject>>> {
    BY_NUMBER.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn create() -> Result<playgate_mock, Failure> {
    let object = Arc::new(MockObject {
        number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
        mock: Mock::default(),
        lent: Mutex::default(),
    });
    let handle = MOCKS.insert(Arc::clone(&object))?;
    by_number().insert(object.number, object);
    Ok(handle)
}

pub(super) fn get(mock: playgate_mock) -> Result<Arc<MockObject>, Failure> {
    MOCKS.get(mock)
}

pub(super) fn free(mock: playgate_mock) -> Result<(), Failure> {
    if let Some(object) = MOCKS.remove(mock)? {
        {
            let mut by_number = by_number();
            by_number.remove(&object.number);
            if by_number.is_empty() {
                // An empty map may keep memory; a new one has none.
                *by_number = BTreeMap::new();
            }
        }
        complete_all(object.mock.end());
    }
    Ok(())
}

/// Hands replies over. An exchange that was given up meanwhile needs none.
pub(super) fn complete_all(replies: Vec<(playgate_exchange, Reply)>) {
    for (exchange, reply) in replies {
        let _ = complete(exchange, reply);
    }
}

/// Which requests a caller means; NULL: any method, every path.
pub(super) fn pattern(method: *const c_char, path: *const c_char) -> Result<Pattern, Failure> {
    let method = optional(method, MAX_TEXT, "the method")?.map(method_of).transpose()?;
    let path = optional(path, MAX_TEXT, "the path")?.unwrap_or("*");
    Pattern::new(method, path).ok_or_else(|| {
        Failure::argument("a path begins with \"/\" and has no query; \"*\" stands at its end, alone or not at all")
    })
}

fn method_of(name: &str) -> Result<Method, Failure> {
    [Method::Get, Method::Post, Method::Put]
        .into_iter()
        .find(|method| method.as_str() == name)
        .ok_or_else(|| Failure::argument("the method is not GET, POST or PUT, which are all that the library sends"))
}

/// `start` of the hook.
///
/// # Safety
/// `request` is NULL or lent for the call, as the header says of the hook's function.
pub(super) unsafe extern "C" fn start(
    user: *mut c_void,
    exchange: playgate_exchange,
    request: *const playgate_http_request,
) {
    guard_also_in_hooks(|| {
        let object = { by_number().get(&user.addr()).cloned() };
        let reply = match object {
            // SAFETY: as above.
            Some(object) => match unsafe { read_request(request) } {
                Ok(request) => object.mock.ask(exchange, request),
                Err(failure) => Some(Err(TransportError::new(TransportErrorKind::Refused, failure.text))),
            },
            None => Some(Err(TransportError::new(
                TransportErrorKind::Unreachable,
                "the mock transport was freed",
            ))),
        };
        if let Some(reply) = reply {
            complete(exchange, reply)?;
        }
        Ok(PLAYGATE_OK)
    });
}

/// `cancel` of the hook.
///
/// # Safety
/// None is needed: the pointer is only a number.
pub(super) unsafe extern "C" fn cancel(user: *mut c_void, exchange: playgate_exchange) {
    guard_also_in_hooks(|| {
        let object = { by_number().get(&user.addr()).cloned() };
        if let Some(object) = object {
            object.mock.cancel(exchange);
        }
        Ok(PLAYGATE_OK)
    });
}

/// # Safety
/// `request` is NULL or lent for the call.
unsafe fn read_request(request: *const playgate_http_request) -> Result<Request, Failure> {
    if request.is_null() {
        return Err(Failure::argument("the request is NULL"));
    }
    // SAFETY: not NULL, and lent for the call.
    let lent = unsafe { request.read_unaligned() };
    Ok(Request {
        method: method_of(required(lent.method, MAX_TEXT, "the method")?)?,
        url: required(lent.url, MAX_TEXT, "the URL")?.to_owned(),
        headers: read_headers(lent.headers, lent.header_count)?,
        body: bytes(lent.body, lent.body_len, MAX_BODY)?.to_vec(),
    })
}

/// A request as it is lent to the caller.
struct Lent {
    method: &'static CStr,
    url: Kept,
    body: Kept,
    headers: Box<[playgate_http_header]>,
    /// What the headers point to.
    _texts: Box<[(Kept, Kept)]>,
}

// SAFETY: the headers' pointers lead into `_texts`, which is never changed and lives as long.
unsafe impl Send for Lent {}

impl Lent {
    fn new(request: &Request) -> Self {
        let texts: Box<[(Kept, Kept)]> = request
            .headers
            .iter()
            .map(|(name, value)| (Kept::new(name), Kept::new(value)))
            .collect();
        let headers = texts
            .iter()
            .map(|(name, value)| playgate_http_header {
                name: name.lend().ptr,
                value: value.lend().ptr,
            })
            .collect();
        Self {
            method: match request.method {
                Method::Get => c"GET",
                Method::Post => c"POST",
                Method::Put => c"PUT",
            },
            url: Kept::new(&request.url),
            body: Kept::new(&String::from_utf8_lossy(&request.body)),
            headers,
            _texts: texts,
        }
    }

    fn info(&self) -> playgate_mock_request_info {
        playgate_mock_request_info {
            header_count: u32::try_from(self.headers.len()).unwrap_or(0),
            headers: self.headers.as_ptr(),
            method: playgate_text {
                ptr: self.method.as_ptr(),
                len: self.method.count_bytes(),
            },
            url: self.url.lend(),
            body: self.body.lend(),
            ..playgate_mock_request_info::EMPTY
        }
    }
}

impl MockObject {
    fn lent(&self) -> MutexGuard<'_, BTreeMap<usize, Lent>> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request of that index, lent until [`MockObject::clear`].
    pub(super) fn request(&self, index: usize) -> Result<playgate_mock_request_info, Failure> {
        let mut lent = self.lent();
        let request = self
            .mock
            .request(index)
            .ok_or_else(|| Failure::new(PLAYGATE_ERROR_NOT_FOUND, "there was no request of that index"))?;
        Ok(lent.entry(index).or_insert_with(|| Lent::new(&request)).info())
    }

    /// Forgets the script, what was asked, and what was lent of it.
    pub(super) fn clear(&self) {
        let mut lent = self.lent();
        self.mock.clear();
        lent.clear();
    }
}
