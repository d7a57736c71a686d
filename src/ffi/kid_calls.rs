use std::{ffi::c_char, sync::Arc};

use super::{
    guard::guard,
    kid::{KidObject, begin, failed, playgate_kid},
    kid_answer::{
        AnswerObject, AskedChallenge, PLAYGATE_KID_CHALLENGE, PLAYGATE_KID_CHALLENGE_STATUS, PLAYGATE_KID_CODE,
        PLAYGATE_KID_DEFAULT_PERMISSIONS, PLAYGATE_KID_DELETED, PLAYGATE_KID_NOT_MODIFIED, PLAYGATE_KID_SENT,
        PLAYGATE_KID_SESSION, PLAYGATE_KID_UPGRADE, PLAYGATE_KID_WIDGET_URL, insert, playgate_kid_answer,
        status_number,
    },
    memory::{read_struct, write_optional, write_out},
    permission::{MAX_ADDRESS, MAX_LOCALE, playgate_age_signal},
    result::{Failure, PLAYGATE_OK, playgate_result},
    session::MAX_NAME,
    text::{Kept, optional, required},
};
use crate::protocol::{
    age_signal::AgeSignal,
    challenge::is_email,
    kid::{
        DefaultPermissionsGet, KidAnswer, KidChallenge, ManagePermissions, PlayerAge, SessionBy, SessionGet,
        SessionUpgrade, is_jurisdiction,
    },
};

/// The most permissions that are asked for at once.
pub const PLAYGATE_KID_MAX_PERMISSIONS: u32 = 64;

const MAX_ID: usize = 256;
const MAX_ETAG: usize = 1024;
const MAX_DATE: usize = 10;
/// Nobody is older.
const MAX_AGE: u32 = 150;

/// Fetches a session by its id. `etag` is that of the session that the caller has, or NULL or empty for the whole session.
///
/// All functions whose names end in _blocking wait for k-ID's answer, at most for request_timeout_ms and three seconds:
/// never call them on a game's or a server's frame path. `*out` is an answer, which the caller frees, or 0 after a failure;
/// playgate_kid_last_failure tells more of it. None tries again by itself, and they fail with:
///
/// - PLAYGATE_ERROR_UNAUTHORIZED: the key is wrong, has expired, or is of the other mode. Not to be tried again.
/// - PLAYGATE_ERROR_RATE_LIMITED: wait; `retry_after_ms` says how long, if k-ID does.
/// - PLAYGATE_ERROR_SERVER, _UNREACHABLE, _TIMED_OUT, _TLS: try again later, each time after a longer wait.
/// - PLAYGATE_ERROR_NOT_FOUND: k-ID knows nothing of that id. (A session that is gone is an answer: PLAYGATE_KID_DELETED.)
/// - PLAYGATE_ERROR_NOT_PERMITTED: k-ID refused the request; its code says why. Never a deletion.
/// - PLAYGATE_ERROR_PROTOCOL: not an answer of k-ID, or not to this question. Nothing is learnt from it.
/// - PLAYGATE_ERROR_LIMIT: 64 calls are under way. PLAYGATE_ERROR_CANCELLED: it was closed.
///
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_session_blocking(
    kid: playgate_kid,
    session_id: *const c_char,
    etag: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let id = id(session_id, "session_id")?;
        get_session(kid, SessionBy::SessionId(id), etag)
    })
}

/// Fetches a session by the k-ID user's id, which is personal data. Otherwise as playgate_kid_get_session_blocking. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_session_of_user_blocking(
    kid: playgate_kid,
    kuid: *const c_char,
    etag: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let kuid = id(kuid, "kuid")?;
        get_session(kid, SessionBy::Kuid(kuid), etag)
    })
}

/// Asks for permissions that are off: `permission_count` names, 1 to PLAYGATE_KID_MAX_PERMISSIONS. Those with a verified age
/// threshold must be asked for one by one. `age_signal` is what the player's platform says about their age, or NULL.
/// Answers PLAYGATE_KID_UPGRADE. After a failure without an answer (time limit, connection) k-ID may have taken the request:
/// fetch the session before asking again. Failures as in playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_upgrade_blocking(
    kid: playgate_kid,
    session_id: *const c_char,
    permissions: *const *const c_char,
    permission_count: usize,
    age_signal: *const playgate_age_signal,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let session_id = id(session_id, "session_id")?;
        let permissions = names(permissions, permission_count)?;
        let signal = signal(age_signal)?;
        let asked = SessionUpgrade {
            session_id,
            permissions: &permissions,
            age_signal: signal.as_ref(),
        };
        let answer = kid.client.upgrade(&asked).map_err(failed)?;
        let about = match permissions.as_slice() {
            [one] => one,
            _ => "",
        };
        let challenge = answer
            .challenge
            .map(|challenge| AskedChallenge::new(challenge, about, session_id, &kid.code_site));
        Ok(AnswerObject {
            kind: PLAYGATE_KID_UPGRADE,
            session: answer.session.map(|session| Arc::new(*session)),
            challenge,
            session_id: Kept::new(session_id),
            ..AnswerObject::default()
        })
    })
}

