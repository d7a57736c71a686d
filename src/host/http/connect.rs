//! Sockets: dialled when the pool has none, and watched while in use.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Instant,
};

use ureq::{
    Error, Timeout,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{
            Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, TcpConnector, Transport,
            time::{Duration as Limit, Instant as Moment},
        },
    },
};

use super::{
    exchange::{Exchange, Line},
    fault::{self, wrap},
    names::{Found, Names},
    target::Origin,
};
use crate::protocol::http::{
    TransportError,
    TransportErrorKind::{Refused, Unreachable},
};

/// What is left of the time for connecting.
pub(super) fn remaining(details: &ConnectionDetails) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Limit::Exact(after), Moment::Exact(since)) = (timeout.after, details.now) {
        timeout.after = Limit::Exact(after.saturating_sub(since.elapsed()));
    }
    timeout
}

fn serving() -> Result<Arc<Exchange>, Error> {
    // There always is one: connectors run inside a call.
    Exchange::current().ok_or(Error::ConnectionFailed)
}

/// The HTTP client resolves before it looks for a kept connection; this leaves it to [`Dial`], which runs only when a
/// new connection is needed.
#[derive(Debug)]
pub(super) struct ResolveLater;

impl Resolver for ResolveLater {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// Resolves and connects, to the server or to the proxy.
pub(super) struct Dial {
    pub(super) names: Arc<Names>,
    pub(super) tcp: TcpConnector,
}

impl<In: Transport> Connector<In> for Dial {
    type Out = <TcpConnector as Connector<In>>::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if chained.is_some() {
            return self.tcp.connect(details, chained);
        }
        let exchange = serving()?;
        let peer = Origin::of(details.uri).ok_or(Error::ConnectionFailed)?;
        let mut found = self.find(details, &exchange, &peer)?;
        loop {
            let error = match self
                .tcp
                .connect(&dialling(details, &exchange, &peer, &found)?, None::<In>)
            {
                Ok(transport) => {
                    self.names.keep(&peer.host, found);
                    return Ok(transport);
                }
                Err(error) => error,
            };
            self.names.forget(&peer.host);
            // The kept address may be an old one.
            if found.kept && matches!(error, Error::Io(_)) {
                let tried = found.addresses;
                found = self.find(details, &exchange, &peer)?;
                if found.addresses != tried {
                    continue;
                }
            }
            return Err(match error {
                Error::Io(error) => {
                    let role = if peer == exchange.origin { "" } else { "the proxy " };
                    wrap(TransportError::new(
                        Unreachable,
                        format!("no connection to {role}{}: {error}", peer.name()),
                    ))
                }
                other => other,
            });
        }
    }
}

impl Dial {
    fn find(&self, details: &ConnectionDetails, exchange: &Exchange, peer: &Origin) -> Result<Found, Error> {
        let until = match remaining(details).after {
            Limit::Exact(left) => Some(Instant::now() + left),
            Limit::NotHappening => None,
        };
        let found = self.names.find(&peer.host, exchange, until).map_err(wrap)?;
        if !exchange.origin.https
            && let Some(elsewhere) = found.addresses.iter().find(|address| !address.is_loopback())
        {
            return Err(wrap(TransportError::new(
                Refused,
                format!(
                    "{} resolves to {elsewhere}, which is not this machine; plain http is for loopback only",
                    peer.name()
                ),
            )));
        }
        Ok(found)
    }
}

/// The same connection, with addresses, the time that is left, and the socket made known to the exchange.
fn dialling<'a>(
    details: &'a ConnectionDetails<'a>,
    exchange: &Arc<Exchange>,
    peer: &Origin,
    found: &Found,
) -> Result<ConnectionDetails<'a>, Error> {
    let timeout = remaining(details);
    if matches!(timeout.after, Limit::Exact(left) if left.is_zero()) {
        return Err(Error::Timeout(Timeout::Connect));
    }
    let mut addrs = details.resolver.empty();
    // The list is of fixed length; nobody needs more than it holds.
    for address in found.addresses.iter().take(16) {
        addrs.push(SocketAddr::new(*address, peer.port));
    }
    let register = details.register_shutdown.clone();
    let exchange = exchange.clone();
    Ok(ConnectionDetails {
        uri: details.uri,
        addrs,
        config: details.config,
        request_level: details.request_level,
        resolver: details.resolver,
        now: (details.current_time)(),
        timeout,
        current_time: details.current_time.clone(),
        run_connector: details.run_connector.clone(),
        register_shutdown: Arc::new(move |socket: Weak<dyn ShutdownHandle>| {
            register(socket.clone())?;
            exchange.attach(Line::new(socket)).map_err(wrap)
        }),
    })
}

