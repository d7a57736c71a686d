use std::sync::Arc;

use super::{
    feature::display_name,
    guard::guard,
    handle::{Kind, Registry},
    memory::{init_struct, plain, write_optional, write_out, write_struct},
    result::{Failure, PLAYGATE_OK, playgate_result},
    session::past_the_end,
    text::{Kept, playgate_text},
    texts,
};
use crate::session::Notice;

/// A notice: what to tell the player; immutable. Free it with playgate_notice_free. 0 is none.
pub type playgate_notice = u64;

/// What kind of notice. An open set.
pub type playgate_notice_kind = i32;

/// Nothing to tell.
pub const PLAYGATE_NOTICE_NONE: playgate_notice_kind = 0;
/// The session ended; the age gate comes next.
pub const PLAYGATE_NOTICE_SESSION_ENDED: playgate_notice_kind = 1;
/// The player reached a higher age status.
pub const PLAYGATE_NOTICE_AGED_UP: playgate_notice_kind = 2;
/// Features went off, or the age status was lowered.
pub const PLAYGATE_NOTICE_RESTRICTED: playgate_notice_kind = 3;
/// Features came on, or the player may now choose.
pub const PLAYGATE_NOTICE_OPENED_UP: playgate_notice_kind = 4;
/// Some features went off and some came on.
pub const PLAYGATE_NOTICE_MIXED: playgate_notice_kind = 5;
/// A question was put, to a parent or to the player. Of a challenge only: playgate_challenge_notice.
pub const PLAYGATE_NOTICE_ASKED: playgate_notice_kind = 6;
/// Somebody has opened the question. Of a challenge only.
pub const PLAYGATE_NOTICE_WAITING: playgate_notice_kind = 7;
/// The answer was yes; the features are on as soon as a session says so. Of a challenge only.
pub const PLAYGATE_NOTICE_APPROVED: playgate_notice_kind = 8;
/// What the player asked for stays off.
pub const PLAYGATE_NOTICE_REFUSED: playgate_notice_kind = 9;
/// What the player asked for is on.
pub const PLAYGATE_NOTICE_ENABLED: playgate_notice_kind = 10;

/// A list of a notice's features. An open set.
pub type playgate_notice_list = i32;

/// Features that were on and are off.
pub const PLAYGATE_NOTICE_LIST_OFF: playgate_notice_list = 0;
/// Features that were off and are on.
pub const PLAYGATE_NOTICE_LIST_ON: playgate_notice_list = 1;
/// Features that are off and that the player may now enable, but could not before.
pub const PLAYGATE_NOTICE_LIST_MAY_CHOOSE: playgate_notice_list = 2;
/// Features that the player asked for, in a notice about an answer that did not turn them on.
pub const PLAYGATE_NOTICE_LIST_ASKED: playgate_notice_list = 3;

/// A notice. The texts are neutral, in the language that was set, and lent until the notice is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_notice_info {
    /// sizeof(playgate_notice_info); set by playgate_notice_info_init.
    pub struct_size: u32,
    /// What kind of notice.
    pub kind: playgate_notice_kind,
    /// How many features went off.
    pub off_count: u32,
    /// How many features came on.
    pub on_count: u32,
    /// How many features the player may now enable.
    pub may_choose_count: u32,
    /// How many features the player asked for and did not get, or not yet.
    pub asked_count: u32,
    /// Which state of things the notice speaks of: rises with each change.
    pub revision: u64,
    /// A heading.
    pub title: playgate_text,
    /// A text that lists the features by their display names, a line each; that of an ended session lists none.
    pub message: playgate_text,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_notice_info);

struct NoticeObject {
    kind: playgate_notice_kind,
    revision: u64,
    title: Kept,
    message: Kept,
    /// By list: name and display name.
    lists: [Vec<(Kept, Kept)>; 4],
}

static NOTICES: Registry<NoticeObject> = Registry::new(Kind::Notice);

/// A notice about the state of that revision.
pub(super) fn insert(notice: &Notice, revision: u64) -> Result<u64, Failure> {
    let (title, message) = texts::of_notice(notice);
    let named = |list: &[Box<str>]| {
        list.iter()
            .map(|name| (Kept::new(name), Kept::new(&display_name(name))))
            .collect()
    };
    NOTICES.insert(Arc::new(NoticeObject {
        kind: notice.kind as playgate_notice_kind,
        revision,
        title: Kept::new(title),
        message: Kept::new(&message),
        lists: [
            named(&notice.off),
            named(&notice.on),
            named(&notice.may_choose),
            named(&notice.asked),
        ],
    }))
}

/// What a notice says. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_notice_get_info(notice: playgate_notice, out: *mut playgate_notice_info) -> playgate_result {
    guard(|| {
        let empty = playgate_notice_info {
            struct_size: 0,
            kind: PLAYGATE_NOTICE_NONE,
            off_count: 0,
            on_count: 0,
            may_choose_count: 0,
            asked_count: 0,
            revision: 0,
            title: playgate_text::EMPTY,
            message: playgate_text::EMPTY,
            reserved: [0; 4],
        };
        write_struct(out, empty)?;
        let object = NOTICES.get(notice)?;
        let [off, on, may_choose, asked] = object
            .lists
            .each_ref()
            .map(|l| u32::try_from(l.len()).unwrap_or(u32::MAX));
        write_struct(
            out,
            playgate_notice_info {
                kind: object.kind,
                off_count: off,
                on_count: on,
                may_choose_count: may_choose,
                asked_count: asked,
                revision: object.revision,
                title: object.title.lend(),
                message: object.message.lend(),
                ..empty
            },
        )?;
        Ok(PLAYGATE_OK)
    })
}

/// A feature of one of a notice's lists, at an index from 0: its name, and what to show for it; `out_shown` may be
/// NULL. Both are lent until the notice is freed. PLAYGATE_ERROR_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_notice_get_feature(
    notice: playgate_notice,
    list: playgate_notice_list,
    index: usize,
    out_name: *mut playgate_text,
    out_shown: *mut playgate_text,
) -> playgate_result {
    write_optional(out_name, playgate_text::EMPTY);
    write_optional(out_shown, playgate_text::EMPTY);
    guard(|| {
        let object = NOTICES.get(notice)?;
        let list = usize::try_from(list).ok().and_then(|list| object.lists.get(list));
        let list = list.ok_or_else(|| Failure::argument("there is no such list in a notice"))?;
        let (name, shown) = list.get(index).ok_or_else(|| past_the_end("feature"))?;
        write_out(out_name, name.lend())?;
        write_optional(out_shown, shown.lend());
        Ok(PLAYGATE_OK)
    })
}

/// Frees a notice; texts lent from it may not be read any more. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_notice_free(notice: playgate_notice) -> playgate_result {
    guard(|| NOTICES.remove(notice).map(|_| PLAYGATE_OK))
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_notice_info). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_notice_info_init(info: *mut playgate_notice_info, struct_size: u32) {
    init_struct(info, struct_size);
}