/// Fetches a challenge, with a fresh URL and code: PLAYGATE_KID_CHALLENGE. Failures as in
/// playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_challenge_blocking(
    kid: playgate_kid,
    challenge_id: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let asked = challenge(challenge_id)?;
        let challenge = kid.client.challenge(asked).map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_CHALLENGE,
            challenge: Some(AskedChallenge::new(challenge, "", "", &kid.code_site)),
            ..AnswerObject::default()
        })
    })
}

/// How a challenge stands: PLAYGATE_KID_CHALLENGE_STATUS. Ask no oftener than every five seconds; a webhook tells sooner.
/// Failures as in playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_challenge_status_blocking(
    kid: playgate_kid,
    challenge_id: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let state = kid.client.challenge_status(challenge(challenge_id)?).map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_CHALLENGE_STATUS,
            status: status_number(state.status),
            session_id: Kept::new(state.session_id.as_deref().unwrap_or_default()),
            ..AnswerObject::default()
        })
    })
}

/// Has k-ID write to the parent: PLAYGATE_KID_SENT. `email` is the parent's address, or NULL for the adult who approved
/// last: PLAYGATE_ERROR_NOT_PERMITTED with code "INVALID_EMAIL" when there is none. `locale` is the message's language as a
/// BCP 47 tag, or NULL. Neither is kept. Failures as in playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_send_email_blocking(
    kid: playgate_kid,
    challenge_id: *const c_char,
    email: *const c_char,
    locale: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let asked = challenge(challenge_id)?;
        let email = optional(email, MAX_ADDRESS, "email")?;
        if email.is_some_and(|email| !is_email(email)) {
            return Err(Failure::argument("email is no e-mail address"));
        }
        let locale = optional(locale, MAX_LOCALE, "locale")?;
        kid.client.send_email(asked, email, locale).map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_SENT,
            ..AnswerObject::default()
        })
    })
}

/// A new one-time code for a challenge: PLAYGATE_KID_CODE. Failures as in playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_new_code_blocking(
    kid: playgate_kid,
    challenge_id: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let code = kid.client.new_code(challenge(challenge_id)?).map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_CODE,
            code_expires_ms: code.expires_ms.unwrap_or(0),
            code: Kept::new(&code.code),
            url: Kept::new(code.url.as_deref().unwrap_or_default()),
            ..AnswerObject::default()
        })
    })
}

/// The URL of the widget in which a parent reviews a session's permissions: PLAYGATE_KID_WIDGET_URL. `email` is the
/// parent's address. Only for parents who have proved that they are: the widget asks nobody, and must never be shown to a
/// minor. Failures as in playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_widget_url_blocking(
    kid: playgate_kid,
    session_id: *const c_char,
    email: *const c_char,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let session_id = id(session_id, "session_id")?;
        let email = required(email, MAX_ADDRESS, "email")?;
        if !is_email(email) {
            return Err(Failure::argument("email is no e-mail address"));
        }
        let url = kid
            .client
            .widget_url(&ManagePermissions { session_id, email })
            .map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_WIDGET_URL,
            session_id: Kept::new(session_id),
            url: Kept::new(&url),
            ..AnswerObject::default()
        })
    })
}

