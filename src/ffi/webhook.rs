use std::{
    ffi::CStr,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    guard::guard,
    handle::{Kind, Registry},
    hooks::check_reserved,
    kid_answer::{PLAYGATE_KID_STATUS_NONE, playgate_kid_status, status_number},
    memory::{bytes, init_struct, plain, read_struct, write_optional, write_out, write_struct},
    result::{
        Failure, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_ERROR_PROTOCOL, PLAYGATE_ERROR_UNAUTHORIZED,
        PLAYGATE_OK, playgate_result,
    },
    text::{Kept, playgate_text},
    transport::playgate_http_header,
};
use crate::protocol::{
    challenge::ChallengeStatus,
    webhook::{
        DEFAULT_WINDOW_S, Event, Fingerprint, HMAC_HEADER, LEGACY_HEADER, ReplayGuard, TIMESTAMP_HEADER, Verifier,
        Webhook,
    },
};

/// Remembers which webhooks were seen. Free it with playgate_webhook_guard_free. 0 is none.
pub type playgate_webhook_guard = u64;

/// What a webhook says: immutable. Free it with playgate_webhook_event_free. 0 is none.
pub type playgate_webhook_event = u64;

/// Flag: take the older signature, a plain hash, where no HMAC is sent. Only for products that k-ID still signs so.
pub const PLAYGATE_WEBHOOK_ACCEPT_LEGACY: u32 = 1;
/// The longest body of a webhook, in bytes.
pub const PLAYGATE_WEBHOOK_MAX_BODY_BYTES: u32 = 64 * 1024;
/// The most webhooks that a guard may be made for.
pub const PLAYGATE_WEBHOOK_MAX_REMEMBERED: u32 = 1_000_000;

const MAX_SECRET: usize = 4096;
const MAX_HEADERS: usize = 256;
/// A day: a longer window is a mistake in units.
const MAX_WINDOW_S: u32 = 24 * 60 * 60;

/// A webhook as it came. Make it ready with playgate_webhook_delivery_init. Everything is lent for the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_webhook_delivery {
    /// sizeof(playgate_webhook_delivery); set by playgate_webhook_delivery_init.
    pub struct_size: u32,
    /// Flags PLAYGATE_WEBHOOK_….
    pub flags: u32,
    /// The secret that this server and the k-ID product share; not the API key. An empty one refuses everything.
    pub secret: *const u8,
    /// How many bytes the secret has.
    pub secret_len: usize,
    /// The request's headers, at most 256: X-Signature-Timestamp and X-Signature-Hmac-Sha256 (or the older
    /// X-Signature-SHA256) are looked for among them, in any case. One that occurs twice counts as missing.
    pub headers: *const playgate_http_header,
    /// How many headers there are.
    pub header_count: usize,
    /// The body's bytes exactly as they were received, before anything has read them.
    pub body: *const u8,
    /// How many bytes the body has; at most PLAYGATE_WEBHOOK_MAX_BODY_BYTES.
    pub body_len: usize,
    /// The time now, Unix seconds; 0: the system's clock.
    pub now_s: i64,
    /// How far the webhook's timestamp may be from now, before and after, in seconds; 0: 300.
    pub window_s: u32,
    /// Zero.
    pub reserved0: u32,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_webhook_delivery);

/// What a webhook is about. An open set: answer 200 to those that you do not know, and ignore them.
pub type playgate_webhook_event_type = i32;

/// One that this library does not know; `name` has k-ID's name for it.
pub const PLAYGATE_WEBHOOK_OTHER: playgate_webhook_event_type = 0;
/// A session's permissions may differ: fetch it.
pub const PLAYGATE_WEBHOOK_SESSION_CHANGED: playgate_webhook_event_type = 1;
/// A session is gone, if fetching it says so too.
pub const PLAYGATE_WEBHOOK_SESSION_DELETED: playgate_webhook_event_type = 2;
/// A challenge went on.
pub const PLAYGATE_WEBHOOK_CHALLENGE: playgate_webhook_event_type = 3;
/// An age verification has ended.
pub const PLAYGATE_WEBHOOK_VERIFICATION: playgate_webhook_event_type = 4;
/// Age verifications that passed do not count any more: all its ids.
pub const PLAYGATE_WEBHOOK_VERIFICATION_REVOKED: playgate_webhook_event_type = 5;
/// A k-ID account is gone: the id is the k-ID user's.
pub const PLAYGATE_WEBHOOK_ACCOUNT_DELETED: playgate_webhook_event_type = 6;
/// A parent consented to a scenario of the studio's own: the id is the challenge's.
pub const PLAYGATE_WEBHOOK_CONSENT_GRANTED: playgate_webhook_event_type = 7;
/// Somebody tries the address from k-ID's settings.
pub const PLAYGATE_WEBHOOK_TEST: playgate_webhook_event_type = 8;

