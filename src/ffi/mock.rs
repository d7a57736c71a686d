use std::ffi::c_char;

#[cfg(not(feature = "mock"))]
use super::result::{Failure, PLAYGATE_ERROR_UNSUPPORTED};
#[cfg(feature = "mock")]
use super::{
    client::get,
    decision::{PLAYGATE_ACCESS_PROHIBITED, PLAYGATE_ACCESS_UNAVAILABLE},
    memory::{bytes, write_out},
    result::{Failure, PLAYGATE_ERROR_INVALID_SESSION, PLAYGATE_OK},
    scripted,
    transport::{PLAYGATE_MAX_RESPONSE_BYTES, error_kind, playgate_http_response},
};
use super::{
    client::playgate_client,
    decision::playgate_access,
    feature::playgate_feature,
    guard::guard,
    memory::{init_struct, plain, write_optional, write_struct},
    result::playgate_result,
    text::playgate_text,
    transport::{playgate_http_header, playgate_transport_hook},
};
#[cfg(feature = "mock")]
use crate::{
    host::{features, mock::of_json},
    protocol::http::{Reply, TransportError},
    session::{Access, MAX_JSON_BYTES, Session},
};

/// A transport that answers by a script: no server, no socket, no thread. Free it with playgate_mock_free. 0 is none.
///
/// All of this section is for tests of games. It works in builds with PLAYGATE_BUILD_MOCK; in all others, and in every
/// library that ships, each function returns PLAYGATE_ERROR_UNSUPPORTED and its outs are 0.
pub type playgate_mock = u64;

/// A request that a mock transport got. The texts and headers are lent until the mock transport is cleared or freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_mock_request_info {
    /// sizeof(playgate_mock_request_info); set by playgate_mock_request_info_init.
    pub struct_size: u32,
    /// How many headers there are.
    pub header_count: u32,
    /// The headers, all of them and in the order of sending; NULL when there is no request.
    pub headers: *const playgate_http_header,
    /// "GET", "POST" or "PUT".
    pub method: playgate_text,
    /// The absolute URL.
    pub url: playgate_text,
    /// The body: JSON, or empty.
    pub body: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_mock_request_info);

impl playgate_mock_request_info {
    pub(super) const EMPTY: Self = Self {
        struct_size: 0,
        header_count: 0,
        headers: core::ptr::null(),
        method: playgate_text::EMPTY,
        url: playgate_text::EMPTY,
        body: playgate_text::EMPTY,
        reserved: [0; 4],
    };
}

/// What a build for tests does; every other one refuses.
macro_rules! for_tests {
    ($body:block) => {{
        #[cfg(feature = "mock")]
        {
            $body
        }
        #[cfg(not(feature = "mock"))]
        {
            Err(Failure::new(
                PLAYGATE_ERROR_UNSUPPORTED,
                "this build of the library is not for tests: it was made without the feature `mock`",
            ))
        }
    }};
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_mock_request_info). In every build. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_request_info_init(info: *mut playgate_mock_request_info, struct_size: u32) {
    init_struct(info, struct_size);
}

/// Makes a mock transport without a script: each request gets 404 and `{}`, and is counted. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_create(out: *mut playgate_mock) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        for_tests!({
            write_out(out, 0)?;
            write_out(out, scripted::create()?)?;
            Ok(PLAYGATE_OK)
        })
    })
}

/// Frees a mock transport. Clients may still be open on it: what they ask, and what is held, is unreachable from here on.
/// 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_free(mock: playgate_mock) -> playgate_result {
    guard(|| {
        for_tests!({
            scripted::free(mock)?;
            Ok(PLAYGATE_OK)
        })
    })
}

/// Fills a transport hook with functions of the library that answer by this script. Pass it in the options, as the game
/// passes its own: it works with threads and without, for any number of clients, and may outlive the mock transport. Make
/// it ready with playgate_transport_hook_init. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_transport(mock: playgate_mock, out: *mut playgate_transport_hook) -> playgate_result {
    guard(|| {
        let hook = playgate_transport_hook {
            struct_size: 0,
            reserved0: 0,
            user: core::ptr::null_mut(),
            start: None,
            cancel: None,
            reserved: [0; 4],
        };
        write_struct(out, hook)?;
        for_tests!({
            let object = scripted::get(mock)?;
            let hook = playgate_transport_hook {
                user: core::ptr::without_provenance_mut(object.number),
                start: Some(scripted::start),
                cancel: Some(scripted::cancel),
                ..hook
            };
            write_struct(out, hook)?;
            Ok(PLAYGATE_OK)
        })
    })
}

