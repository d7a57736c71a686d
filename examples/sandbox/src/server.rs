//! The sandbox as a server: its parts, its router, its connections.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::config::Config;
use crate::error::{ApiError, unknown_method, unknown_path};
use crate::faults::stream::{BreakableStream, Breaker};
use crate::faults::{Fault, Faults};
use crate::request_log::{RequestLog, Served};
use crate::state::{NewPlayer, State};
use crate::webhooks::Webhooks;
use crate::{control, kid, page};

/// All parts of one sandbox.
pub struct App {
    pub config: Config,
    pub address: SocketAddr,
    pub webhooks: Webhooks,
    pub faults: Faults,
    pub log: RequestLog,
    state: Mutex<State>,
}

impl App {
    /// A sandbox as `config` describes it, with its first players.
    ///
    /// # Errors
    /// What is wrong with `config`.
    pub fn new(config: Config, address: SocketAddr) -> Result<Self, ApiError> {
        let state = initial_state(&config)?;
        let webhooks = Webhooks::new(config.webhook_settings()?, config.product_id);
        Ok(Self {
            config,
            address,
            webhooks,
            faults: Faults::default(),
            log: RequestLog::default(),
            state: Mutex::new(state),
        })
    }

    /// `http://ADDRESS:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The state, locked. Never held across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as it was at the start, with new players.
    pub fn reset(&self) -> Result<(), ApiError> {
        let fresh = initial_state(&self.config)?;
        self.webhooks.reset(self.config.webhook_settings()?);
        self.faults.clear();
        self.log.clear();
        *self.state() = fresh;
        Ok(())
    }
}

fn initial_state(config: &Config) -> Result<State, ApiError> {
    let mut state = State::default();
    if let Some(today) = &config.today {
        state.fixed_today = Some(control::read_date(today)?);
    }
    for _ in 0..config.players {
        state.create(&NewPlayer::default())?;
    }
    Ok(state)
}

fn router(app: &Arc<App>) -> Router {
    Router::new()
        .nest("/api/v1", kid::routes(app))
        .nest("/control", control::routes(app))
        .merge(page::routes(app))
        .method_not_allowed_fallback(unknown_method)
        .fallback(unknown_path)
        .with_state(app.clone())
}

/// Serves until `stop` resolves, then closes the listener and every connection.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: oneshot::Receiver<()>) {
    let router = router(&app);
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            _ = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(app.clone(), router.clone(), stream));
                }
                // Out of descriptors, most likely: wait for some connection to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve_connection(app: Arc<App>, router: Router, stream: TcpStream) {
    // Only a matter of speed.
    let _ = stream.set_nodelay(true);
    let (stream, breaker) = BreakableStream::new(stream);
    let service = service_fn(move |request| answer(app.clone(), router.clone(), breaker.clone(), request));
    // An error here is a client that went away, or a fault that was asked for.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct NoAnswer;

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is dropped on request")
    }
}

impl std::error::Error for NoAnswer {}

/// Answers one request: the page and the control API always, k-ID's side as the faults allow.
async fn answer(
    app: Arc<App>,
    router: Router,
    breaker: Breaker,
    request: Request<Incoming>,
) -> Result<Response<Body>, NoAnswer> {
    let request = request.map(Body::new);
    let path = request.uri().path().to_owned();
    if page::owns(&path) || control::owns(&path) {
        return Ok(route(router, request).await);
    }
    let began = Instant::now();
    let method = request.method().to_string();
    let (latency, fault) = app.faults.take();
    let write_down = |status: Option<u16>| {
        app.log.add(&Served {
            method: &method,
            path: &path,
            status,
            fault: fault.map(Fault::name),
            took: began.elapsed(),
        });
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let response = match fault {
        None => route(router, request).await,
        Some(Fault::Drop) => {
            write_down(None);
            return Err(NoAnswer);
        }
        Some(Fault::Hang) => {
            write_down(None);
            std::future::pending().await
        }
        Some(Fault::NotHttp) => {
            write_down(None);
            breaker.trip();
            return Ok(Response::new(Body::empty()));
        }
        Some(fault) => kid::fault_response(fault, &app.state().switches),
    };
    write_down(Some(response.status().as_u16()));
    Ok(response)
}

async fn route(router: Router, request: Request<Body>) -> Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => {
            let never: Infallible = never;
            match never {}
        }
    }
}
