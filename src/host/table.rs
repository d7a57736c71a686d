//! The decision tables: one access byte per feature number, readable from any thread without lock or call.
//!
//! All of it is static storage, so that a late reader meets a denial and never freed memory.
//!
//! - A *gate* belongs to one open client; its handle's generation is checked before and after a cell is read, so that a
//!   stale handle reads "denied" even while the gate is given to another client.
//! - A *shared table* is what a host reads directly. It belongs to one player for the life of the process and reads 0
//!   while that player has no open client.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence},
};

use sha2::{Digest, Sha256};

use crate::session::Access;

/// How many cells a table has; feature numbers are below.
pub const MAX_FEATURES: usize = 1024;
/// How many clients can be open at once.
pub const MAX_CLIENTS: usize = 64;
/// How many players can get a shared table in one process.
pub const MAX_TABLES: usize = 64;

/// One cell of a shared table.
#[derive(Debug)]
#[repr(transparent)]
pub struct Cell(AtomicU8);

impl Cell {
    const fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    fn set(&self, access: Access) {
        self.0.store(access as u8, Ordering::Relaxed);
    }

    fn get(&self) -> Access {
        Access::from_number(self.0.load(Ordering::Relaxed))
    }
}

type Cells = [Cell; MAX_FEATURES];

struct Gate {
    /// Odd while it is open; rises only.
    generation: AtomicU32,
    /// From the opening until the cells are clear again.
    is_taken: AtomicBool,
    /// Where the ad service's game session stands.
    game: AtomicU8,
    cells: Cells,
}

static GATES: [Gate; MAX_CLIENTS] = [const {
    Gate {
        generation: AtomicU32::new(0),
        is_taken: AtomicBool::new(false),
        game: AtomicU8::new(0),
        cells: [const { Cell::new() }; MAX_FEATURES],
    }
}; MAX_CLIENTS];

static TABLES: [Cells; MAX_TABLES] = [const { [const { Cell::new() }; MAX_FEATURES] }; MAX_TABLES];

/// Which player each shared table belongs to.
static OWNERS: Mutex<[Option<[u8; 32]>; MAX_TABLES]> = Mutex::new([None; MAX_TABLES]);

/// Names an open gate: its place and generation. Never valid again after the gate was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateId {
    /// The place.
    pub slot: u32,
    /// The generation, odd.
    pub generation: u32,
}

/// The frame path: a feature's access behind a gate; unavailable when the gate is closed. Wait-free, no allocation, no
/// read-modify-write.
#[inline]
pub fn access(gate: GateId, feature: u32) -> u8 {
    let Ok(feature) = usize::try_from(feature) else {
        return 0;
    };
    read(gate, |open| open.cells.get(feature).map(|cell| &cell.0))
}

/// The frame path: where the ad service's game session stands; 0 when the gate is closed.
#[inline]
pub fn game(gate: GateId) -> u8 {
    read(gate, |open| Some(&open.game))
}

