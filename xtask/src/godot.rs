//! A real engine: Godot 3 without a screen loads the library through a native script in C++, and runs a scene for 600
//! frames. A parent decides meanwhile, and what the scene saw is read.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    cpp_programs,
    demo::{
        expect,
        game::{PATIENCE, hand_over},
        servers::{Servers, text},
    },
    library::{Library, Linkage},
    run::{self, cargo, root, target},
};

/// The crate that carries Godot's headers, and its version. It is fetched, and never committed.
const HEADERS: (&str, &str) = ("gdnative-sys", "0.11.3");

/// What belongs to the project, besides the libraries.
const FILES: &[&str] = &[
    "project.godot",
    "playgate.gdnlib",
    "playgate.gdns",
    "main.tscn",
    "main.gd",
];

/// Builds the native script, starts the servers and the engine, and plays the parent.
///
/// # Errors
/// The first expectation that did not come true, or what could not be built or started.
pub fn run(library: &Library) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let folder = folder.path();
    let project = project(library, folder)?;
    let servers = Servers::start(folder)?;
    let launch = servers.launch(folder, "player-gil")?;
    servers.control("PUT", "date", Some(&json!({"today": "2026-06-10"})))?;
    let permissions = json!([{"name": "voice-chat", "enabled": false, "managedBy": "GUARDIAN"}]);
    let new = json!({"name": "Gil", "dateOfBirth": "2014-01-15", "permissions": permissions});
    let child = servers.control("POST", "players", Some(&new))?;
    let switch = format!("players/{}/permissions/voice-chat", text(&child, "kuid")?);
    let parent = |is_on: bool| {
        servers
            .control("PUT", &switch, Some(&json!({"enabled": is_on})))
            .map(drop)
    };

    let scene = Scene::start(
        &project,
        &[
            ("PLAYGATE_PLAYER", &launch.player),
            ("PLAYGATE_SERVER", &launch.server),
            ("PLAYGATE_TOKEN", &launch.token),
            ("PLAYGATE_FOLDER", &launch.folder.display().to_string()),
            ("PLAYGATE_ADOPT", &launch.adopt.display().to_string()),
        ],
    )?;
    let mut seen = Vec::new();
    scene.wait_for("consent_needed", &mut seen)?;
    hand_over(&child["session"], &launch.adopt)?;
    scene.wait_for("adopted PLAYGATE_OK", &mut seen)?;
    // The scene asks for what is locked, and shows where a parent answers.
    scene.wait_for("a parent answers at http://127.0.0.1", &mut seen)?;
    let challenge = servers.open_challenge("voice-chat")?;
    servers.answer_challenge(&challenge, "approve")?;
    scene.wait_for("voice chat is on", &mut seen)?;
    parent(false)?;
    scene.wait_for("voice chat is off", &mut seen)?;
    parent(true)?;
    scene.wait_for("voice chat is on", &mut seen)?;
    scene.wait_for("then voice chat is", &mut seen)?;
    scene.ended()?;
    saw(&seen)
}

/// What the scene printed tells of each decision, in order, and of nothing else.
fn saw(seen: &[String]) -> Result<(), String> {
    let told = || seen.join("\n");
    let locks: Vec<&str> = seen
        .iter()
        .filter_map(|line| {
            line.split_once("voice chat is ")
                .filter(|(head, _)| head.starts_with("frame "))
        })
        .map(|(_, how)| how.split(':').next().unwrap_or_default())
        .collect();
    expect(locks == ["off", "on", "off", "on"], || {
        format!("the lock was {locks:?}; the scene printed\n{}", told())
    })?;
    let sentence = seen
        .iter()
        .any(|line| line.contains("voice chat is off: ") && line.len() > "frame 0, voice chat is off: ".len());
    expect(sentence, || {
        format!("the lock had no text; the scene printed\n{}", told())
    })?;
    expect(
        seen.iter()
            .any(|line| line.starts_with("dialog ") && line.contains("Voice Chat")),
        || format!("no dialog told of voice chat; the scene printed\n{}", told()),
    )?;
    let total = seen
        .iter()
        .find_map(|line| line.strip_prefix("600 frames, ")?.strip_suffix(" with voice chat"));
    let on: u32 = total.and_then(|number| number.parse().ok()).unwrap_or(0);
    expect(on > 0 && on < 600, || {
        format!("of 600 frames {on} had voice chat; the scene printed\n{}", told())
    })?;
    let closed = seen.iter().any(|line| line == "closed True, then voice chat is False");
    expect(closed, || {
        format!("the client did not close well; the scene printed\n{}", told())
    })
}

