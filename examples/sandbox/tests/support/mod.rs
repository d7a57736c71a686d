//! A sandbox and a client that speaks to it over HTTP.

// Each test program uses a part of this.
#![allow(dead_code)]

pub mod receiver;

use std::time::{Duration, Instant};

use playgate_sandbox::{Config, Sandbox};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

pub struct Service {
    pub sandbox: Sandbox,
    pub url: String,
    agent: Agent,
}

/// An answer: its body is text, and JSON where it is used as such.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

pub fn agent(timeout: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

fn read(mut response: Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let retry_after = response
        .headers()
        .get("retry-after")
        .map(|value| value.to_str().expect("Retry-After is text").to_owned());
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after,
        body: response.body_mut().read_to_vec()?,
    })
}

impl Service {
    pub fn start() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        let sandbox = Sandbox::start(config).expect("the sandbox starts");
        let url = sandbox.url();
        Self {
            sandbox,
            url,
            agent: agent(Duration::from_secs(20)),
        }
    }

    /// `GET {url}{path}` with the default key.
    pub fn try_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let request = self.agent.get(format!("{}{path}", self.url));
        read(request.header("Authorization", "Bearer sandbox-key").call()?)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.try_get(path).expect("an answer")
    }

    /// `GET` with this `Authorization`, or none.
    pub fn get_as(&self, path: &str, authorization: Option<&str>) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        read(request.call().expect("an answer")).expect("a body")
    }

    pub fn session(&self, session_id: &str) -> Answer {
        self.get(&format!("/api/v1/session/get?sessionId={session_id}"))
    }

    /// `POST` to k-ID's side with the default key.
    pub fn post(&self, path: &str, body: Value) -> Answer {
        let request = self.agent.post(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", "Bearer sandbox-key");
        read(request.send(body.to_string()).expect("an answer")).expect("a body")
    }

    /// `POST /api/games{path}` to the ad service.
    pub fn try_game(&self, path: &str, body: &str) -> Result<Answer, ureq::Error> {
        read(self.agent.post(format!("{}/api/games{path}", self.url)).send(body)?)
    }

    /// One of `initiate`, `heartbeat` and `end` with this token.
    pub fn game(&self, call: &str, token: &str) -> Answer {
        let body = json!({"auth_token": token}).to_string();
        self.try_game(&format!("/sessions/{call}"), &body).expect("an answer")
    }

    /// A user of the ad service; gives the token.
    pub fn ads_user(&self, name: &str) -> String {
        let created = self.control("POST", "/ads/users", json!({ "name": name }));
        text(&created["authToken"]).to_owned()
    }

    /// The only user of the ad service, as the control API has it now.
    pub fn ads_now(&self) -> Value {
        let users = self.look("/ads/users")["users"].clone();
        assert_eq!(users.as_array().expect("users").len(), 1);
        users[0].clone()
    }

    /// A player's wish for some permissions, which must be taken.
    pub fn upgrade(&self, session_id: &str, names: &[&str]) -> Value {
        let answer = self.post("/session/upgrade", wish(session_id, names));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// `POST` to k-ID's side that must be answered with 400; gives the code and the text.
    pub fn bad(&self, path: &str, body: Value) -> (String, String) {
        let what = body.to_string();
        let answer = self.post(path, body);
        assert_eq!(answer.status, 400, "{what}");
        let error = answer.json();
        (
            text(&error["error"]).to_owned(),
            text(&error["errorMessage"]).to_owned(),
        )
    }

    /// `GET /challenge/get-status`.
    pub fn status_of(&self, challenge_id: &str) -> Value {
        let answer = self.get(&format!("/api/v1/challenge/get-status?challengeId={challenge_id}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The session as `/session/get` has it now.
    pub fn now(&self, session_id: &str) -> Value {
        let answer = self.session(session_id);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// An adult whose loot boxes wait for a verified age of 18.
    pub fn adult(&self) -> Value {
        self.control("PUT", "/date", json!({"today": "2026-05-10"}));
        self.control("POST", "/players", json!({"name": "Eve", "dateOfBirth": "2000-01-01"}))
    }

    /// A control call with a body, whatever it answers.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/control{path}", self.url))
            .header("Content-Type", "application/json")
            // A handler that does not look at the body may have its connection closed: it is not to be used again.
            .header("Connection", "close")
            .body(body.to_owned())
            .expect("a request");
        read(self.agent.run(request).expect("an answer")).expect("a body")
    }

    /// A control call that must succeed.
    pub fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.send(method, path, &body.to_string());
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 200, "{method} {path}: {text}");
        answer.json()
    }

    /// A control call that must be refused; gives the message.
    pub fn refused(&self, method: &str, path: &str, body: Value) -> String {
        let answer = self.send(method, path, &body.to_string());
        assert_eq!(answer.status, 400, "{method} {path}: {answer:?}");
        let error = answer.json();
        assert!(
            ["INVALID_INPUT", "NOT_FOUND"].contains(&text(&error["error"])),
            "{error}"
        );
        text(&error["errorMessage"]).to_owned()
    }

    pub fn look(&self, path: &str) -> Value {
        let answer = self.get(&format!("/control{path}"));
        assert_eq!(answer.status, 200, "GET {path}");
        answer.json()
    }

    /// An eleven-year-old with the default permissions, on a fixed day.
    pub fn child(&self) -> Value {
        self.control("PUT", "/date", json!({"today": "2026-05-10"}));
        self.control("POST", "/players", json!({"name": "Ann", "dateOfBirth": "2015-01-20"}))
    }
}

/// The body of `/session/upgrade`.
pub fn wish(session_id: &str, names: &[&str]) -> Value {
    let names: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    json!({"sessionId": session_id, "requestedPermissions": names})
}

pub fn session_id(player: &Value) -> &str {
    text(&player["session"]["sessionId"])
}

pub fn challenge_id(upgraded: &Value) -> &str {
    text(&upgraded["challenge"]["challengeId"])
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub fn permission<'a>(session: &'a Value, name: &str) -> &'a Value {
    session["permissions"]
        .as_array()
        .expect("permissions")
        .iter()
        .find(|permission| permission["name"] == name)
        .unwrap_or_else(|| panic!("no permission {name}"))
}

/// Asks `condition` again until it gives something; fails after 20 s.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
