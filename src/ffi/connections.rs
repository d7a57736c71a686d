//! The built-in HTTP, as the options of clients and of trusted hosts set it.

use std::{ffi::c_char, sync::Arc};

use super::{
    memory::bytes,
    options::{MAX_URL, duration},
    result::Failure,
    text::optional,
};
use crate::host::{
    http::{HttpOptions, HttpTransport},
    threads::Threads,
    transport::Transport,
};

const MAX_PEM: usize = 1 << 20;

/// What a caller set of the built-in HTTP.
pub(super) struct Connections {
    /// Root certificates in PEM: where, and how many bytes.
    pub(super) roots: (*const c_char, usize),
    /// Whether they alone are trusted, and the flag's name.
    pub(super) only_extra_roots: (bool, &'static str),
    pub(super) proxy: *const c_char,
    /// Milliseconds; 0 is the default.
    pub(super) connect_timeout_ms: u32,
    pub(super) read_timeout_ms: u32,
}

impl Connections {
    /// Checks everything.
    pub(super) fn check(&self) -> Result<HttpOptions, Failure> {
        let (at, len) = self.roots;
        let roots = bytes(at.cast(), len, MAX_PEM)?;
        let proxy = optional(self.proxy, MAX_URL, "proxy_url")?;
        let (only_extra_roots, flag) = self.only_extra_roots;
        if only_extra_roots && roots.is_empty() {
            return Err(Failure::argument(format!("{flag} was given without extra_roots_pem")));
        }
        let defaults = HttpOptions::default();
        Ok(HttpOptions {
            connect_timeout_ms: duration(self.connect_timeout_ms, defaults.connect_timeout_ms)?,
            read_timeout_ms: duration(self.read_timeout_ms, defaults.read_timeout_ms)?,
            extra_roots_pem: if roots.is_empty() {
                Vec::new()
            } else {
                vec![roots.to_vec()]
            },
            only_extra_roots,
            proxy: proxy.map(str::to_owned),
            ..defaults
        })
    }
}

/// The transport, on threads that are made so.
pub(super) fn transport(options: HttpOptions, threads: Threads) -> Result<Arc<dyn Transport>, Failure> {
    let options = HttpOptions {
        thread_name: format!("{}-http", threads.name),
        stack_bytes: threads.stack_bytes,
        on_thread_start: threads.on_start,
        ..options
    };
    let transport = HttpTransport::new(options).map_err(|error| Failure::argument(error.text))?;
    Ok(Arc::new(transport))
}
