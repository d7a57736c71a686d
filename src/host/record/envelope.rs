//! The bytes of a record, as the table in the parent module gives them. Knows no key and no storage.

use sha2::{Digest, Sha256};

use super::MAX_PAYLOAD_BYTES;
use super::error::{RecordError, RecordErrorKind};

const MAGIC: [u8; 8] = *b"PLAYGATE";
const VERSION: u16 = 1;
const SEALED: u16 = 1;

pub(super) const TAG_BYTES: usize = 16;
/// What stands before the checksum.
pub(super) const HEAD_BYTES: usize = 64;
const CHECKSUM_BYTES: usize = 32;
pub(super) const MARK_AT: usize = HEAD_BYTES + CHECKSUM_BYTES;
const MARK_BYTES: usize = 32;
pub(super) const HEADER_BYTES: usize = MARK_AT + MARK_BYTES;

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The session ended: it was deleted or revoked.
    Ended,
    /// What is stored may no longer hold: nothing may be allowed by it until a refresh.
    Doubtful,
}

/// That what a record allows no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What it says.
    pub kind: MarkKind,
    /// When it became so, in milliseconds since 1970 UTC; 0 when the mark itself was damaged.
    pub at_ms: i64,
}

/// What a mark's 32 bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StoredMark {
    Valid(Mark),
    Damaged,
}

impl StoredMark {
    fn reads_as(self) -> Mark {
        match self {
            StoredMark::Valid(mark) => mark,
            StoredMark::Damaged => Mark {
                kind: MarkKind::Doubtful,
                at_ms: 0,
            },
        }
    }

    /// Whether this mark says at least as much as one of that kind, so that writing it would gain nothing.
    pub(super) fn covers(self, kind: MarkKind) -> bool {
        match self {
            StoredMark::Valid(mark) => mark.kind == MarkKind::Ended || mark.kind == kind,
            StoredMark::Damaged => false,
        }
    }
}

impl Mark {
    pub(super) fn to_bytes(self) -> [u8; MARK_BYTES] {
        let mut bytes = [0; MARK_BYTES];
        bytes[0] = match self.kind {
            MarkKind::Ended => 1,
            MarkKind::Doubtful => 2,
        };
        bytes[8..16].copy_from_slice(&self.at_ms.to_le_bytes());
        let checksum = mark_checksum(&bytes);
        bytes[16..].copy_from_slice(&checksum);
        bytes
    }
}

fn mark_checksum(mark: &[u8; MARK_BYTES]) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(b"playgate mark")
        .chain_update(&mark[..16])
        .finalize();
    let mut checksum = [0; 16];
    checksum.copy_from_slice(&digest[..16]);
    checksum
}

/// The mark in these bytes of a record, `None` when there is none, or when they are too short to hold one.
pub(super) fn stored_mark(record: &[u8]) -> Option<StoredMark> {
    let bytes: &[u8; MARK_BYTES] = record.get(MARK_AT..)?.first_chunk()?;
    if *bytes == [0; MARK_BYTES] {
        return None;
    }
    let kind = match bytes[0] {
        1 => Some(MarkKind::Ended),
        2 => Some(MarkKind::Doubtful),
        _ => None,
    };
    let valid = bytes[1..8] == [0; 7] && bytes[16..] == mark_checksum(bytes);
    Some(match kind {
        Some(kind) if valid => {
            let mut at_ms = [0; 8];
            at_ms.copy_from_slice(&bytes[8..16]);
            StoredMark::Valid(Mark {
                kind,
                at_ms: i64::from_le_bytes(at_ms),
            })
        }
        _ => StoredMark::Damaged,
    })
}

/// The fields before the checksum, without magic and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) sealed: bool,
    pub(super) payload_bytes: u32,
    pub(super) sequence: u64,
    pub(super) check: [u8; 16],
    pub(super) nonce: [u8; 24],
}

