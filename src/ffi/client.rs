use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    event::{EventTexts, NO_EVENT, of, playgate_event},
    feature::release_names,
    guard::guard,
    handle::invalid,
    memory::{read_struct, write_optional, write_out, write_struct},
    options::playgate_client_options,
    result::{Failure, PLAYGATE_ERROR_PANIC, PLAYGATE_NO_EVENT, PLAYGATE_OK, PLAYGATE_PENDING, playgate_result},
    text::Kept,
};
use crate::host::{Closed, Engine};

/// One player's client. Close it with playgate_client_close. 0 is none.
pub type playgate_client = u64;

/// The longest time that a close waits, whatever is asked: a minute.
const MAX_DRAIN_MS: u32 = 60_000;

/// An open client, and what it lends.
pub(super) struct ClientObject {
    pub(super) engine: Arc<Engine>,
    event_texts: Mutex<EventTexts>,
    /// Where a parent types a one-time code in.
    pub(super) code_site: Box<str>,
    pub(super) diagnostics: Mutex<Kept>,
}

static CLIENTS: Mutex<BTreeMap<u64, Arc<ClientObject>>> = Mutex::new(BTreeMap::new());

fn clients() -> MutexGuard<'static, BTreeMap<u64, Arc<ClientObject>>> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The client behind a handle, also one that denies after a defect.
pub(super) fn get_any(client: playgate_client) -> Result<Arc<ClientObject>, Failure> {
    clients().get(&client).cloned().ok_or_else(invalid)
}

/// The client behind a handle.
pub(super) fn get(client: playgate_client) -> Result<Arc<ClientObject>, Failure> {
    let object = get_any(client)?;
    if object.engine.is_poisoned() {
        let text = "this client met a defect of the library and denies everything; close it";
        return Err(Failure::new(PLAYGATE_ERROR_PANIC, text));
    }
    Ok(object)
}

/// Retires the handles of clients that were closed otherwise than by their handle: taken over, or left while a close
/// was pending. The caller drops them without the lock, which the frame path takes.
fn take_closed(clients: &mut BTreeMap<u64, Arc<ClientObject>>) -> Vec<Arc<ClientObject>> {
    let closed: Vec<u64> = clients
        .iter()
        .filter(|(_, c)| c.engine.is_closed())
        .map(|(handle, _)| *handle)
        .collect();
    closed.iter().filter_map(|handle| take(clients, *handle)).collect()
}

/// Retires one handle.
fn take(clients: &mut BTreeMap<u64, Arc<ClientObject>>, handle: u64) -> Option<Arc<ClientObject>> {
    let taken = clients.remove(&handle);
    if clients.is_empty() {
        // An empty map may keep memory; a new one has none.
        *clients = BTreeMap::new();
    }
    taken
}

/// Opens a client: reads the player's record, so that decisions are there when this returns, offline too. With a server
/// and an allowed network a first refresh starts in the background.
///
/// `*out` is the client or 0. Reads files, so it belongs into a loading screen; waits for no network. Any thread. A storage
/// hook that answers later is not waited for either: until it does, decisions say "wait" and requests wait with them. A
/// record that cannot be read does not fail the call: decisions then say why, and an event does.
/// PLAYGATE_ERROR_BUSY: the player's record is open in this process. PLAYGATE_ERROR_LIMIT: 64 clients are open.
/// PLAYGATE_ERROR_ABI_VERSION: header and library do not fit together.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_open(
    options: *const playgate_client_options,
    out: *mut playgate_client,
) -> playgate_result {
    write_optional(out, 0);
    guard(|| {
        let options = read_struct(options)?;
        let code_site = options.code_site()?;
        let options = options.read()?;
        write_out(out, 0)?;
        let engine = Engine::open(options)?;
        let handle = engine.gate().handle();
        let object = ClientObject {
            engine,
            event_texts: Mutex::default(),
            code_site,
            diagnostics: Mutex::default(),
        };
        let closed = {
            let mut clients = clients();
            clients.insert(handle, Arc::new(object));
            take_closed(&mut clients)
        };
        drop(closed);
        write_out(out, handle)?;
        Ok(PLAYGATE_OK)
    })
}

