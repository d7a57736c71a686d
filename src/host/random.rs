//! Random bytes: salts, nonces and the seed of jitter. TLS takes its own from the operating system.

/// Gives random bytes that nobody can foretell. The operating system and a host's own are written against it.
pub trait Random: Send + Sync {
    /// Fills all of it. Any thread.
    ///
    /// # Errors
    /// There is no randomness to be had, with a sentence that says why.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String>;
}

/// The operating system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        getrandom::fill(bytes).map_err(|error| error.to_string())
    }
}
