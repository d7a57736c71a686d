//! A studio's own issuer of player tokens: public keys, or a program's own check.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use playgate_backend::{Bearer, KeySet, TokenCheck, TokenError};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::{process::Program, support::*};

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer with a key for each algorithm.
struct Issuer {
    rsa: RsaKeyPair,
    ecdsa: EcdsaKeyPair,
}

impl Issuer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let ecdsa = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random);
        Self {
            // ring makes no RSA keys; this one is for nothing else.
            rsa: RsaKeyPair::from_pkcs8(include_bytes!("keys/rsa-for-tests.pk8")).unwrap(),
            ecdsa: ecdsa.unwrap(),
        }
    }

    fn rsa_key(&self, id: &str) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": base64(public.n), "e": base64(public.e)})
    }

    fn ecdsa_key(&self, id: &str) -> Value {
        let point = self.ecdsa.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "kid": id, "x": base64(&point[1..33]), "y": base64(&point[33..])})
    }

    fn keys(&self) -> KeySet {
        let unusable = json!({"kty": "oct", "kid": "secret", "k": base64(TOKEN_SECRET)});
        let set = json!({"keys": [self.rsa_key("r1"), self.ecdsa_key("e1"), unusable]});
        let keys = KeySet::parse(&set.to_string()).unwrap();
        assert_eq!(keys.len(), 2);
        keys
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let random = SystemRandom::new();
        let signature = if header["alg"] == "RS256" {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            let signed = self
                .rsa
                .sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature);
            signed.unwrap();
            signature
        } else {
            self.ecdsa.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec()
        };
        format!("{message}.{}", base64(signature))
    }
}

fn claims() -> Value {
    json!({"sub": "p1", "exp": unix_s() + 600})
}

fn with_token(site: &Site, token: impl Into<String>) -> Player {
    Player {
        url: site.url(),
        token: token.into(),
    }
}

#[test]
fn tokens_of_public_keys_are_good_and_the_secrets_are_not() {
    let issuer = Issuer::new();
    let site = Site::with(|config| config.token_keys = Some(issuer.keys()));
    site.kid.put(ID, session(ID, "e1", true));
    let good = [
        json!({"alg": "RS256", "kid": "r1"}),
        json!({"alg": "ES256", "kid": "e1"}),
        json!({"alg": "RS256"}),
        json!({"alg": "ES256", "typ": "JWT"}),
    ];
    for header in &good {
        let player = with_token(&site, issuer.token(header, &claims()));
        assert_eq!(player.bind(ID).status, 200, "{header}");
        let parent = json!({"sub": "p1", "exp": unix_s() + 600, "role": "parent"});
        let parent = with_token(&site, issuer.token(header, &parent));
        assert_eq!(parent.post("/parent/refresh", "").status, 200);
        parent.read(ID).fails(403, "PLAYERS_ONLY");
    }
    site.player("p1").read(ID).fails(401, "UNAUTHORIZED");
    // The point as an HMAC secret: the oldest trick.
    let hs256 = format!(
        "{}.{}",
        base64(json!({"alg": "HS256", "kid": "e1"}).to_string()),
        base64(claims().to_string())
    );
    let point = issuer.ecdsa.public_key().as_ref();
    let mac = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, point), hs256.as_bytes());
    with_token(&site, format!("{hs256}.{}", base64(mac)))
        .read(ID)
        .fails(401, "UNAUTHORIZED");
}

