//! Calls of the C ABI made from bytes: any function, with handles that live, are stale, or never were.

use playgate::ffi::{
    challenge::{playgate_challenge_free, playgate_challenge_qr, playgate_client_challenge},
    changes::{playgate_changes_count, playgate_changes_free, playgate_changes_json, playgate_session_compare},
    client::{
        playgate_client_close, playgate_client_next_event, playgate_client_open, playgate_client_pump,
        playgate_client_stop,
    },
    client_state::{
        playgate_client_access, playgate_client_acknowledge, playgate_client_adopt, playgate_client_allowed,
        playgate_client_cancel, playgate_client_changes, playgate_client_decide, playgate_client_forget,
        playgate_client_notice, playgate_client_refresh, playgate_client_resume, playgate_client_session,
        playgate_client_set_network_allowed, playgate_client_suspend,
    },
    decision::playgate_decision_init,
    event::playgate_event_init,
    feature::playgate_feature_intern,
    notice::playgate_notice_free,
    options::{PLAYGATE_ABI_VERSION, playgate_client_options, playgate_client_options_init},
    permission::playgate_client_switch_feature,
    session::{playgate_session_access, playgate_session_free, playgate_session_json, playgate_session_parse},
    text::playgate_text,
};
use std::{
    ffi::{CStr, c_char},
    mem::{MaybeUninit, size_of},
    ptr::{null, null_mut},
};

const ON: &str = r#"{"sessionId":"s-1","permissions":[{"name":"chat","enabled":true,"managedBy":"PLAYER"}]}"#;
const OFF: &str = r#"{"sessionId":"s-1","permissions":[{"name":"chat","enabled":false,"managedBy":"GUARDIAN"}]}"#;
const NO_TEXT: playgate_text = playgate_text { ptr: null(), len: 0 };
const CHAT: &CStr = c"chat";

/// Bytes to decide with.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// One of the handles that there are or were; or any number.
    fn handle(&mut self, known: &[u64]) -> u64 {
        let byte = self.byte().unwrap_or(0);
        let any = u64::from(byte) << (byte % 57);
        match known.get(usize::from(byte) % (known.len() + 1)) {
            Some(handle) => *handle,
            None => any,
        }
    }

    /// A document: one that is a session, or the next bytes.
    fn document(&mut self) -> Vec<u8> {
        match self.byte().unwrap_or(0) % 4 {
            0 => ON.into(),
            1 => OFF.into(),
            _ => {
                let len = usize::from(self.byte().unwrap_or(0)).min(self.0.len());
                let (taken, rest) = self.0.split_at(len);
                self.0 = rest;
                taken.to_vec()
            }
        }
    }
}

/// Handles of each kind, also retired ones.
#[derive(Default)]
struct Handles {
    clients: Vec<u64>,
    sessions: Vec<u64>,
    changes: Vec<u64>,
    notices: Vec<u64>,
    challenges: Vec<u64>,
    requests: Vec<u64>,
}

pub fn abi(data: &[u8]) {
    let mut source = Source(data);
    let mut handles = Handles::default();
    let mut feature = 0;
    playgate_feature_intern(CHAT.as_ptr(), &mut feature);
    for _ in 0..64 {
        let Some(which) = source.byte() else { break };
        call(which, &mut source, &mut handles, feature);
    }
    // All that is still open goes.
    for client in handles.clients {
        playgate_client_close(client, 1_000);
        assert_eq!(playgate_client_allowed(client, feature), 0, "a closed client allows");
        assert_eq!(playgate_client_access(client, feature), 0);
    }
    for handle in handles.sessions {
        playgate_session_free(handle);
    }
    for handle in handles.changes {
        playgate_changes_free(handle);
    }
    for handle in handles.notices {
        playgate_notice_free(handle);
    }
    for handle in handles.challenges {
        playgate_challenge_free(handle);
    }
}