/// Stops a client: requests under way end as cancelled and nothing new is taken; decisions stay, and events can still
/// be drained. Returns at once. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_stop(client: playgate_client) -> playgate_result {
    guard(|| {
        get_any(client)?.engine.stop();
        Ok(PLAYGATE_OK)
    })
}

/// Closes a client: denies everything at once, ends all requests, then waits at most `drain_ms` for what is being
/// stored, and within that at most half a second for its threads to be gone. PLAYGATE_OK: the handle is retired.
/// PLAYGATE_PENDING: storing goes on, or a hook of the host's is still inside; call again with the same handle to wait on,
/// or leave it. A client without threads goes on only inside this call or a pump. 0 is ok. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_close(client: playgate_client, drain_ms: u32) -> playgate_result {
    guard(|| {
        if client == 0 {
            return Ok(PLAYGATE_OK);
        }
        let object = get_any(client)?;
        match object.engine.close(drain(drain_ms)) {
            Closed::Pending => Ok(PLAYGATE_PENDING),
            Closed::Done => {
                let retired = {
                    let mut clients = clients();
                    let mut retired = take_closed(&mut clients);
                    retired.extend(take(&mut clients, client));
                    retired
                };
                // Dropped without the lock, which the frame path takes.
                drop(retired);
                Ok(PLAYGATE_OK)
            }
        }
    })
}

/// Closes every client of the process, takes registered display names back and waits until the library's threads are
/// gone, at most `drain_ms` for all of it together. For the end of the game; the library can be used again afterwards.
/// When it returns PLAYGATE_OK and every object was freed and every store closed, playgate_memory_stats has 0 live
/// bytes. PLAYGATE_PENDING: something is still being stored, or a thread has not ended, for example one that the system
/// lets wait for a name or a connection; call again to wait on. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_shutdown(drain_ms: u32) -> playgate_result {
    guard(|| {
        let closed = crate::host::close_all(drain(drain_ms));
        release_names();
        // Only those that are closed: one may still be storing, and another thread may have opened one meanwhile.
        let retired = take_closed(&mut clients());
        drop(retired);
        Ok(if closed == Closed::Done {
            PLAYGATE_OK
        } else {
            PLAYGATE_PENDING
        })
    })
}

fn drain(drain_ms: u32) -> Duration {
    Duration::from_millis(u64::from(drain_ms.min(MAX_DRAIN_MS)))
}

/// Moves finished work in: what became looser counts from here on, and events become available. Call once a frame, from
/// one thread. PLAYGATE_PENDING: there is more to do. With threads it waits for nothing and takes microseconds, whatever
/// the budget. Without threads (PLAYGATE_CLIENT_NO_THREADS, or a build without HTTP) all work is done here, on the hooks
/// of the host or on files: at least one piece, and pieces until `budget_us` microseconds are over. No piece is divided;
/// the longest are reading the server's answer and storing it. PLAYGATE_ERROR_BUSY: called from inside a hook. For the
/// frame path.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_pump(client: playgate_client, budget_us: u32) -> playgate_result {
    guard(|| {
        let budget = Duration::from_micros(u64::from(budget_us));
        let has_more = get(client)?.engine.pump(budget);
        Ok(if has_more { PLAYGATE_PENDING } else { PLAYGATE_OK })
    })
}

/// The next event that a pump has moved in; PLAYGATE_NO_EVENT when there is none. Each event is given out once. Call
/// from one thread; the event's texts are lent until the next call. For the frame path.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_next_event(client: playgate_client, out: *mut playgate_event) -> playgate_result {
    guard(|| {
        write_struct(out, NO_EVENT)?;
        let object = get_any(client)?;
        let Some(event) = object.engine.next_event() else {
            return Ok(PLAYGATE_NO_EVENT);
        };
        let (event, texts) = of(&event);
        *object.event_texts.lock().unwrap_or_else(PoisonError::into_inner) = texts;
        write_struct(out, event)?;
        Ok(PLAYGATE_OK)
    })
}
