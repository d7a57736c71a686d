//! `cargo xtask load`: how many conditional session reads a second the studio's server answers, and how fast, with wrk on
//! loopback. Next to each figure is a bare handler of the same HTTP framework in the same run: the ratio says more than
//! figures of one machine do.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use playgate_sandbox::Sandbox;
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

use crate::{
    postgres::{self, Auth, Server},
    run::{self, cargo, target},
    setup,
};

const TOKEN_SECRET: &str = "the load test signs its player tokens";
/// How many players ask, one after the other on each connection.
const PLAYERS: usize = 200;
/// Connections at once, and how long each run takes.
const CONNECTIONS: &str = "-c16";
const SECONDS: &str = "-d8s";

/// What wrk sends, and what it says at its end.
const SCRIPT: &str = r#"
local all, at, threads = {}, 0, {}
function setup(thread) table.insert(threads, thread) end
function init()
  bad = 0
  for line in io.lines("players.txt") do
    local id, token, etag = line:match("(%S+) (%S+) (%S+)")
    local headers = { ["Authorization"] = "Bearer " .. token, ["If-None-Match"] = etag }
    table.insert(all, wrk.format("GET", "/api/session/" .. id, headers))
  end
end
function request() at = at % #all + 1; return all[at] end
function response(status) if status ~= 304 then bad = bad + 1 end end
function done(summary, latency)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
  io.write(string.format("RESULT %.0f %.2f %.2f %.2f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, wrong))
end
"#;

/// Runs the load test and prints its figures.
///
/// # Errors
/// Something could not be built or started, or an answer was not 304.
pub fn run() -> Result<(), String> {
    setup::ensure_also(&[("wrk", "wrk"), ("setpriv", "util-linux"), postgres::PROGRAM])?;
    let packages = [
        "--package",
        "playgate-backend",
        "--bin",
        "playgate-backend",
        "--example",
        "bare",
    ];
    run::ok(cargo().args(["build", "--quiet", "--release"]).args(packages))?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    std::fs::write(folder.path().join("reads.lua"), SCRIPT).map_err(|error| error.to_string())?;
    let kid = Sandbox::start(playgate_sandbox::Config::default()).map_err(|error| format!("the sandbox: {error}"))?;
    let sessions = sessions(&kid)?;
    let server = Server::start(Auth::Scram, &[])?;
    let sqlite = folder.path().join("load.sqlite").display().to_string();
    let postgres = format!("{}/postgres", server.url());
    println!("conditional session reads, {PLAYERS} players, wrk -t1 {CONNECTIONS} {SECONDS}; times in milliseconds");
    println!(
        "{:<12} {:>10} {:>8} {:>8} {:>8}  of the bare handler",
        "", "reads/s", "p50", "p90", "p99"
    );
    for (name, database) in [("SQLite", &sqlite), ("PostgreSQL", &postgres)] {
        let backend = backend(&kid, database)?;
        let players = folder.path().join("players.txt");
        let lines: Result<Vec<String>, String> =
            sessions.iter().map(|(player, id)| bind(&backend, player, id)).collect();
        std::fs::write(&players, lines?.join("\n")).map_err(|error| error.to_string())?;
        let bare = Program::start(Command::new(target().join("release/examples/bare")))?;
        let without = wrk(folder.path(), &bare)?;
        let with = wrk(folder.path(), &backend)?;
        for (name, figures) in [("bare handler", &without), (name, &with)] {
            let [reads, p50, p90, p99] = figures;
            let ratio = reads / without[0];
            println!("{name:<12} {reads:>10.0} {p50:>8.2} {p90:>8.2} {p99:>8.2}  {ratio:.2}");
        }
    }
    Ok(())
}

/// A program that prints its URL first, until it is dropped.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(mut command: Command) -> Result<Self, String> {
        let name = command.get_program().display().to_string();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut first = String::new();
        let output = child.stdout.take().map(BufReader::new);
        let read = output.map(|mut output| output.read_line(&mut first));
        let url = first.split_whitespace().last().map(str::to_owned);
        let program = Self {
            child,
            url: url.unwrap_or_default(),
        };
        if program.url.is_empty() {
            return Err(format!("{name} does not start: {read:?}"));
        }
        Ok(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The studio's server as it is deployed: all that the environment does not say is as it comes.
fn backend(kid: &Sandbox, database: &str) -> Result<Program, String> {
    let mut command = Command::new(target().join("release/playgate-backend"));
    command
        .env_clear()
        .env("PLAYGATE_LISTEN", "127.0.0.1:0")
        .env("PLAYGATE_DATABASE", database)
        .env("PLAYGATE_KID_URL", format!("{}/api/v1", kid.url()))
        .env("PLAYGATE_KID_KEY", playgate_sandbox::Config::DEFAULT_API_KEY)
        .env("PLAYGATE_TOKEN_SECRET", TOKEN_SECRET)
        .env("PLAYGATE_WEBHOOK_SECRET", "the load test sends no webhooks")
        // Counted in the database, but more than these few players need.
        .env("PLAYGATE_PLAYER_RATE", "100000");
    Program::start(command)
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .new_agent()
}

/// Players and their sessions at the simulated k-ID.
fn sessions(kid: &Sandbox) -> Result<Vec<(String, String)>, String> {
    let url = format!("{}/control/players", kid.url());
    let new = |number: usize| {
        let permissions = json!([
            {"name": "voice-chat", "enabled": true, "managedBy": "GUARDIAN"},
            {"name": "multiplayer", "enabled": true, "managedBy": "PLAYER"},
        ]);
        json!({"name": format!("p{number}"), "dateOfBirth": "2012-01-15", "permissions": permissions})
    };
    let mut all = Vec::with_capacity(PLAYERS);
    for number in 0..PLAYERS {
        let request = Request::post(&url)
            .header("Content-Type", "application/json")
            .body(new(number).to_string())
            .map_err(|error| error.to_string())?;
        let mut answer = agent().run(request).map_err(|error| format!("the sandbox: {error}"))?;
        let body = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        let born: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        let id = born["sessionId"]
            .as_str()
            .ok_or_else(|| format!("the sandbox made no session: {body}"))?;
        all.push((format!("player-{number}"), id.to_owned()));
    }
    Ok(all)
}

/// Binds a session; gives the line that the script reads.
fn bind(backend: &Program, player: &str, id: &str) -> Result<String, String> {
    let token = playgate_backend::issue_token(TOKEN_SECRET, player, 1).map_err(|error| error.to_string())?;
    let request = Request::put(format!("{}/api/session", backend.url))
        .header("Authorization", format!("Bearer {token}"))
        .body(json!({"sessionId": id}).to_string())
        .map_err(|error| error.to_string())?;
    let answer = agent()
        .run(request)
        .map_err(|error| format!("the studio's server: {error}"))?;
    let etag = answer.headers().get("etag").and_then(|etag| etag.to_str().ok());
    let etag = etag.ok_or_else(|| format!("the studio's server bound no session: {}", answer.status()))?;
    Ok(format!("{id} {token} {etag}"))
}

/// Reads a second, and the 50th, 90th and 99th percentile of their times in milliseconds.
fn wrk(folder: &Path, program: &Program) -> Result<[f64; 4], String> {
    let mut command = Command::new("wrk");
    command.current_dir(folder);
    command.args(["-t1", CONNECTIONS, SECONDS, "-s", "reads.lua", &program.url]);
    let output = run::output(&mut command)?;
    let unread = || format!("wrk says nothing of use: {output}");
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .ok_or_else(unread)?;
    let figures: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    match figures.as_slice() {
        [reads, p50, p90, p99, 0.0] => Ok([*reads, *p50, *p90, *p99]),
        [.., wrong] => Err(format!("{wrong} answers were not 304: {output}")),
        [] => Err(unread()),
    }
}