/// Reads one byte behind a gate; 0 when the gate is closed.
#[inline]
fn read(gate: GateId, byte: impl FnOnce(&'static Gate) -> Option<&'static AtomicU8>) -> u8 {
    let Some(open) = GATES.get(gate.slot as usize) else {
        return 0;
    };
    // Only odd generations are handed out: a number that nobody was given must not match a closed gate.
    if gate.generation.is_multiple_of(2) || open.generation.load(Ordering::Acquire) != gate.generation {
        return 0;
    }
    let Some(byte) = byte(open) else { return 0 };
    let value = byte.load(Ordering::Relaxed);
    // If the value is of a later holder of this gate, the second look sees the later generation.
    fence(Ordering::Acquire);
    if open.generation.load(Ordering::Relaxed) != gate.generation {
        return 0;
    }
    value
}

/// Whether that gate is open.
#[inline]
pub fn is_open(gate: GateId) -> bool {
    !gate.generation.is_multiple_of(2)
        && GATES
            .get(gate.slot as usize)
            .is_some_and(|g| g.generation.load(Ordering::Acquire) == gate.generation)
}

/// Writes the cells of one open client. Writers of one client take turns by the client's own lock.
#[derive(Debug)]
pub(super) struct Writer {
    gate: GateId,
    table: Option<usize>,
    identity: [u8; 32],
    is_closed: bool,
}

impl Writer {
    /// Opens a gate; `None` when all are taken. `player` and `place` say whose shared table it may use.
    pub(super) fn open(place: &str, player: &str) -> Option<Self> {
        let identity = Sha256::new()
            .chain_update((place.len() as u64).to_le_bytes())
            .chain_update(place)
            .chain_update(player)
            .finalize()
            .into();
        for (slot, gate) in (0u32..).zip(&GATES) {
            if gate.is_taken.swap(true, Ordering::AcqRel) {
                continue;
            }
            let generation = gate.generation.load(Ordering::Relaxed) + 1;
            if generation == u32::MAX {
                // Used up; it stays taken.
                continue;
            }
            // Its cells are 0: they were cleared before it was given back.
            gate.generation.store(generation, Ordering::Release);
            return Some(Self {
                gate: GateId { slot, generation },
                table: None,
                identity,
                is_closed: false,
            });
        }
        None
    }

    pub(super) fn gate(&self) -> GateId {
        self.gate
    }

    /// The player's shared table, given out at the first call and then kept for the life of the process; `None` when
    /// all are given out. `fill` writes what holds now.
    pub(super) fn shared_table(&mut self, fill: impl FnOnce(&mut Self)) -> Option<&'static [Cell]> {
        if self.table.is_none() && !self.is_closed {
            let mut owners = OWNERS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let at = owners
                .iter()
                .position(|owner| *owner == Some(self.identity))
                .or_else(|| owners.iter().position(Option::is_none))?;
            if let Some(owner) = owners.get_mut(at) {
                *owner = Some(self.identity);
            }
            drop(owners);
            self.table = Some(at);
            fill(self);
        }
        self.table.and_then(|at| TABLES.get(at)).map(|cells| &cells[..])
    }

    /// Writes all cells from number 1 on, denials before allowances.
    pub(super) fn write(&self, accesses: &[Access]) {
        for allow in [false, true] {
            for (at, access) in (1..).zip(accesses) {
                if access.is_allowed() == allow {
                    self.write_one(at, *access);
                }
            }
        }
    }

    /// Takes back what is looser than `accesses`.
    pub(super) fn tighten(&self, accesses: &[Access]) {
        for (at, access) in (1..).zip(accesses) {
            let held = self.read(at);
            let tight = held.tightened_by(*access);
            if tight != held {
                self.write_one(at, tight);
            }
        }
    }

    /// Writes where the ad service's game session stands.
    pub(super) fn write_game(&self, state: u8) {
        if let Some(gate) = GATES.get(self.gate.slot as usize).filter(|_| !self.is_closed) {
            gate.game.store(state, Ordering::Relaxed);
        }
    }

    /// Writes one cell.
    pub(super) fn write_one(&self, number: usize, access: Access) {
        if self.is_closed {
            return;
        }
        let gate = GATES.get(self.gate.slot as usize).and_then(|g| g.cells.get(number));
        let table = self.table.and_then(|t| TABLES.get(t)).and_then(|t| t.get(number));
        for cell in [gate, table].into_iter().flatten() {
            cell.set(access);
        }
    }

    fn read(&self, number: usize) -> Access {
        GATES
            .get(self.gate.slot as usize)
            .and_then(|g| g.cells.get(number))
            .map_or(Access::Unavailable, Cell::get)
    }

    /// Denies everything and closes the gate for good. The shared table reads 0 from here on.
    pub(super) fn close(&mut self) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        if let Some(cells) = self.table.and_then(|t| TABLES.get(t)) {
            cells.iter().for_each(|cell| cell.set(Access::Unavailable));
        }
        let Some(gate) = GATES.get(self.gate.slot as usize) else {
            return;
        };
        // First the generation, then the cells: whoever reads a cell of a later holder sees that the generation is another.
        gate.generation.store(self.gate.generation + 1, Ordering::Release);
        fence(Ordering::Release);
        gate.cells.iter().for_each(|cell| cell.set(Access::Unavailable));
        gate.game.store(0, Ordering::Relaxed);
        gate.is_taken.store(false, Ordering::Release);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One test takes all gates there are; the others wait for it.
    static TURN: Mutex<()> = Mutex::new(());

    pub(in super::super) fn turn() -> std::sync::MutexGuard<'static, ()> {
        TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    #[test]
    fn a_closed_gate_denies_for_good_even_when_it_is_given_out_again() {
        let _turn = turn();
        let mut first = Writer::open("place", "first").unwrap();
        first.write_one(3, Access::Allowed);
        let old = first.gate();
        assert_eq!(access(old, 3), 1);
        first.close();
        assert!(!is_open(old));
        assert_eq!(access(old, 3), 0);
        let mut holders: Vec<Writer> = std::iter::from_fn(|| Writer::open("place", "later")).collect();
        for holder in &holders {
            assert_eq!(access(holder.gate(), 3), 0, "a new holder starts denied");
            holder.write_one(3, Access::Allowed);
        }
        assert_eq!(access(old, 3), 0);
        for generation in 0..8 {
            let known =
                generation == old.generation || holders.iter().any(|h| h.gate() == GateId { generation, ..old });
            assert!(known || access(GateId { generation, ..old }, 3) == 0);
        }
        holders.clear();
        assert_eq!(access(old, 3), 0);
    }

    #[test]
    fn numbers_outside_the_table_are_denied() {
        let _turn = turn();
        let writer = Writer::open("place", "edges").unwrap();
        writer.write_one(MAX_FEATURES, Access::Allowed);
        for feature in [0, 1024, u32::MAX] {
            assert_eq!(access(writer.gate(), feature), 0);
        }
        assert_eq!(
            access(
                GateId {
                    slot: 64,
                    generation: 1
                },
                1
            ),
            0
        );
        assert_eq!(
            access(
                GateId {
                    slot: u32::MAX,
                    generation: u32::MAX
                },
                1
            ),
            0
        );
    }

    #[test]
    fn a_shared_table_stays_with_its_player() {
        let _turn = turn();
        let mut one = Writer::open("place", "one").unwrap();
        let table = one.shared_table(|writer| writer.write_one(5, Access::Allowed)).unwrap();
        assert_eq!(table[5].get(), Access::Allowed);
        one.close();
        assert_eq!(table[5].get(), Access::Unavailable);
        let mut other = Writer::open("place", "other").unwrap();
        let others = other
            .shared_table(|writer| writer.write_one(5, Access::Allowed))
            .unwrap();
        assert_ne!(table.as_ptr(), others.as_ptr());
        assert_eq!(table[5].get(), Access::Unavailable);
        let mut again = Writer::open("place", "one").unwrap();
        let same = again.shared_table(|_| {}).unwrap();
        assert_eq!(table.as_ptr(), same.as_ptr());
    }
}