/// What a webhook says. The texts are lent until the event is freed; what it does not say is empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_webhook_event_info {
    /// sizeof(playgate_webhook_event_info); set by playgate_webhook_event_info_init.
    pub struct_size: u32,
    /// PLAYGATE_WEBHOOK_SESSION_CHANGED and so on.
    pub r#type: playgate_webhook_event_type,
    /// 1 when the guard has seen this webhook before: answer 200 and do nothing. Else 0.
    pub is_replay: i32,
    /// How a challenge or verification stands; PLAYGATE_KID_STATUS_NONE where there is none.
    pub status: playgate_kid_status,
    /// How many ids there are: 0, 1, or several that are revoked.
    pub id_count: u32,
    /// Zero.
    pub reserved0: u32,
    /// k-ID's name for the event, for example "Challenge.StateChange".
    pub name: playgate_text,
    /// The first id: of a session, a challenge, a verification or a k-ID user, by the event's type.
    pub id: playgate_text,
    /// The status in k-ID's word, for example "IN_PROGRESS". An event about a challenge or a verification is known by
    /// name, id and status together, since the same id comes again with the next status.
    pub status_text: playgate_text,
    /// k-ID's word for a challenge's type; older webhooks have none.
    pub challenge_type: playgate_text,
    /// The session that is to be fetched now: it changed, is gone, or a challenge about it passed. A webhook does not say
    /// what it is like, may come late and in any order: only what is fetched counts.
    pub session_to_fetch: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_webhook_event_info);

const NONE: playgate_webhook_event_info = playgate_webhook_event_info {
    struct_size: 0,
    r#type: PLAYGATE_WEBHOOK_OTHER,
    is_replay: 0,
    status: PLAYGATE_KID_STATUS_NONE,
    id_count: 0,
    reserved0: 0,
    name: playgate_text::EMPTY,
    id: playgate_text::EMPTY,
    status_text: playgate_text::EMPTY,
    challenge_type: playgate_text::EMPTY,
    session_to_fetch: playgate_text::EMPTY,
    reserved: [0; 4],
};

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_webhook_delivery). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_delivery_init(delivery: *mut playgate_webhook_delivery, struct_size: u32) {
    init_struct(delivery, struct_size);
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_webhook_event_info). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_event_info_init(info: *mut playgate_webhook_event_info, struct_size: u32) {
    init_struct(info, struct_size);
}

/// Makes a guard that remembers so many webhooks, 1 to PLAYGATE_WEBHOOK_MAX_REMEMBERED (some 150 bytes each, taken as they
/// come): as many as may come in twice the window. When it is full, the one that will be stale first is forgotten. It knows
/// what this process has seen; servers that share the work need a table that they share. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_guard_create(capacity: u32, out: *mut playgate_webhook_guard) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        if !(1..=PLAYGATE_WEBHOOK_MAX_REMEMBERED).contains(&capacity) {
            return Err(Failure::argument(format!(
                "a guard is made for 1 to {PLAYGATE_WEBHOOK_MAX_REMEMBERED} webhooks"
            )));
        }
        write_out(out, 0)?;
        let guard = ReplayGuard::new(usize::try_from(capacity).unwrap_or(usize::MAX));
        write_out(out, GUARDS.insert(Arc::new(Mutex::new(guard)))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Frees a guard. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_guard_free(guard: playgate_webhook_guard) -> playgate_result {
    self::guard(|| GUARDS.remove(guard).map(|_| PLAYGATE_OK))
}

/// Has the guard forget this event's webhook, whose effect could not be stored: k-ID sends it again when the answer is not
/// 200, and then it must count. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_guard_forget(
    guard: playgate_webhook_guard,
    event: playgate_webhook_event,
) -> playgate_result {
    self::guard(|| {
        let known = GUARDS.get(guard)?;
        let event = EVENTS.get(event)?;
        known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .forget(&event.fingerprint);
        Ok(PLAYGATE_OK)
    })
}

