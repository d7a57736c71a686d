use std::sync::Arc;

use super::{
    client::{get, playgate_client},
    event::{playgate_progress, progress_number},
    feature::playgate_feature,
    guard::guard,
    handle::{Kind, Registry},
    memory::{init_struct, plain, write_optional, write_out, write_struct},
    notice::{self, playgate_notice},
    result::{Failure, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_OK, playgate_result},
    session::past_the_end,
    text::{Kept, playgate_text},
};
use crate::{
    client::{Progress, Stage, Upgrade, qr::Qr},
    host::features,
    protocol::challenge::Actor,
};

/// A challenge as it was when it was asked for: immutable. Free it with playgate_challenge_free. 0 is none.
pub type playgate_challenge = u64;

/// Who must act. An open set.
pub type playgate_actor = i32;

/// A parent or another trusted adult: show the URL as a QR code, or the code with the site to type it at, or have a
/// message sent. Never open the URL on the player's device by itself.
pub const PLAYGATE_ACTOR_PARENT: playgate_actor = 1;
/// The player: open the URL in the system's browser; when it is closed, call playgate_client_check_challenge.
pub const PLAYGATE_ACTOR_PLAYER: playgate_actor = 2;

/// A challenge. The texts are lent until the challenge is freed. URL and code let whoever has them answer: show them,
/// but do not log or store them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_challenge_info {
    /// sizeof(playgate_challenge_info); set by playgate_challenge_info_init.
    pub struct_size: u32,
    /// Who must act.
    pub actor: playgate_actor,
    /// How it stands: PLAYGATE_PROGRESS_ASKED, _WAITING, _APPROVED, _REFUSED or _ENABLED.
    pub progress: playgate_progress,
    /// 1 when limited play is allowed while the answer is awaited; 0 when not, or not known.
    pub data_lite: i32,
    /// Until when the URL is valid, Unix milliseconds; 0 when nothing is known.
    pub url_expires_ms: i64,
    /// Until when the code is valid, Unix milliseconds; 0 when there is none.
    pub code_expires_ms: i64,
    /// When the player asked, Unix milliseconds.
    pub asked_ms: i64,
    /// The permission that it is about.
    pub feature: playgate_text,
    /// Its id.
    pub id: playgate_text,
    /// k-ID's word for its type, for example "CHALLENGE_SESSION_UPGRADE".
    pub r#type: playgate_text,
    /// Where it is answered; empty while it is not known, right after a restart: an event follows.
    pub url: playgate_text,
    /// The one-time code for a parent; empty when there is none.
    pub code: playgate_text,
    /// The site where a parent types the code in; empty when there is no code.
    pub code_site: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_challenge_info);

const NONE: playgate_challenge_info = playgate_challenge_info {
    struct_size: 0,
    actor: 0,
    progress: 0,
    data_lite: 0,
    url_expires_ms: 0,
    code_expires_ms: 0,
    asked_ms: 0,
    feature: playgate_text::EMPTY,
    id: playgate_text::EMPTY,
    r#type: playgate_text::EMPTY,
    url: playgate_text::EMPTY,
    code: playgate_text::EMPTY,
    code_site: playgate_text::EMPTY,
    reserved: [0; 4],
};

pub(super) struct ChallengeObject {
    upgrade: Arc<Upgrade>,
    feature: Kept,
    id: Kept,
    kind: Kept,
    url: Kept,
    code: Kept,
    code_site: Kept,
}

static CHALLENGES: Registry<ChallengeObject> = Registry::new(Kind::Challenge);

impl ChallengeObject {
    /// The challenge's id.
    pub(super) fn id(&self) -> &str {
        self.upgrade.challenge.as_ref().map_or("", |challenge| &challenge.id)
    }
}

/// The challenge behind a handle.
pub(super) fn object(challenge: playgate_challenge) -> Result<Arc<ChallengeObject>, Failure> {
    CHALLENGES.get(challenge)
}

/// A handle for a challenge; `code_site` is where its code is typed in.
pub(super) fn insert(upgrade: &Arc<Upgrade>, code_site: &str) -> Result<playgate_challenge, Failure> {
    let challenge = upgrade.challenge.as_ref().ok_or_else(no_challenge)?;
    let text = |text: &Option<Box<str>>| Kept::new(text.as_deref().unwrap_or_default());
    CHALLENGES.insert(Arc::new(ChallengeObject {
        feature: Kept::new(&upgrade.feature),
        id: Kept::new(&challenge.id),
        kind: Kept::new(&challenge.kind),
        url: text(&challenge.url),
        code: text(&challenge.code),
        code_site: Kept::new(if challenge.code.is_some() { code_site } else { "" }),
        upgrade: Arc::clone(upgrade),
    }))
}

fn no_challenge() -> Failure {
    Failure::new(
        PLAYGATE_ERROR_NOT_FOUND,
        "there is no challenge about this feature; ask with playgate_client_request_permission",
    )
}

