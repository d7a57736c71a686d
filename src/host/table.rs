//! The decision tables: one access byte per feature number, readable from any thread without lock or call.
//!
//! All of it is static storage, so that a late reader meets a denial and never freed memory.
//!
//! - A *gate* belongs to one open client, and holds that one's handle, which is compared before and after a cell is read:
//!   so a stale handle reads "denied" even while the gate is given to another client.
//! - A *shared table* is what a host reads directly. It belongs to one player for the life of the process and reads 0
//!   while that player has no open client.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, fence},
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
    /// How often it was given out.
    generation: AtomicU32,
    /// From the opening until the cells are clear again.
    is_taken: AtomicBool,
    /// Where the ad service's game session stands.
    game: AtomicU8,
}

static GATES: [Gate; MAX_CLIENTS] = [const {
    Gate {
        generation: AtomicU32::new(0),
        is_taken: AtomicBool::new(false),
        game: AtomicU8::new(0),
    }
}; MAX_CLIENTS];

/// What each gate's holder sees. Apart from the rest, so that a place is found without a multiplication.
static CELLS: [Cells; MAX_CLIENTS] = [const { [const { Cell::new() }; MAX_FEATURES] }; MAX_CLIENTS];

/// The number of who holds each gate.
static HOLDERS: [AtomicU64; MAX_CLIENTS] = all_closed();

/// What stands for a holder while the gate at this place is closed: a number that leads to another place, so that no number
/// at all matches a closed gate.
const fn nobody(place: usize) -> u64 {
    !(place as u64)
}

#[allow(clippy::indexing_slicing, reason = "computed by the compiler")]
const fn all_closed() -> [AtomicU64; MAX_CLIENTS] {
    let mut holders = [const { AtomicU64::new(0) }; MAX_CLIENTS];
    let mut place = 0;
    while place < MAX_CLIENTS {
        holders[place] = AtomicU64::new(nobody(place));
        place += 1;
    }
    holders
}

static TABLES: [Cells; MAX_TABLES] = [const { [const { Cell::new() }; MAX_FEATURES] }; MAX_TABLES];

/// Which player each shared table belongs to.
static OWNERS: Mutex<[Option<[u8; 32]>; MAX_TABLES]> = Mutex::new([None; MAX_TABLES]);

/// The top byte of each gate's number, so that it is told from other handles.
const MARK: u64 = 0xC1;
const GENERATION_AT: u32 = 24;
const MARK_AT: u32 = 56;

/// Names an open gate by one number: the mark, how often the gate was given out, and its place. It is the client's handle,
/// and never valid again after the gate was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateId(u64);

impl GateId {
    /// That of a handle, which may be any number.
    #[inline]
    pub fn of(handle: u64) -> Self {
        Self(handle)
    }

    /// The client's handle.
    pub fn handle(self) -> u64 {
        self.0
    }

    fn new(place: u32, generation: u32) -> Self {
        Self(MARK << MARK_AT | u64::from(generation) << GENERATION_AT | u64::from(place))
    }

    /// The place, whoever holds it.
    #[inline]
    fn place(self) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits are of interest")]
        let lowest = self.0 as usize;
        lowest % MAX_CLIENTS
    }

    fn gate(self) -> Option<&'static Gate> {
        GATES.get(self.place())
    }

    fn cells(self) -> Option<&'static Cells> {
        CELLS.get(self.place())
    }

    #[inline]
    fn holder(self) -> Option<&'static AtomicU64> {
        HOLDERS.get(self.place())
    }
}

/// The frame path: a feature's access behind a gate; unavailable when the gate is closed. Wait-free, no allocation, no
/// read-modify-write.
#[inline]
pub fn access(id: GateId, feature: u32) -> u8 {
    let Ok(feature) = usize::try_from(feature) else {
        return 0;
    };
    read(id, |place| {
        CELLS
            .get(place)
            .and_then(|cells| cells.get(feature))
            .map(|cell| &cell.0)
    })
}

/// The frame path: where the ad service's game session stands; 0 when the gate is closed.
#[inline]
pub fn game(id: GateId) -> u8 {
    read(id, |place| GATES.get(place).map(|gate| &gate.game))
}

/// Reads one byte behind a gate; 0 when the gate is closed.
#[inline]
fn read(id: GateId, byte: impl FnOnce(usize) -> Option<&'static AtomicU8>) -> u8 {
    let Some(holder) = id.holder() else { return 0 };
    if holder.load(Ordering::Acquire) != id.0 {
        return 0;
    }
    let Some(byte) = byte(id.place()) else { return 0 };
    let value = byte.load(Ordering::Relaxed);
    // If the value is of a later holder of this gate, the second look sees that one.
    fence(Ordering::Acquire);
    if holder.load(Ordering::Relaxed) != id.0 {
        return 0;
    }
    value
}

/// Whether that gate is open.
#[inline]
pub fn is_open(id: GateId) -> bool {
    id.holder().is_some_and(|holder| holder.load(Ordering::Acquire) == id.0)
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
        for (place, (gate, holder)) in (0u32..).zip(GATES.iter().zip(&HOLDERS)) {
            if gate.is_taken.swap(true, Ordering::AcqRel) {
                continue;
            }
            let generation = gate.generation.load(Ordering::Relaxed);
            let Some(generation) = generation.checked_add(1) else {
                // Used up; it stays taken.
                continue;
            };
            gate.generation.store(generation, Ordering::Relaxed);
            let id = GateId::new(place, generation);
            // Its cells are 0: they were cleared before it was given back.
            holder.store(id.0, Ordering::Release);
            return Some(Self {
                gate: id,
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
        if let Some(gate) = self.gate.gate().filter(|_| !self.is_closed) {
            gate.game.store(state, Ordering::Relaxed);
        }
    }

    /// Writes one cell.
    pub(super) fn write_one(&self, number: usize, access: Access) {
        if self.is_closed {
            return;
        }
        let gate = self.gate.cells().and_then(|cells| cells.get(number));
        let table = self.table.and_then(|t| TABLES.get(t)).and_then(|t| t.get(number));
        for cell in [gate, table].into_iter().flatten() {
            cell.set(access);
        }
    }

    fn read(&self, number: usize) -> Access {
        self.gate
            .cells()
            .and_then(|cells| cells.get(number))
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
        let id = self.gate;
        let (Some(gate), Some(holder), Some(cells)) = (id.gate(), id.holder(), id.cells()) else {
            return;
        };
        // First the number, then the cells: whoever reads a cell of a later holder sees that the number is another.
        holder.store(nobody(id.place()), Ordering::Release);
        fence(Ordering::Release);
        cells.iter().for_each(|cell| cell.set(Access::Unavailable));
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
        for handle in (0..64).flat_map(|bit| [0, old.handle() ^ 1 << bit, 1 << bit, !(1 << bit)]) {
            let is_known = holders.iter().any(|holder| holder.gate().handle() == handle);
            assert_eq!(access(GateId::of(handle), 3), u8::from(is_known), "{handle:#x}");
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
        let closed = (0..MAX_CLIENTS).map(nobody);
        for handle in [0, 63, u64::MAX, writer.gate().handle() + 64].into_iter().chain(closed) {
            assert_eq!(access(GateId::of(handle), 1), 0);
            assert!(!is_open(GateId::of(handle)));
        }
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
