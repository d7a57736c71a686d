//! `cargo xtask test`: everything that must hold, and a closing line with the counts.

use std::time::Instant;

use crate::{
    abi, browser, c_programs, checks, contradictions, cpp_programs, csharp, demo, godot, header, hostless, hosts,
    kills,
    library::{Library, Linkage},
    neighbours, package,
    platforms::{self, Windows},
    run::{self, Counts, cargo},
    setup, unity,
};

/// Runs all tests, or the steps in whose names one of these words is. A step that fails does not keep the others from
/// running.
pub fn run(words: Vec<String>) -> Result<(), String> {
    let started = Instant::now();
    let mut steps = Steps {
        words,
        ..Steps::default()
    };
    steps.step("system packages", || {
        setup::ensure()?;
        platforms::ensure_windows()?;
        Ok(one())
    })?;
    steps.try_step("formatting", || {
        run::ok(cargo().args(["fmt", "--all", "--check"])).map(|()| one())
    });
    steps.try_step("lints", || {
        run::ok(cargo().args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))?;
        run::ok(cargo().args([
            "clippy",
            "--quiet",
            "--package",
            "playgate",
            "--all-features",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))?;
        Ok(one())
    });
    steps.try_step("the header is current", || header::is_current().map(|()| one()));
    steps.try_step("the ABI is the committed one", || {
        abi::check().map(|passed| Counts { passed, failed: 0 })
    });
    steps.try_step("the C# declarations are current", || {
        csharp::is_current().map(|()| one())
    });
    steps.try_step("the header compiles everywhere", || {
        header::compiles().map(|passed| Counts { passed, failed: 0 })
    });
    steps.try_step("C++: the header compiles everywhere", cpp_programs::compiles);
    steps.try_step("C++: the header is whole and documented", cpp_programs::is_whole);
    steps.try_step("Rust: the library", || {
        run::counted(cargo().args(["test", "--quiet", "--package", "playgate", "--all-features"]))
    });
    steps.try_step("Rust: the pure rooms without std", || {
        run::ok(cargo().args([
            "rustc",
            "--quiet",
            "--package",
            "playgate",
            "--lib",
            "--crate-type",
            "rlib",
            "--no-default-features",
            "--features",
            "trusted-server",
        ]))?;
        run::counted(cargo().args([
            "test",
            "--quiet",
            "--package",
            "playgate",
            "--no-default-features",
            "--features",
            "trusted-server",
            "--lib",
            "--test",
            "vectors",
            "--test",
            "session_*",
            "--test",
            "client_*",
        ]))
    });
    steps.try_step("Rust: fewer features", || {
        for features in ["std", "capi", "capi,file-store", "std,http", "capi,mock"] {
            run::ok(cargo().args([
                "clippy",
                "--quiet",
                "--package",
                "playgate",
                "--no-default-features",
                "--features",
                features,
                "--",
                "-D",
                "warnings",
            ]))?;
        }
        Ok(one())
    });
    steps.try_step(
        "no thread, socket or file of its own where none is wanted",
        hostless::check,
    );
    steps.try_step("Rust: sandbox, backend, xtask", || {
        run::counted(cargo().args(["test", "--quiet", "--workspace", "--exclude", "playgate"]))
    });
    steps.try_step("no async runtime in the library", || {
        checks::no_async_runtime().map(|()| one())
    });
    steps.try_step(
        "Unity: the glue compiles for versions and platforms",
        unity::glue::compiles,
    );
    if let Some(library) = steps.try_value("the library as it ships", Library::release) {
        steps.try_step("only the API is exported", || {
            checks::exports(&library).map(|passed| Counts { passed, failed: 0 })
        });
        steps.try_step("SONAME, no unload, 16 KiB pages", || {
            checks::elf(&library).map(|()| one())
        });
        steps.try_step("only the API is global in the static library", || {
            checks::archives(&library).map(|passed| Counts { passed, failed: 0 })
        });
        steps.try_step("glibc, debug info apart, no folders", || {
            checks::glibc(&library)?;
            checks::debug_info(&library)?;
            checks::no_paths(&library).map(|()| one())
        });
        steps.try_step("beside other Rust libraries", || neighbours::run(&library));
        steps.try_step("the package, and a project that uses it", || package::test(&library));
        steps.try_step("the README's quick start", || {
            checks::quick_start(&library).map(|()| one())
        });
        for (compiler, linkage) in [
            ("gcc", Linkage::Shared),
            ("clang", Linkage::Shared),
            ("gcc", Linkage::Static),
            ("clang", Linkage::Static),
        ] {
            steps.try_step(&format!("C tests: {compiler}, {}", linkage.word()), || {
                c_programs::run(&library, compiler, linkage)
            });
        }
        for (compiler, linkage, has_exceptions) in [("g++", Linkage::Shared, true), ("clang++", Linkage::Static, false)]
        {
            steps.try_step(&format!("C++ tests: {compiler}, {}", linkage.word()), || {
                cpp_programs::run(&library, compiler, linkage, has_exceptions)
            });
        }
        steps.try_step("C++: the README's quick start", || cpp_programs::quick_start(&library));
        steps.try_step("C++: the game lives the demo", || {
            demo::run_in_cpp(&library).map(|()| one())
        });
        steps.try_step("Godot runs a scene with the library", || {
            godot::run(&library).map(|()| one())
        });
        steps.try_step("C tests under valgrind", c_programs::run_under_valgrind);
        steps.try_step("Unity: the glue on Mono", || unity::glue::run(&library));
        steps.try_step("the demo", || demo::run(&library).map(|()| one()));
        steps.try_step("the game on three hosts", || hosts::run(&library).map(|()| one()));
        steps.try_step("the game is killed while it asks", || {
            kills::run(&library).map(|()| one())
        });
        steps.try_step("k-ID's sources contradict each other", || {
            contradictions::run(&library).map(|()| one())
        });
        steps.try_step("a parent in a real browser", || browser::run(&library).map(|()| one()));
        steps.try_step("C#: declarations, against the manifest", unity::declarations);
        steps.try_step("C#: the cases on Mono, CoreCLR and compiled ahead", || {
            unity::run(&library, unity::Cases::Ship)
        });
        steps.try_step("C#: what must fail where all is compiled ahead", || {
            unity::mistakes(&library)
        });
        steps.try_step("C#: the bench runs", || {
            unity::bench(&library, 3, 10_000).map(|()| one())
        });
    }
    if let Some(windows) = steps.try_value("the library for Windows", Windows::for_tests) {
        steps.try_step("Windows: the DLL's exports and imports", || {
            windows.is_self_contained().map(|_| one())
        });
        steps.try_step("Windows: C tests under Wine", || {
            windows
                .c_programs(&["store", "tls"])
                .map(|passed| Counts { passed, failed: 0 })
        });
        steps.try_step("Windows: the C game under Wine", || windows.game().map(|()| one()));
        steps.try_step("Windows: files and records under Wine", || windows.rust_tests());
    }
    if let Some(library) = steps.try_value("the library for tests of games", Library::with_mock) {
        steps.try_step("C tests: a game's own, without a server", || {
            c_programs::of_games_tests(&library)
        });
        steps.try_step("C#: the cases of a game's own tests", || {
            unity::run(&library, unity::Cases::Mock)
        });
        steps.try_step("C++ tests: a game's own, without a server", || {
            cpp_programs::of_games_tests(&library)
        });
    }
    if let Some(library) = steps.try_value("the library with AddressSanitizer", Library::with_asan) {
        steps.try_step("C tests with AddressSanitizer", || {
            c_programs::run(&library, "clang", Linkage::Static)
        });
        steps.try_step("C++ tests with AddressSanitizer", || {
            cpp_programs::run(&library, "clang++", Linkage::Static, true)
        });
        steps.try_step("C++: the game lives the demo with AddressSanitizer", || {
            demo::run_in_cpp(&library).map(|()| one())
        });
    }
    steps.close(started)
}

