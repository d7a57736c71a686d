//! The two servers of the story, and the parent: all over HTTP.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use playgate_backend::{Backend, Secret};
use playgate_sandbox::Sandbox;
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

use super::{
    expect,
    game::{Launch, PATIENCE},
};

const TOKEN_SECRET: &str = "the demo signs its player tokens with this";
const WEBHOOK_SECRET: &str = "the demo signs its webhooks with this";

/// The simulated k-ID and the studio's server.
pub struct Servers {
    sandbox: Sandbox,
    backend: Option<Backend>,
    database: PathBuf,
    agent: Agent,
}

impl Servers {
    /// Starts both; k-ID's webhooks go to the studio's server.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let config = playgate_sandbox::Config::default();
        let sandbox = Sandbox::start(config).map_err(|error| format!("the sandbox: {error}"))?;
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let database = folder.join("backend.sqlite");
        let mut servers = Self {
            sandbox,
            backend: None,
            database,
            agent,
        };
        servers.start_backend()?;
        Ok(servers)
    }

    /// Starts the studio's server over its database, and tells k-ID where it is.
    pub fn start_backend(&mut self) -> Result<(), String> {
        let kid = format!("{}/api/v1", self.sandbox.url());
        let key = Secret::new(playgate_sandbox::Config::DEFAULT_API_KEY);
        let database = self.database.display().to_string();
        let mut config = playgate_backend::Config::new(database, kid, key, Secret::new(TOKEN_SECRET));
        config.webhook_secret = Some(Secret::new(WEBHOOK_SECRET));
        config.kid_recheck = Duration::from_millis(200);
        let backend = Backend::start(config).map_err(|error| format!("the studio's server: {error}"))?;
        println!(
            "  k-ID (sandbox) at {}, the studio's server at {}",
            self.sandbox.url(),
            backend.url()
        );
        self.backend = Some(backend);
        self.send_webhooks(true)
    }

    /// Stops the studio's server. Its address refuses connections from here on.
    pub fn stop_backend(&mut self) {
        if let Some(backend) = self.backend.take() {
            backend.stop();
        }
    }

    /// Whether k-ID's webhooks reach the studio's server.
    pub fn send_webhooks(&self, on: bool) -> Result<(), String> {
        let url = on
            .then(|| self.backend_url().map(|url| format!("{url}/webhook/k-id")))
            .transpose()?;
        let settings = json!({"url": url, "secret": WEBHOOK_SECRET, "retryDelaysMs": [200, 500]});
        self.control("PUT", "webhooks", Some(&settings)).map(drop)
    }

    /// How a player's game with these servers is started; what it keeps and looks for is in that folder.
    pub fn launch(&self, folder: &Path, player: &str) -> Result<Launch, String> {
        Ok(Launch {
            player: player.to_owned(),
            folder: folder.join("saved"),
            key: "2a".repeat(32),
            adopt: folder.join("from-the-consent-flow.json"),
            taps: folder.join("taps.txt"),
            code_site: self.code_site(),
            token: Self::token(player)?,
            server: self.backend_url()?,
            ..Launch::default()
        })
    }

    /// The studio's server.
    pub fn backend_url(&self) -> Result<String, String> {
        self.backend
            .as_ref()
            .map(Backend::url)
            .ok_or_else(|| "the studio's server is stopped".to_owned())
    }

    /// Where a parent types a one-time code in.
    pub fn code_site(&self) -> String {
        format!("{}/code", self.sandbox.url())
    }

    /// The ad service's base URL.
    pub fn ads(&self) -> String {
        format!("{}/api", self.sandbox.url())
    }

    /// Makes a user at the ad service; its token.
    pub fn ad_user(&self, name: &str) -> Result<String, String> {
        let user = self.control("POST", "ads/users", Some(&json!({"name": name})))?;
        text(&user, "authToken")
    }

    /// What the ad service knows of a user.
    pub fn ad_service_sees(&self, name: &str) -> Result<Value, String> {
        let list = self.control("GET", "ads/users", None)?;
        let users = list["users"].as_array().cloned().unwrap_or_default();
        let user = users.into_iter().find(|user| user["name"] == name);
        user.ok_or_else(|| format!("the ad service has no user {name}: {list}"))
    }

    /// The URL of the page on which a person plays the parent.
    pub fn parents_page(&self) -> String {
        self.sandbox.url()
    }

    /// Every challenge at k-ID about a permission.
    pub fn challenges_about(&self, permission: &str) -> Result<Vec<Value>, String> {
        let mut list = self.control("GET", "challenges?limit=1000", None)?;
        let Some(Value::Array(mut all)) = list.get_mut("challenges").map(Value::take) else {
            return Err("the sandbox gave no list of challenges".to_owned());
        };
        all.retain(|c| {
            c["permissions"]
                .as_array()
                .is_some_and(|names| names.iter().any(|name| name == permission))
        });
        Ok(all)
    }

    /// The id of the one challenge about a permission that nobody has answered yet.
    pub fn open_challenge(&self, permission: &str) -> Result<String, String> {
        let mut open = self.challenges_about(permission)?;
        open.retain(|c| matches!(c["status"].as_str(), Some("PENDING" | "IN_PROGRESS")));
        match open.as_slice() {
            [one] => text(one, "challengeId"),
            several => Err(format!(
                "{} challenges about {permission} are open, not 1",
                several.len()
            )),
        }
    }

    /// Answers a challenge as the parent's page does: open, approve, refuse or expire.
    pub fn answer_challenge(&self, id: &str, word: &str) -> Result<(), String> {
        self.control("POST", &format!("challenges/{id}/{word}"), None).map(drop)
    }

    /// How often a method of k-ID's was called.
    pub fn kid_calls(&self, route: &str) -> Result<u64, String> {
        let log = self.control("GET", "requests?limit=0", None)?;
        Ok(log["byRoute"][route]["total"].as_u64().unwrap_or(0))
    }

    /// A player's token, as the studio's login would issue it.
    pub fn token(player: &str) -> Result<String, String> {
        playgate_backend::issue_token(TOKEN_SECRET, player, 1).map_err(|error| error.to_string())
    }

    /// The token with which the studio's login sends a player's parent on.
    pub fn parent_token(player: &str) -> Result<String, String> {
        playgate_backend::issue_parent_token(TOKEN_SECRET, player, 1).map_err(|error| error.to_string())
    }

    /// One call of the sandbox's control API; anything but 200 fails the demo.
    pub fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let url = format!("{}/control/{path}", self.sandbox.url());
        let (status, answer) = self.call(method, &url, None, body)?;
        expect(status == 200, || {
            format!("the sandbox answered {status} to {method} {path}: {answer}")
        })?;
        Ok(answer)
    }

    /// One read of the studio's server as `player`.
    pub fn ask_backend(&self, path: &str, player: &str) -> Result<(u16, Value), String> {
        let url = format!("{}{path}", self.backend_url()?);
        self.call("GET", &url, Some(&Self::token(player)?), None)
    }

    fn call(&self, method: &str, url: &str, token: Option<&str>, body: Option<&Value>) -> Result<(u16, Value), String> {
        let failed = |error: &dyn std::fmt::Display| format!("{method} {url}: {error}");
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = match body {
            Some(body) => {
                let request = request
                    .header("content-type", "application/json")
                    .body(body.to_string());
                self.agent.run(request.map_err(|error| failed(&error))?)
            }
            None => self.agent.run(request.body(()).map_err(|error| failed(&error))?),
        };
        let mut answer = answer.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().map_err(|error| failed(&error))?;
        let json = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        Ok((status, json))
    }

    /// How often k-ID has answered a request for a session, with that status or (`None`) with any.
    pub fn kid_answers(&self, status: Option<&str>) -> Result<u64, String> {
        let log = self.control("GET", "requests?limit=0", None)?;
        let route = &log["byRoute"]["GET /api/v1/session/get"];
        let count = match status {
            Some(status) => &route["byStatus"][status],
            None => &route["total"],
        };
        Ok(count.as_u64().unwrap_or(0))
    }

    /// Waits until k-ID has answered so often in all.
    pub fn wait_for_kid_answers(&self, total: u64) -> Result<(), String> {
        until(&format!("{total} requests at k-ID"), || {
            Ok(self.kid_answers(None)? >= total)
        })
    }

    /// How many webhooks k-ID has had a reason to send, and how many of them were delivered.
    pub fn webhooks(&self) -> Result<(usize, usize), String> {
        let shown = self.control("GET", "webhooks", None)?;
        let all = shown["deliveries"].as_array().cloned().unwrap_or_default();
        let delivered = all.iter().filter(|delivery| delivery["state"] == "delivered").count();
        Ok((all.len(), delivered))
    }
}

/// Waits until `is_so`.
pub fn until(what: &str, mut is_so: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    while !is_so()? {
        expect(Instant::now() < deadline, || format!("{what}: not within {PATIENCE:?}"))?;
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

pub fn text(value: &Value, field: &str) -> Result<String, String> {
    value[field]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("the answer has no {field}"))
}
