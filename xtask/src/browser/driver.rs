//! A headless Chromium, driven through ChromeDriver by the WebDriver protocol.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use ureq::Agent;

/// How long an element may take to appear, and a page to load.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name under which WebDriver hands elements out (W3C WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window. Closed when dropped.
pub struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
    /// The browser's own folder: a profile that nothing else has touched.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts driver and browser.
    ///
    /// # Errors
    /// One of them cannot be started.
    pub fn start() -> Result<Self, String> {
        let profile = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("chromedriver cannot be started: {error}"))?;
        let port = driver.stdout.take().and_then(|out| port_in(&mut BufReader::new(out)));
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let mut browser = Self {
            driver,
            agent,
            session: String::new(),
            _profile: profile,
        };
        let port = port.ok_or("chromedriver did not say at which port it listens")?;
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--user-data-dir={}", browser._profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let answer = browser.call("POST", &format!("http://127.0.0.1:{port}/session"), Some(&wanted))?;
        let id = answer["sessionId"]
            .as_str()
            .ok_or_else(|| format!("no WebDriver session: {answer}"))?;
        browser.session = format!("http://127.0.0.1:{port}/session/{id}");
        Ok(browser)
    }

    /// Goes to a page and waits until it is loaded.
    pub fn go(&self, url: &str) -> Result<(), String> {
        self.post("url", &json!({"url": url})).map(drop)
    }

    /// Clicks what a person could click.
    pub fn click(&self, selector: &str) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // It may be drawn anew between being found and being clicked.
            let clicked = self
                .find(selector)
                .and_then(|element| self.post(&format!("element/{element}/click"), &json!({})));
            match clicked {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Types into a field.
    pub fn write(&self, selector: &str, text: &str) -> Result<(), String> {
        let element = self.find(selector)?;
        self.post(&format!("element/{element}/value"), &json!({"text": text}))
            .map(drop)
    }

    /// Waits until an element is there.
    pub fn wait_for(&self, selector: &str) -> Result<(), String> {
        self.find(selector).map(drop)
    }

    /// Waits until an element's text contains `text`.
    pub fn wait_for_text(&self, selector: &str, text: &str) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.find(selector)?;
            let shown = self.call("GET", &format!("{}/element/{element}/text", self.session), None);
            let shown = shown.unwrap_or_default();
            if shown.as_str().is_some_and(|shown| shown.contains(text)) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(format!("{selector} shows {shown}, not \"{text}\""));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What follows happens inside that frame.
    pub fn enter_frame(&self, selector: &str) -> Result<(), String> {
        let element = self.find(selector)?;
        self.post("frame", &json!({"id": {ELEMENT: element}})).map(drop)
    }

    /// What follows happens in the page itself again.
    pub fn leave_frame(&self) -> Result<(), String> {
        self.post("frame", &json!({"id": null})).map(drop)
    }

    /// Runs a script in the page.
    pub fn run(&self, script: &str, arguments: &[&str]) -> Result<Value, String> {
        self.post("execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// The page as it stands, for whoever looks into a failure.
    pub fn source(&self) -> Result<String, String> {
        let answer = self.call("GET", &format!("{}/source", self.session), None)?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn find(&self, selector: &str) -> Result<String, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.post("element", &json!({"using": "css selector", "value": selector}));
            match found.as_ref().map(|found| found[ELEMENT].as_str()) {
                Ok(Some(element)) => return Ok(element.to_owned()),
                _ if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(50)),
                _ => return Err(format!("the page has no {selector}: {found:?}")),
            }
        }
    }

    fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        self.call("POST", &format!("{}/{command}", self.session), Some(body))
    }

    /// One WebDriver command; its `value`.
    fn call(&self, method: &str, url: &str, body: Option<&Value>) -> Result<Value, String> {
        let failed = |error: &dyn std::fmt::Display| format!("WebDriver, {method}: {error}");
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json");
        let answer = match body {
            Some(body) => self
                .agent
                .run(request.body(body.to_string()).map_err(|error| failed(&error))?),
            None => self.agent.run(request.body(()).map_err(|error| failed(&error))?),
        };
        let mut answer = answer.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().map_err(|error| failed(&error))?;
        let mut json: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        if status != 200 {
            return Err(format!(
                "WebDriver: {} {}",
                json["value"]["error"], json["value"]["message"]
            ));
        }
        Ok(json["value"].take())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // An error here means that the browser is gone already.
            let _ = self.call("DELETE", &self.session, None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port in "ChromeDriver was started successfully on port 12345."
fn port_in(lines: &mut impl BufRead) -> Option<u16> {
    lines.lines().map_while(Result::ok).find_map(|line| {
        let after = line.split("successfully on port ").nth(1)?;
        after.trim_end_matches(['.', ' ']).parse().ok()
    })
}
