//! One request and its answer, with redirects and the one retry.

use std::{
    io::Read,
    sync::{Arc, Mutex},
    time::Duration,
};

use ureq::{
    Agent, Error,
    http::{self, Uri, header},
    unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector},
};

use super::{
    connect::{Dial, ResolveLater, Watch},
    exchange::{Exchange, cancelled, lock},
    fault::{self, wrap},
    names::Names,
    options::Settings,
    target::{self, Prepared},
    tls::{TlsConnector, TlsSetup},
};
use crate::protocol::http::{
    Method, Reply, Response, TransportError,
    TransportErrorKind::{Malformed, Refused, TimedOut, TooLarge},
};

const MAX_REDIRECTS: u32 = 3;
/// A kept connection that has not been used for so long is not used again: many servers close it about then.
const MAX_IDLE: Duration = Duration::from_secs(30);
/// Buffers of a connection, made at first use. The answer's headers have to fit into the first.
const INPUT_BYTES: usize = 32 * 1024;
const OUTPUT_BYTES: usize = 32 * 1024;
const MAX_HEADER_BYTES: usize = INPUT_BYTES - 1024;

/// The HTTP client of one transport: its connections, addresses and TLS settings.
pub(super) struct Net {
    settings: Settings,
    names: Arc<Names>,
    tls: Arc<TlsSetup>,
    agents: Mutex<Agents>,
}

#[derive(Default)]
struct Agents {
    direct: Option<Agent>,
    proxied: Option<Agent>,
}

