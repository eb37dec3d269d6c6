//! Accepts connections and serves them.

use super::limits::Limits;
use super::panics::catch_panic;
use super::settings::Settings;
use super::state::ServerState;
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::protocol::HttpError;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;
#[cfg(feature = "tls")]
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

/// Delay after a failed accept, which is caused by a lack of file descriptors or memory.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// Accepts connections until the future is dropped.
pub(super) async fn accept_connections(
    listener: &TcpListener,
    state: &Arc<ServerState>,
    connections: &GracefulShutdown,
) {
    let http = http1_builder(&state.limits);
    let slots = Arc::new(Semaphore::new(state.limits.connections.min(Semaphore::MAX_PERMITS)));
    // Closed when this future is dropped.
    let (_accepting, stopping) = watch::channel(());
    loop {
        let (stream, peer) = accept_connection(listener).await;
        let settings = state.settings.get();
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            reject_connection(&stream, &settings);
            continue;
        };
        // A response is one write, so Nagle's algorithm would only delay it.
        stream.set_nodelay(true).ok();
        let (http, stopping) = (http.clone(), stopping.clone());
        let connection =
            Connection { peer: peer.ip(), state: Arc::clone(state), http, watcher: connections.watcher(), stopping };
        let work = connection.serve(stream, settings);
        tokio::spawn(async move {
            if let Err(panic) = catch_panic(work).await {
                tracing::error!(panic, %peer, "connection panicked");
            }
            drop(slot);
        });
    }
}

async fn accept_connection(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; raise the limit of open files");
                sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}

/// Responds with 503 and closes the connection, without waiting. With TLS, only closes it.
fn reject_connection(stream: &TcpStream, settings: &Settings) {
    if settings.scheme() == "https" {
        return;
    }
    let body =
        HttpError::Unavailable("too many connections; close connections, or send the request again later").body();
    let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n";
    let length = format!("content-length: {}\r\n\r\n", body.len());
    stream.try_write(&[head.as_bytes(), length.as_bytes(), &body].concat()).ok();
}

/// A connection before its first request.
struct Connection {
    peer: IpAddr,
    state: Arc<ServerState>,
    http: http1::Builder,
    watcher: Watcher,
    /// Closed when the server stops.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "only a handshake can wait without a request"))]
    stopping: watch::Receiver<()>,
}

impl Connection {
    async fn serve(self, stream: TcpStream, settings: Arc<Settings>) {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.state.limits.write_timeout));
        let stream = Box::pin(stream);
        #[cfg(feature = "tls")]
        if let Some(tls) = settings.tls.clone() {
            drop(settings);
            // Boxed, so that a connection without TLS does not reserve memory for it.
            return Box::pin(self.serve_tls(stream, tls)).await;
        }
        drop(settings);
        self.serve_requests(stream).await;
    }

    /// Performs the handshake within the time for a head, then serves requests.
    #[cfg(feature = "tls")]
    async fn serve_tls<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(mut self, stream: S, tls: Tls) {
        let handshake = timeout(self.state.limits.head_timeout, tls.accept(stream));
        let accepted = tokio::select! {
            accepted = handshake => accepted,
            // The sender is dropped: a client without a handshake must not delay the end of the server.
            _ = self.stopping.changed() => return,
        };
        match accepted {
            Ok(Ok(stream)) => self.serve_requests(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, peer = %self.peer, "TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.peer, "TLS handshake timed out"),
        }
    }

    /// Serves requests until the client disconnects, exceeds a limit, or the server stops.
    async fn serve_requests<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let Self { peer, state, http, watcher, .. } = self;
        let service = service_fn(move |request: Request<Incoming>| {
            let state = Arc::clone(&state);
            async move { Ok::<_, Infallible>(state.handle(request, peer).await) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            // Caused by the client, so not interesting to the operator by default.
            tracing::debug!(%error, %peer, "connection closed early");
        }
    }
}

/// Configures hyper with the limits.
fn http1_builder(limits: &Limits) -> http1::Builder {
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
