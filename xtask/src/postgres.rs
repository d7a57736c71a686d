//! A PostgreSQL server of Debian's for tests: on loopback, with its own data, as its own user, gone afterwards.

use std::{
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::run::{self, Counts, cargo};

/// The server, and the Debian package that has it.
pub const PROGRAM: (&str, &str) = ("/usr/lib/postgresql/15/bin/postgres", "postgresql-15");
/// The password is no secret: the server listens to this machine only, and for as long as the tests take.
const PASSWORD: &str = "for-tests-only";
/// The user that runs it where the tests are root's, which PostgreSQL refuses.
const USER: &str = "postgres";

/// How a client shows that it knows the password.
pub enum Auth {
    /// As a deployment does.
    Scram,
    /// In clear. SCRAM takes a client without optimisation a tenth of a second, and tests open a thousand connections.
    Plain,
}

/// A running server. Stopped, and its data removed, when dropped.
pub struct Server {
    folder: TempDir,
    port: u16,
    is_root: bool,
    settings: String,
}

impl Server {
    /// Starts a server with these settings besides those for tests.
    ///
    /// # Errors
    /// It cannot be made or started.
    pub fn start(auth: Auth, settings: &[&str]) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("a folder for PostgreSQL: {error}");
        let folder = tempfile::tempdir().map_err(failed)?;
        let is_root = run::output(Command::new("id").arg("-u"))?.trim() == "0";
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).map_err(failed)?;
        if is_root {
            let id = |flag: &str| -> Result<u32, String> {
                let id = run::output(Command::new("id").args([flag, USER]))?;
                id.trim().parse().map_err(|_| format!("{USER} is no user"))
            };
            for path in [folder.path(), &password] {
                chown(path, Some(id("-u")?), Some(id("-g")?)).map_err(failed)?;
            }
        }
        // The port may be taken until the server takes it, which then fails with a clear text.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.map_err(failed)?.port();
        let mut all = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "unix_socket_directories=".to_owned(),
            "max_connections=200".to_owned(),
        ];
        all.extend(settings.iter().map(|setting| (*setting).to_owned()));
        let settings: Vec<String> = all.iter().map(|setting| format!("-c {setting}")).collect();
        let server = Self {
            folder,
            port,
            is_root,
            settings: settings.join(" "),
        };
        let password = password.display().to_string();
        run::output(server.command("initdb").args([
            match auth {
                Auth::Scram => "--auth=scram-sha-256",
                Auth::Plain => "--auth=password",
            },
            "--username=playgate",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--pwfile",
            &password,
        ]))?;
        run::ok(&mut server.starting())?;
        Ok(server)
    }

    /// Its URL, without a database's name.
    pub fn url(&self) -> String {
        format!("postgres://playgate:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// What starts it, after it was stopped.
    fn starting(&self) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg("--log").arg(self.folder.path().join("log"));
        command.args(["--wait", "--silent", "--options", &self.settings, "start"]);
        command
    }

    /// What stops it as a power cut would.
    fn stopping(&self) -> Command {
        let mut command = self.command("pg_ctl");
        command.args(["--wait", "--silent", "--mode", "immediate", "stop"]);
        command
    }

    /// One of its programs, as its user.
    fn command(&self, program: &str) -> Command {
        let program = programs().join(program);
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command.arg("--pgdata").arg(self.folder.path().join("data"));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = run::output(&mut self.stopping()) {
            println!("PostgreSQL could not be stopped: {error}");
        }
    }
}

fn programs() -> PathBuf {
    Path::new(PROGRAM.0).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Runs the whole suite of the studio's server on PostgreSQL: one server for all tests, and one that a test may stop.
///
/// # Errors
/// A server cannot be started, or not all tests passed.
pub fn backend_tests() -> Result<Counts, String> {
    // What a power cut would lose matters to nobody here, but in the server that is stopped like that.
    let server = Server::start(Auth::Plain, &["fsync=off", "synchronous_commit=off"])?;
    let spare = Server::start(Auth::Scram, &[])?;
    run::counted(
        cargo()
            .args(["test", "--quiet", "--package", "playgate-backend", "--test", "http"])
            // They wait for servers more than they compute.
            .args(["--", "--include-ignored", "--test-threads", "4"])
            .env("PLAYGATE_TEST_POSTGRES", server.url())
            .env("PLAYGATE_TEST_POSTGRES_SPARE", spare.url())
            .env("PLAYGATE_TEST_POSTGRES_START", line(&spare.starting()))
            .env("PLAYGATE_TEST_POSTGRES_STOP", line(&spare.stopping())),
    )
}

/// A command as a line for a shell.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''")));
    quoted.collect::<Vec<_>>().join(" ")
}
