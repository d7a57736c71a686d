//! What the tests share: the server under test, a scripted k-ID, and a caller that checks every answer against
//! `openapi.json`.
#![allow(dead_code)]

pub mod calls;
pub mod contract;
pub mod database;
pub mod kid;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use playgate_backend::{Backend, Config, Secret, issue_parent_token, issue_token};
use serde_json::Value;
use sha2::Sha256;

pub use database::Database;
pub use kid::{Fault, Kid};

pub const TOKEN_SECRET: &str = "planted-token-secret-of-32-bytes";
pub const HOOK_SECRET: &str = "planted-hook-secret";
pub const ID: &str = "78c299b2-5c33-4bde-84fe-8fc950fc7a96";
pub const CID: &str = "c0ffee00-0000-4000-8000-000000000001";
pub const OTHER_ID: &str = "11111111-5c33-4bde-84fe-8fc950fc7a96";

/// The server under test, with its k-ID and its database.
pub struct Site {
    pub kid: Kid,
    pub backend: Option<Backend>,
    config: Config,
    database: Database,
}

impl Site {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::starting(|_, config| change(config))
    }

    /// A server that is started once k-ID knows something.
    pub fn starting(change: impl FnOnce(&Kid, &mut Config)) -> Self {
        let kid = Kid::start();
        let database = Database::fresh();
        let mut config = Config::new(
            database.url(),
            kid.url(),
            Secret::new(kid::KEY),
            Secret::new(TOKEN_SECRET),
        );
        config.webhook_secret = Some(Secret::new(HOOK_SECRET));
        config.kid_recheck = Duration::from_millis(1);
        config.kid_timeout = Duration::from_secs(10);
        config.challenge_interval = Duration::ZERO;
        change(&kid, &mut config);
        let backend = Some(Backend::start(config.clone()).unwrap());
        Self {
            kid,
            backend,
            config,
            database,
        }
    }

    /// Stops the server and starts another one on the same database.
    pub fn restart(&mut self) {
        self.restart_with(|_| {});
    }

    /// The same with other settings.
    pub fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
        self.backend.take().unwrap().stop();
        self.backend = Some(Backend::start(self.config.clone()).unwrap());
    }

    pub fn url(&self) -> String {
        self.backend.as_ref().unwrap().url()
    }

    /// A player with a token.
    pub fn player(&self, name: &str) -> Player {
        Player {
            url: self.url(),
            token: issue_token(TOKEN_SECRET, name, 1).unwrap(),
        }
    }

    /// A parent of that player, with a token.
    pub fn parent(&self, of: &str) -> Player {
        Player {
            url: self.url(),
            token: issue_parent_token(TOKEN_SECRET, of, 1).unwrap(),
        }
    }

    /// A player who has bound [`ID`], which k-ID knows as [`session`] of etag `e1`.
    pub fn bound(&self, name: &str) -> Player {
        self.kid.put(ID, session(ID, "e1", true));
        let player = self.player(name);
        assert_eq!(player.bind(ID).status, 200);
        self.kid.asked();
        player
    }

    /// A player who has bound [`ID`] with voice chat off, and whom k-ID answers an upgrade with [`challenge`] [`CID`].
    pub fn asking(&self, name: &str) -> Player {
        self.kid.put(ID, session(ID, "e1", false));
        let player = self.player(name);
        assert_eq!(player.bind(ID).status, 200);
        self.kid.put_challenge(CID, challenge(CID, "A1"));
        let upgraded = session(ID, "e1", false);
        self.kid.upgrade(
            "voice-chat",
            format!(r#"{{"session":{upgraded},"challenge":{}}}"#, challenge(CID, "A1")),
        );
        self.kid.asked();
        player
    }

    /// A player whose parent has been asked: [`CID`] is open.
    pub fn asked(&self, name: &str) -> Player {
        let player = self.asking(name);
        assert_eq!(player.ask("voice-chat").json()["requiresParentConsent"], true);
        self.kid.asked();
        self.kid.posted();
        player
    }

    /// Everything that is stored, once the server has stopped.
    pub fn bytes_at_rest(&mut self) -> Vec<u8> {
        self.backend.take().unwrap().stop();
        self.database.at_rest()
    }

    /// Sends a genuine webhook.
    pub fn webhook(&self, body: &str) -> Reply {
        self.signed_webhook(body, unix_s())
    }

    pub fn signed_webhook(&self, body: &str, at: i64) -> Reply {
        signed(&self.url(), body, at)
    }
}

/// Sends a genuine webhook to a server.
pub fn webhook(url: &str, body: &str) -> Reply {
    signed(url, body, unix_s())
}

/// The same as signed at that time.
pub fn signed(url: &str, body: &str, at: i64) -> Reply {
    let at = at.to_string();
    let signature = hmac_hex(HOOK_SECRET, &at, body);
    let headers = [
        ("X-Signature-Timestamp", at.as_str()),
        ("X-Signature-Hmac-Sha256", signature.as_str()),
    ];
    send(url, "POST", "/webhook/k-id", &headers, Some(body))
}

/// One player's calls.
pub struct Player {
    pub url: String,
    pub token: String,
}

