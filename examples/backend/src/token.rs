//! Tokens of players and of parents: JSON Web Tokens. `sub` is the player; a parent's has the role `parent` and names the
//! player for whom the parent acts. [`Tokens`] are signed with a secret, by HS256 and nothing else.

mod signature;

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};

pub(crate) use self::signature::install;
use crate::config::{Config, ConfigError, Secret, check_token_secret};

/// The longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;
/// The longest player id, in bytes.
const MAX_PLAYER_BYTES: usize = 256;
/// How far two servers' clocks may differ, in seconds.
const LEEWAY_S: u64 = 30;
/// The longest life of a token from the `token` command: ten years.
const MAX_HOURS: u32 = 10 * 366 * 24;

/// The `role` of a parent's token.
const PARENT: &str = "parent";

/// Whom a token speaks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Bearer {
    /// That player.
    Player(String),
    /// A parent of that player.
    Parent {
        /// The player.
        player: String,
        /// Until when the token is good, in Unix seconds.
        expires_s: u64,
    },
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Player(_) => "Player(..)",
            Self::Parent { .. } => "Parent(..)",
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<serde_json::Value>,
}

/// Issues and checks tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    issuer: Option<String>,
    audience: Option<String>,
}

impl Tokens {
    /// Tokens under that configuration's secret, issuer and audience.
    pub fn new(config: &Config) -> Self {
        Self::with(
            &config.token_secret,
            config.token_issuer.clone(),
            config.token_audience.clone(),
        )
    }

    /// Tokens under that secret; issuer and audience are written and required where they are given.
    pub fn with(secret: &Secret, issuer: Option<String>, audience: Option<String>) -> Self {
        install();
        Self {
            encoding: EncodingKey::from_secret(secret.reveal().as_bytes()),
            decoding: DecodingKey::from_secret(secret.reveal().as_bytes()),
            validation: validation(Algorithm::HS256, issuer.as_deref(), audience.as_deref()),
            issuer,
            audience,
        }
    }

    /// A token for that player, good for that many hours.
    ///
    /// # Errors
    /// The player id is empty, too long or has control characters; the hours are 0 or more than ten years.
    pub fn issue(&self, player: &str, hours: u32) -> Result<String, TokenError> {
        self.issue_for_hours(player, None, hours)
    }

    /// A token for a parent of that player, good for that many hours.
    ///
    /// # Errors
    /// As [`Tokens::issue`].
    pub fn issue_parent(&self, player: &str, hours: u32) -> Result<String, TokenError> {
        self.issue_for_hours(player, Some(PARENT), hours)
    }

    fn issue_for_hours(&self, player: &str, role: Option<&str>, hours: u32) -> Result<String, TokenError> {
        if !is_player_id(player) {
            return Err(TokenError("a player id is 1 to 256 bytes without control characters"));
        }
        if !(1..=MAX_HOURS).contains(&hours) {
            return Err(TokenError("a token lives from 1 hour to 10 years"));
        }
        self.sign(player, role, now_s()?.saturating_add(u64::from(hours) * 3600))
    }

    /// A parent's token for a browser to keep: good for `seconds`, and no longer than the one that it stands for.
    pub(crate) fn issue_for_browser(&self, player: &str, seconds: u64, until_s: u64) -> Result<String, TokenError> {
        self.sign(player, Some(PARENT), now_s()?.saturating_add(seconds).min(until_s))
    }

    fn sign(&self, player: &str, role: Option<&str>, exp: u64) -> Result<String, TokenError> {
        let claims = Claims {
            sub: player.to_owned(),
            exp,
            role: role.map(str::to_owned),
            iss: self.issuer.clone(),
            aud: self.audience.clone().map(serde_json::Value::String),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|_| TokenError("the token could not be signed"))
    }

    /// The player whose own a token is.
    ///
    /// # Errors
    /// As [`Tokens::bearer_of`], or it is a parent's.
    pub fn player_of(&self, token: &str) -> Result<String, TokenError> {
        match self.bearer_of(token)? {
            Bearer::Player(player) => Ok(player),
            Bearer::Parent { .. } => Err(TokenError("the token is a parent's")),
        }
    }

    /// Whom a token speaks for.
    ///
    /// # Errors
    /// Another algorithm, a wrong signature, expired or not yet valid, a claim missing or wrong.
    pub fn bearer_of(&self, token: &str) -> Result<Bearer, TokenError> {
        read(token, &self.decoding, &self.validation)
    }
}

/// What a token must have.
pub(crate) fn validation(algorithm: Algorithm, issuer: Option<&str>, audience: Option<&str>) -> Validation {
    let mut validation = Validation::new(algorithm);
    let mut required = vec!["exp", "sub"];
    validation.leeway = LEEWAY_S;
    validation.validate_nbf = true;
    validation.validate_aud = audience.is_some();
    if let Some(issuer) = issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    if let Some(audience) = audience {
        validation.set_audience(&[audience]);
        required.push("aud");
    }
    validation.set_required_spec_claims(&required);
    validation
}

