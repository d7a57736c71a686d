use std::ffi::c_char;

use super::{
    client::{get, playgate_client},
    client_state::request,
    event::playgate_request,
    guard::guard,
    memory::{init_struct, plain, read_struct},
    options::{MAX_URL, check_base, token},
    result::{Failure, PLAYGATE_OK, playgate_result},
    text::{optional, required},
};
use crate::{
    client::{GameOptions, GameTiming, GameToken},
    host::{
        features::MAX_NAME_BYTES,
        table::{self, GateId},
    },
};

/// Where the ad service's game session stands. An open set: treat unknown values as PLAYGATE_GAME_SESSION_STOPPED.
pub type playgate_game_session_state = i32;

/// None is wanted, or the client is closed.
pub const PLAYGATE_GAME_SESSION_IDLE: playgate_game_session_state = 0;
/// Being begun.
pub const PLAYGATE_GAME_SESSION_STARTING: playgate_game_session_state = 1;
/// Alive: advertisements may be asked for.
pub const PLAYGATE_GAME_SESSION_ACTIVE: playgate_game_session_state = 2;
/// Lost, or perhaps lost; begun again as soon as the service answers.
pub const PLAYGATE_GAME_SESSION_RECOVERING: playgate_game_session_state = 3;
/// Being ended.
pub const PLAYGATE_GAME_SESSION_ENDING: playgate_game_session_state = 4;
/// Wanted, but not possible now; the event's `game_session_stop` says why.
pub const PLAYGATE_GAME_SESSION_STOPPED: playgate_game_session_state = 5;

/// Why a wanted game session is stopped. An open set.
pub type playgate_game_session_stop = i32;

/// It is not.
pub const PLAYGATE_GAME_SESSION_STOP_NONE: playgate_game_session_stop = 0;
/// The k-ID session does not allow the feature that it depends on: off, on hold, absent, or no session. It begins by
/// itself once the session does.
pub const PLAYGATE_GAME_SESSION_STOP_NOT_ALLOWED: playgate_game_session_stop = 1;
/// The ad service refused the token: playgate_game_session_set_token with a new one goes on.
pub const PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED: playgate_game_session_stop = 2;
/// The client is suspended or offline, or the network is not allowed. It goes on by itself.
pub const PLAYGATE_GAME_SESSION_STOP_UNREACHABLE: playgate_game_session_stop = 3;

/// Flag: the game session runs whatever the k-ID session says. The host answers for it.
pub const PLAYGATE_GAME_SESSION_UNGATED: u32 = 1;

/// The feature that a game session depends on unless the options name another.
const TARGETED_ADS: &str = "targeted-ads";

/// How to begin a game session. Make it ready with playgate_game_session_options_init. Everything is copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_game_session_options {
    /// sizeof(playgate_game_session_options); set by playgate_game_session_options_init.
    pub struct_size: u32,
    /// Flags PLAYGATE_GAME_SESSION_….
    pub flags: u32,
    /// Required: the ad service's base URL, "https://…/api", or "http://…" for loopback.
    pub service_url: *const c_char,
    /// Required: the ad service's token for this player, from its authorization flow. Sent to it alone; never stored or
    /// logged.
    pub auth_token: *const c_char,
    /// The feature that the k-ID session must allow; NULL: "targeted-ads".
    pub feature: *const c_char,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_game_session_options);

/// Makes the options ready for use: all zero, with their size. Pass sizeof(playgate_game_session_options). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_game_session_options_init(options: *mut playgate_game_session_options, struct_size: u32) {
    init_struct(options, struct_size);
}

