//! Host names to addresses. Looked up when a connection has to be made and no address is kept.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, ToSocketAddrs},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    exchange::{Exchange, cancelled, lock},
    options::NameLookup,
};
use crate::{
    host::threads::Crew,
    protocol::http::{
        TransportError,
        TransportErrorKind::{TimedOut, Unreachable},
    },
};

/// How long an address that worked is used without another look.
const KEEP: Duration = Duration::from_secs(300);
/// Lookups that may run at once, those included that nobody waits for any more.
const MAX_LOOKUPS: usize = 4;
/// Hosts whose addresses are kept; a game talks to two or three.
const MAX_KNOWN: usize = 32;

/// One lookup, shared by all that want the same host. Its thread owns nothing else.
#[derive(Default)]
pub(super) struct Lookup {
    result: Mutex<Option<Finished>>,
    changed: Condvar,
}

struct Finished {
    at: Instant,
    addresses: Result<Vec<IpAddr>, String>,
}

impl Lookup {
    /// Makes those that wait look whether they still should.
    pub(super) fn wake(&self) {
        // Taken and dropped: who is between looking and waiting holds it.
        drop(lock(&self.result));
        self.changed.notify_all();
    }

    fn finish(&self, addresses: Result<Vec<IpAddr>, String>) {
        *lock(&self.result) = Some(Finished {
            at: Instant::now(),
            addresses,
        });
        self.changed.notify_all();
    }

    /// Done so long ago that it says nothing any more.
    fn is_stale(&self, keep: Duration) -> bool {
        lock(&self.result)
            .as_ref()
            .is_some_and(|finished| finished.at.elapsed() >= keep)
    }

    fn is_done(&self) -> bool {
        lock(&self.result).is_some()
    }

    fn wait(&self, exchange: &Exchange, until: Option<Instant>) -> Result<Result<Vec<IpAddr>, String>, TransportError> {
        let mut result = lock(&self.result);
        loop {
            if let Some(finished) = &*result {
                return Ok(finished.addresses.clone());
            }
            if exchange.is_cancelled() {
                return Err(cancelled());
            }
            let deadline = until.map_or(exchange.deadline, |until| until.min(exchange.deadline));
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TransportError::new(TimedOut, "")); // The caller knows the host.
            }
            result = self
                .changed
                .wait_timeout(result, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// Addresses of a host.
pub(super) struct Found {
    pub(super) addresses: Vec<IpAddr>,
    /// They were kept from an earlier connection.
    pub(super) kept: bool,
}

struct Known {
    addresses: Vec<IpAddr>,
    since: Instant,
}

/// The kept addresses and the running lookups of one transport.
pub(super) struct Names {
    known: Mutex<HashMap<String, Known>>,
    running: Mutex<HashMap<String, Arc<Lookup>>>,
    lookup: NameLookup,
    threads: Crew,
    keep: Duration,
}

impl Names {
    pub(super) fn new(lookup: Option<NameLookup>, threads: Crew) -> Self {
        Self {
            known: Mutex::default(),
            running: Mutex::default(),
            lookup: lookup.unwrap_or_else(|| Arc::new(system_lookup)),
            threads,
            keep: KEEP,
        }
    }

    /// The addresses of `host`, by `until` at the latest. An address as host is its own answer.
    pub(super) fn find(
        &self,
        host: &str,
        exchange: &Exchange,
        until: Option<Instant>,
    ) -> Result<Found, TransportError> {
        if let Ok(ip) = host.parse() {
            return Ok(Found {
                addresses: vec![ip],
                kept: false,
            });
        }
        let old = {
            let known = lock(&self.known);
            match known.get(host) {
                Some(known) if known.since.elapsed() < self.keep => {
                    return Ok(Found {
                        addresses: known.addresses.clone(),
                        kept: true,
                    });
                }
                old => old.map(|old| old.addresses.clone()),
            }
        };
        match (self.look_up(host, exchange, until)?, old) {
            (Ok(addresses), _) if !addresses.is_empty() => Ok(Found { addresses, kept: false }),
            // Name service is down, but the server need not be: TLS tells whether the address is still the right one.
            (_, Some(addresses)) => Ok(Found { addresses, kept: false }),
            (Ok(_), None) => Err(unresolved(host, "it has no address")),
            (Err(why), None) => Err(unresolved(host, &why)),
        }
    }

    /// A connection to one of them came about.
    pub(super) fn keep(&self, host: &str, found: Found) {
        // Kept ones stay as old as they are, so that they are looked up again some day.
        if found.kept || host.parse::<IpAddr>().is_ok() {
            return;
        }
        let mut known = lock(&self.known);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(
            host.to_owned(),
            Known {
                addresses: found.addresses,
                since: Instant::now(),
            },
        );
    }

    /// No connection came about.
    pub(super) fn forget(&self, host: &str) {
        lock(&self.known).remove(host);
    }

    pub(super) fn forget_all(&self) {
        lock(&self.known).clear();
    }

    fn look_up(
        &self,
        host: &str,
        exchange: &Exchange,
        until: Option<Instant>,
    ) -> Result<Result<Vec<IpAddr>, String>, TransportError> {
        let lookup = self.join(host)?;
        exchange.wait_for(Some(lookup.clone()))?;
        let result = lookup.wait(exchange, until).map_err(|error| match error.kind {
            TimedOut => TransportError::new(TimedOut, format!("the name {host} was not resolved in time")),
            _ => error,
        })?;
        exchange.wait_for(None)?;
        let mut running = lock(&self.running);
        if running.get(host).is_some_and(|other| Arc::ptr_eq(other, &lookup)) {
            running.remove(host);
        }
        Ok(result)
    }

    /// The running lookup of that host, or a new one.
    fn join(&self, host: &str) -> Result<Arc<Lookup>, TransportError> {
        let mut running = lock(&self.running);
        if let Some(lookup) = running.get(host)
            && !lookup.is_stale(self.keep)
        {
            return Ok(lookup.clone());
        }
        running.remove(host);
        if running.len() >= MAX_LOOKUPS {
            running.retain(|_, lookup| !lookup.is_done());
        }
        if running.len() >= MAX_LOOKUPS {
            return Err(unresolved(host, "the system's name service does not answer"));
        }
        let lookup = Arc::new(Lookup::default());
        let (shared, resolve, name) = (lookup.clone(), self.lookup.clone(), host.to_owned());
        self.threads
            .spawn("dns", move || {
                let resolved = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| resolve(&name)));
                shared.finish(match resolved {
                    Ok(result) => result.map_err(|error| error.to_string()),
                    Err(_) => Err("the lookup panicked".into()),
                });
            })
            .map_err(|error| unresolved(host, &format!("no thread for it could be made ({error})")))?;
        running.insert(host.to_owned(), lookup.clone());
        Ok(lookup)
    }
}