impl Net {
    pub(super) fn new(mut settings: Settings) -> Self {
        let names = Names::new(settings.lookup.take(), settings.threads.clone());
        let roots = std::mem::take(&mut settings.roots);
        Self {
            settings,
            names: Arc::new(names),
            tls: Arc::new(TlsSetup::new(roots)),
            agents: Mutex::default(),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Closes kept connections. Those in use are closed when their exchange ends.
    pub(super) fn close_idle(&self) {
        // Dropped after the lock.
        let _agents = std::mem::take(&mut *lock(&self.agents));
    }

    pub(super) fn forget_addresses(&self) {
        self.names.forget_all();
    }

    fn agent(&self, through_proxy: bool) -> Agent {
        let mut agents = lock(&self.agents);
        let slot = if through_proxy {
            &mut agents.proxied
        } else {
            &mut agents.direct
        };
        slot.get_or_insert_with(|| self.make_agent(through_proxy)).clone()
    }

    fn make_agent(&self, through_proxy: bool) -> Agent {
        #[cfg(feature = "capi")]
        make_lasting();
        let config = Agent::config_builder()
            .proxy(self.settings.proxy.clone().filter(|_| through_proxy))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(self.settings.user_agent.as_str())
            .accept_encoding("identity")
            .timeout_connect(self.settings.connect_timeout)
            .timeout_per_read(self.settings.read_timeout)
            .timeout_per_write(self.settings.read_timeout)
            .max_idle_age(MAX_IDLE)
            .max_response_header_size(MAX_HEADER_BYTES)
            .input_buffer_size(INPUT_BYTES)
            .output_buffer_size(OUTPUT_BYTES)
            .build();
        let dial = Dial {
            names: self.names.clone(),
            tcp: TcpConnector::default(),
        };
        let connector =
            ().chain(ConnectProxyConnector::default())
                .chain(dial)
                .chain(TlsConnector(self.tls.clone()))
                .chain(Watch);
        Agent::with_parts(config, connector, ResolveLater)
    }

    /// Sends the request and reads the answer. Blocks, at most until the exchange's deadline.
    pub(super) fn run(&self, request: &Prepared, exchange: &Arc<Exchange>) -> Reply {
        let _entered = exchange.enter();
        let agent = self.agent(self.settings.proxy.is_some() && !request.origin.is_loopback());
        let mut uri = request.uri.clone();
        let mut redirects = 0;
        loop {
            let (response, location) = self
                .send_with_retry(&agent, request, &uri, exchange)
                .map_err(|error| fault::explain(error, exchange, &self.settings))?;
            let Some(location) = location else {
                return Ok(response);
            };
            uri = next_hop(request, &uri, &location, redirects)?;
            redirects += 1;
        }
    }

    fn send_with_retry(
        &self,
        agent: &Agent,
        request: &Prepared,
        uri: &Uri,
        exchange: &Exchange,
    ) -> Result<(Response, Option<Vec<u8>>), Error> {
        exchange.begin_attempt(false);
        match self.send(agent, request, uri, exchange) {
            Err(error)
                if request.method == Method::Get
                    && exchange.was_stale()
                    && fault::is_disconnect(&error)
                    && !exchange.is_cancelled() =>
            {
                exchange.begin_attempt(true);
                self.send(agent, request, uri, exchange)
            }
            other => other,
        }
    }

    /// The response, and where it redirects to.
    fn send(
        &self,
        agent: &Agent,
        request: &Prepared,
        uri: &Uri,
        exchange: &Exchange,
    ) -> Result<(Response, Option<Vec<u8>>), Error> {
        if exchange.is_cancelled() {
            return Err(wrap(cancelled()));
        }
        let left = exchange.left().ok_or_else(|| wrap(out_of_time(exchange)))?;
        let mut head = http::Request::new(());
        *head.uri_mut() = uri.clone();
        *head.headers_mut() = request.headers.clone();
        *head.method_mut() = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
        };
        let answer = if request.method == Method::Get {
            agent.run(agent.configure_request(head).timeout_global(Some(left)).build())?
        } else {
            let whole = head.map(|()| request.body.as_slice());
            agent.run(agent.configure_request(whole).timeout_global(Some(left)).build())?
        };
        self.read(answer, exchange)
    }

    fn read(
        &self,
        answer: http::Response<ureq::Body>,
        exchange: &Exchange,
    ) -> Result<(Response, Option<Vec<u8>>), Error> {
        let (head, mut body) = answer.into_parts();
        let status = head.status.as_u16();
        let limit = self.settings.max_response_bytes;
        let too_large = || {
            wrap(TransportError::new(
                TooLarge,
                format!("the answer of {} is longer than {limit} bytes", exchange.origin.name()),
            ))
        };
        let mut bytes = Vec::new();
        if !matches!(status, 204 | 304) {
            if body.content_length().is_some_and(|length| length > limit as u64) {
                return Err(too_large());
            }
            body.as_reader()
                .take((limit as u64).saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(Error::from)?;
        }
        if bytes.len() > limit {
            return Err(too_large());
        }
        let packed =
            |value: &http::HeaderValue| !value.is_empty() && !value.as_bytes().eq_ignore_ascii_case(b"identity");
        // The body's own framing is known here; what is packed inside it is not.
        let coded = |value: &http::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"chunked");
        let is_packed = head.headers.get_all(header::CONTENT_ENCODING).iter().any(packed)
            || head.headers.get_all(header::TRANSFER_ENCODING).iter().any(coded);
        if !bytes.is_empty() && is_packed {
            return Err(wrap(TransportError::new(
                Malformed,
                format!(
                    "{} sent a body with a Content-Encoding or Transfer-Encoding, though none was asked for",
                    exchange.origin.name()
                ),
            )));
        }
        let location = matches!(status, 301 | 302 | 303 | 307 | 308)
            .then(|| {
                head.headers
                    .get(header::LOCATION)
                    .map(|value| value.as_bytes().to_vec())
            })
            .flatten();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let response = Response {
            status,
            headers,
            body: bytes,
        };
        Ok((response, location))
    }
}

/// Lets ureq make what it keeps for the life of the process, where it is not counted as left: a request that leads
/// nowhere, once.
#[cfg(feature = "capi")]
fn make_lasting() {
    use ureq::unversioned::transport::ConnectionDetails;
    static ONCE: std::sync::Once = std::sync::Once::new();
    #[derive(Debug)]
    struct Nowhere;
    impl Connector for Nowhere {
        type Out = Box<dyn ureq::unversioned::transport::Transport>;
        fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, Error> {
            Err(Error::ConnectionFailed)
        }
    }
    ONCE.call_once(|| {
        crate::host::lasting::make(|| {
            let agent = Agent::with_parts(Agent::config_builder().build(), Nowhere, ResolveLater);
            // Fails, as it is to.
            let _ = agent.get("http://127.0.0.1/").call();
        });
    });
}

/// The request waited too long to be sent at all.
pub(super) fn out_of_time(exchange: &Exchange) -> TransportError {
    TransportError::new(
        TimedOut,
        format!(
            "no complete answer from {} within {} ms",
            exchange.origin.name(),
            exchange.timeout.as_millis()
        ),
    )
}

fn next_hop(request: &Prepared, from: &Uri, location: &[u8], redirects: u32) -> Result<Uri, TransportError> {
    let to = target::follow(from, &request.origin, location)?;
    let name = request.origin.name();
    if request.method != Method::Get {
        return Err(TransportError::new(
            Refused,
            format!(
                "{name} redirects a {}; it is not sent again, so configure the final address",
                request.method.as_str()
            ),
        ));
    }
    if redirects >= MAX_REDIRECTS {
        return Err(TransportError::new(
            Refused,
            format!("{name} redirects more than {MAX_REDIRECTS} times"),
        ));
    }
    Ok(to)
}