impl playgate_game_session_options {
    fn read(&self) -> Result<GameOptions, Failure> {
        if self.reserved.iter().any(|word| *word != 0) || self.flags & !PLAYGATE_GAME_SESSION_UNGATED != 0 {
            return Err(Failure::argument(
                "the options' reserved space is not zero, or a flag is not known to this version",
            ));
        }
        let base = required(self.service_url, MAX_URL, "service_url")?;
        check_base(base, "service_url")?;
        let feature = optional(self.feature, MAX_NAME_BYTES, "feature")?.unwrap_or(TARGETED_ADS);
        if feature.is_empty() {
            return Err(Failure::argument("feature is empty"));
        }
        let is_gated = self.flags & PLAYGATE_GAME_SESSION_UNGATED == 0;
        Ok(GameOptions {
            base: base.into(),
            token: auth_token(self.auth_token)?,
            feature: is_gated.then(|| feature.into()),
            timing: GameTiming::default(),
        })
    }
}

fn auth_token(at: *const c_char) -> Result<GameToken, Failure> {
    let token = token(at)?.ok_or_else(|| Failure::argument("the ad service's token is NULL"))?;
    Ok(GameToken(token.into()))
}

/// Begins the ad service's game session, as soon as the k-ID session allows the feature that it depends on, and keeps
/// it alive: a heartbeat every 9 s, begun again when it was lost, ended when the k-ID session no longer allows the
/// feature or the client is closed. PLAYGATE_EVENT_GAME_SESSION_CHANGED tells of each state. Called again, it goes on
/// with the new options. The network must be allowed. PLAYGATE_ERROR_INVALID_STATE: the client was stopped, or opened
/// without a server. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_game_session_start(
    client: playgate_client,
    options: *const playgate_game_session_options,
) -> playgate_result {
    guard(|| {
        let object = get(client)?;
        object.engine.start_game(read_struct(options)?.read()?)?;
        Ok(PLAYGATE_OK)
    })
}

/// Gives the game session a new token, for example after PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED. Without a game
/// session it does nothing. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_game_session_set_token(
    client: playgate_client,
    auth_token: *const c_char,
) -> playgate_result {
    guard(|| {
        let token = self::auth_token(auth_token)?;
        get(client)?.engine.set_game_token(token);
        Ok(PLAYGATE_OK)
    })
}

/// Ends the game session: the player leaves. Completes when the ad service has been told, or could not be: then it
/// expires there after some seconds. playgate_client_close does the same within its time. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_game_session_end(client: playgate_client, out: *mut playgate_request) -> playgate_result {
    request(client, out, |engine| Ok(engine.end_game()?))
}

/// Where the game session stands now. PLAYGATE_GAME_SESSION_IDLE for a closed or stale client. The frame path: any
/// thread, wait-free, no allocation.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_game_session_get_state(client: playgate_client) -> playgate_game_session_state {
    playgate_game_session_state::from(table::game(GateId::of(client)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{GameState, GameStop};

    #[test]
    fn numbers_are_those_of_the_core() {
        let states = [
            (GameState::Idle, PLAYGATE_GAME_SESSION_IDLE),
            (GameState::Starting, PLAYGATE_GAME_SESSION_STARTING),
            (GameState::Active, PLAYGATE_GAME_SESSION_ACTIVE),
            (GameState::Recovering, PLAYGATE_GAME_SESSION_RECOVERING),
            (GameState::Ending, PLAYGATE_GAME_SESSION_ENDING),
            (GameState::Stopped, PLAYGATE_GAME_SESSION_STOPPED),
        ];
        assert!(states.iter().all(|(s, c)| i32::from(*s as u8) == *c));
        let stops = [
            (GameStop::None, PLAYGATE_GAME_SESSION_STOP_NONE),
            (GameStop::NotAllowed, PLAYGATE_GAME_SESSION_STOP_NOT_ALLOWED),
            (GameStop::TokenRefused, PLAYGATE_GAME_SESSION_STOP_TOKEN_REFUSED),
            (GameStop::Unreachable, PLAYGATE_GAME_SESSION_STOP_UNREACHABLE),
        ];
        assert!(stops.iter().all(|(s, c)| *s as i32 == *c));
    }
}
