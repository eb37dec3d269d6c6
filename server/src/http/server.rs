//! Starts and stops the server.

use super::backend::Backend;
use super::blocking_calls::{BlockingCalls, CallHandler};
use super::call_mode::{CallMode, ForkLock};
use super::connection::accept_connections;
use super::console::Console;
use super::console_state::ConsoleState;
use super::limits::Limits;
use super::settings::{Settings, SharedSettings};
use super::state::ServerState;
use super::store_metrics::StoreMonitor;
use crate::auth::Access;
use crate::protocol::App;
use hyper_util::server::graceful::GracefulShutdown;
use sfn_alias::StepFunctions;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

/// The configuration of a [`Server`].
#[derive(Debug)]
pub struct ServerConfig {
    /// The service.
    pub service: StepFunctions,
    /// Where calls run.
    pub call_mode: CallMode,
    /// For programs that fork. See [`ForkLock`].
    pub fork_lock: Option<ForkLock>,
    /// Who may use the endpoint, and its certificate.
    pub settings: SharedSettings,
    /// Resource limits.
    pub limits: Limits,
    /// The host name of URLs, for example `localhost`, instead of the address.
    pub host_name: Option<String>,
    /// The file that `POST /backup` writes. Without one, there is no backup.
    pub backup_file: Option<PathBuf>,
    /// Runs operations instead of the service. For programs that do not fork.
    pub call_handler: Option<Arc<dyn CallHandler>>,
    /// Metrics of the store, in the mode [`CallMode::Threads`].
    pub store_monitor: Option<Arc<dyn StoreMonitor>>,
    /// The web console below `/console`. Without one, these paths are unknown.
    pub console: Option<Arc<dyn Console>>,
}

impl ServerConfig {
    /// Creates a configuration with anonymous access and the default limits.
    pub fn new(service: StepFunctions, call_mode: CallMode) -> Self {
        Self {
            service,
            call_mode,
            fork_lock: None,
            settings: Settings::new(Access::Anonymous).into(),
            limits: Limits::default(),
            host_name: None,
            backup_file: None,
            call_handler: None,
            store_monitor: None,
            console: None,
        }
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
    host_name: Option<String>,
    state: ServerState,
}

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
        let ServerConfig { service, call_mode, fork_lock, settings, limits, host_name, .. } = config;
        let ServerConfig { backup_file, call_handler, store_monitor, console, .. } = config;
        let address = listener.local_addr().map_err(system_error)?;
        let blocking_calls = BlockingCalls::new(&limits, call_mode, call_handler).map_err(system_error)?;
        let backend = Backend::new(&service, call_mode, fork_lock, blocking_calls).map_err(system_error)?;
        let app = App::new(service);
        let state = ServerState::new(app, settings, backend, limits, backup_file, store_monitor);
        let state = ServerState { console: console.map(|console| ConsoleState::new(console, call_mode)), ..state };
        Ok(Self { listener, address, host_name, state })
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

    /// Returns the settings, which can be replaced while the server runs.
    pub fn settings(&self) -> SharedSettings {
        self.state.settings.clone()
    }

    /// Returns the URL for clients. If the server listens on all addresses, it is the one for clients of this machine.
    pub fn url(&self) -> String {
        let scheme = self.state.settings.get().scheme();
        match (&self.host_name, self.address.ip().to_canonical()) {
            (Some(name), _) => self.url_with_host(name),
            // Certificates are for names rather than addresses.
            (None, ip) if ip.is_unspecified() && scheme == "https" => self.url_with_host("localhost"),
            (None, IpAddr::V4(ip)) if ip.is_unspecified() => self.url_with_host("127.0.0.1"),
            (None, IpAddr::V6(ip)) if ip.is_unspecified() => self.url_with_host("[::1]"),
            _ => format!("{scheme}://{}", self.address),
        }
    }

    /// Returns the URL for clients that know the server as `host`.
    pub fn url_with_host(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.state.settings.get().scheme(), self.address.port())
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
        state.console.iter().for_each(ConsoleState::end_streams);
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

/// An HTTP server that runs in a background thread, for example in tests. Dropping it stops it.
///
/// ```
/// use sfn_alias::StepFunctions;
/// use sfn_alias_server::http::{BackgroundServer, CallMode, ServerConfig, Shutdown};
/// let config = ServerConfig::new(StepFunctions::in_memory()?, CallMode::InPlace);
/// let server = BackgroundServer::start(([127, 0, 0, 1], 0).into(), config)?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(server.stop(), Shutdown::Drained);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BackgroundServer {
    url: String,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Shutdown>,
}

impl BackgroundServer {
    /// Binds an address and starts the server.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(address: SocketAddr, config: ServerConfig) -> Result<Self, StartError> {
        // A single thread leaves the other cores to the program.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system_error)?;
        let server = runtime.block_on(Server::bind(address, config))?;
        let url = server.url();
        let (stop, stopped) = oneshot::channel();
        // The receiver also completes if the sender is dropped.
        let serve = move || {
            let shutdown = runtime.block_on(server.run(async { drop(stopped.await) }));
            // Without waiting for callbacks that do not return.
            runtime.shutdown_background();
            shutdown
        };
        let thread = Builder::new().name("sfn-alias".to_owned()).spawn(serve).map_err(system_error)?;
        Ok(Self { url, running: Some(Running { stop, thread }) })
    }

    /// Returns the URL for clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server after the requests in flight are finished.
    pub fn stop(mut self) -> Shutdown {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Shutdown {
        let Some(Running { stop, thread }) = self.running.take() else { return Shutdown::Drained };
        stop.send(()).ok();
        // If the thread has panicked, its requests are not finished.
        thread.join().unwrap_or(Shutdown::TimedOut)
    }
}

impl Drop for BackgroundServer {
    fn drop(&mut self) {
        self.shut_down();
    }
}
