//! Binds, accepts, stops.

use super::backend::{Backend, ForkLock};
use super::connection::{protocol, serve};
use super::limits::Limits;
use super::panics::catch_panic;
use super::requests::ServerState;
use crate::auth::Credentials;
use crate::protocol::{App, HttpError};
use hyper_util::server::graceful::GracefulShutdown;
use sfn_alias::StepFunctions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

/// Who may use the endpoint.
#[derive(Debug, Clone)]
pub enum Access {
    /// Everybody who reaches it.
    Anonymous,
    /// Those whose signatures these credentials make.
    Signed(Credentials),
}

/// What an endpoint serves, and how.
#[derive(Debug)]
pub struct ServerConfig {
    /// The service.
    pub aliases: StepFunctions,
    /// Whether writes go through one thread that shares commits.
    pub durable: bool,
    /// For a program that wants to know when nobody works on the store.
    pub gate: Option<ForkLock>,
    /// Who may use it.
    pub access: Access,
    /// How much of everything it takes.
    pub limits: Limits,
}

impl ServerConfig {
    /// For everybody who reaches it, within the default limits.
    pub fn new(aliases: StepFunctions, durable: bool) -> Self {
        Self { aliases, durable, gate: None, access: Access::Anonymous, limits: Limits::default() }
    }
}

/// Why an endpoint cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Everybody could reach it and nobody has to sign.
    #[error(
        "{0} can be reached from other machines: give --credentials FILE, so that requests have to be signed, or --insecure-allow-anonymous"
    )]
    Open(SocketAddr),
    /// The operating system refuses.
    #[error("{address} cannot be bound: {error}; choose another --port, or 0 for any that is free")]
    Refused {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// No randomness, or no thread to be had.
    #[error("the endpoint cannot be started: {0}")]
    System(String),
}

/// How an endpoint came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// All that was accepted is answered.
    Drained,
    /// Some requests took longer than the time to stop allows, and were cut off.
    TimedOut,
}

fn system(error: impl ToString) -> BindError {
    BindError::System(error.to_string())
}

/// An endpoint that is bound: clients that connect wait until it runs.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: ServerState,
}

/// After a failure to accept, which is a lack of file descriptors or memory, wait for others to end.
const PAUSE: Duration = Duration::from_millis(50);
impl Server {
    /// Binds an address.
    ///
    /// # Errors
    /// [`BindError`].
    pub async fn bind(address: SocketAddr, hosted: ServerConfig) -> Result<Self, BindError> {
        Self::behind(Self::listen(address).await?, hosted)
    }

    /// An address of one's own, before there is anything to serve on it.
    ///
    /// # Errors
    /// [`BindError::Refused`].
    pub async fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
        listen(address).map_err(|error| BindError::Refused { address, error })
    }

    /// The endpoint behind an address that is bound.
    ///
    /// # Errors
    /// [`BindError::System`].
    pub fn behind(listener: TcpListener, hosted: ServerConfig) -> Result<Self, BindError> {
        let ServerConfig { aliases, durable, gate, access, limits } = hosted;
        let address = listener.local_addr().map_err(system)?;
        let backend = Backend::new(&aliases, durable, gate).map_err(system)?;
        let app = App::new(aliases);
        Ok(Self { listener, address, state: ServerState::new(app, access, backend, limits) })
    }

    /// Refuses an address that other machines reach where nobody has to sign.
    ///
    /// # Errors
    /// [`BindError::Open`].
    pub fn check_address(address: SocketAddr, access: &Access, allow_anonymous: bool) -> Result<(), BindError> {
        match access {
            Access::Anonymous if !address.ip().is_loopback() && !allow_anonymous => Err(BindError::Open(address)),
            _ => Ok(()),
        }
    }

    /// The address, with the port that the system chose where it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until `stop` is done, then finishes what was accepted.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Shutdown {
        let Self { listener, state, .. } = self;
        let state = Arc::new(state);
        let connections = GracefulShutdown::new();
        tokio::select! {
            () = accept(&listener, &state, &connections) => {}
            () = stop => {}
        }
        drop(listener);
        let (began, longest) = (Instant::now(), state.limits.stop_timeout);
        let answered = timeout(longest, connections.shutdown()).await.is_ok();
        // Connections that are cut off still hold the state: what they asked for is not acknowledged.
        let written = match Arc::into_inner(state) {
            Some(state) => state.backend.stop(longest.saturating_sub(began.elapsed())).await,
            None => false,
        };
        if answered && written { Shutdown::Drained } else { Shutdown::TimedOut }
    }
}

/// So many connections wait to be accepted, or as many as the system allows.
const BACKLOG: u32 = 1024;

/// As `TcpListener::bind`, with a longer backlog: where it is full, clients try again only after a second.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: &TcpListener, state: &Arc<ServerState>, connections: &GracefulShutdown) {
    let http = protocol(&state.limits);
    let free = Arc::new(Semaphore::new(state.limits.connections.min(Semaphore::MAX_PERMITS)));
    loop {
        let (stream, peer) = accept_one(listener).await;
        let Ok(place) = Arc::clone(&free).try_acquire_owned() else {
            refuse(&stream);
            continue;
        };
        // Answers are small and whole: waiting to fill packets would only delay them.
        stream.set_nodelay(true).ok();
        let served = serve(stream, peer.ip(), Arc::clone(state), http.clone(), connections.watcher());
        tokio::spawn(async move {
            if let Err(panic) = catch_panic(served).await {
                tracing::error!(panic, %peer, "a connection panicked");
            }
            drop(place);
        });
    }
}

async fn accept_one(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted; raise the limit of open files");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Says so and closes, without waiting for anything.
fn refuse(stream: &TcpStream) {
    let body = HttpError::Busy("too many connections; close some, or wait").body();
    let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n";
    let length = format!("content-length: {}\r\n\r\n", body.len());
    stream.try_write(&[head.as_bytes(), length.as_bytes(), &body].concat()).ok();
}
