use std::sync::Arc;

use super::{
    challenge::{self, playgate_challenge},
    guard::guard,
    handle::{Kind, Registry},
    memory::{init_struct, plain, write_optional, write_out, write_struct},
    result::{Failure, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_OK, playgate_result},
    session::{self, playgate_session},
    text::{Kept, playgate_text},
};
use crate::{
    client::{Stage, Upgrade},
    protocol::challenge::{Challenge, ChallengeStatus},
    session::Session,
};

/// What k-ID answered: immutable. Free it with playgate_kid_answer_free. 0 is none.
pub type playgate_kid_answer = u64;

/// What an answer is. An open set.
pub type playgate_kid_answer_kind = i32;

/// The session: playgate_kid_answer_session has it.
pub const PLAYGATE_KID_SESSION: playgate_kid_answer_kind = 1;
/// The session that the caller's etag names is current.
pub const PLAYGATE_KID_NOT_MODIFIED: playgate_kid_answer_kind = 2;
/// There is no such session. Deny at once; ask a second time some seconds later before anything is destroyed, since k-ID
/// may answer so by mistake, and does for a moment after a challenge has passed.
pub const PLAYGATE_KID_DELETED: playgate_kid_answer_kind = 3;
/// What was asked for is on, open, or not to be had: a challenge, if there is one, must be answered first. Whether a
/// permission is on, only a session says: fetch it. The session of this answer may list what was asked for only, and must
/// not take the place of a whole one.
pub const PLAYGATE_KID_UPGRADE: playgate_kid_answer_kind = 4;
/// A challenge with a fresh URL and code: playgate_kid_answer_challenge has it.
pub const PLAYGATE_KID_CHALLENGE: playgate_kid_answer_kind = 5;
/// How a challenge stands: `status`, and the session that it was approved for, if k-ID says so.
pub const PLAYGATE_KID_CHALLENGE_STATUS: playgate_kid_answer_kind = 6;
/// A one-time code.
pub const PLAYGATE_KID_CODE: playgate_kid_answer_kind = 7;
/// The message is on its way.
pub const PLAYGATE_KID_SENT: playgate_kid_answer_kind = 8;
/// The widget's URL, valid for a short time and once.
pub const PLAYGATE_KID_WIDGET_URL: playgate_kid_answer_kind = 9;
/// What is allowed before there is a session, in the form of one: playgate_kid_answer_session has it. Its id is
/// "default-permissions", of which k-ID knows nothing: never store it, bind it to a player or ask for it. What a parent
/// manages is off.
pub const PLAYGATE_KID_DEFAULT_PERMISSIONS: playgate_kid_answer_kind = 10;

/// How a challenge stands. An open set: treat unknown values as pending.
pub type playgate_kid_status = i32;

/// Nothing is said about it.
pub const PLAYGATE_KID_STATUS_NONE: playgate_kid_status = 0;
/// Nobody has opened it; also for a word that the library does not know.
pub const PLAYGATE_KID_STATUS_PENDING: playgate_kid_status = 1;
/// Somebody has opened it.
pub const PLAYGATE_KID_STATUS_IN_PROGRESS: playgate_kid_status = 2;
/// Approved, or the age was verified: fetch the session.
pub const PLAYGATE_KID_STATUS_PASSED: playgate_kid_status = 3;
/// Refused, the age was not reached, or the session was deleted.
pub const PLAYGATE_KID_STATUS_FAILED: playgate_kid_status = 4;

/// What an answer says. The texts are lent until the answer is freed; what it does not say is 0 or empty. URL and code let
/// whoever has them answer: show them to whom they are for, but do not log or store them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_kid_answer_info {
    /// sizeof(playgate_kid_answer_info); set by playgate_kid_answer_info_init.
    pub struct_size: u32,
    /// PLAYGATE_KID_SESSION and so on.
    pub kind: playgate_kid_answer_kind,
    /// 1 when there is a session, else 0.
    pub has_session: i32,
    /// 1 when there is a challenge, else 0.
    pub has_challenge: i32,
    /// How the challenge stands.
    pub status: playgate_kid_status,
    /// 1 when a parent must consent before the player's data is processed, for PLAYGATE_KID_DEFAULT_PERMISSIONS; also
    /// when k-ID does not say.
    pub requires_parent_consent: i32,
    /// Until when the code is valid, Unix milliseconds; 0 when there is none or nothing is known.
    pub code_expires_ms: i64,
    /// The id of the session that the answer is about.
    pub session_id: playgate_text,
    /// The URL of a widget, or the fresh one that came with a code.
    pub url: playgate_text,
    /// The one-time code.
    pub code: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_kid_answer_info);

