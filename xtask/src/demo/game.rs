//! A running game: its output, line by line, and how it ends.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::expect;
use crate::secrets;

/// How long anything may take that a game is waited for: under valgrind, on a busy machine. Nothing waits so long when all
/// is well.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a game is started.
#[derive(Clone, Default)]
pub struct Launch {
    pub program: PathBuf,
    pub player: String,
    pub folder: PathBuf,
    pub key: String,
    pub adopt: PathBuf,
    /// Where the game looks for the player's taps.
    pub taps: PathBuf,
    /// Where a parent types a one-time code in.
    pub code_site: String,
    pub token: String,
    pub server: String,
    /// How often it asks the server in long play; 0: the library's default.
    pub refresh_ms: u32,
    /// After so many frames it ends by itself; 0: when it is told to.
    pub frames: u32,
    pub network_off: bool,
    /// The language of the library's texts; empty: English.
    pub language: String,
    /// The ad service's base URL and token; empty: no game session.
    pub ads: String,
    pub ad_token: String,
    /// Who carries the library's HTTP and storage; empty: the library.
    pub host: String,
}

/// A game that was started. Killed when dropped.
pub struct Game {
    child: Child,
    output: Arc<Output>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Output {
    lines: Mutex<Vec<String>>,
    grew: Condvar,
}

impl Output {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Game {
    /// Starts a game; what it prints is printed here too.
    pub fn start(launch: &Launch) -> Result<Self, String> {
        let mut command = Command::new(&launch.program);
        let option = |command: &mut Command, name: &str, value: &str| {
            command.arg(name).arg(value);
        };
        option(&mut command, "--player", &launch.player);
        option(&mut command, "--server", &launch.server);
        option(&mut command, "--token", &launch.token);
        option(&mut command, "--key", &launch.key);
        command
            .arg("--folder")
            .arg(&launch.folder)
            .arg("--adopt")
            .arg(&launch.adopt)
            .arg("--taps")
            .arg(&launch.taps);
        option(&mut command, "--code-site", &launch.code_site);
        if !launch.ads.is_empty() {
            option(&mut command, "--ads", &launch.ads);
            option(&mut command, "--ad-token", &launch.ad_token);
        }
        if !launch.language.is_empty() {
            option(&mut command, "--language", &launch.language);
        }
        if launch.refresh_ms > 0 {
            option(&mut command, "--refresh-ms", &launch.refresh_ms.to_string());
        }
        if launch.frames > 0 {
            option(&mut command, "--frames", &launch.frames.to_string());
        }
        if !launch.host.is_empty() {
            option(&mut command, "--host", &launch.host);
        }
        if launch.network_off {
            option(&mut command, "--network", "off");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", launch.program.display()))?;
        let name = launch
            .program
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let output = Arc::<Output>::default();
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        let readers = pipes
            .into_iter()
            .flatten()
            .map(|pipe| read(pipe, name.clone(), Arc::clone(&output)))
            .collect();
        Ok(Self { child, output, readers })
    }

    /// Waits for a line that contains `text`.
    pub fn wait_for(&self, text: &str) -> Result<(), String> {
        self.wait(
            |lines| lines.iter().any(|line| line.contains(text)),
            || format!("a line with \"{text}\""),
        )
    }

    /// Waits for a line that contains one of these.
    pub fn wait_for_any(&self, texts: &[&str]) -> Result<(), String> {
        self.wait(
            |lines| lines.iter().any(|line| texts.iter().any(|text| line.contains(text))),
            || format!("a line with one of {texts:?}"),
        )
    }

    /// Waits until the HUD, as it was drawn last, shows these features so.
    pub fn wait_for_hud(&self, features: &[(&str, &str)]) -> Result<(), String> {
        let parts: Vec<String> = features
            .iter()
            .map(|(label, text)| format!("{label}: {text}"))
            .collect();
        let shows = |lines: &[String]| {
            let hud = lines.iter().rev().find_map(|line| line.strip_prefix("hud: "));
            hud.is_some_and(|hud| parts.iter().all(|part| hud.split(" | ").any(|shown| shown == part)))
        };
        self.wait(shows, || format!("a HUD with \"{}\"", parts.join(" | ")))
    }

    fn wait(&self, found: impl Fn(&[String]) -> bool, what: impl Fn() -> String) -> Result<(), String> {
        let (_lines, timeout) = self
            .output
            .grew
            .wait_timeout_while(self.output.lines(), PATIENCE, |lines| !found(lines))
            .unwrap_or_else(PoisonError::into_inner);
        expect(!timeout.timed_out(), || {
            format!("the game did not print {} within {PATIENCE:?}", what())
        })
    }

    /// Whether a line was printed so far that contains `text`.
    pub fn has_printed(&self, text: &str) -> bool {
        self.output.lines().iter().any(|line| line.contains(text))
    }

    /// How many lines so far begin with `text`.
    pub fn count(&self, text: &str) -> usize {
        self.output.lines().iter().filter(|line| line.starts_with(text)).count()
    }

    /// The first line so far that begins with `text`, without it.
    pub fn line_after(&self, text: &str) -> Option<String> {
        let lines = self.output.lines();
        lines.iter().find_map(|line| line.strip_prefix(text)).map(str::to_owned)
    }

    /// Ends the game as a crash or the system does, at once.
    pub fn kill(mut self) -> Result<(), String> {
        self.child
            .kill()
            .map_err(|error| format!("the game cannot be killed: {error}"))?;
        let status = self.child.wait();
        status
            .map(drop)
            .map_err(|error| format!("the game cannot be waited for: {error}"))
    }

    /// Asks the game to end, and waits until it has.
    pub fn quit(self) -> Result<Ended, String> {
        // The game ends on SIGTERM, which std cannot send.
        let status = Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .status();
        let status = status.map_err(|error| format!("kill cannot be started: {error}"))?;
        expect(status.success(), || {
            "the game had ended before it was asked to".to_owned()
        })?;
        self.ended()
    }

    /// Waits until the game has ended by itself; it has to have closed its client well.
    pub fn ended(mut self) -> Result<Ended, String> {
        let deadline = Instant::now() + PATIENCE;
        let status = self.wait_for_exit(deadline)?;
        for reader in self.readers.drain(..) {
            // It only reads lines; when it panicked, the lines that are missing fail the demo.
            let _ = reader.join();
        }
        expect(status.success(), || format!("the game ended with {status}"))?;
        expect(self.has_printed("end: PLAYGATE_OK"), || {
            "the game did not close its client in time".to_owned()
        })?;
        Ok(Ended {
            lines: self.output.lines().clone(),
        })
    }

    fn wait_for_exit(&mut self, deadline: Instant) -> Result<ExitStatus, String> {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) => return Err(format!("the game did not end within {PATIENCE:?}")),
                Err(error) => return Err(format!("the game cannot be waited for: {error}")),
            }
        }
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        // An error here means that it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a game that has ended had printed.
pub struct Ended {
    lines: Vec<String>,
}

impl Ended {
    /// Fails when the game printed `text`.
    pub fn must_not_have_printed(&self, text: &str) -> Result<(), String> {
        expect(!self.lines.iter().any(|line| line.contains(text)), || {
            format!("the game printed \"{text}\"")
        })
    }

