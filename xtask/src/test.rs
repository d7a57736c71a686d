//! `cargo xtask test`: everything that must hold, and a closing line with the counts.

mod ahead;
mod steps;

use std::time::{Duration, Instant};

use self::{
    ahead::Ahead,
    steps::{Built, Steps},
};
use crate::{
    abi, bench, browser, c_programs, checkers, checks, contradictions, counts, cpp_programs, csharp, demo,
    dependencies, footprint, fuzz, godot, header, hostless, hosts, kills,
    library::{Library, Linkage},
    neighbours, package,
    platforms::{self, Windows},
    postgres,
    run::{self, Counts, cargo},
    secrets, setup, simulation, threats, trusted, unity, unreal, unsafe_code,
};

/// The tests of the rooms that need nothing of an operating system.
pub const PURE_TESTS: &[&str] = &[
    "--lib",
    "--test",
    "vectors",
    "--test",
    "session_*",
    "--test",
    "client_*",
];

/// Runs all tests, or the steps in whose names one of these words is. A step that fails does not keep the others from
/// running.
pub fn run(words: Vec<String>) -> Result<(), String> {
    let started = Instant::now();
    let mut steps = Steps::only(words);
    secrets::watch()?;
    steps.step("system packages", || {
        setup::ensure()?;
        platforms::ensure_windows()?;
        Ok(one())
    })?;
    of_the_source(&mut steps);
    of_rust(&mut steps);
    let ship = Built::new(Library::release);
    of_what_ships(&mut steps, &ship);
    of_c_and_cpp(&mut steps, &ship);
    // The tests below wait for servers most of the time; meanwhile there is time to build.
    let ahead = Ahead::start(&steps);
    of_the_main_job(&mut steps, &ship);
    of_engines(&mut steps, &ship);
    ahead.join();
    steps.try_step("size, memory and what the start touches", || {
        footprint::check(ship.get()?)
    });
    of_windows(&mut steps);
    of_games_tests(&mut steps);
    of_trusted_hosts(&mut steps);
    with_address_sanitizer(&mut steps);
    steps.try_step("a minute of fuzzing", || fuzz::run(Duration::from_secs(60)));
    if steps.are_all() {
        steps.try_step("no planted secret was printed", secrets::check);
    }
    steps.close(started)
}

/// Format, lints, and what is generated.
fn of_the_source(steps: &mut Steps) {
    steps.try_step("formatting", || {
        run::ok(cargo().args(["fmt", "--all", "--check"])).map(|()| one())
    });
    steps.try_step("lints", || {
        for scope in [&["--workspace"][..], &["--package", "playgate", "--all-features"]] {
            run::ok(
                cargo()
                    .args(["clippy", "--quiet"])
                    .args(scope)
                    .args(["--all-targets", "--", "-D", "warnings"]),
            )?;
        }
        Ok(one())
    });
    steps.try_step("the header is current", || header::is_current().map(|()| one()));
    steps.try_step("the ABI is the committed one", || abi::check().map(passed));
    steps.try_step("the C# declarations are current", || {
        csharp::is_current().map(|()| one())
    });
    steps.try_step("the header compiles everywhere", || header::compiles().map(passed));
    steps.try_step("C++: the header is whole and documented", cpp_programs::is_whole);
    steps.try_step("Unreal: names that Blueprints see", || unreal::names().map(passed));
    steps.try_step("Unreal: the build rules", unreal::rules);
    steps.try_step("dependencies: licences, bans and sources", dependencies::check);
    steps.try_step("the threat model's tests are there", threats::check);
    steps.try_step("unsafe code only where it may be", || {
        unsafe_code::check().map(|_| one())
    });
}