/// What a player may do before there is a session: PLAYGATE_KID_DEFAULT_PERMISSIONS. `jurisdiction` is "BR" or "US-CA".
/// `date_of_birth` is "2014", "2014-05" or "2014-05-01"; NULL: `age_years` counts, 0 to 150. Who does not know the age asks
/// for 1, which gives the most careful answer. `age_signal` may be NULL. Failures as in
/// playgate_kid_get_session_blocking. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_get_default_permissions_blocking(
    kid: playgate_kid,
    jurisdiction: *const c_char,
    date_of_birth: *const c_char,
    age_years: u32,
    age_signal: *const playgate_age_signal,
    out: *mut playgate_kid_answer,
) -> playgate_result {
    call(kid, out, |kid| {
        let jurisdiction = required(jurisdiction, MAX_ID, "jurisdiction")?;
        if !is_jurisdiction(jurisdiction) {
            return Err(Failure::argument("jurisdiction is not of the form BR or US-CA"));
        }
        let date = optional(date_of_birth, MAX_DATE, "date_of_birth")?;
        let age = match (date, u8::try_from(age_years.min(MAX_AGE + 1))) {
            (Some(date), _) if is_date(date) => PlayerAge::BornOn(date),
            (Some(_), _) => return Err(Failure::argument("date_of_birth is not YYYY, YYYY-MM or YYYY-MM-DD")),
            (None, Ok(years)) if u32::from(years) <= MAX_AGE => PlayerAge::Years(years),
            (None, _) => return Err(Failure::argument("age_years is more than 150")),
        };
        let signal = signal(age_signal)?;
        let asked = DefaultPermissionsGet {
            jurisdiction,
            age,
            age_signal: signal.as_ref(),
        };
        let defaults = kid.client.default_permissions(&asked).map_err(failed)?;
        Ok(AnswerObject {
            kind: PLAYGATE_KID_DEFAULT_PERMISSIONS,
            requires_parent_consent: defaults.requires_parent_consent,
            session: Some(Arc::new(defaults.session)),
            ..AnswerObject::default()
        })
    })
}

/// One call: the arguments are checked before anything is sent, also where the answer is to go.
fn call(
    kid: playgate_kid,
    out: *mut playgate_kid_answer,
    ask: impl FnOnce(&KidObject) -> Result<AnswerObject, Failure>,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = begin(kid)?;
        write_out(out, 0)?;
        write_out(out, insert(ask(&object)?)?)?;
        Ok(PLAYGATE_OK)
    })
}

fn get_session(kid: &KidObject, by: SessionBy<'_>, etag: *const c_char) -> Result<AnswerObject, Failure> {
    let etag = optional(etag, MAX_ETAG, "etag")?;
    let answer = kid.client.session(&SessionGet { by, etag }).map_err(failed)?;
    let asked_id = match by {
        SessionBy::SessionId(id) => id,
        SessionBy::Kuid(_) => "",
    };
    Ok(match answer {
        KidAnswer::Session(session) => AnswerObject {
            kind: PLAYGATE_KID_SESSION,
            session_id: Kept::new(session.id()),
            session: Some(Arc::new(*session)),
            ..AnswerObject::default()
        },
        KidAnswer::NotModified => AnswerObject {
            kind: PLAYGATE_KID_NOT_MODIFIED,
            session_id: Kept::new(asked_id),
            ..AnswerObject::default()
        },
        KidAnswer::Deleted => AnswerObject {
            kind: PLAYGATE_KID_DELETED,
            ..AnswerObject::default()
        },
    })
}

fn id<'a>(at: *const c_char, what: &str) -> Result<&'a str, Failure> {
    let id = required(at, MAX_ID, what)?;
    if id.is_empty() {
        return Err(Failure::argument(format!("{what} is empty")));
    }
    Ok(id)
}

fn challenge<'a>(at: *const c_char) -> Result<KidChallenge<'a>, Failure> {
    Ok(KidChallenge {
        id: id(at, "challenge_id")?,
    })
}

fn names<'a>(at: *const *const c_char, count: usize) -> Result<Vec<&'a str>, Failure> {
    let most = usize::try_from(PLAYGATE_KID_MAX_PERMISSIONS).unwrap_or(usize::MAX);
    if at.is_null() || count == 0 || count > most {
        return Err(Failure::argument(format!(
            "between 1 and {PLAYGATE_KID_MAX_PERMISSIONS} permissions are asked for at once"
        )));
    }
    (0..count)
        .map(|index| {
            // SAFETY: not NULL, and the header asks for `count` pointers there; they may be unaligned.
            let name = unsafe { at.add(index).read_unaligned() };
            let name = required(name, MAX_NAME, "a permission's name")?;
            if name.is_empty() {
                return Err(Failure::argument("a permission's name is empty"));
            }
            Ok(name)
        })
        .collect()
}

fn signal(at: *const playgate_age_signal) -> Result<Option<AgeSignal>, Failure> {
    if at.is_null() {
        return Ok(None);
    }
    read_struct(at)?.read().map(Some)
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, in digits.
fn is_date(text: &str) -> bool {
    matches!(text.len(), 4 | 7 | 10)
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 4 | 7) {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}
