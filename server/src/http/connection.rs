//! Serves one connection.

use super::limits::Limits;
use super::request::ServerState;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// Serves requests until the client disconnects, exceeds a limit, or the server stops.
pub(super) async fn serve(
    stream: TcpStream,
    peer: IpAddr,
    state: Arc<ServerState>,
    http: http1::Builder,
    watcher: Watcher,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(state.limits.write_timeout));
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(state.handle(request, peer).await) }
    });
    let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
    if let Err(error) = watcher.watch(connection).await {
        // Caused by the client, so not interesting to the operator by default.
        tracing::debug!(%error, %peer, "connection closed early");
    }
}

/// Configures hyper with the limits.
pub(super) fn http1_builder(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes)
        // The buffer may grow beyond max_buf_size, so limit the head as well.
        .max_header_size(limits.head_bytes)
        // Without pipeline_flush: it makes hyper close the connection on an invalid head before sending the 400.
        .max_headers(limits.headers);
    http
}