impl Head {
    pub(super) fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        let flags = if self.sealed { SEALED } else { 0 };
        bytes[10..12].copy_from_slice(&flags.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.payload_bytes.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.check);
        bytes[40..].copy_from_slice(&self.nonce);
        bytes
    }

    /// Checks that this is a record, and of a format that is known here.
    pub(super) fn check_format(record: &[u8]) -> Result<(), RecordError> {
        if record.is_empty() {
            return Err(RecordError::corrupt("it is empty"));
        }
        let Some((magic, rest)) = record.split_first_chunk::<8>() else {
            return Err(RecordError::corrupt("it is cut short"));
        };
        if *magic != MAGIC {
            return Err(RecordError::corrupt("it does not begin like a record"));
        }
        let Some(version) = rest.first_chunk::<2>() else {
            return Err(RecordError::corrupt("it is cut short"));
        };
        match u16::from_le_bytes(*version) {
            0 => Err(RecordError::corrupt("it has format version 0")),
            VERSION => Ok(()),
            newer => Err(newer_format(&format!("format version {newer}"))),
        }
    }
}

fn newer_format(what: &str) -> RecordError {
    RecordError::new(
        RecordErrorKind::NewerFormat,
        format!("The stored record has {what}, which a newer version of this library has written. Use that version."),
    )
}

/// Puts a record together, without a mark. `payload` is as it is stored: sealed, or in clear.
pub(super) fn build(head: Head, payload: &[u8]) -> Vec<u8> {
    let head = head.to_bytes();
    let mut record = Vec::with_capacity(HEADER_BYTES + payload.len());
    record.extend_from_slice(&head);
    record.extend_from_slice(&checksum(&head, payload));
    record.extend_from_slice(&[0; MARK_BYTES]);
    record.extend_from_slice(payload);
    record
}

fn checksum(head: &[u8], payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
    Sha256::new()
        .chain_update(head)
        .chain_update([0; CHECKSUM_BYTES + MARK_BYTES])
        .chain_update(payload)
        .finalize()
        .into()
}

/// A record whose format, length and checksum are right.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) head: Head,
    pub(super) mark: Option<Mark>,
    /// As stored: sealed, or in clear.
    pub(super) payload: &'a [u8],
}

impl<'a> Envelope<'a> {
    pub(super) fn read(record: &'a [u8]) -> Result<Self, RecordError> {
        Head::check_format(record)?;
        let Some((header, payload)) = record.split_first_chunk::<HEADER_BYTES>() else {
            return Err(RecordError::corrupt("it is cut short"));
        };
        let mut fields = Fields(&header[10..HEAD_BYTES]);
        let flags = u16::from_le_bytes(fields.take());
        let head = Head {
            sealed: flags & SEALED != 0,
            payload_bytes: u32::from_le_bytes(fields.take()),
            sequence: u64::from_le_bytes(fields.take()),
            check: fields.take(),
            nonce: fields.take(),
        };
        let expected = head.payload_bytes as usize;
        if payload.len() != expected {
            return Err(RecordError::corrupt(if payload.len() < expected {
                "it is cut short"
            } else {
                "something follows its end"
            }));
        }
        if header[HEAD_BYTES..MARK_AT] != checksum(&header[..HEAD_BYTES], payload) {
            return Err(RecordError::corrupt("its checksum is wrong"));
        }
        // Only now: flags that are not known may come from damage as well as from a newer version.
        if flags & !SEALED != 0 {
            return Err(newer_format("flags that are not known here"));
        }
        if expected > MAX_PAYLOAD_BYTES + TAG_BYTES {
            return Err(RecordError::new(
                RecordErrorKind::TooLarge,
                "The stored record is larger than any record may be.",
            ));
        }
        Ok(Envelope {
            head,
            mark: stored_mark(record).map(StoredMark::reads_as),
            payload,
        })
    }
}

