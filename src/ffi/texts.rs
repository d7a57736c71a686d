use std::{
    ffi::c_char,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    feature::with_names,
    guard::guard,
    memory::{write_optional, write_out},
    result::{
        Failure, PLAYGATE_ERROR_LIMIT, PLAYGATE_ERROR_NOT_FOUND, PLAYGATE_ERROR_UNSUPPORTED, PLAYGATE_OK,
        playgate_result,
    },
    session::past_the_end,
    text::{optional, playgate_text, required, text_out},
};
use crate::{
    host::room::Room,
    session::{Language, Notice, Reason, Texts},
};

/// The longest key and language tag, in bytes.
const MAX_KEY: usize = 64;
/// The longest text that can be registered, in bytes.
const MAX_TEXT: usize = 1024;
/// How many bytes all registered texts may take; a text that is registered again takes none.
const ROOM: usize = 64 * 1024;

static TEXTS: Mutex<Texts> = Mutex::new(Texts::new());

fn texts() -> MutexGuard<'static, Texts> {
    TEXTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sentence of a reason, static for the life of the process.
pub(super) fn reason_text(reason: Reason) -> playgate_text {
    playgate_text::of_static(texts().reason(reason))
}

/// A notice's heading and text.
pub(super) fn of_notice(notice: &Notice) -> (&'static str, String) {
    with_names(|names| {
        let texts = texts();
        (notice.title_in(&texts), notice.message_in(&texts, names))
    })
}

/// Registered texts for the life of the process: decisions lend them.
static KEPT: Room<ROOM> = Room::new();

/// Chooses the language of the texts that the library gives for players: those of decisions, notices and challenges.
/// `tag` is a BCP 47 tag, for example "de-AT", of which the first part decides. English ("en", from the start) and
/// German ("de") are built in; PLAYGATE_ERROR_UNSUPPORTED for another: register its texts with playgate_set_text. Texts
/// that were given out stay as they are. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_language(tag: *const c_char) -> playgate_result {
    guard(|| {
        let tag = required(tag, MAX_KEY, "the language tag")?;
        let language = Language::of_tag(tag).ok_or_else(|| {
            let text = "this language is not built in; register its texts with playgate_set_text";
            Failure::new(PLAYGATE_ERROR_UNSUPPORTED, text)
        })?;
        texts().language = language;
        Ok(PLAYGATE_OK)
    })
}

/// Registers the host's own wording for a text, in whatever language; it comes before the built-in ones. `key` is one
/// that playgate_get_text_key gives, for example "reason.parent"; in the texts of which the built-in one has
/// "{features}" that stands for the features' display names. NULL or an empty text takes it back. At most 1,024 bytes a
/// text. PLAYGATE_ERROR_NOT_FOUND: no such key. PLAYGATE_ERROR_LIMIT: more than 64 KiB of different texts were
/// registered. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_set_text(key: *const c_char, text: *const c_char) -> playgate_result {
    guard(|| {
        let key = required(key, MAX_KEY, "the text's key")?;
        let text = optional(text, MAX_TEXT, "the text")?.filter(|text| !text.is_empty());
        Texts::check_key(key).map_err(|_| no_such_key())?;
        let kept = match text {
            Some(text) => Some(
                KEPT.keep(text)
                    .ok_or_else(|| Failure::new(PLAYGATE_ERROR_LIMIT, "there is no room for more registered texts"))?,
            ),
            None => None,
        };
        texts().set(key, kept).map_err(|_| no_such_key())?;
        Ok(PLAYGATE_OK)
    })
}

/// A text as it is used now. Writes at most `capacity` bytes to `buffer`, as playgate_get_display_name does; `*out_len`
/// is the whole length without the NUL. PLAYGATE_ERROR_NOT_FOUND: no such key. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_get_text(
    key: *const c_char,
    buffer: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
) -> playgate_result {
    text_out(buffer, capacity, out_len, || {
        let key = required(key, MAX_KEY, "the text's key")?;
        Texts::check_key(key).map_err(|_| no_such_key())?;
        Ok(texts().get(key))
    })
}

/// The key of a text, at an index from 0, for tools that translate. Static. PLAYGATE_ERROR_NOT_FOUND past the end. Any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_get_text_key(index: usize, out: *mut playgate_text) -> playgate_result {
    write_optional(out, playgate_text::EMPTY);
    guard(|| {
        let key = Texts::c_keys().nth(index).ok_or_else(|| past_the_end("text"))?;
        write_out(out, playgate_text::of_static(key))?;
        Ok(PLAYGATE_OK)
    })
}

fn no_such_key() -> Failure {
    Failure::new(
        PLAYGATE_ERROR_NOT_FOUND,
        "there is no text of that key; playgate_get_text_key lists them",
    )
}