impl Player {
    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        send(&self.url, "GET", path, &all, None)
    }

    pub fn read(&self, id: &str) -> Reply {
        self.get(&format!("/api/session/{id}"))
    }

    pub fn read_unless(&self, id: &str, etag: &str) -> Reply {
        self.get_with(&format!("/api/session/{id}"), &[("If-None-Match", etag)])
    }

    pub fn put(&self, body: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        send(&self.url, "PUT", "/api/session", &headers, Some(body))
    }

    pub fn post(&self, path: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        send(&self.url, "POST", path, &headers, Some(body))
    }

    /// Asks for a permission of [`ID`].
    pub fn ask(&self, permission: &str) -> Reply {
        let body = serde_json::json!({ "sessionId": ID, "permissionName": permission });
        self.post("/api/request-permission", &body.to_string())
    }

    pub fn challenge(&self, id: &str) -> Reply {
        self.get(&format!("/api/challenge/{id}"))
    }

    pub fn status(&self, id: &str) -> Reply {
        self.get(&format!("/api/challenge/{id}/status"))
    }

    pub fn code(&self, id: &str) -> Reply {
        self.post(&format!("/api/challenge/{id}/code"), "")
    }

    pub fn email(&self, id: &str, body: &str) -> Reply {
        self.post(&format!("/api/challenge/{id}/email"), body)
    }

    pub fn bind(&self, id: &str) -> Reply {
        self.put(&serde_json::json!({ "sessionId": id }).to_string())
    }

    /// `(hasChanged, revision)`
    pub fn news(&self, id: &str, since: Option<i64>) -> (bool, i64) {
        let query = since.map_or(String::new(), |since| format!("?since={since}"));
        let reply = self.get(&format!("/api/check-permissions/{id}{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        let json = reply.json();
        (
            json["hasChanged"].as_bool().unwrap(),
            json["revision"].as_i64().unwrap(),
        )
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
    }

    pub fn fails(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self:?}");
    }
}

/// Sends a request, and checks the answer against the contract.
pub fn send(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Reply {
    let reply = send_unchecked(url, method, path, headers, body);
    contract::check(method, path, &reply);
    reply
}

fn send_unchecked(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Reply {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(25)))
            .allow_non_standard_methods(true)
            .build(),
    );
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = match body {
        Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let pair = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    Reply {
        status: answer.status().as_u16(),
        headers: answer.headers().iter().map(pair).collect(),
        body: answer.body_mut().read_to_string().unwrap(),
    }
}

pub fn unix_s() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub fn hmac_hex(secret: &str, timestamp: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let bytes = mac.chain_update(timestamp).chain_update(body).finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A session as k-ID gives it, with personal data, and a field that nobody knows.
pub fn session(id: &str, etag: &str, voice: bool) -> String {
    format!(
        concat!(
            r#"{{"sessionId":"{}","kuid":"planted-kuid","etag":"{}","status":"ACTIVE","ageStatus":"DIGITAL_MINOR","#,
            r#""dateOfBirth":"2014-03-02","jurisdiction":"US-CA","managedBy":"GUARDIAN","zFuture": {{"x": [1,  2.50]}},"#,
            r#""permissions":[{{"name":"voice-chat","enabled":{},"managedBy":"GUARDIAN"}},"#,
            r#"{{"name":"multiplayer","enabled":true,"managedBy":"PLAYER"}}]}}"#
        ),
        id, etag, voice
    )
}

/// What k-ID may answer an upgrade with: the one permission, not the whole session.
pub const ONLY_VOICE: &str = r#"{"sessionId":"78c299b2-5c33-4bde-84fe-8fc950fc7a96","permissions":[{"name":"voice-chat","enabled":true,"managedBy":"PLAYER"}]}"#;

/// A parent's challenge as k-ID gives it, with more than a game needs.
pub fn challenge(id: &str, code: &str) -> String {
    format!(
        concat!(
            r#"{{"challengeId":"{}","type":"CHALLENGE_SESSION_UPGRADE","url":"https://family.k-id.com/authorize?otp={1}","#,
            r#""oneTimePassword":"{1}","approverEmail":"planted@mail.example","kuid":"planted-kuid","age":9}}"#
        ),
        id, code
    )
}

/// k-ID's word that a challenge went on.
pub fn moved(id: &str, status: &str, session: Option<&str>) -> String {
    let session = session.map_or(String::new(), |s| {
        format!(r#","sessionId":"{s}","approverEmail":"planted@mail.example""#)
    });
    format!(
        r#"{{"eventType":"Challenge.StateChange","data":{{"id":"{id}","productId":42,"status":"{status}"{session}}}}}"#
    )
}

/// Whether bytes contain a text.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Answers of k-ID that cannot be used.
pub fn unusable() -> Vec<Fault> {
    let answer = |status, body: &str| Fault::Answer(status, "", body.to_owned());
    vec![
        answer(500, r#"{"error":"INTERNAL_ERROR","errorMessage":"planted"}"#),
        answer(503, ""),
        answer(200, "<html>planted</html>"),
        answer(200, r#"{"error":"planted"}"#),
        answer(204, ""),
        answer(404, "no such page"),
        answer(400, ""),
        answer(400, r#"{"error":"INVALID_INPUT","errorMessage":"planted"}"#),
        Fault::Answer(302, "Location: http://127.0.0.1:1/\r\n", String::new()),
        Fault::Drop,
        Fault::Garbage,
    ]
}

pub fn event(name: &str, id: &str) -> String {
    format!(r#"{{"eventType":"{name}","data":{{"id":"{id}","productId":42}}}}"#)
}

pub const CHANGED: &str = "Session.ChangePermissions";
pub const DELETED: &str = "Session.Delete";
