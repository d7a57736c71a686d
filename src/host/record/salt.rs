//! The store's salt: made once, never replaced.

use sha2::{Digest, Sha256};

use super::super::{random::Random, storage::Storage};
use super::crypto;
use super::error::{RecordError, RecordErrorKind};

const KEY: &str = "salt";
const MAGIC: [u8; 8] = *b"PLAYSALT";
const CHECKSUM_BYTES: usize = 24;
const FILE_BYTES: usize = MAGIC.len() + 32 + CHECKSUM_BYTES;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Salt([u8; 32]);

impl Salt {
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn name(&self, player: &str) -> String {
        let digest = crypto::hmac(&self.0, &[b"player", player.as_bytes()]);
        let mut name = String::with_capacity(32);
        for byte in &digest[..16] {
            for digit in [byte >> 4, byte & 15] {
                name.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        name
    }

    fn to_bytes(&self) -> Vec<u8> {
        [&MAGIC[..], &self.0, &checksum(&self.0)].concat()
    }

    fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        let salt = bytes
            .strip_prefix(&MAGIC)
            .filter(|_| bytes.len() == FILE_BYTES)
            .and_then(|rest| rest.split_first_chunk::<32>())
            .filter(|(salt, rest)| **rest == checksum(salt))
            .map(|(salt, _)| Salt(*salt));
        salt.ok_or_else(|| {
            RecordError::new(
                RecordErrorKind::SaltCorrupt,
                "The salt of the stored records is damaged, so no player's record can be found. Restore the file \
                 \"salt\" from a backup, or remove the whole folder to start anew; it is not replaced by itself.",
            )
        })
    }
}

fn checksum(salt: &[u8; 32]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::new().chain_update(MAGIC).chain_update(salt).finalize();
    let mut bytes = [0; CHECKSUM_BYTES];
    bytes.copy_from_slice(&digest[..CHECKSUM_BYTES]);
    bytes
}

pub(super) fn load(storage: &dyn Storage) -> Result<Option<Salt>, RecordError> {
    match storage.read(KEY)? {
        Some(bytes) => Salt::read(&bytes).map(Some),
        None => Ok(None),
    }
}

pub(super) fn load_or_create(storage: &dyn Storage, source: &dyn Random) -> Result<Salt, RecordError> {
    if let Some(salt) = load(storage)? {
        return Ok(salt);
    }
    if storage.has_records()? {
        return Err(RecordError::new(
            RecordErrorKind::SaltCorrupt,
            "The store's salt is gone though records are there: none of them can be found. Bring the file back from a \
             backup, or remove the whole folder to start anew.",
        ));
    }
    let new = Salt(crypto::random(source)?);
    // Another process may have been faster: what is stored counts.
    Salt::read(&storage.write_new(KEY, &new.to_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_and_every_length_of_the_salt_counts() {
        let bytes = Salt([5; 32]).to_bytes();
        assert_eq!(bytes.len(), 64);
        assert!(Salt::read(&bytes).is_ok_and(|salt| salt.0 == [5; 32]));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let err = Salt::read(&flipped).err().map(|err| err.kind);
            assert_eq!(err, Some(RecordErrorKind::SaltCorrupt), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Salt::read(&bytes[..len]).is_err());
        }
        assert!(Salt::read(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn names_are_hexadecimal_and_differ_by_player_and_salt() {
        let (one, two) = (Salt([1; 32]), Salt([2; 32]));
        let name = one.name("mia@example.com");
        assert_eq!(name.len(), 32);
        assert!(name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        assert_eq!(name, one.name("mia@example.com"));
        assert_ne!(name, one.name("mia@example.org"));
        assert_ne!(name, two.name("mia@example.com"));
    }
}
