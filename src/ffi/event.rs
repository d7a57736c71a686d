use super::{
    memory::{init_struct, plain},
    result::{PLAYGATE_OK, from_code, playgate_result},
    text::{Kept, playgate_text},
};
use crate::client::{Event, Outcome, Progress};

/// A request's number: unique in the process, never reused. 0 is none.
pub type playgate_request = u64;

/// What happened. An open set: ignore unknown values.
pub type playgate_event_type = i32;

/// A request ended: exactly one for each request. `result`, `http_status` and `text` say how.
pub const PLAYGATE_EVENT_COMPLETED: playgate_event_type = 1;
/// What features may do has changed: look at what your user interface shows.
pub const PLAYGATE_EVENT_SESSION_CHANGED: playgate_event_type = 2;
/// There is something to tell the player: playgate_client_notice has it.
pub const PLAYGATE_EVENT_NOTICE_READY: playgate_event_type = 3;
/// The session has ended; the age gate comes next.
pub const PLAYGATE_EVENT_SESSION_ENDED: playgate_event_type = 4;
/// The server says that the player has no session, or not this one: the age gate comes next. May come again. A client
/// without a server does not get it: ask playgate_client_decide for the next step.
pub const PLAYGATE_EVENT_CONSENT_NEEDED: playgate_event_type = 5;
/// The server refused the player's token: set a new one.
pub const PLAYGATE_EVENT_TOKEN_REFUSED: playgate_event_type = 6;
/// The server can be reached again.
pub const PLAYGATE_EVENT_SERVER_REACHABLE: playgate_event_type = 7;
/// The server cannot be reached, or has trouble; the stored session counts.
pub const PLAYGATE_EVENT_SERVER_UNREACHABLE: playgate_event_type = 8;
/// What is known could not be stored, or not in time; it holds for this process only, and storing is tried again.
pub const PLAYGATE_EVENT_STORAGE_FAILED: playgate_event_type = 9;
/// What is known is stored again.
pub const PLAYGATE_EVENT_STORAGE_RECOVERED: playgate_event_type = 10;
/// The stored record was damaged and was set aside.
pub const PLAYGATE_EVENT_RECORD_SET_ASIDE: playgate_event_type = 11;
/// The stored record cannot be used; `result` and `text` say why. It was left as it is.
pub const PLAYGATE_EVENT_RECORD_UNUSABLE: playgate_event_type = 12;
/// The record, which another process held or which was not there yet, is this client's now.
pub const PLAYGATE_EVENT_RECORD_TAKEN_OVER: playgate_event_type = 13;
/// A request for a permission has come further: `feature` names it, `progress` says how far, `result` and `text` why it
/// came to nothing. Of one permission the newest waits only.
pub const PLAYGATE_EVENT_UPGRADE_CHANGED: playgate_event_type = 14;

/// The ad service's game session has another state: `game_session_state` and, when it is stopped, `game_session_stop`;
/// `result` and `text` say what was wrong. Of one state the newest waits only.
pub const PLAYGATE_EVENT_GAME_SESSION_CHANGED: playgate_event_type = 15;

/// How far a request for a permission has come. An open set: treat unknown values as PLAYGATE_PROGRESS_WAITING.
pub type playgate_progress = i32;

/// Nothing is under way: it could not be asked, was given up, or another session holds now.
pub const PLAYGATE_PROGRESS_NONE: playgate_progress = 0;
/// The server is being asked.
pub const PLAYGATE_PROGRESS_ASKING: playgate_progress = 1;
/// A challenge is open, for a parent or the player: playgate_client_challenge has it.
pub const PLAYGATE_PROGRESS_ASKED: playgate_progress = 2;
/// Somebody has opened the challenge.
pub const PLAYGATE_PROGRESS_WAITING: playgate_progress = 3;
/// The challenge passed; the permission is on as soon as a session says so.
pub const PLAYGATE_PROGRESS_APPROVED: playgate_progress = 4;
/// It stays off.
pub const PLAYGATE_PROGRESS_REFUSED: playgate_progress = 5;
/// It is on.
pub const PLAYGATE_PROGRESS_ENABLED: playgate_progress = 6;

/// What a request was for. An open set.
pub type playgate_operation = i32;