/// What requests of this method to this path get from now on, in place of what was said for the same two before.
///
/// `method` is "GET", "POST", "PUT", or NULL for any. `path` is that of the URL as it is sent, without the query, for
/// example "/api/session"; a `*` at its end stands for whatever follows, "*" alone for every path. Where several fit, a
/// whole path comes before one with a `*`, a longer one before a shorter one, a named method before NULL. `status` is 100
/// to 999. Headers as in playgate_http_response; without any, Content-Type: application/json is given. Everything is
/// copied. The answer comes at once, from inside the transport's start. Any thread.
#[allow(clippy::too_many_arguments, reason = "a request and its response, spelled out for C")]
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_answer(
    mock: playgate_mock,
    method: *const c_char,
    path: *const c_char,
    status: u32,
    headers: *const playgate_http_header,
    header_count: usize,
    body: *const c_char,
    body_len: usize,
) -> playgate_result {
    guard(|| {
        for_tests!({
            let object = scripted::get(mock)?;
            let reply = response(status, headers, header_count, body, body_len)?;
            object.mock.answer(scripted::pattern(method, path)?, reply);
            Ok(PLAYGATE_OK)
        })
    })
}

/// What the next request of this method to this path gets. Several are given out in their order, each to the first request
/// that fits, and before what playgate_mock_answer and playgate_mock_fail say. Arguments as in playgate_mock_answer. Any
/// thread.
#[allow(clippy::too_many_arguments, reason = "a request and its response, spelled out for C")]
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_answer_once(
    mock: playgate_mock,
    method: *const c_char,
    path: *const c_char,
    status: u32,
    headers: *const playgate_http_header,
    header_count: usize,
    body: *const c_char,
    body_len: usize,
) -> playgate_result {
    guard(|| {
        for_tests!({
            let object = scripted::get(mock)?;
            let reply = response(status, headers, header_count, body, body_len)?;
            object.mock.answer_once(scripted::pattern(method, path)?, reply);
            Ok(PLAYGATE_OK)
        })
    })
}

/// Requests of this method to this path get no response from now on, for this reason: PLAYGATE_ERROR_UNREACHABLE,
/// PLAYGATE_ERROR_TIMED_OUT (at once, whatever the time limit), PLAYGATE_ERROR_CANCELLED, PLAYGATE_ERROR_TLS,
/// PLAYGATE_ERROR_PROTOCOL, PLAYGATE_ERROR_LIMIT or PLAYGATE_ERROR_NOT_PERMITTED. It stands in place of an answer for the
/// same two, and an answer in place of it. With NULL and "*" the server is down, but for what is said more closely. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_fail(
    mock: playgate_mock,
    method: *const c_char,
    path: *const c_char,
    result: playgate_result,
) -> playgate_result {
    guard(|| {
        for_tests!({
            let object = scripted::get(mock)?;
            let kind =
                error_kind(result).ok_or_else(|| Failure::argument("this result is no reason for no response"))?;
            let reply = Err(TransportError::new(kind, "the script gives no response"));
            object.mock.answer(scripted::pattern(method, path)?, reply);
            Ok(PLAYGATE_OK)
        })
    })
}

/// Keeps requests of this method to this path unanswered until playgate_mock_release, as a slow server does; the time
/// limits of the library run on. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_hold(
    mock: playgate_mock,
    method: *const c_char,
    path: *const c_char,
) -> playgate_result {
    guard(|| {
        for_tests!({
            scripted::get(mock)?.mock.hold(scripted::pattern(method, path)?);
            Ok(PLAYGATE_OK)
        })
    })
}

/// Ends every hold: what is held gets, in the order of asking, what the script says of it now. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_release(mock: playgate_mock) -> playgate_result {
    guard(|| {
        for_tests!({
            scripted::complete_all(scripted::get(mock)?.mock.release());
            Ok(PLAYGATE_OK)
        })
    })
}

