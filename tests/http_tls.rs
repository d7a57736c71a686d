//! Certificates and proxies.
#![cfg(feature = "http")]

mod http_support;

use std::{
    io::{BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use http_support::*;
use playgate::{
    host::http::{HttpOptions, HttpTransport},
    protocol::http::{
        Method, TransportError,
        TransportErrorKind::{Malformed, TimedOut, Tls, Unreachable},
    },
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer},
};

/// A root of our own.
struct Root(CertifiedIssuer<'static, KeyPair>);

impl Root {
    fn new() -> Self {
        Self::named("A root")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A server's certificate for those names.
    fn sign(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        config(certificate.der().clone(), &key)
    }
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// What a test server does after its answer.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Keep,
    Close,
    /// Closes the socket without TLS's word for it.
    Cut,
}

fn serve(config: Arc<ServerConfig>, then: Then, respond: fn(&Seen) -> Vec<u8>) -> Server {
    Server::raw(move |socket, _| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut reader = BufReader::new(StreamOwned::new(connection, socket));
        while let Some(seen) = read_request(&mut reader) {
            let stream = reader.get_mut();
            if stream.write_all(&respond(&seen)).and_then(|()| stream.flush()).is_err() {
                break;
            }
            if then == Then::Keep {
                continue;
            }
            if then == Then::Close {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
            break;
        }
    })
}

fn hello(_: &Seen) -> Vec<u8> {
    answer("200 OK", &[], "hello")
}

fn client(root: &Root, change: impl FnOnce(&mut HttpOptions)) -> HttpTransport {
    transport(|options| {
        options.extra_roots_pem = vec![root.pem()];
        options.name_lookup = everything_is_here();
        change(options);
    })
}

fn at(server: &Server, host: &str) -> String {
    format!("https://{host}:{}/path?q=secret", server.address.port())
}

fn refused(client: &HttpTransport, url: String) -> TransportError {
    let error = exchange(client, get(url)).unwrap_err();
    assert_eq!(error.kind, Tls, "{error}");
    assert!(!error.text.contains("secret"), "{error}");
    error
}

#[test]
fn a_root_of_ones_own_is_trusted() {
    let root = Root::new();
    let server = serve(
        root.sign(&["backend.test", "localhost", "127.0.0.1"], |_| {}),
        Then::Keep,
        hello,
    );
    for only in [false, true] {
        let client = client(&root, |options| options.only_extra_roots = only);
        for host in ["backend.test", "BACKEND.test", "localhost", "127.0.0.1"] {
            for _ in 0..3 {
                assert_eq!(
                    exchange(&client, get(at(&server, host))).unwrap().body,
                    b"hello",
                    "{host}"
                );
            }
        }
        let put = with_body(Method::Put, at(&server, "backend.test"), &"x".repeat(100_000));
        assert_eq!(exchange(&client, put).unwrap().status, 200);
    }
}

#[test]
fn one_tls_connection_serves_one_request_after_the_other() {
    let root = Root::new();
    let server = serve(root.sign(&["backend.test"], |_| {}), Then::Keep, hello);
    let client = client(&root, |_| {});
    for _ in 0..10 {
        exchange(&client, get(at(&server, "backend.test"))).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_tls_connection_that_was_closed_is_replaced() {
    let root = Root::new();
    for then in [Then::Close, Then::Cut] {
        let server = serve(root.sign(&["backend.test"], |_| {}), then, hello);
        let client = client(&root, |_| {});
        let methods = [Method::Get, Method::Get, Method::Put, Method::Post];
        for (before, method) in methods.into_iter().enumerate() {
            until("the server has closed", || server.closed() == before);
            let body = if method == Method::Get { "" } else { "x" };
            let response = exchange(&client, with_body(method, at(&server, "backend.test"), body)).unwrap();
            assert_eq!((response.status, server.connections()), (200, before + 1));
        }
    }
}

#[test]
fn a_body_that_ends_with_the_connection_must_end_in_order() {
    let root = Root::new();
    let endless: fn(&Seen) -> Vec<u8> = |_| b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello".to_vec();
    let config = root.sign(&["backend.test"], |_| {});
    let client = client(&root, |_| {});
    let server = serve(config.clone(), Then::Close, endless);
    assert_eq!(
        exchange(&client, get(at(&server, "backend.test"))).unwrap().body,
        b"hello"
    );
    let server = serve(config, Then::Cut, endless);
    let error = exchange(&client, get(at(&server, "backend.test"))).unwrap_err();
    assert_eq!(error.kind, Malformed, "{error}");
}

#[test]
fn an_unknown_issuer_is_refused_and_says_what_to_do() {
    let (root, other, renewed) = (Root::new(), Root::named("Another root"), Root::new());
    let server = serve(root.sign(&["backend.test"], |_| {}), Then::Keep, hello);
    for client in [
        client(&other, |_| {}),
        transport(|options| options.name_lookup = everything_is_here()),
    ] {
        let error = refused(&client, at(&server, "backend.test"));
        assert!(
            error.text.contains("unknown issuer") && error.text.contains("extra_roots_pem"),
            "{error}"
        );
        assert!(error.text.contains("backend.test"), "{error}");
    }
    let error = refused(&client(&renewed, |_| {}), at(&server, "backend.test"));
    assert!(
        error.text.contains("was not signed") && error.text.contains("extra_roots_pem"),
        "{error}"
    );
}

#[test]
fn a_self_signed_certificate_that_nobody_gave_is_refused() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["backend.test".into()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let server = serve(config(certificate.der().clone(), &key), Then::Keep, hello);
    let client = transport(|options| options.name_lookup = everything_is_here());
    refused(&client, at(&server, "backend.test"));
}

/// Passes on what the server says up to that byte; there it is flipped, or the connection is cut.
fn relay(server: &Server, at: usize, flips: bool) -> Server {
    let address = server.address;
    Server::raw(move |client, _| {
        let upstream = TcpStream::connect(address).unwrap();
        let (mut asked, mut asks) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
        thread::spawn(move || {
            let _ = std::io::copy(&mut asked, &mut asks);
            let _ = asks.shutdown(Shutdown::Both);
        });
        let mut answers = (&upstream).take(at as u64);
        let _ = std::io::copy(&mut answers, &mut &client);
        let mut byte = [0];
        if flips && (&upstream).read_exact(&mut byte).is_ok() {
            let _ = (&client).write_all(&[byte[0] ^ 0x20]);
            let _ = std::io::copy(&mut &upstream, &mut &client);
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = upstream.shutdown(Shutdown::Both);
    })
}

#[test]
fn what_a_relay_cuts_or_flips_anywhere_is_no_answer() {
    let root = Root::new();
    let server = serve(root.sign(&["backend.test"], |_| {}), Then::Close, hello);
    for flips in [false, true] {
        let mut refused = 0;
        for at in (0..).step_by(if flips { 41 } else { 13 }) {
            let relay = relay(&server, at, flips);
            // A length that grew is waited for.
            let client = client(&root, |options| options.read_timeout_ms = 1_000);
            match exchange(&client, get(self::at(&relay, "backend.test"))) {
                Err(error) => {
                    assert!(!error.text.contains("secret"), "{error}");
                    refused += 1;
                }
                Ok(response) => {
                    assert_eq!((response.status, &*response.body), (200, &b"hello"[..]), "at {at}");
                    // From here on it comes after the answer.
                    break;
                }
            }
        }
        println!("{} {refused} times", if flips { "flipped" } else { "cut" });
        assert!(refused >= 15, "only {refused} refused");
    }
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let root = Root::new();
    let server = serve(root.sign(&["other.test"], |_| {}), Then::Keep, hello);
    let error = refused(&client(&root, |_| {}), at(&server, "backend.test"));
    assert!(
        error.text.contains("another host name") && error.text.contains("other.test"),
        "{error}"
    );
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let root = Root::new();
    let expired = root.sign(&["backend.test"], |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let error = refused(
        &client(&root, |_| {}),
        at(&serve(expired, Then::Keep, hello), "backend.test"),
    );
    assert!(
        error.text.contains("has expired") && error.text.contains("clock"),
        "{error}"
    );
    let future = root.sign(&["backend.test"], |params| {
        params.not_before = date_time_ymd(2900, 1, 1)
    });
    let error = refused(
        &client(&root, |_| {}),
        at(&serve(future, Then::Keep, hello), "backend.test"),
    );
    assert!(
        error.text.contains("not valid yet") && error.text.contains("clock"),
        "{error}"
    );
}

#[test]
fn a_ca_as_server_certificate_is_refused_and_says_why() {
    let mut params = CertificateParams::new(vec!["backend.test".into()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let server = serve(config(certificate.der().clone(), &key), Then::Keep, hello);
    let client = transport(|options| {
        options.extra_roots_pem = vec![certificate.pem().into_bytes()];
        options.name_lookup = everything_is_here();
    });
    let error = refused(&client, at(&server, "backend.test"));
    assert!(error.text.contains("CA:FALSE"), "{error}");
}

#[test]
fn a_server_without_tls_is_told_apart() {
    let server = Server::raw(|mut stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read(&mut [0; 1024]);
    });
    let error = refused(&client(&Root::new(), |_| {}), at(&server, "backend.test"));
    assert!(error.text.contains("does not speak TLS"), "{error}");
    let closes = Server::raw(|_, _| {});
    let error = exchange(&client(&Root::new(), |_| {}), get(at(&closes, "backend.test"))).unwrap_err();
    assert_eq!(error.kind, Unreachable, "{error}");
}

#[test]
fn a_handshake_that_hangs_times_out_and_can_be_cancelled() {
    let gate = Gate::default();
    let hold = gate.clone();
    let (tell, arrived) = std::sync::mpsc::channel();
    let tell = Mutex::new(tell);
    let server = Server::raw(move |_stream, _| {
        tell.lock().unwrap().send(()).unwrap();
        hold.wait();
    });
    let client = client(&Root::new(), |options| options.connect_timeout_ms = 200);
    let error = start(&client, 1, get(at(&server, "backend.test")), 60_000)
        .reply()
        .unwrap_err();
    assert_eq!(error.kind, TimedOut, "{error}");
    arrived.recv_timeout(PATIENCE).unwrap();
    let patient = self::client(&Root::new(), |_| {});
    let waiter = start(&patient, 1, get(at(&server, "backend.test")), 60_000);
    arrived.recv_timeout(PATIENCE).unwrap();
    at_once(|| {
        drop(patient);
        waiter.reply().unwrap_err()
    });
    gate.open();
}

/// A proxy that makes tunnels to the port it is told, on this machine, and keeps what it was asked.
fn proxy(status: &'static str) -> (Server, Arc<Mutex<Vec<Seen>>>) {
    let log: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let writes = log.clone();
    let server = Server::raw(move |mut client, _| {
        let mut reader = BufReader::new(client.try_clone().unwrap());
        let Some(seen) = read_request(&mut reader) else {
            return;
        };
        let port: u16 = seen.path.rsplit(':').next().unwrap().parse().unwrap();
        writes.lock().unwrap().push(seen);
        client
            .write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())
            .unwrap();
        if !status.starts_with("200") {
            return;
        }
        let mut server = TcpStream::connect((HERE, port)).unwrap();
        let mut back = (server.try_clone().unwrap(), client);
        thread::spawn(move || std::io::copy(&mut back.0, &mut back.1));
        let _ = std::io::copy(&mut reader, &mut server);
    });
    (server, log)
}

#[test]
fn a_proxy_makes_a_tunnel_and_sees_nothing_of_the_request() {
    let root = Root::new();
    let server = serve(root.sign(&["backend.test"], |_| {}), Then::Keep, hello);
    let (proxy, asked) = proxy("200 Connected");
    let client = client(&root, |options| {
        options.proxy = Some(format!("http://user:s%40fe@{}", proxy.address));
        // The proxy finds the server's name.
        options.name_lookup = Some(Arc::new(|_| panic!("looked up")));
    });
    for _ in 0..3 {
        let request = with_header(get(at(&server, "backend.test")), "Authorization", "Bearer t0ken");
        assert_eq!(exchange(&client, request).unwrap().body, b"hello");
    }
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].method, "CONNECT");
    assert_eq!(asked[0].path, format!("backend.test:{}", server.address.port()));
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic dXNlcjpzQGZl"));
    assert_eq!(asked[0].header("authorization"), None);

    // This machine is reached without it.
    let plain = Server::http(|_| answer("200 OK", &[], "x"));
    assert_eq!(exchange(&client, get(plain.url("/"))).unwrap().status, 200);
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_proxy_that_fails_is_named_without_its_password() {
    let closed = TcpListener::bind((HERE, 0)).unwrap().local_addr().unwrap();
    let (wants_password, _) = proxy("407 Proxy Authentication Required");
    let (refuses, _) = proxy("502 Bad Gateway");
    let garbage = Server::raw(|mut stream, _| {
        let _ = read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        let _ = stream.write_all(b"garbage\r\n\r\n");
    });
    for (address, part) in [
        (closed, "refused"),
        (wants_password.address, "password"),
        (refuses.address, "502"),
        (garbage.address, "not valid HTTP"),
    ] {
        let client = client(&Root::new(), |options| {
            options.proxy = Some(format!("http://us3r:p4ss@{address}"))
        });
        let error = exchange(&client, get("https://backend.test/path?q=secret")).unwrap_err();
        assert!(matches!(error.kind, Unreachable | Malformed), "{error}");
        for hidden in ["us3r", "p4ss", "secret"] {
            assert!(!error.text.contains(hidden), "{error}");
        }
        assert!(
            error.text.to_lowercase().contains(part.to_lowercase().as_str()),
            "{error}"
        );
        if part != "not valid HTTP" {
            assert!(
                error.text.contains("the proxy") && error.text.contains(&address.to_string()),
                "{error}"
            );
        }
    }
}

#[test]
fn a_proxy_that_trickles_is_bounded_by_the_whole_time() {
    let (tell, ended) = std::sync::mpsc::channel();
    let tell = Mutex::new(tell);
    let server = Server::raw(move |mut stream, _| {
        let _ = read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
        stream
            .set_read_timeout(Some(std::time::Duration::from_millis(5)))
            .unwrap();
        while !matches!(stream.read(&mut [0]), Ok(0)) && stream.write_all(b"x").is_ok() {}
        tell.lock().unwrap().send(()).unwrap();
    });
    let client = client(&Root::new(), |options| {
        options.proxy = Some(format!("http://{}", server.address));
    });
    let error = start(&client, 1, get("https://backend.test/"), 300)
        .reply()
        .unwrap_err();
    assert_eq!(error.kind, TimedOut, "{error}");
    ended.recv_timeout(PATIENCE).unwrap();
}

#[test]
fn the_environments_proxy_is_not_used() {
    // This very program, with a proxy in its environment where nothing listens.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_tls_connection_serves_one_request_after_the_other"])
        .envs(["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy"].map(|name| (name, "http://127.0.0.1:1")))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