#[test]
fn tokens_that_are_not_the_issuers_are_401() {
    let (issuer, stranger) = (Issuer::new(), Issuer::new());
    let site = Site::with(|config| {
        config.token_keys = Some(issuer.keys());
        config.token_issuer = Some("https://login.studio.example".to_owned());
        config.token_audience = Some("game".to_owned());
    });
    let es256 = json!({"alg": "ES256", "kid": "e1"});
    let good = json!({"sub": "p1", "exp": unix_s() + 600, "iss": "https://login.studio.example", "aud": ["game", "x"]});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    with_token(&site, issuer.token(&es256, &good))
        .get("/api/session")
        .is(200, r#"{"needsConsent":true}"#);
    let whole = issuer.token(&es256, &good);
    let (signed, signature) = whole.rsplit_once('.').unwrap();
    let mut altered = URL_SAFE_NO_PAD.decode(signature).unwrap();
    altered[40] ^= 1;
    let payload = base64(with("sub", json!("p2")).to_string());
    let header = signed.split('.').next().unwrap();
    let bad = [
        stranger.token(&es256, &good),
        issuer.token(&json!({"alg": "ES256", "kid": "r1"}), &good),
        issuer.token(&json!({"alg": "ES256", "kid": "unknown"}), &good),
        issuer.token(&json!({"alg": "ES384", "kid": "e1"}), &good),
        issuer.token(&json!({"alg": "none", "kid": "e1"}), &good),
        issuer.token(&json!({"alg": "ES256", "kid": "e1", "crit": ["x"]}), &good),
        issuer.token(&es256, &with("exp", json!(unix_s() - 600))),
        issuer.token(&es256, &with("nbf", json!(unix_s() + 600))),
        issuer.token(&es256, &with("iss", json!("https://evil.example"))),
        issuer.token(&es256, &with("aud", json!("other"))),
        issuer.token(&es256, &with("role", json!("admin"))),
        issuer.token(&es256, &with("sub", json!(""))),
        format!("{signed}.{}", base64(altered)),
        format!("{header}.{payload}.{signature}"),
        format!("{signed}."),
        format!("{}.{}.", base64(r#"{"alg":"none"}"#), base64(good.to_string())),
    ];
    for token in bad {
        let reply = with_token(&site, token.as_str()).get("/api/session");
        reply.fails(401, "UNAUTHORIZED");
        assert!(!reply.body.contains(&token));
    }
}

#[test]
fn a_parents_cookie_works_with_an_issuers_keys_too() {
    let issuer = Issuer::new();
    let site = Site::with(|config| config.token_keys = Some(issuer.keys()));
    let parent = json!({"sub": "p1", "exp": unix_s() + 600, "role": "parent"});
    let form = format!("token={}", issuer.token(&json!({"alg": "ES256", "kid": "e1"}), &parent));
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = send(&site.url(), "POST", "/parent/sign-in", &headers, Some(&form));
    assert_eq!(reply.status, 303);
    let cookie = reply
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        send(&site.url(), "GET", "/parent/permissions", &[("Cookie", &cookie)], None).status,
        200
    );
    // This server's own cookie is no token for anything else.
    let token = cookie.split_once('=').unwrap().1;
    with_token(&site, token)
        .post("/parent/refresh", "")
        .fails(401, "UNAUTHORIZED");
}

#[test]
fn key_sets_that_are_none_are_refused() {
    let issuer = Issuer::new();
    let mut for_encryption = issuer.rsa_key("r1");
    for_encryption["use"] = json!("enc");
    let mut other_algorithm = issuer.rsa_key("r1");
    other_algorithm["alg"] = json!("RS512");
    for set in [
        String::new(),
        "[]".to_owned(),
        json!({"keys": []}).to_string(),
        json!({"keys": [for_encryption]}).to_string(),
        json!({"keys": [other_algorithm]}).to_string(),
        json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}).to_string(),
    ] {
        assert!(KeySet::parse(&set).is_err(), "{set}");
    }
}

#[test]
fn the_program_reads_keys_from_a_file() {
    let (issuer, kid, database) = (Issuer::new(), Kid::start(), Database::fresh());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json").to_str().unwrap().to_owned();
    std::fs::write(&path, json!({"keys": [issuer.ecdsa_key("e1")]}).to_string()).unwrap();
    let program = Program::start_with(&kid, &database.url(), &[("PLAYGATE_TOKEN_KEYS", &path)]);
    let player = Player {
        url: program.url.clone(),
        token: issuer.token(&json!({"alg": "ES256", "kid": "e1"}), &claims()),
    };
    player.get("/api/session").is(200, r#"{"needsConsent":true}"#);
    program.player("p1").get("/api/session").fails(401, "UNAUTHORIZED");
}

/// A studio that has opaque tokens.
struct Opaque;

impl TokenCheck for Opaque {
    fn bearer_of(&self, token: &str) -> Result<Bearer, TokenError> {
        match token.strip_prefix("opaque-") {
            Some(player) => Ok(Bearer::Player(player.to_owned())),
            None => Err(TokenError::new("the studio does not know this token")),
        }
    }
}

#[test]
fn a_program_may_check_tokens_itself() {
    let site = Site::with(|config| config.token_check = Some(Arc::new(Opaque)));
    site.kid.put(ID, session(ID, "e1", true));
    assert_eq!(with_token(&site, "opaque-p1").bind(ID).status, 200);
    with_token(&site, "opaque-p2")
        .read(ID)
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    site.player("p1").read(ID).fails(401, "UNAUTHORIZED");
}