/// Cargo's own tests, with the features that there are.
fn of_rust(steps: &mut Steps) {
    steps.try_step("Rust: the library", || {
        let mut test = cargo();
        test.args(["test", "--quiet", "--no-fail-fast", "--package", "playgate"]);
        run::counted(test.arg("--all-features"))
    });
    steps.try_step("Rust: the pure rooms without std", || {
        const PURE: &[&str] = &["--no-default-features", "--features", "trusted-server"];
        run::ok(
            cargo()
                .args([
                    "rustc",
                    "--quiet",
                    "--package",
                    "playgate",
                    "--lib",
                    "--crate-type",
                    "rlib",
                ])
                .args(PURE),
        )?;
        run::counted(
            cargo()
                .args(["test", "--quiet", "--package", "playgate"])
                .args(PURE)
                .args(PURE_TESTS),
        )
    });
    steps.try_step("Rust: fewer features", || {
        for features in [
            "std",
            "capi",
            "capi,file-store",
            "std,http",
            "capi,mock",
            "std,trusted-server",
            "capi,trusted-server",
        ] {
            run::ok(
                cargo()
                    .args(["clippy", "--quiet", "--package", "playgate", "--no-default-features"])
                    .args(["--features", features, "--", "-D", "warnings"]),
            )?;
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
    steps.try_both(
        ("Rust: the backend on PostgreSQL", postgres::backend_tests),
        ("a million steps of lives at random", || {
            simulation::run(&["steps", "1000000"]).map(|()| one())
        }),
    );
}

/// The library as it ships: what it exports, needs and is packed into.
fn of_what_ships(steps: &mut Steps, ship: &Built<Library>) {
    // Link-time optimisation keeps one core busy.
    steps.try_both(
        ("the library as it ships", || ship.get().map(|_| one())),
        ("C++: the header compiles everywhere", cpp_programs::compiles),
    );
    steps.try_step("only the API is exported", || checks::exports(ship.get()?).map(passed));
    steps.try_step("SONAME, no unload, 16 KiB pages", || {
        checks::elf(ship.get()?).map(|()| one())
    });
    steps.try_step("only the API is global in the static library", || {
        checks::archives(ship.get()?).map(passed)
    });
    steps.try_step("glibc, debug info apart, no folders", || {
        let library = ship.get()?;
        checks::glibc(library)?;
        checks::debug_info(library)?;
        checks::no_paths(library).map(|()| one())
    });
    steps.try_step("instructions of the frame path", || counts::check(ship.get()?));
    steps.try_step("beside other Rust libraries", || neighbours::run(ship.get()?));
    steps.try_step("the package, and a project that uses it", || package::test(ship.get()?));
}

/// The C and C++ tests, and the READMEs' programs.
fn of_c_and_cpp(steps: &mut Steps, ship: &Built<Library>) {
    steps.try_step("the README's quick start", || {
        checks::quick_start(ship.get()?).map(|()| one())
    });
    for linkage in [Linkage::Shared, Linkage::Static] {
        let of = |compiler| move || c_programs::run(ship.get()?, compiler, linkage);
        steps.try_both(
            (&format!("C tests: gcc, {}", linkage.word()), of("gcc")),
            (&format!("C tests: clang, {}", linkage.word()), of("clang")),
        );
    }
    steps.try_both(
        ("C tests under valgrind", c_programs::run_under_valgrind),
        ("Unreal: the plugin on stand-ins for the engine", || {
            unreal::against_stubs(ship.get()?)
        }),
    );
    steps.try_step("valgrind sees planted mistakes", || checkers::valgrind(ship.get()?));
    steps.try_step("C++ tests: g++, shared", || {
        cpp_programs::run(ship.get()?, "g++", Linkage::Shared, true)
    });
    steps.try_step("C++ tests: clang++, static", || {
        cpp_programs::run(ship.get()?, "clang++", Linkage::Static, false)
    });
    steps.try_step("C++: the README's quick start", || {
        cpp_programs::quick_start(ship.get()?)
    });
}

/// The games of the examples, against the servers.
fn of_the_main_job(steps: &mut Steps, ship: &Built<Library>) {
    steps.try_both(
        ("the demo", || demo::run(ship.get()?).map(|()| one())),
        ("C++: the game lives the demo", || {
            demo::run_in_cpp(ship.get()?).map(|()| one())
        }),
    );
    steps.try_both(
        ("the game on three hosts", || hosts::run(ship.get()?).map(|()| one())),
        ("the game is killed while it asks", || {
            kills::run(ship.get()?).map(|()| one())
        }),
    );
    steps.try_both(
        ("k-ID's sources contradict each other", || {
            contradictions::run(ship.get()?).map(|()| one())
        }),
        ("a parent in a real browser", || {
            browser::run(ship.get()?).map(|()| one())
        }),
    );
}

/// What stands in for the engines: Mono, CoreCLR, stubs, and a real engine.
fn of_engines(steps: &mut Steps, ship: &Built<Library>) {
    steps.try_step("Godot runs a scene with the library", || {
        godot::run(ship.get()?).map(|()| one())
    });
    steps.try_step("Unreal: the logic, without the engine", || unreal::logic(ship.get()?));
    steps.try_both(
        ("Unity: the glue on Mono", || unity::glue::run(ship.get()?)),
        (
            "Unity: the glue compiles for versions and platforms",
            unity::glue::compiles,
        ),
    );
    steps.try_step("C#: declarations, against the manifest", unity::declarations);
    steps.try_step("C#: the cases on Mono, CoreCLR and compiled ahead", || {
        unity::run(ship.get()?, unity::Cases::Ship)
    });
    steps.try_step("C#: what must fail where all is compiled ahead", || {
        unity::mistakes(ship.get()?)
    });
    steps.try_step("C#: the bench runs", || {
        unity::bench(&bench::Context::of(ship.get()?, 2)?).map(|_| one())
    });
}

fn of_windows(steps: &mut Steps) {
    let windows = Built::new(Windows::for_tests);
    steps.try_step("Windows: the DLL's exports and imports", || {
        windows.get()?.is_self_contained().map(|_| one())
    });
    steps.try_step("Windows: C tests under Wine", || {
        windows.get()?.c_programs(&["store", "tls"]).map(passed)
    });
    steps.try_step("Windows: the C game under Wine", || {
        windows.get()?.game().map(|()| one())
    });
    steps.try_step("Windows: files and records under Wine", || windows.get()?.rust_tests());
}

/// The library with scripted answers.
fn of_games_tests(steps: &mut Steps) {
    let library = Built::new(Library::with_mock);
    steps.try_step("C tests: a game's own, without a server", || {
        c_programs::of_games_tests(library.get()?)
    });
    steps.try_step("C#: the cases of a game's own tests", || {
        unity::run(library.get()?, unity::Cases::Mock)
    });
    steps.try_step("C++ tests: a game's own, without a server", || {
        cpp_programs::of_games_tests(library.get()?)
    });
}

/// The library for servers that hold k-ID's key.
fn of_trusted_hosts(steps: &mut Steps) {
    let library = Built::new(Library::trusted);
    steps.try_step(
        "trusted hosts: the header, its functions in such a library only",
        || {
            trusted::header_compiles()?;
            trusted::exports(library.get()?).map(passed)
        },
    );
    steps.try_step("trusted hosts: the ABI is the committed one", || {
        abi::check_trusted(library.get()?).map(|()| one())
    });
    steps.try_step("trusted hosts: C tests against a k-ID", || {
        trusted::c_programs(library.get()?)
    });
}

fn with_address_sanitizer(steps: &mut Steps) {
    let library = Built::new(Library::with_asan);
    steps.try_step("the sanitizers see planted mistakes", || {
        checkers::sanitizers(library.get()?)
    });
    steps.try_both(
        ("C tests with AddressSanitizer", || {
            c_programs::run(library.get()?, "clang", Linkage::Static)
        }),
        ("C++ tests with AddressSanitizer", || {
            cpp_programs::run(library.get()?, "clang++", Linkage::Static, true)
        }),
    );
    steps.try_both(
        ("Unreal: the logic with AddressSanitizer", || {
            unreal::logic(library.get()?)
        }),
        ("Unreal: the plugin with AddressSanitizer", || {
            unreal::against_stubs(library.get()?)
        }),
    );
    steps.try_step("C++: the game lives the demo with AddressSanitizer", || {
        demo::run_in_cpp(library.get()?).map(|()| one())
    });
}

/// A step that is one test by itself.
fn one() -> Counts {
    passed(1)
}

fn passed(passed: usize) -> Counts {
    Counts { passed, failed: 0 }
}
