//! The program: runs the server as the environment says, or issues a token for development.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use playgate_backend::{Backend, Config, Secret, Tokens, check_token_secret};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan};

const HELP: &str = "\
playgate-backend                              run the server; README.md has the environment variables
playgate-backend token --player ID [--parent] [--hours N]
                                              print a player's token for development, or a parent's who acts for that
                                              player (24 hours unless told otherwise), signed with
                                              PLAYGATE_TOKEN_SECRET
";

fn main() -> ExitCode {
    let mut arguments = lexopt::Parser::from_env();
    let outcome = match arguments.next() {
        Ok(None) => serve(),
        Ok(Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h'))) => print(HELP),
        Ok(Some(lexopt::Arg::Value(command))) if command == "token" => token(arguments),
        Ok(Some(argument)) => Err(argument.unexpected().to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("playgate-backend: {text}");
            ExitCode::from(2)
        }
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("standard output: {error}"))
}

fn serve() -> Result<(), String> {
    let config = Config::from_env(environment).map_err(|error| error.to_string())?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_events(FmtSpan::NONE)
        .with_max_level(LevelFilter::INFO)
        .with_writer(io::stderr)
        .init();
    let summary = config.to_string();
    // Listened for before anybody can know that the server is up.
    let signals = Signals::new()?;
    let backend = Backend::start(config).map_err(|error| error.to_string())?;
    print(&format!("backend: {}\n", backend.url()))?;
    tracing::info!(config = summary, "started");
    let signal = signals.wait();
    tracing::info!(signal, "stopping");
    backend.stop();
    tracing::info!("stopped");
    Ok(())
}

/// Ctrl-C, and on Unix SIGTERM.
struct Signals {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, String> {
        let failed = |error: io::Error| format!("signals: {error}");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        #[cfg(unix)]
        let (terminate, interrupt) = {
            use tokio::signal::unix::{SignalKind, signal};
            let _inside = runtime.enter();
            (
                signal(SignalKind::terminate()).map_err(failed)?,
                signal(SignalKind::interrupt()).map_err(failed)?,
            )
        };
        Ok(Self {
            runtime,
            #[cfg(unix)]
            terminate,
            #[cfg(unix)]
            interrupt,
        })
    }

    #[cfg(unix)]
    fn wait(mut self) -> &'static str {
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.terminate.recv() => "SIGTERM",
                _ = self.interrupt.recv() => "SIGINT",
            }
        })
    }

    #[cfg(not(unix))]
    fn wait(self) -> &'static str {
        let _ = self.runtime.block_on(tokio::signal::ctrl_c());
        "Ctrl-C"
    }
}

fn token(mut arguments: lexopt::Parser) -> Result<(), String> {
    use lexopt::ValueExt;
    let (mut player, mut is_parent, mut hours) = (None, false, 24);
    while let Some(argument) = arguments.next().map_err(|error| error.to_string())? {
        let value = match argument {
            lexopt::Arg::Long("player") => arguments.value().and_then(|v| v.string()).map(|v| player = Some(v)),
            lexopt::Arg::Long("parent") => {
                is_parent = true;
                Ok(())
            }
            lexopt::Arg::Long("hours") => arguments.value().and_then(|v| v.parse()).map(|v| hours = v),
            other => return Err(other.unexpected().to_string()),
        };
        value.map_err(|error| error.to_string())?;
    }
    let player = player.ok_or("token needs --player ID")?;
    if environment("PLAYGATE_TOKEN_KEYS").is_some_and(|path| !path.trim().is_empty()) {
        return Err("PLAYGATE_TOKEN_KEYS is set: the server takes the tokens of that issuer only".to_owned());
    }
    let secret = environment("PLAYGATE_TOKEN_SECRET").ok_or("PLAYGATE_TOKEN_SECRET is not set")?;
    let secret = Secret::new(secret);
    check_token_secret(&secret).map_err(|error| error.to_string())?;
    let wish = |name| environment(name).filter(|value: &String| !value.trim().is_empty());
    let tokens = Tokens::with(&secret, wish("PLAYGATE_TOKEN_ISSUER"), wish("PLAYGATE_TOKEN_AUDIENCE"));
    let token = if is_parent {
        tokens.issue_parent(&player, hours)
    } else {
        tokens.issue(&player, hours)
    };
    let token = token.map_err(|error| error.to_string())?;
    print(&format!("{token}\n"))
}