const NONE: playgate_kid_answer_info = playgate_kid_answer_info {
    struct_size: 0,
    kind: 0,
    has_session: 0,
    has_challenge: 0,
    status: PLAYGATE_KID_STATUS_NONE,
    requires_parent_consent: 0,
    code_expires_ms: 0,
    session_id: playgate_text::EMPTY,
    url: playgate_text::EMPTY,
    code: playgate_text::EMPTY,
    reserved: [0; 4],
};

/// An answer and its texts.
#[derive(Default)]
pub(super) struct AnswerObject {
    pub(super) kind: playgate_kid_answer_kind,
    pub(super) session: Option<Arc<Session>>,
    pub(super) challenge: Option<AskedChallenge>,
    pub(super) status: playgate_kid_status,
    pub(super) requires_parent_consent: bool,
    pub(super) code_expires_ms: i64,
    pub(super) session_id: Kept,
    pub(super) url: Kept,
    pub(super) code: Kept,
}

/// A challenge and what it is about.
pub(super) struct AskedChallenge {
    upgrade: Arc<Upgrade>,
    code_site: Box<str>,
}

impl AskedChallenge {
    pub(super) fn new(challenge: Challenge, feature: &str, session_id: &str, code_site: &str) -> Self {
        let upgrade = Upgrade {
            feature: feature.into(),
            session_id: session_id.into(),
            stage: Stage::Asked,
            challenge: Some(challenge),
            asked_ms: crate::host::now().wall_ms,
        };
        Self {
            upgrade: Arc::new(upgrade),
            code_site: code_site.into(),
        }
    }
}

static ANSWERS: Registry<AnswerObject> = Registry::new(Kind::KidAnswer);

pub(super) fn insert(answer: AnswerObject) -> Result<playgate_kid_answer, Failure> {
    ANSWERS.insert(Arc::new(answer))
}

/// The number for a status.
pub(super) fn status_number(status: ChallengeStatus) -> playgate_kid_status {
    match status {
        ChallengeStatus::Pending => PLAYGATE_KID_STATUS_PENDING,
        ChallengeStatus::InProgress => PLAYGATE_KID_STATUS_IN_PROGRESS,
        ChallengeStatus::Passed => PLAYGATE_KID_STATUS_PASSED,
        ChallengeStatus::Failed => PLAYGATE_KID_STATUS_FAILED,
    }
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_kid_answer_info). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_answer_info_init(info: *mut playgate_kid_answer_info, struct_size: u32) {
    init_struct(info, struct_size);
}

/// What an answer says. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_answer_get_info(
    answer: playgate_kid_answer,
    out: *mut playgate_kid_answer_info,
) -> playgate_result {
    guard(|| {
        write_struct(out, NONE)?;
        let object = ANSWERS.get(answer)?;
        let info = playgate_kid_answer_info {
            kind: object.kind,
            has_session: i32::from(object.session.is_some()),
            has_challenge: i32::from(object.challenge.is_some()),
            status: object.status,
            requires_parent_consent: i32::from(object.requires_parent_consent),
            code_expires_ms: object.code_expires_ms,
            session_id: object.session_id.lend(),
            url: object.url.lend(),
            code: object.code.lend(),
            ..NONE
        };
        write_struct(out, info)?;
        Ok(PLAYGATE_OK)
    })
}

/// The answer's session, which the caller frees; it outlives the answer, and playgate_session_access, _decide, _compare and
/// _json work on it. PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_answer_session(
    answer: playgate_kid_answer,
    out: *mut playgate_session,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = ANSWERS.get(answer)?;
        write_out(out, 0)?;
        let session = object.session.as_ref().ok_or_else(|| nothing("session"))?;
        write_out(out, session::insert(Arc::clone(session))?)?;
        Ok(PLAYGATE_OK)
    })
}

/// The answer's challenge, which the caller frees; it outlives the answer, and playgate_challenge_get_info and
/// playgate_challenge_qr work on it. Its feature is empty when several permissions were asked for, or none is known.
/// PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_answer_challenge(
    answer: playgate_kid_answer,
    out: *mut playgate_challenge,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = ANSWERS.get(answer)?;
        write_out(out, 0)?;
        let asked = object.challenge.as_ref().ok_or_else(|| nothing("challenge"))?;
        write_out(out, challenge::insert(&asked.upgrade, &asked.code_site)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Frees an answer; texts lent from it may not be read any more. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_kid_answer_free(answer: playgate_kid_answer) -> playgate_result {
    guard(|| ANSWERS.remove(answer).map(|_| PLAYGATE_OK))
}

fn nothing(what: &str) -> Failure {
    Failure::new(PLAYGATE_ERROR_NOT_FOUND, format!("k-ID's answer has no {what}"))
}