/// None: the event is not a completion.
pub const PLAYGATE_OPERATION_NONE: playgate_operation = 0;
/// A refresh.
pub const PLAYGATE_OPERATION_REFRESH: playgate_operation = 1;
/// A session from the consent flow.
pub const PLAYGATE_OPERATION_ADOPT: playgate_operation = 2;
/// The player has seen a notice.
pub const PLAYGATE_OPERATION_ACKNOWLEDGE: playgate_operation = 3;
/// Forget the player.
pub const PLAYGATE_OPERATION_FORGET: playgate_operation = 4;
/// Everything so far is to be durable.
pub const PLAYGATE_OPERATION_FLUSH: playgate_operation = 5;
/// A permission is to be enabled.
pub const PLAYGATE_OPERATION_REQUEST_PERMISSION: playgate_operation = 6;
/// A challenge's new one-time code.
pub const PLAYGATE_OPERATION_RENEW_CODE: playgate_operation = 7;
/// A message to the parent.
pub const PLAYGATE_OPERATION_EMAIL_PARENT: playgate_operation = 8;
/// A challenge is given up on this device.
pub const PLAYGATE_OPERATION_CANCEL_CHALLENGE: playgate_operation = 9;
/// The player closed a challenge's page.
pub const PLAYGATE_OPERATION_CHECK_CHALLENGE: playgate_operation = 10;
/// The player switches something off, or on again.
pub const PLAYGATE_OPERATION_SWITCH_FEATURE: playgate_operation = 11;
/// The ad service's game session is ended.
pub const PLAYGATE_OPERATION_END_GAME_SESSION: playgate_operation = 12;

/// One event. `text` and `feature` are lent until the next playgate_client_next_event of this client, or its close.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_event {
    /// sizeof(playgate_event); set by playgate_event_init.
    pub struct_size: u32,
    /// What happened.
    pub r#type: playgate_event_type,
    /// The request that ended; 0 for other events.
    pub request: playgate_request,
    /// How it ended; PLAYGATE_OK where there is nothing wrong.
    pub result: playgate_result,
    /// What the request was for.
    pub operation: playgate_operation,
    /// The HTTP status of the server's answer; 0 when there was none.
    pub http_status: u32,
    /// How far a request for a permission has come: PLAYGATE_EVENT_UPGRADE_CHANGED only.
    pub progress: playgate_progress,
    /// A sentence for logs about what was wrong; empty where nothing was. Holds no personal data.
    pub text: playgate_text,
    /// The permission's name: PLAYGATE_EVENT_UPGRADE_CHANGED only, else empty.
    pub feature: playgate_text,
    /// A playgate_game_session_state: PLAYGATE_EVENT_GAME_SESSION_CHANGED only.
    pub game_session_state: i32,
    /// A playgate_game_session_stop: PLAYGATE_EVENT_GAME_SESSION_CHANGED only.
    pub game_session_stop: i32,
    /// Zero.
    pub reserved: [u64; 1],
}
plain!(playgate_event);

pub(super) const NO_EVENT: playgate_event = playgate_event {
    struct_size: 0,
    r#type: 0,
    request: 0,
    result: PLAYGATE_OK,
    operation: PLAYGATE_OPERATION_NONE,
    http_status: 0,
    progress: PLAYGATE_PROGRESS_NONE,
    text: playgate_text::EMPTY,
    feature: playgate_text::EMPTY,
    game_session_state: 0,
    game_session_stop: 0,
    reserved: [0; 1],
};

/// What an event's texts are lent from.
#[derive(Default)]
pub(super) struct EventTexts {
    text: Kept,
    feature: Kept,
}

