//! A life that ends badly, told in as few steps as it takes.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::Once,
};

use super::{Log, STEPS, Tally, live};

/// So many lives are tried to shorten a story.
const TRIES: u32 = 600;
const SHOWN_LINES: usize = 160;

thread_local! {
    static REACHED: Cell<u64> = const { Cell::new(0) };
    static LISTENS: Cell<bool> = const { Cell::new(false) };
    static LAST_WORDS: RefCell<(String, String)> = const { RefCell::new((String::new(), String::new())) };
}

/// The life on this thread has come to that step.
pub fn reached(step: u64) {
    REACHED.set(step);
}

/// How a life ended badly.
struct Ending {
    step: u64,
    /// Where in the code.
    place: String,
    words: String,
}

/// Lives one seed. A bad end is told as a story that is as short as it can easily be made, and that the same seed tells
/// again.
pub fn tell(seed: u64) -> Result<Tally, String> {
    let ending = match attempt(seed, &BTreeSet::new(), None) {
        Ok(tally) => return Ok(tally),
        Err(ending) => ending,
    };
    let without = shorten(seed, &ending);
    let log = Log::default();
    let again = attempt(seed, &without, Some(Rc::clone(&log)));
    let Err(again) = again else {
        return Err(format!(
            "seed {seed} fails only now and then, so the client is not deterministic: {}",
            ending.words
        ));
    };
    let log = log.borrow();
    let from = log.len().saturating_sub(SHOWN_LINES);
    let shown = log.get(from..).unwrap_or_default().join("\n");
    Err(format!(
        "{shown}\nseed {seed} fails at step {} ({} steps are enough): {} ({})",
        again.step,
        again.step + 1 - without.range(..=again.step).count() as u64,
        again.words,
        again.place,
    ))
}

fn attempt(seed: u64, without: &BTreeSet<u64>, log: Option<Log>) -> Result<Tally, Ending> {
    listen();
    LISTENS.set(true);
    let lived = catch_unwind(AssertUnwindSafe(|| live(seed, without, log)));
    LISTENS.set(false);
    lived.map_err(|_| {
        let (place, words) = LAST_WORDS.take();
        Ending {
            step: REACHED.get(),
            place,
            words,
        }
    })
}

/// Which steps can be left out, and it ends the same way.
fn shorten(seed: u64, ending: &Ending) -> BTreeSet<u64> {
    let mut without: BTreeSet<u64> = (ending.step + 1..STEPS).collect();
    let mut tries = 0;
    let mut ends_so = |without: &BTreeSet<u64>| {
        tries += 1;
        tries <= TRIES && matches!(attempt(seed, without, None), Err(other) if other.place == ending.place)
    };
    let mut size = STEPS / 2;
    while size > 0 {
        let kept: Vec<u64> = (0..STEPS).filter(|step| !without.contains(step)).collect();
        // The latest first: what they do without, the earlier ones need not prepare.
        for part in kept.rchunks(usize::try_from(size).unwrap_or(1)) {
            let mut fewer = without.clone();
            fewer.extend(part);
            if ends_so(&fewer) {
                without = fewer;
            }
        }
        size /= 2;
    }
    without
}

/// Keeps the last words of lives on threads that listen; others are told as ever.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !LISTENS.get() {
                return told(panic);
            }
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let words = panic.payload_as_str().unwrap_or("no words").to_owned();
            LAST_WORDS.set((place, words));
        }));
    });
}
