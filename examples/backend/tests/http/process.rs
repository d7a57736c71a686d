//! The program as it is deployed: environment, first line, logs, signals, a crash.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use crate::support::*;

pub struct Program {
    child: Child,
    pub url: String,
    output: Vec<JoinHandle<String>>,
}

fn command(kid: &Kid, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playgate-backend"));
    command
        .env_clear()
        .env("PLAYGATE_LISTEN", "127.0.0.1:0")
        .env("PLAYGATE_DATABASE", database)
        .env("PLAYGATE_KID_URL", kid.url())
        .env("PLAYGATE_KID_KEY", kid::KEY)
        .env("PLAYGATE_KID_RECHECK_MS", "1")
        .env("PLAYGATE_KID_RETRIES", "0")
        .env("PLAYGATE_KID_BREAKER", "0")
        .env("PLAYGATE_READ_CACHE_MS", "0")
        .env("PLAYGATE_PLAYER_RATE", "10000")
        .env("PLAYGATE_WEBHOOK_SECRET", HOOK_SECRET)
        .env("PLAYGATE_TOKEN_SECRET", TOKEN_SECRET);
    command
}

impl Program {
    pub fn start(kid: &Kid, database: &str) -> Self {
        Self::start_with(kid, database, &[])
    }

    pub fn start_with(kid: &Kid, database: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = command(kid, database)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut err = child.stderr.take().unwrap();
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let rest = |mut from: Box<dyn Read + Send>| {
            std::thread::spawn(move || {
                let mut text = String::new();
                from.read_to_string(&mut text).unwrap();
                text
            })
        };
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let url = first.trim_end().strip_prefix("backend: ").map(str::to_owned);
        let Some(url) = url.filter(|_| first.ends_with('\n')) else {
            let _ = child.kill();
            panic!("the first line is {first:?}; {}", errors.join().unwrap());
        };
        let output = vec![rest(Box::new(out)), errors];
        Self { child, url, output }
    }

    pub fn player(&self, name: &str) -> Player {
        Player {
            url: self.url.clone(),
            token: playgate_backend::issue_token(TOKEN_SECRET, name, 1).unwrap(),
        }
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(done.unwrap().success());
    }