/// Cuts fields of a fixed size off a header of a fixed size; what is not there reads as 0.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk::<N>() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; N],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(payload: &[u8]) -> Head {
        Head {
            sealed: false,
            payload_bytes: payload.len() as u32,
            sequence: 0x0102_0304_0506_0708,
            check: [0xcc; 16],
            nonce: [0xdd; 24],
        }
    }

    #[test]
    fn the_layout_is_as_documented() {
        let record = build(head(b"abc"), b"abc");
        assert_eq!(record.len(), 128 + 3);
        assert_eq!(&record[..8], b"PLAYGATE");
        assert_eq!(&record[8..16], [1, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(&record[16..24], [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(&record[24..40], [0xcc; 16]);
        assert_eq!(&record[40..64], [0xdd; 24]);
        assert_eq!(&record[96..128], [0; 32]);
        assert_eq!(&record[128..], b"abc");
        let mut zeroed = record.clone();
        zeroed[64..128].fill(0);
        assert_eq!(record[64..96], Sha256::digest(&zeroed)[..]);
    }

    #[test]
    fn what_is_built_reads_back() {
        for payload in [&b""[..], b"x", &[0; 1000]] {
            let record = build(head(payload), payload);
            let envelope = Envelope::read(&record).expect("whole");
            assert_eq!(envelope.head, head(payload));
            assert_eq!(envelope.payload, payload);
            assert_eq!(envelope.mark, None);
        }
    }

    #[test]
    fn marks_read_back_and_anything_else_is_doubtful() {
        let mut record = build(head(b"abc"), b"abc");
        for kind in [MarkKind::Ended, MarkKind::Doubtful] {
            for at_ms in [0, -1, i64::MAX, i64::MIN, 1_700_000_000_000] {
                let mark = Mark { kind, at_ms };
                record[MARK_AT..HEADER_BYTES].copy_from_slice(&mark.to_bytes());
                assert_eq!(Envelope::read(&record).expect("whole").mark, Some(mark));
            }
        }
        let doubtful = Some(Mark {
            kind: MarkKind::Doubtful,
            at_ms: 0,
        });
        for garbage in [[1; 32], [0xff; 32]] {
            record[MARK_AT..HEADER_BYTES].copy_from_slice(&garbage);
            assert_eq!(Envelope::read(&record).expect("whole").mark, doubtful);
        }
        // A mark of a kind that a newer version may know, with a fitting checksum.
        let mut unknown = [0; MARK_BYTES];
        unknown[0] = 3;
        let checksum = mark_checksum(&unknown);
        unknown[16..].copy_from_slice(&checksum);
        record[MARK_AT..HEADER_BYTES].copy_from_slice(&unknown);
        assert_eq!(Envelope::read(&record).expect("whole").mark, doubtful);
    }

    #[test]
    fn a_mark_torn_at_any_byte_still_denies() {
        let mark = Mark {
            kind: MarkKind::Ended,
            at_ms: 1_700_000_000_000,
        };
        for written in 1..MARK_BYTES {
            let mut record = build(head(b"abc"), b"abc");
            record[MARK_AT..MARK_AT + written].copy_from_slice(&mark.to_bytes()[..written]);
            assert!(Envelope::read(&record).expect("whole").mark.is_some());
        }
    }

    #[test]
    fn every_single_bit_counts() {
        let record = build(head(b"payload"), b"payload");
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match Envelope::read(&flipped) {
                Ok(envelope) => {
                    assert!((MARK_AT..HEADER_BYTES).contains(&(bit / 8)), "bit {bit}");
                    assert_eq!(envelope.mark.map(|mark| mark.kind), Some(MarkKind::Doubtful));
                    assert_eq!(envelope.payload, b"payload");
                }
                // A version with one bit more may be a newer one.
                Err(err) if bit / 8 == 8 || bit / 8 == 9 => {
                    let expected = if bit == 64 {
                        RecordErrorKind::Corrupt
                    } else {
                        RecordErrorKind::NewerFormat
                    };
                    assert_eq!(err.kind, expected, "bit {bit}");
                }
                Err(err) => assert_eq!(err.kind, RecordErrorKind::Corrupt, "bit {bit}"),
            }
        }
    }

    #[test]
    fn every_other_length_is_corrupt() {
        let record = build(head(b"payload"), b"payload");
        for len in 0..record.len() {
            let err = Envelope::read(&record[..len]).expect_err("cut short");
            assert!(err.is_corrupt(), "length {len}");
        }
        for more in [&b"\0"[..], b"x", &record] {
            let err = Envelope::read(&[&record[..], more].concat()).expect_err("extended");
            assert!(err.is_corrupt());
        }
    }

    #[test]
    fn unknown_flags_with_a_right_checksum_are_of_a_newer_version() {
        let mut record = build(head(b"abc"), b"abc");
        record[11] = 0x80;
        let right = checksum(&record[..HEAD_BYTES], b"abc");
        record[HEAD_BYTES..MARK_AT].copy_from_slice(&right);
        let err = Envelope::read(&record).expect_err("unknown");
        assert_eq!(err.kind, RecordErrorKind::NewerFormat);
    }
}