/// Whom a token speaks for that is signed with that key.
pub(crate) fn read(token: &str, key: &DecodingKey, validation: &Validation) -> Result<Bearer, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError("the token is too long"));
    }
    let token = jsonwebtoken::decode::<Claims>(token, key, validation).map_err(|error| match error.kind() {
        ErrorKind::ExpiredSignature => TokenError("the token has expired"),
        ErrorKind::ImmatureSignature => TokenError("the token is not valid yet"),
        _ => NOT_OURS,
    })?;
    // Extensions that must be understood are not (RFC 7515 section 4.1.11).
    if token.header.crit.is_some() {
        return Err(TokenError("the token needs an extension"));
    }
    let Claims { sub, exp, role, .. } = token.claims;
    if !is_player_id(&sub) {
        return Err(TokenError("the token names no player"));
    }
    match role.as_deref() {
        None => Ok(Bearer::Player(sub)),
        Some(PARENT) => Ok(Bearer::Parent {
            player: sub,
            expires_s: exp,
        }),
        Some(_) => Err(TokenError("the token has a role that this server does not know")),
    }
}

/// The token is another's, or none.
pub(crate) const NOT_OURS: TokenError = TokenError("the token is not one of this server's");

/// A token for that player, good for that many hours, for tests and development. In production the studio's own login
/// issues them, with the same secret.
///
/// # Errors
/// The secret is too short, or as [`Tokens::issue`].
pub fn issue_token(secret: &str, player: &str, hours: u32) -> Result<String, TokenError> {
    let secret = Secret::new(secret);
    check_token_secret(&secret).map_err(|_: ConfigError| TokenError("the token secret must have at least 32 bytes"))?;
    Tokens::with(&secret, None, None).issue(player, hours)
}

/// The same for a parent of that player.
///
/// # Errors
/// As [`issue_token`].
pub fn issue_parent_token(secret: &str, player: &str, hours: u32) -> Result<String, TokenError> {
    let secret = Secret::new(secret);
    check_token_secret(&secret).map_err(|_: ConfigError| TokenError("the token secret must have at least 32 bytes"))?;
    Tokens::with(&secret, None, None).issue_parent(player, hours)
}

fn now_s() -> Result<u64, TokenError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .map(|since| since.as_secs())
        .map_err(|_| TokenError("this machine's clock is before 1970"))
}

fn is_player_id(text: &str) -> bool {
    (1..=MAX_PLAYER_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Why there is no token, or no player. Shows neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenError(&'static str);

impl TokenError {
    /// A reason, as a sentence that shows nothing of the token.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The reason as a sentence.
    pub fn text(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for TokenError {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn tokens(issuer: Option<&str>, audience: Option<&str>) -> Tokens {
        Tokens::with(&Secret::new(SECRET), issuer.map(Into::into), audience.map(Into::into))
    }

    #[test]
    fn a_token_names_its_player() {
        let token = issue_token(SECRET, "player-1", 1).unwrap();
        assert_eq!(tokens(None, None).player_of(&token).as_deref(), Ok("player-1"));
    }

    #[test]
    fn a_parents_token_is_a_parents_only() {
        let all = tokens(None, None);
        let parent = issue_parent_token(SECRET, "player-1", 1).unwrap();
        assert!(matches!(all.bearer_of(&parent), Ok(Bearer::Parent { player, .. }) if player == "player-1"));
        assert!(all.player_of(&parent).is_err());
        let short = all.issue_for_browser("player-1", 60, u64::MAX).unwrap();
        let Ok(Bearer::Parent { expires_s, .. }) = all.bearer_of(&short) else {
            panic!("not a parent's");
        };
        assert!(expires_s <= now_s().unwrap() + 60);
        let until = now_s().unwrap() + 5;
        let shorter = all.issue_for_browser("player-1", 60, until).unwrap();
        assert!(matches!(all.bearer_of(&shorter), Ok(Bearer::Parent { expires_s, .. }) if expires_s == until));
        let other = all.sign("player-1", Some("admin"), u64::MAX / 2).unwrap();
        assert!(all.bearer_of(&other).is_err());
        assert!(!format!("{:?}", all.bearer_of(&parent)).contains("player-1"));
    }

    #[test]
    fn another_secret_does_not_open_it() {
        let token = issue_token(&SECRET.to_uppercase(), "player-1", 1).unwrap();
        assert!(tokens(None, None).player_of(&token).is_err());
    }

    #[test]
    fn issuer_and_audience_are_required_where_configured() {
        let plain = tokens(None, None).issue("p", 1).unwrap();
        let full = tokens(Some("studio"), Some("game")).issue("p", 1).unwrap();
        assert!(tokens(Some("studio"), None).player_of(&plain).is_err());
        assert!(tokens(None, Some("game")).player_of(&plain).is_err());
        assert!(tokens(Some("other"), None).player_of(&full).is_err());
        assert!(tokens(None, Some("other")).player_of(&full).is_err());
        assert!(tokens(Some("studio"), Some("game")).player_of(&full).is_ok());
        assert!(tokens(None, None).player_of(&full).is_ok());
    }

    #[test]
    fn players_and_hours_are_bounded() {
        let long = "x".repeat(257);
        for player in ["", "a\nb", &long] {
            assert!(issue_token(SECRET, player, 1).is_err());
        }
        for hours in [0, u32::MAX] {
            assert!(issue_token(SECRET, "p", hours).is_err());
        }
        assert!(issue_token("short", "p", 1).is_err());
    }
}
