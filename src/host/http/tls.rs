//! Certificates and the TLS handshake.

use std::{
    fmt,
    io::{self, Read, Write},
    sync::{Arc, OnceLock},
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};
use ureq::{
    Error,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
    },
};

use super::{
    connect::remaining,
    fault::{self, wrap},
    options::Roots,
    target::Origin,
};
use crate::protocol::http::{
    TransportError,
    TransportErrorKind::{Refused, Tls as TlsFailed, Unreachable},
};

/// TLS settings of one transport: made at the first https connection, then kept, and with them the tickets that make
/// later handshakes shorter.
pub(super) struct TlsSetup {
    roots: Roots,
    config: OnceLock<Result<Arc<ClientConfig>, TransportError>>,
}

impl TlsSetup {
    pub(super) fn new(roots: Roots) -> Self {
        Self {
            roots,
            config: OnceLock::new(),
        }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, TransportError> {
        self.config.get_or_init(|| self.build()).clone()
    }

    fn build(&self) -> Result<Arc<ClientConfig>, TransportError> {
        let failed = |error: rustls::Error| TransportError::new(TlsFailed, format!("TLS cannot be set up: {error}"));
        let mut store = RootCertStore::empty();
        if !self.roots.only_extra {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for root in &self.roots.extra {
            store.add(root.clone()).map_err(failed)?;
        }
        // The provider is named: a process-wide default would be another library's choice.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

/// Puts TLS over a connection to an https server.
pub(super) struct TlsConnector(pub(super) Arc<TlsSetup>);

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let origin = Origin::of(details.uri).ok_or(Error::ConnectionFailed)?;
        let name = ServerName::try_from(origin.host.clone()).map_err(|_| {
            wrap(TransportError::new(
                Refused,
                format!("{} is not a host name that a certificate can have", origin.name()),
            ))
        })?;
        let failed = |error: rustls::Error| wrap(fault::tls_error(&error, &origin));
        let mut connection = ClientConnection::new(self.0.config().map_err(wrap)?, name).map_err(failed)?;
        let mut socket = TransportAdapter::new(Box::new(transport) as Box<dyn Transport>, details.current_time.clone());
        socket.set_timeout(remaining(details));
        connection
            .complete_io(&mut socket)
            .map_err(|error| handshake_error(error, &origin))?;
        let config = details.config;
        Ok(Some(Either::B(TlsTransport {
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            stream: StreamOwned::new(connection, socket),
        })))
    }
}

fn handshake_error(error: io::Error, origin: &Origin) -> Error {
    if fault::is_closed(error.kind()) {
        return wrap(TransportError::new(
            Unreachable,
            format!("{} closed the connection during the TLS handshake", origin.name()),
        ));
    }
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return wrap(fault::tls_error(tls, origin));
    }
    Error::from(error)
}

/// A connection with TLS.
pub(super) struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output)?;
        // `write` of the stream keeps a socket's error for later.
        self.stream.flush()?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // What is left in the lower buffer can only be an alert, or an answer that nobody asked for.
        let socket = self.stream.get_mut().get_mut();
        socket.buffers().input().is_empty() && socket.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}