    /// Kills it, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; gives the exit code and all output.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let output: Vec<String> = self.output.drain(..).map(|thread| thread.join().unwrap()).collect();
        (code, output.concat())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A database, and its URL.
fn fresh() -> (Database, String) {
    let database = Database::fresh();
    let url = database.url();
    (database, url)
}

#[test]
fn logs_have_routes_and_statuses_and_nobodys_data() {
    let kid = Kid::start();
    let (_kept, database) = fresh();
    let program = Program::start(&kid, &database);
    kid.put(ID, session(ID, "e1", true));
    let player = program.player("planted-player");
    assert_eq!(player.bind(ID).status, 200);
    kid.put(ID, session(ID, "e2", false));
    assert_eq!(player.read(ID).status, 200);
    program
        .player("planted-other")
        .read(ID)
        .fails(403, "SESSION_OF_ANOTHER_PLAYER");
    for fault in [
        Fault::Answer(500, "", "planted-body".to_owned()),
        Fault::Answer(401, "", "planted-body".to_owned()),
        Fault::Answer(429, "", "planted-body".to_owned()),
        Fault::Answer(200, "", session("planted-id", "planted-etag", true)),
        Fault::Answer(
            200,
            "",
            r#"{"sessionId":"planted-id","dateOfBirth":["2014-03-02"]}"#.to_owned(),
        ),
        Fault::Answer(
            400,
            "",
            r#"{"error":"planted@mail.example","errorMessage":"planted-text"}"#.to_owned(),
        ),
        Fault::Drop,
    ] {
        kid.fail_once(fault);
        let reply = player.read(ID);
        assert!(reply.status >= 500 && !reply.body.contains("planted"), "{reply:?}");
    }
    let forged = Player {
        url: program.url.clone(),
        token: "planted.forged.token".to_owned(),
    };
    forged.read(ID).fails(401, "UNAUTHORIZED");
    player.get("/planted/path?planted=query").fails(404, "NO_SUCH_ROUTE");
    player.get("/api/session/planted%2Fid").fails(400, "INVALID_SESSION_ID");
    send(&program.url, "PLANTED", "/healthz", &[], None).fails(405, "METHOD_NOT_ALLOWED");
    let headers = [
        ("X-Signature-Timestamp", "1"),
        ("X-Signature-Hmac-Sha256", "planted-signature"),
    ];
    send(&program.url, "POST", "/webhook/k-id", &headers, Some("planted-body")).fails(401, "UNAUTHORIZED");
    let (at, body) = (unix_s().to_string(), event("planted-event", ID));
    let signature = hmac_hex(HOOK_SECRET, &at, &body);
    let headers = [
        ("X-Signature-Timestamp", at.as_str()),
        ("X-Signature-Hmac-Sha256", signature.as_str()),
    ];
    assert_eq!(
        send(&program.url, "POST", "/webhook/k-id", &headers, Some(&body)).status,
        200
    );
    program.signal("TERM");
    let (code, log) = program.end();
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let requests: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 16, "{log}");
    assert!(
        requests
            .iter()
            .all(|line| line["ms"].is_u64() && line["method"].is_string())
    );
    let has = |route: &str, status: u64| {
        requests
            .iter()
            .any(|line| line["route"] == route && line["status"] == status)
    };
    assert!(
        has("/api/session/{id}", 200) && has("/api/session/{id}", 502) && has("(none)", 404),
        "{log}"
    );
    assert!(has("/webhook/k-id", 401));
    assert!(
        log.contains("k-ID refused the API key") && log.contains("PLAYGATE_KID_KEY"),
        "{log}"
    );
    assert!(log.contains("secret set") && log.contains("stopped"), "{log}");
    for secret in ["planted", ID, "2014-03-02", "mail.example", &player.token, &signature] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn a_killed_server_has_lost_nothing_that_it_answered() {
    let kid = Kid::start();
    let (_kept, database) = fresh();
    for round in 0..3 {
        let id = format!("session-{round}");
        kid.put(&id, session(&id, "e1", true));
        let mut program = Program::start(&kid, &database);
        assert_eq!(program.player(&format!("p{round}")).bind(&id).status, 200);
        program.child.kill().unwrap();
    }
    let program = Program::start(&kid, &database);
    for round in 0..3 {
        let json = program.player(&format!("p{round}")).get("/api/session").json();
        assert_eq!(
            json["session"]["sessionId"],
            serde_json::json!(format!("session-{round}"))
        );
    }
}

#[test]
fn both_signals_end_it_well() {
    let kid = Kid::start();
    for signal in ["TERM", "INT"] {
        let (_kept, database) = fresh();
        let program = Program::start(&kid, &database);
        program.signal(signal);
        let (code, log) = program.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains(&format!("SIG{signal}")), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn the_database_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let kid = Kid::start();
    let database = Database::file();
    let program = Program::start(&kid, &database.url());
    assert_eq!(program.player("p1").get("/api/session").status, 200);
    let mut files = 0;
    let url = database.url();
    for entry in std::fs::read_dir(std::path::Path::new(&url).parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            entry.path()
        );
        files += 1;
    }
    assert!(files >= 1);
}

/// Runs it to its end; gives the exit code, standard output and standard error.
fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_token_command_issues_tokens_that_work() {
    let site = Site::start();
    site.bound("p 1");
    let (_kept, database) = fresh();
    let (code, out, _) = run(command(&site.kid, &database).args(["token", "--player", "p 1", "--hours", "2"]));
    assert_eq!(code, Some(0));
    let player = Player {
        url: site.url(),
        token: out.trim_end().to_owned(),
    };
    assert_eq!(player.read(ID).status, 200);
    let (code, out, _) = run(command(&site.kid, &database).args(["token", "--player", "p 1", "--parent"]));
    assert_eq!(code, Some(0));
    let parent = Player {
        url: site.url(),
        token: out.trim_end().to_owned(),
    };
    parent.read(ID).fails(403, "PLAYERS_ONLY");
    parent.post("/parent/refresh", "").is(200, r#"{"refreshed":true}"#);
    for arguments in [
        &["token"][..],
        &["token", "--player", ""],
        &["token", "--player", "x", "--hours", "0"],
        &["tokens"],
        &["--x"],
    ] {
        let (code, out, error) = run(command(&site.kid, &database).args(arguments));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(
            error.starts_with("playgate-backend: ") && !error.contains("planted"),
            "{error}"
        );
    }
    let (code, out, _) = run(command(&site.kid, &database).arg("--help"));
    assert!(code == Some(0) && out.contains("token --player"), "{out}");
}

#[test]
fn what_cannot_work_does_not_start() {
    let kid = Kid::start();
    let (_kept, database) = fresh();
    let folder = tempfile::tempdir().unwrap();
    let not_a_database = folder.path().join("text").to_str().unwrap().to_owned();
    std::fs::write(&not_a_database, "planted text ".repeat(500)).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken_address = taken.local_addr().unwrap().to_string();
    let rows = [
        ("PLAYGATE_TOKEN_SECRET", "planted-too-short", "at least 32 bytes"),
        ("PLAYGATE_KID_KEY", "", "PLAYGATE_KID_KEY is not set"),
        ("PLAYGATE_KID_URL", "http://k-id.example/api/v1", "use https"),
        ("PLAYGATE_TOKEN_KEYS", "/no/such/planted/file", "PLAYGATE_TOKEN_KEYS"),
        ("PLAYGATE_READ_CACHE_MS", "31000", "PLAYGATE_READ_CACHE_MS"),
        ("PLAYGATE_DATABASE", "mysql://planted:planted@host/db", "PostgreSQL"),
        (
            "PLAYGATE_DATABASE",
            "postgres://planted:planted@127.0.0.1:1/db",
            "database",
        ),
        ("PLAYGATE_DATABASE", "/no/such/folder/at/all.sqlite", "database"),
        ("PLAYGATE_DATABASE", &not_a_database, "database"),
        ("PLAYGATE_LISTEN", &taken_address, "PLAYGATE_LISTEN"),
        ("PLAYGATE_LISTEN", "nonsense", "PLAYGATE_LISTEN"),
    ];
    for (name, value, wanted) in rows {
        let (code, out, error) = run(command(&kid, &database).env(name, value));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name}: {error}");
        assert!(error.contains(wanted), "{name}: {error}");
        assert!(!error.contains("planted"), "{name}: {error}");
    }
}

#[test]
fn a_server_that_is_dropped_is_gone() {
    let site = Site::start();
    let player = site.bound("player of this test alone");
    drop(site);
    let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().proxy(None).build());
    let answer = agent
        .get(format!("{}/api/session/{ID}", player.url))
        .header("Authorization", format!("Bearer {}", player.token))
        .config()
        .timeout_global(Some(Duration::from_secs(5)))
        .build()
        .call();
    // Another test may have got the port meanwhile, but its server does not know this player.
    if let Ok(mut answer) = answer {
        let body = answer.body_mut().read_to_string().unwrap_or_default();
        assert!(!body.contains("session\":"), "{body}");
    }
}

#[test]
fn a_database_in_memory_works_too() {
    let site = Site::with(|config| config.database = "sqlite::memory:".to_owned());
    let player = site.bound("p1");
    assert_eq!(player.read(ID).status, 200);
    assert_eq!(site.webhook(&event(CHANGED, ID)).status, 200);
    assert_eq!(player.news(ID, None), (true, 1));
}