/// Watches connections, on top of TLS.
#[derive(Debug)]
pub(super) struct Watch;

impl<In: Transport> Connector<In> for Watch {
    type Out = Watched<In>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(inner) = chained else {
            return Ok(None);
        };
        let exchange = serving()?;
        let line = exchange.line().ok_or(Error::ConnectionFailed)?;
        Ok(Some(Watched {
            inner,
            line,
            used_by: exchange.attempt(),
            to_server: Origin::of(details.uri).as_ref() == Some(&exchange.origin),
        }))
    }
}

/// A connection that knows which exchange uses it.
pub(super) struct Watched<In> {
    inner: In,
    line: Arc<Line>,
    used_by: (u64, u32),
    /// Not to the proxy: what comes in is the answer.
    to_server: bool,
}

/// The HTTP client counts the time for a proxy's answer anew with every byte.
fn within(exchange: &Exchange, mut timeout: NextTimeout) -> Result<NextTimeout, Error> {
    let left = Limit::Exact(exchange.left().ok_or(Error::Timeout(Timeout::Global))?);
    if left < timeout.after {
        timeout.after = left;
        timeout.reason = Timeout::Global;
    }
    Ok(timeout)
}

impl<In: Transport> Transport for Watched<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let exchange = serving()?;
        if self.used_by != exchange.attempt() {
            exchange.attach(self.line.clone()).map_err(wrap)?;
            self.used_by = exchange.attempt();
            if self.to_server {
                exchange.set_reused();
            }
        }
        self.inner.transmit_output(amount, within(&exchange, timeout)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let exchange = serving()?;
        match self.inner.await_input(within(&exchange, timeout)?) {
            Ok(true) if self.to_server => {
                exchange.set_answered();
                Ok(true)
            }
            // A body that ends with the connection would otherwise pass for whole.
            Err(error) if exchange.answered() && fault::is_disconnect(&error) => {
                Err(wrap(fault::cut_short(&exchange.origin)))
            }
            other => other,
        }
    }

    /// Asked when the connection goes back to the pool and when it is to leave it.
    fn is_open(&mut self) -> bool {
        self.line.release();
        let wanted =
            Exchange::current().is_none_or(|exchange| !exchange.fresh_only() || self.used_by == exchange.attempt());
        wanted && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dial")
    }
}

impl<In> fmt::Debug for Watched<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::http::exchange::tests::{Socket, exchange};
    use ureq::unversioned::transport::LazyBuffers;

    #[derive(Debug)]
    struct Open(LazyBuffers);

    impl Transport for Open {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.0
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    #[test]
    fn a_connection_in_the_pool_is_out_of_reach_for_its_last_request() {
        let socket = Arc::new(Socket::default());
        let (first, second, third) = (exchange(1), exchange(2), exchange(3));
        let line = socket.line();
        first.attach(line.clone()).unwrap();
        let mut connection = Watched {
            inner: Open(LazyBuffers::new(8, 8)),
            line,
            used_by: first.attempt(),
            to_server: true,
        };
        {
            let _entered = first.enter();
            connection.transmit_output(0, NextTimeout::default()).unwrap();
            assert!(connection.await_input(NextTimeout::default()).unwrap());
            assert!(connection.is_open());
        }
        first.cancel();
        assert!(!socket.is_shut_down());
        {
            let _entered = second.enter();
            assert!(connection.is_open());
            connection.transmit_output(0, NextTimeout::default()).unwrap();
            assert!(second.was_stale());
            connection.await_input(NextTimeout::default()).unwrap();
            assert!(second.answered() && !second.was_stale());
        }
        {
            let _entered = third.enter();
            third.begin_attempt(true);
            assert!(!connection.is_open());
        }
        second.attach(connection.line.clone()).unwrap();
        second.cancel();
        assert!(socket.is_shut_down());
    }
}