/// The challenge about a feature, as the last pump left it; the caller frees it. A refused one stays until the player
/// was told. PLAYGATE_ERROR_NOT_FOUND when there is none. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_challenge(
    client: playgate_client,
    feature: playgate_feature,
    out: *mut playgate_challenge,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        let name = features::name_of(feature)
            .ok_or_else(|| Failure::argument("the feature number was not given out by playgate_feature_intern"))?;
        let upgrades = object.engine.upgrades();
        let upgrade = upgrades.iter().find(|upgrade| &*upgrade.feature == name);
        write_out(out, insert(upgrade.ok_or_else(no_challenge)?, &object.code_site)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// A challenge of this player, at an index from 0, whatever it is about: for a list of what is open, after a restart
/// too. The caller frees it. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_challenge_at(
    client: playgate_client,
    index: usize,
    out: *mut playgate_challenge,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = get(client)?;
        write_out(out, 0)?;
        let upgrades = object.engine.upgrades();
        let mut with_challenge = upgrades.iter().filter(|upgrade| upgrade.challenge.is_some());
        let upgrade = with_challenge.nth(index).ok_or_else(|| past_the_end("challenge"))?;
        write_out(out, insert(upgrade, &object.code_site)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// What a challenge is. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_challenge_get_info(
    challenge: playgate_challenge,
    out: *mut playgate_challenge_info,
) -> playgate_result {
    guard(|| {
        write_struct(out, NONE)?;
        let object = CHALLENGES.get(challenge)?;
        let Some(facts) = &object.upgrade.challenge else {
            return Err(no_challenge());
        };
        let progress = match object.upgrade.stage {
            Stage::Asking => Progress::Asking,
            Stage::Asked => Progress::Asked,
            Stage::Waiting => Progress::Waiting,
            Stage::Approved => Progress::Approved,
            Stage::Refused => Progress::Refused,
            Stage::Enabled => Progress::Enabled,
        };
        let info = playgate_challenge_info {
            actor: match facts.actor() {
                Actor::Parent => PLAYGATE_ACTOR_PARENT,
                Actor::Player => PLAYGATE_ACTOR_PLAYER,
            },
            progress: progress_number(progress),
            data_lite: i32::from(facts.is_data_lite),
            url_expires_ms: facts.url_expires_ms.unwrap_or(0),
            code_expires_ms: facts.code_expires_ms.unwrap_or(0),
            asked_ms: object.upgrade.asked_ms,
            feature: object.feature.lend(),
            id: object.id.lend(),
            r#type: object.kind.lend(),
            url: object.url.lend(),
            code: object.code.lend(),
            code_site: object.code_site.lend(),
            ..NONE
        };
        write_struct(out, info)?;
        Ok(PLAYGATE_OK)
    })
}

/// What the challenge's screen may say: asked, waiting, approved, refused or enabled, with the feature's display name,
/// in the language that was set. It needs no acknowledgement; what the player must not miss comes from
/// playgate_client_notice too. The caller frees it. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_challenge_notice(
    challenge: playgate_challenge,
    out: *mut playgate_notice,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let object = CHALLENGES.get(challenge)?;
        write_out(out, 0)?;
        write_out(out, notice::insert(&object.upgrade.notice(), 0)?)?;
        Ok(PLAYGATE_OK)
    })
}

/// The challenge's URL as a QR code: one byte per module into `modules`, row by row from the top left, 1 dark and 0
/// light, to be drawn as a texture. `*out_size` is the number of modules along a side (21 to 177), also when
/// `capacity`, in bytes, is less than its square: then it is PLAYGATE_ERROR_LIMIT and nothing is drawn, so that a call
/// with capacity 0 (`modules` may be NULL) asks for the size. Draw a quiet zone of at least four light modules around
/// it. PLAYGATE_ERROR_NOT_FOUND: the challenge has no URL. Takes some milliseconds: not for the frame path. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_challenge_qr(
    challenge: playgate_challenge,
    modules: *mut u8,
    capacity: usize,
    out_size: *mut u32,
) -> playgate_result {
    write_optional(out_size, 0);
    guard(|| {
        if modules.is_null() && capacity != 0 {
            return Err(Failure::argument("the buffer is NULL though its capacity is not 0"));
        }
        let object = CHALLENGES.get(challenge)?;
        write_out(out_size, 0)?;
        let url = object.upgrade.challenge.as_ref().and_then(|c| c.url.as_deref());
        let url = url.ok_or_else(|| Failure::new(PLAYGATE_ERROR_NOT_FOUND, "the challenge has no URL (yet)"))?;
        let drawn = Qr::of(url)
            .ok_or_else(|| Failure::new(PLAYGATE_ERROR_LIMIT, "the challenge's URL is too long for a QR code"))?;
        write_out(out_size, u32::try_from(drawn.size).unwrap_or(0))?;
        if capacity < drawn.modules.len() {
            let text = format!("the QR code needs {} bytes", drawn.modules.len());
            return Err(Failure::new(PLAYGATE_ERROR_LIMIT, text));
        }
        // SAFETY: not NULL, the header asks for `capacity` bytes there, and no more are written.
        unsafe { core::ptr::copy_nonoverlapping(drawn.modules.as_ptr(), modules, drawn.modules.len()) };
        Ok(PLAYGATE_OK)
    })
}

/// Frees a challenge; texts lent from it may not be read any more. The question itself stays open. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_challenge_free(challenge: playgate_challenge) -> playgate_result {
    guard(|| CHALLENGES.remove(challenge).map(|_| PLAYGATE_OK))
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_challenge_info). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_challenge_info_init(info: *mut playgate_challenge_info, struct_size: u32) {
    init_struct(info, struct_size);
}
