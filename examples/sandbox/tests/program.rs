//! The program `playgate-sandbox`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_playgate-sandbox"))
}

fn start(arguments: &[&str]) -> Running {
    let mut child = program()
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    let mut first = String::new();
    out.read_line(&mut first).expect("a line");
    let url = first
        .strip_prefix("sandbox: ")
        .expect("the address")
        .trim_end()
        .to_owned();
    Running { child, out, url }
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program runs")
}

fn get(url: &str) -> serde_json::Value {
    let text = ureq::get(url)
        .call()
        .expect("an answer")
        .body_mut()
        .read_to_string()
        .expect("text");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn it_prints_its_address_first_and_serves() {
    let running = start(&["--players", "2", "--today", "2026-05-10", "--product-id", "9"]);
    let state = get(&format!("{}/control/state", running.url));
    assert_eq!(state["url"], running.url);
    assert_eq!(state["playerCount"], 2);
    assert_eq!(state["today"], "2026-05-10");
    assert_eq!(state["productId"], 9);
}

#[cfg(unix)]
#[test]
fn the_usual_signals_end_it_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let mut running = start(&["--api-key", "a-secret-of-mine"]);
        let id = running.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
        let mut rest = String::new();
        running.out.read_to_string(&mut rest).expect("text");
        let status = running.child.wait().expect("an end");
        assert!(status.success(), "{signal}: {status}");
        assert!(
            rest.contains("/control/state") && rest.contains("Bearer <as given>"),
            "{rest}"
        );
        assert!(!rest.contains("a-secret-of-mine"));
    }
}

#[test]
fn a_taken_port_is_said_so() {
    let first = start(&[]);
    let address = first.url.trim_start_matches("http://");
    let second = run(&["--listen", address]);
    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8_lossy(&second.stderr);
    assert!(text.contains(address) && text.contains("is taken"), "{text}");
    assert!(second.stdout.is_empty());
}

#[test]
fn wrong_options_are_explained() {
    for (arguments, word) in [
        (&["--port", "1"][..], "--port"),
        (&["--players", "many"][..], "many"),
        (&["--listen", "here"][..], "here"),
        (&["--api-key"][..], "--api-key"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(word) && text.contains("--help"), "{text}");
    }
    let unusable = run(&["--listen", "127.0.0.1:0", "--webhook-url", "here"]);
    assert_eq!(unusable.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unusable.stderr).contains("webhook url"));
    assert!(String::from_utf8_lossy(&run(&["--help"]).stdout).contains("--webhook-secret"));
    assert!(String::from_utf8_lossy(&run(&["--version"]).stdout).starts_with("playgate-sandbox "));
}
