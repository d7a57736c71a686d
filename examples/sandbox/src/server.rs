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

use crate::ads::service::AdService;
use crate::config::Config;
use crate::error::{ApiError, unknown_method, unknown_path};
use crate::faults::stream::{BreakableStream, Breaker};
use crate::faults::{Fault, Faults};
use crate::request_log::{RequestLog, Served};
use crate::state::{NewPlayer, State};
use crate::webhooks::Webhooks;
use crate::{ads, control, kid, page};

/// All parts of one sandbox.
pub struct App {
    pub config: Config,
    pub address: SocketAddr,
    pub webhooks: Webhooks,
    /// Of k-ID's side.
    pub faults: Faults,
    pub ads_faults: Faults,
    pub log: RequestLog,
    started: Instant,
    state: Mutex<State>,
    ads: Mutex<AdService>,
}

impl App {
    /// A sandbox as `config` describes it, with its first players.
    ///
    /// # Errors
    /// What is wrong with `config`.
    pub fn new(config: Config, address: SocketAddr) -> Result<Self, ApiError> {
        let state = initial_state(&config)?;
        let webhooks = Webhooks::new(config.webhook_settings()?, config.product_id);
        let started = Instant::now();
        Ok(Self {
            config,
            address,
            webhooks,
            faults: Faults::default(),
            ads_faults: Faults::default(),
            log: RequestLog::default(),
            started,
            state: Mutex::new(state),
            ads: Mutex::new(AdService::new(started)),
        })
    }

    /// `http://ADDRESS:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What k-ID knows, locked. Never held across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ad service, locked. Never held across an await.
    pub fn ads(&self) -> MutexGuard<'_, AdService> {
        self.ads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as it was at the start, with new players.
    pub fn reset(&self) -> Result<(), ApiError> {
        let fresh = initial_state(&self.config)?;
        self.webhooks.reset(self.config.webhook_settings()?);
        self.faults.clear();
        self.ads_faults.clear();
        self.log.clear();
        *self.state() = fresh;
        *self.ads() = AdService::new(self.started);
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
        .merge(ads::routes())
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

/// Answers one request: the pages and the control API always, k-ID's side and the ad service as their faults allow.
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
    let is_ads = ads::owns(&path);
    let faults = if is_ads { &app.ads_faults } else { &app.faults };
    let (latency, fault) = faults.take();
    let response = if is_ads {
        answer_as_ads(&app, router, request, latency, fault).await
    } else {
        answer_as_kid(&app, router, request, latency, fault).await
    };
    let write_down = |status: Option<u16>| {
        app.log.add(&Served {
            method: &method,
            path: &path,
            status,
            fault: fault.map(Fault::name),
            took: began.elapsed(),
        });
    };
    match fault {
        Some(Fault::Drop) => {
            write_down(None);
            Err(NoAnswer)
        }
        Some(Fault::Hang) => {
            write_down(None);
            std::future::pending().await
        }
        Some(Fault::NotHttp) => {
            write_down(None);
            breaker.trip();
            Ok(Response::new(Body::empty()))
        }
        _ => {
            write_down(Some(response.status().as_u16()));
            Ok(response)
        }
    }
}

/// A client that leaves before the latency is over has asked for nothing.
async fn answer_as_kid(
    app: &App,
    router: Router,
    request: Request<Body>,
    latency: Duration,
    fault: Option<Fault>,
) -> Response<Body> {
    wait(latency).await;
    match fault {
        None => route(router, request).await,
        Some(fault) => kid::fault_response(fault, &app.state().switches),
    }
}

/// A request counts from its arrival; the latency delays its answer only.
async fn answer_as_ads(
    app: &App,
    router: Router,
    request: Request<Body>,
    latency: Duration,
    fault: Option<Fault>,
) -> Response<Body> {
    let response = match fault {
        None => route(router, request).await,
        Some(fault) => ads::broken(app, request, fault).await,
    };
    wait(latency).await;
    response
}

async fn wait(latency: Duration) {
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
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

/// Whether `path` is `root` or below it.
pub fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
