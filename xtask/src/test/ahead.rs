//! Builds that later steps need, while earlier ones wait.

use std::thread::{self, JoinHandle};

use super::steps::Steps;
use crate::{footprint, fuzz, library::Library, platforms::Windows, run};

/// They go on at the lowest priority, so that they take from the tests only what those leave. What fails is built again by
/// the step that needs it, which then says why.
pub struct Ahead(Option<JoinHandle<()>>);

impl Ahead {
    /// Begins with them, when the whole is run.
    pub fn start(steps: &Steps) -> Self {
        if !steps.are_all() {
            return Self(None);
        }
        Self(Some(thread::spawn(|| {
            run::in_background();
            drop(Windows::build_for_tests());
            drop(Library::with_asan());
            drop(footprint::build());
            drop(fuzz::build());
        })))
    }

    /// Waits for them.
    pub fn join(self) {
        if let Self(Some(thread)) = self {
            // A panic in there is said already, and the builds are done again.
            drop(thread.join());
        }
    }
}