/// How many requests of this method to this path came since the mock transport was made or cleared, answered or not. NULL
/// is any method, and every path. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_count(
    mock: playgate_mock,
    method: *const c_char,
    path: *const c_char,
    out: *mut usize,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        for_tests!({
            let object = scripted::get(mock)?;
            write_out(out, object.mock.count(&scripted::pattern(method, path)?))?;
            Ok(PLAYGATE_OK)
        })
    })
}

/// The request of that index, in the order of asking; PLAYGATE_ERROR_NOT_FOUND behind the last one. The player's token is
/// among its headers. Make the struct ready with playgate_mock_request_info_init. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_request(
    mock: playgate_mock,
    index: usize,
    out: *mut playgate_mock_request_info,
) -> playgate_result {
    guard(|| {
        write_struct(out, playgate_mock_request_info::EMPTY)?;
        for_tests!({
            write_struct(out, scripted::get(mock)?.request(index)?)?;
            Ok(PLAYGATE_OK)
        })
    })
}

/// Forgets the script and what was asked, and ends what was lent of it. What is held stays so until it is released. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_clear(mock: playgate_mock) -> playgate_result {
    guard(|| {
        for_tests!({
            scripted::get(mock)?.clear();
            Ok(PLAYGATE_OK)
        })
    })
}

/// Answers as a studio's server does whose player has this session: GET and PUT /api/session and GET /api/session/{its id},
/// for a `server_url` without a path. Call it again with what a parent has changed. `json` is a session as k-ID writes it;
/// PLAYGATE_ERROR_INVALID_SESSION when it is none. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_mock_session(mock: playgate_mock, json: *const c_char, len: usize) -> playgate_result {
    guard(|| {
        for_tests!({
            let object = scripted::get(mock)?;
            let json = bytes(json.cast(), len, MAX_JSON_BYTES)?;
            let session = Session::parse(json)
                .map_err(|error| Failure::new(PLAYGATE_ERROR_INVALID_SESSION, error.to_string()))?;
            object.mock.serve(&session, json);
            Ok(PLAYGATE_OK)
        })
    })
}

/// From now on this client answers `access` for the feature, whatever its session says: in playgate_client_allowed,
/// playgate_client_access, the decision table, and playgate_client_decide, whose reason, next step and text are those of a
/// session that says so. For trying a game's screens. It holds until it is cleared or the client is closed, through
/// refreshes and other sessions; it is never stored and never sent, and a warning in the log tells of it. Notices,
/// requests and the ad service's game session go by the session alone. `feature` is a number from
/// playgate_feature_intern, `access` one of PLAYGATE_ACCESS_…. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_override_feature(
    client: playgate_client,
    feature: playgate_feature,
    access: playgate_access,
) -> playgate_result {
    guard(|| {
        for_tests!({
            let object = get(client)?;
            if !(PLAYGATE_ACCESS_UNAVAILABLE..=PLAYGATE_ACCESS_PROHIBITED).contains(&access) {
                return Err(Failure::argument("there is no such access"));
            }
            let name = features::name_of(feature)
                .ok_or_else(|| Failure::argument("the feature number was not given out by playgate_feature_intern"))?;
            let access = Access::from_number(u8::try_from(access).unwrap_or(0));
            object.engine.override_feature(feature, name, access);
            Ok(PLAYGATE_OK)
        })
    })
}

/// Lets the session decide about all features of this client again. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_clear_overrides(client: playgate_client) -> playgate_result {
    guard(|| {
        for_tests!({
            get(client)?.engine.clear_overrides();
            Ok(PLAYGATE_OK)
        })
    })
}

/// A scripted response.
#[cfg(feature = "mock")]
fn response(
    status: u32,
    headers: *const playgate_http_header,
    header_count: usize,
    body: *const c_char,
    body_len: usize,
) -> Result<Reply, Failure> {
    let most = usize::try_from(PLAYGATE_MAX_RESPONSE_BYTES).unwrap_or(usize::MAX);
    let body = bytes(body.cast(), body_len, most)?;
    let reply = playgate_http_response {
        struct_size: 0,
        result: PLAYGATE_OK,
        status,
        reserved0: 0,
        headers,
        header_count,
        body: body.as_ptr(),
        body_len: body.len(),
        text: core::ptr::null(),
        reserved: [0; 4],
    }
    .reply()?;
    Ok(reply.map(|mut response| {
        if response.headers.is_empty() {
            response = of_json(response.status, response.body);
        }
        response
    }))
}