/// Godot's headers.
fn headers() -> Result<PathBuf, String> {
    let folder = target().join("godot/headers");
    let (name, version) = HEADERS;
    let manifest = format!(
        "[package]\nname = \"headers\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
         [dependencies]\n{name} = \"={version}\"\n[workspace]\n"
    );
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (file, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
        fs::write(folder.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    let metadata = run::output(cargo().args(["metadata", "--format-version", "1"]).current_dir(&folder))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let package = packages.into_iter().find(|package| package["name"] == name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str().map(PathBuf::from));
    let headers = manifest.and_then(|path| Some(path.parent()?.join("godot_headers")));
    headers.ok_or_else(|| format!("{name} {version} was not fetched"))
}

/// The project with the libraries in it, ready to run.
fn project(library: &Library, folder: &Path) -> Result<PathBuf, String> {
    let project = folder.join("project");
    let bin = project.join("bin");
    fs::create_dir_all(&bin).map_err(|error| format!("{}: {error}", bin.display()))?;
    let copy = |from: PathBuf, to: PathBuf| {
        fs::copy(&from, &to)
            .map(drop)
            .map_err(|error| format!("{}: {error}", from.display()))
    };
    for file in FILES {
        copy(root().join("examples/godot/project").join(file), project.join(file))?;
    }
    copy(library.folder.join("libplaygate.so"), bin.join("libplaygate.so"))?;
    let beside = Library {
        folder: bin.clone(),
        ..library.clone()
    };
    let flags = cpp_programs::flags("clang++", "-std=c++17");
    let headers = headers()?.display().to_string();
    let mut flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    flags.extend(["-fPIC", "-shared", "-isystem", &headers, "-Wl,-rpath,$ORIGIN"]);
    let source = root().join("examples/godot/native/playgate_node.cpp");
    beside.program(
        "clang++",
        Linkage::Shared,
        &[source],
        &flags,
        &bin.join("libplaygate_node.so"),
    )?;
    Ok(project)
}

/// A scene that runs. Killed when dropped.
struct Scene {
    engine: Child,
    lines: Receiver<String>,
}

impl Scene {
    fn start(project: &Path, environment: &[(&str, &str)]) -> Result<Self, String> {
        let mut command = Command::new("godot3-server");
        command.arg("--path").arg(project).envs(environment.iter().copied());
        // Godot keeps its own settings beside the test.
        let home = project.join("home");
        fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
        command.env("HOME", home);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut engine = command
            .spawn()
            .map_err(|error| format!("godot3-server cannot be started: {error}"))?;
        let (sender, lines) = mpsc::channel();
        let output = engine.stdout.take().ok_or("godot3-server has no output")?;
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                println!("    godot | {line}");
                if let Some(said) = line.strip_prefix("scene: ") {
                    // When nobody waits any more, the test is over.
                    let _ = sender.send(said.to_owned());
                }
            }
        });
        Ok(Self { engine, lines })
    }

    /// Waits for a line of the scene that contains `text`, and keeps all until then.
    fn wait_for(&self, text: &str, seen: &mut Vec<String>) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self
                .lines
                .recv_timeout(left)
                .map_err(|_| format!("the scene did not print \"{text}\"; it printed\n{}", seen.join("\n")))?;
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(text)) {
                return Ok(());
            }
        }
    }

    /// Waits until the engine has ended, and well.
    fn ended(mut self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.engine.try_wait() {
                Ok(Some(status)) => return expect(status.success(), || format!("godot3-server ended with {status}")),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
                Ok(None) => return Err(format!("godot3-server did not end within {PATIENCE:?}")),
                Err(error) => return Err(format!("godot3-server cannot be waited for: {error}")),
            }
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // An error here means that it is gone already.
        let _ = self.engine.kill();
        let _ = self.engine.wait();
    }
}
