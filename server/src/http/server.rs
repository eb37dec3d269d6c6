//! Binds an address, accepts connections, and stops.

use super::backend::{Backend, ForkLock};
use super::connection::{http1_builder, serve};
use super::limits::Limits;
use super::panics::catch_panic;
use super::request::ServerState;
use crate::auth::Access;
use crate::protocol::{App, HttpError};
use hyper_util::server::graceful::GracefulShutdown;
use sfn_alias::StepFunctions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

/// The configuration of a [`Server`].
#[derive(Debug)]
pub struct ServerConfig {
    /// The service.
    pub service: StepFunctions,
    /// Whether the service is stored in a file. Writes then share commits.
    pub durable: bool,
    /// For programs that fork. See [`ForkLock`].
    pub fork_lock: Option<ForkLock>,
    /// Who may use the endpoint.
    pub access: Access,
    /// Resource limits.
    pub limits: Limits,
}

impl ServerConfig {
    /// Creates a configuration with anonymous access and the default limits.
    pub fn new(service: StepFunctions, durable: bool) -> Self {
        Self { service, durable, fork_lock: None, access: Access::Anonymous, limits: Limits::default() }
    }
}

/// An error of starting a server.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Other machines can reach the address, and signatures are not required.
    #[error(
        "{0} is reachable from other machines: use --credentials FILE to require signatures, or --insecure-allow-anonymous to allow requests without signatures"
    )]
    AnonymousAccess(SocketAddr),
    /// The operating system rejects the address.
    #[error(
        "cannot listen on {address}: {error}; use an address of this machine, and another --port or 0 for a free one"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        error: std::io::Error,
    },
    /// The operating system provides no thread or random numbers.
    #[error("cannot start the endpoint: {0}")]
    System(String),
}

/// How a server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// All requests in flight are finished.
    Drained,
    /// [`Limits::stop_timeout`] elapsed, and some requests were aborted.
    TimedOut,
}

fn system_error(error: impl ToString) -> StartError {
    StartError::System(error.to_string())
}

/// A server that listens. Clients can connect, and get responses once [`Server::run`] is called.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: ServerState,
}

/// Delay after a failed accept, which is caused by a lack of file descriptors or memory.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

impl Server {
    /// Listens on an address.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn bind(address: SocketAddr, config: ServerConfig) -> Result<Self, StartError> {
        Self::from_listener(Self::listen(address).await?, config)
    }

    /// Listens on an address, before the service is opened.
    ///
    /// # Errors
    /// [`StartError::Listen`].
    pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
        listen(address).map_err(|error| StartError::Listen { address, error })
    }

    /// Creates a server for a listener.
    ///
    /// # Errors
    /// [`StartError::System`].
    pub fn from_listener(listener: TcpListener, config: ServerConfig) -> Result<Self, StartError> {
        let ServerConfig { service, durable, fork_lock, access, limits } = config;
        let address = listener.local_addr().map_err(system_error)?;
        let backend = Backend::new(&service, durable, fork_lock).map_err(system_error)?;
        let app = App::new(service);
        Ok(Self { listener, address, state: ServerState::new(app, access, backend, limits) })
    }

    /// Checks that an address which other machines can reach is not served anonymously, unless allowed.
    ///
    /// # Errors
    /// [`StartError::AnonymousAccess`].
    pub fn check_address(address: SocketAddr, access: &Access, allow_anonymous: bool) -> Result<(), StartError> {
        match access {
            Access::Anonymous if !address.ip().is_loopback() && !allow_anonymous => {
                Err(StartError::AnonymousAccess(address))
            }
            _ => Ok(()),
        }
    }

    /// Returns the address, with the port that the system assigned if it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until `stop` completes, then finishes the requests in flight.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Shutdown {
        let Self { listener, state, .. } = self;
        let state = Arc::new(state);
        let connections = GracefulShutdown::new();
        tokio::select! {
            () = accept_connections(&listener, &state, &connections) => {}
            () = stop => {}
        }
        drop(listener);
        let (start, limit) = (Instant::now(), state.limits.stop_timeout);
        let closed = timeout(limit, connections.shutdown()).await.is_ok();
        // Aborted connections still own the state. Their writes were not acknowledged.
        let committed = match Arc::into_inner(state) {
            Some(state) => state.backend.stop(limit.saturating_sub(start.elapsed())).await,
            None => false,
        };
        if closed && committed { Shutdown::Drained } else { Shutdown::TimedOut }
    }
}

/// Maximum number of connections waiting to be accepted, unless the system allows fewer.
const BACKLOG: u32 = 1024;

/// As `TcpListener::bind`, with a longer backlog: if it is full, clients retry only after a second.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept_connections(listener: &TcpListener, state: &Arc<ServerState>, connections: &GracefulShutdown) {
    let http = http1_builder(&state.limits);
    let slots = Arc::new(Semaphore::new(state.limits.connections.min(Semaphore::MAX_PERMITS)));
    loop {
        let (stream, peer) = accept_connection(listener).await;
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            reject_connection(&stream);
            continue;
        };
        // A response is one write, so Nagle's algorithm would only delay it.
        stream.set_nodelay(true).ok();
        let connection = serve(stream, peer.ip(), Arc::clone(state), http.clone(), connections.watcher());
        tokio::spawn(async move {
            if let Err(panic) = catch_panic(connection).await {
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

/// Responds with 503 and closes the connection, without waiting.
fn reject_connection(stream: &TcpStream) {
    let body =
        HttpError::Unavailable("too many connections; close connections, or send the request again later").body();
    let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n";
    let length = format!("content-length: {}\r\n\r\n", body.len());
    stream.try_write(&[head.as_bytes(), length.as_bytes(), &body].concat()).ok();
}
