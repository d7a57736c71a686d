//! The sandbox as a program.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use lexopt::prelude::*;
use playgate_sandbox::{Config, Sandbox};

const USAGE: &str = "\
A simulated k-ID service, with a web page on which you play the parent, and a simulated ad service.

Usage: playgate-sandbox [OPTIONS]

Options:
  --listen ADDR:PORT     where to listen [default: 127.0.0.1:7411; port 0 takes a free one]
  --api-key KEY          the API key that a product's server must send [default: sandbox-key]
  --product-id NUMBER    productId in webhooks [default: 42]
  --webhook-url URL      where webhooks are sent [default: nowhere]
  --webhook-secret TEXT  what webhooks are signed with [default: not signed]
  --players N            players at the start [default: 0]
  --today YYYY-MM-DD     the date on which ages are computed [default: the real one, UTC]
  -h, --help             this text
  -V, --version          the version
";

enum Asked {
    Run(Config),
    Help,
    Version,
}

fn main() -> ExitCode {
    let config = match read_arguments(std::env::args_os().skip(1)) {
        Ok(Asked::Run(config)) => config,
        Ok(Asked::Help) => return said(USAGE),
        Ok(Asked::Version) => {
            return said(concat!("playgate-sandbox ", env!("CARGO_PKG_VERSION"), "\n"));
        }
        Err(error) => {
            eprintln!("playgate-sandbox: {error}\nplaygate-sandbox --help lists the options.");
            return ExitCode::from(2);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("playgate-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn said(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn read_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Asked, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut config = Config {
        listen: ([127, 0, 0, 1], 7411).into(),
        ..Config::default()
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("listen") => config.listen = parser.value()?.parse()?,
            Long("api-key") => config.api_key = parser.value()?.string()?,
            Long("product-id") => config.product_id = parser.value()?.parse()?,
            Long("webhook-url") => config.webhook_url = Some(parser.value()?.string()?),
            Long("webhook-secret") => config.webhook_secret = Some(parser.value()?.string()?),
            Long("players") => config.players = parser.value()?.parse()?,
            Long("today") => config.today = Some(parser.value()?.string()?),
            Short('h') | Long("help") => return Ok(Asked::Help),
            Short('V') | Long("version") => return Ok(Asked::Version),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Asked::Run(config))
}

fn run(config: Config) -> io::Result<()> {
    // Before the address is printed, so that whoever waits for it may end the program at once.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut end = runtime.block_on(async { EndSignal::new() })?;
    let key = if config.api_key == Config::DEFAULT_API_KEY {
        Config::DEFAULT_API_KEY
    } else {
        "<as given>"
    };
    let sandbox = Sandbox::start(config)?;
    let url = sandbox.url();
    let mut text = format!(
        "sandbox: {url}\n\
         The parent's page:  {url}/\n\
         k-ID for a server:  {url}/api/v1/session/get?sessionId=…  with  Authorization: Bearer {key}\n\
         The ad service:     {url}/api/games/sessions/initiate\n\
         Control API:        {url}/control/state\n"
    );
    if !sandbox.address().ip().is_loopback() {
        text.push_str("Other machines can reach it: whoever does plays the parent too.\n");
    }
    text.push_str("Everything is in memory. Ctrl-C ends it.\n");
    // Whoever started it may not read what it says.
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    runtime.block_on(end.wait());
    sandbox.stop();
    Ok(())
}

/// Ctrl-C, and where there is such a thing the polite request to end.
#[cfg(unix)]
struct EndSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl EndSignal {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct EndSignal(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl EndSignal {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn wait(&mut self) {
        self.0.recv().await;
    }
}
