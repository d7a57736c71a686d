//! Keys, sealing and opening.

use std::fmt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::envelope::{self, Envelope, Head, TAG_BYTES};
use super::error::{RecordError, RecordErrorKind};
use crate::host::random::Random;

/// The 32-byte secret that records are sealed with, from the host's platform keystore. Wiped from memory on drop; behind a
/// pointer, so that passing it on leaves no copies behind.
pub struct RecordKey(Box<Zeroizing<[u8; 32]>>);

impl RecordKey {
    /// Takes the secret. The caller wipes its own copy, also the one that was passed here: see [`RecordKey::from_slice`].
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Box::new(Zeroizing::new(secret)))
    }

    /// Takes the secret; `None` unless it has 32 bytes.
    pub fn from_slice(secret: &[u8]) -> Option<Self> {
        let mut key = Self(Box::new(Zeroizing::new([0; 32])));
        if secret.len() != key.0.len() {
            return None;
        }
        key.0.copy_from_slice(secret);
        Some(key)
    }

    fn check(&self, nonce: &[u8; 24]) -> [u8; 16] {
        truncated(hmac(self.0.as_slice(), &[b"playgate key check", nonce]))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(hmac(self.0.as_slice(), &[b"playgate seal"]));
        XChaCha20Poly1305::new((&*key).into())
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(…)")
    }
}

/// Which keys records are sealed and opened with.
#[derive(Debug, Default)]
pub struct Keys {
    /// Seals what is saved, opens what is loaded. `None`: records are kept in clear, and sealed ones are refused.
    pub key: Option<RecordKey>,
    /// Opens records that were sealed before the key was changed; the next save seals them with `key`.
    pub previous_key: Option<RecordKey>,
    /// Whether records that are not sealed are accepted although there is a key; the next save seals them. For the one
    /// release of a game that starts to use a key.
    pub migrate_unsealed: bool,
}

/// Where a record belongs.
pub(super) struct Place<'a> {
    pub(super) salt: &'a [u8; 32],
    pub(super) name: &'a str,
}

impl Place<'_> {
    fn check(&self) -> [u8; 16] {
        let name = self.name.as_bytes();
        truncated(hmac(self.salt, &[b"playgate place check", name]))
    }

    fn associated_data(&self, head: Head) -> Vec<u8> {
        let head = head.to_bytes();
        [b"playgate record", &head[..], self.salt, self.name.as_bytes()].concat()
    }
}

pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of up to one block is used as it is, padded with zeros; every key here has 32 bytes.
    debug_assert!(key.len() <= 64);
    let mut block = [0_u8; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new((&block).into());
    zeroize::Zeroize::zeroize(&mut block);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn truncated(digest: [u8; 32]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes
}

/// So many random bytes.
pub(super) fn random<const N: usize>(source: &dyn Random) -> Result<[u8; N], RecordError> {
    let mut bytes = [0; N];
    source.fill(&mut bytes).map_err(|why| {
        RecordError::new(
            RecordErrorKind::NoRandomness,
            format!("There are no random bytes, so nothing was stored: {why}."),
        )
    })?;
    Ok(bytes)
}

/// Makes the bytes of a record; sealed when there is a key.
pub(super) fn wrap(
    payload: &[u8],
    sequence: u64,
    key: Option<&RecordKey>,
    place: &Place<'_>,
    source: &dyn Random,
) -> Result<Vec<u8>, RecordError> {
    let stored_bytes = payload.len() + if key.is_some() { TAG_BYTES } else { 0 };
    let mut head = Head {
        sealed: key.is_some(),
        payload_bytes: u32::try_from(stored_bytes).map_err(|_| cannot_seal())?,
        sequence,
        check: [0; 16],
        nonce: [0; 24],
    };
    let Some(key) = key else {
        head.check = place.check();
        return Ok(envelope::build(head, payload));
    };
    head.nonce = random(source)?;
    head.check = key.check(&head.nonce);
    // The tag fits in too: were the buffer to grow, it would leave a copy in clear behind.
    let mut sealed = Vec::with_capacity(stored_bytes);
    sealed.extend_from_slice(payload);
    key.cipher()
        .encrypt_in_place(&XNonce::from(head.nonce), &place.associated_data(head), &mut sealed)
        .map_err(|_| cannot_seal())?;
    Ok(envelope::build(head, &sealed))
}

fn cannot_seal() -> RecordError {
    RecordError::new(RecordErrorKind::TooLarge, "The record is too large to be sealed.")
}

/// The payload in clear, and whether it should be sealed anew.
pub(super) fn open(envelope: &Envelope<'_>, keys: &Keys, place: &Place<'_>) -> Result<(Vec<u8>, bool), RecordError> {
    let head = envelope.head;
    if !head.sealed {
        if keys.key.is_some() && !keys.migrate_unsealed {
            return Err(RecordError::new(
                RecordErrorKind::UnsealedRefused,
                "The stored record is not sealed, though a storage key was given, so it grants nothing. \
                 Ask for migration if records were kept without a key before.",
            ));
        }
        if head.check != place.check() {
            return Err(foreign());
        }
        return Ok((envelope.payload.to_vec(), keys.key.is_some()));
    }
    let Some(key) = &keys.key else {
        return Err(RecordError::new(
            RecordErrorKind::KeyMissing,
            "The stored record is sealed and no storage key was given. Give the key from the platform's keystore.",
        ));
    };
    let candidates = [Some(key), keys.previous_key.as_ref()];
    let fitting = candidates
        .into_iter()
        .flatten()
        .enumerate()
        .find(|(_, key)| key.check(&head.nonce) == head.check);
    let Some((which, key)) = fitting else {
        return Err(RecordError::new(
            RecordErrorKind::WrongKey,
            "The stored record is sealed with another storage key. Give that one, as the previous key if it was changed.",
        ));
    };
    let mut payload = envelope.payload.to_vec();
    key.cipher()
        .decrypt_in_place(&XNonce::from(head.nonce), &place.associated_data(head), &mut payload)
        .map_err(|_| foreign())?;
    Ok((payload, which > 0))
}

fn foreign() -> RecordError {
    RecordError::new(
        RecordErrorKind::ForeignRecord,
        "The stored record belongs to another player or another store, or was changed on purpose; it grants nothing.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::random::SystemRandom;

    const SALT: [u8; 32] = [7; 32];
    const HERE: Place<'_> = Place {
        salt: &SALT,
        name: "00112233445566778899aabbccddeeff",
    };

    fn keys(key: u8) -> Keys {
        Keys {
            key: Some(RecordKey::new([key; 32])),
            ..Keys::default()
        }
    }

    fn try_open(record: &[u8], keys: &Keys, place: &Place<'_>) -> Result<(Vec<u8>, bool), RecordErrorKind> {
        let envelope = Envelope::read(record).map_err(|err| err.kind)?;
        open(&envelope, keys, place).map_err(|err| err.kind)
    }

    #[test]
    fn hmac_is_hmac_sha256() {
        // RFC 4231, test case 2.
        let digest = hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn what_is_sealed_opens_here_only() {
        let keys = keys(1);
        let record = wrap(b"secret words", 5, keys.key.as_ref(), &HERE, &SystemRandom).expect("sealed");
        assert!(!record.windows(6).any(|window| window == b"secret"));
        assert_eq!(try_open(&record, &keys, &HERE), Ok((b"secret words".to_vec(), false)));
        let elsewhere = Place { salt: &[8; 32], ..HERE };
        let other_player = Place {
            name: "ffeeddccbbaa99887766554433221100",
            ..HERE
        };
        for place in [elsewhere, other_player] {
            assert_eq!(try_open(&record, &keys, &place), Err(RecordErrorKind::ForeignRecord));
        }
    }

    #[test]
    fn two_sealings_of_the_same_content_have_nothing_in_common() {
        let key = RecordKey::new([1; 32]);
        let one = wrap(&[0; 64], 1, Some(&key), &HERE, &SystemRandom).expect("sealed");
        let two = wrap(&[0; 64], 1, Some(&key), &HERE, &SystemRandom).expect("sealed");
        assert_ne!(one[24..40], two[24..40], "key check");
        assert_ne!(one[40..64], two[40..64], "nonce");
        assert_ne!(one[128..], two[128..], "payload");
    }

    /// Whoever recomputes the plain checksum after a change still fails at the seal.
    #[test]
    fn a_change_with_a_right_checksum_does_not_open() {
        let keys = keys(1);
        let record = wrap(b"secret words", 5, keys.key.as_ref(), &HERE, &SystemRandom).expect("sealed");
        let whole = Envelope::read(&record).expect("whole");
        let mut payload = whole.payload.to_vec();
        payload[0] ^= 1;
        let newer = Head {
            sequence: 6,
            ..whole.head
        };
        let in_clear = Head {
            sealed: false,
            ..whole.head
        };
        for (forged, expected) in [
            (envelope::build(whole.head, &payload), RecordErrorKind::ForeignRecord),
            (envelope::build(newer, whole.payload), RecordErrorKind::ForeignRecord),
            (
                envelope::build(in_clear, whole.payload),
                RecordErrorKind::UnsealedRefused,
            ),
        ] {
            assert_eq!(try_open(&forged, &keys, &HERE), Err(expected));
        }
        // A sealed record that is too short for its tag.
        let short = Head {
            payload_bytes: 3,
            ..whole.head
        };
        assert_eq!(
            try_open(&envelope::build(short, b"abc"), &keys, &HERE),
            Err(RecordErrorKind::ForeignRecord)
        );
    }

    #[test]
    fn keys_are_told_apart() {
        let record = wrap(b"x", 1, keys(1).key.as_ref(), &HERE, &SystemRandom).expect("sealed");
        assert_eq!(try_open(&record, &keys(2), &HERE), Err(RecordErrorKind::WrongKey));
        assert_eq!(
            try_open(&record, &Keys::default(), &HERE),
            Err(RecordErrorKind::KeyMissing)
        );
        let changed = Keys {
            previous_key: Some(RecordKey::new([1; 32])),
            ..keys(2)
        };
        assert_eq!(try_open(&record, &changed, &HERE), Ok((b"x".to_vec(), true)));
    }

    #[test]
    fn an_unsealed_record_needs_migration_once_there_is_a_key() {
        let record = wrap(b"x", 1, None, &HERE, &SystemRandom).expect("built");
        assert_eq!(try_open(&record, &Keys::default(), &HERE), Ok((b"x".to_vec(), false)));
        assert_eq!(
            try_open(&record, &keys(1), &HERE),
            Err(RecordErrorKind::UnsealedRefused)
        );
        let migrating = Keys {
            migrate_unsealed: true,
            ..keys(1)
        };
        assert_eq!(try_open(&record, &migrating, &HERE), Ok((b"x".to_vec(), true)));
        let elsewhere = Place { salt: &[8; 32], ..HERE };
        for keys in [Keys::default(), migrating] {
            assert_eq!(
                try_open(&record, &keys, &elsewhere),
                Err(RecordErrorKind::ForeignRecord)
            );
        }
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let shown = format!("{:?}", keys(0xab));
        assert!(!shown.contains("171") && !shown.contains("ab, "), "{shown}");
        assert!(RecordKey::from_slice(&[0; 31]).is_none());
        assert!(RecordKey::from_slice(&[0; 32]).is_some());
    }
}