    /// What events made it print, in order; not what depends on how long a frame took: of two events about one permission
    /// that come within a frame, the later one is told.
    pub fn told(&self) -> Vec<String> {
        let is_told = |line: &&String| {
            let heads = ["start: ", "tap: ", "event: ", "upgrade: ", "dialog: ", "Now on: "];
            let is_passing =
                line.starts_with("upgrade: ") && (line.contains(" is asking") || line.contains(" is approved"));
            heads.iter().any(|head| line.starts_with(head)) && !is_passing
        };
        self.lines.iter().filter(is_told).cloned().collect()
    }

    /// For how many frames the game had voice chat on.
    pub fn voice_frames(&self) -> Result<u64, String> {
        let number = |line: &String| {
            line.strip_prefix("end: ")?
                .split(", ")
                .nth(1)?
                .split(' ')
                .next()?
                .parse()
                .ok()
        };
        self.lines
            .iter()
            .find_map(number)
            .ok_or_else(|| "the game's last line cannot be read".to_owned())
    }
}

fn read(pipe: impl Read + Send + 'static, name: String, output: Arc<Output>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            println!("    {name} | {line}");
            secrets::look_at(&line);
            output.lines().push(line);
            output.grew.notify_all();
        }
    })
}

/// The player taps: a word and a feature's name.
pub fn tap(launch: &Launch, what: &str) -> Result<(), String> {
    hand_over(&format!("{what}\n"), &launch.taps)
}

/// Puts a text where the game looks for it: whole or not at all.
pub fn hand_over(text: &impl ToString, path: &Path) -> Result<(), String> {
    let draft = path.with_extension("draft");
    let failed = |error| format!("{}: {error}", path.display());
    std::fs::write(&draft, text.to_string()).map_err(failed)?;
    std::fs::rename(&draft, path).map_err(failed)
}
