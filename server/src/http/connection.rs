//! One connection.

use super::limits::Limits;
use super::requests::ServerState;
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

/// Serves requests until the client goes, breaks a limit, or the endpoint stops.
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
        // A client's fault, or its going away: nothing that the one who runs the endpoint has to know.
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}

/// HTTP/1.1 within the limits.
pub(super) fn protocol(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes)
        // The buffer may grow by more than it has to: the head itself is measured as well.
        .max_header_size(limits.head_bytes)
        // Not pipeline_flush: with it hyper closes on a damaged head without having sent its 400.
        .max_headers(limits.headers);
    http
}