fn unresolved(host: &str, why: &str) -> TransportError {
    TransportError::new(Unreachable, format!("the name {host} could not be resolved: {why}"))
}

fn system_lookup(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::http::{HttpOptions, target::Origin};
    use std::sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    };

    fn exchange(ms: u64) -> Arc<Exchange> {
        let origin = Origin {
            https: true,
            host: "a.example".into(),
            port: 443,
        };
        Exchange::new(1, origin, Duration::from_millis(ms))
    }

    fn names(keep: Duration, lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Names {
        let threads = HttpOptions::default().check().unwrap().threads;
        Names {
            keep,
            ..Names::new(Some(Arc::new(lookup)), threads)
        }
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn an_address_is_kept_only_after_it_worked() {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = count.clone();
        let names = names(KEEP, move |_| {
            seen.fetch_add(1, SeqCst);
            Ok(vec![HERE])
        });
        let exchange = exchange(10_000);
        for _ in 0..2 {
            assert!(!names.find("a.example", &exchange, None).unwrap().kept);
        }
        assert_eq!(count.load(SeqCst), 2);
        let found = names.find("a.example", &exchange, None).unwrap();
        names.keep("a.example", found);
        for _ in 0..5 {
            assert!(names.find("a.example", &exchange, None).unwrap().kept);
        }
        assert_eq!(count.load(SeqCst), 3);
        names.forget("a.example");
        assert!(!names.find("a.example", &exchange, None).unwrap().kept);
        assert_eq!(count.load(SeqCst), 4);
    }

    #[test]
    fn an_old_address_is_looked_up_again_and_still_serves_when_that_fails() {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = count.clone();
        let names = names(Duration::ZERO, move |_| match seen.fetch_add(1, SeqCst) {
            0 => Ok(vec![HERE]),
            _ => Err(io::Error::other("down")),
        });
        let exchange = exchange(10_000);
        let found = names.find("a.example", &exchange, None).unwrap();
        names.keep("a.example", found);
        let found = names.find("a.example", &exchange, None).unwrap();
        assert_eq!((found.addresses, count.load(SeqCst)), (vec![HERE], 2));
        names.forget("a.example");
        let error = names.find("a.example", &exchange, None).err().unwrap();
        assert_eq!(error.kind, Unreachable);
        assert!(
            error.text.contains("a.example") && error.text.contains("down"),
            "{error}"
        );
    }

    #[test]
    fn a_literal_address_is_never_looked_up() {
        let names = names(KEEP, |_| panic!("looked up"));
        for host in ["127.0.0.1", "::1", "192.0.2.7"] {
            let found = names.find(host, &exchange(10_000), None).unwrap();
            assert_eq!(found.addresses, [host.parse::<IpAddr>().unwrap()]);
        }
    }

    #[test]
    fn a_hanging_lookup_is_joined_and_their_number_is_limited() {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = count.clone();
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let names = names(KEEP, move |_| {
            seen.fetch_add(1, SeqCst);
            let _ = lock(&hang).recv();
            Ok(vec![HERE])
        });
        for _ in 0..10 {
            let error = names.find("a.example", &exchange(1), None).err().unwrap();
            assert_eq!(error.kind, TimedOut);
        }
        for host in ["b.example", "c.example", "d.example"] {
            assert_eq!(names.find(host, &exchange(1), None).err().unwrap().kind, TimedOut);
        }
        let error = names.find("e.example", &exchange(1), None).err().unwrap();
        assert_eq!(error.kind, Unreachable, "{error}");
        while count.load(SeqCst) < 4 {
            std::thread::yield_now();
        }
        // The hung one ends at last: whoever asks next gets its answer without a new lookup.
        drop(release);
        let found = names.find("a.example", &exchange(10_000), None).unwrap();
        assert_eq!(found.addresses, [HERE]);
        assert_eq!(count.load(SeqCst), 4);
    }
}
