//! HTTPS servers on loopback with certificates of an authority of their own, made as they start.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use tempfile::TempDir;

/// What they answer when they are asked for the player's session.
const SESSION: &str = r#"{"hasChanged":true,"session":{"sessionId":"s-kim","etag":"t1","status":"ACTIVE","ageStatus":"DIGITAL_MINOR","permissions":[{"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"}]}}"#;

/// Two servers, one of them under a wrong name, and the certificates to give to a client. They serve until this program
/// ends.
pub struct Servers {
    folder: TempDir,
    good: String,
    misnamed: String,
}

impl Servers {
    /// Makes the certificates and starts the servers.
    ///
    /// # Errors
    /// What could not be made or started.
    pub fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let ours = authority()?;
        for (name, pem) in [("roots.pem", ours.pem()), ("other.pem", authority()?.pem())] {
            fs::write(folder.path().join(name), pem).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(Self {
            folder,
            good: serve(config(&ours, "127.0.0.1")?)?,
            misnamed: serve(config(&ours, "somebody-else.test")?)?,
        })
    }

    /// What `tests/c/tls.c` looks for in its environment.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        vec![
            ("PLAYGATE_TEST_HTTPS", self.good.clone()),
            ("PLAYGATE_TEST_HTTPS_NAMED", self.misnamed.clone()),
            ("PLAYGATE_TEST_ROOTS", path("roots.pem").display().to_string()),
            ("PLAYGATE_TEST_OTHER_ROOTS", path("other.pem").display().to_string()),
        ]
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn failed(error: impl std::fmt::Display) -> String {
    format!("a certificate cannot be made: {error}")
}

fn authority() -> Result<Authority, String> {
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(failed)?).map_err(failed)
}

fn config(authority: &Authority, name: &str) -> Result<Arc<ServerConfig>, String> {
    let params = CertificateParams::new(vec![name.to_owned()]).map_err(failed)?;
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.signed_by(&key, authority).map_err(failed)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .map_err(failed)?;
    Ok(Arc::new(config))
}

/// Starts a server; its URL.
fn serve(config: Arc<ServerConfig>) -> Result<String, String> {
    let failed = |error| format!("a server on loopback: {error}");
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            // A client that refuses the certificate ends the connection: nothing that the server could mend.
            thread::spawn(move || answer(config, socket).ok());
        }
    });
    Ok(format!("https://{address}"))
}

/// Answers requests until the client closes.
fn answer(config: Arc<ServerConfig>, socket: TcpStream) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, socket));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let is_known = ["GET /api/session ", "GET /api/session/s-kim "];
        let (status, body) = if is_known.iter().any(|line| head.starts_with(line)) {
            ("200 OK", SESSION)
        } else {
            ("404 Not Found", "{}")
        };
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.get_mut().write_all(answer.as_bytes())?;
        stream.get_mut().flush()?;
    }
}