/// A step that is one test by itself.
fn one() -> Counts {
    Counts { passed: 1, failed: 0 }
}

#[derive(Default)]
struct Steps {
    counts: Counts,
    failures: Vec<String>,
    /// Only steps with one of these in their names are asked for; none: all.
    words: Vec<String>,
    /// Steps that were not asked for.
    left_out: usize,
    /// How many seconds each step took.
    times: Vec<(f32, String)>,
}

impl Steps {
    /// A step without which the rest makes no sense.
    fn step(&mut self, name: &str, body: impl FnOnce() -> Result<Counts, String>) -> Result<(), String> {
        println!("\n== {name}");
        body().map(|counts| self.counts.add(counts))
    }

    fn try_step(&mut self, name: &str, body: impl FnOnce() -> Result<Counts, String>) {
        if !self.words.is_empty() && !self.words.iter().any(|word| name.contains(word.as_str())) {
            self.left_out += 1;
            return;
        }
        self.try_value(name, body)
            .into_iter()
            .for_each(|counts| self.counts.add(counts));
    }

    fn try_value<T>(&mut self, name: &str, body: impl FnOnce() -> Result<T, String>) -> Option<T> {
        println!("\n== {name}");
        let started = Instant::now();
        let ended = body();
        self.times.push((started.elapsed().as_secs_f32(), name.to_owned()));
        match ended {
            Ok(value) => Some(value),
            Err(error) => {
                println!("FAILED: {name}\n{error}");
                self.counts.failed += 1;
                self.failures
                    .push(format!("{name}: {}", error.lines().next().unwrap_or_default()));
                None
            }
        }
    }

    fn close(mut self, started: Instant) -> Result<(), String> {
        println!("\n== summary ({:.1} min)", started.elapsed().as_secs_f32() / 60.0);
        self.times.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (seconds, name) in self.times.iter().take_while(|(seconds, _)| *seconds >= 10.0) {
            println!("{seconds:>6.0} s  {name}");
        }
        for failure in &self.failures {
            println!("FAILED: {failure}");
        }
        if self.left_out > 0 {
            println!("{} steps were not asked for", self.left_out);
        }
        println!("{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.failures.is_empty() && self.counts.failed == 0 {
            return Ok(());
        }
        Err("not all tests passed".to_owned())
    }
}