/// Checks that a webhook is k-ID's and fresh, and reads what it says. The signature covers timestamp and body, and is
/// compared in constant time. `guard` may be 0. `*out` is the event, which the caller frees, or 0. Answer k-ID by the result:
///
/// - PLAYGATE_OK: 200, at once; do what it asks for afterwards, or forget it at the guard and answer 500.
/// - PLAYGATE_ERROR_UNAUTHORIZED: 401. No signature, not of this body, timestamp and secret, or too old. k-ID sends one such
///   webhook on purpose when the address is tried from its settings.
/// - PLAYGATE_ERROR_PROTOCOL: 400. Genuine, but not an event.
/// - PLAYGATE_ERROR_LIMIT: 413. The body is too long.
///
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_verify(
    delivery: *const playgate_webhook_delivery,
    guard: playgate_webhook_guard,
    out: *mut playgate_webhook_event,
) -> playgate_result {
    write_optional(out, 0);
    self::guard(|| {
        let delivery = read_struct(delivery)?;
        let known = match guard {
            0 => None,
            guard => Some(GUARDS.get(guard)?),
        };
        write_out(out, 0)?;
        let event = delivery.verify(known.as_deref())?;
        write_out(out, EVENTS.insert(Arc::new(event))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// What an event says. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_event_get_info(
    event: playgate_webhook_event,
    out: *mut playgate_webhook_event_info,
) -> playgate_result {
    guard(|| {
        write_struct(out, NONE)?;
        let object = EVENTS.get(event)?;
        write_struct(out, object.info())?;
        Ok(PLAYGATE_OK)
    })
}

/// The id at an index from 0, lent until the event is freed; PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_event_id(
    event: playgate_webhook_event,
    index: usize,
    out: *mut playgate_text,
) -> playgate_result {
    write_optional(out, playgate_text::EMPTY);
    guard(|| {
        let object = EVENTS.get(event)?;
        write_out(out, playgate_text::EMPTY)?;
        let id = object.ids.get(index);
        let id = id.ok_or_else(|| Failure::new(PLAYGATE_ERROR_NOT_FOUND, "the event has no id at that index"))?;
        write_out(out, id.lend())?;
        Ok(PLAYGATE_OK)
    })
}

/// Frees an event; texts lent from it may not be read any more. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_webhook_event_free(event: playgate_webhook_event) -> playgate_result {
    guard(|| EVENTS.remove(event).map(|_| PLAYGATE_OK))
}

static GUARDS: Registry<Mutex<ReplayGuard>> = Registry::new(Kind::WebhookGuard);
static EVENTS: Registry<EventObject> = Registry::new(Kind::WebhookEvent);

/// An event and its texts.
struct EventObject {
    kind: playgate_webhook_event_type,
    is_replay: bool,
    status: playgate_kid_status,
    fingerprint: Fingerprint,
    name: Kept,
    ids: Vec<Kept>,
    status_text: Kept,
    challenge_type: Kept,
    session_to_fetch: Kept,
}

impl EventObject {
    fn new(event: &Event, fingerprint: Fingerprint, is_replay: bool) -> Self {
        let mut object = Self {
            kind: PLAYGATE_WEBHOOK_OTHER,
            is_replay,
            status: PLAYGATE_KID_STATUS_NONE,
            fingerprint,
            name: Kept::new(event.name()),
            ids: Vec::new(),
            status_text: Kept::default(),
            challenge_type: Kept::default(),
            session_to_fetch: Kept::new(event.session_to_fetch().unwrap_or_default()),
        };
        let mut status = |word: &str| {
            object.status = status_number(ChallengeStatus::from_wire(word));
            object.status_text = Kept::new(word);
        };
        let (kind, ids): (_, Vec<&str>) = match event {
            Event::SessionChangePermissions { id } => (PLAYGATE_WEBHOOK_SESSION_CHANGED, vec![id]),
            Event::SessionDelete { id } => (PLAYGATE_WEBHOOK_SESSION_DELETED, vec![id]),
            Event::ChallengeStateChange {
                id,
                status: word,
                kind: challenge_type,
                ..
            } => {
                status(word);
                object.challenge_type = Kept::new(challenge_type.as_deref().unwrap_or_default());
                (PLAYGATE_WEBHOOK_CHALLENGE, vec![id])
            }
            Event::VerificationResult { id, status: word, .. } => {
                status(word);
                (PLAYGATE_WEBHOOK_VERIFICATION, vec![id])
            }
            Event::VerificationRevoke { ids } => (
                PLAYGATE_WEBHOOK_VERIFICATION_REVOKED,
                ids.iter().map(|id| &**id).collect(),
            ),
            Event::AccountDelete { kuid } => (PLAYGATE_WEBHOOK_ACCOUNT_DELETED, vec![kuid]),
            Event::ParentalConsentGranted { challenge_id, .. } => {
                (PLAYGATE_WEBHOOK_CONSENT_GRANTED, vec![challenge_id])
            }
            Event::Test => (PLAYGATE_WEBHOOK_TEST, Vec::new()),
            Event::Other(_) => (PLAYGATE_WEBHOOK_OTHER, Vec::new()),
        };
        object.kind = kind;
        object.ids = ids.into_iter().map(Kept::new).collect();
        object
    }

    fn info(&self) -> playgate_webhook_event_info {
        playgate_webhook_event_info {
            r#type: self.kind,
            is_replay: i32::from(self.is_replay),
            status: self.status,
            id_count: u32::try_from(self.ids.len()).unwrap_or(u32::MAX),
            name: self.name.lend(),
            id: self.ids.first().map_or(playgate_text::EMPTY, Kept::lend),
            status_text: self.status_text.lend(),
            challenge_type: self.challenge_type.lend(),
            session_to_fetch: self.session_to_fetch.lend(),
            ..NONE
        }
    }
}

impl playgate_webhook_delivery {
    fn verify(&self, known: Option<&Mutex<ReplayGuard>>) -> Result<EventObject, Failure> {
        check_reserved(self.reserved0, &self.reserved, "delivery")?;
        if self.flags & !PLAYGATE_WEBHOOK_ACCEPT_LEGACY != 0 {
            return Err(Failure::argument("the delivery's flags are not known to this version"));
        }
        if self.window_s > MAX_WINDOW_S {
            return Err(Failure::argument("window_s is longer than a day; is it in seconds?"));
        }
        let most = usize::try_from(PLAYGATE_WEBHOOK_MAX_BODY_BYTES).unwrap_or(usize::MAX);
        if self.body_len > most {
            let text = format!(
                "the webhook's body is {} bytes long; at most {most} are taken",
                self.body_len
            );
            return Err(Failure::new(PLAYGATE_ERROR_LIMIT, text));
        }
        let secret = bytes(self.secret, self.secret_len, MAX_SECRET)?;
        let webhook = Webhook::from_headers(self.headers()?, bytes(self.body, self.body_len, most)?);
        let now_s = match self.now_s {
            0 => crate::host::now().wall_ms.div_euclid(1000),
            now_s => now_s,
        };
        let verifier = Verifier::new(secret)
            .window_s(match self.window_s {
                0 => DEFAULT_WINDOW_S,
                window_s => window_s.into(),
            })
            .accept_legacy(self.flags & PLAYGATE_WEBHOOK_ACCEPT_LEGACY != 0);
        verifier
            .verify(&webhook, now_s)
            .map_err(|refusal| Failure::new(PLAYGATE_ERROR_UNAUTHORIZED, refusal.to_string()))?;
        let event = Event::parse(webhook.body)
            .map_err(|error| Failure::new(PLAYGATE_ERROR_PROTOCOL, format!("the webhook is no event: {error}")))?;
        let fingerprint = webhook.fingerprint();
        let fresh_until_s = verifier.fresh_until_s(&webhook).unwrap_or(i64::MAX);
        let is_first = known.is_none_or(|known| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.is_first(fingerprint, fresh_until_s, now_s)
        });
        Ok(EventObject::new(&event, fingerprint, !is_first))
    }

    /// The headers that count. What a stranger has sent is no mistake of the caller's: a value that is no text counts as
    /// one that does not fit.
    fn headers(&self) -> Result<Vec<(&str, &str)>, Failure> {
        if self.header_count > MAX_HEADERS || (self.headers.is_null() && self.header_count != 0) {
            return Err(Failure::argument(
                "the headers are NULL though their count is not 0, or more than 256",
            ));
        }
        let mut found = Vec::new();
        for index in 0..self.header_count {
            // SAFETY: not NULL, and the header asks for `header_count` elements there; they may be unaligned.
            let header = unsafe { self.headers.add(index).read_unaligned() };
            if header.name.is_null() || header.value.is_null() {
                return Err(Failure::argument("a header's name or value is NULL"));
            }
            // SAFETY: not NULL, and the header asks for NUL-terminated texts that stay for the call.
            let (name, value) = unsafe { (CStr::from_ptr(header.name), CStr::from_ptr(header.value)) };
            let wanted = [TIMESTAMP_HEADER, HMAC_HEADER, LEGACY_HEADER]
                .into_iter()
                .find(|wanted| name.to_bytes().eq_ignore_ascii_case(wanted.as_bytes()));
            if let Some(wanted) = wanted {
                found.push((wanted, value.to_str().unwrap_or_default()));
            }
        }
        Ok(found)
    }
}
