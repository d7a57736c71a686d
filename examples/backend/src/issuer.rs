//! Who says whom a player's token speaks for: the secret that this server shares with the studio's login, public keys of
//! the studio's own issuer, or whatever a program puts in their place.

use std::fmt;

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};

use crate::{
    config::Config,
    token::{Bearer, NOT_OURS, TokenError, Tokens, install, read, validation},
};

/// The longest key set, in bytes.
const MAX_SET_BYTES: u64 = 256 * 1024;
/// The most keys in a set.
const MAX_KEYS: usize = 64;

/// Says whom a token speaks for.
pub trait TokenCheck: Send + Sync {
    /// Whom a token speaks for. Called for each request, so it should not wait for anything.
    ///
    /// # Errors
    /// The token is not good; the caller gets 401 and the reason, which must not show the token.
    fn bearer_of(&self, token: &str) -> Result<Bearer, TokenError>;
}

impl TokenCheck for Tokens {
    fn bearer_of(&self, token: &str) -> Result<Bearer, TokenError> {
        Tokens::bearer_of(self, token)
    }
}

/// What the configuration names.
pub fn token_check(config: &Config) -> std::sync::Arc<dyn TokenCheck> {
    match (&config.token_check, &config.token_keys) {
        (Some(check), _) => check.clone(),
        (None, Some(keys)) => std::sync::Arc::new(Issuer::new(keys.clone(), config)),
        (None, None) => std::sync::Arc::new(Tokens::new(config)),
    }
}

#[derive(Clone)]
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// The public keys of an issuer: RSA for RS256, P-256 for ES256.
#[derive(Clone)]
pub struct KeySet(Vec<Key>);

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({} keys)", self.0.len())
    }
}

impl KeySet {
    /// Reads a file that holds a JSON Web Key Set (RFC 7517).
    ///
    /// # Errors
    /// It cannot be read, or as [`KeySet::parse`].
    pub fn read(path: &str) -> Result<Self, String> {
        let size = std::fs::metadata(path).map_err(|error| format!("the file cannot be read: {error}"))?;
        if size.len() > MAX_SET_BYTES {
            return Err("the file is too long".to_owned());
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("the file cannot be read: {error}"))?;
        Self::parse(&text)
    }

    /// Reads a JSON Web Key Set. Keys that are not for signatures, or for others than RS256 and ES256, are left out, as
    /// RFC 7517 section 5 wants it.
    ///
    /// # Errors
    /// It is none, or has no key of use, or too many.
    pub fn parse(text: &str) -> Result<Self, String> {
        let set: JwkSet = serde_json::from_str(text).map_err(|_| "this is no JSON Web Key Set".to_owned())?;
        let keys: Vec<Key> = set.keys.iter().filter_map(usable).collect();
        if keys.is_empty() {
            return Err("the set has no public key for RS256 or ES256".to_owned());
        }
        if keys.len() > MAX_KEYS {
            return Err(format!("the set has more than {MAX_KEYS} keys"));
        }
        Ok(Self(keys))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none. Never so.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn usable(jwk: &Jwk) -> Option<Key> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => Algorithm::ES256,
        _ => return None,
    };
    let named = match &jwk.common.key_algorithm {
        None => true,
        Some(KeyAlgorithm::RS256) => algorithm == Algorithm::RS256,
        Some(KeyAlgorithm::ES256) => algorithm == Algorithm::ES256,
        Some(_) => false,
    };
    let signs = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| named && signs)?;
    Some(Key {
        id: jwk.common.key_id.clone(),
        algorithm,
        key,
    })
}

/// Tokens of an issuer whose public keys are known.
struct Issuer {
    keys: KeySet,
    rsa: Validation,
    ecdsa: Validation,
}

impl Issuer {
    fn new(keys: KeySet, config: &Config) -> Self {
        install();
        let (issuer, audience) = (config.token_issuer.as_deref(), config.token_audience.as_deref());
        Self {
            keys,
            rsa: validation(Algorithm::RS256, issuer, audience),
            ecdsa: validation(Algorithm::ES256, issuer, audience),
        }
    }
}

impl TokenCheck for Issuer {
    /// The key is the one that the token names, or, where it names none, the only one of its algorithm. The key decides
    /// about the algorithm, never the token.
    fn bearer_of(&self, token: &str) -> Result<Bearer, TokenError> {
        let header = decode_header(token).map_err(|_| NOT_OURS)?;
        let mut fitting = self.keys.0.iter().filter(|key| {
            let is_named = header.kid.is_none() || key.id == header.kid;
            key.algorithm == header.alg && is_named
        });
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Err(NOT_OURS);
        };
        let validation = if key.algorithm == Algorithm::ES256 {
            &self.ecdsa
        } else {
            &self.rsa
        };
        read(token, &key.key, validation)
    }
}
