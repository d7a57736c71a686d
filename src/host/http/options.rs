//! What may be set, and its check.

use std::{fmt, io, net::IpAddr, sync::Arc, time::Duration};

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use ureq::{Proxy, http::HeaderValue};

use crate::{
    host::threads::{Crew, OnStart, Threads},
    protocol::http::{TransportError, TransportErrorKind::Refused},
};

/// Finds the addresses of a host name. May block; runs on a thread of its own, which a request that gives up leaves
/// behind.
pub type NameLookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Settings of an [`HttpTransport`](super::HttpTransport). `Debug` shows neither the proxy nor certificates.
#[derive(Clone)]
pub struct HttpOptions {
    /// How long a new connection may take, in milliseconds: name, socket, proxy and TLS handshake together. 0: no limit
    /// of its own. Each request's own time limit holds besides.
    pub connect_timeout_ms: u32,
    /// The longest time without a byte while one is awaited, in milliseconds; 0: no limit of its own.
    pub read_timeout_ms: u32,
    /// The longest response body, in bytes. A longer one is `TooLarge`.
    pub max_response_bytes: usize,
    /// Root certificates in PEM, one or several in each, trusted besides Mozilla's.
    pub extra_roots_pem: Vec<Vec<u8>>,
    /// Trust `extra_roots_pem` alone.
    pub only_extra_roots: bool,
    /// An HTTP proxy, as `http://[user:password@]host[:port]`; https goes through it as a tunnel (CONNECT), loopback
    /// past it. The environment's proxy variables are not read.
    pub proxy: Option<String>,
    /// The `User-Agent` of requests that do not set one.
    pub user_agent: String,
    /// Threads are named this, a hyphen and a number.
    pub thread_name: String,
    /// The stack of the transport's threads, in bytes; `None`: 512 KiB. At least 256 KiB is used.
    pub stack_bytes: Option<usize>,
    /// Called first on each of them, with its name.
    pub on_thread_start: Option<OnStart>,
    /// After how long a thread without work ends, in milliseconds.
    pub idle_ms: u32,
    /// Finds addresses in place of the operating system.
    #[doc(hidden)]
    pub name_lookup: Option<NameLookup>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 10_000,
            read_timeout_ms: 15_000,
            max_response_bytes: 4 * 1024 * 1024,
            extra_roots_pem: Vec::new(),
            only_extra_roots: false,
            proxy: None,
            user_agent: concat!("playgate/", env!("CARGO_PKG_VERSION")).into(),
            thread_name: "playgate-http".into(),
            stack_bytes: None,
            on_thread_start: None,
            idle_ms: 60_000,
            name_lookup: None,
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("connect_timeout_ms", &self.connect_timeout_ms)
            .field("read_timeout_ms", &self.read_timeout_ms)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("extra_roots", &self.extra_roots_pem.len())
            .field("only_extra_roots", &self.only_extra_roots)
            .field("proxy", &self.proxy.is_some())
            .field("user_agent", &self.user_agent)
            .field("thread_name", &self.thread_name)
            .field("stack_bytes", &self.stack_bytes)
            .field("on_thread_start", &self.on_thread_start.is_some())
            .field("idle_ms", &self.idle_ms)
            .finish_non_exhaustive()
    }
}

/// Options that have been checked.
pub(super) struct Settings {
    pub(super) connect_timeout: Option<Duration>,
    pub(super) read_timeout: Option<Duration>,
    pub(super) max_response_bytes: usize,
    pub(super) roots: Roots,
    pub(super) proxy: Option<Proxy>,
    pub(super) user_agent: String,
    pub(super) threads: Crew,
    pub(super) idle: Duration,
    pub(super) lookup: Option<NameLookup>,
}

/// Which certificates are trusted.
#[derive(Default)]
pub(super) struct Roots {
    pub(super) extra: Vec<CertificateDer<'static>>,
    pub(super) only_extra: bool,
}

impl HttpOptions {
    pub(super) fn check(self) -> Result<Settings, TransportError> {
        let refuse = |text: &str| Err(TransportError::new(Refused, text));
        if HeaderValue::from_str(&self.user_agent).is_err() {
            return refuse("user_agent has characters that a header cannot have");
        }
        if self.thread_name.contains('\0') {
            return refuse("thread_name has a NUL character");
        }
        Ok(Settings {
            connect_timeout: limit(self.connect_timeout_ms),
            read_timeout: limit(self.read_timeout_ms),
            max_response_bytes: self.max_response_bytes,
            roots: read_roots(&self.extra_roots_pem, self.only_extra_roots)?,
            proxy: self.proxy.as_deref().map(read_proxy).transpose()?,
            user_agent: self.user_agent,
            threads: Crew::new(Threads {
                name: self.thread_name,
                stack_bytes: self.stack_bytes,
                on_start: self.on_thread_start,
            }),
            idle: Duration::from_millis(self.idle_ms.into()),
            lookup: self.name_lookup,
        })
    }
}

fn limit(ms: u32) -> Option<Duration> {
    (ms > 0).then(|| Duration::from_millis(ms.into()))
}

/// Reads the PEM now, so that a wrong file is told when it is set and not at the first request.
fn read_roots(pems: &[Vec<u8>], only_extra: bool) -> Result<Roots, TransportError> {
    let mut extra = Vec::new();
    let mut store = RootCertStore::empty();
    for (index, pem) in pems.iter().enumerate() {
        let refuse = |why: String| TransportError::new(Refused, format!("extra_roots_pem[{index}]: {why}"));
        let before = extra.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| refuse(format!("not readable as PEM ({e})")))?;
            store
                .add(certificate.clone())
                .map_err(|e| refuse(format!("not usable as a root ({e})")))?;
            extra.push(certificate);
        }
        if extra.len() == before {
            return Err(refuse("no certificate in it; a PEM block CERTIFICATE is needed".into()));
        }
    }
    if only_extra && extra.is_empty() {
        return Err(TransportError::new(
            Refused,
            "only_extra_roots is set, but extra_roots_pem is empty: no server could be trusted",
        ));
    }
    Ok(Roots { extra, only_extra })
}

fn read_proxy(url: &str) -> Result<Proxy, TransportError> {
    url.get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("http://"))
        .and_then(|_| Proxy::new(url).ok())
        .filter(|proxy| !proxy.host().is_empty())
        .ok_or_else(|| {
            TransportError::new(
                Refused,
                "proxy is not of the form http://[user:password@]host[:port] (percent-encode user and password)",
            )
        })
}
