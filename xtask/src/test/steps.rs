//! The steps of a test run, their counts, and the closing lines.

use std::{sync::OnceLock, thread, time::Instant};

use crate::run::{self, Counts};

/// The steps of a test run.
#[derive(Default)]
pub struct Steps {
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
    /// Those in whose names one of these words is; none: all.
    pub fn only(words: Vec<String>) -> Self {
        Self {
            words,
            ..Self::default()
        }
    }

    /// Whether none is left out.
    pub fn are_all(&self) -> bool {
        self.words.is_empty()
    }

    /// A step without which the rest makes no sense.
    ///
    /// # Errors
    /// Why it failed.
    pub fn step(&mut self, name: &str, body: impl FnOnce() -> Result<Counts, String>) -> Result<(), String> {
        println!("\n== {name}");
        body().map(|counts| self.counts.add(counts))
    }

    /// A step; when it fails, the others are run all the same.
    pub fn try_step(&mut self, name: &str, body: impl FnOnce() -> Result<Counts, String>) {
        if self.is_wanted(name) {
            self.try_wanted(name, body);
        }
    }

    /// Two steps at the same time: for those that mostly wait. What they print has their names before it.
    pub fn try_both<A, B>(&mut self, (name, body): (&str, A), (other_name, other_body): (&str, B))
    where
        A: FnOnce() -> Result<Counts, String>,
        B: FnOnce() -> Result<Counts, String> + Send,
    {
        match (self.is_wanted(name), self.is_wanted(other_name)) {
            (true, true) => {}
            (true, false) => return self.try_wanted(name, body),
            (false, true) => return self.try_wanted(other_name, other_body),
            (false, false) => return,
        }
        println!("\n== {name}\n== {other_name}");
        let started = Instant::now();
        thread::scope(|scope| {
            let other = scope.spawn(|| run::labelled(other_name, other_body));
            let ended = run::labelled(name, body);
            self.ended(name, started, ended);
            let other = other.join().unwrap_or_else(|_| Err("it panicked".to_owned()));
            self.ended(other_name, started, other);
        });
    }

    fn try_wanted(&mut self, name: &str, body: impl FnOnce() -> Result<Counts, String>) {
        println!("\n== {name}");
        let started = Instant::now();
        let ended = body();
        self.ended(name, started, ended);
    }

    fn is_wanted(&mut self, name: &str) -> bool {
        let is_wanted = self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()));
        self.left_out += usize::from(!is_wanted);
        is_wanted
    }

    fn ended(&mut self, name: &str, started: Instant, ended: Result<Counts, String>) {
        self.times.push((started.elapsed().as_secs_f32(), name.to_owned()));
        match ended {
            Ok(counts) => self.counts.add(counts),
            Err(error) => {
                println!("FAILED: {name}\n{error}");
                self.counts.failed += 1;
                let reason: Vec<&str> = error.lines().take(10).collect();
                self.failures.push(format!("{name}: {}", reason.join("\n")));
            }
        }
    }

    /// Prints how it went.
    ///
    /// # Errors
    /// When anything failed.
    pub fn close(mut self, started: Instant) -> Result<(), String> {
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

/// What several steps need: built when the first one asks for it, so that a run of a few steps builds little.
pub struct Built<T> {
    build: fn() -> Result<T, String>,
    built: OnceLock<Result<T, String>>,
}

impl<T> Built<T> {
    /// Built by this.
    pub fn new(build: fn() -> Result<T, String>) -> Self {
        Self {
            build,
            built: OnceLock::new(),
        }
    }

    /// The value.
    ///
    /// # Errors
    /// Why it could not be built, the same each time.
    pub fn get(&self) -> Result<&T, String> {
        self.built.get_or_init(self.build).as_ref().map_err(Clone::clone)
    }
}