fn call(which: u8, source: &mut Source<'_>, handles: &mut Handles, feature: u32) {
    let mut out = u64::MAX;
    let out = &mut out;
    let client = source.handle(&handles.clients);
    match which % 28 {
        0 => {
            if handles.clients.len() < 3 {
                open(handles);
            }
        }
        1 | 2 => {
            let document = source.document();
            let json: *const c_char = document.as_ptr().cast();
            let result = playgate_session_parse(json, document.len(), out);
            assert_eq!(result == 0, *out != 0, "a handle and an error, or neither");
            handles.sessions.push(*out);
        }
        3 => {
            let session = source.handle(&handles.sessions);
            playgate_session_free(session);
            let mut access = 9;
            assert!(playgate_session_access(session, CHAT.as_ptr(), &mut access) != 0);
            assert_eq!(access, 0, "a session that was freed");
        }
        4 => {
            let mut text = NO_TEXT;
            let result = playgate_session_json(source.handle(&handles.sessions), &mut text);
            assert_eq!(result == 0, text.len != 0);
        }
        5 => {
            let (a, b) = (source.handle(&handles.sessions), source.handle(&handles.sessions));
            playgate_session_compare(a, b, out);
            handles.changes.push(*out);
        }
        6 => {
            let mut text = NO_TEXT;
            playgate_changes_json(source.handle(&handles.changes), &mut text);
            let mut count = 9;
            playgate_changes_count(source.handle(&handles.changes), &mut count);
        }
        7 => drop(playgate_changes_free(source.handle(&handles.changes))),
        8..12 => {
            let document = source.document();
            playgate_client_adopt(client, document.as_ptr().cast(), document.len(), out);
            handles.requests.push(*out);
        }
        12..15 => {
            playgate_client_pump(client, 1_000);
            events(client);
        }
        15 => {
            let mut decision = made(|out, size| playgate_decision_init(out, size));
            let result = playgate_client_decide(client, feature, &mut decision);
            assert!(result == 0 || decision.access == 0, "an error that allows");
        }
        16 => {
            playgate_client_notice(client, out);
            handles.notices.push(*out);
        }
        17 => drop(playgate_notice_free(source.handle(&handles.notices))),
        18 => drop(playgate_client_acknowledge(client, out)),
        19 => {
            playgate_client_session(client, out);
            handles.sessions.push(*out);
        }
        20 => {
            playgate_client_changes(client, out);
            handles.changes.push(*out);
        }
        21 => drop(playgate_client_forget(client, out)),
        22 => drop(playgate_client_cancel(client, source.handle(&handles.requests))),
        23 => {
            playgate_client_set_network_allowed(client, i32::from(source.byte().unwrap_or(0)));
            playgate_client_refresh(client, out);
        }
        24 => {
            playgate_client_suspend(client);
            playgate_client_resume(client);
            playgate_client_switch_feature(client, feature, i32::from(source.byte().unwrap_or(0) % 2), out);
        }
        25 => {
            playgate_client_challenge(client, feature, out);
            handles.challenges.push(*out);
            let mut modules = [0_u8; 64];
            let mut size = 9;
            let challenge = source.handle(&handles.challenges);
            playgate_challenge_qr(challenge, modules.as_mut_ptr(), modules.len(), &mut size);
        }
        26 => drop(playgate_client_stop(client)),
        _ => {
            playgate_client_close(client, u32::from(source.byte().unwrap_or(0)));
            assert_eq!(playgate_client_allowed(client, feature), 0, "a closed client allows");
        }
    }
    // NULL for an out is an error and nothing else.
    if which == 255 {
        playgate_client_session(client, null_mut());
        playgate_session_parse(null_mut(), 7, null_mut());
    }
    let says = playgate_client_allowed(client, feature);
    assert!(says == 0 || says == 1);
}

fn open(handles: &mut Handles) {
    let mut options = made::<playgate_client_options>(|out, size| {
        playgate_client_options_init(out, size, PLAYGATE_ABI_VERSION);
    });
    let player = format!("player-{}\0", handles.clients.len());
    options.player = player.as_ptr().cast();
    let mut client = 0;
    playgate_client_open(&options, &mut client);
    handles.clients.push(client);
}

fn events(client: u64) {
    for _ in 0..64 {
        let mut event = made(|out, size| playgate_event_init(out, size));
        if playgate_client_next_event(client, &mut event) != 0 {
            break;
        }
    }
}

/// A struct that its init function has made.
fn made<T>(init: impl FnOnce(*mut T, u32)) -> T {
    let mut made = MaybeUninit::<T>::zeroed();
    init(made.as_mut_ptr(), u32::try_from(size_of::<T>()).unwrap_or(u32::MAX));
    // SAFETY: a struct of the C ABI: integers and pointers, for which all zero is valid.
    unsafe { made.assume_init() }
}
