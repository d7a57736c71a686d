//! What the figures were measured on.

use std::{fs, process::Command, time::Duration};

use crate::run::output;

/// The load average of the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN)
}

/// Lines about machine, system and versions.
pub fn about(load_before: f64, took: Duration) -> Result<Vec<String>, String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").map_err(|error| format!("/proc/cpuinfo: {error}"))?;
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(": ")?.1.to_owned())
    };
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok());
    let first = |program: &str, arguments: &[&str]| {
        let text = output(Command::new(program).args(arguments))?;
        Ok::<_, String>(text.lines().next().unwrap_or_default().trim().to_owned())
    };
    Ok(vec![
        format!(
            "{cores} cores of {}, {:.0} GiB of memory",
            field("model name").unwrap_or_else(|| "an unknown processor".to_owned()),
            memory.unwrap_or(f64::NAN) / 1024.0 / 1024.0
        ),
        format!("{} {}", first("uname", &["-s"])?, first("uname", &["-r"])?),
        first("rustc", &["--version"])?,
        first("gcc", &["--version"])?,
        format!("node {}", first("node", &["--version"])?),
        format!(
            "load average before {load_before:.2}, after {:.2}; {:.0} minutes in all",
            load(),
            took.as_secs_f64() / 60.0
        ),
        format!("measured on {}", first("date", &["-u", "+%Y-%m-%d"])?),
    ])
}
