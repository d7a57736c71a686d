//! The least that this HTTP framework can do for a conditional read: a handler that answers 304 without looking at
//! anything. What the load test compares the server with. Prints its URL.

use axum::{
    Router,
    http::{StatusCode, header},
    routing::get,
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};

async fn unchanged() -> (StatusCode, [(header::HeaderName, &'static str); 2]) {
    let headers = [(header::ETAG, "\"e\""), (header::CACHE_CONTROL, "private, no-store")];
    (StatusCode::NOT_MODIFIED, headers)
}

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = Router::new().route("/api/session/{id}", get(unchanged));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("bare: http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let service = TowerToHyperService::new(router.clone());
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    })
}