/// The struct for an event, and what keeps its texts.
pub(super) fn of(event: &Event) -> (playgate_event, EventTexts) {
    let of_kind = |kind: playgate_event_type, outcome: &Outcome, feature: &str| {
        let kept = EventTexts {
            text: Kept::new(&outcome.text),
            feature: Kept::new(feature),
        };
        let event = playgate_event {
            r#type: kind,
            result: from_code(outcome.code),
            http_status: u32::from(outcome.http_status),
            text: kept.text.lend(),
            feature: kept.feature.lend(),
            ..NO_EVENT
        };
        (event, kept)
    };
    match event {
        Event::Completed {
            request,
            operation,
            outcome,
        } => {
            let (mut event, kept) = of_kind(PLAYGATE_EVENT_COMPLETED, outcome, "");
            event.request = *request;
            event.operation = *operation as playgate_operation;
            (event, kept)
        }
        Event::News { news, outcome } => of_kind(*news as playgate_event_type, outcome, ""),
        Event::Upgrade {
            feature,
            progress,
            outcome,
        } => {
            let (mut event, kept) = of_kind(PLAYGATE_EVENT_UPGRADE_CHANGED, outcome, feature);
            event.progress = progress_number(*progress);
            (event, kept)
        }
        Event::Game { state, stop, outcome } => {
            let (mut event, kept) = of_kind(PLAYGATE_EVENT_GAME_SESSION_CHANGED, outcome, "");
            event.game_session_state = i32::from(*state as u8);
            event.game_session_stop = *stop as i32;
            (event, kept)
        }
    }
}

pub(super) fn progress_number(progress: Progress) -> playgate_progress {
    progress as playgate_progress
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_event). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_event_init(event: *mut playgate_event, struct_size: u32) {
    init_struct(event, struct_size);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{News, Operation};

    #[test]
    fn numbers_are_those_of_the_core() {
        let news = [
            (News::SessionChanged, PLAYGATE_EVENT_SESSION_CHANGED),
            (News::NoticeReady, PLAYGATE_EVENT_NOTICE_READY),
            (News::SessionEnded, PLAYGATE_EVENT_SESSION_ENDED),
            (News::ConsentNeeded, PLAYGATE_EVENT_CONSENT_NEEDED),
            (News::TokenRefused, PLAYGATE_EVENT_TOKEN_REFUSED),
            (News::ServerReachable, PLAYGATE_EVENT_SERVER_REACHABLE),
            (News::ServerUnreachable, PLAYGATE_EVENT_SERVER_UNREACHABLE),
            (News::StorageFailed, PLAYGATE_EVENT_STORAGE_FAILED),
            (News::StorageRecovered, PLAYGATE_EVENT_STORAGE_RECOVERED),
            (News::RecordSetAside, PLAYGATE_EVENT_RECORD_SET_ASIDE),
            (News::RecordUnusable, PLAYGATE_EVENT_RECORD_UNUSABLE),
            (News::RecordTakenOver, PLAYGATE_EVENT_RECORD_TAKEN_OVER),
        ];
        assert!(news.iter().all(|(n, c)| *n as i32 == *c));
        let operations = [
            (Operation::Refresh, PLAYGATE_OPERATION_REFRESH),
            (Operation::Adopt, PLAYGATE_OPERATION_ADOPT),
            (Operation::Acknowledge, PLAYGATE_OPERATION_ACKNOWLEDGE),
            (Operation::Forget, PLAYGATE_OPERATION_FORGET),
            (Operation::Flush, PLAYGATE_OPERATION_FLUSH),
            (Operation::RequestPermission, PLAYGATE_OPERATION_REQUEST_PERMISSION),
            (Operation::RenewCode, PLAYGATE_OPERATION_RENEW_CODE),
            (Operation::EmailParent, PLAYGATE_OPERATION_EMAIL_PARENT),
            (Operation::CancelChallenge, PLAYGATE_OPERATION_CANCEL_CHALLENGE),
            (Operation::CheckChallenge, PLAYGATE_OPERATION_CHECK_CHALLENGE),
            (Operation::SwitchFeature, PLAYGATE_OPERATION_SWITCH_FEATURE),
            (Operation::EndGameSession, PLAYGATE_OPERATION_END_GAME_SESSION),
        ];
        assert!(operations.iter().all(|(o, c)| *o as i32 == *c));
        let progress = [
            (Progress::None, PLAYGATE_PROGRESS_NONE),
            (Progress::Asking, PLAYGATE_PROGRESS_ASKING),
            (Progress::Asked, PLAYGATE_PROGRESS_ASKED),
            (Progress::Waiting, PLAYGATE_PROGRESS_WAITING),
            (Progress::Approved, PLAYGATE_PROGRESS_APPROVED),
            (Progress::Refused, PLAYGATE_PROGRESS_REFUSED),
            (Progress::Enabled, PLAYGATE_PROGRESS_ENABLED),
        ];
        assert!(progress.iter().all(|(p, c)| progress_number(*p) == *c));
    }
}
